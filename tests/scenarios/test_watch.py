"""The walk, from what publishers show to what waits in the outbox, on the embedded store and the real readers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from adapters.lists.us_dod_cmc import us_dod_cmc
from adapters.news.feed import read_feed
from adapters.stores.sqlite import SqliteStore
from bot.book import shipped
from bot.errors import FetchGone, FetchLater, FetchRefused
from bot.ledger import MOVED_AFTER, TOLERATED, Habits, Outcome
from bot.model import (
    Alert,
    AlertKind,
    Badge,
    Bulletin,
    ChangeKind,
    Delivery,
    Document,
    Memory,
    Notice,
    Place,
    Reading,
    SourceCard,
    SourceKind,
    Standing,
)
from bot.ports import Answer, Ask
from bot.sources import ListSource, Source, StreamSource
from bot.watch import Watcher
from tests.worlds.facts import CHANNEL, watch
from tests.worlds.pages import Pages, SetClock, rss, table

FILLER = [f"China Example Number {n} Group Co., Ltd." for n in range(20)]
OPERATORS = Place("console", "operators")
FEED = SourceCard(
    id="news_x",
    title="News X",
    publisher="X",
    url="https://news.example/rss",
    every=timedelta(minutes=10),
    kind=SourceKind.NEWS,
)


@dataclass
class World:
    """A store, a clock, publishers and a watcher, with verbs."""

    store: SqliteStore
    pages: Pages = field(default_factory=Pages)
    clock: SetClock = field(default_factory=SetClock)
    sources: dict[str, Source] = field(default_factory=dict)

    def __post_init__(self) -> None:
        reader = partial(read_feed, source="news_x")
        self.sources = {
            "us_dod_cmc": us_dod_cmc,
            "news_x": StreamSource(FEED, lambda document, identity="": reader(document, identity=identity)),
        }
        habits = Habits(operators=OPERATORS, holder="test")
        self.watcher = Watcher(
            store=self.store,
            fetcher=self.pages,
            clock=self.clock,
            catalogue=self.catalogue,
            book=shipped(),
            habits=habits,
        )

    async def catalogue(self) -> Mapping[str, Source]:
        return self.sources

    async def list_shows(self, names: list[str], **more: str) -> Outcome:
        self.pages.shows(us_dod_cmc.card.url, table(names, **more))
        return await self.polled("us_dod_cmc")

    async def feed_shows(self, *items: tuple[str, str, str], **more: str) -> Outcome:
        self.pages.shows(FEED.url, rss(*items, **more))
        return await self.polled("news_x")

    async def polled(self, id: str) -> Outcome:
        self.clock.passes(minutes=30)
        return await self.watcher.poll(self.sources[id])

    async def memory(self, id: str = "us_dod_cmc") -> Memory:
        memory = await self.store.memory(id)
        assert memory
        return memory

    async def waiting(self) -> list[Delivery]:
        return list(reversed(await self.store.deliveries(state="waiting")))

    async def alerts(self) -> list[Alert]:
        return [one.message for one in await self.waiting() if isinstance(one.message, Alert)]

    async def notices(self) -> list[Notice]:
        found = [one for one in await self.waiting() if isinstance(one.message, Notice)]
        assert all(one.place == OPERATORS for one in found), "channels are told nothing"
        return [one.message for one in found if isinstance(one.message, Notice)]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    store = SqliteStore(tmp_path / "tocsin.db")
    await store.open()
    await store.subscribe(watch("Xiaomi"))
    try:
        yield World(store)
    finally:
        await store.close()


async def test_a_first_reading_is_history(world: World) -> None:
    """No alert for what was on the list before we looked."""
    outcome = await world.list_shows([*FILLER, "Xiaomi Corporation"])
    assert (outcome.first, outcome.added, outcome.alerts) == (True, 21, 0)
    assert not await world.waiting()


async def test_xiaomi_is_listed(world: World) -> None:
    """One alert, with the entry, the reason of the match and the document that shows it."""
    await world.list_shows(FILLER)
    outcome = await world.list_shows([*FILLER, "Xiaomi Corporation"])
    assert (outcome.first, outcome.added, outcome.changed, outcome.removed) == (False, 1, 0, 0)
    (delivery,) = await world.waiting()
    assert delivery.place == CHANNEL
    assert delivery.because == "Xiaomi is watched here since 2021-01-14, asked for by Ana"
    (alert,) = await world.alerts()
    assert (alert.kind, alert.company.id) == (AlertKind.LISTED, "xiaomi")
    assert alert.changes[0].listing.name == "Xiaomi Corporation"
    assert alert.changes[0].sha256 == (await world.memory()).sha256
    assert alert.match
    assert alert.match.reasons


async def test_xiaomi_is_taken_off_after_two_readings(world: World) -> None:
    """Absent once is not delisted; absent twice is."""
    await world.list_shows([*FILLER, "Xiaomi Corporation"])
    once = await world.list_shows(FILLER)
    assert (once.removed, once.pending, once.alerts) == (0, 1, 0)
    assert not await world.waiting()
    twice = await world.list_shows([*FILLER, "Another Company"])
    assert (twice.removed, twice.pending) == (1, 0)
    (alert,) = await world.alerts()
    assert alert.kind is AlertKind.DELISTED
    (change, *_) = await world.store.changes(source="us_dod_cmc", limit=5)
    assert "us_dod_cmc" in change.source


@pytest.mark.parametrize("how", ["the same document", "not modified"])
async def test_a_publisher_that_stands_by_its_document_confirms_it(world: World, how: str) -> None:
    """The second reading may be a 304 or the very same bytes."""
    await world.list_shows([*FILLER, "Xiaomi Corporation"])
    await world.list_shows(FILLER)
    if how == "not modified":
        world.pages.stands_by(us_dod_cmc.card.url)
    outcome = await world.polled("us_dod_cmc")
    assert (outcome.removed, outcome.pending, outcome.unchanged) == (1, 0, True)
    assert [one.kind for one in await world.alerts()] == [AlertKind.DELISTED]
    assert [one.kind for one in await world.store.changes()] == [ChangeKind.REMOVED]


async def test_xiaomi_leaves_and_returns(world: World) -> None:
    """A list that lost rows for a day rings nobody, neither when it loses nor when it finds them."""
    await world.list_shows([*FILLER, "Xiaomi Corporation"])
    await world.list_shows(FILLER)
    await world.list_shows([*FILLER, "Xiaomi Corporation"])
    await world.list_shows(FILLER)
    assert not await world.waiting()


async def test_xiaomi_is_spelled_anew(world: World) -> None:
    """A list without numbers knows its entries by their names; a name mended is a change, told once and at once."""
    await world.list_shows([*FILLER, "Xioami Corporation"])
    outcome = await world.list_shows([*FILLER, "Xiaomi Corporation"])
    assert (outcome.added, outcome.changed, outcome.removed, outcome.pending) == (0, 1, 0, 0)
    assert (await world.polled("us_dod_cmc")).removed == 0
    (alert,) = await world.alerts()
    assert alert.kind is AlertKind.CHANGED
    (name,) = [one for one in alert.changes[0].fields if one.field == "name"]
    assert (name.old, name.new) == ("Xioami Corporation", "Xiaomi Corporation")
    assert len(await world.store.listings("us_dod_cmc")) == 21


async def test_half_the_list_is_gone(world: World) -> None:
    """Last good state kept, operators told once, channels told nothing; the next good reading ends it."""
    await world.list_shows([*FILLER, "Xiaomi Corporation"])
    good = await world.memory()
    for _ in range(3):
        outcome = await world.list_shows(FILLER[:9])
        assert outcome.quarantined
    (notice,) = await world.notices()
    assert "12 of 21 entries gone" in notice.text
    assert "tocsin sources accept us_dod_cmc" in notice.text
    assert len(await world.store.marks("us_dod_cmc")) == 21
    bad = await world.memory()
    assert bad.read_at == good.read_at
    assert bad.quarantine
    assert bad.quarantine.times == 3
    await world.list_shows([*FILLER, "Xiaomi Corporation"])
    assert (await world.memory()).quarantine is None


async def test_an_operator_accepts_the_loss(world: World) -> None:
    """What a person looked at is believed, and still needs its second reading to ring."""
    await world.list_shows([*FILLER, "Xiaomi Corporation"])
    await world.list_shows(FILLER[:9])
    memory = await world.memory()
    from bot.model import Poll

    await world.store.commit(Poll(memory=replace(memory, accept_next=True)))
    accepted = await world.list_shows(FILLER[:9])
    assert (accepted.quarantined, accepted.pending) == (False, 12)
    again = await world.list_shows(FILLER[:9])
    assert again.removed == 12
    assert [one.kind for one in await world.alerts()] == [AlertKind.DELISTED]


async def test_an_error_page_comes_in_place_of_the_list(world: World) -> None:
    """HTML is damage: nothing changes, one card to the operators however often it comes."""
    await world.list_shows(FILLER)
    for _ in range(3):
        world.pages.shows(us_dod_cmc.card.url, "<!DOCTYPE html><html><title>Access Denied</title></html>")
        outcome = await world.polled("us_dod_cmc")
        assert (outcome.quarantined, outcome.added) == (True, 0)
    (notice,) = await world.notices()
    assert "us_dod_cmc" in notice.title
    assert (await world.memory()).failures == 3


async def test_a_publisher_is_busy(world: World) -> None:
    """Failures that may mend themselves are told only when they last."""
    await world.list_shows(FILLER)
    world.pages.fails(us_dod_cmc.card.url, FetchLater("429", after=timedelta(hours=2)))
    outcome = await world.polled("us_dod_cmc")
    assert (outcome.quarantined, outcome.why) == (False, "429")
    assert (await world.memory()).due == world.clock.now() + timedelta(hours=2)
    assert not await world.notices()
    for _ in range(TOLERATED):
        await world.polled("us_dod_cmc")
    assert len(await world.notices()) == 1
    await world.list_shows([*FILLER, "One More"])
    assert (await world.memory()).trouble == ""


async def test_a_publisher_retires_an_address(world: World) -> None:
    """410: told once, never asked again."""
    await world.list_shows(FILLER)
    world.pages.fails(us_dod_cmc.card.url, FetchGone("410"))
    await world.polled("us_dod_cmc")
    (notice,) = await world.notices()
    assert "retired" in notice.title
    assert (await world.memory()).retired


async def test_a_list_stays_unread_for_days(world: World) -> None:
    """Answers about it are old: the operators hear of it even before the fifth failure."""
    await world.list_shows(FILLER)
    world.pages.fails(us_dod_cmc.card.url, FetchLater("connection refused"))
    world.clock.passes(days=4)
    await world.polled("us_dod_cmc")
    (notice,) = await world.notices()
    assert "unread for too long" in notice.title


async def test_a_forbidden_address_is_told_at_once(world: World) -> None:
    """Nobody mends a 403 by waiting."""
    world.pages.fails(us_dod_cmc.card.url, FetchRefused("403: use a mirror"))
    outcome = await world.polled("us_dod_cmc")
    assert not outcome.quarantined
    (notice,) = await world.notices()
    assert "use a mirror" in notice.text


async def test_a_reader_with_a_bug_is_a_stopped_source(world: World) -> None:
    """The others go on, the operators read what broke."""

    def broken(document: Document) -> Reading:
        raise KeyError("surprise")

    world.sources["us_dod_cmc"] = ListSource(us_dod_cmc.card, broken)
    world.pages.shows(us_dod_cmc.card.url, b"x")
    await world.watcher.turn(world.sources["us_dod_cmc"])
    (notice,) = await world.notices()
    assert "our reader broke on it (KeyError: 'surprise')" in notice.text


async def test_a_dry_run_writes_nothing(world: World) -> None:
    """It says what would be."""
    await world.list_shows(FILLER)
    before = await world.memory()
    world.pages.shows(us_dod_cmc.card.url, table([*FILLER, "Xiaomi Corporation"]))
    outcome = await world.watcher.poll(us_dod_cmc, dry_run=True)
    assert (outcome.added, outcome.alerts) == (1, 1)
    assert await world.memory() == before
    assert not await world.waiting()


async def test_a_document_may_come_from_a_file(world: World) -> None:
    """`tocsin poll SOURCE --file` fetches nothing."""
    document = Document.of(table(FILLER), at=world.clock.now())
    outcome = await world.watcher.poll(us_dod_cmc, document=document)
    assert outcome.rows == 20
    assert not world.pages.asked


async def test_every_document_is_let_go(world: World) -> None:
    """Spooled files do not pile up, also when reading failed."""
    await world.list_shows(FILLER)
    world.pages.shows(us_dod_cmc.card.url, b"")
    await world.polled("us_dod_cmc")
    assert world.pages.released == 2


async def test_a_permanent_move_is_adopted_when_it_lasts(world: World) -> None:
    """A captive portal redirects once; a publisher that moved does so every time."""
    url, new = us_dod_cmc.card.url, "https://new.example/list"
    world.pages.moved[url] = new
    for n in range(MOVED_AFTER):
        await world.list_shows([*FILLER, f"New {n}"])
    assert world.pages.asked[new] == 0
    world.pages.shows(new, table([*FILLER, "Elsewhere"]))
    await world.polled("us_dod_cmc")
    assert world.pages.asked[new] == 1


async def test_an_address_with_a_day_in_it(world: World) -> None:
    """A publisher that keeps every edition under its date is asked for that of some days ago."""
    card = replace(us_dod_cmc.card, url="https://law.example/{day}/list", behind=timedelta(days=5))
    world.sources["us_dod_cmc"] = replace(us_dod_cmc, card=card)
    world.pages.shows("https://law.example/2021-01-09/list", table(FILLER))
    assert (await world.polled("us_dod_cmc")).rows == 20
    world.clock.passes(days=2)
    world.pages.shows("https://law.example/2021-01-11/list", table([*FILLER, "Xiaomi Corporation"]))
    assert (await world.polled("us_dod_cmc")).added == 1


async def test_a_mirror_serves_official_lists_and_not_feeds(world: World) -> None:
    """TOCSIN_MIRROR is where the lists come from."""
    world.watcher.habits = replace(world.watcher.habits, mirror="http://mirror.example/{source}")
    world.pages.shows("http://mirror.example/us_dod_cmc", table(FILLER))
    assert (await world.polled("us_dod_cmc")).rows == 20
    assert (await world.feed_shows(("1", "Quiet day", "Nothing."))).rows == 1


# ── Stories ───────────────────────────────────────────────────────────────────────────────────────────────────────

LISTED = (
    "2",
    "US adds Xiaomi to list of Chinese military companies",
    "The Pentagon added Xiaomi to its list of Chinese military companies on Thursday.",
)


async def test_a_story_about_a_listing_rings(world: World) -> None:
    """And carries what the record says."""
    await world.list_shows([*FILLER, "Xiaomi Corporation"])
    await world.feed_shows(("1", "Quiet day", "Nothing."))
    outcome = await world.feed_shows(("1", "Quiet day", "Nothing."), LISTED)
    assert (outcome.added, outcome.changed, outcome.alerts) == (1, 0, 1)
    (alert,) = await world.alerts()
    assert alert.kind is AlertKind.LISTING_STORY
    assert alert.story
    assert alert.story.title == LISTED[1]
    assert alert.evidence[0].badge in {Badge.CONFIRMED, Badge.ELSEWHERE}
    assert [one.title for one in await world.store.stories_of("xiaomi")] == [LISTED[1]]


async def test_the_same_event_from_another_outlet_joins_the_first_alert(world: World) -> None:
    """One alert an event: the later report is a follow-up of the first one's delivery."""
    await world.feed_shows(("1", "Quiet day", "Nothing."))
    await world.feed_shows(LISTED)
    again = (
        "7",
        "Xiaomi added to US list of Chinese military companies",
        "Xiaomi was added by the Pentagon on Thursday to its list of Chinese military companies.",
    )
    other = ("8", "Xiaomi opens a shop in Lyon", "The phone maker Xiaomi opened its first shop in Lyon on Friday.")
    await world.feed_shows(again, other)
    first, follow_up = await world.waiting()
    assert follow_up.follows == (first.key,)
    assert not first.follows


