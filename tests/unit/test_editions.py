"""From one edition to the next by documents of changes: which of them, in what order, and what speaks against them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from bot.diff import survey
from bot.editions import MANY, as_one, indexed, way
from bot.errors import ListDamaged
from bot.model import Document, Memory, Pointer, Reading
from bot.schedule import read_whole
from tests.worlds.facts import listing, mark, record

NOW = datetime(2026, 7, 15, tzinfo=UTC)
STEPS = Reading(layout="steps/1", records=(), steps=(("1", "a"), ("2", "b"), ("4", "d"), ("5", "e")))


@pytest.mark.parametrize(
    ("known", "wanted", "urls"),
    [
        ("1", "5", ["b", "d", "e"]),
        ("3", "4", ["d"]),  # the third edition changed nothing, and has no step
        ("2", "3", []),
        ("4", "9", ["e"]),
    ],
)
def test_the_way_from_one_edition_to_another(known: str, wanted: str, urls: list[str]) -> None:
    """All steps after ours, up to the one that is wanted, oldest first."""
    assert [url for _, url in way(STEPS, known, wanted)] == urls


@pytest.mark.parametrize(
    ("steps", "known", "wanted", "words"),
    [
        (STEPS, "0", "5", "changes are kept for 1 to 5"),
        (STEPS, "5", "5", "does not lead from 5 to 5"),
        (STEPS, "5", "4", "does not lead from 5 to 4"),
        (Reading(layout="steps/1", records=()), "1", "2", "changes are kept for none"),
    ],
)
def test_no_way(steps: Reading, known: str, wanted: str, words: str) -> None:
    """Ours is older than the first step that is kept, is not older than the one that is wanted, or nothing is kept."""
    with pytest.raises(ListDamaged, match=words):
        way(steps, known, wanted)


def test_a_way_of_many_steps() -> None:
    """One whole list is asked for instead of very many documents."""
    steps = tuple((f"{number:03}", "url") for number in range(MANY + 2))
    many = Reading(layout="steps/1", records=(), steps=steps)
    assert len(way(many, "001", "999")) == MANY
    with pytest.raises(ListDamaged, match=f"{MANY + 1} documents of changes"):
        way(many, "000", "999")


def changes(document: str, *added: str, taken: tuple[str, ...] = (), signal: str = "") -> tuple[Document, Reading]:
    """A document of changes; the names of the entries are their keys."""
    records = [record(listing(name, key=name)) for name in added]
    reading = Reading(layout="changes/1", records=records, taken=list(taken), signals=[signal] if signal else [])
    return Document.of(document.encode(), url=document, at=NOW), reading


def test_what_the_last_document_says_holds() -> None:
    """Added, taken off and brought back, or the other way round; each entry is shown by the last that names it."""
    first = changes("first", "Ada", "Bob", taken=("Cyd",), signal="odd")
    second = changes("second", "Cyd", taken=("Bob",), signal="odd")
    joined = as_one([first, second])
    assert {one.key for one in joined.records} == {"Ada", "Cyd"}
    assert joined.taken == ["Bob"]
    assert joined.signals == ["odd"]
    assert joined.shown_in["Ada"] == first[0].sha256
    assert joined.shown_in["Cyd"] == second[0].sha256


def test_signals_of_parsing_are_among_them() -> None:
    """A reader finds what it does not know while an entry is parsed, which is after its document was walked through."""
    document, reading = changes("first")
    entry = listing("Ada", key="Ada")

    def parse() -> object:
        reading.signals.append("unknown schema")
        return entry

    reading.records = [type(record(entry))("Ada", b"12345678", parse)]  # type: ignore[arg-type]
    assert survey(as_one([(document, reading)]), {}, same_layout=True).signals == ("unknown schema",)


def test_a_whole_list_among_changes() -> None:
    """It says of nobody that he left, and is no step."""
    document, whole = changes("second", "Ada")
    whole.taken = None
    with pytest.raises(ListDamaged, match="second: no document of changes"):
        as_one([changes("first"), (document, whole)])


def test_a_change_that_brings_nobody_back() -> None:
    """Who was absent already and is not named is absent once more; who is named is there again."""
    known = {name: mark(listing(name, key=name), missing=1) for name in ("Ada", "Bob")}
    seen = survey(as_one([changes("first", "Ada")]), known, same_layout=True)
    assert (seen.gone, seen.rows) == (("Bob",), 1)


WHOLE = Document.of(b"a list", url="https://x.example/list", at=NOW)
SHA1 = hashlib.sha1(b"a list", usedforsecurity=False).hexdigest()


def the_index(pointer: Pointer) -> Reading:
    return Reading(layout="index/1", records=(), edition="7", published=NOW, declared=12, see=pointer)


@pytest.mark.parametrize("pointer", [Pointer("u", size=6), Pointer("u", sha1=SHA1), Pointer("u", 6, SHA1)])
def test_a_list_that_is_as_its_index_says(pointer: Pointer) -> None:
    """It is whole, so that neither its end nor its publisher's way of counting is doubted."""
    found = indexed(Reading(layout="list/1", records=(), open_ended=True), the_index(pointer), WHOLE)
    assert (found.edition, found.published, found.open_ended, found.declared) == ("7", NOW, False, None)


@pytest.mark.parametrize(
    ("pointer", "words"),
    [(Pointer("u", size=7), "6 bytes, and its index says 7"), (Pointer("u", sha1="0" * 40), "its SHA-1 is not 000")],
)
def test_a_list_that_is_not(pointer: Pointer, words: str) -> None:
    """Cut on the way, or changed."""
    with pytest.raises(ListDamaged, match=words):
        indexed(Reading(layout="list/1", records=()), the_index(pointer), WHOLE)


def test_an_index_that_says_only_how_many() -> None:
    """Then the count is what shows that the list, or the sum of its changes, is complete."""
    whole = indexed(Reading(layout="list/1", records=(), open_ended=True), the_index(Pointer("u")), WHOLE)
    assert (whole.declared, whole.open_ended) == (12, True)
    by_changes = indexed(Reading(layout="list/1", records=()), the_index(Pointer("u", sha1=SHA1)))
    assert by_changes.declared == 12


@pytest.mark.parametrize(
    ("changed", "now", "whole"),
    [
        (None, 13, False),
        (None, 14, True),
        (13, 14, True),
        (14, 15, False),
        (14, 28, True),
    ],
)
def test_the_first_change_of_each_fortnight_is_read_whole(changed: int | None, now: int, whole: bool) -> None:
    """In days since the list was first read."""
    memory = Memory(
        source="x", begun=NOW, changed_at=None if changed is None else NOW + timedelta(days=changed, hours=1)
    )
    assert read_whole(memory, NOW + timedelta(days=now, hours=2)) is whole


def test_a_list_that_was_never_read_is_read_whole() -> None:
    """There is nothing that changes could be applied to."""
    assert read_whole(Memory(source="x"), NOW)
