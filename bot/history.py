"""What was true on a day, and how it came about: entries wound back by the changes we kept. Pure.

A change holds the entry before and after it, so the first change after a day says what the entry was on that day, and
no snapshot is kept for any day. What we know of the time before our first reading of a list is only what the list
dates itself, and it is told as that. Days are days in UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.model import ChangeKind, ListChange, Listing, Match, Verdict

#: Source and key of an entry.
Entry = tuple[str, str]
#: Longer spans of stories are counted by the month, shorter ones by the week, the shortest by the day.
BY_MONTH, BY_WEEK = timedelta(days=300), timedelta(days=60)


def end_of(day: date) -> datetime:
    """The first moment after a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def was_called(change: ListChange) -> Entry | None:
    """Of a change that put an entry under another key, the one under which it stood before."""
    before = change.before
    return (change.source, before.key) if before and before.key != change.key else None


def as_they_were_called(
    entries: Iterable[Entry], changes: Iterable[ListChange]
) -> tuple[frozenset[Entry], dict[Entry, ListChange]]:
    """Entries under the keys they had at a moment, and the first change of each after it.

    `changes` are those after that moment, newest first, or of each key at least its first one. What came under its key
    only later stood under the one before, until then or until that key's own next change.
    """
    first: dict[Entry, ListChange] = {}
    for change in changes:
        for entry in ((change.source, change.key), was_called(change)):
            if entry and (entry not in first or change.seen <= first[entry].seen):
                first[entry] = change
    came = {entry for entry, change in first.items() if change.key == entry[1] and was_called(change)}
    then = {entry: change for entry, change in first.items() if entry not in came}
    return frozenset((*entries, *then)) - came, then


# ── What was true on a day ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when a list was read."""

    begun: datetime | None  #: None: the store is older than this memory, and nobody wrote it down
    read_at: datetime

    def covers(self, moment: datetime) -> bool:
        """Whether the list had been read by then, so that what we kept speaks for that moment."""
        return self.begun is not None and self.begun < moment


class How(StrEnum):
    """How we know that an entry was on its list on a day."""

    READ = "read"  #: our reading of that time had it
    DATED = "dated"  #: the list dates it before that day; we saw it only later
    UNDATED = "undated"  #: it was there when we began, and the list gives no date: perhaps it was


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """An entry as it stood on a day."""

    listing: Listing
    match: Match
    how: How
    seen: datetime | None = None  #: when we first saw it, where that was later than the day


def stood_on(
    day: date,
    entries: Iterable[Entry],
    *,
    today: Mapping[Entry, Listing],
    after: Mapping[Entry, ListChange],
    spans: Mapping[str, Span],
    seen_off: frozenset[Entry] = frozenset(),
    match: Callable[[Listing], Match],
) -> list[Stood]:
    """The entries that were on their lists on a day, the surest first.

    `today` holds those that are on them now, `after` each one's first change after the day, and `seen_off` those that
    a reading by then had shown to be off their list, so that a date of theirs cannot bring them back.
    """
    found, moment = [], end_of(day)
    covered = {source for source, span in spans.items() if span.covers(moment)}
    for entry in entries:
        change = after.get(entry)
        listing = change.before if change else today.get(entry)
        if listing and entry[0] in covered:
            found.append(Stood(listing=listing, match=match(listing), how=How.READ))
        elif listing:
            found += _before_we_began(day, listing, spans.get(entry[0]), match)
        elif change and change.after and entry not in seen_off and _dated(change.after, day):
            found.append(
                Stood(listing=change.after, match=match(change.after), how=How.DATED, seen=change.seen),
            )
    told = [one for one in found if one.match.verdict is not Verdict.NO]
    return sorted(
        told,
        key=lambda one: (
            one.match.verdict is not Verdict.SAME,
            one.how is How.UNDATED,
            -one.match.score,
            one.listing.source,
            one.listing.key,
        ),
    )


def _before_we_began(day: date, listing: Listing, span: Span | None, match: Callable[[Listing], Match]) -> list[Stood]:
    """What an entry of our first reading says of itself for an earlier day."""
    begun = span.begun if span else None
    if listing.listed_on is None:
        return [Stood(listing=listing, match=match(listing), how=How.UNDATED, seen=begun)]
    if _dated(listing, day):
        return [Stood(listing=listing, match=match(listing), how=How.DATED, seen=begun)]
    return []


