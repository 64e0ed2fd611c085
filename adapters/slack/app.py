"""People talking to Tocsin in Slack: slash commands and buttons in, answers out. Every answer comes from the desk.

Slack waits three seconds for an acknowledgement, so it is given first and the work goes to a task that is kept. Bolt
forgets the acknowledgement of a handler that raises right after it, and tells nobody of errors in lazy listeners
(seen, slack-bolt 1.30.0): nothing raises here, and nothing is lazy. Requests that Slack sends again are answered once.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from adapters.slack.draw import PRESS, REST, SHARE, Press, draw, home, merged, pressed
from adapters.slack.line import Line, library_log
from adapters.slack.manifest import PATH, words_of
from adapters.slack.socket import Habits, Identity, keep_connected
from adapters.slack.words import say
from bot.commands.typed import request as typed
from bot.logs import log
from bot.model import Card, Place, Reply, Request, fingerprint
from bot.ports import Desk

#: Answers kept so that they can be shared and turned over; older ones have to be asked for again.
AT_HAND = 500
#: Requests remembered so that one sent again is not done again.
SEEN = 10_000

#: What the app's own page shows, as one would type it.
HOME = ("watch list", "sources", "help")

Body = dict[str, Any]


class Service:
    """Commands and buttons of one workspace."""

    def __init__(
        self,
        line: Line,
        desk: Desk,
        *,
        language: str = "en",
        habits: Habits | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.line = line
        self.desk = desk
        self.language = language
        self._habits = habits or Habits()
        self._now = now
        self._answers: OrderedDict[str, Card] = OrderedDict()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._work: set[asyncio.Task[None]] = set()
        self._team = ""

    async def connect(self, app_token: str) -> None:
        """Serve by Socket Mode until cancelled."""
        try:
            await keep_connected(self.line, app_token, self.app, self._habits)
        finally:
            await self._finish()

    async def listen(self, signing_secret: str, host: str, port: int) -> None:
        """Serve by HTTP until cancelled. Bolt refuses requests whose signature is wrong or older than five minutes."""
        identity = await Identity.known(self.line, self._habits)
        server = self.app(identity, signing_secret=signing_secret).server(port=port, path=PATH, host=host)
        runner = web.AppRunner(server.web_app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            log.info("slack_listens", host=host, port=port, path=PATH)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()
            await self._finish()

    def app(self, identity: Identity, *, signing_secret: str = "") -> AsyncApp:
        """The bolt app. Who we are is asked once, before it is needed within three seconds."""
        self._team = identity.team

        async def authorize() -> AuthorizeResult:
            return identity.authorized

        app = AsyncApp(
            client=self.line.client,
            authorize=authorize,
            signing_secret=signing_secret,
            logger=library_log(),
            name="tocsin",
        )
        app.middleware(self._once)
        app.command(re.compile(".*"))(self._on(self._command))
        app.action({"action_id": re.compile(f"^{re.escape(PRESS)}")})(self._on(self._press))
        app.action({"action_id": SHARE})(self._on(self._share))
        app.action({"action_id": REST})(self._on(self._rest))
        app.action({"action_id": re.compile(r"^(?!tocsin)")})(self._on(self._ignore))
        app.event("app_home_opened")(self._on(self._home))
        app.event(re.compile(".*"))(self._on(self._ignore))  # unanswered, it would be sent again and again
        return app

    # ── What comes in ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _once(self, body: Body, next_: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        """Let through what was not seen before; a repeat is acknowledged and forgotten."""
        id = str(body.get("event_id") or body.get("trigger_id") or "")
        if id and id in self._seen:
            log.info("slack_sent_again", id=id)
            return BoltResponse(status=200, body="")
        if id:
            _put(self._seen, id, None, SEEN)
        return await next_()

    def _on(self, work: Callable[[Body], Coroutine[Any, Any, None]]) -> Callable[..., Awaitable[None]]:
        """Acknowledge, then work in a task of our own."""

        async def heard(ack: Callable[[], Awaitable[Any]], body: Body) -> None:
            await ack()
            task = asyncio.create_task(self._safely(work, body))
            self._work.add(task)
            task.add_done_callback(self._work.discard)

        return heard

    async def _safely(self, work: Callable[[Body], Awaitable[None]], body: Body) -> None:
        try:
            await work(body)
        except Exception:
            log.exception("slack_request_broke", kind=body.get("type") or body.get("command"))

    async def _ignore(self, body: Body) -> None:
        log.debug("slack_not_for_us", kind=body.get("type"))

    async def _command(self, body: Body) -> None:
        text = f"{words_of(str(body['command']))} {_unescaped(body.get('text') or '')}"
        person = _person(str(body.get("user_id", "")), str(body.get("user_name", "")))
        self._team = self._team or str(body.get("team_id") or "")
        place = self._place(str(body["channel_id"]), str(body.get("user_id", "")))
        asked = typed(text, place=place, person=person, language=self.language, at=self._now())
        await self._answer(asked, body)

    async def _press(self, body: Body) -> None:
        """A button of a card: the command it carries, asked by whoever pressed it, here."""
        action = body["actions"][0]
        try:
            command, arguments = pressed(action["action_id"], action.get("value") or "")
            page = int(arguments.pop("page", "0"))
        except ValueError:
            await self._tell(body, {"text": say(self.language, "old_button")})
            return
        asked = Request(
            command=command,
            place=self._place(str((body.get("channel") or {}).get("id") or "D"), str(body["user"]["id"])),
            person=_presser(body),
            arguments=tuple(arguments.items()),
            language=self.language,
            at=self._now(),
        )
        await self._answer(asked, body, page=page)

    async def _home(self, body: Body) -> None:
        """The app's own page, whenever somebody opens it: whom they watch, the state of sources, what can be asked."""
        event = body.get("event") or {}
        user = str(event.get("user") or "")
        if event.get("tab") != "home" or not user:
            return
        place, at = self._place("D", user), self._now()
        asked = [typed(text, place=place, person=user, language=self.language, at=at) for text in HOME]
        cards = [card for one in asked for card in (await self.desk.answer(one)).cards]
        client = await self.line.web()
        await client.views_publish(user_id=user, view={"type": "home", "blocks": home(merged(cards), self.language)})

    # ── What goes out ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _answer(self, asked: Request, body: Body, *, page: int = 0) -> None:
        reply: Reply = await self.desk.answer(asked)
        if not reply.cards:
            return
        card = merged(reply.cards)
        id = fingerprint(str(body.get("trigger_id")), asked.command, str(asked.at))
        _put(self._answers, id, card, AT_HAND)
        await self._show(body, id, card, page=page, private=reply.private)

    async def _show(self, body: Body, id: str, card: Card, *, page: int, private: bool) -> None:
        rest = Press(say(self.language, "rest"), REST, json.dumps({"id": id, "page": page + 1}))
        share = [Press(say(self.language, "share"), SHARE, json.dumps({"id": id}))] if private else []
        drawing = draw(card, language=self.language, page=page, rest=rest, also=share)
        await self._tell(body, drawing.payload(), private=private)

    async def _rest(self, body: Body) -> None:
        """The next page of an answer, to whoever asks for it."""
        id, page = _at_hand(body)
        card = self._answers.get(id)
        if card is None:
            await self._tell(body, {"text": say(self.language, "forgotten")})
            return
        await self._show(body, id, card, page=page, private=True)

    async def _share(self, body: Body) -> None:
        """The answer exactly as it was read, for all in the channel; the private one goes."""
        id, _ = _at_hand(body)
        card = self._answers.get(id)
        if card is None:
            await self._tell(body, {"text": say(self.language, "forgotten")})
            return
        by = say(self.language, "shared_by", person=_presser(body))
        shared = replace(card, footer=" · ".join(part for part in (card.footer, by) if part))
        rest = Press(say(self.language, "rest"), REST, json.dumps({"id": id, "page": 1}))
        await self._tell(body, draw(shared, language=self.language, rest=rest).payload(), private=False)
        await self._tell(body, {"delete_original": True})

    async def _tell(self, body: Body, payload: Body, *, private: bool = True) -> None:
        """Answer under the request's response_url: five times within thirty minutes, and Tocsin need not be a member.

        https://docs.slack.dev/interactivity/handling-user-interaction#message_responses (read 2026-11)
        """
        url = body.get("response_url")
        if not url:
            log.warning("slack_no_response_url", kind=body.get("type"))
            return
        frame = {"response_type": "ephemeral" if private else "in_channel", "replace_original": False}
        said = await self.line.response(url).send_dict({**frame, **payload})
        if said.status_code != 200:
            log.warning("slack_answer_refused", status=said.status_code, says=said.body[:300])

    def _place(self, channel: str, user: str) -> Place:
        """Where it was typed: the channel, or in a private conversation the person.

        The team is ours, also for guests from another one in a shared channel.
        """
        return Place("slack", f"{self._team}/{user if channel.startswith('D') and user else channel}")

    async def _finish(self) -> None:
        """Let answers under way arrive before the connections close; those that hang are dropped."""
        if self._work:
            _, hanging = await asyncio.wait(self._work, timeout=self._habits.grace)
            for task in hanging:
                task.cancel()


def _put(shelf: OrderedDict[str, Any], id: str, value: object, room: int) -> None:
    shelf[id] = value
    while len(shelf) > room:
        shelf.popitem(last=False)


def _at_hand(body: Body) -> tuple[str, int]:
    try:
        value = json.loads(body["actions"][0].get("value") or "{}")
        return str(value.get("id", "")), int(value.get("page", 0))
    except (ValueError, AttributeError):
        return "", 0


def _presser(body: Body) -> str:
    user = body.get("user") or {}
    return _person(str(user.get("id", "")), str(user.get("name") or user.get("username") or ""))


def _person(id: str, name: str) -> str:
    """Who it was, so that people read a name and an audit finds the account."""
    return f"{name} ({id})" if name else id


def _unescaped(text: str) -> str:
    """What was typed: Slack sends three characters as entities and may wrap addresses in angle brackets."""
    return html.unescape(re.sub(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>", r"\1", text)) if _entities(text) else text


def _entities(text: str) -> bool:
    return "<" in text or any(entity in text for entity in ("&amp;", "&lt;", "&gt;"))
