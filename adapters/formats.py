"""Document to rows: what every source needs to read its publisher's files, and nothing of what the rows mean.

Everything streams: a document is bytes or a spooled file, unpacked and checked a chunk at a time. What cannot be the
file it should be raises ListDamaged; what is merely new (a column, an element) becomes a signal for the operator.

A raw record is cut out before it is parsed. Its mark tells the differ whether it was seen before, so that a reading
parses only what changed; and since a mark is remembered only after its record was parsed without error, a record
that is never parsed again is still one that was well-formed.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import lxml.html
import xxhash
from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook

from bot.errors import ListDamaged
from bot.model import Document
from bot.workbook import laid_out

CHUNK = 1 << 18  # small enough to stay in a processor's cache while it is looked through several times
#: No entry of any list comes near this; a "record" that does is a file whose ends of record were lost.
LARGEST_RECORD = 1 << 22
#: What unpacking may yield, as `SourceCard.cap`: a small gzip body can hide gigabytes.
LARGEST_BODY = 1 << 30
#: The share of records that may carry letters lost before they reached us. The CSL really loses some.
MAY_BE_GARBLED = 0.01

_BOM = b"\xef\xbb\xbf"
_REPLACEMENT = "\ufffd".encode()
# What UTF-8 looks like after it was taken for Latin-1 or Windows-1252 and written as UTF-8 once more: a letter of
# U+00C2..U+00F4 (the lead byte), then a character that stands for a continuation byte.
_TWICE_ENCODED = re.compile(
    rb"\xc3[\x82-\xb4](?:\xc2[\x80-\xbf]|\xe2\x80[\x93-\xba]|\xe2\x82\xac|\xe2\x84\xa2|\xcb[\x86\x9c]|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92)"
)


def mark_of(raw: bytes) -> bytes:
    """Eight bytes over a raw record."""
    return xxhash.xxh3_64_digest(raw)


def mark_of_cells(*rows: Iterable[str]) -> bytes:
    """Eight bytes over rows that have no raw bytes of their own."""
    return mark_of("\x1e".join(map("\x1f".join, rows)).encode())


def once(signals: list[str], signal: str) -> None:
    """Add a signal unless it is there: the operator wants to know that a column is new, not 15,000 times."""
    if signal not in signals:
        signals.append(signal)


def unread(left: Mapping[str, object], signals: list[str], what: str) -> None:
    """Signal what a reader did not take from a record, where it holds a value: `what` is "column", "field", ..."""
    for name, value in left.items():
        if value:
            once(signals, f"unread {what} {name!r}")


_CITATION = re.compile(r"(\d{2,3})\s*\.?\s*F\.?\s*R\.?\s*(\d{2,6})\b")


@lru_cache(maxsize=8_192)  # one notice adds many entries
def citations(notice: str) -> tuple[str, ...]:
    """ "84 FR 22961" and the like out of a cell with dates, numbers of issues and two spellings of FR.

    A notice cited by volume and issue only ("Vol. 86, No. 71, 04/15/2021") has no page: it is kept as it is.
    """
    found = [f"{volume} FR {page}" for volume, page in _CITATION.findall(notice)]
    return tuple(dict.fromkeys(found)) if found else (notice,) if notice else ()


def tidy(text: str | None) -> str:
    """Blanks at the ends taken off, blanks and line ends between made one blank."""
    return " ".join(text.split()) if text else ""


def trimmed(name: str) -> str:
    """A name without what an enumeration leaves around it: separators, and a bracket that is only opened or closed."""
    name = name.strip(" ,;")
    if "(" not in name and ")" not in name:
        return name
    more = name.count(")") - name.count("(")
    for _ in range(more):
        if name.startswith(")"):
            name = name[1:].lstrip(" ,;")
        elif name.rstrip(" .,;").endswith(")"):
            name = name.rstrip(" .,;")[:-1].rstrip(" ,;")
    return name[1:].lstrip(" ,;") if more < 0 and name.startswith("(") else name


_LISTED_AS = re.compile(
    r"\s*\(\s*(?:previously|formerly) listed as[.,\s]*(?:in Arabic:\s*(?P<script>[^()]+))?\)?", re.IGNORECASE
)


def listed_as(name: str) -> tuple[str, ...]:
    """The spellings in "X (previously listed as, in Arabic: Y)", under which somebody was listed; else nothing."""
    found = _LISTED_AS.search(name) if "listed as" in name else None
    if found is None:
        return ()
    return tuple(text for one in (name[: found.start()], found["script"]) if one and (text := trimmed(one)))


@lru_cache(maxsize=8_192)  # a list of ten thousand rows was made on a few hundred days
def numeric_day(text: str, *, month_first: bool = False) -> date | None:
    """ "29/06/2012", "29-06-2012" or "2012-06-29"; with the month first "06/29/2012". None for anything else."""
    found = _NUMERIC_DAY.fullmatch(text)
    if found is None:
        return None
    first, second, year = int(found[2] or 0), int(found[3] or 0), int(found[4] or 0)
    month, day = (first, second) if month_first else (second, first)
    try:
        return date.fromisoformat(text) if found[1] else date(year, month, day)
    except ValueError:
        return None


_NUMERIC_DAY = re.compile(r"(\d{4}-\d\d-\d\d)|(\d{1,2})[/-](\d{1,2})[/-](\d{4})")


def moment(text: str) -> datetime | None:
    """When a document says it was made, in UTC; one that names no time zone is taken for UTC. None for no time."""
    try:
        made = datetime.fromisoformat(text)
    except ValueError:
        return None
    return made.astimezone(UTC) if made.tzinfo else made.replace(tzinfo=UTC)


def folded(text: str) -> str:
    """For composed keys only: lower case, and one blank for whatever is not a letter or digit, so that mended letters

    and punctuation do not make a new entry.
    """
    return " ".join(_WORDS.findall(text.casefold()))


_WORDS = re.compile(r"\w+")


def latin(text: str) -> bool:
    """Whether every letter is one of the Latin alphabets."""
    return text.isascii() or not any(char.isalpha() for char in _BEYOND_LATIN.findall(text))


_BEYOND_LATIN = re.compile("[\u0370-\u1dff\u1f00-\U0010ffff]")


# ── The body ──────────────────────────────────────────────────────────────────────────────────────────────────────

_LOOKS = (
    (re.compile(rb"\s*\Z"), "an empty body"),
    (re.compile(rb"\xff\xfe|\xfe\xff|[^\x00]\x00[^\x00]\x00|\x00[^\x00]\x00[^\x00]|\x00\x00\xfe\xff"), "UTF-16 text"),
    (re.compile(rb"%PDF-"), "a PDF"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive (an .xlsx or .ods file?)"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "an old Excel file"),
    (re.compile(rb"\x1f\x8b|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd"), "a compressed file"),
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE)
#: The text of a law has elements called HEAD and DIV, too; its root has a number.
_LAW = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<(?:DIV\d|ECFR)\b")
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
_ELEMENT = re.compile(rb"<((?:[\w.-]+:)?[A-Za-z_][\w.-]*)")


def looks_like(head: bytes) -> str:
    """What a body is, judged by its first bytes, in words that finish the sentence "this is ..."."""
    head = head.removeprefix(_BOM)
    for pattern, words in _LOOKS:
        if pattern.match(head):
            return words
    start = head[:4096].lstrip()
    if _HTML.search(start[:1024]) and not _LAW.match(start):
        title = _TITLE.search(start)
        return f"an HTML page titled {_quoted(title[1])}" if title else "an HTML page"
    if start.startswith(b"<") and (element := _ELEMENT.search(start)):
        return f"XML with the root <{element[1].decode('utf-8', 'replace')}>"
    if start.startswith((b"{", b"[")):
        return "JSON"
    return f"text beginning {_quoted(start)}"


def _quoted(raw: bytes) -> str:
    """The first line of it, printable: it goes into messages, and the body may be anybody's."""
    lines = raw.decode("utf-8", "replace").strip().splitlines()
    return ascii(lines[0][:60]) if lines else "''"