async def test_a_first_reading_of_a_feed_is_silent(world: World) -> None:
    """What stood in it before we looked is no news, but can be asked for."""
    outcome = await world.feed_shows(LISTED)
    assert (outcome.first, outcome.alerts) == (True, 0)
    assert [one.title for one in await world.store.stories_of("xiaomi")] == [LISTED[1]]


async def test_a_story_rings_once_however_its_feed_behaves(world: World) -> None:
    """A new guid, a new date, a new title: the same link is the same story."""
    await world.feed_shows(("1", "Quiet day", "Nothing."))
    await world.feed_shows(LISTED)
    assert len(await world.alerts()) == 1
    await world.feed_shows(LISTED, day="Fri, 15 Jan 2021 09:00:00 GMT")
    body = rss(("2", "UPDATE: " + LISTED[1], LISTED[2])).replace(b">2</guid>", b">https://other/2</guid>")
    world.pages.shows(FEED.url, body)
    outcome = await world.polled("news_x")
    assert (outcome.added, outcome.changed) == (0, 1)
    assert len(await world.alerts()) == 1
    (kept,) = await world.store.stories_of("xiaomi")
    assert (kept.title, kept.text) == ("UPDATE: " + LISTED[1], LISTED[2]), "its new words are kept"


async def test_an_old_story_that_resurfaces_does_not_ring(world: World) -> None:
    """It is kept, marked by its date, and tells nobody."""
    await world.feed_shows(("1", "Quiet day", "Nothing."))
    outcome = await world.feed_shows(LISTED, day="Thu, 02 Apr 2020 20:00:00 GMT")
    assert (outcome.added, outcome.alerts) == (1, 0)


