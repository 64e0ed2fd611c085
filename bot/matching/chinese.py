"""Chinese characters heard as a foreign word: 洛克希德 as Lockheed, 鴻海 as Hon Hai, 貴州 as Kweichow.

Pinyin is one way of writing what characters sound like. Taiwan writes Wade-Giles, Hong Kong Cantonese, the old post
office its own; companies spell freely (吉利 Geely); and foreign names are taken down in characters by ear. All of these
keep the order of the sounds and change them in known ways: b and p, d and t, l and r are heard for one another, a
vowel is put behind a consonant that has none. `by_ear` lays the sounds of both side by side and counts what it would
have taken to hear one as the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice, pairwise, product

from pypinyin import Style, pinyin

from bot.data import table
from bot.matching.fold import fold
from bot.matching.frequency import homely, zipf
from bot.matching.hearing import Letters, Sounds, bits, cheapest, missing, sounds
from bot.matching.japanese import loan_bones
from bot.matching.remembered import remembered
from bot.matching.scripts import mandarin, pinyin_fits

#: What it costs to hear nothing where one side has a sound. Vowels are put in and left out freely.
_LOST_VOWEL = 0.3
_LOST_CONSONANT = 1.0
_PADDED = 0.1
#: What it costs to hear another vowel, and a sound that is nothing like this one.
_OTHER_VOWEL = 0.25
_STRANGE = 1.2
#: Consonants that are easily lost: r before a consonant (Ford, 福特), h, w and y between vowels, n and g at an end.
_EASILY_LOST = {"r": 0.3, "h": 0.3, "w": 0.2, "y": 0.15, "g": 0.5, "n": 0.6, "t": 0.6, "k": 0.6, "d": 0.6, "l": 0.7}
#: What speaks against a word that is pinyin, but of other characters: a cost where they write foreign sounds, and
#: what is left of the likeness where they are a Chinese name (中兴 is not Zhongxin).
_OTHER_PINYIN = 1.2
_OTHER_CHARACTERS = 0.6
#: A name of ordinary characters is Chinese, and like a foreign word by chance more often.
_NATIVE = 0.04
#: Three consonants are soon alike: 海利尔 is not Color.
_FEW = 0.08
#: A word so frequent, and so much more so in English than elsewhere, on the scale of `frequency.zipf`, is English.
_EVERYDAY = 3.5
_ENGLISH = 0.8
_VOWELS = frozenset("aeiou")
#: How surely characters are initials whose letters they begin with, and what each letter may cost.
_LETTERS = 0.8
_LETTER = 0.15
#: What it may cost at most to hear one syllable of Chinese for another; a vowel alone makes another character.
_ONE_SYLLABLE = 0.25
#: Characters that sound more like a word than this may be it; at .7 one in 300 words of other names is.
HEARD = 0.6
#: The same of characters that are chosen for their sounds and beside which little agrees: 安达维尔 is not Inteller.
HEARD_ALONE = 0.68
#: The same where all else of the two names agrees, the town and the trade: one in twenty words of other names.
HEARD_IN_CONTEXT = 0.45
#: The same where one trade agrees and nothing else is said.
HEARD_IN_TRADE = 0.53


@cache
def _sounds() -> dict[str, dict[str, float]]:
    """For each sound of Chinese the letters it is heard for or written as, and what that costs."""
    found: dict[str, dict[str, float]] = {}
    for entry in table("romanisation")["chinese_sounds"].split():
        sound, listed = entry.split(":")
        found[sound] = {sound: 0.0} if len(sound) == 1 else {}
        for at, letters in enumerate(listed.split(",")):
            for letter in letters:
                found[sound].setdefault(letter, (0.0, 0.15, 0.35)[at])
    return found


#: Initials of pinyin that are written with two letters or mean another sound than in English, each as one letter.
_INITIALS = {"zh": "Z", "ch": "C", "sh": "S", "j": "J", "q": "Q", "x": "X", "c": "T"}


def _phones(syllable: str) -> str:
    """A syllable of pinyin as sounds: small letters as in English, capitals as in `chinese_sounds`, N for a final n."""
    if syllable == "er":
        return "R"
    for spelled, sound in _INITIALS.items():
        if syllable.startswith(spelled):
            syllable = sound + syllable[len(spelled) :]
            break
    syllable = syllable.replace("ü", "u").replace("v", "u")
    for ending in ("ng", "n"):
        if syllable.endswith(ending) and len(syllable) > len(ending):
            return syllable[: -len(ending)] + "N"
    return syllable


@lru_cache(maxsize=50_000)
def _heard_sounds(han: str) -> str:
    return "".join([_phones(syllable) for syllable in mandarin(han)])


#: Spellings of one sound in languages that are taken down in Chinese, in this order.
_LATIN = (
    ("xx", "x"), ("sch", "s"), ("tch", "C"), ("ch", "C"), ("sh", "s"), ("zh", "j"), ("ph", "f"), ("th", "t"),
    ("gh", "g"), ("kh", "k"), ("ck", "k"), ("qu", "k"), ("q", "C"), ("tz", "z"), ("ts", "z"), ("hs", "s"), ("ee", "i"),
    ("oo", "u"), ("x", "ks"), ("y", "i"), ("tion", "son"), ("wh", "w"), ("ce", "se"), ("ci", "si"), ("c", "k"),
    ("C", "c"),
)  # fmt: skip


@lru_cache(maxsize=50_000)
def _written(latin: str) -> str:
    out = "s" + latin[1:] if latin.startswith("x") else latin  # Xilinx, 赛灵思
    for old, new in _LATIN:
        out = out.replace(old, new)
    return "".join([char for at, char in enumerate(out) if not at or char != out[at - 1]])


@lru_cache(maxsize=50_000)
def by_ear(han: str, latin: str, least: float = HEARD) -> float:
    """How surely these characters are this Latin word by ear; 1 needs every sound in its place.

    What is less than `least` is somewhere between 0 and that: nobody asks how far another word is another word.
    """
    if _letters_heard(han, latin):
        return _LETTERS
    if "ch" in latin and transcribed(han):  # of Greek: Echodyne, 埃科达因
        return max(_by_ear(han, latin, least), _by_ear(han, latin.replace("ch", "k"), least))
    return _by_ear(han, latin, least)


def _by_ear(han: str, latin: str, least: float) -> float:
    if not 2 <= len(han) <= 8 or not (3 if transcribed(han) else 4) <= len(latin) <= 24:
        return 0.0
    ours, theirs = _as_heard(han), _as_written(latin)
    if not 0.4 < len(theirs.row) / len(ours.row) < 2.5:
        return 0.0
    consonants = max(theirs.consonants, ours.consonants)
    few = consonants < (2 if least == HEARD else 1)
    if few or _VOWELS.isdisjoint(theirs.row):  # letters without a vowel are spelled, not heard
        return 0.0
    doubt = (0.0 if transcribed(han) else _NATIVE) + (_FEW if consonants < 4 else 0.0)
    heard = consonants + 0.5
    most = (1 - least - doubt) * heard
    if missing(ours.needed, theirs.letters) > most or missing(theirs.needed, ours.letters) > most:
        return 0.0  # most words of two names: what speaks against them besides need not be known
    other = spells_other(latin, len(han)) and not everyday_english(latin)  # "nike" is pinyin as well, and 耐克
    if len(han) > 3 and not transcribed(han) and any(spells(latin, fewer) for fewer in range(2, len(han))):
        return 0.0  # 中复神鹰 is four characters, and Zhongjian two
    if not transcribed(han) and len(latin) > 6 and any(spells(latin, more) for more in (len(han) + 1, len(han) + 2)):
        other = True  # 力芯 is two syllables of Lihexing, which are three
    dearer = _OTHER_PINYIN if other and transcribed(han) else 0.0
    alike = _OTHER_CHARACTERS if other and not dearer else 1.0
    if not transcribed(han) and latin in _one_syllable():
        return 0.0  # "Chung" spells one character, and not 春源
    most = (1 - (least + doubt) / alike) * heard - dearer
    if most < 0:
        return 0.0
    cost = cheapest(ours.changes, ours.gone, theirs.row, theirs.lost, strange=_STRANGE, most=most)
    return max(0.0, alike * (1 - (cost + dearer) / heard) - doubt) if cost <= most else 0.0


@lru_cache(maxsize=20_000)
def _as_heard(han: str) -> Sounds:
    row = _heard_sounds(han)
    return sounds(row, _consonants(row), list(map(_taken_for, row)), [_gone(row, at) for at in range(len(row))])


@lru_cache(maxsize=50_000)
def _as_written(latin: str) -> Letters:
    """A Latin word as it sounds."""
    row = _written(latin)
    return Letters.of(row, _consonants(row), _needed, _losses(row))


@cache
def _needed(letter: str) -> tuple[int, float]:
    """What is nearer to a letter than nothing, as bits, and what hearing nothing for it costs."""
    price = _losses(letter)[0]
    everything = _VOWELS.union(_sounds(), letter)
    return bits(sound for sound in everything if _taken_for(sound).get(letter, _STRANGE) < price), price


#: How Chinese says the letters that are vowels; of others a character has the sound itself.
_VOWELS_SAID = {"a": "ei", "e": "yi", "i": "ai", "o": "ou", "u": "you"}


def _letters_heard(han: str, latin: str) -> bool:
    """Whether each character of a foreign name is one letter of initials, as they are said: 斯凯孚, SKF."""
    if not 3 <= len(latin) == len(han) <= 4 or not transcribed(han) or _VOWELS.issuperset(latin):
        return False
    return all(map(_letter_heard, han, latin))


def _letter_heard(char: str, letter: str) -> bool:
    said = _VOWELS_SAID.get(letter)
    return mandarin(char) == [said] if said else _taken_for(_heard_sounds(char)[0]).get(letter, 1.0) <= _LETTER


#: Endings that a name takes on in Latin letters, and what they say: Goertek is 歌尔, and makes technology.
_ENDINGS = re.compile("te[ck]h?|tronics?|chem|pharm|soft|med|bio|net|sys|semi|labs?")


def with_ending(han: str, latin: str) -> bool:
    """Whether a Latin word is the pinyin of these characters with an ending that says a trade: 歌尔, Goertek."""
    if len(han) < 2 or len(latin) < 2 * len(han) + 2:
        return False
    return any(
        _ENDINGS.fullmatch(latin, size) and pinyin_fits(han, latin[:size])
        for size in range(len(latin) - 5, len(latin) - 2)
        if size > 3
    )


def pinyin_initials(han: str, latin: str) -> bool:
    """Whether Latin letters are those with which the pinyin of these characters begins: 金鸿达 (jin hong da), JHD.

    Two are anybody's, unless the trade is said behind them: 天准 (tian zhun), TZTEK.
    """
    syllables = mandarin(han)
    size = len(syllables)
    alone = 3 <= len(latin) == size <= 4
    return (alone or (1 < size < 5 and bool(_ENDINGS.fullmatch(latin, size)))) and all(
        map(str.startswith, syllables, latin)
    )


def begins_alike(han: str, words: Sequence[str]) -> bool:
    """Whether each of as many words as there are characters begins as its character does: 鸿海, Hon Hai.

    Words that are one syllable each spell one character each; where one begins otherwise, they spell another name.
    """
    if len(words) != len(han):
        return True
    heard = ((_taken_for(_heard_sounds(char)[0]), _written(word)[0]) for char, word in zip(han, words, strict=True))
    if not all(letters.get(first, 1.0) <= _OTHER_VOWEL for letters, first in heard):
        return False
    return all(word not in _one_syllable() or sounds_like(char, word) for char, word in zip(han, words, strict=True))


def sounds_like(char: str, syllable: str) -> bool:
    """Whether a syllable may be this character, in some spelling or by ear: 鸿 is Hon, and 进 never Guan."""
    if any(syllable in spellings(char) for spellings in (_cantonese, _taiwanese, _hokkien)):
        return True
    if syllable[-1] in "kpt" and not _ends_short(char):
        return False
    sounds, letters = _heard_sounds(char), _written(syllable).replace("ng", "n").replace("eo", "o")
    changes = [_taken_for(sound) for sound in sounds]
    glides = [(one in "iu" and after in _VOWELS) or one + after == "ou" for one, after in pairwise(sounds + "-")]
    gone = [_PADDED if glide else _LOST_CONSONANT for glide in glides]
    return cheapest(changes, gone, letters, _losses(letters), strange=_STRANGE, most=_ONE_SYLLABLE) <= _ONE_SYLLABLE


def _ends_short(char: str) -> bool:
    """Whether Cantonese ends a character in k, p or t, or does not know it: 德 is Tak, and 泰 (Tai) is never."""
    readings = _jyutping().get(char, ())
    return not readings or any(one[-1] in "kpt" for one in readings)


def everyday_english(latin: str) -> bool:
    """Whether a word that might be pinyin is everyday English: "guide" and "sailing" spell no other characters."""
    return homely(latin, "en") >= _ENGLISH and zipf(latin, "en") >= _EVERYDAY


@cache
def _syllables() -> frozenset[str]:
    return frozenset(table("romanisation")["pinyin_syllables"].split())


@lru_cache(maxsize=50_000)
def spells(latin: str, syllables: int) -> bool:
    """Whether a Latin word is so many syllables of pinyin: then it spells other characters, unless it fits these."""
    if syllables == 0 or not latin:
        return syllables == 0 and not latin
    return any(
        latin[:size] in _syllables() and spells(latin[size:], syllables - 1)
        for size in range(1, min(6, len(latin)) + 1)
    )


#: Syllables of pinyin that hardly a name of a Chinese company is spelled with, and many a foreign word.
_FOREIGN = frozenset(
    ("a", "e", "o", "ei", "ga", "ka", "ca", "sa", "za", "pa", "ta", "la", "na", "ne", "me", "re", "se")
)


@lru_cache(maxsize=50_000)
def spells_other(latin: str, syllables: int) -> bool:
    """Whether a Latin word is a Chinese name of so many syllables in pinyin; Gamesa is three, and none of a name."""
    return spells(latin, syllables) and not _made_of_foreign(latin, syllables, syllables)


def _made_of_foreign(latin: str, syllables: int, spare: int) -> bool:
    """Whether a word can be cut into syllables of pinyin of which at least half are seldom those of names."""
    if not syllables or not latin:
        return not syllables and not latin and spare >= 0
    return any(
        latin[:size] in _syllables()
        and _made_of_foreign(latin[size:], syllables - 1, spare + (0 if latin[:size] in _FOREIGN else -2))
        for size in range(1, min(6, len(latin)) + 1)
    )


# ── Other spellings of Chinese ────────────────────────────────────────────────────────────────────────────────────

#: How surely characters are a word that spells them in Cantonese, or in the ways of Taiwan; and when that word is also
#: pinyin of other characters: "Chang" is 张 to Wade and Giles, and 常 in pinyin.
_SPELLED = 0.93
_SPELLED_OTHERWISE = 0.75


#: Initials that only pinyin writes: what has one of them and is pinyin of other characters spells those.
_ONLY_PINYIN = re.compile("[xq]|zh")

Spellings = Callable[[str], tuple[str, ...]]


@lru_cache(maxsize=50_000)
def spelled(han: str, latin: str) -> float:
    """How surely a Latin word spells these characters otherwise than in pinyin; 0 when it does not.

    Hong Kong spells Cantonese (興 Hing), Taiwan mixes Wade-Giles with ways of its own (新 Hsin, Shin), and Singapore
    writes Hokkien (興 Heng).
    """
    if not 2 <= len(han) <= 6 or not len(han) <= len(latin) <= 6 * len(han):
        return 0.0
    ways = [spellings for spellings in _WAYS if _spelled_in_one(han, latin, spellings)]
    if ways:
        if not spells(latin, len(han)):
            return _SPELLED
        return 0.0 if ways == [_hokkien] or _ONLY_PINYIN.search(latin) else _SPELLED_OTHERWISE
    if len(han) > 3 and any(_spelled_in_two(han, latin, size) for size in range(2, len(han) - 1)):
        return _SPELLED
    return 0.0


def _spelled_in_one(han: str, latin: str, spellings: Spellings) -> bool:
    """Whether a Latin word spells these characters in one way of spelling from end to end."""
    return len(latin) in _spelled_so_far(han, latin, spellings)


def _spelled_so_far(han: str, latin: str, spellings: Spellings) -> set[int]:
    """At which letters of a Latin word these characters may end when it begins with them."""
    reached = {0}
    for char in han:
        reached = {start + len(one) for start in reached for one in spellings(char) if latin.startswith(one, start)}
        if not reached:
            break
    return reached


def _spelled_in_two(han: str, latin: str, size: int) -> bool:
    """Whether the first characters are spelled in one way and the others in another: 正大天晴, Chia Tai Tianqing."""
    return any(
        _spelled_in_one(han[size:], latin[at:], behind)
        for before in _WAYS
        for at in _spelled_so_far(han[:size], latin, before)
        for behind in _WAYS
        if behind is not before
    )


@lru_cache(maxsize=20_000)
def spelled_bones(han: str) -> tuple[str, ...]:
    """The consonants that Hong Kong or Taiwan is likely to spell a word with, as `japanese.loan_bones` writes them."""
    if not 2 <= len(han) <= 4:
        return ()
    found = []
    for spellings, likely in ((_cantonese, slice(2)), (_taiwanese, slice(1, 3))):  # the first of Taiwan is pinyin
        choices = [dict.fromkeys(loan_bones(one, True) for one in spellings(char)[likely]) for char in han]
        found += ["".join(one) for one in islice(product(*choices), 8)]
    return tuple(dict.fromkeys(one for one in found if len(one) > 1))


@lru_cache(maxsize=20_000)
def likely_spellings(han: str) -> tuple[tuple[str, ...], ...]:
    """How Hong Kong and Taiwan are likely to spell a word of two or three characters, syllable by syllable."""
    if not 2 <= len(han) <= 3:
        return ()
    found: dict[tuple[str, ...], None] = {}
    for spellings in (_cantonese, _taiwanese):
        found |= dict.fromkeys(islice(product(*[spellings(char)[:6] for char in han]), 36))
    return tuple(found)


def syllable_bones(han: str) -> tuple[str, ...]:
    """The consonants of those spellings, as `japanese.loan_bones` writes them syllable by syllable."""
    if not 2 <= len(han) <= 3:
        return ()
    return tuple(map("".join, islice(product(*map(_syllable_bones, han)), 12)))


@lru_cache(maxsize=8_000)
def _syllable_bones(char: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(loan_bones(one, True) for one in (*_cantonese(char)[:6], *_taiwanese(char)[:6])))


def one_syllable(latin: str) -> bool:
    """Whether a Latin word may spell one character, in pinyin, in Hong Kong or in Taiwan."""
    return latin in _one_syllable()


@lru_cache(maxsize=8_000)
def _cantonese(char: str) -> tuple[str, ...]:
    """The ways in which Hong Kong spells a character."""
    rules = _spellings("cantonese", "initials"), _spellings("cantonese", "rhymes")
    return tuple(
        dict.fromkeys(one for syllable in _jyutping().get(char, ()) for one in _spellings_of(syllable, *rules))
    )


@lru_cache(maxsize=8_000)
def _taiwanese(char: str) -> tuple[str, ...]:
    """The ways in which Taiwan spells a character, pinyin among them, for names mix them (元大 Yuanta)."""
    rules = _spellings("romanisation", "taiwan_initials"), _spellings("romanisation", "taiwan_finals")
    whole = _spellings("romanisation", "taiwan_syllables")
    syllables = [one.replace("ü", "v") for one in pinyin(char, style=Style.NORMAL, heteronym=True)[0]]
    return tuple(
        dict.fromkeys(
            one for syllable in syllables for one in (*_spellings_of(syllable, *rules), *whole.get(syllable, ()))
        )
    )


def _hokkien(char: str) -> tuple[str, ...]:
    """The ways in which Singapore and Malaysia spell a character, as far as names are made of it."""
    return _spellings("romanisation", "hokkien").get(char, ())


#: The ways of spelling Chinese that are not pinyin, though Taiwan's has it too.
_WAYS: tuple[Spellings, ...] = (_cantonese, _taiwanese, _hokkien)


@cache
def _jyutping() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in (*table("cantonese")["readings"], *table("cantonese")["second_readings"]):
        for entry in line.split():
            syllable, chars = entry.split(":")
            for char in fold(chars).replace(" ", ""):
                found[char] = (*found.get(char, ()), syllable)
    return found


@cache
def _spellings(name: str, part: str) -> dict[str, tuple[str, ...]]:
    """How the initials or the rhymes of a language are written."""
    rows = (entry.split(":") for entry in table(name)[part].split())
    return {sound.strip("-"): tuple(one.strip("-") for one in listed.split(",")) for sound, listed in rows}


def _spellings_of(
    syllable: str, initials: dict[str, tuple[str, ...]], rhymes: dict[str, tuple[str, ...]]
) -> Iterator[str]:
    """Every spelling of a syllable, taken apart behind its longest initial that leaves a rhyme."""
    for size in (2, 1, 0):
        if len(syllable) >= size and syllable[:size] in initials and syllable[size:] in rhymes:
            yield from (before + behind for before in initials[syllable[:size]] for behind in rhymes[syllable[size:]])
            return


@cache
def _one_syllable() -> frozenset[str]:
    """Every way to write one syllable, in pinyin, in Hong Kong and in Taiwan."""
    tables = (("cantonese", "initials", "rhymes"), ("romanisation", "taiwan_initials", "taiwan_finals"))
    return _syllables().union(
        before + behind
        for name, initials, rhymes in tables
        for befores in _spellings(name, initials).values()
        for behinds in _spellings(name, rhymes).values()
        for before in befores
        for behind in behinds
    )


@cache
def _transcribing() -> frozenset[str]:
    return frozenset("".join(table("romanisation")["chinese_transcription"].split()))


@remembered(50_000)
def transcribed(han: str) -> bool:
    """Whether these characters look like a foreign name taken down by ear: 洛克希德 does, 联特 does not."""
    return len(han) > 1 and 3 * sum(char in _transcribing() for char in han) >= 2 * len(han)


def _consonants(sounds: str) -> int:
    return sum(sound not in _VOWELS and sound not in "wy" for sound in sounds)


@cache
def _taken_for(sound: str) -> dict[str, float]:
    """What it costs to hear this sound as each letter that it is heard for."""
    vowels = dict.fromkeys(_VOWELS, _OTHER_VOWEL) if sound in _VOWELS else {}
    return vowels | _sounds().get(sound, {sound: 0.0})


@lru_cache(maxsize=20_000)
def _losses(latin: str) -> tuple[float, ...]:
    return tuple([_LOST_VOWEL if one in _VOWELS else _EASILY_LOST.get(one, _LOST_CONSONANT) for one in latin])


def _gone(sounds: str, at: int) -> float:
    """What it costs to drop a sound of the Chinese: little for a vowel that only carries the consonant before it."""
    sound = sounds[at]
    if sound in _VOWELS:
        padding = sound in "eiu" or (at > 0 and sounds[at - 1] in _VOWELS)
        return _PADDED if padding else _LOST_VOWEL
    return {"N": 0.5, "w": 0.1, "y": 0.1, "R": 0.3, "h": 0.5}.get(sound, _LOST_CONSONANT)


#: What each sound leaves of a word in `japanese.loan_bones`, the likeliest first: by these bones an index finds words.
_BONES = {
    "b": "bp", "p": "pb", "m": "m", "f": "hb", "d": "dt", "t": "td", "n": "n", "l": "r", "g": "gk", "k": "kg",
    "h": "h-k", "J": "zgk", "Q": "tkz", "X": "sh", "Z": "zt", "C": "tz", "S": "s", "r": "rz", "z": "zs", "T": "ts",
    "s": "s", "w": "-b", "y": "-z", "N": "n", "R": "r-",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def bones(han: str, most: int = 32) -> tuple[str, ...]:
    """The consonants that a foreign word heard as these characters may have, as `japanese.loan_bones` writes them."""
    if not 2 <= len(han) <= 8:
        return ()
    choices = [_BONES[sound] for sound in _heard_sounds(han) if sound in _BONES]
    found = ("".join(one).replace("-", "") for one in islice(product(*reversed(choices)), 4 * most))
    return tuple(dict.fromkeys(_single(one[::-1]) for one in found if len(one) > 1))[:most]


def _single(letters: str) -> str:
    """Doubled letters written once."""
    return "".join([char for at, char in enumerate(letters) if not at or char != letters[at - 1]])
