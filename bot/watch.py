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

from bot import editions, gazette, schedule
from bot.bell import Bell, is_old
from bot.book import CompanyBook
from bot.diff import Missing, Survey, believe, cut_off, diff, missing, survey, unheard
from bot.docket import Sent
from bot.errors import FetchGone, FetchRefused, ListDamaged, TocsinError
from bot.ledger import Habits, Ledger, Outcome, Step, Task, Texts, doubted_since, grown_up, with_programmes
from bot.logs import log
from bot.model import (
    Alert,
    Company,
    Delivery,
    Document,
    Found,
    ListChange,
    Listing,
    Mark,
    Memory,
    Place,
    Poll,
    Reading,
    SourceCard,
    SourceKind,
    Standing,
    Story,
    Validators,
    fingerprint,
)
from bot.ports import Answer, Ask, Clock, Fetcher, Store
from bot.registers import sisters
from bot.sources import ListSource, Source, StreamSource

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
        self.bell = Bell(self.store, self.book)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.habits)

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
        answer = await self.ask(task, self.ledger.address(task.card, task.memory, task.now))
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
        noticed = await self.bell.noticed(
            card.id, [old[key] for key in gone if key in old and key not in seen.taken_up], task.now
        )
        if doubt := believe(
            card, memory, seen, old, noticed=noticed | seen.taken_up.keys(), sha256=document.sha256, now=task.now
        ):
            return self.ledger.quarantined(task, doubt, seen)
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
        step = self.ledger.believed(task, seen, change, alerts, sent)
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
        links, alerts, sent = await self.bell.of_news(card, texts.fresh, texts.edited, memory, task.now, quiet=quiet)
        return self.ledger.streamed(task, bulletin, texts, len(stories), links, alerts, sent)

    async def in_full(
        self,
        read: Callable[[Document], str],
        task: Task,
        fresh: list[Story],
        edited: list[tuple[Story, Story]],
    ) -> Texts:
        """Notices with what their whole text says; without those whose text is to be asked for again."""
        watched, by_hand = await self.bell.whom(), task.answer is None
        left = len(fresh) + len(edited) if by_hand else gazette.MANY
        unread: list[str] = []

        async def filled(story: Story) -> Story | None:
            nonlocal left
            if not story.whole or is_old(story, task.memory, task.now):
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

    async def sort_stories(
        self, stories: Sequence[Story], known: Mapping[str, str]
    ) -> tuple[list[Story], list[tuple[Story, Story]]]:
        """New ones, and known ones whose words changed, before and now. A hit on any identity key means known."""
        fresh: dict[str, Story] = {}
        again: dict[str, Story] = {}
        for story in stories:
            ref = next((known[key] for key in story.keys if key in known), "")
            if not ref:
                fresh.setdefault(story.ref, story)
            elif ref.startswith(f"{story.source}/"):
                again[ref] = replace(story, id=ref.removeprefix(f"{story.source}/"))
        before = await self.store.stories(again) if again else {}
        edited = [(before[ref], story) for ref, story in again.items() if ref in before and _differ(before[ref], story)]
        return list(fresh.values()), edited

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
        return self.ledger.unchanged(task, changes, left.waiting, len(left.waiting) + len(quiet), alerts, sent)

    async def alarm(
        self, changes: Sequence[ListChange], now: datetime, absent: Iterable[Listing] = ()
    ) -> tuple[list[Alert], Sent]:
        """What changes ring, unless these are files of the past."""
        return ([], Sent()) if self.habits.quiet else await self.bell.of_changes(changes, now, absent)

    def stopped(self, task: Task, trouble: TocsinError) -> Step:
        step = self.ledger.stopped(task, trouble)
        log.warning("poll_stopped", source=task.card.id, failures=step.poll.memory.failures, trouble=str(trouble))
        return step

    async def commit(self, step: Step, *, dry_run: bool = False) -> Outcome:
        """Write all of it or nothing. When another watcher was faster its poll counts, not ours."""
        if dry_run:
            return step.outcome
        if await self.store.commit(step.poll):
            log.info("polled", **_facts(step.outcome))
        else:
            log.info("poll_superseded", source=step.outcome.source)
        return step.outcome

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

    async def sum_up(self) -> None:
        """Tell what came during mutes and pauses that are over."""
        await self.bell.sum_up(self.clock.now(), holder=self.habits.holder)

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
        setting_out = replace(memory, due=self.ledger.next_look(task, None), tried_at=task.now)
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
        watched, now = await self.bell.whom(), self.clock.now()
        places: dict[Place, dict[str, Company]] = {}
        language: dict[Place, str] = {}
        for subscription in await self.store.subscriptions():
            language.setdefault(subscription.place, subscription.language)
            if subscription.target != "*":
                for company in watched.targets(subscription):
                    places.setdefault(subscription.place, {})[company.id] = company
        read = tuple((memory.source, memory.read_at) for memory in new if memory.read_at)
        for place, companies in places.items():
            found = [(one, (await self.bell.record(one))[0]) for one in companies.values()]
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


def _ref(story: Story) -> str:
    return f"{story.source}/{story.id}"


def _differ(before: Story, now: Story) -> bool:
    """Whether a story was edited. One that was kept without its text is compared by its title alone, and one that was

    kept with its whole text by title and summary.
    """
    same = before.text == now.text or bool(now.whole and before.text.startswith(now.text))
    return before.title != now.title or bool(before.text and not same)


def _rest(span: timedelta) -> timedelta:
    """How long to sleep: until something is due, but look again within a few seconds for what others added."""
    return min(max(span, timedelta(milliseconds=50)), timedelta(seconds=5))


def _brief(found: Sequence[Found], sources: set[str]) -> tuple[Found, ...]:
    return tuple(one for one in found if one.listing.source in sources)[:200]


def _facts(outcome: Outcome) -> dict[str, object]:
    """The outcome without what is zero, for the log."""
    facts = {name: getattr(outcome, name) for name in Outcome.__dataclass_fields__}
    return {name: value for name, value in facts.items() if value}
