"""Alignment: two names laid side by side, word by word.

The surest meetings are made first (the same word or meaning), then the same sound, words written together on one
side, close spellings, readings of kanji, initials and syllable words; what no rule pairs is left over on its side.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from bot.matching.chinese import (
    HEARD,
    HEARD_IN_CONTEXT,
    HEARD_IN_TRADE,
    begins_alike,
    by_ear,
    everyday_english,
    one_syllable,
    pinyin_initials,
    spelled,
    spells,
    transcribed,
    with_ending,
)
from bot.matching.chinese_words import (
    group_of,
    half_heard,
    half_says,
    in_dictionary,
    in_one_word,
    is_group,
    made_of_two,
    said,
    said_together,
    says,
    sino,
)
from bot.matching.dictionary import kin, translations
from bot.matching.japanese import HEARD_IN_KANA, heard_in_kana, loan_bones, loan_sound, reads_as
from bot.matching.scripts import arabic_bones, blurred, blurred_bones, consonants, pairs, pinyin_fits, romanise
from bot.matching.words import ROMAN, Form, Unit, glossary, spelled_out

#: Two words closer than this are one word misspelt; found on names of one entity in lists.
CLOSE = 0.72

#: Words that translators exchange, written in two scripts, and so most likely translated.
NEAR_TRANSLATED = 0.88


#: One of two words that the dictionary takes for a Chinese one: 水面 is a water surface.
HALF_TRANSLATED = 0.65

#: One half of a Chinese word in English and the other as it sounds.
_HALF_HEARD = 0.85

#: A Chinese word and what it says in English, when the glossary does not know them for one word.
_TRANSLATED = 0.95

#: How much has to have met, a town and what is done there, before a name is heard generously.
AGREEING = 0.7

#: How alike a spelling is at least that writes each syllable by itself, as pinyin does not: 奇美, Chi Mei.
SYLLABLES = 0.85

#: How alike a name is at least that is heard when all else agrees.
WITH_ALL_ELSE = 0.75

#: How sure it is that a name is meant by the initials of its pinyin where town or trade agrees.
_BY_INITIALS = 0.65

#: A word of so many consonants and no vowel is seldom short for two: rsbrnxprt.
BARE = 7

#: The rule by which a Chinese word meets a spelling of it that is not pinyin.
SPELLED = "spelling of Hong Kong or Taiwan"

#: Words that get glued to the word before them.
_GLUED_ENDS = (
    "ltd",
    "llc",
    "inc",
    "gmbh",
    "limited",
    "corp",
    "fze",
    "fzco",
    "company",
    "co",
    "group",
    "jsc",
    "holding",
)


class Meeting(NamedTuple):
    """Words of ours that met words of theirs, how alike they are (0 to 1), and by which rule. Made by the million."""

    ours: tuple[Unit, ...]
    theirs: tuple[Unit, ...]
    alike: float
    rule: str

    @property
    def weight(self) -> float:
        """What was met: the lighter side counts."""
        return min(sum([unit.weight for unit in self.ours]), sum([unit.weight for unit in self.theirs]))


@dataclass(slots=True)
class Alignment:
    """Two names side by side."""

    ours: Form
    theirs: Form
    met: list[Meeting] = field(default_factory=list)
    left_ours: list[int] = field(default_factory=list)  #: places of our units that met nothing
    left_theirs: list[int] = field(default_factory=list)
    gained_ours: float = 0.0  #: weight of our units that met something, times how alike they are
    gained_theirs: float = 0.0

    def meet(self, ours: Sequence[int], theirs: Sequence[int], alike: float, rule: str) -> None:
        """Pair units by their places and take them off what is left."""
        mine = tuple([self.ours.units[at] for at in ours])
        others = tuple([self.theirs.units[at] for at in theirs])
        self.gained_ours += alike * sum([unit.weight for unit in mine])
        self.gained_theirs += alike * sum([unit.weight for unit in others])
        self.met.append(Meeting(mine, others, alike, rule))
        for at in ours:
            self.left_ours.remove(at)
        for at in theirs:
            self.left_theirs.remove(at)

    def over_ours(self) -> list[Unit]:
        return [self.ours.units[at] for at in self.left_ours]

    def over_theirs(self) -> list[Unit]:
        return [self.theirs.units[at] for at in self.left_theirs]


def align(ours: Form, theirs: Form) -> Alignment:
    """Lay two names side by side."""
    found = Alignment(ours, theirs, [], list(range(len(ours.units))), list(range(len(theirs.units))))
    if bool(ours.han) != bool(theirs.han):
        _told(found)
    _same(found)
    if found.left_ours and found.left_theirs:
        if found.ours.numbers and not found.ours.numbers.isdisjoint(found.theirs.numbers):
            _same_numbers(found)
        _groups(found)
        _joined(found)
        _close(found)
        _shortened(found)
        _heard_in_context(found)
    _heard_with_all_else(found)
    return found


def _told(found: Alignment) -> None:
    """Let a Chinese word meet the two or three neighbours that say it, before one of them meets it alone.

    天然气 is natural gas and 大数据 big data, though the glossary takes gas or data for the whole.
    """
    flipped = bool(found.theirs.han)
    han, latin = (found.theirs, found.ours) if flipped else (found.ours, found.theirs)
    telling = [at for at, one in enumerate(latin.units) if one.rank != "little" and not one.native]
    if len(telling) < 2:
        return
    runs: dict[frozenset[str], list[int]] = {}
    for size in (2, 3):
        for start in range(len(telling) - size + 1):
            run = telling[start : start + size]
            runs.setdefault(frozenset([latin.units[at].concept for at in run]), run)
    for at, one in enumerate(han.units):
        if one.script == "han" and len(one.native) > 1:
            others = {other.concept for other in han.units if other is not one}
            for run in [
                runs[words] for words in said_together(one.native) if words in runs and others.isdisjoint(words)
            ]:
                left = found.left_ours if flipped else found.left_theirs
                if all(place in left for place in run):
                    found.meet(*((run, [at]) if flipped else ([at], run)), 0.97, "same meaning")
                    break


def _same(found: Alignment) -> None:
    """Equal concepts, then equal sounds.

    Chinese characters never meet by sound: 华 and 花 are two names. Nor do they meet the pinyin of others.
    """
    for sounds in (False, True):
        if not (found.left_ours and found.left_theirs):
            return
        places: dict[str, list[int]] = {}
        for at in reversed(found.left_theirs):
            unit = found.theirs.units[at]
            places.setdefault(unit.sound if sounds else unit.concept, []).append(at)
        for at in list(found.left_ours):
            unit = found.ours.units[at]
            there = places.get(unit.sound if sounds else unit.concept)
            if not there:
                continue
            other = found.theirs.units[there[-1]]
            if sounds and (_both_han(unit, other) or _other_pinyin(unit, other)):
                continue
            same = unit.text == other.text
            rule = "same word" if same else "same sound" if sounds else "same meaning"
            found.meet([at], [there.pop()], 1.0 if not sounds else 0.98, rule)


def _same_numbers(found: Alignment) -> None:
    """Let a Roman number meet the same in digits: Factory No. VII, Factory No. 7."""
    numbers = found.ours.numbers & found.theirs.numbers
    for at in list(found.left_ours):
        number = _number(found.ours.units[at])
        there = [place for place in found.left_theirs if _number(found.theirs.units[place]) == number]
        if number in numbers and there:
            found.meet([at], there[:1], 0.98, "same number")


def _number(one: Unit) -> str:
    return ROMAN.get(one.text) or (str(int(one.text)) if one.text.isdigit() and one.text.isascii() else "")


def _groups(found: Alignment) -> None:
    """Let the initials of a state group meet its Chinese name at the beginning: CETC, 中国电子科技集团公司."""
    for flipped in (False, True):
        han, latin = (found.theirs, found.ours) if flipped else (found.ours, found.theirs)
        if not han.han or latin.han:
            continue
        left, left_latin = (found.left_theirs, found.left_ours) if flipped else (found.left_ours, found.left_theirs)
        short = next((at for at in left_latin if is_group(latin.units[at].text)), None)
        if short is None:
            continue
        for size in range(min(5, len(han.units)), 1, -1):
            run = list(range(size))
            concepts = [one.concept for one in han.units[:size]]
            if set(run) <= set(left) and group_of(latin.units[short].text, concepts):
                found.meet(*(([short], run) if flipped else (run, [short])), _TRANSLATED, "short name of a group")
                return


def _both_han(one: Unit, other: Unit) -> bool:
    return one.script in ("han", "kanji") and other.script in ("han", "kanji")


def _other_pinyin(one: Unit, other: Unit) -> bool:
    """Whether a Latin word is pinyin of other characters, alike as it sounds to who knows none: 永和, Yongye."""
    if one.script != "han" and other.script != "han":
        return False
    native, latin = (one, other) if one.script == "han" else (other, one)
    return not latin.native and spells(latin.text, len(native.native)) and not pinyin_fits(native.native, latin.text)


def _runs(places: list[int], longest: int = 3) -> list[list[int]]:
    """Two or three neighbouring places."""
    found = []
    for start in range(len(places) - 1):
        first = places[start]
        for size in range(2, longest + 1):
            if start + size > len(places) or places[start + size - 1] - first != size - 1:
                break
            found.append(places[start : start + size])
    return found


def _joined(found: Alignment) -> None:
    """ "kala electric" and "kalaelectric": neighbours of one side are one word of the other, the likest first."""
    if len(found.left_ours) + len(found.left_theirs) < 3:
        return
    for flipped in (False, True):
        mine, others = (found.theirs, found.ours) if flipped else (found.ours, found.theirs)
        left_mine, left_others = (
            (found.left_theirs, found.left_ours) if flipped else (found.left_ours, found.left_theirs)
        )
        if len(left_mine) < 2 or not left_others:
            continue
        fitting = []
        longest = _longest(others.units, left_others)
        for run in _runs(left_mine):
            units = [mine.units[at] for at in run]
            if sum([len(unit.text) for unit in units]) > longest and not any(unit.native for unit in units):
                continue
            alike, at = _best_whole(units, others.units, left_others)
            if alike < _ENOUGH:
                continue
            whole = others.units[at]
            if {"cyrillic", "arabic", "hangul"} & {whole.script, units[0].script} and any(
                closeness(one, whole) >= alike for one in units
            ):
                continue  # "Voskresensk State" is no nearer to воскресенский than Voskresensk is
            if alike >= _enough(units, whole):
                fitting.append((alike, run, at))
        for alike, run, at in sorted(fitting, reverse=True):
            if at in left_others and all(place in left_mine for place in run):
                rule = _how_joined([mine.units[place] for place in run], others.units[at])
                found.meet(*(([at], run) if flipped else (run, [at])), alike, rule)


def _how_joined(units: Sequence[Unit], whole: Unit) -> str:
    """By which rule neighbours are one word: a Chinese one may be translated, or spelled as in Hong Kong."""
    if whole.script != "han" or not whole.native or any(unit.native for unit in units):
        return "written together"
    if any(_says(units, concepts) for concepts in said(whole.native)):
        return "same meaning"
    text = "".join([unit.text for unit in units])
    if pinyin_fits(whole.native, text):
        return "written together"
    if spelled(whole.native, text):
        return SPELLED
    return "written together" if _half_said(units, whole.native) else "by ear"


def written_together(units: Sequence[Unit], others: Iterable[Unit]) -> bool:
    """Whether neighbours of one side may be one of these words of the other."""
    text, native = _as_one(units)
    return any(_alike_joined(units, text, whole, native=native) >= _enough(units, whole) for whole in others)


def _as_one(units: Sequence[Unit]) -> tuple[str, bool]:
    """Neighbouring words in Latin letters as one, and whether any of them is written in another script."""
    return "".join([unit.text for unit in units]), any(unit.native for unit in units)


def _enough(units: Sequence[Unit], whole: Unit) -> float:
    """How alike neighbours have to be to a word that they are written as."""
    return _ENOUGH if whole.native or units[0].native else 0.82


#: In another script.
_ENOUGH = 0.6
#: Neighbours may be so many letters longer or shorter than the word in Latin letters that they are written as.
_LETTERS_MORE = 3


def _longest(units: Sequence[Unit], places: Sequence[int]) -> float:
    """How many Latin letters neighbours may have that one of these words stands for."""
    sizes = [math.inf if units[at].native else len(units[at].text) for at in places]
    return max(sizes) + _LETTERS_MORE


def _best_whole(units: Sequence[Unit], others: Sequence[Unit], places: Sequence[int]) -> tuple[float, int]:
    """Which of the other side's words is most like these neighbours written as one."""
    text, native = _as_one(units)
    size = len(text)
    best = (0.0, 0)
    for at in places:
        whole = others[at]
        if native or whole.native or abs(len(whole.text) - size) <= _LETTERS_MORE:
            best = max(best, (_alike_joined(units, text, whole, native=native), at))
    return best


