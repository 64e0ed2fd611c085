"""The index: from a name to the watched companies it may be, while they change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching import index as module
from bot.matching.index import NameIndex
from bot.model import Name, NameKind, Verdict

WATCHED = {
    "xiaomi": ["Xiaomi Corporation", "小米集团"],
    "huawei": ["Huawei Technologies Co., Ltd.", "华为技术有限公司"],
    "tobishima": ["飛島建設株式会社"],
    "yamano": ["株式会社ヤマノホールディングス"],
    "rychag": ["Акционерное Общество «Рычаг»"],
    "aio": ["Aerospace Industries Organization"],
    "asia": ["Shipping Company Asia LLC"],
    "turbo": ["توربو شافت م.م.ح"],
    "kalaye": ["Kala Electric Company"],
    "telecom": ["Telecom Argentina SA"],
    "viam": ["VIAM"],
    "mahan": ["ماهان ایر"],
    "rio": ["RIO FUJIWARA COUNTRY CO.,LTD."],
    "fuji": ["リオフジワラ株式会社"],
}


@pytest.fixture
def watched() -> NameIndex:
    """A small watchlist in many scripts."""
    index = NameIndex()
    index.fill((owner, [Name(text) for text in names]) for owner, names in WATCHED.items())
    return index


@pytest.mark.parametrize(
    ("asked", "owner"),
    [
        ("Xiaomi Inc", "xiaomi"),
        ("小米", "xiaomi"),
        ("Hauwei Technologies", "huawei"),
        ("Huawei Technologies", "huawei"),
        ("华为", "huawei"),
        ("TOBISHIMA CORPORATION", "tobishima"),
        ("Yamano Holdings", "yamano"),
        ("JSC Rychag", "rychag"),
        ("AIO", "aio"),
        ("Asia Shipping Company", "asia"),
        ("Turboshaft FZE", "turbo"),
        ("Kalaelectric", "kalaye"),
        ("TELEOM ARGENTINA", "telecom"),
        ("Vserossiskiy Institut Aviatsionnykh Materialov", "viam"),
        ("Mahan Air", "mahan"),
        ("株式会社リオフジワラカントリー", "rio"),
        ("Rio Fujiwara", "fuji"),
        ("General Shipping (AIO)", "aio"),
    ],
)
def test_a_name_is_found_however_it_is_written(watched: NameIndex, asked: str, owner: str) -> None:
    """The first hit is the company meant, across scripts, slips, joined words and initials."""
    assert watched.search(asked)[0].owner == owner


def test_each_owner_is_there_once_with_its_best_name(watched: NameIndex) -> None:
    """Hits are best first, one for each owner, with the name that was met."""
    hits = watched.search("小米集团")
    assert hits[0].name == Name("小米集团")
    assert hits[0].match.verdict is Verdict.SAME
    owners = [hit.owner for hit in hits]
    assert len(owners) == len(set(owners))
    assert [hit.match.score for hit in hits] == sorted((hit.match.score for hit in hits), reverse=True)


def test_what_is_added_is_found_at_once_and_what_is_removed_is_gone(watched: NameIndex) -> None:
    """A watchlist changes while it runs; a removed company leaves nothing behind."""
    before = len(watched)
    watched.add("zarya", [Name("Zarya Shipyard"), Name("Заря", NameKind.ALIAS), Name("麻生商事株式会社")])
    assert watched.search("ZARYA SHIPYARD")[0].owner == "zarya"
    assert watched.suggest("zar") == ["Zarya Shipyard"]
    watched.remove("zarya")
    watched.remove("nobody")
    assert len(watched) == before
    assert all(hit.owner != "zarya" for hit in watched.search("Zarya Shipyard"))
    assert watched.suggest("zar") == []
    watched.add("zarya", [Name("Zarya Shipyard")])
    assert watched.search("Zarya Shipyard")[0].owner == "zarya"


def test_owners_that_share_words_are_removed_one_by_one() -> None:
    """Removing one of several companies with one word leaves the others."""
    index = NameIndex()
    for number in range(4):
        index.add(str(number), [Name("Kalaye Electric"), Name("Kalaye Kalaye")])
    index.remove("1")
    index.remove("2")
    assert {hit.owner for hit in index.search("Kalaye Electric")} == {"0", "3"}


def test_suggestions_begin_with_what_was_typed(watched: NameIndex) -> None:
    """Autocomplete knows beginnings of names and of words, names first, shorter first."""
    assert watched.suggest("hua") == ["Huawei Technologies Co., Ltd."]
    assert watched.suggest("TECH") == ["Huawei Technologies Co., Ltd."]
    assert watched.suggest("华") == ["华为技术有限公司"]
    assert watched.suggest("") == []
    watched.add("more", [Name("Huawei Tech"), Name("The Huawei")])
    assert watched.suggest("huawei") == ["Huawei Tech", "Huawei Technologies Co., Ltd.", "The Huawei"]
    assert watched.suggest("huawei", limit=1) == ["Huawei Tech"]


def test_a_search_in_many_frequent_names_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rare words are looked up first, and a search stops looking when it has seen enough."""
    monkeypatch.setattr(module, "LOOKED_AT", 50)
    monkeypatch.setattr(module, "REMEMBERED", 10)
    index = NameIndex()
    for number in range(200):
        index.add(str(number), [Name(f"Trading House Number {number}")])
    index.add("zarya", [Name("Zarya Trading House")])
    assert index.search("Zarya Trading House")[0].owner == "zarya"


