"""Listening on Discord: slash commands, half-typed words, presses of buttons, modals -> Request -> Reply -> an answer.

A command that asks for more opens its modal, which Discord takes only as the first answer. Every other answer begins
with a private "thinking" within Discord's three seconds, whatever the store does; then the command runs; then the
answer takes that place. Nothing here waits inside discord.py's own loops, and no error leaves it: a connection that
ends is made again with a fresh client.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import aiohttp
import discord
from discord import app_commands

from adapters.discord import draw, forms
from adapters.discord.forms import Arguments, Upload
from adapters.discord.tree import Words, build
from adapters.discord.wire import NO_PERMISSION, Guard, new_client, sort_error, token_refused
from adapters.discord.words import say as say_word
from bot.commands.meanwhile import Meanwhile
from bot.commands.several import several
from bot.errors import BadSettings
from bot.logs import log
from bot.model import Attachment, Card, Form, Place, Reply, Request
from bot.ports import Desk

#: Silence after which a connection is given up. Discord asks for a heartbeat every 41.25 s and answers it, so less
#: than that would end a connection on which simply nothing happens.
HEARTBEAT_TIMEOUT = 60.0
#: Waiting before a fresh client: doubles up to this.
LONGEST = 300.0
#: A refused token is tried again this seldom: every refusal counts towards a ban of the address.
TOKEN_AGAIN = 900.0
#: Interactions remembered so that none is answered twice.
REMEMBERED = 2_000
#: Seconds until a command must have said what it asks; then there is still time to begin an answer in words.
FORM_PATIENCE = 2.0
#: Seconds for which another process may claim a form that this one does not know.
ELSEWHERE = 1.0
#: Characters of a message that are read for names: what is written in it, and in its embeds.
READ = 20_000
# https://discord.com/developers/docs/topics/opcodes-and-status-codes (read 2026-11)
ALREADY_ANSWERED = 40060
UNKNOWN_INTERACTION = 10062
AUTHENTICATION_FAILED = 4004
TOO_LARGE = 413
SHARDING_REQUIRED = 4011
#: https://discord.com/developers/docs/interactions/application-commands#autocomplete (read 2026-11)
CHOICES = 25
CHOICE = 100

_LOST = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass(frozen=True, slots=True)
class Shards:
    """Which part of the guilds this process serves: nothing for all, "auto", or "0,1/4", "0-3/8"."""

    ids: tuple[int, ...] = ()
    count: int = 0
    auto: bool = False

    @classmethod
    def parse(cls, text: str) -> Shards:
        """Raises BadSettings."""
        if text in {"", "auto"}:
            return cls(auto=text == "auto")
        found = re.fullmatch(r"\s*(\d[\d\s,-]*?)\s*/\s*(\d+)\s*", text)
        count = int(found[2]) if found else 0
        ids: list[int] = []
        for part in found[1].split(",") if found else []:
            first, _, last = part.partition("-")
            with suppress(ValueError):
                ids += range(int(first), int(last or first) + 1)
        if not ids or max(ids) >= count:
            raise BadSettings(f"DISCORD_SHARDS={text!r}: write auto, or ids and how many there are, for example 0,1/4")
        return cls(ids=tuple(dict.fromkeys(ids)), count=count)


class Listener:
    """Keeps a client connected and lets it answer."""

    def __init__(
        self,
        token: str,
        *,
        guard: Guard,
        now: Callable[[], datetime],
        sync_guild: int = 0,
        shards: Shards = Shards(),
        tree_file: Path | None = None,
        heartbeat_timeout: float = HEARTBEAT_TIMEOUT,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._token = token
        self._guard = guard
        self._now = now
        self._shards = shards
        self._heartbeat_timeout = heartbeat_timeout
        self._pause = pause
        self.synced = Synced(tree_file, sync_guild)

    async def run(self, desk: Desk) -> None:
        """Serve until cancelled."""
        failures = 0
        answers = Answers(desk, self._now)
        while True:
            client = self._client(answers)
            try:
                await client.start(self._token)
                failures = 0
            except Exception as error:  # whatever discord.py does when the gateway is down (an AttributeError: seen)
                failures = 0 if client.was_ready else failures + 1
                wait = self._after(error, failures)
            else:
                wait = 1.0
            finally:
                await _closed(client)
            await self._pause(wait)

    def _client(self, answers: Answers) -> Any:
        if self._shards.auto or self._shards.count:
            part: dict[str, Any] = {}
            if self._shards.count:
                part = {"shard_ids": list(self._shards.ids), "shard_count": self._shards.count}
            return self._made(ShardedClient, answers, **part)
        return self._made(OneClient, answers)

    def _made(self, kind: type[Any], answers: Answers, **more: Any) -> Any:
        client = new_client(kind, guard=self._guard, heartbeat_timeout=self._heartbeat_timeout, **more)
        client.settle_in(answers, self.synced)
        return client

    def _after(self, error: Exception, failures: int) -> float:
        """Seconds until the next attempt, and the reason into the log."""
        code = error.code if isinstance(error, discord.ConnectionClosed) else 0
        if isinstance(error, discord.LoginFailure) or code == AUTHENTICATION_FAILED:
            log.error("discord_token_refused", next=token_refused(), again_in=TOKEN_AGAIN)
            return TOKEN_AGAIN
        if code == SHARDING_REQUIRED:
            log.warning("discord_shards", why="this bot is in so many servers that Discord wants it in parts")
            self._shards = Shards(auto=True)
            return 1.0
        wait = min(LONGEST, 2.0 ** min(failures, 10))
        log.warning("discord_not_connected", trouble=str(sort_error(error, "connecting")), again_in=wait)
        return wait


async def _closed(client: discord.Client) -> None:
    """Close a client to its last socket, also while this is called off: it would stop half way."""
    closing = asyncio.create_task(_close(client), name="discord:close")
    try:
        await asyncio.shield(closing)
    except asyncio.CancelledError:
        await closing
        raise


async def _close(client: discord.Client) -> None:
    try:
        await client.close()
    except Exception as error:  # one that never got as far as opening
        log.info("discord_close", trouble=type(error).__name__)
    finally:
        await client.http.close()  # closing stops at the first trouble, which is the gateway's


class Synced:
    """Which command tree Discord has from us, remembered by its hash, so that it is sent only when it changed."""

    def __init__(self, file: Path | None, guild: int) -> None:
        self._file = file
        self._guild = guild
        self._hashes: dict[str, str] = self._read()

    def _read(self) -> dict[str, str]:
        try:
            known = json.loads(self._file.read_text(encoding="utf-8")) if self._file else {}
        except (OSError, ValueError):
            known = {}  # a lost file costs one more request
        return known if isinstance(known, dict) else {}

    def _write(self) -> None:
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps(self._hashes), encoding="utf-8")

    async def sync(self, tree: app_commands.CommandTree[Any], application: int) -> bool:
        """Send the tree when it is not the one that was sent last. True when it was sent."""
        guild = discord.Object(self._guild) if self._guild else None
        if guild:
            tree.copy_global_to(guild=guild)
        key, digest = f"{application}/{self._guild}", await fingerprint(tree, guild)
        if self._hashes.get(key) == digest:
            return False
        await tree.sync(guild=guild)
        self._hashes[key] = digest
        self._write()
        return True


async def fingerprint(tree: app_commands.CommandTree[Any], guild: discord.Object | None) -> str:
    """A hash of all that Discord would be sent."""
    translator = tree.translator
    payload = [
        await one.get_translated_payload(tree, translator) if translator else one.to_dict(tree)
        for one in sorted(tree.get_commands(guild=guild), key=lambda one: one.name)
    ]
    return hashlib.sha256(json.dumps(payload, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class _Ours:
    """What both kinds of client have: the tree, the buttons, and whom to hand an interaction to."""

    answers: Answers
    was_ready = False
    _synced: Synced
    _tree: app_commands.CommandTree[Any]

    def settle_in(self, answers: Answers, synced: Synced) -> None:
        self.answers, self._synced = answers, synced
        self._tree = Tree(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        for one in build(_serve, _suggest, _read):
            self._tree.add_command(one)

    async def setup_hook(self) -> None:
        """Signed in, not yet connected. A tree that Discord refuses leaves the old one, which is answered as before."""
        self.add_dynamic_items(PressedButton, ShareButton, MoreButton)  # type: ignore[attr-defined]
        await self._tree.set_translator(Words())
        try:
            if await self._synced.sync(self._tree, self.application_id):  # type: ignore[attr-defined]
                log.info("discord_commands_sent")
        except Exception as trouble:  # whatever discord.py makes of an answer it does not know
            log.error("discord_commands_refused", trouble=" ".join(str(trouble).split())[:500])

    def dispatch(self, event: str, /, *arguments: Any, **options: Any) -> None:
        """Nothing is begun any more by a client that closes: its loop is gone, and what began would never run."""
        if not self.is_closed():  # type: ignore[attr-defined]
            super().dispatch(event, *arguments, **options)  # type: ignore[misc]

    async def on_ready(self) -> None:
        self.was_ready = True
        log.info("discord_ready", guilds=len(self.guilds))  # type: ignore[attr-defined]

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """What is sent of a modal; discord.py hands over everything else by other ways."""
        if interaction.type is discord.InteractionType.modal_submit and forms.is_ours(_data(interaction)):
            await self.answers.sent(interaction)

    async def on_error(self, event: str, /, *arguments: Any, **options: Any) -> None:
        log.exception("discord_event_broke", event_name=event)


class OneClient(_Ours, discord.Client):
    """Serves every guild over one connection."""


class ShardedClient(_Ours, discord.AutoShardedClient):
    """Serves the guilds, or a part of them, over several."""


class Tree(app_commands.CommandTree[Any]):
    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """A command that an old client still shows, or that changed a moment ago."""
        log.warning("discord_command_unknown", trouble=str(error)[:200])
        await _changed(interaction)


async def _changed(interaction: discord.Interaction[Any]) -> None:
    with suppress(discord.HTTPException, *_LOST):
        await interaction.response.send_message(say_word(language_of(interaction), "changed"), ephemeral=True)


async def _serve(
    interaction: discord.Interaction[Any], command: str, given: dict[str, str | discord.Attachment]
) -> None:
    arguments = [_argument(command, name, value) for name, value in given.items() if isinstance(value, str) and value]
    files = {name: value for name, value in given.items() if isinstance(value, discord.Attachment)}
    arguments += [(name, file.filename) for name, file in files.items()]
    uploads = [Upload.of(dict(file.to_dict())) for file in files.values()]
    await interaction.client.answers.serve(interaction, command, tuple(arguments), uploads)


async def _read(interaction: discord.Interaction[Any], command: str, message: discord.Message) -> None:
    text = text_of(message)[:READ]
    await interaction.client.answers.serve(interaction, command, (("text", text),) if text else ())


def text_of(message: discord.Message) -> str:
    """All that is written in a message, its embeds and the message it forwards included."""
    whole: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    parts: list[str] = []
    for one in whole:
        parts.append(one.content)
        for embed in one.embeds:
            parts += [embed.title or "", embed.description or ""]
            parts += [text for field in embed.fields for text in (field.name or "", field.value or "")]
    return "\n".join(part.strip() for part in parts if part and part.strip())


def _argument(command: str, name: str, value: str) -> tuple[str, str | tuple[str, ...]]:
    return (name, several(value)) if forms.takes_many(command, name) else (name, value)


async def _suggest(
    interaction: discord.Interaction[Any], command: str, argument: str, typed: str
) -> list[app_commands.Choice[str]]:
    place = place_of(interaction)
    return interaction.client.answers.suggest(command, argument, typed, place)  # type: ignore[no-any-return]


class ShareButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=draw.SHARE):
    """Shows a private answer, as it stands, to the channel."""

    def __init__(self) -> None:
        super().__init__(discord.ui.Button(label="…", custom_id=draw.SHARE))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> ShareButton:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.client.answers.share(interaction)


class PressedButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=f"{draw.PREFIX}(?P<call>[\\s\\S]+)"):
    """Any button of ours, on a message of any age: its id spells the command out."""

    def __init__(self, custom_id: str) -> None:
        super().__init__(discord.ui.Button(label="…", custom_id=custom_id))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> PressedButton:
        return cls(match.string)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        command, arguments = draw.unpack(self.custom_id)
        await interaction.client.answers.serve(interaction, command, arguments)


class MoreButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=f"{forms.MORE}(?P<part>\\d+):(?P<call>[\\s\\S]+)"
):
    """Opens the next part of a form that one modal could not hold."""

    def __init__(self, custom_id: str, part: int, call: str) -> None:
        super().__init__(discord.ui.Button(label="…", custom_id=custom_id))
        self._part, self._call = part, call

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> MoreButton:
        return cls(match.string, int(match["part"]), match["call"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.client.answers.go_on(interaction, self._call, self._part)


@dataclass
class Answers:
    """From an interaction to the desk and back."""

    desk: Desk
    now: Callable[[], datetime]
    _seen: OrderedDict[int, None] = field(default_factory=OrderedDict)
    _forms: OrderedDict[str, Form] = field(default_factory=OrderedDict)  #: those that are asked in parts, see `forms`

    async def serve(
        self,
        interaction: discord.Interaction[Any],
        command: str,
        arguments: Arguments,
        uploads: Sequence[Upload] = (),
    ) -> None:
        """Open what the command asks; else acknowledge, ask the desk, answer. Never raises."""
        if not self._is_new(interaction.id):
            return
        with _reported(command):
            request = self._request(interaction, command, arguments)
            form = None if uploads else await self._form(request)
            modal = self._modal(form, f"#{interaction.id}") if form else None
            if modal and await _first(lambda: interaction.response.send_modal(modal)):
                return
            await self._answer(interaction, request, uploads)

    async def sent(self, interaction: discord.Interaction[Any]) -> None:
        """What somebody put into a modal is a command like any other. Never raises."""
        if not self._is_new(interaction.id):
            return
        with _reported("a form"):
            call = forms.call_of(_data(interaction))
            form = self._forms.get(call)
            command, asked = (form.command, form.arguments) if form else draw.unspell(call)
            if form is None and call.startswith("#"):
                await self._unknown(interaction)
                return
            said = forms.sent(_data(interaction), command)
            if form:
                self._forms[call] = forms.with_answers(form, said.answers)
            arguments = forms.whole(form, said.answers) if form else (*asked, *said.answers)
            more = f"{forms.MORE}{said.following}:{call}" if said.following else ""
            await self._answer(interaction, self._request(interaction, command, arguments), said.uploads, more=more)

    async def go_on(self, interaction: discord.Interaction[Any], call: str, part: int) -> None:
        """Open the next part of a form. Never raises."""
        if not self._is_new(interaction.id):
            return
        with _reported("a form"):
            form = self._forms.get(call)
            modal = self._modal(form, call, part=part) if form else None
            if modal is None:
                await self._unknown(interaction)
            else:
                await _first(lambda: interaction.response.send_modal(modal))

    async def _unknown(self, interaction: discord.Interaction[Any]) -> None:
        """A form that is kept no more, or by another process that serves the same servers: that one goes first."""
        await asyncio.sleep(ELSEWHERE)
        await _changed(interaction)

    async def _answer(
        self, interaction: discord.Interaction[Any], request: Request, uploads: Sequence[Upload], *, more: str = ""
    ) -> None:
        if not await _acknowledged(interaction):
            return
        try:
            files = [await _fetched(interaction, one) for one in uploads]
        except _Unfetched as trouble:
            await say(interaction, Reply(cards=(Card(summary=str(trouble), title=str(trouble)),), ok=False))
            return
        await say(interaction, await self._asked(interaction, replace(request, files=tuple(files))), more=more)

    async def _asked(self, interaction: discord.Interaction[Any], request: Request) -> Reply:
        """The desk's answer; until it is there, "thinking" becomes how far it is."""
        meanwhile = Meanwhile()

        async def tell(line: str) -> None:
            silent = discord.AllowedMentions.none()
            await interaction.edit_original_response(content=draw.escape(line), allowed_mentions=silent)

        answer = asyncio.create_task(self.desk.answer(replace(request, progress=meanwhile)))
        try:
            await meanwhile.show(answer, tell)
            return await answer
        finally:
            answer.cancel()

    def _request(self, interaction: discord.Interaction[Any], command: str, arguments: Arguments) -> Request:
        return Request(
            command=command,
            place=place_of(interaction),
            person=person_of(interaction),
            arguments=tuple(arguments),
            language=language_of(interaction),
            at=self.now(),
            manager=is_manager(interaction),
            home=home_of(interaction),
        )

    async def _form(self, request: Request) -> Form | None:
        """What the command asks, unless it takes so long to say that an answer in words must begin."""
        try:
            async with asyncio.timeout(FORM_PATIENCE):
                return await self.desk.form(request)
        except TimeoutError:
            log.warning("discord_form_late", command=request.command)
            return None

    def _modal(self, form: Form, call: str, *, part: int = 0) -> discord.ui.Modal | None:
        """The form drawn, and kept under this name where it must be; none where it cannot be drawn: then the desk

        says in words what it misses.
        """
        try:
            modal = forms.modal(form, part=part, call=call if forms.must_be_kept(form) else "")
        except (TypeError, ValueError):
            log.exception("discord_form_broke", command=form.command)
            return None
        if forms.must_be_kept(form):
            self._forms[call] = form
            _forget(self._forms)
        return modal

    async def share(self, interaction: discord.Interaction[Any]) -> None:
        """The answer under which it was pressed, for everybody, with who shows it. Never raises."""
        if interaction.message is None or not self._is_new(interaction.id):
            return
        by = say_word(language_of(interaction), "shared_by", person=interaction.user.display_name)
        with _reported("share"):
            if interaction.message.attachments:
                await _shown_with_files(interaction, interaction.message, by)
            else:
                await _first(lambda: _shown(interaction, by))

    def _is_new(self, id: int) -> bool:
        """False for one that was handed over already: a resumed connection may repeat what it had said."""
        if id in self._seen:
            return False
        self._seen[id] = None
        _forget(self._seen)
        return True

    def suggest(
        self, command: str, argument: str, typed: str, place: Place | None = None
    ) -> list[app_commands.Choice[str]]:
        """What a half-typed word may become; in a list of names it is the last that is completed. Never raises."""
        many = forms.takes_many(command, argument)
        before, word = _last(typed) if many else ("", typed)
        try:
            found = self.desk.complete(command, argument, word.strip(), CHOICES, place=place)
        except Exception:
            log.exception("discord_suggestions_broke", command=command)
            return []
        whole = dict.fromkeys(f"{before}{_quoted(one) if many else one}" for one in found)
        fits = [one for one in whole if one.strip() and draw.size(one) <= CHOICE]
        return [app_commands.Choice(name=one, value=one) for one in fits[:CHOICES]]


