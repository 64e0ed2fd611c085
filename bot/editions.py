"""From one edition of a list to the next by documents of changes, where an index leads to them. Pure.

Documents of changes are a saving and no more: whatever speaks against them (ours is too old for them, one is damaged,
the sum is not what the index says) means that the whole list is read instead. So every doubt here is raised as
ListDamaged, and decides nothing about the list itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from bot.errors import ListDamaged
from bot.model import Document, Pointer, Reading, Record

#: More documents of changes than this are not fetched in one poll: the whole list is then the lesser burden.
MANY = 24
#: Bytes hashed at a time.
CHUNK = 1 << 20


def way(reading: Reading, known: str, wanted: str) -> tuple[tuple[str, str], ...]:
    """The steps of a document that lists them which lead from the edition we know to the one we want, in order.

    Editions sort by their names. An edition without changes has no step, so ours need not be among them; but it may
    not be older than the first of them, before which some were dropped. Empty, where nothing changed on the way.
    """
    editions = [edition for edition, _ in reading.steps]
    if not editions or known < editions[0] or wanted <= known:
        span = f"{editions[0]} to {editions[-1]}" if editions else "none"
        raise ListDamaged(f"changes are kept for {span}, which does not lead from {known} to {wanted}")
    steps = tuple((edition, url) for edition, url in reading.steps if known < edition <= wanted)
    if len(steps) > MANY:
        raise ListDamaged(f"{len(steps)} documents of changes lead from {known} to {wanted}, more than {MANY}")
    return steps


def as_one(readings: Sequence[tuple[Document, Reading]]) -> Reading:
    """Documents of changes, in order, as one: what the last of them says of an entry holds.

    Its records are complete, and `taken` and `signals` with them, once they were walked through.
    """
    first = readings[0][1]
    if odd := [document.url for document, one in readings if one.taken is None or one.layout != first.layout]:
        raise ListDamaged(f"{odd[0]}: no document of changes, or of another format than the one before it")
    joined = Reading(layout=first.layout, records=(), taken=[])
    joined.records = _latest(readings, joined)
    return joined


def _latest(readings: Sequence[tuple[Document, Reading]], joined: Reading) -> Iterator[Record]:
    latest: dict[str, Record | None] = {}
    for document, one in readings:
        said: dict[str, Record | None] = {record.key: record for record in one.records}
        said |= dict.fromkeys(one.taken or ())
        latest |= said
        joined.shown_in |= dict.fromkeys(said, document.sha256)
    assert joined.taken is not None
    joined.taken += [key for key, record in latest.items() if record is None]
    yield from (record for record in latest.values() if record)
    joined.signals += dict.fromkeys(signal for _, one in readings for signal in one.signals)  # parsing added to them


def indexed(reading: Reading, index: Reading, whole: Document | None = None) -> Reading:
    """A reading with what its index says of it: edition, date, how many entries. `whole` is the list itself.

    Raises ListDamaged for a list that is not the one its index meant. One whose sum is right is whole, however its
    publisher counts; by documents of changes, the count is what shows that none was missed.
    """
    reading.edition, reading.published = index.edition or reading.edition, index.published or reading.published
    if whole and index.see and index.see.proves:
        _check(whole, index.see)
        reading.open_ended = False
    else:
        reading.declared = reading.declared if index.declared is None else index.declared
    return reading


def _check(document: Document, pointer: Pointer) -> None:
    if pointer.size and document.size != pointer.size:
        raise ListDamaged(
            f"{pointer.url}: {document.size} bytes, and its index says {pointer.size}: cut, or another edition"
        )
    if pointer.sha1 and _sha1(document) != pointer.sha1:
        raise ListDamaged(f"{pointer.url}: its SHA-1 is not {pointer.sha1}, as its index says: damaged on the way")


def _sha1(document: Document) -> str:
    digest = hashlib.sha1(usedforsecurity=False)  # what they publish; it is to find damage, not malice
    with document.open() as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
