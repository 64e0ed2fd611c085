"""`tocsin doctor`: is everything in place? One finding a line, each with the next step when something is not."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from bot.errors import TocsinError
from bot.settings import misspelt
from bot.sources import Source
from bot.wiring import House

#: Sources asked at the same time.
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Finding:
    ok: bool
    what: str
    text: str


async def examine(house: House, *, offline: bool = False) -> AsyncGenerator[Finding, None]:
    """Settings and store first, then chats, then every source, as each is known."""
    yield _settings(house)
    for name, near in misspelt().items():
        yield Finding(
            False, "settings", f"{name} is no setting, and nothing reads it; next: write {near}, or take it out"
        )
    yield await _store(house)
    yield await _watches(house)
    for finding in await _unheard(house):
        yield finding
    for chat in house.chats:
        async for line in chat.check():
            yield Finding("next:" not in line, f"chat {chat.platform}", line)
    if offline:
        return
    gate = asyncio.Semaphore(AT_ONCE)
    tasks = [asyncio.create_task(_source(house, source, gate)) for source in (await house.catalogue()).values()]
    try:
        for task in asyncio.as_completed(tasks):
            yield await task
    finally:  # whoever stops listening (a pipe into head) closes the store next
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _settings(house: House) -> Finding:
    settings = house.settings
    mirror = f", mirror {settings.tocsin_mirror}" if settings.tocsin_mirror else ""
    every = f", every {settings.tocsin_every:g} s" if settings.tocsin_every else ""
    return Finding(True, "settings", f"home {settings.home}{mirror}{every}; operators at {settings.operators}")


async def _store(house: House) -> Finding:
    try:
        return Finding(True, "store", await house.store.health())
    except TocsinError as trouble:
        return Finding(False, "store", str(trouble))


async def _watches(house: House) -> Finding:
    watches = await house.store.subscriptions()
    if not watches:
        return Finding(False, "watches", "nobody is watched; next: tocsin watch add Xiaomi Huawei")
    places = len({one.place for one in watches})
    return Finding(True, "watches", f"{len(watches)} in {places} place{'' if places == 1 else 's'}")


async def _unheard(house: House) -> list[Finding]:
    """Places for which messages are kept and where nothing of this installation posts."""
    here = {chat.platform for chat in house.chats}
    watches = Counter(one.place.platform for one in await house.store.subscriptions())
    next_step = "next: set it up here (.env.example), unless another process posts there"
    findings = [
        Finding(False, "watches", f"{count} of them are for {platform}, which has no token here; {next_step}")
        for platform, count in sorted(watches.items())
        if platform not in here
    ]
    operators = house.settings.operators
    if operators.platform not in here:
        said = f"{operators} is told of trouble, and {operators.platform} has no token here; {next_step}"
        findings.append(Finding(False, "operators", said))
    return findings


async def _source(house: House, source: Source, gate: asyncio.Semaphore) -> Finding:
    """Read it without writing anything."""
    async with gate:
        outcome = await house.watcher.poll(source, dry_run=True)
    if outcome.why:
        why = outcome.why.removeprefix(f"{source.card.id}: ")
        return Finding(False, source.card.id, f"{why}{_next_step(source)}")
    terms = f"; licence: {source.card.licence}" if source.card.restricted else ""
    return Finding(True, source.card.id, f"{outcome.rows} entries, believable{terms}")


def _next_step(source: Source) -> str:
    note = f" {source.card.note}" if source.card.note else ""
    return f".{note} See: tocsin sources why {source.card.id}"
