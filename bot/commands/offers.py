"""What is offered while somebody types: companies of the book first, then names on lists, tags, and fixed choices.

Everything is looked up in sorted lists, so that a keystroke costs the same with a hundred names and a hundred thousand.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property

from bot.book import CompanyBook
from bot.model import POINTERS
from bot.roll import Roll
from bot.watched import EVERYTHING, TAG


class Offers:
    """Suggestions for half-typed words."""

    def __init__(self, book: CompanyBook) -> None:
        self._book = book

    @cached_property
    def _names(self) -> list[tuple[str, bool, str]]:
        """Every name of the book but persons and brands: casefolded, whether it is a second name, as written."""
        names = {
            (name.text.casefold(), name.text != company.name, name.text)
            for company in self._book.companies()
            for name in company.all_names()
            if name.kind not in POINTERS
        }
        return sorted(names)

    def companies(self, typed: str, roll: Roll, limit: int, *, tags: bool = False) -> list[str]:
        """Names that begin like what was typed; where several may be named, also `tag:` and all its tags."""
        start = typed.casefold()
        if not start:
            return [company.name for company in self._book.companies()[:limit]]
        if tags and (start.startswith(TAG) or TAG.startswith(start) or start == EVERYTHING):
            offered = [EVERYTHING] if start == EVERYTHING else [f"{TAG}{tag}" for tag in self._book.tags()]
            if found := self.beginning(typed, offered, limit):
                return found
        at = bisect_left(self._names, (start, False, ""))
        ours = sorted(
            ((second, name) for folded, second, name in self._names[at : at + 4 * limit] if folded.startswith(start)),
            key=lambda one: one[0],
        )
        names = [name for _, name in ours][:limit]
        theirs = roll.complete(typed, limit) if len(names) < limit else []
        return list(dict.fromkeys([*names, *theirs]))[:limit]

    def beginning(self, typed: str, offered: Iterable[str], limit: int) -> list[str]:
        """Those that begin like what was typed."""
        start = typed.casefold()
        return [one for one in offered if one.casefold().startswith(start)][:limit]

    def choices(self, typed: str, offered: Sequence[str], limit: int) -> list[str]:
        """The same for the last of several choices, with those before it: `listed,de` -> `listed,delisted`."""
        before, comma, last = typed.rpartition(",")
        taken = {one.strip().casefold() for one in before.split(",")}
        found = self.beginning(last.strip(), [one for one in offered if one.casefold() not in taken], limit)
        return [f"{before}{comma}{one}" for one in found]
