"""/watch add, list, remove: whom this place wants to hear about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.book import EXACTLY
from bot.cards import Reader, counted, plain_card
from bot.commands import Argument, Office, command
from bot.commands.places import settings_of
from bot.commands.watches import asks_for
from bot.commands.whom import Question, Wish, meant, whom
from bot.errors import TellPerson
from bot.model import (
    DEFAULT_KINDS,
    POINTERS,
    Act,
    AlertKind,
    Button,
    Card,
    Company,
    Decision,
    NameKind,
    PlaceSettings,
    Reply,
    Request,
    Section,
    Subscription,
    fingerprint,
)
from bot.watched import EVERYTHING, TAG

NAMES = Argument(name="names", about="companies, tag:chips or *; put a name of several words in quotes", many=True)
#: Names one command may add; more come as a file.
AT_ONCE = 1000
#: The longest name that is taken.
LONGEST = 300
#: Names an answer tells all about; of the others it says that they are watched.
TOLD = 25
#: Questions asked at once, and names for which a slip of the pen is looked for.
ASKED = 5
#: The longest text that fits a button of every chat, together with its command.
PRESSED = 60
#: The shelf of what an import said beside a name: tags and a note, by the id of the watch.
NOTES = "notes"


# ── Adding ────────────────────────────────────────────────────────────────────────────────────────────────────────


@command("watch add", NAMES, manages=True)
async def add(office: Office, request: Request) -> Reply:
    """Watch companies here: alerts come when one is listed, changed, taken off, or in a story about a listing."""
    reader = office.reader(request)
    names = _names(request, reader)
    await office.roll.refresh()
    await office.watches.refresh()
    watched = {one.target.casefold(): one for one in office.watches.at(request.place)}
    sure = request.one("sure") == "yes"  # nobody is there to be asked: the command line
    answers = [
        whom(typed, office.book, office.roll, reader, sure=sure or typed.casefold() in watched) for typed in names
    ]
    wishes = _once([one for one in answers if isinstance(one, Wish)])
    questions = [one for one in answers if isinstance(one, Question)]
    await office.roll.of_all([one.company for one in wishes if one.company])
    new = await _subscribe(office, request, [one for one in wishes if one.target.casefold() not in watched])
    data = [_data(office, wish, new=wish.target in new) for wish in wishes]
    told = [_told(office, request, reader, wish, watched, new) for wish in wishes[:TOLD]]
    if more := len(wishes) - TOLD:
        told += [Section("", reader.say("watch.more", count=more))] if more > 0 else []
    title = reader.say("watch.added", names=_row([shown(one.target, reader) for one in wishes], reader))
    buttons = tuple(_instead(office, reader, wishes))
    added = [Card(summary=title, title=title, sections=tuple(told), buttons=buttons)] if wishes else []
    asked = [_asked(question, reader) for question in questions[:ASKED]]
    if questions[ASKED:]:
        rest = ", ".join(reader.clean(one.typed, 40) for one in questions[ASKED:])
        asked.append(plain_card(reader.say("watch.ask_rest", names=rest)))
    asked_data = [{"name": one.typed, "choices": [choice.names for choice in one.choices]} for one in questions]
    return Reply(
        cards=(*added, *asked), data={"watching": data} | ({"asked": asked_data} if asked else {}), ok=not questions
    )


def _once(wishes: Sequence[Wish]) -> list[Wish]:
    """Whoever was named several times, as Xiaomi and 小米, is one wish."""
    found: dict[str, Wish] = {}
    for wish in wishes:
        found.setdefault(wish.target.casefold(), wish)
    return list(found.values())


async def _subscribe(office: Office, request: Request, wishes: Sequence[Wish]) -> dict[str, Subscription]:
    """Keep the watches and who asked for them; those that are new, by their targets."""
    if not wishes:
        return {}
    settings = await settings_of(office.store, request.place)
    new = {wish.target: subscription_of(wish, settings, request) for wish in wishes}
    await office.store.subscribe(*new.values())
    acts = (act_of("watched", wish.target, wish.company, request) for wish in wishes)
    await office.store.decide(Decision(acts=tuple({act.id: act for act in acts}.values())))
    return new


def subscription_of(wish: Wish, settings: PlaceSettings, request: Request) -> Subscription:
    """A watch as its place wants new ones. Who is watched under exactly a name has no group that could be meant too."""
    return Subscription(
        place=request.place,
        target=wish.target,
        made_by=request.person,
        made_at=request.at,
        kinds=settings.kinds,
        sources=settings.sources,
        languages=settings.languages,
        language=settings.language or request.language,
        related=settings.related and not wish.target.startswith(EXACTLY),
        paused_until=settings.paused_until,
        home=request.home,
    )


def act_of(what: str, target: str, company: Company | None, request: Request, text: str = "") -> Act:
    """What somebody did about a watch."""
    return Act(
        id=fingerprint(what, str(request.place), target.casefold(), text, request.at.isoformat()),
        at=request.at,
        person=request.person,
        place=request.place,
        what=what,
        company=company.id if company else "",
        # The id of a company of the book tells its name; of any other it tells the name folded.
        text=": ".join(
            part for part in ("" if company and company.from_book and company.name == target else target, text) if part
        ),
    )


def _data(office: Office, wish: Wish, *, new: bool) -> dict[str, object]:
    listed = counted(office.roll.of(wish.company)) if wish.company else {}
    id = wish.company.id if wish.company else ""
    return {"name": wish.target, "company": id, "new": new, "listed": listed}


def _told(
    office: Office,
    request: Request,
    reader: Reader,
    wish: Wish,
    watched: Mapping[str, Subscription],
    new: Mapping[str, Subscription],
) -> Section:
    """What a watch will recognise, what is on the lists already, and who watches it too."""
    lines = []
    before = watched.get(wish.target.casefold())
    if wish.also:
        lines.append(reader.say("watch.taken_for", name=reader.clean(wish.typed, 60), company=wish.also))
    if before:
        lines.append(reader.say("watch.again", by=_by(before, reader), since=f"{before.made_at:%Y-%m-%d}"))
    lines += _paused(before or new[wish.target], reader)
    if wish.company is None:
        companies = (
            office.book.companies() if wish.target == EVERYTHING else office.book.tagged(wish.target[len(TAG) :])
        )
        lines.append(_group(companies, office, reader))
        return Section(shown(wish.target, reader), " ".join(lines))
    names = spellings(wish.company)
    lines += [reader.say("watch.known", names=", ".join(names).rstrip("."))] if names else []
    lines.append(_state(counted(office.roll.of(wish.company)), reader, lists=len(office.roll.read)))
    lines += _others(wish.company, wish.target, office, request, reader)
    if close := meant(wish.typed, wish.company, office.book, office.roll):
        lines.append(reader.say("watch.did_you_mean", names=_row([reader.clean(one, 60) for one in close], reader)))
    return Section(shown(wish.target, reader), " ".join(lines))


def spellings(company: Company) -> list[str]:
    """Names by which a company is recognised, brands among them."""
    own = list(dict.fromkeys(name.text for name in company.names if name.kind not in POINTERS))
    brands = list(dict.fromkeys(name.text for name in company.names if name.kind is NameKind.BRAND))
    return [*own[:8], *brands[:4]]


def _state(listed: dict[str, int], reader: Reader, *, lists: int) -> str:
    if listed:
        entries = (
            reader.say("watch.entry", list=reader.title(source), count=count) for source, count in listed.items()
        )
        return reader.say("watch.listed", lists=", ".join(entries))
    return reader.say("watch.not_listed", lists=reader.lists(lists)) if lists else reader.say("watch.unread")


def _group(companies: Sequence[Company], office: Office, reader: Reader) -> str:
    """How many companies a tag or the whole book has, and which of them are on a list today."""
    listed = [one.name for one in companies if counted(office.roll.of(one))]
    names = _row([one.name for one in companies], reader)
    said = reader.say("watch.group", count=len(companies), names=names)
    if not office.roll.read:
        return f"{said} {reader.say('watch.unread')}"
    row = reader.say("watch.group_unlisted", lists=reader.lists(len(office.roll.read)))
    if listed:
        row = reader.say("watch.group_listed", count=len(listed), names=_row(listed, reader))
    return f"{said} {row}"


def _others(company: Company, target: str, office: Office, request: Request, reader: Reader) -> list[str]:
    """Who else watches a company: in this place by another watch, and in which other places of the workspace."""
    lines = []
    for one in office.watches.at(request.place):
        if one.target.casefold() != target.casefold() and asks_for(one, company, office.book):
            by = _by(one, reader)
            lines.append(reader.say("watch.also_here", target=shown(one.target, reader), by=by))
    places = [one.place for one in office.watches.elsewhere(request.place, company, office.book)]
    if places:
        row = _row([f"#{place.address.partition('/')[2]}" for place in places], reader)
        lines.append(reader.say("watch.elsewhere", places=row))
    return lines


def _instead(office: Office, reader: Reader, wishes: Sequence[Wish]) -> list[Button]:
    """To watch who was probably meant, and no longer the slip of the pen."""
    buttons = []
    for wish in wishes[:ASKED]:
        close = meant(wish.typed, wish.company, office.book, office.roll) if wish.company else ()
        if close and len(wish.target) <= PRESSED:
            buttons += [_button(reader.say("watch.rather", name=one), one) for one in close[:2] if len(one) <= PRESSED]
            text = reader.say("watch.drop", name=wish.target)
            buttons.append(Button(text, "watch remove", (("names", wish.target),), danger=True))
    return buttons


def _button(text: str, names: str) -> Button:
    return Button(text, "watch add", (("names", names),))


def _asked(question: Question, reader: Reader) -> Card:
    """A question, with an answer on each button; and how each is typed, where there are no buttons."""
    key = "watch.ask_several" if question.several else "watch.ask_word"
    title = reader.say(key, name=reader.clean(question.typed, 60))
    lines = [reader.told(f"watch add {_quoted(one.names)}", one.text) for one in question.choices]
    buttons = [_button(one.text, one.names) for one in question.choices if len(one.names) <= PRESSED]
    return Card(summary=title, title=title, sections=(Section("", "\n".join(lines)),), buttons=tuple(buttons))


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


def _row(names: Sequence[str], reader: Reader, most: int = 10) -> str:
    more = f", {reader.say('happened.more', count=len(names) - most)}" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def shown(target: str, reader: Reader) -> str:
    """A target as people read it."""
    if target == EVERYTHING:
        return reader.say("watch.everything")
    if target.startswith(EXACTLY):
        return reader.say("watch.exactly", name=reader.clean(target.removeprefix(EXACTLY), 120))
    return reader.clean(target, 120)


# ── Showing and taking away ───────────────────────────────────────────────────────────────────────────────────────


@command("watch list")
async def show(office: Office, request: Request) -> Reply:
    """Whom this place watches, who asked for it and since when."""
    reader = office.reader(request)
    watched = await office.store.subscriptions(request.place)
    if not watched:
        card = plain_card(reader.say("watch.empty"), [reader.say("watch.start")])
        return Reply(cards=(card,), data={"watching": []})
    lines = [_line(one, reader) for one in watched]
    data = [
        {
            "name": one.target,
            "made_by": one.made_by,
            "made_at": one.made_at.isoformat(),
            "kinds": sorted(one.kinds),
            "sources": sorted(one.sources),
            "languages": sorted(one.languages),
            "related": one.related,
            "paused_until": one.paused_until.isoformat() if one.paused_until else None,
        }
        for one in watched
    ]
    title = reader.say("watch.count" if len(watched) > 1 else "watch.count_one", count=len(watched))
    return Reply(cards=(plain_card(title, lines),), data={"watching": data})


def _by(one: Subscription, reader: Reader) -> str:
    """Who asked for a watch; a terminal's name is ours."""
    return reader.retell("because", reader.clean(one.made_by, 60))


