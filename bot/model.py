"""The nouns. Read this first.

Said, remembered and intended are three different types: a `Document`, `Listing` or `Story` is what a publisher said;
a `Memory`, `Mark` or `Subscription` is what we remember; a `Poll` or `Delivery` is what we intend to write or post.
Times are aware and in UTC, and refused otherwise. A decision carries its reason.
"""

from __future__ import annotations

import hashlib
import io
from base64 import b32encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO


def aware(moment: datetime) -> datetime:
    """The moment in UTC. Raises ValueError for a naive one: an hour's doubt about a listing is a wrong alert."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; give an aware time")
    return moment.astimezone(UTC)


def fingerprint(*parts: str) -> str:
    """A short stable id over parts: 25 base32 characters of their SHA-256 (what a Discord nonce can hold)."""
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()
    return b32encode(digest[:20]).decode("ascii").lower()[:25]  # 20 bytes are 32 characters


# ── Sources and what they say ─────────────────────────────────────────────────────────────────────────────────────


class SourceKind(StrEnum):
    """What an absent entry means, and so how a reading is compared with the one before."""

    LIST = "list"  #: a register: who is no longer on it has been taken off
    NOTICES = "notices"  #: an official stream: what scrolls out of it is still true
    NEWS = "news"  #: an outlet's stream


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCard:
    """What we know of a place we poll."""

    id: str  #: file name, fixture folder, and what people type
    title: str
    publisher: str
    url: str  #: where the data is fetched; "{day}" in it is today's date, `behind` earlier
    every: timedelta  #: how often its publisher deserves a look
    kind: SourceKind = SourceKind.LIST
    also: tuple[str, ...] = ()  #: further addresses read in the same poll (streams only)
    page: str = ""  #: where a person reads the same thing
    rows: range = range(1, 1_000_000)  #: how many entries any edition may have; wide, the sharp guard is relative
    usual: int = 0  #: fewer entries than this are believed, but what comes above it later is history, not news
    may_lose: float = 0.10  #: the share of entries that may leave in one edition before a person must look
    fill: tuple[tuple[str, float], ...] = ()  #: fields of a listing, and the share of entries that have them at least
    programmes: tuple[str, ...] = ()  #: codes of `programmes.toml` that occur in it
    index: bool = False  #: its address may be that of an index, which says where the list is
    composed: bool = False  #: its keys are made of names: an entry under a new key may be one that was renamed
    carrier: bool = False  #: its programmes are lists of their own, and are what people call them
    licence: str = ""
    restricted: bool = False  #: its licence forbids some uses, and is named wherever its data is shown
    language: str = ""
    note: str = ""  #: what an operator has to know (blocks plain clients, needs a mirror, ...)
    behind: timedelta = timedelta(0)  #: how long before today an edition has a date of its own at the publisher's
    cap: int = 200_000_000  #: bytes after decompression; a larger body is refused
    silence: timedelta = timedelta(0)  #: how long its server may say nothing; 0 is the fetcher's own patience
    opt_in: bool = False  #: polled only where TOCSIN_SOURCES names it (a licence to accept, an address to give)
    user_given: bool = False  #: added from chat or command line: may not reach private addresses
    tier: int = 3  #: 1 official, 2 wire or paper of record, 3 other outlet


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave us so that it can say "not modified" next time."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a server sent, whole and decompressed, with how to recognise it again.

    `body` is bytes, or for large ones the path of a spooled file, so that memory stays flat.
    """

    url: str
    body: bytes | Path
    sha256: str
    fetched_at: datetime
    content_type: str = ""
    validators: Validators = Validators()
    size: int = 0

    @classmethod
    def of(cls, body: bytes, *, url: str = "memory:", at: datetime, content_type: str = "") -> Document:
        """A document held in memory, for tests and small bodies."""
        digest = hashlib.sha256(body).hexdigest()
        return cls(url=url, body=body, sha256=digest, fetched_at=aware(at), content_type=content_type, size=len(body))

    def open(self) -> BinaryIO:
        """The body from its first byte; the caller closes it."""
        return io.BytesIO(self.body) if isinstance(self.body, bytes) else self.body.open("rb")

    def head(self, size: int = 4096) -> bytes:
        """The first bytes, enough to recognise a format by."""
        with self.open() as stream:
            return stream.read(size)

    def whole(self) -> bytes:
        """All of it in memory: only for formats that cannot be streamed and are small."""
        return self.body if isinstance(self.body, bytes) else self.body.read_bytes()