def _alike_joined(units: Sequence[Unit], text: str, whole: Unit, *, native: bool) -> float:
    """How alike neighbouring words, written as one, are to a word of the other side; `native` as `_as_one` says."""
    if not whole.native and not native:
        return _alike_in_latin(units, text, whole)
    kanji = "".join([unit.native for unit in units if unit.script == "kanji"]) if native else ""
    if whole.native and not kanji and _says(units, spelled_out(whole.native)):
        return 0.97
    if whole.script == "han" and whole.native:
        han = [unit.native for unit in units if unit.script == "han"]
        if len(han) == len(units):  # characters are never compared by their sound
            return 0.97 if "".join(han) == whole.native else 0.0
        if not native:
            return _han_joined(units, text, whole.native)
    if len(units) == 2 and not whole.native and units[0].script == units[1].script == "han":
        together = units[0].native + units[1].native
        if pinyin_fits(together, whole.text):
            return 0.97
        if made_of_two(units[0], units[1], whole.text):
            return _TRANSLATED
        if units[0].rank != "place" or units[1].rank or not transcribed(together):
            return 0.0
        return _by_ear(together, whole.text)  # a place was seen in the beginning of a foreign name: 阿克苏|诺贝尔
    if whole.script == "kanji" and not kanji:
        return 0.95 if reads_as(whole.native, text) else 0.0
    if kanji and not whole.native:
        return 0.95 if reads_as("".join([unit.native or unit.text for unit in units]), whole.text) else 0.0
    if whole.script == "kana" and len(units[0].text) > 1 and _VOWELS.isdisjoint(units[0].text):
        return 0.0  # SSC RIAR: initials are not heard as the beginning of a word
    if whole.script == "kana" or any(unit.script == "kana" for unit in units):
        return loan_alike(whole.text, text) if whole.script == "kana" else loan_alike(text, whole.text)
    if whole.script in _BLURRING or units[0].script in _BLURRING:
        word, latin = (whole.text, text) if whole.script in _BLURRING else (text, whole.text)
        alike = blurred_alike(word, latin, whole.script or units[0].script)
        return alike if alike >= 0.8 else 0.0
    if whole.script == "arabic" or units[0].script == "arabic":
        return bones_alike(consonants(text), consonants(whole.text))
    return 0.0 if kanji and whole.native else _alike_in_latin(units, text, whole)


