"""Socket Mode that does not fall silent.

The library reconnects by itself when it notices a broken connection. It does not notice every one: a socket can answer
pings and bring nothing any more (github.com/slackapi/bolt-python issue 1529, github.com/slackapi/python-slack-sdk issue
1701; read 2026-11), and with a wrong app token it tries for ever without a word. So the token is tried first, a
connection that has been quiet for long is replaced by a fresh one, and the fresh one stands before the old one goes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMessage, WSMsgType
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError

from adapters.slack.checks import app_token_advice
from adapters.slack.line import Line
from adapters.slack.trouble import advice, retry_after, status_of, word_of
from bot.logs import log


@dataclass(frozen=True, slots=True)
class Habits:
    """Spans in seconds."""

    #: Without a ping or a word from Slack, after which a fresh connection is opened. Slack pings at least every thirty
    #: seconds: its own library for Node.js reconnects after that (github.com/slackapi/node-slack-sdk, read 2026-11).
    quiet: float = 90
    untold: float = 900  #: with pings only: a channel may well be silent that long, but a new connection costs nothing
    beat: float = 2  #: between two looks at the connection
    ping: float = 10  #: between the library's own pings; four unanswered ones are a broken connection
    opening: float = 20  #: for a connection to stand
    grace: float = 3  #: for answers under way before an old connection closes
    retry: float = 60  #: until the next try after Slack refused us
    longest: float = 30  #: until the next try after it could not be reached; begins at a second and doubles


@dataclass(frozen=True, slots=True)
class Identity:
    """Who Slack says we are."""

    team: str
    authorized: AuthorizeResult

    @classmethod
    async def of(cls, line: Line) -> Identity:
        """Ask once. Raises what the library raises."""
        client = await line.web()
        said = await client.auth_test()
        authorized = AuthorizeResult.from_auth_test_response(auth_test_response=said, bot_token=client.token)
        return cls(str(said.get("team_id") or ""), authorized)

    @classmethod
    async def known(cls, line: Line, habits: Habits) -> Identity:
        """Ask until Slack answers, saying each trouble once."""
        patience = Patience(habits)
        while True:
            try:
                return await cls.of(line)
            except (SlackApiError, ClientError, TimeoutError) as trouble:
                await patience.after(trouble, advice)


class Patience:
    """How long to wait after which trouble, and that the operator is told of each kind once."""

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self._told = ""
        self._failures = 0

    async def after(self, trouble: Exception, advice: Callable[[SlackApiError], str]) -> None:
        self._failures += 1
        if isinstance(trouble, SlackApiError) and 200 <= status_of(trouble) < 300 and word_of(trouble):
            self._tell(log.error, f"{advice(trouble)}. Alerts are posted as long as the bot token is valid")
            await asyncio.sleep(self._habits.retry)
            return
        asked = retry_after(trouble) if isinstance(trouble, SlackApiError) else None
        self._tell(log.warning, f"Slack cannot be reached ({type(trouble).__name__}); trying again")
        span = asked.total_seconds() if asked else float(2 ** min(self._failures - 1, 10))
        await asyncio.sleep(span if asked else min(span, self._habits.longest))

    def _tell(self, tell: Callable[..., None], why: str) -> None:
        if why != self._told:
            tell("slack_commands_not_served", why=why)
            self._told = why

    def over(self) -> None:
        self._told, self._failures = "", 0


Who = Callable[[], Awaitable[Identity | None]]


async def keep_connected(
    line: Line, app_token: str, make: Callable[[Identity | None], AsyncApp], habits: Habits, *, known: Who
) -> None:
    """Serve the app until cancelled, over as many connections in turn as it takes. `known` says who we are, if one

    token does.
    """
    app = make(await known())
    patience = Patience(habits)
    current: Connection | None = None
    retiring: set[asyncio.Task[None]] = set()
    try:
        while True:
            try:
                fresh = await Connection.opened(line, app_token, app, habits)
            except (SlackApiError, ClientError, TimeoutError) as trouble:
                await patience.after(trouble, app_token_advice)
                continue
            patience.over()
            if current:
                task = asyncio.create_task(current.retire(habits.grace))
                retiring.add(task)
                task.add_done_callback(retiring.discard)
            current = fresh
            await current.until_deaf(habits)
    finally:
        for task in retiring:
            task.cancel()
        await asyncio.gather(*retiring, return_exceptions=True)
        if current:
            await current.close()


class Connection:
    """One connection, and when Slack was last heard on it: at all, and with something to say."""

    def __init__(self, handler: AsyncSocketModeHandler) -> None:
        self._client: Any = handler.client  # its methods have no types
        self._now = asyncio.get_running_loop().time
        self._heard = self._told = self._now()

    async def _listen(self, proxy: str | None) -> None:
        """Have every frame pass by us: the library tells its listeners of texts only, and Slack's pings are none."""
        connection = self

        class Heard(ClientWebSocketResponse):
            async def receive(self, timeout: float | None = None) -> WSMessage:  # noqa: ASYNC109 - aiohttp's own
                message = await super().receive(timeout)
                connection._hear(message.type)
                return message

        await self._client.aiohttp_client_session.close()
        self._client.aiohttp_client_session = ClientSession(ws_response_class=Heard)
        self._client.proxy = proxy

    def _hear(self, kind: WSMsgType) -> None:
        """A pong is only an echo of ours: a deaf connection may still give it."""
        if kind in {WSMsgType.TEXT, WSMsgType.PING}:
            self._heard = self._now()
        if kind is WSMsgType.TEXT:
            self._told = self._heard

    @classmethod
    async def opened(cls, line: Line, app_token: str, app: AsyncApp, habits: Habits) -> Connection:
        """A connection that stands. Raises when Slack refuses the token, or it takes too long."""
        client = await line.web()
        said = await client.apps_connections_open(app_token=app_token)
        handler = AsyncSocketModeHandler(app, app_token, ping_interval=habits.ping)
        handler.client.wss_uri = str(said["url"])
        connection = cls(handler)
        try:
            await connection._listen(client.proxy)
            async with asyncio.timeout(habits.opening):
                await connection._client.connect()
        except BaseException:
            await connection.close()
            raise
        log.info("slack_connected")
        return connection

    async def until_deaf(self, habits: Habits) -> None:
        """Return when it is broken, or has been quiet for so long that it may be deaf."""
        broken = 0
        while broken < 2:
            await asyncio.sleep(habits.beat)
            broken = 0 if await self._client.is_connected() else broken + 1
            quiet, untold = self._now() - self._heard, self._now() - self._told
            if quiet > habits.quiet or untold > habits.untold:
                log.info("slack_quiet", seconds=round(quiet), untold=round(untold), next="opening a fresh connection")
                return
        log.warning("slack_connection_broken", next="opening a fresh connection")

    async def retire(self, grace: float) -> None:
        """Close it when what it still carries is answered."""
        try:
            await asyncio.sleep(grace)
        finally:
            await self.close()

    async def close(self) -> None:
        try:
            await self._client.close()
        except Exception as trouble:  # a broken connection may also break while it is closed
            log.info("slack_close_failed", trouble=type(trouble).__name__)
