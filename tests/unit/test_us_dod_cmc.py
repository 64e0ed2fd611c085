"""The list of Chinese military companies, from its PDF and from a table of editions."""

from __future__ import annotations

import csv
import io
import json
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject

from adapters.lists.us_dod_cmc import us_dod_cmc
from bot import codec
from bot.errors import ListDamaged
from bot.model import Document, Listing, Name, NameKind, Reading

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SAMPLES = Path(__file__).resolve().parents[1] / "sources" / "us_dod_cmc"
PDF_URL = "https://media.defense.gov/2025/Jan/07/2003625471/-1/-1/1/ENTITIES.PDF"
HEADING = [
    (72, 700, 12, "Entities Identified as Chinese Military Companies Operating in the United States in"),
    (72, 686, 12, "Accordance with Section 1260H of the Act \\(Public Law 116-283\\)1*"),
]

Printed = tuple[float, float, float, str]


def read(body: bytes | str, url: str = "memory:") -> Reading:
    data = body.encode("utf-8") if isinstance(body, str) else body
    return us_dod_cmc.read(Document.of(data, url=url, at=NOW))


def listings(body: bytes | str, url: str = "memory:") -> list[Listing]:
    return [record.parse() for record in read(body, url).records]


def keys(body: bytes | str) -> list[str]:
    return [record.key for record in read(body).records]


def table(*rows: str, columns: str = "Name,Start date,End date,Previous Name,Note") -> str:
    return "\n".join((columns, *rows)) + "\n"


def pdf(*pages: list[Printed], title: str = "D:20250107085112-05'00'") -> bytes:
    """A small PDF with these lines of Helvetica at their places; brackets in the text are escaped by the caller."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for lines in pages:
        drawn = " ".join(f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET" for x, y, size, text in lines)
        stream = drawn.encode("latin-1")
        objects.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    objects.append(b"<</CreationDate(%s)>>" % title.encode())
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    xref = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"<</Size %d/Root 1 0 R/Info %d 0 R>>" % (len(objects) + 1, len(objects))
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer%s\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        xref,
        trailer,
        len(out),
    )


def down(*lines: tuple[float, str], start: float = 650, step: float = 14, size: float = 12) -> list[Printed]:
    """Lines one under the other, as (x, text); an empty text is a blank line."""
    return [(x, start - step * at, size, text) for at, (x, text) in enumerate(lines) if text]


# ── The real files ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def real_rows(shared: Path) -> list[dict[str, str]]:
    text = (shared / "lists/us_dod_cmc/2021-2026_sanctions.opensanctions.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def real_pdf(shared: Path) -> bytes:
    return (shared / "lists/us_dod_cmc/2025-01-07_1260H.pdf").read_bytes()


def as_known_on(rows: list[dict[str, str]], day: str) -> str:
    """The table as a person would have kept it up to that day."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    for row in rows:
        if row["Start date"] <= day:
            writer.writerow({**row, "End date": row["End date"] if row["End date"] <= day else ""})
    return out.getvalue()


@pytest.mark.parametrize(
    ("day", "companies"),
    [
        ("2021-06-03", 47),
        ("2022-10-05", 47 + 13),
        ("2024-01-31", 60 + 16 - 3),
        ("2025-01-07", 133 + 1),  # and Hesai, which the edition's footnote keeps on the list
        ("2026-02-17", 134 - 12),
        ("2026-06-08", 188),
    ],
)
def test_each_real_edition_has_its_companies(real_rows: list[dict[str, str]], day: str, companies: int) -> None:
    """Tranches add up, whole editions replace, removals take off: the count of every date is the publisher's."""
    reading = read(as_known_on(real_rows, day))
    records = list(reading.records)
    assert (reading.edition, len(records), len({record.key for record in records})) == (day, companies, companies)
    assert reading.published == datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert reading.signals == []


