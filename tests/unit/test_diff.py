"""Is a reading credible, and what changed: every rule of `bot.diff`, by situation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diff import (
    DOUBTED,
    PATIENCE,
    TAIL,
    Survey,
    believe,
    cut_off,
    diff,
    field_changes,
    missing,
    readable,
    survey,
    unheard,
)
from bot.model import (
    ChangeKind,
    EntityKind,
    Identifier,
    Listing,
    Mark,
    Memory,
    Name,
    NameKind,
    Quarantine,
    Reading,
    SourceCard,
)
from tests.worlds.facts import listing, mark, reading, record

NOW = datetime(2021, 1, 14, 22, 0, tzinfo=UTC)
CARD = SourceCard(
    id="us_dod_cmc",
    title="List",
    publisher="DoD",
    url="https://x.example",
    every=timedelta(hours=6),
    rows=range(1, 500),
)
READ = Memory(source="us_dod_cmc", read_at=NOW - timedelta(days=1))


def entries(count: int) -> list[Listing]:
    return [listing(f"Company {number}") for number in range(count)]


def marks(known: list[Listing]) -> dict[str, Mark]:
    return {entry.key: mark(entry) for entry in known}


def look(known: list[Listing], now: list[Listing], **more: Any) -> Survey:
    return survey(reading(now, **more), marks(known), same_layout=True)


def doubt(known: list[Listing], now: list[Listing], memory: Memory = READ, at: datetime = NOW, **more: Any) -> str:
    seen = look(known, now, **more)
    found = believe(CARD, memory, seen, {entry.key: entry for entry in known}, now=at)
    return found.why if found else ""


def test_only_records_with_new_bytes_are_parsed() -> None:
    """Comparing two editions costs a parse only for what differs."""
    known = entries(3)
    parsed = []

    def noted(entry: Listing) -> Listing:
        parsed.append(entry.key)
        return entry

    new = replace(known[1], reason="because")
    records = [replace(record(entry), parse=partial(noted, entry)) for entry in (known[0], new, known[2])]
    one = reading([])
    one.records = records
    seen = survey(one, marks(known), same_layout=True)
    assert parsed == [new.key]
    assert [entry for entry, _ in seen.fresh] == [new]


def test_a_record_whose_bytes_but_not_content_changed_is_no_change() -> None:
    """Another order of aliases in the raw record touches its mark and nothing else."""
    before = listing("A", aliases=(Name("x"), Name("y")))
    after = replace(before, aliases=(Name("y"), Name("x")))
    seen = look([before], [after])
    assert not seen.fresh
    assert [key for key, _ in seen.touched] == [before.key]


def test_a_reader_that_reads_the_same_bytes_otherwise_changes_nobody() -> None:
    """A new version cuts "(also known as X)" off names: their publisher did nothing, and nobody is rung."""
    before = entries(3)
    better = [replace(one, name=f"{one.name} Ltd") for one in before[:2]]
    changed = replace(before[2], name="Renamed")
    now = [replace(record(old), parse=partial(_itself, new)) for old, new in zip(before, better, strict=False)]
    seen = survey(Reading(layout="table/2", records=[*now, record(changed)]), marks(before), same_layout=False)
    change = diff(seen, marks(before), {one.key: one for one in before}, first=False, same_layout=False, seen=NOW)
    assert [one.key for one in change.changes] == [changed.key]
    assert set(better) <= {listing for listing, _ in change.listings}, "they are kept as they are read now"


def _itself(entry: Listing) -> Listing:
    return entry


def test_a_new_layout_parses_everything_and_compares_what_all_layouts_carry() -> None:
    """A publisher that changes its format has not changed its list."""
    before = [listing("A", reason="csv has it"), listing("B")]
    after = [listing("A", identifiers=(Identifier("IMO", "1"),)), listing("B renamed", key="b")]
    seen = survey(reading(after, layout="xml/1"), marks(before), same_layout=False)
    old = {entry.key: entry for entry in before}
    change = diff(seen, marks(before), old, first=False, same_layout=False, seen=NOW)
    assert [(one.key, [field.field for field in one.fields]) for one in change.changes] == [("b", ["name"])]
    assert len(change.listings) == 2


def test_an_empty_reading_is_not_believed() -> None:
    """Zero rows are a fetch error, whatever an operator accepted."""
    assert "0 rows" in doubt(entries(5), [], replace(READ, accept_next=True))


def test_a_reading_that_lost_half_is_not_believed() -> None:
    """Half a list is a cut file until somebody says otherwise."""
    why = doubt(entries(40), entries(20))
    assert "20 of 40 entries gone (50%" in why
    assert "kept the reading of 2021-01-13 22:00 UTC (40 entries)" in why


def test_an_operator_may_accept_a_large_loss() -> None:
    """A person who looked may say that it is real."""
    assert not doubt(entries(40), entries(20), replace(READ, accept_next=True))


def test_a_few_removals_of_a_short_list_are_believed() -> None:
    """Two of five entries is forty per cent, and still two entries."""
    assert not doubt(entries(5), entries(3))


def test_the_same_large_loss_a_day_later_is_believed() -> None:
    """A real large change passes after a second reading, when it is less than half."""
    known, now = entries(40), entries(30)
    seen = look(known, now)
    old = {entry.key: entry for entry in known}
    first = believe(CARD, READ, seen, old, now=NOW)
    assert first is not None
    memory = replace(READ, quarantine=first)
    soon = believe(CARD, memory, seen, old, now=NOW + timedelta(hours=1))
    assert soon is not None
    assert (soon.times, soon.first_at) == (2, NOW)
    assert believe(CARD, memory, seen, old, now=NOW + PATIENCE) is None


def test_half_a_list_stays_unbelieved_however_often_it_comes() -> None:
    """Time alone never turns half a list into a delisting."""
    known, now = entries(40), entries(20)
    seen, old = look(known, now), {entry.key: entry for entry in known}
    first = believe(CARD, READ, seen, old, now=NOW)
    memory = replace(READ, quarantine=first)
    assert believe(CARD, memory, seen, old, now=NOW + 30 * PATIENCE) is not None


def test_another_loss_begins_a_new_wait() -> None:
    """Only the very same loss counts as seen again."""
    known = entries(40)
    old = {entry.key: entry for entry in known}
    first = believe(CARD, READ, look(known, entries(30)), old, now=NOW)
    memory = replace(READ, quarantine=first)
    again = believe(CARD, memory, look(known, entries(29)), old, now=NOW + PATIENCE)
    assert again is not None
    assert again.times == 1


def test_duplicate_keys_are_not_believed() -> None:
    """Two entries under one key cannot both be the entry."""
    assert "2 duplicate keys (company 0" in doubt(entries(5), entries(5) + entries(2))


def test_a_count_that_disagrees_with_the_document_is_not_believed() -> None:
    """OFAC writes Record_Count; fewer entries mean a cut file."""
    assert "says it has 9 entries and has 5" in doubt(entries(5), entries(5), declared=9)


def test_rows_outside_the_believable_range_are_not_believed() -> None:
    """The absolute range is the only guard a first reading has."""
    assert "600 rows, expected 1 to 499" in doubt([], entries(600), Memory(source="us_dod_cmc"))
    assert "nothing, there is no earlier reading" in doubt([], entries(600), Memory(source="us_dod_cmc"))


def test_an_older_edition_is_not_believed() -> None:
    """A stale copy from a cache must not bring back what was removed."""
    memory = replace(READ, published=NOW)
    assert "older than the edition of 2021-01-14" in doubt(
        entries(5), entries(5), memory, published=NOW - timedelta(days=2)
    )


def test_an_older_edition_stays_unbelieved_however_long_it_comes() -> None:
    """A copy that stands still for days is no second word for what it lacks."""
    memory, known = replace(READ, published=NOW), entries(50)
    older = {"published": NOW - timedelta(days=30)}
    seen, old = look(known, entries(40), **older), {entry.key: entry for entry in known}
    first = believe(CARD, memory, seen, old, now=NOW)
    again = believe(CARD, replace(memory, quarantine=first), seen, old, now=NOW + PATIENCE)
    assert again
    assert "older than the edition" in again.why


def test_rows_about_the_past_only_grow() -> None:
    """Fewer than last time are a cut, however few entries and however many days it costs; a person may accept it."""
    memory, known = replace(READ, layout="table/1", history=90), entries(50)
    assert "80 rows about the past, of which there were 90" in doubt(known, entries(49), memory, history=80)
    assert not doubt(known, entries(49), memory, history=90)
    assert not doubt(known, entries(49), replace(memory, accept_next=True), history=80)
    assert not doubt(known, entries(49), memory, history=0, layout="pdf/1")
    seen, old = look(known, entries(40), history=80), {entry.key: entry for entry in known}
    first = believe(CARD, memory, seen, old, now=NOW)
    assert believe(CARD, replace(memory, quarantine=first), seen, old, now=NOW + PATIENCE)


def test_names_that_all_change_at_once_are_a_damaged_encoding() -> None:
    """Mojibake renames half a list; publishers do not."""
    known = entries(60)
    now = [replace(entry, name=entry.name + "Ã©") for entry in known]
    assert "60 of 60 entries changed their name at once" in doubt(known, now)


def test_a_first_reading_is_history() -> None:
    """No change is made of it, and every entry is kept."""
    seen = survey(reading(entries(3)), {}, same_layout=False)
    change = diff(seen, {}, {}, first=True, same_layout=False, seen=NOW)
    assert not change.changes
    assert len(change.listings) == 3


def test_an_absent_entry_is_missing_once_and_delisted_twice() -> None:
    """A wrong "delisted" costs a fine: one reading is never enough."""
    known = entries(5)
    old = {entry.key: entry for entry in known}
    first = diff(look(known, known[:4]), marks(known), old, first=False, same_layout=True, seen=NOW)
    assert (first.changes, first.removed, first.pending) == ((), (), 1)
    after = {**marks(known), **dict(first.marks)}
    seen = survey(reading(known[:4]), after, same_layout=True)
    second = diff(seen, after, old, first=False, same_layout=True, seen=NOW, sha256="ab")
    assert [(one.kind, one.key, one.sha256) for one in second.changes] == [(ChangeKind.REMOVED, known[4].key, "ab")]
    assert second.removed == (known[4].key,)


def test_an_entry_that_returns_was_never_gone() -> None:
    """686, 515, 686 rows: the third reading clears the count of the second."""
    known = entries(3)
    absent = {**marks(known), known[2].key: mark(known[2], missing=1)}
    seen = survey(reading(known), absent, same_layout=True)
    assert dict(seen.touched)[known[2].key].missing == 0
    assert not seen.gone


def test_an_official_notice_is_the_second_reading() -> None:
    """What the Federal Register announced need not be absent twice."""
    known = entries(3)
    left = missing([known[0].key, known[1].key], marks(known), noticed={known[0].key})
    assert left.removed == (known[0].key,)
    assert [key for key, _ in left.waiting] == [known[1].key]


def test_a_change_is_told_field_by_field() -> None:
    """Old to new, as text, with what rings told apart from what does not."""
    before = listing("A", aliases=(Name("x"),), addresses=("Here",))
    after = replace(before, aliases=(Name("x"), Name("y", NameKind.WEAK)), addresses=("There",), url="https://u")
    found = {one.field: one for one in field_changes(before, after)}
    assert (found["aliases"].old, found["aliases"].new) == ("x", "x; y (weak)")
    assert found["aliases"].material
    assert not found["addresses"].material
    assert (found["url"].old, found["url"].new) == ("", "https://u")


@pytest.mark.parametrize(("value", "text"), [(None, ""), ("", ""), ("a", "a"), ([("a", "b"), ("c", "d")], "a b; c d")])
def test_readable(value: object, text: str) -> None:
    """Every shape of content has a text."""
    assert readable(value) == text


names = st.lists(st.sampled_from([f"N{number}" for number in range(12)]), unique=True)


@given(before=names, after=names)
def test_what_is_added_and_gone_is_what_the_sets_say(before: list[str], after: list[str]) -> None:
    """However two editions differ, keys are new, kept or gone, and nothing else."""
    known, now = [listing(name) for name in before], [listing(name) for name in after]
    seen = survey(reading(now), marks(known), same_layout=True)
    assert {entry.name for entry, _ in seen.fresh} == set(after) - set(before)
    assert set(seen.gone) == {name.casefold() for name in set(before) - set(after)}
    assert not seen.touched


# ── Keys that are made of names ───────────────────────────────────────────────────────────────────────────────────


def rekeyed(known: list[Listing], now: list[Listing], **more: Any) -> list[tuple[str, str]]:
    """Old and new key of each entry that is found again; the others are added or wait to be called delisted."""
    seen, old = look(known, now), {entry.key: entry for entry in known}
    found = diff(seen, marks(known), old, first=False, same_layout=True, composed=True, seen=NOW, **more)
    changed = [one for one in found.changes if one.before and one.after]
    pairs = [(one.before.key, one.after.key) for one in changed if one.before and one.after]
    assert {old for old, new in pairs if old != new} == set(found.removed)
    assert found.pending == len(seen.gone) - len(found.removed)
    return pairs


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            listing("Hesai Technology", identifiers=(Identifier("USCC", "9131"),)),
            listing("Hesai Group", identifiers=(Identifier("USCC", "9131"),)),
            id="the same number",
        ),
        pytest.param(
            listing("Huawei Cloud", key="EL: huawei cloud | beijing"),
            listing("HUAWEI CLOUD", key="EL: huawei cloud | shenzhen", addresses=("Shenzhen",)),
            id="another address in the key",
        ),
        pytest.param(
            listing("Shenzhen DJI Innovation"),
            listing("SZ DJI Technology", aliases=(Name("Shenzhen DJI Innovation", NameKind.FORMER),)),
            id="its former name",
        ),
        pytest.param(listing("Olga Vasilievna Pilpenko"), listing("Olga Vasilievna Pilipenko"), id="a letter mended"),
    ],
)
def test_an_entry_comes_back_under_another_key(before: Listing, after: Listing) -> None:
    """It was renamed, and is neither new nor delisted."""
    others = entries(5)
    assert rekeyed([*others, before], [*others, after]) == [(before.key, after.key)]


@pytest.mark.parametrize(
    "after",
    [
        pytest.param([listing("Example Works No. 2")], id="another number in the name"),
        pytest.param([listing("Example Works No 1", programmes=("S1260H",))], id="another list"),
        pytest.param([listing("Example Works No 1", kind=EntityKind.VESSEL)], id="another kind"),
        pytest.param([listing("Example Works No 1", listed_on=date(2021, 3, 1))], id="another day"),
        pytest.param(
            [listing("Example Works No 1", key="a"), listing("Example Works No 1", key="b")], id="one of two, who knows"
        ),
    ],
)
def test_an_entry_that_only_resembles_one_that_left(after: list[Listing]) -> None:
    """Then one is new, and the other waits for its second reading."""
    before = listing("Example Works No. 1", listed_on=date(2021, 1, 14))
    after = [one if one.listed_on else replace(one, listed_on=before.listed_on) for one in after]
    assert rekeyed([*entries(5), before], [*entries(5), *after]) == []


def test_an_edition_that_changes_too_much_is_not_compared_letter_by_letter() -> None:
    """Names, numbers and former names are still found."""
    before = [listing(f"{chr(97 + at % 26) * 9} Bureau {at}") for at in range(150)]
    after = [replace(one, key=one.key + "s", name=one.name.replace("Bureau", "Bureaus")) for one in before]
    assert rekeyed(before, after) == []
    assert len(rekeyed(before[:60], after[:60])) == 60


# ── Fields that are lost, ends that are gone ──────────────────────────────────────────────────────────────────────

DATED = date(2021, 1, 14)
FILLED = replace(CARD, fill=(("programmes", 0.9), ("listed_on", 0.8)))


def dated(count: int, **more: Any) -> list[Listing]:
    return [
        listing(f"Company {number}", **{"listed_on": DATED, "addresses": ("1 Road",), **more})
        for number in range(count)
    ]


def doubted(known: list[Listing], now: list[Listing], *, card: SourceCard = FILLED, memory: Memory = READ) -> str:
    seen = look(known, now)
    memory = replace(memory, layout=seen.layout)
    found = believe(card, memory, seen, {entry.key: entry for entry in known}, now=NOW)
    return found.why if found else ""


def test_a_first_reading_whose_column_is_not_understood() -> None:
    """Each source says which fields its entries have; the evidence names the field."""
    assert "0 of 30 entries have programmes, expected at least 90%" in doubted([], dated(30, programmes=()))
    some = [*dated(20), *(replace(entry, key=f"u{entry.key}", listed_on=None) for entry in dated(20))]
    assert "20 of 40 entries have day of listing, expected at least 80%" in doubted([], some)
    assert not doubted([], dated(40))
    assert not doubted([], dated(10, programmes=())), "ten entries say nothing about shares"
    assert not doubted(dated(60, programmes=()), dated(60, programmes=())), "nothing was looked into"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"listed_on": None}, "60 of 100 entries lost their day of listing"),
        ({"addresses": ()}, "60 of 100 entries lost their addresses"),
        ({"programmes": ("1 Road",)}, "60 of 100 entries changed their programmes"),
        ({"kind": EntityKind.VESSEL}, "60 of 100 entries changed their kind"),
        ({"addresses": ("2 Road",)}, ""),  # addresses may be written anew
    ],
)
def test_a_column_is_renamed_or_shifted(field: dict[str, Any], words: str) -> None:
    """Many entries that lose or change one field at once are no decision of a publisher."""
    known = dated(100)
    now = [replace(entry, **field) if at < 60 else entry for at, entry in enumerate(known)]
    why = doubted(known, now, card=CARD)
    assert words in why
    assert bool(why) == bool(words)
    assert not doubted(known, [replace(entry, **field) if at < 20 else entry for at, entry in enumerate(known)])
    assert (
        believe(CARD, replace(READ, accept_next=True), look(known, now), {one.key: one for one in known}, now=NOW)
        is None
    )


def test_letters_become_question_marks() -> None:
    """A text forced into ASCII is the publisher's slip in one entry, and damage in many."""
    known = [replace(listing(f"Łódź {number} Zakłady"), reason="Lidé") for number in range(100)]
    forced = [replace(entry, name=entry.name.replace("Ł", "?").replace("ó", "?").replace("ź", "?")) for entry in known]
    forced = [replace(entry, name=entry.name.replace("ł", "?")) for entry in forced]
    why = doubted(known, [*forced[:5], *known[5:]], card=CARD)
    assert "letters of 5 of 100 entries became question marks" in why
    assert not doubted(known, [*forced[:2], *known[2:]], card=CARD)
    asked = [replace(entry, name=f"{entry.name}?") for entry in known]
    assert not doubted(known, [*asked[:5], *known[5:]], card=CARD)


