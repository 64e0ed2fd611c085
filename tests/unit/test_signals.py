"""What is new in a list is said: unknown columns, elements, programmes and types, to the operators, once.

The files are the samples of tests/sources with one thing more in them than their publisher had.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters import lists
from bot.book import shipped
from bot.model import Document, Notice
from bot.sources import ListSource, shelf
from tests.worlds.press import open_press
from tests.worlds.site import Site

SAMPLES = Path(__file__).parents[1] / "sources"
SOURCES = {source.card.id: source for source in shelf(lists) if isinstance(source, ListSource)}
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def signals(id: str, body: bytes) -> list[str]:
    reading = SOURCES[id].read(Document.of(body, url="https://lists.example/file", at=NOW))
    for record in reading.records:
        record.parse()
    return reading.signals


def widened(body: bytes, delimiter: str, header: int = 0) -> bytes:
    """A table with one column more, filled in every row."""
    rows = body.decode().splitlines(keepends=True)
    ends = [re.search(r"[\r\n]*$", row) for row in rows]
    cells = ["" if at < header else "Orbital_Height" if at == header else "400 km" for at in range(len(rows))]
    return "".join(
        f"{row[: end.start()]}{delimiter}{cell}{end[0]}" if cell and end else row
        for row, end, cell in zip(rows, ends, cells, strict=True)
    ).encode()


@pytest.mark.parametrize(
    ("id", "sample", "delimiter", "header"),
    [
        ("us_bis_dpl", "sample.txt", "\t", 0),
        ("us_bis_dpl", "sample.csv", ",", 0),
        ("us_csl", "sample.csv", ",", 0),
        ("us_ndaa", "sample.csv", ",", 0),
        ("us_dod_cmc", "sample.csv", ",", 0),
        ("eu_fsf", "sample.1_1.csv", ";", 0),
    ],
)
def test_an_unknown_column_is_said(id: str, sample: str, delimiter: str, header: int) -> None:
    """By its name, in every table."""
    body = (SAMPLES / id / sample).read_bytes()
    new = set(signals(id, widened(body, delimiter, header))) - set(signals(id, body))
    assert any("orbital_height" in one.casefold() for one in new), new


@pytest.mark.parametrize(
    ("id", "sample", "where", "instead", "said"),
    [
        ("un_sc", "sample.xml", "</ENTITIES>", "</ENTITIES><VESSELS><VESSEL/></VESSELS>", "unread section 'VESSELS'"),
        ("un_sc", "sample.xml", "<VERSIONNUM>", "<ORBITAL>x</ORBITAL><VERSIONNUM>", "'ORBITAL'"),
        ("ch_seco", "sample.xml", "<modification ", "<orbit/><modification ", "unread element of target 'orbit'"),
        ("ch_seco", "sample.xml", "<identity", "<orbit/><identity", "unread element of subject 'orbit'"),
        ("ch_seco", "sample.xml", "<name ", "<orbit/><name ", "unread element of identity 'orbit'"),
        ("ch_seco", "sample.xml", "<name-part ", "<orbit/><name-part ", "unread element of name 'orbit'"),
        ("ch_seco", "sample.xml", "<value>", "<orbit/><value>", "unread element of name-part 'orbit'"),
        ("ch_seco", "sample.xml", 'object-type="vessel"', 'object-type="rover"', "unknown type of object 'rover'"),
        ("ch_seco", "sample.xml", "<sanctions-set-id>", "<sanctions-set-id>9", "unknown sanctions set '9"),
        ("eu_fsf", "sample.xml", "<regulation ", "<orbit/><regulation ", "'orbit'"),
        ("eu_fsf", "sample.1_1.csv", ";enterprise;E;", ";starship;S;", "unknown subject type 'starship S'"),
        ("us_ofac_sdn", "sample.xml", "<programList>", "<orbit>x</orbit><programList>", "'orbit'"),
        ("us_csl", "sample.json", '"results":', '"results":', "risk_score"),
        ("uk_sanctions", "sample.xml", "<UniqueID>", "<Moon>x</Moon><UniqueID>", "moon"),
        ("ca_sema", "sample.xml", "<Schedule>", "<Moon>x</Moon><Schedule>", "'Moon'"),
    ],
)
def test_an_unknown_element_or_type_is_said(id: str, sample: str, where: str, instead: str, said: str) -> None:
    """By its name and where it stands, in every XML and JSON."""
    body = (SAMPLES / id / sample).read_bytes().decode()
    assert where in body
    assert any(said in one for one in signals(id, body.replace(where, instead).encode()))


# ── What becomes of a signal ──────────────────────────────────────────────────────────────────────────────────────

ROW = (
    '{key},"EXAMPLE {key} WORKS","-0- ","{programme}","-0- ","-0- ","-0- ","-0- ","-0- ","-0- ","-0- ",'
    '"nationality Russia; Tax ID No. {key} (Russia)."\r\n'
)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


def sdn(*programmes: str, rows: int = 6000) -> bytes:
    """As many rows as the list may have at least, and one more for each programme."""
    text = "".join(ROW.format(key=key, programme="SDGT") for key in range(1, rows))
    more = [ROW.format(key=900_000 + at, programme=code) for at, code in enumerate(programmes)]
    return (text + "".join(more) + "\x1a").encode()


async def test_an_unknown_programme_is_told_once_and_kept(site: Site, tmp_path: Path) -> None:
    """The operators hear of it when it comes; it stays in what `sources why` shows as long as the entry is the same."""
    async with open_press(site, tmp_path, shipped()) as press:
        press.prints("us_ofac_sdn", sdn())
        assert not (await press.polled("us_ofac_sdn")).signals
        press.prints("us_ofac_sdn", sdn("MOON-EO19999"))
        outcome = await press.polled("us_ofac_sdn")
        assert outcome.signals == ("unknown programme 'MOON-EO19999': nothing can be said of what it means",)
        press.prints("us_ofac_sdn", sdn("MOON-EO19999", "IRAN"))
        assert (await press.polled("us_ofac_sdn")).signals == ()
        assert (await press.memory("us_ofac_sdn")).signals == outcome.signals
        operators, for_channels = await press.told()
        assert for_channels == []
        (told,) = operators
        assert isinstance(told.message, Notice)
        assert told.message.title == "us_ofac_sdn: something in it is new to us"
        assert "MOON-EO19999" in told.message.text
