"""By what a story is recognised again.

A feed's items are known by the first kind of id that every item has and no two share: guid, link, title and day,
title. That kind is kept for the feed while most items still have it, because a kind that changes with each reading
would make every item new. All other ids of an item are its `keys`: a hit on one of them says that a "new" story is
an old one whose guid moved, whose link became https, or whose date was rewritten.

What surprises: only ids that are unique in their document are keys at all. A link that every item shares (the home
page, a page of anchors) or a guid used twice would make unlike stories one, and a swallowed story is worse than a
repeated one. For the same reason a guid that is only a number counts within its source alone, and a title only
within its publisher.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from adapters.news.links import address, sameness
from bot.model import fingerprint

KINDS = ("guid", "link", "title+day", "title")
# Searches of Google News give the same story another guid and another link each time.
KINDS_OF_SEARCHES = ("title+day", "title", "guid", "link")

_LONGEST = 200  # characters of a key; longer ones are kept as a fingerprint
_WORD = re.compile(r"\w+")


#: What identifies one item: kind of id to key. A kind that the item lacks is empty.
Traits = Mapping[str, str]


def traits(
    *, source: str, guid: str, link: str, title: str, publisher: str, published: datetime | None, home: str = ""
) -> Traits:
    """An item's ids. `link` is its working address, `published` aware or None.

    An address that leads to the site itself (`home`, as `sameness` gives it) identifies no item.
    """
    folded = fold(title)
    told = f"{_folded_publisher(publisher)}/{folded}" if folded else ""
    guid, link = _guid(guid, source), sameness(link) if link else ""
    return {
        "guid": _short("guid", guid) if guid != home else "",
        "link": _short("link", link) if link != home else "",
        "title+day": _short("title", f"{told}|{published.date().isoformat()}") if told and published else "",
        "title": _short("title", f"{told}|") if told else "",
    }


def choose(all_traits: Iterable[Traits], *, kept: str = "", searches: bool = False) -> str:
    """The kind of id that holds for a whole document; `kept` is the one that held so far."""
    every = list(all_traits)
    kinds = KINDS_OF_SEARCHES if searches else KINDS
    if not every:
        return kept
    unique = {kind: len(_unique(one[kind] for one in every)) for kind in kinds}
    if kept in unique and unique[kept] * 2 >= len(every):
        return kept
    return next((kind for kind in kinds if unique[kind] == len(every)), max(kinds, key=lambda kind: unique[kind]))


def keys(all_traits: list[Traits], kind: str, *, searches: bool = False) -> list[tuple[str, ...]]:
    """For each item the keys it may be recognised by, the one that is its id first. Never an empty one.

    An item that lacks the chosen kind goes by the next it has. The bare title counts only where nothing better is
    there: "Market wrap" comes every day.
    """
    kinds = KINDS_OF_SEARCHES if searches else KINDS
    order = [kind, *(other for other in kinds if other != kind)] if kind else list(kinds)
    unique = {name: _unique(one[name] for one in all_traits) for name in kinds}
    found = []
    for one in all_traits:
        own = [one[name] for name in order if name != "title" and one[name] in unique[name]]
        if one["title"] in unique["title"] and (kind == "title" or not own):
            own.append(one["title"])
        if kind == "title" and one["title"] in own:
            own = [one["title"], *(key for key in own if key != one["title"])]
        found.append(tuple(own))
    return found


def fold(text: str) -> str:
    """A headline's words without case, accents of width or punctuation, so that typography does not count."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


@lru_cache(maxsize=256)
def _folded_publisher(publisher: str) -> str:
    return fold(publisher)


def _unique(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value for value, times in Counter(values).items() if value and times == 1)


def _guid(guid: str, source: str) -> str:
    """A guid that is an address may move from http to https or gain tracking; any other is good in its source only,

    unless it is of a kind that is unique in the world (tag:, urn:).
    """
    guid = " ".join(guid.split())
    if not guid or guid.startswith(("tag:", "urn:")):
        return guid
    url = address(guid, fragment=True)
    return sameness(url) if url else f"{source}:{guid}"


def _short(kind: str, value: str) -> str:
    if not value:
        return ""
    return f"{kind}:{value}" if len(value) <= _LONGEST else f"{kind}:{fingerprint(value)}"
