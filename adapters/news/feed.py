"""One reader for every feed: RSS, RDF, Atom, JSON Feed, Google News searches, GDELT's list of articles.

Text first (decode), then what it looks like, then the strict reader, then feedparser for what is beyond that, then
stories with an identity. Every failure is a FeedDamaged that says what the document looks like instead.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml import etree

from adapters.news import identity as ids
from adapters.news.decode import decode
from adapters.news.item import Channel, Item, Unreadable
from adapters.news.jsonfeed import read_json
from adapters.news.links import address, sameness
from adapters.news.plain import clean, title_of
from adapters.news.salvage import salvage
from adapters.news.xmlfeed import FEEDS, channel, end_of_root, prolog, tree, whole_items
from bot.errors import FeedDamaged
from bot.model import Bulletin, Document, Story, fingerprint

CAP = 15_000_000  #: bytes of a feed after decompression; the largest real one seen has 3 million

_HTML_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,300}?)</title", re.IGNORECASE | re.DOTALL)
_TOO_DEEP = re.compile(r"depth|limit", re.IGNORECASE)
_HTML_START = re.compile(r"<(?:!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE)
_HTML_ROOTS = frozenset({"html", "head", "body", "script", "meta", "title", "div"})
_FEED_START = re.compile(r"<(?:\?xml|rss|rdf:RDF|feed)[\s>]", re.IGNORECASE)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")
_HEADLINE = 120  # characters of its text that stand for a missing title


def read_feed(
    document: Document, *, source: str, identity: str = "", publisher: str = "", tier: int = 3, language: str = ""
) -> Bulletin:
    """The document's stories.

    `identity` is `Bulletin.identity` of the last reading, so that the feed keeps its kind of id. `publisher`,
    `tier` and `language` say what we know of the feed; what an item says of itself goes before, what the feed says
    of itself comes after. Raises FeedDamaged, and nothing else, when the document is no feed.
    """
    text, doubt = _text(document, source)
    found = _channel(text, document, source)
    if doubt:
        found.signals.append(doubt)
    stories, kind = _stories(found, document, source, identity, publisher, tier, language)
    return Bulletin(
        layout=found.layout,
        stories=stories,
        title=found.title,
        language=_language(found.language) or language,
        identity=kind,
        ttl=found.ttl,
        signals=found.signals,
    )


def looks_like_feed(document: Document) -> bool:
    """Whether its beginning is a feed's: a look at the first element, not a reading."""
    text, _ = decode(document.head(64_000), document.content_type)
    text = text.lstrip()
    if text.startswith("{"):
        return '"items"' in text or '"articles"' in text
    return prolog(_hidden_feed(text)).root in FEEDS


# ── From document to channel ──────────────────────────────────────────────────────────────────────────────────────


def _text(document: Document, source: str) -> tuple[str, str]:
    with document.open() as stream:
        body = stream.read(CAP + 1)
    if len(body) > CAP:
        raise FeedDamaged(f"{source}: more than {CAP} bytes; no feed is that large, check the address {document.url}")
    text, doubt = decode(body, document.content_type)
    text = text.strip("\x00 \t\r\n\ufeff")
    if not text:
        raise FeedDamaged(f"{source}: an empty document; nothing was read from {document.url}")
    return text, doubt


def _channel(text: str, document: Document, source: str) -> Channel:
    """Read by whichever reader fits."""
    if text[0] in "{[":
        try:
            return read_json(text)
        except Unreadable as why:
            raise FeedDamaged(f"{source}: {why}; check the address {document.url}") from why

    signals: list[str] = []
    if prolog(text).root not in FEEDS:
        text = _hidden_feed(text)
        signals.append("words before the beginning were left out")
    start = prolog(text)
    if start.root not in FEEDS:
        raise FeedDamaged(f"{source}: {_looks_like(text, start.root)}")
    text = text[start.end :]
    try:
        found = channel(tree(text, document.url, signals))
    except (Unreadable, etree.LxmlError) as why:
        found = _salvaged(text, source, str(why))
    found.signals[:0] = signals
    return found


def _hidden_feed(text: str) -> str:
    """The text from where a feed begins, when a warning of PHP or a stray word stands before it."""
    if _HTML_START.search(text[:2000]):
        return text
    begin = _FEED_START.search(text[:5000])
    return text[begin.start() :] if begin else text


def _salvaged(text: str, source: str, why: str) -> Channel:
    """What feedparser makes of it, without the item in which it was cut: half an item has half an identity."""
    whole = None if end_of_root(text) else whole_items(text)
    if whole == 0:
        raise FeedDamaged(f"{source}: a feed that is cut before the end of its first item ({why})")
    try:
        if _TOO_DEEP.search(why):  # the lenient parser takes the square of the depth
            raise Unreadable("nested too deep or swollen to be read leniently")
        found = salvage(text)
    except Unreadable as worse:
        raise FeedDamaged(f"{source}: a broken feed, and nothing in it can be saved: {why}; {worse}") from worse
    found.signals.insert(0, f"not well-formed XML ({why}); read leniently")
    if whole is not None:
        found.items = found.items[:whole]
        found.signals.append(f"cut after item {whole}")
    return found


