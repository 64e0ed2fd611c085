"""Slack: alerts as messages, commands as slash commands, a press of a button as a typed command.

`draw` says what a card looks like, `post` sends, finds and edits messages, `app` answers people, `manifest` is what an
administrator pastes to install it. No decision is made here: what is said comes from a `Card`, what is answered from
the `Desk`. The only package that imports slack_bolt and slack_sdk.
"""

from __future__ import annotations

from bot.chats import Premises
from bot.ports import Chat


def chat(premises: Premises) -> Chat | None:
    """Slack, where SLACK_BOT_TOKEN is set."""
    token = premises.setting("SLACK_BOT_TOKEN")
    if not token:
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
    )
