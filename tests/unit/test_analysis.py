"""The whole reading of one story: list, stage, reason, origin, roles; and texts that mean harm."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.book import shipped
from bot.data import shelf, table
from bot.matching.mentions import MentionFinder, in_role
from bot.model import Analysis, Role, Story
from bot.stories import analyse


@cache
def finder() -> MentionFinder:
    return MentionFinder(
        map(shipped().find, ("Xiaomi", "Huawei", "TikTok", "Hikvision", "SMIC", "China Telecom", "ZTE"))
    )


def read(title: str, text: str, *, origin: str = "") -> Analysis:
    story = Story(source="test", id="1", url="", title=title, text=text, origin=origin)
    return analyse(story, finder().find(title, text))


def touchstone(analysis: Analysis) -> None:
    """What the story of 2021 must come out as: the parts that can be read from its own text."""
    assert analysis.language == "fr"
    assert analysis.listing_story
    assert (analysis.source, analysis.stage) == ("us_dod_cmc", "in_force")
    assert in_role(analysis.mentions, Role.SUBJECT) == ("xiaomi",)
    assert set(in_role(analysis.mentions, Role.MENTIONED)) == {"huawei", "tiktok"}
    assert analysis.origin == "Android Authority"
    assert "médaille" in analysis.reason


def test_french_story_of_a_medal_and_a_blacklist() -> None:
    """A shortened telling of the touchstone, in other words."""
    touchstone(
        read(
            "Xiaomi bel et bien sur la liste noire américaine",
            "Les autorités des USA se méfient des groupes venus de Chine. Huawei, accusé d’espionnage, en sait "
            "quelque chose, et TikTok est visé lui aussi.\n\nD’après ce que rapporte Android Authority, on sait enfin "
            "pourquoi Xiaomi se trouve sur la liste noire des USA.\n\nUne médaille donnée par le pouvoir chinois au "
            "patron de Xiaomi pose problème à Washington.\n\nXiaomi est sur la liste noire en raison de liens supposés "
            "avec l’armée, mais l’entreprise peut encore commercer avec des sociétés américaines. Xiaomi conteste.",
        )
    )


def test_french_story_itself(shared: Path) -> None:
    """The real one, as it was published."""
    row = json.loads((shared / "stories" / "dev.jsonl").read_text(encoding="utf-8").partition("\n")[0])
    analysis = read(row["title"], row["text"])
    touchstone(analysis)
    assert analysis.reason == row["reason_sentence"]


def test_reason_is_the_sentence_as_published() -> None:
    """Verbatim, with its mark-up and quotes, so that it can be found again in the story."""
    text = (
        "The Commerce Department added SMIC to its Entity List on Friday. "
        "Officials accused SMIC of supplying the *Chinese military*, a threat to national security. "
        "SMIC makes chips in Shanghai."
    )
    analysis = read("US blacklists SMIC", text)
    assert analysis.reason == (
        "Officials accused SMIC of supplying the *Chinese military*, a threat to national security."
    )
    assert analysis.reason in text


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ("Xiaomi a été placé sur la liste noire du Pentagone.", "La raison est une médaille remise à son fondateur."),
        ("Xiaomi fue incluido en la lista negra del Pentágono.", "La causa es una medalla entregada a su fundador."),
        ("Xiaomi è stata inserita nella lista nera del Pentagono.", "La causa è una medaglia data al suo fondatore."),
        ("A Xiaomi foi incluída na lista negra do Pentágono.", "A causa é uma medalha dada ao seu fundador."),
        ("Компания Xiaomi внесена в черный список Пентагона.", "Причина в том, что основатель получил медаль."),
    ],
)
def test_a_sentence_that_calls_itself_the_reason_is_it(listed: str, reason: str) -> None:
    """In the words of each language, right after the listing."""
    assert read(listed, reason).reason == reason


def test_story_without_a_reason_stays_silent() -> None:
    """Nothing is better than a sentence that gives no ground."""
    analysis = read(
        "US blacklists SMIC",
        "The Commerce Department added SMIC to its Entity List on Friday. SMIC makes chips in Shanghai.",
    )
    assert analysis.listing_story
    assert analysis.reason == ""


def test_headline_overstates_and_the_body_decides() -> None:
    """ "Blacklisted" over a text in which Washington only considers it is a proposal."""
    analysis = read(
        "SMIC blacklisted by Washington",
        "The Commerce Department is considering whether to add SMIC to its Entity List, people familiar with the "
        "matter said. No decision has been made.",
    )
    assert (analysis.listing_story, analysis.stage) == (True, "proposed")


def test_companies_of_a_published_list_are_all_what_it_is_about() -> None:
    """A title without a name, a dozen names in the first sentence."""
    analysis = read(
        "Pentagon names firms with military ties",
        "The Pentagon published its list of Chinese military companies, which includes Huawei, Hikvision and China "
        "Telecom. Shares of ZTE fell.",
    )
    assert analysis.source == "us_dod_cmc"
    assert set(in_role(analysis.mentions, Role.SUBJECT)) == {"huawei", "hikvision", "china-telecom"}
    assert in_role(analysis.mentions, Role.MENTIONED) == ("zte",)


def test_unreliable_entity_list_is_not_the_entity_list() -> None:
    """China's answer to the Entity List has the other's name within its own."""
    analysis = read(
        "中国商务部设不可靠实体清单", "中国商务部周五宣布，将建立不可靠实体清单制度，回应美国对华为的制裁。"
    )
    assert (analysis.listing_story, analysis.source) == (True, "cn_mofcom_uel")


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("Xiaomi radié de la liste noire américaine", "removed"),
        ("Le Pentagone radie Xiaomi de sa liste noire", "removed"),
        ("Un tribunal américain annule l’inscription de Xiaomi sur la liste noire", "suspended_by_court"),
        ("Les États-Unis inscrivent Xiaomi sur leur liste noire", "in_force"),
    ],
)
def test_a_removal_told_in_french_is_no_listing_in_force(title: str, stage: str) -> None:
    """The words by which French tells that a listing ends, by the office itself or by a court."""
    assert read(title, "").stage == stage


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("Comme le rapporte Android Authority, la marque est visée par les Etats-Unis.", "Android Authority"),
        ("Xiaomi grew by a fifth, according to The Wall Street Journal.", "The Wall Street Journal"),
        ("Das Unternehmen wächst, wie das Handelsblatt berichtet, um ein Fünftel.", "Handelsblatt"),
        ("Wie Reuters berichtet, wächst das Unternehmen in Europa.", "Reuters"),
        ("Dat meldt persbureau Reuters op basis van ingewijden bij het bedrijf.", "Reuters"),
        ("据《日经亚洲》报道，该公司将在下月扩大产能。", "日经亚洲"),
        ("Об этом сообщает Интерфакс со ссылкой на источники.", "Интерфакс"),
        ("ブルームバーグ通信によると、同社は来月にも発表する見通しだ。", "ブルームバーグ通信"),
        ("로이터통신에 따르면 이 회사는 다음 달 공장을 연다.", "로이터통신"),
        ("Selon des diplomates, l'entreprise sera visée, rapportent Les Echos.", "Les Echos"),
        ("Il s'agit, selon la Maison Blanche, de punir Moscou.", ""),
        ("He told the Commerce Department to look into the app.", ""),
        ("The company said it would appeal, and shares fell.", ""),
    ],
)
def test_outlet_that_a_story_retells(text: str, outlet: str) -> None:
    """The name as the story writes it, and nothing where none is given."""
    assert read("", text).origin == outlet


def test_origin_that_the_feed_states_is_kept() -> None:
    """What the publisher's own field says beats what the text seems to say."""
    assert read("", "Selon Le Monde, rien ne change.", origin="AFP").origin == "AFP"


