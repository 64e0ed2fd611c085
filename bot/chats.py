"""How one file becomes a chat.

A file or package in `adapters` that has a function called `chat` offers one:

    def chat(premises: Premises) -> Chat | None: ...

It looks whether its token is among the settings, and gives the chat, or None when it is not wanted here. `shelf()`
finds every such file, so adding a chat is adding a file; nothing else is edited, its settings included: they are read
from where all others are, under the names that the file asks for. Libraries of a chat are imported inside `chat`, when
its token is there.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from bot.errors import BadSettings
from bot.model import Place
from bot.ports import Chat, Clock, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """What the house gives a chat."""

    settings: Mapping[str, str] = field(repr=False)  #: by their names in the environment; tokens are among them
    home: Path  #: where files of its own may be kept
    language: str  #: of operators
    operators: Place
    clock: Clock
    store: Store
    listen: tuple[str, int] | None = None  #: where it takes requests, when it is asked to

    def setting(self, name: str, default: str = "") -> str:
        """One setting, from the environment or `.env`; the default where it is empty."""
        return self.settings.get(name, "") or default

    async def places(self) -> list[Place]:
        """Everywhere something may have to be said: whoever watches, and the operators."""
        return [*(one.place for one in await self.store.subscriptions()), self.operators]


Offer = Callable[[Premises], Chat | None]


def shelf(package: ModuleType) -> Iterator[Offer]:
    """What each file of a package offers that offers a chat, by file name.

    Raises BadSettings when its `chat` is no function.
    """
    for module_info in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        offer = getattr(module, "chat", None)
        if offer is None:
            continue  # lists, news, stores: other shelves
        if not callable(offer):
            raise BadSettings(f"{module.__name__}: its chat is no function; write def chat(premises) there")
        yield offer


def wanted(package: ModuleType, premises: Premises) -> list[Chat]:
    """The chats of a package that have what they need.

    Raises BadSettings when two of them call themselves the same, or what a chat raises about its settings.
    """
    chats = [made for offer in shelf(package) if (made := offer(premises)) is not None]
    names = [one.platform for one in chats]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadSettings(f"two chats call themselves {twice[0]!r}; give one of them another `platform`")
    return chats