async def test_a_story_that_names_nobody_is_remembered_without_its_text(world: World) -> None:
    """Only enough to know it again."""
    await world.feed_shows(("1", "Quiet day", "Nothing happened in the markets."))
    ids = [
        f"news_x/{story.id}" for story in read_feed(_document(rss(("1", "Quiet day", "x"))), source="news_x").stories
    ]
    (story,) = (await world.store.stories(ids)).values()
    assert (story.title, story.text) == ("Quiet day", "")


def _document(body: bytes) -> Document:
    return Document.of(body, url=FEED.url, at=SetClock().now())


async def test_a_stream_may_have_several_addresses(world: World) -> None:
    """Public inspection is read beside the documents; one that fails does not stop the other."""
    inspection = "https://news.example/inspection"
    card = replace(FEED, also=(inspection,))
    source = world.sources["news_x"]
    assert isinstance(source, StreamSource)
    world.sources["news_x"] = replace(source, card=card)
    world.pages.shows(inspection, rss(("9", "Quiet inspection", "Nothing.")))
    assert (await world.feed_shows(("1", "Quiet day", "Nothing."))).rows == 2
    world.pages.stands_by(FEED.url)
    world.pages.shows(inspection, rss(LISTED))
    assert (await world.polled("news_x")).alerts == 1
    world.pages.fails(inspection, FetchLater("busy"))
    outcome = await world.feed_shows(("1", "Quiet day", "Nothing."), ("4", "Another", "x"))
    assert (outcome.added, outcome.why) == (1, "")


