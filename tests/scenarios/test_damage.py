"""Every real file, damaged in every way that applies, served after the good one.

What is promised each time: the last good state is kept, no change is written, channels hear nothing, the operators hear
once however often the damage is served; and when the good file comes back all is well.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.book import CompanyBook, shipped
from bot.model import Listing, Mark, Memory, Notice
from tests.worlds.damage import excerpt, few_lines_lost, table_of, ways
from tests.worlds.facts import watch
from tests.worlds.press import Press, open_press
from tests.worlds.real_files import (
    CONS_EDITIONS,
    CSL,
    INSPECTIONS,
    MILITARY_DAYS,
    MILITARY_PDF,
    MILITARY_TABLE,
    REGISTER,
    SDN_EDITIONS,
    body_of,
    military_body,
    military_table,
)
from tests.worlds.site import Site

TIMES = 3  #: how often each damaged document is served
#: A list is damaged as an excerpt of so many entries, which shows the same in a tenth of the time; and each large one
#: once as it is.
ENTRIES = 600
WHOLE = (SDN_EDITIONS[5], SDN_EDITIONS[6], CSL)
#: One file of each format comes in every way, the others each in some of them, all together in every way again.
IN_EVERY_WAY = (SDN_EDITIONS[0], SDN_EDITIONS[6], CONS_EDITIONS[1], CONS_EDITIONS[3], CSL, MILITARY_TABLE, MILITARY_PDF)
IN_SOME_WAYS = (*SDN_EDITIONS[1:6], CONS_EDITIONS[0], CONS_EDITIONS[2])
LISTS = (*SDN_EDITIONS, *CONS_EDITIONS, CSL, MILITARY_TABLE, MILITARY_PDF)
UN = ("2018-06-07_consolidated.xml", "2024-05-15_consolidated.xml.gz")
#: Files in the folders of the five sources that are not the list, and what a first reading must say of them.
OTHERS = {
    "us_ofac_sdn/2024-05-04_sdn.EMPTY.csv": "empty body",
    "us_ofac_sdn/2019-01_alt.csv": "ALT.CSV",
    "us_ofac_sdn/2019-01_add.csv": "ADD.CSV",
    "us_ofac_sdn/2019-01_sdn_comments.csv": "SDN_COMMENTS.CSV",
    "us_ofac_cons/2025-04-21_cons_add.csv": "CONS_ADD.CSV",
    "us_ofac_cons/dat_spec.txt": "OFFICE OF FOREIGN ASSETS CONTROL",
    "us_csl/GovWizely-2019_el.csv": "one inner list",
    "us_csl/GovWizely-2019_uvl.csv": "one inner list",
    "us_federal_register/index_2020-2023.derived.json": "",  # of another maker, with the Register's fields
}


@pytest.fixture(scope="module")
def lists(shared: Path) -> Path:
    return shared / "lists"


@pytest.fixture(scope="module")
def book() -> CompanyBook:
    """A small one: what counts is that nothing changes, for whomever."""
    return CompanyBook(
        [company for company in shipped().companies() if company.id in {"huawei", "xiaomi", "bytedance"}]
    )


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture
async def press(site: Site, tmp_path: Path, book: CompanyBook) -> AsyncIterator[Press]:
    """Somebody watches every company of the book: whatever changed would be told."""
    async with open_press(site, tmp_path, book) as press:
        await press.store.subscribe(watch("*"))
        yield press


def good(path: Path) -> bytes:
    """The file as it is served when all is well, no longer than an excerpt."""
    return table_of(body_of(path)) if path.match(MILITARY_TABLE) else excerpt(body_of(path), ENTRIES)


@dataclass(frozen=True)
class State:
    """All that must not change."""

    memory: tuple[object, ...]
    marks: Mapping[str, Mark]
    listings: Mapping[str, Listing]
    version: int


async def state_of(press: Press, id: str, *, whole: bool = False) -> State:
    return State(
        memory=_lasting(await press.memory(id)),
        marks=await press.store.marks(id),
        listings=await press.store.listings(id) if whole else {},
        version=await press.store.listings_version(),
    )


def _lasting(memory: Memory) -> tuple[object, ...]:
    return (
        memory.read_at,
        memory.changed_at,
        memory.layout,
        memory.edition,
        memory.published,
        memory.sha256,
        memory.rows,
        memory.pending,
        memory.signals,
    )


async def first(press: Press, id: str, body: bytes) -> None:
    """A real file is believable on its own."""
    press.prints(id, body)
    outcome = await press.polled(id)
    assert (outcome.first, outcome.quarantined, outcome.why) == (True, False, "")
    assert outcome.added == outcome.rows > 0


async def comes_damaged(press: Press, id: str, way: str, body: bytes) -> None:
    """Serve it some times: see the module."""
    before, operators = await state_of(press, id), (await press.told())[0]
    press.prints(id, body)
    for _ in range(TIMES):
        outcome = await press.polled(id)
        assert outcome.quarantined, (way, outcome)
        assert (outcome.added, outcome.changed, outcome.removed, outcome.pending, outcome.alerts) == (0, 0, 0, 0, 0), (
            way
        )
    assert await state_of(press, id) == before, way
    now_told, for_channels = await press.told()
    assert for_channels == [], way
    (new,) = now_told[len(operators) :]
    assert isinstance(new.message, Notice)
    assert new.message.title == f"{id}: this reading was not believed", way
    memory = await press.memory(id)
    assert memory.trouble, way
    assert memory.trouble in new.message.text, way


async def comes_back(press: Press, id: str, way: str, body: bytes) -> None:
    """The good file again: nothing to tell anybody, and nothing left of the trouble."""
    told = await press.told()
    press.prints(id, body)
    outcome = await press.polled(id)
    assert (outcome.quarantined, outcome.added, outcome.changed, outcome.removed) == (False, 0, 0, 0), way
    memory = await press.memory(id)
    assert (memory.trouble, memory.quarantine, memory.failures, memory.told) == ("", None, 0, ""), way
    assert memory.read_at == press.clock.now(), way
    assert await press.told() == told, way


@pytest.mark.parametrize("file", LISTS)
async def test_a_real_list_comes_damaged(press: Press, lists: Path, file: str) -> None:
    """Cut, emptied, replaced by a page, half lost, doubled, in a wrong encoding: see the module."""
    id, body = file.split("/")[0], good(lists / file)
    await first(press, id, body)
    whole = await state_of(press, id, whole=True)
    for at, (way, damaged) in enumerate(ways(body)):
        if file in IN_EVERY_WAY or at % 5 == IN_SOME_WAYS.index(file) % 5:
            await comes_damaged(press, id, way, damaged)
            await comes_back(press, id, way, body)
    assert (await state_of(press, id, whole=True)).listings == whole.listings
    assert await press.changes(id) == []


@pytest.mark.parametrize("file", WHOLE)
async def test_a_large_list_comes_damaged_as_it_is(press: Press, lists: Path, file: str) -> None:
    """At its true size too: cut where a buffer may end, or at a line end where that is worse."""
    id, body = file.split("/")[0], body_of(lists / file)
    await first(press, id, body)
    ended = body.lstrip().startswith(b"<")
    await comes_damaged(press, id, "cut", body[: 1 << 20] if ended else few_lines_lost(body, 400))
    await comes_back(press, id, "whole again", body)


@pytest.mark.parametrize("file", INSPECTIONS)
async def test_a_real_answer_of_the_register_comes_damaged(press: Press, lists: Path, file: str) -> None:
    """The same for a stream: a document that cannot be read is no day without notices."""
    id, body = file.split("/")[0], body_of(lists / file)
    await first(press, id, body)
    for way, damaged in ways(body):
        await comes_damaged(press, id, way, damaged)
        await comes_back(press, id, way, body)


@pytest.mark.parametrize(
    ("file", "instead"),
    [
        (SDN_EDITIONS[6], CONS_EDITIONS[1]),
        (SDN_EDITIONS[5], CONS_EDITIONS[3]),
        (SDN_EDITIONS[5], "us_ofac_sdn/2019-01_alt.csv"),
        (SDN_EDITIONS[5], "us_ofac_sdn/2024-05-04_sdn.EMPTY.csv"),
        (CONS_EDITIONS[1], SDN_EDITIONS[6]),
        (CONS_EDITIONS[1], CONS_EDITIONS[0]),  # the edition of two years before
        (CONS_EDITIONS[3], SDN_EDITIONS[0]),
        (CONS_EDITIONS[3], "us_ofac_cons/2025-04-21_cons_add.csv"),
        (CSL, "us_csl/GovWizely-2019_el.csv"),
        (MILITARY_PDF, "us_dhs_uflpa/2026-07-09_uflpa-entity-list.html"),
        (MILITARY_TABLE, CONS_EDITIONS[3]),
        (MILITARY_TABLE, CSL),
        (MILITARY_TABLE, MILITARY_PDF),  # the edition of the year before
        (INSPECTIONS[0], CONS_EDITIONS[3]),
        (INSPECTIONS[0], MILITARY_PDF),
    ],
)
async def test_another_real_file_comes_in_its_place(press: Press, lists: Path, file: str, instead: str) -> None:
    """A neighbour, a companion or an older edition under the list's own address is damage too."""
    id, body = file.split("/")[0], good(lists / file)
    await first(press, id, body)
    await comes_damaged(press, id, instead, body_of(lists / instead))
    await comes_back(press, id, instead, body)
    assert await press.changes(id) == []


