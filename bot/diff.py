"""Is this reading credible, and what changed since the last good one? Pure.

A reading is compared without loading the list: keys and marks (see `model.Mark`) are enough to know which entries are
new, touched or gone. `survey()` walks the records once, `believe()` decides whether the walk can be trusted, `diff()`
turns it into changes, field by field.

Three rules follow from what publishers really do (an empty file, a list cut in half, 686 -> 515 -> 686 rows):
a first reading is history, not news; an incredible reading changes nothing; and an entry that is absent is "missing"
once and off the list only when a second reading, or an official notice, says so too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Any

from bot.errors import ListDamaged
from bot.model import (
    COMMON,
    EntityKind,
    FieldChange,
    ListChange,
    Listing,
    Mark,
    Memory,
    NameKind,
    Quarantine,
    Reading,
    Record,
    SourceCard,
    fingerprint,
)

#: A large loss is believed without an operator when it was seen again this much later, and was less than half. For so
#: long one and the same document that may be cut is no second reading either.
PATIENCE = timedelta(hours=24)
#: A list that was not read for several of these may have lost as many times as much, up to this share.
QUARTER, AT_MOST = timedelta(days=91), 0.40
#: Losses of so few entries are never "a large part", however short the list.
FEW = 2
#: More renamed entries than this share, in one edition, means a damaged encoding rather than a busy publisher.
MAY_RENAME = 0.20
#: More entries than this share with question marks where letters were: a text forced into a poorer encoding.
MAY_LOSE_LETTERS = 0.01
#: The same for other fields by which an entry is known: a column shifted or renamed, not a busy publisher.
SETTLED = ("kind", "programmes", "listed_on")
#: Fields whose loss in so large a share of the entries at once is a column that is no longer read.
KEPT = ("aliases", "identifiers", "countries", "addresses", "citations", "reason", "remarks", "details")
#: Fewer entries than this say nothing about shares.
ENOUGH = 20
#: How many keys of a document's end are remembered, to know it when it is gone.
TAIL = 50
#: In how many readings in a row an entry must be absent to be called delisted.
READINGS = 2
#: What the first of them counts where the document may be cut at a line end: nothing, so that a third one is needed.
DOUBTED = -1
#: From this likeness on (0 to 1) a name is another one with letters mended: one letter in ten.
LIKE = 0.9
#: So many pairs of names are compared letter by letter; an edition that changes more is not one of slips of the pen.
SPELLED = 10_000
#: Names of so few characters are acronyms and first names, which several entries share.
SHORT = 5
_NOTHING: tuple[object, ...] = ((), "", None, EntityKind.UNKNOWN)
#: Under which entries that were looked into are counted among their fields.
PARSED = "*"
NEITHER: dict[str, Any] = {"before": None, "after": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One walk over a reading: what is there, what is new or touched, what is gone."""

    layout: str
    rows: int
    duplicates: tuple[str, ...]
    fresh: tuple[tuple[Listing, Mark], ...]  #: new entries, and entries whose content differs
    touched: tuple[tuple[str, Mark], ...]  #: same content; only the raw record, or the missing count, differs
    gone: tuple[str, ...]  #: known keys that this reading does not have
    known: int  #: entries of the last good reading
    edition: str = ""
    published: datetime | None = None
    declared: int | None = None
    history: int = 0
    signals: tuple[str, ...] = ()
    of_entries: tuple[str, ...] = ()  #: those of them that came from entries looked into
    parsed: int = 0  #: entries that were looked into, because their raw bytes are new
    filled: Mapping[str, int] = field(default_factory=dict)  #: how many of those have each field
    lately: tuple[str, ...] = ()  #: of the keys that are gone, those that the last reading had
    tail: tuple[str, ...] = ()  #: the last keys, as they stand in the document
    open_ended: bool = False
    partial: bool = False  #: a document of changes: nothing follows from who is not in it
    new: int = 0  #: entries that the last reading did not have
    taken_up: Mapping[str, str] = field(default_factory=dict)  #: of the keys that are gone: whose entry has it now
    shown_in: Mapping[str, str] = field(default_factory=dict)  #: `Reading.shown_in`


