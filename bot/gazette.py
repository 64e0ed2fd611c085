"""The whole text of an official notice, and what of it is worth keeping. Pure.

What a gazette answers when asked for its newest documents is a title and a summary; a rule that puts forty companies
on a list names them in its text alone, over a hundred pages. Of such a text the opening is kept, which says what it is
about, and the paragraphs that name a company of the book or one that somebody watches.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import Listing, Mention, Story

#: Whole texts asked for in one poll; more wait for the next one.
MANY = 40
#: A notice whose text cannot be read comes again with the next poll until it is this old, and is then told without it.
PATIENCE = timedelta(hours=6)
#: Characters of the opening that are kept.
OPENING = 20_000
#: Characters that are searched for names at a time.
PIECE = 8_000
#: Paragraphs kept of each company.
EACH = 3

#: Under this id, which is no company's, the notices that take somebody off a list are found again.
REMOVALS = "removals"
#: A name of so few characters is no sign that a notice means an entry.
SHORT = 5

Find = Callable[[Story], Sequence[Mention]]


def with_text(story: Story, text: str, find: Find) -> Story:
    """The notice with its summary, the opening of its text, and the paragraphs further on that name somebody."""
    paragraphs = [part for one in text.split("\n\n") if (part := " ".join(one.split()))]
    opening: list[str] = []
    for part in paragraphs:
        if sum(map(len, opening)) + len(part) > OPENING:
            break
        opening.append(part)
    later = list(_naming(story, paragraphs[len(opening) :], find))
    return replace(story, text="\n\n".join(filter(None, (story.text, *opening, *later))))


def _naming(story: Story, paragraphs: Sequence[str], find: Find) -> Iterator[str]:
    """The paragraphs that name somebody, the first few of each company."""
    told: Counter[str] = Counter()
    for piece in _pieces(paragraphs):
        starts = [0]
        for part in piece:
            starts.append(starts[-1] + len(part) + 2)
        named: dict[int, set[str]] = {}
        for mention in find(replace(story, title="", text="\n\n".join(piece))):
            named.setdefault(bisect_right(starts, mention.start) - 1, set()).add(mention.company)
        for at in sorted(named):
            if any(told[company] < EACH for company in named[at]):
                told.update(named[at])
                yield piece[at]


def _pieces(paragraphs: Sequence[str]) -> Iterator[list[str]]:
    piece: list[str] = []
    for part in (one[at : at + PIECE] for one in paragraphs for at in range(0, len(one), PIECE)):
        if piece and sum(map(len, piece)) + len(part) > PIECE:
            yield piece
            piece = []
        piece.append(part)
    if piece:
        yield piece


def waits(story: Story, now: datetime) -> bool:
    """Whether a notice whose text could not be read is young enough to come again with the next poll."""
    return story.published is None or now - story.published < PATIENCE


def without(story: Story, trouble: str, *, by_hand: bool, mirrored: bool) -> str:
    """What to do about a text that could not be read, and why it could not.

    `by_hand`: somebody polled a file, which has the texts beside it. `mirrored`: so has the mirror that was asked.
    """
    name, why = story.whole.rpartition("/")[2], trouble.partition(";")[0]
    if by_hand:
        return f"{story.id}: save its text beside this file as {name}, and poll it again ({why})"
    if mirrored:
        return f"{story.id}: put its text on the mirror, at {story.whole} ({why})"
    return f"{story.id}: its text is not read ({trouble})"


def may_remove(story: Story) -> bool:
    """Whether a notice has a word of taking off at all: a look before it is read for what it says."""
    return bool(_OFF.search(story.title) or _OFF.search(story.text))


_OFF = re.compile(r"\b(?:remov|delet|delist|rescind|rescission|revok|revocation)", re.IGNORECASE)


def words(text: str) -> str:
    """A text as its words alone, with a blank on either side."""
    found = " ".join(_WORD.findall(text.casefold()))
    return f" {found} "


_WORD = re.compile(r"[^\W_]+")


def named_in(listing: Listing, told: str) -> bool:
    """Whether the words of a notice have one of an entry's names, whole."""
    return any(len(name.text) > SHORT and words(name.text) in told for name in listing.names())
