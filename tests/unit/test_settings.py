"""Settings: what an installation may say, and what it is told when it says something that cannot work."""

from __future__ import annotations

import traceback
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import BadSettings
from bot.model import Place
from bot.settings import load, misspelt, new_key


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nothing set, and an empty folder to stand in."""
    for name in ("TOCSIN_HOME", "TOCSIN_EVERY", "TOCSIN_MIRROR", "TOCSIN_SOURCES", "REDIS_URL", "TOCSIN_LOG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_settings_everything_has_a_default() -> None:
    """The embedded store at home, every source at its own pace, trouble to the console."""
    settings = load()
    assert settings.home == Path("~/.tocsin").expanduser()
    assert settings.every is None
    assert settings.wanted == frozenset()
    assert settings.operators == Place("console")


def test_the_environment_wins_over_the_file(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.env` is read, and a variable of the process goes before it."""
    (bare / ".env").write_text("TOCSIN_EVERY=60\nTOCSIN_SOURCES=us_csl, us_dod_cmc\n", encoding="utf-8")
    monkeypatch.setenv("TOCSIN_EVERY", "5")
    settings = load()
    assert settings.every == timedelta(seconds=5)
    assert settings.wanted == {"us_csl", "us_dod_cmc"}


def test_data_sets_are_named_once_each() -> None:
    """In the order in which they stand there, blanks and repetitions aside."""
    assert load(tocsin_opensanctions=" jp_meti_eul, ch_seco_sanctions,jp_meti_eul,").data_sets == (
        "jp_meti_eul",
        "ch_seco_sanctions",
    )
    assert load().data_sets == ()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "TOCSIN_MIRROR",
            "http://mirror.example/",
            "must contain {source}, for example http://mirror.example/{source}",
        ),
        ("TOCSIN_OPENSANCTIONS", "jp_meti_eul,CH SECO", "'CH SECO' is no name of a data set"),
        (
            "TOCSIN_OPENSANCTIONS",
            "https://www.opensanctions.org/datasets/ch_seco_sanctions/",
            "for example ch_seco_sanctions,jp_meti_eul",
        ),
        ("TOCSIN_EVERY", "often", "TOCSIN_EVERY='often'"),
        ("TOCSIN_EVERY", "-1", "greater than or equal to 0"),
        ("TOCSIN_OPERATORS", "nowhere", "write platform:address"),
        ("TOCSIN_LOG", "LOUD", "must be DEBUG, INFO, WARNING or ERROR"),
    ],
)
def test_a_value_that_cannot_work_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
    """The setting, its value, and what would work."""
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=name) as found:
        load()
    assert words in str(found.value)
    assert "See .env.example." in str(found.value)


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password in REDIS_URL never reaches a log by accident."""
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@localhost/0")
    settings = load()
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.redis_url)
    assert settings.redis_url.get_secret_value().endswith("@localhost/0")


@pytest.mark.parametrize("value", ["secret-that-is-no-key", "c2hvcnQtc2VjcmV0", "é-secret"])
def test_a_key_that_is_none(value: str) -> None:
    """It says how one is made, and does not show what was there."""
    with pytest.raises(BadSettings, match="tocsin key") as caught:
        load(tocsin_key=value)
    told = "".join(traceback.format_exception(caught.value))
    assert "TOCSIN_KEY=***" in told
    assert value not in told


def test_keys_in_use_and_before() -> None:
    """The newest first; one that was made just now is good, and no two are the same."""
    new, old = new_key(), new_key()
    assert new != old
    assert load(tocsin_key=f"{new}, {old}").tocsin_key.get_secret_value() == f"{new}, {old}"


def test_a_misspelt_setting_is_found_with_what_was_meant(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the environment or in `.env`; other programs' variables are none of ours."""
    (bare / ".env").write_text("TOCSIN_LANGAGE=fr\nSLACK_WEBHOOK_URL=https://hooks.example\n", encoding="utf-8")
    monkeypatch.setenv("DISCORD_TOKN", "x")
    monkeypatch.setenv("TOCSIN_HOME", "/tmp")
    monkeypatch.setenv("HOMEDIR", "/tmp")
    assert misspelt() == {"TOCSIN_LANGAGE": "TOCSIN_LANGUAGE", "DISCORD_TOKN": "DISCORD_TOKEN"}
