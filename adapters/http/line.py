"""One connection for each request: an httpx transport with no pool.

A feed is read every few minutes, longer than servers keep a connection open, so there is nothing to pool. httpcore's
pool costs all the same: it walks over every connection and every waiting request whenever one comes or goes, breaks
a connection now and then by itself (encode/httpcore#1110, #1111), and each of its locks searches the whole path for a
module that is not installed. This is asyncio's own connection with h11 on it, at well under half the processor time.

It takes httpx's `timeout` and `sni_hostname` extensions and raises httpx's errors, so that httpx's own transport can
stand in its place; it does, when there is a proxy.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from ipaddress import ip_address

import h11
import httpx

#: Read this much at a time; twice as much is held before the other side is told to wait.
READ = 1 << 17
#: The head of an answer: more than 100 KB of headers is an attack (h11's own default is 16 KB, too little for some).
HEAD = 100 * 1024
#: A name has several addresses: the next one is tried beside the first after this many seconds (RFC 8305 wants 0.25).
NEXT_ADDRESS_AFTER = 0.25


class Line(httpx.AsyncBaseTransport):
    """Opens a line for each request and closes it when the answer is closed."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._tls.set_alpn_protocols(["http/1.1"])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer's head; its body is read from the stream. Raises httpx.TransportError."""
        seconds = request.extensions.get("timeout", {})
        call = await self._open(request, seconds.get("connect"))
        try:
            head = await call.ask(request, seconds)
        except BaseException:
            await call.aclose()
            raise
        return httpx.Response(head.status_code, headers=head.headers.raw_items(), stream=call)

    async def _open(self, request: httpx.Request, seconds: float | None) -> Call:
        url = request.url
        host = url.raw_host.decode("ascii")
        secure = url.scheme == "https"
        with _said_as(httpx.ConnectTimeout, httpx.ConnectError):
            async with asyncio.timeout(seconds):
                reader, writer = await asyncio.open_connection(
                    host,
                    url.port or (443 if secure else 80),
                    limit=READ,
                    ssl=self._tls if secure else None,
                    server_hostname=request.extensions.get("sni_hostname", host) if secure else None,
                    happy_eyeballs_delay=None if _is_number(host) else NEXT_ADDRESS_AFTER,
                )
        return Call(reader, writer)


class Call(httpx.AsyncByteStream):
    """A request and its answer on one connection. Iterating reads the body."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD)
        self._seconds: float | None = None

    async def ask(self, request: httpx.Request, seconds: dict[str, float | None]) -> h11.Response:
        """Send the request, which has no body, and wait for the head of the answer."""
        self._seconds = seconds.get("read")
        asking = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        with _said_as(httpx.WriteTimeout, httpx.WriteError):
            self._writer.write(self._protocol.send(asking) or b"")
            self._protocol.send(h11.EndOfMessage())
        while not isinstance(event := await self._next(), h11.Response):
            pass  # 100 and 103 announce an answer; patience has its own limit
        return event

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while isinstance(event := await self._next(), h11.Data):
            yield bytes(event.data)

    async def aclose(self) -> None:
        # Not `close()`: there is nothing left to say, and a parting word over TLS would outlive us.
        self._writer.transport.abort()

    async def _next(self) -> object:
        """What the server says next, an event of h11; the line is read when nothing is left of what came before."""
        with _said_as(httpx.ReadTimeout, httpx.ReadError):
            while (event := self._protocol.next_event()) is h11.NEED_DATA:
                async with asyncio.timeout(self._seconds):
                    heard = await self._reader.read(READ)
                if not heard and self._protocol.their_state is h11.SEND_RESPONSE:
                    raise httpx.RemoteProtocolError("hung up without an answer")
                self._protocol.receive_data(heard)
            return event


@contextmanager
def _said_as(slow: type[httpx.TimeoutException], broken: type[httpx.NetworkError]) -> Iterator[None]:
    """Errors of asyncio, TLS and h11 in httpx's words. TimeoutError is an OSError, so it is asked about first."""
    try:
        yield
    except TimeoutError as error:
        raise slow(str(error)) from error
    except (OSError, UnicodeError) as error:
        raise broken(str(error)) from error
    except h11.ProtocolError as error:
        raise httpx.RemoteProtocolError(str(error)) from error


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
