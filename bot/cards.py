"""The words: alert, standing, notice or look-up -> Card, in the reader's language. Pure.

A card is read aloud before it is drawn: its summary stands alone in a notification, its title says who and what, and
the sections answer why, what it means, what it does not mean, and how we know. Text that others wrote is cleaned of
characters that hide or reorder words, is cut with a visible marker, and is quoted, never interpreted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from itertools import takewhile
from types import MappingProxyType
from typing import Any

from bot.data import shelf, table
from bot.model import (
    POINTERS,
    Account,
    Alert,
    AlertKind,
    Analysis,
    Badge,
    Brief,
    Button,
    Card,
    ChangeKind,
    Company,
    Digest,
    Effect,
    Evidence,
    FieldChange,
    Found,
    Link,
    ListChange,
    Listing,
    Match,
    Named,
    Notice,
    Reason,
    Role,
    Section,
    Severity,
    SourceCard,
    Standing,
    Story,
    Update,
    UpdateKind,
    Updates,
    Verdict,
)
from bot.registers import list_of, per_list

#: Characters of outside text in one section; a chat's own limits may cut further.
ROOM = 900
#: Characters of what an entry says besides its fields, where it gives no reason.
REMARKS = 400
#: Entries of a look-up that have a link of their own.
LINKED = 3
#: Names spelled out before "and N more".
NAMED = 5
#: The source of a text that somebody gave by hand, of whose publication no more than the day is known.
TYPED = "file"
#: Companies of one text that are told one by one.
MANY_NAMED = 12
#: How the weight of an outlet's word is called; what has no name here is an outlet like any other.
TIERS = {1: "official", 2: "record"}
#: A story this many days old is held against the record of its own day as well as of today.
NEWS_DAYS = 2

#: Characters of a field shown on either side of a change, and around what differs; shorter ones are shown whole.
DIFFERS, LEAD, WHOLE = 200, 24, 120
#: The reason that follows a number two companies share: under which names they have it.
LISTED_AS = "listed as"
#: A kind of number of so many letters at most is an abbreviation: USCC, LEI, IMO.
ABBREVIATED = 5
#: Fields that hold several values, joined by semicolons.
SETS = frozenset({"aliases", "programmes", "identifiers", "countries", "addresses", "citations", "details"})

#: Of the fields that changed, those that are told first: what it is listed for, and who it is.
FIRST = ("programmes", "name")

LANGUAGES = ("en", "fr")
#: The languages into which titles of lists are translated; in English they stand alone as published.
_TRANSLATED = frozenset(LANGUAGES) - {"en"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a card is written: language, the moment it is read, and the titles of sources."""

    now: datetime
    cards: Mapping[str, SourceCard] = field(default_factory=dict)
    language: str = "en"

    def say(self, key: str, /, **places: object) -> str:
        """A sentence of the words table, in the reader's language or else in English."""
        group, name = key.split(".")
        language = self.language if self.language in LANGUAGES else "en"
        sentence = table(f"words/{language}").get(group, {}).get(name) or table("words/en")[group][name]
        return str(sentence).format(**places)

    def retell(self, group: str, kept: str) -> str:
        """A sentence of ours that was kept in English (a rule, a reason), in the reader's language where it is known.

        The group is one of `retold`, or of the words themselves. What the sentence is filled with is retold too, where
        it is such a sentence itself.
        """
        for sentence, template in _retold(self.language, group):
            if found := sentence.fullmatch(kept):
                parts = found.groupdict()
                return template.format(**{name: self._part(group, part) for name, part in parts.items()})
        return kept

    def _part(self, group: str, kept: str) -> str:
        """What fills a sentence of ours: another of them, or somebody's words between our English marks."""
        if len(kept) > 2 and kept[0] == "“" and kept[-1] == "”" and "“" not in kept[1:]:
            return self.quote(kept[1:-1])
        return self.retell(group, kept)

    def field(self, name: str) -> str:
        """What a field of an entry is called."""
        return self.say(f"field.{name}") if name in table("words/en")["field"] else name.replace("_", " ")

    def quote(self, text: str) -> str:
        """Somebody else's words between the quotation marks of the reader's language."""
        return self.say("quoted.text", text=text)

    def told(self, what: str, of: str) -> str:
        """What is said of something, behind its name and a colon."""
        return self.say("quoted.told", what=what, of=of)

    def row(self, parts: Iterable[str]) -> str:
        """Several things one after the other, each of which may have commas."""
        return self.say("quoted.between").join(parts)

    def title(self, source: str) -> str:
        """What a source is called within a sentence: a list in the reader's language, an outlet as it calls itself."""
        card = self.cards.get(source)
        return self.retell("title", card.title if card else str(table("list_titles").get(source, source)))

    def named(self, source: str) -> str:
        """The same where it stands alone, as a heading or at the beginning of a line."""
        title, card = self.title(source), self.cards.get(source)
        own = card.title if card else str(table("list_titles").get(source, source))
        if title == own or self.language not in _TRANSLATED:  # how an outlet writes itself is its own
            return own
        return f"{title[:1].upper()}{title[1:]}"

    def score(self, score: float) -> str:
        """How sure, from 0 to 1, with the reader's decimal sign."""
        return f"{score:.2f}".replace(".", "," if self.language == "fr" else ".")

    def terms(self, source: str) -> str:
        """The licence to be named beside a source's data, in its short form; empty where none has to be."""
        card = self.cards.get(source)
        return card.licence.partition(";")[0] if card and card.restricted else ""

    def lists(self, count: int) -> str:
        """How many lists, as people say it: "any of the 5 lists read"."""
        return self.say("lists.one" if count == 1 else "lists.many", count=count)

    def fresh(self, moment: datetime | None) -> str:
        """How long ago, in a word or two."""
        if moment is None:
            return self.say("fresh.never")
        minutes = max(0, int((self.now - moment).total_seconds() // 60))
        if minutes < 2:
            return self.say("fresh.now")
        if minutes < 120:
            return self.say("fresh.minutes", count=minutes)
        if minutes < 48 * 60:
            return self.say("fresh.hours", count=minutes // 60)
        return self.say("fresh.days", count=minutes // (24 * 60))

    def clean(self, text: str, room: int = ROOM) -> str:
        """Somebody else's text, safe to show: no control, bidi or invisible characters, cut with a visible marker."""
        shown = " ".join("".join(_visible(character) for character in text[: 8 * room]).split())
        if len(shown) <= room:
            return shown
        return shown[:room].rstrip() + self.say("cut.marker", count=len(text) - room)


@cache
def _retold(language: str, group: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Our English sentences of a group, as what finds them again whatever they were filled with, beside the other's."""
    if language not in LANGUAGES:
        return ()
    told = table(f"retold/{language}").get(group) if language in shelf("retold") else None
    if told is None and language == "en":
        return ()
    if told is None:
        words = table(f"words/{language}").get(group, {})
        told = {text: words[name] for name, text in table("words/en").get(group, {}).items() if name in words}
    return tuple((_pattern(str(sentence)), str(template)) for sentence, template in told.items())


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", sentence)
    named = (f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.compile("".join(named), re.DOTALL)


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if character in "\n\t\r" or category in {"Zl", "Zp", "Zs"}:
        return " "
    # Cc and Cf hold controls, bidi overrides and zero-width characters; Cs are lone surrogates, Co private use.
    return "" if category in {"Cc", "Cf", "Cs", "Co"} else character


def when(moment: datetime) -> str:
    """A time as everybody reads it alike."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


# ── Alerts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def alert_card(
    alert: Alert,
    effects: Sequence[Effect],
    reader: Reader,
    updates: Updates | None = None,
    *,
    other: Sequence[Effect] = (),
) -> Card:
    """The alert as one place will read it, with what became of it since at the top.

    `other` is what the other end of a move means.
    """
    title = _title(alert, effects, reader, other)
    sections = [
        *_state(updates, reader),
        *_happened(alert, reader),
        *_why(alert, reader),
        *_meaning(alert, effects, reader),
    ]
    sections += [*_matched(alert, reader), *_record(alert, updates, reader), *_proof(alert, reader)]
    severity = reader.say(f"severity.{alert.severity}")
    return Card(
        summary=reader.say("summary.line", severity=severity, title=title, detail=_detail(alert, effects, reader)),
        title=f"{severity} · {title}",
        severity=alert.severity,
        sections=tuple(sections),
        links=_links(alert, reader),
        footer=_footer(alert, reader),
    )


def _detail(alert: Alert, effects: Sequence[Effect], reader: Reader) -> str:
    """What a notification says after the title: what a listing means; of all else what happened.

    What a list means in general would read there as said of the company, of which a story only tells.
    """
    if alert.story and alert.story.title:
        return reader.quote(reader.clean(alert.story.title, 200))
    if alert.kind is AlertKind.LISTED and effects:
        return reader.clean(effects[0].does, 200)
    return reader.clean(_happened(alert, reader)[0].text, 200)


def _state(updates: Updates | None, reader: Reader) -> list[Section]:
    """What became of an alert since it was posted: how many tell it, and each other thing in a line."""
    if updates is None:
        return []
    reports = [one for one in updates.all if one.kind is UpdateKind.REPORTED]
    lines = [update_words(one, reader) for one in _standing(updates.all) if one.kind is not UpdateKind.REPORTED]
    if reports:
        names = list(dict.fromkeys(reader.clean(reader.title(one.by), 160) for one in reports))
        lines.append(reader.say("state.reports", count=len(reports) + 1, names=_some(names, reader)))
    return [Section(reader.say("heading.state"), "\n".join(lines))] if lines else []


#: Of these only the last counts: what was said later takes back what was said before.
_ANSWERS = (
    frozenset({UpdateKind.NOT_THIS, UpdateKind.RECONSIDERED}),
    frozenset({UpdateKind.MUTED, UpdateKind.UNMUTED}),
)


def _standing(updates: Sequence[Update]) -> list[Update]:
    """Without what was taken back or replaced since."""
    last = {group: one.id for one in updates for group in _ANSWERS if one.kind in group}
    return [one for one in updates if all(one.id == id for group, id in last.items() if one.kind in group)]


def update_words(update: Update, reader: Reader) -> str:
    """One thing that became of an alert, in a sentence."""
    by = reader.clean(reader.title(update.by), 160)
    text = reader.clean(update.text, 200)
    said = f" {reader.quote(text)}" if text and update.kind not in _WITH_TEXT else ""
    part = update.kind is UpdateKind.DELISTED and text
    return reader.say(f"state.{update.kind}{'_part' if part else ''}", by=by, time=when(update.at), text=text) + said


#: Whose text belongs into the sentence itself.
_WITH_TEXT = frozenset({UpdateKind.MUTED, UpdateKind.BEFORE, UpdateKind.DELISTED})


def _title(alert: Alert, effects: Sequence[Effect], reader: Reader, other: Sequence[Effect]) -> str:
    """Who and what, in one line; a move from list to list is told as one, from whichever end it was seen."""
    company, here = subject_words(Brief.of(alert), reader), _list(alert.source, effects, reader)
    if alert.moved is None:
        return reader.say(_kind_of(Brief.of(alert)), company=company, list=here)
    there = _list(alert.moved.source, other, reader)
    old, new = (here, there) if alert.kind is AlertKind.DELISTED else (there, here)
    return reader.say("kind.moved", company=company, old=old, list=new)


def subject_words(brief: Brief, reader: Reader) -> str:
    """Whom an alert is about: the company, or by its own name an entry that is only related to it.

    A unit that is taken off is never told as the company taken off.
    """
    company = reader.clean(brief.company, 80)
    if not brief.relation:
        return company
    more = [reader.say("happened.more", count=brief.entries - 1)] if brief.entries > 1 else []
    return reader.say(f"kind.{brief.relation}", name=" ".join([reader.clean(brief.title, 80), *more]), company=company)


def _kind_of(brief: Brief) -> str:
    """Which sentence says what happened: of a company that stays, that an entry of it went."""
    return "kind.delisted_part" if brief.partial and not brief.relation else f"kind.{brief.kind}"


def _list(source: str, effects: Sequence[Effect], reader: Reader) -> str:
    """The list as people call it: the one programme it is about, where a source carries several."""
    card = reader.cards.get(source)
    inner = card is not None and card.carrier and len(effects) == 1
    if not (inner and effects[0].title):
        return reader.title(source)
    title = effects[0].title
    return reader.say("kind.programme_list" if title.casefold().endswith(" list") else "kind.programme", title=title)


def _happened(alert: Alert, reader: Reader) -> list[Section]:
    if alert.story:
        return _told(alert, alert.story, reader)
    lines = [_rows(alert.changes, reader)] if len(alert.changes) > 1 else []
    lines += [_change(change, reader) for change in alert.changes[:1]]
    lines += _other_end(alert, reader)
    if alert.remaining:
        one = "_one" if alert.remaining == 1 else ""
        lines.append(reader.say(f"happened.remain{one}", count=alert.remaining))
    first = alert.changes[0]
    if first.edition:
        lines.append(reader.say("happened.edition", edition=reader.clean(first.edition, 80)))
    lines.append(reader.say("happened.seen", time=when(alert.at)))
    return [Section(reader.say("heading.happened"), " ".join(lines)), *_announced(alert, reader)]


def _announced(alert: Alert, reader: Reader) -> list[Section]:
    """The stories and notices that told of a list change before the list did."""
    lines = [
        reader.say(
            "happened.announced",
            publisher=_by(story, story.source, reader).rstrip("."),
            day=f"{story.published:%Y-%m-%d}" if story.published else "-",
            title=reader.clean(story.title, 160),
        )
        for story in alert.announced[:NAMED]
    ]
    if len(alert.announced) > NAMED:
        lines.append(reader.say("happened.more", count=len(alert.announced) - NAMED))
    return [Section(reader.say("heading.announced"), "\n".join(lines))] if lines else []


def _change(change: ListChange, reader: Reader) -> str:
    name = reader.clean(change.listing.name, 200)
    match change.kind:
        case ChangeKind.ADDED if change.listing.listed_on:
            return reader.say("happened.added_on", name=name, date=change.listing.listed_on.isoformat())
        case ChangeKind.ADDED:
            return reader.say("happened.added", name=name)
        case ChangeKind.REMOVED:
            return reader.say("happened.removed", name=name)
        case ChangeKind.CHANGED:
            material = sorted((one for one in change.fields if one.material), key=lambda one: one.field not in FIRST)
            fields = reader.row(field_words(one, reader) for one in material)
            return reader.say("happened.changed", name=name, fields=fields.rstrip("."))


def field_words(field: FieldChange, reader: Reader) -> str:
    """One field of an entry, old to new; of long texts the stretch in which they differ."""
    if field.field in SETS and max(len(field.old), len(field.new)) > WHOLE:
        return _came_and_went(field, reader)
    empty = reader.say("happened.empty")
    old, new = (reader.clean(text, DIFFERS) for text in where_they_differ(field.old, field.new))
    return reader.say("happened.field", field=reader.field(field.field), old=old or empty, new=new or empty)


def _came_and_went(field: FieldChange, reader: Reader) -> str:
    """Of a long set what is new in it and what is not in it any more."""
    old, new = (dict.fromkeys(text.split("; ")) for text in (field.old, field.new))
    sides = {
        "came": "; ".join(one for one in new if one not in old),
        "went": "; ".join(one for one in old if one and one not in new),
    }
    said = [
        reader.say(f"happened.item_{side}", items=reader.clean(text, DIFFERS)) for side, text in sides.items() if text
    ]
    return reader.say("happened.items", field=reader.field(field.field), said=", ".join(said))


def where_they_differ(old: str, new: str) -> tuple[str, str]:
    """Two long texts without what they begin and end with alike: of twenty aliases the one that came."""
    if max(len(old), len(new)) <= WHOLE:
        return old, new
    start = _alike(old, new)
    end = max(0, _alike(old[start:][::-1], new[start:][::-1]) - LEAD)
    start = max(0, start - LEAD)
    return _between(old, start, end), _between(new, start, end)


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _between(text: str, start: int, end: int) -> str:
    return f"{'…' if start else ''}{text[start : len(text) - end]}{'…' if end else ''}"


def _other_end(alert: Alert, reader: Reader) -> list[str]:
    if alert.moved is None:
        return []
    words = "went" if alert.kind is AlertKind.DELISTED else "came"
    return [reader.say(f"happened.{words}", name=reader.clean(alert.moved.name, 200))]


def _rows(changes: Sequence[ListChange], reader: Reader) -> str:
    alike: dict[str, str] = {}  # one name is told once, with or without the point of its "Ltd."
    for change in changes:
        alike.setdefault(change.listing.name.casefold().rstrip("."), change.listing.name)
    names = [reader.clean(name, 80) for name in alike.values()]
    return reader.say("happened.rows", count=len(changes), names=_some(names, reader).rstrip("."))


def _some(names: Sequence[str], reader: Reader, room: int = NAMED) -> str:
    more = [reader.say("happened.more", count=len(names) - room)] if len(names) > room else []
    return reader.row([*names[:room], *more])


def _told(alert: Alert, story: Story, reader: Reader) -> list[Section]:
    published = [reader.say("happened.published", time=when(story.published))] if story.published else []
    told_by = [_by(story, alert.source, reader)] if story.publisher else []
    sections = [
        Section(reader.say("heading.headline"), reader.clean(story.title, 300), quote=True),
        Section(reader.say("heading.told"), " ".join([*told_by, *published]) or when(alert.at)),
    ]
    return sections + (_read_out_of(alert.analysis, reader) if alert.analysis else [])


def _by(story: Story, source: str, reader: Reader) -> str:
    """The outlet, and in words how much its word weighs: an official document, a wire, any other."""
    card = reader.cards.get(source)
    tier = reader.say(f"tier.{TIERS.get(min(story.tier, card.tier) if card else story.tier, 'other')}")
    return reader.say("happened.by", publisher=reader.clean(story.publisher or reader.title(source), 120), tier=tier)


def _read_out_of(analysis: Analysis, reader: Reader) -> list[Section]:
    """How far the listing is, which list is meant, and whom the story retells."""
    sections = []
    if analysis.listing_story:
        if analysis.stage:
            sections.append(Section(reader.say("heading.stage"), reader.say(f"stage.{analysis.stage}")))
        if analysis.source:
            sections.append(Section(reader.say("heading.meant"), reader.named(analysis.source)))
    if analysis.origin:
        sections.append(Section(reader.say("heading.origin"), reader.quote(reader.clean(analysis.origin, 120))))
    return sections


def _why(alert: Alert, reader: Reader) -> list[Section]:
    heading = reader.say("heading.why_then" if alert.kind is AlertKind.DELISTED else "heading.why")
    if alert.story:
        about = alert.kind is AlertKind.LISTING_STORY
        return _why_told(alert.analysis, reader, about=about) if alert.analysis else []
    if alert.kind is AlertKind.CHANGED:
        return []
    reasons = dict.fromkeys(change.listing.reason for change in alert.changes if change.listing.reason)
    if reasons:
        return [Section(heading, reader.clean(next(iter(reasons))), quote=True)]
    if alert.kind is not AlertKind.LISTED:
        return []
    remarks = alert.changes[0].listing.remarks
    says = [Section(reader.say("heading.says"), reader.clean(remarks, REMARKS), quote=True)] if remarks else []
    return [Section(heading, reader.say("why.none")), *says]


def _why_told(analysis: Analysis, reader: Reader, *, about: bool) -> list[Section]:
    """The story's own sentences: why, and what the company says against it."""
    heading = reader.say("heading.why")
    if analysis.reason and analysis.reason == analysis.disputes:  # one sentence says both, and is read once
        return [Section(f"{heading} · {reader.say('heading.disputes')}", reader.clean(analysis.reason), quote=True)]
    sections = [Section(heading, reader.clean(analysis.reason), quote=True)] if analysis.reason else []
    if about and not sections:
        sections = [Section(heading, reader.say("why.none_story"))]
    if analysis.disputes:
        sections.append(Section(reader.say("heading.disputes"), reader.clean(analysis.disputes), quote=True))
    return sections


def _meaning(alert: Alert, effects: Sequence[Effect], reader: Reader) -> list[Section]:
    """What being listed does and does not do; of a delisting, what it did."""
    then = alert.kind is AlertKind.DELISTED
    day = (alert.story.published if alert.story else None) or alert.at
    heading = "meant_then" if then else "means" if alert.listings else "list_means"
    return _effects(effects, heading, day.date(), reader)


def _effects(effects: Sequence[Effect], heading: str, day: date, reader: Reader) -> list[Section]:
    """What effects do, what they do not, on what ground. What a list means in general is told with the day."""
    if not effects:
        return []
    not_heading = "means_not" if heading == "list_means" else f"{heading}_not"
    several = len(effects) > 1
    means = [reader.told(effect.does, effect.title) if several else effect.does for effect in effects[:3]]
    means_not = [effect.does_not for effect in effects[:3] if effect.does_not]
    basis = [reader.told(effect.citation, effect.authority) for effect in effects[:3] if effect.citation]
    return [
        Section(reader.say(f"heading.{heading}", day=day.isoformat()), "\n".join(dict.fromkeys(lines)))
        for heading, lines in ((heading, means), (not_heading, means_not), ("basis", basis))
        if lines
    ]


def _matched(alert: Alert, reader: Reader) -> list[Section]:
    return [Section(reader.say("heading.matched"), match_words(alert.match, reader))] if alert.match else []


def match_words(match: Match, reader: Reader) -> str:
    """Why two names are one, as a sentence: the spellings that met, the rule, the confidence."""
    reasons = _steps(match, reader)
    sure = {"band": reader.say(f"band.{match.band}"), "score": reader.score(match.score)}
    if match.verdict is Verdict.RELATED:
        related = reader.say("matched.related", **sure)
        return f"{reasons}. {related}" if reasons else related
    return reader.say("matched.sure", reasons=reasons, **sure) if reasons else reader.say("matched.bare", **sure)


def _steps(match: Match, reader: Reader) -> str:
    """The two names that met and by what; words that are simply the same need no mention."""
    told = [one for one in match.reasons if one.ours or one.theirs]
    if not told:
        return ""
    first = told[0]
    if len(told) > 1 and told[1].rule == LISTED_AS:
        return _by_number(first, told[1], reader)
    steps = [reader.retell("rule", first.rule)]
    for one in told[1:]:
        if one.rule == "same word":
            continue
        met = [reader.quote(reader.clean(text, 80)) for text in dict.fromkeys((one.ours, one.theirs)) if text]
        same_names = (one.ours, one.theirs) == (first.ours, first.theirs)
        rule = reader.retell("rule", one.rule)
        steps.append(rule if same_names else f"{rule} ({' = '.join(met)})")
    ours, theirs = reader.clean(first.ours, 120), reader.clean(first.theirs, 160)
    return reader.say("matched.reason", ours=ours, theirs=theirs, rule=", ".join(dict.fromkeys(steps)))


def _by_number(number: Reason, names: Reason, reader: Reader) -> str:
    """Two names that one number joins, which is told as publishers write it."""
    kind = number.rule.removeprefix("same ")
    ours, theirs = reader.clean(names.ours, 120), reader.clean(names.theirs, 160)
    shown = {"kind": kind.upper() if len(kind) <= ABBREVIATED else kind, "number": number.ours.upper()}
    return reader.say("matched.number", ours=ours, theirs=theirs, **shown)


def _record(alert: Alert, updates: Updates | None, reader: Reader) -> list[Section]:
    """What the record said when the story was told; where a listing has ended since, the heading says that."""
    if not alert.story:
        return []
    over = any(one.kind is UpdateKind.DELISTED and not one.text for one in updates.all) if updates else False
    then = replace(reader, now=alert.at) if over else reader
    meant = bool(alert.analysis and alert.analysis.source)
    lines = [evidence_words(one, then, meant=meant) for one in alert.evidence] or [reader.say("record.unread")]
    return [Section(reader.say("heading.record_then" if over else "heading.record"), " ".join(lines))]


def evidence_words(evidence: Evidence, reader: Reader, *, meant: bool = True) -> str:
    """What the record says today, with how fresh it is; and on the story's own day, where that was another.

    `meant`: whether the story speaks of a list at all, which "another list" would be measured by.
    """
    name = reader.clean(evidence.listing.name, 120) if evidence.listing else ""
    listed_on = evidence.listing.listed_on if evidence.listing else None
    since = reader.say("record.since", date=listed_on.isoformat()) if listed_on else ""
    fresh = reader.fresh(evidence.at)
    # A file that carries several lists is none of them: its entry of 2021 on one is not that of 2019 on another.
    where = reader.title(list_of(evidence.listing) if evidence.listing else evidence.source)
    match evidence.badge:
        case Badge.OFFICIAL:
            return reader.say("record.official")
        case Badge.CONFIRMED | Badge.ELSEWHERE:
            badge = evidence.badge if meant else "listed"
            said = reader.say(f"record.{badge}", name=name, list=where, since=since, fresh=fresh)
        case Badge.WAS_LISTED:
            said = reader.say(
                "record.was_listed",
                name=name,
                list=where,
                since=since,
                until=when(evidence.until) if evidence.until else "",
                fresh=fresh,
            )
        case Badge.NOT_FOUND:
            said = reader.say("record.not_found", lists=reader.lists(evidence.lists), fresh=fresh)
    return f"{said} {then}" if (then := _then_words(evidence, reader)) else said


def _then_words(evidence: Evidence, reader: Reader) -> str:
    """How it stood on the story's own day, where that was another day and the record can tell."""
    if evidence.day is None or evidence.then is None or (reader.now.date() - evidence.day).days < NEWS_DAYS:
        return ""
    past = "off" if evidence.badge is Badge.WAS_LISTED else "on"
    how = "not" if evidence.then is Badge.NOT_FOUND else str(evidence.then)
    return reader.say(f"record.then_{how}_{past}", day=evidence.day.isoformat())


def _proof(alert: Alert, reader: Reader) -> list[Section]:
    sha256 = next((change.sha256 for change in alert.changes if change.sha256), "")
    if not sha256:
        return []
    text = reader.say("proof.document", sha256=sha256[:16], time=when(alert.changes[0].seen))
    citations = list(dict.fromkeys(one for listing in alert.listings for one in listing.citations))
    return [Section(reader.say("heading.proof"), f"{text} {_some(citations, reader)}".strip())]


def _links(alert: Alert, reader: Reader) -> tuple[Link, ...]:
    links = [Link(reader.say("proof.story"), alert.story.url)] if alert.story else []
    links += [Link(reader.say("proof.entry"), one.url) for one in alert.listings[:1] if one.url]
    links += [Link(reader.clean(one.publisher or one.source, 60), one.url) for one in alert.announced[:NAMED]]
    page = reader.cards[alert.source].page if alert.source in reader.cards else ""
    links += [Link(reader.say("proof.open"), page)] if page and not alert.story else []
    return tuple(link for link in links if link.url.startswith(("https://", "http://")))


def _footer(alert: Alert, reader: Reader) -> str:
    card = reader.cards.get(alert.source)
    parts = (card.title if card else alert.source, card.publisher if card else "", reader.terms(alert.source))
    return " · ".join(part for part in parts if part)


def also_card(alert: Alert, reader: Reader, *, effects: Sequence[Effect] = (), other: Sequence[Effect] = ()) -> Card:
    """One more report of an event that was told already: short, for the thread of the first."""
    company = reader.clean(alert.company.name, 80)
    if alert.story is None:
        title = _title(alert, effects, reader, other)
        sections = [*_happened(alert, reader), *_proof(alert, reader)]
        return Card(summary=title, title=title, sections=tuple(sections), links=_links(alert, reader)[:1])
    story = alert.story
    title = reader.say(
        "kind.also", company=company, publisher=reader.clean(story.publisher or reader.title(story.source), 80)
    )
    sections = [section for section in _told(alert, story, reader) if section.heading != reader.say("heading.meant")]
    if alert.analysis:
        sections += _why_told(alert.analysis, reader, about=False)
    return Card(
        summary=reader.told(reader.clean(story.title, 200), title),
        title=title,
        sections=tuple(sections),
        links=_links(alert, reader)[:1],
    )


# ── A text that somebody put before us ────────────────────────────────────────────────────────────────────────────


def account_card(account: Account, reader: Reader) -> Card:
    """What a text says, whom it names, and what the record says of them: all that an alert of it would say."""
    analysis = account.analysis
    title = _account_title(account, reader)
    sections = _source_of(account.story, reader) + _read_out_of(analysis, reader)
    sections += _why_told(analysis, reader, about=analysis.listing_story)
    confirmed = any(one.confirms for named in account.named for one in named.evidence)
    day = account.day or reader.now.date()
    sections += _effects(account.effects, "means" if confirmed else "list_means", day, reader)
    sections += _companies(account.named, reader)
    sections += _their_record(account, reader)
    url = account.story.url
    return Card(
        summary=f"{title}. {reader.clean(analysis.reason or account.story.title, 200)}".rstrip(". ") + ".",
        title=title,
        severity=Severity.MEDIUM if analysis.listing_story and account.named else Severity.LOW,
        sections=tuple(sections),
        links=(Link(reader.say("proof.story"), url),) if url.startswith(("https://", "http://")) else (),
        footer=reader.say("read.footer"),
    )


def _account_title(account: Account, reader: Reader) -> str:
    subjects = [one.company.name for one in account.named if one.mention.role is Role.SUBJECT]
    names = [reader.clean(name, 80) for name in subjects or [one.company.name for one in account.named]]
    who = _some(names, reader)
    if account.analysis.listing_story:
        return reader.say("read.listing", companies=who) if subjects else reader.say("read.listing_nobody")
    kind = "nobody" if not names else "about" if subjects else "names"
    return reader.say(f"read.{kind}", companies=who)


def _source_of(story: Story, reader: Reader) -> list[Section]:
    sections = (
        [Section(reader.say("heading.headline"), reader.clean(story.title, 300), quote=True)] if story.title else []
    )
    published = reader.say("happened.published", time=when(story.published)) if story.published else ""
    if story.published and story.source == TYPED:
        published = reader.say("happened.dated", day=f"{story.published:%Y-%m-%d}")
    by = _by(story, story.source, reader) if story.publisher else ""
    if not by:
        return sections + ([Section("", published)] if published else [])
    return [*sections, Section(reader.say("heading.told"), " ".join(part for part in (by, published) if part))]


def _companies(named: Sequence[Named], reader: Reader) -> list[Section]:
    """Who is named, in which role, under which spellings, and by what we know."""
    if not named:
        return []
    lines = [_company_line(one, reader) for one in named[:MANY_NAMED]]
    if len(named) > MANY_NAMED:
        lines.append(reader.say("happened.more", count=len(named) - MANY_NAMED))
    return [Section(reader.say("heading.companies"), "\n".join(lines))]


def _company_line(named: Named, reader: Reader) -> str:
    return reader.say(
        "read.company",
        company=reader.clean(named.company.name, 80),
        role=reader.say(f"role.{named.mention.role}"),
        surfaces=", ".join(reader.quote(reader.clean(surface, 60)) for surface in named.spellings[:NAMED]),
        rules=", ".join(reader.retell("rule", reason.rule) for reason in named.mention.reasons),
        watched=reader.say("read.watched" if named.watched else "read.known"),
    )


def _their_record(account: Account, reader: Reader) -> list[Section]:
    """What the lists say of those it is about; of others only when it is about nobody."""
    subjects = [one for one in account.named if one.mention.role is Role.SUBJECT] or account.named
    sections = []
    for named in subjects[:NAMED]:
        meant = bool(account.analysis.source) and named.mention.role is Role.SUBJECT
        lines = [evidence_words(one, reader, meant=meant) for one in named.evidence] or [reader.say("record.unread")]
        heading = reader.told(reader.clean(named.company.name, 80), reader.say("heading.record"))
        sections.append(Section(heading, " ".join(lines)))
    return sections


# ── Digests ───────────────────────────────────────────────────────────────────────────────────────────────────────

#: Lines of a digest that have a button and a link of their own; all have the word that shows them.
SHOWN = 5


def digest_card(digest: Digest, keys: Sequence[str], reader: Reader) -> Card:
    """Several alerts in one message, a line each; `keys` are those under which `show` shows them whole."""
    count = len(digest.briefs)
    one = "_one" if count == 1 else ""  # of an overflow there are always several
    company = reader.clean(digest.briefs[0].company, 80)
    title = reader.say(f"digest.{digest.why}{one}", count=count, company=company)
    lines = [
        f"{number}. {brief_words(brief, reader)} · show {key}"
        for number, (brief, key) in enumerate(zip(digest.briefs, keys, strict=True), start=1)
    ]
    high = sum(1 for one in digest.briefs if one.severity is Severity.HIGH)
    summary = [title, *([reader.say("digest.summary", high=high)] if high else [])]
    summary.append(reader.say("digest.first", title=_kind(digest.briefs[0], reader)))
    return Card(
        summary=" ".join(summary),
        title=title.rstrip("."),
        severity=digest.briefs[0].severity,
        sections=(Section("", reader.say("digest.how")), *(Section("", line) for line in lines)),
        links=tuple(
            Link(f"{number}. {reader.clean(one.company, 60)}", one.url)
            for number, one in enumerate(digest.briefs, start=1)
            if one.url.startswith(("https://", "http://"))
        )[:SHOWN],
        buttons=tuple(
            Button(reader.say("button.show", number=number), "show", (("key", key),))
            for number, key in enumerate(keys[:SHOWN], start=1)
        ),
    )


def _kind(brief: Brief, reader: Reader) -> str:
    on = reader.title(brief.on_list or brief.source)
    return reader.say(_kind_of(brief), company=subject_words(brief, reader), list=on)


def brief_words(brief: Brief, reader: Reader) -> str:
    """An alert in one line: how loud, who, what, on which list or in which story, when."""
    title = "" if brief.relation else reader.clean(brief.title, 120)
    parts = [reader.say(f"severity.{brief.severity}"), _kind(brief, reader)]
    parts += [reader.quote(title)] if title else []
    parts += [reader.say("digest.entries", count=brief.entries)] if brief.entries > 1 else []
    return " · ".join([*parts, when(brief.at)])


# ── Standing, notices, look-ups ───────────────────────────────────────────────────────────────────────────────────


def standing_card(standing: Standing, reader: Reader) -> Card:
    """One card for a whole place: what is already listed of what it watches."""
    lists = len(standing.read)
    listed = sum(1 for _, found in standing.found if counted(found))
    lines = [_standing_line(company, found, lists, reader) for company, found in standing.found]
    count = len(standing.found)
    summary = reader.say(
        f"standing.{_standing_key(listed, count)}", listed=listed, count=count, lists=reader.lists(lists)
    )
    oldest = min((at for _, at in standing.read), default=None)
    return Card(
        summary=summary,
        title=reader.say("standing.title" if listed or not count else "standing.title_none"),
        sections=(Section("", summary), *(Section("", line) for line in lines)),
        footer=reader.say("standing.footer", count=lists, fresh=reader.fresh(oldest)),
    )


def _standing_key(listed: int, count: int) -> str:
    """Which sentence says how many of them are listed."""
    if count == 1:
        return "alone" if listed else "alone_not"
    return {0: "summary_none", 1: "summary_one", count: "summary_all"}.get(listed, "summary")


def counted(found: Iterable[Found]) -> dict[str, int]:
    """How many entries of each list are the company itself."""
    same = (one.listing for one in found if one.match.verdict is Verdict.SAME)
    return {where: len(there) for where, there in per_list(same).items()}


def _standing_line(company: Company, found: Sequence[Found], lists: int, reader: Reader) -> str:
    counts = counted(found)
    if not counts:
        return reader.say("standing.nothing", company=company.name, lists=reader.lists(lists))
    entries = [reader.say("standing.entry", list=reader.title(source), count=count) for source, count in counts.items()]
    return reader.say("standing.company", company=company.name, lists=", ".join(entries))


def notice_card(notice: Notice, reader: Reader) -> Card:
    """What the people who run Tocsin are told."""
    title = reader.clean(reader.retell("notice", notice.title), 200)
    text = reader.retell("notice", notice.text).removeprefix(f"{notice.source}: ")
    return Card(
        summary=reader.told(reader.clean(text, 300), title),
        title=title,
        severity=Severity.MEDIUM,
        sections=(Section("", reader.clean(text)),),
        footer=reader.named(notice.source) if notice.source in reader.cards else "",
    )


def lookup_card(
    typed: str,
    company: Company,
    found: Sequence[Found],
    read: Mapping[str, datetime],
    stories: Sequence[Story],
    effects: Mapping[str, Sequence[Effect]],
    reader: Reader,
    *,
    past: Sequence[ListChange] = (),
    went: Mapping[ListChange, Listing] = MappingProxyType({}),
    unread: Sequence[str] = (),
) -> Card:
    """What every list says today of a name, never a bare "no". Of `past` removals those in `went` were moves.

    `unread` are the lists that are polled and of which there is no reading yet.
    """
    counts = {one.listing.source for one in found if one.match.verdict is Verdict.SAME}
    touched = {one.listing.source for one in found}
    listed = "listed_one" if len(read) == 1 else "listed"
    verdict = listed if counts else "related" if found else "none" if read else "unread"
    title = reader.say(
        f"lookup.{verdict}",
        company=reader.clean(company.name, 80),
        count=len(counts or touched),
        total=len(read),
        lists=reader.lists(len(read)),
    )
    sections = via(typed, company, reader)
    if past:
        sections.append(past_section(past, went, reader))
    for source in dict.fromkeys(one.listing.source for one in found):
        sections += _found_on(source, [one for one in found if one.listing.source == source], effects, reader)
    sections.append(_freshness(read, reader))
    if read and unread:
        titles = [reader.title(source) for source in unread]
        sections.append(Section(reader.say("heading.unread"), _some(titles, reader, len(titles))))
    if stories:
        lines = [
            reader.quote(reader.clean(one.title, 160)) + (f" ({one.published:%Y-%m-%d})" if one.published else "")
            for one in stories
        ]
        sections.append(Section(reader.say("heading.stories"), "\n".join(lines), quote=True))
    pages = (Link(one.listing.name[:80], one.listing.url) for one in found if one.listing.url.startswith("http"))
    links = list(dict.fromkeys(pages))[:LINKED]
    return Card(
        summary=f"{title}. {reader.say('lookup.oldest', fresh=reader.fresh(min(read.values(), default=None)))}",
        title=title,
        severity=Severity.MEDIUM if counts else Severity.LOW,
        sections=tuple(sections),
        links=tuple(links),
        footer="" if counts else reader.say("lookup.caution"),
    )


def past_section(past: Sequence[ListChange], went: Mapping[ListChange, Listing], reader: Reader) -> Section:
    """Entries that are on their lists no more."""
    lines = [past_words(change, went.get(change), reader) for change in past[:NAMED]]
    return Section(reader.say("heading.moved" if went.keys() >= set(past) else "heading.past"), "\n".join(lines))


def past_words(change: ListChange, to: Listing | None, reader: Reader) -> str:
    """An entry that was taken off: from when, until we saw it gone, and to which other list where it moved."""
    listed_on = change.listing.listed_on
    return reader.say(
        "lookup.moved" if to else "lookup.past",
        name=reader.clean(change.listing.name, 120),
        list=reader.title(list_of(change.listing)),
        since=reader.say("record.since", date=listed_on.isoformat()) if listed_on else "",
        until=when(change.seen),
        to=reader.title(list_of(to)) if to else "",
    )


def via(typed: str, company: Company, reader: Reader) -> list[Section]:
    """By which of a company's names it was asked for, when that is not the name it is shown under."""
    name = next((one for one in company.names if one.text.casefold() == typed.casefold()), None)
    if name is None:
        return []
    how = "via" if name.kind in POINTERS else "name"
    kind = reader.retell("rule", f"{name.kind}, {name.language}" if name.language else str(name.kind))
    said = reader.say(f"lookup.{how}", typed=reader.clean(typed, 80), company=company.name, kind=kind)
    return [Section("", said)]


def _found_on(
    source: str, found: Sequence[Found], effects: Mapping[str, Sequence[Effect]], reader: Reader
) -> list[Section]:
    lines = [f"{entry_words(one.listing, reader)}\n  {match_words(one.match, reader)}" for one in found[:NAMED]]
    if len(found) > NAMED:
        lines.append(reader.say("happened.more", count=len(found) - NAMED))
    if terms := reader.terms(source):
        lines.append(reader.say("lookup.terms", terms=terms))
    told = list(effects.get(source, ()))[:3]
    means = [f"{effect.does} {effect.does_not}".strip() for effect in told]
    if len(told) > 1:
        means = [reader.told(text, effect.title) for effect, text in zip(told, means, strict=True)]
    sections = [Section(reader.named(source), "\n".join(lines))]
    return sections + ([Section(reader.say("heading.means"), "\n".join(means))] if means else [])


def entry_words(listing: Listing, reader: Reader) -> str:
    """An entry in a line: its name, its programmes, since when."""
    since = reader.say("record.since", date=listing.listed_on.isoformat()) if listing.listed_on else ""
    name = reader.clean(listing.name, 160)
    return reader.say("lookup.entry", name=name, programmes=", ".join(listing.programmes) or "-", since=since)


def _freshness(read: Mapping[str, datetime], reader: Reader) -> Section:
    if not read:
        return Section(reader.say("heading.next"), reader.say("lookup.unread_next"))
    lines = [
        reader.say("fresh.line", list=reader.named(source), fresh=reader.fresh(at))
        for source, at in sorted(read.items())
    ]
    return Section(reader.say("heading.fresh"), "\n".join(lines))


#: Characters of a title that every chat shows whole: a header of Slack's takes 150.
TITLE = 150


def plain_card(title: str, lines: Iterable[str] = (), **rest: Any) -> Card:
    """A short answer: a title and lines, in the order given. What is too long for a title goes on below it."""
    sections = tuple(Section("", line) for line in lines)
    if len(title) <= TITLE:
        return Card(summary=title, title=title, sections=sections, **rest)
    first, stop, others = title.partition(". ")
    if stop and len(first) < TITLE:
        short, rest_of_it = f"{first}.", others
    else:
        short, rest_of_it = f"{title[: TITLE - 1].rsplit(maxsplit=1)[0]}…", title
    return Card(summary=title, title=short, sections=(Section("", rest_of_it), *sections), **rest)
