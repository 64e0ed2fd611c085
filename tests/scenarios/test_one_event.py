"""One event, however many tell it: a notice, papers, the file of one list, the file of the next.

Three lists and two streams in a world of our own: what each shows, and which alerts follow which.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.news.feed import read_feed
from adapters.stores.sqlite import SqliteStore
from bot.book import shipped
from bot.cards import Reader
from bot.data import typeset
from bot.ledger import Outcome
from bot.messages import follow_up_card, message_card
from bot.model import Alert, AlertKind, Bulletin, Delivery, Document, Reading, SourceCard, SourceKind, Story
from bot.registers import sisters
from bot.schedule import to_look_beside
from bot.sources import ListSource, Source, StreamSource
from bot.watch import Watcher
from tests.worlds.facts import listing, reading, watch
from tests.worlds.pages import Pages, SetClock, rss

FILLER = tuple(("1000" + str(number), f"Example Trading House {number}", "SDGT") for number in range(20))
XIAOMI = ("30948", "Xiaomi Corporation")
LISTS = {
    "us_ofac_sdn": ("Specially Designated Nationals", False),
    "us_ofac_cons": ("Consolidated list", True),
    "us_csl": ("Consolidated Screening List", True),
}


def card(id: str, title: str, kind: SourceKind = SourceKind.LIST, **facts: Any) -> SourceCard:
    return SourceCard(
        id=id,
        title=title,
        publisher=title,
        url=f"https://{id}.example/",
        every=timedelta(hours=2),
        kind=kind,
        **{"tier": 1, **facts},
    )


def read_lines(document: Document, *, source: str) -> Reading:
    """A list of ours: key, name and programme a line."""
    rows = [line.split("\t") for line in document.whole().decode().splitlines()]
    return reading(
        [
            listing(name, key=key, source=source, programmes=(programme,), listed_on=None)
            for key, name, programme in rows
        ]
    )


def read_notices(document: Document, identity: str = "") -> Bulletin:
    """A stream of official notices: number, day, title and text a line."""
    rows = [line.split("\t") for line in document.whole().decode().splitlines()]
    stories = [
        Story(
            source="us_federal_register",
            id=number,
            url=f"https://register.example/{number}",
            title=title,
            text=text,
            language="en",
            published=SetClock().now().replace(day=date.fromisoformat(day).day),
            publisher="Federal Register",
            keys=(number,),
            tier=1,
        )
        for number, day, title, text in rows
    ]
    return Bulletin(layout="lines/1", stories=stories)


@dataclass
class World:
    """A store, a clock and publishers, with verbs."""

    store: SqliteStore
    pages: Pages = field(default_factory=Pages)
    clock: SetClock = field(default_factory=SetClock)

    def __post_init__(self) -> None:
        self.sources: dict[str, Source] = {
            id: ListSource(card(id, title, carrier=carrier), partial(read_lines, source=id))
            for id, (title, carrier) in LISTS.items()
        }
        notices = card("us_federal_register", "Federal Register", SourceKind.NOTICES)
        self.sources["us_federal_register"] = StreamSource(notices, read_notices)
        wire = card("news_x", "News X", SourceKind.NEWS, tier=3)
        self.sources["news_x"] = StreamSource(
            wire, lambda document, identity="": read_feed(document, source="news_x", identity=identity)
        )
        self.watcher = Watcher(
            store=self.store, fetcher=self.pages, clock=self.clock, catalogue=self.catalogue, book=shipped()
        )

    async def catalogue(self) -> Mapping[str, Source]:
        return self.sources

    async def shows(self, id: str, *rows: tuple[str, str, str], hours: float = 2, filler: bool = True) -> Outcome:
        """A list has these entries, besides others that nobody watches."""
        lines = ["\t".join(row) for row in (*(FILLER if filler else ()), *rows)]
        return await self.prints(id, "\n".join(lines).encode(), hours)

    async def tells(self, title: str, text: str, *, guid: str, day: str, hours: float = 2) -> Outcome:
        """The wire has this story."""
        return await self.prints("news_x", rss((guid, title, text), day=day), hours)

    async def announces(self, *rows: tuple[str, str, str, str], hours: float = 2) -> Outcome:
        """The Register has these notices."""
        return await self.prints("us_federal_register", "\n".join("\t".join(row) for row in rows).encode(), hours)

    async def prints(self, id: str, body: bytes, hours: float) -> Outcome:
        self.pages.shows(self.sources[id].card.url, body)
        self.clock.passes(hours=hours)
        outcome = await self.watcher.poll(self.sources[id])
        assert not outcome.quarantined, outcome.why
        return outcome

    async def again(self, id: str, hours: float = 2) -> Outcome:
        self.clock.passes(hours=hours)
        return await self.watcher.poll(self.sources[id])

    async def deliveries(self) -> list[Delivery]:
        return [one for one in reversed(await self.store.deliveries()) if isinstance(one.message, Alert)]

    async def titles(self, language: str = "en") -> list[str]:
        """Each alert as it would be read; one that joins an earlier one as it stands in its thread."""
        reader = Reader(
            now=self.clock.now(), cards={id: one.card for id, one in self.sources.items()}, language=language
        )
        there = {one.key for one in await self.deliveries()}
        return [
            f"> {follow_up_card(alert, reader).title}" if there & set(one.follows) else message_card(one, reader).title
            for one in await self.deliveries()
            if isinstance(alert := one.message, Alert)
        ]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    store = SqliteStore(tmp_path / "tocsin.db")
    await store.open()
    await store.subscribe(watch("Xiaomi"))
    world = World(store)
    try:
        for id in LISTS:
            await world.shows(id)
        await world.announces(("2021-00001", "2021-01-02", "Sunshine Act Meetings", "A meeting."))
        await world.tells("Quiet day", "Nothing.", guid="0", day="Thu, 14 Jan 2021 20:00:00 GMT")
        yield world
    finally:
        await store.close()


# ── Moves between lists ───────────────────────────────────────────────────────────────────────────────────────────


async def test_an_entry_moves_to_a_list_that_is_read_first(world: World) -> None:
    """The addition is told; that it is off the other list is told as a move, in the thread of the addition."""
    await world.shows("us_ofac_sdn", (*XIAOMI, "HK-EO13936"))
    told = len(await world.deliveries())
    await world.shows("us_ofac_cons", (*XIAOMI, "NS-MBS"))
    await world.shows("us_ofac_sdn")
    await world.again("us_ofac_sdn")
    addition, removal = (await world.deliveries())[told:]
    assert isinstance(addition.message, Alert)
    assert isinstance(removal.message, Alert)
    assert addition.message.moved is None, "it is on both lists when this is read"
    assert removal.follows[0] == addition.key
    assert removal.message.moved is not None
    assert (await world.titles())[told:] == [
        "IMPORTANT · Xiaomi added to Consolidated list",
        "> Xiaomi moved from Specially Designated Nationals to Consolidated list",
    ]


async def test_an_entry_has_left_when_it_is_found_on_the_other_list(world: World) -> None:
    """Its absence was seen once: the addition is told as the move, and the confirmed removal joins it."""
    await world.shows("us_ofac_sdn", (*XIAOMI, "HK-EO13936"))
    told = len(await world.deliveries())
    await world.shows("us_ofac_sdn")
    await world.shows("us_ofac_cons", (*XIAOMI, "NS-MBS"))
    await world.again("us_ofac_sdn")
    move, removal = (await world.deliveries())[told:]
    assert removal.follows[1] == move.key
    assert (await world.titles("fr"))[told:] == [
        typeset("IMPORTANT · Xiaomi : passage de Specially Designated Nationals à Consolidated list"),
        typeset("> Xiaomi : passage de Specially Designated Nationals à Consolidated list"),
    ]


async def test_the_other_list_of_the_office_is_looked_at_between_two_readings(world: World) -> None:
    """ "Taken off" alone would be half the truth: the other list is due at once, and then the move is told."""
    await world.shows("us_ofac_cons")
    await world.shows("us_ofac_sdn", (*XIAOMI, "HK-EO13936"))
    told = len(await world.deliveries())
    await world.shows("us_ofac_sdn")
    assert to_look_beside(await world.store.memories(), sisters) == ("us_ofac_cons",)
    await world.shows("us_ofac_cons", (*XIAOMI, "NS-MBS"))
    assert to_look_beside(await world.store.memories(), sisters) == ()
    assert (await world.again("us_ofac_sdn")).removed == 1
    assert (await world.titles())[told:] == [
        "IMPORTANT · Xiaomi moved from Specially Designated Nationals to Consolidated list",
        "> Xiaomi moved from Specially Designated Nationals to Consolidated list",
    ]


async def test_the_other_list_of_the_office_cannot_be_read(world: World) -> None:
    """Two readings are enough all the same: the removal is told as what it is."""
    await world.shows("us_ofac_sdn", (*XIAOMI, "HK-EO13936"))
    told = len(await world.deliveries())
    await world.shows("us_ofac_sdn")
    await world.again("us_ofac_sdn")
    assert (await world.titles())[told:] == ["IMPORTANT · Xiaomi taken off Specially Designated Nationals"]


async def test_a_move_that_is_seen_from_its_end_only(world: World) -> None:
    """The removal was told days ago; the addition says where the entry came from, in the thread of the removal."""
    await world.shows("us_ofac_sdn", (*XIAOMI, "HK-EO13936"))
    await world.shows("us_ofac_cons", hours=3)
    await world.shows("us_ofac_sdn")
    await world.shows("us_ofac_cons", ("1", "Another", "NS-PLC"))
    await world.again("us_ofac_sdn")
    removal = (await world.deliveries())[-1]
    await world.shows("us_ofac_cons", (*XIAOMI, "NS-MBS"), hours=48)
    addition = (await world.deliveries())[-1]
    assert addition.follows[0] == removal.key
    assert (await world.titles())[-1] == "> Xiaomi moved from Specially Designated Nationals to Consolidated list"


async def test_an_entry_moves_between_two_lists_of_one_file(world: World) -> None:
    """From the Unverified List to the Entity List, whose rows have no number: the name tells."""
    await world.shows("us_csl", ("UVL: xiaomi corporation | beijing", "Xiaomi Corporation", "UVL"))
    told = len(await world.deliveries())
    await world.shows("us_csl", ("EL: xiaomi corporation | haidian", "Xiaomi Corporation", "EL"))
    await world.again("us_csl")
    titles = (await world.titles())[told:]
    assert len(titles) == 2
    assert titles[0].startswith("IMPORTANT · Xiaomi moved from the Unverified List")
    assert titles[1].startswith("> Xiaomi moved from the Unverified List")
    assert "to the Entity List" in titles[0]


async def test_a_place_that_asks_for_one_list_only_hears_of_the_move_too(world: World) -> None:
    """Its card has no earlier one to join, and still does not say "taken off" alone."""
    only = watch("Xiaomi", sources=frozenset({"us_ofac_sdn"}))
    await world.store.subscribe(only)
    await world.shows("us_ofac_sdn", (*XIAOMI, "HK-EO13936"))
    await world.shows("us_ofac_cons", (*XIAOMI, "NS-MBS"))
    await world.shows("us_ofac_sdn")
    await world.again("us_ofac_sdn")
    assert (await world.titles())[1:] == [
        "IMPORTANT · Xiaomi moved from Specially Designated Nationals to Consolidated list"
    ]


async def test_leaving_one_office_while_another_lists_is_no_move(world: World) -> None:
    """Two decisions, two alerts."""
    await world.shows("us_csl", ("EL: xiaomi | beijing", "Xiaomi Corporation", "EL"))
    told = len(await world.deliveries())
    await world.shows("us_csl")
    await world.shows("us_ofac_sdn", (*XIAOMI, "HK-EO13936"))
    await world.again("us_csl")
    alerts = [one.message for one in (await world.deliveries())[told:] if isinstance(one.message, Alert)]
    assert [(one.kind, one.moved, one.follows) for one in alerts] == [
        (AlertKind.LISTED, None, ()),
        (AlertKind.DELISTED, None, ()),
    ]


async def test_one_list_in_two_files(world: World) -> None:
    """The screening list repeats OFAC's a day later: the same event."""
    await world.shows("us_ofac_sdn", (*XIAOMI, "HK-EO13936"))
    await world.shows("us_csl", (f"SDN-{XIAOMI[0]}", XIAOMI[1], "SDN"), hours=24)
    first, second = await world.deliveries()
    assert second.follows[0] == first.key


