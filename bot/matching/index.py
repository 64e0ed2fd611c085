"""The index: from a name, or the beginning of one, to the few watched names it may be.

A name is filed under its words (by meaning, or by sound), under neighbouring words written together, its initials
and, for Chinese characters, every two neighbours. A search gathers the names that share rare keys with the query or
have a word one or two letters away, ranks them by what they share, and compares the best in full. Adding and removing
take effect at once, in time proportional to the name; nothing is ever rebuilt.
"""

from __future__ import annotations

import gc
import math
from array import array
from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from heapq import nlargest
from itertools import chain, combinations, islice, pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.matching.align import R_UNSAID, blurred_alike, bones_alike, loan_alike
from bot.matching.chinese import (
    HEARD,
    by_ear,
    likely_spellings,
    one_syllable,
    spelled,
    spelled_bones,
    syllable_bones,
    transcribed,
)
from bot.matching.chinese import bones as chinese_bones
from bot.matching.chinese_words import english, groups_said, said
from bot.matching.compare import Judgement, explain, judge
from bot.matching.disguise import guesses
from bot.matching.evidence import few_letters
from bot.matching.fold import fold
from bot.matching.japanese import likely_readings, loan_bones
from bot.matching.remembered import remembered
from bot.matching.screen import Asked, telling
from bot.matching.scripts import blurred_bones, consonants, consonants_heard, main_script, romanise, sound
from bot.matching.words import Form, Unit, generic, glossary, native_unit, read, read_to_file, readings, twin
from bot.model import Match, Name

#: How many names are compared in full. Recall at one stops rising here on the development queries.
COMPARED = 16
#: How many filed names a search looks at before it does with what it has: bounds the time in a million names.
LOOKED_AT = 8_000
#: What a name must share with the query to be compared at all, and of what the best one shares.
#: On the development queries one in a hundred names that turned out the same shares less.
LEAST = 0.15
LEAST_OF_BEST = 0.2
#: Of the words of its own of a watched name an entry must have this much to be compared with it.
COVERED = 0.6
#: Under how many of its possible foreign consonants a foreign name in Chinese characters is filed.
FILED_BY_EAR = 12
#: A filling of more owners than this does not keep the readings of their names, about two kilobytes each: they are read
#: again when a search meets them.
REMEMBERED = 60_000
#: A word of so many consonants in a script that blurs them is near too many words of another.
BLURRED = 3
#: In an index of fewer names than this a word is not frequent because most of them carry it: they are one company's.
FEW = 2_000
#: For so many words what is near them is remembered.
NEIGHBOURS = 20_000
#: A key that more names than this are filed under is frequent: where little is to come it brings nobody new.
FREQUENT = 50
#: After so many names that are nothing like the query, those that share even less are not looked at.
HOPELESS = 6
#: From this score on the search has what it came for and looks only at names that share nearly as much.
FOUND = 0.97


@dataclass(frozen=True, slots=True)
class Hit:
    """A name of the index that may be the one asked for."""

    owner: str
    name: Name
    match: Match


