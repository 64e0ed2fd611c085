"""/tocsin sources, feeds: what is read, how fresh each reading is, and what is wrong where something is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from bot.cards import Reader, plain_card, when
from bot.commands import Argument, Office, command
from bot.errors import TellPerson
from bot.model import Memory, Poll, Reply, Request, SourceCard, SourceKind

#: A poll may commit between our look and our word; then we look again.
TRIES = 3
#: Characters of what is wrong with a source in its line.
TOLD = 200
#: A note that so many sources share is told once, below them.
SHARED = 3


@command("sources")
async def sources(office: Office, request: Request) -> Reply:
    """Every list and feed that is read: when last, how many entries, and what is wrong where something is."""
    by_hand = await office.store.memories()  # of a list that is not polled a file may have been given
    cards = {id: card for id, card in office.reader(request).cards.items() if id in by_hand}
    return await _told(office, request, {**office.sources(), **cards}, "sources.count")


@command("feeds")
async def feeds(office: Office, request: Request) -> Reply:
    """Every news feed that is read, those that come with Tocsin and those that people added."""
    news = {id: card for id, card in office.sources().items() if card.kind is SourceKind.NEWS}
    return await _told(office, request, news, "sources.feeds")


async def _told(office: Office, request: Request, cards: Mapping[str, SourceCard], title: str) -> Reply:
    memories, reader = await office.store.memories(), office.reader(request)
    lines = []
    noted = {id: card.note for id, card in cards.items() if card.note and _wants_note(memories.get(id))}
    often = {note: count for note, count in Counter(noted.values()).items() if count >= SHARED}
    for id, card in cards.items():
        lines.append(_with_terms(state(card, memories.get(id), reader), card, reader))
        if id in noted and noted[id] not in often:
            lines.append(reader.say("sources.hint", note=noted[id]))
    lines += [reader.say("sources.hint_shared", count=count, note=note) for note, count in often.items()]
    data = [as_data(card, memories.get(id)) for id, card in cards.items()]
    title = reader.say(f"{title}_one" if len(cards) == 1 else title, count=len(cards))
    return Reply(cards=(plain_card(title, lines),), data={"sources": data})


def _wants_note(memory: Memory | None) -> bool:
    """What is to be known of a publisher is told while its source is not read well."""
    return memory is None or memory.read_at is None or bool(memory.trouble)


def _with_terms(line: str, card: SourceCard, reader: Reader) -> str:
    return reader.say("sources.terms", line=line, licence=card.licence) if card.restricted else line


def state(card: SourceCard, memory: Memory | None, reader: Reader) -> str:
    """One line: the source, how fresh, and its trouble with the next step."""
    known = {"id": card.id, "title": card.title}
    if memory is None or memory.tried_at is None:
        return reader.say("sources.unread", **known)
    told = "line" if memory.read_at else "never"
    line = reader.say(f"sources.{told}", **known, count=memory.rows, fresh=reader.fresh(memory.read_at))
    trouble = reader.clean(memory.trouble.removeprefix(f"{card.id}: "), TOLD)
    if memory.retired:
        return reader.say("sources.retired", line=line, trouble=trouble)
    if memory.quarantine:
        return reader.say("sources.doubted", line=line, since=when(memory.quarantine.first_at), id=card.id)
    if memory.trouble:
        due = reader.say("sources.due", due=when(memory.due)) if memory.due else ""
        return reader.say("sources.trouble", line=line, count=memory.failures, due=due, trouble=trouble)
    return line


def as_data(card: SourceCard, memory: Memory | None) -> dict[str, object]:
    read_at = memory.read_at.isoformat() if memory and memory.read_at else None
    return {
        "source": card.id,
        "title": card.title,
        "publisher": card.publisher,
        "kind": str(card.kind),
        "licence": card.licence,
        "read_at": read_at,
        "rows": memory.rows if memory else 0,
        "edition": memory.edition if memory else "",
        "trouble": memory.trouble if memory else "",
        "quarantined": bool(memory and (memory.damaged or memory.quarantine)),
        "retired": bool(memory and memory.retired),
    }


ID = Argument(name="source", about="the id of a source, as `sources` shows it")


@command("sources why", ID)
async def why(office: Office, request: Request) -> Reply:
    """Why a source is in the state it is in: the last reading, what was not believed, what its reader noticed."""
    reader = office.reader(request)
    card = _card(office, request, reader)
    memory = await office.store.memory(card.id)
    lines = [state(card, memory, reader), reader.say("sources.address", url=card.url)]
    if memory:
        edition, layout, sha256 = (one or "-" for one in (memory.edition, memory.layout, memory.sha256[:16]))
        lines.append(reader.say("sources.edition", edition=edition, layout=layout, sha256=sha256))
        if doubt := memory.damaged or memory.quarantine:
            seen = {"count": doubt.times, "since": when(doubt.first_at), "sha256": doubt.sha256[:16]}
            if doubt is memory.quarantine or len(doubt.why) > TOLD:  # else the first line has said it
                lines.append(reader.clean(doubt.why.removeprefix(f"{card.id}: "), 600))
            lines.append(reader.say("sources.seen_one" if doubt.times == 1 else "sources.seen", **seen))
            lines += [reader.say("sources.if_true", id=card.id)] if doubt is memory.quarantine else []
        lines += [reader.say("sources.signal", signal=reader.clean(signal, 200)) for signal in memory.signals[:20]]
    lines += [reader.say("sources.licence", licence=card.licence)] if card.licence else []
    lines += [reader.say("sources.note", note=card.note)] if card.note else []
    return Reply(cards=(plain_card(card.title, lines),), data=as_data(card, memory) | _evidence(card, memory))


def _evidence(card: SourceCard, memory: Memory | None) -> dict[str, object]:
    """What a person would look at before believing or doubting a source."""
    doubt = (memory.damaged or memory.quarantine) if memory else None
    return {
        "address": card.url,
        "layout": memory.layout if memory else "",
        "sha256": memory.sha256 if memory else "",
        "signals": list(memory.signals) if memory else [],
        "doubt": doubt
        and {
            "why": doubt.why,
            "since": doubt.first_at.isoformat(),
            "times": doubt.times,
            "rows": doubt.rows,
            "sha256": doubt.sha256,
        },
    }


@command("sources accept", ID, operates=True)
async def accept(office: Office, request: Request) -> Reply:
    """Believe a source's next reading even where it surprises; a damaged document is still refused."""
    reader = office.reader(request)
    card = _card(office, request, reader)
    for _ in range(TRIES):
        memory = await office.store.memory(card.id)
        if memory is None or memory.quarantine is None:
            raise TellPerson(reader.say("sources.nothing_waits", id=card.id))
        accepted = replace(memory, accept_next=True, due=office.clock.now())
        if await office.store.commit(Poll(memory=accepted)):
            said = plain_card(reader.say("sources.accepted", id=card.id))
            return Reply(cards=(said,), data=as_data(card, memory))
    raise TellPerson(reader.say("sources.busy", id=card.id))


def _card(office: Office, request: Request, reader: Reader) -> SourceCard:
    id = request.one("source").strip()
    card = reader.cards.get(id)  # a list that is not polled may have been read from a file
    if card is None:
        close = get_close_matches(id[:80], reader.cards, n=1, cutoff=0.5)
        meant = reader.say("desk.meant", command=close[0]) if close else ""
        raise TellPerson(reader.say("sources.unknown", id=reader.clean(id, 80), meant=meant))
    return card
