"""The Denied Persons List of the US Bureau of Industry and Security.

One row an address of a denied person, with the columns of `_COLUMNS`: as tab-separated text (dpl.txt, files of 2019 and
2022), or, since the list moved to bis.gov, as CSV or a spreadsheet, the link's target having been either.

There is no id. Key: name, street address and effective date, without case. A person at several addresses has several
entries; a temporary order that is renewed has a new date and so a new entry. Rows that share all three (two towns
without a street, or a row given twice) are one entry with both places, and what was last done to it is what the last
of them says. Whether a name is a company's is not said. The edition is the newest effective date that has come (days of
update are mistyped at times: "2922-09-01").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from adapters.formats import (
    Body,
    CsvTable,
    citations,
    is_spreadsheet,
    mark_of,
    numeric_day,
    once,
    sheets,
    tidy,
    trimmed,
    unread,
)
from bot.model import Document, EntityKind, Listing, Name, Reading, Record
from bot.sources import list_source

VERSION = 2

_COLUMNS = (
    *("name", "street_address", "city", "state", "country", "postal_code", "effective_date", "expiration_date"),
    *("standard_order", "last_update", "action", "fr_citation"),
)
_NEEDED = ("name", "street_address", "effective_date")
#: Words that stand only in the name of an organisation.
_FIRMS = re.compile(
    r"\b(?:AIRLINES?|AIRWAYS|AVIATION|CO|COMPANY|CORP|CORPORATION|ELECTRONICS|ENTERPRISES?|GMBH|GROUP|INC|INCORPORATED"
    r"|INTERNATIONAL|LIMITED|LLC|LTD|SERVICES|SYSTEMS|TECHNOLOG(?:Y|IES)|TRADING)\b",
    re.IGNORECASE,
)


@list_source(
    title="Denied Persons List",
    publisher="US Department of Commerce, Bureau of Industry and Security",
    url="https://www.bis.gov/licensing/end-user-guidance/denied-persons-list-dpl",
    page="https://www.bis.gov/licensing/end-user-guidance/denied-persons-list-dpl",
    every=timedelta(hours=6),
    rows=range(1, 10_000),
    fill=(("programmes", 0.9), ("listed_on", 0.9), ("addresses", 0.8), ("citations", 0.8)),
    usual=250,  # 546 in June 2019, 581 in September 2022
    opt_in=True,
    licence="Work of the US government, public domain in the US",
    language="en",
    note=(
        'no lasting address: the page on bis.gov leads to it ("Export as CSV"). us_csl carries the same list; to read '
        "it from here name it in TOCSIN_SOURCES and set TOCSIN_MIRROR, or poll a file"
    ),
    programmes=("DPL",),
)
def us_bis_dpl(document: Document) -> Reading:
    """dpl.txt, its CSV or its spreadsheet, recognised by content."""
    body = Body(document, "us_bis_dpl")
    if is_spreadsheet(body.head):
        layout, rows = "dpl.xlsx", _of_sheet(body)
    elif found := _HEADER.match(body.head):
        layout, rows = "dpl.txt" if found[1] == b"\t" else "dpl.csv", _of_text(body, found[1].decode())
    else:
        raise body.unlike("dpl.txt or its export as CSV")
    reading = Reading(layout=f"{layout}/{VERSION}", records=(), open_ended=layout != "dpl.xlsx")
    reading.records = _records(body, rows, reading, document.fetched_at.date())
    return reading


_HEADER = re.compile(rb"\s*\"?Name\"?([\t,;])\"?Street[_ ]Address\"?", re.IGNORECASE)


def _of_text(body: Body, delimiter: str) -> Iterator[dict[str, str]]:
    table = CsvTable(body, need=(), delimiter=delimiter)
    names = _names(body, table.header)
    for _, cells in table:
        yield {names[column]: text for column, text in cells.items()}


def _of_sheet(body: Body) -> Iterator[dict[str, str]]:
    for rows in sheets(body).values():
        for at, row in enumerate(rows):
            if {"name", "effective_date"} <= {_folded(cell) for cell in row}:
                names = _names(body, row)
                for cells in rows[at + 1 :]:
                    found = {names[column]: cell for column, cell in zip(row, cells, strict=True) if cell}
                    if found:
                        yield found
                return
    raise body.damaged("a spreadsheet without the columns Name and Effective_Date; give the Denied Persons List")


def _folded(column: str) -> str:
    return column.strip().casefold().replace(" ", "_")


def _names(body: Body, header: list[str]) -> dict[str, str]:
    names = {column: _folded(column) for column in header}
    if missing := sorted(set(_NEEDED) - set(names.values())):
        raise body.damaged(f"columns {missing} are missing; has the format changed?")
    return names


def _records(body: Body, rows: Iterator[dict[str, str]], reading: Reading, today: date) -> Iterator[Record]:
    entries: dict[str, list[dict[str, str]]] = {}
    count, signals = 0, reading.signals
    for count, row in enumerate(rows, 1):
        if not (row.get("name") and row.get("effective_date")):
            raise body.damaged(f"row {count} has no name or no date; has the format changed?")
        name, street = (tidy(row.get(column, "")).casefold() for column in ("name", "street_address"))
        day = _day(row["effective_date"], signals)
        if reading.edition < day <= today.isoformat():
            reading.edition = day
        key = f"{name} | {street} | {day}"
        entries.setdefault(key, []).append(row)
    if not count:
        raise body.damaged("a header and no rows; fetch it again")
    for key, group in entries.items():
        yield Record(key, mark_of(repr(group).encode()), partial(_listing, key, group, signals))
    body.judge(count, signals, ascii_only=True)


def _listing(key: str, rows: list[dict[str, str]], signals: list[str]) -> Listing:
    last = rows[-1]
    for row in rows:
        unread({column: text for column, text in row.items() if column not in _COLUMNS}, signals, "column")
    name, aliases = _parted(last["name"])
    details = [
        ("expires on", _day(last.get("expiration_date", ""), signals)),
        ("standard order", last.get("standard_order", "").upper()),
    ]
    cited = [cited for row in rows for cited in citations(tidy(row.get("fr_citation", "")))]
    return Listing(
        source="us_bis_dpl",
        key=key,
        name=name,
        kind=EntityKind.COMPANY if _FIRMS.search(name) else EntityKind.UNKNOWN,
        aliases=tuple(Name(alias) for alias in aliases),
        programmes=("DPL",),
        listed_on=_date(last["effective_date"], signals),
        countries=tuple(dict.fromkeys(row["country"] for row in rows if row.get("country"))),
        addresses=tuple(dict.fromkeys(address for row in rows if (address := _address(row)))),
        citations=tuple(dict.fromkeys(cited)),
        remarks=tidy(last.get("action", "")),
        url="https://www.bis.gov/licensing/end-user-guidance/denied-persons-list-dpl",
        details=tuple((field, str(value)) for field, value in details if value),
    )


_ALSO = re.compile(r"\s*\b(?:A/K/A|A\.K\.A\.|AKA)\s*", re.IGNORECASE)
_ALSO_INSIDE = re.compile(r"\s*\((?:A/K/A|A\.K\.A\.|AKA)\s*([^()]+)\)\s*", re.IGNORECASE)


def _parted(name: str) -> tuple[str, list[str]]:
    """A name and its other names: "FUYI SUN A/K/A FRANK SUN", "PEARL (A.K.A. NEI-CHIEN CHU) LI"."""
    name = tidy(name)
    inside = _ALSO_INSIDE.findall(name)
    first, *others = _ALSO.split(_ALSO_INSIDE.sub(" ", name))
    return trimmed(tidy(first)) or name, [alias for one in (*inside, *others) if (alias := trimmed(tidy(one)))]


def _address(row: dict[str, str]) -> str:
    parts = (row.get(column, "") for column in ("street_address", "city", "state", "postal_code", "country"))
    return ", ".join(tidy(part) for part in parts if part)


def _date(text: str, signals: list[str]) -> date | None:
    """ "10/16/2017", or the ISO date of a spreadsheet's cell."""
    found = numeric_day(text, month_first=True)
    if text and found is None:
        once(signals, f"date {text[:30]!r} is neither 10/16/2017 nor 2017-10-16")
    return found


def _day(text: str, signals: list[str]) -> str:
    found = _date(text, signals)
    return found.isoformat() if found else text
