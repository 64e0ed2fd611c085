"""The registry of commands -> Discord's command tree, in every language that there are words for.

"watch add" becomes /watch add. Discord knows no command that is also a group, so a command whose word is a group's
too ("sources" beside "sources why") becomes /sources list. An argument that takes several companies is called `name`
like the others, and takes them separated by commas.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import discord
from discord import app_commands

from bot.commands import LONGEST, Argument, Command, commands
from bot.commands.languages import LANGUAGES, about, argument_about, group_about, word

#: https://discord.com/developers/docs/interactions/application-commands#application-command-object (read 2026-11)
DESCRIPTION = 100

#: The registry's argument that takes several companies.
LIST_OF_NAMES = "names"
#: Its option, and every other that carries a company.
NAME = "name"
#: Arguments that the desk can complete.
COMPLETED = frozenset({LIST_OF_NAMES, NAME, "source"})

#: First words of commands that change what a channel hears. Discord asks for this permission until the server's people
#: set another (Server Settings > Integrations), and knows permissions only for the whole word.
CHANGES = frozenset({"watch", "feed", "unpark"})
MAY_CHANGE = discord.Permissions(manage_channels=True)

Serve = Callable[[discord.Interaction[Any], str, dict[str, str]], Awaitable[None]]
Suggest = Callable[[discord.Interaction[Any], str, str, str], Awaitable[list[app_commands.Choice[str]]]]
Node = app_commands.Command[Any, Any, None] | app_commands.Group


def build(serve: Serve, suggest: Suggest) -> list[Node]:
    """Every command of the registry, in groups."""
    tops: dict[str, Node] = {}
    for path, command in sorted(paths(commands()).items()):
        made = _command(path, command, serve, suggest)
        if len(path) == 1:
            made.default_permissions = MAY_CHANGE if path[0] in CHANGES else None
            tops[path[0]] = made
            continue
        _group(tops, path[:-1]).add_command(made)
    return list(tops.values())


def paths(registry: Mapping[str, Command]) -> dict[tuple[str, ...], Command]:
    """How each command is typed on Discord."""
    groups = {name.split()[0] for name in registry if " " in name}
    return {
        (name, "list") if name in groups and f"{name} list" not in registry else tuple(name.split()): command
        for name, command in registry.items()
    }


def _group(tops: dict[str, Node], path: tuple[str, ...]) -> app_commands.Group:
    top = tops.get(path[0])
    if not isinstance(top, app_commands.Group):
        top = app_commands.Group(
            name=_name(path[0]),
            description=_text(group_about(path[0], "en"), group=path[0]),
            default_permissions=MAY_CHANGE if path[0] in CHANGES else None,
        )
        tops[path[0]] = top
    if len(path) == 1:
        return top
    inner = top.get_command(path[1])
    if not isinstance(inner, app_commands.Group):
        inner = app_commands.Group(
            name=_name(path[1]), description=_text(group_about(path[1], "en"), group=path[1]), parent=top
        )
    return inner


def _command(
    path: tuple[str, ...], command: Command, serve: Serve, suggest: Suggest
) -> app_commands.Command[Any, Any, None]:
    options = {_option(one): one for one in sorted(command.arguments, key=lambda one: not one.required)}

    async def call(interaction: discord.Interaction[Any], /, **given: str) -> None:
        await serve(interaction, command.name, {options[name].name: value for name, value in given.items()})

    call.__signature__ = _signature(options)  # type: ignore[attr-defined]
    if options:
        app_commands.describe(
            **{name: _text(one.about, command=command.name, argument=one.name) for name, one in options.items()}
        )(call)
        app_commands.rename(**{name: _name(name) for name in options})(call)
        app_commands.autocomplete(
            **{
                name: _completer(command.name, one.name, suggest)
                for name, one in options.items()
                if one.name in COMPLETED
            }
        )(call)
    return app_commands.Command(
        name=_name(path[-1]), description=_text(command.about, command=command.name), callback=call
    )


def _signature(options: Mapping[str, Argument]) -> inspect.Signature:
    """What discord.py reads the options from."""
    text = app_commands.Range[str, 1, LONGEST]
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature(
        [
            inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_ONLY, annotation=discord.Interaction),
            *(
                inspect.Parameter(name, kind, annotation=text, default=inspect.Parameter.empty if one.required else "")
                for name, one in options.items()
            ),
        ]
    )


def _completer(command: str, argument: str, suggest: Suggest) -> Any:
    async def complete(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        return await suggest(interaction, command, argument, typed)

    return complete


def _option(argument: Argument) -> str:
    return NAME if argument.name == LIST_OF_NAMES else argument.name


def _name(text: str) -> app_commands.locale_str:
    return app_commands.locale_str(text, word=text)


def _text(text: str, **what: str) -> app_commands.locale_str:
    return app_commands.locale_str(shorten(text), **what)


def shorten(text: str) -> str:
    """A description; Discord takes no longer one."""
    return text if len(text) <= DESCRIPTION else text[: DESCRIPTION - 1].rstrip() + "…"


class Words(app_commands.Translator):
    """Names and descriptions in the languages there are words for; Discord shows the English ones to the others."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        language = locale.value
        if language not in LANGUAGES:
            return None
        what = string.extras
        if "word" in what:
            return word(what["word"], language)
        if "group" in what:
            found: str | None = group_about(what["group"], language)
        elif "argument" in what:
            found = argument_about(what["command"], what["argument"], language)
        else:
            found = about(what["command"], language)
        return shorten(found) if found else None


def typed_on_discord() -> dict[str, str]:
    """How each command is typed here: "watch add" -> "/watch add name:"."""
    return {
        command.name: " ".join(["/" + " ".join(path), *(f"{_option(one)}:" for one in command.arguments)])
        for path, command in paths(commands()).items()
    }


def table() -> str:
    """The table of docs/discord.md: each command, how it is typed here, and what a French reader sees."""
    rows = []
    for path, command in sorted(paths(commands()).items(), key=lambda one: one[1].name):
        french = " ".join(word(part, "fr") or part for part in path)
        rows.append(f"| `{command.name}` | `{typed_on_discord()[command.name]}` | `/{french}` |")
    return "\n".join(["| command | on Discord | in French |", "|---|---|---|", *rows])
