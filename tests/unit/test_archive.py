"""What a company's past was, asked as a command asks it: by a name of today or of then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import roll
from bot.archive import Archive, OnDay
from bot.book import shipped
from bot.history import How, What
from bot.model import FieldChange, Identifier, ListChange, Listing, Mark, Memory, Name, NameKind, Poll
from bot.roll import Roll
from tests.worlds.plain_store import PlainStore

LIST = "us_dod_cmc"
FIRST = datetime(2021, 1, 1, tzinfo=UTC)


def entry(key: str, name: str, **more: object) -> Listing:
    return replace(Listing(source=LIST, key=key, name=name), **more)  # type: ignore[arg-type]


class World:
    """One list, read once a day from New Year 2021, and what is asked about it."""

    def __init__(self, *entries: Listing) -> None:
        self.store = PlainStore()
        self.archive = Archive(self.store, Roll(self.store))
        self.version = 0
        self.first = entries

    async def reads(self, day: int = 0, changes: Iterable[ListChange] = (), listings: Iterable[Listing] = ()) -> None:
        """The list as it is on that day."""
        at = FIRST + timedelta(days=day)
        changes = tuple(changes)
        now = [*listings, *(one.after for one in changes if one.after)]
        poll = Poll(
            memory=Memory(source=LIST, version=self.version, begun=FIRST, read_at=at, tried_at=at),
            listings=tuple((one, Mark(b"", one.content_hash())) for one in now),
            removed=tuple(
                one.before.key for one in changes if one.before and one.before.key not in {n.key for n in now}
            ),
            changes=changes,
        )
        assert await self.store.commit(poll)
        self.version += 1

    async def on(self, typed: str, day: date) -> OnDay:
        return await self.archive.on(await self.archive.known(shipped().find(typed), typed), day)

    async def past(self, typed: str) -> list[What]:
        return [one.what for one in await self.archive.past(await self.archive.known(shipped().find(typed), typed))]


def change(day: int, before: Listing | None, after: Listing | None) -> ListChange:
    either = after or before
    assert either
    fields = (FieldChange("name", before.name, after.name),) if before and after else ()
    seen = FIRST + timedelta(days=day)
    return ListChange(source=LIST, key=either.key, before=before, after=after, seen=seen, fields=fields)


async def test_a_name_that_is_found_by_sound_alone_follows_the_list() -> None:
    """Renamed, taken off and put on after names were first searched by sound, entries are found as they are today."""
    world = World()
    was, other = entry("1", "Hooli Weather Balloons"), entry("2", "Pied Piper Avionics")
    await world.reads(listings=[was, other])
    roll = world.archive.roll
    await roll.refresh()

    def heard(typed: str) -> list[str]:
        return [one.listing.name for one in roll.alike(typed)]

    assert heard("Нордвинд Карго") == []
    added = entry("3", "Nordwind Cargo")
    await world.reads(5, [change(5, was, replace(was, name="Aeroflot Cargo")), change(5, other, None)], [added])
    await roll.refresh()
    assert heard("Нордвинд Карго") == ["Nordwind Cargo"]
    assert heard("Аэрофлот Карго") == ["Aeroflot Cargo"]
    assert heard("Пайд Пайпер Авионикс") == []


async def test_an_entry_that_has_another_name_today_is_found_by_the_old_one() -> None:
    """The company was listed under a name that is nobody's now; who asks for the day then is told."""
    world, old = World(), entry("1", "Hooli Weather Balloons")
    await world.reads(listings=[old])
    await world.reads(5, [change(5, old, entry("1", "Nimbus Holdings"))])
    then = await world.on("Hooli Weather Balloons", date(2021, 1, 3))
    assert [(one.listing.name, one.how) for one in then.stood] == [("Hooli Weather Balloons", How.READ)]
    assert [one.what for one in then.since] == [What.CHANGED]
    later = await world.on("Hooli Weather Balloons", date(2021, 1, 9))
    assert (later.stood, later.lists()) == ([], [])
    assert await world.past("Hooli Weather Balloons") == [What.BEGAN, What.CHANGED]


