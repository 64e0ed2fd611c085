"""Dialogues as text: what is typed and what is read, exactly, in files that a person who does not program can review.

A line that begins with "> " is typed, KEY in it being the key of the latest alert here; "= " says what the publishers
show from now on; "~ " lets time pass; "@ " says who types from now on, where, and whether that is no manager of the
place, or alone there; "^ " names a file that goes along with what is typed next, its lines parted by " | ". Everything
else is what Tocsin answers: cards, "( )" their buttons, "[ ]" a box that opens, "{ }" files. When words change on
purpose, run it with TOCSIN_WRITE_TRANSCRIPTS=1 and read the diff.
"""

from __future__ import annotations

import asyncio
import io
import os
import shlex
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.console import ConsoleChat
from adapters.lists.us_dod_cmc import us_dod_cmc
from adapters.stores.sqlite import SqliteStore
from bot.book import shipped
from bot.commands import FrontDesk, Office
from bot.commands.typed import request
from bot.deliver import Courier
from bot.ledger import Habits
from bot.model import NOWHERE, Alert, Attachment, Place, Request
from bot.roll import Roll
from bot.watch import Watcher
from tests.worlds.pages import Pages, SetClock, table

TRANSCRIPTS = sorted(Path(__file__).parent.glob("*.txt"))


class Stage:
    """One installation with a console, played line by line."""

    def __init__(self, store: SqliteStore, language: str) -> None:
        self.store = store
        self.clock = SetClock(datetime(2021, 1, 14, 22, 0, tzinfo=UTC))
        self.pages = Pages()
        self.out = io.StringIO()
        self.chat = ConsoleChat(out=self.out, language=language, now=self.clock.now)
        sources = {"us_dod_cmc": us_dod_cmc}
        cards = {id: source.card for id, source in sources.items()}
        roll = Roll(store)
        self.desk = FrontDesk(Office(store=store, book=shipped(), roll=roll, clock=self.clock, sources=lambda: cards))

        async def catalogue() -> dict[str, object]:
            return dict(sources)

        self.watcher = Watcher(
            store=store,
            fetcher=self.pages,
            clock=self.clock,
            catalogue=catalogue,  # type: ignore[arg-type]
            book=shipped(),
            habits=Habits(operators=Place("console"), language=language),
        )
        self.courier = Courier(store=store, chat=self.chat, clock=self.clock, sources=lambda: cards)
        self.asks = Request(
            command="", place=Place("console"), person="you", language=language, at=self.clock.now()
        )  # who types, and where

    async def play(self, line: str) -> None:
        match line[:2]:
            case "> ":
                await self.typed(line[2:].replace("KEY", await self.key()))
            case "@ ":
                self.turns_to(line[2:])
            case "^ ":
                name, *lines = line[2:].split(" | ")
                self.asks = replace(self.asks, files=(Attachment(name=name, body="\n".join(lines).encode()),))
            case "= ":
                await self.shows(line[2:])
            case "~ ":
                self.clock.passes(hours=float(line[2:].split()[0]))
        await self.says()

    async def says(self) -> None:
        """Whatever is due is said."""
        await self.watcher.sum_up()
        while await self.courier.round():
            pass

    async def key(self) -> str:
        """That of the latest alert that was posted here, as a button on it would say it."""
        latest = await self.store.deliveries(state="posted")
        return next((one.key for one in latest if isinstance(one.message, Alert) and one.receipt != NOWHERE), "KEY")

    async def typed(self, line: str) -> None:
        """As a chat does it: a box where the command has one, else the answer with its buttons and files."""
        asks, self.asks = self.asks, replace(self.asks, files=())
        typed = request(line, place=asks.place, person=asks.person, language=asks.language, at=self.clock.now())
        asked = replace(asks, command=typed.command, arguments=typed.arguments, at=typed.at)
        if form := await self.desk.form(asked):
            self.say(f"[ {form.title} ]")
            for one in form.fields:
                chosen = ", ".join(
                    f"*{option.text}" if option.value in one.value else option.text for option in one.options
                )
                self.say(f"[ {one.text} ({one.hint}) {chosen} ]")
            return
        reply = await self.desk.answer(asked)
        for card in reply.cards:
            self.chat.show(card)
            for button in card.buttons:
                self.say(f"( {button.text} )")
        for file in reply.files:
            self.say(f"{{ {file.name} }}")
            for row in file.body.decode("utf-8-sig").splitlines():
                self.say(f"{{ {row} }}")

    def turns_to(self, who: str) -> None:
        """`bea (U2) in slack:T1/C9, no manager`"""
        person, _, where = who.partition(" in ")
        place, *more = where.split(", ")
        found = Place.parse(place)
        self.asks = replace(
            self.asks,
            person=person,
            place=found,
            manager="no manager" not in more,
            home=found if "alone" in more else None,
        )

    def say(self, line: str) -> None:
        self.out.write(f"  {line}\n")

    async def shows(self, what: str) -> None:
        """The list of Chinese military companies shows these names, or an error page, and is read."""
        names = shlex.split(what)
        page = b"<!DOCTYPE html><html>Denied</html>" if names == ["error"] else table(_with_company(names))
        self.pages.shows(us_dod_cmc.card.url, page)
        await self.watcher.poll(us_dod_cmc)
        await self.watcher.introduce()

    def said(self) -> str:
        words = self.out.getvalue()
        self.out.seek(0)
        self.out.truncate()
        return words


def _with_company(names: list[str]) -> list[str]:
    """So many others that one more or less is no large part of the list."""
    return [f"China Example Number {n} Group Co., Ltd." for n in range(20)] + names


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript(path: Path, tmp_path: Path) -> None:
    """Every answer is the one in the file, to the letter."""
    store = SqliteStore(tmp_path / "tocsin.db")
    await store.open()
    stage = Stage(store, "fr" if path.stem.endswith(".fr") else "en")
    played: list[str] = []
    script = await asyncio.to_thread(path.read_text, encoding="utf-8")
    try:
        for line in script.splitlines():
            if line.startswith(("> ", "= ", "~ ", "@ ", "^ ", "#")):
                played.append(line)
                await stage.play(line)
                played += [f"  {said}".rstrip() for said in stage.said().rstrip().splitlines()]
    finally:
        await store.close()
    text = "\n".join(played) + "\n"
    if os.environ.get("TOCSIN_WRITE_TRANSCRIPTS"):
        await asyncio.to_thread(path.write_text, text, encoding="utf-8")
        return
    assert text == script
