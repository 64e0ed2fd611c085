"""/lookup: what every list says today of a name, with the reason of each match and how fresh each list is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bot.cards import Reader, lookup_card
from bot.commands import Argument, Office, command
from bot.explain import effects
from bot.model import Company, Effect, Found, ListChange, Match, Reply, Request, Verdict


@command("lookup", Argument(name="name", about="a company, in any spelling or script: Xiaomi, 小米, Сяоми"))
async def lookup(office: Office, request: Request) -> Reply:
    """What every list says today of a name, why we think it is the same company, and how fresh that is."""
    typed = " ".join(request.one("name").split())
    await office.roll.refresh()
    company = office.book.find(typed)
    found = office.roll.of(company)
    if not company.from_book:
        known = {(one.listing.source, one.listing.key) for one in found}
        alike = office.roll.alike(typed)
        found += tuple(one for one in alike if (one.listing.source, one.listing.key) not in known)
    stories = await office.store.stories_of(company.id, limit=5)
    reader = office.reader(request)
    today = {one.listing.source for one in found if one.match.verdict is Verdict.SAME}
    past = [one for one in await office.roll.taken_off(company) if one.source not in today]
    effects_by_list = meanings(found, reader)
    card = lookup_card(typed, company, found, office.roll.read, stories, effects_by_list, reader, past=past)
    return Reply(cards=(card,), data=as_data(typed, company, found, past, office))


def meanings(found: Sequence[Found], reader: Reader) -> dict[str, tuple[Effect, ...]]:
    """For each list, what its programmes mean today."""
    programmes: defaultdict[str, list[str]] = defaultdict(list)
    for one in found:
        programmes[one.listing.source] += one.listing.programmes
    return {
        source: effects(source, list(dict.fromkeys(codes)), on=reader.now.date(), language=reader.language)
        for source, codes in programmes.items()
    }


def as_data(
    typed: str, company: Company, found: Sequence[Found], past: Sequence[ListChange], office: Office
) -> dict[str, object]:
    """The same answer for `--json`; docs/json.md is its manual."""
    return {
        "query": typed,
        "company": {"id": company.id, "name": company.name, "from_book": company.from_book},
        "matches": [
            {
                "source": one.listing.source,
                "key": one.listing.key,
                "name": one.listing.name,
                "programmes": list(one.listing.programmes),
                "listed_on": one.listing.listed_on.isoformat() if one.listing.listed_on else None,
                "url": one.listing.url,
                **match_data(one.match),
            }
            for one in found
        ],
        "past": [
            {
                "source": one.source,
                "key": one.key,
                "name": one.listing.name,
                "listed_on": one.listing.listed_on.isoformat() if one.listing.listed_on else None,
                "seen_off": one.seen.isoformat(),
            }
            for one in past
        ],
        "read": [{"source": source, "at": at.isoformat()} for source, at in sorted(office.roll.read.items())],
    }


def match_data(match: Match) -> dict[str, object]:
    """A match as plain data: verdict, score, band and the steps that led there."""
    return {
        "verdict": str(match.verdict),
        "score": round(match.score, 4),
        "band": match.band,
        "reasons": [
            {"rule": one.rule, "score": round(one.score, 4), "ours": one.ours, "theirs": one.theirs}
            for one in match.reasons
        ],
    }