def survey(reading: Reading, marks: Mapping[str, Mark], *, same_layout: bool) -> Survey:
    """Walk the records once; parse only those whose raw bytes are not the ones we know.

    After a change of layout every record is parsed, because its raw bytes say nothing about its content any more.
    Raises ListDamaged when the reader finds the document damaged on the way, and for a document of changes to a list
    that was not read in this format before.
    """
    if reading.taken is not None and not same_layout:
        raise ListDamaged(f"a document of changes, and the list was not read as {reading.layout} before; give it whole")
    seen: set[str] = set()
    duplicates: list[str] = []
    fresh: list[tuple[Listing, Mark]] = []
    touched: list[tuple[str, Mark]] = []
    tail: deque[str] = deque(maxlen=TAIL)
    filled: Counter[str] = Counter()
    taken_up: dict[str, str] = {}
    of_entries: list[str] = []
    for record in reading.records:
        if record.key in seen:
            duplicates.append(record.key)
            continue
        seen.add(record.key)
        tail.append(record.key)
        taken_up.update((former, record.key) for former in record.formerly if former in marks)
        known = marks.get(record.key)
        if known and same_layout and known.raw == record.mark:
            if known.missing:
                touched.append((record.key, replace(known, missing=0)))
            continue
        said = len(reading.signals)
        filled.update(_sort(record, known, fresh, touched))
        of_entries += reading.signals[said:]
    rows, gone = len(seen), tuple(key for key in marks if key not in seen)
    if reading.taken is not None:
        # Who was absent already and is not brought back is absent once more.
        leaving = (*reading.taken, *(key for key, mark in marks.items() if mark.missing))
        gone = tuple(dict.fromkeys(key for key in leaving if key in marks and key not in seen))
        rows = len(seen | marks.keys()) - len(gone)
    return Survey(
        layout=reading.layout,
        rows=rows,
        partial=reading.taken is not None,
        duplicates=tuple(duplicates),
        fresh=tuple(fresh),
        touched=tuple(touched),
        gone=gone,
        known=len(marks),
        edition=reading.edition,
        published=reading.published,
        declared=reading.declared,
        history=reading.history,
        signals=tuple(reading.signals),
        of_entries=tuple(of_entries),
        parsed=filled[PARSED],
        filled=filled,
        lately=tuple(key for key in gone if not marks[key].missing),
        tail=tuple(tail),
        open_ended=reading.open_ended,
        new=sum(1 for listing, _ in fresh if listing.key not in marks),
        taken_up={key: taken_up[key] for key in gone if key in taken_up},
        shown_in=reading.shown_in,
    )


def _sort(
    record: Record, known: Mark | None, fresh: list[tuple[Listing, Mark]], touched: list[tuple[str, Mark]]
) -> Iterator[str]:
    """Parse an entry and put it where it belongs; gives the fields it has."""
    listing = record.parse()
    mark = Mark(record.mark, listing.content_hash())
    if known and known.content == mark.content:
        touched.append((record.key, mark))
    else:
        fresh.append((listing, mark))
    yield PARSED
    yield from (name for name in (*SETTLED, *KEPT) if getattr(listing, name) not in _NOTHING)


def believe(
    card: SourceCard,
    memory: Memory,
    survey: Survey,
    old: Mapping[str, Listing],
    *,
    noticed: Collection[str] = (),
    sha256: str = "",
    now: datetime,
) -> Quarantine | None:
    """None when the reading is credible, else why not, in words an operator can act on.

    The absolute range is wide; the sharp guards are relative to the last good reading. `old` holds the entries of the
    last good reading that this one touches, `noticed` those whose removal an official notice announced. `sha256` is of
    the document.
    """
    why, loss, cut = _impossible(card, survey), "", ""
    if not why and not memory.accept_next:
        why = _improbable(card, memory, survey, old)
        loss = "" if why else _loss(card, survey, noticed, _apart(memory, survey, now))
        cut = "" if why or loss else _cut_at_a_line_end(memory, survey, noticed)
    why = why or loss or cut
    if not why:
        return None
    doubt = Quarantine(
        why=f"{card.id}: {why}; kept {_last_good(memory, survey)}",
        first_at=now,
        sha256=sha256,
        rows=survey.rows,
        lost=fingerprint(*sorted(survey.gone)) if survey.gone else "",
    )
    before = memory.quarantine
    if before is None or before.lost != doubt.lost:
        return doubt
    if loss and _seen_long_enough(before, survey, now):
        return None
    if cut and (before.sha256 != sha256 or (_one(survey) and _seen_long_enough(before, survey, now))):
        return None  # another edition, made anew, ends there too
    return replace(doubt, first_at=before.first_at, times=before.times + 1)


