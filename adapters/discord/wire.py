"""The one way to Discord's REST API: where it is, who we are there, and what its refusals mean.

Every failure leaves here as one of four: ChatBusy (nothing was stored; later), ChatDoubtful (it may have been stored;
look first), ChatRefused (not here, with the next step), or the same for everybody once the token is refused.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.errors import ChatBusy, ChatDoubtful, ChatRefused

T = TypeVar("T")

API_URL = "https://discord.com/api/v10"
GATEWAY_URL = "wss://gateway.discord.gg/"

#: Longest we wait for one answer; looking and posting together stay below the courier's lease of 60 s. What is still
#: going on then is left to end by itself, and asked again under the same key its own answer is used.
PATIENCE = 28.0
#: A limit that lasts longer than this is handed to the courier instead of slept through. discord.py takes no less.
LONGEST_LIMIT = 30.0

# 10,000 answers of 401, 403 or 429 in 10 minutes and the address is banned; a 429 of scope "shared" does not count.
# https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans (read 2026-11).
# We stop far below: other programs may share the address.
INVALID_WINDOW = timedelta(minutes=10)
INVALID_ALLOWED = 2_000

# Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes (read 2026-11)
NEXT_STEPS = {
    10003: "the channel is gone. Watch from another one, or remove the watches of this place",
    10004: "the server is gone, or the bot was removed from it. Invite it again (tocsin doctor prints the link)",
    10008: "the message is gone: somebody deleted it",
    10013: "there is no such person",
    50005: "the message is not the bot's own, so it cannot change it",
    20009: "the channel does not take what we send: its age restriction forbids it",
    30033: "the thread is full",
    40067: "this forum demands a tag and has none that fits: add one, or do not demand it",
    50001: "the bot cannot see the channel. Give it View Channel there, or invite it again (tocsin doctor)",
    50007: "this person takes no messages from the bot: they must share a server with it or open their messages",
    50008: "this kind of channel takes no messages. Choose a text channel, a thread or a forum",
    50013: "a permission is missing there: Send Messages, Embed Links, Send Messages in Threads (tocsin doctor)",
    50035: "Discord found a part of the message wrong; please report this text",
    50083: "the thread is archived and locked. Open it again",
    160002: "the message is gone that this answers",
    200000: "AutoMod of this server blocks the message. Add the bot's role to the rule's exceptions",
}
UNKNOWN_CHANNEL = 10003
NO_TEXT_CHANNEL = 50008
NO_PERMISSION = 50013
ARCHIVED = 50083
#: "Invalid form body": it is the drawing that Discord refuses, and the same words without it may pass.
UNDRAWN = frozenset({50035})
HAS_THREAD = 160004
#: Unknown message, missing permissions, "cannot execute action on this channel type", thread limit reached.
NO_THREAD_HERE = frozenset({10008, NO_PERMISSION, 50024, 160006})


def point_to(*, api_url: str = "", gateway_url: str = "") -> None:
    """Where Discord is, for the whole process: discord.py keeps both on its classes."""
    Route.BASE = (api_url or API_URL).rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url or GATEWAY_URL)


class Guard:
    """Counts answers that bring a ban nearer, of every client that shares the address, and says when to hold still."""

    def __init__(self, *, allowed: int = INVALID_ALLOWED, window: timedelta = INVALID_WINDOW) -> None:
        self.allowed = allowed
        self._window = window.total_seconds()
        self._times: deque[float] = deque()

    def trace(self) -> aiohttp.TraceConfig:
        """Sees every answer, also those that discord.py answers itself by asking again."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._seen)
        return trace

    async def _seen(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        shared = end.response.headers.get("X-RateLimit-Scope") == "shared"
        if end.response.status in {401, 403} or (end.response.status == 429 and not shared):
            self._times.append(asyncio.get_running_loop().time())

    def check(self) -> None:
        """Raises ChatBusy while another refusal could cost us the address."""
        now = asyncio.get_running_loop().time()
        while self._times and now - self._times[0] > self._window:
            self._times.popleft()
        if len(self._times) >= self.allowed:
            after = timedelta(seconds=self._window - (now - self._times[0]))
            raise ChatBusy(
                f"discord: {len(self._times)} refused requests in 10 minutes; holding still before Discord bans us",
                after=after,
            )


class Wire:
    """A client that has signed in and never connects to the gateway: posting does not depend on listening."""

    def __init__(self, token: str, *, guard: Guard, patience: float = PATIENCE) -> None:
        self._token = token
        self._guard = guard
        self._patience = patience
        self._client: discord.Client | None = None
        self._signing_in = asyncio.Lock()
        self._going: dict[str, asyncio.Task[Any]] = {}
        self._refused = ""

    async def ask(self, key: str, what: str, work: Callable[[discord.Client], Awaitable[T]]) -> T:
        """Do it, signed in. One request at a time under a key: who asks again gets the answer of the one under way.

        discord.py must not be interrupted (cancelled while it waits for a global limit it never asks again), so what
        takes too long goes on by itself.
        """
        if self._refused:
            raise ChatRefused(self._refused)
        task = self._going.get(key)
        if task is None:
            self._guard.check()
            task = asyncio.create_task(self._work(work), name=f"discord:{what}")
            self._going[key] = task
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        if not done:
            raise ChatDoubtful(f"discord: no answer to {what} in {self._patience:g} s; it may have arrived")
        self._going.pop(key, None)
        try:
            result: T = task.result()
        except Exception as error:
            raise self._sorted(error, what) from error
        return result

    def under_way(self, key: str) -> bool:
        """Whether a request under this key has not been heard of yet."""
        return key in self._going

    async def _work(self, work: Callable[[discord.Client], Awaitable[T]]) -> T:
        return await work(await self.client())

    async def client(self) -> discord.Client:
        """The client, signed in. Raises what discord.py raises."""
        async with self._signing_in:
            if self._refused:  # while we stood in line
                raise ChatRefused(self._refused)
            if self._client is None:
                client = new_client(discord.Client, guard=self._guard)
                try:
                    await client.login(self._token)
                except BaseException as error:
                    await client.close()
                    if isinstance(error, discord.LoginFailure):
                        self._refused = token_refused()
                    raise
                self._client = client
        return self._client

    def _sorted(self, error: Exception, what: str) -> Exception:
        found = sort_error(error, what)
        if isinstance(error, discord.LoginFailure) or (
            isinstance(error, discord.HTTPException) and error.status == 401
        ):
            self._refused = str(found)  # asking again only brings the ban nearer
        return found

    async def close(self) -> None:
        """Let go of everything; what is still under way is given up."""
        for task in self._going.values():
            task.cancel()
        await asyncio.gather(*self._going.values(), return_exceptions=True)
        self._going.clear()
        if self._client is not None:
            await self._client.close()
            self._client = None


def new_client(kind: type[discord.Client], *, guard: Guard, **options: Any) -> Any:
    """A client as all of ours are: the least intents, no pings, no cache of messages."""
    return kind(
        intents=discord.Intents(guilds=True),
        allowed_mentions=discord.AllowedMentions.none(),
        max_messages=None,
        chunk_guilds_at_startup=False,
        max_ratelimit_timeout=LONGEST_LIMIT,
        http_trace=guard.trace(),
        **options,
    )


def sort_error(error: Exception, what: str) -> Exception:
    """What discord.py or aiohttp raised, as what the courier must do about it.

    The text names codes and next steps, and nothing of the request: addresses hold secrets of interactions.
    """
    match error:
        case ChatBusy() | ChatRefused():
            return error
        case discord.LoginFailure():
            return ChatRefused(token_refused())
        case discord.RateLimited():
            after = timedelta(seconds=error.retry_after)
            return ChatBusy(f"discord: {what} must wait {error.retry_after:.0f} s", after=after)
        case discord.HTTPException():
            return _by_status(error, what)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return ChatBusy(f"discord: {what}: cannot be reached ({type(error).__name__})")
        case aiohttp.ClientError() | TimeoutError() | OSError():
            return ChatDoubtful(f"discord: {what}: the connection ended before the answer ({type(error).__name__})")
        case _:
            return error


def _by_status(error: discord.HTTPException, what: str) -> Exception:
    if error.status == 429:
        # One without a Via header comes from the shield in front of Discord, and is a ban of the address for a while.
        after = _seconds(error.response.headers.get("Retry-After", ""))
        return ChatBusy(f"discord: {what}: too many requests; waiting {after:.0f} s", after=timedelta(seconds=after))
    if error.status >= 500:
        return ChatDoubtful(f"discord: {what}: the server failed ({error.status}); it may have arrived")
    if error.status == 401:
        return ChatRefused(token_refused())
    said = " ".join((error.text or "").split())[:300]
    step = NEXT_STEPS.get(error.code) or _by_kind(error.status)
    return ChatRefused(f"discord: {what} was refused ({error.status}, code {error.code}: {said}): {step}")


def _by_kind(status: int) -> str:
    match status:
        case 403:
            return "a permission is missing: tocsin doctor says which"
        case 404:
            return "it is not there any more. Watch from another channel"
        case _:
            return "please report this text"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if math.isfinite(seconds):
        return min(max(1.0, seconds), 3600.0)
    return 600.0  # how long a ban of the address lasts is not documented; the window of its cause is 10 minutes


def token_refused() -> str:
    return (
        "discord: DISCORD_TOKEN was refused; next: make a new one (Bot > Reset Token) at "
        "https://discord.com/developers/applications, put it into .env, and start Tocsin again; "
        "then tocsin unpark KEY sends what waited"
    )
