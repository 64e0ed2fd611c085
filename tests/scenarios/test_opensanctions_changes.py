"""A data set of OpenSanctions followed over HTTP: by its changes where they can be believed, else whole."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.http import HttpFetcher
from adapters.lists.opensanctions import data_set
from adapters.stores.sqlite import SqliteStore
from bot.book import shipped
from bot.ledger import Habits, Outcome
from bot.model import Alert, AlertKind, Listing, Notice
from bot.sources import ListSource, Source
from bot.watch import Watcher
from tests.worlds.archive import Archive, entity, lines
from tests.worlds.facts import watch
from tests.worlds.pages import SetClock
from tests.worlds.site import Site

SOURCE = data_set("example_list")
ID = "opensanctions.example_list"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the site speaks none, and to read the authorities takes a while
V1, V2, V3, V4 = "20260701000000-aaa", "20260702000000-bbb", "20260703000000-ccc", "20260704000000-ddd"
XIAOMI = entity("NK-x", "Xiaomi Corporation")
OTHERS = [entity(f"NK-{number}", f"Example Works {number}") for number in range(6)]
BY_CHANGES = ["index", "delta.json", "entities.delta.json"]
WHOLE = ["index", "entities.ftm.json"]


class Follower:
    """A store, a clock, and a watcher that reads the archive as a mirror of theirs."""

    def __init__(self, store: SqliteStore, site: Site, spool: Path) -> None:
        self.store, self.site, self.spool, self.clock = store, site, spool, SetClock()
        self.starts()

    def starts(self) -> None:
        """A process begins; what it remembers is in the store."""
        self.fetcher = HttpFetcher(user_agent="Tocsin/test", spool=self.spool, now=self.clock.now, tls=NO_TLS)
        self.watcher = Watcher(
            store=self.store,
            fetcher=self.fetcher,
            clock=self.clock,
            catalogue=self.catalogue,
            book=shipped(),
            habits=Habits(mirror=f"{self.site.url('/')}{{source}}"),
        )

    async def starts_again(self) -> None:
        await self.fetcher.close()
        self.starts()

    async def catalogue(self) -> Mapping[str, Source]:
        return {ID: SOURCE}

    async def polls(self, source: ListSource = SOURCE) -> Outcome:
        self.clock.passes(hours=12)
        return await self.watcher.poll(source)

    async def entries(self) -> dict[str, Listing]:
        return dict(await self.store.listings(ID))

    async def alerts(self) -> list[AlertKind]:
        messages = [one.message for one in reversed(await self.store.deliveries())]
        return [one.kind for one in messages if isinstance(one, Alert)]

    async def notices(self) -> list[str]:
        return [one.message.text for one in await self.store.deliveries() if isinstance(one.message, Notice)]


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture
def archive(site: Site) -> Archive:
    return Archive(site, "example_list")


async def follower(site: Site, folder: Path, name: str) -> Follower:
    store = SqliteStore(folder / f"{name}.db")
    await store.open()
    await store.subscribe(watch("Xiaomi"))
    return Follower(store, site, folder / f"{name}.spool")


async def leaves(follower: Follower) -> None:
    await follower.fetcher.close()
    await follower.store.close()


@pytest.fixture
async def us(site: Site, tmp_path: Path) -> AsyncIterator[Follower]:
    follows = await follower(site, tmp_path, "us")
    try:
        yield follows
    finally:
        await leaves(follows)


async def test_the_first_reading_is_whole_and_history(us: Follower, archive: Archive) -> None:
    """No alert for who is on it already; then one request tells that nothing changed."""
    archive.publishes(V1, *OTHERS, XIAOMI)
    outcome = await us.polls()
    assert (outcome.first, outcome.added, outcome.alerts) == (True, 7, 0)
    assert archive.asked() == WHOLE
    assert {one.source for one in (await us.entries()).values()} == {ID}
    assert (await us.polls()).unchanged
    assert archive.asked() == ["index"]


async def test_an_index_written_anew_for_the_same_version(us: Follower, archive: Archive) -> None:
    """The version says whether anything changed, not the bytes of the index."""
    archive.publishes(V1, *OTHERS)
    await us.polls()
    archive.site.shows(archive.address, json.dumps({"version": V1, "resources": resources(archive)}), etag='"other"')
    archive.asked()
    assert (await us.polls()).unchanged
    assert archive.asked() == ["index"]


def resources(archive: Archive) -> list[dict[str, str]]:
    return [{"name": "entities.ftm.json", "url": archive.site.url(archive.path("entities.ftm.json"))}]


async def test_a_company_is_added(us: Follower, archive: Archive) -> None:
    """One alert, by the changes alone; the next poll asks for the index alone."""
    archive.publishes(V1, *OTHERS)
    await us.polls()
    archive.asked()
    archive.publishes(V2, *OTHERS, XIAOMI)
    outcome = await us.polls()
    assert (outcome.added, outcome.rows, outcome.alerts) == (1, 7, 1)
    assert archive.asked() == BY_CHANGES
    assert await us.alerts() == [AlertKind.LISTED]
    (change,) = await us.store.changes(source=ID)
    assert change.edition == V2
    assert (await us.polls()).unchanged
    assert archive.asked() == ["index"]
    assert await us.alerts() == [AlertKind.LISTED]


async def test_a_modification_that_means_nothing(us: Follower, archive: Archive) -> None:
    """Their properties are sets: in another order they are the same; what is no target is no entry."""
    archive.publishes(V1, *OTHERS, entity("NK-x", "Xiaomi Corporation", alias=["Redmi Maker", "小米"]))
    await us.polls()
    archive.publishes(
        V2,
        *OTHERS,
        entity("NK-x", "Xiaomi Corporation", alias=["小米", "Redmi Maker"]),
        entity("NK-address", "Some street", target=False),
        target_count=7,
    )
    outcome = await us.polls()
    assert (outcome.added, outcome.changed, outcome.removed, outcome.rows) == (0, 0, 0, 7)
    assert not await us.alerts()
    assert archive.asked()[-3:] == BY_CHANGES


async def test_a_deletion_is_told_when_a_second_reading_bears_it_out(us: Follower, archive: Archive) -> None:
    """Their deletion is an absence that they saw, once, on somebody else's list."""
    archive.publishes(V1, *OTHERS, XIAOMI)
    await us.polls()
    archive.publishes(V2, *OTHERS)
    outcome = await us.polls()
    assert (outcome.removed, outcome.pending, outcome.rows) == (0, 1, 6)
    assert not await us.alerts()
    assert "NK-x" in await us.entries()
    outcome = await us.polls()
    assert (outcome.unchanged, outcome.removed, outcome.pending) == (True, 1, 0)
    assert await us.alerts() == [AlertKind.DELISTED]
    assert "NK-x" not in await us.entries()