def test_the_edition_of_2025_names_what_its_rows_name(real_rows: list[dict[str, str]]) -> None:
    """Nothing but the rows of that start date and Hesai is on the list; 360 Security is on it since 2022."""
    on = {listing.name: listing for listing in listings(as_known_on(real_rows, "2025-01-07"))}
    published = {row["Name"] for row in real_rows if row["Start date"] == "2025-01-07"}
    extra = [name for name in on if not any(one.replace("’", "'").startswith(name) for one in published)]
    assert extra == ["Hesai Technology Co., Ltd."]
    assert on["360 Security Technology Inc."].listed_on == date(2022, 10, 5)
    assert on["Tencent Holdings Limited"].listed_on == date(2025, 1, 7)
    assert on["Huawei Technologies Co., Ltd."].programmes == ("S1260H",)


def test_the_pdf_and_the_transcription_of_its_edition_agree(real_rows: list[dict[str, str]], real_pdf: bytes) -> None:
    """All 134 entries have the same key and the same name in both; these three differ in what else is said of them."""
    printed = {listing.key: listing for listing in listings(real_pdf)}
    typed = {listing.key: listing for listing in listings(as_known_on(real_rows, "2025-01-07"))}
    assert len(printed) == 134
    assert {key: one.name for key, one in printed.items()} == {key: one.name for key, one in typed.items()}
    other_names = {key for key in printed if set(printed[key].aliases) != set(typed[key].aliases)}
    assert other_names == {"hesai technology"}  # its footnote leaves "(Hesai)" out
    parents = {key for key in printed if printed[key].details and typed[key].details}
    spelled = {
        (dict(printed[key].details)["Parent Name"], dict(typed[key].details)["Parent Name"])
        for key in parents
        if printed[key].details != typed[key].details
    }

    def letters(name: str) -> str:
        return "".join(char for char in name if char.isalnum())

    # The transcription drops a dot or a bracket of a parent's name.
    assert {letters(one) for one, _ in spelled} == {letters(two) for _, two in spelled}
    assert not [key for key in typed if typed[key].details and not printed[key].details]


def test_the_pdf_keeps_parents_names_and_footnotes_apart(real_pdf: bytes) -> None:
    """Subsidiaries know their parent across a page break; who was taken off is not on the list."""
    reading = read(real_pdf, PDF_URL)
    on = {listing.name: listing for listing in (record.parse() for record in reading.records)}
    assert (reading.layout, reading.edition, reading.signals) == ("1260H.pdf/1", "2025-01-07", [])
    assert dict(on["Aisino Corporation"].details) == {
        "Parent Name": "China Aerospace Science and Industry Corporation Limited"
    }
    assert on["China National Nuclear Corporation"].details == ()
    assert on["AVIC Airborne Systems Co., Ltd."].aliases == (Name("China Avionics Systems Co., Ltd.", NameKind.FORMER),)
    assert "Xiamen Meiya Zhongmin Electronic Technology Co., Ltd." in on
    assert on["Hesai Technology Co., Ltd."].reason.endswith("as reported in 89 Fed. Reg. 86230 (October 29, 2024).")
    assert not [name for name in on if "Megvii" in name or "Consys" in name or "Section" in name]
    assert {listing.url for listing in on.values()} == {PDF_URL}
    assert {listing.listed_on for listing in on.values()} == {None}


def test_renamed_companies_keep_their_key_into_2026(real_rows: list[dict[str, str]]) -> None:
    """What the document calls a former name, and DJI and Hesai, is the same company; three really have no successor."""
    before = {one.key: one for one in listings(as_known_on(real_rows, "2026-02-17"))}
    after = {one.key: one for one in listings(as_known_on(real_rows, "2026-06-08"))}
    renamed = {one.name: after[key].name for key, one in before.items() if key in after and after[key].name != one.name}
    assert renamed == {
        "Cheng Du Westone Information Industry Co., Ltd.": "CETC Cyberspace Security Technology Co., Ltd.",
        "China Unicom Group (BVI) Co., Ltd.": "China Unicom Group Corporation (BVI) Co., Ltd.",
        "Guangzhou GCI Science & Technology Co., Ltd.": "CETC Potevio Science & Technology Co., Ltd",
        "Hesai Technology Co., Ltd.": "Hesai Group",
        "Phoenix Optics Company Limited": "Phenix Optical Company Limited",
        "Shanghai East China Computer Co., Ltd.": "CETC Digital Technology Co., Ltd.",
        "Shenzhen DJI Innovation Technology Co., Ltd.": "Shenzhen DJI Technology Co., Ltd.",
        "Zhonghang Electronic Measuring Instruments Company Limited": "AVIC Chengdu Aircraft Co., Ltd.",
    }
    assert sorted(before.keys() - after.keys()) == [
        "china communications constructions usa",
        "guangzhou wenchong shipyard",
        "xian aircraft industry group",  # merged into AVIC Xi'an, which was listed beside it
    ]
    assert len(after.keys() - before.keys()) == 69


