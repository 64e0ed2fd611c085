"""Whom a place watches: names, tags, files in and out, pauses, settings, and who may change them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.codec import decode, encode
from bot.commands.exchange import MOST
from bot.model import (
    DEFAULT_KINDS,
    PLACES,
    AlertKind,
    Attachment,
    Decision,
    FieldKind,
    FollowUps,
    Managers,
    Paper,
    Place,
    PlaceSettings,
)
from tests.worlds.desks import COUNTER, Counter, counter, words
from tests.worlds.facts import THEN
from tests.worlds.workbooks import xlsx

OTHER = Place("slack", "T1/C2")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Counter]:
    async with counter(
        tmp_path, "Xiaomi Corporation", "Huawei Technologies Co., Ltd.", "Nordwind Cargo Airlines LLC"
    ) as one:
        yield one


def file(text: str, name: str = "list.csv") -> Attachment:
    return Attachment(name=name, body=text.encode())


# ── Adding ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_watch_says_what_is_listed_today(here: Counter) -> None:
    """In words and in data, and which names are recognised."""
    reply = await here.asked("watch add", names=("小米", "Acme Bakery"))
    assert reply.data == {
        "watching": [
            {"name": "Xiaomi", "company": "xiaomi", "new": True, "listed": {"us_dod_cmc": 1}},
            {"name": "Acme Bakery", "company": "name:acme bakery", "new": True, "listed": {}},
        ]
    }
    assert "Redmi" in words(reply)
    assert "Not on the one list read today." in words(reply)


async def test_who_else_watches_is_told_within_the_workspace_only(here: Counter) -> None:
    """Not what another workspace watches, nor what a person watches alone."""
    await here.asked("watch add", names=("Xiaomi",))
    for person, place, home in (
        ("bea (U2)", Place("slack", "T2/C1"), None),
        ("cy (U3)", Place("slack", "T1/U3"), Place("slack", "T1/U3")),
        ("dee (U4)", Place("discord", "T1/C7"), None),
        ("eve (U5)", Place("slack", "T1/G9"), Place("slack", "T1/G9")),
    ):
        here.turns_to(person, place, home=home)
        await here.asked("watch add", names=("Xiaomi",))
    here.turns_to("fay (U6)", OTHER)
    said = words(await here.asked("watch add", names=("Xiaomi",)))
    assert "Also watched elsewhere in this workspace: #C1." in said
    for secret in ("T2", "U3", "C7", "G9", "bea", "cy", "dee", "eve"):
        assert secret not in said


async def test_a_word_is_asked_about_and_one_answer_adds_exactly_one(here: Counter) -> None:
    """Each button adds what it says; the name alone means nobody of the book, and no related unit."""
    reply = await here.asked("watch add", names=("Xiaomi", "Orange"))
    assert not reply.ok
    assert await here.targets() == ["Xiaomi"]
    buttons = reply.cards[-1].buttons
    assert [dict(one.arguments)["names"] for one in buttons] == ["company:orange", "name:Orange"]
    for button in buttons:
        assert (await here.asked(button.command, **dict(button.arguments))).ok
    orange, exactly = (await here.desk.office.store.subscriptions(COUNTER))[1:]
    assert (orange.target, orange.related) == ("Orange", True)
    assert (exactly.target, exactly.related) == ("name:Orange", False)
    assert here.desk.office.book.find("name:Orange").id == "name:orange"


async def test_many_questions_at_once(here: Counter) -> None:
    """Some are asked, of the others is said that they wait."""
    reply = await here.asked("watch add", names=("Apple", "Orange", "Gap", "Target", "Shell", "Visa", "Honor"))
    assert await here.targets() == []
    assert len(reply.cards) == 6
    assert "Visa, Honor" in reply.cards[-1].title


async def test_many_names_at_once(here: Counter) -> None:
    """All are watched; all about some is told, of the others how many they are."""
    reply = await here.asked("watch add", names=tuple(f"Company {number} of Nowhere" for number in range(40)))
    assert "And 15 more." in words(reply)
    assert len(await here.targets()) == 40


async def test_on_the_command_line_the_likeliest_is_taken(here: Counter) -> None:
    """Nobody can be asked there; the answer says what was taken."""
    reply = await here.asked("watch add", names=("Orange", "Elon Musk"), sure="yes")
    assert reply.ok
    assert await here.targets() == ["Orange", "SpaceX"]
    assert "it was taken for the company Orange" in words(reply)


async def test_a_slip_of_the_pen_is_pointed_out(here: Counter) -> None:
    """It is watched as it was typed, and a button each mends it; one that a list has all the same is recognised."""
    reply = await here.asked("watch add", names=("Xiaomy",))
    assert "Did you mean Xiaomi?" in words(reply)
    assert [(one.command, one.danger) for one in reply.cards[0].buttons] == [
        ("watch add", False),
        ("watch remove", True),
    ]
    listed = words(await here.asked("watch add", names=("Nordvind Cargo Airlines LLC",)))
    assert "Listed today" in listed
    assert "Did you mean" not in listed


async def test_a_slip_in_a_look_up_is_pointed_out(here: Counter) -> None:
    """Not on any list is no answer to somebody who mistyped a name; who spelled it right is asked nothing."""
    assert "Did you mean Huawei?" in words(await here.asked("lookup", name="Huawai"))
    assert "Did you mean" not in words(await here.asked("lookup", name="Huawei"))


async def test_a_word_before_a_name_on_a_list(here: Counter) -> None:
    """An everyday word that the book does not know may mean somebody on a list."""
    office = here.desk.office
    await office.roll.refresh()
    reply = await here.asked("watch add", names=("Total",))
    texts = [one.text for one in reply.cards[0].buttons]
    assert texts == ["TotalEnergies, the company (FR)", "exactly “Total”"]


async def test_what_was_done_is_written_down(here: Counter) -> None:
    """Who added and removed whom, for the audit; asked twice, it is done once."""
    await here.asked("watch add", names=("Xiaomi", "tag:chips"))
    here.clock.passes(minutes=1)
    await here.asked("watch add", names=("Xiaomi",))
    await here.asked("watch remove", names=("小米",))
    acts = await here.desk.office.store.acts(place=COUNTER)
    assert sorted((one.what, one.company, one.text, one.person) for one in acts) == [
        ("unwatched", "xiaomi", "", "ana (U1)"),
        ("watched", "", "tag:chips", "ana (U1)"),
        ("watched", "xiaomi", "", "ana (U1)"),
    ]
    assert [one.what for one in await here.desk.office.store.acts(company="xiaomi")] == ["unwatched", "watched"]


async def test_removing_what_was_typed_in_any_way(here: Counter) -> None:
    """By another of its names, exactly, as a tag or everything."""
    await here.asked("watch add", names=("Xiaomi", "name:Orange", "tag:chips", "*"))
    reply = await here.asked("watch remove", names=("小米", "Orange", "TAG:chips", "*", "tag:none"))
    assert reply.data == {"removed": ["Xiaomi", "name:Orange", "tag:chips", "*"], "unknown": ["tag:none"]}
    assert await here.targets() == []


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_export_can_be_imported_again(here: Counter) -> None:
    """The same watches, tags and notes, whatever the language it was written in; nothing is twice."""
    table = (
        'Company;Tags;Note\nXiaomi;"phones; chips";=1+1\nname:Orange;;\ntag:drones;;\n*;;\n"Acme ""A"" Bakery";;+33\n'
    )
    await here.asked("watch import", file(table))
    targets = await here.targets()
    assert targets == ["Xiaomi", "name:Orange", "tag:drones", "*", 'Acme "A" Bakery']
    first = (await here.asked("watch export")).files[0]
    for language in ("fr", "en"):
        here.turns_to(place=Place("slack", f"T1/{language}"))
        reply = await here.desk.answer(here.request("watch import", first))
        assert reply.ok
        assert await here.targets() == targets
        here.asks = replace(here.asks, language=language)
        first = (await here.asked("watch export")).files[0]
    assert b"'=1+1" in first.body
    assert b"phones, chips" in first.body


async def test_rows_that_are_not_taken_are_told_by_number(here: Counter) -> None:
    """Empty, too long, without a letter, there already under another name; and the report has them too."""
    table = f"Name;City\nXiaomi;a\n;b\n{'x' * 301};c\n小米;d\n!!!;e\n"
    reply = await here.asked("watch import", file(table))
    assert isinstance(reply.data, dict)
    assert [(one["row"], one["why"]) for one in reply.data["refused"]] == [
        (3, "empty"),
        (4, "long"),
        (5, "twice"),
        (6, "no_name"),
    ]
    assert reply.data["listed"] == {"Xiaomi": {"us_dod_cmc": 1}}
    said = words(reply)
    assert "Row 5: “小米” is in row 2 already" in said
    assert "Left alone: City" in said
    report = reply.files[0].body.decode("utf-8-sig")
    assert report.splitlines()[1].startswith("Xiaomi,,us_dod_cmc,,Xiaomi Corporation")
    again = await here.asked("watch import", reply.files[0])
    assert isinstance(again.data, dict)
    assert (again.data["new"], again.data["names"]) == (0, 1)


async def test_a_workbook_and_pasted_lines(here: Counter) -> None:
    """The same as a table in text."""
    book = Attachment(name="list.xlsx", body=xlsx([["Société"], ["Xiaomi"], ["Boulangerie Martin"]]))
    await here.asked("watch import", book)
    await here.asked("watch import", text="Acme, Inc.\nZTE\n")
    assert await here.targets() == ["Xiaomi", "Boulangerie Martin", "Acme, Inc.", "ZTE"]


async def test_ten_thousand_names_and_one_more(here: Counter) -> None:
    """One too many is refused whole, before anything is watched."""
    lines = "\n".join(f"Nowhere Works {number}" for number in range(MOST + 1))
    reply = await here.asked("watch import", file(lines, "list.txt"))
    assert not reply.ok
    assert "10001 names, 10000 at most" in words(reply)
    assert await here.targets() == []


async def test_an_import_without_anything(here: Counter) -> None:
    """A box is opened for it; where there are no boxes, the answer says what to send."""
    form = await here.form("watch import")
    assert form is not None
    assert [(one.name, one.kind) for one in form.fields] == [("file", FieldKind.FILE), ("text", FieldKind.LONG_TEXT)]
    assert await here.form("watch import", text="Xiaomi") is None
    assert "Send a file" in words(await here.asked("watch import"))


async def test_an_import_says_how_far_it_is(here: Counter) -> None:
    """Rows, then names on the lists, then those of other spellings by sound; in the language of whoever asks."""
    said: list[str] = []
    text = "\n".join(["Xiaomi", *(f"Example {number} Works" for number in range(60))])
    await here.desk.answer(replace(here.request("watch import", text=text), progress=said.append))
    assert said[:2] == ["50 of 61 rows read…", "61 of 61 rows read…"]
    assert said[2:4] == ["50 of 61 names looked up on the lists…", "61 of 61 names looked up on the lists…"]
    assert said[-1].startswith("60 of 60 names looked up by sound")
    await here.desk.answer(replace(here.request("watch export"), progress=said.append, language="fr"))
    assert "61 noms sur 61 cherchés sur les listes…" in said


async def test_many_names_are_looked_up_within_a_time(here: Counter) -> None:
    """By their words at once, by sound while there is time; of whom that was not done is said."""
    office = here.desk.office
    await office.roll.refresh()
    slip, far, near = (office.book.find(one) for one in ("Nordwint Cargo Airlines LLC", "Нордвинд", "Xiaomi"))
    found, by_words = await office.roll.of_all([slip, far, near], within=-1)
    assert [len(found[one]) for one in (slip, far, near)] == [1, 0, 1]
    assert by_words == {far}
    found, by_words = await office.roll.of_all([slip, far, near])
    assert not by_words


# ── Pauses and settings ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_pause_of_the_place_holds_for_what_is_added_later(here: Counter) -> None:
    """Until it ends or is ended; a watch of its own may be paused for longer."""
    await here.asked("watch add", names=("Xiaomi",))
    await here.asked("watch pause", until="7d")
    await here.asked("watch add", names=("Huawei",))
    ends = {one.paused_until for one in await here.desk.office.store.subscriptions(COUNTER)}
    assert ends == {THEN + timedelta(days=7)}
    await here.asked("watch pause", name="Huawei", until="2w")
    assert "Paused until 2021-01-28 22:00 UTC" in words(await here.asked("watch list"))
    await here.asked("watch pause", name="off")
    assert {one.paused_until for one in await here.desk.office.store.subscriptions(COUNTER)} == {None}
    texts = [one.text for one in await here.desk.office.store.acts(place=COUNTER) if one.what == "paused"]
    assert "paused_until: off -> 2021-01-21T22:00:00+00:00" in texts


@pytest.mark.parametrize("until", ["3", "soon", "7x", "2021-02-30", "400d", "2020-01-01", "until", "999w"])
async def test_what_is_no_end_of_a_pause(here: Counter, until: str) -> None:
    """Is refused with an example; nothing is paused."""
    await here.asked("watch add", names=("Xiaomi",))
    assert not (await here.asked("watch pause", until=until)).ok
    assert [one.paused_until for one in await here.desk.office.store.subscriptions(COUNTER)] == [None]


async def test_a_box_shows_what_is_set_and_what_comes_back_is_kept(here: Counter) -> None:
    """Also what was emptied, whether the chat sends the empty field along or leaves it out."""
    await here.asked("watch add", names=("Xiaomi",))
    await here.asked("watch settings", languages="fr, zh", follow_ups="quiet", people="U1")
    form = await here.form("watch settings")
    assert form is not None
    now = {one.name: one.value for one in form.fields}
    assert (now["languages"], now["follow_ups"], now["people"]) == (("fr", "zh"), ("quiet",), ("U1",))
    sent: dict[str, str | tuple[str, ...]] = {one.name: one.value for one in form.fields}
    del sent["languages"]
    sent |= {"kinds": ("listed",), "people": "", "related": ("no",), "language": ("fr",)}
    reply = await here.asked(form.command, **sent, **dict(form.arguments))
    assert reply.ok, words(reply)
    (one,) = await here.desk.office.store.subscriptions(COUNTER)
    assert (one.kinds, one.languages, one.related, one.language) == (
        frozenset({AlertKind.LISTED}),
        frozenset(),
        False,
        "fr",
    )
    kept = decode(PlaceSettings, (await here.desk.office.store.papers(PLACES))[str(COUNTER)])
    assert (kept.follow_ups, kept.people, kept.kinds) == (FollowUps.QUIET, (), frozenset({AlertKind.LISTED}))


async def test_a_watch_of_its_own(here: Counter) -> None:
    """Its box has what a watch may have; what it is set to leaves the others and the place alone."""
    await here.asked("watch add", names=("Xiaomi", "Huawei"))
    form = await here.form("watch settings", name="小米")
    assert form is not None
    assert [one.name for one in form.fields] == ["kinds", "lists", "languages", "related", "language"]
    sent: dict[str, str | tuple[str, ...]] = {one.name: one.value for one in form.fields}
    sent["kinds"] = ("listed", "mention")
    assert (await here.asked(form.command, **sent, **dict(form.arguments))).ok
    kinds = {one.target: one.kinds for one in await here.desk.office.store.subscriptions(COUNTER)}
    assert kinds == {"Xiaomi": frozenset({AlertKind.LISTED, AlertKind.MENTION}), "Huawei": DEFAULT_KINDS}
    assert not await here.desk.office.store.papers(PLACES)
    assert "Settings of Xiaomi" in words(await here.asked("watch settings", name="Xiaomi"))
    assert await here.form("watch settings", name="Nobody") is None


async def test_settings_in_the_readers_words(here: Counter) -> None:
    """What the box shows may also be typed; without a change, the answer is what is set."""
    assert (await here.asked("watch settings", related="no, only the company itself")).data
    kept = decode(PlaceSettings, (await here.desk.office.store.papers(PLACES))[str(COUNTER)])
    assert kept.related is False
    reply = await here.asked("watch settings")
    assert isinstance(reply.data, dict)
    assert reply.data["settings"]["related"] == ["no"]
    assert not (await here.asked("watch settings", follow_ups="thread,quiet")).ok
    assert not (await here.asked("watch settings", kinds=",")).ok


# ── Who may ───────────────────────────────────────────────────────────────────────────────────────────────────────

CHANGES = (
    ("watch add", {"names": ("ZTE",)}),
    ("watch remove", {"names": ("Xiaomi",)}),
    ("watch import", {"text": "ZTE"}),
    ("watch pause", {"until": "7d"}),
    ("watch settings", {"related": "no"}),
)


@pytest.mark.parametrize(("command", "arguments"), CHANGES)
@pytest.mark.parametrize(
    ("person", "manager", "who", "people", "may"),
    [
        ("bob (U9)", False, Managers.EVERYONE, (), True),
        ("bob (U9)", False, Managers.MANAGERS, (), False),
        ("bob (U9)", True, Managers.MANAGERS, (), True),
        ("bob (U9)", False, Managers.LISTED, ("<@U9>", "U2"), True),
        ("U9 (U8)", False, Managers.LISTED, ("U9",), False),
        ("ana (U1)", True, Managers.LISTED, ("U9",), True),
    ],
)
async def test_who_may_change_a_place(
    here: Counter,
    command: str,
    arguments: dict[str, str],
    person: str,
    manager: bool,
    who: Managers,
    people: tuple[str, ...],
    may: bool,
) -> None:
    """Everyone, those who manage it, or those who are named and those who manage it; others read whom to ask."""
    await here.asked("watch add", names=("Xiaomi",))
    settings = PlaceSettings(place=COUNTER, managers=who, people=people)
    await here.desk.office.store.decide(Decision(keep=(Paper(PLACES, str(COUNTER), encode(settings)),)))
    here.turns_to(person, manager=manager)
    before = await here.desk.office.store.subscriptions(COUNTER)
    reply = await here.asked(command, **arguments)
    assert reply.ok == may, words(reply)
    if not may:
        assert "may change what it watches." in words(reply)
        assert "Ask one of them" in words(reply)
        assert await here.desk.office.store.subscriptions(COUNTER) == before
        assert await here.form("watch settings") is None
    here.turns_to(person, OTHER, manager=False, home=OTHER)
    assert (await here.asked("watch add", names=("ZTE",))).ok, "a place of one's own is one's own"


async def test_whoever_is_named_is_known_by_an_id(here: Counter) -> None:
    """A mention is the id in it; a mere name would let in nobody, and is refused at its field with where an id is."""
    assert (await here.asked("watch settings", managers="listed", people="<@U9|bob>, <@!77>, U2")).ok
    kept = decode(PlaceSettings, (await here.desk.office.store.papers(PLACES))[str(COUNTER)])
    assert kept.people == ("U9", "77", "U2")
    for name in ("@bob", "bob, U9", "me"):
        reply = await here.asked("watch settings", managers="listed", people=name)
        assert isinstance(reply.data, dict)
        assert reply.data["field"] == "people"
        assert "Copy member ID" in words(reply)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("folow_ups:quiet", "There is no setting “folow_ups”. Did you mean follow_ups?"),
        ("loud:yes", "There is no setting “loud”. There are: kinds, lists"),
        ("kinds:", "kinds needs a value. Choose from: listed, changed"),
        ("lists:", "lists needs a value. Choose from: -"),
        ("tag:drones", "tag:drones was not watched here"),
    ],
)
async def test_a_setting_that_there_is_not(here: Counter, name: str, says: str) -> None:
    """Is not taken for a company's name."""
    reply = await here.asked("watch settings", name=name)
    assert not reply.ok
    assert says in words(reply).replace("\n\n", " ")


