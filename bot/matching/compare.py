"""Comparing: whether two names are one, how sure that is, and why.

The three answers: *same*; *related*, when they share the word that makes the name but one says more or something else
(a subsidiary, a branch, a sister); *no*. Every answer lists what met what and by which rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.matching.align import Alignment, Meeting
from bot.matching.disguise import undisguised
from bot.matching.evidence import Row, is_acronym, objections, score
from bot.matching.fold import legal_form
from bot.matching.words import LONGEST, PART, Form, Unit, bracketed, generic, readings
from bot.model import Company, Listing, Match, Name, NameKind, Reason, Verdict

#: From this score on two names are taken for one. F1 is flat between .4 and .6; the upper part of that calls fewer
#: subsidiaries the same and answers "is it on the list?" best.
SAME = 0.55
#: The best a pair may score that is not the same name: just under `SAME`.
NOT_SAME = SAME - 0.01

#: A word that tells no more than this names nobody by itself: it may be initials.
NAMELESS = 0.6

Judged = tuple[float, Alignment, Row]


def best_reading(ours: Sequence[Form], theirs: Sequence[Form]) -> Judged:
    """The pair of readings that fits best. Parts are looked at only where they share a word or may be initials."""
    best = score(ours[0], theirs[0])
    asides = _asides(ours, theirs, best[1]) if len(ours) > 1 and len(theirs) > 1 else ()
    for mine in ours:
        for other in theirs:
            if asides and ((mine in asides and other in asides) or _one_whole(mine, other, asides)):
                continue
            if (mine.part or other.part) and (
                not mine.marks.isdisjoint(other.marks)
                or _brief(mine)
                or _brief(other)
                or _native(mine) != _native(other)
            ):
                best = max(best, score(mine, other), key=_first)
    return best


def _asides(ours: Sequence[Form], theirs: Sequence[Form], whole: Alignment) -> Sequence[Form]:
    """What both names have in brackets, when each is another name beside it: then it is where they are, or what.

    Alpha Handel (Slovenija) and Beta Holding (Slovenija) are two. Initials may be those of one name in two languages.
    """
    inside = [[one for one in side if _in_brackets(one, side[0])] for side in (ours, theirs)]
    if not all(inside):
        return ()
    named = _tells_apart if all(map(_is_where, inside[0] + inside[1])) else _names_somebody
    if not all(any(map(named, over)) for over in (whole.over_ours(), whole.over_theirs())):
        return ()
    return inside[0] + inside[1]


def _is_where(part: Form) -> bool:
    """Whether what stands in brackets is a place, perhaps with a word that says which part of it: (Greater Tehran)."""
    return any(one.rank == "place" for one in part.units) and sum(one.rank != "place" for one in part.units) < 2


def _tells_apart(one: Unit) -> bool:
    """Whether a word that the other lacks makes another name of what stands before a place: its name, or its trade."""
    return one.rank in ("", "plain", "trade", "place") and one.weight > 0.2


def _one_whole(mine: Form, other: Form, asides: Sequence[Form]) -> bool:
    return (mine in asides and not other.part) or (other in asides and not mine.part)


def _in_brackets(part: Form, whole: Form) -> bool:
    """Whether a part of a name stands in brackets and is no initials."""
    if part.part != PART or part.text not in bracketed(whole.text):
        return False
    return not (_is_initials(part.text.strip(), whole.text) or _initials_of(part.squashed, whole.words))


def _is_initials(text: str, whole: str) -> bool:
    return text.isupper() and " " not in text and not whole.isupper()


def _initials_of(letters: str, words: Sequence[str]) -> bool:
    """Whether letters, of four and more all but one, are the first ones of words in their order, some passed over."""
    fewer = [letters[:at] + letters[at + 1 :] for at in range(len(letters))] if len(letters) > 3 else [letters]
    return any(_in_turn(row, words) for row in fewer)


def _in_turn(letters: str, words: Sequence[str]) -> bool:
    begins = iter([word[:1] for word in words])
    return all(letter in begins for letter in letters)


def _names_somebody(one: Unit) -> bool:
    return one.rank in ("", "plain") and one.weight > NAMELESS


def _first(judged: Judged) -> float:
    return judged[0]


def _brief(form: Form) -> bool:
    return len(form.units) == 1 and len(form.squashed) < 9


def _native(form: Form) -> bool:
    """Whether a reading has words of another script: words of two scripts may be one and share no mark."""
    return any(unit.native for unit in form.units)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How alike two texts are and what that rests on: all that is needed to tell why, later, if anybody asks."""

    score: float
    judged: Judged | None = None  #: nothing when the texts decided without being laid side by side
    swapped: bool = False  #: the two were judged the other way round
    rule: str = ""  #: what decided when nothing was laid side by side
    disguised: bool = False  #: a word of one of them was read as the one it is dressed up as


