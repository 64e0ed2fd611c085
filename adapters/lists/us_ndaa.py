"""Companies that stand by name in National Defense Authorization Acts: sections 889, 5949 and 154.

There is no feed: the names are in the statutes, and change only with a new act. us_ndaa.csv beside this file is our
own table of them, typed from the acts (read 2026-11) and fetched like any list, so that a new version of Tocsin is a
new edition. A table in the layout in which OpenSanctions transcribes one section (schema, name, aliases, program, ...)
is read too; it carries that section only.

Key: section and name. A company is listed on the day its act became law; when the section takes effect is in
`programmes.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from adapters.formats import Body, CsvTable, folded, mark_of, once, unread
from bot.model import Document, EntityKind, Listing, Name, NameKind, Reading, Record
from bot.sources import list_source

VERSION = 1

#: Section -> day its act became law, and where it stands.
_SECTIONS = {
    "889": (date(2018, 8, 13), "Pub. L. 115-232, s. 889"),
    "5949": (date(2022, 12, 23), "Pub. L. 117-263, s. 5949"),
    "154": (date(2023, 12, 22), "Pub. L. 118-31, s. 154"),
}
_OURS = ("section", "name", "aliases", "extends_to", "source_url")
#: Columns of the transcription that say nothing of the company.
_OF_THE_ACT = ("schema", "topics", "program", "authority", "reason", "report-date", "start-date", "end-date", "notes")


@list_source(
    title="Procurement bans by name in the National Defense Authorization Acts (sections 889, 5949, 154)",
    publisher="US Congress",
    url="package:us_ndaa.csv",
    page="https://www.acquisition.gov/far/52.204-25",
    every=timedelta(days=1),
    composed=True,
    rows=range(1, 500),
    fill=(("programmes", 0.9), ("listed_on", 0.9)),
    usual=3,
    may_lose=0.8,
    licence="Facts from US statutes, which are in the public domain; the table is part of Tocsin",
    language="en",
    note="read from a table that comes with Tocsin, because the acts have no data file; it changes with a new version",
    programmes=("S889", "S5949", "S154"),
    cap=5_000_000,
)
def us_ndaa(document: Document) -> Reading:
    """Our table or a transcription, told apart by the header."""
    body = Body(document, "us_ndaa")
    if not (found := _HEADER.match(body.head)):
        raise body.unlike("us_ndaa.csv, or a CSV with the columns schema, name, aliases and program")
    ours = found[1] == b"section"
    table = CsvTable(body, need=_OURS if ours else ("name", "aliases", "program", "source_url"))
    reading = Reading(layout=f"{'us_ndaa.csv' if ours else 'section.csv'}/{VERSION}", records=())
    reading.records = _records(body, table, reading.signals)
    return reading


_HEADER = re.compile(rb"\s*\"?(section|schema)\"?,\"?name\"?,")


def _records(body: Body, table: CsvTable, signals: list[str]) -> Iterator[Record]:
    count = 0
    for row, cells in table:
        count += 1
        told = re.search(r"\bSection (\d+)\b", cells.get("program", ""), re.IGNORECASE)
        section = cells.get("section", "") or (told[1] if told else "")
        if not section or "name" not in cells:
            raise body.damaged(f"line {row.line} has no section or no name; has the format changed?")
        key = f"S{section}: {folded(cells['name'])}"
        yield Record(key, mark_of(row.raw), partial(_listing, key, section, cells, signals))
    if not count:
        raise body.damaged("a header and no rows; fetch it again")
    body.judge(count, signals)


def _listing(key: str, section: str, cells: dict[str, str], signals: list[str]) -> Listing:
    if section not in _SECTIONS:
        once(signals, f"unknown section {section!r}")
    day, cited = _SECTIONS.get(section, (None, ""))
    known = {*_OURS, *_OF_THE_ACT, "country"}
    unread({column: text for column, text in cells.items() if column not in known}, signals, "column")
    aliases = [alias.strip() for alias in cells.get("aliases", "").split(";") if alias.strip()]
    return Listing(
        source="us_ndaa",
        key=key,
        name=cells["name"],
        kind=EntityKind.COMPANY,
        aliases=tuple(
            Name(alias, NameKind.ACRONYM if re.fullmatch("[A-Z]{2,6}", alias) else NameKind.ALIAS) for alias in aliases
        ),
        programmes=(f"S{section}",),
        listed_on=day,
        countries=(cells["country"],) if "country" in cells else (),
        citations=(cited,) if cited else (),
        url=cells.get("source_url", ""),
        details=(("extends to", cells["extends_to"]),) if "extends_to" in cells else (),
    )
