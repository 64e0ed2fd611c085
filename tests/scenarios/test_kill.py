"""kill -9 at random moments, on each store: every alert arrives, none twice but where the promise says so.

A process that watches and delivers is killed and started again, fifty times a run, while the press moves on. Two chats:
one that can tell which messages it has, with which nothing may be said twice; and one that cannot (as the console),
with which only a message whose courier died between posting and settling may be.
"""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

import pytest

from bot.model import NOWHERE, Alert, AlertKind, ChangeKind, Delivery, Digest, Place, Update, delivery_key
from bot.ports import Store
from bot.wiring import SystemClock
from tests.worlds.doomed import FEED, LIST, Doom, note, working
from tests.worlds.facts import watch
from tests.worlds.pages import SetClock, rss, table
from tests.worlds.redis_server import RedisServer
from tests.worlds.site import Site

KILLS = 50
ROOT = Path(__file__).resolve().parents[2]
FILLER = [f"China Example Number {n} Group Co., Ltd." for n in range(20)]
PLACES = [Place("console", name) for name in ("general", "trade", "legal")]
#: Names that share no word, so that each is found for itself.
NAMES = [
    *("Quillon Vexar", "Brombeck Tansy", "Ostrava Kelpie", "Nimbara Foxglove", "Zedrick Halyard", "Lumiko Sarsen"),
    *("Torvald Peony", "Yarrow Cindral", "Ghentis Maroon", "Ibexa Wolfram", "Cobbett Junia", "Pelagia Drummond"),
    *("Umbriel Casket", "Fenwick Oriole", "Madrona Skiff", "Jasper Equinox", "Hartley Bismuth", "Velloso Tern"),
    *("Dunmore Alizar", "Krakow Sundew", "Almond Trevise", "Rookwood Enzian", "Solveig Mantle", "Whitby Carmine"),
]


