"""What every store promises, on each of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from bot.model import (
    Act,
    AlertKind,
    Decision,
    Found,
    Mark,
    Match,
    Memory,
    Message,
    Name,
    Notice,
    Paper,
    Place,
    Quarantine,
    Receipt,
    Standing,
    Subscription,
    Update,
    UpdateKind,
    Validators,
    Verdict,
)
from bot.ports import Store
from tests.worlds.nouns import GUILD, NEWSROOM, NOON, TRADING, alert, change, delivery, listing, mark, poll, story

MINUTE = timedelta(minutes=1)
LEASE = timedelta(minutes=2)


def subscription(target: str = "Xiaomi", place: Place = NEWSROOM, *, made_by: str = "U1") -> Subscription:
    return Subscription(place=place, target=target, made_by=made_by, made_at=NOON, kinds=frozenset(AlertKind))


# ── Sources ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nothing_is_known_at_first(store: Store) -> None:
    """An empty store answers everything, with nothing."""
    assert await store.memories() == {}
    assert await store.memory("us_dod_cmc") is None
    assert await store.marks("us_dod_cmc") == {}
    assert await store.listings("us_dod_cmc") == {}
    assert await store.listings("us_dod_cmc", ["E-1"]) == {}
    assert await store.changes() == []
    assert await store.former() == []
    assert await store.known_stories(["guid:7"]) == {}
    assert await store.stories(["reuters/7"]) == {}
    assert await store.stories_of("xiaomi") == []
    assert await store.subscriptions() == []
    assert await store.feeds() == {}
    assert await store.deliveries() == []
    assert await store.claim("slack", now=NOON, lease=LEASE) == []
    assert (await store.listings_version(), await store.subscriptions_version()) == (0, 0)


async def test_first_reading_is_kept_whole(store: Store, another: Store) -> None:
    """What a poll brings is there afterwards, for other processes too, field by field."""
    one, two = listing("E-1"), listing("E-2", "Hikvision")
    assert await store.commit(poll("us_dod_cmc", one, two))
    assert await another.listings("us_dod_cmc") == {"E-1": one, "E-2": two}
    assert await another.marks("us_dod_cmc") == {"E-1": mark(one), "E-2": mark(two)}


async def test_memory_keeps_every_field(store: Store) -> None:
    """A memory comes back as it went in, one version later."""
    memory = Memory(
        source="us_csl",
        due=NOON + MINUTE,
        read_at=NOON,
        validators=(("https://a.example", Validators('"x"', "Mon")),),
        quarantine=Quarantine(why="half the rows are gone", first_at=NOON, sha256="ab" * 32),
        signals=("unknown column: vessel",),
        gap=12.5,
    )
    assert await store.commit(replace(poll("us_csl"), memory=memory))
    assert await store.memory("us_csl") == replace(memory, version=1)
    assert await store.memories() == {"us_csl": replace(memory, version=1)}


async def test_sources_do_not_mix(store: Store) -> None:
    """Two lists with the same key keep their own entries."""
    here, there = listing(source="us_csl"), listing(name="Another", source="us_dod_cmc")
    await store.commit(poll("us_csl", here))
    await store.commit(poll("us_dod_cmc", there))
    assert await store.listings("us_csl") == {"E-1": here}
    assert await store.listings("us_dod_cmc") == {"E-1": there}
    assert set(await store.memories()) == {"us_csl", "us_dod_cmc"}


async def test_some_entries_by_key(store: Store) -> None:
    """Only what was asked is loaded; keys that are not on the list are left out."""
    keys = [f"E-{number}" for number in range(2500)]
    await store.commit(poll("us_csl", *(listing(key, source="us_csl") for key in keys)))
    wanted = [*keys[::2], "gone"]
    assert set(await store.listings("us_csl", wanted)) == set(keys[::2])
    assert len(await store.marks("us_csl")) == 2500
    assert await store.listings("us_csl", []) == {}


async def test_entry_changes_and_another_leaves(store: Store) -> None:
    """A second edition replaces, marks and removes."""
    one, two, three = listing("E-1"), listing("E-2"), listing("E-3")
    await store.commit(poll("us_dod_cmc", one, two, three))
    renamed, missed = replace(one, name="Xiaomi Group"), mark(three, missing=1)
    await store.commit(poll("us_dod_cmc", renamed, version=1, removed=["E-2", "never"], marks=[("E-3", missed)]))
    assert await store.listings("us_dod_cmc") == {"E-1": renamed, "E-3": three}
    assert await store.marks("us_dod_cmc") == {"E-1": mark(renamed), "E-3": missed}


async def test_marks_of_any_length(store: Store) -> None:
    """A mark's bytes come back exactly, zero bytes, high bytes and none at all."""
    odd = Mark(b"\x00\xff\x00\xfe\r\n", b"", 3)
    await store.commit(poll(marks=[("E-1", odd)]))
    assert await store.marks("us_dod_cmc") == {"E-1": odd}


async def test_names_in_every_script_and_awkward_keys(store: Store) -> None:
    """A key may hold whatever a publisher writes: colons, slashes, quotes, other scripts, spaces, nothing at all."""
    keys = ["a:b/c", "小米 #1", "'; DROP TABLE listings; --", "{x}", "\x1f", "%s", "\x00", "a\x00b", ""]
    entries = [listing(key, name="اسم الشركة \U0001f6a8") for key in keys]
    await store.commit(poll("us_dod_cmc", *entries))
    assert await store.listings("us_dod_cmc", keys) == {entry.key: entry for entry in entries}
    assert set(await store.marks("us_dod_cmc")) == set(keys)


