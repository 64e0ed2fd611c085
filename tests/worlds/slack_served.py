"""Tocsin's side of a Slack that is only a world: a chat, a desk that says what it is told to, and serving both."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.slack.app import Service
from adapters.slack.post import SlackChat
from adapters.slack.socket import Habits
from bot.book import shipped
from bot.commands import FrontDesk, Office
from bot.model import Card, Form, Place, Reply, Request, Section
from bot.ports import Desk
from bot.roll import Roll
from tests.worlds.plain_store import PlainStore
from tests.worlds.slack import APP_TOKEN, BOT_TOKEN, SlackWorld, served

HERE = Place("slack", "T0/C024")
CARD = Card(summary="s", title="t", sections=(Section("Why", "a medal", quote=True),))
#: As in production, only quicker.
QUICK = Habits(quiet=60, beat=0.02, ping=1, opening=3, grace=0.05, retry=0.05, longest=0.05)


def a_chat(slack: SlackWorld, **more: Any) -> SlackChat:
    return SlackChat(
        BOT_TOKEN,
        api_url=slack.api_url,
        **{"pace": timedelta(0), "patience": timedelta(seconds=5), "app_token": APP_TOKEN, **more},
    )


@dataclass
class Played:
    """A clock that stands until it is moved."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    async def sleep(self, span: timedelta) -> None:
        self.at += span


@dataclass
class Scripted:
    """A desk that says what it was told to, as slowly as it was told to."""

    reply: Reply = field(default_factory=lambda: Reply(cards=(CARD,)))
    asked: list[Request] = field(default_factory=list)
    hold: asyncio.Event | None = None
    breaks: bool = False
    so_far: str = ""  #: what it says meanwhile
    forms: dict[str, Form] = field(default_factory=dict)  #: by command, opened while nothing was filled in
    names: Sequence[str] = ()
    places: list[Place | None] = field(default_factory=list)  #: where each half-typed word was asked

    async def answer(self, request: Request) -> Reply:
        self.asked.append(request)
        if self.so_far and request.progress:
            request.progress(self.so_far)
        if self.hold:
            await self.hold.wait()
        if self.breaks:
            raise RuntimeError("a bug")
        return self.reply

    async def form(self, request: Request) -> Form | None:
        return self.forms.get(request.command)

    def complete(
        self, command: str, argument: str, typed: str, limit: int = 25, *, place: Place | None = None
    ) -> Sequence[str]:
        self.places.append(place)
        return [one for one in self.names if one.casefold().startswith(typed.casefold())][:limit]


def desk(store: PlainStore, clock: Played) -> FrontDesk:
    return FrontDesk(Office(store=store, book=shipped(), roll=Roll(store), clock=clock, sources=dict))


def serving(chat: SlackChat, desk: Desk, slack: SlackWorld, habits: Habits = QUICK, **more: Any) -> Any:
    return served(Service(chat.line, desk, habits=habits, **more).connect(APP_TOKEN), slack)


async def until(true: Any) -> None:
    """Look again at every turn of the loop, where no event tells."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - what is looked at belongs to the libraries
            await asyncio.sleep(0.005)
