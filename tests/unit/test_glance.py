"""Candidates at a glance: nobody who may be the company is left out, and few others are looked at."""

from __future__ import annotations

import pytest

from bot.matching.glance import Glance
from bot.model import Company, Identifier, Name
from tests.worlds.facts import listing


@pytest.fixture
def glance() -> Glance:
    filed = Glance()
    for n in range(50):
        filed.add(f"o{n}", listing(f"China Example Number {n} Group Co., Ltd."))
    filed.add("huawei", listing("HUAWEI TECHNOLOGIES CO., LTD.", identifiers=(Identifier("USCC", "9144-0300"),)))
    filed.add("cloud", listing("Huawei Cloud (Dalian)"))
    filed.add("xian", listing("Xi'an Aircraft Industry"))
    filed.add("han", listing("华为技术有限公司"))
    filed.add("smic", listing("S.M.I.C. Corp."))
    return filed


def owners(glance: Glance, *names: str, number: str = "") -> set[str]:
    identifiers = (Identifier("USCC", number),) if number else ()
    company = Company(id="x", name=names[0], names=tuple(Name(name) for name in names[1:]), identifiers=identifiers)
    return glance.owners(company, company.all_names())


def test_every_entry_with_the_words_of_a_name(glance: Glance) -> None:
    """Legal forms do not matter, other words of theirs neither."""
    assert owners(glance, "Huawei Co., Ltd.") == {"huawei", "cloud"}
    assert owners(glance, "Huawei Technologies") == {"huawei"}
    assert owners(glance, "Huawei Iran") == set(), "a word of ours that nobody has"


def test_spellings_that_need_folding(glance: Glance) -> None:
    """Apostrophes, dotted initials, Chinese without spaces."""
    assert owners(glance, "Xian Aircraft") == owners(glance, "Xi’an Aircraft") == {"xian"}
    assert owners(glance, "SMIC") == {"smic"}
    assert owners(glance, "华为技术") == {"han"}


def test_an_entry_is_found_by_its_number(glance: Glance) -> None:
    """However it is written."""
    assert owners(glance, "Nobody", number="91440300") == {"huawei"}


def test_a_common_word_does_not_bring_everybody(glance: Glance, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next rarest word has to stand there too."""
    monkeypatch.setattr("bot.matching.glance.MANY", 10)
    assert owners(glance, "China Example Number 7") == {"o7"}
    assert owners(glance, "China Example") == {f"o{n}" for n in range(50)}


def test_what_is_removed_or_renamed_is_not_found(glance: Glance) -> None:
    """By its words, its beginning, or its spelling."""
    glance.remove("cloud")
    glance.add("huawei", listing("Renamed Ltd"))
    assert owners(glance, "Huawei") == set()
    assert glance.begins("hua", 5) == []
    assert glance.near("Huawei Cloud (Dalian)", 5) == []
    assert owners(glance, "Renamed") == {"huawei"}
    assert len(glance) == 54


def test_half_typed_names(glance: Glance) -> None:
    """In order, whatever their case."""
    assert glance.begins("huawei", 5) == ["Huawei Cloud (Dalian)", "HUAWEI TECHNOLOGIES CO., LTD."]
    assert len(glance.begins("china", 3)) == 3


def test_slips_of_the_pen(glance: Glance) -> None:
    """A letter missing or swapped."""
    assert glance.near("Huawie Cloud (Dalian)", 5)[0] == "cloud"
    assert glance.near("Something else", 5) == []


def test_a_long_word_misspelt(glance: Glance) -> None:
    """A name of one long word is found in another spelling; a short one, or one of two words, is not."""
    glance.add("n", listing("BELNEFTKHIM"))
    assert glance.misspelt("Belneftekhim Concern LLC") == set()
    assert glance.misspelt("Belneftekhim") == {"n"}
    glance.remove("n")
    assert glance.misspelt("Belneftekhim") == set()