_VOWELS = frozenset("aeiouy")


def _alike_in_latin(units: Sequence[Unit], text: str, whole: Unit) -> float:
    if len(whole.text) < 4 or abs(len(whole.text) - len(text)) > _LETTERS_MORE:
        return 0.0
    heard = "".join([unit.sound for unit in units])
    if whole.text == text or whole.sound == heard:
        return 0.97
    if len(text) < 7 or text.isdigit() or text[-1].isdigit() or whole.text[-1].isdigit():
        return 0.0
    return 0.95 * max(OSA.normalized_similarity(text, whole.text), OSA.normalized_similarity(heard, whole.sound))


def _han_joined(units: Sequence[Unit], text: str, han: str) -> float:
    """How alike Latin neighbours are to a Chinese word: translated, spelled, or heard better than one of them alone."""
    telling = [one for one in units if one.rank != "little"]
    alone = len(telling) == 1 and telling[0].rank != "" and in_dictionary(han, telling[0])
    if not alone and any(_says(units, concepts) for concepts in said(han)):
        return 0.97
    if pinyin_fits(han, text):
        return 0.97
    if alike := spelled(han, text):
        return max(alike, SYLLABLES) if len(units) == len(han) else alike
    if how := _half_said(units, han):
        return how
    if not begins_alike(han, [unit.text for unit in units]):
        return 0.0
    translated = (one for one in units if one.rank not in ("", "plain", "little") and not one_syllable(one.text))
    if any(translated) and not transcribed(han):
        return 0.0  # a town or a trade beside a name is translated: 长光辰芯 is not Zhenhua Science
    alike = _by_ear(han, text)
    return alike if alike > max(by_ear(han, unit.text) for unit in units) else 0.0


