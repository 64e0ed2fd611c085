"""Whom anybody watches, as indexes: from a listing or a text to the companies and the subscriptions that ask for them.

Pure, but that a long screening is shared with a second process. `update()` takes the subscriptions as they are now and
changes only what differs, so that a company added while running is found in the next document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext

from bot.abreast import abreast
from bot.book import CompanyBook
from bot.matching.index import NameIndex, filling, unswept
from bot.matching.mentions import MentionFinder
from bot.matching.scripts import main_script
from bot.matching.whom import BODIES, recognise
from bot.model import Company, ListChange, Listing, Match, Mention, NameKind, Story, Subscription, Verdict

EVERYTHING = "*"
#: So many subscriptions at once are a watcher's first; otherwise they come one by one, or a list of them.
MANY = 10_000
TAG = "tag:"


class Watched:
    """The companies of all subscriptions. Those of the book are always found in texts, to be asked for later."""

    def __init__(self, book: CompanyBook) -> None:
        self.book = book
        self._subscriptions: dict[str, Subscription] = {}
        self._asked: dict[str, set[str]] = {}  # company id -> ids of subscriptions
        self._companies: dict[str, Company] = {}
        self._index = NameIndex()
        self._numbers: defaultdict[str, set[str]] = defaultdict(set)
        self._finder = MentionFinder(book.companies())
        self._in_book = {company.id for company in book.companies()}

    def update(self, subscriptions: Iterable[Subscription]) -> None:
        """Take over what is subscribed now."""
        now = {one.id: one for one in subscriptions}
        for id in set(self._subscriptions) - set(now):
            self._forget(id)
        new = [id for id in now if id not in self._subscriptions]
        with filling() if len(new) > MANY else nullcontext():
            for id in new:
                self._learn(now[id])
        self._subscriptions = now

    def targets(self, subscription: Subscription) -> Sequence[Company]:
        """The companies a subscription asks for: one, those of a tag, or all of the book."""
        if subscription.target == EVERYTHING:
            return self.book.companies()
        if subscription.target.startswith(TAG):
            return self.book.tagged(subscription.target.removeprefix(TAG))
        return (self.book.find(subscription.target),)

    def _learn(self, subscription: Subscription) -> None:
        for company in self.targets(subscription):
            asked = self._asked.setdefault(company.id, set())
            if not asked:
                self._companies[company.id] = company
                names = [name for name in company.all_names() if name.kind is not NameKind.BRAND]
                self._index.add(company.id, names, known=company.from_book)
                for number in company.identifiers:
                    self._numbers[number.value.casefold()].add(company.id)
                if company.id not in self._in_book:
                    self._finder.add(company)
            asked.add(subscription.id)

    def _forget(self, id: str) -> None:
        for company in self.targets(self._subscriptions.pop(id)):
            asked = self._asked[company.id]
            asked.discard(id)
            if not asked:
                del self._asked[company.id], self._companies[company.id]
                self._index.remove(company.id)
                for number in company.identifiers:
                    self._numbers[number.value.casefold()].discard(company.id)
                if company.id not in self._in_book:
                    self._finder.remove(company.id)

    def companies(self) -> Sequence[Company]:
        return tuple(self._companies.values())

    def company(self, id: str) -> Company | None:
        return self._companies.get(id) or self.book.get(id)

    def subscriptions(self, company: str) -> Sequence[Subscription]:
        """Those that ask for a company, oldest first."""
        asked = (self._subscriptions[id] for id in self._asked.get(company, ()))
        return sorted(asked, key=lambda one: (one.made_at, one.id))

    def matches(self, change: ListChange) -> Iterator[tuple[ListChange, Company, Match]]:
        """The watched companies a change is about, on whichever side of it they stand."""
        best: dict[str, Match] = {}
        for listing in filter(None, (change.after, change.before)):
            for company, match in self.match(listing):
                if company.id not in best or match.score > best[company.id].score:
                    best[company.id] = match
        for id, match in best.items():
            yield change, self._companies[id], match

    def matches_of_all(self, changes: Sequence[ListChange]) -> list[tuple[ListChange, Company, Match]]:
        """The same of many changes, in their order: of thousands a second process looks at some.

        Names that are alike are looked at one after the other: what is remembered of a word is needed again soon, and
        mostly by one of the two.
        """
        order = sorted(range(len(changes)), key=lambda at: _script_and_name(changes[at].listing))
        with unswept():
            found = abreast(lambda at: [(one.id, match) for _, one, match in self.matches(changes[at])], order)
        matches = dict(zip(order, found, strict=True))
        known = self._companies  # but for those that were taken off meanwhile
        return [
            (change, known[id], match) for at, change in enumerate(changes) for id, match in matches[at] if id in known
        ]

    def match(self, listing: Listing) -> Iterator[tuple[Company, Match]]:
        """The watched companies an entry is, or is related to."""
        names = [name.text for name in listing.names()]
        if listing.kind in BODIES:
            near = self._index.owners(*names)
        else:
            near = {owner: {name} for name in names for owner in self._index.bearers(name)}  # any of them will do
        numbered = {id for one in listing.identifiers for id in self._numbers.get(one.value.casefold(), ())}
        for id in sorted(near.keys() | numbered):
            match = recognise(self._companies[id], listing, among=near.get(id, ()))
            if match.verdict is not Verdict.NO:
                yield self._companies[id], match

    def mentions(self, story: Story) -> tuple[Mention, ...]:
        """Every watched company, and every company of the book, that a story names."""
        return self._finder.find(story.title, story.text, story.language)


def _script_and_name(listing: Listing) -> tuple[str, str]:
    return main_script(listing.name), listing.name
