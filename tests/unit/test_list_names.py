"""Names as publishers write them: what stands around and between them is not part of them."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest

from adapters.formats import listed_as, trimmed
from adapters.lists.au_dfat import au_dfat
from adapters.lists.ca_sema import ca_sema
from adapters.lists.jp_mof import jp_mof
from adapters.lists.uk_sanctions import uk_sanctions
from adapters.lists.un_sc import un_sc
from adapters.lists.us_bis_dpl import us_bis_dpl
from adapters.lists.us_csl import us_csl
from bot.model import Document, Listing, NameKind
from bot.sources import ListSource
from tests.worlds.sheets import workbook

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ALIAS, FORMER = NameKind.ALIAS, NameKind.FORMER


def only(source: ListSource, body: bytes) -> Listing:
    """The one entry of a document."""
    (record,) = source.read(Document.of(body, url="x:", at=NOW)).records
    return record.parse()


def called(listing: Listing) -> list[tuple[str, NameKind]]:
    return [(name.text, name.kind) for name in listing.aliases]


@pytest.mark.parametrize(
    ("published", "name"),
    [
        ("Hasan Gul)", "Hasan Gul"),
        (") Abdelrahman Juhan", "Abdelrahman Juhan"),
        ("JSC AOMZ).", "JSC AOMZ"),
        ("(Yuriy Govtvin", "Yuriy Govtvin"),
        ("Irkut Corporation,", "Irkut Corporation"),
        ("BRIDGES (ROADS", "BRIDGES (ROADS"),
        ("SMIC (Beijing) Co., Ltd.", "SMIC (Beijing) Co., Ltd."),
        ("(Sheikh) Musa Hilal", "(Sheikh) Musa Hilal"),
        ("Libya (ASL))", "Libya (ASL)"),
    ],
)
def test_a_name_is_taken_out_of_an_enumeration(published: str, name: str) -> None:
    """Brackets that are only closed and separators go; those of the name stay, and so does its full stop."""
    assert trimmed(published) == name


def test_under_which_name_somebody_was_listed() -> None:
    """In both scripts, where both are given."""
    assert listed_as("Nik Mohammad (previously listed as)") == ("Nik Mohammad",)
    assert listed_as("Merai Zoghbai (previously listed as, in Arabic: مرعي زغبي)") == ("Merai Zoghbai", "مرعي زغبي")
    assert listed_as("Previously Owned Cars Ltd (formerly listed)") == ()


@pytest.mark.parametrize(
    ("element", "names"),
    [
        ("Ezatullah Haqqani (previously listed as)", [("Ezatullah Haqqani", FORMER)]),
        ("حسن غول (Hassan Ghul; Hasan Gul)", [("حسن غول", ALIAS), ("Hassan Ghul", ALIAS), ("Hasan Gul", ALIAS)]),
        (
            "Hay’at Tahrir al-Sham (HTS) (هيئة تحرير الشام (original script); Hayat Tahrir al-Sham)",
            [("Hay’at Tahrir al-Sham (HTS)", ALIAS), ("هيئة تحرير الشام", ALIAS), ("Hayat Tahrir al-Sham", ALIAS)],
        ),
        (
            "أنصار الشريعة بليبيا (Ansar al Charia in Libya (ASL))",
            [("أنصار الشريعة بليبيا", ALIAS), ("Ansar al Charia in Libya (ASL)", ALIAS)],
        ),
        ("Abu Muhammad (original script: Абу Мухаммад)", [("Abu Muhammad", ALIAS), ("Абу Мухаммад", ALIAS)]),
        ("Mohammad Sabet b) M. Sabet", [("Mohammad Sabet", ALIAS), ("M. Sabet", ALIAS)]),
    ],
)
def test_names_of_the_security_council(element: str, names: list[tuple[str, NameKind]]) -> None:
    """One element may hold several, in two scripts, in brackets that never close."""
    listing = only(
        un_sc,
        f'<CONSOLIDATED_LIST dateGenerated="2026-01-01T00:00:00"><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID>'
        f"<FIRST_NAME>X</FIRST_NAME><UN_LIST_TYPE>Taliban</UN_LIST_TYPE><INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY>"
        f"<ALIAS_NAME>{element}</ALIAS_NAME></INDIVIDUAL_ALIAS></INDIVIDUAL></INDIVIDUALS><ENTITIES/>"
        "</CONSOLIDATED_LIST>".encode(),
    )
    assert called(listing) == names


def test_names_of_the_australian_list() -> None:
    """What is said of a name behind it makes it a former one."""
    header = ["Reference", "Name of Individual or Entity", "Type", "Name Type", "Committees"]
    rows = [
        ["7", "ARIFULLAH", "Individual", "Primary Name", "1988 (Taliban)"],
        ["7a", "Ri'ad Hijazi (Previously listed as. In Arabic: رياض الحجازي)", "Individual", "aka", "1988 (Taliban)"],
        ["7b", "MASSANDRA,", "Individual", "aka", "1988 (Taliban)"],
    ]
    listing = only(au_dfat, workbook({"list": [header, *rows]}))
    assert called(listing) == [("Ri'ad Hijazi", FORMER), ("رياض الحجازي", FORMER), ("MASSANDRA", ALIAS)]


def test_names_of_the_japanese_list() -> None:
    """As of the Australian one: the words are no name, in Japanese either."""
    header = ["告示日付", "告示番号", "日本語表記", "英語表記", "別名・別称"]
    other = "(a)カリ・ラフマット（以前のリスト記載ぶり）(b)ムラー\n"
    other += "(a.k.a.: (a)Qari Rahmat (previously listed as) (b)Mullah)"
    row = ["2014.8.21", "1", "ラフマトゥッラー", "RAHMATULLAH", other]
    assert called(only(jp_mof, workbook({"2.タリバーン関係者等": [header, row]})))[1:] == [
        ("カリ・ラフマット", FORMER),
        ("ムラー", ALIAS),
        ("Qari Rahmat", FORMER),
        ("Mullah", ALIAS),
    ]


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Северсталь, ПАО; PAO Severstal", ["Северсталь, ПАО", "PAO Severstal"]),
        ("Министерство финансов or МинФин", ["Министерство финансов", "МинФин"]),
        ("НПО Лавочкина, АО or НПОЛ", ["НПО Лавочкина, АО", "НПОЛ"]),
        ("Акционерное общество or АО «Ойл»", ["АО «Ойл»"]),
        ("НПП «Связь» and АО «НПП «Связь»", ["НПП «Связь»", "АО «НПП «Связь»"]),
        ("Marten and Sons", ["Marten and Sons"]),
        ("Институт (ЦНИИМаш, АО), CRI", ["Институт (ЦНИИМаш, АО)", "CRI"]),
        ("Минобороны Беларуси)", ["Минобороны Беларуси"]),
    ],
)
def test_names_of_the_canadian_list(cell: str, names: list[str]) -> None:
    """A legal form is no name of its own in any alphabet, and two names are two."""
    body = (
        "<data-set><record><Country>Russia / Russie</Country><EntityOrShip>X</EntityOrShip><Schedule>1</Schedule>"
        f"<Item>1</Item><Aliases>{escape(cell)}</Aliases></record></data-set>"
    )
    assert [text for text, _ in called(only(ca_sema, body.encode()))] == names


def test_a_person_of_the_canadian_list_keeps_what_is_shared() -> None:
    """Half of a name is none."""
    body = (
        "<data-set><record><Country>Belarus</Country><LastName>KAROL</LastName><GivenName>A</GivenName>"
        "<Aliases>Aleksandr or Alexander Karol, or Korol</Aliases></record></data-set>"
    )
    assert [text for text, _ in called(only(ca_sema, body.encode()))] == ["Aleksandr or Alexander Karol", "Korol"]


def test_names_of_the_british_export() -> None:
    """It has one cell for all of them."""
    header = ["Unique ID", "Name", "Regime Name", "Designation Type"]
    book = workbook({"list": [header, ["BEL0063", "Dana Holdings a.k.a Dana Astra", "Belarus", "Entity"]]})
    assert (only(uk_sanctions, book).name, called(only(uk_sanctions, book))) == (
        "Dana Holdings",
        [("Dana Astra", ALIAS)],
    )


def test_a_comma_behind_a_denied_person() -> None:
    """Is none of the name's."""
    head = "Name\tStreet_Address\tCity\tState\tCountry\tPostal_Code\tEffective_Date\tExpiration_Date\t"
    head += "Standard_Order\tLast_Update\tAction\tFR_Citation\n"
    row = "UTAIR AVIATION JSC,\tA ST\tX\t\tRU\t1\t04/07/2022\t04/07/2023\tY\t2022-04-07\tADDED\t87 F.R. 21614\n"
    assert only(us_bis_dpl, (head + row).encode()).name == "UTAIR AVIATION JSC"


