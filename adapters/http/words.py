"""What headers mean, and how an address may be shown.

Addresses can hold secrets (a password before the @, a token in the query), so none reaches a message or a log
before `redact` has seen it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

#: Query fields whose value is a secret, whatever it looks like.
_SECRET_NAME = re.compile(r"key|token|secret|pass|pwd|auth|sig|cred|session|code|hash|user|login|mail", re.IGNORECASE)
#: Something that may have been drawn at random: long and unbroken, or a UUID. Words joined by hyphens are not.
_UNBROKEN = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[A-Za-z0-9]{24,}")

#: How long a server may make us wait. One second at least, so that "0" is no hot loop (the schedule's own back-off is
#: longer anyway); a day at most, since some ask for years.
SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(days=1)


def redact(url: str) -> str:
    """The address as it may be shown: without password, tokens and fragment, and on one line."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    host = parts.netloc.rpartition("@")[2]
    query = "&".join(_redact_field(field) for field in parts.query.split("&") if field)
    path = _hide_random(parts.path)
    scheme = f"{parts.scheme}:" if parts.scheme else ""
    slashes = "//" if host or parts.scheme == "file" else ""
    shown = f"{scheme}{slashes}{'***@' if '@' in parts.netloc else ''}{host}{path}{'?' if query else ''}{query}"
    return "".join(letter for letter in shown if letter.isprintable())[:300]


def _redact_field(field: str) -> str:
    name, equals, value = field.partition("=")
    return f"{name}=***" if equals and _SECRET_NAME.search(name) else f"{name}{equals}{_hide_random(value)}"


def _hide_random(text: str) -> str:
    return _UNBROKEN.sub(lambda found: found[0] if found[0].isalpha() else "***", text)


def same_etag(one: str | None, other: str | None) -> bool:
    """Whether two entity tags name one content (weak comparison: RFC 9110, 8.8.3.2). Empty ones name nothing."""
    return bool(one) and bool(other) and _opaque(one) == _opaque(other)


def _opaque(etag: str | None) -> str:
    return (etag or "").strip().removeprefix("W/")


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server asks us to stay away (seconds or a date: RFC 9110, 10.2.3), or None when it does not say."""
    asked = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}(\.\d+)?", asked):
        wait = timedelta(seconds=min(float(asked), LONGEST_WAIT.total_seconds()))
    elif (moment := http_date(asked)) is not None:
        wait = moment - now
    else:
        return None
    return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the answer stays fresh by max-age, else by Expires (RFC 9111, 4.2.1); None when it does not say.

    At most a day: max-age of sixteen years has been seen.
    """
    found = re.search(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,12})", headers.get("cache-control", ""), re.IGNORECASE)
    if found:
        age = headers.get("age", "0")
        seconds = int(found[1]) - (int(age) if re.fullmatch(r"\d{1,12}", age) else 0)
        fresh = timedelta(seconds=min(seconds, LONGEST_WAIT.total_seconds()))
    elif (expires := http_date(headers.get("expires", ""))) is not None:
        fresh = expires - (http_date(headers.get("date", "")) or now)
    else:
        return None
    return min(fresh, LONGEST_WAIT) if fresh > timedelta(0) else None


def http_date(text: str) -> datetime | None:
    """A date as HTTP writes it, in UTC, or None."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