async def test_listings_version_rises_with_entries_only(store: Store) -> None:
    """An index of listings is rebuilt when entries came or went, not after every poll."""
    await store.commit(poll("us_dod_cmc", listing()))
    first = await store.listings_version()
    await store.commit(poll("us_dod_cmc", version=1, marks=[("E-1", mark(listing(), missing=1))]))
    assert await store.listings_version() == first > 0
    await store.commit(poll("us_dod_cmc", version=2, removed=["E-1"]))
    assert await store.listings_version() > first


async def test_another_watcher_was_faster(store: Store, another: Store) -> None:
    """A poll made from an older memory is refused whole: no entry, no change, no story, no delivery of it is kept."""
    assert await store.commit(poll("us_dod_cmc", listing()))
    late = poll(
        "us_dod_cmc",
        listing("E-9"),
        removed=["E-1"],
        changes=[change("E-9")],
        stories=[story()],
        named=[("reuters/7", "xiaomi")],
        deliveries=[delivery()],
    )
    assert not await another.commit(late)
    assert not await another.commit(replace(late, memory=replace(late.memory, version=2)))
    assert set(await store.listings("us_dod_cmc")) == {"E-1"}
    assert await store.memory("us_dod_cmc") == replace(poll("us_dod_cmc", listing()).memory, version=1)
    assert (await store.changes(), await store.stories_of("xiaomi"), await store.deliveries()) == ([], [], [])
    assert await store.known_stories(["guid:7"]) == {}


async def test_poll_made_from_a_memory_that_is_gone(store: Store) -> None:
    """A watcher that remembers a store since emptied is refused, and starts again from nothing."""
    assert not await store.commit(poll("us_dod_cmc", listing(), version=4))
    assert await store.memory("us_dod_cmc") is None
    assert await store.commit(poll("us_dod_cmc", listing()))


async def test_many_watchers_at_once(store: Store, another: Store) -> None:
    """Of twenty polls made from the same memory one is kept."""
    polls = [poll("us_dod_cmc", listing(f"E-{number}")) for number in range(20)]
    kept = await asyncio.gather(*((store, another)[index % 2].commit(one) for index, one in enumerate(polls)))
    assert sum(kept) == 1
    assert len(await store.listings("us_dod_cmc")) == 1


async def test_commit_that_cannot_be_kept_leaves_nothing(store: Store) -> None:
    """Where one part of a poll cannot be written, none of it is."""
    broken = poll("us_dod_cmc", listing(), changes=[change()], deliveries=[delivery(), "no delivery"])  # type: ignore[list-item]
    with pytest.raises((AttributeError, TypeError)):
        await store.commit(broken)
    if not hasattr(store, "kept"):  # the plain store has no undo
        assert await store.memory("us_dod_cmc") is None
        assert await store.deliveries() == []


async def test_large_edition_in_one_step(store: Store, another: Store) -> None:
    """While a large edition is being kept, a reader sees the one before or the one after, never part of it."""
    await store.commit(poll("us_csl", *(listing(f"E-{number}", source="us_csl") for number in range(50))))
    edition = [listing(f"E-{number}", "Renamed", source="us_csl") for number in range(3000)]
    commit = asyncio.create_task(store.commit(poll("us_csl", *edition, version=1)))
    seen = set()
    while not commit.done():
        seen.add(len(await another.marks("us_csl")))
        await asyncio.sleep(0)
    assert await commit
    assert seen <= {50, 3000}
    assert len(await another.marks("us_csl")) == 3000


async def test_lead_passes_from_hand_to_hand(store: Store, another: Store) -> None:
    """One holder at a time; it may renew; when its lease has ended another takes over."""
    assert await store.lead("poll us_csl", "one", now=NOON, lease=MINUTE)
    assert not await another.lead("poll us_csl", "two", now=NOON + MINUTE / 2, lease=MINUTE)
    assert await store.lead("poll us_csl", "one", now=NOON + MINUTE / 2, lease=MINUTE)
    assert not await another.lead("poll us_csl", "two", now=NOON + MINUTE * 1.4, lease=MINUTE)
    assert await another.lead("poll us_csl", "two", now=NOON + MINUTE * 1.5, lease=MINUTE)
    assert not await store.lead("poll us_csl", "one", now=NOON + MINUTE * 2, lease=MINUTE)
    assert await store.lead("another thing", "one", now=NOON, lease=MINUTE)


# ── History ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_changes_newest_first_and_by_what_was_asked(store: Store) -> None:
    """Changes are found by source, by key, by date, and by all of them."""
    days = {"E-1": 0, "E-2": 2, "E-3": 1}
    await store.commit(poll(changes=[change(key, days=day) for key, day in days.items()]))
    await store.commit(poll("us_csl", changes=[change("E-1", source="us_csl", days=3)]))
    seen = [(one.source, one.key) for one in await store.changes()]
    assert seen == [("us_csl", "E-1"), ("us_dod_cmc", "E-2"), ("us_dod_cmc", "E-3"), ("us_dod_cmc", "E-1")]
    assert await store.changes(source="us_csl") == [change("E-1", source="us_csl", days=3)]
    assert [one.source for one in await store.changes(key="E-1")] == ["us_csl", "us_dod_cmc"]
    assert await store.changes(source="us_dod_cmc", key="E-1") == [change("E-1")]
    assert [one.key for one in await store.changes(since=NOON + timedelta(days=2))] == ["E-1", "E-2"]
    assert [one.key for one in await store.changes(source="us_dod_cmc", since=NOON + timedelta(days=1))] == [
        "E-2",
        "E-3",
    ]
    assert await store.changes(source="us_dod_cmc", key="E-1", since=NOON + timedelta(days=1)) == []
    assert await store.changes(key="E-2", since=NOON) == [change("E-2", days=2)]
    assert len(await store.changes(limit=2)) == 2
    assert await store.changes(limit=0) == []


