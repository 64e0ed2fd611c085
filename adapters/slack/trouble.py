"""What Slack's refusals mean for us: later, never, or look first. Pure.

One rule decides between later and look first: once the request's body may have left, the message may be there.
Error names: https://docs.slack.dev/reference/methods/chat.postMessage#errors (read 2026-11).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta

from aiohttp import ClientConnectorError, ConnectionTimeoutError
from slack_sdk.errors import SlackApiError

from bot.errors import ChatBusy, ChatDoubtful, ChatRefused, TocsinError
from bot.model import Place

_INVITE = "type /invite @tocsin in the channel"
_AGAIN = (
    "put the bot token of the installed app into SLACK_BOT_TOKEN (Slack: OAuth & Permissions) and restart; where many "
    "workspaces install it, an administrator opens /slack/install again"
)
_REINSTALL = "paste the manifest again (tocsin manifest slack) and reinstall the app"

#: Slack's word, and what a person does about it.
REFUSED: Mapping[str, str] = {
    "channel_not_found": f"Slack does not show Tocsin this channel: if it is private, {_INVITE}; else it is gone",
    "not_in_channel": f"Tocsin is not in this channel: {_INVITE}",
    "is_archived": "the channel is archived: unarchive it, or watch in another channel",
    "is_inactive": "the channel is frozen: ask an administrator of the workspace",
    "restricted_action": "the workspace does not let apps post here: ask an administrator, or watch elsewhere",
    "restricted_action_read_only_channel": "the channel is read-only: let @tocsin post in the channel's settings",
    "restricted_action_thread_only_channel": "only replies are allowed here: change the channel's posting permissions",
    "restricted_action_non_threadable_channel": "no threads are allowed here: change the channel's settings",
    "posting_to_general_channel_denied": "an administrator restricted posting here: watch in another channel",
    "user_not_found": "this person is not in the workspace any more: remove the watch",
    "user_disabled": "this person's account is closed: remove the watch",
    "cannot_dm_bot": "this is a bot, and bots get no private messages: remove the watch",
    "messages_tab_disabled": f"the app's Messages tab is off: {_REINSTALL}",
    "invalid_auth": f"Slack does not know this token: {_AGAIN}",
    "not_authed": f"no token was sent: {_AGAIN}",
    "token_revoked": f"the token was revoked: install the app again, then {_AGAIN}",
    "token_expired": f"the token has expired: {_AGAIN}",
    "account_inactive": f"the app was removed from the workspace: install it again, then {_AGAIN}",
    "not_allowed_token_type": f"this is another kind of token (a bot token begins with xoxb-): {_AGAIN}",
    "missing_scope": f"the app lacks a scope: {_REINSTALL}",
    "no_permission": f"the app may not do this: {_REINSTALL}",
    "access_denied": "an administrator denied it: ask them to allow the app here",
    "team_access_not_granted": "the app may not enter this workspace: ask an administrator of the organisation",
    "enterprise_is_restricted": "the organisation does not allow it: ask its administrator",
    "ekm_access_denied": "an administrator suspended access with their key: ask them",
    "msg_blocks_too_long": "the message is longer than Slack takes: please report it with the delivery's key",
    "msg_too_long": "the message is longer than Slack takes: please report it with the delivery's key",
    "invalid_blocks": "Slack refuses how the message is drawn: please report it with the delivery's key",
    "invalid_blocks_format": "Slack refuses how the message is drawn: please report it with the delivery's key",
    "message_not_found": "the message was deleted",
    "expired_trigger_id": "it took longer than three seconds: ask again",
    "exchanged_trigger_id": "it was answered already: ask again",
    "file_not_found": "the file is not there any more: upload it again",
    "file_deleted": "the file was deleted: upload it again",
    "storage_limit_reached": "the workspace has no room for files: ask an administrator",
    "file_uploads_disabled": "the workspace does not take files from apps: ask an administrator",
    "cant_update_message": "the message is not Tocsin's own",
    "edit_window_closed": "the workspace does not allow edits this late",
}
#: It is the drawing that Slack refuses: the same words without it may pass.
UNDRAWN = frozenset(
    {
        "attachment_payload_limit_exceeded",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "too_many_attachments",
    }
)
#: No answer can stand under this message: then it is said in the channel.
UNTHREADED = frozenset(
    {
        "cannot_reply_to_message",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "thread_locked",
        "thread_not_found",
    }
)
#: Nothing was stored, and later it may be.
LATER = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "accesslimited",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "org_login_required",
    }
)
#: Slack itself says of these that part of it may have been done.
UNSURE = frozenset({"fatal_error", "internal_error"})


def team_of(place: Place) -> str:
    """The workspace of a place: what its address begins with."""
    return place.address.rpartition("/")[0]


def sorted_out(error: Exception, what: str) -> TocsinError:
    """The same trouble as one of ours. `what` names the place; the text says what happened and what to do next."""
    if isinstance(error, SlackApiError):
        return _answered(error, what)
    if isinstance(error, ClientConnectorError | ConnectionTimeoutError):
        return ChatBusy(f"{what}: Slack cannot be reached ({type(error).__name__}); trying again")
    # A time-out, a reset, a body that is no JSON: the request had left.
    return ChatDoubtful(f"{what}: the answer was lost ({type(error).__name__}); looking for the message first")


def _answered(error: SlackApiError, what: str) -> TocsinError:
    status, word = status_of(error), word_of(error)
    if status == 429 or word in LATER:
        return ChatBusy(f"{what}: Slack asks us to wait ({word or status})", after=retry_after(error))
    if status >= 500 or word in UNSURE or (status == 200 and not word):
        return ChatDoubtful(f"{what}: Slack failed ({word or status}); looking for the message first")
    return ChatRefused(f"{what}: {advice(error)}")


def advice(error: SlackApiError) -> str:
    """What Slack refused and the next step."""
    word = word_of(error) or f"status {status_of(error)}"
    scope = str(_field(error, "needed") or "")
    known = REFUSED.get(word, "see https://docs.slack.dev/reference/methods/chat.postMessage#errors")
    return f"{word}{f' ({scope})' if scope else ''}; next: {known}"


def cannot_thread(refusal: TocsinError) -> bool:
    """Whether it was the thread that Slack refused, and not the channel."""
    return isinstance(refusal.__cause__, SlackApiError) and word_of(refusal.__cause__) in UNTHREADED


def cannot_draw(refusal: TocsinError) -> bool:
    """Whether it was the drawing that Slack refused, and nothing was stored."""
    return isinstance(refusal.__cause__, SlackApiError) and undrawn(word_of(refusal.__cause__))


def undrawn(says: str) -> bool:
    """Whether Slack says, in a word or somewhere in a text, that it refuses how something is drawn."""
    return any(word in says for word in UNDRAWN)


def word_of(error: SlackApiError) -> str:
    """Slack's own name for the trouble, or nothing where the answer has none."""
    return str(_field(error, "error") or "")


def _field(error: SlackApiError, name: str) -> object:
    data = getattr(error.response, "data", None)
    return data.get(name) if isinstance(data, Mapping) else None


def status_of(error: SlackApiError) -> int:
    """The HTTP status; the library hangs two kinds of response on its error."""
    status = getattr(error.response, "status_code", None) or getattr(error.response, "status", None)
    return status if isinstance(status, int) else 0


def retry_after(error: SlackApiError) -> timedelta | None:
    """How long Slack asks us to wait. https://docs.slack.dev/apis/web-api/rate-limits (read 2026-11)"""
    headers = getattr(error.response, "headers", None) or {}
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        seconds = float(text[0] if isinstance(text, list | tuple) else text)
    except (ValueError, IndexError):
        return None
    return timedelta(seconds=min(seconds, 3600)) if math.isfinite(seconds) and seconds >= 0 else None
