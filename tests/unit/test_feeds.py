"""Feeds of every kind, read to stories."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.news import salvage
from adapters.news.feed import CAP, looks_like_feed, read_feed
from adapters.news.item import MOST
from adapters.news.plain import TEXT, TITLE
from bot.errors import FeedDamaged
from bot.model import Bulletin, Document

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
URL = "https://paper.example/news/feed.xml"


def document(body: str | bytes, content_type: str = "", url: str = URL) -> Document:
    data = body if isinstance(body, bytes) else body.encode()
    return Document.of(data, url=url, at=AT, content_type=content_type)


def read(body: str | bytes, content_type: str = "", url: str = URL, **known: object) -> Bulletin:
    return read_feed(document(body, content_type, url), source="news_paper", **known)  # type: ignore[arg-type]


def rss(*items: str, head: str = "<title>The Paper</title><link>https://paper.example/</link>") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{inside}</channel></rss>'


def one(item: str) -> str:
    """The only story's title of a feed with one item."""
    return read(rss(item)).stories[0].title


# ── Kinds of feeds ────────────────────────────────────────────────────────────────────────────────────────────────


def test_rss_2_says_all_it_can_say() -> None:
    """Every field of a story comes from where RSS 2.0 and its usual modules put it."""
    bulletin = read(
        """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
             xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel><title>The Paper</title><link>https://paper.example/</link><language>en-GB</language><ttl>20</ttl>
        <item><title>Xiaomi &amp;amp; the list</title><link>https://paper.example/a?utm_source=rss&amp;id=7#top</link>
          <guid isPermaLink="false">a-7</guid><pubDate>Thu, 14 Jan 2021 17:05:00 -0500</pubDate>
          <description>Short.</description>
          <content:encoded><![CDATA[<p>Long <b>text</b>.</p><p>More.</p>]]></content:encoded>
          <dc:language>zh-CN</dc:language><source url="https://wire.example/">The Wire</source></item>
        </channel></rss>"""
    )
    (story,) = bulletin.stories
    assert (bulletin.layout, bulletin.title, bulletin.language, bulletin.identity) == ("rss", "The Paper", "en", "guid")
    assert bulletin.ttl == timedelta(minutes=20)
    assert story.title == "Xiaomi & the list"
    assert story.url == "https://paper.example/a?id=7"
    assert story.text == "Long text.\nMore."
    assert story.published == datetime(2021, 1, 14, 22, 5, tzinfo=UTC)
    assert (story.language, story.publisher, story.tier, story.source) == ("zh", "The Wire", 3, "news_paper")
    assert story.id == "guid:news_paper:a-7"
    assert story.keys == (
        "guid:news_paper:a-7",
        "link:paper.example/a?id=7",
        "title:the wire/xiaomi the list|2021-01-14",
    )


