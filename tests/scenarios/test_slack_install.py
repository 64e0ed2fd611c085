"""Tocsin in many workspaces: installed by OAuth, heard by HTTP, each spoken to with its own token."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from cryptography.fernet import Fernet

from adapters.slack.install import OAuth
from adapters.slack.post import SlackChat
from bot.errors import BadSettings, ChatBusy, ChatRefused, StoreBusy
from bot.model import Attachment, Card, Field, FieldKind, Form, Place, Reply
from bot.settings import load
from bot.wiring import SystemClock, chats_for
from tests.worlds.plain_store import PlainStore
from tests.worlds.slack import CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET, SlackWorld, served, words
from tests.worlds.slack_served import CARD, Scripted, until

# slack_sdk 3.47 names our client by it; aiohttp 3.14 says that another way will be needed one day.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

KEY = Fernet.generate_key().decode()
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def slack() -> AsyncIterator[SlackWorld]:
    async with SlackWorld() as world:
        world.token = "xoxb-of-nobody"  # only installed tokens are good
        yield world
        assert not world.refused


@dataclass
class Site:
    """A Tocsin that others may install."""

    slack: SlackWorld
    store: PlainStore
    chat: SlackChat
    desk: Scripted
    oauth: OAuth
    address: str

    async def get(self, path: str, **headers: str) -> tuple[int, str, str]:
        """Status, text and cookie."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.address}{path}", headers=headers) as said:
            return said.status, await said.text(), said.headers.get("Set-Cookie", "")

    async def begin(self) -> tuple[str, str, dict[str, list[str]]]:
        """The state that was given, its cookie, and what Slack is asked for."""
        status, page, cookie = await self.get("/slack/install")
        assert status == 200
        link = re.search(r'href="(http[^"]+)"', page)
        assert link
        assert urlsplit(link[1]).netloc == self.slack.address
        asked = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
        return asked["state"][0], cookie.partition(";")[0], asked

    async def install(self, **whom: Any) -> str:
        """Somebody installs it; the token that their workspace gave."""
        state, cookie, _ = await self.begin()
        token = self.slack.installs("code", **whom)
        status, page, _ = await self.get(f"/slack/oauth_redirect?code=code&state={state}", Cookie=cookie)
        assert status == 200, page
        assert token not in page
        return token

    async def empty(self) -> None:
        """Until no installation is kept."""
        async with asyncio.timeout(5):
            while await self.oauth.installations.all():  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.005)


@asynccontextmanager
async def a_site(slack: SlackWorld, *keys: str, **more: Any) -> AsyncIterator[Site]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store, desk = PlainStore(), Scripted()
    oauth = OAuth.of(CLIENT_ID, CLIENT_SECRET, keys, store, now=lambda: NOON)
    chat = SlackChat(
        "",
        api_url=slack.api_url,
        signing_secret=SIGNING_SECRET,
        listen=("127.0.0.1", port),
        pace=timedelta(0),
        patience=timedelta(seconds=5),
        oauth=oauth,
        **more,
    )
    slack.http = f"http://127.0.0.1:{port}/slack/events"
    try:
        async with served(chat.run(desk), slack):
            await until(lambda: _open(port))
            yield Site(slack, store, chat, desk, oauth, f"http://127.0.0.1:{port}")
    finally:
        await chat.close()


