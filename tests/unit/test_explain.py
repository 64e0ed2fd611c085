"""What a listing means on a day: the right text for the date, each consequence once, nothing guessed."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from bot.data import table
from bot.errors import BadSettings
from bot.explain import effects, effects_of, parse, shipped, unknown

TODAY = date(2026, 11, 22)


# ── The Chinese military company lists, whose law changed ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "told"), [(date(2021, 3, 11), False), (date(2021, 3, 12), True), (date(2021, 6, 3), False)]
)
def test_xiaomi_before_a_court(day: date, told: bool) -> None:
    """From the day of the injunction on, what the listing means says so; in both languages."""
    for language, word in (("en", "injunction of 2021-03-12"), ("fr", "injonction du 2021-03-12")):
        (effect,) = effects("us_dod_cmc", ["S1237"], on=day, language=language)
        assert (word in effect.does_not) is told


@pytest.mark.parametrize("day", [date(2021, 1, 14), date(2021, 3, 15), date(2021, 5, 25)])
def test_xiaomi_between_listing_and_removal(day: date) -> None:
    """Being watched; investment barred from 2021-03-15 under EO 13959; trade not banned."""
    (effect,) = effects("us_dod_cmc", ["S1237"], on=day)
    assert "being watched" in effect.does
    assert "2021-03-15" in effect.does
    assert "Trade with the company is not banned" in effect.does_not
    assert "EO 13959" in effect.citation


def test_xiaomi_in_french() -> None:
    """The same in French, from the French table."""
    (effect,) = effects("us_dod_cmc", ["S1237"], on=date(2021, 1, 14), language="fr-FR")
    assert "surveillée" in effect.does
    assert "Commercer avec l’entreprise n’est pas interdit" in effect.does_not
    assert effect.title == "Sociétés militaires communistes chinoises (section 1237)"


@pytest.mark.parametrize(
    ("code", "day", "says"),
    [
        ("S1237", date(2019, 1, 1), "By itself it bars nothing"),
        ("S1237", date(2020, 11, 11), "By itself it bars nothing"),
        ("S1237", date(2021, 6, 3), "no legal consequence any more"),
        ("S1260H", date(2021, 6, 3), "does not bar investment"),
        ("S1260H", TODAY, "does not ban private trade"),
    ],
)
def test_what_it_does_not_do_on_a_day(code: str, day: date, says: str) -> None:
    """Each period has its own limits."""
    (effect,) = effects("us_dod_cmc", [code], on=day)
    assert says in effect.does_not


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2023, 12, 21), "other law may build on the list"),
        (date(2023, 12, 22), "From 2026-06-30"),
        (date(2026, 6, 29), "From 2026-06-30"),
        (date(2026, 6, 30), "Since 2026-06-30"),
        (date(2027, 6, 30), "nor buy goods or services that include theirs"),
    ],
)
def test_contracts_with_the_department_end_in_two_steps(day: date, says: str) -> None:
    """Section 805: enacted 2023-12-22, contracts from 2026-06-30, supply chain from 2027-06-30; days included."""
    (effect,) = effects("us_dod_cmc", ["S1260H"], on=day)
    assert says in effect.does


# ── Codes of one entry ────────────────────────────────────────────────────────────────────────────────────────────


def test_three_orders_and_one_freeze() -> None:
    """A party blocked under several orders is told once, with every ground, and the lighter mark after it."""
    freeze, warning = effects("us_ofac_sdn", ["IFSR", "SDGT", "NPWMD", "SDGT"], on=TODAY)
    assert freeze.programme == "SDGT, NPWMD"
    assert "EO 13224" in freeze.citation
    assert "EO 13382" in freeze.citation
    assert freeze.since is None
    assert warning.programme == "IFSR"
    assert freeze.rank > warning.rank


def test_one_title_for_two_codes_of_one_programme() -> None:
    """North Korea under four orders is North Korea once."""
    (freeze,) = effects("us_ofac_sdn", ["DPRK", "DPRK3"], on=TODAY)
    assert freeze.title == "North Korea"
    assert freeze.citation == "EO 13551; 31 CFR part 510; EO 13722"


def test_a_programme_that_ended() -> None:
    """Syria's orders were revoked on 2025-06-30: until then a freeze, after that told as ended, behind what holds."""
    (before,) = effects("us_ofac_sdn", ["SYRIA"], on=date(2025, 6, 30))
    assert before.does.startswith("Its property")
    holds, ended = effects("us_ofac_sdn", ["SYRIA", "SDGT"], on=date(2025, 7, 1))
    assert holds.programme == "SDGT"
    assert ended.does.startswith("This programme ended on 2025-06-30")
    (french,) = effects("us_ofac_sdn", ["SYRIA"], on=TODAY, language="fr")
    assert french.does.startswith("Ce programme a pris fin le 30/06/2025")


