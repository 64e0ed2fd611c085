"""The shared store: a Redis 7 or newer, for several processes on several machines.

What surprises:

- Redis with its defaults forgets everything when it dies. `open` refuses a server without the append-only file, one
  that may evict keys, a read-only replica, and anything older than 7, each with the command that puts it right.
- Whatever takes more than one command is a Lua script (`redis.lua`), and so is one step for everybody else.
- A large poll is sent ahead in parts to a key of its own, and one short call then takes it in: neither the event loop
  nor the server is held up by megabytes of arguments. What a crash leaves behind there expires within the hour.
- When the connection breaks in the middle of a call we cannot know whether it was done. It is never sent again by
  itself; StoreBusy says so, and the caller's next try is refused where the first one arrived (see `bot.ports.Store`).
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, TypeVar, cast

import msgspec
from redis import asyncio as redis
from redis import exceptions
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from adapters.stores.rows import (
    Messages,
    checked_state,
    envelope,
    former,
    lost_names,
    micros,
    moment,
    parcels,
    state,
    story_date,
)
from bot.codec import decode, encode
from bot.errors import BadSettings, StoreBusy, StoreUnfit
from bot.model import (
    Act,
    Decision,
    Delivery,
    Former,
    ListChange,
    Listing,
    Mark,
    Memory,
    Paper,
    Place,
    Poll,
    Story,
    Subscription,
    fingerprint,
)

T = TypeVar("T")

#: How many steps of `_upgrade` a database of this version has been through.
SCHEMA = 1
#: Connections for calls; those that wait for news have their own.
CONNECTIONS = 16
#: How long a server may take for one call before we say it is away.
PATIENCE = timedelta(seconds=20)
#: Longest single wait for news: a connection that died without a word is noticed after this.
SLICE = timedelta(seconds=15)
#: Records in one part of a poll: Lua passes at most some 8,000 arguments to a command.
PART = 500
#: Bytes of a poll that go along with the call itself; a larger one is staged.
SMALL = 1_000_000
#: How long staged parts live, should nobody come to take them in.
STAGED = timedelta(hours=1)


class RedisStore:
    """The Store port on one Redis. `trust` accepts a server whose settings cannot be seen or are somebody else's duty.

    Raises BadSettings for an address that is none; the address is never repeated, because it may hold a password.
    """

    def __init__(self, url: str, *, trust: bool = False, prefix: str = "tocsin") -> None:
        self._trust = trust
        self._prefix = prefix
        self._client = _client(url, connections=CONNECTIONS, patience=PATIENCE)
        self._listener = _client(url, connections=CONNECTIONS, patience=SLICE + PATIENCE)
        self._script = self._client.register_script(resources.files(__package__).joinpath("redis.lua").read_text())
        self._claimed: dict[str, str] = {}

    @property
    def where(self) -> str:
        """The server without user and password, for people."""
        at = self._client.connection_pool.connection_kwargs
        return (
            str(at["path"])
            if "path" in at
            else f"{at.get('host', 'localhost')}:{at.get('port', 6379)}/{at.get('db', 0)}"
        )

    async def open(self) -> None:
        with self._translated():
            await self._inspect()
            await self._upgrade()

    async def close(self) -> None:
        await self._client.aclose()
        await self._listener.aclose()

    async def health(self) -> str:
        with self._translated():
            server = await self._inspect()
            sources = cast("list[bytes]", await self._client.hkeys(self._key("memories")))
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.zcard(self._key("box", "waiting", ""))
                pipe.zcard(self._key("box", "parked", ""))
                for source in sources:
                    pipe.hlen(self._key("marks", source.decode()))
                waiting, parked, *listings = await pipe.execute()
        return (
            f"Redis {server.version}, {self.where}, keys {self._prefix}:*: {server.memory} used by the whole server, "
            f"{sum(listings):,} listings, {waiting:,} deliveries waiting, {parked:,} parked; {server.keeps}"
        )

    # Sources

    async def memories(self) -> Mapping[str, Memory]:
        with self._translated():
            found = cast("dict[bytes, bytes]", await self._client.hgetall(self._key("memories")))
        return {source.decode(): decode(Memory, found[source]) for source in sorted(found)}

    async def memory(self, source: str) -> Memory | None:
        with self._translated():
            found = cast("bytes | None", await self._client.hget(self._key("memories"), source))
        return None if found is None else decode(Memory, found)

    async def marks(self, source: str) -> Mapping[str, Mark]:
        found = await self._act("whole", "marks", source)
        return await asyncio.to_thread(msgspec.json.decode, found, type=dict[str, Mark])

    async def listings(self, source: str, keys: Iterable[str] | None = None) -> Mapping[str, Listing]:
        if keys is None:
            found = await self._act("whole", "listings", source)
            return await asyncio.to_thread(msgspec.json.decode, found, type=dict[str, Listing])
        return await self._some("listings:" + source, keys, Listing)

    async def commit(self, poll: Poll) -> bool:
        memory = poll.memory
        parts = await asyncio.to_thread(_parts, poll)
        body = encode(replace(memory, version=memory.version + 1))
        return await self._keep(memory.source, memory.version, body, parts) is not None

    async def lead(self, name: str, holder: str, *, now: datetime, lease: timedelta) -> bool:
        return bool(await self._act("lead", name, holder, micros(now), micros(now + lease)))

    async def listings_version(self) -> int:
        return await self._counter("listings")

    # History

    async def changes(
        self, *, source: str = "", key: str = "", since: datetime | None = None, limit: int = 100
    ) -> Sequence[ListChange]:
        earliest = "-inf" if since is None else micros(since)
        return [decode(ListChange, body) for body in await self._act("changes", source, key, earliest, limit)]

    async def changes_of(
        self,
        entries: Iterable[tuple[str, str]],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> Sequence[ListChange]:
        first = "-inf" if since is None else str(micros(since))
        end = "+inf" if until is None else f"({micros(until)}"
        found = await self._act("changes_of", _entries(entries), first, end, max(limit, 0))
        return [decode(ListChange, body) for body in found]

    async def next_changes(self, entries: Iterable[tuple[str, str]], at: datetime) -> Sequence[ListChange]:
        found = await self._act("next_changes", _entries(entries), micros(at))
        return [decode(ListChange, body) for body in found]

    async def last_changes(self, entries: Iterable[tuple[str, str]], before: datetime) -> Sequence[ListChange]:
        found = await self._act("last_changes", _entries(entries), micros(before))
        return [decode(ListChange, body) for body in found]

    async def former(self, after: int = 0) -> Sequence[Former]:
        with self._translated():
            found = cast("list[bytes]", await self._client.lrange(self._key("former"), after, -1))
        return [former(number, body) for number, body in enumerate(found, after + 1)]

    async def known_stories(self, keys: Iterable[str]) -> Mapping[str, str]:
        found = await self._fields("story_keys", keys)
        return {key: story.decode() for key, story in found.items()}

    async def stories(self, ids: Iterable[str]) -> Mapping[str, Story]:
        return await self._some("stories", ids, Story)

    async def stories_of(self, company: str, *, limit: int = 5) -> Sequence[Story]:
        return [decode(Story, body) for body in await self._act("stories_of", company, limit)]

    async def story_dates(self, company: str) -> Sequence[datetime]:
        with self._translated():
            found = await self._client.zrange(self._key("stories_of", company), 0, -1, withscores=True)
        return [moment(int(score)) for _, score in cast("list[tuple[bytes, float]]", found)]

    # Whom people watch

    async def subscribe(self, *subscriptions: Subscription) -> int:
        rows = [item for one in subscriptions for item in (one.id, str(one.place), _json(one))]
        return int(await self._act("subscribe", msgspec.msgpack.encode(rows))) if rows else 0

    async def unsubscribe(self, place: Place, *targets: str) -> int:
        ids = [fingerprint(str(place), target.casefold()) for target in targets]
        return int(await self._act("unsubscribe", str(place), msgspec.msgpack.encode(ids)))

    async def subscriptions(self, place: Place | None = None) -> Sequence[Subscription]:
        found = await self._act("subscriptions", "" if place is None else str(place))
        return [decode(Subscription, body) for body in found]

    async def subscriptions_version(self) -> int:
        return await self._counter("subscriptions")

    async def feeds(self) -> Mapping[str, str]:
        with self._translated():
            found = cast("dict[bytes, bytes]", await self._client.hgetall(self._key("feeds")))
        return {name.decode(): found[name].decode() for name in sorted(found)}

    async def add_feed(self, id: str, url: str) -> bool:
        with self._translated():
            return bool(await self._client.hset(self._key("feeds"), id, url))

    async def remove_feed(self, id: str) -> bool:
        with self._translated():
            return bool(await self._client.hdel(self._key("feeds"), id))

    # What people decided

    async def decide(self, decision: Decision) -> bool:
        parts = _pack([*_decided(decision), *_outbox(decision.deliveries)])
        return bool(
            await self._act("decide", len(parts), msgspec.msgpack.encode([one.id for one in decision.acts]), *parts)
        )

    async def papers(self, shelf: str, keys: Iterable[str] | None = None) -> Mapping[str, bytes]:
        name = "papers:" + shelf
        if keys is not None:
            found = await self._fields(name, set(keys))
        else:
            with self._translated():
                whole = cast("dict[bytes, bytes]", await self._client.hgetall(self._key(name)))
            found = {key.decode(): body for key, body in whole.items()}
        return {key: b64decode(found[key]) for key in sorted(found)}

    async def papers_version(self) -> int:
        return await self._counter("papers")

    async def acts(
        self, *, place: Place | None = None, company: str = "", since: datetime | None = None, limit: int = 100
    ) -> Sequence[Act]:
        earliest = "-inf" if since is None else micros(since)
        where = "" if place is None else str(place)
        return [decode(Act, body) for body in await self._act("acts", where, company, earliest, limit)]

    # The outbox

    async def enqueue(self, deliveries: Iterable[Delivery]) -> int:
        parts = _pack(_outbox(deliveries))
        return await self._keep("", 0, b"", parts) or 0 if parts else 0

    async def claim(self, platform: str, *, now: datetime, lease: timedelta, limit: int = 20) -> Sequence[Delivery]:
        token = secrets.token_hex(8) + "-"
        rows, messages, rung = await self._act(
            "claim", platform, micros(now), micros(now + lease), max(limit, 0), token
        )
        # Cut short by its limit, it left something behind: the next `wait` returns at once.
        self._claimed[platform] = rung.decode() if len(rows) < limit else ""
        return [
            replace(delivery, lease=token.decode(), doubtful=delivery.doubtful or bool(doubtful))
            for delivery, (token, doubtful) in zip(_deliveries(rows, messages), (row[2:] for row in rows), strict=True)
        ]

    async def settle(self, delivery: Delivery) -> bool:
        due = micros(delivery.due)
        return bool(await self._act("settle", delivery.key, delivery.lease, state(delivery), due, envelope(delivery)))

    async def deliveries(self, *, place: Place | None = None, state: str = "", limit: int = 50) -> Sequence[Delivery]:
        where = "" if place is None else str(place)
        return _deliveries(*await self._act("deliveries", where, checked_state(state), limit))

    async def delivery(self, key: str) -> Delivery | None:
        return next(iter(_deliveries(*await self._act("delivery", key))), None)

    async def unpark(self, key: str, *, now: datetime) -> bool:
        rows, messages = await self._act("parked", key)
        for delivery, row in zip(_deliveries(rows, messages), rows, strict=True):
            body = envelope(replace(delivery, parked="", due=now, attempts=0))
            return bool(await self._act("unpark", key, micros(now), row[0], body))
        return False

    async def wait(self, platform: str, at_most: timedelta) -> None:
        heard = self._claimed.get(platform, "")
        loop = asyncio.get_running_loop()
        end = loop.time() + at_most.total_seconds()
        while heard and (left := end - loop.time()) > 0:
            block = min(left, SLICE.total_seconds())
            news = self._listener.xread({self._key("bell", platform): heard}, block=max(1, int(block * 1000)))
            with self._translated():
                if await _promptly(cast("Coroutine[Any, Any, object]", news)):
                    return

    # Speaking to the server

    def _key(self, *parts: str) -> str:
        return ":".join((self._prefix, *parts))

    async def _act(self, action: str, *args: str | bytes | int) -> Any:
        """Run an action of redis.lua."""
        with self._translated():
            return await self._script(keys=[self._prefix], args=[action, *args])

    async def _keep(self, source: str, version: int, memory: bytes, parts: list[bytes]) -> int | None:
        """Take in the parts of a poll: how many deliveries were new, or None when another watcher was faster."""
        staged = ""
        if sum(map(len, parts)) > SMALL:
            staged = self._key("staged", secrets.token_hex(8))
            await self._stage(staged, parts)
        answer = await self._act("keep", source, version, memory, staged, len(parts), *([] if staged else parts))
        if answer == b"unstaged":
            raise StoreBusy(f"Redis at {self.where}: parts of {source or 'the outbox'} are gone again; try once more")
        if answer == b"late":
            if staged:
                with self._translated():
                    await self._client.delete(staged)
            return None
        return int(answer)

    async def _stage(self, key: str, parts: list[bytes]) -> None:
        with self._translated():
            for part in parts:
                async with self._client.pipeline(transaction=True) as pipe:
                    pipe.rpush(key, part)
                    pipe.expire(key, STAGED)
                    await pipe.execute()

    async def _fields(self, name: str, fields: Iterable[str]) -> dict[str, bytes]:
        """The fields of a hash that are there."""
        wanted = list(fields)
        if not wanted:
            return {}
        with self._translated():
            found = cast("list[bytes | None]", await self._client.hmget(self._key(name), wanted))
        return {field: value for field, value in zip(wanted, found, strict=True) if value is not None}

    async def _some(self, name: str, fields: Iterable[str], kind: type[T]) -> dict[str, T]:
        found = await self._fields(name, fields)
        return await asyncio.to_thread(lambda: {field: decode(kind, body) for field, body in found.items()})

    async def _counter(self, name: str) -> int:
        with self._translated():
            return int(cast("bytes | None", await self._client.hget(self._key("counters"), name)) or 0)

    async def _inspect(self) -> _Server:
        """Look at the server's word about itself. Raises StoreUnfit with the next step."""
        info = await self._client.info()
        server = _Server(
            version=str(info.get("redis_version", "of unknown version")),
            memory=str(info.get("used_memory_human", "unknown memory")),
            settings=_from_info(info) | await self._settings(),
            trusted=self._trust,
        )
        if why := _unfit(info, server):
            raise StoreUnfit(f"Redis at {self.where}: {why}")
        return server

    async def _upgrade(self) -> None:
        """Bring what an older Tocsin kept up to date: SCHEMA counts the steps done, each of which may be repeated."""
        done = int(cast("bytes | None", await self._client.hget(self._key("counters"), "schema")) or 0)
        if done >= SCHEMA:
            return
        # Step 1: the names of the past, from the changes kept before they had a place of their own.
        found = self._client.hscan_iter(self._key("changes"), count=PART)
        bodies = [body async for _, body in cast("AsyncIterator[tuple[bytes, bytes]]", found)]
        for start in range(0, len(bodies), PART):
            lost = lost_names(decode(ListChange, body) for body in bodies[start : start + PART])
            await self._keep("", 0, b"", _pack([_former(lost)]))
        await self._client.hset(self._key("counters"), "schema", str(SCHEMA))

    async def _settings(self) -> dict[str, str]:
        """What CONFIG GET says; nothing where it is forbidden, as with most hosted servers."""
        try:
            found = await self._client.config_get("appendonly", "appendfsync", "maxmemory-policy")
        except exceptions.ResponseError:
            return {}
        return {_text(name): _text(value) for name, value in cast("dict[object, object]", found).items()}

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """The client's errors as ours. A mistake of our own (a wrong script) stays what it is."""
        cancelled = _cancellations()
        try:
            yield
        except (exceptions.AuthenticationError, exceptions.NoPermissionError) as error:
            raise self._refused(error) from error
        except exceptions.InvalidResponse as error:
            raise StoreUnfit(f"Redis at {self.where}: this is no Redis; check host and port in REDIS_URL") from error
        except (exceptions.ConnectionError, exceptions.TimeoutError, OSError) as error:
            if isinstance(error.__cause__, exceptions.AuthenticationError):  # wrapped so while it connects
                raise self._refused(error) from error
            raise StoreBusy(
                f"Redis at {self.where}: away or not answering ({error}); a write that was on its way may have arrived"
            ) from error
        except exceptions.ResponseError as error:
            if not (why := _for_now(error)):
                raise
            raise StoreBusy(f"Redis at {self.where}: {why}; nothing was written ({error})") from error
        if _cancellations() > cancelled:
            # The client waits by asyncio.wait_for, which before Python 3.12 forgets a cancellation that meets its
            # answer (https://github.com/python/cpython/issues/86296, read 2026-11): a courier would never stop.
            raise asyncio.CancelledError

    def _refused(self, error: Exception) -> StoreUnfit:
        return StoreUnfit(
            f"Redis at {self.where}: refused this user ({error}); check user and password in REDIS_URL, "
            f"and that the user may run every command on {self._prefix}:*"
        )


