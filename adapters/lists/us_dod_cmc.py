"""The Defense Department's Chinese military companies: Section 1237 until June 2021, Section 1260H since.

There is no data file. The official form is a PDF of a few pages, replaced about once a year; between two editions
single companies are struck off by a notice. So two formats are read, told apart by their content:

**The PDF** (seen: 2025-01-07). Parents stand flush left, subsidiaries indented below them, short names in brackets.
The heading, footnotes and, above all, the closing section of companies that were taken *off* are no entries. A footnote
can keep a company on the list that is not in it ("was previously identified as and remains a Chinese military company",
Hesai in 2025): it is an entry, with the footnote as its reason. Dates of listing are not in the PDF.

**A table of editions** as CSV in UTF-8, which a person keeps: Name and Start date, and as far as known Clean Name,
Alias, Previous Name, Parent Name, Note, End date, Source Url. Dates are YYYY-MM-DD. Keep the old rows: from them follow
the date a company was first listed and that a new name is an old company. Who is on the list is found by walking the
start dates from the oldest:

1. An edition is the rows of one start date. It *replaces* what was on the list when it names more than half of it
   again, or when it stands under another statute (2021-06-03); otherwise it is a tranche and is *added* to it. The
   real editions are far from the border: tranches of 2020 to 2024 repeat nothing or nearly nothing, those of 2025 and
   2026 repeat nearly everything.
2. What a replacing edition does not name again is off, whether or not somebody filled in an End date, except when the
   Note of its row says that the company remains.
3. A row is off from its End date on. An End date still to come (after the newest start date and after the day the file
   was fetched) does not count yet, and is mentioned to the operator.

A key is the company's name without accents, case, punctuation and legal form; when it has had several, the oldest one
that the document tells of ("formerly ...", Previous Name, an older row of a renamed company), or that `ONE_COMPANY`
below knows. Two entries of one edition that differ in nothing but the legal form get keys with it, and rows that are
the same company twice get the same key twice, which is for the caller to refuse.

The Federal Register's notices of these lists are not read here: us_federal_register announces them.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import xxhash

from adapters.formats import Body
from bot.errors import ListDamaged
from bot.model import Document, EntityKind, Listing, Name, NameKind, Reading, Record
from bot.sources import list_source

SOURCE = "us_dod_cmc"

#: The day the list under Section 1260H of Public Law 116-283 took the place of the one under Section 1237.
FIRST_1260H = date(2021, 6, 3)

#: Companies whose name changed between editions in a way the later document does not say, as key to key. A name that
#: points to itself keeps its own key although it is said to be formerly another company that was listed beside it.
#: From the editions of 2025-01-07 and 2026-06-08, read 2026-11.
ONE_COMPANY = {
    "shenzhen dji technology": "shenzhen dji innovation technology",
    "hesai group": "hesai technology",
    "avic airborne systems": "china avionics systems",
    "chen du westone information industry": "cheng du westone information industry",  # misspelt in 2026
    "avic xian aircraft industry group": "avic xian aircraft industry group",
}

_LEGAL = frozenset(
    {"co", "company", "corp", "corporation", "inc", "incorporated", "limited", "llc", "ltd", "plc", "pty"}
)
_TYPOGRAPHY = {0x2018: "'", 0x2019: "'", 0x00AD: None}
#: Brackets at the end of a name which are a part of it.
_PLACES = frozenset({"beijing", "bvi", "china", "hong kong", "macau", "shanghai", "shenzhen", "tianjin", "us", "usa"})
_COLUMNS = (
    "name",
    "clean name",
    "alias",
    "previous name",
    "parent name",
    "note",
    "start date",
    "end date",
    "source url",
)
_REMAINS = re.compile(r"(?P<name>\S.*?) was previously identified as and remains a Chinese military company")
_FORMERLY = re.compile(r"(?:formerly(?:\s+known\s+as)?|previously(?:\s+known\s+as)?|f/?k/?a)[:,]?\s+", re.IGNORECASE)
_ALSO = re.compile(r"(?:also\s+known\s+as|a\.?k\.?a\.?|or)[:,]?\s+", re.IGNORECASE)


@list_source(
    title="Chinese military companies (Section 1260H, formerly Section 1237)",
    publisher="US Department of Defense (Department of War)",
    url=(
        "https://media.defense.gov/2026/Jun/08/2003945537/-1/-1/1/ENTITIES-IDENTIFIED-AS-CHINESE-MILITARY-COMPANIES-"
        "OPERATING-IN-THE-UNITED-STATES-IN-ACCORDANCE-WITH-SECTION-1260H.PDF"
    ),
    page="https://www.war.gov/News/Releases/",
    every=timedelta(hours=6),
    composed=True,
    rows=range(1, 2_000),
    fill=(("programmes", 0.9), ("kind", 0.9)),
    may_lose=0.4,  # editions replace each other, and one PDF does not tell which old company a new name is
    carrier=True,
    programmes=("S1237", "S1260H"),
    licence="US government work, public domain in the US",
    note=(
        "war.gov and defense.gov turn plain clients away, and each edition's PDF has an address of its own: set "
        "TOCSIN_MIRROR or poll a file, the PDF or a CSV table of editions (its columns: adapters/lists/us_dod_cmc.py)"
    ),
    cap=20_000_000,
)
def us_dod_cmc(document: Document) -> Reading:
    """The list as the PDF or the table has it. Raises ListDamaged for anything else and for what is cut."""
    head = document.head(1024).lstrip()
    if head.startswith(b"%PDF-"):
        return _read_pdf(document)
    return _read_table(document, _text(document, head))


# ── Names and keys ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Named:
    """A name as published, taken apart."""

    name: str
    aliases: tuple[Name, ...] = ()
    former: tuple[str, ...] = ()


def _named(published: str) -> _Named:
    """The company's name, its short names and its former names, from "Name (formerly Other Ltd.) (SHORT)*"."""
    rest = _tidy(published).rstrip("* ")
    rest = rest[:-1] if rest.endswith(").") else rest
    aliases: list[Name] = []
    former: list[str] = []
    while bracket := _last_bracket(rest):
        before, inside = bracket
        if _is_part_of_name(inside):
            break
        rest = before
        if match := _FORMERLY.match(inside):
            nested = _named(inside[match.end() :])
            former[:0] = [nested.name, *(alias.text for alias in nested.aliases)]
        else:
            aliases[:0] = _aliases(inside)
    return _Named(rest, tuple(aliases), tuple(former))


