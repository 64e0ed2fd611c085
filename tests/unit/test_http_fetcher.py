"""The fetcher against a real site on loopback."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import logging
import os
import ssl
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest
import trustme
import zstandard

from adapters.http import HttpFetcher
from adapters.http.body import IN_MEMORY, Inflate, StoredGzip
from bot.errors import BadSettings, FetchGone, FetchLater, FetchRefused
from bot.model import Document, Validators
from bot.ports import Answer, Ask
from tests.worlds.site import Site, packed

RSS = b"<rss><channel><title>Notices</title></channel></rss>"
LARGE = b"<entry>Hangzhou Hikvision</entry>\n" * 60_000  # 2 MB, which no memory has to hold
USER_AGENT = "Tocsin/1 (+https://tocsin.example/contact)"


class Wrist:
    """A watch that is set by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def passes(self, **span: float) -> None:
        self.time += timedelta(**span)


class Names:
    """A name server that says what it is told, one answer after the other; the last one stays."""

    def __init__(self, **answers: Sequence[str]) -> None:
        self.answers = {name.replace("_", "."): list(addresses) for name, addresses in answers.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        known = self.answers.get(host)
        if known is None:
            if host.replace(".", "").isdigit():
                return [host]
            raise OSError("Name or service not known")
        return [known.pop(0) if len(known) > 1 else known[0]]


@pytest.fixture
def watch() -> Wrist:
    return Wrist()


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture(scope="module")
def authorities() -> ssl.SSLContext:
    return ssl.create_default_context()


@pytest.fixture
async def fetcher(tmp_path: Path, watch: Wrist, authorities: ssl.SSLContext) -> AsyncIterator[HttpFetcher]:
    fetcher = HttpFetcher(user_agent=USER_AGENT, spool=tmp_path / "spool", now=watch.now, timeout=20, tls=authorities)
    yield fetcher
    await fetcher.close()


def read(answer: Answer) -> Document:
    assert answer.document is not None
    return answer.document


def spooled(folder: Path) -> list[Path]:
    return list((folder / "spool").glob("*"))


# ── A document arrives ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_feed_is_fetched(site: Site, fetcher: HttpFetcher, watch: Wrist) -> None:
    """A document carries its bytes, hash, size, type, time and validators, and we said who we are."""
    site.shows("/feed", RSS, type="application/rss+xml", etag='"1"', modified="Mon, 23 Nov 2026 10:00:00 GMT")

    answer = await fetcher.fetch(Ask(url=site.url("/feed")))

    document = read(answer)
    assert document.whole() == RSS
    assert document.sha256 == hashlib.sha256(RSS).hexdigest()
    assert (document.size, document.content_type, document.fetched_at) == (len(RSS), "application/rss+xml", watch.time)
    assert document.url == site.url("/feed")
    assert answer.validators == document.validators == Validators('"1"', "Mon, 23 Nov 2026 10:00:00 GMT")
    said = site.last("/feed").headers
    assert said["user-agent"] == USER_AGENT
    assert said["host"] == f"127.0.0.1:{site.ports[0]}"
    assert not {"if-none-match", "if-modified-since", "a-im", "cookie", "authorization"} & said.keys()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, br", "x-gzip", "utf-8"])
async def test_compressed_bodies_are_unpacked(site: Site, fetcher: HttpFetcher, encoding: str) -> None:
    """Whatever compression a server picks of those we offer, the document is the plain bytes."""
    layers = {"gzip, br": brotli.compress(gzip.compress(LARGE)), "x-gzip": gzip.compress(LARGE), "utf-8": LARGE}
    if encoding in layers:
        site.shows("/list", layers[encoding], content_encoding=encoding)
    else:
        site.shows("/list", LARGE, encoding=encoding)

    document = read(await fetcher.fetch(Ask(url=site.url("/list"))))

    assert document.whole() == LARGE
    assert document.sha256 == hashlib.sha256(LARGE).hexdigest()
    assert encoding not in ("gzip", "br") or encoding in site.last("/list").headers["accept-encoding"]


async def test_bare_deflate_is_understood(site: Site, fetcher: HttpFetcher) -> None:
    """Some servers send deflate without zlib's header, as old browsers did."""
    packer = zlib.compressobj(wbits=-15)
    site.shows("/feed", packer.compress(RSS) + packer.flush(), content_encoding="deflate")
    assert read(await fetcher.fetch(Ask(url=site.url("/feed")))).whole() == RSS


@pytest.mark.parametrize("frames", [2, 5])
async def test_compression_in_several_parts_is_read_to_the_end(site: Site, fetcher: HttpFetcher, frames: int) -> None:
    """gzip members and zstd frames may follow one another; none is lost, and padding is no error."""
    site.shows("/gz", gzip.compress(RSS) * frames + bytes(7), content_encoding="gzip")
    site.shows("/zst", zstandard.ZstdCompressor().compress(RSS) * frames, content_encoding="zstd")
    for path in ("/gz", "/zst"):
        assert read(await fetcher.fetch(Ask(url=site.url(path)))).whole() == RSS * frames


async def test_a_mirror_keeps_its_lists_gzipped(site: Site, fetcher: HttpFetcher) -> None:
    """A stored .gz file is unpacked whatever its type says, also under a compressed transfer."""
    site.shows("/sdn.xml.gz", gzip.compress(LARGE), type="application/octet-stream")
    site.shows("/again", gzip.compress(gzip.compress(LARGE)), content_encoding="gzip", type="application/gzip")
    for path in ("/sdn.xml.gz", "/again"):
        assert read(await fetcher.fetch(Ask(url=site.url(path)))).whole() == LARGE


def test_a_gzip_file_in_single_bytes_is_recognised() -> None:
    """However the network slices it, the same bytes come out; and what only begins like gzip is left alone."""
    sliced = StoredGzip()
    packed = gzip.compress(RSS) * 2
    assert b"".join(piece for byte in packed for piece in sliced.feed(bytes([byte]))) == RSS * 2
    assert sliced.complete()

    plain = StoredGzip()
    assert b"".join(piece for byte in b"\x1f\x8bx" for piece in plain.feed(bytes([byte]))) == b"\x1f\x8bx"
    assert plain.complete()
    assert Inflate().complete()


async def test_a_large_list_is_spooled_and_let_go(site: Site, fetcher: HttpFetcher, tmp_path: Path) -> None:
    """A body over a megabyte is a file until it is released; releasing twice, or a small one, does nothing."""
    site.shows("/list", LARGE, encoding="gzip")
    site.shows("/feed", RSS)

    large = read(await fetcher.fetch(Ask(url=site.url("/list"))))
    small = read(await fetcher.fetch(Ask(url=site.url("/feed"))))

    assert isinstance(large.body, Path)
    assert isinstance(small.body, bytes)
    assert large.size == len(LARGE) > IN_MEMORY
    await fetcher.release(small)
    await fetcher.release(large)
    await fetcher.release(large)
    assert spooled(tmp_path) == []


async def test_memory_stays_flat_while_a_large_list_arrives(site: Site, fetcher: HttpFetcher) -> None:
    """Thirty megabytes pass through a few."""
    body = b"".join(b"<entry uid='%d'>Hangzhou Hikvision</entry>\n" % number for number in range(700_000))
    site.shows("/list", body, encoding="gzip")
    tracemalloc.start()
    try:
        document = read(await fetcher.fetch(Ask(url=site.url("/list"))))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert document.size == len(body) > 29_000_000
    assert peak < 8_000_000


async def test_closing_leaves_no_spooled_file(site: Site, fetcher: HttpFetcher, tmp_path: Path) -> None:
    """What was not released goes when the fetcher closes."""
    site.shows("/list", LARGE)
    await fetcher.fetch(Ask(url=site.url("/list")))
    assert len(spooled(tmp_path)) == 1
    await fetcher.close()
    assert spooled(tmp_path) == []


def test_what_a_killed_process_left_is_swept_at_the_next_start(tmp_path: Path, watch: Wrist) -> None:
    """Old spooled files go, fresh ones of another process and strangers' files stay."""
    old, fresh, strange = tmp_path / "body-old", tmp_path / "body-fresh", tmp_path / "notes.txt"
    for path in (old, fresh, strange):
        path.write_bytes(b"x")
    for path in (old, strange):
        os.utime(path, (0, 0))
    HttpFetcher(user_agent=USER_AGENT, spool=tmp_path, now=watch.now, tls=ssl.create_default_context())
    assert sorted(tmp_path.iterdir()) == [fresh, strange]


async def test_the_spool_cannot_be_written(site: Site, tmp_path: Path, watch: Wrist) -> None:
    """A full or read-only disk is said and tried again; it does not end the program."""
    (tmp_path / "spool").write_bytes(b"a file where a folder should be")
    fetcher = HttpFetcher(user_agent=USER_AGENT, spool=tmp_path / "spool", now=watch.now)
    site.shows("/list", LARGE)
    with pytest.raises(FetchLater, match="could not be kept here"):
        await fetcher.fetch(Ask(url=site.url("/list")))
    await fetcher.close()


# ── Nothing new ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nothing_has_changed(site: Site, fetcher: HttpFetcher) -> None:
    """A second ask with the validators of the first brings no document, by etag or by date."""
    date = "Mon, 23 Nov 2026 10:00:00 GMT"
    site.shows("/etag", RSS, etag='W/"7"', cache_control="max-age=900")
    site.shows("/date", RSS, modified=date)
    for path, header in (("/etag", "if-none-match"), ("/date", "if-modified-since")):
        first = await fetcher.fetch(Ask(url=site.url(path)))
        second = await fetcher.fetch(Ask(url=site.url(path), validators=first.validators))
        assert second.document is None
        assert second.validators == first.validators
        assert second.wait == first.wait
        assert header in site.last(path).headers


@pytest.mark.parametrize("stored", ['"7"', 'W/"7"'])
async def test_the_same_etag_with_200_is_nothing_new(site: Site, fetcher: HttpFetcher, stored: str) -> None:
    """Servers that do not compare are helped: the etag we have, strong or weak, is the content we have."""
    site.shows("/feed", RSS, status=200, ETag='"7"')
    answer = await fetcher.fetch(Ask(url=site.url("/feed"), validators=Validators(stored)))
    assert answer.document is None


async def test_empty_validators_are_not_sent(site: Site, fetcher: HttpFetcher) -> None:
    """An empty If-None-Match makes some servers answer with everything; one that is no header is not sent either."""
    site.shows("/feed", RSS)
    await fetcher.fetch(Ask(url=site.url("/feed"), validators=Validators("", "né\r\nX: y")))
    assert not {"if-none-match", "if-modified-since", "x"} & site.last("/feed").headers.keys()


async def test_not_modified_to_an_ask_without_validators(site: Site, fetcher: HttpFetcher) -> None:
    """A server that says "not modified" to a stranger has said nothing: tried again."""
    site.shows("/feed", b"", status=304)
    with pytest.raises(FetchLater, match="answered 304"):
        await fetcher.fetch(Ask(url=site.url("/feed")))


# ── Too much, too little ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate", "br", "zstd"])
async def test_a_body_over_its_cap(site: Site, fetcher: HttpFetcher, tmp_path: Path, encoding: str) -> None:
    """A body that is too long, sent so or unpacked, is refused with both numbers, and nothing of it is kept."""
    site.shows("/list", LARGE, encoding=encoding)
    with pytest.raises(FetchRefused, match=r"bytes or more, over the cap of 1,500,000; .*raise `cap`"):
        await fetcher.fetch(Ask(url=site.url("/list"), cap=1_500_000))
    assert spooled(tmp_path) == []


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
async def test_a_decompression_bomb(site: Site, fetcher: HttpFetcher, tmp_path: Path, encoding: str) -> None:
    """A few kilobytes that unpack to tens of megabytes are refused long before the cap."""
    site.shows("/bomb", bytes(60_000_000), encoding=encoding)
    with pytest.raises(FetchRefused, match=r"unpack to .* and more .*no honest document"):
        await fetcher.fetch(Ask(url=site.url("/bomb")))
    assert spooled(tmp_path) == []


async def test_a_bomb_in_a_stored_file(site: Site, fetcher: HttpFetcher) -> None:
    """Packed twice it would unpack a million times; the second layer is bounded as the first."""
    site.shows("/bomb.gz", gzip.compress(gzip.compress(bytes(200_000_000), 9), 9), content_encoding="gzip")
    with pytest.raises(FetchRefused, match="no honest document"):
        await fetcher.fetch(Ask(url=site.url("/bomb.gz")))


async def test_a_list_arrives_cut(site: Site, fetcher: HttpFetcher, tmp_path: Path) -> None:
    """A line cut in the middle is no document, in memory or spooled, and is tried again."""
    site.cuts("/list", LARGE, after=1_500_000)
    site.cuts("/feed", RSS, after=10)
    site.shows("/lie", RSS, length=len(RSS) + 5)
    for path in ("/list", "/feed", "/lie"):
        with pytest.raises(FetchLater, match=r"cut after [\d,]+ bytes; tried again later"):
            await fetcher.fetch(Ask(url=site.url(path)))
    assert spooled(tmp_path) == []


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_compression_is_cut_though_the_length_is_right(site: Site, fetcher: HttpFetcher, encoding: str) -> None:
    """A proxy that stored half a file serves it with a correct length; the compression still tells."""
    site.shows("/list", packed(LARGE, encoding)[:-9], content_encoding=encoding)
    with pytest.raises(FetchLater, match="cut after"):
        await fetcher.fetch(Ask(url=site.url("/list")))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_compression_is_damaged(site: Site, fetcher: HttpFetcher, encoding: str) -> None:
    """Bytes that are not what their header says are tried again later."""
    site.shows("/list", b"\xff\xfe<html>certainly not compressed</html>" * 9, content_encoding=encoding)
    with pytest.raises(FetchLater, match=r"damaged compression|cut after"):
        await fetcher.fetch(Ask(url=site.url("/list")))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_an_empty_body_is_an_empty_document(site: Site, fetcher: HttpFetcher, encoding: str) -> None:
    """Whether an empty document is believable is for its reader to say."""
    site.shows("/list", b"", content_encoding=encoding)
    assert read(await fetcher.fetch(Ask(url=site.url("/list")))).size == 0


# ── Moved ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_feed_moved_for_good(site: Site, fetcher: HttpFetcher) -> None:
    """Permanent redirects are followed and reported, also with "not modified"."""
    site.moves("/old", "/older?x=1", status=301)
    site.moves("/older", site.url("/new"), status=308)
    site.shows("/new", RSS, etag='"1"')

    answer = await fetcher.fetch(Ask(url=site.url("/old")))
    again = await fetcher.fetch(Ask(url=site.url("/old"), validators=answer.validators))

    assert read(answer).url == answer.moved_to == again.moved_to == site.url("/new")
    assert again.document is None


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_feed_is_elsewhere_for_now(site: Site, fetcher: HttpFetcher, status: int) -> None:
    """A temporary step is not remembered, nor anything behind it; what stood before it is."""
    site.moves("/old", "/new", status=301)
    site.moves("/new", "/today", status=status)
    site.moves("/today", "/here", status=301)
    site.shows("/here", RSS)
    assert (await fetcher.fetch(Ask(url=site.url("/old")))).moved_to == site.url("/new")
    assert (await fetcher.fetch(Ask(url=site.url("/new")))).moved_to == ""


async def test_redirects_in_a_circle(site: Site, fetcher: HttpFetcher) -> None:
    """Ten hops are enough; then a person has to look."""
    site.moves("/round", "/round", status=302)
    with pytest.raises(FetchRefused, match="more than 10 redirects"):
        await fetcher.fetch(Ask(url=site.url("/round")))
    assert site.counts("/round") == 11


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "gopher://x/", "http://host:port/", "data:text/plain,x", "http://[oops"]
)
async def test_a_redirect_to_something_else(site: Site, fetcher: HttpFetcher, target: str) -> None:
    """Only web addresses are followed, whoever asked."""
    site.moves("/feed", target)
    with pytest.raises(FetchRefused, match="redirects to"):
        await fetcher.fetch(Ask(url=site.url("/feed")))


