"""Files of the past leave the history that polls on those days would have left."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.lists.us_dod_cmc import us_dod_cmc
from adapters.stores.sqlite import SqliteStore
from bot.backfill import backfill, dated, day_of
from bot.book import shipped
from bot.errors import TellPerson
from bot.ledger import Habits, Outcome
from bot.model import Alert, ListChange, Memory, Poll, Subscription
from bot.settings import load
from bot.sources import ListSource, Source
from bot.watch import Watcher
from bot.wiring import House, official, open_house
from tests.worlds.nouns import NEWSROOM
from tests.worlds.pages import Pages, SetClock, rss, table

FILLER = [f"China Example Number {n} Group Co., Ltd." for n in range(20)]
TODAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    settings = load(tocsin_home=str(tmp_path / "home"), tocsin_feeds="none", tocsin_sources="us_dod_cmc")
    async with open_house(settings, clock=SetClock(TODAY)) as house:
        yield house


def write(folder: Path, **editions: list[str]) -> list[Path]:
    """The list of Chinese military companies as files: `_20210114=["Xiaomi"]` is 20210114_list.csv."""
    paths = []
    for day, names in editions.items():
        paths.append(folder / f"{day.strip('_')}_list.csv")
        paths[-1].write_bytes(table([*FILLER, *names], start="2021-01-14"))
    return paths


async def taken(house: House, source: Source, paths: list[Path], *, alert: bool = False) -> list[Outcome]:
    return [outcome async for _, outcome in backfill(house, source, dated(paths), alert=alert)]


async def polled(path: Path, source: ListSource, editions: list[tuple[datetime, bytes]]) -> SqliteStore:
    """A store in which the same documents were polled on those days, by the watcher that always polls."""
    store, pages, clock = SqliteStore(path), Pages(), SetClock()
    await store.open()

    async def catalogue() -> dict[str, Source]:
        return {source.card.id: source}

    watcher = Watcher(
        store=store, fetcher=pages, clock=clock, catalogue=catalogue, book=shipped(), habits=Habits(holder="tests")
    )
    for at, body in editions:
        clock.at = pages.at = at
        pages.shows(source.card.url, body)
        await watcher.poll(source)
    return store


async def changes(store: SqliteStore, source: str) -> list[ListChange]:
    return [*reversed(await store.changes(source=source, limit=1_000_000))]


def remembered(memory: Memory | None) -> Memory:
    """What of a memory is the reading's, not the way it came."""
    assert memory
    return replace(memory, validators=(), told="", due=None)


# ── The same history ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_files_are_taken_in_the_order_of_their_days(house: House, tmp_path: Path) -> None:
    """However they are given; the delisting is told by the second file without the entry, dated by it."""
    paths = write(
        tmp_path,
        _20210601=["Huawei"],
        _20210114=["Huawei", "Xiaomi Corporation"],
        _20210107=["Huawei"],
        _20210526=["Huawei"],
    )
    first, second, third, fourth = await taken(house, us_dod_cmc, paths)
    assert (first.first, second.added, third.pending, third.removed, fourth.removed) == (True, 1, 1, 0, 1)
    store = house.store
    assert isinstance(store, SqliteStore)
    found = await changes(store, "us_dod_cmc")
    assert [(str(one.kind), f"{one.seen:%Y-%m-%d}", one.listing.name) for one in found] == [
        ("added", "2021-01-14", "Xiaomi Corporation"),
        ("removed", "2021-06-01", "Xiaomi Corporation"),
    ]
    memory = await store.memory("us_dod_cmc")
    assert memory
    assert memory.begun == datetime(2021, 1, 7, tzinfo=UTC)


PAIRS = [
    ("us_ofac_cons", ["2025-03-26_cons_prim.csv", "2025-04-21_cons_prim.csv"]),
    ("un_sc", ["2018-06-07_consolidated.xml", "2018-06-21_consolidated.xml", "2020-12-01_consolidated.xml"]),
    ("us_fcc_covered", ["2026-05-21_table.csv", "2026-06-23_table.csv", "2026-07-20_table.csv"]),
    ("us_bis_dpl", ["2019-06-29_dpl.txt", "2022-09-07_dpl.txt"]),
    ("us_ofac_sdn", ["2022-03-21_sdn.csv.gz", "2022-03-24_sdn.csv.gz", "2024-05-04_sdn.EMPTY.csv"]),
]


