"""What of the whole text of an official notice is kept: its opening, and who is named however far behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot import gazette
from bot.book import shipped
from bot.model import Listing, Role, Story
from bot.stories import analyse
from bot.watched import Watched
from tests.worlds.facts import watch

NOW = datetime(2026, 6, 10, 13, 0, tzinfo=UTC)
NOTICE = Story(
    source="us_federal_register",
    id="2026-11571",
    url="https://www.federalregister.gov/d/2026-11571",
    title="Notice of Availability of Designation of Chinese Military Companies",
    text="The Deputy Secretary has determined that the entities listed in this notice satisfy the requirements.",
    language="en",
    published=NOW,
    tier=1,
)
LAW = "Section 1260H of the Act requires the Secretary to identify each entity that meets the requirements of it. " * 9


def watched() -> Watched:
    found = Watched(shipped())
    found.update([watch("Xiaomi"), watch("Huawei")])
    return found


def test_who_is_named_on_the_last_page_is_found() -> None:
    """Behind a million characters of law, and beside a company that is named on every page."""
    pages = [LAW + ("\n\nHuawei Technologies\nCo., Ltd. was named." if n % 9 == 0 else "") for n in range(1_000)]
    text = "\n\n".join([*pages, "Beijing Works Co., Ltd.\n   Xiaomi\n   Corporation"])
    assert len(text) > 900_000
    kept = gazette.with_text(NOTICE, text, watched().mentions)
    assert {one.company for one in watched().mentions(kept)} >= {"huawei", "xiaomi"}
    assert kept.text.startswith(NOTICE.text)
    assert kept.text.endswith("Beijing Works Co., Ltd. Xiaomi Corporation")
    assert len(kept.text) < gazette.OPENING + 3_000


def test_a_short_text_is_kept_whole() -> None:
    """Lines that were broken are joined, paragraphs are not."""
    kept = gazette.with_text(NOTICE, "SUMMARY: The\nSecretary acts.\n\nDATES: Now.\n\n \n", watched().mentions)
    assert kept.text == f"{NOTICE.text}\n\nSUMMARY: The Secretary acts.\n\nDATES: Now."
    assert gazette.with_text(NOTICE, "", watched().mentions) == NOTICE


def test_one_paragraph_without_end_is_searched_too() -> None:
    """Some texts come without a blank line."""
    kept = gazette.with_text(NOTICE, LAW * 200 + " Xiaomi Corporation is added.", watched().mentions)
    assert "xiaomi" in {one.company for one in watched().mentions(kept)}


def test_how_long_a_notice_waits_for_its_text() -> None:
    """For hours after it was filed, not for ever; one without a time waits."""
    assert gazette.waits(NOTICE, NOW + gazette.PATIENCE / 2)
    assert not gazette.waits(NOTICE, NOW + gazette.PATIENCE)


def test_a_text_that_is_missing_says_where_to_put_it() -> None:
    """Beside the file, on the mirror, or nowhere: then the publisher is asked again."""
    at = replace(NOTICE, whole="http://mirror.example/2021-00123.txt")
    trouble = "http://mirror.example/2021-00123.txt: 404, nothing is there; look up the new address"
    said = gazette.without(at, trouble, by_hand=True, mirrored=True)
    assert said.startswith(f"{NOTICE.id}: save its text beside this file as 2021-00123.txt, and poll it again (http")
    assert said.endswith("404, nothing is there)")
    said = gazette.without(at, trouble, by_hand=False, mirrored=True)
    assert said.startswith(f"{NOTICE.id}: put its text on the mirror, at http://mirror.example/2021-00123.txt (")
    assert trouble in gazette.without(at, trouble, by_hand=False, mirrored=False)


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("Example Works Co., Ltd.", True),
        ("EXAMPLE WORKS", True),
        ("Works Co", True),
        ("Example Work", False),
        ("Ltd", False),
        ("例子工厂", False),
    ],
)
def test_an_entry_is_named_by_a_whole_name(name: str, named: bool) -> None:
    """Word by word, whatever stands between; a name of a few letters is no sign."""
    told = gazette.words("Removed are: Example Works Co. Ltd, of Beijing.")
    assert gazette.named_in(Listing(source="us_dod_cmc", key="1", name=name), told) is named


def test_a_notice_without_a_word_of_taking_off() -> None:
    """It is not read for it."""
    assert not gazette.may_remove(NOTICE)
    assert gazette.may_remove(replace(NOTICE, title="Notice of Removal of Designated Chinese Military Companies"))
    assert gazette.may_remove(replace(NOTICE, text="The rule deletes two entries."))


RULE = """
AGENCY: Bureau of Industry and Security, Department of Commerce.

SUMMARY: In this rule, the Bureau of Industry and Security (BIS) amends the Export Administration Regulations (EAR) by
adding 12 entities to the Entity List, under the destination of China. License exceptions are not available.

All decisions regarding additions to, removals from, or other modifications to the Entity List are made by a committee.

The committee determined to add Inspur (Beijing) Electronic Information Industry Co., Ltd.; Inspur Electronic
Information Industry Co., Ltd.; and Inspur Taiwan to the Entity List for acting contrary to national security.

Xiaomi was not concerned by earlier rules.

Savings clause: shipments of items removed from eligibility may proceed.
"""
REMOVAL = """
SUMMARY: The Deputy Secretary of Defense has determined that the entities listed in the SUPPLEMENTARY INFORMATION
section of this notice no longer meet the requirements to be designated as a Chinese military company.

Section 1260H requires the Secretary to identify each entity to be added to the list.

Xiaomi Corporation

Huawei Technologies Co., Ltd.
"""


@pytest.mark.parametrize(
    ("title", "text", "stage", "source", "subjects"),
    [
        ("Additions to the Entity List", RULE, "in_force", "us_bis_entity", {"inspur"}),
        (
            "Notice of Removal of Designated Chinese Military Companies",
            REMOVAL,
            "removed",
            "us_dod_cmc",
            {"xiaomi", "huawei"},
        ),
        (
            "Removal of Entities From the Entity List; Additions of Entities",
            RULE,
            "",
            "us_bis_entity",
            {"inspur"},
        ),
        ("Revisions to the Entity List", RULE, "", "us_bis_entity", {"inspur"}),
    ],
)
def test_what_a_whole_text_says(title: str, text: str, stage: str, source: str, subjects: set[str]) -> None:
    """Pages of law around it change neither what a document does nor to whom; who is named in passing is no subject."""
    who = watched()
    who.update([watch(name) for name in ("Xiaomi", "Huawei", "Inspur")])
    notice = replace(NOTICE, title=title, text="", whole="https://www.federalregister.gov/text.txt")
    story = gazette.with_text(notice, text, who.mentions)
    found = analyse(story, who.mentions(story))
    assert (found.stage, found.source) == (stage, source)
    assert {one.company for one in found.mentions if one.role is Role.SUBJECT} == subjects
