"""Whom an entry of a list is: a company itself, a unit of its group, or somebody else. Pure.

`compare` says how alike two names are. Among a hundred thousand names on lists some are alike by chance, and an alert
about the wrong company costs its reader's trust, so more is asked here than likeness:

- A person on a list is no company; one who points to it (its founder) is told as related. Ships and aircraft carry all
  kinds of names. Only somebody outside the book may be meant by exactly such a name.
- A company that has a name in the entry's script is compared by that name, not by the sound of its other names: by
  sound alone the Persian spelling of Xiaomi is half a dozen short names.
- A name of one word, or of nothing but everyday words, has to be the very same; of a long word the sound or all letters
  but one will do. Initials alone are nobody. A generic word by itself is no part of longer names, unless the book knows
  who bears it.
- A word of ours that theirs lacks makes somebody else. Words of theirs that ours lacks make a unit of the group, when
  our name stands whole among them; sharing a word is not enough.
- Of somebody outside the book only the typed name is known. What a list adds to it may describe the same company (its
  trade, what kind of body it is) or name another: `wording` tells. Where ours says more and theirs is a rare name, it
  is shown as related. A word that many bear is looked for less than a rare one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from heapq import nlargest

from rapidfuzz.distance import OSA, Indel

from bot.matching.align import SURELY_HEARD, only_near
from bot.matching.chinese_words import looked_up
from bot.matching.compare import LETTERS_READ, same_names, shared_identifiers
from bot.matching.disguise import undisguised
from bot.matching.fold import fold
from bot.matching.frequency import zipf
from bot.matching.scripts import consonants, main_script, romanise, sound
from bot.matching.unmet import lacks
from bot.matching.wording import (
    bears,
    borne,
    core_of,
    in_brackets,
    in_business,
    is_another,
    joined_on,
    named_behind,
    of_people,
    plain_noun,
    respaced,
    same_words,
)
from bot.matching.words import ALSO, APART, PART, generic, glossary, read
from bot.model import (
    POINTERS,
    Company,
    EntityKind,
    Listing,
    Match,
    Name,
    NameKind,
    Reason,
    Verdict,
)

#: Kinds of entries that may be a company; the others carry its very name or none.
BODIES = frozenset({EntityKind.COMPANY, EntityKind.UNKNOWN})
NOBODY = Match(Verdict.NO, 0.0)
#: From here on two names of one script are likely one company's.
LIKELY = 0.8
#: The same for names that only transliteration brings together: fewer letters survive it.
LIKELY_BY_SOUND = 0.75
#: A match by a single word that was heard is never surer than this when every sound is in its place (on real lists nine
#: in ten are right), and than that when it is only near (three in five; of Chinese characters one in ten).
BY_SOUND = 0.94
BY_EAR = 0.8
#: With fewer consonants than this an Arabic word, whose vowels are not written, is near many others,
FEW_CONSONANTS = 3
#: unless it is as alike as this letter for letter: ماهان is Mahan.
SPELLED_OUT = 0.5
#: From this likeness on two words are one word, written or read in two ways.
EQUAL = 0.9
#: An entry in two dozen languages has many names that are near one of ours: so many, the likest by their letters, are
#: compared with it. Of 2,739 matches in entries of the EU and the UN not one needs the ninth.
LIKEST = 8
#: A unit is never surer than this.
UNIT = 0.8
#: What brought names together that are no proof among a hundred thousand: initials are many companies'.
INITIALS = frozenset({"acronym of", "initials"})
#: From this frequency on (Zipf: 3 is once in a million words, 6 once in a thousand) a word is everyday English.
EVERYDAY = 4.2
#: Words of so many letters are one if they sound the same,
SOUNDS_ALIKE = 7
#: and of so many if one letter differs.
SPELLED_ALIKE = 9
#: A single word must be this long to make a unit of whoever carries it (CJK characters tell more each).
TELLING = 4
TELLING_EAST = 2


def recognise(company: Company, listing: Listing, *, among: Collection[str] = ()) -> Match:
    """Whether an entry is the company, a unit of it, or somebody else; with the reasons.

    `among` are those of the entry's names that an index found near the company, when the others need no comparing.
    """
    if listing.kind not in BODIES:
        return _its_person(company, listing) if company.from_book else _exactly(company, listing)
    if shared := shared_identifiers(company, listing):
        kind, value = min(shared)
        number = Reason(f"same {kind}", 1.0, value, value)
        return Match(Verdict.SAME, 1.0, (number, Reason("listed as", 1.0, company.name, listing.name)))
    fitting, by_sound = _fitting(company, listing)
    pairs = _possible(company, fitting, listing, among, by_sound=by_sound)
    found = _among(pairs, company, fitting, listing, by_sound=by_sound)
    return _as_listed(found, listing) if found else _kin(company, fitting, listing)


def _among(
    pairs: Iterable[tuple[Name, Name]], company: Company, fitting: Sequence[Name], listing: Listing, *, by_sound: bool
) -> Match | None:
    """The best of what pairs of names say: the company itself, else a unit of it that carries its name."""
    carried: Match | None = None
    for match in same_names(pairs):
        if _holds(match, by_sound=by_sound, known=company.from_book):
            if not (company.from_book and _joins_another(fitting, listing)):
                return _as_sure_as_heard(match) if by_sound else match
            carried = carried or replace(match, verdict=Verdict.RELATED, score=min(match.score, UNIT))
        if carried is None and (_is_heard(match) if by_sound else _carries_ours(match) or _may_be_ours(company, match)):
            carried = replace(match, verdict=Verdict.RELATED, score=min(match.score, UNIT))
    return carried


def _kin(company: Company, ours: Sequence[Name], listing: Listing) -> Match:
    """Related or nobody: a unit of ours, and of somebody the book does not know also whose unit ours may be."""
    found = _unit(ours, listing, known=company.from_book)
    return found if company.from_book or found.verdict is not Verdict.NO else _whole(ours, listing)


def _whole(ours: Iterable[Name], listing: Listing) -> Match:
    """Related when all of their name stands within ours, as Tupolev does in Tupolev Leasing."""
    for theirs in listing.names():
        if theirs.kind in (NameKind.WEAK, NameKind.ACRONYM):
            continue
        for name in ours:
            if bears(name.text, theirs.text):
                return Match(Verdict.RELATED, 0.5, (Reason("their name within ours", 0.5, name.text, theirs.text),))
    return NOBODY


def _in_our_scripts(ours: Iterable[Name], listing: Listing, among: Collection[str]) -> Collection[str]:
    """The names of an entry, or of those `among` them, that are in scripts in which we have a name."""
    scripts = {main_script(name.text) for name in ours}
    return [
        name.text
        for name in listing.names()
        if (not among or name.text in among) and (main_script(name.text) in scripts or not main_script(name.text))
    ]


def _possible(
    company: Company, ours: Sequence[Name], listing: Listing, among: Collection[str], *, by_sound: bool
) -> list[tuple[Name, Name]]:
    """The pairs of our names and theirs that may be one. Of the others that is plain before they are compared."""
    looked_at = bool(among)
    if not by_sound:
        among = _in_our_scripts(ours, listing, among)
    strangers = {read(name).units for name in company.not_names}
    if (not among and not by_sound) or (strangers and read(listing.name).units in strangers):
        return []
    theirs = [name for name in listing.names() if not among or name.text in among]
    if strangers:
        theirs = [name for name in theirs if read(name.text).units not in strangers]
    pairs = [(mine, _undressed(other, mine)) for mine in ours for other in theirs]
    if len(pairs) > 1:
        pairs = sorted(nlargest(LIKEST * len(ours), pairs, key=_spelled_alike), key=_weak)
    known = company.from_book
    return [
        (mine, other)
        for mine, other in pairs
        if not _cannot_hold(mine.text, other.text, by_sound=by_sound, known=known, looked_at=looked_at)
    ]


def _undressed(theirs: Name, ours: Name) -> Name:
    """A name of an entry with its disguised words read as those of ours: Xi4omi."""
    plain = undisguised(theirs.text, ours.text)
    return replace(theirs, text=plain) if plain else theirs


def _as_listed(match: Match, listing: Listing) -> Match:
    """The match with the entry's name as it is written there, when it was read out of a disguise."""
    head = match.reasons[0]
    names = [name.text for name in listing.names()]
    written = next((name for name in names if undisguised(name, head.ours) == head.theirs), "")
    if head.theirs in names or not written:
        return match
    told = Reason(LETTERS_READ, match.score, written, head.theirs)
    return replace(match, reasons=(replace(head, theirs=written), *match.reasons[1:], told))


