"""How common a word is in a language: what makes Apple, Orange or 中兴 an ambiguous name and Hikvision a plain one.

Frequencies come from wordfreq (a frozen snapshot of 2021: subtitles, news, Wikipedia, the web), on its Zipf scale:
3 is one word in a million, 6 one in a thousand. A famous company is frequent too, but then it is so in every language;
a word that is frequent in this one and rare elsewhere is one of its own words. `homely` is that difference.
"""

from __future__ import annotations

import gzip
import math
from functools import cache, lru_cache
from importlib.resources import files
from statistics import median

import msgspec
import wordfreq

#: Languages whose frequencies stand for "elsewhere", by script. Kept few: each list is 2 to 7 MB of memory.
LATIN = ("en", "fr", "de", "es", "it", "pt", "nl", "pl", "tr")
CYRILLIC = ("ru", "uk", "bg")
#: What an absent word is taken for: the lists end at one word in a million.
ABSENT = 2.8
LANGUAGES = frozenset((*LATIN, *CYRILLIC, "ar", "zh", "ja", "ko", "id", "cs", "sv", "ro", "hu", "el", "vi", "fa"))


@cache
def _frequencies(language: str) -> dict[str, float]:
    return wordfreq.get_frequency_dict(language, wordlist="small") if language in LANGUAGES else {}


@cache
def _simplified() -> dict[int, str]:
    """wordfreq's own map from traditional to simplified characters, one to one."""
    packed = files(wordfreq).joinpath("data", "_chinese_mapping.msgpack.gz").read_bytes()
    return msgspec.msgpack.decode(gzip.decompress(packed), type=dict[int, str])


def simplified() -> dict[int, str]:
    """A copy of that map: the code of a traditional character, and the simplified one."""
    return {code: one if isinstance(one, str) else chr(one) for code, one in _simplified().items()}


def simplify(text: str) -> str:
    """Chinese in simplified characters, same length, so that one phrase serves both scripts."""
    return text.translate(_simplified())


@lru_cache(maxsize=65_536)
def zipf(word: str, language: str) -> float:
    """How frequent a casefolded word is in a language: 0 for unknown, 3 rare, 5 everyday."""
    frequency = _frequencies(language).get(simplify(word) if language == "zh" else word, 0.0)
    return max(0.0, math.log10(frequency) + 9) if frequency else 0.0


@lru_cache(maxsize=65_536)
def homely(word: str, language: str) -> float:
    """How much more frequent a word is here than in other languages of its script, in Zipf units; 0 or more."""
    here = zipf(word, language)
    others = LATIN if language in LATIN else CYRILLIC if language in CYRILLIC else ()
    if not here or not others:
        return 0.0
    return max(0.0, here - max(ABSENT, median(zipf(word, other) for other in others if other != language)))