async def test_a_broken_feed_says_why(world: World) -> None:
    """And keeps what it knew."""
    await world.feed_shows(LISTED)
    world.pages.shows(FEED.url, "<html><title>Login</title></html>")
    outcome = await world.polled("news_x")
    assert outcome.quarantined
    assert "news_x" in (await world.notices())[0].title


# ── First readings are introduced ─────────────────────────────────────────────────────────────────────────────────


async def test_one_card_says_what_is_already_listed(world: World) -> None:
    """No flood at first: one standing card a place, once."""
    await world.store.subscribe(watch("Huawei"))
    await world.list_shows([*FILLER, "Xiaomi Corporation"])
    await world.watcher.introduce()
    await world.watcher.introduce()
    (delivery,) = await world.waiting()
    assert isinstance(delivery.message, Standing)
    found = {company.name: len(hits) for company, hits in delivery.message.found}
    assert found == {"Xiaomi": 1, "Huawei": 0}
    assert (await world.memory()).introduced


# ── Rounds ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_round_polls_what_is_due_and_sets_out_first(world: World) -> None:
    """The next look is written down before the first, so that a crash is no hot loop."""
    world.pages.shows(us_dod_cmc.card.url, table(FILLER))
    world.pages.shows(FEED.url, rss(LISTED))
    await world.watcher.once()
    assert world.pages.asked == {us_dod_cmc.card.url: 1, FEED.url: 1}
    await world.watcher.once()
    assert world.pages.asked == {us_dod_cmc.card.url: 1, FEED.url: 1}, "nothing is due yet"
    world.clock.passes(days=1)
    await world.watcher.once()
    assert world.pages.asked[us_dod_cmc.card.url] == 2


