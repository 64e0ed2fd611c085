"""The nouns as bytes and back, for stores and for `--json`.

One shape for every store, so that a database can be read by the next version: a field that is new gets its default,
a field that is gone is ignored.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar, get_type_hints

import msgspec

from bot.model import Alert, Delivery, Digest, Message, Notice, Standing, Update

T = TypeVar("T")

_MESSAGES: dict[str, type[Alert] | type[Standing] | type[Notice] | type[Update] | type[Digest]] = {
    "alert": Alert,
    "standing": Standing,
    "notice": Notice,
    "update": Update,
    "digest": Digest,
}
_encoder = msgspec.json.Encoder(order="deterministic")


def encode(value: object) -> bytes:
    """Any noun as compact JSON."""
    return _encoder.encode(value)


def decode(kind: type[T], data: bytes | str) -> T:
    """A noun of that kind. Raises ValueError on anything else."""
    return msgspec.json.decode(data, type=kind)


def encode_message(message: Message) -> tuple[str, bytes]:
    """Its kind and its bytes: the two columns a store keeps."""
    for kind, noun in _MESSAGES.items():
        if isinstance(message, noun):
            return kind, encode(message)
    raise ValueError(f"{type(message).__name__} is no message")


def decode_message(kind: str, data: bytes | str) -> Message:
    return decode(_MESSAGES[kind], data)


def encode_envelope(delivery: Delivery) -> bytes:
    """A delivery without its message, for a store that keeps a message once for all its places."""
    return encode(replace(delivery, message=_NOTHING))


def decode_envelope(data: bytes | str, message: Message) -> Delivery:
    """The delivery of an envelope and the message that was kept beside it."""
    return Delivery(message=message, **msgspec.structs.asdict(msgspec.json.decode(data, type=_Envelope)))


# A delivery without its message: msgspec decodes no union of dataclasses, so the message travels beside it.
_Envelope = msgspec.defstruct(
    "_Envelope",
    [(name, hint) for name, hint in get_type_hints(Delivery).items() if name != "message"],
    kw_only=True,
)
_NOTHING = Notice(id="", source="", title="", text="", at=datetime.min.replace(tzinfo=UTC))