def test_the_newest_edition_alone_has_the_same_keys_where_it_says_the_former_name(
    real_rows: list[dict[str, str]],
) -> None:
    """Without the old rows a former name still makes the key, so nothing is announced as new that is not."""
    whole = keys(as_known_on(real_rows, "2026-06-08"))
    alone = keys(as_known_on([row for row in real_rows if row["Start date"] == "2026-06-08"], "2026-06-08"))
    assert sorted(alone) == sorted(whole)


def test_the_reason_of_june_2026_is_given_word_for_word(real_rows: list[dict[str, str]]) -> None:
    """Note is the publisher's reason and is not touched; a subsidiary without one gets none."""
    on = {listing.name: listing for listing in listings(as_known_on(real_rows, "2026-06-08"))}
    assert on["Tencent Holdings Limited"].reason == (
        "Tencent is indirectly affiliated with the PLA (Section 1260H(g)(2)(B)(i)(I))."
    )
    assert on["Huawei Technologies Co., Ltd."].reason == ""
    assert on["Huawei Technologies Co., Ltd."].listed_on == date(2021, 6, 3)
    assert on["ChangXin Memory Technologies, Inc."].listed_on == date(2026, 6, 8)  # off from February to June


@pytest.mark.parametrize("share", [0.15, 0.4, 0.77, 0.999])
def test_a_cut_real_pdf_is_refused(real_pdf: bytes, share: float) -> None:
    """A PDF that stops early must never look like a shorter list."""
    with pytest.raises(ListDamaged, match="us_dod_cmc: a PDF"):
        read(real_pdf[: int(len(real_pdf) * share)])


@pytest.mark.parametrize("page", range(5))
def test_a_real_pdf_with_one_damaged_page_is_refused(real_pdf: bytes, page: int) -> None:
    """Parsers forgive a page that cannot be unpacked; thirty companies fewer must not follow from it."""
    content = PdfReader(io.BytesIO(real_pdf)).pages[page]["/Contents"].get_object()
    packed = content[0].get_object() if isinstance(content, ArrayObject) else content
    raw: bytes = vars(packed)["_data"]  # as it stands in the file
    at = real_pdf.index(raw) + len(raw) // 2
    with pytest.raises(ListDamaged, match="cannot be read"):
        read(real_pdf[:at] + bytes([real_pdf[at] ^ 0x55]) + real_pdf[at + 1 :])


def test_a_drawn_pdf_with_a_page_that_was_packed_and_cut_is_refused() -> None:
    """The packed text simply ends, and everything around it is whole."""
    whole = zlib.compress(b"BT /F1 12 Tf 1 0 0 1 72 700 Tm (Chinese Military Companies) Tj ET" * 9)
    body = pdf(HEADING + down((72, "Alpha Limited")))
    packed = b"<</Filter/FlateDecode/Length %d>>\nstream\n" % len(whole[:30])
    endless = b"\x78\x01\x01\xff\xff\x00\x00"  # says that 65,535 bytes follow as they are
    for stream in (whole[:30] + b"\nendstream", whole[:8], endless):
        damaged = body.replace(b"xref\n", b"9 0 obj\n" + packed + stream + b"\nxref\n", 1)
        with pytest.raises(ListDamaged, match=r"cannot be read \(error: "):  # zlib's, not the parser's
            read(damaged)


