"""Small true things to test with: entries, companies, subscriptions. Each fills in what a test does not care about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from bot.model import Company, EntityKind, Listing, Mark, Name, NameKind, Place, Reading, Record, Subscription

THEN = datetime(2021, 1, 14, 22, 0, tzinfo=UTC)
CHANNEL = Place("console", "general")


def listing(name: str, *, key: str = "", source: str = "us_dod_cmc", **more: Any) -> Listing:
    return Listing(
        source=source,
        key=key or name.casefold(),
        name=name,
        **{"kind": EntityKind.COMPANY, "programmes": ("S1237",), **more},
    )


def record(entry: Listing) -> Record:
    """An entry as a reader yields it, before it is parsed."""
    return Record(entry.key, hashlib.blake2b(repr(entry).encode(), digest_size=8).digest(), lambda: entry)


def mark(entry: Listing, *, missing: int = 0) -> Mark:
    return Mark(record(entry).mark, entry.content_hash(), missing)


def reading(entries: Iterable[Listing], *, layout: str = "table/1", **more: Any) -> Reading:
    return Reading(layout=layout, records=[record(entry) for entry in entries], **more)


def xiaomi() -> Company:
    return Company(
        id="xiaomi",
        name="Xiaomi",
        names=(
            Name("小米", NameKind.ALIAS, "zh"),
            Name("Xiaomi Corporation"),
            Name("Redmi", NameKind.BRAND),
            Name("Lei Jun", NameKind.PERSON),
        ),
        country="CN",
        from_book=True,
    )


def watch(target: str = "Xiaomi", *, place: Place = CHANNEL, **more: Any) -> Subscription:
    return Subscription(place=place, target=target, made_by="Ana", made_at=THEN, **more)
