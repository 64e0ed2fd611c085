"""How quickly the past answers, and what a year of polls that bring nothing costs.

    python benchmarks/history.py [changes] [polls a source]

First: a store with 500,000 changes of 50,000 entries on ten lists over seven years (a kilobyte each, as real ones are),
in which companies have from one entry to 250. Random companies, every twentieth time the largest, are asked for random
days: `as_of` is the question to the roll and the store, for which the goal is a p99 under 20 ms; "with its card" is the
whole /lookup. Whether an entry is a company is found out at its first question, as in every look-up, and remembered:
that cost is shown by itself, and so is that of the index of sounds, which is filled once a process when a name is
asked for that no list knows by its words. The peer in the same run is what one would write first: load all changes of
the lists since the day and wind every entry back. It is asked three times.

Second: a year of hourly polls of every list and notice source, through the real watcher under a clock that stands at
each hour. Publishers answer "not modified", one of them sends its unchanged document each time. By default a source is
polled 365 times, not 8,760: the size does not depend on it, and the time of a year is that of a poll times their
number.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a clone is enough, nothing has to be installed

from adapters.lists.us_dod_cmc import us_dod_cmc
from adapters.stores.redis import RedisStore
from adapters.stores.sqlite import SqliteStore
from bot import logs
from bot.archive import Archive
from bot.book import shipped
from bot.commands import FrontDesk, Office
from bot.history import end_of
from bot.ledger import Habits
from bot.matching.whom import recognise
from bot.model import (
    Document,
    EntityKind,
    FieldChange,
    ListChange,
    Listing,
    Mark,
    Memory,
    Name,
    NameKind,
    Place,
    Poll,
    Request,
    SourceKind,
    Verdict,
)
from bot.ports import Answer, Ask, Store
from bot.roll import Roll
from bot.sources import Source
from bot.watch import Watcher
from bot.wiring import official
from tests.worlds.pages import SetClock, table
from tests.worlds.redis_server import running

CHANGES = 500_000
ENTRIES_A_CHANGE = 10  #: changes that an entry has, on average
POLLS = 365
YEAR = 8_760
ASKED = 1_000
COMPANIES = 150  #: different ones among those questions
GOAL = 20.0  # milliseconds
LISTS = [f"list_{number}" for number in range(10)]
BEGUN, NOW = datetime(2019, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
SYLLABLES = [
    "ba",
    "cho",
    "dan",
    "fei",
    "gor",
    "hua",
    "jin",
    "kor",
    "lan",
    "mir",
    "nov",
    "ost",
    "pra",
    "qin",
    "rus",
    "shen",
    "tor",
    "ural",
    "van",
    "wei",
    "xin",
    "yar",
    "zhe",
]


# ── A large past ──────────────────────────────────────────────────────────────────────────────────────────────────


def companies(chance: random.Random, entries: int) -> Iterator[tuple[str, int]]:
    """Names and how many entries each has: most one, a few many, and Huawei with 250."""
    yield "Huawei", min(250, entries)
    left = entries - 250
    while left > 0:
        size = min(left, int(chance.paretovariate(1.1)), 250)
        words = ("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).capitalize() for _ in range(2))
        yield " ".join(words), size
        left -= size


def entries(chance: random.Random, count: int) -> Iterator[Listing]:
    number = 0
    for name, size in companies(chance, count):
        for part in range(size):
            number += 1
            yield Listing(
                source=LISTS[number % len(LISTS)],
                key=f"E-{number}",
                name=f"{name} Technologies Co., Ltd." if part == 0 else f"{name} Unit {part} Co., Ltd.",
                kind=EntityKind.COMPANY,
                aliases=(Name(f"{name} Trading {part}"), Name(f"Old {name} {part}", NameKind.FORMER)),
                programmes=("EL",),
                listed_on=date(2018, 1, 1) + timedelta(days=chance.randrange(2500)),
                reason="Acting contrary to the national security or foreign policy interests of the country.",
                addresses=(f"{number} Science Park Road, Building {part}, Example City, 518000",),
                countries=("CN",),
            )


def past_of(chance: random.Random, listing: Listing, count: int) -> Iterator[ListChange]:
    """So many changes of an entry over the years: renamed, readdressed, taken off and back; oldest first."""
    days = sorted(chance.sample(range(1, (NOW - BEGUN).days), count))
    now: Listing | None = listing
    for number, day in enumerate(days):
        before, seen = now, BEGUN + timedelta(days=day, seconds=chance.randrange(86_400))
        if before is None:
            now = listing
        elif chance.random() < 0.05:
            now = None
        elif chance.random() < 0.1:
            now = replace(before, name=f"{before.name.split(' Co.')[0]} {number} Co., Ltd.")
        else:
            now = replace(before, addresses=(f"{number} New Road, Example City, 518000",))
        fields = () if before is None or now is None else (FieldChange("addresses", "old", "new"),)
        yield ListChange(
            source=listing.source,
            key=listing.key,
            before=before,
            after=now,
            seen=seen,
            edition=f"{seen:%Y-%m-%d}",
            sha256=f"{day:064x}",
            fields=fields,
        )


async def fill(store: Store, changes: int) -> list[str]:
    """A store with that many changes. The names that can be asked for, one an entry."""
    chance = random.Random(7)
    count = changes // ENTRIES_A_CHANGE
    versions = dict.fromkeys(LISTS, 0)
    waiting: dict[str, tuple[list[Listing], list[ListChange]]] = {id: ([], []) for id in LISTS}
    names, made, left = [], 0, count

    async def keep(source: str) -> None:
        standing, happened = waiting[source]
        memory = Memory(source=source, version=versions[source], begun=BEGUN, read_at=NOW, tried_at=NOW)
        listings = tuple((one, Mark(b"", one.content_hash())) for one in standing)
        assert await store.commit(Poll(memory=memory, listings=listings, changes=tuple(happened)))
        versions[source] += 1
        waiting[source] = ([], [])

    for listing in entries(chance, count):
        share = (changes - made) // left
        past = list(past_of(chance, listing, share))
        made, left = made + share, left - 1
        standing, happened = waiting[listing.source]
        if last := past[-1].after:
            standing.append(last)
        happened += past
        names.append(listing.name.split(" Co.")[0].split(" Unit")[0].removesuffix(" Technologies"))
        if len(happened) >= 5_000:
            await keep(listing.source)
    for source in LISTS:
        await keep(source)
    return names


def office(store: Store) -> Office:
    return Office(store=store, book=shipped(), roll=Roll(store), clock=SetClock(NOW), sources=dict)


async def ask(store: Store, names: list[str]) -> None:
    """Random companies on random days."""
    chance = random.Random(11)
    here = office(store)
    started = time.perf_counter()
    await here.roll.refresh()
    print(f"  the roll is ready in {time.perf_counter() - started:.1f} s, once a process")
    archive, desk = Archive(store, here.roll), FrontDesk(here)
    whom = ["Huawei", *chance.sample(sorted(set(names)), COMPANIES - 1)]
    started = time.perf_counter()
    here.roll.of(here.book.find("Qwyx Zzwkh"))
    print(f"  the index of sounds is filled in {time.perf_counter() - started:.1f} s, once, when a name is unknown")
    first, again, work, whole = [], [], [], []
    for name in whom:
        started = time.perf_counter()
        await archive.on(await archive.known(here.book.find(name), name), NOW.date())
        first.append((time.perf_counter() - started) * 1e3)
    days = [BEGUN.date() + timedelta(days=chance.randrange(2550)) for _ in range(ASKED)]
    asked = [(whom[number % len(whom)] if number % 20 else "Huawei", day) for number, day in enumerate(days)]
    for name, day in asked:
        started, worked = time.perf_counter(), time.process_time()
        await archive.on(await archive.known(here.book.find(name), name), day)
        again.append((time.perf_counter() - started) * 1e3)
        work.append((time.process_time() - worked) * 1e3)
    for name, day in asked[:200]:
        started = time.perf_counter()
        assert (await desk.answer(typed(name, day))).ok
        whole.append((time.perf_counter() - started) * 1e3)
    naive = [await wind_everything_back(store, here, *one) for one in asked[1:4]]
    p50, p99 = spread(again)
    print(f"  as_of          p50 {p50:6.2f} ms, p99 {p99:6.2f} ms; the goal is {GOAL:.0f}")
    mine = spread(work)
    print(f"  its CPU time   p50 {mine[0]:6.2f} ms, p99 {mine[1]:6.2f} ms, without what a server works")
    print(f"  with its card  p50 {spread(whole)[0]:6.2f} ms, p99 {spread(whole)[1]:6.2f} ms")
    print(
        f"  a company's first question, its names matched: p50 {spread(first)[0]:.1f} ms, p99 {spread(first)[1]:.0f} ms"
    )
    peer = statistics.median(naive)
    print(f"  peer           {peer:6.0f} ms, all changes since the day wound back: {peer / p50:,.0f} times as_of's p50")


def typed(name: str, day: date) -> Request:
    words = (("name", name), ("as_of", day.isoformat()))
    return Request(command="lookup", place=Place("console"), person="ana", arguments=words, at=NOW)


def spread(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


async def wind_everything_back(store: Store, here: Office, name: str, day: date) -> float:
    """The answer as one would compute it first: every list as it was, then the company in it. Milliseconds."""
    started = time.perf_counter()
    company = here.book.find(name)
    for source in LISTS:
        then: dict[str, Listing | None] = dict(await store.listings(source))
        for change in await store.changes(source=source, since=end_of(day), limit=10_000_000):
            then[change.key] = change.before
        word = name.split()[0]
        found = [one for one in then.values() if one and word in one.name]
        [one for one in found if recognise(company, one).verdict is not Verdict.NO]
    return (time.perf_counter() - started) * 1e3


# ── A quiet year ──────────────────────────────────────────────────────────────────────────────────────────────────


class Quiet:
    """Publishers that have nothing new. One sends its document every time, the others say so."""

    def __init__(self) -> None:
        self.first: set[str] = set()
        self.body = table(f"China Example Number {n} Group Co., Ltd." for n in range(200))

    async def fetch(self, ask: Ask) -> Answer:
        return Answer(document=Document.of(self.body, url=ask.url, at=NOW))

    async def release(self, document: Document) -> None:
        return

    async def close(self) -> None:
        return


class NotModified(Quiet):
    async def fetch(self, ask: Ask) -> Answer:
        return Answer(document=None, validators=ask.validators)


async def quiet_year(store: Store, polls: int, size: object) -> None:
    """Every source polled so many times, an hour apart."""
    clock = SetClock(BEGUN)
    sources: dict[str, Source] = {id: one for id, one in official().items() if one.card.kind is not SourceKind.NEWS}

    async def catalogue() -> dict[str, Source]:
        return sources

    def watcher(fetcher: Quiet) -> Watcher:
        habits = Habits(holder="benchmark", every=timedelta(hours=1))
        return Watcher(store=store, fetcher=fetcher, clock=clock, catalogue=catalogue, book=shipped(), habits=habits)

    sends, silent = watcher(Quiet()), watcher(NotModified())
    for id in sources.keys() - {us_dod_cmc.card.id}:  # read once: what a first reading remembers
        memory = Memory(source=id, begun=BEGUN, read_at=BEGUN, tried_at=BEGUN, sha256="ab" * 32, rows=1)
        await store.commit(Poll(memory=memory))
    await sends.poll(us_dod_cmc)
    before = await size_of(size)
    started = time.perf_counter()
    for _ in range(polls):
        clock.passes(hours=1)
        for id, source in sources.items():
            await (sends if id == us_dod_cmc.card.id else silent).poll(source)
    took = time.perf_counter() - started
    count = polls * len(sources)
    grown = await size_of(size) - before
    assert await store.changes() == []
    print(
        f"  {len(sources)} sources, {polls:,} polls each: {took:.0f} s, {took / count * 1e3:.2f} ms a poll; "
        f"size {before / 1e3:,.0f} kB before, {grown / 1e3:+,.0f} kB after"
    )
    print(f"  a year of {YEAR:,} each at that pace: {took / polls * YEAR / 60:.0f} min of polling in all")


async def size_of(what: object) -> int:
    """Bytes kept: of the SQLite file its pages, of Redis the keys in memory."""
    if isinstance(what, SqliteStore):
        return await what._read(
            lambda db: int(db.execute("PRAGMA page_count").fetchone()[0] * db.execute("PRAGMA page_size").fetchone()[0])
        )
    assert isinstance(what, RedisStore)
    keys = [key async for key in what._client.scan_iter(count=1000)]
    return sum([int(await what._client.memory_usage(key, samples=0) or 0) for key in keys])


# ── Both stores ───────────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def opened(store: Store) -> AsyncIterator[Store]:
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def measure(store: Store, year: Store, changes: int, polls: int) -> None:
    async with opened(store):
        started = time.perf_counter()
        names = await fill(store, changes)
        print(f"  {changes:,} changes of {len(names):,} entries kept in {time.perf_counter() - started:.0f} s")
        print(f"  {await store.health()}")
        await ask(store, names)
    async with opened(year):
        await quiet_year(year, polls, year)


async def main(changes: int, polls: int) -> None:
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        print("SQLite, write-ahead log, synchronous FULL")
        past, year = (SqliteStore(Path(folder) / f"{name}.db") for name in ("past", "year"))
        await measure(past, year, changes, polls)
    print("Redis, append-only file, appendfsync everysec")
    with running("--appendonly", "yes") as server, running("--appendonly", "yes") as other:
        await measure(RedisStore(server.url), RedisStore(other.url), changes, polls)


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    asyncio.run(main(*[*given, *[CHANGES, POLLS][len(given) :]]))
