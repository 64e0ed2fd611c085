"""kill -9 in the middle of a commit, on each store: what was acknowledged is there, and nothing is half there."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bot.ports import Store
from tests.worlds.nouns import NOON
from tests.worlds.redis_server import RedisServer, running
from tests.worlds.restless_writer import ENTRIES, SOURCE, opened

KILLS = 6
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["sqlite", "redis"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Which store, and the file or address to give it."""
    if request.param == "sqlite":
        return "sqlite", str(tmp_path / "tocsin.db")
    server: RedisServer = request.getfixturevalue("redis_server")
    server.ask("FLUSHALL")
    return "redis", server.url


def write_until(kill: Callable[[], None] | None, where: tuple[str, str], chance: random.Random) -> int:
    """Let it write some editions, kill it or its server at a random moment; which commit was acknowledged last."""
    command = [sys.executable, "-m", "tests.worlds.restless_writer", *where]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(chance.randint(1, 6))]
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(0, 0.02))
        (kill or process.kill)()
        said += process.stdout.read().splitlines()
    return int(said[-1])


async def test_killed_while_writing(where: tuple[str, str]) -> None:
    """After each kill the store holds one whole edition with all of its changes and deliveries."""
    chance = random.Random(20261123)
    for _ in range(KILLS):
        acknowledged = write_until(None, where, chance)
        store = opened(*where)
        await store.open()
        await whole(store, acknowledged)
        await store.close()


async def test_server_killed_while_writing() -> None:
    """The same when it is redis-server that dies: what it acknowledged it still has after a restart."""
    chance = random.Random(20261124)
    with running() as server:
        for _ in range(KILLS):
            acknowledged = write_until(server.kill, ("redis", server.url), chance)
            server.start()
            store = opened("redis", server.url)
            await store.open()
            await whole(store, acknowledged)
            await store.close()


async def whole(store: Store, acknowledged: int) -> None:
    memory = await store.memory(SOURCE)
    assert memory is not None
    assert memory.version >= acknowledged
    entries = await store.listings(SOURCE)
    assert len(entries) == len(await store.marks(SOURCE)) == ENTRIES
    assert {entry.name for entry in entries.values()} == {f"edition {memory.version - 1}"}
    assert len(await store.changes(limit=10_000)) == 3 * memory.version
    everything = await store.deliveries(limit=10_000)
    assert len(everything) == 3 * memory.version
    waiting = [one for one in everything if one.receipt is None]
    heads = await store.claim("slack", now=NOON + timedelta(days=10_000), lease=timedelta(), limit=100)
    assert {head.place for head in heads} == {one.place for one in waiting}
