"""Whom an entry is, among a hundred thousand names: every rule of `bot.matching.whom`, on names that lists carry."""

from __future__ import annotations

from functools import cache

import pytest

from bot.book import CompanyBook, shipped
from bot.matching.whom import recognise
from bot.model import Company, EntityKind, Name, NameKind, Verdict
from tests.worlds.facts import listing

SAME, RELATED, NO = Verdict.SAME, Verdict.RELATED, Verdict.NO


@cache
def book() -> CompanyBook:
    return shipped()


def verdict(watched: str, listed: str, kind: EntityKind = EntityKind.COMPANY, *aliases: str) -> Verdict:
    entry = listing(listed, source="us_ofac_sdn", kind=kind, aliases=tuple(Name(alias) for alias in aliases))
    return recognise(book().find(watched), entry).verdict


@pytest.mark.parametrize(
    ("watched", "listed", "expected"),
    [
        ("Xiaomi", "Xiaomi Corporation", SAME),
        ("Xiaomi", "Xiaomi Inc.", SAME),
        ("Huawei", "HUAWEI TECHNOLOGIES CO., LTD.", SAME),
        ("Hikvision", "Hangzhou Hikvision Digital Technology Co., Ltd.", SAME),
        ("SMIC", "SEMICONDUCTOR MANUFACTURING INTERNATIONAL CORPORATION", SAME),
        # A unit carries the whole name of its group.
        ("Huawei", "Huawei Cloud Dalian", RELATED),
        ("Rosneft", "ROSNEFT TRADING S.A.", RELATED),
        # In quotation marks beside another name it is whose unit that is.
        ("Norinco", "China North Industries Group Corporation Limited (NORINCO) 617 Factory", RELATED),
        ("Norinco", "China North Industries Group Corporation (NORINCO) Limited", SAME),
        ("Almaz-Antey", "North Western Regional Centre of “Almaz-Antey” – Obukhovsky Plant, JSC", RELATED),
        # By sound alone the Persian spelling of Xiaomi is half a dozen short names.
        ("Xiaomi", "SOMIA", NO),
        ("Xiaomi", "SANA", NO),
        ("Xiaomi", "Xiamen Airlines", NO),
        # One word has to be the very same.
        ("Micron", "PJSC Mikron", NO),
        ("Visa", "GRUPO WISA, S.A.", NO),
        ("Rostec", "OSTEK-EK", NO),
        ("ZTE", "BOZTEPE", NO),
        # Initials alone are nobody.
        ("BP", "BANK SAINT-PETERSBURG PUBLIC JOINT STOCK COMPANY", NO),
        ("NIO", "NPO Izhmash OAO", NO),
        # A word of ours that theirs lacks makes somebody else.
        ("Meta", "T-PLATFORMS", NO),
        ("China Mobile", "CHINA COMMUNICATIONS GROUP CO. LTD", NO),
        # Everyday words have to be the very same.
        ("Foreign Trade Bank (DPRK)", "OJSC CJSC BANK FOR FOREIGN TRADE", NO),
        ("Foreign Trade Bank (DPRK)", "MYANMA FOREIGN TRADE BANK", NO),
    ],
)
def test_companies_of_the_book(watched: str, listed: str, expected: Verdict) -> None:
    """The company, a unit of its group, or somebody else."""
    assert verdict(watched, listed) is expected


def test_a_person_on_a_list_is_no_company() -> None:
    """But one who points to a watched company is told as related."""
    assert verdict("Xiaomi", "ZHANG, Xiaoming", EntityKind.PERSON) is NO
    assert verdict("Huawei", "KAN'AN, Fawzi Mustafa", EntityKind.PERSON) is NO
    assert verdict("Xiaomi", "LEI, Jun", EntityKind.PERSON) is RELATED
    assert verdict("Shell", "SHELL", EntityKind.VESSEL) is NO


