"""Random histories on a store and on the plain one: whatever is asked, both answer alike."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from adapters.stores.redis import RedisStore
from adapters.stores.sqlite import SqliteStore
from bot.model import Act, Decision, Delivery, Memory, Paper, Place, Poll, Receipt, Subscription
from bot.ports import Store
from tests.worlds.nouns import GUILD, NEWSROOM, NOON, TRADING, alert, change, listing, mark, story
from tests.worlds.plain_store import PlainStore
from tests.worlds.redis_server import RedisServer

SOURCES = st.sampled_from(["us_csl", "reuters"])
KEYS = st.sampled_from(["E-1", "E-2", "小米:3"])
KEY_SETS = st.lists(KEYS, unique=True)
COMPANIES = st.sampled_from(["xiaomi", "huawei"])
PLACES = st.sampled_from([NEWSROOM, TRADING, GUILD])
PLATFORMS = st.sampled_from(["slack", "discord"])
TARGETS = st.sampled_from(["Xiaomi", "XIAOMI", "*"])
SHELVES = st.sampled_from(["mutes", "places"])
STATES = st.sampled_from(["", "waiting", "posted", "parked"])
LIMITS = st.integers(0, 4)
MINUTES = st.integers(0, 6)
LEASE = timedelta(minutes=2)


@st.composite
def stories(draw: st.DrawFn) -> Any:
    keys = draw(st.lists(st.sampled_from(["guid:1", "link:2", "title:3"]), min_size=1, unique=True))
    hours = draw(st.none() | st.integers(-2, 3))
    return story(draw(st.sampled_from("123")), hours=hours, keys=tuple(keys))


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    message = alert(draw(st.sampled_from(["a1", "a2", "a3", "a4"])), revision=draw(st.integers(1, 2)))
    due = NOON + timedelta(minutes=draw(MINUTES))
    return Delivery.of(message, draw(PLACES), because="a test", due=due)


@st.composite
def polls(draw: st.DrawFn) -> Poll:
    source = draw(SOURCES)
    entries = [listing(key, draw(st.sampled_from(["Xiaomi", "ZTE"])), source=source) for key in draw(KEY_SETS)]
    changes = [change(key, source=source, days=draw(st.integers(0, 2))) for key in draw(KEY_SETS)]
    told = draw(st.lists(stories(), max_size=3))
    return Poll(
        memory=Memory(source=source, tried_at=draw(st.none() | st.just(NOON))),
        listings=tuple((entry, mark(entry)) for entry in entries),
        marks=tuple((key, mark(listing(key), missing=1)) for key in draw(KEY_SETS)),
        removed=tuple(draw(KEY_SETS)),
        changes=tuple(changes),
        stories=tuple(told),
        story_companies=tuple((f"reuters/{one}", draw(COMPANIES)) for one in draw(st.lists(st.sampled_from("1234")))),
        deliveries=tuple(draw(st.lists(deliveries(), max_size=4))),
    )


class Histories(RuleBasedStateMachine):
    """The model and a store, side by side; each rule is done on both and answered alike."""

    make: Callable[[Path], Store]  #: an empty store, for which a folder of its own is there

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.stores: list[Store] = [PlainStore(), type(self).make(Path(self.folder.name))]
        self.now = NOON
        self.versions: dict[str, int] = {}
        self.claims: list[list[Delivery]] = []  #: each claim as every store gave it out
        self.each(lambda store: store.open())

    def teardown(self) -> None:
        self.each(lambda store: store.close())
        self.runner.close()
        self.folder.cleanup()

    def each(self, ask: Callable[[Store], Awaitable[Any]]) -> list[Any]:
        async def all_of_them() -> list[Any]:
            return [await ask(store) for store in self.stores]

        return self.runner.run(all_of_them())

    def alike(self, ask: Callable[[Store], Awaitable[Any]]) -> Any:
        """Ask all, and give the answer that all gave."""
        model, *others = self.each(ask)
        for store, answer in zip(self.stores[1:], others, strict=True):
            assert answer == model, type(store).__name__
        return model

    # What is done

    @rule(poll=polls(), stale=st.integers(0, 6))
    def commit(self, poll: Poll, stale: int) -> None:
        source = poll.memory.source
        version = self.versions.get(source, 0) - (stale == 6)
        poll = replace(poll, memory=replace(poll.memory, version=version))
        if self.alike(lambda store: store.commit(poll)):
            self.versions[source] = version + 1

    @rule(sent=st.lists(deliveries(), max_size=4))
    def enqueue(self, sent: list[Delivery]) -> None:
        self.alike(lambda store: store.enqueue(sent))

    @rule(platform=PLATFORMS, limit=LIMITS)
    def claim(self, platform: str, limit: int) -> None:
        given = self.each(lambda store: store.claim(platform, now=self.now, lease=LEASE, limit=limit))
        unleased = [[replace(one, lease="") for one in claimed] for claimed in given]
        assert unleased[1] == unleased[0]
        self.claims.extend(list(one) for one in zip(*given, strict=True))

    @rule(pick=st.integers(0, 30), how=st.sampled_from(["posted", "later", "parked"]), minutes=MINUTES)
    def settle(self, pick: int, how: str, minutes: int) -> None:
        if not self.claims:
            return
        held = self.claims[pick % len(self.claims)]
        due = self.now + timedelta(minutes=minutes)
        outcomes: dict[str, Callable[[Delivery], Delivery]] = {
            "posted": lambda one: one.posted(Receipt("1"), self.now),
            "later": lambda one: one.later(due, doubtful=minutes > 3),
            "parked": lambda one: one.park("no rights"),
        }
        mine = dict(zip(map(id, self.stores), held, strict=True))
        self.alike(lambda store: store.settle(outcomes[how](mine[id(store)])))

    @rule(pick=st.integers(0, 30))
    def unpark(self, pick: int) -> None:
        parked = self.alike(lambda store: store.deliveries(state="parked"))
        key = parked[pick % len(parked)].key if parked else "nobody"
        self.alike(lambda store: store.unpark(key, now=self.now))

    @rule(place=PLACES, company=TARGETS, person=st.sampled_from(["U1", "U2"]))
    def subscribe(self, place: Place, company: str, person: str) -> None:
        one = Subscription(place=place, target=company, made_by=person, made_at=self.now)
        self.alike(lambda store: store.subscribe(one))

    @rule(kept=st.lists(st.tuples(SHELVES, KEYS)), dropped=st.lists(st.tuples(SHELVES, KEYS)), number=st.integers(0, 9))
    def decide(self, kept: list[tuple[str, str]], dropped: list[tuple[str, str]], number: int) -> None:
        done = Act(
            id=str(number),
            at=NOON + timedelta(minutes=number % 3),
            person="Ana",
            place=NEWSROOM,
            what="muted",
            company="xiaomi" if number % 2 else "",
        )
        papers = tuple(Paper(shelf, key, str(number).encode()) for shelf, key in dict.fromkeys(kept))
        decision = Decision(keep=papers, drop=tuple(dropped), acts=(done,) if number else ())
        self.alike(lambda store: store.decide(decision))

    @rule(place=PLACES, company=TARGETS)
    def unsubscribe(self, place: Place, company: str) -> None:
        self.alike(lambda store: store.unsubscribe(place, company))

    @rule(name=st.sampled_from("ab"), url=st.sampled_from(["https://a.example", "https://b.example"]))
    def add_feed(self, name: str, url: str) -> None:
        self.alike(lambda store: store.add_feed(name, url))

    @rule(name=st.sampled_from("ab"))
    def remove_feed(self, name: str) -> None:
        self.alike(lambda store: store.remove_feed(name))

    @rule(name=st.sampled_from("ab"), holder=st.sampled_from(["one", "two"]))
    def lead(self, name: str, holder: str) -> None:
        self.alike(lambda store: store.lead(name, holder, now=self.now, lease=LEASE))

    @rule(seconds=st.integers(1, 200))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    # What is asked

    @rule(source=st.just("") | SOURCES, key=st.just("") | KEYS, days=st.none() | st.integers(0, 2), limit=LIMITS)
    def ask_changes(self, source: str, key: str, days: int | None, limit: int) -> None:
        since = None if days is None else NOON + timedelta(days=days)
        self.alike(lambda store: store.changes(source=source, key=key, since=since, limit=limit))

    @rule(keys=KEY_SETS, since=st.none() | st.integers(0, 2), until=st.none() | st.integers(0, 3), limit=LIMITS)
    def ask_changes_of(self, keys: list[str], since: int | None, until: int | None, limit: int) -> None:
        first, end = (None if day is None else NOON + timedelta(days=day) for day in (since, until))
        entries = [(source, key) for key in keys for source in ("us_csl", "reuters")]
        self.alike(lambda store: store.changes_of(entries, since=first, until=end, limit=limit))
        self.alike(lambda store: store.next_changes(entries, first or NOON))
        self.alike(lambda store: store.last_changes(entries, first or NOON))

    @rule(after=st.integers(0, 2))
    def ask_former(self, after: int) -> None:
        self.alike(lambda store: store.former(after))

    @rule(company=COMPANIES, limit=LIMITS)
    def ask_stories(self, company: str, limit: int) -> None:
        self.alike(lambda store: store.stories_of(company, limit=limit))
        self.alike(lambda store: store.story_dates(company))

    @rule(place=st.none() | PLACES, state=STATES, limit=LIMITS)
    def ask_deliveries(self, place: Place | None, state: str, limit: int) -> None:
        self.alike(lambda store: store.deliveries(place=place, state=state, limit=limit))

    @invariant()
    def all_remember_the_same(self) -> None:
        async def everything(store: Store) -> list[Any]:
            sources = await store.memories()
            return [
                dict(sources),
                [(await store.listings(source), await store.marks(source)) for source in sorted(sources)],
                await store.stories([f"reuters/{number}" for number in range(4)]),
                await store.known_stories(["guid:1", "link:2", "title:3"]),
                (await store.subscriptions(), await store.subscriptions(NEWSROOM), await store.feeds()),
                (await store.listings_version(), await store.subscriptions_version()),
                await store.deliveries(),
                (await store.papers("mutes"), await store.papers("places"), await store.papers_version()),
                (await store.acts(), await store.acts(company="xiaomi", limit=2)),
            ]

        self.alike(everything)


@pytest.fixture(params=["sqlite", "redis"])
def make(request: pytest.FixtureRequest) -> Callable[[Path], Store]:
    """How an empty store is had."""
    if request.param == "sqlite":
        return lambda folder: SqliteStore(folder / "tocsin.db")
    server: RedisServer = request.getfixturevalue("redis_server")

    def emptied(folder: Path) -> Store:
        server.ask("FLUSHALL")
        return RedisStore(server.url)

    return emptied


def test_random_histories(make: Callable[[Path], Store]) -> None:
    """Polls, couriers, people and time in any order: two stores, one story."""
    run_state_machine_as_test(
        type("Histories", (Histories,), {"make": staticmethod(make)}),
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
