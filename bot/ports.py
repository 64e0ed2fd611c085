"""The sockets of the house: what the program asks of the world.

Few methods, each saying who calls it and what it promises.

An adapter implements one of these; `tests/contracts/` holds every implementation to the same words.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import (
    Act,
    Bulletin,
    Card,
    Decision,
    Delivery,
    Document,
    Form,
    Former,
    ListChange,
    Listing,
    Mark,
    Memory,
    Place,
    Poll,
    Reading,
    Receipt,
    Reply,
    Request,
    Story,
    Subscription,
    Validators,
)


class Clock(Protocol):
    """Where `now` comes from. The only clock in the house; everything pure takes `now` as an argument."""

    def now(self) -> datetime:
        """The time, aware and in UTC."""

    async def sleep(self, span: timedelta) -> None:
        """Let that much time pass."""


# ── Fetching ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request for a document."""

    url: str
    validators: Validators = Validators()
    cap: int = 200_000_000  #: bytes after decompression
    silence: timedelta = timedelta(0)  #: how long the server may say nothing; 0 is the fetcher's own patience
    trusted: bool = True  #: from our own code or settings; others may not reach private networks or files
    page: bool = False  #: a web page read on our own account: robots.txt is obeyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. No document means "not modified"."""

    document: Document | None
    validators: Validators = Validators()
    moved_to: str = ""  #: where a permanent redirect (301, 308) leads
    wait: timedelta | None = None  #: how long the server says its answer stays fresh


class Fetcher(Protocol):
    """Called by the watcher and by `feed add`. One request a host at a time."""

    async def fetch(self, ask: Ask) -> Answer:
        """The document, or "not modified". Raises FetchLater, FetchGone or FetchRefused; never another error."""

    async def release(self, document: Document) -> None:
        """Remove a document's spooled file. Called by whoever fetched it, once it has been read (also when that

        failed); the document cannot be opened after that. Twice, or for a document in memory, it does nothing.
        """

    async def close(self) -> None:
        """Let go of connections and spooled files."""


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────


class ReadList(Protocol):
    """A list source: one function in adapters/lists, marked with `@list_source`."""

    def __call__(self, document: Document) -> Reading:
        """What the document says.

        Raises ListDamaged, at once or while the records are read, when it cannot be that list.
        """


class ReadStream(Protocol):
    """A source of stories or notices: a feed of adapters/news, or a function marked with `@notice_source`."""

    def __call__(self, document: Document, identity: str = "") -> Bulletin:
        """The document's items. `identity` is `Memory.identity`: the kind of id that held at the last reading.

        Raises FeedDamaged (or ListDamaged) saying what it looks like instead.
        """


# ── Remembering ───────────────────────────────────────────────────────────────────────────────────────────────────


