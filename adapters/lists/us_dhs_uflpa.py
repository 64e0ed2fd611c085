"""The Entity List of the Uyghur Forced Labor Prevention Act, kept by the US Department of Homeland Security.

A web page with a table for each ground of section 2(d)(2)(B) on which somebody is listed; seen: 2026-07-09, with
grounds (i), (ii) and (v), and text only for (iv). Two columns: name, effective date. Key: ground and name, because a
company can be listed on two grounds since two different days. What stands above a table ("A list of entities in
Xinjiang that ...") is why those in it are listed.

The name cell holds more than a name: aliases, former names, and how far the listing extends ("and subsidiaries").
Subsidiaries that are named there are aliases of the entry, which covers them. "Last Updated" at the foot of the page
is not kept up; the edition is the newest effective date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial

import lxml.html
from lxml import etree

from adapters.formats import Body, folded, html_page, looks_like, mark_of, once, table_rows, tidy
from bot.model import Document, EntityKind, Listing, Name, NameKind, Reading, Record
from bot.sources import list_source

VERSION = 2

_PAGE = "https://www.dhs.gov/uflpa-entity-list"
_GROUNDS = {"i": "UFLPA-i", "ii": "UFLPA-ii", "iv": "UFLPA-iv", "v": "UFLPA-v"}


@list_source(
    title="UFLPA Entity List (forced labour in Xinjiang)",
    publisher="US Department of Homeland Security",
    url=_PAGE,
    page=_PAGE,
    every=timedelta(hours=6),
    composed=True,
    rows=range(1, 5_000),
    fill=(("programmes", 0.9), ("listed_on", 0.9)),
    usual=60,  # 20 in June 2022, 160 in July 2026
    licence="Work of the US government, public domain in the US",
    language="en",
    note="the page turns plain clients away at times: set TOCSIN_MIRROR or poll the saved page",
    programmes=("UFLPA-i", "UFLPA-ii", "UFLPA-iv", "UFLPA-v"),
    cap=20_000_000,
)
def us_dhs_uflpa(document: Document) -> Reading:
    """The page, recognised by its tables of names and effective dates."""
    body = Body(document, "us_dhs_uflpa")
    if not looks_like(body.head).startswith("an HTML page"):
        raise body.unlike("the page of the UFLPA Entity List")
    raw = b"".join(body.chunks())
    if b"effective date" not in raw.lower():
        raise body.unlike("the page with its tables of names and effective dates")
    reading = Reading(layout=f"uflpa-entity-list.html/{VERSION}", records=())
    rows = list(_rows(body, html_page(body, raw), reading.signals))
    if not rows:
        raise body.damaged("no row in a table of names and effective dates; has the page changed?")
    reading.edition = max((found.isoformat() for _, _, day, _ in rows if (found := _date(day, []))), default="")
    reading.records = _records(body, rows, reading.signals)
    return reading


def _rows(body: Body, page: lxml.html.HtmlElement, signals: list[str]) -> Iterator[tuple[str, str, str, str]]:
    """Ground, name cell, date cell and why of every row."""
    text, at, ground, why = _text(page), 0, "", ""
    for table in page.iter("table"):
        before, at = at, text.index(_text(table), at)
        ground = next(reversed(_GROUND.findall(text, before, at)), ground)
        why = next(reversed(_WHY.findall(text, before, at)), "")
        head, *rows = table_rows(table) or [[]]
        if len(head) != 2 or "name" not in head[0].casefold() or "effective date" not in head[1].casefold():
            once(signals, f"a table headed {' | '.join(head)[:80]!r} left unread")
            continue
        if ground not in _GROUNDS:
            once(signals, f"a table on the unknown ground {[ground] if ground else []}")
        for row in rows:
            if len(row) != 2:
                raise body.damaged(f"a row of {len(row)} cells in a table of two; has the page changed?")
            if any(row):
                yield _GROUNDS.get(ground, "UFLPA"), row[0], row[1], tidy(why)


_STRING = etree.XPath("string()", smart_strings=False)


def _text(element: lxml.html.HtmlElement) -> str:
    """All the text in an element: that of a table stands in that of its page."""
    return str(_STRING(element))


_GROUND = re.compile(r"2\s*\(d\)\s*\(2\)\s*\(B\)\s*\(([ivx]+)\)")
#: Of several above one table the last: nothing but words between it and the section.
_WHY = re.compile(r"\b(A list of (?:(?!A list of)[^()]){20,600}?)[\s.]*Section\s+2\s*\(d\)")


def _records(body: Body, rows: list[tuple[str, str, str, str]], signals: list[str]) -> Iterator[Record]:
    for ground, cell, day, why in rows:
        told = taken_apart(cell)
        key = f"{ground}: {folded(told.name)}"
        mark = mark_of("\x1f".join((ground, cell, day)).encode())
        yield Record(key, mark, partial(_listing, key, ground, told, day, why, signals))
    body.judge(len(rows), signals)


def _listing(key: str, ground: str, told: Told, day: str, why: str, signals: list[str]) -> Listing:
    return Listing(
        source="us_dhs_uflpa",
        key=key,
        name=told.name,
        kind=EntityKind.COMPANY,
        aliases=tuple(dict.fromkeys(told.aliases)),
        programmes=(ground,),
        listed_on=_date(day, signals),
        reason=why,
        countries=("China",),
        url=_PAGE,
        details=(("extends to", told.extent),) if told.extent else (),
    )


def _date(text: str, signals: list[str]) -> date | None:
    found = _day(text)
    if found is None:
        once(signals, f"effective date {text[:40]!r} is none like 'June 21, 2022'")
    return found


@lru_cache(maxsize=512)  # entries come in groups of a day
def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%B %d, %Y").replace(tzinfo=UTC).date()
    except ValueError:
        return None


# ── The name cell ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Told:
    """What a name cell says."""

    name: str
    aliases: list[Name] = field(default_factory=list)
    extent: str = ""  #: "and subsidiaries"


#: What introduces other names, in brackets behind the name, and of which kind they are.
_INTRODUCED = re.compile(
    r"\b(?:and |including |include )?(?:(also known as|a\.?k\.?a\.?)|(formerly known as|f\.?k\.?a\.?)"
    r"|(?:\w+ )?alias(?:es)?:)\s*",
    re.IGNORECASE,
)
_EXTENT = re.compile(
    r",? and (?:(?:its|their) (?:[\w-]+ ){0,4})?(?:subsidiar|affiliat|subordinate)\w*.*$", re.IGNORECASE
)
_ACRONYM = re.compile(r"\s*\(([A-Z]{2,8})\)\s*$")
_NAMED = re.compile(r"\b(?:which include|including)\s+(.*)$", re.IGNORECASE)


def taken_apart(cell: str) -> Told:
    """A name cell taken apart."""
    told = Told(cell)
    start = cell.find("(")
    while start >= 0 and not _INTRODUCED.match(cell, start + 1):
        start = cell.find("(", start + 1)
    if start >= 0:
        end = _closing(cell, start)
        told.aliases = list(_others(cell[start + 1 : end]))
        cell = f"{cell[:start].rstrip()}{cell[end + 1 :]}"
    if " and " in cell.lower() and (extent := _EXTENT.search(cell)):
        told.extent = extent[0].strip(" ,")
        cell = cell[: extent.start()]
        if named := _NAMED.search(told.extent):
            told.aliases += [Name(name) for name in _names(named[1])]
    if cell.rstrip().endswith(")") and (acronym := _ACRONYM.search(cell)):
        told.aliases.append(Name(acronym[1], NameKind.ACRONYM))
        cell = cell[: acronym.start()]
    told.name = cell.strip(" ,")
    return told


_BRACKET = re.compile(r"[()]")


def _closing(text: str, start: int) -> int:
    """Where the bracket that opens at `start` closes, or the end of the text."""
    depth = 0
    for bracket in _BRACKET.finditer(text, start):
        depth += 1 if bracket[0] == "(" else -1
        if depth == 0:
            return bracket.start()
    return len(text)


def _others(inside: str) -> Iterator[Name]:
    """The names in a bracket: "also known as A; and B and formerly known as C"."""
    told = list(_INTRODUCED.finditer(inside))
    ends = [found.start() for found in told[1:]] + [len(inside)]
    for found, end in zip(told, ends, strict=True):
        kind = NameKind.FORMER if found[2] else NameKind.ALIAS
        yield from (Name(name, kind) for name in _names(inside[found.end() : end]))


def _names(text: str) -> Iterator[str]:
    """Names between semicolons; behind the full stop of a legal form, "and" or a comma parts names too."""
    for part in _PARTING.split(text):
        if name := part.strip(" ,;").removeprefix("and ").removesuffix(" and").strip(" ,;"):
            yield name


_PARTING = re.compile(r";|(?<=Ltd\.),? and (?=[A-Z])|(?<=Co\.) and (?=[A-Z])|(?<=Ltd\.), (?=[A-Z])")