# ── Notice first ──────────────────────────────────────────────────────────────────────────────────────────────────

NOTICE = (
    "2021-00900",
    "2021-01-15",
    "Addition of Entities to the Entity List",
    (
        "In this rule, the Bureau of Industry and Security (BIS) amends the Export Administration Regulations (EAR) "
        "by adding Xiaomi Corporation to the Entity List. It acts contrary to the national security of the US."
    ),
)
QUIET = ("2021-00001", "2021-01-02", "Sunshine Act Meetings", "A meeting.")
STORY = (
    "US adds Xiaomi to trade blacklist",
    "The US Commerce Department added Xiaomi to its Entity List on Friday, barring it from US technology.",
)
ENTITY = ("EL: xiaomi | beijing", "Xiaomi Corporation", "EL")


async def test_notice_then_story_then_file(world: World) -> None:
    """Announced, told by a paper, in the file: the first is the alert, the others join it."""
    await world.announces(QUIET, NOTICE, hours=26)
    await world.tells(*STORY, guid="1", day="Sat, 16 Jan 2021 08:00:00 GMT", hours=12)
    await world.shows("us_csl", ENTITY, hours=100)
    notice, story, file = await world.deliveries()
    assert [one.message.kind for one in (notice, story, file) if isinstance(one.message, Alert)] == [
        AlertKind.NOTICE,
        AlertKind.LISTING_STORY,
        AlertKind.LISTED,
    ]
    assert not notice.follows
    assert story.follows[0] == file.follows[0] == notice.key
    assert story.key in file.follows


