"""The Federal Register: rules, notices and orders of the US government, and what is on inspection before it is printed.

The earliest official word on most lists, and the only one between two editions of some. Two addresses are read in one
poll: the newest published documents of the agencies that keep lists, and what is on public inspection today, for all
agencies (that address takes no filter), usually one working day before it is published.

Each of the API's shapes is taken, told apart by content: search results, one document, several by number, public
inspection (current, of a day, one), a bare array of documents, and the CSV export. Facts of the API are from its
source (usnationalarchives/federalregister-api-core, read 2026-11) and from real answers of 2020 to 2026:

- `results` is missing when `count` is 0. That is an empty day and no damage.
- A public inspection number and the published one may differ in zeros: 2012-07333 is 2012-7333.
- A title on public inspection may differ from the published one, so the number alone makes two documents one.
- `page * per_page` above 10,000 silently answers with page 1, and `per_page` outside 2 to 2000 with 20. Following
  `next_page_url` may therefore never end; nothing here follows it.
- A public inspection document has no abstract and most often names no company in its title.

A document that did not come from the Register (a mirror, a file) has the texts beside it: 2021-00123.txt in the same
folder, by the number as it stands there. Their own addresses are of no use where nobody can go, and the last part of
one on public inspection (017/086.txt) is no name.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from bot.errors import FeedDamaged
from bot.model import Bulletin, Document, Story
from bot.sources import notice_source

SOURCE = "us_federal_register"

_API = "https://www.federalregister.gov/api/v1"
_AGENCIES = (
    "industry-and-security-bureau",
    "foreign-assets-control-office",
    "defense-department",
    "homeland-security-department",
    "federal-communications-commission",
    "state-department",
    "executive-office-of-the-president",
)
#: Only fields the API knows: an unknown one is refused with 400.
_FIELDS = (
    "abstract",
    "action",
    "agencies",
    "citation",
    "dates",
    "document_number",
    "excerpts",
    "html_url",
    "publication_date",
    "raw_text_url",
    "title",
    "toc_doc",
    "toc_subject",
    "type",
)
_QUERY = urlencode(
    [
        *(("conditions[agencies][]", agency) for agency in _AGENCIES),
        *(("fields[]", field) for field in _FIELDS),
        ("order", "newest"),
        ("per_page", "300"),
    ]
)
#: When the day's documents are out in Washington, by `regular_filings_updated_at` and most `filed_at` (seen 2020).
_ISSUED = time(8, 45)
_WASHINGTON = ZoneInfo("America/New_York")
_TYPES = frozenset(
    {
        "Correction",
        "Notice",
        "Presidential Document",
        "Proposed Rule",
        "Rule",
        "Sunshine Act Document",
        "Uncategorized Document",
    }
)
_NUMBER = re.compile(r"(?:[A-Z]\d?-)?[A-Z]?\d{1,4}-\d{1,7}", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


#: Of these agencies every document may name companies, of the others those whose title or summary says so.
_ALWAYS = frozenset({"industry-and-security-bureau", "foreign-assets-control-office"})
_ABOUT_LISTS = re.compile(
    r"entity list|unverified list|military end|export administration reg|denied person|deny|sanction|block|designat"
    r"|chinese military|1260h|1237|covered list|covered communications|uyghur|forced labor|nonproliferation|debar"
    r"|terroris|national emergency|securities invest|supply chain|prohibited transaction|people's republic of china"
    r"|china|restricted part",
    re.IGNORECASE,
)
#: The hosts on which the Register keeps its documents and texts.
_REGISTER = frozenset({"www.federalregister.gov", "federalregister.gov", "www.govinfo.gov"})
#: Characters of a text that are read: about five hundred printed pages.
_LONGEST = 3_000_000


def _whole_text(document: Document) -> str:
    """A document's text, as it is on public inspection (plain) or published (in a <pre>), broken lines joined."""
    text = document.whole()[: 4 * _LONGEST].decode("utf-8", "replace")[:_LONGEST].replace("\r\n", "\n")
    if text.lstrip().startswith("<"):
        text = html.unescape(_TAG.sub("", text))
    return re.sub(r"\n[ \t]*\n\s*", "\n\n", text).strip()


@notice_source(
    title="Federal Register: list agencies, and public inspection",
    publisher="Office of the Federal Register",
    url=f"{_API}/documents.json?{_QUERY}",
    also=(f"{_API}/public-inspection-documents/current.json",),
    page="https://www.federalregister.gov/public-inspection/current",
    every=timedelta(minutes=10),
    licence="US government work, public domain in the US",
    note=(
        "no key needed. Answers may come from a cache for up to a day. One look takes the 300 newest documents, about "
        "three days of these agencies: after a longer outage older ones are not fetched, and paging cannot go beyond "
        "10,000 documents (the API then answers page 1 again). The whole text of documents that may be about a list "
        "is read for names, also while they are on public inspection. For a mirror or a file, put the texts beside the "
        "document: that of 2021-00123, which is at its raw_text_url, as 2021-00123.txt. A mirror has one document, and "
        "public inspection is not asked besides"
    ),
    cap=50_000_000,
    whole=_whole_text,
)
def us_federal_register(document: Document) -> Bulletin:
    """The documents in it as stories. Raises FeedDamaged, saying what it looks like instead."""
    text = _text(document)
    if text[:1] in "{[":
        layout, rows, signals = _from_json(document, text)
    else:
        layout, rows, signals = "fr.csv/1", _from_csv(document, text), []
    stories = [story for row in rows if (story := _story(row, document.url, signals))]
    return Bulletin(
        layout=layout,
        stories=stories,
        title="Federal Register",
        language="en",
        identity="document number",
        signals=list(dict.fromkeys(signals)),
    )


