"""Who somebody is in a workspace: the language they read, whether they may manage a channel, where they are.

Asked of Slack, remembered for some minutes, and never waited for long: whoever cannot be looked up reads the language
of the installation and manages nothing.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from adapters.slack.line import Line
from adapters.slack.trouble import word_of
from adapters.slack.words import LANGUAGES
from bot.errors import TocsinError
from bot.logs import log

T = TypeVar("T")

#: Seconds for which an answer of Slack is believed.
FRESH = 300.0
#: Seconds after which we do without an answer: a box has to be opened within three.
PATIENCE = 1.0
#: Seconds for which a Slack that was slow is not asked again: one request may wait for it once, not twice.
BREATH = 5.0
#: People and channels remembered.
ROOM = 5000
# https://docs.slack.dev/reference/methods/users.conversations (read 2026-11): pages of up to 999, 200 recommended.
PAGE = 200
PAGES = 5

#: What Slack, the network, or a workspace without an installation may answer instead.
TROUBLES = (SlackApiError, ClientError, TimeoutError, TocsinError)


@dataclass(frozen=True, slots=True)
class Person:
    """What Slack says of somebody."""

    language: str
    runs_workspace: bool  #: an administrator or owner


class People:
    """Looks people up, and remembers what it was told."""

    def __init__(self, line: Line, *, language: str) -> None:
        self._line = line
        self._language = language
        self._known: OrderedDict[tuple[str, ...], tuple[float, Any]] = OrderedDict()
        self._told: set[str] = set()

    async def language(self, team: str, user: str) -> str:
        """The language this person reads Slack in, where we have its words; else that of the installation.

        https://docs.slack.dev/reference/methods/users.info, `include_locale` (read 2026-11): an IETF tag, "fr-FR".
        """
        return (await self._person(team, user)).language

    async def manages(self, team: str, user: str, channel: str) -> bool:
        """Whether this person runs the workspace or made the channel. One's own conversation is one's own."""
        if channel[:1] in "DUW":
            return True
        person, creator = await asyncio.gather(self._person(team, user), self._creator(team, channel))
        return person.runs_workspace or bool(user and creator == user)

    async def channels(self, team: str, user: str) -> dict[str, str]:
        """The channels that both this person and Tocsin are in, by id; their names."""
        return await self._asked(("channels", team, user), lambda: self._shared(team, user), {}, 4 * PATIENCE)

    async def _person(self, team: str, user: str) -> Person:
        stranger = Person(self._language, runs_workspace=False)
        return await self._asked(("person", team, user), lambda: self._look(team, user), stranger) if user else stranger

    async def _look(self, team: str, user: str) -> Person:
        client = await self._line.web(team)
        said = await client.users_info(user=user, include_locale=True)
        told = said.get("user") or {}
        runs = any(told.get(role) is True for role in ("is_admin", "is_owner", "is_primary_owner"))
        language = str(told.get("locale") or "").partition("-")[0]
        return Person(language if language in LANGUAGES else self._language, runs)

    async def _creator(self, team: str, channel: str) -> str:
        async def look() -> str:
            client = await self._line.web(team)
            said = await client.conversations_info(channel=channel)
            return str((said.get("channel") or {}).get("creator") or "")

        return await self._asked(("creator", team, channel), look, "")

    async def _shared(self, team: str, user: str) -> dict[str, str]:
        try:
            return await self._listed(team, user, "public_channel,private_channel")
        except SlackApiError as error:
            if word_of(error) != "missing_scope":
                raise
            return await self._listed(team, user, "public_channel")  # groups:read can be done without

    async def _listed(self, team: str, user: str, types: str) -> dict[str, str]:
        client, cursor, found = await self._line.web(team), "", dict[str, str]()
        for _ in range(PAGES):
            said = await client.users_conversations(
                user=user,
                types=types,
                exclude_archived=True,
                limit=PAGE,
                cursor=cursor or None,
            )
            found |= {str(one["id"]): str(one.get("name") or one["id"]) for one in said.get("channels") or ()}
            cursor = str((said.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return found

    async def _asked(
        self, key: tuple[str, ...], ask: Callable[[], Awaitable[T]], without: T, patience: float = PATIENCE
    ) -> T:
        """What is remembered, or what Slack says now; `without` when it says nothing in time."""
        now = asyncio.get_running_loop().time()
        until, known = self._known.get(key, (0.0, without))
        if now < until:
            return known  # type: ignore[no-any-return]
        try:
            async with asyncio.timeout(patience):
                said = await ask()
        except TROUBLES as trouble:
            self._tell(key, trouble)
            if isinstance(trouble, TimeoutError):
                self._remember(key, now + patience + BREATH, without)
            return without
        self._remember(key, now + FRESH, said)
        return said

    def _remember(self, key: tuple[str, ...], until: float, said: object) -> None:
        self._known[key] = (until, said)
        while len(self._known) > ROOM:
            self._known.popitem(last=False)

    def _tell(self, key: tuple[str, ...], trouble: Exception) -> None:
        """Each kind of trouble once: without a scope it would be said of everybody."""
        why = word_of(trouble) if isinstance(trouble, SlackApiError) else type(trouble).__name__
        if f"{key[0]} {why}" not in self._told:
            self._told.add(f"{key[0]} {why}")
            log.warning("slack_not_looked_up", what=key[0], of=key[-1], why=why, next="see tocsin doctor")