async def test_file_then_story_then_notice(world: World) -> None:
    """The other way round: what comes after the file joins it."""
    await world.shows("us_csl", ENTITY)
    await world.tells(*STORY, guid="1", day="Sat, 16 Jan 2021 08:00:00 GMT", hours=30)
    await world.announces(QUIET, (NOTICE[0], "2021-01-19", *NOTICE[2:]), hours=72)
    file, story, notice = await world.deliveries()
    assert story.follows[0] == notice.follows[0] == file.key


async def test_a_story_of_last_month_is_another_event(world: World) -> None:
    """A list change weeks later is told by itself."""
    await world.tells(*STORY, guid="1", day="Fri, 15 Jan 2021 20:00:00 GMT", hours=24)
    await world.shows("us_csl", ENTITY, hours=24 * 20)
    _, file = await world.deliveries()
    assert not file.follows


async def test_a_story_about_another_list_is_another_event(world: World) -> None:
    """Company and day are the same, the list is not."""
    await world.tells(*STORY, guid="1", day="Fri, 15 Jan 2021 20:00:00 GMT", hours=24)
    await world.shows("us_ofac_sdn", (*XIAOMI, "HK-EO13936"))
    _, file = await world.deliveries()
    assert not file.follows


async def test_a_listing_is_no_follow_up_of_a_delisting(world: World) -> None:
    """Put on in January, taken off in the same week: two events, told apart by which way they go."""
    await world.shows("us_csl", ENTITY)
    await world.shows("us_csl")
    await world.again("us_csl")
    await world.tells(
        "US removes Xiaomi from trade blacklist",
        "The US Commerce Department removed Xiaomi from its Entity List on Monday, ending the export curbs.",
        guid="1",
        day="Mon, 18 Jan 2021 08:00:00 GMT",
        hours=80,
    )
    listed, delisted, story = await world.deliveries()
    assert not delisted.follows
    assert delisted.key in story.follows
    assert listed.key not in story.follows


