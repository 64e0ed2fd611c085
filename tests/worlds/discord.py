"""Discord on loopback: REST, gateway and people, for driving the unmodified discord.py.

It refuses what Discord refuses (tests/worlds/discord_rules.py), keeps messages, remembers nonces for a while, limits
requests by bucket, counts what it was asked, and goes wrong on demand: `goes_wrong("cut after")`, `cuts()`, `is_deaf`.
Its clock is its own: `hurried` lets discord.py's waiting move it on instead of waiting.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import types
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import discord.client
import discord.http
import discord.webhook.async_
import pytest
import zstandard
from aiohttp import WSMsgType, web

from tests.worlds.discord_rules import (
    EPHEMERAL,
    SILENT,
    SUPPRESS_EMBEDS,
    Json,
    Refused,
    check_choices,
    check_commands,
    check_message,
    check_modal,
    pings,
    wrong,
)

TOKEN = "MTIzNDU2.GhIjKl.not-a-real-token-0123456789"
APPLICATION = 1_200_000_000_000_000_001
GUILD = 1_200_000_000_000_000_002
#: How long a nonce is remembered; Discord says "the past few minutes".
NONCE_WINDOW = 300.0
#: Messages a channel takes in five seconds, and requests in one; Discord tells by headers and changes them at will.
CHANNEL_LIMIT, CHANNEL_WINDOW = 5, 5.0
GLOBAL_LIMIT = 50
TEXT, DIRECT, CATEGORY, FORUM, THREAD = 0, 1, 4, 15, 11
EVERYTHING = (1 << 50) - 1

_ids = itertools.count(1_300_000_000_000_000_000, 1 << 22)


def new_id() -> int:
    return next(_ids)


@dataclass
class Channel:
    id: int
    kind: int = TEXT
    guild: int = GUILD
    name: str = "alerts"
    parent: int = 0
    messages: list[Json] = field(default_factory=list)
    refuses: tuple[int, int, str] | None = None  #: status, code and text for whoever posts
    no_embeds: bool = False  #: whatever they look like, they are found wrong
    hidden: bool = False  #: its history is closed to us
    tags: tuple[str, ...] = ()
    demands_tag: bool = False
    denied: int = 0  #: permissions taken from everyone here
    archived: bool = False  #: a thread in which nobody wrote for long
    locked: bool = False
    thread_tags: tuple[str, ...] = ()  #: of a forum post

    @property
    def address(self) -> str:
        return f"{self.guild}/{self.id}"


@dataclass
class Asked:
    """Somebody's interaction, and what came of it."""

    id: int
    token: str
    payload: Json
    kind: int = 0  #: the first answer's type, 0 for none yet
    late: bool = False  #: the three seconds are over
    expired: bool = False  #: the fifteen minutes are over
    private: bool = False
    deleted: bool = False
    messages: list[Json] = field(default_factory=list)
    choices: list[Json] | None = None
    modal: Json | None = None  #: what was opened instead of an answer
    acknowledged: int = 0
    edits: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self) -> Json:
        """The first message that was given as an answer."""
        async with asyncio.timeout(10):
            await self.done.wait()
        return self.messages[0]

    async def opened(self) -> Json:
        """The modal that was opened instead of an answer."""
        async with asyncio.timeout(10):
            await self.done.wait()
        assert self.modal is not None, "an answer came, and no modal"
        return self.modal

    async def suggestions(self) -> list[str]:
        async with asyncio.timeout(10):
            await self.done.wait()
        return [choice["value"] for choice in self.choices or []]


@dataclass(frozen=True)
class SentFile:
    """A file that somebody sends along."""

    name: str
    body: bytes
    type: str | None = "text/csv"
    size: int | None = None  #: what Discord says it has, where that is not its length
    gone: bool = False  #: it cannot be fetched any more


class MayNot(Exception):
    """Discord does not even show this command to this person."""


@dataclass
class Session:
    """A gateway session; it outlives its connections."""

    id: str
    shard: tuple[int, int]
    sequence: int = 0
    said: list[Json] = field(default_factory=list)
    pipe: Pipe | None = None


@dataclass
class Pipe:
    """One connection, with its own compression."""

    socket: web.WebSocketResponse
    compress: str
    _zlib: Any = None
    _zstd: Any = None

    async def send(self, payload: Json) -> None:
        text = json.dumps(payload)
        if not self.compress:
            await self.socket.send_str(text)
            return
        if self.compress == "zlib-stream":
            self._zlib = self._zlib or zlib.compressobj()
            await self.socket.send_bytes(self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH))
            return
        self._zstd = self._zstd or zstandard.ZstdCompressor().compressobj()
        data = self._zstd.compress(text.encode()) + self._zstd.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        await self.socket.send_bytes(data)


@dataclass
class Limit:
    left: int
    ends: float


