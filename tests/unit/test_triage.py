"""What people decided about alerts, and what it does to the next ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts import list_alerts, story_alert
from bot.model import (
    Alert,
    AlertKind,
    Analysis,
    Delivery,
    Identifier,
    ListChange,
    Listing,
    Match,
    Mention,
    Name,
    Place,
    Role,
    SourceCard,
    SourceKind,
    Story,
    Subscription,
    UpdateKind,
    Verdict,
)
from bot.route import Routing, route
from bot.triage import Identity, Mute, Refusal, Rulings, Saying, dispositions, until
from tests.worlds.facts import CHANNEL, THEN, listing, watch, xiaomi

ELSEWHERE = Place("slack", "T0/C025")
FEED = SourceCard(
    id="news_x", title="X", publisher="X", url="https://x", every=timedelta(minutes=10), kind=SourceKind.NEWS
)


def listed(*entries: Listing, sha256: str = "aa") -> Alert:
    changes = [
        ListChange(source=one.source, key=one.key, before=None, after=one, seen=THEN, sha256=sha256) for one in entries
    ]
    (alert,) = list_alerts([(one, xiaomi(), Match(Verdict.SAME, 0.97)) for one in changes], at=THEN)
    return alert


def told(id: str, *spelled: str, source: str = "news_x", follows: Sequence[Alert] = ()) -> Alert:
    """A story that writes the company's name in these ways."""
    story = Story(source=source, id=id, url=f"https://x/{id}", title=f"{spelled[0]} listed")
    mentions = tuple(
        Mention(company="xiaomi", surface=one, where="text", start=0, role=Role.SUBJECT) for one in spelled
    )
    analysis = Analysis(listing_story=True, mentions=mentions)
    alert = story_alert(replace(FEED, id=source), story, analysis, mentions[0], xiaomi(), at=THEN)
    return replace(alert, follows=tuple(one.id for one in follows))


def said(alert: Alert, place: Place = CHANNEL, by: str = "Ana") -> Rulings:
    """Somebody said of this alert that it is another company."""
    delivery = Delivery.of(alert, place, because="a test", due=THEN)
    return Rulings.of(dispositions(Saying(delivery=delivery, alert=alert, person=by, at=THEN)), ())


def routed(alert: Alert, rulings: Rulings, *watches: Subscription, days: float = 1) -> Routing:
    return route(alert, watches or [watch()], now=THEN + timedelta(days=days), rulings=rulings)


def reasons(routing: Routing) -> list[str]:
    return [refusal.words() for _, refusal in routing.declined]


def test_a_dismissed_record_rings_no_more_and_says_who_said_so() -> None:
    """Neither when it changes in other ways, nor when it is taken off; it is kept, and can be shown."""
    entry = listing("Xiaomi Parts LLC", key="E-123")
    rulings = said(listed(entry))
    for again in (listed(entry, sha256="bb"), listed(replace(entry, reason="Another reason"), sha256="cc")):
        routing = routed(again, rulings)
        assert not routing.deliveries
        assert reasons(routing) == ["Ana said on 2021-01-14 that “Xiaomi Parts LLC” (E-123) is another company"]
        (kept,) = routing.untold
        assert kept.receipt
        assert kept.because == "Ana said on 2021-01-14 that “Xiaomi Parts LLC” (E-123) is another company"


@pytest.mark.parametrize(
    ("change", "since"),
    [
        ({"name": "Xiaomi Technology LLC"}, "+ Xiaomi Technology LLC, − Xiaomi Parts LLC"),
        ({"aliases": (Name("小米"),)}, "+ 小米"),
        ({"identifiers": (Identifier("USCC", "91110108551385082Q"),)}, "+ USCC 91110108551385082Q"),
        ({"programmes": ("S1260H",)}, "+ S1260H, − S1237"),
    ],
)
def test_a_record_that_changed_rings_again_and_says_so(change: dict[str, object], since: str) -> None:
    """With who dismissed it, when, and what is new or gone."""
    entry = listing("Xiaomi Parts LLC", key="E-123")
    routing = routed(listed(replace(entry, **change), sha256="bb"), said(listed(entry)))  # type: ignore[arg-type]
    (delivery,) = routing.deliveries
    ((key, (reminder,)),) = routing.reminders
    assert key == delivery.key == reminder.of
    assert (reminder.kind, reminder.by, reminder.at, reminder.text) == (UpdateKind.BEFORE, "Ana", THEN, since)


def test_order_and_spaces_of_a_record_are_no_change() -> None:
    """Publishers sort and indent their aliases anew."""
    one = listing("Xiaomi  Parts", aliases=(Name("B"), Name("A")), programmes=("X", "Y"))
    other = listing("Xiaomi Parts", aliases=(Name("A"), Name("B"), Name("A")), programmes=("Y", "X"))
    assert Identity.of(one) == Identity.of(other)


def test_a_dismissal_holds_for_its_place_its_company_and_its_record_only() -> None:
    """Another channel, another entry of the same name, or a new one beside it: all ring."""
    entry, other = listing("Xiaomi Parts LLC", key="E-123"), listing("Xiaomi Parts LLC", key="E-124")
    rulings = said(listed(entry))
    assert routed(listed(entry), rulings, watch(place=ELSEWHERE)).deliveries
    assert routed(listed(other), rulings).deliveries
    assert routed(listed(entry, other), rulings).deliveries, "what nobody dismissed rings, with what was dismissed"
    assert not routed(listed(entry, other), rulings).reminders


def test_a_dismissed_story_takes_its_event_with_it() -> None:
    """Whatever outlet tells it again; another event in another outlet rings."""
    first = told("1", "Honor")
    rulings = said(first)
    later = told("9", "HONOR", "Honor Device", source="news_y", follows=[first])
    assert reasons(routed(later, rulings)) == ["Ana said on 2021-01-14 that this story is about another company"]
    assert routed(told("10", "Honor", source="news_y"), rulings).deliveries


