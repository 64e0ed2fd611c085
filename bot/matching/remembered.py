"""Remembering what was found out about a word, for functions that are asked about a few words over and over.

`functools.lru_cache` does so too, and keeps the order in which words were asked for: three more places in memory to go
to at every look, which is what filing a million names mostly waits for. Here a look is one in a dictionary, and words
are forgotten by the generation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class _Remembered(dict[str, Found]):
    """The words of this generation; what was last asked for in the one before is still known, and taken over."""

    def __init__(self, work: Callable[[str], Found], most: int) -> None:
        super().__init__()
        self._work = work
        self._most = most // 2
        self._before: dict[str, Found] = {}

    def __missing__(self, word: str) -> Found:
        try:  # not "if it is there": another thread may take it over meanwhile
            found = self._before.pop(word)
        except KeyError:
            found = self._work(word)
        if len(self) >= self._most:
            self._before = self.copy()
            self.clear()
        self[word] = found
        return found


def remembered(most: int) -> Callable[[Callable[[str], Found]], Callable[[str], Found]]:
    """Let a function of one word remember what it said of so many words at most; those not asked for again go first."""
    return lambda work: _Remembered(work, most).__getitem__