DJI_THEN = entry("dji innovation", "Shenzhen DJI Innovation Technology Co., Ltd.")
DJI_NOW = entry("dji", "Shenzhen DJI Technology Co., Ltd.", aliases=(Name(DJI_THEN.name, NameKind.FORMER),))


@pytest.mark.parametrize("known_by_both", [True, False], ids=["former name kept", "former name dropped"])
async def test_an_entry_under_another_key_stands_once_on_any_day(known_by_both: bool) -> None:
    """Keys made of names change with them: before the rename the old entry is told once, after it the new one once,

    and before it was listed neither.
    """
    now = DJI_NOW if known_by_both else replace(DJI_NOW, aliases=())
    world = World()
    await world.reads()
    await world.reads(3, [change(3, None, DJI_THEN)])
    await world.reads(6, [change(6, DJI_THEN, now)])
    await world.reads(8, [change(8, now, replace(now, remarks="seen again"))])
    days = {day: await world.on("DJI", date(2021, 1, day)) for day in (2, 5, 7, 9)}
    keys = {day: [one.listing.key for one in then.stood] for day, then in days.items()}
    assert keys == {2: [], 5: ["dji innovation"], 7: ["dji"], 9: ["dji"]}
    assert [one.what for one in days[2].since] == [What.LISTED, What.CHANGED, What.CHANGED]
    assert [one.what for one in days[5].since] == [What.CHANGED, What.CHANGED]
    assert all(then.off == [] for then in days.values())
    assert await world.past("DJI") == [What.LISTED, What.CHANGED, What.CHANGED]


async def test_an_entry_renamed_twice_began_once() -> None:
    """It was there at first, changed under its first key, and got two others: one beginning, three changes."""
    world = World()
    first, second, third = (entry(key, f"Xiaomi {key}") for key in ("a", "b", "c"))
    reworded = replace(first, remarks="reworded")
    await world.reads(listings=[first])
    await world.reads(2, [change(2, first, reworded)])
    await world.reads(4, [change(4, reworded, second)])
    await world.reads(6, [change(6, second, third)])
    assert await world.past("Xiaomi") == [What.BEGAN, What.CHANGED, What.CHANGED, What.CHANGED]
    for day, listing in ((2, first), (4, reworded), (6, second), (9, third)):
        then = await world.on("Xiaomi", date(2021, 1, day))
        assert [one.listing for one in then.stood] == [listing], day


async def test_who_comes_under_the_key_of_a_renamed_entry_is_new() -> None:
    """The old key stands for another entry now; on days before that it stood for the first one."""
    world = World()
    old, new, other = entry("a", "Xiaomi Works"), entry("b", "Xiaomi Mills"), entry("a", "Xiaomi Works Two")
    await world.reads(listings=[old])
    await world.reads(3, [change(3, old, new)])
    await world.reads(6, [change(6, None, other)])
    days = {day: [one.listing for one in (await world.on("Xiaomi", date(2021, 1, day))).stood] for day in (2, 5, 9)}
    assert days[2] == [old]
    assert days[5] == [new]
    assert sorted(one.key for one in days[9]) == ["a", "b"]
    events = await world.archive.past(await world.archive.known(shipped().find("Xiaomi"), "Xiaomi"))
    assert [(one.what, one.again) for one in events] == [
        (What.BEGAN, False),
        (What.CHANGED, False),
        (What.LISTED, False),
    ]


async def test_an_entry_that_is_gone_is_found_by_its_number() -> None:
    """Numbers are names too: the book's registration number leads to an entry under any spelling."""
    world = World()
    huawei = shipped().find("Huawei")
    number = next(one for one in huawei.identifiers if one.kind.upper() == "USCC")
    gone = entry("1", "A name nobody knows", identifiers=(Identifier(number.kind, number.value),))
    await world.reads(listings=[gone])
    await world.reads(5, [change(5, gone, None)])
    assert (await world.on("Huawei", date(2021, 1, 3))).lists() == [LIST]
    after = await world.on("Huawei", date(2021, 1, 9))
    assert (after.lists(), [one.key for one in after.off]) == ([], ["1"])
    assert await world.past("Huawei") == [What.BEGAN, What.DELISTED]


