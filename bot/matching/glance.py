"""Candidates at a glance: who, of a hundred thousand entries, may be a company at all. Pure.

`index` finds names by sound, by meaning and with slips of the pen, and takes seconds to fill with all lists. Most
questions need less: `whom` asks that every word of ours stands among theirs, so looking under the rarest of those
words is enough. This is filled in a fraction of a second: one question from the command line is answered at once.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.matching.fold import core_words, fold
from bot.matching.near import nearly
from bot.matching.whom import one_spelling
from bot.model import Company, Identifier, Listing, Name

#: A word that more entries than this carry tells little alone; then the next rarest word has to stand there too.
MANY = 3000
#: Entries that have all of a name's words but one in common; where they are more, those words are everybody's.
FEW = 50
#: A word of so many letters is known with
LONG = 7
#: so many of them wrong.
SLIPS = 2
#: From this likeness on (0 to 100) a name is nearly what was typed.
NEAR = 84

_PLAIN = re.compile(r"[A-Za-z0-9 ,&()-]*")
_WORDS = re.compile(r"[a-z0-9]+")


class Glance:
    """Entries by the words of their names and by their numbers. Words of Chinese characters go by pairs."""

    def __init__(self) -> None:
        self._owners: defaultdict[str, set[str]] = defaultdict(set)
        self._filed: dict[str, tuple[str, ...]] = {}
        self._texts: dict[str, tuple[str, ...]] = {}
        self._named: defaultdict[str, set[str]] = defaultdict(set)
        self._names: list[tuple[str, str]] = []  # folded and as written, in order
        self._sorted = True
        self._long: list[str] | None = None  # words long enough to be known misspelt, made when first asked for

    def __len__(self) -> int:
        return len(self._filed)

    def add(self, owner: str, listing: Listing) -> None:
        """File an entry; one that is filed already is filed anew."""
        self.remove(owner)
        words = {word for name in listing.names() for word in _words(name.text)}
        words |= {_number(one) for one in listing.identifiers}
        for word in words:
            self._owners[word].add(owner)
        self._long = None
        self._filed[owner] = tuple(words)
        for name in listing.names():
            self._named[name.text].add(owner)
        self._texts[owner] = tuple(name.text for name in listing.names())
        self._sorted = False

    def remove(self, owner: str) -> None:
        for word in self._filed.pop(owner, ()):
            self._owners[word].discard(owner)
        for text in self._texts.pop(owner, ()):
            self._named[text].discard(owner)

    def owners(self, company: Company, names: Iterable[Name], *, many: int = MANY) -> set[str]:
        """Entries that may be the company: under the rarest word of each of its names, or under its numbers.

        Where more than `many` carry it, the next rarest word has to stand there too.
        """
        found = {owner for one in company.identifiers for owner in self._owners.get(_number(one), ())}
        for name in names:
            filed = [self._owners.get(word, set()) for word in _core_words(name.text)]
            if filed and all(filed):
                filed.sort(key=len)
                found |= filed[0] if len(filed[0]) <= many or len(filed) == 1 else filed[0] & filed[1]
        return found

    def almost(self, name: str) -> list[str]:
        """Entries that carry all words of a name but one, which was spelled otherwise, when these tell enough."""
        words = _core_words(name)
        filed = sorted((found for word in words if (found := self._owners.get(word))), key=len)
        if len(filed) < 2 or len(filed) != len(words) - 1:
            return []
        found = set.intersection(*filed)
        return sorted(found) if len(found) <= FEW else []

    def misspelt(self, name: str) -> set[str]:
        """Entries with a word spelled nearly like a name that is a single long word: Belneftkhim for Belneftekhim."""
        words = _core_words(name)
        if len(words) != 1 or len(words[0]) < LONG:
            return set()
        if self._long is None:
            self._long = [word for word, owners in self._owners.items() if owners and len(word) >= LONG - SLIPS]
        close = process.extract(words[0], self._long, scorer=OSA.distance, score_cutoff=SLIPS, limit=FEW)
        spellings = [word for word, _, _ in close if one_spelling(words[0], word)]
        return {owner for word in spellings for owner in self._owners[word]}

    def near(self, typed: str, limit: int) -> list[str]:
        """Entries with a name spelled nearly like what was typed: a letter missing, doubled or swapped."""
        self.order()
        names = [folded for folded, _ in self._names]
        close = process.extract(typed.casefold(), names, scorer=fuzz.ratio, score_cutoff=NEAR, limit=limit)
        return [owner for _, _, at in close for owner in sorted(self._named[self._names[at][1]])]

    def spelled_like(self, typed: str, limit: int) -> list[str]:
        """Names that differ from what was typed by a slip of the pen."""
        self.order()
        return [self._names[at][1] for at in nearly(typed, [folded for folded, _ in self._names], limit)]

    def begins(self, typed: str, limit: int) -> list[str]:
        """Names that begin like what was typed."""
        self.order()
        start = typed.casefold()
        at = bisect_left(self._names, (start, ""))
        return [name for folded, name in self._names[at : at + limit] if folded.startswith(start)]

    def order(self) -> None:
        """Put the names in order now, in a thread, rather than at somebody's first keystroke."""
        if not self._sorted:
            self._names = sorted((name.casefold(), name) for name in self._named if self._named[name])
            self._sorted = True


def _words(text: str) -> Iterable[str]:
    """Every word of a name. Plain letters need no folding, and are most of what lists carry."""
    if _PLAIN.fullmatch(text):
        return _WORDS.findall(text.lower())
    return [piece for word in fold(text).split() for piece in _pieces(word)]


def _core_words(text: str) -> list[str]:
    return [piece for word in core_words(fold(text))[0] for piece in _pieces(word)]


def _pieces(word: str) -> list[str]:
    """A word, or the pairs of characters of one that is written without spaces."""
    if word.isascii() or len(word) < 3 or not any("\u3040" <= character <= "\u9fff" for character in word):
        return [word]
    return [word[at : at + 2] for at in range(len(word) - 1)]


def _number(identifier: Identifier) -> str:
    return f"#{re.sub(r'[^0-9a-z]', '', identifier.value.casefold())}"
