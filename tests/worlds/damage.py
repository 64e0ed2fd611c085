"""Ways in which a real file gets damaged between its publisher and us. Each takes a body and gives the damaged one.

`ways(body)` are all that apply to a format; `few_lines_lost` is the one that often cannot be told from a true edition.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator

from pypdf import PdfReader, PdfWriter

from tests.worlds.real_files import military_body, military_table

Damage = Callable[[bytes], bytes]

BLOCK_PAGE = (
    b"<!DOCTYPE html>\n<html lang='en'><head><title>Access Denied</title></head><body><h1>Access Denied</h1>"
    b"<p>You don't have permission to access this resource on this server. Reference #18.2f</p></body></html>\n"
)
MAINTENANCE = b"<html><body>The site is down for maintenance. Please come back later.</body></html>"
API_ERROR = b'{"message": "Internal server error", "statusCode": 500}'


def ways(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Every way that applies to this body, by name."""
    yield from (("emptied", b""), ("blanks only", b"\r\n\r\n"), ("a block page", BLOCK_PAGE))
    yield from (("a maintenance page", MAINTENANCE), ("an error of an interface", API_ERROR))
    for share in (0.02, 0.5, 0.97):
        yield f"cut after {share:.0%}", body[: _inside_a_word(body, int(len(body) * share))]
    yield "cut in its last record", body[: _inside_a_word(body, len(body.rstrip(b"\x1a\r\n]}")) - 40)]
    if body.startswith(b"%PDF"):
        yield from _ways_of_pdf(body)
        return
    yield "cut at a line end, half way", body[: body.index(b"\n", len(body) // 2) + 1]
    text = body.decode()
    yield "UTF-16", text.encode("utf-16")
    yield "UTF-16 without its mark", text.encode("utf-16-be")
    yield "EBCDIC", text.encode("cp500", "replace")
    if not text.isascii():
        yield "Windows-1252", text.encode("cp1252", "replace")
        yield "encoded twice", text.encode().decode("cp1252", "replace").encode()
    yield from _ways_of_records(body)


def _inside_a_word(body: bytes, at: int) -> int:
    """The next place where a cut leaves half a word, so that it is no cut at a line end."""
    while not (body[at - 1 : at].isalnum() and body[at : at + 1].isalnum()):
        at += 1
    return at


def _ways_of_records(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Documents that are well-formed, with records too few or too many."""
    if body.startswith(b"{"):
        return  # a stream: fewer documents than yesterday are no damage
    if body.lstrip().startswith(b"<"):
        yield from _ways_of_xml(body)
    elif body.startswith((b"_id,", b"Name,")):
        head, *rows = _rows(body)
        latest = [row for row in rows if body.startswith(b"_id,") or row[6] == "2026-06-08"]
        lost = {id(row) for row in latest[::2]}
        yield "half lost", _table([head, *(row for row in rows if id(row) not in lost)])
        yield "a row twice", _table([head, *rows, latest[len(latest) // 2]])
        yield "recent changes only", _table([head, *latest[-20:]])
    else:
        rows = _rows(body)
        yield "half lost", b"".join(body.splitlines(keepends=True)[::2])
        yield "a row twice", body[: body.index(b"\n") + 1] + body
        yield "recent changes only", b"".join(body.splitlines(keepends=True)[-20:])
        yield "a column lost", _table([row[:-1] for row in rows])


def _ways_of_xml(body: bytes) -> Iterator[tuple[str, bytes]]:
    head, *entries = re.split(rb"(?=<sdnEntry>)", body)
    last, end = entries[-1].split(b"</sdnEntry>")
    entries[-1] = last + b"</sdnEntry>"

    def counted(kept: list[bytes]) -> bytes:
        count = b"<Record_Count>%d</Record_Count>" % len(kept)
        return re.sub(rb"<Record_Count>\d+</Record_Count>", count, head) + b"".join(kept) + end

    yield "half lost", head + b"".join(entries[::2]) + end
    yield "half lost, and counted so", counted(entries[::2])
    yield "one entry lost", head + b"".join(entries[:-1]) + end
    yield "an entry twice, and counted so", counted([*entries, entries[len(entries) // 2]])
    yield "recent changes only", counted(entries[-20:])
    yield "no entries", counted([])
    yield "last year's edition", re.sub(rb"(<Publish_Date>\d\d/\d\d)/\d{4}", rb"\1/2016", body)


def _ways_of_pdf(body: bytes) -> Iterator[tuple[str, bytes]]:
    yield "half lost", _pages(body, [0, 1])
    yield "a page twice", _pages(body, [0, 1, 1, 2, 3, 4])
    yield "the closing page only", _pages(body, [4])


def _pages(body: bytes, numbers: list[int]) -> bytes:
    pages, writer, out = PdfReader(io.BytesIO(body)).pages, PdfWriter(), io.BytesIO()
    for number in numbers:
        writer.add_page(pages[number])
    writer.write(out)
    return out.getvalue()


def few_lines_lost(body: bytes, count: int) -> bytes:
    """Cut at a line end: the last lines are missing, and nothing else shows it."""
    return b"".join(body.rstrip(b"\x1a").splitlines(keepends=True)[:-count])


def excerpt(body: bytes, entries: int) -> bytes:
    """The same document with only so many of its entries, taken evenly: as its publisher would serve a shorter list."""
    if body.startswith((b"%PDF", b"{")):
        return body
    if body.lstrip().startswith(b"<"):
        head, *found = re.split(rb"(?=<sdnEntry>)", body)
        last, end = found[-1].split(b"</sdnEntry>")
        found = [*found[:-1], last + b"</sdnEntry>"]
        kept = found[:: max(1, len(found) // entries)]
        count = b"<Record_Count>%d</Record_Count>" % len(kept)
        return re.sub(rb"<Record_Count>\d+</Record_Count>", count, head) + b"".join(kept) + end
    head, *rows = body.rstrip(b"\x1a").splitlines(keepends=True)
    if body.startswith(b"_id,") or len(rows) <= entries:  # the rows of the screening list may hold line ends
        return _shorter_table(body, entries) if len(rows) > entries else body
    return head + b"".join(rows[:: max(1, len(rows) // entries)]) + body[len(body.rstrip(b"\x1a")) :]


def _shorter_table(body: bytes, entries: int) -> bytes:
    head, *rows = _rows(body)
    return _table([head, *rows[:: max(1, len(rows) // entries)]])


def table_of(body: bytes) -> bytes:
    """The table of military companies as it stood on its last day."""
    return military_body(military_table(body), "2026-06-08")


def _rows(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.rstrip(b"\x1a").decode(), newline="")))


def _table(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()