@pytest.mark.parametrize(("id", "names"), PAIRS, ids=lambda one: one if isinstance(one, str) else "")
async def test_real_editions_backfilled_are_as_if_polled(
    id: str, names: list[str], house: House, tmp_path: Path, shared: Path
) -> None:
    """Change for change, entry for entry, with what was not believed left out in both."""
    paths = [shared / "lists" / id / name for name in names]
    source = official()[id]
    assert isinstance(source, ListSource)
    editions = [
        (file.at, gzip.decompress(raw) if file.path.suffix == ".gz" else raw)
        for file in dated(paths)
        for raw in [file.path.read_bytes()]
    ]
    await taken(house, source, list(reversed(paths)))
    theirs = await polled(tmp_path / "polled.db", source, editions)
    ours = house.store
    assert isinstance(ours, SqliteStore)
    try:
        assert await changes(ours, id) == await changes(theirs, id)
        assert await ours.listings(id) == await theirs.listings(id)
        assert await ours.marks(id) == await theirs.marks(id)
        kept = [remembered(await store.memory(id)) for store in (ours, theirs)]
        # The address of an empty body is part of the words about it.
        assert replace(kept[0], trouble="", damaged=None) == replace(kept[1], trouble="", damaged=None)
        assert await ours.former() == await theirs.former()
    finally:
        await theirs.close()


async def test_several_files_of_one_day_are_read_in_turn(house: House, tmp_path: Path) -> None:
    """The second is a second reading, an hour later."""
    one, two = tmp_path / "a 2021-01-14.csv", tmp_path / "b 2021-01-14.csv"
    assert [(file.path, file.at.hour) for file in dated([two, one])] == [(one, 0), (two, 1)]


# ── Alerts ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def watch(house: House) -> None:
    await house.store.subscribe(Subscription(place=NEWSROOM, target="Xiaomi", made_by="U1", made_at=TODAY))


async def test_nobody_is_told_of_the_past(house: House, tmp_path: Path) -> None:
    """Neither channels nor operators, though the history has it all."""
    await watch(house)
    paths = write(tmp_path, _20210107=["Huawei"], _20210114=["Huawei", "Xiaomi Corporation"])
    (tmp_path / "2021-01-15.csv").write_bytes(b"<!DOCTYPE html><html>Denied</html>")
    outcomes = await taken(house, us_dod_cmc, [*paths, tmp_path / "2021-01-15.csv"])
    assert [(one.added, one.quarantined, one.deliveries) for one in outcomes[1:]] == [(1, False, 0), (0, True, 0)]
    assert await house.store.deliveries() == []
    memory = await house.store.memory("us_dod_cmc")
    assert memory
    assert (bool(memory.trouble), memory.told) == (True, "")  # the next poll may still tell its operators


async def test_alerts_are_raised_when_asked(house: House, tmp_path: Path) -> None:
    """As the polls of those days would have."""
    await watch(house)
    paths = write(tmp_path, _20210107=["Huawei"], _20210114=["Huawei", "Xiaomi Corporation"])
    await taken(house, us_dod_cmc, paths, alert=True)
    [delivery] = await house.store.deliveries()
    assert isinstance(delivery.message, Alert)
    assert delivery.message.at == datetime(2021, 1, 14, tzinfo=UTC)


async def test_stories_of_the_past_are_kept_and_not_told(house: House, tmp_path: Path) -> None:
    """A feed's old file fills the history of a company."""
    await watch(house)
    feed = (await house.store.add_feed("press", "https://press.example/rss"), (await house.everything())["press"])[1]
    for day in (13, 14):
        item = (f"g{day}", "Xiaomi added to a blacklist", "The Pentagon put Xiaomi on its list.")
        pub = f"{'Wed' if day == 13 else 'Thu'}, {day} Jan 2021 20:00:00 GMT"
        (tmp_path / f"2021-01-{day + 1}.rss").write_bytes(rss(item, day=pub))
    await taken(house, feed, [tmp_path / "2021-01-14.rss", tmp_path / "2021-01-15.rss"])
    assert len(await house.store.story_dates("xiaomi")) == 2
    assert await house.store.deliveries() == []


