"""What every chat promises the courier. A new chat is one more world below: `WORLDS["name"] = its_world`."""

from __future__ import annotations

import asyncio
import html
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from adapters.console import ConsoleChat
from adapters.discord.post import DiscordChat
from adapters.slack.post import SlackChat
from bot.cards import LANGUAGES, Reader, alert_card, notice_card, standing_card
from bot.errors import ChatBusy, ChatDoubtful, ChatRefused
from bot.messages import alert_effects
from bot.model import (
    AlertKind,
    Attachment,
    Button,
    Card,
    Form,
    Link,
    Notice,
    Place,
    Reply,
    Request,
    Section,
    Severity,
    Standing,
)
from bot.ports import Chat
from tests.worlds.discord import DiscordWorld, hurried, live, shown, until
from tests.worlds.nouns import NOON, alert, story
from tests.worlds.slack import APP_TOKEN, BOT_TOKEN, SlackWorld, pings, served, words


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
    live: Callable[[], list[str]] = list  #: what in the messages formats or links without being the chat's own
    #: The next post meets "busy", "refused", "lost before", "lost after" or "down"; None where none of it can happen.
    goes_wrong: Callable[[str], None] | None = None
    #: The same for the next edit, and "gone": somebody deleted the message.
    edit_goes_wrong: Callable[[str], None] | None = None


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
            goes_wrong=lambda what: slack_trouble(slack, what),
            edit_goes_wrong=lambda what: messages.clear() if what == "gone" else slack_trouble(slack, what),
        )
        await chat.close()


def slack_trouble(slack: SlackWorld, what: str) -> None:
    if what == "refused":
        slack.channels["C024"].archived = True
    else:
        slack.fates.append({"lost before": "cut", "lost after": "lost"}.get(what, what))


@asynccontextmanager
async def discord_world() -> AsyncIterator[ChatWorld]:
    async with DiscordWorld() as discord:
        with pytest.MonkeyPatch.context() as patched:
            hurried(discord, patched)
            channel = discord.channel()
            chat = DiscordChat(discord.token, api_url=discord.api_url, gateway_url=discord.gateway_url)

            def goes_wrong(what: str, on: str = "POST message") -> None:
                if what == "refused":
                    channel.refuses = (403, 50001, "Missing Access")
                elif what == "gone":
                    channel.messages.clear()
                else:
                    names = {"busy": "busy for long", "lost before": "cut before", "lost after": "cut after"}
                    discord.goes_wrong(names.get(what, "unavailable"), on=on)

            yield ChatWorld(
                chat=chat,
                place=Place("discord", channel.address),
                said=lambda: [shown(one) for one in channel.messages],
                rings=lambda: discord.rings,
                tells=True,
                edits=True,
                secrets=(discord.token,),
                live=lambda: [found for one in channel.messages for found in live(one)],
                goes_wrong=goes_wrong,
                edit_goes_wrong=lambda what: goes_wrong(what, on="PATCH message"),
            )
            await chat.close()


