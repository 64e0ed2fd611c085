"""Slack end to end: the unmodified bolt app and web client against a small Slack that refuses and fails as it does."""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from adapters.slack.app import Service
from adapters.slack.post import SlackChat
from bot.deliver import Courier
from bot.errors import ChatBusy, ChatDoubtful, ChatRefused
from bot.model import Button, Card, Delivery, Link, Notice, Place, Receipt, Reply, Section, Update, UpdateKind
from tests.worlds.facts import watch
from tests.worlds.nouns import alert
from tests.worlds.plain_store import PlainStore
from tests.worlds.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Human, SlackWorld, buttons, pings, served, words
from tests.worlds.slack_served import CARD, HERE, QUICK, Played, Scripted, a_chat, desk, serving, until


@pytest.fixture
async def slack() -> AsyncIterator[SlackWorld]:
    async with SlackWorld() as world:
        yield world


@pytest.fixture
async def chat(slack: SlackWorld) -> AsyncIterator[SlackChat]:
    chat = a_chat(slack)
    yield chat
    await chat.close()


def notice(number: int, now: datetime, place: Place = HERE) -> Delivery:
    told = Notice(id=f"n{number}", source="us_csl", title=f"Notice {number}", text="Something happened.", at=now)
    return Delivery.of(told, place, because="runs Tocsin", due=now)


# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_channel_watches_a_company(slack: SlackWorld, chat: SlackChat, now: datetime) -> None:
    """Slash command in, private answer out, and the store knows who asked where."""
    store = PlainStore()
    async with serving(chat, desk(store, Played(now)), slack):
        heard = await slack.types('/watch add Xiaomi "Hangzhou Hikvision"')
        answer = await heard.answer()
        listed = await (await slack.types("/watch list")).answer()
    assert heard.acknowledged
    assert answer["response_type"] == "ephemeral"
    assert "Watching Xiaomi" in words(answer)
    assert "ana (U7)" in words(listed)
    assert [(str(one.place), one.made_by) for one in await store.subscriptions()] == [("slack:T0/C024", "ana (U7)")] * 2
    assert not slack.refused


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("/lookup 小米", "no list has been read yet"),
        ("/lookup", "needs name"),
        ("/tocsin", "What you can ask"),
        ("/tocsin help", "watch add NAMES"),
        ("/tocsin sources", "sources"),
        ("/tocsin lookup Xiaomi", "no list has been read yet"),
        ("/tocsin why", "Nothing was sent here yet"),
        ("/tocsin wat", "There is no /wat"),
        ("/watch", "Nobody is watched here yet"),
        ("/watch ad Xiaomi", "There is no /watch ad"),
        ("/lookup " + "x" * 5000, "5000 characters, 4000 at most"),
        ("/watch add " + "x" * 5000, "characters, 4000 at most"),
        ("/lookup AT&T <Holdings>", "AT&T <Holdings>"),
        ("/lookup <!channel> *b*", "*b*"),
        ("/tocsin-lookup Xiaomi", "no list has been read yet"),
        ("/tocsin feed add <https://127.0.0.1/x|127.0.0.1/x>", "cannot be added here"),
    ],
)
async def test_what_people_type_is_answered(
    slack: SlackWorld, chat: SlackChat, now: datetime, typed: str, says: str
) -> None:
    """Also what is missing, misspelt, far too long, or meant to do harm; and nothing rings."""
    slack.people["U7"] = Human(admin=True)
    async with serving(chat, desk(PlainStore(), Played(now)), slack):
        answer = await (await slack.types(typed)).answer()
    assert says in words(answer).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    assert not pings(answer)
    assert "<!channel>" not in str(answer)
    assert not slack.refused


async def test_a_slow_store_does_not_keep_slack_waiting(slack: SlackWorld, chat: SlackChat) -> None:
    """The acknowledgement comes at once, the answer when it is there."""
    slow = Scripted(hold=asyncio.Event())
    async with serving(chat, slow, slack):
        heard = await slack.types("/lookup Xiaomi")
        assert heard.acknowledged
        assert heard.answers.empty()
        assert slow.hold is not None
        slow.hold.set()
        assert "a medal" in words(await heard.answer())


async def test_a_bug_does_not_take_the_acknowledgement_back(slack: SlackWorld, chat: SlackChat) -> None:
    """Whatever raises, Slack was answered, and the next command is."""
    broken = Scripted(breaks=True)
    async with serving(chat, broken, slack):
        assert (await slack.types("/lookup Xiaomi")).acknowledged
        broken.breaks = False
        assert await (await slack.types("/lookup Xiaomi")).answer()


