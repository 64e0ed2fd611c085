"""The sentence in which a story says why a company is listed: verbatim, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.stories.phrases import Phrases
from bot.stories.topic import Heard

#: From here on a sentence is taken for the reason.
ENOUGH = 2.4
#: What it is worth that whoever put the company there is quoted right after the listing is told.
QUOTED = 2.6
#: What a sentence is worth that begins "The reason is", and says no more than that.
NAMED = 2.5
#: From here on a sentence has told the listing, so that what follows may say why.
TOLD = 1.4
#: They ask for listings and make none.
LAWMAKERS = "us_congress"
#: Sentences of less weight stand too far down for that.
NEAR = 0.6
#: Characters beyond which a sentence is a list or a heap of mark-up, not a reason.
LONGEST = 700


def reason_sentence(told: Sequence[Heard], words: Phrases) -> str:
    """The sentence that gives the reason best, as published; nothing when none is good enough."""
    best, score = "", 0.0
    titles = [one.sentence.plain.strip() for one in told if one.sentence.title]
    promised = follows = begun = False
    keepers: set[str] = set()
    for one in told:
        sentence = one.sentence
        repeats = any(sentence.plain.strip() in title or title in sentence.plain for title in titles)
        if not sentence.title and not repeats and len(sentence.text) <= LONGEST:
            after = follows or (begun and one.weight >= NEAR)
            points = _points(one, words, promised=promised, follows=after)
            if begun:
                quoted = _quoted(one, words, keepers, follows=follows)
                points = max(points, quoted, _called_the_reason(one, words))
            if points > score:
                best, score = sentence.text, points
        follows = one.listed and (one.generic or bool(one.lists) or one.value >= TOLD) and not one.background
        if one.value >= TOLD and not one.background:
            begun = True
            keepers |= _countries(one.authorities)
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


def _quoted(one: Heard, words: Phrases, keepers: Collection[str], *, follows: bool) -> float:
    """What a sentence is worth in which whoever keeps the list speaks of the company, after the story told that it is

    listed: "The department said X had sought American parts"; or which passes on what is said of it: "Het bedrijf zou
    chips hebben geleverd". Not where it says what the listing forbids and from when, and not where another country
    speaks than the one that listed it (`keepers`). Where nothing in it is a ground in itself, it must come right
    after the listing (`follows`), unless an office is plainly quoted.
    """
    text = one.sentence.plain
    moved = one.listed or one.lists or one.removed or one.eased
    if one.weight < NEAR or moved or words.has(text, "why", "rule"):
        return 0.0
    ground = words.has(text, "why", "weak") or words.has(text, "why", "strong")
    whom = one.company or words.has(text, "dispute", "company")
    if not words.has(text, "why", "said"):
        ours = bool(_countries(words.authorities(text)) & set(keepers)) or words.has(text, "why", "office")
        speaks = ours and words.has(text, "why", "verb")
        hearsay = whom and words.has(text, "why", "alleged")
        if not (speaks or hearsay) or words.has(text, "dispute", "says"):
            return 0.0
        whom = whom and (follows or hearsay)
    return QUOTED + 0.3 * one.weight if ground or whom else 0.0


def _called_the_reason(one: Heard, words: Phrases) -> float:
    """What a sentence is worth that gives itself out as the reason: "Grund sei der fehlende Wille zum Frieden"."""
    text = one.sentence.plain
    if one.weight < NEAR or not words.has(text, "why", "reason") or words.has(text, "why", "rule"):
        return 0.0
    return NAMED + 0.3 * one.weight


def _countries(authorities: Collection[str]) -> set[str]:
    """Whose offices they are: "us" of us_treasury. Lawmakers ask for listings, and speak for themselves alone."""
    if LAWMAKERS in authorities:
        return {LAWMAKERS}
    return {name.partition("_")[0] for name in authorities}