class DiscordWorld:
    """Discord, small."""

    def __init__(self) -> None:
        self.clock = 1000.0
        self.token = TOKEN
        self.channels: dict[int, Channel] = {}
        self.direct: dict[int, Channel] = {}  #: by person
        self.closed_people: set[int] = set()
        self.commands: list[Json] = []
        self.syncs = 0
        self.refuses_commands = False
        self.calls: Counter[str] = Counter()
        self.asked: dict[str, Asked] = {}
        self.sessions: dict[str, Session] = {}
        self.handshakes: Counter[str] = Counter()
        self.refused_handshakes = 0  #: so many coming connections are turned away
        self.close_code = 0  #: with which the next identify is answered
        self.is_deaf = False
        self.heartbeat = 30_000
        self.limits = True
        self.chance: Callable[[], str] = lambda: ""  #: what goes wrong with the next message posted
        self.risky = {"POST message"}  #: kinds of requests that the chance is for
        self.rings: list[str] = []
        self.files: dict[str, bytes] = {}  #: what the place for attachments holds
        self.invalid = 0
        self._wrong: dict[str, deque[str]] = defaultdict(deque)
        self._nonces: dict[str, tuple[float, Json]] = {}
        self._buckets: dict[str, Limit] = {}
        self._released = asyncio.Event()
        self._came = asyncio.Event()  #: somebody connected

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._door])
        app.router.add_get("/gateway", self._gateway)
        app.router.add_get("/gateway/", self._gateway)
        app.router.add_get("/attachments/{id}/{name}", self._attachment)
        for method, path, handler in self._routes():
            app.router.add_route(method, f"/api/v10{path}", handler)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await self._site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *error: object) -> None:
        self._released.set()
        for session in self.sessions.values():
            if session.pipe:
                with suppress(ConnectionError):
                    await session.pipe.socket.close()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/gateway"

    # ── What happens here ─────────────────────────────────────────────────────────────────────────────────────────

    def channel(self, **more: Any) -> Channel:
        made = Channel(new_id(), **more)
        self.channels[made.id] = made
        return made

    def goes_wrong(self, *what: str, on: str = "POST message") -> None:
        """The next requests of that kind: "busy", "busy for long", "busy globally", "banned", "broken", "unavailable",

        "cut before", "cut after" (stored, then no answer), "broken after", "silent after", "revoked", "page".
        """
        self._wrong[on].extend(what)

    def forgets_nonces(self) -> None:
        """Some minutes have passed."""
        self.clock += NONCE_WINDOW + 1

    async def cuts(self, code: int = 0) -> None:
        """Every gateway connection ends, with a close code or without a word."""
        for session in self.sessions.values():
            pipe, session.pipe = session.pipe, None
            if pipe is None:
                continue
            if code:
                await pipe.socket.close(code=code)
            elif (transport := pipe.socket._req.transport if pipe.socket._req else None) is not None:
                transport.abort()

    async def says(self, operation: int, data: Any = None) -> None:
        """An operation to every session: 7 reconnect, 9 invalid session, 1 heartbeat."""
        for session in self.sessions.values():
            if session.pipe:
                await session.pipe.send({"op": operation, "d": data, "s": None, "t": None})

    async def connected(self, count: int = 1) -> None:
        """Somebody listens."""
        async with asyncio.timeout(10):
            while sum(1 for one in self.sessions.values() if one.pipe) < count:
                self._came.clear()
                await self._came.wait()

    async def types(
        self,
        command: str,
        /,
        *,
        channel: Channel | None = None,
        person: int = 77,
        locale: str = "en-US",
        installed_by: str = "guild",
        may: int = EVERYTHING,
        **options: str | SentFile,
    ) -> Asked:
        """Somebody types a slash command that Discord has been told of. Raises MayNot where it is not theirs to use."""
        data = self._command_data(command, options)
        asks = self._command(command.removeprefix("/").split()[0]).get("default_member_permissions")
        if channel is not None and asks is not None and may & int(asks) != int(asks):
            raise MayNot(command)
        return await self._interaction(2, data, channel, person, locale, installed_by, may=may)

    async def takes_from_menu(
        self, entry: str, message: Json, *, channel: Channel | None = None, locale: str = "en-US"
    ) -> Asked:
        """Somebody chooses an entry of a message's menu."""
        command = next(one for one in self.commands if entry in {one["name"], *one["name_localizations"].values()})
        data = {"id": command["id"], "name": command["name"], "type": 3, "target_id": message["id"]}
        data["resolved"] = {"messages": {message["id"]: message}}
        return await self._interaction(2, data, channel, 77, locale, "guild")

    async def fills_in(self, asked: Asked, person: int = 77, /, **answers: str | list[str] | SentFile) -> Asked:
        """Somebody writes into the boxes of a modal, named by their labels' beginnings or ids, and sends it."""
        modal = await asked.opened()
        resolved: Json = {}
        labels: list[Json] = []
        for label in modal["components"]:
            box = label["component"]
            name = box["custom_id"].partition(":")[2]
            kept = box.get("value") or ""
            filled: Json = {"type": box["type"], "id": len(labels) + 1, "custom_id": box["custom_id"]}
            answer = answers.get(name)
            if box["type"] == 19:
                files = [self._upload(answer)] if isinstance(answer, SentFile) else []
                resolved |= {one["id"]: one for one in files}
                filled["values"] = [one["id"] for one in files]
            elif box["type"] == 3:
                chosen = [one["value"] for one in box["options"] if one.get("default")]
                filled["values"] = chosen if answer is None else [answer] if isinstance(answer, str) else answer
            else:
                filled["value"] = kept if answer is None else answer
            labels.append({"type": 18, "id": 100 + len(labels), "component": filled})
        data: Json = {"custom_id": modal["custom_id"], "components": labels}
        if resolved:
            data["resolved"] = {"attachments": resolved}
        guild = int(asked.payload.get("guild_id") or 0)
        channel = self.channels[int(asked.payload["channel_id"])] if guild else None
        return await self._interaction(5, data, channel, person, asked.payload["locale"], "guild")

    def _upload(self, file: SentFile) -> Json:
        id = str(new_id())
        if not file.gone:
            self.files[id] = file.body
        return {
            "id": id,
            "filename": file.name,
            "size": len(file.body) if file.size is None else file.size,
            "url": f"http://127.0.0.1:{self.port}/attachments/{id}/{file.name}",
            "proxy_url": "",
            "ephemeral": True,
            **({"content_type": file.type} if file.type else {}),
        }

    async def _attachment(self, request: web.Request) -> web.Response:
        held = self.files.get(request.match_info["id"])
        return web.Response(body=held) if held is not None else web.Response(status=404)

    async def half_types(self, command: str, option: str, text: str, *, channel: Channel | None = None) -> list[str]:
        """What Discord would offer."""
        data = self._command_data(command, {option: text}, focused=option)
        asked = await self._interaction(4, data, channel, 77, "en-US", "guild")
        return await asked.suggestions()

    async def presses(self, message: Json, label: str, *, person: int = 77, may: int = EVERYTHING) -> Asked:
        """Somebody presses a button of a message."""
        [button] = [
            one
            for row in message.get("components") or []
            for one in row["components"]
            if one.get("label") == label and one.get("custom_id")
        ]
        data = {"custom_id": button["custom_id"], "component_type": 2}
        channel = self.channels.get(int(message["channel_id"]))
        return await self._interaction(3, data, channel, person, "en-US", "guild", message=message, may=may)

    async def presses_id(self, custom_id: str, message: Json) -> Asked:
        """Somebody presses a button as an earlier version drew it."""
        button = {"type": 2, "style": 2, "label": "As it was", "custom_id": custom_id}
        older = message | {"components": [{"type": 1, "components": [button]}]}
        return await self.presses(older, "As it was")

    async def repeats(self, asked: Asked) -> None:
        """The gateway hands the same interaction over again."""
        await self._dispatch("INTERACTION_CREATE", asked.payload, guild=int(asked.payload.get("guild_id") or 0))

    # ── Interactions ──────────────────────────────────────────────────────────────────────────────────────────────

    def _command(self, first: str) -> Json:
        return next(one for one in self.commands if one["name"] == first)

    def _command_data(self, command: str, options: Mapping[str, str | SentFile], *, focused: str = "") -> Json:
        first, *rest = command.removeprefix("/").split()
        top = self._command(first)
        node, data = top, {"id": top["id"], "name": first, "type": 1}
        inner = data
        for word in rest:
            node = next(one for one in node["options"] if one["name"] == word)
            inner["options"] = [{"name": word, "type": node["type"], "options": []}]
            inner = inner["options"][0]
        known = {one["name"]: one for one in node.get("options") or [] if one["type"] > 2}
        assert options.keys() <= known.keys(), f"/{command} has {sorted(known)}"
        uploads: Json = {}
        inner["options"] = []
        for name, value in options.items():
            said: Json = {"name": name, "type": known[name]["type"], "value": value}
            if isinstance(value, SentFile):
                upload = self._upload(value)
                uploads[upload["id"]] = upload
                said["value"] = upload["id"]
            inner["options"].append(said | ({"focused": True} if name == focused else {}))
        if uploads:
            data["resolved"] = {"attachments": uploads}
        return data

    async def _interaction(
        self,
        kind: int,
        data: Json,
        channel: Channel | None,
        person: int,
        locale: str,
        installed_by: str,
        message: Json | None = None,
        may: int = EVERYTHING,
    ) -> Asked:
        id, user = (
            new_id(),
            {"id": str(person), "username": "ana", "discriminator": "0", "avatar": None, "global_name": "Ana"},
        )
        asked = Asked(id, f"interaction-secret-{id}", {})
        payload: Json = {
            "id": str(id),
            "application_id": str(APPLICATION),
            "type": kind,
            "data": data,
            "token": asked.token,
            "version": 1,
            "locale": locale,
            "entitlements": [],
            "app_permissions": str(EVERYTHING),
            "attachment_size_limit": 10_485_760,
            "authorizing_integration_owners": {"0": str(GUILD)} if installed_by == "guild" else {"1": str(person)},
        }
        if channel is not None:
            payload |= {"guild_id": str(channel.guild), "guild_locale": "en-US", "context": 0}
            payload |= {
                "channel_id": str(channel.id),
                "channel": channel_json(channel),
                "guild": {"id": str(channel.guild)},
            }
            payload["member"] = member_json(user) | {"permissions": str(may)}
        else:
            direct = self._direct(person)
            payload |= {"context": 1, "channel_id": str(direct.id), "channel": channel_json(direct), "user": user}
        if message is not None:
            payload["message"] = message
        asked.payload = payload
        self.asked[asked.token] = asked
        await self._dispatch("INTERACTION_CREATE", payload, guild=channel.guild if channel else 0)
        return asked

    async def _callback(self, request: web.Request) -> web.Response:
        asked = self._asked(request)
        payload, files = await body(request)
        kind, data = payload.get("type"), payload.get("data") or {}
        if asked.late:
            raise Refused(404, 10062, "Unknown interaction")
        if asked.kind:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        if asked.payload["type"] == 4 and kind != 8:
            raise wrong("type", "an autocomplete takes only choices")
        if kind == 4:
            check_message(data, files=len(files), flags=EPHEMERAL | SUPPRESS_EMBEDS | SILENT)
        elif kind == 8:
            check_choices(data.get("choices") or [])
        elif kind == 9:
            if asked.payload["type"] == 5:
                raise wrong("type", "a modal cannot be answered with a modal")
            check_modal(data)
            asked.modal = data
        elif kind not in (5, 6):
            raise wrong("type", f"{kind} is no answer here")
        asked.kind, asked.acknowledged = kind, asked.acknowledged + 1
        asked.private = bool((data.get("flags") or 0) & EPHEMERAL)
        about = {"id": str(asked.id), "type": asked.payload["type"], "response_message_loading": kind == 5}
        if kind == 4:
            asked.messages.append(self._message_of(asked, data, files, private=asked.private))
        if kind == 8:
            asked.choices = data.get("choices") or []
        if kind != 5:
            asked.done.set()
        return web.json_response({"interaction": about, "resource": {"type": kind}})

    async def _edit_original(self, request: web.Request) -> web.Response:
        asked = self._asked(request)
        payload, files = await body(request)
        if not asked.kind or asked.deleted:
            raise Refused(404, 10008, "Unknown Message")
        check_message(payload, files=len(files))
        said = self._message_of(asked, payload, files, private=asked.private)
        asked.messages[:1] = [said]
        asked.edits += 1
        asked.done.set()
        return web.json_response(said)

    async def _delete_original(self, request: web.Request) -> web.Response:
        self._asked(request).deleted = True
        return web.Response(status=204)

    async def _followup(self, request: web.Request) -> web.Response:
        asked = self._asked(request)
        payload, files = await body(request)
        if not asked.kind:
            raise Refused(404, 10015, "Unknown Webhook")
        check_message(payload, files=len(files), flags=EPHEMERAL | SUPPRESS_EMBEDS | SILENT)
        first = asked.kind == 5 and not asked.messages and not asked.deleted
        private = asked.private if first else bool((payload.get("flags") or 0) & EPHEMERAL)
        asked.messages.append(self._message_of(asked, payload, files, private=private))
        asked.done.set()
        return web.json_response(asked.messages[-1])

    def _asked(self, request: web.Request) -> Asked:
        asked = self.asked.get(request.match_info["token"])
        if asked is None or asked.expired:
            raise Refused(401, 50027, "Invalid Webhook Token")
        return asked

    def _message_of(self, asked: Asked, payload: Json, files: Sequence[bytes], *, private: bool) -> Json:
        self.rings += pings(payload)
        said = self._message_json(payload, int(asked.payload["channel_id"]), files)
        return said | {"flags": EPHEMERAL if private else 0}

    def _message_json(self, payload: Json, channel: int, files: Sequence[bytes]) -> Json:
        """A message as it is kept, its files where they can be fetched."""
        said = message_json(payload, channel=channel)
        for one, held in zip(payload.get("attachments") or [], files, strict=False):
            upload = self._upload(SentFile(one.get("filename", "file"), held, type=None))
            said["attachments"].append(upload | {"description": one.get("description")})
        return said

    # ── Gateway ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        if self.refused_handshakes:
            self.refused_handshakes -= 1
            raise web.HTTPServiceUnavailable
        if request.query.get("v") != "10" or request.query.get("encoding") != "json":
            raise web.HTTPBadRequest
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        pipe = Pipe(socket, request.query.get("compress", ""))
        await pipe.send({"op": 10, "d": {"heartbeat_interval": self.heartbeat}, "s": None, "t": None})
        with suppress(ConnectionError):
            async for frame in socket:
                if frame.type is WSMsgType.TEXT and not self.is_deaf:
                    await self._heard(pipe, json.loads(frame.data))
        for session in self.sessions.values():
            if session.pipe is pipe:
                session.pipe = None
        return socket

    async def _heard(self, pipe: Pipe, payload: Json) -> None:
        match payload["op"]:
            case 1:
                await pipe.send({"op": 11, "d": None, "s": None, "t": None})
            case 2:
                await self._identify(pipe, payload["d"])
            case 6:
                await self._resume(pipe, payload["d"])

    async def _identify(self, pipe: Pipe, data: Json) -> None:
        self.handshakes["identify"] += 1
        count = data.get("shard", [0, 1])
        if self.close_code or data["token"] != self.token:
            code, self.close_code = self.close_code or 4004, 0
            await pipe.socket.close(code=code)
            return
        if data["intents"] & ((1 << 1) | (1 << 8) | (1 << 15)):
            await pipe.socket.close(code=4014)
            return
        session = Session(f"session-{new_id()}", (count[0], count[1]), pipe=pipe)
        self.sessions[session.id] = session
        self._came.set()
        ready = {
            "v": 10,
            "user": us(),
            "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": session.id,
            "resume_gateway_url": self.gateway_url,
            "shard": list(session.shard),
            "application": {"id": str(APPLICATION), "flags": 0},
        }
        await self._tell(session, "READY", ready)
        if (GUILD >> 22) % session.shard[1] == session.shard[0]:
            await self._tell(session, "GUILD_CREATE", self._guild())

    async def _resume(self, pipe: Pipe, data: Json) -> None:
        self.handshakes["resume"] += 1
        session = self.sessions.get(data["session_id"])
        if session is None:
            await pipe.send({"op": 9, "d": False, "s": None, "t": None})
            return
        session.pipe = pipe
        self._came.set()
        for said in session.said:
            if said["s"] > data["seq"]:
                await pipe.send(said)
        await self._tell(session, "RESUMED", {})

    async def _dispatch(self, event: str, data: Json, *, guild: int) -> None:
        for session in self.sessions.values():
            if (guild >> 22) % session.shard[1] == session.shard[0]:
                await self._tell(session, event, data)

    async def _tell(self, session: Session, event: str, data: Json) -> None:
        session.sequence += 1
        said = {"op": 0, "t": event, "s": session.sequence, "d": data}
        session.said.append(said)
        if session.pipe:
            with suppress(ConnectionError):
                await session.pipe.send(said)

    def _guild(self) -> Json:
        channels = [channel_json(one) for one in self.channels.values() if one.guild == GUILD and one.kind != THREAD]
        return guild_json() | {"channels": channels, "members": [member_json(us())], "threads": []}

    # ── REST ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _routes(self) -> list[tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]]:
        return [
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/gateway/bot", self._gateway_bot),
            ("POST", "/users/@me/channels", self._open_direct),
            ("GET", "/guilds/{guild}", self._get_guild),
            ("GET", "/guilds/{guild}/members/{person}", self._member),
            ("GET", "/guilds/{guild}/threads/active", self._active),
            ("GET", "/channels/{channel}", self._get_channel),
            ("PATCH", "/channels/{channel}", self._change_channel),
            ("GET", "/channels/{channel}/messages", self._history),
            ("POST", "/channels/{channel}/messages", self._post),
            ("GET", "/channels/{channel}/messages/{message}", self._get_message),
            ("PATCH", "/channels/{channel}/messages/{message}", self._edit),
            ("POST", "/channels/{channel}/threads", self._forum_post),
            ("POST", "/channels/{channel}/messages/{message}/threads", self._start_thread),
            ("PUT", "/applications/{application}/commands", self._sync),
            ("PUT", "/applications/{application}/guilds/{guild}/commands", self._sync),
            ("POST", "/interactions/{interaction}/{token}/callback", self._callback),
            ("PATCH", "/webhooks/{application}/{token}/messages/@original", self._edit_original),
            ("DELETE", "/webhooks/{application}/{token}/messages/@original", self._delete_original),
            ("POST", "/webhooks/{application}/{token}", self._followup),
        ]

    @web.middleware
    async def _door(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Everything a request passes: who asks, what goes wrong, the limits; and what it leaves: the counts."""
        if not request.path.startswith("/api/"):
            return await handler(request)
        kind = kind_of(request)
        self.calls[kind] += 1
        trouble = self._wrong[kind].popleft() if self._wrong[kind] else ""
        trouble = trouble or (self.chance() if kind in self.risky else "")
        bucket = f"{request.method} {request.path}"
        try:
            self._known(request)
            if trouble and not trouble.endswith("after"):
                return self._failure(request, trouble)
            self._allow(bucket, kind)
            answer = await handler(request)
        except Refused as refusal:
            answer = web.json_response(refusal.body(), status=refusal.status)
        except Busy as busy:
            answer = busy.answer()
        if answer.status in {401, 403, 429} and answer.headers.get("X-RateLimit-Scope") != "shared":
            self.invalid += 1
        if trouble.endswith("after"):
            return await self._failure_after(request, trouble)
        self._label(answer, bucket, kind)
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            answer.headers["Content-Type"] = "application/json"  # exactly so, as Discord has it
        return answer

    def _known(self, request: web.Request) -> None:
        by_secret = "/interactions/" in request.path or "/webhooks/" in request.path
        if not by_secret and request.headers.get("Authorization") != f"Bot {self.token}":
            raise Refused(401, 0, "401: Unauthorized")

    def _failure(self, request: web.Request, trouble: str) -> web.StreamResponse:
        match trouble:
            case "busy":
                raise Busy(0.5)
            case "busy for long":
                raise Busy(120.0)
            case "busy globally":
                raise Busy(0.5, everywhere=True)
            case "banned":
                return web.Response(status=429, text="You are being blocked", headers={"Retry-After": "900"})
            case "broken" | "unavailable":
                return web.json_response({"message": "oops"}, status=500 if trouble == "broken" else 503)
            case "too large":
                raise Refused(413, 40005, "Request entity too large")
            case "revoked":
                raise Refused(401, 0, "401: Unauthorized")
            case "page":
                return web.Response(status=502, text="<html>bad gateway</html>", content_type="text/html")
            case "cut before":
                return cut(request)
        raise AssertionError(trouble)

    async def _failure_after(self, request: web.Request, trouble: str) -> web.StreamResponse:
        if trouble == "broken after":
            return web.json_response({"message": "oops"}, status=503)
        if trouble == "silent after":
            await self._released.wait()
        return cut(request)

    def release(self) -> None:
        """Who was kept waiting is let go."""
        self._released.set()

    def _allow(self, bucket: str, kind: str) -> None:
        if not self.limits or "webhook" in kind or "interaction" in kind:
            return
        everywhere = self._spend("*", GLOBAL_LIMIT, 1.0)
        if everywhere > 0:
            raise Busy(everywhere, everywhere=True)
        if kind == "POST message" and (wait := self._spend(bucket, CHANNEL_LIMIT, CHANNEL_WINDOW)) > 0:
            raise Busy(wait)

    def _spend(self, name: str, most: int, window: float) -> float:
        """How long to wait, 0 when there is room."""
        limit = self._buckets.get(name)
        if limit is None or limit.ends <= self.clock:
            limit = self._buckets[name] = Limit(most, self.clock + window)
        if limit.left <= 0:
            return limit.ends - self.clock
        limit.left -= 1
        return 0.0

    def _label(self, answer: web.StreamResponse, bucket: str, kind: str) -> None:
        limit = self._buckets.get(bucket)
        if limit is None or kind != "POST message":
            return
        after = max(0.0, limit.ends - self.clock)
        answer.headers["X-RateLimit-Bucket"] = "messages"
        answer.headers["X-RateLimit-Limit"] = str(CHANNEL_LIMIT)
        answer.headers["X-RateLimit-Remaining"] = str(limit.left)
        answer.headers["X-RateLimit-Reset"] = f"{datetime.now(UTC).timestamp() + after:.3f}"
        answer.headers["X-RateLimit-Reset-After"] = f"{after:.3f}"

    async def _me(self, request: web.Request) -> web.Response:
        return web.json_response(us())

    async def _application(self, request: web.Request) -> web.Response:
        app = {"id": str(APPLICATION), "name": "Tocsin", "description": "", "icon": None, "flags": 0, "summary": ""}
        return web.json_response(
            app | {"bot_public": True, "bot_require_code_grant": False, "verify_key": "00", "owner": us(), "team": None}
        )

    async def _gateway_bot(self, request: web.Request) -> web.Response:
        start = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
        return web.json_response({"url": self.gateway_url, "shards": 2, "session_start_limit": start})

    async def _open_direct(self, request: web.Request) -> web.Response:
        payload, _ = await body(request)
        person = int(payload["recipient_id"])
        if person in self.closed_people:
            raise Refused(403, 50007, "Cannot send messages to this user")
        return web.json_response(channel_json(self._direct(person)))

    def _direct(self, person: int) -> Channel:
        if person not in self.direct:
            self.direct[person] = self.channel(kind=DIRECT, guild=0)
            self.direct[person].name = str(person)
        return self.direct[person]

    async def _get_guild(self, request: web.Request) -> web.Response:
        if int(request.match_info["guild"]) != GUILD:
            raise Refused(404, 10004, "Unknown Guild")
        return web.json_response(guild_json())

    async def _member(self, request: web.Request) -> web.Response:
        return web.json_response(member_json(us()))

    async def _active(self, request: web.Request) -> web.Response:
        threads = [channel_json(one) for one in self.channels.values() if one.kind == THREAD]
        return web.json_response({"threads": threads, "members": []})

    def _at(self, request: web.Request) -> Channel:
        found = self.channels.get(int(request.match_info["channel"]))
        if found is None:
            raise Refused(404, 10003, "Unknown Channel")
        return found

    async def _get_channel(self, request: web.Request) -> web.Response:
        return web.json_response(channel_json(self._at(request)))

    async def _change_channel(self, request: web.Request) -> web.Response:
        """Only what anybody may who wrote the thread: open it again."""
        thread, (payload, _) = self._at(request), await body(request)
        if thread.kind != THREAD or payload.keys() != {"archived"}:
            raise Refused(403, 50013, "Missing Permissions")
        if thread.locked:
            raise Refused(403, 50013, "Missing Permissions")
        thread.archived = bool(payload["archived"])
        return web.json_response(channel_json(thread))

    async def _history(self, request: web.Request) -> web.Response:
        channel, most = self._at(request), int(request.query.get("limit", 50))
        if channel.kind == FORUM:
            raise Refused(400, 50008, "Cannot send messages in a non-text channel")
        if channel.hidden:
            raise Refused(403, 50013, "Missing Permissions")
        if not 1 <= most <= 100:
            raise wrong("limit", "int value should be between 1 and 100")
        before = int(request.query.get("before", 1 << 63))
        found = [one for one in reversed(channel.messages) if int(one["id"]) < before]
        return web.json_response([without_nonce(one) for one in found[:most]])

    async def _post(self, request: web.Request) -> web.Response:
        channel = self._at(request)
        payload, files = await body(request)
        if channel.refuses and (files or channel.refuses[2] != "files"):
            raise Refused(*channel.refuses)
        if channel.kind in {FORUM, CATEGORY}:
            raise Refused(400, 50008, "Cannot send messages in a non-text channel")
        check_message(payload, files=len(files))
        _no_embeds(channel, payload)
        nonce = payload.get("nonce")
        if payload.get("enforce_nonce") and nonce:
            ends, there = self._nonces.get(str(nonce), (0.0, {}))
            if ends > self.clock:
                return web.json_response(there)
        if channel.locked:
            raise Refused(400, 50083, "Thread is archived")
        channel.archived = False
        said = self._message_json(payload, channel.id, files)
        channel.messages.append(said)
        self.rings += pings(payload)
        if nonce:
            self._nonces[str(nonce)] = (self.clock + NONCE_WINDOW, said)
        return web.json_response(said)

    def _message(self, request: web.Request) -> tuple[Channel, Json]:
        channel, id = self._at(request), request.match_info["message"]
        for one in channel.messages:
            if one["id"] == id:
                return channel, one
        raise Refused(404, 10008, "Unknown Message")

    async def _get_message(self, request: web.Request) -> web.Response:
        if self._at(request).hidden:
            raise Refused(403, 50001, "Missing Access")
        return web.json_response(without_nonce(self._message(request)[1]))

    async def _edit(self, request: web.Request) -> web.Response:
        channel, said = self._message(request)
        payload, files = await body(request)
        if channel.refuses and channel.refuses[2] != "files":
            raise Refused(*channel.refuses)
        if said["author"]["id"] != us()["id"]:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        if channel.archived or channel.locked:
            raise Refused(400, 50083, "Thread is archived")
        check_message(payload, files=len(files))
        _no_embeds(channel, payload)
        if "attachments" in payload:
            said["attachments"] = self._message_json(payload, channel.id, files)["attachments"]
        said |= {key: payload[key] for key in ("content", "embeds", "components") if key in payload}
        said["edited_timestamp"] = "2026-11-23T12:30:00+00:00"
        return web.json_response(without_nonce(said))

    async def _forum_post(self, request: web.Request) -> web.Response:
        forum = self._at(request)
        payload, files = await body(request)
        if forum.kind != FORUM:
            raise wrong("type", "no forum")
        name_ok(payload.get("name"))
        check_message(payload.get("message") or {}, files=len(files))
        if (payload.get("message") or {}).get("nonce"):
            raise wrong("message.nonce", "no nonce here")
        if forum.demands_tag and not (payload.get("applied_tags") or payload["message"].get("applied_tags")):
            raise Refused(400, 40067, "A tag is required to create a forum post in this channel")
        post = self.channel(kind=THREAD, parent=forum.id, name=payload["name"])
        post.thread_tags = tuple(payload.get("applied_tags") or payload["message"].get("applied_tags") or ())
        post.messages.append(self._message_json(payload["message"], post.id, files) | {"id": str(post.id)})
        return web.json_response(channel_json(post) | {"message": post.messages[0]}, status=201)

    async def _start_thread(self, request: web.Request) -> web.Response:
        if self._at(request).kind != TEXT:
            raise Refused(400, 50024, "Cannot execute action on this channel type")
        parent, said = self._message(request)
        payload, _ = await body(request)
        name_ok(payload.get("name"))
        if int(said["id"]) in self.channels:
            raise Refused(400, 160004, "A thread has already been created for this message")
        thread = Channel(int(said["id"]), kind=THREAD, parent=parent.id, name=payload["name"])
        self.channels[thread.id] = thread
        return web.json_response(channel_json(thread), status=201)

    async def _sync(self, request: web.Request) -> web.Response:
        payload = await request.json()
        if self.refuses_commands:
            raise wrong("commands", "refused for the test")
        check_commands(payload)
        self.syncs += 1
        common = {"application_id": str(APPLICATION), "version": "1"}
        self.commands = [{"description": ""} | one | common | {"id": str(new_id())} for one in payload]
        return web.json_response(self.commands)


class Busy(Exception):
    """Too many requests, as Discord says it."""

    def __init__(self, wait: float, *, everywhere: bool = False) -> None:
        super().__init__(wait)
        self.wait, self.everywhere = wait, everywhere

    def answer(self) -> web.Response:
        said = {"message": "You are being rate limited.", "retry_after": self.wait, "global": self.everywhere}
        scope = "global" if self.everywhere else "user"
        headers = {"Via": "1.1 google", "Retry-After": str(int(self.wait) + 1), "X-RateLimit-Scope": scope}
        return web.json_response(said, status=429, headers=headers)


def kind_of(request: web.Request) -> str:
    """A name for a request: "POST message", "GET history", ..."""
    path = re.sub(r"^/api/v10", "", request.path)
    table = [
        (r"/channels/\d+/messages", {"GET": "GET history", "POST": "POST message"}),
        (r"/channels/\d+/messages/\d+", {"GET": "GET message", "PATCH": "PATCH message"}),
        (r"/channels/\d+/threads", {"POST": "POST forum"}),
        (r"/channels/\d+/messages/\d+/threads", {"POST": "POST thread"}),
        (r"/interactions/.*", {"POST": "POST interaction"}),
        (r"/webhooks/.*", {"POST": "POST webhook", "PATCH": "PATCH webhook", "DELETE": "DELETE webhook"}),
        (r"/applications/.*/commands", {"PUT": "PUT commands"}),
    ]
    for pattern, names in table:
        if re.fullmatch(pattern, path) and request.method in names:
            return names[request.method]
    return f"{request.method} {path}"


async def body(request: web.Request) -> tuple[Json, list[bytes]]:
    """The JSON of a request and the files that came along."""
    if request.content_type != "multipart/form-data":
        return (await request.json() if request.can_read_body else {}), []
    payload: Json = {}
    files: list[bytes] = []
    async for part in await request.multipart():
        if part.name == "payload_json":  # type: ignore[union-attr]
            payload = json.loads(await part.text())  # type: ignore[union-attr]
        else:
            files.append(bytes(await part.read()))  # type: ignore[union-attr]
    return payload, files


def cut(request: web.Request) -> web.Response:
    """The connection ends without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _no_embeds(channel: Channel, payload: Json) -> None:
    if channel.no_embeds and payload.get("embeds"):
        raise wrong("embeds.0", "not to our taste")


def name_ok(name: Any) -> None:
    if not isinstance(name, str) or not 1 <= len(name) <= 100:
        raise wrong("name", "Must be between 1 and 100 in length")


def us() -> Json:
    return {
        "id": str(APPLICATION),
        "username": "tocsin",
        "discriminator": "0",
        "avatar": None,
        "global_name": None,
        "bot": True,
        "verified": True,
        "mfa_enabled": False,
        "locale": "en-US",
        "flags": 0,
    }


def member_json(user: Json) -> Json:
    joined = {"joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False, "flags": 0, "roles": []}
    return joined | {"user": user, "nick": None, "avatar": None, "premium_since": None, "pending": False}


def guild_json() -> Json:
    role = {"id": str(GUILD), "name": "@everyone", "color": 0, "hoist": False, "position": 0, "managed": False}
    role |= {"permissions": str((1 << 10) | (1 << 11) | (1 << 14)), "mentionable": False, "flags": 0}
    role |= {"colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}}
    return {
        "id": str(GUILD),
        "name": "Desk",
        "owner_id": "5",
        "roles": [role],
        "emojis": [],
        "stickers": [],
        "features": [],
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "system_channel_flags": 0,
        "premium_tier": 0,
        "nsfw_level": 0,
        "preferred_locale": "en-US",
        "afk_timeout": 300,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "vanity_url_code": None,
        "member_count": 2,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "large": False,
        "unavailable": False,
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "premium_progress_bar_enabled": False,
        "safety_alerts_channel_id": None,
    }


def channel_json(channel: Channel) -> Json:
    made: Json = {"id": str(channel.id), "type": channel.kind, "last_message_id": None, "flags": 0}
    if channel.kind == DIRECT:
        person = {"id": channel.name, "username": "ana", "discriminator": "0", "avatar": None}
        return made | {"recipients": [person]}
    made |= {"guild_id": str(channel.guild), "name": channel.name, "parent_id": str(channel.parent or "") or None}
    if channel.kind == THREAD:
        archive = {
            "archived": channel.archived,
            "auto_archive_duration": 10080,
            "archive_timestamp": "2026-01-01T00:00:00+00:00",
        }
        return made | {
            "owner_id": str(APPLICATION),
            "message_count": len(channel.messages),
            "member_count": 1,
            "thread_metadata": archive | {"locked": channel.locked},
        }
    made |= {"position": 0, "topic": None, "nsfw": False, "rate_limit_per_user": 0, "permission_overwrites": []}
    if channel.denied:
        denied = {"id": str(channel.guild), "type": 0, "allow": "0", "deny": str(channel.denied)}
        made["permission_overwrites"] = [denied]
    if channel.kind == FORUM:
        tags = [
            {"id": str(900 + number), "name": name, "moderated": False, "emoji_id": None, "emoji_name": None}
            for number, name in enumerate(channel.tags)
        ]
        made |= {"available_tags": tags, "default_reaction_emoji": None, "default_sort_order": None}
        made |= {"default_forum_layout": 0, "flags": 16 if channel.demands_tag else 0}
    return made


def message_json(payload: Json, *, channel: int) -> Json:
    return {
        "id": str(new_id()),
        "channel_id": str(channel),
        "author": us(),
        "content": payload.get("content") or "",
        "timestamp": "2026-11-23T12:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [{"type": "rich"} | embed for embed in payload.get("embeds") or []],
        "pinned": False,
        "type": 0,
        "components": payload.get("components") or [],
        "flags": payload.get("flags") or 0,
        **({"nonce": payload["nonce"]} if payload.get("nonce") else {}),
    }


def without_nonce(message: Json) -> Json:
    """History does not tell the nonce: only the answer to the post did."""
    return {key: value for key, value in message.items() if key != "nonce"}


# ── Reading as a person does ──────────────────────────────────────────────────────────────────────────────────────

_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_OURS = re.compile(r"^\*\*(.*)\*\*$|^> ", re.MULTILINE)
_TIME = re.compile(r"<t:\d+:f>")
_LIVE = re.compile(
    r"\[[^\]]*\]\([^)]*\)|https?://\S+|<[@#:/a][^>]*>|\|\||~~|`|\*|__|\b_\w+_\b|^\s*(?:#{1,3} |-# |[-*] |>|\d+\. )",
    re.MULTILINE,
)


def read(text: str) -> tuple[str, list[str]]:
    """Text as Discord shows it, and what in it is live besides our own headings, quotes, times and <links>."""
    kept: list[str] = []

    def hold(match: re.Match[str]) -> str:
        kept.append(match[1])
        return chr(0xE000 + len(kept) - 1)

    held = _ESCAPED.sub(hold, text)
    live = _LIVE.findall(re.sub(r"<https?://[^<>\s]+>", "", _TIME.sub("", _OURS.sub(lambda one: one[1] or "", held))))
    plain = _OURS.sub(lambda one: one[1] or "", held)
    return "".join(kept[ord(c) - 0xE000] if 0xE000 <= ord(c) < 0xE000 + len(kept) else c for c in plain), live


def shown(message: Json) -> str:
    """Everything a person reads in a message."""
    texts = [message.get("content") or ""]
    for embed in message.get("embeds") or []:
        texts += [embed.get("title") or "", embed.get("description") or ""]
    plain = [read(text)[0] for text in texts]
    plain += [embed["footer"]["text"] for embed in message.get("embeds") or [] if embed.get("footer")]
    plain += [button.get("label", "") for row in message.get("components") or [] for button in row["components"]]
    return "\n".join(plain)


def live(message: Json) -> list[str]:
    """Whatever in a message formats, links or names somebody, and is not ours."""
    texts = [message.get("content") or ""]
    for embed in message.get("embeds") or []:
        texts += [embed.get("title") or "", embed.get("description") or ""]
    return [one for text in texts for one in read(text)[1]]


async def until(condition: Callable[[], bool]) -> None:
    """Let everybody go on until it is so. Raises TimeoutError when it never is."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - conditions of many kinds, each met within a few turns of the loop
            await asyncio.sleep(0.001)


# ── Time ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Hurried(types.ModuleType):
    """asyncio as discord.py sees it, in which sleeping moves the world's clock instead of ours."""

    def __init__(self, world: DiscordWorld) -> None:
        super().__init__("asyncio")
        self._world = world

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float, result: Any = None) -> Any:
        self._world.clock += max(0.0, seconds)
        return await asyncio.sleep(0, result)


def hurried(world: DiscordWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of discord.py sleeps; the world's clock goes on as if it had."""
    for module in (discord.http, discord.webhook.async_, discord.client):
        monkeypatch.setattr(module, "asyncio", _Hurried(world))
