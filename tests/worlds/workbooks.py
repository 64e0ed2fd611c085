"""Workbooks with no more in them than readers need, for names that people import."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _packed(parts: dict[str, str]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return body.getvalue()


def xlsx(rows: Sequence[Sequence[str]], *, far: str = "") -> bytes:
    """An Excel workbook of one sheet; `far` is one more cell, far away."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = (
            f'<c r="{chr(65 + column)}{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            for column, text in enumerate(row)
            if text
        )
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    if far:
        lines.append(f'<row r="1048576"><c r="{far}"><v>1</v></c></row>')
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    only = '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets>'
    book = f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}">{only}</workbook>'
    rel = '<Relationship Id="rId1" Type="{type}" Target="{target}"/>'
    rels = '<Relationships xmlns="' + _PACKAGE + '/relationships">{}</Relationships>'
    return _packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
            "_rels/.rels": rels.format(rel.format(type=f"{_REL}/officeDocument", target="xl/workbook.xml")),
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": rels.format(
                rel.format(type=f"{_REL}/worksheet", target="worksheets/sheet1.xml")
            ),
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


def ods(rows: Sequence[Sequence[str]]) -> bytes:
    """An OpenDocument workbook: an empty sheet, then these rows, ending in the thousands of empty ones it pads with."""
    office, tables, text = (f"urn:oasis:names:tc:opendocument:xmlns:{one}:1.0" for one in ("office", "table", "text"))
    lines = []
    for row in rows:
        cells = (
            f"<table:table-cell><text:p>{escape(cell)}</text:p></table:table-cell>" if cell else "<table:table-cell/>"
            for cell in row
        )
        padding = '<table:table-cell table:number-columns-repeated="16380"/>'
        lines.append(f"<table:table-row>{''.join(cells)}{padding}</table:table-row>")
    lines.append('<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>')
    empty = '<table:table table:name="A"><table:table-row><table:table-cell/></table:table-row></table:table>'
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{tables}" xmlns:text="{text}">'
        f"<office:body><office:spreadsheet>{empty}"
        f'<table:table table:name="B">\n{"".join(lines)}\n</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return _packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def xls(rows: Sequence[Sequence[str]], *, far: tuple[int, int] | None = None, area: tuple[int, int] = (0, 0)) -> bytes:
    """An old Excel workbook (BIFF8) of one sheet; `far` is one more cell, `area` what the sheet says of its size."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    cells = b"".join(
        record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))
        for row, line in enumerate(rows)
        for column, text in enumerate(line)
        if text
    )
    if far:
        cells += record(0x0203, struct.pack("<HHHd", *far, 0, 1.0))
    size = record(0x0200, struct.pack("<IIHHH", 0, area[0] or len(rows), 0, area[1] or 2, 0))
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + size + cells + record(0x000A, b"")
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    unicode = record(0x0042, struct.pack("<H", 1200))
    bound = len(begin) + len(unicode) + 4 + 9 + 4
    names = record(0x0085, struct.pack("<IBBBB", bound, 0, 0, 1, 0) + b"S")
    return _compound("Workbook", begin + unicode + names + record(0x000A, b"") + sheet)


def _compound(name: str, stream: bytes) -> bytes:
    """A compound file with one stream: a header, its sectors, a directory and a table of which sector follows which."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    size = len(stream) // 512
    follows = [*range(1, size), end, end, table]  # the stream, the directory, this table
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH6xIIIIIIIII", 62, 3, 0xFFFE, 9, 6, 0, 1, size, 0, 4096, end, 0, end, 0)
    header += struct.pack("<I", size + 1) + struct.pack("<I", free) * 108

    def entry(called: str, kind: int, child: int, start: int, length: int) -> bytes:
        text = called.encode("utf-16-le") + b"\0\0"
        fixed = struct.pack("<HBBIII36xIII", len(text), kind, 1, free, free, child, start, length, 0)
        return text.ljust(64, b"\0") + fixed

    directory = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, 0, len(stream))
    fat = b"".join(struct.pack("<I", one) for one in follows).ljust(512, b"\xff")
    return header + stream + directory.ljust(512, b"\0") + fat
