"""How commands are typed everywhere, as docs/commands.md prints it: the same as what each place really takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from adapters.slack import manifest
from bot.cli import app
from bot.commands import commands
from bot.commands.help import everywhere
from bot.commands.spelled import SLACK_OWN, open_to_all
from bot.commands.typed import command_and_rest


def in_terminals(node: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    for name, inner in getattr(node, "commands", {}).items():
        yield " ".join((*path, name))
        yield from in_terminals(inner, (*path, name))


@pytest.mark.parametrize("name", sorted(commands()))
def test_a_command_as_it_is_typed(name: str) -> None:
    """What the table prints for a terminal and for Slack is taken there as this very command."""
    terminal, (slack,), _, _ = everywhere(name)
    known = set(in_terminals(typer.main.get_command(app)))
    assert name in known
    (shown,) = terminal
    assert shown.startswith(f"tocsin {name}")
    slash, _, typed = slack.partition(" ")
    assert slash in manifest.slashes()
    words = manifest.words_of(slash)
    assert command_and_rest(f"{words} {typed}")[0] == name


@pytest.mark.parametrize("name", sorted(commands()))
def test_a_terminal_takes_what_the_manual_shows(name: str) -> None:
    """What stands there without brackets has to be given, what stands in brackets need not be, and either is taken."""
    node: Any = typer.main.get_command(app)
    for word in name.split():
        node = node.commands[word]
    taken = [one for one in node.params if one.param_type_name == "argument"]
    (shown,) = everywhere(name)[0]
    words = [word for word in shown.split()[1 + len(name.split()) :] if word.strip("[]").isupper() or "..." in word]
    positional = [word for word in words if not word.startswith("[--") and word != "...]"]
    assert bool(positional) == bool(taken), shown
    assert any(not word.startswith("[") for word in positional) == any(one.required for one in taken), shown


def test_slack_has_the_same_slashes() -> None:
    """The manifest and the manual agree on which commands have a slash of their own."""
    assert set(SLACK_OWN) == set(manifest.OWN)


def test_what_discord_keeps_for_managers() -> None:
    """Words under which everything changes something need a permission there; questions never do."""
    closed = {name.split()[0] for name in commands() if not open_to_all(name.split()[0], commands())}
    assert {"watch", "feed", "unpark"} <= closed
    assert not closed & {"lookup", "help", "why", "show", "sources", "history", "read"}
