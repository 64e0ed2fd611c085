"""Alert x subscriptions -> deliveries, or the reason why not. Pure.

Both answers are kept: the delivery carries `because`, and what was declined says which setting declined it, so that
"why did I (not) get this?" has an answer that was not made up afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.model import Alert, Delivery, Place, Role, Subscription, Verdict


@dataclass(frozen=True, slots=True)
class Routing:
    deliveries: tuple[Delivery, ...]
    declined: tuple[tuple[Subscription, str], ...]


def route(alert: Alert, subscriptions: Iterable[Subscription], *, now: datetime) -> Routing:
    """One delivery a place, however many of its subscriptions ask for this company."""
    chosen: dict[Place, Delivery] = {}
    declined: list[tuple[Subscription, str]] = []
    for subscription in subscriptions:
        if why := why_not(alert, subscription, now=now):
            declined.append((subscription, why))
        elif subscription.place not in chosen:
            chosen[subscription.place] = Delivery.of(
                alert,
                subscription.place,
                because=because(subscription),
                due=now,
                language=subscription.language,
                asker=subscription.home,
            )
    return Routing(tuple(chosen.values()), tuple(declined))


def because(subscription: Subscription) -> str:
    since = f"{subscription.made_at:%Y-%m-%d}"
    return f"{subscription.target} is watched here since {since}, asked for by {subscription.made_by}"


def why_not(alert: Alert, subscription: Subscription, *, now: datetime) -> str:
    """The setting of the subscription that keeps this alert back, or nothing."""
    if subscription.paused_until and now < subscription.paused_until:
        return f"paused until {subscription.paused_until:%Y-%m-%d %H:%M} UTC"
    if alert.kind not in subscription.kinds:
        return f"{alert.kind} is not among the kinds asked for"
    if subscription.sources and alert.source not in subscription.sources:
        return f"{alert.source} is not among the sources asked for"
    if subscription.languages and alert.analysis and alert.analysis.language not in {"", *subscription.languages}:
        return f"stories in {alert.analysis.language} are not among the languages asked for"
    if not subscription.related and not about_itself(alert):
        return "only the company itself was asked for, and this is a related unit"
    return ""


def about_itself(alert: Alert) -> bool:
    """Whether it concerns the company itself rather than a unit of its group or a passing mention."""
    if alert.analysis:
        return any(m.company == alert.company.id and m.role is Role.SUBJECT for m in alert.analysis.mentions)
    return alert.match is None or alert.match.verdict is Verdict.SAME
