"""The program without its chats, against publishers of our own: real site, real fetcher, real watcher, real store.

    async with open_press(site, folder, book) as press:
        press.prints("us_ofac_sdn", body)
        outcome = await press.polled("us_ofac_sdn")

Only the clock is ours: it moves on by three hours before each poll, which is often enough for every source.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from adapters.http import HttpFetcher
from adapters.stores.sqlite import SqliteStore
from bot.book import CompanyBook
from bot.ledger import Habits, Outcome
from bot.model import Alert, Delivery, ListChange, Memory, Notice, Place, Poll
from bot.sources import Source
from bot.watch import Watcher
from bot.wiring import official
from tests.worlds.pages import SetClock
from tests.worlds.site import Site

OPERATORS = Place("console", "operators")
CHANNEL = Place("console", "general")
#: Later than any date in the real files: what they call the future is over.
TODAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SOURCES: Mapping[str, Source] = official()


@dataclass
class Press:
    """What the publishers print, and what Tocsin made of it."""

    site: Site
    store: SqliteStore
    watcher: Watcher
    clock: SetClock
    folder: str  #: of this press on the site, so that several may share one site

    def prints(self, id: str, body: bytes, *, etag: str = "") -> None:
        """From now on the source has this document."""
        self.site.shows(f"/{self.folder}/{id}", body, etag=etag)

    async def polled(self, id: str) -> Outcome:
        self.clock.passes(hours=3)
        return await self.watcher.poll(SOURCES[id])

    async def memory(self, id: str) -> Memory:
        memory = await self.store.memory(id)
        assert memory is not None
        return memory

    async def accepts(self, id: str) -> None:
        """What `tocsin sources accept` does."""
        await self.store.commit(Poll(memory=replace(await self.memory(id), accept_next=True)))

    async def changes(self, id: str) -> list[ListChange]:
        """Every change kept of a source, oldest first."""
        return [*reversed(await self.store.changes(source=id, limit=1_000_000))]

    async def told(self) -> tuple[list[Delivery], list[Delivery]]:
        """What waits for the operators, and what for everybody else, oldest first."""
        waiting = [*reversed(await self.store.deliveries(limit=1_000_000))]
        operators = [one for one in waiting if one.place == OPERATORS]
        assert all(isinstance(one.message, Notice) for one in operators)
        return operators, [one for one in waiting if one.place != OPERATORS]

    async def alerts(self) -> list[Alert]:
        """What channels are told, oldest first."""
        _, for_channels = await self.told()
        return [one.message for one in for_channels if isinstance(one.message, Alert)]


@asynccontextmanager
async def open_press(site: Site, folder: Path, book: CompanyBook) -> AsyncIterator[Press]:
    """A press with an empty store in the folder."""
    clock, store = SetClock(TODAY), SqliteStore(folder / "tocsin.db")
    # Loopback is plain HTTP: the authorities need not be read for it.
    fetcher = HttpFetcher(
        user_agent="Tocsin-tests/1",
        spool=folder / "spool",
        now=clock.now,
        tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )

    async def catalogue() -> Mapping[str, Source]:
        return SOURCES

    habits = Habits(mirror=site.url(f"/{folder.name}/{{source}}"), operators=OPERATORS, holder="tests")
    watcher = Watcher(store=store, fetcher=fetcher, clock=clock, catalogue=catalogue, book=book, habits=habits)
    await store.open()
    try:
        yield Press(site, store, watcher, clock, folder.name)
    finally:
        await fetcher.close()
        await store.close()
