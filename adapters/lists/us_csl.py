"""The US Consolidated Screening List: thirteen lists of three departments in one file.

It is the carrier of the lists that BIS does not publish as data itself (Entity List, Military End Users, Unverified
List, Denied Persons) and repeats OFAC's. It lags the Federal Register, and its rows have no stable number but OFAC's:

- key of a Treasury row: the code of its inner list and OFAC's number, "SDN-21944". One party can be on several.
- key of any other row: code, folded name cell and folded first address, "EL: huawei cloud beijing | beijing cn". The
  published `_id` is a hash that changes with any field. Where several different rows share such a key, the one with
  the earliest date keeps it and each later one adds its date and citation, wherever in the file they stand.

The name cell of BIS and State rows holds more than a name: the parent ("Affiliated Entity:"), other names ("f.k.a."),
an acronym, a place, how far the listing extends. They are taken apart; `details` keeps what is not a name.
Letters lost on the way show as `?` and are mended as far as that is safe.

Facts of the format are from files of 2022 and from public readers of 2026; see the comments.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache, partial
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from adapters.formats import Body, CsvRows, JsonRecords, citations, folded, mark_of, once, tidy, trimmed, unread
from adapters.ofac import listed_on, page_of, sort_id
from bot.model import Document, EntityKind, Identifier, Listing, Name, NameKind, Reading, Record
from bot.sources import list_source

VERSION = 2

T = TypeVar("T")

#: What stands in parentheses in `source` -> our code for the inner list, in `Listing.programmes` before all others.
_LISTS = {
    "EL": "EL",
    "MEU": "MEU",
    "UVL": "UVL",
    "DPL": "DPL",
    "ISN": "ISN",
    "DTC": "DTC",
    "SDN": "SDN",
    "SSI": "SSI",
    "CMIC": "CMIC",
    "NS-CMIC": "CMIC",
    "CAP": "CAP",
    "CAPTA": "CAP",
    "PLC": "PLC",
    "NS-PLC": "PLC",
    "MBS": "MBS",
    "NS-MBS": "MBS",
    "FSE": "FSE",
}
#: Names of inner lists that came without a code, or with another one.
_LIST_NAMES = {
    "aeca debarred": "DTC",
    "itar debarred": "DTC",
    "entity list": "EL",
    "military end user": "MEU",
    "unverified list": "UVL",
    "denied persons": "DPL",
    "nonproliferation sanctions": "ISN",
    "specially designated nationals": "SDN",
    "sectoral sanctions": "SSI",
    "military-industrial complex": "CMIC",
    "capta": "CAP",
    "palestinian legislative": "PLC",
    "menu-based": "MBS",
    "foreign sanctions evaders": "FSE",
}
#: Where a person reads the inner list. The file's own links are bit.ly addresses that change.
_PAGES = {
    "EL": "https://www.ecfr.gov/current/title-15/subtitle-B/chapter-VII/subchapter-C/part-744/appendix-Supplement%20No.%204%20to%20Part%20744",
    "UVL": "https://www.ecfr.gov/current/title-15/subtitle-B/chapter-VII/subchapter-C/part-744/appendix-Supplement%20No.%206%20to%20Part%20744",
    "MEU": "https://www.ecfr.gov/current/title-15/subtitle-B/chapter-VII/subchapter-C/part-744/appendix-Supplement%20No.%207%20to%20Part%20744",
    "DPL": "https://www.bis.gov/licensing/end-user-guidance/denied-persons-list-dpl",
}
#: Columns that vary without meaning: a hash of the row, and links that are re-shortened from time to time.
_VOLATILE = ("_id", "source_list_url", "source_information_url")
#: The other columns, in the order of the file (seen 2022; before about 2020 there was no `_id`).
_COLUMNS = (
    *("source", "entity_number", "type", "programs", "name", "title", "addresses", "federal_register_notice"),
    *("start_date", "end_date", "standard_order", "license_requirement", "license_policy", "call_sign"),
    *("vessel_type", "gross_tonnage", "gross_registered_tonnage", "vessel_flag", "vessel_owner", "remarks"),
    *("alt_names", "citizenships", "dates_of_birth", "nationalities", "places_of_birth", "ids"),
)
_KNOWN = frozenset({*_VOLATILE, *_COLUMNS, "id"})
_TOLD = frozenset(_COLUMNS) - {"source"}
#: Columns kept as details: column -> name. OFAC's own names where OFAC's lists have the same field.
_DETAILS = {
    "title": "title",
    "call_sign": "call sign",
    "vessel_type": "vessel type",
    "gross_tonnage": "tonnage",
    "gross_registered_tonnage": "gross registered tonnage",
    "vessel_flag": "flag",
    "vessel_owner": "vessel owner",
    "end_date": "end date",
    "standard_order": "standard order",
    "license_requirement": "license requirement",
    "license_policy": "license policy",
}
_LISTED_DETAILS = {"dates_of_birth": "born", "places_of_birth": "place of birth"}


@list_source(
    title="Consolidated Screening List (13 lists of BIS, State and Treasury)",
    publisher="US Department of Commerce, International Trade Administration",
    url="https://data.trade.gov/downloadable_consolidated_screening_list/v1/consolidated.csv",
    page="https://www.trade.gov/consolidated-screening-list",
    every=timedelta(hours=3),
    composed=True,
    rows=range(1, 80_000),
    fill=(("programmes", 0.9), ("kind", 0.4), ("addresses", 0.5), ("countries", 0.5)),
    usual=8_000,  # 14,160 in May 2022
    licence="Work of the US government, public domain in the US",
    language="en",
    note="Its server limits plain clients at times, and whole inner lists have vanished for a day.",
    carrier=True,
    programmes=("EL", "MEU", "UVL", "DPL", "ISN", "DTC", "SDN", "SSI", "CMIC", "CAP", "PLC", "MBS", "FSE"),
)
def us_csl(document: Document) -> Reading:
    """consolidated.csv (with or without `_id`) or consolidated.json, recognised by content."""
    body = Body(document, "us_csl")
    if body.head.lstrip().startswith(b"{"):
        rows: _CsvTable | _JsonTable = _JsonTable(body)
    elif _HEADER.match(body.head):
        rows = _CsvTable(body)
    elif re.match(rb'\s*"?\d+"?,"', body.head):
        raise body.damaged(
            "this looks like a file of OFAC's (source us_ofac_sdn or us_ofac_cons); give consolidated.csv"
        )
    elif re.match(rb"\s*(?:source list,entity number|country,name)", body.head, re.IGNORECASE):
        raise body.damaged("this is one inner list as ITA imports it, not the whole; give consolidated.csv")
    else:
        raise body.unlike("consolidated.csv or consolidated.json of the Consolidated Screening List")

    reading = Reading(layout=f"{rows.layout}/{VERSION}", records=(), open_ended=isinstance(rows, _CsvTable))
    reading.records = _records(rows, reading)
    return reading


_HEADER = re.compile(rb"\s*(?:\"?_?id\"?,)?\"?source\"?,", re.IGNORECASE)


# ── Rows, the same from CSV and JSON ──────────────────────────────────────────────────────────────────────────────


class _Row(NamedTuple):
    """One row as text by column, lists joined by "; " as the CSV has them, and blanks as they stand."""

    raw: bytes
    columns: Sequence[str]
    cells: Sequence[str]

    def told(self) -> dict[str, str]:
        """What is told in it, but of which inner list it is."""
        return {
            column: text
            for column, cell in zip(self.columns, self.cells, strict=True)
            if cell and column in _TOLD and (text := tidy(cell))
        }

    def source(self) -> str:
        return next((cell for column, cell in zip(self.columns, self.cells, strict=True) if column == "source"), "")

    def age(self) -> tuple[str, str, str]:
        """What tells apart rows of one party under one inner list: when, by which notice, and spelled how."""
        told = self.told()
        cited = citations(told.get("federal_register_notice", ""))
        return told.get("start_date", ""), cited[0] if cited else "", told.get("name", "")

    def meaning(self) -> bytes:
        told = {"source": tidy(self.source()), **self.told()}
        return mark_of("\x1f".join(told.get(column, "") for column in _COLUMNS).encode())


_IN_KEY = ("entity_number", "name", "addresses")


def _composed(code: str, number: str | None, name: str | None, addresses: str | None) -> str:
    if number and (number := tidy(number)):
        return f"{code}-{number}"
    name, first = folded(tidy(name)), folded(tidy(addresses).split(";")[0])
    return f"{code}: {name} | {first}" if first else f"{code}: {name}"


class _CsvTable:
    layout = "consolidated.csv"

    def __init__(self, body: Body) -> None:
        self.body = body
        self.header = [name.strip() for name in next(iter(CsvRows(body))).cells]
        if missing := {"source", "name", "addresses", "entity_number"}.difference(self.header):
            raise body.damaged(f"columns {sorted(missing)} are missing; has the format changed?")

    def keys(self, signals: list[str]) -> Iterator[str]:
        """The key of each row before ties are broken. All rows are read, and what is new or damaged is met here."""
        for gone in [column for column in _COLUMNS if column not in self.header]:
            once(signals, f"column {gone!r} is gone")
        new = [(at, column) for at, column in enumerate(self.header) if column not in _KNOWN]
        width, (source, *in_key) = len(self.header), map(self.header.index, ("source", *_IN_KEY))
        number, name, addresses = in_key
        table = CsvRows(self.body)
        rows = iter(table)
        last = next(rows)  # the header, which may be cut as well
        for last in rows:
            cells = last.cells
            if len(cells) != width:
                raise self.body.damaged(f"line {last.line} has {len(cells)} of {width} columns: cut; fetch it again")
            if new:
                unread({column: cells[at] for at, column in new}, signals, "column")
            yield _composed(_inner(cells[source], signals), cells[number], cells[name], cells[addresses])
        if not table.ends_with and not last.raw.endswith(b'"'):
            raise self.body.damaged(f"cut in the last cell of line {last.line}; fetch it again")

    def rows(self) -> Iterator[_Row]:
        """The rows again, after `keys()`."""
        header = self.header
        for _, raw, cells in islice(CsvRows(self.body), 1, None):
            yield _Row(raw, header, cells)

    def some(self, wanted: list[int]) -> Iterator[_Row]:
        """The rows of these numbers, counted from 0, after `keys()`; only they are taken apart."""
        table = CsvRows(self.body)
        rows = enumerate((raw for _, rows in table.raw() for raw in rows), -1)  # the first one is the header
        numbers = frozenset(wanted)
        for raw in [raw for number, raw in rows if number in numbers]:
            yield _Row(raw, self.header, table.cells(raw))


class _JsonTable:
    layout = "consolidated.json"

    def __init__(self, body: Body) -> None:
        self.body = body
        self.total: object = None  #: how many entries the search interface says it found, if it is from there

    def keys(self, signals: list[str]) -> Iterator[str]:
        for row in self.rows():
            cells = dict(zip(row.columns, row.cells, strict=True))
            unread({column: text for column, text in cells.items() if column not in _KNOWN}, signals, "column")
            yield _composed(_inner(cells.get("source", ""), signals), *map(cells.get, _IN_KEY))

    def rows(self) -> Iterator[_Row]:
        table = JsonRecords(self.body, "results")
        for raw, fields in table:
            yield _Row(raw, list(fields), [_as_cell(value) for value in fields.values()])
        if "results" not in table.around:
            raise self.body.damaged(f"JSON without `results` (has {sorted(table.around)[:5]}); give consolidated.json")
        self.total = table.around.get("total")

    def some(self, wanted: list[int]) -> Iterator[_Row]:
        numbers = frozenset(wanted)
        yield from (row for number, row in enumerate(self.rows()) if number in numbers)


#: The members of an address or an id, in the order in which the CSV joins them.
_PARTS = (
    *("address", "city", "state", "postal_code", "country"),
    *("expiration_date", "issue_date", "number", "type"),
)


def _as_cell(value: Any) -> str:
    """A JSON value as the CSV would write it."""
    match value:
        case None:
            return ""
        case list():
            return "; ".join(filter(None, map(_as_cell, value)))
        case dict():
            known = [name for name in _PARTS if name in value]
            if "number" in value:  # an id: its country stands first, its kind last
                known.sort(key=lambda name: name != "country")
            return ", ".join(_as_cell(value[name]) for name in known if value[name])
        case _:
            return str(value)


def _inner(source: str, signals: list[str]) -> str:
    code, known = _code(source)
    if not known:
        once(signals, f"unknown inner list {tidy(source)!r}")
    return code


@lru_cache(maxsize=256)
def _code(cell: str) -> tuple[str, bool]:
    """The code of the inner list and whether we know it; an unknown one is named by its own words."""
    source = tidy(cell)
    inner = re.findall(r"\(([^()]+)\)", source)
    for one in inner:
        if code := _LISTS.get(one.removesuffix(" List").strip().upper()):
            return code, True
    if code := next((code for words, code in _LIST_NAMES.items() if words in source.casefold()), ""):
        return code, True
    return (inner[0] if inner else source.split(" - ")[0]).strip(), False


# ── Keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Ties:
    """Rows that share a composed key: which is the eldest, and what was given out already."""

    rows: dict[tuple[str, str, str], set[bytes]] = field(default_factory=lambda: defaultdict(set))
    given: dict[bytes, bytes] = field(default_factory=dict)  #: meaning -> mark of the raw row

    def suffix(self, row: _Row) -> str:
        """Nothing for the eldest; for the others what differs from it, and a hash where two rows are of one age."""
        eldest, age, meaning = min(self.rows), row.age(), row.meaning()
        words = [part for part, first in zip(age, eldest, strict=True) if part != first]
        if meaning != min(self.rows[age]):
            words.append(meaning.hex())
        return f" # {' '.join(words)}" if words else ""


def _ties(table: _CsvTable | _JsonTable, keys: list[str]) -> dict[str, _Ties]:
    """The ties of every composed key that more than one row has."""
    ties = {key: _Ties() for key, times in Counter(keys).items() if times > 1}
    tied = [number for number, key in enumerate(keys) if key in ties] if ties else []
    for number, row in zip(tied, table.some(tied) if tied else (), strict=True):
        ties[keys[number]].rows[row.age()].add(row.meaning())
    return ties


def _records(table: _CsvTable | _JsonTable, reading: Reading) -> Iterator[Record]:
    signals = reading.signals
    keys = list(table.keys(signals))
    ties = _ties(table, keys)
    for key, row in zip(keys, table.rows(), strict=True):
        mark = mark_of(row.raw)
        if tie := ties.get(key):
            key += tie.suffix(row)
            earlier = tie.given.setdefault(row.meaning(), mark)
            if earlier != mark:
                once(signals, f"{key} is given twice, with other links only; read once")
                continue
        yield Record(key, mark, partial(_listing, row, key, signals))
    if isinstance(table, _JsonTable) and isinstance(table.total, int) and table.total != len(keys):
        told = f"a page of {len(keys)} of {table.total} entries"
        raise table.body.damaged(f"{told}; give consolidated.json, which is whole")
    table.body.judge(len(keys), signals)


# ── One listing ───────────────────────────────────────────────────────────────────────────────────────────────────


def _listing(row: _Row, key: str, signals: list[str]) -> Listing:
    cells, (code, _) = row.told(), _code(row.source())
    said = cells.get
    number, name = said("entity_number"), said("name", "")
    addresses = [_address(one) for one in _mended(said("addresses"))]
    told = None if number else taken_apart(name, addresses)  # Treasury's name cells are names
    name = told.name if told else name
    numbers, facts = _ids(cells["ids"], signals) if "ids" in cells else ([], [])
    others = [one for one in _alternatives(cells["alt_names"]) if one.text != name] if "alt_names" in cells else []
    return Listing(
        source="us_csl",
        key=key,
        name=name,
        kind=_kind(said("type", ""), told, signals),
        aliases=_unique([*(alias for alias in told.aliases if alias.text != name), *others] if told else others),
        programmes=_programmes(code, said("programs", "")),
        listed_on=(_date(cells["start_date"], signals) if "start_date" in cells else None) or listed_on(facts),
        identifiers=_unique(numbers),
        countries=_countries(cells, addresses),
        addresses=_unique(addresses),
        citations=citations(cells["federal_register_notice"]) if "federal_register_notice" in cells else (),
        remarks=said("remarks", ""),
        url=page_of(number) if number else _PAGES.get(code, ""),
        details=_unique([*_details(cells), *(told.details if told else ()), *facts]),
    )


def _address(text: str) -> str:
    """Without the commas of parts that are empty: "Hucun, Ningyang County, , Shandong, CN"."""
    return _EMPTY_PARTS.sub(",", text).strip(", ") if ", ," in text or text.startswith(",") else text


_EMPTY_PARTS = re.compile(r",(?:\s*,)+")


def _details(cells: Mapping[str, str]) -> list[tuple[str, str]]:
    details = [(name, cells[column]) for column, name in _DETAILS.items() if column in cells]
    for column, name in _LISTED_DETAILS.items():
        if column in cells:
            details += [(name, one) for one in _many(cells[column])]
    return details


def _alternatives(cell: str) -> list[Name]:
    """Other names; the last of a list of them brings its "and" along, and one may bring its own: "X, f.k.a., Y"."""
    names: list[Name] = []
    for one in _mended(cell):
        if _ASIDE.match(one):
            continue
        first, *more = _ALSO.split(_without_and(one)) if ".k.a" in one.lower() else [_without_and(one)]
        kinds = [NameKind.ALIAS, *(NameKind.FORMER if kind in "fF" else NameKind.ALIAS for kind in more[::2])]
        told = zip((first, *more[1::2]), kinds, strict=True)
        names += [Name(text, kind) for name, kind in told if (text := trimmed(name.removeprefix("-")))]
    return names


#: Words of the notice between the names of a cell: "and", "(all of preceding located in ...)".
_ASIDE = re.compile(r"and$|\((?:all|both|each) of (?:the )?(?:preceding|foregoing)\b", re.IGNORECASE)
_ALSO = re.compile(r"(?:^|,?\s+\(?)([afn])\.k\.a\.,?\s+", re.IGNORECASE)


def _countries(cells: Mapping[str, str], addresses: list[str]) -> tuple[str, ...]:
    told = [country for one in addresses if (country := _country(one[-4:]))]
    for column in ("citizenships", "nationalities"):
        if column in cells:
            told[:0] = _many(cells[column])
    return _unique(told)


@lru_cache(maxsize=4_096)
def _country(end: str) -> str:
    """The two letters at the end of an address, of which this is the end, or nothing."""
    return end[-2:] if re.fullmatch("(?:, )?[A-Z]{2}", end) else ""


def _many(cell: str | None) -> list[str]:
    return [text for one in cell.split(";") if (text := one.strip())] if cell else []


def _mended(cell: str | None) -> list[str]:
    parts = _many(cell)
    return parts if cell is None or (cell.isascii() and "?" not in cell) else [mend(one) for one in parts]


def _unique(found: list[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)


@lru_cache(maxsize=2_048)
def _programmes(code: str, cell: str) -> tuple[str, ...]:
    return _unique([code, *_many(cell)])


def _date(text: str, signals: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        once(signals, f"start_date {text!r} is no ISO date")
        return None


_KINDS = {
    "entity": EntityKind.COMPANY,
    "individual": EntityKind.PERSON,
    "vessel": EntityKind.VESSEL,
    "aircraft": EntityKind.AIRCRAFT,
    "": EntityKind.UNKNOWN,  # BIS and State do not say
}


def _kind(text: str, told: Told | None, signals: list[str]) -> EntityKind:
    kind = _KINDS.get(text.casefold())
    if kind is None:
        once(signals, f"unknown type {text!r}")
    return EntityKind.PERSON if told and told.person else kind or EntityKind.UNKNOWN


_BEFORE_NUMBER = re.compile(r"(?:[A-Z]{2}, (?=.))?(?:\d{4}-\d\d-\d\d, )*")


def _ids(cell: str, signals: list[str]) -> tuple[list[Identifier], list[tuple[str, str]]]:
    """Ids are joined as country, expiry, issue, number, kind; the first three may be missing."""
    numbers: list[Identifier] = []
    facts: list[tuple[str, str]] = []
    for one in cell.split("; "):
        value, _, kind = one.rpartition(", ")
        if ", " in value and (before := _BEFORE_NUMBER.match(value)):
            value = value[before.end() :]
        found = sort_id(kind, value, signals)
        if isinstance(found, Identifier):
            numbers.append(found)
        elif found:
            facts.append(found)
    return numbers, facts


# ── The name cell of BIS and State ────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Told:
    """What a name cell says: the entity's own name, its other names, and the rest."""

    name: str
    aliases: list[Name] = field(default_factory=list)
    details: list[tuple[str, str]] = field(default_factory=list)
    person: bool = False


