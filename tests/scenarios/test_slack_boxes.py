"""Boxes, files, people, the app's own page and the shortcut: the unmodified libraries against a small Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from adapters.slack.post import SlackChat
from bot.commands import commands
from bot.deliver import Courier
from bot.model import (
    Attachment,
    Button,
    Card,
    Delivery,
    Field,
    FieldKind,
    Form,
    Option,
    Place,
    Reply,
    Request,
    Section,
)
from tests.worlds.facts import watch
from tests.worlds.nouns import alert
from tests.worlds.plain_store import PlainStore
from tests.worlds.slack import Human, SlackWorld, buttons, words
from tests.worlds.slack_served import CARD, HERE, Played, Scripted, a_chat, desk, serving, until

KINDS = (Option("Listed", "listed"), Option("Delisted", "delisted"), Option("Mention", "mention"))
SETTINGS = Form(
    title="How this channel wants it",
    command="watch settings",
    arguments=(("place", "here"),),
    fields=(
        Field(name="kinds", text="Which kinds?", kind=FieldKind.CHOICES, options=KINDS, value=("listed", "mention")),
        Field(name="language", text="Which language?", kind=FieldKind.CHOICE, options=(Option("English", "en"),)),
        Field(name="until", text="Paused until?", kind=FieldKind.DATE, value=("2026-12-24",), hint="empty: not paused"),
        Field(name="people", text="Who may?", value=("U7",), required=True),
        Field(name="why", text="Why?", kind=FieldKind.LONG_TEXT),
    ),
)
IMPORT = Form(
    title="Import",
    command="watch import",
    fields=(
        Field(name="file", text="A list of names", kind=FieldKind.FILE),
        Field(name="names", text="or paste them", kind=FieldKind.LONG_TEXT),
    ),
)


@pytest.fixture
async def slack() -> AsyncIterator[SlackWorld]:
    async with SlackWorld() as world:
        yield world
        assert not world.refused


@pytest.fixture
async def chat(slack: SlackWorld) -> AsyncIterator[SlackChat]:
    chat = a_chat(slack)
    yield chat
    await chat.close()


# ── Forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_form_is_opened_filled_in_and_sent(slack: SlackWorld, chat: SlackChat) -> None:
    """What is set now stands in it, what is sent is a typed command, and the answer comes where it was asked."""
    scripted = Scripted(forms={"help": SETTINGS})
    async with serving(chat, scripted, slack):
        heard = await slack.types("/tocsin help")
        box = await slack.opened()
        assert not scripted.asked
        sent = await slack.sends_box(box, {"kinds": ["delisted"], "people": "U8 U9", "why": "a, b"})
        answer = await heard.answer()
    assert box["title"]["text"] == "How this channel wants…"
    assert "empty: not paused" in words(box)
    assert sent.acknowledged
    assert not sent.ack
    assert "a medal" in words(answer)
    (asked,) = scripted.asked
    assert (asked.command, asked.place, asked.person) == ("watch settings", HERE, "ana (U7)")
    assert dict(asked.arguments) == {
        "place": "here",
        "kinds": ("delisted",),
        "language": "",
        "until": "2026-12-24",
        "people": "U8 U9",
        "why": "a, b",
    }


async def test_a_form_from_a_button(slack: SlackWorld, chat: SlackChat) -> None:
    """Pressed under an alert it opens the box for that alert; also after a restart the answer finds its way."""
    why = Form(
        title="Not this company", command="not", arguments=(("key", "k1"),), fields=(Field(name="why", text="Why?"),)
    )
    ask = Card(summary="s", title="t", buttons=(Button("Not this company", "not", (("key", "k1"),)),))
    await chat.post(HERE, ask, key="k1")
    (message,) = slack.channels["C024"].messages
    async with serving(chat, Scripted(forms={"not": why}), slack):
        heard = await slack.presses(message, "Not this company")
        box = await slack.opened()
    await until(lambda: not slack.hearing)
    scripted = Scripted()
    async with serving(chat, scripted, slack):
        await slack.sends_box(box, {"why": "another Xiaomi"})
        assert "a medal" in words(await heard.answer())
    assert dict(scripted.asked[0].arguments) == {"key": "k1", "why": "another Xiaomi"}
    assert scripted.asked[0].place == HERE


async def test_what_is_wrong_is_said_in_the_box(slack: SlackWorld, chat: SlackChat) -> None:
    """At the field that is named, or the first; mended and sent again it is done, sent once more it is not."""
    wrong = Reply(cards=(Card(summary="2026-13-45 is no date", title="t"),), ok=False, data={"field": "until"})
    scripted = Scripted(forms={"help": SETTINGS}, reply=wrong)
    async with serving(chat, scripted, slack):
        heard = await slack.types("/tocsin help")
        box = await slack.opened()
        refused = await slack.sends_box(box, {})
        scripted.reply = replace(wrong, data=None)
        first = await slack.sends_box(box, {})
        scripted.reply = Reply(cards=(CARD,))
        done = await slack.sends_box(box, {}, again=1)
        again = await slack.sends_box(box, {})
        await heard.answer()
    assert refused.ack == {"response_action": "errors", "errors": {"until": "2026-13-45 is no date"}}
    assert list(first.ack["errors"]) == ["kinds"]
    assert (done.acknowledged, again.acknowledged, done.ack) == (True, True, {})
    assert len(scripted.asked) == 3
    assert heard.answers.empty()


async def test_a_refusal_in_a_box_is_whole(slack: SlackWorld, chat: SlackChat, now: datetime) -> None:
    """At its own field, with the next step: of a real command that names people who are known by no id."""
    async with serving(chat, desk(PlainStore(), Played(now)), slack):
        await slack.types("/watch settings")
        refused = await slack.sends_box(await slack.opened(), {"managers": "listed", "people": "@bob"})
    (said,) = refused.ack["errors"].values()
    assert list(refused.ack["errors"]) == ["people"]
    assert "“@bob” is no id of an account" in said
    assert "Copy member ID" in said


async def test_a_slow_answer_to_a_box(slack: SlackWorld, chat: SlackChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack is answered in time, the box closes, and the answer comes when it is there."""
    monkeypatch.setattr("adapters.slack.app.SENT_PATIENCE", 0.05)
    scripted = Scripted(forms={"help": SETTINGS}, hold=asyncio.Event())
    async with serving(chat, scripted, slack):
        heard = await slack.types("/tocsin help")
        sent = await slack.sends_box(await slack.opened(), {})
        assert sent.acknowledged
        assert heard.answers.empty()
        assert scripted.hold is not None
        scripted.hold.set()
        assert "a medal" in words(await heard.answer())