async def test_what_slack_sends_again_is_done_once(slack: SlackWorld, chat: SlackChat) -> None:
    """A request that comes twice is acknowledged twice and asked once."""
    scripted = Scripted()
    async with serving(chat, scripted, slack):
        heard = await slack.types("/watch add Xiaomi", again=2)
        await heard.answer()
        assert (await slack.event({"type": "app_home_opened"}, again=1)).acknowledged
    assert heard.acknowledged
    assert len(scripted.asked) == 1


async def test_the_apps_own_page(slack: SlackWorld, chat: SlackChat, now: datetime) -> None:
    """Whom I watch myself, the state of sources, and what can be asked; a private conversation is mine alone."""
    store = PlainStore()
    async with serving(chat, desk(store, Played(now)), slack):
        await (await slack.types("/watch add Xiaomi", channel="D9")).answer()
        await slack.event({"type": "app_home_opened", "user": "U7", "tab": "home"})
        await slack.published()
    page = words(slack.homes["U7"])
    assert [str(one.place) for one in await store.subscriptions()] == ["slack:T0/U7"]
    assert "Xiaomi · ana (U7)" in page
    assert "What you can ask" in page
    assert not slack.refused


# ── Buttons ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_button_is_a_typed_command(slack: SlackWorld, chat: SlackChat) -> None:
    """Also under an alert posted before a restart, and when two buttons ask the same command."""
    mutes = (Button("1 day", "mute", (("days", "1"),)), Button("7 days", "mute", (("days", "7"),), danger=True))
    await chat.post(HERE, Card(summary="s", title="t", buttons=mutes), key="k1")
    (message,) = slack.channels["C024"].messages
    scripted = Scripted()
    async with serving(chat, scripted, slack):
        heard = await slack.presses(message, "7 days")
        await heard.answer()
    (asked,) = scripted.asked
    assert (asked.command, asked.arguments, asked.place, asked.person) == ("mute", (("days", "7"),), HERE, "ana (U7)")


async def test_a_button_nobody_knows_any_more(slack: SlackWorld, chat: SlackChat) -> None:
    """It says so instead of falling silent; buttons of other tools are left alone, but acknowledged."""
    await chat.post(HERE, Card(summary="s", title="t", buttons=(Button("Old", "old"),)), key="k1")
    (message,) = slack.channels["C024"].messages
    scripted = Scripted()
    async with serving(chat, scripted, slack):
        heard = await slack.presses(message, "Old", value="no arguments")
        assert "another version" in (await heard.answer())["text"]
        assert (await slack.presses(message, "Old", action_id="theirs")).acknowledged
    assert not scripted.asked


async def test_an_answer_is_shared_as_it_was_read(slack: SlackWorld, chat: SlackChat) -> None:
    """All in the channel see it with who shared it, the private one goes, and the desk is not asked again."""
    scripted = Scripted()
    async with serving(chat, scripted, slack):
        answer = await (await slack.types("/lookup Xiaomi")).answer()
        heard = await slack.presses(answer, "Share in channel")
        shared, gone = await heard.answer(), await heard.answer()
    assert shared["response_type"] == "in_channel"
    assert "a medal" in words(shared)
    assert "shared by ana (U7)" in words(shared)
    assert not buttons(shared)
    assert gone["delete_original"]
    assert len(scripted.asked) == 1


async def test_nothing_we_say_has_previews_below(slack: SlackWorld, chat: SlackChat) -> None:
    """An alert, an answer, one that is shared, and one whose address was dead: no link in them is unfurled."""
    async with serving(chat, Scripted(), slack):
        await chat.post(HERE, CARD, key="k")
        answer = await (await slack.types("/lookup Xiaomi")).answer()
        heard = await slack.presses(answer, "Share in channel")
        said = [answer, await heard.answer(), *slack.channels["C024"].messages]
        slack.responses_cut = True
        await slack.types("/lookup Xiaomi")
        await until(lambda: "DU7" in slack.channels and slack.channels["DU7"].messages)
    said += slack.channels["DU7"].messages
    assert len(said) == 4
    assert {(str(one.get("unfurl_links")), str(one.get("unfurl_media"))) for one in said} <= {
        ("False", "False"),
        ("0", "0"),
    }


async def test_sharing_after_a_restart(slack: SlackWorld, chat: SlackChat) -> None:
    """What is no longer at hand is said, not guessed."""
    async with serving(chat, Scripted(), slack):
        answer = await (await slack.types("/lookup Xiaomi")).answer()
    await until(lambda: not slack.hearing)
    async with serving(chat, Scripted(), slack):
        said = await (await slack.presses(answer, "Share in channel")).answer()
    assert "no longer at hand" in said["text"]