async def test_a_deletion_that_the_next_version_bears_out(us: Follower, archive: Archive) -> None:
    """Changes that do not bring it back are a second reading, too."""
    archive.publishes(V1, *OTHERS, XIAOMI)
    await us.polls()
    archive.publishes(V2, *OTHERS)
    await us.polls()
    archive.publishes(V3, *OTHERS, entity("NK-new", "Newcomer"))
    archive.asked()
    outcome = await us.polls()
    assert archive.asked() == BY_CHANGES
    assert (outcome.added, outcome.removed, outcome.rows) == (1, 1, 7)
    assert await us.alerts() == [AlertKind.DELISTED]


async def test_a_deletion_that_is_taken_back(us: Follower, archive: Archive) -> None:
    """686, 515, 686: a crawl of theirs that lost a part of a list delists nobody."""
    archive.publishes(V1, *OTHERS, XIAOMI)
    await us.polls()
    archive.publishes(V2, *OTHERS)
    assert (await us.polls()).pending == 1
    archive.publishes(V3, *OTHERS, XIAOMI)
    outcome = await us.polls()
    assert (outcome.added, outcome.removed, outcome.pending, outcome.rows) == (0, 0, 0, 7)
    await us.polls()
    assert not await us.alerts()


async def test_no_target_any_more(us: Follower, archive: Archive) -> None:
    """An entity that stays in their data and is not listed any more is off the list, as if it had been deleted."""
    archive.publishes(V1, *OTHERS, XIAOMI)
    await us.polls()
    archive.publishes(V2, *OTHERS, entity("NK-x", "Xiaomi Corporation", target=False, endDate=["2026-07-01"]))
    assert (await us.polls()).pending == 1
    await us.polls()
    assert await us.alerts() == [AlertKind.DELISTED]


