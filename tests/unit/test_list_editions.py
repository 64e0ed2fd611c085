"""Real editions of the three lists, compared with what a few lines of csv and lxml find in the same files.

The numbers are those measured for the pairs in the README of the real files.
"""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from adapters.lists.us_csl import us_csl
from adapters.lists.us_ofac_cons import us_ofac_cons
from adapters.lists.us_ofac_sdn import us_ofac_sdn
from bot.errors import ListDamaged
from bot.model import Document, EntityKind, Listing, NameKind, Reading

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SOURCES = {source.card.id: source for source in (us_ofac_sdn, us_ofac_cons, us_csl)}


@pytest.fixture(scope="module")
def lists(shared: Path) -> Path:
    return shared / "lists"


@cache
def read(path: Path) -> tuple[Reading, dict[str, Listing]]:
    """An edition, parsed whole; kept, because several tests look at it."""
    reading = SOURCES[path.parent.name].read(Document.of(path.read_bytes(), url=path.name, at=NOW))
    return reading, {record.key: record.parse() for record in reading.records}


def bytes_of(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def rows_of(path: Path) -> dict[str, list[str]]:
    """The peer: rows of a file without header, by their first column."""
    table = csv.reader(io.StringIO(bytes_of(path).decode("ascii"), newline=""))
    return {row[0]: row for row in table if len(row) == 12}


def changes(before: dict[str, Listing], after: dict[str, Listing], *fields: str) -> tuple[set[str], set[str], set[str]]:
    """Keys added, removed and changed, in all of the content or in some fields."""

    def seen(listing: Listing) -> object:
        content = listing.content()
        return {field: content.get(field) for field in fields} if fields else content

    changed = {key for key in before.keys() & after.keys() if seen(before[key]) != seen(after[key])}
    return after.keys() - before.keys(), before.keys() - after.keys(), changed


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        ("us_ofac_sdn/2022-03-21_sdn.csv.gz", "us_ofac_sdn/2022-03-24_sdn.csv.gz", (397, 0, 7)),
        ("us_ofac_sdn/2024-05-02_sdn.csv.gz", "us_ofac_sdn/2024-05-03_sdn.csv.gz", (0, 8, 0)),
        ("us_ofac_sdn/2021-08-18_sdn.csv.gz", "us_ofac_sdn/2024-05-03_sdn.csv.gz", (6761, 879, 782)),
        ("us_ofac_cons/2025-03-26_cons_prim.csv", "us_ofac_cons/2025-04-21_cons_prim.csv", (0, 0, 1)),
    ],
)
def test_two_csv_editions_differ_in_exactly_the_rows_that_differ(
    lists: Path, old: str, new: str, counts: tuple[int, int, int]
) -> None:
    """Every column is carried somewhere, and nothing but a column makes a difference."""
    found = changes(read(lists / old)[1], read(lists / new)[1])
    before, after = rows_of(lists / old), rows_of(lists / new)
    touched = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert found == (after.keys() - before.keys(), before.keys() - after.keys(), touched)
    assert tuple(map(len, found)) == counts


def test_csv_and_xml_of_one_list_agree(lists: Path) -> None:
    """Four days apart, the two formats have the same names, kinds and programmes, and one entry more."""
    _, table = read(lists / "us_ofac_sdn/2024-05-03_sdn.csv.gz")
    reading, tree = read(lists / "us_ofac_sdn/2024-05-07_sdn.xml.gz")
    added, removed, changed = changes(table, tree, "name", "programmes", "kind")
    assert (len(added), removed, changed) == (1, set(), set())
    assert (reading.declared, len(tree), reading.edition, reading.signals) == (14_966, 14_966, "2024-05-07", [])


def test_numbers_and_weak_aliases_in_remarks_are_those_of_the_xml(lists: Path) -> None:
    """What is picked out of prose in the CSV is nearly always what the XML states field by field."""
    _, table = read(lists / "us_ofac_sdn/2024-05-03_sdn.csv.gz")
    _, tree = read(lists / "us_ofac_sdn/2024-05-07_sdn.xml.gz")
    pairs = [(table[key], tree[key]) for key in table]
    picked = sum(len(ours.identifiers) for ours, _ in pairs)
    wrong = sum(len(set(ours.identifiers) - set(theirs.identifiers)) for ours, theirs in pairs)
    assert picked > 16_000
    assert wrong <= 0.001 * picked
    aliases = [
        (set(ours.aliases), {one for one in theirs.aliases if one.kind is NameKind.WEAK})
        for ours, theirs in pairs
        if len(ours.remarks) < 1000
    ]
    assert sum(ours != theirs for ours, theirs in aliases) <= 2


