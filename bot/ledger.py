"""What is written down of a poll: how it went, when to look again, and what the operators are told. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import schedule
from bot.diff import Difference, Survey
from bot.docket import Sent
from bot.errors import FeedDamaged, FetchGone, FetchRefused, ListDamaged, TellOperator, TocsinError, TryLater
from bot.explain import unknown
from bot.model import (
    OPERATES,
    Alert,
    Bulletin,
    Delivery,
    Document,
    ListChange,
    Mark,
    Memory,
    Notice,
    Place,
    Poll,
    Quarantine,
    Reading,
    SourceCard,
    Story,
    Validators,
    fingerprint,
)
from bot.ports import Answer

#: Failures in a row before the operators hear of something that may mend itself.
TOLERATED = 5
#: A list unread for this many of its intervals, and at least two days, is told as unread.
SILENT = 12
SILENT_AT_LEAST = timedelta(days=2)
#: In how many polls a permanent redirect must be seen before its target is asked first.
MOVED_AFTER = 3
#: What a reader noticed of a list: so many signals are kept, and so many written into one notice.
SIGNALS_KEPT, SIGNALS_TOLD = 100, 10


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
    """New stories and edited ones, these before and now, when their whole texts were asked for."""

    fresh: Sequence[Story]
    edited: Sequence[tuple[Story, Story]]
    unread: Sequence[str] = ()  #: what was wrong with some, and what to do about it
    waiting: bool = False  #: notices were left out, to be read again with the next poll


@dataclass(frozen=True, slots=True)
class Ledger:
    """What to write after each kind of poll."""

    habits: Habits

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

    def believed(self, task: Task, seen: Survey, change: Difference, alerts: Sequence[Alert], sent: Sent) -> Step:
        """A list reading that went well: everything it changes."""
        well = self.well(task, layout=seen.layout, rows=seen.rows)
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
        return self._signalled(task, Step(poll=poll, outcome=outcome))

    def unchanged(
        self,
        task: Task,
        removed: Sequence[ListChange],
        waiting: Sequence[tuple[str, Mark]],
        pending: int,
        alerts: Sequence[Alert],
        sent: Sent,
    ) -> Step:
        """The publisher stands by its last document: what was absent from it is missing for the second time."""
        memory = task.memory
        edition = (task.index.edition if task.index else "") or memory.edition
        settled = replace(self.well(task), pending=pending, rows=memory.rows, edition=edition)
        poll = Poll(
            memory=settled,
            marks=tuple(waiting),
            removed=tuple(change.key for change in removed),
            changes=tuple(removed),
            deliveries=sent.deliveries,
            keep=sent.keep,
        )
        outcome = Outcome(
            source=task.card.id,
            removed=len(removed),
            pending=pending,
            rows=memory.rows,
            alerts=len(alerts),
            deliveries=sent.count,
            unchanged=True,
        )
        return Step(poll=poll, outcome=outcome)

    def streamed(
        self,
        task: Task,
        bulletin: Bulletin,
        texts: Texts,
        rows: int,
        links: Sequence[tuple[str, str]],
        alerts: Sequence[Alert],
        sent: Sent,
    ) -> Step:
        """A stream that was read: its stories, those without their text that name nobody.

        `links` are stories and the companies they name.
        """
        memory, named = task.memory, {ref for ref, _ in links}
        fresh, edited = texts.fresh, texts.edited
        kept = [story if story.ref in named else replace(story, text="") for story in fresh]
        kept += [now if before.text or now.ref in named else replace(now, text="") for before, now in edited]
        settled = replace(
            self.well(task, layout=bulletin.layout, rows=rows, wait=bulletin.ttl),
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
            source=task.card.id,
            first=task.first,
            added=len(fresh),
            changed=len(edited),
            material=len(edited),
            rows=rows,
            alerts=len(alerts),
            deliveries=sent.count,
            signals=settled.signals,
        )
        return Step(poll=poll, outcome=outcome)

    def quarantined(self, task: Task, doubt: Quarantine, seen: Survey) -> Step:
        """An incredible reading: the last good state is kept, operators are told once, channels nothing."""
        memory = replace(task.memory, quarantine=doubt, damaged=None, tried_at=task.now, trouble=doubt.why)
        memory = replace(memory, due=self.next_look(task, schedule.Outcome()))
        title = f"{task.card.id}: this reading was not believed"
        text = f"{doubt.why}. If it is true, run: tocsin sources accept {task.card.id}"
        memory, notices = self._tell(memory, title, text, task.now)
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
            memory, notices = self._tell(memory, title, text, task.now)
        elif _silent(task.card, memory, task.now):
            memory, notices = self._tell(memory, f"{task.card.id}: unread for too long", str(trouble), task.now)
        outcome = Outcome(
            source=task.card.id,
            first=task.first,
            rows=memory.rows,
            quarantined=isinstance(trouble, TellOperator) and not isinstance(trouble, FetchRefused | FetchGone),
            why=str(trouble),
            deliveries=len(notices),
        )
        return Step(poll=Poll(memory=memory, deliveries=tuple(notices)), outcome=outcome)

    def _signalled(self, task: Task, step: Step) -> Step:
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

    def _tell(self, memory: Memory, title: str, text: str, now: datetime) -> tuple[Memory, list[Delivery]]:
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