def test_a_change_of_aliases_says_of_which_kind_they_are() -> None:
    """A former name is told as one; the word alias behind each would only be read as part of it."""
    before = listing("Xiaomi", aliases=(Name("Mi"),))
    after = listing("Xiaomi", aliases=(Name("Mi"), Name("Beijing Xiaomi"), Name("Mi One", NameKind.FORMER)))
    (change,) = field_changes(before, after)
    assert (change.old, change.new) == ("Mi", "Beijing Xiaomi; Mi; Mi One (former)")


def test_another_layout_may_carry_other_fields() -> None:
    """A CSV has no aliases, the XML that follows it has."""
    known, now = dated(100), dated(100, addresses=())
    seen = survey(reading(now, layout="csv/1"), marks(known), same_layout=False)
    assert believe(CARD, replace(READ, layout="xml/1"), seen, {one.key: one for one in known}, now=NOW) is None


def test_the_end_of_the_document_is_gone() -> None:
    """Cut at a line end: doubted however few are lost, until another edition lacks them too or a person accepts."""
    known = dated(100)
    memory = replace(READ, layout="table/1", tail=look([], known).tail)
    assert len(memory.tail) == TAIL
    old = {entry.key: entry for entry in known}

    def doubt_of(now: list[Listing], *, sha256: str = "a", memory: Memory = memory, **more: Any) -> Quarantine | None:
        seen = look(known, now, open_ended=True, **more)
        return believe(CARD, memory, seen, old, sha256=sha256, now=NOW + PATIENCE)

    first = doubt_of(known[:-5])
    assert first
    assert "the last 5 entries of the document are gone and no others" in first.why
    waiting = replace(memory, quarantine=first)
    assert doubt_of(known[:-5], memory=waiting), "the same document again"
    assert doubt_of(known[:-6], memory=waiting, sha256="b"), "cut elsewhere"
    assert doubt_of(known[:-5], memory=waiting, sha256="b") is None
    assert doubt_of(known[:-5], memory=replace(memory, accept_next=True)) is None
    assert believe(CARD, memory, look(known, known[:-5]), old, now=NOW) is None, "its end is shown by a closing tag"


