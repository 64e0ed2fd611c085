"""Is it the same event? One alert per event, whoever tells it and in whatever language.

Text alone is not enough: stories of one week about one company share most of their words. How much text two stories
must share depends on what else they share: the companies, the list, the stage and the day. Across languages there is
no text to share; there the company, the list, the stage and the day decide, or the figures (a market report in
Japanese has the same closing prices as one in French).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.matching.frequency import zipf
from bot.matching.scan import folded
from bot.model import Analysis, Match, Reason, Role, Story, Verdict

#: Characters of the text that tell what the event is; what follows is context that stories share for months.
OPENING = 400
#: Words are compared by their beginning, so that Пермь and Перми are one.
STEM = 5
#: Within this time two stories of one listing are one event; wires are days ahead of monthly papers, not weeks.
SAME_DAYS = timedelta(days=4)
#: Beyond this time only nearly the same text is the same event.
FAR = timedelta(days=8)

_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_GROUPED = re.compile(r"(?<=\d)[.,'’\u00a0\u202f ](?=\d{3}(?!\d))")
_MYRIAD = re.compile(r"(\d{1,4})[万萬만](\d{0,4})")
_NUMBER = re.compile(r"\d+")

#: Stages that follow each other within one event: "will be listed on Friday", "has been listed".
_FAMILY = {"announced": "listed", "in_force": "listed", "consequence": "consequence"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is kept of a story to recognise its event in the next one. Made from the story and its analysis."""

    id: str
    language: str
    published: datetime | None
    headline: Mapping[str, float]  #: words of the title (or of the first line) and how much each tells
    opening: Mapping[str, float]  #: the same for title and opening
    figures: frozenset[str]  #: numbers with at least three digits, however they are grouped
    subjects: frozenset[str]
    companies: frozenset[str]
    listing_story: bool
    source: str
    stage: str

    @classmethod
    def of(cls, story: Story, analysis: Analysis) -> Told:
        title = story.title or story.text[:120].partition("\n")[0]
        beginning = f"{story.title}\n{story.text[:OPENING]}"
        mentions = analysis.mentions
        named = telling(" ".join({one.surface for one in mentions}), analysis.language)
        return cls(
            id=story.id,
            language=analysis.language,
            published=story.published,
            headline=_but(telling(title, analysis.language), named),
            opening=_but(telling(beginning, analysis.language), named),
            figures=figures(f"{story.title}\n{story.text[: 3 * OPENING]}"),
            subjects=frozenset(one.company for one in mentions if one.role is Role.SUBJECT),
            companies=frozenset(one.company for one in mentions),
            listing_story=analysis.listing_story,
            source=analysis.source,
            stage=analysis.stage,
        )


def telling(text: str, language: str) -> dict[str, float]:
    """The words of a text and how much each tells: rare ones about 1, everyday ones 0. Chinese goes by pairs."""
    words: dict[str, float] = {}
    for word in folded(text).text.split():
        if _EAST.match(word):
            for at in range(max(1, len(word) - 1)):
                words[word[at : at + 2]] = 0.6 if len(word) > 1 else 0.1
            continue
        common = zipf(word, language) or 2.6  # a word the lists do not know is rare, but not rarer than rare ones
        weight = max(0.0, (6.8 - common) / 4.2) if len(word) > 1 or word.isdigit() else 0.0
        stem = word if word.isdigit() else word[:STEM]
        words[stem] = max(words.get(stem, 0.0), weight)
    return words


def _but(words: dict[str, float], named: Mapping[str, float]) -> dict[str, float]:
    """The names of the companies count little: that they are shared is weighed by itself."""
    return {word: weight * (0.4 if word in named else 1.0) for word, weight in words.items()}


def figures(text: str) -> frozenset[str]:
    """The numbers of a text that can hardly be chance, in one spelling: 26.469,89, 26,469 and ２万６４６９ agree."""
    plain = _GROUPED.sub("", "".join(char if not char.isdigit() else _digit(char) for char in text))
    plain = _MYRIAD.sub(lambda found: found[1] + found[2].zfill(4), plain)
    return frozenset(number for number in _NUMBER.findall(plain) if 2 <= len(number.lstrip("0")) <= 9)


def _digit(char: str) -> str:
    value = unicodedata.digit(char, None)
    return " " if value is None else str(value)


# ── Deciding ──────────────────────────────────────────────────────────────────────────────────────────────────────


def blocks(told: Told) -> frozenset[str]:
    """Keys of which two tellings of one event share at least one, so that few stories have to be compared.

    The companies; the words of the title that tell most, in their language; and for stories without either, figures.
    """
    keys = {f"company:{company}" for company in told.companies}
    best = sorted(told.headline, key=lambda word: (-told.headline[word], word))[:12]
    keys.update(f"{told.language}:{word}" for word in best)
    keys.update(f"number:{number}" for number in told.figures if len(number) > 3)
    return frozenset(keys)


def same_event(a: Told, b: Told) -> Match:
    """Whether two stories tell one event. The score is 0 to 1, and the reasons say what they share and lack."""
    if a.language != b.language:
        return _across(a, b)
    shared = likeness(a, b)
    needed, reasons = _needed(a, b)
    score = min(1.0, shared / (2 * needed))
    verdict = Verdict.SAME if shared >= needed else Verdict.NO
    return Match(verdict, score, (Reason("words in common", min(1.0, shared / 2)), *reasons))


