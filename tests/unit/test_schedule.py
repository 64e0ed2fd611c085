"""When to look where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Memory, SourceCard, SourceKind
from bot.registers import sisters
from bot.schedule import (
    LATEST,
    NAP,
    PROBE,
    SOONEST,
    Due,
    How,
    Outcome,
    ask_whole,
    back_off,
    due,
    learn,
    next_look,
    rhythm,
    to_look_beside,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def card(id: str = "us_ofac_sdn", *, every: timedelta = HOUR, kind: SourceKind = SourceKind.LIST) -> SourceCard:
    return SourceCard(id=id, title=id, publisher="a publisher", url=f"https://host/{id}", every=every, kind=kind)


def feed(*, every: timedelta = HOUR) -> SourceCard:
    return card("a_feed", every=every, kind=SourceKind.NEWS)


def memory(id: str = "us_ofac_sdn", **facts: object) -> Memory:
    return Memory(source=id, **facts)  # type: ignore[arg-type]


cards = st.builds(
    card,
    id=st.text(min_size=1, max_size=12),
    every=st.timedeltas(min_value=MINUTE, max_value=timedelta(days=7)),
    kind=st.sampled_from(SourceKind),
)
memories = st.none() | st.builds(
    memory,
    failures=st.integers(0, 10_000),
    gap=st.floats(0, 1e9),
    changed_at=st.none() | st.timedeltas(timedelta(0), 2000 * DAY).map(lambda ago: NOW - ago),
)
spans = st.none() | st.timedeltas(min_value=timedelta(0), max_value=DAY)
outcomes = st.builds(Outcome, how=st.sampled_from(How), after=spans, wait=spans)
nows = st.timedeltas(timedelta(0), 1000 * DAY).map(lambda later: NOW + later)
overrides = st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=3))


# ── What is due ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_start() -> None:
    """What was never looked at is due, all of it, and the watcher need not hurry back."""
    assert due([card("a"), card("b")], {}, NOW) == Due(("a", "b"), NOW + NAP)


def test_some_are_due() -> None:
    """The longest overdue comes first; the sleep ends when the next one is due."""
    remembered = {
        "a": memory("a", due=NOW - MINUTE, tried_at=NOW - HOUR),
        "b": memory("b", due=NOW - HOUR, tried_at=NOW - 2 * HOUR),
        "c": memory("c", due=NOW + 7 * MINUTE, tried_at=NOW),
        "d": memory("d", due=NOW + 9 * MINUTE),
    }
    assert due([card(source) for source in "abcd"], remembered, NOW) == Due(("b", "a"), NOW + 7 * MINUTE)


def test_a_retired_source_is_never_due() -> None:
    """410 ends it, whatever else is remembered."""
    remembered = {"a": memory("a", retired=True, due=NOW - DAY, tried_at=NOW - DAY), "b": memory("b", retired=True)}
    assert due([card("a"), card("b")], remembered, NOW, HOUR) == Due((), NOW + NAP)


def test_a_clock_that_ran_ahead() -> None:
    """A memory from next year does not keep a list unread, one from another machine's next second is believed."""
    ahead = memory(due=NOW + 366 * DAY, tried_at=NOW + 365 * DAY)
    beside = memory(due=NOW + HOUR, tried_at=NOW + timedelta(seconds=1))
    wrong = memory(due=NOW + 365 * DAY, tried_at=NOW)
    assert due([card()], {"us_ofac_sdn": ahead}, NOW).ready == ("us_ofac_sdn",)
    assert due([card()], {"us_ofac_sdn": beside}, NOW).ready == ()
    assert due([card()], {"us_ofac_sdn": wrong}, NOW + 27 * HOUR).ready == ("us_ofac_sdn",)


def test_an_override_holds_from_the_start() -> None:
    """TOCSIN_EVERY does not wait for what was planned before it was set, but a failing source keeps its back-off."""
    planned = memory(due=NOW + 5 * HOUR, tried_at=NOW - MINUTE)
    failing = memory(due=NOW + 5 * HOUR, tried_at=NOW - MINUTE, failures=3)
    assert due([card()], {"us_ofac_sdn": planned}, NOW, MINUTE).ready == ("us_ofac_sdn",)
    assert due([card()], {"us_ofac_sdn": failing}, NOW, MINUTE).ready == ()


def test_a_source_that_kills_the_process() -> None:
    """What was written down before the request holds when it restarts, with an override too."""
    every = timedelta(seconds=5)
    before = memory(due=NOW - MINUTE, tried_at=NOW - HOUR)
    set_out = memory(due=next_look(card(), before, None, NOW, every=every), tried_at=NOW - HOUR)
    assert due([card()], {"us_ofac_sdn": set_out}, NOW + every / 2, every) == Due((), NOW + every)
    assert due([card()], {"us_ofac_sdn": set_out}, NOW + every, every).ready == ("us_ofac_sdn",)


