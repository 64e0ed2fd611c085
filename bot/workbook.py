"""How far the sheets of an old workbook (.xls) are laid out, known before anything lays them out. Pure.

The library that reads workbooks makes a cell of every place between the first and the last that it finds, so that one
damaged byte, or a hostile file of a kilobyte, would fill the memory and end the process. What is in a file is known
from its records, which are cheap to walk: type and length, two bytes each (MS-XLS 2.1.4, read 2026-11-23).
"""

from __future__ import annotations

import io
import struct

import olefile

_RECORD = struct.Struct("<HHHH")  #: type and length of a record, and of a cell its row and column
_NARROW = struct.Struct("<HHHH")
_WIDE = struct.Struct("<IIHH")
_SHEET, _AREA = 0x0809, 0x0200
_CELLS = frozenset({0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E})
_ROWS_OF_CELLS = frozenset({0x00BD, 0x00BE})  #: several cells beside each other; the last column stands at the end


def laid_out(body: bytes) -> int:
    """The places from the first row and column to the last cell of the largest sheet; 0 for another kind of file.

    What a sheet says of its own area counts too. Raises OSError or ValueError for a file that is damaged.
    """
    if not body.startswith(olefile.MAGIC):
        return 0
    with olefile.OleFileIO(io.BytesIO(body)) as file:
        name = next((name for name in ("Workbook", "Book") if file.exists(name)), "")
        return _largest(file.openstream(name).read()) if name else 0


def _largest(stream: bytes) -> int:
    most = at = row = column = 0
    end = len(stream) - _RECORD.size
    while at <= end:
        kind, size, its_row, its_column = _RECORD.unpack_from(stream, at)
        at += 4 + size
        if kind in _CELLS:
            if its_row > row:
                row = its_row
            if kind in _ROWS_OF_CELLS:
                its_column = max(its_column, int.from_bytes(stream[at - 2 : at], "little"))
            if its_column > column:
                column = its_column
        elif kind == _AREA:
            most = max(most, _said(stream, at - size, size))
        elif kind == _SHEET:
            most, row, column = max(most, (row + 1) * (column + 1)), 0, 0
    return max(most, (row + 1) * (column + 1))


def _said(stream: bytes, at: int, size: int) -> int:
    shape = _WIDE if size >= _WIDE.size else _NARROW
    if at + shape.size > len(stream):
        return 0
    top, bottom, left, right = shape.unpack_from(stream, at)
    return int(max(0, bottom - top) * max(0, right - left))
