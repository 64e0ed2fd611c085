"""What the Consolidated Screening List hides in its cells."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from adapters.formats import citations
from adapters.lists.us_csl import mend, taken_apart, us_csl
from bot.model import Document, Listing, Name, NameKind, Reading

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HEADER = ["source", "entity_number", "type", "name", "addresses", "federal_register_notice", "start_date", "alt_names"]
ENTITY_LIST = "Entity List (EL) - Bureau of Industry and Security"


def read(*rows: dict[str, str]) -> tuple[Reading, list[tuple[str, Listing]]]:
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, [*HEADER, *sorted(rows[0].keys() - set(HEADER))], restval="")
    table.writeheader()
    table.writerows({"source": ENTITY_LIST, **row} for row in rows)
    reading = us_csl.read(Document.of(out.getvalue().encode(), at=NOW))
    return reading, [(record.key, record.parse()) for record in reading.records]


@pytest.mark.parametrize(
    ("cell", "name", "details"),
    [
        (
            "Huawei Technologies Co., Ltd. (Huawei).  Affiliated Entity:  Huawei Co., Ltd., Beijing Research Institute",
            "Huawei Co., Ltd., Beijing Research Institute",
            [("parent", "Huawei Technologies Co., Ltd. (Huawei)")],
        ),
        (
            "China Electronics Technology 13th Research Institute (CETC 13).  Subordinate Institution - Envoltek ",
            "Envoltek",
            [("parent", "China Electronics Technology 13th Research Institute (CETC 13)")],
        ),
        (
            "Department of Atomic Energy entity: Indian Rare Earths",
            "Indian Rare Earths",
            [("parent", "Department of Atomic Energy")],
        ),
        (
            "Guangzhou Hongyu Technology Co., Ltd. (a subordinate institute of CETC-7)",
            "Guangzhou Hongyu Technology Co., Ltd.",
            [("parent", "CETC-7")],
        ),
        (
            "Baotou Chemical Corporation (Parent Organization: China National Nuclear Group Corporation (CNNC))",
            "Baotou Chemical Corporation",
            [("parent", "China National Nuclear Group Corporation (CNNC)")],
        ),
        (
            "Ningbo Vet Energy Technology Co., Ltd. and any successor, subunit, or subsidiary thereof",
            "Ningbo Vet Energy Technology Co., Ltd.",
            [("extends to", "and any successor, subunit, or subsidiary thereof")],
        ),
        (
            "Suzhou Huawei Investment Co., Ltd., Suzhou, Jiangsu",
            "Suzhou Huawei Investment Co., Ltd.",
            [("place in name", "Suzhou, Jiangsu")],
        ),
        ("Guangzhou Haige Communication Group Co., Ltd., ", "Guangzhou Haige Communication Group Co., Ltd.", []),
        ("Tactical Missile Corporation, RKB Globus", "Tactical Missile Corporation, RKB Globus", []),
        ("Huawei Device (Shenzhen) Co., Ltd. ", "Huawei Device (Shenzhen) Co., Ltd.", []),
        ("Broad Engineering (Pakistan)", "Broad Engineering (Pakistan)", []),
        ("Daystar Electric (HK)", "Daystar Electric (HK)", []),
    ],
)
def test_a_name_cell_is_taken_apart(cell: str, name: str, details: list[tuple[str, str]]) -> None:
    """The entity's own name stands alone; parent, place and extent are kept beside it."""
    told = taken_apart(cell, ["Suzhou, CN"])
    assert (told.name, told.details, told.person) == (name, details, False)


