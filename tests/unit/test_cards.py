"""The words: what a card says, that it says no more than the record, and that outside text cannot hurt."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts import list_alerts, story_alert
from bot.cards import (
    LANGUAGES,
    NAMED,
    Reader,
    alert_card,
    brief_words,
    evidence_words,
    field_words,
    lookup_card,
    match_words,
    notice_card,
    standing_card,
)
from bot.data import table
from bot.diff import field_changes
from bot.model import (
    Alert,
    AlertKind,
    Analysis,
    Badge,
    Brief,
    Card,
    Effect,
    Evidence,
    FieldChange,
    Found,
    ListChange,
    Match,
    Mention,
    Name,
    Notice,
    Reason,
    Role,
    SourceCard,
    SourceKind,
    Standing,
    Story,
    Update,
    UpdateKind,
    Updates,
    Verdict,
)
from tests.worlds.facts import THEN, listing, xiaomi

CMC = SourceCard(
    id="us_dod_cmc",
    title="Chinese military companies",
    publisher="US DoD",
    url="https://x",
    every=timedelta(hours=6),
    page="https://www.defense.gov/list",
    carrier=True,
)
NEWS = replace(CMC, id="news_x", title="Le Fil", kind=SourceKind.NEWS)
CARDS = {"us_dod_cmc": CMC, "news_x": NEWS}
EFFECT = Effect(
    programme="S1237",
    title="Section 1237 list",
    authority="US Department of Defense",
    does="It is being watched.",
    does_not="Trade with it is not banned.",
    citation="Pub. L. 105-261 s. 1237",
)
SAME = Match(Verdict.SAME, 0.97, (Reason("legal form ignored", 0.97, "Xiaomi", "Xiaomi Corporation"),))


def reader(language: str = "en", **later: float) -> Reader:
    return Reader(now=THEN + timedelta(**later), cards=CARDS, language=language)


def change(**more: Any) -> ListChange:
    entry = listing("Xiaomi Corporation", listed_on=date(2021, 1, 14), url="https://entry.example/1")
    fields = {"before": None, "after": entry, "edition": "2021-01-14", "sha256": "ab" * 32, **more}
    return ListChange(source="us_dod_cmc", key=entry.key, seen=THEN, **fields)


def alert(*changes: ListChange) -> Alert:
    (one,) = list_alerts([(each, xiaomi(), SAME) for each in changes or (change(),)], at=THEN)
    return one


def text(card: Card) -> str:
    sections = [f"{section.heading}: {section.text}" for section in card.sections]
    return "\n".join([card.title, *sections, *(link.url for link in card.links), card.footer])


def test_an_alert_says_who_which_list_why_what_it_means_and_what_not() -> None:
    """The six things this program exists to say, in one card."""
    card = alert_card(alert(), [EFFECT], reader())
    said = text(card)
    assert card.title == "IMPORTANT · Xiaomi added to the Section 1237 list"
    assert "“Xiaomi Corporation” is new on the list, listed on 2021-01-14. Edition: 2021-01-14." in said
    assert "Why: The list gives no reason." in said
    assert "What it means: It is being watched." in said
    assert "What it does not mean: Trade with it is not banned." in said
    assert "Legal basis: US Department of Defense: Pub. L. 105-261 s. 1237" in said
    assert "“Xiaomi” = “Xiaomi Corporation”: legal form ignored. Confidence: certain (0.97)" in said
    assert "sha256 abababababababab, read 2021-01-14 22:00 UTC" in said
    assert "https://entry.example/1" in said
    assert "https://www.defense.gov/list" in said


def test_the_summary_can_be_read_alone() -> None:
    """A notification shows one line; it names the company, the list and the effect."""
    card = alert_card(alert(), [EFFECT], reader())
    assert card.summary == "IMPORTANT: Xiaomi added to the Section 1237 list. It is being watched."


def test_the_summary_of_a_story_says_nothing_of_the_company_itself() -> None:
    """A story may tell of a plan, a lawsuit or a delisting: what its list means is no news of the company."""
    card = alert_card(told(), [EFFECT], reader())
    assert card.summary == "NOTE: Xiaomi in a story about a listing. “Xiaomi sur la liste noire”"


def test_the_summary_of_a_change_says_what_changed() -> None:
    """What the list means was known before."""
    entry = change().listing
    other = change(before=entry, after=entry, fields=(FieldChange("programmes", "S1237", "S1260H"),))
    summary = alert_card(alert(other), [EFFECT], reader()).summary
    assert "entry changed on the Section 1237 list. “Xiaomi Corporation”: programmes: S1237 → S1260H." in summary
    assert EFFECT.does not in summary


def test_the_reason_of_a_listing_is_none_of_its_end() -> None:
    """Under "Why" it would read as the reason for which it was taken off."""
    entry = replace(change().listing, reason="It is indirectly affiliated with the PLA.")
    card = alert_card(alert(change(before=entry, after=None)), [EFFECT], reader())
    (why,) = [section for section in card.sections if section.text == entry.reason]
    assert (why.heading, why.quote) == ("Why it was listed", True)
    assert "Why" not in [section.heading for section in card.sections]


def test_the_publishers_reason_is_quoted() -> None:
    """Verbatim, marked as somebody else's words."""
    entry = replace(change().listing, reason="It is indirectly affiliated with the PLA.")
    card = alert_card(alert(change(after=entry)), [], reader())
    (why,) = [section for section in card.sections if section.heading == "Why"]
    assert (why.text, why.quote) == ("It is indirectly affiliated with the PLA.", True)