def _forget(known: OrderedDict[Any, Any]) -> None:
    while len(known) > REMEMBERED:
        known.popitem(last=False)


@contextmanager
def _reported(command: str) -> Iterator[None]:
    """Whatever goes wrong in answering goes into the log, and no further."""
    try:
        yield
    except (discord.DiscordException, *_LOST) as trouble:
        log.warning("discord_answer_lost", command=command, trouble=str(sort_error(trouble, "answering")))
    except Exception:
        log.exception("discord_answer_broke", command=command)


def _data(interaction: discord.Interaction[Any]) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", interaction.data or {})


class _Unfetched(Exception):
    """Why a file is not there, in words for who sent it."""


async def _fetched(interaction: discord.Interaction[Any], upload: Upload) -> Attachment:
    language, name = language_of(interaction), draw.plain(upload.name, draw.LABEL)
    if upload.size > forms.FILE_CAP:
        sizes = {"size": f"{upload.size / 1e6:.1f}", "most": f"{forms.FILE_CAP / 1e6:.0f}"}
        raise _Unfetched(say_word(language, "file_too_large", name=name, **sizes))
    try:
        body = await interaction.client.http.get_from_cdn(upload.url)
    except (discord.DiscordException, *_LOST, ValueError) as trouble:
        log.warning("discord_file_lost", trouble=type(trouble).__name__)
        raise _Unfetched(say_word(language, "file_lost", name=name)) from trouble
    return Attachment(name=name, body=body, type=upload.type)


