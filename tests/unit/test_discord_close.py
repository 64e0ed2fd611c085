"""A Discord client is closed to its last socket."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from adapters.discord.app import _closed


class Http:
    closed = False

    async def close(self) -> None:
        self.closed = True


class Client:
    """One whose gateway gives trouble, or is slow, while it is closed."""

    def __init__(self, *, trouble: bool = False) -> None:
        self.http, self.trouble = Http(), trouble
        self.begun, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def close(self) -> None:
        self.begun.set()
        if self.trouble:
            raise ConnectionResetError
        await self.may_go_on.wait()


async def test_trouble_at_the_gateway_leaves_nothing_open() -> None:
    """discord.py stops at the first trouble; its HTTP session is closed all the same, and nobody hears of it."""
    client: Any = Client(trouble=True)
    await _closed(client)
    assert client.http.closed


async def test_called_off_while_closing() -> None:
    """It is closed first, and then called off."""
    client: Any = Client()
    task = asyncio.create_task(_closed(client))
    await client.begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    assert not client.http.closed
    client.may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert client.http.closed