@contextmanager
def unswept() -> Iterator[None]:
    """The garbage collector rests meanwhile: comparing names leaves no circles behind, and looking for them takes long.

    In a screening of thousands of entries it would take a fifth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def filling() -> Iterator[None]:
    """The garbage collector rests meanwhile and afterwards leaves alone what is there.

    It would walk through all names again and again, in pauses of a second that a search would feel.
    """
    with unswept():
        try:
            yield
        finally:
            gc.freeze()


class NameIndex:
    """Names and their owners, searchable while they change."""

    def __init__(self) -> None:
        self._names: list[tuple[str, Name] | None] = []
        self._weights = array("f")  # what each name's words tell together
        self._own = array("f")  # the same of the words that no glossary knows
        self._units: dict[int, tuple[Unit, ...]] = {}  # the words themselves, but not of a million names
        self._free: list[int] = []
        self._generic: set[int] = set()  # numbers of names that are one generic word, told by nothing but themselves
        self._parts: set[int] = set()  # numbers of names filed again under a part of them, for screening
        self._by_owner: dict[str, int | list[int]] = {}
        self._files: dict[str, int | array[int]] = {}  # key -> the number of one name, or of many
        self._near: dict[str, list[str]] = {}  # halves and consonants of words -> the words
        self._known: set[str] = set()  # words that `_near` has
        self._neighbours: dict[str, tuple[tuple[str, float], ...]] = {}  # what `_words_near` last said of words
        self._remembering = True
        self._sorted: list[tuple[str, int]] | None = None  # folded names for autocomplete, made when first asked for

    def __len__(self) -> int:
        return len(self._names) - len(self._free) - len(self._parts)

    def add(self, owner: str, names: Iterable[Name], *, known: bool = False) -> None:
        """Add names of an owner to those it has.

        Who says "Power" means that word alone, when a list is screened; who is `known` by it may be meant by more.
        """
        for name in names:
            for form in self._read(name.text):
                own, carrying, keys = _sorted_out(form.units)
                number = self._number(owner, name, form.total, sum([unit.weight for unit in own if not unit.rank]))
                if form.part:
                    self._parts.add(number)
                if not known and len(own) < 2 and _one_generic(carrying or form.units):
                    self._generic.add(number)
                if self._remembering:
                    self._units[number] = form.units
                for unit in own:
                    if unit.text not in self._known or unit.script == "han":
                        self._learn(unit)
                keys += _keys_together(form, carrying) + _word_keys(own)
                if self._remembering:
                    keys += _said_keys(own) if form.han else _keys_heard(form.units)
                self._file(keys, number)
                if self._sorted is not None and not form.part:
                    for line in _lines(form.folded):
                        insort(self._sorted, (line, number))

    def _read(self, text: str) -> Sequence[Form]:
        """The readings under which a name is filed: of a million names only the whole."""
        return (readings(text) if self._remembering else ()) or (read_to_file(text),)

    def fill(self, owners: Iterable[tuple[str, Iterable[Name]]]) -> None:
        """Add many owners at once, for the first filling of a large index."""
        with filling():
            coming = iter(owners)
            first = list(islice(coming, REMEMBERED + 1))  # it takes no more to know, and a million are not held twice
            self._remembering = len(self) + len(first) <= REMEMBERED
            for owner, names in chain(first, coming):
                self.add(owner, names)

    def _number(self, owner: str, name: Name, weight: float, own: float) -> int:
        if self._free:
            number = self._free.pop()
            self._names[number], self._weights[number], self._own[number] = (owner, name), weight, own
        else:
            number = len(self._names)
            self._names.append((owner, name))
            self._weights.append(weight)
            self._own.append(own)
        numbers = self._by_owner.setdefault(owner, number)  # most owners of a large list have one name: no list for it
        if not isinstance(numbers, int):
            numbers.append(number)
        elif numbers != number:
            self._by_owner[owner] = [numbers, number]
        return number

    def _learn(self, unit: Unit) -> None:
        """File a word of its own, the first time that it is met, where words near it are looked for."""
        text = unit.text
        if text not in self._known:
            self._known.add(text)
            self._neighbours.clear()
            for part in _filed_parts(unit, heard=self._remembering):
                if (filed := self._near.get(part)) is None:
                    self._near[part] = [text]  # most stay alone, and a list that grew has room for four
                else:
                    filed.append(text)
        if unit.script == "han" and unit.native not in self._known:
            self._known.add(unit.native)
            self._neighbours.clear()
            if transcribed(unit.native):
                for bones in chinese_bones(unit.native)[:FILED_BY_EAR]:
                    self._near.setdefault(f"${bones}", []).append(unit.native)
            for bones in syllable_bones(unit.native) if self._remembering else ():
                self._near.setdefault(f"/{bones}", []).append(unit.native)

    def _file(self, keys: Iterable[str], number: int) -> None:
        files, newest = self._files, number == len(self._names) - 1
        for key in dict.fromkeys(keys):
            filed = files.setdefault(key, number)
            if isinstance(filed, int):
                if filed != number:
                    files[key] = array("I", sorted((filed, number)))
            elif newest:
                filed.append(number)  # without a look at those before it: of a million they are far away in memory
            else:  # a number that somebody had before
                insort(filed, number)

    def remove(self, owner: str) -> None:
        """Forget an owner and all its names; an unknown owner is nothing to forget."""
        numbers = self._by_owner.pop(owner, ())
        for number in (numbers,) if isinstance(numbers, int) else numbers:
            kept = self._names[number]
            if kept is None:
                continue
            text = kept[1].text
            for form in (read_to_file(text), *readings(text)):
                own = _sorted_out(form.units)[0]
                for key in dict.fromkeys(_keys(form) + _word_keys(own) + _said_keys(own) + _keys_heard(form.units)):
                    self._unfile(key, number)
            if self._sorted is not None:
                for line in _lines(fold(text)):
                    at = bisect_left(self._sorted, (line, number))
                    if at < len(self._sorted) and self._sorted[at] == (line, number):
                        del self._sorted[at]
            self._names[number] = None
            self._parts.discard(number)
            self._generic.discard(number)
            self._units.pop(number, None)
            self._free.append(number)

    def _unfile(self, key: str, number: int) -> None:
        filed = self._files.get(key)
        if isinstance(filed, array):
            at = bisect_left(filed, number)
            if at < len(filed) and filed[at] == number:
                del filed[at]
            if filed:
                return
        elif filed != number:
            return
        del self._files[key]  # words near it stay known: they lead to nothing until somebody has them again

    def search(self, text: str, *, limit: int = 10) -> list[Hit]:
        """The owners whose names are most like the text, best first, one hit for each owner.

        Hits that are not the same are among them: the caller looks at `match.verdict` or the score.
        """
        asked = readings(text)
        if not asked:
            return []
        asked = (*asked, *_guessed(text))
        best: dict[str, tuple[Judgement, Name]] = {}
        enough = found = 0.0
        for at, (share, number) in enumerate(self._candidates(asked)):
            kept = self._names[number]
            if kept is None or (share < enough and len(best) >= limit):
                continue
            if at >= HOPELESS and found < 0.2 and share < 0.4:
                break
            owner, name = kept
            judged = judge(name.text, text)
            if owner not in best or judged.score > best[owner][0].score:
                best[owner] = (judged, name)
            if judged.score > max(found, FOUND):
                enough = 0.7 * share
            found = max(found, judged.score)
        ranked = nlargest(limit, best.items(), key=lambda one: one[1][0].score)
        asked_name = Name(text)
        hits = [Hit(owner, name, explain(name, asked_name, judged)) for owner, (judged, name) in ranked]
        return sorted(hits, key=lambda hit: -hit.match.score)  # a weak name may have been held back

    def owners(self, text: str, besides: Collection[str] = ()) -> set[str]:
        """Who may be meant, or be the group of who is meant, judged only by what the names share.

        For screening a whole list: whoever asks compares these few in full, and nobody else. Who else is in the index
        makes no difference to who is found. `besides` are the scripts in which the same entry has other names: a name
        in one of them is to be compared with those, not with this one by its sound.
        """
        found: set[str] = set()
        scripts = {script for script in besides if script} - {main_script(text)}
        names, kept, parts = self._names, self._units, self._parts
        for form in (*readings(text), *_guessed(text)):
            wanted = self._wanted(form, mistyped=True)
            left_out = () if _says_one_word(form) else self._generic
            asked = Asked(form, wanted)
            for number in self._covered(wanted):
                filed = names[number]
                if filed is None or filed[0] in found or number in left_out:
                    continue
                if scripts and main_script(filed[1].text) in scripts:
                    continue
                units = kept.get(number) or read_to_file(filed[1].text).units
                if number in parts and len(units) == 1:
                    if asked.says_more_than(read(filed[1].text).units):
                        continue  # what stands in brackets, and in another name with a word of its own
                    if few_letters(units) and (asked.says_other_words() or (form.part and few_letters(form.units))):
                        continue  # initials in brackets, and somebody who says more, or has them in brackets too: IRGC
                if asked.leads_to(units):
                    found.add(filed[0])
        return found

    def bearers(self, text: str) -> set[str]:
        """Who has a name all of whose words stand in the text as they are written: a person's, a ship's."""
        words, units = set(fold(text).split()), read_to_file(text).units
        said = {key: unit.weight for unit in units for key in _word_keys([unit])}
        known = dict.fromkeys((f":{unit.concept}" for unit in units if unit.rank), 1.0)
        kept = (self._names[number] for number in self._covered(said | known))
        return {name[0] for name in kept if name is not None and words.issuperset(fold(name[1].text).split())}

    def _covered(self, wanted: Mapping[str, float]) -> list[int]:
        """The numbers of names of whose own words these keys meet enough, and of those without any that may be met."""
        covered: dict[int, float] = {}
        known: list[str] = []
        files = self._files
        for key, worth in wanted.items():
            if key[0] == ":":
                known.append(key[1:])
            elif (filed := files.get(key)) is not None:
                if isinstance(filed, int):
                    covered[filed] = covered.get(filed, 0.0) + worth
                else:
                    for number in filed:
                        covered[number] = covered.get(number, 0.0) + worth
        own = self._own
        found = [number for number, worth in covered.items() if worth >= COVERED * own[number]]
        # Words of the glossary lead only to names that have no word of their own: those are filed under one or two.
        for words in (*known, *map(_both, combinations(known, 2))):
            alike = files.get(f"!{words}", ())
            found.extend((alike,) if isinstance(alike, int) else alike)
        return found

    def _candidates(self, asked: Sequence[Form]) -> list[tuple[float, int]]:
        """The names worth comparing by number, with the share they have in common with the query, largest first."""
        found: dict[int, float] = {}
        for form in asked:
            total, weights, gathered = form.total + 0.3, self._weights, self._gather(self._wanted(form), share=0.3)
            for number, gained in gathered.items():
                weight = weights[number]
                share = gained / (total + weight - gained if gained < weight else total)
                if share > found.get(number, 0.0) and number not in self._parts:
                    found[number] = share
            for key, worth in _acronym_keys(form):
                filed = self._files.get(key, ())
                for number in (filed,) if isinstance(filed, int) else filed[:100]:
                    if number not in self._parts:
                        found[number] = max(worth, found.get(number, 0.0))
        ranked = nlargest(COMPARED, zip(found.values(), found, strict=True))
        least = max(LEAST, LEAST_OF_BEST * ranked[0][0]) if ranked else 0.0
        return [one for one in ranked if one[0] >= least]

    def _gather(self, keys: Mapping[str, float], *, share: float) -> dict[int, float]:
        """What names share with a reading of the query, by the keys that it wants.

        Those that have this share of the most that any has. Rare keys come before frequent ones, and names in the order
        in which they are met.
        """
        wanted: list[tuple[int, str, float]] = []
        for key, worth in keys.items():
            filed = self._files.get(key)
            if filed is not None:
                wanted.append((1 if isinstance(filed, int) else len(filed), key, worth))
        wanted.sort()
        everything = math.log(max(len(self._names), FEW) + 2)
        values = [worth * (0.4 + 0.6 * (1 - math.log(size + 1) / everything)) for size, _, worth in wanted]
        gained: dict[int, float] = {}
        looked_at, to_come = 0, sum(values)
        for (size, key, _), value in zip(wanted, values, strict=True):
            filed = self._files[key]
            if isinstance(filed, int):
                gained[filed] = gained.get(filed, 0.0) + value
            elif looked_at and looked_at + size > LOOKED_AT:
                break
            elif size > FREQUENT and to_come < share * max(gained.values(), default=0.0):
                _add_to_known(gained, filed, value)  # too frequent, and too little to come, for anybody new
            else:
                for number in filed:
                    gained[number] = gained.get(number, 0.0) + value
            looked_at += size
            to_come -= value
        enough = share * max(gained.values(), default=0.0)
        return {number: value for number, value in gained.items() if value >= enough}

    def _wanted(self, form: Form, *, mistyped: bool = False) -> dict[str, float]:
        """Keys to look up for a reading of the query, each with what meeting it is worth.

        Words of the glossary may stand in a watched name `mistyped`, as words of its own.
        """
        wanted: dict[str, float] = {}

        def want(key: str, worth: float) -> None:
            if worth > wanted.get(key, 0.0):
                wanted[key] = worth

        for unit in form.units:
            if unit.rank == "little" and len(form.units) > 1 and unit.concept in glossary().weight:
                continue  # what is only spelled like a word of a legal form may be a name: Otkritie
            word = _word(unit)
            want(word, unit.weight)
            if not unit.native:
                want(f"~{unit.sound}", unit.weight)
                want(f"%{consonants(unit.text)}", unit.weight)
            elif unit.script == "kana":
                want(f"^{loan_bones(unit.text, False)}", unit.weight)
            elif unit.script == "hangul" and not unit.rank:
                want(f"?{_korean_bones(unit.text)}", 1.2)
            elif unit.script == "han" and not unit.rank:
                for spelling in likely_spellings(unit.native):
                    want(f"={sound(''.join(spelling))}", unit.weight)
                    want(f"={''.join(map(sound, spelling))}", 1.2)
                heard = chinese_bones(unit.native) if transcribed(unit.native) else spelled_bones(unit.native)
                for bones in heard:
                    want(f"^{bones}", 0.6 * unit.weight)
            if unit.script == "kanji" and len(unit.native) > 1:  # typed by itself it passes for Chinese
                want(f"={sound(romanise(unit.native))}", 1.0)
            if unit.rank in ("", "plain") or unit.script == "kanji":
                for other, alike in self._near_to(unit):
                    want(other, unit.weight * alike)
            elif mistyped and not unit.native and len(unit.text) > 4:
                for other, alike in self._near_to(unit):
                    if OSA.distance(other[1:], unit.sound) < 2:  # conzern is a word of the glossary, mistyped
                        want(other, alike)
        for unit in form.units[1:] if form.numbers else ():
            if number := twin(unit.text):
                want(f"={sound(number)}", 0.9)
        for key, worth in _query_keys(form):
            want(key, worth)
        if form.han:
            for short in groups_said([unit.concept for unit in form.units[:5]]):
                want(f"={sound(short)}", 1.0)
        else:
            for first, second in pairwise(form.units[:4]):
                for han in self._spelled(first.text, second.text):
                    want(f"={sound(romanise(han))}", 1.2)
        for first, second in pairwise(form.units[:5]) if mistyped and not form.han else ():
            want(f"|{first.concept} {second.concept}", 1.2)
            if first.script == second.script == "thai":  # a name with a word of the glossary in it: กรุง|ไทย
                for other, alike in self._near_to(native_unit(first.native + second.native)):
                    want(other, alike)
        for first, second in pairwise(form.units[:4]):
            if not (first.rank or second.rank or first.native or second.native):
                want(f"~{first.sound}{second.sound}", 1.2)
                want(f"={sound(first.text + second.text)}", 1.2)
                for bones in _bones_heard(first.text + second.text):
                    for other in islice(self._near.get(f"*{bones}", ()), 60):
                        if _vowels_fit(other, first.text + second.text):
                            want(f"={sound(other)}", 1.2)
                for english in (True, False):
                    joined = f"&{loan_bones(first.text, english)}{loan_bones(second.text, english)}"
                    for other in islice(self._near.get(joined, ()), 60):
                        want(f"={sound(other)}", 1.2)
                    for han, alike in self._by_ear(f"${joined[1:]}", first.text + second.text):
                        want(f"={sound(romanise(han))}", alike)
        return wanted

    def _near_to(self, unit: Unit) -> Sequence[tuple[str, float]]:
        """`_words_near`, remembered while no word is new: the names of one list share theirs."""
        asked = f"{unit.script}:{unit.native or unit.text}"
        found = self._neighbours.get(asked)
        if found is None:
            if len(self._neighbours) >= NEIGHBOURS:
                self._neighbours.clear()
            found = self._neighbours[asked] = tuple(self._words_near(unit))
        return found

    def _words_near(self, unit: Unit) -> Iterator[tuple[str, float]]:
        """Keys of words that are one or two letters away, or that another script may stand for."""
        if unit.script in ("han", "kanji"):
            for reading in likely_readings(unit.native):
                yield f"={sound(reading)}", 0.85
        if unit.script == "han" and not unit.rank:
            yield from ((_said_key(row), 0.9) for row in said(unit.native))
        text = unit.text
        if unit.script == "han" and transcribed(unit.native):
            for bones in chinese_bones(unit.native):
                for other in islice(self._near.get(f"^{bones}", ()), 60):
                    if (alike := by_ear(unit.native, other)) >= HEARD:
                        yield f"={sound(other)}", alike
        if text.isdigit():
            return
        for bones in _asked_bones(unit):
            for other in islice(self._near.get(bones, ()), 60):
                if alike := _across(unit, bones, other):
                    yield f"={sound(other)}", alike
        if len(text) < 4:
            return
        if not unit.native:
            for bones in dict.fromkeys((loan_bones(text, True), loan_bones(text, False))):
                for han, alike in self._by_ear(f"${bones}", text):
                    yield f"={sound(romanise(han))}", alike
        halves = _asked_halves(text)
        near = dict.fromkeys(word for part in halves for word in self._near.get(part, ()) if word != text)
        allowed = 1 if len(text) < 7 else 2
        for half in {len(text) // 2, (len(text) + 1) // 2}:  # letters exchanged in the middle leave neither half
            swapped = text[: half - 1] + text[half] + text[half - 1] + text[half + 1 :]
            yield f"={sound(swapped)}", 1 - 1.3 / len(text)
        if not unit.native and _VOWELS.isdisjoint(text[1:]):  # the vowels were dropped
            for other in islice(self._near.get(f"!{consonants_heard(unit.sound)}", ()), 60):
                yield f"={sound(other)}", 0.7
        for other, edits, _ in process.extract(text, [*near], scorer=OSA.distance, score_cutoff=allowed, limit=None):
            yield f"={sound(other)}", 1 - 1.3 * edits / len(text)
        if not unit.native:
            for other, edits, _ in process.extract(
                text, _glossary_near(halves), scorer=OSA.distance, score_cutoff=allowed, limit=None
            ):
                yield f":{glossary().words[other]}", 1 - 1.3 * edits / len(text)

    def _by_ear(self, filed: str, latin: str) -> Iterator[tuple[str, float]]:
        """Chinese words filed here that sound like this word, and how much so."""
        for han in islice(self._near.get(filed, ()), 60):
            if (alike := by_ear(han, latin)) >= HEARD:
                yield han, alike

    def _spelled(self, first: str, second: str) -> Iterator[str]:
        """Chinese words filed here that two neighbouring words spell, a syllable each: Kwong Fat, 廣發."""
        if one_syllable(first) and one_syllable(second):
            for han in islice(self._near.get(f"/{loan_bones(first, True)}{loan_bones(second, True)}", ()), 200):
                if spelled(han, first + second):
                    yield han

    def suggest(self, prefix: str, limit: int = 10) -> list[str]:
        """Names that begin, or have a word that begins, with what was typed; names that begin so come first."""
        typed = fold(prefix)
        if not typed:
            return []
        if self._sorted is None:
            self._sorted = sorted(
                (line, number) for number, kept in enumerate(self._names) if kept for line in _lines(fold(kept[1].text))
            )
        at = bisect_left(self._sorted, (typed, -1))
        fitting: dict[str, tuple[bool, int]] = {}
        for line, number in islice(self._sorted, at, at + 50 * limit):
            kept = self._names[number]
            if not line.startswith(typed):
                break
            if kept is not None:
                text = kept[1].text
                rank = (not fold(text).startswith(typed), len(text))
                fitting[text] = min(rank, fitting.get(text, rank))
        return sorted(fitting, key=lambda text: (fitting[text], text))[:limit]


def _guessed(text: str) -> Iterator[Form]:
    """How a name may be read without what disguises it, each guess as a whole."""
    return (form for guess in guesses(text) for form in readings(guess)[:1])


def _says_one_word(form: Form) -> bool:
    """Whether an entry says one word, and the name of such a word may be meant."""
    return len(telling(form.units)) <= 1


def _one_generic(units: Sequence[Unit]) -> bool:
    """Whether a name of these words is a single generic word."""
    return len(units) == 1 and generic(units[0])


def _add_to_known(gained: dict[int, float], filed: array[int], value: float) -> None:
    """Add a value to those of the numbers filed, in order, that have gained something already."""
    if len(filed) < 16 * len(gained):
        for number in filed:
            if number in gained:
                gained[number] += value
        return
    for number in gained:
        at = bisect_left(filed, number)
        if at < len(filed) and filed[at] == number:
            gained[number] += value


def _lines(folded: str) -> list[str]:
    """A name and its tails from each of its first words: what autocomplete looks up."""
    words = folded.split()
    return [" ".join(words[at:])[:40] for at in range(min(len(words), 4))]


def _word(unit: Unit) -> str:
    """The key of one word: its meaning when the glossary knows it, else its sound."""
    return f":{unit.concept}" if unit.rank else f"={unit.sound}"


def _sorted_out(units: Sequence[Unit]) -> tuple[list[Unit], list[Unit], list[str]]:
    """A name's own words, all its words that tell something, and the keys of those that the glossary knows.

    In one go, for it is done for every name: one list after the other takes half as long again.
    """
    own: list[Unit] = []
    carrying: list[Unit] = []
    keys: list[str] = []
    for unit in units:
        rank = unit.rank
        if rank != "little":
            carrying.append(unit)
            if not rank or rank == "plain":
                own.append(unit)
        if rank and (rank != "little" or len(units) == 1):
            keys.append(f":{unit.concept}")
    if units and len(keys) >= len(carrying):  # the glossary knows every word
        heaviest = nlargest(2, set(carrying) or units, key=_heaviest)
        keys.append(f"!{_both([unit.concept for unit in heaviest])}")
    return own, carrying, keys


def _word_keys(own: Sequence[Unit]) -> list[str]:
    """The keys of words: their sound, and for kanji every likely sound apart from those of written words."""
    keys = [f"={unit.sound}" for unit in own if unit.script != "kanji"]
    if len(keys) < len(own):
        for unit in own:
            if unit.script == "kanji":
                keys += _kanji_keys(unit.native)
    return keys


def _said_keys(own: Sequence[Unit]) -> list[str]:
    """Where a name in Chinese characters is found by the English of its own words: 任务 under mission, 红六 red six.

    The two words of 红六 are asked for by who screens a list; a search would meet too many of one group (三峡).
    """
    keys: list[str] = []
    for unit in own:
        if unit.script == "han":
            keys += [f"~{sound(word)}" for word in english(unit.native)]
            keys += [f"|{' '.join(row)}" for row in said(unit.native) if len(row) == 2]
    return keys


@remembered(50_000)
def _kanji_keys(native: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys([f"~{sound(reading)}" for reading in likely_readings(native)]))


def _keys(form: Form) -> list[str]:
    """The keys of a name other than its own words."""
    _, carrying, keys = _sorted_out(form.units)
    return keys + _keys_together(form, carrying)


def _keys_together(form: Form, carrying: Sequence[Unit]) -> list[str]:
    """The keys that words have together: neighbours, initials, and every two Chinese characters."""
    keys = _together(carrying) + _loan_pairs(form.units)
    if len(form.words) > 1:
        keys += [f"@{letters}" for letters in _initials(form.words, carrying)]
    if form.han:  # pairs of Chinese characters, not of kana
        keys += [f"#{first}{second}" for first, second in pairwise(form.han) if first > "\u3100" < second]
    return keys


def _both(concepts: Iterable[str]) -> str:
    return " ".join(sorted(set(concepts)))


def _heaviest(unit: Unit) -> tuple[float, str]:
    return unit.weight, unit.concept


def _together(carrying: Sequence[Unit]) -> list[str]:
    """Neighbours written as one word (also as a word: that is how a split word finds a whole one), and pairs."""
    keys: list[str] = []
    if len(carrying) < 2:
        return keys
    first = carrying[0]
    for second in carrying[1:4]:
        if first.rank and second.rank:
            low, high = sorted((first.concept, second.concept))
            keys.append(f"+{low} {high}")
        else:
            keys.append(f"={first.sound}{second.sound}")
        first = second
    return keys


def _said_key(row: Sequence[str]) -> str:
    """Where a name is filed that says these one or two words: under both together, or the one."""
    known = glossary().weight
    if len(row) == 1:
        return f":{row[0]}" if row[0] in known else f"={sound(row[0])}"
    first, second = row[:2]
    if first in known and second in known:
        return "+{} {}".format(*sorted((first, second)))
    return f"={sound(first)}{sound(second)}"


def _loan_pairs(units: Sequence[Unit]) -> list[str]:
    """Two or three words of a Latin name may be one word in kana, two of an Arabic one a word in Latin letters."""
    if len(units) < 2:
        return []
    first, second = units[:2]
    if _may_be_kana(first) and _may_be_kana(second):
        both = f"^{loan_bones(first.text, True)}{loan_bones(second.text, True)}"
        if len(units) > 2 and _may_be_kana(units[2]):
            return [both, both + loan_bones(units[2].text, True)]
        return [both]
    if first.script == second.script == "arabic":
        return [f"%{consonants(first.text)}{consonants(second.text)}"]
    return []


def _keys_heard(units: Sequence[Unit]) -> list[str]:
    """Where the first two words of a Latin name are found by one Korean word: Lotte Shopping, 롯데쇼핑."""
    if len(units) > 1 and _may_be_kana(units[0]) and _may_be_kana(units[1]):
        return [f"?{bones}" for bones in _bones_heard(units[0].text + units[1].text)]
    return []


def _may_be_kana(unit: Unit) -> bool:
    """Whether a word in Latin letters may be taken down in kana: the glossary's words are translated."""
    return not unit.native and unit.rank in ("", "plain")


