"""What becomes of a told alert: edits, later reports, the list that bears a story out, the end of a listing.

Publishers, a watcher, a courier and a room to post in: what stands in the room after each step.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from adapters.lists.us_dod_cmc import us_dod_cmc
from adapters.news.feed import read_feed
from adapters.stores.sqlite import SqliteStore
from bot.book import shipped
from bot.deliver import Courier
from bot.ledger import Outcome
from bot.model import AlertKind, Card, Place, SourceCard, SourceKind, Update
from bot.sources import Source, StreamSource
from bot.watch import Watcher
from tests.worlds.chat import Room
from tests.worlds.facts import watch
from tests.worlds.pages import Pages, SetClock, rss, table

FILLER = [f"China Example Number {n} Group Co., Ltd." for n in range(20)]
LISTED = (
    "2",
    "US adds Xiaomi to list of Chinese military companies",
    "The Pentagon added Xiaomi to its list of Chinese military companies on Thursday, citing ties to the military.",
)
IN_FRENCH = (
    "f2",
    "Xiaomi sur la liste noire du Pentagone",
    "Le Pentagone a inscrit jeudi Xiaomi sur sa liste des entreprises militaires chinoises.",
)
PLAIN = ("9", "Xiaomi opens a shop in Lyon", "The phone maker Xiaomi opened its first shop in Lyon on Friday.")


@dataclass
class World:
    """Two outlets and a list; a room where alerts are posted and drawn again."""

    store: SqliteStore
    pages: Pages = field(default_factory=Pages)
    clock: SetClock = field(default_factory=SetClock)
    room: Room = field(default_factory=Room)

    def __post_init__(self) -> None:
        self.sources: dict[str, Source] = {"us_dod_cmc": us_dod_cmc}
        for id, tier in (("wire", 2), ("blog", 3)):
            card = SourceCard(
                id=id,
                title=id.capitalize(),
                publisher=id.capitalize(),
                url=f"https://{id}.example/rss",
                every=timedelta(minutes=10),
                kind=SourceKind.NEWS,
                tier=tier,
            )
            reader = partial(read_feed, source=id)
            self.sources[id] = StreamSource(
                card, lambda document, identity="", reader=reader: reader(document, identity=identity)
            )
        self.watcher = Watcher(
            store=self.store, fetcher=self.pages, clock=self.clock, catalogue=self.catalogue, book=shipped()
        )
        self.courier = Courier(
            store=self.store,
            chat=self.room,
            clock=self.clock,
            sources=lambda: {id: one.card for id, one in self.sources.items()},
        )

    async def catalogue(self) -> Mapping[str, Source]:
        return self.sources

    async def tells(self, id: str, *items: tuple[str, str, str], day: str = "Thu, 14 Jan 2021 20:00:00 GMT") -> Outcome:
        """An outlet's feed has these items; each outlet has links of its own."""
        body = rss(*items, day=day).replace(b"https://news.example/", f"https://{id}.example/".encode())
        body = body.replace(b"<title>News</title>", f"<title>{id.capitalize()}</title>".encode())
        return await self.prints(id, body)

    async def lists(self, *names: str, hours: float = 1) -> Outcome:
        return await self.prints("us_dod_cmc", table([*FILLER, *names]), hours)

    async def prints(self, id: str, body: bytes, hours: float = 0.5) -> Outcome:
        self.pages.shows(self.sources[id].card.url, body)
        self.clock.passes(hours=hours)
        outcome = await self.watcher.poll(self.sources[id])
        assert not outcome.why, outcome.why
        while await self.courier.round():
            continue
        return outcome

    def posted(self) -> list[str]:
        return [card.title for _, _, card in self.room.posted]

    def drawn(self, number: int = -1) -> str:
        """A card as it was last drawn again, whole."""
        return words(self.room.edited[number][2])


def words(card: Card) -> str:
    return "\n".join([card.title, *(f"{section.heading}: {section.text}" for section in card.sections)])


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    store = SqliteStore(tmp_path / "tocsin.db")
    await store.open()
    await store.subscribe(watch("Xiaomi"))
    world = World(store)
    try:
        await world.lists()
        await world.tells("wire", ("0", "Quiet day", "Nothing."))
        await world.tells("blog", ("0", "Quiet day", "Nothing."))
        yield world
    finally:
        await store.close()


