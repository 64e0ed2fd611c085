"""The fetcher: asks politely, follows redirects itself, and says of every failure what to do about it.

What may surprise:

- It drives httpx's transport and not its client. The client keeps cookies between strangers' requests, writes whole
  addresses (with their passwords) to the log, and follows redirects without asking whether they may be dialled.
- No connection is kept for later (see `line`). `Connection: close` is not sent all the same: some servers then leave
  out the length, and a cut list could no longer be told from a whole one.
- `A-IM: feed` (RFC 3229) is not sent. A 226 answer holds only what is new, while a `Document` promises to be whole:
  its hash, its count and what is missing from it mean something.
- HTTP/1.1 only: with one request a host at a time there is nothing to multiplex.
"""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname
from weakref import WeakValueDictionary

import httpx
from protego import Protego

from adapters.http.body import ACCEPT_ENCODING, Body, Spool, too_long
from adapters.http.line import Line
from adapters.http.reach import Reach, Resolve, lookup
from adapters.http.words import freshness, redact, retry_after, same_etag
from bot.errors import BadSettings, FetchGone, FetchLater, FetchRefused
from bot.model import Document, Validators, aware
from bot.ports import Answer, Ask

#: More hops than this are a circle. Browsers allow 20; no list or feed we know needs more than 4.
MAX_HOPS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
FOR_GOOD = frozenset({301, 308})

#: How long a host that answered 429 is left alone when it does not say how long.
UNSAID_WAIT = timedelta(minutes=1)
#: A host that forbids this many addresses with no good answer between them forbids us, and is left alone for a while.
FORBIDDEN_IN_A_ROW = 3
FORBIDDEN_WAIT = timedelta(minutes=15)

ROBOTS_FOR = timedelta(days=1)
#: RFC 9309 wants at least 500 KiB to be read.
ROBOTS_CAP = 2_000_000

