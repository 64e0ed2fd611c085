"""The Federal Register: every shape its API answers in, and what must not be taken for one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.lists.us_federal_register import us_federal_register
from bot import codec
from bot.errors import FeedDamaged
from bot.model import Bulletin, Document, SourceKind, Story

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SAMPLES = Path(__file__).resolve().parents[1] / "sources" / "us_federal_register"
TIKTOK = "https://www.federalregister.gov/documents/2020/08/11/2020-17699/tiktok-steps-to-address-the-threat"


def read(body: object, url: str = "https://www.federalregister.gov/api") -> Bulletin:
    data = body if isinstance(body, bytes) else json.dumps(body).encode("utf-8")
    return us_federal_register.read(Document.of(data, url=url, at=NOW))


def one(**fields: object) -> Story:
    """The story of a document with these fields, where nothing was odd."""
    bulletin = read({"document_number": "2021-1", "title": "A", "publication_date": "2021-01-14", **fields})
    assert bulletin.signals == []
    return bulletin.stories[0]


def signals(**fields: object) -> list[str]:
    return read({"document_number": "2021-1", "title": "A", "publication_date": "2021-01-14", **fields}).signals


# ── The real answers ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "layout", "stories"),
    [
        ("2020-08-10_public_inspection_available_on.json", "fr.inspection/1", 109),
        ("2020-08-11_public_inspection_current.json", "fr.inspection/1", 100),
        ("2020-08_document_full.json", "fr.document/1", 1),
        ("2020-08_documents_two.json", "fr.search/1", 2),
        ("2020-08_pi_document.json", "fr.document/1", 1),
        ("2026-03-18_fr_notices_isn.csv", "fr.csv/1", 57),
        ("index_2020-2023.derived.json", "fr.array/1", 73),
    ],
)
def test_every_real_answer_reads_without_a_word_to_the_operator(
    shared: Path, name: str, layout: str, stories: int
) -> None:
    """All documents, each with a number, a title, an address and a time, and nothing odd about them."""
    bulletin = read((shared / "lists/us_federal_register" / name).read_bytes())
    assert (bulletin.layout, len(bulletin.stories), bulletin.signals) == (layout, stories, [])
    assert len({story.id for story in bulletin.stories}) == stories
    for story in bulletin.stories:
        assert story.title
        assert not story.title.startswith("Federal Register document")
        assert story.published is not None
        assert story.url.startswith("https://www.federalregister.gov/documents/")
        assert story.keys == (f"fr:{story.id}", story.url)
        assert (story.source, story.tier, story.language) == ("us_federal_register", 1, "en")


def test_the_tiktok_order_is_seen_a_day_before_it_is_published(shared: Path) -> None:
    """Filed at 11:15 in Washington on 10 August 2020, printed on the 11th."""
    body = (shared / "lists/us_federal_register/2020-08-10_public_inspection_available_on.json").read_bytes()
    (story,) = [story for story in read(body).stories if story.title.startswith("TikTok;")]
    assert (story.id, story.published) == ("2020-17699", datetime(2020, 8, 10, 15, 15, tzinfo=UTC))
    assert story.publisher == "Executive Office of the President via Federal Register"
    assert story.citation == ""


def test_a_published_document_tells_all_it_has(shared: Path) -> None:
    """Abstract, action and dates make the text, without what an excerpt repeats; the citation is its own."""
    body = (shared / "lists/us_federal_register/2020-08_document_full.json").read_bytes()
    (story,) = read(body).stories
    assert story.citation == "85 FR 48465"
    assert story.publisher == "Transportation Department, Federal Aviation Administration via Federal Register"
    assert story.published == datetime(2020, 8, 11, 12, 45, tzinfo=UTC)
    first, *rest = story.text.split("\n\n")
    assert first.startswith("The FAA is adopting a new airworthiness directive")
    assert [part[:20] for part in rest] == ["Final rule; request ", "This AD is effective"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.9999])
@pytest.mark.parametrize("name", ["2020-08-11_public_inspection_current.json", "2026-03-18_fr_notices_isn.csv"])
def test_a_cut_real_answer_is_refused(shared: Path, name: str, share: float) -> None:
    """A transfer that stopped is told as such, whatever it was of."""
    body = (shared / "lists/us_federal_register" / name).read_bytes().strip()
    cut = body[: int(len(body) * share)]
    if name.endswith(".csv"):
        cut = cut.rsplit(b",", 1)[0]
    with pytest.raises(FeedDamaged, match="cut"):
        read(cut)


# ── Shapes ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sample_reads_as_its_golden() -> None:
    """A search answer with two designations of Chinese military companies, and an order on inspection."""
    golden = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))["sample.json"]["stories"]
    assert json.loads(codec.encode(read((SAMPLES / "sample.json").read_bytes()).stories)) == golden


@pytest.mark.parametrize(
    "body",
    [{"count": 0, "description": "nothing"}, {"count": 0, "results": []}, {"results": []}, []],
)
def test_a_day_without_documents_is_no_damage(body: object) -> None:
    """The API leaves `results` out when there are none."""
    bulletin = read(body)
    assert (bulletin.stories, bulletin.signals) == ([], [])


def test_a_list_by_number_with_some_not_found_gives_the_others() -> None:
    """And says which are missing."""
    found = {"document_number": "2021-1", "title": "A", "publication_date": "2021-01-14"}
    bulletin = read({"count": 1, "results": [found], "errors": {"not_found": ["2021-99999"]}})
    assert [story.id for story in bulletin.stories] == ["2021-1"]
    assert bulletin.signals == ['the API reports {"not_found": ["2021-99999"]}']


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b"<html><body>Request Access</body></html>", "a web page"),
        (b'{"count": 3, "results": [{"document_nu', "no whole JSON"),
        (b'{"results": [' + b"[" * 100_000, "no whole JSON"),
        (json.dumps({"count": 0}).encode("utf-16"), "UTF-16"),
        ('{"title": "Xi\xe1n"}'.encode("cp1252"), "not UTF-8 at byte"),
        ({"errors": {"fields": "xyz is not a valid field"}}, "refused by the API.*xyz is not a valid field"),
        ({"count": 0, "errors": ["bad date"]}, "refused by the API"),
        ({"status": 404, "message": "Record not found"}, "refused by the API.*Record not found"),
        ({"count": 12}, "neither results nor a document number, but 'count'"),
        ({"count": 12, "results": []}, "says it has 12 documents and carries none"),
        ({"count": 12, "results": "soon"}, "results of type str"),
        (b"36,AEROCARIBBEAN AIRLINES,-0- ,CUBA", "neither JSON nor an export"),
        (b"document_number,publication_date\n2021-1\n", "has 1 of 2 columns in line 2: cut"),
        (b'document_number,publication_date\n2021-1,"2021-01', "no whole CSV"),
    ],
)
def test_what_is_no_answer_of_the_api_is_refused_with_a_word_on_what_it_is(body: object, says: str) -> None:
    """An outage must not pass for a quiet day."""
    with pytest.raises(FeedDamaged, match=says) as refusal:
        read(body)
    assert str(refusal.value).startswith("us_federal_register: https://www.federalregister.gov/api ")


def test_an_export_has_its_titles_in_the_address() -> None:
    """The shortest export has no title; the Register makes its addresses from it."""
    url = "https://www.federalregister.gov/documents/2021/01/15/2021-00995/addition-of-entity"
    columns = "\ufeffdocument_number,publication_date,html_url,agencies"
    (story,) = read(f"{columns}\r\n\r\n2021-00995,2021-01-15,{url},A; B\r\n".encode()).stories
    assert (story.title, story.id, story.publisher) == ("Addition of entity", "2021-995", "A, B via Federal Register")
    assert story.published == datetime(2021, 1, 15, 13, 45, tzinfo=UTC)


# ── Fields ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("number", "normal"),
    [
        ("2012-07333", "2012-7333"),
        ("2012-7333", "2012-7333"),
        (" 2020-17699 ", "2020-17699"),
        ("E8-01234", "E8-1234"),
        ("c1-2020-02345", "C1-2020-2345"),
        ("2021-0000", "2021-0"),
    ],
)
def test_a_number_is_the_same_with_and_without_zeros(number: str, normal: str) -> None:
    """So that inspection and publication are one story."""
    assert (one(document_number=number).id, one(document_number=number).keys[0]) == (normal, f"fr:{normal}")


def test_a_document_on_inspection_and_its_publication_are_one_story() -> None:
    """Other title, other address, other zeros: the number holds them together."""
    galley = one(document_number="2012-07333", filed_at="2012-03-26T08:45:00.000-04:00", html_url=f"{TIKTOK}-a")
    printed = one(document_number="2012-7333", title="Another title", html_url=f"{TIKTOK}-b")
    assert galley.id == printed.id
    assert set(galley.keys) & set(printed.keys) == {"fr:2012-7333"}


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"title": "Given", "toc_subject": "Not"}, "Given"),
        ({"title": None, "toc_subject": "Entity List:\n", "toc_doc": "Additions"}, "Entity List: Additions"),
        ({"title": " ", "toc_doc": "Additions", "toc_subject": ""}, "Additions"),
        ({"title": None, "subject_1": "Export:", "subject_2": "Huawei", "subject_3": None}, "Export: Huawei"),
        ({"title": None, "html_url": TIKTOK}, "Tiktok steps to address the threat"),
        ({"title": None}, "Federal Register document 2021-1"),
        ({"title": "Smith &amp; Sons <em>v.</em> Board"}, "Smith & Sons v. Board"),
    ],
)
def test_a_title_is_made_where_none_is_given(fields: dict[str, object], title: str) -> None:
    """From the table of contents, the subject lines or the address, in this order."""
    assert one(**fields).title == title


def test_excerpts_lose_their_marks() -> None:
    """The API marks the words that were searched for, and gives several excerpts as an array or one as text."""
    marked = 'adds <span class="match">Huawei</span> &amp; 68 affiliates where 3 < 5'
    assert one(excerpts=marked).text == "adds Huawei & 68 affiliates where 3 < 5"
    assert one(excerpts=[marked, "and more"]).text == "adds Huawei & 68 affiliates where 3 < 5\n\nand more"


def test_subject_lines_that_the_title_does_not_have_are_text() -> None:
    """On inspection they are all there is."""
    story = one(title="Export Controls", subject_1="Export Controls:", subject_2="Xiaomi Corporation", subject_3=7)
    assert story.text == "Xiaomi Corporation\n\n7"


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        ("2021-01-14", datetime(2021, 1, 14, 13, 45, tzinfo=UTC)),
        ("2021-06-28", datetime(2021, 6, 28, 12, 45, tzinfo=UTC)),
    ],
)
def test_a_day_of_publication_is_its_morning_in_washington(day: str, utc: datetime) -> None:
    """Winter and summer time."""
    assert one(publication_date=day).published == utc


def test_times_that_cannot_be_read_are_told() -> None:
    """A filing time without an offset gives way to the day; a day that is none leaves the time open."""
    naive = read({"document_number": "2021-1", "publication_date": "2021-01-14", "filed_at": "2021-01-13T08:45:00"})
    assert naive.stories[0].published == datetime(2021, 1, 14, 13, 45, tzinfo=UTC)
    assert naive.signals == [
        "2021-1: filed_at is '2021-01-13T08:45:00', no time with an offset; took the day of publication"
    ]
    assert signals(filed_at="yesterday")[0].startswith("2021-1: filed_at is 'yesterday'")
    for day in ("14/01/2021", None, "0001-01-01x"):
        bulletin = read({"document_number": "2021-1", "title": "A", "publication_date": day})
        assert bulletin.stories[0].published is None
        assert bulletin.signals[0].startswith("2021-1: publication_date is ")


@pytest.mark.parametrize(
    ("fields", "publisher"),
    [
        ({}, "Federal Register"),
        ({"agencies": [], "agency_names": ["State Department"]}, "State Department via Federal Register"),
        ({"agencies": [{"raw_name": "Office of the Secretary"}, {"id": 5}, None, "FCC"]},
         "Office of the Secretary, FCC via Federal Register"),
        ({"agencies": 5, "agency_names": {"x": 1}}, "Federal Register"),
        ({"agencies": [{"name": "FCC"}, {"name": "FCC"}]}, "FCC via Federal Register"),
    ],
)  # fmt: skip
def test_agencies_of_any_form_make_the_publisher(fields: dict[str, object], publisher: str) -> None:
    """Without a name, without a list, twice: no crash and no empty comma."""
    assert one(**fields).publisher == publisher


@pytest.mark.parametrize(
    ("fields", "citation"),
    [
        ({"citation": "85 FR 48637"}, "85 FR 48637"),
        ({"volume": 85, "start_page": 48637}, "85 FR 48637"),
        ({"volume": 85, "start_page": None}, ""),
        ({"volume": True, "start_page": [1]}, ""),
    ],
)
def test_the_citation_is_given_or_made_of_volume_and_page(fields: dict[str, object], citation: str) -> None:
    """Nothing is invented for a document that is not printed yet."""
    assert one(**fields).citation == citation


@pytest.mark.parametrize(
    ("given", "url"),
    [
        (f"{TIKTOK}?utm_source=x#top", TIKTOK),
        (TIKTOK.replace("https://www", "HTTPS://WWW"), TIKTOK),
        ("javascript:alert(1)", "https://www.federalregister.gov/d/2021-1"),
        ("https://[broken", "https://www.federalregister.gov/d/2021-1"),
        (None, "https://www.federalregister.gov/d/2021-1"),
        (17, "https://www.federalregister.gov/d/2021-1"),
    ],
)
def test_the_address_is_canonical_or_the_short_one(given: object, url: str) -> None:
    """Without tracking; and never something that is no web address."""
    assert one(html_url=given).url == url


def test_odd_documents_are_told_to_the_operator() -> None:
    """No number: left out. Unknown number, unknown type: kept. The rest of the answer is read in any case."""
    rows = ["text", None, {"title": "No number"}, {"document_number": ["2021-1"], "title": "A list"}]
    good = {"document_number": "2021-2", "title": "Good", "publication_date": "2021-01-14", "type": "Notice"}
    odd = {**good, "document_number": "TBD 5", "type": "Hologram"}
    bulletin = read([*rows, good, odd, odd])
    assert [story.id for story in bulletin.stories] == ["2021-2", "TBD 5", "TBD 5"]
    assert bulletin.signals == [
        "an entry that is no document: 'text'",
        "an entry that is no document: 'None'",
        "a document without a number: 'No number'; left out",
        "a document without a number: 'A list'; left out",
        "a document number of an unknown shape: 'TBD 5'",
        "unknown type of document: 'Hologram'",
    ]


# ── The card ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_card_asks_for_the_newest_of_the_agencies_that_keep_lists() -> None:
    """Newest first, a hundred, only fields the API knows; public inspection in the same poll."""
    card = us_federal_register.card
    query = parse_qs(urlsplit(card.url).query)
    assert query["conditions[agencies][]"] == [
        "industry-and-security-bureau",
        "foreign-assets-control-office",
        "defense-department",
        "homeland-security-department",
        "federal-communications-commission",
        "state-department",
        "executive-office-of-the-president",
    ]
    assert (query["order"], query["per_page"]) == (["newest"], ["300"])
    assert {"document_number", "title", "abstract", "html_url", "publication_date"} <= set(query["fields[]"])
    assert card.also == ("https://www.federalregister.gov/api/v1/public-inspection-documents/current.json",)
    assert (card.kind, card.every, card.tier) == (SourceKind.NOTICES, timedelta(minutes=10), 1)
    assert "10,000" in card.note


# ── The whole text ────────────────────────────────────────────────────────────────────────────────────────────────

RAW = "https://www.federalregister.gov/public-inspection/raw_text/202/100/001.txt"


@pytest.mark.parametrize(
    ("agency", "title", "url", "read_whole"),
    [
        ("industry-and-security-bureau", "Additions of Entities", RAW, True),
        ("foreign-assets-control-office", "Notice of Actions", RAW, True),
        ("defense-department", "Notice of Removal of Designated Chinese Military Companies", RAW, True),
        ("homeland-security-department", "Uyghur Forced Labor Prevention Act Entity List", RAW, True),
        ("defense-department", "Meetings: Board of Visitors", RAW, False),
        ("federal-aviation-administration", "Airworthiness: sanctioned parts", RAW, False),
        ("industry-and-security-bureau", "Additions of Entities", "https://elsewhere.example/1.txt", False),
        ("industry-and-security-bureau", "Additions of Entities", None, False),
    ],
)
def test_which_documents_are_read_whole(agency: str, title: str, url: str | None, read_whole: bool) -> None:
    """Those of the offices that keep lists, and of others those that may be about one; only at the Register's hosts."""
    story = one(title=title, agencies=[{"slug": agency, "name": "An agency"}], raw_text_url=url)
    assert story.whole == (RAW if read_whole else "")


