"""Bytes to text: which encoding a feed is really in.

A byte order mark is believed first, then the HTTP charset, then the XML declaration, then UTF-8; the first that
decodes without an error wins. Two things surprise. "Latin" declarations give way to UTF-8 when the bytes are valid
UTF-8 beyond ASCII, because nobody means "Ã©". And the names ISO-8859-1, GB2312 and Shift_JIS are read as the
supersets that publishers really write (https://encoding.spec.whatwg.org/#names-and-labels, read 2026-11).
When nothing was declared and it is not UTF-8, bytes beyond ASCII that come in runs are another script (Chinese,
Cyrillic, ...) and their encoding is guessed by charset-normalizer; single ones are accents: windows-1252.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_MARKS = (  # the longer ones first: UTF-32-LE begins like UTF-16-LE
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_SUPERSETS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_LATIN = frozenset({"cp1252", "iso8859-15", "cp1254"})
# Python knows these as text encodings; no publisher does, and some are slow or turn text into other text.
_REFUSED = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"})
# Chinese, Japanese, Korean, Cyrillic, Greek, Hebrew, Arabic, Thai
_OTHER_SCRIPTS = (
    "gb18030 gb2312 gbk hz big5 big5hkscs cp950 cp932 shift_jis shift_jis_2004 euc_jp euc_kr cp949 johab koi8_r koi8_u"
    " cp1251 cp866 iso8859_5 mac_cyrillic cp1253 iso8859_7 cp1255 iso8859_8 cp1256 iso8859_6 tis_620 cp874"
)
_LOOKED_AT = 200_000  # bytes of the body, and of its words beyond ASCII, from which a guess is made
_SAMPLE = 20_000
_EVIDENCE = 16  # bytes beyond ASCII without which a guess would be a bet
_RUNS = 0.3  # share of bytes beyond ASCII that come by three or more: near 0 in French, near 1 in Russian
_MARKUP = re.compile(rb"<!--.*?(?:-->|\Z)|<[^<>]*>", re.DOTALL)
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_IN_RUNS = re.compile(rb"[\x80-\xff]{3,}")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s\"';,]{1,40})", re.IGNORECASE)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]{1,40})[\"']", re.IGNORECASE)


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """The text of a body, and a word for the operator when what was declared is not so (else empty). Never raises."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            text = body.decode(encoding, "replace").removeprefix("\ufeff")
            return text, f"bytes that are not {encoding}, as marked" if "\ufffd" in text else ""

    declared = [name for name in (_http(content_type), _xml(body)) if name]
    if (not declared or _LATIN.intersection(declared)) and not body.isascii():
        declared.insert(0, "utf-8")
    for encoding in (*declared, "utf-8"):
        try:
            return body.decode(encoding), ""
        except UnicodeDecodeError:
            continue
    named = declared[-1] if declared else "utf-8"
    guess = _guess(body)
    if guess:
        return body.decode(guess, "replace"), f"bytes that are not {named}; taken for {guess}"
    return _western(body), f"bytes that are not {named}; read as windows-1252"


def _guess(body: bytes) -> str:
    """The encoding of a text in another script than Latin, or nothing."""
    words = b" ".join(word for word in _MARKUP.sub(b" ", body[:_LOOKED_AT]).split() if not word.isascii())[:_SAMPLE]
    beyond = len(_BEYOND_ASCII.findall(words))
    if beyond < _EVIDENCE or len(_IN_RUNS.sub(b"", words)) > len(words) - beyond * _RUNS:
        return ""
    best = from_bytes(words).best()
    return best.encoding if best and best.encoding in _OTHER_SCRIPTS.split() else ""


def _western(body: bytes) -> str:
    """Windows-1252 with its five holes filled from Latin-1, so that any bytes at all come out as text."""
    codecs.register_error("tocsin-latin-1", _latin_1)
    return body.decode("cp1252", "tocsin-latin-1")


def _latin_1(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


def _http(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    return _known(found[1]) if found else ""


def _xml(body: bytes) -> str:
    found = _DECLARED.match(body[:1024])
    name = _known(found[1].decode("ascii", "replace")) if found else ""
    return "" if name.startswith(("utf-16", "utf-32")) else name  # it would not have been legible as ASCII


def _known(name: str) -> str:
    """Python's name for a declared encoding, or nothing when there is no such encoding for text."""
    try:
        found = codecs.lookup(name.strip())
        b"x".decode(found.name)  # raises LookupError for codecs that are not about text (zlib, rot13, ...)
    except (LookupError, ValueError, UnicodeError):
        return ""
    canonical = _SUPERSETS.get(found.name, found.name)
    return "" if canonical in _REFUSED else canonical
