"""Draws docs/alert.svg, the picture in the README: the alert of 14 January 2021 as the demo prints it.

Run it from the top folder after the words of cards changed (a test says when): python docs/alert.py
"""

from __future__ import annotations

import asyncio
import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rich.console import Console
from rich.terminal_theme import MONOKAI

from adapters.console import ConsoleChat
from bot import demo, logs
from bot.model import Card, Place, Receipt

HERE = Path(__file__).resolve().parent
FIRST = "Xiaomi added to"


class Camera(ConsoleChat):
    """Keeps every card as it is posted, oldest first: what becomes of it later is another picture."""

    shots: list[Card] = []  # noqa: RUF012 - the demo makes its own chat, so what it saw stands here

    async def post(self, place: Place, card: Card, *, key: str, thread: Receipt | None = None) -> Receipt:
        self.shots.append(card)
        return Receipt(key)

    async def edit(self, place: Place, receipt: Receipt, card: Card, *, key: str = "") -> None:
        return


async def played() -> list[Card]:
    """What the demo posts."""
    logs.configure("ERROR")
    Camera.shots = []
    demo.ConsoleChat = Camera  # type: ignore[misc]
    try:
        await demo.demo(io.StringIO())
    finally:
        demo.ConsoleChat = ConsoleChat  # type: ignore[misc]
    return Camera.shots


def titled(cards: list[Card], words: str) -> Card:
    """The first card whose title has these words. Raises SystemExit where the demo posted none."""
    for card in cards:
        if words in card.title:
            return card
    raise SystemExit(f"the demo posted no card with {words!r} in its title: {[card.title for card in cards]}")


def svg(card: Card) -> str:
    """The card in a terminal's window."""
    console = Console(record=True, width=104, file=io.StringIO(), force_terminal=True)
    ConsoleChat().draw(console, card)
    return console.export_svg(title="tocsin run", theme=MONOKAI)


async def main() -> None:
    HERE.joinpath("alert.svg").write_text(svg(titled(await played(), FIRST)), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
