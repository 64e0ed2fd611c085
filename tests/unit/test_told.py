"""Stories of listings that the labelled data does not hold: what is read out of them, in every language.

They stand in told_stories.toml. Companies and languages are left out in turn, because a rule that is right for one of
them only is wrong.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.book import shipped
from bot.data import shelf
from bot.matching.mentions import MentionFinder
from bot.model import Analysis, Company, Role, Story
from bot.stories import analyse

STORIES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("told_stories.toml").read_text(encoding="utf-8")
)["story"]
#: Names that are also words, watched in all of these stories.
WORDS = ("Apple", "Target", "Gap", "Orange", "Visa", "Shell", "Intel", "Honor", "Alibaba", "ZTE", "Oracle", "Ford")


@cache
def companies() -> Mapping[str, Company]:
    named = {name for story in STORIES for key in ("subjects", "mentioned") for name in story.get(key, ())}
    names = named | set(WORDS)
    return {name: shipped().find(name) for name in sorted(names)}


@cache
def finder() -> MentionFinder:
    return MentionFinder({one.id: one for one in companies().values()}.values())


def read(story: Mapping[str, Any], finder: MentionFinder) -> Analysis:
    mentions = finder.find(story["title"], story["text"])
    return analyse(Story(source="t", id="1", url="", title=story["title"], text=story["text"]), mentions)


def subjects(analysis: Analysis) -> set[str]:
    return {one.company for one in analysis.mentions if one.role is Role.SUBJECT}


def only_named(analysis: Analysis) -> set[str]:
    return {one.company for one in analysis.mentions if one.role is Role.MENTIONED}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story['language']}: {story['title']}")
def test_story_is_told_whole(story: dict[str, Any]) -> None:
    """Language, whom it is about, whether it is a listing, which, how far, why, and what the company says."""
    analysis = read(story, finder())
    assert analysis.language == story["language"]
    assert {companies()[name].id for name in story.get("subjects", ())} <= subjects(analysis)
    assert {companies()[name].id for name in story.get("mentioned", ())} <= only_named(analysis)
    assert analysis.listing_story == story.get("listing", False)
    if "source" in story:
        assert analysis.source == story["source"]
    if "stage" in story:
        assert analysis.stage == story["stage"]
    for piece, said in (("why", analysis.reason), ("disputes", analysis.disputes)):
        if piece in story:
            assert story[piece] in said
            assert bool(story[piece]) == bool(said), said


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "China to put foreign firms on an unreliable entity list",
            """China's commerce ministry will add foreign firms to an unreliable entity list. It has said so since
            Washington blacklisted Huawei and added it to the Entity List.""",
        ),
        (
            "【反制】商务部：将建立不可靠实体清单制度",
            "商务部表示，外国企业将被列入不可靠实体清单。此前美国把华为列入实体清单。",
        ),
    ],
)
def test_whom_another_country_listed_is_not_on_the_list_that_answers(title: str, text: str) -> None:
    """Beijing draws up a list because Washington listed Huawei: nobody says that Huawei is on Beijing's."""
    found = MentionFinder([shipped().find("Huawei")])
    analysis = read({"title": title, "text": text}, found)
    assert analysis.source == "cn_mofcom_uel"
    assert [one.role for one in analysis.mentions] == [Role.MENTIONED]


def test_homographs_are_silent() -> None:
    """Apple pie, an honour, a target, a gap, the orange, a visa, a shell company, forty thieves."""
    nobody = [story for story in STORIES if not story.get("subjects") and not story.get("listing")]
    found = {story["title"]: [one.surface for one in read(story, finder()).mentions] for story in nobody}
    assert len(nobody) > 15
    assert {title: names for title, names in found.items() if names} == {}


def test_a_listing_is_heard_whoever_is_listed() -> None:
    """With nobody watched the story still comes out as one, with its list: the rules do not lean on known names."""
    empty = MentionFinder()
    told = [story for story in STORIES if story.get("listing")]
    heard = [read(story, empty) for story in told]
    assert sum(one.listing_story for one in heard) >= 0.95 * len(told)
    named = [(one.source, story["source"]) for one, story in zip(heard, told, strict=True) if "source" in story]
    assert sum(ours == theirs for ours, theirs in named) >= 0.93 * len(named)


def test_another_company_in_its_place_is_told_alike() -> None:
    """The first company of each story gives its place to one that nobody has heard of."""
    stranger = shipped().find("Qelvion Dynamics")
    alone = MentionFinder([stranger])
    wrong = []
    for story in STORIES:
        names = [name for name in story.get("subjects", ())[:1] if name in story["title"] and name in story["text"]]
        for name in names:
            put = {part: story[part].replace(name, stranger.name) for part in ("title", "text")}
            analysis = read(story | put, alone)
            same = analysis.listing_story == story.get("listing", False) and subjects(analysis) == {stranger.id}
            if not same or ("stage" in story and analysis.stage != story["stage"]):
                wrong.append((story["title"], analysis.listing_story, analysis.stage, subjects(analysis)))
    assert len(wrong) <= 3, wrong


def test_every_language_of_the_phrases_is_told() -> None:
    """At least three stories each."""
    languages = [story["language"] for story in STORIES]
    assert {language for language in shelf("phrases") if languages.count(language) < 3} == {"lists"}
