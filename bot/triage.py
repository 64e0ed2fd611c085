"""What people decided about alerts, and what follows from it for the next ones. Pure.

Three things can be said of an alert in a place: somebody takes it on (acknowledged), it is about another company
(dismissed), or nothing of its company shall ring for a while (muted). A dismissal holds for the record it was said
of, until that record's names, identifiers or programmes change; for a story it holds for its event, and for the
spelling under which that outlet writes of somebody else. A mute loses nothing: what came meanwhile is told in one
message when it ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from bot.codec import encode
from bot.data import table
from bot.model import (
    Act,
    Alert,
    Brief,
    Decision,
    Delivery,
    ListChange,
    Listing,
    Paper,
    Place,
    Update,
    UpdateKind,
    fingerprint,
)

#: Shelves of the store.
DISPOSITIONS = "dispositions"
MUTES = "mutes"
HELD = "held"
UNSENT = "unsent"

#: The longest mute: what must be silent for longer should not be watched.
LONGEST_MUTE = timedelta(days=366)


# ── Who a record is about, and whether that changed ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a record this record, for somebody who says that it is another company."""

    names: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()

    @classmethod
    def of(cls, listing: Listing) -> Identity:
        """Without order, doubles, and spaces that a publisher sets differently."""
        numbers = (f"{one.kind} {one.value}" for one in listing.identifiers)
        names = (one.text for one in listing.names())
        return cls(_set(names), _set(numbers), _set(listing.programmes))

    def since(self, before: Identity) -> str:
        """What is new (+) and what is gone (-), in any language."""
        ours = [*self.names, *self.identifiers, *self.programmes]
        theirs = [*before.names, *before.identifiers, *before.programmes]
        new, gone = [one for one in ours if one not in theirs], [one for one in theirs if one not in ours]
        return ", ".join([*(f"+ {one}" for one in new), *(f"− {one}" for one in gone)])


def _set(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({" ".join(one.split()) for one in texts}))


# ── What is kept ──────────────────────────────────────────────────────────────────────────────────────────────────


