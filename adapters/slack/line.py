"""The line to Slack: one set of connections for everything, that never repeats a post by itself.

The library's own default sends a request again after a lost answer, which posts a message twice (seen with slack-sdk
3.47.0); the outbox decides about repeats instead, so there are no retry handlers here.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.logs import log

#: Well under a courier's lease, so that a slow answer is known before another courier may take the delivery.
PATIENCE = timedelta(seconds=20)
#: Until a connection stands. Before that nothing was sent, so it can be told apart from a lost answer.
CONNECT = timedelta(seconds=10)
#: Never behind a proxy.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
#: Where Slack keeps files; a token is shown to no other host. https://docs.slack.dev/reference/objects/file-object
#: (`url_private`, read 2026-11); slack-gov.com is GovSlack.
FILES = (".slack.com", ".slack-files.com", ".slack-gov.com")

#: The bot token of a workspace. Raises ChatRefused where Tocsin is not installed, ChatBusy when nobody can tell now.
Tokens = Callable[[str], Awaitable[str]]


class _Forward(logging.Handler):
    """What the libraries have to say, as events of our log; their values are escaped there."""

    def emit(self, record: logging.LogRecord) -> None:
        log.warning("slack_library", says=record.getMessage()[:300], of=record.name)


def library_log() -> logging.Logger:
    """The logger handed to slack_sdk and slack_bolt: errors only, they repeat themselves at every attempt."""
    logger = logging.getLogger("tocsin.slack.library")
    if not logger.handlers:
        logger.addHandler(_Forward())
        logger.propagate = False
        logger.setLevel(logging.ERROR)
    return logger


class Elsewhere(Exception):
    """A file is not kept by Slack, so nobody there is shown a token."""


class TooLarge(Exception):
    """A file has more bytes than were allowed."""


class Line:
    """The web client and what else is sent with its connections."""

    def __init__(
        self, token: str, api_url: str, *, patience: timedelta = PATIENCE, tokens: Tokens | None = None
    ) -> None:
        self.client = self._client(token, api_url)
        self.tokens = tokens
        self._api_url = api_url
        self._patience = patience
        host = urlsplit(api_url).hostname or ""
        if host in LOOPBACK or proxy_bypass(host):
            self.client.proxy = None  # the library takes HTTP(S)_PROXY even for these, and knows no NO_PROXY (seen)

    @staticmethod
    def _client(token: str, api_url: str) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=api_url, retry_handlers=[], logger=library_log())

    async def web(self, team: str = "") -> AsyncWebClient:
        """The client with open connections; the first call opens them. With installations of several workspaces it

        speaks for `team`, and without a team for the app alone. Raises as `Tokens` does.
        """
        if self.client.session is None or self.client.session.closed:
            patience = self._patience.total_seconds()
            connect = min(patience, CONNECT.total_seconds())
            timeout = aiohttp.ClientTimeout(total=patience, sock_connect=connect)
            self.client.session = aiohttp.ClientSession(timeout=timeout)
        if self.tokens is None or not team:
            return self.client
        return self.speaking(await self.tokens(team))

    def speaking(self, token: str) -> AsyncWebClient:
        """The same connections under another token."""
        client = self._client(token, self._api_url)
        client.session, client.proxy = self.client.session, self.client.proxy
        return client

    def response(self, url: str) -> AsyncWebhookClient:
        """A client for one response_url, likewise without repeats."""
        hook = AsyncWebhookClient(
            url, timeout=int(self._patience.total_seconds()) or 1, retry_handlers=[], logger=library_log()
        )
        hook.proxy = self.client.proxy
        return hook

    async def download(self, url: str, token: str, *, cap: int) -> bytes:
        """A private file. Raises Elsewhere, TooLarge for more than `cap` bytes, and what aiohttp raises.

        Slack answers whoever may not read a file with its login page, so a redirect is a refusal.
        """
        if not self._keeps_files(url):
            raise Elsewhere(urlsplit(url).netloc)
        session = (await self.web()).session
        assert session is not None
        headers = {"Authorization": f"Bearer {token}"}
        async with session.get(url, headers=headers, proxy=self.client.proxy, allow_redirects=False) as said:
            if said.status != 200:
                raise aiohttp.ClientResponseError(said.request_info, said.history, status=said.status)
            body = b""
            async for chunk in said.content.iter_chunked(65_536):
                body += chunk
                if len(body) > cap:
                    raise TooLarge(url)
            return body

    def _keeps_files(self, url: str) -> bool:
        """Whether an address is one of Slack's own: of the server whose API we use, or a host of FILES."""
        asked, ours = urlsplit(url), urlsplit(self._api_url)
        if (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc):
            return True
        return asked.scheme == "https" and (asked.hostname or "").endswith(FILES)

    async def close(self) -> None:
        if self.client.session is not None:
            await self.client.session.close()
