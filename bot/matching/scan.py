"""Finds every known spelling in a text at once, however many there are.

All spellings stand in one Aho-Corasick automaton over folded bytes; the left word edge is part of the pattern, the
right one is looked at afterwards, because what hangs on the right (a case ending, a particle) depends on the
language. Spellings added while running go into a small automaton beside the large one and are found in the next
text; removed ones are forgotten by their slot. `compact` melts everything into one again and may run in a thread.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind
from numpy.typing import NDArray

from bot.matching.fold import fold, unmasked
from bot.matching.frequency import simplify

#: Characters of a story that are read. The longest labelled story has 3,000; a book is no news.
LONGEST = 200_000
#: Names and sentences shorter than this are folded character by character: arrays would cost more than they save.
SHORT = 160
#: Hits of one text that are looked at; a page that repeats a name ten thousand times says nothing new.
MOST = 5_000
#: Spellings beside the large automaton before they are melted into shards of their own.
FRESH = 2_000
#: Zipf frequency from which a name is looked at as a possible word.
EXACT_FORMS = 3.0

# Marks that stand inside names and are not part of them: wiki links, emphasis, HTML tags, zero-width and bidi
# characters, combining accents, Arabic vowel signs and the tatweel, soft hyphens.
_HIDDEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u0300-\u036f\u0640\u064b-\u065f\u0670"
# Each branch begins with a character of its own, so that the search can skip to the next of them.
_INSIDE = re.compile(
    rf"\[\[(?:[a-z-]{{2,12}}:)?|\]\]|\*\*+|_(?:(?=[\s*.,;])|(?<=[\s*]_))|</?[A-Za-z][^<>]{{0,200}}>|[{_HIDDEN}]+"
)
_ANY_HIDDEN = re.compile(f"[{_HIDDEN}]")
_MARKUP = ("[[", "**", "</", "<b", "<i", " _", "_ ", "*_")
_EAST = "\u3041-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_EASTERN = re.compile(f"[{_EAST}]")
_HANGUL = "\uac00-\ud7af"
#: What may touch Han, kana or Hangul without a blank and be another word.
_TOUCHES = re.compile(f"[0-9a-z\u00df-\u052f{_HANGUL}]")
#: Endings of the first word of Russian and Ukrainian names, an adjective or a kind of company, and what they become in
#: other cases.
_CASES = (
    ("ая", ("ой", "ую")), ("ый", ("ого", "ому", "ым", "ом")), ("ий", ("ого", "ему", "ому", "им", "ом")),
    ("ия", ("ии", "ию", "ией")), ("ія", ("ії", "ію", "ією")), ("а", ("ы", "и", "е", "і", "у", "ой", "ою")),
    ("", ("а", "у", "ом", "е", "і")),
)  # fmt: skip
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_KATAKANA = re.compile(r"[\u30a1-\u30fa\u30fc]")


class _Letters(dict[int, str]):
    """One folded character for each character: `fold` of it, cut to one; a blank for everything that is no letter.

    One to one, so that a position in the folded text is a position in the original.
    """

    def __missing__(self, code: int) -> str:
        folded = _letter(chr(code))
        if len(self) < 40_000:  # a text of a million different characters must not fill the memory
            self[code] = folded
        return folded


def _letter(char: str) -> str:
    if not char.isalnum() and unicodedata.category(char)[0] != "M":
        return " "
    return simplify(fold(char)[:1]) or " "


_LETTERS = _Letters()

# The same as a table of numbers, for texts that are not plain ASCII: one look-up for the whole text at once, twenty
# times faster than `str.translate`. What a text is the first to use is folded then and kept.
_EVERY = 0x11_0000
_UNKNOWN = 0xFFFF_FFFF
_TABLE = np.full(_EVERY, _UNKNOWN, dtype=np.uint32)

# What kind of character it is, as bits. Where a word in letters or digits touches Han, kana or Hangul there is a word
# edge, though no blank; and where Hangul follows Han. Folded text has small letters only.
_WORDLY, _EASTLY, _HANGUL_BIT, _HANLY, _HIDDEN_BIT, _MARK_BIT, _LATIN, _ALIKE = 1, 2, 4, 8, 16, 32, 64, 128


def _kinds(ranges: dict[int, str]) -> NDArray[np.uint8]:
    """The bits of every character, from ranges written as in a pattern."""
    kinds = np.zeros(_EVERY, dtype=np.uint8)
    for bit, written in ranges.items():
        for first, last in re.findall(r"(.)(?:-(.))?", written, re.DOTALL):
            kinds[ord(first) : ord(last or first) + 1] |= bit
    return kinds


_KIND = _kinds(
    {
        _WORDLY: "0-9a-z\u00df-\u052f",
        _EASTLY: _EAST,
        _HANGUL_BIT: _HANGUL,
        _HANLY: "\u3041-\u9fff",
        _HIDDEN_BIT: _HIDDEN,
        _MARK_BIT: "[]*_<",
        _LATIN: "a-z",
        _ALIKE: "\u0370-\u052f",
    }
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is searched, and where each of its characters stood."""

    text: str
    cuts: tuple[int, ...] = ()  #: folded positions from which on another shift holds
    shifts: tuple[int, ...] = ()  #: what to add from there to get the original position

    def origin(self, position: int) -> int:
        at = bisect_right(self.cuts, position)
        return position + self.shifts[at - 1] if at else position