class Of(StrEnum):
    """What was said to be another company."""

    RECORD = "record"  #: an entry of a list
    EVENT = "event"  #: a story, and what later tells the same event
    SPELLING = "spelling"  #: how one source writes of somebody else


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """Somebody said, in a place, that something is not this company."""

    place: Place
    company: str  #: Company.id
    of: Of
    source: str
    key: str  #: of the record; the alert of the event; the spelling, in lower case
    by: str
    at: datetime
    why: str = ""
    about: str = ""  #: key of the delivery it was said of
    identity: Identity = Identity()  #: of a record: as it was then
    name: str = ""  #: what people call it

    @property
    def paper(self) -> Paper:
        parts = (str(self.place), self.company, self.of, self.source, self.key)
        return Paper(DISPOSITIONS, fingerprint(*parts), encode(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """Nothing of a company rings in a place until then."""

    place: Place
    company: str
    by: str
    at: datetime
    until: datetime

    @property
    def paper(self) -> Paper:
        return Paper(MUTES, mute_key(self.place, self.company), encode(self))


def mute_key(place: Place, company: str) -> str:
    return fingerprint(str(place), company)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An alert that came while its company was muted or its watches paused, to be told when that ends."""

    place: Place
    company: str
    brief: Brief
    paused: bool = False  #: else muted
    language: str = "en"
    asker: Place | None = None

    def paper(self, key: str) -> Paper:
        """`key` is that of its delivery."""
        return Paper(HELD, key, encode(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an alert was not sent: which setting or whose word, as words of the table `unsent`."""

    rule: str
    by: str = ""
    what: str = ""
    when: datetime | None = None

    def words(self, language: str = "en") -> str:
        said = table(f"words/{language}").get("unsent", {}) if language in {"en", "fr"} else {}
        sentence = said.get(self.rule) or table("words/en")["unsent"][self.rule]
        day, moment = (f"{self.when:%Y-%m-%d}", f"{self.when:%Y-%m-%d %H:%M} UTC") if self.when else ("", "")
        return str(sentence).format(by=self.by, what=self.what, day=day, moment=moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """One alert that a setting of a place kept back, for whoever asks why."""

    at: datetime
    company: str
    brief: Brief
    refusal: Refusal


def unsent_key(place: Place, source: str) -> str:
    """Under which the latest of one source and place are kept, newest first."""
    return f"{place} {source}"


# ── What holds now ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Here:
    """What one place said of one company."""

    dismissed: Mapping[tuple[Of, str, str], Disposition] = field(default_factory=dict)
    mute: Mute | None = None

    def muted(self, now: datetime) -> Mute | None:
        return self.mute if self.mute and now < self.mute.until else None

    def dismissal(self, alert: Alert) -> Disposition | None:
        """Who said that all of this alert is about another company, where that still holds."""
        if not self.dismissed:
            return None
        if alert.story is None:
            found = [self.of_record(change.listing) for change in alert.changes]
            return found[0] if found and all(found) else None
        for event in (alert.id, *alert.follows):
            if said := self.dismissed.get((Of.EVENT, "", event)):
                return said
        spelled = [self.dismissed.get((Of.SPELLING, alert.source, one)) for one in spellings(alert)]
        return spelled[0] if spelled and all(spelled) else None

    def of_record(self, listing: Listing) -> Disposition | None:
        said = self.dismissed.get((Of.RECORD, listing.source, listing.key))
        return said if said and said.identity == Identity.of(listing) else None

    def outdated(self, alert: Alert) -> Iterator[tuple[Disposition, ListChange]]:
        """What was dismissed here, and has changed since."""
        for change in alert.changes if self.dismissed and alert.story is None else ():
            said = self.dismissed.get((Of.RECORD, change.source, change.key))
            if said and said.identity != Identity.of(change.listing):
                yield said, change


NOTHING_SAID = Here()


@dataclass(frozen=True, slots=True)
class Rulings:
    """All that holds now, by company, so that one that nobody spoke of costs nothing."""

    companies: Mapping[str, Mapping[Place, Here]] = field(default_factory=dict)
    paused: Mapping[Place, datetime] = field(default_factory=dict)

    @classmethod
    def of(
        cls, dispositions: Iterable[Disposition], mutes: Iterable[Mute], paused: Mapping[Place, datetime] | None = None
    ) -> Rulings:
        said: dict[str, dict[Place, dict[tuple[Of, str, str], Disposition]]] = {}
        for one in dispositions:
            source = "" if one.of is Of.EVENT else one.source
            said.setdefault(one.company, {}).setdefault(one.place, {})[one.of, source, one.key] = one
        companies = {company: {place: Here(what) for place, what in at.items()} for company, at in said.items()}
        for mute in mutes:
            at = companies.setdefault(mute.company, {})
            at[mute.place] = replace(at.get(mute.place, NOTHING_SAID), mute=mute)
        return cls(companies, paused or {})

    def about(self, company: str) -> Mapping[Place, Here]:
        return self.companies.get(company, {})


def spellings(alert: Alert) -> Mapping[str, str]:
    """How a story writes the company's name: in lower case, and as it stands there first."""
    mentions = alert.analysis.mentions if alert.analysis else ()
    found: dict[str, str] = {}
    for one in mentions:
        if one.company == alert.company.id:
            written = " ".join(one.surface.split())
            found.setdefault(written.casefold(), written)
    return found


# ── Deciding ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Somebody who says something about an alert that came to a place."""

    delivery: Delivery
    alert: Alert  #: as it is now
    person: str
    at: datetime
    url: str = ""  #: the evidence on the table
    after: str = ""  #: id of the last act that this one answers; two people at once have the same, and one of them wins

    @property
    def place(self) -> Place:
        return self.delivery.place

    def act(self, what: str, text: str = "") -> Act:
        return Act(
            id=fingerprint("act", what, self.delivery.key, self.after),
            at=self.at,
            person=self.person,
            place=self.place,
            what=what,
            company=self.alert.company.id,
            about=self.delivery.key,
            text=text,
            url=self.url,
        )

    def update(self, kind: UpdateKind, act: Act, text: str = "") -> Delivery:
        """What the message says from now on, to everybody; queued like any other, and rings for nobody."""
        update = Update(
            id=fingerprint("update", act.id), of=self.delivery.key, kind=kind, at=self.at, by=self.person, text=text
        )
        return Delivery.of(
            update, self.place, because=f"{self.person} pressed a button", due=self.at, language=self.delivery.language
        )


def acknowledge(saying: Saying) -> Decision:
    """Somebody takes it on. Once: whoever comes second hears who was first."""
    act = saying.act(UpdateKind.ACKNOWLEDGED)
    return Decision(acts=(act,), deliveries=(saying.update(UpdateKind.ACKNOWLEDGED, act),))


def not_this(saying: Saying, why: str) -> Decision:
    """It is about another company: nothing of the same record, or of the same story, rings here for this one."""
    act = saying.act(UpdateKind.NOT_THIS, why)
    return Decision(
        keep=tuple(one.paper for one in dispositions(saying, why)),
        acts=(act,),
        deliveries=(saying.update(UpdateKind.NOT_THIS, act, why),),
    )


def dispositions(saying: Saying, why: str = "") -> tuple[Disposition, ...]:
    """What "not this company" says of an alert: each of its records, or its event and how it spells the name."""
    alert = saying.alert
    said = Disposition(
        place=saying.place,
        company=alert.company.id,
        of=Of.EVENT,
        source=alert.source,
        key=alert.id,
        by=saying.person,
        at=saying.at,
        why=why,
        about=saying.delivery.key,
    )
    if alert.story:
        return (said, *(replace(said, of=Of.SPELLING, key=key, name=name) for key, name in spellings(alert).items()))
    return tuple(
        replace(said, of=Of.RECORD, source=one.source, key=one.key, identity=Identity.of(one), name=called(one))
        for one in alert.listings
    )


def called(listing: Listing) -> str:
    """An entry by its name, with its number where the list gives it one."""
    name = f"“{listing.name[:120]}”"
    return f"{name} ({listing.key})" if any(one.isdigit() for one in listing.key) else name


def mute(saying: Saying, until: datetime) -> Decision:
    """Nothing of its company rings here until then."""
    words = f"{until:%Y-%m-%d %H:%M} UTC"
    act = saying.act(UpdateKind.MUTED, words)
    kept = Mute(place=saying.place, company=saying.alert.company.id, by=saying.person, at=saying.at, until=until)
    return Decision(keep=(kept.paper,), acts=(act,), deliveries=(saying.update(UpdateKind.MUTED, act, words),))


def undo(saying: Saying, kind: UpdateKind, dropped: Iterable[tuple[str, str]]) -> Decision:
    """Take back a dismissal (RECONSIDERED) or a mute (UNMUTED): its papers go, and the message says so."""
    act = saying.act(kind)
    return Decision(drop=tuple(dropped), acts=(act,), deliveries=(saying.update(kind, act),))


_SPAN = re.compile(r"(\d{1,3})\s*(h|d|w|hours?|days?|weeks?|heures?|jours?|j|semaines?)", re.IGNORECASE)
_UNIT = {"h": "hours", "d": "days", "j": "days", "w": "weeks", "s": "weeks"}


def until(span: str, now: datetime) -> datetime | None:
    """The end of "7d", "2 weeks" or "2026-12-01" (its beginning, in UTC), on a whole minute; None for other words.

    Raises ValueError for an end that is past, or further away than a year.
    """
    text = span.strip()
    if found := _SPAN.fullmatch(text):
        end = now + timedelta(**{_UNIT[found[2][0].lower()]: int(found[1])})
        end = end.replace(second=0, microsecond=0)
    else:
        try:
            end = datetime.combine(date.fromisoformat(text), time(), UTC)
        except ValueError:
            return None
    if not now < end <= now + LONGEST_MUTE:
        raise ValueError(f"{end:%Y-%m-%d %H:%M} UTC")
    return end
