"""Names in files as people keep them: any encoding, separator, workbook and heading; and files that mean harm."""

from __future__ import annotations

import io
import zipfile

import pytest

from bot.commands.sheet import guarded, read_file, read_text
from bot.errors import TellPerson
from bot.model import Attachment
from tests.worlds.workbooks import ods, xls, xlsx


def names(body: bytes, name: str = "list.csv") -> list[str]:
    return [row.name for row in read_file(Attachment(name=name, body=body)).rows]


def refusal(body: bytes, name: str = "list.csv") -> str:
    with pytest.raises(TellPerson) as caught:
        read_file(Attachment(name=name, body=body))
    return caught.value.key


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Nom;Ville\nSociété Générale;Paris\n小米;北京\n"),
        ("utf-8-sig", "Nom;Ville\nSociété Générale;Paris\n"),
        ("utf-16", "Nom\tVille\nSociété Générale\tParis\n"),
        ("cp1252", "Nom;Ville\nSociété Générale;Besançon\nÉlectricité de Strasbourg;Sélestat\n"),
        ("cp1251", "Наименование;Город\nРоснефть;Москва\nАлмаз-Антей;Москва\nКонцерн Калашников;Ижевск\n"),
        (
            "gb18030",
            "公司名称,城市\n华为技术有限公司,深圳\n杭州海康威视数字技术股份有限公司,杭州\n中兴通讯股份有限公司,深圳\n",
        ),
    ],
)
def test_encodings_and_separators(encoding: str, text: str) -> None:
    """What spreadsheets save, read as it was meant."""
    wanted = [line.replace("\t", ";").replace(",", ";").split(";")[0] for line in text.splitlines()[1:]]
    assert names(text.encode(encoding)) == wanted


def test_plain_lines_keep_their_commas() -> None:
    """A legal form after a comma belongs to the name."""
    lines = "Huawei Technologies Co., Ltd.\nBeijing Example Tech Co., Ltd.\nAcme, Inc.\nXiaomi\n"
    assert names(lines.encode(), "list.txt") == lines.splitlines()
    assert names(b'name,city\nAcme, Inc.,Lyon\n"Foo, Bar",Paris\n') == ["Acme, Inc.", "Foo, Bar"]
    assert [row.name for row in read_text('"Acme ""Best"" Bakery"\n').rows] == ['Acme "Best" Bakery']


def test_the_surest_heading_wins() -> None:
    """The company, not its contact; what is left alone is said."""
    text = (
        "Exported 2026-11-01;;;;\nNom;Raison sociale;Étiquettes;Remarque;Pays\n"
        "Mme Martin;Acier du Nord;acier, gros;vu;FR\n"
    )
    sheet = read_file(Attachment(name="x.csv", body=text.encode()))
    (row,) = sheet.rows
    assert (row.number, row.name, row.tags, row.note) == (3, "Acier du Nord", ("acier", "gros"), "vu")
    assert dict(sheet.columns) == {"name": "Raison sociale", "tags": "Étiquettes", "note": "Remarque"}
    assert sheet.unread == ("Nom", "Pays")


def test_without_headings_what_looks_like_names_is_taken() -> None:
    """Not the numbers, not the country that is always the same."""
    text = "1;CN;Xiaomi\n2;CN;Huawei\n3;CN;Acme Bakery\n4;CN;ZTE\n"
    sheet = read_file(Attachment(name="x.csv", body=text.encode()))
    assert [row.name for row in sheet.rows] == ["Xiaomi", "Huawei", "Acme Bakery", "ZTE"]
    assert (sheet.headed, dict(sheet.columns)) == (False, {"name": "3"})


def test_workbooks() -> None:
    """Excel and OpenDocument; the first sheet that has anything, numbers as people read them."""
    rows = [["", ""], ["Company", "Note"], ["Xiaomi", "1"], ["", "no name"], ["小米 & Co", ""]]
    for body, name in ((xlsx(rows), "x.xlsx"), (ods(rows), "x.ods"), (xls(rows), "x.xls")):
        sheet = read_file(Attachment(name=name, body=body))
        assert [(row.number, row.name) for row in sheet.rows] == [(3, "Xiaomi"), (4, ""), (5, "小米 & Co")]
        assert sheet.rows[0].note == "1"


def test_files_that_mean_harm_are_refused() -> None:
    """Too large, unpacking to too much, two cells in far corners, cut, or no table at all."""
    assert refusal(b"x\n" * 6_000_000) == "import.large"
    assert refusal(xlsx([["Name"]], far="XFD1048576")) == "import.wide"
    assert refusal(xls([["Name"]], far=(60_000, 250))) == "import.wide"
    assert refusal(xls([["Name"]], area=(65_536, 54_272))) == "import.wide"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 70_000_000)
    assert refusal(bomb.getvalue()) == "import.unpacked"
    whole = xlsx([["Name"], ["Xiaomi"]])
    assert refusal(whole[: len(whole) // 2]) == "import.broken"
    assert refusal(b"\xd0\xcf\x11\xe0" + b"\0" * 600) == "import.broken"
    assert refusal(b"Name", "x.xlsx") == "import.broken"
    assert refusal(b"") == refusal(b"\n\n \n") == "import.empty"
    assert refusal(b"Name;Land\n") == refusal(b"Name\n\n") == "import.no_rows"
    assert refusal(b"GIF89a\0\0\1") == "import.no_table"
    assert refusal(b"1;2\n3;4\n") == "import.no_names"
    for document in (
        b"%PDF-1.7\n1 0 obj\n",
        b"{\\rtf1 Xiaomi}",
        b"\n<!DOCTYPE html>\n<p>Xiaomi",
        b"\xef\xbb\xbf<?xml?>\n<a>",
    ):
        assert refusal(document) == "import.no_table", document
    empty = xlsx([[""]])
    assert refusal(empty) == "import.empty"


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-2", "@SUM(A1)", "\tx", "'t Hooft", "'=x", "plain"])
def test_no_cell_is_a_formula(text: str) -> None:
    """And what was written so is read back as it was."""
    safe = guarded(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    (row,) = read_text(f'name;note\nAcme;"{safe}"\n').rows
    assert row.note == " ".join(text.split())
