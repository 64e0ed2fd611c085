"""The consolidated list of persons and organisations under financial sanctions of the European Union.

Three layouts, told apart by content:

- XML 1.1 (`export/sanctionEntity`; seen: 2024-05-13, 4,811 records, 20 MB), which is what is fetched.
- CSV 1.1: 118 columns between semicolons, UTF-8, one row a name, address, date of birth, number or citizenship; column
  names from public readers (2026-11), no file seen.
- CSV 1.0: 59 columns, Windows-1252; seen in a cut copy of 2018 in which a spreadsheet had quoted each line and filled
  it up with tabs. Dates of designation are not in it.

Key: euReferenceNumber, else logicalId. A party that two programmes list has two records with the same number: they are
one entry with both programmes. The list marks no name as the first: it is the oldest (lowest logicalId) of those in
English or in no language. The publication date of a regulation is that of the last amendment, and so no date of
listing; designationDate is, where it is given. The file is made when it is asked for: its date says nothing.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from lxml import etree

from adapters.formats import (
    Body,
    CsvRows,
    CsvTable,
    XmlRecords,
    latin,
    legacy_body,
    local,
    looks_like,
    mark_of,
    moment,
    once,
    tidy,
    unread,
)
from bot.model import Document, EntityKind, Identifier, Listing, Name, NameKind, Reading, Record
from bot.sources import list_source

VERSION = 1

_FILES = "https://webgate.ec.europa.eu/fsd/fsf/public/files"
_KINDS = {
    "person": EntityKind.PERSON,
    "P": EntityKind.PERSON,
    "enterprise": EntityKind.COMPANY,
    "E": EntityKind.COMPANY,
}
_NUMBERS = {
    "passport": "Passport",
    "other": "Other identification number",
    "regnumber": "Registration Number",
    "fiscalcode": "National Fiscal Code",
    "id": "National identification card",
    "imo": "IMO",
    "swiftbic": "SWIFT/BIC",
    "ssn": "Social Security Number",
    "travelcardid": "Travel document number",
    "drivinglicence": "Driving licence",
    "tradelic": "Trade licence",
    "birthcert": "Birth certificate",
    "nationcert": "Nationality certificate",
    "electionid": "Electoral registration number",
    "residentperm": "Resident permit",
}
_INTERPOL = re.compile(r"\s*INTERPOL-UN Security Council Special Notice web link:?\s*\S*", re.IGNORECASE)


@list_source(
    title="Consolidated list of financial sanctions of the European Union (FSF)",
    publisher="European Commission, DG FISMA",
    # The token is public: it stands in the addresses that the Commission gives to everybody.
    url=f"{_FILES}/xmlFullSanctionsList_1_1/content?token=dG9rZW4tMjAxNw",
    page="https://webgate.ec.europa.eu/fsd/fsf",
    every=timedelta(hours=2),
    rows=range(1, 50_000),
    fill=(("programmes", 0.9), ("kind", 0.9), ("citations", 0.9)),
    usual=1_500,  # 4,808 in May 2024
    licence="European Commission, reuse allowed with attribution (Decision 2011/833/EU)",
    note=(
        "made while you wait: the first byte may take more than a minute, and servers answer 500 in bursts. It wants "
        "an Accept-Language. Names stand in many languages; goods and trade measures are not in it"
    ),
    silence=timedelta(seconds=240),
    programmes=(
        *("AFG", "BDI", "BLR", "CAF", "CHEM", "COD", "CYB", "EUAQ", "GIN", "GNB", "GTM", "HAM", "HR", "HTI", "IRN"),
        *("IRQ", "LBY", "MDA", "MLI", "MMR", "NIC", "PRK", "SDN", "SDNZ", "SOM", "SSD", "SYR", "TAQA", "TERR", "TUN"),
        *("TUR", "UKR", "UNLI", "VEN", "YEM", "ZWE"),
    ),
)
def eu_fsf(document: Document) -> Reading:
    """xmlFullSanctionsList_1_1, csvFullSanctionsList_1_1 or the old CSV, recognised by content."""
    body = Body(document, "eu_fsf")
    if looks_like(body.head).startswith("XML"):
        return _read_xml(body)
    if _V11.match(body.head):
        return _read_csv(body, _rows(body), "csv-1.1")
    if _V10.match(body.head):
        body = legacy_body(document, "eu_fsf")
        return _read_csv(body, _old_rows(body), "csv-1.0")
    raise body.unlike("xmlFullSanctionsList_1_1 or csvFullSanctionsList_1_1")


_V11 = re.compile(rb"\s*\"?fileGenerationDate\"?;\"?Entity_LogicalId\"?;")
_V10 = re.compile(rb"\s*\"?Date_file[^;]{0,20};Entity_logical_id;")


# ── One party, the same from every layout ─────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Party:
    """What the records of one party say."""

    key: str
    kind: EntityKind = EntityKind.UNKNOWN
    names: list[tuple[int, Name]] = field(default_factory=list)  #: with the number of each
    programmes: list[str] = field(default_factory=list)
    designated: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    numbers: list[Identifier] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    regulations: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    details: list[tuple[str, str]] = field(default_factory=list)

    def name(self, number: str, text: str, language: str, *, weak: bool = False) -> None:
        if text:
            kind = NameKind.WEAK if weak else NameKind.ALIAS
            self.names.append((int(number) if number.isdigit() else 1 << 60, Name(text, kind, language.lower())))

    def listing(self, signals: list[str]) -> Listing:
        first = min(
            self.names,
            key=lambda one: (
                one[1].kind is NameKind.WEAK,
                not latin(one[1].text),
                one[1].language not in ("", "en"),
                one[0],
            ),
            default=(0, Name("")),
        )[1].text
        if not first:
            once(signals, f"{self.key} has no name")
        aliases: dict[str, Name] = {}
        for _, alias in sorted(self.names, key=lambda one: one[0]):
            if alias.text != first:
                aliases.setdefault(alias.text, alias)
        dates = [day for text in self.designated if (day := _day(text, signals))]
        return Listing(
            source="eu_fsf",
            key=self.key,
            name=first or self.key,
            kind=self.kind,
            aliases=tuple(aliases.values()),
            programmes=_unique(self.programmes),
            listed_on=min(dates, default=None),
            reason=" ".join(_unique(_INTERPOL.sub("", reason).strip() for reason in self.reasons)),
            identifiers=tuple(dict.fromkeys(one for one in self.numbers if one.value)),
            countries=_unique(country for country in self.countries if country != "UNKNOWN"),
            addresses=_unique(self.addresses),
            citations=_unique(self.regulations),
            url=self.urls[0] if self.urls else "",
            details=tuple(dict.fromkeys((name, value) for name, value in self.details if value)),
        )


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _day(text: str, signals: list[str]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        once(signals, f"designationDate {text[:30]!r} is no ISO date")
        return None


def _number(code: str, description: str, value: str) -> Identifier:
    return Identifier(_NUMBERS.get(code, description or code or "number"), value)


# ── XML ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_xml(body: Body) -> Reading:
    records = XmlRecords(body, "sanctionEntity")
    if (root := local(records.root)) != "export":
        raise body.damaged(f"this is XML <{root}>, not an <export> of the EU; give xmlFullSanctionsList_1_1")
    generated = str(records.root.get("generationDate", ""))
    published = moment(generated)
    reading = Reading(layout=f"xml-1.1/{VERSION}", records=(), edition=generated[:10], published=published)
    if published is None:
        once(reading.signals, f"generationDate is {generated[:40]!r}, no time")
    reading.records = _xml_records(body, records, reading.signals)
    return reading


_REFERENCE = re.compile(rb"\seuReferenceNumber=\"([^\"]+)\"")
_LOGICAL = re.compile(rb"\slogicalId=\"(\d+)\"")


def _key(raw: bytes) -> str:
    """The party's number, out of the start tag."""
    start = raw[: raw.find(b">")]
    found = _REFERENCE.search(start) or _LOGICAL.search(start)
    return found[1].decode("utf-8", "replace") if found else ""


