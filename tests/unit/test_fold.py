"""Folding: what stays of a name when the ways of writing it no longer matter."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.fold import core, fold, legal_form, tokens

LETTERS = st.text(alphabet="abcxyzABCXYZäÖéñßøŁжЯЩйëΩσαЁ .,-'0123456789")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("HUAWEI", "huawei"),
        ("Société Générale", "societe generale"),
        ("Łódź Øre Straße", "lodz ore strasse"),
        ("ＸＩＡＯＭＩ　Ｃｏｒｐ", "xiaomi corp"),
        ("S.M.I.C. Co., Ltd.", "smic co ltd"),
        ("Al-Basha'ir", "al bashair"),
        ("ﾔﾏﾊﾞ", "ヤマバ"),
        ("АО «Рычаг»", "ао рычаг"),
        ("小米集團", "小米集团"),
        ("أحمد", "احمد"),
        ("شركة اﻟﻘﺪس", "شركه القدس"),
        ("J\u200bo\u00adin\u202eed", "joined"),
        ("ＳＫ\u3000ハイニックス", "sk ハイニックス"),
        ("한국", "한국"),
    ],
)
def test_ways_of_writing_fold_to_one(written: str, folded: str) -> None:
    """Case, accents, width, punctuation, invisible characters and old character forms make no difference."""
    assert fold(written) == folded


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_a_text_in_ascii_folds_alike_beside_a_foreign_letter(text: str) -> None:
    """The short way that most names take leads where the long one does."""
    assert fold(f"{text} | É").split() == [*fold(text).split(), "e"]


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("Huаwei", "huawei"),  # Cyrillic а
        ("Хiаоmi", "xiaomi"),  # Cyrillic Х, а, о
        ("SΜIC", "smic"),  # Greek Μ
        ("Mосква", "москва"),  # Latin M in a Cyrillic word
        ("РОСНЕФТЬ", "роснефть"),  # all Cyrillic: not a disguise
        ("Жuk", "жuk"),  # explained by neither alphabet: left alone
    ],
)
def test_lookalike_letters_are_unmasked(disguised: str, plain: str) -> None:
    """A word that mixes alphabets is read in the one it pretends to be in."""
    assert fold(disguised) == plain


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Xiaomi Corporation", "xiaomi"),
        ("小米集团有限公司", "小米集团"),
        ("株式会社ヤマノホールディングス", "ヤマノホールディングス"),
        ("Общество с ограниченной ответственностью «Синезис»", "синезис"),
        ("OBSHCHESTVO S OGRANICHENNOI OTVETSTVENNOSTYU KHARTIYA", "khartiya"),
        ("Bee İnşaat Mimarlık A.Ş.", "bee insaat mimarlik"),
        ("Kommanditgesellschaft Meier GmbH & Co. KG", "meier"),
        ("Joint Stock Company 'Vector'", "vector"),
        ("삼성전자 주식회사", "삼성전자"),
        ("Corp", "corp"),
        ("Limited", "limited"),
        ("AO Vektor AO Plant", "vektor ao plant"),
    ],
)
def test_core_has_no_legal_form(name: str, bare: str) -> None:
    """Legal forms are taken off in any language; a name that is nothing but a form stays whole."""
    assert core(name) == bare


def test_the_legal_form_is_told_as_it_is_written() -> None:
    """What was ignored can be shown."""
    assert legal_form("小米集团有限公司") == "有限公司"
    assert legal_form("AO Vektor LLC") == "llc, ao"
    assert legal_form("Vektor") == ""


def test_initials_are_joined_however_they_are_spaced() -> None:
    """How the initials of a person in a name are spaced is chance."""
    assert tokens("V. A. Degtyarev Plant") == tokens("V.A. Degtyarev plant") == ("va", "degtyarev", "plant")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """A folded text is stable, whatever it was."""
    assert fold(fold(text)) == fold(text)


@given(LETTERS)
def test_case_makes_no_difference(text: str) -> None:
    """Upper, lower and title case fold to one."""
    assert fold(text.upper()) == fold(text.lower()) == fold(text)


@given(st.text())
def test_composition_makes_no_difference(text: str) -> None:
    """Composed and decomposed characters fold to one."""
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(LETTERS, st.sampled_from([" ", "  ", "\t", "\u3000", " - ", ", "]))
def test_spacing_makes_no_difference(text: str, space: str) -> None:
    """Any run of spaces and separators is one space."""
    assert fold(text.replace(" ", space)) == fold(text)
