"""/alert acknowledge, not, mute, undo: what people do with an alert, by its buttons or by typing.

The message itself then says, to everybody, who did what and when; the answer here is for the person alone and says
what follows from it. Of two who press at once one is first, and the other hears who.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import triage
from bot.cards import Reader, plain_card, when
from bot.codec import decode
from bot.commands import Argument, Office, command
from bot.commands.places import check, settings_of
from bot.errors import TellPerson
from bot.model import (
    UPDATES,
    Act,
    Alert,
    Brief,
    Button,
    Decision,
    Delivery,
    Field,
    FieldKind,
    Form,
    Reply,
    Request,
    UpdateKind,
    Updates,
)
from bot.triage import DISPOSITIONS, MUTES, Disposition, Mute, Of, Saying, mute_key

KEY = Argument(name="key", about="the key of an alert, as `why` shows it")
#: Names spelled out in an answer.
NAMED = 5
#: What somebody did about one company in one place, of which the latest counts.
LOOKED_BACK = 1_000
#: What can be taken back.
NOT, MUTE = "not", "mute"
#: The span that stands for "ask me for a date".
DATE = "date"


@dataclass(frozen=True, slots=True)
class Case:
    """An alert that somebody wants to say something about, and what was done about it before."""

    office: Office
    request: Request
    reader: Reader
    delivery: Delivery
    first: Alert  #: as it came
    alert: Alert  #: as it is now
    acts: tuple[Act, ...]  #: of this place and company, newest first

    @property
    def key(self) -> str:
        return self.delivery.key

    def say(self, name: str, **places: object) -> str:
        company = self.reader.clean(self.alert.company.name, 80)
        return self.reader.say(f"triage.{name}", **{"company": company, **places})

    def saying(self, *kinds: UpdateKind, everywhere: bool = False) -> Saying:
        """Somebody who answers the last act of these kinds on this alert, or everywhere here on its company."""
        before = (one.id for one in self.acts if one.what in kinds and (everywhere or one.about == self.key))
        card = self.reader.cards.get(self.alert.source)
        return Saying(
            delivery=self.delivery,
            alert=self.alert,
            person=self.request.person,
            at=self.request.at,
            url=Brief.of(self.alert).url or (card.page if card else ""),
            after=next(before, ""),
        )

    async def decide(self, decision: Decision) -> Act | None:
        """Nothing when it is done; or the act of somebody who was faster."""
        if await self.office.store.decide(decision):
            return None
        done = await self.office.store.acts(place=self.delivery.place, limit=LOOKED_BACK)
        return next((one for one in done if one.id == decision.acts[0].id), decision.acts[0])

    def undo(self, what: str) -> Button:
        return Button(self.reader.say("button.undo"), "alert undo", (("key", self.key), ("what", what)))

    def answer(self, title: str, lines: Iterable[str] = (), *buttons: Button, done: bool = True) -> Reply:
        return Reply(
            cards=(plain_card(title, lines, buttons=buttons),), data={"key": self.key, "done": done, "says": title}
        )


async def case(office: Office, request: Request) -> Case:
    """The alert of the key that was given, when it came to this place."""
    key, reader = request.one("key").strip(), office.reader(request)
    delivery = await office.store.delivery(key)
    if delivery is None or delivery.place != request.place or not isinstance(delivery.message, Alert):
        raise TellPerson(reader.say("triage.no_alert", given=reader.quote(reader.clean(key, 40))))
    kept = await office.store.papers(UPDATES, [key])
    now = decode(Updates, kept[key]).alert if kept else None
    alert = now or delivery.message
    acts = await office.store.acts(place=request.place, company=alert.company.id, limit=LOOKED_BACK)
    return Case(office, request, reader, delivery, delivery.message, alert, tuple(acts))


# ── Acknowledge ───────────────────────────────────────────────────────────────────────────────────────────────────


@command("alert acknowledge", KEY)
async def acknowledge(office: Office, request: Request) -> Reply:
    """Take an alert on: your name and the time stand on its message, for all to read."""
    this = await case(office, request)
    if first := await this.decide(triage.acknowledge(this.saying())):
        if first.person == request.person:
            return this.answer(this.say("acknowledged_again", time=when(first.at)), done=False)
        return this.answer(this.say("acknowledged_first", by=first.person, time=when(first.at)), done=False)
    return this.answer(this.say("acknowledged"), [this.say("acknowledged_does")])


# ── Not this company ──────────────────────────────────────────────────────────────────────────────────────────────

_DISMISSING = (UpdateKind.NOT_THIS, UpdateKind.RECONSIDERED)


async def ask_why(office: Office, request: Request) -> Form | None:
    """The box that asks why, unless it was said, or somebody said so before."""
    if request.one("why"):
        return None
    this = await case(office, request)
    if _standing(this):
        return None
    return Form(
        title=this.say("not_ask"),
        command="alert not",
        fields=(Field(name="why", text=this.say("not_why"), kind=FieldKind.LONG_TEXT, hint=this.say("not_hint")),),
        arguments=(("key", this.key),),
    )


@command("alert not", KEY, Argument(name="why", about="why it is another company", required=False), form=ask_why)
async def not_this(office: Office, request: Request) -> Reply:
    """Say that an alert is about another company: its record rings no more here, until the record changes."""
    this = await case(office, request)
    saying, why = this.saying(*_DISMISSING), " ".join(request.one("why").split())
    first = _standing(this) or await this.decide(triage.not_this(saying, why))
    if first:
        said = "not_again" if first.person == request.person else "not_first"
        return this.answer(this.say(said, by=first.person, time=when(first.at)), [], this.undo(NOT), done=False)
    lines = [*_dismissed(this, triage.dispositions(saying)), this.say("seen_by_all")]
    return this.answer(this.say("not_this"), lines, this.undo(NOT))


def _standing(this: Case) -> Act | None:
    """Who said before that this is another company, if nobody took it back."""
    last = next((one for one in this.acts if one.what in _DISMISSING and one.about == this.key), None)
    return last if last and last.what == UpdateKind.NOT_THIS else None


def _dismissed(this: Case, said: tuple[Disposition, ...]) -> list[str]:
    """What will not ring any more."""
    reader, alert = this.reader, this.alert
    if alert.story is None:
        names = [reader.clean(one.name, 80) for one in alert.listings]
        more = [reader.say("happened.more", count=len(names) - NAMED)] if len(names) > NAMED else []
        some = reader.row([*names[:NAMED], *more])
        which = "not_record" if len(names) == 1 else "not_records"
        names_ = reader.quote(some) if len(names) == 1 else some
        return [this.say(which, count=len(names), list=reader.title(alert.source), names=names_)]
    spelled = ", ".join(reader.quote(reader.clean(one.name, 60)) for one in said if one.of is Of.SPELLING)
    lines = [this.say("not_event")]
    return [*lines, this.say("not_spelling", source=reader.title(alert.source), names=spelled)] if spelled else lines


# ── Mute ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_MUTING = (UpdateKind.MUTED, UpdateKind.UNMUTED)
SPAN = Argument(name="span", about="how long: 1d, 7d, 2w, or until a date such as 2026-12-31", required=False)


async def ask_date(office: Office, request: Request) -> Form | None:
    """The box with a calendar, for the button that says so."""
    if request.one("span") != DATE:
        return None
    this = await case(office, request)
    date = Field(name="span", text=this.say("mute_until"), kind=FieldKind.DATE, required=True)
    return Form(title=this.say("mute_form"), command="alert mute", fields=(date,), arguments=(("key", this.key),))


@command("alert mute", KEY, SPAN, form=ask_date, manages=True)
async def mute(office: Office, request: Request) -> Reply:
    """Hear nothing of an alert's company here for a while; when it ends, one message tells all that came."""
    this = await case(office, request)
    span = request.one("span").strip()
    if not span:
        return _ask_how_long(this)
    example = f"{request.at + timedelta(days=30):%Y-%m-%d}"
    try:
        end = triage.until(span, request.at)
    except ValueError as error:
        raise TellPerson(this.say("bad_end", end=error, example=example), field="span") from error
    if end is None:
        quoted = this.reader.quote(this.reader.clean(span, 40))
        raise TellPerson(this.say("bad_span", span=quoted, example=example), field="span")
    first = await this.decide(triage.mute(this.saying(*_MUTING, everywhere=True), end))
    if first and first.person != request.person:
        return this.answer(this.say("muted_first", by=first.person, time=first.text), [], this.undo(MUTE), done=False)
    return this.answer(this.say("muted", time=when(end)), [this.say("muted_over")], this.undo(MUTE))