#: Two names are never surer one than this when a word had to be read as what it is dressed up as.
DISGUISED = 0.97


def judge(left: str, right: str) -> Judgement:
    """How alike two texts are, the same in either order. Never raises; what is too long for a name is nobody's name."""
    if max(len(left), len(right)) > LONGEST:
        return Judgement(0.0, rule="too long to be a name")
    judged = _judge(left, right)
    plain = "" if judged.score >= DISGUISED else undisguised(left, right)
    other = "" if judged.score >= DISGUISED else undisguised(right, left)
    if plain or other:
        read = _judge(plain or left, other or right)
        if DISGUISED * read.score > judged.score:
            return replace(read, score=DISGUISED * read.score, disguised=True)
    return judged


def _judge(left: str, right: str) -> Judgement:
    mine, other = readings(left), readings(right)
    if not mine or not other:
        return Judgement(0.0, rule="nothing to compare")
    if mine[0].folded == other[0].folded:
        if left == right:
            return Judgement(1.0, rule="same name")
        return Judgement(0.9999, rule="same but for case, accents or punctuation")
    if mine[0].folded.replace(" ", "") == other[0].folded.replace(" ", ""):
        return Judgement(0.9998, rule="same but for spaces")
    if cut_off(left, mine[0], other[0]) or cut_off(right, other[0], mine[0]):
        return Judgement(0.9, rule="the same, cut off")
    swapped = mine[0].folded > other[0].folded
    judged = best_reading(other, mine) if swapped else best_reading(mine, other)
    return Judgement(judged[0], judged, swapped)


#: Lengths at which forms and message formats cut names (SWIFT lines have 35 characters).
CUTS = (20, 35)


def cut_off(text: str, short: Form, long: Form) -> bool:
    """Whether a name is the beginning of another, cut by a form: in the middle of a word or at a usual length.

    What is left must tell something: many companies begin with LIMITED LIABILITY CO.
    """
    begun = short.folded
    if len(begun) < 15 or not long.folded.startswith(begun):
        return False
    in_word = long.folded[len(begun)] != " "
    telling = sum([one.weight for one in (short.units[:-1] if in_word else short.units) if one.rank in ("", "plain")])
    return (in_word or len(text) in CUTS) and telling >= 0.85


def compare(ours: Name | str, theirs: Name | str) -> Match:
    """Whether two names are one: a verdict, a score between 0 and 1 that keeps an order, and the reasons.

    The same pair always gets the same answer, in either order of the two. Of a name that its owner calls weak or an
    acronym, only the name itself or its spelled-out form is the same. Never raises.
    """
    our_name, their_name = _name(ours), _name(theirs)
    return explain(our_name, their_name, judge(our_name.text, their_name.text))


