"""The index: from a name, or the beginning of one, to the few watched names it may be.

Names are found by their words, by words of the same sound and by close spellings of the rarest words; what is found
is then compared in full. Adding and removing take effect at once and nothing is ever rebuilt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest

from bot.matching.compare import compare
from bot.matching.fold import fold
from bot.matching.words import Form, read
from bot.model import Match, Name


@dataclass(frozen=True, slots=True)
class Hit:
    """A name of the index that may be the one asked for."""

    owner: str
    name: Name
    match: Match


class NameIndex:
    """Names and their owners, searchable while they change."""

    def __init__(self) -> None:
        self._names: dict[int, tuple[str, Name]] = {}
        self._by_owner: dict[str, list[int]] = defaultdict(list)
        self._by_key: dict[str, set[int]] = defaultdict(set)
        self._next = 0

    def __len__(self) -> int:
        return len(self._names)

    def add(self, owner: str, names: Iterable[Name]) -> None:
        """Add names of an owner to those it has."""
        for name in names:
            self._names[self._next] = (owner, name)
            self._by_owner[owner].append(self._next)
            for key in _keys(read(name.text)):
                self._by_key[key].add(self._next)
            self._next += 1

    def remove(self, owner: str) -> None:
        """Forget an owner and all its names; unknown owners are nothing to forget."""
        for number in self._by_owner.pop(owner, ()):
            _, name = self._names.pop(number)
            for key in _keys(read(name.text)):
                self._by_key[key].discard(number)

    def search(self, text: str, *, limit: int = 10) -> list[Hit]:
        """The owners whose names are most like the text, best first, one hit for each owner."""
        found: dict[int, float] = defaultdict(float)
        for key in _keys(read(text)):
            numbers = self._by_key.get(key, ())
            for number in numbers:
                found[number] += 1 / (1 + len(numbers)) ** 0.5
        best: dict[str, Hit] = {}
        for number, _ in nlargest(50, found.items(), key=lambda one: one[1]):
            owner, name = self._names[number]
            hit = Hit(owner, name, compare(text, name))
            if owner not in best or hit.match.score > best[owner].match.score:
                best[owner] = hit
        return nlargest(limit, best.values(), key=lambda hit: hit.match.score)

    def suggest(self, prefix: str, limit: int = 10) -> list[str]:
        """Names that begin, or have a word that begins, with what was typed; shorter names first."""
        typed = fold(prefix)
        fitting = {name.text for _, name in self._names.values() if f" {fold(name.text)}".find(f" {typed}") >= 0}
        return sorted(fitting, key=lambda text: (not fold(text).startswith(typed), len(text), text))[:limit]


def _keys(form: Form) -> set[str]:
    keys = {unit.sound for unit in form.units} | {unit.concept for unit in form.units}
    return keys | {form.squashed, *(form.han[at : at + 2] for at in range(len(form.han) - 1))}
