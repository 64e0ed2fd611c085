"""Where Slack's installations are kept: the same promises on every store, as slack_sdk's own stores make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store.models.installation import Installation

from adapters.slack.install import INSTALLATIONS, STATES, TEAMS, Installations, Seal, States
from bot.errors import TellOperator
from bot.ports import Store

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TOKEN = "xoxb-1-secret"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def installations(store: Store, *keys: str, now: datetime = NOON) -> Installations:
    return Installations(store, Seal(keys), now=lambda: now)


def installation(
    team: str | None = "T1", enterprise: str | None = None, *, whole: bool = False, token: str = TOKEN
) -> Installation:
    return Installation(
        app_id="A0",
        enterprise_id=enterprise,
        enterprise_name="Org" if enterprise else None,
        team_id=team,
        team_name="Acme" if team else None,
        bot_token=token,
        bot_id="B0",
        bot_user_id="UBOT",
        bot_scopes=["chat:write", "commands"],
        user_id="UADMIN",
        user_token="xoxp-of-a-person",
        is_enterprise_install=whole,
    )


async def test_an_installation_is_found_again(store: Store, another: Store) -> None:
    """By another process too: as bolt asks for it, and by the workspace alone, as posting does."""
    await installations(store).async_save(installation())
    theirs = installations(another)
    found = await theirs.async_find_installation(enterprise_id=None, team_id="T1", user_id="U9")
    bot = await theirs.async_find_bot(enterprise_id=None, team_id="T1")
    ours = await theirs.of_team("T1")
    assert found
    assert bot
    assert ours
    assert found.bot_token == bot.bot_token == ours.token == TOKEN
    assert (ours.name, ours.by, ours.scopes) == ("Acme (T1)", "UADMIN", ("chat:write", "commands"))
    assert await theirs.async_find_bot(enterprise_id=None, team_id="T2") is None
    assert await theirs.of_team("T2") is None
    assert "xoxp" not in str(await another.papers(INSTALLATIONS))


async def test_a_new_installation_replaces_the_old_one(store: Store) -> None:
    """Installed again, the workspace has the new token, and there is one of it."""
    kept = installations(store)
    await kept.async_save(installation())
    await kept.async_save(installation(token="xoxb-2"))
    assert [one.token for one in await kept.all()] == ["xoxb-2"]


async def test_workspaces_of_an_organisation(store: Store) -> None:
    """Each by organisation and workspace; one installed for the whole speaks in every workspace it is met in."""
    kept = installations(store)
    await kept.async_save(installation("T1", "E1", token="xoxb-t1"))
    await kept.async_save(installation(None, "E2", whole=True, token="xoxb-e2"))
    own = await kept.async_find_installation(enterprise_id="E1", team_id="T1")
    whole = await kept.async_find_installation(enterprise_id="E2", team_id="T7", is_enterprise_install=True)
    assert own
    assert whole
    assert (own.bot_token, whole.bot_token) == ("xoxb-t1", "xoxb-e2")
    met = await kept.of_team("T7")
    assert met
    assert met.token == "xoxb-e2"
    assert met.name == "Org (E2)"
    assert await kept.of_team("T8") is None
    assert await kept.async_find_installation(enterprise_id="E3", team_id="T9") is None


@pytest.mark.parametrize("how", ["bot", "installation", "all"])
async def test_what_is_deleted_is_gone(store: Store, how: str) -> None:
    """With every workspace it spoke for; another one's stays. A person's own token is no installation."""
    kept = installations(store)
    await kept.async_save(installation("T1"))
    await kept.async_save(installation(None, "E2", whole=True))
    await kept.find("E2", "T7", whole=True)
    await kept.async_delete_installation(enterprise_id=None, team_id="T1", user_id="U9")
    assert await kept.of_team("T1")
    await getattr(kept, f"async_delete_{how}")(enterprise_id="E2", team_id=None)
    assert await kept.of_team("T7") is None
    assert await kept.of_team("T1")
    await getattr(kept, f"async_delete_{how}")(enterprise_id=None, team_id="T1")
    assert not await store.papers(INSTALLATIONS)
    assert not await store.papers(TEAMS)
    await kept.async_delete_all(enterprise_id=None, team_id="T1")


async def test_word_of_an_end_that_comes_late(store: Store) -> None:
    """Of an installation made since it says nothing."""
    kept = installations(store)
    await kept.async_save(installation())
    assert not await kept.drop(None, "T1", before=NOON - timedelta(minutes=5))
    assert await kept.drop(None, "T1", before=NOON + timedelta(minutes=5))


async def test_tokens_are_sealed(store: Store) -> None:
    """With a key nobody who reads the store reads a token; without the key nobody gets it; an old key still opens."""
    await installations(store, OLD).async_save(installation())
    assert TOKEN.encode() not in b"".join((await store.papers(INSTALLATIONS)).values())
    for keys in ([], [NEW]):
        with pytest.raises(TellOperator, match="TOCSIN_KEY") as caught:
            await installations(store, *keys).of_team("T1")
        assert TOKEN not in str(caught.value)
    found = await installations(store, NEW, OLD).of_team("T1")
    assert found
    assert found.token == TOKEN
    assert TOKEN not in repr(found)


async def test_a_key_is_changed(store: Store) -> None:
    """What was open, or under the old key, is sealed with the new one; then the old one can go."""
    await installations(store).async_save(installation("T1"))
    await installations(store, OLD).async_save(installation("T2"))
    assert await installations(store, NEW, OLD).reseal() == 2
    assert await installations(store, NEW, OLD).reseal() == 0
    assert {one.team for one in await installations(store, NEW).all()} == {"T1", "T2"}
    assert await installations(store, NEW).reseal() == 0


async def test_without_a_key_nothing_is_resealed(store: Store) -> None:
    """What is open stays open; what is sealed needs its key."""
    await installations(store).async_save(installation("T1"))
    assert await installations(store).reseal() == 0
    await installations(store, OLD).async_save(installation("T2"))
    with pytest.raises(TellOperator):
        await installations(store).reseal()


async def test_an_installation_that_was_begun(store: Store, another: Store) -> None:
    """It may end in another process, once, and within ten minutes; late ones are swept away."""
    state = await States(store, now=lambda: NOON).async_issue()
    late = await States(store, now=lambda: NOON).async_issue()
    theirs = States(another, now=lambda: NOON + timedelta(minutes=9))
    assert await theirs.async_consume(state)
    assert not await theirs.async_consume(state)
    assert not await theirs.async_consume("guessed")
    after = States(another, now=lambda: NOON + timedelta(minutes=10))
    await after.async_issue()
    assert late not in await store.papers(STATES)
    assert not await after.async_consume(late)
