"""Curated knowledge as commented TOML: programmes, the company book, legal forms, phrases.

The tables are constants of the program that happen to be easier to review as text; pure modules may ask for them.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The table of that name, read once: "programmes", or "phrases/fr" for one in a folder. Treat it as frozen."""
    return tomllib.loads(files(__package__).joinpath(*f"{name}.toml".split("/")).read_text(encoding="utf-8"))


@cache
def shelf(folder: str) -> tuple[str, ...]:
    """The names of the tables in a folder, in order: which languages have phrases, for example."""
    found = files(__package__).joinpath(folder).iterdir()
    return tuple(sorted(one.name.removesuffix(".toml") for one in found if one.name.endswith(".toml")))