@pytest.mark.parametrize("file", [SDN_EDITIONS[5], CONS_EDITIONS[3], CSL])
@pytest.mark.parametrize("lines", [2, 5, 40])
async def test_a_cut_at_a_line_end_loses_a_few_rows(press: Press, lists: Path, file: str, lines: int) -> None:
    """Fewer than a list may lose: that they are its last ones tells it from a true edition."""
    id, body = file.split("/")[0], good(lists / file)
    await first(press, id, body)
    await comes_damaged(press, id, f"{lines} lines lost", few_lines_lost(body, lines))
    await comes_back(press, id, f"{lines} lines lost", body)
    assert await press.changes(id) == []


async def test_the_last_row_alone_is_gone(press: Press, lists: Path) -> None:
    """Served for hours it is not believed and nobody hears of it; then it is there again."""
    body = good(lists / CONS_EDITIONS[3])
    await first(press, "us_ofac_cons", body)
    await comes_damaged(press, "us_ofac_cons", "the last row lost", few_lines_lost(body, 1))
    for _ in range(4):
        assert (await press.polled("us_ofac_cons")).quarantined
    await comes_back(press, "us_ofac_cons", "the last row lost", body)
    assert await press.changes("us_ofac_cons") == []


async def test_the_last_row_is_really_taken_off(press: Press, lists: Path) -> None:
    """Still so a day later it is believed, and the next reading bears it out."""
    body = good(lists / CONS_EDITIONS[3])
    await first(press, "us_ofac_cons", body)
    press.prints("us_ofac_cons", few_lines_lost(body, 1))
    assert (await press.polled("us_ofac_cons")).quarantined
    press.clock.passes(days=1)
    believed = await press.polled("us_ofac_cons")
    assert (believed.quarantined, believed.removed, believed.pending) == (False, 0, 1)
    assert (await press.polled("us_ofac_cons")).removed == 1


