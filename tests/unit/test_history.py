"""What was true on a day, and how it came about: entries wound back by the changes that were kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.history import (
    Event,
    How,
    Span,
    Stood,
    What,
    chart,
    end_of,
    events,
    stood_on,
    timeline,
    volume,
)
from bot.model import FieldChange, ListChange, Listing, Match, Reason, Verdict

LIST = "us_dod_cmc"
SAME = Match(Verdict.SAME, 1.0, (Reason("same name", 1.0),))
UNIT = Match(Verdict.RELATED, 0.7)
BEGUN = datetime(2021, 1, 10, 22, 0, tzinfo=UTC)
SPANS = {LIST: Span(begun=BEGUN, read_at=datetime(2026, 11, 23, tzinfo=UTC))}


def entry(key: str = "xiaomi", name: str = "Xiaomi", *, listed_on: date | None = None) -> Listing:
    return Listing(source=LIST, key=key, name=name, listed_on=listed_on)


def match(listing: Listing) -> Match:
    if "Unit" in listing.name:
        return UNIT
    return SAME if "Xiaomi" in listing.name else Match(Verdict.NO, 0.0)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:00:00+00:00")


def change(day: str, before: Listing | None, after: Listing | None, **fields: tuple[str, str]) -> ListChange:
    either = after or before
    assert either
    return ListChange(
        source=LIST,
        key=either.key,
        before=before,
        after=after,
        seen=at(day),
        edition=day,
        sha256="ab" * 32,
        fields=tuple(FieldChange(field, *values) for field, values in fields.items()),
    )


def on(
    day: str,
    *,
    today: Listing | None = None,
    after: ListChange | None = None,
    spans: dict[str, Span] | None = None,
    seen_off: bool = False,
) -> list[Stood]:
    key = (LIST, "xiaomi")
    return stood_on(
        date.fromisoformat(day),
        [key],
        today={key: today} if today else {},
        after={key: after} if after else {},
        spans=SPANS if spans is None else spans,
        seen_off=frozenset([key] if seen_off else []),
        match=match,
    )


def test_an_entry_is_what_its_next_change_says_it_was_before() -> None:
    """On a day we read the list, the first change after it holds the entry as it stood."""
    old, new = entry(name="Xiaomi Inc"), entry(name="Xiaomi Corporation")
    renamed = change("2021-06-03", old, new)
    assert on("2021-03-01", today=new, after=renamed) == [Stood(listing=old, match=SAME, how=How.READ)]
    assert on("2021-07-01", today=new) == [Stood(listing=new, match=SAME, how=How.READ)]


def test_an_entry_taken_off_later_was_there() -> None:
    """It is told for the days before, not for those after."""
    taken_off = change("2021-05-26", entry(), None)
    assert [one.how for one in on("2021-05-25", after=taken_off)] == [How.READ]
    assert on("2021-05-26") == []


def test_the_day_of_a_change_counts_its_end() -> None:
    """What was read at nine in the morning of a day is true of that day."""
    assert end_of(date(2021, 5, 26)) == datetime(2021, 5, 27, tzinfo=UTC)
    assert end_of(date(2021, 5, 26)) > change("2021-05-26", entry(), None).seen


def test_a_day_before_our_first_reading_is_known_by_the_lists_own_date_alone() -> None:
    """The date of listing is the list's word; without one we do not know, and after it there was no listing."""
    dated = entry(listed_on=date(2020, 6, 12))
    assert on("2020-07-01", today=dated) == [Stood(listing=dated, match=SAME, how=How.DATED, seen=BEGUN)]
    assert on("2020-06-11", today=dated) == []
    undated = entry()
    assert on("2020-07-01", today=undated) == [Stood(listing=undated, match=SAME, how=How.UNDATED, seen=BEGUN)]


def test_a_listing_that_we_saw_late_is_told_with_when_we_saw_it() -> None:
    """The list dates it the 14th, we read it on the 15th: true of the 14th, and it says so."""
    after = entry(listed_on=date(2021, 1, 14))
    added = change("2021-01-15", None, after)
    found = on("2021-01-14", today=after, after=added)
    assert found == [Stood(listing=after, match=SAME, how=How.DATED, seen=added.seen)]
    assert on("2021-01-13", today=after, after=added) == []