#: How well a name is heard that stands in one word with its trade.
_HEARD_BESIDE = 0.7
#: And how well when only the beginning of a word is heard.
_BEGINNING_HEARD = 0.8


def _half_said(units: Sequence[Unit], han: str) -> float:
    """How surely the Latin words read one half of a Chinese word and translate the other: 全华时代, Quanhua Time."""
    if len(han) < 3:
        return 0.0
    for cut in range(1, len(han)):
        for at in range(1, len(units)):
            parts = (han[:cut], units[:at]), (han[cut:], units[at:])
            for (read, spelling), (translated, words) in (parts, parts[::-1]):
                spelling_text = "".join([unit.text for unit in spelling])
                if len(read) < 2 or not any(_says(words, concepts) for concepts in said(translated)):
                    continue
                if _is_read(read, spelling_text):
                    return _TRANSLATED
                if by_ear(read, spelling_text) >= _HEARD_BESIDE or _begins_as(read, spelling_text):
                    return _HALF_HEARD
    return 0.0


def _begins_as(han: str, latin: str) -> bool:
    """Whether a long Latin word begins as these characters sound: 英特磊 is intel(ligent) and epitaxy (磊晶)."""
    return transcribed(han) and any(
        by_ear(han, latin[:size]) >= _BEGINNING_HEARD for size in range(4, min(len(latin) - 2, 4 * len(han)))
    )


def _is_read(han: str, latin: str) -> bool:
    """Whether a Latin word is these characters in pinyin or in another spelling."""
    return pinyin_fits(han, latin) or spelled(han, latin) > 0


def _says(units: Sequence[Unit], concepts: Sequence[str]) -> bool:
    """Whether these words are a phrase translated: the same meanings or near ones, in whichever order."""
    if not concepts:
        return False
    said = [unit.concept for unit in units if len(units) == len(concepts) or unit.rank != "little"]
    near = glossary().near
    left = list(concepts)
    for one in said:
        met = next((other for other in left if kin(one, other) or near.get(one, _NONE) & near.get(other, _NONE)), None)
        if met is None:
            return False
        left.remove(met)
    return not left


def _close(found: Alignment) -> None:
    """Pair what is left by how close the spellings are, the closest first."""
    ours, theirs = found.ours.units, found.theirs.units
    close = [
        (alike, mine, other)
        for mine in found.left_ours
        for other in found.left_theirs
        if (alike := closeness(ours[mine], theirs[other])) > 0
    ]
    for alike, mine, other in sorted(close, reverse=True):
        if mine in found.left_ours and other in found.left_theirs:
            found.meet([mine], [other], alike, _how_close(ours[mine], theirs[other]))


def _how_close(mine: Unit, other: Unit) -> str:
    if mine.rank and other.rank and mine.concept != other.concept:
        return "same meaning" if _said(mine, other) and not _looked_up(mine, other) else "near meaning"
    if mine.native or other.native:
        if _said(mine, other):
            return "same meaning"
        if _half_translated(mine, other):
            return "near meaning"
        if _spelled(mine, other) or _spelled(other, mine):
            return SPELLED
        return "by ear" if _only_heard(mine, other) or _only_heard(other, mine) else "reading"
    edits = OSA.distance(mine.text, other.text)
    return "one letter differs" if edits == 1 else f"{edits} letters differ" if edits < 4 else "short form"


def _only_heard(native: Unit, latin: Unit) -> bool:
    """Characters that another romanisation or language hears as this word, and that no pinyin spells so."""
    return native.script == "han" and not latin.native and not pinyin_fits(native.native, latin.text)


def heard_alone(mine: Unit, other: Unit) -> bool:
    """Whether two words that are close are so by ear alone: Chinese characters, and no pinyin of them."""
    return mine.script != other.script and _how_close(mine, other) == "by ear"


def _spelled(native: Unit, latin: Unit) -> bool:
    """Characters that are spelled so in Hong Kong or Taiwan, and not in pinyin."""
    return _only_heard(native, latin) and spelled(native.native, latin.text) > 0


def _said(mine: Unit, other: Unit) -> bool:
    """Whether one is what the other says in English, though they are not one word of the glossary."""
    native, latin = (mine, other) if mine.script == "han" else (other, mine)
    if native.script != "han" or latin.native:
        return False
    han = native.native
    return says(han, latin) or in_one_word(han, latin.text) or sino(han, latin.text)


def _half_translated(mine: Unit, other: Unit) -> bool:
    native, latin = (mine, other) if mine.script == "han" else (other, mine)
    return (
        native.script == "han"
        and not latin.native
        and latin.rank in _TELLING
        and not pinyin_fits(native.native, latin.text)
        and not spelled(native.native, latin.text)
        and half_says(native.native, latin)
    )


