"""What no list of ours exercises alone: tables of web pages, and memory."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.formats import Body, CsvRows, XmlRecords, html_page, is_spreadsheet, numeric_day, sheets, table_rows
from adapters.lists.us_ofac_sdn import us_ofac_sdn
from bot.errors import ListDamaged
from bot.model import Document

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def tables_of(page: bytes) -> list[list[list[str]]]:
    return [table_rows(table) for table in html_page(Body(Document.of(page, at=NOW), "us_test")).iter("table")]


def test_tables_of_a_page_are_rows_of_folded_texts() -> None:
    """Line breaks and mark-up inside a cell do not matter, and neither does what stands around the tables."""
    table = b"<table><tr><th>Name</th><th>Date</th></tr><tr><td>A <b>Co.</b>\n Ltd<td>June 21</table>"
    page = b"<html><body><p>x" + table + b"y</html>"
    assert tables_of(page) == [[["Name", "Date"], ["A Co. Ltd", "June 21"]]]


def test_the_tables_of_the_real_uflpa_page(shared: Path) -> None:
    """Three statutory grounds, three tables, with their two columns."""
    page = (shared / "lists/us_dhs_uflpa/2026-07-09_uflpa-entity-list.html").read_bytes()
    tables = tables_of(page)
    assert len(tables) == 3
    assert all(len(row) == 2 for table in tables for row in table)


def body_of(raw: bytes) -> Body:
    return Body(Document.of(raw, at=NOW), "us_test")


def xml_of(*names: str) -> XmlRecords:
    records = "".join(f"<one><name>{name}</name></one>\n" for name in names)
    return XmlRecords(body_of(f"<list>\n{records}</list>".encode()), "one")


def test_records_parsed_many_at_once_are_those_parsed_one_by_one() -> None:
    """Each with its own raw bytes, however many there are."""
    records = xml_of(*(f"Company {number}" for number in range(250)))
    together = [(raw, element.findtext("name")) for raw, element in records.parsed()]
    assert together == [(raw, records.element(raw).findtext("name")) for raw in records]
    assert len(together) == 250


@pytest.mark.parametrize("garbled", ["A & B", "</name><name", "</name></one><one><name>"])
def test_one_garbled_record_among_many_is_an_error(garbled: str) -> None:
    """None of them is taken for another one, and the message shows which it is; two in one are told apart."""
    names = [*(f"Company {number}" for number in range(120)), garbled, "Last"]
    if garbled.endswith("<name>"):
        assert sum(1 for _ in xml_of(*names).parsed()) == 123
        return
    with pytest.raises(ListDamaged, match="garbled"):
        list(xml_of(*names).parsed())


def test_rows_keep_their_lines_and_bytes() -> None:
    """A quoted cell may hold line ends; blank lines are no rows."""
    rows = CsvRows(body_of(b'a,b\n\n"x\ny",1\nlast,2'))
    assert [(row.line, row.raw, row.cells) for row in rows] == [
        (1, b"a,b", ["a", "b"]),
        (3, b'"x\ny",1', ["x\ny", "1"]),
        (5, b"last,2", ["last", "2"]),
    ]
    assert rows.ends_with == ""


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b'a,b\n5" pipe,"open\nc,"d"\n', "line 3 is no CSV row"),
        (b'a,b\n5" pipe,"open\nc",7" pipe\n', "its quotes do not close"),
        (b'a,b\n5" pipe\n6" pipe,x\n', "line 2 is no CSV row"),
        (b'a,b\n"x" y,1\n', "line 2 is no CSV row"),
        (b'a,b\n"x,1\n', "line 2 never closes its quotes"),
    ],
)
def test_a_row_whose_quotes_are_wrong_is_an_error(raw: bytes, words: str) -> None:
    """No row is taken into the one before, and none is lost."""
    with pytest.raises(ListDamaged, match=words):
        list(CsvRows(body_of(raw)))


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


OPEN_DOCUMENT = """<?xml version="1.0"?>
<office:document-content xmlns:office="urn:o" xmlns:table="urn:t" xmlns:text="urn:x"><office:body><office:spreadsheet>
  <table:table table:name="One">
    <table:table-row>
      <table:table-cell><text:p>Name</text:p></table:table-cell>
      <table:table-cell table:number-columns-repeated="2"><text:p>Same</text:p></table:table-cell>
      <table:table-cell table:number-columns-repeated="16000"/>
    </table:table-row>
    <table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>
    <table:table-row>
      <table:table-cell><text:p>Two <text:span>lines</text:span></text:p><text:p>here</text:p></table:table-cell>
      <table:table-cell/><table:table-cell><text:p>1</text:p></table:table-cell>
    </table:table-row>
  </table:table>
</office:spreadsheet></office:body></office:document-content>"""


def archive(**parts: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name.replace("_", "."), text)
    return packed.getvalue()


def sheets_of(raw: bytes) -> dict[str, list[list[str]]]:
    return sheets(Body(Document.of(raw, url="x:list.ods", at=NOW), "us_test"))


def test_an_open_document_sheet_is_read_cell_by_cell() -> None:
    """Repeated cells stand as often as they say, empty rows and what is empty at a row's end are left out."""
    raw = archive(content_xml=OPEN_DOCUMENT)
    assert is_spreadsheet(raw)
    assert sheets_of(raw) == {"One": [["Name", "Same", "Same"], ["Two lines\nhere", "", "1"]]}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (archive(content_xml=OPEN_DOCUMENT)[:-30], "a ZIP archive"),
        (archive(content_xml=OPEN_DOCUMENT[:-40]), "not whole"),
        (archive(other_txt="x"), "a ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old Excel file"),
    ],
    ids=["cut", "garbled", "no sheets", "hollow"],
)
def test_a_broken_spreadsheet_is_an_error(raw: bytes, words: str) -> None:
    """It says what it looks like."""
    with pytest.raises(ListDamaged, match=words):
        sheets_of(raw)


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small archive cannot fill the memory: it is refused before it is unpacked."""
    monkeypatch.setattr("adapters.formats.LARGEST_SHEETS", 100)
    with pytest.raises(ListDamaged, match="over 100; refused"):
        sheets_of(archive(content_xml=OPEN_DOCUMENT))


def test_real_spreadsheets_cut_or_spoiled_are_errors(shared: Path) -> None:
    """An .xls or .ods that broke off in the middle is never read as a shorter list."""
    for path in (*(shared / "lists/uk_sanctions").glob("*.ods"), *(shared / "lists/au_dfat").glob("*.xls.gz")):
        raw = Body(Document.of(path.read_bytes(), url=path.name, at=NOW), "us_test").whole()
        for share in (0.1, 0.5, 0.9, 0.99):
            with pytest.raises(ListDamaged):
                sheets_of(raw[: int(len(raw) * share)])


@pytest.mark.parametrize(
    ("text", "month_first", "day"),
    [
        ("29/06/2012", False, "2012-06-29"),
        ("29-06-2012", False, "2012-06-29"),
        ("2012-06-29", False, "2012-06-29"),
        ("06/29/2012", True, "2012-06-29"),
        ("31/02/2012", False, "None"),
        ("2012-02-31", False, "None"),
        ("June 29, 2012", False, "None"),
        ("", True, "None"),
    ],
)
def test_a_day_in_numbers(text: str, day: str, *, month_first: bool) -> None:
    """As tables write it; anything else is no day."""
    assert str(numeric_day(text, month_first=month_first)) == day
