"""Kanji: which Latin spellings a name in Chinese characters may have in Japanese.

Which reading is meant cannot be told from the characters (三共 is Sankyo, 三井 Mitsui), so a Latin name is not compared
with one reading but laid along all of them: 飛島 reads tobi or hi, then shima or to, and "tobishima" fits.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import islice, product

from bot.data import table
from bot.matching.fold import fold
from bot.matching.hearing import Letters, Sounds, bits, cheapest, missing, sounds
from bot.matching.remembered import remembered
from bot.matching.scripts import pairs, romanise, script_of

#: Sounds that a reading takes inside a word: kawa to gawa, shima to jima, hon to bon and pon.
_VOICED = tuple(pairs("voiced").items())
_HALF_VOICED = tuple(pairs("half_voiced").items())
_LONG = re.compile(r"ou|oo|uu|oh(?![aeiouy])|(?<=[aeiou])(?=x)|aa|ii")
_DOUBLE = re.compile(r"([bcdfghjklmnpqrstvwxz])(?=\1)")  # all but the last of a doubled consonant


@cache
def _table() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    listed_readings = table("kanji_readings")
    for line in (*listed_readings["readings"], *listed_readings["dictionary"]):
        for entry in line.split():
            kanji, listed = entry.split(":")
            for spelled in (kanji, fold(kanji)):
                found[spelled] = tuple(dict.fromkeys((*found.get(spelled, ()), *listed.split(","))))
    return found


@cache
def _words() -> dict[str, tuple[str, ...]]:
    found = {}
    for line in table("kanji_readings")["words"]:
        for entry in line.split():
            kanji, listed = entry.split(":")
            found[fold(kanji)] = found[kanji] = tuple(listed.split(","))
    return found


def plain(latin: str) -> str:
    """A romanised Japanese word with long vowels short, doubled consonants single, m before p and b as n."""
    short = (
        _LONG.sub(lambda found: found.group()[:1], latin).replace("tch", "ch").replace("mb", "nb").replace("mp", "np")
    )
    return _DOUBLE.sub("", short)


@cache
def _sounds(kanji: str, inside: bool) -> tuple[str, ...]:
    """The readings of one character as `plain` writes them, with the changes that only occur inside a word."""
    listed = _table().get(kanji, ())
    found = list(listed)
    if inside:
        found += [
            voiced + one[len(plain_) :]
            for one in listed
            for plain_, voiced in (*_VOICED, *_HALF_VOICED)
            if one.startswith(plain_)
        ]
    found += [one[:-3] for one in listed if one.endswith("tsu") and len(one) > 3]
    found += [
        one[:-2] for one in listed if one.endswith(("ku", "ki", "chi")) and len(one) > 3 and not one.endswith("chi")
    ]
    found += [one[:-3] for one in listed if one.endswith("chi") and len(one) > 3]
    return tuple(dict.fromkeys(map(plain, found)))


@lru_cache(maxsize=50_000)
def reads_as(kanji: str, latin: str) -> bool:
    """Whether the characters can be read as the whole of this Latin word. Kana among them are read as they sound."""
    if not (kanji and latin) or _begins(kanji).isdisjoint((latin[0], _HEPBURN_BEGINS.get(latin[0], ""))):
        return False  # nearly all words
    hepburn = _KUNREI.sub(lambda found: _HEPBURN[found.group()], latin)
    written = dict.fromkeys((plain(latin), _DOUBLE.sub("", latin), plain(hepburn)))
    return any(_laid_along(kanji, target) for target in written)


#: What the other way of romanising Japanese writes: Ensyu for Enshu, Setouti for Setouchi.
_HEPBURN = pairs("kunrei")
_KUNREI = re.compile("|".join(sorted(_HEPBURN, key=len, reverse=True)))
_HEPBURN_BEGINS = {old[0]: new[0] for old, new in _HEPBURN.items() if old[0] != new[0]}


@lru_cache(maxsize=20_000)
def _begins(kanji: str) -> frozenset[str]:
    """The letters with which a reading of these characters may begin."""
    first = kanji[0]
    listed = [*_sounds(first, False)] if script_of(first) == "han" else [plain(romanise(first))]
    for size in (2, 3):
        listed += map(plain, _words().get(kanji[:size], ()))
    return frozenset([one[:1] for one in listed])


def _laid_along(kanji: str, target: str) -> bool:
    """Whether readings fill a word; long vowels are written short in it, unless two readings meet there: ko, un."""
    reached: list[set[int]] = [{0}, *(set() for _ in kanji)]
    for at, char in enumerate(kanji):
        if not any(reached[at : at + 3]):
            return False
        sounds = _sounds(char, at > 0) if script_of(char) == "han" else (plain(romanise(char)),)
        reached[at + 1] |= _ends(target, reached[at], sounds)
        for size in (2, 3):
            irregular = _words().get(kanji[at : at + size])
            if irregular and at + size <= len(kanji):
                reached[at + size] |= _ends(target, reached[at], tuple(map(plain, irregular)))
    return len(target) in reached[-1]


def _ends(target: str, starts: set[int], sounds: tuple[str, ...]) -> set[int]:
    return {end for start in starts for one in sounds if (end := _after(target, start, one)) >= 0}


def _after(target: str, start: int, sound: str) -> int:
    """Where the target goes on after a sound, -1 when it does not fit. Equal letters at a seam may be written once."""
    if target.startswith(sound, start):
        return start + len(sound)
    if start and sound[:1] == target[start - 1] and target.startswith(sound[1:], start):
        return start + len(sound) - 1
    return -1


@lru_cache(maxsize=50_000)
def main_reading(word: str) -> str:
    """The likeliest reading: the first of each character, pinyin for those that the table lacks."""
    if word in _words():
        return _words()[word][0]
    return (
        "".join(_table()[char][0] if char in _table() else romanise(char) for char in word)
        if _has_han(word)
        else romanise(word)
    )


@lru_cache(maxsize=20_000)
def likely_readings(word: str, most: int = 24) -> tuple[str, ...]:
    """Readings worth looking up for a short word in kanji: combinations of the first readings of its characters."""
    if not 0 < len(word) < 7:
        return ()
    if word in _words():
        return _words()[word]
    if len(word) > 3:  # a family or place name of two characters, and something of a trade
        return (
            likely_readings(word[:2], most)
            if len(word) > 4
            else (*_products(word, most), *likely_readings(word[:2], most))
        )
    return _products(word, most)


def _products(word: str, most: int) -> tuple[str, ...]:
    choices = [_first_sounds(char, at > 0) for at, char in enumerate(word)]
    return tuple(dict.fromkeys("".join(one) for one in islice(product(*choices), most)))


def _first_sounds(char: str, inside: bool) -> tuple[str, ...]:
    listed = _table().get(char)
    if listed is None:
        return (romanise(char),)
    first = listed[: 4 if len(listed) < 5 else 3]
    voiced = (
        (new + one[len(old) :] for one in first[:2] for old, new in _VOICED if one.startswith(old)) if inside else ()
    )
    return (*first, *voiced)


def _has_han(word: str) -> bool:
    return any(script_of(char) == "han" for char in word)


_LETTERS = pairs("letter_names")
_LETTER = re.compile("|".join(sorted(_LETTERS, key=len, reverse=True)))
_SPELLED = re.compile(f"(?:{_LETTER.pattern}){{2,}}")


def letter_name(kana: str) -> str:
    """The Latin letter of this name, or nothing; ケーズ is K's."""
    return _LETTERS.get(kana, "")


