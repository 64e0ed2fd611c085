"""Discord end to end: the unmodified discord.py between the program and a Discord on loopback that goes wrong."""

from __future__ import annotations

import asyncio
import json
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.discord import draw
from adapters.discord.post import DiscordChat
from adapters.stores.sqlite import SqliteStore
from bot.book import CompanyBook, shipped
from bot.commands import Argument, FrontDesk, Office, commands
from bot.commands.spelled import on_discord
from bot.commands.typed import request
from bot.deliver import Courier
from bot.doctor import examine
from bot.errors import ChatBusy, ChatDoubtful, ChatRefused
from bot.model import (
    AlertKind,
    Attachment,
    Button,
    Card,
    Company,
    Delivery,
    Document,
    Field,
    FieldKind,
    Form,
    Link,
    Notice,
    Option,
    Place,
    Receipt,
    Reply,
    Request,
    Section,
    Severity,
    Update,
    UpdateKind,
)
from bot.roll import Roll
from bot.settings import load
from bot.wiring import chats_for, open_house
from tests.conftest import ROOT
from tests.worlds.discord import (
    CATEGORY,
    DIRECT,
    FORUM,
    GUILD,
    TEXT,
    THREAD,
    TOKEN,
    DiscordWorld,
    MayNot,
    SentFile,
    Session,
    hurried,
    read,
    shown,
    until,
)
from tests.worlds.nouns import NOON, alert, delivery, story
from tests.worlds.pages import SetClock

CARD = Card(summary="HIGH: Xiaomi", title="HIGH · Xiaomi", severity=Severity.HIGH, sections=(Section("Why", "x"),))


@dataclass
class Recorder:
    """A desk that says what it was asked and answers with what it is given."""

    reply: Reply = Reply(cards=(CARD,))
    asked: list[Request] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    suggests: tuple[str, ...] = ("Xiaomi", "Xinjiang Daqo Co., Ltd.", "x" * 101)
    asks: Form | None = None  #: what it opens a box for
    places: list[Place | None] = field(default_factory=list)  #: where somebody was half through a word
    opens: asyncio.Event = field(default_factory=asyncio.Event)  #: unset, it thinks about that for long

    def __post_init__(self) -> None:
        self.gate.set()
        self.opens.set()

    async def answer(self, request: Request) -> Reply:
        self.asked.append(request)
        await self.gate.wait()
        return self.reply

    async def form(self, request: Request) -> Form | None:
        await self.opens.wait()
        return self.asks

    def complete(
        self, command: str, argument: str, typed: str, limit: int = 25, *, place: Place | None = None
    ) -> tuple[str, ...]:
        self.places.append(place)
        return tuple(one for one in self.suggests if one.casefold().startswith(typed.casefold()))


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordWorld]:
    async with DiscordWorld() as world:
        hurried(world, monkeypatch)
        yield world


@asynccontextmanager
async def chatting(world: DiscordWorld, **more: Any) -> AsyncIterator[DiscordChat]:
    """A chat against the world; closed again."""

    async def pause(seconds: float) -> None:
        world.clock += seconds
        await asyncio.sleep(0.001)

    chat = DiscordChat(TOKEN, api_url=world.api_url, gateway_url=world.gateway_url, pause=pause, **more)
    try:
        yield chat
    finally:
        await chat.close()


@asynccontextmanager
async def listening(world: DiscordWorld, desk: Any, *, sessions: int = 1, **more: Any) -> AsyncIterator[DiscordChat]:
    """The chat, connected and serving."""
    async with chatting(world, **more) as chat:
        running = asyncio.create_task(chat.run(desk))
        try:
            await world.connected(sessions)
            yield chat
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "tocsin.db")
    await store.open()
    yield store
    await store.close()


def desk_on(store: SqliteStore, clock: SetClock) -> FrontDesk:
    return FrontDesk(Office(store=store, book=shipped(), roll=Roll(store), clock=clock, sources=dict))


# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_whole_day_of_a_channel(world: DiscordWorld, store: SqliteStore) -> None:
    """Watch by slash command, see the list, get an alert as an embed, ask why by its key, stop watching."""
    clock, channel = SetClock(), world.channel()
    async with listening(world, desk_on(store, clock)) as chat:
        watched = await (await world.types("/watch add", channel=channel, name="Xiaomi, Huawei")).answer()
        assert "Watching Xiaomi, Huawei" in shown(watched)
        one, two = await store.subscriptions()
        assert (str(one.place), one.target, two.target) == (f"discord:{channel.address}", "Xiaomi", "Huawei")
        assert one.made_by == "ana (77)"

        sent = delivery("a1", Place("discord", channel.address))
        await store.enqueue([sent])
        courier = Courier(store=store, chat=chat, clock=clock, sources=dict)
        clock.at = NOON + timedelta(minutes=1)
        await courier.round()
        [message] = channel.messages
        assert "Xiaomi" in message["content"]
        assert message["embeds"][0]["color"] == draw.COLOUR[Severity.HIGH]
        assert message["embeds"][-1]["footer"]["text"].endswith(sent.key)
        assert message["flags"] == 0  # not silent: it is of high severity

        why = await (await world.types("/why", channel=channel, key=sent.key)).answer()
        assert "posted" in shown(why)
        await (await world.types("/watch remove", channel=channel, name="Huawei")).answer()
        listed = await (await world.types("/watch list", channel=channel)).answer()
        assert "1 watched here" in shown(listed)


async def test_answers_are_private_and_begin_at_once(world: DiscordWorld) -> None:
    """Discord hears from us before the command has done its work; only who asked sees the answer."""
    desk, channel = Recorder(), world.channel()
    desk.gate.clear()
    async with listening(world, desk):
        asked = await world.types("/lookup", channel=channel, name="小米", locale="fr")
        await until(lambda: bool(desk.asked))
        assert (asked.kind, asked.private, asked.messages) == (5, True, [])
        desk.gate.set()
        answer = await asked.answer()
    assert answer["flags"] == 64
    request = desk.asked[0]
    assert (request.command, request.arguments, request.language) == ("lookup", (("name", "小米"),), "fr")


@pytest.mark.parametrize("fault", ["", "cut after"])
async def test_an_answer_is_shared(world: DiscordWorld, fault: str) -> None:
    """A private answer has a button that shows it to the channel once, with who did; what it can do it still can."""
    card = Card(summary="s", title="*t*", buttons=(Button("Why", "why"),), footer="Entity List")
    desk, channel = Recorder(Reply(cards=(card,))), world.channel()
    async with listening(world, desk):
        answer = await (await world.types("/lookup", channel=channel, name="x", locale="fr")).answer()
        world.goes_wrong(*[fault] * bool(fault), on="POST interaction")
        asked = await world.presses(answer, "Partager dans le salon")
        shared = await asked.answer()
        await world.repeats(asked)
        await (await world.types("/help", person=5)).answer()
    assert (shared["flags"], len(asked.messages), asked.acknowledged) == (0, 1, 1)
    assert shared["embeds"][0]["title"] == "\\*t\\*"
    assert shared["embeds"][0]["footer"]["text"] == "Entity List · shared by Ana"
    assert [button["label"] for row in shared["components"] for button in row["components"]] == ["Why"]


async def test_an_answer_for_all_to_see(world: DiscordWorld) -> None:
    """What a command says is public is shown to the channel; several cards are several messages."""
    desk = Recorder(Reply(cards=(CARD, CARD), private=False))
    async with listening(world, desk):
        asked = await world.types("/help", channel=world.channel())
        await asked.answer()
        await until(lambda: len(asked.messages) >= 2)
    assert asked.deleted
    assert [one["flags"] for one in asked.messages] == [0, 0]


