"""The words of names: what each means, how little it tells, and how a name falls into them.

A name becomes a row of units. A unit is a word as it is written in Latin letters, the concept it stands for when
`name_words.toml` knows one ("завод", "werk" and 工場 are all `plant` or `factory`), and a weight from 0 to 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.data import table
from bot.matching.chinese import transcribed
from bot.matching.dictionary import cut, is_word
from bot.matching.fold import core_words, fold
from bot.matching.frequency import LATIN, homely, zipf
from bot.matching.japanese import letter_name, main_reading, spelled_letters
from bot.matching.remembered import remembered
from bot.matching.scripts import pairs, romanise, script_of, sound

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
    script: str = ""  #: of `native`; Chinese characters in a Japanese name are "kanji"


class Form(NamedTuple):
    """One way of reading a name, ready to be compared. A tuple, because a million of them are made at a time."""

    text: str  #: as written
    folded: str
    words: tuple[str, ...]  #: every folded word, legal forms and all; in Latin letters if acronyms are made of them
    units: tuple[Unit, ...]  #: the words that count
    forms: frozenset[str]  #: kinds of legal form
    han: str  #: the core, when it is written in Chinese characters
    squashed: str  #: the units written as one word
    heard: str  #: the same by sound
    total: float  #: the weight of all units together
    marks: frozenset[str]  #: sounds and meanings of the words that tell something
    numbers: frozenset[str] = frozenset()  #: the numbers in it, Roman ones too; "48th" is 48 and "ME2" is 2
    part: str = ""  #: how it was taken from the name, when it is not the whole name as it stands


#: Scripts in which the words of a name are often written without spaces between them.
_UNSPACED = frozenset({"han", "kana", "hangul", "thai"})


#: Scripts whose words nobody writes in Latin letters as tables have it.
_UNROMANISED = frozenset({"han", "hebrew", "thai", "devanagari"})

#: What follows a stem, from its last letter, when two words were made one: electr|o|signal. Endings begin otherwise.
_COMPOUND = re.compile(r"(?:.o|o)(?:[abcdfhkptz]|s(?!t[eiouy]|ts|c)|m(?=\w{3})|l(?!o)|g(?!o|e))\w{2,}")

#: What no ending of an adjective or a case has: Severstal, Belorusneft and Iran Air are no adjectives of places.
_NO_ENDING = re.compile("[bdflpqrx]")


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
        self.phrases: dict[str, list[Phrase]] = {}
        for short, long in table("abbreviations").items():
            for spelled in {fold(short), romanise(fold(short))}:
                words = tuple(spelled.split())
                self.phrases.setdefault(words[0], []).append((words, tuple(long.split())))
                if script_of(spelled[0]) in _UNSPACED:
                    self.pieces[spelled] = spelled
        for listed in self.phrases.values():
            listed.sort(key=lambda one: -len(one[0]))
        self.near: dict[str, frozenset[int]] = {}
        for number, line in enumerate(table("near_words")["near"]):
            for concept in line.split():
                self.near[concept] = self.near.get(concept, frozenset()) | {number}
        #: Trades that translators exchange even within one language, as pairs.
        self.exchanged = frozenset(frozenset(line.split()) for line in table("near_words")["exchanged"])
        #: Words that name a unit of a group when they stand behind its brand.
        self.units = frozenset(table("near_words")["units"].split())
        self.given_names = frozenset(table("near_words")["given_names"].split())
        #: Lines of business that groups leave to units.
        self.lines = frozenset(table("near_words")["lines"].split())
        #: Words that say what a company does, and by which two of one name are told apart.
        self.businesses = frozenset(table("near_words")["businesses"].split())
        #: With which letters the Latin and Cyrillic words for each concept begin.
        self.initials: dict[str, frozenset[str]] = {}
        for word, concept in (*self.words.items(), *self.stems.items()):
            if word.isascii() and self.weight[concept][1] != "little":
                self.initials[concept] = self.initials.get(concept, frozenset()) | {word[0]}
        self.longest_stem = max(map(len, self.stems))
        #: With what the stems begin that are looked for. Nine in ten words that no table knows begin otherwise.
        self.stem_begins = frozenset(stem[:4] for stem in self.stems)
        #: With which two characters pieces begin, and how long those are, the shortest first.
        self.piece_sizes: dict[str, list[int]] = {}
        for begin, size in sorted({(piece[:2], len(piece)) for piece in self.pieces}):
            self.piece_sizes.setdefault(begin, []).append(size)

    def _learn(self, word: str, concept: str) -> None:
        stem = word.endswith("*")
        folded = fold(word.rstrip("*-").replace("_", " ")).replace(" ", "")
        if script_of(folded[:1]) in _UNSPACED and not stem:
            self.pieces[folded] = concept
        # A Latin word that sounds like a Chinese one (xintuo, 信托) is not that word, nor are initials a Hebrew one.
        spellings = (folded,) if script_of(folded[:1]) in _UNROMANISED else (folded, romanise(folded))
        for spelling in spellings:
            (self.stems if stem else self.words).setdefault(spelling, concept)
        if folded.startswith("ال") and len(folded) > 4:  # the article, taken off a name's words
            self.words.setdefault(folded[2:], concept)

    def concept(self, word: str) -> str:
        """The concept of a word in any script, or nothing."""
        found = self.words.get(word)
        if found is not None or len(word) < 5 or word[:4] not in self.stem_begins:
            return found or ""
        for size in range(min(len(word), self.longest_stem), 3, -1):
            found = self.stems.get(word[:size])
            if found is not None and len(word) - size <= self._longest_ending(size, found):
                made_of_two = _COMPOUND.match(romanise(word[size - 1 :])) or (
                    self.weight[found][1] == "place" and _NO_ENDING.search(romanise(word[size:]))
                )
                return "" if made_of_two else found
        return ""

    def _longest_ending(self, stem: int, concept: str) -> int:
        """How much a word may go on behind a stem: of places only adjectives are made (belgorodskaya)."""
        return 4 if stem == 4 else 5 if self.weight[concept][1] == "place" else 9


@cache
def glossary() -> _Glossary:
    return _Glossary()


@remembered(200_000)
def unit(word: str) -> Unit:
    """The unit of one folded word, or of the word in Latin letters that stands for another."""
    return _unit(word, "", japanese=False)


@lru_cache(maxsize=100_000)
def native_unit(word: str, japanese: bool = False) -> Unit:
    """The unit of one folded word as it is written in a name."""
    return _unit(word, word, japanese=japanese)


def _unit(word: str, native: str, *, japanese: bool) -> Unit:
    words = glossary()
    if word in words.weight:
        return Unit(word, word, *words.weight[word], sound(word), native, _script(native, japanese))
    latin = (main_reading(word) if japanese else romanise(word)).replace(" ", "")
    concept = words.concept(word)
    if not concept and latin != word and not (native and script_of(native[0]) == "han"):
        concept = words.concept(latin)
    if concept:
        weight, rank = words.weight[concept]
        return Unit(latin, concept, weight, rank, sound(latin), native, _script(native, japanese))
    if latin[:-2].isdigit() and latin[-2:] in ("st", "nd", "rd", "th"):
        latin = latin[:-2]
    latin = _ORDINALS.get(latin, latin)
    if len(latin) > 6 and _misspelt_form(latin):
        return Unit(latin, latin, 0.06, "little", sound(latin), native, _script(native, japanese))
    own = native if native and script_of(native[0]) == "han" else latin
    script = _script(native, japanese)
    spoken = f"{latin}aa" if script in _WITHOUT_VOWELS and len(latin) > 2 else latin
    return Unit(latin, own, own_weight(spoken), "", sound(latin), native, script)


#: Scripts that leave vowels out: a word of three letters is as long as one of five elsewhere.
_WITHOUT_VOWELS = frozenset({"arabic", "hebrew"})


@cache
def _long_form_words() -> dict[str, list[str]]:
    """Long words that say no more than a legal form ("liability", "company"), by what a slip of the pen leaves of them.

    A slip is at one place, two letters at most, so that the first three letters or the last three stay.
    """
    found: dict[str, list[str]] = {}
    for forms in table("legal_forms").values():
        for word in {romanise(word) for form in forms.get("spelled", ()) for word in fold(form).split()}:
            concept = glossary().concept(word)
            if len(word) > 6 and word.isascii() and (not concept or glossary().weight[concept][1] == "little"):
                found.setdefault(f"{word[:3]}-", []).append(word)
                found.setdefault(f"-{word[-3:]}", []).append(word)
    return found


def _misspelt_form(latin: str) -> bool:
    """Whether a word is a slip of the pen away from a word of a legal form: it says as little."""
    words = _long_form_words()
    near = (*words.get(f"{latin[:3]}-", ()), *words.get(f"-{latin[-3:]}", ()))
    return bool(near) and process.extractOne(latin, near, scorer=OSA.distance, score_cutoff=1) is not None


def _script(native: str, japanese: bool) -> str:
    found = script_of(native[0]) if native else ""
    return "kanji" if found == "han" and japanese else found


def own_weight(latin: str) -> float:
    """What a word tells that no table knows: one or two letters little, numbers much, the rest all."""
    if latin.isdigit():
        return 0.9
    return (0.15, 0.35, 0.6, 0.85)[len(latin) - 1] if 0 < len(latin) < 5 else 1.0 if latin else 0.0


#: From here on a word is frequent English, on the scale of `frequency.zipf`, and this much more so than elsewhere.
FREQUENT = 4.2
ENGLISH = 0.8


def generic(one: Unit) -> bool:
    """Whether a word by itself names nobody: one of the glossary (bank, honor), or everyday English (safety).

    Names of famous companies are as frequent as everyday words, but in every language. A word that makes names and that
    no language writes in these letters is a name: Raduga, which is a rainbow only in Russian letters.
    """
    if one.rank in ("plain", "trade") and not one.native and not any(zipf(one.text, language) for language in LATIN):
        return False
    return bool(one.rank) or (zipf(one.text, "en") >= FREQUENT and homely(one.text, "en") >= ENGLISH)


def _units(words: Sequence[str], text: str, *, ascii_only: bool) -> tuple[Unit, ...]:
    """The units of the folded words of a text: short forms spelled out, Chinese and Japanese cut into pieces."""
    if ascii_only and glossary().phrases.keys().isdisjoint(words):
        return tuple(map(unit, words))  # most names, at a third of the price
    return tuple(_units_of_any(words, japanese=not ascii_only and japanese(text)))


def _units_of_any(words: Sequence[str], *, japanese: bool) -> list[Unit]:
    phrases = glossary().phrases
    units: list[Unit] = []
    at = 0
    while at < len(words):
        word = words[at]
        long = _spelled_out(words, at, phrases[word]) if word in phrases else None
        if long:
            units += map(unit, long[1])
            at += len(long[0])
            continue
        at += 1
        if word.isascii():
            units.append(unit(word))
        elif (letters := letter_name(word)) and at < len(words) and letter_name(words[at]):
            while at < len(words) and (letter := letter_name(words[at])):
                letters, at = letters + letter, at + 1
            units.append(unit(letters))
        else:
            units += _native_units(word, japanese)
    return units


@lru_cache(maxsize=50_000)
def _native_units(word: str, japanese: bool) -> tuple[Unit, ...]:
    """The units of a word that is not in Latin letters, of which nobody may know how to write some in them."""
    return tuple([one for one in _units_of_native(word, japanese=japanese) if one.text])


def _units_of_native(word: str, *, japanese: bool) -> Iterator[Unit]:
    if _CJK.search(word):
        city = None if japanese else _CITY.match(word)
        if city and city[1] not in glossary().pieces:
            yield replace(native_unit(city[1]), weight=0.5, rank="place")
            word = word[city.end() :]
        if not japanese and (district := _DISTRICT.match(word)):
            yield from _chinese(district[1])
            yield replace(native_unit(district[2]), weight=0.5, rank="place")
            word = word[district.end() :]
        yield from _unspaced(_settled(pieces(word)), japanese=True) if japanese else _chinese(word)
    elif thai := _thai_letters(word):
        yield unit(thai)
    elif _HANGUL_OR_THAI.match(word):
        letters, rest = korean_letters(word)
        rest, behind = _letters_behind(rest)
        if letters:
            yield unit(letters)
        if rest:
            yield from _unspaced(_cut(rest))
        if behind:
            yield unit(behind)
    elif word.startswith(("ال", "لل")) and len(word) > 4:
        yield native_unit(word[2:])  # the Arabic article, written "al" apart or not at all in Latin letters
    else:
        yield native_unit(word)


#: Numbers in Chinese names: 第十三 is 13th, 三二五 is 325. First and second are words of the glossary.
_NUMERAL = re.compile(
    "第(?P<count>[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九〇零]{2,4}|[三四五六七八九]|[0-9]{1,4})"
    "|(?P<digits>[一二三四五六七八九〇零]{3,4})"
)


def _chinese(word: str) -> Iterator[Unit]:
    """The units of a Chinese word, the numbers in it as digits."""
    at = 0
    for found in _NUMERAL.finditer(word):
        yield from _unspaced(_cut_apart(word[at : found.start()]))
        yield unit(_in_digits(found[found.lastgroup or 0]))
        at = found.end()
    yield from _unspaced(_cut_apart(word[at:]))


def _cut_apart(word: str) -> Iterator[str]:
    """The pieces of a Chinese word; what the glossary does not know, as the dictionary cuts it (预算|评估).

    A foreign name taken down by ear stays whole: what words are in it are there by chance.
    """
    known = glossary().pieces
    for piece in _settled(pieces(word)):
        if piece in known or len(piece) < 3 or script_of(piece[0]) != "han" or transcribed(piece):
            yield piece
        else:
            yield from cut(_without_and(piece))


#: Ways to say "and". Names begin and end with them too (和硕, 永和).
_AND = "与和及暨"


def _without_and(piece: str) -> str:
    """A word without the "and" that stands between it and the next, if it is a word: 政治与|安全."""
    if is_word(piece):
        return piece
    if piece[-1] in _AND and is_word(piece[:-1]):
        return piece[:-1]
    return piece[1:] if piece[0] in _AND and is_word(piece[1:]) else piece


def _in_digits(numeral: str) -> str:
    """A Chinese numeral in digits: 十三 is 13, 七〇四 is 704."""
    if "十" in numeral:
        tens, ones = numeral.split("十")
        return f"{tens or '一'}{ones or '〇'}".translate(_AS_DIGITS)
    return numeral.translate(_AS_DIGITS)


_AS_DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")

#: Ordinals in English, as the digits that others write: "Fifth Academy" and "5th Academy".
_ORDINALS = {
    "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8", "ninth": "9",
    "tenth": "10", "eleventh": "11", "twelfth": "12", "thirteenth": "13", "fourteenth": "14", "fifteenth": "15",
}  # fmt: skip


def _unspaced(found: Iterable[str], *, japanese: bool = False) -> Iterator[Unit]:
    """The units of the pieces of a word, those that stand for several words spelled out."""
    phrases, found = glossary().phrases, tuple(found)
    for piece in found:
        if len(found) > 1 and (letters := _one_letter(piece)):
            yield unit(letters)
            continue
        if (listed := phrases.get(piece)) and listed[-1][0] == (piece,):
            long = listed[-1][1]
            yield from (_phrase_unit(piece, long),) if japanese else _said_by(piece, long)
        else:
            yield _cjk_unit(piece, japanese=japanese)


def _said_by(piece: str, long: Sequence[str]) -> Iterator[Unit]:
    """The units that a phrase stands for; they have no writing of their own, but that of its script."""
    script = _script(piece, False)
    return (replace(unit(concept), script=script) for concept in long)


def _phrase_unit(piece: str, long: Sequence[str]) -> Unit:
    """A phrase in kanji stays one word, for it may be translated (鋼管: steel pipe) or read (東亜: Toa)."""
    read, parts = native_unit(piece, japanese=True), [unit(concept) for concept in long]
    weight = min(1.0, sum([one.weight for one in parts]))
    return replace(read, weight=weight, rank=max(parts, key=lambda one: one.weight).rank)


def spelled_out(native: str) -> tuple[str, ...]:
    """The concepts that a phrase without spaces stands for; none if it is not in the table."""
    listed = glossary().phrases.get(native)
    return listed[-1][1] if listed and listed[-1][0] == (native,) else ()


Phrase = tuple[tuple[str, ...], tuple[str, ...]]


def _spelled_out(words: Sequence[str], at: int, listed: Sequence[Phrase]) -> Phrase | None:
    """The longest short form that stands here, and what it stands for."""
    return next((one for one in listed if tuple(words[at : at + len(one[0])]) == one[0]), None)


_HANGUL_OR_THAI = re.compile("[\uac00-\ud7a3\u0e00-\u0e7f]")
_CJK = re.compile("[\u3041-\u30ff\u3400-\u9fff]")
_KOREAN_LETTERS = pairs("korean_letter_names")
_SPELLED_KOREAN = re.compile("(?:" + "|".join(sorted(_KOREAN_LETTERS, key=len, reverse=True)) + "){2,4}")


def korean_letters(word: str) -> tuple[str, str]:
    """The Latin letters whose names a Korean word begins with, and the rest: 에스케이하이닉스 is sk, 하이닉스."""
    found = _SPELLED_KOREAN.match(word)
    rest = word[found.end() :] if found else word
    if not found or (len(found.group()) < 3 and len(rest) == 1):
        return "", word
    names = re.findall("|".join(sorted(_KOREAN_LETTERS, key=len, reverse=True)), found.group())
    certain = sum(len(name) > 1 or name in "엘엠엔씨" for name in names)
    return ("".join(_KOREAN_LETTERS[name] for name in names), rest) if 2 * certain >= len(names) else ("", word)


_KOREAN_NAMES = "|".join(sorted(_KOREAN_LETTERS, key=len, reverse=True))
_LETTERS_BEHIND = re.compile(f"(?P<rest>.{{2,}}?)(?P<letters>(?:{_KOREAN_NAMES}){{3,4}})")


def _letters_behind(word: str) -> tuple[str, str]:
    """A Korean word without the letters at its end, and these, three and more: 삼성에스디에스 is 삼성, sds."""
    found = _LETTERS_BEHIND.fullmatch(word)
    if not found:
        return word, ""
    letters, rest = korean_letters(found["letters"])
    return (found["rest"], letters) if letters and not rest else (word, "")


_THAI_LETTER = re.compile("|".join(sorted(pairs("thai_letter_names"), key=len, reverse=True)))
_SPELLED_THAI = re.compile(f"(?:{_THAI_LETTER.pattern}){{2,6}}")


def _thai_letters(word: str) -> str:
    """The Latin letters whose names in Thai a word is: เอสซีจี is scg."""
    if not _SPELLED_THAI.fullmatch(word):
        return ""
    return "".join([pairs("thai_letter_names")[name] for name in _THAI_LETTER.findall(word)])


_HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af]")


def _cjk_unit(piece: str, *, japanese: bool) -> Unit:
    """A piece of a Chinese or Japanese name; letters spelled by their names (エスユーエス) are those letters."""
    letters = piece if piece.isascii() else spelled_letters(piece)
    return unit(letters) if letters else native_unit(piece, japanese)


def _one_letter(piece: str) -> str:
    """A letter by its name that is a piece by itself: ジェイ is J, and ケーズ K's."""
    letter = letter_name(piece.removesuffix("ズ"))
    return letter + "s" if letter and piece.endswith("ズ") else letter


