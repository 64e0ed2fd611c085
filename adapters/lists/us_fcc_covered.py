"""The Covered List of the US Federal Communications Commission.

A table of two columns: a sentence that says what is covered, and when it was put on the list. It is read from the page
itself or from a CSV of its cells (covered_equipment_or_services, date_of_inclusion_on_covered_list). Seen: CSV files
of May to July 2026.

The company's name is in the sentence ("... produced by Huawei Technologies Company, including ..."); key: that name.
Where a row names a company and a subsidiary of it, the second is an alias of the entry, which covers both. Since
December 2025 some rows name no company but everything of a kind that is made abroad; their key and name is the kind.
The sentence is kept in `remarks`; footnote marks, and the word "Visit - " that links carry for people who cannot see
them, are left out, because they come and go. A cell with several dates has the date of inclusion first, then updates.

The page's second section, "Conditional Approvals", lists exempted parties: only tables headed as above are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

from adapters.formats import Body, CsvTable, folded, html_page, looks_like, mark_of, once, table_rows, tidy
from bot.model import Document, EntityKind, Listing, Name, Reading, Record
from bot.sources import list_source

VERSION = 1

_PAGE = "https://www.fcc.gov/supplychain/coveredlist"


@list_source(
    title="Covered List (equipment and services that threaten national security)",
    publisher="US Federal Communications Commission",
    url=_PAGE,
    page=_PAGE,
    every=timedelta(hours=6),
    composed=True,
    rows=range(1, 1_000),
    fill=(("programmes", 0.9), ("listed_on", 0.9)),
    usual=5,  # 13 in May 2026
    may_lose=0.2,
    licence="Work of the US government, public domain in the US",
    language="en",
    note=(
        "the page turns plain clients away at times, or comes without its table, which a script draws: set "
        "TOCSIN_MIRROR or poll a file, the saved page or a CSV of its two columns"
    ),
    programmes=("COVERED",),
    cap=20_000_000,
)
def us_fcc_covered(document: Document) -> Reading:
    """The page or the CSV of its table, recognised by content."""
    body = Body(document, "us_fcc_covered")
    if looks_like(body.head).startswith("an HTML page"):
        layout, rows = "coveredlist.html", _of_page(body)
    elif _HEADER.match(body.head):
        layout, rows = "table.csv", _of_table(body)
    else:
        raise body.unlike("the page of the Covered List or a CSV of its table")
    reading = Reading(layout=f"{layout}/{VERSION}", records=(), open_ended=layout == "table.csv")
    reading.records = _records(body, rows, reading.signals)
    return reading


_HEADER = re.compile(rb"\s*\"?covered[_ ]equipment", re.IGNORECASE)


def _of_table(body: Body) -> Iterator[tuple[str, str]]:
    table = CsvTable(body, need=())
    if len(table.header) != 2:
        raise body.damaged(f"{len(table.header)} columns, expected two; has the format changed?")
    for _, cells in table:
        yield cells.get(table.header[0], ""), cells.get(table.header[1], "")


def _of_page(body: Body) -> Iterator[tuple[str, str]]:
    if not re.search(rb"<table", b"".join(body.chunks()), re.IGNORECASE):
        raise body.unlike("the page with its table, which a script may have to draw first, or a CSV of it")
    found = False
    for table in html_page(body).iter("table"):
        head, *rows = table_rows(table) or [[]]
        titles = " | ".join(head).casefold()
        if len(head) == 2 and "covered equipment" in titles and "date of inclusion" in titles:
            found = True
            for row in rows:
                if len(row) != 2:
                    raise body.damaged(f"a row of {len(row)} cells in the table of two; has the page changed?")
                yield row[0], row[1]
    if not found:
        raise body.damaged("no table of covered equipment and dates of inclusion on the page; has it changed?")


def _records(body: Body, rows: Iterator[tuple[str, str]], signals: list[str]) -> Iterator[Record]:
    count = 0
    for count, (sentence, dates) in enumerate(rows, 1):
        plain = _plain(sentence)
        if not plain:
            raise body.damaged(f"row {count} says nothing; has the format changed?")
        names = companies(plain)
        name = names[0] if names else _category(plain)
        key = folded(name)
        mark = mark_of(f"{plain}\x1f{dates}".encode())
        yield Record(key, mark, partial(_listing, key, name, names, plain, dates, signals))
    if not count:
        raise body.damaged("a header and no rows; fetch it again")
    body.judge(count, signals)


def _listing(key: str, name: str, names: list[str], sentence: str, dates: str, signals: list[str]) -> Listing:
    days = _days(dates, signals)
    if not names and "foreign" not in sentence.casefold():
        once(signals, f"no company found in {sentence[:80]!r}")
    return Listing(
        source="us_fcc_covered",
        key=key,
        name=name,
        kind=EntityKind.COMPANY if names else EntityKind.UNKNOWN,
        aliases=tuple(Name(other) for other in names[1:]),
        programmes=("COVERED",),
        listed_on=days[0] if days else None,
        remarks=sentence,
        url=_PAGE,
        details=tuple(("updated", day.isoformat()) for day in days[1:]),
    )


# ── The sentence ──────────────────────────────────────────────────────────────────────────────────────────────────

_NOISE = re.compile(r"\bVisit - |[†‡^#*§]+")


def _plain(sentence: str) -> str:
    """The sentence without footnote marks, hidden words of links and odd quotation marks at its end."""
    return re.sub(r"\s*([”\"])\s*([”\"]*)\s*", r" \1", _NOISE.sub("", tidy(sentence))).strip('" ') if sentence else ""


_BY = re.compile(
    r"\b(?:produced|provided|supplied|manufactured|offered|developed)\b(?:, directly or indirectly,)?"
    r"(?: or (?:produced|provided|supplied))? by ",
)
#: Where the name ends and what is said of it goes on.
_AFTER = re.compile(
    r",? (?:including|to the extent|subject to|or any of its|or its|and any of its|and its (?:subsidiaries|affiliates"
    r"|successors)|pursuant to|that |which |used |when )|[;:—]|\.$"
)
_SUBSIDIARY = re.compile(r",? and its (?:wholly[- ]owned )?subsidiary,? ")


def companies(sentence: str) -> list[str]:
    """The companies a sentence names as maker or provider; the first is whose entry it is."""
    found = _BY.search(sentence)
    if not found:
        return []
    told = sentence[found.end() :]
    after = _AFTER.search(told)
    told = told[: after.start()] if after else told
    return [name for part in _SUBSIDIARY.split(told) if (name := part.strip(" ,"))]


def _category(sentence: str) -> str:
    """What a row without a company covers: its words up to "produced in a foreign country", else up to an exception."""
    found = re.match(
        r".{3,160}?\b(?:produced|made|manufactured) in (?:a|any) foreign (?:country|countries)\b", sentence
    )
    return tidy(found[0]) if found else re.split(r"[,;:—]", sentence)[0][:160].strip()


def _days(cell: str, signals: list[str]) -> list[date]:
    """Every date of a cell, in order: "December 22, 2025Updated:January 7, 2026"."""
    days = []
    for text in re.findall(r"[A-Z][a-z]+\.? \d{1,2}, \d{4}", cell):
        try:
            days.append(datetime.strptime(text, "%B %d, %Y").replace(tzinfo=UTC).date())
        except ValueError:
            once(signals, f"date {text!r} is none")
    if not days:
        once(signals, f"no date in {cell[:60]!r}")
    return days
