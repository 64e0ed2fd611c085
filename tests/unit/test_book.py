"""The company book: what somebody types, whom it means, and by which name."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from bot.book import CompanyBook, parse, shipped
from bot.data import table
from bot.errors import BadSettings, TellPerson
from bot.matching.fold import fold
from bot.model import Company, Name, NameKind

MILLET: dict[str, Any] = {
    "id": "millet",
    "name": "Millet",
    "country": "CN",
    "native": {"zh": ["小米", "小米集团"]},
    "legal": ["Millet Corporation"],
    "former": ["Sorghum Ltd."],
    "brands": ["Grain"],
    "people": ["Jane Doe"],
    "acronyms": ["MC"],
    "tickers": ["HKEX:1810"],
    "identifiers": {"ISIN": ["US0000000000"]},
    "not_names": ["Millet Cove"],
    "tags": ["phones"],
}
MAGNET: dict[str, Any] = {
    "id": "magnet-chips",
    "name": "Magnet",
    "country": "US",
    "acronyms": ["MC"],
    "people": ["Jane Doe"],
    "parent": "millet",
    "tags": ["chips", "phones"],
}


def book(*entries: dict[str, Any]) -> CompanyBook:
    return CompanyBook(parse(entries or (MILLET, MAGNET)))


def without(entry: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != field}


# ── Somebody types a name ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "typed",
    ["millet", "Millet", "  MILLET ", "小米", "小米集團", "millet corporation", "Sorghum Ltd", "Grain"],
)
def test_every_name_of_a_company_finds_it(typed: str) -> None:
    """Id, case, blanks, traditional characters, former names and brands all lead to the one entry."""
    assert book().find(typed).id == "millet"


def test_a_brand_is_answered_with_its_company_and_says_so() -> None:
    """A watch on a brand is a watch on the company; the answer can say by which name."""
    found = book().resolve("grain")
    assert found.company.id == "millet"
    assert found.via == Name("Grain", NameKind.BRAND)


def test_an_id_was_typed_so_no_name_was_met() -> None:
    """`via` is empty when the id itself was typed."""
    assert book().resolve("magnet-chips").via is None


def test_two_companies_share_initials_and_a_person() -> None:
    """The first in the book is taken and the others are told, so that somebody can choose."""
    found = book().resolve("MC")
    assert (found.company.id, [one.id for one in found.others]) == ("millet", ["magnet-chips"])
    assert [one.id for one in book().resolve("Jane Doe").others] == ["magnet-chips"]


def test_a_name_of_its_own_beats_anothers_initials() -> None:
    """Who is called so comes before who is abbreviated so."""
    named = MAGNET | {"id": "mc", "name": "MC", "acronyms": []}
    found = book(MILLET, named).resolve("mc")
    assert (found.company.id, [one.id for one in found.others]) == ("mc", ["millet"])


def test_a_company_the_book_does_not_know() -> None:
    """It is watched under the name as typed, and the same name typed otherwise is the same company."""
    unknown = book().find(" Zhonghua  Widgets ")
    assert unknown == Company(id="name:zhonghua widgets", name="Zhonghua Widgets")
    assert book().find("ZHONGHUA widgets").id == unknown.id
    assert book().find(unknown.id).id == unknown.id
    assert not unknown.from_book


@pytest.mark.parametrize(
    ("typed", "company"),
    [
        ("ZTE Corp", "zte"),
        ("Gazprom PJSC", "gazprom"),
        ("Сбербанк ПАО", "sberbank"),
        ("小米集团有限公司", "xiaomi"),
        ("Dajiang Innovations", "dji"),
    ],
)
def test_another_legal_form_or_other_spaces_mean_the_company(typed: str, company: str) -> None:
    """Customers' lists write the form that they know; the book's names are then recognised in every script."""
    found = shipped().resolve(typed)
    assert found.company.id == company
    assert found.via is not None


@pytest.mark.parametrize("typed", ["Target Ltd", "Honor GmbH", "Gazprom Neft Trading", "name:ZTE Corp"])
def test_another_name_stays_what_was_typed(typed: str) -> None:
    """A generic word with another legal form, a name that says more, and who asks for exactly that name."""
    assert not shipped().resolve(typed).company.from_book


@pytest.mark.parametrize("typed", ["", "   ", "!?"])
def test_nothing_is_left_of_what_was_typed(typed: str) -> None:
    """The person is told what to write instead."""
    with pytest.raises(TellPerson, match="for example Xiaomi"):
        book().find(typed)


def test_tags_ids_and_units() -> None:
    """The book answers by tag, by id and by parent."""
    shelf = book()
    assert [one.id for one in shelf.tagged("Phones")] == ["millet", "magnet-chips"]
    assert [one.id for one in shelf.tagged("chips")] == ["magnet-chips"]
    assert shelf.tags() == ("chips", "phones")
    assert shelf.get("millet") == shelf.companies()[0]
    assert shelf.get("nobody") is None
    assert [one.id for one in shelf.units("millet")] == ["magnet-chips"]


def test_an_entry_becomes_a_company() -> None:
    """Kinds, languages and identifiers are kept as written."""
    company = book().companies()[0]
    kinds = {name.text: (name.kind, name.language) for name in company.all_names()}
    assert kinds["Millet"] == (NameKind.PRIMARY, "")
    assert kinds["小米"] == (NameKind.ALIAS, "zh")
    assert kinds["Sorghum Ltd."] == (NameKind.FORMER, "")
    assert kinds["Jane Doe"] == (NameKind.PERSON, "")
    assert [(one.kind, one.value) for one in company.identifiers] == [
        ("ticker", "HKEX:1810"),
        ("ISIN", "US0000000000"),
    ]
    assert (company.not_names, company.country, company.from_book) == (("Millet Cove",), "CN", True)


def test_a_name_written_twice_is_one_name() -> None:
    """A short form repeated under two fields, or equal to the name itself, is kept once."""
    company = book(MILLET | {"also": {"en": ["Sorghum Ltd.", "Millet"]}}).companies()[0]
    texts = [name.text for name in company.all_names()]
    assert len(texts) == len(set(texts))


# ── A mistake in the table ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (MILLET | {"nick": ["M"]}, "millet: field 'nick'"),
        (MILLET | {"id": "Milllet Corp"}, "Milllet Corp: its id is no slug"),
        (without(MILLET, "id"), "Millet: its id is no slug"),
        (without(MILLET, "name"), "millet: name holds ''"),
        (MILLET | {"name": " Millet"}, "millet: name holds ' Millet'"),
        (MILLET | {"legal": [""]}, "millet: legal holds ''"),
        (MILLET | {"legal": "Millet Inc."}, "millet: legal is 'Millet Inc.'"),
        (MILLET | {"native": {"zh": "小米"}}, "millet: native.zh is '小米'"),
        (MILLET | {"brands": [7]}, "millet: brands holds 7"),
        (MILLET | {"legal": ["!!"]}, "millet: '!!' has no letter"),
        (MILLET | {"country": "China"}, "millet: country 'China'"),
        (MILLET | {"tickers": ["1810"]}, "millet: ticker '1810' names no exchange"),
        (MILLET | {"identifiers": ["US0000000000"]}, "millet: identifiers is no table"),
        (MILLET | {"parent": "grain-board"}, "millet: its parent 'grain-board'"),
        (MILLET | {"parent": ""}, "millet: parent holds ''"),
        (MILLET | {"not_names": ["millet corporation"]}, "millet: 'millet corporation' is among its names"),
    ],
)
def test_a_mistake_names_the_entry(entry: dict[str, Any], says: str) -> None:
    """What is wrong is told with the entry, the value and what to do."""
    with pytest.raises(BadSettings, match=re.escape(f"companies.toml, {says}")):
        parse([entry])


def test_an_entry_stands_twice() -> None:
    """One id, one company."""
    with pytest.raises(BadSettings, match="millet: stands twice"):
        parse([MILLET, MILLET])


def test_a_name_belongs_to_two_companies() -> None:
    """A full name means one company, however it is written."""
    with pytest.raises(BadSettings, match="'MILLET CORPORATION' is a name of millet too"):
        parse([MILLET, MAGNET | {"legal": ["MILLET CORPORATION"]}])


# ── The book that is shipped ──────────────────────────────────────────────────────────────────────────────────────

#: Countries whose companies have a name in another script or language than English: the language it is in.
NATIVE = {
    "BY": {"ru", "be"},
    "CN": {"zh"},
    "IR": {"fa"},
    "JP": {"ja"},
    "KP": {"ko"},
    "KR": {"ko"},
    "RU": {"ru"},
    "TW": {"zh"},
}
COMPANIES = shipped().companies()


def test_the_book_is_as_large_as_promised() -> None:
    """About two hundred companies a channel is likely to watch, or more."""
    assert len(COMPANIES) >= 200


def test_entries_are_sorted() -> None:
    """Where to put a company is not a question."""
    ids = [company.id for company in COMPANIES]
    assert ids == sorted(ids)


@pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.id)
def test_an_entry_is_fit_to_ship(company: Company) -> None:
    """Composed characters, no doubles, at least one tag, and a native name where its country has one."""
    texts = [name.text for name in company.all_names()]
    assert len(texts) == len(set(texts))
    assert all(unicodedata.is_normalized("NFC", text) for text in (*texts, *company.not_names))
    assert company.tags
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", tag) for tag in company.tags)
    if company.country in NATIVE:
        assert {name.language for name in company.names} & NATIVE[company.country]


def test_identifiers_are_well_formed() -> None:
    """An ISIN has its country and length, a unified social credit code its eighteen characters."""
    shapes = {"ticker": r"[A-Z]+:[A-Z0-9-]+", "ISIN": r"[A-Z]{2}[A-Z0-9]{9}\d", "USCC": r"9[0-9A-Z]{17}"}
    for company in COMPANIES:
        for one in company.identifiers:
            assert re.fullmatch(shapes[one.kind], one.value), (company.id, one)


@pytest.mark.parametrize(
    "isin", [one.value for company in COMPANIES for one in company.identifiers if one.kind == "ISIN"]
)
def test_an_isin_has_its_check_digit(isin: str) -> None:
    """A mistyped ISIN does not get in (ISO 6166: Luhn over letters as numbers)."""
    digits = "".join(str(int(char, 36)) for char in isin)
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    assert sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0


@pytest.mark.parametrize(
    ("typed", "company", "kind"),
    [
        ("Redmi", "xiaomi", NameKind.BRAND),
        ("雷軍", "xiaomi", NameKind.PERSON),
        ("Лаборатория Касперского", "kaspersky", NameKind.ALIAS),
        ("هواوي", "huawei", NameKind.ALIAS),
        ("Ant Financial", "ant-group", NameKind.FORMER),
        ("SMIC", "smic", NameKind.PRIMARY),
        ("サムスン電子", "samsung", NameKind.ALIAS),
        ("Huawei Marine Networks", "hmn-tech", NameKind.FORMER),
        ("HiSilicon", "hisilicon", NameKind.PRIMARY),
        ("中航工業", "avic", NameKind.ALIAS),
    ],
)
def test_names_people_use(typed: str, company: str, kind: NameKind) -> None:
    """Scripts, former names, brands and people of companies often in the news."""
    found = shipped().resolve(typed)
    assert (found.company.id, found.via and found.via.kind) == (company, kind)


def test_initials_of_a_shipyard_and_of_a_consultancy() -> None:
    """CSIC is both; whoever types it is told."""
    found = shipped().resolve("CSIC")
    assert {found.company.id, *(one.id for one in found.others)} == {"coseinc", "cssc"}


def test_a_company_is_not_its_parent() -> None:
    """Gazprom Neft, TikTok and HiSilicon are watched on their own, and known to belong to another."""
    parents = {one.id: one.parent for one in COMPANIES if one.parent}
    assert parents["hisilicon"] == "huawei"
    assert parents["tiktok"] == "bytedance"
    assert parents["gazprom-neft"] == "gazprom"


def test_not_names_are_told_from_names() -> None:
    """What is somebody else is never also a name of the company."""
    for company in COMPANIES:
        assert not {fold(text) for text in company.not_names} & {fold(name.text) for name in company.all_names()}


def test_the_universe_of_the_labelled_stories_is_in_the_book(shared: Path) -> None:
    """Every company that the labelled stories are read for can be found."""
    readme = (shared / "stories" / "README.md").read_text(encoding="utf-8")
    line = re.search(r"^Universe: (.*)\.$", readme, re.MULTILINE)
    assert line
    for entry in line[1].split(", "):
        for name in re.sub(r".*\((Computer Security.*)\)", r"\1", entry).split(" / "):
            assert shipped().find(name).from_book, name


def test_most_spellings_of_labelled_stories_are_known(shared: Path) -> None:
    """Nine of ten spellings found in real stories are names of the book as they stand, inflection aside."""
    surfaces = {
        surface
        for line in (shared / "stories" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
        for company in json.loads(line)["companies"]
        if shipped().find(company["name"].split(" / ")[-1]).from_book
        for surface in company["surfaces"]
    }
    missed = {surface for surface in surfaces if not shipped().find(surface).from_book}
    assert len(missed) <= len(surfaces) / 10, sorted(missed)


def test_the_table_is_the_whole_book() -> None:
    """Nothing is dropped on the way from the table."""
    assert len(COMPANIES) == len(table("companies")["company"])