#: What follows a place and says only what kind of place it is: city, province, county, district, autonomous region.
_KINDS_OF_PLACE = re.compile("^(?:市|省|县|區|区|特别行政区|自治区|自治州)")


#: A district or county behind its city: 佛山市南海区.
_DISTRICT = re.compile("(.{2,12}?[市省])([^市省区县镇]{2,3})[区县镇](?=..)")

#: A Chinese name that begins with its city, said to be one: 金华市, and not 城市 (city) or 市场 (market).
_CITY = re.compile(
    "([\u3400-\u9fff]{1,2}[^\u57ce\u90fd\u8d85\u95e8\u591c\u80a1\u4e0a\u8d38])\u5e02"
    "(?![\u573a\u653f\u6c11\u503c\u957f])(?=..)"
)


def _settled(found: Sequence[str]) -> Iterator[str]:
    """Pieces of a word without 市 (city) and its like behind a place: 深圳市 is 深圳."""
    after_place = False
    for piece in found:
        rest = _KINDS_OF_PLACE.sub("", piece) if after_place else piece
        after_place = glossary().weight.get(glossary().pieces.get(piece, ""), (0, ""))[1] == "place"
        if rest is not found[0] and len(rest) > 1 and rest not in glossary().pieces:
            rest = rest.removeprefix("与")  # and: no name begins so behind another word
        if rest:
            yield rest


