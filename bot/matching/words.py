"""The words of names: what each means, how little it tells, and how a name falls into them.

A name becomes a row of units. A unit is a word as it is written in Latin letters, the concept it stands for when
`name_words.toml` knows one ("завод", "werk" and 工場 are all `plant` or `factory`), and a weight from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.data import table
from bot.matching.fold import core_words, fold
from bot.matching.scripts import romanise, script_of, sound

#: Names longer than this are no names, and cost more to compare than they are worth.
LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Unit:
    """One word of a name."""

    text: str  #: in Latin letters, folded
    concept: str  #: what it stands for: a concept of the glossary, or the word itself
    weight: float  #: how much it tells, 0 to 1
    rank: str  #: the glossary's table: "little", "common", "trade", "place", "plain"; "" for a word of its own
    sound: str  #: with the differences between romanisations levelled
    native: str = ""  #: as written, when not in Latin letters


@dataclass(frozen=True, slots=True)
class Form:
    """One way of reading a name, ready to be compared."""

    text: str  #: as written
    folded: str
    units: tuple[Unit, ...]
    forms: frozenset[str]  #: kinds of legal form
    han: str = ""  #: the core in Chinese characters, when it is written so
    initials: tuple[str, ...] = ()  #: the acronyms that its words allow

    @property
    def squashed(self) -> str:
        return "".join(unit.text for unit in self.units)


class _Glossary:
    """name_words.toml and abbreviations.toml, folded and arranged for looking up."""

    def __init__(self) -> None:
        self.weight: dict[str, tuple[float, str]] = {}
        self.words: dict[str, str] = {}
        self.stems: dict[str, str] = {}
        self.pieces: dict[str, str] = {}
        for rank, lines in table("name_words").items():
            weight = lines["weight"]
            for concept, words in lines.items():
                if concept != "weight":
                    self.weight[concept] = (weight, rank)
                    for word in (concept, *words.split()):
                        self._learn(word, concept)
        self.phrases: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for short, long in table("abbreviations").items():
            for spelled in {fold(short), romanise(fold(short))}:
                words = tuple(spelled.split())
                self.phrases.setdefault(words[0], []).append((words, tuple(long.split())))
                if script_of(spelled[0]) in ("han", "kana"):
                    self.pieces[spelled] = spelled
        for listed in self.phrases.values():
            listed.sort(key=lambda one: -len(one[0]))
        self.longest_piece = max(map(len, self.pieces), default=1)

    def _learn(self, word: str, concept: str) -> None:
        stem = word.endswith("*")
        folded = fold(word.rstrip("*-").replace("_", " ")).replace(" ", "")
        if script_of(folded[:1]) in ("han", "kana", "hangul"):
            self.pieces[folded] = concept
        for spelling in (folded, romanise(folded)):
            (self.stems if stem else self.words).setdefault(spelling, concept)

    def concept(self, word: str) -> str:
        """The concept of a word in any script, or nothing."""
        found = self.words.get(word)
        if found is None and len(word) > 4:
            for size in range(len(word), 3, -1):
                found = self.stems.get(word[:size])
                if found is not None:
                    break
        return found or ""


@cache
def glossary() -> _Glossary:
    return _Glossary()


@lru_cache(maxsize=200_000)
def unit(word: str, native: str = "") -> Unit:
    """The unit of one folded word."""
    words = glossary()
    latin = romanise(word).replace(" ", "")
    concept = words.concept(word) or words.concept(latin)
    if concept:
        weight, rank = words.weight[concept]
        return Unit(latin, concept, weight, rank, sound(latin), native)
    if latin[:-2].isdigit() and latin[-2:] in ("st", "nd", "rd", "th"):
        latin = latin[:-2]
    return Unit(latin, latin, own_weight(latin), "", sound(latin), native)


def own_weight(latin: str) -> float:
    """What a word tells that no table knows: one or two letters little, numbers much, the rest all."""
    if latin.isdigit():
        return 0.9
    return (0.15, 0.35, 0.6, 0.85)[len(latin) - 1] if 0 < len(latin) < 5 else 1.0 if latin else 0.0


def _concept_unit(concept: str, native: str) -> Unit:
    weight, rank = glossary().weight.get(concept, (own_weight(concept), ""))
    return Unit(concept, concept, weight, rank, sound(concept), native)


def _units(words: Sequence[str]) -> Iterator[Unit]:
    """The units of folded words: short forms spelled out, Chinese and Japanese cut into pieces."""
    phrases = glossary().phrases
    at = 0
    while at < len(words):
        word = words[at]
        found = next((one for one in phrases.get(word, ()) if tuple(words[at : at + len(one[0])]) == one[0]), None)
        if found:
            yield from (_concept_unit(concept, " ".join(found[0])) for concept in found[1])
            at += len(found[0])
            continue
        at += 1
        if not word.isascii() and script_of(word[0]) in ("han", "kana"):
            yield from (unit(piece, piece) for piece in pieces(word))
        elif word.isascii():
            yield unit(word)
        else:
            yield unit(word, word)


@lru_cache(maxsize=50_000)
def pieces(word: str) -> tuple[str, ...]:
    """A Chinese or Japanese word cut at the glossary's words, the longest first; what lies between stays whole."""
    known = glossary().pieces
    out: list[str] = []
    rest = ""
    at = 0
    while at < len(word):
        size = next(
            (n for n in range(glossary().longest_piece, 1, -1) if word[at : at + n] in known and n <= len(word) - at), 0
        )
        if size:
            out.extend(filter(None, (rest, word[at : at + size])))
            rest = ""
            at += size
        else:
            rest += word[at]
            at += 1
    return tuple(filter(None, (*out, rest)))


def _acronyms(folded: str, units: Sequence[Unit]) -> tuple[str, ...]:
    """Initials of all words, of the words without joining ones, and of the core."""
    every = folded.split()
    carrying = [word for word in every if unit(word).weight > 0.06 or len(word) > 3]
    rows = (every, carrying, [one.text for one in units], [one.text for one in units if one.weight > 0.06])
    found = {"".join(romanise(word)[:1] for word in row) for row in rows if len(row) > 1}
    return tuple(sorted(one for one in found if len(one) > 1))


@lru_cache(maxsize=100_000)
def read(text: str) -> Form:
    """A name as it is compared. Raises nothing; a text too long to be a name has no units."""
    if len(text) > LONGEST:
        return Form(text[:50], "", (), frozenset())
    folded = fold(text)
    words, kinds = core_words(folded)
    units = tuple(one for one in _units(words) if one.text)
    han = "".join(words) if any(script_of(char) == "han" for word in words for char in word) else ""
    return Form(text, folded, units, kinds, han, _acronyms(folded, units))
