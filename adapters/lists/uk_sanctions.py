"""The UK Sanctions List, and the Treasury's older ConList, which it replaced on 28 January 2026.

Layouts, told apart by content:

- UK-Sanctions-List.csv: a line "Report Date: 24-Jun-2026", then 58 columns, one row a name or address (columns from
  public readers and their samples, 2026-11).
- UK-Sanctions-List.xml: `Designations/Designation` (the same).
- the .ods that the search page exports: 8 columns, one row an entry (seen: 2025-08-11, 5,302 entries).
- ConList.csv: a line "Last Updated,23/03/2016", then 29 columns, Windows-1252, one row a name (seen: 2016 and 2018).

Key: Unique ID ("AFG0001"); in ConList the Group ID ("12703"), which the new list still gives as "OFSI group". The
programme is the regime, without the "(Sanctions) (EU Exit) Regulations 2020" that some layouts put behind it. What the
listing does to somebody differs within a regime: `details` has it as "sanctions imposed". Family names and names of
organisations stand in Name 6. When the publisher last touched an entry is a detail, because it says that it did.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial

from adapters.formats import (
    Body,
    CsvTable,
    XmlRecords,
    is_spreadsheet,
    legacy_body,
    local,
    looks_like,
    mark_of,
    numeric_day,
    once,
    sheets,
    tidy,
    unread,
)
from bot.model import Document, EntityKind, Identifier, Listing, Name, NameKind, Reading, Record
from bot.sources import list_source

VERSION = 2

_KINDS = {"individual": EntityKind.PERSON, "entity": EntityKind.COMPANY, "ship": EntityKind.VESSEL}
_GIVEN = ("name 1", "name 2", "name 3", "name 4", "name 5", "name 6")
_ADDRESS = (
    *(f"address {number}" for number in range(1, 7)),
    *(f"address line {number}" for number in range(1, 7)),
    *("post/zip code", "address postal code", "country", "address country"),
)
#: Columns that hold a number: kind of number. ConList writes prose there, which is kept as a detail.
_NUMBERS = {
    "passport number": "Passport",
    "national identifier number": "National identifier",
    "business registration number (s)": "Registration Number",
    "business registration number": "Registration Number",
    "imo number": "IMO",
    "hull identification number (hin)": "HIN",
    "hull identification number": "HIN",
}
#: Columns kept as details: column -> name.
_DETAILS = {
    "last updated": "last updated",
    "ofsi group id": "OFSI group",
    "un reference number": "UN reference",
    "designation source": "designated by",
    "title": "title",
    "dob": "born",
    "d.o.b": "born",
    "town of birth": "town of birth",
    "country of birth": "country of birth",
    "position": "position",
    "passport details": "passport details",
    "ni number": "national number",
    "passport additional information": "passport details",
    "national identifier additional information": "national identifier details",
    "type of entity": "type of entity",
    "subsidiaries": "subsidiaries",
    "parent company": "parent",
    "website": "website",
    "current owner/operator (s)": "vessel owner",
    "current owner/operator": "vessel owner",
    "previous owner/operator (s)": "former vessel owner",
    "previous owner/operator": "former vessel owner",
    "current believed flag of ship": "flag",
    "previous flags": "former flag",
    "type of ship": "vessel type",
    "tonnage of ship": "tonnage",
    "length of ship": "length",
    "year built": "built",
}
#: Columns left out: how to reach somebody, and what repeats another column.
_LEFT_OUT = frozenset(
    {
        *("phone number", "email address", "gender", "non-latin script type", "non-latin script language"),
        *("unique id", "group id", "name type", "alias type", "alias strength"),
    }
)
_COUNTRY = ("address country", "country")
_KIND = ("designation type", "group type", "type")  #: one of them, by layout
#: Columns that are read for names or addresses, or not at all.
_ELSEWHERE = (_LEFT_OUT | {*_GIVEN, *_ADDRESS, "name", "name non-latin script"}) - {*_COUNTRY}


@list_source(
    title="UK Sanctions List",
    publisher="UK Foreign, Commonwealth & Development Office",
    url="https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.csv",
    page="https://www.gov.uk/government/publications/the-uk-sanctions-list",
    every=timedelta(hours=2),
    rows=range(1, 60_000),
    fill=(("programmes", 0.9), ("kind", 0.9), ("listed_on", 0.9)),
    usual=1_000,  # 1,924 groups in 2016, 5,302 entries in August 2025
    licence="Open Government Licence v3.0",
    language="en",
    note="the only UK list since 28 January 2026; OFSI's ConList is read too, but no longer published",
    programmes=(
        *("Afghanistan", "Belarus", "Bosnia and Herzegovina", "Central African Republic", "Chemical Weapons"),
        *("Counter-Terrorism (Domestic)", "Counter-Terrorism (International)", "Cyber"),
        *("Democratic People's Republic of Korea", "Democratic Republic of the Congo", "Global Anti-Corruption"),
        *("Global Human Rights", "Global Irregular Migration", "Guinea", "Guinea-Bissau", "Haiti"),
        *("ISIL (Da'esh) and Al-Qaida", "Iran", "Iran (Nuclear)", "Iraq", "Libya", "Mali", "Myanmar", "Nicaragua"),
        *("Russia", "Somalia", "South Sudan", "Sudan", "Syria", "Venezuela", "Yemen"),
    ),
)
def uk_sanctions(document: Document) -> Reading:
    """UK-Sanctions-List as .csv, .xml or .ods, or ConList.csv, recognised by content."""
    body = Body(document, "uk_sanctions")
    if is_spreadsheet(body.head):
        return _read_rows(body, partial(_of_sheet, body), "export.ods")
    if looks_like(body.head).startswith("XML"):
        return _read_xml(body)
    if _CON_LIST.match(body.head):
        body = legacy_body(document, "uk_sanctions")
        return _read_csv(body, "conlist.csv", "Group ID", before=1)
    if found := _LIST.match(body.head):
        return _read_csv(body, "uk-sanctions-list.csv", "Unique ID", before=1 if found[1] else 0)
    raise body.unlike("UK-Sanctions-List.csv, .xml or .ods")


_CON_LIST = re.compile(rb"\s*\"?Last Updated\"?,\"?\d\d/\d\d/\d{4}")
_LIST = re.compile(rb"\s*(\"?Report Date:[^\n]*\n\s*)?\"?Last Updated\"?,\"?Unique ID\"?,", re.IGNORECASE)


# ── One party, the same from every layout ─────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Party:
    """What the rows of one party say."""

    key: str
    kind: EntityKind = EntityKind.UNKNOWN
    names: list[Name] = field(default_factory=list)  #: the one called primary as NameKind.PRIMARY
    regimes: list[str] = field(default_factory=list)
    designated: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    numbers: list[Identifier] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    details: list[tuple[str, str]] = field(default_factory=list)
    last: dict[str, str] = field(default_factory=dict)  #: what the last row that had a column said there

    def add(self, cells: Mapping[str, str], signals: list[str]) -> None:
        """One row, or one part of an entry, by column name in lower case."""
        kind = next((column for column in _KIND if column in cells), "")
        if kind:
            self.kind = _KINDS.get(cells[kind].casefold(), EntityKind.UNKNOWN)
            if self.kind is EntityKind.UNKNOWN:
                once(signals, f"unknown type {cells[kind]!r}")
        self.called(cells, signals)
        self.addresses.append(", ".join([cells[column] for column in _ADDRESS if column in cells]))
        last = self.last  # most rows of a party repeat what the one before says
        told = {c: text for c, text in cells.items() if c not in _ELSEWHERE and c != kind and last.get(c) != text}
        if told:
            last.update(told)
            self.described(told, signals)

    def called(self, cells: Mapping[str, str], signals: list[str]) -> None:
        """The names in a row."""
        given = tidy(" ".join([cells[column] for column in _GIVEN if column in cells]))
        if given and "name" in cells:
            unread({"name": cells["name"]}, signals, "column")
        kind, strength = cells.get("name type") or cells.get("alias type", ""), cells.get("alias strength", "")
        self.name(given or cells.get("name", ""), kind, strength, signals)
        self.name(cells.get("name non-latin script", ""), "alias", "", signals)

    def described(self, left: dict[str, str], signals: list[str]) -> None:
        """What a row says beside names, kind and address; `left` is emptied."""
        self.countries += [left.pop(column) for column in _COUNTRY if column in left]
        self.regimes += [left.pop(column) for column in ("regime name", "regime") if column in left]
        self.designated += [left.pop(column) for column in ("date designated", "listed on") if column in left]
        self.reasons.append(left.pop("uk statement of reasons", ""))
        self.remarks.append(left.pop("other information", ""))
        self.countries += [part for c in ("nationality(/ies)", "nationality") for part in _several(left.pop(c, ""))]
        if imposed := left.pop("sanctions imposed", ""):
            measures = (one.strip() for one in _BETWEEN_MEASURES.split(imposed) if one.strip(" -,"))
            self.details += [("sanctions imposed", one) for one in measures]
        for column, text in left.items():
            if column in _DETAILS:
                self.details.append((_DETAILS[column], text))
            elif column in _NUMBERS:
                self.numbers += [Identifier(_NUMBERS[column], one) for one in _several(text)]
            else:
                unread({column: text}, signals, "column")

    def name(self, text: str, kind: str, strength: str, signals: list[str]) -> None:
        if not text:
            return
        found = _NAME_KINDS.get(kind.casefold())
        if found is None:
            once(signals, f"unknown kind of name {kind!r}")
        weak = "low" in strength.casefold()
        former = "f.k.a" in strength.casefold()
        if found is not NameKind.PRIMARY and (weak or former):
            found = NameKind.WEAK if weak else NameKind.FORMER
        first, *others = _ALSO.split(text) if "a.k.a" in text.lower() else [text]
        self.names.append(Name(first, found or NameKind.ALIAS))
        self.names += [Name(other) for other in others]

    def listing(self, signals: list[str]) -> Listing:
        primary = [name.text for name in self.names if name.kind is NameKind.PRIMARY]
        if not self.names:
            once(signals, f"{self.key} has no name")
        first = (primary or [name.text for name in self.names] or [self.key])[0]
        aliases: dict[str, Name] = {}
        for name in self.names:
            kind = NameKind.ALIAS if name.kind is NameKind.PRIMARY else name.kind
            if name.text != first:
                aliases.setdefault(name.text, Name(name.text, kind))
        days = [day for text in self.designated if (day := _day(text, signals))]
        return Listing(
            source="uk_sanctions",
            key=self.key,
            name=first,
            kind=self.kind,
            aliases=tuple(aliases.values()),
            programmes=_unique(_regime(regime) for regime in self.regimes),
            listed_on=min(days, default=None),
            reason=" ".join(_unique(self.reasons)),
            identifiers=tuple(dict.fromkeys(self.numbers)),
            countries=_unique(self.countries),
            addresses=_unique(self.addresses),
            citations=_unique(regime for regime in self.regimes if _regime(regime) != regime),
            remarks=" ".join(_unique(self.remarks)),
            url="https://www.gov.uk/government/publications/the-uk-sanctions-list",
            details=_unique_details(self.details),
        )


#: The search page's export has one name an entry, and writes others into it: "X a.k.a Y".
_ALSO = re.compile(r",?\s+\(?a\.k\.a\.?,?\s+", re.IGNORECASE)
_BETWEEN_MEASURES = re.compile(r"\||, ")
_NAME_KINDS = {
    "primary name": NameKind.PRIMARY,
    "primary name variation": NameKind.ALIAS,
    "prime alias": NameKind.PRIMARY,
    "": NameKind.PRIMARY,
    "alias": NameKind.ALIAS,
    "aka": NameKind.ALIAS,
    "fka": NameKind.FORMER,
}
_REGULATIONS = re.compile(
    r"(?:The )?(.+?) (?:\((?:United Nations )?Sanctions\)|Sanctions)(?: \([^()]*\))* Regulations \d{4}"
)


def _regime(text: str) -> str:
    """ "Afghanistan" for "The Afghanistan (Sanctions) (EU Exit) Regulations 2020", and for itself."""
    found = _REGULATIONS.fullmatch(text)
    return found[1] if found else text


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _unique_details(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((name, value) for name, value in pairs if value))


def _several(cell: str) -> list[str]:
    """A cell's values: several stand between bars, or numbered "(1) Tunisia (2) Italy"."""
    return [part.strip() for part in _BETWEEN.split(cell) if part.strip(" -")] if cell else []