#: Where a Chinese or Japanese word may be cut without knowing it: katakana of two and more beside other writing.
_SEAMS = re.compile("[\u30a1-\u30fa\u30fc]{2,}|[a-z0-9]+|(?:(?![\u30a1-\u30fa\u30fc]{2,})[^a-z0-9])+")


def pieces(word: str) -> tuple[str, ...]:
    """A Chinese or Japanese word cut at its seams and at the glossary's words, the longest first."""
    return tuple(piece for run in _SEAMS.findall(word) for piece in _cut(run))


def _cut(run: str) -> Iterator[str]:
    """A run cut at the words of the glossary; katakana words of two or three syllables count only alone."""
    known = glossary().pieces
    if run in known or len(run) < 2:
        yield run
        return
    in_kana = script_of(run[0]) == "kana" and script_of(run[-1]) == "kana"
    if in_kana and (covered := _covered(run)) is not None:
        yield from covered
        return
    least = 4 if in_kana else 2
    if len(run) < least:
        yield run
        return
    # From the end: what it costs to cut the rest, and how long the first piece is. A character of no known word costs
    # ten, each stretch of such characters five, a word one: 新鸿基|地产, never 新鸿|基地|产.
    sizes = glossary().piece_sizes
    best: list[tuple[int, int, bool]] = [(0, 0, False)] * (len(run) + 1)
    for at in range(len(run) - 1, -1, -1):
        cost, _, in_stretch = best[at + 1]
        choice = (cost + (10 if in_stretch else 15), 1, True)
        for size in sizes.get(run[at : at + 2], ()):
            fits = least <= size <= len(run) - at and run[at : at + size] in known
            if fits and best[at + size][0] < choice[0]:
                choice = min(choice, (best[at + size][0] + 1, size, False))
        best[at] = choice
    at = begun = 0
    while at < len(run):
        _, size, unknown = best[at]
        if not unknown:
            yield from filter(None, (run[begun:at], run[at : at + size]))
            begun = at + size
        at += size
    if begun < len(run):
        yield run[begun:]