def _dated(listing: Listing, day: date) -> bool:
    return listing.listed_on is not None and listing.listed_on <= day


# ── How it came about ─────────────────────────────────────────────────────────────────────────────────────────────


class What(StrEnum):
    BEGAN = "began"  #: it was there when we began to read the list
    LISTED = "listed"
    CAME = "came"  #: from another list of the same office
    CHANGED = "changed"
    WENT = "went"  #: to another list of the same office
    DELISTED = "delisted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What one reading of one list showed of a company: all entries with which the same happened."""

    what: What
    source: str
    seen: datetime | None  #: when our reading showed it; None only for a beginning that nobody wrote down
    listings: tuple[Listing, ...]  #: as they were published by then; of a delisting, as they were before it
    changes: tuple[ListChange, ...] = ()  #: none for a beginning
    related: bool = False  #: entries of other units of the group, not of the company itself
    again: bool = False  #: a listing of entries that we had seen before, and seen off their list
    ends: tuple[Listing, ...] = ()  #: of a move, the entries on the other list

    @property
    def edition(self) -> str:
        return self.changes[0].edition if self.changes else ""

    @property
    def sha256(self) -> str:
        return self.changes[0].sha256 if self.changes else ""

    @property
    def on(self) -> date | None:
        """The earliest day that the list itself gives for a listing; of a return it is no day of the return."""
        if self.what not in (What.BEGAN, What.LISTED) or self.again:
            return None
        return min((one.listed_on for one in self.listings if one.listed_on), default=None)

    @property
    def at(self) -> datetime | None:
        """Where it stands in time: a listing on its own day, where that is before we saw it; else when we saw it."""
        if self.on is None:
            return self.seen
        own = datetime(self.on.year, self.on.month, self.on.day, tzinfo=UTC)
        return min(own, self.seen) if self.seen else own


#: Of changes that are one end of a move, by source, key and when it was seen: the other end.
Ends = Mapping[tuple[str, str, datetime], Listing]
_WHAT = {
    ChangeKind.ADDED: What.LISTED,
    ChangeKind.CHANGED: What.CHANGED,
    ChangeKind.REMOVED: What.DELISTED,
}
_MOVED = {What.LISTED: What.CAME, What.DELISTED: What.WENT}
_ORDER = tuple(What)


def timeline(
    entries: Iterable[Entry],
    changes: Sequence[ListChange],
    *,
    today: Mapping[Entry, Listing],
    spans: Mapping[str, Span],
    match: Callable[[Listing], Match],
    ends: Ends = MappingProxyType({}),
) -> list[Event]:
    """All that we know happened to these entries, oldest first. `changes` are every change of theirs, newest first,

    also those under the keys that they had before; `ends` says which of them are moves.
    """
    entries, first = as_they_were_called(entries, changes)
    began = [one for entry in entries if (one := _at_first(first.get(entry), today.get(entry)))]
    return in_order([*beginnings(began, spans, match), *events(changes, match, ends)])


def _at_first(change: ListChange | None, today: Listing | None) -> Listing | None:
    """An entry as our first reading had it; None when it came later."""
    return change.before if change else today


def beginnings(
    listings: Iterable[Listing], spans: Mapping[str, Span], match: Callable[[Listing], Match]
) -> list[Event]:
    """Entries that were there when we began to read their lists, as one event a list, day of listing and closeness."""
    groups: dict[tuple[str, bool, date | None], list[Listing]] = {}
    for listing in listings:
        verdict = match(listing).verdict
        if verdict is not Verdict.NO:
            groups.setdefault((listing.source, verdict is Verdict.RELATED, listing.listed_on), []).append(listing)
    return [
        Event(
            what=What.BEGAN,
            source=source,
            seen=spans[source].begun if source in spans else None,
            listings=tuple(sorted(group, key=lambda one: one.key)),
            related=related,
        )
        for (source, related, _), group in groups.items()
    ]