@pytest.mark.parametrize(
    ("cell", "name", "aliases"),
    [
        (
            "Mexpar International, Inc. (a.k.a. Pasadena Aerospace; Aviation Logistics and Supply)",
            "Mexpar International, Inc.",
            [Name("Pasadena Aerospace"), Name("Aviation Logistics and Supply")],
        ),
        (
            "Far East Trading Company, Inc. (a.k.a. FETCO, Inc.)",
            "Far East Trading Company, Inc.",
            [Name("FETCO, Inc.")],
        ),
        (
            "Gazprom Sotsinvest, OOO (f.k.a., Gazprominvestarena OOO)",
            "Gazprom Sotsinvest, OOO",
            [Name("Gazprominvestarena OOO", NameKind.FORMER)],
        ),
        (
            "Astronautics Research Institute [aka Astronautics Systems Research Center, Aerospace Research Institute]",
            "Astronautics Research Institute",
            [Name("Astronautics Systems Research Center"), Name("Aerospace Research Institute")],
        ),
        (
            "Chitron Electronics Company Ltd., a.k.a. Chi-Chung Electronics Company Ltd. (Chitron-Shenzhen)",
            "Chitron Electronics Company Ltd.",
            [Name("Chi-Chung Electronics Company Ltd. (Chitron-Shenzhen)")],
        ),
        (
            "Atomic Energy Organization of Iran (AEOI)",
            "Atomic Energy Organization of Iran",
            [Name("AEOI", NameKind.ACRONYM)],
        ),
        ("Huawei Technologies Co., Ltd. (Huawei)", "Huawei Technologies Co., Ltd.", [Name("Huawei", NameKind.ACRONYM)]),
    ],
)
def test_other_names_in_the_name_cell_are_aliases(cell: str, name: str, aliases: list[Name]) -> None:
    """Former names, acronyms and other names are of their kind; a comma before a legal form parts no names."""
    told = taken_apart(cell, [])
    assert (told.name, told.aliases) == (name, aliases)


def test_a_person_described_in_brackets_is_a_person() -> None:
    """State writes what somebody is behind the name."""
    told = taken_apart("Ri Sung Chol (aka Ri Su'ng-ch'o'l) (DPRK individual)", [])
    assert (told.name, told.aliases, told.person) == ("Ri Sung Chol", [Name("Ri Su'ng-ch'o'l")], True)


def test_a_cell_longer_than_any_name_is_left_alone() -> None:
    """Patterns are not let loose on a hundred thousand brackets that somebody put into a name."""
    cell = "X " + "(a.k.a. " * 100_000
    assert taken_apart(cell, []).name == cell.strip()


@pytest.mark.parametrize(
    ("published", "mended"),
    [
        ("Donetsk People?s Republic", "Donetsk People's Republic"),
        ("Xi?an Research Institute", "Xi an Research Institute"),
        ("AO ?Institute Giprostroymost?Saint-Petersburg?", "AO Institute Giprostroymost Saint-Petersburg"),
        ("Xi\x92an Xae Flying", "Xi’an Xae Flying"),
        ("Huawei Technologies", "Huawei Technologies"),
    ],
)
def test_lost_letters_are_mended_as_far_as_is_safe(published: str, mended: str) -> None:
    """An `s` behind a lost letter had an apostrophe before it; nothing else is guessed."""
    assert mend(published) == mended


@pytest.mark.parametrize(
    ("cell", "cited"),
    [
        ("84 FR 22961, 84 FR 43495,  85  FR 29852 (5/19/2020)", ("84 FR 22961", "84 FR 43495", "85 FR 29852")),
        ("68 F.R. 38290 6/27/03 71 F.R. 38843 7/10/06", ("68 FR 38290", "71 FR 38843")),
        ("80.F.R. 30435 5/28/2015 and 82 F.R 2312 1/9/17", ("80 FR 30435", "82 FR 2312")),
        ("66 FR 24266, 77 FR 58006 (no. 182)", ("66 FR 24266", "77 FR 58006")),
        ("83F.R. 28801 6/21/2018", ("83 FR 28801",)),
        ("Vol. 86, No. 71, 04/15/2021", ("Vol. 86, No. 71, 04/15/2021",)),
        ("", ()),
    ],
)
def test_citations_are_read_in_every_spelling(cell: str, cited: tuple[str, ...]) -> None:
    """Volume and page, without dates and issue numbers."""
    assert citations(cell) == cited


