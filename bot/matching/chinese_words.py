"""What words of Chinese names say in English: 金鹰 is golden eagle, 武钢 Wuhan steel, 中俄 Sino-Russian.

A Chinese company translates such a word or writes how it sounds, as it likes. So the word is not cut up: it stays one
word of the name, and these are its translations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import product

from bot.data import table
from bot.matching.chinese import by_ear, sounds_like, spelled
from bot.matching.dictionary import kin, translations
from bot.matching.fold import fold
from bot.matching.frequency import zipf
from bot.matching.scripts import pinyin_fits
from bot.matching.words import Unit, glossary, spelled_out

#: Characters that stand for China in short names.
_COUNTRY = frozenset("中国华")

#: From here on a word is an English one, on the scale of `frequency.zipf`; initials and names are rarer.
_ENGLISH = 3.0

#: From here on it is one that says little beside another.
_FREQUENT = 4.9

#: Under so many words of English a Chinese word is filed.
_LIKELIEST = 6

#: Rows of concepts, one row for each way of saying it.
Rows = tuple[tuple[str, ...], ...]


@lru_cache(maxsize=20_000)
def said(han: str) -> Rows:
    """Every way in which these characters are said in English, as concepts without the words that only join others.

    What our own tables say comes first, then the dictionary.
    """
    return tuple(dict.fromkeys((*_in_our_tables(han), *map(_concepts, translations(han)))))


@lru_cache(maxsize=20_000)
def _in_our_tables(han: str) -> Rows:
    phrase = spelled_out(han)
    found = [phrase] if phrase else []
    found += _listed("names" if len(han) > 1 else "characters").get(han, ())
    found += _listed("brands").get(han, ())
    found += _short_name(han)
    found += _one_by_one(han)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=20_000)
def said_together(han: str) -> tuple[frozenset[str], ...]:
    """The same where it takes two or three words that mean different things."""
    found = dict.fromkeys(frozenset(row) for row in said(han) if 1 < len(row) < 4)
    return tuple(words for words in found if len(words) > 1)


@lru_cache(maxsize=20_000)
def english(han: str) -> tuple[str, ...]:
    """The single words of English that these characters are likeliest to be, in one number and the other."""
    rows = (
        *(row for row in _in_our_tables(han) if len(row) == 1),
        *(row for row in translations(han) if len(row) == 1),
    )
    words = dict.fromkeys(word for (word,) in rows if word.isalpha() and len(word) > 3)
    return tuple(
        form
        for word in [*words][:_LIKELIEST]
        for form in (word, word.removesuffix("s") if word[-1] == "s" else word + "s")
    )


def half_says(han: str, latin: Unit) -> bool:
    """Whether a Latin word is one of two that the dictionary has for these characters, and the other says little.

    动能 is kinetic energy, 水面 the surface of water. An olive branch (橄榄枝) is no olive.
    """
    if len(latin.text) < 4:
        return False
    pairs = [words for words in translations(han) if len(words) == 2]
    return any(
        kin(word, latin.text) and zipf(other, "en") >= _FREQUENT > zipf(word, "en")
        for pair in pairs
        for word, other in (pair, pair[::-1])
    )


def says(han: str, latin: Unit) -> bool:
    """Whether characters say what one Latin word says, or its like but for the ending: 维度, dimensions."""
    return any(_is_word(row, latin) for row in said(han))


def may_say(han: str, concept: str) -> bool:
    """Whether characters say this, by itself or with other words: 融资租赁 is leasing, and finance as well."""
    return bool(han) and any(concept in row for row in said(han))


def in_dictionary(han: str, latin: Unit) -> bool:
    """Whether only the dictionary says that these characters are this Latin word."""
    return says(han, latin) and not any(_is_word(row, latin) for row in _in_our_tables(han))


def looked_up(han: str, latin: Sequence[Unit]) -> bool:
    """Whether these characters are no more than a word in translation: one of the dictionary, or one of English.

    Not so what our tables translate with two words (金鹰, Golden Eagle) or give as the name of a firm.
    """
    latin = [one for one in latin if one.rank != "little"] or latin
    if len(latin) > 1:
        words = frozenset([one.concept for one in latin])
        return words in said_together(han) and all(frozenset(row) != words for row in _in_our_tables(han))
    if in_dictionary(han, latin[0]) or not says(han, latin[0]):
        return True
    return says(han, latin[0]) and zipf(latin[0].text, "en") >= _ENGLISH and han not in _listed("brands")


def _is_word(row: Sequence[str], latin: Unit) -> bool:
    if len(row) != 1:
        return False
    if row[0] == latin.concept:
        return True
    return not (latin.rank and row[0] in glossary().weight) and kin(row[0], latin.text)


def _short_name(han: str) -> Iterator[tuple[str, ...]]:
    """A place or country in one character and what follows it: 武钢 is Wuhan Steel, 中俄 Sino-Russian."""
    if not 1 < len(han) < 4:
        return
    behind = _listed("short_trades").get(han[1:], ())
    for place in _listed("short_places").get(han[0], ()):
        yield from (place + trade for trade in behind)
    if han[0] in _COUNTRY:
        yield from behind  # 中国中铁 is China Railway: the country is said once
    if len(han) == 2:
        for one in _listed("countries").get(han[0], ()):
            yield from (one + other for other in _listed("countries").get(han[1], ()) if one != other)


def _one_by_one(han: str) -> Iterator[tuple[str, ...]]:
    """A word of two to four characters said piece by piece: 蓝狐 is blue fox, 火风暴 fire storm."""
    if not 1 < len(han) < 5:
        return
    for parts in _parts(han):
        yield from (tuple(concept for row in rows for concept in row) for rows in product(*parts))


def _parts(han: str) -> Iterator[tuple[Rows, ...]]:
    """Every way to cut a word into characters and words that say something, and what each of them says."""
    if not han:
        yield ()
    for size in (1, 2):
        if listed := _listed("characters" if size == 1 else "names").get(han[:size]):
            yield from ((listed, *rest) for rest in _parts(han[size:]))
    if len(han) == 3 and han[:2] not in _listed("names"):  # 新月|湾 is Crescent Bay
        first = tuple(_concepts(words) for words in translations(han[:2]) if len(words) == 1)[:_LIKELIEST]
        if first and (last := _listed("characters").get(han[2])):
            yield (first, last)


def in_one_word(han: str, latin: str) -> bool:
    """Whether the English of these characters is this Latin word, written together: 蓝狐, Bluefox; 微软, Microsoft."""
    return len(latin) > 5 and any(
        latin in ("".join(row), "".join(row) + "s") or (len(row) == 2 and row in _cuts(latin))
        for row in said(han)
        if len(row) > 1
    )


#: How long the English half of a word is at least, of which the other half is heard.
_ENGLISH_HALF = 4


def half_heard(han: str, latin: str) -> bool:
    """Whether a Latin word is one half of these characters in English and the other as it sounds: 贵航, Giaero.

    The half that is translated has to be the very word, and the other no more than its syllables.
    """
    if not 2 <= len(han) <= 3 or not _ENGLISH_HALF + 1 < len(latin) < 20:
        return False
    for cut in range(1, len(han)):
        before, behind = _in_our_tables(han[:cut]), _in_our_tables(han[cut:])
        for at in range(2, len(latin) - 1):
            first, last = latin[:at], latin[at:]
            if at >= _ENGLISH_HALF and (_meaning(first),) in before and _syllables(han[cut:], last):
                return True
            if len(last) >= _ENGLISH_HALF and (_meaning(last),) in behind and _syllables(han[:cut], first):
                return True
    return False


def _syllables(han: str, latin: str) -> bool:
    """Whether Latin letters are one or two characters in some spelling, or sound like the one."""
    if len(han) == 1:
        return bool(latin) and sounds_like(han, latin)
    return pinyin_fits(han, latin) or spelled(han, latin) > 0


@lru_cache(maxsize=5_000)
def _cuts(latin: str) -> frozenset[tuple[str, str]]:
    """What a Latin word says when it is cut in two, at each place: globalwafers is the whole world and wafers."""
    return frozenset((_meaning(latin[:at]), _meaning(latin[at:])) for at in range(2, len(latin) - 2))


def _meaning(word: str) -> str:
    return glossary().words.get(word) or word


def made_of_two(first: Unit, second: Unit, latin: str) -> bool:
    """Whether a Latin word is two Chinese words written together: both translated, or the first one heard.

    环球晶圆 is GlobalWafers, 爱德万测试 Advantest.
    """
    if not 6 <= len(latin) <= 24:
        return False
    for at in range(2, len(latin) - 2):
        if _says_word(second, latin[at:]) and (
            _says_word(first, latin[:at])
            or (not first.rank and (pinyin_fits(first.native, latin[:at]) or by_ear(first.native, latin[:at]) > 0))
        ):
            return True
    return False


def _says_word(one: Unit, latin: str) -> bool:
    meaning = glossary().concept(latin) or latin
    return meaning == one.concept or (meaning,) in said(one.native)


def sino(han: str, latin: str) -> bool:
    """Whether a word is "Sino" and the trade that follows China in a short name: 中钢, Sinosteel; 中化, Sinochem."""
    trade = latin.removeprefix("sino")
    if len(trade) < 4 or trade == latin or han[:1] not in _COUNTRY:
        return False
    return any(row[-1].startswith(trade) for row in said(han))


def is_group(latin: str) -> bool:
    """Whether a word is the initials of a state group."""
    return latin in _groups()


def groups_said(concepts: Sequence[str]) -> list[str]:
    """The initials of the state groups that a Chinese name beginning with these concepts spells out."""
    begun = [frozenset(concepts[:size]) - {"group"} for size in range(2, len(concepts) + 1)]
    return [short for short, rows in _groups().items() if any(row in begun for row in rows)]


def group_of(latin: str, concepts: Sequence[str]) -> bool:
    """Whether a Latin word is what lists write for a state group with these words: CETC, 中国电子科技集团公司."""
    groups = _groups().get(latin)
    return groups is not None and frozenset(concepts) - {"group"} in groups


@cache
def _groups() -> dict[str, tuple[frozenset[str], ...]]:
    rows = (entry.split(":") for entry in table("chinese_words")["groups"].split())
    return {short: tuple(frozenset(one.split("-")) for one in listed.split(",")) for short, listed in rows}


@cache
def _listed(name: str) -> dict[str, Rows]:
    found = {}
    for entry in table("chinese_words")[name].split():
        han, listed = entry.split(":")
        found[fold(han)] = tuple(dict.fromkeys(_concepts(english.split("-")) for english in listed.split(",")))
    return found


def _concepts(words: Sequence[str]) -> tuple[str, ...]:
    """The concepts of English words; joining words say nothing."""
    known = glossary()
    found = [word if word in known.weight else known.concept(word) or word for word in words]
    return tuple(one for one in found if known.weight.get(one, (1.0, ""))[1] != "little") or tuple(found)