WORLDS: dict[str, Callable[[], AbstractAsyncContextManager[ChatWorld]]] = {
    "console": console_world,
    "slack": slack_world,
    "discord": discord_world,
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


@dataclass(frozen=True, slots=True)
class Desk:
    """Answers whatever it is asked."""

    reply: Reply = Reply(cards=(CARD,))

    async def answer(self, request: Request) -> Reply:
        return self.reply

    async def form(self, request: Request) -> Form | None:
        return None

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


async def test_an_edit_keeps_what_a_message_is_known_by(world: ChatWorld) -> None:
    """Told the key or not, twice the same or not: it is one message, and it is found."""
    receipt = await world.chat.post(world.place, CARD, key="k1")
    for title in ("One", "Two", "Two"):
        await world.chat.edit(world.place, receipt, replace(CARD, title=title), key="k1")
    if world.edits:
        assert len(world.said()) == 1
        assert "Two" in world.said()[0]
        assert await world.chat.find(world.place, "k1") == receipt


async def test_an_edit_rings_nobody(world: ChatWorld) -> None:
    """Words that change are as hostile as words that are new."""
    hostile = "<!channel> <@U7> @everyone [win](https://evil.example) https://evil.example **b**"
    receipt = await world.chat.post(world.place, CARD, key="k1")
    card = Card(summary=hostile, title=hostile, sections=(Section(hostile, hostile),), footer=hostile)
    await world.chat.edit(world.place, receipt, card, key="k1")
    assert not world.rings()
    assert not world.live()


@pytest.mark.parametrize("what", ["busy", "lost before", "lost after", "down"])
async def test_an_edit_that_may_not_have_arrived(world: ChatWorld, what: str) -> None:
    """It is tried later, and being told twice does no harm."""
    receipt = await world.chat.post(world.place, CARD, key="k1")
    _meets(world.edit_goes_wrong, what)
    with pytest.raises((ChatBusy, ChatDoubtful)) as doubt:
        await world.chat.edit(world.place, receipt, replace(CARD, title="New"), key="k1")
    assert not any(secret in f"{doubt.value}{doubt.value.__cause__!r}" for secret in world.secrets)
    await world.chat.edit(world.place, receipt, replace(CARD, title="New"), key="k1")
    (said,) = world.said()
    assert "New" in said


@pytest.mark.parametrize("what", ["gone", "refused"])
async def test_an_edit_that_cannot_be(world: ChatWorld, what: str) -> None:
    """The message is gone or the place is closed: a refusal, and no doubt."""
    receipt = await world.chat.post(world.place, CARD, key="k1")
    _meets(world.edit_goes_wrong, what)
    with pytest.raises(ChatRefused) as refusal:
        await world.chat.edit(world.place, receipt, replace(CARD, title="New"), key="k1")
    assert not isinstance(refusal.value, ChatDoubtful)
    assert not any(secret in str(refusal.value) for secret in world.secrets)


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
    assert not world.live()
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


HIDDEN = "\u202egnp.exe\u202c a\u200bb \u2066c\u2069 \ud800 \x1b[31m"
FORMATS = (
    "[win](https://evil.example) https://evil.example **b** __u__ ~~s~~ ||x|| `c` </kick:1> <:x:1> <@&4> @everyone"
)
LINES = "# heading\n> quote\n- item\n1. first\n-# small\n```\ncode\n```\n&lt;b&gt;"


async def test_outside_text_is_shown_as_it_is(world: ChatWorld) -> None:
    """It neither formats nor links nor begins a list; what is invisible or turns the line around is gone."""
    text = f"{HIDDEN} {FORMATS}"
    card = Card(
        summary=text,
        title=text,
        sections=(Section(text, f"{text}\n{LINES}"), Section("", LINES), Section("Quoted", LINES, quote=True)),
        links=(Link(text, "https://fine.example/"), Link("odd", "https://a b/>c")),
        buttons=(Button(text, "lookup", (("name", text),)),),
        footer=text,
    )
    await world.chat.post(world.place, card, key="k1")
    said = " ".join("\n".join(world.said()).split())
    assert "[win](https://evil.example)" in said
    assert "1. first" in said
    assert "&lt;b&gt;" in said
    assert not any(hidden in said for hidden in "\u202e\u200b\u2066\ud800\x1b")
    assert not world.live()
    assert not world.rings()


async def test_what_is_cut_is_marked(world: ChatWorld) -> None:
    """Somebody who reads the message sees that there is more."""
    words = " ".join(f"word{number}" for number in range(4000))
    await world.chat.post(world.place, replace(CARD, sections=(Section("", words),)), key="k1")
    said = "\n".join(world.said())
    assert "word3999" in said or "…" in said


async def test_busy(world: ChatWorld) -> None:
    """The delivery waits as long as the platform asks, and nothing was said."""
    _meets(world.goes_wrong, "busy")
    with pytest.raises(ChatBusy) as busy:
        await world.chat.post(world.place, CARD, key="k1")
    assert busy.value.after
    assert world.said() == []


async def test_refused(world: ChatWorld) -> None:
    """Never here: it names the place and what a person must do, and is no doubt."""
    _meets(world.goes_wrong, "refused")
    with pytest.raises(ChatRefused) as refusal:
        await world.chat.post(world.place, CARD, key="k1")
    assert not isinstance(refusal.value, ChatDoubtful)
    assert world.place.address.split("/")[-1] in str(refusal.value)
    assert not any(secret in str(refusal.value) for secret in world.secrets)


@pytest.mark.parametrize(("what", "there"), [("lost before", 0), ("lost after", 1), ("down", 0)])
async def test_an_answer_that_never_came(world: ChatWorld, what: str, there: int) -> None:
    """It is a doubt; looking settles it, and then there is one message."""
    _meets(world.goes_wrong, what)
    with pytest.raises((ChatDoubtful, ChatBusy)) as doubt:
        await world.chat.post(world.place, CARD, key="k1")
    assert not any(secret in f"{doubt.value}{doubt.value.__cause__!r}" for secret in world.secrets)
    found = await world.chat.find(world.place, "k1")
    assert (found is not None) == bool(there)
    assert found or await world.chat.post(world.place, CARD, key="k1")
    assert len(world.said()) == 1


def _meets(goes_wrong: Callable[[str], None] | None, what: str) -> None:
    if goes_wrong is None:
        pytest.skip("cannot happen here")
    goes_wrong(what)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_kind_of_message_in_every_language(world: ChatWorld, language: str) -> None:
    """What the program has to say is taken by the platform, and nothing in it rings or formats by accident."""
    for number, card in enumerate(every_card(Reader(now=NOON, language=language))):
        await world.chat.post(world.place, card, key=f"k{number}")
        assert " ".join(card.title.split()) in " ".join("\n".join(world.said()).split())
    assert not world.live()
    assert not world.rings()


def every_card(reader: Reader) -> list[Card]:
    cards = []
    for kind in AlertKind:
        told = kind in {AlertKind.LISTING_STORY, AlertKind.SUBJECT, AlertKind.MENTION, AlertKind.NOTICE}
        one = replace(alert(), kind=kind)
        one = replace(one, story=story(), changes=()) if told else one
        cards.append(alert_card(one, alert_effects(one, reader.language), reader))
    notice = Notice(id="n", source="us_csl", title="us_csl: unread", text="for 26 hours; next: look", at=NOON)
    standing = Standing(id="s", at=NOON, found=((alert().company, ()),), read=(("us_csl", NOON),))
    return [*cards, notice_card(notice, reader), standing_card(standing, reader)]


async def test_many_at_once(world: ChatWorld) -> None:
    """Couriers post many messages at the same time; each gets its own receipt."""
    receipts = await asyncio.gather(*(world.chat.post(world.place, CARD, key=f"k{n}") for n in range(40)))
    assert len({one.id for one in receipts}) == 40


# ── Answers ───────────────────────────────────────────────────────────────────────────────────────────────────────

EXPORT = Attachment(name="watched.csv", body=b"name\nXiaomi\n")
PICTURE = Attachment(name="history.png", body=b"\x89PNG", type="image/png", alt="Listed in January, taken off in May")


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody saw who typed a command."""

    words: str
    files: list[tuple[str, bytes]]  #: that they could open
    rings: list[str]


async def seen_on_the_console(desk: Desk) -> Seen:
    out = io.StringIO()
    await ConsoleChat(out=out, ask=io.StringIO()).answer(desk, "help")
    return Seen(out.getvalue(), [], [])


async def seen_on_slack(desk: Desk) -> Seen:
    async with SlackWorld() as slack:
        chat = SlackChat(BOT_TOKEN, app_token=APP_TOKEN, api_url=slack.api_url, pace=timedelta(0))
        async with served(chat.run(desk), slack):
            heard = await slack.types("/tocsin help")
            said = [await heard.answer() for _ in range(2 if desk.reply.files else 1)]
        await chat.close()
        files = [(one["name"], one["body"]) for channel in slack.channels.values() for one in channel.files]
        return Seen("\n".join(map(words, said)), files, [ring for one in said for ring in pings(one)])


async def seen_on_discord(desk: Desk) -> Seen:
    async with DiscordWorld() as discord:
        with pytest.MonkeyPatch.context() as patched:
            hurried(discord, patched)
            chat = DiscordChat(discord.token, api_url=discord.api_url, gateway_url=discord.gateway_url)
            serving = asyncio.create_task(chat.run(desk))
            await discord.connected()
            asked = await discord.types("/help", channel=discord.channel())
            await asked.answer()
            await until(lambda: len(asked.messages) == len(desk.reply.cards))
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            await chat.close()
        files = [(one["filename"], discord.files[one["id"]]) for said in asked.messages for one in said["attachments"]]
        return Seen("\n".join(map(shown, asked.messages)), files, discord.rings)


SEEN: dict[str, Callable[[Desk], Awaitable[Seen]]] = {
    "console": seen_on_the_console,
    "slack": seen_on_slack,
    "discord": seen_on_discord,
}


@pytest.mark.parametrize("where", SEEN)
async def test_an_answer_with_files(where: str) -> None:
    """Every card of an answer is read, and its files can be opened; where there are no files, they are named."""
    second = Card(summary="two", title="A second card", sections=(Section("", "with its line"),))
    seen = await SEEN[where](Desk(Reply(cards=(CARD, second), files=(EXPORT, PICTURE))))
    for part in ("a medal", "a plain line", "A second card", "with its line"):
        assert part in seen.words
    assert seen.files == [("watched.csv", EXPORT.body), ("history.png", PICTURE.body)] or (
        "watched.csv" in seen.words and PICTURE.alt in seen.words
    )


@pytest.mark.parametrize("where", SEEN)
async def test_an_answer_about_hostile_text(where: str) -> None:
    """What was looked up may be anything; it rings nobody here either."""
    hostile = "<!channel> <@U7> @everyone @here <@&4>"
    card = Card(summary=hostile, title=hostile, sections=(Section(hostile, hostile, quote=True),), footer=hostile)
    seen = await SEEN[where](Desk(Reply(cards=(card,), private=False)))
    assert not seen.rings
    assert "@U7>" in html.unescape(seen.words)
