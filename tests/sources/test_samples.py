"""Every source of the shelf reads its samples as its golden file says.

A folder tests/sources/<id> holds `sample.*`, small files typed in the publisher's format, and `expected.json`: what
is read from each. Where there is no golden file it is written and the test fails, so that somebody reads it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters import lists
from bot.codec import encode
from bot.model import Document
from bot.sources import ListSource, Source, shelf

HERE = Path(__file__).parent
SOURCES = list(shelf(lists))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.card.id)
def test_samples_are_read_as_the_golden_file_says(source: Source, now: datetime) -> None:
    """What a source makes of its samples changes only when somebody means it to."""
    folder = HERE / source.card.id
    samples = sorted(folder.glob("sample*"))
    assert samples, f"{source.card.id} has no sample: put one at {folder / 'sample.*'}"
    found = {sample.name: readout(source, sample, now) for sample in samples}

    golden = folder / "expected.json"
    if not golden.exists():
        golden.write_bytes(msgspec.json.format(encode(found), indent=2) + b"\n")
        pytest.fail(f"{golden} was missing and is written now: read it, and commit it if it is right")
    assert msgspec.json.decode(encode(found)) == msgspec.json.decode(golden.read_bytes())


def readout(source: Source, sample: Path, now: datetime) -> dict[str, Any]:
    """Everything a source says about a document, as plain data."""
    document = Document.of(sample.read_bytes(), url=source.card.url, at=now)
    if isinstance(source, ListSource):
        reading = source.read(document)
        listings = [(record.key, record.parse()) for record in reading.records]
        assert all(key == listing.key for key, listing in listings), "a record's key is its listing's key"
        assert {listing.source for _, listing in listings} <= {source.card.id}
        return {
            "layout": reading.layout,
            "edition": reading.edition,
            "published": reading.published,
            "declared": reading.declared,
            "signals": reading.signals,
            "listings": [listing for _, listing in listings],
        }
    bulletin = source.read(document)
    return {
        "layout": bulletin.layout,
        "title": bulletin.title,
        "language": bulletin.language,
        "identity": bulletin.identity,
        "signals": bulletin.signals,
        "stories": bulletin.stories,
    }


def test_every_sample_folder_belongs_to_a_source() -> None:
    """A source that was renamed does not leave its samples behind untested."""
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith("__")}
    assert folders <= {source.card.id for source in SOURCES}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.card.id)
def test_a_card_says_what_the_manual_needs(source: Source) -> None:
    """Title, publisher and address are there for the manual and for `/sources`; a register's rights and codes too."""
    card = source.card
    assert all((card.title, card.publisher, card.page))
    assert card.url.startswith(("https://", "package:"))
    if isinstance(source, ListSource):
        assert all((card.licence, card.programmes))
        assert len(set(card.programmes)) == len(card.programmes)