_C1 = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)}


def mend(text: str) -> str:
    """Letters lost on the way to the CSL: `?s ` was `'s `, any other `?` is a blank (an apostrophe, a dash or an
    accented letter: nobody can know). Control characters that are really Windows punctuation are put right."""
    text = text if text.isascii() else text.translate(_C1)
    if "?" not in text:
        return text
    return " ".join(re.sub(r"(?<=\w)\?s(?!\w)", "'s", text).replace("?", " ").split())


def _without_and(alias: str) -> str:
    """The last of a list of aliases brings its "and" along."""
    return alias[4:] if alias.startswith("and ") and not alias[4:5].isspace() else alias


_EXTENDS = re.compile(r"[,;]? (and (?:any successor|its sub-?units and successors).*)$", re.IGNORECASE)
_PARENT = (
    re.compile(
        r"^(?P<parent>.+?)\.?\s+(?:Affiliated Entit(?:y|ies)\s*:|Subordinate (?:Institution|Entity)s?\s*[-–—:])\s*"
        r"(?P<name>.+)$",
        re.IGNORECASE,
    ),
    re.compile(r"^(?P<parent>[^:()]{3,80}?) entity: (?P<name>.+)$"),
    re.compile(r"^(?P<name>.+?) \(Parent Organization: (?P<parent>.+)\)$", re.IGNORECASE),
    re.compile(
        r"^(?P<name>.+?) \(an? subordinate (?:institute|institution|entity) of (?P<parent>[^()]+)\)$", re.IGNORECASE
    ),
)
_AKA = r"(?P<kind>[afnd]\.?[kb]\.?a\.?|[AFN]\.K\.A\.|[AFN]/K/A),?"
_OTHER_NAMES = (
    re.compile(rf"^(?P<name>.+?)\s*[(\[]{_AKA} (?P<others>[^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*)[)\]](?P<rest>.*)$"),
    re.compile(rf"^(?P<name>.+?), {_AKA} (?P<others>.+?)(?P<rest>)$"),
    re.compile(r"^(?P<name>.+?) (?P<kind>[AFN]/K/A) (?P<others>.+?)(?P<rest>)$"),
)
# A comma between two names, not one before a legal form.
_BETWEEN_NAMES = re.compile(
    r";|,(?!\s*(?:Inc|Ltd|Limited|LLC|L\.L\.C|Co\b|Corp|S\.?A|GmbH|JSC|PJSC|OOO|OAO|AO|ZAO|PLC)\b)"
)
_PERSON = re.compile(
    r"\s*[(\[](?P<what>[^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*\b(?:individual|Official)\b[^()\[\]]*)[)\]]$"
)
_IN_BRACKETS = re.compile(r"^(?P<name>.+?) \((?P<short>[A-Za-z][\w&-]*(?: \d+)?)\)$")
_AFTER_FORM = re.compile(
    r"^(?P<name>.+?\b(?:Ltd|Limited|Inc|LLC|Corp|Company|Corporation|GmbH)\b\.?(?: \([^()]*\))?), (?P<place>[^()]+)$"
)


