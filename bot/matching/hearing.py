"""Hearing: what it takes to hear one row of sounds as another. An edit distance with prices of its own. Pure.

`japanese` and `chinese` say what each sound may be taken for and what may be lost; the sum is the same for both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


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