def explain(ours: Name, theirs: Name, judgement: Judgement) -> Match:
    """The answer to what was judged of two names, with its reasons."""
    likely, judged = judgement.score, judgement.judged
    if judged is None:
        shown = Name(ours.text[:80], ours.kind, ours.language), Name(theirs.text[:80], theirs.kind, theirs.language)
        verdict = Verdict.SAME if likely >= SAME else Verdict.NO
        rule = LETTERS_READ if judgement.disguised else judgement.rule
        return Match(verdict, likely, (_headline(rule, likely, *shown),))
    if likely >= SAME and (_needs_all(ours) or _needs_all(theirs)) and not _all_met(judged):
        likely = NOT_SAME
    verdict = _verdict(likely, judged[1])
    told = [_flipped(reason) if judgement.swapped else reason for reason in _reasons(judged)]
    if judgement.disguised:
        told.append(Reason(LETTERS_READ, likely))
    return Match(verdict, likely, (_headline(str(verdict), likely, ours, theirs), *told))


def _name(name: Name | str) -> Name:
    return Name(name) if isinstance(name, str) else name


def _needs_all(name: Name) -> bool:
    return name.kind in (NameKind.WEAK, NameKind.ACRONYM)


def _all_met(judged: Judged) -> bool:
    """Whether every word that tells something met its like, or one side is the initials of the other."""
    _, found, row = judged
    over = (*found.over_ours(), *found.over_theirs())
    return is_acronym(row) or (all(one.weight < 0.2 for one in over) and all(one.alike > 0.9 for one in found.met))


def _verdict(likely: float, found: Alignment) -> Verdict:
    if likely >= SAME:
        return Verdict.SAME
    # Air France and Air China share a word that is everybody's
    both_go_on = any(map(_tells, found.over_ours())) and any(map(_tells, found.over_theirs()))
    names = [one for one in found.met if _makes_a_name(one) and not (both_go_on and all(map(generic, one.ours)))]
    shared = max((one.weight * one.alike for one in names), default=0.0)
    covered = max(found.gained_ours / (found.ours.total or 1), found.gained_theirs / (found.theirs.total or 1))
    return Verdict.RELATED if (shared >= 0.7 and covered >= 0.4) or _short_brand(found) else Verdict.NO


#: A word of its own with so many letters tells little by itself, and is a brand where another name begins with it.
_SHORT_BRAND = 3


def _short_brand(found: Alignment) -> bool:
    """Whether a name is one short word, and the other goes on where it ends: LG, LG Chem; 3M, 3M India.

    Everyday words and single letters begin the names of many.
    """
    for short, over, long, left in (
        (found.ours, found.left_theirs, found.theirs, found.left_ours),
        (found.theirs, found.left_ours, found.ours, found.left_theirs),
    ):
        if over and not left and len(short.units) == 1 and 0 not in over and _is_short_brand(short.units[0]):
            return long.units[0].sound == short.units[0].sound
    return False


def _is_short_brand(one: Unit) -> bool:
    return 1 < len(one.text) <= _SHORT_BRAND and not one.text.isdigit() and not one.rank and not generic(one)


def _tells(one: Unit) -> bool:
    return one.rank not in ("little", "common", "holding") and not one.text.isdigit()


def _makes_a_name(met: Meeting) -> bool:
    """Whether these are words of their own, not a trade, a place or a number."""
    return all(
        any(one.rank in ("", "plain") and not one.text.isdigit() for one in side) for side in (met.ours, met.theirs)
    )


# ── Reasons ───────────────────────────────────────────────────────────────────────────────────────────────────────

#: What is said when signs, digits or touching letters were read as the letters they stand for: Xi4omi, Lirnited.
LETTERS_READ = "digits, signs or touching letters read as letters"

_KINDS = {
    NameKind.FORMER: "former name",
    NameKind.WEAK: "weak alias",
    NameKind.ACRONYM: "acronym",
    NameKind.BRAND: "brand",
    NameKind.PERSON: "person",
}
_SCRIPTS = {"han": "pinyin", "kanji": "Japanese reading", "kana": "kana", "hangul": "Korean reading"}


