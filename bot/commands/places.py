"""How a place wants things, and who may change them."""

from __future__ import annotations

import re

from bot.cards import Reader
from bot.codec import decode
from bot.errors import TellPerson
from bot.model import PLACES, Managers, Place, PlaceSettings, Request
from bot.ports import Store

#: An account's id stands in brackets behind the name: "ana (U024)".
_ID = re.compile(r"\(([^()]+)\)\s*$")


async def settings_of(store: Store, place: Place) -> PlaceSettings:
    """What was set there, or how every place begins."""
    kept = await store.papers(PLACES, [str(place)])
    return decode(PlaceSettings, kept[str(place)]) if kept else PlaceSettings(place=place)


def check(settings: PlaceSettings, request: Request, reader: Reader) -> None:
    """Raises TellPerson, naming who may and the next step, for somebody who may not change what the place watches."""
    if may_change(settings, request):
        return
    if settings.managers is Managers.MANAGERS:
        raise TellPerson(reader.say("desk.managers"))
    people = ", ".join(reader.clean(person, 60) for person in settings.people[:10])
    raise TellPerson(reader.say("desk.listed", people=people))


def may_change(settings: PlaceSettings, request: Request) -> bool:
    """Whether whoever asks may change what this place watches. A place of one's own is always one's own."""
    if request.place == request.home or request.manager:
        return True
    match settings.managers:
        case Managers.EVERYONE:
            return True
        case Managers.MANAGERS:
            return False
        case Managers.LISTED:
            return account(request.person) in {account(person) for person in settings.people}


def account(person: str) -> str:
    """The id of a person, as the platform or somebody wrote it: `ana (U024)`, `<@U024|ana>`, `@U024` or `U024`."""
    found = _ID.search(person)
    return (found.group(1) if found else person.strip().strip("<@!>").partition("|")[0]).strip().casefold()
