"""Evidence: what speaks for two names being one, as numbers, and what speaks against it whatever the numbers say.

Two readings laid side by side become a row of features, each between 0 and about 1. A logistic model weighs the row
(`match_weights.toml`, trained by `benchmarks/train_matching.py`). Objections stand outside the model: a number that
differs is another company however alike the rest is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import mul

from rapidfuzz.distance import Indel, JaroWinkler

from bot.data import table
from bot.matching.align import Alignment, Meeting, align, kept_apart
from bot.matching.chinese import HEARD_ALONE, by_ear, transcribed
from bot.matching.chinese_words import looked_up, may_say
from bot.matching.fold import fold
from bot.matching.frequency import CYRILLIC, LATIN, zipf
from bot.matching.scripts import pinyin_fits
from bot.matching.words import ROMAN, Form, Unit, glossary, japanese, unit

#: The features of a row in their order; the last five are used alone, when one name is the initials of the other.
FEATURES = (
    "covered",  # the share of the less covered name that met something in the other
    "covered_well",  # the same above .7
    "covered_less",  # the same up to .5
    "covered_either",  # the share of the better covered name
    "covered_either_well",
    "both_left",  # weight that is left over on both sides: two names that each say something else
    "both_left_some",
    "both_left_telling",
    "both_left_own",
    "both_left_place",
    "both_left_trade",
    "both_left_common",
    "one_left",  # weight that is left over on either side
    "one_left_own",
    "one_left_place",
    "ends_in_place",  # one name is the other with a place behind it
    "one_left_trade",
    "one_left_common",
    "one_left_holding",
    "met_own",  # weight of words of their own that met
    "met_own_much",
    "met_all",
    "met_unsure",  # how far the words that met are from being equal
    "only_common",  # no word of their own met, and some other word is left: Bank of China, Agricultural Bank of China
    "ratio",  # likeness of the strings without spaces
    "heard",  # the same by sound
    "heard_well",
    "begins",
    "head_met",  # the first telling words met, or did not
    "short",  # four letters and less leave no room for likeness
    "short_exact",
    "other_form",
    "part",
    "acronym",
    "acronym_length",
    "acronym_skips",
    "acronym_same_form",
    "acronym_bare",
)
Row = tuple[float, ...]
_ACRONYM_AT = FEATURES.index("acronym")


@dataclass(slots=True)
class _Left:
    """What is left over on one side, by rank."""

    own: float = 0.0
    place: float = 0.0
    trade: float = 0.0
    common: float = 0.0
    holding: bool = False
    telling: bool = False


def _left(units: Sequence[Unit]) -> _Left:
    left = _Left()
    for one in units:
        rank = one.rank
        if rank == "":
            left.own += 0.0 if one.text.isdigit() else one.weight
        elif rank == "place":
            left.place += one.weight
        elif rank == "common" or rank == "little":
            left.common += one.weight
        elif rank == "holding":
            left.holding = True
        else:
            left.trade += one.weight
        left.telling = left.telling or (rank not in ("little", "common", "holding") and len(one.text) > 1)
    return left


def features(found: Alignment) -> Row:
    """The row of two readings laid side by side."""
    ours, theirs = found.ours, found.theirs
    over_ours, over_theirs = found.over_ours(), found.over_theirs()
    over_ours, waived_ours = _waived(over_ours, ours, theirs)
    over_theirs, waived_theirs = _waived(over_theirs, theirs, ours)
    if (ours.han or theirs.han) and _spelled_at_length(found):
        over_ours, more_ours = _untold(over_ours, ours, theirs)
        over_theirs, more_theirs = _untold(over_theirs, theirs, ours)
        waived_ours, waived_theirs = waived_ours + more_ours, waived_theirs + more_theirs
    mine, other = _left(over_ours), _left(over_theirs)
    gained_ours, gained_theirs = found.gained_ours + waived_ours, found.gained_theirs + waived_theirs
    low, high = sorted((gained_ours / (ours.total or 1), gained_theirs / (theirs.total or 1)))
    less, more = sorted((max(0.0, ours.total - gained_ours), max(0.0, theirs.total - gained_theirs)))
    met_own = sum([one.weight * one.alike for one in found.met if one.ours[0].rank == "" or one.theirs[0].rank == ""])
    begins = 0.0
    if ours.han and theirs.han:
        ratio = heard = Indel.normalized_similarity(ours.han, theirs.han)
    else:
        ratio = Indel.normalized_similarity(ours.squashed, theirs.squashed)
        begins = _laid(found)
        ratio = max(ratio, begins)
        heard = max(ratio, Indel.normalized_similarity(ours.heard, theirs.heard))
    short = max(0.0, 5 - min(_length(ours), _length(theirs))) / 4
    return (
        low,
        max(0.0, low - 0.7) / 0.3,
        min(low, 0.5) * 2,
        high,
        max(0.0, high - 0.8) / 0.2,
        min(less, 2.0) / 2,
        min(less, 0.4) / 0.4,
        float(mine.telling and other.telling),
        min(mine.own, other.own, 1.0),
        min(mine.place, other.place, 0.5) * 2,
        min(mine.trade, other.trade, 0.72),
        min(mine.common, other.common, 0.5) * 2,
        min(more, 3.0) / 3,
        min(max(mine.own, other.own), 2.0) / 2,
        min(max(mine.place, other.place), 0.5) * 2,
        float(_ends_in_place(found)),
        min(max(mine.trade, other.trade), 1.5) / 1.5,
        min(max(mine.common, other.common), 0.9),
        float(mine.holding or other.holding),
        min(1.0, met_own),
        min(1.0, max(0.0, met_own - 1) / 2),
        min(1.0, min(found.gained_ours, found.gained_theirs) / 3),
        min(1.0, sum([(1 - one.alike) * one.weight for one in found.met])),
        min(1.0, more) if met_own < 0.3 and more >= 0.2 else 0.0,
        ratio,
        heard,
        max(0.0, heard - 0.8) / 0.2,
        max(begins, JaroWinkler.similarity(ours.heard, theirs.heard)),
        _head_met(found),
        short if heard < 1 else 0.0,
        short if heard == 1 else 0.0,
        float(_other_form(ours, theirs)),
        float(bool(ours.part or theirs.part)),
        *_NO_ACRONYM,
    )


def _length(form: Form) -> int:
    """How many letters a name has; Hebrew leaves out two vowels of a short word."""
    bare = len(form.units) == 1 and form.units[0].script == "hebrew"
    return len(form.squashed) + (2 if bare else 0)


def _other_form(ours: Form, theirs: Form) -> bool:
    """Whether two names say two legal forms.

    Between Chinese characters and another script they say nothing: 股份有限公司 is Co., Ltd., Corporation or Inc., as
    the company likes, and 有限公司 as well.
    """
    if not ours.forms or not theirs.forms or not ours.forms.isdisjoint(theirs.forms):
        return False
    native = ours if ours.han else theirs
    return bool(ours.han) == bool(theirs.han) or japanese(native.text)


def _laid(found: Alignment) -> float:
    """How much of two names in two scripts is alike, letter for letter of what met; 0 in one script.

    A reading that fits and a word that is translated leave no likeness between the strings.
    """
    if not any(_crosses(one) for one in found.met):
        return 0.0
    met = [(max(1, min(_size(one.ours), _size(one.theirs))), one.alike) for one in found.met]
    left = _size(found.over_ours()) + _size(found.over_theirs())
    return sum([size * alike for size, alike in met]) / (sum([size for size, _ in met]) + left / 2)


def _crosses(one: Meeting) -> bool:
    """Whether a word met one of another script."""
    return {unit.script for unit in one.ours} != {unit.script for unit in one.theirs}


def _size(units: Sequence[Unit]) -> int:
    return sum([len(unit.text) for unit in units])


def _waived(over: list[Unit], form: Form, other: Form) -> tuple[list[Unit], float]:
    """What is left over without what goes without saying, and the weight of that.

    万科 is "China Vanke" abroad: who writes in Chinese characters does not say where. 中国 is also "China National" or
    "China State", and 国家 (national) is "China". 人寿 is life insurance, 内蒙古 Inner Mongolia, 国防 defense, national
    or not, 商业银行 (commercial bank) a bank, 投资控股 (investment holding) a holding, and 航空航天 (aviation and
    aerospace) aerospace.
    """
    if form.han:
        said = {"national"} if ("国家" in form.han and _names_china(other)) or "国防" in form.han else set()
        if _ACADEMY.search(form.han) and not other.han and any(one.concept == "institute" for one in other.units):
            said |= {"china", "academy", "science"}
        if "航空航天" in form.han and not other.han and any(one.concept == "aerospace" for one in other.units):
            said.add("aviation")
        if "投资控股" in form.han and any(one.concept == "holding" for one in other.units):
            said.add("investment")
        if "商业银行" in form.han and not other.han and any(one.concept == "bank" for one in other.units):
            said.add("trading")
        if "精机" in form.han and not other.han and any(one.concept in _MACHINES for one in other.units):
            said.add("precision")
    elif not other.han or japanese(other.text):
        return over, 0.0
    else:
        said = {"china", "national", "state"} if "中国" in other.han or "国家" in other.han else {"china"}
        if "研究" in other.han or "科技" in other.han:
            said.add("science")  # 研究所 is a research institute, 科技 science and technology
        if "内蒙" in other.han:
            said.add("inner")  # 内蒙古 is one word for Inner Mongolia
        if "人寿" in other.han:
            said.add("insurance")
        if _TAIWAN.search(other.han):
            said.add("national")
    if not said:
        return over, 0.0
    waived = sum([unit.weight for unit in over if unit.concept in said])
    return ([unit for unit in over if unit.concept not in said], waived) if waived else (over, 0.0)


#: A Chinese word of so many syllables that pinyin spells from end to end is seldom two companies' own.
_LONG_IN_PINYIN = 3


#: What Chinese companies put behind their name as others put "Limited", and leave out abroad.
_BEHIND = frozenset({"technology", "industry", "enterprise", "development"})


def _spelled_at_length(found: Alignment) -> bool:
    """Whether a Chinese word of its own of three characters and more met its pinyin."""
    return any(
        len(native) == 1
        and not native[0].rank
        and len(native[0].native) >= _LONG_IN_PINYIN
        and not any(one.native for one in latin)
        and pinyin_fits(native[0].native, "".join([one.text for one in latin]))
        for met in found.met
        for native, latin in ((met.ours, met.theirs), (met.theirs, met.ours))
        if native[0].script == "han"
    )


def _untold(over: list[Unit], form: Form, other: Form) -> tuple[list[Unit], float]:
    """What is left over of a Chinese name without what it seldom says abroad, and the weight of that.

    Its law asks for the town at the beginning; a name that says another one keeps it.
    """
    if not form.han or not over:
        return over, 0.0
    town = form.units[0] if not any(one.rank == "place" for one in other.units) else None
    untold = [one for one in over if one.concept in _BEHIND or (one is town and one.rank == "place")]
    return [one for one in over if one not in untold], sum([one.weight for one in untold])


#: What 精机, precision machinery, is in English without the precision.
_MACHINES = frozenset({"machine", "machine_tool"})
#: An institute of the Chinese Academy of Sciences: abroad it is an institute of its town, and the academy unsaid.
_ACADEMY = re.compile("中国科学院.{4,}(?:研究所|研究院)")


def _names_china(form: Form) -> bool:
    return not form.han and any(one.concept == "china" for one in form.units)


_NO_ACRONYM = (0.0,) * (len(FEATURES) - _ACRONYM_AT)


def _head(units: Sequence[Unit]) -> Unit | None:
    return next((one for one in units if one.rank in ("", "plain")), None)


def _head_met(found: Alignment) -> float:
    """How alike the first telling words of both sides are when they met; -1 when they did not."""
    mine, other = _head(found.ours.units), _head(found.theirs.units)
    if mine is None or other is None:
        return 0.0
    return next((one.alike for one in found.met if mine in one.ours and other in one.theirs), -1.0)


def _ends_in_place(found: Alignment) -> bool:
    """One name goes on where the other ends, with a place: the branch in that country or town."""
    if bool(found.left_ours) == bool(found.left_theirs):
        return False
    units, left = (found.ours.units, found.left_ours) if found.left_ours else (found.theirs.units, found.left_theirs)
    return left[-1] == len(units) - 1 and units[-1].rank == "place"


# ── Initials ──────────────────────────────────────────────────────────────────────────────────────────────────────


def acronym_row(ours: Form, theirs: Form) -> Row | None:
    """The row of two readings of which one is the initials of the other; None when neither is."""
    for short, long in ((ours, theirs), (theirs, ours)):
        letters = short.squashed
        if 2 <= len(letters) <= 8 and len(short.units) <= 2 and len(long.words) > 1 and letters.isascii():
            skipped = _skipped(letters, long.words)
            if skipped is not None and skipped <= 2:
                return (
                    *(0.0,) * _ACRONYM_AT,
                    1.0,
                    min(len(letters), 6) / 6,
                    skipped,
                    float(bool(short.forms & long.forms)),
                    float(not short.forms and bool(long.forms)),
                )
    return None


@lru_cache(maxsize=20_000)
def _skipped(letters: str, words: tuple[str, ...]) -> float | None:
    """The least cost of words to skip so that the rest begin with these letters in turn; None when none do."""
    if not letters:
        return sum([_skip_cost(word) for word in words])
    if len(words) > 16 or not words:
        return None
    first, rest = words[0], words[1:]
    after = _skipped(letters, rest)
    options: list[float | None] = [] if after is None else [after + _skip_cost(first)]
    if first[:1] == letters[0]:
        options.append(_skipped(letters[1:], rest))
    elif first.isdigit() and letters.startswith(first):
        options.append(_skipped(letters[len(first) :], rest))
    if 1 < len(first) < 5 and letters == first and first in _form_words():
        options.append(_skipped("", rest))  # a short legal form is taken whole: PDVSA
    return min((one for one in options if one is not None), default=None)


@lru_cache(maxsize=50_000)
def _skip_cost(word: str) -> float:
    """Joining words cost nothing, words of legal forms next to nothing, others one each."""
    if word in ROMAN or not word:
        return 1.0
    if word in _form_words():
        return 0.1
    return 0.0 if unit(word).weight < 0.1 else 1.0


@cache
def _form_words() -> frozenset[str]:
    tables = table("legal_forms").values()
    return frozenset(
        word
        for forms in tables
        for key in ("spelled", "edge")
        for form in forms.get(key, ())
        for word in fold(form).split()
    )


# ── Objections ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Objection:
    """Something that speaks against two names being one however alike they are.

    Evidence for them counts in full up to `ceiling`, a tenth beyond it (so that an order remains), and `cost` is
    taken off; both are on the scale of the model's sum.
    """

    rule: str
    ceiling: float
    cost: float

    def applied(self, total: float) -> float:
        return min(total, self.ceiling) + 0.1 * max(0.0, total - self.ceiling) - self.cost


OTHER_NUMBER = Objection("another number", 0.0, 3.0)
NUMBER_MISSING = Objection("a number on one side only", 3.0, 3.5)
NAME_GOES_ON = Objection("a name of one word, and the other goes on", 0.8, 1.6)
LINE_SAID = Objection("a name of one word, and the other says a line of business or a place", 0.8, 1.6)
SAYS_MORE = Objection("no word of its own, and one says more", 0.0, 1.0)
SAYS_OTHER = Objection("one language, and each says something else", 0.0, 0.5)
ONLY_NEAR = Objection("no word of its own, and what tells most is only near in meaning", 0.0, 0.5)
OTHER_NAME = Objection("no word of its own met, and each has another", 0.0, 1.0)
OTHER_PLACE = Objection("no word of its own met, and another place", 0.0, 1.0)
ONLY_HEARD = Objection("nothing but a short name, by ear", 0.6, 0.0)
FAINTLY_HEARD = Objection("nothing but a foreign name, faintly heard", 0.0, 0.5)
OTHER_CONSONANT = Objection("nothing but one Arabic word, and another consonant", 0.0, 1.0)
ONE_EVERYDAY = Objection("nothing but one everyday word, in translation", 0.0, 1.0)
ONE_LOOKED_UP = Objection("nothing but one word of the dictionary, and one says more", 0.0, 1.0)
OTHER_TRADE = Objection("a trade that the full Chinese name does not say", 1.0, 1.2)
SAME_LETTERS = Objection("the same few letters beside other names", 0.2, 0.0)
ABROAD = Objection("both in full, and one of another country", 0.0, 0.5)
OTHER_LETTER = Objection("a short name, and another letter", 0.0, 0.6)
OTHER_LAW = Objection("AG and GmbH are two companies", 3.0, 4.0)


def objections(found: Alignment) -> Iterator[Objection]:
    """What speaks against two readings being one company."""
    ours, theirs = found.ours, found.theirs
    if found.met and (_goes_on(ours, found.over_theirs()) or _goes_on(theirs, found.over_ours())):
        if not _says_the_founder(found):
            yield NAME_GOES_ON
    elif _says_its_line(found):
        yield LINE_SAID
    if ours.numbers != theirs.numbers:
        apart = ours.numbers - theirs.numbers and theirs.numbers - ours.numbers
        yield OTHER_NUMBER if apart else NUMBER_MISSING
    if ours.han and theirs.han:
        if _says_more(found):
            yield SAYS_MORE
        elif found.met and all(any(map(_tells_more, over)) for over in (found.over_ours(), found.over_theirs())):
            yield SAYS_OTHER
    elif ours.han or theirs.han:
        if _says_more_abroad(found):
            yield SAYS_MORE
    elif _each_another_word(found):
        yield SAYS_OTHER
    if _only_near(found) or _another_school(found):
        yield ONLY_NEAR
    if found.met and not _own_met(found):
        over = found.over_ours(), found.over_theirs()
        if all(any(one.rank == "place" for one in side) for side in over):
            yield OTHER_PLACE
        elif all(_left(side).own >= 0.6 for side in over):
            yield OTHER_NAME
    if _only_heard(found):
        yield ONLY_HEARD
    if _faintly_heard(found):
        yield FAINTLY_HEARD
    if _other_consonant(found):
        yield OTHER_CONSONANT
    if _one_everyday(found):
        yield ONE_EVERYDAY
    if _one_looked_up(found):
        yield ONE_LOOKED_UP
    if _trade_unsaid(found):
        yield OTHER_TRADE
    if ours.part and theirs.part and few_letters(ours.units) and few_letters(theirs.units):
        yield SAME_LETTERS
    if _abroad(found):
        yield ABROAD
    if _another_letter(found):
        yield OTHER_LETTER
    if ours.forms != theirs.forms and ours.forms | theirs.forms >= _GERMAN and ours.forms.isdisjoint(theirs.forms):
        yield OTHER_LAW


def _says_more(found: Alignment) -> bool:
    """Two names in Chinese characters, all of everyday words, of which one has a word more: 中国银行, 中国工商银行.

    Translators leave such words out; who writes both names in one language does not.
    """
    if any(one.rank in ("", "plain") for met in found.met for one in met.ours):
        return False
    return any(one.rank not in ("little", "holding") for one in (*found.over_ours(), *found.over_theirs()))


def _says_more_abroad(found: Alignment) -> bool:
    """The same of a name in Chinese characters and one in another script: Bank of China, 中国工商银行.

    China itself may be left out, the country that a foreign name is given in Chinese (美国国际共和研究所, International
    Republican Institute), what only says that there is an organization, and what is near to a word that met (电力 is
    electric power).
    """
    if not found.met or _own_met(found) or japanese(found.ours.text) or japanese(found.theirs.text):
        return False
    over_ours, _ = _waived(found.over_ours(), found.ours, found.theirs)
    over_theirs, _ = _waived(found.over_theirs(), found.theirs, found.ours)
    native, over = (found.ours, over_ours) if found.ours.han else (found.theirs, over_theirs)
    if over and over[0] is native.units[0] and over[0].rank == "place" and not (found.left_ours and found.left_theirs):
        over.pop(0)
    near = glossary().near
    met = [near[one.concept] for pair in found.met for one in pair.ours if one.concept in near]
    if all(any(one.rank in ("common", "trade") for one in over) for over in (over_ours, over_theirs)):
        met = []  # each says something else: 科工 is science and industry, and not science and technology
    return any(
        _tells_more(one) and all(near.get(one.concept, _NOTHING).isdisjoint(lines) for lines in met)
        for one in (*over_ours, *over_theirs)
    )


_NOTHING: frozenset[int] = frozenset()


def _tells_more(one: Unit) -> bool:
    """Whether a word makes another name of everyday words: 国际 (international) does, little as it tells elsewhere."""
    if one.rank in ("little", "holding"):
        return one.concept in ("international", "new")
    return one.concept not in ("organization", "enterprise", "association", "industry")


def _own_met(found: Alignment) -> bool:
    """Whether a word met that is not everyday on either side, nor a number.

    Where none did, what stands beside the everyday words that met tells companies apart: the Commercial
    Bank of Chad is not that of China, and NPO Iskra not NPO Salyut, however long the rest is.
    """
    return any(all(any(map(_own, side)) for side in (met.ours, met.theirs)) for met in found.met)


def _own(one: Unit) -> bool:
    return one.rank in ("", "plain") and not one.text.isdigit()


def _only_heard(found: Alignment) -> bool:
    """Whether the one word of its own that met is of two or three characters, and by ear: 福斯达 is near many words."""
    own = [met for met in found.met if any(one.rank in ("", "plain") for one in (*met.ours, *met.theirs))]
    if len(own) != 1 or own[0].rule != "by ear":
        return False
    return sum(len(one.native) for one in (*own[0].ours, *own[0].theirs)) < 4


def _faintly_heard(found: Alignment) -> bool:
    """Whether a name of characters chosen for their sounds met without every sound, and little else agrees.

    Such characters leave little to guess; beside a trade or two other words that agree a name may be heard so.
    """
    heard = [met for met in found.met if met.rule == "by ear"]
    if len(heard) != 1:
        return False
    rest = [met for met in found.met if met is not heard[0] and met.ours[0].rank not in ("little", "holding")]
    if len(rest) > 1 or any(met.ours[0].rank == "trade" for met in rest):
        return False
    native, latin = heard[0].ours, heard[0].theirs
    if latin[0].script == "han":
        native, latin = latin, native
    han = "".join([one.native for one in native])
    return transcribed(han) and by_ear(han, "".join([one.text for one in latin])) < HEARD_ALONE


def _other_consonant(found: Alignment) -> bool:
    """Whether the one word of its own that met is Arabic, and only blurs into the other: سفير, CHAFER or DJAFFAR.

    Arabic writes few vowels, so that short words are near many; beside another word that met, the blur is a spelling.
    """
    own = [met for met in found.met if any(one.rank in ("", "plain") for one in (*met.ours, *met.theirs))]
    if len(own) != 1:
        return False
    scripts = {one.script for one in (*own[0].ours, *own[0].theirs)}
    if scripts != {"arabic", ""}:
        return False
    mine, other = ("".join([one.text for one in side]) for side in (own[0].ours, own[0].theirs))
    arabic, latin = (mine, other) if own[0].ours[0].script == "arabic" else (other, mine)
    return kept_apart(arabic, latin.removeprefix("al") if len(latin) > 4 else latin) and kept_apart(arabic, latin)


def _one_everyday(found: Alignment) -> bool:
    """Whether all that met is one word of a trade or place, in two languages: that is a word, and no name.

    武钢, which is Wuhan and steel, is two.
    """
    telling = [met for met in found.met if any(one.rank != "little" for one in met.ours)]
    if (
        len(telling) != 1
        or (len(telling[0].ours) + len(telling[0].theirs) > 2 and not _one_trade_in_chinese(telling[0]))
        or telling[0].rule != "same meaning"
        or _own_met(found)
    ):
        return False
    return not any(one.rank == "" for one in (*found.over_ours(), *found.over_theirs()))


def _one_trade_in_chinese(met: Meeting) -> bool:
    """Whether one Chinese word of the glossary met the two that it takes in English: 矿业, mining industry."""
    return any(len(side) == 1 and side[0].script == "han" and side[0].rank != "" for side in (met.ours, met.theirs))


def _one_looked_up(found: Alignment) -> bool:
    """Whether all that met is one Chinese word that the dictionary translates, and a name says more than that.

    Many words of many names may be "star" or "spirit" in English; beside a trade or town that met it is the name.
    """
    telling = [met for met in found.met if any(one.rank not in ("little", "holding") for one in met.ours)]
    if len(telling) != 1 or telling[0].rule not in ("same meaning", "near meaning"):
        return False
    native, latin = telling[0].ours, telling[0].theirs
    if latin[0].script == "han":
        native, latin = latin, native
    if len(native) > 1 or native[0].script != "han" or native[0].rank or not looked_up(native[0].native, latin):
        return False
    return any(one.rank not in ("little", "holding") for one in (*found.over_ours(), *found.over_theirs()))


#: What kinds of business tell two companies of one name apart as a trade does, though no trade's table has them.
_BUSINESS = frozenset({"trading", "investment", "construction", "consulting", "fund"})


def _says_business(one: Unit) -> bool:
    return one.rank == "trade" or one.concept in _BUSINESS


def _trade_unsaid(found: Alignment) -> bool:
    """Whether a Latin name has a trade that a Chinese one, given in full, does not say: 龙盛集团, Longsheng Auto Parts.

    A Chinese company registers with its trade, and leaves words out in English rather than add them. Short names of the
    stock exchange (江海股份) leave the trade out; a word that met nothing may be it.
    """
    ours, theirs = found.ours, found.theirs
    if bool(ours.han) == bool(theirs.han) or japanese(ours.text) or japanese(theirs.text):
        return False
    native, over, added = ours, found.over_ours(), found.over_theirs()
    if theirs.han:
        native, over, added = theirs, added, over
    if "公司" not in native.folded or any(map(_own, over)):
        return False
    if _spelled_at_length(found) and not any(map(_says_business, over)):
        return False  # three characters are seldom two companies' name, and 科技 traders call themselves electronics
    added = [one for one in added if one.rank == "trade" or one.concept in _BUSINESS]
    if "控股" in native.han:
        added = [one for one in added if one.concept != "investment"]  # holding companies invest
    more = [one for one in added if not any(may_say(word.native, one.concept) for word in native.units)]
    near = glossary().near
    told = [near[one.concept] for one in native.units if one.concept in near]
    return any(all(near.get(one.concept, _NOTHING).isdisjoint(lines) for lines in told) for one in more)


#: So many letters, in brackets or beside a stroke, belong to many names.
FEW_LETTERS = 4


def few_letters(part: Sequence[Unit]) -> bool:
    """Whether a part of a name is initials, or says what is traded: "... (SSA)", "... / ADR"."""
    return len(part) == 1 and len(part[0].text) <= FEW_LETTERS and part[0].text.isascii()


def _only_near(found: Alignment) -> bool:
    """Whether names made of everyday words differ in the one that tells most: НПО Энергомаш, НПО Электромашина.

    Translators take one everyday word for another; of two plants in one trade each has its own. Of a name in Chinese
    characters one trade has to be the very word: 中国船舶 builds ships, China Shipping sails them.
    """
    if any(one.rank in ("", "plain") for met in found.met for one in (*met.ours, *met.theirs)):
        return False
    telling = max(found.met, key=lambda met: met.weight, default=None)
    if bool(found.ours.han) != bool(found.theirs.han):
        trades = [met.rule for met in found.met if met.ours[0].rank == "trade"]
        said = trades or [met.rule for met in found.met if met.ours[0].rank == "common"]
        return bool(said) and all(rule == "near meaning" for rule in said)
    return telling is not None and telling.rule == "near meaning" and telling.ours[0].rank == "trade"


_SCHOOLS = frozenset({"university", "academy", "institute", "school"})
_SCIENCE = re.compile("[科理]")
#: A university of science and technology of a town says both in English: that of Jiangsu (江苏科技大学) is not its
#: University of Technology. One that says of what (电子科技大学, Electronic Technology) may leave the science out.
_SCIENCE_TOO = re.compile("(?<![子息防])科技大学")
#: A university of a town of Taiwan is a national one in English, and one of technology without the science as often.
_TAIWAN = re.compile("(?:台[湾北中南东]|高雄|新竹|嘉义|屏东|彰化|云林|宜兰).*大学")


def _another_school(found: Alignment) -> bool:
    """Whether two universities, one of them in Chinese characters, differ in what they teach, or only one says it.

    Harbin has one of engineering (工程) and one of science and technology, and Hefei's university is not the one of
    technology (合肥工业大学). Translators leave out the science of 理工 and 科技 beside technology, and no more.
    """
    ours, theirs = found.ours, found.theirs
    if bool(ours.han) == bool(theirs.han) or japanese(ours.text) or japanese(theirs.text) or _own_met(found):
        return False
    kinds = [{one.concept for one in form.units} & _SCHOOLS for form in (ours, theirs)]
    if not all(kinds) or "university" not in kinds[0] | kinds[1]:
        return False
    if _only_technology(ours.han + theirs.han, theirs if ours.han else ours):
        return True
    over = (*_waived(found.over_ours(), ours, theirs)[0], *_waived(found.over_theirs(), theirs, ours)[0])
    taught = [one for one in over if one.rank in ("common", "trade")]
    excused = {"science"} if _SCIENCE.search(ours.han + theirs.han) else set()
    return any(one.concept not in excused for one in taught) or any(
        met.rule == "near meaning" and met.ours[0].concept not in _SCHOOLS for met in found.met
    )


def _only_technology(han: str, form: Form) -> bool:
    """Whether a university of science and technology stands beside one that says technology alone."""
    said = {one.concept for one in form.units}
    return "technology" in said and "science" not in said and bool(_SCIENCE_TOO.search(han)) and not _TAIWAN.search(han)


def _each_another_word(found: Alignment) -> bool:
    """Whether two names share one word, and each has another beside it that is one: Deutsche Bank, Deutsche Bahn.

    Of two words that nobody knows one may be the other misspelt.
    """
    over = [[one for one in side if one.rank != "little"] for side in (found.over_ours(), found.over_theirs())]
    if any(len(side) != 1 or side[0].native for side in over) or not any(side[0].rank == "" for side in over):
        return False
    met = [one for one in found.met if any(unit.rank not in ("little", "holding") for unit in one.ours)]
    return len(met) == 1 and all(side[0].text.isalpha() and _is_known(side[0]) for side in over)


def _is_known(one: Unit) -> bool:
    return bool(one.rank) or any(zipf(one.text, language) for language in LATIN)


def _abroad(found: Alignment) -> bool:
    """Whether two Latin names are given in full, and one has a place before its legal form: Nestlé Nigeria Plc.

    Groups register their companies abroad under such names. A place in brackets or behind the form may be where it is.
    """
    ours, theirs = found.ours, found.theirs
    if not ours.forms or not theirs.forms or ours.part or theirs.part or not found.met or not _ends_in_place(found):
        return False
    longer, over = (ours, found.over_ours()) if found.left_ours else (theirs, found.over_theirs())
    if any(one.native for one in (*ours.units, *theirs.units)) or "(" in longer.text or len(over) > 1:
        return False
    return longer.words[-1] in _form_words() and _own_met(found)


#: A name of one word and so many letters has no letter to spare: Neste, Nestlé.
_SHORT_NAME = 6


def _another_letter(found: Alignment) -> bool:
    """Whether two names are single short words, both known as names or words, and a letter apart: Neste, Nestlé."""
    if len(found.met) != 1 or len(found.ours.units) != 1 or len(found.theirs.units) != 1:
        return False
    one, other = found.ours.units[0], found.theirs.units[0]
    if one.native or other.native or one.sound == other.sound or min(len(one.text), len(other.text)) > _SHORT_NAME:
        return False
    return _is_known(one) and _is_known(other)


_GERMAN = frozenset({"stock_german", "limited_german"})


def _goes_on(form: Form, over: Sequence[Unit]) -> bool:
    """Whether a name is a single word and the other adds a word of its own to it: "Huawei", "Huawei Cloud".

    Beside a short or common word (MB, Honor) any telling word makes it another name.
    """
    if not over:
        return False
    words = [one for one in form.units if one.rank != "little"]
    if len(words) != 1 or not words[0].text.isalpha():
        return False
    more = [one for one in over if one.rank not in ("little", "holding")]
    units = [one for one in more if one.text in glossary().units]
    if units and all(one.rank == "common" for one in more if one not in units):  # Energy, Financial Services
        return True
    left = _left(over)
    weak = len(words[0].text) < 4 or words[0].rank == "plain"
    branch = left.trade > 0 and over[-1].rank == "place"  # a line of business and where it is: "Huawei Cloud Dalian"
    return left.own >= 0.6 or branch or (weak and left.telling)


def _says_the_founder(found: Alignment) -> bool:
    """Whether a known name stands alone, and in full with its founder's given name: Bosch, Robert Bosch GmbH."""
    short, long, left = _going_on(found)
    if left != [0] or len(long.units) != 2 or not long.forms or short.forms or found.met[0].rule not in _ONE_WORD:
        return False
    return long.units[0].text in glossary().given_names and not short.units[0].rank and _is_written(short.units[0])


