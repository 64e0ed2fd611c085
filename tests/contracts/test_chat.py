"""The words of `bot.ports.Chat`, on every chat alike. A new chat is one world and one line in WORLDS."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import pytest

from adapters.console import ConsoleChat
from adapters.discord.post import DiscordChat
from adapters.slack.post import SlackChat
from bot.cards import LANGUAGES, Reader, alert_card, notice_card, standing_card
from bot.errors import ChatBusy, ChatDoubtful, ChatRefused
from bot.messages import alert_effects
from bot.model import Alert, AlertKind, Button, Card, Link, Notice, Place, Receipt, Section, Severity, Standing
from bot.ports import Chat
from tests.worlds.discord import DiscordWorld, hurried, live, shown
from tests.worlds.nouns import NOON, alert, story
from tests.worlds.slack import BOT_TOKEN, SlackWorld, pings
from tests.worlds.slack import words as slack_words

KEY = "abcdefghijklmnopqrstuvwxy"
HOSTILE = (
    "@everyone @here <@123> <@&456> <!channel> <#1> [win](https://evil.example) https://evil.example **b** __u__ ~~s~~ "
    "||spoiler|| `code` *i* _i_ \u202egnp.exe\u202c a\u200bb\u2066c\u2069 </kick:1> <:x:1> \ud800 \x1b[31m &lt;"
)
BLOCKS = "# heading\n> quote\n- item\n1. first\n-# small\n```\ncode\n```"


class World(Protocol):
    """A chat and its platform, as a test needs them."""

    chat: Chat
    place: Place
    remembers: bool  #: whether `find` can tell
    secrets: tuple[str, ...]

    def messages(self) -> list[str]:
        """What a person reads, message by message."""

    def trouble(self) -> list[str]:
        """What in the messages rings, links or formats without being the chat's own."""

    def goes_wrong(self, what: str) -> None:
        """The next post meets "busy", "refused", "lost before", "lost after", "broken". KeyError: it never happens."""


class ConsoleWorld:
    remembers = False
    secrets: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.out = io.StringIO()
        self.chat: Chat = ConsoleChat(out=self.out)
        self.place = Place("console")

    def messages(self) -> list[str]:
        return [one for one in self.out.getvalue().split("\n\n") if one.strip()]

    def trouble(self) -> list[str]:
        return [mark for mark in ("\x1b", "\u202e", "\u200b") if mark in self.out.getvalue()]

    def goes_wrong(self, what: str) -> None:
        raise KeyError(what)


class DiscordDesk:
    remembers = True
    CAN = {  # noqa: RUF012 - a table
        "busy": "busy for long",
        "refused": "50001",
        "lost before": "cut before",
        "lost after": "cut after",
        "broken": "unavailable",
    }

    def __init__(self, world: DiscordWorld) -> None:
        self.world = world
        self.channel = world.channel()
        self.chat: Chat = DiscordChat(world.token, api_url=world.api_url, gateway_url=world.gateway_url)
        self.place = Place("discord", self.channel.address)
        self.secrets: tuple[str, ...] = (world.token,)

    def messages(self) -> list[str]:
        return [shown(one) for one in self.channel.messages]

    def trouble(self) -> list[str]:
        hidden = [mark for one in self.channel.messages for mark in "\u202e\u2066\u200b\x1b" if mark in str(one)]
        return [*self.world.rings, *hidden, *(found for one in self.channel.messages for found in live(one))]

    def goes_wrong(self, what: str) -> None:
        if what == "refused":
            self.channel.refuses = (403, 50001, "Missing Access")
        else:
            self.world.goes_wrong(self.CAN[what])


class SlackDesk:
    remembers = True
    secrets: tuple[str, ...] = (BOT_TOKEN,)
    CAN = {"busy": "busy", "lost before": "cut", "lost after": "lost", "broken": "down"}  # noqa: RUF012 - a table

    def __init__(self, world: SlackWorld) -> None:
        self.world = world
        self.world.retry_after = 90
        self.channel = world.channels["C024"]
        self.chat: Chat = SlackChat(BOT_TOKEN, api_url=world.api_url, pace=timedelta(0))
        self.place = Place("slack", "T0/C024")

    def messages(self) -> list[str]:
        return [slack_words(one) for one in self.channel.messages]

    def trouble(self) -> list[str]:
        hidden = [mark for one in self.channel.messages for mark in "\u202e\u2066\u200b\x1b" if mark in repr(one)]
        return [*self.world.refused, *hidden, *(ring for one in self.channel.messages for ring in pings(one))]

    def goes_wrong(self, what: str) -> None:
        self.channel.archived = what == "refused"
        if what != "refused":
            self.world.fates.append(self.CAN[what])


