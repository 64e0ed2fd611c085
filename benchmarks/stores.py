"""How fast the stores keep, hand out and settle, each beside what one would write first.

    python -m benchmarks.stores [rows]

The peers do less: they keep no history, no lanes and no leases. They show what one row at a time costs: sqlite3 with a
commit per row at the same durability, in a thread so that the event loop goes on (as aiosqlite does it), and Redis with
a round trip per key. Times on a shared machine move; the ratio of one run is the claim.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a clone is enough, nothing has to be installed

from redis import asyncio as redis

from adapters.stores.redis import RedisStore
from adapters.stores.sqlite import SqliteStore
from bot.codec import encode
from bot.model import Delivery, Listing, Place, Receipt
from bot.ports import Store
from tests.worlds.nouns import NOON, alert, listing, poll
from tests.worlds.redis_server import running

SOURCE = "us_csl"
LEASE = timedelta(minutes=2)
DELIVERIES = 2000
LANES = 100


class Naive:
    """What one would write first, for one kind of server."""

    name: str

    async def keep(self, rows: list[Listing]) -> None: ...

    async def marks(self, keys: list[str]) -> None: ...

    async def put(self, deliveries: list[Delivery]) -> None: ...

    async def drain(self) -> None: ...


class PlainSqlite(Naive):
    """The sqlite3 module in one thread, one table a thing, every statement its own commit."""

    name = "sqlite3, a commit a row"

    def __init__(self, path: Path) -> None:
        self.thread = ThreadPoolExecutor(1)
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.execute("CREATE TABLE listings (source, key, body, mark, PRIMARY KEY (source, key))")
        self.db.execute("CREATE TABLE outbox (id INTEGER PRIMARY KEY, key UNIQUE, body, done)")
        self.db.execute("CREATE INDEX open ON outbox (done, id)")

    async def run(self, sql: str, *values: object) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.thread, lambda: self.db.execute(sql, values).fetchone())

    async def keep(self, rows: list[Listing]) -> None:
        for row in rows:
            values = (SOURCE, row.key, encode(row), row.content_hash())
            await self.run("INSERT OR REPLACE INTO listings VALUES (?, ?, ?, ?)", *values)

    async def marks(self, keys: list[str]) -> None:
        for key in keys:
            await self.run("SELECT mark FROM listings WHERE source = ? AND key = ?", SOURCE, key)

    async def put(self, deliveries: list[Delivery]) -> None:
        for one in deliveries:
            await self.run("INSERT OR IGNORE INTO outbox (key, body, done) VALUES (?, ?, 0)", one.key, encode(one))

    async def drain(self) -> None:
        while row := await self.run("SELECT id, body FROM outbox WHERE done = 0 ORDER BY id LIMIT 1"):
            json.loads(row[1])
            await self.run("UPDATE outbox SET done = 1 WHERE id = ?", row[0])
            await self.run("UPDATE outbox SET done = 2, body = ? WHERE id = ?", row[1], row[0])


class PlainRedis(Naive):
    """redis-py, one round trip a key."""

    name = "redis, a trip a key"

    def __init__(self, url: str) -> None:
        self.client: Any = redis.Redis.from_url(url)

    async def keep(self, rows: list[Listing]) -> None:
        for row in rows:
            await self.client.hset(f"naive:{row.key}", mapping={"body": encode(row), "mark": row.content_hash()})

    async def marks(self, keys: list[str]) -> None:
        for key in keys:
            await self.client.hget(f"naive:{key}", "mark")

    async def put(self, deliveries: list[Delivery]) -> None:
        for one in deliveries:
            if await self.client.setnx(f"naive:out:{one.key}", encode(one)):
                await self.client.rpush("naive:queue", one.key)

    async def drain(self) -> None:
        while key := await self.client.lmove("naive:queue", "naive:leased"):
            body = await self.client.get(b"naive:out:" + key)
            json.loads(body)
            await self.client.set(b"naive:out:" + key, body)
            await self.client.lrem("naive:leased", 1, key)


def edition(rows: int) -> list[Listing]:
    return [replace(listing(f"E-{number}", source=SOURCE), remarks=f"remark {number} " * 20) for number in range(rows)]


def outbox(name: str) -> list[Delivery]:
    """Twenty deliveries for each channel, a different alert every round."""
    rounds = [alert(f"{name}{number}") for number in range(DELIVERIES // LANES)]
    return [
        Delivery.of(message, Place("slack", f"T0/C{lane}"), because="a benchmark", due=NOON)
        for message in rounds
        for lane in range(LANES)
    ]


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def measure(store: Store, naive: Naive, rows: int) -> None:
    first = edition(rows)
    changed = [replace(one, name="Another name") for one in first[:200]]
    kept = await timed(lambda: store.commit(poll(SOURCE, *first)))
    report(f"first edition of {rows:,} rows, a commit", kept, await timed(lambda: naive.keep(first)), naive)
    kept = await timed(lambda: store.commit(poll(SOURCE, *changed, version=1)))
    report("edition with 200 changes, a commit", kept, await timed(lambda: naive.keep(changed)), naive)
    keys = [one.key for one in first]
    report("marks()", await timed(lambda: store.marks(SOURCE)), await timed(lambda: naive.marks(keys)), naive)

    async def one_by_one() -> None:
        for delivery in twice:
            await store.enqueue([delivery])

    alone = outbox("alone")
    twice = [*alone, *alone[: len(alone) // 2]]  # a third of them are known already
    report("put, one by one", await timed(one_by_one), await timed(lambda: naive.put(twice)), naive, len(twice))
    report(
        "claim + settle, one by one", await timed(lambda: drain(store, 1)), await timed(naive.drain), naive, len(alone)
    )

    together = outbox("together")
    put = await timed(lambda: store.enqueue(together))
    report(f"put, {len(together):,} in one call", put, await timed(lambda: naive.put(together)), naive, len(together))
    report(
        "claim + settle, 20 at once",
        await timed(lambda: drain(store, 20)),
        await timed(naive.drain),
        naive,
        len(together),
    )


async def drain(store: Store, limit: int) -> None:
    while claimed := await store.claim("slack", now=NOON, lease=LEASE, limit=limit):
        await asyncio.gather(*(store.settle(one.posted(Receipt("1"), NOON)) for one in claimed))


def report(what: str, ours: float, theirs: float, naive: Naive, times: int = 0) -> None:
    rate = (
        f"{times / ours:8,.0f}/s against {times / theirs:8,.0f}/s"
        if times
        else f"{ours * 1e3:8,.1f} ms against {theirs * 1e3:8,.1f} ms"
    )
    print(f"  {what:<40} {rate}  {theirs / ours:6.1f} times ({naive.name})")


@asynccontextmanager
async def opened(store: Store) -> AsyncIterator[Store]:
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        print("SQLite, write-ahead log, synchronous FULL")
        async with opened(SqliteStore(Path(folder) / "tocsin.db")) as store:
            await measure(store, PlainSqlite(Path(folder) / "naive.db"), rows)
    for sync in ("everysec", "always"):
        print(f"Redis, append-only file, appendfsync {sync}")
        with running("--appendonly", "yes", "--appendfsync", sync) as server:
            async with opened(RedisStore(server.url)) as store:
                naive = PlainRedis(server.url)
                await measure(store, naive, rows)
                await naive.client.aclose()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