def test_atom_with_xhtml_and_relative_links() -> None:
    """xml:base is where links start, XHTML is text, and "updated" dates what has no other date."""
    bulletin = read(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://blatt.example/ressort/">
        <title type="html">Das &amp;lt;Blatt&amp;gt;</title><link rel="self" href="feed"/><link href="/"/>
        <entry><title>Titel mit &lt;b&gt; wörtlich</title><id>tag:blatt.example,2021:1</id>
          <link rel="alternate" type="text/html" href="eins"/><link rel="edit" href="zwei"/>
          <updated>2021-05-25T10:00:00.5+02:00</updated>
          <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Eins
             <em>zwei</em></p><script>böse()</script><p>drei</p></div></content></entry></feed>"""
    )
    (story,) = bulletin.stories
    assert (bulletin.layout, bulletin.title) == ("atom", "Das <Blatt>")
    assert story.title == "Titel mit <b> wörtlich"
    assert story.url == "https://blatt.example/ressort/eins"
    assert story.text == "Eins zwei\ndrei"
    assert story.published == story.updated == datetime(2021, 5, 25, 8, tzinfo=UTC)
    assert (story.language, story.id) == ("de", "guid:tag:blatt.example,2021:1")


def test_rdf_with_dublin_core() -> None:
    """RSS 1.0 keeps items beside the channel, dates in dc:date and ids in rdf:about."""
    bulletin = read(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
             xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
        <channel rdf:about="https://g.example/"><title>Giornale</title><link>https://g.example/</link>
          <dc:language>it</dc:language><sy:updatePeriod>daily</sy:updatePeriod>
          <sy:updateFrequency>4</sy:updateFrequency></channel>
        <item rdf:about="https://g.example/1"><title>Uno</title><link>https://g.example/1</link>
          <dc:date>2019-05-16</dc:date><dc:publisher>Agenzia</dc:publisher></item></rdf:RDF>"""
    )
    (story,) = bulletin.stories
    assert (bulletin.layout, bulletin.language, bulletin.ttl) == ("rdf", "it", timedelta(hours=6))
    assert (story.title, story.url, story.publisher) == ("Uno", "https://g.example/1", "Agenzia")
    assert story.published == datetime(2019, 5, 16, tzinfo=UTC)


OLD_ATOM = '<feed version="0.3" xmlns="http://purl.org/atom/ns#">'
MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/"'


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("<rss><channel><item><title>bare</title></item></channel></rss>", "bare"),
        ("<RSS><Channel><ITEM><TITLE>shouted</TITLE></ITEM></Channel></RSS>", "shouted"),
        ('<rss xmlns="http://my.netscape.com/rdf/simple/0.9/"><item><title>outside</title></item></rss>', "outside"),
        (
            '<Channel xmlns="http://purl.org/net/rss1.1#"><items><item><title>1.1</title></item></items></Channel>',
            "1.1",
        ),
        ('<rss xmlns="http://backend.userland.com/rss2"><item><title>userland</title></item></rss>', "userland"),
        ('<entry xmlns="http://www.w3.org/2005/Atom"><title>alone</title></entry>', "alone"),
        ('<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>a:</a:title></a:entry></a:feed>', "a:"),
        (f'{OLD_ATOM}<entry><title mode="escaped">&lt;i&gt;old&lt;/i&gt;</title></entry></feed>', "old"),
        (f"<rss {MEDIA}><channel><item><media:title>film</media:title></item></channel></rss>", "film"),
    ],
)
def test_dialects(body: str, title: str) -> None:
    """Old, odd and shouted dialects are read as feeds."""
    assert [story.title for story in read(body).stories] == [title]


def test_json_feed() -> None:
    """JSON Feed 1.1: numbers are ids too, HTML becomes text, and a post without a title gets its first words."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "A <blog>",
        "home_page_url": "https://b.example/",
        "language": "fr-FR",
        "items": [
            {
                "id": 12,
                "url": "/douze",
                "content_html": "<p>Un post sans titre, long de plusieurs mots.</p><p>Fin.</p>",
                "date_published": "2021-01-14T12:00:00Z",
                "date_modified": "2021-01-15T12:00:00+01:00",
            },
            {"id": "x", "external_url": "https://other.example/x", "title": "X", "content_text": "a <b> c"},
            "not an item",
        ],
    }
    bulletin = read(json.dumps(feed))
    first, second = bulletin.stories
    assert (bulletin.layout, bulletin.title, bulletin.identity) == ("json feed", "A <blog>", "guid")
    assert first.url == "https://b.example/douze"
    assert first.title == "Un post sans titre, long de plusieurs mots."
    assert (first.language, first.updated) == ("fr", datetime(2021, 1, 15, 11, tzinfo=UTC))
    assert (second.url, second.text, second.published) == ("https://other.example/x", "a <b> c", None)
    assert bulletin.signals == ["1 items that are no objects"]


def test_a_long_json_feed_is_bounded() -> None:
    """The cap on items holds for JSON too."""
    bulletin = read(json.dumps({"items": [{"id": number, "title": f"t{number}"} for number in range(MOST + 1)]}))
    assert len(bulletin.stories) == MOST
    assert bulletin.signals == [f"{MOST + 1} items; only the first {MOST} were read"]


def test_gdelt_list_of_articles() -> None:
    """GDELT's articles have an outlet, a language in English and the time at which they were seen."""
    articles = [
        {
            "url": "https://wire.example/x",
            "title": "Xiaomi , others added to list",
            "seendate": "20210114T221500Z",
            "domain": "wire.example",
            "language": "Chinese",
        },
        {"url": "https://wire.example/y", "title": "Y", "seendate": "yesterday", "language": "Klingon"},
    ]
    first, second = read(json.dumps({"articles": articles})).stories
    assert (first.title, first.publisher, first.language) == ("Xiaomi, others added to list", "wire.example", "zh")
    assert first.published == datetime(2021, 1, 14, 22, 15, tzinfo=UTC)
    assert (second.published, second.language) == (None, "")
    assert read("{}").stories == []


