"""What goes out to people in Slack: answers, their pages and files, shared or for one alone.

An answer is given where its question came from: under the request's own address, in the box that stands open, or, when
neither is left, in a private conversation.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from adapters.slack.calls import Body, Call
from adapters.slack.draw import PLAIN, REST, SHARE, UNFURLED, Press, draw, in_words, merged
from adapters.slack.files import sent
from adapters.slack.line import Line
from adapters.slack.modal import answered
from adapters.slack.trouble import advice, undrawn, word_of
from adapters.slack.words import say
from bot.logs import log
from bot.model import Attachment, Card, Reply, Request, fingerprint

#: Answers kept so that they can be shared and turned over; older ones have to be asked for again.
AT_HAND = 500
#: Of these the newest keep the files that go with them.
FILES_AT_HAND = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, kept to be shared and turned over."""

    card: Card
    files: tuple[Attachment, ...] = ()


class Answers:
    """Gives answers, and keeps them at hand for a while."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._kept: OrderedDict[str, Answer] = OrderedDict()

    async def give(self, call: Call, asked: Request, reply: Reply, *, page: int = 0) -> None:
        """A reply with its files."""
        if reply.cards:
            answer = Answer(merged(reply.cards), reply.files)
            id = fingerprint(call.trigger, asked.command, str(asked.at))
            self._keep(id, answer)
            await self._show(call, id, answer.card, page=page, private=reply.private)
        if reply.files:
            await self.hand(call, reply.files, private=reply.private)

    def _keep(self, id: str, answer: Answer) -> None:
        self._kept[id] = answer
        while len(self._kept) > AT_HAND:
            self._kept.popitem(last=False)
        for older in list(self._kept)[:-FILES_AT_HAND]:
            self._kept[older] = Answer(self._kept[older].card)

    async def _show(self, call: Call, id: str, card: Card, *, page: int, private: bool) -> None:
        if not call.response_url:
            await self.tell(call, card)
            return
        rest = Press(say(call.language, "rest"), REST, json.dumps({"id": id, "page": page + 1}))
        share = [Press(say(call.language, "share"), SHARE, json.dumps({"id": id}))] if private else []
        drawing = draw(card, language=call.language, page=page, rest=rest, also=share)
        await self._answer(call, card, drawing.payload(), private=private)

    async def turn(self, call: Call, id: str, page: int) -> None:
        """Another page of an answer, to whoever asks for it."""
        if kept := self._kept.get(id):
            await self._show(call, id, kept.card, page=page, private=True)
        else:
            await self.tell_words(call, "forgotten")

    async def share(self, call: Call, id: str) -> None:
        """The answer exactly as it was read, for all in the channel; the private one goes."""
        kept = self._kept.get(id)
        if kept is None:
            await self.tell_words(call, "forgotten")
            return
        by = say(call.language, "shared_by", person=call.person)
        shared = replace(kept.card, footer=" · ".join(part for part in (kept.card.footer, by) if part))
        rest = Press(say(call.language, "rest"), REST, json.dumps({"id": id, "page": 1}))
        drawn = draw(shared, language=call.language, rest=rest).payload()
        if await self._answer(call, shared, drawn, private=False):
            await self._respond(call, {"delete_original": True})
        if kept.files:
            await self.hand(call, kept.files, private=False)

    async def hand(self, call: Call, files: Sequence[Attachment], *, private: bool) -> None:
        """Files cannot be seen by one person alone in a channel: private ones go into their own conversation."""
        client = await self._line.web(call.team)
        names = ", ".join(one.name for one in files)
        if not private and call.channel and not call.channel.startswith("D"):
            why = await sent(client, call.channel, files)
            if not why:
                return
            await self._say(call, say(call.language, "file_not_here", names=names, why=why))
        try:
            channel = str((await client.conversations_open(users=call.user))["channel"]["id"])
        except (SlackApiError, ClientError, TimeoutError) as trouble:
            why = advice(trouble) if isinstance(trouble, SlackApiError) else type(trouble).__name__
        else:
            why = await sent(client, channel, files)
        key = "file_lost" if why else "file_sent"
        await self._say(call, say(call.language, key, names=names, why=why))

    async def _say(self, call: Call, text: str) -> None:
        """A line after an answer; a box shows one thing only, so there it would hide the answer."""
        if call.response_url:
            await self.tell(call, Card(summary=text, title=text))

    async def tell_words(self, call: Call, key: str) -> None:
        """A sentence of Slack's frame."""
        await self.tell(call, Card(summary="", title=say(call.language, key)))

    async def tell(self, call: Call, card: Card) -> None:
        """An answer wherever it can be given: under the request's address, in the box, or in a private conversation."""
        if not card.summary:
            card = replace(card, summary=card.title)
        if call.response_url:
            await self._answer(call, card, draw(card, language=call.language).payload())
            return
        client = await self._line.web(call.team)
        view = answered(card, call.language)
        if call.view:
            await client.views_update(view_id=call.view, view=view)
            return
        try:
            await client.views_open(trigger_id=call.trigger, view=view)
        except SlackApiError:  # too late for a box, or one was opened already
            await self._tell_alone(call, card, draw(card, language=call.language).payload())

    async def _answer(self, call: Call, card: Card, drawn: Body, *, private: bool = True) -> bool:
        """Answer under the request's response_url; where Slack refuses the drawing, once more in plain words.

        False when Slack did not take it: then a private answer comes into the person's own conversation.
        """
        why = await self._respond(call, drawn, private=private)
        if undrawn(why):
            drawn = in_words(card).payload()
            why = await self._respond(call, PLAIN | drawn, private=private)
        if why and private:  # a form may well be sent after half an hour
            await self._tell_alone(call, card, drawn)
        return not why

    async def _tell_alone(self, call: Call, card: Card, drawn: Body) -> None:
        """An answer in the person's own conversation, in plain words where Slack refuses the drawing."""
        client = await self._line.web(call.team)
        try:
            await client.chat_postMessage(channel=call.user, **PLAIN, **drawn)
        except SlackApiError as trouble:
            if not undrawn(word_of(trouble)):
                raise
            log.error("slack_answer_undrawn", why=word_of(trouble), sent="in plain words")
            await client.chat_postMessage(channel=call.user, **PLAIN, **in_words(card).payload())

    async def _respond(self, call: Call, payload: Body, *, private: bool = True) -> str:
        """Send this to the request's response_url: five times within thirty minutes, and Tocsin need not be a member.

        What Slack says against it, or what went wrong; nothing when it was taken.
        https://docs.slack.dev/interactivity/handling-user-interaction#message_responses (read 2026-11)
        """
        frame = {"response_type": "ephemeral" if private else "in_channel", "replace_original": False, **UNFURLED}
        try:
            said = await self._line.response(call.response_url).send_dict({**frame, **payload})
        except (ClientError, TimeoutError) as trouble:
            log.warning("slack_answer_lost", why=type(trouble).__name__)
            return type(trouble).__name__
        if said.status_code == 200:
            return ""
        log.warning("slack_answer_refused", status=said.status_code, says=said.body[:300])
        return said.body or str(said.status_code)
