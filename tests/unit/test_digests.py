"""Several alerts in one message: when, which of them, and that nothing is lost by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.cards import Reader, brief_words
from bot.codec import decode_envelope, decode_message, encode_envelope, encode_message
from bot.digests import ALOUD, AT_ONCE, LONG, lane, overflow
from bot.messages import message_card
from bot.model import NOWHERE, Alert, Delivery, Digest, Gathering, Place, Severity, Story
from bot.registers import brief_of
from bot.wiring import official
from tests.worlds.nouns import NEWSROOM, NOON, TRADING, alert, change


def delivered(number: int, severity: Severity = Severity.LOW, place: Place = NEWSROOM) -> Delivery:
    return Delivery.of(replace(alert(f"a{number}"), severity=severity), place, because="a watch", due=NOON)


def test_ten_alerts_are_ten_messages() -> None:
    """As before."""
    ten = [delivered(number) for number in range(AT_ONCE)]
    assert overflow(ten, now=NOON) == ten


def test_of_136_alerts_the_loudest_are_sent_and_the_rest_stand_in_one_digest() -> None:
    """Last in the lane, the loudest first in it, each with the key that shows it whole."""
    loud = {7, 50, 60, 100, 120, 135}
    many = [delivered(number, Severity.HIGH if number in loud else Severity.LOW) for number in range(136)]
    sent = overflow(many, now=NOON)
    spoken = [one for one in sent if one.receipt is None]
    assert [one.message.id for one in spoken[:-1]] == ["a7", "a50", "a60", "a100", "a120"]
    digest = spoken[-1].message
    assert isinstance(digest, Digest)
    assert (digest.why, len(digest.briefs)) == (Gathering.OVERFLOW, 136 - ALOUD)
    assert digest.briefs[0].alert == "a135"
    assert {one.key for one in sent if not isinstance(one.message, Digest)} == {one.key for one in many}
    untold = [one for one in sent if one.receipt == NOWHERE]
    assert {one.because for one in untold} == {f"in the digest {spoken[-1].key}"}


def test_each_place_has_its_own_measure_and_alike_digests_are_one_message() -> None:
    """A place with few alerts is not touched; two with the same many share what a store keeps."""
    places = [Place("slack", f"T0/C{n}") for n in range(2)]
    many = [delivered(number, place=place) for number in range(20) for place in places]
    sent = overflow([*many, delivered(1, place=TRADING)], now=NOON)
    assert [one.message.id for one in sent if one.place == TRADING] == ["a1"]
    first, second = [one for one in sent if isinstance(one.message, Digest)]
    assert first.message is second.message
    assert first.key != second.key


def test_a_long_lane_is_summed_up() -> None:
    """Beyond fifty waiting alerts; other messages that wait there do not count and stay."""
    few = [delivered(number) for number in range(LONG)]
    assert lane(few, now=NOON) is None
    found = lane([*few, delivered(LONG)], now=NOON)
    assert found
    keys, digest = found
    assert len(keys) == LONG + 1 - ALOUD
    assert isinstance(digest.message, Digest)
    assert {one.alert for one in digest.message.briefs} == {f"a{n}" for n in range(ALOUD, LONG + 1)}


def test_a_digest_survives_the_store() -> None:
    """Byte for byte the same noun."""
    *_, digest = overflow([delivered(number) for number in range(20)], now=NOON)
    kept = decode_message(*encode_message(digest.message))
    assert decode_envelope(encode_envelope(digest), kept) == digest


def test_a_digest_is_read_line_by_line() -> None:
    """Who, what, when, and how to see the whole; in the reader's language."""
    *_, digest = overflow([delivered(number, Severity.HIGH) for number in range(20)], now=NOON)
    card = message_card(digest, Reader(now=NOON))
    assert card.title == "15 more alerts came at once"
    assert card.summary == ("15 more alerts came at once. Important: 15. First: Xiaomi added to us_dod_cmc.")
    lines = [section.text for section in card.sections[1:]]
    shown = delivered(ALOUD).key
    assert lines[0].startswith("1. IMPORTANT · Xiaomi added to ")
    assert lines[0].endswith(f"· “Xiaomi Corporation” · 2026-11-23 12:00 UTC · show {shown}")
    assert len(lines) == 15
    assert card.buttons[0].arguments == (("key", shown),)
    french = message_card(digest, Reader(now=NOON, language="fr"))
    assert french.title == "15 autres alertes sont arrivées d’un coup"


def test_a_digest_names_the_list_and_not_the_file_that_carries_it() -> None:
    """The Consolidated Screening List is a file; who is named in it stands on one of a dozen lists."""
    entry = replace(change().listing, source="us_csl", programmes=("EL",))
    told = replace(alert(), source="us_csl", changes=(replace(change(), source="us_csl", after=entry),))
    cards = {"us_bis_entity": official()["us_bis_entity"].card}
    assert "added to the Entity List (BIS)" in brief_words(brief_of(told), Reader(now=NOON, cards=cards))
    assert "inscription sur la liste des entités" in brief_words(
        brief_of(told), Reader(now=NOON, language="fr", cards=cards)
    )
    assert brief_of(alert()).on_list == ""


def test_a_story_in_a_digest_links_to_it() -> None:
    """And its headline is shown, not its list."""
    story = Story(source="x", id="1", url="https://x/1", title="Xiaomi sues")
    ten = [delivered(number, Severity.HIGH) for number in range(AT_ONCE)]
    late = Delivery.of(
        replace(alert("s"), story=story, changes=(), at=NOON + timedelta(hours=1)), NEWSROOM, because="", due=NOON
    )
    *_, digest = overflow([*ten, late], now=NOON)
    card = message_card(digest, Reader(now=NOON))
    assert [(link.text, link.url) for link in card.links] == [("6. Xiaomi", "https://x/1")]
    assert "“Xiaomi sues”" in card.sections[6].text


def test_alerts_are_told_as_they_are_shown() -> None:
    """A digest holds alerts, and nothing else."""
    many = [delivered(number) for number in range(20)]
    assert all(isinstance(one.message, Alert) for one in overflow(many, now=NOON) if one.receipt == NOWHERE)
