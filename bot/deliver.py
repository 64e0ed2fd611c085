"""From the outbox to a post: claim -> card -> post -> settle.

Posting comes before remembering, so a crash may repeat a message and never loses one; the delivery's key lets the
platform, or a look into the channel, tell the repeat. Every decision about a delivery is one of three: posted, later,
parked with a reason that a person was told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import digests
from bot.alerts import joins, update_of
from bot.cards import Reader
from bot.codec import decode, encode
from bot.errors import ChatBusy, ChatDoubtful, ChatRefused, StoreBusy
from bot.logs import log
from bot.messages import follow_up_card, message_card
from bot.model import (
    NOWHERE,
    OPERATES,
    PLACES,
    UPDATES,
    Alert,
    Card,
    Decision,
    Delivery,
    Digest,
    FollowUps,
    Gathering,
    Notice,
    Paper,
    Place,
    PlaceSettings,
    Receipt,
    SourceCard,
    Update,
    Updates,
    delivery_key,
    fingerprint,
)
from bot.ports import Chat, Clock, Store

#: How long a courier may hold a delivery before another takes it; well above the slowest post.
LEASE = timedelta(seconds=60)
#: An alert this late has others before it in its lane, which may have grown too long to read.
LATE = timedelta(seconds=60)
#: Deliveries of one lane that are looked at when it is summed up; more are summed up in the next turn.
MANY = 5_000
#: Waiting between attempts when the chat does not say: doubles up to this.
LONGEST = timedelta(minutes=15)
#: Attempts after which a delivery that never got through is parked: about three days.
GIVE_UP = 300


@dataclass
class Courier:
    """Carries the deliveries of one platform. Any number may work on one store."""

    store: Store
    chat: Chat
    clock: Clock
    sources: Callable[[], Mapping[str, SourceCard]]
    operators: Place = Place("console")
    lease: timedelta = LEASE

    async def run(self) -> None:
        """Deliver what is due, for ever."""
        while True:
            try:
                if not await self.round():
                    await self.store.wait(self.chat.platform, timedelta(seconds=1))
            except StoreBusy as busy:
                log.warning("courier_waits", platform=self.chat.platform, trouble=str(busy))
                await self.clock.sleep(timedelta(seconds=2))

    async def round(self) -> int:
        """Deliver the head of every free lane once; how many were settled."""
        claimed = await self.store.claim(self.chat.platform, now=self.clock.now(), lease=self.lease)
        await asyncio.gather(*(self.carry(delivery) for delivery in claimed))
        return len(claimed)

    async def carry(self, delivery: Delivery) -> None:
        """One delivery, to its end or its next attempt."""
        settled = await self.deliver(delivery)
        if _ends_summing(settled):
            await self.store.decide(Decision(drop=((digests.SUMMED, str(settled.place)),)))
        if not await self.store.settle(settled):
            log.warning("delivery_taken_over", key=delivery.key, place=str(delivery.place))
        elif settled.parked:
            log.error("delivery_parked", key=delivery.key, place=str(delivery.place), why=settled.parked)
            await self.tell(settled)

    async def deliver(self, delivery: Delivery) -> Delivery:
        """What becomes of a delivery: posted, later, or parked."""
        try:
            receipt = await self.send(delivery)
        except ChatBusy as busy:
            return self.again(delivery, busy.after, str(busy))
        except ChatDoubtful as doubt:
            return self.again(delivery, None, str(doubt), doubtful=True)
        except ChatRefused as refusal:
            return delivery.park(str(refusal))
        except Exception as bug:  # a card that cannot be drawn must not stop the lane for ever
            log.exception("delivery_broke", key=delivery.key, place=str(delivery.place))
            return self.again(delivery, None, f"{type(bug).__name__}: {bug}")
        log.info("delivered", key=delivery.key, place=str(delivery.place), attempts=delivery.attempts + 1)
        return delivery.posted(receipt, self.clock.now())

    async def send(self, delivery: Delivery) -> Receipt:
        """Post it, unless an earlier attempt turns out to have arrived; an update is drawn into what was posted."""
        if isinstance(delivery.message, Update):
            return await self.revise(delivery, delivery.message)
        thread, first = None, await self.first(delivery)
        if isinstance(delivery.message, Alert) and first:
            await self.report(delivery, delivery.message, first)
        if isinstance(delivery.message, Digest):
            await self.report_all(delivery, delivery.message)
        if isinstance(delivery.message, Alert) and await self.summed_up(delivery):
            return NOWHERE
        if isinstance(delivery.message, Alert) and first:
            follow_ups = await self.follow_ups(delivery.place)
            if follow_ups is FollowUps.QUIET and delivery.message.story:
                return NOWHERE
            if follow_ups is FollowUps.THREAD and _joins(delivery.message, first):
                thread = first.receipt
        if delivery.doubtful and (receipt := await self.chat.find(delivery.place, delivery.key, thread=thread)):
            return receipt
        card = await self.card(delivery, joins=thread is not None)
        return await self.chat.post(delivery.place, card, key=delivery.key, thread=thread)

    async def summed_up(self, delivery: Delivery) -> bool:
        """Whether a digest tells this alert: where too many wait, the loudest are posted and the rest are summed up.

        The digest stands behind them in the lane; until it is posted they are passed over, each settled as usual.
        """
        now, place = self.clock.now(), delivery.place
        if now - delivery.due < LATE:
            return False
        if kept := await self.store.papers(digests.SUMMED, [str(place)]):
            return delivery.key in decode(frozenset[str], kept[str(place)])
        if len(await self.store.deliveries(place=place, state="waiting", limit=digests.LONG + 1)) <= digests.LONG:
            return False
        waiting = await self.store.deliveries(place=place, state="waiting", limit=MANY)
        found = digests.lane([*reversed(waiting)], now=now)
        if found is None:
            return False
        keys, digest = found
        paper = Paper(digests.SUMMED, str(place), encode(sorted(keys)))
        await self.store.decide(Decision(keep=(paper,), deliveries=(digest,)))
        log.info("lane_summed_up", place=str(place), alerts=len(keys))
        return delivery.key in keys

    async def first(self, delivery: Delivery) -> Delivery | None:
        """The earliest alert of the same event that arrived in this place."""
        for key in delivery.follows:
            earlier = await self.store.delivery(key)
            if earlier and earlier.receipt and earlier.receipt != NOWHERE:
                return earlier
        return None

    async def report(self, delivery: Delivery, alert: Alert, first: Delivery) -> None:
        """Let the first alert's message say that there is another report. Queued before the report is posted, so that

        a crash in between cannot lose it; queued twice, it is one.
        """
        if not isinstance(first.message, Alert):
            return
        update = update_of(alert, first.message, first.key)
        now = self.clock.now()
        await self.store.enqueue(
            [Delivery.of(update, delivery.place, because=delivery.because, due=now, language=first.language)]
        )

    async def report_all(self, delivery: Delivery, digest: Digest) -> None:
        """Let the first messages of their events say so, also for the alerts that get no message of their own."""
        for brief in digest.briefs:
            told = await self.store.delivery(delivery_key(brief.alert, delivery.place, brief.revision))
            if told and isinstance(told.message, Alert) and (first := await self.first(told)):
                await self.report(told, told.message, first)

    async def follow_ups(self, place: Place) -> FollowUps:
        """What this place wants done with later reports."""
        kept = await self.store.papers(PLACES, [str(place)])
        return decode(PlaceSettings, kept[str(place)]).follow_ups if kept else FollowUps.THREAD

    async def revise(self, delivery: Delivery, update: Update) -> Receipt:
        """Draw a posted alert again with what is new about it. Where it is no longer there, nothing is to be done."""
        updates = (await self.updates(update.of)).plus(update)
        await self.store.decide(Decision(keep=(Paper(UPDATES, update.of, encode(updates)),)))
        posted = await self.store.delivery(update.of)
        if posted is None or posted.receipt is None or posted.receipt == NOWHERE:
            return NOWHERE
        try:
            await self.chat.edit(posted.place, posted.receipt, await self.card(posted), key=posted.key)
        except ChatRefused as refusal:
            log.warning("message_not_edited", key=update.of, place=str(posted.place), why=str(refusal))
            return NOWHERE
        return posted.receipt

    async def updates(self, key: str) -> Updates:
        """What is new about a posted alert."""
        kept = await self.store.papers(UPDATES, [key])
        return decode(Updates, kept[key]) if kept else Updates()

    async def card(self, delivery: Delivery, *, joins: bool = False) -> Card:
        """The words, for this reader now."""
        reader = Reader(now=self.clock.now(), cards=self.sources(), language=delivery.language)
        if joins and isinstance(delivery.message, Alert):
            card = follow_up_card(delivery.message, reader)
        else:
            card = message_card(delivery, reader, await self.updates(delivery.key))
        return replace(card, language=delivery.language)

    def again(self, delivery: Delivery, after: timedelta | None, why: str, *, doubtful: bool = False) -> Delivery:
        if delivery.attempts + 1 >= GIVE_UP:
            return delivery.park(f"gave up after {delivery.attempts + 1} attempts; the last said: {why}")
        due = self.clock.now() + (after or backoff(delivery.attempts))
        log.info("delivery_later", key=delivery.key, place=str(delivery.place), due=due.isoformat(), why=why)
        return delivery.later(due, doubtful=doubtful)

    async def tell(self, parked: Delivery) -> None:
        """A human hears of what will not arrive: whoever asked for it, and the operators; not where it could not go.

        Once a day for one place and one reason, however many messages it keeps back.
        """
        next_step = (
            f"mend it, then type there: unpark all. On the command line: tocsin unpark all --place {parked.place}"
        )
        text = f"{parked.parked}. Nothing is lost: {next_step}"
        notice = Notice(
            id=fingerprint("parked", str(parked.place), parked.parked, f"{self.clock.now():%Y-%m-%d}"),
            source=str(parked.place),
            title=f"{parked.place}: a message could not be delivered",
            text=text,
            at=self.clock.now(),
        )
        told = {self.operators: OPERATES} | ({parked.asker: "for whoever asked for it"} if parked.asker else {})
        await self.store.enqueue(
            Delivery.of(notice, place, because=why, due=self.clock.now(), language=parked.language)
            for place, why in told.items()
            if place != parked.place
        )


def _joins(alert: Alert, first: Delivery) -> bool:
    return isinstance(first.message, Alert) and joins(alert, first.message)


def _ends_summing(settled: Delivery) -> bool:
    """Whether the digest of a long lane was posted, or will not be."""
    message = settled.message
    return (
        isinstance(message, Digest)
        and message.why is Gathering.LANE
        and (settled.receipt is not None or bool(settled.parked))
    )


def backoff(attempts: int) -> timedelta:
    """How long to wait after that many attempts: 1, 2, 4, ... seconds, up to fifteen minutes."""
    return min(LONGEST, timedelta(seconds=2 ** min(attempts, 10)))
