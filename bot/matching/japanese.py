"""Kanji: which Latin spellings a name in Chinese characters may have in Japanese.

Which reading is meant cannot be told from the characters (三共 is Sankyo, 三井 Mitsui), so a Latin name is not compared
with one reading but laid along all of them: 飛島 reads tobi or hi, then shima or to, and "tobishima" fits.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import islice, product

from bot.data import table
from bot.matching.fold import fold
from bot.matching.scripts import pairs, romanise, script_of

#: Sounds that a reading takes inside a word: kawa to gawa, shima to jima, hon to bon and pon.
_VOICED = tuple(pairs("voiced").items())
_HALF_VOICED = tuple(pairs("half_voiced").items())
_LONG = re.compile(r"ou|oo|uu|oh(?![aeiouy])|(?<=[aeiou])(?=x)|aa|ii")
_DOUBLE = re.compile(r"([bcdfghjklmnpqrstvwxz])\1+")


@cache
def _table() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    listed_readings = table("kanji_readings")
    for line in (*listed_readings["readings"], *listed_readings["dictionary"]):
        for entry in line.split():
            kanji, listed = entry.split(":")
            for spelled in (kanji, fold(kanji)):
                found[spelled] = tuple(dict.fromkeys((*found.get(spelled, ()), *listed.split(","))))
    return found


@cache
def _words() -> dict[str, tuple[str, ...]]:
    found = {}
    for line in table("kanji_readings")["words"]:
        for entry in line.split():
            kanji, listed = entry.split(":")
            found[fold(kanji)] = found[kanji] = tuple(listed.split(","))
    return found


def plain(latin: str) -> str:
    """A romanised Japanese word with long vowels short, doubled consonants single, m before p and b as n."""
    short = (
        _LONG.sub(lambda found: found.group()[:1], latin).replace("tch", "ch").replace("mb", "nb").replace("mp", "np")
    )
    return _DOUBLE.sub(r"\1", short)


@cache
def _sounds(kanji: str, inside: bool) -> tuple[str, ...]:
    """The readings of one character as `plain` writes them, with the changes that only occur inside a word."""
    listed = _table().get(kanji, ())
    found = list(listed)
    if inside:
        found += [
            voiced + one[len(plain_) :]
            for one in listed
            for plain_, voiced in (*_VOICED, *_HALF_VOICED)
            if one.startswith(plain_)
        ]
    found += [one[:-3] for one in listed if one.endswith("tsu") and len(one) > 3]
    found += [
        one[:-2] for one in listed if one.endswith(("ku", "ki", "chi")) and len(one) > 3 and not one.endswith("chi")
    ]
    found += [one[:-3] for one in listed if one.endswith("chi") and len(one) > 3]
    return tuple(dict.fromkeys(map(plain, found)))


@lru_cache(maxsize=50_000)
def reads_as(kanji: str, latin: str) -> bool:
    """Whether the characters can be read as the whole of this Latin word. Kana among them are read as they sound."""
    target = plain(latin)
    reached: list[set[int]] = [{0}, *(set() for _ in kanji)]
    for at, char in enumerate(kanji):
        if not any(reached[at : at + 3]):
            return False
        sounds = _sounds(char, at > 0) if script_of(char) == "han" else (plain(romanise(char)),)
        reached[at + 1] |= _ends(target, reached[at], sounds)
        for size in (2, 3):
            irregular = _words().get(kanji[at : at + size])
            if irregular and at + size <= len(kanji):
                reached[at + size] |= _ends(target, reached[at], tuple(map(plain, irregular)))
    return len(target) in reached[-1]


def _ends(target: str, starts: set[int], sounds: tuple[str, ...]) -> set[int]:
    return {end for start in starts for one in sounds if (end := _after(target, start, one)) >= 0}


def _after(target: str, start: int, sound: str) -> int:
    """Where the target goes on after a sound, -1 when it does not fit. Equal letters at a seam may be written once."""
    if target.startswith(sound, start):
        return start + len(sound)
    if start and sound[:1] == target[start - 1] and target.startswith(sound[1:], start):
        return start + len(sound) - 1
    return -1


@lru_cache(maxsize=50_000)
def main_reading(word: str) -> str:
    """The likeliest reading: the first of each character, pinyin for those that the table lacks."""
    if word in _words():
        return _words()[word][0]
    return (
        "".join(_table()[char][0] if char in _table() else romanise(char) for char in word)
        if _has_han(word)
        else romanise(word)
    )


@lru_cache(maxsize=20_000)
def likely_readings(word: str, most: int = 24) -> tuple[str, ...]:
    """Readings worth looking up for a short word in kanji: combinations of the first readings of its characters."""
    if not 0 < len(word) < 7:
        return ()
    if word in _words():
        return _words()[word]
    if len(word) > 3:  # a family or place name of two characters, and something of a trade
        return (
            likely_readings(word[:2], most)
            if len(word) > 4
            else (*_products(word, most), *likely_readings(word[:2], most))
        )
    return _products(word, most)


def _products(word: str, most: int) -> tuple[str, ...]:
    choices = [_first_sounds(char, at > 0) for at, char in enumerate(word)]
    return tuple(dict.fromkeys("".join(one) for one in islice(product(*choices), most)))


def _first_sounds(char: str, inside: bool) -> tuple[str, ...]:
    listed = _table().get(char)
    if listed is None:
        return (romanise(char),)
    first = listed[: 4 if len(listed) < 5 else 3]
    voiced = (
        (new + one[len(old) :] for one in first[:2] for old, new in _VOICED if one.startswith(old)) if inside else ()
    )
    return (*first, *voiced)


def _has_han(word: str) -> bool:
    return any(script_of(char) == "han" for char in word)


_LETTERS = pairs("letter_names")
_LETTER = re.compile("|".join(sorted(_LETTERS, key=len, reverse=True)))
_SPELLED = re.compile(f"(?:{_LETTER.pattern}){{2,}}")


def letter_name(kana: str) -> str:
    """The Latin letter of this name, or nothing."""
    return _LETTERS.get(kana, "")


@lru_cache(maxsize=50_000)
def spelled_letters(kana: str) -> str:
    """The Latin letters whose names make up this word ("sus" for エスユーエス), or nothing."""
    if not _SPELLED.fullmatch(kana):
        return ""
    return "".join(_LETTERS[name] for name in _LETTER.findall(kana))


_LOAN = tuple(pairs("loan_words").items())
_SILENT_R = re.compile(r"(?<=[aeiou])r(?![aeiouy])")
_DROPPED = re.compile(r"[aeiou]")


@lru_cache(maxsize=100_000)
def loan_sound(latin: str, english: bool) -> str:
    """How a foreign word sounds once kana have had it; for the English side, r is dropped where it is silent."""
    word = _SILENT_R.sub("", latin) if english else latin
    for old, new in _LOAN:
        word = word.replace(old, new)
    return _DOUBLE.sub(r"\1", _PADDING.sub("", word))


#: Vowels that kana need between or after consonants: "puranetto" for planet.
_PADDING = re.compile(r"u|(?<=[td])o(?=[^aeiou]|$)")


@lru_cache(maxsize=100_000)
def loan_bones(latin: str, english: bool) -> str:
    """The consonants of `loan_sound`."""
    return _DOUBLE.sub(r"\1", _DROPPED.sub("", loan_sound(latin, english)))