def _going_on(found: Alignment) -> tuple[Form, Form, list[int]]:
    """The name that ends, the one that goes on, and the places of what that one has more."""
    if found.left_ours:
        return found.theirs, found.ours, found.left_ours
    return found.ours, found.theirs, found.left_theirs


#: The trade by which a group names its head, not a unit: Toyota Motor, Lufthansa Airlines.
_OF_THE_HEAD = frozenset({"motor", "automobile", "airline"})


def _says_its_line(found: Alignment) -> bool:
    """Whether a name is one word that stands by itself, and the other says behind it what it deals in: Renault Trucks.

    Or where it does (Volvo China). A word that people write stands by itself: of such pairs on lists 397 in 416 are
    two companies. So does one with its legal form beside a name with its own (Tomita Co., Tomita Electric Co.). A bare
    word that nobody writes is often short for the whole (Belshina Tyre Works), unless it deals in what groups leave to
    units (Severstal Steel), and two words nearly always are. A trade within the word (Tempbank) says nothing new, and
    between scripts that are not spelled letter for letter it may be translated.
    """
    if bool(found.left_ours) == bool(found.left_theirs) or len(found.met) != 1 or not _is_spelled(found.met[0]):
        return False
    short, long, left = _going_on(found)
    head = [one for one in short.units if one.rank != "little"]
    if len(head) != 1 or head[0].rank not in ("", "plain") or found.met[0].rule not in _ONE_WORD:
        return False
    if _is_branch(long, left, head[0]):
        return True
    at = next(place for place in range(len(long.units)) if place not in left)
    lines = [long.units[place] for place in left if place > at and _is_line(long.units[place], head[0])]
    if not lines or (not short.forms and _TURKISH.search(long.folded)):
        return False
    if _is_written(head[0]):
        return True
    trades = [one for one in lines if one.rank == "trade"]  # beside a rare word, trading says no more than a form does
    return bool(trades and short.forms and long.forms) or any(one.concept in glossary().lines for one in trades)