def test_the_same_tag_on_two_lists() -> None:
    """UKRAINE-EO13662 freezes on the SDN list and limits some business on the non-SDN list."""
    (blocked,) = effects("us_ofac_sdn", ["UKRAINE-EO13662"], on=TODAY)
    (sectoral,) = effects("us_ofac_cons", ["UKRAINE-EO13662"], on=TODAY)
    assert "frozen" in blocked.does
    assert "not frozen" in sectoral.does_not


def test_the_carrier_says_in_whose_sense() -> None:
    """In the Consolidated Screening List the inner list's code decides what the tags beside it mean."""
    assert effects("us_csl", ["SDN", "UKRAINE-EO13662"], on=TODAY) == effects(
        "us_ofac_sdn", ["UKRAINE-EO13662"], on=TODAY
    )
    (sectoral,) = effects("us_csl", ["SSI", "UKRAINE-EO13662", "RUSSIA-EO14024"], on=TODAY)
    assert sectoral.programme == "SSI"
    (alone,) = effects("us_csl", ["SDN"], on=TODAY)
    assert "frozen" in alone.does
    (weapons,) = effects("us_csl", ["ISN", "E.O. 13382"], on=TODAY)
    assert "frozen" in weapons.does
    (entity,) = effects("us_csl", ["EL"], on=TODAY)
    assert "BIS licence" in entity.does
    assert "does not restrict buying from it" in entity.does_not


def test_one_company_on_two_lists_of_one_carrier() -> None:
    """Each entry is read by itself: the one's code does not give the other's its sense, and neither is left out."""
    entries = [("us_csl", ("CMIC", "CMIC-EO13959")), ("us_csl", ("EL",)), ("us_csl", ("EL",))]
    told = effects_of(entries, on=TODAY)
    assert {effect.programme for effect in told} == {"CMIC", "EL"}
    assert len(told) == 2


def test_the_investment_ban_is_no_freeze() -> None:
    """The list analysts mean by Chinese military companies: securities, not trade."""
    (effect,) = effects("us_ofac_cons", ["CMIC-EO13959"], on=TODAY)
    assert "securities" in effect.does
    assert "trading goods" in effect.does_not


# ── What is not in the table ──────────────────────────────────────────────────────────────────────────────────────


def test_a_code_nobody_wrote_down() -> None:
    """Left out where it could mean anything, told in general where the list means one thing; listed either way."""
    assert effects("us_dod_cmc", ["S9999"], on=TODAY) == ()
    assert unknown("us_dod_cmc", ["S1260H", "S9999"]) == ("S9999",)
    (freeze,) = effects("us_ofac_sdn", ["MOON-EO19999"], on=TODAY)
    assert freeze.title == "Blocked person (SDN list) (MOON-EO19999)"
    assert unknown("us_ofac_sdn", ["MOON-EO19999", "SDGT", "MOON-EO19999"]) == ("MOON-EO19999",)
    assert unknown("us_csl", ["SDN", "SDGT", "MOON-EO19999"]) == ("MOON-EO19999",)


def test_a_new_regime_of_a_publisher_who_names_them_in_words() -> None:
    """UK regimes are told under their own name, and a new one is no surprise."""
    regime = "The Moon (Sanctions) Regulations 2027"
    (effect,) = effects("uk_sanctions", [regime], on=TODAY)
    assert regime in effect.title
    assert unknown("uk_sanctions", [regime]) == ()


def test_a_source_without_programmes() -> None:
    """The Federal Register is the publication, not a list: it has no effect of its own."""
    assert effects("us_federal_register", [], on=TODAY) == ()


def test_a_language_nobody_wrote() -> None:
    """English is better than nothing."""
    assert effects("us_dod_cmc", ["S1260H"], on=TODAY, language="de") == effects("us_dod_cmc", ["S1260H"], on=TODAY)


# ── The table that is shipped ─────────────────────────────────────────────────────────────────────────────────────


def tidy(text: str) -> bool:
    return text == text.strip() and "  " not in text and "\n" not in text


@pytest.mark.parametrize("name", sorted(shipped().effects))
def test_an_effect_is_fit_to_be_read(name: str) -> None:
    """Both languages, whole sentences, short enough for a card, and always what it does not do."""
    english, french = shipped().effects[name]["en"], shipped().effects[name]["fr"]
    for words in (english, french):
        for field in ("does", "does_not", "who"):
            assert tidy(words[field])
            assert words[field].endswith(".")
            assert len(words[field]) <= 520
    assert 0 <= english["rank"] <= 100
    assert french["does_not"] != english["does_not"]


