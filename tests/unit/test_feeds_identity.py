"""How a story is recognised again when its publisher changes everything about it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.news.feed import read_feed
from adapters.news.links import address, sameness
from bot.model import Bulletin, Document, Story

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def item(guid: str = "", link: str = "", title: str = "", date: str = "", text: str = "") -> str:
    parts = {"guid": guid, "link": link.replace("&", "&amp;"), "title": title, "pubDate": date, "description": text}
    return "<item>" + "".join(f"<{tag}>{value}</{tag}>" for tag, value in parts.items() if value) + "</item>"


def read(*items: str, identity: str = "", site: str = "https://p.example/", source: str = "news_p") -> Bulletin:
    body = f"<rss><channel><title>P</title><link>{site}</link>{''.join(items)}</channel></rss>"
    document = Document.of(body.encode(), url="https://p.example/feed", at=AT)
    return read_feed(document, source=source, identity=identity)


def only(*items: str) -> Story:
    (story,) = read(*items).stories
    return story


DAY = "Thu, 14 Jan 2021 10:00:00 GMT"
NEXT_DAY = "Fri, 15 Jan 2021 10:00:00 GMT"
BEFORE = item("http://p.example/?p=7", "http://www.p.example/xiaomi-listd?utm_source=rss", "Xiaomi is listed", DAY)


@pytest.mark.parametrize(
    "after",
    [
        item("https://p.example/?p=7", "https://p.example/other-slug", "Xiaomi was listed", NEXT_DAY),
        item("urn:new", "https://p.example/xiaomi-listd?fbclid=x#comments", "Xiaomi was listed", NEXT_DAY),
        item("", "https://p.example/xiaomi-listd/", "Other", ""),
        item("urn:new", "https://p.example/xiaomi-listed", "XIAOMI is listed!", DAY),
    ],
    ids=["the guid became https", "the link lost its tracking", "the guid is gone", "slug and guid were corrected"],
)
def test_one_key_still_meets(after: str) -> None:
    """Guid, link or title and day survive, whatever else is rewritten."""
    assert set(only(BEFORE).keys) & set(only(after).keys)


def test_another_story_meets_no_key() -> None:
    """A day later, under the same generic headline, another story is another story."""
    wrap = item("1", "https://p.example/wrap-1", "Market wrap", DAY)
    next_wrap = item("2", "https://p.example/wrap-2", "Market wrap", NEXT_DAY)
    undated = item("3", "https://p.example/wrap-3", "Market wrap")
    assert not set(only(wrap).keys) & set(only(next_wrap).keys)
    assert not set(only(wrap).keys) & set(only(undated).keys)


def test_a_number_as_guid_counts_in_its_own_source_only() -> None:
    """Two publishers both number their items from 1."""
    (ours,) = read(item("1", "https://p.example/a", "A"), source="news_p").stories
    (theirs,) = read(item("1", "https://q.example/b", "B"), source="news_q").stories
    assert not set(ours.keys) & set(theirs.keys)


@pytest.mark.parametrize(
    ("items", "kind"),
    [
        ([item("1", "https://p.example/a", "A", DAY), item("2", "https://p.example/b", "B", DAY)], "guid"),
        ([item("1", "https://p.example/a", "A", DAY), item("1", "https://p.example/b", "B", DAY)], "link"),
        ([item("1", "https://p.example/a", "A", DAY), item("", "https://p.example/b", "B", DAY)], "link"),
        ([item("1", "https://p.example/a", "A", DAY), item("1", "https://p.example/a", "B", DAY)], "title+day"),
        ([item("", "", "A", DAY), item("", "", "B")], "title"),
        ([item("1", "", "", DAY, "x"), item("2", "", "", DAY, "y"), item("", "", "", DAY, "z")], "guid"),
        ([], ""),
    ],
)
def test_the_first_kind_that_every_item_has_alone(items: list[str], kind: str) -> None:
    """Guid, then link, then title and day, then title; and where none holds for all, the one that holds for most."""
    bulletin = read(*items)
    assert bulletin.identity == kind
    assert len({story.id for story in bulletin.stories}) == len(items)


def test_the_kind_is_kept() -> None:
    """A feed known by link stays so when it gains guids, and an item without a link goes by what it has."""
    bulletin = read(
        item("1", "https://p.example/a", "A"),
        item("2", "https://p.example/b", "B"),
        item("3", "", "C"),
        identity="link",
    )
    assert bulletin.identity == "link"
    assert [story.id for story in bulletin.stories] == ["link:p.example/a", "link:p.example/b", "guid:news_p:3"]
    assert read(item("1", "", "A"), item("2", "", "B"), identity="link").identity == "guid"
    assert read(item("1", "", "A"), identity="title").stories[0].id == "title:p/a|"


def test_an_empty_reading_keeps_the_kind() -> None:
    """Nothing is learned from a feed that is empty for a day."""
    assert read(identity="link").identity == "link"


def test_a_link_to_the_site_itself_is_no_identity() -> None:
    """A feed whose every item leads home is known by its titles; no story swallows the next."""
    monday = only(item("", "https://p.example/", "A", DAY))
    tuesday = only(item("", "http://www.p.example", "B", DAY))
    assert not set(monday.keys) & set(tuesday.keys)
    assert monday.url == "https://p.example/"


def test_places_in_one_page_stay_apart() -> None:
    """Items of one page differ by fragment alone: then, and only then, fragments count."""
    stories = read(item("", "https://p.example/log#v1", "A"), item("", "https://p.example/log#v2", "B")).stories
    assert [story.url for story in stories] == ["https://p.example/log#v1", "https://p.example/log#v2"]
    assert only(item("", "https://p.example/log#v1", "A")).url == "https://p.example/log"


def test_repeats_in_one_document_are_one_story() -> None:
    """The same guid, link and title, or the same link, words and time; not the same page with other words."""
    twice = [item("1", "https://p.example/a", "A", DAY, "x"), item("1", "https://p.example/a", "A", NEXT_DAY, "y")]
    assert len(read(*twice).stories) == 1
    categories = [item("1", "https://p.example/a", "A", DAY, "x"), item("2", "https://p.example/a", "A", DAY, "x")]
    assert read(*categories).signals == ["1 items stood there twice"]
    docket = [item("1", "https://p.example/a", "A", DAY, "x"), item("2", "https://p.example/a", "A", DAY, "y")]
    assert len(read(*docket).stories) == 2


def test_an_item_without_any_id_goes_by_its_words() -> None:
    """Text alone still gives an id that is the same tomorrow."""
    first, again = only(item(text="Words only")), only(item(text="Words only"))
    assert first.id == again.id
    assert first.id.startswith("text:")


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("HTTPS://WWW.P.Example:443/A?b=1", "https://www.p.example/A?b=1"),
        ("http://p.example:8080", "http://p.example:8080/"),
        ("http://user:secret@p.example/a", "http://p.example/a"),
        (" https://p.example/a\n b ", "https://p.example/ab"),
        ("//cdn.example/a", "https://cdn.example/a"),
        ("a?x=1#y", "https://p.example/feed/a?x=1"),
        ("https://p.example/#!/story/7", "https://p.example/#!/story/7"),
        ("https://p.example/a?at_medium=RSS&id=3&at_campaign=KARANGA", "https://p.example/a?id=3"),
        ("https://p.example/a?partner=rss&emc=rss", "https://p.example/a"),
        ("https://p.example/a?ref=4711&source=rss_feed&wt_mc=x&gclid=y", "https://p.example/a?ref=4711"),
        ("https://p.example/a?q=1&&r=%20", "https://p.example/a?q=1&r=%20"),
        ("https://www.google.com/url?rct=j&url=https://q.example/b%3Fc%3D1&ct=ga", "https://q.example/b?c=1"),
        ("https://www.google.com/url?url=javascript:alert(1)", "https://www.google.com/url?url=javascript:alert(1)"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fq.example%2Fb%3Futm_id%3D1", "https://q.example/b"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("https://p.example:99999/a", ""),
        ("https://p.example/" + "a" * 5000, ""),
    ],
)
def test_addresses(link: str, url: str) -> None:
    """Absolute, without tracking, credentials and default ports, and past redirectors that show their target."""
    assert address(link, "https://p.example/feed/") == url


def test_what_two_addresses_of_one_page_share() -> None:
    """Scheme, "www.", the order of parameters and a last slash do not count; the page does."""
    assert sameness("http://www.p.example/a/?y=2&x=1") == sameness("https://p.example/a?x=1&y=2")
    assert sameness("https://p.example/a?x=1") != sameness("https://p.example/a?x=2")