def _initials(words: Sequence[str], carrying: Sequence[Unit]) -> list[str]:
    """Initials of all words, and of the words that count."""
    every = "".join([word[0] for word in words if word])
    core = "".join([unit.text[0] for unit in carrying])
    found = [every] if 1 < len(every) < 9 else []
    if core != every and 1 < len(core) < 9:
        found.append(core)
    return found


def _query_keys(form: Form) -> Iterator[tuple[str, float]]:
    for key in _keys(form):
        kind = key[0]
        if kind in "#^":
            yield key, 0.5
        elif kind == "+":
            yield key, 0.4
        elif kind == "=":
            yield key, 1.2
    if 1 < len(form.units) < 6:
        yield f"={form.heard}", 1.0 * form.total


#: Scripts that are led to and from by consonants alone. Greek is spelled, and Korean vowels are asked for as well.
_BY_CONSONANTS = frozenset({"hebrew", "thai", "devanagari"})


def _filed_parts(unit: Unit, *, heard: bool) -> list[str]:
    """Where a word is filed for finding words near it: by its halves, and across scripts by its consonants.

    Arabic and Hebrew words have three letters where others have five. What other scripts hear as a Latin word is filed
    only where readings are kept (`heard`): a million names would not fit.
    """
    text = unit.text
    if len(text) < (3 if unit.script in ("arabic", "hebrew") else 4) or text.isdigit():
        return []
    half = len(text) // 2
    parts = [f"<{text[:half]}", f">{text[half:]}"] if len(text) > 3 else []
    if unit.script == "kana":
        parts.append(f"&{loan_bones(text, False)}")
    elif unit.script == "arabic":
        parts.append(f"%{consonants_heard(unit.sound)}")
    elif unit.script == "hangul":
        parts.append(f"*{_korean_bones(text)}")
    elif unit.script in _BY_CONSONANTS:
        parts.append(f";{blurred_bones(text)}")
    elif not unit.native:
        parts += [f"^{loan_bones(text, True)}", f"!{consonants_heard(unit.sound)}"]
        if heard:
            parts += [f"?{bones}" for bones in dict.fromkeys((blurred_bones(text), *_bones_heard(text)))]
    return parts


