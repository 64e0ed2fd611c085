"""From a page to its article: what a reader came for, and words for what else an address may show."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.news.article import ELEMENTS, Articles, article
from bot.errors import FetchLater, TellPerson
from bot.model import Document, Story
from tests.worlds.pages import Pages

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
URL = "https://www.wire.example/business/memory-chips"
PARAGRAPHS = (
    "The Commerce Department added the memory chip maker CXMT to its Entity List on Monday, citing its military ties.",
    "CXMT, which has its factories in Hefei, said that the decision was baseless and that it would protect its rights.",
    "Makers of equipment will need a licence before they ship anything to the company, analysts said.",
)


def page(*paragraphs: str, head: str = "", title: str = "US adds CXMT to Entity List", lang: str = "en") -> str:
    """A page as outlets make them: menus before, advertisements beside and small print after the article."""
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f'<!doctype html><html lang="{lang}"><head><title>{title} | The Wire</title>{head}</head><body>'
        '<nav><ul><li><a href="/">Home</a></li><li><a href="/huawei">All about Huawei</a></li></ul></nav>'
        f"<article><h1>{title}</h1>{body}</article>"
        "<aside><h2>Most read</h2><a href='/pie'>Apple pie, the recipe</a></aside>"
        "<footer>© 2019 The Wire. We use cookies. All rights reserved.</footer></body></html>"
    )


def read(body: str | bytes, *, url: str = URL, type: str = "text/html; charset=utf-8") -> Story:
    raw = body.encode("utf-8") if isinstance(body, str) else body
    return article(Document.of(raw, url=url, at=AT, content_type=type))


META = (
    '<meta property="og:site_name" content="The Wire">'
    '<meta property="article:published_time" content="2024-12-02T15:05:00+01:00">'
)


def test_an_article_without_what_stands_around_it() -> None:
    """Title, text, publisher, date and language; no menu, no advertisement, no small print, the heading once."""
    story = read(page(*PARAGRAPHS, head=META))
    assert story.title == "US adds CXMT to Entity List"
    assert story.text.startswith("The Commerce Department added")
    assert story.text.endswith("analysts said.")
    assert "Apple" not in story.text
    assert "Huawei" not in story.text
    assert "cookies" not in story.text
    assert (story.publisher, story.language) == ("The Wire", "en")
    assert story.published == datetime(2024, 12, 2, 14, 5, tzinfo=UTC)


def test_a_page_that_says_little_of_itself() -> None:
    """The host stands for the publisher; without a date none is made up from the small print."""
    story = read(page(*PARAGRAPHS))
    assert (story.publisher, story.published) == ("wire.example", None)


def test_a_date_still_to_come_is_none() -> None:
    """It would put the story outside of every record."""
    assert read(page(*PARAGRAPHS, head=META.replace("2024", "2036"))).published is None


def test_a_chinese_page_in_its_own_encoding() -> None:
    """The page's own declaration holds where the server gives none."""
    text = (
        "美国商务部周一宣布，将存储芯片制造商长鑫存储列入实体清单，理由是该公司支持中国军队的现代化。",
        "长鑫存储在一份声明中表示，对此坚决反对，公司的产品面向民用市场，与军方没有关系，将依法维护自身的权益。",
    )
    body = page(*text, head='<meta charset="gb2312">', title="长鑫存储被列入实体清单", lang="zh").encode("gb18030")
    story = read(body, type="text/html")
    assert story.title == "长鑫存储被列入实体清单"
    assert text[0] in story.text
    assert story.language == "zh"


@pytest.mark.parametrize(
    ("body", "type", "said"),
    [
        (b"%PDF-1.7 ...", "application/pdf", "is a PDF; save its text"),
        (b"\x89PNG\r\n", "image/png", "is no page with an article in it (image/png)"),
        (b"<rss version='2.0'><channel><title>x</title></channel></rss>", "text/xml", "is a feed, not an article"),
        (b"", "text/html", "has no article that can be told from its menus"),
        (page().encode(), "text/html", "has no article"),
        (b"<html><body><h1>Just a moment...</h1></body></html>", "text/html", "shows an access check"),
        (
            b"<html><body><h1>Before you continue</h1><p>We and our 821 partners store cookies.</p></body></html>",
            "text/html",
            "shows a consent wall",
        ),
        (
            page(
                "The first words are free.",
                head='<script type="application/ld+json">{"isAccessibleForFree": false}</script>',
            ).encode(),
            "text/html",
            "is behind a paywall",
        ),
    ],
    ids=["pdf", "picture", "feed", "nothing", "menus", "challenge", "consent", "paywall"],
)
def test_there_is_no_article(body: bytes, type: str, said: str) -> None:
    """It is said what is there instead, and what to do."""
    with pytest.raises(TellPerson, match=r"tocsin|no page") as told:
        read(body, type=type)
    assert said in str(told.value)


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 100_000 + "x",
        "<p>x</p>" * (ELEMENTS + 1),
        "<p>" + "a" * 3_000_000,
        "<![CDATA[" * 50_000,
        "\0<\ud800p>",
    ],
    ids=["deep", "many", "long", "cdata", "surrogate"],
)
def test_mark_up_that_means_harm(body: str) -> None:
    """A word for the person in bounded time; never another error."""
    with suppress(TellPerson):
        assert read(body.encode("utf-8", "surrogatepass")).text


@given(st.binary(max_size=400), st.sampled_from(["text/html", "text/html; charset=utf-16", "", "application/json"]))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_an_article_or_a_word(body: bytes, type: str) -> None:
    """Nothing that a server sends breaks the reader."""
    with suppress(TellPerson):
        assert read(b"<html><body>" + body, type=type).text


async def test_what_was_fetched_is_let_go() -> None:
    """Also when there is no article; and a person is told why an address could not be read."""
    pages = Pages()
    pages.shows(URL, page(*PARAGRAPHS))
    assert (await Articles(pages).article(URL.removeprefix("https://"))).url == URL
    pages.shows(URL, page())
    with pytest.raises(TellPerson):
        await Articles(pages).article(URL)
    pages.fails(URL, FetchLater("wire.example took too long"))
    with pytest.raises(TellPerson, match=r"could not be read: wire\.example took too long"):
        await Articles(pages).article(URL)
    pages.shows(URL, page())
    pages.stands_by(URL)
    with pytest.raises(TellPerson, match="nothing changed"):
        await Articles(pages).article(URL)
