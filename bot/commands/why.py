"""/why: what was sent here, what is on its way, what is parked, and the reason of each."""

from __future__ import annotations

from bot.cards import plain_card
from bot.commands import Argument, Office, command
from bot.errors import TellPerson
from bot.model import Alert, Delivery, Message, Notice, Reason, Reply, Request, Standing, Update


@command("why", Argument(name="key", about="the key of one delivery; without it the latest are shown", required=False))
async def why(office: Office, request: Request) -> Reply:
    """Why messages came here, or did not: the latest deliveries with what routed them and what became of them."""
    key = request.one("key").strip()
    found = [one for one in await office.store.deliveries(place=request.place, limit=200) if not key or one.key == key]
    if key and not found:
        raise TellPerson(f"No delivery {key[:40]!r} here. Type why to see the latest.")
    lines = [line(one) for one in found[: 1 if key else 10]]
    if key:
        lines += [reason_line(one) for one in reasons(found[0].message)]
    title = f"{len(found)} deliveries here" if found else "Nothing was sent here yet"
    data = [{"key": one.key, "because": one.because, "state": state(one), "attempts": one.attempts} for one in found]
    return Reply(cards=(plain_card(title, lines),), data={"deliveries": data})


def line(delivery: Delivery) -> str:
    return f"{delivery.key} · {about(delivery.message)} · {delivery.because} · {state(delivery)}"


def about(message: Message) -> str:
    match message:
        case Alert():
            return f"{message.company.name}: {message.kind} ({message.source})"
        case Standing():
            return "already listed"
        case Notice():
            return message.title
        case Update():
            return f"{message.kind}, for {message.of}"


def state(delivery: Delivery) -> str:
    """What became of it, in words."""
    if delivery.parked:
        return f"parked: {delivery.parked}"
    if delivery.posted_at:
        return f"posted {delivery.posted_at:%Y-%m-%d %H:%M} UTC"
    return f"waiting since attempt {delivery.attempts}, next {delivery.due:%Y-%m-%d %H:%M} UTC"


def reasons(message: Message) -> tuple[Reason, ...]:
    """Why it is this company; and of a story, why it is about a listing, which list and how far it is."""
    if not isinstance(message, Alert):
        return ()
    matched = message.match.reasons if message.match else ()
    return (*matched, *(message.analysis.because if message.analysis else ()))


def reason_line(reason: Reason) -> str:
    met = f": “{reason.ours}” = “{reason.theirs}”" if reason.ours or reason.theirs else ""
    return f"{reason.rule}{met} ({reason.score:.2f})"


@command("unpark", Argument(name="key", about="the key of a parked delivery, as `why` shows it"))
async def unpark(office: Office, request: Request) -> Reply:
    """Try a parked message again, after what stopped it was mended."""
    key = request.one("key").strip()
    if not await office.store.unpark(key, now=office.clock.now()):
        raise TellPerson(f"No delivery {key[:40]!r} is parked. Type why to see the latest.")
    return Reply(cards=(plain_card(f"{key} is on its way again"),), data={"key": key})
