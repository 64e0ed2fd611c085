"""/watch pause, settings: how much of it, in which language and from whom, for a place or for one of its watches."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

from bot.book import COMPANY, EXACTLY
from bot.cards import LANGUAGES as CARD_LANGUAGES
from bot.cards import Reader, plain_card
from bot.codec import encode
from bot.commands import Argument, Office, command, commands
from bot.commands.languages import about_argument
from bot.commands.places import account, may_change, settings_of
from bot.commands.watch import act_of, shown, watched_as
from bot.data import shelf
from bot.errors import TellPerson
from bot.model import (
    DEFAULT_KINDS,
    PLACES,
    AlertKind,
    Decision,
    Field,
    FieldKind,
    FollowUps,
    Form,
    Managers,
    Option,
    Paper,
    PlaceSettings,
    Reply,
    Request,
    SourceKind,
    Subscription,
)
from bot.watched import TAG

#: Languages in which stories are understood, and may be asked for.
STORY_LANGUAGES = tuple(one for one in shelf("phrases") if len(one) == 2)
YES, NO = "yes", "no"
#: A typed value that takes a limit away.
ALL = "all"
OFF = "off"
#: The longest pause: a year and a day. What nobody wants to hear for longer is better not watched.
LONGEST_PAUSE = timedelta(days=366)

_SPAN = re.compile(r"(\d{1,3})\s*(h|d|w|j|s|hours?|days?|weeks?|heures?|jours?|semaines?)", re.IGNORECASE)
_UNITS = {"h": "hours", "d": "days", "j": "days", "w": "weeks", "s": "weeks"}
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?")
#: Words between a name and the end of a pause.
_UNTIL = frozenset({"until", "till", "for", "jusqu'au", "jusqu’au", "pendant", "pour"})


# ── Pausing ───────────────────────────────────────────────────────────────────────────────────────────────────────


@command(
    "watch pause",
    Argument(name="name", about="one that is watched here; without it everything is paused", required=False),
    Argument(name="until", about="a date (2027-01-31), a span (12h, 7d, 2w), or off", required=False),
    manages=True,
)
async def pause(office: Office, request: Request) -> Reply:
    """Send nothing here for a while, or nothing about one company; what happens meanwhile stays in history."""
    reader = office.reader(request)
    name, end = _pause_of(f"{request.one('name')} {request.one('until')}", reader)
    await office.watches.refresh()
    changes: dict[str, object] = {"paused_until": end}
    rested = end is not None or await _rests(office, request, reader, name)
    chosen = await _keep(office, request, reader, name, changes)
    key = "pause.until" if end else "pause.off" if rested else "pause.not"
    what = shown(chosen[0].target, reader) if name else _everything(len(chosen), reader)
    title = reader.say(key, what=what)
    off = f"{chosen[0].target} {OFF}" if name else OFF
    lines = [reader.say("pause.means", until=_moment(end), off=off)] if end else []
    data = {"paused": [one.target for one in chosen], "until": end.isoformat() if end else None}
    return Reply(cards=(plain_card(title, lines),), data=data)


def _everything(count: int, reader: Reader) -> str:
    return reader.say(
        {0: "pause.everything_none", 1: "pause.everything_one"}.get(count, "pause.everything"), count=count
    )


async def _rests(office: Office, request: Request, reader: Reader, name: str) -> bool:
    """Whether this watch, or anything here, is paused just now."""
    watches = (_one(name, office, request, reader),) if name else office.watches.at(request.place)
    place = await settings_of(office.store, request.place)
    ends = [one.paused_until for one in (*watches, *(() if name else (place,)))]
    return any(end > reader.now for end in ends if end)


def _pause_of(typed: str, reader: Reader) -> tuple[str, datetime | None]:
    """Whose pause, and its end; None ends it. Raises TellPerson when no end can be read."""
    words = typed.split()
    if not words:
        about = about_argument("watch pause", "until", commands()["watch pause"].arguments[1].about, reader.language)
        raise TellPerson(reader.say("desk.needs", command="watch pause", argument="until", about=about))
    for size in (1, 2):
        if len(words) >= size and (end := _end(" ".join(words[-size:]), reader)) is not None:
            name = words[:-size]
            while name and name[-1].casefold() in _UNTIL:
                name.pop()
            return " ".join(name), None if end == OFF else end  # type: ignore[return-value]
    raise TellPerson(reader.say("pause.when", typed=reader.clean(" ".join(words[-2:]), 60)))


def _end(text: str, reader: Reader) -> datetime | str | None:
    """A moment, OFF, or None for what is neither. Raises TellPerson for one that is past or too far."""
    if text.casefold() in {OFF, "non", "fin"}:
        return OFF
    if span := _SPAN.fullmatch(text):
        end = reader.now + timedelta(**{_UNITS[span.group(2)[0].casefold()]: int(span.group(1))})
    elif date := _DATE.fullmatch(text):
        try:
            end = datetime.fromisoformat(f"{date.group(1)}T{date.group(2) or '00:00'}").replace(tzinfo=UTC)
        except ValueError:
            return None
    else:
        return None
    if not reader.now < end <= reader.now + LONGEST_PAUSE:
        raise TellPerson(reader.say("pause.range", until=_moment(end), now=_moment(reader.now)))
    return end


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


# ── Settings ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set: which values it takes, whether several, and whether a single watch may differ."""

    name: str
    attribute: str
    values: tuple[str, ...] = ()  #: empty is free text, or the lists that are read
    several: bool = False
    of_watch: bool = True