def _covered(run: str) -> tuple[str, ...] | None:
    """A run of kana as words of the glossary and names of letters, if it is nothing else: ライフ|フーズ."""
    if not 4 <= len(run) <= 24 or any(script_of(char) != "kana" for char in run):
        return None
    known = glossary().pieces
    best: list[tuple[str, ...] | None] = [(), *[None] * len(run)]
    for end in range(2, len(run) + 1):
        for begin in range(end - 2, -1, -1):
            before, piece = best[begin], run[begin:end]
            if before is not None and (piece in known or letter_name(piece)):
                shorter = best[end] is None or len(before) + 1 < len(best[end] or ())
                best[end] = (*before, piece) if shorter else best[end]
    found = best[-1]
    if not found or not any(piece in known for piece in found):
        return None
    runs = groupby(found, key=lambda piece: piece not in known)
    return tuple(piece for letters, run in runs for piece in (("".join(run),) if letters else run))


#: "Name (ABC)", "Name (John) Ltd", "Name / Nom": what stands in brackets or beside a stroke may be a name of its own.
_BRACKETS = re.compile(r"[(\uff08\[]([^()\uff08\uff09\[\]]{2,})[)\uff09\]]")
_QUOTED = re.compile(
    '(?:^|\\s)[\u00ab\u201c\u201e"\u2018\'\u201a]([^\u00ab\u201c\u201e"\u201d\u00bb]+?)[\u00bb\u201d"\u2019\'\u201c\u2018]+(?=[\\s,)]|$)'
)
#: What announces another name, or a name in another language.
_ANNOUNCED = (
    r"(?:also |formerly |previously |now |better )?known as|a\.?k\.?a\.?|f\.?k\.?a\.?|n\.?k\.?a\.?|formerly|"
    r"trading as|d\.?b\.?a\.?|"
    r"doing business as|(?:arabic|chinese|farsi|persian|russian|ukrainian|belarusian|japanese|korean)\s*:|"
    r"(?:\u5225\u79f0|\u65e7\u79f0|\u65e7\u540d|\u53c8\u79f0|\u53c8\u540d|\u539f\u540d|\u65e7\u793e\u540d)[:\uff1a]"
)
_ANNOUNCES = re.compile(rf"^\s*(?:{_ANNOUNCED})\s*:?\s+", re.IGNORECASE)
#: What may part a name in two. All begin with the same few characters: to look for each by itself takes thrice as long.
_STROKE = re.compile(
    rf"[\s,;](?:[\s,;]*(?:{_ANNOUNCED})\s*:?\s+|(?<=\s)(?:"
    r"(?<=\w\w\s)\s*or\s+(?=\w\w)|\s*/\s*|\s*[a-z]\.?[kf]\.?a\.?\s+|"
    r"[-\u2013\u2014]\s(?=[A-Z0-9]{2,8}$)|(?<=^[A-Z]{3}\s)[-\u2013\u2014]\s))|"
    r"/(?:\s+|(?<=\w\w/)(?=\w{3}))",
    re.IGNORECASE,
)


