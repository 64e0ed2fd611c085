"""Which watched companies a story names, where, and whether it is about them.

`scan` finds spellings; this module decides which of them are companies. A name is ambiguous as far as it is one of
the language's own words (apple, honour, smic in French, 中兴), which is measured, not listed; how it is written
(apple, Apple, APPLE), what stands around it and whether the company shows itself elsewhere in the story decide.
Every mention keeps those reasons. A brand or a person of the company book is a pointer and says so.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise

from bot.data import shelf, table
from bot.matching.fold import core
from bot.matching.frequency import homely, zipf
from bot.matching.language import language_of
from bot.matching.scan import EXACT_FORMS, LONGEST, Folded, Hit, Scanner, Spelling, folded, spellings
from bot.model import Company, Mention, Name, NameKind, Reason, Role

#: How far to look for words that go with companies: about a sentence.
NEAR = 90
#: Characters in which a story says what it is about; and in which a single naming is enough when there is little more.
LEAD = 220
BRIEF = 100
#: From here on a sighting is the company on its own ground.
SURE = 1.0
#: Mentions of one company that are kept of one story; the rest tells nothing new.
MOST_MENTIONS = 60

#: The language of a company's country, where the phrases have it.
_SPOKEN = {
    country: language
    for language, countries in {
        "ar": "AE BH DZ EG IQ JO KW LB LY MA OM QA SA SD SY TN YE", "de": "AT DE",
        "en": "AU CA GB IE IN NZ SG US ZA", "es": "AR BO CL CO CR CU DO EC ES GT HN MX NI PA PE PY SV UY VE",
        "fr": "FR", "it": "IT", "ja": "JP", "ko": "KR", "nl": "NL", "pl": "PL", "pt": "AO BR MZ PT",
        "ru": "BY KG KZ RU", "tr": "TR", "uk": "UA", "zh": "CN HK MO TW",
    }.items()
    for country in countries.split()
}  # fmt: skip
#: Languages in whose texts a name in Latin letters can be no word of their own.
_OTHER_SCRIPTS = frozenset({"ru", "uk", "bg", "ar", "fa", "zh", "ja", "ko", "el", "he", "th", "hi"})
_IN_COMPANY = Reason("other companies in the story", 0.2)
_OTHERWISE = Reason("also named otherwise in the story", 0.7)
_SMALL = "written small like a word"
_POINTERS = {NameKind.BRAND: "brand of the company", NameKind.PERSON: "person of the company"}
_SENTENCE_END = re.compile(r"(?:[.!?:。！？：\n\r•*#>|]|(?:^|\s)[-–—])[\s\"'“”‘’«»„(\[*_]*$")
_CASED = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿĀ-ɏЀ-ӿ]")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_CAMEL = re.compile(r"[a-zà-ÿ][A-ZÀ-Þ]")
_NEXT_CAPITAL = re.compile(r"\s[A-ZÀ-ÞА-ЯЁ]")
#: What stands between names in a row: a comma or a word for "and", after which a word or three may say what comes:
#: "Tencent and battery maker CATL". In Arabic and Korean the "and" hangs on a word.
_ROW = re.compile(
    r"\s*(?:[,、，،・·/&+]\s*|"
    r"(?:[,，،]\s*)?(?:\s(?:and|und|sowie|et|y|e|ed|en|i|oraz|и|та|й|і|ve|و)\s+|\sو|(?:以及|和|及|与|與|同|跟|と|や|および)|(?:와|과|및)\s)"
    r"(?:[^\W\d_]+[ -]){0,3})"
)
_ROW_LENGTH = 50
_IN_ROW = Reason("in a row with another company", 0.8)
_OPENING_MARKS = '「『“《"«„‘【('


# ── The words that go with names, per language ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Habits:
    """How a language treats names: what hangs on them, and which words stand beside companies and people."""

    endings: frozenset[str] = frozenset()
    particles: re.Pattern[str] | None = None
    company: re.Pattern[str] | None = None
    acts: re.Pattern[str] | None = None
    person: re.Pattern[str] | None = None
    place: re.Pattern[str] | None = None
    aside_before: frozenset[str] = frozenset()
    aside_after: frozenset[str] = frozenset()
    aside_unit: frozenset[str] = frozenset()
    spaced: bool = True
    cased: bool = True
    nouns_capital: bool = False


@cache
def _habits(language: str) -> _Habits:
    if language not in shelf("phrases"):
        return _Habits(company=_any_of(table("phrases/en")["names"]["company"], spaced=True))
    names = table(f"phrases/{language}")["names"]
    spaced = bool(names.get("spaces", True))
    particles = names.get("particles", ())
    return _Habits(
        endings=frozenset(names.get("endings", ())),
        particles=re.compile("|".join(sorted(map(re.escape, particles), key=len, reverse=True))) if particles else None,
        company=_any_of(names.get("company", ()), spaced=spaced),
        acts=_any_of(names.get("acts", ()), spaced=spaced),
        person=_any_of(names.get("person", ()), spaced=spaced),
        place=_any_of(names.get("place", ()), spaced=spaced),
        spaced=spaced,
        aside_before=_forms(names.get("aside_before", ())),
        aside_after=_forms(names.get("aside_after", ())),
        aside_unit=_forms(names.get("aside_unit", ())),
        cased=bool(names.get("cased", True)),
        nouns_capital=bool(names.get("nouns_capital", False)),
    )


def _forms(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(folded(phrase).text.split()) for phrase in phrases)


def _any_of(words: Sequence[str], *, spaced: bool) -> re.Pattern[str] | None:
    if not words:
        return None
    forms = []
    for word in sorted(words, key=len, reverse=True):
        body = re.escape(folded(word.strip("*")).text.strip())
        before, after = (r"[^ ]*" if star else "" for star in (word.startswith("*"), word.endswith("*")))
        forms.append(body if not spaced else rf" {before}{body}{after}(?= )")
    return re.compile("|".join(forms))


# ── What is known of a company ────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True, eq=False)
class _Owner:
    """A company in the finder: its names by number, and from where on they are somebody else's."""

    company: Company
    names: tuple[Name, ...]
    others: int  #: names from this number on are `not_names`


