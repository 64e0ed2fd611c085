"""A second process for work that takes long: a list of things is done from both ends, by us and by a copy of us.

Python runs one thread at a time. To look at every entry of a list of 20,000 for a hundred thousand watched companies
takes a core half a minute, and the copy has all that is known about them without being told. It begins with the last
thing, goes on until the two meet, writes down what it found and ends. It changes nothing here; when it fails, or is
late, its part is done here.
"""

from __future__ import annotations

import gc
import mmap
import os
import pickle
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")

#: Seconds of work after which a copy is worth its while.
PATIENCE = 0.2
#: Fewer things than this are not divided.
FEW = 100
#: Seconds that the copy has, when all else is done, to end what it is at and to write down what it found.
LATE = 20.0


def abreast(work: Callable[[Item], Found], items: Sequence[Item], *, patience: float = PATIENCE) -> list[Found]:
    """What `work` finds for each of the items, in their order; work that takes long is shared with a copy.

    `work` may change nothing that matters afterwards, and what it finds must be something to pickle. Raises what it
    raises here; what it raises in the copy it will raise here when we do that part as well.
    """
    found: list[Found] = []
    begun = time.monotonic()
    for at, item in enumerate(items):
        if time.monotonic() - begun >= patience:
            rest = items[at:]
            return found + (_divided(work, rest) if len(rest) >= FEW and _may_copy() else list(map(work, rest)))
        found.append(work(item))
    return found


def _divided(work: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
    """We go forwards, the copy backwards, and each says how far it is."""
    with ExitStack() as opened:
        memory = opened.enter_context(mmap.mmap(-1, 16))
        reached = opened.enter_context(memoryview(memory).cast("q"))  # what we have taken, and where the copy is
        reached[1] = len(items)
        try:
            file = opened.enter_context(tempfile.TemporaryFile())
            copy = _copied(work, items, reached, file)
        except OSError:  # no room for a file, or for another process
            return list(map(work, items))
        found: list[Found] = []
        try:
            while len(found) < reached[1]:
                reached[0] = len(found) + 1
                found.append(work(items[len(found)]))
            told = _told(copy, file, until=time.monotonic() + LATE)
        finally:
            _ended(copy)
        if told is None:
            return found + list(map(work, items[len(found) :]))
        return found + told[len(told) - len(items) + len(found) :]  # what both took at once counts once


def _copied(work: Callable[[Item], Found], items: Sequence[Item], reached: memoryview[int], file: BinaryIO) -> int:
    """Start the copy; its process id. The copy only computes and writes, and so needs none of the threads it lacks."""
    us = os.getpid()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of Python 3.12 on, about those threads
        process = os.fork()
    if process:
        return process
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        gc.disable()  # it would touch, and so copy, all memory
        found: list[Found] = []
        while reached[1] > reached[0] and os.getppid() == us:  # of a program that was killed nothing stays behind
            reached[1] -= 1
            found.append(work(items[reached[1]]))
        pickle.dump(found[::-1], file)
        file.flush()
        code = 0
    finally:
        os._exit(code)  # without the farewells of the program it is a copy of


def _told(copy: int, file: BinaryIO, *, until: float) -> list[Any] | None:
    """What the copy found; nothing when it failed or is late."""
    try:
        while not (ended := os.waitid(os.P_PID, copy, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
            if time.monotonic() > until:
                return None
            time.sleep(0.005)
    except ChildProcessError:  # somebody else waits for every process that ends, and has its last word
        return None
    if ended.si_status or ended.si_code != os.CLD_EXITED:
        return None
    file.seek(0)
    told: list[Any] = pickle.load(file)  # noqa: S301 - our own copy wrote it
    return told


def _ended(copy: int) -> None:
    """Make sure that the copy is gone and leave nothing of it."""
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(copy, signal.SIGKILL)  # a process that ended and was not waited for is still there to be killed
        os.waitpid(copy, 0)


def _may_copy() -> bool:
    """Whether there is a second core, and memory for what two processes do not share. Only Linux says so."""
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:
        return False
    try:
        ours = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return ours < _free()
    except (OSError, ValueError, IndexError):
        return False


def _free() -> int:
    """Bytes of memory that are free, on the machine and within what this process's group is allowed."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    free = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) * 1024
    group = Path("/sys/fs/cgroup")
    if (group / "memory.max").is_file() and (most := (group / "memory.max").read_text().strip()) != "max":
        free = min(free, int(most) - int((group / "memory.current").read_text()))
    return free