# ── The server ────────────────────────────────────────────────────────────────────────────────────────────────────


def _client(url: str, *, connections: int, patience: timedelta) -> redis.Redis:
    try:
        pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=connections,
            timeout=PATIENCE.total_seconds(),
            socket_timeout=patience.total_seconds(),
            socket_connect_timeout=5,
            health_check_interval=30,
            # Never sent again by the client: it cannot know whether the first one arrived.
            retry=Retry(NoBackoff(), 0),
        )
        pool.connection_class(**pool.connection_kwargs)  # an option in the address that it does not know is found here
    except (ValueError, TypeError):
        # Without the cause: a parser quotes what it could not read, and that may be part of a password.
        raise BadSettings(
            "REDIS_URL is no address of a Redis; write redis://user:password@host:6379/0, rediss:// for TLS, "
            "or unix:///path/to/redis.sock, with special characters in the password as %40"
        ) from None
    return redis.Redis.from_pool(pool)


def _cancellations() -> int:
    """How often the running task was asked to stop."""
    task = asyncio.current_task()
    return task.cancelling() if task else 0


async def _promptly(answer: Coroutine[Any, Any, T]) -> T:
    """The answer, or an end at once when cancelled, even where the client misses that (see `_translated`)."""
    task = asyncio.create_task(answer)
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody else will look at it
    return await task