def test_many_rows_are_counted_and_a_few_are_named() -> None:
    """136 rows of Huawei are one sentence."""
    rows = [change(after=listing(f"Xiaomi {n}")) for n in range(NAMED + 3)]
    assert f"{NAMED + 3} entries of this company, its units or its people: Xiaomi 0; Xiaomi 1" in text(
        alert_card(alert(*rows), [], reader())
    )
    assert "and 3 more" in text(alert_card(alert(*rows), [], reader()))
    abbreviated = [change(after=listing(f"Xiaomi {n} Co., Ltd.")) for n in range(2)]
    assert "Xiaomi 1 Co., Ltd. " in text(alert_card(alert(*abbreviated), [], reader())), "one full stop, not two"


def test_a_change_shows_old_and_new() -> None:
    """Only what rings is told; an empty side is named."""
    entry = change().listing
    moved = change(
        before=entry, after=entry, fields=(FieldChange("programmes", "", "S1260H"), FieldChange("url", "a", "b"))
    )
    said = text(alert_card(alert(moved), [], reader()))
    assert "programmes: nothing → S1260H" in said
    assert "url" not in said


def test_a_delisting_says_how_we_know() -> None:
    """A wrong "delisted" is the worst we can say, so the two readings are told."""
    gone = change(before=change().listing, after=None)
    said = text(alert_card(alert(gone), [EFFECT], reader()))
    assert "Xiaomi taken off the Section 1237 list" in said
    assert "What the listing meant: It is being watched." in said
    assert "What it did not mean: Trade with it is not banned." in said
    assert "seen in two readings, or announced by an official notice" in said
    assert "Why:" not in said


def told(**more: Any) -> Alert:
    story = Story(
        source="news_x",
        id="1",
        url="https://fil.example/1",
        title="Xiaomi sur la liste noire",
        publisher="Le Fil",
        published=THEN,
    )
    mention = Mention(
        company="xiaomi",
        surface="Xiaomi",
        where="title",
        start=0,
        role=Role.SUBJECT,
        reasons=(Reason("same name", 1.0, "Xiaomi", "Xiaomi"),),
    )
    analysis = Analysis(
        **{
            "listing_story": True,
            "source": "us_dod_cmc",
            "stage": "in_force",
            "reason": "C’est une médaille.",
            "origin": "Android Authority",
            "mentions": (mention,),
            **more,
        }
    )
    evidence = (
        Evidence(
            badge=Badge.CONFIRMED,
            source="us_dod_cmc",
            listing=change().listing,
            at=THEN,
            lists=5,
            url="https://entry.example/1",
        ),
    )
    return story_alert(NEWS, story, analysis, mention, xiaomi(), evidence=evidence, at=THEN)


