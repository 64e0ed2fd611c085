"""RSS 0.9 to 2.0, RDF and Atom through a strict XML parser.

Strictness is the point: a parser that recovers turns `?foo=1&bar=2` into `?foo=1=2`, which is another link and so a
repeated alert. What is commonly wrong and can be put right without a guess is put right first (`_mended`): a bare
ampersand, an HTML entity, a control character, an end that is missing. Everything else is left to feedparser.
A DOCTYPE is cut off, so no entity is ever defined, fetched or expanded.

What the element names mean follows feedparser, whose reading of the many dialects is the reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html.entities import html5
from xml.sax.saxutils import escape

from lxml import etree

from adapters.news.dates import moment
from adapters.news.item import MOST, Channel, Item, Unreadable
from adapters.news.plain import clean, text_of, text_of_tree, title_of

FEEDS = {"rss": "rss", "channel": "rss", "rdf": "rdf", "feed": "atom", "entry": "atom"}  # root -> layout

# Addresses that stand for a vocabulary, as feedparser knows them; any other keeps the prefix it was written with.
_VOCABULARIES = {
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/echo/": "",
    "http://purl.org/pie/": "",
    "http://example.com/newformat#": "",
    "http://example.com/necho": "",
    "uri/of/echo/namespace#": "",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://search.yahoo.com/mrss": "media:",
    "http://search.yahoo.com/mrss/": "media:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
    "http://purl.org/rss/1.0/modules/syndication/": "sy:",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf:",
    "http://www.w3.org/1999/xhtml": "xhtml:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
}
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_HTML_TYPES = frozenset({"html", "text/html", "xhtml", "application/xhtml+xml"})
_PLAIN_TYPES = frozenset({"", "text", "text/plain", "plain"})

_PUBLISHED = frozenset({"pubdate", "published", "issued", "dcterms:issued"})
_UPDATED = frozenset({"updated", "modified", "lastbuilddate", "dc:date", "dcterms:modified"})
_CREATED = frozenset({"created", "dcterms:created"})
_TITLES = frozenset({"title", "dc:title"})
_CONTENT = frozenset({"content:encoded", "content", "fullitem", "body", "xhtml:body"})
_SUMMARY = frozenset({"description", "dc:description", "summary", "abstract"})
_LESSER_SUMMARY = frozenset({"media:description", "itunes:summary"})
_RARER = frozenset(
    {"feedburner:origlink", "source", "dc:publisher", "dc:language", "language", "media:title", "media:group"}
)
_MET = frozenset({"link", "guid", "id"}).union(
    _PUBLISHED, _UPDATED, _CREATED, _TITLES, _CONTENT, _SUMMARY, _LESSER_SUMMARY, _RARER
)
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}  # hours


# ── From text to tree ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Prolog:
    """What stands before the first element: where it ends, and the name of that element in small letters."""

    end: int
    root: str


_ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*))")


def prolog(text: str) -> Prolog:
    """Where the first element begins. Declarations, comments and a DOCTYPE with all it declares are passed over."""
    at = 0
    while True:
        at += len(text[at : at + 10_000]) - len(text[at : at + 10_000].lstrip())
        if text.startswith("<?", at):
            end = text.find("?>", at) + 2
        elif text.startswith("<!--", at):
            end = text.find("-->", at) + 3
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            end = _after_doctype(text, at)
        else:
            break
        if end <= at:  # it never closes
            break
        at = end
    root = _ROOT.match(text, at)
    return Prolog(at, root[2].lower() if root else "")


def _after_doctype(text: str, at: int) -> int:
    close, subset = text.find(">", at), text.find("[", at)
    if subset == -1 or close < subset:
        return close + 1
    end = re.compile(r"\]\s*>").search(text, subset)
    return end.end() if end else 0


def tree(text: str, url: str, signals: list[str]) -> etree._Element:
    """The document's root. `text` begins with the root element. Raises Unreadable when it is not XML even mended."""
    try:
        return _strict(text, url)
    except etree.XMLSyntaxError as first:
        for mended, word in _mended(text):
            try:
                root = _strict(mended, url)
            except etree.XMLSyntaxError:
                continue
            signals.append(f"not well-formed XML ({_brief(first)}); {word}")
            return root
        raise Unreadable(_brief(first)) from first