PART = "part of the name"
ALSO = "another name given with it"
APART = "words written together taken apart"


@lru_cache(maxsize=100_000)
def readings(text: str) -> tuple[Form, ...]:
    """Every way of reading a name: whole, without what stands in brackets, and the parts by themselves.

    Raises nothing; a text too long to be a name, or without a letter or digit, has no reading.
    """
    if len(text) > LONGEST:
        return ()
    whole = _read(text)
    forms = [whole] if whole.units else []
    for part, how in dict.fromkeys(_parts(text)):
        form = _read(part, part=how)
        if form.units and form.units != whole.units and (how == ALSO or _telling(form) >= 0.35):
            forms.append(form)
    return tuple(forms[:4])


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[A-Z]{4})(?=[A-Z][a-z]{3})")


#: "CANDOCO.,LTD.": the form ran together with the name.
_GLUED_CO = re.compile(r"(?<=\w{3})(?=co\.?,\s*l[it])", re.IGNORECASE)
_GAPS = re.compile(r"\s+|,(?=\S)")


def _unglued(text: str) -> str:
    """A name in which words ran together, taken apart: at capitals, or before an ending that is a word by itself."""
    if not text.isascii():
        return ""
    whole = _GAPS.split(text)
    apart = _GLUED_CO.sub(" ", _CAMEL.sub(" ", text))
    words = [part for word in (whole if apart == text else _GAPS.split(apart)) for part in _split_ending(word)]
    return " ".join(words) if len(words) > len(whole) else ""


