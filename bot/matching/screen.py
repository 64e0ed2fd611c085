"""Screening: which of the names that share words with a name on a list may be that name, by their words alone. Pure.

An index gathers by keys who shares enough; here every word is looked at, without laying two names side by side. Who is
led to is then compared in full, so that to be left out a name must be out of the question by the rules of `whom`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from bot.matching.align import closeness, heard_alone, only_near, written_together
from bot.matching.words import Form, Unit, glossary

#: How alike a word has to be that was heard in another script for an entry to be compared.
LEAST_HEARD = 0.73
#: How much longer, in letters, the own words of a name may be than the same name in another script.
LONGEST_HEARD = 2.6
#: A word of its own must tell more than this to be missed: shorter ones may be initials.
SHORT = 0.5
#: And this much to be no initials, in any script: what four letters tell, or two Chinese characters.
LONG = 0.85
#: A name that is a single word of so many letters may differ in one of them; of a shorter one nothing may.
LONG_WORD = 9
#: Words of its own are asked for by themselves, those of legal forms not at all.
_SMALL = frozenset({"", "little"})


#: Words that translators put in or leave out before everyday words: a research institute is an institute.
_UNSAID = frozenset({"china", "national", "state", "science"})


class Asked:
    """A reading of a name on a list, asked which names it may be."""

    def __init__(self, form: Form, wanted: Mapping[str, float]) -> None:
        """`wanted` are the keys of words that meet a word of it, with how much of the word they meet."""
        self._units = form.units
        self._wanted = wanted
        self._telling = telling(form.units)
        self._scripts = frozenset([one.script for one in form.units])
        self._native = any(one.native for one in form.units)
        self._own_in_latin = any(not one.native and not one.rank for one in form.units)
        self._thai = "thai" in self._scripts
        self._korean = [one for one in form.units if one.script == "hangul" and not one.rank]
        self._said = frozenset([one.sound for one in form.units])
        self._own = [one for one in form.units if not one.rank and one.weight > SHORT]
        self._lines = frozenset([line for one in form.units for line in glossary().near.get(one.concept, ())])
        self._eastern = any(one.script in _EASTERN for one in form.units)
        self._alone: dict[int, bool] = {}  # whether a unit is met by itself; by its identity, which the index keeps
        self._meeting: dict[int, int] = {}  # likewise: which of the units asked for it meets, as bits

    def leads_to(self, units: Sequence[Unit]) -> bool:
        """Whether the words of a name, or of a part of one, are all met by what is asked for, as they are or nearly.

        In one script every word has to be met, and a name of one word, or one in brackets or quotation marks, by that
        very word. Other words than those of its own may be missing where what is asked for says nothing else than the
        name, for lists have many a company for short. Across scripts they may be missing anyhow: translators leave
        them out. But not beside a few letters or a number, and what is asked for in both scripts is asked in Latin
        letters for every word.
        """
        of_its_own = [one for one in units if not one.rank]
        if not of_its_own:
            abroad = self._native != any(one.native for one in units)
            for one in telling(units):
                if f":{one.concept}" not in self._wanted and not (abroad and self._translated(one)):
                    return False
            return abroad or not self._says_otherwise(units)
        if self._scripts.isdisjoint([one.script for one in units]):
            if not self._may_be_heard(units) or not self._own_are_met(units):
                return False
            return not (self._rests_on_little(units) or self._both_say_more(units))
        if len(units) == len(self._scripts) == 1:
            return self._says(units[0])
        if not self._own_are_met(units):
            return False
        if any(one.native for one in units) or (self._native and not self._own_in_latin):
            return not self._rests_on_little(units)
        if all(self._is_met(units, at) for at, one in enumerate(units) if one.rank not in _SMALL):
            return True
        return all(map(self._says, of_its_own)) and self._stands_within(units)

    def says_more_than(self, units: Sequence[Unit]) -> bool:
        """Whether there is a word of its own, beside others, that none of these meets."""
        if len(self._telling) < 2:
            return False
        said = {word for one in units for word in (one.concept, one.sound)}
        return any(
            one.concept not in said and one.sound not in said and not any(closeness(other, one) for other in units)
            for one in self._own
        )

    def says_other_words(self) -> bool:
        """Whether there is more than one word that not every name may have besides."""
        return sum(one.rank not in _EVERYWHERE for one in self._telling) > 1

    def _says_otherwise(self, units: Sequence[Unit]) -> bool:
        """Whether a name of everyday words is said in other words, and these are one, or more than it is said.

        Elektro and electric, bank and banking are everybody's; the very words may name a unit.
        """
        ours = telling(units)
        if len(self._telling) < 2 or all(one.sound in self._said for one in ours):
            return False
        return len(ours) == 1 or self.says_more_than(units)

    def _translated(self, word: Unit) -> bool:
        """Whether a word of the glossary may be another of these in translation, or go without saying."""
        return word.concept in _UNSAID or not self._lines.isdisjoint(glossary().near.get(word.concept, ()))

    def _both_say_more(self, units: Sequence[Unit]) -> bool:
        """Whether, in a script that is heard, words are left over on both sides when each has met all that it can.

        Who translates leaves no word of its own out, and eastern companies of one name are told apart by their trades:
        北陆药业 is no Hokuriku Connectors.
        """
        if not (self._eastern or any(one.script in _EASTERN for one in units)):
            return False
        met, over = 0, []
        for one in telling(units):
            words = self._met_by(one)
            if not (words or one.rank):
                return False  # it may be met by several words together
            met |= words
            if not words and one.rank not in _EVERYWHERE:
                over.append(one)
        left = [one for at, one in enumerate(self._units) if not met >> at & 1 and one.rank not in _UNTOLD]
        if any(not one.rank and one.weight >= LONG for one in left):
            return True
        if (over or any(one.rank != "place" for one in left)) and self._is_heard_alone(units):
            return True
        return bool(left and over) and not any(written_together(pair, over) for pair in pairwise(left))

    def _is_heard_alone(self, units: Sequence[Unit]) -> bool:
        """Whether the one word of its own that a name has is met by ear alone, in Chinese: many words are so near."""
        own = [one for one in units if not one.rank]
        if len(own) != 1 or any(written_together(pair, own) for pair in pairwise(self._units)):
            return False
        met = self._met_by(own[0])
        return all(heard_alone(own[0], one) for at, one in enumerate(self._units) if met >> at & 1)

    def _rests_on_little(self, units: Sequence[Unit]) -> bool:
        """Whether a name has nothing of its own but a few letters, or a number, and what else it says is not met.

        Т-Банк is no T-Systems, and Сеть-1 no Acquisition Corp. I. Of what stands beside a number something has to be.
        """
        own = [one for one in units if not one.rank]
        if sum([0.0 if one.text.isdigit() else one.weight for one in own]) > SHORT:
            return False
        others = [
            one.concept in _UNSAID or self._is_met(units, at) for at, one in enumerate(units) if one.rank not in _SMALL
        ]
        numbered = any(one.text.isdigit() for one in own)
        return bool(others) and not (any(others) if numbered else all(others))

    def _met_by(self, word: Unit) -> int:
        """Which words of what is asked for are met by a word, as bits."""
        known = self._meeting.get(id(word))
        if known is None:
            known = 0
            for at, one in enumerate(self._units):
                if one.concept == word.concept or one.sound == word.sound or closeness(word, one) > 0:
                    known |= 1 << at
            self._meeting[id(word)] = known
        return known

    def _stands_within(self, units: Sequence[Unit]) -> bool:
        """Whether all that is asked for is said by a name."""
        said = {word for one in units for word in (one.concept, one.sound)}
        return all(one.concept in said or one.sound in said for one in self._telling)

    def _says(self, word: Unit) -> bool:
        """Whether this very word is asked for, or, when it is long, all letters of it but one."""
        worth = max(self._wanted.get(f"={word.sound}", 0.0), self._wanted.get(f"~{word.sound}", 0.0))
        size = len(word.text)
        return worth >= word.weight * (1 - 1.3 / (size - 1) if size >= LONG_WORD else 1.0)

    def _own_are_met(self, units: Sequence[Unit]) -> bool:
        """Whether every word of its own is. A loop, for most names are out of the question by their first or second."""
        alone = self._alone
        for at, one in enumerate(units):
            if not one.rank and not alone.get(id(one)) and not self._is_met(units, at):
                return False
        return True

    def _is_met(self, units: Sequence[Unit], at: int) -> bool:
        """Whether a word is met by itself, or together with a neighbour."""
        unit = units[at]
        known = self._alone.get(id(unit))
        if known is None:
            known = self._alone[id(unit)] = self._is_wanted(unit) or self._is_nearly(unit)
        return known or (len(units) > 1 and self._is_met_beside(units, at))

    def _is_wanted(self, unit: Unit) -> bool:
        if unit.rank:
            return f":{unit.concept}" in self._wanted
        return max(self._wanted.get(f"={unit.sound}", 0.0), self._wanted.get(f"~{unit.sound}", 0.0)) >= unit.weight

    def _is_nearly(self, unit: Unit) -> bool:
        """Whether a word is enough like a word that is asked for, or like two of them written together."""
        for other in self._units:
            if closeness(unit, other) > (0.0 if _is_spelled(unit, other) else LEAST_HEARD):
                return True
        in_two = (unit.script == "han" and not self._native) or (self._thai and not unit.native)
        return not unit.rank and in_two and any(written_together(pair, (unit,)) for pair in pairwise(self._units))

    def _is_met_beside(self, units: Sequence[Unit], at: int) -> bool:
        """Whether a word and a neighbour are met as one."""
        unit, around = units[at], units[max(0, at - 1) : at + 2]
        for first, second in pairwise(around):
            if f"={first.sound}{second.sound}" in self._wanted:
                return True
        korean = self._korean and not (unit.rank or unit.native)
        return bool(korean) and any(written_together(pair, self._korean) for pair in pairwise(around))

    def _may_be_heard(self, units: Sequence[Unit]) -> bool:
        """Whether a name in another script may be this one by its length; one word has to be more than near another."""
        ours, theirs = telling(units), self._telling
        if _too_long(ours, theirs) or _too_long(theirs, ours):
            return False
        if len(ours) > 1 and len(theirs) > 1:
            return True
        # 莱尔科技 and Rool: what is said besides is translated, and never a part of the one word of the other side.
        mine, others = ([one for one in side if not one.rank] for side in (ours, theirs))
        translated = all(not one.rank or one.script in _CHARACTERS or one.rank in _EVERYWHERE for one in ours + theirs)
        return not (translated and len(mine) == len(others) == 1 and only_near(mine[0], others[0]))


#: Alphabets, of which one spells the words of another letter for letter.
_ALPHABETS = frozenset({"", "cyrillic", "greek"})
#: Scripts in which a word that the glossary knows is translated rather than spelled.
_CHARACTERS = frozenset({"han", "kanji"})
#: Scripts in which names are heard rather than spelled.
_EASTERN = _CHARACTERS | {"kana", "hangul"}
#: Ranks of words that any name may have besides.
_EVERYWHERE = frozenset({"common", "holding"})
_UNTOLD = _EVERYWHERE | {"little"}


def _is_spelled(one: Unit, other: Unit) -> bool:
    return one.script == other.script or {one.script, other.script} <= _ALPHABETS


def telling(units: Sequence[Unit]) -> list[Unit]:
    """The words that tell something: all but those of legal forms and such."""
    return [one for one in units if one.rank != "little"]


def _too_long(units: Sequence[Unit], others: Sequence[Unit]) -> bool:
    """Whether a name has more words of its own than all that another says."""
    own = sum([len(one.text) for one in units if not one.rank])
    return own > LONGEST_HEARD * sum([len(one.text) for one in others])
