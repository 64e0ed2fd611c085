"""The article behind an address: title, text, publisher, date, without menus, advertisements and comments.

trafilatura tells the article from what stands around it, in any language; this decides what it is given, and says in
words what an address shows instead of an article: a PDF, a feed, a consent wall, a paywall, an error.
"""

from __future__ import annotations

import asyncio
import re
import warnings
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import html as lxml_html

from adapters.news.dates import moment
from adapters.news.decode import decode
from adapters.news.feed import looks_like_feed
from bot.errors import TellPerson, TocsinError
from bot.model import Document, Story
from bot.ports import Ask, Fetcher

#: Bytes of a page after decompression; the longest articles with all their scripts have three million.
CAP = 8_000_000
#: Elements of a page that are looked at: a long article has 5,000. Reading one with 100,000 takes about three seconds.
ELEMENTS = 40_000
#: Letters below which what was found is a notice, not an article. Han and kana say as much in a third of them.
SHORT, SHORT_EAST = 180, 60

_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{2,40})", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html[^>]{0,400}?\slang\s*=\s*[\"']?([a-z]{2,3})\b", re.IGNORECASE)
# https://developers.google.com/search/docs/appearance/structured-data/paywalled-content (read 2026-11)
_PAYWALL = re.compile(
    r"isAccessibleForFree[\"']?\s*[:=]\s*[\"']?false|content_tier[\"'][^>]{0,80}(?:locked|metered)", re.IGNORECASE
)
_CONSENT = re.compile(r"consent|cookiewall|privacy-?(?:gate|wall)", re.IGNORECASE)
_CONSENT_WORDS = re.compile(
    r"cookie|before you continue|bevor sie|avant de continuer|voordat je|antes de continuar|prima di continuare|"
    r"同意|쿠키|クッキー",
    re.IGNORECASE,
)
_CHALLENGE = re.compile(
    r"captcha|just a moment|verify (?:that )?you are (?:a )?human|are you a robot|access denied|request blocked|"
    r"enable javascript|unusual traffic",
    re.IGNORECASE,
)
_NEXT = "open it in a browser, copy its text into a file, the title first, and run: tocsin read FILE"


class Articles:
    """Implements `bot.ports.PageReader` on the web."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def article(self, url: str) -> Story:
        """As a person's own wish: robots.txt is obeyed, private addresses are refused, the size is capped."""
        address = url if "://" in url else f"https://{url}"
        try:
            answer = await self._fetcher.fetch(Ask(url=address, cap=CAP, trusted=False, page=True))
        except TocsinError as trouble:
            raise TellPerson(f"{address} could not be read: {trouble}") from trouble
        if answer.document is None:
            raise TellPerson(f"{address} answered that nothing changed, though we never read it; try again")
        try:
            return await asyncio.to_thread(article, answer.document)
        finally:
            await self._fetcher.release(answer.document)


def article(document: Document) -> Story:
    """The article of a page. Raises TellPerson, saying what the page is instead. Any bytes are taken."""
    page = _page(document)
    found = _extracted(page, document.url)
    text = str(found.text or "").strip() if found else ""
    title = str(found.title or "").strip() if found else ""
    if _letters(text) < (SHORT_EAST if _EAST.search(text) else SHORT):
        raise TellPerson(f"{document.url} {_instead(document.url, page, f'{title} {text}')}; {_NEXT}")
    language = _LANGUAGE.search(page[:4_000])
    host = urlsplit(document.url).hostname or ""
    return Story(
        source="page",
        id=document.url,
        url=document.url,
        title=" ".join(title.split()),
        text=_without_title(title, text),
        language=language.group(1).lower() if language else "",
        published=_published(found, document.fetched_at),
        publisher=" ".join(str(found.sitename or "").split())[:120] or host.removeprefix("www."),
    )


def _page(document: Document) -> str:
    """The page's mark-up. Raises TellPerson for what is no page."""
    head = document.head(1_024).lstrip()
    kind = document.content_type.partition(";")[0].strip().lower()
    if head.startswith(b"%PDF-"):
        raise TellPerson(f"{document.url} is a PDF; save its text to a file and run: tocsin read FILE")
    if head.startswith((b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b")) or kind.startswith(
        ("image/", "audio/", "video/", "font/", "application/zip", "application/octet-stream")
    ):
        raise TellPerson(f"{document.url} is no page with an article in it ({kind or 'binary data'})")
    if looks_like_feed(document):
        raise TellPerson(f"{document.url} is a feed, not an article; to read it from now on: tocsin feed add URL")
    declared = _META_CHARSET.search(document.head(4_096))
    content_type = document.content_type
    if declared and "charset" not in content_type.lower():
        content_type = f"text/html; charset={declared.group(1).decode('ascii')}"
    text, _ = decode(document.whole(), content_type)
    return text.replace("\0", "")


def _extracted(page: str, url: str) -> Any:
    """What trafilatura makes of a page; None for one without an article, and for a tree that is no article's."""
    from trafilatura import bare_extraction  # a sixth of a second of imports that nothing else needs

    try:
        tree = lxml_html.document_fromstring(page.encode("utf-8", "replace"), parser=_parser())
        if sum(1 for _ in tree.iter()) > ELEMENTS:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own libraries' notices are not ours to print
            return bare_extraction(
                tree,
                url=url,
                include_comments=False,
                with_metadata=True,
                date_extraction_params={
                    "extensive_search": False,  # a year in the page's footer is no date of publication
                    "original_date": True,
                    "outputformat": "%Y-%m-%dT%H:%M:%S%z",
                },
            )
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError, lxml_html.etree.LxmlError):
        return None  # hostile or broken mark-up; what the page shows is said instead


def _parser() -> lxml_html.HTMLParser:
    return lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)


def _letters(text: str) -> int:
    return sum(1 for character in text[:2_000] if character.isalnum())


def _without_title(title: str, text: str) -> str:
    """The text from its first sentence on; extraction keeps the heading as a first line."""
    first, _, rest = text.partition("\n")
    return rest.strip() if rest and " ".join(first.split()) == " ".join(title.split()) else text


def _published(found: Any, now: datetime) -> datetime | None:
    """When the page says it was published; nothing for a date still to come."""
    said = moment(str(found.date or ""))
    return said if said is not None and said <= now else None


def _instead(url: str, page: str, said: str) -> str:
    """What a page without an article is, as far as it can be told."""
    where = urlsplit(url)
    if _PAYWALL.search(page):
        return "is behind a paywall: what it shows of the article is too short to judge"
    if _CHALLENGE.search(f"{said} {page[:3_000]}"):
        return "shows an access check instead of the article"
    if _CONSENT.search(f"{where.hostname or ''}{where.path}") or _CONSENT_WORDS.search(said):
        return "shows a consent wall instead of the article"
    return "has no article that can be told from its menus"
