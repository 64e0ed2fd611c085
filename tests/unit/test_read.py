"""`read`: what an alert would say of a text that somebody put before us."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.stores.sqlite import SqliteStore
from bot.book import shipped
from bot.commands import FrontDesk, Office
from bot.model import Card, ListChange, Memory, Place, Poll, Reply, Request
from bot.roll import Roll
from tests.worlds.facts import CHANNEL, THEN, listing, mark, watch
from tests.worlds.pages import SetClock

STORY = (
    "Pentagon puts Xiaomi on list of Chinese military companies\n"
    "The Defense Department on Thursday added Xiaomi to its list of companies with ties to the Chinese military. "
    "Huawei was listed before. Xiaomi denied that it is owned or controlled by the Chinese military."
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FrontDesk]:
    store = SqliteStore(tmp_path / "tocsin.db")
    await store.open()
    try:
        yield FrontDesk(Office(store=store, book=shipped(), roll=Roll(store), clock=SetClock(), sources=dict))
    finally:
        await store.close()


async def ask(desk: FrontDesk, text: str, *, place: Place = CHANNEL, language: str = "en") -> Reply:
    request = Request(
        command="read", place=place, person="ana", arguments=(("text", text),), at=THEN, language=language
    )
    return await desk.answer(request)


def words(card: Card) -> str:
    return "\n".join([card.title, *(f"{section.heading}: {section.text}" for section in card.sections)])


def data(reply: Reply) -> dict[str, Any]:
    assert isinstance(reply.data, dict)
    return reply.data


async def xiaomi_is_listed(desk: FrontDesk) -> None:
    entry = listing("Xiaomi Corporation", listed_on=date(2021, 1, 14))
    memory = Memory(source="us_dod_cmc", read_at=THEN, rows=1)
    await desk.office.store.commit(Poll(memory=memory, listings=((entry, mark(entry)),)))


async def xiaomi_is_taken_off(desk: FrontDesk, *, at: datetime) -> None:
    entry = listing("Xiaomi Corporation", listed_on=date(2021, 1, 14))
    memory = await desk.office.store.memory("us_dod_cmc")
    assert memory is not None
    gone = ListChange(source="us_dod_cmc", key=entry.key, before=entry, after=None, seen=at)
    read = replace(memory, read_at=at)
    await desk.office.store.commit(Poll(memory=read, removed=(entry.key,), changes=(gone,)))


async def test_a_message_is_looked_up(desk: FrontDesk) -> None:
    """Whom it names, in which role, under which spelling, watched here or not; list, stage, reason and record."""
    await xiaomi_is_listed(desk)
    await desk.office.store.subscribe(watch("Xiaomi"))
    reply = await ask(desk, STORY)
    assert reply.ok
    assert reply.private
    said = words(reply.cards[0])
    for part in (
        "About a listing: Xiaomi",
        "Xiaomi: subject, watched here; written “Xiaomi” (same name",
        "Huawei: mentioned, in the company book, not watched here",
        "Stage: in force",
        "The company disputes it: Xiaomi denied that it is owned or controlled by the Chinese military.",
        "Official record: Xiaomi: Confirmed: “Xiaomi Corporation” is on us_dod_cmc since 2021-01-14.",
        "What it means: It names the company",
    ):
        assert part in said
    assert data(reply)["list"] == "us_dod_cmc"


async def test_a_watch_is_found_in_the_next_message_and_forgotten_again(desk: FrontDesk) -> None:
    """Nothing has to be restarted."""
    text = "Brandnew Dynamics opened a plant near Lyon"
    assert data(await ask(desk, text))["mentions"] == []
    await desk.office.store.subscribe(watch("Brandnew Dynamics"))
    assert [one["company"] for one in data(await ask(desk, text))["mentions"]] == ["Brandnew Dynamics"]
    await desk.office.store.unsubscribe(CHANNEL, "Brandnew Dynamics")
    assert data(await ask(desk, text))["mentions"] == []


async def test_whom_others_watch_is_not_told(desk: FrontDesk) -> None:
    """A name that only another channel watches is no business of this one; a company of the book is public."""
    elsewhere = Place("console", "deals")
    await desk.office.store.subscribe(watch("Brandnew Dynamics", place=elsewhere))
    await desk.office.store.subscribe(watch("Xiaomi", place=elsewhere))
    named = data(await ask(desk, "Brandnew Dynamics sells phones to Xiaomi"))["mentions"]
    assert [(one["company"], one["watched"]) for one in named] == [("Xiaomi", False)]


async def test_a_text_that_names_nobody(desk: FrontDesk) -> None:
    """It says so, and does not say that nobody is listed."""
    reply = await ask(desk, "An apple pie and a cup of tea, please")
    assert reply.cards[0].title == "Names no company that is watched here"


async def test_a_message_in_french_to_a_french_reader(desk: FrontDesk) -> None:
    """The card speaks the reader's language, the reason the text's."""
    reply = await ask(
        desk,
        "Xiaomi est sur la liste noire américaine, car le Pentagone l’accuse de liens avec l’armée.",
        language="fr",
    )
    said = words(reply.cards[0])
    assert "Sur une inscription\u00a0: Xiaomi" in said
    assert "Xiaomi\u00a0: sujet, dans le répertoire, pas surveillée ici" in said


async def test_a_text_of_forty_thousand_characters_is_taken(desk: FrontDesk) -> None:
    """Slack's longest message; what is longer is refused with both sizes."""
    assert (await ask(desk, "Xiaomi " * 5_714)).ok
    refused = await ask(desk, "x" * 40_001)
    assert not refused.ok
    assert refused.cards[0].title == "text: 40001 characters, 40000 at most. Send less."