SETTINGS = {
    one.name: one
    for one in (
        Setting("kinds", "kinds", tuple(AlertKind), several=True),
        Setting("lists", "sources", several=True),
        Setting("languages", "languages", STORY_LANGUAGES, several=True),
        Setting("related", "related", (YES, NO)),
        Setting("language", "language", CARD_LANGUAGES),
        Setting("follow_ups", "follow_ups", tuple(FollowUps), of_watch=False),
        Setting("managers", "managers", tuple(Managers), of_watch=False),
        Setting("people", "people", several=True, of_watch=False),
    )
}
#: Sent along by the box, so that a field that was emptied can be told from one that was not there.
WHOLE = "whole"


def _fields(
    current: PlaceSettings | Subscription, names: Sequence[str], office: Office, reader: Reader
) -> tuple[Field, ...]:
    return tuple(_field(SETTINGS[name], current, office, reader) for name in names)


def _field(setting: Setting, current: PlaceSettings | Subscription, office: Office, reader: Reader) -> Field:
    kind = FieldKind.TEXT
    if setting.name != "people":
        kind = FieldKind.CHOICES if setting.several else FieldKind.CHOICE
    return Field(
        name=setting.name,
        text=reader.say(f"settings.{setting.name}"),
        kind=kind,
        options=tuple(Option(said(setting, value, reader), value) for value in _values(setting, office)),
        value=_now(setting, current),
        hint=reader.say(f"settings.{setting.name}_hint"),
        required=setting.name == "kinds",
    )


def _values(setting: Setting, office: Office) -> tuple[str, ...]:
    if setting.name == "lists":
        return tuple(id for id, card in office.sources().items() if card.kind is not SourceKind.NEWS)
    return setting.values


def _now(setting: Setting, current: PlaceSettings | Subscription) -> tuple[str, ...]:
    """What is set, as it would be typed."""
    value = getattr(current, setting.attribute)
    if isinstance(value, bool):
        return (YES if value else NO,)
    if isinstance(value, frozenset | tuple):
        return tuple(sorted(str(one) for one in value))
    return (str(value),) if value else ()


def said(setting: Setting, value: str, reader: Reader) -> str:
    """A value as people read it."""
    match setting.name:
        case "lists":
            return reader.named(value)
        case "people":
            return value
        case "languages" | "language":
            return reader.say(f"language.{value}")
        case "kinds":
            return reader.say(f"kinds.{value}")
        case _:
            return reader.say(f"settings.{setting.name}_{value}")


async def ask(office: Office, request: Request) -> Form | None:
    """The box with what is set now; none when something was typed already."""
    reader = office.reader(request)
    if any(request.many(name) for name in (*SETTINGS, WHOLE)):
        return None
    name = request.one("name").strip()
    if not name:
        current: PlaceSettings | Subscription = await settings_of(office.store, request.place)
        fields = _fields(current, tuple(SETTINGS), office, reader)
        return Form(
            title=reader.say("settings.form"), command="watch settings", fields=fields, arguments=((WHOLE, YES),)
        )
    await office.watches.refresh()
    current = _one(name, office, request, reader)
    fields = _fields(current, [one.name for one in SETTINGS.values() if one.of_watch], office, reader)
    return Form(
        title=reader.say("settings.form"),
        command="watch settings",
        fields=fields,
        arguments=((WHOLE, YES), ("name", current.target)),
    )


def _argument(name: str, about: str) -> Argument:
    setting = SETTINGS[name]
    several = ALL if setting.several and name not in {"people", "lists"} else ""
    choices = (*setting.values, *([several] if several else []))
    return Argument(name=name, about=about, required=False, option=True, choices=choices)


