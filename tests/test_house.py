"""The house: who may know whom, what is pure, and that the manuals tell the truth."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands import commands
from bot.settings import Settings, manual
from tests.conftest import ROOT

PURE = ["matching", "stories", "diff", "schedule", "corroborate", "explain", "alerts", "route", "cards", "watched"]
PURE += ["editions", "messages", "registers", "trail", "history", "chronicle", "triage", "digests"]
IMPURE = {"asyncio", "time", "socket", "sqlite3", "subprocess", "threading", "urllib.request", "httpx", "random", "os"}


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program in which a wrong import may be planted."""
    root = tmp_path_factory.mktemp("house")
    for name in ("bot", "adapters"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_nobody_imports_whom_they_may_not() -> None:
    """The contracts in pyproject.toml hold."""
    found = lint_imports(ROOT)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("bot/matching/fold.py", "import bot.watch"),
        ("bot/watch.py", "import adapters.console"),
        ("adapters/console.py", "import bot.watch"),
        ("adapters/lists/us_csl.py", "import httpx"),
        ("bot/stories/topic.py", "import rapidfuzz"),
        ("bot/model.py", "import redis"),
        ("adapters/lists/us_csl.py", "import adapters.console"),
        ("adapters/console.py", "import discord"),
        ("bot/wiring.py", "import slack_sdk"),
        ("adapters/discord/draw.py", "import slack_bolt"),
        ("adapters/slack/draw.py", "import adapters.console"),
        ("adapters/discord/draw.py", "import adapters.console"),
    ],
)
def test_a_planted_wrong_import_is_found(copy: Path, where: str, line: str) -> None:
    """A contract that cannot fail holds nothing."""
    path = copy / where
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")
    try:
        assert lint_imports(copy).returncode != 0
    finally:
        path.write_text(before, encoding="utf-8")


def pure_files() -> Iterator[Path]:
    for name in PURE:
        path = ROOT / "bot" / name
        yield from path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]


@pytest.mark.parametrize("path", sorted(pure_files()), ids=lambda path: str(path.relative_to(ROOT)))
def test_pure_modules_are_pure(path: Path) -> None:
    """No clock, no I/O, nothing asynchronous: `now` is an argument."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), f"line {node.lineno} waits"
        if isinstance(node, ast.Import):
            assert not {alias.name for alias in node.names} & IMPURE, f"line {node.lineno}"
        if isinstance(node, ast.ImportFrom):
            assert node.module not in IMPURE, f"line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in {"now", "utcnow", "today"}, f"line {node.lineno} asks the clock"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "print", "input"}, f"line {node.lineno}"


def test_the_example_settings_are_those_of_the_code() -> None:
    """`.env.example` is the manual; it is made by `python -m bot.settings > .env.example`."""
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == manual()


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_explained(name: str) -> None:
    """A sentence, and an example of its form."""
    field = Settings.model_fields[name]
    assert field.description
    assert field.description.endswith((".", "it.")), name
    assert field.examples, name


def test_every_dependency_has_its_reason() -> None:
    """One line each in docs/dependencies.md, and no line without its dependency."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["test"]
    names = {re.split(r"[<>=\[~! ]", one)[0] for one in wanted}
    manual = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^- `([^`]+)`", manual, flags=re.MULTILINE)) == names


def test_constraints_name_what_the_project_needs() -> None:
    """A new dependency gets its pin, and no pin carries an address or a hash."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!-]+", pin) for pin in pins), pins
    pinned = {re.sub(r"[-_.]+", "-", pin.split("==")[0]).lower() for pin in pins}
    wanted = project["dependencies"] + project["optional-dependencies"]["test"]
    assert {re.sub(r"[-_.]+", "-", re.split(r"[<>=\[~! ]", one)[0]).lower() for one in wanted} <= pinned


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_every_row_of_a_table_has_the_cells_of_its_head(path: Path) -> None:
    """A row with a cell more loses its last one wherever the page is shown."""
    head = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not head or not cells or cells == head, f"line {number}: {cells - 1} cells for {head - 1}"
        head = cells


def test_every_command_is_in_the_manual() -> None:
    """docs/commands.md is made from the registry."""
    from bot.commands.help import table

    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == table()
    assert all(one.about.endswith((".", "?")) for one in commands().values())


def test_every_scope_is_in_the_manual() -> None:
    """docs/slack.md says of each what it is for, as the manifest that is pasted asks for it."""
    from adapters.slack.manifest import table

    assert table() in (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")


def test_every_source_is_in_the_manual() -> None:
    """docs/sources.md is made from the shelf."""
    from bot.sources import manual as sources_manual
    from bot.wiring import official

    assert (ROOT / "docs" / "sources.md").read_text(encoding="utf-8") == sources_manual(official().values())


def test_documents_name_files_that_exist() -> None:
    """A path in the manuals is a path in the tree."""
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for path in re.findall(
            r"`((?:bot|adapters|tests|docs|benchmarks)/[\w./-]+\.(?:py|toml|md|json))", document.read_text("utf-8")
        ):
            assert (ROOT / path).exists(), f"{document.name} names {path}"
