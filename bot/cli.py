"""`tocsin`: everything the bot does, from a terminal. What answers also answers with --json (docs/json.md)."""

from __future__ import annotations

import asyncio
import json as jsonlib
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import nullcontext
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from adapters.console import ConsoleChat
from bot import __version__, logs, settings
from bot.commands.lookup import match_data
from bot.demo import demo as play_demo
from bot.doctor import examine
from bot.errors import BadSettings, TellPerson, TocsinError
from bot.matching.compare import compare
from bot.model import Analysis, Place, Reason, Reply, Request, Story, Verdict
from bot.ports import Ask
from bot.stories import analyse
from bot.watch import Outcome
from bot.wiring import House, open_house

app = typer.Typer(
    help="Rings when a company you watch appears on a restricted-party list or in a story about one.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
watch = typer.Typer(help="Whom a place watches.", no_args_is_help=True)
feed = typer.Typer(help="News feeds added to those that come with Tocsin.", no_args_is_help=True)
sources = typer.Typer(help="What is read, and how it stands.", invoke_without_command=True)
manifests = typer.Typer(help="What to paste where a chat installs its apps.", no_args_is_help=True)
app.add_typer(manifests, name="manifest")
app.add_typer(watch, name="watch")
app.add_typer(feed, name="feed")
app.add_typer(sources, name="sources")

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON (docs/json.md).")]
Where = Annotated[str, typer.Option("--place", help="The place it is for: console:, slack:TEAM/CHANNEL, ...")]
Names = Annotated[list[str], typer.Argument(help="Companies; quote a name of several words.")]


def main() -> None:
    """The entry point. Errors that a person can act on are one line; the exit code is 1."""
    try:
        app()
    except TocsinError as trouble:
        print(f"tocsin: {trouble}", file=sys.stderr)  # noqa: T201 - the command line's own voice
        raise SystemExit(1) from trouble


def _say(text: str) -> None:
    typer.echo(text)


def _print_json(data: object) -> None:
    typer.echo(jsonlib.dumps(data, ensure_ascii=False, indent=2, default=str))


def _with_house(
    work: Callable[[House], Awaitable[Any]], *, listen: tuple[str, int] | None = None, **over: object
) -> Any:
    """Open the house, work in it, close it."""
    chosen = settings.load(**over)
    logs.configure(chosen.tocsin_log, json=chosen.tocsin_log_json)

    async def inside() -> Any:
        async with open_house(chosen, listen=listen) as house:
            return await work(house)

    return asyncio.run(inside())


def _ask(command: str, *, json: bool, place: str = "console:", **arguments: str | tuple[str, ...]) -> None:
    """Put a command to the desk, as a chat would, and show the answer."""
    try:
        where = Place.parse(place)
    except ValueError as error:
        raise TellPerson(str(error)) from error

    async def work(house: House) -> Reply:
        request = Request(
            command=command,
            place=where,
            person="the command line",
            arguments=tuple(arguments.items()),
            language=house.settings.tocsin_language,
            at=house.clock.now(),
        )
        return await house.desk.answer(request)

    reply: Reply = _with_house(work)
    if json:
        _print_json(reply.data)
    else:
        chat = ConsoleChat()
        for card in reply.cards:
            chat.show(card)
    if not reply.ok:
        raise typer.Exit(1)


def _busy(text: str) -> Any:
    """A spinner for long work; nothing when nobody looks."""
    console = Console(stderr=True)
    return console.status(text) if console.is_terminal else nullcontext()


@app.command()
def demo(
    pause: Annotated[float, typer.Option(help="Seconds between two scenes, to read along.")] = 0.0,
) -> None:
    """Play a small history through the real program, with no network: Huawei 2019, Xiaomi 2021."""
    logs.configure("ERROR")
    asyncio.run(play_demo(sys.stdout, pause=pause))


@app.command()
def run(
    once: Annotated[bool, typer.Option("--once", help="Poll what is due, deliver, and end (for cron).")] = False,
) -> None:
    """Watch, and post alerts to every chat that has a token; with none, print them here."""

    async def work(house: House) -> None:
        count = len(await house.store.subscriptions())
        hint = "" if count else " Nobody is watched yet: tocsin watch add Xiaomi Huawei"
        _say(f"Tocsin {__version__}: {count} watches, {len(house.cards())} sources.{hint}")
        if once:
            with _busy("reading what is due"):
                await house.once()
            return
        progress = asyncio.ensure_future(_first_readings(house))
        try:
            await _until_stopped(house.run())
        finally:
            progress.cancel()

    _with_house(work)


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Go on until somebody ends it, and say that this is safe."""
    _say("Ctrl-C ends.")
    running = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        _say("Ended. Nothing is lost: what was not delivered will be when Tocsin runs again.")


@app.command()
def slack(
    http: Annotated[int, typer.Option(help="Take commands by HTTP on this port instead of Socket Mode.")] = 0,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 is every one.")] = "127.0.0.1",
) -> None:
    """Only Slack: post its alerts and answer its commands, beside another process that watches."""

    async def work(house: House) -> None:
        if not house.settings.slack_bot_token.get_secret_value():
            raise BadSettings("SLACK_BOT_TOKEN is empty: put the bot token of the Slack app there. See docs/slack.md")
        if http and not house.settings.slack_signing_secret.get_secret_value():
            raise BadSettings(
                "SLACK_SIGNING_SECRET is empty: requests by HTTP cannot be told from forged ones without it"
            )
        if http:
            _say(f"Tocsin {__version__}: Slack on http://{host}:{http}/slack/events")
        await _until_stopped(house.run("slack"))

    _with_house(work, listen=(host, http) if http else None)


@manifests.command("slack")
def manifest_slack(
    url: Annotated[str, typer.Option(help="Public address for the HTTP mode; without it, Socket Mode.")] = "",
) -> None:
    """The manifest to paste at https://api.slack.com/apps?new_app=1 (JSON)."""
    from adapters.slack.manifest import manifest

    _print_json(manifest(url))


async def _first_readings(house: House) -> None:
    """How far the first readings are, while somebody looks; the first of a large list takes a while."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return
    with console.status("first readings") as status:
        while unread := house.cards().keys() - {
            id for id, one in (await house.store.memories()).items() if one.tried_at
        }:
            status.update(f"first readings: {len(unread)} of {len(house.cards())} sources to go")
            await house.clock.sleep(timedelta(seconds=1))


@app.command()
def lookup(
    name: Annotated[list[str], typer.Argument(help="A company, in any spelling or script.")], json: Json = False
) -> None:
    """What every list says today of a name, why we think it is the same, and how fresh that is."""
    _ask("lookup", json=json, name=" ".join(name))


@watch.command("add")
def watch_add(names: Names, place: Where = "console:", json: Json = False) -> None:
    """Watch companies."""
    _ask("watch add", json=json, place=place, names=tuple(names))


@watch.command("list")
def watch_list(place: Where = "console:", json: Json = False) -> None:
    """Whom a place watches."""
    _ask("watch list", json=json, place=place)


@watch.command("remove")
def watch_remove(names: Names, place: Where = "console:", json: Json = False) -> None:
    """Stop watching companies."""
    _ask("watch remove", json=json, place=place, names=tuple(names))


@feed.command("add")
def feed_add(url: Annotated[str, typer.Argument(help="A feed's address, or a site's.")], json: Json = False) -> None:
    """Read one more news feed."""
    _ask("feed add", json=json, url=url)


@feed.command("list")
def feed_list(json: Json = False) -> None:
    """Feeds that were added."""
    _ask("feed list", json=json)


@feed.command("remove")
def feed_remove(id: Annotated[str, typer.Argument(help="The id that `feed list` shows.")], json: Json = False) -> None:
    """Stop reading an added feed."""
    _ask("feed remove", json=json, id=id)


@sources.callback()
def sources_list(context: typer.Context, json: Json = False) -> None:
    """What is read, and how it stands."""
    if context.invoked_subcommand is None:
        _ask("sources", json=json)


@sources.command("why")
def sources_why(source: str, json: Json = False) -> None:
    """Why a source is in the state it is in."""
    _ask("sources why", json=json, source=source)


@sources.command("accept")
def sources_accept(source: str, json: Json = False) -> None:
    """Believe a source's next reading even where it surprises."""
    _ask("sources accept", json=json, source=source)


@app.command()
def why(
    key: Annotated[str, typer.Argument(help="The key of one delivery.")] = "",
    place: Where = "console:",
    json: Json = False,
) -> None:
    """Why messages came to a place, or did not."""
    _ask("why", json=json, place=place, key=key)


@app.command()
def unpark(key: Annotated[str, typer.Argument(help="The key that `why` shows.")], json: Json = False) -> None:
    """Try a parked message again."""
    _ask("unpark", json=json, key=key)


@app.command()
def poll(
    source: Annotated[str, typer.Argument(help="The id of a source; see `tocsin sources`.")],
    file: Annotated[Path | None, typer.Option(help="Read this file as if the source had sent it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")] = False,
    json: Json = False,
) -> None:
    """Read one source now, whether or not it is due. A reading that is not believed changes nothing and says why."""

    async def work(house: House) -> Outcome:
        known = await house.everything()
        if source not in known:
            raise TellPerson(f"There is no source {source!r}; known: {', '.join(sorted(known))}")
        document = None
        if file:
            answer = await house.fetcher.fetch(Ask(url=file.resolve().as_uri(), cap=known[source].card.cap))
            document = answer.document
        with _busy(f"reading {source}"):
            return await house.watcher.poll(known[source], document=document, dry_run=dry_run)

    outcome: Outcome = _with_house(work)
    if json:
        _print_json(asdict(outcome))
    else:
        _say(outcome_words(outcome, dry_run=dry_run))
    if outcome.why and not outcome.quarantined:
        raise typer.Exit(1)


def outcome_words(outcome: Outcome, *, dry_run: bool = False) -> str:
    """What a poll came to, in one or two lines."""
    if outcome.quarantined:
        return f"{outcome.source}: not believed. {outcome.why}"
    if outcome.why:
        return f"{outcome.source}: not read. {outcome.why}"
    if outcome.first:
        return f"{outcome.source}: first reading, {outcome.rows} entries. They are history and raise no alert."
    what = (
        f"{outcome.added} added, {outcome.changed} changed ({outcome.material} materially), {outcome.removed} removed"
    )
    pending = f"; {outcome.pending} absent once, a second reading decides" if outcome.pending else ""
    verb = "would raise" if dry_run else "raised"
    state = "not modified, " if outcome.unchanged else ""
    alerts = f"{verb} {outcome.alerts} alerts, {outcome.deliveries} deliveries"
    return f"{outcome.source}: {state}{what}{pending}; {outcome.rows} entries; {alerts}"


@app.command()
def doctor(
    offline: Annotated[bool, typer.Option("--offline", help="Do not fetch anything.")] = False, json: Json = False
) -> None:
    """Check settings, store, chats, and that each source is reachable and believable; one line each."""

    async def work(house: House) -> bool:
        healthy, lines = True, []
        async for finding in examine(house, offline=offline):
            healthy = healthy and finding.ok
            lines.append(asdict(finding))
            if not json:
                _say(f"{'ok ' if finding.ok else 'NOT'}  {finding.what}: {finding.text}")
        if json:
            _print_json({"ok": healthy, "findings": lines})
        return healthy

    try:
        healthy = _with_house(work)
    except BadSettings as trouble:
        _say(f"NOT  settings: {trouble}")
        healthy = False
    if not healthy:
        raise typer.Exit(1)


@app.command()
def read(
    file: Annotated[
        typer.FileText, typer.Argument(help="A text file, its first line the title; - reads what is piped in.")
    ],
    json: Json = False,
) -> None:
    """What a story says: the companies it names, whether it is about a listing, which list, how far it is, and why."""
    title, _, text = file.read(1_000_000).partition("\n")
    story = Story(source="file", id=file.name, url="", title=title.strip(), text=text.strip())

    async def work(house: House) -> tuple[Analysis, dict[str, str]]:
        watched = await house.watcher.whom()
        mentions = watched.mentions(story)
        asked = [one for one in mentions if watched.subscriptions(one.company)] if watched.companies() else mentions
        named = {one.company: watched.company(one.company) for one in asked}
        return analyse(story, asked), {id: company.name for id, company in named.items() if company}

    analysis, names = _with_house(work)
    if json:
        _print_json(analysis_data(analysis, names))
        return
    for mention in {one.company: one for one in reversed(analysis.mentions)}.values():
        rules = ", ".join(reason.rule for reason in mention.reasons)
        _say(f"{names[mention.company]}: “{mention.surface}” in the {mention.where}, {mention.role} ({rules})")
    facts = analysis_data(analysis, names)
    for fact in ("listing_story", "list", "stage", "reason", "origin", "language"):
        _say(f"{fact.replace('_', ' ')}: {facts[fact] if facts[fact] not in ('', None) else '-'}")


def analysis_data(analysis: Analysis, names: Mapping[str, str]) -> dict[str, object]:
    """An analysis as plain data; each company once, by its first mention."""
    first = {one.company: one for one in reversed(analysis.mentions)}
    return {
        "mentions": [
            {
                "company": names[one.company],
                "surface": one.surface,
                "role": str(one.role),
                "where": one.where,
                "start": one.start,
                "reasons": [reason.rule for reason in one.reasons],
            }
            for one in sorted(first.values(), key=lambda one: (one.where != "title", one.start))
        ],
        "listing_story": analysis.listing_story,
        "list": analysis.source or None,
        "stage": analysis.stage or None,
        "reason": analysis.reason or None,
        "origin": analysis.origin or None,
        "language": analysis.language,
    }


@app.command()
def version() -> None:
    """Which version this is."""
    _say(__version__)


@app.command("match")
def match_names(ours: str, theirs: str, json: Json = False) -> None:
    """Whether two names are one company's, and why."""
    match = compare(ours, theirs)
    if json:
        _print_json(match_data(match))
        return
    word = {Verdict.SAME: "same", Verdict.RELATED: "related, another unit", Verdict.NO: "not the same"}[match.verdict]
    _say(f"{word} ({match.band}, {match.score:.2f})")
    for reason in match.reasons:
        _say(f"  {_told(reason)}")


def _told(reason: Reason) -> str:
    """A reason on one line: which spelling met which and by what, or what stands on one side only."""
    if reason.ours and reason.theirs:
        return f"“{reason.ours}” = “{reason.theirs}”: {reason.rule} ({reason.score:.2f})"
    only = reason.ours or reason.theirs
    return f"“{only}”, in the {'first' if reason.ours else 'second'} name: {reason.rule}" if only else reason.rule


if __name__ == "__main__":
    main()