def _looks_like(text: str, root: str) -> str:
    """What a document is that is no feed, and what to do about it."""
    if root in _HTML_ROOTS or (not root and _HTML_START.search(text[:2000])):
        title = _HTML_TITLE.search(text[:100_000])
        name = f"titled {title_of(title[1])!r}" if title else "without a title"
        return f"an HTML page {name}; try feed discovery: tocsin feed add with the site's address"
    if root:
        return f"XML whose root is <{root}>, which is no feed"
    return f"text that is no feed, beginning {clean(' '.join(text[:200].split()))[:80]!r}"


# ── From channel to stories ───────────────────────────────────────────────────────────────────────────────────────


def _stories(
    found: Channel, document: Document, source: str, identity: str, publisher: str, tier: int, language: str
) -> tuple[list[Story], str]:
    """The channel's stories, each once, and the kind of id that holds for them."""
    base = address(found.link, document.url, fragment=True) or document.url
    searches = not found.shared_guids or urlsplit(document.url).hostname == "news.google.com"
    if searches:
        for item in found.items:
            item.title = _without_outlet(item)
    for item in found.items:
        item.publisher = item.publisher or publisher or found.title
    said = [item for item in found.items if item.says_anything]
    if len(said) < len(found.items):
        found.signals.append(f"{len(found.items) - len(said)} items that say nothing")
        found.items = said
    items, traits = _once(found, _links(found.items, base), source, sameness(address(base)))

    kind = ids.choose(traits, kept=identity, searches=searches)
    feed_language = language or _language(found.language)
    stories = []
    for (item, link), keys in zip(items, ids.keys(traits, kind, searches=searches), strict=True):
        keys = keys or (f"text:{fingerprint(source, link, item.title, item.text)}",)
        story = Story(
            source=source,
            id=keys[0],
            url=link,
            title=item.title or _headline(item.text),
            text=item.text,
            language=_language(item.language) or feed_language,
            published=item.published,
            publisher=item.publisher,
            keys=keys,
            tier=tier,
            updated=item.updated,
        )
        stories.append(story)
    return stories, kind


def _once(found: Channel, links: list[str], source: str, home: str) -> tuple[list[tuple[Item, str]], list[ids.Traits]]:
    """Each item where it stands first, with its address and what identifies it.

    A repeat has the same guid, link and title, or the same link, words and time.
    """
    seen: set[tuple[object, ...]] = set()
    items, traits = [], []
    for item, link in zip(found.items, links, strict=True):
        own = ids.traits(
            source=source,
            guid=item.guid,
            link=link,
            title=item.title,
            publisher=item.publisher,
            published=item.published,
            home=home,
        )
        marks: list[tuple[object, ...]] = []
        if link or item.title or item.text:
            marks.append((link, item.title, item.text, item.published))
        if own["guid"]:
            marks.append((own["guid"], own["link"], own["title"]))
        if seen.isdisjoint(marks):
            items.append((item, link))
            traits.append(own)
        seen.update(marks)
    if len(items) < len(links):
        found.signals.append(f"{len(links) - len(items)} items stood there twice")
    return items, traits


def _links(items: list[Item], base: str) -> list[str]:
    """The items' addresses without fragments, unless two items differ by nothing else."""
    plain = [_address(item, base) for item in items]
    if len(set(plain)) == len(plain):
        return plain
    whole = [_address(item, base, fragment=True) for item in items]
    return whole if len(set(whole)) > len(set(plain)) else plain


def _address(item: Item, base: str, *, fragment: bool = False) -> str:
    if not item.link:
        return ""
    if item.link.startswith(("http://", "https://")):
        return address(item.link, fragment=fragment)
    return address(item.link, item.base() or base, fragment=fragment)


def _without_outlet(item: Item) -> str:
    """Google News ends a headline with the outlet, which it also names by itself."""
    return item.title.removesuffix(f" - {item.publisher}") if item.publisher else item.title


def _headline(text: str) -> str:
    """The beginning of a text, for posts that have no title."""
    line = text.partition("\n")[0]
    if len(line) <= _HEADLINE:
        return line
    return (
        line[:_HEADLINE].rpartition(" ")[0].rstrip(" ,;:") + "…" if " " in line[:_HEADLINE] else line[:_HEADLINE] + "…"
    )


def _language(said: str) -> str:
    """The language itself ("pt" of "pt_BR"), or nothing when what was said is no language."""
    found = _LANGUAGE.fullmatch(said.strip())
    return found[1].lower() if found else ""