async def test_several_versions_in_one_poll(us: Follower, archive: Archive) -> None:
    """Each change is kept with the document that showed it; what came and went between two polls was never there."""
    archive.publishes(V1, *OTHERS)
    await us.polls()
    archive.asked()
    archive.publishes(V2, *OTHERS, XIAOMI, entity("NK-brief", "Brief Works"))
    archive.publishes(V3, *OTHERS, XIAOMI)
    archive.publishes(V4, *OTHERS, entity("NK-x", "Xiaomi Corporation", alias=["小米集团"]), entity("NK-9", "Newcomer"))
    outcome = await us.polls()
    assert (outcome.added, outcome.changed, outcome.removed, outcome.pending, outcome.rows) == (2, 0, 0, 0, 8)
    assert archive.asked() == ["index", "delta.json", *["entities.delta.json"] * 3]
    assert {alias.text for alias in (await us.entries())["NK-x"].aliases} == {"小米集团"}
    assert await us.alerts() == [AlertKind.LISTED]


async def test_each_change_names_the_document_that_showed_it(us: Follower, archive: Archive) -> None:
    """Of two versions read in one poll, either addition has its own document's sha256."""
    archive.publishes(V1, *OTHERS)
    await us.polls()
    archive.publishes(V2, *OTHERS, XIAOMI)
    archive.publishes(V3, *OTHERS, XIAOMI, entity("NK-9", "Newcomer"))
    await us.polls()
    shown = {change.key: change.sha256 for change in await us.store.changes(source=ID)}
    assert shown.keys() == {"NK-x", "NK-9"}
    assert shown["NK-x"] != shown["NK-9"]


async def test_a_version_that_changed_nothing(us: Follower, archive: Archive) -> None:
    """It has no document of changes; the next one is still followed from there."""
    archive.publishes(V1, *OTHERS)
    await us.polls()
    archive.publishes(V2, *OTHERS)
    archive.asked()
    assert (await us.polls()).unchanged
    assert archive.asked() == ["index", "delta.json"]
    memory = await us.store.memory(ID)
    assert memory
    assert memory.edition == V2
    archive.publishes(V3, *OTHERS, XIAOMI)
    assert (await us.polls()).added == 1
    assert archive.asked() == BY_CHANGES


async def test_a_gap_between_the_versions(us: Follower, archive: Archive, site: Site, tmp_path: Path) -> None:
    """Whoever was away for too long reads the list whole, and comes to what others have who followed the changes."""
    archive.kept = 2
    them = await follower(site, tmp_path, "them")
    try:
        archive.publishes(V1, *OTHERS, XIAOMI)
        await us.polls()
        await them.polls()
        archive.publishes(V2, *OTHERS[:-1], XIAOMI)
        await them.polls()
        archive.publishes(V3, *OTHERS[:-1], XIAOMI, entity("NK-9", "Newcomer"))
        await them.polls()
        archive.publishes(V4, *OTHERS[:-1], entity("NK-x", "Xiaomi Inc."), entity("NK-9", "Newcomer"))
        archive.asked()
        await them.polls()
        assert archive.asked() == BY_CHANGES
        outcome = await us.polls()
        assert archive.asked() == ["index", "delta.json", "entities.ftm.json"]
        assert (outcome.added, outcome.changed, outcome.pending) == (1, 1, 1)
        await us.polls()
        assert await us.entries() == await them.entries()
        assert await us.store.marks(ID) == await them.store.marks(ID)
        assert len(await us.alerts()) == len(await them.alerts()) == 1
    finally:
        await leaves(them)