@command(
    "watch settings",
    Argument(name="name", about="one that is watched here; without it the settings of the place", required=False),
    _argument("kinds", "which alerts: listed, changed, delisted, notice, listing_story, subject, mention, or all"),
    _argument("lists", "only these lists and stories about them, by their ids as `sources` shows them, or all"),
    _argument("languages", "only stories in these languages, by code (en, fr, zh), or all"),
    _argument("related", "units of the group and passing mentions too: yes or no"),
    _argument("language", "the language of alerts here: en or fr"),
    _argument("follow_ups", "later reports of an event: thread, channel or quiet"),
    _argument("managers", "who may change what is watched here: everyone, managers or listed"),
    _argument("people", "who may, when managers is listed: ids of accounts"),
    form=ask,
    manages=True,
)
async def settings(office: Office, request: Request) -> Reply:
    """What rings here, in which language, what becomes of later reports, and who may change it; or for one watch."""
    reader = office.reader(request)
    name = request.one("name").strip()
    given = {one.name: _given(one, request, office, reader) for one in SETTINGS.values() if _is_given(one, request)}
    await office.watches.refresh()
    if name and watched_as(name, office, request) is None:
        _no_such(name, office, reader)
    if not given:
        return await _show(office, request, reader, name)
    if name and (place_only := [one for one in given if not SETTINGS[one].of_watch]):
        if request.one(WHOLE):
            given = {key: value for key, value in given.items() if key not in place_only}
        else:
            raise TellPerson(reader.say("settings.place_only", setting=place_only[0]))
    before = await settings_of(office.store, request.place)
    changes = {SETTINGS[one].attribute: value for one, value in given.items()}
    if not name:
        _stay_able(replace(before, **changes), before, request, reader)  # type: ignore[arg-type]
    chosen = await _keep(office, request, reader, name, changes)
    applied = not name and any(SETTINGS[one].of_watch for one in given)
    kept = ("applied_one" if len(chosen) == 1 else "applied") if applied and chosen else "kept"
    return await _show(office, request, reader, name, kept=kept, count=len(chosen))


def _no_such(name: str, office: Office, reader: Reader) -> None:
    """Raises TellPerson for a setting that there is not, or that came without a value: typed so, it is no name."""
    typed, colon, _ = name.partition(":")
    if not colon or not typed.isidentifier() or f"{typed}:".casefold() in {TAG, COMPANY, EXACTLY}:
        return
    if (setting := SETTINGS.get(typed.casefold())) is not None:
        values = ", ".join(_values(setting, office)) or "-"
        raise TellPerson(reader.say("settings.no_value", setting=setting.name, values=values))
    close = get_close_matches(typed.casefold(), SETTINGS, n=1, cutoff=0.5)
    meant = reader.say("desk.meant", command=close[0]) if close else ""
    known = ", ".join(SETTINGS)
    raise TellPerson(reader.say("settings.no_setting", setting=reader.clean(typed, 40), meant=meant, settings=known))


def _people(typed: Sequence[str], request: Request, reader: Reader) -> tuple[str, ...]:
    """Accounts by their ids. Where that of whoever asks has a digit, as in Slack and Discord, a word without one is a

    mere name, and would let in nobody.
    """
    if [one.casefold() for one in typed] == [ALL]:
        return ()
    names = [one for one in typed if not _numbered(one)] if _numbered(request.person) else []
    if unknown := next(iter(names), ""):
        raise TellPerson(
            reader.say("settings.no_account", value=reader.quote(reader.clean(unknown, 60))), field="people"
        )
    return tuple(dict.fromkeys(one.strip("<@!>").partition("|")[0] if one.startswith("<") else one for one in typed))[
        :100
    ]


def _numbered(person: str) -> bool:
    return any(letter.isdigit() for letter in account(person))


def _is_given(setting: Setting, request: Request) -> bool:
    if setting.name in dict(request.arguments):
        return bool(request.one(WHOLE)) or bool(request.one(setting.name).strip())
    return bool(request.one(WHOLE)) and setting.several  # a box that was emptied may not come along


def _given(setting: Setting, request: Request, office: Office, reader: Reader) -> object:
    """What was asked for, as the model keeps it. Raises TellPerson for what it does not take."""
    given = request.many(setting.name)
    parts = (one for value in given for one in value.split(",")) if setting.several else given
    typed = [one.strip() for one in parts if one.strip()]
    if setting.name == "people":
        return _people(typed, request, reader)
    allowed = _values(setting, office)
    if setting.several and [one.casefold() for one in typed] in ([ALL], ["tous"], ["toutes"]):
        typed = list(allowed) if setting.name == "kinds" else []
    known = {**{said(setting, value, reader).casefold(): value for value in allowed}, **{one: one for one in allowed}}
    chosen = [known.get(one.casefold(), "") for one in typed]
    if "" in chosen or (not setting.several and len(chosen) > 1) or (setting.name == "kinds" and not chosen):
        wrong = reader.clean(", ".join(typed) or "-", 80)
        raise TellPerson(
            reader.say("settings.unknown", setting=setting.name, value=wrong, values=", ".join(allowed) or "-"),
            field=setting.name,
        )
    if setting.several:
        return frozenset(AlertKind(one) for one in chosen) if setting.name == "kinds" else frozenset(chosen)
    value = chosen[0] if chosen else ""
    match setting.name:
        case "related":
            return value != NO
        case "follow_ups":
            return FollowUps(value or FollowUps.THREAD)
        case "managers":
            return Managers(value or Managers.EVERYONE)
        case _:
            return value