async def test_in_direct_messages_and_where_the_bot_came_with_a_person(world: DiscordWorld) -> None:
    """A person's watches are told to the person: where the bot is no member it could not post."""
    desk, channel = Recorder(), world.channel()
    async with listening(world, desk) as chat:
        await (await world.types("/watch list", person=99)).answer()
        await (await world.types("/watch list", person=99, channel=channel, installed_by="person")).answer()
        await chat.post(Place("discord", "@me/99"), CARD, key="k" * 25)
        await chat.post(Place("discord", "@me/99"), CARD, key="l" * 25)
        assert await chat.find(Place("discord", "@me/99"), "l" * 25)
    assert [str(one.place) for one in desk.asked] == ["discord:@me/99"] * 2
    assert len(world.direct[99].messages) == 2
    assert world.direct[99].kind == DIRECT
    assert world.calls["POST /users/@me/channels"] == 1


async def test_in_a_thread(world: DiscordWorld) -> None:
    """A thread belongs to its channel, and a post to its forum: what is asked there is asked of that place."""
    desk, channel, forum = Recorder(), world.channel(), world.channel(kind=FORUM)
    async with listening(world, desk):
        for parent in (channel, forum):
            thread = world.channel(kind=THREAD, parent=parent.id)
            await (await world.types("/why", channel=thread)).answer()
    assert [str(one.place) for one in desk.asked] == [f"discord:{channel.address}", f"discord:{forum.address}"]


async def test_half_typed_names(world: DiscordWorld) -> None:
    """Companies from memory, in a list the last one; names that Discord would refuse are left out."""
    desk, channel = Recorder(), world.channel()
    async with listening(world, desk):
        assert await world.half_types("/lookup", "name", "xi", channel=channel) == [
            "Xiaomi",
            "Xinjiang Daqo Co., Ltd.",
        ]
        assert await world.half_types("/watch add", "name", "ZTE, x") == ["ZTE, Xiaomi", "ZTE, Xinjiang Daqo Co., Ltd."]
        assert await world.half_types("/watch add", "name", "ZTE, ") == ["ZTE, Xiaomi", "ZTE, Xinjiang Daqo Co., Ltd."]
        assert await world.half_types("/sources why", "source", "nothing") == []
    assert [str(one) for one in desk.places[:2]] == [f"discord:{channel.address}", "discord:@me/77"]


async def test_a_desk_that_breaks(world: DiscordWorld) -> None:
    """Nothing that goes wrong in a command or a suggestion ends the connection."""

    class Broken(Recorder):
        async def answer(self, request: Request) -> Reply:
            self.asked.append(request)
            raise RuntimeError("a bug") if len(self.asked) == 1 else ChatRefused("x")

        async def form(self, request: Request) -> Form | None:
            return None

        def complete(
            self, command: str, argument: str, typed: str, limit: int = 25, *, place: Place | None = None
        ) -> tuple[str, ...]:
            raise RuntimeError("a bug")

    desk = Broken()
    async with listening(world, desk):
        assert await world.half_types("/lookup", "name", "x") == []
        for _ in range(2):
            await world.types("/help")
        await until(lambda: len(desk.asked) >= 2)
        assert await world.half_types("/lookup", "name", "x") == []


@pytest.mark.parametrize("fault", ["cut before", "cut after"])
async def test_the_first_answer_is_lost_on_the_way(world: DiscordWorld, fault: str) -> None:
    """It is said again, and the command runs once."""
    desk = Recorder()
    async with listening(world, desk):
        world.goes_wrong(fault, on="POST interaction")
        asked = await world.types("/help", channel=world.channel())
        await asked.answer()
    assert (len(desk.asked), asked.acknowledged, len(asked.messages)) == (1, 1, 1)


@pytest.mark.parametrize("fault", ["cut before", "cut after"])
async def test_the_answer_itself_is_lost_on_the_way(world: DiscordWorld, fault: str) -> None:
    """It is put there again, into the same place."""
    async with listening(world, Recorder()):
        world.goes_wrong(fault, on="PATCH webhook")
        asked = await world.types("/help", channel=world.channel())
        await asked.answer()
        await until(lambda: world.calls["PATCH webhook"] >= 2)
    assert len(asked.messages) == 1


async def test_too_late(world: DiscordWorld) -> None:
    """When Discord has given up on us the command is not run: the person was told that it failed."""
    desk = Recorder()
    async with listening(world, desk):
        asked = await world.types("/help", channel=world.channel())
        asked.late = True
        again = await world.types("/help", channel=world.channel())
        await again.answer()
    assert len(desk.asked) == 1


async def test_two_processes_serve_the_same_servers(world: DiscordWorld) -> None:
    """Both are handed the command; one answers."""
    one, two, channel = Recorder(), Recorder(), world.channel()
    async with listening(world, one), listening(world, two, sessions=2):
        for _ in range(5):
            await (await world.types("/help", channel=channel)).answer()
        await until(lambda: world.calls["POST interaction"] >= 10)
    assert len(one.asked) + len(two.asked) == 5


async def test_a_button_on_an_old_message(world: DiscordWorld) -> None:
    """A press after a restart is the command that the button spells out, also for whoever presses twice."""
    desk, channel = Recorder(), world.channel()
    buttons = (Button("Stop", "watch remove", (("names", "小米, Inc | 100%"),), danger=True), Button("Why", "why"))
    async with chatting(world) as before:
        await before.post(
            Place("discord", channel.address), Card(summary="s", title="t", buttons=buttons), key="k" * 25
        )
    async with listening(world, desk):
        await (await world.presses(channel.messages[0], "Stop")).answer()
        await (await world.presses(channel.messages[0], "Why")).answer()
    assert [(one.command, one.arguments) for one in desk.asked] == [
        ("watch remove", (("names", "小米, Inc | 100%"),)),
        ("why", ()),
    ]


@pytest.mark.parametrize(
    ("custom_id", "command", "arguments"),
    [
        ("tocsin:why|key=a2b3", "why", (("key", "a2b3"),)),
        ("tocsin:watch remove|names=Xiaomi", "watch remove", (("names", "Xiaomi"),)),
        ("tocsin:watch remove|names=%E5%B0%8F%7C%25", "watch remove", (("names", "小|%"),)),
        ("tocsin:of another time|x=1|y", "of another time", (("x", "1"), ("y", ""))),
    ],
)
async def test_buttons_that_earlier_versions_drew(
    world: DiscordWorld, custom_id: str, command: str, arguments: tuple[tuple[str, str], ...]
) -> None:
    """Ids as they stand on messages out there are read for ever; the desk says when it knows the command no more."""
    desk, channel = Recorder(), world.channel()
    async with chatting(world) as chat:
        await chat.post(Place("discord", channel.address), CARD, key="k" * 25)
    async with listening(world, desk):
        await (await world.presses_id(custom_id, channel.messages[0])).answer()
    assert [(one.command, one.arguments) for one in desk.asked] == [(command, arguments)]


# ── Forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────

LISTS = (Option("Entity List", "us_bis_el"), Option("SDN", "us_ofac_sdn"))
SETTINGS = Form(
    title="Settings",
    command="watch settings",
    arguments=(("for", "here"),),
    fields=(
        Field(name="language", text="Language", kind=FieldKind.CHOICE, options=(Option("English", "en"),)),
        Field(name="sources", text="Lists", kind=FieldKind.CHOICES, options=LISTS, value=("us_ofac_sdn",)),
        Field(name="until", text="Silent until", kind=FieldKind.DATE, hint="a day, in UTC"),
        Field(name="names", text="Names", kind=FieldKind.LONG_TEXT, value=("Xiaomi", "Huawei"), required=True),
        Field(name="file", text="Or a file", kind=FieldKind.FILE),
    ),
)


