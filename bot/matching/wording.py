"""How two names are worded: whether they say the same in the same words, and what the words beyond a name make of it.

Pure. `compare` weighs how alike names are; here it is asked what a clerk asks who lays two letterheads side by side.
Small words and endings do not count ("Shipping Line of Iran", "Iran Shipping Lines"), nor what a list adds in brackets
("Internet Research Agency (IRA)"). A word behind a hyphen, a branch, or a second trade ("Ansar Bank Brokerage") names a
unit or another company.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

from bot.matching.evidence import acronym_row
from bot.matching.fold import core_words, fold, without_forms
from bot.matching.frequency import LATIN, zipf
from bot.matching.words import ROMAN, Unit, generic, glossary, read

#: What a company is made of.
_PARTS = frozenset({"branch", "division"})
#: Торговый дом, управляющая компания: what groups of Russia call two of their units.
_TRADING_HOUSE = frozenset({"trading", "house"})
_MANAGEMENT = "management"
#: Concepts that say no more than a legal form does.
_SAY_NOTHING = frozenset({"of", "group", "company", "corporation", "consortium", "limited"})
#: "Blender.io": how a name goes on as an address of the internet.
_DOMAIN = re.compile(r"(?<=\w\w)\.(?:com|net|org|io|ru|cn|ir|info|biz)\b(?!\.\w)", re.IGNORECASE)
#: Words of one meaning are one word in its forms when they begin alike: industry, industries.
STEM = 3
#: A word of its own that makes a name has so many letters.
OWN = 5
#: Names whose letters are as many are the same however they are spaced.
SPACED = 7
#: Initials in brackets that are nobody else's have so many letters.
INITIALS = 4


# ── The same words ────────────────────────────────────────────────────────────────────────────────────────────────


def same_words(ours: str, theirs: str) -> bool:
    """Whether two names say the same in the same words, whatever their order, their endings and their small words.

    Of nothing but everyday words the order counts, and a single word has to be the very same, which others see to.
    """
    mine, other = _said(ours), _said(theirs)
    if not mine or len(mine) != len(other) or (len(mine) == 1 and _one_generic(ours)):
        return False
    if mine == other or not _tells(ours):
        return mine == other
    return all(map(_one_word, sorted(mine), sorted(other)))


def _one_word(mine: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two words are one, a place perhaps spelled in another way: Myanma, Myanmar, but not Rossi, Rossiya."""
    if mine == other or mine[0] != other[0]:
        return mine == other
    return glossary().weight.get(mine[0], (0.0, ""))[1] == "place" and OSA.distance(mine[1], other[1]) == 1


@lru_cache(maxsize=50_000)
def _said(text: str) -> tuple[tuple[str, str], ...]:
    """What each word means and how it begins; places, words of its own, and of other scripts, as they are."""
    return tuple([_said_by(one, at) for at, one in enumerate(_telling(text))])


def _said_by(one: Unit, at: int) -> tuple[str, str]:
    """What a word means and how it begins; a Roman number behind another word is that number."""
    number = ROMAN.get(one.text) if at and len(one.text) > 1 else None
    return (number, number) if number else (one.concept, _begins(one))


def _telling(text: str) -> list[Unit]:
    return [one for one in read(_DOMAIN.sub("", text)).units if not _says_nothing(one)]


@lru_cache(maxsize=50_000)
def _tells(text: str) -> bool:
    """Whether a name has a word of its own, or a place: Foreign Trade Bank has none."""
    return any(one.rank in ("", "plain", "place") for one in read(text).units)


def _says_nothing(one: Unit) -> bool:
    if one.concept not in _SAY_NOTHING:
        return False
    return len(one.text) > 1 or one.text in "aeiy"  # another single letter is a name's: Angstrem-S


def _begins(one: Unit) -> str:
    if one.native:
        return one.native
    return one.text[:STEM] if one.rank not in ("", "place") else one.text


def _one_generic(text: str) -> bool:
    one = _single(text)
    return one is None or generic(one)


def respaced(ours: str, theirs: str) -> bool:
    """Whether two names are the same but for the spaces: Unmanned SystemsGroup."""
    mine = _squashed(ours)
    return (len(mine) >= SPACED or mine[-1:].isdigit()) and not mine.isdigit() and mine == _squashed(theirs)


@lru_cache(maxsize=50_000)
def _squashed(text: str) -> str:
    return "".join([one.text for one in _telling(text)])


@lru_cache(maxsize=50_000)
def _single(text: str) -> Unit | None:
    """The one word of a name, if there is but one beside what a legal form would say."""
    telling = _telling(text)
    return telling[0] if len(telling) == 1 else None


@lru_cache(maxsize=50_000)
def borne(word: str) -> bool:
    """Whether people use a word often, as a word or a name: many companies may bear it (iberia, hermes, agility)."""
    return any(zipf(word, language) for language in LATIN)


# ── Brackets ──────────────────────────────────────────────────────────────────────────────────────────────────────

_OPENING = frozenset("([（")
_BRACKETS = re.compile(r"^([^()\[\]（）]*)[(\[（]([^()\[\]（）]+)[)\]）]([^()\[\]（）]*)$")
_ANNOUNCED = re.compile(
    r"^\s*(?:(?:also |formerly )?known as|a\.?k\.?a\.?|f\.?k\.?a\.?|formerly|定款上の商号)\b[:\s]*", re.IGNORECASE
)


