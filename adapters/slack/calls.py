"""What came in from Slack, read: who did it, where, what they said, and where the answer goes. Pure."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import Any

from bot.model import Place

Body = dict[str, Any]

#: An address in angle brackets, with the words that stand for it where there are any.
_LINK = re.compile(r"<(https?://[^|>\s]+)(?:\|([^>]*))?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One thing that a person did, and where the answer goes: an address, a box, or their own conversation."""

    body: Body
    team: str
    user: str
    name: str
    channel: str  #: empty on the app's own page
    language: str
    response_url: str = ""
    trigger: str = ""  #: opens one box within three seconds
    view: str = ""  #: the box that stands open and may show the answer

    @property
    def person(self) -> str:
        """Who it was, so that people read a name and an audit finds the account."""
        return f"{self.name} ({self.user})" if self.name else self.user

    @property
    def home(self) -> Place:
        return Place("slack", f"{self.team}/{self.user}")

    @property
    def place(self) -> Place:
        """Where it was done: the channel, or in a private conversation the person."""
        own = not self.channel or (self.channel.startswith("D") and self.user)
        return self.home if own else Place("slack", f"{self.team}/{self.channel}")


def box_of(body: Body) -> Body:
    """The box in which something was done; the app's own page is none."""
    view = body.get("view") or {}
    return view if view.get("type") == "modal" else {}


def at_hand(body: Body) -> tuple[str, int]:
    """Which answer a button of its frame is about, and which page of it; nothing for a value that is not ours."""
    try:
        value = json.loads(body["actions"][0].get("value") or "{}")
        return str(value.get("id", "")), int(value.get("page", 0))
    except (ValueError, AttributeError):
        return "", 0


def words_in(message: Body) -> str:
    """The words of a message as people read it: its text, and what stands in its attachments, as apps write.

    A link is read by its words, which are what names somebody: Slack makes one of every "JD.com". A message that is
    nothing but a link is its address.
    """
    parts = [_read(str(message.get("text") or ""))]
    for one in message.get("attachments") or ():
        told = [_read(str(one.get(name) or "")) for name in ("pretext", "title", "text")]
        parts += [part for part in told if part.strip()] or [_read(str(one.get("fallback") or ""))]
    return "\n".join(dict.fromkeys(part for part in parts if part.strip()))


def _read(text: str) -> str:
    alone = _LINK.fullmatch(text.strip())
    return html.unescape(alone[1] if alone else _LINK.sub(lambda link: link[2] or link[1], text))


def unescaped(text: str) -> str:
    """What was typed: Slack sends three characters as entities and may wrap addresses in angle brackets."""
    return html.unescape(_LINK.sub(r"\1", text)) if _entities(text) else text


def _entities(text: str) -> bool:
    return "<" in text or any(entity in text for entity in ("&amp;", "&lt;", "&gt;"))
