"""Names in a file or in pasted text: CSV in any encoding and with any separator, Excel, OpenDocument, or plain lines.

What a column holds is guessed from the words above it, or else from what stands in it, and the guess is shown. Files
come from people and are not trusted: sizes are capped before anything is unpacked or laid out.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce

from charset_normalizer import from_bytes
from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook

from bot.commands.several import is_legal_form
from bot.data import table
from bot.errors import TellPerson
from bot.matching.fold import fold
from bot.model import Attachment
from bot.workbook import laid_out

#: Bytes of a file, and of what an archive unpacks to: a hundred times what ten thousand names need.
LARGEST = 10_000_000
UNPACKED = 60_000_000
#: Cells of a sheet as it is laid out, blanks among them: two cells in far corners would fill the memory.
CELLS = 1_000_000
#: Endings of workbooks, which begin with the marks of their kind.
WORKBOOKS = (".xlsx", ".xls", ".ods", ".xlsm")
#: Rows in which the words above the columns are looked for; titles may stand over them.
HEADERS_WITHIN = 10
#: An empty cell or row of an OpenDocument file stands for thousands.
REPEATED = 100

Table = list[tuple[int, list[str]]]  # row numbers as people count them, and the cells


@dataclass(frozen=True, slots=True)
class Row:
    """One name that was found, and what was written beside it."""

    number: int
    name: str
    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a file says."""

    rows: tuple[Row, ...]  #: those without a name among them, where something else stands in the row
    columns: tuple[tuple[str, str], ...]  #: what is read ("name", "tags", "note") from which column
    unread: tuple[str, ...] = ()  #: columns that are left alone
    headed: bool = True  #: words above the columns were found
    width: int = 1  #: how many columns there are


#: How documents begin that are text and no table: their lines would be taken for names.
DOCUMENTS = (b"%pdf-", b"{\\rtf", b"<!doctype", b"<html", b"<?xml", b"%!ps")


def read_file(file: Attachment) -> Sheet:
    """The names of a file. Raises TellPerson for one that is too large, broken, or has no names."""
    if len(file.body) > LARGEST:
        raise _refusal("large", file, size=len(file.body) // 1_000_000, most=LARGEST // 1_000_000)
    if file.body.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _understood(_workbook(file), file)
    if file.name.casefold().endswith(WORKBOOKS):
        raise _refusal("broken", file)
    if file.body[:100].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(DOCUMENTS):
        raise _refusal("no_table", file)
    return read_text(_decoded(file), file)


def read_text(text: str, file: Attachment | None = None) -> Sheet:
    """The names of a text: a table where its lines have columns, else a name on each line."""
    lines = text.splitlines()
    separator = _separator([line for line in lines if line.strip()][:100])
    if not separator:
        found = [(number, [_unquoted(line.strip())]) for number, line in enumerate(lines, 1)]
    else:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        found = [(reader.line_num, [cell.strip() for cell in row]) for row in _rows(reader, file)]
        if separator == ",":
            found = [(number, _rejoined(cells)) for number, cells in found]
    return _understood(found, file)


def _rows(reader: Iterator[list[str]], file: Attachment | None) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise _refusal("broken", file) from error


# ── Text ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _decoded(file: Attachment) -> str:
    body = file.body
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(body[:200_000], cp_isolation=list(_ENCODINGS)).best()
        text = body.decode(best.encoding if best else "cp1252", "replace")
    if "\0" in text:
        raise _refusal("no_table", file)
    return text


#: What spreadsheets save on computers that are not set to Unicode, by where they stand.
_ENCODINGS = ("cp1252", "gb18030", "big5", "shift_jis", "euc_kr", "cp1251", "cp1250", "cp1254", "cp1256", "mac_roman")


def _separator(lines: Sequence[str]) -> str:
    """What stands between columns; nothing where each line is one name.

    A comma counts only where words above the columns prove it, or where what follows is no legal form: "Co., Ltd.".
    """
    if not lines:
        return ""
    best, most = "", 1.0
    for separator in ("\t", ";", "|", ","):
        widths = Counter(len(_rejoined(row) if separator == "," else row) for row in _split(lines, separator))
        width, times = widths.most_common(1)[0]
        headed = any(fold(cell) in _roles() for cell in next(_split(lines[:1], separator), []))
        share = times / sum(widths.values())
        worth = width * share if width > 1 and (share >= 0.7 or headed) else 0.0
        if headed and width > 1:
            worth += 10
        if worth > most:
            best, most = separator, worth
    return best


def _split(lines: Sequence[str], separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=separator)
    except csv.Error:
        return


def _rejoined(cells: list[str]) -> list[str]:
    """Commas that belong to a name put back: "Huawei Technologies Co., Ltd." was not in quotes."""
    joined: list[str] = []
    for cell in cells:
        if joined and joined[-1] and cell.strip() and is_legal_form(cell):
            joined[-1] = f"{joined[-1]}, {cell.strip()}"
        else:
            joined.append(cell)
    return joined


def _unquoted(text: str) -> str:
    return text[1:-1].replace('""', '"') if len(text) > 1 and text[0] == text[-1] == '"' else text


# ── Workbooks ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _workbook(file: Attachment) -> Table:
    """The first sheet with anything in it. Raises TellPerson for a file that cannot be read, or not safely."""
    try:
        if file.body.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(file.body)) as archive:
                _check_archive(archive, file)
                if "content.xml" in archive.namelist():
                    return _open_document(archive)
        if laid_out(file.body) > CELLS:
            raise _refusal("wide", file)
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.body))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if any(any(_cell(cell) for cell in row) for row in rows):
                return [(number, [_cell(cell) for cell in row]) for number, row in enumerate(rows, 1)]
    except TellPerson:
        raise
    except (CalamineError, zipfile.BadZipFile, etree.XMLSyntaxError, OSError, ValueError, EOFError) as error:
        raise _refusal("broken", file) from error
    except BaseException as error:
        # The library is compiled, and meets a broken file now and then with a panic, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _refusal("broken", file) from error
    return []


