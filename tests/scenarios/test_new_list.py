"""A list that nobody has heard of: one file, put beside the others, and nothing else is touched.

It is polled, believed, compared, asked for, told and shown in the manual as any list of ours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import adapters.lists
from bot.cli import app
from bot.sources import manual
from bot.wiring import official
from tests.worlds.site import Site

LIST = '''
"""The island of Lunaria's list of parties it does not trade with: a CSV with a number for each."""

from datetime import date, timedelta
from functools import partial

from adapters.formats import Body, CsvTable, mark_of, unread
from bot.model import Document, EntityKind, Listing, Reading, Record
from bot.sources import list_source


@list_source(
    title="Lunaria's list of shunned parties",
    publisher="Ministry of Trade, Lunaria",
    url="https://trade.lunaria.example/shunned.csv",
    page="https://trade.lunaria.example/shunned",
    every=timedelta(hours=6),
    rows=range(1, 1_000),
    licence="free",
    programmes=("SHUNNED",),
)
def xx_lunaria(document: Document) -> Reading:
    body = Body(document, "xx_lunaria")
    reading = Reading(layout="shunned.csv/1", records=())

    def records():
        for row, cells in CsvTable(body, need=("number", "name", "since")):
            yield Record(cells["number"], mark_of(row.raw), partial(parse, dict(cells)))

    def parse(cells):
        listing = Listing(
            source="xx_lunaria",
            key=cells.pop("number"),
            name=cells.pop("name"),
            kind=EntityKind.COMPANY,
            programmes=("SHUNNED",),
            listed_on=date.fromisoformat(cells.pop("since")),
        )
        unread(cells, reading.signals, "column")
        return listing

    reading.records = records()
    return reading
'''
OTHERS = tuple(f"Lunar Trading House {number}" for number in range(20))


def shunned(*names: str) -> bytes:
    rows = (f"{number},{name},2026-01-{number % 28 + 1:02}" for number, name in enumerate(names, 1))
    return "\n".join(["number,name,since", *rows, ""]).encode()


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    folder = tmp_path / "beside"
    folder.mkdir()
    (folder / "xx_lunaria.py").write_text(LIST, encoding="utf-8")
    monkeypatch.setattr(adapters.lists, "__path__", [*adapters.lists.__path__, str(folder)])
    monkeypatch.chdir(tmp_path)
    with Site() as site:
        yield Terminal(tmp_path, site)
    sys.modules.pop("adapters.lists.xx_lunaria", None)
    vars(adapters.lists).pop("xx_lunaria", None)


class Terminal:
    """Types commands, with the new list's publisher on loopback."""

    def __init__(self, home: Path, site: Site) -> None:
        self.site = site
        self.settings = {
            "TOCSIN_HOME": str(home / "home"),
            "TOCSIN_MIRROR": f"{site.url('/')}{{source}}",
            "TOCSIN_FEEDS": "none",
            "TOCSIN_SOURCES": "xx_lunaria",
        }

    def type(self, *words: str) -> Result:
        result = CliRunner().invoke(app, list(words), env=self.settings)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def json(self, *words: str) -> Any:
        return json.loads(self.type(*words, "--json").stdout)


def test_one_file_is_a_list(terminal: Terminal) -> None:
    """From the file to an alert, an answer, a history and the manual."""
    terminal.type("watch", "add", "Xiaomi")
    terminal.site.shows("/xx_lunaria", shunned(*OTHERS))
    assert terminal.json("poll", "xx_lunaria")["rows"] == 20
    assert "Lunaria's list of shunned parties" in terminal.type("sources").stdout

    terminal.site.shows("/xx_lunaria", shunned(*OTHERS, "Xiaomi Corporation"))
    second = terminal.json("poll", "xx_lunaria")
    assert (second["added"], second["alerts"], second["signals"]) == (1, 1, [])
    assert "Xiaomi added to Lunaria's list of shunned parties" in terminal.type("run", "--once").stdout
    (match,) = terminal.json("lookup", "小米")["matches"]
    assert (match["source"], match["programmes"], match["listed_on"]) == ("xx_lunaria", ["SHUNNED"], "2026-01-22")

    terminal.site.shows("/xx_lunaria", b"<html>down</html>")
    assert terminal.json("poll", "xx_lunaria")["quarantined"]
    terminal.site.shows("/xx_lunaria", shunned("Xiaomi Corporation"))
    assert "20 of 21 entries gone" in terminal.json("poll", "xx_lunaria")["why"]
    assert "listed" in terminal.type("export", "history", "--company", "Xiaomi", "--csv").stdout

    chapter = manual(official().values()).partition("## `xx_lunaria`")[2].partition("## `")[0]
    assert "Ministry of Trade, Lunaria" in chapter
    assert "what it means" not in chapter, "nobody has written it yet"
    assert "1 to 999 entries, at most 10% of the last ones gone" in chapter
