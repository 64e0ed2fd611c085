"""`tocsin demo`: a small history played through the real program, with no network and nothing pre-computed.

A loopback server shows, scene by scene, what publishers showed; the very same watcher, store, matching, cards and
console that `tocsin run` uses do the rest. Only the clock is ours: it stands at the scene's moment.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TextIO

from pydantic import SecretStr

from adapters.console import ConsoleChat
from bot.model import Place, Request
from bot.settings import Settings
from bot.wiring import House, open_house

FEEDS = {
    "english": ("Trade Desk (demo)", "en"),
    "french": ("Le Fil techno (démo)", "fr"),
    "chinese": ("科技快讯（演示）", "zh"),
}


@dataclass
class PlayedClock:
    """Stands where the scene puts it; each look moves it on by a moment, so that no two events are at once."""

    at: datetime

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at

    async def sleep(self, span: timedelta) -> None:
        self.at += span


@dataclass
class Press:
    """What the publishers show at the moment, by address."""

    pages: dict[str, bytes] = field(default_factory=dict)

    def shows(self, address: str, body: bytes) -> None:
        self.pages[f"/{address}"] = body


@contextmanager
def served(press: Press) -> Iterator[str]:
    """The press on a loopback port; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = press.pages.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="demo-press", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def demo(out: TextIO, *, pause: float = 0.0) -> None:
    """Play the history and print what Tocsin says to it."""
    folder = files("bot.data").joinpath("demo")
    history = tomllib.loads(folder.joinpath("history.toml").read_text(encoding="utf-8"))
    press = Press()
    with served(press) as address, tempfile.TemporaryDirectory(prefix="tocsin-demo-") as home:
        settings = _settings(Path(home), address)
        clock = PlayedClock(history["scene"][0]["at"])
        async with open_house(settings, clock=clock) as house:
            house.chats = [ConsoleChat(out=out, now=clock.now)]
            say(out, f"Watching {', '.join(history['watch'])}.\n")
            await _type(house, "watch add", names=tuple(history["watch"]))
            for scene in history["scene"]:
                await asyncio.sleep(pause)
                await _play(house, press, folder, scene, clock, out)
            say(out, "■ And today's question, in Chinese: lookup 小米")
            await _type(house, "lookup", name="小米", out=out)
    say(out, GOODBYE)


GOODBYE = """That was the real program on a small history. Next, on the real lists:
  tocsin watch add Xiaomi Huawei "Hangzhou Hikvision"
  tocsin run              polls the official lists and feeds, and prints alerts here
  tocsin lookup 小米       asks what every list says
  tocsin doctor           says what is missing, if anything is"""


def say(out: TextIO, text: str) -> None:
    out.write(f"{text}\n")
    out.flush()


def _settings(home: Path, address: str) -> Settings:
    feeds = home / "feeds.toml"
    parts = [
        f'[[feed]]\nid = "news_{name}"\ntitle = "{title}"\nurl = "{address}/{name}"\nlanguage = "{language}"\n'
        for name, (title, language) in FEEDS.items()
    ]
    feeds.write_text("\n".join(parts), encoding="utf-8")
    return Settings(
        _env_file=None,  # type: ignore[call-arg] # pydantic-settings takes it, its types do not say so
        tocsin_home=home,
        tocsin_mirror=f"{address}/{{source}}",
        tocsin_feeds=str(feeds),
        tocsin_sources="",
        tocsin_operators="console:",
        redis_url=SecretStr(""),
    )


async def _play(
    house: House, press: Press, folder: Traversable, scene: dict[str, Any], clock: PlayedClock, out: TextIO
) -> None:
    clock.at = scene["at"]
    say(out, f"■ {scene['say']}\n")
    for address, name in scene["shows"].items():
        press.shows(address, folder.joinpath(name).read_bytes())
    sources = await house.catalogue()
    for id in scene["polls"]:
        await house.watcher.poll(sources[id])
    await house.watcher.introduce()
    await house.deliver()


async def _type(house: House, command: str, *, out: TextIO | None = None, **arguments: str | tuple[str, ...]) -> None:
    request = Request(
        command=command,
        place=Place("console"),
        person="you",
        arguments=tuple(arguments.items()),
        at=house.clock.now(),
    )
    reply = await house.desk.answer(request)
    if out:
        chat = ConsoleChat(out=out)
        for card in reply.cards:
            chat.show(card)
