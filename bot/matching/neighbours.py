"""Neighbours: the words of filed names, and which of them are near a word that is asked for. Pure.

Near is what differs in a letter or two, what dropped its vowels, and what another script writes or hears for the same
word. Words are filed by their halves and by their consonants, as far as a script keeps these apart; words that were
found so are compared, and given as keys of the index (`keys`) under which names with them stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.matching.align import R_UNSAID, blurred_alike, bones_alike, loan_alike
from bot.matching.chinese import HEARD, by_ear, one_syllable, spelled, syllable_bones, transcribed
from bot.matching.chinese import bones as chinese_bones
from bot.matching.chinese_words import said
from bot.matching.japanese import likely_readings, loan_bones
from bot.matching.scripts import blurred_bones, consonants, consonants_heard, romanise, sound
from bot.matching.words import Unit, glossary

#: Under how many of its possible foreign consonants a foreign name in Chinese characters is filed.
FILED_BY_EAR = 12
#: Of words of one key so many are looked at,
MOST = 60
#: and of Chinese words of two syllables so many.
MOST_SPELLED = 200
#: A word of so many consonants in a script that blurs them is near too many words of another.
BLURRED = 3
#: For so many words what is near them is remembered.
REMEMBERED = 20_000


class Neighbours:
    """Words of filed names by their halves and consonants. They stay when their names go: then they lead to nothing."""

    def __init__(self) -> None:
        self._filed: dict[str, list[str]] = {}  # halves and consonants of words -> the words
        self._known: set[str] = set()  # words that `_filed` has
        self._near: dict[str, tuple[tuple[str, float], ...]] = {}  # what `near` last said of words

    def knows(self, unit: Unit) -> bool:
        """Whether a word has been learnt; of a Chinese one not only its reading."""
        return unit.text in self._known and unit.script != "han"

    def learn(self, unit: Unit, *, heard: bool) -> None:
        """File a word the first time that it is met; `heard` also by what other scripts hear of it."""
        text = unit.text
        if text not in self._known:
            self._known.add(text)
            self._near.clear()
            for part in _filed_parts(unit, heard=heard):
                if (filed := self._filed.get(part)) is None:
                    self._filed[part] = [text]  # most stay alone, and a list that grew has room for four
                else:
                    filed.append(text)
        if unit.script == "han" and unit.native not in self._known:
            self._known.add(unit.native)
            self._near.clear()
            if transcribed(unit.native):
                for bones in chinese_bones(unit.native)[:FILED_BY_EAR]:
                    self._filed.setdefault(f"${bones}", []).append(unit.native)
            for bones in syllable_bones(unit.native) if heard else ():
                self._filed.setdefault(f"/{bones}", []).append(unit.native)

    def near(self, unit: Unit) -> Sequence[tuple[str, float]]:
        """Keys of the words near a word, and how alike they are; remembered while no word is new."""
        asked = f"{unit.script}:{unit.native or unit.text}"
        found = self._near.get(asked)
        if found is None:
            if len(self._near) >= REMEMBERED:
                self._near.clear()
            found = self._near[asked] = (
                *self._said_or_heard(unit),
                *(() if unit.text.isdigit() else self._across_scripts(unit)),
                *(() if unit.text.isdigit() or len(unit.text) < 4 else self._spelled_alike(unit)),
            )
        return found

    def written_as_one(self, first: str, second: str) -> Iterator[tuple[str, float]]:
        """Keys of words of other scripts that take down two Latin words as one."""
        joined = first + second
        for bones in bones_heard(joined):
            for other in islice(self._filed.get(f"*{bones}", ()), MOST):
                if _vowels_fit(other, joined):
                    yield f"={sound(other)}", 1.2
        for english in (True, False):
            bones = f"{loan_bones(first, english)}{loan_bones(second, english)}"
            for other in islice(self._filed.get(f"&{bones}", ()), MOST):
                yield f"={sound(other)}", 1.2
            for han, alike in self._by_ear(bones, joined):
                yield f"={sound(romanise(han))}", alike

    def spelled(self, first: str, second: str) -> Iterator[tuple[str, float]]:
        """Keys of Chinese words that two neighbouring words spell, a syllable each: Kwong Fat, 廣發."""
        if one_syllable(first) and one_syllable(second):
            bones = f"/{loan_bones(first, True)}{loan_bones(second, True)}"
            for han in islice(self._filed.get(bones, ()), MOST_SPELLED):
                if spelled(han, first + second):
                    yield f"={sound(romanise(han))}", 1.2

    def _said_or_heard(self, unit: Unit) -> Iterator[tuple[str, float]]:
        """Characters in other readings, in English, and as a foreign name that they may take down."""
        if unit.script in ("han", "kanji"):
            for reading in likely_readings(unit.native):
                yield f"={sound(reading)}", 0.85
        if unit.script != "han":
            return
        if not unit.rank:
            yield from ((_said_key(row), 0.9) for row in said(unit.native))
        if transcribed(unit.native):
            for bones in chinese_bones(unit.native):
                for other in islice(self._filed.get(f"^{bones}", ()), MOST):
                    if (alike := by_ear(unit.native, other)) >= HEARD:
                        yield f"={sound(other)}", alike

    def _across_scripts(self, unit: Unit) -> Iterator[tuple[str, float]]:
        """Words of other scripts with the same consonants."""
        text = unit.text
        for bones in _asked_bones(unit):
            for other in islice(self._filed.get(bones, ()), MOST):
                if alike := _across(unit, bones, other):
                    yield f"={sound(other)}", alike
        if len(text) > 3 and not unit.native:
            for bones in dict.fromkeys((loan_bones(text, True), loan_bones(text, False))):
                for han, alike in self._by_ear(bones, text):
                    yield f"={sound(romanise(han))}", alike

    def _spelled_alike(self, unit: Unit) -> Iterator[tuple[str, float]]:
        """Words one or two letters away, and what is left of words without their vowels."""
        text = unit.text
        halves = _asked_halves(text)
        near = dict.fromkeys(word for part in halves for word in self._filed.get(part, ()) if word != text)
        allowed = 1 if len(text) < 7 else 2
        for half in {len(text) // 2, (len(text) + 1) // 2}:  # letters exchanged in the middle leave neither half
            swapped = text[: half - 1] + text[half] + text[half - 1] + text[half + 1 :]
            yield f"={sound(swapped)}", 1 - 1.3 / len(text)
        if not unit.native and _VOWELS.isdisjoint(text[1:]):  # the vowels were dropped
            for other in islice(self._filed.get(f"!{consonants_heard(unit.sound)}", ()), MOST):
                yield f"={sound(other)}", 0.7
        for other, edits, _ in process.extract(text, [*near], scorer=OSA.distance, score_cutoff=allowed, limit=None):
            yield f"={sound(other)}", 1 - 1.3 * edits / len(text)
        if not unit.native:
            for other, edits, _ in process.extract(
                text, _glossary_near(halves), scorer=OSA.distance, score_cutoff=allowed, limit=None
            ):
                yield f":{glossary().words[other]}", 1 - 1.3 * edits / len(text)

    def _by_ear(self, bones: str, latin: str) -> Iterator[tuple[str, float]]:
        """Chinese words of these consonants that sound like this word, and how much so."""
        for han in islice(self._filed.get(f"${bones}", ()), MOST):
            if (alike := by_ear(han, latin)) >= HEARD:
                yield han, alike


def _said_key(row: Sequence[str]) -> str:
    """Where a name is filed that says these one or two words: under both together, or the one."""
    known = glossary().weight
    if len(row) == 1:
        return f":{row[0]}" if row[0] in known else f"={sound(row[0])}"
    first, second = row[:2]
    if first in known and second in known:
        return "+{} {}".format(*sorted((first, second)))
    return f"={sound(first)}{sound(second)}"


#: Scripts that are led to and from by consonants alone. Greek is spelled, and Korean vowels are asked for as well.
_BY_CONSONANTS = frozenset({"hebrew", "thai", "devanagari"})


def _filed_parts(unit: Unit, *, heard: bool) -> list[str]:
    """Where a word is filed for finding words near it: by its halves, and across scripts by its consonants.

    Arabic and Hebrew words have three letters where others have five. What other scripts hear as a Latin word is filed
    only where readings are kept (`heard`): a million names would not fit.
    """
    text = unit.text
    if len(text) < (3 if unit.script in ("arabic", "hebrew") else 4) or text.isdigit():
        return []
    half = len(text) // 2
    parts = [f"<{text[:half]}", f">{text[half:]}"] if len(text) > 3 else []
    if unit.script == "kana":
        parts.append(f"&{loan_bones(text, False)}")
    elif unit.script == "arabic":
        parts.append(f"%{consonants_heard(unit.sound)}")
    elif unit.script == "hangul":
        parts.append(f"*{korean_bones(text)}")
    elif unit.script in _BY_CONSONANTS:
        parts.append(f";{blurred_bones(text)}")
    elif not unit.native:
        parts += [f"^{loan_bones(text, True)}", f"!{consonants_heard(unit.sound)}"]
        if heard:
            parts += [f"?{bones}" for bones in dict.fromkeys((blurred_bones(text), *bones_heard(text)))]
    return parts


_VOWELS = frozenset("aeiou")


def _asked_bones(unit: Unit) -> list[str]:
    """Where words of another script are filed that may be this word."""
    text = unit.text
    if len(text) < (3 if unit.script in ("arabic", "hebrew") else 4):
        return []
    if unit.script == "kana":
        bones = [f"^{loan_bones(text, False)}"]
    elif unit.script == "arabic":
        bones = [f"!{consonants(text)}"]
    elif unit.script == "hangul":
        bones = [f"?{korean_bones(text)}"]
    elif unit.script in _BY_CONSONANTS:
        bones = [f"?{blurred_bones(text)}"]
    else:
        bones = list(
            dict.fromkeys(
                (
                    f"&{loan_bones(text, True)}",
                    f"&{loan_bones(text, False)}",
                    f"%{consonants(text)}",
                    f";{blurred_bones(text)}",
                    *[f"*{one}" for one in bones_heard(text)],
                )
            )
        )
    return [one for one in bones if len(one) > 2]


def korean_bones(text: str) -> str:
    """The consonants of a word as far as Korean keeps them apart; l and r are one letter."""
    return blurred_bones(text.replace("l", "r"))


def bones_heard(text: str) -> tuple[str, ...]:
    """The consonants of a Latin word, and those that Korean hears of it where it leaves an r out: Naver, 네이버."""
    whole, heard = korean_bones(text), korean_bones(R_UNSAID.sub("", text))
    return (whole,) if whole == heard else (whole, heard)


#: Vowels as Korean is spelled in Latin letters, officially and as companies do: Hyeondae is Hyundai, Samseong Samsung.
_KOREAN_VOWELS = {
    "eu": "",
    "eo": "o",
    "ae": "e",
    "ai": "e",
    "oo": "o",
    "u": "o",
    "ya": "a",
    "yo": "o",
    "wo": "o",
    "wa": "a",
}


def _vowels_fit(korean: str, latin: str) -> bool:
    """Whether a Korean word and a Latin one have the same vowels; eu is one in Korean (금호) and none in loan words."""
    heard = _korean_vowels(latin)
    return heard == _korean_vowels(korean) or ("eu" in korean and heard == _korean_vowels(korean.replace("eu", "u")))


@lru_cache(maxsize=20_000)
def _korean_vowels(text: str) -> str:
    """The vowels of a word one by one, two spellings of one taken together. Consonants alone are too many names'."""
    for written, vowel in _KOREAN_VOWELS.items():
        text = text.replace(written, vowel)
    return "".join([letter for letter in text if letter in "aeio"])


