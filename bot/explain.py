"""What being listed means: what it does, what it does not do, on what ground, on a given day.

`bot/data/programmes.toml` holds the texts; this picks the right ones. Several codes of one entry often mean the same
thing (a blocked party under three orders), and are told once with all their grounds. A code that the table does not
know is left out, and `unknown` lists it, so that a person can add it: we say less rather than guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

from bot.data import table
from bot.errors import BadSettings
from bot.model import Effect

_ANY = "*"
_ENGLISH = "en"
_DATES = {"en": "%Y-%m-%d", "fr": "%d/%m/%Y"}
_EFFECT_FIELDS = {"rank", "authority", "does", "does_not", "who", "url"}
_TEXT_FIELDS = ("authority", "does", "does_not", "who")
_PROGRAMME_FIELDS = {"sources", "code", "title", "citation", "effect", "periods", "since", "until", "url"}
_PERIOD_FIELDS = {"effect", "since", "until", "citation"}


@dataclass(frozen=True, slots=True)
class _Period:
    """What a programme means between two days, both included."""

    effect: str
    citation: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class _Programme:
    code: str
    titles: Mapping[str, str]  #: by language
    periods: tuple[_Period, ...]  #: in order of time, at least one
    url: str

    def on(self, day: date) -> _Period:
        """The period a day falls in; before the first one the first, after the last one the last."""
        begun = [period for period in self.periods if period.since is None or period.since <= day]
        return begun[-1] if begun else self.periods[0]


@dataclass(frozen=True, slots=True)
class Programmes:
    """The table, read and checked."""

    effects: Mapping[str, Mapping[str, Mapping[str, Any]]]  #: effect -> language -> field; every field in English
    by_code: Mapping[tuple[str, str], _Programme]  #: (source, code)
    carriers: Mapping[str, Mapping[str, str]]  #: source -> inner list's code -> in whose sense the others are meant
    free: frozenset[str]  #: sources whose codes are the publisher's own words
    typical: Mapping[str, Mapping[str, Any]]  #: list -> the codes, and of which source, that its plain name means
    ended: Mapping[str, str]  #: by language
    read: date

    def find(self, source: str, code: str) -> _Programme | None:
        """The programme of that code, or what any other code of the source means."""
        family = family_of(source)
        return self.by_code.get((source, code)) or self.by_code.get((family, code)) or self.by_code.get((family, _ANY))

    def senses(self, source: str, codes: Sequence[str]) -> list[tuple[str, str]]:
        """Each code with the source in whose sense it is meant, the codes that say nothing of their own left out."""
        carried = self.carriers.get(source, {})
        inner = next((code for code in codes if code in carried), None)
        if inner is None:
            return [(source, code) for code in codes]
        others = [(carried[inner], code) for code in codes if code != inner]
        return others if carried[inner] and others else [(source, inner)]


def family_of(source: str) -> str:
    """The source in whose sense a list is read that is one of several under its name: "opensanctions.ch_seco"."""
    return source.partition(".")[0]


# ── What others ask ───────────────────────────────────────────────────────────────────────────────────────────────


def effects(source: str, programmes: Sequence[str], *, on: date, language: str = _ENGLISH) -> tuple[Effect, ...]:
    """What these codes of a source mean on a day, the most severe first, each consequence once.

    `on` is the day spoken of: today for an alert, the day of listing for history. A programme that had ended by then
    is told as ended, after the others. What has no text in the language is told in English.
    """
    return effects_of([(source, programmes)], on=on, language=language)


def effects_of(
    entries: Iterable[tuple[str, Sequence[str]]], *, on: date, language: str = _ENGLISH
) -> tuple[Effect, ...]:
    """As `effects`, for several entries (source and codes of each): a company on two lists that one source carries is

    told what both mean. Codes are read entry by entry, because what stands beside a code gives it its sense.
    """
    known = shipped()
    senses = [
        sense
        for source, codes in dict.fromkeys((source, tuple(dict.fromkeys(codes))) for source, codes in entries)
        for sense in known.senses(source, codes)
    ]
    found: dict[tuple[str, str], Effect] = {}
    for sense, code in dict.fromkeys(senses):
        if programme := known.find(sense, code):
            effect = _effect(known, programme, code, on, language)
            same = (effect.does, effect.does_not)
            found[same] = _joined(found[same], effect) if same in found else effect
    return tuple(sorted(found.values(), key=lambda effect: -effect.rank))


def typically(source: str, *, on: date, language: str = _ENGLISH) -> tuple[Effect, ...]:
    """What being on a list meant on a day, where no entry is at hand to read the programmes of: a story names a list

    and the record has no such entry. Nothing for a list that means several things.
    """
    meant = shipped().typical.get(source)
    if meant is None:
        return ()
    found = effects(meant["source"], meant["codes"], on=on, language=language)
    return tuple(one for one in found if one.since is None or one.since <= on)[:1]


def unknown(source: str, programmes: Iterable[str]) -> tuple[str, ...]:
    """The codes that the table has no line for, in order: they are told as what the whole source means, or not at all.

    Codes that are the publisher's own words (a UK regime's name) are expected to be new and are not listed.
    """
    known = shipped()
    if family_of(source) in known.free:
        return ()
    senses = {source, *known.carriers.get(source, {}).values()} - {""}
    if source in known.carriers:
        senses.add("us_ofac_cons")
    return tuple(
        code for code in dict.fromkeys(programmes) if not any((sense, code) in known.by_code for sense in senses)
    )


def _effect(known: Programmes, programme: _Programme, code: str, on: date, language: str) -> Effect:
    period = programme.on(on)
    texts = known.effects[period.effect]
    words = texts[_ENGLISH] | _in(texts, language, {})
    title = _in(programme.titles, language, programme.titles[_ENGLISH])
    effect = Effect(
        programme=code,
        title=f"{title} ({code})" if programme.code == _ANY and code != _ANY else title,
        authority=words["authority"],
        does=words["does"],
        does_not=words["does_not"],
        citation=period.citation,
        who=words["who"],
        url=programme.url or words.get("url", ""),
        read=known.read,
        since=period.since,
        until=period.until,
        rank=words["rank"],
    )
    return _ended(known, effect, period.until, language) if period.until and on > period.until else effect


def _ended(known: Programmes, effect: Effect, until: date, language: str) -> Effect:
    day = until.strftime(_in(_DATES, language, _DATES[_ENGLISH]))
    phrase = _in(known.ended, language, known.ended[_ENGLISH])
    return replace(effect, does=phrase.format(until=day, does=effect.does), rank=0)


def _joined(one: Effect, other: Effect) -> Effect:
    """One consequence on two grounds. Dates are kept where both agree."""
    return replace(
        one,
        programme=f"{one.programme}, {other.programme}",
        title=one.title if other.title in one.title.split("; ") else f"{one.title}; {other.title}",
        citation="; ".join(dict.fromkeys((one.citation + "; " + other.citation).split("; "))),
        since=one.since if one.since == other.since else None,
        until=one.until if one.until == other.until else None,
    )


def _in(by_language: Mapping[str, Any], language: str, otherwise: Any) -> Any:
    """What stands under a language, or under it without its region ("fr-CA" is "fr")."""
    return by_language.get(language, by_language.get(language.partition("-")[0], otherwise))


# ── Reading the table ─────────────────────────────────────────────────────────────────────────────────────────────


@cache
def shipped() -> Programmes:
    """The table that comes with Tocsin. Raises BadSettings as `parse` does."""
    return parse(table("programmes"))


def parse(raw: Mapping[str, Any]) -> Programmes:
    """The table, checked. Raises BadSettings, naming the entry, for an unknown or missing field, an empty text,

    an effect that is not there, periods out of order, and a code that stands twice for one source.
    """
    texts = {name: _texts(name, entry) for name, entry in raw["effects"].items()}
    by_code: dict[tuple[str, str], _Programme] = {}
    for entry in raw["programme"]:
        programme = _programme(entry, texts)
        for source in entry["sources"]:
            if (source, programme.code) in by_code:
                raise _bad(programme.code, f"stands twice for {source}; join the two lines")
            by_code[source, programme.code] = programme
    phrases = raw["phrases"]
    ended = {_ENGLISH: phrases["ended"]} | {lang: words["ended"] for lang, words in _languages(phrases)}
    typical = raw.get("typical", {})
    _check_typical(typical, by_code)
    return Programmes(texts, by_code, raw["carriers"], frozenset(raw["free"]), typical, ended, raw["read"])


def _check_typical(typical: Mapping[str, Mapping[str, Any]], by_code: Mapping[tuple[str, str], _Programme]) -> None:
    for source, meant in typical.items():
        if unknown := [code for code in meant["codes"] if (meant["source"], code) not in by_code]:
            raise _bad(source, f"typically {unknown[0]!r} of {meant['source']}, which no programme is; write one")


def _languages(entry: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The tables inside an entry, which are its languages."""
    return [(name, value) for name, value in entry.items() if isinstance(value, Mapping)]


