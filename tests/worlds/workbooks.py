"""Workbooks with no more in them than readers need, for names that people import."""

from __future__ import annotations

import io
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
