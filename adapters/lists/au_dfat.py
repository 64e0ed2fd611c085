"""Australia's consolidated list: UN listings and autonomous sanctions, kept by the Department of Foreign Affairs.

A spreadsheet, .xls (seen: 2022-05-05, 7,945 rows of 2,666 parties) and .xlsx since. One row a name: references 2, 2a
and 2b are one party, 2 its primary name. Key: the number of the reference. Names in the party's own script stand in
rows of their own ("Original Script"). The programme is the committee: "1988 (Taliban)", "Autonomous (Russia)".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial

from adapters.formats import Body, is_spreadsheet, listed_as, mark_of_cells, once, sheets, tidy, trimmed, unread
from bot.model import Document, EntityKind, Listing, Name, NameKind, Reading, Record
from bot.sources import list_source

VERSION = 2

_NEEDED = ("reference", "name of individual or entity", "type", "name type", "committees")
_KINDS = {"individual": EntityKind.PERSON, "entity": EntityKind.COMPANY, "vessel": EntityKind.VESSEL}
_NAME_KINDS = {
    "primary name": NameKind.PRIMARY,
    "aka": NameKind.ALIAS,
    "original script": NameKind.ALIAS,
    "formerly known as": NameKind.FORMER,
    "fka": NameKind.FORMER,
    "previously listed as": NameKind.FORMER,
}
#: Columns kept as details: column -> name.
_DETAILS = {
    "date of birth": "born",
    "place of birth": "place of birth",
    "listing information": "listing",
    "control date": "control date",
    "imo number": "IMO",
}
_OF_NAMES = frozenset({"reference", "name of individual or entity", "type", "name type"})
_KNOWN = frozenset({*_NEEDED, *_DETAILS, "citizenship", "address", "additional information"})
_NOTHING = frozenset({"", "na", "n/a", "-"})  #: all of them short


@list_source(
    title="Australian consolidated sanctions list",
    publisher="Australian Department of Foreign Affairs and Trade",
    url="https://www.dfat.gov.au/sites/default/files/Australian_Sanctions_Consolidated_List.xlsx",
    page="https://www.dfat.gov.au/international-relations/security/sanctions/consolidated-list",
    every=timedelta(hours=12),
    rows=range(1, 50_000),
    fill=(("programmes", 0.9), ("kind", 0.9), ("listed_on", 0.3), ("remarks", 0.5)),
    usual=1_000,  # 2,666 in May 2022
    licence="Commonwealth of Australia, CC BY 4.0 where the page does not say otherwise",
    language="en",
    note="its server turns some plain clients away: then set TOCSIN_MIRROR or poll a file",
    programmes=(
        *("1267/1989/2253 (ISIL (Da'esh) and Al-Qaida)", "1373 (2001)", "1518 (Iraq)"),
        *("1533 (Democratic Republic of the Congo)", "1591 (Sudan)", "1718 (DPRK)", "1970 (Libya)", "1988 (Taliban)"),
        *("2093 (2013)", "2127 (Central African Republic)", "2140 (Yemen)", "2206 (South Sudan)", "2231 (Iran)"),
        *("2624 (2022) Yemen", "751 (Somalia and Eritrea)", "Autonomous (DPRK)", "Autonomous (FFRY)"),
        *("Autonomous (Iran)", "Autonomous (Libya)", "Autonomous (Myanmar)", "Autonomous (Russia and Ukraine)"),
        *("Autonomous (Syria)", "Autonomous (Thematic)", "Autonomous (Ukraine)", "Autonomous (Zimbabwe)", "Mali"),
    ),
)
def au_dfat(document: Document) -> Reading:
    """The spreadsheet, .xls or .xlsx, recognised by the header of its sheet."""
    body = Body(document, "au_dfat")
    if not is_spreadsheet(body.head):
        raise body.unlike("Australian_Sanctions_Consolidated_List.xlsx")
    header, parties = _parties(body)
    reading = Reading(layout=f"consolidated.xlsx/{VERSION}", records=())
    reading.records = _records(header, parties, reading.signals)
    return reading


Parties = dict[str, list[list[str]]]


def _parties(body: Body) -> tuple[list[str], Parties]:
    """The header, and the rows of each party by the number of its reference."""
    for rows in sheets(body).values():
        for at, row in enumerate(rows[:10]):
            header = [tidy(cell).casefold() for cell in row]
            if set(_NEEDED) <= set(header):
                return header, _grouped(body, header, rows[at + 1 :])
    raise body.damaged(f"a spreadsheet without the columns {', '.join(_NEEDED)}; give the consolidated list")


def _grouped(body: Body, header: list[str], rows: list[list[str]]) -> Parties:
    parties: Parties = {}
    reference, width = header.index("reference"), len(header)
    for number, row in enumerate(rows, 1):
        if not any(row):
            continue
        row += [""] * (width - len(row))
        found = _REFERENCE.match(row[reference])
        if not found:
            raise body.damaged(f"row {number} has the reference {tidy(row[reference])[:20]!r}, expected like 2a")
        parties.setdefault(found[0], []).append(row)
    if not parties:
        raise body.damaged("a header and no rows; fetch it again")
    return parties


_REFERENCE = re.compile(r"\d+")


def _records(header: list[str], parties: Parties, signals: list[str]) -> Iterator[Record]:
    for key, rows in parties.items():
        yield Record(key, mark_of_cells(header, *rows), partial(_listing, key, header, rows, signals))


def _listing(key: str, header: list[str], rows: list[list[str]], signals: list[str]) -> Listing:
    names, told = _read(header, rows, signals)
    first = next((name.text for name in names if name.kind is NameKind.PRIMARY), names[0].text)
    aliases = [
        Name(name.text) if name.kind is NameKind.PRIMARY else name for name in names if name.text not in ("", first)
    ]
    kind = _cell(header, rows[0], "type").casefold()
    if kind not in _KINDS:
        once(signals, f"unknown type {kind!r}")
    said: defaultdict[str, list[str]] = defaultdict(list)
    for column, text in told:
        said[column].append(text)
    return Listing(
        source="au_dfat",
        key=key,
        name=first or key,
        kind=_KINDS.get(kind, EntityKind.UNKNOWN),
        aliases=tuple(dict.fromkeys(aliases)),
        programmes=_unique(said["committees"]),
        listed_on=_listed(_cell(header, rows[0], "listing information")),
        countries=_unique([part for cell in said["citizenship"] for part in _parts(cell)]),
        addresses=_unique([part for cell in said["address"] for part in _parts(cell)]),
        remarks=" ".join(_unique(said["additional information"])),
        url="https://www.dfat.gov.au/international-relations/security/sanctions/consolidated-list",
        details=tuple([(_DETAILS[one], text) for one, text in told if one in _DETAILS and not _nothing(text)]),
    )


def _cell(header: list[str], row: list[str], column: str) -> str:
    return tidy(row[header.index(column)]) if column in header else ""


def _read(header: list[str], rows: list[list[str]], signals: list[str]) -> tuple[list[Name], Iterable[tuple[str, str]]]:
    """The names of a party, and once each what else its rows say, by column: most repeat the row before."""
    name, kind = header.index("name of individual or entity"), header.index("name type")
    names: list[Name] = []
    told: dict[tuple[str, str], None] = {}
    last = [""] * len(header)
    for row in rows:
        names += _names(tidy(row[name]), _name_kind(row[kind], signals))
        for column, cell, before in zip(header, row, last, strict=False):
            if cell and cell != before and column not in _OF_NAMES and (text := tidy(cell)):
                told[column, text] = None
        last = row
    if not _KNOWN.issuperset(header):
        unread({column: text for column, text in told if column not in _KNOWN}, signals, "column")
    return names, told


def _names(text: str, kind: NameKind) -> list[Name]:
    if former := listed_as(text):
        return [Name(one, NameKind.FORMER) for one in former]
    return [Name(trimmed(text), kind)]


def _name_kind(told: str, signals: list[str]) -> NameKind:
    kind = _NAME_KINDS.get(told.casefold()) or _NAME_KINDS.get(tidy(told).casefold())
    if kind is None:
        once(signals, f"unknown name type {tidy(told)!r}")
    return kind or NameKind.ALIAS


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([text for text in texts if not _nothing(text)]))


def _nothing(text: str) -> bool:
    return len(text) < 4 and text.casefold() in _NOTHING


def _parts(cell: str) -> list[str]:
    """The parts of a cell lettered "a) Kabul b) Quetta", or the cell."""
    return (
        [text for part in _LETTERED.split(cell) if (text := part.strip(" ;,"))] if ")" in cell else [cell.strip(" ;,")]
    )


_LETTERED = re.compile(r"(?:^|\s)[a-z]\)\s")


_DATE = re.compile(r"(\d{1,2})\.? ?([A-Z][a-z]{2})[a-z]*\.? (\d{4})")


def _listed(text: str) -> date | None:
    """The first date in "Listed by UN 1267 Committee on 25 January 2001 (amended on ...)"."""
    found = _DATE.search(text)
    return _day(*found.groups()) if found else None


@lru_cache(maxsize=2_048)  # whole regimes were listed on a few days
def _day(day: str, month: str, year: str) -> date | None:
    try:
        return datetime.strptime(f"{day} {month} {year}", "%d %b %Y").replace(tzinfo=UTC).date()
    except ValueError:
        return None