async def test_a_file_and_names_together(here: Counter) -> None:
    """Neither is lost without a word: nothing is taken, and it is said."""
    reply = await here.asked("watch import", Attachment(name="a.csv", body=b"Name\nZTE\n"), text="Xiaomi")
    assert "nothing was taken" in words(reply)
    assert not await here.targets()


async def test_one_company_named_three_times(here: Counter) -> None:
    """Is told once."""
    reply = await here.asked("watch add", names=("Xiaomi", "xiaomi", "小米", "ZTE"))
    assert reply.cards[0].title == "Watching Xiaomi, ZTE"
    assert [one.heading for one in reply.cards[0].sections] == ["Xiaomi", "ZTE"]
    assert await here.targets() == ["Xiaomi", "ZTE"]


@pytest.mark.parametrize(
    ("names", "name", "title", "end"),
    [
        ((), "", "This place, where nobody is watched yet: paused", "watch pause off"),
        (("Xiaomi",), "", "The one watch here: paused", "watch pause off"),
        (("Xiaomi", "ZTE"), "", "The 2 watches here: paused", "watch pause off"),
        (("Xiaomi", "ZTE"), "小米", "Xiaomi: paused", "watch pause Xiaomi off"),
    ],
)
async def test_how_a_pause_is_ended(here: Counter, names: tuple[str, ...], name: str, title: str, end: str) -> None:
    """What is named ends this pause and no other."""
    if names:
        await here.asked("watch add", names=names)
    reply = await here.asked("watch pause", name=name, until="7d")
    assert reply.cards[0].title == title
    assert words(reply).rstrip().endswith(f"sooner: {end}")


