"""The legacy formats in which OFAC publishes both of its lists: the SDN list and the consolidated (non-SDN) one.

Facts of the format are from OFAC's dat_spec.txt (updated 2023-09-25) and from files of 2019 to 2025:

- XML: `sdnList/publshInformation`, then one `sdnEntry` an entry. The default namespace changed in 2024; element names
  did not. `Record_Count` says how many entries there are.
- CSV: no header, twelve columns, `-0- ` for null, several programmes as `A] [B`, a lone 0x1A at the end of what OFAC
  itself serves. Strong aliases and addresses are in other files; remarks hold the weak aliases and are cut at 1,000
  characters.

`uid` in XML and the first column in CSV are the same number and the key of an entry. Both are pure ASCII.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import TypeVar

from lxml import etree

from adapters.formats import Body, CsvRows, XmlRecords, local, looks_like, mark_of, once, texts, unread
from bot.model import Document, EntityKind, Identifier, Listing, Name, NameKind, Reading, Record

T = TypeVar("T")

#: Raised when the same bytes are read differently, so that the differ compares only what both readings have.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Files:
    """What one of the two lists is called in each format, and its companion files, for messages."""

    source: str
    xml: str
    csv: str
    non_sdn: bool


SDN = Files("us_ofac_sdn", xml="SDN.XML", csv="SDN.CSV", non_sdn=False)
CONSOLIDATED = Files("us_ofac_cons", xml="CONSOLIDATED.XML", csv="CONS_PRIM.CSV", non_sdn=True)


def read(document: Document, files: Files) -> Reading:
    """One edition in whichever format it came. Raises ListDamaged for anything that is not this list."""
    body = Body(document, files.source)
    if looks_like(body.head).startswith("XML"):
        return _read_xml(body, files)
    if _FIRST_CELL.match(body.head):
        return _read_csv(body, files)
    if _CSL_HEADER.match(body.head):
        raise body.damaged(f"this is the Consolidated Screening List (source us_csl); give {files.xml} or {files.csv}")
    raise body.unlike(f"{files.xml} or {files.csv}")


_FIRST_CELL = re.compile(rb'\s*"?\d+"?\s*,')
_CSL_HEADER = re.compile(rb"\s*(?:\"?_?id\"?,)?\"?source\"?,\"?entity_number\"?,", re.IGNORECASE)
# Programmes that only entries of the consolidated list carry, but for a stray few: 2 of 14,966 SDN entries of May 2024
# also have NS-PLC; 148 of 443 consolidated ones carry one of these.
_NON_SDN = re.compile(rb"(?:<(?:\w+:)?program>|\"|\] \[)(?:NS-[A-Z]+|CMIC-EO13959|FSE-[A-Z]+|561-Related)\b")


def _right_list(body: Body, files: Files, entries: int) -> None:
    """Raise ListDamaged when the programmes of the first entries say that this is OFAC's other list."""
    share = len(_NON_SDN.findall(body.head)) / max(entries, 1)
    if files.non_sdn and entries >= 20 and share < 0.02:
        raise body.damaged(f"these are SDN programmes (source us_ofac_sdn); give {files.xml} or {files.csv}")
    if not files.non_sdn and entries >= 5 and share > 0.20:
        raise body.damaged(
            f"this is the consolidated (non-SDN) list (source us_ofac_cons); give {files.xml} or {files.csv}"
        )


# ── XML ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_COMPANIONS = {
    "Sanctions": "the advanced format",
    "sanctionsData": "the format of the Sanctions List Service's own interface",
}


