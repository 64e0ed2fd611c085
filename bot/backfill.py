"""Files of the past, taken in order as if their source had been polled on the days in their names.

Each goes through the watcher's own walk under a clock that stands at its day, so that the history is the one that
polls would have left: the same doubts, the same second reading before a delisting, which is dated by the file that
confirms it. Nothing that is kept is rewritten, so a file older than the last reading is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.errors import FetchLater, TellPerson
from bot.ledger import Outcome
from bot.model import Document, SourceCard
from bot.ports import Ask
from bot.sources import Source
from bot.watch import Watcher
from bot.wiring import House

#: 2021-01-14, 2021_01_14 or 20210114, anywhere in a name but not inside a longer number.
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class DatedFile:
    """A file, and when it is taken as having been read."""

    path: Path
    at: datetime


@dataclass
class StoppedClock:
    """A clock that stands where it is set."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    async def sleep(self, span: timedelta) -> None:
        self.at += span


def dated(paths: Iterable[Path]) -> list[DatedFile]:
    """Files in the order of the days in their names: each read at the first moment of its day (UTC), several of one

    day an hour after one another. Raises TellPerson for a name without a day or with two.
    """
    days = sorted(((day_of(path), path) for path in paths), key=lambda one: (one[0], one[1].name))
    count: Counter[date] = Counter()
    files = []
    for day, path in days:
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        files.append(DatedFile(path, midnight + timedelta(hours=count[day])))
        count[day] += 1
    return files


def day_of(path: Path) -> date:
    """The day in a file's name."""
    found = set()
    for year, _, month, day in _DAY.findall(path.name):
        try:
            found.add(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    if not found:
        raise TellPerson(f"{path.name}: no day in its name; call it for example 2021-01-14_{path.name}")
    if len(found) > 1:
        days = " and ".join(str(day) for day in sorted(found))
        raise TellPerson(f"{path.name}: two days in its name, {days}; leave the one on which it was published")
    return found.pop()


async def backfill(
    house: House, source: Source, files: Sequence[DatedFile], *, alert: bool = False
) -> AsyncIterator[tuple[DatedFile, Outcome]]:
    """Read these files in turn, each as a poll of its moment, and say what each came to. Without alerts unless asked.

    Raises TellPerson where a file is not after what is kept, is still to come, or somebody else polls the source.
    """
    await _check(house, source, files)
    clock = StoppedClock(house.clock.now())
    ours = house.watcher
    watcher = Watcher(
        store=house.store,
        fetcher=house.fetcher,
        clock=clock,
        catalogue=house.catalogue,
        book=house.book,
        habits=replace(ours.habits, quiet=not alert),
    )
    for file in files:
        clock.at = file.at
        document = replace(await document_of(file.path, source.card, house), fetched_at=file.at)
        outcome = await watcher.poll(source, document=document)
        memory = await house.store.memory(source.card.id)
        if memory is None or memory.tried_at != file.at:
            raise TellPerson(
                f"{source.card.id}: another Tocsin polled it meanwhile, so {file.path.name} was not kept; "
                "stop that one, and take the files into a store of their own (TOCSIN_HOME)"
            )
        yield file, outcome


async def document_of(path: Path, card: SourceCard, house: House) -> Document:
    """A file of this machine as if the source had sent it. Raises TellPerson for what is no file.

    One whose compression is cut or broken comes as it is, and its reader sees that it is damaged.
    """
    _check_file(path)
    try:
        document = (await house.fetcher.fetch(Ask(url=_address(path), cap=card.cap))).document
    except FetchLater:
        document = None
    return document or _as_it_is(path, house.clock.now())


def _address(path: Path) -> str:
    return path.resolve().as_uri()


def _as_it_is(path: Path, at: datetime) -> Document:
    return Document.of(path.read_bytes(), url=_address(path), at=at)


def _check_file(path: Path) -> None:
    if not path.is_file():
        what = "a folder" if path.is_dir() else "no such file"
        raise TellPerson(f"{path}: {what}; give the path of a file as the publisher has it")


async def _check(house: House, source: Source, files: Sequence[DatedFile]) -> None:
    """Refuse before anything is written what cannot be taken in order."""
    for file in files:
        _check_file(file.path)
    memory = await house.store.memory(source.card.id)
    kept = memory and memory.read_at
    if files and kept and files[0].at <= kept:
        raise TellPerson(
            f"{source.card.id}: {files[0].path.name} is of {files[0].at:%Y-%m-%d}, and readings are kept up to "
            f"{kept:%Y-%m-%d %H:%M} UTC, which are never rewritten; take only later files, or begin with an empty "
            "store (another TOCSIN_HOME) and take the past before the first poll"
        )
    if files and files[-1].at > house.clock.now():
        raise TellPerson(
            f"{files[-1].path.name}: is of {files[-1].at:%Y-%m-%d}, which is still to come; check its name"
        )