def test_a_pdf_that_says_it_is_encrypted_is_left_to_the_parser() -> None:
    """Its parts cannot be unpacked before they are deciphered."""
    assert keys(pdf(HEADING + down((72, "Alpha Limited")), title="/Encrypt")) == ["alpha"]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.7, 0.9, 0.99])
def test_a_cut_real_table_is_refused(shared: Path, share: float) -> None:
    """Wherever the transfer stopped, inside a cell or an address."""
    body = (shared / "lists/us_dod_cmc/2021-2026_sanctions.opensanctions.csv").read_bytes()
    with pytest.raises(ListDamaged, match="cut"):
        read(body[: int(len(body) * share)].rsplit(b"\n", 1)[0][:-7])


def test_another_lists_file_is_refused(shared: Path) -> None:
    """The SDN list served under this address is told from this one."""
    with pytest.raises(ListDamaged, match="expected a table with columns Name and Start date"):
        read((shared / "lists/us_ofac_sdn/2019-01_sdn.csv").read_bytes())


# ── The table ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sample_reads_as_its_golden() -> None:
    """The Section 1237 list of 2021 after Xiaomi left it, entry by entry."""
    found = listings((SAMPLES / "sample.csv").read_bytes())
    golden = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))["sample.csv"]["listings"]
    assert json.loads(codec.encode(found)) == golden
    assert "Xiaomi Corporation" not in [one.name for one in found]


def test_xiaomi_is_listed_until_its_end_date_is_written_down() -> None:
    """The January edition has Xiaomi as the ninth of nine; the same table with an End date has it no more."""
    ended = (SAMPLES / "sample.csv").read_text(encoding="utf-8")
    january = read(ended.replace("2021-05-25", ""))
    before = {record.key: record for record in january.records}
    after = {record.key: record for record in read(ended).records}
    assert before.keys() - after.keys() == {"xiaomi"}
    assert january.edition == "2021-01-14"
    assert read(ended).edition == "2021-05-25"
    assert before["xiaomi"].parse().programmes == ("S1237",)
    assert before["xiaomi"].parse().listed_on == date(2021, 1, 14)
    assert all(before[key].mark == after[key].mark for key in after)


def test_tranches_add_up_without_end_dates() -> None:
    """Four dates that repeat nobody are one list."""
    rows = ["A Corp,2020-06-12,,,", "B Ltd,2020-08-28,,,", "C Inc.,2020-12-03,2021-05-25,,", "D Co.,2021-01-14,,,"]
    assert keys(table(*rows)) == ["a", "b", "d"]


def test_an_edition_that_repeats_most_names_replaces_the_list() -> None:
    """Who is not named again is off although nobody wrote an End date; who is named again keeps the first date."""
    rows = ["Alpha Ltd,2022-10-05,,,", "Beta Ltd,2022-10-05,,,", "Gamma Ltd,2024-01-31,,,"]
    again = ["Alpha Limited,2025-01-07,,,", "Beta Ltd.,2025-01-07,,,", "Delta Ltd,2025-01-07,,,"]
    found = listings(table(*rows, *again))
    assert [(one.key, one.listed_on) for one in found] == [
        ("alpha", date(2022, 10, 5)),
        ("beta", date(2022, 10, 5)),
        ("delta", date(2025, 1, 7)),
    ]


def test_an_edition_that_repeats_half_the_names_is_a_tranche() -> None:
    """Exactly half is not most: nobody is delisted on a doubt."""
    rows = ["Alpha Ltd,2022-10-05,,,", "Beta Ltd,2022-10-05,,,", "Alpha Ltd,2025-01-07,,,"]
    assert sorted(keys(table(*rows))) == ["alpha", "beta"]


def test_a_new_statute_begins_a_new_list() -> None:
    """In June 2021 the list under Section 1260H replaced that under Section 1237, whoever was on it."""
    found = listings(
        table("Alpha Ltd,2021-01-14,,,", "Beta Ltd,2020-06-12,,,", "Beta Ltd,2021-06-03,,,", "C,2021-06-03,,,")
    )
    assert [(one.key, one.programmes, one.listed_on) for one in found] == [
        ("beta", ("S1260H",), date(2021, 6, 3)),
        ("c", ("S1260H",), date(2021, 6, 3)),
    ]


