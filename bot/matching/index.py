"""The index: from a name, or the beginning of one, to the few watched names it may be.

A name is filed under the keys of its words and of what stands together in it (`keys`). A search gathers the names that
share rare keys with the query or have a word near one of it (`neighbours`), ranks them by what they share, and compares
the best in full. Adding and removing take effect at once, in time proportional to the name; nothing is ever rebuilt.
"""

from __future__ import annotations

import gc
import math
from array import array
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain, combinations, islice, pairwise

from rapidfuzz.distance import OSA

from bot.matching.chinese_words import groups_said
from bot.matching.compare import Judgement, explain, judge
from bot.matching.disguise import guesses
from bot.matching.evidence import few_letters
from bot.matching.fold import fold
from bot.matching.keys import (
    acronym_keys,
    asked_keys,
    both,
    keys_heard,
    keys_together,
    other_keys,
    query_keys,
    said_keys,
    sorted_out,
    word_keys,
)
from bot.matching.neighbours import Neighbours
from bot.matching.screen import Asked, telling
from bot.matching.scripts import main_script, sound
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
#: A filling of more owners than this does not keep the readings of their names, about two kilobytes each: they are read
#: again when a search meets them.
REMEMBERED = 60_000
#: In an index of fewer names than this a word is not frequent because most of them carry it: they are one company's.
FEW = 2_000
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
        self._neighbours = Neighbours()
        self._remembering = True
        self._sorted: list[tuple[str, int]] | None = None  # folded names for autocomplete, made when first asked for

    def __len__(self) -> int:
        return len(self._names) - len(self._free) - len(self._parts)

    def add(self, owner: str, names: Iterable[Name], *, known: bool = False) -> None:
        """Add names of an owner to those it has.

        Who says "Power" means that word alone, when a list is screened; who is `known` by it may be meant by more.
        """
        neighbours = self._neighbours
        for name in names:
            for form in self._read(name.text):
                own, carrying, keys = sorted_out(form.units)
                number = self._number(owner, name, form.total, sum([unit.weight for unit in own if not unit.rank]))
                if form.part:
                    self._parts.add(number)
                if not known and len(own) < 2 and _one_generic(carrying or form.units):
                    self._generic.add(number)
                if self._remembering:
                    self._units[number] = form.units
                for unit in own:
                    if not neighbours.knows(unit):
                        neighbours.learn(unit, heard=self._remembering)
                keys += keys_together(form, carrying) + word_keys(own)
                if self._remembering:
                    keys += said_keys(own) if form.han else keys_heard(form.units)
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
                own = sorted_out(form.units)[0]
                for key in dict.fromkeys(other_keys(form) + word_keys(own) + said_keys(own) + keys_heard(form.units)):
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

    def owners(self, *names: str) -> dict[str, set[str]]:
        """Who may be meant by an entry of these names, or be its group, and by which of the names.

        For screening a whole list: whoever asks compares these few in full, and nobody else. It is judged only by what
        the names share; who else is in the index makes no difference to who is found. Somebody's name in a script in
        which the entry has a name too is to be compared with that one, not with the others by its sound.
        """
        written = Counter(map(main_script, names))
        found: dict[str, set[str]] = {}
        known: dict[Hashable, set[str]] = {}  # many names of an entry differ by their legal forms alone
        for name in names:
            script = main_script(name)
            for form in (*readings(name), *_guessed(name)):
                part = main_script(form.text) if form.part else script  # behind a Latin name it may stand in Arabic
                asked = (script, part, form.units, form.han, form.numbers, bool(form.part))
                if asked not in known:
                    besides = {one for one in written if one not in ("", part) and (one != script or written[one] > 1)}
                    known[asked] = self._led_to(form, besides)
                for owner in known[asked]:
                    found.setdefault(owner, set()).add(name)
        return found

    def _led_to(self, form: Form, besides: Collection[str]) -> set[str]:
        """Who may be meant by a reading of a name, but for names in the scripts that the entry has `besides`."""
        found: set[str] = set()
        names, kept, parts = self._names, self._units, self._parts
        wanted = self._wanted(form, mistyped=True)
        left_out = () if _says_one_word(form) else self._generic
        asked = Asked(form, wanted)
        for number in self._covered(wanted):
            filed = names[number]
            if filed is None or filed[0] in found or number in left_out:
                continue
            if besides and main_script(filed[1].text) in besides:
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
        said = {key: unit.weight for unit in units for key in word_keys([unit])}
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
        for words in (*known, *map(both, combinations(known, 2))):
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
            for key, worth in acronym_keys(form):
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
        for key, worth in chain(
            self._words_wanted(form, mistyped=mistyped), query_keys(form), self._runs_wanted(form, mistyped=mistyped)
        ):
            if worth > wanted.get(key, 0.0):
                wanted[key] = worth
        return wanted

    def _words_wanted(self, form: Form, *, mistyped: bool) -> Iterator[tuple[str, float]]:
        """Each word as it is, and what is near it."""
        near = self._neighbours.near
        for unit in form.units:
            if unit.rank == "little" and len(form.units) > 1 and unit.concept in glossary().weight:
                continue  # what is only spelled like a word of a legal form may be a name: Otkritie
            yield from asked_keys(unit)
            if unit.rank in ("", "plain") or unit.script == "kanji":
                for other, alike in near(unit):
                    yield other, unit.weight * alike
            elif mistyped and not unit.native and len(unit.text) > 4:
                for other, alike in near(unit):
                    if OSA.distance(other[1:], unit.sound) < 2:  # conzern is a word of the glossary, mistyped
                        yield other, alike
        for unit in form.units[1:] if form.numbers else ():
            if number := twin(unit.text):
                yield f"={sound(number)}", 0.9

    def _runs_wanted(self, form: Form, *, mistyped: bool) -> Iterator[tuple[str, float]]:
        """Words that say something else, or are written otherwise, together."""
        if form.han:
            for short in groups_said([unit.concept for unit in form.units[:5]]):
                yield f"={sound(short)}", 1.0
        else:
            for first, second in pairwise(form.units[:4]):
                yield from self._neighbours.spelled(first.text, second.text)
        for first, second in pairwise(form.units[:5]) if mistyped and not form.han else ():
            yield f"|{first.concept} {second.concept}", 1.2
            if first.script == second.script == "thai":  # a name with a word of the glossary in it: กรุง|ไทย
                yield from self._neighbours.near(native_unit(first.native + second.native))
        for first, second in pairwise(form.units[:4]):
            if not (first.rank or second.rank or first.native or second.native):
                yield f"~{first.sound}{second.sound}", 1.2
                yield f"={sound(first.text + second.text)}", 1.2
                yield from self._neighbours.written_as_one(first.text, second.text)

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