async def test_a_whole_reading_after_changes_shows_nothing_new(us: Follower, archive: Archive) -> None:
    """Once in a fortnight a change is read from the whole list; an entry is the same in either file."""
    archive.publishes(V1, *OTHERS)
    await us.polls()
    archive.publishes(V2, *OTHERS, entity("NK-x", "Xiaomi Corporation", alias=["小米"], notes=["B.", "A."]))
    await us.polls()
    us.clock.passes(days=14)
    archive.asked()
    archive.publishes(
        V3,
        *OTHERS,
        entity("NK-x", "Xiaomi Corporation", notes=["A.", "B."], alias=["小米"]),
        entity("NK-9", "Newcomer"),
    )
    outcome = await us.polls()
    assert archive.asked() == WHOLE
    assert (outcome.added, outcome.changed, outcome.removed) == (1, 0, 0)


ADDED = {"op": "ADD", "entity": XIAOMI}


@pytest.mark.parametrize(
    ("file", "body"),
    [
        pytest.param("entities.delta.json", lines(ADDED)[:-40], id="cut"),
        pytest.param("entities.delta.json", b"", id="empty"),
        pytest.param("entities.delta.json", b"<html><title>Sorry</title></html>", id="a page"),
        pytest.param("entities.delta.json", lines({"op": "MOD", "entity": OTHERS[0]}), id="an addition is missing"),
        pytest.param("entities.delta.json", lines(*OTHERS, XIAOMI), id="a whole list"),
        pytest.param("entities.delta.json", lines(ADDED) * 20, id="longer than the list"),
        pytest.param("entities.delta.json", None, id="gone"),
        pytest.param("delta.json", None, id="all gone"),
        pytest.param("delta.json", b'{"versions": {"', id="their index is cut"),
        pytest.param(
            "delta.json", b'{"versions": {"%s": "https://evil.example/"}}' % V2.encode(), id="leads elsewhere"
        ),
    ],
)
async def test_changes_that_cannot_be_believed(us: Follower, archive: Archive, file: str, body: bytes | None) -> None:
    """Whatever is wrong with them, the list is read whole in the same poll, and the alert comes all the same."""
    archive.publishes(V1, *OTHERS)
    await us.polls()
    archive.publishes(V2, *OTHERS, XIAOMI)
    if body is None:
        archive.site.is_gone(archive.path(file))
    else:
        archive.site.shows(archive.path(file), body)
    archive.asked()
    outcome = await us.polls()
    assert archive.asked()[-1] == "entities.ftm.json"
    assert (outcome.added, outcome.rows, outcome.why) == (1, 7, "")
    assert await us.alerts() == [AlertKind.LISTED]
    assert not await us.notices()


async def test_a_busy_server_is_not_asked_for_more(us: Follower, archive: Archive) -> None:
    """What it has no time for now is read later; the larger file would be the worse burden."""
    archive.publishes(V1, *OTHERS)
    await us.polls()
    archive.publishes(V2, *OTHERS, XIAOMI)
    archive.site.is_busy(archive.path("entities.delta.json"), status=503, times=1)
    archive.asked()
    assert (await us.polls()).why
    assert archive.asked() == BY_CHANGES
    assert (await us.polls()).added == 1
    assert archive.asked() == BY_CHANGES


async def test_changes_that_take_most_of_a_list_off(us: Follower, archive: Archive) -> None:
    """They are checked against the list itself, which is doubted as any list would be; nobody is delisted."""
    archive.publishes(V1, *OTHERS, XIAOMI)
    await us.polls()
    archive.publishes(V2, *OTHERS[:2])
    archive.asked()
    outcome = await us.polls()
    assert outcome.quarantined
    assert "5 of 7 entries gone" in outcome.why
    assert archive.asked() == [*BY_CHANGES, "entities.ftm.json"]
    assert len(await us.entries()) == 7
    assert (await us.polls()).quarantined
    assert archive.asked() == WHOLE, "while it is doubted the list itself is looked at"
    archive.publishes(V3, *OTHERS, XIAOMI)
    outcome = await us.polls()
    assert (outcome.quarantined, outcome.rows, outcome.removed) == (False, 7, 0)
    assert not await us.alerts()


