"""People talking to Tocsin in Slack: commands, buttons and boxes in, answers out. Every answer comes from the desk.

Slack waits three seconds for an acknowledgement, so it is given first and the work goes to a task that is kept. Bolt
forgets the acknowledgement of a handler that raises right after it, and tells nobody of errors in lazy listeners
(seen, slack-bolt 1.30.0): nothing raises here, and nothing is lazy. Requests that Slack sends again are answered once.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from adapters.slack.answers import Answers
from adapters.slack.calls import Body, Call, at_hand, box_of, unescaped, words_in
from adapters.slack.draw import PRESS, REST, SHARE, cut, merged, pressed
from adapters.slack.files import received
from adapters.slack.home import ABOUT, CHANNELS, Part, page
from adapters.slack.install import OAuth, Whose
from adapters.slack.line import Line, library_log
from adapters.slack.manifest import PATH, READ, words_of
from adapters.slack.modal import (
    ANSWER,
    FORM,
    OPTIONS,
    PICK,
    Errand,
    Filled,
    answered,
    filled,
    opened,
    options,
    picked,
    suggested,
    waiting,
)
from adapters.slack.people import People
from adapters.slack.socket import Habits, Identity, keep_connected
from adapters.slack.trouble import advice, word_of
from adapters.slack.words import say
from bot.commands import commands
from bot.commands.meanwhile import Meanwhile
from bot.commands.typed import request as typed
from bot.errors import TellPerson, TocsinError
from bot.logs import log
from bot.model import Attachment, Card, FieldKind, Form, Option, Place, Reply, Request, fingerprint
from bot.ports import Desk

#: Requests remembered so that one sent again is not done again.
SEEN = 10_000
#: Forms whose many options are at hand while they are open, and pages of people that are drawn again after a change.
OPEN = 500
#: Seconds until a form has to be there, and until a box that was sent is answered: Slack waits three.
FORM_PATIENCE = 1.5
SENT_PATIENCE = 2.2
#: What Slack shows of an error under a field.
ERROR = 300
Ack = Callable[..., Awaitable[Any]]
Places = Callable[[], Awaitable[Iterable[Place]]]

#: The end of an installation, and the one thing to be heard of a person.
UNINSTALLED = ("app_uninstalled", "tokens_revoked")


async def nowhere() -> Iterable[Place]:
    return ()


class Service:
    """Commands, buttons and boxes of one workspace, or of all in which Tocsin was installed."""

    def __init__(
        self,
        line: Line,
        desk: Desk,
        *,
        language: str = "en",
        habits: Habits | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        oauth: OAuth | None = None,
        places: Places = nowhere,
    ) -> None:
        self.line = line
        self.desk = desk
        self.language = language
        self.people = People(line, language=language)
        self._habits = habits or Habits()
        self._now = now
        self._oauth = oauth
        self._places = places
        self.answers = Answers(line)
        self._forms: OrderedDict[str, Form] = OrderedDict()
        self._homes: OrderedDict[tuple[str, str], None] = OrderedDict()  #: whose page was opened
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._work: set[asyncio.Task[Any]] = set()
        self._team = ""  #: ours, where there is only one

    async def connect(self, app_token: str) -> None:
        """Serve by Socket Mode until cancelled."""
        try:
            await keep_connected(self.line, app_token, self.app, self._habits, known=self._identity)
        finally:
            await self._finish()

    async def listen(self, signing_secret: str, host: str, port: int) -> None:
        """Serve by HTTP until cancelled. Bolt refuses requests whose signature is wrong or older than five minutes."""
        identity = await self._identity()
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

    async def _identity(self) -> Identity | None:
        """Who we are, where one token says so; each installation says it of itself."""
        await self.line.web()
        return None if self._oauth else await Identity.known(self.line, self._habits)

    def app(self, identity: Identity | None, *, signing_secret: str = "") -> AsyncApp:
        """The bolt app. Who we are is asked once, before it is needed within three seconds."""
        self._team = identity.team if identity else ""
        # bolt's own type leaves out that nobody may be found, which its code foresees
        whose: Any = Whose(self._oauth) if self._oauth else _authorized(identity)
        app = AsyncApp(
            client=self.line.client,
            authorize=whose,
            oauth_flow=self._oauth.flow(self.line.client, _authorization_url(self.line)) if self._oauth else None,
            user_facing_authorize_error_message=say(self.language, "not_installed"),
            signing_secret=signing_secret,
            logger=library_log(),
            name="tocsin",
        )
        app.middleware(self._once)
        app.command(re.compile(".*"))(self._on(self._command))
        app.shortcut(READ)(self._on(self._read))
        app.action({"action_id": re.compile(f"^{re.escape(PRESS)}")})(self._on(self._press))
        app.action({"action_id": re.compile(f"^{re.escape(PICK)}")})(self._on(self._pick))
        app.action({"action_id": SHARE})(self._on(self._share))
        app.action({"action_id": REST})(self._on(self._rest))
        app.action({"action_id": re.compile(r"^(?!tocsin)")})(self._on(self._ignore))
        app.options({"action_id": re.compile(f"^{re.escape(PICK)}")})(self._suggest)
        app.view(FORM)(self._sent)
        app.view(ANSWER)(self._on(self._ignore))
        app.view_closed(re.compile(".*"))(self._on(self._ignore))
        for end in UNINSTALLED:
            app.event(end)(self._on(self._uninstalled))
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

    def _on(
        self, work: Callable[[Body, AsyncBoltContext], Coroutine[Any, Any, None]]
    ) -> Callable[..., Awaitable[None]]:
        """Acknowledge, then work in a task of our own."""

        async def heard(ack: Ack, body: Body, context: AsyncBoltContext) -> None:
            await ack()
            self._start(self._safely(work(body, context), body))

        return heard

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task whose reference is kept until it is done."""
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        return task

    async def _safely(self, work: Awaitable[Any], body: Body) -> Any:
        try:
            return await work
        except TocsinError as trouble:
            log.warning("slack_request_failed", kind=body.get("type") or body.get("command"), trouble=str(trouble))
        except Exception:
            log.exception("slack_request_broke", kind=body.get("type") or body.get("command"))
        return None

    async def _ignore(self, body: Body, context: AsyncBoltContext) -> None:
        log.debug("slack_not_for_us", kind=body.get("type"))

    async def _uninstalled(self, body: Body, context: AsyncBoltContext) -> None:
        """The app was removed, or its bot token ended; the token of a person, of which we keep none, is no end."""
        event = body.get("event") or {}
        bot = event.get("type") != "tokens_revoked" or (event.get("tokens") or {}).get("bot")
        if self._oauth and bot:
            await self._oauth.uninstalled(body, context)

    async def _call(self, body: Body, context: AsyncBoltContext) -> Call:
        """Who did it, where, and in which language they read.

        The team is ours, also for guests from another one in a shared channel.
        """
        user = body.get("user") or {}
        event = body.get("event") or {}
        id = str(body.get("user_id") or user.get("id") or event.get("user") or "")
        team = self._team or str(context.team_id or "")
        return Call(
            body=body,
            team=team,
            user=id,
            name=str(body.get("user_name") or user.get("name") or user.get("username") or ""),
            channel=str(body.get("channel_id") or (body.get("channel") or {}).get("id") or ""),
            language=await self.people.language(team, id),
            response_url=str(body.get("response_url") or ""),
            trigger=str(body.get("trigger_id") or ""),
            view=str(box_of(body).get("id") or ""),
        )

    async def _asked(self, call: Call, asked: Request) -> Request:
        """The request with what the platform knows of whoever asks. Only what is not for everybody asks who may."""
        found = commands().get(asked.command)
        manager = True
        if found and found.asks_who:
            channel = asked.place.address.rpartition("/")[2]
            manager = await self.people.manages(call.team, call.user, channel)
        return replace(asked, manager=manager, home=call.home)

    def _request(self, call: Call, command: str, arguments: Iterable[tuple[str, Any]]) -> Request:
        return Request(
            command=command,
            place=call.place,
            person=call.person,
            arguments=tuple(arguments),
            language=call.language,
            at=self._now(),
        )

    async def _command(self, body: Body, context: AsyncBoltContext) -> None:
        call = await self._call(body, context)
        text = f"{words_of(str(body['command']))} {unescaped(body.get('text') or '')}"
        asked = typed(text, place=call.place, person=call.person, language=call.language, at=self._now())
        await self._serve(call, asked)

    async def _read(self, body: Body, context: AsyncBoltContext) -> None:
        """The shortcut on a message: the names in it, looked up for whoever asks."""
        call = await self._call(body, context)
        await self._serve(call, self._request(call, "read", [("text", words_in(body.get("message") or {}))]))

    async def _press(self, body: Body, context: AsyncBoltContext) -> None:
        """A button of a card: the command it carries, asked by whoever pressed it, here."""
        call = await self._call(body, context)
        action = body["actions"][0]
        try:
            command, arguments = pressed(action["action_id"], action.get("value") or "")
            number = int(arguments.pop("page", "0"))
        except ValueError:
            await self.answers.tell_words(call, "old_button")
            return
        about = arguments.pop(ABOUT, "")
        if about and not call.channel:
            if about not in await self.people.channels(call.team, call.user):
                await self.answers.tell_words(call, "not_there")
                return
            call = replace(call, channel=about)
        await self._serve(call, self._request(call, command, arguments.items()), page=number)

    async def _pick(self, body: Body, context: AsyncBoltContext) -> None:
        """Something chosen from a list of names on the app's own page."""
        action = body["actions"][0]
        value = str((action.get("selected_option") or {}).get("value") or "")
        if not value:
            return
        call = await self._call(body, context)
        command, argument = picked(str(action["action_id"]))
        await self._serve(call, self._request(call, command, [(argument, value)]))

    async def _suggest(self, ack: Ack, body: Body) -> None:
        """Names for a half-typed word, from memory: Slack waits three seconds, and asks at every letter."""
        found: list[Body] = []
        try:
            command, argument = picked(str(body.get("action_id") or ""))
            text = str(body.get("value") or "")
            found = self._of_form(body, argument, text)
            if not found:
                names = self.desk.complete(command, argument, text, OPTIONS, place=self._where(body))
                found = options(Option(name, name) for name in names)[:OPTIONS]
        except Exception:
            log.exception("slack_suggestions_broke", of=body.get("action_id"))
        await ack(options=found)

    def _where(self, body: Body) -> Place:
        """The place that an open box or the app's own page is about."""
        try:
            channel = Errand.read(str(box_of(body).get("private_metadata") or "")).channel
        except ValueError:
            channel = ""
        team = self._team or str((body.get("team") or {}).get("id") or "")
        user = str((body.get("user") or {}).get("id") or "")
        return Call(body=body, team=team, user=user, name="", channel=channel, language=self.language).place

    def _of_form(self, body: Body, argument: str, text: str) -> list[Body]:
        """The options that an open form brought for this field, where it did and they are still at hand."""
        try:
            form = self._forms.get(Errand.read(str(box_of(body).get("private_metadata") or "")).form)
        except ValueError:
            return []
        fields = [one for one in form.fields if one.name == argument] if form else []
        return suggested(fields[0].options, text) if fields else []

    async def _rest(self, body: Body, context: AsyncBoltContext) -> None:
        await self.answers.turn(await self._call(body, context), *at_hand(body))

    async def _share(self, body: Body, context: AsyncBoltContext) -> None:
        await self.answers.share(await self._call(body, context), at_hand(body)[0])

    # ── Boxes ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _serve(self, call: Call, asked: Request, *, page: int = 0) -> None:
        """Open the box a command wants, or answer."""
        asked = await self._asked(call, asked)
        form = await self._form(asked) if call.trigger else None
        if form:
            await self._open(call, form)
            return
        if not call.response_url and not call.view and call.trigger:
            call = await self._box(call)
        reply = await self.desk.answer(asked)
        await self.answers.give(call, asked, reply, page=page)
        await self._changed(call, asked)

    async def _form(self, asked: Request) -> Form | None:
        try:
            async with asyncio.timeout(FORM_PATIENCE):
                return await self.desk.form(asked)
        except TimeoutError:
            log.warning("slack_form_late", command=asked.command)
            return None

    async def _open(self, call: Call, form: Form) -> None:
        """The box, on top of the one that stands open where there is one."""
        id = fingerprint(call.trigger, form.command)
        errand = Errand(
            command=form.command,
            channel=call.channel,
            arguments=form.arguments,
            response_url=call.response_url,
            form=id if _needs_memory(form) else "",
        )
        _put(self._forms, id, form, OPEN)
        try:
            view = opened(form, errand, call.language)
            client = await self.line.web(call.team)
            show = client.views_push if call.view else client.views_open
            await show(trigger_id=call.trigger, view=view)
        except (SlackApiError, ClientError, TimeoutError, ValueError) as trouble:
            why = advice(trouble) if isinstance(trouble, SlackApiError) else f"{type(trouble).__name__}: {trouble}"
            log.warning("slack_box_not_opened", command=form.command, why=why)
            late = isinstance(trouble, SlackApiError) and "trigger" in word_of(trouble)
            await self.answers.tell_words(call, "box_late" if late else "box_failed")

    async def _box(self, call: Call) -> Call:
        """A box to answer in, where there is no address: on the app's own page."""
        client = await self.line.web(call.team)
        said = await client.views_open(trigger_id=call.trigger, view=waiting(call.language))
        return replace(call, view=str((said.get("view") or {}).get("id") or ""))

    async def _sent(self, ack: Ack, body: Body, context: AsyncBoltContext) -> None:
        """A box was sent. What is wrong in it is said in it, if that is known in time; the rest as to a typed command.

        Sent twice, it is done once.
        """
        view = body.get("view") or {}
        id = f"view {view.get('id')}"
        if id in self._seen:
            await ack()
            return
        _put(self._seen, id, None, SEEN)
        clock = asyncio.get_running_loop().time
        until = clock() + SENT_PATIENCE
        call, form = await self._call(body, context), _filled(view)
        if form is None:
            await ack()
            return
        url = form.errand.response_url
        call = replace(call, channel=form.errand.channel, response_url=url, view="" if url else call.view)
        meanwhile = Meanwhile()
        task = self._start(self._safely(self._done(call, form, meanwhile), body))
        await asyncio.wait({task}, timeout=max(0.0, until - clock()))
        found = task.result() if task.done() else None
        if isinstance(found, dict):
            self._seen.pop(id, None)  # to be sent again, mended
            await ack(response_action="errors", errors=found)
            return
        stays = not url or (meanwhile.line and not task.done())  # what counts is counted where it can be drawn again
        if not stays:
            await ack()
        else:
            shown = answered(found or self._failed(call), call.language) if task.done() else waiting(call.language)
            if meanwhile.line and not task.done():
                shown = answered(Card(summary="", title=meanwhile.line), call.language)
            await ack(response_action="update", view=shown)
        if not task.done() or (url and not found):
            box = str(view.get("id") or "") if stays and not task.done() else ""
            self._start(self._safely(self._late(task, call, meanwhile, box), body))

    async def _done(self, call: Call, form: Filled, meanwhile: Meanwhile) -> dict[str, str] | Card:
        """Do what was sent: what is wrong, by field; or the answer, given already where there is an address for it."""
        errand = form.errand
        files: list[Attachment] = []
        for field, file in form.files:
            try:
                files.append(await received(self.line, call.team, file, call.language))
            except TellPerson as refusal:
                return await self._wrong(call, {field: str(refusal)})
        asked = replace(self._request(call, errand.command, form.arguments), files=tuple(files))
        asked = replace(await self._asked(call, asked), progress=meanwhile)
        reply = await self.desk.answer(asked)
        if not reply.ok and form.fields and reply.cards:
            return await self._wrong(call, {_field_of(reply, form): _refusal(reply.cards[0])})
        card = merged(reply.cards) if reply.cards else Card(summary="", title=say(call.language, "done"))
        if call.response_url:
            await self.answers.give(call, asked, reply)
        elif reply.files:
            await self.answers.hand(call, reply.files, private=reply.private)
        await self._changed(call, asked)
        return card

    def _failed(self, call: Call) -> Card:
        return Card(summary="", title=say(call.language, "box_failed"))

    async def _wrong(self, call: Call, errors: dict[str, str]) -> dict[str, str]:
        return {field: cut(text or say(call.language, "box_failed"), ERROR) for field, text in errors.items()}

    async def _late(self, task: asyncio.Task[Any], call: Call, meanwhile: Meanwhile, box: str) -> None:
        """What came after its box was acknowledged: the answer, if it was not given yet; what is wrong; a bug.

        In a box that stays open it is said meanwhile how far it is, and at the end what came of it.
        """
        open_box = replace(call, response_url="", view=box)

        async def tell(line: str) -> None:
            await self.answers.tell(open_box, Card(summary="", title=line))

        if box:
            await meanwhile.show(task, tell)
        await asyncio.wait({task})
        found = task.result()
        given = bool(found) and bool(call.response_url) and not isinstance(found, dict)
        if isinstance(found, dict):
            found = Card(summary="", title="\n".join(found.values()))
        found = found or self._failed(call)
        if not given:
            await self.answers.tell(call, found)
        if box and call.response_url:
            with suppress(SlackApiError, ClientError, TimeoutError):  # it was closed; the answer stands in the channel
                await self.answers.tell(open_box, found)

    # ── The app's own page ────────────────────────────────────────────────────────────────────────────────────────

    async def _home(self, body: Body, context: AsyncBoltContext) -> None:
        """Whenever somebody opens it: whom they watch, whom their channels watch, the state of sources."""
        event = body.get("event") or {}
        if event.get("tab") == "home" and event.get("user"):
            call = await self._call(body, context)
            _put(self._homes, (call.team, call.user), None, OPEN)
            await self._draw_home(call)

    async def _changed(self, call: Call, asked: Request) -> None:
        """Draw the page again on which a change can be seen."""
        found = commands().get(asked.command)
        if found and found.manages and (call.team, call.user) in self._homes:
            await self._draw_home(call)

    async def _draw_home(self, call: Call) -> None:
        own = replace(call, channel="")
        channels = await self.people.channels(call.team, call.user)
        watching = {place.address for place in await self._places() if place.platform == "slack"}
        shown = {id: name for id, name in channels.items() if f"{call.team}/{id}" in watching}
        parts = [await self._part(own, say(call.language, "home_own"))]
        for id, name in list(shown.items())[:CHANNELS]:
            parts.append(await self._part(replace(own, channel=id), f"#{name}"))
        sources = await self.desk.answer(self._request(own, "sources", []))
        view = page(parts, max(0, len(shown) - CHANNELS), sources.cards, call.language)
        client = await self.line.web(call.team)
        await client.views_publish(user_id=call.user, view=view)

    async def _part(self, call: Call, name: str) -> Part:
        reply = await self.desk.answer(await self._asked(call, self._request(call, "watch list", [])))
        return Part(channel=call.channel, name=name, card=merged(reply.cards or (Card(summary="", title=""),)))

    async def _finish(self) -> None:
        """Let answers under way arrive before the connections close; those that hang are dropped."""
        if self._work:
            _, hanging = await asyncio.wait(self._work, timeout=self._habits.grace)
            for task in hanging:
                task.cancel()


