"""Folding: what stays of a name when the ways of writing it no longer matter.

`fold` takes away case, accents, width, punctuation, invisible characters and look-alike letters, and keeps every
script. `core` also takes away the legal form. Folding is stable (folding twice changes nothing) and linear in length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from anyascii import anyascii

from bot.data import table
from bot.matching.frequency import simplified
from bot.matching.remembered import remembered
from bot.matching.scripts import pairs, script_of

# ── One character ─────────────────────────────────────────────────────────────────────────────────────────────────

#: Marks that carry no letter in the scripts we compare: accents, Arabic and Hebrew vowel points. Thai, Indic and kana
#: marks are letters to their readers and stay.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)

#: Letters that are drawn with a stroke or joined, which Unicode does not take apart, and Arabic letters that
#: publishers use for one another.
_LETTERS = pairs("plain_letters") | dict.fromkeys("\u115f\u1160\u3164\uffa0", "")


def _fold_char(char: str) -> str:
    """What one character becomes: itself in lower case, nothing for the invisible, a space for what only separates."""
    category = unicodedata.category(char)
    if category == "Cf" or "\ufe00" <= char <= "\ufe0f" or 0xE0100 <= ord(char) <= 0xE01EF or _MARKS.fullmatch(char):
        return ""
    lowered = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold())
    return "".join([_fold_letter(letter) for letter in lowered])


def _fold_letter(letter: str) -> str:
    if letter in _LETTERS:
        return _LETTERS[letter]
    kind = unicodedata.category(letter)
    if kind[0] in "ZCPS":
        return "" if kind == "Cf" else " "
    if letter == "й" or "\u3040" <= letter <= "\u30ff" or "\uac00" <= letter <= "\ud7a3":
        return letter  # taking these apart would make another letter of them
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", letter))
    if kind[0] == "L" and bare and not bare.isascii() and script_of(bare[0]) == "latin":
        return "".join(_LETTERS.get(one, anyascii(one).lower()) for one in bare)
    return "".join(_LETTERS.get(one, one) for one in bare)


class _Table(dict[int, str]):
    """A table for str.translate that learns characters as it meets them; Unicode is too large to fill in advance."""

    def __missing__(self, code: int) -> str:
        folded = _fold_char(chr(code))
        self[code] = folded if folded.isascii() else folded.translate(_variants())
        return self[code]


_TABLE = _Table()
#: The same for texts in ASCII, byte for byte: each character becomes one. It takes a sixth of the time.
_ASCII = bytes(ord(_fold_char(chr(code))) for code in range(128)).ljust(256)


@cache
def _variants() -> dict[int, str]:
    """Traditional and Japanese forms of Chinese characters, each to the simplified one.

    Traditional ones from wordfreq's map of three thousand; ours are the Japanese ones and those of names.
    """
    pairs = simplified()
    for line in table("han_variants")["pairs"]:
        for simple, *others in line.split():
            pairs.update((ord(other), simple) for other in others)
    return pairs


# ── Look-alikes ───────────────────────────────────────────────────────────────────────────────────────────────────

#: Cyrillic and Greek letters that pass for Latin ones, in lower case (capitals are folded before).
_LIKE_LATIN = pairs("like_latin")
_LIKE_CYRILLIC = pairs("like_cyrillic")
_FOREIGN = re.compile(r"[\u0370-\u058f]")
_LATIN = re.compile("[a-z]")


def _unmask(word: str, *, latin_text: bool, foreign_text: bool) -> str:
    """A word in the alphabet it pretends to be in; unchanged when neither alphabet explains all of it.

    When nothing else in the text tells, the alphabet with more letters in the word is taken for the real one.
    """
    foreign = [char for char in word if "\u0370" <= char <= "\u058f"]
    latin = [char for char in word if "a" <= char <= "z"]
    if not foreign or (not latin and not (latin_text and not foreign_text)):
        return word
    may_be_latin = all(char in _LIKE_LATIN for char in foreign)
    may_be_cyrillic = all(char in _LIKE_CYRILLIC for char in latin)
    undecided = latin_text == foreign_text
    latin_first = (len(latin) >= len(foreign) or not may_be_cyrillic) if undecided else latin_text
    if may_be_latin and latin_first:
        return "".join([_LIKE_LATIN.get(char, char) for char in word])
    return "".join([_LIKE_CYRILLIC.get(char, char) for char in word]) if may_be_cyrillic and latin else word


def unmasked(word: str) -> str:
    """A folded word of letters of two alphabets in the one it pretends to be in, letter for letter."""
    return _unmask(word, latin_text=True, foreign_text=True)


def _unmask_all(text: str) -> str:
    """Words written with letters of another alphabet, unmasked; needs a look or two at texts in one alphabet.

    A letter that only one alphabet has tells which of them the text is really written in.
    """
    if not _FOREIGN.search(text) or not _LATIN.search(text):
        return text
    latin_text = any("a" <= char <= "z" and char not in _LIKE_CYRILLIC for char in text)
    foreign_text = any("\u0370" <= char <= "\u058f" and char not in _LIKE_LATIN for char in text)
    words = text.split(" ")
    return " ".join([_unmask(word, latin_text=latin_text, foreign_text=foreign_text) for word in words])


# ── Text ──────────────────────────────────────────────────────────────────────────────────────────────────────────

# What is rare stands first, and what has to stand before it behind: so most texts are passed over at a glance.
_APOSTROPHES = re.compile(r"['’‘ʼ`´ʹ′＇](?<=[^\W\d_].)(?=[^\W\d_])")
_DOT_OF_INITIALS = re.compile(r"\.(?<=[^\W\d_]\.)(?<![^\W_]{2}\.)(?=[^\W\d_](?![^\W_]))")


def fold(text: str) -> str:
    """The text in lower case without accents, width, punctuation, invisible characters and look-alike letters.

    Words are separated by single spaces, dotted initials are joined ("S.M.I.C." is one word), every script stays
    itself; traditional Chinese characters become simplified ones.
    """
    if text.isascii():
        text = _DOT_OF_INITIALS.sub("", text) if "." in text else text
        text = _APOSTROPHES.sub("", text) if "'" in text or "`" in text else text
        return " ".join(text.encode().translate(_ASCII).decode().split())
    text = unicodedata.normalize("NFKC", _visible(text))
    text = _APOSTROPHES.sub("", _DOT_OF_INITIALS.sub("", text) if "." in text else text)
    return _unmask_all(" ".join(text.translate(_TABLE).split()))


_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)


def _visible(text: str) -> str:
    return _HIDDEN.sub("", text)


# ── Words and legal forms ─────────────────────────────────────────────────────────────────────────────────────────


#: The words of a legal form, and of which kind it is.
Spelled = tuple[tuple[str, ...], str]
_NO_KINDS: frozenset[str] = frozenset()


class _Forms:
    """The legal forms of `legal_forms.toml`, folded and arranged for looking up."""

    def __init__(self) -> None:
        self.spelled: dict[str, list[Spelled]] = {}
        self.edge: dict[tuple[str, ...], str] = {}
        self.first: dict[tuple[str, ...], str] = {}
        self.glued: dict[str, str] = {}
        for kind, forms in table("legal_forms").items():
            for form in forms.get("spelled", ()):
                words = tuple(fold(form).split())
                self.spelled.setdefault(words[0], []).append((words, kind))
            self.edge.update((tuple(fold(form).split()), kind) for form in forms.get("edge", ()))
            self.first.update((tuple(fold(form).split()), kind) for form in forms.get("first", ()))
            self.glued.update((fold(form).replace(" ", ""), kind) for form in forms.get("glued", ()))
        for listed in self.spelled.values():
            listed.sort(key=lambda one: -len(one[0]))
        #: With what word short forms end, or begin, and of how many words those are, the longest first.
        self.ends = _sizes(self.edge, -1)
        self.begins = _sizes(self.first, 0)
        #: A name without any of these words has no legal form.
        self.needed = frozenset((*self.spelled, *self.ends, *self.begins))
        self.longest_glued = max(map(len, self.glued))


def _sizes(forms: Iterable[tuple[str, ...]], at: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for size, word in sorted({(len(form), form[at]) for form in forms}, reverse=True):
        found.setdefault(word, []).append(size)
    return found


@cache
def _forms() -> _Forms:
    return _Forms()


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, folded; single letters that stand in a row are taken for initials and joined."""
    return join_initials(fold(text).split())