def _looked_up(mine: Unit, other: Unit) -> bool:
    """Whether two words of the glossary are one by the dictionary alone: 船舶 is a ship, and so shipping."""
    native, latin = (mine, other) if mine.script == "han" else (other, mine)
    return in_dictionary(native.native, latin)


def closeness(mine: Unit, other: Unit) -> float:
    """How alike two different words are, 0 when they should not be taken for one."""
    if mine.rank and other.rank and mine.concept != other.concept:
        if _said(mine, other):
            return NEAR_TRANSLATED if _looked_up(mine, other) else _TRANSLATED
        if _both_han(mine, other) or _two_trades(mine, other):
            return 0.0  # in one language, two words that translators exchange are two words
        near = glossary().near
        if not near.get(mine.concept, _NONE) & near.get(other.concept, _NONE):
            return 0.0
        return 0.75 if mine.script == other.script else NEAR_TRANSLATED
    short, long = (mine.text, other.text) if len(mine.text) <= len(other.text) else (other.text, mine.text)
    if not short or ((short[-1].isdigit() or long[-1].isdigit()) and _numbered_apart(short, long)):
        return 0.0
    if "nii" in short and _INSTITUTE.fullmatch(short) and _INSTITUTE.fullmatch(long):
        return 0.0  # НИИЭИ and NIIEMI are two institutes: every letter of such a name is a word
    if mine.native or other.native:
        return _native_alike(mine, other)
    if len(short) == 1:
        return 0.6 if short[0] == long[0] and len(long) > 2 and not mine.rank and not other.rank else 0.0
    return _spelling_alike(mine, other, short, long) if len(short) > 2 else 0.0


def _numbered_apart(one: str, other: str) -> bool:
    """Whether one of two words is a number, or ends in one, and the other does not."""
    return one.isdigit() or other.isdigit() or one[-1].isdigit() != other[-1].isdigit()


_NONE: frozenset[int] = frozenset()

#: Initials of Russian research institutes (NII: nauchno-issledovatelskiy institut), central, all-Russian or state ones.
_INSTITUTE = re.compile("(?:ts|c|v|g|o|f)?nii[a-z]{1,4}")


def _two_trades(mine: Unit, other: Unit) -> bool:
    """Two trades written in Latin letters, or in one other script, and so most likely in one language: gas and oil."""
    if mine.rank != "trade" or other.rank != "trade" or {mine.concept, other.concept} in glossary().exchanged:
        return False
    return mine.script == other.script


def _native_alike(mine: Unit, other: Unit) -> float:
    if _both_han(mine, other):
        return _characters_alike(mine.native, other.native)
    if mine.script == other.script:
        return _sharpened(OSA.normalized_similarity(mine.native, other.native))
    return _reading_alike(mine, other)


def _sharpened(alike: float) -> float:
    """One letter in ten is a slip, three in ten another word: counted on a steeper scale."""
    return 1 - 1.5 * (1 - alike) if alike >= CLOSE else 0.0


def _characters_alike(one: str, other: str) -> float:
    """Chinese words as characters: one character in five or more may differ.

    A foreign name is taken down in other characters of the same sound by the next who hears it: 伊庇鲁斯, 伊比鲁斯.
    """
    alike = OSA.normalized_similarity(one, other)
    if 0.5 <= alike < 1 and len(one) == len(other) > 3 and transcribed(one) and transcribed(other):
        return 0.9 if romanise(one) == romanise(other) else _sharpened(alike)
    return _sharpened(alike) if alike >= 0.8 else 0.0


def _reading_alike(mine: Unit, other: Unit) -> float:
    """A word in another script against a Latin one (or one of a third script)."""
    native, latin = (mine, other) if mine.native and (mine.script in _HARD or not other.native) else (other, mine)
    if native.script == "kanji":
        if reads_as(native.native, latin.text):
            return 0.95
        if latin.concept in (phrase := spelled_out(native.native)):
            return 0.97 if len(phrase) == 1 else 0.75
        return 0.7 if len(native.native) > 3 and reads_as(native.native[:2], latin.text) else 0.0
    if native.script == "han" and not latin.native:
        if pinyin_fits(native.native, latin.text):
            return 0.97
        if _said(mine, other):
            return _TRANSLATED
        if not one_syllable(latin.text) and (alike := spelled(native.native, latin.text)):
            return alike  # Tai is one character, and 大毅 two: Ta-I
        if latin.rank in _TELLING and (half_heard(native.native, latin.text) or with_ending(native.native, latin.text)):
            return _HALF_HEARD
        if reads_as(native.native, latin.text):
            return 0.9
        if latin.rank in _TELLING and half_says(native.native, latin):
            return HALF_TRANSLATED
        if native.rank or (latin.rank in ("little", "common", "trade") and not _foreign_word(native, latin)):
            return 0.0  # a word that is known is translated or read; what is heard are names
        if _another_word(native, latin):
            return 0.0
        close = 0.0 if spells(latin.text, len(native.native)) else _sharpened(_best(mine, other))
        return max(close, _by_ear(native.native, latin.text))
    best = _sharpened(_best(mine, other))
    if native.script == "kana":
        best = max(best, loan_alike(native.text, latin.text))
    elif native.script == "cyrillic":
        best = max(best, 0.9 if len(native.native) < 5 and _letter_by_letter(native.native, latin.text) else 0.0)
    elif native.script in _BLURRING:
        best = max(best, blurred_alike(native.text, latin.text, native.script))
    elif native.script == "arabic":
        bare = latin.text[2:] if latin.text.startswith("al") and len(latin.text) > 4 else latin.text
        best = max(best, *(bones_alike(consonants(native.text), consonants(text)) for text in (latin.text, bare)))
        best = max(best, *(_arabicbones_alike(native, text) for text in (latin.text, bare)))
    return best


