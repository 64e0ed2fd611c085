"""The words of the past: what was true on a day, and a company's history -> Card, rows, and a picture's words. Pure.

Nothing is said that we do not know: of the time before we began to read a list there are only the dates it gives
itself, and each answer says from when on each list was read.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from bot.cards import NAMED, Reader, entry_words, field_words, match_words, past_section, via, when
from bot.history import Chart, Event, How, Span, Stood, What, end_of
from bot.model import Card, Company, Effect, Link, ListChange, Listing, Section, Severity, Verdict
from bot.registers import list_of

#: Events spelled out in a card, the newest of more; a chat's own limits may cut further.
EVENTS = 15
#: Characters of a list's title on a link: Slack's buttons take 75.
LABEL = 75
#: Characters of an alt text: what both platforms take.
ALT = 1000
#: A spreadsheet runs a cell that begins with one of these; https://owasp.org/www-community/attacks/CSV_Injection
#: (read 2026-11).
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


# ── On a day ──────────────────────────────────────────────────────────────────────────────────────────────────────


def on_day_card(
    typed: str,
    company: Company,
    day: date,
    stood: Sequence[Stood],
    off: Sequence[ListChange],
    since: Sequence[Event],
    spans: Mapping[str, Span],
    effects: Mapping[str, Sequence[Effect]],
    reader: Reader,
    went: Mapping[ListChange, Listing] = MappingProxyType({}),
) -> Card:
    """What was true of a company on a day, what has happened since, and how far back we know.

    Of the entries that were `off` their lists by then, those in `went` had moved to another.
    """
    same = [one for one in stood if one.match.verdict is Verdict.SAME and one.how is not How.UNDATED]
    on, touched = {one.listing.source for one in same}, {one.listing.source for one in stood}
    verdict = ("listed_one" if len(spans) == 1 else "listed") if on else "perhaps" if touched else "none"
    title = reader.say(
        f"then.{verdict if spans else 'unread'}",
        company=reader.clean(company.name, 80),
        date=day.isoformat(),
        count=len(on or touched),
        total=len(spans),
        lists=reader.lists(len(spans)),
    )
    sections = via(typed, company, reader)
    if off:
        sections.append(past_section(off, went, reader))
    for source in dict.fromkeys(one.listing.source for one in stood):
        sections += _on_list(source, [one for one in stood if one.listing.source == source], effects, reader)
    if spans:
        sections.append(Section(reader.say("heading.since"), _since(since, day, reader)))
    sections += reach(spans, reader, day=day)
    return Card(
        summary=title,
        title=title,
        severity=Severity.MEDIUM if on else Severity.LOW,
        sections=tuple(sections),
        footer="" if on else reader.say("lookup.caution"),
    )


def _on_list(
    source: str, stood: Sequence[Stood], effects: Mapping[str, Sequence[Effect]], reader: Reader
) -> list[Section]:
    lines = []
    for one in stood[:NAMED]:
        lines.append(f"{entry_words(one.listing, reader)}\n  {match_words(one.match, reader)}")
        if one.how is not How.READ:
            seen = one.seen.date().isoformat() if one.seen else reader.say("then.unknown")
            lines.append(f"  {reader.say(f'then.{one.how}', seen=seen)}")
    if len(stood) > NAMED:
        lines.append(reader.say("happened.more", count=len(stood) - NAMED))
    means = [f"{effect.does} {effect.does_not}".strip() for effect in list(effects.get(source, ()))[:2]]
    sections = [Section(reader.named(source), "\n".join(lines))]
    return sections + ([Section(reader.say("heading.meant_on_day"), " ".join(means))] if means else [])


def _since(since: Sequence[Event], day: date, reader: Reader) -> str:
    own = [one for one in since if not one.related]
    if not own:
        return reader.say("then.same")
    lines = [
        reader.told(event_words(one, reader), f"{_day(one.seen, reader)} · {_where(one, reader)}")
        for one in own[-NAMED:]
    ]
    more = [reader.say("happened.more", count=len(own) - NAMED)] if len(own) > NAMED else []
    return "\n".join([*lines, *more])


def reach(spans: Mapping[str, Span], reader: Reader, *, day: date | None = None) -> list[Section]:
    """From when on each list was read, and what that means for the days before."""
    if not spans:
        return [Section(reader.say("heading.next"), reader.say("lookup.unread_next"))]
    began: dict[str, list[str]] = {}
    lines: list[str] = []
    for source, span in sorted(spans.items()):
        if day and span.covers(end_of(day)) and span.read_at < end_of(day) and span.read_at.date() < day:
            date_read = span.read_at.date().isoformat()
            lines.append(reader.say("then.stopped", list=reader.title(source), date=date_read))
        began.setdefault(span.begun.date().isoformat() if span.begun else "", []).append(reader.title(source))
    for first, titles in sorted(began.items()):
        names = reader.row(titles)
        if not first:
            lines.append(reader.say("then.began_unknown", lists=names))
        elif day and first <= day.isoformat():
            lines.append(reader.say("then.covered", date=first, lists=names))
        else:
            lines.append(reader.say("then.began", date=first, lists=names))
    return [Section(reader.say("heading.reach"), "\n".join(lines))]


# ── A history ─────────────────────────────────────────────────────────────────────────────────────────────────────


def history_card(
    typed: str,
    company: Company,
    found: Sequence[Event],
    stories: Sequence[datetime],
    spans: Mapping[str, Span],
    reader: Reader,
) -> Card:
    """A company's history as text: each event with its list, its day, what changed, and the document that shows it."""
    name = reader.clean(company.name, 80)
    known = "history.title" if found else "history.none" if spans else "then.unread"
    title = reader.say(known, company=name, lists=reader.lists(len(spans)))
    counts = Counter(one.what for one in found if not one.related)
    summary = reader.say(
        "history.counts",
        listed=counts[What.BEGAN] + counts[What.LISTED],
        changed=counts[What.CHANGED],
        delisted=counts[What.DELISTED],
        lists=len({one.source for one in found if not one.related}),
        stories=len(stories),
    )
    if moved := max(counts[What.CAME], counts[What.WENT]):  # the list at one end may not be read here
        summary = f"{summary} · {reader.say('history.moves', count=moved)}"
    sections = via(typed, company, reader)
    if found or stories:
        sections.append(Section("", summary))
    if len(found) > EVENTS:
        sections.append(Section("", reader.say("history.earlier", count=len(found) - EVENTS, company=name)))
    sections += [_event(one, reader) for one in found[-EVENTS:]]
    return Card(
        summary=f"{title}. {summary}" if found else title,
        title=title,
        severity=Severity.MEDIUM if found else Severity.LOW,
        sections=(*sections, *reach(spans, reader)),
        links=_links(found[-EVENTS:], reader),
        footer="" if found else reader.say("lookup.caution"),
    )