def _weak(pair: tuple[Name, Name]) -> bool:
    """Whether one of two names is weak: a full name is the better proof, however alike the weak ones are."""
    return any(name.kind is NameKind.WEAK for name in pair)


def _spelled_alike(pair: tuple[Name, Name]) -> tuple[bool, float, int]:
    """How alike two names are in letters and words; the very same come first, the longer the better a proof."""
    mine, other = pair
    letters = Indel.normalized_similarity(_in_order(mine.text), _in_order(other.text))
    ours, theirs = read(mine.text).marks, read(other.text).marks
    words = len(ours & theirs) / (len(ours | theirs) or 1)
    return letters == 1 and _words(mine.text) == _words(other.text), letters + words, len(other.text)


@lru_cache(maxsize=50_000)
def _in_order(text: str) -> str:
    """The words of a name in Latin letters, in the order of the alphabet, so that lists may have theirs."""
    return " ".join(sorted([one.text for one in read(text).units]))


def _cannot_hold(ours: str, theirs: str, *, by_sound: bool, known: bool, looked_at: bool) -> bool:
    """Whether `_holds` and `_carries_ours` must say no: the words are not the same, and too few, or one met nothing.

    Of names in one script an index has looked at every word already; looking again would cost more than it saves.
    """
    core, other = core_of(ours), core_of(theirs)
    if _very_same(core, other) or _is_one(ours, theirs):
        return False
    if by_sound:
        return lacks(theirs, ours, own=True) or (not looked_at and lacks(ours, theirs, own=True))
    if _nameless(core) or (len(core) < 2 and (known or _tells_more(theirs))):
        return True
    if len(core) == 1 and core[0] not in _words(theirs) and not _stands_there(core[0], other):
        return True
    return not looked_at and (known or not bears(ours, theirs)) and lacks(ours, theirs)