async def test_an_answer_that_is_not_private(slack: SlackWorld, chat: SlackChat) -> None:
    """Everybody sees it, and there is nothing to share; a desk that says nothing gets nothing said."""
    scripted = Scripted(reply=Reply(cards=(CARD,), private=False))
    async with serving(chat, scripted, slack):
        answer = await (await slack.types("/lookup Xiaomi")).answer()
        scripted.reply = Reply(cards=())
        silent = await slack.types("/lookup Xiaomi")
        await until(lambda: len(scripted.asked) == 2)
    assert answer["response_type"] == "in_channel"
    assert not buttons(answer)
    assert silent.answers.empty()


async def test_turning_over_what_is_gone(slack: SlackWorld, chat: SlackChat) -> None:
    """A value that is not ours, or an answer that is no longer at hand: said in words."""
    lines = tuple(Section("", f"line {number}. " + "word " * 60) for number in range(150))
    async with serving(chat, Scripted(reply=Reply(cards=(Card(summary="s", title="t", sections=lines),))), slack):
        page = await (await slack.types("/tocsin help")).answer()
        for value in ("[]", "no json", '{"id": "x", "page": "y"}'):
            said = await (await slack.presses(page, "Show the rest", value=value)).answer()
            assert "no longer at hand" in said["text"]


async def test_an_answer_that_slack_refuses(
    slack: SlackWorld, chat: SlackChat, capsys: pytest.CaptureFixture[str]
) -> None:
    """After five uses, or half an hour, the address is dead: it is in the log, and the next command works."""
    async with serving(chat, Scripted(), slack):
        answer = await (await slack.types("/lookup Xiaomi")).answer()
        assert (await slack.presses(answer, "Share in channel", dead=True)).acknowledged
        await until(lambda: "slack_answer_refused" in "".join(capsys.readouterr()))
        assert await (await slack.types("/lookup Xiaomi")).answer()


async def test_an_answer_whose_connection_breaks(slack: SlackWorld, chat: SlackChat) -> None:
    """It comes into the private conversation: whoever asked is not left waiting."""
    async with serving(chat, Scripted(), slack):
        slack.responses_cut = True
        await slack.types("/lookup Xiaomi")
        await until(lambda: "DU7" in slack.channels and slack.channels["DU7"].messages)
    assert "a medal" in words(slack.channels["DU7"].messages[0])


async def test_an_answer_that_slack_refuses_to_draw(slack: SlackWorld, chat: SlackChat) -> None:
    """It comes in plain words where it was asked for, and in the person's own conversation when its address is dead."""
    slack.no_blocks = "invalid_blocks"
    async with serving(chat, Scripted(reply=Reply(cards=(TOLD,))), slack):
        heard = await slack.types("/lookup Xiaomi")
        assert await heard.answer() == {"refused": {"ok": False, "error": "invalid_blocks"}}
        answer = await heard.answer()
        assert "securities &amp; shares" in answer["text"]
        assert answer["response_type"] == "ephemeral"
        assert not answer.get("blocks")
        assert not pings(answer)
        slack.responses_cut = True
        await slack.types("/lookup Xiaomi")
        await until(lambda: "DU7" in slack.channels and slack.channels["DU7"].messages)
    [message] = slack.channels["DU7"].messages
    assert "a medal" in message["text"]
    assert not message.get("blocks")
    assert not pings(message)


async def test_a_long_answer_is_turned_over(slack: SlackWorld, chat: SlackChat) -> None:
    """Cut at a visible marker; the button brings every line of the rest, in order."""
    lines = tuple(Section("", f"line {number}. " + "小米 " * 60) for number in range(150))
    async with serving(chat, Scripted(reply=Reply(cards=(Card(summary="s", title="t", sections=lines),))), slack):
        page = await (await slack.types("/tocsin help")).answer()
        seen = words(page)
        while any(one["text"]["text"] == "Show the rest" for one in buttons(page)):
            assert "cut here: part" in words(page)
            page = await (await slack.presses(page, "Show the rest")).answer()
            seen += words(page)
    assert all(f"line {number}. " in seen for number in range(150))
    assert not slack.refused


async def test_a_long_alert_is_shown_whole_on_demand(slack: SlackWorld, chat: SlackChat, now: datetime) -> None:
    """The button under a posted message asks for the pages after it, also after a restart."""
    store, clock = PlainStore(), Played(now)
    long = Notice(id="n1", source="us_csl", title="Long", text="one two " * 110, at=now)
    delivery = Delivery.of(long, HERE, because="test", due=now)
    await store.enqueue([delivery])
    lines = tuple(Section("", f"line {number}. " + "word " * 60) for number in range(100))
    await chat.post(HERE, Card(summary="s", title="t", sections=lines), key=delivery.key)
    (message,) = slack.channels["C024"].messages
    assert "cut here" in words(message)
    async with serving(chat, desk(store, clock), slack):
        shown = await (await slack.presses(message, "Show the rest")).answer()
    assert "one two" in words(shown)