def _texts(name: str, entry: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    languages = dict(_languages(entry))
    english = {field: value for field, value in entry.items() if field not in languages}
    _check(name, english, allowed=_EFFECT_FIELDS, needed={"rank", *_TEXT_FIELDS})
    for language, words in languages.items():
        _check(f"{name}.{language}", words, allowed=set(_TEXT_FIELDS), needed=set())
    return {_ENGLISH: english} | {language: dict(words) for language, words in languages.items()}


def _programme(entry: Mapping[str, Any], texts: Mapping[str, Any]) -> _Programme:
    code = str(entry.get("code", "?"))
    languages = dict(_languages(entry))
    plain = {field: value for field, value in entry.items() if field not in languages}
    _check(code, plain, allowed=_PROGRAMME_FIELDS, needed={"sources", "code", "title", "citation"})
    for language, words in languages.items():
        _check(f"{code}.{language}", words, allowed={"title"}, needed={"title"})
    titles = {_ENGLISH: entry["title"]} | {language: words["title"] for language, words in languages.items()}
    return _Programme(code, titles, _periods(code, entry, texts), entry.get("url", ""))


def _periods(code: str, entry: Mapping[str, Any], texts: Mapping[str, Any]) -> tuple[_Period, ...]:
    raw = entry.get("periods") or [{field: entry[field] for field in ("effect", "since", "until") if field in entry}]
    for period in raw:
        _check(code, period, allowed=_PERIOD_FIELDS, needed={"effect"})
        if period["effect"] not in texts:
            raise _bad(code, f"effect {period['effect']!r} is not in the table; write [effects.{period['effect']}]")
    periods = tuple(
        _Period(one["effect"], one.get("citation", entry["citation"]), one.get("since"), one.get("until"))
        for one in raw
    )
    for before, after in pairwise(periods):
        if before.until is None or after.since is None or before.until >= after.since:
            raise _bad(code, f"the period from {after.since} does not follow the one before it; order them by date")
    return periods


def _check(name: str, entry: Mapping[str, Any], *, allowed: set[str], needed: set[str]) -> None:
    if wrong := sorted(entry.keys() - allowed):
        raise _bad(name, f"field {wrong[0]!r} is not one of {', '.join(sorted(allowed))}")
    if missing := sorted(needed - entry.keys()):
        raise _bad(name, f"has no {missing[0]}; add it")
    if empty := sorted(field for field, value in entry.items() if isinstance(value, str) and not value.strip()):
        raise _bad(name, f"{empty[0]} is empty; write it or leave the field out")


def _bad(name: str, what: str) -> BadSettings:
    return BadSettings(f"programmes.toml, {name}: {what}")