async def test_changes_of_one_moment_keep_their_order(store: Store) -> None:
    """Of changes seen at the same time the last written is the newest."""
    keys = [f"E-{number}" for number in range(12)]
    await store.commit(poll(changes=[change(key) for key in keys]))
    assert [one.key for one in await store.changes()] == keys[::-1]


async def test_changes_of_some_entries(store: Store) -> None:
    """The past of a company: its entries on all lists, newest first, between two moments, so many at most."""
    await store.commit(poll(changes=[change(key, days=day) for key, day in (("E-1", 0), ("E-2", 2), ("E-1", 3))]))
    await store.commit(poll("us_csl", changes=[change("E-1", source="us_csl", days=day) for day in (1, 3)]))

    async def asked(*entries: tuple[str, str], **bounds: Any) -> list[tuple[str, str, int]]:
        found = await store.changes_of(entries, **bounds)
        return [(one.source, one.key, (one.seen - NOON).days) for one in found]

    ours, theirs = ("us_dod_cmc", "E-1"), ("us_csl", "E-1")
    assert await asked(ours, theirs, ours) == [(*theirs, 3), (*ours, 3), (*theirs, 1), (*ours, 0)]
    assert await asked(ours, since=NOON + timedelta(days=3)) == [(*ours, 3)]
    assert await asked(ours, theirs, until=NOON + timedelta(days=3)) == [(*theirs, 1), (*ours, 0)]
    assert await asked(ours, theirs, limit=2) == [(*theirs, 3), (*ours, 3)]
    assert await asked(ours, theirs, limit=0) == []
    assert await asked(("us_dod_cmc", "E-9")) == []
    assert await asked() == []


async def test_the_changes_around_a_moment(store: Store) -> None:
    """The first one at it or after it, the last one before it; of one moment, in the order they were written."""
    await store.commit(poll(changes=[change("E-1", days=day, name=f"Name {day}") for day in (0, 2, 4)]))
    await store.commit(poll("us_csl", changes=[change("小米:3", source="us_csl", name=name) for name in ("A", "B")]))
    entries = [("us_csl", "小米:3"), ("us_dod_cmc", "E-1"), ("us_dod_cmc", "E-9")]

    async def names(days: float) -> list[str]:
        return [one.listing.name for one in await store.next_changes(entries, NOON + timedelta(days=days))]

    assert await names(0) == ["A", "Name 0"]
    assert await names(0.5) == ["Name 2"]
    assert await names(4) == ["Name 4"]
    assert await names(5) == []
    assert await store.next_changes([], NOON) == []

    async def earlier(days: float) -> list[str]:
        return [one.listing.name for one in await store.last_changes(entries, NOON + timedelta(days=days))]

    assert await earlier(0) == []
    assert await earlier(2) == ["B", "Name 0"]
    assert await earlier(9) == ["B", "Name 4"]
    assert await store.last_changes([], NOON) == []


async def test_names_of_the_past_are_kept_once(store: Store) -> None:
    """An entry that lost a name or left the list can be found by what it was called, without reading all changes."""
    renamed = change("E-1")
    left = replace(change("E-2"), after=None)
    gained = replace(renamed, key="E-3", after=replace(listing("E-3"), aliases=(*renamed.listing.aliases, Name("New"))))
    gained = replace(gained, before=replace(listing("E-3"), aliases=renamed.listing.aliases))
    added = replace(change("E-4"), before=None)
    await store.commit(poll(changes=[renamed, left, gained, added]))
    first = await store.former()
    assert [(one.listing.key, one.listing.name) for one in first] == [("E-1", "Xiaomi Inc"), ("E-2", "Xiaomi Inc")]
    assert first[0].listing.aliases == listing().aliases
    assert (first[0].listing.reason, first[0].listing.details) == ("", ())
    again = [change("E-1", days=1), replace(left, before=listing("E-2", "Xiaomi Group"))]
    await store.commit(poll(version=1, changes=again))
    new = await store.former(first[-1].number)
    assert [(one.listing.key, one.listing.name) for one in new] == [("E-2", "Xiaomi Group")]
    assert [*first, *new] == await store.former()
    assert await store.former(new[-1].number) == []


async def test_an_entry_renamed_under_another_key_is_kept_under_both(store: Store) -> None:
    """Who asks by the name of then is led to the entry of then and to the one of today."""
    renamed = replace(change("E-2"), before=listing("E-1", "Xiaomi Inc"))
    await store.commit(poll(changes=[renamed], removed=["E-1"]))
    kept = [(one.listing.key, one.listing.name) for one in await store.former()]
    assert kept == [("E-1", "Xiaomi Inc"), ("E-2", "Xiaomi Inc")]


async def test_story_is_known_by_each_of_its_keys(store: Store) -> None:
    """One hit is enough to recognise a story, and it says which one it is."""
    told = story("7", keys=("guid:7", "link:https://news.example/7"))
    await store.commit(poll("reuters", stories=[told]))
    assert await store.known_stories(["link:https://news.example/7", "guid:8"]) == {
        "link:https://news.example/7": "reuters/7"
    }
    assert await store.known_stories([]) == {}
    assert await store.stories(["reuters/7", "reuters/8"]) == {"reuters/7": told}


async def test_edited_story_replaces_itself_and_gains_keys(store: Store) -> None:
    """An edit under the same id is the same story; old keys still point to it, new ones do too."""
    await store.commit(poll("reuters", stories=[story("7", keys=("guid:7",))]))
    edited = replace(story("7", keys=("title:x",)), title="Corrected")
    await store.commit(poll("reuters", version=1, stories=[edited]))
    assert await store.stories(["reuters/7"]) == {"reuters/7": edited}
    assert await store.known_stories(["guid:7", "title:x"]) == {"guid:7": "reuters/7", "title:x": "reuters/7"}


