"""Installed in many workspaces: whose bot token is which, kept in the store, sealed where there is a key.

Somebody opens /slack/install, Slack asks them, and their workspace's token comes back (OAuth 2). It is kept on the
store's shelf under enterprise and team, so every process that posts finds it. Only the bot's token is kept: Tocsin asks
for none of a person.

https://docs.slack.dev/authentication/installing-with-oauth (read 2026-11).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.line import library_log
from adapters.slack.manifest import INSTALL_PATH, RETURN_PATH, SCOPES
from bot.codec import decode, encode
from bot.errors import ChatBusy, ChatRefused, StoreBusy, TellOperator
from bot.logs import log
from bot.model import Decision, Paper
from bot.ports import Store

#: Shelves of the store.
INSTALLATIONS = "slack_installations"  #: by enterprise/team; "-" where there is none
TEAMS = "slack_teams"  #: by team: under which key its installation stands
STATES = "slack_states"  #: installations that were begun

#: How long an installation may take from the first click to the last.
STATE_LIVES = timedelta(minutes=10)

# How a body begins says whether it is sealed.
_SEALED = b"sealed:"
_OPEN = b"open:"

Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One installation: what is needed to post there, and nothing else."""

    team: str = ""  #: empty for one of a whole organisation
    team_name: str = ""
    enterprise: str = ""
    enterprise_name: str = ""
    whole_enterprise: bool = False
    token: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    app: str = ""
    bot: str = ""
    bot_user: str = ""
    by: str = ""  #: who installed it
    at: float = 0.0  #: when, in seconds of Unix time

    @property
    def key(self) -> str:
        return key_of(self.enterprise, "" if self.whole_enterprise else self.team)

    @property
    def name(self) -> str:
        """How people call it."""
        if self.whole_enterprise:
            return f"{self.enterprise_name or 'an organisation'} ({self.enterprise})"
        return f"{self.team_name or 'a workspace'} ({self.team})"


def key_of(enterprise: str | None, team: str | None) -> str:
    """Where an installation stands on its shelf."""
    return f"{enterprise or '-'}/{team or '-'}"


