"""Which names of companies are everyday words too, and which slips of the pen are forgiven."""

from __future__ import annotations

import pytest

from bot.book import shipped
from bot.matching.near import nearly
from bot.matching.wordlike import wordlike


@pytest.mark.parametrize("name", ["Apple", "honor", "Target", "Gap", "Orange", "Shell", "Visa", "Total"])
def test_a_name_that_is_a_word(name: str) -> None:
    """As it was typed, whatever the case."""
    company = shipped().find(name)
    assert wordlike(name, company if company.from_book else None)


@pytest.mark.parametrize(
    "name",
    [
        *("Xiaomi", "Huawei", "Google", "Microsoft", "Samsung", "Toyota", "Amazon", "Walmart", "Nokia", "ZTE", "Acme"),
        *("Apple Inc.", "Orange Business", "小米", "H&M", "---", ""),
    ],
)
def test_a_name_that_is_only_a_name(name: str) -> None:
    """Frequent because its company is famous, in a script of its own, or made plain by a second word."""
    company = shipped().find(name) if name.strip("-") else None
    assert not wordlike(name, company if company and company.from_book else None)


def test_slips_of_the_pen() -> None:
    """One letter in a short name, two in a longer one, three in a long one; none where every other word is near."""
    names = ["xiaomi", "huawei", "hikvision", "acme bakery", "zte"]
    assert nearly("Xiaomy", names, 3) == [0]
    assert nearly("Huwaei", names, 3) == [1]
    assert nearly("Hikvisoin", names, 3) == [2]
    assert nearly("Hkvisoin", names, 3) == [2]
    assert nearly("ZTA", names, 3) == []
    assert nearly("Xioamy Ltd", names, 3) == []
