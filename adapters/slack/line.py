"""The line to Slack: one web client for everything, that never repeats a post by itself.

The library's own default sends a request again after a lost answer, which posts a message twice (seen with slack-sdk
3.47.0); the outbox decides about repeats instead, so there are no retry handlers here.
"""

from __future__ import annotations

import logging
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


class Line:
    """The web client and what else is sent with its connections."""

    def __init__(self, token: str, api_url: str, *, patience: timedelta = PATIENCE) -> None:
        self.client = AsyncWebClient(token=token, base_url=api_url, retry_handlers=[], logger=library_log())
        self._patience = patience
        host = urlsplit(api_url).hostname or ""
        if host in LOOPBACK or proxy_bypass(host):
            self.client.proxy = None  # the library takes HTTP(S)_PROXY even for these, and knows no NO_PROXY (seen)

    async def web(self) -> AsyncWebClient:
        """The client with open connections; the first call opens them."""
        if self.client.session is None or self.client.session.closed:
            patience = self._patience.total_seconds()
            connect = min(patience, CONNECT.total_seconds())
            timeout = aiohttp.ClientTimeout(total=patience, sock_connect=connect)
            self.client.session = aiohttp.ClientSession(timeout=timeout)
        return self.client

    def response(self, url: str) -> AsyncWebhookClient:
        """A client for one response_url, likewise without repeats."""
        hook = AsyncWebhookClient(
            url, timeout=int(self._patience.total_seconds()) or 1, retry_handlers=[], logger=library_log()
        )
        hook.proxy = self.client.proxy
        return hook

    async def close(self) -> None:
        if self.client.session is not None:
            await self.client.session.close()
