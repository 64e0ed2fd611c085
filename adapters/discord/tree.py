"""The registry of commands -> Discord's command tree, in every language that there are words for.

How each is spelled is said in bot/commands/spelled.py. Discord asks for permissions by the first word only, so what
changes a channel stands under words of its own, and what everybody may see of them has a second spelling.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import discord
from discord import app_commands

from bot.commands import Argument, Command, commands
from bot.commands.languages import LANGUAGES, about, argument_about, group_about, menu, word
from bot.commands.spelled import LIST_OF_NAMES, discord_option, discord_paths, open_to_all
from bot.model import FieldKind

#: https://discord.com/developers/docs/interactions/application-commands#application-command-object (read 2026-11)
DESCRIPTION = 100
#: Characters of one option.
OPTION = 6000

#: Arguments that the desk can complete.
COMPLETED = frozenset(
    {
        *(LIST_OF_NAMES, "name", "source", "command"),
        *("kinds", "lists", "languages", "related", "language", "follow_ups", "managers"),
    }
)

#: What Discord asks of whoever changes what a channel hears, until the server's people set another permission (Server
#: Settings > Integrations): https://discord.com/developers/docs/interactions/application-commands#permissions
#: (read 2026-11). It is known only for a whole first word.
MAY_CHANGE = discord.Permissions(manage_channels=True)

#: Commands that are also in the menu of a message, with the argument that the message becomes.
ON_MESSAGES = ("read",)

Serve = Callable[[discord.Interaction[Any], str, dict[str, str | discord.Attachment]], Awaitable[None]]
Suggest = Callable[[discord.Interaction[Any], str, str, str], Awaitable[list[app_commands.Choice[str]]]]
Read = Callable[[discord.Interaction[Any], str, discord.Message], Awaitable[None]]
Node = app_commands.Command[Any, Any, None] | app_commands.Group | app_commands.ContextMenu


def build(serve: Serve, suggest: Suggest, read: Read) -> list[Node]:
    """Every command of the registry, in groups, and what the menu of a message offers."""
    tops: dict[str, Node] = {}
    registry = commands()
    for path, command in sorted(discord_paths(registry).items()):
        may = None if open_to_all(path[0], registry) else MAY_CHANGE
        made = _command(path, command, serve, suggest)
        if len(path) == 1:
            made.default_permissions = may
            tops[path[0]] = made
        else:
            _group(tops, path[:-1], may).add_command(made)
    return [*tops.values(), *(_menu(registry[name], read) for name in ON_MESSAGES if name in registry)]


def _menu(command: Command, read: Read) -> app_commands.ContextMenu:
    async def call(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        await read(interaction, command.name, message)

    call.__annotations__ = {"interaction": discord.Interaction, "message": discord.Message}
    text = menu(command.name, "en") or command.name
    return app_commands.ContextMenu(name=app_commands.locale_str(text, menu=command.name), callback=call)


def _group(tops: dict[str, Node], path: tuple[str, ...], may: discord.Permissions | None) -> app_commands.Group:
    top = tops.get(path[0])
    if not isinstance(top, app_commands.Group):
        top = app_commands.Group(
            name=_name(path[0]),
            description=_text(group_about(path[0], "en"), group=path[0]),
            default_permissions=may,
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
    asks = command.form is not None  # then the desk may ask for the rest, and nothing need be typed
    options = {discord_option(one.name): one for one in sorted(command.arguments, key=lambda one: not one.required)}

    async def call(interaction: discord.Interaction[Any], /, **given: str | discord.Attachment) -> None:
        await serve(interaction, command.name, {options[name].name: value for name, value in given.items()})

    call.__signature__ = _signature(options, asks=asks)  # type: ignore[attr-defined]
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


def _signature(options: Mapping[str, Argument], *, asks: bool) -> inspect.Signature:
    """What discord.py reads the options from."""
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature(
        [
            inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_ONLY, annotation=discord.Interaction),
            *(
                inspect.Parameter(
                    name,
                    kind,
                    annotation=discord.Attachment if _is_file(one) else app_commands.Range[str, 1, _longest(one)],
                    default=inspect.Parameter.empty if one.required and not asks else (None if _is_file(one) else ""),
                )
                for name, one in options.items()
            ),
        ]
    )


def _longest(argument: Argument) -> int:
    return min(argument.longest, OPTION)


def _is_file(argument: Argument) -> bool:
    return argument.kind is FieldKind.FILE


def _completer(command: str, argument: str, suggest: Suggest) -> Any:
    async def complete(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        return await suggest(interaction, command, argument, typed)

    return complete


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
        if "menu" in what:
            return menu(what["menu"], language)
        if "group" in what:
            found: str | None = group_about(what["group"], language)
        elif "argument" in what:
            found = argument_about(what["command"], what["argument"], language)
        else:
            found = about(what["command"], language)
        return shorten(found) if found else None