# ── A publisher edits its story ───────────────────────────────────────────────────────────────────────────────────


async def test_an_edited_story_edits_its_alert(world: World) -> None:
    """The message in the chat says what the story says now, and that it changed; nobody is rung again."""
    await world.tells("wire", LISTED)
    corrected = (
        LISTED[0],
        "CORRECTED: US considers adding Xiaomi to list of Chinese military companies",
        "The Pentagon is considering adding Xiaomi to its list of Chinese military companies, it said. No decision.",
    )
    outcome = await world.tells("wire", corrected)
    assert (outcome.added, outcome.changed) == (0, 1)
    assert len(world.room.posted) == 1
    said = world.drawn()
    assert "Changed by its publisher: Wire" in said
    assert f"Headline: {corrected[1]}" in said
    assert "proposed" in said


async def test_each_edit_is_drawn_and_the_same_words_are_not(world: World) -> None:
    """Two corrections are two updates; a feed that is read again is none."""
    await world.tells("wire", LISTED)
    await world.tells("wire", (LISTED[0], LISTED[1], LISTED[2] + " Beijing protested."))
    await world.tells("wire", (LISTED[0], LISTED[1], LISTED[2] + " Beijing protested. Xiaomi denied it."))
    await world.tells("wire", (LISTED[0], LISTED[1], LISTED[2] + " Beijing protested. Xiaomi denied it."), PLAIN)
    assert len(world.room.edited) == 2
    assert "The company disputes it: Xiaomi denied it." in world.drawn()


async def test_an_edit_takes_the_company_out(world: World) -> None:
    """The alert that named it is drawn again with what the story says now."""
    await world.tells("wire", LISTED)
    await world.tells("wire", (LISTED[0], "Correction: US names nobody", "The Pentagon added nobody on Thursday."))
    assert "Headline: Correction: US names nobody" in world.drawn()


async def test_a_story_that_only_now_tells_of_a_listing_rings(world: World) -> None:
    """A live page that begins with something else is news when it comes to it."""
    await world.tells("wire", PLAIN)
    assert world.posted() == []
    await world.tells("wire", (PLAIN[0], LISTED[1], LISTED[2]))
    assert [title for title in world.posted() if "Xiaomi in a story about a listing" in title]
    assert world.room.edited == []


async def test_an_old_story_that_is_edited_stays_silent(world: World) -> None:
    """A story of 2019 that a feed brings up is kept, marked by its date, and does not ring; nor does an edit of it."""
    day = "Mon, 20 May 2019 08:00:00 GMT"
    await world.tells("blog", PLAIN, day=day)
    await world.tells("blog", (PLAIN[0], LISTED[1], LISTED[2]), day=day)
    assert world.posted() == []
    (kept,) = await world.store.stories_of("xiaomi")
    assert kept.published is not None
    assert (kept.title, kept.published.year) == (LISTED[1], 2019)


# ── Others tell it too ────────────────────────────────────────────────────────────────────────────────────────────


async def test_later_reports_stand_on_the_first_alert(world: World) -> None:
    """Another outlet, in another language: in the first one's thread, and counted on it."""
    await world.tells("wire", LISTED)
    await world.tells("blog", IN_FRENCH)
    assert [thread.id if thread else None for thread in world.room.threads] == [None, world.room.posted[0][1]]
    assert "2 reports: also Blog" in world.drawn()


# ── Units and single entries end ──────────────────────────────────────────────────────────────────────────────────


async def test_a_unit_that_is_taken_off_is_not_the_company_taken_off(world: World) -> None:
    """The message names the unit; what told of the company itself is not said to be over."""
    await world.tells("wire", LISTED)
    await world.lists("Xiaomi Corporation", "Xiaomi Automobile Lending Co., Ltd.")
    await world.lists("Xiaomi Corporation")
    told = len(world.room.edited)
    await world.lists("Xiaomi Corporation")
    (gone,) = [title for title in world.posted() if "taken off" in title]
    assert "Xiaomi Automobile Lending Co., Ltd. (" in gone
    assert "related to Xiaomi) taken off" in gone
    for _, _, card in world.room.edited[told:]:
        since = next(section.text for section in card.sections if section.heading == "Since then")
        assert "Taken off since:" not in since
        assert since.endswith("UTC: Xiaomi Automobile Lending Co., Ltd.")
    assert not [card for _, _, card in world.room.edited[told:] if "story" in card.title]