def _line(one: Subscription, reader: Reader) -> str:
    """One watch: whom, by whom, since when, and what is special about it."""
    parts = [shown(one.target, reader), f"{_by(one, reader)}, {one.made_at:%Y-%m-%d}"]
    parts += _paused(one, reader)
    if one.kinds != DEFAULT_KINDS:
        parts.append(", ".join(reader.say(f"kinds.{kind}") for kind in AlertKind if kind in one.kinds))
    if one.sources:
        parts.append(", ".join(sorted(one.sources)))
    if one.languages:
        parts.append(", ".join(sorted(one.languages)))
    if not one.related and not one.target.startswith(EXACTLY):
        parts.append(reader.say("watch.itself"))
    return " · ".join(parts)


def _paused(one: Subscription, reader: Reader) -> list[str]:
    if one.paused_until is None or one.paused_until <= reader.now:
        return []
    return [reader.say("watch.paused", until=f"{one.paused_until:%Y-%m-%d %H:%M} UTC")]


@command("watch remove", NAMES, manages=True)
async def remove(office: Office, request: Request) -> Reply:
    """Stop watching companies here."""
    reader = office.reader(request)
    await office.watches.refresh()
    found: dict[str, Subscription] = {}
    unknown: list[str] = []
    for typed in _names(request, reader):
        one = watched_as(typed, office, request)
        if one:
            found[one.target] = one
        else:
            unknown.append(typed)
    await office.store.unsubscribe(request.place, *found)
    await office.store.decide(
        Decision(
            drop=tuple((NOTES, one.id) for one in found.values()),
            acts=tuple(act_of("unwatched", target, _company(target, office), request) for target in found),
        )
    )
    gone = [shown(target, reader) for target in found]
    lines = [reader.say("watch.not_here", name=reader.clean(name, 120)) for name in unknown]
    title = reader.say("watch.removed", names=_row(gone, reader)) if gone else reader.say("watch.nothing_removed")
    data = {"removed": list(found), "unknown": unknown}
    return Reply(cards=(plain_card(title, lines),), data=data, ok=not unknown)


def watched_as(typed: str, office: Office, request: Request) -> Subscription | None:
    """The watch of this place that a name means: as it was typed, or the company's own name."""
    watched = {one.target.casefold(): one for one in office.watches.at(request.place)}
    if one := watched.get(typed.casefold()) or watched.get(f"{EXACTLY}{typed}".casefold()):
        return one
    company = _company(typed, office)
    return watched.get(company.name.casefold()) if company else None


def _company(target: str, office: Office) -> Company | None:
    """The company of a target; none for a tag or everything."""
    return None if target == EVERYTHING or target.startswith(TAG) else office.book.find(target)


def _names(request: Request, reader: Reader) -> list[str]:
    names = list(dict.fromkeys(" ".join(name.split()) for name in request.many("names") if name.strip()))
    if len(names) > AT_ONCE:
        raise TellPerson(reader.say("watch.too_many", count=len(names), most=AT_ONCE))
    too_long = next((name for name in names if len(name) > LONGEST), None)
    if too_long:
        raise TellPerson(
            reader.say("watch.too_long", name=reader.clean(too_long[:60]), size=len(too_long), most=LONGEST)
        )
    return names
