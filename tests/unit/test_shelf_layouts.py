"""One list in several layouts: the same entries under the same keys, whichever file an operator has."""

from __future__ import annotations

import csv
import gzip
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.lists.ca_sema import ca_sema
from adapters.lists.eu_fsf import eu_fsf
from adapters.lists.jp_mof import jp_mof
from adapters.lists.uk_sanctions import uk_sanctions
from adapters.lists.un_sc import un_sc
from adapters.lists.us_bis_dpl import us_bis_dpl
from bot.errors import ListDamaged
from bot.model import Document, Listing, Reading
from bot.sources import ListSource
from tests.worlds.sheets import workbook

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SAMPLES = Path(__file__).parents[1] / "sources"


def read(source: ListSource, body: bytes) -> tuple[Reading, list[Listing]]:
    reading = source.read(Document.of(body, url="x:", at=NOW))
    return reading, [record.parse() for record in reading.records]


def test_denied_persons_as_text_and_as_a_spreadsheet() -> None:
    """The link on bis.gov has led to either; entries, keys and contents are the same, with ISO dates too."""
    text = (SAMPLES / "us_bis_dpl" / "sample.txt").read_bytes()
    rows = list(csv.reader(io.StringIO(text.decode()), delimiter="\t"))
    book = workbook({"about": [["made by BIS"]], "dpl": [["Denied Persons List"], *rows, []]})
    dated = workbook({"dpl": [[cell.replace("06/19/2003", "2003-06-19") for cell in row] for row in rows]})
    assert read(us_bis_dpl, book)[1] == read(us_bis_dpl, text)[1]
    assert read(us_bis_dpl, dated)[1] == read(us_bis_dpl, text)[1]
    assert read(us_bis_dpl, book)[0].layout == "dpl.xlsx/2"
    late = text.replace(b"06/19/2003", b"06/19/2093")
    editions = [read(us_bis_dpl, body)[0].edition for body in (text, book, late)]
    assert editions[0] == editions[1] != ""
    assert editions[2] < f"{NOW:%Y-%m-%d}"
    with pytest.raises(ListDamaged, match="without the columns Name and Effective_Date"):
        read(us_bis_dpl, workbook({"other": [["a", "b"]]}))


def test_the_old_eu_layout_with_and_without_a_spreadsheets_quotes() -> None:
    """A copy that went through a spreadsheet is the publisher's file with each line quoted."""
    wrapped = (SAMPLES / "eu_fsf" / "sample.1_0.csv").read_bytes()
    plain = "".join(f"{row[0].rstrip()}\r\n" for row in csv.reader(io.StringIO(wrapped.decode("cp1252"), newline="")))
    assert read(eu_fsf, plain.encode("cp1252"))[1] == read(eu_fsf, wrapped)[1]
    assert read(eu_fsf, plain.encode())[1] == read(eu_fsf, wrapped)[1], "also in UTF-8"
    with pytest.raises(ListDamaged, match="is not one quoted line"):
        read(eu_fsf, wrapped + b'"a","b"\r\n')


def test_an_eu_party_in_xml_and_csv() -> None:
    """Name, programmes, kind, numbers and day are read alike from both."""
    _, tree = read(eu_fsf, (SAMPLES / "eu_fsf" / "sample.xml").read_bytes())
    _, table = read(eu_fsf, (SAMPLES / "eu_fsf" / "sample.1_1.csv").read_bytes())
    one, other = (next(entry for entry in entries if entry.key == "EU.8888.1") for entries in (tree, table))
    for field in ("name", "programmes", "kind", "listed_on", "countries"):
        assert getattr(one, field) == getattr(other, field)
    assert other.identifiers[0] in one.identifiers


def test_a_uk_ship_in_three_layouts() -> None:
    """The regime is called the same whether the file gives the title of the regulations or not."""
    samples = SAMPLES / "uk_sanctions"
    header = ["Unique ID", "OFSI Group ID", "Name", "Regime Name", "Type", "Date Designated", "Sanctions Imposed"]
    ship = ["RUS9002", "16100", "TANKER", "Russia", "Ship", "09-05-2025", "De-flag, Prohibition of port entry"]
    found = [
        *read(uk_sanctions, (samples / "sample.csv").read_bytes())[1],
        *read(uk_sanctions, (samples / "sample.xml").read_bytes())[1],
        *read(uk_sanctions, workbook({"notes": [["x"]], "list": [header, ship]}))[1],
    ]
    ships = [one for one in found if one.key == "RUS9002"]
    assert len(ships) == 3
    assert {(one.programmes, one.kind, one.listed_on) for one in ships} == {
        (("Russia",), ships[0].kind, ships[0].listed_on)
    }
    assert ("sanctions imposed", "De-flag") in ships[2].details
    with pytest.raises(ListDamaged, match="without the columns Unique ID"):
        read(uk_sanctions, workbook({"One": [["a"]]}))


@pytest.mark.parametrize("date", ["2026-08-01T23:00:02", "2026-08-01", "soon"])
def test_a_un_file_with_another_kind_of_date_is_still_read(date: str) -> None:
    """The date of the file says little; without a readable one it is only mentioned."""
    body = (SAMPLES / "un_sc" / "sample.xml").read_bytes().replace(b"2026-08-01T23:00:02.690Z", date.encode())
    reading, entries = read(un_sc, body)
    assert len(entries) == 4
    assert (reading.published is None) == (date == "soon")
    assert any("no time" in signal for signal in reading.signals) == (date == "soon")


