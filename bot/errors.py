"""Everything that can go wrong, sorted by what to do about it.

    TocsinError
    ├── TryLater            the machine tries again by itself; logged, not shouted
    │   ├── FetchLater        a publisher was slow, busy or broken (429, 5xx, time-out, reset)
    │   ├── ChatBusy          a chat asked us to slow down
    │   └── StoreBusy         the store is locked or away for the moment
    ├── TellOperator        a person who runs Tocsin must look; told once, then remembered
    │   ├── FetchGone         410: the publisher retired this address
    │   ├── FetchRefused      401/403/404, a private address, a body over its cap, a scheme we do not speak
    │   ├── ListDamaged       a document cannot be the list it should be (cut, HTML, wrong file, wrong encoding)
    │   ├── FeedDamaged       a document is no feed, or one that cannot be read
    │   ├── StoreUnfit        a store that would lose what it acknowledged (Redis without append-only file)
    │   └── BadSettings       a setting has a value that cannot work
    ├── TellPerson          what somebody typed cannot be done; the message is shown to them as it is
    └── ChatRefused         a chat will never take this message at this place (archived, kicked, revoked): it is parked
        └── ChatDoubtful      the chat may or may not have taken it: look before sending again

A message names the thing, the value and the next step, because it is read at three in the morning.
"""

from __future__ import annotations

from datetime import timedelta


class TocsinError(Exception):
    """The root: catch it where one bad source or place must not stop the others."""


class TryLater(TocsinError):
    """It may work later. `after` is how long the other side asked us to wait, or None to use our own back-off."""

    def __init__(self, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class FetchLater(TryLater):
    """A publisher did not answer well enough for now (429, 5xx, time-out, reset, name not found).

    `host_wide` is true when the whole host should be left alone until then (429, 503), not only this address.
    """

    def __init__(self, message: str, *, after: timedelta | None = None, host_wide: bool = False) -> None:
        super().__init__(message, after=after)
        self.host_wide = host_wide


class ChatBusy(TryLater):
    """A chat said not now (429, 5xx before anything was stored). The delivery keeps its place in its lane."""


class StoreBusy(TryLater):
    """The store is locked or unreachable for the moment; nothing was written."""


class TellOperator(TocsinError):
    """Somebody who runs Tocsin has to look at it; trying again changes nothing."""


class FetchGone(TellOperator):
    """410: the publisher says this address is retired for good."""


class FetchRefused(TellOperator):
    """This address will not be read: forbidden, missing, private, too large, or of a scheme we do not speak."""


class ListDamaged(TellOperator):
    """A document is not (or not all of) the list it should be. The last good reading is kept."""


class FeedDamaged(TellOperator):
    """A document is no feed, or cannot be read as one. Says what it looks like instead."""


class StoreUnfit(TellOperator):
    """The store would forget what it acknowledged, so Tocsin refuses to start on it."""


class BadSettings(TellOperator):
    """A setting has a value that cannot work; the message names the setting and an example that does."""


class TellPerson(TocsinError):
    """What was asked cannot be done; the message is for the person who asked.

    Raised where nobody knows the reader's language, it may name its sentence in bot/data/words (`key`, with what is
    to be filled in), and the desk says that one. `field` names the argument that it is about, where it is one.
    """

    def __init__(self, message: str, *, key: str = "", field: str = "", **places: object) -> None:
        super().__init__(message)
        self.key = key
        self.field = field
        self.places = places


class ChatRefused(TocsinError):
    """This place will not take this message, now or ever: the delivery is parked and a person is told."""


class ChatDoubtful(ChatRefused):
    """The message may have been stored before the connection broke: look it up by its key before sending again."""
