"""The archive: what a company's past was, asked of the roll (who) and of the store (what happened to them)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.history import (
    Ends,
    Entry,
    Event,
    How,
    Span,
    Stood,
    as_they_were_called,
    beginnings,
    end_of,
    events,
    stood_on,
    timeline,
    was_called,
)
from bot.model import ChangeKind, Company, Found, ListChange, Listing, Match, Verdict
from bot.ports import Store
from bot.registers import Candidates, moves, other_end
from bot.roll import Roll

#: How many changes since a day are looked at for an answer about that day; the newest of more.
SINCE = 100
#: How many changes of an entry are looked at for when it came to its list; the newest of more.
LOOKED_AT = 100
#: How many changes of a company are looked at for its history; the newest of more.
ALL = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Whom a question about the past is about, and where to look for them."""

    typed: str
    company: Company
    entries: frozenset[Entry]  #: every entry that is, was, or may have been the company or a unit of it
    today: Mapping[Entry, Listing]  #: those of them that are on their lists now
    spans: Mapping[str, Span]  #: every list read, and from when to when
    match: Callable[[Listing], Match]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDay:
    """What was true of a company on a day, as far as we know."""

    day: date
    stood: Sequence[Stood]
    off: Sequence[ListChange]  #: entries that had been taken off by then, from lists on which the company was no more
    since: Sequence[Event]  #: what happened to the company itself after that day, oldest first

    def lists(self) -> list[str]:
        """The lists that the company itself was on."""
        on = (one for one in self.stood if one.match.verdict is Verdict.SAME and one.how is not How.UNDATED)
        return list(dict.fromkeys(one.listing.source for one in on))


class Archive:
    """Answers about the past. Nothing is remembered here: the roll knows names, the store what happened."""

    def __init__(self, store: Store, roll: Roll) -> None:
        self.store = store
        self.roll = roll

    async def known(self, company: Company, typed: str) -> Known:
        """Whom somebody means, on any list at any time."""
        await self.roll.refresh()
        entries = await asyncio.to_thread(self.roll.entries, company, typed)
        today = {entry: listing for entry in entries if (listing := self.roll.listing(*entry))}
        spans = {source: Span(begun=self.roll.begun.get(source), read_at=at) for source, at in self.roll.read.items()}
        match = _asked_once(self.roll.recogniser(company, near=True), self.roll.of(company))
        return Known(typed=typed, company=company, entries=entries, today=today, spans=spans, match=match)

    async def on(self, known: Known, day: date) -> OnDay:
        """What was true on a day, and what happened since."""
        if not known.entries:
            return OnDay(day=day, stood=(), off=(), since=())
        moment = end_of(day)
        after = await self._after(known.entries, moment)
        entries, first = as_they_were_called(known.entries, after.values())
        known = replace(known, entries=entries)
        absent = [one for one in entries | after.keys() if not _stands(one, entries, first, known.today)]
        last = by_entry(await self.store.last_changes(sorted(absent), moment)) if absent else {}
        own = await asyncio.to_thread(_own, known, after)
        since = await self.store.changes_of(own, since=moment, limit=SINCE) if own else ()
        ends = moves((*since, *last.values()))
        left = [one for one in since if one.kind is ChangeKind.REMOVED and (one.source, one.key, one.seen) not in ends]
        for change, end in (await self.went(left, known.today.values())).items():  # it had come there by that day
            ends[change.source, change.key, change.seen] = end
        return await asyncio.to_thread(_wound_back, known, day, first, last, since, ends)

    async def _after(self, entries: Iterable[Entry], moment: datetime) -> dict[Entry, ListChange]:
        """The first change after a moment of each of these entries, and of those that they were called before."""
        after: dict[Entry, ListChange] = {}
        asked: set[Entry] = set()
        while new := sorted({*entries} - asked):
            asked.update(new)
            found = by_entry(await self.store.next_changes(new, moment))
            after |= found
            entries = [old for one in found.values() if (old := was_called(one))]
        return after

    async def went(self, gone: Sequence[ListChange], there: Iterable[Listing]) -> dict[ListChange, Listing]:
        """Which of these removals were moves, and to which of the entries that are there."""
        if not gone:
            return {}
        candidates, found = Candidates(there), {}
        for change in gone:
            if end := other_end(change.listing, candidates.near(change.listing)):
                came = await self.store.changes(source=end.source, key=end.key, limit=LOOKED_AT)
                if to := moves((change, *came)).get((change.source, change.key, change.seen)):
                    found[change] = to
        return found

    async def past(self, known: Known) -> list[Event]:
        """All that happened to a company on any list, as far as we know, oldest first."""
        changes: list[ListChange] = []
        asked: set[Entry] = set()
        entries: Iterable[Entry] = known.entries
        while new := {*entries} - asked:
            asked |= new
            found = await self.store.changes_of(sorted(new), limit=ALL)
            changes += found
            entries = [old for one in found if (old := was_called(one))]
        changes.sort(key=lambda one: one.seen, reverse=True)

        def told() -> list[Event]:
            return timeline(
                asked, changes, today=known.today, spans=known.spans, match=known.match, ends=moves(changes)
            )

        return await asyncio.to_thread(told)


