"""/history: what happened to a company on every list, as text and as a picture over how much was written about it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.archive import Archive, Known
from bot.cards import Reader
from bot.chronicle import alt_text, history_card, history_rows
from bot.commands import Argument, Office, command
from bot.history import Event, chart
from bot.model import Attachment, Reply, Request
from bot.picture import draw

#: What the picture says; the keys of [picture] in the words tables.
WORDS = ("began", "listed", "came", "changed", "went", "delisted", "stories", "day", "week", "month")


@command("history", Argument(name="name", about="a company, in any spelling or script: Huawei, 华为, Хуавэй"))
async def history(office: Office, request: Request) -> Reply:
    """What happened to a company on every list since we read them, over how much was written, as text and picture."""
    known, events, stories = await past_of(office, request.one("name"))
    reader = office.reader(request)
    card = history_card(known.typed, known.company, events, stories, known.spans, reader)
    files: tuple[Attachment, ...] = ()
    if (events or stories) and (request.place.platform != "console" or request.one("picture")):  # a terminal shows none
        files = (await picture(known, events, stories, reader),)
    return Reply(cards=(card,), data=as_data(known, events, stories), files=files)


async def past_of(office: Office, typed: str) -> tuple[Known, list[Event], Sequence[datetime]]:
    """Whom somebody means, all that is kept of them, and when stories named them."""
    typed = " ".join(typed.split())
    archive = Archive(office.store, office.roll)
    known = await archive.known(office.book.find(typed), typed)
    return known, await archive.past(known), await office.store.story_dates(known.company.id)


async def picture(known: Known, events: Sequence[Event], stories: Sequence[datetime], reader: Reader) -> Attachment:
    """The history drawn, with what it shows in words."""
    drawing = chart(events, stories, until=reader.now)
    title = reader.say("picture.title", company=reader.clean(known.company.name, 60))
    # Without its places filled in: the drawing knows the unit of its own bars.
    words = {key: reader.say(f"picture.{key}", unit="{unit}") for key in WORDS}
    body = await asyncio.to_thread(draw, drawing, title, words, reader.title)
    return Attachment(name="history.png", body=body, type="image/png", alt=alt_text(known.company, drawing, reader))


def as_data(known: Known, events: Sequence[Event], stories: Sequence[datetime]) -> dict[str, object]:
    """The same answer for `--json`; docs/json.md is its manual."""
    company = known.company
    return {
        "query": known.typed,
        "company": {"id": company.id, "name": company.name, "from_book": company.from_book},
        "events": history_rows(events),
        "stories": [moment.isoformat() for moment in stories],
        "lists": lists_data(known),
    }


def lists_data(known: Known) -> list[dict[str, object]]:
    """Every list that was asked, and from when to when it was read."""
    return [
        {
            "source": source,
            "begun": span.begun.isoformat() if span.begun else None,
            "read_at": span.read_at.isoformat(),
        }
        for source, span in sorted(known.spans.items())
    ]