class MentionFinder:
    """Finds the companies it was given in stories. Adding and removing is cheap and holds from the next story on."""

    def __init__(self, companies: Iterable[Company] = ()) -> None:
        self._owners: list[_Owner | None] = []
        self._slots: dict[str, int] = {}
        self._scanner = Scanner()
        self._scanner.load(pattern for company in companies for pattern in self._enter(company))

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, company_id: object) -> bool:
        return company_id in self._slots

    def add(self, company: Company) -> None:
        """Watch a company, or its new names when it is already there."""
        self.remove(company.id)
        self._scanner.add(self._enter(company))

    def remove(self, company_id: str) -> None:
        """Forget a company; one that is not there is no error."""
        slot = self._slots.pop(company_id, None)
        if slot is not None:
            self._owners[slot] = None

    def compact(self) -> None:
        """Melt what was added and removed into one automaton. About forty seconds for a million names; may run in a

        thread of its own: until it is done stories are searched with the old ones.
        """
        fresh = Scanner()
        known = [(slot, owner) for slot, owner in enumerate(self._owners) if owner is not None]
        fresh.load(pattern for slot, owner in known for pattern in _patterns(slot, owner))
        self._scanner = fresh

    def _enter(self, company: Company) -> Iterator[tuple[bytes, Spelling]]:
        names = (*company.all_names(), *_tickers(company))
        owner = _Owner(company, (*names, *map(Name, company.not_names)), len(names))
        slot = len(self._owners)
        self._owners.append(owner)
        self._slots[company.id] = slot
        return _patterns(slot, owner)

    def find(self, title: str, text: str, language: str = "") -> tuple[Mention, ...]:
        """Every watched company in a story, in order of appearance, with its role. Never raises on any text."""
        title, text = title[:LONGEST], text[:LONGEST]
        language = language or language_of(title, text)
        habits = _habits(language)
        parts = []
        for where, part in (("title", title), ("text", text)):
            plain = folded(part)
            hits = self._scanner.hits(plain, habits.endings, habits.particles)
            parts.append(_Part(where, part, plain, self._alive(hits)))
        if not any(part.hits for part in parts):
            return ()
        return _judged(parts, language, habits, self._owners)

    def _alive(self, hits: list[Hit]) -> list[Hit]:
        """The hits of companies still watched, the longest at each place, in order."""
        owners = self._owners
        alive = [hit for hit in hits if owners[hit.spelling[0]] is not None]
        alive.sort(key=lambda hit: (hit.start, -hit.end))
        kept: list[Hit] = []
        reach = -1
        for hit in alive:
            same = bool(kept) and kept[-1].start == hit.start and kept[-1].end == hit.end
            if same and self._points(hit) != self._points(kept[-1]):
                # TikTok is a brand of ByteDance, but when TikTok itself is watched the name is TikTok's.
                if self._points(kept[-1]):
                    kept[-1] = hit
            elif hit.start >= reach or same:
                kept.append(hit)
                reach = max(reach, hit.end)
        return kept

    def _points(self, hit: Hit) -> bool:
        owner = self._owners[hit.spelling[0]]
        return owner is not None and owner.names[hit.spelling[1]].kind in _POINTERS


