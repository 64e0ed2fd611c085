"""What a feed calls a date, as a moment in UTC.

The two forms that nearly every feed uses are read here; the rest (named zones, two-digit years, Greek and Hungarian
months, ...) is feedparser's trade. A time without a zone is taken for UTC, as feedparser does.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta

# The parser has no public name; the tests hold this module to its answers, so that a rename is noticed.
from feedparser.datetimes import _parse_date

_LONGEST = 100  # characters; the longest real one seen has 40
# By their first letters, in English and as publishers write them who translate even this (pt, es, fr, it, de, nl).
_NAMES = (
    "jan ene gen,feb fev fév,mar mär mrt maa,apr abr avr,may mai mag mei,jun giu juin,"
    "jul lug juil,aug ago aoû aou,sep set,oct out ott okt,nov,dec dez dic déc"
)
_MONTHS = {name: number for number, names in enumerate(_NAMES.split(","), start=1) for name in names.split()}
_RFC_822 = re.compile(
    r"(?:[^\W\d]{2,12}\.?,?\s+)?(\d{1,2})\s+([^\W\d]{3,10})\.?\s+(\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s+(GMT|UTC|UT|Z|[+-]\d{4})"
)
_ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def moment(text: str) -> datetime | None:
    """The moment a date names, to the second, or None when nobody can tell."""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    try:
        if found := _RFC_822.fullmatch(text):
            return _from_mail(*found.groups())
        if _ISO_8601.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError, KeyError):
        pass  # a 31st of February or a 24:00: let the lenient parser have it
    return _wild(text)


def from_tuple(parts: object) -> datetime | None:
    """A moment from feedparser's 9-tuple in UTC."""
    try:
        return datetime.fromtimestamp(calendar.timegm(parts), UTC) if parts else None  # type: ignore[arg-type]
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _from_mail(day: str, month: str, year: str, hour: str, minute: str, second: str | None, zone: str) -> datetime:
    month = month.lower()
    number = _MONTHS.get(month[:4]) or _MONTHS[month[:3]]
    local = datetime(int(year), number, int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC)
    if zone[0] not in "+-" or zone[1:] == "0000":
        return local
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
    return local + ahead if zone[0] == "-" else local - ahead


def _wild(text: str) -> datetime | None:
    try:
        return from_tuple(_parse_date(text))
    except Exception:
        # It guards against the errors it knows; a date that trips it otherwise is no date for us either.
        return None