def test_a_known_stranger_is_never_the_company() -> None:
    """A name that the book says is somebody else is no match, also under an alias."""
    company = Company(id="yarrow", name="Yarrow", not_names=("Yarrow Shipping",), from_book=True)
    assert recognise(company, listing("Yarrow Inc.")).verdict is SAME
    assert recognise(company, listing("Yarrow Shipping Ltd.")).verdict is not SAME
    assert recognise(company, listing("Volga Line", aliases=(Name("Yarrow Shipping"),))).verdict is not SAME


def test_the_likest_of_many_names_is_the_proof() -> None:
    """An entry in two dozen languages: the spelling that is ours is shown, wherever it stands among them."""
    others = """
        Staatliches Einheitsunternehmen Weininstitut, Empresa Unitaria Estatal Instituto del Vino, Borintezet,
        Entreprise unitaire Institut du vin, Impresa unitaria Istituto enologico, National Wine Institute,
        Nationaal Wijninstituut, Krajowy Instytut Wina, Institutul de vinificatie, Drzavni vinogradniski institut,
        Instituto do Vinho, Kansallinen viini-instituutti, Vyno institutas
    """
    aliases = tuple(Name(f"{other.strip()} Yarrowarach") for other in others.split(","))
    match = recognise(typed("Vyno institutas Yarrowarach"), listing("YARROWARACH", aliases=aliases))
    assert match.verdict is SAME
    assert match.reasons[0].theirs == "Vyno institutas Yarrowarach"


def test_of_spellings_that_are_ours_the_longest_is_the_proof() -> None:
    """A list that has the company in full and for short, in whatever order."""
    full, short = "Huawei Technologies Co., Ltd.", Name("Huawei", NameKind.ACRONYM)
    for entry in (listing(full, aliases=(short,)), listing("Huawei", aliases=(short, Name(full)))):
        assert recognise(book().find("Huawei"), entry).reasons[0].theirs == full


def test_a_full_name_is_a_better_proof_than_a_weak_alias() -> None:
    """Though the weak one is spelled exactly like one of ours."""
    aliases = (Name("SCF GROUP", NameKind.WEAK), Name("JOINT STOCK COMPANY SOVCOMFLOT"))
    match = recognise(book().find("Sovcomflot"), listing("SOVREMENNY KOMMERCHESKIY FLOT", aliases=aliases))
    assert (match.verdict, match.reasons[0].theirs) == (SAME, "JOINT STOCK COMPANY SOVCOMFLOT")


def test_the_same_number_is_the_same_company() -> None:
    """Whatever its name; both names are shown."""
    from bot.model import Identifier

    entry = listing("SOME OTHER NAME", identifiers=(Identifier("USCC", "914403001922038216"),))
    match = recognise(book().find("Huawei"), entry)
    assert match.verdict is SAME
    assert (match.reasons[-1].ours, match.reasons[-1].theirs) == ("Huawei", "SOME OTHER NAME")


def test_an_entry_that_joins_a_name_to_ours_is_a_unit() -> None:
    """Whatever else it is called; the same number tells otherwise."""
    entry = listing("OPEN JOINT STOCK COMPANY BPS-SBERBANK", aliases=(Name("SBER BANK"),))
    assert recognise(book().find("Sberbank"), entry).verdict is RELATED
    assert verdict("Sberbank", "SBERBANK - PUBLIC JOINT STOCK COMPANY", EntityKind.COMPANY, "Sber Bank") is SAME


def typed(name: str) -> Company:
    return Company(id=f"name:{name.casefold()}", name=name)


