"""Real editions of the lists beyond OFAC's: how many entries each has, and what changed between two of them.

Counts and pairs are those measured in the README of the real files; where a few lines of csv or lxml can find the same
entries, they are compared with those.
"""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, date, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from adapters import lists as package
from bot.errors import ListDamaged
from bot.explain import effects, unknown
from bot.model import Document, EntityKind, Listing, NameKind, Reading
from bot.sources import ListSource, shelf

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SOURCES = {source.card.id: source for source in shelf(package) if isinstance(source, ListSource)}
#: Folders of real files that are read by a source of another name.
READ_BY = {"uk_ofsi_conlist": "uk_sanctions"}


@pytest.fixture(scope="module")
def lists(shared: Path) -> Path:
    return shared / "lists"


@cache
def read(path: Path) -> tuple[Reading, dict[str, Listing]]:
    """An edition, parsed whole; kept, because several tests look at it."""
    source = SOURCES[READ_BY.get(path.parent.name, path.parent.name)]
    reading = source.read(Document.of(path.read_bytes(), url=path.name, at=NOW))
    found = [(record.key, record.parse()) for record in reading.records]
    assert len({key for key, _ in found}) == len(found), "a key stands twice"
    return reading, dict(found)


def bytes_of(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def changes(before: dict[str, Listing], after: dict[str, Listing]) -> tuple[set[str], set[str], set[str]]:
    """Keys added, removed and changed."""
    changed = {key for key in before.keys() & after.keys() if before[key].content() != after[key].content()}
    return after.keys() - before.keys(), before.keys() - after.keys(), changed


@pytest.mark.parametrize(
    ("file", "entries", "signals"),
    [
        ("un_sc/2018-06-07_consolidated.xml", 1098, 1),
        ("un_sc/2018-06-21_consolidated.xml", 1100, 1),
        ("un_sc/2020-12-01_consolidated.xml", 1006, 1),
        ("un_sc/2024-05-15_consolidated.xml.gz", 875, 1),
        ("un_sc/2025-11-15_consolidated.xml.gz", 1000, 2),
        ("un_sc/2025-11-20_consolidated.xml.gz", 1000, 2),
        ("us_bis_dpl/2019-06-29_dpl.txt", 541, 0),
        ("us_bis_dpl/2022-09-07_dpl.txt", 577, 0),
        ("us_fcc_covered/2026-05-21_table.csv", 13, 0),
        ("us_fcc_covered/2026-06-23_table.csv", 13, 0),
        ("us_fcc_covered/2026-07-20_table.csv", 14, 0),
        ("us_dhs_uflpa/2026-07-09_uflpa-entity-list.html", 160, 0),
        ("us_ndaa/section_889.csv", 5, 0),
        ("us_ndaa/section_5949.csv", 3, 0),
        ("us_ndaa/section_154.csv", 6, 0),
        ("eu_fsf/2024-05-13_xmlFullSanctionsList_1_1.xml.gz", 4808, 1),
        ("eu_fsf/2023-12_csv_1_0.SHORT.csv", 93, 0),
        ("ca_sema/2022-05-11_sema-lmes.xml", 2606, 0),
        ("ca_sema/2025-05-25_sema-lmes.xml", 4759, 0),
        ("au_dfat/2022-05-05_regulation8_consolidated.xls.gz", 2666, 0),
        ("jp_mof/2022-05-05_shisantouketsu.xls.gz", 1954, 0),
        ("jp_mof/2022-05-12_shisantouketsu.xls.gz", 2095, 0),
        ("opensanctions/2026-03-13_ua_war_sanctions_targets.simple.csv.gz", 5600, 0),
        ("opensanctions/2024-03-14_sa_wiki_peps_entities.ftm.json", 423, 0),
        ("uk_sanctions/2025-08-11_FCDO_SL.ods", 5302, 2),
        ("uk_ofsi_conlist/2016-03-23_ConList.csv.gz", 1924, 1),
        ("uk_ofsi_conlist/2018-04-13_ConList.csv.gz", 2106, 0),
    ],
)
def test_every_real_file_is_believable(lists: Path, file: str, entries: int, signals: int) -> None:
    """Rows in range, no key twice, no entry without a name, no code unexplained, no signal that we do not know of."""
    reading, listings = read(lists / file)
    assert len(listings) == entries
    source = SOURCES[next(iter(listings.values())).source]
    assert entries in source.card.rows
    assert reading.declared in (None, entries)
    assert all(listing.name and key == listing.key for key, listing in listings.items())
    codes = sorted({code for listing in listings.values() for code in listing.programmes})
    assert codes
    assert unknown(source.card.id, codes) == ()
    assert len(reading.signals) == signals, reading.signals


def real_files(lists: Path, source: str) -> list[Path]:
    folders = [source, *(folder for folder, reader in READ_BY.items() if reader == source)]
    return sorted(path for folder in folders if (lists / folder).is_dir() for path in (lists / folder).iterdir())


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_every_code_of_every_real_file_has_its_line(lists: Path, source: str) -> None:
    """Whatever file is put there: no programme of any entry is without words on what it does."""
    met: set[tuple[str, ...]] = set()
    for path in real_files(lists, source):
        try:
            reading = SOURCES[source].read(Document.of(path.read_bytes(), url=path.name, at=NOW))
            met.update(record.parse().programmes for record in reading.records)
        except ListDamaged:
            continue  # one of the bad files, or one that stands beside the list
    if not met:
        pytest.skip("no file of this list among the real ones")
    assert [codes for codes in met if unknown(source, codes) or not effects(source, codes, on=NOW.date())] == []


# ── UN ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        ("2018-06-07_consolidated.xml", "2018-06-21_consolidated.xml", (2, 0, 0)),
        ("2025-11-15_consolidated.xml.gz", "2025-11-20_consolidated.xml.gz", (0, 0, 0)),
    ],
)
def test_two_weeks_of_the_un_list(lists: Path, old: str, new: str, counts: tuple[int, int, int]) -> None:
    """A file that is made anew every night changes only where the committees did something."""
    found = changes(read(lists / "un_sc" / old)[1], read(lists / "un_sc" / new)[1])
    assert tuple(map(len, found)) == counts
    before, after = (un_entries(lists / "un_sc" / name) for name in (old, new))
    assert found == (after.keys() - before.keys(), before.keys() - after.keys(), set())


