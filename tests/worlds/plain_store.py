"""A store in plain dictionaries: the port's words in the fewest lines, with nothing kept on disk.

It is the model that the real stores are compared with, and a quick stand-in where a test is about something else.
The contract tests run on it too.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.model import (
    Act,
    Decision,
    Delivery,
    Former,
    ListChange,
    Listing,
    Mark,
    Memory,
    Place,
    Poll,
    Story,
    Subscription,
)

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def _state(delivery: Delivery) -> str:
    return "posted" if delivery.receipt else "parked" if delivery.parked else "waiting"


def _names_lost(change: ListChange) -> bool:
    """Whether an entry was known before by something that it is not known by after."""
    before, after = (
        {name.text for name in side.names()} | {one.value for one in side.identifiers} if side else set()
        for side in (change.before, change.after)
    )
    return change.after is None or not before <= after


@dataclass
class PlainStore:
    """Everything one process could remember."""

    kept: dict[str, Memory] = field(default_factory=dict)
    entries: dict[str, dict[str, Listing]] = field(default_factory=dict)
    marked: dict[str, dict[str, Mark]] = field(default_factory=dict)
    history: list[ListChange] = field(default_factory=list)
    told: dict[str, Story] = field(default_factory=dict)
    dates: dict[str, datetime] = field(default_factory=dict)
    story_keys: dict[str, str] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=dict)
    watched: dict[str, Subscription] = field(default_factory=dict)
    added: dict[str, str] = field(default_factory=dict)
    leads: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    outbox: list[Delivery] = field(default_factory=list)  #: oldest first
    leases: dict[Place, tuple[str, datetime]] = field(default_factory=dict)
    tokens: int = 0
    listings_seen: int = 0
    subscriptions_seen: int = 0
    shelves: dict[tuple[str, str], bytes] = field(default_factory=dict)
    papers_seen: int = 0
    done: list[Act] = field(default_factory=list)
    news: defaultdict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def health(self) -> str:
        return f"plain: {len(self.outbox)} deliveries"

    async def memories(self) -> Mapping[str, Memory]:
        return dict(self.kept)

    async def memory(self, source: str) -> Memory | None:
        return self.kept.get(source)

    async def marks(self, source: str) -> Mapping[str, Mark]:
        return dict(self.marked.get(source, {}))

    async def listings(self, source: str, keys: Iterable[str] | None = None) -> Mapping[str, Listing]:
        entries = self.entries.get(source, {})
        return {key: entries[key] for key in (entries if keys is None else keys) if key in entries}

    async def commit(self, poll: Poll) -> bool:
        source, version = poll.memory.source, poll.memory.version
        known = self.kept.get(source)
        if (known.version if known else 0) != version:
            return False
        self.kept[source] = replace(poll.memory, version=version + 1)
        entries, marked = self.entries.setdefault(source, {}), self.marked.setdefault(source, {})
        entries.update({listing.key: listing for listing, _ in poll.listings})
        marked.update({listing.key: mark for listing, mark in poll.listings} | dict(poll.marks))
        for key in poll.removed:
            entries.pop(key, None)
            marked.pop(key, None)
        self.listings_seen += bool(poll.listings or poll.removed)
        self.history.extend(poll.changes)
        self._tell(poll)
        await self.decide(Decision(keep=poll.keep, deliveries=poll.deliveries))
        return True

    def _tell(self, poll: Poll) -> None:
        seen = poll.memory.tried_at or poll.memory.read_at
        for story in poll.stories:
            name = f"{story.source}/{story.id}"
            self.told[name] = story
            self.dates.setdefault(name, min((one for one in (story.published, seen) if one), default=_LONG_AGO))
            for key in story.keys:
                self.story_keys.setdefault(key, name)
        for name, company in poll.story_companies:
            if name in self.told:
                self.named.setdefault(company, set()).add(name)

    async def lead(self, name: str, holder: str, *, now: datetime, lease: timedelta) -> bool:
        other, until = self.leads.get(name, ("", now))
        if other != holder and until > now:
            return False
        self.leads[name] = (holder, now + lease)
        return True

    async def listings_version(self) -> int:
        return self.listings_seen

    async def changes(
        self, *, source: str = "", key: str = "", since: datetime | None = None, limit: int = 100
    ) -> Sequence[ListChange]:
        found = [
            change
            for change in reversed(self.history)
            if (not source or change.source == source)
            and (not key or change.key == key)
            and (since is None or change.seen >= since)
        ]
        return sorted(found, key=lambda change: change.seen, reverse=True)[:limit]

    async def changes_of(
        self,
        entries: Iterable[tuple[str, str]],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> Sequence[ListChange]:
        wanted = set(entries)
        found = [
            one
            for one in reversed(self.history)
            if (one.source, one.key) in wanted
            and (since is None or one.seen >= since)
            and (until is None or one.seen < until)
        ]
        return sorted(found, key=lambda one: one.seen, reverse=True)[:limit]

    async def next_changes(self, entries: Iterable[tuple[str, str]], at: datetime) -> Sequence[ListChange]:
        later = sorted((one for one in self.history if one.seen >= at), key=lambda one: one.seen)
        first = {(one.source, one.key): one for one in reversed(later)}
        return [first[entry] for entry in dict.fromkeys(entries) if entry in first]

    async def last_changes(self, entries: Iterable[tuple[str, str]], before: datetime) -> Sequence[ListChange]:
        earlier = sorted((one for one in self.history if one.seen < before), key=lambda one: one.seen)
        last = {(one.source, one.key): one for one in earlier}
        return [last[entry] for entry in dict.fromkeys(entries) if entry in last]

    async def former(self, after: int = 0) -> Sequence[Former]:
        lost = (
            (key, one.before)
            for one in self.history
            if one.before and _names_lost(one)
            for key in dict.fromkeys((one.before.key, one.key))
        )
        kept = dict.fromkeys(
            Listing(
                source=one.source,
                key=key,
                name=one.name,
                kind=one.kind,
                aliases=one.aliases,
                identifiers=one.identifiers,
            )
            for key, one in lost
        )
        return [Former(number, one) for number, one in enumerate(kept, 1)][after:]

    async def known_stories(self, keys: Iterable[str]) -> Mapping[str, str]:
        return {key: self.story_keys[key] for key in keys if key in self.story_keys}

    async def stories(self, ids: Iterable[str]) -> Mapping[str, Story]:
        return {name: self.told[name] for name in ids if name in self.told}

    async def stories_of(self, company: str, *, limit: int = 5) -> Sequence[Story]:
        names = sorted(self.named.get(company, ()), key=lambda name: (self.dates[name], name), reverse=True)
        return [self.told[name] for name in names[:limit]]

    async def story_dates(self, company: str) -> Sequence[datetime]:
        return sorted(self.dates[name] for name in self.named.get(company, ()))

    async def subscribe(self, *subscriptions: Subscription) -> int:
        new = len({one.id for one in subscriptions} - self.watched.keys())
        self.watched.update({one.id: one for one in subscriptions})
        self.subscriptions_seen += bool(subscriptions)
        return new

    async def unsubscribe(self, place: Place, *targets: str) -> int:
        meant = {target.casefold() for target in targets}
        gone = [id for id, one in self.watched.items() if one.place == place and one.target.casefold() in meant]
        for id in gone:
            del self.watched[id]
        self.subscriptions_seen += bool(gone)
        return len(gone)

    async def subscriptions(self, place: Place | None = None) -> Sequence[Subscription]:
        return [one for one in self.watched.values() if place in (None, one.place)]

    async def subscriptions_version(self) -> int:
        return self.subscriptions_seen

    async def feeds(self) -> Mapping[str, str]:
        return dict(sorted(self.added.items()))

    async def add_feed(self, id: str, url: str) -> bool:
        new = id not in self.added
        self.added[id] = url
        return new

    async def remove_feed(self, id: str) -> bool:
        return self.added.pop(id, None) is not None

    async def decide(self, decision: Decision) -> bool:
        if {act.id for act in decision.acts} & {act.id for act in self.done}:
            return False
        self.done.extend(decision.acts)
        for at in decision.drop:
            self.shelves.pop(at, None)
        self.shelves.update({(paper.shelf, paper.key): paper.body for paper in decision.keep})
        self.papers_seen += bool(decision.keep or decision.drop)
        await self.enqueue(decision.deliveries)
        return True

    async def papers(self, shelf: str, keys: Iterable[str] | None = None) -> Mapping[str, bytes]:
        wanted = None if keys is None else set(keys)
        there = sorted((key, body) for (on, key), body in self.shelves.items() if on == shelf)
        return {key: body for key, body in there if wanted is None or key in wanted}

    async def papers_version(self) -> int:
        return self.papers_seen

    async def acts(
        self, *, place: Place | None = None, company: str = "", since: datetime | None = None, limit: int = 100
    ) -> Sequence[Act]:
        found = [
            act
            for act in reversed(self.done)
            if place in (None, act.place)
            and (not company or act.company == company)
            and (since is None or act.at >= since)
        ]
        return sorted(found, key=lambda act: act.at, reverse=True)[:limit]

    async def enqueue(self, deliveries: Iterable[Delivery]) -> int:
        new = 0
        for delivery in deliveries:
            if all(delivery.key != one.key for one in self.outbox):
                self.outbox.append(replace(delivery, lease=""))
                self.news[delivery.place.platform].set()
                new += 1
        return new

    def _heads(self, platform: str) -> list[Delivery]:
        heads: dict[Place, Delivery] = {}
        for one in self.outbox:
            if one.place.platform == platform and _state(one) == "waiting":
                heads.setdefault(one.place, one)
        return list(heads.values())

    async def claim(self, platform: str, *, now: datetime, lease: timedelta, limit: int = 20) -> Sequence[Delivery]:
        self.news[platform].clear()
        ready = [(self.leases.get(one.place, ("", one.due))[1], str(one.place), one) for one in self._heads(platform)]
        claimed = []
        for _, _, head in sorted((one for one in ready if one[0] <= now), key=lambda one: one[:2])[:limit]:
            self.tokens += 1
            doubtful = head.doubtful or head.place in self.leases
            self.leases[head.place] = (str(self.tokens), now + lease)
            claimed.append(replace(head, lease=str(self.tokens), doubtful=doubtful))
        if len(claimed) == limit:
            self.news[platform].set()
        return claimed

    async def settle(self, delivery: Delivery) -> bool:
        token, _ = self.leases.get(delivery.place, ("", None))
        heads = {one.key for one in self._heads(delivery.place.platform)}
        if not token or token != delivery.lease or delivery.key not in heads:
            return False
        del self.leases[delivery.place]
        index = next(number for number, one in enumerate(self.outbox) if one.key == delivery.key)
        self.outbox[index] = replace(delivery, lease="")
        self.news[delivery.place.platform].set()
        return True

    async def deliveries(self, *, place: Place | None = None, state: str = "", limit: int = 50) -> Sequence[Delivery]:
        if state not in ("", "waiting", "posted", "parked"):
            raise ValueError(f"{state!r} is no state of a delivery")
        found = [one for one in reversed(self.outbox) if place in (None, one.place) and state in ("", _state(one))]
        return found[:limit]

    async def delivery(self, key: str) -> Delivery | None:
        return next((one for one in self.outbox if one.key == key), None)

    async def unpark(self, key: str, *, now: datetime) -> bool:
        for index, one in enumerate(self.outbox):
            if one.key == key and _state(one) == "parked":
                del self.outbox[index]
                self.outbox.append(replace(one, parked="", due=now, attempts=0))
                self.news[one.place.platform].set()
                return True
        return False

    async def wait(self, platform: str, at_most: timedelta) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most.total_seconds()):
                await self.news[platform].wait()