async def test_first_story_keeps_its_key(store: Store) -> None:
    """A key that two stories share belongs to the one that came first."""
    await store.commit(poll("reuters", stories=[story("7", keys=("link:a",)), story("8", keys=("link:a", "link:b"))]))
    assert await store.known_stories(["link:a", "link:b"]) == {"link:a": "reuters/7", "link:b": "reuters/8"}


async def test_stories_of_a_company_newest_first(store: Store) -> None:
    """The newest stories that name a company; one without a date, or dated ahead, counts from its poll."""
    stories = [
        story("old", hours=30),
        story("ahead", hours=-1000),
        story("undated", hours=None),
        story("new", hours=1),
        story("other"),
    ]
    named = [(f"reuters/{name}", "xiaomi") for name in ("old", "ahead", "undated", "new")]
    await store.commit(poll("reuters", stories=stories, named=[*named, ("reuters/other", "huawei")]))
    assert [one.id for one in await store.stories_of("xiaomi")] == ["undated", "ahead", "new", "old"]
    assert [one.id for one in await store.stories_of("xiaomi", limit=1)] == ["undated"]
    assert [one.id for one in await store.stories_of("huawei")] == ["other"]
    assert await store.stories_of("zte") == []


async def test_dates_of_the_stories_of_a_company(store: Store) -> None:
    """For a picture of how much was written when: a date a story, as they are kept, oldest first."""
    stories = [story("new", hours=1), story("ahead", hours=-1000), story("old", hours=30)]
    named = [(f"reuters/{name}", "xiaomi") for name in ("old", "ahead", "new")]
    await store.commit(poll("reuters", stories=stories, named=named))
    assert await store.story_dates("xiaomi") == [NOON - timedelta(hours=hours) for hours in (30, 1, 0)]
    assert await store.story_dates("zte") == []


async def test_outlet_rewrites_a_date(store: Store) -> None:
    """An old story with a new date stays where it was, and is named once."""
    await store.commit(
        poll(
            "reuters",
            stories=[story("1", hours=9), story("2", hours=5)],
            named=[("reuters/1", "xiaomi"), ("reuters/2", "xiaomi")],
        )
    )
    await store.commit(poll("reuters", version=1, stories=[story("1", hours=0)], named=[("reuters/1", "xiaomi")]))
    assert [one.id for one in await store.stories_of("xiaomi")] == ["2", "1"]


async def test_company_of_a_story_nobody_has(store: Store) -> None:
    """A link to a story that was never kept is not a story."""
    await store.commit(
        poll("reuters", tried_at=None, stories=[story("1", hours=None)], named=[("reuters/9", "xiaomi")])
    )
    assert await store.stories_of("xiaomi") == []
    assert set(await store.stories(["reuters/1"])) == {"reuters/1"}


# ── Whom people watch ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_subscriptions_in_the_order_made(store: Store, another: Store) -> None:
    """A second one for the same company, however it is written, replaces the first and keeps its rank."""
    first, second, third = subscription("Xiaomi"), subscription("Huawei"), subscription("Xiaomi", TRADING)
    assert [await store.subscribe(one) for one in (first, second, third)] == [1, 1, 1]
    louder = subscription("XIAOMI", made_by="U2")
    assert not await another.subscribe(louder)
    assert await store.subscriptions() == [louder, second, third]
    assert await store.subscriptions(NEWSROOM) == [louder, second]
    assert await store.subscriptions(GUILD) == []


async def test_unsubscribe(store: Store) -> None:
    """What was there is gone, once; the same company in another channel stays."""
    await store.subscribe(subscription("Xiaomi"))
    await store.subscribe(subscription("Xiaomi", TRADING))
    assert await store.unsubscribe(NEWSROOM, "xiaomi")
    assert not await store.unsubscribe(NEWSROOM, "xiaomi")
    assert await store.subscriptions() == [subscription("Xiaomi", TRADING)]
    assert await store.subscriptions(NEWSROOM) == []
    await store.subscribe(subscription("Xiaomi"))
    assert [one.place for one in await store.subscriptions()] == [TRADING, NEWSROOM]


async def test_subscriptions_version_rises_with_every_change(store: Store, another: Store) -> None:
    """Every process learns that its index of names is old."""
    seen = [await another.subscriptions_version()]
    for act in (
        store.subscribe(subscription()),
        store.subscribe(subscription(made_by="U2")),
        store.unsubscribe(NEWSROOM, "Xiaomi"),
    ):
        await act
        seen.append(await another.subscriptions_version())
    assert seen == sorted(set(seen))
    await store.unsubscribe(NEWSROOM, "Xiaomi")
    assert await another.subscriptions_version() == seen[-1]


async def test_ten_thousand_watches_in_one_step(store: Store, another: Store) -> None:
    """An imported list is there whole, in its order, and goes again by name, whatever its case."""
    many = [subscription(f"Firm {n}") for n in range(10_000)]
    assert await store.subscribe(*many, many[0]) == 10_000
    assert await store.subscribe() == 0
    assert [one.target for one in await another.subscriptions(NEWSROOM)] == [one.target for one in many]
    assert await store.unsubscribe(NEWSROOM, "FIRM 1", "Firm 9999", "Nobody") == 2
    assert len(await another.subscriptions()) == 9_998


# ── What people decided ─────────────────────────────────────────────────────────────────────────────────────────────


def act(id: str = "1", *, place: Place = NEWSROOM, company: str = "xiaomi", minutes: float = 0) -> Act:
    """A click, so many minutes from noon."""
    at = NOON + timedelta(minutes=minutes)
    return Act(id=id, at=at, person="Ana (U1)", place=place, what="acknowledged", company=company, text="ours, 小米")


