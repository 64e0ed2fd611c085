"""From a press of a button to what rings next: the real watcher, store, courier and desk, and people who press."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.lists.us_dod_cmc import us_dod_cmc
from adapters.stores.sqlite import SqliteStore
from bot.book import CompanyBook
from bot.codec import decode, encode
from bot.commands import FrontDesk, Office
from bot.deliver import Courier
from bot.docket import REMEMBERED
from bot.errors import ChatBusy, StoreBusy
from bot.ledger import Habits
from bot.model import (
    NOWHERE,
    PLACES,
    UPDATES,
    Alert,
    AlertKind,
    Analysis,
    Button,
    Card,
    Decision,
    Delivery,
    Digest,
    Form,
    Gathering,
    Managers,
    Memory,
    Mention,
    Paper,
    Place,
    PlaceSettings,
    Poll,
    Reply,
    Request,
    Role,
    Severity,
    Story,
    Updates,
)
from bot.roll import Roll
from bot.sources import Source
from bot.triage import HELD, MUTES, UNSENT
from bot.watch import Watcher
from tests.worlds.chat import Room
from tests.worlds.facts import CHANNEL, THEN, watch, xiaomi
from tests.worlds.nouns import alert, change
from tests.worlds.pages import Pages, SetClock, table

FILLER = [f"China Example Number {n} Group Co., Ltd." for n in range(20)]
XIAOMI = "Xiaomi Corporation"
BOOK = CompanyBook([xiaomi()])


@dataclass
class Newsdesk:
    """A place with people in it, and Tocsin, which may be stopped and started at any time."""

    path: Path
    clock: SetClock = field(default_factory=SetClock)
    pages: Pages = field(default_factory=Pages)
    room: Room = field(default_factory=Room)

    async def starts(self) -> None:
        self.store = SqliteStore(self.path)
        await self.store.open()
        sources: dict[str, Source] = {"us_dod_cmc": us_dod_cmc}
        cards = {"us_dod_cmc": us_dod_cmc.card}

        async def catalogue() -> Mapping[str, Source]:
            return sources

        office = Office(store=self.store, book=BOOK, roll=Roll(self.store), clock=self.clock, sources=lambda: cards)
        self.desk = FrontDesk(office)
        self.watcher = Watcher(
            store=self.store,
            fetcher=self.pages,
            clock=self.clock,
            catalogue=catalogue,
            book=BOOK,
            habits=Habits(holder="test"),
        )
        self.courier = Courier(store=self.store, chat=self.room, clock=self.clock, sources=lambda: cards)

    async def restarts(self) -> None:
        await self.store.close()
        await self.starts()

    async def list_shows(self, *names: str, **more: str) -> None:
        self.pages.shows(us_dod_cmc.card.url, table([*FILLER, *names], **more))
        self.clock.passes(hours=1)
        await self.watcher.poll(us_dod_cmc)
        await self.says()

    async def says(self) -> None:
        """Whatever is due is said."""
        await self.watcher.sum_up()
        while await self.courier.round():
            pass

    async def presses(self, person: str, button: Button | str, **more: str) -> Reply:
        """Somebody presses a button, or types a command."""
        name, arguments = (button.command, dict(button.arguments)) if isinstance(button, Button) else (button, {})
        reply = await self.desk.answer(self.request(person, name, **(arguments | more)))
        await self.says()
        return reply

    async def box(self, person: str, button: Button) -> Form | None:
        """What opens when somebody presses a button that asks for more."""
        return await self.desk.form(self.request(person, button.command, **dict(button.arguments)))

    def request(self, person: str, command: str, **arguments: str) -> Request:
        return Request(
            command=command, place=CHANNEL, person=person, arguments=tuple(arguments.items()), at=self.clock.now()
        )

    def last(self) -> tuple[str, Card]:
        _, key, card = self.room.posted[-1]
        return key, card

    def button(self, command: str) -> Button:
        """On the message that was posted last."""
        return next(one for one in self.last()[1].buttons if one.command == f"alert {command}")

    def titles(self) -> list[str]:
        return [card.title for place, _, card in self.room.posted if place == CHANNEL]

    def state(self) -> str:
        """What the message that was edited last says of itself."""
        return self.room.edited[-1][2].sections[0].text


@pytest.fixture
async def newsdesk(tmp_path: Path) -> AsyncIterator[Newsdesk]:
    """Xiaomi is watched, and was listed an hour ago."""
    newsdesk = Newsdesk(tmp_path / "tocsin.db")
    await newsdesk.starts()
    await newsdesk.store.subscribe(watch("Xiaomi"))
    await newsdesk.list_shows()
    await newsdesk.list_shows(XIAOMI)
    try:
        yield newsdesk
    finally:
        await newsdesk.store.close()


def words(reply: Reply) -> str:
    return "\n".join([reply.cards[0].title, *(section.text for section in reply.cards[0].sections)])


async def test_an_alert_has_buttons(newsdesk: Newsdesk) -> None:
    """Each says all that its press needs, and its words are short enough for Discord's hundred characters."""
    key, card = newsdesk.last()
    assert [(one.text, one.command) for one in card.buttons] == [
        ("Acknowledge", "alert acknowledge"),
        ("Not this company", "alert not"),
        ("Mute…", "alert mute"),
        ("History", "history"),
    ]
    assert all(one.arguments == (("key", key),) for one in card.buttons[:3])
    assert card.buttons[3].arguments == (("name", "Xiaomi"),)