def test_hostile_stories_take_bounded_time() -> None:
    """Megabytes of words that phrases begin with, no sentence ends, tags, marks: an analysis, no exception."""
    for text in (
        "added to the list " * 300_000,
        "accused accused " * 200_000,
        "実体清单列入" * 200_000,
        "selon " * 200_000,
        "." * 500_000,
        "A. " * 200_000,
        "<b>" * 200_000,
        "\u0301" * 500_000,
        "\ud800" * 10_000,
        "\n" * 500_000,
    ):
        assert read(text[:500], text).language is not None


@pytest.mark.parametrize("language", sorted(set(shelf("phrases")) - {"lists"}))
def test_phrases_that_begin_and_never_end_take_bounded_time(language: str) -> None:
    """A text of nothing but the beginnings of phrases: every gap is tried, and an answer comes."""
    tables = table(f"phrases/{language}")
    begun = [
        phrase.partition(" ~ ")[0].replace("*", "")
        for kind in ("topic", "stage", "why", "dispute")
        for phrases in tables[kind].values()
        for phrase in phrases
    ]
    between = "" if language in {"zh", "ja"} else " "
    for text in (between.join(begun * 10), f"{between.join(begun)}. " * 10, f"{begun[0]}{between}" * 5_000):
        story = Story(source="t", id="1", url="", title=text[:200], text=text, language=language)
        assert analyse(story, ()).language


@given(st.text(max_size=150), st.text(max_size=500))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read(title: str, text: str) -> None:
    """Whatever it is, there is an analysis, and its reason stands in the text."""
    analysis = read(title, f"{text} US blacklist Huawei because of national security. {text}")
    assert (
        analysis.reason == "" or analysis.reason in f"{text} US blacklist Huawei because of national security. {text}"
    )
