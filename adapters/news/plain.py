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

_ALLOWED = "|".join(sorted((*defs.tags, "svg", "path", "video", "audio", "source", "picture", "figcaption")))
# A tag of HTML, a custom element (it has a hyphen) or one with a prefix. Any other "<" is text.
_NO_TAG = re.compile(
    rf"<(?!/?(?:(?:{_ALLOWED})(?=[\s/>])|[a-z][\w.]*[:-][\w.-]+(?=[\s/>]))|!--|!\[CDATA\[|!DOCTYPE\s|\?xml)",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"(?=</?(?:\w+:)?(?:p|div|br|hr|li|ul|ol|dl|dt|dd|h[1-6]|table|tr|td|th|blockquote|pre|section|article|header|footer"
    r"|figure|figcaption|aside|main|nav|form|address)\b)",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
_SILENT = ("script", "style", "template", "iframe", "object", "svg")
_SILENT_SPAN = re.compile(r"<(script|style|template)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
# XML 1.0 has no place for these, and a chat would not show them: C0 and C1 controls, half characters, non-characters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def title_of(markup: str, *, literal: bool = False) -> str:
    """A headline on one line. `literal` says that the publisher declared it plain: then nothing is decoded."""
    text = " ".join(text_of(markup[: TITLE * 40], literal=literal).split())
    return text if len(text) <= TITLE else text[: TITLE - 1].rstrip() + "…"


def text_of(markup: str, *, literal: bool = False) -> str:
    """Plain text with one line a paragraph. `literal` says that the publisher declared it plain."""
    markup = clean(markup[:MARKUP])
    if not literal and "<" in markup:
        markup = _without_tags(markup)
    elif not literal and "&" in markup:
        markup = clean(html.unescape(markup))
    lines = (" ".join(line.split()) for line in markup.splitlines())
    return "\n".join(line for line in lines if line)[:TEXT]


def clean(text: str) -> str:
    """The text without characters that no XML, store or chat can hold."""
    return _UNPRINTABLE.sub("", text)


def _without_tags(markup: str) -> str:
    markup = _NO_TAG.sub("&lt;", " ".join(markup.split()))
    markup = _BLOCK.sub("\n", markup)
    if "<" not in markup:
        return clean(html.unescape(markup))
    root = _tree(markup)
    if root is None:
        return clean(html.unescape(_TAG.sub("", _SILENT_SPAN.sub(" ", markup))))
    for silent in list(root.iter(*_SILENT)):
        silent.clear(keep_tail=True)
    return clean("".join(root.itertext()))


def _tree(markup: str) -> etree._Element | None:
    """The parsed mark-up, or None when it is none or too deep to be parsed without loss."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(f"<div>{markup}</div>".encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    # libxml2 gives up at 256 open elements and would silently drop the rest
    return None if any("depth" in entry.message for entry in parser.error_log) else root