async def test_passwords_and_validators_stay_with_their_origin(fetcher: HttpFetcher) -> None:
    """A password goes along within its origin and to no other; each validator goes to the origin that gave it."""
    with Site() as ours, Site() as theirs:
        address = ours.url("/a").replace("//", "//me:p%40ss@")
        ours.moves("/a", "/b")
        ours.moves("/b", theirs.url("/c").replace("//", "//evil:evil@"), status=302)
        theirs.shows("/c", RSS, etag='"theirs"')

        first = await fetcher.fetch(Ask(url=address, validators=Validators('"ours"')))
        assert ours.last("/b").headers["authorization"] == "Basic bWU6cEBzcw=="
        assert ours.last("/a").headers["if-none-match"] == '"ours"'
        assert not {"authorization", "if-none-match"} & theirs.last("/c").headers.keys()
        assert first.moved_to == address.replace("/a", "/b")
        assert read(first).url == theirs.url("/c")

        second = await fetcher.fetch(Ask(url=address, validators=first.validators))
        assert second.document is None
        assert "if-none-match" not in ours.last("/a").headers


# ── Trouble ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (410, FetchGone, "410, retired by its publisher"),
        (401, FetchRefused, "401, it wants a name and a password"),
        (403, FetchRefused, "403, it forbids us"),
        (404, FetchRefused, "404, nothing is there: look up the new address"),
        (451, FetchRefused, "451, it is withheld"),
        (418, FetchRefused, "418, open it in a browser"),
        (500, FetchLater, "answered 500, tried again later"),
        (503, FetchLater, "answered 503, tried again later"),
        (408, FetchLater, "answered 408"),
        (202, FetchLater, "answered 202"),
        (206, FetchLater, "answered 206"),
        (226, FetchLater, "answered 226"),
        (302, FetchLater, "answered 302"),
    ],
)
async def test_a_status_is_sorted_by_what_to_do(
    site: Site, fetcher: HttpFetcher, status: int, error: type[Exception], words: str
) -> None:
    """Each refusal names the address, the status and the next step."""
    site.shows("/feed", RSS, status=status)
    with pytest.raises(error, match=f"{site.url('/feed')}: {words}"):
        await fetcher.fetch(Ask(url=site.url("/feed")))


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_host_is_left_alone(site: Site, fetcher: HttpFetcher, watch: Wrist, status: int) -> None:
    """Retry-After holds for the whole host: no request goes there until it is over, and then it does again."""
    site.is_busy("/feed", after="120", status=status, times=1)
    site.shows("/other", RSS)

    with pytest.raises(FetchLater) as busy:
        await fetcher.fetch(Ask(url=site.url("/feed")))
    watch.passes(seconds=119)
    with pytest.raises(FetchLater, match="left alone until 2026-11-23 12:02:00 UTC") as alone:
        await fetcher.fetch(Ask(url=site.url("/other")))

    assert (busy.value.after, busy.value.host_wide) == (timedelta(seconds=120), True)
    assert (alone.value.after, alone.value.host_wide) == (timedelta(seconds=1), True)
    assert site.counts() == 1
    watch.passes(seconds=1)
    assert read(await fetcher.fetch(Ask(url=site.url("/other")))).whole() == RSS


