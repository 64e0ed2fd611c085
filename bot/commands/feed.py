"""/feed add, list, remove: news feeds that people add to those that come with Tocsin."""

from __future__ import annotations

from bot.cards import plain_card
from bot.commands import Argument, Office, command
from bot.errors import TellPerson
from bot.model import Reply, Request


@command("feed add", Argument(name="url", about="the address of a feed, or of a site that has one"), operates=True)
async def add(office: Office, request: Request) -> Reply:
    """Read one more news feed; a site's address is enough, its feed is looked for."""
    reader = office.reader(request)
    url = request.one("url").strip()
    if office.feed_finder is None:
        raise TellPerson(reader.say("feed.no_fetcher"))
    found = await office.feed_finder.find(url)
    new = await office.store.add_feed(found.id, found.url)
    title = reader.say("feed.added" if new else "feed.again", title=found.title or found.url)
    lines = [reader.say("feed.items", id=found.id, count=found.items)]
    data = {"id": found.id, "url": found.url, "title": found.title, "items": found.items, "new": new}
    return Reply(cards=(plain_card(reader.clean(title, 200), lines),), data=data)


@command("feed list")
async def show(office: Office, request: Request) -> Reply:
    """Feeds that people added. Those that come with Tocsin are shown by `feeds`."""
    reader = office.reader(request)
    feeds = await office.store.feeds()
    lines = [f"{id}: {url}" for id, url in sorted(feeds.items())] or [reader.say("feed.start")]
    title = reader.say("feed.count", count=len(feeds)) if feeds else reader.say("feed.none")
    return Reply(cards=(plain_card(title, lines),), data={"feeds": dict(feeds)})


@command("feed remove", Argument(name="id", about="the id of a feed, as `feed list` shows it"), operates=True)
async def remove(office: Office, request: Request) -> Reply:
    """Stop reading a feed that somebody added."""
    reader = office.reader(request)
    id = request.one("id").strip()
    if not await office.store.remove_feed(id):
        raise TellPerson(reader.say("feed.unknown", id=reader.clean(id, 80)))
    return Reply(cards=(plain_card(reader.say("feed.removed", id=id)),), data={"removed": id})
