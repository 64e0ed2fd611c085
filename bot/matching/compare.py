"""Comparing: whether two names are one, how sure that is, and why.

Each name is read (`words`), two readings are laid side by side (`align`), and what met, what is left over and what
the strings look like becomes a row of features. A small logistic model, whose weights are a readable table, weighs
them. It was trained by `benchmarks/train_matching.py`; rules about people, brands and identifiers stay outside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz.distance import Indel, JaroWinkler

from bot.data import table
from bot.matching.align import Alignment, align
from bot.matching.fold import fold
from bot.matching.words import LONGEST, ROMAN, Form, Unit, read, readings, unit
from bot.model import Company, Listing, Match, Name, NameKind, Reason, Verdict

#: From this score on two names are taken for one.
SAME = 0.5


def features(found: Alignment) -> dict[str, float]:
    """What the model weighs: each between 0 and about 1, the larger the more of what its name says."""
    ours, theirs = found.ours, found.theirs
    over_ours, over_theirs = found.over_ours(), found.over_theirs()
    low, high = sorted((found.gained_ours / (ours.total or 1), found.gained_theirs / (theirs.total or 1)))
    left = sorted((ours.total - found.gained_ours, theirs.total - found.gained_theirs))
    own = sorted((_own(over_ours), _own(over_theirs)))
    places = sorted((_ranked(over_ours, "place"), _ranked(over_theirs, "place")))
    trades = sorted((_ranked(over_ours, "trade", "plain", "money"), _ranked(over_theirs, "trade", "plain", "money")))
    commons = sorted((_ranked(over_ours, "common", "little"), _ranked(over_theirs, "common", "little")))
    met_own = [(one.weight, one.alike) for one in found.met if one.ours[0].rank == "" or one.theirs[0].rank == ""]
    if ours.han and theirs.han:
        heard = ratio = Indel.normalized_similarity(ours.han, theirs.han)
    else:
        ratio = Indel.normalized_similarity(ours.squashed, theirs.squashed)
        heard = max(ratio, Indel.normalized_similarity(ours.heard, theirs.heard))
    shortest = min(len(ours.squashed), len(theirs.squashed))
    telling = _telling(over_ours), _telling(over_theirs)
    return {
        "covered": low,
        "covered_well": max(0.0, low - 0.7) / 0.3,
        "covered_less": min(low, 0.5) * 2,
        "covered_either": high,
        "covered_either_well": max(0.0, high - 0.8) / 0.2,
        "both_left": min(left[0], 2.0) / 2,
        "both_left_some": min(left[0], 0.4) / 0.4,
        "both_left_telling": float(all(telling)),
        "one_left": min(left[1], 3.0) / 3,
        "both_left_own": min(own[0], 1.0),
        "one_left_own": min(own[1], 2.0) / 2,
        "both_left_place": min(places[0], 0.5) * 2,
        "one_left_place": min(places[1], 0.5) * 2,
        "ends_in_place": float(_ends_in_place(found)),
        "both_left_trade": min(trades[0], 0.72),
        "one_left_trade": min(trades[1], 1.5) / 1.5,
        "one_left_common": min(commons[1], 0.9),
        "one_left_holding": float(any(unit.rank == "holding" for unit in (*over_ours, *over_theirs))),
        "met_own": min(1.0, sum([weight * alike for weight, alike in met_own])),
        "met_own_much": min(1.0, max(0.0, sum([weight * alike for weight, alike in met_own]) - 1) / 2),
        "met_all": min(1.0, found.gained_ours / 3),
        "met_unsure": min(1.0, sum([(1 - one.alike) * one.weight for one in found.met])),
        "ratio": ratio,
        "heard": heard,
        "heard_well": max(0.0, heard - 0.8) / 0.2,
        "begins": JaroWinkler.similarity(ours.heard, theirs.heard),
        "head_met": _head_met(found),
        "short": max(0.0, 5 - shortest) / 4 if heard < 1 else 0.0,
        "short_exact": max(0.0, 5 - shortest) / 4 if heard == 1 else 0.0,
        "other_form": float(_forms_differ(ours, theirs)),
        "part": float(ours.part or theirs.part),
    }


def acronym_features(ours: Form, theirs: Form) -> dict[str, float] | None:
    """What the model weighs when one name is the initials of the other; None when it is not."""
    for short, long in ((ours, theirs), (theirs, ours)):
        letters = short.squashed
        if 2 <= len(letters) <= 8 and len(short.units) <= 2 and len(long.words) > 1 and letters.isascii():
            skipped = _skipped(letters, long.words)
            if skipped is not None and skipped <= 2:
                return {
                    "acronym": 1.0,
                    "acronym_length": min(len(letters), 6) / 6,
                    "acronym_skips": skipped,
                    "acronym_same_form": float(bool(short.forms & long.forms)),
                    "acronym_bare": float(not short.forms and bool(long.forms)),
                }
    return None


def _telling(units: Sequence[Unit]) -> bool:
    return any(unit.rank not in ("little", "common", "holding") and len(unit.text) > 1 for unit in units)


def _ends_in_place(found: Alignment) -> bool:
    """One name goes on where the other ends, with a place: the branch of that country or town."""
    for over, units, others in ((found.over_ours(), found.ours.units, found.left_theirs), (found.over_theirs(), found.theirs.units, found.left_ours)):
        if over and not others and units[-1].rank == "place" and over[-1] is units[-1]:
            return True
    return False


def _own(units: Sequence[Unit]) -> float:
    return sum([unit.weight for unit in units if unit.rank == "" and not unit.text.isdigit()])


def _ranked(units: Sequence[Unit], *ranks: str) -> float:
    return sum([unit.weight for unit in units if unit.rank in ranks])


_ROMAN = frozenset("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv".split())


def _head(units: Sequence[Unit]) -> Unit | None:
    return next((unit for unit in units if unit.rank in ("", "plain")), None)


def _head_met(found: Alignment) -> float:
    """Whether the first telling word of each side met the first telling word of the other: 1, -1 when they did not."""
    mine, other = _head(found.ours.units), _head(found.theirs.units)
    if mine is None or other is None:
        return 0.0
    for one in found.met:
        if mine in one.ours and other in one.theirs:
            return one.alike
    return -1.0


def _forms_differ(ours: Form, theirs: Form) -> bool:
    """A stock company and a limited one of one name are two companies where one law knows both (AG and GmbH)."""
    return bool(ours.forms and theirs.forms) and ours.forms.isdisjoint(theirs.forms)


@lru_cache(maxsize=20_000)
def _skipped(letters: str, words: tuple[str, ...]) -> float | None:
    """The least number of telling words to skip so that the rest begin with these letters in turn; None if none do."""
    if not words:
        return None if letters else 0.0
    if not letters:
        return sum(_skip_cost(word) for word in words)
    first, rest = words[0], words[1:]
    options = [_skipped(letters, rest)]
    options[0] = None if options[0] is None else options[0] + _skip_cost(first)
    if first[0] == letters[0]:
        options.append(_skipped(letters[1:], rest))
    elif first.isdigit() and letters.startswith(first):
        options.append(_skipped(letters[len(first) :], rest))
    return min((one for one in options if one is not None), default=None)


@cache
def _form_words() -> frozenset[str]:
    """Words of spelled-out and short legal forms: an acronym may leave them out."""
    tables = table("legal_forms").values()
    return frozenset(word for forms in tables for key in ("spelled", "edge") for form in forms.get(key, ()) for word in fold(form).split())


def _skip_cost(word: str) -> float:
    if word in ROMAN:
        return 1.0
    if word in _form_words():
        return 0.1
    weight = unit(word).weight
    return 0.0 if weight < 0.1 else 1.0


@cache
def _model() -> tuple[float, dict[str, float]]:
    model = table("match_weights")
    return float(model["bias"]), {str(name): float(weight) for name, weight in model["weights"].items()}


@dataclass(frozen=True, slots=True)
class Objection:
    """Something that speaks against two names being one however alike they are.

    Evidence for them counts in full up to `ceiling`, a tenth beyond it (so that an order remains), and `cost` is
    taken off; both are on the scale of the model's sum.
    """

    rule: str
    ceiling: float
    cost: float

    def applied(self, total: float) -> float:
        return min(total, self.ceiling) + 0.1 * max(0.0, total - self.ceiling) - self.cost


OTHER_NUMBER = Objection("another number", 0.0, 3.0)
NUMBER_MISSING = Objection("a number on one side only", 3.0, 3.5)
NAME_GOES_ON = Objection("a name of one word, and the other goes on", 0.8, 1.6)
OTHER_LAW = Objection("AG and GmbH are two companies", 3.0, 4.0)


def objections(found: Alignment) -> Iterator[Objection]:
    """What speaks against two readings being one company."""
    ours, theirs = found.ours, found.theirs
    if found.met and (_goes_on(ours, found.over_theirs()) or _goes_on(theirs, found.over_ours())):
        yield NAME_GOES_ON
    mine, others = ours.numbers, theirs.numbers
    if mine - others and others - mine:
        yield OTHER_NUMBER
    elif mine != others:
        yield NUMBER_MISSING
    if {"stock_german", "limited_german"} <= ours.forms | theirs.forms and ours.forms.isdisjoint(theirs.forms):
        yield OTHER_LAW


def _goes_on(form: Form, over: Sequence[Unit]) -> bool:
    """Whether a name is a single word and the other adds a word of its own to it: "Huawei", "Huawei Cloud".

    Beside a short or common word (MB, Honor) any telling word makes it another name.
    """
    words = [unit for unit in form.units if unit.rank != "little"]
    if not over or len(words) != 1 or not words[0].text.isalpha():
        return False
    weak = len(words[0].text) < 4 or words[0].rank == "plain"
    return _own(over) >= 0.6 or (weak and _telling(over))


def evidence(ours: Form, theirs: Form) -> tuple[dict[str, float], Alignment]:
    """The features of two readings, and how they were laid side by side."""
    found = align(ours, theirs)
    row = features(found)
    if row["covered"] < 0.5 and (initials := acronym_features(ours, theirs)):
        row = initials
    return row, found


def logit(row: dict[str, float], found: Alignment) -> float:
    """The model's sum, with objections taken off."""
    bias, weights = _model()
    total = bias + sum([weights.get(name, 0.0) * value for name, value in row.items()])
    for objection in objections(found):
        total = objection.applied(total)
    return total


