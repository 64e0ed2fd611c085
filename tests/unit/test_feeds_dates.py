"""What feeds call a date."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.news import dates
from adapters.news.dates import from_tuple, moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thu, 14 Jan 2021 17:05:00 -0500", (2021, 1, 14, 22, 5)),
        ("14 Jan 2021 17:05 GMT", (2021, 1, 14, 17, 5)),
        ("Thu, 14 Jan 2021 17:05:00 +0530", (2021, 1, 14, 11, 35)),
        ("Thursday, 14 January 2021 17:05:00 Z", (2021, 1, 14, 17, 5)),
        ("Seg, 24 Set 2018 19:42:40 -0300", (2018, 9, 24, 22, 42, 40)),
        ("lun., 4 juil. 2022 08:00:00 +0200", (2022, 7, 4, 6, 0)),
        ("Mo, 3 Mär 2025 08:00:00 +0100", (2025, 3, 3, 7, 0)),
        ("2021-01-14T17:05:00Z", (2021, 1, 14, 17, 5)),
        ("2021-01-14T17:05:00.123456789-05:00", (2021, 1, 14, 22, 5)),
        ("2021-01-14", (2021, 1, 14)),
        ("2021-01-14 17:05:00", (2021, 1, 14, 17, 5)),
        ("31 Dec 2002 14:20:20 EST", (2002, 12, 31, 19, 20, 20)),
        ("Thu, 14 Jan 21 17:05:00 EDT", (2021, 1, 14, 21, 5)),
        ("Sun Jan 14 17:05:00 2021", (2021, 1, 14, 17, 5)),
    ],
)
def test_dates_as_publishers_write_them(text: str, expected: tuple[int, ...]) -> None:
    """RFC 822 and ISO 8601 with their usual liberties; a time without a zone is UTC."""
    assert moment(text) == datetime(*expected, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize("text", ["", "yesterday", "24 Xyz 2018 19:42:40 -0300", "x" * 1000])
def test_what_is_no_date_is_none(text: str) -> None:
    """An undated story is better than one of a wrong date."""
    assert moment(text) is None


def test_moments_beyond_the_calendar() -> None:
    """Neither the year 9999 seen from the west nor a tuple of nonsense raises."""
    assert moment("9999-12-31T23:59:59-14:00") is None
    assert from_tuple((99999, 1, 1, 0, 0, 0, 0, 0, 0)) is None
    assert from_tuple("nonsense") is None
    assert from_tuple(None) is None


def test_a_failure_of_the_lenient_parser_is_no_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it trips over, the story is read, undated."""

    def trips(text: str) -> object:
        raise TypeError(text)

    monkeypatch.setattr(dates, "_parse_date", trips)
    assert moment("some day") is None