@dataclass(frozen=True, slots=True)
class _Server:
    """What a server says about itself."""

    version: str
    memory: str
    settings: dict[str, str]  #: appendonly, appendfsync, maxmemory-policy, as far as they can be seen
    trusted: bool

    @property
    def keeps(self) -> str:
        """What survives, for `doctor`."""
        if self.settings.get("appendonly") != "yes":
            return "whether it keeps what it acknowledged was not checked (TOCSIN_REDIS_TRUST)"
        sync = self.settings.get("appendfsync", "unknown")
        loss = {"always": "a power cut loses nothing", "everysec": "a power cut may lose the last second"}
        return f"append-only file on, appendfsync {sync} ({loss.get(sync, 'a power cut may lose the last minute')})"


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _from_info(info: Mapping[str, Any]) -> dict[str, str]:
    """The same settings as INFO tells them, which hosted servers allow more often than CONFIG."""
    found = {}
    if "aof_enabled" in info:
        found["appendonly"] = "yes" if int(info["aof_enabled"]) else "no"
    if "maxmemory_policy" in info:
        found["maxmemory-policy"] = str(info["maxmemory_policy"])
    return found


def _unfit(info: Mapping[str, Any], server: _Server) -> str:
    """Why this server would not do, and the next step; nothing when it will."""
    major = server.version.partition(".")[0]
    if not major.isdigit() or int(major) < 7:
        return f"version {server.version} is too old; Tocsin needs 7 or newer"
    if info.get("role") != "master":
        primary = f"{info.get('master_host', 'unknown')}:{info.get('master_port', '?')}"
        return f"a read-only replica; give REDIS_URL its primary's address ({primary})"
    if int(info.get("cluster_enabled", 0)):
        return "a cluster, over which one step cannot be kept whole; give REDIS_URL a single server"
    return "" if server.trusted else _forgetful(server.settings)