def _event(event: Event, reader: Reader) -> Section:
    at = _day(event.at, reader)
    proof = [reader.say("happened.seen", time=when(event.seen))] if event.seen else []
    if event.edition:
        proof.append(reader.say("happened.edition", edition=reader.clean(event.edition, 80)))
    if event.sha256:
        proof.append(reader.say("history.document", sha256=event.sha256[:12]))
    return Section(f"{at} · {_where(event, reader)}", f"{event_words(event, reader)}\n{' '.join(proof)}".strip())


def _where(event: Event, reader: Reader) -> str:
    """On which list it happened: of a file that carries several, that of the entries."""
    return reader.row(dict.fromkeys(reader.named(list_of(one)) for one in event.listings))


def _day(moment: datetime | None, reader: Reader) -> str:
    return f"{moment:%Y-%m-%d}" if moment else reader.say("then.unknown")


def event_words(event: Event, reader: Reader) -> str:
    """What happened, in a sentence, with the entries by name."""
    names = _names(event.listings, reader)
    own = f"{event.on:%Y-%m-%d}" if event.on else ""
    since = reader.say("history.dated", date=own) if own else ""
    match event.what:
        case What.CHANGED:
            said = " ".join(_fields(change, reader) for change in event.changes[:NAMED])
            if len(event.changes) > NAMED:
                said = f"{said} {reader.say('happened.more', count=len(event.changes) - NAMED)}"
        case What.LISTED if event.again:
            said = reader.say("history.again", names=names)
        case What.CAME | What.WENT:
            said = reader.say(f"history.{event.what}", names=names, list=reader.title(list_of(event.ends[0])))
        case _:
            said = reader.say(f"history.{event.what}", names=names, since=since)
    return reader.say("history.related", said=said) if event.related else said


def _names(listings: Iterable[Listing], reader: Reader) -> str:
    names = [
        reader.say("history.name", name=reader.clean(name, 80)) for name in dict.fromkeys(one.name for one in listings)
    ]
    more = [reader.say("happened.more", count=len(names) - NAMED)] if len(names) > NAMED else []
    return reader.row([*names[:NAMED], *more])