@lru_cache(maxsize=50_000)
def spelled_letters(kana: str) -> str:
    """The Latin letters whose names make up this word ("sus" for エスユーエス), or nothing."""
    if not _SPELLED.fullmatch(kana):
        return ""
    return "".join(_LETTERS[name] for name in _LETTER.findall(kana))


_LOAN = tuple(pairs("loan_words").items())
_SILENT_R = re.compile(r"(?<=[aeiou])r(?![aeiouy])")
_DROPPED = str.maketrans("", "", "aeiou")


@lru_cache(maxsize=100_000)
def loan_sound(latin: str, english: bool) -> str:
    """How a foreign word sounds once kana have had it; for the English side, r is dropped where it is silent."""
    return _DOUBLE.sub("", _PADDING.sub("", _as_loan(latin, english)))


def _as_loan(latin: str, english: bool) -> str:
    word = _SILENT_R.sub("", latin) if english and "r" in latin else latin
    for old, new in _LOAN:
        word = word.replace(old, new)
    return word


#: Vowels that kana need between or after consonants: "puranetto" for planet.
_PADDING = re.compile(r"u|(?<=[td])o(?=[^aeiou]|$)")


def loan_bones(latin: str, english: bool) -> str:
    """The consonants of `loan_sound`, which loses only vowels and doubled consonants besides."""
    return _english_bones(latin) if english else _bones(latin)


