"""/show: a message again, whole, in the words it would have today, with what is new about it.

The button under a message that was cut asks it, and those of a digest.
"""

from __future__ import annotations

from bot.codec import decode
from bot.commands import Argument, Office, command
from bot.errors import TellPerson
from bot.messages import message_card
from bot.model import UPDATES, Reply, Request, Updates


@command("show", Argument(name="key", about="the key of a delivery, as `why` shows it"))
async def show(office: Office, request: Request) -> Reply:
    """A message that came here again, whole, for you alone."""
    key = request.one("key").strip()
    delivery = await office.store.delivery(key)
    reader = office.reader(request)
    if delivery is None or delivery.place != request.place:
        raise TellPerson(reader.say("sent.no_message", key=reader.clean(key, 40)))
    kept = await office.store.papers(UPDATES, [key])
    updates = decode(Updates, kept[key]) if kept else None
    card = message_card(delivery, reader, updates)
    return Reply(cards=(card,), data={"key": key, "title": card.title})
