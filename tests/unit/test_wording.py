"""Companies outside the book on lists: by what words their names are one, units of one group, or two companies'."""

from __future__ import annotations

import pytest

from bot.book import CompanyBook
from bot.matching.whom import recognise
from bot.matching.wording import bears, in_brackets, respaced, same_words
from bot.model import Company, EntityKind, Name, Place, Subscription, Verdict
from bot.watched import Watched
from tests.worlds.facts import listing
from tests.worlds.nouns import NOON

SAME, RELATED, NO = Verdict.SAME, Verdict.RELATED, Verdict.NO


def typed(name: str) -> Company:
    return Company(id=f"name:{name.casefold()}", name=name)


def verdict(name: str, listed: str, kind: EntityKind = EntityKind.COMPANY) -> Verdict:
    return recognise(typed(name), listing(listed, kind=kind)).verdict


def found(name: str, listed: str) -> Verdict:
    """What who subscribes to a name is told of an entry, when nobody but the index led to it."""
    watched = Watched(CompanyBook(()))
    watched.update([Subscription(place=Place("slack", "T1/C1"), target=name, made_by="U1", made_at=NOON)])
    return next((match.verdict for _, match in watched.match(listing(listed))), NO)


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        # Small words, endings and the order say nothing, where a place or a word of its own tells who it is.
        ("Coastal Republic Ghana Shipping Line", "COASTAL REPUBLIC OF GHANA SHIPPING LINES"),
        ("Directorate for Marine Industry", "Directorate of Marine Industries"),
        ("Comet Rocket Space Centre", "JSC Rocket and Space Center – Comet"),
        ("Lima Institut of Technology", "Lima Institute of Technology"),
        ("Myanma Economic Bank", "MYANMAR ECONOMIC BANK"),
        # What says no more than a legal form.
        ("China Western Industries", "CHINA WESTERN INDUSTRIES GROUP CORPORATION LIMITED"),
        ("Belmashkom", "BELMASHKOM CONCERN"),
        ("Belmashkom Concern", "BELMASHKOM"),
        ("Grindelo", "GRINDELO.IO"),
        # Spaces.
        ("Unmanned SkySystems Group", "Unmanned Sky Systems Group"),
        ("Northern Foundrybank", "NORTHERN FOUNDRY BANK"),
        # What a list adds in brackets.
        ("Overseas Trade Bank", "OVERSEAS TRADE BANK (OTB)"),
        ("Atlantic Research Agency", "Atlantic Research Agency (ARA), LLC"),
        ("Murenta", "Murenta JSC (also known as Murenta Joint Stock Venture)"),
        ("Murenta", "Karsel Works (formerly Murenta)"),
        ("CIMRA", "Centre for Industrial and Marine Research of Angola (CIMRA)"),
        # In quotation marks beside what kind of body it is.
        ("Dabravik", "JSC NPO “Dabravik”"),
        # A rare word, and one that says what its bearer is.
        ("Dabraminsk", "BANK DABRAMINSK JOINT STOCK COMPANY"),
        ("Tupolini Design Bureau", "TUPOLINI PUBLIC JOINT STOCK COMPANY"),
        ("SEZ Alabaster", "JOINT STOCK COMPANY SPECIAL ECONOMIC ZONE OF INDUSTRIAL PRODUCTION ALABASTER"),
    ],
)
def test_one_company_in_other_words(name: str, listed: str) -> None:
    """Told as the same, though not the very same text."""
    assert verdict(name, listed) is SAME


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        # A hyphen joins another word to the name, or a letter.
        ("Agatex", "JSC AGATEX-SYSTEM"),
        ("Irkutal", "LIMITED LIABILITY COMPANY IRKUTAL – STANKO SERVICE"),
        ("Angstroma", "Joint Stock Company Angstroma-T"),
        # A branch, a fund, a second trade.
        ("Al-Karamain", "AL-KARAMAIN: ALBANIA BRANCH"),
        ("Moshreqan", "AL MOSHREQAN INVESTMENT FUND"),
        ("Ansarian Bank", "ANSARIAN BANK BROKERAGE COMPANY"),
        ("Lobanev Arms", "LIMITED LIABILITY COMPANY TRADING HOUSE LOBANEV ARMS"),
        ("Polyusnik", "LIMITED LIABILITY COMPANY MANAGEMENT COMPANY POLYUSNIK"),
        ("Baumanov University", "CENTER FOR DEVELOPMENT OF PRODUCTION SYSTEMS AT BAUMANOV STATE UNIVERSITY"),
        # The same in another alphabet.
        ("Ангстрома", "JSC ANGSTROMA-T"),
        # A letter differs and theirs says more.
        ("Daedong Credit Bank", "DAESONG CREDIT DEVELOPMENT BANK"),
        ("Minsk Tracktor Works", "MINSK WHEEL TRACTOR PLANT"),
        # A word of the glossary that no language writes in these letters is a name.
        ("Splavik", "NPO SPLAVIK JSC"),
        ("Raduga", "RADUGA STATE DESIGN BUREAU OF MACHINERY"),
        # A word that many bear, and what this bearer does.
        ("Hermes", "Emirates Hermes General Trading"),
        ("Iberia", "COMPANIA DE IMPORTACION Y EXPORTACION IBERIA"),
        ("Puma SE", "PUMA SECURITY COMPANY"),
        ("Vega", "Voronezh Scientific Research Institute “Vega”"),
        # Both are words, and one letter differs.
        ("Zenith Bank", "BANK ZENIT PUBLIC JOINT STOCK COMPANY"),
        # Whose unit it may be.
        ("Tupolini Aviation Training", "TUPOLINI PUBLIC JOINT STOCK COMPANY"),
        ("Tempagro Leasing", "TEMPAGRO JSC"),
        ("Malek Arkad University of Defense Technology", "Malek Arkad University"),
    ],
)
def test_shown_to_be_judged(name: str, listed: str) -> None:
    """Told as related: a unit of the group, or another company of the name."""
    assert verdict(name, listed) is RELATED