def test_a_large_filling_takes_owners_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more owners than are remembered no more are held at once than it takes to know that they are more."""
    monkeypatch.setattr(module, "REMEMBERED", 3)
    index = NameIndex()
    ahead: list[int] = []

    def coming() -> Iterator[tuple[str, list[Name]]]:
        for number, word in enumerate(("Zarya", "Rassvet", "Voskhod", "Zvezda", "Kometa", "Sputnik")):
            ahead.append(number - len(index))
            yield word, [Name(f"{word} Trading House")]

    index.fill(coming())
    assert len(index) == 6
    assert max(ahead) == 3
    assert index.search("Kometa Trading House")[0].owner == "Kometa"


def test_a_place_that_became_free_is_found_under_all_its_words() -> None:
    """Who takes the place of a name in between is filed among those before and behind, once for each word."""
    index = NameIndex()
    for owner in ("first", "second", "third"):
        index.add(owner, [Name(f"{owner} Kwangsong Fishery")])
    index.remove("second")
    index.add("fourth", [Name("Fourth Kwangsong Kwangsong Fishery")])
    index.add("fifth", [Name("Fifth Kwangsong Fishery")])
    found = [hit.owner for hit in index.search("Kwangsong Fishery")]
    assert sorted(found) == ["fifth", "first", "fourth", "third"]
    for owner in found:
        index.remove(owner)
    assert index.search("Kwangsong Fishery") == []


def test_a_frequent_word_counts_for_those_who_have_a_rare_one_too() -> None:
    """It brings nobody new, but it puts whoever has both before whoever has the rare word alone."""
    index = NameIndex()
    for number in range(300):
        index.add(str(number), [Name(f"Q{number}q Trading")])
    index.add("alone", [Name("Kwangsong Fishery")])
    index.add("both", [Name("Kwangsong Trading")])
    assert [hit.owner for hit in index.search("Kwangsong Trading", limit=2)] == ["both", "alone"]


@given(st.lists(st.text(max_size=30), max_size=6), st.text(max_size=30))
@settings(deadline=None)
def test_any_text_can_be_added_asked_and_removed(names: list[str], asked: str) -> None:
    """No text breaks the index, and an empty one finds nothing."""
    index = NameIndex()
    for number, text in enumerate(names):
        index.add(str(number), [Name(text)])
    assert all(0 <= hit.match.score <= 1 for hit in index.search(asked))
    index.suggest(asked)
    for number in range(len(names)):
        index.remove(str(number))
    assert len(index) == 0
    assert index.search(asked) == []
