"""A story cut into sentences, each with its place, so that one of them can be quoted verbatim."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.stories.phrases import plain

#: Sentences of a story that are read; the rest of a very long text says nothing new.
MOST = 400
#: Characters of a story that are cut into sentences.
LONGEST = 60_000

# Where a sentence may end; whether it does is looked at place by place, which is many times faster than one pattern
# with all the conditions. Repetitions are bounded, so that a page of full stops costs no more than one of words.
_STOP = re.compile(r"[.!?…؟]{1,8}[\"'”’»)\]*_]{0,4}|[。！？；｡]{1,8}[”’」』）)\"*_]{0,4}|[\r\n]{1,8}")
#: Abbreviations after which a capital does not begin a sentence.
_ABBREVIATIONS = frozenset({
    "co", "inc", "ltd", "corp", "mr", "mrs", "ms", "dr", "st", "no", "vs", "govt", "nr", "ca", "bzw", "uu", "sr", "sra",
    "rep", "sen", "gen", "prof", "jr", "т", "г", "д", "п",
})  # fmt: skip
_NEXT = re.compile(
    r"\s{1,4}[\"'“‘«(\[*_–—-]{0,4}[A-ZÀ-ÞА-ЯЁІЇЄҐİŞÇĞÖÜ0-9\u0600-\u06ff\uac00-\ud7af]|\s{1,4}[\u3041-\u9fff]|\s*$"
)
#: Many feeds glue sentences: "par Donald Trump.Dans un contexte".
_GLUED = re.compile(r"[\"«“]?[A-ZÀ-ÞА-ЯЁ][a-zà-ÿа-яё'’ ]")
_WORD_BEFORE = re.compile(r"[^\W\d_]+$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as published, where it starts in its part, and folded for asking."""

    text: str
    start: int
    end: int
    plain: str
    title: bool = False


def sentences(title: str, text: str, language: str) -> tuple[Sentence, ...]:
    """The title and the sentences of the text, in order. A text that repeats its title loses that line."""
    found = []
    headline = plain(title, language)
    if title.strip():
        found.append(Sentence(title.strip(), 0, len(title), headline, title=True))
    for start, end in _spans(text[:LONGEST]):
        piece = text[start:end]
        folded = plain(piece, language)
        if folded.strip() and not (len(found) == 1 and folded == headline):
            found.append(Sentence(piece, start, end, folded))
        if len(found) >= MOST:
            break
    return tuple(found)


def _spans(text: str) -> list[tuple[int, int]]:
    spans = []
    last = 0
    for stop in _STOP.finditer(text):
        if _ends(text, stop):
            spans.append((last, stop.end()))
            last = stop.end()
    spans.append((last, len(text)))
    return [_stripped(text, start, end) for start, end in spans if text[start:end].strip()]


def _ends(text: str, stop: re.Match[str]) -> bool:
    """A line break and the marks of Chinese and Japanese always end a sentence. A full stop does when a blank and a

    capital follow, or a capital right after a small letter; not after initials and abbreviations.
    """
    start, end = stop.span()
    if stop[0][0] not in ".!?…؟":
        return True
    if stop[0][0] != ".":
        return _NEXT.match(text, end) is not None
    before = _WORD_BEFORE.search(text, max(0, start - 12), start)
    if before and (before[0].casefold() in _ABBREVIATIONS or (len(before[0]) == 1 and before[0].isupper())):
        return False
    if _NEXT.match(text, end):
        return True
    small = start and (text[start - 1].islower() or text[start - 1] in '0123456789"»”)%')
    return bool(small) and _GLUED.match(text, end) is not None


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