async def console(stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch) -> World:
    return ConsoleWorld()


async def discord(stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch) -> World:
    world = await stack.enter_async_context(DiscordWorld())
    hurried(world, monkeypatch)
    desk = DiscordDesk(world)
    stack.push_async_callback(desk.chat.close)
    return desk


async def slack(stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch) -> World:
    world = SlackDesk(await stack.enter_async_context(SlackWorld()))
    stack.push_async_callback(world.chat.close)
    return world


WORLDS: dict[str, Callable[[AsyncExitStack, pytest.MonkeyPatch], Awaitable[World]]] = {
    "console": console,
    "discord": discord,
    "slack": slack,
}


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        yield await WORLDS[request.param](stack, monkeypatch)


def card(title: str = "HIGH · Xiaomi on the list", text: str = "Because of section 1237.", **more: object) -> Card:
    made = Card(summary=title, title=title, severity=Severity.HIGH, sections=(Section("Why", text),))
    return replace(made, **more)  # type: ignore[arg-type]


def squeezed(text: str) -> str:
    """Without line breaks, which each chat places where it likes."""
    return " ".join(text.split())


async def test_a_card_is_read_whole(world: World) -> None:
    """Title, headings, words, links and footer all arrive."""
    links = (Link("Open the entry", "https://list.example/entry?id=1&x=2"),)
    buttons = (Button("Stop watching", "watch remove", (("names", "Xiaomi"),), danger=True),)
    await world.chat.post(world.place, card(links=links, buttons=buttons, footer="Entity List · BIS"), key=KEY)
    [read] = world.messages()
    for words in (
        "HIGH · Xiaomi on the list",
        "Why",
        "Because of section 1237.",
        "Open the entry",
        "Entity List · BIS",
    ):
        assert words in squeezed(read)


async def test_what_was_said_is_found_by_its_key(world: World) -> None:
    """The receipt of the message, or None where the platform cannot tell; never another's."""
    first = await world.chat.post(world.place, card(), key=KEY)
    await world.chat.post(world.place, card("another"), key="b" * 25)
    assert await world.chat.find(world.place, KEY) == (first if world.remembers else None)
    assert await world.chat.find(world.place, "c" * 25) is None


async def test_a_message_is_replaced(world: World) -> None:
    """The state is read from the message itself; it can still be found."""
    receipt = await world.chat.post(world.place, card(), key=KEY)
    await world.chat.edit(world.place, receipt, card("HIGH · Xiaomi taken off the list"))
    assert "taken off" in world.messages()[-1]
    if world.remembers:
        assert len(world.messages()) == 1
        assert await world.chat.find(world.place, KEY) == receipt


async def test_hostile_words(world: World) -> None:
    """Whatever others wrote cannot ring, link, format or reorder; what is harmless in it is read as it stands."""
    hostile = Card(
        summary=HOSTILE,
        title=HOSTILE,
        sections=(Section(HOSTILE, f"{HOSTILE}\n{BLOCKS}"), Section("", BLOCKS), Section("Quoted", BLOCKS, quote=True)),
        links=(Link(HOSTILE, "https://fine.example/"), Link("odd", "javascript:alert(1)"), Link("x", "https://a b/>c")),
        buttons=(Button(HOSTILE, "lookup", (("name", HOSTILE),)),),
        footer=HOSTILE,
    )
    await world.chat.post(world.place, hostile, key=KEY)
    [read] = ["\n".join(world.messages())]
    assert world.trouble() == []
    assert "[win](https://evil.example)" in squeezed(read)
    assert "1. first" in squeezed(read)