_VOWELS = frozenset("aeiou")


def _asked_bones(unit: Unit) -> list[str]:
    """Where words of another script are filed that may be this word."""
    text = unit.text
    if len(text) < (3 if unit.script in ("arabic", "hebrew") else 4):
        return []
    if unit.script == "kana":
        bones = [f"^{loan_bones(text, False)}"]
    elif unit.script == "arabic":
        bones = [f"!{consonants(text)}"]
    elif unit.script == "hangul":
        bones = [f"?{_korean_bones(text)}"]
    elif unit.script in _BY_CONSONANTS:
        bones = [f"?{blurred_bones(text)}"]
    else:
        bones = list(
            dict.fromkeys(
                (
                    f"&{loan_bones(text, True)}",
                    f"&{loan_bones(text, False)}",
                    f"%{consonants(text)}",
                    f";{blurred_bones(text)}",
                    *[f"*{one}" for one in _bones_heard(text)],
                )
            )
        )
    return [one for one in bones if len(one) > 2]


def _korean_bones(text: str) -> str:
    """The consonants of a word as far as Korean keeps them apart; l and r are one letter."""
    return blurred_bones(text.replace("l", "r"))


def _bones_heard(text: str) -> tuple[str, ...]:
    """The consonants of a Latin word, and those that Korean hears of it where it leaves an r out: Naver, 네이버."""
    whole, heard = _korean_bones(text), _korean_bones(R_UNSAID.sub("", text))
    return (whole,) if whole == heard else (whole, heard)