async def test_two_people_acknowledge_at_once(newsdesk: Newsdesk) -> None:
    """One is first; the other hears who. The message shows one name, and the audit has one act."""
    button = newsdesk.button("acknowledge")
    replies = await asyncio.gather(*(newsdesk.presses(person, button) for person in ("Ana", "Ben")))
    first, second = sorted(replies, key=lambda one: "first" in one.cards[0].title)
    assert first.cards[0].title == "Acknowledged: Xiaomi"
    (act,) = await newsdesk.store.acts()
    assert second.cards[0].title == f"{act.person} acknowledged this first, 2021-01-15 00:00 UTC"
    assert newsdesk.state() == f"Acknowledged by {act.person}, 2021-01-15 00:00 UTC."
    assert len(newsdesk.room.edited) == 1
    assert len(newsdesk.titles()) == 1, "nobody is rung again"


async def test_whoever_presses_twice_is_not_told_of_somebody_else(newsdesk: Newsdesk) -> None:
    """It is their own word that stands there, of both buttons."""
    acknowledge, dismiss = newsdesk.button("acknowledge"), newsdesk.button("not")
    await newsdesk.presses("Ana", acknowledge)
    again = await newsdesk.presses("Ana", acknowledge)
    assert again.cards[0].title == "You acknowledged this already, 2021-01-15 00:00 UTC"
    await newsdesk.presses("Ana", dismiss, why="a shop")
    again = await newsdesk.presses("Ana", dismiss, why="a shop")
    assert again.cards[0].title == "You said this already, 2021-01-15 00:00 UTC"


async def test_an_acknowledged_alert_no_longer_asks_for_it(newsdesk: Newsdesk) -> None:
    """The edited message offers what is left to do."""
    await newsdesk.presses("Ana", newsdesk.button("acknowledge"))
    *_, card = newsdesk.room.edited[-1]
    assert [one.command for one in card.buttons] == ["alert not", "alert mute", "history"]


async def test_buttons_of_old_messages_work_after_a_restart(newsdesk: Newsdesk) -> None:
    """All that is known is in the store and in the button."""
    acknowledge, dismiss = newsdesk.button("acknowledge"), newsdesk.button("not")
    await newsdesk.restarts()
    newsdesk.clock.passes(days=400)
    assert (await newsdesk.presses("Ana", acknowledge)).cards[0].title == "Acknowledged: Xiaomi"
    await newsdesk.restarts()
    second = await newsdesk.presses("Ben", acknowledge)
    assert second.cards[0].title == "Ana acknowledged this first, 2022-02-19 00:00 UTC"
    await newsdesk.presses("Ben", dismiss, why="a namesake")
    await newsdesk.restarts()
    assert newsdesk.state() == (
        "Acknowledged by Ana, 2022-02-19 00:00 UTC.\nNot this company, says Ben, 2022-02-19 00:00 UTC. “a namesake”"
    )


