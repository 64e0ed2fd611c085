"""Commands in other languages: their names, what they do, their arguments. For chats that show these to each reader.

English is the registry itself. Whatever a table does not say is left in English, so a new command needs no table.
"""

from __future__ import annotations

from bot.data import shelf, table

LANGUAGES = shelf("command_words")


def word(text: str, language: str) -> str | None:
    """One word of a command, or an argument's name."""
    return _said(language, "word", text)


def about(command: str, language: str) -> str | None:
    """What a command does, in a sentence."""
    return _said(language, "about", command)


def argument_about(command: str, argument: str, language: str) -> str | None:
    """What an argument is; of this command, or wherever it occurs."""
    return _said(language, "argument", f"{command} {argument}") or _said(language, "argument", argument)


def about_argument(command: str, argument: str, english: str, language: str) -> str:
    """What an argument is, in the reader's language or else as its command declares it."""
    return argument_about(command, argument, language) or english


def group_about(group: str, language: str) -> str:
    """What commands that begin with this word have in common."""
    return _said(language, "group", group) or _said("en", "group", group) or group.capitalize()


def menu(command: str, language: str) -> str | None:
    """What the menu of a message calls a command that reads it."""
    return _said(language, "menu", command)


def _said(language: str, kind: str, key: str) -> str | None:
    if language not in LANGUAGES:
        return None
    found = table(f"command_words/{language}").get(kind, {}).get(key)
    return str(found) if found else None