def score(ours: Form, theirs: Form) -> tuple[float, Alignment]:
    """How sure it is that two readings are one name, between 0 and 1, and how they were laid side by side."""
    row, found = evidence(ours, theirs)
    return 1 / (1 + math.exp(-logit(row, found))), found


def best_reading(ours: Sequence[Form], theirs: Sequence[Form]) -> tuple[float, Alignment]:
    """The pair of readings that fits best."""
    return max((score(mine, other) for mine in ours for other in theirs), key=lambda one: one[0])


def likeness(left: str, right: str) -> float:
    """The score of `compare` alone, without reasons."""
    mine, other = readings(left), readings(right)
    if not mine or not other:
        return 0.0
    if mine[0].folded == other[0].folded:
        return 1.0 if left == right else 0.9999
    return best_reading(mine, other)[0]


def compare(ours: Name | str, theirs: Name | str) -> Match:
    """Whether two names are one: a verdict, a score between 0 and 1 that keeps an order, and the reasons.

    The same pair always gets the same answer, in either order of the two. Never raises.
    """
    left, right = _text(ours), _text(theirs)
    if max(len(left), len(right)) > LONGEST:
        return Match(Verdict.NO, 0.0, (Reason("too long to be a name", 0.0, left[:40], right[:40]),))
    mine, other = readings(left), readings(right)
    if not mine or not other:
        return Match(Verdict.NO, 0.0, (Reason("nothing to compare", 0.0, left, right),))
    if mine[0].folded == other[0].folded:
        return Match(Verdict.SAME, 1.0 if left == right else 0.9999, (Reason("same name", 1.0, left, right),))
    likely, found = best_reading(mine, other)
    return Match(_verdict(likely, found), likely, tuple(_reasons(found, left, right)))


