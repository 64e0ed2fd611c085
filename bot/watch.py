"""The walk from poll to outbox. `Watcher.poll` is the function to read first.

Fetch, read, believe, diff, match, compose, route, commit: the snapshot and the deliveries it causes are kept together
or not at all. Whatever goes wrong with one source is written into its memory, told to the operators once, and stops
nobody else. Nothing here posts: that is the courier's walk, in `deliver`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot import editions, gazette, schedule, sequel, trail
from bot.alerts import ended_update, list_alerts, story_alert, story_alert_id
from bot.book import CompanyBook
from bot.corroborate import corroborate
from bot.diff import Difference, Missing, Survey, believe, cut_off, diff, missing, survey, unheard
from bot.docket import Docket, Sent
from bot.errors import FeedDamaged, FetchGone, FetchRefused, ListDamaged, TellOperator, TocsinError, TryLater
from bot.explain import unknown
from bot.logs import log
from bot.model import (
    OPERATES,
    Alert,
    AlertKind,
    Analysis,
    ChangeKind,
    Company,
    Delivery,
    Document,
    Found,
    ListChange,
    Listing,
    Mark,
    Match,
    Memory,
    Mention,
    Notice,
    Place,
    Poll,
    Quarantine,
    Reading,
    SourceCard,
    SourceKind,
    Standing,
    Story,
    Update,
    Validators,
    Verdict,
    fingerprint,
)
from bot.ports import Answer, Ask, Clock, Fetcher, Store
from bot.registers import list_of, other_end, sisters
from bot.roll import Roll
from bot.sources import ListSource, Source, StreamSource
from bot.stories import Told, analyse, same_event
from bot.watched import Watched

#: A story dated this long before we first saw it is old news: kept, not told.
OLD = timedelta(days=14)
#: How far behind the last reading of its feed an item may be dated and still be new (late publication, time zones).
LATE = timedelta(days=3)
#: Failures in a row before the operators hear of something that may mend itself.
TOLERATED = 5
#: A list unread for this many of its intervals, and at least two days, is told as unread.
SILENT = 12
SILENT_AT_LEAST = timedelta(days=2)
#: In how many polls a permanent redirect must be seen before its target is asked first.
MOVED_AFTER = 3
#: How many recent stories of a company are compared with a new one, to tell one event once.
RECENT = 20
#: How many stories' events are kept in memory.
REMEMBERED = 2_000
#: What a reader noticed of a list: so many signals are kept, and so many written into one notice.
SIGNALS_KEPT, SIGNALS_TOLD = 100, 10
#: An official notice of removal counts as the second reading for this long.
NOTICE_HOLDS = timedelta(days=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How this installation polls."""

    every: timedelta | None = None  #: overrides all intervals
    mirror: str = ""  #: where official sources are fetched instead, with {source} in it
    operators: Place = Place("console")
    holder: str = "watcher"  #: who we are, for leases
    language: str = "en"
    quiet: bool = False  #: keep everything and tell nobody: files of the past are history


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one poll came to, as `tocsin poll` tells it."""

    source: str
    first: bool = False
    added: int = 0
    changed: int = 0
    removed: int = 0
    material: int = 0  #: how many of the changed entries changed in a way that rings
    pending: int = 0  #: entries absent once, waiting for a second reading
    rows: int = 0
    quarantined: bool = False
    why: str = ""  #: of the quarantine or failure
    alerts: int = 0
    deliveries: int = 0
    unchanged: bool = False
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a poll wants written and what it wants said of itself."""

    poll: Poll
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One poll on its way: what it is about, and what was remembered when it began."""

    card: SourceCard
    memory: Memory
    now: datetime
    document: Document | None = None
    answer: Answer | None = None
    more: tuple[tuple[str, Answer], ...] = ()  #: what the further addresses of a stream answered
    index: Reading | None = None  #: what the document says of where the list is, when it is only an index

    @property
    def documents(self) -> tuple[Document, ...]:
        """All that came, the main address first."""
        return tuple(one for one in (self.document, *(answer.document for _, answer in self.more)) if one)

    @property
    def data(self) -> Document | None:
        """The document with the list: where an index came first, what it led to; None when that did not change."""
        if self.index is None:
            return self.document
        return self.more[0][1].document if self.more else None

    @property
    def first(self) -> bool:
        """A first reading is history, not news."""
        return self.memory.read_at is None


@dataclass(frozen=True, slots=True)
class Texts:
    """What came of asking for the whole texts of notices."""

    fresh: list[Story]
    edited: list[tuple[Story, Story]]
    unread: Sequence[str] = ()  #: what was wrong with some, and what to do about it
    waiting: bool = False  #: notices were left out, to be read again with the next poll


Catalogue = Callable[[], Awaitable[Mapping[str, Source]]]


@dataclass
class Watcher:
    """Polls what is due and writes what follows. One per process; several processes share the work by leases."""

    store: Store
    fetcher: Fetcher
    clock: Clock
    catalogue: Catalogue  #: every source that may be polled, by id; asked again each round, for feeds come and go
    book: CompanyBook
    habits: Habits = field(default_factory=Habits)

    def __post_init__(self) -> None:
        self.watched = Watched(self.book)
        self.roll = Roll(self.store)
        self.docket = Docket(self.store)
        self._version = -1
        self._told: dict[Story, Told] = {}

    # ── The walk ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def poll(self, source: Source, *, document: Document | None = None, dry_run: bool = False) -> Outcome:
        """One source, from its publisher to the outbox. Never raises for what a publisher does."""
        card = source.card
        memory = await self.store.memory(card.id) or Memory(source=card.id, stream=isinstance(source, StreamSource))
        task = Task(card=card, memory=memory, now=self.clock.now(), document=document)
        try:
            task = await self.fetch(task)
            if not task.documents or (not task.more and _document(task).sha256 == memory.sha256):
                step = await self.unchanged(task)
            elif isinstance(source, ListSource):
                task = await self.looked_up(source, task)
                by_changes = await self.read_changes(source, task)
                task = task if by_changes else await self.with_whole(task)
                step = by_changes or await (self.read_list(source, task) if task.data else self.unchanged(task))
            else:
                step = await self.read_stream(source, task)
        except TocsinError as trouble:
            step = self.stopped(task, trouble)
        finally:
            for document in task.documents:
                await self.fetcher.release(document)
        return await self.commit(step, dry_run=dry_run)

    async def fetch(self, task: Task) -> Task:
        """The task with its document; without one when the publisher says that nothing changed."""
        if task.document:
            return task
        answer = await self.ask(task, self.address(task.card, task.memory, task.now))
        task = replace(task, document=answer.document, answer=answer)
        if not self.habits.mirror:
            for url in task.card.also:
                try:
                    task = replace(task, more=(*task.more, (url, await self.ask(task, url))))
                except TocsinError as trouble:  # one of several addresses; the others still count
                    log.warning("address_failed", source=task.card.id, url=url, trouble=str(trouble))
        return task

    async def looked_up(self, source: ListSource, task: Task) -> Task:
        """The task with what its index says, where its address gave one."""
        if not task.card.index:
            return task
        reading = await asyncio.to_thread(source.read, _document(task))
        return replace(task, index=reading) if reading.see else task

    async def with_whole(self, task: Task) -> Task:
        """The task with the list itself, where there is an index of it."""
        if task.index is None or task.index.see is None:
            return task
        url = task.index.see.url
        return replace(task, more=((url, await self.ask(task, url)),))

    async def read_changes(self, source: ListSource, task: Task) -> Step | None:
        """What changed since the edition that was believed last, by the documents of changes that its index leads to.

        None where the whole list is to be read: there are none, they do not lead here from there, or they, or what
        they make of the list, cannot be believed.
        """
        index, memory = task.index, task.memory
        if index is None or not index.edition or not memory.edition:
            return None
        if index.edition == memory.edition:
            return await self.unchanged(task)
        if not index.changes or memory.quarantine or schedule.read_whole(memory, task.now):
            return None
        documents: list[Document] = []
        try:
            async for document in self.changes(source, task, index):
                documents.append(document)  # noqa: PERF401 - those that came are let go of when the next one fails
            if not documents and index.declared in {None, memory.rows}:
                return await self.unchanged(task)
            step = await self.read_list(source, task, documents)
            doubt = step.outcome.why
        except (ListDamaged, FetchRefused, FetchGone) as trouble:
            doubt = str(trouble)
        finally:
            for document in documents:
                await self.fetcher.release(document)
        if doubt:
            log.info("changes_not_believed", source=task.card.id, why=doubt)
        return None if doubt else step

    async def changes(self, source: ListSource, task: Task, index: Reading) -> AsyncIterator[Document]:
        """The documents of changes from the edition that was believed last to that of the index, in order."""
        found = await self.given(task, index.changes)
        try:
            listed = await asyncio.to_thread(source.read, found)
        finally:
            await self.fetcher.release(found)
        whole = index.see.size if index.see else 0  # a longer one is no saving
        for _, url in editions.way(listed, task.memory.edition, index.edition):
            yield await self.given(task, url, cap=whole)

    async def given(self, task: Task, url: str, *, cap: int = 0) -> Document:
        """A document of one edition, which is never asked for twice."""
        answer = await self.ask(task, url, cap=cap)
        if answer.document is None:
            raise ListDamaged(f"{url}: said to be known, and is not kept here")
        return answer.document

    async def ask(self, task: Task, url: str, *, cap: int = 0) -> Answer:
        """One address, conditionally. `cap` is a smaller one than the card's."""
        card, memory = task.card, task.memory
        validators = Validators() if schedule.ask_whole(memory, task.now) else memory.validators_for(url)
        trusted = not card.user_given
        return await self.fetcher.fetch(
            Ask(url=url, validators=validators, cap=cap or card.cap, silence=card.silence, trusted=trusted)
        )

    async def read_list(self, source: ListSource, task: Task, changes: Sequence[Document] = ()) -> Step:
        """A register, whole or by its changes: survey it, believe it, and say what changed."""
        card, memory = task.card, task.memory
        document = changes[-1] if changes else task.data or _document(task)
        marks = await self.store.marks(card.id)
        seen, same_layout = await asyncio.to_thread(
            lambda: _survey(_reading(source, task, changes), marks, memory.layout)
        )
        touched = {listing.key for listing, _ in seen.fresh if listing.key in marks} | set(seen.gone)
        old = await self.store.listings(card.id, touched) if touched else {}
        gone = seen.gone if 2 * len(seen.gone) < seen.known else ()  # no notice takes half a list off
        noticed = await self.noticed(card.id, [old[key] for key in gone if key in old and key not in seen.taken_up])
        if doubt := believe(
            card, memory, seen, old, noticed=noticed | seen.taken_up.keys(), sha256=document.sha256, now=task.now
        ):
            return self.quarantined(task, doubt, seen)
        doubted = cut_off(memory, seen)
        change = diff(
            seen,
            marks,
            old,
            first=task.first or grown_up(card, memory, seen),
            same_layout=same_layout,
            noticed=noticed,
            doubted=doubted,
            composed=card.composed,
            seen=task.now,
            sha256=document.sha256,
        )
        absent = [old[key] for key in seen.gone if key in old and key not in change.removed]
        alerts, sent = await self.alarm(change.changes, task.now, absent)
        seen = with_programmes(card, seen)
        step = self.signalled(task, _believed(self, task, seen, change, alerts, sent))
        return replace(step, poll=doubted_since(step.poll, task.now)) if doubted else step

    async def read_stream(self, source: StreamSource, task: Task) -> Step:
        """A stream: what is new in it, whom it names, and what the record says of them."""
        card, memory = task.card, task.memory
        bulletins = [await asyncio.to_thread(source.read, one, memory.identity) for one in task.documents]
        bulletin = bulletins[0]
        stories = [story for one in bulletins for story in one.stories]
        known = await self.store.known_stories({key for story in stories for key in story.keys})
        fresh, edited = await self.sort_stories(stories, known)
        quiet = task.first or self.habits.quiet
        texts = Texts(fresh, edited)
        if source.whole and not quiet:
            texts = await self.in_full(source.whole, task, fresh, edited)
            fresh, edited = texts.fresh, texts.edited
        told = [story for story in fresh if not quiet and not _old(story, memory, task.now)]
        more, rung, corrections = await self.correct(card, edited, task)
        links, sent, alerts = await self.ring(card, fresh, {_ref(story) for story in told}, task.now, also=rung)
        links, sent = links + more, replace(sent, deliveries=(*sent.deliveries, *corrections))
        if card.kind is SourceKind.NOTICES:
            removals = await self._removals([*fresh, *(now for _, now in edited)])
            links = links + [(_ref(story), gazette.REMOVALS) for story, _ in removals]
        named = {ref for ref, _ in links}
        kept = [story if _ref(story) in named else replace(story, text="") for story in fresh]
        kept += [now if before.text or _ref(now) in named else replace(now, text="") for before, now in edited]
        settled = self.well(task, layout=bulletin.layout, rows=len(stories), wait=bulletin.ttl)
        settled = replace(
            settled,
            gap=schedule.learn(memory, [story.published for story in fresh if story.published], task.now),
            identity=bulletin.identity,
            signals=(*bulletin.signals, *texts.unread),
            introduced=True,
            changed_at=task.now if fresh else memory.changed_at,
        )
        if texts.waiting:  # the same document is read again
            settled = replace(settled, sha256="", validators=())
        poll = Poll(
            memory=settled,
            stories=tuple(kept),
            story_companies=tuple(links),
            deliveries=sent.deliveries,
            keep=sent.keep,
        )
        outcome = Outcome(
            source=card.id,
            first=task.first,
            added=len(fresh),
            changed=len(edited),
            material=len(edited),
            rows=len(stories),
            alerts=alerts,
            deliveries=sent.count,
            signals=settled.signals,
        )
        return Step(poll=poll, outcome=outcome)

    async def in_full(
        self,
        read: Callable[[Document], str],
        task: Task,
        fresh: list[Story],
        edited: list[tuple[Story, Story]],
    ) -> Texts:
        """Notices with what their whole text says; without those whose text is to be asked for again."""
        watched, by_hand = await self.whom(), task.answer is None
        left = len(fresh) + len(edited) if by_hand else gazette.MANY
        unread: list[str] = []

        async def filled(story: Story) -> Story | None:
            nonlocal left
            if not story.whole or _old(story, task.memory, task.now):
                return story
            left -= 1
            if left < 0:
                return None
            try:
                answer = await self.ask(task, story.whole)
                if answer.document is None:
                    return story
                try:
                    text = await asyncio.to_thread(read, answer.document)
                finally:
                    await self.fetcher.release(answer.document)
                return await asyncio.to_thread(gazette.with_text, story, text, watched.mentions)
            except TocsinError as trouble:
                mirrored = bool(self.habits.mirror)
                unread.append(gazette.without(story, str(trouble), by_hand=by_hand, mirrored=mirrored))
                if not by_hand:  # whoever polls a file reads it in the outcome
                    log.warning("text_unread", source=story.source, story=story.id, url=story.whole, why=str(trouble))
                known = watched.mentions(story) or not (by_hand or gazette.waits(story, task.now))
                return story if known else None

        found = [one for story in fresh if (one := await filled(story))]
        again = [(before, one) for before, story in edited if (one := await filled(story))]
        return Texts(found, again, unread, waiting=len(found) + len(again) < len(fresh) + len(edited))

    async def unchanged(self, task: Task) -> Step:
        """The publisher stands by its last document: a second reading for what was absent in it."""
        card, memory = task.card, task.memory
        left, old, quiet = Missing((), ()), {}, frozenset[str]()
        if memory.pending:
            marks = await self.store.marks(card.id)
            quiet = unheard(memory, marks, task.now)
            left = missing([key for key, mark in marks.items() if mark.missing and key not in quiet], marks)
            old = dict(await self.store.listings(card.id, left.removed))
        changes = tuple(
            ListChange(
                source=card.id,
                key=key,
                before=old[key],
                after=None,
                seen=task.now,
                edition=memory.edition,
                sha256=memory.sha256,
            )
            for key in left.removed
        )
        alerts, sent = await self.alarm(changes, task.now)
        edition = (task.index.edition if task.index else "") or memory.edition
        settled = replace(self.well(task), pending=len(left.waiting) + len(quiet), rows=memory.rows, edition=edition)
        poll = Poll(
            memory=settled,
            marks=left.waiting,
            removed=left.removed,
            changes=changes,
            deliveries=sent.deliveries,
            keep=sent.keep,
        )
        outcome = Outcome(
            source=card.id,
            removed=len(changes),
            pending=settled.pending,
            rows=memory.rows,
            alerts=len(alerts),
            deliveries=sent.count,
            unchanged=True,
        )
        return Step(poll=poll, outcome=outcome)

    async def commit(self, step: Step, *, dry_run: bool = False) -> Outcome:
        """Write all of it or nothing. When another watcher was faster its poll counts, not ours."""
        if dry_run:
            return step.outcome
        if await self.store.commit(step.poll):
            log.info("polled", **_facts(step.outcome))
        else:
            log.info("poll_superseded", source=step.outcome.source)
        return step.outcome

    # ── From a change to deliveries ───────────────────────────────────────────────────────────────────────────────

    async def alarm(
        self, changes: Sequence[ListChange], now: datetime, absent: Iterable[Listing] = ()
    ) -> tuple[list[Alert], Sent]:
        """Alerts for the companies that somebody watches, and where they go.

        `absent` are entries that this reading lacks and that are not called delisted yet: one that is new on another
        list came from there.
        """
        if not changes or self.habits.quiet:
            return [], Sent()
        watched = await self.whom()
        matched = await asyncio.to_thread(watched.matches_of_all, changes)
        if not any(change.material for change, _, _ in matched):
            return [], Sent()
        moves = await self.moves(matched, absent)
        alerts: list[Alert] = []
        ends: list[Delivery] = []
        for alert in list_alerts(matched, at=now, fresh=now, moves=moves):
            follows, announced = await self.led_by(alert, now)
            remaining = await self.remaining(alert)
            alerts.append(replace(alert, follows=follows, announced=announced, remaining=remaining))
            if alert.kind is AlertKind.DELISTED and not alert.moved:
                ends += await self.ended(alerts[-1], now)
        sent = await self.routed(alerts, now)
        return alerts, replace(sent, deliveries=(*sent.deliveries, *ends))

    async def remaining(self, alert: Alert) -> int:
        """Of a delisting: how many entries of the company itself stay on that list, which is then not left."""
        if alert.kind is not AlertKind.DELISTED or alert.moved or alert.relation:
            return 0
        found, _ = await self.record(alert.company)
        where, gone = list_of(alert.changes[0].listing), {change.key for change in alert.changes}
        stay = [
            one.listing for one in found if one.match.verdict is Verdict.SAME and one.listing.source == alert.source
        ]
        return sum(1 for one in stay if one.key not in gone and list_of(one) == where)

    async def moves(
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
            left += await self.leaving([one.listing for one in found if other_end(one.listing, new)])
            arrived += [one.listing for one in recent if one.kind is ChangeKind.ADDED]
        ends = (
            (change, other_end(change.listing, left if change.kind is ChangeKind.ADDED else arrived))
            for change, _, _ in matched
            if change.kind is not ChangeKind.CHANGED
        )
        return {change: end for change, end in ends if end}

    async def leaving(self, listings: Sequence[Listing]) -> list[Listing]:
        """Those of them that were absent from the last reading of their list."""
        marks = {source: await self.store.marks(source) for source in {one.source for one in listings}}
        return [one for one in listings if (mark := marks[one.source].get(one.key)) and mark.missing]

    async def led_by(self, alert: Alert, now: datetime) -> tuple[tuple[str, ...], tuple[Story, ...]]:
        """Ids of earlier alerts that told the same event: a notice, a story, another file, the other end of a move.

        And those of them that were stories or notices, oldest first, to be shown with the change they announced.
        """
        stories = [one for one in await self.store.stories_of(alert.company.id, limit=RECENT) if one.text]
        new = trail.of_change(alert.changes[0], alert.company)
        ids = await asyncio.to_thread(lambda: trail.follows(new, self.tellings(alert.company, stories, now)))
        told = [replace(one, text="") for one in reversed(stories) if story_alert_id(one, alert.company) in ids]
        return ids, tuple(told)

    async def ended(self, alert: Alert, now: datetime) -> list[Delivery]:
        """What told of a listing that is over now says so; earlier alerts of the end itself are told by the courier."""
        company, subscriptions = alert.company, self.watched.subscriptions(alert.company.id)
        kept = await self.store.stories_of(company.id, limit=RECENT)
        stories = await asyncio.to_thread(lambda: [(one, self.told(one)) for one in kept if one.text])
        told = () if alert.partial else stories  # a story of the company stays true when only a unit of it goes
        ids = await sequel.told_of(self.store, alert.changes, company, told, now=now)

        def over(key: str, told: Alert) -> Update:
            return ended_update(alert, key, at=now)

        return await sequel.drawn_again(
            self.store, [id for id in ids if id not in alert.follows], subscriptions, over, now=now
        )

    async def ring(
        self, card: SourceCard, stories: Sequence[Story], told: set[str], now: datetime, *, also: Sequence[Alert] = ()
    ) -> tuple[list[tuple[str, str]], Sent, int]:
        """Whom each story names; and for those that may be told, the deliveries. `also` are alerts sent with them."""
        watched = await self.whom()
        links: list[tuple[str, str]] = []
        alerts: list[Alert] = [*also]
        now_told: list[Story] = []
        for story in stories:
            mentions = await asyncio.to_thread(watched.mentions, story)
            named = {mention.company: mention for mention in reversed(mentions)}
            links += [(_ref(story), company) for company in named]
            if _ref(story) in told and any(watched.subscriptions(id) for id in named):
                analysis = await asyncio.to_thread(analyse, story, mentions)
                for id, mention in {one.company: one for one in reversed(analysis.mentions)}.items():
                    company = watched.company(id)
                    if company and watched.subscriptions(id):
                        alerts.append(await self.story_alert(card, story, analysis, mention, company, now_told, now))
                now_told.append(story)
        return links, await self.routed(alerts, now), len(alerts)

    async def correct(
        self, card: SourceCard, edited: Sequence[tuple[Story, Story]], task: Task
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
            links += [(_ref(now), id) for id in dict.fromkeys(one.company for one in mentions)]
            asked = {one.company for one in (*mentions, *were) if watched.subscriptions(one.company)}
            if asked and not (task.first or self.habits.quiet):
                was = await asyncio.to_thread(analyse, before, were)
                analysis = await asyncio.to_thread(analyse, now, mentions)
                rings = sequel.tells_more(was, analysis) and not _old(now, task.memory, task.now)
                for id in sorted(asked):
                    alert, again = await self.correction(card, before, now, analysis, id, at=task.now)
                    updates += again
                    alerts += [alert] if alert and rings and not again else []
        return links, alerts, updates

    async def correction(
        self, card: SourceCard, before: Story, now: Story, analysis: Analysis, id: str, *, at: datetime
    ) -> tuple[Alert | None, list[Delivery]]:
        """What an edited story says of one company now, if it still names it; and updates of what was told of it."""
        company = self.watched.company(id)
        mention = next((one for one in analysis.mentions if one.company == id), None)
        if company is None:
            return None, []
        alert = await self.story_alert(card, now, analysis, mention, company, (), at) if mention else None

        def edited(key: str, told: Alert) -> Update:
            said = replace(alert, follows=told.follows) if alert else replace(told, story=now, analysis=analysis)
            return sequel.edit(key, said, before, at=at)

        again = await sequel.drawn_again(
            self.store, [story_alert_id(now, company)], self.watched.subscriptions(id), edited, now=at
        )
        return alert, again

    async def story_alert(
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
        follows = await self.followed(story, analysis, company, now_told, now)
        return story_alert(card, story, analysis, mention, company, evidence=evidence, follows=follows, at=now)

    async def followed(
        self, story: Story, analysis: Analysis, company: Company, now_told: Sequence[Story], now: datetime
    ) -> tuple[str, ...]:
        """Ids of earlier alerts that told the same event of this company, the first of them first.

        Two stories are compared by their words, a story and a list change by what `trail` says of them.
        """
        kept = await self.store.stories_of(company.id, limit=RECENT)
        earlier = [one for one in (*reversed(kept), *now_told) if _ref(one) != _ref(story) and one.text]
        new = Told.of(story, analysis)
        telling = trail.of_story(story, new, company, now=now)

        def same() -> tuple[str, ...]:
            alike = [one for one in earlier if same_event(self.told(one), new).verdict is Verdict.SAME]
            found = [(one.published or now, story_alert_id(one, company)) for one in alike]
            if telling:
                tellings = self.tellings(company, earlier, now)
                found += [(one.at, id) for one in tellings if trail.one_event(one, telling) for id in one.ids]
            return tuple(dict.fromkeys(id for _, id in sorted(found, key=lambda one: one[0])))

        return await asyncio.to_thread(same)

    def tellings(self, company: Company, stories: Iterable[Story], now: datetime) -> list[trail.Telling]:
        """What lists, notices and stories told of a company in the last weeks. The roll must be fresh."""
        recent = [one for one in self.roll.recent(company) if one.material and now - one.seen <= trail.LONGEST]
        told = [trail.of_story(one, self.told(one), company, now=now) for one in stories]
        return [*(trail.of_change(one, company) for one in recent), *(one for one in told if one)]

    def told(self, story: Story) -> Told:
        """What an earlier story told; remembered, because each new story about its company is held against it."""
        found = self._told.get(story)
        if found is None:
            if len(self._told) >= REMEMBERED:
                self._told.clear()
            found = self._told[story] = Told.of(story, analyse(story, self.watched.mentions(story)))
        return found

    async def routed(self, alerts: Sequence[Alert], now: datetime) -> Sent:
        return await self.docket.send(alerts, self.watched.subscriptions, now)

    async def sum_up(self) -> None:
        """Tell what came during mutes and pauses that are over; it waits while the store is busy."""
        try:
            watched = await self.whom()
            await self.docket.sum_up(watched.subscriptions, self.clock.now(), holder=self.habits.holder)
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

    async def noticed(self, source: str, gone: Sequence[Listing]) -> set[str]:
        """Keys whose removal an official notice announced: for them one reading is enough.

        A company that somebody watches is recognised in a notice; any other entry is named in it by a whole name, and
        the notice says that it is about this list.
        """
        watched, announced = await self.whom(), set()
        for listing in gone:
            for company, _ in watched.match(listing):
                if await self._announced({"", source, list_of(listing)}, company):
                    announced.add(listing.key)
        if gone:
            notices = await self._removals(await self.store.stories_of(gazette.REMOVALS, limit=RECENT))
            named = await asyncio.to_thread(_named_in, notices, source, gone)
            announced.update(named)
        return announced

    async def _announced(self, lists: set[str], company: Company) -> bool:
        notices = await self._removals(await self.store.stories_of(company.id, limit=RECENT))
        return any(analysis.source in lists for _, analysis in notices)

    async def _removals(self, stories: Iterable[Story]) -> list[tuple[Story, Analysis]]:
        """Those of them that are official, of the last weeks, and take somebody off a list."""
        watched, since = await self.whom(), self.clock.now() - NOTICE_HOLDS

        def read() -> list[tuple[Story, Analysis]]:
            recent = [one for one in stories if one.tier == 1 and one.published and one.published >= since]
            told = [(one, analyse(one, watched.mentions(one))) for one in recent if gazette.may_remove(one)]
            return [(one, analysis) for one, analysis in told if analysis.stage == "removed"]

        return await asyncio.to_thread(read)

    async def sort_stories(
        self, stories: Sequence[Story], known: Mapping[str, str]
    ) -> tuple[list[Story], list[tuple[Story, Story]]]:
        """New ones, and known ones whose words changed, before and now. A hit on any identity key means known."""
        fresh: dict[str, Story] = {}
        again: dict[str, Story] = {}
        for story in stories:
            ref = next((known[key] for key in story.keys if key in known), "")
            if not ref:
                fresh.setdefault(_ref(story), story)
            elif ref.startswith(f"{story.source}/"):
                again[ref] = replace(story, id=ref.removeprefix(f"{story.source}/"))
        before = await self.store.stories(again) if again else {}
        edited = [(before[ref], story) for ref, story in again.items() if ref in before and _differ(before[ref], story)]
        return list(fresh.values()), edited

    # ── What is remembered of a poll ──────────────────────────────────────────────────────────────────────────────

    def well(self, task: Task, *, layout: str = "", rows: int | None = None, wait: timedelta | None = None) -> Memory:
        """The memory after a reading that went well."""
        memory, document, answer = task.memory, task.document, task.answer
        url = self.address(task.card, memory, task.now)
        settled = replace(
            memory,
            read_at=task.now,
            begun=task.now if task.first else memory.begun,
            tried_at=task.now,
            layout=layout or memory.layout,
            sha256=document.sha256 if document else memory.sha256,
            rows=memory.rows if rows is None else rows,
            validators=_validators(task, url),
            # An index is asked at its own address for ever: it leads to the edition of the day.
            moved=() if task.card.index else _moved(memory, task.card.url, answer),
            failures=0,
            trouble="",
            told="",
            quarantine=None,
            damaged=None,
            accept_next=False,
        )
        look = schedule.Outcome(wait=wait or (answer.wait if answer else None))
        return replace(settled, due=self.next_look(task, look))

    def next_look(self, task: Task, look: schedule.Outcome | None) -> datetime:
        return schedule.next_look(task.card, task.memory, look, task.now, every=self.habits.every)

    def quarantined(self, task: Task, doubt: Quarantine, seen: Survey) -> Step:
        """An incredible reading: the last good state is kept, operators are told once, channels nothing."""
        memory = replace(task.memory, quarantine=doubt, damaged=None, tried_at=task.now, trouble=doubt.why)
        memory = replace(memory, due=self.next_look(task, schedule.Outcome()))
        title = f"{task.card.id}: this reading was not believed"
        text = f"{doubt.why}. If it is true, run: tocsin sources accept {task.card.id}"
        memory, notices = self.tell(memory, title, text, task.now)
        outcome = Outcome(
            source=task.card.id,
            first=task.first,
            rows=seen.rows,
            quarantined=True,
            why=doubt.why,
            deliveries=len(notices),
            signals=seen.signals,
        )
        return Step(poll=Poll(memory=memory, deliveries=tuple(notices)), outcome=outcome)

    def stopped(self, task: Task, trouble: TocsinError) -> Step:
        """A poll that could not be read: written down, told when a person is needed, tried again when due."""
        memory = replace(
            task.memory,
            failures=task.memory.failures + 1,
            trouble=str(trouble),
            tried_at=task.now,
            accept_next=False,
            damaged=_damaged(task, trouble),
        )
        after = trouble.after if isinstance(trouble, TryLater) else None
        retired = isinstance(trouble, FetchGone)
        mends_itself = TryLater | ListDamaged | FeedDamaged
        how = schedule.How.LATER if isinstance(trouble, mends_itself) else schedule.How.REFUSED
        memory = replace(memory, due=self.next_look(task, schedule.Outcome(how=how, after=after)), retired=retired)
        notices: list[Delivery] = []
        if isinstance(trouble, TellOperator) or memory.failures >= TOLERATED:
            title = _stopped_title(task.card, trouble)
            text = f"{trouble}. Kept {_last_good(memory)}."
            memory, notices = self.tell(memory, title, text, task.now)
        elif _silent(task.card, memory, task.now):
            memory, notices = self.tell(memory, f"{task.card.id}: unread for too long", str(trouble), task.now)
        log.warning("poll_stopped", source=task.card.id, failures=memory.failures, trouble=str(trouble))
        outcome = Outcome(
            source=task.card.id,
            first=task.first,
            rows=memory.rows,
            quarantined=isinstance(trouble, TellOperator) and not isinstance(trouble, FetchRefused | FetchGone),
            why=str(trouble),
            deliveries=len(notices),
        )
        return Step(poll=Poll(memory=memory, deliveries=tuple(notices)), outcome=outcome)

    def signalled(self, task: Task, step: Step) -> Step:
        """The step, with a notice to the operators of what is new in the list and was not met before."""
        new = [one for one in step.poll.memory.signals if one not in task.memory.signals]
        if not new or task.first or self.habits.quiet:
            return step
        more = f"; and {len(new) - SIGNALS_TOLD} more" if len(new) > SIGNALS_TOLD else ""
        notice = Notice(
            id=fingerprint("signals", task.card.id, task.now.isoformat()),
            source=task.card.id,
            title=f"{task.card.id}: something in it is new to us",
            text=f"{'; '.join(new[:SIGNALS_TOLD])}{more}. The reading was kept; all of it: "
            f"tocsin sources why {task.card.id}",
            at=task.now,
        )
        told = Delivery.of(notice, self.habits.operators, because=OPERATES, due=task.now, language=self.habits.language)
        return replace(step, poll=replace(step.poll, deliveries=(*step.poll.deliveries, told)))

    def tell(self, memory: Memory, title: str, text: str, now: datetime) -> tuple[Memory, list[Delivery]]:
        """A notice to the operators, unless they were told this very thing already."""
        told = fingerprint(memory.source, title)
        if memory.told == told or self.habits.quiet:
            return memory, []
        notice = Notice(id=fingerprint(told, now.isoformat()), source=memory.source, title=title, text=text, at=now)
        delivery = Delivery.of(notice, self.habits.operators, because=OPERATES, due=now, language=self.habits.language)
        return replace(memory, told=told), [delivery]

    def address(self, card: SourceCard, memory: Memory, now: datetime) -> str:
        """Where a source is fetched: the mirror for official lists, or where its publisher moved for good."""
        if self.habits.mirror and card.tier == 1:
            return self.habits.mirror.replace("{source}", card.id)
        moved = {url: target for url, target, times in memory.moved if times >= MOVED_AFTER}
        return moved.get(card.url, card.url.replace("{day}", f"{now - card.behind:%Y-%m-%d}"))

    # ── The rounds ────────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Poll what is due, for ever. A slow source keeps nobody waiting."""
        running: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                await self.sum_up()
                sources = await self.catalogue()
                cards = [source.card for source in sources.values()]
                memories = await self.store.memories()
                plan = schedule.due(cards, memories, self.clock.now(), every=self.habits.every)
                for id in (*plan.ready, *schedule.to_look_beside(memories, sisters)):
                    if id in sources and id not in running:
                        running[id] = asyncio.create_task(self.turn(sources[id]), name=f"poll:{id}")
                rest = asyncio.create_task(self.clock.sleep(_rest(plan.next - self.clock.now())))
                await asyncio.wait({rest, *running.values()}, return_when=asyncio.FIRST_COMPLETED)
                rest.cancel()
                finished = [id for id, task in running.items() if task.done()]
                for id in finished:
                    running.pop(id).result()
                if finished and not await self.reading_first([sources[id] for id in running if id in sources]):
                    await self.introduce()
        finally:
            for task in running.values():
                task.cancel()
            await asyncio.gather(*running.values(), return_exceptions=True)

    async def reading_first(self, sources: Iterable[Source]) -> bool:
        """Whether a list among these is being read for the first time: its companies belong on the same card."""
        lists = [source.card.id for source in sources if isinstance(source, ListSource)]
        memories = await self.store.memories() if lists else {}
        return any(id not in memories or memories[id].read_at is None for id in lists)

    async def once(self) -> None:
        """Poll what is due now, all of it at once, and end."""
        sources = await self.catalogue()
        cards = [source.card for source in sources.values()]
        plan = schedule.due(cards, await self.store.memories(), self.clock.now(), every=self.habits.every)
        await asyncio.gather(*(self.turn(sources[id]) for id in plan.ready))
        await self.introduce()
        await self.sum_up()

    async def turn(self, source: Source) -> None:
        """One poll under its lease. Even a bug in one source must not stop the others."""
        card = source.card
        lease = min(timedelta(minutes=2), max(timedelta(seconds=5), self.habits.every or card.every))
        now = self.clock.now()
        try:
            if await self.store.lead(f"poll:{card.id}", self.habits.holder, now=now, lease=lease):
                await self.set_out(card)
                await self.poll(source)
        except TocsinError as trouble:
            log.warning("turn_failed", source=card.id, trouble=str(trouble))
            await self.clock.sleep(timedelta(seconds=5))
        except Exception as bug:  # a bug in one reader is a stopped source, not a stopped program
            log.exception("turn_broke", source=card.id)
            await self.broken(source, bug)

    async def set_out(self, card: SourceCard) -> None:
        """Write down when to look next before looking, so that a source that kills the process is no hot loop."""
        memory = await self.store.memory(card.id) or Memory(source=card.id, stream=card.kind is not SourceKind.LIST)
        task = Task(card=card, memory=memory, now=self.clock.now())
        setting_out = replace(memory, due=self.next_look(task, None), tried_at=task.now)
        await self.store.commit(Poll(memory=setting_out))

    async def broken(self, source: Source, bug: Exception) -> None:
        memory = await self.store.memory(source.card.id) or Memory(source=source.card.id)
        task = Task(card=source.card, memory=memory, now=self.clock.now())
        trouble = ListDamaged(
            f"{source.card.id}: our reader broke on it ({type(bug).__name__}: {bug}); please report it; "
            "kept the last good reading"
        )
        await self.commit(self.stopped(task, trouble))

    async def introduce(self) -> None:
        """One card a place about what the lists just read for the first time already say of its companies."""
        memories = await self.store.memories()
        new = [memory for memory in memories.values() if memory.read_at and not memory.introduced and not memory.stream]
        if not new:
            return
        watched, now = await self.whom(), self.clock.now()
        places: dict[Place, dict[str, Company]] = {}
        language: dict[Place, str] = {}
        for subscription in await self.store.subscriptions():
            language.setdefault(subscription.place, subscription.language)
            if subscription.target != "*":
                for company in watched.targets(subscription):
                    places.setdefault(subscription.place, {})[company.id] = company
        read = tuple((memory.source, memory.read_at) for memory in new if memory.read_at)
        for place, companies in places.items():
            found = [(one, (await self.record(one))[0]) for one in companies.values()]
            standing = Standing(
                id=fingerprint("standing", str(place), *sorted(source for source, _ in read)),
                at=now,
                found=tuple((one, _brief(hits, {source for source, _ in read})) for one, hits in found),
                read=read,
            )
            because = "the first reading of these lists"
            await self.store.enqueue([Delivery.of(standing, place, because=because, due=now, language=language[place])])
        for memory in new:
            await self.store.commit(Poll(memory=replace(memory, introduced=True)))


def _named_in(notices: Sequence[tuple[Story, Analysis]], source: str, gone: Sequence[Listing]) -> set[str]:
    """Keys of entries that one of these notices about their list names."""
    told = [(analysis.source, gazette.words(f"{story.title}\n{story.text}")) for story, analysis in notices]
    return {
        listing.key
        for listing in gone
        if any(about in {source, list_of(listing)} and gazette.named_in(listing, text) for about, text in told)
    }


def _document(task: Task) -> Document:
    if task.document is None:
        raise ValueError(f"{task.card.id}: nothing to read")
    return task.document


def _reading(source: ListSource, task: Task, changes: Sequence[Document]) -> Reading:
    """The list, or its changes, with what its index says of it. Raises ListDamaged where the two do not agree."""
    if changes:
        reading = editions.as_one([(one, source.read(one)) for one in changes])
    else:
        reading = source.read(task.data or _document(task))
    return editions.indexed(reading, task.index, None if changes else task.data) if task.index else reading


def _survey(reading: Reading, marks: Mapping[str, Mark], layout: str) -> tuple[Survey, bool]:
    same = reading.layout == layout
    return survey(reading, marks, same_layout=same), same


def with_programmes(card: SourceCard, seen: Survey) -> Survey:
    """The survey, with a signal for each programme of which nothing is said and that its card does not name either."""
    codes = dict.fromkeys(code for listing, _ in seen.fresh for code in listing.programmes)
    strange = [code for code in unknown(card.id, codes) if code not in card.programmes]
    said = tuple(f"unknown programme {code!r}: nothing can be said of what it means" for code in strange)
    return replace(seen, signals=(*seen.signals, *said), of_entries=(*seen.of_entries, *said))


def doubted_since(poll: Poll, now: datetime) -> Poll:
    """The poll, with the moment of a document that may be cut."""
    return replace(poll, memory=replace(poll.memory, doubted_at=now))


def grown_up(card: SourceCard, memory: Memory, seen: Survey) -> bool:
    """Whether the last reading was too thin to compare with: what fills it up now is history, not news."""
    return memory.rows < card.usual <= seen.rows


def _believed(
    watcher: Watcher,
    task: Task,
    seen: Survey,
    change: Difference,
    alerts: Sequence[Alert],
    sent: Sent,
) -> Step:
    """A list reading that went well: everything it changes."""
    well = watcher.well(task, layout=seen.layout, rows=seen.rows)
    kept = task.memory.of_entries if seen.parsed < seen.rows else ()  # who was not looked into still has them
    memory = replace(
        well,
        begun=task.now if grown_up(task.card, task.memory, seen) else well.begun,
        edition=seen.edition,
        published=seen.published,
        history=seen.history,
        tail=task.memory.tail if seen.partial else seen.tail,
        pending=change.pending,
        signals=tuple(dict.fromkeys((*seen.signals, *kept)))[:SIGNALS_KEPT],
        of_entries=tuple(dict.fromkeys((*seen.of_entries, *kept)))[:SIGNALS_KEPT],
        changed_at=task.now if change.changes else task.memory.changed_at,
    )
    changed = [one for one in change.changes if one.before and one.after]
    outcome = Outcome(
        source=task.card.id,
        first=task.first,
        added=seen.rows if task.first else sum(1 for one in change.changes if one.before is None),
        changed=len(changed),
        removed=sum(1 for one in change.changes if one.after is None),
        material=sum(1 for one in changed if one.material),
        pending=change.pending,
        rows=seen.rows,
        alerts=len(alerts),
        deliveries=sent.count,
        signals=seen.signals,
    )
    poll = Poll(
        memory=memory,
        listings=change.listings,
        marks=change.marks,
        removed=change.removed,
        changes=change.changes,
        deliveries=sent.deliveries,
        keep=sent.keep,
    )
    return Step(poll=poll, outcome=outcome)


def _ref(story: Story) -> str:
    return f"{story.source}/{story.id}"


def _differ(before: Story, now: Story) -> bool:
    """Whether a story was edited. One that was kept without its text is compared by its title alone, and one that was

    kept with its whole text by title and summary.
    """
    same = before.text == now.text or bool(now.whole and before.text.startswith(now.text))
    return before.title != now.title or bool(before.text and not same)


def _old(story: Story, memory: Memory, now: datetime) -> bool:
    """Whether a feed brings up an old story: it is kept, and does not ring."""
    if story.published is None:
        return False
    return story.published < now - OLD or bool(memory.read_at and story.published < memory.read_at - LATE)


def _validators(task: Task, url: str) -> tuple[tuple[str, Validators], ...]:
    """What each address gave us to ask with next time; those that did not answer keep what they gave."""
    if task.answer is None:
        return task.memory.validators
    given = {url: task.answer.validators} | {other: answer.validators for other, answer in task.more}
    kept = {other: known for other, known in task.memory.validators if other in task.card.also}
    return tuple((kept | given).items())


def _moved(memory: Memory, url: str, answer: Answer | None) -> tuple[tuple[str, str, int], ...]:
    """Count in how many polls in a row a permanent redirect led to the same place."""
    if answer is None or not answer.moved_to:
        return tuple(one for one in memory.moved if one[2] >= MOVED_AFTER)
    times = next((times for known, target, times in memory.moved if (known, target) == (url, answer.moved_to)), 0)
    return ((url, answer.moved_to, times + 1),)


def _silent(card: SourceCard, memory: Memory, now: datetime) -> bool:
    return bool(memory.read_at and now - memory.read_at > max(SILENT_AT_LEAST, SILENT * card.every))


def _damaged(task: Task, trouble: TocsinError) -> Quarantine | None:
    """What to know again of a document that could not be read; what was known before when none came."""
    document, before = task.data or task.document, task.memory.damaged
    if document is None or not isinstance(trouble, ListDamaged | FeedDamaged):
        return before
    first, times = (before.first_at, before.times) if before else (task.now, 0)
    return Quarantine(why=str(trouble), first_at=first, sha256=document.sha256, times=times + 1)


def _stopped_title(card: SourceCard, trouble: TocsinError) -> str:
    match trouble:
        case FetchGone():
            return f"{card.id}: its publisher retired this address"
        case ListDamaged() | FeedDamaged():
            return f"{card.id}: this reading was not believed"
        case _:
            return f"{card.id}: could not be read"


def _last_good(memory: Memory) -> str:
    if memory.read_at is None:
        return "nothing, there is no earlier reading"
    return f"the reading of {memory.read_at:%Y-%m-%d %H:%M} UTC ({memory.rows} entries)"


def _rest(span: timedelta) -> timedelta:
    """How long to sleep: until something is due, but look again within a few seconds for what others added."""
    return min(max(span, timedelta(milliseconds=50)), timedelta(seconds=5))


def _brief(found: Sequence[Found], sources: set[str]) -> tuple[Found, ...]:
    return tuple(one for one in found if one.listing.source in sources)[:200]


def _facts(outcome: Outcome) -> dict[str, object]:
    """The outcome without what is zero, for the log."""
    facts = {name: getattr(outcome, name) for name in Outcome.__dataclass_fields__}
    return {name: value for name, value in facts.items() if value}
