"""/why: what was sent here, what is on its way, what is parked, and the reason of each."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import Reader, brief_words, plain_card
from bot.codec import decode
from bot.commands import Argument, Office, command
from bot.errors import TellPerson
from bot.model import NOWHERE, Alert, Delivery, Digest, Message, Notice, Reason, Reply, Request, Standing, Update
from bot.triage import UNSENT, Unsent, unsent_key


@command(
    "why",
    Argument(name="key", about="a company, or the key of one message; without it the latest are shown", required=False),
)
async def why(office: Office, request: Request) -> Reply:
    """Why messages came here, or did not: the latest deliveries with what routed them and what became of them."""
    key = request.one("key").strip()
    latest = await office.store.deliveries(place=request.place, limit=200)
    found = [one for one in latest if not key or one.key == key]
    unsent: list[Unsent] = []
    if not found or not key:
        company = office.book.find(key).id if key else ""
        found = found or [one for one in latest if isinstance(one.message, Alert) and one.message.company.id == company]
        unsent = [one for one in await _unsent(office, request) if company in {"", one.company}]
    if key and not found and not unsent:
        raise TellPerson(f"No delivery {key[:40]!r} here, and nothing about a company of that name. Type why.")
    by_key = key and found and found[0].key == key
    lines = [line(one) for one in found[: 1 if by_key else 10]]
    if by_key:
        lines += [reason_line(one) for one in reasons(found[0].message)]
    title = f"{len(found)} deliveries here" if found else "Nothing was sent here yet"
    data = {
        "deliveries": [
            {"key": one.key, "because": one.because, "state": state(one), "attempts": one.attempts} for one in found
        ],
        "not_sent": [
            {
                "at": one.at.isoformat(),
                "company": one.brief.company,
                "kind": one.brief.kind,
                "because": one.refusal.words(),
            }
            for one in unsent
        ],
    }
    return Reply(cards=(plain_card(title, [*lines, *_unsent_lines(unsent, office.reader(request))]),), data=data)


async def _unsent(office: Office, request: Request) -> list[Unsent]:
    """What settings of this place kept back, the latest first."""
    keys = [unsent_key(request.place, source) for source in office.sources()]
    kept = await office.store.papers(UNSENT, keys)
    found = [one for body in kept.values() for one in decode(tuple[Unsent, ...], body)]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _unsent_lines(unsent: Sequence[Unsent], reader: Reader) -> list[str]:
    """The latest that were not sent, and why."""
    lines = [
        reader.say("why.unsent", alert=brief_words(one.brief, reader), why=one.refusal.words(reader.language))
        for one in unsent[:10]
    ]
    more = [reader.say("why.unsent_more", count=len(unsent) - 10)] if len(unsent) > 10 else []
    return [*lines, *more]


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
        case Digest():
            return f"{len(message.briefs)} alerts in one message"


def state(delivery: Delivery) -> str:
    """What became of it, in words."""
    if delivery.parked:
        return f"parked: {delivery.parked}"
    if delivery.receipt == NOWHERE:
        return f"no message of its own; show {delivery.key} shows it"
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
