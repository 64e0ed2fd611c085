"""Words that nothing of another name can meet: a quick and safe "no" before two names are laid side by side. Pure.

Most names that share a word are not one, because ours has a word that theirs lacks. `align` finds that out at length,
and `evidence` weighs it. Here the same rules are asked about one word at a time, and the first word that none of them
could pair with anything decides. What `align` would pair with something else first still counts as met.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from bot.matching.align import closeness, only_near, shortened, written_together
from bot.matching.chinese_words import groups_said, is_group
from bot.matching.compare import cut_off
from bot.matching.screen import LONG
from bot.matching.words import Form, Unit, readings


def lacks(ours: str, theirs: str, *, own: bool = False) -> bool:
    """Whether every reading of our name has a word that tells something and that nothing of theirs can meet.

    With `own` only words of its own count, which no translator leaves out, and a name of one word has to be met surely.
    False says nothing: then the names have to be laid side by side.
    """
    mine, other = readings(ours), _spread_out(theirs)
    if not mine or not other or _one_text(ours, mine[0], theirs, other[0].form):
        return False
    return all(_lacks(one.units, two, own=own) for one in mine for two in other)


class _Spread(NamedTuple):
    """A reading of their name, and what of it is asked for again and again: one entry meets many companies."""

    form: Form
    known: frozenset[str]  #: meanings and sounds of its words
    runs: tuple[tuple[Unit, ...], ...]  #: two or three neighbours


@lru_cache(maxsize=5_000)
def _spread_out(text: str) -> tuple[_Spread, ...]:
    found = []
    for form in readings(text):
        known = frozenset(word for one in form.units for word in (one.concept, one.sound))
        found.append(_Spread(form, known, tuple(_runs(form.units))))
    return tuple(found)


def _one_text(ours: str, mine: Form, theirs: str, other: Form) -> bool:
    """Whether two names are the same but for spaces, or one the other cut off: that is seen without their words."""
    if mine.folded.replace(" ", "") == other.folded.replace(" ", ""):
        return True
    return cut_off(ours, mine, other) or cut_off(theirs, other, mine)


def _lacks(ours: tuple[Unit, ...], theirs: _Spread, *, own: bool) -> bool:
    known = theirs.known
    unsure = [
        (-one.weight, at)
        for at, one in enumerate(ours)
        if one.concept not in known
        and one.sound not in known
        and (not one.rank and one.weight >= LONG if own else one.rank != "little")
    ]
    surely = own and sum(one.rank != "little" for one in ours) == 1
    return any(not _meets(ours, at, theirs, surely=surely) for _, at in sorted(unsure))  # words of its own first


def _meets(ours: tuple[Unit, ...], at: int, theirs: _Spread, *, surely: bool) -> bool:
    """Whether a word can meet anything of theirs: alone, with its neighbours as one word, as or among initials."""
    one, others = ours[at], theirs.form.units
    if theirs.form.han and is_group(one.text) and one.text in groups_said([other.concept for other in others[:5]]):
        return True
    for other in others:
        if closeness(one, other) > 0 and not (surely and only_near(one, other)):
            return True
    around = ours[max(0, at - 2) : at + 3]
    return (
        any(_written_together(run, others) for run in _runs(around) if one in run)
        or any(_written_together(run, (one,)) for run in theirs.runs)
        or _short_for(one, others, alone=len(ours) == 1)
        or any(_short_for(other, ours, alone=len(others) == 1, over=at) for other in others)
    )


def _runs(units: tuple[Unit, ...]) -> Iterator[tuple[Unit, ...]]:
    """Two or three neighbours."""
    yield from pairwise(units)
    yield from zip(units, units[1:], units[2:], strict=False)


def _written_together(run: tuple[Unit, ...], others: tuple[Unit, ...]) -> bool:
    """`written_together`, without asking where Latin letters are too few or too many."""
    size = 0
    for one in run:
        if one.native:
            return written_together(run, others)
        size += len(one.text)
    near = [one for one in others if one.native or -4 < len(one.text) - size < 4]
    return bool(near) and written_together(run, near)


def _short_for(short: Unit, units: tuple[Unit, ...], *, alone: bool, over: int = -1) -> bool:
    """Whether a word is short for neighbours; with `over`, for some of which the word at that place is one.

    Initials have a letter for each word, or for each but "of" and its like; syllables stand for three words at most.
    """
    if short.rank:
        return False
    letters, begins = len(short.text), short.text[:2]
    for start in range(len(units) - 1 if over < 0 else min(over + 1, len(units) - 1)):
        sizes = [2, 3] if letters > 4 and units[start].text.startswith(begins) else []
        if 2 <= letters <= 6 and not alone:
            sizes += [letters, *_with_joining_words(units, start, letters)]
        for size in sizes:
            end = start + size
            if over < end <= len(units) and shortened(short, units[start:end], alone=alone):
                return True
    return False


def _with_joining_words(units: tuple[Unit, ...], start: int, letters: int) -> Iterator[int]:
    """How many words there are to so many that do not merely join others, if there are any that do."""
    telling = [at for at in range(start, len(units)) if units[at].concept != "of"][:letters]
    if len(telling) == letters and letters < telling[-1] - start + 1 <= 6:
        yield telling[-1] - start + 1