def _text(name: Name | str) -> str:
    return name if isinstance(name, str) else name.text


def _verdict(likely: float, found: Alignment) -> Verdict:
    if likely >= SAME:
        return Verdict.SAME
    shared = max((one.weight * one.alike for one in found.met), default=0.0)
    covered = max(found.gained_ours / (found.ours.total or 1), found.gained_theirs / (found.theirs.total or 1))
    return Verdict.RELATED if shared >= 0.6 and covered >= 0.5 else Verdict.NO


def _reasons(found: Alignment, left: str, right: str) -> Iterator[Reason]:
    yield Reason("names compared", min(found.gained_ours, 1.0), left, right)
    for one in found.met:
        yield Reason(one.rule, one.alike, _written(one.ours), _written(one.theirs))


def _written(units: Iterable[Unit]) -> str:
    return " ".join(unit.native or unit.text for unit in units)


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
        reason = Reason("a name that looks like it and is somebody else", 0.0, company.name, listing.name)
        return Match(Verdict.NO, 0.0, (reason,))
    pairs = ((ours, theirs) for ours in company.all_names() for theirs in listing.names())
    return max((_held_back(compare(ours, theirs), ours) for ours, theirs in pairs), key=lambda match: match.score)


def _held_back(match: Match, name: Name) -> Match:
    if name.kind in (NameKind.PERSON, NameKind.BRAND) and match.verdict is Verdict.SAME:
        reason = Reason(f"our {name.kind}", match.score, name.text)
        return Match(Verdict.RELATED, min(match.score, 0.84), (*match.reasons, reason))
    return match
