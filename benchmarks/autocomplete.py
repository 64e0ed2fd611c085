"""How fast a half-typed name is completed, beside a plain scan over the same names.

    python benchmarks/autocomplete.py [--names 100000] [--keystrokes 5000]

Discord asks at every keystroke, takes no "one moment", and drops what comes late. Names are made up and read into a
store, from there into the roll, as a running process has them; then keystrokes of several kinds go through what Discord
is answered by: companies, the last of a list of companies, tags, ids of sources, and letters that begin nothing. The
peer looks at every name in a list in memory. Prints p50 and p99 of both, and their ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from adapters.discord.app import CHOICES, Answers
from adapters.stores.sqlite import SqliteStore
from bot.book import shipped
from bot.commands import FrontDesk, Office
from bot.model import EntityKind, Listing, Mark, Memory, Poll
from bot.roll import Roll
from bot.wiring import SystemClock, official

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SYLLABLES = (
    *("an", "be", "co", "da", "el", "fi", "gra", "hu", "in", "jo", "ka", "lo", "mi", "nor", "o", "pe", "qui", "ra"),
    *("su", "ta", "ul", "vo", "wex", "ya", "zin", "小", "华", "中"),
)
FORMS = ("Co., Ltd.", "Corporation", "LLC", "Group", "GmbH", "Trading")


def made_up(chance: random.Random) -> str:
    words = [
        "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).capitalize() for _ in range(chance.randint(1, 3))
    ]
    return " ".join([*words, chance.choice(FORMS)])


async def desk_with(names: Sequence[str], folder: Path) -> FrontDesk:
    """A desk whose roll has these names."""
    store = SqliteStore(folder / "tocsin.db")
    await store.open()
    listings = [
        Listing(source="us_csl", key=str(number), name=name, kind=EntityKind.COMPANY)
        for number, name in enumerate(names)
    ]
    await store.commit(
        Poll(
            memory=Memory(source="us_csl", read_at=NOW, tried_at=NOW, rows=len(listings)),
            listings=tuple((one, Mark(one.content_hash(), one.content_hash())) for one in listings),
        )
    )
    roll = Roll(store)
    await roll.refresh()
    cards = {id: source.card for id, source in official().items()}
    return FrontDesk(Office(store=store, book=shipped(), roll=roll, clock=SystemClock(), sources=lambda: cards))


def keystrokes(names: Sequence[str], count: int, chance: random.Random) -> list[tuple[str, str, str]]:
    """Command, argument, and what stands there so far."""
    typed: list[tuple[str, str, str]] = []
    for _ in range(count):
        name = chance.choice(names)
        begun = name[: chance.randint(1, 9)]
        typed.append(
            chance.choice(
                [
                    ("lookup", "name", begun),
                    ("lookup", "name", begun.upper()),
                    ("watch add", "names", f"Xiaomi, Hikvision Digital Technology Co., Ltd., {begun}"),
                    ("watch add", "names", f"tag:{begun[:1]}"),
                    ("sources why", "source", "us_"),
                    ("lookup", "name", f"zzzz{begun}"),
                ]
            )
        )
    return typed


def scan(names: Sequence[str], typed: str) -> list[str]:
    """The peer: every name is looked at."""
    start = typed.casefold()
    return sorted(name for name in names if name.casefold().startswith(start))[:CHOICES]


def timed(ask: Callable[[tuple[str, str, str]], object], typed: Sequence[tuple[str, str, str]]) -> tuple[float, float]:
    """p50 and p99 in milliseconds."""
    spans = []
    for one in typed:
        start = time.perf_counter()
        ask(one)
        spans.append(1000 * (time.perf_counter() - start))
    spans.sort()
    return spans[len(spans) // 2], spans[int(len(spans) * 0.99)]


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--names", type=int, default=100_000)
    parser.add_argument("--keystrokes", type=int, default=5_000)
    chosen = parser.parse_args()
    chance = random.Random(11)
    names = list({made_up(chance): None for _ in range(chosen.names * 2)})[: chosen.names]
    with tempfile.TemporaryDirectory() as folder:
        desk = await desk_with(names, Path(folder))
        answers = Answers(desk, lambda: NOW)
        typed = keystrokes(names, chosen.keystrokes, chance)
        answers.suggest(*typed[0])  # the first keystroke of a process also reads its tables
        p50, p99 = timed(lambda one: answers.suggest(*one), typed)
        peer50, peer99 = timed(lambda one: scan(names, one[2]), typed[: max(100, chosen.keystrokes // 25)])
        await desk.office.store.close()
    print(f"{len(names):,} names, {len(typed):,} keystrokes through Discord's autocomplete")
    print(f"tocsin  p50 {p50:.2f} ms  p99 {p99:.2f} ms")
    print(f"scan    p50 {peer50:.2f} ms  p99 {peer99:.2f} ms")
    print(f"ratio   p50 {peer50 / p50:.1f}  p99 {peer99 / p99:.1f}   (budget: p99 below 50 ms)")


if __name__ == "__main__":
    asyncio.run(main())
