"""The few words that Discord's own frame needs, in the reader's language: the cards bring all others."""

from __future__ import annotations

from bot.data import shelf, table


def say(language: str, key: str, **places: object) -> str:
    """A sentence of the table's group `discord`, or the English one where the language has none."""
    known = table(f"words/{language}").get("discord", {}) if language in shelf("words") else {}
    return str(known.get(key) or table("words/en")["discord"][key]).format(**places)