def test_google_news_search() -> None:
    """Stories of a search are known by outlet, title and day: each search gives them another guid and link."""
    item = (
        "<title>Xiaomi added to list - The Wire</title><link>https://news.google.com/rss/articles/{0}?oc=5</link>"
        '<guid isPermaLink="false">{0}</guid><pubDate>Thu, 14 Jan 2021 22:05:00 GMT</pubDate>'
        '<source url="https://wire.example">The Wire</source>'
    )
    head = "<generator>NFE/5.0</generator><title>search</title>"
    (one_search,) = read(rss(item.format("CBMi1"), head=head), publisher="Google News").stories
    (other,) = read(rss(item.format("CBMi2"), head=head), publisher="Google News").stories
    assert (one_search.title, one_search.publisher) == ("Xiaomi added to list", "The Wire")
    assert one_search.id == other.id == "title:the wire/xiaomi added to list|2021-01-14"


def test_what_we_know_of_a_feed_fills_gaps_only() -> None:
    """What an item says goes before what the table says, and that before what the feed says of itself."""
    body = rss("<title>a</title>", '<title>b</title><source url="https://w.example">Wire</source>')
    first, second = read(body, publisher="Paper", language="pt", tier=2).stories
    assert (first.publisher, first.language, first.tier) == ("Paper", "pt", 2)
    assert second.publisher == "Wire"
    assert read(body).stories[0].publisher == "The Paper"


def test_feedburner_gives_the_original_link() -> None:
    """A link through FeedBurner is replaced by the one it leads to, where the feed tells it."""
    body = rss(
        '<f:origLink xmlns:f="http://rssnamespace.org/feedburner/ext/1.0">https://p.example/a</f:origLink>'
        "<title>a</title><link>http://feedproxy.example/~r/1</link>"
    )
    assert read(body).stories[0].url == "https://p.example/a"


def test_a_guid_is_a_link_when_there_is_no_other() -> None:
    """RSS says so, unless isPermaLink is false."""
    assert read(rss("<title>a</title><guid>https://p.example/a</guid>")).stories[0].url == "https://p.example/a"
    refused = rss('<title>a</title><guid isPermaLink="false">https://p.example/a</guid>')
    assert read(refused).stories[0].url == ""


