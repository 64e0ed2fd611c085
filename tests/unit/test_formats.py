"""What no list of ours exercises alone: tables of web pages, and memory."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

from adapters.formats import Body, html_tables
from adapters.lists.us_ofac_sdn import us_ofac_sdn
from bot.model import Document

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_tables_of_a_page_are_rows_of_folded_texts() -> None:
    """Line breaks and mark-up inside a cell do not matter, and neither does what stands around the tables."""
    page = b"<html><body><p>x<table><tr><th>Name</th><th>Date</th></tr><tr><td>A <b>Co.</b>\n Ltd<td>June 21</table>y"
    assert html_tables(Body(Document.of(page, at=NOW), "us_test")) == [[["Name", "Date"], ["A Co. Ltd", "June 21"]]]


def test_the_tables_of_the_real_uflpa_page(shared: Path) -> None:
    """Three statutory grounds, three tables, with their two columns."""
    page = (shared / "lists/us_dhs_uflpa/2026-07-09_uflpa-entity-list.html").read_bytes()
    tables = html_tables(Body(Document.of(page, at=NOW), "us_test"))
    assert len(tables) == 3
    assert all(len(row) == 2 for table in tables for row in table)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A list of 20 MB takes no more memory to read than one of 5 MB."""
    peaks = []
    for entries in (25_000, 100_000):
        path = tmp_path / f"{entries}.xml"
        with path.open("wb") as file:
            file.write(b"<sdnList><publshInformation/>")
            file.writelines(
                b"<sdnEntry><uid>%d</uid><lastName>%b</lastName><sdnType>Entity</sdnType></sdnEntry>" % (n, b"X" * 120)
                for n in range(entries)
            )
            file.write(b"</sdnList>")
        document = Document(url="x:", body=path, sha256="", fetched_at=NOW, size=path.stat().st_size)
        tracemalloc.start()
        count = sum(1 for record in us_ofac_sdn.read(document).records if record.key)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert count == entries
    assert peaks[1] < 1.5 * peaks[0]
    assert peaks[1] < 5_000_000