def _open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_two_workspaces_install_it(slack: SlackWorld, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is answered, and spoken to with its own token; commands of a third are told what is missing.

    Nothing of it that is secret is in the store or in the log.
    """
    slack.adds("C1", team="T1")
    slack.adds("C2", team="T2")
    async with a_site(slack, KEY) as site:
        tokens = [await site.install(team="T1"), await site.install(team="T2")]
        for team, channel in {"T1": "C1", "T2": "C2"}.items():
            answer = await (await slack.types("/lookup Xiaomi", channel=channel, team_id=team)).answer()
            assert "a medal" in words(answer)
            await site.chat.post(Place("slack", f"{team}/{channel}"), CARD, key=f"k{team}")
            assert await site.chat.find(Place("slack", f"{team}/{channel}"), f"k{team}")
        stranger = await (await slack.types("/lookup Xiaomi", team_id="T3")).answer()
        with pytest.raises(ChatRefused, match="channel_not_found"):
            await site.chat.post(Place("slack", "T1/C2"), CARD, key="k")
    assert [str(one.place) for one in site.desk.asked] == ["slack:T1/C1", "slack:T2/C2"]
    assert "not installed" in words(stranger)
    kept = b"".join([*(await site.store.papers("slack_installations")).values()])
    log = "".join(capsys.readouterr())
    assert "slack_installed" in log
    assert not any(token.encode() in kept or token in log for token in tokens)
    assert CLIENT_SECRET not in log


async def test_a_form_in_an_installed_workspace(slack: SlackWorld) -> None:
    """By HTTP the box is opened with that workspace's token, and what is wrong comes back as the answer to it."""
    form = Form(title="Add", command="watch add", fields=(Field(name="file", text="A list", kind=FieldKind.FILE),))
    async with a_site(slack, KEY) as site:
        await site.install(team="T0")
        site.desk.forms["help"] = form
        site.desk.reply = Reply(cards=(Card(summary="no names in it", title="t"),), ok=False)
        heard = await slack.types("/tocsin help")
        box = await slack.opened()
        file = slack.keeps("names.csv", b"Xiaomi")
        wrong = await slack.sends_box(box, {"file": [file]})
        site.desk.reply = Reply(cards=(CARD,), files=(Attachment(name="report.csv", body=b"1"),))
        await slack.sends_box(box, {"file": [file]})
        said = [words(await heard.answer()), words(await heard.answer())]
    assert wrong.ack == {"response_action": "errors", "errors": {"file": "no names in it"}}
    assert [one.body for one in site.desk.asked[-1].files] == [b"Xiaomi"]
    assert "a medal" in said[0]
    assert [one["name"] for one in slack.channels["DU7"].files] == ["report.csv"]


async def test_what_is_asked_of_an_installer(slack: SlackWorld) -> None:
    """The scopes of the manifest, none of a person, under our client's id."""
    async with a_site(slack, KEY) as site:
        _, _, asked = await site.begin()
    assert asked["client_id"] == [CLIENT_ID]
    assert set(asked["scope"][0].split(",")) == set(slack.scopes)
    assert not asked.get("user_scope")


@pytest.mark.parametrize(
    ("change", "status"),
    [({"state": "guessed"}, 400), ({"cookie": ""}, 400), ({"code": "wrong"}, 401), ({"twice": True}, 401)],
    ids=["another state", "another browser", "another code", "twice"],
)
async def test_an_installation_that_is_not_believed(slack: SlackWorld, change: dict[str, Any], status: int) -> None:
    """Nothing is kept of it."""
    async with a_site(slack, KEY) as site:
        state, cookie, _ = await site.begin()
        slack.installs("code")
        if change.get("twice"):
            await site.oauth.states.async_consume(state)
        query = f"code={change.get('code', 'code')}&state={change.get('state', state)}"
        cookie = change.get("cookie", cookie)
        got, _, _ = await site.get(f"/slack/oauth_redirect?{query}", Cookie=cookie)
    assert got == status
    assert not await site.store.papers("slack_installations")


async def test_it_is_uninstalled_and_installed_again(slack: SlackWorld) -> None:
    """What comes for it meanwhile is refused with the next step; the word of the end comes late and changes nothing."""
    here = Place("slack", "T1/C1")
    slack.adds("C1", team="T1")
    ended = {"type": "app_uninstalled"}
    async with a_site(slack, KEY) as site:
        await site.install(team="T1")
        person = {"type": "tokens_revoked", "tokens": {"oauth": ["U9"], "bot": []}}
        await slack.event(person, team_id="T1", event_time=int(NOON.timestamp()) + 60)
        await slack.event(ended, team_id="T1", event_time=int(NOON.timestamp()) - 60)
        await site.chat.post(here, CARD, key="k1")
        await slack.event(ended, team_id="T1", event_time=int(NOON.timestamp()) + 60)
        await site.empty()
        with pytest.raises(ChatRefused, match="not installed") as caught:
            await site.chat.post(here, CARD, key="k2")
        assert "/slack/install" in str(caught.value)
        await site.install(team="T1")
        await site.chat.post(here, CARD, key="k2")
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UBOT"]}}
        await slack.event(revoked, team_id="T1", event_time=int(NOON.timestamp()) + 60)
        await site.empty()
    assert slack.keys("C1") == ["k1", "k2"]


async def test_an_organisation_installs_it(slack: SlackWorld) -> None:
    """For all its workspaces at once: the first command of one says that it belongs there."""
    slack.adds("C5", team="T5")
    async with a_site(slack, KEY) as site:
        await site.install(team="T5", enterprise="E1", whole=True)
        with pytest.raises(ChatRefused):
            await site.chat.post(Place("slack", "T5/C5"), CARD, key="k1")
        over: dict[str, Any] = {"team_id": "T5", "enterprise_id": "E1", "is_enterprise_install": "true"}
        answer = await (await slack.types("/lookup Xiaomi", channel="C5", **over)).answer()
        await site.chat.post(Place("slack", "T5/C5"), CARD, key="k1")
        await slack.event(
            {"type": "app_uninstalled"},
            enterprise_id="E1",
            authorizations=[{"enterprise_id": "E1", "team_id": None, "is_enterprise_install": True}],
        )
        await site.empty()
    assert "a medal" in words(answer)
    assert str(site.desk.asked[0].place) == "slack:T5/C5"
    assert not await site.store.papers("slack_teams")


async def test_the_store_is_busy(slack: SlackWorld) -> None:
    """A token that cannot be read now is no reason to give a message up; with a lost key it waits too."""
    async with a_site(slack, KEY) as site:
        await site.install(team="T1")
        other = OAuth.of(CLIENT_ID, CLIENT_SECRET, [Fernet.generate_key().decode()], site.store, now=lambda: NOON)
        with pytest.raises(ChatBusy, match="TOCSIN_KEY"):
            await other.token("T1")

        class Busy(PlainStore):
            async def papers(self, *args: Any, **more: Any) -> Any:
                raise StoreBusy("locked")

        with pytest.raises(ChatBusy, match="locked"):
            await OAuth.of(CLIENT_ID, CLIENT_SECRET, [], Busy(), now=lambda: NOON).token("T1")


async def test_the_doctor_sees_every_workspace(slack: SlackWorld) -> None:
    """Its token and scopes; places of workspaces that have no installation; whether tokens are sealed."""

    async def places() -> list[Place]:
        return [Place("slack", "T1/C1"), Place("slack", "T9/C9")]

    slack.adds("C1", team="T1", name="trade", member=False)
    async with a_site(slack, places=places) as site:
        empty = [line async for line in site.chat.check()]
        token = await site.install(team="T1")
        lines = [line async for line in site.chat.check()]
        slack.token_dead = "token_revoked"
        dead = [line async for line in site.chat.check()]
        strange = OAuth.of(CLIENT_ID, CLIENT_SECRET, [KEY], site.store, now=lambda: NOON)
        await strange.installations.reseal()
        sealed = [line async for line in site.chat.check()]
    assert any("no workspace has installed Tocsin; next:" in line for line in empty)
    assert any(line.startswith("TOCSIN_KEY is empty") and "tocsin key" in line for line in lines)
    assert any("token valid: @tocsin in Team T1" in line for line in lines)
    assert any("not in #trade; next: type /invite @tocsin" in line for line in lines)
    assert any("slack:T9" in line and "/slack/install" in line for line in lines)
    assert any(line.startswith("Team T1 (T1): token_revoked") for line in dead)
    assert any("TOCSIN_KEY does not open" in line for line in sealed)
    assert not any(token in line for line in [*lines, *dead, *sealed])


async def test_without_a_signing_secret_nobody_can_install(slack: SlackWorld) -> None:
    """The doctor says so: pages and commands come by HTTP."""
    oauth = OAuth.of(CLIENT_ID, CLIENT_SECRET, [KEY], PlainStore(), now=lambda: NOON)
    chat = SlackChat("", api_url=slack.api_url, oauth=oauth)
    lines = [line async for line in chat.check()]
    assert any(line.startswith("SLACK_SIGNING_SECRET is empty; next:") for line in lines)
    assert CLIENT_SECRET not in repr(oauth) + repr(chat)
    await chat.close()


async def test_a_key_that_is_new_seals_at_the_start(slack: SlackWorld) -> None:
    """What was kept open before there was a key is sealed when Slack is served next."""
    store = PlainStore()
    open_ = OAuth.of(CLIENT_ID, CLIENT_SECRET, [], store, now=lambda: NOON)
    async with a_site(slack) as site:
        await site.install(team="T1")
        for shelf in ("slack_installations", "slack_teams"):
            for name, body in (await site.store.papers(shelf)).items():
                await store.decide(_keep(shelf, name, body))
    sealing = OAuth.of(CLIENT_ID, CLIENT_SECRET, [KEY], store, now=lambda: NOON)
    chat = SlackChat("", api_url=slack.api_url, app_token="xapp-0-secret-of-the-app", oauth=sealing)
    slack.http = ""
    async with served(chat.run(Scripted(reply=Reply(cards=(CARD,)))), slack):
        answer = await (await slack.types("/lookup Xiaomi", team_id="T1")).answer()  # by Socket Mode too
    assert "a medal" in words(answer)
    with pytest.raises(ChatBusy):
        await open_.token("T1")
    await chat.close()


def _keep(shelf: str, name: str, body: bytes) -> Any:
    from bot.model import Decision, Paper

    return Decision(keep=(Paper(shelf, name, body),))


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"slack_client_id": "1.2"}, "SLACK_CLIENT_SECRET is empty"),
        ({"slack_client_id": "1.2", "slack_client_secret": "s", "slack_bot_token": "xoxb-1"}, "both set"),
    ],
)
def test_settings_that_do_not_fit(over: dict[str, str], says: str) -> None:
    """Said before anything starts, with what to do."""
    with pytest.raises(BadSettings, match=says):
        chats_for(load(_env_file=None, **over), SystemClock(), PlainStore())


def test_settings_for_many_workspaces() -> None:
    """A client's id is enough for Slack to be there, without a token of one workspace."""
    chat = chats_for(
        load(_env_file=None, slack_client_id="1.2", slack_client_secret="s", tocsin_key=f"{KEY}, {KEY}"),
        SystemClock(),
        PlainStore(),
    )[0]
    assert chat.platform == "slack"
