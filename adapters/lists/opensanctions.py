"""A data set of OpenSanctions: other people's lists, gathered, cleaned and joined by a company in Berlin.

It brings lists for which we have no reader, and a second way to those whose publishers turn plain clients away. It is
polled only where TOCSIN_SOURCES names it, because its data is under CC BY-NC 4.0: a business needs their licence.

Formats (seen: files of 2024 and 2026):

- index.json says where a data set's files are, and is all that is asked while nothing changes
- targets.simple.csv: one row a target
- entities.ftm.json: one JSON object a line, of which those with `"target": true` are entries
- entities.delta.json (not seen; from their description, read 2026-11): one operation a line, `{"op": "ADD|MOD|DEL",
  "entity": {...}}`, DEL with the id only; it follows a whole reading of entities.ftm.json

Which data set is in the address: TOCSIN_MIRROR or `tocsin poll --file` give another one. Key: their id, which may
change when they find that two entries are one. The programmes are their codes, else the name of the data set.
first_seen, last_seen and last_change are theirs and not the list's, and are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any

from adapters.formats import Body, CsvTable, mark_of, once, tidy, unread
from bot.model import Document, EntityKind, Identifier, Listing, Name, NameKind, Reading, Record
from bot.sources import list_source

VERSION = 1

_KINDS = {
    "Person": EntityKind.PERSON,
    "Company": EntityKind.COMPANY,
    "Organization": EntityKind.COMPANY,
    "LegalEntity": EntityKind.COMPANY,
    "PublicBody": EntityKind.COMPANY,
    "Vessel": EntityKind.VESSEL,
    "Airplane": EntityKind.AIRCRAFT,
}
#: Kinds of target that are no party (a wallet, a share): kept, of unknown kind, without a signal.
_OTHER_KINDS = frozenset({"CryptoWallet", "Security", "Vehicle", "Asset"})
_COLUMNS = frozenset(
    {
        *("id", "schema", "name", "aliases", "birth_date", "countries", "addresses", "identifiers", "sanctions"),
        *("phones", "emails", "program_ids", "dataset", "first_seen", "last_seen", "last_change"),
    }
)
#: Properties of their model that hold numbers of a party -> kind.
_NUMBERS = {
    "imoNumber": "IMO",
    "registrationNumber": "Registration Number",
    "innCode": "INN",
    "ogrnCode": "OGRN",
    "leiCode": "LEI",
    "uscCode": "USCC",
    "isin": "ISIN",
    "taxNumber": "Tax ID No.",
    "passportNumber": "Passport",
    "idNumber": "National ID No.",
    "swiftBic": "SWIFT/BIC",
    "dunsCode": "DUNS",
}


@list_source(
    title="OpenSanctions: consolidated sanctions (opt-in)",
    publisher="OpenSanctions Datenbanken GmbH",
    url="https://data.opensanctions.org/datasets/latest/sanctions/index.json",
    index=True,
    page="https://www.opensanctions.org/datasets/sanctions/",
    every=timedelta(hours=12),
    composed=True,
    rows=range(1, 3_000_000),
    fill=(("programmes", 0.9),),
    usual=50,
    may_lose=0.2,
    licence="CC BY-NC 4.0; commercial use needs a licence of OpenSanctions (https://www.opensanctions.org/licensing/)",
    language="en",
    note=(
        "read only where TOCSIN_SOURCES names it, because of its licence. It repeats lists that are read here from "
        "their publishers: expect the same news twice. Another data set: set TOCSIN_MIRROR to it, or poll a file"
    ),
    opt_in=True,
    programmes=("UA-WS-MARE", "UA-WS-MILIND", "UA-WS-KIDNAPPERS", "UA-WS-STEALERS"),
    cap=800_000_000,
)
def opensanctions(document: Document) -> Reading:
    """index.json, targets.simple.csv, entities.ftm.json or entities.delta.json, recognised by content."""
    body = Body(document, "opensanctions")
    if _HEADER.match(body.head):
        reading = Reading(layout=f"targets.simple.csv/{VERSION}", records=(), open_ended=True)
        reading.records = _of_table(body, CsvTable(body, need=("id", "schema", "name")), reading.signals)
        return reading
    if body.head.lstrip().startswith(b"{") and b'"resources"' in body.head:
        return Reading(layout=f"index.json/{VERSION}", records=(), see=_data_of(body))
    if _OPERATION.match(body.head):
        reading = Reading(layout=f"entities.ftm.json/{VERSION}", records=(), taken=[])
        reading.records = _of_operations(body, reading)
        return reading
    if re.match(rb'\s*\{"id":\s*"', body.head):
        reading = Reading(layout=f"entities.ftm.json/{VERSION}", records=(), open_ended=True)
        reading.records = _of_lines(body, reading.signals)
        return reading
    raise body.unlike("targets.simple.csv or entities.ftm.json of a data set")


#: Where their index may lead: a document can be anybody's, and names addresses.
_THEIRS = re.compile(r"https://(?:[\w-]+\.)*opensanctions\.(?:org|com)/")
_OPERATION = re.compile(rb"\s*\{\s*\"op\"\s*:")


def _data_of(body: Body) -> str:
    """The address of targets.simple.csv in an index.json."""
    try:
        index = json.loads(b"".join(body.chunks()))
        urls = {str(one["name"]): str(one["url"]) for one in index["resources"]}
        failed = index.get("result") == "failure"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise body.damaged(f"an index.json that cannot be read ({error}): cut; fetch it again") from error
    if failed:
        raise body.damaged("their own last reading of this data set failed, says its index.json; it is tried again")
    url = urls.get("targets.simple.csv", "")
    if not _THEIRS.match(url):
        raise body.damaged(f"the index.json gives no address of theirs for targets.simple.csv ({url[:80]!r})")
    return url


_HEADER = re.compile(rb"\s*\"?id\"?,\"?schema\"?,\"?name\"?,")


def _several(cell: str) -> list[str]:
    return [text for part in cell.split(";") if (text := tidy(part).strip('"'))] if cell else []


def _kind(schema: str, signals: list[str]) -> EntityKind:
    kind = _KINDS.get(schema)
    if kind is None and schema not in _OTHER_KINDS:
        once(signals, f"unknown schema {schema!r}")
    return kind or EntityKind.UNKNOWN


# ── targets.simple.csv ────────────────────────────────────────────────────────────────────────────────────────────


def _of_table(body: Body, table: CsvTable, signals: list[str]) -> Iterator[Record]:
    count = 0
    new = set(table.header) - _COLUMNS
    for row, cells in table:
        count += 1
        key = cells.get("id", "")
        if not key:
            raise body.damaged(f"line {row.line} has no id; has the format changed?")
        if new:
            unread({column: cells.get(column) for column in table.header if column in new}, signals, "column")
        mark = mark_of("\x1f".join([f"{name}={cells.get(name, '')}" for name in _MEANT]).encode())
        yield Record(key, mark, partial(_of_row, key, cells, signals))
    if not count:
        raise body.damaged("a header and no rows; fetch it again")
    body.judge(count, signals)


_MEANT = tuple(sorted(_COLUMNS - {"first_seen", "last_seen", "last_change"}))


def _of_row(key: str, cells: dict[str, str], signals: list[str]) -> Listing:
    said = cells.get
    name = tidy(said("name")) or key
    aliases = dict.fromkeys(_several(said("aliases", "")))
    aliases.pop(name, None)
    return Listing(
        source="opensanctions",
        key=key,
        name=name,
        kind=_kind(said("schema", ""), signals),
        aliases=tuple([Name(alias) for alias in aliases]),
        programmes=_programmes(said("program_ids", ""), said("dataset", "")),
        identifiers=tuple(dict.fromkeys(map(_number, _several(said("identifiers", ""))))),
        countries=_countries(said("countries", "")),
        addresses=tuple(dict.fromkeys(_several(said("addresses", "")))),
        remarks=_remarks(said("sanctions", "")),
        url=_page_of(key),
        details=tuple([("born", day) for day in _several(said("birth_date", ""))]),
    )


# A few thousand targets are under a few dozen combinations of programmes and countries.
@lru_cache(maxsize=2_048)
def _programmes(cell: str, data_set: str) -> tuple[str, ...]:
    return tuple(code for code in _several(cell) or [tidy(data_set)] if code)


@lru_cache(maxsize=2_048)
def _countries(cell: str) -> tuple[str, ...]:
    return tuple(country.upper() for country in _several(cell))


@lru_cache(maxsize=2_048)
def _remarks(cell: str) -> str:
    return tidy(cell).strip('" ')


def _number(text: str) -> Identifier:
    found = re.fullmatch(r"IMO ?(\d{7})", text) if text.startswith("IMO") else None
    return Identifier("IMO", found[1]) if found else Identifier("identifier", text)


def _page_of(key: str) -> str:
    return f"https://www.opensanctions.org/entities/{key}/"


# ── entities.ftm.json ─────────────────────────────────────────────────────────────────────────────────────────────


def _lines(body: Body) -> Iterator[bytes]:
    rest = b""
    for chunk in body.chunks():
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line for line in lines if line.strip())
    if rest.strip():
        yield rest


def _of_lines(body: Body, signals: list[str]) -> Iterator[Record]:
    count = targets = 0
    for line in _lines(body):
        count += 1
        try:
            record = _of_object(json.loads(line), signals)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise body.damaged(f"line {count} is no entity ({error}): cut or garbled; fetch it again") from error
        if record:
            targets += 1
            yield record
    if not targets:
        once(signals, f"none of {count} entities is a target")
    body.judge(targets, signals)


def _of_operations(body: Body, reading: Reading) -> Iterator[Record]:
    """What was added or modified as records, who was deleted (or is no target any more) into `taken`."""
    assert reading.taken is not None
    latest: dict[str, tuple[str, Any]] = {}  # several operations on one entity: the last one holds
    for count, line in enumerate(_lines(body), 1):
        try:
            operation: Any = json.loads(line)
            op, entity = str(operation["op"]), operation["entity"]
            latest[str(entity["id"])] = op, entity
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise body.damaged(f"line {count} is no operation ({error}): cut or garbled; fetch it again") from error
        if op not in {"ADD", "MOD", "DEL"}:
            raise body.damaged(f"line {count} has the unknown operation {op[:20]!r}; has the format changed?")
    for key, (op, entity) in latest.items():
        try:
            record = None if op == "DEL" else _of_object(entity, reading.signals)
        except (KeyError, TypeError, AttributeError) as error:
            raise body.damaged(f"{key} is no entity ({error}): garbled; fetch it again") from error
        if record:
            yield record
        else:
            reading.taken.append(key)
    body.judge(len(latest), reading.signals)


def _of_object(entity: Any, signals: list[str]) -> Record | None:
    """An entity as a record; None for one that is no target. Raises KeyError and the like for what is no entity."""
    key, target, facts = str(entity["id"]), bool(entity.get("target", True)), entity["properties"]
    schema, caption, data_sets = entity["schema"], entity.get("caption", ""), entity.get("datasets", [])
    if not target:
        return None
    mark = mark_of(json.dumps([schema, caption, facts, data_sets], sort_keys=True).encode())
    return Record(key, mark, partial(_of_entity, key, schema, caption, facts, data_sets, signals))


def _of_entity(
    key: str, schema: str, caption: str, facts: dict[str, list[str]], data_sets: list[str], signals: list[str]
) -> Listing:
    def every(*properties: str) -> Iterator[str]:
        yield from (text for name in properties for one in facts.get(name, ()) if (text := tidy(str(one))))

    name = tidy(caption) or next(every("name"), key)
    names = [
        *(Name(text) for text in every("name", "alias")),
        *(Name(text, NameKind.WEAK) for text in every("weakAlias")),
        *(Name(text, NameKind.FORMER) for text in every("previousName")),
        *(Name(text, NameKind.ACRONYM) for text in every("abbreviation")),
    ]
    return Listing(
        source="opensanctions",
        key=key,
        name=name,
        kind=_kind(schema, signals),
        aliases=tuple(dict.fromkeys(one for one in names if one.text != name)),
        programmes=_unique(every("programId")) or tuple(data_sets),
        identifiers=tuple(
            dict.fromkeys(Identifier(kind, number) for name, kind in _NUMBERS.items() for number in every(name))
        ),
        countries=tuple(country.upper() for country in _unique(every("country", "nationality", "jurisdiction"))),
        addresses=_unique(every("address")),
        remarks=" ".join(_unique(every("notes", "description"))),
        url=_page_of(key),
        details=tuple(dict.fromkeys(("born", day) for day in every("birthDate"))),
    )


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
