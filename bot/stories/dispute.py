"""The sentence in which a company denies or contests its listing: verbatim, or nothing.

A government that protests is not the company, and a reporter's doubt is not a denial: the company, or a word that
stands for it, must be in the sentence.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.stories.phrases import Phrases
from bot.stories.topic import Heard

#: Characters beyond which a sentence is a list or a heap of mark-up.
LONGEST = 700


def dispute_sentence(told: Sequence[Heard], words: Phrases) -> str:
    """The best such sentence of the body; the title when only it says so."""
    best, score = "", 0.0
    for one in told:
        if len(one.sentence.text) <= LONGEST:
            points = _points(one, words)
            if points > score:
                best, score = one.sentence.text, points
    return best


def _points(one: Heard, words: Phrases) -> float:
    """0 when it says no such thing, or when it is not the company that speaks."""
    text = one.sentence.plain
    denials = min(2, words.count(text, "dispute", "says"))
    if not denials and not words.has(text, "stage", "sues"):
        return 0.0
    stands_for_it = words.has(text, "dispute", "company")
    if not one.subject and not stands_for_it:
        return 0.0
    if words.has(text, "dispute", "state"):
        return 0.0  # "Beijing said it firmly opposes the abuse of export controls against Chinese companies"
    points = 1.0 + 0.6 * one.subject + 0.3 * stands_for_it
    points += 0.2 * denials if denials else -0.6  # what it says tells more than that it went to court
    return points * (0.4 if one.sentence.title else 1.0)