async def test_a_busy_host_does_not_stop_another(site: Site, fetcher: HttpFetcher) -> None:
    """A pause is one host's: port and all."""
    site.is_busy("/feed", after="3600")
    with Site() as other:
        other.shows("/feed", RSS)
        with pytest.raises(FetchLater):
            await fetcher.fetch(Ask(url=site.url("/feed")))
        assert read(await fetcher.fetch(Ask(url=other.url("/feed")))).whole() == RSS


async def test_too_many_requests_without_a_time(site: Site, fetcher: HttpFetcher) -> None:
    """429 alone means a minute, for the host; 503 alone means this address, by our own back-off."""
    site.is_busy("/a")
    site.is_busy("/b", status=503)
    with pytest.raises(FetchLater) as b:
        await fetcher.fetch(Ask(url=site.url("/b")))
    with pytest.raises(FetchLater) as a:
        await fetcher.fetch(Ask(url=site.url("/a")))
    assert (a.value.after, a.value.host_wide) == (timedelta(minutes=1), True)
    assert (b.value.after, b.value.host_wide) == (None, False)


async def test_those_who_wait_in_line_hear_of_the_pause(site: Site, fetcher: HttpFetcher) -> None:
    """Ten addresses of one host due at once: the first 429 spares it the other nine."""
    for number in range(10):
        site.is_busy(f"/{number}", after="60")
    asks = [fetcher.fetch(Ask(url=site.url(f"/{number}"))) for number in range(10)]
    answers = await asyncio.gather(*asks, return_exceptions=True)
    assert all(isinstance(answer, FetchLater) and answer.host_wide for answer in answers)
    assert site.counts() == 1