class Store(Protocol):
    """The meeting point of watcher, couriers and commands. Every method is one transaction: all or nothing.

    Several processes may use one store at once. Any method may raise StoreBusy; then nothing was written, or, when a
    server went away in the middle of the call, perhaps all of it. Every write is safe to repeat: a commit is refused
    by the memory's version, a delivery is known by its key, a settlement is refused by its lease.
    """

    async def open(self) -> None:
        """Connect, create what is missing, and check that the store keeps what it acknowledges. Raises StoreUnfit."""

    async def close(self) -> None: ...

    async def health(self) -> str:
        """One line for `doctor`: what and where it is, its size. Raises StoreUnfit or StoreBusy."""

    # Sources

    async def memories(self) -> Mapping[str, Memory]:
        """What is remembered of every source ever polled, by id."""

    async def memory(self, source: str) -> Memory | None: ...

    async def marks(self, source: str) -> Mapping[str, Mark]:
        """Key to mark of every entry that is on the list, without loading the entries."""

    async def listings(self, source: str, keys: Iterable[str] | None = None) -> Mapping[str, Listing]:
        """The entries of these keys as last published, or all of the source. Unknown keys are left out."""

    async def commit(self, poll: Poll) -> bool:
        """Keep snapshot, changes, stories, deliveries and papers of a poll, or none of them. Called by the watcher.

        False, with nothing written, when the memory's version has moved on: another watcher was faster.
        A delivery whose key exists already is left as it is. Of the keys in it, `removed` are taken off last. A story
        is dated by its publication, but not after the poll, and keeps the date under which it first came.
        """

    async def lead(self, name: str, holder: str, *, now: datetime, lease: timedelta) -> bool:
        """Whether `holder` may do `name` (poll one source) until the lease ends. The same holder may renew."""

    async def listings_version(self) -> int:
        """A number that rises whenever any listing is added, changed or removed."""

    # History

    async def changes(
        self, *, source: str = "", key: str = "", since: datetime | None = None, limit: int = 100
    ) -> Sequence[ListChange]:
        """Changes kept, newest first; of one moment, the last written first. `since` is included."""

    async def changes_of(
        self,
        entries: Iterable[tuple[str, str]],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> Sequence[ListChange]:
        """The changes of these entries, each a source and a key, newest first; of one moment, the last written first.

        `since` is included, `until` is not. Called by whoever asks for a company's past.
        """

    async def next_changes(self, entries: Iterable[tuple[str, str]], at: datetime) -> Sequence[ListChange]:
        """Of each of these entries the first change at that moment or after it, where there is one.

        Its `before` is what the entry was until then. In the order of the entries.
        """

    async def last_changes(self, entries: Iterable[tuple[str, str]], before: datetime) -> Sequence[ListChange]:
        """Of each of these entries the last change before that moment, where there is one. In the order of the

        entries.
        """

    async def former(self, after: int = 0) -> Sequence[Former]:
        """Every entry under names or numbers that it lost, those kept after that number, in the order they were kept.

        The same names of the same entry are kept once. Called by the roll, so that the past can be found by name
        without reading all changes.
        """

    async def known_stories(self, keys: Iterable[str]) -> Mapping[str, str]:
        """For each identity key seen before, the id of its story (`source/id`): of two, the one that came first."""

    async def stories(self, ids: Iterable[str]) -> Mapping[str, Story]:
        """Stories by `source/id`."""

    async def stories_of(self, company: str, *, limit: int = 5) -> Sequence[Story]:
        """The newest stories that name a company, newest first."""

    async def story_dates(self, company: str) -> Sequence[datetime]:
        """When each of the stories that name a company was told, as `commit` dates them, oldest first."""

    # Whom people watch

    async def subscribe(self, *subscriptions: Subscription) -> int:
        """Add or replace, all of them or none. How many are new; one that is replaced keeps its rank."""

    async def unsubscribe(self, place: Place, *targets: str) -> int:
        """How many were there."""

    async def subscriptions(self, place: Place | None = None) -> Sequence[Subscription]:
        """In the order in which they were made."""

    async def subscriptions_version(self) -> int:
        """A number that rises with every change, so that an index of names is rebuilt only then."""

    async def feeds(self) -> Mapping[str, str]:
        """Feeds that people added: id to address."""

    async def add_feed(self, id: str, url: str) -> bool:
        """Add, or give it another address. True when it is new."""

    async def remove_feed(self, id: str) -> bool:
        """True when it was there."""

    # What people decided

    async def decide(self, decision: Decision) -> bool:
        """Keep and drop papers, write acts, and queue what is to be said of it. Called by commands and couriers.

        False, with nothing written, when one of its acts is known already: the click was sent twice, or somebody else
        was faster.
        """

    async def papers(self, shelf: str, keys: Iterable[str] | None = None) -> Mapping[str, bytes]:
        """What is kept on a shelf under these keys, or all of it, in the order of the keys."""

    async def papers_version(self) -> int:
        """A number that rises whenever a paper is kept or dropped."""

    async def acts(
        self, *, place: Place | None = None, company: str = "", since: datetime | None = None, limit: int = 100
    ) -> Sequence[Act]:
        """What people did, newest first; of one moment, the last written first. `since` is included."""

    # The outbox

    async def enqueue(self, deliveries: Iterable[Delivery]) -> int:
        """Put messages that no poll caused (a standing card, an answer for later) into the outbox.

        Returns how many were new.
        """

    async def claim(self, platform: str, *, now: datetime, lease: timedelta, limit: int = 20) -> Sequence[Delivery]:
        """Take the oldest unsettled delivery of each place whose lane is free and whose head is due.

        Called by couriers. Those that have been ready longest come first.

        A lane is one place: while its head is leased or waits for a retry, nothing behind it is given out.
        A lease that ran out (its courier died) is given out again, marked `doubtful`.
        """

    async def settle(self, delivery: Delivery) -> bool:
        """Write what became of a claimed delivery (receipt, later or parked) and free its lane.

        False when the claim is no longer ours; then nothing is written.
        """

    async def deliveries(self, *, place: Place | None = None, state: str = "", limit: int = 50) -> Sequence[Delivery]:
        """Newest first. `state` is "waiting" (also while a courier holds it), "posted", "parked" or all.

        Raises ValueError for another word.
        """

    async def delivery(self, key: str) -> Delivery | None:
        """One delivery, whatever became of it. Called by couriers to find the thread that a follow-up joins."""

    async def unpark(self, key: str, *, now: datetime) -> bool:
        """Put a parked delivery back at the end of its lane, due now, its attempts forgotten. False: none is parked."""

    async def wait(self, platform: str, at_most: timedelta) -> None:
        """Return when something may be there to claim, or after that long. May return early for no reason.

        What was put in since this process's last `claim` counts; what becomes due by the clock alone does not.
        """


# ── Chatting ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Desk(Protocol):
    """Answers commands; given to a chat when it starts."""

    async def answer(self, request: Request) -> Reply:
        """Never raises: what cannot be done is a reply that says so."""

    async def form(self, request: Request) -> Form | None:
        """The box to open instead of an answer, when the command asks for more than was typed. Never raises, and is

        quick: both platforms give three seconds to open it.
        """

    def complete(self, command: str, argument: str, typed: str, limit: int = 25) -> Sequence[str]:
        """Suggestions for a half-typed argument, from memory."""


class Chat(Protocol):
    """One platform. Called by the courier (post, find, edit) and by wiring (run, close)."""

    platform: str

    async def post(self, place: Place, card: Card, *, key: str, thread: Receipt | None = None) -> Receipt:
        """Say it. Raises ChatBusy (later), ChatRefused (never here), ChatDoubtful (look with `find` first)."""

    async def find(self, place: Place, key: str, *, thread: Receipt | None = None) -> Receipt | None:
        """The message sent under this key, when the platform can tell; None when it is not there or cannot tell.

        `thread` is the one it was posted into, as `post` was told.
        """

    async def edit(self, place: Place, receipt: Receipt, card: Card, *, key: str = "") -> None:
        """Replace what was said under this key. Raises as `post` does."""

    async def run(self, desk: Desk) -> None:
        """Serve commands until cancelled."""

    async def check(self) -> AsyncIterator[str]:
        """Lines for `doctor`: what works, what is missing, the next step. A line with "next:" in it is not in order."""
        yield ""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that can be read, and under which id."""

    id: str
    url: str
    title: str
    items: int


class PageReader(Protocol):
    """Turns an address that a person gave into the story that stands there. Called by `read`."""

    async def article(self, url: str) -> Story:
        """Raises TellPerson when there is no article, saying what is there instead."""


class FeedFinder(Protocol):
    """Turns what a person typed into a feed that can be read. Called by `feed add`."""

    async def find(self, url: str) -> FoundFeed:
        """Raises TellPerson when there is none, saying what is there instead."""
