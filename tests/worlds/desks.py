"""A front desk on a real store, with a list that was read, and people who ask from somewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from adapters.stores.sqlite import SqliteStore
from bot.book import shipped
from bot.commands import FrontDesk, Office
from bot.model import Attachment, Form, Place, Reply, Request
from bot.roll import Roll
from tests.worlds.facts import THEN, listing
from tests.worlds.nouns import poll
from tests.worlds.pages import SetClock

COUNTER = Place("slack", "T1/C1")


class Counter:
    """Where somebody stands and asks: a place, a person, and whether they manage it."""

    def __init__(self, desk: FrontDesk, clock: SetClock) -> None:
        self.desk, self.clock = desk, clock
        self.asks = Request(command="", place=COUNTER, person="ana (U1)", at=THEN)

    def turns_to(
        self, person: str = "ana (U1)", place: Place = COUNTER, *, manager: bool = True, home: Place | None = None
    ) -> None:
        self.asks = replace(self.asks, person=person, place=place, manager=manager, home=home)

    def request(self, command: str, *files: Attachment, **arguments: str | tuple[str, ...]) -> Request:
        at = self.clock.now()
        return replace(self.asks, command=command, arguments=tuple(arguments.items()), files=files, at=at)

    async def asked(self, command: str, *files: Attachment, **arguments: str | tuple[str, ...]) -> Reply:
        return await self.desk.answer(self.request(command, *files, **arguments))

    async def form(self, command: str, **arguments: str | tuple[str, ...]) -> Form | None:
        return await self.desk.form(self.request(command, **arguments))

    async def targets(self) -> list[str]:
        return [one.target for one in await self.desk.office.store.subscriptions(self.asks.place)]


def words(reply: Reply) -> str:
    """All that is read in an answer."""
    texts = [
        text for card in reply.cards for text in (card.title, *(_section for _section in _sections(card.sections)))
    ]
    return "\n".join(texts)


def _sections(sections: Sequence[object]) -> list[str]:
    return [f"{getattr(one, 'heading', '')}\n{getattr(one, 'text', '')}" for one in sections]


@asynccontextmanager
async def counter(folder: Path, *listed: str) -> AsyncIterator[Counter]:
    """A counter whose one list names these."""
    store = SqliteStore(folder / "tocsin.db")
    await store.open()
    clock = SetClock(THEN)
    try:
        if listed:
            entries = [listing(name, aliases=(), reason="") for name in listed]
            read = poll("us_dod_cmc", *entries, tried_at=THEN)
            await store.commit(replace(read, memory=replace(read.memory, read_at=THEN)))
        office = Office(store=store, book=shipped(), roll=Roll(store), clock=clock, sources=dict)
        yield Counter(FrontDesk(office), clock)
    finally:
        await store.close()
