"""Slack: alerts as messages, commands as slash commands, a press of a button as a typed command.

`draw` says what a card looks like, `modal` a form and `home` the app's own page; `post` sends, finds and edits
messages; `app` hears people (`calls`) and `answers` them, `people` and `files` ask Slack what else is needed;
`manifest` is what an administrator pastes to install it in one workspace, and `install` lets many do so. No decision is
made here: what is said comes from a `Card`, what is answered from the `Desk`. The only package that imports slack_bolt
and slack_sdk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.chats import Premises
from bot.errors import BadSettings
from bot.ports import Chat

if TYPE_CHECKING:
    from adapters.slack.install import OAuth


def chat(premises: Premises) -> Chat | None:
    """Slack: one workspace by SLACK_BOT_TOKEN, or with SLACK_CLIENT_ID all that install it.

    Raises BadSettings for both at once, and for an id without its secret.
    """
    token, client = premises.setting("SLACK_BOT_TOKEN"), premises.setting("SLACK_CLIENT_ID")
    if not token and not client:
        return None
    from adapters.slack.post import SlackChat  # a token is there: only then are its libraries read

    return SlackChat(
        token,
        app_token=premises.setting("SLACK_APP_TOKEN"),
        signing_secret=premises.setting("SLACK_SIGNING_SECRET"),
        api_url=premises.setting("SLACK_API_URL"),
        language=premises.language,
        listen=premises.listen,
        places=premises.places,
        oauth=_oauth(premises, client, token) if client else None,
    )


def _oauth(premises: Premises, client: str, token: str) -> OAuth:
    from adapters.slack.install import OAuth

    secret = premises.setting("SLACK_CLIENT_SECRET")
    if token:
        raise BadSettings(
            "SLACK_BOT_TOKEN and SLACK_CLIENT_ID are both set; keep the token for one workspace, or empty it and "
            "install the app by /slack/install there too"
        )
    if not secret:
        raise BadSettings("SLACK_CLIENT_SECRET is empty and belongs to SLACK_CLIENT_ID: Slack, Basic Information")
    keys = tuple(part.strip() for part in premises.setting("TOCSIN_KEY").split(",") if part.strip())
    return OAuth.of(client, secret, keys, premises.store, now=premises.clock.now)
