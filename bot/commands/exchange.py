"""/watch import, export: a whole list of names in, a report of what is already listed out, and the same file back in.

The report and the export are one table. Read again, it gives the same watches, tags and notes: columns that say what
the lists hold today are left alone.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from bot.book import COMPANY, EXACTLY
from bot.cards import Reader, counted, plain_card
from bot.codec import decode, encode
from bot.commands import Argument, Office, command
from bot.commands.places import settings_of
from bot.commands.sheet import Row, Sheet, guarded, read_file, read_text
from bot.commands.watch import LONGEST, NOTES, act_of, subscription_of
from bot.commands.whom import Wish, whom
from bot.errors import TellPerson
from bot.model import (
    Attachment,
    Card,
    Company,
    Decision,
    Field,
    FieldKind,
    Form,
    Found,
    Paper,
    PlaceSettings,
    Reply,
    Request,
    Section,
    Severity,
    Subscription,
    Verdict,
)
from bot.roll import Count, unheard
from bot.watched import EVERYTHING, TAG

#: Names one import may hold.
MOST = 10_000
#: Seconds in which names are also looked for by sound and meaning, the rest by their words only: for few names enough
#: to fill the index of sounds, for many so few that the answer comes within seconds.
PATIENCE, FEW, PATIENCE_WITH_MANY = 30.0, 1_000, 6.0
#: Names between two words on how far an import is.
COUNTED = 50
#: Refused rows told on the card; the report has all.
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Note:
    """What an import said beside a name."""

    tags: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken, and why: a key of the words table with what fills it."""

    row: Row
    why: str
    places: tuple[tuple[str, object], ...] = ()


# ── Importing ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def ask(office: Office, request: Request) -> Form | None:
    """The box for a file or pasted lines; none when either came along."""
    if request.files or request.one("text").strip():
        return None
    reader = office.reader(request)
    return Form(
        title=reader.say("import.form"),
        command="watch import",
        fields=(
            Field(
                name="file", text=reader.say("import.file"), kind=FieldKind.FILE, hint=reader.say("import.file_hint")
            ),
            Field(
                name="text",
                text=reader.say("import.text"),
                kind=FieldKind.LONG_TEXT,
                hint=reader.say("import.text_hint"),
            ),
        ),
    )


@command(
    "watch import",
    Argument(name="file", about="a table: CSV, XLSX, XLS or ODS", required=False, kind=FieldKind.FILE),
    Argument(name="text", about="names, one on each line, or cells copied from a table", required=False),
    form=ask,
    manages=True,
)
async def take(office: Office, request: Request) -> Reply:
    """Watch everybody in a file or in pasted lines; the answer is a report of who is already listed."""
    reader = office.reader(request)
    sheet = await asyncio.to_thread(_read, request, reader)
    await office.roll.refresh()
    await office.watches.refresh()
    count = _count(request, reader)
    wishes, refused = await asyncio.to_thread(_sorted, sheet, office, reader, count)
    if len(wishes) > MOST:
        raise TellPerson(reader.say("import.too_many", count=len(wishes), most=MOST))
    before = {one.target.casefold() for one in office.watches.at(request.place)}
    new = {wish.target for _, wish in wishes if wish.target.casefold() not in before}
    found, by_words = await _found(office, [one.company for _, one in wishes if one.company], count)
    settings = await settings_of(office.store, request.place)
    added, decision = await asyncio.to_thread(_intended, settings, request, wishes, new)
    await office.store.subscribe(*added)
    await office.store.decide(decision)
    report = await asyncio.to_thread(_report, wishes, refused, found, by_words, reader)
    listed = {wish.target: counted(found[wish.company]) for _, wish in wishes if wish.company and _same(wish, found)}
    card = _card(sheet, wishes, len(new), refused, listed, len(by_words), office, reader)
    data = {
        "names": len(wishes),
        "new": len(new),
        "refused": [{"row": one.row.number, "name": one.row.name[:LONGEST], "why": one.why} for one in refused],
        "listed": listed,
        "by_words_only": len(by_words),
        "columns": dict(sheet.columns),
        "watched": len(before) + len(new),
    }
    return Reply(cards=(card,), data=data, files=(report,), ok=bool(wishes))


async def _found(
    office: Office, companies: Sequence[Company], count: Count
) -> tuple[dict[Company, tuple[Found, ...]], frozenset[Company]]:
    within = PATIENCE if len(companies) <= FEW else PATIENCE_WITH_MANY
    return await office.roll.of_all(companies, within=within, count=count)


def _count(request: Request, reader: Reader) -> Count:
    """Says how far it is, every so many names, where whoever asks can see it."""
    tell = request.progress
    if tell is None:
        return unheard

    def counted(how: str, done: int, count: int) -> None:
        if done % COUNTED == 0 or done == count:
            tell(reader.say(f"import.by_{how}_so_far", done=done, count=count))

    return counted


def _read(request: Request, reader: Reader) -> Sheet:
    if request.files and request.one("text").strip():  # one of them would be lost without a word
        raise TellPerson(reader.say("import.both"), field="text")
    if request.files:
        return read_file(request.files[0])
    text = request.one("text")
    if not text.strip():
        raise TellPerson(reader.say("import.nothing"))
    return read_text(text)