async def test_decision_is_kept_whole(store: Store, another: Store) -> None:
    """Papers, acts and what is said of it are there together, byte for byte, in another process too."""
    papers = (
        Paper("places", "slack:T0/C1", b'{"a":1}'),
        Paper("tokens", "T0", bytes(range(256))),
        Paper("places", "b"),
    )
    assert await store.decide(Decision(keep=papers, acts=(act(),), deliveries=(delivery(),)))
    assert await another.papers("places") == {"b": b"", "slack:T0/C1": b'{"a":1}'}
    assert list(await another.papers("places")) == ["b", "slack:T0/C1"]
    assert await another.papers("tokens", ["T0", "T1"]) == {"T0": bytes(range(256))}
    assert await another.papers("tokens", []) == {}
    assert await another.acts() == [act()]
    assert [one.message.id for one in await another.deliveries()] == ["a1"]


async def test_papers_of_a_poll(store: Store, another: Store) -> None:
    """They are kept with it, or not at all; and what was never said lies beside what waits, without a lane."""
    before = await another.papers_version()
    untold = delivery("a2").untold("muted by Ana", NOON)
    kept = replace(poll("us_csl", deliveries=[untold, delivery()]), keep=(Paper("held", "k", b"1"),))
    assert await store.commit(kept)
    assert await another.papers("held") == {"k": b"1"}
    after = await another.papers_version()
    assert after > before
    assert await another.delivery(untold.key) == untold
    assert [one.key for one in await another.deliveries(state="posted")] == [untold.key]
    (claimed,) = await another.claim("slack", now=NOON, lease=timedelta(minutes=1))
    assert claimed.key == delivery().key
    late = replace(poll("us_csl"), keep=(Paper("held", "k", b"2"),))
    assert not await store.commit(late)
    assert await another.papers("held") == {"k": b"1"}
    assert await store.commit(poll("us_csl", version=1))
    assert await another.papers_version() == after


async def test_click_that_was_sent_twice(store: Store, another: Store) -> None:
    """Of one act nothing is written a second time, whatever else it would have decided."""
    assert await store.decide(Decision(keep=(Paper("mutes", "x", b"1"),), acts=(act(),)))
    again = Decision(keep=(Paper("mutes", "x", b"2"),), acts=(act("2"), act()), deliveries=(delivery(),))
    assert not await another.decide(again)
    assert await store.papers("mutes") == {"x": b"1"}
    assert await store.acts() == [act()]
    assert await store.deliveries() == []


async def test_papers_are_replaced_and_dropped(store: Store, another: Store) -> None:
    """And the number that says so rises, for every process; a decision without papers leaves it alone."""
    before = await another.papers_version()
    await store.decide(Decision(keep=(Paper("mutes", "x", b"1"), Paper("mutes", "y", b"1"))))
    await store.decide(Decision(keep=(Paper("mutes", "x", b"2"),), drop=(("mutes", "y"), ("mutes", "z"))))
    assert await another.papers("mutes") == {"x": b"2"}
    after = await another.papers_version()
    assert after > before
    await store.decide(Decision(acts=(act(),)))
    assert await another.papers_version() == after


async def test_acts_newest_first_and_by_what_was_asked(store: Store) -> None:
    """By place, by company, by both, since a moment, and no more than asked for."""
    done = (act("1"), act("2", place=TRADING, minutes=5), act("3", company="huawei", minutes=9), act("4", minutes=9))
    await store.decide(Decision(acts=done))
    assert [one.id for one in await store.acts()] == ["4", "3", "2", "1"]
    assert [one.id for one in await store.acts(place=NEWSROOM)] == ["4", "3", "1"]
    assert [one.id for one in await store.acts(company="xiaomi")] == ["4", "2", "1"]
    assert [one.id for one in await store.acts(place=NEWSROOM, company="xiaomi", limit=1)] == ["4"]
    assert [one.id for one in await store.acts(since=NOON + timedelta(minutes=9))] == ["4", "3"]


async def test_feeds_come_and_go(store: Store) -> None:
    """A feed is added once; adding it again changes its address; removing says whether it was there."""
    assert await store.add_feed("scmp", "https://scmp.example/rss")
    assert await store.add_feed("caixin", "https://caixin.example/rss")
    assert not await store.add_feed("scmp", "https://scmp.example/atom")
    assert await store.feeds() == {"caixin": "https://caixin.example/rss", "scmp": "https://scmp.example/atom"}
    assert await store.remove_feed("scmp")
    assert not await store.remove_feed("scmp")
    assert set(await store.feeds()) == {"caixin"}


# ── The outbox ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_delivery_is_claimed_whole(store: Store, another: Store) -> None:
    """What a poll caused comes out at a courier in another process, word for word."""
    await store.commit(poll(deliveries=[delivery()]))
    [claimed] = await another.claim("slack", now=NOON, lease=LEASE)
    assert claimed.lease
    assert replace(claimed, lease="") == delivery()


async def test_every_kind_of_message(store: Store) -> None:
    """Alerts, standing cards, notices and updates all travel."""
    notice = Notice(id="n1", source="us_csl", title="Unread", text="for 26 hours", at=NOON)
    hit = Found(listing=listing(), match=Match(Verdict.SAME, 0.9))
    standing = Standing(id="s1", at=NOON, found=((alert().company, (hit,)),), read=(("us_csl", NOON),))
    update = Update.of_delivery("d1", UpdateKind.EDITED, at=NOON, by="Wire", text="小米", alert=alert("a2"))
    messages: list[Message] = [alert(), notice, standing, update]
    sent = [replace(delivery(), key=message.id, message=message) for message in messages]
    assert await store.enqueue(sent) == 4
    assert [one.message for one in await store.deliveries()] == [update, standing, notice, alert()]


async def test_one_delivery_by_its_key(store: Store) -> None:
    """Whatever became of it; None when it was never put in."""
    assert await store.delivery("nothing") is None
    sent = delivery()
    await store.enqueue([sent])
    assert await store.delivery(sent.key) == sent
    (claimed,) = await store.claim(sent.place.platform, now=NOON, lease=LEASE)
    await store.settle(claimed.posted(Receipt("r1"), NOON))
    posted = await store.delivery(sent.key)
    assert posted
    assert posted.receipt == Receipt("r1")


