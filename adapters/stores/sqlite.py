"""The embedded store: one SQLite file, no server, several processes on one machine.

What surprises:

- All writes of a process go through one thread. Those that wait while one is on its way to the disk share the next
  commit, each behind its own savepoint, so that a burst of receipts costs one sync and not twenty.
- `synchronous=FULL` in WAL mode: what was acknowledged survives a power cut, not only a crash of ours.
- A lane (one place with something waiting) is one row that knows its head and when that may go out. Claiming reads as
  many rows as it hands out, however long the queues are.
- Other processes are noticed by `PRAGMA data_version`, a look of a few microseconds that touches no table.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from adapters.stores.rows import (
    Messages,
    Parcel,
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
from bot.errors import StoreBusy, StoreUnfit
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
Work = Callable[[sqlite3.Connection], T]
_Parts = tuple[bytes, str, str, bytes]  # a delivery's envelope, and its message's id, kind and body

#: "Tocs": tells our file from another program's, https://www.sqlite.org/pragma.html#pragma_application_id
APPLICATION = 0x546F6373
#: How long a process waits for another one's write before it says StoreBusy.
PATIENCE = timedelta(seconds=10)
#: How often `wait` looks for another process's writes: about 40 looks of 3 microseconds a second.
LOOK = timedelta(milliseconds=25)
#: Threads that read, beside the one that writes: a command is answered while a large list is being kept.
READERS = 2
#: Writes that may share one commit.
TOGETHER = 64


def _find_former(db: sqlite3.Connection) -> None:
    """Fill the names of the past from the changes kept before there was a table of them."""
    last = 0
    while rows := db.execute("SELECT id, body FROM changes WHERE id > ? ORDER BY id LIMIT 1000", (last,)).fetchall():
        _keep_former(db, lost_names(decode(ListChange, body) for _, body in rows))
        last = rows[-1][0]


#: The schema, one step a version. Steps are never edited once released; `PRAGMA user_version` counts those done.
MIGRATIONS: tuple[tuple[str | Work[None], ...], ...] = (
    (
        "CREATE TABLE memories (source TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID",
        """CREATE TABLE listings (
            source TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (source, key))""",
        # Apart from the entries, so that the marks of a whole list are a few dense pages.
        """CREATE TABLE marks (
            source TEXT NOT NULL, key TEXT NOT NULL, raw BLOB NOT NULL, content BLOB NOT NULL, missing INTEGER NOT NULL,
            PRIMARY KEY (source, key)) WITHOUT ROWID""",
        """CREATE TABLE changes (
            id INTEGER PRIMARY KEY, source TEXT NOT NULL, key TEXT NOT NULL, seen INTEGER NOT NULL,
            body BLOB NOT NULL)""",
        "CREATE INDEX changes_of_entry ON changes (source, key, seen)",
        "CREATE INDEX changes_of_source ON changes (source, seen)",
        "CREATE INDEX changes_of_key ON changes (key, seen)",
        "CREATE INDEX changes_by_date ON changes (seen)",
        "CREATE TABLE stories (id TEXT PRIMARY KEY, date INTEGER NOT NULL, body BLOB NOT NULL)",
        "CREATE TABLE story_keys (key TEXT PRIMARY KEY, story TEXT NOT NULL) WITHOUT ROWID",
        """CREATE TABLE story_companies (
            company TEXT NOT NULL, date INTEGER NOT NULL, story TEXT NOT NULL, PRIMARY KEY (company, date, story)
            ) WITHOUT ROWID""",
        """CREATE TABLE subscriptions (
            number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, place TEXT NOT NULL,
            body BLOB NOT NULL)""",
        "CREATE INDEX subscriptions_of_place ON subscriptions (place)",
        "CREATE TABLE feeds (id TEXT PRIMARY KEY, url TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE leads (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE messages (id TEXT PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL)",
        # `number` is the order in the lane. Rows are never deleted, so the next one is the highest and one.
        """CREATE TABLE deliveries (
            number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, platform TEXT NOT NULL, place TEXT NOT NULL,
            state TEXT NOT NULL, due INTEGER NOT NULL, message TEXT NOT NULL, body BLOB NOT NULL)""",
        "CREATE INDEX deliveries_of_place ON deliveries (place)",
        "CREATE INDEX deliveries_in_state ON deliveries (state)",
        "CREATE INDEX deliveries_of_lane ON deliveries (place, state)",
        # A lane's head is its oldest waiting delivery; `ready` is when it is due, or when its lease ends.
        """CREATE TABLE lanes (
            place TEXT PRIMARY KEY, platform TEXT NOT NULL, head INTEGER NOT NULL, ready INTEGER NOT NULL,
            lease TEXT NOT NULL) WITHOUT ROWID""",
        "CREATE INDEX lanes_ready ON lanes (platform, ready, place)",
        "CREATE TABLE bells (platform TEXT PRIMARY KEY, rung INTEGER NOT NULL) WITHOUT ROWID",
    ),
    (
        "CREATE TABLE papers (shelf TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (shelf, key))",
        """CREATE TABLE acts (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, place TEXT NOT NULL, company TEXT NOT NULL,
            at INTEGER NOT NULL, body BLOB NOT NULL)""",
        "CREATE INDEX acts_by_date ON acts (at)",
        "CREATE INDEX acts_of_place ON acts (place, at)",
        "CREATE INDEX acts_of_company ON acts (company, at)",
    ),
    (
        # Entries under names they have no more: small beside the changes, and read whole by whoever searches the past.
        "CREATE TABLE former (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL)",
        _find_former,
    ),
)


class SqliteStore:
    """The Store port on one file. `path`'s folder is made when it is missing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = _Writer(path)
        self._readers: ThreadPoolExecutor | None = None
        self._free: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._watch: sqlite3.Connection | None = None
        self._version_seen = -1
        self._bells: dict[str, int] = {}
        self._claimed: dict[str, int] = {}
        self._news: dict[str, asyncio.Event] = {}

    async def open(self) -> None:
        await asyncio.to_thread(self._open)

    def _open(self) -> None:
        self._make_folder()
        try:
            with _translated(self.path):
                self._connect()
        except BaseException:
            self._close()
            raise

    def _connect(self) -> None:
        self._writer.start(_prepared(self.path))
        for _ in range(READERS):
            self._free.put(_connect(self.path, read_only=True))
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="tocsin-read")
        self._watch = _connect(self.path, read_only=True)
        self._watch.execute("PRAGMA busy_timeout=0")  # it is asked on the event loop's own thread

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnfit(
                f"{self.path}: its folder cannot be made ({error.strerror}); give TOCSIN_HOME a folder one may write to"
            ) from error

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._writer.stop()
        if self._readers is not None:
            self._readers.shutdown()
            self._readers = None
        with contextlib.suppress(queue.Empty):
            while True:
                self._free.get_nowait().close()
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    async def health(self) -> str:
        def look(db: sqlite3.Connection) -> str:
            # Looks at every page but not at every index entry: a fraction of a second for a hundred megabytes.
            if (found := db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise StoreUnfit(f"{self.path}: damaged ({found}); move it away, or restore it from a copy")
            pages, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
            listings = db.execute("SELECT count(*) FROM marks").fetchone()[0]
            waiting, parked = (
                db.execute("SELECT count(*) FROM deliveries WHERE state = ?", (name,)).fetchone()[0]
                for name in ("waiting", "parked")
            )
            return (
                f"SQLite {sqlite3.sqlite_version}, {self.path}: {pages * size / 1e6:.1f} MB, "
                f"{listings:,} listings, {waiting:,} deliveries waiting, {parked:,} parked"
            )

        return await self._read(look)

    # Sources

    async def memories(self) -> Mapping[str, Memory]:
        def read(db: sqlite3.Connection) -> dict[str, Memory]:
            rows = db.execute("SELECT source, body FROM memories ORDER BY source")
            return {source: decode(Memory, body) for source, body in rows}

        return await self._read(read)

    async def memory(self, source: str) -> Memory | None:
        def read(db: sqlite3.Connection) -> Memory | None:
            row = db.execute("SELECT body FROM memories WHERE source = ?", (source,)).fetchone()
            return decode(Memory, row[0]) if row else None

        return await self._read(read)

    async def marks(self, source: str) -> Mapping[str, Mark]:
        def read(db: sqlite3.Connection) -> dict[str, Mark]:
            rows = db.execute("SELECT key, raw, content, missing FROM marks WHERE source = ?", (source,))
            return {key: Mark(raw, content, missing) for key, raw, content, missing in rows}

        return await self._read(read)

    async def listings(self, source: str, keys: Iterable[str] | None = None) -> Mapping[str, Listing]:
        wanted = None if keys is None else list(keys)

        def read(db: sqlite3.Connection) -> dict[str, Listing]:
            rows: Iterable[tuple[str, bytes]]
            if wanted is None:
                rows = db.execute("SELECT key, body FROM listings WHERE source = ?", (source,))
            else:
                rows = _some(db, "SELECT key, body FROM listings WHERE source = ? AND key IN", wanted, source)
            return {key: decode(Listing, body) for key, body in rows}

        return await self._read(read)

    async def commit(self, poll: Poll) -> bool:
        pages = await asyncio.to_thread(_Pages.of, poll)
        return await self._write(lambda db: _commit(db, pages))

    async def lead(self, name: str, holder: str, *, now: datetime, lease: timedelta) -> bool:
        def take(db: sqlite3.Connection) -> bool:
            return (
                db.execute(
                    """INSERT INTO leads (name, holder, until) VALUES (?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
                    WHERE holder = excluded.holder OR until <= ?""",
                    (name, holder, micros(now + lease), micros(now)),
                ).rowcount
                == 1
            )

        return await self._write(take)

    async def listings_version(self) -> int:
        return await self._read(lambda db: _counter(db, "listings"))

    # History

    async def changes(
        self, *, source: str = "", key: str = "", since: datetime | None = None, limit: int = 100
    ) -> Sequence[ListChange]:
        asked = {"source": source, "key": key, "seen": None if since is None else micros(since)}
        sql, values = _changes_query(asked)

        def read(db: sqlite3.Connection) -> list[ListChange]:
            return [decode(ListChange, body) for (body,) in db.execute(sql, (*values, max(limit, 0)))]

        return await self._read(read)

    async def changes_of(
        self,
        entries: Iterable[tuple[str, str]],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> Sequence[ListChange]:
        first = _EARLIEST if since is None else micros(since)
        end = _LATEST if until is None else micros(until)
        wanted = list(dict.fromkeys(entries))

        def read(db: sqlite3.Connection) -> list[ListChange]:
            rows = [row for entry in wanted for row in db.execute(_CHANGES_OF, (*entry, first, end, max(limit, 0)))]
            newest = sorted(rows, reverse=True)[: max(limit, 0)]
            return [decode(ListChange, db.execute(_CHANGE, (id,)).fetchone()[0]) for _, id in newest]

        return await self._read(read)

    async def next_changes(self, entries: Iterable[tuple[str, str]], at: datetime) -> Sequence[ListChange]:
        return await self._change_each(_NEXT_CHANGE, entries, at)

    async def last_changes(self, entries: Iterable[tuple[str, str]], before: datetime) -> Sequence[ListChange]:
        return await self._change_each(_LAST_CHANGE, entries, before)

    async def _change_each(
        self, sql: str, entries: Iterable[tuple[str, str]], moment: datetime
    ) -> Sequence[ListChange]:
        wanted, at = list(dict.fromkeys(entries)), micros(moment)

        def read(db: sqlite3.Connection) -> list[ListChange]:
            return [decode(ListChange, body) for body in _of_each(db, sql, wanted, at) if body is not None]

        return await self._read(read)

    async def former(self, after: int = 0) -> Sequence[Former]:
        def read(db: sqlite3.Connection) -> list[Former]:
            rows = db.execute("SELECT number, body FROM former WHERE number > ? ORDER BY number", (after,))
            return [former(*row) for row in rows]

        return await self._read(read)

    async def known_stories(self, keys: Iterable[str]) -> Mapping[str, str]:
        wanted = list(keys)
        return await self._read(
            lambda db: dict(_some(db, "SELECT key, story FROM story_keys WHERE key IN", wanted)),
        )

    async def stories(self, ids: Iterable[str]) -> Mapping[str, Story]:
        wanted = list(ids)

        def read(db: sqlite3.Connection) -> dict[str, Story]:
            rows = _some(db, "SELECT id, body FROM stories WHERE id IN", wanted)
            return {name: decode(Story, body) for name, body in rows}

        return await self._read(read)

    async def stories_of(self, company: str, *, limit: int = 5) -> Sequence[Story]:
        def read(db: sqlite3.Connection) -> list[Story]:
            rows = db.execute(
                """SELECT stories.body FROM story_companies JOIN stories ON stories.id = story_companies.story
                WHERE company = ? ORDER BY story_companies.date DESC, story DESC LIMIT ?""",
                (company, max(limit, 0)),
            )
            return [decode(Story, body) for (body,) in rows]

        return await self._read(read)

    async def story_dates(self, company: str) -> Sequence[datetime]:
        def read(db: sqlite3.Connection) -> list[datetime]:
            rows = db.execute("SELECT date FROM story_companies WHERE company = ? ORDER BY date", (company,))
            return [moment(date) for (date,) in rows]

        return await self._read(read)

    # Whom people watch

    async def subscribe(self, *subscriptions: Subscription) -> int:
        rows = [(encode(one), one.id, str(one.place)) for one in subscriptions]

        def keep(db: sqlite3.Connection) -> int:
            new = 0
            for body, id, place in rows:
                if not db.execute("UPDATE subscriptions SET body = ? WHERE id = ?", (body, id)).rowcount:
                    db.execute("INSERT INTO subscriptions (id, place, body) VALUES (?, ?, ?)", (id, place, body))
                    new += 1
            _count(db, "subscriptions")
            return new

        return await self._write(keep) if rows else 0

    async def unsubscribe(self, place: Place, *targets: str) -> int:
        names = [(fingerprint(str(place), target.casefold()),) for target in targets]

        def drop(db: sqlite3.Connection) -> int:
            gone = sum(db.execute("DELETE FROM subscriptions WHERE id = ?", name).rowcount for name in names)
            if gone:
                _count(db, "subscriptions")
            return gone

        return await self._write(drop)

    async def subscriptions(self, place: Place | None = None) -> Sequence[Subscription]:
        def read(db: sqlite3.Connection) -> list[Subscription]:
            if place is None:
                rows = db.execute("SELECT body FROM subscriptions ORDER BY number")
            else:
                rows = db.execute("SELECT body FROM subscriptions WHERE place = ? ORDER BY number", (str(place),))
            return [decode(Subscription, body) for (body,) in rows]

        return await self._read(read)

    async def subscriptions_version(self) -> int:
        return await self._read(lambda db: _counter(db, "subscriptions"))

    async def feeds(self) -> Mapping[str, str]:
        return await self._read(lambda db: dict(db.execute("SELECT id, url FROM feeds ORDER BY id").fetchall()))

    async def add_feed(self, id: str, url: str) -> bool:
        def keep(db: sqlite3.Connection) -> bool:
            replaced = db.execute("UPDATE feeds SET url = ? WHERE id = ?", (url, id)).rowcount
            if not replaced:
                db.execute("INSERT INTO feeds (id, url) VALUES (?, ?)", (id, url))
            return not replaced

        return await self._write(keep)

    async def remove_feed(self, id: str) -> bool:
        return await self._write(lambda db: db.execute("DELETE FROM feeds WHERE id = ?", (id,)).rowcount == 1)

    # What people decided

    async def decide(self, decision: Decision) -> bool:
        packed, messages = parcels(decision.deliveries)
        return await self._write(lambda db: _decide(db, decision, packed, messages))

    async def papers(self, shelf: str, keys: Iterable[str] | None = None) -> Mapping[str, bytes]:
        wanted = None if keys is None else sorted(set(keys))

        def read(db: sqlite3.Connection) -> dict[str, bytes]:
            rows: Iterable[tuple[str, bytes]]
            if wanted is None:
                rows = db.execute("SELECT key, body FROM papers WHERE shelf = ?", (shelf,))
            else:
                rows = _some(db, "SELECT key, body FROM papers WHERE shelf = ? AND key IN", wanted, shelf)
            return dict(sorted(rows))

        return await self._read(read)

    async def papers_version(self) -> int:
        return await self._read(lambda db: _counter(db, "papers"))

    async def acts(
        self, *, place: Place | None = None, company: str = "", since: datetime | None = None, limit: int = 100
    ) -> Sequence[Act]:
        asked = {
            "place": str(place) if place else "",
            "company": company,
            "at": None if since is None else micros(since),
        }
        sql, values = _acts_query(asked)

        def read(db: sqlite3.Connection) -> list[Act]:
            return [decode(Act, body) for (body,) in db.execute(sql, (*values, max(limit, 0)))]

        return await self._read(read)

    # The outbox

    async def enqueue(self, deliveries: Iterable[Delivery]) -> int:
        packed, messages = parcels(deliveries)
        return await self._write(lambda db: _put(db, packed, messages)) if packed else 0

    async def claim(self, platform: str, *, now: datetime, lease: timedelta, limit: int = 20) -> Sequence[Delivery]:
        rows, rung = await self._write(lambda db: _claim(db, platform, micros(now), micros(now + lease), limit))
        # Cut short by its limit, it left something behind: the next `wait` returns at once.
        self._claimed[platform] = rung if len(rows) < limit else -1
        messages = Messages()
        return [
            replace(delivery, lease=token, doubtful=delivery.doubtful or doubtful)
            for token, doubtful, parts in rows
            for delivery in [messages.delivery(*parts)]
        ]

    async def settle(self, delivery: Delivery) -> bool:
        body = envelope(delivery)
        return await self._write(lambda db: _settle(db, delivery, body))

    async def deliveries(self, *, place: Place | None = None, state: str = "", limit: int = 50) -> Sequence[Delivery]:
        sql, values = _deliveries_query({"place": str(place) if place else "", "state": checked_state(state)})

        def read(db: sqlite3.Connection) -> list[Delivery]:
            messages = Messages()
            return [messages.delivery(*row) for row in db.execute(sql, (*values, max(limit, 0)))]

        return await self._read(read)

    async def delivery(self, key: str) -> Delivery | None:
        sql, values = _deliveries_query({"key": key})

        def read(db: sqlite3.Connection) -> Delivery | None:
            row = db.execute(sql, (*values, 1)).fetchone()
            return Messages().delivery(*row) if row else None

        return await self._read(read)

    async def unpark(self, key: str, *, now: datetime) -> bool:
        return await self._write(lambda db: _unpark(db, key, now))

    async def wait(self, platform: str, at_most: timedelta) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + at_most.total_seconds()
        heard = self._claimed.get(platform, -1)
        news = self._news.setdefault(platform, asyncio.Event())
        while True:
            news.clear()
            left = end - loop.time()
            if self._rung(platform) != heard or left <= 0:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, LOOK.total_seconds())):
                    await news.wait()

    def _rung(self, platform: str) -> int:
        """How often this platform's bell was rung, by any process; the table is read only when the file changed."""
        assert self._watch is not None, "open() comes first"
        with _translated(self.path):
            version = self._watch.execute("PRAGMA data_version").fetchone()[0]
            if version != self._version_seen:
                self._bells = dict(self._watch.execute("SELECT platform, rung FROM bells").fetchall())
                self._version_seen = version
        return self._bells.get(platform, 0)

    # Threads

    async def _write(self, work: Work[T]) -> T:
        """Run on the writing thread, in a transaction. Raises StoreBusy or StoreUnfit with nothing written."""
        with _translated(self.path):
            answer = await self._writer.run(work)
        for news in self._news.values():
            news.set()
        return answer

    async def _read(self, work: Work[T]) -> T:
        """Run on a reading thread; what it sees is one moment of the file."""

        def run() -> T:
            db = self._free.get()
            try:
                db.execute("BEGIN")
                try:
                    return work(db)
                finally:
                    db.execute("COMMIT")
            finally:
                self._free.put(db)

        assert self._readers is not None, "open() comes first"
        with _translated(self.path):
            return await asyncio.get_running_loop().run_in_executor(self._readers, run)


