"""Scripts: which writing a name is in, and how it would be written in Latin letters.

Readings are for recognising, not for printing: they follow what lists and registers write (BGN for Cyrillic, pinyin
for Chinese, Hepburn for kana), and `sound` then levels the many ways in which people write the same reading.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import groupby

from anyascii import anyascii
from pypinyin import Style, lazy_pinyin, pinyin

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
    """The script of one character: "latin", "han", ...; "" for digits, marks and punctuation, "other" for the rest."""
    if not char.isalpha() and char not in "ー々〆":
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

_CYRILLIC = dict(
    zip("абвгдезиклмнопрстуфхыэіїєґўјљњћђџқғңөұүһәқ",
        ["a", "b", "v", "g", "d", "e", "z", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh", "y", "e", "i", "i", "e", "g", "u", "j", "lj", "nj", "c", "dj", "dz", "k", "g", "n", "o", "u", "u", "h", "a", "k"],
        strict=True)
)  # fmt: skip
_CYRILLIC |= {
    "ж": "zh",
    "й": "y",
    "ё": "e",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "",
    "ь": "",
    "ю": "yu",
    "я": "ya",
}

_GREEK = dict(
    zip("αβγδεζηθικλμνξοπρσςτυφχψω", ["a", "v", "g", "d", "e", "z", "i", "th", "i", "k", "l", "m", "n", "x", "o", "p", "r", "s", "s", "t", "y", "f", "ch", "ps", "o"], strict=True)
)
_GREEK_PAIRS = (
    ("μπ", "b"),
    ("ντ", "nt"),
    ("γκ", "gk"),
    ("γγ", "ng"),
    ("ου", "ou"),
    ("αυ", "av"),
    ("ευ", "ev"),
    ("τσ", "ts"),
)

# Persian and Arabic: consonants as lists write them; short vowels are not in the script and are not guessed.
_ARABIC = dict(
    zip("ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءپچژگکیئؤ",
        ["a", "b", "t", "th", "j", "h", "kh", "d", "dh", "r", "z", "s", "sh", "s", "d", "t", "z", "a", "gh", "f", "q", "k", "l", "m", "n", "h", "w", "y", "a", "a", "-", "p", "ch", "zh", "g", "k", "y", "y", "w"], strict=True)
)  # fmt: skip
_ARABIC["ء"] = ""

_INITIALS = "g kk n d tt r m b pp s ss - j jj ch k t p h".replace("-", "").split(" ")
_VOWELS = ["a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"]
_FINALS = [""] + ["k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "p", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t", "t", "k", "t", "p", "t"]

_KANA_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タチツテト", "n": "ナニヌネノ", "h": "ハヒフヘホ",
    "m": "マミムメモ", "r": "ラリルレロ", "g": "ガギグゲゴ", "z": "ザジズゼゾ", "d": "ダヂヅデド", "b": "バビブベボ", "p": "パピプペポ",
}  # fmt: skip
_KANA = {kana: row + vowel for row, line in _KANA_ROWS.items() for kana, vowel in zip(line, "aiueo", strict=True)}
_KANA |= {"ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ワ": "wa", "ヲ": "o", "ン": "n", "ヴ": "vu", "ヰ": "i", "ヱ": "e"}
_KANA |= {"シ": "shi", "チ": "chi", "ツ": "tsu", "フ": "fu", "ジ": "ji", "ヂ": "ji", "ヅ": "zu"}
_SMALL = {
    "ャ": "ya",
    "ュ": "yu",
    "ョ": "yo",
    "ァ": "a",
    "ィ": "i",
    "ゥ": "u",
    "ェ": "e",
    "ォ": "o",
    "ヮ": "wa",
    "ヵ": "ka",
    "ヶ": "ga",
}


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
    for pair, latin in _GREEK_PAIRS:
        text = text.replace(pair, latin)
    return "".join(_GREEK.get(char, char) for char in text)


def _cyrillic(text: str) -> str:
    return "".join(_CYRILLIC[char] if char in _CYRILLIC else anyascii(char).lower() for char in text)


def _han(text: str) -> str:
    return "".join(lazy_pinyin(text)).replace("ü", "v")


@lru_cache(maxsize=50_000)
def pinyin_fits(han: str, latin: str) -> bool:
    """Whether the characters can be read as the whole of this Latin word, with any of their Mandarin readings."""
    reached = {0}
    for listed in pinyin(han, style=Style.NORMAL, heteronym=True):
        reached = {start + len(one) for start in reached for one in listed if latin.startswith(one.replace("ü", "v"), start)}
    return len(latin) in reached


def _arabic(text: str) -> str:
    return "".join(_ARABIC[char] if char in _ARABIC else anyascii(char).lower() for char in text)


_READERS = {"cyrillic": _cyrillic, "greek": _greek, "kana": _kana, "hangul": _hangul, "han": _han, "arabic": _arabic}


@lru_cache(maxsize=100_000)
def romanise(text: str) -> str:
    """A folded text in Latin letters, run by run; Latin letters, digits and spaces stay as they are.

    Han characters are read as pinyin; Japanese readings need a word list and are made in `japanese`.
    """
    if text.isascii():
        return text
    runs = ((script, "".join(run)) for script, run in groupby(text, key=script_of))
    return "".join(_READERS.get(script, anyascii)(run).lower() if script else run for script, run in runs)


# ── Levelling spellings ───────────────────────────────────────────────────────────────────────────────────────────

#: Spellings of one sound in the romanisations that lists use; applied in this order to a Latin word.
_LEVEL = (
    ("shch", "s"), ("sch", "s"), ("tsch", "c"), ("zh", "z"), ("dzh", "z"), ("dj", "z"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("dh", "d"), ("sh", "s"),
    ("tch", "c"), ("ch", "c"), ("tz", "c"), ("ts", "c"), ("ck", "k"), ("qu", "k"), ("q", "k"), ("x", "ks"), ("w", "v"), ("ou", "u"), ("oo", "u"), ("ee", "i"),
    ("iya", "a"), ("ia", "a"), ("ya", "a"), ("ja", "a"), ("iyu", "u"), ("iu", "u"), ("yu", "u"), ("ju", "u"), ("ye", "e"), ("je", "e"), ("ie", "e"), ("yo", "o"), ("jo", "o"), ("ii", "i"), ("iy", "i"), ("yy", "i"), ("yi", "i"), ("ij", "i"),
    ("y", "i"), ("j", "z"), ("ai", "ei"), ("ay", "ei"),
)  # fmt: skip
_LEVEL_RE = re.compile("|".join(sorted((old for old, _ in _LEVEL), key=len, reverse=True)))
_LEVELLED = dict(_LEVEL)
_DOUBLED = re.compile(r"(.)\1+")
_HARD_C = re.compile(r"c(?=[aoulrtks]|$)")
#: Slavic adjectives end by gender and case; "Ryazan", "Ryazanskiy" and "Ryazanskoe" are one sound.
_ADJECTIVE = re.compile(r"(?:sk(?:iy|yy|yi|ij|ii|i|y|aya|aia|aja|oe|oye|oje|ogo|oi|oy|om|ie|iye|ikh|a|e)|n(?:yy|yi|iy|yj|aya|oye|ogo|oe|ykh))$|(?<=a)h$")


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """A Latin word with the differences between romanisations levelled: Tekhpriemka and Techpriemka become one.

    Good for words of four letters and more; shorter ones collide too easily and are returned as they are.
    """
    if len(word) < 4 or not word.isalpha():
        return word
    stem = _ADJECTIVE.sub("", word) if len(word) > 6 else word
    levelled = _LEVEL_RE.sub(
        lambda found: _LEVELLED[found.group()], _HARD_C.sub("k", stem.replace("ch", "\0")).replace("\0", "ch")
    )
    short = _DOUBLED.sub(r"\1", levelled)
    return short if len(short) > 3 else word


@lru_cache(maxsize=100_000)
def consonants(word: str) -> str:
    """The consonants of a word by sound, y and w left out too: all that Arabic writing keeps."""
    heard = sound(word)
    return _DOUBLED.sub(r"\1", heard.translate(_no_vowels()))


@cache
def _no_vowels() -> dict[int, str | None]:
    return str.maketrans({"a": None, "e": None, "i": None, "o": None, "u": None, "v": None, "h": None, "z": "s", "c": "s", "q": "k"})
