"""A story cut into sentences, each with its place, so that one of them can be quoted verbatim."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.stories.phrases import plain

#: Sentences of a story that are read; the rest of a very long text says nothing new.
MOST = 400
#: Characters of a story that are cut into sentences.
LONGEST = 60_000

# A full stop ends a sentence when a blank and a capital (or a digit, quote or bullet) follow, or, as many feeds glue
# them, a capital right after a small letter; not after initials and common abbreviations. Chinese and Japanese marks
# always end one. A line break always does. Repetitions are bounded, so that a page of full stops costs no more.
_END = re.compile(
    r"(?<![A-ZА-Я])(?<!\bCo)(?<!\bInc)(?<!\bLtd)(?<!\bCorp)(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\bNo)(?<!\bvs)(?<!\bGovt)(?<!\bNr)(?<!\bca)(?<!\bbzw)(?<!\bUU)(?<!\bSr)(?<!\bSra)(?<!\bги)"
    r"[.!?…]{1,8}[\"'”’»)\]*_]{0,4}(?=\s{1,4}[\"'“‘«(\[*_–—-]{0,4}[A-ZÀ-ÞА-ЯЁІЇЄҐİŞÇĞÖÜ0-9\u0600-\u06ff\uac00-\ud7af])"
    r"|(?<=[a-zà-ÿа-я0-9\"»”)%])\.(?=[\"«“]?[A-ZÀ-ÞА-ЯЁ][a-zà-ÿа-яё'’ ])"
    r"|(?<=[\u0600-\u06ff\uac00-\ud7af])[.!?؟]{1,8}(?=\s)"
    r"|[。！？；｡]{1,8}[”’」』）)\"*_]{0,4}"
    r"|[\r\n]{1,8}"
)


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
    for stop in _END.finditer(text):
        spans.append((last, stop.end()))
        last = stop.end()
    spans.append((last, len(text)))
    return [_stripped(text, start, end) for start, end in spans if text[start:end].strip()]


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
