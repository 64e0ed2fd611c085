"""Feeds as sources: those of feeds.toml, and those that people add.

A feed becomes a source by a few lines in a table, not by a file of its own, because all feeds are read by one
reader. `load` gives the table's sources, `feed_id` and `user_feed` make one from an address somebody typed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from adapters.news.feed import CAP, read_feed
from bot.errors import BadSettings, TellPerson
from bot.model import Bulletin, Document, SourceCard, SourceKind, fingerprint
from bot.sources import StreamSource

_FIELDS = {"id", "title", "publisher", "url", "language", "tier", "every", "page", "licence", "note", "verified"}
_EXAMPLE = 'for example url = "https://www.example.org/news.xml"'
_ID = re.compile(r"news_[a-z0-9_]{1,60}")
_USER_EVERY = timedelta(minutes=15)  #: where the schedule begins for a feed of which nothing is known yet
_ROWS = range(100_000)  #: a feed may be empty, and none is longer
#: What the note of a source says while its address has not been tried from a machine with network.
UNVERIFIED = "address not verified yet; run tocsin doctor"


def load(path: Path | None = None) -> list[StreamSource]:
    """The feeds of a table in the form of feeds.toml: the one that ships with Tocsin, or the one of TOCSIN_FEEDS.

    Raises BadSettings naming the file, the feed and what to write instead.
    """
    name = str(path) if path else "feeds.toml"
    table = _table(path, name)
    unknown = set(table) - {"feed"}
    if unknown or not isinstance(table.get("feed"), list):
        raise BadSettings(f"{name}: it holds {sorted(table) or 'nothing'}; begin each feed with a line [[feed]]")
    sources = [_source(row, f"{name}: feed {number}") for number, row in enumerate(table["feed"], start=1)]
    seen: set[str] = set()
    for source in sources:
        if source.card.id in seen:
            raise BadSettings(f"{name}: two feeds are called {source.card.id}; give one of them another id")
        seen.add(source.card.id)
    return sources


def feed_id(url: str, taken: Collection[str] = ()) -> str:
    """A source id for an address: "news_" and the host, with a mark of the address when that is taken.

    Raises TellPerson when it is no address of a feed.
    """
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise TellPerson(
            f"{url[:200]!r} is no web address; give one that begins with https://", key="feed.no_address", url=url[:200]
        )
    words = re.sub(r"[^a-z0-9]+", "_", host.lower().removeprefix("www.")).strip("_")[:40]
    plain = f"news_{words or 'feed'}"
    return plain if plain not in taken else f"{plain}_{fingerprint(url.strip())[:6]}"


def user_feed(id: str, url: str, *, title: str = "") -> StreamSource:
    """A feed that somebody added from chat or command line: it may not reach private addresses."""
    card = SourceCard(
        id=id,
        title=title or urlsplit(url).hostname or id,
        publisher="",  # each feed says it; see read_feed
        url=url,
        every=_USER_EVERY,
        kind=SourceKind.NEWS,
        rows=_ROWS,
        cap=CAP,
        user_given=True,
    )
    return StreamSource(card, _Reader(card))


class _Reader:
    """`read_feed` for one feed: what `StreamSource.read` asks for."""

    def __init__(self, card: SourceCard) -> None:
        self.card = card

    def __call__(self, document: Document, identity: str = "") -> Bulletin:
        card = self.card
        return read_feed(
            document,
            source=card.id,
            identity=identity,
            publisher=card.publisher,
            tier=card.tier,
            language=card.language,
        )


def _table(path: Path | None, name: str) -> dict[str, Any]:
    try:
        if path is None:
            text = resources.files("adapters.news").joinpath("feeds.toml").read_text("utf-8")
        else:
            text = path.read_text("utf-8")
        return tomllib.loads(text)
    except OSError as error:
        raise BadSettings(f"TOCSIN_FEEDS: {name} cannot be read ({error.strerror}); give a feeds.toml") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{name}: it is no TOML ({error}); each feed begins with [[feed]]") from error


def _source(row: object, where: str) -> StreamSource:
    if not isinstance(row, dict):
        raise BadSettings(f"{where}: {row!r} is no table; begin each feed with a line [[feed]]")
    unknown = sorted(set(row) - _FIELDS)
    if unknown:
        raise BadSettings(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(sorted(_FIELDS))}")
    url = _text(row, "url", where)
    if not re.match(r"(?:https?|file)://[^\s]+$", url):
        raise BadSettings(f"{where}: url {url[:200]!r} is no address; {_EXAMPLE}")
    title = _text(row, "title", where, urlsplit(url).hostname or "feed")
    name = _text(row, "id", where, f"news_{_words(title)}")
    if not _ID.fullmatch(name):
        raise BadSettings(f'{where}: id {name!r}; write "news_" and small letters, digits or _, as in news_lemonde')
    note = _text(row, "note", where, "")
    if row.get("verified", True) is False:
        note = f"{note}; {UNVERIFIED}" if note else UNVERIFIED
    card = SourceCard(
        id=name,
        title=title,
        publisher=_text(row, "publisher", where, ""),
        url=url,
        every=_every(row, where),
        kind=SourceKind.NEWS,
        page=_text(row, "page", where, ""),
        rows=_ROWS,
        licence=_text(row, "licence", where, ""),
        language=_language(row, where),
        note=note,
        cap=CAP,
        tier=_tier(row, where),
    )
    return StreamSource(card, _Reader(card))


def _words(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:60]


def _text(row: dict[str, Any], field: str, where: str, default: str | None = None) -> str:
    value = row.get(field, default)
    if value is None:
        raise BadSettings(f"{where}: no {field}; {_EXAMPLE if field == 'url' else f'add a line {field} = ...'}")
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise BadSettings(f"{where}: {field} is {value!r}; write it in quotes and not empty")
    return value.strip()


def _every(row: dict[str, Any], where: str) -> timedelta:
    minutes = row.get("every", 15)
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 1 <= minutes <= 7 * 24 * 60:
        raise BadSettings(f"{where}: every is {minutes!r}; write whole minutes from 1 to 10080, for example every = 15")
    return timedelta(minutes=minutes)


def _tier(row: dict[str, Any], where: str) -> int:
    tier = row.get("tier", 3)
    if not isinstance(tier, int) or isinstance(tier, bool) or tier not in (1, 2, 3):
        raise BadSettings(f"{where}: tier is {tier!r}; 1 is official, 2 a wire or paper of record, 3 any other outlet")
    return tier


def _language(row: dict[str, Any], where: str) -> str:
    language = _text(row, "language", where, "")
    if language and not re.fullmatch(r"[a-z]{2,3}", language):
        raise BadSettings(f'{where}: language is {language!r}; write its two letters, for example language = "fr"')
    return language
