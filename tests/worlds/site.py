"""A web site of our own on loopback, with verbs: what it shows, when it is busy, where it moves, how it breaks.

    with Site() as site:
        site.shows("/feed", "<rss/>", etag='"1"')
        ...                                       # read site.url("/feed") any way you like, from async code or not
        assert site.counts("/feed") == 1

It speaks real HTTP/1.1 over real sockets, in a thread of its own, and knows conditional requests: an answer with an
etag or a date is "304" to whoever already has it. What is not there is 404. With `origins=250` it listens on so many
ports, each an origin of its own. For TOCSIN_MIRROR, show each list under its id: `site.shows("/us_ofac_sdn", body)`.
"""

from __future__ import annotations

import asyncio
import gzip
import ssl
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

import brotli
import zstandard


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived. Header names are in lower case."""

    path: str
    headers: dict[str, str]
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is said to a request for one path."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None  #: what Content-Length says, when it lies
    sends: int | None = None  #: how many bytes go out before the line is cut
    times: int | None = None  #: how often this is said before the page below it shows again
    drops: bool = False  #: hang up without a word
    hangs: bool = False  #: never say anything

    def header(self, name: str) -> str:
        return dict(self.headers).get(name, "")


@dataclass(slots=True)
class Site:
    """See the module. Every verb takes the path first and may be used at any time."""

    tls: ssl.SSLContext | None = None
    origins: int = 1
    ports: list[int] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    most_at_once: int = 0
    _now: int = 0
    _pages: dict[str, list[Page]] = field(default_factory=dict)
    _gates: dict[str, tuple[threading.Event, int | None]] = field(default_factory=dict)
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    # Where it is

    def url(self, path: str, *, host: str = "127.0.0.1", origin: int = 0) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{host}:{self.ports[origin]}{path}"

    # What it does

    def shows(
        self,
        path: str,
        body: bytes | str,
        *,
        status: int = 200,
        type: str = "",
        etag: str = "",
        modified: str = "",
        encoding: str = "",
        length: int | None = None,
        times: int | None = None,
        **headers: str,
    ) -> None:
        """The page from now on. `encoding` compresses it (gzip, deflate, br, zstd); `length` is a lie about its length;

        other headers as `cache_control="max-age=60"`.
        """
        raw = body.encode("utf-8") if isinstance(body, str) else body
        named = {"content-type": type, "etag": etag, "last-modified": modified, "content-encoding": encoding}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        kept = tuple((name, value) for name, value in named.items() if value)
        page = Page(status=status, body=packed(raw, encoding), headers=kept, length=length, times=times)
        self._put(path, page)

    def is_busy(self, path: str, *, after: str = "", status: int = 429, times: int | None = None) -> None:
        """Asks to come later, with a Retry-After if one is given."""
        headers = (("retry-after", after),) if after else ()
        self._put(path, Page(status=status, headers=headers, times=times))

    def moves(self, path: str, to: str, *, status: int = 301) -> None:
        self._put(path, Page(status=status, headers=(("location", to),)))

    def is_gone(self, path: str) -> None:
        self._put(path, Page(status=410))

    def forbids(self, path: str) -> None:
        self._put(path, Page(status=403))

    def cuts(self, path: str, body: bytes, *, after: int, times: int | None = None) -> None:
        """Promises the whole body and hangs up after so many bytes of it."""
        self._put(path, Page(body=body, sends=after, times=times))

    def drops(self, path: str, *, times: int | None = None) -> None:
        """Takes the request and hangs up without a word."""
        self._put(path, Page(drops=True, times=times))

    def hangs(self, path: str) -> None:
        """Takes the request and never answers."""
        self._put(path, Page(hangs=True))

    def holds(self, path: str, *, until: int | None = None) -> threading.Event:
        """Answers only once the event that is returned is set, or once so many have asked for the path."""
        gate = threading.Event()
        self._gates[path] = (gate, until)
        return gate

    # What it saw

    def counts(self, path: str = "") -> int:
        """How often a path, or anything at all, was asked for."""
        return sum(1 for one in self.asked if path in ("", one.path))

    def last(self, path: str) -> Asked:
        """The newest request for a path."""
        return next(one for one in reversed(self.asked) if one.path == path)

    # Opening and closing

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._live, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for gate, _ in self._gates.values():
            gate.set()
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _live(self, ready: threading.Event) -> None:
        self._loop = asyncio.new_event_loop()
        try:
            servers = self._loop.run_until_complete(self._listen())
            ready.set()
            self._loop.run_forever()
            self._loop.run_until_complete(self._leave(servers))
        finally:
            self._loop.close()

    async def _listen(self) -> list[asyncio.Server]:
        servers = [await asyncio.start_server(self._meet, "127.0.0.1", 0, ssl=self.tls) for _ in range(self.origins)]
        self.ports = [server.sockets[0].getsockname()[1] for server in servers]
        return servers

    async def _leave(self, servers: list[asyncio.Server]) -> None:
        for server in servers:
            server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # One visitor

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._serve(reader, writer):
                pass
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort() if task.cancelling() else writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request. False when the line is to be closed."""
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        path = first.split(" ")[1]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        self.asked.append(Asked(path, headers, writer.get_extra_info("sockname")[1]))
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            return await self._answer(path, headers, writer)
        finally:
            self._now -= 1

    async def _answer(self, path: str, headers: dict[str, str], writer: asyncio.StreamWriter) -> bool:
        gate, until = self._gates.get(path, (None, None))
        if gate is not None and until is not None and self.counts(path) >= until:
            gate.set()
        if gate is not None:
            await asyncio.to_thread(gate.wait)
        page = self._take(path)
        if page.hangs:
            await asyncio.Event().wait()
        if page.drops:
            return False
        if page.status == 200 and _has(page, headers):
            page = replace(page, status=304, body=b"")
        writer.writelines(_lines(page))
        body = page.body if page.sends is None else page.body[: page.sends]
        for start in range(0, len(body), 1 << 20):
            writer.write(body[start : start + (1 << 20)])
            await writer.drain()
        return page.sends is None and page.length is None

    # What is shown

    def _put(self, path: str, page: Page) -> None:
        """A page for some times lies on top of what was there; one for good replaces it."""
        below = self._pages.get(path, []) if page.times is not None else []
        self._pages[path] = [page, *below]

    def _take(self, path: str) -> Page:
        pages = self._pages.get(path.partition("?")[0]) or [Page(status=404)]
        page = pages[0]
        if page.times is not None:
            pages[:1] = [replace(page, times=page.times - 1)] if page.times > 1 else []
        return page


def packed(body: bytes, encoding: str) -> bytes:
    """The body as a Content-Encoding wants it."""
    match encoding:
        case "gzip":
            return gzip.compress(body, 6)
        case "deflate":
            return zlib.compress(body)
        case "br":
            return bytes(brotli.compress(body, quality=5))
        case "zstd":
            return bytes(zstandard.ZstdCompressor().compress(body))
        case _:
            return body


def _has(page: Page, headers: dict[str, str]) -> bool:
    """Whether the visitor has this page already. An etag counts before a date, as RFC 9110 (13.2.2) wants."""
    wanted = headers.get("if-none-match")
    if wanted is not None:
        return wanted == page.header("etag") != ""
    return headers.get("if-modified-since") == page.header("last-modified") != ""


def _lines(page: Page) -> Iterator[bytes]:
    yield f"HTTP/1.1 {page.status} Said\r\n".encode()
    for name, value in page.headers:
        yield f"{name}: {value}\r\n".encode("latin-1")
    length = len(page.body) if page.length is None else page.length
    if page.status != 304:
        yield f"content-length: {length}\r\n".encode()
    yield b"\r\n"