def _headline(rule: str, likely: float, ours: Name, theirs: Name) -> Reason:
    """Which of our spellings met which of theirs: "same (alias zh)"."""
    notes = [note for note in (_note(ours), _note(theirs)) if note]
    return Reason(f"{rule} ({', '.join(notes)})" if notes else rule, likely, ours.text, theirs.text)


def _note(name: Name) -> str:
    if name.kind in _KINDS:
        return _KINDS[name.kind]
    return f"alias {name.language}" if name.language and name.kind is NameKind.ALIAS else ""


def _reasons(judged: Judged) -> Iterator[Reason]:
    """What met what, what is left over, and what speaks against it."""
    likely, found, row = judged
    if is_acronym(row):
        short, long = sorted((found.ours, found.theirs), key=lambda form: len(form.text))
        yield Reason(
            "acronym of", likely, *((short.text, long.text) if short is found.ours else (long.text, short.text))
        )
    else:
        yield from (Reason(_rule(one), one.alike, _written(one.ours), _written(one.theirs)) for one in found.met)
        for over, ours in ((found.over_ours(), True), (found.over_theirs(), False)):
            telling = _written(one for one in over if one.rank != "little")
            if telling:
                yield Reason("only here", 0.0, *((telling, "") if ours else ("", telling)))
    if how := found.ours.part or found.theirs.part:
        yield Reason(how, likely, found.ours.text.strip(), found.theirs.text.strip())
    if found.ours.forms or found.theirs.forms:
        yield Reason("legal form ignored", 1.0, legal_form(found.ours.text), legal_form(found.theirs.text))
    yield from (Reason(objection.rule, 0.0) for objection in objections(found))


def _rule(met: Meeting) -> str:
    """The rule in words; for another script, how it was read."""
    if met.rule in ("same sound", "same word", "reading", "written together"):
        scripts = {one.script for one in (*met.ours, *met.theirs)} - {"", "latin"}
        if len(scripts) == 1 and any(not one.native for one in (*met.ours, *met.theirs)):
            script = scripts.pop()
            return _SCRIPTS.get(script, f"{script} letters")
    return met.rule


def _written(units: Iterable[Unit]) -> str:
    return " ".join(one.native or one.text for one in units)


def _flipped(reason: Reason) -> Reason:
    return replace(reason, ours=reason.theirs, theirs=reason.ours)


# ── Companies and listings ────────────────────────────────────────────────────────────────────────────────────────


#: From this score on a match is certain, and nothing likelier is looked for.
CERTAIN = 0.95


def same_names(pairs: Iterable[tuple[Name, Name]]) -> Iterator[Match]:
    """Of pairs of names, ours and theirs, the matches that say "the same", one for each of theirs.

    Certain ones as they come, then the others, the likest first: giving reasons costs as much as judging.
    """
    judged = []
    told: set[str] = set()
    for mine, other in pairs:
        judgement = judge(mine.text, other.text)
        if judgement.score < CERTAIN:
            judged.append((judgement, mine, other))
        elif other.text not in told and (match := explain(mine, other, judgement)).verdict is Verdict.SAME:
            told.add(other.text)
            yield match
    judged.sort(key=lambda one: -one[0].score)
    for judgement, mine, other in judged:
        if judgement.score < SAME:
            return
        if other.text not in told and (match := explain(mine, other, judgement)).verdict is Verdict.SAME:
            told.add(other.text)
            yield match


def shared_identifiers(company: Company, listing: Listing) -> set[tuple[str, str]]:
    """Kind and value of the numbers that both have."""
    return _identifiers(company) & _identifiers(listing) if company.identifiers and listing.identifiers else set()


def _identifiers(one: Company | Listing) -> set[tuple[str, str]]:
    return {
        (mark.kind.casefold(), mark.value.replace(" ", "").casefold()) for mark in one.identifiers if mark.value.strip()
    }
