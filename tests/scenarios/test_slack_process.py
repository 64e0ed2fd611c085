"""`tocsin slack` as people start it: settings from the environment, alerts out of the store, commands answered."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.stores.sqlite import SqliteStore
from bot.cli import app
from bot.errors import BadSettings
from bot.model import Delivery, Notice, Place
from tests.conftest import ROOT
from tests.worlds.facts import THEN
from tests.worlds.slack import APP_TOKEN, BOT_TOKEN, SlackWorld, words


def settings(home: Path, slack: SlackWorld, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {
        **kept,
        "TOCSIN_HOME": str(home),
        "TOCSIN_LOG": "INFO",
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        **more,
    }


async def tocsin(*words: str, env: dict[str, str]) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", *words, cwd=ROOT, env=env, stdout=pipe, stderr=pipe
    )


async def test_a_process_of_its_own_serves_slack(tmp_path: Path) -> None:
    """What waits is posted, what is typed is answered, it ends when told, and no token reaches its output."""
    store = SqliteStore(tmp_path / "tocsin.db")
    await store.open()
    notice = Notice(id="n1", source="us_csl", title="us_csl: unread", text="for 26 hours", at=THEN)
    delivery = Delivery.of(notice, Place("slack", "T0/C024"), because="runs Tocsin", due=THEN)
    await store.enqueue([delivery])
    async with SlackWorld() as slack:
        process = await tocsin("slack", env=settings(tmp_path, slack))
        await slack.connected(within=30)
        answer = await (await slack.types("/watch add Xiaomi")).answer(within=20)
        async with asyncio.timeout(10):
            while not slack.channels["C024"].messages:  # noqa: ASYNC110 - it happens in another process
                await asyncio.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(process.communicate(), 20)
    assert "Watching Xiaomi" in words(answer)
    assert slack.keys() == [delivery.key]
    assert [str(one.place) for one in await store.subscriptions()] == ["slack:T0/C024"]
    assert process.returncode == 0, err.decode()
    assert "Nothing is lost" in out.decode()
    assert not any(secret in text.decode() for secret in (BOT_TOKEN, APP_TOKEN) for text in (out, err))
    await store.close()


@pytest.mark.parametrize(
    ("typed", "env", "says"),
    [
        (["slack"], {}, "SLACK_BOT_TOKEN is empty"),
        (["slack", "--http", "3000"], {"SLACK_BOT_TOKEN": BOT_TOKEN}, "SLACK_SIGNING_SECRET is empty"),
        (["slack"], {"SLACK_API_URL": "slack.com"}, "must begin with https://"),
    ],
)
def test_settings_that_cannot_work_say_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: list[str], env: dict[str, str], says: str
) -> None:
    """Before anything is started."""
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL"):
        monkeypatch.setenv(name, env.get(name, ""))
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path))
    monkeypatch.setenv("TOCSIN_FEEDS", "none")
    result = CliRunner().invoke(app, typed)
    assert isinstance(result.exception, BadSettings)
    assert says in str(result.exception)


def test_the_manifest_is_printed(tmp_path: Path) -> None:
    """As JSON that can be pasted."""
    result = CliRunner().invoke(app, ["manifest", "slack", "--url", "https://tocsin.example"])
    assert json.loads(result.stdout)["display_information"]["name"] == "Tocsin"