def _strict(text: str, url: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=False,
    )
    base = url if url.startswith(("http://", "https://")) else "memory:"
    root: etree._Element | None = etree.fromstring(text.encode("utf-8", "replace"), parser, base_url=base)
    if root is None:
        raise Unreadable("no element")
    return root


def _brief(error: etree.XMLSyntaxError) -> str:
    """The parser's own words on one line; they may quote the document."""
    said = " ".join(clean((error.msg or "no element").partition(", line")[0]).split())
    return f"{said[:80]} in line {error.lineno}"


_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# CDATA and comments are passed over whole, so that what looks like an entity inside them stays.
_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(?:(?:amp|lt|gt|quot|apos);|#(\d{1,8}|[xX][0-9a-fA-F]{1,8});"
    r"|([A-Za-z][A-Za-z0-9]{0,40};)?)",
    re.DOTALL,
)


def _mended(text: str) -> Iterator[tuple[str, str]]:
    """The text with what can be put right put right, and in what words; the gentlest first."""
    mended = _AMPERSAND.sub(_entity, _ILLEGAL.sub("", text))
    if mended != text:
        yield mended, "control characters, bare ampersands or HTML entities were put right"
    bound = _with_prefixes(mended)
    if bound != mended:
        mended = bound
        yield mended, "prefixes that it uses were declared"
    end = end_of_root(mended)
    if 0 < end < len(mended):
        yield mended[:end], "what stood after the end was left out"
    elif not end:
        whole, count = _without_stump(mended)
        if count:
            yield whole, f"cut after item {count}"


_PREFIX = re.compile(r"[<\s/]([A-Za-z_][\w.-]{0,30}):[A-Za-z_]")
_DECLARED = re.compile(r"\sxmlns:([A-Za-z_][\w.-]{0,30})\s*=")


def _with_prefixes(text: str) -> str:
    """The document with every prefix declared that it uses without saying so: then it goes by the prefix itself."""
    root = _ROOT.match(text)
    missing = set(_PREFIX.findall(text)) - set(_DECLARED.findall(text)) - {"xml", "xmlns"}
    if root is None or not missing or len(missing) > 50:
        return text
    declared = "".join(f' xmlns:{prefix}="urn:undeclared:{prefix}"' for prefix in sorted(missing))
    return text[: root.end()] + declared + text[root.end() :]


def _entity(found: re.Match[str]) -> str:
    number, name = found.groups()
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else int(number)
        legal = code in (9, 10, 13) or (0x20 <= code <= 0x10FFFF and not _ILLEGAL.match(chr(code)))
        return found[0] if legal else ""
    if name:
        return escape(html5[name]) if name in html5 else "&amp;" + name
    return "&amp;" if found[0] == "&" else found[0]


_ITEM_END = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)


def end_of_root(text: str) -> int:
    """Where the root element ends for the last time; 0 when it never does, which says that the document was cut."""
    root = _ROOT.match(text)
    at = text.rfind(f"</{root[1]}") if root else -1
    return text.find(">", at) + 1 if at >= 0 else 0


def whole_items(text: str) -> int:
    """How many items have an end."""
    return sum(1 for _ in _ITEM_END.finditer(text))


def _without_stump(text: str) -> tuple[str, int]:
    """A document that was cut, closed after its last whole item; and how many items that leaves."""
    ends = [found.end() for found in _ITEM_END.finditer(text)]
    root = _ROOT.match(text)
    if root is None or not ends:
        return text, 0
    text = text[: ends[-1]]
    channel = re.search(r"<((?:\w+:)?channel)\b", text, re.IGNORECASE)
    closing = f"</{channel[1]}>" if channel and f"</{channel[1]}>" not in text else ""
    return f"{text}{closing}</{root[1]}>", len(ends)


# ── From tree to channel ──────────────────────────────────────────────────────────────────────────────────────────


