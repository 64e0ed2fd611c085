"""Disguised names: digits, signs, touching letters and look-alikes of other scripts, and names that only have them."""

from __future__ import annotations

import pytest

from bot.book import CompanyBook
from bot.matching.compare import LETTERS_READ, compare
from bot.matching.disguise import guesses, undisguised
from bot.matching.index import NameIndex
from bot.model import Name, Verdict
from bot.watched import Watched
from tests.worlds.facts import listing, watch

DISGUISED = [
    ("Xiaomi Corporation", "Xi4omi Corporat1on"),
    ("Huawei Technologies Co., Ltd.", "Hu@wei Techn0l0gies C0., L7d."),
    ("Fujitsu Limited", "Fuj!tsu L!m!ted"),
    ("Mitsubishi Heavy Industries", "M1tsub1sh1 Heavy 1ndustr1es"),
    ("Huntington Ingalls Industries", "Huntington Inga11s Industries"),
    ("Dangote Cement", "Dangote Cernent"),
    ("Xiaomi Corporation", "Xiaorni Corporation"),
    ("Aselsan Elektronik", "Ase|san E*ektronik"),
    ("Kalashnikov Concern", "ᏦᎪLᎪᏚᎻNᏆᏦOV CONCᎬRN"),
    ("Fujitsu Limited", "Fսjitsս Limited"),
]


@pytest.mark.parametrize(("plain", "dressed"), DISGUISED)
def test_a_disguise_does_not_help(plain: str, dressed: str) -> None:
    """In either order, and looked up in an index that has the plain name."""
    assert compare(plain, dressed).verdict is compare(dressed, plain).verdict is Verdict.SAME
    index = NameIndex()
    index.add("other", [Name("Fujian Limited")])
    index.add("meant", [Name(plain)])
    assert index.search(dressed)[0].owner == "meant"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Studio1 Ltd", "Studio Ltd"),
        ("Studio1 Ltd", "Studiol Ltd"),
        ("Web3 Foundation", "Webe Foundation"),
        ("H3C Technologies", "HEC Technologies"),
        ("S4 Capital", "SA Capital"),
        ("A10 Networks", "AIO Networks"),
        ("Data4Life", "Data5Life"),
        ("Modern Systems", "Modem Systems"),
        ("Kem One", "Kern One"),
    ],
)
def test_a_number_or_a_word_is_no_disguise(one: str, other: str) -> None:
    """Names that have digits, and words that have the letters, stay what they are."""
    assert compare(one, other).verdict is not Verdict.SAME


def test_what_was_read_is_said() -> None:
    """By which rule, and never surer than a name that is written plainly."""
    match = compare("Xiaomi Corporation", "Xi4omi Corporation")
    assert LETTERS_READ in [reason.rule for reason in match.reasons]
    assert match.score < 0.98


def test_a_plain_name_is_left_alone() -> None:
    """Nothing is guessed of what hides nothing, or nothing that stands beside it."""
    assert undisguised("Xiaomi", "Xiaomi") == undisguised("Xi4omi", "Fujitsu") == ""
    assert guesses("Modern Systems") == []
    assert "xiaomi" in guesses("X1aomi")


def test_a_list_that_has_a_disguised_name_is_found() -> None:
    """With the name as the list writes it."""
    whom = Watched(CompanyBook(()))
    whom.update([watch("Xiaomi Corporation")])
    [(_, match)] = whom.match(listing("X!aomi Corporation"))
    assert (match.verdict, match.reasons[0].theirs) == (Verdict.SAME, "X!aomi Corporation")
