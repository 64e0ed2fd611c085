"""From a feed's bytes to an alert on the console: how long, through the whole program.

    python benchmarks/end_to_end.py [rounds]

A site on loopback shows a feed of 40 items; each round it has one more, which says that a watched company was listed.
Timed is one poll and one delivery through the real fetcher, watcher, embedded store, courier and console (printing into
memory): fetch, read, recognise, judge, check against a list of 200 entries, keep the poll and the receipt on disk, draw
and print. What an installation adds is the wait for the next poll. The entries of a company are looked up when it first
comes up and remembered until a list changes: such a round is among the slowest, and no part of the median.

The peer in the same rounds fetches the same bytes with urllib, reads them with feedparser, looks for the watched names
as substrings of title and text, and prints title and link. It keeps what it has seen in a set, and nothing on disk: it
is there for scale, and does far less. The goal is a median under 20 ms for Tocsin.
"""

from __future__ import annotations

import asyncio
import io
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import feedparser

from adapters.console import ConsoleChat
from adapters.http import HttpFetcher
from adapters.lists.us_dod_cmc import us_dod_cmc
from adapters.news.feed import read_feed
from adapters.stores.sqlite import SqliteStore
from bot import logs
from bot.book import shipped
from bot.deliver import Courier
from bot.ledger import Habits
from bot.model import Place, SourceCard, SourceKind, Subscription
from bot.sources import Source, StreamSource
from bot.watch import Watcher
from bot.wiring import SystemClock
from tests.worlds.pages import rss, table
from tests.worlds.site import Site

ROUNDS = 200
GOAL = 20.0  # milliseconds
ITEMS = 40
#: One of them is in the news in each round: a second story of one event would be told as a report more of the first.
WATCHED = tuple(name for company in shipped().companies() if (name := company.name).replace(" ", "").isalpha())
FILLER = (
    "The ministry said on Thursday that it would study the matter. Analysts expected little change, and shares in the "
    "sector closed higher after a quiet session. A spokesperson for the trade office declined to comment further. "
)


@dataclass
class Feed:
    """A feed whose newest item is always about a listing."""

    items: list[tuple[str, str, str]] = field(
        default_factory=lambda: [(f"old-{n}", f"Quiet day number {n}", FILLER * 3) for n in range(ITEMS)]
    )

    def next(self) -> bytes:
        number, name = len(self.items), WATCHED[len(self.items) - ITEMS]
        title = f"US adds {name} to list of Chinese military companies, notice {number}"
        self.items.insert(0, (str(number), title, f"The Pentagon added {name} to its list on Thursday. {FILLER * 2}"))
        return self.body()

    def body(self) -> bytes:
        return rss(*self.items[:ITEMS], day=format_datetime(datetime.now(UTC), usegmt=True))


def peer(url: str, seen: set[str], out: io.StringIO) -> None:
    """The naive bot."""
    with urllib.request.urlopen(url) as answer:
        feed = feedparser.parse(answer.read())
    for entry in feed.entries:
        if entry.id not in seen:
            seen.add(entry.id)
            text = f"{entry.title} {entry.get('summary', '')}".lower()
            if any(name.lower() in text for name in WATCHED):
                print(entry.title, entry.link, file=out)


async def measure(rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each round, Tocsin's and the peer's."""
    feed, out, peers_out = Feed(), io.StringIO(), io.StringIO()
    with Site() as site, tempfile.TemporaryDirectory() as folder:
        url = site.url("/news")
        card = SourceCard(
            id="news_x", title="News X", publisher="X", url=url, every=timedelta(minutes=10), kind=SourceKind.NEWS
        )
        read = partial(read_feed, source="news_x")
        news = StreamSource(card, lambda document, identity="": read(document, identity=identity))
        sources: dict[str, Source] = {"us_dod_cmc": us_dod_cmc, "news_x": news}
        clock, store = SystemClock(), SqliteStore(Path(folder) / "tocsin.db")
        fetcher = HttpFetcher(user_agent="Tocsin-benchmark/1", spool=Path(folder) / "spool", now=clock.now)

        async def catalogue() -> Mapping[str, Source]:
            return sources

        watcher = Watcher(
            store=store,
            fetcher=fetcher,
            clock=clock,
            catalogue=catalogue,
            book=shipped(),
            habits=Habits(mirror=site.url("/{source}")),
        )
        cards = {id: source.card for id, source in sources.items()}
        courier = Courier(store=store, chat=ConsoleChat(out=out), clock=clock, sources=lambda: cards)
        await store.open()
        for name in WATCHED:
            await store.subscribe(
                Subscription(place=Place("console"), target=name, made_by="me", made_at=datetime.now(UTC))
            )
        listed = [*(f"China Example Number {n} Group Co., Ltd." for n in range(196)), *WATCHED[:4]]
        site.shows("/us_dod_cmc", table(listed))
        site.shows("/news", feed.body())
        for source in sources.values():
            await watcher.poll(source)
        seen = {str(entry.id) for entry in feedparser.parse(feed.body()).entries}

        ours, theirs = [], []
        for _ in range(rounds):
            site.shows("/news", feed.next())
            printed, began = out.tell(), time.perf_counter()
            await watcher.poll(news)
            await courier.round()
            ours.append((time.perf_counter() - began) * 1000)
            assert feed.items[0][1] in " ".join(out.getvalue()[printed:].split()), "the alert is not on the console"

            printed, began = peers_out.tell(), time.perf_counter()
            await asyncio.to_thread(peer, url, seen, peers_out)
            theirs.append((time.perf_counter() - began) * 1000)
            assert feed.items[0][1] in peers_out.getvalue()[printed:]
        await fetcher.close()
        await store.close()
    return ours, theirs


def said(name: str, times: list[float]) -> str:
    hundredths = statistics.quantiles(times, n=100)
    return (
        f"{name:34}  p50 {statistics.median(times):6.1f} ms   p99 {hundredths[98]:6.1f} ms   worst {max(times):6.1f} ms"
    )


def main() -> None:
    rounds = min(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS, len(WATCHED))
    logs.configure("ERROR")
    ours, theirs = asyncio.run(measure(rounds))
    print(f"{rounds} rounds, a feed of {ITEMS} items, one of them new")
    print(said("Tocsin: bytes to printed alert", ours))
    print(said("peer: feedparser, keywords, print", theirs))
    median = statistics.median(ours)
    print(f"Tocsin takes {median / statistics.median(theirs):.2f} times the peer's time")
    print(f"goal: a median under {GOAL:.0f} ms: {'met' if median < GOAL else 'MISSED'}")


if __name__ == "__main__":
    main()
