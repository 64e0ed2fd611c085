"""`tocsin`: everything the bot does, from a terminal. What answers also answers with --json (docs/json.md)."""

from __future__ import annotations

import asyncio
import json as jsonlib
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing, nullcontext
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from adapters.console import ConsoleChat
from bot import __version__, backfill, logs, settings
from bot.cards import TYPED, Reader, account_card
from bot.chronicle import as_table, history_rows
from bot.commands import commands
from bot.commands.audit import COLUMNS, beginning, every_act
from bot.commands.history import past_of
from bot.commands.lookup import match_data
from bot.commands.read import account_data, account_of, story_behind
from bot.commands.typed import options
from bot.demo import demo as play_demo
from bot.doctor import examine
from bot.errors import BadSettings, TellPerson, TocsinError
from bot.ledger import Outcome
from bot.matching.compare import compare
from bot.model import Attachment, Place, Reason, Reply, Request, Story, Verdict
from bot.sources import Source
from bot.wiring import House, open_house

#: What `tocsin --help` says in three parts.
BEGIN, ASK, RUN = "To begin", "Whom to watch, and what is known", "To run it, and to look after it"

app = typer.Typer(
    help="Rings when a company you watch appears on a restricted-party list or in a story about one.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
watch = typer.Typer(help="Whom a place watches.", no_args_is_help=True)
feed = typer.Typer(help="News feeds added to those that come with Tocsin.", no_args_is_help=True)
sources = typer.Typer(help="What is read, and how it stands.", invoke_without_command=True)
alert = typer.Typer(help="What to do with an alert.", no_args_is_help=True)
export = typer.Typer(help="What is kept, as files for other programs.", no_args_is_help=True)
manifests = typer.Typer(help="What to paste where a chat installs its apps.", no_args_is_help=True)
app.add_typer(manifests, name="manifest", rich_help_panel=RUN)
app.add_typer(watch, name="watch", rich_help_panel=ASK)
app.add_typer(export, name="export", rich_help_panel=RUN)
app.add_typer(feed, name="feed", rich_help_panel=RUN)
app.add_typer(sources, name="sources", rich_help_panel=RUN)
app.add_typer(alert, name="alert", rich_help_panel=ASK)

#: Bytes of a story's file that are read; more than any story has.
STORY_CAP = 10_000_000
#: Of what a reader noticed, so much is printed after a poll; `sources why` has more.
NOTICED = 10

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON (docs/json.md).")]
Where = Annotated[str, typer.Option("--place", help="The place it is for: console:, slack:TEAM/CHANNEL, ...")]
Key = Annotated[str, typer.Argument(help="The key of an alert, as `why` shows it.")]
Names = Annotated[list[str], typer.Argument(help="Companies; quote a name of several words.")]


def main() -> None:
    """The entry point. Errors that a person can act on are one line, or JSON where it was asked for; the code is 1."""
    try:
        app()
    except TocsinError as trouble:
        if "--json" in sys.argv:
            _print_json({"error": str(trouble)})
        else:
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


def _ask(
    command: str,
    /,
    *,
    json: bool,
    place: str = "console:",
    files: tuple[Attachment, ...] = (),
    quiet: bool = False,
    busy: str = "",
    **arguments: str | tuple[str, ...],
) -> Reply:
    """Put a command to the desk, as a chat would, show the answer (not when `quiet`), and give it back.

    `busy` is shown to whoever looks at a terminal until the command says how far it is.
    """
    where = _place(place)

    async def work(house: House) -> Reply:
        request = Request(
            command=command,
            place=where,
            person="the command line",
            arguments=tuple(arguments.items()),
            language=house.settings.tocsin_language,
            at=house.clock.now(),
            files=files,
        )
        with _busy(busy) if busy else nullcontext() as status:
            return await house.desk.answer(replace(request, progress=status.update if status else None))

    reply: Reply = _with_house(work)
    if json:
        _print_json(reply.data)
    elif not quiet or not reply.ok:
        chat = ConsoleChat(language=settings.load().tocsin_language)
        for card in reply.cards:
            chat.show(card)
    if not reply.ok:
        raise typer.Exit(1)
    return reply


def _place(text: str) -> Place:
    try:
        return Place.parse(text)
    except ValueError as error:
        raise TellPerson(str(error)) from error


def _busy(text: str) -> Any:
    """A spinner for long work; nothing when nobody looks."""
    console = Console(stderr=True)
    return console.status(text) if console.is_terminal else nullcontext()


@app.command(rich_help_panel=BEGIN)
def demo(
    pause: Annotated[float, typer.Option(help="Seconds between two scenes, to read along.")] = 0.0,
) -> None:
    """Play a small history through the real program, with no network: Huawei 2019, Xiaomi 2021."""
    logs.configure("ERROR")
    asyncio.run(play_demo(sys.stdout, pause=pause))


@app.command(rich_help_panel=BEGIN)
def run(
    once: Annotated[bool, typer.Option("--once", help="Poll what is due, deliver, and end (for cron).")] = False,
) -> None:
    """Watch, and post alerts to every chat that has a token; with none, print them here."""

    async def work(house: House) -> None:
        count, reader = len(await house.store.subscriptions()), _reader(house)
        watches, sources_read = _count(count, "run.watches", reader), _count(len(house.cards()), "run.sources", reader)
        begins = reader.say("run.begins", version=__version__, watches=watches, sources=sources_read)
        _say(begins if count else begins + reader.say("run.nobody"))
        if once:
            with _busy(reader.say("run.reading")):
                await house.once()
            return
        progress = asyncio.ensure_future(_first_readings(house, reader))
        try:
            await _until_stopped(house.run(), reader)
        finally:
            progress.cancel()

    _with_house(work)


async def _until_stopped(work: Coroutine[Any, Any, None], reader: Reader) -> None:
    """Go on until somebody ends it, and say that this is safe."""
    _say(reader.say("run.stop"))
    running = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        _say(reader.say("run.ended"))


@manifests.command("slack")
def manifest_slack(
    url: Annotated[str, typer.Option(help="Public address for the HTTP mode; without it, Socket Mode.")] = "",
) -> None:
    """The manifest to paste at https://api.slack.com/apps?new_app=1 (JSON)."""
    from adapters.slack.manifest import manifest

    _print_json(manifest(url))


async def _first_readings(house: House, reader: Reader) -> None:
    """How far the first readings are, while somebody looks; the first of a large list takes a while."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return
    with console.status(reader.say("run.firsts")) as status:
        while unread := house.cards().keys() - {
            id for id, one in (await house.store.memories()).items() if one.tried_at
        }:
            status.update(reader.say("run.firsts_to_go", count=len(unread), total=len(house.cards())))
            await house.clock.sleep(timedelta(seconds=1))


@app.command(rich_help_panel=ASK)
def lookup(
    name: Annotated[list[str], typer.Argument(help="A company, in any spelling or script.")],
    as_of: Annotated[str, typer.Option(help="A day, as 2021-03-01: what was true then.")] = "",
    json: Json = False,
) -> None:
    """What every list says today of a name, why we think it is the same, and how fresh that is."""
    words, typed = options(commands()["lookup"], " ".join(name))  # `as_of:2021-03-01`, as it is typed in a chat
    _ask("lookup", json=json, name=words, as_of=as_of or str(dict(typed).get("as_of", "")))


@app.command(rich_help_panel=ASK)
def history(
    name: Annotated[list[str], typer.Argument(help="A company, in any spelling or script.")],
    picture: Annotated[Path | None, typer.Option(help="Draw it too, into this PNG file.")] = None,
    json: Json = False,
) -> None:
    """What happened to a company on every list since we read them, over how much was written about it."""
    reply = _ask("history", json=json, name=" ".join(name), picture="yes" if picture else "")
    if picture is None:
        return
    if not reply.files:
        raise TellPerson(f"There is nothing to draw of {' '.join(name)!r}; {picture} was not written")
    _write(picture, reply.files[0].body)
    if not json:
        _say(f"{picture}: {reply.files[0].alt}")


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as error:
        raise TellPerson(f"{path}: cannot be written ({error.strerror}); give another path") from error


@export.command("history")
def export_history(
    company: Annotated[str, typer.Option(help="A company, in any spelling or script.")],
    csv: Annotated[bool, typer.Option("--csv", help="As a table for spreadsheets (what it is without --json).")] = True,
    output: Annotated[Path | None, typer.Option(help="Write it into this file.")] = None,
    json: Json = False,
) -> None:
    """Every change kept of a company, a row for each field: when seen, list, edition, entry, old, new, document."""

    async def work(house: House) -> list[dict[str, str]]:
        _, events, _ = await past_of(house.desk.office, company)
        return history_rows(events)

    rows = _with_house(work)
    text = jsonlib.dumps(rows, ensure_ascii=False, indent=2) if json else as_table(rows)
    if output:
        _write(output, text.encode())
        _say(f"{output}: {len(rows)} rows")
    else:
        typer.echo(text, nl=json)  # a table ends its last line itself


@watch.command("add")
def watch_add(names: Names, place: Where = "console:", json: Json = False) -> None:
    """Watch companies."""
    # Nobody can be asked whom they mean: the likeliest is taken, and the answer says so.
    _ask("watch add", json=json, place=place, names=tuple(names), sure="yes")


@watch.command("list")
def watch_list(place: Where = "console:", json: Json = False) -> None:
    """Whom a place watches."""
    _ask("watch list", json=json, place=place)


@watch.command("remove")
def watch_remove(names: Names, place: Where = "console:", json: Json = False) -> None:
    """Stop watching companies."""
    _ask("watch remove", json=json, place=place, names=tuple(names))


@watch.command("import")
def watch_import(
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="CSV, XLSX, XLS, ODS or plain lines; - reads a pipe.")],
    report: Annotated[Path | None, typer.Option(help="Write who is already listed into this CSV file.")] = None,
    place: Where = "console:",
    json: Json = False,
) -> None:
    """Watch everybody in a file, and say who of them is already listed."""
    attached = Attachment(name=Path(file.name).name, body=file.read())
    reply = _ask("watch import", json=json, place=place, files=(attached,), busy="reading the names")
    if report and reply.files:
        _write(report, reply.files[0].body)


@watch.command("export")
def watch_export(
    output: Annotated[Path | None, typer.Option(help="Write into this file instead of printing.")] = None,
    place: Where = "console:",
    json: Json = False,
) -> None:
    """Everybody who is watched, as CSV that `watch import` takes back."""
    reply = _ask("watch export", json=json, place=place, quiet=output is None)
    if output and reply.files:
        _write(output, reply.files[0].body)
    elif not json:
        for file in reply.files:
            typer.echo(file.body.decode("utf-8-sig"), nl=False)


@watch.command("pause")
def watch_pause(
    what: Annotated[
        list[str] | None, typer.Argument(help="One watch, or nothing for all; then 7d, 2027-01-31, or off.")
    ] = None,
    place: Where = "console:",
    json: Json = False,
) -> None:
    """Send nothing for a while."""
    _ask("watch pause", json=json, place=place, until=" ".join(what or ()))


@watch.command("settings")
def watch_settings(
    name: Annotated[list[str] | None, typer.Argument(help="One watch, or nothing for the whole place.")] = None,
    kinds: Annotated[str, typer.Option(help="listed,delisted,... or all.")] = "",
    lists: Annotated[str, typer.Option(help="Ids of lists, or all.")] = "",
    languages: Annotated[str, typer.Option(help="Of stories: en,fr,zh,... or all.")] = "",
    related: Annotated[str, typer.Option(help="Units of the group and passing mentions too: yes or no.")] = "",
    language: Annotated[str, typer.Option(help="Of alerts: en or fr.")] = "",
    follow_ups: Annotated[str, typer.Option(help="thread, channel or quiet.")] = "",
    managers: Annotated[str, typer.Option(help="Who may change it: everyone, managers or listed.")] = "",
    people: Annotated[str, typer.Option(help="Accounts that may, when managers is listed.")] = "",
    place: Where = "console:",
    json: Json = False,
) -> None:
    """What rings, in which language, and who may change it; without an option, how it is set."""
    given = {
        "kinds": kinds,
        "lists": lists,
        "languages": languages,
        "related": related,
        "language": language,
        "follow_ups": follow_ups,
        "managers": managers,
        "people": people,
    }
    typed = [word.partition(":") for word in name or []]  # `kinds:listed`, as it is typed in a chat, means the same
    given |= {key: value for key, _, value in typed if key in given and value}
    chosen: dict[str, Any] = {key: value for key, value in given.items() if value}
    company = " ".join("".join(word) for word in typed if word[0] not in given)
    _ask("watch settings", json=json, place=place, name=company, **chosen)


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


@app.command(rich_help_panel=RUN)
def feeds(json: Json = False) -> None:
    """Every news feed that is read, and how it stands."""
    _ask("feeds", json=json)


@app.command(rich_help_panel=ASK)
def status(place: Where = "console:", json: Json = False) -> None:
    """Is all well: watches, lists and the oldest reading, messages that wait, the version."""
    _ask("status", json=json, place=place)


@app.command(rich_help_panel=ASK)
def why(
    key: Annotated[str, typer.Argument(help="The key of one delivery.")] = "",
    place: Where = "console:",
    json: Json = False,
) -> None:
    """Why messages came to a place, or did not."""
    _ask("why", json=json, place=place, key=key)


@app.command(rich_help_panel=RUN)
def unpark(
    key: Annotated[str, typer.Argument(help="The key that `why` shows, or: all")],
    place: Where = "console:",
    json: Json = False,
) -> None:
    """Try a parked message again, or all that are parked at a place."""
    _ask("unpark", json=json, place=place, key=key)


@app.command(rich_help_panel=ASK)
def show(
    key: Annotated[str, typer.Argument(help="The key of one message, as `why` shows it.")],
    place: Where = "console:",
    json: Json = False,
) -> None:
    """A message again, whole, with what is new about it."""
    _ask("show", json=json, place=place, key=key)


@alert.command("acknowledge")
def alert_acknowledge(key: Key, place: Where = "console:", json: Json = False) -> None:
    """Take an alert on."""
    _ask("alert acknowledge", json=json, place=place, key=key)


@alert.command("not")
def alert_not(
    key: Key,
    why: Annotated[str, typer.Argument(help="Why it is another company.")] = "",
    place: Where = "console:",
    json: Json = False,
) -> None:
    """Say that an alert is about another company."""
    _ask("alert not", json=json, place=place, key=key, why=why)


@alert.command("mute")
def alert_mute(
    key: Key,
    span: Annotated[str, typer.Argument(help="How long: 1d, 7d, 2w, or until a date such as 2026-12-31.")] = "",
    place: Where = "console:",
    json: Json = False,
) -> None:
    """Hear nothing of an alert's company for a while."""
    _ask("alert mute", json=json, place=place, key=key, span=span)


@alert.command("undo")
def alert_undo(
    key: Key,
    what: Annotated[str, typer.Argument(help="Which: not, or mute; without it, what was done last.")] = "",
    place: Where = "console:",
    json: Json = False,
) -> None:
    """Take back what was said of an alert, or the mute of its company."""
    _ask("alert undo", json=json, place=place, key=key, what=what)


@app.command(rich_help_panel=ASK)
def audit(
    day: Annotated[
        str, typer.Argument(metavar="[SINCE]", help="Only from this day on, such as 2026-01-31 (UTC).")
    ] = "",
    since: Annotated[str, typer.Option(help="The same.")] = "",
    place: Where = "console:",
    json: Json = False,
) -> None:
    """Who acknowledged, dismissed, muted or changed what in a place."""
    _ask("audit", json=json, place=place, since=since or day)


@export.command("acts")
def export_acts(
    csv: Annotated[bool, typer.Option("--csv", help="As CSV, for a spreadsheet; without it, JSON.")] = False,
    since: Annotated[str, typer.Option(help="Only from this day on, such as 2026-01-31 (UTC).")] = "",
    place: Annotated[str, typer.Option(help="Only one place; without it, all of them.")] = "",
    json: Annotated[bool, typer.Option("--json", help="As JSON (what it is without --csv).")] = False,
) -> None:
    """All that people did, oldest first: who, when, what, on which company, where, why, and the evidence."""

    async def work(house: House) -> list[dict[str, str]]:
        office = house.desk.office
        reader = Reader(now=house.clock.now(), language=house.settings.tocsin_language)
        return await every_act(office, beginning(since, reader), _place(place) if place else None)

    acts: list[dict[str, str]] = _with_house(work)
    if csv and not json:
        typer.echo(as_table(acts, COLUMNS), nl=False)
    else:
        _print_json({"acts": acts})


@app.command(rich_help_panel=RUN)
def slack(
    http: Annotated[int, typer.Option(help="Take commands by HTTP on this port instead of Socket Mode.")] = 0,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 is every one.")] = "127.0.0.1",
) -> None:
    """Only Slack: post its alerts and answer its commands, beside another process that watches."""

    async def work(house: House) -> None:
        if not house.settings.slack_bot_token.get_secret_value() and not house.settings.slack_client_id:
            raise BadSettings(
                "SLACK_BOT_TOKEN is empty: put the bot token of the Slack app there, or SLACK_CLIENT_ID for many "
                "workspaces. See docs/slack.md"
            )
        if http and not house.settings.slack_signing_secret.get_secret_value():
            raise BadSettings(
                "SLACK_SIGNING_SECRET is empty: requests by HTTP cannot be told from forged ones without it"
            )
        if http:
            _say(f"Tocsin {__version__}: Slack on http://{host}:{http}/slack/events")
        await _until_stopped(house.run("slack"), _reader(house))

    _with_house(work, listen=(host, http) if http else None)


@app.command(rich_help_panel=RUN)
def key() -> None:
    """A new key for TOCSIN_KEY, which seals the tokens of installed workspaces in the store."""
    print(settings.new_key())  # noqa: T201 - for a pipe, without anything around it


@app.command(rich_help_panel=RUN)
def poll(
    source: Annotated[str, typer.Argument(help="The id of a source; see `tocsin sources`.")],
    file: Annotated[Path | None, typer.Option(help="Read this file as if the source had sent it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")] = False,
    json: Json = False,
) -> None:
    """Read one source now, whether or not it is due. A reading that is not believed changes nothing and says why."""

    async def work(house: House) -> tuple[Outcome, Reader]:
        reader = _reader(house)
        found = await _source(house, source, reader)
        document = await backfill.document_of(file, found.card, house) if file else None
        with _busy(reader.say("poll.reading", source=source)):
            return await house.watcher.poll(found, document=document, dry_run=dry_run), reader

    outcome, reader = _with_house(work)
    if json:
        _print_json(asdict(outcome))
    else:
        _say(outcome_words(outcome, reader, dry_run=dry_run))
    if outcome.why and not outcome.quarantined:
        raise typer.Exit(1)


@app.command("backfill", rich_help_panel=RUN)
def take_past(
    source: Annotated[str, typer.Argument(help="The id of a source; see `tocsin sources`.")],
    files: Annotated[
        list[Path], typer.Argument(help="Files as its publisher had them, each with its day in its name.")
    ],
    dated: Annotated[
        bool, typer.Option("--dated", help="Take each as of the day in its name: 2021-01-14 or 20210114.")
    ] = False,
    alert: Annotated[bool, typer.Option("--alert", help="Raise alerts for what they show, as polls do.")] = False,
    json: Json = False,
) -> None:
    """Take files of the past in order, leaving the history that polls on those days would have left."""
    if not dated:
        raise TellPerson("Say --dated: each file is taken as of the day in its name, and nothing else tells its day")
    in_order = backfill.dated(files)

    async def work(house: House) -> list[dict[str, object]]:
        reader = _reader(house)
        found = await _source(house, source, reader)
        told = []
        async for file, outcome in backfill.backfill(house, found, in_order, alert=alert):
            told.append({"file": file.path.name, "at": file.at.isoformat(), **asdict(outcome)})
            if not json:
                _say(f"{file.at:%Y-%m-%d} {outcome_words(outcome, reader, of=file.path.name)}")
        return told

    told = _with_house(work)
    if json:
        _print_json(told)
    if any(one["why"] and not one["quarantined"] for one in told):
        raise typer.Exit(1)


def outcome_words(outcome: Outcome, reader: Reader, *, of: str = "", dry_run: bool = False) -> str:
    """What a poll came to, and what its reader noticed, a line each. `of` is what it is said of, if not the source."""
    more = [reader.say("poll.more", count=len(outcome.signals) - NOTICED)] if len(outcome.signals) > NOTICED else []
    noticed = [
        reader.say("poll.noticed", signal="".join(filter(str.isprintable, signal))[:200])
        for signal in outcome.signals[:NOTICED]
    ]
    return "\n".join([_outcome(outcome, reader, of or outcome.source, dry_run=dry_run), *noticed, *more])


def _outcome(outcome: Outcome, reader: Reader, of: str, *, dry_run: bool) -> str:
    if outcome.why or outcome.quarantined:
        key = "poll.not_believed" if outcome.quarantined else "poll.not_read"
        return reader.say(key, source=of, why=outcome.why.removeprefix(f"{outcome.source}: "))
    if outcome.first:
        return reader.say("poll.first", source=of, rows=outcome.rows)
    counts = {name: getattr(outcome, name) for name in ("added", "changed", "material", "removed")}
    alerts = _count(outcome.alerts, "poll.alerts", reader)
    messages = _count(outcome.deliveries, "poll.messages", reader)
    return reader.say(
        "poll.line",
        source=of,
        unchanged=reader.say("poll.unchanged") if outcome.unchanged else "",
        changes=reader.say("poll.changes", **counts),
        pending=reader.say("poll.pending", count=outcome.pending) if outcome.pending else "",
        rows=outcome.rows,
        raised=reader.say("poll.would_raise" if dry_run else "poll.raised", alerts=alerts, messages=messages),
    )


def _count(number: int, key: str, reader: Reader) -> str:
    return reader.say(f"{key}_one" if number == 1 else key, count=number)


def _reader(house: House) -> Reader:
    """Whoever sits at the terminal."""
    return Reader(now=house.clock.now(), language=house.settings.tocsin_language)


async def _source(house: House, id: str, reader: Reader) -> Source:
    """The source of that id. Raises TellPerson, with the one that may have been meant, where there is none."""
    known = await house.everything()
    if id not in known:
        close = get_close_matches(id[:80], known, n=1, cutoff=0.5)
        meant = reader.say("desk.meant", command=close[0]) if close else ""
        raise TellPerson(reader.say("sources.unknown", id=reader.clean(id, 80), meant=meant))
    return known[id]


@app.command(rich_help_panel=BEGIN)
def doctor(
    offline: Annotated[bool, typer.Option("--offline", help="Do not fetch anything.")] = False, json: Json = False
) -> None:
    """Check settings, store, chats, and that each source is reachable and believable; one line each."""

    async def work(house: House) -> bool:
        healthy, lines = True, []
        async with aclosing(examine(house, offline=offline)) as findings:
            async for finding in findings:
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


@app.command(rich_help_panel=ASK)
def read(
    story: Annotated[
        str,
        typer.Argument(
            metavar="FILE|URL|TEXT",
            help="A text file, its first line the title; - for what is piped in; an address; or the text itself.",
        ),
    ],
    on: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="The day of the story, for the record as it stood then."),
    ] = None,
    json: Json = False,
) -> None:
    """What a story says: the companies it names, whether it is about a listing, which list, how far it is, and why."""

    async def work(house: House) -> None:
        office, language = house.desk.office, house.settings.tocsin_language
        said = await story_behind(office, story) if "://" in story else _story_in(story)
        if on:
            said = replace(said, published=on.replace(hour=12, tzinfo=UTC))
        account = await account_of(office, said, place=None, language=language)
        if json:
            _print_json(account_data(account))
        else:
            ConsoleChat(language=language).show(
                account_card(account, Reader(now=house.clock.now(), cards=house.titled(), language=language))
            )

    _with_house(work)