@dataclass
class Moving:
    """What the publishers show: with each step one more watched company listed, or one more story about one."""

    site: Site
    steps: int = 0
    listed: list[str] = field(default_factory=list)
    stories: list[tuple[str, str, str]] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)

    def show(self) -> None:
        day = format_datetime(SystemClock().now(), usegmt=True)
        self._shows(LIST, table([*FILLER, *(f"{name} Co., Ltd." for name in self.listed)]))
        self._shows(FEED, rss(("0", "Quiet day", "Nothing."), *self.stories, day=day))

    def _shows(self, id: str, body: bytes) -> None:
        self.bodies[id] = body
        self.site.shows(f"/{id}", body, etag=f'"{sha256(body).hexdigest()}"')

    def moves(self) -> None:
        if self.steps < 2 * len(NAMES):
            name = NAMES[self.steps // 2]
            if self.steps % 2:
                title = f"US adds {name} to list of Chinese military companies"
                self.stories.append((str(self.steps), title, f"The Pentagon added {name} to its list on Thursday."))
            else:
                self.listed.append(name)
            self.steps += 1
        self.show()

    def told(self) -> set[tuple[str, str]]:
        """Which company was told of by what."""
        return {("listed", name) for name in self.listed} | {("story", title) for _, title, _ in self.stories}


@pytest.fixture(params=["sqlite", "redis"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "tocsin.db")
    server: RedisServer = request.getfixturevalue("redis_server")
    server.ask("FLUSHALL")
    return server.url


@contextmanager
def nursery(doom: Doom) -> Iterator[subprocess.Popen[str]]:
    """A process from which the doomed ones are forked."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.worlds.doomed"],
        cwd=ROOT,
        env={**os.environ, **doom.environment()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == "ready\n"
        yield process
        process.stdin.close()


async def live_and_die(
    process: subprocess.Popen[str], doom: Doom, store: Store, moving: Moving, chance: random.Random
) -> None:
    """One life that ends at a random moment: anywhere, or soon after it asked the press, kept a poll, or posted."""
    assert process.stdin
    assert process.stdout
    asked, kept, said = moving.site.counts(), await _kept(store), len(diary(doom))

    async def happened(moment: str) -> bool:
        match moment:
            case "it asked":
                return moving.site.counts() > asked
            case "it kept":
                return await _kept(store) != kept
            case "it posted":
                return any("posted" in words for words in diary(doom)[said:])
            case _:
                return True

    moment, longest = chance.choice((("anywhere", 0.1), ("it asked", 0.04), ("it kept", 0.003), ("it posted", 0.02)))
    moving.moves()
    process.stdin.write("live\n")
    number = int(process.stdout.readline())
    for _ in range(1000):  # a second or two: then it dies whatever it did
        if await happened(moment):
            break
        _still_lives(process, doom, 0.001)
    _still_lives(process, doom, chance.uniform(0, longest))
    os.kill(number, signal.SIGKILL)
    note(doom.diary, "killed")
    assert int(process.stdout.readline()) == -signal.SIGKILL


async def _kept(store: Store) -> set[str]:
    """The documents of which the last polls were kept."""
    return {memory.sha256 for memory in (await store.memories()).values()}


def _still_lives(process: subprocess.Popen[str], doom: Doom, seconds: float) -> None:
    """Let it live for so long. Fails with what it logged when it ended by itself."""
    assert process.stdout
    ended, _, _ = select.select([process.stdout], [], [], seconds)
    assert not ended, doom.diary.with_suffix(".log").read_text()[-3000:]


@pytest.mark.parametrize("knows", [True, False], ids=["a chat that can tell", "a chat that cannot tell"])
async def test_killed_at_random_moments(where: str, tmp_path: Path, knows: bool) -> None:
    """In the end every alert is there for every place; and what is there twice was held by a process that died."""
    chance = random.Random(f"{Path(where).suffix}{knows}")
    with Site() as site:
        moving = Moving(site)
        moving.show()
        doom = Doom(where, site.url(""), tmp_path / "diary", knows)
        async with working(doom, SystemClock()) as (store, watcher, _):
            for place in PLACES:
                for name in NAMES:
                    await store.subscribe(watch(name, place=place, kinds=frozenset(AlertKind)))
            await watcher.once()
            with nursery(doom) as process:
                for _ in range(KILLS):
                    await live_and_die(process, doom, store, moving, chance)
                    await nothing_is_half_there(store)
        while moving.steps < 2 * len(NAMES):
            moving.moves()
        await carried_to_its_end(doom)
        async with working(doom, SystemClock()) as (store, _, _):
            await nothing_is_half_there(store)
            deliveries = await store.deliveries(limit=100_000)
            last = {id: memory.sha256 for id, memory in (await store.memories()).items()}
            assert last == {id: sha256(body).hexdigest() for id, body in moving.bodies.items()}
        everything_arrived(deliveries, moving, doom)
        nothing_was_repeated_without_reason(doom)


async def carried_to_its_end(doom: Doom) -> None:
    """Poll and deliver until nothing is left, by a clock that runs ahead of every lease."""
    clock = SetClock(SystemClock().now())
    async with working(doom, clock) as (_, watcher, courier):
        for _ in range(3):
            clock.passes(minutes=5)
            await watcher.once()
        clock.passes(minutes=5)
        while await courier.round():
            clock.passes(seconds=1)


async def nothing_is_half_there(store: Store) -> None:
    """Entries, marks, changes and deliveries tell one story, whenever one looks."""
    while True:
        memory = await store.memory(LIST)
        listings, marks = await store.listings(LIST), await store.marks(LIST)
        changes = await store.changes(source=LIST, limit=100_000)
        deliveries = await store.deliveries(limit=100_000)
        if await store.memory(LIST) == memory:
            break
    assert memory
    new = listings.keys() - {name for name in listings if name.startswith("china example number")}
    assert listings.keys() == marks.keys()
    assert len(listings) == memory.rows
    assert Counter(change.key for change in changes) == Counter(new)
    assert {change.kind for change in changes} <= {ChangeKind.ADDED}
    told = Counter((one.place, change.key) for one, alert in alerts(deliveries) for change in alert.changes)
    assert told == Counter((place, key) for place in PLACES for key in new)


def alerts(deliveries: object) -> Iterator[tuple[Delivery, Alert]]:
    assert isinstance(deliveries, list | tuple)
    for one in deliveries:
        if isinstance(one.message, Alert):
            yield one, one.message


def everything_arrived(deliveries: object, moving: Moving, doom: Doom) -> None:
    """Each alert has one delivery a place, each delivery a receipt, and its message, or a digest's, is in the diary."""
    assert isinstance(deliveries, list | tuple)
    assert all(one.receipt and not one.parked for one in deliveries)
    spoken = {one.key for one in deliveries if one.receipt != NOWHERE and not isinstance(one.message, Update)}
    assert spoken == {words[1] for words in diary(doom) if words[0] == "posted"}
    digests = [one for one in deliveries if isinstance(one.message, Digest)]
    summed = {delivery_key(brief.alert, one.place) for one in digests for brief in one.message.briefs}
    assert {one.key for one, _ in alerts(deliveries)} - spoken <= summed
    found = Counter(
        (one.place, ("story", alert.story.title) if alert.story else ("listed", alert.company.name))
        for one, alert in alerts(deliveries)
    )
    assert found == Counter((place, what) for place in PLACES for what in moving.told())


def nothing_was_repeated_without_reason(doom: Doom) -> None:
    """Between two posts of one message somebody died, and the courier asked the chat, which could not tell."""
    since: dict[str, set[str]] = {}
    repeats = kills = alive = 0
    for words in diary(doom):
        if words[0] == "killed":
            kills += 1
            alive = len(since)
            for seen in since.values():
                seen.add("killed")
        elif words[0] == "asked" and words[1] in since:
            since[words[1]].add("asked")
        elif words[0] == "posted":
            if words[1] in since:
                repeats += 1
                assert not doom.knows
                assert since[words[1]] == {"killed", "asked"}
            since[words[1]] = set()
    assert kills == KILLS
    assert repeats <= kills * len(PLACES)  # a courier holds one message a lane
    assert alive >= KILLS // 5  # messages that a process said before it was killed


def diary(doom: Doom) -> list[list[str]]:
    """The words of each line."""
    if not doom.diary.exists():
        return []
    return [line.split() for line in doom.diary.read_text().splitlines()]