@remembered(100_000)
def _english_bones(latin: str) -> str:
    return _DOUBLE.sub("", _as_loan(latin, True).translate(_DROPPED))


@remembered(100_000)
def _bones(latin: str) -> str:
    return _DOUBLE.sub("", _as_loan(latin, False).translate(_DROPPED))


# ── By ear ────────────────────────────────────────────────────────────────────────────────────────────────────────

_VOWELS = frozenset("aeiou")
#: Kana that sound more like a word than this take it down; one in a thousand words of other names is as near.
HEARD_IN_KANA = 0.74
#: What it costs to hear one sound as another, or to hear nothing; sounds that nobody takes for one another cost most.
_STRANGE = 1.2
_OTHER_VOWEL = 0.4
_LOST_IN_LATIN = {"g": 0.6, "t": 0.6, "d": 0.6, "n": 0.8, "w": 0.2, "h": 0.2}
_LOST_IN_KANA = {"y": 0.15, "w": 0.2, "h": 0.5, "n": 0.8}
#: Two consonants are soon alike, and so are four letters, which may be no word at all: CALB is not カルビー.
_FEW = 0.08
_SHORT = 0.15


@cache
def _near_sounds() -> dict[str, float]:
    """For two sounds, in either order, what it costs to take one for the other."""
    costs = {pair: float(cost) for pair, cost in pairs("kana_near").items()}
    return costs | {pair[::-1]: cost for pair, cost in costs.items()}


@cache
def _taken_for(sound: str) -> dict[str, float]:
    """What it costs to take this sound for each that is near it."""
    vowels = dict.fromkeys(_VOWELS, _OTHER_VOWEL) if sound in _VOWELS else {}
    near = {pair[1]: cost for pair, cost in _near_sounds().items() if pair[0] == sound}
    return vowels | near | {sound: 0.0}


def _spelled(word: str, *tables: str) -> str:
    for name in tables:
        for old, new in pairs(name).items():
            word = word.replace(old, new)
    return _DOUBLED.sub("", word)


_DOUBLED = re.compile(r"(.)(?=\1)")


def heard_in_kana(kana: str, latin: str) -> float:
    """How surely a word in kana, romanised, takes down this Latin word, 0 to 1; 1 needs every sound in its place.

    An edit distance over sounds: kana put vowels in between consonants and leave out r after a vowel. What is less
    than HEARD_IN_KANA is somewhere between 0 and that: nobody asks how far another word is another word.
    """
    ours = _as_kana_say(kana)
    if not ours.row or not _begin_alike(ours.row[0], latin[:2]):
        return 0.0  # most words begin otherwise: that is seen before they are spelled out
    short = _SHORT if len(latin) < 5 else 0.0
    found = [_heard(ours, theirs, short) for theirs in _as_kana_hear(latin) if _comparable(ours.row, theirs.row)]
    return max(found, default=0.0)


@lru_cache(maxsize=20_000)
def _as_kana_say(kana: str) -> Sounds:
    row = _spelled(kana, "kana_spellings")
    return sounds(row, _consonants(row), list(map(_taken_for, row)), [_padding(row, at) for at in range(len(row))])


