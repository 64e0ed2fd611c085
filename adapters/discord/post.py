"""Saying it on Discord: a message in a channel, a post in a forum, a direct message; found again, and edited.

The delivery's key is sent as the message's nonce with `enforce_nonce`: for some minutes Discord itself answers a
repeat with the message that is there already. After that, the footer of our own messages tells (`find`). Forum posts
take no nonce, so they are only told by the footer; the courier looks before it repeats.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import discord

from adapters.discord import draw
from adapters.discord.app import HEARTBEAT_TIMEOUT, Listener, Shards
from adapters.discord.wire import (
    ARCHIVED,
    HAS_THREAD,
    NO_PERMISSION,
    NO_TEXT_CHANNEL,
    NO_THREAD_HERE,
    PATIENCE,
    UNDRAWN,
    UNKNOWN_CHANNEL,
    Guard,
    Wire,
    point_to,
    token_refused,
)
from bot.errors import ChatBusy, ChatDoubtful, ChatRefused, TocsinError
from bot.logs import log
from bot.model import Card, Place, Receipt
from bot.ports import Desk

#: How far back a message is looked for: two pages of a channel's history.
LOOK_BACK = 200
#: How many of a forum's newest open posts are looked at.
POSTS_BACK = 25

#: What the invite asks for, and why. Nothing else, and no privileged intent.
PERMISSIONS = discord.Permissions(
    view_channel=True,  # to post there at all
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,  # follow-ups of one event, and posts in forums
    embed_links=True,  # cards are embeds
    attach_files=True,  # what a card had to cut
    read_message_history=True,  # to recognise a message whose answer was lost
)
#: Without these nothing can be posted; the others have a way round.
NEEDED = discord.Permissions(view_channel=True, send_messages=True, embed_links=True)

Places = Callable[[], Awaitable[Iterable[Place]]]


async def _nowhere() -> Iterable[Place]:
    return ()


@dataclass(frozen=True, slots=True)
class Address:
    """Where on Discord: "GUILD/CHANNEL", or "@me/USER" for a person's direct messages."""

    guild: int  #: 0 for a direct message
    target: int

    @classmethod
    def of(cls, place: Place) -> Address:
        guild, slash, target = place.address.partition("/")
        try:
            if not slash:
                raise ValueError(place.address)
            return cls(0 if guild == "@me" else int(guild), int(target))
        except ValueError as error:
            raise ChatRefused(
                f"{place}: is no place on Discord; write discord:SERVER/CHANNEL or discord:@me/PERSON with their ids"
            ) from error


