"""Whether a story is about a listing, which list it means and how far it has got, in every language of the phrases.

The stories stand in topic_stories.toml.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.data import shelf
from bot.model import Analysis, Story
from bot.stories import analyse


class Case(NamedTuple):
    language: str
    title: str
    text: str
    source: str = ""
    stage: str = ""


STORIES = tomllib.loads(Path(__file__).with_name("topic_stories.toml").read_text(encoding="utf-8"))
LISTINGS = [Case(**story) for story in STORIES["listing"]]
OTHERS = [Case(**story) for story in STORIES["other"]]


def read(case: Case) -> Analysis:
    return analyse(Story(source="test", id="1", url="", title=case.title, text=case.text), ())


@pytest.mark.parametrize("case", LISTINGS, ids=lambda case: f"{case.language}: {case.title}")
def test_story_about_a_listing(case: Case) -> None:
    """It is recognised as one, with the list it means and how far it has got."""
    analysis = read(case)
    assert analysis.language == case.language
    assert (analysis.listing_story, analysis.source, analysis.stage) == (True, case.source, case.stage)


@pytest.mark.parametrize("case", OTHERS, ids=lambda case: f"{case.language}: {case.title}")
def test_story_about_something_else(case: Case) -> None:
    """Phones, football, films, shares, states under sanctions: none of them is a listing."""
    analysis = read(case)
    assert not analysis.listing_story
    assert (analysis.source, analysis.stage, analysis.reason) == ("", "", "")


def test_every_language_of_the_phrases_has_stories_here() -> None:
    """A new phrase file comes with stories that show it works."""
    shown = {case.language for case in LISTINGS}
    assert shown == set(shelf("phrases")) - {"lists"}
