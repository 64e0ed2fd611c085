"""/feed add, list, remove: news feeds that people add to those that come with Tocsin."""

from __future__ import annotations

from bot.cards import plain_card
from bot.commands import Argument, Office, command
from bot.errors import TellPerson
from bot.model import Reply, Request


@command("feed add", Argument(name="url", about="the address of a feed, or of a site that has one"), operates=True)
async def add(office: Office, request: Request) -> Reply:
    """Read one more news feed; a site's address is enough, its feed is looked for."""
    url = request.one("url").strip()
    if office.feed_finder is None:
        raise TellPerson("Feeds cannot be added here: this process does not fetch. Use the command line.")
    found = await office.feed_finder.find(url)
    new = await office.store.add_feed(found.id, found.url)
    title = f"Reading {found.title or found.url}" if new else f"{found.title or found.url} is read already"
    lines = [f"Id {found.id}, {found.items} items now; they are history and raise no alert."]
    data = {"id": found.id, "url": found.url, "title": found.title, "items": found.items, "new": new}
    return Reply(cards=(plain_card(office.reader(request).clean(title, 200), lines),), data=data)


@command("feed list")
async def show(office: Office, request: Request) -> Reply:
    """Feeds that people added. Those that come with Tocsin are shown by `sources`."""
    feeds = await office.store.feeds()
    lines = [f"{id}: {url}" for id, url in sorted(feeds.items())] or ["Add one with: feed add https://example.com"]
    title = f"{len(feeds)} feeds added here" if feeds else "No feed was added yet"
    return Reply(cards=(plain_card(title, lines),), data={"feeds": dict(feeds)})


@command("feed remove", Argument(name="id", about="the id of a feed, as `feed list` shows it"), operates=True)
async def remove(office: Office, request: Request) -> Reply:
    """Stop reading a feed that somebody added."""
    id = request.one("id").strip()
    if not await office.store.remove_feed(id):
        raise TellPerson(f"No feed {id[:80]!r} was added here. See: feed list")
    return Reply(cards=(plain_card(f"No longer reading {id}"),), data={"removed": id})
