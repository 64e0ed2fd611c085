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
    """The table of that name, read once. Treat it as frozen."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
