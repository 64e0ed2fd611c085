"""Names that a slip of the pen makes of one another: a letter missing, doubled, wrong or swapped. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

#: How many slips are forgiven from this length of a name on.
FORGIVEN = ((12, 3), (7, 2), (4, 1))


def nearly(typed: str, casefolded: Sequence[str], limit: int) -> list[int]:
    """Where in a row of casefolded names those stand that were nearly typed, the nearest first."""
    start = typed.casefold()
    allowed = next((slips for length, slips in FORGIVEN if len(start) >= length), 0)
    if not allowed:
        return []
    close = process.extract(start, casefolded, scorer=OSA.distance, score_cutoff=allowed, limit=limit)
    return [at for _, _, at in close]
