"""The roll: every name on every list as it stands, searchable by name, with what was taken off.

A look-up and a story both ask it. It is kept in memory and follows the store: `refresh()` loads only what changed. Of
the past it holds the names alone, by which the changes themselves are found in the store.
"""

from __future__ import annotations

import asyncio
import gc
import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from operator import attrgetter

from bot.matching.compare import compare
from bot.matching.glance import MANY as MANY_NAMES
from bot.matching.glance import Glance
from bot.matching.index import NameIndex
from bot.matching.whom import recognise
from bot.model import ChangeKind, Company, Found, ListChange, Listing, Match, NameKind, Verdict
from bot.ports import Store

#: How many entries are looked at for a name that only sound or meaning can find.
MANY = 50
#: The same for names that share a word, when ten thousand are asked for at once.
MANY_QUICKLY = 10
#: How many entries with a similar name a look-up shows.
MANY_ALIKE = 10
#: So many are filed by sound before somebody looks at the clock: a tenth of a second.
FILED_AT_ONCE = 1_000
#: From so many entries on, the collector of garbage is told that they stay.
MANY_LISTINGS = 5_000
#: How many changes of a company's entries are looked at for when they were taken off.
MANY_CHANGES = 5_000
#: For how many companies what was found is remembered; people type other names too.
REMEMBERED = 2_000
#: For how long a change is at hand to be held against what else is told of its company.
RECENT = timedelta(days=60)
#: Of so many changes at most, the newest.
MANY_RECENT = 100_000


#: Hears how many of how many names were looked up, by "words" or by "sound". Called beside the event loop.
Count = Callable[[str, int, int], None]


def unheard(how: str, done: int, count: int) -> None:
    """Nobody wants to know."""


_TEXT, _KIND, _NUMBER = attrgetter("text"), attrgetter("kind"), attrgetter("kind", "value")


class Recogniser:
    """Whether an entry is a company: asked once for each way an entry was named, and remembered."""

    def __init__(self, company: Company, near: Recogniser | None = None) -> None:
        self._company = company
        self._strict = near  #: where it is set, an entry that this one takes for nobody may have nearly the same name
        self._seen: dict[object, Match] = {}

    def __call__(self, listing: Listing) -> Match:
        # By what it was called, in plain texts: hashing the nouns themselves is most of the time of a large company.
        aliases = listing.aliases
        numbers = map(_NUMBER, listing.identifiers) if listing.identifiers else ()
        named = (listing.name, id(listing.kind), *map(_TEXT, aliases), *map(id, map(_KIND, aliases)), *numbers)
        found = self._seen.get(named)
        if found is None:
            found = self._seen[named] = self._match(listing)
        return found

    def _match(self, listing: Listing) -> Match:
        match = self._strict(listing) if self._strict else recognise(self._company, listing)
        if match.verdict is not Verdict.NO or self._strict is None:
            return match
        # Somebody the book does not know may be typed with a slip: a name nearly like it counts, as in a look-up.
        near = max((compare(self._company.name, name) for name in listing.names()), key=lambda one: one.score)
        return near if near.verdict is Verdict.SAME else match


