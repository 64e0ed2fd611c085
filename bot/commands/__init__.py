"""Platform-neutral commands, one file each. The command line, help, docs and each chat's own come from this registry.

A command is an async function decorated with `@command`: its docstring is the text people read in help, its arguments
are declared, it gets the `Office` (what it may use) and the `Request` (what was typed), and it returns a `Reply`.
Every sentence it says comes from bot/data/words, in the language of whoever asked.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache

from bot.book import CompanyBook
from bot.cards import Reader, plain_card
from bot.commands.languages import about_argument
from bot.commands.offers import Offers
from bot.commands.places import check, settings_of
from bot.commands.watches import Watches
from bot.errors import TellPerson, TocsinError
from bot.logs import log
from bot.model import FieldKind, Form, Place, Reply, Request, Severity, SourceCard
from bot.ports import Clock, FeedFinder, PageReader, Store
from bot.roll import Roll
from bot.watched import Watched

#: What may be typed into one command; Slack and Discord both send less than this.
LONGEST = 4000
#: The longest title that every chat shows whole.
TITLE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    name: str
    about: str
    required: bool = True
    many: bool = False
    kind: FieldKind = FieldKind.TEXT  #: a FILE comes with the request, and is not typed
    longest: int = LONGEST  #: characters of one value
    option: bool = False  #: typed as `name:value`, anywhere among the others; a chat with options shows it as one
    choices: tuple[str, ...] = ()  #: the only values it takes, where these are known


@dataclass(kw_only=True)
class Office:
    """What commands may use."""

    store: Store
    book: CompanyBook
    roll: Roll
    clock: Clock
    sources: Callable[[], Mapping[str, SourceCard]]
    titled: Callable[[], Mapping[str, SourceCard]] | None = None  #: cards that may be named beside those polled
    feed_finder: FeedFinder | None = None
    pages: PageReader | None = None
    whom: Callable[[], Awaitable[Watched]] | None = None  #: whom anybody watches; without one, our own index of it
    operators: Place | None = None  #: the only place of a chat in which what concerns everybody is changed
    watches: Watches = field(init=False)
    _watched: Watched | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.watches = Watches(self.store)

    async def watched(self) -> Watched:
        """Whom anybody watches now, as indexes to find them in a text."""
        if self.whom is not None:
            return await self.whom()
        if self._watched is None:
            self._watched = Watched(self.book)
        self._watched.update(await self.store.subscriptions())
        return self._watched

    def reader(self, request: Request) -> Reader:
        cards = self.titled() if self.titled else self.sources()
        return Reader(now=self.clock.now(), cards=cards, language=request.language)


Run = Callable[[Office, Request], Awaitable[Reply]]
AskForm = Callable[[Office, Request], Awaitable[Form | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command and how to ask for it."""

    name: str  #: "watch add"
    about: str  #: one sentence, from the docstring
    arguments: tuple[Argument, ...]
    run: Run = field(repr=False)
    form: AskForm | None = field(default=None, repr=False)  #: the box to open first, where one is needed
    manages: bool = False  #: it changes what a place watches, so the place says who may
    operates: bool = False  #: it changes what everybody here hears, see `may_operate`
    manages_part: bool = False  #: the same as `manages` for a part of what it does; it looks itself

    @property
    def asks_who(self) -> bool:
        """Whether it has to be known if whoever asks manages the place; a chat may have to look that up."""
        return self.manages or self.operates or self.manages_part


_REGISTRY: dict[str, Command] = {}


def command(
    name: str,
    *arguments: Argument,
    form: AskForm | None = None,
    manages: bool = False,
    operates: bool = False,
    manages_part: bool = False,
) -> Callable[[Run], Run]:
    """Put a function on the shelf of commands. A missing docstring is an error: it is what people read."""

    def put(run: Run) -> Run:
        if not run.__doc__:
            raise TypeError(f"/{name} has no docstring, and its docstring is its help")
        about = run.__doc__.strip().splitlines()[0]
        _REGISTRY[name] = Command(
            name=name,
            about=about,
            arguments=arguments,
            run=run,
            form=form,
            manages=manages,
            operates=operates,
            manages_part=manages_part,
        )
        return run

    return put


