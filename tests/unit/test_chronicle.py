"""The words of the past: what a reader is told of a day and of a history, and what a spreadsheet gets."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards import Reader, where_they_differ
from bot.chronicle import (
    ALT,
    COLUMNS,
    EVENTS,
    alt_text,
    as_table,
    history_card,
    history_rows,
    on_day_card,
)
from bot.data import typeset
from bot.history import Chart, Event, How, Lane, Span, Stood, Volume, What
from bot.history import Mark as Drawn
from bot.model import Card, Company, FieldChange, ListChange, Listing, Match, Reason, SourceCard, Verdict

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = date(2021, 3, 1)
XIAOMI = Company(id="xiaomi", name="Xiaomi", from_book=True)
SAME = Match(Verdict.SAME, 1.0, (Reason("same name", 1.0, "Xiaomi", "Xiaomi"),))
UNIT = Match(Verdict.RELATED, 0.7)
LISTING = Listing(source="us_dod_cmc", key="x", name="Xiaomi Corporation", listed_on=date(2021, 1, 14))
SPANS = {"us_dod_cmc": Span(begun=datetime(2021, 1, 2, tzinfo=UTC), read_at=NOW)}


def reader(language: str = "en") -> Reader:
    cards = {
        "us_dod_cmc": SourceCard(
            id="us_dod_cmc",
            title="Chinese military companies",
            publisher="US Department of Defense",
            url="https://list.example/data",
            page="https://list.example/",
            every=timedelta(hours=6),
        )
    }
    return Reader(now=NOW, cards=cards, language=language)


def words(card: Card) -> str:
    return "\n".join([card.title, *(f"{one.heading}: {one.text}" for one in card.sections), card.footer])


def on_day(*stood: Stood, spans: dict[str, Span] | None = None, since: tuple[Event, ...] = ()) -> Card:
    spans = SPANS if spans is None else spans
    return on_day_card("Xiaomi", XIAOMI, DAY, stood, (), since, spans, {}, reader())


def event(what: What = What.CHANGED, *fields: tuple[str, str, str], **more: object) -> Event:
    before = replace(LISTING, name="Xiaomi Inc")
    sides = {
        What.LISTED: (None, LISTING),
        What.CHANGED: (before, LISTING),
        What.DELISTED: (LISTING, None),
    }[what]
    change = ListChange(
        source="us_dod_cmc",
        key="x",
        before=sides[0],
        after=sides[1],
        seen=datetime(2021, 5, 26, 9, 0, tzinfo=UTC),
        edition="2021-05-25",
        sha256="0123456789abcdef" * 4,
        fields=tuple(FieldChange(*one) for one in fields),
    )
    event = Event(what=what, source="us_dod_cmc", seen=change.seen, listings=(change.listing,), changes=(change,))
    return replace(event, **more)  # type: ignore[arg-type]


def arrival() -> Event:
    """From the Unverified List to the Entity List, as the screening list tells both."""
    old = Listing(source="us_csl", key="UVL: x", name="Xiaomi Optics", programmes=("UVL",))
    new = replace(old, key="EL: x", programmes=("EL",))
    told = event(What.LISTED).changes[0]
    return replace(
        event(What.LISTED),
        what=What.CAME,
        source="us_csl",
        listings=(new,),
        changes=(replace(told, source="us_csl", key=new.key, after=new),),
        ends=(old,),
    )


# ── On a day ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_we_had_read_is_told_plainly() -> None:
    """No word of doubt where there is none."""
    card = on_day(Stood(listing=LISTING, match=SAME, how=How.READ))
    assert card.title == "On 2021-03-01 “Xiaomi” was on the one list read"
    assert "Known only" not in words(card)
    assert "Read since 2021-01-02: Chinese military companies." in words(card)
    assert card.footer == ""


def test_what_only_the_list_dates_is_told_as_that() -> None:
    """With the day on which we first saw it, or that nobody knows it."""
    card = on_day(Stood(listing=LISTING, match=SAME, how=How.DATED, seen=datetime(2022, 2, 3, tzinfo=UTC)))
    assert "Known only from the date that the list itself gives; we first saw it on 2022-02-03." in words(card)
    assert "first saw it on an unknown day" in words(on_day(Stood(listing=LISTING, match=SAME, how=How.DATED)))


def test_an_undated_entry_is_no_yes() -> None:
    """What may or may not have been there makes no headline."""
    undated = replace(LISTING, listed_on=None)
    card = on_day(Stood(listing=undated, match=SAME, how=How.UNDATED, seen=NOW))
    assert card.title.startswith("On 2021-03-01 “Xiaomi” itself is not known to have been on")
    assert "Not known for that day" in words(card)
    assert card.footer.startswith("A list can name")


def test_a_unit_is_not_the_company() -> None:
    """Its listing does not put the company on a list."""
    card = on_day(Stood(listing=LISTING, match=UNIT, how=How.READ))
    assert "itself is not known to have been on" in card.title


def test_each_answer_says_how_far_back_it_goes() -> None:
    """A list begun later, one that fell silent before the day, and one whose beginning is unknown."""
    spans = {
        "us_dod_cmc": Span(begun=datetime(2021, 6, 1, tzinfo=UTC), read_at=NOW),
        "a_list": Span(begun=datetime(2020, 1, 1, tzinfo=UTC), read_at=datetime(2021, 2, 1, tzinfo=UTC)),
        "b_list": Span(begun=None, read_at=NOW),
    }
    told = words(on_day(spans=spans))
    assert "On 2021-03-01 “Xiaomi” is not known to have been on any of the 3 lists read" in told
    assert "We began reading on 2021-06-01: Chinese military companies. Of earlier days we know only" in told
    assert "Last read before that day, on 2021-02-01: a_list." in told
    assert "When we began reading is not known: b_list." in told


def test_nothing_read_is_said_with_the_next_step() -> None:
    """Never a bare negative."""
    card = on_day(spans={})
    assert card.title == "“Xiaomi”: no list has been read yet"
    assert "tocsin poll SOURCE" in words(card)


def test_many_entries_and_many_changes_are_counted() -> None:
    """Five of each are spelled out, the rest counted; units' changes are not the company's."""
    entries = [Stood(listing=replace(LISTING, key=str(n)), match=SAME, how=How.READ) for n in range(8)]
    since = [event(What.CHANGED, ("name", "a", "b")) for _ in range(7)]
    told = words(on_day(*entries, since=(*since, event(What.DELISTED, related=True))))
    assert told.count("and 3 more") == 1
    assert told.count("and 2 more") == 1
    assert "Taken off" not in told


# ── A history ─────────────────────────────────────────────────────────────────────────────────────────────────────


def history(*found: Event, language: str = "en") -> Card:
    return history_card("Xiaomi", XIAOMI, found, [NOW], SPANS, reader(language))


def test_each_event_with_its_proof_and_a_link() -> None:
    """What, when, which edition, which document, and where to look."""
    card = history(event(What.LISTED), event(What.DELISTED))
    assert "2021-01-14 · Chinese military companies: Listed: “Xiaomi Corporation”, dated 2021-01-14 by the list." in (
        words(card)
    )
    assert "Seen 2021-05-26 09:00 UTC. Edition: 2021-05-25. Document sha256 0123456789ab." in words(card)
    assert "Listings: 1 · changes: 0 · delistings: 1 · lists: 1 · stories: 1" in words(card)
    assert [one.url for one in card.links] == ["https://list.example/"]


def test_an_event_names_the_list_within_a_carrier() -> None:
    """Added to the Unverified List, and not to a file with a dozen lists."""
    unverified = replace(LISTING, source="us_csl", programmes=("UVL",))
    assert "2021-01-14 · Unverified List (US Department of Commerce, BIS): Listed:" in words(
        history(replace(event(What.LISTED), source="us_csl", listings=(unverified,)))
    )


def test_what_matters_is_shown_whole_and_the_rest_by_name() -> None:
    """A change of name is the news; that an address was reworded is said in a word."""
    card = history(event(What.CHANGED, ("name", "Xiaomi Inc", "Xiaomi"), ("addresses", "a", "b"), ("remarks", "", "c")))
    assert "“Xiaomi Corporation”: name: Xiaomi Inc → Xiaomi; also changed: addresses, remarks." in words(card)
    alone = history(event(What.CHANGED, ("addresses", "", "Beijing")))
    assert "“Xiaomi Corporation”: addresses: nothing → Beijing." in words(alone)


def test_a_return_and_a_unit_are_told_as_such() -> None:
    """Listed again is not listed; another unit is not the company."""
    told = words(history(event(What.LISTED, again=True), event(What.DELISTED, related=True)))
    assert "Listed again: “Xiaomi Corporation”." in told
    assert "Taken off: “Xiaomi Corporation”. (other units of the group, not the company itself)" in told


def test_a_long_history_shows_its_end() -> None:
    """And says how to have all of it."""
    card = history(*(event(What.CHANGED, ("name", str(n), str(n + 1))) for n in range(EVENTS + 4)))
    assert '4 earlier events are not shown. All of them: tocsin export history --company "Xiaomi" --csv' in words(card)
    assert sum(one.heading.startswith("2021-05-26") for one in card.sections) == EVENTS
    many = replace(event(What.CHANGED, ("name", "a", "b")), changes=event(What.CHANGED, ("name", "a", "b")).changes * 9)
    assert "and 4 more" in words(history(many))


def test_a_history_in_french() -> None:
    """The same, in the reader's words."""
    card = history(event(What.DELISTED), language="fr")
    assert card.title == "Historique de Xiaomi"
    assert typeset("Radiation : « Xiaomi Corporation ».") in words(card)