def _xml_records(body: Body, records: XmlRecords, signals: list[str]) -> Iterator[Record]:
    met = Counter(_key(raw) for raw in records)
    if "" in met:
        raise body.damaged(f"{met['']} entries have neither euReferenceNumber nor logicalId; has the format changed?")
    several: dict[str, list[bytes]] = {key: [] for key, times in met.items() if times > 1}
    for raw in records if several else ():
        if (key := _key(raw)) in several:
            several[key].append(raw)
    for raw in records:
        key = _key(raw)
        if (parts := several.get(key)) is None:
            yield Record(key, mark_of(raw), partial(_of_xml, key, [raw], records, signals))
        elif parts[0] == raw:
            yield Record(key, mark_of(b"".join(parts)), partial(_of_xml, key, parts, records, signals))
    body.judge(sum(met.values()), signals)


def _of_xml(key: str, raws: list[bytes], records: XmlRecords, signals: list[str]) -> Listing:
    party = Party(key)
    for raw in raws:
        entity = records.element(raw)
        unread(
            {name: text for name, text in map(_plain, entity.attrib.items()) if name not in _OF_ENTITY},
            signals,
            "attribute",
        )
        party.designated += [day] if (day := str(entity.get("designationDate", ""))) else []
        party.details += [
            ("designation", tidy(entity.get("designationDetails"))),
            ("UN reference", tidy(entity.get("unitedNationId"))),
        ]
        for part in entity:
            if reader := _READERS.get(local(part)):
                reader(party, part, signals)
            else:
                once(signals, f"unread element of sanctionEntity {local(part)!r}")
    return party.listing(signals)


