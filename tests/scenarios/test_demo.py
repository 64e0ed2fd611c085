"""`tocsin demo`: the history it plays, and that it is the program that says it."""

from __future__ import annotations

import io
import re

import pytest

from bot.demo import demo


@pytest.fixture(scope="module")
def played() -> str:
    import asyncio

    out = io.StringIO()
    asyncio.run(demo(out))
    return out.getvalue()


def scene(played: str, begins: str) -> str:
    """What was printed between a scene's line and the next."""
    scenes = re.split(r"^■ ", played, flags=re.MULTILINE)
    return next(one for one in scenes if one.startswith(begins))


def test_first_readings_ring_nobody(played: str) -> None:
    """One card each that says what is already listed."""
    for begins in ("20 May 2019", "13 January 2021", "2 June 2021"):
        said = scene(played, begins)
        listed = begins == "13 January 2021"
        assert ("Already listed today" if listed else "Nobody watched here is on the lists read") in said
        assert "IMPORTANT" not in said
    assert re.search(r"Huawei: .*Chinese military companies", scene(played, "13 January 2021"))


def test_huawei_is_one_alert_for_all_its_rows(played: str) -> None:
    """Entity List, May 2019: the licence, and that buying is not restricted."""
    said = scene(played, "21 May 2019")
    assert len(re.findall("^IMPORTANT · Huawei added to", said, flags=re.MULTILINE)) == 1
    assert "entries of this company" in said
    assert "84 FR 22961" in said
    assert "does not restrict buying" in " ".join(said.split())


def test_xiaomi_is_listed_and_what_it_does_not_mean_is_said(played: str) -> None:
    """The point of the first story: watched, not banned from trade."""
    said = " ".join(scene(played, "14 January 2021").split())
    assert "IMPORTANT · Xiaomi added to" in said
    assert "listed on 2021-01-14" in said
    assert "Trade with the company is not banned" in said
    assert "Executive Order 13959" in said


def test_an_error_page_is_one_operators_card(played: str) -> None:
    """And no channel hears of it."""
    said = scene(played, "That night")
    assert "this reading was not believed" in said
    assert "IMPORTANT" not in said
    assert "NOTE" not in said


def test_the_french_story_is_held_against_the_list(played: str) -> None:
    """In its language, with the outlet it retells, confirmed by the record."""
    said = " ".join(scene(played, "5 March 2021").split())
    assert "NOTE · Xiaomi in a story about a listing" in said
    assert "Citing “Wall Street Journal”" in said
    assert "médaille" in said
    assert "Confirmed: “Xiaomi Corporation” is on" in said
    assert "Huawei in a story" not in said, "it is only mentioned"


def test_once_absent_is_not_delisted(played: str) -> None:
    """The second reading says it, and the Chinese story is about Xiaomi: it is told as one more report of that."""
    assert "taken off" not in scene(played, "26 May 2021")
    said = " ".join(scene(played, "... a second reading").split())
    assert "IMPORTANT · Xiaomi taken off" in said
    assert "Xiaomi, also: 科技快讯（演示） Headline “美国法院撤销对小米的中国军方公司认定”" in said
    assert "Since then 2 reports: also 科技快讯（演示）." in said


def test_xiaomi_is_not_on_the_new_list(played: str) -> None:
    """June 2021: Huawei and Hikvision are, and the look-up says what was."""
    said = scene(played, "3 June 2021")
    assert "Huawei added to" in said
    assert "Hikvision added to" in said
    assert "Xiaomi added" not in said
    asked = " ".join(scene(played, "And today's question").split())
    assert "“Xiaomi” is not on any of the 3 lists read" in asked
    assert "“Xiaomi Corporation” was on" in asked
    assert "since 2021-01-14; no longer there when read 2021-05-26" in asked


def test_it_ends_by_saying_what_to_type_next(played: str) -> None:
    """The very next command."""
    assert played.rstrip().endswith("says what is missing, if anything is")
    assert "tocsin watch add Xiaomi Huawei" in played