def folded(text: str) -> Folded:
    """Fold a text for searching. Linear in its length; never raises."""
    cuts: list[int] = []
    shifts: list[int] = []
    marked = any(map(text.__contains__, _MARKUP))
    if text.isascii():
        if marked:
            text, cuts, shifts = _without(text, _codes(text))
        return Folded(text.translate(_LETTERS), tuple(cuts), tuple(shifts))
    if len(text) < SHORT and not marked and not _ANY_HIDDEN.search(text):
        quick = text.translate(_LETTERS)
        if not (_EASTERN.search(quick) and _TOUCHES.search(quick)):
            return Folded(_unmasked(quick))
    codes = _codes(text)
    if marked or np.bitwise_or.reduce(_KIND[codes]) & _HIDDEN_BIT:
        text, cuts, shifts = _without(text, codes)
        codes = _codes(text)
    plain = _lettered(codes)
    kinds = _KIND[plain]
    has = int(np.bitwise_or.reduce(kinds)) if len(plain) else 0
    if has & _EASTLY:
        plain, cuts, shifts = _jointed(plain, kinds, cuts, shifts)
    out = plain.tobytes().decode("utf-32-le")
    return Folded(_unmasked(out) if has & _LATIN and has & _ALIKE else out, tuple(cuts), tuple(shifts))


#: A word that has letters of two alphabets.
_MIXED = re.compile(
    r"(?<![a-z])[a-z]+[\u0370-\u052f][a-z\u0370-\u052f]*|(?<![\u0370-\u052f])[\u0370-\u052f]+[a-z][a-z\u0370-\u052f]*"
)


