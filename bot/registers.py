"""Which list an entry stands on, and whether it moved from one to another. Pure.

A file may carry several lists, and an office keeps several between which it moves entries: what one file shows as a
removal and another, hours later, as an addition is one decision. `data/registers.toml` holds which lists these are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from bot.data import table
from bot.model import ChangeKind, ListChange, Listing

#: Within so long a decision that moves an entry is seen on both lists.
ONE_DECISION = timedelta(days=60)

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"(?:.*-)?(\d+)")


def list_of(listing: Listing) -> str:
    """The list an entry stands on: that of its first programme where its source carries several, else its source."""
    carried = table("registers")["carries"].get(listing.source, {})
    return str(next((carried[code] for code in listing.programmes[:1] if code in carried), listing.source))


@cache
def sisters(list_id: str) -> frozenset[str]:
    """The other lists of the same office, to and from which an entry may move."""
    families = table("registers")["families"].values()
    return frozenset(one for family in families if list_id in family for one in family) - {list_id}


def other_end(entry: Listing, candidates: Iterable[Listing]) -> Listing | None:
    """Where an entry moved: the first of the candidates that is the same entry on another list of the same office."""
    return next((one for one in candidates if _neighbours(entry, one) and same_entry(entry, one)), None)


def moves(changes: Iterable[ListChange]) -> dict[tuple[str, str, datetime], Listing]:
    """Which of a company's changes are one end of a move from list to list: by source, key and when it was seen, the

    other end. An entry that came to a list long before or after it left another did not move.
    """
    ends: defaultdict[tuple[str, ChangeKind], list[ListChange]] = defaultdict(list)
    for change in changes:
        if change.kind is not ChangeKind.CHANGED:
            ends[list_of(change.listing), change.kind].append(change)
    found = {}
    for (where, kind), ours in ends.items():
        way = ChangeKind.ADDED if kind is ChangeKind.REMOVED else ChangeKind.REMOVED
        theirs = [one for other in {where, *sisters(where)} for one in ends.get((other, way), ())]
        for change in ours if theirs else ():
            if end := other_end(change.listing, _nearest(change, theirs)):
                found[change.source, change.key, change.seen] = end
    return found


def _nearest(change: ListChange, others: Iterable[ListChange]) -> list[Listing]:
    """Entries of changes that may belong to the same decision, first those told in a file of the same kind."""
    near = [one for one in others if abs(one.seen - change.seen) <= ONE_DECISION]
    carried = list_of(change.listing) != change.source
    near.sort(key=lambda one: ((list_of(one.listing) != one.source) != carried, abs(one.seen - change.seen)))
    return [one.listing for one in near]


def _neighbours(one: Listing, other: Listing) -> bool:
    ours, theirs = list_of(one), list_of(other)
    if ours == theirs:  # one file may carry several lists that another source holds as one
        return one.source == other.source and one.programmes[:1] != other.programmes[:1] and ours != one.source
    return theirs in sisters(ours)


def same_entry(one: Listing, other: Listing) -> bool:
    """Whether two lists of one office mean the same party: by its number, by another number, or by its whole name."""
    mine, theirs = _NUMBER.fullmatch(one.key), _NUMBER.fullmatch(other.key)
    if mine and theirs and mine[1] == theirs[1]:
        return True
    if set(one.identifiers) & set(other.identifiers):
        return True
    return one.kind == other.kind and _words(one.name) == _words(other.name)


def _words(name: str) -> list[str]:
    return _WORD.findall(name.casefold())
