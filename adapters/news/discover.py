"""From the address of a site to its feeds.

A page names its feeds in its head (`<link rel="alternate" type="application/rss+xml">`, https://html.spec.whatwg.org/
#rel-alternate, read 2026-11); pages that do not often have an ordinary link that looks like one. Nothing is guessed
that the page does not say, because each guess would be a request.
"""

from __future__ import annotations

import re

from lxml import etree

from adapters.news.decode import decode
from adapters.news.feed import looks_like_feed
from adapters.news.links import address
from bot.model import Document

MOST = 20  #: candidates that are given back; a portal may name hundreds
PAGE = 3_000_000  #: characters of a page that are looked at

_TYPES = {  # how sure a type makes it; JSON alone may be anything
    "application/rss+xml": 0,
    "application/atom+xml": 0,
    "application/rdf+xml": 0,
    "application/feed+json": 0,
    "text/xml": 1,
    "application/xml": 1,
    "application/json": 2,
}
_LESSER = re.compile(r"comment|commentaire|kommentar|comentario", re.IGNORECASE)
_NOT_JSON_FEED = re.compile(r"wp-json|oembed|manifest", re.IGNORECASE)
_FEED_PATH = re.compile(r"(?:^|[/._?&=-])(?:rss|atom|feeds?|rdf|index\.xml|feed\.json)(?:$|[/._?&=-])", re.IGNORECASE)
_FEED_WORDS = re.compile(r"\b(?:rss|atom|feed|xml)\b", re.IGNORECASE)


def discover(document: Document) -> tuple[str, ...]:
    """Addresses of feeds that a document leads to, the most likely first; empty when it names none.

    A document that is itself a feed gives its own address alone: read that body, do not fetch it again (a second
    request at once earns a 429: miniflux#2128).
    """
    if looks_like_feed(document):
        return (document.url,)
    root = _page(document)
    if root is None:
        return ()
    base = _base(root, document.url)
    found = sorted([*_alternates(root, base), *_anchors(root, base)], key=lambda one: one[0])
    return tuple(dict.fromkeys(url for _, url in found if url and url != document.url))[:MOST]


def _page(document: Document) -> etree._Element | None:
    text, _ = decode(document.head(PAGE), document.content_type)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, huge_tree=False)
    try:
        root: etree._Element | None = etree.fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def _base(root: etree._Element, url: str) -> str:
    for base in root.iter("base"):
        return address(base.get("href", ""), url) or url
    return url


def _alternates(root: etree._Element, base: str) -> list[tuple[int, str]]:
    """Feeds the page names in so many words; those of its comments come after all others."""
    found = []
    for link in root.iter("link"):
        rank = _TYPES.get((link.get("type") or "").partition(";")[0].strip().lower())
        relations = (link.get("rel") or "").lower().split()
        href = link.get("href") or ""
        if rank is None or not {"alternate", "feed"}.intersection(relations):
            continue
        if rank == 2 and _NOT_JSON_FEED.search(href):
            continue
        lesser = _LESSER.search(f"{href} {link.get('title') or ''}") is not None
        found.append((rank + 6 * lesser, address(href, base)))
    return found


def _anchors(root: etree._Element, base: str) -> list[tuple[int, str]]:
    """Ordinary links that look like feeds, by their address and words or by their address alone."""
    found = []
    for link in root.iter("a"):
        href = link.get("href") or ""
        if not _FEED_PATH.search(href.partition("://")[2] or href):
            continue
        words = f"{''.join(map(str, link.itertext()))[:200]} {link.get('title') or ''}"
        lesser = _LESSER.search(f"{href} {words}") is not None
        found.append((4 - bool(_FEED_WORDS.search(words)) + 6 * lesser, address(href, base)))
    return found