class _Names:
    """What the elements of one document are called, each tag worked out once: "title", "dc:date", "xhtml:div"."""

    def __init__(self) -> None:
        self._known: dict[object, str] = {}

    def __call__(self, element: etree._Element) -> str:
        tag = element.tag
        name = self._known.get(tag)
        if name is None:
            name = self._known[tag] = self._work_out(str(tag), element.prefix)
        return name

    @staticmethod
    def _work_out(tag: str, prefix: str | None) -> str:
        space, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
        space = space.lower()
        if "backend.userland.com/rss" in space:
            return local.lower()
        known = _VOCABULARIES.get(space)
        if known is None:
            known = f"{prefix.lower()}:" if prefix else ""
        return known + local.lower()


def channel(root: etree._Element) -> Channel:
    """What the feed says. Raises Unreadable when the root is no feed's."""
    names = _Names()
    layout = FEEDS.get(names(root).rpartition(":")[2])
    if layout is None:
        raise Unreadable(f"XML whose root is <{names(root)}>")
    heads = [root, *(child for child in root if names(child) in ("channel", "items"))]  # RSS 1.1 has <items>
    entries = [root] if names(root) == "entry" else []
    found = Channel(layout=layout, language=root.get(f"{_XML}lang", ""))
    for head in heads:
        entries += _read_head(head, found, names, layout)
    if len(entries) > MOST:
        found.signals.append(f"{len(entries)} items; only the first {MOST} were read")
    found.items = [_item(entry, names, layout) for entry in entries[:MOST]]
    return found


def _read_head(head: etree._Element, found: Channel, names: _Names, layout: str) -> list[etree._Element]:
    """Fill in what the feed says of itself, and give back its items."""
    entries = []
    period, frequency = 0, 1.0
    for child in head:
        name = names(child)
        if name in ("item", "entry"):
            entries.append(child)
        elif name == "title":
            found.title = found.title or _title(child, layout)
        elif name == "link":
            found.link = found.link or _alternate(child)
        elif name in ("language", "dc:language"):
            found.language = (child.text or "").strip() or found.language
        elif name == "ttl":
            found.ttl = _minutes(child.text)
        elif name == "sy:updateperiod":
            period = _PERIODS.get((child.text or "").strip().lower(), 0)
        elif name == "sy:updatefrequency":
            frequency = _number(child.text) or 1.0
        elif name == "generator" and (child.text or "").startswith("NFE/"):
            found.shared_guids = False  # Google News: a guid and a redirecting link of its own for each search
    if period and found.ttl is None:
        found.ttl = timedelta(hours=period / max(frequency, 1.0))
    return entries


def _number(text: str | None) -> float:
    text = (text or "").strip()
    return float(text) if re.fullmatch(r"\d{1,6}(?:\.\d{1,3})?", text) else 0.0


def _minutes(text: str | None) -> timedelta | None:
    minutes = _number(text)
    return timedelta(minutes=minutes) if minutes else None


def _alternate(link: etree._Element) -> str:
    """The address of the page itself, when this link element leads there."""
    href = link.get("href") or link.get("url") or link.get("uri")
    if href is None:
        return _words(link).strip()
    kind = link.get("type", "text/html").lower()
    return href.strip() if link.get("rel", "alternate").lower() == "alternate" and kind in _HTML_TYPES else ""


@dataclass(slots=True)
class _Found:
    """What was met in an entry, by what it is good for."""

    guid: str = ""
    guid_is_link: bool = False
    link: str = ""
    linked: etree._Element | None = None
    other_link: str = ""
    original: str = ""
    title: str = ""
    lesser_title: str = ""
    content: etree._Element | None = None
    summary: etree._Element | None = None
    lesser_summary: etree._Element | None = None
    published: datetime | None = None
    updated: datetime | None = None
    created: datetime | None = None
    language: str = ""
    source: str = ""
    publisher: str = ""


def _item(entry: etree._Element, names: _Names, layout: str) -> Item:
    found = _Found(guid=entry.get(_ABOUT, "").strip(), language=entry.get(f"{_XML}lang", ""))
    for child in entry:
        name = names(child)
        if name in _MET:
            _meet(child, name, found, layout)
    linked = found.linked if found.linked is not None else entry
    return Item(
        guid=found.guid,
        link=found.original
        or found.link
        or (found.guid if found.guid_is_link and found.guid.startswith("http") else "")
        or found.other_link,
        base=_base(linked),
        title=found.title or found.lesser_title,
        text=_body(found, layout),
        language=found.language,
        published=found.published or found.updated or found.created,
        updated=found.updated,
        publisher=found.source or found.publisher,
    )