def test_a_story_alert_says_what_is_told_why_and_what_the_record_says() -> None:
    """Headline, stage, list, reason verbatim, origin, record."""
    said = text(alert_card(told(), [EFFECT], reader(hours=3)))
    for part in (
        "Xiaomi in a story about a listing",
        "Headline: Xiaomi sur la liste noire",
        "Le Fil (other outlet). Published 2021-01-14 22:00 UTC.",
        "Stage: in force",
        "List meant: Chinese military companies",
        "Citing: “Android Authority”",
        "Why: C’est une médaille.",
        "Confirmed: “Xiaomi Corporation” is on Chinese military companies since 2021-01-14. Read 3 h ago.",
        "https://fil.example/1",
    ):
        assert part in said


def test_a_story_without_a_reason_says_so_only_when_it_is_about_a_listing() -> None:
    """Nothing is invented, and a launch story needs no reason."""
    assert "gives no reason that we could quote" in text(alert_card(told(reason=""), [], reader()))
    plain = replace(told(reason="", listing_story=False), kind=AlertKind.SUBJECT)
    assert "reason" not in text(alert_card(plain, [], reader()))


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (Evidence(badge=Badge.OFFICIAL), "This document is itself part of the official record."),
        (Evidence(badge=Badge.NOT_FOUND, lists=5, at=THEN), "Not found on any of the 5 lists read (oldest reading"),
        (
            Evidence(badge=Badge.WAS_LISTED, source="us_dod_cmc", listing=listing("X"), until=THEN, at=THEN),
            "“X” was on Chinese military companies and has been taken off; no longer there when read 2021-01-14 22:00",
        ),
        (
            Evidence(
                badge=Badge.ELSEWHERE, source="us_csl", listing=listing("X", source="us_csl", programmes=("UVL",))
            ),
            "On another list: “X” is on the Unverified List (US Department of Commerce, BIS).",
        ),
    ],
)
def test_what_the_record_says(evidence: Evidence, words: str) -> None:
    """Every badge is a sentence, with how fresh it is."""
    assert words in evidence_words(evidence, reader())


def test_a_related_unit_is_called_one() -> None:
    """Huawei Cloud is not Huawei."""
    said = match_words(
        Match(Verdict.RELATED, 0.7, (Reason("same first words", 0.7, "Huawei", "Huawei Cloud"),)), reader()
    )
    assert "Another unit of the same group" in said
    steps = (
        Reason("same", 0.9, "Acme Ltd", "ACME"),
        Reason("same word", 1, "acme", "acme"),
        Reason("pinyin", 1, "米", "mi"),
    )
    shown = match_words(Match(Verdict.SAME, 0.97, steps), reader())
    assert shown == "“Acme Ltd” = “ACME”: same, pinyin (“米” = “mi”). Confidence: certain (0.97)"
    assert "same group" in match_words(Match(Verdict.RELATED, 0.7), reader())


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=90), "90 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_how_fresh(ago: timedelta, words: str) -> None:
    """In words that need no calculation."""
    assert reader().fresh(THEN - ago) == words
    assert reader().fresh(None) == "not read yet"


def test_a_look_up_is_never_a_bare_no() -> None:
    """What was asked and how old it is belongs to the answer."""
    read = {"us_dod_cmc": THEN - timedelta(hours=2), "us_csl": THEN}
    card = lookup_card("Acme", replace(xiaomi(), name="Acme", names=()), [], read, [], {}, reader())
    assert card.title == "“Acme” is not on any of the 2 lists read"
    assert card.summary.endswith("Oldest reading 2 h ago.")
    assert "under a spelling we do not know" in card.footer
    assert "Chinese military companies: 2 h ago" in text(card)
    unread = lookup_card("Acme", xiaomi(), [], {}, [], {}, reader())
    assert "no list has been read yet" in unread.title
    assert "tocsin poll" in text(unread)