class Roll:
    """The official record as we last read it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.read: Mapping[str, datetime] = {}  #: list -> when it was last read whole
        self.begun: Mapping[str, datetime | None] = {}  #: list -> when it was first read whole, where that is known
        self._version = -1
        self._glance = Glance()
        self._index = NameIndex()  # filled when a name is asked for that needs it, and then kept up
        self._unfiled: dict[str, None] | None = None  # whom it does not hold yet; None before it was first needed
        self._filing = threading.Lock()  #: held while it is filled, changed or searched
        self._listings: dict[str, Listing] = {}
        self._hashes: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
        self._former: dict[str, Listing] = {}
        self._former_glance = Glance()
        self._former_last = 0
        self._recent: dict[str, ListChange] = {}
        self._recent_glance = Glance()
        self._changes_since: datetime | None = None
        self._found: dict[Company, tuple[Found, ...]] = {}
        self._off: dict[Company, tuple[ListChange, ...]] = {}
        self._entries: dict[tuple[Company, str], frozenset[tuple[str, str]]] = {}
        self._recognisers: dict[tuple[Company, bool], Recogniser] = {}
        self._frozen = 0  #: so many entries were there when the collector of garbage was last told to leave them alone
        self._asked = asyncio.Lock()  #: held while a thread reads it, and while it changes

    async def refresh(self) -> None:
        """Follow the store; cheap when nothing changed."""
        await self._look()
        version = await self.store.listings_version()
        if version == self._version:
            return
        async with self._asked:
            await self._look()  # again: a list that was first read just now is counted in the version
            for source in self.read:
                await self._follow(source)
            await self._follow_names_lost()
            await self._follow_recent()
            await asyncio.to_thread(self._glance.order)
            if len(self._listings) > 2 * self._frozen + MANY_LISTINGS:
                await asyncio.to_thread(_leave_alone)
                self._frozen = len(self._listings)
            self._found, self._off, self._entries = {}, {}, {}
            self._version = version

    async def _look(self) -> None:
        """Which lists were read, and when."""
        memories = await self.store.memories()
        self.read = {id: memory.read_at for id, memory in memories.items() if memory.read_at and not memory.stream}
        self.begun = {id: memories[id].begun for id in self.read}

    async def _follow(self, source: str) -> None:
        now = {key: mark.content for key, mark in (await self.store.marks(source)).items()}
        before = self._hashes[source]
        gone = before.keys() - now.keys()
        fresh = [key for key, content in now.items() if before.get(key) != content]
        whole = len(fresh) == len(now)
        listings = await self.store.listings(source, None if whole else fresh)

        def file() -> None:
            for key in gone:
                self._listings.pop(_owner(source, key), None)
                self._glance.remove(_owner(source, key))
            for key, listing in listings.items():
                self._listings[_owner(source, key)] = listing
                self._glance.add(_owner(source, key), listing)
            self._unfile([_owner(source, key) for key in (*gone, *listings)])

        await asyncio.to_thread(file)
        self._hashes[source] = now

    async def _follow_names_lost(self) -> None:
        fresh = await self.store.former(self._former_last)

        def file() -> None:
            for one in fresh:
                owner = _owner(str(one.number), one.listing.key)
                self._former[owner] = one.listing
                self._former_glance.add(owner, one.listing)
                self._former_last = one.number

        await asyncio.to_thread(file)

    async def _follow_recent(self) -> None:
        since = self._changes_since
        if since is None and (newest := await self.store.changes(limit=1)):
            since = newest[0].seen - RECENT
        for change in await self.store.changes(since=since, limit=MANY_RECENT):
            self._changes_since = max(change.seen, self._changes_since or change.seen)
            owner = _owner(change.source, f"{change.key}\x1f{change.seen.isoformat()}")
            self._recent[owner] = change
            self._recent_glance.add(owner, change.listing)
        self._forget_old()

    def _forget_old(self) -> None:
        if self._changes_since is None:
            return
        for owner in [owner for owner, one in self._recent.items() if one.seen < self._changes_since - RECENT]:
            del self._recent[owner]
            self._recent_glance.remove(owner)

    def of(self, company: Company) -> tuple[Found, ...]:
        """Every entry that is, or is related to, a company: the surest first.

        Remembered until a list changes: a company in the news is asked for with every story.
        """
        found = self._found
        if company not in found:
            if len(found) >= REMEMBERED:
                found.clear()
            found[company] = self._of(company)
        return found[company]

    async def of_all(
        self, companies: Iterable[Company], *, within: float = math.inf, count: Count = unheard
    ) -> tuple[dict[Company, tuple[Found, ...]], frozenset[Company]]:
        """What `of` says of many, beside the event loop; and of whom only the words of their names were looked up.

        Sound and meaning cost a hundred times what words cost, and filling their index costs seconds once: after
        `within` seconds the rest goes without, and the index is filled further when it is wanted again.
        """

        def look() -> tuple[dict[Company, tuple[Found, ...]], frozenset[Company]]:
            names = list(companies)
            found: dict[Company, tuple[Found, ...]] = {}
            for at, company in enumerate(names):
                found[company] = self._of(company, sound=False)
                count("words", at + 1, len(names))
            left = [company for company in found if not found[company] and not company.from_book]
            left.sort(key=lambda company: company.name.isascii())  # another script is hardly found by its words
            end = time.monotonic() + within
            if not left or not self._fill(end):
                return found, frozenset(left)
            for at, company in enumerate(left):
                if time.monotonic() > end:
                    return found, frozenset(left[at:])
                found[company] = self._of(company)
                count("sound", at + 1, len(left))
            return found, frozenset()

        async with self._asked:
            found, by_words = await asyncio.to_thread(look)
            if not by_words and len(found) < REMEMBERED - len(self._found):
                self._found.update(found)
        return found, by_words

    def _of(self, company: Company, *, sound: bool = True) -> tuple[Found, ...]:
        owners = _candidates(self._glance, company, many=MANY_NAMES if sound else MANY_QUICKLY)
        if not owners and not company.from_book:
            owners = (
                [owner for owner, _ in self._sounding_like(company.name)]
                if sound
                else self._glance.almost(company.name)
            )
        elif sound:
            owners = _and_misspelt(owners, self._glance, company)
        match = self.recogniser(company)
        found = [Found(listing=self._listings[owner], match=match(self._listings[owner])) for owner in owners]
        names = {name.text: at for at, name in enumerate(company.all_names())}  # the company itself before its units
        return tuple(
            sorted(
                (one for one in found if one.match.verdict is not Verdict.NO),
                key=lambda one: (
                    one.match.verdict is not Verdict.SAME,
                    -one.match.score,
                    one.listing.source,
                    min(
                        [names[reason.ours] for reason in one.match.reasons if reason.ours in names], default=len(names)
                    ),
                    one.listing.key,
                ),
            )
        )

    def alike(self, typed: str) -> tuple[Found, ...]:
        """Entries of any kind with a name nearly like what was typed: for somebody the book does not know.

        Spelling finds them where both are in Latin letters; for another script the whole index is filled, once.
        """
        if typed.isascii():
            found = [(owner, self._best(typed, owner)) for owner in self._glance.near(typed, MANY_ALIKE)]
        else:
            found = self._sounding_like(typed)[:MANY_ALIKE]
        return tuple(
            Found(listing=self._listings[owner], match=match) for owner, match in found if match.verdict is Verdict.SAME
        )

    def _best(self, typed: str, owner: str) -> Match:
        return max((compare(typed, name) for name in self._listings[owner].names()), key=lambda match: match.score)

    def _sounding_like(self, typed: str) -> list[tuple[str, Match]]:
        self._fill()
        with self._filing:
            return [(hit.owner, hit.match) for hit in self._index.search(typed, limit=MANY)]

    def _fill(self, until: float = math.inf) -> bool:
        """File in the index of sounds who is not there yet; False where that is not done by then. Asked again, it

        goes on. The first time takes seconds; later only those are filed whose entries changed.
        """
        while True:
            with self._filing:
                if self._unfiled is None:
                    self._unfiled = dict.fromkeys(self._listings)
                some = list(islice(self._unfiled, FILED_AT_ONCE))
                if not some:
                    return True
                self._index.fill([(owner, self._listings[owner].names()) for owner in some if owner in self._listings])
                for owner in some:
                    del self._unfiled[owner]
            if time.monotonic() > until:
                return False

    def _unfile(self, owners: Iterable[str]) -> None:
        """Take these out of the index of sounds, if it was begun: they have gone, or are to be filed anew."""
        if self._unfiled is None:
            return
        for owner in owners:
            with self._filing:
                self._index.remove(owner)
                self._unfiled[owner] = None

    async def taken_off(self, company: Company) -> tuple[ListChange, ...]:
        """Of each entry that was the company itself and that we saw taken off, the last time; newest first.

        Remembered until a list changes.
        """
        off = self._off
        if company not in off:
            if len(off) >= REMEMBERED:
                off.clear()
            off[company] = await self._taken_off(company)
        return off[company]

    async def _taken_off(self, company: Company) -> tuple[ListChange, ...]:
        match = self.recogniser(company)
        were = {(one.source, one.key) for one in self._were(company) if match(one).verdict is Verdict.SAME}
        newest: dict[tuple[str, str], ListChange] = {}
        for change in await self.store.changes_of(were, limit=MANY_CHANGES) if were else ():
            if change.kind is ChangeKind.REMOVED and match(change.listing).verdict is Verdict.SAME:
                newest.setdefault((change.source, change.key), change)
        return tuple(newest.values())

    def entries(self, company: Company, typed: str = "") -> frozenset[tuple[str, str]]:
        """Source and key of every entry that is, was, or may have been a company or a unit of it.

        `typed` is the name of somebody the book does not know: then entries with nearly that name count too.
        Remembered until a list changes.
        """
        known, asked = self._entries, (company, typed)  # a refresh meanwhile begins anew and leaves these alone
        found = known.get(asked)
        if found is None:
            today = [*self.of(company), *(self.alike(typed) if typed and not company.from_book else ())]
            listings = (*(one.listing for one in today), *self._were(company))
            found = frozenset((one.source, one.key) for one in listings)
            if len(known) >= REMEMBERED:
                known.clear()
            known[asked] = found
        return found

    def listing(self, source: str, key: str) -> Listing | None:
        """An entry as it stands, or None when it is on the list no more."""
        return self._listings.get(_owner(source, key))

    def _were(self, company: Company) -> list[Listing]:
        """Entries that under a name or number they lost were, or may have been, a company or a unit of it."""
        match = self.recogniser(company)
        owners = _and_misspelt(_candidates(self._former_glance, company), self._former_glance, company)
        return [one for one in map(self._former.__getitem__, owners) if match(one).verdict is not Verdict.NO]

    def recogniser(self, company: Company, *, near: bool = False) -> Recogniser:
        """Whether an entry, of today or of then, is a company; `near` if a name nearly like it counts too."""
        asked = (company, near and not company.from_book)
        found = self._recognisers.get(asked)
        if found is None:
            found = Recogniser(company, self.recogniser(company) if asked[1] else None)
            if len(self._recognisers) >= REMEMBERED:
                self._recognisers.clear()
            self._recognisers[asked] = found
        return found

    def recent(self, company: Company) -> tuple[ListChange, ...]:
        """The changes of the last weeks whose entries are, or are related to, a company, newest first."""
        owners = _and_misspelt(_candidates(self._recent_glance, company), self._recent_glance, company)
        changes = [self._recent[owner] for owner in owners]
        match = self.recogniser(company)
        ours = [one for one in changes if match(one.listing).verdict is not Verdict.NO]
        return tuple(sorted(ours, key=lambda one: one.seen, reverse=True))

    def spelled_like(self, typed: str, limit: int = 3) -> list[str]:
        """Names on the roll that differ from what was typed by a slip of the pen."""
        return self._glance.spelled_like(typed, limit)

    def complete(self, typed: str, limit: int = 25) -> list[str]:
        """Names on the roll that begin like what was typed."""
        return self._glance.begins(typed, limit)


def _candidates(glance: Glance, company: Company, *, many: int = MANY_NAMES) -> list[str]:
    names = [name for name in company.all_names() if name.kind is not NameKind.BRAND]
    return sorted(glance.owners(company, names, many=many))


def _and_misspelt(owners: Iterable[str], glance: Glance, company: Company) -> list[str]:
    """These, and entries that may have a name of the company in another spelling."""
    names = (name for name in company.all_names() if name.kind is not NameKind.BRAND)
    return sorted(set(owners).union(*(glance.misspelt(name.text) for name in names)))


def _leave_alone() -> None:
    """Spare the collector of garbage what is here to stay: looking it through stops everybody for half a second."""
    gc.collect()
    gc.freeze()


def _owner(source: str, key: str) -> str:
    return f"{source}\x1f{key}"