def _read_xml(body: Body, files: Files) -> Reading:
    records = XmlRecords(body, "sdnEntry")
    if (root := local(records.root)) != "sdnList":
        raise body.damaged(f"this is XML <{root}>, {_COMPANIONS.get(root, 'not an OFAC list')}; give {files.xml}")
    _right_list(body, files, body.head.count(b"sdnEntry>") // 2)

    published = _us_date(records.head_text("Publish_Date"))
    count = records.head_text("Record_Count")
    reading = Reading(
        layout=f"{files.xml.lower()}/{VERSION}",
        records=(),
        edition=published.date().isoformat() if published else "",
        published=published,
        declared=int(count) if count.isdigit() else None,
    )
    if published is None or reading.declared is None:
        once(reading.signals, "no Publish_Date or Record_Count")
    reading.records = _xml_records(body, records, files, reading.signals)
    return reading


def _us_date(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%m/%d/%Y").replace(tzinfo=UTC)
    except ValueError:
        return None


_UID = re.compile(rb"<(?:[\w.-]+:)?sdnEntry[^>]*>\s*<(?:[\w.-]+:)?uid[^>]*>\s*(\d+)\s*<")


def _xml_records(body: Body, records: XmlRecords, files: Files, signals: list[str]) -> Iterator[Record]:
    count = 0
    for count, raw in enumerate(records, 1):
        found = _UID.match(raw)
        key = found[1].decode() if found else texts(records.element(raw)).get("uid", "")
        if not key.isdigit():
            raise body.damaged(f"entry {count} has no uid; has the format changed?")
        yield Record(key, mark_of(raw), partial(_parse, records, raw, files.source, signals))
    body.judge(count, signals, ascii_only=True)


def _parse(records: XmlRecords, raw: bytes, source: str, signals: list[str]) -> Listing:
    return listing_of(records.element(raw), source, signals)


def listing_of(entry: etree._Element, source: str, signals: list[str]) -> Listing:
    """One `sdnEntry`. What is unknown in it becomes a signal.

    Not carried, because it varies without meaning: the uids of ids, aliases, addresses and dates, the order of
    everything, `mainEntry`, and Gender, which OFAC dropped from many entries between 2024 and 2025.
    """
    fields: dict[str, str] = {}
    groups: dict[str, etree._Element] = {}
    for child in entry:
        if len(child):
            groups[local(child)] = child
        else:
            fields[local(child)] = (child.text or "").strip()

    uid = fields.pop("uid", "")
    numbers, facts, countries = _ids(groups.pop("idList", ()), signals)
    details = [
        *([("title", title)] if (title := fields.pop("title", "")) else []),
        *(("born", one.get("dateOfBirth", "")) for one in map(texts, groups.pop("dateOfBirthList", ()))),
        *(("place of birth", one.get("placeOfBirth", "")) for one in map(texts, groups.pop("placeOfBirthList", ()))),
        *facts,
        *_vessel(groups.pop("vesselInfo", ()), signals),
    ]
    addresses = [_address(texts(one), signals) for one in groups.pop("addressList", ())]
    homes = [*groups.pop("nationalityList", ()), *groups.pop("citizenshipList", ())]
    listing = Listing(
        source=source,
        key=uid,
        name=_name(fields.pop("lastName", ""), fields.pop("firstName", "")),
        kind=_kind(fields.pop("sdnType", ""), signals),
        aliases=tuple(dict.fromkeys(_alias(texts(aka), signals) for aka in groups.pop("akaList", ()))),
        programmes=tuple(dict.fromkeys((one.text or "").strip() for one in groups.pop("programList", ()))),
        listed_on=listed_on(facts),
        identifiers=tuple(dict.fromkeys(numbers)),
        countries=_countries(
            [*(texts(one).get("country", "") for one in homes), *(country for _, country in addresses), *countries]
        ),
        addresses=tuple(dict.fromkeys(address for address, _ in addresses if address)),
        remarks=fields.pop("remarks", ""),
        url=page_of(uid),
        details=tuple(dict.fromkeys(details)),
    )
    unread({**fields, **dict.fromkeys(groups, True)}, signals, "element of sdnEntry")
    return listing


def page_of(uid: str) -> str:
    """Where a person reads the entry."""
    return f"https://sanctionssearch.ofac.treas.gov/Details.aspx?id={uid}"


def _name(last: str, first: str) -> str:
    """As the CSV writes it: "LAST, First", with `'` for `"`, and with its double blanks: one list, one spelling."""
    return (f"{last}, {first}" if first else last).replace('"', "'")


_KINDS = {
    "entity": EntityKind.COMPANY,
    "": EntityKind.COMPANY,
    "individual": EntityKind.PERSON,
    "vessel": EntityKind.VESSEL,
    "aircraft": EntityKind.AIRCRAFT,
}


def _kind(text: str, signals: list[str]) -> EntityKind:
    kind = _KINDS.get(text.casefold())
    if kind is None:
        once(signals, f"unknown type {text!r}")
    return kind or EntityKind.UNKNOWN


def _unknown(parts: dict[str, str], known: frozenset[str], where: str, signals: list[str]) -> None:
    if not parts.keys() <= known:
        unread(dict.fromkeys(parts.keys() - known, True), signals, f"element of {where}")


def _alias(aka: dict[str, str], signals: list[str]) -> Name:
    _unknown(aka, _AKA, "aka", signals)
    kind, strength = aka.get("type", ""), aka.get("category", "")
    if kind not in ("a.k.a.", "f.k.a.", "n.k.a."):
        once(signals, f"unknown alias type {kind!r}")
    if strength not in ("strong", "weak"):
        once(signals, f"unknown alias category {strength!r}")
    return Name(_name(aka.get("lastName", ""), aka.get("firstName", "")), _name_kind(kind, weak=strength == "weak"))


_AKA = frozenset({"uid", "type", "category", "lastName", "firstName"})


def _name_kind(kind: str, *, weak: bool) -> NameKind:
    """Weak comes first: OFAC's word that a name is too common to be relied on holds for a former name too."""
    if weak:
        return NameKind.WEAK
    return NameKind.FORMER if kind == "f.k.a." else NameKind.ALIAS


_ADDRESS = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country")
_IN_ADDRESS = frozenset({"uid", *_ADDRESS})


def _address(address: dict[str, str], signals: list[str]) -> tuple[str, str]:
    """The address in one line, and its country."""
    _unknown(address, _IN_ADDRESS, "address", signals)
    return ", ".join(address[name] for name in _ADDRESS if address.get(name)), address.get("country", "")


def _countries(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.removeprefix("Region: ") for name in names if name and name != "undetermined"))


#: Element of vesselInfo (and, in the same order, columns 6 to 11 of the CSV): what it is called in `Listing.details`.
_VESSEL = {
    "callSign": "call sign",
    "vesselType": "vessel type",
    "tonnage": "tonnage",
    "grossRegisteredTonnage": "gross registered tonnage",
    "vesselFlag": "flag",
    "vesselOwner": "vessel owner",
}


def _vessel(vessel: Iterable[etree._Element], signals: list[str]) -> Iterator[tuple[str, str]]:
    for part in vessel:
        if name := _VESSEL.get(local(part)):
            yield name, (part.text or "").strip()
        else:
            once(signals, f"unread element of vesselInfo {local(part)!r}")


# ── Numbers and facts in idList and in remarks ────────────────────────────────────────────────────────────────────

#: Kinds of number that belong to one party, as OFAC writes them, that we call by a shorter or a common name.
_SHORT = {
    "Unified Social Credit Code (USCC)": "USCC",
    "United Social Credit Code Certificate (USCCC)": "USCC",
    "Legal Entity Number": "LEI",
    "D-U-N-S Number": "DUNS",
}
#: The other kinds of number (all that occur in SDN.XML of 2024-05-07 and CONSOLIDATED.XML of 2022 and 2024).
_NUMBERS = frozenset(
    {
        "Afghan Money Service Provider License Number",
        "Aircraft Construction Number (also called L/N or S/N or F/N)",
        "Aircraft Manufacturer's Serial Number (MSN)",
        "Aircraft Mode S Transponder Code",
        "Aircraft Serial Identification",
        "Aircraft Tail Number",
        "BIK (RU)",
        "Birth Certificate Number",
        "Bosnian Personal ID No.",
        "Branch Unit Number",
        "British National Overseas Passport",
        "Business Number",
        "Business Registration Document #",
        "Business Registration Number",
        "C.I.F.",
        "C.I.N.",
        "C.R. No.",
        "C.U.I.",
        "C.U.I.P.",
        "C.U.I.T.",
        "C.U.R.P.",
        "CNP (Personal Numerical Code)",
        "Cartilla de Servicio Militar Nacional",
        "Cedula No.",
        "Central Registration System Number",
        "Certificate of Incorporation Number",
        "Chamber of Commerce Number",
        "Chinese Commercial Code",
        "Citizen's Card Number",
        "Commercial Registry Number",
        "Company Number",
        "Credencial electoral",
        "D.N.I.",
        "Diplomatic Passport",
        "Driver's License No.",
        "Dubai Chamber of Commerce Membership No.",
        "Economic Register Number (CBLS)",
        "Electoral Registry No.",
        "Email Address",
        "Enterprise Number",
        "Equity Ticker",
        "File Number",
        "Fiscal Code",
        "Folio Mercantil No.",
        "Government Gazette Number",
        "I.F.E.",
        "ISIN",
        "Identification Number",
        "Immigration No.",
        "Istanbul Chamber of Comm. No.",
        "Italian Fiscal Code",
        "Kenyan ID No.",
        "LE Number",
        "License",
        "MICEX Code",
        "MMSI",
        "MSB Registration Number",
        "Matricula Mercantil No",
        "Military Registration Number",
        "Moroccan Personal ID No.",
        "N.I.E.",
        "N.I.F.",
        "NIT #",
        "National Foreign ID Number",
        "National ID No.",
        "Numero Unico de Identificacao Tributaria (NUIT)",
        "Numero de Identidad",
        "Organization Code",
        "Paraguayan tax identification number",
        "Passport",
        "Permit Number",
        "Personal ID Card",
        "Phone Number",
        "Pilot License Number",
        "Previous Aircraft Tail Number",
        "Public Registration Number",
        "Public Security and Immigration No.",
        "R.F.C.",
        "RFC",
        "RIF #",
        "RSIN",
        "RTN",
        "RUC #",
        "Refugee ID Card",
        "Registered Charity No.",
        "Registration Certificate Number (Dubai)",
        "Registration ID",
        "Registration Number",
        "Residency Number",
        "Romanian C.R.",
        "Romanian Permanent Resident",
        "Romanian Tax Registration",
        "Russian State Individual Business Registration Number Pattern (OGRNIP)",
        "SRE Permit No.",
        "SSN",
        "SWIFT/BIC",
        "Seafarer's Identification Document",
        "Serial No.",
        "Stateless Person ID Card",
        "Stateless Person Passport",
        "Tax ID No.",
        "Tazkira National ID Card",
        "Tourism License No.",
        "Trade License No.",
        "Trademark number",
        "Travel Document Number",
        "Turkish Identification Number",
        "UAE Identification",
        "UK Company Number",
        "US FEIN",
        "V.A.T. Number",
        "Vessel Registration Identification",
        "VisaNumberID",
        "Website",
    }
)
#: What else stands in idList: facts that are no number of the party. Kept as details.
_FACTS = re.compile(
    r"(?:Secondary sanctions risk|Organization Type|Transactions Prohibited For .*|PEESA Information"
    r"|CAATSA Section \d+ Information|Executive Order \d+ (?:Directive )?[Ii]nformation(?: -)?):?"
    r"|Executive Order \d+ Directive (?:Determination|Information)(?: -)?|IFCA Determination -"
    r"|(?:Listing|Effective) Date \(.*\):?|Purchase/Sales For Divestment Date \(CMIC\)"
    r"|Additional Sanctions Information -|Target Type|Issuer Name|Organization Established Date|UN/LOCODE"
    r"|Nationality of Registration|Registration Country|Aircraft (?:Model|Operator|Manufacture Date)"
    r"|Former Vessel Flag|Other Vessel (?:Type|Flag|Call Sign)|Vessel Year of Build"
)
_WALLET = "Digital Currency Address - "
_ID = frozenset({"uid", "idType", "idNumber", "idCountry", "issueDate", "expirationDate"})


def _ids(
    ids: Iterable[etree._Element], signals: list[str]
) -> tuple[list[Identifier], list[tuple[str, str]], list[str]]:
    """The party's numbers, other facts, and the countries that gave the numbers."""
    numbers: list[Identifier] = []
    facts: list[tuple[str, str]] = []
    countries: list[str] = []
    for one in map(texts, ids):
        _unknown(one, _ID, "id", signals)
        kind = one.get("idType", "")
        match sort_id(kind, one.get("idNumber", ""), signals):
            case Identifier() as number:
                numbers.append(number)
                countries += [one["idCountry"]] if kind in _SHORT and one.get("idCountry") else []
            case (name, fact):
                facts.append((name, fact))
    return numbers, facts, countries


def sort_id(kind: str, value: str, signals: list[str]) -> Identifier | tuple[str, str] | None:
    """What an "id" of OFAC's really is: a number of the party, a fact about it, or (Gender) nothing we carry.

    A kind we do not know is kept as a fact, which identifies nobody, and signalled.
    """
    if kind == "Gender" or not value:
        return None
    if kind in _NUMBERS or kind in _SHORT or kind.startswith(_WALLET):
        return _identifier(kind, value)
    if not _is_fact(kind):
        once(signals, f"unknown id type {kind!r}")
    return kind.rstrip(" :-"), value


@lru_cache(maxsize=1_024)
def _is_fact(kind: str) -> bool:
    return _FACTS.fullmatch(kind) is not None


def _identifier(kind: str, value: str) -> Identifier:
    if value.startswith("IMO ") and kind == "Vessel Registration Identification":
        return Identifier("IMO", value.removeprefix("IMO ").strip())
    return Identifier(_SHORT.get(kind, kind), value)


_CMIC = "Listing Date (CMIC)"


def listed_on(facts: Iterable[tuple[str, str]]) -> date | None:
    """When a party was put on NS-CMIC, the one list for which OFAC's files say it: "03 Jun 2021".

    The listing dates of directives are left among the facts: the party may have been listed before under another.
    """
    for name, text in facts:
        if name == _CMIC:
            try:
                return datetime.strptime(text, "%d %b %Y").replace(tzinfo=UTC).date()
            except ValueError:
                continue
    return None


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_WIDTH = 12
_COMPANION_WIDTHS = {
    2: "the spill-over of remarks (SDN_COMMENTS.CSV or CONS_COMMENTS.CSV)",
    5: "the file of aliases (ALT.CSV or CONS_ALT.CSV)",
    6: "the file of addresses (ADD.CSV or CONS_ADD.CSV)",
}


def _read_csv(body: Body, files: Files) -> Reading:
    rows = CsvRows(body)
    first = next(iter(rows))
    if words := _COMPANION_WIDTHS.get(len(first.cells)):
        raise body.damaged(f"this is {words}; give {files.csv} or {files.xml}")
    _right_list(body, files, body.head.count(b"\n"))
    reading = Reading(layout=f"{files.csv.lower()}/{VERSION}", records=())
    reading.records = _csv_records(body, rows, files, reading)
    return reading


def _csv_records(body: Body, rows: CsvRows, files: Files, reading: Reading) -> Iterator[Record]:
    count, signals = 0, reading.signals
    for count, row in enumerate(rows, 1):
        line, raw, cells = row
        key = cells[0].strip()
        if len(cells) != _WIDTH or not key.isdigit() or not _whole(raw):
            raise body.damaged(
                f"line {line} has {len(cells)} of {_WIDTH} columns or is cut, after {count - 1} entries; fetch it again"
            )
        yield Record(key, mark_of(raw), partial(_listing_of_row, cells, files.source, signals))
    reading.open_ended = rows.ends_with != "0x1A"
    if reading.open_ended:
        once(signals, "no 0x1A at the end, which OFAC's own copy has: a copy, or cut at a line end")
    body.judge(count, signals, ascii_only=True)


_WHOLE = re.compile(rb",(?:-0- ?|\"[^\"]*(?:\"\"[^\"]*)*\")\Z")


def _whole(raw: bytes) -> bool:
    """A cell is null or quoted, so that a row cut in its last cell can be told."""
    if raw.endswith(b'"') and (at := raw.rfind(b'"', 1, -1)) > 0 and raw[at - 1 : at] == b",":
        return True  # what the pattern finds, too, after a try at every comma
    return raw.endswith((b",-0- ", b",-0-")) or _WHOLE.search(raw) is not None


def _listing_of_row(row: list[str], source: str, signals: list[str]) -> Listing:
    cells = ["" if cell == "-0- " or (text := cell.strip()) == "-0-" else text for cell in row]
    uid, name, kind, programmes, title, *vessel, remarks = cells
    facts = [("title", title)] if title else []
    if any(vessel):
        facts += [(field, value) for field, value in zip(_VESSEL.values(), vessel, strict=True) if value]
    aliases, numbers, countries, days = _statements(remarks)
    return Listing(
        source=source,
        key=uid,
        name=name,
        kind=_kind(kind, signals),
        aliases=_unique(aliases),
        programmes=_programmes(programmes),
        listed_on=listed_on(days) if days else None,
        identifiers=_unique(numbers),
        countries=_countries(countries) if countries else (),
        remarks=remarks,
        url=page_of(uid),
        details=tuple(facts),
    )


@lru_cache(maxsize=1_024)  # fifteen thousand entries have some two hundred combinations of programmes
def _programmes(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for one in cell.split("] [") if (text := one.strip())))


