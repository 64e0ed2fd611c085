"""The one module that knows both sides: it picks the adapters the settings ask for and hands them to the program."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import adapters
import adapters.lists
from adapters.console import ConsoleChat
from adapters.http import HttpFetcher
from adapters.lists.opensanctions import data_set
from adapters.news import sources as news
from adapters.news.article import Articles
from adapters.news.finder import Finder
from adapters.stores.sqlite import SqliteStore
from bot import __version__
from bot.book import CompanyBook, shipped
from bot.chats import Premises, wanted
from bot.commands import FrontDesk, Office
from bot.deliver import Courier
from bot.errors import BadSettings
from bot.ledger import Habits
from bot.logs import log
from bot.model import SourceCard
from bot.ports import Chat, Clock, Fetcher, Store
from bot.roll import Roll
from bot.settings import Settings, every_setting
from bot.sources import Source, shelf
from bot.watch import Watcher


class SystemClock:
    """The real one."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, span: timedelta) -> None:
        await asyncio.sleep(span.total_seconds())


def official() -> dict[str, Source]:
    """Every list and notice source on the shelf, by id."""
    return {source.card.id: source for source in shelf(adapters.lists)}


def _unpacked(source: Source) -> Source:
    """A source whose address is `package:NAME`, a file beside the readers, with the address at which it is read."""
    scheme, _, name = source.card.url.partition(":")
    if scheme != "package":
        return source
    path = Path(adapters.lists.__path__[0]) / name
    return replace(source, card=replace(source.card, url=path.resolve().as_uri()))


@dataclass
class House:
    """Everything one process needs, put together from its settings."""

    settings: Settings
    clock: Clock
    store: Store
    fetcher: Fetcher
    chats: list[Chat] = field(default_factory=list)

    @cached_property
    def book(self) -> CompanyBook:
        return shipped()

    @cached_property
    def official(self) -> dict[str, Source]:
        """Every list and notice source on the shelf, and the data sets that are followed. A table that comes with one

        stands under its address on this machine.
        """
        return {id: _unpacked(source) for id, source in official().items()} | self.followed

    @cached_property
    def followed(self) -> dict[str, Source]:
        """The data sets of OpenSanctions that the settings name, each as a list of its own."""
        sources = [data_set(name) for name in self.settings.data_sets]
        return {source.card.id: source for source in sources}

    @cached_property
    def feeds(self) -> dict[str, Source]:
        """The feeds of feeds.toml: ours, the operator's, or none."""
        if self.settings.tocsin_feeds == "none":
            return {}
        return {
            source.card.id: source
            for source in news.load(Path(self.settings.tocsin_feeds) if self.settings.tocsin_feeds else None)
        }

    async def everything(self) -> dict[str, Source]:
        """The shelf, the feeds, and those that people added."""
        added = {id: news.user_feed(id, url) for id, url in (await self.store.feeds()).items()}
        return {**self.official, **self.feeds, **added}

    async def catalogue(self) -> Mapping[str, Source]:
        """Every source that is polled: those TOCSIN_SOURCES names, or all but the opt-in ones; and people's own.

        Raises BadSettings for a name that is no source's.
        """
        everything, wanted = await self.everything(), self.settings.wanted
        own = {*(await self.store.feeds()), *self.followed, *(self.feeds if self.settings.tocsin_feeds else ())}
        if unknown := wanted - everything.keys():
            known = ", ".join(sorted(everything))
            sets = "; data sets of OpenSanctions are named in TOCSIN_OPENSANCTIONS"
            hint = sets if any(id.startswith("opensanctions.") for id in unknown) else ""
            raise BadSettings(
                f"TOCSIN_SOURCES names {', '.join(sorted(unknown))}, which is no source{hint}; known: {known}"
            )
        polled = wanted or {id for id, source in everything.items() if not source.card.opt_in}
        self._cards = {id: source.card for id, source in everything.items() if id in polled | own}
        return {id: everything[id] for id in self._cards}

    _cards: dict[str, SourceCard] = field(default_factory=dict)

    def cards(self) -> Mapping[str, SourceCard]:
        """The cards of the last catalogue, or of the shelf before there was one."""
        return self._cards or {id: source.card for id, source in {**self.official, **self.feeds}.items()}

    def titled(self) -> Mapping[str, SourceCard]:
        """Every card that a message may name: those of what is polled, and of official lists that are not, or no more.

        A story speaks of the Entity List whether or not its text is polled here.
        """
        return {id: source.card for id, source in self.official.items()} | dict(self.cards())

    @cached_property
    def watcher(self) -> Watcher:
        habits = Habits(
            every=self.settings.every,
            mirror=self.settings.tocsin_mirror,
            operators=self.settings.operators,
            holder=f"{socket.gethostname()}:{os.getpid()}",
            language=self.settings.tocsin_language,
        )
        return Watcher(
            store=self.store,
            fetcher=self.fetcher,
            clock=self.clock,
            catalogue=self.catalogue,
            book=self.book,
            habits=habits,
        )

    def courier(self, chat: Chat) -> Courier:
        return Courier(
            store=self.store, chat=chat, clock=self.clock, sources=self.titled, operators=self.settings.operators
        )

    @cached_property
    def desk(self) -> FrontDesk:
        finder = Finder(self.fetcher, taken=self.addresses)
        office = Office(
            store=self.store,
            book=self.book,
            roll=Roll(self.store),
            clock=self.clock,
            sources=self.cards,
            titled=self.titled,
            feed_finder=finder,
            pages=Articles(self.fetcher),
            whom=lambda: self.watcher.bell.whom(),
            operators=self.settings.operators if self.settings.operators.platform != ConsoleChat.platform else None,
        )
        return FrontDesk(office)

    def addresses(self) -> dict[str, str]:
        """Ids in use and their addresses."""
        return {id: card.url for id, card in self.cards().items()}

    async def once(self) -> None:
        """Poll what is due now, deliver what follows, and end."""
        await self.watcher.once()
        await self.deliver()

    async def deliver(self) -> None:
        """Carry what is due until nothing is left to carry now."""
        for chat in self.chats:
            courier = self.courier(chat)
            while await courier.round():
                continue

    async def run(self, *platforms: str) -> None:
        """Watch, deliver and answer until cancelled. With platforms named, only deliver and answer there."""
        await self.catalogue()
        async with asyncio.TaskGroup() as work:
            if not platforms:
                work.create_task(self.watcher.run(), name="watcher")
            for chat in [one for one in self.chats if not platforms or one.platform in platforms]:
                work.create_task(self.courier(chat).run(), name=f"courier:{chat.platform}")
                work.create_task(chat.run(self.desk), name=f"chat:{chat.platform}")
            if any(chat.platform != "console" for chat in self.chats):
                work.create_task(self.desk.office.roll.refresh(), name="roll")  # before the first question is typed
                work.create_task(asyncio.to_thread(self.book.prepare), name="book")


