"""What it costs to ask 250 hosts: the Fetcher, 64 at once, against httpx as it comes.

    python benchmarks/fetching.py [rounds]

One server process on loopback with 250 origins, each showing a feed of 20 KB with an etag. Each way of asking runs
in a process of its own, so that its processor time is its own; the ratio counts. The peers are an
`httpx.AsyncClient()` that is handed all 250 at once and left to its own limits, and the same one held to 64 at once.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

ORIGINS = 250
AT_ONCE = 64
RUNS = 3
FEED = b"<rss><channel>" + b"<item><title>A company was listed</title></item>" * 420 + b"</channel></rss>"

#: Asks for one address, and raises when the feed does not come back whole.
Get = Callable[[str], Awaitable[None]]


async def ask_all(get: Get, urls: list[str], rounds: int) -> tuple[int, float]:
    """Every address once a round: how many failed, and the processor seconds spent."""
    failed, started = 0, cpu()
    for _ in range(rounds):
        answers = await asyncio.gather(*(get(url) for url in urls), return_exceptions=True)
        failed += sum(isinstance(answer, BaseException) for answer in answers)
    return failed, cpu() - started


async def with_fetcher(urls: list[str], rounds: int) -> tuple[int, float]:
    from adapters.http import HttpFetcher
    from bot.ports import Ask

    with tempfile.TemporaryDirectory() as folder:
        fetcher = HttpFetcher(
            user_agent="Tocsin-benchmark/1", spool=Path(folder), now=lambda: datetime.now(UTC), at_once=AT_ONCE
        )

        async def get(url: str) -> None:
            answer = await fetcher.fetch(Ask(url=url))
            assert answer.document is not None
            assert answer.document.size == len(FEED)

        try:
            return await ask_all(get, urls, rounds)
        finally:
            await fetcher.close()


async def with_httpx(urls: list[str], rounds: int, at_once: int) -> tuple[int, float]:
    import httpx

    slots = asyncio.Semaphore(at_once)
    async with httpx.AsyncClient() as client:

        async def get(url: str) -> None:
            async with slots:
                response = await client.get(url)
            assert len(response.content) == len(FEED)

        return await ask_all(get, urls, rounds)


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


WAYS: dict[str, Callable[[list[str], int], Awaitable[tuple[int, float]]]] = {
    "the Fetcher, 64 at once": with_fetcher,
    "httpx at its defaults": lambda urls, rounds: with_httpx(urls, rounds, ORIGINS),
    "httpx at its defaults, 64 at once": lambda urls, rounds: with_httpx(urls, rounds, AT_ONCE),
}


async def client(way: str, rounds: int, ports: list[str]) -> None:
    """In a child: ask in one way, and print failures and processor seconds."""
    print(*await WAYS[way]([f"http://127.0.0.1:{port}/feed" for port in ports], rounds))


def serve() -> None:
    """In a child: show the feed at every origin until standard input ends."""
    from tests.worlds.site import Site

    with Site(origins=ORIGINS) as site:
        site.shows("/feed", FEED, etag='"1"', type="application/rss+xml")
        print(*site.ports, flush=True)
        sys.stdin.read()


def measure(way: str, rounds: int, ports: list[str]) -> tuple[int, float]:
    """Failures, and processor microseconds a request, of one run in a process of its own."""
    command = [sys.executable, __file__, "client", way, str(rounds), *ports]
    failed, spent = subprocess.check_output(command, text=True).split()
    return int(failed), float(spent) / (ORIGINS * rounds) * 1e6


def main(rounds: int) -> None:
    server = subprocess.Popen(
        [sys.executable, __file__, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    ports = server.stdout.readline().split()
    try:
        # In turns, so that a busy neighbour meets all of them.
        turns = [{way: measure(way, rounds, ports) for way in WAYS} for _ in range(RUNS)]
    finally:
        server.communicate("")
    costs = {way: statistics.median(turn[way][1] for turn in turns) for way in WAYS}
    ours = costs["the Fetcher, 64 at once"]
    print(f"{ORIGINS} origins, {ORIGINS * rounds * RUNS} requests each way; client processor time a request, median")
    for way, cost in costs.items():
        errors = sum(turn[way][0] for turn in turns)
        print(f"{way:36} {cost:8.0f} µs   {errors:4} errors   {cost / ours:5.1f}x")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            serve()
        case ["client", way, rounds, *ports]:
            asyncio.run(client(way, int(rounds), ports))
        case [rounds]:
            main(int(rounds))
        case _:
            main(2)
