"""The sentence in which a story says why a company is listed: verbatim, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from bot.stories.phrases import Phrases
from bot.stories.topic import Heard

#: From here on a sentence is taken for the reason.
ENOUGH = 2.4
#: What it is worth that whoever put the company there is quoted right after the listing is told.
QUOTED = 2.6
#: Sentences of less weight stand too far down for that.
NEAR = 0.6
#: Characters beyond which a sentence is a list or a heap of mark-up, not a reason.
LONGEST = 700


def reason_sentence(told: Sequence[Heard], words: Phrases) -> str:
    """The sentence that gives the reason best, as published; nothing when none is good enough."""
    best, score = "", 0.0
    titles = [one.sentence.plain.strip() for one in told if one.sentence.title]
    promised = follows = begun = False
    for one in told:
        sentence = one.sentence
        repeats = any(sentence.plain.strip() in title or title in sentence.plain for title in titles)
        if not sentence.title and not repeats and len(sentence.text) <= LONGEST:
            after = follows or (begun and one.weight >= NEAR)
            points = _points(one, words, promised=promised, follows=after)
            points = max(points, _quoted(one, words) if begun else 0.0)
            if points > score:
                best, score = sentence.text, points
        follows = one.listed and (one.generic or bool(one.lists)) and not one.background
        begun = begun or (one.listed and one.value >= 1.4 and not one.background)
        promised = not sentence.title and words.has(sentence.plain, "why", "announced") and one.about
    return best if score >= ENOUGH else ""


def _points(one: Heard, words: Phrases, *, promised: bool, follows: bool) -> float:
    """How much a sentence looks like the reason. `promised`: the one before said that the reason follows; `follows`:

    the one before told the listing.
    """
    text = one.sentence.plain
    strong = min(2, words.count(text, "why", "strong"))
    weak = min(2, words.count(text, "why", "weak"))
    because = words.has(text, "why", "because")
    if not strong and not (because and (weak or promised or (one.listed and (one.generic or one.lists)))):
        return 0.0
    points = 1.2 + 0.5 * (strong - 1) if strong else 0.6
    points += 0.3 * (because and bool(strong)) + 0.4 * weak
    points += 0.4 * one.company + 0.4 * bool(one.authorities) + 0.6 * follows
    points += 0.6 * one.about + 0.5 * bool(one.listed and (one.generic or one.lists))
    points += 2.5 * promised - 0.8 * (one.company and not one.subject and not follows) - 0.5 * one.background
    if not because and words.has(text, "why", "announced"):
        points -= 1.2  # it says that there is a reason, or asks for one
    return points + 0.3 * one.weight


def _quoted(one: Heard, words: Phrases) -> float:
    """What a sentence is worth in which an authority speaks of the company, after the story told that it is listed:

    "The department said X had sought American parts". Not where it says what the listing forbids and from when.
    """
    text = one.sentence.plain
    if one.weight < NEAR or one.listed or one.lists or words.has(text, "why", "rule"):
        return 0.0
    if not words.has(text, "why", "said"):
        official = any(name.startswith("us_") for name in words.authorities(text))
        if not (official and words.has(text, "why", "verb")) or words.has(text, "dispute", "says"):
            return 0.0
    ground = words.has(text, "why", "weak") or words.has(text, "why", "strong")
    whom = one.company or words.has(text, "dispute", "company")
    return QUOTED + 0.3 * one.weight if ground or whom else 0.0
