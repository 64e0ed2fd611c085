"""Which outlet a story retells: "comme le rapporte Android Authority".

Only the phrases of a language's file open the door, and only a name written like one goes through.
"""

from __future__ import annotations

import re
from functools import cache

from bot.stories.phrases import UNSPACED, Phrases, plain
from bot.stories.sentences import Sentence

#: Sentences of a story in which an origin is looked for, and how far into each.
OPENING = 14
DEPTH = 400

_WORD = r"[A-Z0-9À-ÞА-ЯЁІЇЄ][\w.&’'-]{0,30}"
_NAME = rf"[\"'“„«《_*]{{0,2}}(?P<outlet>{_WORD}(?:\s(?:{_WORD}|of|the|de|du|del|der|des|la|le|für|and|&)){{0,4}})"
_CLOSED = (
    r"[“「『《〈\"'‘]{0,2}(?:[米英独仏](?=[ァ-ヶ]))?(?:(?:美国|美國|英国|英國|日本|中国|國際|国际)?(?:媒体|媒體|传媒|外媒)|英国|英國)?[“「『《〈\"'‘]{0,2}"
    r"(?P<outlet>[A-Za-z][A-Za-z .&']{0,30}[A-Za-z]|[^\s，。、“”「」『』《》〈〉（）()：:／\d的]{2,10}?)"
    r"(?=[”」』》〉\"'’（(\d\s新周星]|{after})[^，。\n]{0,16}?{after}"
)
_HANGUL_NAME = r"[\"'“‘]?(?P<outlet>[A-Za-z가-힣][\w.&]{1,20})[\"'”’]?"
_ARABIC_NAME = r"[\"«“]?(?P<outlet>[\w]{2,20}(?:\s[\w]{2,20}){0,2}?)[\"»”]?"
_MARKUP = re.compile(r"\[\[\w{2,12}:|\]\]|\*\*|(?<!\w)_|_(?!\w)|^[#>\s*]+")
#: Outlets are not pronouns, agencies of the state or companies speaking of themselves; these open an apposition.
_TRAILING = re.compile(r"\s+(?:of|the|de|du|del|der|des|la|le|für|and|&)$")


def origin_of(sentences: tuple[Sentence, ...], words: Phrases, named: frozenset[str] = frozenset()) -> str:
    """The outlet as the story spells it, or nothing. `named` are spellings of watched companies, which are none."""
    for sentence in sentences[:OPENING]:
        text = _MARKUP.sub("", sentence.text[:DEPTH])
        for pattern in _patterns(words):
            for found in pattern.finditer(text):
                outlet = _TRAILING.sub("", found.group("outlet").strip(" .,'’\"")).removesuffix("’s").removesuffix("'s")
                if (
                    len(outlet) > 1
                    and outlet[0].isalnum()
                    and outlet.casefold() not in named
                    and not _refused(outlet, words)
                ):
                    return outlet
    return ""


def _refused(outlet: str, words: Phrases) -> bool:
    """What is no outlet: an authority, and the words that the language's file says are none ("sources")."""
    refused = words.patterns.get(("origin", "never"))
    if refused is not None and refused.search(f" {outlet.casefold()} ") is not None:
        return True
    return words.only_authorities(plain(outlet, words.language))


@cache
def _patterns(words: Phrases) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_form(phrase, words.language)) for phrase in words.outlets)


def _form(phrase: str, language: str) -> str:
    before, _, after = phrase.partition("{}")
    if language in UNSPACED:
        return _literal(before) + _CLOSED.replace("{after}", _literal(after.strip()) or "$")
    name = {"ko": _HANGUL_NAME, "ar": _ARABIC_NAME}.get(language, _NAME)
    left = rf"(?<!\w){_literal(before.strip())}\s+" if before.strip() else r"(?<!\w)"
    right = (
        ("" if after.startswith("'") or language == "ko" else r"\s+") + _literal(after.strip()) if after.strip() else ""
    )
    return (
        left
        + r"(?:(?:the|la|le|el|il|het|de|der|die|das|dem|den|o|a|l’|l')\s*)?"
        + name
        + right
        + (r"(?!\w)" if right and language != "ko" else "")
    )


def _literal(phrase: str) -> str:
    """The words of a phrase in any case; a blank also meets an apostrophe or a line break."""
    if not phrase:
        return ""
    return "(?i:" + r"[\s’']+".join(re.escape(word) for word in phrase.split()) + ")"