def _impossible(card: SourceCard, survey: Survey) -> str:
    """What no credible edition can have, whoever accepts it."""
    if not survey.rows:
        return f"0 rows, expected {card.rows.start} to {card.rows.stop - 1}"
    if survey.declared is not None and survey.declared != survey.rows + len(survey.duplicates):
        return f"says it has {survey.declared} entries and has {survey.rows + len(survey.duplicates)}: probably cut"
    if survey.duplicates:
        some = ", ".join(survey.duplicates[:3])
        return f"{len(survey.duplicates)} duplicate keys ({some})"
    return ""


def _improbable(card: SourceCard, memory: Memory, survey: Survey, old: Mapping[str, Listing]) -> str:
    """What would be a surprise, and so needs a second reading or a person."""
    if survey.rows not in card.rows:
        return f"{survey.rows} rows, expected {card.rows.start} to {card.rows.stop - 1}"
    if survey.published and memory.published and survey.published < memory.published:
        return f"published {survey.published:%Y-%m-%d}, older than the edition of {memory.published:%Y-%m-%d} we have"
    if survey.layout == memory.layout and survey.history < memory.history:
        return f"{survey.history} rows about the past, of which there were {memory.history} and can only be more: cut?"
    same_layout = survey.layout == memory.layout
    return _letters_lost(survey, old) or _thin(card, survey) or _reshaped(survey, old, same_layout=same_layout)


def _letters_lost(survey: Survey, old: Mapping[str, Listing]) -> str:
    """Letters beyond ASCII that became question marks, in too many entries to be the publisher's slips."""
    pairs = ((old[listing.key], listing) for listing, _ in survey.fresh if listing.key in old)
    lost = sum(1 for before, after in pairs if _forced(_said(before), _said(after)))
    if lost > max(FEW, MAY_LOSE_LETTERS * survey.known):
        return f"letters of {lost} of {survey.known} entries became question marks: converted to a poorer encoding"
    return ""


def _said(listing: Listing) -> set[str]:
    return {listing.name, listing.reason, listing.remarks, *(name.text for name in listing.aliases)}


def _forced(before: set[str], after: set[str]) -> bool:
    """Whether a text of the one is a text of the other but for question marks."""
    marked = {text for text in after - before if "?" in text}
    gone = [text for text in before - after if not text.isascii()] if marked else []
    return any(_BEYOND_ASCII.sub("?", text) in marked for text in gone)


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def _thin(card: SourceCard, survey: Survey) -> str:
    """A field that fewer entries have than any edition had. Judged when all or most of them were looked into."""
    if survey.parsed < max(ENOUGH, survey.rows / 2):
        return ""
    for name, share in card.fill:
        have = survey.filled.get(name, 0)
        if have < share * survey.parsed:
            return (
                f"{have} of {survey.parsed} entries have {_called(name)}, expected at least {share:.0%}: "
                "a column was renamed or shifted, or the text was not understood"
            )
    return ""


def _reshaped(survey: Survey, old: Mapping[str, Listing], *, same_layout: bool) -> str:
    """One field of many entries changed, or was lost, at once. Another layout may carry other fields."""
    pairs = [(old[listing.key], listing) for listing, _ in survey.fresh if listing.key in old]
    many = max(ENOUGH, MAY_RENAME * survey.known)
    if len(pairs) <= many:
        return ""
    renamed = sum(1 for before, after in pairs if before.name != after.name)
    if renamed > many:
        return f"{renamed} of {survey.known} entries changed their name at once: probably a damaged encoding"
    for name in (*SETTLED, *KEPT) if same_layout else ():
        sides = [(getattr(before, name), getattr(after, name)) for before, after in pairs]
        lost = sum(1 for before, after in sides if before and not after)
        changed = sum(1 for before, after in sides if before and after and before != after) if name in SETTLED else 0
        if max(lost, changed) > many:
            what = "lost" if lost > many else "changed"
            return (
                f"{max(lost, changed)} of {survey.known} entries {what} their {_called(name)} at once: "
                "a column was probably renamed or shifted"
            )
    return ""