_BETWEEN = re.compile(r"\||\(\d{1,2}\)")


def _day(text: str, signals: list[str]) -> date | None:
    found = numeric_day(text)
    if found is None:
        once(signals, f"date {text[:30]!r} is none like 29/06/2012")
    return found


def _published(text: str) -> datetime | None:
    for form in ("%d-%b-%Y", "%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


# ── Tables ────────────────────────────────────────────────────────────────────────────────────────────────────────

Rows = Iterator[tuple[str, bytes, dict[str, str]]]


def _read_csv(body: Body, layout: str, key: str, *, before: int) -> Reading:
    table = CsvTable(body, need=(key, "Name 6"), before=before, open_end=key == "Group ID")
    told = " ".join(table.above[0]) if before else ""
    dated = re.search(r"\d\d[-/](?:\d\d|[A-Za-z]{3})[-/]\d{4}", told)
    published = _published(dated[0]) if dated else None

    def rows(signals: list[str]) -> Rows:
        columns = {column: column.casefold() for column in table.header}
        for row, cells in table:
            plain = {columns[column]: _tidied(text) for column, text in cells.items()}
            yield plain.get(key.casefold(), ""), row.raw, plain
        if table.cut:
            once(signals, "no line end at the end, as ConList of 2016 had none: whole, or cut in its last number")

    return _read_rows(body, rows, layout, published)


_tidied = lru_cache(maxsize=1_024)(tidy)  # the rows of a party repeat most of their cells


def _of_sheet(body: Body, signals: list[str]) -> Rows:
    for rows in sheets(body).values():
        header = [cell.casefold() for cell in rows[0]]
        if not {"unique id", "name", "regime name"} <= set(header):
            continue
        for row in rows[1:]:
            cells = {column: tidy(text) for column, text in zip(header, row, strict=False) if text}
            if cells:
                yield cells.get("unique id", ""), repr(row).encode(), cells
        return
    raise body.damaged("a spreadsheet without the columns Unique ID, Name and Regime Name; give the UK Sanctions List")


def _read_rows(
    body: Body, rows: Callable[[list[str]], Rows], layout: str, published: datetime | None = None
) -> Reading:
    reading = Reading(
        layout=f"{layout}/{VERSION}",
        records=(),
        edition=published.date().isoformat() if published else "",
        published=published,
        open_ended="csv" in layout,
    )
    reading.records = _records(body, rows(reading.signals), reading.signals)
    return reading


def _records(body: Body, rows: Rows, signals: list[str]) -> Iterator[Record]:
    parties: dict[str, list[tuple[bytes, dict[str, str]]]] = {}
    count = 0
    for key, raw, cells in rows:
        count += 1
        if not key:
            raise body.damaged(f"row {count} has no Unique ID or Group ID; has the format changed?")
        parties.setdefault(key, []).append((raw, cells))
    if not count:
        raise body.damaged("a header and no rows; fetch it again")
    for key, group in parties.items():
        mark = mark_of(b"\n".join(raw for raw, _ in group))
        yield Record(key, mark, partial(_of_rows, key, [cells for _, cells in group], signals))
    if not is_spreadsheet(body.head):
        body.judge(len(parties), signals)


def _of_rows(key: str, rows: list[dict[str, str]], signals: list[str]) -> Listing:
    party = Party(key)
    for cells in rows:
        party.add(cells, signals)
    return party.listing(signals)


# ── XML ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_xml(body: Body) -> Reading:
    records = XmlRecords(body, "Designation")
    if (root := local(records.root)) != "Designations":
        raise body.damaged(f"this is XML <{root}>, not <Designations>; give UK-Sanctions-List.xml")
    published = _published(records.head_text("DateGenerated"))
    reading = Reading(
        layout=f"uk-sanctions-list.xml/{VERSION}",
        records=(),
        edition=published.date().isoformat() if published else "",
        published=published,
    )
    reading.records = _xml_records(body, records, reading.signals)
    return reading


_UNIQUE_ID = re.compile(rb"<UniqueID>\s*([^<\s]+)\s*<")


def _xml_records(body: Body, records: XmlRecords, signals: list[str]) -> Iterator[Record]:
    count = 0
    for raw in records:
        count += 1
        if not (found := _UNIQUE_ID.search(raw)):
            raise body.damaged(f"entry {count} has no UniqueID; has the format changed?")
        key = found[1].decode("utf-8", "replace")
        yield Record(key, mark_of(raw), partial(_of_xml, key, raw, records, signals))
    body.judge(count, signals)


#: Elements that belong together: a name with its kind, an address line by line.
_TOGETHER = frozenset({"Name", "NonLatinName", "Address"})
#: Elements that say again, as yes or no, what SanctionsImposed says.
_AGAIN = frozenset({"SanctionsImposedIndicators"})


def _of_xml(key: str, raw: bytes, records: XmlRecords, signals: list[str]) -> Listing:
    party = Party(key)
    waiting = list(records.element(raw))
    while waiting:
        element = waiting.pop(0)
        tag = local(element)
        if tag in _AGAIN:
            continue
        if len(element) and tag not in _TOGETHER:
            waiting[:0] = list(element)
        elif len(element):
            cells = {_column(local(part)): tidy(part.text) for part in element}
            party.add({column: text for column, text in cells.items() if text}, signals)
        elif text := tidy(element.text):
            party.add({_column(tag): text}, signals)
    return party.listing(signals)


_SAME = {
    "individualentityship": "designation type",
    "ukstatementofreasons": "uk statement of reasons",
    "ofsigroupid": "ofsi group id",
    "unreferencenumber": "un reference number",
    "namenonlatinscript": "name non-latin script",
    "nonlatinscripttype": "non-latin script type",
    "nonlatinscriptlanguage": "non-latin script language",
    "dob": "dob",
    "imonumber": "imo number",
    "websites": "website",
    "typeofentity": "type of entity",
    "parentcompany": "parent company",
    "subsidiary": "subsidiaries",
    "currentowneroperator": "current owner/operator",
    "previousowneroperator": "previous owner/operator",
    "currentbelievedflagofship": "current believed flag of ship",
    "previousflag": "previous flags",
    "townofbirth": "town of birth",
    "countryofbirth": "country of birth",
}


def _column(tag: str) -> str:
    """An element's name as the CSV's column has it: "AddressLine1" is "address line 1"."""
    if found := _SAME.get(tag.casefold()):
        return found
    return re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", tag).casefold()
