"""From what a person typed to a feed that can be read: the address itself, or the feed its page points to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adapters.news.discover import discover
from adapters.news.feed import CAP, read_feed
from adapters.news.sources import feed_id
from bot.errors import FeedDamaged, FetchLater, FetchRefused, TellPerson, TocsinError
from bot.model import Bulletin, Document
from bot.ports import Ask, Fetcher, FoundFeed

#: Feeds of one page that are tried before we give up.
TRIED = 4


class Finder:
    """Implements `bot.ports.FeedFinder` on the web."""

    def __init__(self, fetcher: Fetcher, *, taken: Callable[[], Mapping[str, str]]) -> None:
        """`taken` gives the ids in use and their addresses."""
        self._fetcher = fetcher
        self._taken = taken

    async def find(self, url: str) -> FoundFeed:
        address = url if "://" in url else f"https://{url}"
        feed_id(address)  # refuses what is no address before anything is fetched
        document = await self._fetch(address)
        try:
            try:
                return self._found(address, read_feed(document, source="feed"))
            except FeedDamaged as damage:
                return await self._of_page(address, document, damage)
        finally:
            await self._fetcher.release(document)

    async def _of_page(self, address: str, document: Document, damage: FeedDamaged) -> FoundFeed:
        candidates = discover(document)
        for candidate in candidates[:TRIED]:
            try:
                feed = await self._fetch(candidate)
            except TellPerson:
                continue
            try:
                return self._found(candidate, read_feed(feed, source="feed"))
            except FeedDamaged:
                continue
            finally:
                await self._fetcher.release(feed)
        if candidates:
            raise TellPerson(
                f"{address} points to {len(candidates)} feeds and none can be read; give a feed's address",
                key="feed.none_read",
                address=address,
                count=len(candidates),
            )
        raise TellPerson(
            f"{address} is no feed and points to none: {damage}", key="feed.no_feed", address=address, damage=damage
        )

    async def _fetch(self, url: str) -> Document:
        try:
            answer = await self._fetcher.fetch(Ask(url=url, cap=CAP, trusted=False))
        except (FetchRefused, FetchLater) as trouble:
            why = str(trouble).removeprefix(f"{url}: ").removesuffix("; tried again later")  # nobody does: it was asked
            raise TellPerson(
                f"{url} could not be read: {why}", key="feed.unreachable", url=url, trouble=why
            ) from trouble
        except TocsinError as trouble:
            raise TellPerson(str(trouble)) from trouble
        if answer.document is None:
            raise TellPerson(
                f"{url} answered that nothing changed, though we never read it; try again",
                key="feed.unchanged",
                url=url,
            )
        return answer.document

    def _found(self, url: str, bulletin: Bulletin) -> FoundFeed:
        taken = self._taken()
        known = next((id for id, address in taken.items() if address == url), "")
        return FoundFeed(id=known or feed_id(url, taken), url=url, title=bulletin.title, items=len(bulletin.stories))