#: Ranks of words by which names are told apart.
_TELLING = frozenset({"", "plain"})


def _another_word(native: Unit, latin: Unit) -> bool:
    """Whether an ordinary word of Chinese stands beside one of English that it does not say: 远见 is not Insight."""
    english = latin.rank == "plain" or everyday_english(latin.text)
    return english and not transcribed(native.native) and bool(translations(native.native))


#: How alike a foreign name taken down in characters is at least to a word that the glossary knows in another language.
_HEARD_THOUGH_KNOWN = 0.8


def _foreign_word(native: Unit, latin: Unit) -> bool:
    """Whether a word that is a trade elsewhere (most: a bridge in Russian) is here a name taken down by ear: 莫斯特."""
    return (
        latin.rank == "trade"
        and not kin(latin.concept, latin.text)
        and transcribed(native.native)
        and by_ear(native.native, latin.text) >= _HEARD_THOUGH_KNOWN
    )


#: A word in kana that is less like a Latin one than this is only near it,
SURELY_HEARD = 0.94
#: and tells enough with as many consonants. Chinese characters need as many syllables.
TELLING_SOUNDS = 4


def only_near(mine: Unit, other: Unit) -> bool:
    """Whether two words are alike by ear alone, and short, as カルラ and Kaleyra are: each is near many others.

    In Arabic two consonants are short, unless most letters are there: كيهان is Kayhan, and near Canon and Icon.
    """
    native, latin = (mine, other) if mine.native else (other, mine)
    if latin.native or not native.native or mine.sound == other.sound or mine.concept == other.concept:
        return False
    if native.script == "kana":
        sounds = max(len(loan_bones(native.text, False)), len(loan_bones(latin.text, True)))
        return sounds < TELLING_SOUNDS and closeness(mine, other) < SURELY_HEARD
    if native.script == "arabic":
        return closeness(mine, other) < 0.9 and not _most_letters(native.text, latin.text)
    return native.script == "han" and len(native.native) < TELLING_SOUNDS and _only_heard(native, latin)


def _most_letters(arabic: str, latin: str) -> bool:
    """Whether a romanised word has three letters in five of a Latin one."""
    return _letters_alike(arabic, latin) >= 0.6


def _letters_alike(arabic: str, latin: str) -> float:
    """How alike a romanised word is to a Latin one in letters; w and y may be the vowels u and i."""
    spelled = arabic.replace("w", "u").replace("y", "i")
    return max(OSA.normalized_similarity(one, latin) for one in (arabic, spelled))


def kept_apart(arabic: str, latin: str) -> bool:
    """Whether an Arabic word, romanised, and a Latin one differ in a consonant that both languages keep apart.

    A final t is written and seldom said, v is an Arabic f or a Persian w, and ch at times a k (Sonatrach).
    """
    ours = arabic_bones(arabic).rstrip("t")
    if all(ours != arabic_bones(one).rstrip("t") for one in (latin, latin.replace("v", "w"), latin.replace("ch", "k"))):
        return True
    if bool(_HUSHING.match(arabic)) != bool(_HUSHING.match(latin)):
        return True
    return ("sh" in latin and not _HUSHED.search(arabic)) or ("sh" in arabic and not _HUSHED.search(latin))


#: How a word begins with the sound of "ship", as English, French and German write it; and letters that may have it.
_HUSHING = re.compile("sc?h|ch|tch")
_HUSHED = re.compile("[sczd]h|[cjxşš]|ti|si")


def _letter_by_letter(cyrillic: str, latin: str) -> bool:
    """Whether each letter of a short word may stand for the Latin one, as acronyms are rendered: БКС, BCS."""
    return len(cyrillic) == len(latin) and all(
        char in _CYRILLIC_AS.get(letter, "") for letter, char in zip(cyrillic, latin, strict=True)
    )


#: Latin letters that stand for a Cyrillic one in acronyms.
_CYRILLIC_AS = pairs("cyrillic_initials")


def _arabicbones_alike(native: Unit, latin: str) -> float:
    """An Arabic word and a Latin one by the consonants that Arabic and its readers keep apart; a final h may be t."""
    bones = arabic_bones(latin)
    ours = arabic_bones(native.text)
    if len(bones) < 3 or (bones != ours and not (native.native.endswith("ه") and bones == ours + "t")):
        return 0.0
    return 0.78 if len(bones) == 3 else 0.88


#: Scripts whose romanisation is one of many, in which only the consonants can be trusted.
_BLURRING = frozenset({"hangul", "hebrew", "thai", "devanagari", "greek", "armenian", "georgian", "other"})


def blurred_alike(native: str, latin: str, script: str) -> float:
    """A romanised word against a Latin one by consonants, and by the vowels too as far as both write them."""
    if script == "hangul":
        native, latin = native.replace("l", "r"), latin.replace("l", "r")
        return max(_blurred_alike(native, one, 0.14) for one in {latin, R_UNSAID.sub("", latin)})
    return _blurred_alike(native, latin, 0.25 if script in _VOWELLED else 0.14)