#: Vowels as Korean is spelled in Latin letters, officially and as companies do: Hyeondae is Hyundai, Samseong Samsung.
_KOREAN_VOWELS = {
    "eu": "",
    "eo": "o",
    "ae": "e",
    "ai": "e",
    "oo": "o",
    "u": "o",
    "ya": "a",
    "yo": "o",
    "wo": "o",
    "wa": "a",
}


def _vowels_fit(korean: str, latin: str) -> bool:
    """Whether a Korean word and a Latin one have the same vowels; eu is one in Korean (금호) and none in loan words."""
    heard = _korean_vowels(latin)
    return heard == _korean_vowels(korean) or ("eu" in korean and heard == _korean_vowels(korean.replace("eu", "u")))


@lru_cache(maxsize=20_000)
def _korean_vowels(text: str) -> str:
    """The vowels of a word one by one, two spellings of one taken together. Consonants alone are too many names'."""
    for written, vowel in _KOREAN_VOWELS.items():
        text = text.replace(written, vowel)
    return "".join([letter for letter in text if letter in "aeio"])


def _across(unit: Unit, bones: str, other: str) -> float:
    """How alike a word is to one of another script that has the same consonants."""
    if unit.script == "kana":
        return loan_alike(unit.text, other)
    if bones[0] == "&":
        return loan_alike(other, unit.text)
    if bones[0] == "*" or unit.script == "hangul":
        korean, latin = (unit.text, other) if unit.script == "hangul" else (other, unit.text)
        return blurred_alike(korean, latin, "hangul") if _vowels_fit(korean, latin) else 0.0
    if bones[0] in ";?":
        return blurred_alike(other, unit.text, unit.script) if len(bones) > BLURRED else 0.0
    return bones_alike(consonants(unit.text), consonants(other))