@lru_cache(maxsize=5_000)
def _tells_more(theirs: str) -> bool:
    """Whether more than everyday words must be left over beside a single word, though three were written as one."""
    return sum(not one.rank and not _often(one.text) for one in read(theirs).units) > 3


def _holds(match: Match, *, by_sound: bool, known: bool) -> bool:
    """Whether "the same" stands up among a hundred thousand names. `known`: the book has the company's full names."""
    ours, theirs = core_of(match.reasons[0].ours), core_of(match.reasons[0].theirs)
    if _very_same(ours, theirs) or _is_one(match.reasons[0].ours, match.reasons[0].theirs):
        return True
    if any(reason.rule in INITIALS for reason in match.reasons):
        return False
    if by_sound:
        said = {word for reason in _met(match) for word in reason.theirs.split()}  # and perhaps said again
        more = [word for word in _beyond(match) if word not in said]
        if _says_more(match) or _says_another_place(match) or joined_on(match.reasons[0].theirs, more):
            return False
        return _is_heard(match)
    if _everyday_part(match) or _quoted_beside_another(match) or _pried_apart(match):
        return False
    left = [reason for reason in match.reasons if reason.rule == "only here"]
    if match.score < (LIKELY if known else _likely_enough(match)) or _nameless(ours):
        return False
    goes_on = _beyond(match)
    if more := " ".join(reason.ours for reason in left).split():
        return not known and not goes_on and _merely_says_more(match, more)
    if not known and (plain_noun(ours[0], match.reasons[0].theirs) or _only_alike(match) or _less_is_left(match)):
        return False
    if goes_on and not known and all(_is_everyday(one.theirs) for one in _met(match)):
        return False  # all but for a slip of the pen: Minsk Tracktor Works is no Minsk Wheel Tractor Plant
    if len(ours) < 2 and not goes_on:
        return not known and _quoted_with_its_kind(match)
    if len(ours) < 2 and not _stands_there(ours[0], theirs):
        return False
    one, other = match.reasons[0].ours, match.reasons[0].theirs
    return not goes_on or (not known and _everyday(goes_on) and not is_another(one, other, goes_on))


