"""The roll: every name on every list as it stands, searchable by name, with what was taken off.

A look-up and a story both ask it. It is kept in memory and follows the store: `refresh()` loads only what changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from bot.matching.index import NameIndex
from bot.matching.whom import recognise
from bot.model import POINTERS, ChangeKind, Company, Found, ListChange, Listing, Verdict
from bot.ports import Store

#: How many entries of one company are looked at: Huawei alone has more than a hundred on the Entity List.
MANY = 400
#: How many entries with a similar name a look-up shows.
MANY_ALIKE = 10
#: For how many companies what was found is remembered; people type other names too.
REMEMBERED = 2_000


class Roll:
    """The official record as we last read it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.read: Mapping[str, datetime] = {}  #: list -> when it was last read whole
        self._version = -1
        self._index = NameIndex()
        self._listings: dict[str, Listing] = {}
        self._hashes: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
        self._removed: dict[str, ListChange] = {}
        self._removed_index = NameIndex()
        self._changes_since: datetime | None = None
        self._found: dict[Company, tuple[Found, ...]] = {}

    async def refresh(self) -> None:
        """Follow the store; cheap when nothing changed."""
        memories = await self.store.memories()
        version = await self.store.listings_version()
        lists = {id: memory.read_at for id, memory in memories.items() if memory.read_at and not memory.stream}
        self.read = lists
        if version == self._version:
            return
        for source in lists:
            await self._follow(source)
        await self._follow_removals()
        self._found = {}
        self._version = version

    async def _follow(self, source: str) -> None:
        now = {key: mark.content for key, mark in (await self.store.marks(source)).items()}
        before = self._hashes[source]
        for key in before.keys() - now.keys():
            self._listings.pop(_owner(source, key), None)
            self._index.remove(_owner(source, key))
        fresh = [key for key, content in now.items() if before.get(key) != content]
        whole = len(fresh) == len(now)
        for key, listing in (await self.store.listings(source, None if whole else fresh)).items():
            owner = _owner(source, key)
            if owner in self._listings:
                self._index.remove(owner)
            self._listings[owner] = listing
            self._index.add(owner, listing.names())
        self._hashes[source] = now

    async def _follow_removals(self) -> None:
        for change in await self.store.changes(since=self._changes_since, limit=100_000):
            self._changes_since = max(change.seen, self._changes_since or change.seen)
            if change.kind is ChangeKind.REMOVED:
                owner = _owner(change.source, change.key)
                if owner in self._removed:
                    self._removed_index.remove(owner)
                self._removed[owner] = change
                self._removed_index.add(owner, change.listing.names())

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

    def _of(self, company: Company) -> tuple[Found, ...]:
        owners = self._candidates(self._index, company)
        found = [
            Found(listing=self._listings[owner], match=recognise(company, self._listings[owner])) for owner in owners
        ]
        return tuple(
            sorted(
                (one for one in found if one.match.verdict is not Verdict.NO),
                key=lambda one: (
                    one.match.verdict is not Verdict.SAME,
                    -one.match.score,
                    one.listing.source,
                    one.listing.key,
                ),
            )
        )

    def alike(self, typed: str) -> tuple[Found, ...]:
        """Entries of any kind with a name like what was typed: for somebody the book does not know."""
        hits = [hit for hit in self._index.search(typed, limit=MANY_ALIKE) if hit.match.verdict is Verdict.SAME]
        return tuple(Found(listing=self._listings[hit.owner], match=hit.match) for hit in hits)

    def taken_off(self, company: Company) -> tuple[ListChange, ...]:
        """Removals we saw of entries that were the company itself, newest first."""
        changes = [self._removed[owner] for owner in self._candidates(self._removed_index, company)]
        same = [one for one in changes if recognise(company, one.listing).verdict is Verdict.SAME]
        return tuple(sorted(same, key=lambda one: one.seen, reverse=True))

    def _candidates(self, index: NameIndex, company: Company) -> list[str]:
        names = [name for name in company.all_names() if name.kind not in POINTERS]
        return sorted({hit.owner for name in names for hit in index.search(name.text, limit=MANY)})

    def complete(self, typed: str, limit: int = 25) -> list[str]:
        """Names on the roll that begin like what was typed."""
        return self._index.suggest(typed, limit)


def _owner(source: str, key: str) -> str:
    return f"{source}\x1f{key}"