async def test_a_message_without_a_date_about_a_listing_that_is_over(desk: FrontDesk) -> None:
    """From when to when it was listed, and what that meant then; today it is not."""
    await xiaomi_is_listed(desk)
    await xiaomi_is_taken_off(desk, at=datetime(2021, 5, 25, 21, 0, tzinfo=UTC))
    said = words((await ask(desk, STORY)).cards[0])
    assert "was on us_dod_cmc since 2021-01-14 and has been taken off; no longer there when read 2021-05-25" in said
    assert "US persons" in said.partition("What being on that list means (as of 2021-01-14)")[2]


async def test_who_left_one_list_of_a_carrier_is_looked_up(desk: FrontDesk) -> None:
    """It stays on another list of the same file: what is over is told with what stands, each under its own list."""
    memory = Memory(source="us_csl", read_at=THEN, rows=1)
    stays = listing("Xiaomi Corporation", source="us_csl", key="CMIC-1", programmes=("CMIC", "CMIC-EO13959"))
    left = listing("Xiaomi Corporation", source="us_csl", key="UVL: xiaomi", programmes=("UVL",))
    gone = ListChange(source="us_csl", key=left.key, before=left, after=None, seen=THEN)
    await desk.office.store.commit(Poll(memory=memory, listings=((stays, mark(stays)), (left, mark(left)))))
    kept = await desk.office.store.memory("us_csl")
    assert kept is not None
    await desk.office.store.commit(Poll(memory=kept, removed=(left.key,), changes=(gone,)))
    asked = Request(command="lookup", place=CHANNEL, person="ana", arguments=(("name", "Xiaomi"),), at=THEN)
    reply = await desk.answer(asked)
    assert "was on the Unverified List (US Department of Commerce, BIS)" in words(reply.cards[0])
    assert [one["key"] for one in data(reply)["past"]] == [left.key]


async def test_what_a_standing_listing_means_is_told_by_the_law_of_today(desk: FrontDesk) -> None:
    """A text without a date about a company listed in 2021: a ban of 2026 on contracts with it is not left out."""
    entry = listing("Xiaomi Corporation", listed_on=date(2021, 6, 3), programmes=("S1260H",))
    later = datetime(2026, 11, 23, tzinfo=UTC)
    memory = Memory(source="us_dod_cmc", read_at=later, rows=1)
    await desk.office.store.commit(Poll(memory=memory, listings=((entry, mark(entry)),)))
    assert isinstance(desk.office.clock, SetClock)
    desk.office.clock.at = later
    said = words((await ask(desk, STORY)).cards[0])
    assert (
        "What it means: It names the company as a Chinese military company operating in the United States. Since"
        in said
    )


async def test_a_listing_story_that_names_others_only_is_not_about_them(desk: FrontDesk) -> None:
    """Beijing's own list, drawn up because Washington listed Huawei, is no listing of Huawei."""
    text = "商务部：将建立不可靠实体清单制度\n商务部表示，外国企业将被列入不可靠实体清单。此前美国把华为列入实体清单。"
    said = words((await ask(desk, text)).cards[0])
    assert said.startswith("About a listing, but of no company watched here")
    assert "Huawei: mentioned" in said


async def test_a_message_in_one_line_has_sentences_of_its_own(desk: FrontDesk) -> None:
    """What is pasted without a line break has no title, and its second sentence may say why."""
    told = "Huawei added to the Entity List. The reason is its deals with Iran."
    assert "The reason is its deals with Iran." in words((await ask(desk, told)).cards[0])
