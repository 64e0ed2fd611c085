"""The same dialogues in every chat: whatever is answered or posted in a transcript is drawn by Slack, by Discord and

by the console, within their limits and without a word lost.
"""

from __future__ import annotations

import asyncio
import html
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.console import ConsoleChat
from adapters.discord import draw as discord_draw
from adapters.discord import forms as discord_forms
from adapters.slack import draw as slack_draw
from adapters.slack import modal as slack_modal
from adapters.stores.sqlite import SqliteStore
from bot.model import Card, Form, Place, Receipt, Reply, Request
from bot.ports import Desk
from tests.transcripts.test_transcripts import TRANSCRIPTS, Stage
from tests.worlds import discord_rules, slack_rules
from tests.worlds.discord import shown

_TIME = re.compile(r"<t:(\d+):f>")


@dataclass
class Listener:
    """Hears all that is answered and posted while a dialogue is played."""

    desk: Desk
    cards: list[Card] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: Request) -> Reply:
        reply = await self.desk.answer(request)
        self.asked.append(request.command)
        self.cards += reply.cards
        return reply

    async def form(self, request: Request) -> Form | None:
        form = await self.desk.form(request)
        self.forms += [form] if form else []
        return form

    def complete(self, command: str, argument: str, typed: str, limit: int = 25, **more: Any) -> Sequence[str]:
        return self.desk.complete(command, argument, typed, limit, **more)


async def played(path: Path, tmp_path: Path) -> Listener:
    """Everything that was said in a dialogue."""
    store = SqliteStore(tmp_path / "tocsin.db")
    await store.open()
    stage = Stage(store, "fr" if path.stem.endswith(".fr") else "en")
    heard = Listener(stage.desk)
    stage.desk = heard  # type: ignore[assignment]
    post, edit = stage.chat.post, stage.chat.edit

    async def posted(place: Place, card: Card, *, key: str, thread: Receipt | None = None) -> Receipt:
        heard.cards.append(card)
        return await post(place, card, key=key, thread=thread)

    async def edited(place: Place, receipt: Receipt, card: Card, *, key: str = "") -> None:
        heard.cards.append(card)
        await edit(place, receipt, card, key=key)

    stage.chat.post, stage.chat.edit = posted, edited  # type: ignore[method-assign]
    try:
        for line in (await asyncio.to_thread(path.read_text, encoding="utf-8")).splitlines():
            if line[:2].strip() and line[1:2] == " " and not line.startswith("#"):
                await stage.play(line)
    finally:
        await store.close()
    return heard


def squeezed(text: str) -> str:
    """Letters only: where lines break is each chat's own."""
    return "".join(text.split())


def parts(card: Card) -> list[str]:
    sections = [text for one in card.sections for text in (one.heading, *one.text.split("\n"))]
    return [squeezed(text) for text in (card.title, *sections, card.footer, *(one.text for one in card.links))]


def on_slack(card: Card) -> str:
    """All pages of it, each within Slack's limits."""
    count = len(slack_draw.pages(card.sections)) + 1
    pages = [slack_draw.draw(card, page=page).payload() for page in range(count)]
    for payload in pages:
        assert not slack_rules.complaints(payload)
        assert not slack_rules.too_long(payload)
        assert not slack_rules.pings(payload)
    return html.unescape("\n".join(slack_rules.words([one["blocks"], one["attachments"]]) for one in pages))


async def on_the_discord(card: Card) -> str:
    """The message, and the file that has the whole where it was cut."""
    drawn = discord_draw.draw(card, ref="a2b3c4", share="Share in channel")
    files = discord_draw.parts_of(drawn)
    view = files.get("view")
    payload = {
        "content": drawn.content,
        "embeds": [embed.to_dict() for embed in files["embeds"]],
        "components": view.to_components() if view else [],
        "attachments": [{"id": 0} for _ in files.get("files", ())],
        "allowed_mentions": files["allowed_mentions"].to_dict(),
    }
    discord_rules.check_message(payload, files=len(files.get("files", ())))
    assert not discord_rules.pings(payload)
    text = shown(payload) + drawn.file.decode()
    text = text.replace("＠", "@")  # how Discord's own pings are kept from ringing
    return _TIME.sub(lambda one: f"{datetime.fromtimestamp(int(one[1]), UTC):%Y-%m-%d %H:%M} UTC", text)


def on_the_console(card: Card) -> str:
    out = io.StringIO()
    ConsoleChat(out=out).show(card)
    return out.getvalue()


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_every_word_in_every_chat(path: Path, tmp_path: Path) -> None:
    """Title, headings, lines, footers and links are there on all three, and none refuses them."""
    heard = await played(path, tmp_path)
    assert heard.cards
    for card in heard.cards:
        for where, text in (
            ("slack", on_slack(card)),
            ("discord", await on_the_discord(card)),
            ("console", on_the_console(card)),
        ):
            said = squeezed(text)
            for part in parts(card):
                assert part in said, where
    for form in heard.forms:
        assert not slack_rules.view_complaints(
            slack_modal.opened(form, slack_modal.Errand(command=form.command, channel="C0"), "en")
        )
        for number in range(discord_forms.parts(form)):
            discord_rules.check_modal(discord_forms.modal(form, part=number).to_dict())
