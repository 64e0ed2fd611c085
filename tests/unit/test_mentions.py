"""Which companies a text names: in any script, with any ending, and not when the word is only a word.

The short texts stand in mention_texts.toml.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.book import shipped
from bot.matching.mentions import MentionFinder, in_role
from bot.model import Company, Name, NameKind, Role

WATCHED = (
    """
Apple, Orange, Target, Gap, Shell, Intel, Visa, Ford, Honor, Alibaba, SMIC, ZTE, Huawei, Xiaomi, Kaspersky,
Rosneft, Sberbank, VTB, Amazon, Meta, Tesla, Oracle, BP, Vivo, DJI, Hikvision, SenseTime, Samsung, Sony,
TikTok, ByteDance, YMTC, Nokia, Google, Baidu, Disney, Qualcomm, TSMC, Tencent
""".replace("\n", " ")
    .strip()
    .split(", ")
)


@pytest.fixture(scope="module")
def finder() -> MentionFinder:
    return MentionFinder({one.id: one for one in map(shipped().find, WATCHED)}.values())


class Case(NamedTuple):
    title: str
    text: str
    companies: set[str]


TEXTS = tomllib.loads(Path(__file__).with_name("mention_texts.toml").read_text(encoding="utf-8"))["text"]
CASES = [Case(one["title"], one["text"], set(one["companies"])) for one in TEXTS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_text_names_these_companies_and_no_others(finder: MentionFinder, case: Case) -> None:
    """Any script and ending is met, at the place where it stands; fruit, pay, towns and glory do not ring."""
    mentions = finder.find(case.title, case.text)
    assert {one.company for one in mentions} == case.companies
    for one in mentions:
        part = case.title if one.where == "title" else case.text
        assert part[one.start :].startswith(one.surface)
        assert one.reasons


def test_title_names_the_subject_and_the_text_others(finder: MentionFinder) -> None:
    """Xiaomi is what the story is about; Huawei is named on the way."""
    mentions = finder.find("Xiaomi sur liste noire", "Le fabricant Xiaomi conteste. Avant lui, Huawei avait été visé.")
    assert in_role(mentions, Role.SUBJECT) == ("xiaomi",)
    assert in_role(mentions, Role.MENTIONED) == ("huawei",)


def test_name_that_only_says_whose_is_no_subject(finder: MentionFinder) -> None:
    """ "TikTok owner ByteDance" is about ByteDance."""
    mentions = finder.find("TikTok owner ByteDance plans music service", "ByteDance is in talks with labels.")
    assert in_role(mentions, Role.SUBJECT) == ("bytedance",)


def test_person_and_brand_say_that_they_point(finder: MentionFinder) -> None:
    """A founder in the title is a mention of the company, and the reason says by whom."""
    mentions = finder.find("Lei Jun reçoit une médaille", "Lei Jun dirige le groupe.")
    assert {one.company for one in mentions} == {"xiaomi"}
    assert any("person of the company Xiaomi" in reason.rule for reason in mentions[0].reasons)


def test_brand_named_once_in_passing_is_no_mention(finder: MentionFinder) -> None:
    """A link to a video under a story is no news about the owner of the video site."""
    assert finder.find("Robot on sale", "Watch it walk on YouTube.") == ()


def test_watch_added_at_run_time_finds_its_name_in_the_next_story(finder: MentionFinder) -> None:
    """No restart, no rebuild; and removed is forgotten at once."""
    acme = Company(id="name:zzyx", name="Zzyx Dynamics")
    assert finder.find("", "Zzyx Dynamics signed a deal.") == ()
    finder.add(acme)
    assert [one.surface for one in finder.find("", "Zzyx Dynamics signed a deal.")] == ["Zzyx Dynamics"]
    finder.remove(acme.id)
    finder.remove(acme.id)
    assert finder.find("", "Zzyx Dynamics signed a deal.") == ()


def test_many_additions_and_a_compaction_lose_nothing() -> None:
    """Names are found whether they came at the start, later, or went through melting."""
    finder = MentionFinder([Company(id="first", name="Aardvark Metals")])
    for number in range(2500):
        finder.add(Company(id=f"c{number}", name=f"Quux{number}x Holdings"))
    finder.remove("c7")
    text = "Aardvark Metals, Quux3x Holdings, Quux7x Holdings and Quux2499x Holdings merged."
    before = [one.company for one in finder.find("", text)]
    finder.compact()
    assert [one.company for one in finder.find("", text)] == before == ["first", "c3", "c2499"]
    assert len(finder) == 2500
    assert "c7" not in finder


def test_renamed_company_keeps_one_entry() -> None:
    """Adding a company again replaces its names."""
    finder = MentionFinder([Company(id="x", name="Oldname Steel")])
    finder.add(Company(id="x", name="Newname Steel"))
    assert finder.find("", "Oldname Steel was here.") == ()
    assert [one.company for one in finder.find("", "Newname Steel was here.")] == ["x"]


def test_longer_name_of_somebody_else_hides_the_shorter() -> None:
    """Sierra Nevada Gold is not Nevada Gold, when both are watched; nor is a name the book says is another's."""
    finder = MentionFinder(
        [
            Company(id="short", name="Nevada Gold", not_names=("Nevada Gold Museum",)),
            Company(id="long", name="Sierra Nevada Gold"),
        ]
    )
    assert [one.company for one in finder.find("", "Shares of Sierra Nevada Gold rose.")] == ["long"]
    assert finder.find("", "The Nevada Gold Museum opens today.") == ()