def _last(typed: str) -> tuple[str, str]:
    """What stands before the last name of a list, and the last name."""
    names = several(typed)
    if len(names) < 2 and not typed.rstrip().endswith((",", ";")):
        return "", typed.strip().strip('"')
    done = names if typed.rstrip().endswith((",", ";")) else names[:-1]
    return "".join(f"{_quoted(name)}, " for name in done), "" if done is names else names[-1]


def _quoted(name: str) -> str:
    """In quotes where the name alone would be taken for several."""
    return name if several(name) == (name,) else f'"{name}"'


def place_of(interaction: discord.Interaction[Any]) -> Place:
    """Where it was typed: the channel, also from one of its threads, or the forum to which a post belongs.

    A direct message where the bot came with the person and cannot post in the channel.
    """
    came_with_person = interaction.is_user_integration() and not interaction.is_guild_integration()
    if interaction.guild_id is None or interaction.channel_id is None or came_with_person:
        return home_of(interaction)
    thread = interaction.channel if isinstance(interaction.channel, discord.Thread) else None
    return Place("discord", f"{interaction.guild_id}/{thread.parent_id if thread else interaction.channel_id}")


def home_of(interaction: discord.Interaction[Any]) -> Place:
    """Where this person alone is reached: their direct messages."""
    return Place("discord", f"@me/{interaction.user.id}")


