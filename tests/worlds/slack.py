"""A small Slack on the loopback: Web API, Socket Mode, response addresses, and people who type and press.

It refuses what Slack refuses (see slack_rules.py), keeps one message a second a channel when it is told to, and can be
made to fail as Slack and the network between do: answers lost after the message was kept, 5xx, time-outs, revoked
tokens, sockets that are cut or fall silent. It counts calls. Time is the caller's: `now` may be any clock.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.worlds.slack_rules import complaints, options_complaints, pings, too_long, view_complaints, words

BOT_TOKEN = "xoxb-0-secret-of-the-bot"
APP_TOKEN = "xapp-0-secret-of-the-app"
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"
SCOPES = ["chat:write", "commands", "im:write", "channels:read", "groups:read"]
SCOPES += ["channels:history", "groups:history", "im:history", "users:read", "files:read", "files:write"]
CLIENT_ID, CLIENT_SECRET = "0.0", "secret-of-the-client"
Payload = dict[str, Any]


@dataclass
class Channel:
    id: str
    name: str = "compliance"
    member: bool = True
    archived: bool = False
    private: bool = False
    messages: list[Payload] = field(default_factory=list)  #: oldest first
    posted_at: float = float("-inf")
    team: str = "T0"
    creator: str = "UMADE"
    people: set[str] = field(default_factory=lambda: {"U7"})
    files: list[Payload] = field(default_factory=list)  #: uploaded here, with their bytes


@dataclass
class Human:
    """What users.info says of somebody."""

    locale: str = "en-US"
    admin: bool = False


@dataclass
class Heard:
    """What came back on one thing that a person did."""

    acknowledged: bool = False
    answers: asyncio.Queue[Payload] = field(default_factory=asyncio.Queue)
    uses: int = 0
    ack: Payload = field(default_factory=dict)  #: what came with the acknowledgement

    async def answer(self, within: float = 5) -> Payload:
        """The next answer under its response address."""
        async with asyncio.timeout(within):
            return await self.answers.get()


@dataclass(eq=False)
class Socket:
    ws: web.WebSocketResponse
    deaf: bool = False
    mute: bool = False  #: answers pings, brings nothing


class SlackWorld:
    """One workspace. Use as an async context manager."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self.token = BOT_TOKEN
        self.app_token = APP_TOKEN
        self.scopes = list(SCOPES)
        self.retry_after = 1  #: seconds that a busy Slack asks for
        self.calls: Counter[str] = Counter()
        self.interval = 0.0  #: seconds between two posts into one channel; Slack's is 1
        self.now: Callable[[], float] = time.monotonic
        self.fate: Callable[[], str] = lambda: self.fates.popleft() if self.fates else ""
        self.fates: deque[str] = deque()  #: what happens to the next posts, see `_befalls`
        self.history_fates: deque[str] = deque()
        self.http = ""  #: address of the app's HTTP mode; empty is Socket Mode
        self.sockets: list[Socket] = []
        self.responses: dict[str, Heard] = {}
        self.refused: list[str] = []  #: what validation said
        self.away = False  #: 503 to everything
        self.no_threads = ""  #: what is said to an answer in a thread
        self.no_blocks = ""  #: what is said to a message with blocks, however they are drawn
        self.responses_cut = False  #: connections to response addresses break
        self.token_dead = ""  #: "token_revoked" and the like
        self.people: dict[str, Human] = {}
        self.teams: dict[str, Payload] = {}  #: what oauth.v2.access says to a code, by code; and of tokens, by token
        self.views: dict[str, Payload] = {}  #: boxes that were opened, by id, as they are now
        self.closed: set[str] = set()
        self.files: dict[str, Payload] = {}
        self.slow_people = 0.0  #: seconds until users.info answers
        self._triggers: dict[str, str] = {}  #: whether each is "fresh", "used" or "expired"
        self._opened = asyncio.Event()
        self._acks: dict[str, asyncio.Future[Payload]] = {}
        self._numbers = iter(range(1, 10_000_000))
        self._connected = asyncio.Event()
        self._published = asyncio.Event()
        self.homes: dict[str, Payload] = {}  #: the app's own page, by who sees it
        self.adds("C024")

    # ── The place itself ──────────────────────────────────────────────────────────────────────────────────────────

    def adds(self, id: str, **more: Any) -> Channel:
        self.channels[id] = Channel(id, **more)
        return self.channels[id]

    def keys(self, channel: str = "C024") -> list[str]:
        """The delivery keys of a channel's messages, oldest first."""
        return [one["metadata"]["event_payload"]["key"] for one in self.channels[channel].messages]

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link/{ticket}", self._socket)
        app.router.add_post("/response/{id}", self._response)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_get("/files/{id}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.address = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.api_url = f"http://{self.address}/api/"
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        for socket in self.sockets:
            await socket.ws.close()
        await self._runner.cleanup()

    # ── The Web API ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls[method] += 1
        given = dict(request.query)
        if request.content_type == "application/json":
            given |= await request.json()
        elif request.can_read_body:
            given |= {name: str(value) for name, value in (await request.post()).items()}
        if self.away:
            return web.Response(status=503, text="<html>away</html>", content_type="text/html")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if method == "apps.connections.open":
            if token != self.app_token:
                return self._says({"ok": False, "error": "invalid_auth"})
            return self._says({"ok": True, "url": f"ws://{self.address}/link/{next(self._numbers)}"})
        if method == "oauth.v2.access":
            return self._says(self._exchanged(given, request))
        if token not in {self.token, *self.teams} or self.token_dead:
            return self._says({"ok": False, "error": self.token_dead or "invalid_auth"})
        given["@team"] = self.teams.get(token, {}).get("team", {}).get("id", "T0")
        answer = getattr(self, f"_do_{method.replace('.', '_')}", None)
        if answer is None:
            return self._says({"ok": False, "error": "unknown_method"})
        said = await answer(given, request)
        return said if isinstance(said, web.StreamResponse) else self._says(said)

    def _says(self, data: Payload, status: int = 200, **headers: str) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(data, status=status, headers={"x-oauth-scopes": ",".join(self.scopes), **named})

    async def _do_auth_test(self, given: Payload, request: web.Request) -> Payload:
        who = {"user": "tocsin", "user_id": "UBOT", "bot_id": "B0", "url": "https://acme.slack.com/"}
        name = "Acme" if given["@team"] == "T0" else f"Team {given['@team']}"
        return {"ok": True, "team": name, "team_id": given["@team"], **who}

    def installs(self, code: str, *, team: str = "T1", enterprise: str = "", whole: bool = False) -> str:
        """Somebody agrees: this code may be exchanged, once, for the token that is returned."""
        token = f"xoxb-{team}-secret-{next(self._numbers)}"
        self.teams[code] = {
            "ok": True,
            "access_token": token,
            "token_type": "bot",
            "scope": ",".join(self.scopes),
            "bot_user_id": "UBOT",
            "app_id": "A0",
            "team": None if whole else {"id": team, "name": f"Team {team}"},
            "enterprise": {"id": enterprise, "name": "Org"} if enterprise else None,
            "is_enterprise_install": whole,
            "authed_user": {"id": "UADMIN"},
        }
        return token

    def _exchanged(self, given: Payload, request: web.Request) -> Payload:
        """https://docs.slack.dev/reference/methods/oauth.v2.access (read 2026-11): a code is good once."""
        basic = f"Basic {base64.b64encode(f'{CLIENT_ID}:{CLIENT_SECRET}'.encode()).decode()}"
        named = (given.get("client_id"), given.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        if not named and request.headers.get("Authorization") != basic:
            return {"ok": False, "error": "bad_client_secret"}
        said = self.teams.pop(str(given.get("code")), None)
        if said is None or "access_token" not in said:
            return {"ok": False, "error": "invalid_code"}
        self.teams[said["access_token"]] = {"team": said["team"] or {"id": "T5"}}
        return said

    async def _do_users_info(self, given: Payload, request: web.Request) -> Payload:
        if not self._may("users:read"):
            return self._lacks("users:read")
        await asyncio.sleep(self.slow_people)
        human = self.people.get(str(given["user"]), Human())
        told = {"id": given["user"], "is_admin": human.admin, "is_owner": False, "is_primary_owner": False}
        asked = str(given.get("include_locale")).lower() in {"1", "true"}
        return {"ok": True, "user": told | ({"locale": human.locale} if asked else {})}

    async def _do_users_conversations(self, given: Payload, request: web.Request) -> Payload:
        if not self._may("channels:read"):
            return self._lacks("channels:read")
        types = str(given.get("types") or "public_channel").split(",")
        if "private_channel" in types and not self._may("groups:read"):
            return self._lacks("groups:read")
        start, limit = int(given.get("cursor") or 0), int(given.get("limit") or 100)
        found = [
            {"id": one.id, "name": one.name}
            for one in self.channels.values()
            if one.member and not one.archived and given["user"] in one.people and one.team == given["@team"]
            if ("private_channel" if one.private else "public_channel") in types
        ]
        following = str(start + limit) if start + limit < len(found) else ""
        page = found[start : start + limit]
        return {"ok": True, "channels": page, "response_metadata": {"next_cursor": following}}

    # Boxes: https://docs.slack.dev/reference/methods/views.open (read 2026-11)

    async def _do_views_open(self, given: Payload, request: web.Request) -> Payload:
        state = self._triggers.get(str(given.get("trigger_id")), "unknown")
        if state != "fresh":
            errors = {"used": "exchanged_trigger_id", "expired": "expired_trigger_id"}
            return {"ok": False, "error": errors.get(state, "invalid_trigger_id")}
        return self._shows(given, f"V{next(self._numbers)}", lambda: self._uses(str(given["trigger_id"])))

    _do_views_push = _do_views_open

    async def _do_views_update(self, given: Payload, request: web.Request) -> Payload:
        id = str(given.get("view_id"))
        if id not in self.views or id in self.closed:
            return {"ok": False, "error": "not_found"}
        return self._shows(given, id, lambda: None)

    def _uses(self, trigger: str) -> None:
        self._triggers[trigger] = "used"

    def _shows(self, given: Payload, id: str, then: Callable[[], None]) -> Payload:
        view = given["view"] if isinstance(given["view"], dict) else json.loads(given["view"])
        if trouble := self._unfit_view(view):
            return trouble
        then()
        self.views[id] = {**view, "id": id, "team_id": given["@team"], "state": {"values": {}}}
        self._opened.set()
        return {"ok": True, "view": self.views[id]}

    def _unfit_view(self, view: Payload) -> Payload:
        found = view_complaints(view)
        if any(one.get("element", {}).get("type") == "file_input" for one in view.get("blocks") or ()):
            found += [] if self._may("files:read") else ["file_input needs the scope files:read"]
        self.refused += found
        messages = [f"[ERROR] {one}" for one in found]
        return {"ok": False, "error": "invalid_arguments", "response_metadata": {"messages": messages}} if found else {}

    async def opened(self, within: float = 5, *, says: str = "") -> Payload:
        """The newest box, once there is one (that says this)."""
        async with asyncio.timeout(within):
            while not (found := [one for one in self.views.values() if says in words(one)]):
                self._opened.clear()
                await self._opened.wait()
        return found[-1]

    # Files: https://docs.slack.dev/messaging/working-with-files (read 2026-11)

    async def _do_files_getUploadURLExternal(self, given: Payload, request: web.Request) -> Payload:
        if not self._may("files:write"):
            return self._lacks("files:write")
        if not given.get("filename") or int(given.get("length") or 0) < 1 or len(given.get("alt_txt") or "") > 1000:
            return {"ok": False, "error": "invalid_arguments"}
        id = f"F{next(self._numbers)}"
        self.files[id] = {"id": id, "name": given["filename"], "length": int(given["length"]), **_alt(given)}
        return {"ok": True, "upload_url": f"http://{self.address}/upload/{id}", "file_id": id}

    async def _upload(self, request: web.Request) -> web.Response:
        self.calls["upload"] += 1
        file = self.files[request.match_info["id"]]
        file["body"] = await request.read()
        if len(file["body"]) != file["length"] or request.headers.get("Authorization"):
            return web.Response(status=400, text="not what was announced")
        return web.Response(text=f"OK - {file['length']}")

    async def _do_files_completeUploadExternal(self, given: Payload, request: web.Request) -> Payload:
        asked = given["files"] if isinstance(given["files"], list) else json.loads(given["files"])
        files = [self.files.get(str(one["id"]), {}) for one in asked]
        if not all("body" in one for one in files):
            return {"ok": False, "error": "file_not_found"}
        if given.get("channel_id"):
            channel, trouble = self._writable(given | {"channel": given["channel_id"]})
            if channel is None:
                return trouble
            channel.files += files
        return {"ok": True, "files": [{"id": one["id"], "title": one["name"]} for one in files]}

    def keeps(self, name: str, body: bytes, *, mimetype: str = "text/csv", **over: Any) -> str:
        """Somebody uploaded a file; its id."""
        id = f"F{next(self._numbers)}"
        url = f"http://{self.address}/files/{id}"
        told = {"id": id, "name": name, "mimetype": mimetype, "size": len(body), "url_private_download": url}
        self.files[id] = {**told, **over, "body": body}
        return id

    async def _do_files_info(self, given: Payload, request: web.Request) -> Payload:
        if not self._may("files:read"):
            return self._lacks("files:read")
        file = self.files.get(str(given["file"]))
        if file is None:
            return {"ok": False, "error": "file_not_found"}
        return {"ok": True, "file": {name: value for name, value in file.items() if name != "body"}}

    async def _download(self, request: web.Request) -> web.Response:
        """Whoever shows no token is sent to the login page, as Slack does."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in {self.token, *self.teams}:
            return web.Response(status=302, headers={"Location": f"http://{self.address}/login"})
        return web.Response(body=self.files[request.match_info["id"]]["body"])

    async def _do_conversations_open(self, given: Payload, request: web.Request) -> Payload:
        if not self._may("im:write"):
            return self._lacks("im:write")
        user = str(given["users"])
        if user.startswith("UGONE"):
            return {"ok": False, "error": "user_not_found"}
        id = f"D{user}"
        self.channels.setdefault(id, Channel(id, private=True))
        return {"ok": True, "channel": {"id": id}}

    async def _do_conversations_info(self, given: Payload, request: web.Request) -> Payload:
        if not self._may("channels:read"):
            return self._lacks("channels:read")
        channel = self.channels.get(str(given["channel"]))
        if channel is None or (channel.private and not channel.member):
            return {"ok": False, "error": "channel_not_found"}
        told = {"id": channel.id, "name": channel.name, "is_member": channel.member, "is_archived": channel.archived}
        told |= {"creator": channel.creator}
        return {"ok": True, "channel": told}

    async def _do_conversations_history(self, given: Payload, request: web.Request) -> Any:
        if not self._may("channels:history"):
            return self._lacks("channels:history")
        if (fate := self.history_fates.popleft() if self.history_fates else "") and fate != "ok":
            return await self._befalls(fate, request, {})
        channel = self.channels.get(str(given["channel"]))
        if channel is None:
            return {"ok": False, "error": "channel_not_found"}
        start, limit = int(given.get("cursor") or 0), int(given.get("limit") or 100)
        newest = channel.messages[::-1] if "ts" not in given else channel.messages
        newest = [one for one in newest if _stands_in(one, given.get("ts"))]
        page = [dict(one) for one in newest[start : start + limit]]
        if str(given.get("include_all_metadata")).lower() not in {"1", "true"}:
            for one in page:
                one.pop("metadata", None)
        following = str(start + limit) if start + limit < len(newest) else ""
        return {"ok": True, "messages": page, "response_metadata": {"next_cursor": following}}

    _do_conversations_replies = _do_conversations_history

    async def _do_chat_postMessage(self, given: Payload, request: web.Request) -> Any:
        channel, trouble = self._writable(given)
        if channel is None:
            return trouble
        if self.no_threads and given.get("thread_ts"):
            return {"ok": False, "error": self.no_threads}
        if self.now() - channel.posted_at < self.interval:
            return self._says({"ok": False, "error": "ratelimited"}, 429, Retry_After=str(self.retry_after))
        if trouble := self._unfit(given):
            return trouble
        fate = self.fate()
        if fate in {"busy", "down", "cut"}:
            return await self._befalls(fate, request, {})
        ts = f"1700000000.{next(self._numbers):06d}"
        channel.messages.append({**given, "ts": ts, "type": "message"})
        channel.posted_at = self.now()
        return await self._befalls(fate, request, {"ok": True, "channel": channel.id, "ts": ts})

    async def _do_chat_update(self, given: Payload, request: web.Request) -> Any:
        channel, trouble = self._writable(given)
        if channel is None:
            return trouble
        if trouble := self._unfit(given):
            return trouble
        message = next((one for one in channel.messages if one["ts"] == given["ts"]), None)
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        fate = self.fate()
        if fate in {"busy", "down", "cut"}:
            return await self._befalls(fate, request, {})
        if "blocks" not in given:
            message.pop("blocks", None)
        message.update(given)
        return await self._befalls(fate, request, {"ok": True, "ts": given["ts"]})

    async def _do_views_publish(self, given: Payload, request: web.Request) -> Any:
        view = given["view"] if isinstance(given["view"], dict) else json.loads(given["view"])
        if view.get("type") != "home":
            return {"ok": False, "error": "invalid_arguments"}
        if trouble := self._unfit_view(view):
            return trouble
        self.homes[str(given["user_id"])] = view
        self._published.set()
        return {"ok": True}

    async def published(self, within: float = 5) -> None:
        """Until some page was published."""
        async with asyncio.timeout(within):
            await self._published.wait()
        self._published.clear()

    def _may(self, scope: str) -> bool:
        return scope in self.scopes

    def _lacks(self, scope: str) -> Payload:
        return {"ok": False, "error": "missing_scope", "needed": scope, "provided": ",".join(self.scopes)}

    def _writable(self, given: Payload) -> tuple[Channel | None, Payload]:
        id = str(given.get("channel"))
        if id.startswith("U"):  # a person's own conversation with the app
            id = f"D{id}"
            self.channels.setdefault(id, Channel(id, private=True))
        channel = self.channels.get(id)
        if channel is not None and channel.team != given.get("@team", "T0") and not channel.id.startswith("D"):
            channel = None
        if not self._may("chat:write"):
            return None, self._lacks("chat:write")
        if channel is None or (channel.private and not channel.member):
            return None, {"ok": False, "error": "channel_not_found"}
        if channel.archived:
            return None, {"ok": False, "error": "is_archived"}
        if not channel.member:
            return None, {"ok": False, "error": "not_in_channel"}
        return channel, {}

    def _unfit(self, given: Payload) -> Payload:
        for name in ("blocks", "attachments", "metadata"):
            if isinstance(given.get(name), str):
                given[name] = json.loads(given[name])
        if found := complaints(given):
            self.refused += found
            messages = [f"[ERROR] {one}" for one in found]
            return {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": messages}}
        if too_long(given):
            return {"ok": False, "error": "msg_blocks_too_long"}
        if self.no_blocks and (given.get("blocks") or given.get("attachments")):
            return {"ok": False, "error": self.no_blocks}
        if not given.get("text") and not given.get("blocks"):
            return {"ok": False, "error": "no_text"}
        return {}

    async def _befalls(self, fate: str, request: web.Request, said: Payload) -> web.StreamResponse:
        """`busy` and `down` and `cut` before anything was kept; `lost`, `broken`, `slow`, `page` after it was."""
        match fate:
            case "busy":
                return self._says({"ok": False, "error": "ratelimited"}, 429, Retry_After=str(self.retry_after))
            case "down":
                return web.Response(status=503, text="<html>away</html>", content_type="text/html")
            case "broken":
                return self._says({"ok": False, "error": "internal_error"}, 500)
            case "page":
                return web.Response(text="<html>a proxy's page</html>", content_type="text/html")
            case "slow":
                await asyncio.sleep(30)
            case "cut" | "lost":
                if request.transport:
                    request.transport.abort()
        return self._says(said)

    # ── Socket Mode ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(autoping=False)
        await ws.prepare(request)
        socket = Socket(ws)
        self.sockets.append(socket)
        await ws.send_json({"type": "hello", "num_connections": len(self.sockets)})
        self._connected.set()
        try:
            async for message in ws:
                if message.type is WSMsgType.PING and not socket.deaf:
                    await ws.pong(message.data)
                elif message.type is WSMsgType.TEXT and not socket.deaf:
                    self._acknowledged(json.loads(message.data))
        except ConnectionError:
            pass
        finally:
            self.sockets.remove(socket)
        return ws

    def _acknowledged(self, said: Payload) -> None:
        waiting = self._acks.get(str(said.get("envelope_id")))
        if waiting and not waiting.done():
            waiting.set_result(said)

    @property
    def hearing(self) -> list[Socket]:
        return [one for one in self.sockets if not one.deaf and not one.mute and not one.ws.closed]

    async def connected(self, within: float = 5) -> None:
        """Until somebody hears."""
        async with asyncio.timeout(within):
            while not self.hearing:
                self._connected.clear()
                await self._connected.wait()

    async def cuts(self) -> None:
        """The network drops every connection without a word."""
        for socket in list(self.sockets):
            if socket.ws._req and socket.ws._req.transport:
                socket.ws._req.transport.abort()
            socket.deaf = True

    def goes_deaf(self, *, pongs: bool) -> None:
        """Connections stay open and bring nothing any more; pings are answered, or not."""
        for socket in self.sockets:
            socket.mute, socket.deaf = True, not pongs

    async def pings(self, *, every: float) -> None:
        """Slack's own pings on every connection that is not deaf, until cancelled."""
        while True:
            for socket in self.sockets:
                if not socket.mute:
                    await socket.ws.ping(b"Ping from applink")
            self.calls["ping"] += 1
            await asyncio.sleep(every)

    async def asks_to_reconnect(self) -> None:
        """Slack refreshes a connection: it says so and closes it."""
        for socket in list(self.sockets):
            await socket.ws.send_json({"type": "disconnect", "reason": "refresh_requested"})
            socket.mute = True

    # ── People ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def types(
        self, line: str, *, channel: str = "C024", again: int = 0, late: bool = False, **over: Any
    ) -> Heard:
        """Ana types a slash command. `again`: how often the same request is sent once more. `late`: its trigger is

        used up before anything can be opened.
        """
        command, _, text = line.partition(" ")
        body = {
            "command": command,
            "text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "team_id": "T0",
            "team_domain": "acme",
            "channel_id": channel,
            "channel_name": "compliance",
            "user_id": "U7",
            "user_name": "ana",
            "api_app_id": "A0",
            **over,
        }
        return await self._does("slash_commands", body, again, late=late)

    async def presses(
        self, message: Payload, button: str, *, channel: str = "C024", again: int = 0, dead: bool = False, **over: Any
    ) -> Heard:
        """Ana presses the button of this text. `dead`: too late, the response address is used up."""
        found = [one for one in buttons(message) if one["text"]["text"] == button]
        assert found, f"no button {button!r} among {[one['text']['text'] for one in buttons(message)]}"
        body = {
            "type": "block_actions",
            "team": {"id": "T0", "domain": "acme"},
            "user": {"id": "U7", "username": "ana", "name": "ana", "team_id": "T0"},
            "api_app_id": "A0",
            "container": {"type": "message", "message_ts": message.get("ts", ""), "channel_id": channel},
            "channel": {"id": channel, "name": "compliance"},
            "actions": [{**found[0], "block_id": "b", "action_ts": "1.0", **over}],
        }
        return await self._does("interactive", body, again, uses=5 if dead else 0)

    async def presses_in(self, view: Payload, action: Payload, *, late: bool = False) -> Heard:
        """Ana presses something in a box or on the app's own page: there is no channel and no response address."""
        body = {**ANA, "type": "block_actions", "container": {"type": "view"}, "view": view, "actions": [action]}
        return await self._does("interactive", body, 0, answers=False, late=late)

    async def points_at(self, message: Payload, callback: str = "tocsin.read", **over: Any) -> Heard:
        """Ana chooses the shortcut on a message."""
        body = {**ANA, "type": "message_action", "callback_id": callback, "message": message, **over}
        return await self._does("interactive", body | {"channel": {"id": "C024", "name": "compliance"}}, 0)

    async def writes(self, view: Payload, action_id: str, typed: str, block_id: str = "b") -> list[Payload]:
        """Ana types into a select whose options are asked for; what she is offered."""
        body = {**ANA, "type": "block_suggestion", "action_id": action_id, "block_id": block_id, "value": typed}
        heard = await self._does("interactive", body | {"view": view}, 0, answers=False)
        assert heard.acknowledged
        found = heard.ack.get("options")
        assert not options_complaints(found), options_complaints(found)
        return list(found or ())

    async def sends_box(self, view: Payload, values: Payload, *, again: int = 0) -> Heard:
        """Ana fills in a box and sends it. `values` by block; what is not named keeps what it was set to."""
        state = {
            block["block_id"]: {block["element"]["action_id"]: _filled_in(block, values)}
            for block in view["blocks"]
            if block["type"] == "input"
        }
        assert not values.keys() - state.keys(), f"no field {values.keys() - state.keys()}"
        body = {**ANA, "type": "view_submission", "view": {**view, "state": {"values": state}}}
        heard = await self._does("interactive", body, again, answers=False)
        if heard.ack.get("response_action") == "update":
            assert not view_complaints(heard.ack["view"]), view_complaints(heard.ack["view"])
            self.views[view["id"]] = {**heard.ack["view"], "id": view["id"], "state": {"values": {}}}
            self._opened.set()
        elif heard.ack.get("response_action") == "errors":
            assert set(heard.ack["errors"]) <= set(state), "errors name a field that is not there"
        else:
            self.closed.add(view["id"])
        return heard

    async def event(self, event: Payload, *, again: int = 0, **over: Any) -> Heard:
        """Something happened in the workspace."""
        id = f"Ev{next(self._numbers)}"
        body = {"type": "event_callback", "team_id": "T0", "api_app_id": "A0", "event": event, "event_id": id, **over}
        return await self._does("events_api", body, again, answers=False)

    async def _does(
        self, kind: str, body: Payload, again: int, *, uses: int = 0, answers: bool = True, late: bool = False
    ) -> Heard:
        id, heard = str(next(self._numbers)), Heard(uses=uses)
        self.responses[id] = heard
        body |= {"trigger_id": f"{id}.trigger"} if kind != "events_api" else {}
        self._triggers[f"{id}.trigger"] = "expired" if late else "fresh"
        body |= {"response_url": f"http://{self.address}/response/{id}"} if answers else {}
        for attempt in range(again + 1):
            said = await (self._by_http(kind, body) if self.http else self._by_socket(kind, body, attempt, id))
            heard.acknowledged = said is not None
            heard.ack = heard.ack or said or {}
        return heard

    async def _by_socket(self, kind: str, body: Payload, attempt: int, id: str) -> Payload | None:
        await self.connected()
        envelope = f"{id}.{attempt}"
        acked: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._acks[envelope] = acked
        frame = {"type": kind, "envelope_id": envelope, "payload": body, "accepts_response_payload": True}
        await self.hearing[-1].ws.send_json(frame | ({"retry_attempt": attempt} if attempt else {}))
        try:
            async with asyncio.timeout(3):  # operation_timeout
                return dict((await acked).get("payload") or {})
        except TimeoutError:
            return None

    async def _by_http(self, kind: str, body: Payload) -> Payload | None:
        async with self._signed(kind, body) as said:
            text = await said.text()
            return None if said.status != 200 else json.loads(text) if text.startswith("{") else {}

    async def sends(self, kind: str, body: Payload, *, at: int | None = None, secret: str = SIGNING_SECRET) -> int:
        """The status of a signed request."""
        async with self._signed(kind, body, at=at, secret=secret) as said:
            return int(said.status)

    def _signed(self, kind: str, body: Payload, *, at: int | None = None, secret: str = SIGNING_SECRET) -> Any:
        if kind == "events_api":
            text, form = json.dumps(body), "application/json"
        else:
            form = "application/x-www-form-urlencoded"
            text = urlencode(body if kind == "slash_commands" else {"payload": json.dumps(body)})
        moment = str(at if at is not None else int(time.time()))
        digest = hmac.new(secret.encode(), f"v0:{moment}:{text}".encode(), hashlib.sha256).hexdigest()
        headers = {"Content-Type": form, "X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}
        return self._session.post(self.http, data=text, headers=headers)

    async def _response(self, request: web.Request) -> web.Response:
        heard = self.responses[request.match_info["id"]]
        heard.uses += 1
        given = await request.json()
        if self.responses_cut and request.transport:
            request.transport.abort()
        if heard.uses > 5:
            return web.Response(status=404, text="used_url")
        if given.get("delete_original"):
            await heard.answers.put(given)
            return web.Response(text="ok")
        if trouble := self._unfit(given):
            await heard.answers.put({"refused": trouble})
            return web.Response(status=400, text=trouble["error"])
        await heard.answers.put(given)
        return web.Response(text="ok")


#: Who does it, in what an interaction says.
ANA: Payload = {
    "team": {"id": "T0", "domain": "acme"},
    "user": {"id": "U7", "username": "ana", "name": "ana", "team_id": "T0"},
    "api_app_id": "A0",
}


def _alt(given: Payload) -> Payload:
    return {"alt_txt": given["alt_txt"]} if given.get("alt_txt") else {}


def _filled_in(block: Payload, values: Payload) -> Payload:
    """What Slack sends of one field: what was chosen or typed, else what it was set to."""
    element, value = block["element"], values.get(block["block_id"])
    kind = element["type"]
    match kind:
        case "plain_text_input":
            assert len(value or "") <= element.get("max_length", 3000)
            return {"type": kind, "value": value if value is not None else element.get("initial_value")}
        case "datepicker":
            return {"type": kind, "selected_date": value or element.get("initial_date")}
        case "file_input":
            return {"type": kind, "files": [{"id": one} for one in value or ()]}
        case _ if kind.startswith("multi_"):
            chosen = [_option(one) for one in value] if value is not None else element.get("initial_options", [])
            return {"type": kind, "selected_options": chosen}
        case _:
            chosen = _option(value) if value else element.get("initial_option")
            return {"type": kind, "selected_option": chosen}


def _option(value: str) -> Payload:
    return {"text": {"type": "plain_text", "text": value}, "value": value}


def _stands_in(message: Payload, thread: str | None) -> bool:
    """In a thread: its parent and its replies. In the channel: whatever is no reply."""
    return thread in {message["ts"], message.get("thread_ts")} if thread else not message.get("thread_ts")


def buttons(message: Payload) -> list[Payload]:
    return [
        element for block in message.get("blocks") or () if block["type"] == "actions" for element in block["elements"]
    ]


@asynccontextmanager
async def served(run: Any, world: SlackWorld) -> AsyncIterator[None]:
    """A chat's `run`, until the block ends."""
    task = asyncio.create_task(run)
    try:
        if not world.http:
            await world.connected()
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


__all__ = [
    "APP_TOKEN",
    "BOT_TOKEN",
    "SIGNING_SECRET",
    "Heard",
    "Human",
    "SlackWorld",
    "buttons",
    "pings",
    "served",
    "words",
]