async def test_a_long_answer_says_how_far_it_is(
    slack: SlackWorld, chat: SlackChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What answers a typed command cannot be changed in Slack: the box stays, counts, and shows what came of it."""
    monkeypatch.setattr("adapters.slack.app.SENT_PATIENCE", 0.05)
    monkeypatch.setattr("bot.commands.meanwhile.EVERY", 0.01)
    scripted = Scripted(forms={"help": SETTINGS}, hold=asyncio.Event(), so_far="1 of 3")
    async with serving(chat, scripted, slack):
        heard = await slack.types("/tocsin help")
        sent = await slack.sends_box(await slack.opened(), {})
        assert "1 of 3" in words(sent.ack["view"])
        progress = scripted.asked[0].progress
        assert progress
        progress("2 of 3")
        await slack.opened(says="2 of 3")
        assert scripted.hold is not None
        scripted.hold.set()
        assert "a medal" in words(await heard.answer())
        assert "a medal" in words(await slack.opened(says="a medal"))
    assert heard.answers.empty()


async def test_a_box_that_counts_is_closed(
    slack: SlackWorld, chat: SlackChat, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody hears of that; the answer comes into the channel."""
    monkeypatch.setattr("adapters.slack.app.SENT_PATIENCE", 0.05)
    monkeypatch.setattr("bot.commands.meanwhile.EVERY", 0.01)
    scripted = Scripted(forms={"help": SETTINGS}, hold=asyncio.Event(), so_far="1 of 3")
    async with serving(chat, scripted, slack):
        heard = await slack.types("/tocsin help")
        box = await slack.opened()
        await slack.sends_box(box, {})
        slack.closed.add(box["id"])
        progress = scripted.asked[0].progress
        assert progress
        progress("2 of 3")
        assert scripted.hold is not None
        scripted.hold.set()
        assert "a medal" in words(await heard.answer())
    assert "2 of 3" not in words(slack.views[box["id"]])
    assert "level=info" in (log := capsys.readouterr().err)
    assert "level=warning" not in log
    assert "level=error" not in log


async def test_a_form_that_breaks(slack: SlackWorld, chat: SlackChat, capsys: pytest.CaptureFixture[str]) -> None:
    """A bug behind a box leaves it acknowledged and is in the log; a box that is not ours is left alone."""
    scripted = Scripted(forms={"help": SETTINGS}, breaks=True)
    async with serving(chat, scripted, slack):
        heard = await slack.types("/tocsin help")
        box = await slack.opened()
        assert (await slack.sends_box(box, {})).acknowledged
        assert "could not be opened or answered" in words(await heard.answer())
        assert (await slack.sends_box({**box, "id": "V0", "private_metadata": "[]"}, {})).acknowledged
        assert (await slack.sends_box({**box, "id": "V1", "private_metadata": "no json"}, {})).acknowledged
    log = "".join(capsys.readouterr())
    assert "slack_request_broke" in log
    assert "slack_box_not_ours" in log
    assert len(scripted.asked) == 1


@pytest.mark.parametrize(("late", "says"), [(True, "three seconds"), (False, "could not be opened")])
async def test_a_form_that_cannot_be_opened(slack: SlackWorld, chat: SlackChat, late: bool, says: str) -> None:
    """Too late, or with more to remember than a box holds: said in words instead of silence."""
    form = SETTINGS if late else replace(SETTINGS, arguments=(("much", "x" * 3000),))
    async with serving(chat, Scripted(forms={"help": form}), slack):
        heard = await slack.types("/tocsin help", late=late)
        assert says in words(await heard.answer())
    assert not slack.views


async def test_a_form_that_is_not_ready(slack: SlackWorld, chat: SlackChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk that cannot say in time which box it wants answers in words."""
    monkeypatch.setattr("adapters.slack.app.FORM_PATIENCE", 0.01)

    class Slow(Scripted):
        async def form(self, request: Request) -> Form | None:
            await asyncio.sleep(5)
            return SETTINGS

    async with serving(chat, Slow(), slack):
        assert "a medal" in words(await (await slack.types("/tocsin help")).answer())


async def test_a_form_is_sent_after_an_hour(slack: SlackWorld, chat: SlackChat) -> None:
    """The address for the answer is dead by then, so it comes into the person's own conversation."""
    async with serving(chat, Scripted(forms={"help": SETTINGS}), slack):
        heard = await slack.types("/tocsin help")
        box = await slack.opened()
        heard.uses = 5
        await slack.sends_box(box, {})
        await until(lambda: slack.channels.get("DU7") and slack.channels["DU7"].messages)
    assert "a medal" in words(slack.channels["DU7"].messages)


async def test_a_form_from_the_page_that_breaks(slack: SlackWorld, chat: SlackChat) -> None:
    """There the box itself says so."""
    scripted = Scripted(forms={"help": SETTINGS})
    async with serving(chat, scripted, slack):
        await slack.event({"type": "app_home_opened", "user": "U7", "tab": "home"})
        await slack.published()
        await slack.presses_in(slack.homes["U7"], slack.homes["U7"]["blocks"][0]["elements"][1])
        scripted.breaks = True
        sent = await slack.sends_box(await slack.opened(), {})
    assert "could not be opened or answered" in words(sent.ack["view"])


# ── Selects ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_more_options_than_a_select_holds(slack: SlackWorld, chat: SlackChat) -> None:
    """They are found while somebody types, by any part of their words; what is set now stands there."""
    many = tuple(Option(f"Company {number} Holding", f"c{number}") for number in range(300))
    field = Field(name="names", text="Whom?", kind=FieldKind.CHOICES, options=many, value=("c7",))
    scripted = Scripted(forms={"help": Form(title="Remove", command="watch remove", fields=(field,))})
    async with serving(chat, scripted, slack):
        await slack.types("/tocsin help")
        box = await slack.opened()
        element = box["blocks"][0]["element"]
        everything = await slack.writes(box, element["action_id"], "", "names")
        found = await slack.writes(box, element["action_id"], "ny 29", "names")
        await slack.sends_box(box, {"names": ["c29", "c290"]})
        await until(lambda: scripted.asked)
    assert element["type"] == "multi_external_select"
    assert [one["text"]["text"] for one in element["initial_options"]] == ["Company 7 Holding"]
    assert len(everything) == 100
    assert [one["value"] for one in found] == ["c29", *(f"c29{digit}" for digit in range(10))]
    assert scripted.asked[0].many("names") == ("c29", "c290")


async def test_names_are_completed_from_memory(slack: SlackWorld, chat: SlackChat) -> None:
    """A field without options of its own asks the desk, for the place it is about; a name too long for an option is

    left out, not cut.
    """
    field = Field(name="name", text="Which one?", kind=FieldKind.CHOICE)
    scripted = Scripted(
        forms={"help": Form(title="Look up", command="lookup", fields=(field,))},
        names=["Xiaomi", "Xiamen Airlines", "x" * 200, "Huawei"],
    )
    async with serving(chat, scripted, slack):
        await slack.types("/tocsin help")
        box = await slack.opened()
        found = await slack.writes(box, box["blocks"][0]["element"]["action_id"], "xia", "name")
        none = await slack.writes({"type": "modal"}, "tocsin.pick:lookup", "xia")
    assert [one["value"] for one in found] == ["Xiaomi", "Xiamen Airlines"]
    assert none == []
    assert scripted.places[0] == Place("slack", "T0/C024")


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_list_of_names_is_uploaded(slack: SlackWorld, chat: SlackChat) -> None:
    """Its bytes, name and type come with the request, and nobody but Slack sees the token."""
    scripted = Scripted(forms={"help": IMPORT})
    file = slack.keeps("names.csv", b"Xiaomi\n\xe5\xb0\x8f\xe7\xb1\xb3\n")
    async with serving(chat, scripted, slack):
        heard = await slack.types("/tocsin help")
        await slack.sends_box(await slack.opened(), {"file": [file]})
        await heard.answer()
    (asked,) = scripted.asked
    (given,) = asked.files
    assert (given.name, given.type, given.body) == ("names.csv", "text/csv", b"Xiaomi\n\xe5\xb0\x8f\xe7\xb1\xb3\n")


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"size": 30_000_000}, "10 MB at most"),
        ({"url_private_download": "https://evil.example/names.csv"}, "not kept by Slack"),
        ({"url_private_download": "http://files.slack.com/names.csv"}, "not kept by Slack"),
        ({"url_private_download": ""}, "not kept by Slack"),
        ({"gone": True}, "file_not_found"),
        ({"scope": "files:read"}, "missing_scope"),
    ],
    ids=["too large", "elsewhere", "in the open", "nowhere", "gone", "no scope"],
)
async def test_a_file_that_cannot_be_had(slack: SlackWorld, chat: SlackChat, over: dict[str, Any], says: str) -> None:
    """Said at its field, in time, and nothing is asked."""
    scripted = Scripted(forms={"help": IMPORT})
    file = slack.keeps("names.csv", b"Xiaomi", **over)
    async with serving(chat, scripted, slack):
        await slack.types("/tocsin help")
        box = await slack.opened()
        if "gone" in over:
            del slack.files[file]
        if "scope" in over:
            slack.scopes.remove(over["scope"])
        sent = await slack.sends_box(box, {"file": [file]})
    assert says in sent.ack["errors"]["file"]
    assert not scripted.asked


