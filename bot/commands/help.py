"""/help: every command with its sentence, made from the registry."""

from __future__ import annotations

from bot.cards import plain_card
from bot.commands import Office, command, commands
from bot.model import Reply, Request


@command("help")
async def help(office: Office, request: Request) -> Reply:
    """What you can ask."""
    lines = [f"{usage(name)}: {one.about}" for name, one in commands().items()]
    return Reply(cards=(plain_card("What you can ask", lines),), data={"commands": list(commands())})


def table() -> str:
    """docs/commands.md: every command, how it is typed, what it does."""
    rows = [f"| `{usage(name)}` | {one.about} |" for name, one in commands().items()]
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
            "",
            "| command | what it does |",
            "|---|---|",
            *rows,
            "",
            "| command | argument | meaning |",
            "|---|---|---|",
            *arguments,
            "",
        ]
    )


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