@pytest.mark.parametrize(
    ("name", "listed", "kind"),
    [
        # A small word that tells, when all else is one word.
        ("Astra International", "Astra LLC", EntityKind.COMPANY),
        # A word that many bear, and ours says more.
        ("Atlas Copper", "JSC ATLAS", EntityKind.COMPANY),
        ("Kamakuro Shinshoten", "Shinshoten Corporation", EntityKind.COMPANY),
        # A word taken apart that was one.
        ("Poly Technologies", "Northwestern Polytechnical University", EntityKind.COMPANY),
        # A common noun, written small.
        ("Caterpillar Inc.", "JSC “Volga plant of caterpillar tractors”", EntityKind.COMPANY),
        ("Patria", "Fundación “Defensores de la patria”", EntityKind.COMPANY),
        # Everyday words at the end of another name; everyday words in another order.
        ("Global Trading", "TRANSMARTEL GLOBAL TRADING PRIVATE LIMITED", EntityKind.COMPANY),
        ("Foreign Trade Bank", "BANK FOR FOREIGN TRADE", EntityKind.COMPANY),
        # People, and what they are called.
        ("Leonardo S.p.A.", "Leonardo Talamantel", EntityKind.UNKNOWN),
        ("Mango", "MANGO", EntityKind.PERSON),
        # One consonant, in Korean or in Latin letters.
        ("기아", "GIA", EntityKind.COMPANY),
        # Short initials in brackets are many people's.
        ("HM", "Harbour Menders (HM)", EntityKind.COMPANY),
    ],
)
def test_somebody_else(name: str, listed: str, kind: EntityKind) -> None:
    """Not told at all."""
    assert verdict(name, listed, kind) is NO