def _unmasked(plain: str) -> str:
    """A folded text in which no word is written with look-alike letters of another alphabet: Huаwei with a Cyrillic а.

    Letter for letter, so that positions stay. A word that no one alphabet explains stays as it is.
    """
    return _MIXED.sub(lambda word: unmasked(word.group()), plain)


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _lettered(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Every character folded."""
    plain = _TABLE[codes]
    if len(plain) and plain.max() == _UNKNOWN:
        for code in np.unique(codes[plain == _UNKNOWN]).tolist():
            _TABLE[code] = ord(_letter(chr(code)))
        plain = _TABLE[codes]
    return plain


def _without(text: str, codes: NDArray[np.uint32]) -> tuple[str, list[int], list[int]]:
    """The text without what stands inside names, and how positions shift. Only where a mark may begin is looked at."""
    kept: list[str] = []
    cuts: list[int] = []
    shifts: list[int] = []
    last = length = 0
    for spot in np.flatnonzero((_KIND[codes] & (_HIDDEN_BIT | _MARK_BIT)) != 0).tolist():
        if spot >= last and (found := _INSIDE.match(text, spot)):
            kept.append(text[last:spot])
            length += spot - last
            last = found.end()
            cuts.append(length)
            shifts.append(last - length)
    return "".join((*kept, text[last:])), cuts, shifts


def _jointed(
    plain: NDArray[np.uint32], kinds: NDArray[np.uint8], cuts: list[int], shifts: list[int]
) -> tuple[NDArray[np.uint32], list[int], list[int]]:
    """The text with a blank at each joint of scripts, and how positions shift."""
    left, right = kinds[:-1], kinds[1:]
    touching = (left & (right >> 1)) | ((left >> 1) & right) | ((left >> 3) & (right >> 2))
    joints = np.flatnonzero((touching & 1) != 0) + 1
    if not len(joints):
        return plain, cuts, shifts
    blanks = joints + np.arange(len(joints))
    spaced = np.full(len(plain) + len(joints), ord(" "), dtype=plain.dtype)
    letters = np.ones(len(spaced), dtype=bool)
    letters[blanks] = False
    spaced[letters] = plain
    if not cuts:
        return spaced, (blanks + 1).tolist(), list(range(-1, -len(joints) - 1, -1))
    places = np.sort(np.concatenate((joints, cuts)))
    added = np.searchsorted(joints, places, side="right")
    before = np.array([0, *shifts])[np.searchsorted(cuts, places, side="right")]
    return spaced, (places + added).tolist(), (before - added).tolist()


class _Edge:
    """What may stand around a spelling. Small integers, because there are hundreds of thousands."""

    WORD = 0  #: blanks around; endings of the language on the right
    EXACT = 1  #: blanks around and nothing else: short names
    HAN = 2  #: anything around
    KATAKANA = 3  #: no katakana around
    HANGUL = 4  #: a blank on the left, particles on the right
    ARABIC = 5  #: one-letter words may hang on the left


#: A spelling in the automaton: slot of its owner, which of the owner's names, edge, cut-off ending, folded spelling.
Spelling = tuple[int, int, int, str, str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A spelling found in a folded text."""

    start: int
    end: int  #: after the ending
    spelling: Spelling
    ending: str


_VOWEL_ENDING = re.compile(r"(?:ский|цкий|[аяоеиыйьё])$")


def spellings(slot: int, number: int, name: str) -> Iterator[tuple[bytes, Spelling]]:
    """The patterns under which one name is searched."""
    seen = set()
    first = folded(name).text
    other = name.casefold().replace("ß", "ss").replace("&", " and ")
    for plain in (first, first if name.isascii() and "&" not in name else folded(other).text):
        for form in (plain.strip(), " ".join(plain.split())):
            if form and form not in seen and len(form) <= 120:
                seen.add(form)
                yield _pattern(slot, number, form)
    for form in _slavic(" ".join(first.split())):
        if form not in seen and len(form) <= 120:
            seen.add(form)
            yield _pattern(slot, number, form)


def _slavic(form: str) -> Iterator[str]:
    """How Russian and Ukrainian also write a name of several words: the name proper in quotation marks, each of which

    is a blank here (ЧВК «Вагнер»), and the first word, the kind of company, in another case (Лабораторию Касперского).
    """
    if " " not in form or not _CYRILLIC.match(form):
        return
    first, rest = form.split(" ", 1)
    for ending, cases in _CASES:
        if first.endswith(ending) and len(first) > len(ending) + 3:
            firsts = [first, *(first.removesuffix(ending) + folded(case).text for case in cases)]
            break
    else:
        firsts = [first]
    for one in dict.fromkeys(firsts):
        yield f"{one} {rest}"
        yield f"{one}  {rest}"


def _pattern(slot: int, number: int, form: str) -> tuple[bytes, Spelling]:
    first, tail = form[0], ""
    script = _script(form)
    if script == "han":
        edge, pattern = (_Edge.HAN, form) if _EASTERN.match(first) else (_Edge.HAN, f" {form}")
    elif script == "katakana":
        edge, pattern = _Edge.KATAKANA, form
    elif script == "hangul":
        edge, pattern = _Edge.HANGUL, f" {form}"
    elif script == "arabic" and len(form) > 2:
        edge, pattern = _Edge.ARABIC, form
    elif len(form) <= 3:
        edge, pattern = _Edge.EXACT, f" {form} "
    else:
        edge = _Edge.WORD
        last = len(form.rpartition(" ")[2])  # the ending is one of the last word, of which something must remain
        found = _VOWEL_ENDING.search(form) if last > (4 if _CYRILLIC.match(form) else 5) else None
        tail = found.group()[-2:] if found else "a" if last > 4 and form.endswith("a") else ""
        pattern = f" {form.removesuffix(tail)}"
    return pattern.encode("utf-8", "replace"), (slot, number, edge, tail, form)


def _script(form: str) -> str:
    if not _EASTERN.search(form):
        return "arabic" if "\u0600" <= form[0] <= "\u06ff" else "alphabet"
    if re.search(f"[{_HANGUL}]", form):
        return "hangul"
    return "katakana" if not re.search(r"[\u3041-\u3096\u3400-\u9fff]", form) else "han"


class Scanner:
    """Spellings in, hits out."""

    def __init__(self) -> None:
        self._shards: list[tuple[BytesAhoCorasick, list[Spelling | list[Spelling]]]] = []
        self._fresh: dict[bytes, list[Spelling]] = {}
        self._young: tuple[BytesAhoCorasick, list[Spelling | list[Spelling]]] | None = None

    def load(self, patterns: Iterable[tuple[bytes, Spelling]]) -> None:
        """Take many spellings at once into an automaton of their own. A million names take forty seconds in all."""
        known: dict[bytes, list[Spelling]] = {}
        for pattern, spelling in patterns:
            known.setdefault(pattern, []).append(spelling)
        if known:
            self._shards.append(_automaton(known))

    def add(self, patterns: Iterable[tuple[bytes, Spelling]]) -> None:
        """Take a few spellings while running; they are found from the next text on."""
        for pattern, spelling in patterns:
            self._fresh.setdefault(pattern, []).append(spelling)
        self._young = None
        if len(self._fresh) > FRESH:
            self._shards.append(_automaton(self._fresh))
            self._fresh = {}

    @property
    def shards(self) -> int:
        """How many automata a text has to pass; above a handful it is time to start over with `load`."""
        return len(self._shards) + bool(self._fresh)

    def hits(self, text: Folded, endings: frozenset[str], particles: re.Pattern[str] | None) -> list[Hit]:
        """Every spelling that stands in the text with proper edges."""
        if self._fresh and self._young is None:
            self._young = _automaton(self._fresh)
        padded = f" {text.text} "
        raw = padded.encode("utf-8", "replace")
        narrow = len(raw) == len(padded)
        found: list[Hit] = []
        for machine, owners in (*self._shards, self._young) if self._young else self._shards:
            matches = machine.find_matches_as_indexes(raw, overlapping=True)
            place = 0
            seen = 0
            for index, _start, stop in matches[: MOST * 4]:
                if narrow:
                    place = stop
                else:
                    place += len(raw[seen:stop].decode("utf-8", "ignore"))
                    seen = stop
                owner = owners[index]
                for spelling in owner if isinstance(owner, list) else (owner,):
                    # Most hits are the beginnings of longer words; they are dropped here, before anything is called.
                    if spelling[2] == _Edge.WORD and not spelling[3] and not endings and padded[place] != " ":
                        continue
                    hit = _checked(padded, place, spelling, endings, particles)
                    if hit is not None:
                        found.append(hit)
                if len(found) > MOST:
                    break
        return found


def _automaton(known: dict[bytes, list[Spelling]]) -> tuple[BytesAhoCorasick, list[Spelling | list[Spelling]]]:
    machine = BytesAhoCorasick(list(known), matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA)
    return machine, [owners[0] if len(owners) == 1 else owners for owners in known.values()]


@cache
def _ends(language_endings: frozenset[str]) -> int:
    return max((len(one) for one in language_endings), default=0)


def _checked(
    padded: str, stop: int, spelling: Spelling, endings: frozenset[str], particles: re.Pattern[str] | None
) -> Hit | None:
    """The hit when its edges are those of a word, else nothing. `stop` is where the pattern ends, in `padded`."""
    _slot, _number, edge, tail, form = spelling
    start = stop - len(form) + len(tail)
    if edge == _Edge.EXACT:
        return Hit(start - 2, stop - 2, spelling, "")
    if edge == _Edge.HAN:
        return Hit(start - 1, stop - 1, spelling, "")
    if edge == _Edge.KATAKANA:
        outside = _KATAKANA.match(padded[start - 1]) or _KATAKANA.match(padded[stop])
        return None if outside else Hit(start - 1, stop - 1, spelling, "")
    after = padded[stop]
    if edge == _Edge.WORD:
        if after == " " and not tail:
            return Hit(start - 1, stop - 1, spelling, "")
        longest = max(_ends(endings), len(tail))
        ending = padded[stop : stop + longest + 1].partition(" ")[0]
        if ending == tail:
            return Hit(start - 1, stop - 1 + len(tail), spelling, "")
        if ending in endings or (tail and not ending and endings):
            return Hit(start - 1, stop - 1 + len(ending), spelling, ending or "-")
        return None
    if edge == _Edge.HANGUL:
        rest = padded[stop : stop + 8].partition(" ")[0]
        if not rest or (particles is not None and particles.fullmatch(rest)):
            return Hit(start - 1, stop - 1, spelling, "")
        return None
    head = padded[max(0, start - 4) : start].rpartition(" ")[2]
    if after == " " and head in ("", "و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "فال", "لل", "ول", "وب", "كال"):
        return Hit(start - 1, stop - 1, spelling, "")
    return None