async def test_a_form_is_a_modal(world: DiscordWorld) -> None:
    """It is the first answer; what is sent is the command with every box as an argument, and the file fetched."""
    desk, channel = Recorder(asks=SETTINGS), world.channel()
    async with listening(world, desk):
        asked = await world.types("/help", channel=channel, locale="fr", may=0)
        modal = await asked.opened()
        sent = await world.fills_in(asked, sources=["us_bis_el"], until="2026-12-31", file=SentFile("a.csv", b"ZTE"))
        await sent.answer()
    assert modal["title"] == "Settings"
    assert [one["label"] for one in modal["components"]] == ["Language", "Lists", "Silent until", "Names", "Or a file"]
    assert (asked.messages, sent.private, sent.acknowledged) == ([], True, 1)
    [request] = desk.asked
    assert request.command == "watch settings"
    assert dict(request.arguments) == {
        "for": "here",
        "language": "",
        "sources": ("us_bis_el",),
        "until": "2026-12-31",
        "names": "Xiaomi\nHuawei",
        "file": "a.csv",
    }
    assert [(one.name, one.body, one.type) for one in request.files] == [("a.csv", b"ZTE", "text/csv")]
    assert (request.language, request.manager, str(request.home)) == ("fr", True, "discord:@me/77")


async def test_a_form_is_sent_after_a_restart(world: DiscordWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The modal was open meanwhile; its id says all that is needed. One whose command is forgotten says so."""
    monkeypatch.setattr("adapters.discord.app.ELSEWHERE", 0.01)
    channel = world.channel()
    long = replace(SETTINGS, arguments=(("for", "x" * 200),))
    async with listening(world, Recorder(asks=SETTINGS)):
        asked = await world.types("/help", channel=channel)
        await asked.opened()
    desk = Recorder(asks=long)
    await until(lambda: not live_sessions(world))
    async with listening(world, desk):
        await (await world.fills_in(asked)).answer()
        forgotten = await world.types("/help", channel=channel)
        await (await world.fills_in(forgotten)).answer()
    assert [one.one("for") for one in desk.asked] == ["here", "x" * 200]
    await until(lambda: not live_sessions(world))
    async with listening(world, desk):
        said = await (await world.fills_in(forgotten)).answer()
        assert "changed" in shown(said)
    assert len(desk.asked) == 2


MANY = Form(
    title="Settings",
    command="watch settings",
    arguments=(("whole", "yes"),),
    fields=(
        Field(name="kinds", text="Kinds", kind=FieldKind.CHOICES, options=LISTS, value=("us_ofac_sdn",)),
        *(Field(name=f"f{n}", text=f"Q{n}", value=(f"old {n}",)) for n in range(10)),
        Field(name="names", text="Names", kind=FieldKind.LONG_TEXT, value=("Xiaomi", "ZTE")),
    ),
)


async def test_a_form_of_many_questions(world: DiscordWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five at a time. Each part that is sent is the whole form, with what was sent before and what is set for the rest;

    the answer has a button that opens the next five, until they are forgotten.
    """
    monkeypatch.setattr("adapters.discord.app.ELSEWHERE", 0.01)
    desk, channel = Recorder(asks=MANY), world.channel()
    async with listening(world, desk):
        asked = await world.types("/help", channel=channel)
        titles, labels = [], []
        for part in range(3):
            modal = await asked.opened()
            titles.append(modal["title"])
            labels += [one["label"] for one in modal["components"]]
            answer = await (await world.fills_in(asked, 77, **{f"f{part * 5}": f"new {part}"})).answer()
            if part < 2:
                asked, before = await world.presses(answer, "Go on"), answer
    assert titles == ["Settings (1/3)", "Settings (2/3)", "Settings (3/3)"]
    assert labels == ["Kinds", *(f"Q{n}" for n in range(10)), "Names"]
    assert "Go on" not in shown(answer)
    assert [one.one("f0") for one in desk.asked] == ["new 0"] * 3
    assert [one.one("f5") for one in desk.asked] == ["old 5", "new 1", "new 1"]
    for one in desk.asked:
        assert one.many("kinds") == ("us_ofac_sdn",)
        assert (one.one("whole"), one.one("f9"), one.one("names")) == ("yes", "old 9", "Xiaomi\nZTE")
    await until(lambda: not live_sessions(world))
    async with listening(world, Recorder(asks=MANY)):
        assert "changed" in shown(await (await world.presses(before, "Go on")).answer())


async def test_a_form_in_parts_at_two_processes(world: DiscordWorld) -> None:
    """Only one of them keeps it; the other lets it answer."""
    one, two, channel = Recorder(asks=MANY), Recorder(asks=MANY), world.channel()
    async with listening(world, one), listening(world, two, sessions=2):
        sent = await world.fills_in(await world.types("/help", channel=channel))
        answer = await sent.answer()
        assert "HIGH" in shown(answer)
        await until(lambda: world.calls["POST interaction"] >= 4)
    assert len(one.asked) + len(two.asked) == 1


async def test_a_box_that_is_sent_twice(world: DiscordWorld) -> None:
    """The gateway repeats what it handed over; it is one command."""
    desk = Recorder(asks=SETTINGS)
    async with listening(world, desk):
        sent = await world.fills_in(await world.types("/help", channel=world.channel()))
        await sent.answer()
        await world.repeats(sent)
        await (await world.fills_in(await world.types("/help"))).answer()
    assert (len(desk.asked), sent.acknowledged) == (2, 1)


@pytest.mark.parametrize("fault", ["cut before", "cut after"])
async def test_a_modal_is_lost_on_the_way(world: DiscordWorld, fault: str) -> None:
    """It is opened again, and nothing else is answered."""
    async with listening(world, Recorder(asks=SETTINGS)):
        world.goes_wrong(fault, on="POST interaction")
        asked = await world.types("/help", channel=world.channel())
        await asked.opened()
    assert (asked.acknowledged, asked.messages) == (1, [])


@pytest.mark.parametrize("why", ["late", "broken", "refused"])
async def test_a_form_that_cannot_be_opened(world: DiscordWorld, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    """The command is answered in words: the box came too late, could not be drawn, or Discord would not have it."""
    desk = Recorder(asks=SETTINGS)
    match why:
        case "late":
            monkeypatch.setattr("adapters.discord.app.FORM_PATIENCE", 0.01)
            desk.opens.clear()
        case "broken":
            monkeypatch.setattr("adapters.discord.forms._box", lambda field: object())
        case _:
            desk.asks = replace(SETTINGS, fields=())
    async with listening(world, desk):
        asked = await world.types("/help", channel=world.channel())
        await asked.answer()
    assert (asked.modal, asked.kind, len(desk.asked)) == (None, 5, 1)


async def test_names_in_a_message(world: DiscordWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The menu of any message, in the reader's language: everything written in it becomes the text of a command."""
    registry = dict(commands()) | {"read": replace(commands()["help"], name="read")}
    monkeypatch.setattr("adapters.discord.tree.commands", lambda: registry)
    desk, channel = Recorder(), world.channel()
    async with chatting(world) as chat:
        card = Card(summary="HIGH: Xiaomi", title="A title", sections=(Section("", "ZTE too"),))
        await chat.post(Place("discord", channel.address), card, key="k" * 25)
    async with listening(world, desk):
        for entry in ("Look up names in this message", "Chercher les noms de ce message"):
            asked = await world.takes_from_menu(entry, channel.messages[0], channel=channel)
            await asked.answer()
        empty = channel.messages[0] | {"content": "", "embeds": []}
        await (await world.takes_from_menu(entry, empty, channel=channel)).answer()
    assert [(one.command, one.one("text")) for one in desk.asked[::2]] == [
        ("read", "HIGH: Xiaomi\nA title\nZTE too"),
        ("read", ""),
    ]
    assert asked.private


async def test_a_long_answer_says_how_far_it_is(world: DiscordWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of "thinking", and the answer in place of that."""
    monkeypatch.setattr("bot.commands.meanwhile.EVERY", 0.01)
    desk, channel = Recorder(), world.channel()
    desk.gate.clear()
    async with listening(world, desk):
        asked = await world.types("/lookup", channel=channel, name="Xiaomi")
        await until(lambda: bool(desk.asked))
        progress = desk.asked[0].progress
        assert progress
        progress("50 of 100 *names*")
        assert shown(await asked.answer()).startswith("50 of 100 *names*")
        desk.gate.set()
        await until(lambda: asked.edits == 2)
    assert not asked.messages[0]["content"]
    assert "HIGH · Xiaomi" in shown(asked.messages[0])


async def test_settings_and_lists_of_names(world: DiscordWorld, store: SqliteStore) -> None:
    """The real commands: settings over two boxes, names in by a file or a box, and the same file out again."""
    channel = world.channel()
    async with listening(world, desk_on(store, SetClock())):
        await (await world.types("/watch add", channel=channel, name="Xiaomi")).answer()
        asked = await world.types("/watch settings", channel=channel)
        first = await (await world.fills_in(asked, 77, language="fr")).answer()
        asked = await world.presses(first, "Go on")
        await (await world.fills_in(asked, 77, follow_ups="quiet")).answer()
        [kept] = (await store.papers("places")).values()
        assert b'"language":"fr"' in kept
        assert b'"follow_ups":"quiet"' in kept
        asked = await world.types("/watch import", channel=channel)
        await (await world.fills_in(asked, file=SentFile("a.csv", b"name\nHuawei\n"))).answer()
        await (await world.types("/watch import", channel=channel, file=SentFile("b.csv", b"name\nZTE\n"))).answer()
        exported = await (await world.types("/export", channel=channel, may=0)).answer()
        assert await world.half_types("/watch settings", "kinds", "listed,de") == ["listed,delisted"]
        assert "tag:chips" in await world.half_types("/watch add", "name", "tag:ch")
    [file] = exported["attachments"]
    assert all(name in world.files[file["id"]].decode("utf-8-sig") for name in ("Xiaomi", "Huawei", "ZTE"))


@pytest.mark.parametrize("kind", [TEXT, FORUM])
async def test_triage_in_place(world: DiscordWorld, store: SqliteStore, kind: int) -> None:
    """Buttons under an alert, after a restart: who took it on and why it is somebody else stand on its message."""
    channel, clock = world.channel(kind=kind), SetClock(NOON + timedelta(minutes=1))
    await store.enqueue([delivery("a1", Place("discord", channel.address))])
    async with chatting(world) as before:
        assert await Courier(store=store, chat=before, clock=clock, sources=dict).round() == 1
    [message] = [one for where in world.channels.values() for one in where.messages]
    async with listening(world, desk_on(store, clock)) as chat:
        courier = Courier(store=store, chat=chat, clock=clock, sources=dict)
        taken = await (await world.presses(message, "Acknowledge")).answer()
        assert taken["flags"] == 64
        asked = await world.presses(message, "Not this company")
        assert (await asked.opened())["title"]
        await (await world.fills_in(asked, why="a shop @everyone knows")).answer()
        muting = await (await world.presses(message, "Mute…")).answer()
        until_when = await world.presses(muting, "Until a date…")
        await (await world.fills_in(until_when, span="2026-12-24")).answer()
        while await courier.round():
            pass
    assert "Acknowledged by ana" in shown(message)
    assert "Not this company, says ana" in shown(message)
    assert "knows" in shown(message)
    assert len([one for where in world.channels.values() for one in where.messages]) == 1
    assert world.rings == []
    assert draw.ref_of(message["embeds"][-1]["footer"]["text"]) == delivery("a1", Place("discord", channel.address)).key


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────────

PICTURE = Attachment(
    name="history.png", body=b"\x89PNG", type="image/png", alt="Added 2021-01-14, taken off 2021-05-25"
)


async def test_files_go_along_with_an_answer(world: DiscordWorld) -> None:
    """Also for all to see, and when a private answer is shared; a picture says in words what it shows."""
    channel = world.channel()
    desk = Recorder(Reply(cards=(CARD, CARD), files=(PICTURE,)))
    async with listening(world, desk):
        private = await (await world.types("/help", channel=channel)).answer()
        shared = await (await world.presses(private, "Share in channel")).answer()
        desk.reply = replace(desk.reply, private=False)
        public = await (await world.types("/help", channel=channel)).answer()
    for message, flags in ((private, 64), (shared, 0), (public, 0)):
        [file] = message["attachments"]
        assert (file["filename"], file["description"]) == ("history.png", PICTURE.alt)
        assert world.files[file["id"]] == PICTURE.body
        assert message["flags"] == flags
    assert "shared by Ana" in shown(shared)


async def test_files_that_discord_does_not_take(world: DiscordWorld) -> None:
    """The answer comes without them, and names them."""
    desk = Recorder(Reply(cards=(CARD,), files=(PICTURE,)))
    async with listening(world, desk):
        world.goes_wrong("too large", on="PATCH webhook")
        answer = await (await world.types("/help", channel=world.channel())).answer()
    assert "did not take what should come along: history.png" in shown(answer)
    assert answer["attachments"] == []
    assert CARD.title in shown(answer)


async def test_a_file_is_an_option(world: DiscordWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a command takes a file it can be given at once, and then nothing more is asked."""
    file = Argument(name="file", about="a list", required=False, kind=FieldKind.FILE)
    text = Argument(name="text", about="names", required=True)
    asking = replace(commands()["help"], name="bring", arguments=(text, file), form=FrontDesk.form)  # type: ignore[arg-type]
    monkeypatch.setattr("adapters.discord.tree.commands", lambda: {"bring": asking})
    desk, channel = Recorder(asks=SETTINGS), world.channel()
    async with listening(world, desk):
        given = SentFile("a.xlsx", b"PK", type=None)
        await (await world.types("/bring", channel=channel, file=given)).answer()
        await (await world.types("/bring", channel=channel)).opened()
    [request] = desk.asked
    assert request.arguments == (("file", "a.xlsx"),)
    assert [one.body for one in request.files] == [b"PK"]
    assert request.files[0].type.endswith("spreadsheetml.sheet")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SentFile("big.csv", b"x", size=6_000_000), "big.csv has 6.0 MB; 5 MB at most"),
        (SentFile("gone.csv", b"x", gone=True), "gone.csv could not be fetched"),
    ],
)
async def test_a_file_that_cannot_be_taken(world: DiscordWorld, file: SentFile, words: str) -> None:
    """Who sent it reads why; the command does not run on half of what was meant."""
    desk = Recorder(asks=SETTINGS)
    async with listening(world, desk):
        asked = await world.types("/help", channel=world.channel())
        said = await (await world.fills_in(asked, file=file)).answer()
    assert words in shown(said)
    assert desk.asked == []


# ── The tree ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_commands_are_sent_once(world: DiscordWorld, tmp_path: Path) -> None:
    """Restarts and reconnections do not send the tree again; a changed one, or another application, does."""
    file = tmp_path / "home" / "tree.json"
    for _ in range(3):
        async with listening(world, Recorder(), tree_file=file):
            assert world.syncs == 1
    file.write_text(json.dumps({"other": "x"}))
    async with listening(world, Recorder(), tree_file=file):
        assert world.syncs == 2
    file.write_text("damaged {")
    async with listening(world, Recorder(), tree_file=file, sync_guild=str(GUILD)):
        assert world.syncs == 3


async def test_names_in_french(world: DiscordWorld) -> None:
    """Names and descriptions are localised; who may change a channel's watches can be set by the server."""
    async with listening(world, Recorder()):
        by_name = {one["name"]: one for one in world.commands}
    watch = by_name["watch"]
    assert watch["name_localizations"]["fr"] == "surveiller"
    add = next(one for one in watch["options"] if one["name"] == "add")
    assert add["options"][0]["name"] == "name"
    assert add["options"][0]["name_localizations"]["fr"] == "nom"
    assert int(watch["default_member_permissions"]) == 1 << 4  # Manage Channels
    assert by_name["lookup"]["default_member_permissions"] is None
    assert by_name["watching"]["default_member_permissions"] is None
    assert [one["name"] for one in by_name["sources"]["options"]] == ["accept", "list", "why"]


async def test_who_may(world: DiscordWorld) -> None:
    """Changing what a channel hears takes Manage Channels; seeing it does not, and the desk is told who manages."""
    desk, channel = Recorder(), world.channel()
    manage_channels, manage_guild, administrator, other = 1 << 4, 1 << 5, 1 << 3, 1 << 11
    async with listening(world, desk):
        for command in ("/watch add", "/watch list", "/feed list", "/unpark"):
            with pytest.raises(MayNot):
                await world.types(command, channel=channel, may=other)
        for may in (other, manage_channels, manage_guild, administrator):
            await (await world.types("/watching", channel=channel, may=may)).answer()
        await (await world.types("/watch list", channel=channel, may=manage_channels)).answer()
        await (await world.types("/watching", person=5, may=0)).answer()
    assert [one.manager for one in desk.asked] == [False, True, True, True, True, True]
    assert {one.command for one in desk.asked} == {"watch list"}


async def test_what_concerns_everybody(world: DiscordWorld, store: SqliteStore) -> None:
    """A source's doubtful reading is accepted, and feeds are added, by who manages a channel; never in private."""
    channel, manage_channels, other = world.channel(), 1 << 4, 1 << 11
    async with listening(world, desk_on(store, SetClock())):
        for where, may in ((channel, other), (None, manage_channels)):
            said = await (await world.types("/sources accept", channel=where, may=may, source="us_csl")).answer()
            assert "for people who manage a channel" in shown(said)
        said = await (await world.types("/sources accept", channel=channel, may=manage_channels, source="x")).answer()
        assert "There is no source" in shown(said)


async def test_a_refused_tree_stops_nothing(world: DiscordWorld) -> None:
    """One bad option makes Discord refuse all; what it had before is answered."""
    async with listening(world, Recorder()):
        pass
    world.refuses_commands = True
    desk = Recorder()
    async with listening(world, desk):
        await (await world.types("/help")).answer()
        next(one for one in world.commands if one["name"] == "feed")["name"] = "gone"
        gone = await world.types("/gone list")
        assert "changed" in shown(await gone.answer())
    assert len(desk.asked) == 1


# ── The gateway ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["cut", "closed", "reconnect", "invalid", "invalid but resumable"])
async def test_the_gateway_goes_away(world: DiscordWorld, how: str) -> None:
    """However it ends it comes back, and what was typed meanwhile is answered once."""
    desk, channel = Recorder(), world.channel()
    async with listening(world, desk):
        first = await world.types("/help", channel=channel)
        await first.answer()
        match how:
            case "cut":
                await world.cuts()
            case "closed":
                await world.cuts(4000)
            case "reconnect":
                await world.says(7)
            case "invalid":
                session = next(iter(world.sessions.values()))
                await world.says(9, data=False)
                del world.sessions[session.id]
            case _:
                await world.says(9, data=True)
        await until(lambda: sum(world.handshakes.values()) >= 2)
        await world.connected()
        second = await world.types("/help", channel=channel)
        await second.answer()
        await world.repeats(first)
        third = await world.types("/help", channel=channel)
        await third.answer()
    assert len(desk.asked) == 3
    assert [one.acknowledged for one in (first, second, third)] == [1, 1, 1]


async def test_cut_at_any_moment(world: DiscordWorld) -> None:
    """Forty commands while the gateway goes away again and again: each is run once and answered once."""
    chance = random.Random(7)
    desk, channel = Recorder(), world.channel()
    async with listening(world, desk):
        asked = []
        for _ in range(40):
            asked.append(await world.types("/help", channel=channel))
            for _ in range(chance.randint(0, 4)):
                await asyncio.sleep(0)
            if chance.random() < 0.3:
                await world.cuts(chance.choice([0, 1001, 4000]))
            if chance.random() < 0.1:
                await world.says(7)
        for one in asked:
            await one.answer()
    assert Counter(one.acknowledged for one in asked) == {1: 40}
    assert len(desk.asked) == 40
    assert world.handshakes["resume"] > 5


async def test_typed_while_we_were_away(world: DiscordWorld) -> None:
    """A resumed session brings what was missed."""
    desk, channel = Recorder(), world.channel()
    async with listening(world, desk):
        await world.types("/help", channel=channel)
        await world.cuts()
        asked = await world.types("/help", channel=channel)
        await asked.answer()
    assert world.handshakes["resume"] == 1


async def test_the_gateway_is_down_at_first(world: DiscordWorld) -> None:
    """discord.py itself breaks on that; a fresh client is started until one gets through."""
    world.refused_handshakes = 3
    desk = Recorder()
    async with listening(world, desk):
        await (await world.types("/help", channel=world.channel())).answer()
    assert world.handshakes["identify"] == 1


async def test_connected_and_deaf(world: DiscordWorld) -> None:
    """A connection on which nothing comes any more is given up and made again."""
    world.heartbeat = 20
    desk = Recorder()
    async with listening(world, desk, heartbeat_timeout=0.1):
        world.is_deaf = True
        await until(lambda: not live_sessions(world))
        world.is_deaf = False
        await world.connected()
        await (await world.types("/help", channel=world.channel())).answer()
    assert len(desk.asked) == 1


async def test_too_many_servers_for_one_connection(world: DiscordWorld) -> None:
    """Discord demands shards; then it gets them."""
    world.close_code = 4011
    async with listening(world, Recorder(), sessions=2):
        assert sorted(one.shard for one in live_sessions(world)) == [(0, 2), (1, 2)]


async def test_this_process_serves_a_part(world: DiscordWorld) -> None:
    """Shards are split between processes by a setting."""
    async with listening(world, Recorder(), shards="1-2/4", sessions=2):
        assert sorted(one.shard for one in live_sessions(world)) == [(1, 4), (2, 4)]


def live_sessions(world: DiscordWorld) -> list[Session]:
    return [one for one in world.sessions.values() if one.pipe]


async def test_a_revoked_token(world: DiscordWorld, capsys: pytest.CaptureFixture[str]) -> None:
    """It is asked again seldom, nothing else stops, and nothing more is sent with it; the log names the setting."""
    world.token = "another"
    async with chatting(world) as chat:
        await asyncio.gather(
            *(chat.post(Place("discord", "1/2"), CARD, key=f"k{n}") for n in range(20)), return_exceptions=True
        )
        assert world.calls["GET /users/@me"] == 1
        running = asyncio.create_task(chat.run(Recorder()))
        for _ in range(2):
            with pytest.raises(ChatRefused, match=r"DISCORD_TOKEN was refused; next:"):
                await chat.post(Place("discord", world.channel().address), CARD, key="k" * 25)
        await until(lambda: world.calls["GET /users/@me"] >= 4)
        assert not running.done()
        running.cancel()
        assert (await anext(chat.check())).startswith("discord: DISCORD_TOKEN was refused")
    assert world.clock >= 1900
    assert TOKEN not in "".join(capsys.readouterr())


# ── Posting ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_low_severity_is_silent(world: DiscordWorld) -> None:
    """No phone buzzes for it."""
    channel = world.channel()
    async with chatting(world) as chat:
        await chat.post(Place("discord", channel.address), Card(summary="s", title="t"), key="k" * 25)
    assert channel.messages[0]["flags"] == 4096
    assert channel.messages[0]["nonce"] == "k" * 25


async def test_a_lost_answer_is_settled_by_the_nonce(world: DiscordWorld) -> None:
    """Posted again under the same key within minutes, Discord answers with the message that is there."""
    channel = world.channel(hidden=True)
    place = Place("discord", channel.address)
    async with chatting(world) as chat:
        world.goes_wrong("cut after")
        with pytest.raises(ChatDoubtful):
            await chat.post(place, CARD, key="k" * 25)
        assert await chat.find(place, "k" * 25) is None  # its history is closed to us
        receipt = await chat.post(place, CARD, key="k" * 25)
    assert [one["id"] for one in channel.messages] == [receipt.id]


async def test_a_lost_answer_is_settled_by_looking(world: DiscordWorld) -> None:
    """Hours later the footer tells; somebody else's message with the same footer does not."""
    channel = world.channel()
    place = Place("discord", channel.address)
    async with chatting(world) as chat:
        world.goes_wrong("broken after")
        with pytest.raises(ChatDoubtful):
            await chat.post(place, CARD, key="k" * 25)
        world.forgets_nonces()
        for _ in range(120):
            channel.messages.append(channel.messages[0] | {"id": str(int(channel.messages[-1]["id"]) + 1)})
            channel.messages[-1]["author"] = channel.messages[0]["author"] | {"id": "5"}
        found = await chat.find(place, "k" * 25)
    assert found == Receipt(channel.messages[0]["id"])


async def test_no_answer_at_all(world: DiscordWorld) -> None:
    """What takes too long is a doubt, goes on by itself, and its answer is used when it comes."""
    channel = world.channel()
    place = Place("discord", channel.address)
    async with chatting(world, patience=0.05) as chat:
        await chat.find(place, "x")
        world.goes_wrong("silent after")
        with pytest.raises(ChatDoubtful, match="it may have arrived"):
            await chat.post(place, CARD, key="k" * 25)
        assert await chat.find(place, "k" * 25) is None
        world.release()
        with pytest.raises(ChatDoubtful):
            await chat.post(place, CARD, key="k" * 25)
        assert await chat.find(place, "k" * 25) == Receipt(channel.messages[0]["id"])
        assert world.calls["POST message"] == 1


async def test_follow_ups_go_into_a_thread(world: DiscordWorld) -> None:
    """The thread is made from the first message when it is needed, once; nothing about it need be remembered."""
    channel = world.channel()
    place = Place("discord", channel.address)
    async with chatting(world) as chat:
        first = await chat.post(place, CARD, key="a" * 25)
        second = await chat.post(place, CARD, key="b" * 25, thread=first)
        third = await chat.post(place, CARD, key="c" * 25, thread=first)
        assert await chat.find(place, "c" * 25, thread=first) == third
        assert await chat.find(place, "z" * 25, thread=first) is None
        assert await chat.find(place, "z" * 25, thread=Receipt("123")) is None
        world.goes_wrong("cut after", on="PATCH message")
        with pytest.raises(ChatBusy):
            await chat.edit(place, second, Card(summary="s", title="edited"))
        await chat.edit(place, second, Card(summary="s", title="edited"))
    thread = world.channels[int(first.id)]
    assert [one["id"] for one in thread.messages] == [second.id, third.id]
    assert "edited" in shown(thread.messages[0])
    assert (len(channel.messages), world.calls["POST thread"]) == (1, 1)


async def test_follow_ups_where_no_thread_can_be(world: DiscordWorld) -> None:
    """In a direct message, or when the first message was deleted, they are said in the channel, and found there."""
    channel = world.channel()
    places = (Place("discord", "@me/9"), Place("discord", channel.address))
    async with chatting(world) as chat:
        for place in places:
            first = await chat.post(place, CARD, key=f"{place.address[-1]}a")
            channel.messages.clear()
            second = await chat.post(place, CARD, key=f"{place.address[-1]}b", thread=first)
            assert second.thread == ""
            assert await chat.find(place, f"{place.address[-1]}b", thread=first) == second
    assert [len(world.direct[9].messages), len(channel.messages)] == [2, 1]


async def test_two_make_the_same_thread(world: DiscordWorld) -> None:
    """Another process made it a moment ago: it is used."""
    channel = world.channel()
    place = Place("discord", channel.address)
    async with chatting(world) as one, chatting(world) as two:
        first = await one.post(place, CARD, key="a" * 25)
        await asyncio.gather(*(chat.post(place, CARD, key=key, thread=first) for chat, key in ((one, "b"), (two, "c"))))
    assert len(world.channels[int(first.id)].messages) == 2


async def test_a_forum(world: DiscordWorld) -> None:
    """Each alert is a post with a tag; it is found again, edited, and answered in."""
    forum = world.channel(kind=FORUM, tags=("News", "high"), demands_tag=True)
    place = Place("discord", forum.address)
    async with chatting(world) as chat:
        receipt = await chat.post(place, CARD, key="a" * 25)
        await chat.post(place, Card(summary="s", title="other", severity=Severity.LOW), key="b" * 25)
        assert await chat.find(place, "a" * 25) == receipt
        inside = await chat.post(place, CARD, key="c" * 25, thread=receipt)
        assert await chat.find(place, "c" * 25, thread=receipt) == inside
        await chat.edit(place, receipt, Card(summary="s", title="edited"))
    assert said_in(world, receipt) == 2
    async with chatting(world) as later:  # after a restart it is not known to be a forum
        assert await later.find(place, "a" * 25) == receipt
        assert await later.find(place, "z" * 25) is None


def said_in(world: DiscordWorld, receipt: Receipt) -> int:
    return len(world.channels[int(receipt.thread)].messages)


async def test_what_was_cut_comes_as_a_file(world: DiscordWorld) -> None:
    """The whole card goes along; where files are forbidden the message comes without."""
    channel = world.channel()
    place = Place("discord", channel.address)
    long = Card(summary="s", title="t", sections=tuple(Section(f"Section {n}", "word " * 150) for n in range(20)))
    async with chatting(world) as chat:
        receipt = await chat.post(place, long, key="a" * 25)
        assert [one["filename"] for one in channel.messages[0]["attachments"]] == ["tocsin.txt"]
        await chat.edit(place, receipt, long)
        channel.refuses = (403, 50013, "files")
        await chat.post(place, long, key="b" * 25)
    assert channel.messages[1]["attachments"] == []
    assert "… (+" in shown(channel.messages[1])


TOLD = Card(
    summary="s",
    title="IMPORTANT · Xiaomi @everyone listed",
    sections=(Section("Why", "a medal", quote=True), Section("What it means", "securities *and* shares")),
    links=(Link("Open the entry", "https://list.example/1"),),
    buttons=(Button("Acknowledge", "alert acknowledge", (("key", "k1"),)),),
    footer="a list",
)


async def test_an_embed_that_discord_refuses(world: DiscordWorld, capsys: pytest.CaptureFixture[str]) -> None:
    """The alert comes all the same, once, in plain words with every fact; the log says so, and its key finds it."""
    channel = world.channel(no_embeds=True)
    place = Place("discord", channel.address)
    async with chatting(world) as chat:
        receipt = await chat.post(place, TOLD, key="a" * 25)
        [message] = channel.messages
        for fact in (
            "IMPORTANT · Xiaomi",
            "Why",
            "a medal",
            "securities *and* shares",
            "https://list.example/1",
            "a list",
        ):
            assert fact in shown(message)
        assert not message["embeds"]
        assert not world.rings
        world.forgets_nonces()
        assert await chat.find(place, "a" * 25) == receipt
        logged = "".join(capsys.readouterr())
        assert "discord_drawing_refused" in logged
        assert "a" * 25 in logged
        long = replace(TOLD, sections=(Section("Why", "a medal " * 600),))
        await chat.edit(place, receipt, long)
        assert shown(message).endswith("ref " + "a" * 25)
        assert "https://list.example/1" in shown(message)
        assert [one["filename"] for one in message["attachments"]] == ["tocsin.txt"]


async def test_a_message_that_discord_refuses_in_any_words(world: DiscordWorld) -> None:
    """It is tried once in plain words, and then parked with the reason."""
    channel = world.channel(refuses=(400, 50035, "Invalid Form Body"))
    async with chatting(world) as chat:
        with pytest.raises(ChatRefused, match="part of the message wrong"):
            await chat.post(Place("discord", channel.address), TOLD, key="a" * 25)
    assert world.calls["POST message"] == 2


async def test_limits_are_slept_through_or_handed_back(world: DiscordWorld) -> None:
    """A short limit costs a moment, a long one goes back to the outbox with its length, a ban too."""
    place = Place("discord", world.channel().address)
    async with chatting(world) as chat:
        world.goes_wrong("busy", "busy globally")
        await chat.post(place, CARD, key="a" * 25)
        for trouble, seconds in (("busy for long", 120), ("banned", 900)):
            world.goes_wrong(trouble)
            with pytest.raises(ChatBusy) as busy:
                await chat.post(place, CARD, key="b" * 25)
            assert busy.value.after == timedelta(seconds=seconds)
        world.goes_wrong("page", "page", "page", "page", "page")
        with pytest.raises(ChatDoubtful):
            await chat.post(place, CARD, key="b" * 25)


async def test_refusals_before_a_ban(world: DiscordWorld) -> None:
    """When refusals pile up nothing is asked any more until the window has passed."""
    channel = world.channel(refuses=(403, 50013, "Missing Permissions"))
    place = Place("discord", channel.address)
    async with chatting(world) as chat:
        chat._guard.allowed = 3
        for number in range(3):
            with pytest.raises(ChatRefused, match="Send Messages"):
                await chat.post(place, CARD, key=f"k{number}")
        with pytest.raises(ChatBusy, match="before Discord bans us"):
            await chat.post(place, CARD, key="k9")
    assert world.calls["POST message"] == 3


@pytest.mark.parametrize(
    ("address", "words"),
    [("nowhere", "no place on Discord"), ("1/x", "no place on Discord"), ("1/2", "the channel is gone")],
)
async def test_no_such_place(world: DiscordWorld, address: str, words: str) -> None:
    """It is parked with the next step."""
    async with chatting(world) as chat:
        with pytest.raises(ChatRefused, match=words):
            await chat.post(Place("discord", address), CARD, key="k" * 25)


async def test_a_channel_that_takes_no_messages(world: DiscordWorld) -> None:
    """It is neither a text channel nor a forum: parked, with what to choose instead."""
    place = Place("discord", world.channel(kind=CATEGORY).address)
    async with chatting(world) as chat:
        with pytest.raises(ChatRefused, match="Choose a text channel or a forum"):
            await chat.post(place, CARD, key="k" * 25)


async def test_a_person_who_takes_no_messages(world: DiscordWorld) -> None:
    """It is parked; opening the conversation is not asked for ever."""
    world.closed_people.add(5)
    async with chatting(world) as chat:
        with pytest.raises(ChatRefused, match="share a server"):
            await chat.post(Place("discord", "@me/5"), CARD, key="k" * 25)


EDITED = Card(summary="s", title="edited", sections=(Section("Since then", "Acknowledged by Ana."),))


async def test_a_post_that_was_put_away(world: DiscordWorld) -> None:
    """A forum post or thread that Discord archived is opened to be changed; one that somebody locked is a refusal."""
    forum, channel = world.channel(kind=FORUM), world.channel()
    async with chatting(world) as chat:
        post = await chat.post(Place("discord", forum.address), CARD, key="a" * 25)
        first = await chat.post(Place("discord", channel.address), CARD, key="b" * 25)
        inside = await chat.post(Place("discord", channel.address), CARD, key="c" * 25, thread=first)
        for place, receipt in ((forum, post), (channel, inside)):
            thread = world.channels[int(receipt.thread)]
            thread.archived = True
            await chat.edit(Place("discord", place.address), receipt, EDITED)
            assert "Acknowledged by Ana" in shown(thread.messages[-1])
            assert not thread.archived
            thread.archived = thread.locked = True
            with pytest.raises(ChatRefused, match=r"Missing Permissions|locked"):
                await chat.edit(Place("discord", place.address), receipt, EDITED)


async def test_changing_where_history_is_closed(world: DiscordWorld) -> None:
    """The words change all the same, in a direct message too; what is not ours is left alone, and said so."""
    channel = world.channel(hidden=True)
    place, direct = Place("discord", channel.address), Place("discord", "@me/9")
    async with chatting(world) as chat:
        await chat.edit(place, await chat.post(place, CARD, key="a" * 25), EDITED)
        receipt = await chat.post(direct, CARD, key="b" * 25)
        await chat.edit(direct, receipt, EDITED)
        assert await chat.find(direct, "b" * 25) == receipt
        channel.messages[0]["author"] = channel.messages[0]["author"] | {"id": "5"}
        with pytest.raises(ChatRefused, match="not the bot's own"):
            await chat.edit(place, Receipt(channel.messages[0]["id"]), EDITED)
    assert "Acknowledged by Ana" in shown(channel.messages[0])
    assert "Acknowledged by Ana" in shown(world.direct[9].messages[0])


async def test_a_message_that_was_deleted(world: DiscordWorld) -> None:
    """It cannot be edited; that is no doubt."""
    channel = world.channel()
    async with chatting(world) as chat:
        with pytest.raises(ChatRefused, match="deleted"):
            await chat.edit(Place("discord", channel.address), Receipt("123"), CARD)


# ── The doctor ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_doctor(world: DiscordWorld) -> None:
    """The token, the link with the least permissions, and each channel that cannot be posted to."""
    fine, shut = world.channel(), world.channel(denied=(1 << 11) | (1 << 14))
    places = [Place("discord", one) for one in (fine.address, shut.address, "@me/5", f"{GUILD}/42")]

    async def watched() -> list[Place]:
        return [*places, Place("slack", "T/C")]

    async with chatting(world, places=watched) as chat:
        lines = [line async for line in chat.check()]
    assert "the token works" in lines[0]
    assert "scope=bot+applications.commands" in lines[1]
    assert "permissions=" in lines[1]
    [lacking] = [line for line in lines if "lacks" in line]
    assert lacking.startswith(f"discord:{shut.address}: the bot lacks Embed Links, Send Messages; next: Edit Channel")
    assert any("the channel is gone" in line and "next:" in line for line in lines)
    assert lines[-1].startswith("2 of 4 watched places")


async def test_the_doctor_without_a_network(world: DiscordWorld) -> None:
    """It says so, and what to do."""
    await world._site.stop()
    async with chatting(world) as chat:
        [line] = [line async for line in chat.check()]
    assert "cannot be reached" in line
    assert "next:" in line


# ── Promises ──────────────────────────────────────────────────────────────────────────────────────────────────────

FAULTS = ["cut before", "cut after", "unavailable", "broken", "broken after", "busy", "busy for long"]


RISKY = {"POST message", "PATCH message", "POST forum", "POST thread", "GET message", "GET history"}


async def test_a_thousand_alerts_with_faults(world: DiscordWorld, store: SqliteStore) -> None:
    """Of 1,000 alerts, follow-ups among them, a fifth of all requests going wrong in every way: none lost, none

    repeated, each where it belongs; and every message that changed says so in the end.
    """
    chance = random.Random(20261123)
    world.risky = RISKY
    world.chance = lambda: chance.choice(FAULTS) if chance.random() < 0.2 else ""
    channels = [world.channel(kind=FORUM if number % 10 == 9 else TEXT) for number in range(50)]
    clock = SetClock(NOON)
    alerts = [numbered(number, channels[number % 50].address) for number in range(1000)]
    firsts = [one for number, one in enumerate(alerts) if not is_follow_up(number)]
    updates = [acknowledged(one) for one in firsts[::9]]
    await store.enqueue([*alerts, *updates])
    async with chatting(world) as chat:
        courier = Courier(store=store, chat=chat, clock=clock, sources=dict, operators=Place("console"))
        while await store.deliveries(state="waiting", limit=1):
            if not await courier.round():
                clock.passes(seconds=30)  # within the minutes for which Discord remembers a nonce
                world.clock += 30
    assert not await store.deliveries(state="parked")
    said = [one for channel in world.channels.values() for one in channel.messages]
    refs = Counter(draw.ref_of(one["embeds"][-1]["footer"]["text"]) for one in said)
    assert set(refs) == {one.key for one in alerts}, "lost"
    assert {ref: count for ref, count in refs.items() if count > 1} == {}, "repeated"
    by_ref = {draw.ref_of(one["embeds"][-1]["footer"]["text"]): one for one in said}
    edited = [one.message.of for one in updates if isinstance(one.message, Update)]
    assert all("Acknowledged by Ana" in shown(by_ref[key]) for key in edited)
    for one in alerts:
        if one.follows:
            assert "reports" in shown(by_ref[one.follows[0]])
            assert by_ref[one.key]["channel_id"] == by_ref[one.follows[0]]["id"], "in the first one's thread"
    for channel in channels:
        order = [int(one["id"]) for one in channel.messages]
        assert order == sorted(order), "oldest first in each channel"
    assert world.invalid < 1000
    assert world.calls["PATCH message"] > len(updates)


def is_follow_up(number: int) -> bool:
    """Every eighth alert of a channel is another outlet's report of the one before."""
    return (number // 50) % 8 == 7


def numbered(number: int, address: str) -> Delivery:
    one = replace(
        alert(f"n{number}"),
        company=Company(id=f"c{number}", name=f"Company {number}"),
        kind=AlertKind.LISTING_STORY,
        story=replace(story(str(number)), publisher=f"Outlet {number}"),
        changes=(),
        follows=(f"n{number - 50}",) if is_follow_up(number) else (),
    )
    return Delivery.of(one, Place("discord", address), because="a test", due=NOON + timedelta(seconds=number))


def acknowledged(of: Delivery) -> Delivery:
    update = Update.of_delivery(of.key, UpdateKind.ACKNOWLEDGED, at=NOON, by="Ana")
    return Delivery.of(update, of.place, because="a test", due=of.due + timedelta(hours=1))


def note(number: int, address: str) -> Delivery:
    notice = Notice(id=f"n{number}", source="us_csl", title=f"Alert {number}", text="x", at=NOON)
    return Delivery.of(notice, Place("discord", address), because="a test", due=NOON + timedelta(seconds=number))


KILLED = """
import asyncio, sys
from datetime import timedelta
from pathlib import Path
from adapters.discord.post import DiscordChat
from adapters.stores.sqlite import SqliteStore
from bot.deliver import Courier
from bot.doctor import examine
from tests.worlds.discord import TOKEN
from tests.worlds.nouns import NOON
from tests.worlds.pages import SetClock

async def main() -> None:
    store = SqliteStore(Path(sys.argv[1]))
    await store.open()
    chat = DiscordChat(TOKEN, api_url=sys.argv[2])
    courier = Courier(store=store, chat=chat, clock=SetClock(NOON + timedelta(hours=1)), sources=dict)

    async def settle(delivery: object) -> bool:
        print("posted", flush=True)
        await asyncio.Event().wait()
        return True

    store.settle = settle
    await courier.round()

asyncio.run(main())
"""


@pytest.mark.parametrize("hours", [0, 5])
async def test_killed_between_posting_and_settling(
    world: DiscordWorld, store: SqliteStore, tmp_path: Path, hours: int
) -> None:
    """kill -9 when Discord has the message and the store does not know: after the restart there is one message."""
    channel = world.channel()
    await store.enqueue([note(1, channel.address)])
    command = [sys.executable, "-W", "ignore", "-c", KILLED, str(tmp_path / "tocsin.db"), world.api_url]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    while await process.stdout.readline() != b"posted\n":
        assert not process.stdout.at_eof()
    process.kill()
    await process.wait()
    assert len(channel.messages) == 1
    if hours:
        world.forgets_nonces()
    async with chatting(world) as chat:
        clock = SetClock(NOON + timedelta(hours=1 + hours, minutes=5))
        assert await Courier(store=store, chat=chat, clock=clock, sources=dict).round() == 1
    [settled] = await store.deliveries()
    assert settled.receipt == Receipt(channel.messages[0]["id"])
    assert len(channel.messages) == 1


# ── The whole program ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_program_with_a_token(world: DiscordWorld, tmp_path: Path) -> None:
    """From settings alone: doctor's lines, a watch by slash command, and in the channel the alert of a poll."""
    channel = world.channel()
    chosen = load(
        discord_token=TOKEN,
        discord_api_url=world.api_url,
        discord_gateway_url=world.gateway_url,
        tocsin_home=str(tmp_path / "home"),
        tocsin_operators=f"discord:{channel.address}",
        tocsin_sources="us_dod_cmc",
        tocsin_feeds="none",
    )
    assert TOKEN not in repr(chosen)
    async with open_house(chosen) as house:
        house.__dict__["book"] = CompanyBook(shipped().companies())  # nobody has asked it yet
        assert [chat.platform for chat in house.chats] == ["discord"]
        lines = [finding.text async for finding in examine(house, offline=True)]
        assert any("the token works" in line for line in lines)
        running = asyncio.create_task(house.run("discord"))
        await world.connected()
        watched = await (await world.types("/watch add", channel=channel, name="Xiaomi")).answer()
        assert "Watching Xiaomi" in shown(watched)
        source = (await house.catalogue())["us_dod_cmc"]
        for names in (COMPANIES, [*COMPANIES, "Xiaomi Corporation"]):
            text = "\n".join(["Name,Start date", *(f'"{name}",2021-01-14' for name in names), ""])
            document = Document.of(text.encode(), at=house.clock.now(), content_type="text/csv")
            await house.watcher.poll(source, document=document)
        await until(lambda: any("Xiaomi" in one["embeds"][0]["title"] for one in channel.messages))
        await until(lambda: "_by_core" in vars(house.book))  # before somebody has to wait for it
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert json.loads((tmp_path / "home" / "discord-commands.json").read_text())
    assert world.rings == []


COMPANIES = [f"China Example Number {n} Group Co., Ltd." for n in range(60)]


async def test_without_a_token_there_is_the_console(tmp_path: Path) -> None:
    """And with one, the console goes on printing while the operators read it there."""
    store, clock = SqliteStore(tmp_path / "x.db"), SetClock()
    plain = load(tocsin_home=str(tmp_path), discord_token="", slack_bot_token="")
    assert [chat.platform for chat in chats_for(plain, clock, store)] == ["console"]
    both = chats_for(load(tocsin_home=str(tmp_path), discord_token=TOKEN, slack_bot_token=""), clock, store)
    assert [chat.platform for chat in both] == ["discord", "console"]
    assert TOKEN not in repr(both)


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "transcripts").glob("*.txt")), ids=lambda path: path.stem)
async def test_the_transcripts_of_the_console(world: DiscordWorld, store: SqliteStore, path: Path) -> None:
    """What is typed in the transcripts gets the same words as a slash command; Discord asks for what is missing."""
    front, channel, answered = desk_on(store, SetClock()), world.channel(), 0
    locale = "fr" if path.stem.endswith(".fr") else "en-US"

    class Remembering(Recorder):
        async def answer(self, request: Request) -> Reply:
            self.reply = await front.answer(request)
            return self.reply

    desk = Remembering()
    async with listening(world, desk):
        for line in typed_in(path):
            typed = request(line, place=Place("console"), person="you", language="en", at=NOON)
            if typed.command not in commands():
                continue
            given = dict(typed.arguments)
            if any(one.required and one.name not in given for one in commands()[typed.command].arguments):
                continue
            options = {"name" if name == "names" else name: as_typed(value) for name, value in given.items()}
            command = on_discord(typed.command)[0].split(" name:")[0]
            command = " ".join(word for word in command.split() if not word.endswith(":"))
            asked = await world.types(command, channel=channel, locale=locale, **options)  # type: ignore[arg-type]
            answer = await asked.answer()
            for card in desk.reply.cards[:1]:
                for words in (card.title, *(line for section in card.sections for line in section.text.split("\n"))):
                    plain = _TIME.sub("TIME", " ".join(read(draw.escape(words))[0].split()))
                    assert plain in _TIME.sub("TIME", " ".join(shown(answer).split()))
            answered += 1
    assert answered


#: A time as the program writes it, or as Discord shows it to each reader.
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC|<t:\d+:f>")


def typed_in(path: Path) -> list[str]:
    return [line[2:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("> ")]


def as_typed(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)
