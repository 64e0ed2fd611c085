"""The console: what is typed and what is printed, exactly."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import replace

import pytest

from adapters.console import ConsoleChat
from bot.errors import ChatBusy
from bot.model import Card, Form, Link, Place, Reply, Request, Section
from tests.worlds.facts import THEN

CARD = Card(
    summary="s",
    title="IMPORTANT · Xiaomi",
    sections=(Section("Why", "a medal", quote=True), Section("", "[bold]plain[/bold] \x1b[31mred")),
    links=(Link("Open", "https://example.com/a"),),
    footer="DoD",
)


class Desk:
    """Writes down what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.done = asyncio.Event()

    async def answer(self, asked: Request) -> Reply:
        self.asked.append(asked)
        self.done.set()
        return Reply(cards=(Card(summary="yes", title="yes"),))

    async def form(self, request: Request) -> Form | None:
        return None

    def complete(
        self, command: str, argument: str, typed: str, limit: int = 25, *, place: Place | None = None
    ) -> Sequence[str]:
        return ()


async def test_a_card_is_printed_as_it_is() -> None:
    """Nothing in it is taken for mark-up, and nothing steers the terminal."""
    out = io.StringIO()
    receipt = await ConsoleChat(out=out).post(Place("console"), CARD, key="k1")
    assert receipt.id == "k1"
    assert [line.rstrip() for line in out.getvalue().splitlines()] == [
        "IMPORTANT · Xiaomi",
        "  Why",
        "    “a medal”",
        "  [bold]plain[/bold] [31mred",
        "  Open: https://example.com/a",
        "  DoD",
        "",
    ]


async def test_the_console_cannot_tell_what_it_printed() -> None:
    """So a doubtful delivery is printed again: the documented case."""
    chat = ConsoleChat(out=io.StringIO())
    assert await chat.find(Place("console"), "k1") is None


async def test_a_full_terminal_is_busy() -> None:
    """It comes later, it is not lost."""

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise BlockingIOError

    with pytest.raises(ChatBusy, match="takes no more text"):
        await ConsoleChat(out=Full()).post(Place("console"), CARD, key="k1")


async def test_what_is_typed_reaches_the_desk() -> None:
    """With or without the slash, quotes kept together, and at the console's own place."""
    desk, chat = Desk(), ConsoleChat(out=io.StringIO(), now=lambda: THEN, language="fr")
    await chat.answer(desk, '/watch add Xiaomi "Hangzhou Hikvision"')
    (asked,) = desk.asked
    assert (asked.command, asked.arguments) == ("watch add", (("names", ("Xiaomi", "Hangzhou Hikvision")),))
    assert (asked.place, asked.person, asked.language, asked.at) == (Place("console"), "you", "fr", THEN)


async def test_an_empty_line_asks_nothing() -> None:
    """Return is not a question."""
    desk = Desk()
    await ConsoleChat(out=io.StringIO()).answer(desk, "  \n")
    assert not desk.asked


async def test_lines_are_answered_until_the_input_ends() -> None:
    """A terminal is a chat too."""
    desk, out = Desk(), io.StringIO()
    chat = ConsoleChat(out=out, ask=io.StringIO("lookup Xiaomi\n"))
    serving = asyncio.create_task(chat.run(desk))
    await desk.done.wait()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert desk.asked[0].one("name") == "Xiaomi"


async def test_an_edit_prints_only_what_is_new() -> None:
    """A terminal cannot take words back: the title, and what became of it."""
    out = io.StringIO()
    chat = ConsoleChat(out=out)
    first = Card(summary="x", title="Xiaomi added", sections=(Section("Why", "a medal"),), footer="Defense")
    receipt = await chat.post(Place("console"), first, key="k")
    out.truncate(0)
    after = replace(first, sections=(Section("Since then", "Acknowledged by Ana."), *first.sections))
    await chat.edit(Place("console"), receipt, after)
    assert "Acknowledged by Ana." in out.getvalue()
    assert "a medal" not in out.getvalue()
    assert "Defense" not in out.getvalue()