#: The longest real cell has 384 characters. Patterns that look for brackets take the square of the length.
_LONGEST_NAME = 1000


def taken_apart(cell: str, addresses: list[str]) -> Told:
    """The parts of a name cell. What is not understood stays in the name."""
    told = Told(mend(" ".join(cell.split())).rstrip(" ,;"))
    if "?" in cell:
        told.details.append(("name as published", cell))
    if len(cell) > _LONGEST_NAME:
        return told
    _extent(told)
    _parent(told)
    _people(told)
    _others(told)
    _short_form(told)
    _place(told, addresses)
    told.name = told.name.rstrip(" ,;")
    return told


def _extent(told: Told) -> None:
    if found := _EXTENDS.search(told.name):
        told.name = told.name[: found.start()]
        told.details.append(("extends to", found[1]))


def _parent(told: Told) -> None:
    for pattern in _PARENT:
        if found := pattern.match(told.name):
            told.name = found["name"]
            told.details.append(("parent", found["parent"]))
            return


def _people(told: Told) -> None:
    """State describes persons in brackets: "(DPRK individual)"."""
    while found := _PERSON.search(told.name):
        told.name, told.person = told.name[: found.start()], True
        told.details.append(("described as", found["what"]))


def _others(told: Told) -> None:
    for pattern in _OTHER_NAMES:
        if found := pattern.match(told.name):
            kind = NameKind.FORMER if found["kind"][0] in "fF" else NameKind.ALIAS
            others = [_without_and(one.strip()) for one in _BETWEEN_NAMES.split(found["others"])]
            told.aliases += [Name(one.rstrip(" ,"), kind) for one in others if one]
            told.name = (found["name"] + found["rest"]).rstrip(" ,;")
            return


