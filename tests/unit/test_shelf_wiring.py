"""Which sources of the shelf are polled, and from where, as an installation is set up."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cards import Reader
from bot.errors import BadSettings
from bot.model import Place, Request
from bot.ports import Ask
from bot.settings import Settings
from bot.sources import ListSource, manual
from bot.wiring import official, open_house, store_for


def settings(home: Path, **more: str) -> Settings:
    return Settings(_env_file=None, tocsin_home=str(home), tocsin_feeds="none", **more)  # type: ignore[call-arg,arg-type]


async def test_a_source_with_a_licence_to_accept_is_polled_only_where_it_is_named(tmp_path: Path) -> None:
    """OpenSanctions' data is not for every use: nobody reads it by forgetting a setting."""
    async with open_house(settings(tmp_path)) as house:
        polled = await house.catalogue()
        assert "opensanctions" not in polled
        assert {"un_sc", "eu_fsf", "us_ndaa"} <= polled.keys()
        assert "opensanctions" in await house.everything(), "it can still be polled by its name"
    async with open_house(settings(tmp_path, tocsin_sources="opensanctions,un_sc")) as house:
        assert set(await house.catalogue()) == {"opensanctions", "un_sc"}


async def test_each_data_set_that_is_named_is_a_list_of_its_own(tmp_path: Path) -> None:
    """Beside all others, or beside those that TOCSIN_SOURCES names; each with its own address and the same licence."""
    sets = {"opensanctions.ch_seco_sanctions", "opensanctions.jp_meti_eul"}
    async with open_house(settings(tmp_path, tocsin_opensanctions="ch_seco_sanctions,jp_meti_eul")) as house:
        polled = await house.catalogue()
        assert sets | {"un_sc", "eu_fsf"} <= polled.keys()
        assert "opensanctions" not in polled
        cards = [polled[id].card for id in sorted(sets)]
        assert [card.title for card in cards] == [
            "Swiss sanctions (SECO), by OpenSanctions",
            "Japan's Foreign End User List (METI), by OpenSanctions",
        ]
        assert cards[0].url == "https://data.opensanctions.org/datasets/latest/ch_seco_sanctions/index.json"
        assert cards[0].page == "https://www.opensanctions.org/datasets/ch_seco_sanctions/"
        assert all(card.restricted and "CC BY-NC 4.0" in card.licence for card in cards)
    only = settings(tmp_path, tocsin_opensanctions="ch_seco_sanctions,jp_meti_eul", tocsin_sources="un_sc")
    async with open_house(only) as house:
        assert set(await house.catalogue()) == {"un_sc", *sets}


async def test_a_list_that_is_not_polled_is_called_by_its_title_all_the_same(tmp_path: Path) -> None:
    """Stories speak of the Entity List, and lists once read stay in answers: no reader is shown an id of ours."""
    async with open_house(settings(tmp_path, tocsin_sources="un_sc")) as house:
        assert "us_bis_entity" not in house.cards()
        for cards in (house.titled(), house.courier(house.chats[0]).sources()):
            reader = Reader(now=house.clock.now(), cards=cards)
            assert reader.title("us_bis_entity").startswith("the Entity List")
            assert reader.title("us_csl").startswith("the Consolidated Screening List")
        asked = Request(command="lookup", place=Place("console"), person="ana", at=house.clock.now())
        assert house.desk.office.reader(asked).named("us_bis_entity").startswith("Entity List")
        assert set(house.desk.office.sources()) == {"un_sc", *house.feeds}


async def test_a_data_set_that_was_named_in_the_wrong_place(tmp_path: Path) -> None:
    """The message says where it belongs."""
    with pytest.raises(BadSettings, match="data sets of OpenSanctions are named in TOCSIN_OPENSANCTIONS"):
        async with open_house(settings(tmp_path, tocsin_sources="opensanctions.jp_meti_eul")):
            pass


async def test_a_table_that_comes_with_the_program_is_read_like_any_list(tmp_path: Path) -> None:
    """us_ndaa has no publisher's file: its address on this machine is found when it is asked for."""
    async with open_house(settings(tmp_path)) as house:
        source = house.official["us_ndaa"]
        assert isinstance(source, ListSource)
        answer = await house.fetcher.fetch(Ask(url=source.card.url))
        assert answer.document is not None
        assert len(list(source.read(answer.document).records)) == 14


def test_the_manual_is_the_same_on_every_machine() -> None:
    """It names the table, not where it lies here; and says which sources have to be asked for."""
    text = manual(official().values())
    assert "fetched from: package:us_ndaa.csv" in text
    assert "file:" not in text
    assert text.count("polled: only where TOCSIN_SOURCES names it") == 3


@pytest.mark.parametrize("id", ["eu_fsf", "ch_seco"])
def test_a_slow_publisher_is_given_time(id: str) -> None:
    """The EU's file is made while one waits: more than a minute without a byte is normal."""
    assert official()[id].card.silence.total_seconds() >= 120


def test_the_manual_says_what_a_list_means_today() -> None:
    """As the law stood on the day its table was read: of what begins later nothing is said to hold."""
    chapter = manual(official().values()).partition("## `us_dod_cmc`")[2].partition("## `")[0]
    assert "(S1260H) It names the company as a Chinese military company" in chapter
    assert "from 2027-06-30 it may not buy" in chapter


def test_an_emptied_store_is_not_taken_for_a_new_one_without_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy that failed leaves a file of no bytes, and all that was known would be gone unnoticed."""
    chosen = settings(tmp_path)
    store_for(chosen)
    assert "store_is_empty" not in capsys.readouterr().err
    (tmp_path / "tocsin.db").touch()
    store_for(chosen)
    assert "store_is_empty" in capsys.readouterr().err
