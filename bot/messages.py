"""A delivery's message as the card its reader gets: what the courier posts, and what `show` shows again. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.cards import Reader, alert_card, also_card, notice_card, standing_card
from bot.explain import effects
from bot.model import Alert, Card, Delivery, Effect, Notice, Standing


def message_card(delivery: Delivery, reader: Reader) -> Card:
    """The card of whatever kind of message it is."""
    match delivery.message:
        case Alert() as alert:
            there = moved_effects(alert, reader.language)
            return alert_card(alert, alert_effects(alert, reader.language), reader, other=there)
        case Standing() as standing:
            return standing_card(standing, reader)
        case Notice() as notice:
            return notice_card(notice, reader)


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
    by_source: dict[str, list[str]] = {}
    for listing in alert.listings:
        by_source.setdefault(listing.source, []).extend(listing.programmes)
    return tuple(
        effect
        for source, programmes in by_source.items()
        for effect in effects(source, programmes, on=on.date(), language=language)
    )
