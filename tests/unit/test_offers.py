"""What is offered between two keystrokes: from memory, in the order people look for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import StoreBusy
from bot.model import Place
from tests.worlds.desks import COUNTER, Counter, counter


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Counter]:
    async with counter(tmp_path, "Xiaomi Corporation", "Xianmen Works", "Nordwind Airlines LLC") as one:
        await one.desk.office.roll.refresh()
        yield one


async def test_companies_of_the_book_come_before_names_on_lists(here: Counter) -> None:
    """Each by any of its names; a list's own names follow."""
    offered = here.desk.complete("watch add", "names", "Xia")
    assert offered[0] == "Xiaomi"
    assert offered[-1] == "Xianmen Works"
    assert "小米" in here.desk.complete("lookup", "name", "小米")
    assert here.desk.complete("lookup", "name", "nordw") == ["Nordwind Airlines LLC"]
    assert len(here.desk.complete("lookup", "name", "x", 3)) == 3


async def test_tags_and_everything(here: Counter) -> None:
    """Where several may be named; a tag by its first letters."""
    assert "tag:chips" in here.desk.complete("watch add", "names", "tag:ch")
    assert here.desk.complete("watch add", "names", "tag:ch")[0].startswith("tag:")
    assert here.desk.complete("watch add", "names", "*") == ["*"]
    assert not [one for one in here.desk.complete("lookup", "name", "tag:ch") if one.startswith("tag:")]


async def test_what_is_watched_here_is_offered_to_take_it_away(here: Counter) -> None:
    """From memory: a moment after it was added, and never of another place."""
    await here.asked("watch add", names=("Xiaomi", "name:Orange"))
    here.desk.complete("watch remove", "names", "", place=COUNTER)
    await asyncio.sleep(0)
    while here.desk._following and not here.desk._following.done():
        await here.desk._following
    assert here.desk.complete("watch remove", "names", "x", place=COUNTER) == ["Xiaomi"]
    assert here.desk.complete("watch settings", "name", "", place=COUNTER) == ["Xiaomi", "name:Orange"]
    assert here.desk.complete("watch pause", "name", "", place=Place("slack", "T1/C2")) == []
    assert here.desk.complete("watch pause", "name", "") == []


async def test_a_store_that_is_away_offers_what_was_known(here: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nobody hears of it."""

    async def away() -> int:
        raise StoreBusy("locked")

    monkeypatch.setattr(here.desk.office.store, "subscriptions_version", away)
    assert here.desk.complete("watch remove", "names", "x", place=COUNTER) == []
    assert here.desk._following is not None
    await here.desk._following


async def test_choices(here: Counter) -> None:
    """Of several, the last one is completed, and those before it are not offered again; commands and sources too."""
    assert here.desk.complete("watch settings", "kinds", "listed,li") == ["listed,listing_story"]
    assert here.desk.complete("watch settings", "follow_ups", "") == ["thread", "channel", "quiet"]
    assert here.desk.complete("watch settings", "languages", "fr,z") == ["fr,zh"]
    assert "watch add" in here.desk.complete("help", "command", "watch")
    assert here.desk.complete("sources why", "source", "us") == []
    assert here.desk.complete("nothing", "name", "x") == ()
    assert here.desk.complete("lookup", "nothing", "x") == ()