async def test_another_watcher_holds_the_lease(world: World) -> None:
    """One source is polled by one process at a time."""
    await world.store.lead("poll:us_dod_cmc", "another", now=world.clock.now(), lease=timedelta(minutes=2))
    world.pages.shows(us_dod_cmc.card.url, table(FILLER))
    await world.watcher.turn(us_dod_cmc)
    assert not world.pages.asked


async def test_another_watcher_was_faster(world: World) -> None:
    """A poll made from an older memory changes nothing."""
    await world.list_shows(FILLER)

    class Slow(Pages):
        async def fetch(self, ask: Ask) -> Answer:
            answer = await world.pages.fetch(ask)
            await faster.poll(us_dod_cmc)
            return answer

    world.pages.shows(us_dod_cmc.card.url, table([*FILLER, "Xiaomi Corporation"]))
    faster = world.watcher
    slow = Watcher(store=world.store, fetcher=Slow(), clock=world.clock, catalogue=world.catalogue, book=shipped())
    await slow.poll(us_dod_cmc)
    assert len(await world.alerts()) == 1
    assert len(await world.store.changes()) == 1


async def test_the_watcher_runs_until_it_is_stopped(world: World) -> None:
    """Whatever one source does, the others are read, and it ends cleanly."""
    world.pages.shows(us_dod_cmc.card.url, table(FILLER))
    world.pages.fails(FEED.url, FetchLater("no route"))

    async def is_read() -> bool:
        memory = await world.store.memory("us_dod_cmc")
        return memory is not None and memory.rows == 20 and world.pages.asked[FEED.url] > 1

    running = asyncio.create_task(world.watcher.run())
    async with asyncio.timeout(20):
        while not await is_read():  # noqa: ASYNC110 - the world has no event for "was read"
            await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_feed_keeps_its_kind_of_id(world: World) -> None:
    """What identified items last time identifies them now."""
    asked: list[str] = []

    def read(document: Document, identity: str = "") -> Bulletin:
        asked.append(identity)
        return read_feed(document, source="news_x", identity=identity)

    world.sources["news_x"] = StreamSource(FEED, read)
    await world.feed_shows(LISTED)
    await world.feed_shows(LISTED, ("3", "Another", "x"))
    assert asked == ["", (await world.memory("news_x")).identity]


async def test_a_slow_feed_does_not_hold_the_first_card_back(world: World) -> None:
    """Only a list that is being read for the first time is waited for."""
    world.pages.shows(us_dod_cmc.card.url, table([*FILLER, "Xiaomi Corporation"]))
    held = asyncio.Event()

    class Slow(Pages):
        async def fetch(self, ask: Ask) -> Answer:
            if ask.url == FEED.url:
                await held.wait()
            return await world.pages.fetch(ask)

    world.watcher.fetcher = Slow()
    running = asyncio.create_task(world.watcher.run())
    async with asyncio.timeout(20):
        while not await world.waiting():  # noqa: ASYNC110 - the outbox has no event
            await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    (delivery,) = await world.waiting()
    assert isinstance(delivery.message, Standing)
    assert await world.watcher.reading_first([us_dod_cmc]) is False