class DiscordChat:
    """Discord as the courier, the desk and the doctor see it."""

    platform = "discord"

    def __init__(
        self,
        token: str,
        *,
        api_url: str = "",
        gateway_url: str = "",
        sync_guild: str = "",
        shards: str = "",
        tree_file: Path | None = None,
        places: Places = _nowhere,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: float = PATIENCE,
        heartbeat_timeout: float = HEARTBEAT_TIMEOUT,
    ) -> None:
        point_to(api_url=api_url, gateway_url=gateway_url)
        self._guard = Guard()
        self._wire = Wire(token, guard=self._guard, patience=patience)
        self._listener = Listener(
            token,
            guard=self._guard,
            sync_guild=int(sync_guild) if sync_guild else 0,
            shards=Shards.parse(shards),
            tree_file=tree_file,
            now=now,
            pause=pause,
            heartbeat_timeout=heartbeat_timeout,
        )
        self._places = places
        self._direct: dict[int, int] = {}  #: person -> channel of their direct messages
        self._forums: set[int] = set()

    def __repr__(self) -> str:
        return "DiscordChat(token=***)"

    # Saying

    async def post(self, place: Place, card: Card, *, key: str, thread: Receipt | None = None) -> Receipt:
        """A message, or in a forum a post. With `thread`, an answer in that message's thread, which is made if need be.

        Raises as bot.ports.Chat says.
        """
        drawn, address = draw.draw(card, ref=key), Address.of(place)

        async def work(client: discord.Client) -> Receipt:
            return await self._say(client, address, card, drawn, key, thread)

        return await self._wire.ask(key, f"posting in {place}", work)

    async def _say(
        self, client: discord.Client, address: Address, card: Card, drawn: draw.Drawn, key: str, thread: Receipt | None
    ) -> Receipt:
        channel = await self._channel(client, address)
        try:
            if thread is not None:
                return await self._answer(client, channel, drawn, key, thread, name=draw.thread_name(card))
            if channel in self._forums:
                return await self._forum_post(client, channel, card, drawn)
            return await _send(client, channel, drawn, key)
        except discord.HTTPException as refusal:
            if refusal.code in UNDRAWN and drawn.embeds:
                _tell_undrawn(channel, key, refusal)
                return await self._say(client, address, card, draw.in_words(card, ref=key), key, thread)
            if refusal.code == NO_TEXT_CHANNEL and thread is None and channel not in self._forums:
                return await self._forum_post(client, channel, card, drawn)
            if refusal.code == NO_PERMISSION and drawn.file:
                log.warning("discord_no_file", channel=channel, why="Attach Files is missing there")
                return await self._say(client, address, card, drawn.without_file(), key, thread)
            raise

    async def _channel(self, client: discord.Client, address: Address) -> int:
        """The channel's id; a person's is asked for once."""
        if address.guild:
            return address.target
        if address.target not in self._direct:
            opened = await client.create_dm(discord.Object(address.target))
            self._direct[address.target] = opened.id
        return self._direct[address.target]

    async def _answer(
        self, client: discord.Client, channel: int, drawn: draw.Drawn, key: str, thread: Receipt, *, name: str
    ) -> Receipt:
        """In a thread. One that was made from a message has the message's id, so nothing need be remembered.

        Where no thread can be (a direct message, a thread itself, a message that is gone) it is said in the channel.
        """
        inside = int(thread.thread or thread.id)
        try:
            return await _send(client, inside, drawn, key, thread=inside)
        except discord.NotFound as missing:
            if missing.code != UNKNOWN_CHANNEL or channel in self._forums:
                raise
        parent = client.get_partial_messageable(channel).get_partial_message(int(thread.id))
        try:
            await client.http.start_thread_with_message(channel, parent.id, name=name, auto_archive_duration=10080)
        except discord.HTTPException as refusal:
            if refusal.code in NO_THREAD_HERE:
                return await _send(client, channel, drawn, key)
            if refusal.code != HAS_THREAD:
                raise
        return await _send(client, inside, drawn, key, thread=inside)

    async def _forum_post(self, client: discord.Client, channel: int, card: Card, drawn: draw.Drawn) -> Receipt:
        forum = await client.fetch_channel(channel)
        if not isinstance(forum, discord.ForumChannel):
            raise ChatRefused(f"discord: channel {channel} takes no messages. Choose a text channel or a forum")
        self._forums.add(channel)
        made = await forum.create_thread(
            name=draw.thread_name(card),
            content=drawn.content,
            silent=drawn.silent,
            applied_tags=tags(forum, card),
            **draw.parts_of(drawn),
        )
        return Receipt(str(made.message.id), thread=str(made.thread.id))

    # Finding and changing what was said

    async def find(self, place: Place, key: str, *, thread: Receipt | None = None) -> Receipt | None:
        """Our message with this key in its footer, among the last ones there, or in the thread where it belongs.

        None too where history is closed to us.
        """
        address = Address.of(place)
        if self._wire.under_way(key):  # its answer has not come yet: posting again waits for that very answer
            return None

        async def work(client: discord.Client) -> Receipt | None:
            channel = await self._channel(client, address)
            inside = int(thread.thread or thread.id) if thread else 0
            try:
                if inside and (found := await _find_message(client, inside, key, thread=inside)):
                    return found
                if channel in self._forums:
                    return await _find_post(client, address.guild, channel, key)
                return await _find_message(client, channel, key)
            except discord.Forbidden:
                log.warning("discord_cannot_look", place=str(place), why="Read Message History is missing there")
                return None
            except discord.HTTPException as refusal:
                if refusal.code != NO_TEXT_CHANNEL:
                    raise
                return await _find_post(client, address.guild, channel, key)

        return await self._wire.ask(f"find {key}", f"looking for a message in {place}", work)

    async def edit(self, place: Place, receipt: Receipt, card: Card, *, key: str = "") -> None:
        """Replace what was said, wherever it stands; the key in its footer stays, also where none is given.

        Nobody is rung. A thread that Discord put away because nobody wrote for long is opened for it.
        """
        address = Address.of(place)

        async def work(client: discord.Client) -> None:
            inside = int(receipt.thread) if receipt.thread else await self._channel(client, address)
            ref = key or await _ref(client, inside, int(receipt.id))
            drawn = draw.draw(card, ref=ref)
            try:
                await _replace(client, inside, int(receipt.id), drawn)
            except discord.HTTPException as refusal:
                if refusal.code in UNDRAWN:
                    _tell_undrawn(inside, ref, refusal)
                    await _replace(client, inside, int(receipt.id), draw.in_words(card, ref=ref))
                elif refusal.code == NO_PERMISSION and drawn.file:
                    await _replace(client, inside, int(receipt.id), drawn.without_file())
                elif refusal.code == ARCHIVED:
                    await client.http.edit_channel(inside, archived=False)
                    await _replace(client, inside, int(receipt.id), drawn)
                else:
                    raise

        try:
            await self._wire.ask(f"edit {receipt.id} {hash(card)}", f"editing a message in {place}", work)
        except ChatDoubtful as unsure:  # the same edit twice is one edit
            raise ChatBusy(str(unsure)) from unsure

    # Listening

    async def run(self, desk: Desk) -> None:
        """Answer commands and presses until cancelled; what goes wrong with the connection is mended inside."""
        await self._listener.run(desk)

    async def close(self) -> None:
        await self._wire.close()

    # The doctor

    async def check(self) -> AsyncIterator[str]:
        """Whether the token works, the link that invites the bot, and each watched channel that it cannot post to."""
        try:
            who, app = await self._wire.ask("check", "signing in", _who)
        except ChatRefused as refusal:
            yield str(refusal) if "next:" in str(refusal) else f"{refusal}; next: mend it and ask again"
            return
        except ChatBusy as busy:
            yield f"{busy}; next: look at the network, then ask again"
            return
        yield f"the token works; signed in as {who} (application {app})"
        yield f"invite it to a server: {discord.utils.oauth_url(app, permissions=PERMISSIONS, scopes=SCOPES)}"
        yield (
            "or add it to your own account: "
            f"{discord.utils.oauth_url(app, scopes=('applications.commands',))}&integration_type=1"
        )
        wanted = {place for place in await self._places() if place.platform == self.platform}
        trouble = 0
        for place in sorted(wanted, key=str):
            if line := await self._trouble_at(place):
                trouble += 1
                yield line
        yield f"{len(wanted) - trouble} of {len(wanted)} watched places on Discord can be posted to"

    async def _trouble_at(self, place: Place) -> str:
        """What stands in the way of posting there, with the next step; empty when nothing does."""
        try:
            address = Address.of(place)
            if not address.guild:
                return ""  # opening a direct message to find out would be a message to the person
            missing = await self._wire.ask(f"check {place}", f"looking at {place}", lambda one: _missing(one, address))
        except TocsinError as trouble:
            return f"{place}: {trouble}; next: mend it, or remove the watches of this place"
        if not missing:
            return ""
        names = ", ".join(sorted(name.replace("_", " ").title() for name in missing))
        return f"{place}: the bot lacks {names}; next: Edit Channel > Permissions, give it to the bot's role there"


