"""/tocsin sources: what is read, how fresh each reading is, and what is wrong where something is."""

from __future__ import annotations

from dataclasses import replace

from bot.cards import Reader, plain_card
from bot.commands import Argument, Office, command
from bot.errors import TellPerson
from bot.model import Memory, Poll, Reply, Request, SourceCard

#: A poll may commit between our look and our word; then we look again.
TRIES = 3


@command("sources")
async def sources(office: Office, request: Request) -> Reply:
    """Every list and feed that is read: when last, how many entries, and what is wrong where something is."""
    memories, reader = await office.store.memories(), office.reader(request)
    cards = office.sources()
    lines = [state(card, memories.get(id), reader) for id, card in cards.items()]
    data = [as_data(card, memories.get(id)) for id, card in cards.items()]
    title = f"{len(cards)} source{'' if len(cards) == 1 else 's'}"
    return Reply(cards=(plain_card(title, lines),), data={"sources": data})


def state(card: SourceCard, memory: Memory | None, reader: Reader) -> str:
    """One line: the source, how fresh, and its trouble with the next step."""
    if memory is None or memory.tried_at is None:
        return f"{card.id} · {card.title}: not polled yet"
    fresh = reader.fresh(memory.read_at)
    line = f"{card.id} · {card.title}: {memory.rows} entries, read {fresh}"
    if memory.retired:
        return f"{line}; RETIRED by its publisher: {reader.clean(memory.trouble, 200)}"
    if memory.quarantine:
        return f"{line}; NOT BELIEVED since {memory.quarantine.first_at:%Y-%m-%d %H:%M} UTC, see: sources why {card.id}"
    if memory.trouble:
        due = f", next try {memory.due:%Y-%m-%d %H:%M} UTC" if memory.due else ""
        return f"{line}; TROUBLE ({memory.failures} in a row{due}): {reader.clean(memory.trouble, 200)}"
    return line


def as_data(card: SourceCard, memory: Memory | None) -> dict[str, object]:
    read_at = memory.read_at.isoformat() if memory and memory.read_at else None
    return {
        "source": card.id,
        "title": card.title,
        "publisher": card.publisher,
        "kind": str(card.kind),
        "read_at": read_at,
        "rows": memory.rows if memory else 0,
        "edition": memory.edition if memory else "",
        "trouble": memory.trouble if memory else "",
        "quarantined": bool(memory and memory.quarantine),
        "retired": bool(memory and memory.retired),
    }


ID = Argument(name="source", about="the id of a source, as `sources` shows it")


@command("sources why", ID)
async def why(office: Office, request: Request) -> Reply:
    """Why a source is in the state it is in: the last reading, what was not believed, what its reader noticed."""
    card = _card(office, request.one("source"))
    memory, reader = await office.store.memory(card.id), office.reader(request)
    lines = [state(card, memory, reader), f"Address: {card.url}"]
    if memory:
        document = f"document sha256 {memory.sha256[:16] or '-'}"
        lines += [f"Edition {memory.edition or '-'}, layout {memory.layout or '-'}, {document}"]
        if memory.quarantine:
            doubt = memory.quarantine
            lines += [
                reader.clean(doubt.why, 600),
                f"Seen {doubt.times} times since {doubt.first_at:%Y-%m-%d %H:%M} UTC; sha256 {doubt.sha256[:16]}",
                f"If it is true: sources accept {card.id}",
            ]
        lines += [f"Reader's note: {reader.clean(signal, 200)}" for signal in memory.signals[:20]]
    lines += [f"Publisher's note: {card.note}"] if card.note else []
    return Reply(cards=(plain_card(card.title, lines),), data=as_data(card, memory))


@command("sources accept", ID, operates=True)
async def accept(office: Office, request: Request) -> Reply:
    """Believe a source's next reading even where it surprises; a damaged document is still refused."""
    card = _card(office, request.one("source"))
    for _ in range(TRIES):
        memory = await office.store.memory(card.id)
        if memory is None or memory.quarantine is None:
            raise TellPerson(f"{card.id} has no reading that waits to be believed. See: sources why {card.id}")
        accepted = replace(memory, accept_next=True, due=office.clock.now())
        if await office.store.commit(Poll(memory=accepted)):
            return Reply(
                cards=(plain_card(f"{card.id}: its next reading will be believed"),), data=as_data(card, memory)
            )
    raise TellPerson(f"{card.id} is being polled just now. Look again: sources why {card.id}")


def _card(office: Office, id: str) -> SourceCard:
    card = office.sources().get(id.strip())
    if card is None:
        raise TellPerson(f"There is no source {id[:80]!r}. Type sources to see their ids.")
    return card
