"""What is particular to the shared store: which server will do, what if it goes away, the secret in its address."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import Any

import pytest
from redis.exceptions import ResponseError

from adapters.stores import redis as adapter
from adapters.stores.redis import RedisStore
from bot.errors import BadSettings, StoreBusy, StoreUnfit
from tests.worlds.nouns import NOON, change, delivery, listing, poll
from tests.worlds.redis_server import RedisServer, running

LEASE = timedelta(minutes=2)
SECRET = "hunter2-hunter2"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A server of one's own, to be mistreated."""
    with running() as server:
        yield server


@pytest.fixture
async def opened() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def store_on(server: RedisServer, opened: AsyncExitStack, **options: Any) -> RedisStore:
    store = RedisStore(options.pop("url", server.url), **options)
    opened.push_async_callback(store.close)
    await store.open()
    return store


async def refusal(server: RedisServer, **options: Any) -> str:
    async with AsyncExitStack() as stack:
        with pytest.raises(StoreUnfit) as refused:
            await store_on(server, stack, **options)
    return str(refused.value)


# ── Which server will do ──────────────────────────────────────────────────────────────────────────────────────────


async def test_server_that_forgets(opened: AsyncExitStack) -> None:
    """Redis with its defaults is refused, with the command that puts it right; after that it will do."""
    with running("--appendonly", "no") as server:
        message = await refusal(server)
        assert "CONFIG SET appendonly yes" in message
        assert "TOCSIN_REDIS_TRUST" in message
        server.ask("CONFIG", "SET", "appendonly", "yes")
        await store_on(server, opened)


async def test_server_that_evicts(server: RedisServer, opened: AsyncExitStack) -> None:
    """A cache is no memory."""
    server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    assert "CONFIG SET maxmemory-policy noeviction" in await refusal(server)
    trusted = await store_on(server, opened, trust=True)
    assert await trusted.enqueue([delivery()]) == 1


async def test_replica(server: RedisServer) -> None:
    """A replica is refused with its primary's address, trusted or not."""
    server.ask("REPLICAOF", "127.0.0.1", "1")
    assert "127.0.0.1:1" in await refusal(server)
    assert "replica" in await refusal(server, trust=True)


async def test_hosted_server_without_config(server: RedisServer, opened: AsyncExitStack) -> None:
    """Where CONFIG is forbidden, INFO tells as much."""
    server.ask("ACL", "SETUSER", "app", "on", ">pw", "~tocsin:*", "+@all", "-config")
    url = f"{server.url}?username=app&password=pw"
    await store_on(server, opened, url=url)
    server.ask("CONFIG", "SET", "appendonly", "no")
    assert "appendonly is no" in await refusal(server, url=url)


async def test_hosted_server_that_tells_nothing(
    server: RedisServer, opened: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where neither tells, it is said so, and only trust passes it; `doctor` remembers that nothing was checked."""
    server.ask("ACL", "SETUSER", "app", "on", ">pw", "~tocsin:*", "+@all", "-config")
    monkeypatch.setattr(adapter, "_from_info", lambda info: {})
    url = f"{server.url}?username=app&password=pw"
    message = await refusal(server, url=url)
    assert "forbidden" in message
    assert "TOCSIN_REDIS_TRUST=1" in message
    trusted = await store_on(server, opened, url=url, trust=True)
    assert "was not checked" in await trusted.health()


@pytest.mark.parametrize(
    ("fact", "word"),
    [
        ({"redis_version": "6.2.14"}, "version 6.2.14 is too old"),
        ({"redis_version": ""}, "too old"),
        ({"cluster_enabled": 1}, "cluster"),
    ],
)
async def test_server_of_another_kind(
    server: RedisServer, fact: dict[str, object], word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old server or a cluster is refused, trusted or not."""
    store = RedisStore(server.url, trust=True)
    told = {**await store._client.info(), **fact}

    async def info() -> dict[str, object]:
        return told

    monkeypatch.setattr(store._client, "info", info)
    with pytest.raises(StoreUnfit, match=word):
        await store.open()
    await store.close()


@pytest.mark.parametrize(
    ("sync", "word"), [("always", "loses nothing"), ("everysec", "last second"), ("no", "last minute")]
)
async def test_doctor_says_what_a_power_cut_costs(
    server: RedisServer, opened: AsyncExitStack, sync: str, word: str
) -> None:
    """The line names the version, the place and how much may be lost."""
    server.ask("CONFIG", "SET", "appendfsync", sync)
    store = await store_on(server, opened)
    await store.commit(poll("us_dod_cmc", listing()))
    line = await store.health()
    assert word in line
    assert str(server.socket) in line
    assert "1 listings" in line


async def test_no_redis_at_all() -> None:
    """Something else answers: said so."""

    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(web, "127.0.0.1", 0) as page:
        port = page.sockets[0].getsockname()[1]
        store = RedisStore(f"redis://127.0.0.1:{port}")
        with pytest.raises(StoreUnfit, match="no Redis"):
            await store.open()
        await store.close()


# ── Servers that go away ──────────────────────────────────────────────────────────────────────────────────────────


async def test_nobody_listens() -> None:
    """A server that is down is a reason to come back later, and the message names it."""
    store = RedisStore("redis://127.0.0.1:1/3")
    with pytest.raises(StoreBusy, match=r"127\.0\.0\.1:1/3"):
        await store.open()
    await store.close()


async def test_server_is_killed_and_comes_back(server: RedisServer, opened: AsyncExitStack) -> None:
    """What was acknowledged survives kill -9; the open store goes on without being opened again."""
    store = await store_on(server, opened)
    await store.commit(poll("us_dod_cmc", listing(), deliveries=[delivery()]))
    server.kill()
    with pytest.raises(StoreBusy, match="away"):
        await store.deliveries()
    with pytest.raises(StoreBusy, match="may have arrived"):
        await store.claim("slack", now=NOON, lease=LEASE)
    server.start()
    assert await store.listings("us_dod_cmc") == {"E-1": listing()}
    assert [one.key for one in await store.claim("slack", now=NOON, lease=LEASE)] == [delivery().key]


async def test_couriers_stop_when_told(server: RedisServer, opened: AsyncExitStack) -> None:
    """At whatever step of a call or a wait a cancellation comes, it is obeyed at once."""
    for steps in range(60):
        store = await store_on(server, opened)
        await store.claim("slack", now=NOON, lease=LEASE)
        waiting = asyncio.create_task(store.wait("slack", timedelta(hours=1)))
        for _ in range(steps):
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting}, timeout=5)
        assert waiting.cancelled(), steps