# ── Opening ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    db = sqlite3.connect(
        path,
        timeout=PATIENCE.total_seconds(),
        isolation_level=None,  # transactions are ours to begin and end
        check_same_thread=False,  # handed from thread to thread, never used by two at once
    )
    try:
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA trusted_schema=OFF")
        db.execute("PRAGMA journal_size_limit=16000000")  # a large commit leaves no large log behind
        db.execute("PRAGMA cache_size=-16000")  # 16 MB: a large list's inner pages stay in memory
        if read_only:
            db.execute("PRAGMA query_only=ON")
    except BaseException:
        db.close()
        raise
    return db


def _prepared(path: Path) -> sqlite3.Connection:
    """The connection that writes, on a file that is ours and up to date."""
    db = _connect(path)
    try:
        _prepare(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    """Make it ours: check that it is no other program's file, turn on the write-ahead log, bring the schema up."""
    db.execute("BEGIN")  # one moment of the file: another process may be making it ours just now
    done = db.execute("PRAGMA user_version").fetchone()[0]
    owner = db.execute("PRAGMA application_id").fetchone()[0]
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    db.execute("COMMIT")
    if owner != APPLICATION and (owner or done or tables):
        raise StoreUnfit(f"{path}: a database of another program; give Tocsin a folder of its own with TOCSIN_HOME")
    if done > len(MIGRATIONS):
        raise StoreUnfit(
            f"{path}: written by a newer Tocsin (schema {done}, this one knows {len(MIGRATIONS)}); upgrade Tocsin"
        )
    if (mode := _log_ahead(db)) != "wal":
        raise StoreUnfit(
            f"{path}: no write-ahead log here (journal mode {mode}); put TOCSIN_HOME on a local disk, or use REDIS_URL"
        )
    _migrate(db)


def _log_ahead(db: sqlite3.Connection) -> str:
    """Switch to WAL. While another process does the same, SQLite says busy at once and does not wait: ask again."""
    patience = 100
    while True:
        try:
            return str(db.execute("PRAGMA journal_mode=WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            patience -= 1
            if _primary(error) != sqlite3.SQLITE_BUSY or not patience:
                raise
            time.sleep(0.05)


def _migrate(db: sqlite3.Connection) -> None:
    """Take the steps not yet taken, all in one transaction; a second process waits and then finds nothing to do."""
    if db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS):
        return  # without asking for the write lock: a second process may open while a first one writes
    db.execute("BEGIN IMMEDIATE")
    try:
        done = db.execute("PRAGMA user_version").fetchone()[0]
        for step in MIGRATIONS[done:]:
            for act in step:
                if callable(act):
                    act(db)
                else:
                    db.execute(act)
        db.execute(f"PRAGMA application_id={APPLICATION}")
        db.execute(f"PRAGMA user_version={len(MIGRATIONS)}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


# ── Errors ────────────────────────────────────────────────────────────────────────────────────────────────────────

_BUSY = {
    sqlite3.SQLITE_BUSY: "another process is writing; will be tried again",
    sqlite3.SQLITE_LOCKED: "locked; will be tried again",
    sqlite3.SQLITE_FULL: "the disk is full; nothing was written. Make room and it goes on by itself",
    sqlite3.SQLITE_IOERR: "the disk does not answer; nothing was written. Look at the disk",
}
_UNFIT = {
    sqlite3.SQLITE_NOTADB: "not a database; move it away or give TOCSIN_HOME another folder",
    sqlite3.SQLITE_CORRUPT: "damaged; move it away, or restore it from a copy",
    sqlite3.SQLITE_READONLY: "may not be written to; let this user write to the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; let this user write to the file and its folder",
    sqlite3.SQLITE_PERM: "may not be opened; let this user write to the file and its folder",
}


def _primary(error: sqlite3.Error) -> int:
    """SQLite's result code without its extension; https://www.sqlite.org/rescode.html (read 2026-11)."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    """SQLite's errors as ours. A mistake of our own (a wrong statement) stays what it is."""
    try:
        yield
    except sqlite3.Error as error:
        _raise_translated(path, error)


def _raise_translated(path: Path, error: sqlite3.Error) -> NoReturn:
    code = _primary(error)
    if code in _BUSY:
        raise StoreBusy(f"{path}: {_BUSY[code]} ({error})") from error
    if code in _UNFIT:
        raise StoreUnfit(f"{path}: {_UNFIT[code]} ({error})") from error
    raise error


# ── Writing ───────────────────────────────────────────────────────────────────────────────────────────────────────


class _Writer:
    """The one thread that writes. Jobs that queue up behind a commit go into the next one together."""

    def __init__(self, path: Path) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._name = f"tocsin-write {path.name}"

    def start(self, db: sqlite3.Connection) -> None:
        # A daemon: a program that dies without closing must not hang on it; the file is whole at any moment.
        self._thread = threading.Thread(target=self._serve, args=(db,), name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, then end."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    async def run(self, work: Work[T]) -> T:
        assert self._thread is not None, "open() comes first"
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, loop.create_future())
        self._jobs.put(job)
        answer: T = await job.answer
        return answer

    def _serve(self, db: sqlite3.Connection) -> None:
        while (job := self._jobs.get()) is not None:
            batch = [job]
            last = False
            with contextlib.suppress(queue.Empty):
                while len(batch) < TOGETHER and not last:
                    following = self._jobs.get_nowait()
                    if following is None:
                        last = True
                    else:
                        batch.append(following)
            _run_together(db, batch)
            if last:
                break
        db.close()


class _Job:
    """A piece of writing and who waits for it."""

    def __init__(self, work: Work[Any], loop: asyncio.AbstractEventLoop, answer: asyncio.Future[Any]) -> None:
        self.work = work
        self.loop = loop
        self.answer = answer
        self.result: Any = None
        self.error: BaseException | None = None

    def tell(self) -> None:
        with contextlib.suppress(RuntimeError):  # its loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        if self.answer.done():
            return  # cancelled while it was on its way
        if self.error is not None:
            self.answer.set_exception(self.error)
        else:
            self.answer.set_result(self.result)


def _run_together(db: sqlite3.Connection, batch: list[_Job]) -> None:
    """All of the jobs in one transaction, each undone alone when it fails; nobody is told before the commit."""
    try:
        db.execute("BEGIN IMMEDIATE")
        if len(batch) == 1:
            batch[0].result = batch[0].work(db)
        else:
            for job in batch:
                _run_guarded(db, job)
        db.execute("COMMIT")
    except BaseException as error:
        with contextlib.suppress(sqlite3.Error):  # where it fails SQLite has rolled back by itself; the thread lives on
            db.execute("ROLLBACK")
        for job in batch:
            job.error = job.error or error
    for job in batch:
        job.tell()


def _run_guarded(db: sqlite3.Connection, job: _Job) -> None:
    """One job behind a savepoint. Raises when the failure took the whole transaction with it (a full disk does)."""
    db.execute("SAVEPOINT job")
    try:
        job.result = job.work(db)
    except BaseException as error:
        if not db.in_transaction:
            raise
        job.error = error
        db.execute("ROLLBACK TO job")
    db.execute("RELEASE job")


# ── Counters and bells ────────────────────────────────────────────────────────────────────────────────────────────


def _counter(db: sqlite3.Connection, name: str) -> int:
    row = db.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def _count(db: sqlite3.Connection, name: str) -> None:
    db.execute(
        "INSERT INTO counters (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1", (name,)
    )


def _ring(db: sqlite3.Connection, platform: str) -> None:
    db.execute(
        "INSERT INTO bells (platform, rung) VALUES (?, 1) ON CONFLICT (platform) DO UPDATE SET rung = rung + 1",
        (platform,),
    )


# ── Keeping a poll ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Pages:
    """A poll as rows, made ready before the lock is taken."""

    source: str
    version: int
    memory: bytes
    listings: list[tuple[str, str, bytes]]
    marks: list[tuple[str, str, bytes, bytes, int]]
    removed: list[tuple[str, str]]
    changes: list[tuple[str, str, int, bytes]]
    former: list[tuple[str, bytes]]
    stories: list[tuple[str, int, bytes]]
    story_keys: list[tuple[str, str]]
    story_companies: list[tuple[str, str]]
    parcels: list[Parcel]
    messages: dict[str, tuple[str, bytes]]
    papers: tuple[Paper, ...]

    @classmethod
    def of(cls, poll: Poll) -> _Pages:
        source, version = poll.memory.source, poll.memory.version
        marks = [(listing.key, mark) for listing, mark in poll.listings] + list(poll.marks)
        packed, messages = parcels(poll.deliveries)
        return cls(
            source=source,
            version=version,
            memory=encode(replace(poll.memory, version=version + 1)),
            listings=[(source, listing.key, encode(listing)) for listing, _ in poll.listings],
            marks=[(source, key, mark.raw, mark.content, mark.missing) for key, mark in marks],
            removed=[(source, key) for key in poll.removed],
            changes=[(change.source, change.key, micros(change.seen), encode(change)) for change in poll.changes],
            former=lost_names(poll.changes),
            stories=[(story.ref, story_date(story, poll.memory), encode(story)) for story in poll.stories],
            story_keys=[(key, story.ref) for story in poll.stories for key in story.keys],
            story_companies=[(company, story) for story, company in poll.story_companies],
            parcels=packed,
            messages=messages,
            papers=poll.keep,
        )


def _commit(db: sqlite3.Connection, pages: _Pages) -> bool:
    row = db.execute("SELECT version FROM memories WHERE source = ?", (pages.source,)).fetchone()
    if (row[0] if row else 0) != pages.version:
        return False
    db.execute(
        "INSERT OR REPLACE INTO memories (source, version, body) VALUES (?, ?, ?)",
        (pages.source, pages.version + 1, pages.memory),
    )
    _keep_listings(db, pages)
    _keep_stories(db, pages)
    db.executemany("INSERT INTO changes (source, key, seen, body) VALUES (?, ?, ?, ?)", pages.changes)
    _keep_former(db, pages.former)
    _put(db, pages.parcels, pages.messages)
    _keep_papers(db, pages.papers)
    return True


def _keep_listings(db: sqlite3.Connection, pages: _Pages) -> None:
    db.executemany(
        """INSERT INTO listings (source, key, body) VALUES (?, ?, ?)
        ON CONFLICT (source, key) DO UPDATE SET body = excluded.body""",
        pages.listings,
    )
    db.executemany(
        "INSERT OR REPLACE INTO marks (source, key, raw, content, missing) VALUES (?, ?, ?, ?, ?)", pages.marks
    )
    db.executemany("DELETE FROM listings WHERE source = ? AND key = ?", pages.removed)
    db.executemany("DELETE FROM marks WHERE source = ? AND key = ?", pages.removed)
    if pages.listings or pages.removed:
        _count(db, "listings")


def _keep_former(db: sqlite3.Connection, former: Iterable[tuple[str, bytes]]) -> None:
    db.executemany("INSERT INTO former (id, body) VALUES (?, ?) ON CONFLICT (id) DO NOTHING", former)


def _keep_stories(db: sqlite3.Connection, pages: _Pages) -> None:
    # An edit keeps the first date: an outlet that rewrites dates must not lift an old story above newer ones.
    db.executemany(
        "INSERT INTO stories (id, date, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        pages.stories,
    )
    db.executemany("INSERT OR IGNORE INTO story_keys (key, story) VALUES (?, ?)", pages.story_keys)
    db.executemany(
        """INSERT OR IGNORE INTO story_companies (company, date, story)
        SELECT ?, date, id FROM stories WHERE id = ?""",
        pages.story_companies,
    )


# ── Keeping a decision ────────────────────────────────────────────────────────────────────────────────────────────


def _decide(
    db: sqlite3.Connection, decision: Decision, packed: list[Parcel], messages: dict[str, tuple[str, bytes]]
) -> bool:
    ids = [act.id for act in decision.acts]
    if any(True for _ in _some(db, "SELECT id, id FROM acts WHERE id IN", ids)):
        return False
    for act in decision.acts:
        db.execute(
            "INSERT INTO acts (id, place, company, at, body) VALUES (?, ?, ?, ?, ?)",
            (act.id, str(act.place), act.company, micros(act.at), encode(act)),
        )
    db.executemany("DELETE FROM papers WHERE shelf = ? AND key = ?", decision.drop)
    _keep_papers(db, decision.keep, dropped=bool(decision.drop))
    _put(db, packed, messages)
    return True


def _keep_papers(db: sqlite3.Connection, papers: Sequence[Paper], *, dropped: bool = False) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO papers (shelf, key, body) VALUES (?, ?, ?)",
        [(paper.shelf, paper.key, paper.body) for paper in papers],
    )
    if papers or dropped:
        _count(db, "papers")


# ── Queries ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _some(db: sqlite3.Connection, select: str, wanted: list[str], *first: str) -> Iterator[tuple[str, Any]]:
    """The rows of these keys, some hundred at a time: SQLite takes 32,766 values in a statement, and older ones 999.

    Not by json_each and one value, which cuts a key at a zero byte.
    """
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        yield from db.execute(f"{select} ({', '.join('?' * len(part))})", (*first, *part))


def _of_each(db: sqlite3.Connection, sql: str, entries: list[tuple[str, str]], at: int) -> Iterator[bytes | None]:
    """What a statement about `wanted` finds of each entry. Asked for many at once, it takes half the time."""
    for start in range(0, len(entries), 250):
        part = entries[start : start + 250]
        values = ", ".join(["(?, ?)"] * len(part))
        asked = f"WITH wanted(source, key) AS (VALUES {values}) SELECT ({sql}) FROM wanted"  # noqa: S608 - our own words
        yield from (body for (body,) in db.execute(asked, (*chain.from_iterable(part), at)))


def _changes_query(asked: Mapping[str, str | int | None]) -> tuple[str, list[str | int]]:
    """The statement for the filters that are set, and their values; the last placeholder is the limit."""
    conditions = {"source": "source = ?", "key": "key = ?", "seen": "seen >= ?"}
    given = {name: value for name, value in asked.items() if value is not None and value != ""}
    where = " AND ".join(conditions[name] for name in given)
    sql = f"SELECT body FROM changes {'WHERE ' + where if where else ''} ORDER BY seen DESC, id DESC LIMIT ?"  # noqa: S608 - only our own words are put together
    return sql, list(given.values())


#: Bounds that every kept moment lies between, in microseconds.
_EARLIEST, _LATEST = -(2**62), 2**62
_CHANGES_OF = """SELECT seen, id FROM changes WHERE source = ? AND key = ? AND seen >= ? AND seen < ?
    ORDER BY seen DESC, id DESC LIMIT ?"""
_CHANGE = "SELECT body FROM changes WHERE id = ?"
_LAST_CHANGE = """SELECT body FROM changes WHERE source = wanted.source AND key = wanted.key AND seen < ?
    ORDER BY seen DESC, id DESC LIMIT 1"""
_NEXT_CHANGE = """SELECT body FROM changes WHERE source = wanted.source AND key = wanted.key AND seen >= ?
    ORDER BY seen, id LIMIT 1"""


def _acts_query(asked: Mapping[str, str | int | None]) -> tuple[str, list[str | int]]:
    """As `_changes_query`, for what people did."""
    conditions = {"place": "place = ?", "company": "company = ?", "at": "at >= ?"}
    given = {name: value for name, value in asked.items() if value is not None and value != ""}
    where = " AND ".join(conditions[name] for name in given)
    sql = f"SELECT body FROM acts {'WHERE ' + where if where else ''} ORDER BY at DESC, number DESC LIMIT ?"  # noqa: S608 - only our own words are put together
    return sql, list(given.values())


def _deliveries_query(asked: Mapping[str, str]) -> tuple[str, list[str]]:
    """As `_changes_query`, for the outbox."""
    given = {name: value for name, value in asked.items() if value}
    where = " AND ".join(f"deliveries.{name} = ?" for name in given)
    sql = f"""SELECT deliveries.body, messages.id, messages.kind, messages.body
        FROM deliveries JOIN messages ON messages.id = deliveries.message
        {"WHERE " + where if where else ""} ORDER BY number DESC LIMIT ?"""  # noqa: S608 - only our own words
    return sql, list(given.values())


_READY_LANES = """SELECT lanes.place, lanes.lease, deliveries.body, messages.id, messages.kind, messages.body
    FROM lanes JOIN deliveries ON deliveries.number = lanes.head JOIN messages ON messages.id = deliveries.message
    WHERE lanes.platform = ? AND lanes.ready <= ? ORDER BY lanes.ready, lanes.place LIMIT ?"""
_NEXT_IN_LANE = "SELECT number, due FROM deliveries WHERE place = ? AND state = 'waiting' ORDER BY number LIMIT 1"
_CLAIMED = """SELECT number, deliveries.place, deliveries.platform FROM deliveries
    JOIN lanes ON lanes.place = deliveries.place AND lanes.head = number
    WHERE key = ? AND lease = ? AND lease <> ''"""

# ── The outbox ────────────────────────────────────────────────────────────────────────────────────────────────────


def _put(db: sqlite3.Connection, packed: list[Parcel], messages: dict[str, tuple[str, bytes]]) -> int:
    """Deliveries that are not yet known go to the end of their lanes. How many were new."""
    new = 0
    for parcel in packed:
        cursor = db.execute(
            """INSERT OR IGNORE INTO deliveries (key, platform, place, state, due, message, body)
            VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (
                parcel.key,
                parcel.platform,
                parcel.place,
                parcel.state,
                parcel.due,
                parcel.message,
                parcel.envelope,
            ),
        )
        if not cursor.rowcount:
            continue
        new += 1
        kind, body = messages[parcel.message]
        db.execute("INSERT OR IGNORE INTO messages (id, kind, body) VALUES (?, ?, ?)", (parcel.message, kind, body))
        if parcel.state == "waiting":
            _open_lane(db, parcel.place, parcel.platform, cursor.lastrowid, parcel.due)
    return new


def _open_lane(db: sqlite3.Connection, place: str, platform: str, head: int | None, due: int) -> None:
    """A lane with this head, unless it has one already."""
    opened = db.execute(
        "INSERT OR IGNORE INTO lanes (place, platform, head, ready, lease) VALUES (?, ?, ?, ?, '')",
        (place, platform, head, due),
    ).rowcount
    if opened:
        _ring(db, platform)


def _claim(
    db: sqlite3.Connection, platform: str, now: int, until: int, limit: int
) -> tuple[list[tuple[str, bool, _Parts]], int]:
    """Lease the heads of ready lanes: (token, whether an earlier lease ran out, the delivery's parts), and the bell."""
    claimed = []
    ready = db.execute(_READY_LANES, (platform, now, max(limit, 0))).fetchall()
    for place, lease, parts in ((row[0], row[1], row[2:]) for row in ready):
        token = secrets.token_hex(8)
        db.execute("UPDATE lanes SET ready = ?, lease = ? WHERE place = ?", (until, token, place))
        claimed.append((token, bool(lease), parts))
    row = db.execute("SELECT rung FROM bells WHERE platform = ?", (platform,)).fetchone()
    return claimed, int(row[0]) if row else 0


def _settle(db: sqlite3.Connection, delivery: Delivery, body: bytes) -> bool:
    row = db.execute(_CLAIMED, (delivery.key, delivery.lease)).fetchone()
    if row is None:
        return False
    number, place, platform = row
    db.execute(
        "UPDATE deliveries SET state = ?, due = ?, body = ? WHERE number = ?",
        (state(delivery), micros(delivery.due), body, number),
    )
    following = db.execute(_NEXT_IN_LANE, (place,)).fetchone()
    if following is None:
        db.execute("DELETE FROM lanes WHERE place = ?", (place,))
        return True
    db.execute("UPDATE lanes SET head = ?, ready = ?, lease = '' WHERE place = ?", (*following, place))
    _ring(db, platform)
    return True


def _unpark(db: sqlite3.Connection, key: str, now: datetime) -> bool:
    row = db.execute(
        """SELECT deliveries.body, messages.id, messages.kind, messages.body
        FROM deliveries JOIN messages ON messages.id = deliveries.message WHERE key = ? AND state = 'parked'""",
        (key,),
    ).fetchone()
    if row is None:
        return False
    delivery = replace(Messages().delivery(*row), parked="", due=now, attempts=0)
    last = db.execute("SELECT max(number) FROM deliveries").fetchone()[0] + 1
    db.execute(
        "UPDATE deliveries SET number = ?, state = 'waiting', due = ?, body = ? WHERE key = ?",
        (last, micros(now), envelope(delivery), key),
    )
    _open_lane(db, str(delivery.place), delivery.place.platform, last, micros(now))
    return True
