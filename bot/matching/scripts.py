"""Scripts: which writing a name is in, and how it would be written in Latin letters.

Readings are for recognising, not for printing: they follow what lists and registers write (BGN for Cyrillic, pinyin
for Chinese, Hepburn for kana), and `sound` then levels the many ways in which people write the same reading.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import groupby

from anyascii import anyascii
from pypinyin import Style, lazy_pinyin, pinyin
from pypinyin.seg import mmseg

from bot.data import table
from bot.matching.remembered import remembered

#: First and last character of each block a company name is likely to use; looked up from the most frequent.
_BLOCKS = (
    ("latin", 0x0041, 0x024F),
    ("cyrillic", 0x0400, 0x052F),
    ("han", 0x4E00, 0x9FFF),
    ("kana", 0x3041, 0x30FF),
    ("hangul", 0xAC00, 0xD7A3),
    ("arabic", 0x0600, 0x06FF),
    ("greek", 0x0370, 0x03FF),
    ("hebrew", 0x0590, 0x05FF),
    ("armenian", 0x0530, 0x058F),
    ("georgian", 0x10A0, 0x10FF),
    ("thai", 0x0E00, 0x0E7F),
    ("devanagari", 0x0900, 0x097F),
    ("kana", 0x31F0, 0x31FF),
    ("han", 0x3400, 0x4DBF),
    ("han", 0x20000, 0x323AF),
    ("hangul", 0x1100, 0x11FF),
    ("latin", 0x1E00, 0x1EFF),
    ("arabic", 0x0750, 0x077F),
)


@lru_cache(maxsize=20_000)
def script_of(char: str) -> str:
    """The script of one character: "latin", "han", ...; "" for digits and punctuation, "other" for the rest.

    A vowel sign of Thai or Devanagari is a mark to Unicode, and belongs to its script all the same.
    """
    if not char.isalpha() and char not in "ー々〆" and unicodedata.category(char)[0] != "M":
        return ""
    code = ord(char)
    for name, first, last in _BLOCKS:
        if first <= code <= last:
            return name
    return "han" if char in "々〆" else "other"


def scripts(text: str) -> frozenset[str]:
    """Every script that occurs in a text."""
    if text.isascii():
        return frozenset({"latin"}) if any(map(str.isalpha, text)) else frozenset()
    return frozenset(map(script_of, set(text))) - {""}


# ── One table or rule for each script ─────────────────────────────────────────────────────────────────────────────


@cache
def pairs(name: str) -> dict[str, str]:
    """A table of `romanisation.toml`: what becomes what."""
    return dict(entry.split(":") for entry in table("romanisation")[name].split())


_CYRILLIC = pairs("cyrillic")
_GREEK = pairs("greek")
_GREEK_PAIRS = pairs("greek_pairs")
_ARABIC = pairs("arabic")
_HEBREW = pairs("hebrew")
_THAI_LETTERS = pairs("thai")
_THAI_VOWEL_FIRST = re.compile("([เแโใไ])([ก-ฮ])")
_THAI_FINAL_N = re.compile("(?<![เแโใไ])ญ(?![ะัาำิีึืุู])")  # y before a vowel, n behind it: เจริญ is Charoen
_DEVANAGARI = pairs("devanagari")
_WITHOUT_VOWEL = re.compile("([\u0915-\u0939]\u093c?)(?=[\u0900-\u0939])")
_BEFORE_LIPS = re.compile("\u0902(?=[\u092a-\u092e])")
_KANA = pairs("kana")
_SMALL = pairs("small_kana")
_INITIALS, _VOWELS, _FINALS = (
    ["" if sound == "-" else sound for sound in table("romanisation")[f"hangul_{part}"].split()]
    for part in ("initials", "vowels", "finals")
)


def _kana(text: str) -> str:
    """Hepburn without marks: ッ doubles, ー is dropped (lists drop it), small vowels replace the vowel before them."""
    out: list[str] = []
    double = False
    for char in text:
        kana = chr(ord(char) + 0x60) if "ぁ" <= char <= "ゖ" else char
        if kana == "ッ":
            double = True
            continue
        if kana in _SMALL and out and out[-1]:
            head, small = out[-1][:-1] or ("w" if out[-1] == "u" else ""), _SMALL[kana]
            out[-1] = head + (small[1:] if head.endswith(("sh", "ch", "j")) and small[0] == "y" else small)
            continue
        sound = _KANA.get(kana) or _SMALL.get(kana, "")
        out.append(sound[:1] + sound if double and sound else sound)
        double = False
    return "".join(out)


def _hangul(text: str) -> str:
    """Revised romanisation, syllable by syllable, without the changes between syllables."""
    out = []
    for char in text:
        code = ord(char) - 0xAC00
        if 0 <= code < 11172:
            initial, rest = divmod(code, 588)
            vowel, final = divmod(rest, 28)
            out.append(_INITIALS[initial] + _VOWELS[vowel] + _FINALS[final])
    return "".join(out)


def _greek(text: str) -> str:
    for pair, latin in _GREEK_PAIRS.items():
        text = text.replace(pair, latin)
    return "".join(_GREEK.get(char, char) for char in text)


def _cyrillic(text: str) -> str:
    return "".join(_CYRILLIC[char] if char in _CYRILLIC else anyascii(char).lower() for char in text)


def mandarin(han: str) -> list[str]:
    """Chinese characters as syllables of pinyin, a phrase that pypinyin knows as it is read, any other one by one."""
    return [syllable for phrase in mmseg.seg.cut(han) for syllable in _phrase_syllables(phrase)]


@lru_cache(maxsize=50_000)  # names are made of the same few thousand phrases, and pypinyin takes 20 us for one
def _phrase_syllables(phrase: str) -> list[str]:
    return lazy_pinyin(phrase)


def _han(text: str) -> str:
    return "".join(mandarin(text)).replace("ü", "v")


@lru_cache(maxsize=50_000)
def pinyin_fits(han: str, latin: str) -> bool:
    """Whether the characters can be read as the whole of this Latin word, with any of their Mandarin readings."""
    reached = {0}
    for listed in _mandarin(han):
        reached = {start + len(one) for start in reached for one in listed if latin.startswith(one, start)}
    return len(latin) in reached


@lru_cache(maxsize=20_000)
def _mandarin(han: str) -> tuple[tuple[str, ...], ...]:
    """Every reading of each character in turn."""
    listed = pinyin(han, style=Style.NORMAL, heteronym=True)
    return tuple(tuple(one.replace("ü", "v") for one in readings) for readings in listed)


def _arabic(text: str) -> str:
    """Letter by letter; two that would run into one sound are kept apart by a vowel, which is not written: مبارکه."""
    apart = _RUN_TOGETHER.sub("\0", text)
    return "".join(_ARABIC[char] if char in _ARABIC else anyascii(char).lower() for char in apart).replace("\0", "e")


#: Arabic letters whose spellings would be read as one sound: k and h as kh, t and s as ts, s and h as sh.
_RUN_TOGETHER = re.compile("(?<=[كکگ])(?=[هح])|(?<=[تط])(?=[سص])|(?<=[سص])(?=[هح])")


def _hebrew(text: str) -> str:
    """Consonants only, and every b and p hard: which of them is soft is not written."""
    return "".join(_HEBREW.get(char, "") for char in text)


def _thai(text: str) -> str:
    """Letter by letter, the vowels that are written before their consonant behind it."""
    return "".join(map(_THAI_LETTERS.__getitem__, filter(_THAI_LETTERS.__contains__, _thai_order(text))))


def _thai_order(text: str) -> str:
    return _THAI_VOWEL_FIRST.sub(r"\2\1", _THAI_FINAL_N.sub("น", text))


def _devanagari(text: str) -> str:
    """Letter by letter with the vowel that is not written; the dot above is the m of lips before such a consonant."""
    spoken = _WITHOUT_VOWEL.sub(r"\1\0", _BEFORE_LIPS.sub("\u092e\u094d", text))
    return "".join(["a" if char == "\0" else _DEVANAGARI.get(char, "") for char in spoken])


_READERS = {"cyrillic": _cyrillic, "greek": _greek, "kana": _kana, "hangul": _hangul, "han": _han, "arabic": _arabic}
_READERS |= {"hebrew": _hebrew, "thai": _thai, "devanagari": _devanagari}


def romanise(text: str) -> str:
    """A folded text in Latin letters, run by run; Latin letters, digits and spaces stay as they are.

    Han characters are read as pinyin; Japanese readings need a word list and are made in `japanese`.
    """
    return text if text.isascii() else _romanised(text)  # what stays as it is would crowd the others out of the cache


@remembered(100_000)
def _romanised(text: str) -> str:
    runs = ((script, "".join(run)) for script, run in groupby(text, key=script_of))
    return "".join(_READERS.get(script, anyascii)(run).lower() if script else run for script, run in runs)


# ── Levelling spellings ───────────────────────────────────────────────────────────────────────────────────────────

_LEVELLED = pairs("levelled")
_LEVEL_RE = re.compile("|".join(sorted(_LEVELLED, key=len, reverse=True)))
_DOUBLED = re.compile(r"(.)(?=\1)")  # all but the last of them: taken out with "", which is thrice as fast as r"\1"
_HARD_C = re.compile(r"c(?=[aoulrtks]|$)")
#: Slavic adjectives end by gender and case; "Ryazan", "Ryazanskiy" and "Ryazanskoe" are one sound.
_ADJECTIVE = re.compile(
    r"(?:sk(?:iy|yy|yi|ij|ii|i|y|aya|aia|aja|oe|oye|oje|ogo|oi|oy|om|ie|iye|ikh|a|e)"
    r"|n(?:yy|yi|iy|yj|aya|oye|ogo|oe|ykh))$|(?<=a)h$"
)


@remembered(200_000)
def sound(word: str) -> str:
    """A Latin word with the differences between romanisations levelled: Faktoring and Factoring become one.

    Good for words of four letters and more; shorter ones collide too easily and are returned as they are.
    """
    if len(word) < 4 or not word.isalpha():
        return word
    stem = _ADJECTIVE.sub("", word) if len(word) > 6 else word
    if "c" in stem:
        stem = _HARD_C.sub("k", stem.replace("ch", "\0")).replace("\0", "ch")
    levelled = _LEVEL_RE.sub(_level, stem)
    short = _DOUBLED.sub("", levelled)
    return short if len(short) > 3 else word


def _level(found: re.Match[str]) -> str:
    return _LEVELLED[found.group()]


@remembered(100_000)
def consonants(word: str) -> str:
    """The consonants of a word by sound, y and w left out too: all that Arabic writing keeps."""
    return consonants_heard(sound(word) if len(word) > 3 else word.replace("w", "").replace("y", ""))


def consonants_heard(heard: str) -> str:
    """The `consonants` of a word of four letters and more, from what `sound` says of it."""
    return _DOUBLED.sub("", heard.translate(_no_vowels()))


#: Sounds that Korean, Greek, Hebrew, Thai and the scripts of India do not keep apart, or that are spelled either way.
_BLURRED = str.maketrans({"g": "k", "q": "k", "c": "k", "d": "t", "b": "p", "f": "p", "v": "p", "j": "t", "z": "s"})
_AS_ONE = (
    ("ch", "t"), ("sh", "s"), ("th", "t"), ("ph", "p"), ("kh", "k"), ("ng", "n"), ("tz", "s"), ("ts", "s"), ("x", "ks"),
    ("ce", "se"), ("ci", "si"), ("cy", "sy"), ("mp", "np"), ("ms", "ns"), ("mt", "nt"),
)  # fmt: skip
_WEAK = str.maketrans("", "", "aeiouhwy'`")


@lru_cache(maxsize=100_000)
def blurred(word: str) -> str:
    """A word in Latin letters with every distinction gone that one of those scripts does not make; vowels stay."""
    for pair, one in _AS_ONE:
        word = word.replace(pair, one)
    return _DOUBLED.sub("", word.translate(_BLURRED))


@lru_cache(maxsize=100_000)
def blurred_bones(word: str) -> str:
    """The consonants of `blurred`; h counts at the beginning only."""
    plain = blurred(word)
    return _DOUBLED.sub("", ("h" if plain[:1] == "h" else "") + plain.translate(_WEAK))


#: Sounds that Arabic does not have and writes with the next one, and romanisations of one letter.
_ARABIC_AS_ONE = tuple(pairs("arabic_as_one").items())
_ARABIC_BLURRED = str.maketrans(
    {"g": "k", "q": "k", "c": "k", "j": "k", "p": "b", "v": "f"} | dict.fromkeys("aeiouwyh", "")
)


@lru_cache(maxsize=50_000)
def arabic_bones(word: str) -> str:
    """The consonants of a word as far as Arabic writing and its many romanisations keep them apart."""
    for pair, one in _ARABIC_AS_ONE:
        word = word.replace(pair, one)
    return _DOUBLED.sub("", word.translate(_ARABIC_BLURRED))


@cache
def _no_vowels() -> dict[int, str | None]:
    return str.maketrans(
        {"a": None, "e": None, "i": None, "o": None, "u": None, "v": None, "h": None, "z": "s", "c": "s", "q": "k"}
    )


_LETTER = re.compile("[A-Za-z]")


@lru_cache(maxsize=200_000)
def main_script(text: str) -> str:
    """The script of most letters: LATIN, CYRILLIC, CJK, ..."""
    if text.isascii():
        return "LATIN" if _LETTER.search(text, 0, 60) else ""
    counts: dict[str, int] = {}
    for character in text[:60]:
        if script := _script_of_letter(character):
            counts[script] = counts.get(script, 0) + 1
    return max(counts, key=lambda script: counts[script], default="")


@lru_cache(maxsize=20_000)
def _script_of_letter(character: str) -> str:
    """The first word of what Unicode calls a letter, nothing for what is none."""
    return unicodedata.name(character, "?").split(" ")[0].split("-")[0] if character.isalpha() else ""
