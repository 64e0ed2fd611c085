"""Every real feed beside the project: none stops the reader, and nothing is lost that other parsers find."""

from __future__ import annotations

import calendar
import html
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest

from adapters.news.decode import decode
from adapters.news.feed import read_feed
from adapters.news.links import address
from bot.errors import FeedDamaged
from bot.model import Document, Story

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITE = "https://paper.example/"


def feeds(shared: Path) -> Iterator[tuple[str, Document]]:
    for path in sorted((shared / "feeds").iterdir()):
        if path.is_file() and path.name not in ("README.md", "index.json"):
            yield path.name, Document.of(path.read_bytes(), url=f"{SITE}feed.xml", at=AT)


def letters(title: str) -> str:
    """A title without mark-up, entities, spaces and marks, so that two parsers can be compared."""
    return re.sub(r"\W+", "", re.sub(r"</?[A-Za-z!][^<>]*>", "", html.unescape(html.unescape(title))))[:250]


def test_each_is_read_or_says_why_not(shared: Path) -> None:
    """Stories have ids of their own and clean addresses; what is refused is refused in words."""
    count, refused = 0, []
    for name, document in feeds(shared):
        count += 1
        try:
            bulletin = read_feed(document, source="news_real")
        except FeedDamaged as why:
            refused.append(str(why))
            continue
        ids = [story.id for story in bulletin.stories]
        assert len(set(ids)) == len(ids), name
        for story in bulletin.stories:
            assert story.id in story.keys, name
            assert story.title == " ".join(story.title.split()), name
            assert "utm_" not in story.url, name
    assert count > 150
    assert len(refused) <= 3
    assert all(why.startswith("news_real: a broken feed") for why in refused)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nothing_is_lost_that_feedparser_finds(shared: Path) -> None:
    """Each title, link and date that it reads out of a file is in our stories."""
    lost = []
    for name, document in feeds(shared):
        headers = {"content-location": document.url}
        if "taken for " in (doubt := decode(document.whole())[1]):  # it would garble what nobody declared
            headers["content-type"] = "application/xml; charset=" + doubt.partition("taken for ")[2]
        entries = feedparser.parse(io.BytesIO(document.whole()), response_headers=headers).entries
        try:
            stories = read_feed(document, source="news_real").stories
        except FeedDamaged:
            stories = []
        lost += [f"{name}: {one}" for one in missing(entries, stories)]
    assert lost == []


def missing(entries: list[Any], stories: list[Story]) -> Iterator[str]:
    titles = {letters(story.title) for story in stories}
    paths = {story.url.partition("://")[2].partition("/")[2] for story in stories}
    links = {address(story.url) for story in stories} | {address(path, SITE) for path in paths if path}
    dates = {story.published for story in stories} | {story.updated for story in stories}
    for entry in entries:
        title, link = dict.get(entry, "title") or "", address(dict.get(entry, "link") or "", SITE)
        original = address(dict.get(entry, "feedburner_origlink") or "", SITE)
        when = next((dict.get(entry, name) for name in WHEN if dict.get(entry, name)), None)
        if letters(title) and letters(title) not in titles:
            yield f"title {title}"
        if link and not links.intersection({link, original}):
            yield f"link {link}"
        if when and datetime.fromtimestamp(calendar.timegm(when), UTC) not in dates:
            yield f"date {when}"


WHEN = ("published_parsed", "updated_parsed", "created_parsed")


def test_other_parsers_expect_the_same(shared: Path) -> None:
    """Where gofeed, rss-parser or fastfeedparser wrote down what they expect of a file, we find it too."""
    compared = 0
    for path in sorted((shared / "feeds" / "expected").iterdir()):
        expected = json.loads(path.read_text("utf-8"))
        items = expected.get("items") or expected.get("entries") or expected.get("feed", {}).get("items") or []
        body = (shared / "feeds" / path.name.removesuffix(".expected.json")).read_bytes()
        try:
            stories = read_feed(Document.of(body, url=f"{SITE}feed.xml", at=AT), source="news_real").stories
        except FeedDamaged:
            assert not any(item.get("title") or item.get("link") for item in items), path.name
            continue
        titles, links = {letters(story.title) for story in stories}, {story.url for story in stories}
        for item in items:
            title, link = item.get("title") or "", address(item.get("link") or "")
            if title and "\ufffd" not in title:  # rss-parser takes no notice of encodings
                assert letters(title) in titles, path.name
                compared += 1
            assert not link or link in links, path.name
    assert compared > 80
