"""/help: every command with its sentence, made from the registry."""

from __future__ import annotations

from bot.cards import plain_card
from bot.commands import Office, command, commands
from bot.commands.spelled import on_command_line, on_discord, on_slack
from bot.model import Reply, Request


@command("help")
async def help(office: Office, request: Request) -> Reply:
    """What you can ask."""
    lines = [f"{usage(name)}: {one.about}" for name, one in commands().items()]
    return Reply(cards=(plain_card("What you can ask", lines),), data={"commands": list(commands())})


def table() -> str:
    """docs/commands.md: every command, how it is typed in each place, what it does."""
    rows = [
        " | ".join(["|", *(" or ".join(f"`{typed}`" for typed in place) for place in everywhere(name)), one.about, "|"])
        for name, one in commands().items()
    ]
    arguments = [
        f"| `{name}` | {argument.name.upper()} | {argument.about} |"
        for name, one in commands().items()
        for argument in one.arguments
    ]
    return "\n".join(
        [
            "# Commands",
            "",
            "The same on the command line (`tocsin lookup 小米`), in the console of `tocsin run`, and in every chat.",
            "The console takes them as `/tocsin` does on Slack. Discord shows names and descriptions in the language",
            "that each person has set, and what it keeps for those who manage a channel has a second spelling for all.",
            "",
            "| command line | Slack | Discord | Discord in French | what it does |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "| command | argument | meaning |",
            "|---|---|---|",
            *arguments,
            "",
        ]
    )


def everywhere(name: str) -> tuple[tuple[str, ...], ...]:
    """How a command is typed on the command line (nothing where it is not there), on Slack, on Discord, and there by

    a French reader; each in as many ways as there are.
    """
    what = usage(name).removeprefix(name)
    return on_command_line(name, what), (f"{on_slack(name)}{what}",), on_discord(name), on_discord(name, "fr")


def usage(name: str) -> str:
    """How a command is typed: `watch add NAMES...`."""
    parts = [name]
    for argument in commands()[name].arguments:
        if argument.option:
            parts.append(f"[{argument.name}:...]")
            continue
        word = argument.name.upper() + ("..." if argument.many else "")
        parts.append(word if argument.required else f"[{word}]")
    return " ".join(parts)
