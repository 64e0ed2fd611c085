"""The courier: what becomes of a delivery when a chat is busy, breaks, refuses, or lies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from adapters.stores.sqlite import SqliteStore
from bot.alerts import list_alerts
from bot.book import shipped
from bot.codec import encode
from bot.commands import FrontDesk, Office
from bot.deliver import GIVE_UP, LONGEST, Courier, backoff
from bot.errors import ChatBusy, ChatRefused, StoreBusy
from bot.model import (
    Alert,
    AlertKind,
    Analysis,
    Decision,
    Delivery,
    FollowUps,
    ListChange,
    Match,
    Notice,
    Paper,
    Place,
    PlaceSettings,
    Receipt,
    Request,
    Section,
    Severity,
    Standing,
    Story,
    Update,
    UpdateKind,
    Verdict,
    delivery_key,
)
from bot.roll import Roll
from tests.worlds.chat import Room
from tests.worlds.facts import CHANNEL, THEN, listing, xiaomi
from tests.worlds.pages import SetClock

OPERATORS = Place("console", "operators")


def alert() -> Alert:
    entry = listing("Xiaomi Corporation")
    change = ListChange(source=entry.source, key=entry.key, before=None, after=entry, seen=THEN)
    (one,) = list_alerts([(change, xiaomi(), Match(Verdict.SAME, 0.97))], at=THEN)
    return one


@dataclass
class Post:
    """A store with an outbox, a room, and a courier between them."""

    store: SqliteStore
    room: Room = field(default_factory=Room)
    clock: SetClock = field(default_factory=SetClock)

    def __post_init__(self) -> None:
        self.courier = Courier(store=self.store, chat=self.room, clock=self.clock, sources=dict, operators=OPERATORS)

    async def put(self, number: int = 1, place: Place = CHANNEL) -> Delivery:
        notice = Notice(id=f"n{number}", source="us_csl", title=f"Notice {number}", text="x", at=self.clock.now())
        delivery = Delivery.of(notice, place, because="a test", due=self.clock.now())
        await self.store.enqueue([delivery])
        return delivery

    async def rounds(self, count: int = 1, **apart: float) -> None:
        for _ in range(count):
            await self.courier.round()
            self.clock.passes(**apart)

    async def state(self, delivery: Delivery) -> Delivery:
        return next(one for one in await self.store.deliveries() if one.key == delivery.key)

    def titles(self, place: Place = CHANNEL) -> list[str]:
        return [card.title for where, _, card in self.room.posted if where == place]


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    store = SqliteStore(tmp_path / "tocsin.db")
    await store.open()
    try:
        yield Post(store)
    finally:
        await store.close()


async def test_a_delivery_is_posted_once_and_receipted(post: Post) -> None:
    """However many rounds follow."""
    delivery = await post.put()
    await post.rounds(3)
    assert post.titles() == ["Notice 1"]
    done = await post.state(delivery)
    assert done.receipt
    assert done.posted_at == THEN


async def test_a_busy_chat_is_obeyed_and_the_lane_keeps_its_order(post: Post) -> None:
    """Nothing overtakes in one place; other places go on."""
    await post.put(1)
    await post.put(2)
    post.room.next(ChatBusy("429", after=timedelta(seconds=30)))
    await post.rounds(1, seconds=1)
    await post.put(3, place=Place("console", "elsewhere"))
    await post.rounds(5, seconds=1)
    assert post.titles() == []
    assert post.titles(Place("console", "elsewhere")) == ["Notice 3"]
    await post.rounds(5, seconds=30)
    assert post.titles() == ["Notice 1", "Notice 2"]


async def test_a_lost_answer_is_looked_up_before_it_is_sent_again(post: Post) -> None:
    """Stored, answer lost: found in the channel, not posted twice."""
    delivery = await post.put()
    post.room.next("lost answer")
    await post.rounds(3, minutes=1)
    assert post.titles() == ["Notice 1"]
    assert (await post.state(delivery)).receipt


async def test_where_the_chat_cannot_tell_a_repeat_is_the_documented_case(post: Post) -> None:
    """Twice rather than never."""
    post.room.can_tell = False
    await post.put()
    post.room.next("lost answer")
    await post.rounds(3, minutes=1)
    assert post.titles() == ["Notice 1", "Notice 1"]


async def test_a_refusal_is_parked_and_a_person_is_told(post: Post) -> None:
    """With the reason and the next step; the lane goes on."""
    delivery = await post.put(1)
    await post.put(2)
    post.room.next(ChatRefused("channel is archived: pick another channel"))
    await post.rounds(4, seconds=1)
    parked = await post.state(delivery)
    assert parked.parked == "channel is archived: pick another channel"
    assert post.titles() == ["Notice 2"]
    (card,) = [card for where, _, card in post.room.posted if where == OPERATORS]
    assert "channel is archived" in card.summary
    assert f"type there: unpark all. On the command line: tocsin unpark all --place {CHANNEL}" in card.summary
    assert await post.store.unpark(delivery.key, now=post.clock.now())
    await post.rounds(2)
    assert post.titles() == ["Notice 2", "Notice 1"]


async def test_a_refusal_at_the_operators_place_tells_nobody_for_ever(post: Post) -> None:
    """It is parked and logged; a notice about it would be refused too."""
    await post.put(place=OPERATORS)
    post.room.next(ChatRefused("gone"))
    await post.rounds(4, minutes=1)
    assert len(await post.store.deliveries()) == 1


async def test_what_never_gets_through_is_parked_in_the_end(post: Post) -> None:
    """Nothing queues for ever."""
    delivery = await post.put()
    claimed = (await post.store.claim("console", now=post.clock.now(), lease=timedelta(minutes=1)))[0]
    assert await post.store.settle(replace(claimed, attempts=GIVE_UP - 1))
    post.room.is_busy()
    await post.rounds(1)
    assert "gave up after 300 attempts; the last said: 429: slow down" in (await post.state(delivery)).parked


async def test_a_card_that_cannot_be_drawn_does_not_stop_the_courier(post: Post) -> None:
    """A bug is a later attempt, written in the log, and other places go on."""
    await post.put(1)
    await post.put(2, place=Place("console", "elsewhere"))
    post.room.next(KeyError("draw"))
    await post.rounds(3, seconds=1)
    assert len(post.room.posted) == 2


async def test_a_lease_that_ran_out_is_not_settled_by_its_first_courier(post: Post) -> None:
    """Another courier has it now; ours writes nothing."""
    await post.put()
    (ours,) = await post.store.claim("console", now=post.clock.now(), lease=timedelta(seconds=1))
    post.clock.passes(seconds=5)
    (theirs,) = await post.store.claim("console", now=post.clock.now(), lease=timedelta(minutes=1))
    assert theirs.doubtful
    await post.courier.carry(ours)
    assert (await post.state(ours)).receipt is None


async def test_every_kind_of_message_has_its_card(post: Post) -> None:
    """Alert, standing and notice."""
    standing = Standing(id="s", at=THEN)
    for message in (alert(), standing):
        await post.store.enqueue([Delivery.of(message, CHANNEL, because="x", due=THEN)])
    await post.rounds(2)
    assert post.titles()[1] == "Already listed today"


def told(number: int, publisher: str, *, follows: tuple[str, ...] = ()) -> Alert:
    """A story of one outlet about one event."""
    story = Story(
        source="news_x",
        id=str(number),
        url=f"https://x/{number}",
        title="Xiaomi listed",
        publisher=publisher,
        published=THEN,
    )
    return Alert(
        id=f"a{number}",
        kind=AlertKind.LISTING_STORY,
        company=xiaomi(),
        source="news_x",
        at=THEN,
        severity=Severity.MEDIUM,
        story=story,
        analysis=Analysis(listing_story=True, reason="Because of a medal."),
        follows=follows,
    )


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_card_says_in_which_language_it_is(post: Post, language: str) -> None:
    """That of the delivery, so that a chat frames it in the words that the channel chose."""
    notice = Notice(id="n1", source="us_csl", title="Notice", text="x", at=post.clock.now())
    await post.store.enqueue([Delivery.of(notice, CHANNEL, because="a test", due=post.clock.now(), language=language)])
    await post.rounds()
    assert [card.language for _, _, card in post.room.posted] == [language]


async def test_a_follow_up_goes_into_the_thread_of_the_first(post: Post) -> None:
    """Short, in its thread, and the first one says so; where the first never arrived it is told whole."""
    elsewhere = Place("console", "elsewhere")
    first, again = told(1, "Wire"), told(2, "Paper", follows=("a1",))
    await post.store.enqueue([Delivery.of(first, CHANNEL, because="x", due=THEN)])
    await post.store.enqueue([Delivery.of(again, place, because="x", due=THEN) for place in (CHANNEL, elsewhere)])
    await post.rounds(4)
    assert post.titles() == ["NOTE · Xiaomi in a story about a listing", "Xiaomi, also: Paper"]
    assert post.titles(elsewhere) == ["NOTE · Xiaomi in a story about a listing"]
    assert [receipt for receipt in post.room.threads if receipt] == [Receipt(first_key(CHANNEL))]
    [(place, id, card)] = post.room.edited
    assert (place, id) == (CHANNEL, first_key(CHANNEL))
    assert card.sections[0] == Section("Since then", "2 reports: also Paper.")


async def test_a_listing_that_a_story_announced_rings_all_the_same(post: Post) -> None:
    """A thread rings for nobody: what is louder than the first report is told in the channel, and the first edited."""
    listed = replace(alert(), follows=("a1",))
    await post.store.enqueue([Delivery.of(one, CHANNEL, because="x", due=THEN) for one in (told(1, "Wire"), listed)])
    await post.rounds(4)
    assert len(post.titles()) == 2
    assert post.room.threads == [None, None]
    [(_, id, card)] = post.room.edited
    assert id == first_key(CHANNEL)
    assert "Officially confirmed" in card.sections[0].text


@pytest.mark.parametrize(("how", "posted"), [(FollowUps.CHANNEL, 2), (FollowUps.QUIET, 1)])
async def test_a_place_wants_its_follow_ups_otherwise(post: Post, how: FollowUps, posted: int) -> None:
    """In the channel, or not at all; the first alert is edited either way."""
    wants = encode(PlaceSettings(place=CHANNEL, follow_ups=how))
    await post.store.decide(Decision(keep=(Paper("places", str(CHANNEL), wants),)))
    messages = (told(1, "Wire"), told(2, "Paper", follows=("a1",)))
    await post.store.enqueue([Delivery.of(one, CHANNEL, because="x", due=THEN) for one in messages])
    await post.rounds(4)
    assert len(post.titles()) == posted
    assert post.room.threads == [None] * posted
    assert len(post.room.edited) == 1


async def test_many_things_become_of_one_alert(post: Post) -> None:
    """Each is drawn with those before it; the same thing twice changes nothing; a new alert text takes its place."""
    await post.store.enqueue([Delivery.of(told(1, "Wire"), CHANNEL, because="x", due=THEN)])
    key = first_key(CHANNEL)
    edited = replace(told(1, "Wire"), analysis=Analysis(listing_story=True, reason="Because of two medals."))
    updates = [
        Update.of_delivery(key, UpdateKind.ACKNOWLEDGED, at=THEN, by="Ana"),
        Update.of_delivery(key, UpdateKind.ACKNOWLEDGED, at=THEN, by="Ana"),
        Update.of_delivery(key, UpdateKind.EDITED, at=THEN, by="Wire", alert=edited),
        Update.of_delivery(key, UpdateKind.DELISTED, at=THEN, by="us_dod_cmc"),
    ]
    for update in updates:
        await post.store.enqueue([Delivery.of(update, CHANNEL, because="x", due=THEN)])
    await post.rounds(6)
    last = post.room.edited[-1][2]
    assert last.sections[0].text.count("\n") == 2
    assert "Because of two medals." in [section.text for section in last.sections]
    assert len(post.titles()) == 1


async def test_what_happens_to_an_alert_before_it_arrives(post: Post) -> None:
    """A parked alert that is put back later is posted with what became of it meanwhile."""
    first = Delivery.of(told(1, "Wire"), CHANNEL, because="x", due=THEN)
    await post.store.enqueue([first])
    post.room.next(ChatRefused("archived"))
    await post.rounds(1)
    update = Update.of_delivery(first.key, UpdateKind.ACKNOWLEDGED, at=THEN, by="Ana")
    await post.store.enqueue([Delivery.of(update, CHANNEL, because="x", due=THEN)])
    await post.rounds(1)
    assert post.room.edited == []
    await post.store.unpark(first.key, now=THEN)
    await post.rounds(1)
    assert "Acknowledged by Ana" in post.room.posted[-1][2].sections[0].text


async def test_a_message_that_may_no_longer_be_edited(post: Post) -> None:
    """Somebody deleted it: that is the end of the update, not of the lane, and nobody is alarmed."""
    await post.store.enqueue([Delivery.of(told(1, "Wire"), CHANNEL, because="x", due=THEN)])
    post.room.edits_refused = "message_not_found"
    update = Update.of_delivery(first_key(CHANNEL), UpdateKind.ACKNOWLEDGED, at=THEN, by="Ana")
    await post.store.enqueue([Delivery.of(update, CHANNEL, because="x", due=THEN)])
    await post.put(7)
    await post.rounds(3)
    assert post.titles()[-1] == "Notice 7"
    assert await post.store.deliveries(state="parked") == []
    assert post.titles(OPERATORS) == []


async def test_a_channel_is_archived_under_many_messages(post: Post) -> None:
    """One notice for the place and the reason, with the one command that sends them all again, in their order."""
    for number in range(1, 6):
        await post.put(number)
    post.room.closed[CHANNEL] = "archived; unarchive it"
    await post.rounds(8, seconds=1)
    del post.room.closed[CHANNEL]
    (card,) = [card for where, _, card in post.room.posted if where == OPERATORS]
    assert f"type there: unpark all. On the command line: tocsin unpark all --place {CHANNEL}" in card.summary
    office = Office(store=post.store, book=shipped(), roll=Roll(post.store), clock=post.clock, sources=dict)
    asked = Request(command="unpark", place=CHANNEL, person="Ana", arguments=(("key", "all"),), at=post.clock.now())
    reply = await FrontDesk(office).answer(asked)
    assert reply.cards[0].title == "5 parked messages are on their way again, in their order"
    await post.rounds(6, seconds=1)
    assert post.titles() == [f"Notice {number}" for number in range(1, 6)]


async def test_whoever_asked_for_it_hears_that_it_cannot_arrive(post: Post) -> None:
    """In their own place, with the reason and the next step; so do the operators."""
    ana = Place("console", "ana")
    parked = Delivery.of(told(1, "Wire"), CHANNEL, because="x", due=THEN, asker=ana)
    await post.store.enqueue([parked])
    post.room.next(ChatRefused("C024 is archived; unarchive it"))
    await post.rounds(3)
    assert post.titles(ana) == post.titles(OPERATORS) == [f"{CHANNEL}: a message could not be delivered"]


def first_key(place: Place) -> str:
    return delivery_key("a1", place)


async def test_the_courier_runs_through_a_store_that_is_away(post: Post) -> None:
    """It waits and goes on."""
    await post.put()
    claim, calls = post.store.claim, 0

    async def away(*args: object, **more: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise StoreBusy("locked")
        return await claim(*args, **more)  # type: ignore[arg-type]

    with patch.object(post.store, "claim", away):
        running = asyncio.create_task(post.courier.run())
        async with asyncio.timeout(10):
            while not post.room.posted:  # noqa: ASYNC110 - the room has no event
                await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert post.titles() == ["Notice 1"]


def test_backoff_doubles_up_to_a_quarter_of_an_hour() -> None:
    """Seconds at first, minutes later."""
    assert [backoff(n).total_seconds() for n in (0, 1, 2, 5)] == [1, 2, 4, 32]
    assert backoff(500) == LONGEST
