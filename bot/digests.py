"""Several alerts in one message, so that a flood can be read. Pure.

The loudest are sent as themselves, the rest stand in one digest, and each of those stays in the store as a delivery
without a message of its own: it can be shown, acknowledged and dismissed like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.model import Alert, AlertKind, Brief, Delivery, Digest, Gathering, Place, Severity
from bot.registers import brief_of
from bot.triage import Held

#: Alerts that one poll may bring to one place as messages of their own.
AT_ONCE = 10
#: Of more than that, so many are sent as themselves.
ALOUD = 5
#: The shelf of what a courier need not post any more because a digest behind it tells it, by place.
SUMMED = "summed"
#: Alerts that may wait for one place; of more, the rest is summed up. At a message a second that is a minute's reading.
LONG = 50

_SEVERITIES = (Severity.HIGH, Severity.MEDIUM, Severity.LOW)
_KINDS = tuple(AlertKind)


def overflow(deliveries: Iterable[Delivery], *, now: datetime) -> list[Delivery]:
    """What one poll sends, with one digest for each place to which it would send too much."""
    places: dict[Place, list[Delivery]] = {}
    for delivery in deliveries:
        places.setdefault(delivery.place, []).append(delivery)
    gatherer = _Gatherer(Gathering.OVERFLOW, now)
    return [one for found in places.values() for one in (gatherer.sum_up(found) if len(found) > AT_ONCE else found)]


def lane(waiting: Sequence[Delivery], *, now: datetime) -> tuple[frozenset[str], Delivery] | None:
    """Of the alerts that wait for one place: the keys of those that need no message any more, and the digest that tells

    them; nothing while there are few.
    """
    alerts = [one for one in waiting if isinstance(one.message, Alert)]
    if len(alerts) <= LONG:
        return None
    *_, digest = _Gatherer(Gathering.LANE, now).sum_up(alerts)
    aloud = {one.key for one in loudest(alerts)}
    return frozenset(one.key for one in alerts if one.key not in aloud), digest


def loudest(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Those that are sent as themselves, in the order in which they came."""
    numbers = sorted(range(len(deliveries)), key=lambda number: _rank(deliveries[number].message))[:ALOUD]
    return [deliveries[number] for number in sorted(numbers)]


class _Gatherer:
    """Makes digests. Places that are sent the same alerts share one, so that a store keeps it once."""

    def __init__(self, why: Gathering, now: datetime) -> None:
        self.why = why
        self.now = now
        self._made: dict[tuple[str, ...], Digest] = {}
        self._briefs: dict[str, Brief] = {}

    def sum_up(self, found: Sequence[Delivery]) -> list[Delivery]:
        """The loudest, the rest without messages of their own, and last the digest that tells those."""
        aloud = loudest(found)
        keys = {one.key for one in aloud}
        rest = [one for one in found if one.key not in keys]
        digest = self.digest([one.message for one in rest if isinstance(one.message, Alert)])
        told = Delivery.of(
            digest,
            rest[0].place,
            because=f"{len(found)} alerts at once",
            due=self.now,
            language=rest[0].language,
            asker=rest[0].asker,
        )
        return [*aloud, *(one.untold(f"in the digest {told.key}", self.now) for one in rest), told]

    def digest(self, alerts: Sequence[Alert]) -> Digest:
        ids = tuple(alert.id for alert in alerts)
        if ids not in self._made:
            briefs = (self.brief(alert) for alert in alerts)
            self._made[ids] = Digest.of(self.why, ordered(briefs), at=self.now)
        return self._made[ids]

    def brief(self, alert: Alert) -> Brief:
        if alert.id not in self._briefs:
            self._briefs[alert.id] = brief_of(alert)
        return self._briefs[alert.id]


def held(found: Mapping[str, Held], *, now: datetime) -> Delivery:
    """What came while one company was muted, or alerts were paused, in one place: by the keys of its deliveries."""
    first = next(iter(found.values()))
    why = Gathering.PAUSED if first.paused else Gathering.MUTED
    digest = Digest.of(why, ordered(one.brief for one in found.values()), at=now)
    return Delivery.of(
        digest, first.place, because=f"{why} until now", due=now, language=first.language, asker=first.asker
    )


def ordered(briefs: Iterable[Brief]) -> tuple[Brief, ...]:
    """The loudest first, else in the order in which they came."""
    return tuple(sorted(briefs, key=lambda one: (_SEVERITIES.index(one.severity), _KINDS.index(one.kind), one.at)))


def _rank(message: object) -> tuple[int, int]:
    if not isinstance(message, Alert):
        return (0, 0)
    return _SEVERITIES.index(message.severity), _KINDS.index(message.kind)