def _last_bracket(text: str) -> tuple[str, str] | None:
    """What stands before and in the bracket that ends a text, which may hold brackets itself; None without one.

    A square bracket is taken for the round one it was meant to be: the table has "(SMIC Tianjin]".
    """
    if not text.endswith((")", "]")):
        return None
    depth = 0
    for at in range(len(text) - 1, 0, -1):
        depth += (text[at] in ")]") - (text[at] in "([")
        if depth == 0:
            return text[:at].rstrip(), text[at + 1 : -1].strip()
    return None


def _is_part_of_name(inside: str) -> bool:
    """Whether brackets hold a legal form or a place: "Group (Limited)", "Technologies (Hong Kong)"."""
    words = _words(inside)
    return all(word in _LEGAL or word == "group" for word in words) or " ".join(words) in _PLACES


def _aliases(text: str) -> list[Name]:
    """Other names in a bracket or a cell, between commas or semicolons that do not lead to a legal form."""
    forms = "|".join(sorted(_LEGAL, key=len, reverse=True))
    parts = re.split(rf";|,(?!\s*(?:{forms})\b)", text, flags=re.IGNORECASE)
    names = (_ALSO.sub("", _tidy(part), count=1) if _ALSO.match(_tidy(part)) else _tidy(part) for part in parts)
    return [Name(name, _alias_kind(name)) for name in names if name]


def _alias_kind(name: str) -> NameKind:
    return NameKind.ACRONYM if re.fullmatch(r"[A-Z]{2,6}", name) else NameKind.ALIAS


@lru_cache(maxsize=4_096)  # each name comes in a dozen editions
def _tidy(text: str) -> str:
    """Blanks made one, apostrophes straight, soft hyphens out, and a blank put in after "Co.," where it is missing:

    the same name comes either way, in one document or the next, and that is no renaming.
    """
    text = " ".join(unicodedata.normalize("NFC", text.translate(_TYPOGRAPHY)).split())
    return re.sub(r"\b(Co\.),(?=[A-Z])", r"\1, ", text)