async def test_a_dismissed_entry_leaves_without_a_sound_and_why_says_so(newsdesk: Newsdesk) -> None:
    """Ana said so; the alert is kept and can be shown."""
    reply = await newsdesk.presses("Ana", newsdesk.button("not"), why="a shop in Leipzig")
    assert words(reply).startswith("Noted: this is not Xiaomi\n“Xiaomi Corporation” on ")
    await newsdesk.restarts()
    await newsdesk.list_shows()
    await newsdesk.list_shows()
    assert len(newsdesk.titles()) == 1
    untold = next(one for one in await newsdesk.store.deliveries() if one.receipt == NOWHERE)
    said = words(await newsdesk.presses("Ben", "why", key="Xiaomi"))
    assert "Ana said on 2021-01-15 that “Xiaomi Corporation” is another company" in said
    shown = await newsdesk.presses("Ben", "show", key=untold.key)
    assert "taken off" in shown.cards[0].title


async def test_a_dismissed_entry_that_changes_rings_again(newsdesk: Newsdesk) -> None:
    """Its message says who dismissed it, when, and what is new."""
    await newsdesk.presses("Ana", newsdesk.button("not"))
    (delivery,) = [one for one in await newsdesk.store.deliveries() if isinstance(one.message, Alert)]
    assert isinstance(delivery.message, Alert)
    change = delivery.message.changes[0]
    renamed = replace(
        change, before=change.after, after=replace(change.listing, programmes=("S1260H",)), sha256="ff", fields=()
    )
    again = replace(delivery.message, id="again", kind=AlertKind.CHANGED, changes=(renamed,))
    bell = newsdesk.watcher.bell
    sent = await bell.docket.send([again], bell.watched.subscriptions, newsdesk.clock.now())
    await newsdesk.store.commit(Poll(memory=Memory(source="x"), deliveries=sent.deliveries, keep=sent.keep))
    await newsdesk.says()
    _, card = newsdesk.last()
    assert card.sections[0].text == (
        "It was dismissed here before: Ana said on 2021-01-15 00:00 UTC that it is another company. "
        f"Changed since: + S1260H, − {change.listing.programmes[0]}."
    )
    assert any(one.command == "alert not" for one in card.buttons), "it may be said again"


async def test_not_this_company_asks_why_once(newsdesk: Newsdesk) -> None:
    """In a box of its own; whoever comes later is told at once who said so."""
    button = newsdesk.button("not")
    form = await newsdesk.box("Ana", button)
    assert form
    assert (form.command, form.arguments, [one.name for one in form.fields]) == ("alert not", button.arguments, ["why"])
    assert len(form.title) <= 24
    assert all(len(one.text) <= 45 for one in form.fields)
    await newsdesk.presses("Ana", button, why="a shop in Leipzig")
    assert await newsdesk.box("Ben", button) is None
    reply = await newsdesk.presses("Ben", button)
    assert reply.cards[0].title == "Ana said this first, 2021-01-15 00:00 UTC"
    assert len(await newsdesk.store.acts()) == 1


async def test_a_dismissal_is_taken_back(newsdesk: Newsdesk) -> None:
    """By the button under the answer; the entry rings again, and it may be dismissed once more."""
    button = newsdesk.button("not")
    reply = await newsdesk.presses("Ana", button)
    (undo,) = reply.cards[0].buttons
    assert (await newsdesk.presses("Ben", undo)).cards[0].title == "Taken back: this may be Xiaomi again"
    assert newsdesk.state().endswith("“Not this company” was taken back by Ben, 2021-01-15 00:00 UTC.")
    assert any(one.command == "alert not" for one in newsdesk.room.edited[-1][2].buttons)
    assert not (await newsdesk.presses("Cem", undo)).ok, "there is nothing left to take back"
    await newsdesk.presses("Ana", button)
    assert [act.what for act in await newsdesk.store.acts()] == ["not_this", "reconsidered", "not_this"]
    await newsdesk.presses("Ana", undo)
    await newsdesk.list_shows()
    await newsdesk.list_shows()
    assert "taken off" in newsdesk.titles()[-1]