#: What `read` takes, for whoever gave something else.
_STORIES = "give a text file, - for what is piped in, an address, or the text itself"


def _story_in(file: str) -> Story:
    """A text file as a story, its first line the title. Letters that are no UTF-8 are shown as such, not refused.

    What is no file and has several words is the text itself, as it is in a chat.
    """
    try:
        if file == "-":
            text = sys.stdin.read(STORY_CAP)
        elif len(file.split()) != 1 and not _is_file(file):
            text = file
        else:
            with Path(file).open("rb") as opened:
                text = opened.read(STORY_CAP).decode("utf-8-sig", "replace")
    except OSError as error:
        raise TellPerson(f"{file}: {error.strerror}; {_STORIES}") from error
    if not text.strip():
        raise TellPerson(f"{file.strip() or 'read'}: no text in it; {_STORIES}")
    title, _, rest = text.lstrip().partition("\n")
    return Story(source=TYPED, id=file, url="", title=title.strip(), text=rest.strip())


def _is_file(name: str) -> bool:
    """Whether there is a file of that name; a text that is pasted may be no name at all."""
    try:
        return bool(name.strip()) and Path(name).exists()
    except (OSError, ValueError):
        return False


@app.command(rich_help_panel=RUN)
def version(json: Json = False) -> None:
    """Which version this is."""
    if json:
        _print_json({"version": __version__})
    else:
        _say(__version__)