def test_a_note_that_a_company_remains_holds_for_one_edition() -> None:
    """A company outside the new edition stays when its note says so, and leaves with the edition after that."""
    remains = "Gamma Ltd was previously identified as and remains a Chinese military company"
    first = ["Alpha Ltd,2022-10-05,,,", "Beta Ltd,2022-10-05,,,", f"Gamma Ltd,2022-10-05,,,{remains}"]
    second = ["Alpha Ltd,2025-01-07,,,", "Beta Ltd,2025-01-07,,,"]
    third = ["Alpha Ltd,2026-06-08,,,", "Beta Ltd,2026-06-08,,,"]
    assert sorted(keys(table(*first, *second))) == ["alpha", "beta", "gamma"]
    assert sorted(keys(table(*first, *second, *third))) == ["alpha", "beta"]


def test_a_previous_name_keeps_the_key_of_a_company_that_was_renamed() -> None:
    """By the column, by "(formerly ...)", and by both; with the old row in the table or without."""
    old = "Shenzhen Old Name Co. Ltd.,2025-01-07,,,"
    column = '"Shenzhen New Name Co., Ltd.",2026-06-08,,"Shenzhen Old Name Co., Ltd.",'
    bracket = '"Shenzhen New Name Co., Ltd. (formerly Shenzhen Old Name Co., Ltd. (SON)) (SNN)",2026-06-08,,,'
    for rows in ([old, column], [old, bracket], [column], [bracket]):
        (listing,) = listings(table(*rows))
        assert (listing.key, listing.name) == ("shenzhen old name", "Shenzhen New Name Co., Ltd.")
        assert "Shenzhen Old Name Co., Ltd." in [name.text for name in listing.aliases if name.kind is NameKind.FORMER]


def test_a_former_name_that_is_listed_beside_it_is_another_company() -> None:
    """Two rows of one edition never share a key because one of them was once called like the other."""
    rows = ["Beta Ltd (formerly Alpha Ltd),2025-01-07,,,", "Alpha Ltd,2025-01-07,,,"]
    assert keys(table(*rows)) == ["beta", "alpha"]


def test_dji_is_one_company_under_both_its_names() -> None:
    """The edition of 2026 renamed it without saying so."""
    old, new = "Shenzhen DJI Innovation Technology Co. Ltd. (DJI)", "Shenzhen DJI Technology Co. Ltd. (DJI)"
    assert keys(table(f"{old},2025-01-07,,,")) == keys(table(f"{new},2026-06-08,,,"))


def test_accents_dots_and_legal_forms_do_not_make_a_new_company() -> None:
    """One key for every way the editions write a name."""
    spellings = [
        "CloudWalk Technology Co., Ltd (CloudWalk)*",
        "CLOUDWALK Technology Co.,Ltd.",
        "Clóudwalk Technology Inc",
    ]
    assert {keys(table(f'"{name}",2025-01-07,,,'))[0] for name in spellings} == {"cloudwalk technology"}
    assert keys(table("The U.S. M&S Corp.,2025-01-07,,,")) == ["the us m and s"]
    assert keys(table("Corporation Ltd,2025-01-07,,,")) == ["corporation ltd"]


def test_companies_that_differ_in_their_legal_form_only_stay_two() -> None:
    """Both get the form into their key, so that neither hides the other."""
    assert keys(table("Alpha Corp,2025-01-07,,,", "Alpha Ltd,2025-01-07,,,")) == ["alpha corp", "alpha ltd"]


def test_a_row_that_stands_twice_gives_one_key_twice() -> None:
    """The caller refuses readings with duplicate keys; hiding one here would take that from it."""
    assert keys(table("Alpha Ltd,2025-01-07,,,", "Alpha Ltd.,2025-01-07,,,")) == ["alpha", "alpha"]


