"""Whom anybody watches: subscriptions in, companies found in entries and stories out."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from functools import cache

import pytest

from bot.book import CompanyBook, shipped
from bot.model import Company, EntityKind, Identifier, ListChange, Listing, Match, Name, Story, Subscription
from bot.watched import Watched
from tests.worlds.facts import THEN, listing, watch


@cache
def book() -> CompanyBook:
    return shipped()


def watched(*subscriptions: Subscription) -> Watched:
    whom = Watched(book())
    whom.update(subscriptions)
    return whom


def found(whom: Watched, entry: Listing) -> dict[str, str]:
    return {company.id: str(match.verdict) for company, match in whom.match(entry)}


def test_a_watched_company_is_found_on_a_list() -> None:
    """By any of its names, by its number, by the person who points to it; nobody else is."""
    whom = watched(watch("小米"), watch("Huawei"))
    assert found(whom, listing("Xiaomi Corporation")) == {"xiaomi": "same"}
    number = listing("SOME NAME", identifiers=(Identifier("USCC", "914403001922038216"),))
    assert found(whom, number) == {"huawei": "same"}
    assert found(whom, listing("LEI, Jun", kind=EntityKind.PERSON)) == {"xiaomi": "related"}
    assert found(whom, listing("Hikvision")) == {}


def test_a_chinese_name_is_found_by_its_latin_one_and_the_other_way_round() -> None:
    """Under the initials of its state group, as Hong Kong spells it, and in translation; another number is nobody."""
    pairs = {
        "中国电子科技集团公司第十四研究所": "CETC 14th Research Institute",
        "廣發國際電子有限公司": "Kwong Fat International Electronics Limited",
        "中国工程物理研究院": "China Academy of Engineering Physics",
    }
    for chinese, latin in (*pairs.items(), *((latin, chinese) for chinese, latin in pairs.items())):
        assert [*found(watched(watch(chinese)), listing(latin)).values()] == ["same"], (chinese, latin)
    assert not found(watched(watch("CETC 14th Research Institute")), listing("中国电子科技集团公司第五十四研究所"))


def test_a_watch_that_ends_is_forgotten() -> None:
    """In the very next document; another place's watch of the same company stays."""
    here, there = watch("Huawei"), watch("Huawei", place=watch("x").place.parse("slack:T0/C1"))
    whom = watched(here, there, watch("Acme Widgets"))
    whom.update([there])
    assert [one.id for one in whom.companies()] == ["huawei"]
    assert whom.subscriptions("huawei") == [there]
    whom.update([])
    number = listing("SOME NAME", identifiers=(Identifier("USCC", "914403001922038216"),))
    assert found(whom, number) == found(whom, listing("Huawei")) == {}
    assert whom.mentions(Story(source="s", id="1", url="", title="Acme Widgets listed")) == ()


def test_a_company_outside_the_book_is_found_in_the_next_story() -> None:
    """As typed, without a rebuild."""
    whom = watched()
    story = Story(source="s", id="1", url="", title="US lists Acme Widgets", text="Acme Widgets Ltd was added.")
    assert whom.mentions(story) == ()
    whom.update([watch("Acme Widgets")])
    assert {one.company for one in whom.mentions(story)} == {"name:acme widgets"}


def test_tags_and_everything() -> None:
    """A tag is its companies; a star is the whole book."""
    tag = book().tags()[0]
    whom = watched(watch(f"tag:{tag}"))
    assert {one.id for one in whom.companies()} == {one.id for one in book().tagged(tag)}
    assert len(watched(watch("*")).companies()) == len(book().companies())


def test_a_change_is_matched_on_whichever_side_the_company_stands() -> None:
    """An entry renamed away from a company, or to it, concerns it."""
    whom = watched(watch("Xiaomi"))
    before, after = listing("Xiaomi Corporation", key="k"), listing("Another Name", key="k")
    for one, other in ((before, after), (after, before)):
        change = ListChange(source="us_dod_cmc", key="k", before=one, after=other, seen=THEN)
        assert [company.id for _, company, _ in whom.matches(change)] == ["xiaomi"]


def test_the_garbage_collector_rests_while_a_list_is_screened(monkeypatch: pytest.MonkeyPatch) -> None:
    """And only then, whatever becomes of the screening."""
    whom = watched(watch("Huawei"))
    change = ListChange(source="us_dod_cmc", key="k", before=None, after=listing("Huawei", key="k"), seen=THEN)
    swept = []

    def match(entry: Listing) -> Iterator[tuple[Company, Match]]:
        swept.append(gc.isenabled())
        raise OSError(entry.name)

    monkeypatch.setattr(whom, "match", match)
    with pytest.raises(OSError, match="Huawei"):
        whom.matches_of_all([change])
    assert swept == [False]
    assert gc.isenabled()


