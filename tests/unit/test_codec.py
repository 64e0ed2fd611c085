"""Nouns as bytes and back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.codec import decode_envelope, decode_message, encode_envelope, encode_message
from bot.model import Delivery, Found, Match, Message, Notice, Receipt, Standing, Verdict
from tests.worlds.nouns import NOON, alert, delivery, listing

MESSAGES: list[Message] = [
    alert(),
    Notice(id="n1", source="us_csl", title="Unread", text="for 26 hours", at=NOON),
    Standing(id="s1", at=NOON, found=((alert().company, (Found(listing=listing(), match=Match(Verdict.SAME, 0.9)),)),)),
]


def settled(message: Message) -> Delivery:
    return replace(delivery().posted(Receipt("1", "2"), NOON), message=message)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda one: type(one).__name__)
def test_delivery_there_and_back(message: Message) -> None:
    """A delivery comes back as it was, kept apart from its message."""
    kept = decode_message(*encode_message(message))
    assert decode_envelope(encode_envelope(settled(message)), kept) == settled(message)


def test_envelope_holds_no_word_of_its_message() -> None:
    """What a store keeps for each place stays small."""
    assert b"Xiaomi Corporation" not in encode_envelope(delivery())


def test_what_is_no_message() -> None:
    """Only the three kinds travel."""
    with pytest.raises(ValueError, match="Listing is no message"):
        encode_message(listing())  # type: ignore[arg-type]