def _forgetful(settings: Mapping[str, str]) -> str:
    """Whether it would forget what it acknowledged; nothing when it would not."""
    trust = "or, if your provider keeps every write in another way, set TOCSIN_REDIS_TRUST=1"
    append, policy = settings.get("appendonly"), settings.get("maxmemory-policy")
    if append is None or policy is None:
        return (
            "CONFIG and INFO are forbidden here, so nobody can see whether it keeps what it acknowledges; "
            f"check with your provider that appendonly is yes and maxmemory-policy noeviction, {trust}"
        )
    if append != "yes":
        return (
            f"appendonly is {append}: a crash would lose every alert not yet sent; run `CONFIG SET appendonly yes` "
            f"and `CONFIG REWRITE` in redis-cli, {trust}"
        )
    if policy != "noeviction":
        return (
            f"maxmemory-policy is {policy}: a full memory would silently drop what is remembered; run "
            f"`CONFIG SET maxmemory-policy noeviction` and `CONFIG REWRITE` in redis-cli, {trust}"
        )
    return ""


def _for_now(error: exceptions.ResponseError) -> str:
    """Why a server refused for the moment; nothing when it is a mistake. Codes: https://redis.io/docs/latest/develop/

    reference/protocol-spec/#simple-errors and the server's own sources (read 2026-11).
    """
    if isinstance(error, exceptions.OutOfMemoryError):
        return "its memory is full; raise maxmemory"
    if isinstance(error, exceptions.ReadOnlyError):
        return "it has become a replica; a failover may be under way"
    return {
        "MISCONF": "it cannot write its files; look at its disk",
        "BUSY": "it is busy with somebody's long script",
        "NOREPLICAS": "too few of its replicas answer",
        "MASTERDOWN": "its primary does not answer",
        "TRYAGAIN": "it is being moved",
    }.get(str(error).partition(" ")[0], "")


