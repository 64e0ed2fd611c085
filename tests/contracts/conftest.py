"""Every implementation of a port, by name, so that one test runs on all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from adapters.stores.redis import RedisStore
from adapters.stores.sqlite import SqliteStore
from bot.ports import Store
from tests.worlds.plain_store import PlainStore
from tests.worlds.redis_server import RedisServer

OpenStore = Callable[[], Awaitable[Store]]


@pytest.fixture(params=["plain", "sqlite", "redis"])
async def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenStore]:
    """Opens a store; each further call opens the same one again, as a second process would."""
    make = _maker(request, tmp_path)
    async with AsyncExitStack() as stack:

        async def opened() -> Store:
            store = make()
            await store.open()
            stack.push_async_callback(store.close)
            return store

        yield opened


def _maker(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    if request.param == "plain":
        one = PlainStore()
        return lambda: one
    if request.param == "sqlite":
        return lambda: SqliteStore(tmp_path / "tocsin.db")
    server: RedisServer = request.getfixturevalue("redis_server")
    server.ask("FLUSHALL")
    return lambda: RedisStore(server.url)


@pytest.fixture
async def store(open_store: OpenStore) -> Store:
    """An empty store."""
    return await open_store()


@pytest.fixture
async def another(store: Store, open_store: OpenStore) -> Store:
    """The same store as a second process has it."""
    return await open_store()