class Body:
    """A document's bytes for one source: unpacked, without byte order mark, checked for the encoding they should be.

    Raises ListDamaged at once for a body that is empty, UTF-16, or compressed and broken.
    """

    def __init__(self, document: Document, source: str, *, encoding: str = "utf-8") -> None:
        self.document = document
        self.source = source
        self.encoding = encoding
        self.lost = 0  #: letters that were already lost (U+FFFD) when it reached us
        self.twice = 0  #: characters that were encoded twice
        self.foreign = 0  #: chunks with anything beyond ASCII
        self.head = self._first().removeprefix(_BOM)  #: the first 256 KiB
        if (words := looks_like(self.head)) in ("an empty body", "UTF-16 text"):
            raise self.damaged(f"{words} ({document.size} bytes); fetch it again")

    def damaged(self, what: str) -> ListDamaged:
        """The error to raise: which source, what is wrong and what to do, and where the body came from."""
        return ListDamaged(f"{self.source}: {what} [{self.document.url}]")

    def unlike(self, wanted: str) -> ListDamaged:
        """The error for a body that is something else altogether."""
        return self.damaged(f"this is {looks_like(self.head)}; give {wanted}")

    def chunks(self) -> Iterator[bytes]:
        """The body, CR LF as LF, so that two copies of one file that differ in line ends are the same.

        Raises ListDamaged for bytes that are not `encoding`, wherever they stand.
        """
        self.lost = self.twice = self.foreign = 0
        decoder = codecs.getincrementaldecoder(self.encoding)()
        held, first = b"", True
        for packed in self._unpacked():
            chunk = packed.removeprefix(_BOM) if first else held + packed
            first = False
            held = b""
            if b"\r" in chunk:
                held = b"\r" if chunk.endswith(b"\r") else b""
                chunk = b"\n".join(chunk.removesuffix(b"\r").split(b"\r\n"))  # a third faster than to replace it
            self._check(chunk, decoder)
            yield chunk
        self._check(held, decoder, final=True)
        if held:
            yield held

    def _check(self, chunk: bytes, decoder: codecs.IncrementalDecoder, *, final: bool = False) -> None:
        if chunk.isascii() and not final and decoder.getstate() == (b"", 0):
            return
        try:
            decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            wrong = chunk[error.start : error.start + 1].hex() or "an unfinished letter"
            raise self.damaged(f"not {self.encoding} text (byte {wrong}); fetch it again") from error
        if not chunk.isascii():
            self.foreign += 1
            self.lost += chunk.count(_REPLACEMENT)
            self.twice += len(_TWICE_ENCODED.findall(chunk))

    def judge(self, records: int, signals: list[str], *, ascii_only: bool = False) -> None:
        """After the last record: say what the letters looked like, or raise ListDamaged when too many are lost."""
        for count, what in ((self.lost, "lost letters (U+FFFD)"), (self.twice, "letters encoded twice (mojibake)")):
            if count > max(3, MAY_BE_GARBLED * records):
                raise self.damaged(f"{count} {what} in {records} entries: converted from a wrong encoding; fetch again")
            if count:
                once(signals, f"{count} {what}")
        if ascii_only and self.foreign:
            once(signals, "letters beyond ASCII in a list that was pure ASCII")

    def whole(self) -> bytes:
        """All of it unpacked, every byte as it is: for binary formats that are read whole."""
        return b"".join(self._unpacked())

    def _first(self) -> bytes:
        head = b""
        for chunk in self._unpacked():
            head += chunk
            if len(head) >= CHUNK:
                break
        return head

    def _unpacked(self) -> Iterator[bytes]:
        with self.document.open() as stream:
            if stream.read(2) != b"\x1f\x8b":
                stream.seek(0)
                while chunk := stream.read(CHUNK):
                    yield chunk
                return
            stream.seek(0)
            yield from self._gunzipped(iter(lambda: stream.read(CHUNK // 4), b""))

    def _gunzipped(self, packed: Iterator[bytes]) -> Iterator[bytes]:
        total, unpack = 0, zlib.decompressobj(wbits=31)
        for piece in packed:
            rest = piece
            while rest:
                if unpack.eof:  # a gzip file may be several, one behind the other
                    unpack = zlib.decompressobj(wbits=31)
                try:
                    chunk = unpack.decompress(rest, CHUNK)
                except zlib.error as error:
                    raise self.damaged(f"broken gzip data ({error}); fetch it again") from error
                rest = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
                total += len(chunk)
                if total > LARGEST_BODY:
                    raise self.damaged(f"more than {LARGEST_BODY} bytes after unpacking; refused")
                if chunk:
                    yield chunk
        if not unpack.eof:
            raise self.damaged(f"gzip data cut after {total} bytes unpacked; fetch it again")


def legacy_body(document: Document, source: str) -> Body:
    """A body in UTF-8, or, where it cannot be that, in Windows-1252, as older layouts of some lists are."""
    body = Body(document, source)
    try:
        for _ in body.chunks():
            pass
    except ListDamaged:
        return Body(document, source, encoding="cp1252")
    return body


# ── XML ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def local(element: etree._Element) -> str:
    """An element's name without its namespace: publishers change namespaces, not names."""
    return _without_namespace(str(element.tag))


@lru_cache(maxsize=4_096)  # a document has a few dozen names and a hundred thousand elements
def _without_namespace(tag: str) -> str:
    return tag.rpartition("}")[2]


_STRING = etree.XPath("string()", smart_strings=False)


def _whole_text(element: etree._Element) -> str:
    """All the text in an element, comments left out."""
    return str(_STRING(element)) if len(element) else element.text or ""


def texts(element: etree._Element) -> dict[str, str]:
    """The texts of an element's children by local name, blanks at their ends taken off; the last of a name wins."""
    return {local(child): (child.text or "").strip() for child in element}


def _strict() -> etree.XMLParser:
    # Never recover=True: it invents a document where there is none.
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def _no_doctype(body: Body) -> None:
    if b"<!DOCTYPE" in body.head or b"<!ENTITY" in body.head:
        raise body.damaged("the document brings a DOCTYPE, which no edition of this list had; refused unread")


def _parse_head(body: Body, head: bytes, *, whole: bool = True) -> etree._Element:
    """The root element, as far as the first bytes have it; or only its own tag, which takes no time."""
    parser = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, load_dtd=False)
    root: object = None
    try:
        for at in range(0, len(head), len(head) if whole else 1024):
            parser.feed(head[at : at + len(head) if whole else at + 1024])
            if started := next(parser.read_events(), None):
                _, root = started
                break
    except etree.XMLSyntaxError as error:
        raise body.damaged(f"not well-formed XML ({error}); fetch it again") from error
    if not isinstance(root, etree._Element):
        raise body.damaged("not well-formed XML (no root); fetch it again")
    return root


class XmlRecords:
    """The records of one XML document as raw bytes, cut out by the local name of their element.

    A raw record is given without its closing tag, which all have in common; `element()` parses it, namespaces and
    all. The head (everything before the first record) is parsed when this is made, so that dates and counts given
    there are known before the first record.

    Raises ListDamaged for a document type declaration (entities are an attack or an accident), for a document whose
    end is missing, and for anything but records between the first and the last.
    """

    def __init__(self, body: Body, record: str) -> None:
        self._body = body
        self._record = record
        head = body.head
        _no_doctype(body)
        first = re.search(rb"<((?:[\w.-]+:)?" + record.encode() + rb")[\s/>]", head)
        self._parser = _strict()
        self.root = _parse_head(body, head[: first.start()] if first else head)
        self._name = first[1] if first else record.encode()
        self._opening = re.compile(b"<" + re.escape(self._name) + rb"[\s/>]")  # not <DesignationSource> for Designation
        self._wrap = self._wrapping(head)

    def _wrapping(self, head: bytes) -> tuple[bytes, bytes]:
        """What stands around a record that is parsed alone: declaration and root, as the document writes them."""
        name = (f"{self.root.prefix}:" if self.root.prefix else "") + local(self.root)
        start = re.search(rb"<" + re.escape(name.encode()) + rb"(?:[^\"'>]|\"[^\"]*\"|'[^']*')*+>", head)
        if start is None or start[0].endswith(b"/>"):
            raise self._body.damaged(f"<{name}> is empty; fetch it again")
        declaration = re.match(rb"\s*(<\?xml[^>]*\?>)", head)
        return (declaration[1] if declaration else b"") + start[0], b"</" + name.encode() + b">"

    def head_text(self, name: str) -> str:
        """The text of the first element of that local name before the records, or nothing."""
        found = next(self.root.iter(f"{{*}}{name}"), None)
        return " ".join((found.text or "").split()) if found is not None else ""

    def __iter__(self) -> Iterator[bytes]:
        opening, closing = b"<" + self._name, b"</" + self._name + b">"
        rest, count = b"", 0
        for chunk in self._body.chunks():
            text = rest + chunk
            *pieces, rest = text.split(closing)
            doubtful = not _angles_alternate(text[: len(text) - len(rest)])
            for piece in pieces:
                start = piece.find(opening)
                if start >= 0 and piece[start + len(opening) : start + len(opening) + 1] not in b" \t\n/>":
                    start = self._first_opening(piece)
                if (
                    start < 0
                    or (piece.find(opening, start + 1) >= 0 and self._opening.search(piece, start + 1))
                    or (count and start and not piece[:start].isspace())
                ):
                    self._between(piece, start, count)
                count += 1
                raw = piece[start:]
                if doubtful:
                    self.element(raw)
                yield raw
            if len(rest) > LARGEST_RECORD:
                raise self._body.damaged(f"entry {count + 1} does not end within {LARGEST_RECORD} bytes; fetch again")
        self._end(rest, count)

    def _first_opening(self, piece: bytes) -> int:
        """Where the record starts, when an element whose name begins like it stands before."""
        found = self._opening.search(piece)
        return found.start() if found else -1

    def _between(self, piece: bytes, start: int, count: int) -> None:
        """What stands before a record that is not whitespace: comments are fine, everything else is damage."""
        around = piece[: max(start, 0)]
        if len(around) < 10_000:  # the pattern takes the square of the length where comments do not end
            around = re.sub(rb"<!--.*?-->", b"", around, flags=re.DOTALL)
        if start < 0 or len(self._opening.findall(piece)) > 1 or (count and around.strip()):
            raise self._body.damaged(f"garbled near entry {count + 1}: {_quoted(piece[:200])}; fetch it again")

    def _end(self, rest: bytes, count: int) -> None:
        """The last bytes close the root, and nothing follows."""
        try:
            tail = etree.fromstring((self._wrap[0] if count else b"") + rest, self._parser)
        except etree.XMLSyntaxError as error:
            raise self._body.damaged(f"cut or garbled after {count} entries ({error.msg}); fetch it again") from error
        if count and len(tail):
            raise self._body.damaged(f"<{local(tail[0])}> after the last of {count} entries; has the format changed?")

    def parsed(self) -> Iterator[tuple[bytes, etree._Element]]:
        """Every raw record with its element, for lists whose keys stand deep in their entries.

        A hundred are parsed at once, which takes half the time for short ones.
        """
        records, (before, after), closing = iter(self), self._wrap, b"</" + self._name + b">"
        while some := list(islice(records, _AT_ONCE)):
            try:
                found = list(etree.fromstring(b"".join((before, closing.join(some), closing, after)), self._parser))
            except etree.XMLSyntaxError:
                found = []
            if len(found) != len(some):
                found = [self.element(raw) for raw in some]  # says which of them is garbled
            yield from zip(some, found, strict=True)

    def element(self, raw: bytes) -> etree._Element:
        """A raw record parsed. Raises ListDamaged when it is not well-formed."""
        before, after = self._wrap
        try:
            return etree.fromstring(b"%b%b</%b>%b" % (before, raw, self._name, after), self._parser)[0]
        except etree.XMLSyntaxError as error:
            raise self._body.damaged(f"garbled entry {_quoted(raw[:200])} ({error.msg}); fetch it again") from error


_AT_ONCE = 100


class XmlElements:
    """The elements of certain local names in an XML document, each as the bytes of a document of its own.

    For lists whose entries have several names, or a name that begins another one (`INDIVIDUAL`, `INDIVIDUAL_ALIAS`):
    a parser reads every byte, which takes a few times as long as `XmlRecords`. `element()` parses one again. Elements
    inside one of these are part of it, whatever their name.

    Raises ListDamaged for a document type declaration, and for what is not well-formed to its end.
    """

    def __init__(self, body: Body, *names: str) -> None:
        self._body = body
        self._names = names
        _no_doctype(body)
        self.root = _parse_head(body, body.head, whole=False)
        self.sections: list[str] = []  #: after the last one: what stands in the root, but what was read and forgotten
        self._now: tuple[bytes, etree._Element] | None = None  # the one just given, not yet taken down
        self._parser = _strict()

    def __iter__(self) -> Iterator[bytes]:
        tags = [f"{{*}}{name}" for name in self._names]
        pull = etree.XMLPullParser(
            events=("end",),
            tag=tags,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        count = 0
        try:
            for chunk in self._body.chunks():
                for at in range(0, len(chunk), _PIECE):
                    pull.feed(chunk[at : at + _PIECE])
                    for _, element in pull.read_events():
                        assert isinstance(element, etree._Element)
                        if next(element.iterancestors(*tags), None) is not None:
                            continue
                        count += 1
                        raw = etree.tostring(element, with_tail=False)
                        self._now = raw, element
                        yield raw
                        self._now = None
                        _forget(element)
            self.sections = list(dict.fromkeys(local(section) for section in pull.close()))
        except etree.XMLSyntaxError as error:
            what = f"not well-formed XML after {count} entries, cut or garbled ({error.msg})"
            raise self._body.damaged(f"{what}; fetch it again") from error

    def element(self, raw: bytes) -> etree._Element:
        """A raw record parsed: the element itself while it is the one just given. It is read and not changed."""
        if self._now and self._now[0] is raw:
            return self._now[1]
        return etree.fromstring(raw, self._parser)


#: What a pull parser is fed at once: a few records, so that its tree stays small.
_PIECE = 1 << 15


def _forget(element: etree._Element) -> None:
    """Take an element that was read, and what stands before it, out of the tree that grows."""
    parent = element.getparent()
    element.clear()
    while parent is not None and (before := element.getprevious()) is not None:
        parent.remove(before)


_NOT_ANGLES = bytes(set(range(256)) - set(b"<>"))


def _angles_alternate(text: bytes) -> bool:
    """Whether every `<` is closed before the next opens: a look at the skeleton that costs a millisecond a megabyte.

    A comment or a bare `>` in a text may break the rule in a document that is well-formed; then a parser decides.
    """
    angles = text.translate(None, _NOT_ANGLES)
    return angles == b"<>" * (len(angles) // 2)


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class CsvRow(NamedTuple):
    """One row: the line it starts on, its raw bytes without line end, its cells."""

    line: int
    raw: bytes
    cells: list[str]


#: How many rows a reader of CSV is given at once.
_TOGETHER = 64


class CsvRows:
    """The rows of a CSV document; a quoted cell may hold line ends. Blank lines are skipped.

    `ends_with` is, after the last row, what stood at the very end: "line end", "0x1A" (the Ctrl-Z that DOS programs
    write) or nothing, in which case the last row may be cut. Raises ListDamaged for a row whose quotes never close.
    """

    def __init__(self, body: Body, *, delimiter: str = ",") -> None:
        self._body = body
        self._delimiter = delimiter
        self.ends_with = ""

    def __iter__(self) -> Iterator[CsvRow]:
        for numbers, rows in self.raw():
            for at in range(0, len(rows), _TOGETHER):  # some at once take half the time; thousands leave the cache
                yield from self._read(numbers[at : at + _TOGETHER], rows[at : at + _TOGETHER])

    def _read(self, numbers: Sequence[int], rows: list[bytes]) -> Iterable[CsvRow]:
        try:
            told = list(self._reader([row.decode(self._body.encoding) for row in rows]))
        except (csv.Error, UnicodeDecodeError):
            told = []
        if len(told) != len(rows):
            return self._one_by_one(numbers, rows)
        return map(CsvRow._make, zip(numbers, rows, told, strict=True))

    def cells(self, raw: bytes) -> list[str]:
        """A raw row taken apart, one that was read before."""
        return next(iter(self._reader((raw.decode(self._body.encoding),))))

    def _reader(self, texts: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(texts, delimiter=self._delimiter, strict=True)

    def _one_by_one(self, numbers: Sequence[int], rows: list[bytes]) -> Iterator[CsvRow]:
        """Rows of which one is none: those before it, and then the error that says which it is."""
        fed = 0

        def texts() -> Iterator[str]:
            nonlocal fed
            for row in rows:
                fed += 1
                yield row.decode(self._body.encoding)

        try:
            for at, cells in enumerate(self._reader(texts())):
                if fed != at + 1:
                    raise csv.Error("its quotes do not close")
                yield CsvRow(numbers[at], rows[at], cells)
        except (csv.Error, UnicodeDecodeError) as error:
            line, raw = numbers[fed - 1], rows[fed - 1]
            raise self._body.damaged(f"line {line} is no CSV row ({error}): {_quoted(raw)}; fetch it again") from error

    def raw(self) -> Iterator[tuple[Sequence[int], list[bytes]]]:
        """The rows that are not blank, a chunk's at a time: the line each starts on, and its bytes."""
        first, started, open_row = 1, 0, b""
        for lines in self._lines():
            numbers: Sequence[int] = range(first, first + len(lines))
            first += len(lines)
            if open_row or 1 in [line.count(b'"') % 2 for line in lines]:
                joined: list[tuple[int, bytes]] = []
                for number, line in zip(numbers, lines, strict=True):
                    started = started if open_row else number
                    row = open_row + line
                    if row.count(b'"') % 2 and len(row) < LARGEST_RECORD:
                        open_row = row + b"\n"  # a line end inside quotes: the row goes on
                        continue
                    open_row = b""
                    joined.append((started, row))
                numbers, lines = [number for number, _ in joined], [row for _, row in joined]
            if b"" in lines:
                numbers = [number for number, row in zip(numbers, lines, strict=True) if row]
                lines = [row for row in lines if row]
            yield numbers, lines
        if open_row:
            raise self._body.damaged(f"the row of line {started} never closes its quotes: cut; fetch it again")

    def _lines(self) -> Iterator[list[bytes]]:
        rest, end = b"", list[bytes]()  # a line of 0x1A, and blank ones behind it: the end, if nothing else comes
        for chunk in self._body.chunks():
            lines = [*end, *(rest + chunk).split(b"\n")]
            rest = lines.pop()
            if len(rest) > LARGEST_RECORD:
                raise self._body.damaged(f"a line of more than {LARGEST_RECORD} bytes; fetch it again")
            at = len(lines)
            while at and lines[at - 1] in (b"", b"\x1a"):
                at -= 1
            end = lines[at:] if b"\x1a" in lines[at:] else []
            if end:
                lines = lines[:at]
            if lines:
                self.ends_with = "line end"
                yield lines
        if end and not rest:
            self.ends_with = "0x1A"
        elif end:
            yield end
        if rest.endswith(b"\x1a"):
            self.ends_with = "0x1A"
            rest = rest.rstrip(b"\x1a")
        elif rest:
            self.ends_with = ""
        if rest:
            yield [rest]


class CsvTable:
    """A CSV document with a header: each row with its cells by column name, names and cells without blanks around.

    Raises ListDamaged at once when columns that matter are missing; while reading, for a row of another width, for the
    header once more, which is two files behind one another, and for a last row that has no line end and does not close
    its quotes, which is how a cut looks. Where a publisher ends its file like that, `open_end` lets it pass, and `cut`
    says afterwards that it may be one.
    """

    def __init__(
        self, body: Body, *, need: Iterable[str], delimiter: str = ",", before: int = 0, open_end: bool = False
    ) -> None:
        self._body = body
        self._open_end = open_end
        self.cut = False
        self._delimiter = delimiter
        self._before = before + 1
        self.above: list[list[str]] = []  #: the rows before the header
        self._head = b""
        for row in CsvRows(body, delimiter=delimiter):
            self._head = row.raw
            self.above.append([cell.strip() for cell in row.cells])
            if len(self.above) == self._before:
                break
        self.header = self.above.pop() if self.above else []
        if missing := sorted(set(need).difference(self.header)):
            raise body.damaged(f"columns {missing} are missing; has the format changed?")

    def __iter__(self) -> Iterator[tuple[CsvRow, dict[str, str]]]:
        rows = CsvRows(self._body, delimiter=self._delimiter)
        width = len(self.header)
        last = None
        for number, row in enumerate(rows):
            if number < self._before:
                continue
            last = row
            if row.raw == self._head:
                raise self._body.damaged(f"line {row.line} is the header once more: two files in one; fetch it again")
            if len(row.cells) != width:
                raise self._body.damaged(
                    f"line {row.line} has {len(row.cells)} of {width} columns: cut; fetch it again"
                )
            cells = zip(self.header, row.cells, strict=True)
            yield row, {name: text for name, cell in cells if cell and (text := cell.strip())}
        self.cut = bool(last and not rows.ends_with and not last.raw.endswith(b'"'))
        if last and self.cut and not self._open_end:
            raise self._body.damaged(f"cut in the last cell of line {last.line}; fetch it again")


# ── Spreadsheets ──────────────────────────────────────────────────────────────────────────────────────────────────

#: What a spreadsheet that is a ZIP archive may unpack to.
LARGEST_SHEETS = 1 << 28
#: Cells of a sheet as it is laid out, empty ones among them; the largest of a publisher that was seen has two million.
LARGEST_SHEET = 8_000_000


def is_spreadsheet(head: bytes) -> bool:
    """Whether a body begins like .xls (an OLE file) or like .xlsx and .ods (a ZIP archive)."""
    return head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def sheets(body: Body) -> dict[str, list[list[str]]]:
    """The sheets of an .xls, .xlsx or .ods file by name, each cell as the text a person would read, blanks kept inside.

    Read whole: it has to be. Raises ListDamaged for a file that is cut or no spreadsheet.
    """
    raw = body.whole()
    try:
        if raw.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                _check_archive(body, archive)
                if "content.xml" in archive.namelist():
                    return _open_document(archive)
        if (places := laid_out(raw)) > LARGEST_SHEET:
            raise body.damaged(
                f"a sheet of {places} cells as it is laid out, over {LARGEST_SHEET}; garbled, or refused"
            )
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        return {
            name: [
                [cell.strip() if type(cell) is str else _cell(cell) for cell in row]
                for row in book.get_sheet_by_name(name).to_python()
            ]
            for name in book.sheet_names
        }
    except (
        CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        etree.XMLSyntaxError,
        OSError,
        ValueError,
        EOFError,
    ) as error:
        raise body.damaged(f"{looks_like(raw)} that is not whole ({error}): cut or garbled; fetch it again") from error
    except BaseException as error:
        # The library is compiled, and meets a broken file now and then with a panic, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise body.damaged(f"{looks_like(raw)} that cannot be read ({error}): garbled; fetch it again") from error


def _check_archive(body: Body, archive: zipfile.ZipFile) -> None:
    if (size := sum(part.file_size for part in archive.infolist())) > LARGEST_SHEETS:
        raise body.damaged(f"a spreadsheet of {size} bytes unpacked, over {LARGEST_SHEETS}; refused")
    if part := archive.testzip():
        raise body.damaged(f"{part} in the spreadsheet is garbled; fetch it again")


#: An empty cell stands for up to 16,384; what is written out is never that wide.
_WIDEST = 1024


def _open_document(archive: zipfile.ZipFile) -> dict[str, list[list[str]]]:
    """The sheets of an .ods file. Not left to calamine, which refuses blanks between the elements of its XML (0.9)."""
    found: dict[str, list[list[str]]] = {}
    with archive.open("content.xml") as stream:
        rows = etree.iterparse(
            stream, tag="{*}table-row", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        for _, row in rows:
            parent = row.getparent()
            name = next((str(value) for key, value in parent.attrib.items() if str(key).endswith("}name")), "")
            if cells := _open_cells(row):
                found.setdefault(name, []).append(cells)
            _forget(row)
    return found


def _open_cells(row: etree._Element) -> list[str]:
    """The texts of a row to its last cell that has any; a cell may stand for several, and an empty one for the rest."""
    cells: list[str] = []
    empty = 0
    for cell in row:
        text = "\n".join([_whole_text(part) for part in cell if local(part) == "p"]).strip()
        times = min(_repeated(cell), _WIDEST)
        if not text:
            empty += times
            continue
        cells += [""] * empty + [text] * times
        empty = 0
    return cells


def _repeated(cell: etree._Element) -> int:
    for key, value in cell.attrib.items():
        if str(key).endswith("}number-columns-repeated"):
            return int(value)
    return 1


def _cell(value: object) -> str:
    match value:
        case str():
            return value.strip()
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case date() | datetime():
            return value.isoformat()
        case _:
            return str(value).strip()


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class JsonRecords:
    """The objects of one array of a JSON object (`{"results": [...]}`), read without holding the document.

    `around` collects the other members of the outer object as they are met, with None for the array itself. Raises
    ListDamaged for anything else.
    """

    _decode = json.JSONDecoder().raw_decode
    _blank = re.compile(r"[ \t\r\n]*")

    def __init__(self, body: Body, array: str) -> None:
        self._body = body
        self._array = array
        self.around: dict[str, Any] = {}
        self._text = ""
        self._at = 0
        self._chunks: Iterator[str] = iter(())

    def __iter__(self) -> Iterator[tuple[bytes, dict[str, Any]]]:
        decoder = codecs.getincrementaldecoder(self._body.encoding)()
        self._chunks = (decoder.decode(chunk) for chunk in self._body.chunks())
        self._text, self._at = "", 0
        self._expect("{")
        while self._next() != "}":
            name, _ = self._value()
            self._expect(":")
            if name == self._array:
                self.around[name] = None
                yield from self._objects()
            else:
                self.around[str(name)], _ = self._value()
            self._comma("}")
        self._expect("}")
        if self._next():
            raise self._body.damaged(f"text after the end of the JSON: {self._text[self._at :][:40]!a}")

    def _objects(self) -> Iterator[tuple[bytes, dict[str, Any]]]:
        self._expect("[")
        while self._next() != "]":
            value, raw = self._value()
            if not isinstance(value, dict):
                raise self._body.damaged(f"{self._array!r} holds {raw[:40]!r}, not objects; has the format changed?")
            yield raw.encode(), value
            self._comma("]")
        self._expect("]")

    def _next(self) -> str:
        """The next character that is not blank, or nothing at the end."""
        while True:
            blank = self._blank.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self._text, self._at = self._text[self._at :] + chunk, 0
        return True

    def _expect(self, character: str) -> None:
        if (found := self._next()) != character:
            raise self._cut(f"{found!r} where {character!r} should stand")
        self._at += 1

    def _comma(self, end: str) -> None:
        if self._next() != end:
            self._expect(",")
            if self._next() == end:
                raise self._cut(f"{end!r} after a comma")

    def _value(self) -> tuple[Any, str]:
        while True:
            self._next()
            try:
                value, end = self._decode(self._text, self._at)
            except (json.JSONDecodeError, RecursionError) as error:
                # Not whole yet, most likely. A number at the very end of the buffer cannot occur: records are objects.
                if len(self._text) - self._at > LARGEST_RECORD or not self._more():
                    raise self._cut(str(error)) from error
                continue
            if end < len(self._text) or not self._more():
                raw, self._at = self._text[self._at : end], end
                return value, raw

    def _cut(self, why: str) -> ListDamaged:
        return self._body.damaged(f"the JSON is cut or garbled ({why}); fetch it again")


# ── HTML ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def html_page(body: Body, raw: bytes = b"") -> lxml.html.HtmlElement:
    """A page, read whole and leniently: it has to be; `raw` are its bytes where they are at hand.

    Raises ListDamaged for one that does not come to its end.
    """
    raw = raw or b"".join(body.chunks())
    if not re.search(rb"</html\s*>\s*(?:<!--.*?-->\s*)*\Z", raw[-4096:], re.IGNORECASE | re.DOTALL):
        raise body.damaged("the page is cut: it has no </html> at its end; fetch it again")
    return lxml.html.document_fromstring(raw)


def table_rows(table: lxml.html.HtmlElement) -> list[list[str]]:
    """The cell texts of a table, blanks folded, row by row."""
    return [[" ".join(_whole_text(cell).split()) for cell in row.iterchildren("td", "th")] for row in table.iter("tr")]