async def test_their_own_reading_failed(us: Follower, archive: Archive) -> None:
    """The last good state is kept, the operators read why, and the next good version is followed from it."""
    archive.publishes(V1, *OTHERS, XIAOMI)
    await us.polls()
    archive.fails(V2)
    outcome = await us.polls()
    assert "their own last reading of this data set failed" in outcome.why
    assert len(await us.entries()) == 7
    (notice,) = await us.notices()
    assert "Kept the reading of" in notice
    await us.polls()
    assert len(await us.notices()) == 1, "told once"
    archive.publishes(V3, *OTHERS, XIAOMI, entity("NK-9", "Newcomer"))
    archive.asked()
    assert (await us.polls()).added == 1
    assert archive.asked() == BY_CHANGES
    assert not await us.alerts()


async def test_a_restart_in_between(us: Follower, archive: Archive) -> None:
    """Which version was believed last is in the store; a poll that was not finished is done again."""
    archive.publishes(V1, *OTHERS)
    await us.polls()
    await us.starts_again()
    archive.publishes(V2, *OTHERS, XIAOMI)
    await us.watcher.poll(SOURCE, dry_run=True)
    await us.starts_again()
    archive.asked()
    assert (await us.polls()).added == 1
    assert archive.asked() == BY_CHANGES
    await us.starts_again()
    assert (await us.polls()).unchanged
    assert archive.asked() == ["index"]
    assert await us.alerts() == [AlertKind.LISTED]


@pytest.mark.parametrize(
    ("spoiled", "words"),
    [
        pytest.param(lines(*OTHERS), "bytes, and its index says", id="cut at a line end"),
        pytest.param(lines(*OTHERS, XIAOMI).replace(b"Works 0", b"Works O"), "its SHA-1 is not", id="a letter"),
    ],
)
async def test_a_list_that_is_not_as_its_index_says(us: Follower, archive: Archive, spoiled: bytes, words: str) -> None:
    """A cut at a line end looks whole, and one wrong letter looks right: sum and size say otherwise."""
    archive.publishes(V1, *OTHERS, XIAOMI)
    archive.site.shows(archive.path("entities.ftm.json"), spoiled)
    outcome = await us.polls()
    assert outcome.quarantined
    assert words in outcome.why
    assert not await us.entries()


async def test_a_list_without_a_sum_is_counted(us: Follower, archive: Archive) -> None:
    """Where the index gives neither size nor sum it still says how many there are."""
    archive.version = V1
    archive.publishes(V1, *OTHERS, XIAOMI, resources=resources(archive))
    archive.site.shows(archive.path("entities.ftm.json"), lines(*OTHERS))
    outcome = await us.polls()
    assert "says it has 7 entries and has 6" in outcome.why


@pytest.mark.parametrize("status", [301, 302])
async def test_an_index_that_redirects_to_the_version_of_the_day(us: Follower, archive: Archive, status: int) -> None:
    """However permanent the redirect calls itself: to ask its target for ever would be to read one version for ever."""
    source = replace(SOURCE, card=replace(SOURCE.card, url=archive.site.url(archive.address)))
    us.watcher.habits = Habits()
    archive.redirects = status
    archive.publishes(V1, *OTHERS)
    for _ in range(5):
        await us.polls(source)
    archive.publishes(V2, *OTHERS, XIAOMI)
    assert (await us.polls(source)).added == 1


