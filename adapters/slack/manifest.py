"""The app manifest, made from the registry of commands: what an administrator pastes to install Tocsin.

https://docs.slack.dev/reference/app-manifest (read 2026-11). Least scopes, and each says what is lost without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.commands import commands
from bot.commands.help import usage

# https://docs.slack.dev/reference/app-manifest (read 2026-11)
DESCRIPTION = 140
SHORTCUT_NAME = 24
SHORTCUT_DESCRIPTION = 150
COMMAND_DESCRIPTION = 2000
USAGE_HINT = 1000
#: Where the HTTP mode listens; the same path takes commands and presses of buttons.
PATH = "/slack/events"
#: Commands, or groups of them, that have a slash of their own; `/tocsin` takes every command.
OWN = ("lookup", "watch")
ALL = "/tocsin"
#: The shortcut on a message.
READ = "tocsin.read"


#: Where an installation comes back to.
RETURN_PATH = "/slack/oauth_redirect"
#: Where one begins.
INSTALL_PATH = "/slack/install"
#: What is heard of the workspace; none of it needs a scope or says what people write.
EVENTS = ("app_home_opened", "app_uninstalled", "tokens_revoked")

_SHORTCUT = {
    "name": "Look up names",
    "type": "message",
    "callback_id": READ,
    "description": "Which companies this message names, and which lists they are on; for you alone.",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Why it is asked for, and whether Tocsin can do without."""

    why: str
    needed: bool = True


SCOPES: Mapping[str, Scope] = {
    "chat:write": Scope("Post alerts into channels that invited Tocsin, and keep them up to date."),
    "commands": Scope(
        "Answer slash commands and the shortcut on a message. It reads nothing but what is typed after them, and the "
        "one message that somebody points it at."
    ),
    "im:write": Scope("Open a private conversation with a person who watches for themselves.", needed=False),
    "users:read": Scope(
        "Answer each person in the language they read Slack in, and know an administrator of the workspace, where a "
        "channel's watches are changed by its managers only. Without it nobody counts as an administrator.",
        needed=False,
    ),
    "files:read": Scope("Fetch a list of names that somebody uploads into Tocsin's own import form.", needed=False),
    "files:write": Scope("Send exports and pictures as files.", needed=False),
    "channels:read": Scope(
        "Let `tocsin doctor` say which public channels Tocsin was not invited to, know who made a channel, and show a "
        "person on Tocsin's own page what the channels they are in watch.",
        needed=False,
    ),
    "groups:read": Scope("The same for private channels that invited it.", needed=False),
    "channels:history": Scope(
        "After a lost answer, look whether the alert is in the channel before sending it again. Without it an alert "
        "may, rarely, come twice. Nothing else is read, and nothing that is read is kept.",
        needed=False,
    ),
    "groups:history": Scope("The same in private channels that invited Tocsin.", needed=False),
    "im:history": Scope("The same in Tocsin's own private conversations.", needed=False),
}


def slashes() -> dict[str, str]:
    """Every slash command and the words it stands for: `/watch` for `watch`, `/tocsin` for none."""
    return {f"/{name}": name for name in OWN} | {ALL: ""}


def words_of(slash: str) -> str:
    """The words a slash command stands for, also where it was renamed because another app has it: `/tocsin-watch`."""
    name = slash.removeprefix("/").removeprefix("tocsin-")
    return name if name in OWN else ""


def manifest(url: str = "") -> dict[str, Any]:
    """The manifest. With a public address for the HTTP mode, else for Socket Mode, which needs none."""
    request = {"request_url": f"{url.rstrip('/')}{PATH}"} if url else {}
    return {
        "display_information": {
            "name": "Tocsin",
            "description": "Rings when a company you watch appears on a restricted-party list or in a story about one",
            "background_color": "#1f2937",
        },
        "features": {
            # Without its tab Slack refuses private messages (messages_tab_disabled); read-only, it takes no commands.
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "tocsin", "always_online": True},
            "shortcuts": [_SHORTCUT],
            "slash_commands": [_slash(command, words, request) for command, words in slashes().items()],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}, **_returns(url)},
        "settings": {
            "interactivity": {"is_enabled": True, **request, **_options(request)},
            "event_subscriptions": {"bot_events": list(EVENTS), **request},
            "org_deploy_enabled": bool(url),
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def _returns(url: str) -> dict[str, Any]:
    """Where an installation comes back to: only with a public address can others install it."""
    return {"redirect_urls": [f"{url.rstrip('/')}{RETURN_PATH}"]} if url else {}


def _options(request: Mapping[str, str]) -> dict[str, str]:
    """Where Slack asks for suggestions while somebody types."""
    return {"message_menu_options_url": request["request_url"]} if request else {}


def _slash(command: str, words: str, request: Mapping[str, str]) -> dict[str, Any]:
    url = {"url": request["request_url"]} if request else {}
    return {
        "command": command,
        "description": _about(words)[:COMMAND_DESCRIPTION],
        "usage_hint": _hint(words),
        "should_escape": False,
        **url,
    }


def _about(words: str) -> str:
    if words in commands():
        return commands()[words].about
    if words:
        return f"{words.capitalize()}: {', '.join(_group(words))}."
    return "Everything Tocsin can do; start with help."


def _hint(words: str) -> str:
    """How it goes on after the slash: `add NAMES... | list | remove NAMES...`."""
    if words in commands():
        return usage(words).removeprefix(words).strip()
    hint = " | ".join(usage(f"{words} {one}".strip()).removeprefix(words).strip() for one in _group(words))
    return hint if len(hint) <= USAGE_HINT else "help"


def _group(words: str) -> list[str]:
    """The commands behind a slash, without those that have their own."""
    if words:
        return [name.removeprefix(f"{words} ") for name in commands() if name.startswith(f"{words} ")]
    return [name for name in commands() if name.split()[0] not in OWN]


def table() -> str:
    """The scopes for docs/slack.md, each with its reason."""
    rows = [f"| `{name}` | {'yes' if one.needed else 'no'} | {one.why} |" for name, one in SCOPES.items()]
    return "\n".join(["| scope | needed | what for |", "|---|---|---|", *rows])