async def test_what_had_been_taken_off_is_told_for_a_later_day() -> None:
    """Unless the company was on that list through another entry."""
    world, one, two = World(), entry("1", "Xiaomi Corporation"), entry("2", "Xiaomi")
    await world.reads(listings=[one])
    await world.reads(3, [change(3, one, None)])
    await world.reads(9, [change(9, None, two)])
    assert [off.key for off in (await world.on("Xiaomi", date(2021, 1, 5))).off] == ["1"]
    assert (await world.on("Xiaomi", date(2021, 1, 12))).off == []


async def test_an_entry_that_came_back_was_gone_in_between() -> None:
    """Its date of listing is older than its absence, which we saw."""
    world, xiaomi = World(), entry("1", "Xiaomi Corporation", listed_on=date(2020, 6, 1))
    await world.reads(listings=[xiaomi])
    await world.reads(3, [change(3, xiaomi, None)])
    await world.reads(9, [change(9, None, xiaomi)])
    assert (await world.on("Xiaomi", date(2021, 1, 2))).lists() == [LIST]
    between = await world.on("Xiaomi", date(2021, 1, 6))
    assert (between.stood, [one.key for one in between.off]) == ([], ["1"])
    assert [one.again for one in between.since] == [False]
    assert (await world.on("Xiaomi", date(2021, 1, 12))).lists() == [LIST]
    assert await world.past("Xiaomi") == [What.BEGAN, What.DELISTED, What.LISTED]


async def test_what_the_first_reading_dates_later_is_told_as_since() -> None:
    """Asked for a day before its listing, somebody hears that it was listed after."""
    world = World()
    await world.reads(listings=[entry("1", "Xiaomi", listed_on=date(2020, 6, 1)), entry("2", "Huawei")])
    then = await world.on("Xiaomi", date(2019, 6, 1))
    assert (then.stood, [one.what for one in then.since]) == ([], [What.BEGAN])
    [perhaps] = (await world.on("Huawei", date(2019, 6, 1))).stood
    assert (perhaps.how, perhaps.seen) == (How.UNDATED, FIRST)


SDN = Listing(source="us_ofac_sdn", key="7766", name="HIKVISION EXAMPLE", programmes=("HK-EO13936",))
MENU = Listing(source="us_ofac_cons", key="7766", name="HIKVISION EXAMPLE", programmes=("NS-MBS",))


def on_list(day: int, before: Listing | None, after: Listing | None) -> ListChange:
    return replace(change(day, before, after), source=(after or before or SDN).source)


async def moved(*, days_apart: int = 1) -> World:
    """OFAC takes an entry off its main list and puts it on the menu-based one."""
    world = World()
    for source, first, told in (
        ("us_ofac_sdn", [SDN], on_list(4 + days_apart, SDN, None)),
        ("us_ofac_cons", [], on_list(4, None, MENU)),
    ):
        for version, (listings, changes) in enumerate(((first, []), ([one for one in [told.after] if one], [told]))):
            at = changes[0].seen if changes else FIRST
            memory = Memory(source=source, version=version, begun=FIRST, read_at=at, tried_at=at)
            kept = tuple((one, Mark(b"", one.content_hash())) for one in listings)
            gone = tuple(one.key for one in changes if one.after is None)
            assert await world.store.commit(Poll(memory=memory, listings=kept, removed=gone, changes=tuple(changes)))
    return world


async def test_a_move_from_list_to_list_is_told_as_one() -> None:
    """Not as a listing here and the end of one there: in the events, on a day, and of what is off its list."""
    world = await moved()
    known = await world.archive.known(shipped().find("Hikvision Example"), "Hikvision Example")
    told = [(one.what, one.source, [end.source for end in one.ends]) for one in await world.archive.past(known)]
    assert told == [
        (What.BEGAN, "us_ofac_sdn", []),
        (What.CAME, "us_ofac_cons", ["us_ofac_sdn"]),
        (What.WENT, "us_ofac_sdn", ["us_ofac_cons"]),
    ]
    before = await world.archive.on(known, date(2021, 1, 3))
    assert [one.what for one in before.since] == [What.CAME, What.WENT]
    between = await world.archive.on(known, date(2021, 1, 5))
    assert [one.what for one in between.since] == [What.WENT]
    after = await world.archive.on(known, date(2021, 1, 8))
    assert after.lists() == ["us_ofac_cons"]
    assert await world.archive.went(after.off, [one.listing for one in after.stood]) == {after.off[0]: MENU}


