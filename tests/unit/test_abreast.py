"""Work that takes long is shared with a copy of the process, and is done whatever becomes of the copy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import NoReturn

import pytest

from bot import abreast as module
from bot.abreast import abreast
from bot.book import CompanyBook
from bot.model import ChangeKind, ListChange, Listing, Name, Place, Subscription, Verdict
from bot.watched import Watched

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a copy would cost")


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has a core and memory to spare."""
    monkeypatch.setattr(module, "_may_copy", lambda: True)
    monkeypatch.setattr(module, "LATE", 0.5)


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The process ids of the copies that were made."""
    made: list[int] = []

    def fork() -> int:
        made.append(forked())
        return made[-1]

    forked = os.fork
    monkeypatch.setattr(os, "fork", fork)
    return made


def assert_gone(copies: list[int]) -> None:
    assert copies
    for copy in copies:
        with pytest.raises(ProcessLookupError):
            os.kill(copy, 0)


@pytest.fixture
def ours() -> Iterator[Callable[[int], bool]]:
    """Whether we are the one at work; our first item waits until the copy has begun with its own."""
    us, (heard, told) = os.getpid(), os.pipe()

    def ask(number: int) -> bool:
        if os.getpid() != us:
            os.write(told, b"!")
            return False
        if number == 0:
            os.read(heard, 1)
        return True

    yield ask
    os.close(heard)
    os.close(told)


@on_linux
def test_both_work_and_the_order_stays(two_cores: None, ours: Callable[[int], bool]) -> None:
    """The copy begins at the end, and the answers come in the order asked, each once."""
    found = abreast(lambda number: (number * number, ours(number)), range(501), patience=0)
    assert [square for square, _ in found] == [number * number for number in range(501)]
    assert [found[0][1], found[-1][1]] == [True, False]


@on_linux
def test_a_copy_that_dies_costs_nothing(two_cores: None, ours: Callable[[int], bool]) -> None:
    """When the copy is killed at work, its part is done here."""

    def work(number: int) -> tuple[int, int]:
        if not ours(number):
            os.kill(os.getpid(), signal.SIGKILL)
        return number, os.getpid()

    assert abreast(work, range(300), patience=0) == [(number, os.getpid()) for number in range(300)]


@on_linux
def test_a_copy_that_fails_costs_nothing(two_cores: None, ours: Callable[[int], bool]) -> None:
    """An error in the copy alone is nobody's: what it was to do is done here."""

    def work(number: int) -> int:
        if not ours(number):
            raise MemoryError
        return number

    assert abreast(work, range(300), patience=0) == list(range(300))


@on_linux
def test_a_copy_that_hangs_is_not_waited_for(two_cores: None, ours: Callable[[int], bool], copies: list[int]) -> None:
    """A copy that never ends is ended, its part done here, and no process is left behind."""

    def work(number: int) -> int:
        while not ours(number):
            time.sleep(60)
        return number

    assert abreast(work, range(300), patience=0) == list(range(300))
    assert_gone(copies)


@on_linux
def test_an_error_here_ends_the_copy(two_cores: None, copies: list[int]) -> None:
    """An error of the work itself is raised, and no process is left behind."""

    def work(number: int) -> int:
        if number == 200:
            raise ValueError("the two hundredth")
        return number

    with pytest.raises(ValueError, match="two hundredth"):
        abreast(work, range(300), patience=0)
    assert_gone(copies)


KILLED = """
import os, sys
from bot import abreast
abreast._may_copy = lambda: True
us, (heard, told), out = os.getpid(), os.pipe(), int(sys.argv[1])
def work(number):
    if os.getpid() == us:
        os.read(heard, 1)
        os._exit(0)
    os.write(told, b"!") if number == 99_999 else None
    os.write(out, b".")
abreast.abreast(work, range(100_000), patience=0)
"""


@on_linux
def test_of_a_program_that_is_killed_no_copy_stays_behind() -> None:
    """It would go on alone, with the program's ports and files open: it stops at its next item."""
    done, out = os.pipe()
    subprocess.run([sys.executable, "-c", KILLED, str(out)], pass_fds=[out], check=True)  # the pipe is full meanwhile
    os.close(out)
    with os.fdopen(done, "rb") as pipe:
        assert 0 < len(pipe.read()) < 90_000  # what a pipe holds, and not what all items would write


@on_linux
def test_a_copy_whose_end_somebody_else_saw_costs_nothing(two_cores: None) -> None:
    """Where the program lets ended processes vanish, nobody says how the copy ended: its half is done here."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert abreast(lambda number: number, range(300), patience=0) == list(range(300))
    finally:
        signal.signal(signal.SIGCHLD, before)


@on_linux
def test_no_room_for_a_copy(two_cores: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the system makes no more processes, all is done here."""

    def fork() -> NoReturn:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", fork)
    assert abreast(lambda number: number, range(300), patience=0) == list(range(300))


@pytest.mark.parametrize(("many", "patience"), [(50, 0), (5_000, 60)])
def test_little_work_stays_here(two_cores: None, many: int, patience: float) -> None:
    """What is few or soon done is done by this process alone."""
    assert set(abreast(lambda _: os.getpid(), range(many), patience=patience)) == {os.getpid()}


@on_linux
def test_without_a_second_core_or_memory_it_stays_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """On one core, with too little memory, or where the system does not say, no copy is made."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert set(abreast(lambda _: os.getpid(), range(300), patience=0)) == {os.getpid()}
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(module, "_free", lambda: 1)
    assert set(abreast(lambda _: os.getpid(), range(300), patience=0)) == {os.getpid()}

    def unknown() -> NoReturn:
        raise OSError

    monkeypatch.setattr(module, "_free", unknown)
    assert set(abreast(lambda _: os.getpid(), range(300), patience=0)) == {os.getpid()}


@on_linux
def test_memory_of_this_machine_is_known() -> None:
    """The free memory is read from the system, and is something."""
    assert module._free() > 0


@on_linux
def test_a_large_edition_is_screened_as_its_rows_are(
    two_cores: None, copies: list[int], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    """What a second process finds on a list is what one finds, row by row."""
    monkeypatch.setattr("bot.watched.abreast", partial(abreast, patience=0))
    watched = Watched(CompanyBook(()))
    names = [f"Zentrafil {chr(65 + at % 26)}{chr(97 + at % 23)}stok Trading" for at in range(60)]
    place = Place("console", "here")
    watched.update(Subscription(place=place, target=name, made_by="test", made_at=now) for name in names)
    rows = [
        Listing(source="test", key=str(at), name=names[at % 60].upper(), aliases=(Name(f"Alias No {at}"),))
        for at in range(300)
    ]
    changes = [ListChange(source="test", key=row.key, before=None, after=row, seen=now) for row in rows]
    one_by_one = [found for change in changes for found in watched.matches(change)]
    assert watched.matches_of_all(changes) == one_by_one
    assert_gone(copies)
    assert {match.verdict for _, _, match in one_by_one} >= {Verdict.SAME}
    assert {change.kind for change, _, _ in one_by_one} == {ChangeKind.ADDED}