def test_two_xml_editions_of_two_namespaces(lists: Path) -> None:
    """340 of 442 entries differ as XML, 21 in what matters: order, ids of ids and Gender do not make a change."""
    old, new = (
        lists / "us_ofac_cons" / name for name in ("2022-03-24_consolidated.xml", "2024-05-06_consolidated.xml")
    )
    added, removed, changed = changes(read(old)[1], read(new)[1], "name", "aliases", "programmes", "kind")
    assert (len(added), len(removed), len(changed)) == (1, 20, 21)
    before, after = _essence(old), _essence(new)
    assert changed == {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert [read(path)[0].declared for path in (old, new)] == [462, 443]


def _essence(path: Path) -> dict[str, object]:
    """The peer: name, type, programmes and aliases as sorted text, by uid."""
    entries = etree.parse(str(path)).getroot().iter("{*}sdnEntry")
    return {
        str(entry.findtext("{*}uid")): (
            [entry.findtext(f"{{*}}{name}") for name in ("lastName", "firstName", "sdnType")],
            sorted(str(one.text) for one in entry.iter("{*}program")),
            sorted(
                str([part.text for part in aka if not str(part.tag).endswith("uid")]) for aka in entry.iter("{*}aka")
            ),
        )
        for entry in entries
    }


@pytest.mark.parametrize(
    ("key", "name", "day", "number"),
    [
        ("30947", "HUAWEI TECHNOLOGIES CO., LTD.", date(2021, 6, 3), "914403001922038216"),
        ("30946", "HANGZHOU HIKVISION DIGITAL TECHNOLOGY CO., LTD.", date(2021, 6, 3), "91330000733796106P"),
        ("33111", "SZ DJI TECHNOLOGY CO., LTD.", date(2021, 12, 16), "914403007954257495"),
    ],
)
@pytest.mark.parametrize("file", ["2024-05-06_consolidated.xml", "2025-04-21_cons_prim.csv"])
def test_a_military_industrial_company_has_its_day_and_number_in_both_formats(
    lists: Path, file: str, key: str, name: str, day: date, number: str
) -> None:
    """Listing date and registry number are the same whether they stand in idList or in remarks."""
    listing = read(lists / "us_ofac_cons" / file)[1][key]
    assert (listing.name, listing.listed_on, listing.kind) == (name, day, EntityKind.COMPANY)
    assert number in {one.value for one in listing.identifiers if one.kind == "USCC"}
    assert listing.programmes == ("CMIC-EO13959",)
    assert listing.countries == ("China",)


@pytest.mark.parametrize(
    "file",
    [
        *("us_ofac_sdn/2019-01_sdn.csv", "us_ofac_sdn/2021-08-18_sdn.csv.gz", "us_ofac_sdn/2022-03-21_sdn.csv.gz"),
        *(
            "us_ofac_sdn/2022-03-24_sdn.csv.gz",
            "us_ofac_sdn/2024-05-02_sdn.csv.gz",
            "us_ofac_sdn/2024-05-03_sdn.csv.gz",
        ),
        *("us_ofac_sdn/2024-05-07_sdn.xml.gz", "us_ofac_cons/2022-03-24_consolidated.xml"),
        *("us_ofac_cons/2024-05-06_consolidated.xml", "us_ofac_cons/2025-03-26_cons_prim.csv"),
        *("us_ofac_cons/2025-04-21_cons_prim.csv", "us_csl/2022-05-16_consolidated.csv.gz"),
    ],
)
def test_every_real_file_is_believable(lists: Path, file: str) -> None:
    """Rows in range, no key twice, the declared number of entries, no programme that the card does not name."""
    source = SOURCES[file.split("/")[0]]
    reading = source.read(Document.of((lists / file).read_bytes(), url=file, at=NOW))
    keys = [record.key for record in reading.records]
    assert len(keys) in source.card.rows
    assert len(set(keys)) == len(keys)
    assert reading.declared in (None, len(keys))
    surprises = [signal for signal in reading.signals if "0x1A" not in signal and "given twice" not in signal]
    assert surprises == []


@pytest.mark.parametrize(
    ("file", "source", "words"),
    [
        ("us_ofac_sdn/2024-05-04_sdn.EMPTY.csv", "us_ofac_sdn", "empty body"),
        ("us_ofac_sdn/2019-01_alt.csv", "us_ofac_sdn", "ALT.CSV"),
        ("us_ofac_sdn/2019-01_add.csv", "us_ofac_sdn", "ADD.CSV"),
        ("us_ofac_sdn/2019-01_sdn_comments.csv", "us_ofac_sdn", "SDN_COMMENTS.CSV"),
        ("us_ofac_cons/2025-04-21_cons_add.csv", "us_ofac_cons", "CONS_ADD.CSV"),
        ("us_ofac_cons/dat_spec.txt", "us_ofac_cons", "OFFICE OF FOREIGN ASSETS CONTROL"),
        ("us_ofac_sdn/2024-05-03_sdn.csv.gz", "us_ofac_cons", "us_ofac_sdn"),
        ("us_ofac_sdn/2024-05-07_sdn.xml.gz", "us_ofac_cons", "us_ofac_sdn"),
        ("us_ofac_cons/2025-03-26_cons_prim.csv", "us_ofac_sdn", "us_ofac_cons"),
        ("us_ofac_cons/2024-05-06_consolidated.xml", "us_ofac_sdn", "us_ofac_cons"),
        ("us_csl/2022-05-16_consolidated.csv.gz", "us_ofac_sdn", "us_csl"),
        ("us_ofac_sdn/2019-01_sdn.csv", "us_csl", "OFAC"),
        ("us_csl/GovWizely-2019_el.csv", "us_csl", "one inner list"),
        ("us_csl/GovWizely-2019_uvl.csv", "us_csl", "one inner list"),
        ("us_dhs_uflpa/2026-07-09_uflpa-entity-list.html", "us_csl", "HTML page"),
        ("us_dod_cmc/2025-01-07_1260H.pdf", "us_ofac_sdn", "a PDF"),
        ("un_sc/2020-12-01_consolidated.xml", "us_ofac_cons", "CONSOLIDATED_LIST"),
    ],
)
def test_a_real_file_that_is_not_the_list_is_refused(lists: Path, file: str, source: str, words: str) -> None:
    """Each says what it looks like."""
    with pytest.raises(ListDamaged, match=words.replace(".", r"\.")):
        list(SOURCES[source].read(Document.of((lists / file).read_bytes(), url=file, at=NOW)).records)


def test_the_real_screening_list_without_its_ids_is_the_same_list(lists: Path) -> None:
    """Before 2020 there was no `_id`; keys and contents do not hang on it, nor on the order of the rows."""
    path = lists / "us_csl/2022-05-16_consolidated.csv.gz"
    rows = list(csv.reader(io.StringIO(bytes_of(path).decode(), newline="")))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([rows[0][1:], *(row[1:] for row in reversed(rows[1:]))])
    reading = us_csl.read(Document.of(out.getvalue().encode(), at=NOW))
    other = {record.key: record.parse().content_hash() for record in reading.records}
    assert other == {key: listing.content_hash() for key, listing in read(path)[1].items()}


def test_the_inner_lists_are_programmes(lists: Path) -> None:
    """Each row says first which of the thirteen lists it is from."""
    _, listings = read(lists / "us_csl/2022-05-16_consolidated.csv.gz")
    counts: dict[str, int] = {}
    for listing in listings.values():
        counts[listing.programmes[0]] = counts.get(listing.programmes[0], 0) + 1
    # CAP: one of its 53 rows is there twice, with different links.
    first = {"DPL": 462, "SDN": 10_026, "EL": 2_001, "ISN": 163, "SSI": 290, "DTC": 727, "PLC": 78, "MEU": 71}
    assert counts == first | {"UVL": 201, "CMIC": 68, "CAP": 52, "FSE": 3, "MBS": 17}
    assert set(counts) == set(us_csl.card.programmes)


def test_huaweis_affiliates_are_named_themselves(lists: Path) -> None:
    """The parent in the name cell goes to the details; no key is shared although names are."""
    _, listings = read(lists / "us_csl/2022-05-16_consolidated.csv.gz")
    names = [one.name for one in listings.values() if one.programmes[0] == "EL"]
    assert "Hangzhou Huawei Communication Technology Co., Ltd." in names
    assert not any("Affiliated Entity" in name or "Subordinate Institution" in name for name in names)
    assert not any("?" in name or name != name.strip(" ,;") for name in names)
    of_huawei = [
        one for one in listings.values() if ("parent", "Huawei Technologies Co., Ltd. (Huawei)") in one.details
    ]
    assert len(of_huawei) > 20
    assert {one.listed_on for one in of_huawei} == {date(2019, 5, 21)}
    assert all("84 FR 22961" in one.citations for one in of_huawei)