def test_nothing_kept_is_no_bare_no() -> None:
    """It says of which lists, and since when they are read."""
    card = history_card("Xiaomi", XIAOMI, [], [], SPANS, reader())
    assert card.title == "Nothing is kept of “Xiaomi” from the one list read"
    assert "We began reading on 2021-01-02" in words(card)
    assert history_card("Xiaomi", XIAOMI, [], [], {}, reader()).title == "“Xiaomi”: no list has been read yet"


def test_long_fields_show_where_they_differ() -> None:
    """Of many aliases the one that came."""
    aliases = "; ".join(f"Alias number {n}" for n in range(30))
    old, new = where_they_differ(aliases, aliases.replace("number 17;", "number 17; Brand New;"))
    assert "Brand New" in new
    assert len(new) < 80
    assert old.startswith("…")
    assert old.endswith("…")


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_what_differs_is_never_cut_away(start: str, one: str, other: str, end: str) -> None:
    """Whatever two texts share, what is shown of them differs when they do, and is theirs."""
    old, new = start + one + end, start + other + end
    shown = where_they_differ(old, new)
    assert (shown[0] == shown[1]) == (old == new)
    assert shown[0].removeprefix("…").removesuffix("…") in old
    assert shown[1].removeprefix("…").removesuffix("…") in new


