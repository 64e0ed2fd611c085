"""Words that nothing of another name can meet: a quick and safe "no" before two names are laid side by side. Pure.

Most names that share a word are not one, because ours has a word that theirs lacks. `align` finds that out at length.
Here a word is called unmet only if none of the rules of `align` could pair it: each is asked for in a wider form that
is quick to look up. Who changes a rule there changes it here; tests/unit/test_unmet.py holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.matching.align import CLOSE, LEAST_ALIKE_IN_CYRILLIC
from bot.matching.scripts import consonants
from bot.matching.words import Form, Unit, glossary, readings

#: Scripts whose words meet by spelling alone.
_SPELLED = frozenset({"", "cyrillic"})


class _Traces(NamedTuple):
    """What there is of a name, in any of its readings, for a word to meet."""

    folded: str  #: all of it
    known: frozenset[str]  #: meanings and sounds
    bones: frozenset[str]  #: words by their first letter and consonants
    near: frozenset[int]  #: groups of words that translators exchange
    letters: frozenset[str]  #: what its words may begin with
    texts: tuple[str, ...]  #: words
    runs: tuple[str, ...]  #: words, by spelling and by sound, and neighbours written together
    words: int  #: how many words a reading has at most
    native: bool  #: whether any is written in Cyrillic


def lacks(ours: str, theirs: str) -> bool:
    """Whether every reading of our name has a word that tells something and that nothing of theirs can meet.

    False says nothing: then the names have to be laid side by side.
    """
    mine, other = readings(ours), _traces(theirs)
    if not mine or other is None or _one_begins_the_other(mine[0].folded, other.folded):
        return False
    return all(_lacks(form, other) for form in mine)


def _one_begins_the_other(one: str, other: str) -> bool:
    """Whether two names may be the same but for spaces, or one the other cut off: that is seen without their words."""
    begun, whole = sorted((one.replace(" ", ""), other.replace(" ", "")), key=len)
    return whole.startswith(begun)


def _lacks(form: Form, theirs: _Traces) -> bool:
    units = form.units
    if any(one.script not in _SPELLED for one in units):
        return False
    return any(_unmet(units, at, theirs) for at in range(len(units)))


def _unmet(units: Sequence[Unit], at: int, theirs: _Traces) -> bool:
    """Whether nothing of theirs can meet a word: by meaning, consonants, initials, syllables or spelling."""
    one = units[at]
    if one.rank == "little" or one.concept in theirs.known or one.sound in theirs.known:
        return False
    text, known = one.text, glossary()
    if not theirs.bones.isdisjoint(_bones(text)) or not theirs.near.isdisjoint(known.near.get(one.concept, ())):
        return False
    if len(text) <= theirs.words and theirs.letters.issuperset(text):
        return False  # initials of theirs
    letters, start = _letters(one), text[:2]
    for other in theirs.texts:
        if other.startswith(text) or text.startswith(other) or start in other:
            return False  # one goes on where the other ends, or it is made of syllables
        if len(other) <= len(units) and not letters.isdisjoint(other):
            return False  # initials of ours
    return not _spelled_like(units, at, theirs)


def _spelled_like(units: Sequence[Unit], at: int, theirs: _Traces) -> bool:
    """Whether a word, alone or written together with its neighbours, is spelled or sounds like something of theirs.

    No rule of spelling pairs words that are less alike than `CLOSE`, nor neighbours with a word they are written as.
    """
    spans = [units[first:last] for first in range(max(0, at - 2), at + 1) for last in range(at + 1, first + 4)]
    asked = {text for span in spans for text in _spellings(span)}
    least = LEAST_ALIKE_IN_CYRILLIC if theirs.native or any(one.native for one in units) else CLOSE
    return any(
        process.extractOne(text, theirs.runs, scorer=OSA.normalized_similarity, score_cutoff=least) for text in asked
    )


def _spellings(span: Sequence[Unit]) -> tuple[str, ...]:
    """Neighbouring words as one: in Latin letters, by sound, and as they are written."""
    return (
        "".join([one.text for one in span]),
        "".join([one.sound for one in span]),
        "".join([one.native or one.text for one in span]),
    )


@lru_cache(maxsize=5_000)
def _traces(text: str) -> _Traces | None:
    """The traces of a name; nothing when it has words of scripts in which words meet in more ways."""
    forms = readings(text)
    units = [one for form in forms for one in form.units]
    if not units or any(one.script not in _SPELLED for one in units):
        return None
    near = glossary().near
    spans = [form.units[at : at + size] for form in forms for size in (1, 2, 3) for at in range(len(form.units))]
    return _Traces(
        folded=forms[0].folded,
        known=frozenset([one.concept for one in units] + [one.sound for one in units]),
        bones=frozenset([bones for one in units for bones in _bones(one.text)]),
        near=frozenset([group for one in units for group in near.get(one.concept, ())]),
        letters=frozenset([letter for one in units for letter in _letters(one)]),
        texts=tuple({one.text for one in units}),
        runs=tuple({run for span in spans for run in _spellings(span)}),
        words=max(len(form.units) for form in forms),
        native=any(one.native for one in units),
    )


def _letters(one: Unit) -> frozenset[str]:
    """What a word may begin with, in any language that the glossary knows it in."""
    return glossary().initials.get(one.concept, frozenset()) | {one.text[0]}


@lru_cache(maxsize=50_000)
def _bones(word: str) -> tuple[str, str]:
    """A word without its vowels, and its consonants by sound, both with its first letter."""
    bare = "".join([char for char in word[1:] if char not in "aeiouy"])
    return f"{word[0]}{bare}", f"{word[0]}!{consonants(word)}"
