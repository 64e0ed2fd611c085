"""What arrives, decompressed piece by piece, counted, hashed, and kept in memory or, when it is large, in a file.

Every step is bounded: no decoder hands out more than a few megabytes for one piece of input, so a body that would
unpack to terabytes is refused when it passes its cap and never held. Corrupt or unfinished compression is a cut
transfer, which a later attempt may mend; too much is a refusal, which it will not.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import IO, Protocol

import brotli
import zstandard

from bot.errors import FetchLater, FetchRefused

#: What we ask for, and can decode.
ACCEPT_ENCODING = "gzip, deflate, br, zstd"

#: A body longer than this moves from memory to a file. Feeds are shorter, the large lists longer.
IN_MEMORY = 1 << 20
#: The most that a decoder hands out at once.
PIECE = 1 << 18
#: A body may unpack to this many times what was sent: XML lists reach 30, the worst honest table about 100, while the
#: formats themselves allow 1,032 (gzip) and far more (br, zstd). Not looked at below RATIO_FROM bytes.
RATIO = 250
RATIO_FROM = 8 << 20
#: A spooled file this old belongs to a process that died: fetching and reading take minutes.
ORPHANED_AFTER = 3600.0

#: Nobody compresses more than twice, and a thousand layers would break the stack.
LAYERS = 3

DAMAGED = (zlib.error, brotli.error, zstandard.ZstdError)


class Decoder(Protocol):
    """One layer of compression."""

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """What this much input unpacks to, in bounded pieces. Raises one of DAMAGED."""

    def complete(self) -> bool:
        """Whether the input may end here."""


class Inflate:
    """gzip with any number of members, or the two things that servers call deflate (with zlib's header, or bare)."""

    def __init__(self, *, deflate: bool = False) -> None:
        self._deflate = deflate
        self._one: zlib._Decompress | None = None
        self._rest = b""

    def feed(self, raw: bytes) -> Iterator[bytes]:
        raw = self._rest + raw
        self._rest = b""
        while raw:
            if self._one is None or self._one.eof:
                if len(raw) < 2:
                    self._rest = raw
                    return
                if self._one is not None and not raw.startswith(b"\x1f\x8b"):
                    return  # padding behind the last member, which every gzip reader overlooks
                self._one = zlib.decompressobj(self._window(raw))
            one = self._one
            piece = one.decompress(raw, PIECE)
            while piece:
                yield piece
                piece = one.decompress(one.unconsumed_tail, PIECE)
            raw = one.unused_data

    def complete(self) -> bool:
        return not self._rest if self._one is None else self._one.eof

    def _window(self, raw: bytes) -> int:
        """zlib's `wbits`: 31 is gzip, 15 zlib's header (two bytes, a multiple of 31: RFC 1950, 2.2), -15 none."""
        if not self._deflate:
            return 31
        return 15 if raw[0] & 0x0F == 8 and int.from_bytes(raw[:2]) % 31 == 0 else -15


class Brotli:
    def __init__(self) -> None:
        self._one = brotli.Decompressor()
        self._fed = False

    def feed(self, raw: bytes) -> Iterator[bytes]:
        self._fed = True
        piece = self._one.process(raw, output_buffer_limit=PIECE)
        while piece:
            yield piece
            piece = b"" if self._one.is_finished() else self._one.process(b"", output_buffer_limit=PIECE)

    def complete(self) -> bool:
        return not self._fed or self._one.is_finished()


class Zstd:
    """Frames of zstd. Their window is at most 8 MB over HTTP (RFC 9659)."""

    #: The decoder has no limit on its output, but a block of at least 4 bytes gives at most 128 KB (RFC 8878,
    #: 3.1.1.2.4), so slices of this size give at most 8 MB.
    SLICE = 256

    def __init__(self) -> None:
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=8 << 20)
        self._one = self._decompressor.decompressobj()
        self._fed = False

    def feed(self, raw: bytes) -> Iterator[bytes]:
        for start in range(0, len(raw), self.SLICE):
            piece = raw[start : start + self.SLICE]
            while piece:
                if self._one.eof:
                    self._one = self._decompressor.decompressobj()
                self._fed = True
                yield self._one.decompress(piece)
                piece = self._one.unused_data if self._one.eof else b""

    def complete(self) -> bool:
        return not self._fed or self._one.eof


class StoredGzip:
    """A file that is itself gzip, whatever the server calls it: mirrors keep `sdn.xml.gz`, and readers expect XML.

    Recognised by its first bytes, which begin no format that Tocsin reads.
    """

    MAGIC = b"\x1f\x8b\x08"

    def __init__(self) -> None:
        self._head = b""
        self._inflate: Inflate | None = None
        self._decided = False

    def feed(self, raw: bytes) -> Iterator[bytes]:
        if not self._decided:
            raw = self._head + raw
            if len(raw) < len(self.MAGIC) and self.MAGIC.startswith(raw):
                self._head = raw
                return
            self._head = b""
            self._decided = True
            self._inflate = Inflate() if raw.startswith(self.MAGIC) else None
        if self._inflate is None:
            yield raw
        else:
            yield from self._inflate.feed(raw)

    def complete(self) -> bool:
        return not self._head and (self._inflate is None or self._inflate.complete())