@given(st.lists(cards, max_size=8, unique_by=lambda one: one.id), st.data(), nows, st.none() | overrides)
def test_a_look_at_all_that_is_due_leaves_nothing_due(
    shelf: list[SourceCard], data: st.DataObject, now: datetime, every: timedelta | None
) -> None:
    """However looks go, and also when the process died on the way, no source is due again at once: no hot loop."""
    assert due(shelf, {}, now, every).ready == tuple(sorted(one.id for one in shelf))
    after = {}
    for one in shelf:
        before, outcome = data.draw(memories), data.draw(st.none() | outcomes)
        failures = before.failures if before else 0
        if outcome is not None:
            failures = 0 if outcome.how is How.READ else failures + 1
        at = next_look(one, before, outcome, now, every=every)
        after[one.id] = memory(one.id, due=at, tried_at=now, failures=failures)
    again = due(shelf, after, now, every)
    assert again.ready == ()
    assert now < again.next <= now + NAP


# ── After a good look ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_list_keeps_to_its_card() -> None:
    """An hour is an hour, give or take a tenth, whatever the server says about caches."""
    for outcome in (Outcome(), Outcome(wait=DAY)):
        wait = next_look(card(), None, outcome, NOW) - NOW
        assert 0.9 * HOUR <= wait <= 1.1 * HOUR


def test_lists_of_one_rhythm_drift_apart() -> None:
    """Forty lists with one rhythm do not come due in one second, and the same one varies from slot to slot."""
    waits = {next_look(card(f"list_{number}"), None, Outcome(), NOW) for number in range(40)}
    assert len(waits) == 40
    assert next_look(card(), None, Outcome(), NOW) - NOW != next_look(card(), None, Outcome(), NOW + DAY) - NOW - DAY


def test_a_busy_outlet_is_looked_at_more_often_than_a_quiet_one() -> None:
    """Half the gap between items, from a third of the card's rhythm to six hours."""
    busy = memory(gap=60.0, changed_at=NOW)
    usual = memory(gap=7200.0, changed_at=NOW)
    quiet = memory(gap=30 * 86_400.0, changed_at=NOW)
    assert rhythm(feed(every=15 * MINUTE), busy, Outcome(), NOW) == SOONEST
    assert rhythm(feed(), busy, Outcome(), NOW) == 20 * MINUTE
    assert rhythm(feed(), usual, Outcome(), NOW) == HOUR
    assert rhythm(feed(), quiet, Outcome(), NOW) == LATEST
    assert rhythm(feed(), None, Outcome(), NOW) == HOUR


def test_a_busy_outlet_falls_silent() -> None:
    """A long silence counts more than an old habit."""
    silent = memory(gap=60.0, changed_at=NOW - 8 * HOUR)
    assert rhythm(feed(), silent, Outcome(), NOW) == HOUR


def test_a_publisher_asks_for_less() -> None:
    """A ttl or max-age is honoured, up to six hours; one that asks for more is not."""
    busy = memory(gap=60.0, changed_at=NOW)
    assert rhythm(feed(), busy, Outcome(wait=2 * HOUR), NOW) == 2 * HOUR
    assert rhythm(feed(), busy, Outcome(wait=DAY), NOW) == LATEST
    assert rhythm(feed(), busy, Outcome(wait=timedelta(seconds=1)), NOW) == 20 * MINUTE


def test_an_official_stream_is_never_neglected() -> None:
    """Months without a notice do not slow it down: the next one is what we are here for."""
    notices = card("us_federal_register", every=15 * MINUTE, kind=SourceKind.NOTICES)
    silent = memory(gap=30 * 86_400.0, changed_at=NOW - 90 * DAY)
    assert rhythm(notices, silent, Outcome(wait=DAY), NOW) == 15 * MINUTE


# ── After a bad one ───────────────────────────────────────────────────────────────────────────────────────────────


def test_an_outage_of_a_week() -> None:
    """A minute, then ever longer, then once a day and not longer: it is never given up."""
    waits = [back_off(card(), failures, How.LATER, NOW) for failures in range(1, 30)]
    assert 0.9 * MINUTE <= waits[0] <= 1.1 * MINUTE
    assert 7 * MINUTE < waits[3] < 9 * MINUTE
    assert 0.9 * PROBE <= waits[-1] <= 1.1 * PROBE


def test_a_forbidden_address_is_not_asked_every_minute() -> None:
    """Somebody has to do something first: it starts at the card's rhythm."""
    assert back_off(card(every=6 * HOUR), 1, How.REFUSED, NOW) >= 5 * HOUR
    assert back_off(card(every=7 * DAY), 1, How.REFUSED, NOW) <= 1.1 * PROBE


