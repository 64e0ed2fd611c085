"""A delivery's message as the card its reader gets: what the courier posts, and what `show` shows again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from bot.cards import Reader, alert_card, also_card, notice_card, plain_card, standing_card, update_words
from bot.explain import effects, effects_of, typically
from bot.model import Alert, Card, Delivery, Effect, Listing, Notice, Standing, Update, Updates


def message_card(delivery: Delivery, reader: Reader, updates: Updates | None = None) -> Card:
    """The card of whatever kind of message it is, an alert with what is new about it."""
    match delivery.message:
        case Alert() as first:
            alert = (updates and updates.alert) or first
            there = moved_effects(alert, reader.language)
            return alert_card(alert, alert_effects(alert, reader.language), reader, updates, other=there)
        case Standing() as standing:
            return standing_card(standing, reader)
        case Notice() as notice:
            return notice_card(notice, reader)
        case Update() as update:
            return plain_card(update_words(update, reader))


def follow_up_card(alert: Alert, reader: Reader) -> Card:
    """The card of an alert that joins the thread of an earlier one."""
    there = moved_effects(alert, reader.language)
    return also_card(alert, reader, effects=alert_effects(alert, reader.language), other=there)


def moved_effects(alert: Alert, language: str) -> tuple[Effect, ...]:
    """What the other end of a move means, that day."""
    end = alert.moved
    return effects(end.source, end.programmes, on=alert.at.date(), language=language) if end else ()


def alert_effects(alert: Alert, language: str) -> tuple[Effect, ...]:
    """What the programmes of an alert's entries mean, as the law stood that day."""
    on: datetime = alert.story.published if alert.story and alert.story.published else alert.at
    meant = alert.analysis.source if alert.analysis and alert.analysis.listing_story else ""
    return listing_effects(alert.listings, meant, on=on.date(), language=language)


def listing_effects(listings: Sequence[Listing], meant: str, *, on: date, language: str) -> tuple[Effect, ...]:
    """What entries mean on a day; without any, what the list that a story speaks of typically means."""
    if not listings:
        return typically(meant, on=on, language=language)
    return effects_of([(listing.source, listing.programmes) for listing in listings], on=on, language=language)
