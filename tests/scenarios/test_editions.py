"""Every pair of real editions, polled in turn over real HTTP: the changes found are exactly those in the two files.

What should be found is computed from the files by the peers of tests/worlds/real_files.py, which share nothing with the
readers. The counts are those of the README of the real files.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from bot.book import CompanyBook, shipped
from bot.ledger import Outcome
from bot.model import AlertKind, ChangeKind, ListChange
from tests.worlds.facts import watch
from tests.worlds.press import Press, open_press
from tests.worlds.real_files import (
    CONS_EDITIONS,
    CSL,
    INSPECTIONS,
    MILITARY_DAYS,
    MILITARY_PDF,
    MILITARY_TABLE,
    SDN_EDITIONS,
    body_of,
    csl_body,
    csl_key,
    csl_table,
    folded,
    military_body,
    military_companies,
    military_table,
    ofac_entries,
    ofac_essence,
    ofac_rows,
    partners,
    register_numbers,
)
from tests.worlds.site import Site

#: What the README of the real files measured: added, removed, changed rows.
MEASURED = {
    ("us_ofac_sdn/2022-03-21_sdn.csv.gz", "us_ofac_sdn/2022-03-24_sdn.csv.gz"): (397, 0, 7),
    ("us_ofac_sdn/2024-05-02_sdn.csv.gz", "us_ofac_sdn/2024-05-03_sdn.csv.gz"): (0, 8, 0),
    ("us_ofac_sdn/2021-08-18_sdn.csv.gz", "us_ofac_sdn/2024-05-03_sdn.csv.gz"): (6761, 879, 782),
    ("us_ofac_sdn/2024-05-03_sdn.csv.gz", "us_ofac_sdn/2024-05-07_sdn.xml.gz"): (1, 0, 0),
    ("us_ofac_cons/2025-03-26_cons_prim.csv", "us_ofac_cons/2025-04-21_cons_prim.csv"): (0, 0, 1),
}
WATCHED = ("Huawei", "Hangzhou Hikvision", "SMIC", "DJI")


@dataclass(frozen=True)
class Expected:
    """Which keys the second edition adds, takes off and changes."""

    added: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)

    @classmethod
    def between(cls, before: dict[str, object], after: dict[str, object]) -> Expected:
        same = before.keys() & after.keys()
        return cls(
            added=after.keys() - before.keys(),
            removed=before.keys() - after.keys(),
            changed={key for key in same if before[key] != after[key]},
        )

    @property
    def counts(self) -> tuple[int, int, int]:
        return len(self.added), len(self.removed), len(self.changed)


def found(changes: Iterable[ListChange]) -> Expected:
    """What the store keeps, as keys; that no entry changed twice is part of it."""
    keys: dict[ChangeKind, list[str]] = {kind: [] for kind in ChangeKind}
    for change in changes:
        keys[change.kind].append(change.key)
    assert all(len(of_kind) == len(set(of_kind)) for of_kind in keys.values())
    return Expected(set(keys[ChangeKind.ADDED]), set(keys[ChangeKind.REMOVED]), set(keys[ChangeKind.CHANGED]))


@pytest.fixture(scope="module")
def lists(shared: Path) -> Path:
    return shared / "lists"


@pytest.fixture(scope="module")
def book() -> CompanyBook:
    return shipped()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture
async def press(site: Site, tmp_path: Path, book: CompanyBook) -> AsyncIterator[Press]:
    async with open_press(site, tmp_path, book) as press:
        for name in WATCHED:
            await press.store.subscribe(watch(name))
        yield press


async def first(press: Press, id: str, body: bytes, rows: int) -> None:
    """The first edition is history."""
    press.prints(id, body)
    outcome = await press.polled(id)
    assert (outcome.first, outcome.added, outcome.quarantined, outcome.alerts) == (True, rows, False, 0), outcome.why
    assert not await press.changes(id)


async def then(press: Press, id: str, body: bytes, expected: Expected, *, etag: str = "") -> list[ListChange]:
    """The next edition, looked at twice: what is found at each look, in Outcome and in the store. Gives the changes."""
    earlier = len(await press.changes(id))
    press.prints(id, body, etag=etag)
    once = await press.polled(id)
    assert not once.quarantined, once.why
    added, removed, changed = expected.counts
    assert (once.added, once.changed, once.removed, once.pending) == (added, changed, 0, removed)
    assert found((await press.changes(id))[earlier:]) == Expected(expected.added, set(), expected.changed)

    assert told(await press.polled(id)) == (0, 0, removed, 0)
    changes = (await press.changes(id))[earlier:]
    assert found(changes) == expected
    assert told(await press.polled(id)) == (0, 0, 0, 0)
    return changes


def told(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.added, outcome.changed, outcome.removed, outcome.pending


# ── OFAC ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def in_two_editions(before: bytes, after: bytes) -> Expected:
    """All of the content within one format; across formats what both carry."""
    formats = {body.lstrip().startswith(b"<") for body in (before, after)}
    if formats == {True}:
        return Expected.between(dict(ofac_entries(before)), dict(ofac_entries(after)))
    if formats == {False}:
        return Expected.between(dict(ofac_rows(before)), dict(ofac_rows(after)))
    return Expected.between(dict(ofac_essence(before)), dict(ofac_essence(after)))


#: Columns of a CSV row, and the field of a listing that carries each.
FIELDS = {1: "name", 2: "kind", 3: "programmes", **dict.fromkeys(range(4, 11), "details"), 11: "remarks"}


def said_field_by_field(changes: Iterable[ListChange], before: bytes, after: bytes) -> None:
    """Each change names exactly the columns that differ; name and remarks are given old to new, as published."""
    old, new = ofac_rows(before), ofac_rows(after)
    for change in changes:
        if change.kind is ChangeKind.CHANGED:
            was, now = old[change.key], new[change.key]
            differ = {FIELDS[column] for column in FIELDS if was[column] != now[column]}
            fields = {one.field: (one.old, one.new) for one in change.fields}
            assert fields.keys() & set(FIELDS.values()) == differ, change.key
            for column in (1, 11):
                if was[column] != now[column]:
                    assert fields[FIELDS[column]] == (was[column], now[column])


@pytest.mark.parametrize(
    "editions",
    [
        pytest.param(SDN_EDITIONS, id="us_ofac_sdn, one after the other"),
        pytest.param((SDN_EDITIONS[1], SDN_EDITIONS[5]), id="us_ofac_sdn, three years apart"),
        pytest.param(CONS_EDITIONS, id="us_ofac_cons, one after the other"),
    ],
)
async def test_editions_of_ofac_in_turn(press: Press, lists: Path, editions: tuple[str, ...]) -> None:
    """Row by row in the CSV, element by element in the XML, and across formats by name and programmes."""
    id = editions[0].split("/")[0]
    bodies = [body_of(lists / edition) for edition in editions]
    await first(press, id, bodies[0], len(ofac_essence(bodies[0])))
    for (old, new), (before, after) in zip(pairwise(editions), pairwise(bodies), strict=True):
        expected = in_two_editions(before, after)
        changes = await then(press, id, after, expected, etag=f'"{new}"' if new.endswith("gz") else "")
        if measured := MEASURED.get((old, new)):
            assert expected.counts == measured
        if not (before.lstrip().startswith(b"<") or after.lstrip().startswith(b"<")):
            said_field_by_field(changes, before, after)
        essence = ofac_essence(after)
        kept = await press.store.listings(id)
        assert {key: (one.name, frozenset(one.programmes)) for key, one in kept.items()} == essence
        assert (await press.store.marks(id)).keys() == essence.keys()


async def test_what_matters_between_the_two_namespaces_is_material(press: Press, lists: Path) -> None:
    """288 entries differ somewhere, 21 in name, alias, programme or type: those 21 may ring, the others may not."""
    before, after = (body_of(lists / edition) for edition in CONS_EDITIONS[:2])
    await first(press, "us_ofac_cons", before, 462)
    changes = await then(press, "us_ofac_cons", after, in_two_editions(before, after))
    weighty = ("lastName", "firstName", "sdnType", "programList", "akaList")
    old, new = (
        {key: {fact for fact in said if fact[0] in weighty} for key, said in ofac_entries(body).items()}
        for body in (before, after)
    )
    touched = {key for key in old.keys() & new.keys() if old[key] != new[key]}
    names = {"name", "aliases", "programmes", "kind"}
    ours = {one.key for one in changes if one.fields and names & {field.field for field in one.fields}}
    assert ours == touched
    assert len(touched) == 21


# ── Consolidated Screening List ───────────────────────────────────────────────────────────────────────────────────


async def test_a_second_edition_of_the_screening_list(press: Press, lists: Path) -> None:
    """Rows taken out, put in and reworded all over the real file are found, and no other; a new `_id` is no change."""
    rows = csl_table(body_of(lists / CSL))
    keys = [csl_key(row) for row in rows]
    count = Counter(keys)
    lone = [at for at, key in enumerate(keys) if count[key] == 1]
    chance = random.Random(20220516)
    picked = chance.sample(lone, 400)
    gone, reworded, copied, rehashed = (set(picked[at : at + 100]) for at in range(0, 400, 100))
    huawei = next(at for at in lone if "Affiliated Entity" in rows[at]["name"] and "Huawei" in rows[at]["name"])
    gone |= {huawei}
    reworded -= {huawei}
    after = [
        {**row, "remarks": f"{row['remarks']} Seen again."}
        if at in reworded
        else {**row, "_id": "0" * 40, "source_information_url": "http://bit.ly/new"}
        if at in rehashed
        else row
        for at, row in enumerate(rows)
        if at not in gone
    ]
    new = [
        {**rows[at], "_id": "", "entity_number": "", "name": f"{rows[at]['name'][:20]} Number {at} Works"}
        for at in copied
    ]
    expected = Expected(
        added={csl_key(row) for row in new},
        removed={keys[at] for at in gone},
        changed={keys[at] for at in reworded},
    )
    assert expected.counts[0] == 100
    await first(press, "us_csl", csl_body(rows), len(rows) - 1)  # one row is there twice
    changes = await then(press, "us_csl", csl_body([*after, *new]), expected)
    assert {one.fields[0].field for one in changes if one.kind is ChangeKind.CHANGED} == {"remarks"}
    assert not any(one.material for one in changes if one.kind is ChangeKind.CHANGED)
    alerts = await press.alerts()
    assert ("huawei", AlertKind.DELISTED) in {(alert.company.id, alert.kind) for alert in alerts}
    assert not any(alert.kind is AlertKind.CHANGED for alert in alerts)


async def test_an_inner_list_vanishes_for_a_day(press: Press, lists: Path) -> None:
    """The military end users are gone from one edition and back in the next, as really happened: nobody hears of it."""
    rows = csl_table(body_of(lists / CSL))
    without = [row for row in rows if "(MEU)" not in row["source"]]
    await first(press, "us_csl", csl_body(rows), len(rows) - 1)
    press.prints("us_csl", csl_body(without))
    assert told(await press.polled("us_csl")) == (0, 0, 0, len(rows) - len(without))
    press.prints("us_csl", csl_body(rows))
    assert told(await press.polled("us_csl")) == (0, 0, 0, 0)
    assert not await press.changes("us_csl")
    assert await press.told() == ([], [])


# ── Chinese military companies ────────────────────────────────────────────────────────────────────────────────────


async def test_editions_of_the_military_companies_in_turn(press: Press, lists: Path) -> None:
    """Tranches, whole editions and removals from 2021 to 2026: who came, who left, who goes by another name."""
    rows = military_table(body_of(lists / MILITARY_TABLE))
    bodies = {day: military_body(rows, day) for day in MILITARY_DAYS}
    await first(press, "us_dod_cmc", bodies[MILITARY_DAYS[0]], 47)
    for before, day in pairwise(MILITARY_DAYS):
        old, new = military_companies(rows, before), military_companies(rows, day)
        pairs = partners(old, new)
        expected = (
            sorted(folded(one.name) for at, one in enumerate(new) if at not in {at for _, at in pairs}),
            sorted(folded(one.name) for at, one in enumerate(old) if at not in {at for at, _ in pairs}),
            sorted(folded(new[at].name) for earlier, at in pairs if old[earlier].said != new[at].said),
        )
        changes = await looked_at_twice(press, bodies[day], tuple(map(len, expected)))
        for kind, names in zip((ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED), expected, strict=True):
            assert sorted(folded(one.listing.name) for one in changes if one.kind is kind) == names, (day, kind)
        renamed = {(folded(old[at].name), folded(new[to].name)) for at, to in pairs}
        ours = {(folded(one.before.name), folded(one.after.name)) for one in changes if one.before and one.after}
        assert {pair for pair in ours if pair[0] != pair[1]} == {pair for pair in renamed if pair[0] != pair[1]}


async def looked_at_twice(press: Press, body: bytes, counts: tuple[int, ...]) -> list[ListChange]:
    earlier = len(await press.changes("us_dod_cmc"))
    press.prints("us_dod_cmc", body)
    added, removed, changed = counts
    once = await press.polled("us_dod_cmc")
    assert not once.quarantined, once.why
    assert told(once) == (added, changed, 0, removed)
    assert told(await press.polled("us_dod_cmc")) == (0, 0, removed, 0)
    return (await press.changes("us_dod_cmc"))[earlier:]


async def test_the_names_of_two_whole_editions_are_as_many_as_measured(lists: Path) -> None:
    """The table of editions is the one that the README of the real files counted."""
    rows = military_table(body_of(lists / MILITARY_TABLE))
    old, new = ({row["Clean Name"] for row in rows if row["Start date"] == day} for day in ("2025-01-07", "2026-06-08"))
    assert (len(old), len(new), len(new - old), len(old - new)) == (133, 188, 81, 26)


async def test_the_pdf_of_an_edition_after_its_table_and_before_the_next(press: Press, lists: Path) -> None:
    """The official PDF says what the table of that day says: nothing changes but the format, there and back."""
    rows = military_table(body_of(lists / MILITARY_TABLE))
    await first(press, "us_dod_cmc", military_body(rows, "2025-01-07"), 134)
    assert await looked_at_twice(press, body_of(lists / MILITARY_PDF), (0, 0, 0)) == []
    assert await looked_at_twice(press, military_body(rows, "2025-01-07"), (0, 0, 0)) == []
    assert len(await looked_at_twice(press, military_body(rows, "2026-02-17"), (0, 12, 0))) == 12


# ── Federal Register ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_public_inspection_and_the_next_day(press: Press, lists: Path) -> None:
    """New documents are those whose number was not there the day before; the first day is history."""
    await press.store.subscribe(watch("TikTok"))
    before, after = (body_of(lists / name) for name in INSPECTIONS)
    press.prints("us_federal_register", before)
    assert (await press.polled("us_federal_register")).added == len(register_numbers(before)) == 109
    press.prints("us_federal_register", after)
    outcome = await press.polled("us_federal_register")
    fresh = register_numbers(after) - register_numbers(before)
    assert (outcome.added, outcome.rows) == (len(fresh), len(register_numbers(after)))
    refs = {number: f"us_federal_register/{number}" for number in register_numbers(before) | register_numbers(after)}
    assert (await press.store.stories(refs.values())).keys() == set(refs.values())
    assert (await press.polled("us_federal_register")).added == 0
    assert await press.told() == ([], [])  # the one that names TikTok was there before we looked


async def test_a_notice_that_names_a_company_rings(press: Press, lists: Path) -> None:
    """The other way round, the TikTok order of 2020-08-10 is new: it is told, once."""
    await press.store.subscribe(watch("TikTok"))
    later, earlier = (body_of(lists / name) for name in INSPECTIONS)
    press.prints("us_federal_register", earlier)
    press.clock.at = press.clock.at.replace(year=2020, month=8, day=10, hour=1)
    await press.polled("us_federal_register")
    press.prints("us_federal_register", later)
    for _ in range(2):
        await press.polled("us_federal_register")
    (alert,) = await press.alerts()
    assert alert.story
    assert (alert.kind, alert.story.id) == (AlertKind.NOTICE, "2020-17699")


async def test_a_table_that_holds_only_who_is_on_the_list(press: Press, lists: Path) -> None:
    """Somebody who drops old rows loses the dates and nothing else: who left is found all the same."""
    rows = military_table(body_of(lists / MILITARY_TABLE))
    on = [row for row in rows if row["Start date"] == "2025-01-07"]
    left = {row["Clean Name"] for row in on if row["End date"] == "2026-02-17"}
    await first(press, "us_dod_cmc", military_body(on, "2025-01-07"), 133)
    changes = await looked_at_twice(
        press, military_body([row for row in on if row["Clean Name"] not in left], "2025-01-07"), (0, len(left), 0)
    )
    assert {change.kind for change in changes} == {ChangeKind.REMOVED}
    assert len(changes) == len(left) == 12
