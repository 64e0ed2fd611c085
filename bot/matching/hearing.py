"""Hearing: what it takes to hear one row of sounds as another. An edit distance with prices of its own. Pure.

`japanese` and `chinese` say what each sound may be taken for and what may be lost; the sum is the same for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple


class Sounds(NamedTuple):
    """A row of sounds with all that is asked of it at every word it is compared with."""

    row: str
    consonants: int
    changes: tuple[Mapping[str, float], ...]  #: the prices of taking each for a letter
    gone: tuple[float, ...]  #: and of hearing nothing
    letters: int  #: the row itself as bits
    needed: tuple[tuple[int, float], ...]  #: letters, as bits, that are nearer to a sound than nothing, and that price


class Letters(NamedTuple):
    """A Latin word in the letters in which it is heard, with all that is asked of it likewise."""

    row: str
    consonants: int
    letters: int  #: the row itself as bits
    needed: tuple[tuple[int, float], ...]  #: sounds, as bits, that are nearer to a letter than nothing, and that price
    lost: tuple[float, ...]  #: the prices of hearing nothing for each letter

    @classmethod
    def of(
        cls, row: str, consonants: int, needed: Callable[[str], tuple[int, float]], lost: tuple[float, ...]
    ) -> Letters:
        """Get a word ready; `needed` says of a letter what is nearer to it than nothing, as bits, and that price."""
        return cls(row, consonants, bits(row), tuple(map(needed, row)), lost)


def sounds(row: str, consonants: int, changes: Sequence[Mapping[str, float]], gone: Sequence[float]) -> Sounds:
    """Get a row of sounds ready."""
    needed = [
        (bits(letter for letter, cost in prices.items() if cost < price), price)
        for prices, price in zip(changes, gone, strict=True)
    ]
    return Sounds(row, consonants, tuple(changes), tuple(gone), bits(row), tuple(needed))


def bits(letters: Iterable[str]) -> int:
    """A bit for every letter that occurs; small and capital letters have places of their own."""
    found = 0
    for letter in letters:
        found |= 1 << (ord(letter) & 63)
    return found


def missing(needed: Iterable[tuple[int, float]], there: int) -> float:
    """What a row of sounds costs at least, for those to which nothing that is there is near."""
    return sum([price for near, price in needed if not near & there])


def cheapest(
    changes: Sequence[Mapping[str, float]],
    gone: Sequence[float],
    letters: str,
    lost: Sequence[float],
    *,
    strange: float,
    most: float,
) -> float:
    """The cheapest way to hear a row of sounds as these letters.

    `changes` are the prices of taking each sound for a letter, `strange` that of letters which are not among them;
    `gone` and `lost` those of hearing nothing for a sound, and for a letter. Given up, at a price that is too low, once
    it is more than `most`.
    """
    row = [0.0]
    left = 0.0
    for price in lost:
        left += price
        row.append(left)
    for prices, away in zip(changes, gone, strict=True):
        diagonal = row[0]
        left = diagonal + away
        row[0] = least = left
        # Written out, for this is the innermost loop of screening a list across scripts: min() takes twice as long.
        for at, letter in enumerate(letters, 1):
            above = row[at]
            best = diagonal + prices.get(letter, strange)
            if above + away < best:
                best = above + away
            if left + lost[at - 1] < best:
                best = left + lost[at - 1]
            diagonal = above
            row[at] = left = best
            if best < least:
                least = best
        if least > most:
            return least
    return row[-1]
