"""Is a story about a listing, which list does it mean, and how far has it got?

Every sentence is asked what it speaks of: a list, being put there, being taken off, a measure, an authority. The
title and the opening count most. A listing that is only the background of other news (sales "despite the ban"), a
state or a sector under sanctions, a stock-exchange listing, a series called The Blacklist do not make a listing story.
Headlines overstate, so the stage comes from the body.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.model import Reason
from bot.stories.phrases import Phrases
from bot.stories.sentences import Sentence

#: From here on a story is about a listing.
ENOUGH = 1.9
#: How much a sentence counts by its place: the title, then the body from its first sentence on.
TITLE_WEIGHT = 1.3
BODY_WEIGHTS = (1.0, 1.0, 0.7, 0.6, 0.5)
LATER_WEIGHT = 0.3
#: American offices that keep lists of companies. What they are called is in most languages said of other countries'
#: ministries too, so that it takes the United States somewhere in the first sentences.
AGENCIES = frozenset({"us_commerce", "us_treasury", "us_defense", "us_fcc", "us_homeland"})
OPENING = 6
#: Those who keep lists of companies under sanctions: of them a sentence may say so in words of its own.
KEEPERS = AGENCIES | {"us", "us_congress", "eu", "uk", "un", "ca", "au", "jp", "ch"}
#: Those of them that license dealings with whom they listed.
LICENSERS = frozenset({"us_commerce", "us_treasury"})
#: What it adds to a story with one strong sentence that the title names both the state that acts and the company.
BOTH_IN_TITLE = 0.5
STRONG = 1.4
#: A title that names a state, sanctions and a company, without saying what is done. The text has to say a little more.
SANCTIONS_ON = 1.05
#: Lists whose name in many languages is also said of others: "the list of systemic entities".
LOOSE = frozenset({"us_bis_entity"})
#: Shorter lines than this are bylines and headings: they do not push the story's opening back.
FURNITURE = 30


@dataclass(frozen=True, slots=True)
class Heard:
    """What one sentence speaks of."""

    sentence: Sentence
    weight: float
    value: float
    lists: tuple[str, ...]  #: lists it names
    generic: bool  #: "the blacklist", without a name
    listed: bool
    removed: bool
    measure: bool
    authorities: tuple[str, ...]
    background: bool
    eased: bool  #: an authority grants a licence or a delay
    sues: bool  #: it is taken to court
    company: bool
    subject: bool  #: whom the story is about stands in it
    other_law: bool = False  #: a fine, a patent, a merger: what is done there is done under another law

    @property
    def about(self) -> bool:
        """Whether it speaks of a listing or a measure at all."""
        return bool(self.lists or self.generic or self.listed or self.removed or self.measure or self.eased)


def heard(
    sentences: Sequence[Sentence], words: Phrases, named: Collection[int], subjects: Collection[int]
) -> tuple[Heard, ...]:
    """What each sentence speaks of. `named` are the indexes of sentences in which a watched company stands,
    `subjects` of those in which one stands that the story is about."""
    body = 0
    out = []
    headline = sentences[0].plain if sentences and sentences[0].title else ""
    titled = bool(headline) and 0 in named
    other = words.has(headline, "topic", "other_law")
    american = words.language == "en" or any("us" in words.authorities(one.plain) for one in sentences[:OPENING])
    for index, sentence in enumerate(sentences):
        weight = TITLE_WEIGHT
        if not sentence.title:
            weight = BODY_WEIGHTS[body] if body < len(BODY_WEIGHTS) else LATER_WEIGHT
        # "The chip maker was hit by export curbs": near the beginning the company of the title is meant; and where
        # nobody is watched, one that we do not know.
        near = not other and (index in named or (weight >= 1.0 and (titled or not named)))
        one = _hear(sentence, words, weight, index in named, index in subjects, american=american, near=near)
        out.append(one)
        if not sentence.title and (one.about or len(sentence.text) >= FURNITURE):
            body += 1
    return tuple(out)


def _hear(
    sentence: Sentence, words: Phrases, weight: float, company: bool, subject: bool, *, american: bool, near: bool
) -> Heard:
    text = sentence.plain
    early = near and weight >= 1.0  # what a state does to a company is told there, in whatever words
    if words.door.search(text) is None and not (early and words.has(text, "topic", "strike")):
        said = False
        nothing = Heard(sentence, weight, 0.0, (), said, said, said, said, (), said, said, said, company, subject)
        if not sentence.title:
            return nothing
        acting = _authorities(words.authorities(text))
        return replace(nothing, authorities=acting, other_law=words.has(text, "topic", "other_law"))
    lists = words.lists(text)
    generic = words.has(text, "topic", "list")
    listed = words.has(text, "topic", "listed")
    removed = words.has(text, "topic", "removed")
    measure = words.has(text, "topic", "measure")
    authorities = _authorities(words.authorities(text))
    background = words.has(text, "topic", "despite")
    sues = words.has(text, "stage", "sues")
    if (
        american
        and not removed
        and not background
        and not (generic and listed)
        and _listed_by_agency(words, text, authorities)
    ):
        generic = listed = True
    struck = early and not background and not removed and _struck(words, text, authorities, listed=listed)
    listed = listed or struck
    if lists and near and not set(lists) <= LOOSE and not removed and not background:
        listed = listed or words.has(text, "topic", "moves")
    invests = "us" in authorities and words.has(text, "field", "military") and words.has(text, "field", "investment")
    in_court = (bool(lists) or invests) and words.has(text, "stage", "court")
    value = _value(
        bool(lists) or (invests and in_court),
        generic,
        listed or removed or sues or in_court,
        measure,
        bool(authorities),
    )
    certain = set(lists) - LOOSE if "us_commerce" not in authorities else set(lists)
    if value and not certain and _trap(words, text, generic=generic):
        value = 0.0
    if struck and value:
        value = max(value, 2.0 if _plainly(words, text, authorities) else 1.5)
    if value and sentence.title and company and not background and _names_sanctions(words, text, authorities):
        value = max(value, SANCTIONS_ON)
    eased = (
        bool(authorities)
        and words.has(text, "stage", "relief")
        and not words.has(text, "stage", "proposed")
        and not words.has(text, "stage", "no_relief")
    )
    if eased and not value and near and company and _licenses(words, text, authorities):
        value = STRONG
    elif eased and value:
        # A licence or a delay is about the listing, not beside it; of sanctions it is that even where no list is named.
        agreed = words.has(text, "field", "sanctions") and not AGENCIES.isdisjoint(authorities)
        value = max(value, 2.0 if lists or generic or agreed else 1.5)
    elif background:
        value *= 0.4
    if not (near or company) and not authorities and not (lists and sentence.title):
        value *= 0.6
    return Heard(
        sentence,
        weight,
        value,
        lists,
        generic,
        listed,
        removed,
        measure,
        authorities,
        background,
        eased,
        sues,
        company,
        subject,
        sentence.title and words.has(text, "topic", "other_law"),
    )


def _listed_by_agency(words: Phrases, text: str, authorities: Collection[str]) -> bool:
    """ "The Defense Department has put it on a list": one of the offices that keep such lists, a list, and a verb; or
    the Defense Department, a list, and an army."""
    if AGENCIES.isdisjoint(authorities) or not words.has(text, "topic", "noun"):
        return False
    return words.has(text, "topic", "moves") or ("us_defense" in authorities and words.has(text, "field", "military"))


def _struck(words: Phrases, text: str, authorities: Collection[str], *, listed: bool) -> bool:
    """Whether somebody who keeps lists does something to a company, in whatever words and order: sanctions beside any
    of them; or an office cuts it off from goods, money or customers. Another law (patents, competition, customs) and
    what is closed to a whole country are none of that."""
    if KEEPERS.isdisjoint(authorities) or words.has(text, "topic", "other_law"):
        return False
    if words.has(text, "field", "sanctions"):
        return listed or words.has(text, "topic", "strike") or words.has(text, "topic", "moves")
    agency = not AGENCIES.isdisjoint(authorities) or "us_congress" in authorities
    return agency and words.has(text, "topic", "strike") and words.has(text, "topic", "trade")


def _names_sanctions(words: Phrases, text: str, authorities: Collection[str]) -> bool:
    """A title without a verb: "US sanctions on Sberbank"."""
    return not KEEPERS.isdisjoint(authorities) and words.has(text, "field", "sanctions")


def _licenses(words: Phrases, text: str, authorities: Collection[str]) -> bool:
    """Whether one of the two offices that license dealings with listed companies does so for a company it names."""
    return not LICENSERS.isdisjoint(authorities) and not words.has(text, "topic", "other_law")


def _plainly(words: Phrases, text: str, authorities: Collection[str]) -> bool:
    """The Treasury and sanctions or frozen assets, or another such office and a list: that is a listing by itself."""
    if "us_treasury" in authorities:
        return words.has(text, "field", "sanctions") or words.has(text, "field", "blocking")
    return not AGENCIES.isdisjoint(authorities) and words.has(text, "topic", "noun")


def _trap(words: Phrases, text: str, *, generic: bool) -> bool:
    """Another kind of list, or sanctions on a state."""
    return words.has(text, "topic", "not_a_list") or (not generic and words.has(text, "topic", "not_companies"))


def _authorities(found: tuple[str, ...]) -> tuple[str, ...]:
    """An American ministry is also American; a ministry without a country beside China's own is China's."""
    if any(one.startswith("us_") for one in found) and "us" not in found:
        return (*found, "us")
    return found


def _value(named: bool, generic: bool, moved: bool, measure: bool, authority: bool) -> float:
    """How strongly a sentence speaks of a listing."""
    if (named or generic) and moved:
        return 2.0
    if (named or generic) and authority:
        return 1.6
    if moved and authority:
        return 1.5
    if named or generic:
        return 0.9
    if measure and authority:
        return 0.9
    if moved:
        return 0.7
    return 0.4 if measure else 0.0


def listing_score(told: Sequence[Heard], trapped: bool) -> float:
    """The sum over the sentences that say most. A story that shows a trap as a whole needs a named list."""
    values = sorted((one.value * one.weight for one in told), reverse=True)[:5]
    total = sum(values)
    if total >= 1.0 and any(one.eased and not one.value and one.weight >= 1.0 for one in told):
        total += 0.8
    if values and values[0] >= STRONG and any(_names_both(one) for one in told[:1]):
        total += BOTH_IN_TITLE
    if not any(one.authorities or one.lists for one in told):
        total *= 0.55  # who put them there? a company that drops its suppliers keeps no list of the state
    return total * 0.3 if trapped and not any(one.lists for one in told) else total


def _names_both(one: Heard) -> bool:
    """A title with a state that acts and a watched company, and no other law."""
    return one.sentence.title and one.company and bool(one.authorities) and not one.other_law


# ── Which list ────────────────────────────────────────────────────────────────────────────────────────────────────

#: What the name of an American list is worth in a story in which only authorities of others act: in most languages
#: "the list of entities" is also what anybody else would call theirs.
FOREIGN = 0.3
#: What a story that names no list still gives away: who acts and on which field.
_BY_FIELD: tuple[tuple[str, str, str, float], ...] = (
    ("us_treasury", "investment", "us_ofac_cons", 1.2),
    ("us_treasury", "blocking", "us_ofac_sdn", 1.4),
    ("us_treasury", "", "us_ofac_sdn", 0.5),
    ("us_treasury", "debt", "us_ofac_cons", 1.2),
    ("us_treasury", "sanctions", "us_ofac_sdn", 0.6),
    ("us_defense", "military", "us_dod_cmc", 1.4),
    ("us_defense", "", "us_dod_cmc", 0.6),
    ("us_commerce", "export", "us_bis_entity", 1.2),
    ("us_commerce", "", "us_bis_entity", 0.7),
    ("us_fcc", "", "us_fcc_covered", 1.0),
    ("us_fcc", "telecom", "us_fcc_covered", 0.6),
    ("us_homeland", "forced_labour", "us_dhs_uflpa", 1.5),
    ("us", "procurement", "us_ndaa", 0.6),
    ("us", "military", "us_dod_cmc", 0.4),
    ("us", "export", "us_bis_entity", 0.45),
    ("us", "app", "us_eo_13942", 0.3),
    ("us", "blocking", "us_ofac_sdn", 0.6),
    ("us", "sanctions", "us_ofac_sdn", 0.35),
    ("us", "", "us_bis_entity", 0.1),
    ("eu", "", "eu_fsf", 0.7),
    ("uk", "", "uk_sanctions", 0.4),
    ("un", "", "un_sc", 0.9),
    ("cn", "", "cn_mofcom_uel", 0.05),
    ("ca", "", "ca_sema", 0.3),
    ("au", "", "au_dfat", 0.3),
    ("jp", "", "jp_mof", 0.3),
    ("ch", "", "ch_seco", 0.4),
)


def list_meant(told: Sequence[Heard], words: Phrases) -> tuple[str, tuple[Reason, ...]]:
    """The id of the list a listing story means, and why; empty when it gives nothing away."""
    named: Counter[str] = Counter()
    points: dict[str, float] = defaultdict(float)
    acting = {name.partition("_")[0] for one in told for name in one.authorities}
    foreign = bool(acting) and "us" not in acting
    any_named = any(not (foreign and id.startswith("us_")) for one in told for id in one.lists)
    for one in told:
        for source in one.lists:
            worth = (2.5 if one.listed or one.removed else 1.6) * (one.weight + 0.2) * (0.5 if one.background else 1.0)
            if foreign and source.startswith("us_"):
                worth *= FOREIGN  # Brussels adds to "the list of entities", and means its own
            # Later sentences that name it again add little: background is told at length.
            points[source] += worth if not named[source] else 0.2 * worth
            named[source] += 1
        if one.about:
            for authority, field, source, plain_worth in _BY_FIELD:
                worth = plain_worth * (0.3 if any_named else 1.0)
                if authority in one.authorities and (not field or words.has(one.sentence.plain, "field", field)):
                    points[source] += worth * (one.weight + 0.2)
    _whole_story(told, words, points)
    if not points:
        return "", ()
    source = max(points, key=lambda one: (points[one], one))
    why = "the list is named" if named[source] else "who acts, and on what"
    return source, (Reason(f"{why}: {source}", min(1.0, points[source] / 4)),)


def _whole_story(told: Sequence[Heard], words: Phrases, points: dict[str, float]) -> None:
    """What stands beside the listing sentences: a United States list of firms tied to an army is the Pentagon's."""
    authorities = {name for one in told for name in one.authorities}
    if "us" not in authorities and not any(name.startswith("us_") for name in authorities):
        return
    text = " ".join(one.sentence.plain for one in told)
    generic = any(one.generic for one in told)
    tried = any(words.has(one.sentence.plain, "stage", "court") for one in told)
    if (generic or tried) and words.has(text, "field", "military"):
        points["us_dod_cmc"] += 0.4
    if generic and words.has(text, "field", "investment"):
        points["us_ofac_cons"] += 0.3