def test_a_busy_server_says_when() -> None:
    """Retry-After is obeyed when it is longer than our own wait, and our own when that is longer."""
    assert next_look(card(), None, Outcome(how=How.LATER, after=3 * HOUR), NOW) == NOW + 3 * HOUR
    tired = memory(failures=8)
    assert next_look(card(), tired, Outcome(how=How.LATER, after=MINUTE), NOW) > NOW + 3 * HOUR


def test_an_override_is_exact_and_still_backs_off() -> None:
    """Every five seconds means every five seconds; failing, at most every fifty."""
    every = timedelta(seconds=5)
    assert next_look(card(), memory(gap=1e6), Outcome(wait=DAY), NOW, every=every) == NOW + every
    waits = [
        next_look(card(), memory(failures=failures), Outcome(how=How.LATER), NOW, every=every) - NOW
        for failures in range(6)
    ]
    assert [wait.total_seconds() for wait in waits] == [5, 10, 20, 40, 50, 50]


@given(cards, memories, outcomes, nows)
def test_every_wait_is_reasonable(one: SourceCard, before: Memory | None, outcome: Outcome, now: datetime) -> None:
    """Never sooner than the soonest, never later than a day or the card's own rhythm, and the same each time asked."""
    wait = next_look(one, before, outcome, now) - now
    soonest = min(one.every, SOONEST) if outcome.how is How.READ else MINUTE
    assert 0.9 * min(soonest, HOUR) <= wait <= 1.1 * max(one.every, PROBE)
    assert next_look(one, before, outcome, now) - now == wait
    if outcome.how is not How.READ and outcome.after is not None:
        assert wait >= outcome.after


@given(cards, st.integers(1, 40), nows, st.sampled_from([How.LATER, How.REFUSED]), st.none() | overrides)
def test_failing_on_never_shortens_the_wait(
    one: SourceCard, failures: int, now: datetime, how: How, every: timedelta | None
) -> None:
    """One more failure waits at least as long, but for the spread."""
    shorter, longer = (back_off(one, count, how, now, every=every) for count in (failures, failures + 1))
    assert longer >= shorter * (0.9 / 1.1)


# ── Learning ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_reading_teaches_the_rhythm() -> None:
    """The usual gap between a document's dates; one long holiday in it does not count."""
    dates = [NOW - 30 * DAY, NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR, NOW]
    assert learn(None, dates, NOW) == 3600
    assert learn(None, [NOW], NOW) == learn(None, [], NOW) == 0
    assert learn(None, [NOW, NOW, NOW], NOW) == 1


def test_dates_of_the_future_teach_nothing_wrong() -> None:
    """A date from next year counts as now."""
    assert learn(None, [NOW - 2 * HOUR, NOW - HOUR, NOW + 365 * DAY], NOW) == 3600


def test_news_bends_the_rhythm() -> None:
    """Three items in an hour pull a gap of two hours towards twenty minutes; no news leaves it."""
    before = memory(gap=7200.0, changed_at=NOW - HOUR)
    assert learn(before, [NOW] * 3, NOW) == pytest.approx(0.7 * 7200 + 0.3 * 1200)
    assert learn(before, [], NOW) == 7200
    assert learn(memory(gap=0.0, changed_at=NOW), [NOW], NOW) == 0


def test_a_server_that_always_says_not_modified() -> None:
    """The whole document is asked for once in each fortnight without a change, and not again the same day."""
    changed = NOW - timedelta(days=14, hours=1)
    assert ask_whole(memory(changed_at=changed, tried_at=NOW - 2 * HOUR), NOW)
    assert not ask_whole(memory(changed_at=changed, tried_at=NOW - MINUTE), NOW)
    assert not ask_whole(memory(changed_at=NOW - DAY, tried_at=NOW - HOUR), NOW)
    assert not ask_whole(memory(changed_at=NOW - DAY), NOW)
    assert not ask_whole(None, NOW)


def test_an_entry_is_gone_and_may_stand_beside() -> None:
    """The office's other list is looked at once more before the second reading, whenever it is due; no other one is."""
    minute = timedelta(minutes=1)
    known = {
        "us_ofac_sdn": Memory(source="us_ofac_sdn", read_at=NOW, tried_at=NOW, pending=2),
        "us_ofac_cons": Memory(source="us_ofac_cons", read_at=NOW - minute, tried_at=NOW - minute),
        "eu_fsf": Memory(source="eu_fsf", read_at=NOW - minute, tried_at=NOW - minute),
    }
    assert to_look_beside(known, sisters) == ("us_ofac_cons",)
    looked = known | {"us_ofac_cons": replace(known["us_ofac_cons"], tried_at=NOW)}
    assert to_look_beside(looked, sisters) == ()
    whole = known | {"us_ofac_sdn": replace(known["us_ofac_sdn"], pending=0)}
    assert to_look_beside(whole, sisters) == ()
