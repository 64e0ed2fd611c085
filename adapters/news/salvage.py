"""feedparser, for the documents that no strict parser takes: unclosed tags, unbound prefixes, worse.

It is handed text whose encoding is settled, and a stream, because given bytes or text alone it would open a file or
an address of that name.
"""

from __future__ import annotations

import io
from typing import Any

import feedparser

from adapters.news.dates import from_tuple
from adapters.news.item import MOST, Channel, Item, Unreadable
from adapters.news.plain import text_of, title_of

MOST_CHARACTERS = 2_000_000  #: its lenient parser takes seconds for each million of the worst kind


def salvage(text: str) -> Channel:
    """What feedparser finds. Raises Unreadable when that is nothing, or when it fails."""
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(f"{len(text)} characters that are not well-formed; lenient reading stops at {MOST_CHARACTERS}")
    # No content-location: it would make an address of each guid, and a story read leniently today and strictly
    # tomorrow would be two.
    headers = {"content-type": "application/xml; charset=utf-8"}
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    try:
        parsed = feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
        channel = _channel(parsed)
    except Exception as error:
        # It meets what nobody foresaw; an assertion or a recursion inside it is not ours to stop on.
        raise Unreadable(f"feedparser gave up: {type(error).__name__} {str(error)[:80]}") from error
    if not any(item.says_anything for item in channel.items) and (
        not parsed.version or "<item" in text or "<entry" in text
    ):
        raise Unreadable("no item that could be read")
    return channel


def _channel(parsed: Any) -> Channel:
    layout = "atom" if parsed.version.startswith("atom") else "rdf" if parsed.version == "rss10" else "rss"
    feed = parsed.feed
    found = Channel(
        layout=layout,
        title=title_of(_word(feed, "title")),
        link=_word(feed, "link"),
        language=_word(feed, "language"),
        items=[_item(entry) for entry in parsed.entries[:MOST]],
    )
    if len(parsed.entries) > MOST:
        found.signals.append(f"{len(parsed.entries)} items; only the first {MOST} were read")
    return found


def _item(entry: Any) -> Item:
    updated = _when(entry, "updated_parsed")
    bodies = [str(one.get("value") or "") for one in dict.get(entry, "content") or []]
    guid, link = _word(entry, "id"), _word(entry, "link")
    if link == guid and not link.startswith("http"):
        link = ""  # feedparser takes any guid for a link, when there is no other
    return Item(
        guid=guid,
        link=_word(entry, "feedburner_origlink") or link,
        title=title_of(_word(entry, "title")),
        text=max((text_of(body) for body in (*bodies, _word(entry, "summary"))), key=len),
        published=_when(entry, "published_parsed") or updated or _when(entry, "created_parsed"),
        updated=updated,
        publisher=title_of(_word(dict.get(entry, "source") or {}, "title") or _word(entry, "publisher")),
    )


def _word(fields: Any, name: str) -> str:
    # dict.get, because feedparser's own lookup answers for other names too, with a warning.
    value = dict.get(fields, name)
    return value.strip() if isinstance(value, str) else ""


def _when(fields: Any, name: str) -> Any:
    return from_tuple(dict.get(fields, name))
