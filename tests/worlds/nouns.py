"""Small, whole nouns to store and send: each call gives one that differs only by what is said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.model import (
    Alert,
    AlertKind,
    Company,
    Delivery,
    EntityKind,
    FieldChange,
    Identifier,
    ListChange,
    Listing,
    Mark,
    Memory,
    Name,
    NameKind,
    Place,
    Poll,
    Severity,
    Story,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NEWSROOM = Place("slack", "T0/C024")
TRADING = Place("slack", "T0/C025")
GUILD = Place("discord", "81/92")


def listing(key: str = "E-1", name: str = "Xiaomi Corporation", *, source: str = "us_dod_cmc") -> Listing:
    """An entry with something in every kind of field."""
    return Listing(
        source=source,
        key=key,
        name=name,
        kind=EntityKind.COMPANY,
        aliases=(Name("小米集团", NameKind.ALIAS, "zh"), Name("Xiaomi Tech", NameKind.FORMER)),
        programmes=("NS-CMIC",),
        listed_on=date(2021, 1, 14),
        reason="Section 1237 “military company” / of the PRC",
        identifiers=(Identifier("USCC", "91110108551385082Q"),),
        countries=("CN",),
        details=(("Column \\ 7", 'a "quoted" word\n'),),
    )


def mark(of: Listing, *, missing: int = 0) -> Mark:
    return Mark(raw=of.content_hash()[::-1], content=of.content_hash(), missing=missing)


def poll(
    source: str = "us_dod_cmc",
    *entries: Listing,
    version: int = 0,
    tried_at: datetime | None = NOON,
    marks: Iterable[tuple[str, Mark]] = (),
    removed: Iterable[str] = (),
    changes: Iterable[ListChange] = (),
    stories: Iterable[Story] = (),
    named: Iterable[tuple[str, str]] = (),
    deliveries: Iterable[Delivery] = (),
) -> Poll:
    """What one poll of a source brings."""
    return Poll(
        memory=Memory(source=source, version=version, tried_at=tried_at, rows=len(entries)),
        listings=tuple((entry, mark(entry)) for entry in entries),
        marks=tuple(marks),
        removed=tuple(removed),
        changes=tuple(changes),
        stories=tuple(stories),
        story_companies=tuple(named),
        deliveries=tuple(deliveries),
    )


def change(
    key: str = "E-1", *, source: str = "us_dod_cmc", days: int = 0, name: str = "Xiaomi Corporation"
) -> ListChange:
    """An entry renamed, so many days after the first reading."""
    before = listing(key, "Xiaomi Inc", source=source)
    return ListChange(
        source=source,
        key=key,
        before=before,
        after=replace(before, name=name),
        seen=NOON + timedelta(days=days),
        fields=(FieldChange("name", "Xiaomi Inc", name),),
    )


def story(id: str = "7", *, source: str = "reuters", hours: float | None = 0, keys: tuple[str, ...] = ()) -> Story:
    """A news item, published so many hours before the poll, or without a date."""
    published = None if hours is None else NOON - timedelta(hours=hours)
    return Story(
        source=source,
        id=id,
        url=f"https://news.example/{id}",
        title="小米 taken off the list",
        published=published,
        keys=keys or (f"guid:{id}",),
    )


def alert(id: str = "a1", *, revision: int = 1) -> Alert:
    """An alert with a company and a change inside."""
    return Alert(
        id=id,
        kind=AlertKind.LISTED,
        company=Company(id="xiaomi", name="Xiaomi", names=(Name("小米"),)),
        source="us_dod_cmc",
        at=NOON,
        severity=Severity.HIGH,
        changes=(change(),),
        revision=revision,
    )


def delivery(id: str = "a1", place: Place = NEWSROOM, *, minutes: float = 0) -> Delivery:
    """The alert of that id for a place, due so many minutes from noon."""
    return Delivery.of(alert(id), place, because="watching Xiaomi here", due=NOON + timedelta(minutes=minutes))