def is_manager(interaction: discord.Interaction[Any]) -> bool:
    """Whether Discord lets this person manage the place: the channel or the server; their own messages always."""
    if place_of(interaction) == home_of(interaction):
        return True
    may = interaction.permissions
    return may.administrator or may.manage_guild or may.manage_channels


def person_of(interaction: discord.Interaction[Any]) -> str:
    """Who it was, so that people read a name and an audit finds the account."""
    return f"{interaction.user.name} ({interaction.user.id})"


def language_of(interaction: discord.Interaction[Any]) -> str:
    """The language the person set Discord to: "fr", "en"."""
    return str(interaction.locale.value).split("-")[0] or "en"


async def _shown(interaction: discord.Interaction[Any], by: str) -> None:
    message = interaction.message
    if message is None:
        return
    await interaction.response.send_message(
        embeds=_signed(message, by),
        view=_without_share(message),
        allowed_mentions=discord.AllowedMentions.none(),
        silent=True,
    )


async def _shown_with_files(interaction: discord.Interaction[Any], message: discord.Message, by: str) -> None:
    """Files have to be fetched first, so the answer begins with a "thinking" that everybody sees."""
    if not await _first(lambda: interaction.response.defer(ephemeral=False, thinking=True)):
        return
    files = [await one.to_file(description=one.description) for one in message.attachments]
    await interaction.edit_original_response(
        embeds=_signed(message, by),
        view=_without_share(message),
        attachments=files,
        allowed_mentions=discord.AllowedMentions.none(),
    )


