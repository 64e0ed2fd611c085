"""/help: every command with its sentence, made from the registry, in groups; or one command with all it takes."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches

from bot.cards import Reader
from bot.commands import Argument, Command, Office, command, commands
from bot.commands.languages import about, about_argument, group_about
from bot.commands.spelled import on_command_line, on_discord, on_slack
from bot.errors import TellPerson
from bot.model import Card, FieldKind, Reply, Request, Section

#: The group people come for.
FIRST = "watch"


@command("help", Argument(name="command", about="one command, to see all that it takes", required=False))
async def help(office: Office, request: Request) -> Reply:
    """What you can ask."""
    reader = office.reader(request)
    name = " ".join(request.one("command").casefold().removeprefix("/").split())
    if name:
        return _of_one(name, reader)
    title = reader.say("help.title")
    sections = [
        Section(heading, "\n".join(reader.told(told(one, reader.language), usage(one.name)) for one in all))
        for heading, all in _groups(reader).items()
    ]
    card = Card(summary=title, title=title, sections=tuple(sections), footer=reader.say("help.more"))
    return Reply(cards=(card,), data={"commands": list(commands())})


def told(one: Command, language: str) -> str:
    """What a command does, in the reader's language."""
    return about(one.name, language) or one.about


def _groups(reader: Reader) -> dict[str, list[Command]]:
    """Commands that begin with one word stand together; those that are alone in theirs come before."""
    by_word: defaultdict[str, list[Command]] = defaultdict(list)
    for name, one in commands().items():
        by_word[name.split()[0]].append(one)
    alone = [all[0] for all in by_word.values() if len(all) == 1]
    words = sorted((word for word, all in by_word.items() if len(all) > 1), key=lambda word: word != FIRST)
    return {reader.say("help.alone"): alone} | {group_about(word, reader.language): by_word[word] for word in words}


def _of_one(name: str, reader: Reader) -> Reply:
    """A command and its arguments; for the word of a group, all of it."""
    found = {one: it for one, it in commands().items() if one == name or one.startswith(f"{name} ")}
    if not found:
        known = dict.fromkeys([*(one.split()[0] for one in commands()), *commands()])
        close = get_close_matches(name[:80], known, n=1, cutoff=0.5)
        meant = reader.say("desk.meant", command=close[0]) if close else ""
        raise TellPerson(reader.say("desk.unknown", command=reader.clean(name, 80), meant=meant))
    sections = [Section(usage(one), "\n".join(_lines(it, reader))) for one, it in found.items()]
    title = reader.say("help.of_one", command=name)
    data = {"commands": list(found)}
    return Reply(cards=(Card(summary=title, title=title, sections=tuple(sections)),), data=data)


def _lines(one: Command, reader: Reader) -> list[str]:
    lines = [told(one, reader.language)]
    for argument in one.arguments:
        said = about_argument(one.name, argument.name, argument.about, reader.language)
        lines.append(reader.say("help.argument", name=argument.name, about=said))
    return lines


def table() -> str:
    """docs/commands.md: every command, how it is typed in each place, what it does."""
    rows = [
        f"| {' | '.join([*(' or '.join(f'`{typed}`' for typed in place) for place in everywhere(name)), one.about])} |"
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
            "What changes whom a place watches is refused to those whom its settings do not name.",
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
    """How a command is typed on the command line, on Slack, on Discord, and there by a French reader.

    Each in as many ways as there are.
    """
    what = usage(name).removeprefix(name)
    return on_command_line(name, what), (f"{on_slack(name)}{what}",), on_discord(name), on_discord(name, "fr")


def usage(name: str) -> str:
    """How a command is typed: `watch add NAMES...`, `watch settings [NAME] [kinds:...]`."""
    parts = [name]
    for argument in commands()[name].arguments:
        if argument.option:
            parts.append(f"[{argument.name}:...]")
        if argument.option or argument.kind is FieldKind.FILE:
            continue
        word = argument.name.upper() + ("..." if argument.many else "")
        parts.append(word if argument.required else f"[{word}]")
    return " ".join(parts)