def _plain(attribute: tuple[str | bytes, str | bytes]) -> tuple[str, str]:
    return str(attribute[0]), str(attribute[1])


_OF_ENTITY = frozenset({"designationDate", "designationDetails", "unitedNationId", "euReferenceNumber", "logicalId"})


def _joined(part: etree._Element, *names: str) -> str:
    return ", ".join(text for name in names if (text := tidy(part.get(name))) and text != "UNKNOWN")


def _read_regulation(party: Party, part: etree._Element, signals: list[str]) -> None:
    party.programmes.append(str(part.get("programme", "")))
    party.regulations.append(tidy(part.get("numberTitle")))
    party.urls += [text for child in part if local(child) == "publicationUrl" and (text := tidy(child.text))]


def _read_kind(party: Party, part: etree._Element, signals: list[str]) -> None:
    code = str(part.get("code", ""))
    party.kind = _KINDS.get(code, EntityKind.UNKNOWN)
    if code not in _KINDS:
        once(signals, f"unknown subject type {code!r}")


def _read_name(party: Party, part: etree._Element, signals: list[str]) -> None:
    whole = tidy(part.get("wholeName")) or " ".join(_joined(part, "firstName", "middleName", "lastName").split(", "))
    party.name(
        str(part.get("logicalId", "")), whole, str(part.get("nameLanguage", "")), weak=part.get("strong") == "false"
    )
    party.details += [("title", tidy(part.get("title"))), ("function", tidy(part.get("function")))]


def _read_birth(party: Party, part: etree._Element, signals: list[str]) -> None:
    span = "-".join(str(part.get(name)) for name in ("yearRangeFrom", "yearRangeTo") if part.get(name))
    day = str(part.get("birthdate") or part.get("year") or span)
    party.details += [
        ("born", f"about {day}" if day and part.get("circa") == "true" else day),
        ("place of birth", _joined(part, "place", "city", "region", "countryDescription")),
    ]


def _read_citizenship(party: Party, part: etree._Element, signals: list[str]) -> None:
    party.countries.append(tidy(part.get("countryDescription")))


def _read_address(party: Party, part: etree._Element, signals: list[str]) -> None:
    party.addresses.append(_joined(part, "street", "poBox", "zipCode", "place", "city", "region", "countryDescription"))
    party.countries.append(tidy(part.get("countryDescription")))
    party.details += [
        (str(child.get("key", "")).lower(), tidy(child.get("value"))) for child in part if local(child) == "contactInfo"
    ]


def _read_number(party: Party, part: etree._Element, signals: list[str]) -> None:
    code, description = str(part.get("identificationTypeCode", "")), tidy(part.get("identificationTypeDescription"))
    if code not in _NUMBERS:
        once(signals, f"unknown kind of number {code!r}")
    if part.get("knownFalse") != "true":
        party.numbers.append(_number(code, description, tidy(part.get("number"))))


def _read_remark(party: Party, part: etree._Element, signals: list[str]) -> None:
    party.reasons.append(tidy(part.text))


_READERS = {
    "remark": _read_remark,
    "regulation": _read_regulation,
    "subjectType": _read_kind,
    "nameAlias": _read_name,
    "birthdate": _read_birth,
    "citizenship": _read_citizenship,
    "address": _read_address,
    "identification": _read_number,
}


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────

Rows = Iterator[tuple[bytes, dict[str, str]]]


