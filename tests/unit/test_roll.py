"""The roll follows the store, whatever is committed while it looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.book import shipped
from bot.model import Memory, Verdict
from bot.roll import Roll
from tests.worlds.facts import listing
from tests.worlds.nouns import NOON, poll
from tests.worlds.plain_store import PlainStore


class Overtaken(PlainStore):
    """A store into which a list comes for the first time just after somebody asked what there is."""

    async def memories(self) -> Mapping[str, Memory]:
        found = dict(await super().memories())
        if not found:
            first = poll("us_dod_cmc", listing("Example Works Co., Ltd.", aliases=(), reason=""))
            assert await self.commit(replace(first, memory=replace(first.memory, read_at=NOON)))
        return found


async def test_a_list_is_read_for_the_first_time_meanwhile() -> None:
    """Its entries are there as soon as it is said to have been read: never a "no" of a list that was not looked at."""
    roll, company = Roll(Overtaken()), shipped().find("Example Works")
    for _ in range(2):
        await roll.refresh()
        assert ("us_dod_cmc" in roll.read) == bool(roll.of(company))
    assert roll.of(company)


async def test_a_list_spells_a_long_name_otherwise() -> None:
    """Whoever an alert calls the same is found when asked for, though a letter is missing there."""
    store = PlainStore()
    first = poll("ca_sema", listing("BELNEFTKHIM", source="ca_sema", aliases=(), reason=""))
    assert await store.commit(replace(first, memory=replace(first.memory, read_at=NOON)))
    roll = Roll(store)
    await roll.refresh()
    (found,) = roll.of(shipped().find("Belneftekhim"))
    assert found.match.verdict is Verdict.SAME


async def test_the_company_itself_stands_before_its_units() -> None:
    """Of entries that are all its own, in the order in which the book has its names."""
    store = PlainStore()
    entries = [
        listing(name, aliases=(), reason="") for name in ("Huawei Device Co., Ltd.", "Huawei Technologies Co., Ltd.")
    ]
    first = poll("us_dod_cmc", *entries)
    assert await store.commit(replace(first, memory=replace(first.memory, read_at=NOON)))
    roll = Roll(store)
    await roll.refresh()
    found = roll.of(shipped().find("Huawei"))
    assert [one.listing.name for one in found] == ["Huawei Technologies Co., Ltd.", "Huawei Device Co., Ltd."]