class NameKind(StrEnum):
    PRIMARY = "primary"
    ALIAS = "alias"
    WEAK = "weak"  #: an alias the publisher itself calls weak
    FORMER = "former"
    ACRONYM = "acronym"
    BRAND = "brand"  #: a product or unit that points to the company
    PERSON = "person"  #: a person who points to the company


#: Names that lead to a company without being its name.
POINTERS = frozenset({NameKind.BRAND, NameKind.PERSON})


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    kind: NameKind = NameKind.ALIAS
    language: str = ""  #: BCP 47 where known; the script is in the text itself


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number that belongs to one legal person: `kind` as the publisher calls it (USCC, ISIN, IMO, ...)."""

    kind: str
    value: str


class EntityKind(StrEnum):
    COMPANY = "company"  #: any organisation
    PERSON = "person"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    UNKNOWN = "unknown"


#: Fields of a listing whose change is news. The others are kept and shown, but do not ring.
MATERIAL = frozenset({"name", "aliases", "programmes", "kind", "listed_on", "reason", "identifiers"})
#: Fields that every layout of one list carries; all that is compared when a publisher changes its layout.
COMMON = frozenset({"name", "programmes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One entry of a list, as published."""

    source: str
    key: str  #: stable between editions: the publisher's id, or composed as the source's docstring says
    name: str
    kind: EntityKind = EntityKind.UNKNOWN
    aliases: tuple[Name, ...] = ()
    programmes: tuple[str, ...] = ()
    listed_on: date | None = None
    reason: str = ""  #: the publisher's own words, or nothing
    identifiers: tuple[Identifier, ...] = ()
    countries: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()  #: "84 FR 22961"
    remarks: str = ""
    url: str = ""
    details: tuple[tuple[str, str], ...] = ()  #: other published fields worth keeping, by name

    def names(self) -> tuple[Name, ...]:
        """Every name, the primary one first."""
        return (Name(self.name, NameKind.PRIMARY), *self.aliases)

    def content(self) -> dict[str, object]:
        """The fields that make two readings of an entry the same or not; empty ones left out, sets sorted,

        so that neither a new field nor another order of the same aliases is a change.
        """
        fields: dict[str, object] = {
            "name": self.name,
            "kind": str(self.kind),
            "aliases": sorted((name.text, str(name.kind)) for name in set(self.aliases)),
            "programmes": sorted(set(self.programmes)),
            "listed_on": self.listed_on.isoformat() if self.listed_on else "",
            "reason": self.reason,
            "identifiers": sorted((one.kind, one.value) for one in set(self.identifiers)),
            "countries": sorted(set(self.countries)),
            "addresses": sorted(set(self.addresses)),
            "citations": sorted(set(self.citations)),
            "remarks": self.remarks,
            "url": self.url,
            "details": sorted(set(self.details)),
        }
        return {name: value for name, value in fields.items() if value}

    def content_hash(self) -> bytes:
        """Eight bytes over `content()`; equal hashes are taken for equal entries."""
        return hashlib.blake2b(
            repr(sorted(self.content().items())).encode("utf-8", "surrogatepass"), digest_size=8
        ).digest()


