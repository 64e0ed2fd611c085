"""Platform-neutral commands, one file each. The command line, help, docs and each chat's own come from this registry.

A command is an async function decorated with `@command`: its docstring is the text people read in help, its arguments
are declared, it gets the `Office` (what it may use) and the `Request` (what was typed), and it returns a `Reply`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache

from bot.book import CompanyBook
from bot.cards import Reader, plain_card
from bot.errors import TellPerson, TocsinError
from bot.logs import log
from bot.model import FieldKind, Form, Reply, Request, Severity, SourceCard
from bot.ports import Clock, FeedFinder, PageReader, Store
from bot.roll import Roll
from bot.watched import Watched

#: What may be typed into one command; Slack and Discord both send less than this.
LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    name: str
    about: str
    required: bool = True
    many: bool = False
    kind: FieldKind = FieldKind.TEXT  #: a FILE comes with the request, and is not typed
    longest: int = LONGEST  #: characters of one value
    option: bool = False  #: typed as `name:value`, anywhere among the others; a chat with options shows it as one


@dataclass(kw_only=True)
class Office:
    """What commands may use."""

    store: Store
    book: CompanyBook
    roll: Roll
    clock: Clock
    sources: Callable[[], Mapping[str, SourceCard]]
    feed_finder: FeedFinder | None = None
    pages: PageReader | None = None
    whom: Callable[[], Awaitable[Watched]] | None = None  #: whom anybody watches; without one, our own index of it
    _watched: Watched | None = field(default=None, repr=False)

    async def watched(self) -> Watched:
        """Whom anybody watches now, as indexes to find them in a text."""
        if self.whom is not None:
            return await self.whom()
        if self._watched is None:
            self._watched = Watched(self.book)
        self._watched.update(await self.store.subscriptions())
        return self._watched

    def reader(self, request: Request) -> Reader:
        return Reader(now=self.clock.now(), cards=self.sources(), language=request.language)


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


_REGISTRY: dict[str, Command] = {}


def command(
    name: str, *arguments: Argument, form: AskForm | None = None, manages: bool = False, operates: bool = False
) -> Callable[[Run], Run]:
    """Put a function on the shelf of commands. A missing docstring is an error: it is what people read."""

    def put(run: Run) -> Run:
        if not run.__doc__:
            raise TypeError(f"/{name} has no docstring, and its docstring is its help")
        about = run.__doc__.strip().splitlines()[0]
        _REGISTRY[name] = Command(
            name=name, about=about, arguments=arguments, run=run, form=form, manages=manages, operates=operates
        )
        return run

    return put


@cache
def commands() -> Mapping[str, Command]:
    """Every command whose file stands in this package, by name."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_REGISTRY.items()))


def may_operate(request: Request) -> bool:
    """Whether somebody may change what concerns the whole installation: who manages a channel, and does it there.

    In a conversation of one's own everybody is a manager, so that is no proof of anything.
    """
    return request.manager and request.place != request.home


class FrontDesk:
    """Answers whatever was typed. Never raises: what cannot be done is a reply that says so."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def answer(self, request: Request) -> Reply:
        try:
            return await self._run(request)
        except TellPerson as refusal:
            return _sorry(str(refusal))
        except TocsinError as trouble:
            log.warning("command_failed", command=request.command, trouble=str(trouble))
            return _sorry(f"That did not work just now: {trouble}. Please try again in a minute.")
        except Exception:
            log.exception("command_broke", command=request.command)
            return _sorry(f"/{request.command} broke. Nothing was changed; the operators can see it in the log.")

    async def _run(self, request: Request) -> Reply:
        found = commands().get(request.command)
        if found is None:
            close = get_close_matches(request.command[:80], commands(), n=1, cutoff=0.5)
            meant = f" Did you mean {close[0]}?" if close else ""
            raise TellPerson(f"There is no /{request.command[:80]}.{meant} Type help to see what there is.")
        if found.operates and not may_operate(request):
            raise TellPerson(self.office.reader(request).say("office.operators"))
        for argument in found.arguments:
            values = request.many(argument.name)
            if argument.required and not any(value.strip() for value in values):
                raise TellPerson(f"/{found.name} needs {argument.name}: {argument.about}")
            size = max((len(value) for value in values), default=0)
            if size > argument.longest:
                raise TellPerson(
                    f"{argument.name} has {size} characters, {argument.longest} at most. Send a shorter one."
                )
        return await found.run(self.office, request)

    async def form(self, request: Request) -> Form | None:
        """The box a command wants to open for this request; a command that breaks here answers in words instead."""
        found = commands().get(request.command)
        if found is None or found.form is None:
            return None
        try:
            return await found.form(self.office, request)
        except TocsinError as trouble:
            log.warning("form_failed", command=request.command, trouble=str(trouble))
        except Exception:
            log.exception("form_broke", command=request.command)
        return None

    def complete(self, command: str, argument: str, typed: str, limit: int = 25) -> Sequence[str]:
        """Ids of sources, or companies whose name begins like what was typed: the book first, then names on lists."""
        if argument == "source":
            return [id for id in self.office.sources() if id.startswith(typed.casefold())][:limit]
        if argument not in {"name", "names"}:
            return ()
        start = typed.casefold()
        ours = [one.name for one in self.office.book.companies() if one.name.casefold().startswith(start)]
        theirs = self.office.roll.complete(typed, limit) if len(ours) < limit and typed else []
        return list(dict.fromkeys([*ours, *theirs]))[:limit]


def _sorry(text: str) -> Reply:
    return Reply(cards=(plain_card(text, severity=Severity.LOW),), data={"error": text}, ok=False)