def _acronym_keys(form: Form) -> Iterator[tuple[str, float]]:
    """Where the spelled-out name of an acronym is filed, and the acronym of a spelled-out one; the longer the surer."""
    letters = form.squashed
    if 1 < len(letters) < 9 and len(form.units) <= 2:
        yield f"@{letters}", 0.3 + 0.05 * len(letters)
    if len(form.words) > 2:
        for letters in _initials(form.words, telling(form.units)):
            if len(letters) > 2:
                yield f"={letters}", 0.3 + 0.05 * len(letters)


@cache
def _glossary_parts() -> dict[str, list[str]]:
    """The words of the glossary by their halves, so that "teleom" finds telecom."""
    found: dict[str, list[str]] = {}
    for word in glossary().words:
        if len(word) > 4 and word.isascii():
            half = len(word) // 2
            for part in (f"<{word[:half]}", f">{word[half:]}"):
                found.setdefault(part, []).append(word)
    return found


def _glossary_near(halves: Iterable[str]) -> list[str]:
    parts = _glossary_parts()
    return list(dict.fromkeys(word for part in halves for word in parts.get(part, ())))


def _asked_halves(heard: str) -> list[str]:
    """The halves under which a word that differs in one half, by at most one letter in length, is filed."""
    size = len(heard)
    firsts = {(size - 1) // 2, size // 2, (size + 1) // 2}
    seconds = {length - length // 2 for length in (size - 1, size, size + 1)}
    return [f"<{heard[:half]}" for half in firsts if half > 1] + [f">{heard[-half:]}" for half in seconds if half > 1]