@dataclass(frozen=True, slots=True)
class Record:
    """One entry before it is parsed: its key, a fingerprint of its raw bytes, and how to parse it.

    Two editions of a list share nearly all their records, so only those with a new `mark` are parsed.
    """

    key: str
    mark: bytes  #: eight bytes over the raw record
    parse: Callable[[], Listing]
    formerly: tuple[str, ...] = ()  #: keys of other entries that the publisher says this one has taken up


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where an index says that a document is, and how to know that it came whole."""

    url: str
    size: int = 0  #: bytes; 0 where it is not said
    sha1: str = ""  #: in hexadecimal; empty where it is not said

    @property
    def proves(self) -> bool:
        """Whether a document that is as it says cannot be cut."""
        return bool(self.size or self.sha1)


@dataclass(slots=True, kw_only=True)
class Reading:
    """What a list source makes of a document. `records` may be read once; `signals` is complete after that."""

    layout: str  #: which of the publisher's formats, and the reader's version: "sdn.xml/1"
    records: Iterable[Record]
    edition: str = ""  #: what the publisher calls it, usually a date
    published: datetime | None = None
    declared: int | None = None  #: how many entries the document says it has
    history: int = 0  #: rows about who is no longer on the list, in a document that keeps them; they only grow
    see: Pointer | None = None  #: this document is only an index, and the list itself is there; see `SourceCard.index`
    changes: str = ""  #: in an index: where `steps` are
    steps: tuple[tuple[str, str], ...] = ()  #: each edition, oldest first, and where the changes are that made it
    taken: list[str] | None = None  #: in a document of changes: who is not there any more; whom it does not name stays
    shown_in: dict[str, str] = field(
        default_factory=dict
    )  #: of several documents read as one: key -> the sha256 of its
    open_ended: bool = False  #: nothing shows where the document ends, so that one cut at a line end looks whole
    signals: list[str] = field(default_factory=list)  #: unknown columns, programmes, types: for the operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One news item or official notice, as published."""

    source: str
    id: str  #: stable within its source, see adapters/news
    url: str  #: canonical
    title: str
    text: str = ""  #: plain text, mark-up removed
    language: str = ""
    published: datetime | None = None
    publisher: str = ""
    keys: tuple[str, ...] = ()  #: every way to recognise it again (guid, link, title and day); one hit is enough
    origin: str = ""  #: the outlet it retells, when it says so
    tier: int = 3  #: 1 official, 2 wire or paper of record, 3 other outlet
    updated: datetime | None = None
    citation: str = ""  #: an official notice's own citation: "86 FR 1234"
    whole: str = ""  #: of a notice that comes with a summary: where its whole text is

    @property
    def ref(self) -> str:
        """How it is called in every store: its source and its id there."""
        return f"{self.source}/{self.id}"


@dataclass(slots=True, kw_only=True)
class Bulletin:
    """What a stream source makes of a document: its items, newest first or not, and how it identifies them."""

    layout: str
    stories: list[Story]
    title: str = ""
    language: str = ""
    identity: str = ""  #: the kind of id that holds for the whole stream ("guid", "link", "title+day", "title")
    ttl: timedelta | None = None  #: what the publisher asks; clamped by the schedule
    signals: list[str] = field(default_factory=list)


# ── What changed ──────────────────────────────────────────────────────────────────────────────────────────────────


class ChangeKind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, old to new, each as readable text."""

    field: str
    old: str
    new: str

    @property
    def material(self) -> bool:
        return self.field in MATERIAL


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChange:
    """One entry between two readings. What kind of change it is follows from which side is there."""

    source: str
    key: str
    before: Listing | None
    after: Listing | None
    seen: datetime
    edition: str = ""
    sha256: str = ""  #: of the document that showed it
    fields: tuple[FieldChange, ...] = ()

    @property
    def kind(self) -> ChangeKind:
        if self.before is None:
            return ChangeKind.ADDED
        return ChangeKind.REMOVED if self.after is None else ChangeKind.CHANGED

    @property
    def listing(self) -> Listing:
        """The side to show: what is published now, or for a removal what was."""
        listing = self.after or self.before
        if listing is None:
            raise ValueError(f"{self.source} {self.key}: a change with neither side")
        return listing

    @property
    def material(self) -> bool:
        return self.kind is not ChangeKind.CHANGED or any(change.material for change in self.fields)


@dataclass(frozen=True, slots=True)
class Former:
    """An entry by names or numbers that it has no more: it was taken off, or published anew without them."""

    number: int  #: rises with each that is kept
    listing: Listing  #: only its source, key, kind, names and numbers


# ── Whom people watch, and why two names are one ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Whom somebody watches. From the company book, or made from the name as it was typed."""

    id: str  #: the book's id ("xiaomi"), or "name:" and the folded name
    name: str  #: as people say it
    names: tuple[Name, ...] = ()  #: every other spelling, native, former, acronym, brand, person
    identifiers: tuple[Identifier, ...] = ()
    country: str = ""
    not_names: tuple[str, ...] = ()  #: names that look like it and are somebody else
    tags: tuple[str, ...] = ()
    parent: str = ""  #: the id of the company it belongs to, where both are in the book
    from_book: bool = False

    def all_names(self) -> tuple[Name, ...]:
        return (Name(self.name, NameKind.PRIMARY), *self.names)


class Verdict(StrEnum):
    SAME = "same"
    RELATED = "related"  #: same group or brand, another unit
    NO = "no"


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of an explanation: the rule, how much it counts (0 to 1), and the two spellings that met."""

    rule: str  #: "same name", "legal form ignored", "alias (zh)", "one letter differs"
    score: float
    ours: str = ""
    theirs: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Whether two names are one, and why."""

    verdict: Verdict
    score: float
    reasons: tuple[Reason, ...] = ()

    @property
    def band(self) -> str:
        """certain, likely or possible: a word for people who do not read scores."""
        return "certain" if self.score >= 0.95 else "likely" if self.score >= 0.85 else "possible"


