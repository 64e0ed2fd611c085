"""How each command is typed in each place: `tocsin watch add`, Slack's `/watch add`, Discord's `/watch add name:`.

Slack has a few slash commands of ours, and one that takes all others. Discord has them all, in groups; it knows no
command that is also a group, so `sources` beside `sources why` becomes /sources list there. An argument that takes
several companies is called `name` there like the others, and takes them separated by commas. It asks for permissions by
first words only; `OPEN` says under which words the commands are that everybody may use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.commands import Command, commands
from bot.commands.languages import word
from bot.model import FieldKind

#: First words that have a slash command of their own on Slack; /tocsin takes every command.
SLACK_OWN = ("lookup", "watch")

#: The registry's argument that takes several companies, and the option it becomes on Discord.
LIST_OF_NAMES = "names"
NAME = "name"

#: Commands that a terminal has otherwise, or not at all.
NOT_IN_TERMINALS: dict[str, tuple[str, ...]] = {"help": ("tocsin --help",)}
#: An argument that is typed with its name in a chat, as help shows it.
_NAMED = re.compile(r"\[(\w+):\.\.\.\]")

#: First words under which something changes what a channel, or everybody here, hears.
CHANGES = frozenset({"watch", "feed", "unpark"})
#: Second spellings on Discord of what stands under these words and changes nothing.
OPEN = {"watch list": ("watching",), "watch export": ("export",)}


def discord_paths(registry: Mapping[str, Command]) -> dict[tuple[str, ...], Command]:
    """How each command is typed on Discord; one that is also open to all stands there twice."""
    groups = {name.split()[0] for name in registry if " " in name}
    found = {
        (name, "list") if name in groups and f"{name} list" not in registry else tuple(name.split()): command
        for name, command in registry.items()
    }
    return found | {path: registry[name] for name, path in OPEN.items() if name in registry and path not in found}


def open_to_all(first: str, registry: Mapping[str, Command]) -> bool:
    """Whether Discord lets everybody use the commands under a first word, until the server says otherwise."""
    under = [one for name, one in registry.items() if name.split()[0] == first]
    return first not in CHANGES and not (under and all(one.manages or one.operates for one in under))


def discord_option(argument: str) -> str:
    """What an argument is called on Discord."""
    return NAME if argument == LIST_OF_NAMES else argument


def on_discord(name: str, language: str = "") -> tuple[str, ...]:
    """How a command is typed on Discord: "watch add" -> "/watch add name:"; the second spelling it may have comes last.

    In a language, the words that Discord shows to whoever has set it.
    """
    options = [f"{_word(discord_option(one.name), language)}:" for one in commands()[name].arguments]
    return tuple(
        " ".join(["/" + " ".join(_word(part, language) for part in path), *options])
        for path, command in discord_paths(commands()).items()
        if command.name == name
    )


def _word(part: str, language: str) -> str:
    return word(part, language) or part if language else part


def on_slack(name: str) -> str:
    """How a command is typed on Slack: `/watch add`, `/tocsin sources`."""
    return f"/{name}" if name.split()[0] in SLACK_OWN else f"/tocsin {name}"


def on_command_line(name: str, what: str) -> tuple[str, ...]:
    """How it is typed in a terminal, `what` being its arguments."""
    if any(one.kind is FieldKind.FILE for one in commands()[name].arguments):
        return (f"tocsin {name} FILE",)
    dashed = _NAMED.sub(lambda option: f"[--{option[1].replace('_', '-')} ...]", what)
    return (f"tocsin {name}{dashed}",)