async def test_same_delivery_twice(store: Store) -> None:
    """A key that is known is left as it is, whatever became of it."""
    assert await store.enqueue([delivery("a1"), delivery("a1", minutes=9), delivery("a2")]) == 2
    [claimed] = await store.claim("slack", now=NOON, lease=LEASE)
    await store.settle(claimed.posted(Receipt("1"), NOON))
    assert await store.enqueue([delivery("a1")]) == 0
    assert await store.commit(poll(deliveries=[delivery("a1"), delivery("a3")]))
    assert [one.message.id for one in await store.deliveries()] == ["a3", "a2", "a1"]
    assert [one.message.id for one in await store.deliveries(state="posted")] == ["a1"]
    assert await store.enqueue([]) == 0


async def test_same_alert_in_many_places(store: Store) -> None:
    """One alert for many channels is a delivery in each."""
    places = [Place("slack", f"T0/C{number}") for number in range(30)]
    shared = alert()
    sent = [replace(delivery(place=place), message=shared) for place in places]
    assert await store.enqueue(sent) == 30
    claimed = await store.claim("slack", now=NOON, lease=LEASE, limit=100)
    assert {one.place for one in claimed} == set(places)
    assert {one.message for one in claimed} == {shared}
    assert len({one.lease for one in claimed}) == 30


async def test_new_revision_of_an_alert(store: Store) -> None:
    """An alert that was corrected keeps its first words where it was sent, and its new ones where it goes now."""
    first, second = delivery(), replace(delivery(), key="k2", message=alert(revision=2))
    await store.enqueue([first])
    await store.enqueue([second])
    assert [one.message for one in await store.deliveries()] == [alert(revision=2), alert()]


async def test_lane_is_first_in_first_out(store: Store) -> None:
    """One at a time for a place, oldest first, and nothing behind it until it is settled."""
    await store.enqueue([delivery(name) for name in ("a1", "a2", "a3")])
    seen = []
    for _ in range(3):
        [claimed] = await store.claim("slack", now=NOON, lease=LEASE)
        assert await store.claim("slack", now=NOON, lease=LEASE) == []
        assert await store.settle(claimed.posted(Receipt("1"), NOON))
        seen.append(claimed.message.id)
    assert seen == ["a1", "a2", "a3"]
    assert await store.claim("slack", now=NOON, lease=LEASE) == []


async def test_lanes_do_not_hold_each_other_up(store: Store) -> None:
    """Another channel goes on while one is being served."""
    await store.enqueue([delivery("a1"), delivery("a2"), delivery("a1", TRADING)])
    assert {one.place for one in await store.claim("slack", now=NOON, lease=LEASE)} == {NEWSROOM, TRADING}


async def test_platforms_do_not_see_each_other(store: Store) -> None:
    """Slack's courier takes nothing of Discord's."""
    await store.enqueue([delivery(place=GUILD)])
    assert await store.claim("slack", now=NOON, lease=LEASE) == []
    [claimed] = await store.claim("discord", now=NOON, lease=LEASE)
    assert claimed.place == GUILD


async def test_limit_of_a_claim(store: Store) -> None:
    """Not more than asked; those that were ready longest come first."""
    places = [Place("slack", f"T0/C{number}") for number in range(5)]
    await store.enqueue([delivery(place=place, minutes=-number) for number, place in enumerate(places)])
    assert [one.place for one in await store.claim("slack", now=NOON, lease=LEASE, limit=2)] == places[:2:-1]
    assert [one.place for one in await store.claim("slack", now=NOON, lease=LEASE)] == places[2::-1]
    assert await store.claim("slack", now=NOON, lease=LEASE, limit=0) == []


async def test_head_that_is_not_due_holds_its_lane(store: Store) -> None:
    """A delivery for tomorrow morning keeps later ones behind it: order before haste."""
    await store.enqueue([delivery("a1", minutes=10), delivery("a2")])
    assert await store.claim("slack", now=NOON, lease=LEASE) == []
    [claimed] = await store.claim("slack", now=NOON + MINUTE * 10, lease=LEASE)
    assert claimed.message.id == "a1"


async def test_courier_was_asked_to_come_back_later(store: Store) -> None:
    """A busy chat: the delivery keeps its place in its lane, its attempts and its new due time."""
    await store.enqueue([delivery("a1"), delivery("a2")])
    [claimed] = await store.claim("slack", now=NOON, lease=LEASE)
    assert await store.settle(claimed.later(NOON + MINUTE * 5, doubtful=True))
    assert await store.claim("slack", now=NOON + MINUTE * 4, lease=LEASE) == []
    [again] = await store.claim("slack", now=NOON + MINUTE * 5, lease=LEASE)
    assert (again.message.id, again.attempts, again.doubtful, again.due) == ("a1", 1, True, NOON + MINUTE * 5)


async def test_courier_died(store: Store, another: Store) -> None:
    """A lease that ran out is given to the next courier, marked doubtful; the dead one's word counts no more."""
    await store.enqueue([delivery("a1"), delivery("a2")])
    [dead] = await store.claim("slack", now=NOON, lease=LEASE)
    assert not dead.doubtful
    assert await another.claim("slack", now=NOON + LEASE - timedelta(seconds=1), lease=LEASE) == []
    [heir] = await another.claim("slack", now=NOON + LEASE, lease=LEASE)
    assert (heir.key, heir.doubtful) == (dead.key, True)
    assert heir.lease != dead.lease
    assert not await store.settle(dead.posted(Receipt("late"), NOON))
    assert await another.settle(heir.posted(Receipt("1"), NOON))
    assert not await store.settle(dead.park("archived"))
    [posted] = await store.deliveries(state="posted")
    assert posted.receipt == Receipt("1")