#: What English does not say, and Korean does not write: Naver is 네이버.
R_UNSAID = re.compile(r"r(?![aeiouyr])")
#: Scripts that write vowels much as the Latin spelling does.
_VOWELLED = frozenset({"thai", "devanagari"})


def _blurred_alike(native: str, latin: str, vowels: float) -> float:
    """The same; `vowels` is how much all letters count beside the consonants."""
    one, other = blurred_bones(native), blurred_bones(latin)
    if not one or not other or one[0] != other[0]:
        return 0.0
    bones = (0.0, 0.75, 0.9, 0.97)[min(len(one), 3)] if one == other else bones_alike(one, other)
    return bones * (1 - vowels + vowels * OSA.normalized_similarity(blurred(native), blurred(latin)))


def _by_ear(han: str, latin: str) -> float:
    """Characters as another romanisation or language hears them; one in three hundred words is as near by chance."""
    alike = by_ear(han, latin)
    if alike < HEARD:
        return 0.0
    sure = 0.76 if len(han) > 3 else 0.62  # four sounds in a row are alike by chance in one of two hundred words
    return min(0.95, sure + 1.2 * (alike - HEARD))


_HARD = frozenset({"han", "kanji", "kana", "arabic", "hebrew", "thai"})


def _best(mine: Unit, other: Unit) -> float:
    """How alike two words are in letters or by sound, 0 when that is not close."""
    return max(
        OSA.normalized_similarity(mine.text, other.text, score_cutoff=CLOSE),
        OSA.normalized_similarity(mine.sound, other.sound, score_cutoff=CLOSE),
    )


def bones_alike(one: str, other: str) -> float:
    """Consonants against consonants: equal ones count by their number, five with one wrong still count."""
    if one == other:
        return (0.0, 0.6, 0.85, 0.93)[len(one)] if len(one) < 4 else 0.96
    alike = OSA.normalized_similarity(one, other)
    return 0.75 if alike >= 0.8 else 0.65 if alike >= 0.75 else 0.0


#: Letters that a word may begin with on one side when it begins with another of the same group on the other.
_START = {
    letter: group for group in ("aeiouwyh", "lr", "vb", "fh", "ckqsxz", "jzgdt", "p", "m", "n") for letter in group
}
_START |= {"h": "fh", "f": "fh", "z": "jzgdt", "t": "jzgdt"}


@lru_cache(maxsize=50_000)
def loan_alike(kana: str, latin: str) -> float:
    """A foreign word in kana against its Latin spelling: by sound, and by consonants where the sound agrees."""
    heard_as = heard_in_kana(kana, latin)
    best = min(0.96, 0.75 + 1.25 * (heard_as - HEARD_IN_KANA)) if heard_as >= HEARD_IN_KANA else 0.0
    if _START.get(kana[:1]) != _START.get(latin[:1]) or not 0.4 < len(kana) / (len(latin) or 1) < 2.5:
        return best
    for english in (True, False):
        heard = OSA.normalized_similarity(loan_sound(kana, False), loan_sound(latin, english))
        bones = bones_alike(loan_bones(kana, False), loan_bones(latin, english)) if len(latin) > 4 else 0.0
        best = max(best, _sharpened(heard), bones * (0.4 + 0.6 * heard))
    return best if best >= 0.5 else 0.0


def _spelling_alike(mine: Unit, other: Unit, short: str, long: str) -> float:
    if long.startswith(short) and long[len(short) :] in _GLUED_ENDS:
        return 0.95
    alike = _best(mine, other) if len(short) > 3 else 0.0
    if len(short) == 4 and (short[0] != long[0] or (len(long) == 4 and not _one_sound(short, long))):
        alike -= 0.1
    best = _sharpened(alike)
    if long.startswith(short) and (len(short) >= 4 or mine.rank or other.rank):
        best = max(best, 0.6)
    if short[0] == long[0] and len(long) >= 5:
        if _without_vowels(short, long):
            best = max(best, 0.85 if len(short) >= BARE and _VOWELS.isdisjoint(short[1:]) else 0.75)
        bones = consonants(short)
        if len(bones) > 2 and len(long) < 1.5 * len(short) and bones == consonants(long):
            best = max(best, 0.72)
    return best


def _one_sound(one: str, other: str) -> bool:
    """Whether two words of one length differ in sounds only that spellings exchange: Huda and Hoda, not Sony, Sono."""
    return all(a == b or frozenset((a, b)) in _EXCHANGED for a, b in zip(one, other, strict=True))


_EXCHANGED = frozenset(
    map(frozenset, ("ae", "ai", "ao", "au", "ei", "eo", "eu", "io", "iu", "ou", "iy", "uv", "vw", "ck", "sz", "kq"))
)


def _without_vowels(short: str, long: str) -> bool:
    """Whether the short word is the long one with vowels dropped: srvcs, mgmt."""
    bare = "".join([char for char in long[1:] if char not in "aeiouy"])
    return len(short) >= 3 and "".join([char for char in short[1:] if char not in "aeiouy"]) == bare


def _shortened(found: Alignment) -> None:
    """Initials ("nziv" for novosibirsk zavod iskusstvennogo volokna) and syllable words (tulmash for tula mash...)."""
    for flipped in (False, True):
        mine, others = (found.theirs, found.ours) if flipped else (found.ours, found.theirs)
        left_mine, left_others = (
            (found.left_theirs, found.left_ours) if flipped else (found.left_ours, found.left_theirs)
        )
        for at in list(left_mine):
            unit = mine.units[at]
            if len(left_others) < 2 or not _may_be_short(unit):
                continue
            for run in sorted(_runs(left_others, 6), key=len, reverse=True):
                alike = shortened(unit, [others.units[place] for place in run], alone=len(mine.units) == 1)
                if alike:
                    sides = (run, [at]) if flipped else ([at], run)
                    found.meet(*sides, alike, "initials" if alike < 0.9 else "syllables")
                    break