class Role(StrEnum):
    SUBJECT = "subject"
    MENTIONED = "mentioned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A watched company found in a text: where, by which name, and whether the text is about it."""

    company: str  #: Company.id
    surface: str  #: as it stands in the text
    where: str  #: "title" or "text"
    start: int  #: character offset in that part
    name: Name = Name("")  #: which of our names it met
    role: Role = Role.MENTIONED
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What a story says, as far as it can be read from its own text."""

    language: str = ""
    listing_story: bool = False
    source: str = ""  #: the id of the list meant, or nothing
    stage: str = ""  #: proposed, announced, in_force, relief, suspended_by_court, removed, reaction, background
    reason: str = ""  #: the sentence that says why, verbatim, or nothing
    disputes: str = ""  #: the sentence in which the company denies or contests it, verbatim, or nothing
    origin: str = ""  #: the outlet it retells
    mentions: tuple[Mention, ...] = ()
    because: tuple[Reason, ...] = ()


# ── What we tell ──────────────────────────────────────────────────────────────────────────────────────────────────


class Badge(StrEnum):
    """How a story stands to the official record."""

    OFFICIAL = "official"  #: it is the record
    CONFIRMED = "confirmed"  #: on the list it speaks of
    ELSEWHERE = "elsewhere"  #: not on the list it speaks of, but on another
    WAS_LISTED = "was_listed"  #: was on a list and has been taken off
    NOT_FOUND = "not_found"  #: on none of the lists read


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The other side: the list that bears a story out, or the story that announced a listing."""

    badge: Badge
    source: str = ""  #: the list, or nothing when no list has it
    listing: Listing | None = None
    until: datetime | None = None  #: when we saw it taken off
    at: datetime | None = None  #: when that list was last read; for "not found", the oldest of those readings
    lists: int = 0  #: how many lists were asked
    url: str = ""
    day: date | None = None  #: the story's own day, where it has one
    then: Badge | None = None  #: how the story stood to this list on that day, where the record can tell

    @property
    def confirms(self) -> bool:
        """Whether the list the story speaks of has, or on the story's day had, the company."""
        return Badge.CONFIRMED in (self.badge, self.then)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a programme means, in our words: what being listed does, what it does not, on what ground."""

    programme: str
    title: str
    authority: str
    does: str
    does_not: str
    citation: str
    who: str = ""  #: who must act
    url: str = ""
    read: date | None = None
    since: date | None = None  #: the day from which it has meant this, where known
    until: date | None = None  #: the last day on which it does or did
    rank: int = 0  #: how severe, 0 to 100


class AlertKind(StrEnum):
    LISTED = "listed"
    CHANGED = "changed"
    DELISTED = "delisted"
    NOTICE = "notice"  #: an official document names it
    LISTING_STORY = "listing_story"
    SUBJECT = "subject"  #: a story about the company, not about a listing
    MENTION = "mention"


class Severity(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What we would tell about one company. The same for every place; the card is drawn per reader."""

    id: str  #: fingerprint of the event: company, list or story, and what happened
    kind: AlertKind
    company: Company
    source: str
    at: datetime  #: when we saw it
    severity: Severity
    changes: tuple[ListChange, ...] = ()  #: for list alerts: every row of this company in this edition
    story: Story | None = None
    analysis: Analysis | None = None
    match: Match | None = None
    evidence: tuple[Evidence, ...] = ()
    fresh: datetime | None = None  #: when its list was last read whole
    follows: tuple[str, ...] = ()  #: ids of earlier alerts of the same event, which this one joins
    announced: tuple[Story, ...] = ()  #: of a list change: the stories and notices that told it before, without text
    moved: Listing | None = None  #: the other end of a move between lists: where it was, or for a removal where it is
    remaining: int = 0  #: of a delisting: how many entries of the company itself stay on that list
    revision: int = 1

    @property
    def relation(self) -> str:
        """Of entries that are not the company's own: "related", or "perhaps" where even that is only possible."""
        if not self.changes or self.match is None or self.match.verdict is Verdict.SAME:
            return ""
        return "perhaps" if self.match.band == "possible" else "related"

    @property
    def partial(self) -> bool:
        """Whether a delisting leaves the company itself where it was: a unit of it went, or one entry of several."""
        return self.kind is AlertKind.DELISTED and bool(self.relation or self.remaining)

    @property
    def listings(self) -> tuple[Listing, ...]:
        """The entries this alert is about: those that changed, or that bear its story out, today or on its day."""
        if self.changes:
            return tuple(change.listing for change in self.changes)
        return tuple(one.listing for one in self.evidence if one.listing and one.confirms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One entry of the record that is, or is related to, a company: the entry and why we say so."""

    listing: Listing
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Not news: what is already listed today for the companies a place watches, told once after a first reading."""

    id: str
    at: datetime
    found: tuple[tuple[Company, tuple[Found, ...]], ...] = ()
    read: tuple[tuple[str, datetime], ...] = ()  #: which lists were asked and when each was last read


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the people who run Tocsin must know, once."""

    id: str
    source: str
    title: str
    text: str
    at: datetime


#: Updates of one alert that are remembered; an event told by more outlets than this is no less told.
UPDATES_KEPT = 200


class UpdateKind(StrEnum):
    """What happened to an alert after it was posted."""

    ACKNOWLEDGED = "acknowledged"  #: somebody here took it on
    NOT_THIS = "not_this"  #: somebody here said that it is another company
    REPORTED = "reported"  #: another outlet tells the same event
    CONFIRMED = "confirmed"  #: the official record now bears its story out
    DELISTED = "delisted"  #: what it told of has been taken off
    EDITED = "edited"  #: its publisher changed the story
    MUTED = "muted"  #: somebody here wants to hear nothing of its company for a while
    RECONSIDERED = "reconsidered"  #: somebody here took back that it is another company
    UNMUTED = "unmuted"  #: somebody here ended the mute
    BEFORE = "before"  #: it was said here to be another company, and its entry has changed since


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Something that changes what a posted alert says: its message is drawn again, and nobody is rung."""

    id: str
    of: str  #: key of the delivery whose message changes
    kind: UpdateKind
    at: datetime
    by: str = ""  #: the person, outlet or list it comes from
    text: str = ""  #: in words of theirs: why it is another company, what the title is now
    url: str = ""
    alert: Alert | None = None  #: the alert as it is now, where its own words changed

    @classmethod
    def of_delivery(cls, key: str, kind: UpdateKind, *, at: datetime, by: str = "", **rest: Any) -> Update:
        """The same thing said of the same message is the same update, however often it is said."""
        about = [rest["text"]] if rest.get("text") else []
        id = fingerprint("update", key, kind, by, rest.get("url", ""), *about)
        return cls(id=id, of=key, kind=kind, at=at, by=by, **rest)


@dataclass(frozen=True, slots=True)
class Updates:
    """Everything that changed what one posted alert says, in the order it came."""

    all: tuple[Update, ...] = ()

    def plus(self, update: Update) -> Updates:
        """With one more; the same one twice is one, and of alerts only the last is kept."""
        if any(one.id == update.id for one in self.all):
            return self
        earlier = [replace(one, alert=None) for one in self.all] if update.alert else self.all
        return Updates((*earlier, update)[-UPDATES_KEPT:])

    @property
    def alert(self) -> Alert | None:
        """The alert as it is now, where its own words changed."""
        return next((one.alert for one in reversed(self.all) if one.alert), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """An alert in one line: who, what, when, where it can be read. The whole of it stays in the store."""

    alert: str  #: its id
    revision: int = 1
    kind: AlertKind
    company: str  #: as people say it
    source: str
    severity: Severity
    at: datetime
    title: str = ""  #: the story's headline, or the name on the first of its entries
    entries: int = 0  #: of a list alert: how many
    url: str = ""
    relation: str = ""  #: of entries that are not the company's own, as Alert has it
    partial: bool = False  #: of a delisting that leaves the company itself where it was
    on_list: str = ""  #: the list of its entries, where their source carries several

    @classmethod
    def of(cls, alert: Alert) -> Brief:
        return cls(
            alert=alert.id,
            revision=alert.revision,
            kind=alert.kind,
            company=alert.company.name,
            source=alert.source,
            severity=alert.severity,
            at=alert.at,
            title=(alert.story.title if alert.story else alert.changes[0].listing.name if alert.changes else "")[:300],
            entries=len(alert.changes),
            url=alert.story.url if alert.story else next((one.url for one in alert.listings if one.url), ""),
            relation=alert.relation,
            partial=alert.partial,
        )


class Gathering(StrEnum):
    """Why several alerts are told in one message."""

    OVERFLOW = "overflow"  #: one poll found more than a channel can read
    LANE = "lane"  #: too many were waiting for this place
    MUTED = "muted"  #: they came while their company was muted here
    PAUSED = "paused"  #: they came while alerts were paused here


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Several alerts in one message, the loudest first. Each of them is in the store and can be shown whole."""

    id: str
    at: datetime
    why: Gathering
    briefs: tuple[Brief, ...]

    @classmethod
    def of(cls, why: Gathering, briefs: Iterable[Brief], *, at: datetime) -> Digest:
        """The same alerts gathered for the same reason are the same digest."""
        gathered = tuple(briefs)
        return cls(id=fingerprint("digest", why, *(one.alert for one in gathered)), at=at, why=why, briefs=gathered)


Message = Alert | Standing | Notice | Update | Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One company that a text names, and what the record says of it."""

    company: Company
    mention: Mention  #: its first one
    spellings: tuple[str, ...] = ()  #: every way it is written there
    watched: bool = False  #: by the place that asked
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All that can be said of one text somebody put before us: what it says, whom it names, what the record says."""

    story: Story
    analysis: Analysis
    named: tuple[Named, ...] = ()
    effects: tuple[Effect, ...] = ()  #: what the listing it speaks of means
    day: date | None = None  #: on which day it means that: the story's, or that of the listing, or today


@dataclass(frozen=True, slots=True)
class Place:
    """A channel or a person: `slack:T0/C024`, `discord:guild/channel`, `console:`."""

    platform: str
    address: str = ""

    @classmethod
    def parse(cls, text: str) -> Place:
        platform, colon, address = text.partition(":")
        if not platform or not colon:
            raise ValueError(f"{text!r} is no place; write platform:address, for example slack:T0/C024 or console:")
        return cls(platform, address)

    def __str__(self) -> str:
        return f"{self.platform}:{self.address}"


#: What rings by default: the lists themselves, official notices, and stories about a listing.
DEFAULT_KINDS = frozenset(
    {AlertKind.LISTED, AlertKind.CHANGED, AlertKind.DELISTED, AlertKind.NOTICE, AlertKind.LISTING_STORY}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who wants to hear what, where."""

    place: Place
    target: str  #: the company as it was typed; "tag:chips"; or "*" for every company of the book
    made_by: str
    made_at: datetime
    kinds: frozenset[AlertKind] = DEFAULT_KINDS
    sources: frozenset[str] = frozenset()  #: only these; empty is all
    languages: frozenset[str] = frozenset()  #: stories in these only (ISO 639-1); empty is all
    language: str = "en"
    related: bool = True  #: also units of the group, not only the company itself
    paused_until: datetime | None = None
    home: Place | None = None  #: where the person who made it is reached alone

    @property
    def id(self) -> str:
        return fingerprint(str(self.place), self.target.casefold())


class FollowUps(StrEnum):
    """What becomes of later reports of an event that was told here already."""

    THREAD = "thread"  #: they go into the first alert's thread
    CHANNEL = "channel"  #: they are posted like the first one
    QUIET = "quiet"  #: only the first alert is edited


class Managers(StrEnum):
    """Who may change what a place watches."""

    EVERYONE = "everyone"
    MANAGERS = "managers"  #: those whom the platform lets manage the place
    LISTED = "listed"  #: the people named in the settings, and managers


#: The shelf of how each place wants things, by the place.
PLACES = "places"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSettings:
    """How one place wants things. What a watch itself says (kinds, lists, languages) is the default for new ones."""

    place: Place
    language: str = ""  #: of cards; empty is the language of whoever asks
    kinds: frozenset[AlertKind] = DEFAULT_KINDS
    sources: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    related: bool = True
    follow_ups: FollowUps = FollowUps.THREAD
    managers: Managers = Managers.EVERYONE
    people: tuple[str, ...] = ()  #: who may, where managers is "listed": ids of the platform
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something a person did, for the audit. Acts are never changed or removed."""

    id: str  #: the same act twice is one: a click that was sent again
    at: datetime
    person: str
    place: Place
    what: str  #: "acknowledged", "not_this", "muted", "watched", "unwatched", "settings", ...
    company: str = ""
    about: str = ""  #: key of the delivery it was done on
    text: str = ""  #: why, in the person's words; what was set to what
    url: str = ""  #: the evidence that was on the table


#: The shelf of what is new about posted alerts (`Updates`), by the key of their delivery.
UPDATES = "updates"
#: The shelf of how each place wants things (`PlaceSettings`).
PLACES = "places"


@dataclass(frozen=True, slots=True)
class Paper:
    """One thing kept under a name on a shelf of the store, as bytes: settings, dispositions, installations."""

    shelf: str
    key: str
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decided, written whole or not at all: what is kept, what is dropped, who did it, who is told."""

    keep: tuple[Paper, ...] = ()
    drop: tuple[tuple[str, str], ...] = ()  #: shelf and key
    acts: tuple[Act, ...] = ()
    deliveries: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a chat gave back: enough to edit the message or to answer in its thread."""

    id: str
    thread: str = ""


#: The receipt of what needed no message of its own.
NOWHERE = Receipt("")

#: Why operators are told of trouble, as `why` says it.
OPERATES = "for whoever runs Tocsin"


def delivery_key(message: str, place: Place, revision: int = 1) -> str:
    """The key of a message at a place: the same message there is the same delivery, however often it is made."""
    return fingerprint(message, str(place), str(revision))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message for a place, and what became of it."""

    key: str  #: stable: the same alert for the same place in the same revision is the same delivery
    place: Place
    message: Message
    because: str  #: the subscription or rule that routed it here
    due: datetime
    language: str = "en"
    asker: Place | None = None  #: where the person who asked for it is told when it cannot arrive
    attempts: int = 0
    doubtful: bool = False  #: an earlier attempt may have been stored: look before sending
    receipt: Receipt | None = None
    parked: str = ""  #: why it will not be sent, in words for a person
    posted_at: datetime | None = None
    follows: tuple[str, ...] = ()  #: keys of earlier deliveries here whose thread this one joins
    lease: str = ""  #: the claim under which a courier holds it; settle is refused under another

    @classmethod
    def of(
        cls,
        message: Message,
        place: Place,
        *,
        because: str,
        due: datetime,
        language: str = "en",
        asker: Place | None = None,
    ) -> Delivery:
        earlier = message.follows if isinstance(message, Alert) else ()
        revision = message.revision if isinstance(message, Alert) else 1
        return cls(
            key=delivery_key(message.id, place, revision),
            place=place,
            message=message,
            because=because,
            due=aware(due),
            language=language,
            asker=asker,
            follows=tuple(delivery_key(id, place) for id in earlier),
        )

    def untold(self, because: str, at: datetime) -> Delivery:
        """Kept without a message of its own: muted, dismissed, or told in a digest. It can still be shown."""
        return replace(self, because=because, receipt=NOWHERE, posted_at=aware(at))

    def posted(self, receipt: Receipt, at: datetime) -> Delivery:
        return replace(self, receipt=receipt, posted_at=aware(at), attempts=self.attempts + 1, parked="")

    def later(self, due: datetime, *, doubtful: bool = False) -> Delivery:
        return replace(self, due=aware(due), attempts=self.attempts + 1, doubtful=self.doubtful or doubtful)

    def park(self, why: str) -> Delivery:
        return replace(self, parked=why, attempts=self.attempts + 1)


# ── What we remember of a source, and all that one poll changes ───────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Mark:
    """What is remembered of an entry without loading it."""

    raw: bytes  #: `Record.mark` of the last reading
    content: bytes  #: `Listing.content_hash()`
    missing: int = (
        0  #: in how many readings in a row it was absent; at two it is a delisting. -1: once, by a cut perhaps
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """A reading that was not believed, kept until a good one comes or an operator accepts it."""

    why: str
    first_at: datetime
    sha256: str
    rows: int = 0
    lost: str = ""  #: fingerprint of the keys that were gone, to recognise the same loss again
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What we remember of a source between polls."""

    source: str
    version: int = 0  #: raised by each commit; a commit made from an older one is refused
    due: datetime | None = None  #: when to look next
    read_at: datetime | None = None  #: when it was last read whole and believed (or said "not modified")
    begun: datetime | None = None  #: when it was first read whole: what it said before that day is not known from it
    changed_at: datetime | None = None
    tried_at: datetime | None = None
    layout: str = ""
    edition: str = ""
    published: datetime | None = None
    sha256: str = ""
    rows: int = 0
    history: int = 0  #: `Reading.history` of the last good reading
    tail: tuple[str, ...] = ()  #: the last keys of the last good reading, as they stood in the document
    doubted_at: datetime | None = None  #: when a document that was believed, but may be cut at its end, was last read
    validators: tuple[tuple[str, Validators], ...] = ()  #: per address
    moved: tuple[
        tuple[str, str, int], ...
    ] = ()  #: address, where it permanently moved, in how many polls that was seen
    failures: int = 0  #: in a row
    trouble: str = ""  #: the last failure, as told to the operator; empty when all is well
    told: str = ""  #: fingerprint of the trouble the operator was told, so that it is told once
    quarantine: Quarantine | None = None
    damaged: Quarantine | None = None  #: the last document, where it could not be the list it should be
    retired: bool = False
    identity: str = ""
    stream: bool = False  #: a source of stories or notices, not a register
    pending: int = 0  #: entries absent once, waiting for a second reading before they are called delisted
    introduced: bool = False  #: whether places were told what its first reading says of their companies
    signals: tuple[str, ...] = ()  #: what its reader noticed and could not place
    of_entries: tuple[str, ...] = ()  #: those of them about entries, which are looked into again only when they change
    gap: float = 0.0  #: learned seconds between news, for adaptive intervals
    accept_next: bool = False  #: an operator said that the quarantined change is real

    def validators_for(self, url: str) -> Validators:
        return dict(self.validators).get(url, Validators())


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """All that one poll changes. The store keeps all of it or nothing."""

    memory: Memory  #: as it will be; `memory.version` is the one this poll was made from
    listings: tuple[tuple[Listing, Mark], ...] = ()  #: new or changed entries
    marks: tuple[tuple[str, Mark], ...] = ()  #: entries of which only the mark changed
    removed: tuple[str, ...] = ()  #: keys that are off the list for good
    changes: tuple[ListChange, ...] = ()
    stories: tuple[Story, ...] = ()  #: new ones, and edits under the same id
    story_companies: tuple[
        tuple[str, str], ...
    ] = ()  #: story (`source/id`) -> company id, for "nearest recent stories"
    deliveries: tuple[Delivery, ...] = ()
    keep: tuple[Paper, ...] = ()  #: what goes with these deliveries: what was held back, and why others were not sent


# ── What we say before it is drawn, and what people type ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its words. `quote` is somebody else's text: shown as a quotation, never interpreted."""

    heading: str
    text: str
    quote: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """A press of it is a typed command: the same registry answers both."""

    text: str
    command: str
    arguments: tuple[tuple[str, str], ...] = ()
    danger: bool = False  #: it takes something away


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What we say, in words, before a chat draws it."""

    summary: str  #: one line that can be read alone: notifications and screen readers get this
    title: str
    severity: Severity = Severity.LOW
    sections: tuple[Section, ...] = ()
    links: tuple[Link, ...] = ()
    buttons: tuple[Button, ...] = ()
    footer: str = ""
    language: str = ""  #: of its words, for those of a chat's own frame; empty is the chat's


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes along: a list of names to import, an export, a picture."""

    name: str
    body: bytes = field(repr=False)
    type: str = "text/csv"
    alt: str = ""  #: what a picture shows, in words


class FieldKind(StrEnum):
    """What a field of a form takes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that may be chosen."""

    text: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form."""

    name: str  #: the argument of the form's command that the answer becomes
    text: str  #: the question, 45 characters at most (Discord's label)
    kind: FieldKind = FieldKind.TEXT
    options: tuple[Option, ...] = ()
    value: tuple[str, ...] = ()  #: what is set now
    hint: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a chat asks in a box of its own. Sent, it is a typed command: the same registry answers both."""

    title: str  #: 24 characters at most (Slack's title)
    command: str
    fields: tuple[Field, ...]
    arguments: tuple[tuple[str, str], ...] = ()  #: what goes along unasked


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was typed, whoever drew the box it was typed in."""

    command: str  #: "watch add"
    place: Place
    person: str
    arguments: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    language: str = "en"
    at: datetime
    manager: bool = True  #: whether the platform lets this person manage the place
    files: tuple[Attachment, ...] = ()
    home: Place | None = None  #: where this person alone is reached
    #: Takes a line on how far a long command is, from any thread, and raises nothing; None where nobody would see it.
    progress: Callable[[str], None] | None = field(default=None, repr=False, compare=False)

    def one(self, name: str) -> str:
        """The single value of an argument, or an empty text."""
        value = dict(self.arguments).get(name, "")
        return value if isinstance(value, str) else " ".join(value)

    def many(self, name: str) -> tuple[str, ...]:
        value = dict(self.arguments).get(name, ())
        return ((value,) if value else ()) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What was answered: cards for people, data for `--json`."""

    cards: tuple[Card, ...]
    data: object = None
    private: bool = True
    ok: bool = True
    files: tuple[Attachment, ...] = ()