def _called(name: str) -> str:
    return "day of listing" if name == "listed_on" else name


def _loss(card: SourceCard, survey: Survey, noticed: Collection[str], gap: timedelta) -> str:
    """A large part of the list gone: the one surprise that time alone can bear out. What was announced is none.

    What a list may lose between two editions it may lose again with every quarter that nobody read it.
    """
    lost = sum(1 for key in survey.gone if key not in noticed)
    quarters = max(1.0, gap / QUARTER)
    believable = max(card.may_lose, min(card.may_lose * quarters, AT_MOST))
    if lost > max(FEW, believable * survey.known):
        return f"{lost} of {survey.known} entries gone ({lost / survey.known:.0%}, believable up to {believable:.0%})"
    return ""


def _apart(memory: Memory, survey: Survey, now: datetime) -> timedelta:
    """How long lies between two readings, or between the newest entries of both where an edition is called by these:

    files of two years may be read in one hour. When a file was made says nothing of what is in it.
    """
    if survey.published:
        return now - (memory.read_at or now)
    days = [found for one in (memory.edition, survey.edition) if (found := _iso_day(one)) and found <= now.date()]
    between = days[1] - days[0] if len(days) == 2 else timedelta(0)
    return max(now - (memory.read_at or now), between)


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _cut_at_a_line_end(memory: Memory, survey: Survey, noticed: Collection[str]) -> str:
    """The last entries of the document gone, no others, and none new: a true edition is rarely so.

    Only where nothing shows the end of the document. It is believed when another edition ends there too. That the very
    last entry alone is taken off is not so rare (the newest may stand there), and a cut seldom loses so little: that is
    believed when it is still so a day later, too.
    """
    gone = {key for key in survey.lately if key not in noticed}
    end = memory.tail[-len(gone) :] if gone else ()
    told = survey.history > memory.history  # a table of the past says that they left
    whole = not survey.open_ended or survey.new or survey.layout != memory.layout or told
    if not end or whole or not gone.issuperset(end):
        return ""
    if len(gone) == 1:
        return (
            "the last entry of the document is gone and no other: perhaps cut; "
            "believed when another edition lacks it too, or when it is still so a day later"
        )
    return (
        f"the last {len(gone)} entries of the document are gone and no others: probably cut; "
        "believed when another edition lacks them too"
    )


def _one(survey: Survey) -> bool:
    return len(survey.lately) == 1


def cut_off(memory: Memory, survey: Survey) -> tuple[str, ...]:
    """The entries that may be absent only because the document was cut at a line end: it ends where they came before.

    Such a document that has new entries too is believed, lest those be late; who is absent waits for one reading more
    than others do, and the same document is none of them for a day (see `unheard`). Not where a person or a doubted
    reading has spoken for it, nor where a table of the past says that they left.
    """
    spoken_for = memory.accept_next or memory.quarantine or survey.history > memory.history
    if not survey.open_ended or survey.partial or survey.layout != memory.layout or spoken_for:
        return ()
    gone = set(survey.lately)
    end = tuple(takewhile(gone.__contains__, reversed(memory.tail)))
    last_left = memory.tail[: len(memory.tail) - len(end)][-1:]
    return end if survey.tail[-1:] == last_left else ()


def unheard(memory: Memory, marks: Mapping[str, Mark], now: datetime) -> frozenset[str]:
    """Of the absent entries those that only one document lacks, which may be cut, and which is not a day old yet:

    that the publisher still has the same document says nothing of them.
    """
    if memory.doubted_at is None or now - memory.doubted_at >= PATIENCE:
        return frozenset()
    return frozenset(key for key, mark in marks.items() if mark.missing == DOUBTED)


def _seen_long_enough(before: Quarantine, survey: Survey, now: datetime) -> bool:
    return bool(before.lost) and now - before.first_at >= PATIENCE and 2 * len(survey.gone) < survey.known


