"""The Federal Register names companies in the text of its documents alone: it is fetched and read, once.

The real reader and watcher, and pages in memory. What the Register answers is typed in the shape of its API.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from adapters.lists.us_federal_register import us_federal_register
from adapters.stores.sqlite import SqliteStore
from bot import gazette
from bot.book import shipped
from bot.errors import FetchLater, FetchRefused
from bot.ledger import Outcome
from bot.model import Alert, AlertKind, Document
from bot.sources import Source
from bot.watch import Watcher
from tests.worlds.facts import watch
from tests.worlds.pages import Pages, SetClock

TEXTS = "https://www.federalregister.gov"
FILED = f"{TEXTS}/public-inspection/raw_text/202/100/123.txt"
PRINTED = f"{TEXTS}/documents/full_text/text/2021/01/15/2021-00123.txt"
MIRROR = "http://mirror.example/us_federal_register"
ON_MIRROR = "http://mirror.example/2021-00123.txt"
IN_FOLDER = "file:///home/me/2021-00123.txt"
SPOKEN = """
DEPARTMENT OF DEFENSE

Notice of Availability of Designation of Chinese Military Companies

The Deputy Secretary of Defense has determined that the following
entities qualify as Chinese military companies and are added to the list:

Beijing Example Works Co., Ltd.; Xiaomi
Corporation; and Shanghai Sample Electronics.
"""


def filed(number: str = "2021-00123", **more: object) -> dict[str, object]:
    """A document on public inspection."""
    return {
        "document_number": number,
        "title": "Notices: Chinese Military Companies",
        "agencies": [{"name": "Defense Department", "slug": "defense-department"}],
        "filed_at": "2021-01-14T16:15:00.000-05:00",
        "publication_date": "2021-01-15",
        "html_url": f"{TEXTS}/documents/2021/01/15/{number}/chinese-military-companies",
        "raw_text_url": FILED,
        "type": "Notice",
        **more,
    }


@dataclass
class World:
    store: SqliteStore
    pages: Pages = field(default_factory=Pages)
    clock: SetClock = field(default_factory=SetClock)

    def __post_init__(self) -> None:
        self.watcher = Watcher(
            store=self.store, fetcher=self.pages, clock=self.clock, catalogue=self.catalogue, book=shipped()
        )

    async def catalogue(self) -> Mapping[str, Source]:
        return {"us_federal_register": us_federal_register}

    async def shows(self, *documents: dict[str, object], hours: float = 0.2) -> Outcome:
        """What is on inspection; nothing was published."""
        self.pages.shows(us_federal_register.card.url, json.dumps({"count": 0}))
        body = {"count": len(documents), "results": documents, "regular_filings_updated_at": str(self.clock.now())}
        self.pages.shows(us_federal_register.card.also[0], json.dumps(body))
        self.clock.passes(hours=hours)
        return await self.watcher.poll(us_federal_register)

    async def mirrored(self, *documents: dict[str, object]) -> Outcome:
        """What a mirror has, under the source's id."""
        self.watcher.habits = replace(self.watcher.habits, mirror="http://mirror.example/{source}")
        self.pages.shows(MIRROR, json.dumps({"count": len(documents), "results": documents}))
        self.clock.passes(hours=0.2)
        return await self.watcher.poll(us_federal_register)

    async def given(self, *documents: dict[str, object]) -> Outcome:
        """Somebody polls a file."""
        body = json.dumps({"count": len(documents), "results": documents}).encode()
        document = Document.of(body, url="file:///home/me/newest.json", at=self.clock.now())
        self.clock.passes(hours=0.2)
        return await self.watcher.poll(us_federal_register, document=document)

    async def alerts(self) -> list[Alert]:
        found = [one.message for one in await self.store.deliveries()]
        return [one for one in reversed(found) if isinstance(one, Alert)]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    store = SqliteStore(tmp_path / "tocsin.db")
    await store.open()
    world = World(store)
    await store.subscribe(watch("Xiaomi"))
    await world.shows(filed("2021-00100", title="Meetings: Board of Visitors", raw_text_url=""))
    yield world
    await store.close()


async def test_a_company_that_only_the_text_names_is_told_while_it_is_on_inspection(world: World) -> None:
    """A day before it is printed, and once; the text is fetched once."""
    world.pages.shows(FILED, SPOKEN)
    await world.shows(filed())
    (alert,) = await world.alerts()
    assert (alert.kind, alert.company.id) == (AlertKind.NOTICE, "xiaomi")
    assert alert.analysis
    assert (alert.analysis.source, alert.analysis.listing_story) == ("us_dod_cmc", True)
    for _ in range(3):
        outcome = await world.shows(filed())
        assert (outcome.added, outcome.changed) == (0, 0)
    assert len(await world.alerts()) == 1
    assert world.pages.asked[FILED] == 1


async def test_a_printed_document_is_read_again_and_rings_nobody_twice(world: World) -> None:
    """Its title is another one and its text stands in a page of its own."""
    world.pages.shows(FILED, SPOKEN)
    await world.shows(filed())
    world.pages.shows(PRINTED, f"<html><body><pre>\n[Federal Register]\n{SPOKEN}\n&lt;end&gt;</pre></body></html>")
    printed = filed(title="Notice of Availability of Designation of Chinese Military Companies", raw_text_url=PRINTED)
    assert (await world.shows(printed)).changed == 1
    assert (await world.shows(printed)).changed == 0
    assert len(await world.alerts()) == 1
    (kept,) = await world.store.stories_of("xiaomi")
    assert "Xiaomi Corporation" in kept.text
    assert kept.text.endswith("<end>")