@pytest.mark.parametrize(
    ("published", "name", "aliases"),
    [
        ("China Communications Group (Limited) (CCCG)*", "China Communications Group (Limited)", ["CCCG"]),
        ("China Unicom (Hong Kong) Limited (China Unicom HK)", "China Unicom (Hong Kong) Limited", ["China Unicom HK"]),
        ("Huawei Technologies (Hong Kong)", "Huawei Technologies (Hong Kong)", []),
        ("360 Security Technology Inc. (Qihoo 360).", "360 Security Technology Inc.", ["Qihoo 360"]),
        ("Hesai Group (also known as Hesai Technology Co., Ltd.)", "Hesai Group", ["Hesai Technology Co., Ltd."]),
        ("SMIC (Tianjin) Corporation (SMIC Tianjin]", "SMIC (Tianjin) Corporation", ["SMIC Tianjin"]),
        ("Knownsec Ltd (Knownsec, Beijing Knownsec; KS)", "Knownsec Ltd", ["Knownsec", "Beijing Knownsec", "KS"]),
        ("Xi’an Aircraft Co.,Ltd.", "Xi'an Aircraft Co., Ltd.", []),
        ("A) strange name)", "A) strange name)", []),
        ("小米集团 (小米)", "小米集团", ["小米"]),
    ],
)  # fmt: skip
def test_names_are_taken_apart_as_published(published: str, name: str, aliases: list[str]) -> None:
    """The short name leaves the name; a legal form or place in brackets stays in it."""
    (listing,) = listings(table(f'"{published}",2025-01-07,,,'))
    assert (listing.name, [alias.text for alias in listing.aliases]) == (name, aliases)


def test_all_columns_reach_the_listing() -> None:
    """Alias, parent, address of the edition: nothing a person typed is lost, nothing is told twice."""
    columns = "Name,Clean Name,Alias,Previous Name,Parent Name,Note,Start date,End date,Source Url"
    row = (
        '"B Co., Ltd. (BCL)","B Co., Ltd.","BCL,Bee",,"P Group Ltd. (PG)",Because.,2025-01-07,,https://x.example/e.pdf'
    )
    (listing,) = listings(table(row, columns=columns))
    assert listing.aliases == (Name("BCL", NameKind.ACRONYM), Name("Bee"))
    assert listing.details == (("Parent Name", "P Group Ltd."),)
    assert (listing.reason, listing.url) == ("Because.", "https://x.example/e.pdf")


def test_two_columns_are_enough_and_semicolons_do() -> None:
    """The smallest table a person can keep, as a spreadsheet of another country saves it."""
    reading = read("\ufeffname;Start Date\r\nAlpha Ltd;2025-01-07\r\n\r\n")
    assert [record.key for record in reading.records] == ["alpha"]
    assert reading.signals == []


def test_what_is_odd_but_readable_is_told_to_the_operator() -> None:
    """A column nobody knows, a row without a name, an End date to come: read on, and say so."""
    text = table("Alpha Ltd,2025-01-07,2027-01-01,x", ",2025-01-07,,", columns="Name,Start date,End date,Colour")
    reading = read(text)
    assert [record.key for record in reading.records] == ["alpha"]
    assert reading.edition == "2025-01-07"
    assert reading.signals == [
        "unknown column: colour",
        "line 3 names nobody; left out",
        "Alpha Ltd: End date 2027-01-01 is still to come; it counts as listed until then",
    ]


