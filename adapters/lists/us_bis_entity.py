"""The Entity List of the US Bureau of Industry and Security: Supplement No. 4 to 15 CFR part 744.

The text of the regulation itself, from the service behind ecfr.gov. `versions/title-15.json?part=744` tells on which
days any section or supplement of the part was amended (`content_versions`, each with `date`, `identifier` and `type`);
`full/{date}/title-15.xml?part=744` is the whole part as it stood on a day, as XML, in which
`DIV9[@N="Supplement No. 4 to Part 744"]` holds one table of five columns: country, entity, license requirement, license
review policy, Federal Register citation. "current" is no day the service takes, and it answers only for days up to
which the code is kept up (`up_to_date_as_of` in `titles.json`), one or two working days ago: so the day on which the
supplement was amended last is asked for. It answers 406 to whoever takes no compression.

Written from public descriptions of that service and of the table (read 2026-11), among them one of a reader of the text
of 2026-06-16, with 3,415 entries; no real file was at hand. What does not fit the description becomes a signal.

- The country stands in its first row only ("CHINA, PEOPLE'S REPUBLIC OF") and holds until the next.
- The entity cell is prose: name, other names behind "a.k.a., the following two aliases:" each behind a dash, then the
  addresses. Names that a row includes ("Subordinate institutions", "to include the following ...") are names of it.
- There is no number. Key: country and name; where a country has several rows of one name, the first address too.
- Listed on: the earliest day among the citations ("84 FR 22961, 5/21/19; 84 FR 43495, 8/21/19."). The newest one is
  the edition.
- Rows "[Reserved]" are nobody, and a row of one cell is a footnote.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial

from lxml import etree

from adapters.formats import Body, XmlElements, citations, folded, local, looks_like, mark_of, once, tidy
from bot.model import Document, Listing, Name, NameKind, Pointer, Reading, Record
from bot.sources import list_source

VERSION = 1

_SERVICE = "https://www.ecfr.gov/api/versioner/v1"
_PAGE = (
    "https://www.ecfr.gov/current/title-15/subtitle-B/chapter-VII/subchapter-C/part-744/"
    "appendix-Supplement%20No.%204%20to%20Part%20744"
)
_TITLE = re.compile(r"Supplement No\. 4 to Part 744\b", re.IGNORECASE)
_COLUMNS = ("country", "entity", "license requirement", "license review policy", "federal register citation")


@list_source(
    title="Entity List (BIS)",
    publisher="US Department of Commerce, Bureau of Industry and Security",
    url=f"{_SERVICE}/versions/title-15.json?part=744",
    page=_PAGE,
    every=timedelta(hours=12),
    index=True,
    composed=True,
    rows=range(1, 20_000),
    fill=(("programmes", 0.9), ("listed_on", 0.9), ("addresses", 0.6), ("citations", 0.9)),
    usual=1_500,  # 2,001 rows in May 2022, 3,409 in July 2026
    licence="Work of the US government, public domain in the US",
    language="en",
    note="the text of the law, one or two working days behind; notices come sooner. Written without a real file at "
    "hand; tell us what it does not read",
    opt_in=True,
    programmes=("EL",),
    cap=60_000_000,
    silence=timedelta(seconds=120),
)
def us_bis_entity(document: Document) -> Reading:
    """Part 744 as XML, recognised by its supplement; or the service's answer on its versions, which leads there."""
    body = Body(document, "us_bis_entity")
    if body.head.lstrip().startswith(b"{"):
        day = _amended(body, document.fetched_at.date())
        there = Pointer(f"{_SERVICE}/full/{day}/title-15.xml?part=744")
        return Reading(layout=f"ecfr.versions/{VERSION}", records=(), see=there)
    if not looks_like(body.head).startswith("XML"):
        raise body.unlike("part 744 of title 15 as XML, from the eCFR's versioner service")
    reading = Reading(layout=f"ecfr.xml/{VERSION}", records=())
    rows = list(_rows(body, reading.signals))
    if not rows:
        raise body.damaged("no table under the heading 'Supplement No. 4 to Part 744'; give part 744, not another one")
    days = [day for row in rows for day in row.days]
    reading.edition = max(days).isoformat() if days else ""
    reading.records = _records(body, rows, reading.signals)
    return reading


def _amended(body: Body, today: date) -> date:
    """The last day until today on which the supplement was amended; where it is not told apart, any of the part."""
    try:
        answer = json.loads(body.whole())
    except ValueError as error:
        raise body.damaged(f"JSON that ends early or is garbled ({error}); fetch it again") from error
    versions = answer.get("content_versions")
    versions = [one for one in versions if isinstance(one, dict)] if isinstance(versions, list) else []
    ours = [one for one in versions if _TITLE.search(str(one.get("identifier", "")))] or versions
    days = [day for one in ours if (day := _iso(one.get("date") or one.get("amendment_date"))) and day <= today]
    if not days:
        raise body.damaged(
            "no content_versions with a date; give versions/title-15.json?part=744 of the eCFR's service"
        )
    return max(days)


