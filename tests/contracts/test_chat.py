"""What every chat promises the courier. A new chat is one more world below: `WORLDS["name"] = its_world`."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from adapters.console import ConsoleChat
from adapters.slack.post import SlackChat
from bot.model import Button, Card, Link, Place, Reply, Request, Section, Severity
from bot.ports import Chat
from tests.worlds.slack import BOT_TOKEN, SlackWorld, pings, words


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWorld:
    """A chat with somewhere to post, and what can be seen there."""

    chat: Chat
    place: Place
    said: Callable[[], list[str]]  #: all the words of each message there, oldest first
    rings: Callable[[], list[str]]  #: whom the messages there would ping
    tells: bool  #: whether it can look a message up
    edits: bool  #: whether an edit replaces what was said, or says it again
    secrets: tuple[str, ...] = ()


@asynccontextmanager
async def console_world() -> AsyncIterator[ChatWorld]:
    out = io.StringIO()
    chat = ConsoleChat(out=out, ask=io.StringIO())
    said = lambda: [part for part in out.getvalue().split("\n\n") if part]  # noqa: E731 - a world in one screen
    yield ChatWorld(chat=chat, place=Place("console"), said=said, rings=list, tells=False, edits=False)


@asynccontextmanager
async def slack_world() -> AsyncIterator[ChatWorld]:
    async with SlackWorld() as slack:
        chat = SlackChat(BOT_TOKEN, api_url=slack.api_url, pace=timedelta(0))
        messages = slack.channels["C024"].messages
        yield ChatWorld(
            chat=chat,
            place=Place("slack", "T0/C024"),
            said=lambda: [words(one) for one in messages],
            rings=lambda: [ring for one in messages for ring in pings(one)],
            tells=True,
            edits=True,
            secrets=(BOT_TOKEN,),
        )
        await chat.close()


WORLDS: dict[str, Callable[[], AbstractAsyncContextManager[ChatWorld]]] = {
    "console": console_world,
    "slack": slack_world,
}

CARD = Card(
    summary="IMPORTANT: Xiaomi added to the list",
    title="IMPORTANT · Xiaomi added to the list",
    severity=Severity.HIGH,
    sections=(Section("Why", "a medal", quote=True), Section("", "a plain line")),
    links=(Link("Open", "https://example.com/a"),),
    buttons=(Button("Mute a day", "mute", (("days", "1"),)), Button("Mute a week", "mute", (("days", "7"),))),
    footer="DoD",
)


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[ChatWorld]:
    async with WORLDS[request.param]() as world:
        yield world


class Desk:
    """Answers whatever it is asked."""

    async def answer(self, request: Request) -> Reply:
        return Reply(cards=(CARD,))

    def complete(self, command: str, argument: str, typed: str, limit: int = 25) -> Sequence[str]:
        return ()


async def test_what_is_posted_is_said_once(world: ChatWorld) -> None:
    """Title, headings, quotations, lines and footer are all there, and the receipt says where."""
    receipt = await world.chat.post(world.place, CARD, key="k1")
    assert receipt.id
    (said,) = world.said()
    for part in (CARD.title, "Why", "a medal", "a plain line", "Open", "DoD"):
        assert part in said


async def test_a_message_is_found_by_its_key_or_not_at_all(world: ChatWorld) -> None:
    """A chat that can tell finds exactly that message; one that cannot says None, never another."""
    posted = {key: await world.chat.post(world.place, CARD, key=key) for key in ("k1", "k2")}
    found = {key: await world.chat.find(world.place, key) for key in ("k1", "k2", "k3")}
    assert found == ({**posted, "k3": None} if world.tells else dict.fromkeys(found))


async def test_an_edit_says_the_new_words(world: ChatWorld) -> None:
    """Where messages can be changed, the old words are gone."""
    receipt = await world.chat.post(world.place, CARD, key="k1")
    await world.chat.edit(world.place, receipt, replace(CARD, title="Xiaomi taken off", sections=(), footer="now"))
    assert "Xiaomi taken off" in world.said()[-1]
    if world.edits:
        (said,) = world.said()
        assert "a medal" not in said
        assert await world.chat.find(world.place, "k1") == receipt


async def test_outside_text_rings_nobody(world: ChatWorld) -> None:
    """Whatever somebody wrote into a headline, nobody is pinged, and its letters can be read."""
    hostile = "<!channel> <@U7> @everyone @here <#C024> <https://evil.example|click> *b* _i_ `c` :tada:"
    card = Card(
        summary=hostile,
        title=hostile,
        sections=(Section(hostile, hostile, quote=True), Section("", hostile)),
        links=(Link(hostile, "https://example.com/"), Link("no web address", "javascript:alert(1)")),
        buttons=(Button(hostile, "why"),),
        footer=hostile,
    )
    await world.chat.post(world.place, card, key="k1")
    assert not world.rings()
    assert "*b* _i_ `c` :tada:" in world.said()[0]


@pytest.mark.parametrize(
    "card",
    [
        Card(summary="", title=""),
        Card(summary="s", title="t", sections=(Section("", ""), Section("h", ""), Section("", " ", quote=True))),
        Card(summary="s" * 9000, title="t" * 900, footer="f" * 9000, sections=(Section("h" * 900, "w " * 20000),)),
        Card(summary="&" * 4000, title="<" * 150, footer="&" * 2500, sections=(Section("<" * 200, '"' * 3000),)),
        Card(
            summary="s", title="t", sections=tuple(Section(f"h{n}", f"line {n}", quote=n % 2 == 0) for n in range(300))
        ),
        Card(summary="s", title="t", sections=tuple(Section("", "小米" * 400) for _ in range(60))),
        Card(summary="s", title="t", links=tuple(Link(f"l{n}", f"https://example.com/{'a' * 900}") for n in range(9))),
        Card(
            summary="s", title="t", buttons=tuple(Button(f"b{n}", "why", (("key", "k" * n * 90),)) for n in range(40))
        ),
    ],
    ids=["nothing", "blank parts", "long", "marks", "many sections", "chinese", "long links", "many buttons"],
)
async def test_every_card_is_taken(world: ChatWorld, card: Card) -> None:
    """However long, empty or odd: it is drawn within the platform's limits, not refused."""
    await world.chat.post(world.place, card, key="k1")
    assert len(world.said()) == 1 or not world.tells


async def test_the_doctor_gets_lines(world: ChatWorld) -> None:
    """At least one, none of them empty, no secret in any."""
    lines = [line async for line in world.chat.check()]
    assert lines
    assert all(lines)
    assert not any(secret in line for line in lines for secret in world.secrets)


async def test_it_serves_until_it_is_cancelled(world: ChatWorld) -> None:
    """`run` ends by cancellation only, and closing twice does no harm."""
    serving = asyncio.create_task(world.chat.run(Desk()))
    await asyncio.sleep(0)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    await world.chat.close()
    await world.chat.close()


async def test_its_secrets_cannot_be_printed(world: ChatWorld, caplog: pytest.LogCaptureFixture) -> None:
    """Neither its representation nor what it logs while it posts shows a token."""
    await world.chat.post(world.place, CARD, key="k1")
    shown = repr(world.chat) + str(getattr(world.chat, "line", "")) + caplog.text
    assert not any(secret in shown for secret in world.secrets)