SCOPES = ("bot", "applications.commands")


async def _who(client: discord.Client) -> tuple[str, int]:
    if client.user is None or client.application_id is None:
        raise ChatRefused(token_refused())
    return str(client.user), client.application_id


async def _missing(client: discord.Client, address: Address) -> set[str]:
    """Names of permissions we need there and do not have."""
    guild = await client.fetch_guild(address.guild)
    channel = await guild.fetch_channel(address.target)
    us = await guild.fetch_member(client.user.id if client.user else 0)
    have = channel.permissions_for(us)
    return {name for name, needed in NEEDED if needed and not getattr(have, name)}


async def _send(client: discord.Client, channel: int, drawn: draw.Drawn, key: str, *, thread: int = 0) -> Receipt:
    where = client.get_partial_messageable(channel)
    message = await where.send(drawn.content, nonce=key, silent=drawn.silent, **draw.parts_of(drawn))
    return Receipt(str(message.id), thread=str(thread) if thread else "")


async def _ref(client: discord.Client, channel: int, id: int) -> str:
    """The key in a message's footer; nothing where its history is closed to us, and then the new words have none."""
    try:
        message = await client.get_partial_messageable(channel).fetch_message(id)
    except discord.Forbidden:
        log.warning("discord_cannot_look", channel=channel, why="Read Message History is missing there")
        return ""
    return _key_of(message)