def test_the_summary_serves_when_it_says_more() -> None:
    """A picture as content does not hide the words of the summary."""
    body = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>a</title><summary>Many words here.</summary>
      <content type="html">&lt;img src="https://p.example/very/long/address/of/a/picture.jpg"/&gt;</content></entry>
      <entry><title>b</title><summary>s</summary><content type="image/png" src="x">AAAA</content></entry></feed>"""
    assert [story.text for story in read(body).stories] == ["Many words here.", "s"]


def test_a_film_tells_its_story_in_a_media_group() -> None:
    """A description inside media:group is the text when there is no other."""
    body = f"""<feed xmlns="http://www.w3.org/2005/Atom" {MEDIA}><entry>
      <title>a</title><media:group><media:title>a</media:title><media:description>Words.</media:description>
      </media:group></entry></feed>"""
    assert read(body).stories[0].text == "Words."


def test_an_atom_source_is_a_feed_head() -> None:
    """In a collected Atom feed, <source> holds the title of the feed an entry came from."""
    body = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>a</title>
      <source><id>x</id><title>Origin</title></source></entry></feed>"""
    assert read(body).stories[0].publisher == "Origin"


# ── Encodings ─────────────────────────────────────────────────────────────────────────────────────────────────────


def declared(encoding: str, title: str, python: str = "") -> bytes:
    """A feed that declares one encoding and is perhaps in another."""
    start = f'<?xml version="1.0" encoding="{encoding}"?>'
    return f"{start}<rss><channel><item><title>{title}</title></item></channel></rss>".encode(python or encoding)


RUSSIAN = "Санкционный список США пополнился новыми компаниями из Китая"


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        (declared("utf-8", "Größe"), "", "Größe"),
        (declared("iso-8859-1", "Größe"), "", "Größe"),
        (declared("iso-8859-1", "“Größe”", "cp1252"), "", "“Größe”"),
        (declared("windows-1251", "Санкции"), "", "Санкции"),
        (declared("gb2312", "小米集團", "gb18030"), "", "小米集團"),
        (declared("shift_jis", "禁輸①", "cp932"), "", "禁輸①"),
        (declared("euc-kr", "제재"), "", "제재"),
        (declared("utf-16", "小米"), "", "小米"),
        (declared("utf-16", "小米", "utf-16-be"), "", "小米"),
        (declared("utf-32", "小米"), "", "小米"),
        (declared("utf-8", "小米", "utf-8-sig"), "", "小米"),
        (declared("iso-8859-1", "Größe", "utf-8"), "", "Größe"),  # says Latin-1, is UTF-8
        (declared("utf-8", "Größe", "cp1252"), "", "Größe"),  # says UTF-8, is not
        (declared("utf-16", "plain", "ascii"), "", "plain"),  # could not be
        (declared("no-such-thing", "Größe", "utf-8"), "", "Größe"),
        (declared("idna", "Größe", "utf-8"), "", "Größe"),
        (declared("zlib", "Größe", "utf-8"), "", "Größe"),
        (rss("<title>Санкции</title>").encode("koi8-r"), "text/xml; charset=KOI8-R", "Санкции"),
        (declared("windows-1251", "Санкции", "koi8-r"), 'application/xml; charset="koi8-r"', "Санкции"),
        (rss("<title>Größe</title>").encode("cp1252"), "", "Größe"),
        (rss(f"<title>{RUSSIAN}</title>").encode("cp1251"), "", RUSSIAN),
        (rss("<title>Gr\x9d\xf6\xdfe</title>").encode("latin-1"), "", "Größe"),  # a byte that windows-1252 lacks
    ],
)
def test_encodings(body: bytes, content_type: str, title: str) -> None:
    """Whatever is declared, or not, or wrongly, the headline is legible."""
    assert read(body, content_type).stories[0].title == title


def test_a_wrong_declaration_is_told() -> None:
    """An operator learns that the bytes are not what was declared."""
    assert read(declared("utf-8", "Größe", "cp1252")).signals == ["bytes that are not utf-8; read as windows-1252"]
    assert "as marked" in read(b"\xef\xbb\xbf" + declared("utf-8", "Größe", "cp1252")).signals[0]