def _heard_in_context(found: Alignment) -> None:
    """Let the one word that is left on both sides be heard generously where town and trade have met: 羅約, Royo."""
    mine, others = _left_own(found.ours, found.left_ours), _left_own(found.theirs, found.left_theirs)
    if len(mine) != 1 or len(others) != 1:
        return
    one, other = found.ours.units[mine[0]], found.theirs.units[others[0]]
    native, latin = (one, other) if one.script == "han" else (other, one)
    if native.script != "han" or latin.native or spells(latin.text, len(native.native)):
        return
    if everyday_english(latin.text) and not transcribed(native.native):
        return  # an everyday English word is chosen for what it says: 富地 is not Fortune
    met = [pair for pair in found.met if pair.alike > 0.85]
    in_town = any(pair.ours[0].rank == "place" for pair in met) and sum([pair.weight for pair in met]) >= AGREEING
    in_trade = any(pair.ours[0].rank == "trade" for pair in met) and not (
        found.over_ours()[1:] or found.over_theirs()[1:]
    )
    if not in_town and not in_trade:
        return
    if pinyin_initials(native.native, latin.text):
        found.meet(mine, others, _BY_INITIALS, "initials")
        return
    least = HEARD_IN_CONTEXT if in_town else HEARD_IN_TRADE
    if len(native.native) > 2 and transcribed(native.native):
        if len(native.native) > 3:
            return  # four characters leave nothing to guess: 罗克韦尔 is not Rotork
        least = HEARD  # and three little
    if by_ear(native.native, latin.text, least) >= least:
        found.meet(mine, others, 0.62, "by ear")


def _heard_with_all_else(found: Alignment) -> None:
    """Be surer of a name that was heard when its trade or town agrees and nothing is left: 三维通信, Sunwave."""
    heard = [at for at, pair in enumerate(found.met) if pair.rule == "by ear"]
    if len(heard) != 1 or len(found.met) == 1 or found.met[heard[0]].alike >= WITH_ALL_ELSE:
        return
    if any(one.rank not in ("little", "holding") for one in (*found.over_ours(), *found.over_theirs())):
        return
    rest = [pair for at, pair in enumerate(found.met) if at != heard[0]]
    if any(pair.alike < 0.95 for pair in rest) or all(pair.ours[0].rank not in ("trade", "place") for pair in rest):
        return
    pair = found.met[heard[0]]
    found.met[heard[0]] = pair._replace(alike=WITH_ALL_ELSE)
    more = WITH_ALL_ELSE - pair.alike
    found.gained_ours += more * sum([one.weight for one in pair.ours])
    found.gained_theirs += more * sum([one.weight for one in pair.theirs])


def _left_own(form: Form, left: Sequence[int]) -> list[int]:
    """The places of what is left over and tells something, if that is only words of its own; else nothing."""
    telling = [at for at in left if form.units[at].rank != "little"]
    return telling if all(not form.units[at].rank for at in telling) else []


def _may_be_short(unit: Unit) -> bool:
    return len(unit.text) <= 16 and not unit.rank and unit.text.isalpha()


def shortened(unit: Unit, run: Sequence[Unit], *, alone: bool) -> float:
    """How surely a word is short for neighbours of the other side; `alone` when it is all there is of its name."""
    if unit.script == "han" or unit.text[0] not in _first_letters(run[0]) or not _may_be_short(unit):
        return 0.0  # Chinese shortens by characters, never by the letters that pinyin has for them
    if run[0].script == "han" and len(unit.text) > 4:
        return 0.0  # 通富微电子 is not Tongwei
    return _short_of(unit.text, run, alone=alone)


def _short_of(short: str, units: Sequence[Unit], *, alone: bool) -> float:
    """How surely a word is short for others. A name that is nothing but initials is judged as a whole elsewhere."""
    if len(short) < len(units):
        units = [unit for unit in units if unit.concept != "of"]
    words = [unit.text for unit in units]
    if not alone and len(short) == len(words) >= 2:
        if len(words) > 2 and all(word[0] == char for word, char in zip(words, short, strict=True)):
            return 0.85
        if all(char in _first_letters(unit) for unit, char in zip(units, short, strict=True)) and any(
            unit.rank for unit in units
        ):
            return 0.8 if len(words) > 2 else 0.7
    return 0.9 if len(short) >= 5 and len(words) <= 3 and _syllables(short, words) else 0.0


def _first_letters(unit: Unit) -> frozenset[str]:
    """What a word may begin with: its own letter, and those of the words of other languages that mean the same.

    A translated name keeps its initials: SPO Arktika is Northern Production Association Arktika.
    """
    return glossary().initials.get(unit.concept, _NO_LETTERS) | {unit.text[0]}


_NO_LETTERS: frozenset[str] = frozenset()


def _syllables(short: str, words: Sequence[str]) -> bool:
    """Whether a word is made of beginnings, two letters or more, of each of the words in turn."""
    if not words:
        return not short
    first, *rest = words
    return any(
        _syllables(short[size:], rest)
        for size in range(min(len(first), len(short)), 1, -1)
        if first[:size] == short[:size]
    )
