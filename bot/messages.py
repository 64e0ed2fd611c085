"""A delivery's message as the card its reader gets: what the courier posts, and what `show` shows again. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from bot.cards import Reader, alert_card, notice_card, plain_card, standing_card, update_words
from bot.explain import effects, typically
from bot.model import Alert, Card, Delivery, Effect, Listing, Notice, Standing, Update, Updates


def message_card(delivery: Delivery, reader: Reader, updates: Updates | None = None) -> Card:
    """The card of whatever kind of message it is, an alert with what is new about it."""
    match delivery.message:
        case Alert() as first:
            alert = (updates and updates.alert) or first
            return alert_card(alert, alert_effects(alert, reader.language), reader, updates)
        case Standing() as standing:
            return standing_card(standing, reader)
        case Notice() as notice:
            return notice_card(notice, reader)
        case Update() as update:
            return plain_card(update_words(update, reader))


def alert_effects(alert: Alert, language: str) -> tuple[Effect, ...]:
    """What the programmes of an alert's entries mean, as the law stood that day."""
    on: datetime = alert.story.published if alert.story and alert.story.published else alert.at
    meant = alert.analysis.source if alert.analysis and alert.analysis.listing_story else ""
    return listing_effects(alert.listings, meant, on=on.date(), language=language)


def listing_effects(listings: Iterable[Listing], meant: str, *, on: date, language: str) -> tuple[Effect, ...]:
    """What entries mean on a day; without any, what the list that a story speaks of typically means."""
    by_source: dict[str, list[str]] = {}
    for listing in listings:
        by_source.setdefault(listing.source, []).extend(listing.programmes)
    if not by_source:
        return typically(meant, on=on, language=language)
    return tuple(
        effect
        for source, programmes in by_source.items()
        for effect in effects(source, programmes, on=on, language=language)
    )