async def test_a_file_larger_than_it_says(slack: SlackWorld, chat: SlackChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes are counted while they come; and a login page instead of a file is a refusal."""
    monkeypatch.setattr("adapters.slack.files.CAP", 1000)
    scripted = Scripted(forms={"help": IMPORT})
    file = slack.keeps("names.csv", b"x" * 5000, size=10)
    async with serving(chat, scripted, slack):
        await slack.types("/tocsin help")
        box = await slack.opened()
        large = await slack.sends_box(box, {"file": [file]})
        slack.files[file]["url_private_download"] = slack.api_url.replace("/api/", "/login")
        page = await slack.sends_box(box, {"file": [file]})
    assert "too large: 0 MB at most" in large.ack["errors"]["file"]
    assert "does not give this file out (status 404)" in page.ack["errors"]["file"]


EXPORT = Attachment(name="watched.csv", body=b"name\nXiaomi\n")
PICTURE = Attachment(
    name="history.png", body=b"\x89PNG", type="image/png", alt="Listed in January 2021, taken off in May"
)


async def test_files_of_a_private_answer(slack: SlackWorld, chat: SlackChat) -> None:
    """They go into the person's own conversation, with the words of a picture, and the answer says where they are."""
    async with serving(chat, Scripted(reply=Reply(cards=(CARD,), files=(EXPORT, PICTURE))), slack):
        heard = await slack.types("/watch list")
        answer, where = await heard.answer(), await heard.answer()
    assert "a medal" in words(answer)
    assert "watched.csv, history.png is in your private conversation" in words(where)
    assert [(one["name"], one["body"], one.get("alt_txt")) for one in slack.channels["DU7"].files] == [
        ("watched.csv", EXPORT.body, None),
        ("history.png", PICTURE.body, PICTURE.alt),
    ]
    assert not slack.channels["C024"].files


async def test_files_are_shared_with_the_answer(slack: SlackWorld, chat: SlackChat) -> None:
    """Into the channel, or, where Tocsin is no member, to the person with the next step."""
    async with serving(chat, Scripted(reply=Reply(cards=(CARD,), files=(EXPORT,))), slack):
        heard = await slack.types("/watch list")
        answer, _ = await heard.answer(), await heard.answer()
        await (await slack.presses(answer, "Share in channel")).answer()
        await until(lambda: slack.channels["C024"].files)
        slack.channels["C024"].member = False
        second = await slack.types("/watch list")
        answer, _ = await second.answer(), await second.answer()
        pressed = await slack.presses(answer, "Share in channel")
        said = [words(await pressed.answer()) for _ in range(4)]
    assert "/invite @tocsin" in said[2]
    assert "in your private conversation" in said[3]
    assert len(slack.channels["C024"].files) == 1


@pytest.mark.parametrize("scope", ["files:write", "im:write"])
async def test_files_that_cannot_be_sent(slack: SlackWorld, chat: SlackChat, scope: str) -> None:
    """The answer comes all the same, and says which scope is missing."""
    slack.scopes.remove(scope)
    async with serving(chat, Scripted(reply=Reply(cards=(CARD,), files=(EXPORT,))), slack):
        heard = await slack.types("/watch list")
        answer, why = await heard.answer(), await heard.answer()
    assert "a medal" in words(answer)
    assert scope in words(why)


async def test_files_at_hand_are_few(slack: SlackWorld, chat: SlackChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old answer is still shared, without its file: memory is not for files."""
    monkeypatch.setattr("adapters.slack.answers.FILES_AT_HAND", 1)
    async with serving(chat, Scripted(reply=Reply(cards=(CARD,), files=(EXPORT,))), slack):
        first = await slack.types("/watch list")
        answer, _ = await first.answer(), await first.answer()
        second = await slack.types("/watch list")
        _, _ = await second.answer(), await second.answer()
        pressed = await slack.presses(answer, "Share in channel")
        shared, gone = await pressed.answer(), await pressed.answer()
    assert "a medal" in words(shared)
    assert gone["delete_original"]
    assert not slack.channels["C024"].files


# ── People ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def managed(monkeypatch: pytest.MonkeyPatch) -> None:
    """`watch add` is for whoever may manage the place."""
    monkeypatch.setitem(commands(), "watch add", replace(commands()["watch add"], manages=True))


@pytest.mark.parametrize(
    ("human", "creator", "channel", "may"),
    [
        (Human(), "UMADE", "C024", False),
        (Human(admin=True), "UMADE", "C024", True),
        (Human(), "U7", "C024", True),
        (Human(), "UMADE", "DU7", True),
    ],
    ids=["anybody", "an administrator", "who made the channel", "in one's own conversation"],
)
@pytest.mark.usefixtures("managed")
async def test_who_manages_a_channel(
    slack: SlackWorld, chat: SlackChat, human: Human, creator: str, channel: str, may: bool
) -> None:
    """Slack is asked once in some minutes, and only for what changes a place."""
    slack.people["U7"] = human
    slack.channels["C024"].creator = creator
    scripted = Scripted()
    async with serving(chat, scripted, slack):
        await (await slack.types("/watch add Xiaomi", channel=channel)).answer()
        await (await slack.types("/watch add Xiaomi", channel=channel)).answer()
    assert [one.manager for one in scripted.asked] == [may, may]
    assert scripted.asked[0].home == Place("slack", "T0/U7")
    assert slack.calls["users.info"] == 1
    assert slack.calls["conversations.info"] <= 1


async def test_what_concerns_everybody(slack: SlackWorld, chat: SlackChat, now: datetime) -> None:
    """A source's doubtful reading is accepted, and feeds are added and removed, by who manages a channel only."""
    async with serving(chat, desk(PlainStore(), Played(now)), slack):
        for typed in ("sources accept us_csl", "feed add https://news.example", "feed remove x"):
            said = await (await slack.types(f"/tocsin {typed}")).answer()
            assert "for people who manage a channel" in words(said)
        slack.channels["C2"] = replace(slack.channels["C024"], id="C2", creator="U7")
        said = await (await slack.types("/tocsin sources accept us_csl", channel="C2")).answer()
    assert "There is no source" in words(said)


@pytest.mark.usefixtures("managed")
async def test_nobody_manages_while_slack_cannot_say(
    slack: SlackWorld, chat: SlackChat, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the scope, or an answer in time, the door stays shut, and the log says why, once."""
    slack.people["U7"] = Human(admin=True, locale="fr-FR")
    slack.scopes.remove("users:read")
    scripted = Scripted()
    async with serving(chat, scripted, slack):
        await (await slack.types("/watch add Xiaomi")).answer()
        await (await slack.types("/lookup Xiaomi")).answer()
        slack.scopes.append("users:read")
        await (await slack.types("/watch add Xiaomi")).answer()
    assert [(one.manager, one.language) for one in scripted.asked] == [(False, "en"), (True, "en"), (True, "fr")]
    assert "".join(capsys.readouterr()).count("slack_not_looked_up") == 1


@pytest.mark.usefixtures("managed")
async def test_slack_is_not_waited_for(slack: SlackWorld, chat: SlackChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer in the installation's language is better than none within three seconds; and it waits only once."""
    monkeypatch.setattr("adapters.slack.people.PATIENCE", 0.02)
    monkeypatch.setattr("adapters.slack.people.People._asked.__defaults__", (0.02,))
    slack.slow_people = 1
    slack.people["U7"] = Human(admin=True)
    scripted = Scripted()
    async with serving(chat, scripted, slack):
        assert await (await slack.types("/lookup Xiaomi")).answer()
        assert await (await slack.types("/watch add Xiaomi")).answer()
    assert [one.manager for one in scripted.asked] == [True, False]
    assert slack.calls["users.info"] == 1


@pytest.mark.parametrize(("locale", "button"), [("fr-CA", "Partager"), ("en-GB", "Share"), ("de-DE", "Share")])
async def test_each_reads_their_own_language(
    slack: SlackWorld, chat: SlackChat, now: datetime, locale: str, button: str
) -> None:
    """The one they read Slack in, where we have its words; the frame is in it too."""
    slack.people["U7"] = Human(locale=locale)
    async with serving(chat, desk(PlainStore(), Played(now)), slack):
        answer = await (await slack.types("/lookup Xiaomi")).answer()
    assert any(one["text"]["text"].startswith(button) for one in buttons(answer))


# ── The app's own page ────────────────────────────────────────────────────────────────────────────────────────────


def page_buttons(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The buttons of a page by what they say and which channel they are about."""
    return {f"{one['text']['text']} {one['value']}": one for one in buttons(view) if one["type"] == "button"}


async def test_the_page_of_somebody_in_several_channels(slack: SlackWorld, chat: SlackChat, now: datetime) -> None:
    """Their own watches, those of channels they are in, and no others'."""
    store = PlainStore()
    slack.adds("C1", name="trade")
    slack.adds("C2", name="secret", people={"U9"})
    for id, name in {"C1": "Huawei", "C2": "DJI", "U7": "Xiaomi"}.items():
        await store.subscribe(watch(target=name, place=Place("slack", f"T0/{id}")))

    async def places() -> list[Place]:
        return [one.place for one in await store.subscriptions()]

    async with serving(chat, desk(store, Played(now)), slack, places=places):
        await slack.event({"type": "app_home_opened", "user": "U7", "tab": "messages"})
        await slack.event({"type": "app_home_opened", "user": "U7", "tab": "home"})
        await slack.published()
    page = words(slack.homes["U7"])
    assert "Xiaomi" in page
    assert "#trade" in page
    assert "Huawei" in page
    assert "DJI" not in page
    assert "0 sources" in page
    assert any('"C1"' in name for name in page_buttons(slack.homes["U7"]))


@pytest.mark.parametrize(("without", "seen"), [("groups:read", {"#compliance"}), ("channels:read", set[str]())])
async def test_the_page_without_a_scope(slack: SlackWorld, chat: SlackChat, without: str, seen: set[str]) -> None:
    """It shows what can be seen: one's own watches always, private channels only with their scope."""
    slack.adds("C1", name="board", private=True)
    slack.scopes.remove(without)

    async def places() -> list[Place]:
        return [HERE, Place("slack", "T0/C1")]

    async with serving(chat, Scripted(), slack, places=places):
        await slack.event({"type": "app_home_opened", "user": "U7", "tab": "home"})
        await slack.published()
    page = words(slack.homes["U7"])
    assert "What you watch yourself" in page
    assert {name for name in ("#compliance", "#board") if name in page} == seen


@pytest.mark.usefixtures("managed")
async def test_a_change_on_the_page(slack: SlackWorld, chat: SlackChat, now: datetime) -> None:
    """A button opens its box, the answer stands in it, and the page is drawn again."""
    store = PlainStore()
    real = desk(store, Played(now))
    form = Form(title="Add", command="watch add", fields=(Field(name="names", text="Whom?", required=True),))

    class WithForm:
        answer, complete = real.answer, real.complete

        async def form(self, request: Request) -> Form | None:
            return form if request.command == "watch add" and not request.many("names") else None

    async def places() -> list[Place]:
        return [HERE]

    async with serving(chat, WithForm(), slack, places=places):
        await slack.event({"type": "app_home_opened", "user": "U7", "tab": "home"})
        await slack.published()
        (add,) = [one for name, one in page_buttons(slack.homes["U7"]).items() if "Add" in name and "C024" in name]
        slack.channels["C024"].creator = "U7"
        await slack.presses_in(slack.homes["U7"], add)
        sent = await slack.sends_box(await slack.opened(), {"names": "Xiaomi"})
        await slack.published()
    assert sent.ack["response_action"] == "update"
    assert "Watching Xiaomi" in words(sent.ack["view"])
    assert [str(one.place) for one in await store.subscriptions()] == ["slack:T0/C024"]
    assert "Xiaomi · ana (U7)" in words(slack.homes["U7"])


async def test_the_page_answers_in_a_box(slack: SlackWorld, chat: SlackChat, now: datetime) -> None:
    """A name picked from memory, or help: there is no channel to answer in, so a box opens; it can be pressed in."""
    scripted = Scripted(
        names=["Xiaomi"], reply=Reply(cards=(replace(CARD, buttons=(Button("Why", "why", (("key", "k"),)),)),))
    )
    async with serving(chat, scripted, slack):
        await slack.event({"type": "app_home_opened", "user": "U7", "tab": "home"})
        await slack.published()
        look, help_ = slack.homes["U7"]["blocks"][0]["elements"]
        offered = await slack.writes(slack.homes["U7"], look["action_id"], "xi")
        await slack.presses_in(slack.homes["U7"], {**look, "selected_option": offered[0]})
        box = await slack.opened(says="a medal")
        assert scripted.asked[-1].one("name") == "Xiaomi"
        scripted.forms["why"] = IMPORT
        await slack.presses_in(box, buttons(box)[0])
        await slack.opened(says="A list of names")
        scripted.forms.clear()
        scripted.reply = Reply(cards=(replace(CARD, title="because"),))
        await slack.presses_in(box, buttons(box)[0])
        await slack.opened(says="because")
        await slack.presses_in(slack.homes["U7"], help_)
        await until(lambda: scripted.asked[-1].command == "help")
        await slack.presses_in(slack.homes["U7"], {**look, "selected_option": None})
    assert scripted.asked[-1].place == Place("slack", "T0/U7")


async def test_a_slow_answer_on_the_page(slack: SlackWorld, chat: SlackChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The box says that it takes a moment, then shows it; what is wrong by then is shown too."""
    monkeypatch.setattr("adapters.slack.app.SENT_PATIENCE", 0.05)
    scripted = Scripted(forms={"help": IMPORT})
    said = {"a medal": Reply(cards=(CARD,)), "too many": Reply(cards=(Card(summary="too many", title="t"),), ok=False)}
    async with serving(chat, scripted, slack):
        await slack.event({"type": "app_home_opened", "user": "U7", "tab": "home"})
        await slack.published()
        _, help_ = slack.homes["U7"]["blocks"][0]["elements"]
        for says, reply in {**said, "Done.": Reply(cards=())}.items():
            scripted.hold, scripted.reply = asyncio.Event(), reply
            await slack.presses_in(slack.homes["U7"], help_)
            sent = await slack.sends_box(await slack.opened(says="A list of names"), {"names": "Xiaomi"})
            assert "One moment" in words(sent.ack["view"])
            scripted.hold.set()
            await slack.opened(says=says)


async def test_a_button_of_a_channel_one_has_left(slack: SlackWorld, chat: SlackChat) -> None:
    """The page may be old: where somebody is, is looked at when they press."""
    scripted = Scripted()
    old = {"type": "button", "action_id": "tocsin:watch remove", "value": '{"@channel": "CGONE"}'}
    async with serving(chat, scripted, slack):
        await slack.presses_in({"type": "home", "id": "VHOME"}, old)
        await slack.opened(says="not in that channel any more")
        await slack.presses_in({"type": "home", "id": "VHOME"}, old, late=True)
        await until(lambda: slack.channels.get("DU7") and slack.channels["DU7"].messages)
    assert "not in that channel any more" in words(slack.channels["DU7"].messages)
    assert not scripted.asked


async def test_more_channels_than_a_page_shows(slack: SlackWorld, chat: SlackChat) -> None:
    """Ten are shown, the others counted; long lists are cut, and the page is within Slack's limits."""
    ids = [f"C{number}" for number in range(14)]
    for id in ids:
        slack.adds(id, name=f"channel-{id}")

    async def places() -> list[Place]:
        return [Place("slack", f"T0/{id}") for id in ids]

    lines = tuple(Section(f"h{number}", "word " * 300) for number in range(40))
    async with serving(
        chat, Scripted(reply=Reply(cards=(Card(summary="s", title="t", sections=lines),))), slack, places=places
    ):
        await slack.event({"type": "app_home_opened", "user": "U7", "tab": "home"})
        await slack.published()
    page = words(slack.homes["U7"])
    assert page.count("#channel-") == 10
    assert "4 more of your channels" in page
    assert len(slack.homes["U7"]["blocks"]) <= 100


# ── The shortcut ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"text": "Xiaomi &amp; AT&amp;T <https://a.example>"}, "Xiaomi & AT&T https://a.example"),
        ({"text": "<http://JD.com|JD.com> and <https://a.example/1|Xiaomi> listed"}, "JD.com and Xiaomi listed"),
        ({"text": " <https://a.example/?a=1&amp;b=2|Xiaomi listed>"}, "https://a.example/?a=1&b=2"),
        ({"text": "", "attachments": [{"fallback": "Huawei listed"}]}, "Huawei listed"),
        ({"text": "One", "attachments": [{"text": "Two"}]}, "One\nTwo"),
        ({"attachments": [{"fallback": "no preview", "title": "Huawei", "text": "and ZTE"}]}, "Huawei\nand ZTE"),
    ],
)
async def test_names_in_a_message(slack: SlackWorld, chat: SlackChat, message: dict[str, Any], text: str) -> None:
    """The shortcut asks what a message says, as people read it; the answer is for whoever asked."""
    scripted = Scripted()
    async with serving(chat, scripted, slack):
        answer = await (await slack.points_at(message)).answer()
    (asked,) = scripted.asked
    assert (asked.command, asked.one("text"), asked.place) == ("read", text, HERE)
    assert answer["response_type"] == "ephemeral"


async def test_what_the_shortcut_answers(slack: SlackWorld, chat: SlackChat, now: datetime) -> None:
    """The very command `read`: whom the message names."""
    story = "The Pentagon added Xiaomi to its list of Chinese military companies on Thursday, officials said."
    async with serving(chat, desk(PlainStore(), Played(now)), slack):
        answer = await (await slack.points_at({"text": story})).answer()
    assert "Xiaomi" in words(answer)
    assert "Chinese military companies" in words(answer)


# ── An alert's whole life ─────────────────────────────────────────────────────────────────────────────────────────


async def test_what_people_do_with_an_alert(slack: SlackWorld, chat: SlackChat, now: datetime) -> None:
    """Posted, acknowledged, called another company in a box, looked into: each with the real commands, and the message

    says it to everybody.
    """
    store, clock = PlainStore(), Played(now)
    courier = Courier(store, chat, clock, dict)
    told = Delivery.of(replace(alert(), at=now), HERE, because="watching Xiaomi here", due=now)
    await store.enqueue([told])
    await courier.round()
    message = slack.channels["C024"].messages[0]
    assert {"Acknowledge", "Not this company", "Mute…", "History"} <= {one["text"]["text"] for one in buttons(message)}
    async with serving(chat, desk(store, clock), slack):
        taken = await slack.presses(message, "Acknowledge")
        await taken.answer()
        muted = await slack.presses(message, "Mute…")
        spans = await muted.answer()
        await slack.presses(spans, next(one["text"]["text"] for one in buttons(spans) if "date" in one["value"]))
        assert (await slack.opened())["blocks"][0]["element"]["type"] == "datepicker"
        other = await slack.presses(message, "Not this company")
        box = await slack.opened(says="Not this")
        await slack.sends_box(box, {"why": "a bakery of the same name"})
        await other.answer()
        looked = await slack.presses(message, "History")
        await looked.answer()
    while await courier.round():
        pass
    said = words(slack.channels["C024"].messages[0])
    assert "Acknowledged by ana (U7)" in said
    assert "a bakery of the same name" in said
    assert [one.what for one in reversed(await store.acts(place=HERE))] == ["acknowledged", "not_this"]
    assert len(slack.channels["C024"].messages) == 1