def _patterns(slot: int, owner: _Owner) -> Iterator[tuple[bytes, Spelling]]:
    """Each name as written and without its legal form, and the tickers."""
    seen: set[bytes] = set()
    for number, name in enumerate(owner.names):
        for form in (name.text, *_bare(name, number >= owner.others)):
            for pattern, spelling in spellings(slot, number, form):
                if pattern not in seen:
                    seen.add(pattern)
                    yield pattern, spelling


def _bare(name: Name, other: bool) -> tuple[str, ...]:
    """The name without its legal form, when that still is a name; "20.HK" without its HK is none."""
    if other or name.kind in (NameKind.ACRONYM, NameKind.PERSON):
        return ()
    bare = core(name.text)
    return (bare,) if len(bare) > (1 if bare[:1] > "\u2e80" else 3) and not bare.replace(" ", "").isdigit() else ()


def _tickers(company: Company) -> Iterator[Name]:
    """ "HKEX:1810" as stories write it: HKG: 1810, 1810.HK."""
    exchanges = table("exchanges")
    for one in company.identifiers:
        exchange, colon, code = one.value.partition(":")
        if one.kind == "ticker" and colon and code:
            known = exchanges.get(exchange, {})
            for name in known.get("names", [exchange]):
                yield Name(f"{name}: {code}", NameKind.ACRONYM)
            for suffix in known.get("suffixes", ()):
                yield Name(f"{code}.{suffix}", NameKind.ACRONYM)


# ── Deciding ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True, eq=False)
class _Part:
    """Title or text: as published, as searched, and what was found in it."""

    where: str
    original: str
    plain: Folded
    hits: list[Hit]

    def shouting(self, start: int) -> bool:
        """Whether the line is Written Like This or IN CAPITALS, so that a capital letter says nothing."""
        begin = self.original.rfind("\n", max(0, start - 120), start) + 1 or max(0, start - 120)
        end = self.original.find("\n", start, start + 120)
        words = _WORD.findall(self.original[begin : end if end >= 0 else start + 120])
        long = [word for word in words if len(word) > 3]
        return len(long) > 2 and sum(not word[0].islower() for word in long) > 0.65 * len(long)


@dataclass(slots=True, eq=False)
class _Sighting:
    """One hit with what speaks for it being the company."""

    part: _Part
    hit: Hit
    start: int
    surface: str
    name: Name
    bears_name: bool  #: a brand that has the company's own name in it: Sony Music
    reasons: list[Reason]

    @property
    def score(self) -> float:
        return sum(reason.score for reason in self.reasons)


