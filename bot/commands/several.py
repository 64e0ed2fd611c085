"""Several companies in one line, separated by commas, as a chat with a box for each argument gets them.

A comma inside a name is common ("Hikvision Digital Technology Co., Ltd."): what follows it is a name of its own unless
it is only a legal form. Quotes keep anything together.
"""

from __future__ import annotations

import re

from bot.matching.fold import fold, without_forms

_PART = re.compile(r'\s*"([^"]*)"\s*(?:[,;，、\n]|$)|([^,;，、\n]*)([,;，、\n]|$)')


def several(text: str) -> tuple[str, ...]:
    """The names, in the order typed, each once."""
    names: list[str] = []
    comma = False
    for quoted, plain, end in _PART.findall(text):
        name = (quoted or plain).strip()
        if name and not quoted and comma and names and is_legal_form(name):
            names[-1] = f"{names[-1]}, {name}"
        elif name:
            names.append(name)
        comma = end == "," or not end
    return tuple(dict.fromkeys(names))


def is_legal_form(text: str) -> bool:
    words = fold(text).split()
    return bool(words) and without_forms(["x", *words])[0] == ("x",)
