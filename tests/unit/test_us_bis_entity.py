"""The Entity List as the Code of Federal Regulations prints it: prose in cells."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from adapters.lists.us_bis_entity import taken_apart, us_bis_entity
from bot.errors import ListDamaged
from bot.model import Document, Listing, NameKind, Pointer

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PAGE = (
    "<DIV5 N='744'><DIV9 N='Supplement No. 4 to Part 744'><HEAD>Supplement No. 4 to Part 744—Entity List</HEAD>"
    "<TABLE>{rows}</TABLE></DIV9></DIV5>"
)


def table(*rows: tuple[str, ...], heads: tuple[str, ...] = ()) -> bytes:
    head = f"<TR>{''.join(f'<TH>{one}</TH>' for one in heads)}</TR>" if heads else ""
    body = "".join(f"<TR>{''.join(f'<TD>{cell}</TD>' for cell in row)}</TR>" for row in rows)
    return PAGE.format(rows=head + body).encode()


def row(entity: str, *, country: str = "CHINA", citation: str = "84 FR 22961, 5/21/19.") -> tuple[str, ...]:
    return (country, entity, "For all items subject to the EAR.", "Presumption of denial.", citation)


def read(body: bytes) -> tuple[dict[str, Listing], list[str]]:
    reading = us_bis_entity.read(Document.of(body, at=NOW))
    return {record.key: record.parse() for record in reading.records}, reading.signals


@pytest.mark.parametrize(
    ("cell", "name", "aliases", "addresses"),
    [
        (
            "Example Trading, Inc., 5 Main Street, Dubai.",
            "Example Trading, Inc.",
            [],
            ["5 Main Street, Dubai"],
        ),
        ("A. Leib Ltd.; HA'Assif 19, Haifa, Israel.", "A. Leib Ltd.", [], ["HA'Assif 19, Haifa, Israel"]),
        ("Example Works", "Example Works", [], []),
        (
            "Ali Example, a.k.a., the following aliases:\n—Ali E;\n—Ali Exampl; or\n—A.E. Trading.\n1 Street, Kabul.",
            "Ali Example",
            ["Ali E", "Ali Exampl", "A.E. Trading"],
            ["1 Street, Kabul"],
        ),
        (
            "Example Group, a.k.a., the following alias: —Example Holding Ltd. No. 5, Beijing; and P.O. Box 1.",
            "Example Group",
            ["Example Holding Ltd."],
            ["No. 5, Beijing", "P.O. Box 1"],
        ),
    ],
)
def test_an_entity_cell_is_taken_apart(cell: str, name: str, aliases: list[str], addresses: list[str]) -> None:
    """Name, other names behind dashes, addresses."""
    told = taken_apart(cell)
    assert (told.name, [one.text for one in told.aliases], told.addresses) == (name, aliases, addresses)


def test_former_names_and_units_are_told_apart() -> None:
    """A former name is one; what a row includes is named in it and said to be included."""
    told = taken_apart(
        "Example Academy (EA), f.k.a., the following one alias:\n—Old Academy;\nto include the following two units:\n"
        "—First Institute; and\n—Second Institute.\nMianyang, China."
    )
    assert [(one.text, one.kind) for one in told.aliases] == [
        ("EA", NameKind.ACRONYM),
        ("Old Academy", NameKind.FORMER),
        ("First Institute", NameKind.ALIAS),
        ("Second Institute", NameKind.ALIAS),
    ]
    assert told.includes == "to include the following two units"
    assert told.addresses == ["Mianyang, China"]


def test_rows_of_one_name_are_told_apart_by_their_address() -> None:
    """Huawei Cloud has a row in each city; two of one address stay two, and are told to the operator."""
    cities = ("Beijing", "Dalian", "Dalian")
    found, signals = read(table(*(row(f"Huawei Cloud, {city}, China.") for city in cities)))
    assert list(found) == [
        "China: huawei cloud | beijing china",
        "China: huawei cloud | dalian china",
        "China: huawei cloud | dalian china # 2",
    ]
    assert signals == ["several rows of one name and address: China: huawei cloud | dalian china # 2"]


def test_dates_of_two_centuries() -> None:
    """The list is from 1997; a date that is none is said so."""
    found, signals = read(
        table(
            row("Old Works", citation="62 FR 35334, 6/30/97. 84 FR 22961, 5/21/2019."),
            row("New Works", country="", citation="99 FR 1, 13/45/19."),
        )
    )
    assert [str(one.listed_on) for one in found.values()] == ["1997-06-30", "None"]
    assert signals == ["no day in the citation '99 FR 1, 13/45/19.'"]


def test_another_table_is_a_signal() -> None:
    """A column that was renamed is read as before, and said."""
    heads = ("Country", "Entity", "License requirement", "License policy", "Federal Register citation")
    found, signals = read(table(row("Example"), heads=heads))
    assert len(found) == 1
    assert "License policy".casefold() in signals[0]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><title>Access Denied</title></html>", "an HTML page titled 'Access Denied'"),
        (b"Country,Entity\n", "text beginning 'Country,Entity'"),
        (b"<DIV5 N='736'><HEAD>PART 736</HEAD></DIV5>", "Supplement No. 4"),
        (table(row("Example"))[:-30], "cut or garbled"),
    ],
)
def test_what_is_not_the_list(body: bytes, words: str) -> None:
    """Another page, another part, half a part: said so, and nothing read."""
    with pytest.raises(ListDamaged, match="us_bis_entity") as error:
        read(body)
    assert words in str(error.value)


# ── Where it is ───────────────────────────────────────────────────────────────────────────────────────────────────

FULL = "https://www.ecfr.gov/api/versioner/v1/full/{}/title-15.xml?part=744"


def version(identifier: str, day: str, **more: object) -> dict[str, object]:
    """One version, as the service's manual shows it."""
    return {"date": day, "amendment_date": day, "issue_date": day, "identifier": identifier, "part": "744", **more}


@pytest.mark.parametrize(
    ("versions", "day"),
    [
        (
            [
                version("Supplement No. 4 to Part 744", "2026-01-16"),
                version("Supplement No. 4 to Part 744", "2026-06-11"),
                version("Supplement No. 6 to Part 744", "2026-09-01"),
                version("Supplement No. 4 to Part 744", "2999-01-01"),
            ],
            "2026-06-11",
        ),
        ([version("744.11", "2026-05-02"), version("744.22", "2024-01-01"), {"identifier": "?"}, 7], "2026-05-02"),
        ([{"identifier": "Supplement no. 4 to part 744", "amendment_date": "2025-09-30"}], "2025-09-30"),
    ],
)
def test_the_day_of_the_last_amendment_is_read(versions: list[object], day: str) -> None:
    """Of the supplement, of the part where the supplement is not told; never a day to come."""
    body = json.dumps({"content_versions": versions, "meta": {"title": "15"}}).encode()
    reading = us_bis_entity.read(Document.of(body, at=NOW))
    assert (reading.see, list(reading.records)) == (Pointer(FULL.format(day)), [])


@pytest.mark.parametrize("body", [b'{"content_versions": []}', b"{}", b'{"content_versions": 3}', b'{"content_v'])
def test_versions_without_a_day_are_an_error(body: bytes) -> None:
    """Whatever answered, it was not the service's list of versions."""
    with pytest.raises(ListDamaged, match="us_bis_entity: "):
        us_bis_entity.read(Document.of(body, at=NOW))
