"""A real redis-server for the tests: on a socket of its own, append-only file on, gone when the tests are done."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class RedisServer:
    """One server in one folder. It can be killed and started again on the same files."""

    folder: Path
    options: tuple[str, ...] = ("--appendonly", "yes")
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def socket(self) -> Path:
        return self.folder / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [_program(), "--port", "0", "--unixsocket", "redis.sock", "--save", "", *self.options],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        )
        for _ in range(3000):  # a minute: on a busy machine its files take a while to read
            if self.ask("PING") == "PONG":
                return
            time.sleep(0.02)
        raise RuntimeError(f"redis-server in {self.folder} does not answer")

    def ask(self, *words: str) -> str:
        """A command through redis-cli, and what the server said."""
        found = subprocess.run(
            ["redis-cli", "-s", str(self.socket), *words], capture_output=True, text=True, check=False
        )
        return found.stdout.strip()

    def kill(self) -> None:
        """As the kernel does when memory runs out: no word of goodbye."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.socket.unlink(missing_ok=True)


def _program() -> str:
    """Where redis-server is. Skips the test where there is none, unless CI says that there must be one."""
    found = shutil.which("redis-server")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("no redis-server here, and CI=true: install the package redis-server")
    if found is None:
        pytest.skip("no redis-server here: install it to test the Redis store too")
    return found


@contextmanager
def running(*options: str) -> Iterator[RedisServer]:
    """A server with these options, in a short path: a socket's name holds about a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder), options or ("--appendonly", "yes"))
        server.start()
        try:
            yield server
        finally:
            server.kill()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One server for all tests; each takes a prefix of its own or empties it first."""
    with running() as server:
        yield server
