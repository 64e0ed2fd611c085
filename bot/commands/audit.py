"""/audit: what people did here, for whoever has to show it later; all of it goes along as a CSV file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from bot.book import EXACTLY, CompanyBook
from bot.cards import Reader, plain_card, when
from bot.chronicle import as_table
from bot.commands import Argument, Office, command
from bot.data import table
from bot.errors import TellPerson
from bot.matching.fold import fold
from bot.model import Act, Attachment, Place, Reply, Request, UpdateKind

#: Acts shown in the answer itself.
SHOWN = 10
#: Acts in one file: a spreadsheet opens no more than a million rows.
MOST = 1_000_000
COLUMNS = ("when", "who", "what", "company", "place", "why", "evidence", "message")

#: What an act says of a pause: of which watch, and what its end was and is.
_PAUSE = re.compile(r"(?:(?P<whom>.+): )?paused_until: \S+ -> (?P<until>off|\d{4}-\d{2}-\d{2}T\S+)")

SINCE = Argument(name="since", about="only from this day on, such as 2026-01-31 (UTC)", required=False)


@command("audit", SINCE, manages=True)
async def audit(office: Office, request: Request) -> Reply:
    """Who acknowledged, dismissed, muted or changed what here, and when; all of it as a CSV file."""
    reader, since = office.reader(request), request.one("since").strip()
    acts = await office.store.acts(place=request.place, since=beginning(since, reader), limit=MOST)
    data = [row(act, office.book) for act in acts]
    if not acts:
        none = reader.say("audit.none_since", since=since) if since else reader.say("audit.none")
        return Reply(cards=(plain_card(none),), data={"acts": data})
    title = reader.say("audit.title_one" if len(acts) == 1 else "audit.title", count=len(acts))
    lines = [line(act, office.book, reader) for act in acts[:SHOWN]]
    rest = reader.say("audit.latest", count=SHOWN) if len(acts) > SHOWN else reader.say("audit.file")
    name = f"tocsin-audit-{request.at:%Y-%m-%d}.csv"
    return Reply(
        cards=(plain_card(title, [*lines, rest]),),
        data={"acts": data},
        files=(Attachment(name=name, body=as_table(data, COLUMNS).encode("utf-8-sig")),),
    )


def beginning(since: str, reader: Reader) -> datetime | None:
    """The first moment of a day. Raises TellPerson for what is no day."""
    if not since:
        return None
    try:
        return datetime.combine(date.fromisoformat(since), time(), UTC)
    except ValueError as error:
        example = f"{reader.now - timedelta(days=30):%Y-%m-%d}"
        given = reader.quote(reader.clean(since, 40))
        raise TellPerson(reader.say("audit.bad_since", since=given, example=example)) from error


def row(act: Act, book: CompanyBook) -> dict[str, str]:
    """One act as plain data: who, when, what, on which company, where, why, the evidence."""
    company, why = named(act, book)
    return {
        "when": act.at.astimezone(UTC).isoformat(timespec="seconds"),
        "who": act.person,
        "what": act.what,
        "company": company,
        "place": str(act.place),
        "why": why,
        "evidence": act.url,
        "message": act.about,
    }


def line(act: Act, book: CompanyBook, reader: Reader) -> str:
    if act.what == "paused" and (change := _PAUSE.fullmatch(act.text)):
        return _pause_line(act, change, book, reader)
    known = act.what in table("words/en")["audit"]
    company, why = named(act, book)
    what = reader.say(f"audit.{act.what}") if known else act.what.replace("_", " ")
    said = reader.say(
        "audit.line",
        time=when(act.at),
        person=reader.retell("because", reader.clean(act.person, 80)),
        what=what,
        company=reader.clean(company, 80),
    ).rstrip(" ·")
    if act.what == UpdateKind.MUTED and act.text:
        return reader.say("audit.until", line=said, until=reader.clean(act.text, 40))
    return f"{said} {reader.quote(reader.clean(why, 200))}" if why else said


def _pause_line(act: Act, change: re.Match[str], book: CompanyBook, reader: Reader) -> str:
    """A pause of one watch or of all, or its end."""
    ended = change["until"] == "off"
    said = reader.say(
        "audit.line",
        time=when(act.at),
        person=reader.retell("because", reader.clean(act.person, 80)),
        what=reader.say("audit.went_on" if ended else "audit.paused"),
        company=reader.clean(change["whom"] or named(act, book)[0], 80),
    ).rstrip(" ·")
    return said if ended else reader.say("audit.until", line=said, until=when(datetime.fromisoformat(change["until"])))


def named(act: Act, book: CompanyBook) -> tuple[str, str]:
    """The company of an act by its name, and why it was done.

    The id of a company that the book does not know is its name folded; acts on its watch begin with it as typed.
    """
    if company := book.get(act.company):
        return company.name, act.text
    folded = act.company.removeprefix(EXACTLY)
    typed, _, why = act.text.partition(": ")
    if folded and fold(typed.removeprefix(EXACTLY)) == folded:
        return typed, why
    return folded, act.text


async def every_act(office: Office, since: datetime | None, place: Place | None = None) -> list[dict[str, str]]:
    """All that was done, in every place or in one, oldest first: for the command line."""
    acts = await office.store.acts(place=place, since=since, limit=MOST)
    return [row(act, office.book) for act in reversed(acts)]