# ── Text ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("AT&amp;amp;T and R&amp;D", "AT&T and R&D"),
        ("Xiaomi &lt;1810.HK&gt; falls", "Xiaomi <1810.HK> falls"),
        ("&lt;@U024&gt; &lt;!channel&gt; @everyone", "<@U024> <!channel> @everyone"),
        ("a &lt; b &lt;i&gt;c&lt;/i&gt;", "a < b c"),
        ("1 &lt; 2", "1 < 2"),
        ("x &lt;script&gt;alert(1)&lt;/script&gt;y", "x y"),
        ("<![CDATA[<b>Hua</b>wei&nbsp;&#8211; &eacute;]]>", "Huawei – é"),
        ("  two\n   lines ", "two lines"),
        ("Hua\u00adwei\u200b \u202egnp\u202c", "Huawei gnp"),
        ("<b>real</b> markup", "real markup"),
        ("&lt;https://a.example/&gt; and &lt;me@a.example&gt; &lt;br&gt;", "<https://a.example/> and <me@a.example>"),
        ("&lt;o:p&gt;office&lt;/o:p&gt; &lt;my-box&gt;box&lt;/my-box&gt;", "office box"),
        ("&lt;![CDATA[twice wrapped]]&gt;", "twice wrapped"),
    ],
)
def test_headlines_are_plain_text(markup: str, title: str) -> None:
    """Mark-up goes, entities are decoded, and what only looks like mark-up stays to be read."""
    assert one(f"<title>{markup}</title>") == title


def test_paragraphs_become_lines() -> None:
    """Blocks part sentences, line breaks in the source do not, and pictures leave nothing."""
    html = "<div>One\ntwo<br>three<ul><li>a</li><li>b</li></ul><img alt='x > y' src=z>end</div>"
    text = read(rss(f"<title>t</title><description><![CDATA[{html}]]></description>")).stories[0].text
    assert text == "One two\nthree\na\nb\nend"


def test_a_post_without_title_is_headed_by_its_first_words() -> None:
    """The headline is cut at a word, and a text without spaces is cut anyway."""
    long, unbroken = "word " * 100, "字" * 300
    stories = read(rss(f"<description>{long}</description>", f"<description>{unbroken}</description>")).stories
    assert stories[0].title.endswith("word…")
    assert len(stories[0].title) <= 121
    assert stories[1].title == "字" * 120 + "…"


def test_items_that_say_nothing_are_left_out() -> None:
    """An empty item is no story, and the operator hears of it."""
    bulletin = read(rss("<category>a</category>", "<title>b</title>"))
    assert [story.title for story in bulletin.stories] == ["b"]
    assert bulletin.signals == ["1 items that say nothing"]


# ── Broken feeds ──────────────────────────────────────────────────────────────────────────────────────────────────

ITEM = "<title>t{0}</title><link>https://p.example/{0}?foo=1&amp;bar=2</link><guid>g{0}</guid>"
FEED = rss(*(ITEM.format(number) for number in range(5)))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (FEED.replace("&amp;", "&"), "bare ampersands"),
        (FEED.replace("t3", "t3\x08&nbsp;&nosuch;&#8;"), "control characters"),
        (FEED + "<!-- ok -->0", "after the end was left out"),
        ("Warning: <b>x</b> in line 3\n" + FEED, "before the beginning"),
        (FEED.replace("<title>t3", "<media:x at:b='c'>1</media:x><title>t3"), "prefixes that it uses were declared"),
        (FEED.replace("<title>t3", "<category><title>t3"), "read leniently"),
    ],
)
def test_what_can_be_put_right_is_put_right(body: str, said: str) -> None:
    """All five items are read with their links whole, and the operator is told what was wrong."""
    bulletin = read(body)
    assert [story.url for story in bulletin.stories] == [f"https://p.example/{n}?foo=1&bar=2" for n in range(5)]
    assert said in " ".join(bulletin.signals)


