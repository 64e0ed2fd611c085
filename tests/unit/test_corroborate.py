"""A story against the record, both ways it can go."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.corroborate import corroborate
from bot.data import shelf, table
from bot.model import Analysis, Badge, Evidence, Found, ListChange, Listing, Match, SourceKind, Story, Verdict
from bot.wiring import official
from tests.worlds.facts import THEN, listing

STORY = Story(source="news_x", id="1", url="https://s", title="t", published=THEN)
READ = {"us_dod_cmc": THEN, "us_csl": THEN - timedelta(hours=5)}
MEANT = Analysis(listing_story=True, source="us_dod_cmc")


def found(
    name: str,
    source: str = "us_dod_cmc",
    verdict: Verdict = Verdict.SAME,
    *,
    programmes: tuple[str, ...] = ("S1237",),
) -> Found:
    entry = listing(name, source=source, listed_on=date(2021, 1, 14), programmes=programmes)
    return Found(listing=entry, match=Match(verdict, 0.97))


def removal(entry: Listing) -> ListChange:
    return ListChange(source=entry.source, key=entry.key, before=entry, after=None, seen=THEN)


def badges(evidence: tuple[Evidence, ...]) -> list[tuple[Badge, str]]:
    return [(one.badge, one.source) for one in evidence]


def ask(*there: Found, past: tuple[ListChange, ...] = (), analysis: Analysis = MEANT) -> tuple[Evidence, ...]:
    return corroborate(SourceKind.NEWS, STORY, analysis, there, past, READ)


def test_the_list_it_speaks_of_has_it() -> None:
    """Confirmed, once per list however many rows there are, with when that list was read."""
    evidence = ask(found("Xiaomi"), found("Xiaomi 2"))
    assert badges(evidence) == [(Badge.CONFIRMED, "us_dod_cmc")]
    assert evidence[0].at == READ["us_dod_cmc"]


def test_another_list_has_it() -> None:
    """On 1260H and not on the SDN list: the alert must not say "confirmed"."""
    assert badges(ask(found("Huawei", "us_csl"))) == [(Badge.ELSEWHERE, "us_csl")]


def test_a_carrier_bears_out_the_list_it_carries() -> None:
    """The Entity List is read inside the Consolidated Screening List; a row of another inner list bears nothing out."""
    entity_list = Analysis(listing_story=True, source="us_bis_entity")
    row, other = found("Huawei", "us_csl", programmes=("EL",)), found("Huawei", "us_csl", programmes=("CMIC",))
    assert badges(ask(row, analysis=entity_list)) == [(Badge.CONFIRMED, "us_csl")]
    assert [one.listing for one in ask(other, row, analysis=entity_list) if one.confirms] == [row.listing]
    assert badges(ask(other, analysis=entity_list)) == [(Badge.ELSEWHERE, "us_csl")]


def test_each_list_that_a_carrier_carries_is_told_for_itself() -> None:
    """That the investment ban is read first, or besides from its own file, does not hide the Entity List."""
    ban, export = found("Huawei", "us_csl", programmes=("CMIC",)), found("Huawei Co", "us_csl", programmes=("EL",))
    own = found("HUAWEI", "us_ofac_cons", programmes=("CMIC-EO13959",))
    listings = [one.listing for one in ask(ban, export, own, analysis=Analysis())]
    assert listings == [own.listing, export.listing]


def test_who_left_one_list_of_a_carrier_and_stays_on_another_is_told_as_taken_off() -> None:
    """Unverified before and still under the investment ban: leaving the first is no secret."""
    unverified = listing("Huawei", source="us_csl", programmes=("UVL",))
    evidence = ask(found("Huawei", "us_csl", programmes=("CMIC",)), past=(removal(unverified),))
    assert badges(evidence) == [(Badge.ELSEWHERE, "us_csl"), (Badge.WAS_LISTED, "us_csl")]


def test_a_story_that_names_no_list_is_not_confirmed() -> None:
    """We say where the company is, not that the story is right."""
    assert badges(ask(found("Huawei"), analysis=Analysis())) == [(Badge.ELSEWHERE, "us_dod_cmc")]


def test_a_related_unit_does_not_confirm() -> None:
    """Huawei Cloud on a list is not Huawei on a list."""
    assert badges(ask(found("Huawei Cloud", verdict=Verdict.RELATED))) == [(Badge.NOT_FOUND, "")]


def test_nothing_found_says_what_was_asked() -> None:
    """How many lists, and the oldest of their readings."""
    (one,) = ask()
    assert (one.badge, one.lists, one.at) == (Badge.NOT_FOUND, 2, READ["us_csl"])


def test_what_was_taken_off_is_told() -> None:
    """The newest removal per list, unless it is on that list again."""
    xiaomi = listing("Xiaomi")
    older = replace(removal(xiaomi), seen=THEN - timedelta(days=9))
    evidence = ask(past=(removal(xiaomi), older))
    assert badges(evidence) == [(Badge.WAS_LISTED, "us_dod_cmc")]
    assert evidence[0].until == THEN
    assert badges(ask(found("Xiaomi"), past=(removal(xiaomi),))) == [(Badge.CONFIRMED, "us_dod_cmc")]


def test_a_notice_is_the_record() -> None:
    """It says so first."""
    evidence = corroborate(SourceKind.NOTICES, STORY, MEANT, (), (), READ)
    assert badges(evidence) == [(Badge.OFFICIAL, "news_x"), (Badge.NOT_FOUND, "")]


def test_before_any_list_was_read_nothing_is_claimed() -> None:
    """No evidence is better than "not found" on nothing."""
    assert corroborate(SourceKind.NEWS, STORY, MEANT, (), (), {}) == ()


def test_every_list_that_a_story_may_mean_has_a_title() -> None:
    """An id such as "ua_war_sponsors" is ours, and means nothing to whoever reads an alert."""
    told = {id for name in shelf("phrases") for id in table(f"phrases/{name}").get("lists", {})}
    carried = {id for lists in table("registers")["carries"].values() for id in lists.values()}
    titled = official().keys() | table("list_titles").keys()
    assert sorted((told | carried) - titled) == []