class Seal:
    """Closes what is kept with the first key, opens it with any: a new key is put before the old one.

    Without keys everything is kept open. Raises TellOperator for what was closed with a key that is not there.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._keys = [Fernet(key) for key in keys]

    def __bool__(self) -> bool:
        return bool(self._keys)

    def close(self, body: bytes) -> bytes:
        return _SEALED + MultiFernet(self._keys).encrypt(body) if self._keys else _OPEN + body

    def open(self, kept: bytes) -> bytes:
        if kept.startswith(_OPEN):
            return kept.removeprefix(_OPEN)
        try:
            return MultiFernet(self._keys).decrypt(kept.removeprefix(_SEALED)) if self._keys else _no_key()
        except InvalidToken:
            return _no_key()

    def closed_as_now(self, kept: bytes) -> bool:
        """Whether it is closed with the key of today, or is open and there is none."""
        if not self._keys or kept.startswith(_OPEN):
            return not self._keys and kept.startswith(_OPEN)
        try:
            self._keys[0].decrypt(kept.removeprefix(_SEALED))
        except InvalidToken:
            return False
        return True


def _no_key() -> bytes:
    raise TellOperator(
        "TOCSIN_KEY does not open the Slack tokens in the store; next: put the key they were sealed with behind the "
        "new one, separated by a comma, or install the app again"
    )


class Installations(AsyncInstallationStore):
    """Every installation, as bolt asks for it and as posting does. Any method may raise StoreBusy or TellOperator."""

    def __init__(self, store: Store, seal: Seal, *, now: Now = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._seal = seal
        self._now = now

    async def all(self) -> list[Installed]:
        kept = await self._store.papers(INSTALLATIONS)
        return [self._read(body) for body in kept.values()]

    async def of_team(self, team: str) -> Installed | None:
        """The installation that may speak in a workspace: its own, or that of its organisation."""
        keys = await self._store.papers(TEAMS, [team])
        return await self._first(keys[team].decode() if team in keys else key_of(None, team))

    async def find(self, enterprise: str | None, team: str | None, *, whole: bool = False) -> Installed | None:
        """By what Slack says of a request. A workspace met first under its organisation is remembered as such."""
        wanted = [] if whole or not team else [key_of(enterprise, team), key_of(None, team)]
        found = await self._first(*wanted, *([key_of(enterprise, None)] if enterprise else []))
        if found and team and found.whole_enterprise:
            await self._remember(team, found.key)
        return found

    async def keep(self, installed: Installed) -> None:
        papers = [Paper(INSTALLATIONS, installed.key, self._seal.close(encode(asdict(installed))))]
        if installed.team and not installed.whole_enterprise:
            papers.append(Paper(TEAMS, installed.team, installed.key.encode()))
        await self._store.decide(Decision(keep=tuple(papers)))
        log.info("slack_installed", where=installed.name, by=installed.by)

    async def drop(self, enterprise: str | None, team: str | None, *, before: datetime | None = None) -> bool:
        """Forget an installation, and which workspaces it spoke for. False when there is none, or only one made after

        `before`: word of an old one's end may come late.
        """
        found = await self._first(key_of(enterprise, team), key_of(None, team))
        if found is None:
            return False
        if before and found.at > before.timestamp():
            log.info("slack_installation_stays", where=found.name, why="it is newer than the word of its end")
            return False
        teams = await self._store.papers(TEAMS)
        gone = [(TEAMS, one) for one, key in teams.items() if key.decode() == found.key]
        await self._store.decide(Decision(drop=((INSTALLATIONS, found.key), *gone)))
        log.warning("slack_uninstalled", where=found.name, watches="stay; what comes for them is parked")
        return True

    async def reseal(self) -> int:
        """Close everything with the key of today. How many were not."""
        kept = await self._store.papers(INSTALLATIONS)
        old = {key: body for key, body in kept.items() if not self._seal.closed_as_now(body)}
        papers = [Paper(INSTALLATIONS, key, self._seal.close(self._seal.open(body))) for key, body in old.items()]
        if papers:
            await self._store.decide(Decision(keep=tuple(papers)))
        return len(papers)

    async def _first(self, *keys: str) -> Installed | None:
        kept = await self._store.papers(INSTALLATIONS, keys)
        return next((self._read(kept[key]) for key in keys if key in kept), None)

    async def _remember(self, team: str, key: str) -> None:
        known = await self._store.papers(TEAMS, [team])
        if known.get(team) != key.encode():
            await self._store.decide(Decision(keep=(Paper(TEAMS, team, key.encode()),)))

    def _read(self, kept: bytes) -> Installed:
        return decode(Installed, self._seal.open(kept))

    # As slack_sdk asks: https://docs.slack.dev/tools/python-slack-sdk/oauth (read 2026-11)

    async def async_save(self, installation: Installation) -> None:
        await self.keep(
            Installed(
                team=installation.team_id or "",
                team_name=installation.team_name or "",
                enterprise=installation.enterprise_id or "",
                enterprise_name=installation.enterprise_name or "",
                whole_enterprise=bool(installation.is_enterprise_install),
                token=installation.bot_token or "",
                scopes=tuple(installation.bot_scopes or ()),
                app=installation.app_id or "",
                bot=installation.bot_id or "",
                bot_user=installation.bot_user_id or "",
                by=installation.user_id or "",
                at=self._now().timestamp(),
            )
        )

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        found = await self.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return found.to_bot() if found else None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        found = await self.find(enterprise_id, team_id, whole=bool(is_enterprise_install))
        return _as_theirs(found) if found else None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self.drop(enterprise_id, team_id)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """A person's own token is none of ours, so its end is not that of the bot's."""
        if user_id is None:
            await self.drop(enterprise_id, team_id)

    async def async_delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self.drop(enterprise_id, team_id)


def _as_theirs(found: Installed) -> Installation:
    return Installation(
        app_id=found.app,
        enterprise_id=found.enterprise or None,
        enterprise_name=found.enterprise_name or None,
        team_id=found.team or None,
        team_name=found.team_name or None,
        bot_token=found.token,
        bot_id=found.bot,
        bot_user_id=found.bot_user,
        bot_scopes=list(found.scopes),
        user_id=found.by,
        is_enterprise_install=found.whole_enterprise,
        installed_at=found.at,
    )


class States(AsyncOAuthStateStore):
    """Installations that were begun: each is good once and for ten minutes, in whichever process it ends."""

    def __init__(self, store: Store, *, now: Now = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        state, until = secrets.token_urlsafe(24), self._now() + STATE_LIVES
        late = [(STATES, one) for one, body in (await self._store.papers(STATES)).items() if not self._lives(body)]
        await self._store.decide(Decision(keep=(Paper(STATES, state, until.isoformat().encode()),), drop=tuple(late)))
        return state

    async def async_consume(self, state: str) -> bool:
        kept = await self._store.papers(STATES, [state])
        if state not in kept:
            return False
        await self._store.decide(Decision(drop=((STATES, state),)))
        return self._lives(kept[state])

    def _lives(self, body: bytes) -> bool:
        return datetime.fromisoformat(body.decode()) > self._now()


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """What it takes to be installed by others."""

    client_id: str
    client_secret: str = field(repr=False)
    installations: Installations
    states: States
    sealed: bool

    @classmethod
    def of(cls, client_id: str, client_secret: str, keys: Iterable[str], store: Store, *, now: Now) -> OAuth:
        seal = Seal(keys)
        return cls(
            client_id=client_id,
            client_secret=client_secret,
            installations=Installations(store, seal, now=now),
            states=States(store, now=now),
            sealed=bool(seal),
        )

    def flow(self, client: AsyncWebClient, authorization_url: str) -> AsyncOAuthFlow:
        """The two pages of an installation: its beginning and its return."""
        settings = AsyncOAuthSettings(
            client_id=self.client_id,
            client_secret=self.client_secret,
            scopes=list(SCOPES),
            user_scopes=[],
            install_path=INSTALL_PATH,
            redirect_uri_path=RETURN_PATH,
            authorization_url=authorization_url,
            installation_store=self.installations,
            state_store=self.states,
            state_expiration_seconds=int(STATE_LIVES.total_seconds()),
            logger=library_log(),
        )
        return AsyncOAuthFlow(client=client, logger=library_log(), settings=settings)

    async def token(self, team: str) -> str:
        """The bot token of a workspace. Raises ChatRefused where Tocsin is not installed, ChatBusy for now."""
        try:
            found = await self.installations.of_team(team)
        except (StoreBusy, TellOperator) as trouble:
            raise ChatBusy(f"slack:{team}: no token for now: {trouble}") from trouble
        if found is None:
            raise ChatRefused(
                f"slack:{team}: Tocsin is not installed in this workspace (any more); next: an administrator of it "
                f"opens {INSTALL_PATH} at the address of this Tocsin"
            )
        return found.token

    async def uninstalled(self, body: Mapping[str, object], context: AsyncBoltContext) -> None:
        """Slack says that the app was removed, or that its bot token ended. Tried again while the store is busy; if it

        cannot be written after all, the next message there is refused and parked all the same.
        """
        time = body.get("event_time")
        before = datetime.fromtimestamp(time, UTC) if isinstance(time, int) else None
        team = None if context.is_enterprise_install else context.team_id
        for wait in (1, 2, 4, 8, 0):
            try:
                await self.installations.drop(context.enterprise_id, team, before=before)
                return
            except StoreBusy as busy:
                log.warning("slack_uninstall_waits", team=str(team), trouble=str(busy))
                await asyncio.sleep(wait)


class Whose(AsyncAuthorize):
    """Who we are in the workspace a request comes from, from the store alone: three seconds are too short to ask."""

    def __init__(self, oauth: OAuth) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._oauth = oauth

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult | None:
        whole = bool(context.is_enterprise_install)
        found = await self._oauth.installations.find(enterprise_id, team_id, whole=whole)
        if found is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            team=found.team_name,
            bot_user_id=found.bot_user,
            bot_id=found.bot,
            bot_token=found.token,
            bot_scopes=list(found.scopes),
            user_id=user_id,
        )