def _fields(change: ListChange, reader: Reader) -> str:
    """What changed of an entry: what matters, old to new; the rest by the fields' names, or when alone whole too."""
    material = [one for one in change.fields if one.material]
    told = [field_words(one, reader) for one in material or change.fields[:1]]
    rest = [reader.field(one.field) for one in change.fields if one not in (material or change.fields[:1])]
    if rest:
        told.append(reader.say("history.also", fields=", ".join(rest)))
    fields = reader.row(told).rstrip(".")
    return reader.say("happened.changed", name=reader.clean(change.listing.name, 80), fields=fields)


def _links(found: Sequence[Event], reader: Reader) -> tuple[Link, ...]:
    """Where the lists themselves can be read, one a list."""
    pages: dict[str, str] = {}
    for event in reversed(found):
        card = reader.cards.get(event.source)
        page = next((one.url for one in event.listings if one.url), "") or (card.page if card else "")
        if page.startswith(("https://", "http://")):
            pages.setdefault(event.source, page)
    return tuple(Link(_short(reader.named(source)), page) for source, page in list(pages.items())[:NAMED])


def _short(title: str) -> str:
    """A list's title as the words of a link, which a chat may put on a button."""
    return title if len(title) <= LABEL else f"{title[: LABEL - 1].rstrip()}…"


def alt_text(company: Company, chart: Chart, reader: Reader) -> str:
    """What the picture shows, in words, for those who do not see it."""
    parts = [reader.say("picture.alt", company=reader.clean(company.name, 80), until=chart.until.date().isoformat())]
    bars = chart.volume.bars
    if bars:
        most, count = max(bars, key=lambda bar: bar[1])
        total = sum(number for _, number in bars)
        parts.append(
            reader.say(
                "picture.alt_stories",
                total=total,
                since=bars[0][0].isoformat(),
                most=most.isoformat(),
                count=count,
                unit=reader.say(f"picture.{chart.volume.unit}"),
            )
        )
    else:
        parts.append(reader.say("picture.alt_no_stories"))
    for lane in chart.lanes:
        marks = [f"{reader.say(f'picture.{mark.what}')} {mark.at:%Y-%m-%d}" for mark in lane.marks]
        parts.append(f"{reader.told(', '.join(marks), reader.named(lane.source))}.")
    text = " ".join(parts)
    return text if len(text) <= ALT else text[: ALT - 1].rstrip() + "…"


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────

COLUMNS = ("seen", "list", "edition", "key", "name", "kind", "field", "old", "new", "sha256", "url")


def history_rows(found: Iterable[Event]) -> list[dict[str, str]]:
    """A history as rows, one a field that changed: for `--json` and for the table."""
    return [row for event in found for row in _rows(event)]


def _rows(event: Event) -> list[dict[str, str]]:
    if not event.changes:
        return [
            _row(event, one, new=one.listed_on.isoformat() if one.listed_on else "", field="listed_on")
            for one in event.listings
        ]
    rows = []
    ends = event.ends or (None,) * len(event.changes)
    for change, end in zip(event.changes, ends, strict=True):
        fields = [(one.field, one.old, one.new) for one in change.fields]
        if change.before and change.after and change.before.key != change.after.key:
            fields.insert(0, ("key", change.before.key, change.after.key))
        if event.what is not What.CHANGED:
            fields = [("name", change.before.name if change.before else "", change.after.name if change.after else "")]
        if end:
            here, there = list_of(change.listing), list_of(end)
            fields.append(("list", there, here) if event.what is What.CAME else ("list", here, there))
        rows += [_row(event, change.listing, field=field, old=old, new=new) for field, old, new in fields]
    return rows


def _row(event: Event, listing: Listing, *, field: str, old: str = "", new: str = "") -> dict[str, str]:
    return {
        "seen": event.seen.isoformat() if event.seen else "",
        "list": event.source,
        "edition": event.edition,
        "key": listing.key,
        "name": listing.name,
        "kind": str(event.what),
        "field": field,
        "old": old,
        "new": new,
        "sha256": event.sha256,
        "url": listing.url,
    }


def as_table(rows: Iterable[Mapping[str, str]], columns: Sequence[str] = COLUMNS) -> str:
    """Rows as CSV for a spreadsheet. A cell that one would run as a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return out.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(_RUNS) else text