async def test_a_host_that_forbids_everything_is_left_alone(site: Site, fetcher: HttpFetcher, watch: Wrist) -> None:
    """Three forbidden addresses in a row are a host that forbids us; one among good ones is a missing file."""
    site.shows("/good", RSS)
    for path in ("/1", "/2", "/3"):
        site.forbids(path)
    for path in ("/1", "/2"):
        with pytest.raises(FetchRefused):
            await fetcher.fetch(Ask(url=site.url(path)))
    await fetcher.fetch(Ask(url=site.url("/good")))
    for path in ("/3", "/3", "/3", "/1", "/2"):
        with pytest.raises(FetchRefused):
            await fetcher.fetch(Ask(url=site.url(path)))
    with pytest.raises(FetchLater, match="forbade 3 addresses in a row; left alone until 2026-11-23 12:15"):
        await fetcher.fetch(Ask(url=site.url("/good")))
    watch.passes(minutes=16)
    await fetcher.fetch(Ask(url=site.url("/good")))


async def test_a_line_that_breaks_once_is_tried_once_more(site: Site, fetcher: HttpFetcher) -> None:
    """A server that hangs up before a word is asked again at once, and only once."""
    site.shows("/feed", RSS)
    site.drops("/feed", times=1)
    assert read(await fetcher.fetch(Ask(url=site.url("/feed")))).whole() == RSS
    site.drops("/feed")
    with pytest.raises(FetchLater, match=r"the connection broke \(hung up without an answer\)"):
        await fetcher.fetch(Ask(url=site.url("/feed")))
    assert site.counts("/feed") == 4


