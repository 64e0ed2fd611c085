"""The desk answers whatever was typed, and never raises."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.lists.us_dod_cmc import us_dod_cmc
from adapters.stores.sqlite import SqliteStore
from bot.book import shipped
from bot.commands import FrontDesk, Office, command
from bot.data import typeset
from bot.errors import StoreBusy
from bot.model import Place, Reply, Request
from bot.roll import Roll
from tests.worlds.facts import THEN
from tests.worlds.nouns import poll, story
from tests.worlds.pages import SetClock


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FrontDesk]:
    store = SqliteStore(tmp_path / "tocsin.db")
    await store.open()
    try:
        yield FrontDesk(Office(store=store, book=shipped(), roll=Roll(store), clock=SetClock(), sources=dict))
    finally:
        await store.close()


def ask(typed: str, **arguments: str | tuple[str, ...]) -> Request:
    return Request(command=typed, place=Place("console"), person="ana", arguments=tuple(arguments.items()), at=THEN)


async def said(desk: FrontDesk, request: Request) -> tuple[bool, str]:
    reply = await desk.answer(request)
    return reply.ok, reply.cards[0].title


async def test_a_very_long_argument_is_refused(desk: FrontDesk) -> None:
    """With its size and the limit."""
    ok, title = await said(desk, ask("lookup", name="x" * 5000))
    assert (ok, title) == (False, "name: 5000 characters, 4000 at most. Send less.")


async def test_why_nothing_came_of_a_company(desk: FrontDesk) -> None:
    """Of one that is watched it is said that nothing came; of any other, that nobody here watches it."""
    await desk.answer(ask("watch add", names=("Xiaomi", "Nestlé SA")))
    ok, title = await said(desk, ask("why", key="小米"))
    assert ok
    assert title.startswith("Nothing about Xiaomi has come here yet, and nothing was kept back. Watched here since")
    ok, title = await said(desk, ask("why", key="Huawei"))
    assert (ok, title.partition(".")[0]) == (
        False,
        "No delivery “Huawei” here, and no company of that name is watched here",
    )


async def test_a_company_of_nobodys_book_is_called_in_the_audit_as_it_was_typed(desk: FrontDesk) -> None:
    """With its accents and capitals, by which whoever asks later knows it; also where its watch was paused."""
    await desk.answer(ask("watch add", names=("Nestlé SA",)))
    await desk.answer(ask("watch pause", name="Nestlé SA", until="7d"))
    reply = await desk.answer(ask("audit"))
    lines = [one.text for one in reply.cards[0].sections]
    assert any(one.endswith("· watches · Nestlé SA") for one in lines)
    assert any("· paused · Nestlé SA, until " in one for one in lines)
    assert reply.data["acts"][-1]["company"] == "Nestlé SA"  # type: ignore[index]


async def test_what_many_sources_have_to_be_known_for_is_told_once(tmp_path: Path) -> None:
    """Below them, with how many they are; what is to be known of one stands under it."""
    cards = {f"news_{n}": replace(us_dod_cmc.card, id=f"news_{n}", note="not tried yet") for n in range(5)}
    cards["us_dod_cmc"] = us_dod_cmc.card
    store = SqliteStore(tmp_path / "tocsin.db")
    await store.open()
    try:
        office = Office(store=store, book=shipped(), roll=Roll(store), clock=SetClock(), sources=lambda: cards)
        reply = await FrontDesk(office).answer(ask("sources"))
    finally:
        await store.close()
    lines = [one.text.strip() for one in reply.cards[0].sections]
    assert [one for one in lines if "not tried yet" in one] == ["Note on 5 of them: not tried yet"]
    assert lines[-1].startswith("Note on 5")
    assert any(one.startswith("note: war.gov") for one in lines)


async def test_a_thousand_names_at_once_are_enough(desk: FrontDesk) -> None:
    """More come in parts."""
    ok, title = await said(desk, ask("watch add", names=tuple(f"Company {n}" for n in range(1001))))
    assert not ok
    assert title == "1001 names at once, 1000 at most. Send them as a file: watch import"


async def test_a_store_that_is_away_is_said(desk: FrontDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again in a minute; nothing is hidden."""

    async def away(*_: object) -> None:
        raise StoreBusy("database is locked")

    monkeypatch.setattr(desk.office.store, "subscriptions", away)
    ok, title = await said(desk, ask("watch list"))
    assert not ok
    assert "database is locked" in title
    assert "try again in a minute" in title


async def test_a_history_comes_with_its_picture(desk: FrontDesk) -> None:
    """In a chat that shows pictures, with what it shows in words; where there is nothing to draw, none."""
    told = [story("1"), story("2", hours=900)]
    await desk.office.store.commit(poll("reuters", stories=told, named=[(f"reuters/{n}", "xiaomi") for n in "12"]))
    asked = replace(ask("history", name="Xiaomi"), place=Place("slack", "T0/C1"))
    [picture] = (await desk.answer(asked)).files
    assert (picture.type, picture.name, picture.body[:4]) == ("image/png", "history.png", b"\x89PNG")
    assert "Stories that name it: 2" in picture.alt
    assert (await desk.answer(ask("history", name="Xiaomi"))).files == ()
    assert (await desk.answer(replace(asked, arguments=(("name", "Acme"),)))).files == ()


async def test_a_command_with_a_bug_is_an_answer_too(desk: FrontDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person hears where to look; the log has the rest."""

    async def broken(*_: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr(desk.office.store, "feeds", broken)
    ok, title = await said(desk, ask("feed list"))
    assert not ok
    assert title.startswith("/feed list broke.")


def test_half_typed_names_are_completed(desk: FrontDesk) -> None:
    """From the book first, whatever the case; nothing for what is no name."""
    assert "Xiaomi" in desk.complete("lookup", "name", "xiao")
    assert desk.complete("why", "key", "abc") == ()
    assert len(desk.complete("lookup", "name", "", limit=5)) == 5


async def test_a_box_that_breaks_is_answered_in_words(desk: FrontDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is opened, and nothing is raised, whatever went wrong; an unknown command has no box."""

    async def away(*_: object) -> None:
        raise StoreBusy("database is locked")

    async def broken(*_: object) -> None:
        raise KeyError("surprise")

    assert await desk.form(ask("watch settings")) is not None
    for trouble in (away, broken):
        monkeypatch.setattr(desk.office.store, "papers", trouble)
        assert await desk.form(ask("watch settings")) is None
    assert await desk.form(ask("watch list")) is None
    assert await desk.form(ask("nothing")) is None


async def test_a_refusal_from_afar_is_said_in_the_readers_language(desk: FrontDesk) -> None:
    """Where it was raised nobody knew who asks."""
    _, title = await said(desk, replace(ask("lookup", name="---"), language="fr"))
    told = "« --- » n’est pas un nom d’entreprise. Écrivez-en un, par exemple Xiaomi."
    assert title == typeset(told)


def test_a_command_without_help_is_no_command() -> None:
    """Its docstring is what people read."""
    with pytest.raises(TypeError, match="/nothing has no docstring"):

        @command("nothing")
        async def nothing(office: Office, request: Request) -> Reply:
            raise NotImplementedError