def _authorized(identity: Identity | None) -> Callable[[], Awaitable[AuthorizeResult]]:
    async def authorize() -> AuthorizeResult:
        assert identity is not None
        return identity.authorized

    return authorize


def _authorization_url(line: Line) -> str:
    """Where somebody is asked to install: https://slack.com/oauth/v2/authorize, or the same of another server."""
    address = urlsplit(line.client.base_url)
    return f"{address.scheme}://{address.netloc}/oauth/v2/authorize"


def _needs_memory(form: Form) -> bool:
    return any(one.kind in {FieldKind.CHOICE, FieldKind.CHOICES} and len(one.options) > OPTIONS for one in form.fields)


def _filled(view: Body) -> Filled | None:
    try:
        return filled(view)
    except ValueError as trouble:
        log.warning("slack_box_not_ours", why=str(trouble))
        return None


def _refusal(card: Card) -> str:
    """What is wrong and the next step, in one line."""
    return " ".join([card.summary or card.title, *(one.text for one in card.sections if one.text.strip())])


def _field_of(reply: Reply, form: Filled) -> str:
    """The field a refusal is about, where the answer names it; else the first."""
    named = reply.data.get("field") if isinstance(reply.data, dict) else None
    return named if named in form.fields else form.fields[0]


def _put(shelf: OrderedDict[Any, Any], id: object, value: object, room: int) -> None:
    shelf[id] = value
    while len(shelf) > room:
        shelf.popitem(last=False)