def test_an_entry_that_is_only_related_is_told_by_its_own_name() -> None:
    """The line that rings never says of the company what holds for a unit, or for somebody who may be one."""
    unit = change(after=listing("Xiaomi Automobile Lending"))
    for score, told in ((0.9, "(related to Xiaomi)"), (0.5, "(perhaps related to Xiaomi)")):
        (one,) = list_alerts([(unit, xiaomi(), Match(Verdict.RELATED, score))], at=THEN)
        title = f"Xiaomi Automobile Lending {told} added to Chinese military companies"
        assert alert_card(one, [], reader()).title.endswith(title)
        assert title in brief_words(Brief.of(one), reader())
    others = [(change(after=listing(f"Xiaomi {n}")), xiaomi(), Match(Verdict.RELATED, 0.9)) for n in range(3)]
    (three,) = list_alerts(others, at=THEN)
    assert "Xiaomi 0 and 2 more (related to Xiaomi) added" in alert_card(three, [], reader()).title


def test_a_change_of_one_among_many_aliases_shows_that_one() -> None:
    """An alert whose two sides look alike because both were cut tells nothing."""
    aliases = "; ".join(f"Alias number {n}" for n in range(40))
    new = f"{aliases}; Brand New"
    said = field_words(FieldChange("aliases", aliases, new), reader())
    assert said == "aliases: added Brand New"
    assert field_words(FieldChange("aliases", new, aliases), reader()) == "aliases: dropped Brand New"
    other = new.replace("Brand New", "Old Hat").replace("number 0;", "number zero;")
    said = field_words(FieldChange("aliases", new, other), reader())
    assert said == "aliases: added Alias number zero; Old Hat, dropped Alias number 0; Brand New"
    assert field_words(FieldChange("aliases", "A", "A; B"), reader()) == "aliases: A → A; B"


def test_after_a_delisting_the_record_of_a_story_is_told_as_past() -> None:
    """The message is drawn again: what the record said then does not stand there as what it says now."""
    story = Story(source="news_x", id="1", url="https://s", title="Xiaomi is on the list", published=THEN)
    mention = Mention(company="xiaomi", surface="Xiaomi", where="title", start=0)
    held = Evidence(badge=Badge.CONFIRMED, source="us_dod_cmc", at=THEN, listing=listing("Xiaomi Corporation"))
    analysis = Analysis(listing_story=True, source="us_dod_cmc", mentions=(mention,))
    told = story_alert(NEWS, story, analysis, mention, xiaomi(), evidence=(held,), at=THEN)
    later = replace(reader(), now=THEN + timedelta(days=90))
    gone = Update.of_delivery("k", UpdateKind.DELISTED, at=THEN + timedelta(days=89), by="us_dod_cmc")
    before = {one.heading: one.text for one in alert_card(told, [], reader()).sections}
    after = {one.heading: one.text for one in alert_card(told, [], later, Updates((gone,))).sections}
    assert before["Official record"] == after["Official record when this was told"]
    assert "Official record" not in after


def test_a_list_that_was_never_read_is_named_in_a_look_up() -> None:
    """Nobody takes "not on any list" for an answer about a list that could not be read."""
    read = {"us_dod_cmc": THEN}
    some = Reader(now=THEN, cards={"un_sc": replace(CMC, id="un_sc", title="UN list")})
    card = lookup_card("Acme", replace(xiaomi(), name="Acme", names=()), [], read, [], {}, some, unread=("un_sc",))
    missing = next(one for one in card.sections if one.heading == "Not read yet, so nothing is said of")
    assert missing.text == "UN list"
    whole = lookup_card("Acme", replace(xiaomi(), name="Acme", names=()), [], read, [], {}, some)
    assert "Not read yet" not in text(whole)