def _signed(message: discord.Message, by: str) -> list[discord.Embed]:
    embeds = message.embeds
    embeds[-1].set_footer(text=draw.footer(embeds[-1].footer.text or "", by))
    return embeds


def _without_share(message: discord.Message) -> discord.ui.View:
    view = discord.ui.View.from_message(message)
    for item in view.children:
        if isinstance(item, discord.ui.Button) and item.custom_id == draw.SHARE:
            view.remove_item(item)
    view.stop()
    return view


async def _acknowledged(interaction: discord.Interaction[Any]) -> bool:
    """Whether it is ours to answer: said within three seconds, and nobody else said it before."""
    return await _first(lambda: interaction.response.defer(ephemeral=True, thinking=True))


async def _first(answer: Callable[[], Awaitable[Any]]) -> bool:
    """Give an interaction its first answer, which Discord takes once; a second try tells whether the first arrived."""
    for again in (False, True):
        try:
            await answer()
        except discord.HTTPException as refusal:
            if refusal.code == ALREADY_ANSWERED:
                return again  # our first try had arrived; without one, another process serves the same guilds
            late = refusal.code == UNKNOWN_INTERACTION
            log.warning("discord_too_late" if late else "discord_not_acknowledged", code=refusal.code)
            return False
        except _LOST:
            continue
        return True
    return False