def events(
    changes: Sequence[ListChange], match: Callable[[Listing], Match], ends: Ends = MappingProxyType({})
) -> list[Event]:
    """Changes of a company's entries, newest first, as events, oldest first.

    Those of one reading, kind and closeness are one event; those that moved, if from or to one list.
    """
    groups: dict[tuple[str, datetime, What, bool, bool, str], list[ListChange]] = {}
    known: set[Entry] = set()
    for change in reversed(changes):
        entry = (change.source, change.key)
        again = change.before is None and entry in known
        known.add(entry)
        if old := was_called(change):
            known.discard(old)  # who comes under that key later is somebody else
        verdicts = {match(side).verdict for side in (change.before, change.after) if side}
        if verdicts != {Verdict.NO}:
            related, what = Verdict.SAME not in verdicts, _WHAT[change.kind]
            end = ends.get((change.source, change.key, change.seen))
            kind = (_MOVED.get(what, what), False, end.source) if end else (what, again, "")
            groups.setdefault((change.source, change.seen, kind[0], related, *kind[1:]), []).append(change)
    return in_order(
        Event(
            what=what,
            source=source,
            seen=seen,
            listings=tuple(one.listing for one in _by_key(group)),
            changes=tuple(_by_key(group)),
            related=related,
            again=again,
            ends=tuple(ends[one.source, one.key, one.seen] for one in _by_key(group)) if moved else (),
        )
        for (source, seen, what, related, again, moved), group in groups.items()
    )


def _by_key(changes: Iterable[ListChange]) -> list[ListChange]:
    return sorted(changes, key=lambda one: one.key)


_NEVER = datetime.min.replace(tzinfo=UTC)


def in_order(found: Iterable[Event]) -> list[Event]:
    return sorted(found, key=lambda one: (one.at or _NEVER, one.source, _ORDER.index(one.what), one.related))


# ── As a picture ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Mark:
    """One event on a lane of the picture."""

    at: datetime
    what: What
    count: int  #: of entries


@dataclass(frozen=True, slots=True)
class Lane:
    """One list: its events, and the spans of time in which at least one entry was on it."""

    source: str
    marks: tuple[Mark, ...]
    listed: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """How many stories named the company in each stretch of time."""

    unit: str  #: "day", "week" or "month"
    bars: tuple[tuple[date, int], ...]  #: the first day of each stretch that had any, and how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What the picture of a company's history shows, before it is drawn."""

    lanes: tuple[Lane, ...]  #: the list that came first on top
    volume: Volume
    until: datetime


def chart(found: Sequence[Event], stories: Sequence[datetime], *, until: datetime) -> Chart:
    """The picture of these events of the company itself, and of when stories named it."""
    own = [one for one in found if not one.related and one.at]
    sources = list(dict.fromkeys(one.source for one in own))
    lanes = [_lane(source, [one for one in own if one.source == source], until) for source in sources]
    return Chart(lanes=tuple(lanes), volume=volume(stories), until=until)


def _lane(source: str, found: Sequence[Event], until: datetime) -> Lane:
    marks = tuple(Mark(one.at, one.what, len(one.listings)) for one in found if one.at)
    return Lane(source, marks, tuple(_listed(found, until)))


#: By how many entries each kind of event makes a list longer.
_STEP = {What.BEGAN: 1, What.LISTED: 1, What.CAME: 1, What.WENT: -1, What.DELISTED: -1}


def _listed(found: Sequence[Event], until: datetime) -> list[tuple[datetime, datetime]]:
    """When at least one entry was on the list."""
    spans: list[tuple[datetime, datetime]] = []
    on, since = 0, until
    for one in found:
        step = _STEP.get(one.what, 0) * len(one.listings)
        if one.at and step > 0 and on <= 0:
            since = one.at
        if one.at and step < 0 < on and on + step <= 0:
            spans.append((since, one.at))
        on = max(0, on + step)
    return [*spans, (since, until)] if on else spans


def volume(stories: Sequence[datetime]) -> Volume:
    """Stories counted by day, week or month, whichever shows the shape of so long a time."""
    days = sorted(one.date() for one in stories)
    length = days[-1] - days[0] if days else timedelta(0)
    unit = "month" if length > BY_MONTH else "week" if length > BY_WEEK else "day"
    start: dict[str, Callable[[date], date]] = {
        "month": lambda day: day.replace(day=1),
        "week": lambda day: day - timedelta(days=day.weekday()),
        "day": lambda day: day,
    }
    return Volume(unit=unit, bars=tuple(sorted(Counter(map(start[unit], days)).items())))