def test_the_last_entry_alone_is_gone() -> None:
    """Cut there, or taken off: doubted until another edition lacks it too, or it is still so a day later."""
    known = dated(100)
    memory = replace(READ, layout="table/1", tail=look([], known).tail)
    seen = look(known, known[:-1], open_ended=True)
    old = {entry.key: entry for entry in known}
    first = believe(CARD, memory, seen, old, sha256="a", now=NOW)
    assert first
    assert "the last entry of the document is gone and no other" in first.why
    waiting = replace(memory, quarantine=first)
    assert believe(CARD, waiting, seen, old, sha256="a", now=NOW + PATIENCE / 2)
    assert believe(CARD, waiting, seen, old, sha256="b", now=NOW + PATIENCE / 2) is None
    assert believe(CARD, waiting, seen, old, sha256="a", now=NOW + PATIENCE) is None


def test_the_same_document_is_no_second_reading_of_its_missing_end() -> None:
    """Who is absent from one that may be cut stays as doubted for a day, however often it is served."""
    known = marks(dated(3))
    key = list(known)[-1]
    known[key] = replace(known[key], missing=DOUBTED)
    memory = replace(READ, doubted_at=NOW)
    assert unheard(memory, known, NOW + PATIENCE / 2) == {key}
    assert unheard(memory, known, NOW + PATIENCE) == frozenset()
    assert unheard(READ, known, NOW) == frozenset()


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(lambda known: [*known[:10], *known[12:-2]], id="and some from its midst"),
        pytest.param(lambda known: [*known[:-3], listing("Another")], id="and another one is new"),
    ],
)
def test_an_edition_that_ends_elsewhere(now: Callable[[list[Listing]], list[Listing]]) -> None:
    """What is more than a missing end is an edition."""
    known = dated(100)
    memory = replace(READ, layout="table/1", tail=look([], known).tail)
    seen = look(known, now(known), open_ended=True)
    assert believe(CARD, memory, seen, {entry.key: entry for entry in known}, now=NOW) is None


