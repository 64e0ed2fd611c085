"""Switzerland's list of all who are sanctioned under its ordinances, kept by its State Secretariat for Economic
Affairs (SECO).

XML: `swiss-sanctions-list/{sanctions-program, target, place}`. No file was at hand: the format is from public readers
of it (2026-11), and is to be checked on the first real file. What they agree on:

- Key: target@ssid.
- The whole list keeps those who were taken off. A target's newest `modification` says whether it is still listed; the
  others ("de-listed") are left out. Inside a modification stand copies of the target before and after, which are not
  targets of the list.
- A name has parts in an order, each with spelling variants by script. The programme is the English program-key of the
  sanctions set that the target names.

Addresses and places of birth point to `place` elements behind the targets, and are not carried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial

from lxml import etree

from adapters.formats import Body, XmlElements, local, looks_like, mark_of, once, tidy
from bot.model import Document, EntityKind, Identifier, Listing, Name, NameKind, Reading, Record
from bot.sources import list_source

VERSION = 1

_NAME_KINDS = {
    "primary-name": NameKind.PRIMARY,
    "alias": NameKind.ALIAS,
    "formerly-known-as": NameKind.FORMER,
    "maiden-name": NameKind.FORMER,
}
_SUBJECTS = {"individual": EntityKind.PERSON, "entity": EntityKind.COMPANY, "object": EntityKind.UNKNOWN}
_OBJECTS = {"vessel": EntityKind.VESSEL, "aircraft": EntityKind.AIRCRAFT}
#: What stands in each element, by the names its public readers know (2026-11); anything else is signalled.
_KNOWN = {
    "target": {"sanctions-set-id", "foreign-identifier", "generic-attribute", "modification", *_SUBJECTS},
    "subject": {"identity", "justification", "relation", "other-information", "generic-attribute"},
    "identity": {"name", "address", "day-month-year", "nationality", "place-of-birth", "identification-document"},
    "name": {"name-part"},
    "name-part": {"value", "spelling-variant"},
}
_STILL = ("listed", "amended")
_OFF = "de-listed"


@list_source(
    title="Swiss consolidated sanctions list (SECO)",
    publisher="State Secretariat for Economic Affairs SECO, Switzerland",
    url="https://www.sesam.search.admin.ch/sesam-search-web/pages/downloadXmlGesamtliste.xhtml?lang=en&action=downloadXmlGesamtlisteAction",
    page="https://www.seco.admin.ch/seco/en/home/Aussenwirtschaftspolitik_Wirtschaftliche_Zusammenarbeit/Wirtschaftsbeziehungen/exportkontrollen-und-sanktionen/sanktionen-embargos.html",
    every=timedelta(hours=12),
    rows=range(1, 60_000),
    fill=(("programmes", 0.9), ("kind", 0.9)),
    usual=2_000,
    licence="Swiss federal administration, reuse with attribution",
    language="en",
    note="read as others describe the format: no file of it was at hand when the reader was written",
    silence=timedelta(seconds=120),
    programmes=("Belarus", "Democratic People's Republic of Korea", "Iran", "Myanmar", "Syria", "Ukraine"),
)
def ch_seco(document: Document) -> Reading:
    """The whole list as XML, recognised by its root."""
    body = Body(document, "ch_seco")
    if not looks_like(body.head).startswith("XML"):
        raise body.unlike("the whole list of SECO as XML")
    elements = XmlElements(body, "sanctions-program", "target", "place")
    if (root := local(elements.root)) != "swiss-sanctions-list":
        raise body.damaged(f"this is XML <{root}>, not a <swiss-sanctions-list>; give the whole list of SECO as XML")
    dated = str(elements.root.get("date", ""))[:10]
    reading = Reading(
        layout=f"swiss-sanctions-list.xml/{VERSION}", records=(), edition=dated, published=_midnight(dated)
    )
    reading.records = _records(body, elements, reading.signals)
    return reading


def _midnight(text: str) -> datetime | None:
    day = _day(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _records(body: Body, elements: XmlElements, signals: list[str]) -> Iterator[Record]:
    programmes: dict[str, str] = {}  #: ssid of a sanctions set -> English key of its programme
    count = 0
    for raw in elements:
        if raw.startswith(b"<place"):
            continue
        element = elements.element(raw)
        if local(element) == "sanctions-program":
            programmes |= _sets(element)
            continue
        count += 1
        key = str(element.get("ssid", ""))
        if not key:
            raise body.damaged(f"target {count} has no ssid; has the format changed?")
        if _listed(element, signals):
            yield Record(key, mark_of(raw), partial(_parse, elements, raw, programmes, signals))
    body.judge(count, signals)


def _parse(elements: XmlElements, raw: bytes, programmes: Mapping[str, str], signals: list[str]) -> Listing:
    return _listing(elements.element(raw), programmes, signals)


def _sets(programme: etree._Element) -> dict[str, str]:
    """The sanctions sets of a programme, each with the programme's key in English."""
    keys = {str(one.get("lang", "")): tidy(one.text) for one in programme.iter("{*}program-key")}
    key = keys.get("eng") or next(iter(keys.values()), "")
    return {str(one.get("ssid", "")): key for one in programme.iter("{*}sanctions-set")}


def _listed(target: etree._Element, signals: list[str]) -> bool:
    """Whether the newest modification leaves the target on the list; of one day, the one that stands first."""
    newest, kind = "", _STILL[0]
    for one in target.iterchildren("{*}modification"):
        day = str(one.get("effective-date") or one.get("publication-date") or "")
        if day > newest:
            newest, kind = day, str(one.get("modification-type", ""))
    if kind not in (*_STILL, _OFF):
        once(signals, f"unknown kind of modification {kind!r}, taken as listed")
    return kind != _OFF


