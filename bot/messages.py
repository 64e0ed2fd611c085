"""A delivery's message as the card its reader gets: what the courier posts, and what `show` shows again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.cards import Reader, alert_card, also_card, digest_card, notice_card, plain_card, standing_card, update_words
from bot.explain import effects, effects_of, typically
from bot.model import (
    Alert,
    Button,
    Card,
    Delivery,
    Digest,
    Effect,
    Listing,
    Notice,
    Standing,
    Update,
    UpdateKind,
    Updates,
    delivery_key,
)

#: A name longer than this fits no button's id; its history is asked for by typing.
NAME = 60


def message_card(delivery: Delivery, reader: Reader, updates: Updates | None = None) -> Card:
    """The card of whatever kind of message it is, an alert with what is new about it."""
    match delivery.message:
        case Alert() as first:
            alert = (updates and updates.alert) or first
            there = moved_effects(alert, reader.language)
            card = alert_card(alert, alert_effects(alert, reader.language), reader, updates, other=there)
            return replace(card, buttons=triage_buttons(delivery.key, alert, reader, updates))
        case Standing() as standing:
            return standing_card(standing, reader)
        case Notice() as notice:
            return notice_card(notice, reader)
        case Update() as update:
            return plain_card(update_words(update, reader))
        case Digest() as digest:
            keys = [delivery_key(one.alert, delivery.place, one.revision) for one in digest.briefs]
            return digest_card(digest, keys, reader)


def triage_buttons(key: str, alert: Alert, reader: Reader, updates: Updates | None = None) -> tuple[Button, ...]:
    """What can be done with an alert; not what was done already.

    A button says all that its press needs, so it works on old messages and after a restart.
    """
    done = [one.kind for one in updates.all] if updates else []
    dismissed = [kind for kind in done if kind in {UpdateKind.NOT_THIS, UpdateKind.RECONSIDERED}][-1:]
    offered = {
        "acknowledge": UpdateKind.ACKNOWLEDGED not in done,
        "not": dismissed != [UpdateKind.NOT_THIS],
        "mute": True,
    }
    buttons = [
        Button(reader.say(f"button.{name}"), f"alert {name}", (("key", key),))
        for name, there in offered.items()
        if there
    ]
    if len(alert.company.name) <= NAME:
        buttons.append(Button(reader.say("button.history"), "history", (("name", alert.company.name),)))
    return tuple(buttons)


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
