"""Which tellings are of one event, and which lists an entry moves between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import (
    Analysis,
    ChangeKind,
    EntityKind,
    Identifier,
    ListChange,
    Listing,
    Mention,
    Role,
    Story,
)
from bot.registers import list_of, other_end, same_entry, sisters
from bot.stories import Told
from bot.trail import UNSAID, Telling, Voice, follows, of_change, of_story, one_event
from tests.worlds.facts import THEN, listing, xiaomi


def telling(voice: Voice, *lists: str, days: float = 0, way: ChangeKind | None = ChangeKind.ADDED) -> Telling:
    at = THEN + timedelta(days=days)
    return Telling(
        ids=(f"{voice} {days} {lists}",), voice=voice, at=at, source=f"of {voice}", lists=frozenset(lists), way=way
    )


def change(entry: Listing, kind: ChangeKind = ChangeKind.ADDED, *, days: float = 0) -> ListChange:
    sides = {
        ChangeKind.ADDED: (None, entry),
        ChangeKind.CHANGED: (entry, replace(entry, reason="new")),
        ChangeKind.REMOVED: (entry, None),
    }
    before, after = sides[kind]
    return ListChange(
        source=entry.source, key=entry.key, before=before, after=after, seen=THEN + timedelta(days=days), sha256="aa"
    )


def told(stage: str, *, source: str = "us_bis_entity", tier: int = 3, role: Role = Role.SUBJECT) -> Telling | None:
    """What remains of a story about Xiaomi's listing."""
    story = Story(source="news_x", id="1", url="https://x/1", title="Xiaomi listed", published=THEN, tier=tier)
    mention = Mention(company="xiaomi", surface="Xiaomi", where="title", start=0, role=role)
    analysis = Analysis(listing_story=bool(stage), source=source, stage=stage, mentions=(mention,))
    return of_story(story, Told.of(story, analysis), xiaomi(), now=THEN)


@pytest.mark.parametrize(
    ("earlier", "later", "days", "one"),
    [
        (Voice.NOTICE, Voice.FILE, 45, True),
        (Voice.NOTICE, Voice.FILE, 46, False),
        (Voice.STORY, Voice.FILE, 14, True),
        (Voice.STORY, Voice.FILE, 15, False),
        (Voice.FILE, Voice.STORY, 10, True),
        (Voice.FILE, Voice.STORY, 11, False),
        (Voice.NOTICE, Voice.STORY, 10, True),
        (Voice.STORY, Voice.NOTICE, 14, True),
        (Voice.FILE, Voice.NOTICE, 45, True),
        (Voice.STORY, Voice.STORY, 0, False),  # two stories are compared by their words
    ],
)
def test_how_much_later_each_may_tell(earlier: Voice, later: Voice, days: int, *, one: bool) -> None:
    """A notice is weeks ahead of the file; a paper is days behind."""
    first, second = telling(earlier, "us_bis_entity"), telling(later, "us_bis_entity", days=days)
    assert one_event(first, second) is one
    assert follows(second, [first]) == (first.ids if one else ())


def test_the_first_telling_is_followed_first() -> None:
    """A thread has one beginning."""
    notice, story = telling(Voice.NOTICE, "us_bis_entity"), telling(Voice.STORY, "us_bis_entity", days=1)
    file = telling(Voice.FILE, "us_bis_entity", days=3)
    assert follows(file, [story, file, notice]) == (*notice.ids, *story.ids)


def test_a_story_that_does_not_name_the_list() -> None:
    """It is taken for the list that changed in the same days."""
    story = telling(Voice.STORY)
    assert one_event(story, telling(Voice.FILE, "us_bis_entity", days=UNSAID.days))
    assert not one_event(story, telling(Voice.FILE, "us_bis_entity", days=UNSAID.days + 1))
    assert not one_event(story, telling(Voice.FILE, "us_bis_entity", way=ChangeKind.REMOVED))