def _judged(parts: list[_Part], language: str, habits: _Habits, owners: Sequence[_Owner | None]) -> tuple[Mention, ...]:
    by_company: dict[int, list[_Sighting]] = defaultdict(list)
    disowned: Counter[int] = Counter()
    for part in parts:
        for hit in part.hits:
            owner = owners[hit.spelling[0]]
            if owner is None:
                continue
            if hit.spelling[1] >= owner.others:
                disowned[hit.spelling[0]] += 1
                continue
            if len(by_company[hit.spelling[0]]) < MOST_MENTIONS:
                by_company[hit.spelling[0]].append(_sighting(part, hit, owner, language, habits))
    _mark_rows(by_company)
    accepted: dict[int, list[_Sighting]] = {}
    for slot, sightings in by_company.items():
        kept = _believed(sightings, disowned[slot], len(by_company), habits)
        if kept:
            accepted[slot] = kept
    return _with_roles(accepted, parts, owners, habits)


def _mark_rows(by_company: dict[int, list[_Sighting]]) -> None:
    """A doubtful name in a row with a sure one of another company is more likely a company: "Target and Amazon"."""
    if len(by_company) < 2:
        return
    doubtful = {id(seen) for all_seen in by_company.values() for seen in all_seen if seen.score < SURE}
    if not doubtful:
        return
    everyone = [(seen.part.where, seen.start, slot, seen) for slot, all_seen in by_company.items() for seen in all_seen]
    everyone.sort(key=lambda one: one[:3])
    for (_, _, left_slot, left), (_, _, right_slot, right) in pairwise(everyone):
        one_is, other_is = id(left) in doubtful, id(right) in doubtful
        if one_is == other_is or left_slot == right_slot or left.part is not right.part:
            continue
        doubted = left if one_is else right
        between = left.part.original[left.start + len(left.surface) : right.start]
        if not doubted.surface.islower() and in_row(between):
            doubted.reasons.append(_IN_ROW)


def _sighting(part: _Part, hit: Hit, owner: _Owner, language: str, habits: _Habits) -> _Sighting:
    start = part.plain.origin(hit.start)
    end = part.plain.origin(hit.end - 1) + 1
    surface = part.original[start:end]
    name = owner.names[hit.spelling[1]]
    bears = name.kind in _POINTERS and owner.company.name.casefold() in name.text.casefold().split()
    seen = _Sighting(part, hit, start, surface, name, bears, [])
    seen.reasons.append(_met(name, surface, hit.ending))
    if name.kind in _POINTERS:
        seen.reasons.append(Reason(f"{_POINTERS[name.kind]} {owner.company.name}", 0.0, name.text, surface))
    # Initials are frequent where their company is from (ВТБ in Russian): that does not make them a word there.
    at_home = name.text.isupper() and len(name.text) <= 5 and _SPOKEN.get(owner.company.country) == language
    seen.reasons.extend(_ambiguity(seen, language, habits, at_home))
    return seen


@lru_cache(maxsize=16_384)
def _met(name: Name, surface: str, ending: str) -> Reason:
    if ending:
        return Reason("name with an ending", 0.9, name.text, surface)
    if surface == name.text:
        return Reason("same name", 1.0, name.text, surface)
    return Reason("same name but for case and accents", 1.0, name.text, surface)


def _ambiguity(seen: _Sighting, language: str, habits: _Habits, at_home: bool) -> Iterator[Reason]:
    """What speaks against and for this sighting on its own ground."""
    form = seen.hit.spelling[4]
    common, own = _commonness(form, language)
    if common < EXACT_FORMS:
        return
    if habits.cased and _CASED.search(seen.surface):
        yield from _by_capitals(seen, common, own * (0.3 if at_home else 1.0), habits, at_home)
    elif common >= 3.3:
        # Words of the language have one or two Chinese signs; three and more are names far more often (英特爾).
        long = 0.5 if len(form) >= (4 if "\uac00" <= form[:1] <= "\ud7a3" else 3) else 1.0
        worth = -long * min(1.6, 0.5 + 0.55 * (common - 3.3))
        yield Reason("an everyday word of the language", worth, form, seen.surface)
    yield from _by_neighbours(seen, own, habits)