def test_a_look_up_shows_entries_reasons_meaning_and_stories() -> None:
    """Everything an analyst asks next is there."""
    found = [Found(listing=change().listing, match=SAME)] + [
        Found(listing=listing(f"Xiaomi {n}", source="us_csl"), match=Match(Verdict.RELATED, 0.7)) for n in range(7)
    ]
    story = Story(source="news_x", id="1", url="https://s", title="Xiaomi sues", published=THEN)
    undated = replace(story, title="Another", published=None)
    read = {"us_dod_cmc": THEN, "us_csl": THEN}
    card = lookup_card("Redmi", xiaomi(), found, read, [story, undated], {"us_dod_cmc": [EFFECT]}, reader())
    said = text(card)
    assert card.title == "“Xiaomi” is on 1 of the 2 lists read"
    assert "“Redmi” points to Xiaomi (brand)" in said
    assert "Xiaomi Corporation [S1237] since 2021-01-14" in said
    assert "It is being watched. Trade with it is not banned." in said
    assert "and 2 more" in said
    assert "“Xiaomi sues” (2021-01-14)" in said
    assert not card.footer
    related = lookup_card("Xiaomi", xiaomi(), found[1:], read, [], {}, reader())
    assert "itself is not on any of the 2 lists read; related entries are on 1" in related.title


@pytest.mark.parametrize(
    ("listed", "count", "says"),
    [
        (0, 1, "The company watched here is not on the one list read."),
        (1, 1, "The company watched here is already on a list."),
        (1, 3, "1 of the 3 companies watched here is already on a list."),
        (2, 3, "2 of the 3 companies watched here are already on a list."),
        (0, 3, "None of the 3 companies watched here is on the one list read."),
        (3, 3, "Each of the 3 companies watched here is already on a list."),
    ],
)
def test_a_standing_card_counts_in_whole_sentences(listed: int, count: int, says: str) -> None:
    """However many there are."""
    on, off = (Found(listing=change().listing, match=SAME),), ()
    found = tuple((replace(xiaomi(), name=f"No. {one}"), on if one < listed else off) for one in range(count))
    standing = Standing(id="s", at=THEN, found=found, read=(("us_dod_cmc", THEN),))
    card = standing_card(standing, reader())
    assert card.summary.startswith(says)
    assert card.title == ("Already listed today" if listed else "Nobody watched here is on the lists read")


def test_a_standing_card_is_one_card_for_a_place() -> None:
    """What is already listed is history, said once."""
    found = ((xiaomi(), (Found(listing=change().listing, match=SAME),)), (replace(xiaomi(), name="Acme"), ()))
    card = standing_card(Standing(id="s", at=THEN, found=found, read=(("us_dod_cmc", THEN),)), reader())
    assert "1 of the 2 companies watched here is already on a list" in card.summary
    assert "Xiaomi: Chinese military companies (1)" in text(card)
    assert "Acme: not on the one list read" in text(card)


def test_a_standing_card_names_the_lists_within_a_carrier() -> None:
    """A bank that OFAC blocked is not said to be on the Entity List because one file has both; nor told twice."""

    def on(source: str, *programmes: str) -> Found:
        return Found(listing=listing("Acme", source=source, key=programmes[0], programmes=programmes), match=SAME)

    found = (on("us_csl", "SDN", "IRAN"), on("us_csl", "UVL"), on("us_csl", "DPL"), on("us_ofac_sdn", "IRAN"))
    read = (("us_csl", THEN), ("us_ofac_sdn", THEN))
    card = standing_card(Standing(id="s", at=THEN, found=((xiaomi(), found),), read=read), reader())
    titles = table("list_titles")
    assert f"Xiaomi: us_ofac_sdn (1), the {titles['us_bis_uvl']} (1), the {titles['us_bis_dpl']} (1)" in text(card)


def test_a_notice_is_what_operators_read() -> None:
    """The thing, the value and the next step, whole."""
    card = notice_card(Notice(id="n", source="us_csl", title="us_csl: not believed", text="0 rows", at=THEN), reader())
    assert card.summary == "us_csl: not believed: 0 rows"