@pytest.mark.parametrize(
    ("name", "listed", "kind", "expected"),
    [
        ("Acme Widgets", "ACME WIDGETS LLC", EntityKind.COMPANY, SAME),
        ("Acme", "Acme Technologies Ltd", EntityKind.COMPANY, SAME),
        ("Acme", "Acme Falcon Mining Ltd", EntityKind.COMPANY, RELATED),
        ("Acme", "Acme Leasing Company Ltd", EntityKind.COMPANY, RELATED),
        ("Safety", "Fire Safety Systems Ltd", EntityKind.COMPANY, NO),
        ("Сяоми", "Xiaomi Corporation", EntityKind.COMPANY, SAME),
        # A long word in another spelling is the same; of short ones every letter tells.
        ("Rosoboroneksport", "ROSOBORONEXPORT", EntityKind.COMPANY, SAME),
        ("Promelektronika", "Promelectronica Services LLC", EntityKind.COMPANY, SAME),
        ("Rosoboronexport", "Rosoboronexprot JSC", EntityKind.COMPANY, SAME),
        ("Kalaelectric", "Kala Electric Company", EntityKind.COMPANY, SAME),
        ("Кировэнергомаш", "КИРОВЭНЕРГАМАШ", EntityKind.COMPANY, SAME),
        ("Innotech", "Inkotech LLC", EntityKind.COMPANY, NO),
        ("Kolora", "COLORA LTD", EntityKind.COMPANY, NO),
        ("Kolora", "Colora Technologies", EntityKind.COMPANY, NO),
        # Another alphabet spells the name; what names a unit there makes it one.
        ("ООО Северсталь", "PAO Severstal", EntityKind.COMPANY, SAME),
        ("Северсталь", "Severstal Insurance", EntityKind.COMPANY, RELATED),
        ("Severstal", "АО Северсталь Лизинг", EntityKind.COMPANY, RELATED),
        ("Север", "Severstal Insurance", EntityKind.COMPANY, NO),
        # Characters are heard: a word that is left over tells companies of one sound apart.
        ("豊島エレクトロニクス株式会社", "TOYOSHIMA ELECTRONICS CO., LTD.", EntityKind.COMPANY, SAME),
        ("菊川化学工業株式会社", "KIKUKAWA CHEMICAL INDUSTRIES CO., LTD.", EntityKind.COMPANY, SAME),
        ("森田リース株式会社", "MORITA CORPORATION", EntityKind.COMPANY, RELATED),
        ("成都星微", "XINGWEI LTD", EntityKind.COMPANY, RELATED),
        # A short word in kana is near many.
        ("カルダ株式会社", "CALDA LTD", EntityKind.COMPANY, SAME),
        ("フォーチュン株式会社", "FORTUNE LTD", EntityKind.COMPANY, SAME),
        ("カルサ株式会社", "Kaleysa, Inc.", EntityKind.COMPANY, NO),
        ("کیهان", "CANON INC.", EntityKind.COMPANY, NO),
        ("کیهان", "KAYHAN", EntityKind.COMPANY, SAME),
        ("سفير", "SAFIR", EntityKind.COMPANY, SAME),
        ("شفير", "CHAFIR", EntityKind.COMPANY, SAME),
        ("سفير", "CHAFER", EntityKind.COMPANY, NO),  # ch is another letter of Arabic,
        ("سفير", "DJAFFAR", EntityKind.COMPANY, NO),  # and so is dj
        ("تعاون", "TA'AVON", EntityKind.COMPANY, SAME),
        ("صنایع هوایی شاهد", "Shahed Aviation Industries", EntityKind.COMPANY, SAME),
        ("株式会社トー", "OJSC IL", EntityKind.COMPANY, NO),
        ("スクロール株式会社", "JSC SSC RIAR", EntityKind.COMPANY, NO),
        ("テクノベータ株式会社", "Techno Beta Co., Ltd.", EntityKind.COMPANY, SAME),
        # Letters and digits are a name however short they are; a number in a name is not all of it.
        ("S7", "S7 Airlines", EntityKind.COMPANY, RELATED),
        ("Yar2", "YAR 2 LLC", EntityKind.COMPANY, SAME),
        ("Yar2", "Yar 3 LLC", EntityKind.COMPANY, NO),
        ("18", "Plant 18", EntityKind.COMPANY, NO),
        ("株式会社No.1", "TSN SOSNA-1", EntityKind.COMPANY, NO),
        ("924th", "924th Unmanned Vehicle Center", EntityKind.COMPANY, RELATED),
        ("ヤロウ24株式会社", "ヤロウ二四株式会社(定款上の商号 ヤロウ24株式会社)", EntityKind.COMPANY, SAME),
        ("Viktor Bout", "BOUT, Viktor", EntityKind.PERSON, SAME),
        ("Viktor Bout", "BOUT, Viktor Anatolijevitch", EntityKind.PERSON, RELATED),
        ("Viktor", "BOUT, Viktor", EntityKind.PERSON, NO),
        ("Grace", "GRACE", EntityKind.VESSEL, SAME),
    ],
)
def test_somebody_outside_the_book(name: str, listed: str, kind: EntityKind, expected: Verdict) -> None:
    """Taken as typed: exactly, through other scripts, and persons and ships by their very name."""
    assert recognise(typed(name), listing(listed, kind=kind)).verdict is expected