@lru_cache(maxsize=65_536)
def _commonness(form: str, language: str) -> tuple[float, float]:
    """How frequent a name is as a word, and how much of a home word it is; names of several words are rarer."""
    words = form.split()
    if not words or len(words) > 3 or (form.isascii() and language in _OTHER_SCRIPTS):
        return 0.0, 0.0
    frequencies = [zipf(word, language) for word in words]
    if len(words) > 1:
        return max(0.0, min(frequencies) - 0.8 * (len(words) - 1)), min(homely(word, language) for word in words)
    return frequencies[0], homely(words[0], language)


def _by_capitals(seen: _Sighting, common: float, own: float, habits: _Habits, at_home: bool) -> Iterator[Reason]:
    surface, name = seen.surface, seen.name.text
    form = seen.hit.spelling[4]
    if surface.islower() and not name.islower():
        yield Reason(_SMALL, -0.6 - 0.5 * max(0.0, common - 3.0) - own, name, surface)
        return
    acronym = name.isupper() and len(name) <= 5
    if own >= 0.3:
        yield Reason(
            "also a word of the language", -0.45 * own - (0.8 if acronym and not at_home else 0.0), form, surface
        )
    if acronym and not surface.isupper() and common >= 3.0:
        yield Reason("not written as the company writes it", -0.8, name, surface)
    if _capital_inside(seen, habits):
        yield Reason("a capital within the name", 0.7, name, surface)
        return
    first = not seen.part.original[: seen.start].strip() or _SENTENCE_END.search(
        seen.part.original[max(0, seen.start - 12) : seen.start]
    )
    if first or seen.part.shouting(seen.start) or habits.nouns_capital:
        if own >= 0.5 or (own >= 0.25 and common >= 4.0):
            yield Reason("its capital proves nothing here", -0.7, name, surface)
    elif own < 0.3:
        yield Reason("a capital within the sentence", 0.5, name, surface)


def _capital_inside(seen: _Sighting, habits: _Habits) -> bool:
    """SpaceX, or Applied Materials where other words are written small: no plain word is written so, anywhere."""
    if _CAMEL.search(seen.surface):
        return True
    spaced = _NEXT_CAPITAL.search(seen.surface) is not None
    return spaced and not habits.nouns_capital and not seen.part.shouting(seen.start)


def _by_neighbours(seen: _Sighting, own: float, habits: _Habits) -> Iterator[Reason]:
    plain, start, end = seen.part.plain.text, seen.hit.start, seen.hit.end
    before, after = f" {plain[max(0, start - NEAR) : start]} ", f" {plain[end : end + NEAR]} "
    if habits.company is not None and (habits.company.search(before) or habits.company.search(after)):
        yield Reason("company words beside it", 0.8, seen.name.text, seen.surface)
        if habits.spaced and not seen.surface.islower() and _next_to(habits.company, before, after):
            yield Reason("one of them right beside it", 0.4, seen.name.text, seen.surface)
    if habits.acts is not None and habits.acts.search(_beside(before, after, spaced=habits.spaced)):
        yield Reason("it does what companies do", 0.8, seen.name.text, seen.surface)
    if habits.person is not None and habits.person.search(f" {_before_person(seen, habits)} "):
        yield Reason("a person's title before it", -1.2, seen.name.text, seen.surface)
    if own >= 0.2 and habits.place is not None and habits.place.search(f" {' '.join(before.split()[-2:])} "):
        yield Reason("a word for places before it", -1.2, seen.name.text, seen.surface)


