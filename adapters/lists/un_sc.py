"""The consolidated list of the UN Security Council: persons and organisations of all its sanctions committees.

XML (`CONSOLIDATED_LIST/INDIVIDUALS/INDIVIDUAL` and `.../ENTITIES/ENTITY`), seen in files of 2018 to 2025. Key: DATAID,
which stays; REFERENCE_NUMBER ("KPi.033") is kept among the details. The programme is UN_LIST_TYPE, the committee.

The file is made anew every night, so its date says nothing. Nor do VERSIONNUM, LIST_TYPE, SORT_KEY, LAST_DAY_UPDATED,
GENDER, who submitted the name, and links to Interpol: in 2026 new link elements made 995 of 1,003 entries other XML,
while 18 had changed. They are left out of the content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from lxml import etree

from adapters.formats import (
    Body,
    XmlElements,
    latin,
    listed_as,
    local,
    looks_like,
    mark_of,
    moment,
    once,
    tidy,
    trimmed,
    unread,
)
from bot.model import Document, EntityKind, Identifier, Listing, Name, NameKind, Reading, Record
from bot.sources import list_source

VERSION = 2

_KINDS = {"INDIVIDUAL": EntityKind.PERSON, "ENTITY": EntityKind.COMPANY}
_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME", "FIFTH_NAME", "SIXTH_NAME")
#: How good the committee thinks an alias is. A dead alias element has no quality.
_QUALITIES = {
    "good": NameKind.ALIAS,
    "a.k.a.": NameKind.ALIAS,
    "low": NameKind.WEAK,
    "f.k.a.": NameKind.FORMER,
    "": NameKind.ALIAS,
}
#: Elements that change without meaning.
_VOLATILE = frozenset(
    {
        *("VERSIONNUM", "SORT_KEY", "SORT_KEY_LAST_MOD", "LIST_TYPE", "LAST_DAY_UPDATED", "GENDER"),
        *("SUBMITTED_BY", "SUBMITTED_ON", "HAS_INTERPOL_LINK", "INTERPOL_LINK"),
    }
)
_INTERPOL = re.compile(r"\s*INTERPOL-UN Security Council Special Notice web link:?\s*\S*", re.IGNORECASE)


@list_source(
    title="UN Security Council consolidated list",
    publisher="United Nations Security Council",
    url="https://scsanctions.un.org/resources/xml/en/consolidated.xml",
    page="https://main.un.org/securitycouncil/en/content/un-sc-consolidated-list",
    every=timedelta(hours=4),
    rows=range(1, 10_000),
    fill=(("programmes", 0.9), ("kind", 0.9), ("listed_on", 0.9), ("countries", 0.5)),
    may_lose=0.2,  # a whole regime may end at once
    usual=400,  # 875 in May 2024, 1,100 in June 2018
    licence="United Nations; reuse with attribution",
    language="en",
    note="Made anew every night, mostly without a change.",
    programmes=(
        *("Al-Qaida", "CAR", "DPRK", "DRC", "GB", "Haiti", "Iran", "Iraq"),
        *("Libya", "Mali", "Somalia", "SouthSudan", "Sudan", "Taliban", "Yemen"),
    ),
)
def un_sc(document: Document) -> Reading:
    """consolidated.xml, recognised by its root."""
    body = Body(document, "un_sc")
    if not looks_like(body.head).startswith("XML"):
        raise body.unlike("consolidated.xml of the UN Security Council")
    elements = XmlElements(body, *_KINDS)
    if (root := local(elements.root)) != "CONSOLIDATED_LIST":
        raise body.damaged(f"this is XML <{root}>, not a <CONSOLIDATED_LIST>; give consolidated.xml")

    generated = str(elements.root.get("dateGenerated", ""))
    published = moment(generated)
    reading = Reading(layout=f"consolidated.xml/{VERSION}", records=(), edition=generated[:10], published=published)
    if published is None:
        once(reading.signals, f"dateGenerated is {generated[:40]!r}, no time")
    reading.records = _records(body, elements, reading.signals)
    return reading


_SECTIONS = ("INDIVIDUALS", "ENTITIES")
_DATAID = re.compile(rb"<(?:[\w.-]+:)?DATAID>\s*(\d+)\s*<")


def _records(body: Body, elements: XmlElements, signals: list[str]) -> Iterator[Record]:
    count = 0
    for count, raw in enumerate(elements, 1):
        if not (found := _DATAID.search(raw)):
            raise body.damaged(f"entry {count} has no DATAID; has the format changed?")
        key = found[1].decode()
        yield Record(key, mark_of(raw), partial(_parse, elements, raw, signals))
    for section in elements.sections:
        if section not in _SECTIONS:
            once(signals, f"unread section {section!r}")
    body.judge(count, signals)


def _parse(elements: XmlElements, raw: bytes, signals: list[str]) -> Listing:
    return listing_of(elements.element(raw), signals)


def listing_of(entry: etree._Element, signals: list[str]) -> Listing:
    """One INDIVIDUAL or ENTITY. What is unknown in it becomes a signal."""
    tag = local(entry)
    prefix = f"{tag}_"
    fields: dict[str, str] = {}
    groups: dict[str, list[etree._Element]] = {}
    for child in entry:
        name = local(child).removeprefix(prefix)
        if name in _VOLATILE:
            continue
        if len(child):
            groups.setdefault(name, []).append(child)
        elif text := tidy(child.text):
            fields[name] = text

    def each(name: str) -> list[dict[str, str]]:
        return [parts for group in groups.pop(name, ()) if (parts := _parts(group))]

    def values(name: str) -> list[str]:
        return [tidy(value.text) for group in groups.pop(name, ()) for value in group]

    places = [_place(one, signals, "ADDRESS") for one in each("ADDRESS")]
    aliases = [
        *_scripts(fields.pop("NAME_ORIGINAL_SCRIPT", "")),
        *(name for one in each("ALIAS") for name in _alias(one, signals)),
    ]
    countries = [*values("NATIONALITY"), *values("NATIONALITY2"), *(home for _, home in places)]
    details = [
        ("reference", fields.pop("REFERENCE_NUMBER", "")),
        *(("title", one) for one in values("TITLE")),
        *(("designation", one) for one in values("DESIGNATION")),
        *(("born", _born(one, signals)) for one in each("DATE_OF_BIRTH")),
        *(("place of birth", _place(one, signals, "PLACE_OF_BIRTH")[0]) for one in each("PLACE_OF_BIRTH")),
        ("delisted on", fields.pop("DELISTED_ON", "")),
    ]
    programme = fields.pop("UN_LIST_TYPE", "")
    listing = Listing(
        source="un_sc",
        key=fields.pop("DATAID", ""),
        name=" ".join(part for name in _NAMES if (part := fields.pop(name, ""))),
        kind=_KINDS[tag],
        aliases=tuple(dict.fromkeys(alias for alias in aliases if alias.text)),
        programmes=(programme,) if programme else (),
        listed_on=_day(fields.pop("LISTED_ON", ""), signals),
        identifiers=tuple(dict.fromkeys(found for one in each("DOCUMENT") if (found := _document(one, signals)))),
        countries=tuple(dict.fromkeys(country for country in countries if country)),
        addresses=tuple(dict.fromkeys(address for address, _ in places if address)),
        remarks=_without_link(fields.pop("COMMENTS1", "")),
        details=tuple(dict.fromkeys((name, value) for name, value in details if value)),
    )
    unread({**fields, **groups}, signals, f"element of {tag}")
    return listing


def _without_link(comments: str) -> str:
    # To ask first takes a tenth of the time: the pattern is tried at every blank of a long text.
    return _INTERPOL.sub("", comments).strip() if "INTERPOL-UN" in comments.upper() else comments


def _parts(group: etree._Element) -> dict[str, str]:
    return {local(part): text for part in group if (text := tidy(part.text))}


def _others_unread(parts: dict[str, str], known: frozenset[str], signals: list[str], where: str) -> None:
    if not known.issuperset(parts):
        unread({name: text for name, text in parts.items() if name not in known}, signals, f"element of {where}")


def _alias(alias: dict[str, str], signals: list[str]) -> Iterator[Name]:
    """One alias element, which may hold several names between semicolons. Its dates and places of birth, notes of

    the committee on one spelling, are not carried.
    """
    quality = alias.get("QUALITY", "")
    kind = _QUALITIES.get(quality.casefold())
    if kind is None:
        once(signals, f"unknown alias quality {quality!r}")
    for text in _BETWEEN.split(alias.get("ALIAS_NAME", "")):
        name = tidy(text).strip('", ')
        if former := listed_as(name):
            yield from (Name(spelling, NameKind.FORMER) for spelling in former)
        else:
            yield from (Name(spelling, kind or NameKind.ALIAS) for spelling in _spellings(name))


#: Aliases in one element stand between semicolons, or are lettered: "X b) Y".
_BETWEEN = re.compile(r";| (?=[b-z]\) )[b-z]\) ")
_ORIGINAL = re.compile(r"\(\s*original script\s*\)", re.IGNORECASE)
#: A name and a bracket behind it: one that holds brackets, or the last of several.
_BRACKETS = (
    re.compile(r"([^()]+)\((?:\s*original script:?)?((?:[^()]|\([^()]*\))+)\)?\W*", re.IGNORECASE),
    re.compile(r"(.+?)\((?:\s*original script:?)?([^()]+)\)?\W*", re.IGNORECASE),
)


def _spellings(text: str) -> tuple[str, ...]:
    """A name and the same in another script, in brackets that at times never close: "El Harrachi (الحراشي)"."""
    if "(" in text:
        text = _ORIGINAL.sub("", text).strip()
        for pattern in _BRACKETS:
            found = pattern.fullmatch(text)
            if found and latin(found[1]) != latin(found[2]):
                return tidy(found[1]), tidy(found[2])
    return (trimmed(text),)


def _scripts(text: str) -> Iterator[Name]:
    """The name in its own script. A language in brackets behind it is no part of it."""
    for part in text.split(";") if text else ():
        yield Name(tidy(_LANGUAGE.sub("", part)))


_LANGUAGE = re.compile(r"\([A-Za-z ]+\)")


_IN_PLACE = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")
_OF_PLACE = frozenset({*_IN_PLACE, "NOTE"})


def _place(place: dict[str, str], signals: list[str], where: str) -> tuple[str, str]:
    """A place in one line, and its country. A note ("in prison") is no part of an address."""
    _others_unread(place, _OF_PLACE, signals, where)
    return ", ".join([place[name] for name in _IN_PLACE if name in place]), place.get("COUNTRY", "")


_BIRTH = frozenset({"TYPE_OF_DATE", "DATE", "YEAR", "FROM_YEAR", "TO_YEAR", "NOTE"})


def _born(born: dict[str, str], signals: list[str]) -> str:
    _others_unread(born, _BIRTH, signals, "DATE_OF_BIRTH")
    span = "-".join(born[name] for name in ("FROM_YEAR", "TO_YEAR") if born.get(name))
    day = born.get("DATE", "")[:10] or born.get("YEAR", "") or span or born.get("NOTE", "")
    return f"about {day}" if day and born.get("TYPE_OF_DATE") == "APPROXIMATELY" else day


_IN_DOCUMENT = frozenset(
    {
        *("TYPE_OF_DOCUMENT", "TYPE_OF_DOCUMENT2", "NUMBER", "ISSUING_COUNTRY", "DATE_OF_ISSUE"),
        *("CITY_OF_ISSUE", "COUNTRY_OF_ISSUE", "NOTE"),
    }
)
_TYPES = {"numéro de passeport": "Passport", "número de pasaporte": "Passport", "passport": "Passport"}


def _document(paper: dict[str, str], signals: list[str]) -> Identifier | None:
    _others_unread(paper, _IN_DOCUMENT, signals, "DOCUMENT")
    kind = paper.get("TYPE_OF_DOCUMENT", "") or paper.get("TYPE_OF_DOCUMENT2", "") or "document"
    number = paper.get("NUMBER", "")
    return Identifier(_TYPES.get(kind.casefold(), kind), number) if number else None


def _day(text: str, signals: list[str]) -> date | None:
    """The day of "2016-11-30", also with an offset behind it ("2011-04-25-04:00"), as some entries have."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        once(signals, f"LISTED_ON {text[:40]!r} is no date")
        return None
