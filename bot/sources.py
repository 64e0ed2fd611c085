"""How one file becomes a source.

A file in adapters/lists describes a place and decorates the function that reads it:

    @list_source(title="Denied Persons List", publisher="US BIS", url="https://...", every=timedelta(hours=6))
    def us_bis_dpl(document: Document) -> Reading: ...

The function's name is the source's id and must be the file's name. `shelf()` imports every file of a package, so
adding a source is adding a file; nothing else is edited.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import Any

from bot.data import table
from bot.errors import BadSettings
from bot.model import Bulletin, Document, Reading, SourceCard, SourceKind
from bot.ports import ReadStream


@dataclass(frozen=True, slots=True)
class ListSource:
    """A register and how to read it."""

    card: SourceCard
    read: Callable[[Document], Reading]


@dataclass(frozen=True, slots=True)
class StreamSource:
    """A stream of stories or official notices and how to read it."""

    card: SourceCard
    read: ReadStream
    whole: Callable[[Document], str] | None = None  #: what stands at a story's `whole`, in paragraphs with a blank line


Source = ListSource | StreamSource


def list_source(
    *, title: str, publisher: str, url: str, every: timedelta, **facts: Any
) -> Callable[[Callable[[Document], Reading]], ListSource]:
    """A register: who is no longer on it has been taken off. `facts` are fields of `SourceCard`."""

    def of(read: Callable[[Document], Reading]) -> ListSource:
        card = SourceCard(id=read.__name__, title=title, publisher=publisher, url=url, every=every, tier=1, **facts)
        return ListSource(card, read)

    return of


def notice_source(
    *,
    title: str,
    publisher: str,
    url: str,
    every: timedelta,
    whole: Callable[[Document], str] | None = None,
    **facts: Any,
) -> Callable[[Callable[[Document], Bulletin]], StreamSource]:
    """An official stream: its items are announcements, and one that scrolls away is still true.

    `whole` reads what stands at `Story.whole`, where an item has a text of its own.
    """

    def of(read: Callable[[Document], Bulletin]) -> StreamSource:
        card = SourceCard(
            id=read.__name__,
            title=title,
            publisher=publisher,
            url=url,
            every=every,
            kind=SourceKind.NOTICES,
            tier=1,
            **facts,
        )

        def read_notices(document: Document, identity: str = "") -> Bulletin:
            return read(document)  # official notices have numbers; which kind of id holds is no question

        return StreamSource(card, read_notices, whole)

    return of


def shelf(package: ModuleType) -> Iterator[Source]:
    """Every source whose file stands in a package, by file name.

    Raises BadSettings when a file holds no source of its name.
    """
    for module_info in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        found = getattr(module, module_info.name, None)
        if not isinstance(found, ListSource | StreamSource):
            raise BadSettings(
                f"{module.__name__}: no source called {module_info.name} in it; "
                f"decorate its reader `def {module_info.name}(document)` with @list_source or @notice_source"
            )
        yield found


def manual(sources: Iterable[Source]) -> str:
    """docs/sources.md: every list and stream on the shelf, what it is and how often it is read."""
    lines = [
        "# Sources",
        "",
        "Made from the files in `adapters/lists/`; feeds are in `adapters/news/feeds.toml`.",
        "How fresh each one is here: `tocsin sources`. How to add one: `docs/adding-a-source.md`.",
        "",
    ]
    for source in sorted(sources, key=lambda one: one.card.id):
        lines += _chapter(source.card)
    return "\n".join(lines)


def _chapter(card: SourceCard) -> list[str]:
    facts = {
        "publisher": card.publisher,
        "kind": {
            SourceKind.LIST: "a register: who is no longer on it has been taken off",
            SourceKind.NOTICES: "a stream of official notices",
            SourceKind.NEWS: "news",
        }[card.kind],
        "for people": card.page,
        "fetched from": ", ".join((card.url, *card.also)),
        "read every": _span(card.every),
        "polled": "only where TOCSIN_SOURCES names it" if card.opt_in else "",
        "believed": _believed(card) if card.kind is SourceKind.LIST else "",
        "programmes": ", ".join(card.programmes),
        "what it means": " / ".join(_meanings(card)),
        "licence": card.licence,
        "to know": card.note,
    }
    rows = [f"- {name}: {fact}" for name, fact in facts.items() if fact]
    return [f"## `{card.id}`: {card.title}", "", *rows, ""]


def _meanings(card: SourceCard) -> Iterator[str]:
    """What its programmes do and do not do, on the day the table was read, each once and with its first codes."""
    texts = table("programmes")
    codes: dict[str, list[str]] = {}
    for programme in texts["programme"]:
        if card.id in programme["sources"] and programme["code"] in (*card.programmes, "*"):
            periods = programme.get("periods") or [programme]
            begun = [one for one in periods if "since" not in one or one["since"] <= texts["read"]]
            codes.setdefault((begun or periods)[-1]["effect"], []).append(programme["code"])
    for effect, found in codes.items():
        some = ", ".join(code for code in found if code != "*")[:60].rpartition(", ")[0] or found[0]
        which = "" if len(codes) == 1 else f"({'any other' if some == '*' else some}{', …' if len(found) > 3 else ''}) "
        yield f"{which}{texts['effects'][effect]['does']} {texts['effects'][effect]['does_not']}"


def _believed(card: SourceCard) -> str:
    """What an edition must be like to be believed at once."""
    fill = [f"{share:.0%} with {name.replace('listed_on', 'day of listing')}" for name, share in card.fill]
    lost = f"at most {card.may_lose:.0%} of the last ones gone"
    return ", ".join((f"{card.rows.start} to {card.rows.stop - 1} entries", lost, *fill))


def _span(every: timedelta) -> str:
    minutes = int(every.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes >= 60 and minutes % 60 == 0 else f"{minutes} min"
