"""The bell: whom a change or a story is about, what was told of it before, and so what rings, where.

The watcher says what is new; here it is held against who is watched, what the lists say and what earlier alerts told,
and becomes alerts and the deliveries that carry them. Nothing is written here: the watcher keeps it with the reading.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot import gazette, sequel, trail
from bot.alerts import ended_update, list_alerts, story_alert, story_alert_id
from bot.book import CompanyBook
from bot.corroborate import corroborate
from bot.docket import Docket, Sent
from bot.errors import TryLater
from bot.logs import log
from bot.model import (
    Alert,
    AlertKind,
    Analysis,
    ChangeKind,
    Company,
    Delivery,
    Found,
    ListChange,
    Listing,
    Match,
    Memory,
    Mention,
    SourceCard,
    SourceKind,
    Story,
    Update,
    Verdict,
)
from bot.ports import Store
from bot.registers import list_of, other_end
from bot.roll import Roll
from bot.stories import Told, analyse, same_event
from bot.watched import Watched

#: A story dated this long before we first saw it is old news: kept, not told.
OLD = timedelta(days=14)
#: How far behind the last reading of its feed an item may be dated and still be new (late publication, time zones).
LATE = timedelta(days=3)
#: How many recent stories of a company are compared with a new one, to tell one event once.
RECENT = 20
#: How many stories' events are kept in memory.
REMEMBERED = 2_000
#: An official notice of removal counts as the second reading for this long.
NOTICE_HOLDS = timedelta(days=45)


class Bell:
    """What rings. One per watcher: it remembers who is watched and what stories told."""

    def __init__(self, store: Store, book: CompanyBook) -> None:
        self.store = store
        self.watched = Watched(book)
        self.roll = Roll(store)
        self.docket = Docket(store)
        self._version = -1
        self._told: dict[Story, Told] = {}

    async def of_changes(
        self, changes: Sequence[ListChange], now: datetime, absent: Iterable[Listing] = ()
    ) -> tuple[list[Alert], Sent]:
        """Alerts for the companies that somebody watches, and where they go.

        `absent` are entries that this reading lacks and that are not called delisted yet: one that is new on another
        list came from there.
        """
        if not changes:
            return [], Sent()
        watched = await self.whom()
        matched = await asyncio.to_thread(watched.matches_of_all, changes)
        if not any(change.material for change, _, _ in matched):
            return [], Sent()
        moves = await self._moves(matched, absent)
        alerts: list[Alert] = []
        ends: list[Delivery] = []
        for alert in list_alerts(matched, at=now, fresh=now, moves=moves):
            follows, announced = await self._led_by(alert, now)
            remaining = await self._remaining(alert)
            alerts.append(replace(alert, follows=follows, announced=announced, remaining=remaining))
            if alert.kind is AlertKind.DELISTED and not alert.moved:
                ends += await self._ended(alerts[-1], now)
        sent = await self._routed(alerts, now)
        return alerts, replace(sent, deliveries=(*sent.deliveries, *ends))

    async def _remaining(self, alert: Alert) -> int:
        """Of a delisting: how many entries of the company itself stay on that list, which is then not left."""
        if alert.kind is not AlertKind.DELISTED or alert.moved or alert.relation:
            return 0
        found, _ = await self.record(alert.company)
        where, gone = list_of(alert.changes[0].listing), {change.key for change in alert.changes}
        stay = [
            one.listing for one in found if one.match.verdict is Verdict.SAME and one.listing.source == alert.source
        ]
        return sum(1 for one in stay if one.key not in gone and list_of(one) == where)

    async def _moves(
        self, matched: Sequence[tuple[ListChange, Company, Match]], absent: Iterable[Listing]
    ) -> dict[ListChange, Listing]:
        """Which of these changes are one end of a move from list to list, and the other end of each."""
        left = [*absent, *(change.listing for change, _, _ in matched if change.kind is ChangeKind.REMOVED)]
        arrived = [change.listing for change, _, _ in matched if change.kind is ChangeKind.ADDED]
        new = tuple(arrived)
        for company in {company.id: company for _, company, _ in matched}.values():
            found, _ = await self.record(company)
            recent = self.roll.recent(company)
            left += [one.listing for one in recent if one.kind is ChangeKind.REMOVED]
            left += await self._leaving([one.listing for one in found if other_end(one.listing, new)])
            arrived += [one.listing for one in recent if one.kind is ChangeKind.ADDED]
        ends = (
            (change, other_end(change.listing, left if change.kind is ChangeKind.ADDED else arrived))
            for change, _, _ in matched
            if change.kind is not ChangeKind.CHANGED
        )
        return {change: end for change, end in ends if end}

    async def _leaving(self, listings: Sequence[Listing]) -> list[Listing]:
        """Those of them that were absent from the last reading of their list."""
        marks = {source: await self.store.marks(source) for source in {one.source for one in listings}}
        return [one for one in listings if (mark := marks[one.source].get(one.key)) and mark.missing]

    async def _led_by(self, alert: Alert, now: datetime) -> tuple[tuple[str, ...], tuple[Story, ...]]:
        """Ids of earlier alerts that told the same event: a notice, a story, another file, the other end of a move.

        And those of them that were stories or notices, oldest first, to be shown with the change they announced.
        """
        stories = [one for one in await self.store.stories_of(alert.company.id, limit=RECENT) if one.text]
        new = trail.of_change(alert.changes[0], alert.company)
        ids = await asyncio.to_thread(lambda: trail.follows(new, self._tellings(alert.company, stories, now)))
        told = [replace(one, text="") for one in reversed(stories) if story_alert_id(one, alert.company) in ids]
        return ids, tuple(told)

    async def _ended(self, alert: Alert, now: datetime) -> list[Delivery]:
        """What told of a listing that is over now says so; earlier alerts of the end itself are told by the courier."""
        company, subscriptions = alert.company, self.watched.subscriptions(alert.company.id)
        kept = await self.store.stories_of(company.id, limit=RECENT)
        stories = await asyncio.to_thread(lambda: [(one, self._told_by(one)) for one in kept if one.text])
        told = () if alert.partial else stories  # a story of the company stays true when only a unit of it goes
        ids = await sequel.told_of(self.store, alert.changes, company, told, now=now)

        def over(key: str, told: Alert) -> Update:
            return ended_update(alert, key, at=now)

        return await sequel.drawn_again(
            self.store, [id for id in ids if id not in alert.follows], subscriptions, over, now=now
        )

    async def of_news(
        self,
        card: SourceCard,
        fresh: Sequence[Story],
        edited: Sequence[tuple[Story, Story]],
        memory: Memory,
        now: datetime,
        *,
        quiet: bool,
    ) -> tuple[list[tuple[str, str]], list[Alert], Sent]:
        """Whom new stories and edited ones name, what rings of them, and where it goes.

        What is old by what the feed's `memory` says rings nobody, and when all is to be `quiet` nothing does.
        """
        told = {story.ref for story in fresh if not quiet and not is_old(story, memory, now)}
        more, rung, corrections = await self._of_edits(card, edited, memory, now, quiet=quiet)
        links, alerts = await self._of_stories(card, fresh, told, now)
        links, alerts = links + more, rung + alerts
        if card.kind is SourceKind.NOTICES:
            removals = await self._removals([*fresh, *(after for _, after in edited)], now)
            links += [(story.ref, gazette.REMOVALS) for story, _ in removals]
        sent = await self._routed(alerts, now)
        return links, alerts, replace(sent, deliveries=(*sent.deliveries, *corrections))

    async def _of_stories(
        self, card: SourceCard, stories: Sequence[Story], told: set[str], now: datetime
    ) -> tuple[list[tuple[str, str]], list[Alert]]:
        """Whom each story names; and for those that may be told, the alerts."""
        watched = await self.whom()
        links: list[tuple[str, str]] = []
        alerts: list[Alert] = []
        now_told: list[Story] = []
        for story in stories:
            mentions = await asyncio.to_thread(watched.mentions, story)
            named = {mention.company: mention for mention in reversed(mentions)}
            links += [(story.ref, company) for company in named]
            if story.ref in told and any(watched.subscriptions(id) for id in named):
                analysis = await asyncio.to_thread(analyse, story, mentions)
                for id, mention in {one.company: one for one in reversed(analysis.mentions)}.items():
                    company = watched.company(id)
                    if company and watched.subscriptions(id):
                        alerts.append(await self._story_alert(card, story, analysis, mention, company, now_told, now))
                now_told.append(story)
        return links, alerts

    async def _of_edits(
        self, card: SourceCard, edited: Sequence[tuple[Story, Story]], memory: Memory, at: datetime, *, quiet: bool
    ) -> tuple[list[tuple[str, str]], list[Alert], list[Delivery]]:
        """Stories that their publishers changed: whom they name now, alerts that ring, and those that are drawn again.

        Where an alert was told its message is drawn again and nobody is rung; a story that only now tells of a listing
        rings where it was not told.
        """
        watched = await self.whom()
        links: list[tuple[str, str]] = []
        alerts: list[Alert] = []
        updates: list[Delivery] = []
        for before, now in edited:
            mentions = await asyncio.to_thread(watched.mentions, now)
            were = await asyncio.to_thread(watched.mentions, before)
            links += [(now.ref, id) for id in dict.fromkeys(one.company for one in mentions)]
            asked = {one.company for one in (*mentions, *were) if watched.subscriptions(one.company)}
            if asked and not quiet:
                was = await asyncio.to_thread(analyse, before, were)
                analysis = await asyncio.to_thread(analyse, now, mentions)
                rings = sequel.tells_more(was, analysis) and not is_old(now, memory, at)
                for id in sorted(asked):
                    alert, again = await self._correction(card, before, now, analysis, id, at=at)
                    updates += again
                    alerts += [alert] if alert and rings and not again else []
        return links, alerts, updates

    async def _correction(
        self, card: SourceCard, before: Story, now: Story, analysis: Analysis, id: str, *, at: datetime
    ) -> tuple[Alert | None, list[Delivery]]:
        """What an edited story says of one company now, if it still names it; and updates of what was told of it."""
        company = self.watched.company(id)
        mention = next((one for one in analysis.mentions if one.company == id), None)
        if company is None:
            return None, []
        alert = await self._story_alert(card, now, analysis, mention, company, (), at) if mention else None

        def edited(key: str, told: Alert) -> Update:
            said = replace(alert, follows=told.follows) if alert else replace(told, story=now, analysis=analysis)
            return sequel.edit(key, said, before, at=at)

        again = await sequel.drawn_again(
            self.store, [story_alert_id(now, company)], self.watched.subscriptions(id), edited, now=at
        )
        return alert, again

    async def _story_alert(
        self,
        card: SourceCard,
        story: Story,
        analysis: Analysis,
        mention: Mention,
        company: Company,
        now_told: Sequence[Story],
        now: datetime,
    ) -> Alert:
        """What a story says of one company, held against the record and against what was told before."""
        found, past = await self.record(company)
        evidence = corroborate(card.kind, story, analysis, found, past, self.roll.read)
        follows = await self._followed(story, analysis, company, now_told, now)
        return story_alert(card, story, analysis, mention, company, evidence=evidence, follows=follows, at=now)

    async def _followed(
        self, story: Story, analysis: Analysis, company: Company, now_told: Sequence[Story], now: datetime
    ) -> tuple[str, ...]:
        """Ids of earlier alerts that told the same event of this company, the first of them first.

        Two stories are compared by their words, a story and a list change by what `trail` says of them.
        """
        kept = await self.store.stories_of(company.id, limit=RECENT)
        earlier = [one for one in (*reversed(kept), *now_told) if one.ref != story.ref and one.text]
        new = Told.of(story, analysis)
        telling = trail.of_story(story, new, company, now=now)

        def same() -> tuple[str, ...]:
            alike = [one for one in earlier if same_event(self._told_by(one), new).verdict is Verdict.SAME]
            found = [(one.published or now, story_alert_id(one, company)) for one in alike]
            if telling:
                tellings = self._tellings(company, earlier, now)
                found += [(one.at, id) for one in tellings if trail.one_event(one, telling) for id in one.ids]
            return tuple(dict.fromkeys(id for _, id in sorted(found, key=lambda one: one[0])))

        return await asyncio.to_thread(same)

    def _tellings(self, company: Company, stories: Iterable[Story], now: datetime) -> list[trail.Telling]:
        """What lists, notices and stories told of a company in the last weeks. The roll must be fresh."""
        recent = [one for one in self.roll.recent(company) if one.material and now - one.seen <= trail.LONGEST]
        told = [trail.of_story(one, self._told_by(one), company, now=now) for one in stories]
        return [*(trail.of_change(one, company) for one in recent), *(one for one in told if one)]

    def _told_by(self, story: Story) -> Told:
        """What an earlier story told; remembered, because each new story about its company is held against it."""
        found = self._told.get(story)
        if found is None:
            if len(self._told) >= REMEMBERED:
                self._told.clear()
            found = self._told[story] = Told.of(story, analyse(story, self.watched.mentions(story)))
        return found

    async def _routed(self, alerts: Sequence[Alert], now: datetime) -> Sent:
        return await self.docket.send(alerts, self.watched.subscriptions, now)

    async def sum_up(self, now: datetime, *, holder: str) -> None:
        """Tell what came during mutes and pauses that are over; it waits while the store is busy."""
        try:
            watched = await self.whom()
            await self.docket.sum_up(watched.subscriptions, now, holder=holder)
        except TryLater as busy:
            log.warning("held_alerts_wait", trouble=str(busy))

    async def whom(self) -> Watched:
        """Whom anybody watches now."""
        version = await self.store.subscriptions_version()
        if version != self._version:
            self.watched.update(await self.store.subscriptions())
            self._told.clear()
            self._version = version
        return self.watched

    async def record(self, company: Company) -> tuple[tuple[Found, ...], tuple[ListChange, ...]]:
        """What the lists say of a company today, and what was taken off them."""
        await self.roll.refresh()
        return await asyncio.to_thread(self.roll.of, company), await self.roll.taken_off(company)

    async def noticed(self, source: str, gone: Sequence[Listing], now: datetime) -> set[str]:
        """Keys whose removal an official notice announced: for them one reading is enough.

        A company that somebody watches is recognised in a notice; any other entry is named in it by a whole name, and
        the notice says that it is about this list.
        """
        watched, announced = await self.whom(), set()
        for listing in gone:
            for company, _ in watched.match(listing):
                if await self._announced({"", source, list_of(listing)}, company, now):
                    announced.add(listing.key)
        if gone:
            notices = await self._removals(await self.store.stories_of(gazette.REMOVALS, limit=RECENT), now)
            named = await asyncio.to_thread(_named_in, notices, source, gone)
            announced.update(named)
        return announced

    async def _announced(self, lists: set[str], company: Company, now: datetime) -> bool:
        notices = await self._removals(await self.store.stories_of(company.id, limit=RECENT), now)
        return any(analysis.source in lists for _, analysis in notices)

    async def _removals(self, stories: Iterable[Story], now: datetime) -> list[tuple[Story, Analysis]]:
        """Those of them that are official, of the last weeks, and take somebody off a list."""
        watched, since = await self.whom(), now - NOTICE_HOLDS

        def read() -> list[tuple[Story, Analysis]]:
            recent = [one for one in stories if one.tier == 1 and one.published and one.published >= since]
            told = [(one, analyse(one, watched.mentions(one))) for one in recent if gazette.may_remove(one)]
            return [(one, analysis) for one, analysis in told if analysis.stage == "removed"]

        return await asyncio.to_thread(read)


def _named_in(notices: Sequence[tuple[Story, Analysis]], source: str, gone: Sequence[Listing]) -> set[str]:
    """Keys of entries that one of these notices about their list names."""
    told = [(analysis.source, gazette.words(f"{story.title}\n{story.text}")) for story, analysis in notices]
    return {
        listing.key
        for listing in gone
        if any(about in {source, list_of(listing)} and gazette.named_in(listing, text) for about, text in told)
    }


def is_old(story: Story, memory: Memory, now: datetime) -> bool:
    """Whether a feed brings up an old story: it is kept, and does not ring."""
    if story.published is None:
        return False
    return story.published < now - OLD or bool(memory.read_at and story.published < memory.read_at - LATE)