# ── Packing ───────────────────────────────────────────────────────────────────────────────────────────────────────

#: A section's name, how many items make one of its records, and all its items in a row.
_Section = tuple[str, int, list[str]]


def _parts(poll: Poll) -> list[bytes]:
    """A poll in parts that redis.lua takes in one after the other."""
    marks = [(listing.key, mark) for listing, mark in poll.listings] + list(poll.marks)
    return _pack(
        [
            ("listings", 2, [item for one, _ in poll.listings for item in (one.key, _json(one))]),
            ("marks", 2, [item for key, mark in marks for item in (key, _json(mark))]),
            ("removed", 1, list(poll.removed)),
            (
                "changes",
                4,
                [item for one in poll.changes for item in (one.source, one.key, str(micros(one.seen)), _json(one))],
            ),
            _former(lost_names(poll.changes)),
            (
                "stories",
                3,
                [item for one in poll.stories for item in (one.ref, str(story_date(one, poll.memory)), _json(one))],
            ),
            ("story_keys", 2, [item for one in poll.stories for key in one.keys for item in (key, one.ref)]),
            ("story_companies", 2, [item for story, company in poll.story_companies for item in (company, story)]),
            *_outbox(poll.deliveries),
            _papers(poll.keep),
        ]
    )


def _former(lost: Iterable[tuple[str, bytes]]) -> _Section:
    return "former", 2, [item for id, body in lost for item in (id, body.decode())]