def _asked_once(match: Callable[[Listing], Match], found: Iterable[Found]) -> Callable[[Listing], Match]:
    """The same answers, for one question: what was found is known, and nobody is looked up twice."""
    # With the entry itself, so that its number is not another's meanwhile.
    known = {id(one.listing): (one.listing, one.match) for one in found}

    def ask(listing: Listing) -> Match:
        answer = known.get(id(listing))
        if answer is None:
            answer = known[id(listing)] = listing, match(listing)
        return answer[1]

    return ask


def by_entry(changes: Iterable[ListChange]) -> dict[Entry, ListChange]:
    return {(one.source, one.key): one for one in changes}


def _stands(
    entry: Entry, entries: Collection[Entry], first: Mapping[Entry, ListChange], today: Mapping[Entry, Listing]
) -> bool:
    """Whether an entry was there: its next change, or where there is none the list of today, has it."""
    return entry in entries and bool(first[entry].before if entry in first else today.get(entry))


def _own(known: Known, after: Mapping[Entry, ListChange]) -> list[Entry]:
    """Of the entries that changed, those that were or are the company itself: what befell units is not told here."""
    sides = {entry: (change.before, change.after, known.today.get(entry)) for entry, change in after.items()}
    return [
        entry
        for entry, listings in sides.items()
        if any(known.match(one).verdict is Verdict.SAME for one in listings if one)
    ]


def _wound_back(
    known: Known,
    day: date,
    after: Mapping[Entry, ListChange],
    last: Mapping[Entry, ListChange],
    changes: Sequence[ListChange],
    ends: Ends,
) -> OnDay:
    """What was true on a day: `after` and `last` are the changes around it, `changes` those since, newest first.

    `ends` says which of them are moves. Entries are those under the keys of that day (see `as_they_were_called`).
    """
    moment = end_of(day)
    seen_off = frozenset(entry for entry, change in last.items() if change.kind is ChangeKind.REMOVED)
    stood = stood_on(
        day,
        known.entries,
        today=known.today,
        after=after,
        spans=known.spans,
        seen_off=seen_off,
        match=known.match,
    )
    there = {one.listing.source for one in stood if one.match.verdict is Verdict.SAME}
    off = [last[entry] for entry in seen_off if entry[0] not in there]
    since = [
        *events(changes, known.match, ends),
        *beginnings(_found_later(known, after, stood, moment), known.spans, known.match),
    ]
    return OnDay(
        day=day,
        stood=stood,
        off=sorted(
            (one for one in off if known.match(one.listing).verdict is Verdict.SAME),
            key=lambda one: one.seen,
            reverse=True,
        ),
        since=sorted(since, key=lambda one: one.seen or moment),
    )


def _found_later(
    known: Known, after: Mapping[Entry, ListChange], stood: Sequence[Stood], moment: datetime
) -> list[Listing]:
    """Entries of first readings after a moment that by their own date had not been listed by then."""
    told = {(one.listing.source, one.listing.key) for one in stood}
    at_first = {entry: after[entry].before if entry in after else known.today.get(entry) for entry in known.entries}
    return [
        listing
        for entry, listing in at_first.items()
        if listing and entry not in told and entry[0] in known.spans and not known.spans[entry[0]].covers(moment)
    ]
