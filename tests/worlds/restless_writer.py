"""A process that never stops committing, to be killed: python restless_writer.py sqlite PATH | redis URL.

Each edition renames every entry, brings three changes and three deliveries, and then takes deliveries out and settles
them. After each acknowledged commit it prints the memory's new version.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from adapters.stores.redis import RedisStore
from adapters.stores.sqlite import SqliteStore
from bot.model import Delivery, Place, Poll, Receipt
from bot.ports import Store
from tests.worlds.nouns import NOON, alert, change, listing, poll

SOURCE = "us_csl"
ENTRIES = 120


def opened(kind: str, where: str) -> Store:
    """The store of that kind."""
    return SqliteStore(Path(where)) if kind == "sqlite" else RedisStore(where)


def edition(version: int) -> Poll:
    """The edition made from the memory of that version."""
    name = f"edition {version}"
    return poll(
        SOURCE,
        *(listing(f"E-{number}", name, source=SOURCE) for number in range(ENTRIES)),
        version=version,
        changes=[change(f"E-{number}", source=SOURCE, name=name) for number in range(3)],
        deliveries=[
            Delivery.of(alert(name), Place("slack", f"T0/C{number}"), because="", due=NOON) for number in range(3)
        ],
    )


async def write(store: Store) -> None:
    await store.open()
    while True:
        memory = await store.memory(SOURCE)
        version = memory.version if memory else 0
        if not await store.commit(edition(version)):
            raise RuntimeError("another writer?")
        print(version + 1, flush=True)  # noqa: T201 - its parent reads along
        for one in await store.claim("slack", now=NOON + timedelta(days=version), lease=timedelta(days=1), limit=2):
            await store.settle(replace(one, receipt=Receipt(str(version))))


if __name__ == "__main__":
    asyncio.run(write(opened(sys.argv[1], sys.argv[2])))
