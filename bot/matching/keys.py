"""Keys: under what the index files a name, and what a search asks for. Pure.

A name is filed under each of its words (by meaning, when the glossary knows it, else by sound), under neighbours that
may be written as one word, under its initials and, for Chinese characters, under every two that stand together. The
first character of a key says which of these it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import pairwise

from bot.matching.chinese import bones as chinese_bones
from bot.matching.chinese import likely_spellings, spelled_bones, transcribed
from bot.matching.chinese_words import english, said
from bot.matching.japanese import likely_readings, loan_bones
from bot.matching.neighbours import bones_heard, korean_bones
from bot.matching.remembered import remembered
from bot.matching.screen import telling
from bot.matching.scripts import consonants, romanise, sound
from bot.matching.words import Form, Unit


def word_key(unit: Unit) -> str:
    """The key of one word: its meaning when the glossary knows it, else its sound."""
    return f":{unit.concept}" if unit.rank else f"={unit.sound}"


def sorted_out(units: Sequence[Unit]) -> tuple[list[Unit], list[Unit], list[str]]:
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
        keys.append(f"!{both([unit.concept for unit in heaviest])}")
    return own, carrying, keys


def word_keys(own: Sequence[Unit]) -> list[str]:
    """The keys of words: their sound, and for kanji every likely sound apart from those of written words."""
    keys = [f"={unit.sound}" for unit in own if unit.script != "kanji"]
    if len(keys) < len(own):
        for unit in own:
            if unit.script == "kanji":
                keys += _kanji_keys(unit.native)
    return keys


def said_keys(own: Sequence[Unit]) -> list[str]:
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


def other_keys(form: Form) -> list[str]:
    """The keys of a name other than its own words."""
    _, carrying, keys = sorted_out(form.units)
    return keys + keys_together(form, carrying)


def keys_together(form: Form, carrying: Sequence[Unit]) -> list[str]:
    """The keys that words have together: neighbours, initials, and every two Chinese characters."""
    keys = _together(carrying) + _loan_pairs(form.units)
    if len(form.words) > 1:
        keys += [f"@{letters}" for letters in _initials(form.words, carrying)]
    if form.han:  # pairs of Chinese characters, not of kana
        keys += [f"#{first}{second}" for first, second in pairwise(form.han) if first > "\u3100" < second]
    return keys


def both(concepts: Iterable[str]) -> str:
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


def keys_heard(units: Sequence[Unit]) -> list[str]:
    """Where the first two words of a Latin name are found by one Korean word: Lotte Shopping, 롯데쇼핑."""
    if len(units) > 1 and _may_be_kana(units[0]) and _may_be_kana(units[1]):
        return [f"?{bones}" for bones in bones_heard(units[0].text + units[1].text)]
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


def query_keys(form: Form) -> Iterator[tuple[str, float]]:
    for key in other_keys(form):
        kind = key[0]
        if kind in "#^":
            yield key, 0.5
        elif kind == "+":
            yield key, 0.4
        elif kind == "=":
            yield key, 1.2
    if 1 < len(form.units) < 6:
        yield f"={form.heard}", 1.0 * form.total


def asked_keys(unit: Unit) -> Iterator[tuple[str, float]]:
    """Where a word of a query may be filed by what it means and by how it is written, with what meeting it is worth."""
    yield word_key(unit), unit.weight
    if not unit.native:
        yield f"~{unit.sound}", unit.weight
        yield f"%{consonants(unit.text)}", unit.weight
    elif unit.script == "kana":
        yield f"^{loan_bones(unit.text, False)}", unit.weight
    elif unit.script == "hangul" and not unit.rank:
        yield f"?{korean_bones(unit.text)}", 1.2
    elif unit.script == "han" and not unit.rank:
        for spelling in likely_spellings(unit.native):
            yield f"={sound(''.join(spelling))}", unit.weight
            yield f"={''.join(map(sound, spelling))}", 1.2
        heard = chinese_bones(unit.native) if transcribed(unit.native) else spelled_bones(unit.native)
        for bones in heard:
            yield f"^{bones}", 0.6 * unit.weight
    if unit.script == "kanji" and len(unit.native) > 1:  # typed by itself it passes for Chinese
        yield f"={sound(romanise(unit.native))}", 1.0


def acronym_keys(form: Form) -> Iterator[tuple[str, float]]:
    """Where the spelled-out name of an acronym is filed, and the acronym of a spelled-out one; the longer the surer."""
    letters = form.squashed
    if 1 < len(letters) < 9 and len(form.units) <= 2:
        yield f"@{letters}", 0.3 + 0.05 * len(letters)
    if len(form.words) > 2:
        for letters in _initials(form.words, telling(form.units)):
            if len(letters) > 2:
                yield f"={letters}", 0.3 + 0.05 * len(letters)