def _last_good(memory: Memory, survey: Survey) -> str:
    if memory.read_at is None:
        return "nothing, there is no earlier reading"
    return f"the reading of {memory.read_at:%Y-%m-%d %H:%M} UTC ({survey.known} entries)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a believed reading changes: `model.Poll`'s fields on the list side."""

    changes: tuple[ListChange, ...] = ()
    listings: tuple[tuple[Listing, Mark], ...] = ()
    marks: tuple[tuple[str, Mark], ...] = ()
    removed: tuple[str, ...] = ()
    pending: int = 0


def diff(
    survey: Survey,
    marks: Mapping[str, Mark],
    old: Mapping[str, Listing],
    *,
    first: bool,
    same_layout: bool,
    noticed: Collection[str] = (),
    doubted: Collection[str] = (),
    composed: bool = False,
    seen: datetime,
    sha256: str = "",
) -> Difference:
    """What changed, field by field.

    `old` holds the last known content of every fresh or gone entry. `noticed` are keys whose removal an official notice
    announced: for them one reading is enough; for those `doubted` (see `cut_off`) it takes one more. After a change of
    layout only the fields common to all layouts count, and an entry whose raw bytes are the same has not changed: it is
    our reader that makes something else of it.
    Where keys are `composed` of names, an entry that comes under another key is one change, under its new key, with the
    old key in `before`; so is one that the publisher joined with others. That it joined it to one that was there
    already is no news: it is still on the list.
    """

    def change(one: Listing, **sides: Any) -> ListChange:
        shown_in = survey.shown_in.get(one.key, sha256)
        return ListChange(
            source=one.source, key=one.key, seen=seen, edition=survey.edition, sha256=shown_in, **{**NEITHER, **sides}
        )

    changes: list[ListChange] = []
    before_of = renamed(survey, old) if composed and same_layout and not first else {}
    fresh = [
        listing for listing, mark in survey.fresh if not (known := marks.get(listing.key)) or known.raw != mark.raw
    ]
    fields_to_compare = None if same_layout else _common(fresh, old, survey.known)
    before_of |= {key: old[former] for former, key in survey.taken_up.items() if former in old and key not in marks}
    for listing in fresh if not first else ():
        before = old.get(listing.key) or before_of.get(listing.key)
        if before is None:
            changes.append(change(listing, after=listing))
        elif fields := field_changes(before, listing, only=fields_to_compare):
            changes.append(change(listing, before=before, after=listing, fields=fields))

    known_by = {*(one.key for one in before_of.values()), *survey.taken_up}
    left = missing([key for key in survey.gone if key not in known_by], marks, noticed=noticed, doubted=doubted)
    changes += [change(old[key], before=old[key]) for key in left.removed if key in old]
    return Difference(
        changes=tuple(changes),
        listings=survey.fresh,
        marks=(*survey.touched, *left.waiting),
        removed=(*left.removed, *known_by),
        pending=len(left.waiting),
    )


def _common(fresh: Iterable[Listing], old: Mapping[str, Listing], known: int) -> frozenset[str]:
    """The fields to compare after a change of layout: those that all layouts carry, and carry alike.

    One that differs in many entries at once is written otherwise in the new layout, and nothing happened to anybody.
    """
    pairs = [(old[listing.key].content(), listing.content()) for listing in fresh if listing.key in old]
    many = max(FEW, MAY_RENAME * known)
    return frozenset(
        name for name in COMMON if sum(1 for before, after in pairs if before.get(name) != after.get(name)) <= many
    )


def renamed(survey: Survey, old: Mapping[str, Listing]) -> dict[str, Listing]:
    """New keys of entries that were there under another one: the entry before, by its new key.

    Either has the other's identifier, its whole name or one of its names, or is spelled nearly alike; and neither could
    be any third entry. The programme is the same, and so is the day of listing where both have one.
    """
    gone = {key: old[key] for key in survey.gone if key in old and key not in survey.taken_up}
    joined = set(survey.taken_up.values())
    new = {listing.key: listing for listing, _ in survey.fresh if listing.key not in old and listing.key not in joined}
    found: dict[str, Listing] = {}
    for alike in (_sharing(_numbers), _sharing(_name), _sharing(_names), _spelled_alike):
        pairs = [(a, b) for a, b in alike(gone.values(), new.values()) if _compatible(a, b)]
        ours, theirs = Counter(a.key for a, _ in pairs), Counter(b.key for _, b in pairs)
        for before, after in pairs:
            if ours[before.key] == theirs[after.key] == 1:
                found[after.key] = before
                del gone[before.key], new[after.key]
    return found