def test_name_without_its_legal_form_is_found() -> None:
    """People watch "Vektor Instruments Co., Ltd." and papers write "Vektor Instruments"."""
    finder = MentionFinder([Company(id="v", name="Vektor Instruments Co., Ltd.")])
    assert [one.surface for one in finder.find("", "Vektor Instruments shut down.")] == ["Vektor Instruments"]


def test_name_that_ends_in_a_lone_letter_at_the_end_of_a_text() -> None:
    """The ending that is cut off for inflected languages is never a whole word."""
    finder = MentionFinder([Company(id="p", name="Plant Beta A"), Company(id="q", name="Завод номер А")])
    assert [one.surface for one in finder.find("", "They opened Plant Beta A")] == ["Plant Beta A"]
    assert finder.find("", "They opened Plant Beta") == ()
    assert finder.find("", "Открыт завод номер") == ()


def test_weak_name_needs_another_name_of_the_company() -> None:
    """A short form that means other things is worth something only beside a plain one."""
    company = Company(id="c", name="Zhongke Xingtu", names=(Name("Star Map", NameKind.WEAK),))
    finder = MentionFinder([company])
    assert finder.find("", "Star Map helps sailors.") == ()
    assert len(finder.find("", "Zhongke Xingtu grew; Star Map is its short name.")) == 2


def test_hostile_texts_take_bounded_time(finder: MentionFinder) -> None:
    """Ten megabytes, combining marks without end, nested tags, lone surrogates: an answer, no exception."""
    for text in (
        "Huawei " * 1_500_000,
        "H" + "\u0301" * 300_000 + "uawei",
        "<div>" * 200_000 + "Huawei",
        "\ud800Huawei\udfff " * 1000,
        "[[zh:" * 100_000,
        "a" * 10_000_000,
        "(" * 100_000 + "Huawei" + ")" * 100_000,
    ):
        assert isinstance(finder.find(text[:1000], text), tuple)


@cache
def some_finder() -> MentionFinder:
    return MentionFinder(map(shipped().find, ("Huawei", "小米", "Касперский", "Apple", "Samsung")))


@given(st.text(max_size=200), st.text(max_size=600))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_places_are_true(title: str, text: str) -> None:
    """Whatever stands around a name, every mention is where it says it is."""
    finder = some_finder()
    text = f"{text} Huawei 小米 {text}"
    for one in finder.find(title, text):
        part = title if one.where == "title" else text
        assert part[one.start : one.start + len(one.surface)] == one.surface


def test_name_of_several_words_in_capitals_is_a_name_wherever_it_stands() -> None:
    """At the head of a sentence "Applied Materials" is the company, "Applied materials" is a field of study."""
    found = MentionFinder([shipped().find("Applied Materials")])
    text = "{} was sued on Tuesday over a delayed project in Norway, court papers showed."
    assert found.find("", text.format("Applied Materials"))
    assert not found.find("", text.format("Applied materials"))


def test_russian_adjective_of_a_name_is_found_in_its_cases() -> None:
    """Московская биржа, Московской биржи, Московскую биржу."""
    found = MentionFinder([shipped().find("Moscow Exchange")])
    for name in ("Московская биржа", "Московской биржи", "Московскую биржу"):
        assert found.find(f"США ввели санкции: {name}", "")


def test_story_of_units_is_about_the_company_unless_another_is_named() -> None:
    """Two tanker units of Cosco are sanctioned: Cosco is the subject. Of Huawei's unit HiSilicon, HiSilicon is."""
    cosco = MentionFinder([shipped().find("COSCO")])
    assert in_role(cosco.find("美国制裁中远海运旗下两家油轮公司", ""), Role.SUBJECT) == ("cosco",)
    both = MentionFinder(map(shipped().find, ("Huawei", "HiSilicon")))
    assert in_role(both.find("华为旗下海思推出新芯片", ""), Role.SUBJECT) == ("hisilicon",)


@pytest.mark.parametrize(
    ("text", "surface", "company"),
    [
        ("Huаwei was added to the Entity List.", "Huаwei", "huawei"),
        ("HUAWΕI was added to the Entity List.", "HUAWΕI", "huawei"),
        ("Xіаomi, а maker of phones, is on the list. " + "Это не Xiaomi? " * 20, "Xіаomi", "xiaomi"),
    ],
)
def test_name_in_look_alike_letters_is_found_where_it_stands(
    finder: MentionFinder, text: str, surface: str, company: str
) -> None:
    """Cyrillic and Greek letters within a Latin word hide nobody; short texts and long ones are folded in two ways."""
    found = {one.surface: (one.company, one.start) for one in finder.find("", text, "en")}
    assert found.get(surface) == (company, text.index(surface))
