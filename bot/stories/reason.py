"""The sentence in which a story says why a company is listed: verbatim, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from bot.stories.phrases import Phrases
from bot.stories.topic import Heard

#: From here on a sentence is taken for the reason.
ENOUGH = 2.0


def reason_sentence(told: Sequence[Heard], words: Phrases) -> str:
    """The sentence that gives the reason best, as published; nothing when none is good enough."""
    best, score = "", 0.0
    for one in told:
        if one.sentence.title:
            continue
        points = _points(one, words)
        if points > score:
            best, score = one.sentence.text, points
    return best if score >= ENOUGH else ""


def _points(one: Heard, words: Phrases) -> float:
    strong = min(2, words.count(one.sentence.plain, "why", "strong"))
    if not strong:
        return 0.0
    weak = min(2, words.count(one.sentence.plain, "why", "weak"))
    points = 1.2 * strong + 0.4 * weak
    points += 0.5 * one.company + 0.4 * bool(one.authorities)
    points += 0.6 * one.about
    return points + 0.1 * one.weight