def _is_spelled(one: Meeting) -> bool:
    """Whether words met in alphabets that spell one another letter for letter."""
    return all(unit.script in ("", "cyrillic") for unit in (*one.ours, *one.theirs))


#: What a Turkish company says between its trade and its form: article 43 of the commercial code (law 6102) has every
#: company show its trade in its name.
_TURKISH = re.compile(r"\bsan(?:ayii?)?\b.*\btic(?:aret)?\b|\bticaret ve sanayi\b")


def _is_branch(long: Form, left: Sequence[int], head: Unit) -> bool:
    """Whether a known name goes on as a place at its end: Volvo China, and not IKEA of Sweden."""
    last = len(long.units) - 1
    if left[-1] != last or long.units[last].rank != "place" or long.units[last - 1].concept == "of":
        return False
    return not long.part and "(" not in long.text and _is_written(head)


#: Rules by which a word meets itself.
_ONE_WORD = frozenset({"same word", "same sound"})


def _is_line(one: Unit, head: Unit) -> bool:
    """Whether a word says a line of business that the name itself does not."""
    return _says_business(one) and one.concept not in _OF_THE_HEAD and one.text not in head.text


def _is_written(one: Unit) -> bool:
    """Whether a word is one that people write, in the languages of its script: a brand they know, or a word."""
    languages = {"": LATIN, "cyrillic": CYRILLIC}.get(one.script, ())
    return any(zipf(one.native or one.text, language) for language in languages)


# ── The sum ───────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _model() -> tuple[float, tuple[float, ...]]:
    model = table("match_weights")
    return float(model["bias"]), tuple(float(model["weights"].get(name, 0.0)) for name in FEATURES)


def evidence(ours: Form, theirs: Form) -> tuple[Row, Alignment]:
    """The row of two readings, and how they were laid side by side."""
    found = align(ours, theirs)
    initials = None
    if (
        not any(one.rule == "same word" for one in found.met)
        and min(found.gained_ours / (ours.total or 1), found.gained_theirs / (theirs.total or 1)) < 0.5
    ):
        initials = acronym_row(ours, theirs)
    return initials or features(found), found


def is_acronym(row: Row) -> bool:
    return row[_ACRONYM_AT] > 0


def score(ours: Form, theirs: Form) -> tuple[float, Alignment, Row]:
    """How sure it is that two readings are one name, between 0 and 1, and what that rests on."""
    row, found = evidence(ours, theirs)
    bias, weights = _model()
    total = bias + sum(map(mul, weights, row))
    for objection in objections(found):
        total = objection.applied(total)
    return 1 / (1 + math.exp(-total)), found, row
