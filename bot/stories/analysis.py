"""The whole reading of one story, step by step: language, sentences, topic, list, stage, reason, origin."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from bot.matching.language import language_of
from bot.matching.mentions import in_row, retold
from bot.model import Analysis, Mention, Reason, Role, Story
from bot.stories.dispute import dispute_sentence
from bot.stories.origin import origin_of
from bot.stories.phrases import phrases
from bot.stories.reason import reason_sentence
from bot.stories.sentences import Sentence, sentences
from bot.stories.topic import ENOUGH, Heard, heard, list_meant, listing_score, stage_of

#: The tier of official documents.
OFFICIAL = 1
#: What the title of such a document calls taking off and putting on, and what makes it something else. In English.
_OFF = re.compile(r"\b(?:removals?|removing|deletions?|rescissions?) of\b|\bremovals?\b", re.IGNORECASE)
_ON = re.compile(r"\b(?:additions?|adding|designations?|identification)\b", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:revis\w+|correct\w+|clarif\w+|proposed|requests?|procedures?|modif\w+)\b", re.IGNORECASE)
#: What an official sentence says it does to whom it names; of what was done before it says "added".
_DOES = re.compile(r"\b(?:add|adds|adding|designat(?:e|es|ing)|remov(?:e|es|ing)|list(?:s|ing)?)\b", re.IGNORECASE)
#: A line no longer than this, without a word that is written small, is an item of a list: a name.
LINE = 120
_PROSE = re.compile(r"\b(?!(?:of|and|the|for|also|known|as|formerly|de|da)\b)[a-z]{2,}")


def analyse(story: Story, mentions: Sequence[Mention]) -> Analysis:
    """Read one story. `mentions` are the watched companies found in it. Never raises on any text."""
    language = language_of(story.title, story.text, story.language)
    words = phrases(language)
    parts = sentences(story.title, story.text, words.language)
    subjects = [one for one in mentions if one.role is Role.SUBJECT]
    told = heard(parts, words, _named(parts, mentions), _named(parts, subjects))
    trapped = any(words.has(one.sentence.plain, "topic", "not_a_list") and not _listing(one) for one in told[:3])
    entitled = _stage_of_title(story, told)
    score = listing_score(told, trapped)
    origin = story.origin or origin_of(parts, words, frozenset(one.surface.casefold() for one in mentions))
    because = (Reason(f"language: {language or 'unknown'}", 1.0),)
    if score < ENOUGH and not entitled:
        why = Reason("not about a listing", min(1.0, 1 - score / (2 * ENOUGH)))
        return Analysis(language=language, origin=origin, mentions=tuple(mentions), because=(*because, why))
    source, which = list_meant(told, words)
    mentions = _listed_are_subjects(mentions, told, source, official=story.tier == OFFICIAL)
    stage, how_far = stage_of(told, words)
    if entitled is not None:
        stage, how_far = entitled, (Reason("an official title says so", 1.0),)
    about = Reason("about a listing", min(1.0, score / (2 * ENOUGH)))
    return Analysis(
        language=language,
        listing_story=True,
        source=source,
        stage=stage,
        reason=reason_sentence(told, words),
        disputes=dispute_sentence(told, words),
        origin=origin,
        mentions=tuple(mentions),
        because=(*because, about, *which, *how_far),
    )


def _listing(one: Heard) -> bool:
    """Whether a sentence plainly tells of a listing, whatever else stands in it."""
    return bool(one.authorities) and (one.generic or bool(one.lists)) and (one.listed or one.removed)


def _stage_of_title(story: Story, told: Sequence[Heard]) -> str | None:
    """What the title of an official document that names a list says it does: takes off, puts on, or both and more, of

    which no one word is true. None where it says nothing of that. Such a text goes over what the list is for and how
    one comes onto it and leaves it, whatever it does.
    """
    title = next((one.sentence.text for one in told[:1] if one.sentence.title and one.lists), "")
    if story.tier != OFFICIAL or not title:
        return None
    off, on, other = _OFF.search(title), _ON.search(title), _OTHER.search(title)
    if off or on:
        return "" if (off and on) or other else "removed" if off else "in_force"
    return "" if other and story.whole else None


def _listed_are_subjects(
    mentions: Sequence[Mention], told: Sequence[Heard], source: str = "", *, official: bool = False
) -> tuple[Mention, ...]:
    """In a listing story whose title names no company, those in the first sentences that put somebody on a list are

    what it is about, however many: lists are published with a dozen names. An official document comes to them after
    pages of law, and may give each a line of its own. Whom another country put on a list of its own is why this one
    answers, and not who is on it.
    """
    if any(one.where == "title" and one.role is Role.SUBJECT for one in mentions):
        return _beside_subjects(mentions, told)
    about = [one for one in told if one.about and not one.sentence.title][: None if official else 6]
    listed: set[str] = set()
    abroad: set[str] = set()
    if official:
        body = [one for one in told if not one.sentence.title]
        starts = [one.sentence.start for one in body]
        for mention in mentions:
            one = body[max(0, bisect_right(starts, mention.start) - 1)]
            item = len(one.sentence.text) <= LINE and not _PROSE.search(one.sentence.text)
            if item or (one.lists and _DOES.search(one.sentence.text)):
                listed.add(mention.company)
    for one in about:
        sentence = one.sentence
        there = {mention.company for mention in mentions if sentence.start <= mention.start < sentence.end}
        if one.lists and source and {_country(id) for id in one.lists}.isdisjoint({_country(source)}):
            abroad |= there
            continue
        if (one.generic or one.lists) and (one.listed or len(there) > 2):
            listed |= there

    def told_of(one: Mention) -> Mention:
        if one.company in listed:
            return retold(one, Role.SUBJECT, Reason("among those the story says are listed", 0.8))
        if listed or one.company in abroad:
            return retold(one, Role.MENTIONED, Reason("not among those the story says are listed", 0.6))
        return one

    return tuple(told_of(one) for one in mentions)


def _beside_subjects(mentions: Sequence[Mention], told: Sequence[Heard]) -> tuple[Mention, ...]:
    """Where a sentence puts somebody on a list, or tells at the beginning what happened, those named in one breath with

    whom the title is about ("Tencent and battery maker CATL") share its fate.
    """
    body = [one for one in told if not one.sentence.title]
    starts = [one.sentence.start for one in body]
    subjects = {one.company for one in mentions if one.role is Role.SUBJECT}
    joined: set[str] = set()
    text = [one for one in mentions if one.where == "text"]
    if not body:
        return tuple(mentions)
    for group in _breaths(text, [body[max(0, bisect_right(starts, one.start) - 1)] for one in text]):
        companies = {one.company for one in group}
        if companies & subjects:
            joined |= companies - subjects
    why = Reason("named in one breath with the company in the title", 0.7)
    return tuple(retold(one, Role.SUBJECT, why) if one.company in joined else one for one in mentions)


def _breaths(mentions: Sequence[Mention], sentences_of: Sequence[Heard]) -> Iterator[list[Mention]]:
    """Mentions in a row, in a sentence that lists somebody or is the first to name any: no more stands between them

    than a comma, or an "and" and a word or two that say what comes.
    """
    group: list[Mention] = []
    last: Heard | None = None
    first = sentences_of[0] if sentences_of else None
    for one, heard_in in zip(mentions, sentences_of, strict=True):
        after = one.start + len(one.surface) - heard_in.sentence.start
        compound = heard_in.sentence.text[after : after + 1] == "-"  # "BMW-Lieferant" speaks of somebody else
        if compound or not (heard_in.listed or heard_in.removed or heard_in is first):
            continue
        if group and heard_in is last and _in_row(group[-1], one, heard_in.sentence):
            group.append(one)
            continue
        if group:
            yield group
        group, last = [one], heard_in
    if group:
        yield group


def _in_row(left: Mention, right: Mention, sentence: Sentence) -> bool:
    """Whether only what joins a row stands between two mentions of a sentence."""
    begin = left.start + len(left.surface) - sentence.start
    between = sentence.text[begin : right.start - sentence.start]
    return in_row(between)


def _country(list_id: str) -> str:
    """Whose list it is: "us" of us_bis_entity."""
    return list_id.partition("_")[0]


def _named(parts: Sequence[Sentence], mentions: Sequence[Mention]) -> frozenset[int]:
    """In which sentences a watched company stands."""
    starts = [one.start for one in parts if not one.title]
    shift = len(parts) - len(starts)
    found = {0} if shift and any(one.where == "title" for one in mentions) else set()
    for one in mentions:
        if one.where == "text" and starts:
            found.add(shift + max(0, bisect_right(starts, one.start) - 1))
    return frozenset(found)