def _sorted(sheet: Sheet, office: Office, reader: Reader, count: Count) -> tuple[list[tuple[Row, Wish]], list[Refused]]:
    """The names to watch, and the rows that are refused: nothing in them, too long, or there already."""
    wishes: list[tuple[Row, Wish]] = []
    refused: list[Refused] = []
    first: dict[str, int] = {}
    for at, row in enumerate(sheet.rows):
        count("rows", at + 1, len(sheet.rows))
        if not row.name:
            refused.append(Refused(row, "empty"))
            continue
        if len(row.name) > LONGEST:
            refused.append(Refused(row, "long", (("size", len(row.name)), ("most", LONGEST))))
            continue
        try:
            wish = whom(row.name, office.book, office.roll, reader, sure=True)
        except TellPerson:
            refused.append(Refused(row, "no_name"))
            continue
        if not isinstance(wish, Wish):
            raise AssertionError(f"{row.name!r}: a question, though nobody can be asked")
        who = wish.company.id if wish.company else wish.target
        if who in first:
            refused.append(Refused(row, "twice", (("row", first[who]),)))
            continue
        first[who] = row.number
        wishes.append((row, wish))
    return wishes, refused


def _intended(
    settings: PlaceSettings, request: Request, wishes: Sequence[tuple[Row, Wish]], new: set[str]
) -> tuple[Sequence[Subscription], Decision]:
    """All new watches, to be kept in one step; and then what was written beside the names, and who did it."""
    subscriptions = [(row, subscription_of(wish, settings, request)) for row, wish in wishes]
    added = [one for _, one in subscriptions if one.target in new]
    notes = tuple(
        Paper(NOTES, one.id, encode(Note(row.tags, row.note))) for row, one in subscriptions if row.tags or row.note
    )
    acts = (act_of("watched", wish.target, wish.company, request) for _, wish in wishes if wish.target in new)
    return added, Decision(keep=notes, acts=tuple({act.id: act for act in acts}.values()))


def _report(
    wishes: Sequence[tuple[Row, Wish]],
    refused: Sequence[Refused],
    found: dict[Company, tuple[Found, ...]],
    by_words: frozenset[Company],
    reader: Reader,
) -> Attachment:
    rows = [_reported(row, wish, found, by_words, reader) for row, wish in wishes]
    rows += [_refused(one, reader) for one in refused]
    return Attachment(name=reader.say("import.report_name"), body=_table(rows, reader), type="text/csv")


def _card(
    sheet: Sheet,
    wishes: Sequence[tuple[Row, Wish]],
    new: int,
    refused: Sequence[Refused],
    listed: dict[str, dict[str, int]],
    by_words: int,
    office: Office,
    reader: Reader,
) -> Card:
    """How many, who of them is listed, what was refused, and how the columns were understood."""
    title = reader.say("import.title", count=len(wishes), new=new)
    lists = reader.lists(len(office.roll.read))
    read = bool(office.roll.read)
    state = (
        reader.say("import.listed", count=len(listed), total=len(wishes), lists=lists)
        if read
        else reader.say("watch.unread")
    )
    sections = [
        Section(reader.say("heading.listed_today"), "\n".join([state, *_who(listed, reader)])),
        *_columns(sheet, reader),
        *_left_out(refused, reader),
    ]
    if by_words:
        sections.append(Section("", reader.say("import.by_words", count=by_words)))
    oldest = reader.fresh(min(office.roll.read.values(), default=None))
    return Card(
        summary=f"{title}. {state}",
        title=title,
        severity=Severity.MEDIUM if listed else Severity.LOW,
        sections=tuple(sections),
        footer=reader.say("lookup.oldest", fresh=oldest) if read else "",
    )


def _columns(sheet: Sheet, reader: Reader) -> list[Section]:
    """How each column was understood; nothing to say of plain lines."""
    if not sheet.headed and sheet.width == 1:
        return []
    lines = [
        reader.say("import.column", role=reader.say(f"import.{role}"), column=reader.clean(column, 60))
        for role, column in sheet.columns
    ]
    if sheet.unread:
        some = ", ".join(reader.clean(one, 40) for one in sheet.unread[:20])
        lines.append(reader.say("import.unread", columns=some))
    if not sheet.headed:
        lines.append(reader.say("import.unheaded"))
    return [Section(reader.say("import.columns"), "\n".join(lines))]


def _left_out(refused: Sequence[Refused], reader: Reader) -> list[Section]:
    if not refused:
        return []
    lines = [f"{reader.say('import.row', row=one.row.number)} {_why(one, reader)}" for one in refused[:SHOWN]]
    lines += [reader.say("happened.more", count=len(refused) - SHOWN)] if len(refused) > SHOWN else []
    one = "_one" if len(refused) == 1 else ""
    return [Section(reader.say(f"import.refused{one}", count=len(refused)), "\n".join(lines))]