@cache
def commands() -> Mapping[str, Command]:
    """Every command whose file stands in this package, by name."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_REGISTRY.items()))


def may_operate(request: Request, operators: Place | None = None) -> bool:
    """Whether somebody may change what concerns the whole installation: who manages a channel, and does it there.

    In a conversation of one's own everybody is a manager, so that is no proof of anything. Several workspaces may share
    an installation, and each has managers: where the operators have a place, only that one will do.
    """
    there = operators is None or request.place in (operators, Place("console"))
    return request.manager and request.place != request.home and there


class FrontDesk:
    """Answers whatever was typed. Never raises: what cannot be done is a reply that says so."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._offers = Offers(office.book)
        self._following: asyncio.Task[None] | None = None

    async def answer(self, request: Request) -> Reply:
        request = replace(request, at=min(request.at, self.office.clock.now()))  # a chat's clock may run ahead of ours
        reader = self.office.reader(request)
        try:
            return await self._run(request, reader)
        except TellPerson as refusal:
            text = reader.say(refusal.key, **refusal.places) if refusal.key else str(refusal)
            return _sorry(text, refusal.field)
        except TocsinError as trouble:
            log.warning("command_failed", command=request.command, trouble=str(trouble))
            return _sorry(reader.say("desk.later", trouble=trouble))
        except Exception:
            log.exception("command_broke", command=request.command)
            return _sorry(reader.say("desk.broke", command=request.command))

    async def _run(self, request: Request, reader: Reader) -> Reply:
        found = commands().get(request.command)
        if found is None:
            typed = request.command[:80]
            close = get_close_matches(typed, commands(), n=1, cutoff=0.5)
            meant = reader.say("desk.meant", command=close[0]) if close else ""
            raise TellPerson(reader.say("desk.unknown", command=typed, meant=meant))
        if found.operates and not may_operate(request, self.office.operators):
            elsewhere = may_operate(request)
            raise TellPerson(reader.say("office.operators_there" if elsewhere else "office.operators"))
        for argument in found.arguments:
            values = request.many(argument.name)
            if argument.required and not any(value.strip() for value in values):
                about = about_argument(found.name, argument.name, argument.about, request.language)
                raise TellPerson(reader.say("desk.needs", command=found.name, argument=argument.name, about=about))
            size = max((len(value) for value in values), default=0)
            if size > argument.longest:
                most = argument.longest
                raise TellPerson(reader.say("desk.too_long", argument=argument.name, size=size, most=most))
        if found.manages:
            check(await settings_of(self.office.store, request.place), request, reader)
        return await found.run(self.office, request)

    async def form(self, request: Request) -> Form | None:
        """The box a command wants to open for this request; a command that breaks here answers in words instead."""
        found = commands().get(request.command)
        if found is None or found.form is None:
            return None
        try:
            if found.manages:
                settings = await settings_of(self.office.store, request.place)
                check(settings, request, self.office.reader(request))
            return await found.form(self.office, request)
        except TellPerson:
            return None  # asked without its box, the command says what is wrong
        except TocsinError as trouble:
            log.warning("form_failed", command=request.command, trouble=str(trouble))
        except Exception:
            log.exception("form_broke", command=request.command)
        return None

    def complete(
        self, command: str, argument: str, typed: str, limit: int = 25, *, place: Place | None = None
    ) -> Sequence[str]:
        """Ids, companies, tags or choices that begin like what was typed; from memory, so never more than was there

        a moment ago. In the place where it is asked, what may be taken away or changed is what is watched.
        """
        found = commands().get(command)
        declared = next((one for one in found.arguments if one.name == argument), None) if found else None
        if declared is None:
            return ()
        if place is not None:
            self._follow()
        if declared.choices:
            return self._offers.choices(typed, declared.choices, limit)
        match argument:
            case "command":
                return self._offers.beginning(typed, commands(), limit)
            case "source" | "lists":
                return self._offers.choices(typed, tuple(self.office.sources()), limit)
            case "name" | "names" if found and found.manages and command != "watch add":
                targets = [one.target for one in self.office.watches.at(place)] if place else []
                return self._offers.beginning(typed, targets, limit)
            case "name" | "names":
                return self._offers.companies(typed, self.office.roll, limit, tags=argument == "names")
        return ()

    def _follow(self) -> None:
        """Let what is watched be up to date for the next keystroke."""
        if self._following is None or self._following.done():
            self._following = asyncio.get_running_loop().create_task(self._refresh(), name="watches")

    async def _refresh(self) -> None:
        try:
            await self.office.watches.refresh()
        except TocsinError as trouble:
            log.debug("watches_not_read", trouble=str(trouble))


def _sorry(text: str, field: str = "") -> Reply:
    """What cannot be done; of a long answer the first sentence is the title, which no chat cuts then."""
    title, stop, rest = text.partition(". ") if len(text) > TITLE else (text, "", "")
    card = plain_card(f"{title}{stop.strip()}", [rest] if rest else [], severity=Severity.LOW)
    return Reply(cards=(card,), data={"error": text} | ({"field": field} if field else {}), ok=False)
