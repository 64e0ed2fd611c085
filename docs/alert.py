"""Draws docs/alert.svg, the picture in the README: the alert of 14 January 2021 as the demo prints it.

Run it from the top folder after the words of cards changed: python docs/alert.py
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
from bot import demo
from bot.model import Card

FIRST = "Xiaomi added to"


class Camera(ConsoleChat):
    """Keeps the one card that is wanted."""

    shot: Card | None = None

    def show(self, card: Card) -> None:
        if FIRST in card.title:
            Camera.shot = card


async def main() -> None:
    demo.ConsoleChat = Camera  # type: ignore[misc]
    await demo.demo(io.StringIO())
    if Camera.shot is None:
        raise SystemExit(f"the demo printed no card with {FIRST!r}")
    console = Console(record=True, width=104, file=io.StringIO(), force_terminal=True)
    ConsoleChat().draw(console, Camera.shot)
    console.save_svg(str(Path(__file__).with_name("alert.svg")), title="tocsin run", theme=MONOKAI)


if __name__ == "__main__":
    asyncio.run(main())