def likeness(a: Told, b: Told) -> float:
    """How much two texts of one language share, 0 to 2: their openings, and how far each tells the other's title."""
    both = sum(min(a.opening[word], b.opening[word]) ** 2 for word in a.opening.keys() & b.opening.keys())
    size = math.sqrt(sum(one**2 for one in a.opening.values()) * sum(one**2 for one in b.opening.values()))
    covered = (_covered(a.headline, b.opening) + _covered(b.headline, a.opening)) / 2
    return (both / size if size else 0.0) + covered


def _covered(title: Mapping[str, float], text: Mapping[str, float]) -> float:
    total = sum(title.values())
    return sum(weight for word, weight in title.items() if word in text) / total if total else 0.0


def _needed(a: Told, b: Told) -> tuple[float, tuple[Reason, ...]]:
    """How much text two stories must share, given all else."""
    needed, reasons = 0.7, []
    gap = _gap(a, b)
    if _other_figures(a, b):
        needed += 0.9 if _one_template(a, b) else 0.2
        reasons.append(Reason("other figures in the title", 0.0))
    if a.subjects & b.subjects:
        needed -= 0.12
        reasons.append(Reason("same company", 0.3))
    elif a.companies and b.companies and not a.companies & b.companies:
        needed += 0.3
        reasons.append(Reason("other companies", 0.0))
    if _one_listing(a, b):
        needed, reason = _with_stage(a, b, gap, needed)
        reasons.append(reason)
    elif a.listing_story != b.listing_story:
        needed += 0.12
        reasons.append(Reason("only one is about a listing", 0.0))
    if gap is not None and gap <= timedelta(days=2) and a.subjects & b.subjects:
        needed -= 0.1
    if gap is not None and gap > FAR:
        needed += 0.45 if gap < 4 * FAR else 0.75
        reasons.append(Reason(f"{gap.days} days apart", 0.0))
    return max(0.2, needed), tuple(reasons)


def _other_figures(a: Told, b: Told) -> bool:
    """Two titles with figures and none in common: the forecast for the 8th and for the 18th."""
    ours, theirs = ({word for word in told.headline if word.isdigit()} for told in (a, b))
    return bool(ours and theirs) and not ours & theirs


def _one_template(a: Told, b: Told) -> bool:
    """Two titles that say the same but for their figures: a daily report, not a retelling."""
    ours, theirs = ({word: weight for word, weight in one.headline.items() if not word.isdigit()} for one in (a, b))
    return min(_covered(ours, theirs), _covered(theirs, ours)) > 0.85


def _with_stage(a: Told, b: Told, gap: timedelta | None, needed: float) -> tuple[float, Reason]:
    """Of one listing: the same stage binds, in the same days more so; another stage is another event."""
    if _family(a) != _family(b):
        return needed + 0.25, Reason(f"another stage: {a.stage}, {b.stage}", 0.0)
    if gap is not None and gap <= SAME_DAYS:
        return needed - 0.34, Reason(f"same list, stage and days: {a.source}", 0.6)
    return needed - 0.15, Reason(f"same list and stage: {a.source}", 0.5)


def _across(a: Told, b: Told) -> Match:
    """Two languages: company, list, stage and day; or figures that cannot agree by chance."""
    gap = _gap(a, b)
    figures = {number for number in a.figures & b.figures if len(number) > 2 and not _year(number)}
    long = {number for number in figures if len(number) > 3}
    near = gap is None or gap <= SAME_DAYS
    if near and (len(long) >= 2 or len(figures) >= 4):
        return Match(Verdict.SAME, 0.9, (Reason(f"{len(figures)} figures in common", 0.9),))
    if not a.subjects & b.subjects:
        return Match(Verdict.NO, 0.0, (Reason("no company in common", 0.0),))
    if _one_listing(a, b) and _family(a) == _family(b) and gap is not None and gap <= SAME_DAYS:
        reasons = (
            Reason("same company", 0.4),
            Reason(f"same list: {a.source}", 0.3),
            Reason("same stage, same days", 0.2),
        )
        return Match(Verdict.SAME, 0.85, reasons)
    if a.subjects == b.subjects and len(figures) >= 2 and near and a.listing_story == b.listing_story:
        return Match(Verdict.SAME, 0.8, (Reason("same company", 0.4), Reason("figures in common", 0.4)))
    return Match(Verdict.NO, 0.3, (Reason("same company, nothing else", 0.3),))


def _one_listing(a: Told, b: Told) -> bool:
    """Both about one company on one list (or one of them does not say which)."""
    known = {one for one in (a.source, b.source) if one}
    return (
        a.listing_story
        and b.listing_story
        and len(known) == 1
        and bool(a.subjects & b.subjects or not (a.subjects or b.subjects))
    )


def _family(told: Told) -> str:
    return _FAMILY.get(told.stage, told.stage)


def _gap(a: Told, b: Told) -> timedelta | None:
    return abs(a.published - b.published) if a.published and b.published else None


def _year(number: str) -> bool:
    return len(number) == 4 and number[:2] in ("19", "20")


def find_event(told: Told, recent: Iterable[Told]) -> tuple[Told, Match] | None:
    """The recent story whose event this one tells, best first, or None. `recent` may be all that share a block."""
    best: tuple[Told, Match] | None = None
    for other in recent:
        match = same_event(told, other)
        if match.verdict is Verdict.SAME and (best is None or match.score > best[1].score):
            best = other, match
    return best