async def test_two_decisions_long_apart_are_no_move() -> None:
    """Put on one list, and a year later taken off the other."""
    world = await moved(days_apart=365)
    assert await world.past("Hikvision Example") == [What.BEGAN, What.LISTED, What.DELISTED]
    known = await world.archive.known(shipped().find("Hikvision Example"), "Hikvision Example")
    after = await world.archive.on(known, date(2022, 6, 1))
    assert await world.archive.went(after.off, [one.listing for one in after.stood]) == {}


async def test_somebody_the_book_does_not_know_may_be_typed_with_a_slip() -> None:
    """As in a look-up of today."""
    world = World()
    await world.reads(listings=[entry("1", "Petrovsk Avionika")])
    await world.reads(1, [change(1, entry("2", "Zarya Optics"), None)])
    assert (await world.on("Petrovsk Avonika", date(2021, 1, 3))).lists() == [LIST]
    assert (await world.on("Petrovsk Bakery", date(2021, 1, 3))).lists() == []


async def test_nobody_was_ever_read() -> None:
    """An empty store answers with nothing, and knows that it read nothing."""
    world = World()
    then = await world.on("Xiaomi", date(2021, 1, 3))
    assert (then.lists(), *then.stood, *then.off, *then.since) == ([],)
    assert await world.past("Xiaomi") == []


@pytest.mark.parametrize("typed", ["Xiaomi", "小米", "Сяоми", "Redmi"])
async def test_the_past_is_asked_in_any_script(typed: str) -> None:
    """Names of the book lead to the entry that is gone."""
    world, xiaomi = World(), entry("1", "Xiaomi Corporation")
    await world.reads(listings=[xiaomi])
    await world.reads(3, [change(3, xiaomi, None)])
    assert (await world.on(typed, date(2021, 1, 2))).lists() == [LIST]
    assert await world.past(typed) == [What.BEGAN, What.DELISTED]


async def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """People type other names too: after so many the oldest answers are found anew, and are the same."""
    monkeypatch.setattr(roll, "REMEMBERED", 2)
    world, xiaomi = World(), entry("1", "Xiaomi Corporation")
    await world.reads(listings=[xiaomi, entry("2", "Huawei"), entry("3", "Hikvision"), entry("4", "Nobody Ltd")])
    await world.reads(3, [change(3, xiaomi, None)])
    for name, key in (("Xiaomi", "1"), ("Huawei", "2"), ("Hikvision", "3"), ("Nobody Ltd", "4"), ("Xiaomi", "1")):
        then = await world.on(name, date(2021, 1, 2))
        assert [one.listing.key for one in then.stood] == [key]
    off = [await world.archive.roll.taken_off(shipped().find(name)) for name in ("Xiaomi", "Huawei", "ZTE", "Xiaomi")]
    assert [[one.key for one in changes] for changes in off] == [["1"], [], [], ["1"]]


async def test_changes_of_long_ago_are_not_at_hand() -> None:
    """The roll holds the last weeks' changes for what else is told of a company; older ones are in the store."""
    world, xiaomi = World(), entry("1", "Xiaomi Corporation")
    await world.reads(listings=[entry("2", "Huawei")])
    await world.reads(3, [change(3, None, xiaomi)])
    await world.archive.roll.refresh()
    assert [one.key for one in world.archive.roll.recent(shipped().find("Xiaomi"))] == ["1"]
    await world.reads(90, [change(90, None, entry("3", "Hikvision"))])
    await world.archive.roll.refresh()
    assert world.archive.roll.recent(shipped().find("Xiaomi")) == ()
    assert await world.past("Xiaomi") == [What.LISTED]
