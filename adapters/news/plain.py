"""Mark-up to plain text, whatever a publisher put into a title or a body.

Block elements become line breaks, scripts and styles go, entities are decoded, and what only looks like a tag
(`<1810.HK>`, `<!channel>`) stays as it was written: this text is quoted to people and searched for names.
Everything is bounded: a body is read to `MARKUP` characters, and mark-up nested too deep for the HTML parser is
stripped by pattern instead.
"""

from __future__ import annotations

import html
import re

from lxml import etree
from lxml.html import defs

MARKUP = 500_000  #: characters of one item's mark-up that are looked at
TEXT = 100_000  #: characters of one item's plain text that are kept
TITLE = 500  #: characters of a title that are kept; a headline is never that long

# Elements of HTML that lxml's table does not have, of MathML and of SVG.
_MORE_TAGS = """
    article aside audio bdi canvas data datalist details dialog embed figcaption figure footer header hgroup main mark
    meter nav output picture progress rb rp rt rtc ruby search section slot source summary template time track video wbr
    annotation maction math menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts
    mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover semantics
    circle clippath defs ellipse g lineargradient path polygon polyline radialgradient rect svg symbol tspan use
    blink bgsound layer marquee nobr spacer st1
"""
_TAGS = frozenset({*defs.tags, *_MORE_TAGS.split()})
_OPENING = re.compile(r"<([^\s<>]*)")
_BARE = re.compile(r"<(?=[\s<>]|\Z)")
_PREFIXED = re.compile(r"[a-z][a-z0-9.]*[:-][\w.:-]*")  # a custom element has a hyphen, an office document's a colon
_SPECIAL = ("!--", "!doctype", "?xml", "![if", "![endif")
_BLOCK_NAMES = (
    "p div br hr li ul ol dl dt dd h1 h2 h3 h4 h5 h6 table tr td th blockquote pre section article header footer figure"
    " figcaption aside main nav form address"
)
_BLOCKS = _BLOCK_NAMES.replace(" ", "|")
# Spelled twice, because ignoring case costs three times as much as both spellings.
_BLOCK = re.compile(rf"<(?=/?(?:x?html:|h:)?(?:{_BLOCKS}|{_BLOCKS.upper()})[\s/>])")
_TAG = re.compile(r"<[^<>]*>")
_SILENT = ("script", "style", "template", "iframe", "object", "svg")
_SILENT_IN_TREE = tuple(f"{{*}}{name}" for name in _SILENT)
_BLOCKS_IN_TREE = tuple(f"{{*}}{name}" for name in _BLOCK_NAMES.split())
_BREAK = "\u2028"  # Unicode's own line separator, which no feed writes
_SILENT_SPAN = re.compile(r"<(script|style|template)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
# XML has no place for controls, half characters and non-characters, and a chat would not show them.
# Soft hyphens and zero-width spaces would hide a name from the search, marks of direction turn a sentence round.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def title_of(markup: str, *, literal: bool = False) -> str:
    """A headline on one line. `literal` says that the publisher declared it plain: then nothing is decoded."""
    text = " ".join(text_of(markup[: TITLE * 40], literal=literal).split())
    return text if len(text) <= TITLE else text[: TITLE - 1].rstrip() + "…"


def text_of(markup: str, *, literal: bool = False) -> str:
    """Plain text with one line a paragraph. `literal` says that the publisher declared it plain."""
    text = markup[:MARKUP]
    if not literal and "<" in text:
        text = _without_tags(text)
    elif not literal and "&" in text:
        text = html.unescape(text)
    return _lines(text)


def text_of_tree(element: etree._Element) -> str:
    """Plain text of elements that stand in the feed itself (XHTML). The tree is changed: it is not needed again."""
    _silence(list(element.iter(*_SILENT_IN_TREE)))
    for block in element.iter(*_BLOCKS_IN_TREE):
        if block is not element:
            block.text, block.tail = _BREAK + (block.text or ""), _BREAK + (block.tail or "")
    text = str(etree.tostring(element, method="text", encoding="unicode", with_tail=False))
    return _lines(text[:MARKUP].replace("\n", " ").replace(_BREAK, "\n"))


def _silence(elements: list[etree._Element]) -> None:
    """Empty what is not for reading, and keep what follows it."""
    for element in elements:
        tail = element.tail
        element.clear()
        element.tail = tail


def _lines(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join([clean(line) for line in lines if line])[:TEXT]


def clean(line: str) -> str:
    """The line without characters that no XML, store or chat can hold."""
    return line if line.isprintable() else _UNPRINTABLE.sub("", line)


def _without_tags(markup: str) -> str:
    """Blocks become lines; a line break in the source is only a space."""
    markup = markup.replace("\0", "").replace("\n", " ").replace("\r", " ")
    markup = markup.replace("<![CDATA[", "").replace("]]>", "")
    markup = _BLOCK.sub("\n<", _only_tags(markup))
    if "<" not in markup:
        return html.unescape(markup)
    root = _tree(markup)
    if root is None:
        return html.unescape(_TAG.sub("", _SILENT_SPAN.sub(" ", markup)))
    _silence(list(root.iter(*_SILENT)))
    return str(etree.tostring(root, method="text", encoding="unicode"))


def _only_tags(markup: str) -> str:
    """The mark-up with every "<" that begins no tag written out, so that the HTML parser leaves it alone."""
    text = {opening for opening in set(_OPENING.findall(markup)) if not _is_tag(opening.lower())}
    if not text:
        return markup
    if text == {""}:
        return _BARE.sub("&lt;", markup)
    return _OPENING.sub(lambda found: ("&lt;" + found[1]) if found[1] in text else found[0], markup)


def _is_tag(opening: str) -> bool:
    name = opening.strip("/").partition("/")[0]
    return name in _TAGS or opening.startswith(_SPECIAL) or _PREFIXED.fullmatch(opening.strip("/")) is not None


def _tree(markup: str) -> etree._Element | None:
    """The parsed mark-up, or None when it is none or too deep to be parsed without loss."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(f"<div>{markup}</div>".encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    # libxml2 gives up at 256 open elements and would silently drop the rest
    return None if any("depth" in entry.message for entry in parser.error_log) else root