def test_the_likest_name_need_not_be_the_surest() -> None:
    """Any of an entry's names may show that it is the company, though another is more like one of ours."""
    entry = listing(
        "JOINT STOCK COMPANY AIR AND SPACE DEFENSE CONCERN ALMAZ-ANTEY",
        aliases=(Name("JOINT-STOCK COMPANY CONCERN ALMAZ-ANTEY"),),
    )
    assert recognise(book().find("Almaz-Antey"), entry).verdict is SAME


def test_an_entry_with_a_name_in_our_script_is_compared_by_that() -> None:
    """Not by how its name in other characters sounds; where it has no other, the sound has to do."""
    assert recognise(typed("Foster Peak"), listing("Kindly Medical", aliases=(Name("福斯达匹克"),))).verdict is NO
    assert recognise(typed("Lockheed Martin"), listing("洛克希德·马丁公司")).verdict is SAME


@pytest.mark.parametrize(
    ("name", "listed", "band"),
    [
        ("Галтрикс", "GALTRIKS LLC", "certain"),  # an alphabet is spelled
        ("ガルトリクス株式会社", "GALTRIX CO., LTD.", "likely"),  # every sound is in its place
        ("カルトレックス株式会社", "GALTRIX CO., LTD.", "possible"),  # near
        ("加尔特里克斯公司", "GALTRIX CO., LTD.", "possible"),
        ("航天环宇", "UNIVERSAL AVIA", "possible"),  # a word of the dictionary, beside one that is near
        ("创维集团", "SKYWORTH GROUP", "certain"),  # a brand that the tables know
        ("ПАО «Звезда»", "ZVEZDA PJSC", "certain"),
        ("ПАО «Звезда»", "STAR CO., LTD.", "possible"),  # names are seldom translated
        ("ガルトリクス水産株式会社", "GALTRIX FISHERIES CO., LTD.", "certain"),  # what it does agrees as well
        ("カルトレックスエンタープライズ株式会社", "GALTRIX PLANT JSC", "possible"),  # what it does is only near
    ],
)
def test_a_word_heard_or_translated_by_itself_is_never_certain(name: str, listed: str, band: str) -> None:
    """Kana and Chinese characters, and translation, bring a name near many others: the alert says so."""
    match = recognise(typed(name), listing(listed))
    assert (match.verdict, match.band) == (SAME, band)


def test_a_word_that_is_only_near_a_part_of_theirs_is_nobody() -> None:
    """What stands in quotation marks in a long name has to be heard sound for sound."""
    long = "Federal Institute of Fisheries «Galtrix»"
    assert recognise(typed("カルトレックス株式会社"), listing(long)).verdict is NO
    assert recognise(typed("ガルトリクス株式会社"), listing(long)).verdict is SAME