# ── How far it has got ────────────────────────────────────────────────────────────────────────────────────────────

#: What a title counts for how far it has got; more where it tells what is seldom overstated.
TITLE_STAGE = 0.45
TITLE_PLAIN = 0.7
_PLAIN = frozenset({"suspended_by_court", "removed", "relief", "reaction", "consequence"})
#: What "no decision has been taken" is worth, wherever near the beginning it stands.
UNDECIDED = 0.9
#: What it is worth that the title or the first sentence tells that the company contests it.
CONTESTS = 1.2
_STAGES = (
    "suspended_by_court", "removed", "relief", "proposed", "announced", "reaction", "consequence", "background",
    "in_force",
)  # fmt: skip
_PHRASES_OF = {"suspended_by_court": "court"}


def stage_of(told: Sequence[Heard], words: Phrases) -> tuple[str, tuple[Reason, ...]]:
    """The stage the sentences about the listing speak for, and how strongly. Titles overstate and count little."""
    points: dict[str, float] = defaultdict(float)
    weights = iter((1.0, 0.8, 0.6, 0.5, 0.4))
    suit = any(one.sues for one in told if one.sentence.title)
    opening = told[:2] if told and told[0].sentence.title else told[:1]
    off = any(one.removed and not words.has(one.sentence.plain, "stage", "proposed") for one in opening)
    for one in told:
        if one.weight > LATER_WEIGHT and words.has(one.sentence.plain, "stage", "undecided"):
            points["proposed"] += UNDECIDED
        if not (one.about or one.sentence.title or one.weight >= 1.0):
            continue
        weight = TITLE_STAGE if one.sentence.title else next(weights, 0.3) if one.about else 0.4
        said = _said(one, words, suit)
        if "consequence" in said:
            said -= {"in_force"}  # "stops deliveries after Washington put it on the list"
        for stage in said - {"in_force"}:
            plainly = TITLE_PLAIN / TITLE_STAGE if one.sentence.title and stage in _PLAIN else 1.0
            points[stage] += plainly * weight * _worth(stage, {*said, *points})
        if one.sues and (suit or not (off or "removed" in said)):  # it is off the list, "months after it sued"
            points["reaction"] += 1.6 * weight
        contests = one in opening and _contests(one, words)
        if contests:  # that is the news: "says its inclusion is a mistake"
            points["reaction"] += CONTESTS * (TITLE_PLAIN if one.sentence.title else weight)
        past = words.has(one.sentence.plain, "stage", "long_ago")
        if not said & _NOT_YET and not one.sues and not contests and not past:  # "considers adding" does not add
            points["in_force"] += weight * (_WORTH["in_force"] * ("in_force" in said) + 0.4 * one.listed)
        if one.removed and "proposed" not in said:  # who wants to be taken off is still on it
            points["removed"] += 0.6 * weight
    if not points:
        return "background", (Reason("nothing says how far it has got", 0.3),)
    stage = max(points, key=lambda one: (points[one], -_STAGES.index(one)))
    return stage, (Reason(f"stage: {stage}", min(1.0, points[stage] / 3)),)


