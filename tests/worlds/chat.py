"""A small chat in memory, with verbs for how chats fail. Implements `bot.ports.Chat`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from bot.errors import ChatBusy, ChatDoubtful, ChatRefused
from bot.model import Card, Place, Receipt
from bot.ports import Desk


@dataclass
class Room:
    """What was posted where, in order; and what will happen to the next posts."""

    platform: str = "console"
    posted: list[tuple[Place, str, Card]] = field(default_factory=list)
    plan: list[Exception | str] = field(default_factory=list)
    edited: list[tuple[Place, str, Card]] = field(default_factory=list)
    edits_refused: str = ""
    closed: dict[Place, str] = field(default_factory=dict)  #: places where nothing can be said, and why
    threads: list[Receipt | None] = field(default_factory=list)
    can_tell: bool = True  #: whether `find` knows what was posted

    def next(self, *happens: Exception | str) -> None:
        """ "ok", "lost answer" (stored, and the connection breaks), or an error before anything is stored."""
        self.plan += happens

    def is_busy(self, times: int = 1) -> None:
        self.next(*[ChatBusy("429: slow down") for _ in range(times)])

    async def post(self, place: Place, card: Card, *, key: str, thread: Receipt | None = None) -> Receipt:
        if place in self.closed:
            raise ChatRefused(self.closed[place])
        happens = self.plan.pop(0) if self.plan else "ok"
        if isinstance(happens, Exception):
            raise happens
        self.posted.append((place, key, card))
        self.threads.append(thread)
        if happens == "lost answer":
            raise ChatDoubtful("the connection broke before the answer")
        return Receipt(key)

    async def find(self, place: Place, key: str, *, thread: Receipt | None = None) -> Receipt | None:
        there = any((place, key) == (where, which) for where, which, _ in self.posted)
        return Receipt(key) if self.can_tell and there else None

    async def edit(self, place: Place, receipt: Receipt, card: Card, *, key: str = "") -> None:
        if self.edits_refused:
            raise ChatRefused(self.edits_refused)
        self.edited.append((place, receipt.id, card))

    async def run(self, desk: Desk) -> None:
        await asyncio.Event().wait()

    async def check(self) -> AsyncIterator[str]:
        yield "a room in memory"

    async def close(self) -> None:
        return