def _across(unit: Unit, bones: str, other: str) -> float:
    """How alike a word is to one of another script that has the same consonants."""
    if unit.script == "kana":
        return loan_alike(unit.text, other)
    if bones[0] == "&":
        return loan_alike(other, unit.text)
    if bones[0] == "*" or unit.script == "hangul":
        korean, latin = (unit.text, other) if unit.script == "hangul" else (other, unit.text)
        return blurred_alike(korean, latin, "hangul") if _vowels_fit(korean, latin) else 0.0
    if bones[0] in ";?":
        return blurred_alike(other, unit.text, unit.script) if len(bones) > BLURRED else 0.0
    return bones_alike(consonants(unit.text), consonants(other))


@cache
def _glossary_parts() -> dict[str, list[str]]:
    """The words of the glossary by their halves, so that "teleom" finds telecom."""
    found: dict[str, list[str]] = {}
    for word in glossary().words:
        if len(word) > 4 and word.isascii():
            half = len(word) // 2
            for part in (f"<{word[:half]}", f">{word[half:]}"):
                found.setdefault(part, []).append(word)
    return found


def _glossary_near(halves: Iterable[str]) -> list[str]:
    parts = _glossary_parts()
    return list(dict.fromkeys(word for part in halves for word in parts.get(part, ())))


def _asked_halves(heard: str) -> list[str]:
    """The halves under which a word that differs in one half, by at most one letter in length, is filed."""
    size = len(heard)
    firsts = {(size - 1) // 2, size // 2, (size + 1) // 2}
    seconds = {length - length // 2 for length in (size - 1, size, size + 1)}
    return [f"<{heard[:half]}" for half in firsts if half > 1] + [f">{heard[-half:]}" for half in seconds if half > 1]