def _who(listed: dict[str, dict[str, int]], reader: Reader) -> list[str]:
    lines = []
    for name, lists in list(listed.items())[:SHOWN]:
        entries = ", ".join(reader.say("standing.entry", list=reader.title(id), count=n) for id, n in lists.items())
        lines.append(
            reader.say("standing.company", company=reader.clean(name.removeprefix(EXACTLY), 80), lists=entries)
        )
    return lines + ([reader.say("happened.more", count=len(listed) - SHOWN)] if len(listed) > SHOWN else [])


def _why(one: Refused, reader: Reader) -> str:
    return reader.say(f"import.why_{one.why}", name=reader.clean(one.row.name, 60), **dict(one.places))


# ── The table ─────────────────────────────────────────────────────────────────────────────────────────────────────

COLUMNS = ("name", "recognised", "lists", "since", "match", "confidence", "tags", "note", "row", "refused")
EXPORTED = COLUMNS[:8]


def _reported(
    row: Row, wish: Wish, found: dict[Company, tuple[Found, ...]], by_words: frozenset[Company], reader: Reader
) -> dict[str, str]:
    name = wish.target.removeprefix(COMPANY)
    cells = {"name": name, "tags": ", ".join(row.tags), "note": row.note, "row": str(row.number), "refused": ""}
    if wish.company and wish.company.from_book and wish.company.name != row.name:
        cells["recognised"] = reader.say("import.recognised", typed=row.name, company=wish.company.name)
    if wish.also:
        cells["recognised"] = reader.say("import.word", name=row.name, company=wish.also)
    if wish.company in by_words:
        cells["match"] = reader.say("export.by_words")
    return cells | _listed(found.get(wish.company, ()) if wish.company else (), reader)


def _listed(found: Sequence[Found], reader: Reader) -> dict[str, str]:
    """On which lists a company is, since when, by which names that was seen, and how sure that is."""
    same = [one for one in found if one.match.verdict is Verdict.SAME]
    if not same:
        return {}
    dates = [one.listing.listed_on.isoformat() for one in same if one.listing.listed_on]
    first = same[0]
    rule = reader.retell("rule", first.match.reasons[0].rule) if first.match.reasons else ""
    return {
        "lists": "; ".join(dict.fromkeys(reader.title(where) for where in counted(same))),
        "since": min(dates, default=""),
        "match": f"{first.listing.name} ({rule})" if rule else first.listing.name,
        "confidence": reader.say(f"band.{first.match.band}"),
    }


def _same(wish: Wish, found: dict[Company, tuple[Found, ...]]) -> bool:
    return wish.company is not None and any(one.match.verdict is Verdict.SAME for one in found[wish.company])


def _refused(one: Refused, reader: Reader) -> dict[str, str]:
    return {"name": one.row.name, "row": str(one.row.number), "refused": _why(one, reader)}


def _table(rows: Sequence[dict[str, str]], reader: Reader, columns: Sequence[str] = COLUMNS) -> bytes:
    """The rows as a file that a spreadsheet opens with a double click: in UTF-8 with its mark, and the separator that

    is usual in the reader's language. No cell can be taken for a formula.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=reader.say("export.separator"), lineterminator="\r\n")
    writer.writerow([reader.say(f"export.{column}") for column in columns])
    writer.writerows([guarded(row.get(column, "")) for column in columns] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


# ── Exporting ─────────────────────────────────────────────────────────────────────────────────────────────────────


@command("watch export")
async def give(office: Office, request: Request) -> Reply:
    """Everybody who is watched here as a file, with the lists they are on today; `watch import` takes it back."""
    reader = office.reader(request)
    await office.roll.refresh()
    watched = await office.store.subscriptions(request.place)
    if not watched:
        card = plain_card(reader.say("watch.empty"), [reader.say("watch.start")])
        return Reply(cards=(card,), data={"names": 0})
    notes = await office.store.papers(NOTES, [one.id for one in watched])
    companies = {one.target: office.book.find(one.target) for one in watched if not _is_group(one)}
    found, by_words = await _found(office, list(companies.values()), _count(request, reader))
    rows = []
    for one in watched:
        note = decode(Note, notes[one.id]) if one.id in notes else Note()
        company = companies.get(one.target)
        cells = {"name": one.target, "tags": ", ".join(note.tags), "note": note.text}
        if company in by_words:
            cells["match"] = reader.say("export.by_words")
        rows.append(cells | _listed(found.get(company, ()) if company else (), reader))
    file = Attachment(name=reader.say("export.file_name"), body=_table(rows, reader, EXPORTED), type="text/csv")
    listed = sum(1 for row in rows if row.get("lists"))
    lines = [reader.say("export.listed", count=listed, total=len(rows), lists=reader.lists(len(office.roll.read)))]
    lines += [reader.say("import.by_words", count=len(by_words))] if by_words else []
    card = plain_card(reader.say("export.title_one" if len(rows) == 1 else "export.title", count=len(rows)), lines)
    return Reply(cards=(card,), data={"names": len(rows), "listed": listed}, files=(file,))


def _is_group(one: Subscription) -> bool:
    return one.target == EVERYTHING or one.target.startswith(TAG)