# ── Posting ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fate", "raised", "kept"),
    [
        ("busy", ChatBusy, 0),
        ("cut", ChatDoubtful, 0),
        ("lost", ChatDoubtful, 1),
        ("broken", ChatDoubtful, 1),
        ("page", ChatDoubtful, 1),
        ("down", ChatDoubtful, 0),
        ("slow", ChatDoubtful, 1),
    ],
)
async def test_troubles_are_told_apart(slack: SlackWorld, fate: str, raised: type[Exception], kept: int) -> None:
    """Once the message may be there, it is never sent again by itself."""
    chat = a_chat(slack, patience=timedelta(seconds=0.3))
    slack.fates.append(fate)
    with pytest.raises(raised) as caught:
        await chat.post(HERE, CARD, key="k1")
    assert type(caught.value) is raised
    assert slack.calls["chat.postMessage"] == 1
    assert len(slack.channels["C024"].messages) == kept
    assert (await chat.find(HERE, "k1") is not None) == bool(kept)
    await chat.close()


async def test_nobody_there_is_later(chat: SlackChat) -> None:
    """Nothing was sent, so there is no doubt."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    alone = SlackChat(BOT_TOKEN, api_url=f"http://127.0.0.1:{port}/api/", pace=timedelta(0))
    with pytest.raises(ChatBusy, match="cannot be reached"):
        await alone.post(HERE, CARD, key="k1")
    await alone.close()


async def test_slack_says_how_long_to_wait(slack: SlackWorld, chat: SlackChat) -> None:
    """Retry-After is obeyed."""
    slack.fates.append("busy")
    with pytest.raises(ChatBusy) as caught:
        await chat.post(HERE, CARD, key="k1")
    assert caught.value.after == timedelta(seconds=1)


async def test_a_place_without_a_channel(chat: SlackChat) -> None:
    """Refused with an example that works."""
    with pytest.raises(ChatRefused, match="slack:T0/C024"):
        await chat.post(Place("slack", ""), CARD, key="k1")


async def test_no_history_page_shows_it(slack: SlackWorld, chat: SlackChat) -> None:
    """The look ends after a few pages, however long the channel is."""
    for number in range(301):
        await chat.post(HERE, CARD, key=f"k{number}")
    assert await chat.find(HERE, "k0") is None
    assert await chat.find(HERE, "k1") is not None


@pytest.mark.parametrize(
    ("channel", "says"),
    [("CGONE", "channel_not_found"), ("CARCHIVED", "unarchive it"), ("COUT", "/invite @tocsin"), ("UGONE", "remove")],
)
async def test_a_place_that_takes_nothing(slack: SlackWorld, chat: SlackChat, channel: str, says: str) -> None:
    """Refused with the next step for a person."""
    slack.adds("CARCHIVED", archived=True)
    slack.adds("COUT", member=False)
    with pytest.raises(ChatRefused, match=says) as caught:
        await chat.post(Place("slack", f"T0/{channel}"), CARD, key="k1")
    assert not isinstance(caught.value, ChatDoubtful)
    assert "next:" in str(caught.value)


async def test_a_person_is_told_in_private(slack: SlackWorld, chat: SlackChat) -> None:
    """A user's id opens their conversation, once."""
    ana = Place("slack", "T0/U7")
    receipt = await chat.post(ana, CARD, key="k1")
    await chat.post(ana, CARD, key="k2")
    assert slack.keys("DU7") == ["k1", "k2"]
    assert await chat.find(ana, "k1") == receipt
    assert slack.calls["conversations.open"] == 1


async def test_a_follow_up_goes_into_the_thread(slack: SlackWorld, chat: SlackChat) -> None:
    """And an edit of the parent keeps its key and blocks."""
    parent = await chat.post(HERE, CARD, key="k1")
    child = await chat.post(HERE, CARD, key="k2", thread=parent)
    await chat.edit(HERE, parent, Card(summary="new", title="new"))
    first, second = slack.channels["C024"].messages
    assert second["thread_ts"] == parent.id == child.thread
    assert first["blocks"][0]["text"]["text"] == "new"
    assert await chat.find(HERE, "k1") == parent
    assert await chat.find(HERE, "k2") is None
    assert await chat.find(HERE, "k2", thread=parent) == child == await chat.find(HERE, "k2", thread=child)


@pytest.mark.parametrize("why", ["restricted_action_non_threadable_channel", "thread_not_found"])
async def test_a_follow_up_where_no_thread_can_be(slack: SlackWorld, chat: SlackChat, why: str) -> None:
    """It is said in the channel, and found there; a channel that takes nothing at all still refuses."""
    parent = await chat.post(HERE, CARD, key="k1")
    slack.no_threads = why
    child = await chat.post(HERE, CARD, key="k2", thread=parent)
    assert child == Receipt(slack.channels["C024"].messages[1]["ts"])
    assert await chat.find(HERE, "k2", thread=parent) == child
    slack.channels["C024"].archived = True
    with pytest.raises(ChatRefused, match="is_archived"):
        await chat.post(HERE, CARD, key="k3", thread=parent)


