"""A small world of publishers, in memory: what each address shows, and how it fails. Implements `bot.ports.Fetcher`."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.model import Document
from bot.ports import Answer, Ask


@dataclass
class Pages:
    """What the world shows now. A page that is shown unchanged is answered as an unchanged document."""

    bodies: dict[str, bytes] = field(default_factory=dict)
    troubles: dict[str, Exception] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    stands: set[str] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)
    released: int = 0
    at: datetime = datetime(2021, 1, 1, tzinfo=UTC)  #: when what it shows was fetched

    def shows(self, url: str, body: bytes | str) -> None:
        self.bodies[url] = body.encode() if isinstance(body, str) else body
        self.troubles.pop(url, None)
        self.stands.discard(url)

    def fails(self, url: str, trouble: Exception) -> None:
        self.troubles[url] = trouble

    def stands_by(self, url: str) -> None:
        """From now on it answers "not modified"."""
        self.stands.add(url)

    async def fetch(self, ask: Ask) -> Answer:
        self.asked[ask.url] += 1
        if ask.url in self.troubles:
            raise self.troubles[ask.url]
        if ask.url in self.stands:
            return Answer(document=None, validators=ask.validators)
        document = Document.of(self.bodies[ask.url], url=ask.url, at=self.at)
        return Answer(document=document, moved_to=self.moved.get(ask.url, ""))

    async def release(self, document: Document) -> None:
        self.released += 1

    async def close(self) -> None:
        return


@dataclass
class SetClock:
    """A clock that stands until it is moved."""

    at: datetime = datetime(2021, 1, 14, 22, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    async def sleep(self, span: timedelta) -> None:
        self.at += span

    def passes(self, **span: float) -> None:
        self.at += timedelta(**span)


def table(names: Iterable[str], *, start: str = "2021-01-14", note: str = "") -> bytes:
    """The list of Chinese military companies in the layout of its table of editions, the last name on top:

    whoever leaves does not stand at the end, where a document that was cut would lose it.
    """
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["Name", "Clean Name", "Alias", "Previous Name", "Parent Name", "Note", "Start date", "End date"])
    rows.writerows([name, name, "", "", "", note, start, ""] for name in reversed([*names]))
    return out.getvalue().encode()


def rss(*items: tuple[str, str, str], language: str = "en", day: str = "Thu, 14 Jan 2021 20:00:00 GMT") -> bytes:
    """A feed of (guid, title, text)."""
    entries = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title><link>https://news.example/{guid}</link>"
        f"<pubDate>{day}</pubDate><description>{text}</description></item>"
        for guid, title, text in items
    )
    return (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>News</title>"
        f"<link>https://news.example/</link><language>{language}</language>{entries}</channel></rss>"
    ).encode()
