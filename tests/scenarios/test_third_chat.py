"""A chat that nobody has heard of: one file, put beside the others, and nothing else is touched."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

import adapters
from bot.chats import Premises, shelf, wanted
from bot.doctor import examine
from bot.errors import BadSettings
from bot.model import Document, Place
from bot.settings import load
from bot.wiring import open_house
from tests.worlds.discord import until

PIGEON = '''
"""Pigeons: messages are files in a loft, commands are files laid at its door. A chat of one file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from bot.chats import Premises
from bot.commands.typed import request
from bot.errors import ChatRefused
from bot.model import Card, Place, Receipt
from bot.ports import Chat, Desk


class Pigeons:
    platform = "pigeon"

    def __init__(self, loft: Path, premises: Premises) -> None:
        self._loft, self._premises = loft, premises

    async def post(self, place: Place, card: Card, *, key: str, thread: Receipt | None = None) -> Receipt:
        where = self._loft / place.address
        if not where.is_dir():
            raise ChatRefused(f"{place}: there is no such cote; build it, then unpark {key}")
        (where / f"{key}.txt").write_text(as_text(card), encoding="utf-8")
        return Receipt(key)

    async def find(self, place: Place, key: str, *, thread: Receipt | None = None) -> Receipt | None:
        return Receipt(key) if (self._loft / place.address / f"{key}.txt").exists() else None

    async def edit(self, place: Place, receipt: Receipt, card: Card, *, key: str = "") -> None:
        await self.post(place, card, key=receipt.id)

    async def run(self, desk: Desk) -> None:
        while True:
            for note in sorted(self._loft.glob("*/*.ask")):
                asked = request(
                    note.read_text(encoding="utf-8"),
                    place=Place("pigeon", note.parent.name),
                    person=note.stem,
                    language=self._premises.language,
                    at=self._premises.clock.now(),
                )
                note.unlink()
                reply = await desk.answer(asked)
                note.with_suffix(".answer").write_text("".join(map(as_text, reply.cards)), encoding="utf-8")
            await asyncio.sleep(0.001)

    async def check(self) -> AsyncIterator[str]:
        yield f"the loft is there; {len(await self._premises.places())} places"

    async def close(self) -> None:
        return


def as_text(card: Card) -> str:
    return "\\n".join([card.title, *(f"{one.heading} {one.text}" for one in card.sections), card.footer, ""])


def chat(premises: Premises) -> Chat | None:
    loft = premises.setting("PIGEON_LOFT")
    return Pigeons(Path(loft), premises) if loft else None
'''

COMPANIES = [f"China Example Number {n} Group Co., Ltd." for n in range(60)]


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose files stand beside the adapters."""
    folder = tmp_path / "beside"
    folder.mkdir()
    monkeypatch.setattr(adapters, "__path__", [*adapters.__path__, str(folder)])
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def cote(beside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pigeons, and a place to which they carry. Their setting is in no file of ours."""
    (beside / "pigeon.py").write_text(PIGEON, encoding="utf-8")
    place = tmp_path / "loft" / "north"
    place.mkdir(parents=True)
    monkeypatch.setenv("PIGEON_LOFT", str(place.parent))
    return place


def settings_for(tmp_path: Path) -> dict[str, object]:
    return {
        "tocsin_home": str(tmp_path / "home"),
        "tocsin_operators": "pigeon:north",
        "tocsin_sources": "us_dod_cmc",
        "tocsin_feeds": "none",
        "slack_bot_token": "",
        "discord_token": "",
    }


async def test_an_alert_and_a_command_through_it(cote: Path, tmp_path: Path) -> None:
    """From the file alone: the doctor's line, an answered command, and the alert of a poll, carried once."""
    async with open_house(load(**settings_for(tmp_path))) as house:
        assert [chat.platform for chat in house.chats] == ["pigeon"]
        lines = [finding.text async for finding in examine(house, offline=True)]
        assert "the loft is there; 1 places" in lines
        running = asyncio.create_task(house.run("pigeon"))
        (cote / "ana.ask").write_text("watch add Xiaomi", encoding="utf-8")
        await until(lambda: (cote / "ana.answer").exists())
        assert "Watching Xiaomi" in (cote / "ana.answer").read_text(encoding="utf-8")
        [watch] = await house.store.subscriptions()
        assert (str(watch.place), watch.made_by) == ("pigeon:north", "ana")
        source = (await house.catalogue())["us_dod_cmc"]
        for names in (COMPANIES, [*COMPANIES, "Xiaomi Corporation"]):
            text = "\n".join(["Name,Start date", *(f'"{name}",2021-01-14' for name in names), ""])
            document = Document.of(text.encode(), at=house.clock.now(), content_type="text/csv")
            await house.watcher.poll(source, document=document)
        await until(lambda: any("Xiaomi" in one.read_text("utf-8") for one in cote.glob("*.txt")))
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_it_is_asked_for_by_its_setting_alone(
    cote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the environment or in `.env`; without it, the console is there as ever. No setting can be printed."""
    monkeypatch.delenv("PIGEON_LOFT")
    chosen = settings_for(tmp_path) | {"tocsin_operators": "console:"}
    async with open_house(load(**chosen)) as house:
        assert [chat.platform for chat in house.chats] == ["console"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(f"PIGEON_LOFT={cote.parent}\nDISCORD_TOKEN=\n", encoding="utf-8")
    async with open_house(load(**chosen)) as house:
        assert [chat.platform for chat in house.chats] == ["pigeon", "console"]
        assert "PIGEON" not in repr(premises({"PIGEON_LOFT": "secret"}, tmp_path))


def premises(settings: dict[str, str], home: Path) -> Premises:
    from tests.worlds.pages import SetClock
    from tests.worlds.plain_store import PlainStore

    operators = Place("console")
    return Premises(
        settings=settings, home=home, language="en", operators=operators, clock=SetClock(), store=PlainStore()
    )


def test_a_file_whose_chat_is_no_function(beside: Path) -> None:
    """It is named, with what to write."""
    (beside / "owl.py").write_text("chat = 'hoot'\n", encoding="utf-8")
    with pytest.raises(BadSettings, match=r"adapters\.owl: its chat is no function"):
        list(shelf(adapters))


def test_two_chats_of_one_name(tmp_path: Path) -> None:
    """Deliveries would go to either: refused, with the name."""
    package = ModuleType("twice")
    package.__path__ = [str(tmp_path)]
    sys.modules["twice"] = package
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text(
            "from tests.worlds.chat import Room\ndef chat(premises):\n    return Room('same')\n", encoding="utf-8"
        )
    try:
        with pytest.raises(BadSettings, match="two chats call themselves 'same'"):
            wanted(package, premises({}, tmp_path))
    finally:
        for name in ("twice", "twice.one", "twice.two"):
            sys.modules.pop(name, None)
