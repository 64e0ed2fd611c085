"""Comparing: whether two names are one, how sure that is, and why.

Two names are read into units (`words`), the units are laid side by side (`align`), what is left over on either side
and what the strings look like becomes a handful of features, and a small readable model weighs them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from rapidfuzz.distance import OSA, Indel, JaroWinkler

from bot.data import table
from bot.matching.words import LONGEST, Form, Unit, read
from bot.model import Company, Listing, Match, Name, NameKind, Reason, Verdict

#: From this score on two names are taken for one.
SAME = 0.5


@dataclass(slots=True)
class Pairing:
    """Two rows of units laid side by side."""

    ours: Form
    theirs: Form
    met: list[tuple[Unit, Unit, float, str]] = field(default_factory=list)
    left_ours: list[Unit] = field(default_factory=list)
    left_theirs: list[Unit] = field(default_factory=list)
    gained_ours: float = 0.0
    gained_theirs: float = 0.0

    def meet(self, ours: list[Unit], theirs: list[Unit], likeness: float, rule: str) -> None:
        """Pair some of our units with some of theirs and take them off the rest."""
        self.gained_ours += likeness * sum(unit.weight for unit in ours)
        self.gained_theirs += likeness * sum(unit.weight for unit in theirs)
        first, other = max(ours, key=_weight), max(theirs, key=_weight)
        self.met.append((first, other, likeness, rule))
        for unit in ours:
            self.left_ours.remove(unit)
        for unit in theirs:
            self.left_theirs.remove(unit)


def _weight(unit: Unit) -> float:
    return unit.weight


def align(ours: Form, theirs: Form) -> Pairing:
    """Lay two names side by side: equal concepts first, then equal sounds, joined words, close spellings, initials."""
    pairing = Pairing(ours, theirs, left_ours=list(ours.units), left_theirs=list(theirs.units))
    _meet_by(pairing, "concept", 1.0, "same word")
    _meet_by(pairing, "sound", 0.97, "same sound")
    _meet_joined(pairing)
    _meet_close(pairing)
    return pairing


def _meet_by(pairing: Pairing, attribute: str, likeness: float, rule: str) -> None:
    theirs = {getattr(unit, attribute): unit for unit in reversed(pairing.left_theirs)}
    for unit in list(pairing.left_ours):
        other = theirs.pop(getattr(unit, attribute), None)
        if other is not None:
            how = rule if unit.text == other.text or attribute == "sound" else "same meaning"
            pairing.meet([unit], [other], likeness, how)


def _meet_joined(pairing: Pairing) -> None:
    """ "kala electric" with "kalaelectric": two neighbours of one side are one word of the other."""
    for mine, others, swapped in (
        (pairing.left_ours, pairing.left_theirs, False),
        (pairing.left_theirs, pairing.left_ours, True),
    ):
        for first, second in list(zip(mine, mine[1:], strict=False)):
            joined = first.text + second.text
            whole = next((unit for unit in others if unit.text == joined), None)
            if whole is not None and first in mine and second in mine:
                sides = ([first, second], [whole])
                pairing.meet(*(sides[::-1] if swapped else sides), 0.97, "joined")


def _meet_close(pairing: Pairing) -> None:
    """Pair what is left by how close the spellings are, the closest first."""
    close = [
        (likeness, mine, other)
        for mine in pairing.left_ours
        for other in pairing.left_theirs
        if (likeness := closeness(mine, other)) > 0
    ]
    for likeness, mine, other in sorted(close, key=lambda one: -one[0]):
        if mine in pairing.left_ours and other in pairing.left_theirs:
            pairing.meet([mine], [other], likeness, "close spelling")


def closeness(mine: Unit, other: Unit) -> float:
    """How alike two different words are, 0 when they should not be taken for one."""
    short = min(len(mine.text), len(other.text))
    if short < 4 or mine.text.isdigit() or other.text.isdigit():
        return 0.0
    alike = max(OSA.normalized_similarity(mine.text, other.text), OSA.normalized_similarity(mine.sound, other.sound))
    return alike if alike >= 0.72 else 0.0


def features(pairing: Pairing) -> dict[str, float]:
    """What the model weighs."""
    ours, theirs = pairing.ours, pairing.theirs
    total_ours = sum(unit.weight for unit in ours.units) or 0.01
    total_theirs = sum(unit.weight for unit in theirs.units) or 0.01
    cover_ours, cover_theirs = pairing.gained_ours / total_ours, pairing.gained_theirs / total_theirs
    left_ours, left_theirs = total_ours - pairing.gained_ours, total_theirs - pairing.gained_theirs
    numbers_ours = {unit.text for unit in pairing.left_ours if unit.text.isdigit()}
    numbers_theirs = {unit.text for unit in pairing.left_theirs if unit.text.isdigit()}
    return {
        "lo": min(cover_ours, cover_theirs),
        "hi": max(cover_ours, cover_theirs),
        "ratio": Indel.normalized_similarity(ours.squashed, theirs.squashed),
        "jaro": JaroWinkler.similarity(ours.squashed, theirs.squashed),
        "conflict": min(left_ours, left_theirs),
        "extra": max(left_ours, left_theirs),
        "number_conflict": float(bool(numbers_ours and numbers_theirs)),
        "number_extra": float(bool(numbers_ours) != bool(numbers_theirs)),
        "acronym": acronym(ours, theirs),
        "han_conflict": float(bool(ours.han and theirs.han and ours.han != theirs.han)),
        "strongest": max((min(a.weight, b.weight) * like for a, b, like, _ in pairing.met), default=0.0),
    }


def acronym(ours: Form, theirs: Form) -> float:
    """1 when one name is the initials of the other, less for two letters."""
    for short, long in ((ours, theirs), (theirs, ours)):
        if len(short.units) == 1 and len(long.units) > 1 and short.units[0].text in long.initials:
            return min(1.0, len(short.units[0].text) / 4)
    return 0.0


@cache
def _model() -> tuple[float, dict[str, float]]:
    model = table("match_weights")
    return model["bias"], model["weights"]


def _text(name: Name | str) -> str:
    return name if isinstance(name, str) else name.text


def compare(ours: Name | str, theirs: Name | str) -> Match:
    """Whether two names are one: a verdict, a score between 0 and 1 that keeps an order, and the reasons.

    The same pair always gets the same answer, in either order of the two. Never raises.
    """
    left, right = _text(ours), _text(theirs)
    if max(len(left), len(right)) > LONGEST:
        return Match(Verdict.NO, 0.0, (Reason("too long to be a name", 0.0, left[:40], right[:40]),))
    mine, other = read(left), read(right)
    if not mine.units or not other.units:
        return Match(Verdict.NO, 0.0)
    if mine.folded == other.folded:
        return Match(Verdict.SAME, 1.0 if left == right else 0.999, (Reason("same name", 1.0, left, right),))
    pairing = align(mine, other)
    bias, weights = _model()
    found = features(pairing)
    score = 1 / (1 + math.exp(-(bias + sum(weights[name] * found[name] for name in weights))))
    return Match(_verdict(score, pairing), score, tuple(_reasons(pairing, left, right)))


def _verdict(score: float, pairing: Pairing) -> Verdict:
    if score >= SAME:
        return Verdict.SAME
    shared = max((min(a.weight, b.weight) * like for a, b, like, _ in pairing.met), default=0.0)
    covered = max(
        pairing.gained_ours / (sum(map(_weight, pairing.ours.units)) or 1),
        pairing.gained_theirs / (sum(map(_weight, pairing.theirs.units)) or 1),
    )
    return Verdict.RELATED if shared >= 0.6 and covered >= 0.5 else Verdict.NO


def _reasons(pairing: Pairing, left: str, right: str) -> Iterable[Reason]:
    yield Reason("names compared", min(pairing.gained_ours, 1.0), left, right)
    for ours, theirs, likeness, rule in pairing.met:
        yield Reason(rule, likeness, ours.native or ours.text, theirs.native or theirs.text)


def match_company(company: Company, listing: Listing) -> Match:
    """The best match between any name of a company and any name of a listing.

    Equal identifiers are certain; a name in `not_names` is never it; people and brands make it related at most.
    """
    shared = {(one.kind.casefold(), one.value.casefold()) for one in company.identifiers} & {
        (one.kind.casefold(), one.value.casefold()) for one in listing.identifiers
    }
    if shared:
        kind, value = min(shared)
        return Match(Verdict.SAME, 1.0, (Reason(f"same {kind}", 1.0, value, value),))
    strangers = {read(name).units for name in company.not_names}
    if any(read(name.text).units in strangers for name in listing.names()):
        return Match(
            Verdict.NO,
            0.0,
            (Reason("a name that looks like it and is somebody else", 0.0, company.name, listing.name),),
        )
    pairs = ((ours, theirs) for ours in company.all_names() for theirs in listing.names())
    return max((_held_back(compare(ours, theirs), ours) for ours, theirs in pairs), key=lambda match: match.score)


def _held_back(match: Match, name: Name) -> Match:
    if name.kind in (NameKind.PERSON, NameKind.BRAND) and match.verdict is Verdict.SAME:
        return Match(
            Verdict.RELATED,
            min(match.score, 0.84),
            (*match.reasons, Reason(f"our {name.kind}", match.score, name.text)),
        )
    return match