async def test_two_entries_are_found_to_be_one(us: Follower, archive: Archive) -> None:
    """The one that was taken up by another is still on the list, and nobody is told that it left."""
    double = entity("NK-double", "Xiaomi Communications Co., Ltd.")
    archive.publishes(V1, *OTHERS, XIAOMI, double)
    await us.polls()
    joined = entity("NK-x", "Xiaomi Corporation", was=("NK-double",), alias=["Xiaomi Communications Co., Ltd."])
    archive.publishes(V2, *OTHERS, joined)
    outcome = await us.polls()
    assert (outcome.changed, outcome.removed, outcome.pending, outcome.rows) == (1, 0, 0, 7)
    await us.polls()
    assert AlertKind.DELISTED not in await us.alerts()
    assert "NK-double" not in await us.entries()


async def test_an_entry_gets_another_id(us: Follower, archive: Archive) -> None:
    """Under its new id it names the old one: a change of the entry, even where nothing else is alike."""
    archive.publishes(V1, *OTHERS, entity("ex-1", "Xiaomi Corporation"))
    await us.polls()
    archive.publishes(V2, *OTHERS, entity("NK-x", "小米集团", was=("ex-1",)))
    outcome = await us.polls()
    assert (outcome.added, outcome.changed, outcome.removed, outcome.pending) == (0, 1, 0, 0)
    (change,) = await us.store.changes(source=ID)
    assert change.before
    assert (change.before.key, change.key) == ("ex-1", "NK-x")
    await us.polls()
    assert AlertKind.DELISTED not in await us.alerts()


async def test_a_data_set_without_entities(us: Follower, archive: Archive) -> None:
    """Then its table is read, whole each time, for there are no changes of it."""
    row = '"NK-x","Company","Xiaomi Corporation","","X-LIST"\n'
    table = f'"id","schema","name","aliases","program_ids"\n"NK-0","Company","Example Works","","X-LIST"\n{row}'
    archive.site.shows("/table", table.replace(row, ""))
    named = [{"name": "targets.simple.csv", "url": archive.site.url("/table")}]
    archive.publishes(V1, *OTHERS, resources=named, target_count=1)
    assert (await us.polls()).added == 1
    archive.site.shows("/table", table)
    archive.publishes(V2, *OTHERS, resources=named, target_count=2)
    archive.asked()
    assert (await us.polls()).added == 1
    assert archive.asked() == ["index", "table"]
    assert await us.alerts() == [AlertKind.LISTED]


async def test_entities_are_published_where_there_was_a_table(us: Follower, archive: Archive) -> None:
    """The codes of the table are not in the entities: that every entry differs is the layout's doing, and no news."""
    rows = "".join(f'"{one["id"]}","Company","{one["caption"]}","","X-LIST"\n' for one in (*OTHERS, XIAOMI))
    archive.site.shows("/table", f'"id","schema","name","aliases","program_ids"\n{rows}')
    named = [{"name": "targets.simple.csv", "url": archive.site.url("/table")}]
    archive.publishes(V1, *OTHERS, XIAOMI, resources=named)
    await us.polls()
    archive.publishes(V2, *OTHERS, XIAOMI, entity("NK-9", "Newcomer"))
    outcome = await us.polls()
    assert (outcome.added, outcome.changed, outcome.rows) == (1, 0, 8)
    assert not await us.alerts()


async def test_another_data_sets_index(us: Follower, archive: Archive) -> None:
    """A mirror that confuses two of them is found out."""
    archive.publishes(V1, *OTHERS, name="other_list")
    assert "the index.json of the data set 'other_list', not of example_list" in (await us.polls()).why


async def test_a_name_that_they_do_not_have(us: Follower) -> None:
    """Nothing is there; what to do about it is said beside the source."""
    outcome = await us.polls()
    assert outcome.why
    assert "no data set of this name" in SOURCE.card.note


async def test_an_older_version_than_ours(us: Follower, archive: Archive) -> None:
    """A cache that wakes up with an old index undoes nothing."""
    archive.publishes(V1, *OTHERS)
    await us.polls()
    archive.publishes(V2, *OTHERS, XIAOMI)
    await us.polls()
    archive.publishes(V1, *OTHERS)
    assert "older than the edition" in (await us.polls()).why
    assert "NK-x" in await us.entries()
