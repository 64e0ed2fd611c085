"""/read: what a text says, whoever wrote it: a message in a channel, a pasted article, a headline.

Chats put it behind "look up names in this message". It answers what an alert would say of the text, for the one person
who asked. Nothing of the text is kept.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from bot.cards import account_card
from bot.commands import Argument, Office, command
from bot.corroborate import borne_out, corroborate
from bot.messages import listing_effects
from bot.model import (
    Account,
    Analysis,
    Evidence,
    Mention,
    Named,
    Place,
    Reply,
    Request,
    Role,
    SourceCard,
    SourceKind,
    Story,
)
from bot.registers import list_of
from bot.stories import analyse
from bot.stories.sentences import sentences
from bot.watched import Watched

#: Slack's longest message has 40,000 characters (https://docs.slack.dev/changelog/2018-truncating-really-long-messages,
#: read 2026-11); Discord's 4,000.
LONGEST_TEXT = 40_000
_ADDRESS = re.compile(r"https?://[^\s<>|]{3,2000}", re.IGNORECASE)
#: A first line longer than this is no title.
LONGEST_TITLE = 200


@command(
    "read",
    Argument(name="text", about="a message, a headline or an article, pasted; or its address", longest=LONGEST_TEXT),
)
async def read(office: Office, request: Request) -> Reply:
    """What a text says: whom it names, whether it is about a listing, which one, why, and what the record says."""
    story = await story_behind(office, request.one("text"))
    account = await account_of(office, story, place=request.place, language=request.language)
    return Reply(cards=(account_card(account, office.reader(request)),), data=account_data(account))


async def story_behind(office: Office, text: str) -> Story:
    """The story itself, or when the text is nothing but an address, the one that stands there.

    Raises TellPerson when there is none.
    """
    url = text.strip().strip("<>")
    if office.pages is None or not _ADDRESS.fullmatch(url):
        return story_of(text)
    story = await office.pages.article(url)
    return replace(story, tier=_tier(story.url, office.sources().values()))


def _tier(url: str, cards: Iterable[SourceCard]) -> int:
    """How much the outlet's word weighs, where one of its feeds is known."""
    site = _site(url)
    return min((card.tier for card in cards if site and site in (_site(card.url), _site(card.page))), default=3)


def _site(url: str) -> str:
    """The part of a host by which outlets are known: feeds.bbci.co.uk is not www.bbc.co.uk, but lemonde.fr is one."""
    return (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("rss.").removeprefix("feeds.")


def story_of(text: str) -> Story:
    """A text somebody put before us. Its first line is the title, unless that is a paragraph.

    A message of several sentences in one line has none: the first of them begins it.
    """
    title, _, rest = text.strip().partition("\n")
    if len(title) > LONGEST_TITLE or (not rest and len(sentences("", title, "")) > 1):
        title, rest = "", text
    return Story(source="text", id="text", url="", title=title.strip(), text=rest.strip())


async def account_of(office: Office, story: Story, *, place: Place | None, language: str) -> Account:
    """Everything we can say of a text. `place` is who asks: whom others watch is not told, beyond the company book.

    None is whoever runs Tocsin: then it is about everybody that any place watches, or with nobody watched about all
    of the book.
    """
    watched = await office.watched()
    await office.roll.refresh()
    now = office.clock.now()

    def look() -> Analysis:
        mentions = tuple(one for one in watched.mentions(story) if _to_tell(watched, one.company, place))
        return analyse(story, mentions)

    analysis = await asyncio.to_thread(look)
    named = [one async for one in _named(office, watched, story, analysis, place)]
    about = [one for each in named if each.mention.role is Role.SUBJECT for one in each.evidence]
    listings = borne_out(about, analysis)
    day = (story.published or now).date()
    if not story.published and not any(one.confirms for one in about):  # who is listed today is under today's law
        day = next((one.listed_on for one in listings if one.listed_on), day)
    meant = listing_effects(listings, analysis.source, on=day, language=language)
    effects = meant if analysis.listing_story else ()
    return Account(story=story, analysis=analysis, named=tuple(named), effects=effects, day=day)


def _to_tell(watched: Watched, company: str, place: Place | None) -> bool:
    if place is None:
        return not watched.companies() or bool(watched.subscriptions(company))
    return watched.book.get(company) is not None or _watches(watched, company, place)


def _watches(watched: Watched, company: str, place: Place | None) -> bool:
    return any(place in (None, one.place) for one in watched.subscriptions(company))


async def _named(
    office: Office, watched: Watched, story: Story, analysis: Analysis, place: Place | None
) -> AsyncIterator[Named]:
    """Each company once, those it is about first."""
    first = {one.company: one for one in reversed(analysis.mentions)}
    for id, mention in sorted(first.items(), key=lambda one: (one[1].role is not Role.SUBJECT, *_where(one[1]))):
        company = watched.company(id)
        if company is None:
            continue
        asked = analysis if mention.role is Role.SUBJECT and analysis.listing_story else Analysis()
        record = (office.roll.of(company), await office.roll.taken_off(company))
        yield Named(
            company=company,
            mention=mention,
            spellings=tuple(dict.fromkeys(one.surface for one in analysis.mentions if one.company == id)),
            watched=_watches(watched, id, place),
            evidence=corroborate(SourceKind.NEWS, story, asked, *record, office.roll.read),
        )


def _where(mention: Mention) -> tuple[bool, int]:
    return mention.where != "title", mention.start


# ── As data ───────────────────────────────────────────────────────────────────────────────────────────────────────


def account_data(account: Account) -> dict[str, object]:
    """The same for `--json`; docs/json.md is its manual."""
    analysis, story = account.analysis, account.story
    return {
        "title": story.title,
        "url": story.url or None,
        "publisher": story.publisher or None,
        "published": story.published.isoformat() if story.published else None,
        "mentions": [_mention_data(one) for one in sorted(account.named, key=lambda one: _where(one.mention))],
        "listing_story": analysis.listing_story,
        "list": analysis.source or None,
        "stage": analysis.stage or None,
        "reason": analysis.reason or None,
        "disputes": analysis.disputes or None,
        "origin": analysis.origin or None,
        "language": analysis.language,
        "meaning": [
            {"title": one.title, "does": one.does, "does_not": one.does_not, "citation": one.citation}
            for one in account.effects
        ],
    }


def _mention_data(named: Named) -> dict[str, object]:
    mention = named.mention
    return {
        "company": named.company.name,
        "surface": mention.surface,
        "surfaces": list(named.spellings),
        "role": str(mention.role),
        "where": mention.where,
        "start": mention.start,
        "reasons": [reason.rule for reason in mention.reasons],
        "watched": named.watched,
        "record": [_evidence_data(one) for one in named.evidence],
    }


def _evidence_data(one: Evidence) -> dict[str, object]:
    listed_on = one.listing.listed_on if one.listing else None
    return {
        "badge": str(one.badge),
        "on_the_day": str(one.then) if one.then else None,
        "list": (list_of(one.listing) if one.listing else one.source) or None,
        "name": one.listing.name if one.listing else None,
        "listed_on": listed_on.isoformat() if listed_on else None,
        "until": one.until.isoformat() if one.until else None,
        "read": one.at.isoformat() if one.at else None,
        "lists": one.lists,
    }
