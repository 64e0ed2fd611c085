"""What `tocsin doctor` says of Slack: tokens, team, scopes, and channels that alerts cannot reach. Each with its step.

A line that holds "next:" is about something that is not in order.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.line import Line
from adapters.slack.manifest import INSTALL_PATH, SCOPES
from adapters.slack.trouble import advice, status_of, team_of, word_of
from bot.errors import ChatBusy, ChatRefused, TocsinError
from bot.model import Place

if TYPE_CHECKING:
    from adapters.slack.install import OAuth

_MANIFEST = "paste the manifest again (tocsin manifest slack) and reinstall the app"


async def checked(
    line: Line, app_token: str, has_secret: bool, places: Iterable[Place], oauth: OAuth | None = None
) -> AsyncIterator[str]:
    """One line for each thing; stops at a token that Slack does not take, because nothing else can be asked then."""
    client = await line.web()
    if oauth is None:
        findings, well = await _token(client, "SLACK_BOT_TOKEN")
        for told in findings:
            yield told
        if not well:
            return
    else:
        async for told in _installed(line, oauth):
            yield told
    yield await _socket(client, app_token, has_secret, many=oauth is not None)
    for place in dict.fromkeys(places):
        try:
            if told := await _place(await line.web(team_of(place)), place):
                yield told
        except (ChatRefused, ChatBusy) as trouble:  # its workspace has no installation
            yield _with_step(str(trouble))


def _with_step(trouble: str) -> str:
    return trouble if "next:" in trouble else f"{trouble}; next: run doctor again"


async def _token(client: AsyncWebClient, what: str) -> tuple[list[str], bool]:
    """What there is to say of one bot token, and whether Slack takes it."""
    try:
        said = await client.auth_test()
    except SlackApiError as error:
        return [f"{what}: {_trouble(error)}"], False
    except (ClientError, TimeoutError) as error:
        why = f"{client.base_url} does not answer ({type(error).__name__})"
        return [f"{why}; next: check SLACK_API_URL and the network"], False
    scopes = _scopes(said.headers)
    valid = f"token valid: @{said.get('user')} in {said.get('team')} ({said.get('team_id')})"
    return [valid, *(_missing(scopes) if scopes is not None else ())], True


async def _installed(line: Line, oauth: OAuth) -> AsyncIterator[str]:
    """Whether the tokens are sealed, and each installation."""
    if not oauth.sealed:
        yield (
            "TOCSIN_KEY is empty: the tokens of installed workspaces are kept unsealed, for whoever reads the store; "
            "next: run tocsin key, put what it prints into TOCSIN_KEY, and restart"
        )
    try:
        found = await oauth.installations.all()
    except TocsinError as trouble:
        yield _with_step(str(trouble))
        return
    if not found:
        yield f"no workspace has installed Tocsin; next: open {INSTALL_PATH} at the address of tocsin slack --http PORT"
    for one in found:
        findings, _ = await _token(line.speaking(one.token), one.name)
        for told in findings:
            yield told


def _scopes(headers: object) -> frozenset[str] | None:
    """The scopes of the token, which Slack names beside every answer; None where it does not say."""
    named = {name.lower(): value for name, value in getattr(headers, "items", dict)()}.get("x-oauth-scopes")
    if named is None:
        return None
    text = named[0] if isinstance(named, list) else str(named)
    return frozenset(one.strip() for one in text.split(",") if one.strip())


def _missing(scopes: frozenset[str]) -> list[str]:
    return [
        f"scope {name} is missing{'' if scope.needed else ' (not needed to run)'}: {scope.why} next: {_MANIFEST}"
        for name, scope in SCOPES.items()
        if name not in scopes
    ] or ["all scopes are there"]


async def _socket(client: AsyncWebClient, app_token: str, has_secret: bool, *, many: bool) -> str:
    if many and not has_secret:
        return "SLACK_SIGNING_SECRET is empty; next: set it, installing and commands come by tocsin slack --http PORT"
    if not app_token:
        if has_secret:
            return "commands come by HTTP: run tocsin slack --http PORT, with the manifest's --url leading to it"
        return "commands are not served; next: set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)"
    try:
        await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        return f"SLACK_APP_TOKEN: {app_token_advice(error)}"
    except (ClientError, TimeoutError) as error:
        return f"Socket Mode: no answer ({type(error).__name__}); next: check the network"
    return "Socket Mode: the app token is valid"


def app_token_advice(error: SlackApiError) -> str:
    """What Slack refused about the app token, and the next step."""
    word = word_of(error) or f"status {status_of(error)}"
    return (
        f"{word}; next: make an app-level token with the scope connections:write (Slack: Basic Information, "
        "App-Level Tokens; it begins with xapp-) and put it into SLACK_APP_TOKEN"
    )


async def _place(client: AsyncWebClient, place: Place) -> str:
    """What keeps alerts from a channel, or nothing. A person's private conversation is opened when it is needed."""
    channel = place.address.rpartition("/")[2]
    if channel[:1] in "UWD":
        return ""
    try:
        said = await client.conversations_info(channel=channel)
    except SlackApiError as error:
        return "" if word_of(error) == "missing_scope" else f"{place}: {_trouble(error)}"
    except (ClientError, TimeoutError) as error:
        return f"{place}: no answer ({type(error).__name__}); next: run doctor again"
    found = said.get("channel") or {}
    if found.get("is_archived"):
        return f"{place} (#{found.get('name')}) is archived; next: unarchive it, or watch in another channel"
    if found.get("is_member") is False:
        return f"{place}: Tocsin is not in #{found.get('name')}; next: type /invite @tocsin there"
    return ""


def _trouble(error: SlackApiError) -> str:
    if status_of(error) == 429:
        return "Slack asks us to wait; next: run doctor again in a minute"
    return advice(error)