# ── In words, and in rows ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_picture_in_words() -> None:
    """Who does not see it reads the same: each list with its events, how much was written and when most."""
    lane = Lane("us_dod_cmc", (Drawn(datetime(2021, 1, 14, tzinfo=UTC), What.LISTED, 1),), ())
    bars = ((date(2021, 1, 1), 5), (date(2021, 2, 1), 2))
    told = alt_text(XIAOMI, Chart(lanes=(lane,), volume=Volume(unit="month", bars=bars), until=NOW), reader())
    assert told == (
        "A picture of time for Xiaomi, up to 2026-11-23. Stories that name it: 7 since 2021-01-01, "
        "most in the month of 2021-01-01 (5). Chinese military companies: listed 2021-01-14."
    )
    silent = Chart(lanes=(replace(lane, marks=lane.marks * 90),), volume=Volume(unit="day", bars=()), until=NOW)
    assert "No stories that name it are kept." in alt_text(XIAOMI, silent, reader())
    assert len(alt_text(XIAOMI, silent, reader())) == ALT


def test_a_row_for_each_field() -> None:
    """When seen, list, edition, entry, what changed from what to what, and the document that shows it."""
    rows = history_rows(
        [event(What.CHANGED, ("name", "Xiaomi Inc", "Xiaomi"), ("remarks", "a", "b")), event(What.LISTED)]
    )
    assert [(row["kind"], row["field"], row["old"], row["new"]) for row in rows] == [
        ("changed", "name", "Xiaomi Inc", "Xiaomi"),
        ("changed", "remarks", "a", "b"),
        ("listed", "name", "", "Xiaomi Corporation"),
    ]
    assert set(rows[0]) == set(COLUMNS)
    assert (rows[0]["edition"], rows[0]["sha256"]) == ("2021-05-25", "0123456789abcdef" * 4)