def decoders(content_encoding: str) -> list[Decoder]:
    """The layers of a Content-Encoding header, the outermost first.

    Values that name no compression (`identity`, and mistakes like `utf-8`) are passed over: readers recognise a
    document by its bytes and say what it looks like when they cannot.
    """
    named = [word.strip().lower() for word in content_encoding.split(",")]
    layers: list[Decoder] = []
    for word in reversed(named):
        match word.removeprefix("x-"):
            case "gzip":
                layers.append(Inflate())
            case "deflate":
                layers.append(Inflate(deflate=True))
            case "br":
                layers.append(Brotli())
            case "zstd":
                layers.append(Zstd())
            case _:
                pass
    return layers


class Spool:
    """The folder of large bodies. What this process wrote it removes; what a dead one left is removed by age."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ours: set[Path] = set()
        self._sweep()

    def create(self) -> tuple[IO[bytes], Path]:
        """A new empty file, open for writing. Raises OSError when the folder cannot be written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        file = tempfile.NamedTemporaryFile(dir=self._folder, prefix="body-", delete=False)  # noqa: SIM115 - outlives us
        path = Path(file.name)
        self._ours.add(path)
        return file, path

    def remove(self, path: Path) -> None:
        """Remove a file of ours. Any other path is left alone: a document may be a person's own file."""
        if path in self._ours:
            self._ours.discard(path)
            # Windows keeps a file that somebody still reads; the sweep gets it later.
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def clear(self) -> None:
        for path in tuple(self._ours):
            self.remove(path)

    def _sweep(self) -> None:
        # File times come from the machine's clock, so they are compared with it and not with the program's.
        oldest = time.time() - ORPHANED_AFTER
        with suppress(OSError):
            for path in self._folder.glob("body-*"):
                if path not in self._ours and path.stat().st_mtime < oldest:
                    path.unlink(missing_ok=True)


class Body:
    """One body on its way in. `take` each piece, then `finish`; `drop` it when anything went wrong."""

    def __init__(self, name: str, *, cap: int, spool: Spool, encoding: str = "") -> None:
        self._name = name
        self._cap = cap
        self._spool = spool
        self._layers = [*decoders(encoding), StoredGzip()]
        if len(self._layers) > LAYERS + 1:
            raise FetchRefused(
                f"{name}: compressed {len(self._layers) - 1} times over; open it in a browser to see why"
            )
        self._held = bytearray()
        self._file: IO[bytes] | None = None
        self._path: Path | None = None
        self._digest = hashlib.sha256()
        self.received = 0
        self.size = 0

    def take(self, raw: bytes) -> None:
        """Unpack and keep a piece. Raises FetchRefused past the cap, FetchLater when it is damaged."""
        self.received += len(raw)
        pieces: Iterable[bytes] = (raw,)
        for layer in self._layers:
            pieces = chain.from_iterable(map(layer.feed, pieces))
        try:
            for piece in pieces:
                self._keep(piece)
        except DAMAGED as error:
            raise FetchLater(
                f"{self._name}: damaged compression after {self.received:,} bytes ({error}); tried again later"
            ) from error

    def finish(self) -> bytes | Path:
        """The whole body: bytes, or the path of its file. Raises FetchLater when the compressed stream is cut."""
        if not all(layer.complete() for layer in self._layers):
            raise FetchLater(f"{self._name}: cut after {self.received:,} compressed bytes; tried again later")
        if self._file is None or self._path is None:
            return bytes(self._held)
        self._file.close()
        return self._path

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def drop(self) -> None:
        """Forget what was kept."""
        self._held.clear()
        if self._file is not None and self._path is not None:
            self._file.close()
            self._spool.remove(self._path)

    def _keep(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self._cap:
            raise too_long(self._name, self.size, self._cap)
        if self.size > RATIO_FROM and self.size > RATIO * self.received:
            raise FetchRefused(
                f"{self._name}: {self.received:,} bytes unpack to {self.size:,} and more (cap {self._cap:,}, "
                f"and at most {RATIO} times what was sent); that is no honest document, so nothing of it is kept"
            )
        self._digest.update(piece)
        if self._file is not None:
            self._file.write(piece)
            return
        self._held += piece
        if len(self._held) > IN_MEMORY:
            self._file, self._path = self._spool.create()
            self._file.write(self._held)
            self._held.clear()


def too_long(name: str, size: int, cap: int) -> FetchRefused:
    return FetchRefused(
        f"{name}: {size:,} bytes or more, over the cap of {cap:,}; if the publisher's file has really grown, "
        f"raise `cap` of its source"
    )
