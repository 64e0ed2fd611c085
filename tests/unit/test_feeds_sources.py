"""Feeds as sources: the table that ships, a table of one's own, and an address that somebody typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.news.discover import MOST, discover
from adapters.news.sources import UNVERIFIED, feed_id, load, user_feed
from bot.errors import BadSettings, TellPerson
from bot.model import Bulletin, Document, SourceKind
from bot.sources import notice_source

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
FEED = b"<rss><channel><title>P</title><item><guid>1</guid><link>https://p.example/1</link></item></channel></rss>"


def table(folder: Path, text: str) -> Path:
    path = folder / "feeds.toml"
    path.write_text(text, "utf-8")
    return path


def page(html: str, url: str = "https://p.example/news/") -> Document:
    return Document.of(html.encode(), url=url, at=AT, content_type="text/html; charset=utf-8")


def test_the_table_that_ships() -> None:
    """Many languages, every id once, and every address says that nobody has tried it yet."""
    cards = [source.card for source in load()]
    assert len(cards) >= 30
    assert {"en", "fr", "de", "es", "it", "pt", "zh", "ja", "ru"} <= {card.language for card in cards}
    assert len({card.id for card in cards}) == len(cards)
    for card in cards:
        assert card.kind is SourceKind.NEWS
        assert card.note.endswith(UNVERIFIED)
        assert card.every >= timedelta(minutes=15)
        assert not card.user_given
    searches = [card for card in cards if "news.google.com" in card.url]
    assert all(f"ceid={card.url.partition('gl=')[2][:2]}:" in card.url for card in searches)


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    """Two lines make a feed; the rest has defaults, and what is known is told to the reader."""
    path = table(
        tmp_path,
        """[[feed]]
        title = "My Paper!"
        url = "file:///srv/feed.xml"
        [[feed]]
        id = "news_other"
        title = "Other"
        publisher = "The Other"
        url = "https://o.example/feed"
        language = "fr"
        tier = 2
        every = 60
        note = "slow"
        verified = false
        """,
    )
    mine, other = load(path)
    assert (mine.card.id, mine.card.every, mine.card.tier, mine.card.note) == (
        "news_my_paper",
        timedelta(minutes=15),
        3,
        "",
    )
    assert other.card.note == f"slow; {UNVERIFIED}"
    bulletin = other.read(Document.of(FEED, at=AT), "link")
    (story,) = bulletin.stories
    assert bulletin.identity == "link"
    assert (story.source, story.publisher, story.language, story.tier) == ("news_other", "The Other", "fr", 2)


GOOD = 'title = "A"\nurl = "https://a.example/feed"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("feed = [", "it is no TOML"),
        ("", "it holds nothing; begin each feed"),
        ('title = "A"', "it holds ['title']; begin each feed"),
        ("feed = [1]", "feed 1: 1 is no table"),
        ('[[feed]]\ntitle = "A"', "feed 1: no url; for example url ="),
        ('[[feed]]\ntitle = 3\nurl = "https://a.example/"', "title is 3; write it in quotes"),
        ('[[feed]]\ntitle = "A"\nurl = "ftp://a.example"', "'ftp://a.example' is no address"),
        (f"[[feed]]\n{GOOD}colour = 1", "feed 1: unknown colour; known are"),
        (f'[[feed]]\n{GOOD}id = "Le Monde"', "id 'Le Monde'; write"),
        ('[[feed]]\ntitle = "新闻"\nurl = "https://a.example/"', "id 'news_'; write"),
        (f'[[feed]]\n{GOOD}every = "often"', "every is 'often'; write whole minutes"),
        (f"[[feed]]\n{GOOD}every = 0", "every is 0"),
        (f"[[feed]]\n{GOOD}tier = 4", "tier is 4; 1 is official"),
        (f'[[feed]]\n{GOOD}language = "French"', "language is 'French'"),
        (f"[[feed]]\n{GOOD}[[feed]]\n{GOOD}", "two feeds are called news_a"),
    ],
)
def test_a_wrong_table_says_what_to_write(tmp_path: Path, text: str, said: str) -> None:
    """The message names the file, the feed and an example that works."""
    path = table(tmp_path, text)
    with pytest.raises(BadSettings) as refusal:
        load(path)
    assert said in str(refusal.value)
    assert str(path) in str(refusal.value)


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    """TOCSIN_FEEDS is named, because that is what has to be changed."""
    with pytest.raises(BadSettings, match=r"TOCSIN_FEEDS: .*nowhere\.toml cannot be read"):
        load(tmp_path / "nowhere.toml")


def test_a_feed_that_somebody_added() -> None:
    """Its id comes from the host, a second one of that host has another, and it may not reach private addresses."""
    url = "https://www.LeMonde.fr/rss/une.xml"
    name = feed_id(url)
    second = feed_id("https://www.lemonde.fr/pixels/rss.xml", {name})
    assert name == "news_lemonde_fr"
    assert second.startswith("news_lemonde_fr_")
    assert second == feed_id("https://www.lemonde.fr/pixels/rss.xml", {name})
    source = user_feed(name, url)
    assert source.card.user_given
    assert source.card.title == "www.lemonde.fr"
    assert source.read(Document.of(FEED, at=AT)).stories[0].publisher == "P"
    assert user_feed(name, url, title="Le Monde").card.title == "Le Monde"


@pytest.mark.parametrize("url", ["lemonde.fr", "ftp://a.example/", "https://", "https://[bad", "file:///etc/passwd"])
def test_what_is_no_address_of_a_feed(url: str) -> None:
    """The person who typed it is told what to type."""
    with pytest.raises(TellPerson, match="begins with https://"):
        feed_id(url)


def test_a_notice_source_needs_no_identity() -> None:
    """A file of adapters/lists writes a reader of one argument; the watcher may give it two."""

    @notice_source(title="T", publisher="P", url="https://o.example/", every=timedelta(hours=1))
    def us_example(document: Document) -> Bulletin:
        return Bulletin(layout=document.url, stories=[])

    document = Document.of(b"", url="https://o.example/", at=AT)
    assert us_example.read(document) == us_example.read(document, "guid")


# ── From a site to its feeds ──────────────────────────────────────────────────────────────────────────────────────


def test_a_page_names_its_feeds() -> None:
    """The declared ones first, comments last, ordinary links between, none twice, all absolute."""
    found = discover(
        page(
            """<!DOCTYPE html><html><head><base href="/de/">
            <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">
            <link rel="alternate" type="text/xml" href="old.xml">
            <link rel="ALTERNATE home" type="application/atom+xml; charset=utf-8" href="atom">
            <link rel="alternate" type="application/json" href="https://p.example/wp-json/posts/1">
            <link rel="alternate" type="application/json" href="feed.json">
            <link rel="alternate" hreflang="fr" href="/fr/">
            <link rel="stylesheet" type="text/css" href="rss.css"></head>
            <body><a href="/rss/world">World (RSS)</a> <a href="/x/feed/">more</a> <a href="atom">again</a>
            <a href="javascript:rss()">rss</a> <a href="/feedback">feedback</a> <a href="/about">about</a></body>"""
        )
    )
    assert found == (
        "https://p.example/de/atom",
        "https://p.example/de/old.xml",
        "https://p.example/de/feed.json",
        "https://p.example/rss/world",
        "https://p.example/x/feed/",
        "https://p.example/comments/feed",
    )


def test_an_address_that_is_a_feed_is_its_own_answer() -> None:
    """Its first body can be read: nobody has to ask twice."""
    document = Document.of(FEED, url="https://p.example/feed", at=AT)
    assert discover(document) == ("https://p.example/feed",)


@pytest.mark.parametrize("body", ["", "\0", "no page", "<html><body>nothing here</body></html>", "<!-- -->"])
def test_a_page_without_feeds(body: str) -> None:
    """Nothing is guessed."""
    assert discover(page(body)) == ()


def test_a_portal_of_feeds_is_bounded() -> None:
    """A few candidates are enough to choose from."""
    links = "".join(f'<a href="/rss/{number}">RSS</a>' for number in range(300))
    assert len(discover(page(f"<html>{links}</html>"))) == MOST