def _iso(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table, its country filled in, line breaks kept."""

    country: str
    entity: str
    requirement: str
    policy: str
    citation: str

    @property
    def days(self) -> list[date]:
        return [day for found in _DAY.finditer(self.citation) if (day := _date(found))]


def _rows(body: Body, signals: list[str]) -> Iterator[_Row]:
    """The rows of Supplement No. 4."""
    elements, country, inside = XmlElements(body, "HEAD", "TR"), "", False
    for raw in elements:
        element = elements.element(raw)
        if local(element) == "HEAD":
            inside = bool(_TITLE.search(_text(element)))
            continue
        cells = [_text(cell) for cell in element if local(cell) == "TD"]
        heads = [_text(cell).casefold() for cell in element if local(cell) == "TH"]
        if not inside or not any(cells):
            if inside and heads and tuple(heads) != _COLUMNS:
                once(signals, f"the table is headed {' | '.join(heads)[:120]!r}")
            continue
        if len(cells) != len(_COLUMNS):
            if len(cells) > 1:
                once(signals, f"a row of {len(cells)} cells left unread: {' | '.join(cells)[:80]!r}")
            continue
        country = tidy(cells[0]) or country
        if tidy(cells[1]) and "[reserved]" not in cells[1].casefold():
            yield _Row(country, *cells[1:])


def _text(element: etree._Element) -> str:
    """The text of a cell: `<br/>` is a line end, other blanks are one blank; the numbers of footnotes are left out."""
    parts: list[str] = [element.text or ""]
    for inner in element:
        name = local(inner).casefold()
        parts.append("\n" if name == "br" else "" if name in {"su", "sup"} else _text(inner))
        parts.append(inner.tail or "")
    lines = (tidy(line) for line in "".join(parts).split("\n")) if element.tag != "br" else ()
    return "\n".join(line for line in lines if line)


def _records(body: Body, rows: list[_Row], signals: list[str]) -> Iterator[Record]:
    told = [taken_apart(row.entity) for row in rows]
    shared = Counter((row.country, folded(one.name)) for row, one in zip(rows, told, strict=True))
    given: Counter[str] = Counter()
    for row, one in zip(rows, told, strict=True):
        key = f"{_place(row.country)}: {folded(one.name)}"
        if shared[row.country, folded(one.name)] > 1 and one.addresses:
            key += f" | {folded(one.addresses[0])}"
        given[key] += 1
        if given[key] > 1:
            key += f" # {given[key]}"
            once(signals, f"several rows of one name and address: {key}")
        mark = mark_of("\x1f".join((row.country, row.entity, row.requirement, row.policy, row.citation)).encode())
        yield Record(key, mark, partial(_listing, key, row, one, signals))
    body.judge(len(rows), signals)


def _listing(key: str, row: _Row, told: Told, signals: list[str]) -> Listing:
    days = row.days
    if not days:
        once(signals, f"no day in the citation {tidy(row.citation)[:60]!r}")
    details = (
        ("license requirement", tidy(row.requirement)),
        ("license policy", tidy(row.policy)),
        ("includes", told.includes),
    )
    return Listing(
        source="us_bis_entity",
        key=key,
        name=told.name,
        aliases=tuple(dict.fromkeys(told.aliases)),
        programmes=("EL",),
        listed_on=min(days, default=None),
        countries=(_place(row.country),),
        addresses=tuple(told.addresses),
        citations=citations(row.citation),
        url=_PAGE,
        details=tuple((name, text) for name, text in details if text),
    )


_DAY = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\b")


def _date(found: re.Match[str]) -> date | None:
    """The day of a citation, "5/21/19". The list began in 1997 (62 FR 4910): a year above 90 is of that century."""
    month, day, year = int(found[1]), int(found[2]), int(found[3])
    if year < 100:
        year += 1900 if year > 90 else 2000
    try:
        return datetime(year, month, day, tzinfo=UTC).date()
    except ValueError:
        return None


def _place(country: str) -> str:
    """ "CHINA, PEOPLE'S REPUBLIC OF" as other lists say it: China."""
    words = country.split(",")[0].split()
    return " ".join(word.lower() if word.lower() in {"of", "the", "and"} else word.capitalize() for word in words)


# ── The entity cell ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Told:
    """What an entity cell says."""

    name: str
    aliases: list[Name] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    includes: str = ""  #: what its further names are: "the following two subordinate institutions"


#: What introduces other names, and of which kind they are: "a.k.a., the following two aliases:".
_INTRODUCED = re.compile(
    r",?\s*(?:and\s+)?(?:(a\.?k\.?a\.?)|(f\.?k\.?a\.?)|(to include|(?=the following \w+ (?:subordinate|affiliat))))"
    r",?\s*(the following [^:\n—–]*|[^:\n—–]*(?=[:\n—–]))?:?",
    re.IGNORECASE,
)
#: What belongs to a name although a comma stands before it: forms of companies, generations of persons.
_FORM = re.compile(
    r"\s*(?:Ltd|Limited|Inc|Incorporated|L\.?L\.?C|L\.?L\.?P|L\.?P|Co|Corp|Corporation|Company|S\.?\s?A|S\.?A\.?S|S\.?R\.?L"
    r"|S\.?p\.?A|S\.?L|GmbH|A\.?G|B\.?V|N\.?V|Pte|Pvt|Pty|Sdn|Bhd|P?JSC|OOO|OAO|ZAO|AO|PAO|FZE|FZCO?|PLC|Jr|Sr"
    r"|I{2,3}|d\.?o\.?o|s\.?r\.?o|a\.?s|Lda|Ltda|K\.?K|SARL|M\.?M\.?C)\b\.?",
    re.IGNORECASE,
)
_DASH = re.compile(r"[—–]\s*")
_SHORT = re.compile(r"^(.*?)\s*\(([^()]{2,30})\)$")


def taken_apart(cell: str) -> Told:
    """An entity cell taken apart. Never raises: what is no name it takes for an address, and that shows."""
    first = _INTRODUCED.search(cell)
    dash = _DASH.search(cell)
    if first is None or dash is None or first.start() > dash.start():
        line, _, rest = cell.partition("\n")
        name, address = _name_and_rest(line)
        told = Told("")
        _name(told, name)
        told.addresses = _addresses(f"{address}\n{rest}")
        return told
    told = Told("")
    _name(told, cell[: first.start()])
    kind, rest = _kind(first, told), cell[first.end() :]
    pieces = _DASH.split(rest)
    left = [pieces[0]]
    for piece in pieces[1:]:
        name, address, following = _alias(piece)
        if name:
            told.aliases += _names(name, kind)
        left.append(address)
        if following:
            kind = _kind(following, told)
    told.addresses = _addresses("\n".join(left))
    return told


def _kind(introduced: re.Match[str], told: Told) -> NameKind:
    if introduced[3] is not None:
        told.includes = tidy(f"{introduced[3]} {introduced[4] or ''}".strip(" ,"))
    return NameKind.FORMER if introduced[2] else NameKind.ALIAS


def _name(told: Told, text: str) -> None:
    """The name itself; what stands in brackets at its end is a short one."""
    told.name = tidy(text).strip(" ,;")
    if short := _SHORT.match(told.name):
        told.name = short[1]
        told.aliases += [Name(short[2], NameKind.ACRONYM if short[2].isupper() else NameKind.ALIAS)]


def _names(text: str, kind: NameKind) -> list[Name]:
    told = Told("")
    _name(told, text)
    return [Name(told.name, kind), *told.aliases] if told.name else []


def _alias(piece: str) -> tuple[str, str, re.Match[str] | None]:
    """What stands behind a dash: the name, what follows it and is no name, and what introduces the next names."""
    following = _INTRODUCED.search(piece)
    text = piece[: following.start()] if following else piece
    line, _, rest = text.partition("\n")
    line = re.sub(r"[;,]?\s*(?:and|or)?\s*$", "", line.strip())
    if not rest and (end := _sentence(line)):
        line, rest = line[:end], line[end:]
    return _without_stop(line), rest, following


def _sentence(line: str) -> int:
    """Where a name ends and an address begins in one line: behind a full stop that no form of a company follows."""
    for stop in re.finditer(r"\.\s+(?=[\w#])", line):
        before = line[: stop.start()].rpartition(" ")[2].strip(",()")
        if _FORM.match(line, stop.end()) or (len(before) < 4 and not _FORM.fullmatch(before)):
            continue
        return stop.start() + 1
    return 0


def _without_stop(name: str) -> str:
    """A name without the full stop that ends its sentence; "Ltd." keeps its own."""
    last = name.rpartition(" ")[2].strip(",()")
    return name if not name.endswith(".") or _FORM.fullmatch(last) or re.search(r"\.\w\.$", name) else name[:-1]


def _name_and_rest(line: str) -> tuple[str, str]:
    """A name and the address behind its first comma that no form of a company follows."""
    depth = 0
    for at, character in enumerate(line):
        depth += (character in "([") - (character in ")]")
        if character in ",;" and depth <= 0 and not _FORM.match(line, at + 1):
            return line[:at], line[at + 1 :]
    return _without_stop(line), ""


def _addresses(text: str) -> list[str]:
    """Addresses, one between two line ends or semicolons."""
    found = (tidy(re.sub(r"^\s*(?:and|or)\s+|[;,.]?\s*(?:and|or)?\s*$", "", part)) for part in re.split(r"[\n;]", text))
    return [one for one in dict.fromkeys(part.strip(" ,;.:") for part in found) if one]
