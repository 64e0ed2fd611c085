"""/watch add, list, remove: whom this place wants to hear about."""

from __future__ import annotations

from bot.cards import Reader, plain_card
from bot.commands import Argument, Office, command
from bot.errors import TellPerson
from bot.model import POINTERS, Company, Found, Reply, Request, Subscription, Verdict

NAMES = Argument(name="names", about="one or more companies; put a name of several words in quotes", many=True)
#: Names one command may add; more come as a file.
AT_ONCE = 1000


@command("watch add", NAMES)
async def add(office: Office, request: Request) -> Reply:
    """Watch companies here: alerts come when one is listed, changed, taken off, or in a story about a listing."""
    names = _names(request)
    await office.roll.refresh()
    reader, lines, data = office.reader(request), [], []
    for typed in names:
        company = office.book.find(typed)
        target = company.name if company.from_book else typed
        new = bool(
            await office.store.subscribe(
                Subscription(
                    place=request.place,
                    target=target,
                    made_by=request.person,
                    made_at=request.at,
                    language=request.language,
                    home=request.home,
                )
            )
        )
        found = office.roll.of(company)
        lines += _added(target, company, found, reader, lists=len(office.roll.read), new=new)
        data.append({"name": target, "company": company.id, "new": new, "listed": _counts(found)})
    title = f"Watching {', '.join(str(one['name']) for one in data[:10])}"
    return Reply(cards=(plain_card(title, lines),), data={"watching": data})


def _added(
    target: str, company: Company, found: tuple[Found, ...], reader: Reader, *, lists: int, new: bool
) -> list[str]:
    """What a watch will recognise, and what is on the lists already."""
    spellings = list(dict.fromkeys(name.text for name in company.names if name.kind not in POINTERS))
    known = f" Also recognised as {', '.join(spellings[:8]).rstrip('.')}." if spellings else ""
    again = "" if new else " (already watched here)"
    counts = _counts(found)
    listed = ", ".join(f"{reader.title(source)} ({count})" for source, count in counts.items())
    if listed:
        state = f"Listed today: {listed}."
    elif lists:
        state = f"Not on any of the {lists} lists read today."
    else:
        state = "No list has been read yet; after the first reading one card says what is already listed."
    return [f"{target}{again}.{known} {state}"]


def _counts(found: tuple[Found, ...]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in found:
        if one.match.verdict is Verdict.SAME:
            counts[one.listing.source] = counts.get(one.listing.source, 0) + 1
    return counts


@command("watch list")
async def show(office: Office, request: Request) -> Reply:
    """Whom this place watches, who asked for it and since when."""
    watched = await office.store.subscriptions(request.place)
    if not watched:
        return Reply(
            cards=(plain_card("Nobody is watched here yet", ["Start with: watch add Xiaomi Huawei"]),),
            data={"watching": []},
        )
    lines = [f"{one.target} · {one.made_by}, {one.made_at:%Y-%m-%d}" for one in watched]
    title = f"{len(watched)} watched here"
    data = [
        {"name": one.target, "made_by": one.made_by, "made_at": one.made_at.isoformat(), "kinds": sorted(one.kinds)}
        for one in watched
    ]
    return Reply(cards=(plain_card(title, lines),), data={"watching": data})


@command("watch remove", NAMES)
async def remove(office: Office, request: Request) -> Reply:
    """Stop watching companies here."""
    gone: list[str] = []
    unknown: list[str] = []
    for typed in _names(request):
        company = office.book.find(typed)
        targets = dict.fromkeys([typed, company.name])
        there = [target for target in targets if await office.store.unsubscribe(request.place, target)]
        (gone if there else unknown).append(there[0] if there else typed)
    lines = [f"{name} was not watched here. See: watch list" for name in unknown]
    title = f"No longer watching {', '.join(gone)}" if gone else "Nothing was removed"
    return Reply(cards=(plain_card(title, lines),), data={"removed": gone, "unknown": unknown}, ok=not unknown)


def _names(request: Request) -> list[str]:
    names = list(dict.fromkeys(" ".join(name.split()) for name in request.many("names") if name.strip()))
    if len(names) > AT_ONCE:
        raise TellPerson(f"{len(names)} names at once, {AT_ONCE} at most. Send them in parts.")
    too_long = next((name for name in names if len(name) > 300), None)
    if too_long:
        raise TellPerson(f"{too_long[:60]!r}… has {len(too_long)} characters, 300 at most for a company's name.")
    return names
