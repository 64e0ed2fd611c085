"""The data sets of OpenSanctions: other people's lists, gathered, cleaned and joined by a company in Berlin.

They bring lists for which we have no reader, and a second way to those whose publishers turn plain clients away. They
are polled only where a setting names them, because the data is under CC BY-NC 4.0: a business needs their licence.
TOCSIN_OPENSANCTIONS names data sets, each of which is a list of its own (`opensanctions.ch_seco_sanctions`);
`opensanctions` in TOCSIN_SOURCES is all their sanctions as one list.

Formats (seen: lists of 2024 and 2026; the rest from their exporters and their own client, yente, read 2026-11):

- index.json says which version is the newest (`version`: its moment and three letters, so that versions sort as time
  goes), where its files are with their size and SHA-1, how many targets it has, and where delta.json is. It is all that
  is asked while the version stays. Its address `/datasets/latest/NAME/` redirects to `/artifacts/NAME/VERSION/`.
- delta.json: `{"versions": {VERSION: address of its entities.delta.json}}`, up to a hundred of them. A version that
  changed nothing has none.
- entities.delta.json: what made that version of the one before it, one operation a line, `{"op": "ADD|MOD|DEL",
  "entity": {...}}`, DEL with the id only. An entity counts as modified when its schema or properties are; a change of
  its caption, data sets or being a target alone is not told, which is why a list is read whole now and then.
- entities.ftm.json: all of it, one JSON object a line, of which those with `"target": true` are entries
- targets.simple.csv: one row a target; read where a data set has no entities.ftm.json

Key: their id. It changes when they find that two entries are one; the id that stays names the other in `referents`, so
that this is told from a delisting. The programmes are their codes, else the names of the data sets: in the files of
entities the codes stand with the single sanctions, which are no targets and have files of changes of their own rhythm.
first_seen, last_seen and last_change are theirs and not the list's, and are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urljoin, urlsplit

from adapters.formats import Body, CsvTable, mark_of, once, tidy, unread
from bot.model import Document, EntityKind, Identifier, Listing, Name, NameKind, Pointer, Reading, Record
from bot.sources import ListSource, list_source

#: What our reading of each format is called; the number rises when the same file would be read otherwise.
TABLE, ENTITIES = "targets.simple.csv/1", "entities.ftm.json/2"
#: The files that hold a whole data set, the better one first: to the other no changes can be applied.
WHOLE = ("entities.ftm.json", "targets.simple.csv")

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


#: What some of the data sets are in plain words; others are called by their names.
_TITLES = {
    "ch_seco_sanctions": "Swiss sanctions (SECO)",
    "eu_fsf": "EU financial sanctions",
    "eu_journal_sanctions": "EU sanctions from the Official Journal",
    "gb_fcdo_sanctions": "UK Sanctions List",
    "jp_meti_eul": "Japan's Foreign End User List (METI)",
    "un_sc_sanctions": "UN Security Council sanctions",
    "us_dhs_uflpa": "UFLPA Entity List",
    "us_dod_chinese_milcorps": "Chinese military companies (US DoD)",
    "us_fcc_covered_list": "FCC Covered List",
    "us_ofac_cons": "OFAC non-SDN lists",
    "us_ofac_sdn": "OFAC SDN list",
    "us_special_leg": "Companies named in US statutes",
    "us_trade_csl": "US Consolidated Screening List",
}
_URL = "https://data.opensanctions.org/datasets/latest/{name}/index.json"
_PAGE = "https://www.opensanctions.org/datasets/{name}/"


@list_source(
    title="OpenSanctions: consolidated sanctions (opt-in)",
    publisher="OpenSanctions Datenbanken GmbH",
    url=_URL.format(name="sanctions"),
    index=True,
    page=_PAGE.format(name="sanctions"),
    every=timedelta(hours=12),
    composed=True,
    rows=range(1, 3_000_000),
    fill=(("programmes", 0.9),),
    usual=50,
    may_lose=0.2,
    licence="CC BY-NC 4.0; commercial use needs a licence of OpenSanctions (https://www.opensanctions.org/licensing/)",
    restricted=True,
    language="en",
    note=(
        "read only where TOCSIN_SOURCES names it, because of its licence. It repeats lists that are read here from "
        "their publishers: expect the same news twice. Single data sets of theirs (Swiss, Japanese, ... lists) are "
        "named in TOCSIN_OPENSANCTIONS instead, each a list of its own: opensanctions.NAME"
    ),
    opt_in=True,
    programmes=("UA-WS-MARE", "UA-WS-MILIND", "UA-WS-KIDNAPPERS", "UA-WS-STEALERS"),
    cap=800_000_000,
)
def opensanctions(document: Document) -> Reading:
    """index.json, delta.json, targets.simple.csv, entities.ftm.json or entities.delta.json, told by content."""
    return _read(document)


def data_set(name: str) -> ListSource:
    """One of their data sets as a list of its own. Whether they have one of that name, only they can say."""
    card = replace(
        opensanctions.card,
        id=f"{opensanctions.card.id}.{name}",
        title=f"{_TITLES.get(name, name)}, by OpenSanctions",
        url=_URL.format(name=name),
        page=_PAGE.format(name=name),
        usual=0,  # a short list is not a cut one: their index says how long it is
        programmes=(),
        note=(
            "read because TOCSIN_OPENSANCTIONS names it; its licence is not that of the list it repeats. An answer of "
            "404 means that they have no data set of this name: they are listed at "
            "https://www.opensanctions.org/datasets/"
        ),
    )
    return ListSource(card, partial(_read, source=card.id, name=name))


def _read(document: Document, *, source: str = "opensanctions", name: str = "") -> Reading:
    body = Body(document, source)
    if _HEADER.match(body.head):
        reading = Reading(layout=TABLE, records=(), open_ended=True)
        reading.records = _of_table(body, CsvTable(body, need=("id", "schema", "name")), reading.signals)
        return reading
    if _OPERATION.match(body.head):
        reading = Reading(layout=ENTITIES, records=(), taken=[])
        reading.records = _of_operations(body, reading)
        return reading
    if _ENTITY.match(body.head):
        reading = Reading(layout=ENTITIES, records=(), open_ended=True)
        reading.records = _of_lines(body, reading.signals)
        return reading
    if body.head.lstrip().startswith(b"{") and b'"resources"' in body.head:
        return _of_index(body, name)
    if _VERSIONS.match(body.head):
        return _of_versions(body)
    raise body.unlike("entities.ftm.json or targets.simple.csv of a data set")


_HEADER = re.compile(rb"\s*\"?id\"?,\"?schema\"?,\"?name\"?,")
_OPERATION = re.compile(rb"\s*\{\s*\"op\"\s*:")
_ENTITY = re.compile(rb'\s*\{\s*"id"\s*:\s*"')
_VERSIONS = re.compile(rb'\s*\{\s*"versions"\s*:')


# ── index.json and delta.json ─────────────────────────────────────────────────────────────────────────────────────

#: Where their index may lead: a document can be anybody's, and names addresses.
_THEIRS = re.compile(r"https://(?:[\w-]+\.)*opensanctions\.(?:org|com)/")
_SHA1 = re.compile(r"[0-9a-f]{40}")


def _of_index(body: Body, name: str) -> Reading:
    """Which version is the newest, and where it is."""
    try:
        index = json.loads(b"".join(body.chunks()))
        files = {str(one["name"]): one for one in index["resources"]}
        called, result, version = (str(index.get(field, "")) for field in ("name", "result", "version"))
        delta, count = str(index.get("delta_url") or ""), index.get("target_count")
        whole = next((known for known in WHOLE if known in files), WHOLE[0])
        see = _pointer(body, files.get(whole, {}))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise body.damaged(f"an index.json that cannot be read ({error}): cut; fetch it again") from error
    if name and called and called != name:
        raise body.damaged(f"the index.json of the data set {called[:80]!r}, not of {name}; check the mirror")
    if result == "failure":
        raise body.damaged("their own last reading of this data set failed, says its index.json; it is tried again")
    if not _may_lead(body, see.url):
        raise body.damaged(f"the index.json gives no address of theirs for {whole} ({see.url[:80]!r})")
    changes = urljoin(body.document.url, delta) if delta and whole == WHOLE[0] else ""
    return Reading(
        layout="index.json/1",
        records=(),
        edition=version,
        published=_moment(version),
        declared=count if isinstance(count, int) and count > 0 else None,
        see=see,
        changes=changes if _may_lead(body, changes) else "",
    )


def _pointer(body: Body, file: dict[str, Any]) -> Pointer:
    url, size, checksum = str(file.get("url", "")), file.get("size"), str(file.get("checksum", ""))
    return Pointer(
        urljoin(body.document.url, url) if url else "",
        size=size if isinstance(size, int) and size > 0 else 0,
        sha1=checksum if _SHA1.fullmatch(checksum) else "",
    )


def _may_lead(body: Body, url: str) -> bool:
    """Whether an index may send us there: to a server of theirs, or to the one it came from (a mirror)."""
    ours, its = urlsplit(body.document.url), urlsplit(url)
    same = its.scheme in {"http", "https"} and (its.scheme, its.netloc) == (ours.scheme, ours.netloc)
    return same or bool(_THEIRS.match(url))


def _moment(version: str) -> datetime | None:
    """When a version was begun: 20260707123218-hai is of 2026-07-07 12:32:18 (UTC)."""
    try:
        return datetime.strptime(version[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _of_versions(body: Body) -> Reading:
    """Where the changes of each version are."""
    try:
        versions = json.loads(b"".join(body.chunks()))["versions"]
        steps = tuple((str(version), urljoin(body.document.url, str(url))) for version, url in sorted(versions.items()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise body.damaged(f"a delta.json that cannot be read ({error}): cut; fetch it again") from error
    if strange := [url for _, url in steps if not _may_lead(body, url)]:
        raise body.damaged(f"the delta.json leads to no address of theirs ({strange[0][:80]!r})")
    return Reading(layout="delta.json/1", records=(), steps=steps)


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
        yield Record(key, mark, partial(_of_row, body.source, key, cells, signals))
    if not count:
        raise body.damaged("a header and no rows; fetch it again")
    body.judge(count, signals)


_MEANT = tuple(sorted(_COLUMNS - {"first_seen", "last_seen", "last_change"}))


def _of_row(source: str, key: str, cells: dict[str, str], signals: list[str]) -> Listing:
    said = cells.get
    name = tidy(said("name")) or key
    aliases = dict.fromkeys(_several(said("aliases", "")))
    aliases.pop(name, None)
    return Listing(
        source=source,
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
            record = _of_object(body.source, json.loads(line), signals)
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
    latest: dict[str, Record | None] = {}  # several operations on one entity: the last one holds
    for count, line in enumerate(_lines(body), 1):
        try:
            operation: Any = json.loads(line)
            op, entity = str(operation["op"]), operation["entity"]
            key = str(entity["id"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise body.damaged(f"line {count} is no operation ({error}): cut or garbled; fetch it again") from error
        if op not in {"ADD", "MOD", "DEL"}:
            raise body.damaged(f"line {count} has the unknown operation {op[:20]!r}; has the format changed?")
        try:
            latest[key] = None if op == "DEL" else _of_object(body.source, entity, reading.signals)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise body.damaged(f"{key[:80]} is no entity ({error}): garbled; fetch it again") from error
    yield from (record for record in latest.values() if record)
    reading.taken += [key for key, record in latest.items() if record is None]
    body.judge(len(latest), reading.signals)


def _of_object(source: str, entity: Any, signals: list[str]) -> Record | None:
    """An entity as a record; None for one that is no target. Raises KeyError and the like for what is no entity.

    The same entity gives the same record whichever file it stands in: their properties are sets, written in any order.
    """
    key, properties, schema = str(entity["id"]), entity["properties"].items(), entity["schema"]
    if not entity.get("target", True):
        return None
    facts = {name: _values(values) for name, values in properties}
    caption, data_sets = entity.get("caption", ""), sorted(entity.get("datasets", []))
    mark = mark_of(json.dumps([schema, caption, facts, data_sets], sort_keys=True).encode())
    referents = tuple(str(one) for one in entity.get("referents", ()))
    return Record(key, mark, partial(_of_entity, source, key, schema, caption, facts, data_sets, signals), referents)


def _values(values: Any) -> list[str]:
    """The values of a property in one order. A lone one without its list was seen in 2024."""
    if not isinstance(values, list):
        return [str(values)]
    return sorted(map(str, values)) if len(values) > 1 else [str(one) for one in values]


def _of_entity(
    source: str,
    key: str,
    schema: str,
    caption: str,
    facts: dict[str, list[str]],
    data_sets: list[str],
    signals: list[str],
) -> Listing:
    def every(*properties: str) -> Iterator[str]:
        yield from (text for name in properties for one in facts.get(name, ()) if (text := tidy(one)))

    name = tidy(caption) or next(every("name"), key)
    names = [
        *(Name(text) for text in every("name", "alias")),
        *(Name(text, NameKind.WEAK) for text in every("weakAlias")),
        *(Name(text, NameKind.FORMER) for text in every("previousName")),
        *(Name(text, NameKind.ACRONYM) for text in every("abbreviation")),
    ]
    return Listing(
        source=source,
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
