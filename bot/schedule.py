"""When to look where. Pure: `now` is an argument, and chance is a hash, so that the same question has one answer.

Three rhythms. A list is looked at as often as its card says. A stream is looked at about twice for each item it
brings, as learned from its gaps. Whoever fails is asked ever less often, down to once a day, and never given up: an
outage at home would otherwise end every feed. Only `Memory.retired` (410) ends one.

With an override (`TOCSIN_EVERY`) every place is looked at exactly that often, and one that fails at a tenth of the
pace at worst: whoever sets it wants to see things happen.

Hosts that asked to be left alone are remembered by the fetcher; here is only what one source has to do with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median

from bot.model import Memory, SourceCard, SourceKind

#: Streams are looked at between these, and at most three times as often as their card says (it may know of a
#: publisher who throttles). A publisher who asks for less is heard, up to the second.
SOONEST = timedelta(minutes=5)
LATEST = timedelta(hours=6)
OFTENER = 3
#: The first wait after a failure, doubled with each, down to a daily probe.
FIRST_RETRY = timedelta(minutes=1)
PROBE = timedelta(days=1)
#: With an override, a failing source waits at most this many times the override.
OVERRIDE_BACK_OFF = 10
#: Looks are spread by this much either way, so that sources with one rhythm drift apart.
JITTER = 0.1
#: How much of a newly seen gap is learned.
LEARNING = 0.3
#: Without news for this many usual gaps, a stream has slowed down.
QUIET = 4
#: How long the answer "not modified" is believed before the whole document is asked for again.
BELIEVED = timedelta(days=14)
#: The longest sleep of a watcher, whatever is due: memories change under it.
NAP = timedelta(hours=1)
#: Machines that share a store may differ by this much; a memory from further in the future has a wrong date.
SKEW = timedelta(minutes=5)


class How(StrEnum):
    """How a look went."""

    READ = "read"  #: read, or "not modified"
    LATER = "later"  #: it may work soon: slow, busy, broken, cut, not believed
    REFUSED = "refused"  #: it will not work until somebody does something: forbidden, missing, no feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one look means for the next."""

    how: How = How.READ
    after: timedelta | None = None  #: how long the server asked us to stay away (Retry-After)
    wait: timedelta | None = None  #: how long its answer stays fresh (max-age, Expires, or the feed's own ttl)


@dataclass(frozen=True, slots=True)
class Due:
    """Whom to look at now, the longest overdue first, and when to ask again."""

    ready: tuple[str, ...]
    next: datetime


def due(
    cards: Iterable[SourceCard], memories: Mapping[str, Memory], now: datetime, every: timedelta | None = None
) -> Due:
    """What is due. `next` is after `now` and at most an hour away; it is about those that are not ready."""
    moments = {
        card.id: moment
        for card in cards
        if (moment := due_at(card, memories.get(card.id), now, every=every)) is not None
    }
    ready = sorted((moment, source) for source, moment in moments.items() if moment <= now)
    later = [moment for moment in moments.values() if moment > now]
    return Due(tuple(source for _, source in ready), min([*later, now + NAP]))