#: What a person can do about a refusal.
_NEXT_STEP = {
    401: "it wants a name and a password: give them in the settings, as https://name:password@host/",
    402: "it wants to be paid; look for another source",
    403: "it forbids us: open it in a browser, and if it opens there set TOCSIN_MIRROR or another address",
    404: "nothing is there: look up the new address at the publisher and correct it",
    407: "the proxy wants a password: give it in the proxy's address",
    451: "it is withheld for legal reasons; look for another source",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """A server said: elsewhere."""

    to: httpx.URL
    for_good: bool


class HttpFetcher:
    """The `Fetcher` of the house. One for the whole process, because pauses and lanes are of hosts.

    `user_agent` names the program and how to reach whoever runs it. `spool` holds large bodies until `release`.
    `timeout` is seconds of silence, `patience` seconds for one whole request. `trusted_files` lets trusted asks read
    `file:` addresses. `allow_private` lets untrusted ones reach any address, `opened` only the networks in it
    ("10.20.0.0/16"). `proxy` is an http:// address; the environment is not read. `tls` replaces the bundled
    authorities, for companies with their own. `resolve` looks names up for asks that are checked.

    Raises BadSettings for a user agent, a network or a proxy that cannot be one.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        spool: Path,
        now: Callable[[], datetime],
        at_once: int = 64,
        timeout: float = 30.0,
        patience: float = 600.0,
        trusted_files: bool = True,
        allow_private: bool = False,
        opened: Collection[str] = (),
        proxy: str = "",
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = lookup,
    ) -> None:
        if not (user_agent.isascii() and user_agent.isprintable() and user_agent):
            raise BadSettings(f"user agent {user_agent!r}: plain ASCII only, as in Tocsin/1.0 (+https://example.org)")
        self._user_agent = user_agent
        self._now = now
        self._timeout = timeout
        self._timeouts = httpx.Timeout(timeout).as_dict()
        self._patience = patience
        self._trusted_files = trusted_files
        self._proxied = bool(proxy)
        self._reach = Reach(opened=("0.0.0.0/0", "::/0") if allow_private else opened, resolve=resolve)
        self._spool = Spool(spool)
        self._slots = asyncio.Semaphore(at_once)
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._paused: dict[str, tuple[datetime, str]] = {}
        self._forbidden: dict[str, set[str]] = {}
        self._robots: dict[str, tuple[datetime, Protego | None]] = {}
        self._given_by: dict[str, str] = {}
        # Reading the authorities takes a fifth of a second: once, here.
        self._transport = _transport(tls or httpx.create_ssl_context(trust_env=False), proxy)

    async def fetch(self, ask: Ask) -> Answer:
        """The document, or "not modified". Raises FetchLater, FetchGone or FetchRefused; never another error."""
        url = self._parsed(ask)
        if url.scheme == "file":
            return await asyncio.to_thread(self._read_file, ask)
        return await self._walk(ask, url)

    async def release(self, document: Document) -> None:
        """Let go of a document's spooled file; the document cannot be opened after that."""
        if isinstance(document.body, Path):
            self._spool.remove(document.body)

    async def close(self) -> None:
        """Let go of connections and of every spooled file."""
        await self._transport.aclose()
        self._spool.clear()

    # From hop to hop

    async def _walk(self, ask: Ask, start: httpx.URL) -> Answer:
        """Ask, and go where we are sent, checking each step."""
        url, moved_to, for_good, checked = start, "", True, not ask.trusted
        for _ in range(MAX_HOPS + 1):
            if ask.page:
                await self._heed_robots(ask, url)
            answer = await self._hop(ask, url, checked=checked)
            if isinstance(answer, Answer):
                return replace(answer, moved_to=moved_to)
            guarded = self._keeps_its_guard(ask, url, answer.to)
            for_good = for_good and answer.for_good and guarded
            moved_to = str(answer.to) if for_good else moved_to
            # Even a trusted address may not send us into our own network, unless it stands there itself.
            checked = checked or (answer.to.host != start.host and not await self._is_inside(start))
            url = answer.to
        raise FetchRefused(
            f"{redact(ask.url)}: more than {MAX_HOPS} redirects, the last to {redact(str(url))}; "
            f"open it in a browser and give the address where it ends"
        )

    def _keeps_its_guard(self, ask: Ask, url: httpx.URL, target: httpx.URL) -> bool:
        """False for a step from https to http, where anybody on the way could answer: such a move is not remembered.

        Raises FetchRefused when nobody vouched for the address to begin with.
        """
        if url.scheme != "https" or target.scheme != "http":
            return True
        if ask.trusted:
            return False
        raise FetchRefused(
            f"{redact(ask.url)}: redirects from https to {redact(str(target))}, which anybody on the way can forge; "
            f"put that address in the settings if you want it"
        )

    async def _is_inside(self, url: httpx.URL) -> bool:
        return await self._reach.inside(_dialled(url), _port(url))

    async def _hop(self, ask: Ask, url: httpx.URL, *, checked: bool) -> Answer | Moved:
        """One request to one host, alone on its lane."""
        name, host = redact(str(url)), _host(url)
        lane = self._lanes.setdefault(host, asyncio.Lock())
        async with lane, self._slots:
            self._heed_pause(host, name)
            try:
                async with asyncio.timeout(self._patience):
                    return await self._request(ask, url, checked=checked)
            except TimeoutError as error:
                raise FetchLater(f"{name}: not done after {self._patience:g} s; tried again later") from error
            except httpx.HTTPError as error:
                raise FetchLater(f"{name}: {self._trouble(ask, error)}; tried again later") from error
            except OSError as error:
                raise FetchLater(f"{name}: could not be kept here ({error}); free some space and wait") from error

    async def _request(self, ask: Ask, url: httpx.URL, *, checked: bool) -> Answer | Moved:
        response = await self._dial(ask, url, await self._pins(ask, url, checked=checked))
        try:
            return await self._judge(ask, url, response)
        finally:
            await response.aclose()

    # Asking

    async def _pins(self, ask: Ask, url: httpx.URL, *, checked: bool) -> list[str]:
        """The addresses to dial in turn; an empty text stands for the host's own name, looked up when dialled."""
        if not checked:
            return [""]
        name = redact(str(url))
        try:
            found = await self._reach.addresses(_dialled(url), _port(url), name=name, any_port=ask.trusted)
        except FetchLater:
            # Behind a proxy outside names need not resolve here; what the proxy may reach is its own decision.
            if self._proxied:
                return [""]
            raise
        return [""] if self._proxied else list(found[:4])

    async def _dial(self, ask: Ask, url: httpx.URL, pins: list[str]) -> httpx.Response:
        """The response's head, from the first of the addresses that can be connected to."""
        *others, last = pins
        for pin in others:
            try:
                return await self._send(ask, url, pin)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._send(ask, url, last)

    async def _send(self, ask: Ask, url: httpx.URL, pin: str) -> httpx.Response:
        """The response's head. A connection that broke before it came is tried once more: asking changes nothing

        at the server.
        """
        request = self._asking(ask, url, pin)
        try:
            return await self._transport.handle_async_request(request)
        except (httpx.ReadError, httpx.RemoteProtocolError):
            return await self._transport.handle_async_request(request)

    def _asking(self, ask: Ask, url: httpx.URL, pin: str) -> httpx.Request:
        headers = {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": self._user_agent,
            "Accept": "*/*",
            "Accept-Language": "en, *;q=0.5",  # the European Commission's server answers 406 without one (read 2026-11)
            "Accept-Encoding": ACCEPT_ENCODING,
        }
        if url.userinfo:
            secret = f"{url.username}:{url.password}".encode()
            headers["Authorization"] = f"Basic {b64encode(secret).decode('ascii')}"
        if ask.validators != Validators() and self._giver(ask) == _origin(url):
            headers |= _conditions(ask.validators)
        bare = _bare(url)
        extensions: dict[str, object] = {
            "timeout": self._timeouts | ({"read": silence} if (silence := ask.silence.total_seconds()) else {})
        }
        if pin:
            # The certificate is still asked for, and checked against, the name.
            extensions["sni_hostname"] = _dialled(url)
            bare = bare.copy_with(host=pin)
        return httpx.Request("GET", bare, headers=headers, extensions=extensions)

    # What came back

    async def _judge(self, ask: Ask, url: httpx.URL, response: httpx.Response) -> Answer | Moved:
        status = response.status_code
        if status not in (403, 429, 503):
            self._forbidden.pop(_host(url), None)
        if status in REDIRECTS and "location" in response.headers:
            return Moved(self._target(ask, url, response.headers["location"]), for_good=status in FOR_GOOD)
        if status == 304 and ask.validators != Validators():
            return self._unchanged(ask, response)
        if status in (200, 203):
            if same_etag(ask.validators.etag, response.headers.get("etag")):
                return self._unchanged(ask, response)
            return await self._take(ask, url, response)
        raise self._refusal(url, response)

    async def _take(self, ask: Ask, url: httpx.URL, response: httpx.Response) -> Answer:
        """The whole body, as a document."""
        headers, name = response.headers, redact(str(url))
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > ask.cap:
            raise too_long(name, int(declared), ask.cap)
        body = Body(name, cap=ask.cap, spool=self._spool, encoding=headers.get("content-encoding", ""))
        try:
            async for raw in response.aiter_raw():
                body.take(raw)
            whole = body.finish()
        except httpx.RemoteProtocolError as error:
            body.drop()
            raise FetchLater(f"{name}: cut after {body.received:,} bytes; tried again later") from error
        except BaseException:
            body.drop()
            raise
        validators = Validators(headers.get("etag") or None, headers.get("last-modified") or None)
        self._note_giver(ask, url, validators)
        document = Document(
            url=str(_bare(url)),
            body=whole,
            sha256=body.sha256,
            fetched_at=aware(self._now()),
            content_type=headers.get("content-type", ""),
            validators=validators,
            size=body.size,
        )
        return Answer(document=document, validators=validators, wait=freshness(headers, self._now()))

    def _unchanged(self, ask: Ask, response: httpx.Response) -> Answer:
        headers = response.headers
        validators = Validators(
            headers.get("etag") or ask.validators.etag, headers.get("last-modified") or ask.validators.last_modified
        )
        return Answer(document=None, validators=validators, wait=freshness(headers, self._now()))

    def _note_giver(self, ask: Ask, url: httpx.URL, validators: Validators) -> None:
        """Remember whose validators these are: after a redirect, only that origin may hear them again.

        After a restart this is forgotten, and a redirected document is fetched whole once.
        """
        self._given_by.pop(ask.url, None)
        if validators != Validators() and not ask.page and self._giver(ask) != _origin(url):
            self._given_by[ask.url] = _origin(url)

    def _giver(self, ask: Ask) -> str:
        """The origin whose validators an ask carries: its own, unless a redirect led elsewhere."""
        return self._given_by.get(ask.url) or _origin(httpx.URL(ask.url.strip()))

    def _target(self, ask: Ask, url: httpx.URL, location: str) -> httpx.URL:
        """Where a redirect leads. A name and password stay within their origin; others' are not taken."""
        name = redact(str(url))
        try:
            target = url.join(location)
            inherits = _origin(target) == _origin(url)
        except (httpx.InvalidURL, ValueError):
            raise FetchRefused(f"{name}: redirects to something that is no address; open it in a browser") from None
        if not _is_web(target):
            raise FetchRefused(
                f"{name}: redirects to {redact(str(target))}, which is no web address; open it in a browser"
            )
        return target.copy_with(
            username=(url.username or None) if inherits else None,
            password=(url.password or None) if inherits else None,
        )

    def _refusal(self, url: httpx.URL, response: httpx.Response) -> FetchGone | FetchRefused | FetchLater:
        """The error for a status that brings no document, sorted by what to do about it."""
        status, name = response.status_code, redact(str(url))
        if status == 410:
            return FetchGone(f"{name}: 410, retired by its publisher; look for its successor there")
        if status == 403:
            self._note_forbidden(url)
        if 400 <= status < 500 and status not in (408, 425, 429):
            return FetchRefused(f"{name}: {status}, {_NEXT_STEP.get(status, 'open it in a browser to see why')}")
        after = retry_after(response.headers, aware(self._now()))
        if status == 429:
            after = after or UNSAID_WAIT
        host_wide = after is not None and status in (429, 503)
        if after is not None and host_wide:
            self._pause(url, after, f"answered {status}")
        wait = f"asked us to wait {after}" if after else "tried again later"
        return FetchLater(f"{name}: answered {status}, {wait}", after=after, host_wide=host_wide)

    # Hosts that want to be left alone

    def _pause(self, url: httpx.URL, span: timedelta, why: str) -> None:
        now = aware(self._now())
        self._paused = {host: pause for host, pause in self._paused.items() if pause[0] > now}
        self._paused[_host(url)] = (now + span, why)

    def _note_forbidden(self, url: httpx.URL) -> None:
        refused = self._forbidden.setdefault(_host(url), set())
        refused.add(url.path)
        if len(refused) >= FORBIDDEN_IN_A_ROW:
            self._pause(url, FORBIDDEN_WAIT, f"forbade {len(refused)} addresses in a row")
            refused.clear()

    def _heed_pause(self, host: str, name: str) -> None:
        """Raises FetchLater, without a request, while a host wants to be left alone."""
        until, why = self._paused.get(host, (None, ""))
        left = until - aware(self._now()) if until else timedelta(0)
        if until and left > timedelta(0):
            raise FetchLater(
                f"{name}: {host} {why}; left alone until {until:%Y-%m-%d %H:%M:%S} UTC", after=left, host_wide=True
            )

    # robots.txt

    async def _heed_robots(self, ask: Ask, url: httpx.URL) -> None:
        """Raises FetchRefused when the host asks programs not to read this page (RFC 9309).

        FetchLater when its rules cannot be had for now: then nothing may be read. A host without rules allows all.
        """
        origin = _origin(url)
        until, rules = self._robots.get(origin, (None, None))
        now = aware(self._now())
        if until is None or until <= now:
            rules = await self._rules(ask, f"{origin}/robots.txt")
            self._robots = {site: kept for site, kept in self._robots.items() if kept[0] > now}
            self._robots[origin] = (now + ROBOTS_FOR, rules)
        product = self._user_agent.partition("/")[0]
        if rules is not None and not rules.can_fetch(str(url), product):
            raise FetchRefused(
                f"{redact(str(url))}: robots.txt of {url.host} asks programs not to read it; open it in a browser"
            )

    async def _rules(self, ask: Ask, url: str) -> Protego | None:
        try:
            answer = await self.fetch(Ask(url=url, cap=ROBOTS_CAP, trusted=ask.trusted))
        except (FetchRefused, FetchGone):
            return None
        document = answer.document
        assert document is not None, "without validators nothing is 'not modified'"
        try:
            return Protego.parse(document.whole().decode("utf-8-sig", "replace"))
        finally:
            await self.release(document)

    # Files

    def _read_file(self, ask: Ask) -> Answer:
        """A file of this machine, with its size and time of change for validators. Read in a thread."""
        name = redact(ask.url)
        parts = urlsplit(ask.url.strip())
        path = Path(url2pathname(parts.path))
        if parts.netloc not in ("", "localhost"):
            raise FetchRefused(f"{name}: names the machine {parts.netloc}; write file:///path for a file of this one")
        try:
            status = path.stat()
            if not path.is_file():
                raise FetchRefused(f"{name}: is no file; give the path of one file")
            validators = Validators(f'"{status.st_size}-{status.st_mtime_ns}"')
            if ask.validators.etag == validators.etag:
                return Answer(document=None, validators=validators)
            return Answer(document=self._copy(ask, name, path, validators), validators=validators)
        except OSError as error:
            raise FetchRefused(f"{name}: cannot be read ({error.strerror}); check the path in the settings") from error

    def _copy(self, ask: Ask, name: str, path: Path, validators: Validators) -> Document:
        """A copy, so that the document stays what it was when somebody writes the file anew."""
        body = Body(name, cap=ask.cap, spool=self._spool)
        try:
            with path.open("rb") as file:
                while raw := file.read(1 << 18):
                    body.take(raw)
            whole = body.finish()
        except BaseException:
            body.drop()
            raise
        return Document(
            url=path.absolute().as_uri(),
            body=whole,
            sha256=body.sha256,
            fetched_at=aware(self._now()),
            validators=validators,
            size=body.size,
        )

    # Words

    def _parsed(self, ask: Ask) -> httpx.URL:
        """The address. Raises FetchRefused when it is none, or none for this ask."""
        name = redact(ask.url)
        try:
            url = httpx.URL(ask.url.strip())
            _ = url.netloc, _port(url)
        except (httpx.InvalidURL, ValueError):
            raise FetchRefused(f"{name}: is no address; write it as https://host/path") from None
        if url.scheme == "file":
            if ask.trusted and self._trusted_files:
                return url
            raise FetchRefused(f"{name}: files of this machine are read only when the settings name them")
        if not _is_web(url):
            raise FetchRefused(f"{name}: is no web address; write it as https://host/path")
        return url

    def _trouble(self, ask: Ask, error: httpx.HTTPError) -> str:
        """What went wrong on the way, in words."""
        match error:
            case httpx.ConnectTimeout():
                return f"no connection within {self._timeout:g} s"
            case httpx.TimeoutException():
                return f"silent for {ask.silence.total_seconds() or self._timeout:g} s"
            case httpx.ConnectError():
                return f"no connection ({_root(error)})"
            case httpx.ProxyError():
                return f"the proxy refused ({error})"
            case _:
                return f"the connection broke ({_root(error) or type(error).__name__})"


def _transport(tls: ssl.SSLContext, proxy: str) -> httpx.AsyncBaseTransport:
    if not proxy:
        return Line(tls)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)  # the fetcher's slots are the limit
    try:
        return httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=limits, proxy=proxy)
    except (httpx.InvalidURL, ValueError, ImportError):
        raise BadSettings(f"proxy {redact(proxy)}: write it as http://name:password@host:8080") from None


def _root(error: BaseException) -> str:
    """The words of the first cause: `All connection attempts failed` does not say why, what lies under it does."""
    while (below := error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__) is not None:
        error = below
    return str(error)


def _is_web(url: httpx.URL) -> bool:
    """Whether http or https can ask for it: a host of 1 to 253 letters, and none that httpx had to write as %xx."""
    return url.scheme in ("http", "https") and 0 < len(url.raw_host) <= 253 and b"%" not in url.raw_host


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _bare(url: httpx.URL) -> httpx.URL:
    """The address without name, password and fragment, none of which is part of what is asked for."""
    return url.copy_with(username=None, password=None, fragment=None) if url.userinfo or url.fragment else url


def _dialled(url: httpx.URL) -> str:
    """The host as the network knows it: a name in ASCII, or an address."""
    return url.raw_host.decode("ascii")


def _host(url: httpx.URL) -> str:
    """Whose lane and whose pause it is: host and port."""
    return f"{url.host}:{_port(url)}"


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _conditions(validators: Validators) -> dict[str, str]:
    """The conditional headers; none for an empty validator (some servers then answer with everything)."""
    given = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in given.items() if value and value.isascii() and value.isprintable()}
