"""The README's pictures show what the program says today."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from adapters.console import ConsoleChat
from bot import demo
from bot.model import Card
from tests.conftest import ROOT

DOCS = ROOT / "docs"


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """A script of docs/ by its name, as Python runs it there."""
    monkeypatch.setattr(sys, "path", [str(DOCS), *sys.path])
    monkeypatch.setattr(demo, "ConsoleChat", ConsoleChat)  # they put another in its place, for as long as this lasts

    def script(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module

    return script


async def test_the_pictures_show_what_the_program_says_today(scripts: Callable[[str], Any]) -> None:
    """Whoever changes the words of an alert, or how Slack shows it, draws the pictures anew with the two scripts."""
    alert, slack = scripts("alert"), scripts("slack_alerts")
    cards: list[Card] = await alert.played()
    drawn = alert.svg(alert.titled(cards, alert.FIRST))
    assert words_in(DOCS.joinpath("alert.svg").read_text(encoding="utf-8")) == words_in(drawn), (
        "run: python docs/alert.py"
    )
    for theme, page in slack.pages(cards).items():
        assert shown_in(DOCS / f"slack-{theme}.png", slack.PAGE) == slack.fingerprint(page), (
            "run: python docs/slack_alerts.py"
        )


def words_in(picture: str) -> list[str]:
    """What is read in it; how it is drawn is the library's business."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", picture)


def shown_in(picture: Path, key: str) -> str:
    """Which page a picture says it shows."""
    with Image.open(picture) as opened:
        return str(opened.info.get(key, ""))
