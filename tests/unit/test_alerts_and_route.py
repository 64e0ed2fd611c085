"""From a change to an alert, and from an alert to the places that asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.alerts import list_alert_ids, list_alerts, story_alert, story_kind
from bot.model import (
    AlertKind,
    Analysis,
    FieldChange,
    ListChange,
    Listing,
    Match,
    Mention,
    Place,
    Reason,
    Role,
    Severity,
    SourceCard,
    SourceKind,
    Story,
    Verdict,
)
from bot.route import about_itself, route
from tests.worlds.facts import CHANNEL, THEN, listing, watch, xiaomi

SAME = Match(Verdict.SAME, 0.97, (Reason("same name", 0.97, "Xiaomi", "Xiaomi Corporation"),))
RELATED = Match(Verdict.RELATED, 0.8)
FEED = SourceCard(
    id="news_x", title="X", publisher="X", url="https://x", every=timedelta(minutes=10), kind=SourceKind.NEWS
)


def added(entry: Listing, sha256: str = "aa") -> ListChange:
    return ListChange(source=entry.source, key=entry.key, before=None, after=entry, seen=THEN, sha256=sha256)


def test_several_rows_of_one_company_are_one_alert() -> None:
    """Huawei has 136 rows on one list; nobody wants 136 alerts."""
    rows = [added(listing(f"Xiaomi {n}")) for n in range(3)]
    matched = [(row, xiaomi(), RELATED) for row in rows[:2]] + [(rows[2], xiaomi(), SAME)]
    (alert,) = list_alerts(matched, at=THEN)
    assert len(alert.changes) == 3
    assert alert.match == SAME, "the surest match speaks for the alert"
    assert alert.changes[0] == rows[2]
    assert (alert.kind, alert.severity) == (AlertKind.LISTED, Severity.HIGH)


def test_each_list_and_each_kind_of_change_is_an_alert_of_its_own() -> None:
    """Added here and removed there are two pieces of news."""
    here, there = listing("Xiaomi"), listing("Xiaomi", source="us_csl")
    gone = ListChange(source="us_csl", key=there.key, before=there, after=None, seen=THEN)
    alerts = list_alerts([(added(here), xiaomi(), SAME), (gone, xiaomi(), SAME)], at=THEN)
    assert {(one.source, one.kind) for one in alerts} == {
        ("us_dod_cmc", AlertKind.LISTED),
        ("us_csl", AlertKind.DELISTED),
    }


def test_a_cosmetic_change_alerts_nobody() -> None:
    """A new address is kept in the history and does not ring."""
    entry = listing("Xiaomi")
    change = ListChange(
        source=entry.source,
        key=entry.key,
        before=entry,
        after=replace(entry, addresses=("New",)),
        seen=THEN,
        fields=(FieldChange("addresses", "", "New"),),
    )
    assert list_alerts([(change, xiaomi(), SAME)], at=THEN) == ()
    material = replace(change, fields=(FieldChange("name", "A", "B"),))
    assert [one.kind for one in list_alerts([(material, xiaomi(), SAME)], at=THEN)] == [AlertKind.CHANGED]


def test_the_same_event_found_twice_is_the_same_alert() -> None:
    """A poll that is repeated after a crash makes the same ids; a new edition does not."""
    one = list_alerts([(added(listing("Xiaomi")), xiaomi(), SAME)], at=THEN)
    again = list_alerts([(added(listing("Xiaomi")), xiaomi(), SAME)], at=THEN + timedelta(minutes=5))
    later = list_alerts([(added(listing("Xiaomi"), "bb"), xiaomi(), SAME)], at=THEN)
    assert one[0].id == again[0].id != later[0].id


def test_both_ends_of_a_move_in_one_edition_are_one_alert() -> None:
    """What left one inner list and came on another is told once; what left otherwise is told as such."""
    old, new = listing("Xiaomi", source="us_csl", key="UVL"), listing("Xiaomi", source="us_csl", key="EL")
    arrived, left = added(new), ListChange(source="us_csl", key="UVL", before=old, after=None, seen=THEN, sha256="aa")
    plain = added(listing("Xiaomi Cloud", source="us_csl"))
    moves = {arrived: old, left: new}
    matched = [(change, xiaomi(), SAME) for change in (arrived, left, plain)]
    alerts = list_alerts(matched, at=THEN, moves=moves)
    assert [(one.kind, one.moved, one.changes) for one in alerts] == [
        (AlertKind.LISTED, old, (arrived,)),
        (AlertKind.LISTED, None, (plain,)),
    ]
    assert [one.id for one in alerts] == [list_alert_ids(arrived, xiaomi())[1], list_alert_ids(plain, xiaomi())[0]]
    (alone,) = list_alerts([(left, xiaomi(), SAME)], at=THEN, moves=moves)
    assert (alone.kind, alone.moved) == (AlertKind.DELISTED, new)


def story_about(role: Role, *, listing_story: bool = True) -> tuple[Story, Analysis, Mention]:
    story = Story(source="news_x", id="1", url="https://x/1", title="Xiaomi listed")
    mention = Mention(company="xiaomi", surface="Xiaomi", where="title", start=0, role=role)
    return story, Analysis(listing_story=listing_story, mentions=(mention,)), mention


def test_what_a_story_is_about_decides_its_kind() -> None:
    """An official document always counts; a story counts for its subject."""
    _, analysis, mention = story_about(Role.SUBJECT)
    assert story_kind(FEED, analysis, mention) is AlertKind.LISTING_STORY
    assert story_kind(replace(FEED, kind=SourceKind.NOTICES), Analysis(), mention) is AlertKind.NOTICE
    assert story_kind(FEED, Analysis(), mention) is AlertKind.SUBJECT
    assert story_kind(FEED, Analysis(), replace(mention, role=Role.MENTIONED)) is AlertKind.MENTION
    assert story_kind(FEED, analysis, replace(mention, role=Role.MENTIONED)) is AlertKind.MENTION


def test_a_place_gets_one_delivery_however_many_watches_ask_for_it() -> None:
    """The first subscription is named as the reason."""
    story, analysis, mention = story_about(Role.SUBJECT)
    alert = story_alert(FEED, story, analysis, mention, xiaomi(), at=THEN)
    asked = [watch("Xiaomi"), watch("*")]
    routing = route(alert, asked, now=THEN)
    assert [(one.place, one.because) for one in routing.deliveries] == [
        (CHANNEL, "Xiaomi is watched here since 2021-01-14, asked for by Ana")
    ]
    elsewhere = route(alert, [watch(place=Place("slack", "T0/C1"))], now=THEN)
    assert elsewhere.deliveries[0].key != routing.deliveries[0].key


def test_what_is_declined_says_which_setting_declined_it() -> None:
    """ "Why did I not get this?" has an answer."""
    story, analysis, mention = story_about(Role.MENTIONED)
    alert = story_alert(FEED, story, analysis, mention, xiaomi(), at=THEN)
    every = frozenset(AlertKind)
    cases = {
        "paused until 2021-01-15 22:00 UTC": watch(paused_until=THEN + timedelta(days=1), kinds=every),
        "mention is not among the kinds asked for": watch(),
        "news_x is not among the sources asked for": watch(sources=frozenset({"us_csl"}), kinds=every),
        "only the company itself was asked for, and this is a related unit": watch(related=False, kinds=every),
    }
    for why, subscription in cases.items():
        routing = route(alert, [subscription], now=THEN)
        assert not routing.deliveries
        assert [(one, refusal.words()) for one, refusal in routing.declined] == [(subscription, why)]
    over = watch(paused_until=THEN - timedelta(seconds=1), kinds=every)
    assert route(alert, [over], now=THEN).deliveries


def test_a_watch_of_one_list_hears_what_is_told_of_that_list() -> None:
    """The Entity List comes in the screening list's file: a story about it is about a list that was chosen."""
    story, analysis, mention = story_about(Role.SUBJECT)
    about = replace(analysis, source="us_bis_entity")
    alert = story_alert(FEED, story, about, mention, xiaomi(), at=THEN)
    for chosen, rings in (("us_bis_entity", 1), ("us_csl", 1), ("eu_fsf", 0)):
        asked = watch(sources=frozenset({chosen}))
        assert len(route(alert, [asked], now=THEN).deliveries) == rings, chosen


def test_about_itself() -> None:
    """A list alert goes by its match, a story alert by the role."""
    (itself,) = list_alerts([(added(listing("Xiaomi")), xiaomi(), SAME)], at=THEN)
    (unit,) = list_alerts([(added(listing("Xiaomi Cloud")), xiaomi(), RELATED)], at=THEN)
    assert about_itself(itself)
    assert not about_itself(unit)
    story, analysis, mention = story_about(Role.SUBJECT)
    assert about_itself(story_alert(FEED, story, analysis, mention, xiaomi(), at=THEN))