def test_what_was_there_at_first_has_a_row() -> None:
    """With the day that the list gives, and no document, for nothing changed."""
    began = Event(what=What.BEGAN, source="us_dod_cmc", seen=None, listings=(LISTING, replace(LISTING, listed_on=None)))
    assert [(row["seen"], row["kind"], row["field"], row["new"]) for row in history_rows([began])] == [
        ("", "began", "listed_on", "2021-01-14"),
        ("", "began", "listed_on", ""),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2", "@SUM(A1)", " =1", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    """Names come from publishers, and a name may begin with anything."""
    row = dict.fromkeys(COLUMNS, "") | {"name": text}
    [_, cells] = csv.reader(io.StringIO(as_table([row]), newline=""))
    assert cells[COLUMNS.index("name")] == f"'{text}"


def test_other_cells_stay_as_they_are() -> None:
    """Commas, quotes, lines and other scripts come back."""
    row = dict.fromkeys(COLUMNS, "") | {"name": '小米, "Inc"\nBeijing', "key": "a-b"}
    [_, cells] = csv.reader(io.StringIO(as_table([row]), newline=""))
    assert (cells[COLUMNS.index("name")], cells[COLUMNS.index("key")]) == ('小米, "Inc"\nBeijing', "a-b")


def test_a_move_is_told_and_counted_as_a_move() -> None:
    """In the text with the list it came from, in the sums apart, in the table with both lists."""
    card = history_card("Xiaomi", XIAOMI, [arrival()], [], SPANS, reader())
    assert "Moved here from the Unverified List (US Department of Commerce, BIS): “Xiaomi Optics”." in words(card)
    assert "Listings: 0 · changes: 0 · delistings: 0" in words(card)
    assert "moves between lists: 1" in words(card)
    french = history_card("Xiaomi", XIAOMI, [arrival()], [], SPANS, reader("fr"))
    assert "Passage à cette liste depuis la liste des entités non vérifiées (Unverified List, BIS)" in words(french)
    rows = [(row["kind"], row["field"], row["old"], row["new"]) for row in history_rows([arrival()])]
    assert rows == [("came", "name", "", "Xiaomi Optics"), ("came", "list", "us_bis_uvl", "us_bis_entity")]


def test_a_new_key_is_in_the_table() -> None:
    """Who follows an entry by its key finds it under the next one."""
    told = event(What.CHANGED, ("name", "Xiaomi Inc", "Xiaomi Corporation"))
    change = replace(told.changes[0], before=replace(LISTING, key="xiaomi inc", name="Xiaomi Inc"))
    rows = [(row["field"], row["old"], row["new"]) for row in history_rows([replace(told, changes=(change,))])]
    assert rows == [("key", "xiaomi inc", "x"), ("name", "Xiaomi Inc", "Xiaomi Corporation")]
