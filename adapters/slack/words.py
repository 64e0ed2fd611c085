"""The few words that Slack's own frame needs, in the reader's language: the cards bring all others."""

from __future__ import annotations

from bot.data import table


def say(language: str, key: str, **places: object) -> str:
    """A sentence of the table's group `slack`, or the English one where the language has none."""
    sentence = table(f"words/{language}").get("slack", {}).get(key) if language in LANGUAGES else None
    return str(sentence or table("words/en")["slack"][key]).format(**places)


LANGUAGES = ("en", "fr")