@lru_cache(maxsize=4_096)  # each name comes in a dozen editions
def _words(text: str) -> tuple[str, ...]:
    """The words without case, accents and punctuation; letters standing alone are put together: "U.S." is "us"."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in decomposed if not unicodedata.combining(char) and char not in "'’‘`´")
    spaced = "".join(char if char.isalnum() else " " for char in plain.replace("&", " and "))
    joined = re.sub(r"\b([^\W\d_]) (?=[^\W\d_]\b)", r"\1", spaced)
    return tuple(joined.split())


def _fold(name: str) -> str:
    """A name as its key has it; legal forms are left out wherever they stand, unless nothing else is there."""
    words = _words(name)
    return " ".join(word for word in words if word not in _LEGAL) or " ".join(words)


def _key(fold: str) -> str:
    return ONE_COMPANY.get(fold, fold)


def _mark(*parts: str) -> bytes:
    return xxhash.xxh3_64_digest("\x1f".join(parts).encode("utf-8", "surrogatepass"))


def _programme(on: date) -> str:
    return "S1237" if on < FIRST_1260H else "S1260H"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One company on the list, whichever document says so."""

    named: _Named
    key: str
    raw: str  #: the row or the lines it comes from
    programme: str
    since: date | None = None
    reason: str = ""
    parent: str = ""
    url: str = ""

    def record(self, key: str) -> Record:
        since = self.since.isoformat() if self.since else ""
        mark = _mark(self.raw, since, self.programme, self.parent, self.reason, self.url)
        return Record(key, mark, lambda: self.listing(key))

    def listing(self, key: str) -> Listing:
        former = tuple(Name(name, NameKind.FORMER) for name in self.named.former)
        aliases = dict.fromkeys((*self.named.aliases, *former))
        return Listing(
            source=SOURCE,
            key=key,
            name=self.named.name,
            kind=EntityKind.COMPANY,
            aliases=tuple(alias for alias in aliases if alias.text != self.named.name),
            programmes=(self.programme,),
            listed_on=self.since,
            reason=self.reason,
            url=self.url,
            details=(("Parent Name", self.parent),) if self.parent else (),
        )


def _records(entries: list[_Entry]) -> list[Record]:
    """The entries as records; where one key stands for names that differ in their legal form, both get it back."""
    spellings: dict[str, set[str]] = {}
    for entry in entries:
        spellings.setdefault(entry.key, set()).add(" ".join(_words(entry.named.name)))
    apart = {key for key, names in spellings.items() if len(names) > 1}
    return [entry.record(" ".join(_words(entry.named.name)) if entry.key in apart else entry.key) for entry in entries]


# ── The table of editions ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: a company, from when to when."""

    named: _Named
    starts: date
    ends: date | None
    note: str
    parent: str
    url: str
    raw: str
    line: int

    def names(self) -> tuple[str, ...]:
        """Every name it goes or went by, folded, its own first."""
        return tuple(_fold(name) for name in (self.named.name, *self.named.former))


def _text(document: Document, head: bytes) -> str:
    """The document as text. Raises ListDamaged, saying what it looks like instead."""
    if not head:
        raise ListDamaged(f"{SOURCE}: {document.url} is empty (0 bytes); kept the last good list")
    looks = _looks_like(head)
    if looks:
        raise ListDamaged(f"{SOURCE}: {document.url} is {looks}; expected the edition's PDF or a CSV table in UTF-8")
    try:
        return document.whole().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ListDamaged(
            f"{SOURCE}: {document.url} is not UTF-8 at byte {error.start}; save the table as CSV UTF-8"
        ) from error