async def test_a_cut_at_a_line_end_has_a_new_entry_too(press: Press, lists: Path) -> None:
    """The new one is told; the last ones wait for a third reading, in which the same document counts once a day, and

    by then they are there again.
    """
    body = good(lists / CONS_EDITIONS[3])
    await first(press, "us_ofac_cons", body)
    uid = body.split(b",", 1)[0]
    more = body.split(b"\n", 1)[0].replace(uid, b"99999", 1) + b"\n"
    press.prints("us_ofac_cons", more + few_lines_lost(body, 3))
    outcome = await press.polled("us_ofac_cons")
    assert (outcome.quarantined, outcome.added, outcome.pending) == (False, 1, 3)
    for _ in range(4):
        again = await press.polled("us_ofac_cons")
        assert (again.removed, again.pending) == (0, 3)
    press.prints("us_ofac_cons", more + body)
    assert (await press.polled("us_ofac_cons")).pending == 0
    press.prints("us_ofac_cons", more.replace(b"99999", b"99998") + more + few_lines_lost(body, 3))
    assert [(await press.polled("us_ofac_cons")).removed for _ in range(3)] == [0, 0, 0]
    press.clock.passes(days=1)
    assert [(await press.polled("us_ofac_cons")).removed for _ in range(2)] == [0, 3]


