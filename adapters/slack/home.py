"""The app's own page: whom I watch, whom the channels I am in watch, the state of sources. Pure.

https://docs.slack.dev/surfaces/app-home (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapters.slack.draw import BUTTON_TEXT, PRESS, Block, body_of, plain
from adapters.slack.modal import VIEW_BLOCKS, picks
from adapters.slack.words import say
from bot.commands import commands
from bot.model import Button, Card, Section

#: Channels shown; the others are counted.
CHANNELS = 10
#: Characters of blocks for one place, and for the state of sources.
ROOM = 6000
#: What can be done to a place's watches, where these commands are there, and the word on the button.
ACTS = {"watch add": "add", "watch remove": "remove", "watch settings": "settings"}
#: The argument in which a button of this page says which channel it is about.
ABOUT = "@channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One place and what it watches, as the desk says it."""

    channel: str  #: empty for one's own conversation
    name: str
    card: Card


def page(parts: Sequence[Part], left_out: int, others: Sequence[Card], language: str) -> dict[str, Any]:
    """The whole page, own watches first."""
    blocks: list[Block] = [_ask(language)]
    for part in parts:
        blocks += [*body_of(_placed(part, language), language, room=ROOM), {"type": "divider"}]
    if left_out:
        more = Card(summary="", title=say(language, "home_more", count=left_out))
        blocks += body_of(more, language)
    for card in others:
        blocks += body_of(card, language, room=ROOM)
    return {"type": "home", "blocks": blocks[:VIEW_BLOCKS]}


def _ask(language: str) -> Block:
    look = {
        "type": "external_select",
        "action_id": picks("lookup", "name"),
        "placeholder": plain(say(language, "home_look"), 150),
        "min_query_length": 1,
    }
    help_ = {
        "type": "button",
        "action_id": f"{PRESS}help",
        "text": plain(say(language, "home_help"), BUTTON_TEXT),
        "value": "{}",
    }
    return {"type": "actions", "elements": [look, help_]}


def _placed(part: Part, language: str) -> Card:
    """The list of a place under its name, with its buttons; each says which place it is about."""
    about = ((ABOUT, part.channel),)
    own = [Button(say(language, key), name, about) for name, key in ACTS.items() if name in commands()]
    theirs = [replace(one, arguments=(*one.arguments, *about)) for one in part.card.buttons if one.command not in ACTS]
    told = (Section("", part.card.title),) if part.card.title.strip() else ()
    return replace(part.card, title=part.name, sections=(*told, *part.card.sections), buttons=(*own, *theirs))