def un_entries(path: Path) -> dict[str, str]:
    """The peer: first names by DATAID."""
    root = etree.fromstring(bytes_of(path))
    return {
        str(entry.findtext("DATAID")): str(entry.findtext("FIRST_NAME")) for entry in root.iter("INDIVIDUAL", "ENTITY")
    }


def test_years_of_the_un_list_differ_by_its_numbers(lists: Path) -> None:
    """Added and removed are those that lxml finds by DATAID, over layouts of 2018 to 2025."""
    files = sorted((lists / "un_sc").iterdir())
    for old, new in pairwise(files):
        before, after = un_entries(old), un_entries(new)
        added, removed, _ = changes(read(old)[1], read(new)[1])
        assert (added, removed) == (after.keys() - before.keys(), before.keys() - after.keys())


def test_the_un_list_carries_names_in_their_own_script(lists: Path) -> None:
    """What people type in Arabic or Cyrillic can be found."""
    _, listings = read(lists / "un_sc/2025-11-20_consolidated.xml.gz")
    script = [alias.text for one in listings.values() for alias in one.aliases if not alias.text.isascii()]
    assert len(script) > 350
    assert "金铁三" in script
    assert sum("(" in text for text in script if "\u0600" <= text[0] <= "\u06ff") < 5
    assert {alias.kind for one in listings.values() for alias in one.aliases} == {
        NameKind.ALIAS,
        NameKind.WEAK,
        NameKind.FORMER,
    }


# ── Denied persons ────────────────────────────────────────────────────────────────────────────────────────────────


def test_three_years_of_denied_persons(lists: Path) -> None:
    """By name, street and effective date: 224 new, 188 gone, and two of which another address was given last."""
    old, new = (lists / "us_bis_dpl" / name for name in ("2019-06-29_dpl.txt", "2022-09-07_dpl.txt"))
    found = changes(read(old)[1], read(new)[1])
    assert tuple(map(len, found)) == (224, 188, 2)
    before, after = denied(old), denied(new)
    touched = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert {key.split(" |")[0] for key in found[2]} == {name.casefold() for name, _, _ in touched}
    assert len(after.keys() - before.keys()) == len(found[0])
    assert len(before.keys() - after.keys()) == len(found[1])