def test_the_end_is_gone_and_something_is_new() -> None:
    """Believed, because what is new must not be late; who stood at the end is absent three times before it is told."""
    known = dated(100)
    memory = replace(READ, layout="table/1", tail=look([], known).tail)
    old = {entry.key: entry for entry in known}
    cut = [listing("Another"), *known[:-3]]
    seen = look(known, cut, open_ended=True)
    assert believe(CARD, memory, seen, old, now=NOW) is None
    after, removed = marks(known), []
    for doubted in (cut_off(memory, seen), (), ()):
        change = diff(
            survey(reading(cut), after, same_layout=True),
            after,
            old,
            doubted=doubted,
            first=False,
            same_layout=True,
            seen=NOW,
        )
        after |= {**dict(change.marks), **{entry.key: found for entry, found in change.listings}}
        removed.append((len(change.removed), change.pending))
    assert removed == [(0, 3), (0, 3), (3, 0)]


@pytest.mark.parametrize(
    ("now", "more", "what"),
    [
        pytest.param(lambda known: [*known[:-3], listing("Another")], {}, {}, id="another one stands at the end"),
        pytest.param(lambda known: known[3:], {}, {}, id="they stood at the beginning"),
        pytest.param(lambda known: known[:-3], {"open_ended": False}, {}, id="its end is shown"),
        pytest.param(lambda known: known[:-3], {"history": 3}, {}, id="a table of the past has them"),
        pytest.param(lambda known: known[:-3], {"layout": "other/1"}, {}, id="another layout"),
        pytest.param(lambda known: known[:-3], {}, {"accept_next": True}, id="a person accepts"),
    ],
)
def test_an_end_that_is_no_cut(
    now: Callable[[list[Listing]], list[Listing]], more: dict[str, Any], what: dict[str, Any]
) -> None:
    """Two readings are enough, as for all."""
    known = dated(100)
    memory = replace(READ, layout="table/1", tail=look([], known).tail)
    seen = look(known, known[:-3], open_ended=True)
    assert set(cut_off(memory, seen)) == {entry.key for entry in known[-3:]}
    assert cut_off(replace(memory, **what), look(known, now(known), **{"open_ended": True, **more})) == ()