def test_a_notice_goes_either_way() -> None:
    """One rule of the Bureau adds, revises and removes."""
    notice = telling(Voice.NOTICE, "us_bis_entity", way=None)
    assert all(one_event(notice, telling(Voice.FILE, "us_bis_entity", way=way)) for way in ChangeKind)
    assert not one_event(notice, telling(Voice.FILE, "us_bis_uvl"))


def test_what_a_story_tells() -> None:
    """Only a story about this company's listing; a notice counts for all whom it names."""
    assert told("announced") is not None
    assert [one and one.way for one in (told("in_force"), told("removed"))] == [ChangeKind.ADDED, ChangeKind.REMOVED]
    assert told("reaction") is None
    assert told("announced", role=Role.MENTIONED) is None
    assert told("") is None
    notice = told("in_force", tier=1, role=Role.MENTIONED)
    assert notice is not None
    assert (notice.voice, notice.way, notice.lists) == (Voice.NOTICE, None, frozenset({"us_bis_entity"}))
    assert told("proposed", tier=1) is None
    assert told("announced", source="") == replace(told("announced") or notice, lists=frozenset())


def test_two_files_are_one_event_when_they_show_one_list_or_the_ends_of_a_move() -> None:
    """The screening list repeats OFAC's; an entry of one list is told anew a week later, as another event."""
    sdn = listing("Xiaomi", key="7", source="us_ofac_sdn")
    repeated = listing("Xiaomi", key="SDN-7", source="us_csl", programmes=("SDN", "HK-EO13936"))
    menu = listing("Xiaomi", key="7", source="us_ofac_cons", programmes=("NS-MBS",))
    first = of_change(change(sdn), xiaomi())
    assert one_event(first, of_change(change(repeated, days=1), xiaomi()))
    assert not one_event(first, of_change(change(replace(sdn, key="8"), days=7), xiaomi()))
    left = of_change(change(sdn, ChangeKind.REMOVED), xiaomi())
    assert one_event(of_change(change(menu), xiaomi()), left)
    assert not one_event(of_change(change(listing("Other", source="us_csl"), days=1), xiaomi()), left)
    assert not one_event(of_change(change(menu, ChangeKind.CHANGED), xiaomi()), left)
    assert not one_event(replace(first, listing=None), left)


def test_which_list_an_entry_stands_on() -> None:
    """A carrier's inner lists are lists of their own."""
    assert list_of(listing("A", source="us_csl", programmes=("EL",))) == "us_bis_entity"
    assert list_of(listing("A", source="us_csl", programmes=("MBS", "HK-EO13936"))) == "us_ofac_cons"
    assert list_of(listing("A", source="us_csl", programmes=())) == "us_csl"
    assert list_of(listing("A", source="eu_fsf")) == "eu_fsf"
    assert sisters("us_ofac_sdn") == {"us_ofac_cons"}
    assert not sisters("eu_fsf")


def test_the_other_end_of_a_move() -> None:
    """The same number, another number of its own, or the same name and kind, on another list of the same office."""
    unverified = listing("Beijing Optical Works", key="UVL: a", source="us_csl", programmes=("UVL",))
    entity = replace(unverified, key="EL: b", name="BEIJING OPTICAL WORKS", programmes=("EL",))
    assert other_end(entity, [unverified]) == unverified
    assert other_end(entity, [replace(unverified, programmes=("EL",))]) is None, "it never left the list"
    assert other_end(entity, [replace(unverified, kind=EntityKind.VESSEL)]) is None
    assert other_end(entity, [replace(unverified, name="Beijing Optics")]) is None
    assert other_end(replace(entity, source="eu_fsf"), [unverified]) is None
    number = (Identifier("USCC", "91110108551385082Q"),)
    assert same_entry(replace(entity, name="A", identifiers=number), replace(unverified, name="B", identifiers=number))
    sectoral = listing("A", key="SSI-7", source="us_csl", programmes=("SSI",))
    assert other_end(replace(sectoral, key="CMIC-7", programmes=("CMIC",)), [sectoral]) == sectoral
    assert other_end(replace(sectoral, key="7", source="us_ofac_cons"), [sectoral]) is None, "one list, two sources"
