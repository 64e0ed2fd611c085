"""What people type, taken apart the same way in every chat: `watch add Xiaomi "Hangzhou Hikvision"` -> a request.

The registry says how: the longest command's name that the words begin with, then its arguments in their order; an
option stands anywhere, with its name before it (`lookup Xiaomi as_of:2021-03-01`). Only
double quotes group words (straight, typographic or French ones, as phones write them), because an apostrophe belongs
to names: L'Oréal. A name typed alone needs no quotes at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.commands import Argument, Command, commands
from bot.model import FieldKind, Place, Request

Values = tuple[tuple[str, str | tuple[str, ...]], ...]

#: May stand before any command, as it does on the command line and in Slack.
PROGRAM = "tocsin"

_QUOTES = {'"': '"', "“": "”", "„": "“”", "«": "»", "「": "」"}
_QUOTED = "|".join(f"{opening}[^{closing}]*[{closing}]" for opening, closing in _QUOTES.items())
#: A quoted stretch that ends where a word ends, or a word.
_WORD = re.compile(rf"(?:{_QUOTED})(?=[\s,;]|$)|\S+")

#: What follows a name and its colon: a quoted stretch, or a word, going on where it ends in a comma.
_VALUE = rf"\s*((?:{_QUOTED})|\S+(?:(?<=,)\s+\S+)*)"


def request(text: str, *, place: Place, person: str, language: str, at: datetime) -> Request:
    """What was typed, as the desk takes it. Nothing is refused here: the desk says what is missing or unknown."""
    name, rest = command_and_rest(text)
    found = commands().get(name)
    arguments = values(found, rest) if found else ()
    return Request(command=name, place=place, person=person, arguments=arguments, language=language, at=at)


def command_and_rest(text: str) -> tuple[str, str]:
    """The command meant and what follows its name, untouched.

    Nothing at all asks for help; a group's name alone asks for its list (`watch`), or for help where it has none. An
    unknown word comes back as it is.
    """
    text = text.strip().removeprefix("/").lstrip()
    if text.casefold().split(maxsplit=1)[:1] == [PROGRAM]:  # as Slack and the command line have it
        text = _after(text, 1)
    known = commands()
    words = text.split(maxsplit=2)
    for take in (2, 1):
        name = " ".join(words[:take]).casefold()
        if len(words) >= take and name in known:
            return name, _after(text, take)
    if not words:
        return "help", ""
    first = words[0].casefold()
    if len(words) == 1 and f"{first} list" in known:
        return f"{first} list", ""
    if len(words) == 1 and any(name.startswith(f"{first} ") for name in known):
        return "help", first
    return _named(words, known), _after(text, 1)


def _named(words: Sequence[str], known: Mapping[str, Command]) -> str:
    """An unknown command as the person will recognise it: with its second word where the first is a group."""
    first = words[0].casefold()
    group = any(name.startswith(f"{first} ") for name in known)
    return " ".join([first, *words[1:2]]) if group else words[0]


def _after(text: str, take: int) -> str:
    parts = text.split(maxsplit=take)
    return parts[take].strip() if len(parts) > take else ""


def values(command: Command, rest: str) -> Values:
    """The words after a command's name, as its arguments: each takes a word, the last one takes what is left."""
    rest, found = options(command, rest)
    arguments = [one for one in command.arguments if not one.option and one.kind is not FieldKind.FILE]
    for number, argument in enumerate(arguments):
        last = number == len(arguments) - 1
        if not rest:
            break
        if last:
            found.append((argument.name, _all(argument, rest)))
        else:
            word = _WORD.match(rest)
            taken = word.group() if word else rest
            found.append((argument.name, unquoted(taken)))
            rest = rest[len(taken) :].strip()
    return tuple(found)


def options(command: Command, rest: str) -> tuple[str, list[tuple[str, str | tuple[str, ...]]]]:
    """What is left without the options, and the options."""
    found: list[tuple[str, str | tuple[str, ...]]] = []
    for argument in command.arguments:
        named = re.compile(rf"(?:^|\s){argument.name}[:=]{_VALUE}", re.IGNORECASE)
        if argument.option and (typed := named.search(rest)):
            found.append((argument.name, unquoted(typed[1])))
            rest = f"{rest[: typed.start()].rstrip()} {rest[typed.end() :].lstrip()}".strip()
    return rest, found


def _all(argument: Argument, rest: str) -> str | tuple[str, ...]:
    return tuple(names(rest)) if argument.many else unquoted(rest)


def names(text: str) -> list[str]:
    """Several names: each line is one, or on a single line each word or quoted stretch."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1:
        return [name for line in lines if (name := unquoted(line))]
    found = (unquoted(word.rstrip(",;")) for word in _WORD.findall(text))
    return [name for name in found if name]


def unquoted(text: str) -> str:
    """Without the pair of quotes around it, where there is one."""
    closing = _QUOTES.get(text[:1])
    inner = text[1:-1]
    if closing and len(text) > 1 and text[-1] in closing and not any(mark in inner for mark in (text[0], *closing)):
        return inner.strip()
    return text