def _beyond(match: Match) -> list[str]:
    """The words of theirs that ours lacks."""
    return " ".join(reason.theirs for reason in match.reasons if reason.rule == "only here").split()


def _merely_says_more(match: Match, more: Sequence[str]) -> bool:
    """Whether ours is theirs with words that say what kind of body it is: Belneftekhim Concern."""
    ours, theirs = match.reasons[0].ours, match.reasons[0].theirs
    return bears(ours, theirs) and _everyday(more) and not is_another(theirs, ours, more) and not in_business(more)


def _is_one(ours: str, theirs: str) -> bool:
    """Whether two names are one by their wording alone."""
    return same_words(ours, theirs) or respaced(ours, theirs) or in_brackets(ours, theirs)


def _very_same(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two names are the same words, or the same long word in two spellings.

    Of names of one word on lists and of listed companies, those of seven letters and more that sound alike are one
    company's, and so are those of nine and more of which one letter differs; shorter ones mostly are two companies'.
    """
    if sorted(ours) == sorted(theirs):
        return True
    if min(len(ours), len(theirs)) > 1 or any(len(word) < 2 for word in (*ours, *theirs)) or _generic(ours):
        return False
    return one_spelling("".join(ours), "".join(theirs))


def _stands_there(word: str, theirs: Sequence[str]) -> bool:
    return word in theirs or any(one_spelling(word, other) for other in theirs)


def one_spelling(one: str, other: str) -> bool:
    """Whether two long words of one alphabet are spellings of one."""
    short, script = min(len(one), len(other)), main_script(one)
    if short < SOUNDS_ALIKE or script not in _SPELLED or script != main_script(other):
        return False
    if sound(romanise(one)) == sound(romanise(other)):
        return True
    return short >= SPELLED_ALIKE and one.isalpha() and OSA.distance(one, other, score_cutoff=1) == 1


def _is_heard(match: Match) -> bool:
    """Whether two names that only sound brings together are near enough, by words that not every company has."""
    if match.score < LIKELY_BY_SOUND or _only_translated(match) or _near_a_part(match):
        return False
    met = _met(match)
    if all(one.rank == "little" for reason in met for one in read(reason.ours).units):
        return False  # "to" and "il" are small words, and names of nobody
    heard = [reason for reason in met if reason.rule not in _BY_MEANING]
    return not heard or not all(_faint(reason) for reason in heard)


def _as_sure_as_heard(match: Match) -> Match:
    """The match, no surer than hearing or translating one word is: by itself it is near many a name."""
    heard = _heard_alone(match)
    if heard is not None:
        return replace(match, score=min(match.score, BY_SOUND if _as_spoken(heard) else BY_EAR))
    return replace(match, score=min(match.score, BY_EAR)) if _translated_alone(match) else match


def _translated_alone(match: Match) -> bool:
    """Whether all that met is one word, translated: names are carried over by their sound (Звезда is not Estrella)."""
    met = _met_surely(match)
    if len(met) != 1 or met[0].rule != "same meaning":
        return False
    ours, theirs = read(met[0].ours).units, read(met[0].theirs).units
    for native, latin in ((ours, theirs), (theirs, ours)):
        if len(native) == 1 and native[0].script == "han" and not native[0].rank:
            return looked_up(native[0].native, latin)
    return len(ours) == len(theirs) == 1 and ours[0].rank == "plain" and ours[0].sound != theirs[0].sound


def _heard_alone(match: Match) -> Reason | None:
    """The one word of its own that met, if it is all that met and was heard rather than spelled or translated."""
    met = _met_surely(match)
    if len(met) != 1 or met[0].rule in _NOT_HEARD or all(one.rank for one in read(met[0].ours).units):
        return None
    return met[0]


#: Rules by which words meet that say the same in two languages.
_BY_MEANING = frozenset({"same meaning", "near meaning"})
_NOT_HEARD = _BY_MEANING | {"same word", "cyrillic letters", "greek letters"}
#: From this likeness on every sound is in its place; and where a script leaves something open, kanji their reading and
#: Korean l and r.
_SPOKEN = 0.97
_SPOKEN_BY_RULE = {"Japanese reading": 0.94, "Korean reading": 0.93}


def _as_spoken(reason: Reason) -> bool:
    """Whether every sound is in its place, as far as the script writes it."""
    return reason.score >= _SPOKEN_BY_RULE.get(reason.rule, _SPOKEN)


def _near_a_part(match: Match) -> bool:
    """Whether all that met is a word that is only near a part of theirs: オーテック, Children's Centre "Artek"."""
    part = any(reason.rule == PART and reason.theirs != match.reasons[0].theirs for reason in match.reasons)
    heard = _heard_alone(match) if part else None
    return heard is not None and not _as_spoken(heard)


def _met(match: Match) -> list[Reason]:
    """What met what, but for legal forms and the parts that were taken of a name."""
    other = {PART, ALSO, APART, "legal form ignored"}
    return [reason for reason in match.reasons[1:] if reason.ours and reason.theirs and reason.rule not in other]


def _met_surely(match: Match) -> list[Reason]:
    """What met but for words that are only near in meaning: a plant is an enterprise, and holdings are a group."""
    return [reason for reason in _met(match) if reason.rule != "near meaning"]


def _faint(reason: Reason) -> bool:
    """Whether a word was heard as one other and is only near it, or has too few consonants to be that one."""
    if reason.rule in _OF_CONSONANTS:
        return _few_consonants(reason)
    if reason.rule not in ("kana", "by ear") or reason.score >= SURELY_HEARD:
        return False
    ours, theirs = read(reason.ours).units, read(reason.theirs).units
    return len(ours) == len(theirs) == 1 and only_near(ours[0], theirs[0])


#: How words are read of which hardly more than the consonants is sure.
_OF_CONSONANTS = frozenset({"arabic letters", "hebrew letters", "thai letters", "Korean reading"})


def _few_consonants(reason: Reason) -> bool:
    """Whether the words share a consonant or two, and in Arabic, which writes few vowels, hardly a letter else."""
    one, other = romanise(reason.ours), romanise(reason.theirs)
    shared = max(len(consonants(one)), len(consonants(other)))
    if reason.rule == "Korean reading":
        return shared < 2 and not (one == other and len(one) > FEW_CONSONANTS)
    return shared < FEW_CONSONANTS and OSA.normalized_similarity(one, other) < SPELLED_OUT


def _says_more(match: Match) -> bool:
    """Whether a word stands on one side only that tells companies of one sound apart: 住友化学 is not Sumitomo.

    What is written with an alphabet is spelled rather than heard: there only words that name a unit do.
    """
    left = [word for one in match.reasons if one.rule == "only here" for word in (one.ours or one.theirs).split()]
    if not left or not any(_eastern(name) for name in (match.reasons[0].ours, match.reasons[0].theirs)):
        return _names_a_unit(left)
    general = all(one.rank in ("common", "little") for word in left for one in read(word).units)
    return not general or len(_met(match)) < 2


def _says_another_place(match: Match) -> bool:
    """Whether all that met was translated, and theirs says a place beyond: Syrian Lebanese Commercial Bank."""
    if any(reason.rule not in _BY_MEANING and reason.rule != "same word" for reason in _met(match)):
        return False
    said = {one.concept for one in read(match.reasons[0].ours).units}
    return any(one.rank == "place" and one.concept not in said for one in read(" ".join(_beyond(match))).units)


def _names_a_unit(words: Sequence[str]) -> bool:
    """Whether one of these is a word by which groups name their units: leasing, insurance."""
    return any(one.concept in glossary().units for word in words for one in read(word).units)


def _only_translated(match: Match) -> bool:
    """Whether our own word is missing, and what met are words that any company may have: LONGi Green Energy."""
    met = [reason for reason in match.reasons if reason.ours and reason.theirs and reason.rule in _BY_MEANING]
    left = [reason.ours for reason in match.reasons if reason.rule == "only here" and reason.ours]
    met_otherwise = [reason for reason in match.reasons[1:] if reason.ours and reason.theirs and reason not in met]
    sounded = [reason for reason in met_otherwise if reason.rule != "legal form ignored"]
    return bool(met) and not sounded and any(not _everyday(words.split()) for words in left)


def _carries_ours(match: Match) -> bool:
    """Every word of ours is there, though other words stand between them: "Islamic Republic of Iran - China Lines"."""
    left = [reason for reason in match.reasons if reason.rule == "only here"]
    met = [reason for reason in match.reasons[1:] if reason.ours and reason.theirs]
    ours = core_of(match.reasons[0].ours)
    if _everyday_part(match) or any(reason.score < EQUAL for reason in met):
        return False
    return len(ours) > 1 and not _everyday(ours) and bool(left) and not any(reason.ours for reason in left)


def _everyday_part(match: Match) -> bool:
    """Whether only a part of our name met theirs, and that part is everyday words."""
    part = next((reason.ours for reason in match.reasons if reason.rule in (PART, ALSO)), "")
    return bool(part) and _everyday(core_of(part))


_QUOTES = "\"'«“„‘’‚"


def _quoted_beside_another(match: Match) -> bool:
    """Whether our name is what theirs has in quotation marks or brackets, and theirs has a name of its own beside it.

    "North-West Centre of the Concern „Almaz-Antey“ – Obukhov Plant" is the plant.
    """
    whole = match.reasons[0].theirs
    part = next((reason.theirs for reason in match.reasons if reason.rule == PART), "")
    if part and named_behind(part, whole):
        return True
    at = whole.find(part) if part and part != whole else 0
    if at < 1 or whole[at - 1] not in _QUOTES:
        return False
    rest = read(f"{whole[:at]} {whole[at + len(part) :]}").units
    return any(not one.rank and one.weight >= 1.0 and not _often(one.text) for one in rest)


def _joins_another(ours: Sequence[Name], listing: Listing) -> bool:
    """Whether the entry's own name joins a name of its own to ours, whatever it is called besides: BPS-Sberbank."""
    if "-" not in listing.name:
        return False
    said = {word for name in ours for word in _words(name.text)}
    whole = {core_of(name.text) for name in ours}
    own = {word for word in core_of(listing.name) if word not in said and any(not one.rank for one in read(word).units)}
    joined = [_words(token) for token in listing.name.split() if "-" in token]
    return any(
        len(token) == 2 and own.intersection(token) and any((one,) in whole for one in token) for token in joined
    )


def _likely_enough(match: Match) -> float:
    """What a score must reach; less when one everyday word stands beside a rare word of its own: Bank Dabrabyt."""
    met, left = _met(match), [reason.theirs for reason in match.reasons if reason.rule == "only here"]
    rare = len(met) == 1 and met[0].rule == "same word" and not borne(met[0].ours)
    kind = len(left) == 1 and all(one.rank in ("trade", "common") for one in read(left[0]).units) and " " not in left[0]
    return LIKELY_BY_SOUND if rare and kind else LIKELY


def _only_alike(match: Match) -> bool:
    """Whether the word that makes our name is only alike to theirs, and both are words (Zenith, Zenit) or more is said.

    Daedong Credit Bank is not Daesong Credit Development Bank.
    """
    own = [one for one in _met(match) if all(_own(side) for side in (one.ours, one.theirs)) and one.rule != "same word"]
    if any(borne(fold(one.ours)) and borne(fold(one.theirs)) for one in own):
        return True
    return bool(_beyond(match)) and any(one.rule != "same sound" and len(one.ours) < SPELLED_ALIKE for one in own)


def _own(words: str) -> bool:
    """Whether these are one word of its own, in letters that can be mistyped."""
    units = read(words).units
    return len(units) == 1 and not units[0].rank and not units[0].native


def _less_is_left(match: Match) -> bool:
    """Whether ours is one word and a small one that theirs lacks: Astra International and Astra are two names."""
    mine, other = (read(text).units for text in (match.reasons[0].ours, match.reasons[0].theirs))
    small = {one.concept for one in mine if one.rank == "little" and one.concept in _SAYS_WHICH}
    return len(mine) == 1 + len(small) and bool(small - {one.concept for one in other})


#: Small words that tell two names apart when all else is one word.
_SAYS_WHICH = frozenset({"international", "new"})


def _may_be_ours(company: Company, match: Match) -> bool:
    """Whether somebody outside the book may have meant them, and is shown them to judge."""
    if company.from_book or match.score < LIKELY or len(core_of(match.reasons[0].ours)) < 2:
        return False
    return _only_alike(match) and not any(one.rule == "only here" and one.ours for one in match.reasons)


def _pried_apart(match: Match) -> bool:
    """Whether a word of theirs had to be taken apart, and still not all is met: Poly and Polytechnical University."""
    head, rules = match.reasons[0], {reason.rule for reason in match.reasons}
    if APART not in rules or _stands_in(core_of(head.ours), _words(head.theirs)):
        return False
    return bool(rules & {"only here", "near meaning"})


def _quoted_with_its_kind(match: Match) -> bool:
    """Whether theirs is our one word in quotation marks, and what kind of body it is: JSC NPO „Splav“."""
    whole, ours = match.reasons[0].theirs, match.reasons[0].ours
    part = next((reason.theirs for reason in match.reasons if reason.rule == PART), "")
    at = whole.find(part) if part else 0
    if at < 1 or whole[at - 1] not in _QUOTES or core_of(part) != core_of(ours):
        return False
    rest = core_of(f"{whole[:at]} {whole[at + len(part) :]}")
    return not borne(core_of(ours)[0]) and _everyday(rest) and not is_another(ours, whole, rest)


@lru_cache(maxsize=50_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(fold(text).split())


def _nameless(core: Sequence[str]) -> bool:
    """Whether a name is nothing but everyday words; one that is only a word in other letters (Splav) is a name."""
    if len(core) == 1 and len(units := read(core[0]).units) == 1 and units[0].rank:
        return generic(units[0])
    return _everyday(core)


def _everyday(words: Sequence[str]) -> bool:
    """Whether these are nothing but words that any company's name, or any text, may have."""
    return bool(words) and all(_is_everyday(word) for word in words)


@lru_cache(maxsize=50_000)
def _is_everyday(word: str) -> bool:
    if _often(word):
        return True
    units = read(word).units
    return bool(units) and all(unit.rank for unit in units)


def _often(word: str) -> bool:
    return (zipf(word, "en") or 0.0) >= EVERYDAY


def _exactly(company: Company, listing: Listing) -> Match:
    """A person, ship or aircraft of the very name that was typed."""
    typed = sorted(fold(company.name).split())
    for name in listing.names():
        if typed == sorted(fold(name.text).split()) and (len(typed) > 1 or listing.kind is not EntityKind.PERSON):
            return Match(Verdict.SAME, 0.97, (Reason(f"same words, a {listing.kind}", 0.97, company.name, name.text),))
    for name in listing.names():
        if len(typed) > 1 and set(typed) <= set(fold(name.text).split()):
            rule = f"its words are among those of a {listing.kind}"
            return Match(Verdict.RELATED, 0.6, (Reason(rule, 0.6, company.name, name.text),))
    return NOBODY


def _fitting(company: Company, listing: Listing) -> tuple[list[Name], bool]:
    """Our names in the scripts of the entry; all of them, and true, when there is none."""
    scripts = {main_script(name.text) for name in listing.names()}
    ours = [name for name in company.all_names() if name.kind not in POINTERS]
    fitting = [name for name in ours if main_script(name.text) in scripts]
    return (fitting, False) if fitting else (ours, True)


def _its_person(company: Company, listing: Listing) -> Match:
    theirs = {frozenset(fold(name.text).split()): name.text for name in listing.names()}
    for person in company.all_names():
        words = frozenset(fold(person.text).split())
        if person.kind is NameKind.PERSON and len(words) > 1 and words in theirs:
            return Match(Verdict.RELATED, 0.6, (Reason("a person of the company", 0.6, person.text, theirs[words]),))
    return NOBODY


def _unit(ours: Iterable[Name], listing: Listing, *, known: bool) -> Match:
    """Related when one of our names, without its legal form, stands whole among the words of theirs.

    An entry with a name in our alphabet is asked for its spelling in another only by a word that few bear.
    """
    scripts = {main_script(name.text) for name in listing.names()}
    for theirs in listing.names():
        words = _words(theirs.text)
        for name in ours:
            core = core_of(name.text)
            if (
                name.kind is not NameKind.WEAK
                and _tells(core)
                and (
                    _stands_in(core, words)
                    or _stands_glued(name.text, theirs.text)
                    or (
                        _stands_spelled(name.text, theirs.text)
                        and not (main_script(name.text) in scripts and any(map(borne, core)))
                    )
                )
                and (known or not _by_chance(core, theirs.text, listing.kind))
            ):
                score = min(UNIT, 0.4 + 0.4 * len(core) / max(len(words), 1))
                return Match(Verdict.RELATED, score, (Reason("its name within theirs", score, name.text, theirs.text),))
    return NOBODY


def _by_chance(core: Sequence[str], theirs: str, kind: EntityKind) -> bool:
    """Whether the words of somebody the book does not know may stand in theirs without meaning them.

    A generic word by itself (Power, Safety) is everybody's, and so is one that is written small; two everyday words
    (Global Trading) are the end of many names; and who is not said to be a company may be a person.
    """
    if kind is EntityKind.UNKNOWN and of_people(theirs):
        return True
    if len(core) == 1:
        return _generic(core) or plain_noun(core[0], theirs)
    if len(core) > 2 or not _everyday(core):
        return False
    words = core_of(theirs)
    before = words[: words.index(core[0])] if core[0] in words else ()
    return bool(before) and not _everyday(before)


def _generic(core: Sequence[str]) -> bool:
    units = read(core[0]).units if len(core) == 1 else ()
    return len(units) == 1 and generic(units[0])


def _tells(core: Sequence[str]) -> bool:
    if len(core) > 1:
        return True
    word = core[0] if core else ""
    return len(word) >= (TELLING_EAST if _eastern(word) else TELLING) or _mixed(word)


def _mixed(word: str) -> bool:
    """Whether a word is made of letters and digits: short as they are, 3M and S7 are no words of a language."""
    return any(map(str.isdigit, word)) and any(map(str.isalpha, word))


def _eastern(text: str) -> bool:
    return bool(text) and main_script(text) in {"CJK", "HIRAGANA", "KATAKANA", "HANGUL"}


def _stands_in(core: tuple[str, ...], words: tuple[str, ...]) -> bool:
    size = len(core)
    return core[0] in words and any(words[at : at + size] == core for at in range(len(words) - size + 1))


def _stands_glued(ours: str, theirs: str) -> bool:
    """The same where names have no spaces: 格力电器 within 珠海格力电器, behind nothing but where it is."""
    if not (_eastern(ours) and _eastern(theirs)):
        return False
    mine, others = read(ours).units, read(theirs).units
    at = next((at for at, one in enumerate(others) if one.rank != "place"), len(others))
    said = tuple([one.native or one.text for one in others[at:]])
    size = len(mine)
    return 0 < size < len(others) and said[:size] == tuple([one.native or one.text for one in mine])


#: Scripts that are spelled into one another, letter for letter.
_SPELLED = frozenset({"LATIN", "CYRILLIC", "GREEK"})


def _stands_spelled(ours: str, theirs: str) -> bool:
    """The same in two alphabets: Газпром within Gazprom Neft."""
    scripts = {main_script(ours), main_script(theirs)}
    return len(scripts) == 2 and scripts <= _SPELLED and _stands_in(_sounds(ours, core=True), _sounds(theirs))


@lru_cache(maxsize=5_000)
def _sounds(text: str, *, core: bool = False) -> tuple[str, ...]:
    return tuple([sound(romanise(word)) for word in (core_of(text) if core else _words(text))])