async def test_courier_was_only_slow(store: Store) -> None:
    """A lease that ran out but was not given to anybody is still good for settling."""
    await store.enqueue([delivery()])
    [slow] = await store.claim("slack", now=NOON, lease=LEASE)
    assert await store.settle(slow.posted(Receipt("1"), NOON + LEASE * 3))


async def test_doubt_ends_with_the_settlement(store: Store) -> None:
    """Doubt belongs to the delivery whose courier died, not to the next one in its lane."""
    await store.enqueue([delivery("a1"), delivery("a2")])
    await store.claim("slack", now=NOON, lease=LEASE)
    [heir] = await store.claim("slack", now=NOON + LEASE, lease=LEASE)
    await store.settle(heir.posted(Receipt("1"), NOON + LEASE))
    [following] = await store.claim("slack", now=NOON + LEASE, lease=LEASE)
    assert (following.message.id, following.doubtful) == ("a2", False)


async def test_settling_what_was_never_claimed(store: Store) -> None:
    """Without a claim, or under an invented one, nothing is written."""
    await store.enqueue([delivery("a1"), delivery("a2")])
    posted = delivery("a1").posted(Receipt("1"), NOON)
    assert not await store.settle(posted)
    assert not await store.settle(replace(posted, lease="mine"))
    [claimed] = await store.claim("slack", now=NOON, lease=LEASE)
    behind = replace(delivery("a2").posted(Receipt("1"), NOON), lease=claimed.lease)
    assert not await store.settle(behind)
    assert not await store.settle(replace(delivery("never").posted(Receipt("1"), NOON), lease=claimed.lease))
    assert len(await store.deliveries(state="waiting")) == 2


async def test_settling_twice(store: Store) -> None:
    """The second receipt of the same claim is refused."""
    await store.enqueue([delivery()])
    [claimed] = await store.claim("slack", now=NOON, lease=LEASE)
    assert await store.settle(claimed.posted(Receipt("1", "thread"), NOON))
    assert not await store.settle(claimed.posted(Receipt("2"), NOON))
    [posted] = await store.deliveries()
    assert posted == replace(delivery().posted(Receipt("1", "thread"), NOON), lease="")


async def test_channel_was_archived(store: Store) -> None:
    """A parked delivery says why, leaves its lane, and can be put back at the end of it with its tries forgotten."""
    await store.enqueue([delivery("a1"), delivery("a2")])
    [claimed] = await store.claim("slack", now=NOON, lease=LEASE)
    await store.settle(claimed.park("the channel is archived"))
    [parked] = await store.deliveries(state="parked")
    assert (parked.key, parked.parked, parked.attempts) == (claimed.key, "the channel is archived", 1)
    assert await store.unpark(claimed.key, now=NOON + MINUTE)
    assert not await store.unpark(claimed.key, now=NOON + MINUTE)
    seen = []
    for _ in range(2):
        [claimed] = await store.claim("slack", now=NOON + MINUTE, lease=LEASE)
        await store.settle(claimed.posted(Receipt("1"), NOON))
        seen.append((claimed.message.id, claimed.attempts, claimed.parked))
    assert seen == [("a2", 0, ""), ("a1", 0, "")]


async def test_unparking_into_an_empty_lane(store: Store) -> None:
    """With nothing else waiting there it is given out at once; what is not parked is not touched."""
    await store.enqueue([delivery()])
    assert not await store.unpark(delivery().key, now=NOON)
    assert not await store.unpark("nobody", now=NOON)
    [claimed] = await store.claim("slack", now=NOON, lease=LEASE)
    await store.settle(claimed.park("no rights"))
    await store.unpark(claimed.key, now=NOON + MINUTE)
    assert await store.claim("slack", now=NOON, lease=LEASE) == []
    [again] = await store.claim("slack", now=NOON + MINUTE, lease=LEASE)
    assert (again.key, again.doubtful, again.due) == (claimed.key, False, NOON + MINUTE)


async def test_delivery_that_is_settled_before_it_is_queued(store: Store) -> None:
    """What was parked at once (too much for one channel) is kept for people to see, and never given out."""
    await store.enqueue([delivery("a1").park("folded into a digest"), delivery("a2")])
    [claimed] = await store.claim("slack", now=NOON, lease=LEASE)
    assert claimed.message.id == "a2"
    assert [one.message.id for one in await store.deliveries(state="parked")] == ["a1"]


async def test_deliveries_by_place_and_state(store: Store) -> None:
    """Newest first, of one place or all, in one state or any."""
    await store.enqueue([delivery("a1"), delivery("a1", GUILD), delivery("a2"), delivery("a3")])
    [claimed] = await store.claim("slack", now=NOON, lease=LEASE)
    await store.settle(claimed.posted(Receipt("1"), NOON))

    async def ids(*, place: Place | None = None, state: str = "", limit: int = 50) -> list[str]:
        return [one.message.id for one in await store.deliveries(place=place, state=state, limit=limit)]

    assert await ids() == ["a3", "a2", "a1", "a1"]
    assert await ids(limit=2) == ["a3", "a2"]
    assert await ids(limit=0) == []
    assert await ids(place=NEWSROOM) == ["a3", "a2", "a1"]
    assert await ids(state="waiting") == ["a3", "a2", "a1"]
    assert await ids(place=NEWSROOM, state="waiting", limit=1) == ["a3"]
    assert await ids(place=NEWSROOM, state="posted") == ["a1"]
    assert await ids(place=GUILD, state="parked") == []
    with pytest.raises(ValueError, match="sent"):
        await store.deliveries(state="sent")