async def test_a_dismissed_story_says_what_falls_silent(newsdesk: Newsdesk) -> None:
    """Its event, and the spelling under which that outlet writes of somebody else."""
    story = Story(source="x", id="1", url="https://x/1", title="Honor wins a prize", publisher="AFP")
    mention = Mention(company="xiaomi", surface="Honor", where="title", start=0, role=Role.SUBJECT)
    told = replace(alert("s"), source="x", story=story, changes=(), analysis=Analysis(mentions=(mention,)))
    await sends(newsdesk, [told])
    await newsdesk.says()
    button = newsdesk.button("not")
    said = words(await newsdesk.presses("Ana", button, why="the phone maker of that name"))
    assert "This story and later reports of the same event will not ring here for Xiaomi." in said
    assert "Nor will stories of x that write only “Honor”." in said
    assert await newsdesk.desk.form(newsdesk.request("Ana", "alert not", **dict(button.arguments), why="said")) is None
    acts = await newsdesk.store.acts()
    assert acts[0].url == "https://x/1"
    later = replace(told, id="s2", story=replace(story, id="2", url="https://x/2", title="Honor again"))
    await sends(newsdesk, [later])
    await newsdesk.says()
    assert len(newsdesk.titles()) == 2


async def test_many_entries_are_dismissed_together(newsdesk: Newsdesk) -> None:
    """With how many there are, and the first of their names."""
    rows = tuple(change(f"E-{n}", name=f"Xiaomi Unit {n}") for n in range(7))
    await sends(newsdesk, [replace(alert("rows"), changes=rows)])
    await newsdesk.says()
    said = words(await newsdesk.presses("Ana", newsdesk.button("not")))
    assert "7 entries of " in said
    assert "Xiaomi Unit 0; Xiaomi Unit 1; Xiaomi Unit 2; Xiaomi Unit 3; Xiaomi Unit 4; and 2 more." in said
    assert len(await newsdesk.store.papers("dispositions")) == 7
    await newsdesk.presses("Ana", "alert undo", key=newsdesk.last()[0])
    assert not await newsdesk.store.papers("dispositions")