def _stay_able(after: PlaceSettings, before: PlaceSettings, request: Request, reader: Reader) -> None:
    """Refuse what would leave nobody, or not even whoever asks, able to take it back."""
    if after.managers is Managers.LISTED and not after.people:
        raise TellPerson(reader.say("settings.nobody"), field="people")
    if (after.managers, after.people) != (before.managers, before.people) and not may_change(after, request):
        raise TellPerson(reader.say("settings.locked_out"), field="managers")


# ── Keeping ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _one(name: str, office: Office, request: Request, reader: Reader) -> Subscription:
    one = watched_as(name, office, request)
    if one is None:
        raise TellPerson(reader.say("watch.not_here", name=reader.clean(name, 120)))
    return one


async def _keep(
    office: Office, request: Request, reader: Reader, name: str, changes: Mapping[str, object]
) -> Sequence[Subscription]:
    """Apply changes to one watch, or to the place and all its watches, and write down who did. The watches meant."""
    of_watch = {one.attribute for one in SETTINGS.values() if one.of_watch} | {"paused_until"}
    per_watch = {key: value for key, value in changes.items() if key in of_watch and (key, value) != ("language", "")}
    if name:
        chosen: Sequence[Subscription] = (_one(name, office, request, reader),)
    else:
        chosen = office.watches.at(request.place)
    changed = [replace(one, **per_watch) for one in chosen]  # type: ignore[arg-type]
    if per_watch and changed != list(chosen):
        await office.store.subscribe(*changed)
    before = await settings_of(office.store, request.place)
    after = before if name else replace(before, **changes)  # type: ignore[arg-type]
    was: PlaceSettings | Subscription = chosen[0] if name else before
    text = ", ".join(f"{key}: {_plain(getattr(was, key))} -> {_plain(value)}" for key, value in changes.items())
    keep = () if name else (Paper(PLACES, str(request.place), encode(after)),)
    what = "paused" if "paused_until" in changes else "settings"
    act = act_of(what, chosen[0].target if name else "", None, request, text)
    await office.store.decide(Decision(keep=keep, acts=(act,)))
    return changed


def _plain(value: object) -> str:
    """A value for the audit: the same words in every language."""
    if isinstance(value, frozenset | tuple):
        return "+".join(sorted(str(one) for one in value)) or ALL
    if isinstance(value, datetime):
        return value.isoformat()
    return {True: YES, False: NO, None: OFF, "": "-"}.get(value, str(value))  # type: ignore[call-overload, no-any-return]


async def _show(
    office: Office, request: Request, reader: Reader, name: str, *, kept: str = "", count: int = 0
) -> Reply:
    """What is set, each with what it may be, and what a change did."""
    current: PlaceSettings | Subscription
    if name:
        await office.watches.refresh()
        current = _one(name, office, request, reader)
        title = reader.say("settings.of_watch", name=shown(current.target, reader))
        settings = [one for one in SETTINGS.values() if one.of_watch]
    else:
        current = await settings_of(office.store, request.place)
        title = reader.say("settings.title")
        settings = list(SETTINGS.values())
    lines = [_line(one, current, reader) for one in settings if one.name != "people" or _now(one, current)]
    if current.paused_until and current.paused_until > reader.now:
        lines.append(reader.say("watch.paused", until=_moment(current.paused_until)))
    if kept:
        lines.append(reader.say(f"settings.{kept}", count=count))
    lines.append(reader.say("settings.how"))
    data: dict[str, object] = {one.name: list(_now(one, current)) for one in settings}
    data["paused_until"] = current.paused_until.isoformat() if current.paused_until else None
    return Reply(cards=(plain_card(title, lines),), data={"name": name, "settings": data})


def _line(setting: Setting, current: PlaceSettings | Subscription, reader: Reader) -> str:
    now = sorted(_now(setting, current), key=lambda one: setting.values.index(one) if one in setting.values else 0)
    values = [said(setting, one, reader) for one in now]
    if setting.name == "kinds" and getattr(current, "kinds") == DEFAULT_KINDS:  # noqa: B009 - either noun has it
        values = [reader.say("settings.kinds_usual", kinds=", ".join(values))]
    none = reader.say("settings.all" if setting.several else "settings.asker")
    label = reader.say(f"settings.{setting.name}")
    return reader.say("settings.line", name=setting.name, label=label, value=", ".join(values) or none)