async def test_pauses_in_the_audit(here: Counter) -> None:
    """In words: whose, until when, and when somebody ended them."""
    await here.asked("watch add", names=("Xiaomi",))
    for name, until in (("", "2021-02-01"), ("Xiaomi", "2021-02-02"), ("Xiaomi", "off")):
        assert (await here.asked("watch pause", name=name, until=until)).ok
        here.clock.passes(hours=1)
    said = words(await here.asked("audit"))
    assert "ana (U1) · ended the pause · Xiaomi\n" in said
    assert "ana (U1) · paused · Xiaomi, until 2021-02-02 00:00 UTC" in said
    assert "ana (U1) · paused, until 2021-02-01 00:00 UTC" in said
    assert "paused_until" not in said


async def test_settings_of_the_one_watch(here: Counter) -> None:
    """One is told as one, and none as none."""
    assert "Saved.\n" in words(await here.asked("watch settings", related="no"))
    await here.asked("watch add", names=("Xiaomi",))
    assert "Saved, and applied to the one watch here." in words(await here.asked("watch settings", related="yes"))


async def test_nobody_locks_everybody_out(here: Counter) -> None:
    """Naming nobody is refused, and so is a change that whoever asks could not take back."""
    assert not (await here.asked("watch settings", managers="listed")).ok
    here.turns_to("bob (U9)", manager=False)
    assert not (await here.asked("watch settings", managers="managers")).ok
    assert not (await here.asked("watch settings", managers="listed", people="U1")).ok
    assert (await here.asked("watch settings", managers="listed", people="U1, U9")).ok
    assert not await here.desk.office.store.acts(place=OTHER)
    (act,) = await here.desk.office.store.acts(place=COUNTER)
    assert act.text == "managers: everyone -> listed, people: all -> U1+U9"


async def test_what_concerns_everybody_is_changed_where_the_operators_are(tmp_path: Path) -> None:
    """Managers of another workspace that shares this Tocsin manage only their own channels."""
    async with counter(tmp_path) as desk:
        office = desk.desk.office
        desk.desk.office = replace(office, operators=Place("slack", "T1/OPS"))
        desk.turns_to(place=Place("slack", "T2/C9"))
        refused = await desk.asked("feed remove", id="x")
        assert not refused.ok
        assert "operators" in words(refused)
        desk.turns_to(place=Place("slack", "T1/OPS"))
        assert "operators" not in words(await desk.asked("feed remove", id="x"))
        desk.turns_to(place=Place("console"))
        assert "operators" not in words(await desk.asked("feed remove", id="x"))