# ── Japan: how the notices write other names ──────────────────────────────────────────────────────────────────────


def japanese_names(cell: str) -> dict[str, str]:
    """The other names of one entry, with their kinds."""
    header = ["告示日付", "告示番号", "日本語表記", "英語表記", "別称・旧称"]
    _, (entry,) = read(jp_mof, workbook({"1.北朝鮮（団体）": [header, ["2022.3.15", "1", "例", "Example", cell]]}))
    return {name.text: str(name.kind) for name in entry.aliases if name.text != "例"}


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("（別称、株式会社ムサシ、ムサシ）\n(a.k.a. AO Musashi; a.k.a. \"Musashi Plant\")",
         ["株式会社ムサシ", "ムサシ", "AO Musashi", "Musashi Plant"]),
        ("(a)アリ(b)オマル\n (a.k.a.: (a)Ali (b)Omar, Al-Masri)", ["アリ", "オマル", "Ali", "Omar, Al-Masri"]),
        ("アリ\n(a.k.a.:Ali)", ["アリ", "Ali"]),
        ("アリ・ホールディング、アリ商会\n（a.k.a. Ali Holding,Ali Trading House）",
         ["アリ・ホールディング", "アリ商会", "Ali Holding", "Ali Trading House"]),
        ("アリ\nAli, Son and Company", ["アリ", "Ali, Son and Company"]),
        ("(a)アリ（【ロシア語】）\n(a.k.a.: (a)Ali (original script: Али))", ["Али", "アリ", "Ali"]),
        ("(a)アリ、1938年8月17日に出生\n (a.k.a.: (a)Ali, born 17 Aug. 1938 in Jombang)", ["アリ", "Ali"]),
        ("a.k.a., the following two aliases:\n-Ali Works; and \n-Omar Works", ["Ali Works", "Omar Works"]),
        ("神の軍（Army of God）（AOG）", ["神の軍", "Army of God", "AOG"]),
        ("（シェイク）ムーサ（(Sheikh) Musa）", ["(シェイク)ムーサ", "(Sheikh) Musa"]),
        ("Danka: the Bank", ["Danka: the Bank"]),
    ],
)  # fmt: skip
def test_other_names_of_a_japanese_notice_are_names_alone(cell: str, names: list[str]) -> None:
    """ "a.k.a." in front of a name, or several names taken for one, make a listed party one that nobody finds."""
    assert list(japanese_names(cell)) == names


def test_former_names_of_a_japanese_notice_are_told_apart() -> None:
    """f.k.a. and 旧称 stand before what a party was called; the Latin spelling of another name is not former."""
    kinds = japanese_names("（別称）新銀行\n（旧称）旧銀行\nNew Bank\nf.k.a. Old Bank")
    assert kinds == {"新銀行": "alias", "旧銀行": "former", "New Bank": "alias", "Old Bank": "former"}


def test_no_label_is_left_in_the_names_of_the_real_japanese_file(shared: Path) -> None:
    """Of some 5,000 other names of May 2022."""
    for path in sorted((shared / "lists" / "jp_mof").glob("*.gz")):
        _, entries = read(jp_mof, gzip.decompress(path.read_bytes()))
        texts = [name.text for entry in entries for name in entry.aliases]
        assert len(texts) > 5_000
        assert [text for text in texts if re.search(r"\b[afn]\.k\.a|^\W*$|^(別称|旧称|別名)\b", text)] == []


# ── Canada: names within the name ─────────────────────────────────────────────────────────────────────────────────


def canadian(entity: str, aliases: str = "") -> Listing:
    body = (
        '<?xml version="1.0"?><data-set><record><Country>Russia / Russie</Country>'
        f"<EntityOrShip>{entity}</EntityOrShip><Aliases>{aliases}</Aliases>"
        "<Schedule>1, Part 2</Schedule><Item>7</Item><DateOfListing>2024-02-21</DateOfListing></record></data-set>"
    )
    return read(ca_sema, body.encode())[1][0]


@pytest.mark.parametrize(
    ("entity", "names"),
    [
        ("Volna JSC (also known as PO Volna, Volna Works and JSC Wave)", ["PO Volna", "Volna Works", "JSC Wave"]),
        ("Volna JSC (also known as Volnazavod PA and Volnazavod Plant)", ["Volnazavod PA", "Volnazavod Plant"]),
        ("Volna JSC (also known as Institute of Chemistry and Mechanics", ["Institute of Chemistry and Mechanics"]),
        ("Volna JSC (also known as Volna Plant, OAO)", ["Volna Plant, OAO"]),
    ],
)
def test_a_canadian_name_with_others_in_brackets(entity: str, names: list[str]) -> None:
    """Each of them finds the entry; its key stays, so that nobody is called delisted when it is read so."""
    entry = canadian(entity, "ПО «Волна»")
    assert (entry.name, [name.text for name in entry.aliases]) == ("Volna JSC", [*names, "ПО «Волна»"])
    assert entry.key.startswith("russia: volna jsc also known as")