def test_a_dismissed_spelling_is_another_company_in_that_source() -> None:
    """Unless the story writes the name in another way too."""
    rulings = said(told("1", "Honor"))
    assert reasons(routed(told("2", "HONOR"), rulings)) == [
        "Ana said on 2021-01-14 that “Honor” is another company in this source"
    ]
    assert routed(told("3", "Honor", "Xiaomi"), rulings).deliveries


def test_a_list_is_not_silenced_by_a_dismissed_story() -> None:
    """The record counts for itself."""
    story = told("1", "Honor")
    assert routed(replace(listed(listing("Xiaomi")), follows=(story.id,)), said(story)).deliveries


def muted(days: float = 7, place: Place = CHANNEL) -> Rulings:
    return Rulings.of((), [Mute(place=place, company="xiaomi", by="Ana", at=THEN, until=THEN + timedelta(days=days))])


def test_a_mute_holds_what_comes_until_it_ends() -> None:
    """Held, not lost: it is kept and will be told. At its end the next one rings by itself."""
    alert = listed(listing("Xiaomi"))
    routing = routed(alert, muted(days=7), days=6.9)
    assert not routing.deliveries
    assert reasons(routing) == ["muted by Ana until 2021-01-21 22:00 UTC"]
    ((key, held),) = routing.held
    assert key == routing.untold[0].key
    assert (held.brief.company, held.brief.kind, held.paused) == ("Xiaomi", AlertKind.LISTED, False)
    assert routed(alert, muted(days=7), days=7).deliveries
    assert routed(alert, muted(place=ELSEWHERE)).deliveries


def test_what_is_dismissed_is_not_held() -> None:
    """When the mute ends, nobody hears of what was another company."""
    alert = listed(listing("Xiaomi"))
    delivery = Delivery.of(alert, CHANNEL, because="a test", due=THEN)
    both = Rulings.of(
        dispositions(Saying(delivery=delivery, alert=alert, person="Ana", at=THEN)),
        [Mute(place=CHANNEL, company="xiaomi", by="Ana", at=THEN, until=THEN + timedelta(days=7))],
    )
    routing = routed(alert, both)
    assert routing.untold
    assert not routing.held


def test_a_pause_holds_only_where_every_watch_rests() -> None:
    """Another watch of this place that asks for it is not paused: it rings."""
    alert, resting = listed(listing("Xiaomi")), watch(paused_until=THEN + timedelta(days=2))
    routing = routed(alert, Rulings(), resting)
    assert reasons(routing) == ["paused until 2021-01-16 22:00 UTC"]
    assert [held.paused for _, held in routing.held] == [True]
    assert routed(alert, Rulings(), resting, watch("*")).deliveries
    assert routed(alert, Rulings(), resting, days=2).deliveries
    wrong = replace(resting, kinds=frozenset({AlertKind.MENTION}))
    assert not routed(alert, Rulings(), wrong).held, "what it would not have sent anyway is not held"


def test_a_place_that_is_paused_holds_all() -> None:
    """Until the end of the longer of two pauses."""
    rulings = Rulings(paused={CHANNEL: THEN + timedelta(days=3)})
    alert = listed(listing("Xiaomi"))
    routing = routed(alert, rulings, watch(paused_until=THEN + timedelta(days=2)))
    assert reasons(routing) == ["paused until 2021-01-17 22:00 UTC"]
    assert routed(alert, rulings, days=3).deliveries


def test_silent_places_are_those_that_got_nothing() -> None:
    """With the first setting that kept it back; not those that another watch reached."""
    narrow = watch(kinds=frozenset({AlertKind.MENTION}))
    alert = listed(listing("Xiaomi"))
    assert routed(alert, Rulings(), narrow, watch("*")).silent == {}
    assert routed(alert, Rulings(), narrow).silent == {CHANNEL: Refusal(rule="kind", what="listed")}
    assert routed(alert, muted(), narrow, watch("*")).silent == {}, "held is not silent"


@pytest.mark.parametrize(
    ("span", "end"),
    [
        ("1d", timedelta(days=1)),
        ("7 days", timedelta(days=7)),
        ("2 Weeks", timedelta(days=14)),
        ("12h", timedelta(hours=12)),
        ("7 jours", timedelta(days=7)),
        ("3j", timedelta(days=3)),
        ("1 semaine", timedelta(days=7)),
        (" 2021-01-20 ", timedelta(days=5, hours=2)),
    ],
)
def test_how_long_a_mute_is(span: str, end: timedelta) -> None:
    """In the ways people write it; a date is its morning in UTC."""
    assert until(span, THEN) == THEN + end


@pytest.mark.parametrize("span", ["", "soon", "7", "2021-13-40", "1y", "٣d x"])
def test_what_is_no_span(span: str) -> None:
    """Nothing is guessed."""
    assert until(span, THEN) is None


@pytest.mark.parametrize("span", ["0d", "2021-01-14", "2020-12-31", "367d", "2023-01-01"])
def test_a_mute_ends_in_the_future_and_within_a_year(span: str) -> None:
    """What should be silent for longer should not be watched."""
    with pytest.raises(ValueError, match="UTC"):
        until(span, THEN)


def test_reasons_are_said_in_french_too() -> None:
    """And in English where we have no words."""
    refusal = Refusal(rule="muted", by="Ana", when=THEN)
    assert refusal.words("fr") == "en sourdine jusqu’au 2021-01-14 22:00 UTC, par Ana"
    assert refusal.words("de") == "muted by Ana until 2021-01-14 22:00 UTC"
