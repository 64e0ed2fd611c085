"""Everybody's watches in memory, following the store: who else watches a company, and what a place may be offered.

Completion has to answer between two keystrokes and cannot ask the store; `refresh` is cheap while nothing changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.book import CompanyBook
from bot.model import Company, Place, Subscription
from bot.ports import Store
from bot.watched import EVERYTHING, TAG


class Watches:
    """What every place watches."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._version = -1
        self._by_place: dict[Place, tuple[Subscription, ...]] = {}
        self._places: dict[str, list[Place]] = {}

    async def refresh(self) -> None:
        """Follow the store."""
        version = await self._store.subscriptions_version()
        if version == self._version:
            return
        found: defaultdict[Place, list[Subscription]] = defaultdict(list)
        for subscription in await self._store.subscriptions():
            found[subscription.place].append(subscription)
        self._by_place = {place: tuple(all) for place, all in found.items()}
        places: defaultdict[str, list[Place]] = defaultdict(list)
        for place in self._by_place:
            if team := workspace(place):
                places[team].append(place)
        self._places = dict(places)
        self._version = version

    def at(self, place: Place) -> Sequence[Subscription]:
        """What a place watches, in the order in which it was asked for."""
        return self._by_place.get(place, ())

    def elsewhere(self, place: Place, company: Company, book: CompanyBook) -> Iterator[Subscription]:
        """One watch of the company for each other place of the same workspace that people share.

        Nothing of another workspace, and nothing of what a person watches alone.
        """
        for other in self._places.get(workspace(place), ()):
            if other == place or is_alone(other):
                continue
            asked = (one for one in self._by_place[other] if one.home != other and asks_for(one, company, book))
            if one := next(asked, None):
                yield one


def asks_for(subscription: Subscription, company: Company, book: CompanyBook) -> bool:
    """Whether a watch covers a company: by its name, by one of its tags, or because it covers the whole book."""
    target = subscription.target
    if target == EVERYTHING:
        return company.from_book
    if target.startswith(TAG):
        return target.removeprefix(TAG).casefold() in company.tags
    return book.find(target).id == company.id


def workspace(place: Place) -> str:
    """The workspace or server a place belongs to: `slack:T0`, `discord:123`; nothing for one that is on its own."""
    team, slash, _ = place.address.partition("/")
    return f"{place.platform}:{team}" if slash and team and not team.startswith("@") else ""


def is_alone(place: Place) -> bool:
    """Whether a place is one person's: `discord:@me/7`, or a Slack conversation or person (ids in D, U or W)."""
    team, _, channel = place.address.partition("/")
    return team.startswith("@") or (place.platform == "slack" and channel[:1] in {"D", "U", "W"})