#: "And" between two initials, as English, Spanish, Polish or Czech write it.
_AND = frozenset({"and", "und", "et", "y", "i", "e", "a", "и", "і"})


def join_initials(words: Iterable[str]) -> tuple[str, ...]:
    """ "v a degtyarev" to "va degtyarev": how initials are spaced is chance."""
    words = tuple(words)
    if 1 not in map(len, words):
        return words
    out: list[str] = []
    open_run = False
    for at, word in enumerate(words):
        if open_run and word in _AND and len(out[-1]) == 1 and at + 1 < len(words) and len(words[at + 1]) == 1:
            continue  # "G y G" is "G & G"
        single = len(word) == 1 and word.isalpha() and word.isascii()
        if single and open_run:
            out[-1] += word
        else:
            out.append(word)
        open_run = single
    return tuple(out)


def without_forms(words: Sequence[str], taken: list[str] | None = None) -> tuple[tuple[str, ...], frozenset[str]]:
    """The words without legal forms, and which kinds were there. A name that is nothing but form stays whole.

    What is taken off is written into `taken` when it is given.
    """
    forms = _forms()
    if forms.needed.isdisjoint(words):
        return tuple(words), _NO_KINDS
    left = list(words)
    kinds: set[str] = set()
    _take_out(left, forms.spelled, kinds, taken)
    if left[-1] in forms.ends:
        _trim(left, forms.edge, forms.ends, kinds, taken, at_end=True)
    if left[0] in forms.begins:
        _trim(left, forms.first, forms.begins, kinds, taken, at_end=False)
    return tuple(left), frozenset(kinds)