async def test_a_text_that_is_not_there_yet_is_asked_for_again(world: World) -> None:
    """The document is left for the next poll, and told without its text when it has waited for hours."""
    world.pages.fails(FILED, FetchLater("busy"))
    assert (await world.shows(filed())).added == 0
    world.pages.shows(FILED, SPOKEN)
    assert (await world.shows(filed())).added == 1
    assert len(await world.alerts()) == 1
    late = filed("2021-00124", raw_text_url=f"{FILED}x")
    world.pages.fails(f"{FILED}x", FetchLater("busy"))
    assert (await world.shows(late)).added == 0
    assert (await world.shows(late, hours=gazette.PATIENCE.total_seconds() / 3600)).added == 1


async def test_a_summary_that_names_a_company_does_not_wait(world: World) -> None:
    """What is known is told at once."""
    world.pages.fails(FILED, FetchLater("busy"))
    await world.shows(filed(title="Xiaomi Corporation: Notice of Chinese Military Companies"))
    assert len(await world.alerts()) == 1


async def test_a_flood_of_documents_is_read_in_several_polls(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many texts a poll; the others come with the next ones."""
    monkeypatch.setattr(gazette, "MANY", 2)
    world.pages.shows(FILED, SPOKEN)
    documents = [filed(f"2021-0020{number}") for number in range(5)]
    assert [(await world.shows(*documents)).added for _ in range(4)] == [2, 2, 1, 0]


async def test_texts_of_documents_on_other_matters_are_left_alone(world: World) -> None:
    """Neither a board's meeting nor another host is asked."""
    elsewhere = filed("2021-00125", raw_text_url="https://elsewhere.example/raw.txt")
    meeting = filed("2021-00126", title="Meetings: Board of Visitors")
    assert (await world.shows(elsewhere, meeting)).added == 2
    assert set(world.pages.asked) == {us_federal_register.card.url, *us_federal_register.card.also}


async def test_a_text_is_asked_for_again_though_nothing_else_changed(world: World) -> None:
    """Its document would be answered with "not modified" for days."""
    world.pages.fails(FILED, FetchLater("busy"))
    outcome = await world.shows(filed())
    assert (outcome.added, outcome.signals) == (0, ("2021-123: its text is not read (busy)",))
    kept = await world.store.memory("us_federal_register")
    assert kept
    assert (kept.validators, kept.signals) == ((), outcome.signals)
    world.pages.shows(FILED, SPOKEN)
    outcome = await world.watcher.poll(us_federal_register)
    assert (outcome.added, outcome.signals) == (1, ())
    assert len(await world.alerts()) == 1


async def test_a_mirror_has_the_texts_beside_the_document(world: World) -> None:
    """Its addresses at the Register are not asked."""
    world.pages.shows(ON_MIRROR, SPOKEN)
    assert (await world.mirrored(filed())).added == 1
    assert len(await world.alerts()) == 1
    assert FILED not in world.pages.asked


async def test_a_text_comes_onto_the_mirror_after_its_document(world: World) -> None:
    """Until then it is said where it belongs, and the unchanged document is read again."""
    world.pages.fails(ON_MIRROR, FetchRefused(f"{ON_MIRROR}: 404, nothing is there; look it up"))
    outcome = await world.mirrored(filed())
    why = f"{ON_MIRROR}: 404, nothing is there"
    assert outcome.signals == (f"2021-123: put its text on the mirror, at {ON_MIRROR} ({why})",)
    assert outcome.added == 0
    world.pages.shows(ON_MIRROR, SPOKEN)
    assert (await world.mirrored(filed())).added == 1
    assert len(await world.alerts()) == 1
    assert (await world.mirrored(filed())).unchanged


async def test_a_file_is_polled_with_the_texts_beside_it(world: World) -> None:
    """As from the publisher: the company that only the text names is told."""
    world.pages.shows(IN_FOLDER, SPOKEN)
    assert (await world.given(filed())).added == 1
    (alert,) = await world.alerts()
    assert alert.company.id == "xiaomi"


async def test_a_file_is_polled_again_when_its_texts_have_been_saved(world: World) -> None:
    """However long that takes: somebody is at work on it. What its summary says is told meanwhile."""
    world.pages.fails(IN_FOLDER, FetchRefused("no such file; check the path"))
    world.clock.passes(hours=3 * gazette.PATIENCE.total_seconds() / 3600)
    huawei = filed("2021-00124", title="Huawei: Notice of Chinese Military Companies")
    world.pages.fails("file:///home/me/2021-00124.txt", FetchRefused("no such file"))
    await world.store.subscribe(watch("Huawei"))
    outcome = await world.given(filed(), huawei)
    assert outcome.added == 1
    assert outcome.signals[0] == (
        "2021-123: save its text beside this file as 2021-00123.txt, and poll it again (no such file)"
    )
    assert [alert.company.id for alert in await world.alerts()] == ["huawei"]
    world.pages.shows(IN_FOLDER, SPOKEN)
    assert (await world.given(filed(), huawei)).added == 1
    assert [alert.company.id for alert in await world.alerts()] == ["huawei", "xiaomi"]


async def test_a_file_has_more_texts_than_a_poll_would_ask_a_publisher_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are here already, and nobody polls the file again."""
    monkeypatch.setattr(gazette, "MANY", 1)
    for number in range(3):
        world.pages.shows(f"file:///home/me/2021-0030{number}.txt", SPOKEN)
    assert (await world.given(*(filed(f"2021-0030{number}") for number in range(3)))).added == 3