OLD = {
    "name": "EDO-ELEMED",
    "addresses": "Beirut, LB",
    "start_date": "2019-11-13",
    "federal_register_notice": "84 FR 61538",
}
NEW = {
    "name": "EDO-ELEMED",
    "addresses": "Beirut, LB",
    "start_date": "2020-03-16",
    "federal_register_notice": "85 FR 14794",
}


def test_a_newcomer_does_not_take_the_key_of_the_one_before_it() -> None:
    """Rows of one name and address: the eldest keeps the plain key, in whatever order they stand."""
    alone = read(OLD)[1][0][0]
    assert [key for key, _ in read(OLD, NEW)[1]] == [alone, f"{alone} # 2020-03-16 85 FR 14794"]
    assert [key for key, _ in read(NEW, OLD)[1]] == [f"{alone} # 2020-03-16 85 FR 14794", alone]


def test_rows_that_differ_only_in_a_lesser_column_have_keys_of_their_own() -> None:
    """Neither hides the other, and their order does not matter."""
    other = {**OLD, "alt_names": "EDO"}
    keys = [key for key, _ in read(OLD, other)[1]]
    assert len(set(keys)) == 2
    assert [key for key, _ in read(other, OLD)[1]] == keys[::-1]


def test_the_very_same_row_twice_is_a_duplicate_key() -> None:
    """A doubled row is damage; the believer counts it."""
    keys = [key for key, _ in read(OLD, OLD)[1]]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_row_twice_with_other_links_is_one_entry() -> None:
    """Bank of Kunlun stands twice in the file of May 2022, once without a link: one entry, and a signal."""
    reading, entries = read({**OLD, "source_list_url": ""}, {**OLD, "source_list_url": "http://bit.ly/1"})
    assert len(entries) == 1
    assert any("given twice" in signal for signal in reading.signals)


def test_ids_links_and_punctuation_do_not_move_a_key_or_change_the_content() -> None:
    """`_id` is a hash of the row and the links are re-shortened: both change without a change."""
    one = read({**OLD, "_id": "1", "source_information_url": "http://bit.ly/1"})[1]
    two = read({**OLD, "_id": "2", "source_information_url": "http://bit.ly/2"})[1]
    assert one == two
    assert read({**OLD, "name": "EDO ELEMED."})[1][0][0] == one[0][0]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("Non-SDN Menu-Based Sanctions List (NS-MBS List) - Treasury Department", "MBS"),
        ("Capta List (CAP) - Treasury Department", "CAP"),
        ("AECA Debarred List - State Department", "DTC"),
        ("ITAR Debarred (DTC) - State Department", "DTC"),
        ("Entity List - Bureau of Industry and Security", "EL"),
        ("Military End User (MEU) List - Bureau of Industry and Security", "MEU"),
    ],
)
def test_an_inner_list_has_one_code_however_it_is_written(source: str, code: str) -> None:
    """The name of an inner list changed over the years; its code here does not."""
    reading, entries = read({**OLD, "source": source})
    assert entries[0][1].programmes == (code,)
    assert not any("unknown inner list" in signal for signal in reading.signals)


def test_what_is_unknown_is_kept_and_signalled_once() -> None:
    """A new inner list, type, kind of id, column or date is the operator's news, not an error."""
    odd = {"source": "Moon Trade - Lunar Office", "type": "Comet", "start_date": "soon", "colour": "red"}
    odd["ids"] = "7, Moon Registry No."
    reading, entries = read({**OLD, **odd}, {**NEW, **odd})
    assert entries[0][1].programmes == ("Moon Trade",)
    assert ("Moon Registry No.", "7") in entries[0][1].details
    told = [signal for signal in reading.signals if "gone" not in signal]
    assert sorted(told) == [
        "start_date 'soon' is no ISO date",
        "unknown id type 'Moon Registry No.'",
        "unknown inner list 'Moon Trade - Lunar Office'",
        "unknown type 'Comet'",
        "unread column 'colour'",
    ]