@pytest.mark.parametrize("size", [250, 1100, 4200, 30_000])
async def test_long_words_are_cut_where_one_can_see_it(world: World, size: int) -> None:
    """The platform takes it, whatever its limits are; what is left out is marked."""
    words = " ".join(f"*{number}_" for number in range(size // 6))
    long = card(words, words, summary=words, footer=words, links=(Link(words, f"https://a.example/{'x' * size}"),))
    await world.chat.post(world.place, replace(long, sections=long.sections * 3), key=KEY)
    read = "\n".join(world.messages())
    assert words in squeezed(read) or "…" in read


async def test_a_thousand_short_sections(world: World) -> None:
    """A list of many lines is taken too."""
    await world.chat.post(world.place, card(sections=tuple(Section("", f"line {n}") for n in range(1000))), key=KEY)
    assert "line 0" in world.messages()[0]


async def test_busy(world: World) -> None:
    """The delivery waits as long as the platform asks."""
    _meets(world, "busy")
    with pytest.raises(ChatBusy) as busy:
        await world.chat.post(world.place, card(), key=KEY)
    assert busy.value.after is not None
    assert busy.value.after >= timedelta(seconds=60)
    assert world.messages() == []


async def test_refused(world: World) -> None:
    """Never here: with the place and what a person must do about it, and not as a doubt."""
    _meets(world, "refused")
    with pytest.raises(ChatRefused) as refusal:
        await world.chat.post(world.place, card(), key=KEY)
    assert not isinstance(refusal.value, ChatDoubtful)
    assert str(world.place) in str(refusal.value)
    assert len(str(refusal.value)) > 60


@pytest.mark.parametrize(("what", "there"), [("lost before", 0), ("lost after", 1), ("broken", 0)])
async def test_an_answer_that_never_came(world: World, what: str, there: int) -> None:
    """It is a doubt; looking settles it, and what is posted only if it is not there is there once."""
    _meets(world, what)
    with pytest.raises((ChatDoubtful, ChatBusy)):
        await world.chat.post(world.place, card(), key=KEY)
    assert len(world.messages()) == there
    found = await world.chat.find(world.place, KEY)
    assert (found is not None) == bool(there)
    assert found or await world.chat.post(world.place, card(), key=KEY)
    assert len(world.messages()) == 1


def _meets(world: World, what: str) -> None:
    try:
        world.goes_wrong(what)
    except KeyError:
        pytest.skip("cannot happen here")


async def test_secrets_are_not_printed(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither in what it is called, nor in its errors, nor in the log, nor in what the doctor says."""
    said = [repr(world.chat)]
    for what in ("refused", "broken", "lost before"):
        try:
            world.goes_wrong(what)
            await world.chat.post(world.place, card(), key=KEY)
        except KeyError:
            pass
        except (ChatBusy, ChatRefused) as error:
            said += [str(error), repr(error), repr(error.__cause__)]
    said += [line async for line in world.chat.check()]
    out = capsys.readouterr()
    for secret in world.secrets:
        assert not any(secret in text for text in [*said, out.out, out.err])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_kind_of_message_in_every_language(world: World, language: str) -> None:
    """What the program has to say is taken by the platform and read whole."""
    reader = Reader(now=NOON, language=language)
    for number, card in enumerate(every_card(reader)):
        await world.chat.post(world.place, card, key=f"k{number}".ljust(25, "a"))
        assert squeezed(card.title) in squeezed("\n".join(world.messages()))
    assert world.trouble() == []


def every_card(reader: Reader) -> list[Card]:
    alerts: list[Alert] = []
    for kind in AlertKind:
        told = kind in {AlertKind.LISTING_STORY, AlertKind.SUBJECT, AlertKind.MENTION, AlertKind.NOTICE}
        one = replace(alert(), kind=kind)
        alerts.append(replace(one, story=story(), changes=()) if told else one)
    cards = [alert_card(one, alert_effects(one, reader.language), reader) for one in alerts]
    notice = Notice(id="n", source="us_csl", title="us_csl: unread", text="for 26 hours; next: look", at=NOON)
    standing = Standing(id="s", at=NOON, found=((alert().company, ()),), read=(("us_csl", NOON),))
    return [*cards, notice_card(notice, reader), standing_card(standing, reader)]


async def test_many_at_once(world: World) -> None:
    """Couriers post to many places and keys at the same time; each gets its own receipt."""
    keys = [f"k{number}".ljust(25, "a") for number in range(40)]
    receipts = await asyncio.gather(*(world.chat.post(world.place, card(), key=key) for key in keys))
    assert len({one.id for one in receipts}) == 40
    assert all(isinstance(one, Receipt) for one in receipts)