def _beside(before: str, after: str, *, spaced: bool) -> str:
    """The word before a name (Arabic has its verb there) and what follows: three words, or ten characters."""
    if not spaced:
        return after[:11]
    return f" {' '.join(before.split()[-1:])}  {' '.join(after.split()[:3])} "


def _before_person(seen: _Sighting, habits: _Habits) -> str:
    """Where a person's title would stand: right before the name, or before a first name, which has a capital ("actor
    Harrison Ford"). In "a judge orders Google" the judge is somebody else. Without capitals: a few words before."""
    plain, start = seen.part.plain.text, seen.hit.start
    if not (habits.spaced and habits.cased):
        return plain[max(0, start - 24) : start].strip()
    words = plain[max(0, start - 40) : start].split()
    written = seen.part.original[max(0, seen.start - 40) : seen.start].split()
    named = bool(written) and written[-1][:1].isupper() and not seen.part.shouting(seen.start)
    return " ".join(words[-3:] if named else words[-1:])


def _next_to(company: re.Pattern[str], before: str, after: str) -> bool:
    """Whether the very next word, on either side, is one that goes with companies: "Target shares"."""
    beside = (before.split()[-1:], after.split()[:1])
    return any(company.search(f" {' '.join(words)} ") is not None for words in beside)


def _believed(sightings: list[_Sighting], disowned: int, companies: int, habits: _Habits) -> list[_Sighting]:
    """The sightings that are the company, given all of them together."""
    if _passing_pointer(sightings):
        return []
    if all(seen.name.kind is NameKind.WEAK for seen in sightings):
        return []
    forms = {seen.hit.spelling[4] for seen in sightings}
    sure = [seen for seen in sightings if seen.score >= SURE]
    shared: list[Reason] = []
    if disowned:
        shared.append(Reason("the story names somebody else of that name", -1.5))
    if any(reason.rule == _SMALL for seen in sightings for reason in seen.reasons if seen.score < 0.2):
        shared.append(Reason("also written small in the story", -0.6))
    if len(forms) > 1 and sure:
        shared.append(_OTHERWISE)
    if companies > 1:
        shared.append(_IN_COMPANY)
    kept = []
    for seen in sightings:
        extra = list(shared)
        if sure and seen not in sure and len(forms) == 1:
            extra.append(Reason("plainly the company elsewhere in the story", 0.8))
        certain = seen.score >= 0.9 and not any(reason.score < 0 for reason in extra)
        if certain or seen.score + sum(reason.score for reason in extra) >= 0.5:
            seen.reasons.extend(extra)
            kept.append(seen)
    return kept


def _passing_pointer(sightings: list[_Sighting]) -> bool:
    """One brand or person, once, in the text: YouTube under a story is no mention of Google."""
    seen = sightings[0]
    return len(sightings) == 1 and seen.name.kind in _POINTERS and seen.part.where == "text" and not seen.bears_name


# ── Roles ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _with_roles(
    accepted: dict[int, list[_Sighting]], parts: list[_Part], owners: Sequence[_Owner | None], habits: _Habits
) -> tuple[Mention, ...]:
    mentions: list[Mention] = []
    most = max((len(sightings) for sightings in accepted.values()), default=0)
    asides = {slot: [_aside(seen, habits) for seen in all_seen] for slot, all_seen in accepted.items()}
    titled = {
        slot
        for slot, all_seen in accepted.items()
        if any(seen.part.where == "title" and not aside for seen, aside in zip(all_seen, asides[slot], strict=True))
    }
    if not titled:  # "two units of Cosco sanctioned": where nobody else is named, it is about Cosco
        titled = {slot for slot, all_seen in accepted.items() if any(_of_a_unit(seen, habits) for seen in all_seen)}
    for slot, sightings in accepted.items():
        owner = owners[slot]
        assert owner is not None
        role, why = _role(slot, sightings, most, titled, parts[1].original)
        mentions.extend(
            Mention(
                company=owner.company.id,
                surface=seen.surface,
                where=seen.part.where,
                start=seen.start,
                name=seen.name,
                role=role,
                reasons=(*seen.reasons, why),
            )
            for seen in sightings
        )
    return tuple(sorted(mentions, key=lambda one: (one.where != "title", one.start)))


