"""The console: the smallest complete chat, what runs when there is no token, and the one to copy for a new chat.

It prints cards and, on a terminal, answers commands typed into it. It has no memory: `find` cannot tell whether a
message was printed, so a crash between printing and settling may print it again.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TextIO

from rich.console import Console
from rich.text import Text

from bot.commands.typed import request
from bot.errors import ChatBusy
from bot.model import Attachment, Card, Place, Receipt, Section, Severity
from bot.ports import Desk

STYLE = {Severity.HIGH: "bold red", Severity.MEDIUM: "bold yellow", Severity.LOW: "bold cyan"}
#: Holds words together on one line, as French has it before a colon.
NO_BREAK = "\u00a0"
#: What others said stands between these.
QUOTES = {"en": ("“", "”"), "fr": (f"«{NO_BREAK}", f"{NO_BREAK}»")}
#: Stands for a no-break space while lines are broken, which would break there too; `_plain` lets none through.
_HELD = "\ue000"
#: Columns of a card; longer lines are wrapped, for reading.
WIDTH = 100


#: Printed cards remembered, so that an edit prints only what is new.
AT_HAND = 500


class ConsoleChat:
    """Cards on standard output, commands from standard input."""

    platform = "console"

    def __init__(
        self,
        *,
        out: TextIO | None = None,
        ask: TextIO | None = None,
        language: str = "en",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._out = out
        self._ask = ask
        self._language = language
        self._now = now
        self._shown: OrderedDict[str, Card] = OrderedDict()

    @property
    def console(self) -> Console:
        out = self._out or sys.stdout
        width = WIDTH if not out.isatty() else None
        return Console(file=out, width=width, highlight=False, soft_wrap=False, markup=False, emoji=False)

    async def post(self, place: Place, card: Card, *, key: str, thread: Receipt | None = None) -> Receipt:
        try:
            self.show(card)
        except BlockingIOError as full:
            raise ChatBusy("console: the terminal takes no more text just now") from full
        self._keep(key, card)
        return Receipt(key)

    async def find(self, place: Place, key: str, *, thread: Receipt | None = None) -> Receipt | None:
        return None

    async def edit(self, place: Place, receipt: Receipt, card: Card, *, key: str = "") -> None:
        """What is printed stays printed: under the title only what it did not say before."""
        before = self._shown.get(receipt.id)
        self._keep(receipt.id, card)
        if before is None:
            self.show(card)
        else:
            new = tuple(section for section in card.sections if section not in before.sections)
            self.show(replace(card, sections=new, links=(), footer=card.footer if card.footer != before.footer else ""))

    def _keep(self, id: str, card: Card) -> None:
        self._shown[id] = card
        while len(self._shown) > AT_HAND:
            self._shown.popitem(last=False)

    def show(self, card: Card) -> None:
        """Print a card."""
        console = self.console
        self.draw(console, card)
        console.file.flush()

    def draw(self, console: Console, card: Card) -> None:
        """All text is drawn as it is: nothing in it is taken for mark-up."""
        language = card.language or self._language
        colon = f"{NO_BREAK}:" if language == "fr" else ":"
        lines = _indented(console, Text(_plain(card.title), style=STYLE[card.severity]), 0)
        for section in card.sections:
            lines += self._section(console, section, language)
        lines += [Text(f"  {_plain(link.text)}{colon} {_plain(link.url)}") for link in card.links]
        if card.footer:
            lines += _indented(console, Text(_plain(card.footer), style="dim"), 2)
        console.print(Text("\n").join([*lines, Text()]), soft_wrap=True)  # in one go: each print costs as ten lines

    def _section(self, console: Console, section: Section, language: str) -> list[Text]:
        quoted = section.quote and "\n" not in section.text
        opening, closing = QUOTES.get(language, QUOTES["en"])
        words = Text(f"{opening}{_plain(section.text)}{closing}" if quoted else _plain(section.text))
        if not section.heading:
            return _indented(console, words, 2)
        return _indented(console, Text(_plain(section.heading), style="bold"), 2) + _indented(console, words, 4)

    async def run(self, desk: Desk) -> None:
        """Answer what is typed, until the input ends; then only print."""
        ask = self._ask or sys.stdin
        if self._ask is None and not ask.isatty():
            await asyncio.Event().wait()
        lines: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def read() -> None:
            for line in ask:
                loop.call_soon_threadsafe(lines.put_nowait, line)

        threading.Thread(target=read, name="console-input", daemon=True).start()
        while True:
            await self.answer(desk, await lines.get())

    async def answer(self, desk: Desk, line: str) -> None:
        """One typed line: `lookup 小米`, `/watch add Xiaomi "Hangzhou Hikvision"`."""
        if not line.strip():
            return
        asked = request(line, place=Place("console"), person="you", language=self._language, at=self._now())
        reply = await desk.answer(asked)
        for card in (*reply.cards, *map(_named, reply.files)):
            self.show(card)

    async def check(self) -> AsyncIterator[str]:
        yield "console: prints alerts here; give a chat's token to post there"

    async def close(self) -> None:
        return


def _named(file: Attachment) -> Card:
    """A file by its name, and what a picture shows: a terminal opens none."""
    title = f"{file.name} ({len(file.body):,} B)"
    return Card(summary=title, title=title, sections=(Section("", file.alt),) if file.alt else ())


def _indented(console: Console, text: Text, by: int) -> list[Text]:
    """Wrapped to the width, every line moved in, nothing behind its end."""
    held = Text(text.plain.replace(NO_BREAK, _HELD), style=text.style)
    lines = held.wrap(console, max(20, console.width - by))
    for line in lines:
        line.rstrip()
        line.plain = line.plain.replace(_HELD, NO_BREAK)
    return [Text(" " * by) + line for line in lines]


def _plain(text: str) -> str:
    """Text that cannot steer a terminal: no control characters but the line break."""
    return "".join(character for character in text if character in {"\n", NO_BREAK} or character.isprintable())