def in_brackets(ours: str, theirs: str) -> bool:
    """Whether theirs is our name with another in brackets behind it, or has ours there: "Foreign Trade Bank (FTB)".

    A place, a branch or a number in brackets makes another company, and so does what goes on behind them.
    """
    found = _BRACKETS.match(theirs) if _OPENING.intersection(theirs) else None
    if not found:
        return False
    outside, inside, behind = found.groups()
    if not _is_form(behind) or not read(outside).units:
        return False
    bare = _ANNOUNCED.sub("", inside)
    announced = bare != inside
    if same_words(ours, outside):
        return announced or _another_name(bare)
    if not same_words(ours, bare):
        return False
    initials = len(_squashed(bare)) >= INITIALS and acronym_row(read(bare), read(outside)) is not None
    return announced or initials


def named_behind(part: str, whole: str) -> bool:
    """Whether a part of a name in brackets goes on behind them as a unit: "North Industries (Norinco) 617 Factory"."""
    found = _BRACKETS.match(whole) if _OPENING.intersection(whole) else None
    if found is None or fold(found[2]) != fold(part):
        return False
    return any(not one.rank or one.concept in _PARTS | glossary().units for one in read(found[3]).units)


def _is_form(text: str) -> bool:
    """Whether nothing is left of a text but legal forms."""
    words = fold(text).split()
    return not words or not [word for word in without_forms(("x", *words))[0] if word != "x"]


def _another_name(inside: str) -> bool:
    units = read(inside).units
    return len(fold(inside)) > 2 and not any(
        one.rank == "place" or one.concept in _PARTS or one.text.isdigit() for one in units
    )


# ── What goes on ──────────────────────────────────────────────────────────────────────────────────────────────────

#: What joins Persian words: sherkat-e melli.
_IZAFE = frozenset({"e", "ye"})
_HYPHEN = re.compile(r"(?<=\w)\s?[-\u2010-\u2015]\s?(?=\w)")


def is_another(ours: str, theirs: str, more: Sequence[str]) -> bool:
    """Whether the words that theirs has beyond ours name a unit, or another company that bears the same name."""
    mine, added = read(ours).units, [one for word in more for one in read(word).units]
    concepts = {one.concept for one in added}
    if concepts & (glossary().units | _PARTS) or any(len(one.text) == 1 and not one.native for one in added):
        return True
    if joined_on(theirs, more) or concepts >= _TRADING_HOUSE or _MANAGEMENT in concepts - {one.concept for one in mine}:
        return True
    ours_are = {one.concept for one in mine if one.rank == "trade"}
    if ours_are and any(one.rank == "trade" and one.concept not in ours_are for one in _behind(ours, theirs)):
        return True
    single = _single(ours)
    return single is not None and borne(single.text) and in_business(more)


def in_business(words: Sequence[str]) -> bool:
    """Whether one of these says what a company does: its trade, or that it trades, invests or serves."""
    units = [one for word in words for one in read(word).units]
    return any(one.rank == "trade" or one.concept in glossary().businesses for one in units)


def _behind(ours: str, theirs: str) -> Sequence[Unit]:
    """What theirs says behind the last of our words."""
    mine, words = set(core_of(ours)), core_of(theirs)
    last = max((at for at, word in enumerate(words) if word in mine), default=len(words))
    return [one for word in words[last + 1 :] for one in read(word).units]


def joined_on(theirs: str, more: Sequence[str]) -> bool:
    """Whether a hyphen joins one of the words beyond ours to another, as in Agat-System, or "at" stands behind them."""
    beyond = set(more) - _IZAFE
    words = fold(theirs).split()
    if any(before in beyond and word == "at" for before, word in pairwise(words)):
        return True
    folded = [fold(piece).split() for piece in _HYPHEN.split(theirs)]
    return any(
        before and after and (before[-1] in beyond) != (after[0] in beyond) for before, after in pairwise(folded)
    )


def bears(ours: str, theirs: str) -> bool:
    """Whether their name is one that few may bear, and ours is it and more: Tupolev in Tupolev Leasing.

    It stands first in ours, or what stands before it is nobody's name: Kamakura Shinsho is no Shinsho.
    """
    core, words = core_of(theirs), core_of(ours)
    size = len(core)
    at = next((at for at in range(len(words) - size + 1) if words[at : at + size] == core), -1) if core else -1
    if at < 0 or size == len(words):
        return False
    if any(not one.rank for word in words[:at] for one in read(word).units):
        return False
    return any(
        (len(one.text) >= OWN or one.native) and not one.rank and not borne(one.text) for one in read(theirs).units
    )


@lru_cache(maxsize=50_000)
def core_of(text: str) -> tuple[str, ...]:
    """The folded words of a name without its legal form."""
    return tuple(core_words(fold(text))[0])


_CASED = re.compile(r"[^\W\d_]+")


def plain_noun(word: str, text: str) -> bool:
    """Whether a text that knows capitals writes a word only without: "plant of caterpillar tractors"."""
    written = [one for one in _CASED.findall(text) if fold(one) == word]
    return (
        bool(written)
        and all(one.islower() for one in written)
        and any(not one.islower() for one in _CASED.findall(text))
    )


def of_people(text: str) -> bool:
    """Whether nothing in a name says that it is a company's, as a person's name would not: Leonardo Talamantez."""
    form = read(text)
    if form.forms or form.numbers or any(one.rank and one.concept != "of" for one in form.units):
        return False
    return sum(len(one.text) > 2 for one in form.units if not one.rank) > 1