def test_a_notice_says_its_source_once() -> None:
    """In the title; the text goes on from there, and what is said below it is no id again."""
    told = Notice(id="n", source="us_dod_cmc", title="us_dod_cmc: not believed", text="us_dod_cmc: 0 rows", at=THEN)
    card = notice_card(told, reader())
    assert card.summary == "us_dod_cmc: not believed: 0 rows"
    assert card.footer == "Chinese military companies"
    assert not notice_card(replace(told, source="slack:T0/C1"), reader()).footer


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "“Hikvision” = “HANGZHOU HIKVISION”: same USCC, 91330000733796106P. Confidence: certain (1.00)"),
        ("fr", "« Hikvision » = « HANGZHOU HIKVISION » : même USCC, 91330000733796106P. Confiance : certain (1,00)"),
    ],
)
def test_a_number_that_two_companies_share_is_told_as_publishers_write_it(language: str, says: str) -> None:
    """The names first, then the number: nobody reads a number that equals itself."""
    number = "91330000733796106p"
    why = (Reason("same uscc", 1.0, number, number), Reason("listed as", 1.0, "Hikvision", "HANGZHOU HIKVISION"))
    shown = match_words(Match(Verdict.SAME, 1.0, why), reader(language))
    assert shown.replace("\u00a0", " ") == says


def test_a_list_has_its_article_within_a_sentence_and_none_in_a_heading() -> None:
    """ "Added to the Entity List", under "Entity List"; an outlet is called as it calls itself."""
    ours = replace(reader(), cards={})
    assert ours.title("us_bis_uvl") == "the Unverified List (US Department of Commerce, BIS)"
    assert ours.named("us_bis_uvl") == "Unverified List (US Department of Commerce, BIS)"
    assert ours.title("Trade Desk") == ours.named("Trade Desk") == "Trade Desk"


def test_what_somebody_said_keeps_no_english_marks_in_french() -> None:
    """A reason that was kept in English is retold with the marks of its reader."""
    kept = "Ana said on 2021-01-14 that “Xiaomi Parts” is another company"
    told = reader("fr").retell("unsent", kept).replace("\u00a0", " ")
    assert told == "Ana a dit le 2021-01-14 que « Xiaomi Parts » est une autre entreprise"


def test_outside_text_cannot_hide_reorder_or_flood() -> None:
    """Controls, bidi overrides and zero-width characters are gone; the rest is cut with a marker."""
    assert reader().clean("a\u202eb\u200bc\x1b[31md\ne\ud800") == "abc[31md e"
    long = reader().clean("x" * 5000)
    assert long.endswith("… (cut, 4100 more characters)")
    assert len(reader().clean("z" + "\u0301" * 10_000_000)) < 2000


@given(st.text())
def test_any_text_comes_out_clean(outside: str) -> None:
    """Whatever a feed sends, what is shown has no character that could steer a reader's screen."""
    assert (
        re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", reader().clean(outside)) is None
    )


def test_links_go_only_to_the_web() -> None:
    """A feed cannot put javascript: behind "Read the story"."""
    one = told()
    assert one.story
    bad = replace(one, story=replace(one.story, url="javascript:alert(1)"))
    assert all(link.url.startswith("https://") for link in alert_card(bad, [], reader()).links)