def _short_form(told: Told) -> None:
    """An acronym behind the name, "(CETC 13)", or its first word, "(Huawei)"; not a place, "(HK)" or "(Beijing)"."""
    found = _IN_BRACKETS.match(told.name)
    if found is None or found["short"].upper() in _NO_ACRONYM:
        return
    short = found["short"]
    if sum(letter.isupper() for letter in short) >= 3 or found["name"].split()[0] == short:
        told.name = found["name"]
        told.aliases.append(Name(short, NameKind.ACRONYM))


_NO_ACRONYM = frozenset({"HK", "UK", "USA", "UAE", "PRC", "PVT", "GROUP", "INTERNATIONAL", "DPRK"}) | frozenset(
    {"JSC", "CJSC", "OJSC", "PJSC", "LLC", "LTD", "OOO", "OAO", "ZAO", "PAO", "PLC", "GMBH", "FZE", "FZC", "FZCO"}
)


def _place(told: Told, addresses: list[str]) -> None:
    """BIS ends some names with where the firm is: "..., Co., Ltd., Chengdu, Sichuan"."""
    found = _AFTER_FORM.match(told.name)
    if found is None:
        return
    places = {folded(part) for address in addresses for part in address.split(",")}
    if folded(found["place"].split(",")[0]) in places:
        told.name = found["name"]
        told.details.append(("place in name", found["place"]))
