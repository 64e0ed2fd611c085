"""What both stores write alike: moments as numbers, a delivery split from its message, the date of a story.

An alert that goes to a hundred channels is a few kilobytes a hundred times over, so its words are kept once, under
the hash of their bytes, and each delivery keeps only its own envelope.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.codec import decode, decode_envelope, decode_message, encode, encode_envelope, encode_message
from bot.model import Delivery, Former, ListChange, Listing, Memory, Message, Story

State = Literal["waiting", "posted", "parked"]
STATES: tuple[State, ...] = ("waiting", "posted", "parked")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Whole microseconds since 1970 in UTC: exact, and in order. Raises TypeError for a naive moment."""
    return (moment - _EPOCH) // _MICROSECOND


def state(delivery: Delivery) -> State:
    """What became of a delivery, by what is written on it."""
    if delivery.receipt is not None:
        return "posted"
    return "parked" if delivery.parked else "waiting"


def checked_state(name: str) -> str:
    """The name of a state, or nothing for all. Raises ValueError for another word."""
    if name and name not in STATES:
        raise ValueError(f"{name!r} is no state of a delivery; use one of {', '.join(STATES)}, or nothing for all")
    return name


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery as a store keeps it: the columns it is found by, its envelope, and which message it carries."""

    key: str
    platform: str
    place: str
    state: State
    due: int
    message: str
    envelope: bytes


def envelope(delivery: Delivery) -> bytes:
    """A delivery's own words, without the message and without the lease, which lives in the lane."""
    return encode_envelope(replace(delivery, lease=""))


def parcels(deliveries: Iterable[Delivery]) -> tuple[list[Parcel], dict[str, tuple[str, bytes]]]:
    """Deliveries as parcels, and each message they carry once: id to kind and bytes."""
    packed: list[Parcel] = []
    messages: dict[str, tuple[str, bytes]] = {}
    ids: dict[int, str] = {}  # by object: a poll routes one Alert object to many places, and encodes it once
    for delivery in list(deliveries):
        message = ids.get(id(delivery.message))
        if message is None:
            kind, body = encode_message(delivery.message)
            message = hashlib.blake2b(kind.encode() + b"\0" + body, digest_size=16).hexdigest()
            messages[message] = (kind, body)
            ids[id(delivery.message)] = message
        place = delivery.place
        packed.append(
            Parcel(
                delivery.key,
                place.platform,
                str(place),
                state(delivery),
                micros(delivery.due),
                message,
                envelope(delivery),
            )
        )
    return packed, messages


class Messages:
    """Decodes each message of one answer once, however many deliveries carry it."""

    def __init__(self) -> None:
        self._seen: dict[str, Message] = {}

    def delivery(self, envelope: bytes, message: str, kind: str, body: bytes) -> Delivery:
        if message not in self._seen:
            self._seen[message] = decode_message(kind, body)
        return decode_envelope(envelope, self._seen[message])


def moment(micros: int) -> datetime:
    """The moment of so many microseconds since 1970."""
    return _EPOCH + micros * _MICROSECOND


def lost_names(changes: Iterable[ListChange]) -> list[tuple[str, bytes]]:
    """For each entry that lost names or numbers, who it was before: an id by which the same is kept once, and bytes.

    One that came under another key at that is kept under both, so that either is found by what it was called.
    """
    found: dict[str, bytes] = {}
    for change in changes:
        before = change.before
        if before is None or (change.after and not _known_by(before) - _known_by(change.after)):
            continue
        for key in dict.fromkeys((before.key, change.key)):
            body = encode(
                Listing(
                    source=before.source,
                    key=key,
                    name=before.name,
                    kind=before.kind,
                    aliases=before.aliases,
                    identifiers=before.identifiers,
                )
            )
            found[hashlib.blake2b(body, digest_size=16).hexdigest()] = body
    return list(found.items())


def _known_by(listing: Listing) -> set[str]:
    return {name.text for name in listing.names()} | {one.value for one in listing.identifiers}


def former(number: int, body: bytes) -> Former:
    return Former(number, decode(Listing, body))


def story_date(story: Story, memory: Memory) -> int:
    """Where a story stands among others: when it was published, but never after the poll that brought it.

    Outlets misdate into the future, and such a story would stay the newest for ever.
    """
    seen = memory.tried_at or memory.read_at
    moments = [moment for moment in (story.published, seen) if moment is not None]
    return micros(min(moments)) if moments else 0