def denied(path: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    """The peer: rows by the three columns of the README."""
    rows = csv.DictReader(io.StringIO(bytes_of(path).decode("ascii")), delimiter="\t")
    return {(row["Name"], row["Street_Address"], row["Effective_Date"]): row for row in rows}


# ── FCC, DHS, Congress ────────────────────────────────────────────────────────────────────────────────────────────


def test_two_months_of_the_covered_list(lists: Path) -> None:
    """Drones get a new date and wording; then one company comes and a sentence is cut short; nobody is removed."""
    may, june, july = (read(path)[1] for path in sorted((lists / "us_fcc_covered").iterdir()))
    drones = "uncrewed aircraft systems uas and uas critical components produced in a foreign country"
    assert changes(may, june) == (set(), set(), {drones})
    assert changes(june, july) == ({"digitalsystem technology inc"}, set(), {"kaspersky lab inc"})
    assert july["digitalsystem technology inc"].listed_on == date(2026, 7, 7)


def test_the_covered_list_names_companies_not_sentences(lists: Path) -> None:
    """Names are cut out of the prose; rows on a kind of product have no company."""
    _, listings = read(lists / "us_fcc_covered/2026-07-20_table.csv")
    companies = {one.name: one.listed_on for one in listings.values() if one.kind is EntityKind.COMPANY}
    for name in ("Huawei Technologies Company", "ZTE Corporation", "Hangzhou Hikvision Digital Technology Company"):
        assert companies[name] == date(2021, 3, 12)
    assert len(companies) == 12
    assert max(map(len, companies)) < 60
    assert [alias.text for alias in listings["pacific networks corp"].aliases] == ["ComNet (USA) LLC"]


def test_the_forced_labour_list_by_ground(lists: Path) -> None:
    """9, 43 and 108 names under three grounds; one company under two, with its two days."""
    reading, listings = read(lists / "us_dhs_uflpa/2026-07-09_uflpa-entity-list.html")
    grounds = [one.programmes[0] for one in listings.values()]
    assert [grounds.count(code) for code in ("UFLPA-i", "UFLPA-ii", "UFLPA-iv", "UFLPA-v")] == [9, 43, 0, 108]
    assert reading.edition == "2025-01-15"
    copper = {key: one.listed_on for key, one in listings.items() if "Ashele" in one.name}
    assert sorted(str(day) for day in copper.values()) == ["2024-08-09", "2025-01-15"]
    names = [name.text for one in listings.values() for name in one.names()]
    assert not any(" known as " in name or "alias" in name or name.startswith("and ") for name in names)
    assert all(name.count("(") == name.count(")") for name in names)
    assert "Ninestar Corporation" in names


def test_our_table_of_acts_is_the_transcribed_one(lists: Path) -> None:
    """The names typed from the statutes are those that others read there, under the same keys."""
    ours = SOURCES["us_ndaa"].read(
        Document.of((Path(package.__path__[0]) / "us_ndaa.csv").read_bytes(), url="x:", at=NOW)
    )
    theirs = {key for path in (lists / "us_ndaa").iterdir() for key in read(path)[1]}
    assert {record.key for record in ours.records} == theirs


# ── EU ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_eu_list_has_every_party_once(lists: Path) -> None:
    """4,811 records of 4,808 parties: three are listed under two programmes, and keep both."""
    path = lists / "eu_fsf/2024-05-13_xmlFullSanctionsList_1_1.xml.gz"
    programmes: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    records = 0
    for entity in etree.fromstring(bytes_of(path)):
        records += 1
        key = str(entity.get("euReferenceNumber"))
        programmes.setdefault(key, set()).update(str(one.get("programme")) for one in entity.iter("{*}regulation"))
        names.setdefault(key, set()).update(
            " ".join(str(one.get("wholeName")).split()) for one in entity.iter("{*}nameAlias")
        )
    _, listings = read(path)
    assert records == 4811
    assert {key: set(one.programmes) for key, one in listings.items()} == programmes
    assert {key: {name.text for name in one.names()} for key, one in listings.items()} == names
    assert sum(len(one.programmes) > 1 for one in listings.values()) == 3


def test_the_first_name_of_an_eu_party_is_in_english_where_there_is_one(lists: Path) -> None:
    """Names in twenty languages stand side by side; the card shows one that most readers can read."""
    _, listings = read(lists / "eu_fsf/2024-05-13_xmlFullSanctionsList_1_1.xml.gz")
    other = [one for one in listings.values() if any(char >= "\u0370" and char.isalpha() for char in one.name)]
    assert len(other) < 10, [one.name for one in other]
    assert listings["EU.27.28"].name == "Saddam Hussein Al-Tikriti"
    cyrillic = [alias for one in listings.values() for alias in one.aliases if alias.language == "ru"]
    assert len(cyrillic) > 1500


def test_the_old_eu_layout_and_the_new_agree(lists: Path) -> None:
    """Parties of 2018 that are still there in 2024 have their number, kind and a name in both."""
    _, old = read(lists / "eu_fsf/2023-12_csv_1_0.SHORT.csv")
    _, new = read(lists / "eu_fsf/2024-05-13_xmlFullSanctionsList_1_1.xml.gz")
    both = old.keys() & new.keys()
    assert len(both) == 72
    assert all(old[key].kind is new[key].kind for key in both)
    shared = [{name.text for name in old[key].names()} & {name.text for name in new[key].names()} for key in both]
    assert sum(map(bool, shared)) >= 69


# ── UK ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_years_of_the_consolidated_list_by_group(lists: Path) -> None:
    """By Group ID 302 new, 120 gone and 577 changed: every column counts, the order of a group's rows does not."""
    old, new = sorted((lists / "uk_ofsi_conlist").iterdir())
    found = changes(read(old)[1], read(new)[1])
    assert tuple(map(len, found)) == (302, 120, 577)
    before, after = groups(old), groups(new)
    touched = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert found == (after.keys() - before.keys(), before.keys() - after.keys(), touched)


def groups(path: Path) -> dict[str, set[tuple[str, ...]]]:
    """The peer: the rows of each Group ID, in no order."""
    found: dict[str, set[tuple[str, ...]]] = {}
    rows = csv.reader(io.StringIO(bytes_of(path).decode("cp1252"), newline=""))
    for row in list(rows)[2:]:
        found.setdefault(row[-1], set()).add(tuple(row))
    return found


def test_the_export_of_the_search_page_is_the_uk_list(lists: Path) -> None:
    """Regime, kind, day and measures of every entry are read from the spreadsheet."""
    _, listings = read(lists / "uk_sanctions/2025-08-11_FCDO_SL.ods")
    exchange = listings["AFG0001"]
    assert (exchange.name, exchange.kind) == ("HAJI KHAIRULLAH HAJI SATTAR MONEY EXCHANGE", EntityKind.COMPANY)
    assert (exchange.programmes, exchange.listed_on) == (("Afghanistan",), date(2012, 6, 29))
    assert ("sanctions imposed", "Asset freeze") in exchange.details
    kinds = [one.kind for one in listings.values()]
    assert [kinds.count(kind) for kind in (EntityKind.PERSON, EntityKind.COMPANY, EntityKind.VESSEL)] == [
        3754,
        1087,
        461,
    ]
    assert {regime for one in listings.values() for regime in one.programmes} == set(
        SOURCES["uk_sanctions"].card.programmes
    )


# ── Canada, Australia, Japan ──────────────────────────────────────────────────────────────────────────────────────


def test_canadas_entries_are_found_again_after_schedules_were_named_anew(lists: Path) -> None:
    """Of 2,606 entries of 2022 nearly all that are still listed keep their key; those that left are not in the file."""
    old, new = (read(path) for path in sorted((lists / "ca_sema").iterdir()))
    _, removed, _ = changes(old[1], new[1])
    assert len(removed) == 114
    assert old[0].layout != new[0].layout, "new elements are no change"
    names = {one.name.casefold() for one in new[1].values()}
    assert sum(old[1][key].name.casefold() in names for key in removed) < 5
    assert all(one.listed_on for one in new[1].values())
    ships = [one for one in new[1].values() if one.kind is EntityKind.VESSEL]
    assert len(ships) == 109
    assert all(one.identifiers[0].kind == "IMO" for one in ships)


def test_australias_parties_have_all_their_names(lists: Path) -> None:
    """7,945 rows of 2,666 parties: each row is a name, some in the party's own script."""
    _, listings = read(lists / "au_dfat/2022-05-05_regulation8_consolidated.xls.gz")
    names = sum(len(one.names()) for one in listings.values())
    assert 7_700 < names <= 7_945  # some rows repeat a spelling
    assert listings["2"].name == "MOHAMMAD HASSAN AKHUND"
    assert "محمد حسن أخوند" in {alias.text for alias in listings["2"].aliases}
    assert listings["2"].listed_on == date(2001, 1, 25)


def test_a_week_of_japans_freezes(lists: Path) -> None:
    """141 persons are added on 10 May 2022 and 27 entries revised; nobody is struck off."""
    old, new = (read(path)[1] for path in sorted((lists / "jp_mof").iterdir()))
    added, removed, changed = changes(old, new)
    assert (len(added), removed, len(changed)) == (141, set(), 27)
    assert {new[key].listed_on for key in added} == {date(2022, 5, 10)}
    assert new["ロシア連邦(個人) 1"].name == "Vladimir Putin"
    assert all(alias.text for one in new.values() for alias in one.aliases)


def test_opensanctions_own_dates_are_no_change(lists: Path) -> None:
    """last_seen moves with every run of theirs; neither marks nor contents do."""
    path = lists / "opensanctions/2026-03-13_ua_war_sanctions_targets.simple.csv.gz"
    later = bytes_of(path).replace(b'"2026-03-13T05:41:01"', b'"2026-03-14T05:41:01"')
    one, two = (SOURCES["opensanctions"].read(Document.of(raw, at=NOW)) for raw in (bytes_of(path), later))
    assert [(record.key, record.mark) for record in one.records] == [
        (record.key, record.mark) for record in two.records
    ]