# ── From the body to rows ─────────────────────────────────────────────────────────────────────────────────────────


def _damaged(document: Document, what: str) -> FeedDamaged:
    return FeedDamaged(f"{SOURCE}: {document.url} {what}")


def _text(document: Document) -> str:
    """The body as text, from its first character that is no blank."""
    body = document.whole()
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in body[:64]:
        raise _damaged(document, "is UTF-16 text or binary data; expected JSON in UTF-8")
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise _damaged(document, f"is not UTF-8 at byte {error.start} of {len(body)}: damaged on the way") from error
    if not text:
        raise _damaged(document, "is empty; an empty day would be an object with count 0")
    if text.startswith("<"):
        raise _damaged(document, f"is a web page, not JSON: {text[:100]!r}; perhaps a block page or an outage")
    return text


def _from_json(document: Document, text: str) -> tuple[str, Iterable[object], list[str]]:
    """Which of the API's shapes it is, its documents, and what an operator should know of the envelope."""
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(document, f"is no whole JSON ({error}): cut or damaged on the way") from error
    if isinstance(parsed, list):
        return "fr.array/1", parsed, []
    assert isinstance(parsed, dict)  # the text began with a brace
    if "results" in parsed:
        return _search(document, parsed)
    if "document_number" in parsed:
        return "fr.document/1", [parsed], []
    if parsed.get("count") == 0 and not parsed.get("errors"):
        return "fr.search/1", [], []
    if problem := parsed.get("errors") or parsed.get("message") or parsed.get("error"):
        raise _damaged(document, f"was refused by the API: {json.dumps(problem)[:300]}; check the query")
    raise _damaged(document, f"has neither results nor a document number, but {', '.join(sorted(parsed))[:200]!r}")


def _search(document: Document, parsed: dict[str, Any]) -> tuple[str, Iterable[object], list[str]]:
    results = parsed["results"]
    if not isinstance(results, list):
        raise _damaged(document, f"has results of type {type(results).__name__}; expected an array")
    if not results and parsed.get("count"):
        raise _damaged(document, f"says it has {parsed['count']} documents and carries none")
    inspection = "special_filings_updated_at" in parsed or "regular_filings_updated_at" in parsed
    signals = [f"the API reports {json.dumps(parsed['errors'])[:300]}"] if parsed.get("errors") else []
    return ("fr.inspection/1" if inspection else "fr.search/1"), results, signals


def _from_csv(document: Document, text: str) -> Iterator[object]:
    """The rows of an export as documents. Raises FeedDamaged when it is another table, or cut."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = [cell.strip().casefold() for cell in next(rows)]
        if not {"document_number", "publication_date"} <= set(columns):
            raise _damaged(document, f"is neither JSON nor an export with a document_number, but begins {text[:100]!r}")
        for cells in rows:
            if not any(cells):
                continue
            if len(cells) != len(columns):
                raise _damaged(document, f"has {len(cells)} of {len(columns)} columns in line {rows.line_num}: cut")
            yield dict(zip(columns, cells, strict=True))
    except csv.Error as error:
        raise _damaged(document, f"is no whole CSV at line {rows.line_num} ({error}): cut") from error


# ── From a row to a story ─────────────────────────────────────────────────────────────────────────────────────────


def _story(row: object, read_at: str, signals: list[str]) -> Story | None:
    """One document, or None with a signal when it says neither its number nor its name."""
    if not isinstance(row, dict):
        signals.append(f"an entry that is no document: {str(row)[:100]!r}")
        return None
    number = _number(_plain(row.get("document_number")))
    title = _title(row)
    if not number:
        signals.append(f"a document without a number: {title[:100]!r}; left out")
        return None
    if not _NUMBER.fullmatch(number):
        signals.append(f"a document number of an unknown shape: {number[:40]!r}")
    if (kind := _plain(row.get("type"))) and kind not in _TYPES:
        signals.append(f"unknown type of document: {kind[:60]!r}")
    url = _address(row.get("html_url")) or f"https://www.federalregister.gov/d/{number}"
    return Story(
        source=SOURCE,
        id=number,
        url=url,
        title=title or _slug(url) or f"Federal Register document {number}",
        text=_body(row, title),
        language="en",
        published=_published(row, number, signals),
        publisher=_publisher(row),
        keys=(f"fr:{number}", url),
        tier=1,
        citation=_citation(row),
        whole=_whole(row, title, read_at),
    )


def _number(text: str) -> str:
    """A document number as both public inspection and the published issue have it: 2012-07333 is 2012-7333."""
    before, dash, last = text.strip().upper().rpartition("-")
    return f"{before}{dash}{last.lstrip('0') or '0'}" if dash else last


def _plain(value: object) -> str:
    """A field as plain text: no tags (excerpts mark what was searched for), no entities, blanks made one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join(html.unescape(_TAG.sub("", str(value))).split())