def test_a_return_does_not_undo_the_absence_that_we_saw() -> None:
    """An entry that comes back under its old date was still off the list in between."""
    back = change("2023-01-01", None, entry(listed_on=date(2020, 6, 12)))
    assert on("2022-01-01", today=back.after, after=back, seen_off=True) == []
    assert on("2022-01-01", today=back.after, after=back) != []


def test_a_beginning_that_nobody_wrote_down_claims_nothing() -> None:
    """A store older than this memory: only the lists' own dates are told."""
    unknown = {LIST: Span(begun=None, read_at=at("2026-11-23"))}
    found = on("2022-01-01", today=entry(listed_on=date(2020, 6, 12)), spans=unknown)
    assert [(one.how, one.seen) for one in found] == [(How.DATED, None)]
    assert [one.how for one in on("2022-01-01", today=entry(), spans={})] == [How.UNDATED]


def test_who_is_somebody_else_is_left_out() -> None:
    """A candidate whose name was another's on that day is not the company."""
    assert on("2022-01-01", today=entry(name="Xiamen Airlines")) == []


def test_the_company_comes_before_its_units() -> None:
    """And what is surely known before what may have been."""
    entries = {
        (LIST, key): entry(key, name, listed_on=listed)
        for key, name, listed in (
            ("a", "Xiaomi Unit", date(2020, 1, 1)),
            ("b", "Xiaomi undated", None),
            ("c", "Xiaomi", date(2020, 1, 1)),
        )
    }
    found = stood_on(date(2020, 7, 1), entries, today=entries, after={}, spans=SPANS, match=match)
    assert [one.listing.key for one in found] == ["c", "b", "a"]


# ── How it came about ─────────────────────────────────────────────────────────────────────────────────────────────


def story_of_xiaomi() -> list[ListChange]:
    """Newest first, as stores give them: listed, renamed, taken off, back again; and a unit beside it."""
    old, new = entry(listed_on=date(2021, 1, 14)), entry(name="Xiaomi Corporation", listed_on=date(2021, 1, 14))
    return [
        change("2023-01-09", None, new),
        change("2021-05-26", new, None),
        change("2021-03-01", old, new, name=("Xiaomi", "Xiaomi Corporation")),
        change("2021-01-15", None, old),
        change("2021-01-15", None, entry("unit", "Xiaomi Unit", listed_on=date(2021, 1, 14))),
    ]


def test_a_history_in_order() -> None:
    """Each event once, on the list's own day where it gives one; a return is no listing of the first day."""
    told = [(one.what, f"{one.at:%Y-%m-%d}", one.related, one.again) for one in events(story_of_xiaomi(), match)]
    assert told == [
        (What.LISTED, "2021-01-14", False, False),
        (What.LISTED, "2021-01-14", True, False),
        (What.CHANGED, "2021-03-01", False, False),
        (What.DELISTED, "2021-05-26", False, False),
        (What.LISTED, "2023-01-09", False, True),
    ]


def test_entries_of_one_reading_are_one_event() -> None:
    """Forty rows of one company in one edition are told in one line, with their edition and document."""
    rows = [change("2021-01-15", None, entry(f"row {n}", f"Xiaomi {n}")) for n in range(40)]
    [one] = events(rows, match)
    assert (len(one.listings), one.edition, one.sha256[:4]) == (40, "2021-01-15", "abab")


