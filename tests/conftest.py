"""What every test may ask for: the time, and the folder of real files where there is one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import logs
from tests.worlds.redis_server import redis_server

__all__ = ["now", "redis_server", "shared"]

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(autouse=True)
def _plain_log() -> None:
    """The log as the program writes it, whatever level a command of an earlier test asked for.

    structlog's own first shows every local variable of an error, which takes a while.
    """
    logs.configure("INFO")


@pytest.fixture
def now() -> datetime:
    """A fixed moment: nothing in the tests asks the clock."""
    return datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real lists, feeds, stories and name pairs; a test that needs it is skipped where it is missing."""
    if not SHARED.is_dir():
        pytest.skip(f"no real files here: {SHARED.name} is not beside the project")
    return SHARED