def _base(element: etree._Element) -> Callable[[], str]:
    """What xml:base says at this element; asked for only when the link is relative."""

    def base() -> str:
        said = any(one.get(f"{_XML}base") for one in (element, *element.iterancestors()))
        return (element.base or "").removeprefix("memory:") if said else ""

    return base


def _meet(child: etree._Element, name: str, found: _Found, layout: str) -> None:
    """Sort one element of an entry to where it belongs."""
    if name in _TITLES:
        found.title = found.title or _title(child, layout)
    elif name == "link":
        _meet_link(child, found)
    elif name in ("guid", "id"):
        found.guid = _words(child).strip() or found.guid
        found.guid_is_link = (child.get("isPermaLink") or child.get("ispermalink") or "true").lower() == "true"
    elif name in _PUBLISHED:
        found.published = moment(_words(child)) or found.published
    elif name in _UPDATED:
        found.updated = moment(_words(child)) or found.updated
    elif name in _CONTENT:
        found.content = child if found.content is None or name == "content:encoded" else found.content
        found.language = found.language or child.get(f"{_XML}lang", "")
    elif name in _SUMMARY:
        found.summary = child if found.summary is None else found.summary
    else:
        _meet_rarer(child, name, found, layout)


def _meet_rarer(child: etree._Element, name: str, found: _Found, layout: str) -> None:
    if name == "feedburner:origlink":
        found.original = (child.text or "").strip()
    elif name == "source":
        found.source = _source(child)
    elif name == "dc:publisher":
        found.publisher = clean(_words(child)).strip()
    elif name in ("dc:language", "language"):
        found.language = (child.text or "").strip() or found.language
    elif name in _CREATED:
        found.created = moment(_words(child)) or found.created
    elif name == "media:title":
        found.lesser_title = found.lesser_title or _title(child, layout)
    elif name in _LESSER_SUMMARY:
        found.lesser_summary = child
    elif name == "media:group":
        for one in child:
            local = str(one.tag).rpartition("}")[2]
            if local == "description":
                found.lesser_summary = one


def _meet_link(child: etree._Element, found: _Found) -> None:
    address = _alternate(child)
    if address:
        found.link, found.linked = address, child
    elif child.get("rel", "alternate") in ("alternate", "via", "related"):
        found.other_link = found.other_link or child.get("href", "")


def _words(element: etree._Element) -> str:
    """All text inside."""
    return "".join(map(str, element.itertext())) if len(element) else element.text or ""


def _source(source: etree._Element) -> str:
    """RSS writes the outlet into <source>; Atom has a whole feed's head there."""
    for child in source:
        if str(child.tag).rpartition("}")[2] == "title":
            return title_of(_words(child))
    return title_of(_words(source))


def _title(element: etree._Element, layout: str) -> str:
    return title_of(_markup(element), literal=_literal(element, layout))


def _body(found: _Found, layout: str) -> str:
    """The full text rather than the summary, unless that says more."""
    longest = ""
    for element in (found.content, found.summary, found.lesser_summary):
        if element is not None:
            longest = max(longest, _text(element, layout, len(longest)), key=len)
    return longest


def _text(element: etree._Element, layout: str, enough: int) -> str:
    """The text of a body, or nothing when it cannot have more than `enough` characters."""
    if len(element):
        return text_of_tree(element)
    markup = _markup(element)
    return text_of(markup, literal=_literal(element, layout)) if len(markup) > enough else ""


def _literal(element: etree._Element, layout: str) -> bool:
    """Whether mark-up in it would be meant as text. Only Atom can say so; RSS leaves it to be guessed."""
    if layout != "atom" or len(element):
        return False
    return element.get("mode") != "escaped" and element.get("type", "").lower() in _PLAIN_TYPES


def _markup(element: etree._Element) -> str:
    """What stands inside, as mark-up. Content of another kind (pictures, base64) is nothing to read."""
    kind = element.get("type", "").lower()
    if element.get("mode") == "base64" or kind.startswith(("image/", "audio/", "video/")):
        return ""
    if not len(element):
        return element.text or ""
    inner = "".join(etree.tostring(child, encoding="unicode", with_tail=True) for child in element)
    return escape(element.text or "") + inner
