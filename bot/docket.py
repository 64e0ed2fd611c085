"""The docket: what people decided about alerts, followed from the store, and applied to what a poll found.

The watcher asks it where alerts go. It keeps dismissals, mutes and pauses in memory and loads them again only when the
store says that something was written; what a poll sends, holds back and leaves out is committed with that poll.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot import digests
from bot.codec import decode, encode
from bot.logs import log
from bot.model import (
    PLACES,
    UPDATES,
    Alert,
    Decision,
    Delivery,
    Paper,
    Place,
    PlaceSettings,
    Subscription,
    Updates,
)
from bot.ports import Store
from bot.registers import brief_of
from bot.route import Routing, route
from bot.triage import DISPOSITIONS, HELD, MUTES, UNSENT, Disposition, Held, Mute, Rulings, Unsent, unsent_key

#: Alerts of one source that a setting of one place kept back, and of which `why` can tell.
REMEMBERED = 40

T = TypeVar("T")
Asks = Callable[[str], Sequence[Subscription]]


@dataclass(frozen=True, slots=True)
class Sent:
    """Where the alerts of one poll go, and the papers that belong to that."""

    deliveries: tuple[Delivery, ...] = ()
    keep: tuple[Paper, ...] = ()

    @property
    def count(self) -> int:
        """How many messages that makes."""
        return sum(1 for one in self.deliveries if one.receipt is None)


class Docket:
    """What was decided, as the store has it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rulings = Rulings()
        self._version = -1
        self._shelves: dict[str, Shelf] = {}
        self._mutes: Mapping[str, Mute] = {}
        self._held: Mapping[str, Held] = {}

    async def refresh(self) -> None:
        """Follow the store; cheap when nothing was decided."""
        version = await self.store.papers_version()
        if version == self._version:
            return
        dispositions = await self._read(DISPOSITIONS, Disposition)
        self._mutes = await self._read(MUTES, Mute)
        self._held = await self._read(HELD, Held)
        places = (await self._read(PLACES, PlaceSettings)).values()
        paused = {one.place: one.paused_until for one in places if one.paused_until}
        self.rulings = Rulings.of(dispositions.values(), self._mutes.values(), paused)
        self._version = version

    async def _read(self, shelf: str, kind: type[T]) -> dict[str, T]:
        """All papers of a shelf; those that are as they were are not decoded again."""
        before = self._shelves.get(shelf, Shelf({}, {}))
        bodies = await self.store.papers(shelf)
        nouns = {
            key: before.nouns[key] if before.bodies.get(key) == body else decode(kind, body)
            for key, body in bodies.items()
        }
        self._shelves[shelf] = Shelf(dict(bodies), dict(nouns))
        return nouns  # type: ignore[return-value] # one shelf holds one kind

    async def send(self, alerts: Sequence[Alert], asks: Asks, now: datetime) -> Sent:
        """Where they go: `asks` gives the subscriptions that ask for a company."""
        if not alerts:
            return Sent()
        await self.refresh()
        asked = [(alert, asks(alert.company.id)) for alert in alerts]
        routings, deliveries = await asyncio.to_thread(_routed, asked, self.rulings, now)
        keep = [
            *(held.paper(key) for routing in routings for key, held in routing.held),
            *(Paper(UPDATES, key, encode(Updates(said))) for one in routings for key, said in one.reminders),
            *await self._unsent(alerts, routings, now),
        ]
        return Sent(tuple(deliveries), tuple(keep))

    async def _unsent(self, alerts: Sequence[Alert], routings: Sequence[Routing], now: datetime) -> list[Paper]:
        """What settings kept back, added to what is remembered of that, a paper for each place and source.

        Only the poll of its source writes a paper, and polls of one source never overlap, so nothing is lost by
        reading it first.
        """
        fresh: dict[str, list[Unsent]] = {}
        for alert, routing in zip(reversed(alerts), reversed(routings), strict=True):
            brief = brief_of(alert)
            for place, refusal in routing.silent.items():
                found = fresh.setdefault(unsent_key(place, alert.source), [])
                if len(found) < REMEMBERED:
                    found.append(Unsent(at=now, company=alert.company.id, brief=brief, refusal=refusal))
        if not fresh:
            return []
        before = await self.store.papers(UNSENT, fresh)
        return await asyncio.to_thread(_remembered, fresh, before)

    # ── What was held back ────────────────────────────────────────────────────────────────────────────────────────

    async def sum_up(self, asks: Asks, now: datetime, *, holder: str) -> int:
        """Tell what came during mutes and pauses that are over, each in one message; how many messages.

        Whatever ended them: time, a person who took the mute back, or a watch that was removed. Message, held papers
        and mute go in one step, so that it is told once.
        """
        await self.refresh()
        if not self._over(asks, now) and not self._ended(now):
            return 0
        if not await self.store.lead("digests", holder, now=now, lease=timedelta(minutes=1)):
            return 0
        await self.refresh()
        over, ended = self._over(asks, now), self._ended(now)
        told = tuple(digests.held(found, now=now) for found in over)
        dropped = [(HELD, key) for found in over for key in found]
        await self.store.decide(Decision(drop=(*dropped, *((MUTES, key) for key in ended)), deliveries=told))
        log.info("held_alerts_told", messages=len(told), alerts=len(dropped), mutes=len(ended))
        return len(told)

    def _ended(self, now: datetime) -> list[str]:
        return [key for key, mute in self._mutes.items() if mute.until <= now]

    def _over(self, asks: Asks, now: datetime) -> list[dict[str, Held]]:
        """Held alerts that nothing holds any more: those of one mute, or of one place's pause, together."""
        groups: dict[tuple[Place, str], dict[str, Held]] = {}
        for key, held in self._held.items():
            if not self._holds(held, asks, now):
                groups.setdefault((held.place, "" if held.paused else held.company), {})[key] = held
        return list(groups.values())

    def _holds(self, held: Held, asks: Asks, now: datetime) -> bool:
        here = self.rulings.about(held.company).get(held.place)
        if here and here.muted(now):
            return True
        end = self.rulings.paused.get(held.place)
        if end and now < end:
            return True
        watches = [one for one in asks(held.company) if one.place == held.place]
        return bool(watches) and all(one.paused_until and now < one.paused_until for one in watches)


@dataclass(frozen=True, slots=True)
class Shelf:
    """One shelf as it was read last."""

    bodies: Mapping[str, bytes]
    nouns: Mapping[str, object]


def _routed(
    asked: Sequence[tuple[Alert, Sequence[Subscription]]], rulings: Rulings, now: datetime
) -> tuple[list[Routing], list[Delivery]]:
    """Where each alert goes, and all deliveries that makes."""
    routings = [route(alert, subscriptions, now=now, rulings=rulings) for alert, subscriptions in asked]
    told = digests.overflow((one for routing in routings for one in routing.deliveries), now=now)
    return routings, [*told, *(one for routing in routings for one in routing.untold)]


def _remembered(fresh: Mapping[str, list[Unsent]], before: Mapping[str, bytes]) -> list[Paper]:
    """Newest first, so many of them, each alert once."""
    papers = []
    for key, new in fresh.items():
        again = {one.brief.alert for one in new}
        old = decode(tuple[Unsent, ...], before[key]) if key in before else ()
        kept = (*new, *(one for one in old if one.brief.alert not in again))[:REMEMBERED]
        papers.append(Paper(UNSENT, key, encode(kept)))
    return papers