# ── What is refused ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2021-01-14_sdn.csv", date(2021, 1, 14)),
        ("sdn.20210114.csv.gz", date(2021, 1, 14)),
        ("FCDO_SL_2025_08_11.ods", date(2025, 8, 11)),
        ("list-2021-01-14-again-20210114.csv", date(2021, 1, 14)),
        ("12345678_2021-01-14.csv", date(2021, 1, 14)),
    ],
)
def test_the_day_in_a_name(name: str, day: date) -> None:
    """Anywhere in it, with or without hyphens."""
    assert day_of(Path("2019-01-01") / name) == day


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("sdn.csv", "sdn.csv: no day in its name; call it for example 2021-01-14_sdn.csv"),
        ("2021-02-30.csv", "2021-02-30.csv: no day in its name"),
        ("2019-01_sdn.csv", "no day in its name"),
        ("120210114.csv", "no day in its name"),
        ("2021-01-14 to 2021-01-20.csv", "two days in its name, 2021-01-14 and 2021-01-20"),
    ],
)
def test_a_name_without_one_day(name: str, why: str) -> None:
    """The file is named, with a name that would do."""
    with pytest.raises(TellPerson, match=why.replace(".", r"\.")):
        dated([Path(name)])


async def test_what_is_kept_is_not_rewritten(house: House, tmp_path: Path) -> None:
    """A file from before the last reading is refused with what to do, and nothing of any file is taken."""
    await taken(house, us_dod_cmc, write(tmp_path, _20210114=["Huawei"]))
    with pytest.raises(
        TellPerson, match=r"20210107_list\.csv is of 2021-01-07, and readings are kept up to 2021-01-14"
    ):
        await taken(house, us_dod_cmc, write(tmp_path, _20210107=["Huawei"], _20210201=["Huawei"]))
    memory = await house.store.memory("us_dod_cmc")
    assert memory
    assert memory.read_at == datetime(2021, 1, 14, tzinfo=UTC)


async def test_the_future_is_not_the_past(house: House, tmp_path: Path) -> None:
    """A slip in a file's name is found before anything is kept."""
    with pytest.raises(TellPerson, match="is of 2031-01-14, which is still to come"):
        await taken(house, us_dod_cmc, write(tmp_path, _20210114=["Huawei"], _20310114=["Huawei"]))
    assert await house.store.memories() == {}


async def test_another_watcher_is_at_work(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not kept is not called kept."""
    paths = write(tmp_path, _20210107=["Huawei"], _20210114=["Huawei", "Xiaomi"])
    store, commit = house.store, house.store.commit

    async def interrupted(poll: Poll) -> bool:
        if poll.changes:
            later = replace(poll.memory, tried_at=TODAY, read_at=TODAY)
            assert await commit(Poll(memory=later))
        return await commit(poll)

    monkeypatch.setattr(store, "commit", interrupted)
    with pytest.raises(TellPerson, match=r"another Tocsin polled it meanwhile, so 20210114_list\.csv was not kept"):
        await taken(house, us_dod_cmc, paths)


# ── Size ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_unchanged_readings_add_nothing(tmp_path: Path) -> None:
    """The store grows with changes, not with polls: after a hundred readings of one document it has as many pages."""
    body = table([*FILLER, "Huawei"])
    days = [(datetime(2021, 1, 1, tzinfo=UTC) + timedelta(hours=hour), body) for hour in range(103)]

    async def pages(editions: list[tuple[datetime, bytes]], name: str) -> int:
        store = await polled(tmp_path / f"{name}.db", us_dod_cmc, editions)
        count = await store._read(lambda db: int(db.execute("PRAGMA page_count").fetchone()[0]))
        assert await store.changes() == []
        await store.close()
        return count

    assert await pages(days, "many") == await pages(days[:3], "few")
