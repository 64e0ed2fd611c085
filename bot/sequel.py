"""What becomes of alerts after they were told: a publisher edits its story, a listing ends.

Nobody is rung by any of it: the message that stands in the chat is drawn again, with a line that says what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bot.alerts import list_alert_ids, story_alert_id
from bot.model import (
    Alert,
    Analysis,
    ChangeKind,
    Company,
    Delivery,
    ListChange,
    Story,
    Subscription,
    Update,
    UpdateKind,
    delivery_key,
    fingerprint,
)
from bot.ports import Store
from bot.registers import list_of
from bot.stories import Told
from bot.trail import of_story

#: Changes of one entry that are looked at for when it was told as new.
REMEMBERED = 50


async def drawn_again(
    store: Store,
    ids: Iterable[str],
    subscriptions: Iterable[Subscription],
    update: Callable[[str, Alert], Update],
    *,
    now: datetime,
) -> list[Delivery]:
    """Updates of the alerts with these ids, at each place where one was delivered or waits to be."""
    places = list(dict.fromkeys(one.place for one in subscriptions))
    found: list[Delivery] = []
    for id in dict.fromkeys(ids):
        for place in places:
            told = await store.delivery(delivery_key(id, place))
            if told is not None and isinstance(told.message, Alert):
                what = update(told.key, told.message)
                found.append(Delivery.of(what, place, because=told.because, due=now, language=told.language))
    return found


def edit(key: str, alert: Alert, before: Story, *, at: datetime) -> Update:
    """A story's publisher changed its words: `alert` is what it says now. Each version is an update of its own."""
    story = alert.story
    if story is None:
        raise ValueError(f"{alert.id}: only a story can be edited by its publisher")
    return Update(
        id=fingerprint("edited", key, story.title, story.text),
        of=key,
        kind=UpdateKind.EDITED,
        at=at,
        by=story.publisher or story.source,
        text=story.title if story.title != before.title else "",
        alert=alert,
    )


def tells_more(before: Analysis, after: Analysis) -> bool:
    """Whether an edit made a story one about a listing: then it is news to whoever was not told of it."""
    return after.listing_story and not before.listing_story


async def told_of(
    store: Store, gone: Sequence[ListChange], company: Company, stories: Iterable[tuple[Story, Told]], *, now: datetime
) -> tuple[str, ...]:
    """Ids of the alerts that told the listings which now end: those of the list itself, and of stories about it."""
    ids: list[str] = []
    entries = [(change.source, change.key) for change in gone]
    for source, key in entries:  # grows: an entry that was renamed was told under the key it had then
        for earlier in await store.changes(source=source, key=key, limit=REMEMBERED):
            if earlier.kind is ChangeKind.ADDED:
                ids += list_alert_ids(earlier, company)
            elif earlier.before and (source, earlier.before.key) not in entries:
                entries.append((source, earlier.before.key))
    lists = {list_of(change.listing) for change in gone} | {change.source for change in gone}
    for story, told in stories:
        telling = of_story(story, told, company, now=now)
        if telling and telling.way is not ChangeKind.REMOVED and telling.lists & lists:
            ids.append(story_alert_id(story, company))
    return tuple(dict.fromkeys(ids))
