"""Whether a company's name is also a plain word: "Apple", "Orange", "Total". Pure.

A famous name is frequent in every language, a word in its own. What gives a word away is that it is much more frequent
at home than elsewhere, or that people use its plural: "apples" is in every corpus, "googles" is not. A company is
famous where it is from, so there only the plural counts.
"""

from __future__ import annotations

from bot.matching.fold import core_words, fold
from bot.matching.frequency import homely, zipf
from bot.model import Company

#: Languages whose plurals end in s, and in which people type the names of companies.
LANGUAGES = ("en", "fr", "es")
#: A word must be this frequent (Zipf: about six in a million) before anybody would take the name for it.
FREQUENT = 3.8
#: So much more frequent at home than elsewhere (Zipf units) is a word of that language.
HOMELY = 0.6
#: So frequent is the plural of a word that has one.
PLURAL = 3.1

#: What is spoken where a company is from, as far as it is one of `LANGUAGES`.
_SPOKEN = {
    **dict.fromkeys(("AU", "CA", "GB", "IE", "NZ", "US"), "en"),
    **dict.fromkeys(("BE", "FR", "LU", "MC"), "fr"),
    **dict.fromkeys(("AR", "CL", "CO", "CU", "ES", "MX", "PA", "PE", "VE"), "es"),
}


def wordlike(typed: str, company: Company | None = None) -> str:
    """The language in which a name, as it was typed, is also an everyday word; nothing when it is plainly a name.

    A legal form ("Apple Inc.") or a second word makes it plain.
    """
    words = fold(typed).split()
    if len(words) != 1 or not words[0].isascii() or typed.strip().casefold() != words[0] or not core_words(words[0])[0]:
        return ""
    home = _SPOKEN.get(company.country, "") if company else ""
    return next((language for language in LANGUAGES if _is_word(words[0], language, home=language == home)), "")


def _is_word(word: str, language: str, *, home: bool) -> bool:
    if zipf(word, language) < FREQUENT:
        return False
    return zipf(f"{word}s", language) >= PLURAL or (not home and homely(word, language) >= HOMELY)