# ── A notice that takes many off ──────────────────────────────────────────────────────────────────────────────────

HOUSES = tuple((f"2000{number}", f"Sample Shipping House {number} LLC", "SDGT") for number in range(6))
REMOVED = (
    "{list} is publishing the names of persons that have been removed from the {list}: "
    "Sample Shipping House 0 LLC; Sample Shipping House 1 LLC; SAMPLE SHIPPING HOUSE 2 LLC; "
    "Sample Shipping House 3 LLC; Sample Shipping House 4 LLC and Sample Shipping House 5 LLC."
)


@pytest.mark.parametrize(
    ("title", "text", "believed"),
    [
        ("Notice of OFAC Sanctions Actions", REMOVED.format(list="Specially Designated Nationals List"), True),
        ("Removal of Persons from the Entity List", REMOVED.format(list="Entity List"), False),
        ("Notice of OFAC Sanctions Actions", "No one is removed from the Specially Designated Nationals List.", False),
    ],
)
async def test_a_notice_takes_entries_off_that_nobody_watches(
    world: World, title: str, text: str, believed: bool
) -> None:
    """A quarter of the list at once is doubted, unless a notice about that list named every one of them."""
    await world.shows("us_ofac_sdn", *HOUSES)
    await world.announces(("2021-00002", "2021-01-14", title, text))
    world.pages.shows(world.sources["us_ofac_sdn"].card.url, "\n".join("\t".join(row) for row in FILLER))
    outcome = await world.again("us_ofac_sdn")
    assert (outcome.quarantined, outcome.removed) == (not believed, 6 if believed else 0), outcome.why


async def test_a_notice_about_an_inner_list_counts_for_the_file_that_carries_it(world: World) -> None:
    """The rule takes Xiaomi off the Entity List; the screening list, which carries that, needs no second reading."""
    await world.shows("us_csl", ("EL: xiaomi", "Xiaomi Corporation", "EL"))
    rule = "BIS amends the Export Administration Regulations by removing Xiaomi Corporation from the Entity List."
    await world.announces(("2021-00002", "2021-01-14", "Removal of an Entity From the Entity List", rule))
    assert (await world.shows("us_csl")).removed == 1