@lru_cache(maxsize=50_000)
def _as_kana_hear(latin: str) -> tuple[Letters, ...]:
    """A Latin word as kana may take it down."""
    written = (
        _spelled(latin, "english_spellings"),
        _spelled(latin, "english_vowels", "english_spellings"),
        _spelled(plain(latin), "kana_spellings"),
    )
    return tuple([Letters.of(row, _consonants(row), _needed, _losses(row)) for row in dict.fromkeys(written)])


@cache
def _needed(letter: str) -> tuple[int, float]:
    """What is nearer to a letter than nothing, as bits, and what hearing nothing for it costs at least."""
    least = 0.05 if letter == "r" else 0.1 if letter in _VOWELS else _LOST_IN_LATIN.get(letter, 1.0)
    everything = _VOWELS.union(letter, *_near_sounds())
    return bits(sound for sound in everything if _taken_for(sound).get(letter, _STRANGE) < least), least


@cache
def _begin_alike(sound: str, two: str) -> bool:
    """Whether a Latin word that begins with these two letters may begin with something near this sound."""
    return not all(_strange(sound, one) for one in _heard_first(two))


@cache
def _heard_first(two: str) -> set[str]:
    """With which letters a Latin word that begins with these two may begin in the spellings that kana hear."""
    begins = {two[:1]}
    for name in ("english_spellings", "english_vowels", "kana_spellings"):
        begins |= {new[0] for old, new in pairs(name).items() if old.startswith(two) or two.startswith(old)}
    return begins


def _comparable(ours: str, theirs: str) -> bool:
    return bool(theirs) and 0.4 < len(ours) / len(theirs) < 2.5 and not _strange(ours[0], theirs[0])


def _heard(ours: Sounds, theirs: Letters, short: float) -> float:
    consonants = max(ours.consonants, theirs.consonants)
    doubt = short + (_FEW if consonants < 3 else 0.0)
    heard = consonants + 0.5
    most = (1 - doubt - HEARD_IN_KANA) * heard
    if missing(ours.needed, theirs.letters) > most or missing(theirs.needed, ours.letters) > most:
        return 0.0
    cost = cheapest(ours.changes, ours.gone, theirs.row, theirs.lost, strange=_STRANGE, most=most)
    return 1 - cost / heard - doubt if cost <= most else 0.0


def _consonants(word: str) -> int:
    return sum([sound not in _VOWELS for sound in word])


def _strange(sound: str, letter: str) -> bool:
    """Whether two words that begin so are not worth comparing; a vowel or h may be missing on one side."""
    if sound == letter or sound + letter in _near_sounds():
        return False
    return not ({sound, letter} & _SILENT or {sound, letter} <= _VOWELS)


_SILENT = frozenset("hwyaeiou")


def _padding(kana: str, at: int) -> float:
    """What it costs to drop a sound of the kana: next to nothing for a vowel that only carries a consonant."""
    sound, before = kana[at], kana[at - 1] if at else ""
    if sound not in _VOWELS:
        return _LOST_IN_KANA.get(sound, 1.0)
    if not at:
        return 0.5
    if sound == "u" or (sound == "o" and before in "td"):
        return 0.05
    if sound == "i" and before in "CJkS" and at == len(kana) - 1:
        return 0.1
    return 0.3 if before in _VOWELS else 0.5


def _losses(latin: str) -> tuple[float, ...]:
    return tuple(map(_lost, latin, ["", *latin], [*latin[1:], ""]))


@lru_cache(maxsize=20_000)
def _lost(letter: str, before: str, after: str) -> float:
    """What it costs to hear nothing where a Latin word has a letter, between two others: little for a silent r or e."""
    if letter in _VOWELS:
        if not before:
            return 0.5
        return 0.1 if letter == "e" else 0.25 if before in _VOWELS or after in _VOWELS else 0.35
    if letter == "r" and before in _VOWELS and (not after or after == "e" or after not in _VOWELS):
        return 0.1 if after == "e" else 0.05
    if letter == "h" and not before:
        return 0.6
    return _LOST_IN_LATIN.get(letter, 1.0)