_LISTING_DATE = re.compile(r"Listing Date \(CMIC\):? (\d\d \w{3} \d{4})")
_HOME = re.compile(r"(?:alt\. )?(?:nationality|citizen) ([A-Z][^;]+)")
_REGISTRY = re.compile(
    rf"(?:alt\. )?(?:{'|'.join(map(re.escape, sorted(_SHORT, key=len, reverse=True)))}) \S+ \(([^()]+)\)"
)
_ALIAS = re.compile(r"(?:a|f|n)\.k\.a\. '(.+)'")


def _number_patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """By the first word of a statement about a number: what such a statement is like."""
    by_word: defaultdict[str, list[str]] = defaultdict(list)
    for kind in sorted(_NUMBERS | _SHORT.keys(), key=len, reverse=True):
        by_word[kind.partition(" ")[0]].append(re.escape(kind))
    by_word[_WALLET.partition(" ")[0]].append(_WALLET + r"\w+")
    behind = r" +([^ \n]+(?: +[^ \n]+)*?)(?: +\([^()]*\))?(?: issued [\w ]+)?(?: expires [\w ]+)?"  # word by word
    for word, kinds in by_word.items():
        yield word, re.compile(rf"(?:alt\. )?({'|'.join(kinds)}){behind}")


#: First word of a statement that says something we carry -> what it is like. Most say nothing of the kind, and one
#: pattern for all of them would take most of the time of a row.
_STATEMENTS: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(("nationality", "citizen"), _HOME),
    **dict.fromkeys(("a.k.a.", "f.k.a.", "n.k.a."), _ALIAS),
    "Listing": _LISTING_DATE,
    **dict(_number_patterns()),
}
#: First words of the numbers that are given by a country.
_REGISTERED = frozenset(kind.partition(" ")[0] for kind in _SHORT)
#: Where OFAC cuts remarks (dat_spec.txt).
_REMARKS_CUT = 1000