async def test_a_server_that_says_nothing(site: Site, tmp_path: Path, watch: Wrist) -> None:
    """Silence ends after the time-out, a dribble after our patience; both are tried again later."""
    site.hangs("/feed")
    for timeout, patience, words in ((0.5, 60, "silent for 0.5 s"), (60, 0.5, "not done after 0.5 s")):
        fetcher = HttpFetcher(user_agent=USER_AGENT, spool=tmp_path, now=watch.now, timeout=timeout, patience=patience)
        with pytest.raises(FetchLater, match=words):
            await fetcher.fetch(Ask(url=site.url("/feed")))
        await fetcher.close()


async def test_a_source_may_ask_for_another_patience(site: Site, tmp_path: Path, watch: Wrist) -> None:
    """A list that is made while one waits has its own time-out, which the message names."""
    site.hangs("/feed")
    fetcher = HttpFetcher(user_agent=USER_AGENT, spool=tmp_path, now=watch.now, timeout=60)
    with pytest.raises(FetchLater, match=r"silent for 0\.01 s"):
        await fetcher.fetch(Ask(url=site.url("/feed"), silence=timedelta(seconds=0.01)))
    await fetcher.close()


async def test_a_server_that_never_finishes_its_greeting(site: Site, tmp_path: Path, watch: Wrist) -> None:
    """A connection that does not come about in time is tried again later."""
    fetcher = HttpFetcher(user_agent=USER_AGENT, spool=tmp_path, now=watch.now, timeout=0.01)
    with pytest.raises(FetchLater, match=r"no connection within 0\.01 s"):
        await fetcher.fetch(Ask(url=site.url("/feed").replace("http:", "https:")))
    await fetcher.close()