@pytest.mark.parametrize("lenient", [False, True])
def test_a_cut_feed_keeps_its_whole_items(lenient: bool) -> None:
    """The item in which the document was cut is left for the next poll: half an item has half an identity."""
    body = FEED.replace("<title>t1", "<category><title>t1") if lenient else FEED
    bulletin = read(body[: body.index("t4") + 40])
    assert [story.id for story in bulletin.stories] == [f"guid:news_paper:g{n}" for n in range(4)]
    assert bulletin.signals[-1].endswith("cut after item 4")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "an empty document"),
        (b" \n\t", "an empty document"),
        ("<!DOCTYPE html><html><head><title>Just a &amp; moment</title>", "page titled 'Just a & moment'; try feed"),
        ("<html><body>no title</body></html>", "an HTML page without a title"),
        ("<script>location='/'</script>", "an HTML page without a title"),
        ("<opml><body/></opml>", "XML whose root is <opml>"),
        ("Please limit requests to one every 5 seconds", "text that is no feed, beginning 'Please limit"),
        ("{not json", "JSON that cannot be read"),
        ("[" * 100_000, "JSON that cannot be read"),
        ('{"error": "x"}', "JSON without items or articles: it has 'error'"),
        ("[1]", "it is a list"),
        (FEED[: FEED.index("t0")], "cut before the end of its first item"),
        ("<rss><channel><item</channel></rss>", "nothing in it can be saved"),
        ("<!-- never closed", "text that is no feed"),
        ("<!DOCTYPE rss [ <!ENTITY a 'b'>", "text that is no feed"),
        (b"<rss>" + b" " * CAP, f"more than {CAP} bytes"),
    ],
)
def test_a_document_that_is_no_feed_says_what_it_is(body: str | bytes, said: str) -> None:
    """The message names the source and what came instead, and nothing is returned."""
    with pytest.raises(FeedDamaged, match=r"^news_paper: ") as refusal:
        read(body)
    assert said in str(refusal.value)
    assert len(str(refusal.value)) < 400


# ── Hostile feeds ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_entities_are_never_expanded() -> None:
    """Neither a bomb of nested entities nor the content of a file gets into a story."""
    entities = ['<!ENTITY a0 "xxxxxxxxxx">']
    entities += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)]
    bomb = f"<!DOCTYPE rss [{''.join(entities)}]>" + FEED.partition("?>")[2].replace("t3", "&a11;")
    assert read(bomb).stories[3].title == "&a11;"
    external = '<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/hostname">]>' + FEED.partition("?>")[2]
    assert read(external.replace("t3", "&f;")).stories[3].title == "&f;"
    remote = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:1/rss.dtd">'
    assert len(read(remote + FEED.partition("?>")[2]).stories) == 5


def test_deep_html_keeps_its_words() -> None:
    """Mark-up deeper than the HTML parser goes is stripped by pattern; the words behind it are not lost."""
    deep = "&lt;div&gt;" * 3000 + "bottom &amp;amp; end" + "&lt;/div&gt;" * 3000 + "&lt;style&gt;p{}&lt;/style&gt;tail"
    story = read(rss(f"<title>t</title><description>{deep}</description>")).stories[0]
    assert story.text.split() == ["bottom", "&", "end", "tail"]


def test_deep_xml_is_refused() -> None:
    """A tower of elements is neither parsed nor given to the lenient parser, which would take minutes."""
    with pytest.raises(FeedDamaged, match="nested too deep"):
        read(FEED.replace("t3", "<a>" * 100_000))


def test_everything_is_bounded() -> None:
    """A title, a text and a guid of a megabyte each, and too many items, are all cut to size."""
    huge = "word " * 200_000
    story = read(rss(f"<title>{huge}</title><guid>{huge}</guid><description>{huge}</description>")).stories[0]
    assert len(story.title) <= TITLE
    assert story.title.endswith("…")
    assert len(story.text) <= TEXT
    assert len(story.id) < 210
    many = read(rss(*(f"<title>t{number}</title>" for number in range(MOST + 5))))
    assert len(many.stories) == MOST
    assert "only the first" in many.signals[0]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://[bad", "mailto:a@b.example"]
)
def test_links_that_are_not_for_the_web_are_dropped(link: str) -> None:
    """A story may have no link, but never one that runs something."""
    assert read(rss(f"<title>t</title><link>{link}</link>")).stories[0].url == ""