def _decided(decision: Decision) -> list[_Section]:
    acts = [(one.id, str(one.place), one.company, str(micros(one.at)), _json(one)) for one in decision.acts]
    return [
        ("dropped", 2, [item for one in decision.drop for item in one]),
        _papers(decision.keep),
        ("acts", 5, [item for one in acts for item in one]),
    ]


def _papers(papers: Iterable[Paper]) -> _Section:
    return (
        "papers",
        3,
        [item for one in papers for item in (one.shelf, one.key, b64encode(one.body).decode())],
    )


def _outbox(deliveries: Iterable[Delivery]) -> list[_Section]:
    packed, messages = parcels(deliveries)
    return [
        (
            "messages",
            2,
            [item for name, (kind, body) in messages.items() for item in (name, f"{kind}\n{body.decode()}")],
        ),
        (
            "deliveries",
            7,
            [
                item
                for one in packed
                for item in (
                    one.key,
                    one.platform,
                    one.place,
                    one.state,
                    str(one.due),
                    one.message,
                    one.envelope.decode(),
                )
            ],
        ),
    ]


def _pack(sections: Iterable[_Section]) -> list[bytes]:
    """Sections cut into parts of at most PART records, each as MessagePack text: Redis's own reader knows no binary."""
    return [
        msgspec.msgpack.encode((name, items[start : start + PART * size]))
        for name, size, items in sections
        for start in range(0, len(items), PART * size)
    ]


def _entries(entries: Iterable[tuple[str, str]]) -> bytes:
    """Sources and keys in turn, each entry once, as MessagePack."""
    return msgspec.msgpack.encode([part for entry in dict.fromkeys(entries) for part in entry])


def _json(noun: object) -> str:
    return encode(noun).decode()


def _deliveries(rows: Sequence[Sequence[bytes]], messages: Sequence[bytes]) -> list[Delivery]:
    """Deliveries from their envelopes and from the messages, each of which came once."""
    kept = {name: body.partition(b"\n") for name, body in zip(messages[::2], messages[1::2], strict=True)}
    decoded = Messages()
    return [decoded.delivery(row[0], row[1].decode(), kept[row[1]][0].decode(), kept[row[1]][2]) for row in rows]
