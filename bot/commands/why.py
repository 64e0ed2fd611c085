"""/why: what was sent here, what is on its way, what is parked, and the reason of each."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import Reader, brief_words, plain_card, subject_words, when
from bot.codec import decode
from bot.commands import Argument, Office, command
from bot.errors import TellPerson
from bot.model import NOWHERE, Alert, Brief, Delivery, Digest, Message, Notice, Reason, Reply, Request, Standing, Update
from bot.triage import UNSENT, Unsent, unsent_key

#: What is typed to send everything again that is parked here.
ALL = "all"


@command(
    "why",
    Argument(name="key", about="a company, or the key of one message; without it the latest are shown", required=False),
)
async def why(office: Office, request: Request) -> Reply:
    """Why messages came here, or did not: the latest deliveries with what routed them and what became of them."""
    reader = office.reader(request)
    key = request.one("key").strip()
    latest = await office.store.deliveries(place=request.place, limit=200)
    found = [one for one in latest if one.key == key or (not key and not isinstance(one.message, Update))]
    unsent: list[Unsent] = []
    if not found or not key:
        company = office.book.find(key).id if key else ""
        found = found or [one for one in latest if isinstance(one.message, Alert) and one.message.company.id == company]
        unsent = [one for one in await _unsent(office, request) if company in {"", one.company}]
    if key and not found and not unsent:
        return await _nothing_of(office, request, company, reader)
    by_key = key and found and found[0].key == key
    lines = [line(one, reader) for one in found[: 1 if by_key else 10]]
    if by_key:
        lines += [_reason(one, reader) for one in reasons(found[0].message)]
    title = reader.say("sent.count_one" if len(found) == 1 else "sent.count", count=len(found))
    if not found:
        title = reader.say("sent.nothing")
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
    return Reply(cards=(plain_card(title, [*lines, *_unsent_lines(unsent, reader)]),), data=data)


async def _nothing_of(office: Office, request: Request, company: str, reader: Reader) -> Reply:
    """Of a company that is watched here nothing came. Raises TellPerson where what was asked for is none."""
    for one in await office.store.subscriptions(request.place):
        if office.book.find(one.target).id == company:
            by = reader.retell("because", reader.clean(one.made_by, 80))
            said = reader.say(
                "sent.none_of", company=reader.clean(one.target, 80), since=f"{one.made_at:%Y-%m-%d}", by=by
            )
            return Reply(cards=(plain_card(said),), data={"deliveries": [], "not_sent": []})
    raise TellPerson(reader.say("sent.unknown", key=reader.clean(request.one("key").strip(), 40)))


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


def line(delivery: Delivery, reader: Reader) -> str:
    parts = (
        delivery.key,
        about(delivery.message, reader),
        reader.retell("unsent", reader.retell("because", delivery.because)),
        became(delivery, reader),
    )
    return " · ".join(parts)


def about(message: Message, reader: Reader) -> str:
    """What a message is about, in a few words."""
    match message:
        case Alert():
            name = subject_words(Brief.of(message), reader)
            kind = reader.say(f"kinds.{message.kind}")
            return reader.say("sent.alert", company=name, kind=kind, source=message.source)
        case Standing():
            return reader.say("sent.standing")
        case Notice():
            return reader.clean(reader.retell("notice", message.title), 200)
        case Update():
            return reader.say("sent.update", of=message.of)
        case Digest():
            return reader.say("sent.digest", count=len(message.briefs))


def became(delivery: Delivery, reader: Reader) -> str:
    """What became of it, in the reader's words."""
    if delivery.parked:
        return reader.say("sent.parked", why=reader.retell("parked", delivery.parked))
    if delivery.receipt == NOWHERE:
        return reader.say("sent.nowhere", of=delivery.key)
    if delivery.posted_at:
        return reader.say("sent.posted", at=when(delivery.posted_at))
    return reader.say("sent.waiting", attempts=delivery.attempts, due=when(delivery.due))


def state(delivery: Delivery) -> str:
    """The same for `--json`, whose words stay."""
    if delivery.parked:
        return f"parked: {delivery.parked}"
    if delivery.receipt == NOWHERE:
        return f"no message of its own; show {delivery.key} shows it"
    if delivery.posted_at:
        return f"posted {when(delivery.posted_at)}"
    return f"waiting since attempt {delivery.attempts}, next {when(delivery.due)}"


def _reason(one: Reason, reader: Reader) -> str:
    ours, theirs = reader.clean(one.ours, 120), reader.clean(one.theirs, 160)
    rule = reader.retell("rule", one.rule)
    if not ours or not theirs:  # what only one of the two has is equal to nothing
        met = reader.told(reader.quote(ours or theirs), rule) if ours or theirs else rule
        return f"{met} ({reader.score(one.score)})"
    return reader.say("sent.reason", rule=rule, ours=ours, theirs=theirs, score=reader.score(one.score))


def reasons(message: Message) -> tuple[Reason, ...]:
    """Why it is this company; and of a story, why it is about a listing, which list and how far it is."""
    if not isinstance(message, Alert):
        return ()
    matched = message.match.reasons if message.match else ()
    return (*matched, *(message.analysis.because if message.analysis else ()))


@command("unpark", Argument(name="key", about="the key of a parked delivery, as `why` shows it; `all` for all of here"))
async def unpark(office: Office, request: Request) -> Reply:
    """Try parked messages again, after what stopped them was mended."""
    reader, store, now = office.reader(request), office.store, office.clock.now()
    key = request.one("key").strip()
    if key.casefold() != ALL:
        if not await store.unpark(key, now=now):
            raise TellPerson(reader.say("sent.not_parked", key=reader.clean(key, 40)))
        return Reply(cards=(plain_card(reader.say("sent.unparked", key=key)),), data={"keys": [key]})
    parked = await store.deliveries(place=request.place, state="parked", limit=10_000)
    keys = [one.key for one in reversed(parked) if await store.unpark(one.key, now=now)]
    title = {0: "unparked_none", 1: "unparked_one"}.get(len(keys), "unparked_all")
    return Reply(cards=(plain_card(reader.say(f"sent.{title}", count=len(keys))),), data={"keys": keys})
