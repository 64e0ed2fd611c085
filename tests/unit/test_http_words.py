"""Headers and addresses, read and shown."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.http.words import freshness, http_date, redact, retry_after, same_etag


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta(seconds=1)),
        ("1.5", timedelta(seconds=1.5)),
        ("999999999999", timedelta(days=1)),
        ("Mon, 23 Nov 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Mon, 23 Nov 2026 11:00:00 GMT", timedelta(seconds=1)),
        ("Mon, 23 Nov 2099 11:00:00 GMT", timedelta(days=1)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 400, None),
    ],
)
def test_how_long_to_stay_away(asked: str, wait: timedelta | None, now: datetime) -> None:
    """Seconds or a date, between a second and a day; nonsense is not said."""
    assert retry_after({"retry-after": asked}, now) == wait


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"cache-control": "public, max-age=600"}, timedelta(minutes=10)),
        ({"cache-control": 'MAX-AGE="600"', "age": "100"}, timedelta(seconds=500)),
        ({"cache-control": "max-age=600", "age": "nonsense"}, timedelta(minutes=10)),
        ({"cache-control": "max-age=504921600"}, timedelta(days=1)),
        ({"cache-control": "max-age=0"}, None),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "no-cache", "expires": "Mon, 23 Nov 2026 13:00:00 GMT"}, timedelta(hours=1)),
        (
            {"expires": "Mon, 23 Nov 2026 13:00:00 GMT", "date": "Mon, 23 Nov 2026 12:30:00 GMT"},
            timedelta(minutes=30),
        ),
        ({"expires": "0"}, None),
        ({"expires": "Sun, 22 Nov 2026 13:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_how_long_an_answer_is_fresh(headers: dict[str, str], wait: timedelta | None, now: datetime) -> None:
    """max-age before Expires, the time on the way taken off, a day at most."""
    assert freshness(headers, now) == wait


def test_a_date_without_a_zone_is_utc(now: datetime) -> None:
    """RFC 5322 writes an unknown zone as -0000, which Python reads as none."""
    assert http_date("Mon, 23 Nov 2026 12:00:00 -0000") == now
    assert http_date("Mon, 23 Nov 2026 14:00:00 +0200") == now


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('"a"', '"a"', True),
        ('W/"a"', '"a"', True),
        ('"a"', '"b"', False),
        ("", "", False),
        (None, None, False),
        ('"a"', None, False),
    ],
)
def test_whether_two_tags_are_one(one: str | None, other: str | None, same: bool) -> None:
    """Strong or weak, the same tag is the same content; no tag is nothing."""
    assert same_etag(one, other) is same


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host/lists/consolidated-list-of-2021.xml?page=2", None),
        ("https://me:secret@host:8443/x#secret", "https://***@host:8443/x"),
        ("https://host/x?api_key=secret&page=2&flag", "https://host/x?api_key=***&page=2&flag"),
        ("https://host/feed/a8Fh2kLq90ZmXc7Vb3Nn5TrP/rss", "https://host/feed/***/rss"),
        ("https://host/feed/6f1d2c3b-aaaa-bbbb-cccc-0123456789ab/rss", "https://host/feed/***/rss"),
        ("https://host/internationalizationofregulations", None),
        ("https://host/x?q=a8Fh2kLq90ZmXc7Vb3Nn5TrP", "https://host/x?q=***"),
        ("file:///var/lists/sdn.xml", None),
        ("https://host/a\nINFO all is well", "https://host/aINFO all is well"),
        ("http://me:secret@[oops/", "an address that cannot be read"),
        ("just words", None),
    ],
)
def test_an_address_as_it_may_be_shown(url: str, shown: str | None) -> None:
    """Without secrets and on one line; otherwise as it is, so that somebody can find it."""
    assert redact(url) == (shown or url)


@given(st.text(alphabet="abcXYZ019%_-", min_size=1, max_size=40), st.text(max_size=60))
def test_no_password_is_ever_shown(word: str, rest: str) -> None:
    """Whatever follows, what stands before the @ is not shown, and the line stays one line."""
    secret = f"S3CRET{word}"
    shown = redact(f"https://user:{secret}@host/{rest.replace('S3CRET', '')}")
    assert "S3CRET" not in shown
    assert "\n" not in shown
    assert len(shown) <= 300