async def _replace(client: discord.Client, channel: int, id: int, drawn: draw.Drawn) -> None:
    await (
        client.get_partial_messageable(channel)
        .get_partial_message(id)
        .edit(
            content=drawn.content,
            embeds=draw.embeds_of(drawn),
            view=draw.view_of(drawn),
            attachments=draw.files_of(drawn),
            allowed_mentions=discord.AllowedMentions.none(),
        )
    )


async def _find_message(client: discord.Client, channel: int, key: str, *, thread: int = 0) -> Receipt | None:
    try:
        async for message in client.get_partial_messageable(channel).history(limit=LOOK_BACK):
            if _is_ours(client, message, key):
                return Receipt(str(message.id), thread=str(thread) if thread else "")
    except discord.NotFound as missing:
        if not thread or missing.code != UNKNOWN_CHANNEL:
            raise  # else nobody has made the thread yet
    return None


async def _find_post(client: discord.Client, guild: int, forum: int, key: str) -> Receipt | None:
    """The first message of a post has the post's id."""
    opened = (await client.http.get_active_threads(guild))["threads"]
    ours = sorted((int(one["id"]) for one in opened if int(one["parent_id"] or 0) == forum), reverse=True)
    for post in ours[:POSTS_BACK]:
        try:
            message = await client.get_partial_messageable(post).fetch_message(post)
        except discord.NotFound:
            continue
        if _is_ours(client, message, key):
            return Receipt(str(post), thread=str(post))
    return None


def _is_ours(client: discord.Client, message: discord.Message, key: str) -> bool:
    """Somebody else may write the same footer; only our own counts."""
    return client.user is not None and message.author.id == client.user.id and _key_of(message) == key


def _key_of(message: discord.Message) -> str:
    return draw.key_of(message.content, (embed.footer.text or "" for embed in message.embeds))


def _tell_undrawn(channel: int, key: str, refusal: discord.HTTPException) -> None:
    why = " ".join((refusal.text or "").split())[:300]
    log.error("discord_drawing_refused", channel=channel, key=key, why=why, sent="in plain words")


def tags(forum: discord.ForumChannel, card: Card) -> list[discord.ForumTag]:
    """The tag named like the card's severity where the forum has it; any where it demands one and has not that."""
    named = [tag for tag in forum.available_tags if tag.name.casefold() == str(card.severity)]
    return named[:1] or (list(forum.available_tags[:1]) if forum.flags.require_tag else [])