@lru_cache(maxsize=50_000)
def _split_ending(word: str) -> tuple[str, ...]:
    """ "stantecinc" to "stantec", "inc"; words that the glossary knows whole stay whole."""
    low = word.casefold().rstrip(".,")
    known = glossary()
    if len(low) < 6 or not low.isalpha() or known.concept(low):
        return (word,)
    for size in range(min(len(low) - 3, 14), 2, -1):
        ending = low[-size:]
        if ending in _ENDINGS or (size > 5 and ending in known.words):
            return (word[: len(low) - size], ending)
    return (word,)


_ENDINGS = frozenset({"inc", "ltd", "llc", "plc", "corp", "gmbh", "jsc", "ooo", "fze", "group", "bank", "limited"})


def _telling(form: Form) -> float:
    return sum([unit.weight for unit in form.units if unit.rank in ("", "plain")])


def bracketed(text: str) -> list[str]:
    """What stands in brackets of a name, as it is written."""
    return _BRACKETS.findall(text)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Parts of a name that may be a name by themselves, and how they were taken.

    Brackets around a place or number stay with the name.
    """
    as_written = bracketed(text)
    inside = [_ANNOUNCES.sub("", part) for part in as_written]
    if inside and inside != as_written:
        yield from ((part, ALSO) for part in (_BRACKETS.sub(" ", text), *inside))
    elif inside:
        read = [_read(part) for part in inside]
        if all(_telling(form) >= 0.35 and not any(unit.text.isdigit() for unit in form.units) for form in read):
            yield _BRACKETS.sub(" ", text), PART
        yield from ((part, PART) for part in inside)
    elif len(halves := _STROKE.split(text)) == 2 and not _one_word(text, halves):
        yield from ((half, PART) for half in halves)
    elif spelled := _acronym_spelled(text):
        yield from ((part, PART) for part in spelled)
    if elided := _ELIDED.match(text):
        yield elided[1], PART
    unglued = _unglued(text)
    if unglued:
        yield unglued, APART
    quoted = _QUOTED.search(text)
    if quoted and len(quoted.group(1)) > 2:
        yield quoted.group(1), PART


#: The French article is glued to its word: L'Air Liquide.
_ELIDED = re.compile(r"[LlDd]['\u2019]\s?(\w{3}.*)")
_ACRONYM = re.compile(r"([A-Z]{3,8})[\s,:]+(?:[-\u2013]\s+)?(\w.*)")


def _acronym_spelled(text: str) -> tuple[str, str] | None:
    """Initials and the words behind them whose letters they are, in any order: LVMH Moët Hennessy Louis Vuitton."""
    found = _ACRONYM.fullmatch(text)
    if found is None or not set(found[1]) <= {word[0].upper() for word in found[2].split()}:
        return None
    words = [word for word in core_words(fold(found[2]))[0] if unit(word).rank != "little"]
    spelled = sorted(word[0] for word in words) == sorted(fold(found[1])) and len(words) > 2
    return (found[1], found[2]) if spelled else None


def _one_word(text: str, halves: Sequence[str]) -> bool:
    """Whether a stroke stands inside a word of a longer name: RiverNorth/DoubleLine Strategic Fund."""
    tight = "".join(halves) in text.replace("/", "")  # with spaces around the stroke they are names
    return tight and {1} < {len(half.split()) for half in halves}


def read_to_file(text: str) -> Form:
    """A name read whole and not remembered, for filing a million of them once: only what is filed is worked out."""
    return _read(text[:LONGEST], compared=False)


def read(text: str) -> Form:
    """A name read whole."""
    found = readings(text)
    return found[0] if found else _read("")


_DIGIT_IN_WORD = re.compile(r"(?<=[a-z])[015](?=[a-z])|\b0(?=[a-z])|\b1(?=[a-z]{4})")
_AS_LETTER = {"0": "o", "1": "l", "5": "s"}


def _letters_for_digits(folded: str) -> str:
    """0, 1 and 5 inside a word are slips of a reading machine, or a disguise: "xia0mi", "f1oating"."""
    if "0" in folded or "1" in folded or "5" in folded:
        return _DIGIT_IN_WORD.sub(lambda found: _AS_LETTER[found.group()], folded)
    return folded


def _read(text: str, *, part: str = "", compared: bool = True) -> Form:
    """One reading; what only comparing needs is left empty when it is not to be compared."""
    folded = fold(text)
    words, kinds = core_words(_letters_for_digits(folded))
    ascii_only = folded.isascii()
    units = _units(words, text, ascii_only=ascii_only)
    han = "".join(words) if not ascii_only and _HAN.search(folded) else ""
    outside = fold(_BRACKETS.sub(" ", text)) if "(" in text else folded
    latin = (outside or folded).split()
    if not ascii_only and len(latin) > 1:  # of a single word no acronym is made, and it may be a whole Chinese name
        latin = [romanise(word) for word in latin]
    total = sum([unit.weight for unit in units])
    if not compared:
        return Form(text, folded, tuple(latin), units, kinds, han, "", "", total, _NO_NUMBERS)
    squashed = "".join([unit.text for unit in units])
    heard = "".join([unit.sound for unit in units])
    marks, numbers = _marks(units), _numbers(units, squashed)
    return Form(text, folded, tuple(latin), units, kinds, han, squashed, heard, total, marks, numbers, part)


_DIGITS = re.compile(r"[0-9]{1,9}")
_ROMAN_NUMBERS = (
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii",
    "xviii", "xix",
)  # fmt: skip
ROMAN = {roman: str(number) for number, roman in enumerate(_ROMAN_NUMBERS, 1)}
_DIGITAL = {number: roman for roman, number in ROMAN.items()}
_NO_NUMBERS: frozenset[str] = frozenset()


def twin(word: str) -> str:
    """A Roman number in digits, and the other way round: vii and 7; nothing for other words."""
    return ROMAN.get(word) or _DIGITAL.get(word, "")


def _numbers(units: Sequence[Unit], squashed: str) -> frozenset[str]:
    """Numbers of a name. A single letter is a Roman number only at the end: "i" and "v" are words elsewhere."""
    if squashed.isalpha() and ROMAN.keys().isdisjoint([one.text for one in units]):
        return _NO_NUMBERS  # nine in ten names, at a third of the price
    found = [str(int(digits)) for one in units if not one.text.isalpha() for digits in _DIGITS.findall(one.text)]
    last = len(units) - 1
    found += [
        ROMAN[one.text]
        for at, one in enumerate(units)
        if at and one.text in ROMAN and (at == last or len(one.text) > 1)
    ]
    return frozenset(found) if found else _NO_NUMBERS


def _marks(units: Sequence[Unit]) -> frozenset[str]:
    telling = [one for one in units if one.rank not in ("little", "common", "holding")]
    return frozenset([mark for one in telling for mark in (one.sound, one.concept)])


_JAPANESE = re.compile(
    "[\u3041-\u30ff\uff66-\uff9d]|株式会社|有限会社|合同会社|合資会社|社団法人|財団法人|[株有]）|㈱|㈲"
)


def japanese(text: str) -> bool:
    return not text.isascii() and _JAPANESE.search(text) is not None