@pytest.mark.parametrize(
    ("read_at", "number", "beside"),
    [
        ("http://mirror.example/us_federal_register", "2021-00123", "http://mirror.example/2021-00123.txt"),
        ("http://mirror.example/fr/newest.json?day=1", "2021-00123", "http://mirror.example/fr/2021-00123.txt"),
        ("file:///srv/fr/documents.json", "C1-2021-00123", "file:///srv/fr/C1-2021-00123.txt"),
        ("file:///srv/fr/documents.json", "../../etc/passwd", ""),
    ],
)
def test_a_document_from_elsewhere_has_its_text_beside_it(read_at: str, number: str, beside: str) -> None:
    """Under its number as it stands in the document, whatever address it gives; never in another folder."""
    agencies = [{"slug": "industry-and-security-bureau"}]
    row = {"document_number": number, "title": "Additions", "agencies": agencies, "raw_text_url": RAW}
    (story,) = read([{**row, "publication_date": "2021-01-14"}], read_at).stories
    assert story.whole == beside


def test_an_export_has_the_names_of_agencies_alone() -> None:
    """They tell as well which documents may be about a list."""
    export = (
        b"document_number,publication_date,title,agency_names\n"
        b"2021-00123,2021-01-14,Additions of Entities,Commerce Department; Industry and Security Bureau\n"
        b"2021-00124,2021-01-14,Airworthiness,Federal Aviation Administration\n"
    )
    told = [story.whole for story in read(export, "file:///srv/export.csv").stories]
    assert told == ["file:///srv/2021-00123.txt", ""]


def test_a_text_is_read_as_paragraphs() -> None:
    """Plain on inspection; printed in a page, with entities and lines of blanks."""

    def text(body: str) -> str:
        assert us_federal_register.whole
        return us_federal_register.whole(Document.of(body.encode(), at=NOW))

    assert text("A\r\nline\r\n  \r\n  next\n\n\n\nlast\n") == "A\nline\n\nnext\n\nlast"
    assert text("<html><body><pre>\nA &amp; B\n\n<a href='x'>C</a> &lt;D&gt;\n</pre></body></html>") == "A & B\n\nC <D>"
    assert text("") == ""
