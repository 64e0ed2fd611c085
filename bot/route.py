"""Alert x subscriptions -> deliveries, or the reason why not. Pure.

Both answers are kept: the delivery carries `because`, and what was declined says which setting, or whose word, declined
it, so that "why did I (not) get this?" has an answer that was not made up afterwards. What is muted or paused is held:
it has a delivery too, without a message of its own, and is told in one message when that ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.model import Alert, Brief, Delivery, Place, Role, Subscription, Update, UpdateKind, Verdict, fingerprint
from bot.registers import brief_of, carriers
from bot.triage import NOTHING_SAID, Held, Here, Identity, Refusal, Rulings


@dataclass(frozen=True, slots=True)
class Routing:
    deliveries: tuple[Delivery, ...]
    declined: tuple[tuple[Subscription, Refusal], ...] = ()
    untold: tuple[Delivery, ...] = ()  #: kept without a message: dismissed, muted or paused
    held: tuple[tuple[str, Held], ...] = ()  #: of those, what is told later, by the key of its delivery
    reminders: tuple[tuple[str, tuple[Update, ...]], ...] = ()  #: what a delivery says too: it was dismissed before

    @property
    def silent(self) -> Mapping[Place, Refusal]:
        """The places that got nothing because of a setting, and the first setting that kept it back."""
        reached = {one.place for one in (*self.deliveries, *self.untold)}
        found: dict[Place, Refusal] = {}
        for subscription, why in self.declined:
            if subscription.place not in reached:
                found.setdefault(subscription.place, why)
        return found


NO_RULINGS = Rulings()


def route(
    alert: Alert, subscriptions: Iterable[Subscription], *, now: datetime, rulings: Rulings = NO_RULINGS
) -> Routing:
    """One delivery a place, however many of its subscriptions ask for this company."""
    said, paused = rulings.about(alert.company.id), rulings.paused
    chosen: dict[Place, Subscription] = {}
    resting: dict[Place, Subscription] = {}
    declined: list[tuple[Subscription, Refusal]] = []
    for subscription in subscriptions:
        place = subscription.place
        if why := why_not(alert, subscription):
            declined.append((subscription, why))
        elif subscription.paused_until and now < subscription.paused_until:
            resting.setdefault(place, subscription)
        elif place not in chosen:
            chosen[place] = subscription
    asked = {place: one for place, one in resting.items() if place not in chosen} | chosen
    routing = _Routing(alert, now, declined)
    for place, subscription in asked.items():
        here = said.get(place, NOTHING_SAID) if said else NOTHING_SAID
        routing.decide(subscription, here, paused.get(place) if paused else None)
    return routing.done()


class _Routing:
    """What becomes of one alert, place by place."""

    def __init__(self, alert: Alert, now: datetime, declined: list[tuple[Subscription, Refusal]]) -> None:
        self.alert = alert
        self.brief: Brief | None = None
        self.now = now
        self.declined = declined
        self.deliveries: list[Delivery] = []
        self.untold: list[Delivery] = []
        self.held: list[tuple[str, Held]] = []
        self.reminders: list[tuple[str, tuple[Update, ...]]] = []

    def decide(self, subscription: Subscription, here: Here, paused: datetime | None) -> None:
        """Dismissed, held, or sent."""
        delivery = Delivery.of(
            self.alert,
            subscription.place,
            because=because(subscription),
            due=self.now,
            language=subscription.language,
            asker=subscription.home,
        )
        if why := dismissed(self.alert, here):
            self.declined.append((subscription, why))
            self.untold.append(delivery.untold(why.words(), self.now))
        elif why := resting(subscription, here, paused, now=self.now):
            self.declined.append((subscription, why))
            self.untold.append(delivery.untold(why.words(), self.now))
            self.held.append((delivery.key, self.hold(subscription, paused=why.rule == "paused")))
        else:
            self.deliveries.append(delivery)
            if said := reminders(self.alert, here, delivery.key):
                self.reminders.append((delivery.key, said))

    def hold(self, subscription: Subscription, *, paused: bool) -> Held:
        self.brief = self.brief or brief_of(self.alert)
        return Held(
            place=subscription.place,
            company=self.alert.company.id,
            brief=self.brief,
            paused=paused,
            language=subscription.language,
            asker=subscription.home,
        )

    def done(self) -> Routing:
        return Routing(
            tuple(self.deliveries),
            tuple(self.declined),
            tuple(self.untold),
            tuple(self.held),
            tuple(self.reminders),
        )


def because(subscription: Subscription) -> str:
    since = f"{subscription.made_at:%Y-%m-%d}"
    return f"{subscription.target} is watched here since {since}, asked for by {subscription.made_by}"


def why_not(alert: Alert, subscription: Subscription) -> Refusal | None:
    """The setting of the subscription that keeps this alert back for good, or nothing."""
    if alert.kind not in subscription.kinds:
        return Refusal(rule="kind", what=alert.kind)
    if subscription.sources and not subscription.sources & _lists(alert):
        return Refusal(rule="source", what=alert.source)
    language = alert.analysis.language if alert.analysis else ""
    if subscription.languages and language not in {"", *subscription.languages}:
        return Refusal(rule="language", what=language)
    if not subscription.related and not about_itself(alert):
        return Refusal(rule="related")
    return None


def _lists(alert: Alert) -> frozenset[str]:
    """Where an alert comes from; of a story or notice about a listing also the list it means, and who carries that."""
    meant = alert.analysis.source if alert.analysis else ""
    return frozenset({alert.source, meant, *(carriers(meant) if meant else ())} - {""})


def dismissed(alert: Alert, here: Here) -> Refusal | None:
    """Who said, here, that this is another company."""
    said = here.dismissal(alert)
    return Refusal(rule=f"dismissed_{said.of}", by=said.by, what=said.name or said.key, when=said.at) if said else None


def resting(subscription: Subscription, here: Here, paused: datetime | None, *, now: datetime) -> Refusal | None:
    """What keeps this alert back for a while: a mute of its company, or a pause of the watch or of the whole place."""
    if mute := here.muted(now):
        return Refusal(rule="muted", by=mute.by, when=mute.until)
    ends = [end for end in (subscription.paused_until, paused) if end and now < end]
    return Refusal(rule="paused", when=max(ends)) if ends else None


def reminders(alert: Alert, here: Here, key: str) -> tuple[Update, ...]:
    """That some of it was dismissed here before, by whom, and what has changed since. `key` is the delivery's."""
    return tuple(
        Update(
            id=fingerprint("before", key, said.source, said.key),
            of=key,
            kind=UpdateKind.BEFORE,
            at=said.at,
            by=said.by,
            text=Identity.of(change.listing).since(said.identity),
        )
        for said, change in here.outdated(alert)
    )


def about_itself(alert: Alert) -> bool:
    """Whether it concerns the company itself rather than a unit of its group or a passing mention."""
    if alert.analysis:
        return any(m.company == alert.company.id and m.role is Role.SUBJECT for m in alert.analysis.mentions)
    return alert.match is None or alert.match.verdict is Verdict.SAME