_CELL = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')


def _check_archive(archive: zipfile.ZipFile, file: Attachment) -> None:
    """Refuse what would unpack, or be laid out, to more than a list of names ever is."""
    if sum(part.file_size for part in archive.infolist()) > UNPACKED:
        raise _refusal("unpacked", file, most=UNPACKED // 1_000_000)
    for part in archive.infolist():
        if part.filename.startswith("xl/worksheets/"):
            with archive.open(part) as stream:
                if _area(stream.read(UNPACKED)) > CELLS:
                    raise _refusal("wide", file)


def _area(xml: bytes) -> int:
    """The cells of a sheet between its first and its last one."""
    width = height = 0
    columns: dict[bytes, int] = {}
    for cell in _CELL.finditer(xml):
        letters = cell.group(1)
        if letters not in columns:
            columns[letters] = reduce(lambda column, letter: column * 26 + letter - 64, letters, 0)
            width = max(width, columns[letters])
        height = max(height, int(cell.group(2)))
    return width * height


def _open_document(archive: zipfile.ZipFile) -> Table:
    """The first sheet of an .ods file that has anything; calamine 0.9 refuses blanks between elements of its XML."""
    rows: Table = []
    number, sheet = 0, None
    with archive.open("content.xml") as stream:
        elements = etree.iterparse(
            stream, tag="{*}table-row", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        for _, row in elements:
            parent = row.getparent()
            if sheet is not None and parent is not sheet:
                if any(any(cells) for _, cells in rows):
                    break
                rows, number = [], 0
            sheet = parent
            number += 1
            rows.append((number, _open_cells(row)))
            number += _times(row, "number-rows-repeated") - 1
            row.clear()
    return rows


def _open_cells(row: etree._Element) -> list[str]:
    cells: list[str] = []
    for cell in row:
        paragraphs = (part for part in cell if etree.QName(part).localname == "p")
        text = " ".join("".join(map(str, part.itertext())) for part in paragraphs).strip()
        cells += [text] * min(_times(cell, "number-columns-repeated"), REPEATED)
    return cells


def _times(element: etree._Element, word: str) -> int:
    found = next((value for key, value in element.attrib.items() if str(key).endswith(f"}}{word}")), "1")
    return int(found) if str(found).isdigit() else 1


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())


# ── Columns ───────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _roles() -> dict[str, tuple[str, int]]:
    """What a folded heading means, and how sure that is: the lower the surer."""
    return {
        fold(word): (role, rank)
        for role, words in reversed(table("column_names").items())
        for rank, word in enumerate(words)
    }


def _understood(rows: Table, file: Attachment | None) -> Sheet:
    """Which column is what. Raises TellPerson where no column holds names."""
    filled = [(number, cells) for number, cells in rows if any(cells)]
    at = next(
        (at for at, (_, cells) in enumerate(filled[:HEADERS_WITHIN]) if any(_role(cell) == "name" for cell in cells)),
        None,
    )
    headings = filled[at][1] if at is not None else []
    data = filled[at + 1 :] if at is not None else filled
    columns = _by_heading(headings)
    if not data:
        raise _refusal("no_rows" if filled else "empty", file)
    if "name" not in columns:
        if (guessed := _by_content(data)) is None:
            raise _refusal("no_names", file)
        columns = {"name": guessed}
    named = {column: heading for column, heading in enumerate(headings) if heading}
    return Sheet(
        rows=tuple(_row(number, cells, columns) for number, cells in data),
        columns=tuple((role, named.get(column, str(column + 1))) for role, column in columns.items()),
        unread=tuple(heading for column, heading in named.items() if column not in columns.values()),
        headed=at is not None,
        width=max(len(cells) for _, cells in filled),
    )


def _role(cell: str) -> str:
    return _roles().get(fold(cell), ("", 0))[0] if cell else ""


def _by_heading(headings: Sequence[str]) -> dict[str, int]:
    """For each role the column whose heading is surest."""
    ranked = sorted(
        (_roles()[fold(heading)][1], column) for column, heading in enumerate(headings) if heading and _role(heading)
    )
    found: dict[str, int] = {}
    for _, column in ranked:
        found.setdefault(_role(headings[column]), column)
    return {role: found[role] for role in ("name", "tags", "note") if role in found}


def _by_content(data: Table) -> int | None:
    """The column that looks most like names: words in it, and seldom the same twice."""
    width = max((len(cells) for _, cells in data), default=0)
    best, most = None, 0.3
    for column in range(width):
        cells = [cells[column] for _, cells in data[:1000] if column < len(cells) and cells[column]]
        words = [cell for cell in cells if sum(character.isalpha() for character in cell) >= max(2, len(cell) / 3)]
        worth = len(set(words)) / len(data[:1000])
        if worth > most + 0.05:
            best, most = column, worth
    return best if width != 1 or best is not None else (0 if data else None)


def _row(number: int, cells: Sequence[str], columns: dict[str, int]) -> Row:
    def cell(role: str) -> str:
        column = columns.get(role, -1)
        return " ".join(_unguarded(cells[column]).split()) if 0 <= column < len(cells) else ""

    tags = tuple(dict.fromkeys(tag.strip() for tag in re.split(r"[,;|、，]", cell("tags")) if tag.strip()))
    return Row(number, cell("name"), tags[:20], cell("note")[:1000])


#: What makes a spreadsheet take a text for a formula.
#: https://owasp.org/www-community/attacks/CSV_Injection (read 2026-11)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula; one that was written so already keeps its own mark."""
    return f"'{text}" if text.startswith((*FORMULA, "'")) else text


def _unguarded(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:].startswith((*FORMULA, "'")) else text


def _refusal(key: str, file: Attachment | None, **places: object) -> TellPerson:
    name, field = (file.name[:80], "file") if file else ("-", "text")
    text = f"{name} holds no names that can be read ({key})"
    return TellPerson(text, key=f"import.{key}", field=field, file=name, **places)