async def test_one_of_several_entries_is_taken_off(world: World) -> None:
    """While another entry of the company stands on the list nobody is told that the company left it."""
    await world.lists("Xiaomi Corporation", "Xiaomi Inc.")
    await world.lists("Xiaomi Corporation")
    await world.lists("Xiaomi Corporation")
    assert "An entry of Xiaomi taken off" in world.posted()[-1]
    said = words(world.room.posted[-1][2])
    assert "Another entry of this company stays on the list." in said
    await world.lists()
    await world.lists()
    assert world.posted()[-1].endswith("taken off the list “Communist Chinese military companies (Section 1237)”")


# ── The list bears it out, and the listing ends ───────────────────────────────────────────────────────────────────


async def test_a_list_change_shows_who_announced_it(world: World) -> None:
    """With outlet, tier, day and link; and the story's alert says that it is official now."""
    await world.tells("wire", LISTED)
    await world.lists("Xiaomi Corporation")
    listed = world.room.posted[-1][2]
    assert "Xiaomi added to" in listed.title
    assert f"Announced by: Wire (wire or paper of record), 2021-01-14: “{LISTED[1]}”" in words(listed)
    assert ("Wire", "https://wire.example/2") in [(link.text, link.url) for link in listed.links]
    confirmed = world.drawn()
    assert "Xiaomi in a story about a listing" in confirmed
    assert "Officially confirmed: the list of Chinese military companies" in confirmed


async def test_the_end_of_a_listing_is_drawn_into_what_told_of_it(world: World) -> None:
    """Months later: the story's alert and the list's own both say that it is over, and when that was seen."""
    await world.tells("wire", LISTED)
    await world.lists("Xiaomi Corporation")
    await world.lists(hours=24 * 131)
    await world.lists(hours=6)
    delisted = world.room.posted[-1][2]
    assert "Xiaomi taken off" in delisted.title
    ended = [words(card) for _, _, card in world.room.edited if "Taken off since" in words(card)]
    assert len(ended) == 2
    assert any("Xiaomi in a story about a listing" in one for one in ended)
    assert any("Xiaomi added to" in one for one in ended)
    assert "seen 2021-05-26" in ended[0]


async def test_the_end_of_a_listing_that_was_renamed_in_between_reaches_its_alert(world: World) -> None:
    """The list mends a letter, and with it the entry's key; the alert of the first day still hears of the end."""
    await world.lists("Xiaomi Comunications Group")
    assert (await world.lists("Xiaomi Communications Group", hours=24)).changed == 1
    await world.lists(hours=24)
    await world.lists(hours=6)
    ended = [words(card) for _, _, card in world.room.edited if "Taken off since" in words(card)]
    assert any("Xiaomi added to" in one for one in ended)


async def test_an_edit_overtakes_an_alert_that_waits_for_a_busy_chat(world: World) -> None:
    """The lane keeps its order: the alert is posted, then drawn again as the story is now."""
    world.room.is_busy(times=1)
    await world.tells("wire", LISTED)
    assert world.posted() == []
    await world.tells("wire", (LISTED[0], "Later: " + LISTED[1], LISTED[2]))
    assert len(world.posted()) == 1
    assert "Later: " in world.drawn()


async def test_updates_go_only_where_the_alert_went(world: World) -> None:
    """A place that asked for no stories about listings gets no edit of one."""
    elsewhere = Place("console", "lists only")
    await world.store.subscribe(watch("Xiaomi", place=elsewhere, kinds=frozenset({AlertKind.LISTED})))
    await world.tells("wire", LISTED)
    await world.tells("wire", (LISTED[0], "Edited: " + LISTED[1], LISTED[2]))
    updates = [one for one in await world.store.deliveries() if isinstance(one.message, Update)]
    assert {one.place.address for one in updates} == {"general"}