_Said = tuple[list[Name], list[Identifier], list[str], list[tuple[str, str]]]


def _statements(remarks: str) -> _Said:
    """What is stated in remarks: aliases, numbers, countries, and the day of the one listing whose day is said.

    The last statement of remarks that were cut is left out: half a number is a wrong number.
    """
    said: _Said = ([], [], [], [])
    aliases, numbers, countries, days = said
    statements = remarks.split("; ")
    if len(remarks) >= _REMARKS_CUT or not remarks.endswith("."):
        statements.pop()
    else:
        statements[-1] = statements[-1].removesuffix(".")
    for one in statements:
        word = one.partition(" ")[0]
        if word == "alt." or not word:
            word = one.strip().removeprefix("alt. ").partition(" ")[0]
        if word not in _STATEMENTS or len(one) > _REMARKS_CUT:
            continue
        pattern, one = _STATEMENTS[word], one.strip()
        if not (found := pattern.fullmatch(one)):
            continue
        if pattern is _HOME:
            countries.append(found[1])
        elif pattern is _ALIAS:  # a weak one: strong ones have a file of their own (dat_spec.txt)
            aliases.append(Name(found[1], NameKind.WEAK))
        elif pattern is _LISTING_DATE:
            days.append((_CMIC, found[1]))
        else:
            numbers.append(_identifier(*found.group(1, 2)))
            if word in _REGISTERED and (registered := _REGISTRY.fullmatch(one)):
                countries.append(registered[1])
    return said


def _unique(found: list[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)