CSL_COLUMNS = (
    "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,end_date,"
    "standard_order,license_requirement,license_policy,call_sign,vessel_type,gross_tonnage,gross_registered_tonnage,"
    "vessel_flag,vessel_owner,remarks,source_list_url,alt_names,citizenships,dates_of_birth,nationalities,"
    "places_of_birth,source_information_url,ids"
)


def csl(name: str, others: str) -> Listing:
    source = "Entity List (EL) - Bureau of Industry and Security"
    cells = {"_id": "1", "source": source, "name": name, "addresses": "Moscow, RU", "alt_names": others}
    row = ",".join(f'"{cells.get(column, "")}"' for column in CSL_COLUMNS.split(","))
    return only(us_csl, f"{CSL_COLUMNS}\n{row}\n".encode())


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("HPSTAR; and; Beijing Center", [("HPSTAR", ALIAS), ("Beijing Center", ALIAS)]),
        ("AO X; TEMP-AVIA; and", [("AO X", ALIAS), ("TEMP-AVIA", ALIAS)]),
        ("A Plant; (all of preceding located in or near Mianyang, Sichuan Province)", [("A Plant", ALIAS)]),
        ("JSC NIIP, f.k.a., OAO NIIP; NIIP", [("JSC NIIP", ALIAS), ("OAO NIIP", FORMER), ("NIIP", ALIAS)]),
        ("AO Stroy (f.k.a., ZAO Stroy)", [("AO Stroy", ALIAS), ("ZAO Stroy", FORMER)]),
        ("F.K.A. Office of Studies (OSIS)", [("Office of Studies (OSIS)", FORMER)]),
        ("Yichang Institute a.k.a. YTRI", [("Yichang Institute", ALIAS), ("YTRI", ALIAS)]),
        (
            "AO GosMKB Raduga,; -JSC Raduga,; and JSC AOMZ).",
            [(n, ALIAS) for n in ("AO GosMKB Raduga", "JSC Raduga", "JSC AOMZ")],
        ),
    ],
)
def test_other_names_of_the_screening_list(cell: str, names: list[tuple[str, NameKind]]) -> None:
    """Words of the notice between the names are none, and a name may bring another one along."""
    assert called(csl("X", cell)) == names


def test_empty_parts_of_an_address() -> None:
    """Leave no commas, nor does an address of nothing but a country."""
    cells = {"source": "Entity List (EL)", "name": "X", "addresses": "Hucun, Ningyang, , Shandong, CN; , CN"}
    row = ",".join(f'"{cells.get(column, "")}"' for column in CSL_COLUMNS.split(","))
    listing = only(us_csl, f"{CSL_COLUMNS}\n{row}\n".encode())
    assert (listing.addresses, listing.countries) == (("Hucun, Ningyang, Shandong, CN", "CN"), ("CN",))


@pytest.mark.parametrize(
    ("cell", "name", "other"),
    [
        ("FUYI SUN A/K/A FRANK SUN", "FUYI SUN", "FRANK SUN"),
        ("PEARL (A.K.A. NEI-CHIEN CHU) LI", "PEARL LI", "NEI-CHIEN CHU"),
    ],
)
def test_denied_persons_of_the_screening_list(cell: str, name: str, other: str) -> None:
    """As on the Denied Persons List itself."""
    listing = csl(cell, "")
    assert (listing.name, called(listing)) == (name, [(other, ALIAS)])