def test_what_was_there_at_first_is_no_listing_of_that_day() -> None:
    """It is told as found there, on the day that the list gives, one event a day."""
    today = {
        (LIST, "a"): entry("a", listed_on=date(2019, 5, 21)),
        (LIST, "b"): entry("b", listed_on=date(2019, 8, 21)),
        (LIST, "c"): entry("c", "Xiaomi now"),
        (LIST, "new"): entry("new", listed_on=date(2022, 1, 1)),
    }
    changes = [
        change("2022-01-02", None, today[LIST, "new"]),
        change("2021-06-01", entry("c", "Xiaomi then"), today[LIST, "c"], name=("Xiaomi then", "Xiaomi now")),
        change("2021-05-01", entry("off", listed_on=date(2018, 1, 1)), None),
    ]
    found = timeline([*today, (LIST, "off")], changes, today=today, spans=SPANS, match=match)
    assert [(one.what, one.at and f"{one.at:%Y-%m-%d}", one.listings[0].name) for one in found] == [
        (What.BEGAN, "2018-01-01", "Xiaomi"),
        (What.BEGAN, "2019-05-21", "Xiaomi"),
        (What.BEGAN, "2019-08-21", "Xiaomi"),
        (What.BEGAN, "2021-01-10", "Xiaomi then"),
        (What.DELISTED, "2021-05-01", "Xiaomi"),
        (What.CHANGED, "2021-06-01", "Xiaomi now"),
        (What.LISTED, "2022-01-01", "Xiaomi"),
    ]


def test_a_beginning_without_any_date_comes_first() -> None:
    """Neither the list nor we know when: it stands before everything that has a day."""
    [one] = timeline([(LIST, "xiaomi")], [], today={(LIST, "xiaomi"): entry()}, spans={}, match=match)
    assert (one.what, one.at, one.seen, one.edition, one.sha256) == (What.BEGAN, None, None, "", "")


def test_strangers_have_no_history_here() -> None:
    """A change of an entry that is somebody else on both sides is not told."""
    assert events([change("2021-01-15", None, entry(name="Xiamen"))], match) == []
    assert timeline([(LIST, "x")], [], today={(LIST, "x"): entry("x", "Xiamen")}, spans=SPANS, match=match) == []


# ── As a picture ──────────────────────────────────────────────────────────────────────────────────────────────────

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_lane_shows_when_anything_was_on_the_list() -> None:
    """From the first entry that comes to the last that goes, and on to today for one that stays; units not counted."""
    drawn = chart(events(story_of_xiaomi(), match), [], until=NOW)
    [lane] = drawn.lanes
    assert [mark.what for mark in lane.marks] == [What.LISTED, What.CHANGED, What.DELISTED, What.LISTED]
    assert [(f"{since:%Y-%m-%d}", f"{until:%Y-%m-%d}") for since, until in lane.listed] == [
        ("2021-01-14", "2021-05-26"),
        ("2023-01-09", "2026-11-23"),
    ]


def test_one_of_two_entries_goes() -> None:
    """The company is still on the list, so the line goes on."""
    changes = [
        change("2021-05-26", entry("a"), None),
        change("2021-01-15", None, entry("b")),
        change("2021-01-15", None, entry("a")),
    ]
    [lane] = chart(events(changes, match), [], until=NOW).lanes
    assert lane.listed == ((at("2021-01-15"), NOW),)


def test_an_event_without_a_day_is_not_drawn() -> None:
    """There is nowhere to put it."""
    unknown = Event(what=What.BEGAN, source=LIST, seen=None, listings=(entry(),))
    assert chart([unknown], [], until=NOW).lanes == ()


@pytest.mark.parametrize(
    ("days", "unit", "bars"),
    [
        ([0, 0, 3], "day", [("2021-01-14", 2), ("2021-01-17", 1)]),
        ([0, 2, 70], "week", [("2021-01-11", 2), ("2021-03-22", 1)]),
        ([0, 2, 400], "month", [("2021-01-01", 2), ("2022-02-01", 1)]),
        ([], "day", []),
    ],
)
def test_stories_are_counted_by_a_fitting_stretch(days: list[int], unit: str, bars: list[tuple[str, int]]) -> None:
    """By the day, the week from Monday, or the month, as long as they last."""
    found = volume([datetime(2021, 1, 14, 20, 0, tzinfo=UTC) + timedelta(days=day) for day in days])
    assert (found.unit, [(day.isoformat(), count) for day, count in found.bars]) == (unit, bars)


def test_an_entry_keeps_its_other_fields() -> None:
    """Nothing of an entry is lost by winding it back."""
    whole = replace(entry(), reason="for cause", remarks="kept")
    [one] = on("2021-03-01", after=change("2021-05-26", whole, None))
    assert one.listing == whole