def places(sentence: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", sentence))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence_with_the_same_places(language: str) -> None:
    """A missing key would fall back to English in the middle of a French card; a wrong place would break it."""
    english, other = table("words/en"), table(f"words/{language}")
    assert {group: set(words) for group, words in english.items()} == {
        group: set(words) for group, words in other.items()
    }
    for group, words in english.items():
        for name, sentence in words.items():
            assert places(sentence) == places(other[group][name]), f"{language} {group}.{name}"


def test_a_french_reader_reads_french() -> None:
    """And a language we have no words for reads English."""
    title = alert_card(alert(), [], reader("fr")).title
    assert title == "IMPORTANT · Xiaomi\u00a0: inscription sur Chinese military companies"
    assert alert_card(alert(), [], reader("xx")).title.startswith("IMPORTANT · Xiaomi added")


def test_times_are_written_alike_for_everybody() -> None:
    """No local formats: a date that can be misread is a wrong date."""
    said = text(alert_card(replace(alert(), at=datetime(2021, 3, 4, 5, 6, tzinfo=UTC)), [], reader()))
    assert "2021-03-04 05:06 UTC" in said


def test_a_sentence_that_gives_the_reason_and_denies_it_is_read_once() -> None:
    """The maker of lidar threatens to sue because it was put on the list."""
    said = text(alert_card(told(reason="It sues over the ties.", disputes="It sues over the ties."), [], reader()))
    assert said.count("It sues over the ties.") == 1
    assert "Why · The company disputes it: It sues over the ties." in said


def test_an_entry_without_a_reason_is_quoted_with_what_it_says() -> None:
    """Which equipment is covered, or on whose behalf it acts: the list gives no field for reasons, and yet says it."""
    entry = listing("Acme", remarks="Video surveillance equipment produced by Acme, for government facilities.")
    said = text(alert_card(alert(change(after=entry)), [], reader()))
    assert "Why: The list gives no reason." in said
    assert "What the entry says: Video surveillance equipment produced by Acme, for government facilities." in said
    assert "What the entry says" not in text(alert_card(alert(), [], reader()))
    reasoned = replace(entry, reason="It acts for the army.")
    assert "What the entry says" not in text(alert_card(alert(change(after=reasoned)), [], reader()))


def test_a_name_that_stands_on_two_entries_is_told_once() -> None:
    """Listed on two grounds, once with the point of "Ltd." and once without."""
    entries = [listing(name, key=key) for key, name in (("a", "Acme Co., Ltd."), ("b", "ACME Co., Ltd"), ("c", "Beta"))]
    said = text(alert_card(alert(*(replace(change(after=one), key=one.key) for one in entries)), [], reader()))
    assert "3 entries of this company, its units or its people: Acme Co., Ltd.; Beta." in said


def test_several_grounds_stand_on_a_line_each() -> None:
    """Two authorities on one line read as one law that nobody passed."""
    other = replace(EFFECT, title="SSI", authority="US Treasury", citation="EO 13662", does="No new debt.")
    basis = next(one for one in alert_card(alert(), [EFFECT, other], reader()).sections if one.heading == "Legal basis")
    assert basis.text.splitlines() == ["US Department of Defense: Pub. L. 105-261 s. 1237", "US Treasury: EO 13662"]


def test_a_change_is_told_from_what_it_is_listed_for() -> None:
    """The programme first, whatever else was rewritten; and a name that ends in a point ends the sentence."""
    old = listing("Acme", aliases=(), programmes=("S1237",), key="acme")
    new = replace(old, name="Acme Co., Ltd.", programmes=("S1260H",), aliases=(Name("Acme Works"),))
    moved = change(before=old, after=new, fields=tuple(reversed(field_changes(old, new))))
    said = next(one.text for one in alert_card(alert(moved), [], reader()).sections if one.heading == "What happened")
    assert said.index("programmes:") < said.index("aliases:")
    renamed = replace(old, name="Acme Ltd.")
    said = text(alert_card(alert(change(before=old, after=renamed, fields=field_changes(old, renamed))), [], reader()))
    assert "name: Acme → Acme Ltd. Edition:" in said


def test_a_lookup_links_each_page_once() -> None:
    """The same entry read in two files has one page."""
    one = Found(listing=listing("X", source="us_csl", url="https://entry.example/7"), match=SAME)
    two = Found(listing=listing("X", source="us_ofac_sdn", url="https://entry.example/7"), match=SAME)
    card = lookup_card("X", xiaomi(), [one, two], {"us_csl": THEN, "us_ofac_sdn": THEN}, [], {}, reader())
    assert [link.url for link in card.links] == ["https://entry.example/7"]
