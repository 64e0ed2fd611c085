"""A quick "no" is never said of names that laying them side by side would bring together."""

from __future__ import annotations

import random

import pytest

from bot.book import CompanyBook
from bot.matching import whom
from bot.matching.align import align
from bot.matching.unmet import lacks
from bot.matching.words import Form, readings
from bot.model import Company, EntityKind, Listing, Name

LATIN = """
    Vektor Kamaz Tula Mash Elektro Severny Novosibirsk Almaz Antey Honor Huawei Hikvision Mitani Sekisan Parvaz Kala
    Aviation Aircraft Plant Production Trading Shipping Bank Energy Technology Institute International Services Moscow
    Management 325 7 Trade Group Holding China Zavod Srvcs Mgmt Tulmash NPO MKB Design Bureau Named After Star Industry
"""
CYRILLIC = "Вектор Тула Маш Электро Северный Алмаз Антей Завод Технологии Москва Банк Технодрон Рычаг"
WORDS = tuple(LATIN.split())
BOTH = (*WORDS, *CYRILLIC.split())
FORMS = ("Ltd", "LLC", "JSC", "Co., Ltd.", "GmbH", "OOO", "АО", "")


def slipped(draw: random.Random, word: str) -> str:
    """A word with a letter wrong, missing, doubled or swapped, or as it is."""
    at = draw.randrange(len(word))
    return draw.choice(
        (
            word,
            word,
            word[:at] + word[at + 1 :] or word,
            word[:at] + word[at] + word[at:],
            word[:at] + draw.choice("aeknrst") + word[at + 1 :],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            word[0] + "".join(char for char in word[1:] if char not in "aeiou"),
            word[: at + 1],
        )
    )


def made(draw: random.Random, words: list[str]) -> str:
    """A name of some of these words, slipped, glued, cut, in brackets or as initials."""
    chosen = [slipped(draw, word) for word in draw.sample(words, draw.randint(1, len(words)))]
    if draw.random() < 0.2:
        chosen.append(f"({draw.choice(words)})")
    if draw.random() < 0.15:
        chosen.append("".join(word[0] for word in words))
    if draw.random() < 0.15 and len(chosen) > 2:
        chosen[:2] = ["".join(chosen[:2])]
    if draw.random() < 0.15:
        chosen[0] = "".join(word[:3] for word in words[:3]).title()
    return " ".join((*chosen, draw.choice(FORMS)))[: draw.choice((20, 35, 90, 90, 90))].strip()


def pairs(draw: random.Random, size: int) -> list[tuple[str, str]]:
    """Pairs of names that share words more often than not."""
    found = []
    for _ in range(size):
        words = draw.sample(BOTH if draw.random() < 0.4 else WORDS, 5)
        other = draw.sample(WORDS, 2)
        found.append((made(draw, words[:4]), made(draw, [*words[draw.randint(0, 2) :], *other][:4])))
    return found


def covers(ours: Form, theirs: Form) -> bool:
    """Whether every word of ours that tells something meets one of theirs, whichever is laid down first."""
    one, other = align(ours, theirs), align(theirs, ours)
    return any(all(unit.rank == "little" for unit in over) for over in (one.over_ours(), other.over_theirs()))


@pytest.mark.parametrize("seed", range(4))
def test_a_word_that_is_called_unmet_meets_nothing(seed: int) -> None:
    """Of five hundred pairs many are told apart quickly, and none of those is covered when laid side by side."""
    quick = [pair for pair in pairs(random.Random(seed), 500) if lacks(*pair)]

    wrong = [
        (ours, theirs)
        for ours, theirs in quick
        if any(covers(mine, other) for mine in readings(ours) for other in readings(theirs))
    ]
    assert len(quick) > 50
    assert not wrong


def test_the_quick_way_recognises_whom_the_plain_way_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same verdicts, scores and reasons with the quick no and without it."""
    cases = [
        (
            CompanyBook(()).find(ours),
            Listing(source="made", key=theirs, name=theirs, kind=EntityKind.COMPANY),
        )
        for ours, theirs in pairs(random.Random(7), 300)
    ]
    quick = [whom.recognise(*case) for case in cases]

    monkeypatch.setattr(whom, "lacks", lambda ours, theirs, own=False: False)
    assert quick == [whom.recognise(*case) for case in cases]
    assert {str(match.verdict) for match in quick} == {"same", "related", "no"}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("TECHNODRON", "АО «Технодрон»"),  # another script
        ("mitanisekisanco.,ltd Shipping Ltd", "mitanisekisanco.,ltd"),  # cut off
        ("Tulmash", "Tula Mash Plant"),  # syllables
        ("Kala Electric", "Kalaelectric"),  # written together
        ("Vektor Mgmt", "Vektor Management"),  # without its vowels
        ("Aviation Plant Irkut", "Irkut Aircraft Production"),  # what translators exchange
        ("株式会社ヤマノ", "Yamano Holdings"),  # a script whose words meet in more ways
        ("", "Vektor"),
        ("Vektor", "..."),
    ],
)
def test_whatever_may_meet_is_laid_side_by_side(ours: str, theirs: str) -> None:
    """No quick no where the rules of aligning may find something."""
    assert not lacks(ours, theirs)


def test_a_word_of_ours_that_theirs_lacks() -> None:
    """What is told apart without aligning: another first word, another trade; never by what theirs has besides."""
    assert lacks("Severny Zavod Vektor", "Vektor Shipping")
    assert lacks("Vektor Energy", "Vektor Shipping")
    assert not lacks("Vektor", "Vektor Shipping Severny")


def test_other_names_of_a_company_are_asked_too() -> None:
    """One of its names lacks nothing: the company is compared in full."""
    company = Company(id="vektor", name="Severny Zavod", names=(Name("Vektor Shipping"),))
    listing = Listing(source="made", key="1", name="Vektor Shipping LLC", kind=EntityKind.COMPANY)
    assert str(whom.recognise(company, listing).verdict) == "same"