#: The columns of layout 1.1, of which only some are carried: those of the entity and of each of its parts, and for
#: each the regulation that brought it. As public readers of the file name them (2026-11).
_COLUMNS_11 = frozenset(
    {
        "fileGenerationDate",
        *(
            f"Entity_{name}"
            for name in (
                *("LogicalId", "EU_ReferenceNumber", "UnitedNationId", "DesignationDate", "DesignationDetails"),
                *("Remark", "SubjectType", "SubjectType_ClassificationCode"),
            )
        ),
        *(
            f"NameAlias_{name}"
            for name in (
                *("LastName", "FirstName", "MiddleName", "WholeName", "NameLanguage", "Gender", "Title", "Function"),
                "Strong",
            )
        ),
        *(
            f"Address_{name}"
            for name in ("City", "Street", "PoBox", "ZipCode", "Region", "Place", "AsAtListingTime", "ContactInfo")
        ),
        *(
            f"BirthDate_{name}"
            for name in (
                *("BirthDate", "Day", "Month", "Year", "YearRangeFrom", "YearRangeTo", "Circa", "CalendarType"),
                *("ZipCode", "Region", "Place", "City"),
            )
        ),
        *(
            f"Identification_{name}"
            for name in (
                *("Number", "Diplomatic", "KnownExpired", "KnownFalse", "ReportedLost", "RevokedByIssuer", "IssuedBy"),
                *("IssuedDate", "ValidFrom", "ValidTo", "LatinNumber", "NameOnDocument", "TypeCode", "TypeDescription"),
                "Region",
            )
        ),
        "Citizenship_Region",
        *(
            f"{part}_{name}"
            for part in ("Entity", "NameAlias", "Address", "BirthDate", "Identification", "Citizenship")
            for name in (
                *("CountryIso2Code", "CountryDescription", "LogicalId", "RegulationLanguage", "Remark"),
                *("Regulation_Type", "Regulation_OrganisationType", "Regulation_PublicationDate"),
                *("Regulation_EntryIntoForceDate", "Regulation_NumberTitle", "Regulation_Programme"),
                "Regulation_PublicationUrl",
            )
        ),
    }
)


def _rows(body: Body) -> Rows:
    for row, cells in CsvTable(body, need=_NEEDED_11, delimiter=";"):
        yield row.raw, cells


def _old_rows(body: Body) -> Rows:
    """Rows of layout 1.0, taken out of the quotes and tabs in which a spreadsheet may have wrapped them."""
    if not body.head.lstrip().startswith(b'"'):
        for row, cells in CsvTable(body, need=("Entity_logical_id", "EU_ref_num"), delimiter=";"):
            yield row.raw, cells
        return
    header: list[str] = []
    for line in CsvRows(body):
        if len(line.cells) != 1:
            raise body.damaged(f"line {line.line} is not one quoted line of semicolons: cut; fetch it again")
        try:
            texts = [cell.strip() for cell in next(csv.reader([line.cells[0].rstrip("\t")], delimiter=";"))]
        except (csv.Error, StopIteration) as error:
            raise body.damaged(f"line {line.line} is no row of semicolons ({error}); fetch it again") from error
        if not header:
            header = texts
            continue
        if len(texts) != len(header):
            raise body.damaged(f"line {line.line} has {len(texts)} of {len(header)} columns: cut; fetch it again")
        yield line.raw, {name: text for name, text in zip(header, texts, strict=True) if text}


_NEEDED_11 = ("Entity_LogicalId", "Entity_EU_ReferenceNumber", "Entity_Regulation_Programme", "NameAlias_WholeName")


def _read_csv(body: Body, rows: Rows, layout: str) -> Reading:
    reading = Reading(layout=f"{layout}/{VERSION}", records=(), open_ended=True)
    reading.records = _csv_records(body, rows, reading.signals, old=layout == "csv-1.0")
    return reading


def _csv_records(body: Body, rows: Rows, signals: list[str], *, old: bool) -> Iterator[Record]:
    parties: dict[str, list[tuple[bytes, dict[str, str]]]] = {}
    reference, logical = ("EU_ref_num", "Entity_logical_id") if old else _NEEDED_11[1::-1]
    count = 0
    for raw, cells in rows:
        count += 1
        key = cells.get(reference) or cells.get(logical)
        if not key:
            raise body.damaged(f"row {count} has neither {reference} nor {logical}; has the format changed?")
        if not old and not _COLUMNS_11.issuperset(cells):
            unread({column: text for column, text in cells.items() if column not in _COLUMNS_11}, signals, "column")
        parties.setdefault(key, []).append((raw, cells))
    if not count:
        raise body.damaged("a header and no rows; fetch it again")
    for key, group in parties.items():
        mark = mark_of(b"\n".join(raw for raw, _ in group))
        yield Record(key, mark, partial(_of_rows, key, [cells for _, cells in group], signals, old=old))
    body.judge(len(parties), signals)


