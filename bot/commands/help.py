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


def usage(name: str) -> str:
    """How a command is typed: `watch add NAMES...`."""
    parts = [name]
    for argument in commands()[name].arguments:
        word = argument.name.upper() + ("..." if argument.many else "")
        parts.append(word if argument.required else f"[{word}]")
    return " ".join(parts)