def test_every_company_of_the_book_can_be_asked_for() -> None:
    """Watched or not, stories about it are kept under its name."""
    whom = watched()
    assert whom.company("xiaomi") == book().get("xiaomi")
    assert whom.company("name:nobody") is None
    assert {one.company for one in whom.mentions(Story(source="s", id="1", url="", title="Xiaomi sues"))} == {"xiaomi"}


def test_who_else_is_watched_changes_nothing() -> None:
    """A company is found beside thirty that the entry is more like, and beside one that it is."""
    entry = listing("Kwangsong Marine Trading Corporation", aliases=(Name("Gwangsong Marine Trading"),))
    alone = found(watched(watch("Kwangsong Marine")), entry)
    assert set(alone.values()) == {"same"}
    crowd = [watch(f"Kwangsong Marine Trading {word}") for word in "abcdefghijklmnopqrstuvwxyz"]
    crowd += [watch(f"{word} Kwangsong Marine Trading Corporation") for word in ("Old", "New", "North", "South")]
    beside = found(watched(watch("Kwangsong Marine"), watch("Kwangsong Marine Trading Corporation"), *crowd), entry)
    assert alone.items() <= beside.items()


def test_a_person_or_ship_is_found_by_its_very_words() -> None:
    """In whatever order and with more of them beside; likeness and sound find nobody among thousands of persons."""
    whom = watched(watch("Viktor Bout"), watch("Bout Trading"), watch("Grace"), watch("Виктор Бут"))
    bout = listing("BOUT, Viktor Anatolijevitch", kind=EntityKind.PERSON)
    assert found(whom, bout) == {"name:viktor bout": "related"}
    assert found(whom, listing("BOUT, Victor", kind=EntityKind.PERSON)) == {}
    assert found(whom, listing("БУТ, Виктор", kind=EntityKind.PERSON)) == {"name:виктор бут": "same"}
    assert found(whom, listing("GRACE", kind=EntityKind.VESSEL)) == {"name:grace": "same"}
    assert found(whom, listing("GRACE VICTORY", kind=EntityKind.VESSEL)) == {}
    whom.update([])
    assert found(whom, bout) == {}


def test_a_group_and_its_unit_are_watched_by_two() -> None:
    """Who watches the group hears of the unit, though the unit itself is watched by another."""
    whom = watched(watch("Gazprom"), watch("Gazprom Neft"))
    assert found(whom, listing("PUBLIC JOINT STOCK COMPANY GAZPROM NEFT")) == {
        "gazprom": "related",
        "gazprom-neft": "same",
    }


def test_a_name_in_brackets_is_a_name_of_its_own() -> None:
    """Watched in full, listed by the initials that were watched in brackets."""
    whom = watched(watch("Minskii Avtomobilnyi Zavod (BELAZMASH)"))
    assert set(found(whom, listing("OJSC BELAZMASH")).values()) == {"same"}
    whom.update([])
    assert found(whom, listing("OJSC BELAZMASH")) == {}


def test_a_generic_word_by_itself_is_everybodys() -> None:
    """Watched alone it is that name and no part of longer ones, unless the book knows who bears it."""
    whom = watched(watch("Safety"), watch("Otkritie"))
    assert set(found(whom, listing("SAFETY LLC")).values()) == {"same"}
    assert found(whom, listing("Fire Safety Systems Moscow")) == {}
    assert found(whom, listing("OOO OTKRITIE FACTORING")) == {"otkritie": "related"}


def test_a_name_within_one_without_spaces_is_related() -> None:
    """As in Latin letters: the short name of a company, behind nothing but its town, and no part of another word."""
    entries = {
        "立讯精密": "立讯精密工业股份有限公司",
        "格力电器": "珠海格力电器股份有限公司",
        "三菱": "三菱重工業株式会社",
        "삼성전자": "삼성전자서비스 주식회사",
    }
    for typed, entry in entries.items():
        assert [*found(watched(watch(typed)), listing(entry)).values()] == ["related"], typed
    for typed, entry in {"京东": "京东方科技集团股份有限公司", "科技": "科技发展有限公司"}.items():
        assert not found(watched(watch(typed)), listing(entry)), typed


def test_a_roman_number_on_a_list_is_that_number() -> None:
    """And another one is somebody else."""
    assert [*found(watched(watch("Apollo 11 Holdings")), listing("Apollo XI Holdings")).values()] == ["same"]
    assert not found(watched(watch("Apollo 11 Holdings")), listing("Apollo XII Holdings"))