async def test_somebody_was_faster_with_taking_back(newsdesk: Newsdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cem reads before Ben has written, and writes after him."""
    reply = await newsdesk.presses("Ana", newsdesk.button("not"))
    (undo,) = reply.cards[0].buttons
    kept, acts = await newsdesk.store.papers("dispositions"), await newsdesk.store.acts()
    await newsdesk.presses("Ben", undo)
    papers, ask = newsdesk.store.papers, newsdesk.store.acts

    async def stale_papers(shelf: str, keys: Any = None) -> Any:
        return kept if shelf == "dispositions" and keys is not None else await papers(shelf, keys)

    async def stale_acts(**what: Any) -> Any:
        return acts if what.get("company") else await ask(**what)

    monkeypatch.setattr(newsdesk.store, "papers", stale_papers)
    monkeypatch.setattr(newsdesk.store, "acts", stale_acts)
    late = await newsdesk.presses("Cem", undo)
    assert late.cards[0].title == "Ben took this back first, 2021-01-15 00:00 UTC"


async def mutes(newsdesk: Newsdesk, span: str = "7d") -> Reply:
    return await newsdesk.presses("Ana", newsdesk.button("mute"), span=span)


async def test_a_mute_says_what_it_does_before_it_is_done(newsdesk: Newsdesk) -> None:
    """Three buttons; the third asks for a date."""
    reply = await newsdesk.presses("Ana", newsdesk.button("mute"))
    assert words(reply).startswith(
        "Mute Xiaomi here?\nWhile it is muted, nothing about Xiaomi rings here, not even a new"
    )
    assert not await newsdesk.store.acts()
    day, week, date = reply.cards[0].buttons
    assert [one.text for one in (day, week, date)] == ["1 day", "7 days", "Until a date…"]
    assert await newsdesk.box("Ana", week) is None
    form = await newsdesk.box("Ana", date)
    assert form
    assert (form.fields[0].name, form.arguments) == ("span", (("key", newsdesk.last()[0]),))
    said = await newsdesk.presses("Ana", form.command, **dict(form.arguments), span="2021-02-01")
    assert said.cards[0].title == "Xiaomi is muted here until 2021-02-01 00:00 UTC"
    assert newsdesk.state() == "Muted here until 2021-02-01 00:00 UTC by Ana, 2021-01-15 00:00 UTC."


@pytest.mark.parametrize("span", ["date", "for ever", "2020-01-01", "900d"])
async def test_a_mute_without_an_end_is_refused(newsdesk: Newsdesk, span: str) -> None:
    """With what may be said instead."""
    reply = await mutes(newsdesk, span)
    assert not reply.ok
    assert "1d, 7d" in reply.cards[0].title
    assert "2021-02-14" in reply.cards[0].title


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("dies", ["not", "before it is written", "after it is written"])
async def test_a_mute_over_its_end(newsdesk: Newsdesk, monkeypatch: pytest.MonkeyPatch, dies: str) -> None:
    """What came meanwhile is told once, in one message, wherever the process dies at that moment."""
    await mutes(newsdesk)
    await newsdesk.list_shows()
    await newsdesk.list_shows()
    await newsdesk.list_shows(XIAOMI)
    await newsdesk.restarts()
    newsdesk.clock.passes(days=6)
    await newsdesk.says()
    assert len(newsdesk.titles()) == 1, "it is muted"
    newsdesk.clock.passes(days=1)
    decide = newsdesk.store.decide

    async def die(decision: Decision) -> bool:
        if dies == "after it is written":
            await decide(decision)
        raise Killed

    if dies != "not":
        monkeypatch.setattr(newsdesk.store, "decide", die)
        with pytest.raises(Killed):
            await newsdesk.watcher.sum_up()
        await newsdesk.restarts()
    await newsdesk.says()
    await newsdesk.restarts()
    await newsdesk.says()
    assert newsdesk.titles()[1:] == ["While Xiaomi was muted: 2 alerts"]
    lines = [section.text for section in newsdesk.last()[1].sections[1:]]
    assert "Xiaomi added to" in lines[0]
    assert "Xiaomi taken off" in lines[1]
    for button in newsdesk.last()[1].buttons:
        assert (await newsdesk.presses("Ben", button)).ok, "each can be shown whole"
    assert not await newsdesk.store.papers(HELD)
    assert not await newsdesk.store.papers(MUTES)
    await newsdesk.list_shows("Somebody Else Co., Ltd.")
    await newsdesk.list_shows("Somebody Else Co., Ltd.")
    assert "taken off" in newsdesk.titles()[-1], "from now on it rings by itself"


async def test_a_mute_without_news_ends_without_a_message(newsdesk: Newsdesk) -> None:
    """There is nothing to sum up."""
    await mutes(newsdesk, "1d")
    newsdesk.clock.passes(days=2)
    await newsdesk.says()
    assert len(newsdesk.titles()) == 1
    assert not await newsdesk.store.papers(MUTES)


async def test_a_mute_is_ended_early(newsdesk: Newsdesk) -> None:
    """What came is told at once."""
    reply = await mutes(newsdesk)
    await newsdesk.list_shows()
    await newsdesk.list_shows()
    said = await newsdesk.presses("Ben", reply.cards[0].buttons[0])
    assert said.cards[0].title == "Xiaomi rings here again"
    assert newsdesk.titles()[1:] == ["While Xiaomi was muted: 1 alert"]
    assert [act.what for act in await newsdesk.store.acts()] == ["unmuted", "muted"]


async def test_what_cannot_be_taken_back(newsdesk: Newsdesk) -> None:
    """Is said with what can."""
    reply = await mutes(newsdesk)
    said = await newsdesk.presses("Ben", reply.cards[0].buttons[0], what="everything")
    assert said.cards[0].title == "what cannot be everything. Choose from: not, mute"
    assert await newsdesk.store.papers(MUTES)


async def test_whoever_may_not_mute_may_not_end_a_mute(newsdesk: Newsdesk) -> None:
    """Where those who manage the channel say what is heard there, others read whom to ask."""
    reply = await mutes(newsdesk)
    settings = PlaceSettings(place=CHANNEL, managers=Managers.MANAGERS)
    await newsdesk.store.decide(Decision(keep=(Paper(PLACES, str(CHANNEL), encode(settings)),)))
    button = reply.cards[0].buttons[0]
    asked = newsdesk.request("Eve", button.command, **dict(button.arguments))
    refused = await newsdesk.desk.answer(replace(asked, manager=False))
    assert "Only those who manage this channel" in refused.cards[0].title
    assert await newsdesk.store.papers(MUTES)
    assert (await newsdesk.desk.answer(asked)).cards[0].title == "Xiaomi rings here again"


async def test_two_people_mute_for_different_spans_at_once(newsdesk: Newsdesk) -> None:
    """The one who was faster counts; the other is told, and may press again."""
    button = newsdesk.button("mute")
    spans = {"Ana": "1d", "Ben": "7d"}
    replies = await asyncio.gather(*(newsdesk.presses(one, button, span=span) for one, span in spans.items()))
    assert sum(one.cards[0].title.startswith("Xiaomi is muted here") for one in replies) in {1, 2}
    acts = await newsdesk.store.acts()
    assert len(acts) == sum(one.cards[0].title.startswith("Xiaomi is muted here") for one in replies)
    again = await newsdesk.presses("Ben", button, span="7d")
    assert again.cards[0].title == "Xiaomi is muted here until 2021-01-22 00:00 UTC"


async def test_somebody_was_faster_with_a_mute(newsdesk: Newsdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ben reads before Ana has written, and writes after her."""
    stale = await newsdesk.store.acts()
    await mutes(newsdesk, "1d")
    acts, asked = newsdesk.store.acts, []

    async def first_stale(**what: Any) -> Any:
        asked.append(what)
        return stale if len(asked) == 1 else await acts(**what)

    monkeypatch.setattr(newsdesk.store, "acts", first_stale)
    reply = await newsdesk.presses("Ben", "alert mute", key=newsdesk.last()[0], span="7d")
    assert reply.cards[0].title == (
        "Ana was faster: Xiaomi is muted here until 2021-01-16 00:00 UTC. Press again to change that."
    )


async def test_a_pause_is_summed_up_once_at_its_end(newsdesk: Newsdesk) -> None:
    """Of a watch, or of the whole place; whichever ends it."""
    await newsdesk.store.subscribe(watch("Xiaomi", paused_until=newsdesk.clock.now() + timedelta(days=2)))
    await newsdesk.list_shows()
    await newsdesk.list_shows()
    assert len(newsdesk.titles()) == 1
    await newsdesk.store.subscribe(watch("Xiaomi"))
    await newsdesk.says()
    assert newsdesk.titles()[1:] == ["While alerts were paused here: 1 alert"]
    until = newsdesk.clock.now() + timedelta(days=2)
    settings = PlaceSettings(place=CHANNEL, paused_until=until)
    await newsdesk.store.decide(Decision(keep=(Paper(PLACES, str(CHANNEL), encode(settings)),)))
    await newsdesk.list_shows(XIAOMI)
    assert len(newsdesk.titles()) == 2
    newsdesk.clock.passes(days=3)
    await newsdesk.says()
    await newsdesk.says()
    assert newsdesk.titles()[2:] == ["While alerts were paused here: 1 alert"]


async def test_a_store_that_is_busy_is_asked_again(newsdesk: Newsdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The watcher goes on."""

    async def busy() -> int:
        raise StoreBusy("database is locked")

    with monkeypatch.context() as away:
        away.setattr(newsdesk.store, "papers_version", busy)
        await newsdesk.watcher.sum_up()


async def test_another_watcher_sums_up(newsdesk: Newsdesk) -> None:
    """One of them at a time."""
    await mutes(newsdesk, "1d")
    newsdesk.clock.passes(days=2)
    now = newsdesk.clock.now()
    assert await newsdesk.store.lead("digests", "another", now=now, lease=timedelta(minutes=1))
    asks = newsdesk.watcher.bell.watched.subscriptions
    assert await newsdesk.watcher.bell.docket.sum_up(asks, now, holder="test") == 0
    assert await newsdesk.store.papers(MUTES)


# ── Too much to read ──────────────────────────────────────────────────────────────────────────────────────────────


async def sends(newsdesk: Newsdesk, alerts: Sequence[Alert]) -> None:
    """A poll finds all of these at once."""
    bell = newsdesk.watcher.bell
    sent = await bell.docket.send(alerts, bell.watched.subscriptions, newsdesk.clock.now())
    memory = await newsdesk.store.memory("x") or Memory(source="x")
    assert await newsdesk.store.commit(Poll(memory=memory, deliveries=sent.deliveries, keep=sent.keep))


def numbered(count: int) -> list[Alert]:
    return [replace(alert(f"a{n}"), at=THEN, severity=Severity.HIGH if n < 3 else Severity.LOW) for n in range(count)]


async def test_136_alerts_at_once(newsdesk: Newsdesk) -> None:
    """Five messages and one digest, in which each can be shown, acknowledged and dismissed; 136 are in the store."""
    await sends(newsdesk, numbered(136))
    await newsdesk.restarts()
    await newsdesk.says()
    assert len(newsdesk.titles()) == 1 + 5 + 1
    _, card = newsdesk.last()
    assert card.title == "131 more alerts came at once"
    keys = [section.text.rpartition(" ")[2] for section in card.sections[1:]]
    assert len(set(keys)) == 131
    shown = await newsdesk.presses("Ana", "show", key=keys[130])
    assert "Xiaomi" in shown.cards[0].title
    assert (await newsdesk.presses("Ana", shown.cards[0].buttons[0])).ok
    again = await newsdesk.presses("Ben", "show", key=keys[130])
    assert again.cards[0].sections[0].text.startswith("Acknowledged by Ana")
    every = await newsdesk.store.deliveries(place=CHANNEL, limit=500)
    assert len({one.key for one in every if isinstance(one.message, Alert)}) == 1 + 136


async def test_a_later_report_that_stands_in_a_digest(newsdesk: Newsdesk) -> None:
    """The first message of its event still says that there is another report."""
    (first,) = [one.message for one in await newsdesk.store.deliveries() if isinstance(one.message, Alert)]
    story = Story(source="x", id="1", url="https://x/1", title="Xiaomi listed", publisher="AFP")
    many = [replace(one, severity=Severity.HIGH) for one in numbered(10)]
    await sends(newsdesk, [*many, replace(alert("late"), story=story, changes=(), follows=(first.id,))])
    await newsdesk.says()
    assert newsdesk.last()[1].title == "6 more alerts came at once"
    assert newsdesk.state() == "2 reports: also AFP."


async def test_a_lane_that_grew_long_is_summed_up(newsdesk: Newsdesk) -> None:
    """A chat was away for an hour while alerts came one by one: the loudest are posted, the rest are told in one."""
    newsdesk.clock.passes(minutes=1)
    deliveries = [Delivery.of(one, CHANNEL, because="a watch", due=newsdesk.clock.now()) for one in numbered(60)]
    await newsdesk.store.enqueue(deliveries)
    newsdesk.room.next(ChatBusy("away", after=timedelta(hours=1)))
    await newsdesk.says()
    newsdesk.clock.passes(hours=1)
    await newsdesk.says()
    posted = newsdesk.titles()[1:]
    assert len(posted) == 6 + 1, "the head, which was tried already, the loudest, and the digest"
    (digest,) = [one.message for one in await newsdesk.store.deliveries(limit=500) if isinstance(one.message, Digest)]
    assert digest.why is Gathering.LANE
    keys = [key for _, key, _ in newsdesk.room.posted]
    told = {one.key for one in deliveries if one.key in keys} | {
        one.key
        for one in deliveries
        if isinstance(one.message, Alert) and one.message.id in {b.alert for b in digest.briefs}
    }
    assert told == {one.key for one in deliveries}, "nothing is lost"
    assert not await newsdesk.store.deliveries(place=CHANNEL, state="waiting")
    assert not await newsdesk.store.papers("summed"), "the next long lane is summed up anew"


# ── Why not, and who did what ─────────────────────────────────────────────────────────────────────────────────────


async def test_why_tells_what_a_setting_kept_back(newsdesk: Newsdesk) -> None:
    """By company, newest first, and no more than is remembered of one source."""
    await newsdesk.store.subscribe(watch("Xiaomi", kinds=frozenset({AlertKind.MENTION})))
    await newsdesk.list_shows()
    await newsdesk.list_shows()
    said = words(await newsdesk.presses("Ana", "why", key="小米"))
    assert "Not sent: IMPORTANT · Xiaomi taken off " in said
    assert said.endswith(": delisted is not among the kinds asked for")
    await sends(newsdesk, numbered(REMEMBERED + 5))
    reply = await newsdesk.presses("Ana", "why")
    assert isinstance(reply.data, dict)
    assert len(reply.data["not_sent"]) == REMEMBERED
    assert words(reply).endswith(f"{REMEMBERED - 10} more were not sent")
    assert len(await newsdesk.store.papers(UNSENT)) == 1
    assert not (await newsdesk.presses("Ana", "why", key="Huawei")).ok


async def test_why_says_of_nothing_that_it_is_equal(newsdesk: Newsdesk) -> None:
    """A legal form that only one of two names has is told alone."""
    await newsdesk.list_shows(XIAOMI, "Xiaomi Co., Ltd.")
    key, _ = newsdesk.last()
    said = words(await newsdesk.presses("Ana", "why", key=key))
    assert "legal form ignored: “co ltd” (" in said
    assert "“”" not in said


async def test_the_audit_has_everything_that_was_done(newsdesk: Newsdesk) -> None:
    """In the answer the latest, in the file all of it, harmless to a spreadsheet."""
    assert words(await newsdesk.presses("Ana", "audit")) == "Nobody has done anything here yet"
    await newsdesk.presses("=HYPERLINK(1)", newsdesk.button("acknowledge"))
    newsdesk.clock.passes(days=1)
    await newsdesk.presses("Ben", newsdesk.button("not"), why="+49 341 is a shop\nin Leipzig")
    reply = await newsdesk.presses("Ana", "audit")
    assert words(reply) == (
        "2 acts here\n"
        "2021-01-16 00:00 UTC · Ben · said: not this company · Xiaomi “+49 341 is a shop in Leipzig”\n"
        "2021-01-15 00:00 UTC · =HYPERLINK(1) · acknowledged · Xiaomi\n"
        "All of them are in the file; in a terminal: tocsin export acts --csv"
    )
    (file,) = reply.files
    assert (file.name, file.type) == ("tocsin-audit-2021-01-16.csv", "text/csv")
    rows = list(csv.DictReader(io.StringIO(file.body.decode("utf-8-sig"))))
    assert [(row["who"], row["what"], row["company"], row["why"]) for row in rows] == [
        ("Ben", "not_this", "Xiaomi", "'+49 341 is a shop in Leipzig"),
        ("'=HYPERLINK(1)", "acknowledged", "Xiaomi", ""),
    ]
    assert rows[0]["evidence"] == us_dod_cmc.card.page
    assert rows[0]["place"] == str(CHANNEL)
    since = await newsdesk.presses("Ana", "audit", since="2021-01-16")
    assert since.cards[0].title == "1 act here"
    assert (await newsdesk.presses("Ana", "audit", since="2022-01-01")).cards[0].title.endswith("since 2022-01-01")
    assert not (await newsdesk.presses("Ana", "audit", since="yesterday")).ok


async def test_an_alert_of_another_place_cannot_be_touched(newsdesk: Newsdesk) -> None:
    """A key is no way into another channel."""
    key, _ = newsdesk.last()
    elsewhere = Place("slack", "T0/C9")
    for command in ("acknowledge", "not", "mute", "undo"):
        request = replace(newsdesk.request("Eve", f"alert {command}", key=key), place=elsewhere)
        assert not (await newsdesk.desk.answer(request)).ok
        assert await newsdesk.desk.form(request) is None
    assert not await newsdesk.store.acts()
    kept = await newsdesk.store.papers(UPDATES, [key])
    assert not kept or not decode(Updates, kept[key]).all