async def test_a_shorter_list_is_believed_when_another_edition_is_as_short(press: Press, lists: Path) -> None:
    """Or when an operator accepts it; its removals then need their second reading as all do."""
    body = good(lists / CONS_EDITIONS[3])
    await first(press, "us_ofac_cons", body)
    shorter = few_lines_lost(body, 4)
    await comes_damaged(press, "us_ofac_cons", "cut", shorter)
    press.prints("us_ofac_cons", shorter.replace(b"(Linked To:", b"(linked to:", 1).replace(b"CMIC", b"NS-CMIC", 1))
    believed = await press.polled("us_ofac_cons")
    assert (believed.quarantined, believed.pending) == (False, 4)
    press.prints("us_ofac_cons", body)
    await press.polled("us_ofac_cons")
    press.prints("us_ofac_cons", shorter)
    assert (await press.polled("us_ofac_cons")).quarantined
    await press.accepts("us_ofac_cons")
    assert (await press.polled("us_ofac_cons")).pending == 4
    assert (await press.polled("us_ofac_cons")).removed == 4


async def test_a_column_is_shifted(press: Press, lists: Path) -> None:
    """Every row whole, every number right, and the programmes gone: the evidence names the field."""
    body = good(lists / CONS_EDITIONS[3])
    await first(press, "us_ofac_cons", body)
    rows = list(csv.reader(io.StringIO(body.decode())))
    shifted = [[*row[:3], "-0- ", row[3], *row[5:]] for row in rows if len(row) == 12]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(shifted)
    await comes_damaged(press, "us_ofac_cons", "shifted", out.getvalue().encode())
    assert "programmes" in (await press.memory("us_ofac_cons")).trouble


@pytest.mark.parametrize("how", ["an operator accepts it", "it is the same a day later"])
async def test_a_large_change_that_is_real(press: Press, lists: Path, how: str) -> None:
    """The list of the United Nations, read again after six years: doubted with the figures, then believed."""
    earlier, later = (body_of(lists / f"un_sc/{name}") for name in UN)
    await first(press, "un_sc", earlier)
    press.prints("un_sc", later)
    doubted = await press.polled("un_sc")
    assert doubted.quarantined
    assert "entries gone (" in doubted.why
    assert "believable up to 20%" in doubted.why
    if how == "an operator accepts it":
        await press.accepts("un_sc")
    else:
        press.clock.passes(days=1)
    believed = await press.polled("un_sc")
    assert not believed.quarantined
    assert believed.pending > 200
    assert (await press.polled("un_sc")).removed == believed.pending


@pytest.mark.parametrize("file", REGISTER)
async def test_every_real_answer_of_the_register_is_believable(press: Press, lists: Path, file: str) -> None:
    """On its own, as a first reading. (The lists: see above, where each begins so.)"""
    await first(press, "us_federal_register", body_of(lists / file))


@pytest.mark.parametrize("day", MILITARY_DAYS)
async def test_every_edition_of_the_military_companies_is_believable(press: Press, lists: Path, day: str) -> None:
    """On its own, as a first reading."""
    await first(press, "us_dod_cmc", military_body(military_table(body_of(lists / MILITARY_TABLE)), day))


def test_no_real_file_is_forgotten(lists: Path) -> None:
    """Every file in the folders of the five sources is read here, or named among those that are not the list."""
    folders = {file.split("/")[0] for file in (*LISTS, *REGISTER)}
    there = {f"{folder}/{path.name}" for folder in folders for path in (lists / folder).iterdir()}
    assert there == {*LISTS, *REGISTER, *OTHERS}


@pytest.mark.parametrize(("file", "words"), [(file, words) for file, words in OTHERS.items() if words])
async def test_a_real_file_that_is_not_the_list_is_no_first_reading(
    press: Press, lists: Path, file: str, words: str
) -> None:
    """Nothing is kept of it, and the operators are told what it looks like."""
    id = file.split("/")[0]
    press.prints(id, body_of(lists / file))
    for _ in range(TIMES):
        assert (await press.polled(id)).quarantined
    memory = await press.memory(id)
    assert (memory.read_at, memory.rows, dict(await press.store.marks(id))) == (None, 0, {})
    ((delivery,), for_channels) = await press.told()
    assert isinstance(delivery.message, Notice)
    assert words in delivery.message.text
    assert for_channels == []
