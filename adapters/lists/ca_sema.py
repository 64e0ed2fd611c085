"""Canada's consolidated list under the Special Economic Measures Act and the Justice for Victims Act (JVCFOR).

XML, `data-set/record`, seen in files of 2022 and 2025. Elements were renamed between them (Entity -> EntityOrShip,
Title -> TitleOrShip, DateOfBirth -> DateOfBirthOrShipBuildDate) and added (DateOfListing, ShipIMONumber); both are
read. Other names stand in Aliases, and since 2024 at times in the name: "X JSC (also known as Y and AO Z)".

There is no id. Key: country and name. Schedule and item would look more lasting, but schedules are named anew from time
to time: of 2,605 entries of 2022 the file of 2025 has 2,355 under the same country and name, and 225 under the same
country, schedule and item. Where one name stands twice in a country, the one with the lowest item has the plain key
and the others add their schedule and item. The programme is the country (or act) of the regulations, in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import NamedTuple

from lxml import etree

from adapters.formats import Body, XmlRecords, folded, local, looks_like, mark_of, once, tidy, trimmed, unread
from bot.model import Document, EntityKind, Identifier, Listing, Name, Reading, Record
from bot.sources import list_source

VERSION = 3

#: Element -> what both generations of the file call it here.
_FIELDS = {
    "Country": "country",
    "LastName": "last",
    "GivenName": "given",
    "Entity": "entity",
    "EntityOrShip": "entity",
    "Title": "title",
    "TitleOrShip": "title",
    "Aliases": "aliases",
    "DateOfBirth": "born",
    "DateOfBirthOrShipBuildDate": "born",
    "ShipIMONumber": "imo",
    "Schedule": "schedule",
    "Item": "item",
    "DateOfListing": "listed",
}
#: Countries that the list named anew: the old name, and the one that stands since.
_SAME = {"Burma": "Myanmar (Burma)"}


@list_source(
    title="Consolidated Canadian Autonomous Sanctions List (SEMA, JVCFOR)",
    publisher="Global Affairs Canada",
    url="https://www.international.gc.ca/world-monde/assets/office_docs/international_relations-relations_internationales/sanctions/sema-lmes.xml",
    page="https://www.international.gc.ca/world-monde/international_relations-relations_internationales/sanctions/consolidated-consolide.aspx",
    every=timedelta(hours=6),
    composed=True,
    rows=range(1, 50_000),
    fill=(("programmes", 0.9), ("kind", 0.9)),
    usual=1_000,  # 2,606 in May 2022, 4,759 in May 2025
    licence="Government of Canada, reuse on its terms",
    note="it has no ids: an entry under another name is found again by a name or number that it kept, or by nearly the "
    "same spelling",
    programmes=(
        *("Belarus", "China", "Guatemala", "Haiti", "Hamas Terrorist Attacks", "Extremist Settler Violence", "Iran"),
        *("Justice for Victims of Corrupt Foreign Officials Regulations (JVCFOR)", "Moldova", "Myanmar (Burma)"),
        *("Nicaragua", "Russia", "South Sudan", "Sri Lanka", "Sudan", "Syria", "Ukraine", "Venezuela", "Zimbabwe"),
    ),
)
def ca_sema(document: Document) -> Reading:
    """sema-lmes.xml of either generation, recognised by its root."""
    body = Body(document, "ca_sema")
    if not looks_like(body.head).startswith("XML"):
        raise body.unlike("sema-lmes.xml")
    records = XmlRecords(body, "record")
    if (root := local(records.root)) != "data-set":
        raise body.damaged(f"this is XML <{root}>, not a <data-set>; give sema-lmes.xml")
    dated = b"<DateOfListing>" in body.head  # the second generation: what it has in addition is no change
    reading = Reading(layout=f"sema-lmes.xml{' dated' if dated else ''}/{VERSION}", records=())
    reading.records = _records(body, records, reading.signals)
    return reading


class _Row(NamedTuple):
    mark: bytes
    fields: dict[str, str]
    country: str
    name: str

    @property
    def place(self) -> tuple[int, str, str]:
        item, schedule = self.fields.get("item", ""), folded(self.fields.get("schedule", ""))
        return int(item) if item.isdigit() else 1 << 30, item, schedule


def _records(body: Body, records: XmlRecords, signals: list[str]) -> Iterator[Record]:
    rows: dict[str, list[_Row]] = {}
    count = 0
    for raw, element in records.parsed():
        count += 1
        fields = _fields(element, signals)
        country, named, name = *_countries(fields.get("country", "")), _name(fields)
        if not (name and country):
            raise body.damaged(f"entry {count} has no name or no country; has the format changed?")
        rows.setdefault(f"{named}: {folded(name)}", []).append(_Row(mark_of(raw), fields, country, name))
    for composed, group in rows.items():
        if len(group) > 1:
            group.sort(key=lambda row: row.place)
        for row in group:
            key = composed if row is group[0] else f"{composed} # {row.place[2]} {row.place[1]}".rstrip()
            yield Record(key, row.mark, partial(_listing, key, row, signals))
    body.judge(count, signals)


def _name(fields: dict[str, str]) -> str:
    return fields.get("entity") or f"{fields.get('given', '')} {fields.get('last', '')}".strip()


@lru_cache(maxsize=256)
def _countries(text: str) -> tuple[str, str]:
    """The English half of "Belarus / Bélarus", and as keys have it."""
    english = text.split("/")[0].strip()
    country = _SAME.get(english, english)
    return country, folded(country)


def _fields(record: etree._Element, signals: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for part in record:
        if text := tidy(part.text):
            if field := _FIELDS.get(tag := local(part)):
                fields[field] = text
            else:
                unread({tag: text}, signals, "element of record")
    return fields


def _listing(key: str, row: _Row, signals: list[str]) -> Listing:
    fields = row.fields
    name, also = _also_known(row.name)
    aliases = [alias for alias in (*also, *_aliases(fields.get("aliases", ""))) if alias != name]
    if "entity" in fields:
        aliases = [one for alias in aliases for one in _either(alias)]
    kind = EntityKind.VESSEL if "imo" in fields else EntityKind.COMPANY if "entity" in fields else EntityKind.PERSON
    details = [(name, fields[name]) for name in ("title", "born", "schedule", "item") if name in fields]
    return Listing(
        source="ca_sema",
        key=key,
        name=name,
        kind=kind,
        aliases=tuple(map(Name, dict.fromkeys(aliases))),
        programmes=(row.country,),
        listed_on=_day(fields.get("listed", ""), signals),
        identifiers=(Identifier("IMO", fields["imo"]),) if "imo" in fields else (),
        details=tuple(details),
    )


_ALSO = re.compile(r"\s*\(also known as (?P<others>.+?)\)?$")
_FORM = r"(?:AO|OAO|ZAO|PAO|OOO|AS|JSC|OJSC|PJSC|LLC|(?:Open |Public |Closed )?Joint[- ]Stock Company)\b"
#: Of "X and Y" the second begins with a legal form, or as the first did: any other "and" may be part of a name.
_AND = re.compile(rf" and (?={_FORM})|(?<=^)(?P<first>\w{{4,}})(?P<rest>.*?) and (?=(?P=first))")


def _also_known(text: str) -> tuple[str, list[str]]:
    """A name, and the others that are given with it."""
    found = _ALSO.search(text)
    if not found or not found.start():
        return text, []
    return text[: found.start()], [one for part in _aliases(found["others"]) for one in _one_by_one(part)]


def _one_by_one(text: str) -> list[str]:
    found = _AND.search(text)
    if not found:
        return [text.removeprefix("and ")]
    return [text[: text.index(" and ", found.start())], *_one_by_one(text[found.end() :])]


def _either(alias: str) -> list[str]:
    """The names in "X or Y". Of a person the two may share what stands once: "Aleksandr or Alexander Karol"."""
    return [one for part in _OR.split(alias) if (one := trimmed(part)) and not _ONLY_FORM.fullmatch(one)]


#: No Russian name has an English "and" in it.
_OR = re.compile(r" or | and (?=[«“\"]?[А-Яа-яЁё])")
#: "Joint-stock company or JSC X" names the company once.
_ONLY_FORM = re.compile(
    r"(?:(?:открытое|публичное|закрытое) )?акционерное общество|общество с ограниченной ответственностью",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^(?:\w+ian|Farsi|Arabic|Hebrew|English|French) ?: ?", re.IGNORECASE)
_BETWEEN = re.compile(
    r";|,(?!\s*(?:Ltd|Limited|Inc|LLC|Co|Corp|GmbH|S\.A|LLP|JSC|OJSC|PJSC)\b)"
    r"(?!\s*(?:[A-Z]?AO|OOO|SC|FSUE|[А-Я]?АО|ООО|ФГУП)\s*(?:[,;]|or\b|$))",
    re.IGNORECASE,
)


_IN_BRACKETS = re.compile(r"\([^()]*\)")


def _aliases(text: str) -> Iterator[str]:
    """Names between semicolons or commas that lead to no legal form, without "Russian:" before them."""
    within = [found.span() for found in _IN_BRACKETS.finditer(text)]
    cuts = [found.span() for found in _BETWEEN.finditer(text)]
    ends = [cut for cut in cuts if not any(start < cut[0] < end for start, end in within)]
    starts = [0, *(end for _, end in ends)]
    for part in (text[start:end] for start, end in zip(starts, [*(one for one, _ in ends), None], strict=True)):
        if alias := trimmed(
            _LABEL.sub("", part.strip()).strip().removeprefix("or ").removeprefix("and ").removesuffix(" AKA")
        ):
            yield alias


#: Day 0 of spreadsheets: dates were at times published as the number of days since.
_DAY_0 = date(1899, 12, 30)


def _day(text: str, signals: list[str]) -> date | None:
    if not text:
        return None
    if text.isdecimal() and len(text) == 5:
        return _DAY_0 + timedelta(days=int(text))
    try:
        return date.fromisoformat(text)
    except ValueError:
        once(signals, f"DateOfListing {text[:30]!r} is no ISO date")
        return None
