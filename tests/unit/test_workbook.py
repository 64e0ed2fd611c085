"""Old workbooks are measured before anything lays them out."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.formats import Body, sheets
from bot.errors import ListDamaged
from bot.model import Document
from bot.workbook import laid_out
from tests.worlds.workbooks import xls, xlsx

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ROWS = [["Company", "Note"], ["Xiaomi", "1"], ["", "x"]]


def read(raw: bytes) -> dict[str, list[list[str]]]:
    return sheets(Body(Document.of(raw, at=NOW), "au_dfat"))


def test_a_small_sheet_is_small_and_read() -> None:
    """As large as its last row and column; files of other kinds are not measured here."""
    assert laid_out(xls(ROWS)) == 6
    assert read(xls(ROWS)) == {"S": [["Company", "Note"], ["Xiaomi", "1"], ["", "x"]]}
    assert laid_out(xlsx(ROWS)) == laid_out(b"") == laid_out(b"name,note\n") == 0


@pytest.mark.parametrize(
    ("raw", "places"),
    [
        (xls(ROWS, far=(60_000, 250)), 60_001 * 251),  # two cells in far corners
        (xls(ROWS, far=(2, 54_272)), 3 * 54_273),  # a column that no workbook has
        (xls(ROWS, area=(65_536, 54_272)), 65_536 * 54_272),  # what the sheet says of itself
    ],
)
def test_far_corners_are_seen(raw: bytes, places: int) -> None:
    """From the cells, and from what the sheet says of its size; a list with such a sheet is refused by number."""
    assert laid_out(raw) == places
    if places > 8_000_000:
        with pytest.raises(ListDamaged, match=f"a sheet of {places} cells"):
            read(raw)


def test_one_byte_of_a_real_list(shared: Path) -> None:
    """A column number damaged in Australia's list, which made the reader ask for fourteen gigabytes."""
    raw = bytearray(gzip.decompress((shared / "lists/au_dfat/2022-05-05_regulation8_consolidated.xls.gz").read_bytes()))
    assert 0 < laid_out(bytes(raw)) < 8_000_000
    raw[2_189_359] = 212
    with pytest.raises(ListDamaged, match="cells as it is laid out"):
        read(bytes(raw))


@pytest.mark.parametrize("cut", [600, 2000, 4608, 5000])
def test_a_cut_workbook_is_damage(cut: int) -> None:
    """Never anything else, wherever it was cut."""
    with pytest.raises(ListDamaged):
        read(xls(ROWS)[:cut])
