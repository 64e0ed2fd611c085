"""/show: a message again, for the place it came to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from bot.book import shipped
from bot.commands import FrontDesk, Office
from bot.commands.typed import request
from bot.model import Delivery, Notice, Place
from bot.roll import Roll
from tests.worlds.nouns import NEWSROOM, TRADING
from tests.worlds.plain_store import PlainStore


class Stopped:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    async def sleep(self, span: Any) -> None: ...


@pytest.mark.parametrize(("where", "ok"), [(NEWSROOM, True), (TRADING, False)])
async def test_a_message_is_shown_where_it_came(where: Place, ok: bool, now: datetime) -> None:
    """And nowhere else: a key is no way into another channel."""
    store = PlainStore()
    notice = Notice(id="n", source="us_csl", title="us_csl: unread", text="for 26 hours", at=now)
    delivery = Delivery.of(notice, NEWSROOM, because="runs Tocsin", due=now)
    await store.enqueue([delivery])
    desk = FrontDesk(Office(store=store, book=shipped(), roll=Roll(store), clock=Stopped(now), sources=dict))
    reply = await desk.answer(request(f"show {delivery.key}", place=where, person="ana", language="en", at=now))
    assert reply.ok is ok
    assert ("for 26 hours" in str(reply.cards)) is ok