@app.command("help", rich_help_panel=ASK)
def help_(
    command: Annotated[list[str] | None, typer.Argument(help="One command, to see all that it takes.")] = None,
    json: Json = False,
) -> None:
    """What can be asked here and in every chat."""
    _ask("help", json=json, command=" ".join(command or ()))


def _told_version(wanted: bool) -> None:
    if wanted:
        _say(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_told_version, is_eager=True, help="Which version this is.")
    ] = False,
) -> None:
    """Rings when a company you watch appears on a restricted-party list or in a story about one."""


@app.command("match", rich_help_panel=ASK)
def match_names(ours: str, theirs: str, json: Json = False) -> None:
    """Whether two names are one company's, and why."""
    if not ours.strip() or not theirs.strip():
        raise TellPerson("match needs two names, for example: tocsin match Xiaomi 小米")
    match = compare(ours, theirs)
    if json:
        _print_json(match_data(match))
        return
    reader = Reader(now=datetime.now(UTC), language=settings.load().tocsin_language)
    band = "" if match.verdict is Verdict.NO else f"{reader.say(f'band.{match.band}')}, "
    _say(f"{reader.say(f'match.{match.verdict}')} ({band}{reader.score(match.score)})")
    for reason in match.reasons:
        if match.verdict is not Verdict.NO or reason.rule != Verdict.NO:  # the first line has said it
            _say(f"  {_told(reason, reader)}")


def _told(reason: Reason, reader: Reader) -> str:
    """A reason on one line: which spelling met which and by what, or what stands on one side only."""
    rule = reader.retell("rule", reason.rule)
    ours, theirs = reader.clean(reason.ours, 160), reader.clean(reason.theirs, 160)
    if ours and theirs:
        return f"{reader.say('matched.reason', ours=ours, theirs=theirs, rule=rule)} ({reader.score(reason.score)})"
    if only := ours or theirs:
        return reader.say("match.first" if ours else "match.second", name=only, rule=rule)
    return rule


if __name__ == "__main__":
    main()