def test_the_clean_name_stands_in_for_a_missing_name() -> None:
    """A row of a table where only that column was filled in."""
    columns = "Name,Clean Name,Start date"
    assert keys(table(",Alpha Ltd,2025-01-07", columns=columns)) == ["alpha"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is empty"),
        (b"   \n", "is empty"),
        (b"<!DOCTYPE html><html><body>Access Denied</body></html>", "a web page"),
        (b'<?xml version="1.0"?><sdnList/>', "a web page or XML"),
        (b'{"error": "denied"}', "JSON"),
        (b"PK\x03\x04rest", "a workbook"),
        (b"\x89PNG\0\0", "binary data"),
        (table("Alpha Ltd,2025-01-07,,,").encode("utf-16"), "UTF-16"),
        (table("Xi\xe1n Ltd,2025-01-07,,,").encode("cp1252"), "not UTF-8 at byte"),
        (table(), "no rows"),
        (b"Name,End date\nAlpha,2025-01-07\n", "columns Name and Start date"),
        (b"Name,Name,Start date\nA,A,2025-01-07\n", "columns Name and Start date"),
        (table("Alpha, Ltd,2025-01-07,,,").encode(), "6 of 5 columns"),
        (b"Name,Start date,Note\nAlpha,2025-01-07\n", "2 of 3 columns"),
        (b'Name,Start date\n"Alpha,2025-01-07\n', "no CSV"),
        (b"Name,Start date\nAlpha,2025-01", "write it as 2021-01-14"),
        (b"Name,Start date\nAlpha,1/14/2021\n", "write it as 2021-01-14"),
        (b"Name,Start date,End date\nAlpha,2021-01-14,soon\n", "End date is 'soon'"),
        (b"Name,Start date,Source Url\nA,2021-01-14,https://x.example/1.pdf\nB,2021-01-14,https:", "table is cut"),
        (b"%PDF-1.7\nnothing", "without its end mark"),
        (b"%PDF-1.7\nnothing\n%%EOF", "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_a_word_on_what_it_is(body: bytes, says: str) -> None:
    """Nothing of it becomes a delisting."""
    with pytest.raises(ListDamaged, match=says) as refusal:
        read(body)
    assert str(refusal.value).startswith("us_dod_cmc: ")


def test_a_missing_last_line_end_alone_is_no_damage() -> None:
    """Editors leave it out; only a last cell that is the beginning of another shows a cut."""
    rows = b"Name,Start date,Source Url\nA,2021-01-14,https://x.example/1\nB,2021-01-14,https://x.example/2"
    assert keys(rows) == ["a", "b"]
    assert keys(b"Name,Start date\nA,2021-01-14") == ["a"]


# ── The PDF, drawn for the occasion ───────────────────────────────────────────────────────────────────────────────


def test_a_drawn_pdf_with_broken_names_and_reasons() -> None:
    """A name goes on over lines and a page break, a reason belongs to the company it begins with, a section ends it."""
    first = down(
        (72, "Alpha Holdings Limited \\(Alpha\\)"),
        (72, "Alpha is indirectly affiliated with the PLA and"),
        (72, "with others \\(Section 1260H\\(g\\)\\(2\\)\\(B\\)\\)."),
        (108, "Beta Science and"),
        (108, "Technology"),
        (108, "Co., Ltd."),
        (72, ""),
        (72, "Gamma Electronics Corporation \\(formerly Gamma"),
        (72, "Radio Factory\\)"),
        (72, ""),
        (72, "\\225 Delta Limited"),
    )
    second = down(
        (72, "Epsilon Machines of"),
        (72, "China Co., Ltd."),
        (72, ""),
        (72, "Page 2 of 2"),
        (72, ""),
        (72, "*Subsidiaries Listed with Parent Companies"),
        (72, ""),
        (72, "The Following Previously Listed Entities Did Not Meet the Requirements of Section 1260H"),
        (72, "as Mandated by Section 1260H\\(a\\)."),
        (72, ""),
        (72, "Zeta Company Limited"),
        start=700,
    )
    notes = down((72, "1  Omega Ltd. was previously identified as and remains a Chinese military"), start=90, size=10)
    notes += down((72, "company as reported in 89 Fed. Reg. 1."), (72, "2  Another note."), start=78, step=12, size=10)
    reading = read(pdf(HEADING + first + notes, second), "https://mirror.example/us_dod_cmc")
    found = [record.parse() for record in reading.records]
    assert [(one.name, dict(one.details).get("Parent Name", "")) for one in found] == [
        ("Alpha Holdings Limited", ""),
        ("Beta Science and Technology Co., Ltd.", "Alpha Holdings Limited"),
        ("Gamma Electronics Corporation", ""),
        ("Delta Limited", ""),
        ("Epsilon Machines of China Co., Ltd.", ""),
        ("Omega Ltd.", ""),
    ]
    assert found[0].reason == "Alpha is indirectly affiliated with the PLA and with others (Section 1260H(g)(2)(B))."
    assert found[2].key == "gamma radio factory"
    assert {one.url for one in found} == {""}
    assert (reading.edition, reading.signals) == ("2025-01-07", [])


def test_passages_that_fit_nowhere_are_told_to_the_operator() -> None:
    """A reason for nobody above, and a sentence: neither becomes a company, neither vanishes."""
    lines = down(
        (72, "Alpha Limited"),
        (72, ""),
        (72, "Nobody is directly affiliated with the PLA \\(Section 1260H\\(g\\)\\(2\\)\\)."),
        (72, ""),
        (72, "This list is a product of Public Law 116-283."),
        (72, ""),
        (72, "Beta Limited"),
    )
    reading = read(pdf(HEADING + lines))
    assert [record.key for record in reading.records] == ["alpha", "beta"]
    assert len(reading.signals) == 2


def test_the_address_tells_the_edition_before_the_file_does() -> None:
    """A PDF saved again later has another date inside; without either the edition is left open."""
    body = pdf(HEADING + down((72, "Alpha Limited")))
    assert read(body, "https://media.defense.gov/2026/Jun/08/1/x.PDF").edition == "2026-06-08"
    assert read(body, "https://media.defense.gov/2026/Foo/08/1/x.PDF").edition == "2025-01-07"
    for made in ("yesterday", "D:20259999"):
        unknown = read(pdf(HEADING + down((72, "Alpha Limited")), title=made))
        assert (unknown.edition, unknown.published) == ("", None)


def test_a_pdf_of_the_older_statute_has_the_older_programme() -> None:
    """The letters of 2020 and January 2021 stand under Section 1237."""
    heading = [(72, 700, 12, "Qualifying Entities as Communist Chinese Military Companies under Section 1237")]
    body = pdf(heading + down((72, "Xiaomi Corporation")), title="D:20210114120000Z")
    assert [one.programmes for one in listings(body)] == [("S1237",)]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (down((72, "Annual report of somebody else")), "a PDF that begins 'Annual report"),
        (HEADING, "no names in it"),
        ([], "a PDF with 1 pages, 1 of them without text"),
    ],
)
def test_a_pdf_that_is_not_the_list_is_refused(lines: list[Printed], says: str) -> None:
    """Another PDF, the title page alone, a scan."""
    with pytest.raises(ListDamaged, match=says):
        read(pdf(lines))