def test_a_body_is_never_taken_for_a_file_name_or_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """feedparser is given a stream: from a text that names a file it would open that file. And it may fail."""
    seen: list[object] = []

    def spy(given: object, **_: object) -> object:
        seen.append(given)
        raise AssertionError("inside feedparser")

    monkeypatch.setattr("feedparser.parse", spy)
    with pytest.raises(FeedDamaged, match="feedparser gave up: AssertionError"):
        read("<rss><channel><item><category></item></channel></rss>")
    assert hasattr(seen[0], "read")


def test_lenient_reading_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large document that is not well-formed is refused instead of being read for minutes."""
    monkeypatch.setattr(salvage, "MOST_CHARACTERS", 100)
    with pytest.raises(FeedDamaged, match="lenient reading stops at 100"):
        read(FEED.replace("<title>t3", "<category><title>t3"))


def test_lenient_reading_is_bounded_in_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cap on items holds there too."""
    monkeypatch.setattr(salvage, "MOST", 2)
    bulletin = read(FEED.replace("<title>t3", "<category><title>t3"))
    assert len(bulletin.stories) == 2
    assert "5 items; only the first 2 were read" in bulletin.signals


fragments = st.sampled_from(
    [
        *b"<rss><channel> <item> </item> <title> </title> <link> <guid> </rss> <feed> <entry> <id> <rdf:RDF>".split(),
        *b"<![CDATA[ ]]> & &amp; &#0; &#xD800; <!-- --> <!DOCTYPE [ ]> <?xml <pubDate> </pubDate> {} ]}".split(),
        b"<link>http://[</link>",
        b"<pubDate>31 Feb 99999 25:61 XYZ</pubDate>",
        b'xml:base="//["',
        b"\x00",
        b"\xff\xfe",
        b'{"items":[',
        b'<?xml version="1.0" encoding="utf-7"?>',
        b"\xed\xa0\x80",
        b'<x xmlns="',
        b"<content type='xhtml'><div>",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(b"<rss><channel><item><guid>http://[</guid><link>http://a]/</link></item></channel></rss>")
@example(b'{"items":[{"id":1e999,"url":"\\ud800","title":"\\u0000","date_published":"0000-00-00T00:00:00Z"}]}')
@example(b"<rss xml:base='http://['><channel><item><link>x</link></item></channel></rss>")
@example(b"<feed><entry><title>t</title><updated>9999-12-31T23:59:59-14:00</updated></entry></feed>")
@given(st.binary(max_size=300) | st.lists(fragments | st.binary(max_size=8), max_size=25).map(b"".join))
def test_any_bytes_are_a_feed_or_say_why_not(body: bytes) -> None:
    """Nothing but FeedDamaged ever comes out, and what is read can be kept by any store."""
    for url in (URL, "memory:"):
        try:
            bulletin = read(body, url=url)
        except FeedDamaged:
            continue
        for story in bulletin.stories:
            assert story.id == story.keys[0]
            assert story.url == "" or story.url.startswith(("http://", "https://"))
            "".join((story.url, story.title, story.text, story.publisher, *story.keys)).encode()


def test_recognising_a_feed_by_its_beginning() -> None:
    """A look is enough to tell a feed from a page."""
    assert looks_like_feed(document("<!-- c -->" + FEED.partition("?>")[2]))
    assert looks_like_feed(document('{"version": "x", "items": []}'))
    assert not looks_like_feed(document("<!doctype html><html><p>our rss feed</p></html>"))
    assert not looks_like_feed(document('{"a": 1}'))
