"""Which list an entry stands on, and whether it moved from one to another. Pure.

A file may carry several lists, and an office keeps several between which it moves entries: what one file shows as a
removal and another, hours later, as an addition is one decision. `data/registers.toml` holds which lists these are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from bot.data import table
from bot.model import Alert, Brief, ChangeKind, ListChange, Listing

#: Within so long a decision that moves an entry is seen on both lists.
ONE_DECISION = timedelta(days=60)

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"(?:.*-)?(\d+)")


def list_of(listing: Listing) -> str:
    """The list an entry stands on: that of its first programme where its source carries several, else its source."""
    carried = table("registers")["carries"].get(listing.source, {})
    return str(next((carried[code] for code in listing.programmes[:1] if code in carried), listing.source))


def brief_of(alert: Alert) -> Brief:
    """An alert in one line, with the list on which its entries stand."""
    entries = alert.listings if alert.story is None else ()
    where = list_of(entries[0]) if entries else alert.source
    return replace(Brief.of(alert), on_list=where if where != alert.source else "")


def per_list(listings: Iterable[Listing]) -> dict[str, list[Listing]]:
    """Entries by the list they stand on; of a list that is read from its own file, without what carriers repeat."""
    filed: defaultdict[str, list[Listing]] = defaultdict(list)
    for one in listings:
        filed[list_of(one)].append(one)
    return {where: [one for one in there if one.source == where] or there for where, there in filed.items()}


@cache
def carriers(list_id: str) -> frozenset[str]:
    """The sources whose file carries this list among others."""
    carries = table("registers")["carries"]
    return frozenset(source for source, lists in carries.items() if list_id in lists.values())


@cache
def sisters(list_id: str) -> frozenset[str]:
    """The other lists of the same office, to and from which an entry may move."""
    families = table("registers")["families"].values()
    return frozenset(one for family in families if list_id in family for one in family) - {list_id}


def other_end(entry: Listing, candidates: Iterable[Listing]) -> Listing | None:
    """Where an entry moved: the first of the candidates that is the same entry on another list of the same office."""
    return next((one for one in candidates if _neighbours(entry, one) and same_entry(entry, one)), None)


class Candidates:
    """Entries filed by the list on which they stand, so that only those on neighbouring lists are compared."""

    def __init__(self, listings: Iterable[Listing]) -> None:
        self._filed: defaultdict[tuple[str, tuple[str, ...]], list[Listing]] = defaultdict(list)
        for one in listings:
            self._filed[list_of(one), one.programmes[:1]].append(one)

    def near(self, entry: Listing) -> list[Listing]:
        """Those on other lists of the same office, or on another list that the same file carries."""
        where = list_of(entry)
        return [
            one
            for (other, inner), filed in self._filed.items()
            if other in sisters(where) or (other == where != entry.source and inner != entry.programmes[:1])
            for one in filed
        ]


def moves(changes: Iterable[ListChange]) -> dict[tuple[str, str, datetime], Listing]:
    """Which of a company's changes are one end of a move from list to list: by source, key and when it was seen, the

    other end. An entry that came to a list long before or after it left another did not move.
    """
    kinds: dict[ChangeKind, list[ListChange]] = {ChangeKind.ADDED: [], ChangeKind.REMOVED: [], ChangeKind.CHANGED: []}
    for change in changes:
        kinds[change.kind].append(change)
    found = {}
    for ours, theirs in (
        (kinds[ChangeKind.REMOVED], kinds[ChangeKind.ADDED]),
        (kinds[ChangeKind.ADDED], kinds[ChangeKind.REMOVED]),
    ):
        seen = defaultdict(list)
        for one in theirs:
            seen[one.source, one.key].append(one.seen)
        candidates = Candidates(one.listing for one in theirs)
        for change in ours:
            if end := other_end(change.listing, _nearest(change, candidates.near(change.listing), seen)):
                found[change.source, change.key, change.seen] = end
    return found


def _nearest(
    change: ListChange, others: Iterable[Listing], seen: Mapping[tuple[str, str], Sequence[datetime]]
) -> list[Listing]:
    """Entries whose change may belong to the same decision, first those told in a file of the same kind."""
    carried = list_of(change.listing) != change.source
    apart = [(min(abs(one - change.seen) for one in seen[other.source, other.key]), other) for other in others]
    near = [(gap, other) for gap, other in apart if gap <= ONE_DECISION]
    near.sort(key=lambda one: ((list_of(one[1]) != one[1].source) != carried, one[0]))
    return [other for _, other in near]


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