def _title(row: dict[str, Any]) -> str:
    """Its title, or the one the table of contents or the subject lines make: "Airworthiness Directives: Boeing"."""
    if title := _plain(row.get("title")):
        return title
    contents = _joined(row, "toc_subject", "toc_doc")
    return contents or _joined(row, "subject_1", "subject_2", "subject_3")


def _whole(row: dict[str, Any], title: str, read_at: str) -> str:
    """Where the whole text is, of a document that may be about a list."""
    agencies = _slugs(row)
    if not (agencies & _ALWAYS or (agencies & set(_AGENCIES) and _ABOUT_LISTS.search(f"{title}\n{_body(row, title)}"))):
        return ""
    if urlsplit(read_at).hostname in _REGISTER:
        url = _address(row.get("raw_text_url"))
        return url if urlsplit(url).hostname in _REGISTER else ""
    number = _plain(row.get("document_number"))
    return urljoin(read_at, f"{number}.txt") if _NUMBER.fullmatch(number) else ""


def _slugs(row: dict[str, Any]) -> set[str]:
    """Its agencies as the API writes them in a query; an export has their names alone, which make them."""
    agencies = [one for one in _many(row.get("agencies")) if isinstance(one, dict)]
    if agencies:
        return {_plain(one.get("slug")) for one in agencies}
    return {_plain(name).casefold().replace(" ", "-") for name in _many(row.get("agency_names"))}


def _slug(url: str) -> str:
    """The words of an address, for an export without titles: the Register makes them from the title."""
    match = re.search(r"/documents/\d{4}/\d\d/\d\d/[^/]+/([a-z0-9-]+)$", url)
    return match[1].replace("-", " ").capitalize() if match else ""


def _joined(row: dict[str, Any], *names: str) -> str:
    return " ".join(dict.fromkeys(part for name in names if (part := _plain(row.get(name)))))


def _body(row: dict[str, Any], title: str) -> str:
    """What the answer tells of its content, a paragraph each, without what the title or another part already says."""
    parts: list[str] = []
    for name in (
        "abstract",
        "action",
        "dates",
        "excerpts",
        "toc_subject",
        "toc_doc",
        "subject_1",
        "subject_2",
        "subject_3",
    ):
        values = row.get(name)
        for value in values if isinstance(values, list) else [values]:
            part = _plain(value)
            if part and not any(part.rstrip(" .:;…") in told for told in (title, *parts)):
                parts.append(part)
    return "\n\n".join(parts)


def _address(value: object) -> str:
    """A web address without query and fragment, the host in small letters; nothing for anything else."""
    try:
        parts = urlsplit(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return ""
    if parts is None or parts.scheme.lower() not in ("https", "http") or not parts.netloc:
        return ""
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, "", ""))


def _published(row: dict[str, Any], number: str, signals: list[str]) -> datetime | None:
    """When it was filed for inspection, else the morning of its publication; None with a signal without either."""
    filed = _plain(row.get("filed_at"))
    try:
        if filed and (moment := datetime.fromisoformat(filed)).tzinfo:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    day = _plain(row.get("publication_date"))
    if filed:
        signals.append(f"{number}: filed_at is {filed[:40]!r}, no time with an offset; took the day of publication")
    try:
        morning = datetime.combine(date.fromisoformat(day), _ISSUED, _WASHINGTON)
        return morning.astimezone(UTC)
    except (ValueError, OverflowError):
        signals.append(f"{number}: publication_date is {day[:40]!r}, expected one like 2021-01-14")
        return None


def _publisher(row: dict[str, Any]) -> str:
    """The agencies in the order given, and where it was read."""
    names = [name for agency in _many(row.get("agencies")) if (name := _agency(agency))]
    names = names or [name for one in _many(row.get("agency_names")) if (name := _plain(one))]
    return f"{', '.join(dict.fromkeys(names))} via Federal Register" if names else "Federal Register"


def _many(value: object) -> list[object]:
    """An array as it is, and a lone value (the CSV export joins agencies with semicolons) as an array."""
    if isinstance(value, list):
        return value
    return list(value.split(";")) if isinstance(value, str) else []


def _agency(agency: object) -> str:
    if isinstance(agency, dict):
        return _plain(agency.get("name")) or _plain(agency.get("raw_name"))
    return _plain(agency)


def _citation(row: dict[str, Any]) -> str:
    """ "85 FR 48637": as given, or from volume and page; nothing before it is printed."""
    if citation := _plain(row.get("citation")):
        return citation
    volume, page = _plain(row.get("volume")), _plain(row.get("start_page"))
    return f"{volume} FR {page}" if volume.isdigit() and page.isdigit() else ""
