"""Scripts: reading a name in Latin letters, and levelling the ways in which readings are spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.japanese import heard_in_kana, likely_readings, main_reading, reads_as, spelled_letters
from bot.matching.scripts import arabic_bones, consonants, pinyin_fits, romanise, scripts, sound


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("газпром", "gazprom"),
        ("щучий", "shchuchiy"),
        ("小米", "xiaomi"),
        ("ヤマハ", "yamaha"),
        ("シャープ", "shapu"),
        ("ニッポン", "nippon"),
        ("ウィン", "win"),
        ("삼성", "samseong"),
        ("αθηνα", "athina"),
        ("ماهان", "mahan"),
        ("مبارکه", "mbarkeh"),
        ("เซ็นเตอร์", "senteor"),
        ("เดลต้า", "delta"),
        ("เจริญ", "cherin"),
        ("महिंद्रा", "mahindra"),
        ("भारत", "bharat"),
        ("मुंबई", "mumbai"),
        ("huawei 華為", "huawei huawei"),
    ],
)
def test_names_are_read_as_lists_write_them(native: str, latin: str) -> None:
    """Each script is read by its own table; Latin letters stay."""
    assert romanise(native) == latin


def test_scripts_of_a_text_are_told() -> None:
    """A mixed name has each of its scripts, digits and punctuation none."""
    assert scripts("ABC 華為 ヤ 12!") == {"latin", "han", "kana"}
    assert scripts("12") == frozenset()
    assert scripts("ab") == {"latin"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("faktoring", "factoring"),
        ("haramain", "haramayn"),
        ("ryazanskiy", "ryazanskoe"),
        ("ravenstvo", "rawenstvo"),
        ("burenie", "bureniye"),
    ],
)
def test_romanisations_of_one_name_sound_the_same(one: str, other: str) -> None:
    """The differences between romanisations are levelled."""
    assert sound(one) == sound(other)


@pytest.mark.parametrize(("one", "other"), [("asp", "aspp"), ("mir", "mira"), ("saturn", "satern")])
def test_different_names_sound_different(one: str, other: str) -> None:
    """Levelling stops before it makes two names one."""
    assert sound(one) != sound(other)


@pytest.mark.parametrize(
    ("kanji", "latin", "fits"),
    [
        ("飛島", "tobishima", True),
        ("日東工器", "nittokohki", True),
        ("新日本建物", "shinnihontatemono", True),
        ("相模", "sagami", True),
        ("大光", "oomitsu", True),
        ("遠州", "ensyu", True),
        ("港運", "koun", True),
        ("荏原", "ebara", True),
        ("横河", "hosokawa", False),
        ("飛島", "tobi", False),
    ],
)
def test_a_latin_name_is_laid_along_every_reading_of_the_kanji(kanji: str, latin: str, fits: bool) -> None:
    """Voicing, doubling and long vowels are allowed for; a name that leaves something over does not fit."""
    assert reads_as(kanji, latin) is fits


def test_readings_worth_looking_up_hold_the_right_one() -> None:
    """The index files a kanji name under its likely readings, and a known word under the one it has."""
    assert "yasuda" in likely_readings("安田")
    assert likely_readings("麻生") == ("aso",)
    assert likely_readings("") == ()
    assert main_reading("相模") == "sagami"
    assert main_reading("ヤマハ") == "yamaha"


def test_letters_spelled_by_their_names_are_those_letters() -> None:
    """エスユーエス is SUS; a word that only begins like a letter is not."""
    assert spelled_letters("エスユーエス") == "sus"
    assert spelled_letters("エスコン") == ""


def test_every_mandarin_reading_counts() -> None:
    """長 is chang or zhang."""
    assert pinyin_fits("长光", "changguang")
    assert pinyin_fits("长光", "zhangguang")
    assert not pinyin_fits("长光", "chang")


@given(st.text())
def test_reading_and_levelling_never_fail(text: str) -> None:
    """Any text has a reading, a sound and consonants."""
    sound(romanise(text))
    consonants(text)
    main_reading(text)


@pytest.mark.parametrize(
    ("kana", "latin"), [("wakuman", "workman"), ("intatoredo", "intertrade"), ("foraifu", "forlife"), ("soto", "sotoh")]
)
def test_english_in_kana_is_heard(kana: str, latin: str) -> None:
    """Kana put vowels between consonants and leave out r after a vowel."""
    assert heard_in_kana(kana, latin) > 0.74


@pytest.mark.parametrize(("kana", "latin"), [("karubi", "calb"), ("shimikku", "smic"), ("panasonikku", "toshiba")])
def test_another_word_is_not_heard_in_kana(kana: str, latin: str) -> None:
    """Four letters may be no word at all, and vowels are only put in where a consonant needs one."""
    assert heard_in_kana(kana, latin) < 0.74


def test_arabic_and_latin_words_have_the_same_bones() -> None:
    """P is written b, g and q are one, and vowels are not written."""
    assert arabic_bones("sblay") == arabic_bones("supply")
    assert arabic_bones(romanise("قرب")) == arabic_bones("ghorb")
    assert arabic_bones("karbala") != arabic_bones("isfahan")
