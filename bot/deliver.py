"""From the outbox to a post: claim -> card -> post -> settle.

Posting comes before remembering, so a crash may repeat a message and never loses one; the delivery's key lets the
platform, or a look into the channel, tell the repeat. Every decision about a delivery is one of three: posted, later,
parked with a reason that a person was told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.cards import Reader
from bot.errors import ChatBusy, ChatDoubtful, ChatRefused, StoreBusy
from bot.logs import log
from bot.messages import follow_up_card, message_card
from bot.model import Alert, Card, Delivery, Notice, Place, Receipt, SourceCard, fingerprint
from bot.ports import Chat, Clock, Store

#: How long a courier may hold a delivery before another takes it; well above the slowest post.
LEASE = timedelta(seconds=60)
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
        """Post it, unless an earlier attempt turns out to have arrived."""
        thread = await self.thread(delivery)
        if delivery.doubtful and (receipt := await self.chat.find(delivery.place, delivery.key, thread=thread)):
            return receipt
        card = self.card(delivery, joins=thread is not None)
        return await self.chat.post(delivery.place, card, key=delivery.key, thread=thread)

    async def thread(self, delivery: Delivery) -> Receipt | None:
        """Where an earlier alert of the same event stands in this place, if one arrived here."""
        for key in delivery.follows:
            earlier = await self.store.delivery(key)
            if earlier and earlier.receipt:
                return earlier.receipt
        return None

    def card(self, delivery: Delivery, *, joins: bool = False) -> Card:
        """The words, for this reader now."""
        reader = Reader(now=self.clock.now(), cards=self.sources(), language=delivery.language)
        if joins and isinstance(delivery.message, Alert):
            return follow_up_card(delivery.message, reader)
        return message_card(delivery, reader)

    def again(self, delivery: Delivery, after: timedelta | None, why: str, *, doubtful: bool = False) -> Delivery:
        if delivery.attempts + 1 >= GIVE_UP:
            return delivery.park(f"gave up after {delivery.attempts + 1} attempts; the last said: {why}")
        due = self.clock.now() + (after or backoff(delivery.attempts))
        log.info("delivery_later", key=delivery.key, place=str(delivery.place), due=due.isoformat(), why=why)
        return delivery.later(due, doubtful=doubtful)

    async def tell(self, parked: Delivery) -> None:
        """A human hears of what will not arrive: the operators, unless it was they who could not be reached."""
        if parked.place == self.operators:
            return
        text = f"{parked.parked}. Nothing is lost: mend it, then run: tocsin unpark {parked.key}"
        notice = Notice(
            id=fingerprint("parked", parked.key),
            source=str(parked.place),
            title=f"{parked.place}: a message could not be delivered",
            text=text,
            at=self.clock.now(),
        )
        await self.store.enqueue([Delivery.of(notice, self.operators, because="runs Tocsin", due=self.clock.now())])


def backoff(attempts: int) -> timedelta:
    """How long to wait after that many attempts: 1, 2, 4, ... seconds, up to fifteen minutes."""
    return min(LONGEST, timedelta(seconds=2 ** min(attempts, 10)))