def _take_out(
    left: list[str], forms: Mapping[str, Sequence[Spelled]], kinds: set[str], taken: list[str] | None
) -> None:
    """Take forms that are spelled out from wherever they stand, as long as something remains."""
    at = 0
    while at < len(left):
        if left[at] in forms and (found := _spelled_at(left, at, forms[left[at]])):
            kinds.add(found[1])
            if taken is not None:
                taken.append(" ".join(found[0]))
            del left[at : at + len(found[0])]
        else:
            at += 1


def _spelled_at(words: list[str], at: int, listed: Sequence[Spelled]) -> Spelled | None:
    """The longest of these forms that stands here, unless there is nothing else."""
    for one in listed:
        size = len(one[0])
        if tuple(words[at : at + size]) == one[0]:
            return one if size < len(words) else None
    return None


def _trim(
    left: list[str],
    forms: Mapping[tuple[str, ...], str],
    sizes: Mapping[str, Sequence[int]],
    kinds: set[str],
    taken: list[str] | None,
    *,
    at_end: bool,
) -> None:
    """Take short forms off one end, the longest first, as long as something remains."""
    while len(left) > 1:
        for size in sizes.get(left[-1 if at_end else 0], ()):
            if len(left) > size and (edge := tuple(left[-size:] if at_end else left[:size])) in forms:
                kinds.add(forms[edge])
                if taken is not None:
                    taken.append(" ".join(edge))
                del left[slice(-size, None) if at_end else slice(size)]
                break
        else:
            return


@remembered(50_000)
def without_glued(word: str) -> tuple[str, str]:
    """A Chinese, Japanese or Korean word without the form glued to it, and the kind of form ("" for none).

    A form of one character (㈲, 有) is written in brackets and so stands apart: 有沢 begins with no form.
    """
    kind = ""
    while form := _glued_form(word):
        word = word[: -len(form)] if word.endswith(form) else word[len(form) :]
        kind = kind or _forms().glued[form]
    return word, kind


def _glued_form(word: str) -> str:
    """The longest form glued to either end of a word, or nothing."""
    glued = _forms().glued
    for size in range(min(_forms().longest_glued, len(word) - 1), 1, -1):
        if (end := word[-size:]) in glued:
            begin = word[:size]
            return min(begin, end) if begin in glued else end
        if (begin := word[:size]) in glued:
            return begin
    return ""


def core_words(folded: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The words of a folded text without legal forms, spelled out, short or glued, and the kinds that were there."""
    words, kinds = without_forms(join_initials(folded.split()))
    if folded.isascii():
        return words, kinds
    glued = _forms().glued
    standing = [word for word in words if word in glued]
    if standing and len(standing) < len(words):  # "(集团)股份有限公司": the form is a word by itself
        kinds |= {glued[word] for word in standing}
        words = tuple([word for word in words if word not in glued])
    bare: list[str] = []
    for word in words:
        if not word.isascii():
            word, kind = without_glued(word)
            kinds = kinds | {kind} if kind else kinds
        bare.append(word)
    return tuple(bare), kinds


def legal_form(text: str) -> str:
    """What of a name is its legal form, as it is written there and folded: "jsc", "有限公司", or nothing."""
    taken: list[str] = []
    words, _ = without_forms(join_initials(fold(text).split()), taken)
    for word in words:
        bare = word if word.isascii() else without_glued(word)[0]
        taken.extend(filter(None, word.split(bare, 1)))
    return ", ".join(taken)


def core(text: str) -> str:
    """The folded text without its legal form: 小米集团 for 小米集团有限公司, "vektor" for "AO Vektor"."""
    return " ".join(core_words(fold(text))[0])
