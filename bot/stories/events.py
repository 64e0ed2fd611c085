"""Is it the same event? One alert per event, whoever tells it and in whatever language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.matching.frequency import zipf
from bot.matching.scan import folded
from bot.model import Analysis, Match, Reason, Role, Story, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is kept of a story to recognise the event in the next one."""

    id: str
    language: str
    published: datetime | None
    title: str
    opening: str
    subjects: frozenset[str]
    listing_story: bool
    source: str
    stage: str
    tokens: frozenset[str] = frozenset()

    @classmethod
    def of(cls, story: Story, analysis: Analysis) -> Told:
        subjects = frozenset(one.company for one in analysis.mentions if one.role is Role.SUBJECT)
        words = folded(f"{story.title} {story.text[:600]}").text.split()
        return cls(
            id=story.id,
            language=analysis.language,
            published=story.published,
            title=story.title,
            opening=story.text[:600],
            subjects=subjects,
            listing_story=analysis.listing_story,
            source=analysis.source,
            stage=analysis.stage,
            tokens=frozenset(words),
        )


def blocks(told: Told) -> frozenset[str]:
    """Keys of which two tellings of one event share at least one: company with list, and rare words of the title."""
    keys = {f"{company}|{told.source}" for company in told.subjects if told.listing_story}
    rare = sorted(set(folded(told.title).text.split()), key=lambda word: zipf(word, told.language))[:6]
    return frozenset(keys | {f"{told.language}|{word}" for word in rare if len(word) > 1})


def same_event(a: Told, b: Told) -> Match:
    """Whether two stories tell one event, and why."""
    shared = len(a.tokens & b.tokens) / max(1, min(len(a.tokens), len(b.tokens)))
    verdict = Verdict.SAME if shared > 0.5 and a.language == b.language else Verdict.NO
    return Match(verdict, shared, (Reason("words in common", shared),))
