"""Curated knowledge as commented TOML: programmes, the company book, legal forms, phrases.

The tables are constants of the program that happen to be easier to review as text; pure modules may ask for them.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

#: The folders whose tables are words that people read, and the table that has such words under `fr`.
READ, WITH_FRENCH = ("words", "command_words", "retold"), "programmes"
#: Holds what stands on both sides of it on one line. French sets one before high punctuation and inside its quotes.
NO_BREAK = "\u00a0"


@cache
def table(name: str) -> dict[str, Any]:
    """The table of that name, read once: "programmes", or "phrases/fr" for one in a folder. Treat it as frozen.

    French that people read comes as printers set it, whatever keys its authors had: see `typeset`.
    """
    found = tomllib.loads(files(__package__).joinpath(*f"{name}.toml".split("/")).read_text(encoding="utf-8"))
    folder, _, language = name.rpartition("/")
    return dict(_set(found, french=folder in READ and language == "fr", inside=name == WITH_FRENCH))


def _set(found: Any, *, french: bool, inside: bool) -> Any:
    """The same with its French typeset: all of it, or what stands under the key `fr` inside."""
    match found:
        case dict():
            return {
                key: _set(one, french=french or (inside and key == "fr"), inside=inside) for key, one in found.items()
            }
        case list():
            return [_set(one, french=french, inside=inside) for one in found]
        case str() if french:
            return typeset(found)
        case _:
            return found


def typeset(text: str) -> str:
    """French with no-break spaces before : ; ! ? and inside « », and with round apostrophes."""
    text = re.sub(r" (?=[:;!?»])", NO_BREAK, text).replace("« ", f"«{NO_BREAK}")
    return re.sub(r"(?<=\w)'(?=\w)", "’", text)


@cache
def shelf(folder: str) -> tuple[str, ...]:
    """The names of the tables in a folder, in order: which languages have phrases, for example."""
    found = files(__package__).joinpath(folder).iterdir()
    return tuple(sorted(one.name.removesuffix(".toml") for one in found if one.name.endswith(".toml")))