def test_an_entry_not_said_to_be_a_company_is_one_by_its_words() -> None:
    """A legal form or a trade says so; two names in a row may be a person's."""
    assert verdict("Engrolex", "ENGROLEX Polymer & Chemicals Ltd", EntityKind.UNKNOWN) is RELATED
    assert verdict("Angstroma", "Angstroma-M", EntityKind.UNKNOWN) is RELATED
    assert verdict("Santos", "Kirby C. Santos", EntityKind.UNKNOWN) is NO


def test_a_word_that_many_bear_is_not_looked_for_in_another_alphabet() -> None:
    """Where the entry has a name in ours; a rare word is."""
    zarya = listing("Zarya battalion", aliases=(Name("Батальон „Заря“"),))
    assert recognise(typed("Zara"), zarya).verdict is NO
    splav = listing("Production association of alloys", aliases=(Name("Завод „Тулсплавик“ имени Петрова"),))
    assert recognise(typed("Tulsplavik"), splav).verdict is RELATED


def test_words_translated_one_by_one_and_another_place() -> None:
    """Two banks of everyday words are one in two languages, unless one says a place more."""
    assert verdict("المصرف التجاري السوري", "COMMERCIAL BANK OF SYRIA") is SAME
    assert verdict("المصرف التجاري السوري", "SYRIAN LEBANESE COMMERCIAL BANK") is not SAME


def test_a_persian_institute_of_technology() -> None:
    """What Persian calls an industrial university is a university of technology abroad."""
    assert verdict("دانشگاه صنعتی شریف", "Sharif University of Technology") is SAME


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        # A word of the glossary, mistyped.
        ("Kalashnikoff Conzern", "JSC Kalashnikoff Concern"),
        ("Beihang Univercity", "Beihang University"),
        ("Minsk Tracktor Works", "Minsk Tractor Works"),
        # A Korean name by its consonants and vowels.
        ("고려항공", "AIR KORYO"),
        ("현대자동차", "HYUNDAI MOTOR CO., LTD."),
        # A list that has the company for short.
        ("Belmashkom Concern", "BELMASHKOM"),
    ],
)
def test_the_index_leads_to_them(name: str, listed: str) -> None:
    """Who watches the name is told of the entry."""
    assert found(name, listed) is SAME


@pytest.mark.parametrize("listed", ["FESCO LLC", "VISCO", "PASCO"])
def test_korean_consonants_are_not_enough(listed: str) -> None:
    """The vowels have to agree too: 포스코 is Posco."""
    assert found("포스코", listed) is NO
    assert found("포스코", "POSCO") is SAME


def test_places_are_compared_letter_by_letter() -> None:
    """All words of Russia are one word to a translator; banks are told apart by them."""
    assert same_words("Bank Rossiya", "Rossiya Bank")
    assert not same_words("Bank Rossiya", "BANK ROSSI")


def test_what_stands_in_brackets() -> None:
    """A place, a branch, a number or a text that goes on behind the brackets makes another company."""
    name = "Polar Shipping Agency"
    assert in_brackets(name, "Polar Shipping Agency (PSA) Ltd")
    assert not in_brackets(name, "Polar Shipping Agency (Cyprus) Ltd")
    assert not in_brackets(name, "Polar Shipping Agency (Cyprus branch)")
    assert not in_brackets(name, "Polar Shipping Agency (2)")
    assert not in_brackets(name, "Polar Shipping Agency (PSA) Training Centre")
    assert not in_brackets("Rostex", "Kalaron Works (Rostex)")


def test_a_few_letters_are_not_spaced_by_chance() -> None:
    """Short names that differ in their spaces may be two."""
    assert respaced("LidiaSeaway Inc", "Lidia Seaway")
    assert not respaced("Do So", "DOSO")


def test_whose_name_stands_in_ours() -> None:
    """A rare name at its beginning; not a word of a language, nor one behind another name."""
    assert bears("Tupolini Design Bureau", "Tupolini")
    assert not bears("Tupolini", "Tupolini")
    assert not bears("Phoenix Contact", "Phoenix")
    assert not bears("Kamakuro Shinshoten", "Shinshoten")