def test_a_pdf_with_an_empty_page_before_its_last_is_refused() -> None:
    """A page that lost its text is thirty companies; an empty last page is only a word processor's."""
    page = HEADING + down((72, "Alpha Limited"))
    with pytest.raises(ListDamaged, match="3 pages, 1 of them without text"):
        read(pdf(page, [], down((72, "Beta Limited"))))
    assert keys(pdf(page, [])) == ["alpha"]


def test_the_card_tells_an_operator_what_to_know() -> None:
    """Plain clients are blocked, and the address changes: both are said where `sources` and `doctor` print it."""
    assert us_dod_cmc.card.id == "us_dod_cmc"
    assert "TOCSIN_MIRROR" in us_dod_cmc.card.note
    assert us_dod_cmc.card.url.startswith("https://media.defense.gov/2026/Jun/08/")


def test_two_readings_of_one_document_have_the_same_marks() -> None:
    """So that an edition read again is no change, and a changed reason is one."""

    def marks(body: str) -> Iterator[tuple[str, bytes]]:
        return ((record.key, record.mark) for record in read(body).records)

    text = table("Alpha Ltd,2025-01-07,,,One.", "Beta Ltd,2025-01-07,,,")
    assert dict(marks(text)) == dict(marks(text))
    changed = dict(marks(text.replace("One.", "Two.")))
    assert {key for key, mark in marks(text) if changed[key] != mark} == {"alpha"}
    assert {len(mark) for mark in changed.values()} == {8}