async def test_cancellation_that_met_the_answer(
    server: RedisServer, opened: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that answers although it was told to stop does not keep the courier from stopping."""
    store = await store_on(server, opened)

    async def answer_all_the_same(*_: object) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    monkeypatch.setattr(store._client, "hget", answer_all_the_same)
    asking = asyncio.create_task(store.memory("us_csl"))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait({asking}, timeout=5)
    assert asking.cancelled()


async def blocked(server: RedisServer) -> None:
    """Until somebody waits for news there."""
    for _ in range(1000):
        if "blocked_clients:1" in await asyncio.to_thread(server.ask, "INFO", "clients"):
            return
    pytest.fail("nobody waits")


async def test_courier_waits_while_the_server_dies(server: RedisServer, opened: AsyncExitStack) -> None:
    """A wait ends with StoreBusy, not never."""
    store = await store_on(server, opened)
    await store.claim("slack", now=NOON, lease=LEASE)
    waiting = asyncio.create_task(store.wait("slack", timedelta(hours=1)))
    await blocked(server)
    server.kill()
    async with asyncio.timeout(10):
        with pytest.raises(StoreBusy):
            await waiting


async def test_memory_is_full(server: RedisServer, opened: AsyncExitStack) -> None:
    """A full server refuses the whole poll and keeps settling what it has."""
    store = await store_on(server, opened)
    await store.enqueue([delivery()])
    server.ask("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(StoreBusy, match="raise maxmemory"):
        await store.commit(poll("us_dod_cmc", listing(), deliveries=[delivery("a2")]))
    server.ask("CONFIG", "SET", "maxmemory", "0")
    assert await store.memory("us_dod_cmc") is None
    assert await store.deliveries() == [delivery()]


async def test_server_became_a_replica(server: RedisServer, opened: AsyncExitStack) -> None:
    """During a failover a write is to be tried again."""
    store = await store_on(server, opened)
    server.ask("REPLICAOF", "127.0.0.1", "1")
    with pytest.raises(StoreBusy, match="failover"):
        await store.enqueue([delivery()])


async def test_server_cannot_write_its_files(server: RedisServer, opened: AsyncExitStack) -> None:
    """Redis stops taking writes when too few replicas answer, or its disk is full: later."""
    store = await store_on(server, opened)
    server.ask("CONFIG", "SET", "min-replicas-to-write", "1")
    with pytest.raises(StoreBusy, match="too few of its replicas"):
        await store.enqueue([delivery()])


async def test_user_lost_its_rights(server: RedisServer, opened: AsyncExitStack) -> None:
    """A user who may not write is told which rights are missing."""
    server.ask("ACL", "SETUSER", "app", "on", ">pw", "~tocsin:*", "+@all")
    store = await store_on(server, opened, url=f"{server.url}?username=app&password=pw")
    server.ask("ACL", "SETUSER", "app", "-@write")
    with pytest.raises(StoreUnfit, match=r"every command on tocsin:\*"):
        await store.add_feed("scmp", "https://scmp.example/rss")


async def test_mistake_of_ours_is_not_hidden(server: RedisServer, opened: AsyncExitStack) -> None:
    """A script that is wrong is our fault, not the server's: it stays a plain error."""
    store = await store_on(server, opened)
    with pytest.raises(ResponseError, match="nil value"):
        await store._act("nonsense")


async def test_scripts_were_flushed(server: RedisServer, opened: AsyncExitStack) -> None:
    """A restart or SCRIPT FLUSH does not matter."""
    store = await store_on(server, opened)
    await store.enqueue([delivery("a1")])
    server.ask("SCRIPT", "FLUSH")
    assert await store.enqueue([delivery("a2")]) == 1


# ── Large polls ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "SMALL", 0)
    monkeypatch.setattr(adapter, "PART", 3)


@pytest.mark.usefixtures("everything_is_large")
async def test_staged_poll_leaves_nothing_behind(server: RedisServer, opened: AsyncExitStack) -> None:
    """Parts sent ahead are gone after the commit, and after one that came too late."""
    store = await store_on(server, opened)
    edition = poll("us_csl", *(listing(f"E-{number}", source="us_csl") for number in range(20)))
    assert await store.commit(edition)
    assert not await store.commit(edition)
    assert len(await store.marks("us_csl")) == 20
    assert server.ask("KEYS", "tocsin:staged:*") == ""


@pytest.mark.usefixtures("everything_is_large")
async def test_staged_parts_disappeared(
    server: RedisServer, opened: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts that somebody deleted before they were taken in: nothing is written, and it is to be tried again."""
    store = await store_on(server, opened)
    stage = store._stage

    async def stage_and_lose(key: str, parts: list[bytes]) -> None:
        await stage(key, parts)
        assert 0 < int(server.ask("TTL", key)) <= 3600
        server.ask("LTRIM", key, "1", "-1")

    monkeypatch.setattr(store, "_stage", stage_and_lose)
    with pytest.raises(StoreBusy, match="try once more"):
        await store.commit(poll("us_csl", listing(source="us_csl"), deliveries=[delivery()]))
    assert await store.memory("us_csl") is None
    assert await store.deliveries() == []


async def test_names_of_the_past_are_found_in_an_older_database(server: RedisServer, opened: AsyncExitStack) -> None:
    """What was kept before the past could be searched by name is brought up to date when a store opens."""
    store = await store_on(server, opened)
    await store.commit(poll(changes=[change("E-1"), change("E-2")]))
    kept = await store.former()
    server.ask("DEL", "tocsin:former", "tocsin:former_ids")
    server.ask("HDEL", "tocsin:counters", "schema")
    again = await (await store_on(server, opened)).former()
    assert {one.listing.key for one in again} == {one.listing.key for one in kept} == {"E-1", "E-2"}


async def test_two_bots_on_one_server(server: RedisServer, opened: AsyncExitStack) -> None:
    """Another prefix is another store."""
    ours = await store_on(server, opened)
    theirs = await store_on(server, opened, prefix="staging")
    await ours.enqueue([delivery()])
    assert await theirs.deliveries() == []
    theirs_only = {key for key in server.ask("KEYS", "*").split() if not key.startswith("tocsin:")}
    assert theirs_only == {"staging:counters"}  # which version wrote it


async def test_long_answers(server: RedisServer, opened: AsyncExitStack) -> None:
    """More rows than a script may pass at once come back all the same."""
    store = await store_on(server, opened)
    await store.enqueue([delivery(f"a{number}") for number in range(2200)])
    assert len(await store.deliveries(limit=5000)) == 2200


# ── Secrets ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "url",
    [
        f"http://user:{SECRET}@host",
        f"redis://user:{SECRET}/@host:port",
        f"redis://user:x@host:{SECRET}",
        f"redis://user:{SECRET}@host?socket_timeout=soon",
        f"redis://host?pasword={SECRET}",
        f"{SECRET}",
    ],
)
def test_address_that_is_none(url: str) -> None:
    """A mistyped address is refused without being repeated: it may hold a password."""
    with pytest.raises(BadSettings, match="REDIS_URL") as refused:
        RedisStore(url)
    assert SECRET not in "".join(traceback.format_exception(refused.value))


async def test_wrong_password(server: RedisServer) -> None:
    """The refusal names the setting; the password is in no message, no trace and no repr."""
    server.ask("CONFIG", "SET", "requirepass", "something else")
    store = RedisStore(f"{server.url}?password={SECRET}")
    with pytest.raises(StoreUnfit, match="REDIS_URL") as refused:
        await store.open()
    await store.close()
    seen = "".join(traceback.format_exception(refused.value)) + repr(store) + store.where + repr(vars(store))
    assert SECRET not in seen


def test_where_names_no_user() -> None:
    """The address for people is host, port and database."""
    assert RedisStore(f"rediss://ops:{SECRET}@redis.example:6380/2").where == "redis.example:6380/2"
