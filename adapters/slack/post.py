"""The Slack chat as the courier knows it: post, find, edit.

Slack has no idempotency key (github.com/slackapi/slack-api-specs issue 10, open since 2018; read 2026-11). So each
message carries its delivery's key as metadata, and after a lost answer the channel's history is asked whether it is
there. Without the history scope nobody can tell; then a repeat is possible, and that is the one documented case.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.checks import checked
from adapters.slack.draw import PLAIN, PRESS, Press, draw, in_words
from adapters.slack.line import PATIENCE, Line
from adapters.slack.trouble import cannot_draw, cannot_thread, sorted_out, team_of
from adapters.slack.words import say
from bot.errors import ChatBusy, ChatDoubtful, ChatRefused, StoreBusy, TellOperator
from bot.logs import log
from bot.model import Card, Place, Receipt
from bot.ports import Desk

if TYPE_CHECKING:  # an installation's libraries are half a second that one workspace does without
    from adapters.slack.install import OAuth

API = "https://slack.com/api/"
EVENT = "tocsin_delivery"
# One message a second a channel: https://docs.slack.dev/apis/web-api/rate-limits (read 2026-11).
PACE = timedelta(seconds=1)
#: How far back a message is looked for. Newly distributed apps outside the Marketplace get 15 messages once a minute
#: (https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps, read 2026-11), so the
#: first page must do for them.
PAGES = 3
PAGE = 100

Places = Callable[[], Awaitable[Iterable[Place]]]


async def nowhere() -> Iterable[Place]:
    return ()


class SlackChat:
    """One workspace by its token, or with `oauth` every workspace in which Tocsin was installed.

    Commands come by Socket Mode when there is an app token, by HTTP when a port is given.
    """

    platform = "slack"

    def __init__(
        self,
        token: str,
        *,
        app_token: str = "",
        signing_secret: str = "",
        api_url: str = API,
        language: str = "en",
        listen: tuple[str, int] | None = None,
        places: Places = nowhere,
        oauth: OAuth | None = None,
        pace: timedelta = PACE,
        patience: timedelta = PATIENCE,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self.line = Line(token, api_url, patience=patience, tokens=oauth.token if oauth else None)
        self.language = language
        self.listen = listen
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._places = places
        self._oauth = oauth
        self._pace = pace.total_seconds()
        self._sleep = sleep
        self._free: dict[str, float] = {}  #: when a channel may have its next message, by the loop's clock
        self._private: dict[str, str] = {}  #: a person's channel, by address

    async def post(self, place: Place, card: Card, *, key: str, thread: Receipt | None = None) -> Receipt:
        try:
            channel = await self._channel(place)
            await self._turn(channel)
            client = await self.line.web(team_of(place))
        except ChatDoubtful as unsure:  # only a channel was asked for: nothing can have been posted
            raise ChatBusy(str(unsure)) from unsure
        parent = _parent(thread)
        try:
            said = await self._say(client, channel, place, card, key, parent)
        except ChatRefused as refusal:
            if parent is None or not cannot_thread(refusal):
                raise
            log.warning("slack_no_thread_there", place=str(place), key=key, why=str(refusal))
            await self._turn(channel)
            said, parent = await self._say(client, channel, place, card, key, None), None
        return Receipt(str(said["ts"]), thread=parent or "")

    async def _say(
        self, client: AsyncWebClient, channel: str, place: Place, card: Card, key: str, parent: str | None
    ) -> dict[str, Any]:
        """Post it as it is drawn; where Slack refuses the drawing, once more in plain words, so that it is not lost."""
        send = partial(
            _asked,
            client.chat_postMessage,
            place,
            channel=channel,
            thread_ts=parent,
            metadata={"event_type": EVENT, "event_payload": {"key": key}},
            **PLAIN,
        )
        try:
            return await send(**self._drawn(card, key))
        except ChatRefused as refusal:
            if not cannot_draw(refusal):
                raise
            _tell_undrawn(place, key, refusal)
            await self._turn(channel)
            return await send(**in_words(card).payload())

    async def find(self, place: Place, key: str, *, thread: Receipt | None = None) -> Receipt | None:
        parent = _parent(thread)
        try:
            channel = await self._channel(place)
            if found := await self._look(channel, place, key, parent):
                return Receipt(found, thread=parent or "")
            if parent and (found := await self._look(channel, place, key, None)):  # where no thread could be
                return Receipt(found)
            return None
        except ChatDoubtful as unsure:  # nothing was sent by looking
            raise ChatBusy(str(unsure)) from unsure

    async def _look(self, channel: str, place: Place, key: str, parent: str | None) -> str:
        """The timestamp of the message with this key in the channel, or in a thread of it; or nothing."""
        client, cursor = await self.line.web(team_of(place)), ""
        for page in range(PAGES):
            try:
                said = await _asked(
                    client.conversations_replies if parent else client.conversations_history,
                    place,
                    channel=channel,
                    ts=parent,
                    include_all_metadata=True,
                    limit=PAGE,
                    cursor=cursor or None,
                )
            except ChatRefused as refusal:
                if isinstance(refusal, ChatDoubtful):
                    raise
                log.warning("slack_cannot_look", place=str(place), key=key, why=str(refusal))
                return ""
            except ChatBusy:
                if page == 0:
                    raise
                return ""  # the page that could be had did not show it
            if found := _with_key(said.get("messages") or (), key):
                return found
            cursor = str((said.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return ""
        return ""

    async def edit(self, place: Place, receipt: Receipt, card: Card, *, key: str = "") -> None:
        try:
            channel = await self._channel(place)
            client = await self.line.web(team_of(place))
            change = partial(_asked, client.chat_update, place, channel=channel, ts=receipt.id, parse="none")
            try:
                await change(**self._drawn(card, key))
            except ChatRefused as refusal:
                if not cannot_draw(refusal):
                    raise
                _tell_undrawn(place, key, refusal)
                await change(**in_words(card).payload())
        except ChatDoubtful as unsure:  # the same edit twice is one edit
            raise ChatBusy(str(unsure)) from unsure

    def _drawn(self, card: Card, key: str) -> dict[str, Any]:
        """The message. What does not fit is behind a button that asks for it by the delivery's key."""
        language = card.language or self.language
        rest = Press(say(language, "rest"), f"{PRESS}show", json.dumps({"key": key, "page": "1"}))
        return draw(card, language=language, rest=rest if key else None).payload()

    async def run(self, desk: Desk) -> None:
        from adapters.slack.app import Service  # slack_bolt is half a second that posting alone does without

        service = Service(self.line, desk, language=self.language, oauth=self._oauth, places=self._places)
        if self._oauth:
            await self._resealed(self._oauth)
        if self.listen:
            await service.listen(self._signing_secret, *self.listen)
        elif self._app_token:
            await service.connect(self._app_token)
        else:
            log.warning(
                "slack_commands_not_served",
                next="set SLACK_APP_TOKEN for Socket Mode, or run: tocsin slack --http PORT with SLACK_SIGNING_SECRET",
            )
            await asyncio.Event().wait()

    async def check(self) -> AsyncIterator[str]:
        places = [one for one in await self._places() if one.platform == self.platform]
        async for line in checked(self.line, self._app_token, bool(self._signing_secret), places, self._oauth):
            yield line

    async def close(self) -> None:
        await self.line.close()

    async def _resealed(self, oauth: OAuth) -> None:
        """Tokens kept under an older key, or none, are sealed with the key of today."""
        try:
            if count := await oauth.installations.reseal():
                log.info("slack_tokens_resealed", count=count)
        except (StoreBusy, TellOperator) as trouble:
            log.error("slack_tokens_not_resealed", why=str(trouble))

    async def _channel(self, place: Place) -> str:
        """The channel of a place: `T0/C024` is one, and for a person, `T0/U7`, their private one is opened."""
        id = place.address.rpartition("/")[2]
        if not id:
            raise ChatRefused(f"{place} names no channel; write slack:TEAM/CHANNEL, for example slack:T0/C024")
        if id[0] not in "UW":
            return id
        if place.address not in self._private:
            client = await self.line.web(team_of(place))
            said = await _asked(client.conversations_open, place, users=id)
            self._private[place.address] = str(said["channel"]["id"])
        return self._private[place.address]

    async def _turn(self, channel: str) -> None:
        """Wait until this channel may have another message."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._free.get(channel, now))
        self._free[channel] = at + self._pace
        if at > now:
            await self._sleep(at - now)


def _tell_undrawn(place: Place, key: str, refusal: ChatRefused) -> None:
    log.error("slack_drawing_refused", place=str(place), key=key, why=str(refusal), sent="in plain words")


async def _asked(method: Callable[..., Awaitable[Any]], place: Place, **fields: Any) -> dict[str, Any]:
    """One call of the Web API. Raises ChatBusy, ChatRefused or ChatDoubtful, never another error."""
    try:
        said = await method(**{name: value for name, value in fields.items() if value is not None})
    except Exception as error:  # the library lets through what lies below it, parsers' errors too
        raise sorted_out(error, str(place)) from error
    return dict(said.data)


def _parent(thread: Receipt | None) -> str | None:
    """The timestamp under which a thread stands; a reply's own thread where it is one."""
    return (thread.thread or thread.id) if thread else None


def _with_key(messages: Iterable[dict[str, Any]], key: str) -> str:
    """The newest message that carries it, or nothing."""
    for message in messages:
        metadata = message.get("metadata") or {}
        if metadata.get("event_type") == EVENT and (metadata.get("event_payload") or {}).get("key") == key:
            return str(message["ts"])
    return ""
