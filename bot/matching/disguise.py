"""Disguise: words written with digits and signs for letters, or as a reading machine gets them wrong. Pure.

"Xi4omi", "Hu@wei" and "Lirnited" are guessed only with the other name beside them: a word is read as one that stands
there letter for letter, or as a word of a legal form. So nothing is made of 7-Eleven, Studio1 or H3C by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, lru_cache
from itertools import product

from bot.data import table
from bot.matching.fold import fold
from bot.matching.frequency import LATIN, zipf
from bot.matching.words import glossary

#: What letters a digit or a sign may stand for. A star hides any letter.
_FOR = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g",
    "!": "il", "|": "li", "@": "a", "$": "s", "€": "e", "£": "l", "¢": "c", "¥": "y", "§": "s", "+": "t",
    "*": "abcdefghijklmnopqrstuvwxyz",
}  # fmt: skip
#: What a reading machine sees in two letters that touch.
_TOUCHING = {"rn": "m", "vv": "w", "cl": "d"}
#: A word of fewer letters may be written like that: H3C, S7, C3.ai.
_SHORTEST = 4
#: So many readings of one word are tried as words of legal forms.
_READINGS = 16

_SIGNS = "".join(re.escape(sign) for sign in _FOR if not sign.isdigit())
#: A digit or sign beside a letter, in lower case.
_SIGN = re.compile(rf"[^\W\d_][0-9{_SIGNS}]|[0-9{_SIGNS}][^\W\d_]")
_WORD = re.compile(rf"[\w{_SIGNS}]+")


def undisguised(text: str, beside: str) -> str:
    """A name with its disguised words as they stand in the name beside it or in a legal form; or nothing."""
    suspects = _suspects(text)
    if not suspects:
        return ""
    there = _plain_words(beside)
    read = {word: found for word in suspects if (found := _fitting(word, there) or _as_form(word))}
    if not read:
        return ""
    read |= {word: found for word in _WORD.findall(text) if len(word) < _SHORTEST and (found := _as_form(word))}
    return _WORD.sub(lambda found: read.get(found[0], found[0]), text)


def guesses(text: str) -> list[str]:
    """What a name with disguised words may be when nothing stands beside it: to look it up, and no more."""
    suspects = _suspects(text)
    if not suspects:
        return []
    found = dict.fromkeys(_guessed(text, suspects, at) for at in (0, -1))
    return [guess for guess in found if guess != text]


def _guessed(text: str, suspects: Collection[str], at: int) -> str:
    """A name with the first, or last, letters that the signs in its disguised words may stand for."""
    letters = {ord(sign): "" if sign == "*" else stands_for[at] for sign, stands_for in _FOR.items()}
    touching = re.compile("|".join(_TOUCHING))

    def guess(found: re.Match[str]) -> str:
        if found[0] not in suspects:
            return found[0]
        return touching.sub(lambda pair: _TOUCHING[pair[0]], found[0].lower()).translate(letters)

    return _WORD.sub(guess, text)


@lru_cache(maxsize=50_000)
def _suspects(text: str) -> tuple[str, ...]:
    """The words of a name that are no plain words and may be disguised ones."""
    low = text.lower()
    if not ("rn" in low or "vv" in low or "cl" in low or _SIGN.search(low)):
        return ()
    return tuple([word for word in _WORD.findall(text) if _suspicious(word.lower())])


def _suspicious(word: str) -> bool:
    if len(word) < _SHORTEST or not word[0].isascii():
        return False
    letters = sum(map(str.isalpha, word))
    if letters < len(word):
        return 2 * letters >= len(word) and letters > 1
    return any(pair in word for pair in _TOUCHING) and len(word) > _SHORTEST and not _known(word)


def _known(word: str) -> bool:
    """Whether a word is one, in a language or our tables: "modern" hides no "modem"."""
    return bool(glossary().concept(word)) or any(zipf(word, language) for language in LATIN)


@lru_cache(maxsize=50_000)
def _plain_words(text: str) -> tuple[str, ...]:
    return tuple([word for word in fold(text).split() if word.isalpha() and word.isascii() and len(word) >= 3])


def _fitting(word: str, there: Collection[str]) -> str:
    """The word among those there that this one is, letter for letter."""
    low = word.lower()
    pattern = _pattern(low)
    found = next((other for other in there if other != low and pattern.fullmatch(other)), "")
    return "" if found and _numbered(low) and not _known(found) else found


def _numbered(word: str) -> bool:
    """Whether a word may be one with a number to it: Web3, 4Life; but Chemical5, which is one without, is not."""
    return any(bare.isalpha() and _known(bare) for bare in (word[1:], word[:-1])) and any(map(str.isdigit, word))


@lru_cache(maxsize=20_000)
def _pattern(word: str) -> re.Pattern[str]:
    """What a word may be read as: each sign one of its letters, and letters that touch one or two."""
    parts = []
    at = 0
    while at < len(word):
        if pair := _TOUCHING.get(word[at : at + 2]):
            parts.append(f"(?:{word[at : at + 2]}|{pair})")
            at += 2
            continue
        parts.append(f"[{_FOR[word[at]]}]" if word[at] in _FOR else re.escape(word[at]))
        at += 1
    return re.compile("".join(parts))


@lru_cache(maxsize=20_000)
def _as_form(word: str) -> str:
    """The word of a legal form, or of the glossary, that a disguised word is: "L1m1ted", "1ndustries"."""
    if word.isalpha() or word.isdigit():
        return ""
    options = [_FOR.get(char, char) if char != "*" else "" for char in word.lower()]
    if not all(options):
        return ""
    readings = product(*options)
    return next(("".join(one) for one, _ in zip(readings, range(_READINGS), strict=False) if _says(one)), "")


def _says(letters: Collection[str]) -> bool:
    word = "".join(letters)
    return word in _form_words() or (len(word) >= _SHORTEST and word in glossary().words)


@cache
def _form_words() -> frozenset[str]:
    forms = [form for forms in table("legal_forms").values() for form in forms.get("spelled", ())]
    words = frozenset(word for form in forms for word in fold(form).split() if len(word) >= _SHORTEST)
    return words | {"co", "corp", "inc", "llc", "ltd", "plc"}