def _contests(one: Heard, words: Phrases) -> bool:
    """Whether a company that the sentence names, and no state, says that its listing is wrong."""
    text = one.sentence.plain
    return one.company and words.has(text, "dispute", "says") and not words.has(text, "dispute", "state")


def _said(one: Heard, words: Phrases, suit: bool) -> set[str]:
    """The stages of which a phrase stands in the sentence, without those that the others take back.

    `suit`: the title says that it is taken to court, so that this is the news and not how a removal came about.
    """
    text = one.sentence.plain
    said = {stage for stage in _STAGES if words.has(text, "stage", _PHRASES_OF.get(stage, stage))}
    if "proposed" in said:
        said.discard("removed")
    if "relief" in said and words.has(text, "stage", "no_relief"):
        said -= {"relief"}
    if words.has(text, "stage", "upheld"):  # it went to court and lost
        said.discard("suspended_by_court")
        said.add("reaction")
    if "removed" in said:
        said -= {"reaction"} if one.sues and not suit else set()
    if words.has(text, "stage", "long_ago") and "removed" not in said:
        said.add("background")
        said.discard("in_force")
    return said


def _worth(stage: str, said: Collection[str]) -> float:
    """A court that is named beside or after a removal is only how that came about."""
    return 1.0 if stage == "suspended_by_court" and "removed" in said else _WORTH[stage]


#: Where one of these is said of a listing, the same sentence does not say that it has happened.
_NOT_YET = frozenset({"proposed", "announced", "removed", "suspended_by_court"})
_WORTH = {
    "suspended_by_court": 2.2,
    "removed": 1.3,
    "relief": 1.3,
    "proposed": 1.2,
    "announced": 1.1,
    "reaction": 1.0,
    "consequence": 1.0,
    "background": 1.0,
    "in_force": 0.8,
}
