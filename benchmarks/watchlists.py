"""How long a keystroke and a large import wait, with a hundred thousand names on lists.

    python benchmarks/watchlists.py [names]

Completion answers while somebody types, an import within seconds. The peers are what one would write first: going
through all names at each keystroke, and looking up each name of an import by sound one after the other (timed on a few
hundred). Times on a shared machine move; the ratio of one run is the claim.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a clone is enough, nothing has to be installed

from adapters.stores.sqlite import SqliteStore
from bot.book import shipped
from bot.commands import FrontDesk, Office
from bot.model import Attachment, EntityKind, Listing, Place, Request
from bot.roll import Roll
from tests.worlds.nouns import NOON, poll
from tests.worlds.pages import SetClock

KEYSTROKES = 2_000
IMPORTED = 10_000
PEER = 200
HERE = Place("slack", "T1/C1")
_SYLLABLES = (
    "ba",
    "cho",
    "dan",
    "fer",
    "gor",
    "hua",
    "jin",
    "kal",
    "lon",
    "mi",
    "nor",
    "pra",
    "rus",
    "sta",
    "tek",
    "vol",
)
_ENDINGS = ("Trading LLC", "Logistics Co., Ltd.", "Industries JSC", "Bank", "Shipping Inc.", "Systems GmbH")


def made_up(count: int, seed: int) -> list[str]:
    """Names as lists have them, each its own."""
    chance = random.Random(seed)
    return [
        f"{''.join(chance.choices(_SYLLABLES, k=4)).title()} {''.join(chance.choices(_SYLLABLES, k=2)).title()} "
        f"{chance.choice(_ENDINGS)}"
        for _ in range(count)
    ]


def every_name(names: Sequence[str], typed: str, limit: int = 25) -> list[str]:
    """The peer: look at each name, at each keystroke."""
    return [name for name in names if name.casefold().startswith(typed)][:limit]


def timed(name: str, samples: list[float]) -> float:
    slowest = quantiles(samples, n=100)[98]
    print(f"{name:48} p50 {1000 * sorted(samples)[len(samples) // 2]:8.3f} ms   p99 {1000 * slowest:8.3f} ms")
    return slowest


def keystrokes(desk: FrontDesk, names: Sequence[str]) -> None:
    """Half-typed names, one to six letters of somebody who is there."""
    chance = random.Random(7)
    typed = [chance.choice(names)[: chance.randint(1, 6)].casefold() for _ in range(KEYSTROKES)]

    def ours(text: str) -> object:
        return desk.complete("lookup", "name", text)

    def theirs(text: str) -> object:
        return every_name(names, text)

    slowest = []
    for label, complete in (("a keystroke", ours), ("peer: through all names", theirs)):
        samples = []
        for text in typed if complete is ours else typed[:100]:
            start = time.perf_counter()
            complete(text)
            samples.append(time.perf_counter() - start)
        slowest.append(timed(label, samples))
    print(f"{'ratio of the p99':48} {slowest[1] / slowest[0]:.0f}")


async def importing(desk: FrontDesk, names: Sequence[str]) -> None:
    """A file of names, a tenth of them on a list."""
    chance = random.Random(8)
    rows = [*chance.sample(names, IMPORTED // 10), *made_up(IMPORTED - IMPORTED // 10, 9)]
    body = "\n".join(["Supplier", *(f'"{name}"' for name in dict.fromkeys(rows))]).encode()
    longest = 0.0

    async def heartbeat() -> None:
        nonlocal longest
        while True:
            start = time.perf_counter()
            await asyncio.sleep(0.005)
            longest = max(longest, time.perf_counter() - start - 0.005)

    beating = asyncio.create_task(heartbeat())
    start = time.perf_counter()
    file = Attachment(name="suppliers.csv", body=body)
    reply = await desk.answer(Request(command="watch import", place=HERE, person="ana (U1)", at=NOON, files=(file,)))
    took = time.perf_counter() - start
    beating.cancel()
    print(f"{'importing: ' + reply.cards[0].title:48} {took:.1f} s, the loop stood still for {longest:.2f} s at most")

    roll, book = desk.office.roll, desk.office.book
    some = [book.find(name) for name in made_up(PEER, 10)]
    roll.of(some[0])  # fills the index
    start = time.perf_counter()
    for company in some:
        roll.of(company)
    peer = (time.perf_counter() - start) / PEER * IMPORTED
    print(f"{'peer: each by sound, one after the other':48} {peer:.1f} s (from {PEER}), the loop standing still")
    print(f"{'ratio':48} {peer / took:.1f}")


async def main(count: int) -> None:
    names = made_up(count, 1)
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "tocsin.db")
        await store.open()
        entries = [
            Listing(source="us_csl", key=str(at), name=name, kind=EntityKind.COMPANY) for at, name in enumerate(names)
        ]
        read = poll("us_csl", *entries, tried_at=NOON)
        await store.commit(replace(read, memory=replace(read.memory, read_at=NOON)))
        office = Office(store=store, book=shipped(), roll=Roll(store), clock=SetClock(NOON), sources=dict)
        await office.roll.refresh()
        print(f"{count} names on a list")
        desk = FrontDesk(office)
        keystrokes(desk, names)
        await importing(desk, names)
        await store.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
