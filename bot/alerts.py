"""From a match to an alert: what we would tell about one company. Pure.

An alert is the same for every place. Several rows of one company in one edition are one alert (Huawei has 136 on the
Entity List), and the id is made of what happened, so that the same event found twice is the same alert.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.model import (
    Alert,
    AlertKind,
    Analysis,
    ChangeKind,
    Company,
    Evidence,
    ListChange,
    Listing,
    Match,
    Mention,
    Role,
    Severity,
    SourceCard,
    SourceKind,
    Story,
    Update,
    UpdateKind,
    Verdict,
    fingerprint,
)

KINDS = {
    ChangeKind.ADDED: AlertKind.LISTED,
    ChangeKind.CHANGED: AlertKind.CHANGED,
    ChangeKind.REMOVED: AlertKind.DELISTED,
}


def list_alerts(
    matched: Iterable[tuple[ListChange, Company, Match]],
    *,
    at: datetime,
    fresh: datetime | None = None,
    moves: Mapping[ListChange, Listing] | None = None,
) -> tuple[Alert, ...]:
    """One alert per company, list and kind of change. Cosmetic changes are kept in the history but tell nobody.

    `moves` gives the other end of those changes that are one end of a move from list to list; they are alerts of their
    own, and a removal whose addition stands beside it is told in that one.
    """
    matched, moves = tuple(matched), moves or {}
    arrived = {
        (company.id, end.source, end.key)
        for change, company, _ in matched
        if change.kind is ChangeKind.ADDED and (end := moves.get(change))
    }
    groups: defaultdict[tuple[str, str, AlertKind, bool], list[tuple[ListChange, Company, Match]]] = defaultdict(list)
    for change, company, match in matched:
        told = change.kind is ChangeKind.REMOVED and (company.id, change.source, change.key) in arrived
        if change.material and not told:
            groups[company.id, change.source, KINDS[change.kind], change in moves].append((change, company, match))
    return tuple(_list_alert(kind, group, at=at, fresh=fresh, moves=moves) for (_, _, kind, _), group in groups.items())


def _list_alert(
    kind: AlertKind,
    group: Sequence[tuple[ListChange, Company, Match]],
    *,
    at: datetime,
    fresh: datetime | None,
    moves: Mapping[ListChange, Listing],
) -> Alert:
    group = sorted(group, key=lambda one: (one[2].verdict is not Verdict.SAME, -one[2].score, one[0].key))
    best, company, match = group[0]
    plain, as_move = list_alert_ids(best, company)
    moved = moves.get(best)
    return Alert(
        id=as_move if moved else plain,
        kind=kind,
        company=company,
        source=best.source,
        at=at,
        severity=_severity(kind, match.verdict is Verdict.SAME),
        changes=tuple(change for change, _, _ in group),
        match=match,
        fresh=fresh,
        moved=moved,
    )


def list_alert_ids(change: ListChange, company: Company) -> tuple[str, str]:
    """The ids of the alert that told this change, by itself or as one end of a move.

    All changes of one company, list, kind and edition are one alert, so any of them gives its id.
    """
    parts = ("list", company.id, change.source, KINDS[change.kind], change.sha256, change.seen.isoformat())
    return fingerprint(*parts), fingerprint(*parts, "moved")


def story_alert(
    card: SourceCard,
    story: Story,
    analysis: Analysis,
    mention: Mention,
    company: Company,
    *,
    evidence: tuple[Evidence, ...] = (),
    follows: tuple[str, ...] = (),
    at: datetime,
) -> Alert:
    """What a story or an official notice says about one company. `follows` are earlier alerts of the same event."""
    kind = story_kind(card, analysis, mention)
    return Alert(
        id=story_alert_id(story, company),
        follows=follows,
        kind=kind,
        company=company,
        source=story.source,
        at=at,
        severity=_severity(kind, mention.role is Role.SUBJECT),
        story=story,
        analysis=analysis,
        match=Match(Verdict.SAME, max((reason.score for reason in mention.reasons), default=1.0), mention.reasons),
        evidence=evidence,
    )


def story_alert_id(story: Story, company: Company) -> str:
    return fingerprint("story", story.source, story.id, company.id)


#: From quiet to loud.
_LOUD = (Severity.LOW, Severity.MEDIUM, Severity.HIGH)


def joins(alert: Alert, earlier: Alert) -> bool:
    """Whether a later report of an event belongs into the first one's thread: unless it is louder than that.

    A thread rings for nobody, so a listing that a story announced is told in the channel all the same.
    """
    return _LOUD.index(alert.severity) <= _LOUD.index(earlier.severity)


def update_of(alert: Alert, earlier: Alert, key: str) -> Update:
    """What a later report of an event says to the first one's message, which was delivered under this key.

    A list that bears out a story or a notice confirms it; one more list or outlet is one more report.
    """
    if alert.story:
        by, url, at = alert.story.publisher or alert.source, alert.story.url, alert.story.published or alert.at
        return Update.of_delivery(key, UpdateKind.REPORTED, at=at, by=by, url=url)
    kind = UpdateKind.REPORTED
    if alert.kind is AlertKind.DELISTED and not alert.moved:
        return ended_update(alert, key, at=alert.at)
    if alert.kind is AlertKind.LISTED and earlier.story:
        kind = UpdateKind.CONFIRMED
    return Update.of_delivery(key, kind, at=alert.at, by=alert.source)


def ended_update(alert: Alert, key: str, *, at: datetime) -> Update:
    """What a delisting says to a message that told of the listing; where the company itself stays, whose entry went."""
    names = "; ".join(dict.fromkeys(listing.name for listing in alert.listings)) if alert.partial else ""
    return Update.of_delivery(key, UpdateKind.DELISTED, at=at, by=alert.source, text=names)


def story_kind(card: SourceCard, analysis: Analysis, mention: Mention) -> AlertKind:
    """An official document that names a company always counts; a story counts for what it is about."""
    if card.kind is SourceKind.NOTICES:
        return AlertKind.NOTICE
    if mention.role is not Role.SUBJECT:
        return AlertKind.MENTION
    return AlertKind.LISTING_STORY if analysis.listing_story else AlertKind.SUBJECT


#: How loud each kind is: when it is about the company itself, and when about a unit of its group or in passing.
LOUDNESS = {
    AlertKind.LISTED: (Severity.HIGH, Severity.MEDIUM),
    AlertKind.DELISTED: (Severity.HIGH, Severity.MEDIUM),
    AlertKind.CHANGED: (Severity.MEDIUM, Severity.LOW),
    AlertKind.NOTICE: (Severity.HIGH, Severity.MEDIUM),
    AlertKind.LISTING_STORY: (Severity.MEDIUM, Severity.LOW),
    AlertKind.SUBJECT: (Severity.LOW, Severity.LOW),
    AlertKind.MENTION: (Severity.LOW, Severity.LOW),
}


def _severity(kind: AlertKind, itself: bool) -> Severity:
    directly, otherwise = LOUDNESS[kind]
    return directly if itself else otherwise