def test_every_effect_is_used_and_every_title_is_in_french() -> None:
    """No text without a programme, no programme half translated."""
    used = {period.effect for one in shipped().by_code.values() for period in one.periods}
    assert used == set(shipped().effects)
    for one in shipped().by_code.values():
        assert {"en", "fr"} <= one.titles.keys()
        assert all(tidy(title) for title in one.titles.values())
        assert all(tidy(period.citation) for period in one.periods)
        assert one.url == "" or one.url.startswith("https://")


def edited(**changes: Any) -> dict[str, Any]:
    """The shipped table with its first programme changed."""
    raw = copy.deepcopy(table("programmes"))
    first = raw["programme"][0]
    for field, value in changes.items():
        if value is None:
            del first[field]
        else:
            first[field] = value
    return raw


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"meaning": "frozen"}, "field 'meaning' is not one of"),
        ({"title": ""}, "title is empty"),
        ({"citation": None}, "has no citation"),
        ({"effect": "us_moon"}, "effect 'us_moon' is not in the table"),
        ({"effect": None}, "has no effect"),
        ({"fr": {"name": "x"}}, "field 'name' is not one of"),
        ({"code": "SDGT"}, "SDGT: stands twice for us_ofac_sdn"),
        (
            {
                "periods": [
                    {"effect": "us_block", "since": date(2021, 1, 1), "until": date(2021, 2, 1)},
                    {"effect": "us_block", "since": date(2021, 2, 1)},
                ]
            },
            "does not follow the one before it",
        ),
        ({"periods": [{"effect": "us_block"}, {"effect": "us_ssi"}]}, "does not follow the one before it"),
    ],
)
def test_a_mistake_names_the_programme(changes: dict[str, Any], says: str) -> None:
    """What is wrong in the table is told with the programme and what to do."""
    with pytest.raises(BadSettings, match=re.escape(says)):
        parse(edited(**changes))


def test_an_effect_lacks_what_it_does_not_do() -> None:
    """The point of the product cannot be left out."""
    raw = edited()
    del raw["effects"]["us_block"]["does_not"]
    with pytest.raises(BadSettings, match="us_block: has no does_not"):
        parse(raw)


# ── The codes of the real files ───────────────────────────────────────────────────────────────────────────────────


def body(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def ofac_tags(folder: Path) -> Iterator[str]:
    """Every program tag of every OFAC file of a folder, read without our own readers."""
    for path in folder.iterdir():
        if ".xml" in path.name:
            for tag in etree.fromstring(body(path)).iter("{*}program"):
                yield (tag.text or "").strip()
        elif re.search(r"_(sdn|cons_prim)\.csv", path.name):
            for row in csv.reader(io.StringIO(body(path).decode("latin-1"))):
                if len(row) > 3:
                    yield from (tag.strip() for tag in row[3].split("] ["))


@pytest.mark.parametrize(("source", "at_least"), [("us_ofac_sdn", 80), ("us_ofac_cons", 14)])
def test_every_tag_of_the_real_ofac_files_has_its_line(shared: Path, source: str, at_least: int) -> None:
    """No edition of any date carries a tag that we cannot explain."""
    tags = {tag for tag in ofac_tags(shared / "lists" / source) if tag and tag != "-0-"}
    assert len(tags) >= at_least
    assert unknown(source, sorted(tags)) == ()


def test_every_code_of_the_real_screening_list_has_its_line(shared: Path) -> None:
    """Inner lists by the letters in parentheses, and every word in the programs column beside them."""
    text = body(next((shared / "lists" / "us_csl").glob("*consolidated.csv.gz"))).decode("utf-8")
    entries = set()
    for row in csv.DictReader(io.StringIO(text)):
        inner = re.search(r"\(([A-Z-]+)(?: List)?\)", row["source"])
        assert inner, row["source"]
        tags = tuple(tag.strip() for tag in row["programs"].split(";") if tag.strip())
        entries.add((inner[1].removeprefix("NS-"), *tags))
    assert len({entry[0] for entry in entries}) == 13
    for entry in entries:
        assert unknown("us_csl", entry) == (), entry
        assert effects("us_csl", entry, on=TODAY), entry


def test_every_regime_of_the_real_un_and_eu_files_is_explained(shared: Path) -> None:
    """The codes as those publishers write them."""
    for path in (shared / "lists" / "un_sc").iterdir():
        types = set(re.findall(r"<UN_LIST_TYPE>([^<]+)<", body(path).decode("utf-8", "replace")))
        assert unknown("un_sc", sorted(types)) == (), path.name
    regimes: set[str] = set()
    for path in (shared / "lists" / "eu_fsf").glob("*.xml.gz"):
        regimes |= set(re.findall(r'programme="([^"]+)"', body(path).decode("utf-8")))
    assert unknown("eu_fsf", sorted(regimes)) == ()
    assert all(effects("eu_fsf", [regime], on=TODAY) for regime in regimes)
