"""A story against the official record. Pure.

The record is what the lists say today and what we saw them say. A bare "no" is never given: what was asked, and how
fresh it was, is part of the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.model import Analysis, Badge, ChangeKind, Evidence, Found, ListChange, Listing, SourceKind, Story, Verdict
from bot.registers import list_of, per_list


def corroborate(
    kind: SourceKind,
    story: Story,
    analysis: Analysis,
    found: Sequence[Found],
    past: Sequence[ListChange],
    read: Mapping[str, datetime],
) -> tuple[Evidence, ...]:
    """What the record says about a story's company.

    `found` are the entries of the company on all lists today, `past` the changes we saw of it, newest first,
    `read` when each list was last read.
    """
    evidence: list[Evidence] = []
    if kind is SourceKind.NOTICES:
        evidence.append(Evidence(badge=Badge.OFFICIAL, source=story.source, at=story.published, url=story.url))
    itself = [one.listing for one in found if one.match.verdict is Verdict.SAME]
    meant = frozenset({analysis.source} - {""})
    on_it = [there[0] for there in per_list(one for one in itself if meant & _lists_of(one)).values()]
    confirming = {list_of(one) for one in on_it}
    elsewhere = [there[0] for where, there in per_list(itself).items() if where not in confirming]
    evidence += [_listed(Badge.CONFIRMED if analysis.source else Badge.ELSEWHERE, one, read) for one in on_it]
    evidence += [_listed(Badge.ELSEWHERE, one, read) for one in elsewhere]
    evidence += [_was_listed(change, read) for change in _removals(past, itself)]
    if not itself and not any(one.badge is Badge.WAS_LISTED for one in evidence) and read:
        evidence.append(Evidence(badge=Badge.NOT_FOUND, lists=len(read), at=min(read.values())))
    return tuple(_on_the_day(one, story, meant) for one in evidence)


def _on_the_day(evidence: Evidence, story: Story, meant: frozenset[str]) -> Evidence:
    """With how the list stood on the day of the story, which may be years ago.

    An entry that has no date of listing cannot tell.
    """
    day = story.published.date() if story.published else None
    if day is None or evidence.listing is None:
        return replace(evidence, day=day)
    badge = Badge.CONFIRMED if meant & _lists_of(evidence.listing) else Badge.ELSEWHERE
    return replace(evidence, day=day, then=_stood(evidence.listing, evidence.until, day, badge))


def _stood(listing: Listing, until: datetime | None, day: date, badge: Badge) -> Badge | None:
    if until is not None and day >= until.date():
        return Badge.NOT_FOUND
    if listing.listed_on is None:
        return None
    return badge if listing.listed_on <= day else Badge.NOT_FOUND


def _lists_of(listing: Listing) -> frozenset[str]:
    """What a story about an entry's list may call it: a carrier's inner list bears out a story about either."""
    return frozenset({listing.source, list_of(listing)})


def borne_out(evidence: Iterable[Evidence], analysis: Analysis) -> list[Listing]:
    """The entries that bear a story out: on the list it speaks of, today or on its day; of a story without a date

    also one that has been taken off.
    """
    return [
        one.listing
        for one in evidence
        if one.listing
        and (
            one.confirms
            or (one.day is None and one.badge is Badge.WAS_LISTED and analysis.source in _lists_of(one.listing))
        )
    ]


def _listed(badge: Badge, listing: Listing, read: Mapping[str, datetime]) -> Evidence:
    return Evidence(
        badge=badge,
        source=listing.source,
        listing=listing,
        at=read.get(listing.source),
        url=listing.url,
        lists=len(read),
    )


def _removals(past: Sequence[ListChange], today: Sequence[Listing]) -> list[ListChange]:
    """The newest removal per list on which the company is not found today."""
    on_today = {list_of(listing) for listing in today}
    newest: dict[str, ListChange] = {}
    for change in past:
        where = list_of(change.listing)
        if change.kind is ChangeKind.REMOVED and where not in on_today:
            newest.setdefault(where, change)
    return list(newest.values())


def _was_listed(change: ListChange, read: Mapping[str, datetime]) -> Evidence:
    return Evidence(
        badge=Badge.WAS_LISTED,
        source=change.source,
        listing=change.before,
        until=change.seen,
        at=read.get(change.source),
        url=change.listing.url,
        lists=len(read),
    )