@pytest.mark.parametrize(("days", "believed"), [(1, False), (120, False), (365, True)])
def test_a_list_unread_for_long_may_have_lost_more(days: int, believed: bool) -> None:
    """A third of it in a day is damage; in a year of which no edition was read it is not. Half of it always is."""
    known = dated(100)
    old = {entry.key: entry for entry in known}
    memory = replace(READ, read_at=NOW - timedelta(days=days))
    a_third, a_half = ([entry for at, entry in enumerate(known) if at % every] for every in (3, 2))
    assert (believe(CARD, memory, look(known, a_third), old, now=NOW) is None) is believed
    assert believe(CARD, memory, look(known, a_half), old, now=NOW)


@pytest.mark.parametrize(
    ("before", "after", "believed"),
    [
        ("2019-06-12", "2020-12-30", True),
        ("2020-10-12", "2020-12-30", False),
        ("2019-06-12", "2922-09-01", False),  # a slip of the pen is no edition
        ("2019-06-12", "20201230-abc", False),
        ("", "2020-12-30", False),
    ],
)
def test_editions_of_two_years_are_read_in_one_hour(before: str, after: str, believed: bool) -> None:
    """What lies between them is what their newest entries say, where these name the edition."""
    known = dated(100)
    a_third = [entry for at, entry in enumerate(known) if at % 3]
    memory = replace(READ, read_at=NOW - timedelta(hours=1), edition=before)
    seen = look(known, a_third, edition=after)
    assert (believe(CARD, memory, seen, {entry.key: entry for entry in known}, now=NOW) is None) is believed
    made = look(known, a_third, edition=after, published=NOW)
    assert believe(CARD, memory, made, {entry.key: entry for entry in known}, now=NOW), "made today, of what one had"


def test_a_loss_that_was_announced_is_no_surprise() -> None:
    """An official notice that takes many off is as good as a second reading."""
    known = entries(30)
    seen, old = look(known, known[:20]), {entry.key: entry for entry in known}
    assert believe(CARD, READ, seen, old, now=NOW)
    assert believe(CARD, READ, seen, old, noticed={entry.key for entry in known[20:]}, now=NOW) is None
