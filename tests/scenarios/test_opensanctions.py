"""A data set of OpenSanctions by its index, and by its files of changes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from adapters.lists.opensanctions import opensanctions
from adapters.stores.sqlite import SqliteStore
from bot.book import shipped
from bot.ledger import Outcome
from bot.model import Alert, AlertKind, Document
from bot.sources import Source
from bot.watch import Watcher
from tests.worlds.facts import watch
from tests.worlds.pages import Pages, SetClock

DATA = "https://data.opensanctions.org/datasets/20260313/sanctions/targets.simple.csv"


def table(*names: str) -> str:
    rows = "".join(f'"NK-{number}","Company","{name}","","X-LIST"\n' for number, name in enumerate(names))
    return f'"id","schema","name","aliases","program_ids"\n{rows}'


def entity(id: str, name: str) -> dict[str, object]:
    properties = {"name": [name], "programId": ["X-LIST"]}
    return {"id": id, "caption": name, "schema": "Company", "properties": properties, "datasets": ["x"], "target": True}


def lines(*objects: object) -> bytes:
    return "\n".join(json.dumps(one) for one in objects).encode()


class World:
    """A store, a clock and their site."""

    def __init__(self, store: SqliteStore) -> None:
        self.store, self.pages, self.clock = store, Pages(), SetClock()
        self.watcher = Watcher(
            store=store, fetcher=self.pages, clock=self.clock, catalogue=self.catalogue, book=shipped()
        )

    async def catalogue(self) -> Mapping[str, Source]:
        return {"opensanctions": opensanctions}

    async def exports(self, version: str, *names: str) -> Outcome:
        """They publish: an index, and the file that it leads to."""
        index = {"version": version, "resources": [{"name": "targets.simple.csv", "url": DATA}]}
        self.pages.shows(opensanctions.card.url, json.dumps(index))
        if names:
            self.pages.shows(DATA, table(*names))
        else:
            self.pages.stands_by(DATA)
        return await self.polled()

    async def polled(self, body: bytes | None = None) -> Outcome:
        """What a poll makes of their site, or of a file."""
        self.clock.passes(hours=12)
        document = Document.of(body, at=self.clock.now()) if body else None
        return await self.watcher.poll(opensanctions, document=document)

    async def alerts(self) -> list[AlertKind]:
        messages = [one.message for one in reversed(await self.store.deliveries())]
        return [one.kind for one in messages if isinstance(one, Alert)]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    store = SqliteStore(tmp_path / "tocsin.db")
    await store.open()
    await store.subscribe(watch("Xiaomi"))
    try:
        yield World(store)
    finally:
        await store.close()


async def test_an_index_leads_to_the_list(world: World) -> None:
    """The large file is asked for only when the index changed, and read only when it changed itself."""
    assert (await world.exports("1", "Example Works", "Another")).added == 2
    assert (await world.polled()).unchanged
    assert world.pages.asked[DATA] == 1
    assert (await world.exports("2")).unchanged, "another index, the same file"
    outcome = await world.exports("3", "Example Works", "Another", "Xiaomi Corporation")
    assert (outcome.added, outcome.rows) == (1, 3)
    assert world.pages.released == sum(world.pages.asked.values()) - 1, "one was not modified"
    assert await world.alerts() == [AlertKind.LISTED]


async def test_changes_that_are_said_to_be_known(world: World) -> None:
    """A server that answers "not modified" to a first question has given nothing; the list is read whole."""
    await world.exports("1", "Example Works")
    whole, delta = "https://data.opensanctions.org/entities.ftm.json", "https://data.opensanctions.org/delta.json"
    for version, count in (("2", 1), ("3", 2)):
        index = {"version": version, "resources": [{"name": "entities.ftm.json", "url": whole}], "delta_url": delta}
        world.pages.shows(opensanctions.card.url, json.dumps(index))
        world.pages.shows(whole, lines(*(entity(f"NK-{number}", "Example Works") for number in range(count))))
        world.pages.stands_by(delta)
        assert (await world.polled()).rows == count
    assert world.pages.asked[delta] == 2


async def test_a_mirror_may_serve_the_list_itself(world: World) -> None:
    """Then there is no index to follow."""
    world.pages.shows(opensanctions.card.url, table("Example Works"))
    assert (await world.polled()).added == 1


async def test_a_file_of_changes(world: World) -> None:
    """Added, modified, deleted: whom it does not name stays, and who was deleted is delisted at a second reading."""
    whole = [entity(f"NK-{number}", f"Company {number}") for number in range(8)]
    assert (await world.polled(lines(*whole, entity("NK-x", "Xiaomi Corporation")))).rows == 9
    delta = lines(
        {"op": "ADD", "entity": entity("NK-8", "Company 8")},
        {"op": "MOD", "entity": entity("NK-1", "Company One")},
        {"op": "ADD", "entity": entity("NK-9", "Company 9")},
        {"op": "DEL", "entity": {"id": "NK-9"}},
        {"op": "DEL", "entity": {"id": "NK-x"}},
        {"op": "DEL", "entity": {"id": "NK-never"}},
        {"op": "MOD", "entity": {**entity("NK-2", "Company 2"), "target": False}},
    )
    outcome = await world.polled(delta)
    assert (outcome.added, outcome.changed, outcome.removed, outcome.pending, outcome.rows) == (1, 1, 0, 2, 8)
    assert not await world.alerts()
    outcome = await world.polled(lines({"op": "MOD", "entity": entity("NK-1", "Company One")}))
    assert (outcome.changed, outcome.removed, outcome.pending, outcome.rows) == (0, 2, 0, 8)
    assert await world.alerts() == [AlertKind.DELISTED]
    kept = await world.store.listings("opensanctions")
    assert {key.removeprefix("NK-") for key in kept} == {"0", "1", "3", "4", "5", "6", "7", "8"}
    assert kept["NK-1"].name == "Company One"


async def test_changes_to_a_list_that_was_never_read_whole(world: World) -> None:
    """They say nothing by themselves."""
    outcome = await world.polled(lines({"op": "ADD", "entity": entity("NK-8", "Company 8")}))
    assert (outcome.quarantined, outcome.added) == (True, 0)
    assert "give it whole" in outcome.why
    await world.polled(table("Company 8").encode())
    outcome = await world.polled(lines({"op": "DEL", "entity": {"id": "NK-0"}}))
    assert outcome.quarantined, "a table has other marks than a file of entities"


async def test_changes_that_take_most_of_a_list_off(world: World) -> None:
    """Are doubted as a whole reading would be."""
    whole = [entity(f"NK-{number}", f"Company {number}") for number in range(40)]
    await world.polled(lines(*whole))
    outcome = await world.polled(lines(*({"op": "DEL", "entity": {"id": f"NK-{number}"}} for number in range(30))))
    assert outcome.quarantined
    assert "30 of 40 entries gone" in outcome.why