def _aside(seen: _Sighting, habits: _Habits) -> bool:
    """Whether a name in a title only says who somebody else is: "TikTok owner ByteDance", 华为前子公司荣耀."""
    if seen.part.where != "title":
        return False
    plain, start, end = seen.part.plain.text, seen.hit.start, seen.hit.end
    if habits.spaced:
        before, after = plain[:start].split()[-2:], plain[end : end + 40].split()[:2]
        befores = {" ".join(before[-1:]), " ".join(before)}
        afters = {" ".join(after[:1]), " ".join(after)}
        units = habits.aside_unit
        return bool(befores & (habits.aside_before | units) or afters & (habits.aside_after | units))
    left, right = plain[max(0, start - 3) : start].strip(), plain[end : end + 6].strip()
    if any(map(left.endswith, habits.aside_before)):
        return True
    return any(map(right.startswith, habits.aside_after)) or any(map(right.startswith, habits.aside_unit))


def in_row(between: str) -> bool:
    """Whether the text between two names puts them in a row: "and", a comma, 、."""
    return 0 < len(between) <= _ROW_LENGTH and _ROW.fullmatch(between) is not None


def _of_a_unit(seen: _Sighting, habits: _Habits) -> bool:
    """Whether a title speaks of a unit or partner of the company: 中远海运旗下, "une filiale de Lukoil"."""
    if seen.part.where != "title" or not habits.aside_unit:
        return False
    right = seen.part.plain.text[seen.hit.end : seen.hit.end + 40].strip()
    if habits.spaced:
        before = seen.part.plain.text[: seen.hit.start].split()[-2:]
        words = {" ".join(right.split()[:1]), " ".join(before[-1:]), " ".join(before)}
        return not habits.aside_unit.isdisjoint(words)
    return any(map(right.startswith, habits.aside_unit))


def _role(slot: int, sightings: list[_Sighting], most: int, titled: set[int], text: str) -> tuple[Role, Reason]:
    if slot in titled:
        return Role.SUBJECT, Reason("in the title", 1.0)
    in_text = [seen.start for seen in sightings if seen.part.where == "text"]
    if len(in_text) < len(sightings):
        return Role.MENTIONED, Reason("in the title, to say who somebody else is", 0.7)
    often, first = _times(sightings), min(in_text)
    share = often / most
    enough = often > 1 or (first < BRIEF and len(text) < LEAD)
    if not titled and enough and share >= 0.5 and first < max(LEAD, len(text) // 2):
        return Role.SUBJECT, Reason("named early and often", 0.8)
    if titled and often > 1 and share >= 0.4 and first < LEAD:
        return Role.SUBJECT, Reason("named early and nearly as often as the company in the title", 0.7)
    return Role.MENTIONED, Reason("named in passing", 0.7)


def _times(sightings: Sequence[_Sighting]) -> int:
    """How often a company is named in the text; 華為技術（ファーウェイ） names it once."""
    ends = sorted((seen.start, seen.start + len(seen.surface)) for seen in sightings if seen.part.where == "text")
    return sum(1 for one, end in enumerate(ends) if one == 0 or end[0] - ends[one - 1][1] > 2)


def in_role(mentions: Iterable[Mention], role: Role) -> tuple[str, ...]:
    """The companies in that role, each once, in order of appearance."""
    return tuple(dict.fromkeys(one.company for one in mentions if one.role is role))


def retold(mention: Mention, role: Role, why: Reason) -> Mention:
    """The same mention in another role, with the reason for it in place of the old one."""
    return replace(mention, role=role, reasons=(*mention.reasons[:-1], why))