def _listing(target: etree._Element, programmes: Mapping[str, str], signals: list[str]) -> Listing:
    subject = next((child for child in target if local(child) in _SUBJECTS), None)
    if subject is None:
        once(signals, "a target that is no individual, entity or object")
        subject = target
    _check(target, subject, signals)
    names = [
        name for identity in _identities(subject) for one in identity.iter("{*}name") for name in _names(one, signals)
    ]
    first = next((name.text for name in names if name.kind is NameKind.PRIMARY), names[0].text if names else "")
    aliases = dict.fromkeys(
        Name(one.text, NameKind.ALIAS if one.kind is NameKind.PRIMARY else one.kind)
        for one in names
        if one.text not in ("", first)
    )
    listed = [_day(one.get("effective-date")) for one in target.iterchildren("{*}modification") if _is_listing(one)]
    sets = [tidy(one.text) for one in target.iterchildren("{*}sanctions-set-id")]
    sets += str(target.get("sanctions-set-id", "")).split()
    codes = [programmes.get(one, "") for one in sets]
    for one, code in zip(sets, codes, strict=True):
        if not code:
            once(signals, f"unknown sanctions set {one!r}, which no programme of the file has")
    thing = str(subject.get("object-type", ""))
    if thing and thing not in _OBJECTS:
        once(signals, f"unknown type of object {thing!r}")
    key = str(target.get("ssid", ""))
    return Listing(
        source="ch_seco",
        key=key,
        name=first or key,
        kind=_OBJECTS.get(thing, _SUBJECTS.get(local(subject), EntityKind.UNKNOWN)),
        aliases=tuple(aliases),
        programmes=tuple(dict.fromkeys(code for code in codes if code)),
        listed_on=min((day for day in listed if day), default=None),
        reason=" ".join(tidy(one.text) for one in subject.iterchildren("{*}justification") if tidy(one.text)),
        identifiers=tuple(dict.fromkeys(_numbers(subject))),
        countries=tuple(
            dict.fromkeys(
                country
                for nationality in subject.iter("{*}nationality")
                for one in nationality.iter("{*}country")
                if (country := tidy(one.text) or str(one.get("iso-code", "")))
            )
        ),
        remarks=" ".join(tidy(one.text) for one in subject.iterchildren("{*}other-information") if tidy(one.text)),
        details=tuple(dict.fromkeys(_details(subject))),
    )


def _check(target: etree._Element, subject: etree._Element, signals: list[str]) -> None:
    """Signal elements that are in none of the descriptions of the format."""
    places = [("target", target), ("subject", subject)] if subject is not target else []
    for identity in subject.iterchildren("{*}identity"):
        places.append(("identity", identity))
        for name in identity.iterchildren("{*}name"):
            places += [("name", name), *(("name-part", part) for part in name.iterchildren("{*}name-part"))]
    for what, element in places:
        for child in element:
            if (tag := local(child)) not in _KNOWN[what]:
                once(signals, f"unread element of {what} {tag!r}")


def _is_listing(modification: etree._Element) -> bool:
    return modification.get("modification-type") == "listed"


def _identities(subject: etree._Element) -> list[etree._Element]:
    """The identities of a subject, the main one first."""
    found = list(subject.iterchildren("{*}identity"))
    return sorted(found, key=lambda one: one.get("main") != "true")


def _names(name: etree._Element, signals: list[str]) -> Iterator[Name]:
    """A name as it is spelled, and once more for every script in which its parts have variants."""
    kind = str(name.get("name-type", ""))
    if kind not in _NAME_KINDS:
        once(signals, f"unknown kind of name {kind!r}")
    found = _NAME_KINDS.get(kind, NameKind.ALIAS)
    if name.get("quality") == "low":
        found = NameKind.WEAK
    parts = sorted(name.iterchildren("{*}name-part"), key=_place)
    yield Name(" ".join(filter(None, map(_value, parts))), found)
    kinds = NameKind.ALIAS if found is NameKind.PRIMARY else found
    variants = [(str(one.get("script", "")), one) for part in parts for one in part.iterchildren("{*}spelling-variant")]
    if len(parts) == 1:
        yield from (Name(tidy(one.text), kinds) for _, one in variants)
        return
    for script in dict.fromkeys(script for script, _ in variants):
        yield Name(" ".join(filter(None, (_variant(part, script) or _value(part) for part in parts))), kinds)


def _place(part: etree._Element) -> tuple[bool, int]:
    """Given names first, the family name last, else as numbered."""
    order = str(part.get("order", ""))
    return part.get("name-part-type") == "family-name", int(order) if order.isdigit() else 99


def _value(part: etree._Element) -> str:
    return " ".join(tidy(one.text) for one in part.iterchildren("{*}value"))


def _variant(part: etree._Element, script: str) -> str:
    return next((tidy(v.text) for v in part.iterchildren("{*}spelling-variant") if v.get("script", "") == script), "")


def _numbers(subject: etree._Element) -> Iterator[Identifier]:
    for paper in subject.iter("{*}identification-document"):
        for number in paper.iter("{*}number"):
            if tidy(number.text):
                yield Identifier(str(paper.get("document-type", "document")), tidy(number.text))


def _details(subject: etree._Element) -> Iterator[tuple[str, str]]:
    for born in subject.iter("{*}day-month-year"):
        parts = [str(born.get(name, "")).zfill(2) for name in ("year", "month", "day") if born.get(name)]
        if parts:
            yield "born", "-".join(parts)
    for fact in subject.iter("{*}generic-attribute"):
        if tidy(fact.text):
            yield str(fact.get("name", "fact")), tidy(fact.text)
