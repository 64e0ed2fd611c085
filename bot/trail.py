"""One event, however many tell it: announced in a notice, told by papers, then in the file, then in force. Pure.

Whoever tells first is the alert, and what comes later joins it. A list change has no words to compare with those of a
story; what binds them is the company, the list, whether it is put on or taken off, and the time that may lie between:
a notice is days to weeks ahead of the file, and a paper is never weeks behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.alerts import list_alert_ids, story_alert_id
from bot.model import ChangeKind, Company, ListChange, Listing, Story
from bot.registers import list_of, other_end
from bot.stories import Told


class Voice(StrEnum):
    """Who tells."""

    FILE = "file"
    NOTICE = "notice"
    STORY = "story"


#: How much later one may tell what another told: (earlier, later). What is not here is no one event by this rule alone.
#: The Bureau of Industry and Security amends the Entity List by a rule that takes effect on publication; the file of
#: the Consolidated Screening List follows within days. Section 1260H editions stand in the Register only.
BETWEEN = {
    (Voice.NOTICE, Voice.FILE): timedelta(days=45),
    (Voice.FILE, Voice.NOTICE): timedelta(days=45),
    (Voice.STORY, Voice.FILE): timedelta(days=14),
    (Voice.STORY, Voice.NOTICE): timedelta(days=14),
    (Voice.FILE, Voice.STORY): timedelta(days=10),
    (Voice.NOTICE, Voice.STORY): timedelta(days=10),
    (Voice.FILE, Voice.FILE): timedelta(days=30),
}
#: A story that does not say which list it means is taken for the list that changed in the same days only.
UNSAID = timedelta(days=4)
#: How far back an earlier telling can matter at all.
LONGEST = max(BETWEEN.values())

#: Stages of a story that say the company is being put on a list, or taken off it; the others are about something else.
_WAYS = {
    "announced": ChangeKind.ADDED,
    "in_force": ChangeKind.ADDED,
    "removed": ChangeKind.REMOVED,
}
#: Stages of a notice that neither put anybody on a list nor take anybody off.
_OTHER_NOTICES = {"proposed", "relief", "suspended_by_court"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is kept of an alert to know its event again."""

    ids: tuple[str, ...]  #: ids that its alert may have
    voice: Voice
    at: datetime
    source: str
    lists: frozenset[str]  #: the lists meant; empty when it does not say
    way: ChangeKind | None  #: put on, changed, taken off; None for a notice, which often does several
    listing: Listing | None = None


def of_change(change: ListChange, company: Company) -> Telling:
    return Telling(
        ids=list_alert_ids(change, company),
        voice=Voice.FILE,
        at=change.seen,
        source=change.source,
        lists=frozenset({list_of(change.listing)}),
        way=change.kind,
        listing=change.listing,
    )


def of_story(story: Story, told: Told, company: Company, *, now: datetime) -> Telling | None:
    """None for a story that is not about a listing of this company."""
    notice = story.tier == 1
    about = told.companies if notice else told.subjects
    if not told.listing_story or company.id not in about:
        return None
    if told.stage in _OTHER_NOTICES if notice else told.stage not in _WAYS:
        return None
    return Telling(
        ids=(story_alert_id(story, company),),
        voice=Voice.NOTICE if notice else Voice.STORY,
        at=story.published or now,
        source=story.source,
        lists=frozenset({told.source} if told.source else ()),
        way=None if notice else _WAYS[told.stage],
    )


def follows(new: Telling, earlier: Iterable[Telling]) -> tuple[str, ...]:
    """The ids of earlier alerts that told the same event of the same company, the first of them first."""
    joined = sorted((one for one in earlier if one.ids != new.ids and one_event(one, new)), key=lambda one: one.at)
    return tuple(dict.fromkeys(id for one in joined for id in one.ids))


def one_event(earlier: Telling, later: Telling) -> bool:
    """Whether two tellings about one company are of one event. The later one may be dated a little earlier."""
    within = BETWEEN.get((earlier.voice, later.voice))
    apart = abs(later.at - earlier.at)
    if within is None or apart > within:
        return False
    if earlier.voice is Voice.FILE and later.voice is Voice.FILE:
        return _one_decision(earlier, later)
    if not (earlier.lists and later.lists):
        return apart <= UNSAID and _one_way(earlier, later)
    return bool(earlier.lists & later.lists) and _one_way(earlier, later)


def _one_decision(earlier: Telling, later: Telling) -> bool:
    """Two files: one list in two sources, or the two ends of a move."""
    if earlier.way is later.way:
        return earlier.source != later.source and bool(earlier.lists & later.lists)
    if ChangeKind.CHANGED in (earlier.way, later.way) or earlier.listing is None or later.listing is None:
        return False
    return other_end(later.listing, [earlier.listing]) is not None


def _one_way(one: Telling, other: Telling) -> bool:
    return one.way is None or other.way is None or one.way is other.way
