"""What is particular to the embedded store: its file, its plans, its neighbours."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.stores import sqlite
from adapters.stores.sqlite import MIGRATIONS, SqliteStore
from bot.errors import StoreBusy, StoreUnfit
from bot.model import Decision, Paper, Receipt, Subscription
from tests.worlds.nouns import NEWSROOM, NOON, change, delivery, listing, mark, poll, story

LEASE = timedelta(minutes=2)

#: Read whole on purpose: small tables, or the newest rows by an index and a limit.
WHOLE = {"memories", "feeds", "bells", "subscriptions"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "tocsin.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(path)
    await store.open()
    yield store
    await store.close()


# ── Plans ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def everything(store: SqliteStore) -> None:
    """Each method at least once, each filter alone and together."""
    await store.commit(
        poll(
            "us_dod_cmc",
            listing(),
            marks=[("E-2", mark(listing()))],
            removed=["E-3"],
            changes=[change()],
            stories=[story()],
            named=[("reuters/7", "xiaomi")],
            deliveries=[delivery("a1"), delivery("a2"), delivery("a3").park("no rights")],
        )
    )
    await store.memory("us_dod_cmc")
    await store.marks("us_dod_cmc")
    await store.listings("us_dod_cmc")
    await store.listings("us_dod_cmc", ["E-1"])
    await store.lead("poll", "one", now=NOON, lease=LEASE)
    for source in ("", "us_dod_cmc"):
        for key in ("", "E-1"):
            for since in (None, NOON):
                await store.changes(source=source, key=key, since=since)
    await store.changes_of([("us_dod_cmc", "E-1")], since=NOON, until=NOON)
    await store.next_changes([("us_dod_cmc", "E-1")], NOON)
    await store.last_changes([("us_dod_cmc", "E-1")], NOON + LEASE)
    await store.former()
    await store.known_stories(["guid:7"])
    await store.stories(["reuters/7"])
    await store.stories_of("xiaomi")
    await store.story_dates("xiaomi")
    await store.subscribe(Subscription(place=NEWSROOM, target="Xiaomi", made_by="U1", made_at=NOON))
    await store.subscriptions(NEWSROOM)
    await store.unsubscribe(NEWSROOM, "Xiaomi")
    await store.add_feed("scmp", "https://scmp.example/rss")
    await store.remove_feed("scmp")
    [claimed] = await store.claim("slack", now=NOON, lease=LEASE)
    await store.settle(claimed.posted(Receipt("1"), NOON))
    for place in (None, NEWSROOM):
        for state in ("", "waiting"):
            await store.deliveries(place=place, state=state)
    await store.unpark(delivery("a3").key, now=NOON)
    await store.wait("slack", timedelta())
    await store.listings_version()
    await store.subscriptions_version()


async def test_no_statement_reads_a_whole_table(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every statement the store runs finds its rows by an index, and none sorts what it found."""
    statements: set[str] = set()
    connect = sqlite._connect

    def traced(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
        db = connect(path, read_only=read_only)
        db.set_trace_callback(statements.add)
        return db

    monkeypatch.setattr(sqlite, "_connect", traced)
    store = SqliteStore(path)
    await store.open()
    await everything(store)
    await store.close()

    db = sqlite3.connect(path)
    slow = {}
    queries = {one for one in statements if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE)", one)}
    assert len(queries) > 40
    for statement in queries - {one for one in queries if "sqlite_master" in one}:
        for *_, detail in db.execute(f"EXPLAIN QUERY PLAN {statement}"):
            scan = re.match(r"SCAN (\w+)( USING (COVERING )?INDEX)?", detail)
            ordered = scan and " ORDER BY " in statement and " LIMIT " in statement  # the newest rows by rowid or index
            if (scan and scan[1] not in WHOLE and not ordered) or "TEMP B-TREE" in detail:
                slow[statement] = detail
    db.close()
    assert slow == {}


@pytest.mark.parametrize(
    ("statement", "values", "index"),
    [
        (sqlite._READY_LANES, ("slack", 1, 20), "lanes_ready (platform=? AND ready<?)"),
        (sqlite._NEXT_IN_LANE, ("slack:T0/C024",), "deliveries_of_lane (place=? AND state=?)"),
        (sqlite._CLAIMED, ("k", "lease"), "(key=?)"),
        (sqlite._changes_query({"source": "us_csl", "key": "E-1"})[0], ("us_csl", "E-1", 9), "changes_of_entry"),
        (sqlite._changes_query({"source": "us_csl", "seen": 1})[0], ("us_csl", 1, 9), "(source=? AND seen>?)"),
        (sqlite._changes_query({"key": "E-1"})[0], ("E-1", 9), "changes_of_key"),
        (sqlite._deliveries_query({"state": "parked"})[0], ("parked", 9), "deliveries_in_state"),
        (sqlite._deliveries_query({"place": "a:b"})[0], ("a:b", 9), "deliveries_of_place"),
    ],
)
async def test_hot_statement_goes_by_its_own_index(
    store: SqliteStore, statement: str, values: tuple[object, ...], index: str
) -> None:
    """Not by the first index that comes to hand: a lane's next row is found without reading its history."""

    def plan(db: sqlite3.Connection) -> str:
        return "; ".join(row[-1] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}", values))

    assert index in await store._read(plan)


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


async def refusal(path: Path) -> str:
    with pytest.raises(StoreUnfit) as refused:
        await SqliteStore(path).open()
    assert str(path) in str(refused.value)
    return str(refused.value)


async def test_file_is_no_database(path: Path) -> None:
    """A text file in its place is left as it is, and the message says what to do."""
    notes = "these are my notes\n" * 300
    write(path, notes)
    assert "not a database" in await refusal(path)
    assert (await asyncio.to_thread(path.read_text)) == notes


async def test_database_of_another_program(path: Path) -> None:
    """A browser's history is not written into."""
    path.parent.mkdir()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE history (url)")
    db.commit()
    db.close()
    assert "another program" in await refusal(path)


async def test_database_of_a_newer_version(path: Path, store: SqliteStore) -> None:
    """After a downgrade nothing is guessed."""
    await store._write(lambda db: db.execute("PRAGMA user_version=999"))
    assert "newer Tocsin" in await refusal(path)


async def test_path_is_a_folder(tmp_path: Path) -> None:
    """A folder where the file should be."""
    assert "cannot be opened" in await refusal(tmp_path)


async def test_folder_cannot_be_made(tmp_path: Path) -> None:
    """A file where the folder should be."""
    write(tmp_path / "home", "")
    assert "TOCSIN_HOME" in await refusal(tmp_path / "home" / "tocsin.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to everything")
async def test_file_may_not_be_written(path: Path, store: SqliteStore) -> None:  # pragma: no cover
    """Somebody else's file."""
    await store.close()
    await asyncio.to_thread(path.chmod, 0o400)
    assert "let this user write" in await refusal(path)


async def test_store_became_read_only(store: SqliteStore) -> None:
    """A disk that was remounted read-only: said so, with the next step."""
    await store._write(lambda db: db.execute("PRAGMA query_only=ON"))
    with pytest.raises(StoreUnfit, match="let this user write"):
        await store.enqueue([delivery()])


async def test_file_is_damaged(path: Path, store: SqliteStore) -> None:
    """Pages overwritten with noise are found by `doctor`, not by a wrong answer later."""
    await store.commit(poll("us_csl", *(listing(f"E-{number}", source="us_csl") for number in range(300))))
    await store.close()
    with path.open("r+b") as file:
        file.seek(40 * 4096)
        file.write(b"\xa5" * 4096 * 8)
    await store.open()
    with pytest.raises(StoreUnfit, match="damaged"):
        await store.health()


async def test_disk_is_full(store: SqliteStore) -> None:
    """Nothing is half-written, others are told too, and it goes on by itself when there is room."""
    pages = await store._write(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    await store._write(lambda db: db.execute(f"PRAGMA max_page_count={pages + 4}"))
    large = poll("us_csl", *(listing(f"E-{number}", source="us_csl") for number in range(500)), deliveries=[delivery()])
    with pytest.raises(StoreBusy, match="disk is full"):
        await store.commit(large)
    assert await store.memory("us_csl") is None
    assert await store.marks("us_csl") == {}
    assert await store.deliveries() == []
    await store._write(lambda db: db.execute("PRAGMA max_page_count=1000000"))
    assert await store.commit(large)


async def test_disk_is_full_for_many_at_once(store: SqliteStore) -> None:
    """Writes that share a commit share a full disk: nobody is told that something was kept which was not."""
    pages = await store._write(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    await store._write(lambda db: db.execute(f"PRAGMA max_page_count={pages + 4}"))
    told = await asyncio.gather(
        *(store.add_feed(f"feed{number}", "https://a.example/" + "x" * 3000) for number in range(40)),
        return_exceptions=True,
    )
    assert any(isinstance(one, StoreBusy) for one in told)
    assert len(await store.feeds()) == told.count(True)


async def test_no_place_for_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where SQLite cannot keep its log, a power cut would lose what was acknowledged."""
    with pytest.raises(StoreUnfit, match="no write-ahead log"):
        await SqliteStore(Path(":memory:")).open()


async def test_another_process_holds_the_lock(store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that does not let go makes us say busy; readers go on."""
    await store._write(lambda db: db.execute("PRAGMA busy_timeout=1"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="another process"):
        await store.enqueue([delivery()])
    assert await store.deliveries() == []
    other.execute("ROLLBACK")
    other.close()
    assert await store.enqueue([delivery()]) == 1


async def test_many_open_the_same_new_file(path: Path) -> None:
    """A Procfile starts everything at once: one makes the tables, the others find them."""
    stores = [SqliteStore(path) for _ in range(8)]
    await asyncio.gather(*(store.open() for store in stores))
    assert await stores[0].enqueue([delivery()]) == 1
    assert len(await stores[-1].deliveries()) == 1
    for store in stores:
        await store.close()


async def test_file_of_the_first_version(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is brought up when it is opened, and what was in it is there."""
    monkeypatch.setattr(sqlite, "MIGRATIONS", MIGRATIONS[:1])
    old = SqliteStore(path)
    await old.open()
    await old.subscribe(Subscription(place=NEWSROOM, target="Xiaomi", made_by="U1", made_at=NOON))
    await old.close()
    monkeypatch.undo()
    new = SqliteStore(path)
    await new.open()
    assert [one.target for one in await new.subscriptions()] == ["Xiaomi"]
    assert await new.decide(Decision(keep=(Paper("mutes", "x", b"1"),)))
    assert await new.papers("mutes") == {"x": b"1"}
    await new.close()


async def test_migration_is_taken_once_and_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of this version is brought up to the next with its content; a step that fails leaves it as it was."""
    store = SqliteStore(path)
    await store.open()
    await store.enqueue([delivery()])
    await store.close()
    monkeypatch.setattr(
        sqlite, "MIGRATIONS", (*MIGRATIONS, ("CREATE TABLE extra (x)", "INSERT INTO nowhere VALUES (1)"))
    )
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        await store.open()
    monkeypatch.setattr(sqlite, "MIGRATIONS", (*MIGRATIONS, ("CREATE TABLE extra (x)",)))
    await store.open()
    assert await store._read(lambda db: db.execute("PRAGMA user_version").fetchone()[0]) == len(MIGRATIONS) + 1
    assert await store._read(lambda db: db.execute("SELECT count(*) FROM extra").fetchone()[0]) == 0
    assert await store.deliveries() == [delivery()]
    await store.close()


async def test_names_of_the_past_are_found_in_an_older_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file from before the past could be searched by name is brought up to date from the changes it kept."""
    store = SqliteStore(path)
    await store.open()
    await store.commit(poll(changes=[change("E-1"), replace(change("E-2"), after=None)]))
    kept = await store.former()
    await store.close()
    db = sqlite3.connect(path)
    db.execute("DROP TABLE former")
    db.execute(f"PRAGMA user_version={len(MIGRATIONS) - 1}")
    db.commit()
    db.close()
    await store.open()
    assert await store.former() == kept
    assert [one.listing.key for one in kept] == ["E-1", "E-2"]
    await store.close()


# ── The writing thread ────────────────────────────────────────────────────────────────────────────────────────────


async def test_one_of_many_writes_fails(store: SqliteStore) -> None:
    """Writes that share a commit do not share a failure."""

    def wrong(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO feeds VALUES ('half', 'written')")
        raise ValueError("a mistake of ours")

    results = await asyncio.gather(
        *(store.add_feed(f"feed{number}", "https://a.example") for number in range(20)),
        store._write(wrong),
        *(store.add_feed(f"more{number}", "https://a.example") for number in range(20)),
        return_exceptions=True,
    )
    assert [type(one) for one in results].count(ValueError) == 1
    assert results.count(True) == len(await store.feeds()) == 40


async def test_caller_went_away(store: SqliteStore) -> None:
    """A write whose caller was cancelled is finished, and the thread lives on."""
    task = asyncio.create_task(store.add_feed("scmp", "https://scmp.example/rss"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await store.add_feed("scmp", "https://scmp.example/rss")


async def test_loop_is_not_blocked_by_a_commit(store: SqliteStore) -> None:
    """While a large edition is written, commands are answered."""
    edition = poll("us_csl", *(listing(f"E-{number}", source="us_csl") for number in range(2000)))
    commit = asyncio.create_task(store.commit(edition))
    answers = 0
    while not commit.done():
        await store.subscriptions()
        answers += 1
    assert answers > 1


async def test_powered_off_means_synchronised(store: SqliteStore) -> None:
    """Every acknowledged commit is on the disk: write-ahead log, synchronous FULL."""
    settings = await store._write(
        lambda db: [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    )
    assert settings == ["wal", 2]