async def say(interaction: discord.Interaction[Any], reply: Reply, *, more: str = "") -> None:
    """The reply, in place of "thinking". Putting it there may be repeated safely; further cards are sent once.

    Files go with the first card. `more` is the id of a button that goes on asking.
    """
    language = language_of(interaction)
    first, *rest = reply.cards or (Card(summary="✓", title="✓"),)
    label = say_word(language, "more") if more else ""
    if reply.private:
        share = say_word(language, "share") if place_of(interaction).address[0] != "@" else ""
        await _put(interaction, draw.draw(first, share=share, more=(label, more)), reply.files)
    else:
        await interaction.delete_original_response()
        await _add(interaction, draw.draw(first, more=(label, more)), reply.files, private=False)
    for card in rest:
        await _add(interaction, draw.draw(card), (), private=reply.private)


async def _put(interaction: discord.Interaction[Any], drawn: draw.Drawn, files: Sequence[Attachment]) -> None:
    try:
        await _put_with(interaction, drawn, files)
    except discord.HTTPException as refusal:
        if not files or (refusal.status != TOO_LARGE and refusal.code != NO_PERMISSION):
            raise
        names = ", ".join(draw.plain(one.name, draw.LABEL) for one in files)
        words = say_word(language_of(interaction), "files_refused", names=names)
        await _put_with(interaction, replace(drawn, file=b""), (), words=draw.escape(words))


async def _put_with(
    interaction: discord.Interaction[Any], drawn: draw.Drawn, files: Sequence[Attachment], *, words: str = ""
) -> None:
    for last in (False, False, True):
        try:
            await interaction.edit_original_response(
                content=words or None,
                embeds=draw.embeds_of(drawn),
                view=draw.view_of(drawn),
                attachments=draw.files_of(drawn, files),
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except _LOST:
            if last:
                raise
        else:
            return


async def _add(
    interaction: discord.Interaction[Any], drawn: draw.Drawn, files: Sequence[Attachment], *, private: bool
) -> None:
    await interaction.followup.send(ephemeral=private, **draw.parts_of(drawn, files))
