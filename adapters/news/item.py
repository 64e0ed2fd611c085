"""What every feed format comes down to: a channel and its items, as published, before they are stories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True, kw_only=True)
class Item:
    """One entry of a feed. Links are as written; title and text are already plain."""

    guid: str = ""
    link: str = ""
    base: Callable[[], str] = str  #: where a relative link starts, when the item itself says so
    title: str = ""
    text: str = ""
    language: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    publisher: str = ""

    @property
    def says_anything(self) -> bool:
        return bool(self.title or self.link or self.text or self.guid or self.published)


@dataclass(slots=True, kw_only=True)
class Channel:
    """A feed as published."""

    layout: str  #: "rss", "atom", "rdf", "json feed", "gdelt"
    title: str = ""
    link: str = ""
    language: str = ""
    ttl: timedelta | None = None
    items: list[Item] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    shared_guids: bool = True  #: false where the same story has another guid in each feed (Google News searches)


class Unreadable(Exception):
    """This way of reading does not fit the document; the message says why. Another way may."""


MOST = 5_000  #: items of one document that are read; the rest is said to the operator