Listings = Collection[Listing]
Pairs = Iterable[tuple[Listing, Listing]]


def _sharing(signs: Callable[[Listing], Iterable[object]]) -> Callable[[Listings, Listings], Pairs]:
    """Every pair that shares one of the signs."""

    def alike(gone: Listings, new: Listings) -> Pairs:
        by_sign: defaultdict[object, list[Listing]] = defaultdict(list)
        for after in new:
            for sign in signs(after):
                by_sign[sign].append(after)
        for before in gone:
            sharing = {after.key: after for sign in signs(before) for after in by_sign.get(sign, ())}
            yield from ((before, after) for after in sharing.values())

    return alike


def _spelled_alike(gone: Listings, new: Listings) -> Pairs:
    if len(gone) * len(new) <= SPELLED:
        yield from ((before, after) for before in gone for after in new if _nearly(before.name, after.name))


def _numbers(listing: Listing) -> Iterable[object]:
    return listing.identifiers


def _name(listing: Listing) -> Iterable[object]:
    return (_folded(listing.name),)


def _names(listing: Listing) -> Iterable[object]:
    return {_folded(name.text) for name in listing.names() if len(name.text) > SHORT}


def _compatible(before: Listing, after: Listing) -> bool:
    """Whether they can be one entry at all: on the same inner list, of one kind, listed on the same day."""
    same_day = before.listed_on == after.listed_on or not (before.listed_on and after.listed_on)
    return before.programmes[:1] == after.programmes[:1] and before.kind == after.kind and same_day


def _nearly(ours: str, theirs: str) -> bool:
    """Whether one name is the other with a slip of the pen mended. Another number is another name."""
    if re.findall(r"\d+", ours) != re.findall(r"\d+", theirs):
        return False
    match = SequenceMatcher(None, _folded(ours), _folded(theirs), autojunk=False)
    return match.real_quick_ratio() >= LIKE and match.quick_ratio() >= LIKE and match.ratio() >= LIKE


def _folded(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold()))


@dataclass(frozen=True, slots=True)
class Missing:
    """Absent entries: off the list for good, or waiting for a second reading."""

    removed: tuple[str, ...]
    waiting: tuple[tuple[str, Mark], ...]


def missing(
    gone: Collection[str],
    marks: Mapping[str, Mark],
    *,
    noticed: Collection[str] = (),
    doubted: Collection[str] = (),
) -> Missing:
    """Sort absent entries by whether enough was seen to call them delisted: two readings, or one and a notice; three

    for those that were `doubted` in the first.
    """
    removed: list[str] = []
    waiting: list[tuple[str, Mark]] = []
    for key in gone:
        before = marks[key].missing
        times = DOUBTED if key in doubted and not before else max(before, 0) + 1
        if times >= READINGS or key in noticed:
            removed.append(key)
        else:
            waiting.append((key, replace(marks[key], missing=times)))
    return Missing(tuple(removed), tuple(waiting))


def field_changes(before: Listing, after: Listing, *, only: Collection[str] | None = None) -> tuple[FieldChange, ...]:
    """Each field that differs, old to new as readable text. Order and empty values do not count."""
    old, new = before.content(), after.content()
    names = sorted(set(old) | set(new) if only is None else only)
    return tuple(
        FieldChange(name, _told(name, old.get(name)), _told(name, new.get(name)))
        for name in names
        if old.get(name) != new.get(name)
    )


def _told(field: str, value: object) -> str:
    """A field as text. That another name is an alias goes without saying; that it is a former one does not."""
    if field == "aliases" and isinstance(value, list):
        return "; ".join(text if kind == NameKind.ALIAS else f"{text} ({kind})" for text, kind in value)
    return readable(value)


def readable(value: object) -> str:
    """A field of `Listing.content()` as text."""
    match value:
        case None | "":
            return ""
        case list():
            return "; ".join(readable(item) for item in value)
        case tuple():
            return " ".join(readable(item) for item in value)
        case _:
            return str(value)