async def test_nobody_is_at_home(fetcher: HttpFetcher) -> None:
    """A closed port, an unknown name and something that is not HTTP are tried again, with the reason."""
    with Site() as site:
        closed = site.url("/feed")
    with pytest.raises(FetchLater, match=r"no connection .*; tried again later"):
        await fetcher.fetch(Ask(url=closed))
    with pytest.raises(FetchLater, match="no connection"):
        await fetcher.fetch(Ask(url=f"http://{'x' * 64}.invalid/feed"))

    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        with pytest.raises(FetchLater, match="the connection broke"):
            await fetcher.fetch(Ask(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"))


NASTY = [
    b"",
    b"\r\n\r\n",
    b"<html>",
    b"HTTP/1.1 99999 OK\r\n\r\n",
    b"HTTP/1.1 abc\r\n\r\n",
    b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: " + b"9" * 15 + b"\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\ncontent-length: " + b"9" * 5000 + b"\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
    b"HTTP/1.1 200 OK\r\nx: " + b"y" * 300_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-encoding: " + b"gzip," * 15_000 + b"\r\ncontent-length: 1\r\n\r\nx",
    b"HTTP/1.1 301 Moved\r\nlocation: \xff\xfe\xe9://\x80\r\n\r\n",
    b"HTTP/1.1 301 Moved\r\nlocation: http://" + b"a" * 70_000 + b"/\r\n\r\n",
    b"HTTP/1.1 301 Moved\r\nlocation: http://" + b"a." * 300 + b"invalid/\r\n\r\n",
    b"HTTP/1.1 301 Moved\r\nlocation: http://xn--zzzzzzzz\xc3\xa9.invalid/\r\n\r\n",
    b"HTTP/1.1 429 No\r\nretry-after: " + b"9" * 9000 + b"\r\n\r\n",
]


@pytest.mark.parametrize("said", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("trusted", [True, False])
async def test_whatever_a_server_says_it_is_one_of_three_errors(
    tmp_path: Path, watch: Wrist, authorities: ssl.SSLContext, said: bytes, trusted: bool
) -> None:
    """Broken or hostile answers are sorted like all others, and never end the watcher."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    fetcher = HttpFetcher(user_agent=USER_AGENT, spool=tmp_path, now=watch.now, tls=authorities, allow_private=True)
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        with pytest.raises((FetchLater, FetchGone, FetchRefused)) as trouble:
            await fetcher.fetch(Ask(url=address, trusted=trusted))
    assert len(str(trouble.value)) < 800
    await fetcher.close()


@pytest.mark.parametrize("setting", [{"user_agent": "Töcsin"}, {"opened": ["10.0.0.0/99"]}, {"proxy": "smoke://x"}])
def test_a_setting_that_cannot_work(tmp_path: Path, watch: Wrist, setting: dict[str, object]) -> None:
    """Said at the start, with an example that works."""
    given = {"user_agent": USER_AGENT, "spool": tmp_path, "now": watch.now, "tls": ssl.create_default_context()}
    with pytest.raises(BadSettings, match=r"write it as|as in"):
        HttpFetcher(**(given | setting))  # type: ignore[arg-type]


async def test_an_answer_is_announced(fetcher: HttpFetcher) -> None:
    """103 comes before the answer and is not it."""

    async def hint(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + RSS)
        writer.close()

    async with await asyncio.start_server(hint, "127.0.0.1", 0) as server:
        answer = await fetcher.fetch(Ask(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"))
    assert read(answer).whole() == RSS


# ── Manners ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_one_request_a_host_at_a_time(site: Site, fetcher: HttpFetcher) -> None:
    """Twenty addresses of one host are asked for one after the other."""
    for number in range(20):
        site.shows(f"/{number}", RSS)
    await asyncio.gather(*(fetcher.fetch(Ask(url=site.url(f"/{number}"))) for number in range(20)))
    assert site.counts() == 20
    assert site.most_at_once == 1


async def test_250_origins_at_once_without_an_error(tmp_path: Path, watch: Wrist) -> None:
    """Every host answers, and 64 of them are asked at once: the site says nothing until so many have come."""
    fetcher = HttpFetcher(user_agent=USER_AGENT, spool=tmp_path, now=watch.now, at_once=64)
    with Site(origins=250) as site:
        site.shows("/feed", RSS)
        site.holds("/feed", until=64)
        asks = (fetcher.fetch(Ask(url=site.url("/feed", origin=origin))) for origin in range(250))
        answers = await asyncio.gather(*asks)
        assert [read(answer).whole() for answer in answers] == [RSS] * 250
        assert len({one.port for one in site.asked}) == 250
        assert site.most_at_once == 64
    await fetcher.close()


async def test_how_long_an_answer_stays_fresh(site: Site, fetcher: HttpFetcher) -> None:
    """What the server says about freshness is passed on for the schedule."""
    site.shows("/feed", RSS, cache_control="public, max-age=1800")
    assert (await fetcher.fetch(Ask(url=site.url("/feed")))).wait == timedelta(minutes=30)


async def test_a_page_is_read_only_where_robots_may(site: Site, fetcher: HttpFetcher, watch: Wrist) -> None:
    """robots.txt is obeyed for pages, under our own name, asked for once a day; lists and feeds do not ask."""
    site.shows("/robots.txt", "User-agent: tocsin\nDisallow: /private/\n\nUser-agent: *\nDisallow: /\n")
    site.shows("/story", b"<p>Xiaomi</p>")
    site.shows("/private/story", b"<p>Xiaomi</p>")

    assert read(await fetcher.fetch(Ask(url=site.url("/story"), page=True))).whole() == b"<p>Xiaomi</p>"
    with pytest.raises(FetchRefused, match=r"robots\.txt of 127\.0\.0\.1 asks programs not to read it"):
        await fetcher.fetch(Ask(url=site.url("/private/story"), page=True))
    assert read(await fetcher.fetch(Ask(url=site.url("/private/story")))).size
    assert (site.counts("/robots.txt"), site.counts("/private/story")) == (1, 1)
    watch.passes(days=1)
    await fetcher.fetch(Ask(url=site.url("/story"), page=True))
    assert site.counts("/robots.txt") == 2


async def test_robots_are_asked_where_a_page_moves_to(site: Site, fetcher: HttpFetcher) -> None:
    """A redirect is no way around the rules of the host it leads to."""
    site.moves("/story", "/private")
    site.shows("/robots.txt", "User-agent: *\nDisallow: /private\n")
    with pytest.raises(FetchRefused, match="robots"):
        await fetcher.fetch(Ask(url=site.url("/story"), page=True))
    assert site.counts("/private") == 0


async def test_a_host_without_rules_allows_and_one_in_trouble_does_not(site: Site, fetcher: HttpFetcher) -> None:
    """404 means no rules; an error means we do not know them, and wait (RFC 9309)."""
    site.shows("/story", RSS)
    assert read(await fetcher.fetch(Ask(url=site.url("/story"), page=True))).size
    with Site() as broken:
        broken.shows("/robots.txt", b"", status=500)
        broken.shows("/story", RSS)
        with pytest.raises(FetchLater, match=r"robots\.txt: answered 500"):
            await fetcher.fetch(Ask(url=broken.url("/story"), page=True))
        assert broken.counts("/story") == 0


# ── Secrets ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_no_secret_reaches_a_message_or_a_log(
    site: Site, fetcher: HttpFetcher, caplog: pytest.LogCaptureFixture
) -> None:
    """Passwords and tokens of an address are in no error, at no log level, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    site.drops("/drops")
    site.cuts("/cut", RSS, after=3)
    site.moves("/moves", "ftp://hunter2:hunter2@host/?token=hunter2")
    site.is_busy("/busy", after="60")
    for path in ("/missing", "/drops", "/cut", "/moves", "/busy", "/busy", "/ bad"):
        address = site.url(path).replace("//", "//hunter2:hunter2@") + "?api_key=hunter2"
        with pytest.raises((FetchRefused, FetchLater)) as trouble:
            await fetcher.fetch(Ask(url=address))
        assert "hunter2" not in str(trouble.value)
        assert "***" in str(trouble.value)
    for address in ("http://hunter2:hunter2@[oops/", "ftp://hunter2@host/", "http://hunter2:hunter2@host:port/"):
        with pytest.raises(FetchRefused) as trouble:
            await fetcher.fetch(Ask(url=address))
        assert "hunter2" not in repr((trouble.value, trouble.value.__cause__))
    assert "hunter2" not in caplog.text


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_list_is_read_from_a_file(fetcher: HttpFetcher, tmp_path: Path) -> None:
    """A file of the settings is a document, gzipped or not; unchanged it is "not modified"; it is never removed."""
    plain, packed = tmp_path / "sdn list.xml", tmp_path / "sdn.xml.gz"
    plain.write_bytes(LARGE)
    packed.write_bytes(gzip.compress(LARGE))
    for path in (plain, packed):
        answer = await fetcher.fetch(Ask(url=path.as_uri()))
        assert read(answer).whole() == LARGE
        assert (await fetcher.fetch(Ask(url=path.as_uri(), validators=answer.validators))).document is None
        await fetcher.release(read(answer))
        assert path.exists()
    answer = await fetcher.fetch(Ask(url=plain.as_uri()))
    plain.write_bytes(RSS)
    assert read(answer).whole() == LARGE
    assert read(await fetcher.fetch(Ask(url=plain.as_uri(), validators=answer.validators))).whole() == RSS


async def test_a_file_that_cannot_be_read(fetcher: HttpFetcher, tmp_path: Path) -> None:
    """A missing file, a folder, another machine's file and one over its cap are refused with the next step."""
    (tmp_path / "large").write_bytes(LARGE)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(LARGE)[:-20])
    for url, words in (
        ((tmp_path / "missing").as_uri(), "cannot be read .*check the path in the settings"),
        (tmp_path.as_uri(), "is no file; give the path of one file"),
        ("file://elsewhere/list", "names the machine elsewhere"),
        ((tmp_path / "large").as_uri(), "over the cap"),
    ):
        with pytest.raises(FetchRefused, match=words):
            await fetcher.fetch(Ask(url=url, cap=1000))
    with pytest.raises(FetchLater, match="cut after"):
        await fetcher.fetch(Ask(url=(tmp_path / "cut.gz").as_uri()))


async def test_files_are_for_the_settings_only(fetcher: HttpFetcher, tmp_path: Path, watch: Wrist) -> None:
    """An address from chat never reads this machine's files, and the settings need not either."""
    file = tmp_path / "secret"
    file.write_bytes(b"x")
    with pytest.raises(FetchRefused, match="only when the settings name them"):
        await fetcher.fetch(Ask(url=file.as_uri(), trusted=False))
    closed = HttpFetcher(user_agent=USER_AGENT, spool=tmp_path / "s", now=watch.now, trusted_files=False)
    with pytest.raises(FetchRefused, match="only when the settings name them"):
        await closed.fetch(Ask(url=file.as_uri()))
    await closed.close()


# ── Strangers' addresses ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"],
)
async def test_a_private_address_from_chat(site: Site, fetcher: HttpFetcher, host: str) -> None:
    """However it is written, a private address is not dialled for a stranger."""
    site.shows("/feed", RSS)
    with pytest.raises(FetchRefused, match="leads to the private address"):
        await fetcher.fetch(Ask(url=f"http://{host}:{site.ports[0]}/feed", trusted=False))
    assert site.counts() == 0


def strangers(tmp_path: Path, watch: Wrist, names: Names, **more: object) -> HttpFetcher:
    """A fetcher whose names are ours to say, and for which this machine is a public host."""
    return HttpFetcher(
        user_agent=USER_AGENT,
        spool=tmp_path,
        now=watch.now,
        opened=["127.0.0.1/32"],
        resolve=names.resolve,
        **more,  # type: ignore[arg-type]
    )


async def test_the_address_that_was_judged_is_the_one_dialled(site: Site, tmp_path: Path, watch: Wrist) -> None:
    """A name that turns private after the check (DNS rebinding) gains nothing: it is looked up once."""
    names = Names(feeds_example=["127.0.0.1", "10.0.0.1"])
    fetcher = strangers(tmp_path, watch, names)
    site.shows("/feed", RSS)

    document = read(await fetcher.fetch(Ask(url=site.url("/feed", host="feeds.example"), trusted=False)))

    assert document.whole() == RSS
    assert names.asked == ["feeds.example"]
    assert site.last("/feed").headers["host"] == f"feeds.example:{site.ports[0]}"
    with pytest.raises(FetchRefused, match=r"leads to the private address 10\.0\.0\.1"):
        await fetcher.fetch(Ask(url=site.url("/feed", host="feeds.example"), trusted=False))
    await fetcher.close()


async def test_a_redirect_into_a_private_network(site: Site, tmp_path: Path, watch: Wrist) -> None:
    """Every hop is judged, by its address and not its name."""
    fetcher = strangers(tmp_path, watch, Names(router_example=["192.168.1.1"]))
    for target in ("http://router.example/", "http://169.254.169.254/latest/meta-data/", "http://[fd00::1]/"):
        site.moves("/feed", target)
        with pytest.raises((FetchRefused, FetchLater), match=r"private address|has no address"):
            await fetcher.fetch(Ask(url=site.url("/feed"), trusted=False))
    await fetcher.close()


async def test_a_public_feed_of_the_settings_redirects_inward(site: Site, tmp_path: Path, watch: Wrist) -> None:
    """Trust in a public address is no trust in where it sends us; a mirror inside may redirect inside."""
    names = Names(localhost=["93.184.216.34"])
    fetcher = HttpFetcher(user_agent=USER_AGENT, spool=tmp_path, now=watch.now, resolve=names.resolve)
    site.moves("/feed", site.url("/inside"))
    site.moves("/mirror", site.url("/inside", host="localhost"))
    site.shows("/inside", RSS)
    with pytest.raises(FetchRefused, match=r"private address 127\.0\.0\.1"):
        await fetcher.fetch(Ask(url=site.url("/feed", host="localhost")))
    assert site.counts("/inside") == 0
    assert read(await fetcher.fetch(Ask(url=site.url("/mirror")))).whole() == RSS
    await fetcher.close()


async def test_the_second_address_of_a_name_is_tried(site: Site, tmp_path: Path, watch: Wrist) -> None:
    """A host with one dead address is still read."""

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.3", "127.0.0.1"]

    fetcher = HttpFetcher(
        user_agent=USER_AGENT, spool=tmp_path, now=watch.now, allow_private=True, resolve=resolve, timeout=5
    )
    site.shows("/feed", RSS)
    assert read(await fetcher.fetch(Ask(url=site.url("/feed", host="two.example"), trusted=False))).whole() == RSS
    await fetcher.close()


async def test_a_name_that_cannot_be_found(tmp_path: Path, watch: Wrist) -> None:
    """A stranger's unknown name is tried again later, as any other."""
    fetcher = strangers(tmp_path, watch, Names())
    with pytest.raises(FetchLater, match=r"the name nowhere\.example has no address"):
        await fetcher.fetch(Ask(url="http://nowhere.example/feed", trusted=False))
    await fetcher.close()


@pytest.mark.parametrize(
    "url", ["", "feed", "//host/x", "gopher://host/", "http://", "http:// /", "javascript:alert(1)"]
)
async def test_something_that_is_no_web_address(fetcher: HttpFetcher, url: str) -> None:
    """Said with an example, never a crash."""
    with pytest.raises(FetchRefused, match="address"):
        await fetcher.fetch(Ask(url=url, trusted=False))


# ── TLS and proxies ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Site]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("feeds.example", "127.0.0.1").configure_cert(tls)
    with Site(tls=tls) as site:
        yield site


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    tls = ssl.create_default_context()
    authority.configure_trust(tls)
    return tls


async def test_the_certificate_is_checked_against_the_name(
    secure: Site, trusting: ssl.SSLContext, tmp_path: Path, watch: Wrist
) -> None:
    """Though a judged address is dialled, the certificate must be the name's; a wrong one is tried again later."""
    names = Names(feeds_example=["127.0.0.1"], other_example=["127.0.0.1"])
    fetcher = strangers(tmp_path, watch, names, tls=trusting)
    secure.shows("/feed", LARGE)
    url = secure.url("/feed", host="feeds.example")
    assert read(await fetcher.fetch(Ask(url=url, trusted=False))).whole() == LARGE
    assert read(await fetcher.fetch(Ask(url=secure.url("/feed")))).whole() == LARGE
    with pytest.raises(FetchLater, match="certificate"):
        await fetcher.fetch(Ask(url=secure.url("/feed", host="other.example"), trusted=False))
    await fetcher.close()


async def test_an_unknown_authority(secure: Site, fetcher: HttpFetcher) -> None:
    """A certificate of nobody we know is an error, and says so."""
    secure.shows("/feed", RSS)
    with pytest.raises(FetchLater, match=r"no connection .*certificate"):
        await fetcher.fetch(Ask(url=secure.url("/feed")))
    assert secure.counts() == 0


async def test_a_step_down_from_https(
    secure: Site, site: Site, trusting: ssl.SSLContext, tmp_path: Path, watch: Wrist
) -> None:
    """From https to http is refused for strangers; for the settings it is followed, and never remembered."""
    fetcher = strangers(tmp_path, watch, Names(), tls=trusting)
    secure.moves("/feed", site.url("/feed"), status=301)
    site.shows("/feed", RSS)
    with pytest.raises(FetchRefused, match="redirects from https to http"):
        await fetcher.fetch(Ask(url=secure.url("/feed"), trusted=False))
    answer = await fetcher.fetch(Ask(url=secure.url("/feed")))
    assert read(answer).whole() == RSS
    assert answer.moved_to == ""
    await fetcher.close()


async def test_a_company_proxy(site: Site, tmp_path: Path, watch: Wrist) -> None:
    """A proxy of the settings is asked for everything, names it alone knows too; private numbers stay refused."""
    fetcher = HttpFetcher(
        user_agent=USER_AGENT, spool=tmp_path, now=watch.now, proxy=site.url(""), resolve=Names().resolve
    )
    site.shows("http://feeds.example/feed", RSS, encoding="gzip")
    for trusted in (True, False):
        answer = await fetcher.fetch(Ask(url="http://feeds.example/feed", trusted=trusted))
        assert read(answer).whole() == RSS
    with pytest.raises(FetchRefused, match="private address"):
        await fetcher.fetch(Ask(url="http://10.0.0.1/feed", trusted=False))
    assert site.counts() == 2
    with pytest.raises(FetchLater, match="the proxy refused"):
        await fetcher.fetch(Ask(url="https://feeds.example/feed"))
    await fetcher.close()


async def test_the_environment_is_not_asked_for_a_proxy(
    site: Site, fetcher: HttpFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the settings name a proxy: a variable meant for another program does not reroute the alarm."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    site.shows("/feed", RSS)
    assert read(await fetcher.fetch(Ask(url=site.url("/feed")))).whole() == RSS