def store_for(settings: Settings) -> Store:
    """The shared store when REDIS_URL is set, else the embedded one."""
    if url := settings.redis_url.get_secret_value():
        from adapters.stores.redis import RedisStore  # half a second of imports that the embedded store does without

        return RedisStore(url, trust=settings.tocsin_redis_trust)
    path = settings.home / "tocsin.db"
    with suppress(OSError):  # the store says what is wrong with its folder
        if path.is_file() and not path.stat().st_size:  # a crash of the first start leaves one, too: no reason to stop
            log.warning("store_is_empty", path=str(path), next="if it held anything, stop and put the backup back")
    return SqliteStore(path)


def fetcher_for(settings: Settings, clock: Clock) -> HttpFetcher:
    return HttpFetcher(
        user_agent=f"Tocsin/{__version__} (+{settings.tocsin_contact})",
        spool=settings.home / "spool",
        proxy=settings.tocsin_proxy,
        allow_private=settings.tocsin_allow_private,
        now=clock.now,
    )


def chats_for(settings: Settings, clock: Clock, store: Store, *, listen: tuple[str, int] | None = None) -> list[Chat]:
    """Every chat on the shelf that has what it needs; with none, the console. It is there too while the operators

    read it. `listen` is where Slack's HTTP mode takes requests.
    """
    premises = Premises(
        settings=every_setting(settings),
        home=settings.home,
        language=settings.tocsin_language,
        operators=settings.operators,
        clock=clock,
        store=store,
        listen=listen,
    )
    chats = wanted(adapters, premises)
    if not chats or settings.operators.platform == ConsoleChat.platform:
        chats.append(ConsoleChat(language=settings.tocsin_language, now=clock.now))
    return chats


@asynccontextmanager
async def open_house(
    settings: Settings, *, clock: Clock | None = None, listen: tuple[str, int] | None = None
) -> AsyncIterator[House]:
    """A house with its store open; closed again whatever happens. `listen` as in `chats_for`."""
    clock = clock or SystemClock()
    store = store_for(settings)
    await store.open()
    fetcher = fetcher_for(settings, clock)
    chats = chats_for(settings, clock, store, listen=listen)
    house = House(settings=settings, clock=clock, store=store, fetcher=fetcher, chats=chats)
    try:
        await house.catalogue()
        yield house
    finally:
        for chat in house.chats:
            await chat.close()
        await fetcher.close()
        await store.close()