TOLD = Card(
    summary="s",
    title="IMPORTANT · Xiaomi <!channel> listed",
    sections=(Section("Why", "a medal", quote=True), Section("What it means", "securities & shares")),
    links=(Link("Open the entry", "https://list.example/1"),),
    buttons=(Button("Acknowledge", "alert acknowledge", (("key", "k1"),)),),
    footer="a list",
)


@pytest.mark.parametrize("why", ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"])
async def test_a_drawing_that_slack_refuses(
    slack: SlackWorld, chat: SlackChat, capsys: pytest.CaptureFixture[str], why: str
) -> None:
    """The alert comes all the same, once, in plain words with every fact; the log says so, and its key finds it."""
    slack.no_blocks = why
    receipt = await chat.post(HERE, TOLD, key="k1")
    [message] = slack.channels["C024"].messages
    for fact in ("IMPORTANT · Xiaomi", "Why", "a medal", "securities &amp; shares", "https://list.example/1", "a list"):
        assert fact in message["text"]
    assert not message.get("blocks")
    assert not pings(message)
    assert await chat.find(HERE, "k1") == receipt
    logged = "".join(capsys.readouterr())
    assert "slack_drawing_refused" in logged
    assert "k1" in logged
    assert why in logged


async def test_an_edit_that_slack_refuses_to_draw(slack: SlackWorld, chat: SlackChat) -> None:
    """What is new about an alert is said in plain words too, and drawn again as soon as Slack takes it."""
    receipt = await chat.post(HERE, CARD, key="k1")
    slack.no_blocks = "invalid_blocks"
    await chat.edit(HERE, receipt, TOLD, key="k1")
    [message] = slack.channels["C024"].messages
    assert "a medal" in message["text"]
    assert not message.get("blocks")
    slack.no_blocks = ""
    await chat.edit(HERE, receipt, TOLD, key="k1")
    assert message["blocks"]


async def test_plain_words_are_not_tried_where_nothing_may_be_posted(slack: SlackWorld, chat: SlackChat) -> None:
    """A channel that refuses the message for another reason is asked once, and the reason stands."""
    slack.channels["C024"].archived = True
    with pytest.raises(ChatRefused, match="is_archived"):
        await chat.post(HERE, TOLD, key="k1")
    assert slack.calls["chat.postMessage"] == 1


async def test_far_too_many_plain_words(slack: SlackWorld, chat: SlackChat) -> None:
    """They are cut where Slack would refuse them, with a mark; the links come before that."""
    slack.no_blocks = "msg_blocks_too_long"
    await chat.post(HERE, replace(TOLD, sections=(Section("Why", "a medal & more " * 900),)), key="k1")
    [message] = slack.channels["C024"].messages
    assert len(message["text"]) <= 4000
    assert "https://list.example/1" in message["text"]
    assert message["text"].endswith("…")


async def test_the_frame_speaks_the_channels_language(slack: SlackWorld, chat: SlackChat) -> None:
    """Where a channel reads French, the marker and the button under a long alert are French, whatever ours is."""
    lines = tuple(Section("", f"ligne {number} " + "mot " * 200) for number in range(40))
    await chat.post(HERE, Card(summary="s", title="t", sections=lines, language="fr"), key="k1")
    [message] = slack.channels["C024"].messages
    assert "partie 1 sur" in words(message)
    assert [one["text"]["text"] for one in buttons(message)] == ["Afficher la suite"]


async def test_an_edit_whose_answer_was_lost_is_made_again(slack: SlackWorld, chat: SlackChat) -> None:
    """Twice the same edit is one edit; of a message that was deleted it is refused."""
    receipt = await chat.post(HERE, CARD, key="k1")
    slack.fates.append("lost")
    with pytest.raises(ChatBusy):
        await chat.edit(HERE, receipt, CARD)
    with pytest.raises(ChatRefused, match="deleted"):
        await chat.edit(HERE, Receipt("1.0"), CARD)


async def test_without_the_history_scope_nobody_can_tell(slack: SlackWorld, chat: SlackChat) -> None:
    """Then a doubtful message is sent again: the documented case."""
    await chat.post(HERE, CARD, key="k1")
    slack.scopes.remove("channels:history")
    assert await chat.find(HERE, "k1") is None


async def test_history_that_cannot_be_read_now(slack: SlackWorld, chat: SlackChat) -> None:
    """The first page decides: without it the look is repeated, a later page that is refused is done without."""
    await chat.post(HERE, CARD, key="k0")
    for number in range(1, 151):
        await chat.post(HERE, CARD, key=f"k{number}")
    slack.history_fates.append("busy")
    with pytest.raises(ChatBusy):
        await chat.find(HERE, "k0")
    slack.history_fates.extend(["ok", "busy"])
    assert await chat.find(HERE, "k0") is None
    assert await chat.find(HERE, "k0") is not None


async def test_one_message_a_second(slack: SlackWorld) -> None:
    """The pace is kept before Slack has to ask for it."""
    slept: list[float] = []
    started = asyncio.get_running_loop().time()

    async def sleep(span: float) -> None:
        slept.append(span)

    slack.now = lambda: asyncio.get_running_loop().time() + sum(slept)
    slack.interval = 0.9  # what the machine loses between a post and its arrival is no haste of ours
    chat = a_chat(slack, pace=timedelta(seconds=1), sleep=sleep)
    for number in range(3):
        await chat.post(HERE, CARD, key=f"k{number}")
    await chat.post(Place("slack", "T0/C024"), CARD, key="k3")
    assert slack.keys() == ["k0", "k1", "k2", "k3"]
    assert slack.calls["chat.postMessage"] == 4
    assert len(slept) == 3
    assert asyncio.get_running_loop().time() - started < 3
    await chat.close()


# ── Alerts through the outbox ─────────────────────────────────────────────────────────────────────────────────────


async def emptied(courier: Courier, store: PlainStore, clock: Played) -> None:
    """Deliver until nothing waits, moving the clock to whatever is due next."""
    while waiting := await store.deliveries(state="waiting", limit=100_000):
        if not await courier.round():
            leases = [until for _, until in store.leases.values()]
            ahead = [at for at in [*(one.due for one in waiting), *leases] if at > clock.at]
            clock.at = min(ahead)


async def test_an_answer_that_was_lost_is_one_message(slack: SlackWorld, chat: SlackChat, now: datetime) -> None:
    """Slack kept it, the answer never came: the next attempt finds it."""
    store, clock = PlainStore(), Played(now)
    await store.enqueue([notice(1, now)])
    slack.fates.append("lost")
    await emptied(Courier(store, chat, clock, dict), store, clock)
    (delivery,) = await store.deliveries()
    (message,) = slack.channels["C024"].messages
    assert delivery.receipt == Receipt(message["ts"])
    assert slack.calls["chat.postMessage"] == 1


async def test_a_revoked_token_parks_with_its_reason(slack: SlackWorld, chat: SlackChat, now: datetime) -> None:
    """The operators hear what to do, and unparked it arrives."""
    store, clock = PlainStore(), Played(now)
    await store.enqueue([notice(1, now)])
    slack.token_dead = "token_revoked"
    await Courier(store, chat, clock, dict).round()
    (parked,) = await store.deliveries(state="parked")
    (told,) = await store.deliveries(place=Place("console"))
    assert "install the app again" in parked.parked
    assert BOT_TOKEN not in parked.parked
    assert isinstance(told.message, Notice)
    assert f"tocsin unpark all --place {parked.place}" in told.message.text
    slack.token_dead = ""
    await store.unpark(parked.key, now=now)
    await Courier(store, chat, clock, dict).round()
    assert slack.keys() == [parked.key]


@dataclass
class Mortal(Courier):
    """A courier whose process dies now and then between posting and writing it down."""

    chance: random.Random = field(default_factory=random.Random)

    async def carry(self, delivery: Delivery) -> None:
        if self.chance.random() < 0.03:
            await self.deliver(delivery)
            return
        await super().carry(delivery)


async def test_a_thousand_alerts_under_every_fault(slack: SlackWorld, now: datetime) -> None:
    """Answers lost, 429, 5xx, time-outs, cuts, couriers killed: none lost, none twice, each lane in order; and what

    becomes of an alert is drawn into its own message, under the same faults.
    """
    chance = random.Random(20261123)
    store, clock = PlainStore(), Played(now)
    places = [Place("slack", f"T0/C{number}") for number in range(50)]
    for place in places:
        slack.adds(place.address.partition("/")[2])
    deliveries = [(notice if number % 5 else told)(number, now, places[number % 50]) for number in range(1000)]
    await store.enqueue(deliveries)
    await store.enqueue(taken_on(one, now) for one in deliveries[::5])
    faults = ["busy", "down", "cut", "lost", "broken", "page"]
    slack.fate = lambda: chance.choice(faults) if chance.random() < 0.25 else "slow" if chance.random() < 0.01 else ""
    slack.history_fates.extend(chance.choice(["ok", "ok", "ok", "busy", "down", "cut"]) for _ in range(2000))
    chat = a_chat(slack, patience=timedelta(seconds=0.3))
    await emptied(Mortal(store, chat, clock, dict, chance=chance), store, clock)
    await chat.close()
    for place in places:
        expected = [one.key for one in deliveries if one.place == place]
        assert slack.keys(place.address.partition("/")[2]) == expected
    said = {one["metadata"]["event_payload"]["key"]: one for here in slack.channels.values() for one in here.messages}
    edited = {key for key, message in said.items() if "Acknowledged by Dana" in words(message)}
    assert edited == {one.key for one in deliveries[::5]}
    assert not await store.deliveries(state="parked")
    assert len(await store.deliveries(state="posted", limit=2000)) == 1200
    assert not slack.refused


def told(number: int, now: datetime, place: Place) -> Delivery:
    return Delivery.of(replace(alert(f"a{number}"), at=now), place, because="watching Xiaomi here", due=now)


def taken_on(delivery: Delivery, now: datetime) -> Delivery:
    """Somebody acknowledges it: its message is to be drawn again."""
    update = Update.of_delivery(delivery.key, UpdateKind.ACKNOWLEDGED, at=now, by="Dana")
    return Delivery.of(update, delivery.place, because=delivery.because, due=now)


async def test_an_edit_where_nothing_can_be_edited_any_more(
    slack: SlackWorld, chat: SlackChat, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    """The channel was archived, or the message deleted: it is in the log, nothing waits for ever, nobody is rung."""
    store, clock = PlainStore(), Played(now)
    courier = Courier(store, chat, clock, dict)
    delivery = told(1, now, HERE)
    await store.enqueue([delivery])
    await emptied(courier, store, clock)
    slack.channels["C024"].archived = True
    (posted,) = await store.deliveries()
    assert posted.receipt
    with pytest.raises(ChatRefused, match="is_archived") as caught:
        await chat.edit(HERE, posted.receipt, CARD)
    assert not isinstance(caught.value, ChatDoubtful)
    await store.enqueue([taken_on(delivery, now)])
    await emptied(courier, store, clock)
    assert "unarchive it" in "".join(capsys.readouterr())
    assert not await store.deliveries(state="parked")


async def test_an_edit_that_is_too_long_for_one_message(slack: SlackWorld, chat: SlackChat) -> None:
    """It is cut at a marker like the first one, with the same button to the rest, and keeps its own buttons."""
    lines = tuple(Section("", f"line {number}. " + "word " * 60) for number in range(100))
    receipt = await chat.post(HERE, CARD, key="k1")
    long = Card(summary="s", title="t", sections=lines, buttons=(Button("History", "history"),))
    await chat.edit(HERE, receipt, long, key="k1")
    (message,) = slack.channels["C024"].messages
    assert "cut here" in words(message)
    assert {one["text"]["text"]: one["value"] for one in buttons(message)} == {
        "Show the rest": '{"key": "k1", "page": "1"}',
        "History": "{}",
    }
    assert await chat.find(HERE, "k1") == receipt


# ── The socket ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_socket_that_is_cut(slack: SlackWorld, chat: SlackChat) -> None:
    """Commands are answered again, on a fresh connection."""
    async with serving(chat, Scripted(), slack):
        await slack.cuts()
        assert await (await slack.types("/lookup Xiaomi")).answer()


@pytest.mark.parametrize("pongs", [True, False])
async def test_a_socket_that_falls_silent(slack: SlackWorld, chat: SlackChat, pongs: bool) -> None:
    """Connected and deaf, whether or not pings are answered: it is replaced, and the old one is closed."""
    async with serving(chat, Scripted(), slack, replace(QUICK, quiet=0.2)):
        (old,) = slack.sockets
        slack.goes_deaf(pongs=pongs)
        assert await (await slack.types("/lookup Xiaomi")).answer()
        await until(lambda: old not in slack.sockets)


async def test_a_socket_that_only_pings(slack: SlackWorld, chat: SlackChat) -> None:
    """Pings keep a quiet connection; when nothing else comes for long, it is replaced all the same."""
    pinging = asyncio.create_task(slack.pings(every=0.02))
    async with serving(chat, Scripted(), slack, replace(QUICK, quiet=0.2, untold=0.8)):
        (first,) = slack.sockets
        await until(lambda: slack.calls["ping"] >= 25)
        assert slack.sockets == [first]
        await until(lambda: first not in slack.sockets and slack.sockets)
        assert await (await slack.types("/lookup Xiaomi")).answer()
    pinging.cancel()


async def test_a_connection_that_slack_refreshes(slack: SlackWorld, chat: SlackChat) -> None:
    """It goes on over the next one."""
    async with serving(chat, Scripted(), slack):
        await slack.asks_to_reconnect()
        assert await (await slack.types("/lookup Xiaomi")).answer()


async def test_an_app_token_that_slack_does_not_know(
    slack: SlackWorld, chat: SlackChat, capsys: pytest.CaptureFixture[str]
) -> None:
    """The operator is told once what to do; when it is mended, commands are served."""
    slack.app_token = "xapp-another"
    task = asyncio.create_task(Service(chat.line, Scripted(), habits=QUICK).connect(APP_TOKEN))
    await until(lambda: slack.calls["apps.connections.open"] >= 3)
    told = capsys.readouterr()
    assert (told.out + told.err).count("SLACK_APP_TOKEN") == 1
    assert APP_TOKEN not in told.out + told.err
    slack.app_token = APP_TOKEN
    await slack.connected()
    assert await (await slack.types("/lookup Xiaomi")).answer()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_slack_away_at_the_start(slack: SlackWorld, chat: SlackChat) -> None:
    """Commands are served as soon as it is back; so after a revoked bot token."""
    slack.token_dead = "token_revoked"
    task = asyncio.create_task(Service(chat.line, Scripted(), habits=QUICK).connect(APP_TOKEN))
    await until(lambda: slack.calls["auth.test"] >= 2)
    slack.away = True
    await until(lambda: slack.calls["auth.test"] >= 4)
    slack.token_dead, slack.away = "", False
    await slack.connected()
    assert await (await slack.types("/lookup Xiaomi")).answer()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_without_an_app_token_alerts_are_posted_all_the_same(
    slack: SlackWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the operator is told why commands are not answered."""
    chat = a_chat(slack, app_token="")
    task = asyncio.create_task(chat.run(Scripted()))
    await chat.post(HERE, CARD, key="k1")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert slack.keys() == ["k1"]
    assert "SLACK_APP_TOKEN" in "".join(capsys.readouterr())
    await chat.close()


# ── HTTP ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_http_mode_believes_only_slack(slack: SlackWorld) -> None:
    """Signed requests are answered; forged, old and repeated ones are not."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    slack.http = f"http://127.0.0.1:{port}/slack/events"
    scripted = Scripted()
    chat = a_chat(slack, app_token="", signing_secret=SIGNING_SECRET, listen=("127.0.0.1", port))
    async with served(chat.run(scripted), slack):
        await until(lambda: _open(port))
        heard = await slack.types("/lookup Xiaomi", again=1)
        answer = await heard.answer()
        shared = await (await slack.presses(answer, "Share in channel")).answer()
        body = {"command": "/lookup", "text": "x", "trigger_id": "t", "channel_id": "C024", "user_id": "U7"}
        forged = await slack.sends("slash_commands", body, secret="another")
        old = await slack.sends("slash_commands", body, at=int(time.time()) - 600)
    assert "a medal" in words(shared)
    assert (forged, old) == (401, 401)
    assert len(scripted.asked) == 1
    await chat.close()


def _open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# ── Doctor ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def findings(chat: SlackChat) -> list[str]:
    return [line async for line in chat.check()]


async def test_the_doctor_finds_what_is_missing(slack: SlackWorld) -> None:
    """Token, team, scopes, and the channels that watch in vain, each with the next step."""
    slack.adds("COUT", name="trade", member=False)
    slack.adds("CARCHIVED", name="old", archived=True)
    slack.scopes.remove("groups:history")

    async def places() -> list[Place]:
        return [watch(place=Place("slack", f"T0/{id}")).place for id in ("C024", "COUT", "CARCHIVED", "CGONE", "U7")]

    chat = a_chat(slack, places=places)
    lines = await findings(chat)
    wrong = [line for line in lines if "next:" in line]
    assert lines[0] == "token valid: @tocsin in Acme (T0)"
    assert "Socket Mode: the app token is valid" in lines
    assert len(wrong) == 4
    assert "groups:history" in wrong[0]
    assert "not in #trade; next: type /invite @tocsin" in wrong[1]
    assert "#old) is archived" in wrong[2]
    assert "channel_not_found" in wrong[3]
    await chat.close()


async def test_the_doctor_with_bad_tokens(slack: SlackWorld) -> None:
    """Each says which setting, and where its value comes from."""
    bad_app = a_chat(slack, app_token="xapp-wrong")
    no_app = a_chat(slack, app_token="")
    by_http = a_chat(slack, app_token="", signing_secret=SIGNING_SECRET)
    assert any("SLACK_APP_TOKEN: invalid_auth; next:" in line for line in await findings(bad_app))
    assert any("commands are not served; next:" in line for line in await findings(no_app))
    assert any("commands come by HTTP" in line for line in await findings(by_http))
    slack.token_dead = "account_inactive"
    assert (await findings(no_app))[0].startswith("SLACK_BOT_TOKEN: account_inactive; next: the app was removed")
    for chat in (bad_app, no_app, by_http):
        await chat.close()