def _of_rows(key: str, rows: list[dict[str, str]], signals: list[str], *, old: bool) -> Listing:
    party = Party(key)
    for cells in rows:
        (_add_old_row if old else _add_row)(party, {name: tidy(text) for name, text in cells.items()}, signals)
    return party.listing(signals)


def _add_row(party: Party, cells: dict[str, str], signals: list[str]) -> None:
    """One row of CSV 1.1: the entity's own columns, and one of its parts."""

    def joined(*names: str) -> str:
        return ", ".join(cells[name] for name in names if cells.get(name, "UNKNOWN") != "UNKNOWN")

    kinds = [cells.get(f"Entity_SubjectType{end}", "") for end in ("", "_ClassificationCode")]
    party.kind = next((_KINDS[kind] for kind in kinds if kind in _KINDS), party.kind)
    if any(kinds) and not any(kind in _KINDS for kind in kinds):
        once(signals, f"unknown subject type {' '.join(kinds)!r}")
    party.programmes.append(cells.get("Entity_Regulation_Programme", ""))
    party.regulations.append(cells.get("Entity_Regulation_NumberTitle", ""))
    party.urls += [cells["Entity_Regulation_PublicationUrl"]] if "Entity_Regulation_PublicationUrl" in cells else []
    party.reasons.append(cells.get("Entity_Remark", ""))
    party.designated += [cells["Entity_DesignationDate"]] if "Entity_DesignationDate" in cells else []
    party.name(
        cells.get("NameAlias_LogicalId", ""),
        cells.get("NameAlias_WholeName", ""),
        cells.get("NameAlias_NameLanguage", ""),
        weak=cells.get("NameAlias_Strong", "").lower() == "false",
    )
    party.addresses.append(
        joined(
            *("Address_Street", "Address_PoBox", "Address_ZipCode", "Address_Place", "Address_City"),
            *("Address_Region", "Address_CountryDescription"),
        )
    )
    party.countries += [cells.get(f"{part}_CountryDescription", "") for part in ("Citizenship", "Address")]
    party.numbers.append(
        _number(
            cells.get("Identification_TypeCode", ""),
            cells.get("Identification_TypeDescription", ""),
            cells.get("Identification_Number", ""),
        )
    )
    party.details += [
        ("designation", cells.get("Entity_DesignationDetails", "")),
        ("UN reference", cells.get("Entity_UnitedNationId", "")),
        ("title", cells.get("NameAlias_Title", "")),
        ("function", cells.get("NameAlias_Function", "")),
        ("born", cells.get("BirthDate_BirthDate", "") or cells.get("BirthDate_Year", "")),
        ("place of birth", joined("BirthDate_Place", "BirthDate_City", "BirthDate_CountryDescription")),
    ]


def _add_old_row(party: Party, cells: dict[str, str], signals: list[str]) -> None:
    """One row of CSV 1.0."""
    kind = cells.get("Subject_type", "")
    party.kind = _KINDS.get(kind, party.kind)
    if kind not in _KINDS:
        once(signals, f"unknown subject type {kind!r}")
    party.programmes.append(cells.get("Programme", ""))
    party.regulations.append(cells.get("Leba_numtitle", ""))
    party.urls += [cells["Leba_url"]] if "Leba_url" in cells else []
    party.reasons.append(cells.get("Entity_remark", "").strip("()"))
    party.name(cells.get("Naal_logical_id", ""), cells.get("Naal_wholename", ""), cells.get("Naal_language", ""))
    address = ("Addr_street", "Addr_number", "Addr_zipcode", "Addr_city", "Addr_country")
    party.addresses.append(", ".join(cells[name] for name in address if name in cells))
    party.countries += [cells.get("Citi_country", ""), cells.get("Addr_country", "")]
    if found := _OLD_NUMBER.match(cells.get("Iden_number", "")):
        party.numbers.append(_number(found[2], "", found[1]))
    place = ("Birt_place", "Birt_country")
    party.details += [
        ("title", cells.get("Naal_title", "")),
        ("function", cells.get("Naal_function", "")),
        ("born", cells.get("Birt_date", "")),
        ("place of birth", ", ".join(cells[name] for name in place if name in cells)),
    ]


#: "AD001095 (passport-National passport) ((passport))".
_OLD_NUMBER = re.compile(r"(\S.*?) \((\w+)-")