def to_look_beside(memories: Mapping[str, Memory], sisters: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """Lists of an office one of whose lists lacks entries, that were not looked at since: they are read at once.

    An entry that only moved to one of them stands there before a second reading calls it delisted.
    """
    wanted = {
        other
        for id, memory in memories.items()
        if memory.pending and memory.read_at
        for other in sisters(id)
        if (known := memories.get(other)) and not known.retired and known.tried_at and known.tried_at < memory.read_at
    }
    return tuple(sorted(wanted))


def due_at(
    card: SourceCard, memory: Memory | None, now: datetime, *, every: timedelta | None = None
) -> datetime | None:
    """When a source is due: now for one never looked at, None for a retired one.

    A remembered moment is not trusted beyond reason: one that was written by a clock running ahead, or before the
    override was set, would keep a list unread.
    """
    if memory is not None and memory.retired:
        return None
    if memory is None or memory.due is None:
        return now
    looked = memory.tried_at or now
    planned_without_override = every is not None and not memory.failures and memory.due > now + every
    if looked > now + SKEW or planned_without_override:
        return now
    return min(memory.due, looked + max(card.every, PROBE, every or PROBE) * (1 + JITTER))


def next_look(
    card: SourceCard,
    memory: Memory | None,
    outcome: Outcome | None,
    now: datetime,
    *,
    every: timedelta | None = None,
) -> datetime:
    """When to look again, from what was remembered *before* this look (so its own failure is not yet counted).

    With no outcome yet, the moment to write down before the request goes out: as if it had failed, so that a source
    that kills the process is not asked again at once when it restarts.
    """
    failures = (memory.failures if memory else 0) + 1
    if outcome is None:
        return now + back_off(card, failures, How.LATER, now, every=every)
    if outcome.how is How.READ:
        return now + (every or _spread(rhythm(card, memory, outcome, now), card.id, now))
    wait = back_off(card, failures, outcome.how, now, every=every)
    return now + max(wait, outcome.after or timedelta(0))


def back_off(card: SourceCard, failures: int, how: How, now: datetime, *, every: timedelta | None = None) -> timedelta:
    """How long to wait after so many failures in a row (1 for the first).

    Doubling from a minute to a day. A refusal starts at the card's own rhythm: nobody mends it within a minute.
    """
    doublings = 1 << min(max(failures - 1, 0), 20)
    if every is not None:
        return min(every * doublings, every * OVERRIDE_BACK_OFF)
    first = max(FIRST_RETRY, min(card.every, PROBE)) if how is How.REFUSED else FIRST_RETRY
    return _spread(min(first * doublings, PROBE), card.id, now)


def rhythm(card: SourceCard, memory: Memory | None, outcome: Outcome, now: datetime) -> timedelta:
    """How long to wait after a good look, before it is spread.

    Lists: as the card says; a register's max-age is about caches, not about law. Streams: half the gap between
    items, and less often when it went quiet; what the server asks is honoured within the same bounds. An official
    stream is never looked at less often than its card says: it is the earliest word of a listing.
    """
    if card.kind is SourceKind.LIST:
        return card.every
    soonest = max(SOONEST, min(card.every / OFTENER, LATEST))
    latest = max(soonest, min(card.every, LATEST)) if card.kind is SourceKind.NOTICES else LATEST
    wanted = _usual_gap(memory, now) / 2 if memory and memory.gap else card.every
    return _between(soonest, max(wanted, outcome.wait or timedelta(0)), latest)


def learn(memory: Memory | None, news: Iterable[datetime], now: datetime) -> float:
    """`Memory.gap` after a look that brought items published at these times: usual seconds between news, 0 unknown.

    The first look learns from all the dates of the document; later ones from how many items came since the last
    change. `news` are the new items only, and empty when there are none.
    """
    moments = sorted(min(moment, now) for moment in news)
    if memory is None or not memory.gap or memory.changed_at is None:
        gaps = [(after - before).total_seconds() for before, after in pairwise(moments)]
        return max(1.0, float(median(gaps))) if gaps else (memory.gap if memory else 0.0)
    if not moments:
        return memory.gap
    seen = max(1.0, (now - memory.changed_at).total_seconds() / len(moments))
    return (1 - LEARNING) * memory.gap + LEARNING * seen


def ask_whole(memory: Memory | None, now: datetime) -> bool:
    """Whether to leave out the validators this once: the first look in each fortnight without a change.

    Some servers say "not modified" for ever. The watcher still compares hashes, so the cost is one document.
    """
    if memory is None or memory.changed_at is None or memory.tried_at is None:
        return False
    return (now - memory.changed_at) // BELIEVED > max(0, (memory.tried_at - memory.changed_at) // BELIEVED)


def read_whole(memory: Memory, now: datetime) -> bool:
    """Whether a list that is followed by its changes is to be read whole: for the first change of each fortnight.

    Changes carry what their publisher compares, which need not be all; a whole reading brings the rest.
    """
    if memory.begun is None:
        return True
    return (now - memory.begun) // BELIEVED > ((memory.changed_at or memory.begun) - memory.begun) // BELIEVED


def _usual_gap(memory: Memory, now: datetime) -> timedelta:
    """The learned gap, or a quarter of the silence when that is longer."""
    silence = now - memory.changed_at if memory.changed_at else timedelta(0)
    return max(timedelta(seconds=min(memory.gap, LATEST.total_seconds() * 4)), silence / QUIET)


def _between(low: timedelta, value: timedelta, high: timedelta) -> timedelta:
    return max(low, min(value, high))


def _spread(span: timedelta, id: str, now: datetime) -> timedelta:
    """The span, longer or shorter by up to a tenth: drawn from a hash of the source and of the slot of time."""
    slot = int(now.timestamp() // max(span.total_seconds(), 1))
    digest = hashlib.blake2b(f"{id}\x1f{slot}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    chance = int.from_bytes(digest) / 2**64
    return span * (1 + JITTER * (2 * chance - 1))