async def test_claimed_delivery_is_shown_as_waiting(store: Store) -> None:
    """What a courier holds is not yet posted, and its lease is nobody else's business."""
    await store.enqueue([delivery()])
    await store.claim("slack", now=NOON, lease=LEASE)
    assert await store.deliveries(state="waiting") == [delivery()]


async def test_moments_of_other_time_zones(store: Store) -> None:
    """Nine in Shanghai is one in the morning in UTC, wherever it is compared."""
    shanghai = timezone(timedelta(hours=8))
    await store.enqueue([replace(delivery("a1"), due=NOON.astimezone(shanghai))])
    await store.commit(poll(changes=[replace(change(), seen=NOON.astimezone(shanghai))]))
    assert await store.claim("slack", now=NOON - MINUTE, lease=LEASE) == []
    assert len(await store.claim("slack", now=NOON.astimezone(shanghai), lease=LEASE)) == 1
    assert len(await store.changes(since=NOON.astimezone(shanghai))) == 1
    assert await store.changes(since=NOON + MINUTE) == []


async def test_two_couriers_share_the_work(store: Store, another: Store) -> None:
    """However they interleave, each delivery is handed out once and each lane stays in order."""
    places = [Place("slack", f"T0/C{number}") for number in range(6)]
    await store.enqueue([delivery(f"a{number}", place) for number in range(5) for place in places])
    seen: list[tuple[Place, str]] = []

    async def courier(its: Store) -> None:
        while claimed := await its.claim("slack", now=NOON, lease=LEASE, limit=2):
            for one in claimed:
                seen.append((one.place, one.message.id))
                assert await its.settle(one.posted(Receipt("1"), NOON))

    await asyncio.gather(courier(store), courier(another), courier(store))
    while left := await store.claim("slack", now=NOON, lease=LEASE):  # a courier may stop while others hold all lanes
        for one in left:
            seen.append((one.place, one.message.id))
            await store.settle(one.posted(Receipt("1"), NOON))
    assert len(seen) == len(set(seen)) == 30
    for place in places:
        assert [name for where, name in seen if where == place] == [f"a{number}" for number in range(5)]


# ── Waiting ───────────────────────────────────────────────────────────────────────────────────────────────────────


LONG = timedelta(hours=1)


async def idle(store: Store, platform: str) -> None:
    """Come to rest: nothing to claim, nothing rung."""
    await store.claim(platform, now=NOON, lease=LEASE)


async def test_wait_ends_when_another_process_writes(store: Store, another: Store) -> None:
    """A courier that waits for an hour wakes as soon as there is something for it."""
    await idle(store, "slack")
    waiting = asyncio.create_task(store.wait("slack", LONG))
    await asyncio.sleep(0)
    await another.commit(poll(deliveries=[delivery()]))
    async with asyncio.timeout(10):
        await waiting


async def test_wait_ends_for_what_came_before_it(store: Store) -> None:
    """Something that was queued between the claim and the wait is not slept over."""
    await idle(store, "slack")
    await store.enqueue([delivery()])
    async with asyncio.timeout(10):
        await store.wait("slack", LONG)


async def test_wait_ends_when_a_lane_has_more(store: Store) -> None:
    """A courier whose posts settle elsewhere learns that the lane goes on."""
    await store.enqueue([delivery("a1"), delivery("a2")])
    [claimed] = await store.claim("slack", now=NOON, lease=LEASE)
    waiting = asyncio.create_task(store.wait("slack", LONG))
    await asyncio.sleep(0)
    await store.settle(claimed.posted(Receipt("1"), NOON))
    async with asyncio.timeout(10):
        await waiting


async def test_wait_ends_when_a_claim_was_cut_short(store: Store) -> None:
    """What the limit of the last claim left behind is there to claim."""
    await store.enqueue([delivery("a1"), delivery("a1", TRADING)])
    await store.claim("slack", now=NOON, lease=LEASE, limit=1)
    async with asyncio.timeout(10):
        await store.wait("slack", LONG)


async def test_wait_ends_when_something_is_unparked(store: Store, another: Store) -> None:
    """Somebody's /retry is served at once."""
    await store.enqueue([delivery().park("no rights")])
    await idle(store, "slack")
    waiting = asyncio.create_task(store.wait("slack", LONG))
    await asyncio.sleep(0)
    await another.unpark(delivery().key, now=NOON)
    async with asyncio.timeout(10):
        await waiting


async def test_wait_ends_by_itself(store: Store) -> None:
    """With nothing to do it returns after its time."""
    await idle(store, "slack")
    async with asyncio.timeout(10):
        await store.wait("slack", timedelta(milliseconds=5))
        await store.wait("slack", timedelta())


async def test_wait_can_be_cancelled(store: Store) -> None:
    """A program that stops does not wait for it, and the store works on."""
    await idle(store, "slack")
    waiting = asyncio.create_task(store.wait("slack", LONG))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await store.enqueue([delivery()]) == 1


async def test_other_platforms_news_does_not_end_a_wait(store: Store) -> None:
    """Not a promise but what keeps couriers quiet: Discord's deliveries do not keep Slack's courier busy."""
    await idle(store, "slack")
    waiting = asyncio.create_task(store.wait("slack", LONG))
    await store.enqueue([delivery(place=GUILD)])
    await store.commit(poll("us_csl", listing(source="us_csl")))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    waiting.cancel()


# ── Living with it ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_health_says_how_much_there_is(store: Store) -> None:
    """One line for `doctor`."""
    await store.enqueue([delivery()])
    line = await store.health()
    assert "1 deliveries" in line
    assert "\n" not in line


async def test_closed_and_opened_again(store: Store, open_store: object) -> None:
    """What was acknowledged is there after a restart."""
    await store.commit(poll("us_dod_cmc", listing(), deliveries=[delivery()]))
    await store.close()
    await store.open()
    assert await store.listings("us_dod_cmc") == {"E-1": listing()}
    assert await store.deliveries() == [delivery()]
