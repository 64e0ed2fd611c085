"""What people's decisions cost a poll: 20,000 changes of a list, 1,000 places that watch every company of the book.

    python benchmarks/triage.py

The same poll is routed and committed twice in one run: as if nobody had ever decided anything and every watch wanted
everything, one message an alert (the peer); and with 10,000 dismissals, 1,000 mutes, a tenth of the watches wanting
other kinds, digests, and what was not sent remembered for `why`. Both are written to an embedded store of their own.
Times are of the CPU.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from adapters.stores.sqlite import SqliteStore
from bot.alerts import list_alerts
from bot.book import shipped
from bot.docket import Docket
from bot.model import (
    Act,
    Alert,
    AlertKind,
    Decision,
    Delivery,
    EntityKind,
    ListChange,
    Listing,
    Match,
    Memory,
    Place,
    Poll,
    Subscription,
    Verdict,
)
from bot.route import route
from bot.triage import Disposition, Identity, Mute, Of

CHANGES, PLACES, DISMISSALS, MUTES = 20_000, 1_000, 10_000, 1_000
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
COMPANIES = shipped().companies()[:200]


def listing(number: int) -> Listing:
    company = COMPANIES[number % len(COMPANIES)]
    return Listing(
        source="big",
        key=f"E-{number}",
        name=f"{company.name} Unit {number}",
        kind=EntityKind.COMPANY,
        programmes=("X",),
    )


def watches() -> list[Subscription]:
    stories = frozenset({AlertKind.LISTING_STORY})
    made = (
        Subscription(place=Place("slack", f"T0/C{number}"), target="*", made_by="Ana", made_at=NOW)
        for number in range(PLACES)
    )
    return [replace(one, kinds=stories) if number % 10 == 0 else one for number, one in enumerate(made)]


async def peer(store: SqliteStore, alerts: list[Alert], asks: list[Subscription]) -> tuple[float, float]:
    begun = time.process_time()
    plain = [replace(one, kinds=frozenset(AlertKind)) for one in asks]
    deliveries: list[Delivery] = []
    for alert in alerts:
        deliveries += route(alert, plain, now=NOW).deliveries
    routed = time.process_time()
    assert await store.commit(Poll(memory=Memory(source="big"), deliveries=tuple(deliveries)))
    return routed - begun, time.process_time() - routed


async def ours(store: SqliteStore, alerts: list[Alert], asks: list[Subscription]) -> tuple[float, float, int]:
    docket = Docket(store)
    await docket.refresh()
    begun = time.process_time()
    sent = await docket.send(alerts, lambda company: asks, NOW)
    routed = time.process_time()
    assert await store.commit(Poll(memory=Memory(source="big"), deliveries=sent.deliveries, keep=sent.keep))
    return routed - begun, time.process_time() - routed, sent.count


async def decided(store: SqliteStore) -> float:
    """People dismissed and muted for years; how long the docket takes to learn it all."""
    places = [Place("slack", f"T0/C{number}") for number in range(PLACES)]
    said = [
        Disposition(
            place=places[number % PLACES],
            company=COMPANIES[number % len(COMPANIES)].id,
            of=Of.RECORD,
            source="big",
            key=f"E-{number}",
            by="Ana",
            at=NOW,
            identity=Identity.of(listing(number)),
        )
        for number in range(DISMISSALS)
    ]
    muted = [
        Mute(place=places[n], company=COMPANIES[n % len(COMPANIES)].id, by="Ben", at=NOW, until=NOW + timedelta(days=7))
        for n in range(MUTES)
    ]
    act = Act(id="1", at=NOW, person="Ana", place=places[0], what="not_this")
    await store.decide(Decision(keep=(*(one.paper for one in said), *(one.paper for one in muted)), acts=(act,)))
    begun = time.process_time()
    await Docket(store).refresh()
    return time.process_time() - begun


async def main() -> None:
    changes = [
        ListChange(source="big", key=f"E-{n}", before=None, after=listing(n), seen=NOW, sha256="aa")
        for n in range(CHANGES)
    ]
    match = Match(Verdict.SAME, 0.97)
    alerts = list(list_alerts([(one, COMPANIES[n % len(COMPANIES)], match) for n, one in enumerate(changes)], at=NOW))
    asks = watches()
    with tempfile.TemporaryDirectory() as folder:
        stores = [SqliteStore(Path(folder) / name) for name in ("peer.db", "ours.db")]
        for store in stores:
            await store.open()
        learning = await decided(stores[1])
        routing, writing = await peer(stores[0], list(alerts), asks)
        our_routing, our_writing, messages = await ours(stores[1], list(alerts), asks)
        again = time.process_time()
        await stores[1].papers_version()
        nothing_new = time.process_time() - again
        for store in stores:
            await store.close()
    print(f"{len(alerts)} alerts of {CHANGES:,} changes x {PLACES:,} places")
    print(f"  learning {DISMISSALS:,} dismissals and {MUTES:,} mutes: {learning:.2f} s")
    print(f"  when nothing was decided since: {nothing_new * 1000:.1f} ms")
    print(f"  peer: routing {routing:.2f} s, commit {writing:.2f} s, {len(alerts) * PLACES:,} messages")
    print(f"  ours: routing {our_routing:.2f} s, commit {our_writing:.2f} s, {messages:,} messages")
    print(f"  ratio ours / peer: {(our_routing + our_writing) / (routing + writing):.2f}")


if __name__ == "__main__":
    asyncio.run(main())