def _ask_how_long(this: Case) -> Reply:
    """What a mute does, before it is done."""
    spans = {"day": "1d", "week": "7d", "date": DATE}
    buttons = [
        Button(this.reader.say(f"button.{name}"), "alert mute", (("key", this.key), ("span", span)))
        for name, span in spans.items()
    ]
    return this.answer(this.say("mute_ask"), [this.say("mute_does")], *buttons, done=False)


# ── Undo ──────────────────────────────────────────────────────────────────────────────────────────────────────────


WHAT = Argument(name="what", about="which: not, or mute; without it, what was done last", required=False)


@command("alert undo", KEY, WHAT, manages_part=True)
async def undo(office: Office, request: Request) -> Reply:
    """Take back what was said of an alert: that it is another company, or the mute of its company."""
    this = await case(office, request)
    said, muted = await _dismissals(this), await _mute(this)
    asked = request.one("what").strip().casefold()
    if asked not in {"", NOT, MUTE}:
        wrong = this.reader.clean(asked, 40)
        raise TellPerson(this.reader.say("settings.unknown", setting="what", value=wrong, values=f"{NOT}, {MUTE}"))
    undone = [
        (at, kind, dropped)
        for name, kind, at, dropped in (
            (
                NOT,
                UpdateKind.RECONSIDERED,
                said[0].at if said else None,
                [(DISPOSITIONS, one.paper.key) for one in said],
            ),
            (MUTE, UpdateKind.UNMUTED, muted.at if muted else None, [(MUTES, muted.paper.key)] if muted else []),
        )
        if at and asked in {"", name}
    ]
    if not undone:
        raise TellPerson(this.say("nothing_to_undo"))
    _, kind, dropped = max(undone, key=lambda one: one[0])
    if kind is UpdateKind.UNMUTED:  # whoever may not mute may not end a mute
        check(await settings_of(office.store, request.place), request, this.reader)
    kinds = _DISMISSING if kind is UpdateKind.RECONSIDERED else _MUTING
    saying = this.saying(*kinds, everywhere=kind is UpdateKind.UNMUTED)
    if first := await this.decide(triage.undo(saying, kind, dropped)):
        return this.answer(this.say("undone_first", by=first.person, time=when(first.at)), done=False)
    return this.answer(this.say(kind), [this.say(f"{kind}_does")])


async def _dismissals(this: Case) -> list[Disposition]:
    """What was said on this message, and stands: of the alert as it came, and as it is now."""
    both = {this.alert, this.first}
    keys = {one.paper.key for alert in both for one in triage.dispositions(replace(this.saying(), alert=alert))}
    kept = await this.office.store.papers(DISPOSITIONS, keys)
    found = (decode(Disposition, body) for body in kept.values())
    return [one for one in found if one.about == this.key]


async def _mute(this: Case) -> Mute | None:
    key = mute_key(this.delivery.place, this.alert.company.id)
    kept = await this.office.store.papers(MUTES, [key])
    return decode(Mute, kept[key]) if kept else None
