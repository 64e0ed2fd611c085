"""A watcher and a courier in a process of their own, to be killed at any moment.

    python -m tests.worlds.doomed          with DOOMED_STORE, DOOMED_PRESS, DOOMED_DIARY and DOOMED_CHAT set

Everything is imported and warmed up once; then each line on standard input forks one process that watches and delivers
until it is killed. Its number is printed when it starts, and how it ended when it is gone. What its chat says goes into
the diary, a file that outlives it: "posted KEY" when a message is out, "asked KEY" when the courier, finding a delivery
whose lease ran out, asks the chat whether it was.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from adapters.http import HttpFetcher
from adapters.lists.us_dod_cmc import us_dod_cmc
from adapters.news.feed import read_feed
from adapters.stores.redis import RedisStore
from adapters.stores.sqlite import SqliteStore
from bot.book import CompanyBook
from bot.deliver import Courier
from bot.ledger import Habits
from bot.model import Card, Place, Receipt, SourceCard, SourceKind, Story
from bot.ports import Chat, Clock, Desk, Store
from bot.sources import Source, StreamSource
from bot.stories import analyse
from bot.watch import Watcher
from bot.watched import Watched
from bot.wiring import SystemClock

LIST, FEED = "us_dod_cmc", "news_x"
#: Shorter than any process lives, so that what a dead one held is taken up by the next.
LEASE = timedelta(milliseconds=60)
EVERY = timedelta(milliseconds=20)


@dataclass(frozen=True)
class Doom:
    """What a doomed process needs to know; from its environment."""

    store: str  #: a path, or the address of a Redis
    press: str  #: where lists and feed are shown
    diary: Path
    knows: bool  #: whether the chat can tell which messages it has

    @classmethod
    def of_environment(cls) -> Doom:
        at = os.environ
        return cls(at["DOOMED_STORE"], at["DOOMED_PRESS"], Path(at["DOOMED_DIARY"]), at["DOOMED_CHAT"] == "knows")

    def environment(self) -> dict[str, str]:
        return {
            "DOOMED_STORE": self.store,
            "DOOMED_PRESS": self.press,
            "DOOMED_DIARY": str(self.diary),
            "DOOMED_CHAT": "knows" if self.knows else "cannot tell",
        }

    def new_store(self) -> Store:
        return RedisStore(self.store) if "://" in self.store else SqliteStore(Path(self.store))


def note(diary: Path, words: str) -> None:
    """One line into the diary, on the disk before it returns; lines of several processes do not mix."""
    line = os.open(diary, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(line, f"{words}\n".encode())
        os.fsync(line)
    finally:
        os.close(line)


@dataclass
class DiaryChat:
    """The smallest chat whose messages outlive it."""

    diary: Path
    knows: bool
    platform: str = "console"

    async def post(self, place: Place, card: Card, *, key: str, thread: Receipt | None = None) -> Receipt:
        note(self.diary, f"posted {key}")
        await asyncio.sleep(0.01)  # as long as a chat takes to answer: it is out, and that is not written down yet
        return Receipt(key)

    async def find(self, place: Place, key: str, *, thread: Receipt | None = None) -> Receipt | None:
        note(self.diary, f"asked {key}")
        there = f"posted {key}" in self.diary.read_text().splitlines()
        return Receipt(key) if self.knows and there else None

    async def edit(self, place: Place, receipt: Receipt, card: Card, *, key: str = "") -> None:
        return

    async def run(self, desk: Desk) -> None:
        raise NotImplementedError

    async def check(self) -> AsyncIterator[str]:
        yield "ok"

    async def close(self) -> None:
        return


@asynccontextmanager
async def working(doom: Doom, clock: Clock) -> AsyncIterator[tuple[Store, Watcher, Courier]]:
    """Store, watcher and courier, as one process of the program has them."""
    store, chat = doom.new_store(), DiaryChat(doom.diary, doom.knows)
    # Loopback is plain HTTP: the authorities need not be read for it.
    fetcher = HttpFetcher(
        user_agent="Tocsin-tests/1",
        spool=doom.diary.parent / "spool",
        now=clock.now,
        tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )
    sources = sources_of(doom.press)

    async def catalogue() -> Mapping[str, Source]:
        return sources

    # The same name for all: a watcher that comes back goes on with its own leases at once.
    habits = Habits(every=EVERY, mirror=f"{doom.press}/{{source}}", operators=Place("console", "ops"), holder="doomed")
    watcher = Watcher(
        store=store, fetcher=fetcher, clock=clock, catalogue=catalogue, book=CompanyBook([]), habits=habits
    )
    cards = {id: source.card for id, source in sources.items()}
    courier = Courier(store=store, chat=as_chat(chat), clock=clock, sources=lambda: cards, lease=LEASE)
    await store.open()
    try:
        yield store, watcher, courier
    finally:
        await fetcher.close()
        await store.close()


def as_chat(chat: DiaryChat) -> Chat:
    return chat


def sources_of(press: str) -> dict[str, Source]:
    card = SourceCard(id=FEED, title="News X", publisher="X", url=f"{press}/{FEED}", every=EVERY, kind=SourceKind.NEWS)
    read = partial(read_feed, source=FEED)
    return {
        LIST: us_dod_cmc,
        FEED: StreamSource(card, lambda document, identity="": read(document, identity=identity)),
    }


async def live(doom: Doom) -> None:
    async with working(doom, SystemClock()) as (_, watcher, courier), asyncio.TaskGroup() as work:
        work.create_task(watcher.run())
        work.create_task(courier.run())


def warm_up() -> None:
    """Load what is loaded at first use, so that a process is at work a few milliseconds after its fork."""
    story = Story(
        source=FEED, id="0", url="https://news.example/0", title="US adds Xiaomi to a list", text="It said so."
    )
    analyse(story, Watched(CompanyBook([])).mentions(story))


def nursery() -> None:
    doom = Doom.of_environment()
    warm_up()
    print("ready", flush=True)  # noqa: T201 - its parent reads along
    for _ in sys.stdin:
        number = os.fork()
        if number == 0:
            os.dup2(os.open(doom.diary.with_suffix(".log"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), 1)
            os.dup2(1, 2)
            try:
                asyncio.run(live(doom))
            finally:
                os._exit(1)  # it never ends by itself
        print(number, flush=True)  # noqa: T201
        _, status = os.waitpid(number, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    nursery()
