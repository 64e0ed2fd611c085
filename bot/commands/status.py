"""/tocsin status: is all well here? Who is watched, what is read and how old, what waits, which version."""

from __future__ import annotations

from bot import __version__
from bot.cards import plain_card
from bot.commands import Office, command
from bot.commands.places import settings_of
from bot.model import Reply, Request, SourceKind

#: Deliveries that are counted; more are "as many, or more".
COUNTED = 500


@command("status")
async def status(office: Office, request: Request) -> Reply:
    """How it stands here: watches, lists and the oldest reading, messages that wait or are parked, the version."""
    reader = office.reader(request)
    watched = await office.store.subscriptions(request.place)
    settings = await settings_of(office.store, request.place)
    memories = await office.store.memories()
    waiting = len(await office.store.deliveries(place=request.place, state="waiting", limit=COUNTED))
    parked = len(await office.store.deliveries(place=request.place, state="parked", limit=COUNTED))
    lists = [card for card in office.sources().values() if card.kind is SourceKind.LIST]
    read = {one.id: at for one in lists if (memory := memories.get(one.id)) and (at := memory.read_at)}
    troubled = sorted(
        id for id in office.sources() if (memory := memories.get(id)) and (memory.trouble or memory.quarantine)
    )
    oldest = min(read.items(), key=lambda one: one[1], default=None)
    lines = [reader.say("status.watches", count=len(watched))]
    if settings.paused_until and settings.paused_until > reader.now:
        lines.append(reader.say("watch.paused", until=f"{settings.paused_until:%Y-%m-%d %H:%M} UTC"))
    lines.append(reader.say("status.lists", read=len(read), count=len(lists)))
    if oldest:
        lines.append(reader.say("status.oldest", list=reader.title(oldest[0]), fresh=reader.fresh(oldest[1])))
    if troubled:
        lines.append(reader.say("status.troubled", count=len(troubled), sources=", ".join(troubled[:10])))
    lines.append(reader.say("status.outbox", waiting=_many(waiting), parked=_many(parked)))
    lines += [reader.say("status.parked_next")] if parked else []
    data = {
        "version": __version__,
        "watches": len(watched),
        "lists": len(lists),
        "read": {id: at.isoformat() for id, at in sorted(read.items())},
        "troubled": troubled,
        "waiting": waiting,
        "parked": parked,
    }
    return Reply(cards=(plain_card(reader.say("status.title", version=__version__), lines),), data=data)


def _many(count: int) -> str:
    return f"{count}+" if count >= COUNTED else str(count)
