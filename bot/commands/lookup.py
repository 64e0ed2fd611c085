"""/lookup: what every list says of a name, today or on an earlier day, with the reason of each match and how fresh

each list is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from bot.archive import Archive, Known, OnDay
from bot.cards import Reader, lookup_card
from bot.chronicle import history_rows, on_day_card
from bot.commands import Argument, Office, command
from bot.commands.history import lists_data
from bot.commands.whom import meant
from bot.errors import TellPerson
from bot.explain import effects_of
from bot.model import Company, Effect, Found, ListChange, Listing, Match, Reply, Request, Section, SourceKind, Verdict
from bot.registers import list_of


@command(
    "lookup",
    Argument(name="name", about="a company, in any spelling or script: Xiaomi, 小米, Сяоми"),
    Argument(name="as_of", about="a day, as 2021-03-01: what was true then", required=False, option=True),
)
async def lookup(office: Office, request: Request) -> Reply:
    """What every list says today of a name, why we think it is the same company, and how fresh that is."""
    typed = " ".join(request.one("name").split())
    if as_of := request.one("as_of").strip():
        return await on_day(office, request, typed, day_of(as_of, office.clock.now()))
    await office.roll.refresh()
    company = office.book.find(typed)
    found = office.roll.of(company)
    if not company.from_book:
        known = {(one.listing.source, one.listing.key) for one in found}
        alike = office.roll.alike(typed)
        found += tuple(one for one in alike if (one.listing.source, one.listing.key) not in known)
    stories = await office.store.stories_of(company.id, limit=5)
    reader = office.reader(request)
    today = {list_of(one.listing) for one in found if one.match.verdict is Verdict.SAME}
    past = [one for one in await office.roll.taken_off(company) if list_of(one.listing) not in today]
    effects_by_list = meanings((one.listing for one in found), reader.now.date(), reader)
    went = await Archive(office.store, office.roll).went(past, (one.listing for one in found))
    card = lookup_card(
        typed,
        company,
        found,
        office.roll.read,
        stories,
        effects_by_list,
        reader,
        past=past,
        went=went,
        unread=unread(office),
    )
    if not found and (close := meant(typed, company, office.book, office.roll)):
        names = ", ".join([reader.clean(one, 60) for one in close])
        slip = Section("", reader.say("watch.did_you_mean", names=names))
        card = replace(card, sections=(slip, *card.sections))
    return Reply(cards=(card,), data=as_data(typed, company, found, past, went, office))


def unread(office: Office) -> tuple[str, ...]:
    """The lists that are polled and were never read: an answer says nothing of them."""
    cards = office.sources().items()
    return tuple(sorted(id for id, card in cards if card.kind is SourceKind.LIST and id not in office.roll.read))


async def on_day(office: Office, request: Request, typed: str, day: date) -> Reply:
    """What was true on a day by the lists that are kept, never more than they let us know."""
    archive = Archive(office.store, office.roll)
    known = await archive.known(office.book.find(typed), typed)
    then = await archive.on(known, day)
    reader = office.reader(request)
    effects = meanings((one.listing for one in then.stood), day, reader)
    went = await archive.went(then.off, (one.listing for one in then.stood))
    card = on_day_card(typed, known.company, day, then.stood, then.off, then.since, known.spans, effects, reader, went)
    return Reply(cards=(card,), data=on_day_data(known, then, went))


def day_of(text: str, now: datetime) -> date:
    """The day somebody typed. Raises TellPerson where it is none, or still to come."""
    today = now.astimezone(UTC).date()
    example = "write it as year-month-day, for example as_of:2021-03-01"
    try:
        day = date.fromisoformat(text)
    except ValueError:
        message = f"{text[:40]!r} is no day; {example}."
        raise TellPerson(message, key="then.no_day", text=text[:40]) from None
    if day > today:
        message = f"{day} is still to come; the last day that can be asked is today, {today} (UTC)."
        raise TellPerson(message, key="then.to_come", day=day, today=today)
    return day


def meanings(listings: Iterable[Listing], day: date, reader: Reader) -> dict[str, tuple[Effect, ...]]:
    """For each list, what its programmes mean on a day."""
    entries: defaultdict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for listing in listings:
        entries[listing.source].append((listing.source, listing.programmes))
    return {source: effects_of(programmes, on=day, language=reader.language) for source, programmes in entries.items()}


def as_data(
    typed: str,
    company: Company,
    found: Sequence[Found],
    past: Sequence[ListChange],
    went: Mapping[ListChange, Listing],
    office: Office,
) -> dict[str, object]:
    """The same answer for `--json`; docs/json.md is its manual."""
    return {
        "query": typed,
        "company": {"id": company.id, "name": company.name, "from_book": company.from_book},
        "matches": [
            {
                **entry_data(one.listing),
                **match_data(one.match),
            }
            for one in found
        ],
        "past": [past_data(one, went.get(one)) for one in past],
        "read": [{"source": source, "at": at.isoformat()} for source, at in sorted(office.roll.read.items())],
        "unread": list(unread(office)),
    }


def on_day_data(known: Known, then: OnDay, went: Mapping[ListChange, Listing]) -> dict[str, object]:
    """What was true on a day, for `--json`."""
    company = known.company
    return {
        "query": known.typed,
        "company": {"id": company.id, "name": company.name, "from_book": company.from_book},
        "as_of": then.day.isoformat(),
        "matches": [
            {
                **entry_data(one.listing),
                "known": str(one.how),
                "first_seen": one.seen.isoformat() if one.seen else None,
                **match_data(one.match),
            }
            for one in then.stood
        ],
        "past": [past_data(one, went.get(one)) for one in then.off],
        "since": history_rows(then.since),
        "lists": lists_data(known),
    }


def entry_data(listing: Listing) -> dict[str, object]:
    """An entry as plain data."""
    return {
        "source": listing.source,
        "key": listing.key,
        "name": listing.name,
        "programmes": list(listing.programmes),
        "listed_on": listing.listed_on.isoformat() if listing.listed_on else None,
        "url": listing.url,
    }


def past_data(change: ListChange, to: Listing | None) -> dict[str, object]:
    """An entry that was taken off, as plain data, and the list that it moved to."""
    listed_on = change.listing.listed_on
    return {
        "source": change.source,
        "key": change.key,
        "name": change.listing.name,
        "listed_on": listed_on.isoformat() if listed_on else None,
        "seen_off": change.seen.isoformat(),
        "moved_to": list_of(to) if to else None,
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