def _looks_like(head: bytes) -> str:
    kinds = (
        ((b"\xff\xfe", b"\xfe\xff"), "UTF-16 text"),
        ((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"), "a workbook"),
        ((b"<",), "a web page or XML"),
        ((b"{", b"["), "JSON"),
    )
    for starts, kind in kinds:
        if head.startswith(starts):
            return kind
    return "binary data" if b"\0" in head else ""


def _read_table(document: Document, text: str) -> Reading:
    signals: list[str] = []
    rows = list(_rows(text, signals))
    if not rows:
        raise ListDamaged(f"{SOURCE}: a table with columns and no rows; expected at least one company")
    _judge_letters(document, len(rows), signals)
    newest = max(row.starts for row in rows)
    today = max(newest, document.fetched_at.date())
    signals.extend(
        f"{row.named.name}: End date {row.ends} is still to come; it counts as listed until then"
        for row in rows
        if row.ends and row.ends > today
    )
    past = [replace(row, ends=row.ends if row.ends and row.ends <= today else None) for row in rows]
    edition = max([newest, *(row.ends for row in past if row.ends)])
    on_list = _on_the_list(past)
    return Reading(
        layout="editions.csv/1",
        records=_records(on_list),
        edition=edition.isoformat(),
        published=datetime(edition.year, edition.month, edition.day, tzinfo=UTC),
        open_ended=True,
        history=len(rows) - len(on_list),  # a table of who is on it now may shrink, its past may not
        signals=signals,
    )


def _judge_letters(document: Document, rows: int, signals: list[str]) -> None:
    """Refuse a table whose letters were lost or encoded twice: names in it would be new ones."""
    body = Body(document, SOURCE)
    for _ in body.chunks():
        continue
    body.judge(rows, signals)


def _rows(text: str, signals: list[str]) -> Iterator[_Row]:
    """The table's rows. Raises ListDamaged for another table, and for one that is cut or whose dates are none."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        columns = [cell.strip().casefold() for cell in next(lines, [])]
        _check_columns(columns, signals)
        cells: list[str] = []
        addresses: set[str] = set()
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                raise ListDamaged(
                    f"{SOURCE}: line {lines.line_num} has {len(cells)} of {len(columns)} columns: the table is cut, "
                    "or a cell with a comma is not quoted"
                )
            fields = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
            if not fields["name"] and not fields.get("clean name"):
                signals.append(f"line {lines.line_num} names nobody; left out")
                continue
            yield _row(fields, "\x1f".join(cells), lines.line_num)
            addresses.add(fields.get("source url", ""))
    except csv.Error as error:
        raise ListDamaged(f"{SOURCE}: line {lines.line_num} is no CSV ({error}): the table is cut") from error
    _check_end(text, cells[-1:], addresses)


def _delimiter(text: str) -> str:
    """What stands between the cells: spreadsheets of many countries write semicolons."""
    header = text.split("\n", 1)[0]
    return max(",;\t", key=header.count)


def _check_columns(columns: list[str], signals: list[str]) -> None:
    missing = [name for name in ("name", "start date") if name not in columns]
    if missing or len(set(columns)) != len(columns):
        seen = ", ".join(columns)[:200]
        raise ListDamaged(
            f"{SOURCE}: expected a table with columns Name and Start date, found: {seen}; is it this list?"
        )
    signals.extend(f"unknown column: {name}" for name in columns if name not in _COLUMNS)


def _check_end(text: str, last: list[str], addresses: set[str]) -> None:
    """Refuse a table that ends inside its last cell: nothing else shows that an address was cut."""
    if text.endswith("\n") or not last or len(addresses) < 2:
        return
    if any(whole != last[0] and whole.startswith(last[0]) for whole in addresses):
        raise ListDamaged(
            f"{SOURCE}: the last row ends in {last[0]!r}, the beginning of another cell: the table is cut"
        )


def _row(fields: dict[str, str], raw: str, line: int) -> _Row:
    named = _named(fields["name"] or fields["clean name"])
    more = _aliases(fields.get("alias", ""))
    former = [_tidy(part) for part in fields.get("previous name", "").split(";")]
    known = {_fold(name) for name in (*named.former, named.name)}
    return _Row(
        named=_Named(
            named.name,
            tuple(dict.fromkeys((*named.aliases, *(alias for alias in more if _fold(alias.text) not in known)))),
            tuple(dict.fromkeys((*named.former, *filter(None, former)))),
        ),
        starts=_date(fields["start date"], "Start date", line),
        ends=_date(fields["end date"], "End date", line) if fields.get("end date") else None,
        note=fields.get("note", ""),
        parent=_named(fields.get("parent name", "")).name,
        url=fields.get("source url", ""),
        raw=raw,
        line=line,
    )


@lru_cache(maxsize=512)  # editions are of a few days
def _iso_day(text: str) -> date:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()


def _date(text: str, column: str, line: int) -> date:
    try:
        return _iso_day(text)
    except ValueError as error:
        raise ListDamaged(
            f"{SOURCE}: line {line}: {column} is {text!r}; write it as 2021-01-14 (or the table is cut)"
        ) from error


def _on_the_list(rows: list[_Row]) -> list[_Entry]:
    """Who is on the list after the last edition, in the order of the table, by the rules of the module's docstring."""
    keys: dict[str, str] = {}  # every name ever seen, folded, to the key of its company
    current: list[tuple[_Row, _Entry]] = []
    for day in sorted({row.starts for row in rows}):
        before = {entry.key: entry for row, entry in current if not row.ends or row.ends >= day}
        current = [(row, entry) for row, entry in current if not row.ends or row.ends > day]
        edition = _enter([row for row in rows if row.starts == day], keys, before)
        named_again = {entry.key for _, entry in edition}
        left = [(row, entry) for row, entry in current if entry.key not in named_again]
        if _replaces(day, current, left):
            left = [(row, entry) for row, entry in left if _REMAINS.search(row.note) and row.starts >= FIRST_1260H]
            left = [(replace(row, note=""), entry) for row, entry in left]  # the word holds for one edition
        current = left + edition
    return [entry for row, entry in sorted(current, key=lambda one: one[0].line) if not row.ends]


def _replaces(day: date, current: list[tuple[_Row, _Entry]], left: list[tuple[_Row, _Entry]]) -> bool:
    """Whether an edition stands for the whole list: it repeats more than half of it, or begins a new statute's."""
    newer_law = any(entry.programme != _programme(day) for _, entry in current)
    return newer_law or (len(current) - len(left)) * 2 > len(current)


def _enter(rows: list[_Row], keys: dict[str, str], before: dict[str, _Entry]) -> list[tuple[_Row, _Entry]]:
    """The entries of one edition, each under the key its company already has."""
    own = Counter(row.names()[0] for row in rows)
    entered = []
    for row in rows:
        name, *former = row.names()
        former = [old for old in former if old not in own]  # listed beside it: another company today
        key = _key(name) if name in ONE_COMPANY else next((keys[old] for old in (name, *former) if old in keys), "")
        key = key or _key((former or [name])[0])
        for one in (name, *former):
            keys.setdefault(one, key)
        programme = _programme(row.starts)
        earlier = before.get(key)
        since = earlier.since if earlier and earlier.programme == programme else row.starts
        entered.append((row, _Entry(row.named, key, row.raw, programme, since, row.note, row.parent, row.url)))
    return entered


# ── The PDF ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Line:
    """A printed line: where it begins, how large it is, and how far it is from the one above, all in points."""

    text: str
    indented: bool
    size: float
    gap: float


#: Words that only stand in running text of these documents, never in a company's name.
_PROSE = re.compile(
    r"\bSections? 12(?:60H|37)\b|\bPublic Law\b|\bPub\. L\.|\bChinese [Mm]ilitary [Cc]ompan"
    r"|\bis (?:an? |(?:in)?directly |owned |controlled |affiliated )|\bPreviously Listed\b"
)
#: How the reasons of an entry end since June 2026, by the transcription of that edition.
_REASON = re.compile(r"\bSections? 1260H\s?\([a-z]\)")
#: Begins the section of those who were taken off.
_TAKEN_OFF = re.compile(r"previously listed|did not meet|no longer|remov(?:ed|al)|delet(?:ed|ion)", re.IGNORECASE)
_FURNITURE = re.compile(r"(?:page\s+)?\d+(?:\s+of\s+\d+)?|\*.*|(?:UNCLASSIFIED|CUI)", re.IGNORECASE)
_URL_DAY = re.compile(r"/(20\d\d)/([A-Z][a-z]{2})/(\d\d)/")


def _read_pdf(document: Document) -> Reading:
    lines, created = _pdf_lines(document)
    heading = " ".join(line.text for line in lines[:12])
    if not re.search(r"chinese\s+military\s+compan", heading, re.IGNORECASE):
        raise ListDamaged(
            f"{SOURCE}: a PDF that begins {heading[:120]!r}; expected the list of Chinese military companies"
        )
    edition = _edition_of(document.url) or created
    programme = "S1260H" if "1260H" in heading else _programme(edition or FIRST_1260H)
    signals: list[str] = []
    entries = [
        replace(entry, programme=programme, url=_official(document.url)) for entry in _pdf_entries(lines, signals)
    ]
    if not entries:
        raise ListDamaged(
            f"{SOURCE}: a PDF with the list's title and no names in it; read it by eye and keep the CSV table"
        )
    return Reading(
        layout="1260H.pdf/1",
        records=_records(entries),
        edition=edition.isoformat() if edition else "",
        published=datetime(edition.year, edition.month, edition.day, tzinfo=UTC) if edition else None,
        signals=signals,
    )


def _official(url: str) -> str:
    """The address, where it is the publisher's own: a mirror's is nothing to show to readers."""
    return url if re.match(r"https://(?:[\w-]+\.)*(?:defense|war)\.gov/", url) else ""


def _edition_of(url: str) -> date | None:
    """The day in an address of media.defense.gov: /2025/Jan/07/."""
    match = _URL_DAY.search(url)
    try:
        return datetime.strptime(" ".join(match.groups()), "%Y %b %d").replace(tzinfo=UTC).date() if match else None
    except ValueError:
        return None


def _pdf_lines(document: Document) -> tuple[list[_Line], date | None]:
    """The printed lines of all pages, and the day the file was made. Raises ListDamaged for a cut or unreadable PDF."""
    from pypdf import PdfReader  # a tenth of a second to import, and most polls of most sources never need it

    body = document.whole()
    # An earlier end mark stands before each revision saved behind it: a file cut there is an older document.
    if not body.rstrip(b"\0\t\r\n ").endswith(b"%%EOF"):
        raise ListDamaged(f"{SOURCE}: a PDF without its end mark after {len(body)} bytes: it is cut")
    try:
        if b"/Encrypt" not in body:
            _check_streams(body)
        reader = PdfReader(io.BytesIO(body), strict=True)
        pages = [_page_lines(page) for page in reader.pages]
        made = str(reader.metadata.get("/CreationDate", "")) if reader.metadata else ""
    except Exception as error:  # a broken PDF can make the parser raise anything at all
        raise ListDamaged(f"{SOURCE}: a PDF that cannot be read ({type(error).__name__}: {error})") from error
    if not any(pages) or not all(pages[:-1]):
        raise ListDamaged(
            f"{SOURCE}: a PDF with {len(pages)} pages, {sum(1 for page in pages if not page)} of them without text: "
            "scanned or damaged; read it by eye and keep the CSV table"
        )
    return [line for page in pages for line in page], _made_on(made)


def _check_streams(body: bytes) -> None:
    """Raise zlib.error when any compressed part of a PDF is damaged: the parser would leave out the rest of a page."""
    for start in re.finditer(rb">>\s*stream\r?\n", body):
        entry = body[body.rfind(b" obj", 0, start.start()) : start.start()]
        if not re.search(rb"/Filter\s*\[?\s*/FlateDecode", entry):
            continue
        inflate, rest = zlib.decompressobj(), body[start.end() :]
        while not inflate.eof:
            if not inflate.decompress(rest, 1 << 20) and not inflate.eof:
                raise zlib.error(f"the stream at byte {start.end()} does not end")
            rest = inflate.unconsumed_tail


def _made_on(text: str) -> date | None:
    """The day in a PDF's own date: D:20250107085112-05'00'."""
    match = re.match(r"D:(\d{8})", text)
    try:
        return datetime.strptime(match[1], "%Y%m%d").replace(tzinfo=UTC).date() if match else None
    except ValueError:
        return None


def _page_lines(page: Any) -> list[_Line]:
    """A page's lines from the top, put together from its pieces of text.

    A line is indented when it begins to the right of the page's left edge, or with a blank: Word writes the first
    as a paragraph's indent and the second as a tab.
    """
    pieces: list[tuple[str, float, float, float]] = []

    def visit(text: str, _cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        pieces.append((text, tm[4], tm[5], abs(size * (tm[3] or tm[0]))))

    page.extract_text(visitor_text=visit)
    printed = [line for line in _joined(pieces) if line[0].strip()]
    left = min((x for text, x, _, _ in printed if not text[:1].isspace()), default=0.0)
    lines = []
    above: float | None = None
    for text, x, y, size in printed:
        gap = above - y if above is not None else 0.0
        lines.append(_Line(_tidy(text).lstrip("•▪◦·\x95 "), text[:1].isspace() or x > left + 6, size, gap))
        above = y
    return lines


def _joined(pieces: list[tuple[str, float, float, float]]) -> Iterator[tuple[str, float, float, float]]:
    """Pieces that stand on one line, as one: text, x of its beginning, y, and size of its largest letters."""
    line: list[tuple[str, float, float, float]] = []
    for piece in pieces:
        line.append(piece)
        if piece[0].endswith("\n"):
            yield _one(line)
            line = []
    yield _one(line or [("", 0.0, 0.0, 0.0)])


def _one(line: list[tuple[str, float, float, float]]) -> tuple[str, float, float, float]:
    printed = [piece for piece in line if piece[0].strip()] or line
    text = "".join(piece[0] for piece in line).replace("\n", " ").rstrip()
    return text, printed[0][1], printed[0][2], max(piece[3] for piece in printed)


def _pdf_entries(lines: Iterable[_Line], signals: list[str]) -> Iterator[_Entry]:
    """The entries in printed order, with the parent each subsidiary stands under."""
    lines = list(lines)
    weight: Counter[float] = Counter()
    for line in lines:
        weight[round(line.size)] += len(line.text)
    body = max(weight, key=lambda size: weight[size])
    notes = [line for line in lines if line.size < body - 0.5]
    found = _entries([line for line in lines if line.size >= body - 0.5], signals)
    own = Counter(_fold(entry.named.name) for entry in found)
    for entry in [*found, *_remaining(notes)]:
        former = [_fold(old) for old in entry.named.former if _fold(old) not in own]
        name = _fold(entry.named.name)
        yield replace(entry, key=_key(name if name in ONE_COMPANY else (former or [name])[0]))


def _entries(lines: list[_Line], signals: list[str]) -> list[_Entry]:
    found: list[_Entry] = []
    parent = ""
    for indented, text in _paragraphs(lines):
        if _FURNITURE.fullmatch(text):
            continue
        if _PROSE.search(text):
            if not found or (_REASON.search(text) and _explains(found, text)):
                continue
            if _TAKEN_OFF.search(text):
                break
            signals.append(f"text that is neither a name nor the reason of one: {text[:200]}")
        else:
            named = _named(text)
            parent = parent if indented else named.name
            found.append(_Entry(named, "", text, "", parent=parent if indented else ""))
    return found


def _explains(found: list[_Entry], reason: str) -> bool:
    """Give a reason to the nearest entry above whose name or short name begins like it. False without one."""
    subject = "".join(_words(re.split(r"\s(?:is|are|was)\s", reason)[0]))
    for at in range(len(found) - 1, -1, -1):
        entry = found[at]
        names = (entry.named.name, *(alias.text for alias in entry.named.aliases))
        if subject and any("".join(_words(name)).startswith(subject) for name in names):
            found[at] = replace(entry, reason=f"{entry.reason} {reason}".strip())
            return True
    return False


def _paragraphs(lines: list[_Line]) -> Iterator[tuple[bool, str]]:
    """Whether it is indented, and its text, of every name and passage: a line, or several where it was broken."""
    step = min(
        (min(line.gap, 2.4 * line.size) for line in lines if line.gap > 1), default=12.0
    )  # at most double-spaced
    text, indented = "", False
    for line in lines:
        near = 0 <= line.gap < step * 1.5
        if text and _goes_on(text, line, near=near):
            text = f"{text} {line.text}"
            continue
        if text:
            yield indented, text
        text, indented = line.text, line.indented
    if text:
        yield indented, text


def _goes_on(text: str, line: _Line, *, near: bool) -> bool:
    """Whether a line is the rest of the one above: prose, an open bracket, or what can only end or carry on a name."""
    if _PROSE.search(text) or text.startswith(("Entities Identified", "The Following")):
        return near and not (text.endswith(".") and _REASON.search(text))
    if text.count("(") > text.count(")") or re.search(r"(?:[,&-]|\b(?:and|of|for|the))$", text):
        return True
    words = _words(line.text)
    return near and (line.text[:1].islower() or line.text.startswith("(") or all(word in _LEGAL for word in words))


def _remaining(notes: list[_Line]) -> Iterator[_Entry]:
    """Companies that a footnote keeps on the list."""
    texts: list[str] = []
    for line in notes:
        numbered = re.match(r"\d{1,2}\s+(?=[A-Z])", line.text)
        if numbered or not texts:
            texts.append(line.text[numbered.end() :] if numbered else line.text)
        else:
            texts[-1] += f" {line.text}"
    for text in texts:
        if match := _REMAINS.search(text):
            yield _Entry(_named(match["name"]), "", text, "", reason=text)
