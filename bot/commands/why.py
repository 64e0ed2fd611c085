"""/why: what was sent here, what is on its way, what is parked, and the reason of each."""

from __future__ import annotations

from bot.cards import Reader, plain_card, when
from bot.commands import Argument, Office, command
from bot.errors import TellPerson
from bot.model import Alert, Delivery, Message, Notice, Reason, Reply, Request, Standing, Update


@command("why", Argument(name="key", about="the key of one delivery; without it the latest are shown", required=False))
async def why(office: Office, request: Request) -> Reply:
    """Why messages came here, or did not: the latest deliveries with what routed them and what became of them."""
    reader = office.reader(request)
    key = request.one("key").strip()
    found = [one for one in await office.store.deliveries(place=request.place, limit=200) if not key or one.key == key]
    if key and not found:
        raise TellPerson(reader.say("sent.unknown", key=reader.clean(key, 40)))
    lines = [line(one, reader) for one in found[: 1 if key else 10]]
    if key:
        lines += [_reason(one, reader) for one in reasons(found[0].message)]
    title = reader.say("sent.count_one" if len(found) == 1 else "sent.count", count=len(found))
    if not found:
        title = reader.say("sent.nothing")
    data = [{"key": one.key, "because": one.because, "state": state(one), "attempts": one.attempts} for one in found]
    return Reply(cards=(plain_card(title, lines),), data={"deliveries": data})


def line(delivery: Delivery, reader: Reader) -> str:
    parts = (
        delivery.key,
        about(delivery.message, reader),
        reader.retell("because", delivery.because),
        became(delivery, reader),
    )
    return " · ".join(parts)


def about(message: Message, reader: Reader) -> str:
    """What a message is about, in a few words."""
    match message:
        case Alert():
            name = reader.clean(message.company.name, 80)
            return reader.say(
                "sent.alert", company=name, kind=reader.say(f"kinds.{message.kind}"), source=message.source
            )
        case Standing():
            return reader.say("sent.standing")
        case Notice():
            return reader.clean(reader.retell("notice", message.title), 200)
        case Update():
            return reader.say("sent.update", of=message.of)


def became(delivery: Delivery, reader: Reader) -> str:
    """What became of it, in the reader's words."""
    if delivery.parked:
        return reader.say("sent.parked", why=reader.retell("parked", delivery.parked))
    if delivery.posted_at:
        return reader.say("sent.posted", at=when(delivery.posted_at))
    return reader.say("sent.waiting", attempts=delivery.attempts, due=when(delivery.due))


def state(delivery: Delivery) -> str:
    """The same for `--json`, whose words stay."""
    if delivery.parked:
        return f"parked: {delivery.parked}"
    if delivery.posted_at:
        return f"posted {when(delivery.posted_at)}"
    return f"waiting since attempt {delivery.attempts}, next {when(delivery.due)}"


def _reason(one: Reason, reader: Reader) -> str:
    ours, theirs = reader.clean(one.ours, 120), reader.clean(one.theirs, 160)
    return reader.say(
        "sent.reason", rule=reader.retell("rule", one.rule), ours=ours, theirs=theirs, score=f"{one.score:.2f}"
    )


def reasons(message: Message) -> tuple[Reason, ...]:
    return message.match.reasons if isinstance(message, Alert) and message.match else ()


@command("unpark", Argument(name="key", about="the key of a parked delivery, as `why` shows it"))
async def unpark(office: Office, request: Request) -> Reply:
    """Try a parked message again, after what stopped it was mended."""
    reader = office.reader(request)
    key = request.one("key").strip()
    if not await office.store.unpark(key, now=office.clock.now()):
        raise TellPerson(reader.say("sent.not_parked", key=reader.clean(key, 40)))
    return Reply(cards=(plain_card(reader.say("sent.unparked", key=key)),), data={"key": key})
