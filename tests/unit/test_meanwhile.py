"""How far a long command is, shown until its answer is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.commands import meanwhile
from bot.commands.meanwhile import Meanwhile


class Work:
    """A command that ends when it is told to, and a chat that shows what it hears."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.said = Meanwhile()
        self.shown: list[str] = []
        self.heard = asyncio.Event()

    async def tell(self, line: str) -> None:
        self.shown.append(line)
        self.heard.set()

    async def is_shown(self, line: str) -> None:
        self.heard.clear()
        self.said(line)
        await self.heard.wait()

    def begins(self, tell: Callable[[str], Awaitable[None]] | None = None) -> asyncio.Task[None]:
        async def shown() -> None:
            work = asyncio.create_task(self.over.wait())
            await self.said.show(work, tell or self.tell)
            assert work.done()

        return asyncio.create_task(shown())


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meanwhile, "EVERY", 0.001)


async def test_each_new_word_is_shown_once_until_the_work_is_done() -> None:
    """The last one said counts; nothing is shown that was said before."""
    work = Work()
    showing = work.begins()
    await work.is_shown("1 of 3")
    await work.is_shown("2 of 3")
    work.said("2 of 3")
    work.over.set()
    await showing
    assert work.shown == ["1 of 3", "2 of 3"]


async def test_work_that_says_nothing_shows_nothing() -> None:
    """As most commands do."""
    work = Work()
    showing = work.begins()
    work.over.set()
    await showing
    assert work.shown == []


async def test_a_chat_that_does_not_take_it_is_left_in_peace(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that refuses, and one that never answers: no error, and no second try before the answer."""
    monkeypatch.setattr(meanwhile, "PATIENCE", 0.001)

    async def refuses(line: str) -> None:
        await work.tell(line)
        raise RuntimeError("closed")

    async def hangs(line: str) -> None:
        await work.tell(line)
        await asyncio.Event().wait()

    for chat in (refuses, hangs):
        work = Work()
        done = asyncio.create_task(work.over.wait())
        work.said("1 of 3")
        await work.said.show(done, chat)
        assert not done.done()
        assert work.shown == ["1 of 3"]
        done.cancel()
