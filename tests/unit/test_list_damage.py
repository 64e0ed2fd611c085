"""Documents that cannot be the list they should be: each is an error that says what it is and what to do.

The files are the samples of tests/sources, spoiled one way at a time.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.lists.au_dfat import au_dfat
from adapters.lists.ca_sema import ca_sema
from adapters.lists.ch_seco import ch_seco
from adapters.lists.eu_fsf import eu_fsf
from adapters.lists.jp_mof import jp_mof
from adapters.lists.opensanctions import opensanctions
from adapters.lists.uk_sanctions import uk_sanctions
from adapters.lists.un_sc import un_sc
from adapters.lists.us_bis_dpl import us_bis_dpl
from adapters.lists.us_csl import us_csl
from adapters.lists.us_dhs_uflpa import us_dhs_uflpa
from adapters.lists.us_fcc_covered import us_fcc_covered
from adapters.lists.us_ndaa import us_ndaa
from adapters.lists.us_ofac_cons import us_ofac_cons
from adapters.lists.us_ofac_sdn import us_ofac_sdn
from bot.errors import ListDamaged
from bot.model import Document, Listing, Reading
from bot.sources import ListSource
from tests.worlds.sheets import workbook

SAMPLES = Path(__file__).parents[1] / "sources"
SDN_XML = (SAMPLES / "us_ofac_sdn" / "sample.xml").read_bytes()
SDN_CSV = (SAMPLES / "us_ofac_sdn" / "sample.csv").read_bytes()
CONS_XML = (SAMPLES / "us_ofac_cons" / "sample.xml").read_bytes()
CONS_CSV = (SAMPLES / "us_ofac_cons" / "sample.csv").read_bytes()
CSL_CSV = (SAMPLES / "us_csl" / "sample.csv").read_bytes()
CSL_JSON = (SAMPLES / "us_csl" / "sample.json").read_bytes()

UN_XML = (SAMPLES / "un_sc" / "sample.xml").read_bytes()
DPL_TXT = (SAMPLES / "us_bis_dpl" / "sample.txt").read_bytes()
FCC_CSV = (SAMPLES / "us_fcc_covered" / "sample.csv").read_bytes()
FCC_HTML = (SAMPLES / "us_fcc_covered" / "sample.html").read_bytes()
UFLPA_HTML = (SAMPLES / "us_dhs_uflpa" / "sample.html").read_bytes()
EU_XML = (SAMPLES / "eu_fsf" / "sample.xml").read_bytes()
EU_CSV = (SAMPLES / "eu_fsf" / "sample.1_1.csv").read_bytes()
EU_OLD = (SAMPLES / "eu_fsf" / "sample.1_0.csv").read_bytes()
UK_CSV = (SAMPLES / "uk_sanctions" / "sample.csv").read_bytes()
UK_XML = (SAMPLES / "uk_sanctions" / "sample.xml").read_bytes()
UK_OLD = (SAMPLES / "uk_sanctions" / "sample.conlist.csv").read_bytes()
CA_XML = (SAMPLES / "ca_sema" / "sample.xml").read_bytes()
CH_XML = (SAMPLES / "ch_seco" / "sample.xml").read_bytes()
OS_CSV = (SAMPLES / "opensanctions" / "sample.csv").read_bytes()
OS_FTM = (SAMPLES / "opensanctions" / "sample.ftm.json").read_bytes()
AU_ODS = (SAMPLES / "au_dfat" / "sample.ods").read_bytes()
JP_ODS = (SAMPLES / "jp_mof" / "sample.ods").read_bytes()
NDAA_CSV = (SAMPLES / "us_ndaa" / "sample.csv").read_bytes()

EVERY = [
    pytest.param(us_ofac_sdn, SDN_XML, id="sdn.xml"),
    pytest.param(us_ofac_sdn, SDN_CSV, id="sdn.csv"),
    pytest.param(us_ofac_cons, CONS_XML, id="consolidated.xml"),
    pytest.param(us_ofac_cons, CONS_CSV, id="cons_prim.csv"),
    pytest.param(us_csl, CSL_CSV, id="csl.csv"),
    pytest.param(us_csl, CSL_JSON, id="csl.json"),
    pytest.param(un_sc, UN_XML, id="un.xml"),
    pytest.param(us_bis_dpl, DPL_TXT, id="dpl.txt"),
    pytest.param(us_fcc_covered, FCC_CSV, id="fcc.csv"),
    pytest.param(us_fcc_covered, FCC_HTML, id="fcc.html"),
    pytest.param(us_dhs_uflpa, UFLPA_HTML, id="uflpa.html"),
    pytest.param(us_ndaa, NDAA_CSV, id="ndaa.csv"),
    pytest.param(eu_fsf, EU_XML, id="eu.xml"),
    pytest.param(eu_fsf, EU_CSV, id="eu.csv"),
    pytest.param(ca_sema, CA_XML, id="ca.xml"),
    pytest.param(ch_seco, CH_XML, id="ch.xml"),
    pytest.param(opensanctions, OS_CSV, id="os.csv"),
    pytest.param(uk_sanctions, UK_CSV, id="uk.csv"),
    pytest.param(uk_sanctions, UK_XML, id="uk.xml"),
]
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def read(source: ListSource, body: bytes) -> tuple[Reading, list[tuple[str, bytes, Listing]]]:
    reading = source.read(Document.of(body, url="https://lists.example/file", at=NOW))
    return reading, [(record.key, record.mark, record.parse()) for record in reading.records]


def refusal(source: ListSource, body: bytes) -> str:
    with pytest.raises(ListDamaged) as caught:
        read(source, body)
    return str(caught.value)


# ── What is not a list at all ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("source", "body"), EVERY)
def test_an_empty_body_is_an_error_and_not_an_empty_list(source: ListSource, body: bytes) -> None:
    """OFAC's file of 2024-05-04, as one scraper kept it, has 0 bytes: nobody was delisted that day."""
    assert "empty body" in refusal(source, b"")
    assert "empty body" in refusal(source, b"\r\n \n")


@pytest.mark.parametrize(("source", "body"), EVERY)
@pytest.mark.parametrize(
    ("instead", "words"),
    [
        (
            b"<!DOCTYPE html>\n<html><head><title>Access Denied</title></head></html>",
            "HTML page titled 'Access Denied'",
        ),
        (b"\n<html lang='en'><body>moved</body></html>", "HTML page"),
        (b"%PDF-1.7\n%...", "a PDF"),
        (b"PK\x03\x04....", "ZIP archive"),
        (b"\xd0\xcf\x11\xe0....", "old Excel"),
        (b"Service temporarily unavailable\n", "text beginning 'Service temporarily unavailable'"),
        (b"\x00\x01\x02\x03", "text beginning"),
        (b"[1, 2]", "JSON"),
        (b"<rss><channel/></rss>", "<rss>"),
    ],
)
def test_something_else_is_named_for_what_it_is(source: ListSource, body: bytes, instead: bytes, words: str) -> None:
    """An operator reads what came instead of the list, and which file to give."""
    said = refusal(source, instead)
    assert words in said
    assert said.startswith(source.card.id)


@pytest.mark.parametrize(("source", "body"), EVERY)
def test_utf_16_is_named(source: ListSource, body: bytes) -> None:
    """A file saved by a spreadsheet as "Unicode text" is refused by name, with or without its mark."""
    assert "UTF-16" in refusal(source, body.decode().encode("utf-16"))
    assert "UTF-16" in refusal(source, body.decode().encode("utf-16-le"))


@pytest.mark.parametrize(("source", "body"), [(au_dfat, AU_ODS), (jp_mof, JP_ODS)], ids=["au", "jp"])
@pytest.mark.parametrize(
    ("instead", "words"),
    [
        (b"", "empty body"),
        (b"<!DOCTYPE html><html><head><title>Access Denied</title></head></html>", "HTML page titled 'Access Denied'"),
        (b"%PDF-1.7\n%...", "a PDF"),
        (b"PK\x03\x04....", "a ZIP archive"),
        (b"\xd0\xcf\x11\xe0....", "an old Excel file"),
        (workbook({"One": [["a", "b"], ["1", "2"]]}), "a spreadsheet without"),
    ],
)
def test_a_spreadsheet_that_is_another_is_named(source: ListSource, body: bytes, instead: bytes, words: str) -> None:
    """What is no list of that publisher says so, whatever program made it; so does one that was cut."""
    assert words in refusal(source, instead)
    for end in range(0, len(body) - 1, 397):
        assert refusal(source, body[:end]), f"cut after {end} bytes"


def test_an_australian_row_without_a_reference_is_an_error() -> None:
    """Every name belongs to a numbered party."""
    header = ["Reference", "Name of Individual or Entity", "Type", "Name Type", "Committees"]
    row = ["", "Somebody", "Individual", "aka", "1988 (Taliban)"]
    assert "row 1 has the reference ''" in refusal(au_dfat, workbook({"One": [header, row]}))
    assert "a header and no rows" in refusal(au_dfat, workbook({"One": [header]}))


# ── Cut, garbled, unsafe ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("source", "body"), EVERY)
def test_a_list_cut_anywhere_is_an_error(source: ListSource, body: bytes) -> None:
    """Wherever a download breaks off, the reading fails; only a CSV cut exactly at a line end looks whole."""
    whole = len(body.rstrip(b"\x1a\r\n"))
    for end in range(0, whole, 7):
        cut = body[:end]
        if source_reads_lines(body) and (cut.endswith((b"\n", b"\r")) or body[end : end + 1] in b"\r\n"):
            continue
        assert refusal(source, cut), f"cut after {end} bytes"


@pytest.mark.parametrize(
    ("source", "body"),
    [
        *EVERY,
        pytest.param(eu_fsf, EU_OLD, id="eu.1.0.csv"),
        pytest.param(uk_sanctions, UK_OLD, id="conlist.csv"),
        pytest.param(opensanctions, OS_FTM, id="os.ftm"),
        pytest.param(au_dfat, AU_ODS, id="au.ods"),
        pytest.param(jp_mof, JP_ODS, id="jp.ods"),
    ],
)
def test_whatever_happens_to_the_bytes_a_list_is_read_or_refused(source: ListSource, body: bytes) -> None:
    """Bytes changed, lost, doubled or zeroed anywhere: no other error comes out than the one that names the list."""
    dice = random.Random(source.card.id)
    for _ in range(60):
        at, size = dice.randrange(len(body)), dice.choice((1, 7, 300))
        piece = dice.choice((b"", b"\0" * size, dice.randbytes(size), body[at : at + size] * 2))
        try:
            read(source, body[:at] + piece + body[at + size :])
        except ListDamaged as refused:
            said = str(refused)
        else:
            said = f"{source.card.id}: read"
        assert said.startswith(f"{source.card.id}: ")


@pytest.mark.parametrize(
    ("source", "body", "words"),
    [
        (us_fcc_covered, FCC_HTML.replace(b"Date of Inclusion", b"Day"), "no table of covered equipment"),
        (us_fcc_covered, FCC_HTML.replace(b"<table", b"<div").replace(b"</table", b"</div"), "which a script may have"),
        (us_fcc_covered, FCC_HTML.replace(b"<td>March 12, 2021</td>", b""), "a row of 1 cells"),
        (us_fcc_covered, b"covered_equipment_or_services,date,more\na,b,c\n", "3 columns, expected two"),
        (us_fcc_covered, b"covered_equipment_or_services,date\n,b\n", "row 1 says nothing"),
        (us_fcc_covered, b"covered_equipment_or_services,date\n", "a header and no rows"),
        (us_dhs_uflpa, UFLPA_HTML.replace(b"<td>June 12, 2023</td>", b""), "a row of 1 cells"),
        (us_dhs_uflpa, UFLPA_HTML.replace(b"<th>Effective Date", b"<th>Effective day"), "with its tables"),
        (us_dhs_uflpa, UFLPA_HTML.replace(b"<th>Eff", b"<th>x</th><th>Eff"), "no row in a table"),
        (us_bis_dpl, DPL_TXT.replace(b'"Effective_Date"', b'"Since"'), "columns ['effective_date'] are missing"),
        (us_bis_dpl, DPL_TXT.replace(b'"04/25/2019"', b'""'), "has no name or no date"),
        (us_ndaa, NDAA_CSV.replace(b"154,", b",", 1), "line 3 has no section"),
        (us_ndaa, b"section,name,aliases,extends_to,source_url\n", "a header and no rows"),
        (us_ndaa, NDAA_CSV.replace(b"source_url", b"address"), "columns ['source_url'] are missing"),
        (un_sc, UN_XML.replace(b"<DATAID>6908029</DATAID>", b""), "entry 3 has no DATAID"),
        (un_sc, UN_XML.replace(b"CONSOLIDATED_LIST", b"LIST"), "not a <CONSOLIDATED_LIST>"),
        (eu_fsf, EU_XML.replace(b"export", b"report"), "not an <export>"),
        (eu_fsf, EU_XML.replace(b'euReferenceNumber="EU.27.28" logicalId="13"', b""), "1 entries have neither"),
        (eu_fsf, EU_CSV.replace(b";42;", b";;", 1), "row 5 has neither"),
        (eu_fsf, EU_CSV.splitlines(keepends=True)[0], "a header and no rows"),
        (eu_fsf, EU_CSV.replace(b";NameAlias_WholeName", b";Name", 1), "columns ['NameAlias_WholeName'] are missing"),
        (eu_fsf, EU_OLD.replace(b";EU.99.1", b""), "line 4 has 21 of 22 columns"),
        (eu_fsf, EU_OLD[:-12], "never closes its quotes"),
        (uk_sanctions, UK_XML.replace(b"Designations", b"Designated"), "not <Designations>"),
        (uk_sanctions, UK_XML.replace(b"<UniqueID>RUS9002</UniqueID>", b""), "entry 2 has no UniqueID"),
        (uk_sanctions, UK_CSV.replace(b"RUS9002", b"", 1), "row 5 has no Unique ID"),
        (uk_sanctions, b"".join(UK_CSV.splitlines(keepends=True)[:2]), "a header and no rows"),
        (uk_sanctions, UK_OLD.replace(b",Group ID", b",Group", 1), "columns ['Group ID'] are missing"),
        (uk_sanctions, UK_OLD[:-6], "line 6 has 28 of 29 columns"),
        (ca_sema, CA_XML.replace(b"data-set", b"data"), "not a <data-set>"),
        (ca_sema, CA_XML.replace("<Country>Belarus / Bélarus</Country>".encode(), b""), "entry 1 has no name"),
        (ch_seco, CH_XML.replace(b"swiss-", b""), "not a <swiss-sanctions-list>"),
        (ch_seco, CH_XML.replace(b'<target ssid="102"', b"<target"), "target 3 has no ssid"),
        (opensanctions, OS_CSV.replace(b'"NK-example2"', b'""'), "has no id"),
        (opensanctions, OS_CSV.splitlines(keepends=True)[0], "a header and no rows"),
        (opensanctions, OS_FTM[:-30], "line 3 is no entity"),
        (opensanctions, OS_FTM.replace(b'"properties"', b'"facts"', 1), "line 1 is no entity"),
        (opensanctions, b'{"issue_count": 0, "resources": []}', "gives no address of theirs for entities.ftm.json"),
        (opensanctions, b'{"resources": [{"name": "targets.simple.csv", "url": "https://evil.example/"}]}', "evil"),
        (opensanctions, b'{"result": "failure", "resources": []}', "their own last reading of this data set failed"),
        (opensanctions, b'{"issue_count": 0, "resources": [', "an index.json that cannot be read"),
        (opensanctions, b'{"op": "ADD", "entity": {}}', "line 1 is no operation"),
        (opensanctions, b'{"op": "ADD", "entity": {"id": "NK-1"}}', "NK-1 is no entity"),
        (opensanctions, b'{"op": "GROW", "entity": {"id": "NK-1"}}', "unknown operation 'GROW'"),
        (un_sc, UN_XML.replace(b"</ALIAS_NAME>", b"</ALIAS>", 1), "not well-formed XML"),
    ],
)
def test_a_spoiled_list_says_what_is_wrong(source: ListSource, body: bytes, words: str) -> None:
    """The operator reads what is missing, and that the list was not read."""
    assert words in refusal(source, body)


def source_reads_lines(body: bytes) -> bool:
    return not body.lstrip().startswith((b"<", b"{"))


def test_a_csv_cut_at_a_line_end_is_only_a_signal() -> None:
    """Nothing in the rows tells; that OFAC's closing 0x1A is missing is noted, and the believer counts rows."""
    lines = SDN_CSV.splitlines(keepends=True)
    whole, _ = read(us_ofac_sdn, SDN_CSV)
    cut, entries = read(us_ofac_sdn, b"".join(lines[:3]))
    assert len(entries) == 3
    assert not any("0x1A" in signal for signal in whole.signals)
    assert any("0x1A" in signal for signal in cut.signals)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda xml: xml.replace(b"</lastName>", b"</lastNam>", 1), "garbled entry"),
        (lambda xml: xml.replace(b"<program>", b"<<program>", 1), "garbled entry"),
        (lambda xml: xml.replace(b"&amp;", b"&nbsp;"), "garbled entry"),
        (
            lambda xml: xml.replace(b"  <sdnEntry>\n    <uid>4243", b"  lost\n  <sdnEntry>\n    <uid>4243"),
            "garbled near",
        ),
        (lambda xml: xml.replace(b"  </sdnEntry>\n", b"", 1), "garbled near entry 1"),
        (lambda xml: xml.replace(b"</sdnList>", b"<other/></sdnList>"), "<other> after the last"),
        (lambda xml: xml + b"<sdnList/>", "cut or garbled after 6 entries"),
        (lambda xml: xml.replace(b"<uid>306</uid>", b"<uid>none</uid>"), "has no uid"),
        (lambda xml: xml.replace(b"sdnList", b"Sanctions"), "the advanced format"),
        (lambda xml: b"<sdnList/>", "is empty"),
        (lambda xml: b"<sdnList>", "cut or garbled after 0 entries"),
        (lambda xml: b"<sdnList a=1>", "not well-formed"),
    ],
)
def test_garbled_xml_is_an_error(spoil: Callable[[bytes], bytes], words: str) -> None:
    """A document that is not well-formed is never repaired into a list that nobody published."""
    assert words in refusal(us_ofac_sdn, spoil(SDN_XML))


@pytest.mark.parametrize("declaration", [b'<!DOCTYPE sdnList SYSTEM "http://evil.example/x.dtd">', b"<!DOCTYPE x [ ]>"])
def test_a_doctype_is_refused_unread(declaration: bytes) -> None:
    """Entities can read files, reach the network and fill the memory; no edition ever needed one."""
    assert "DOCTYPE" in refusal(us_ofac_sdn, SDN_XML.replace(b"<sdnList", declaration + b"<sdnList", 1))


def test_a_bomb_of_entities_is_refused_unread() -> None:
    """The billion laughs do not get their turn."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><sdnList>&b;</sdnList>'
    assert "DOCTYPE" in refusal(us_ofac_sdn, bomb)


def test_an_entry_without_end_is_bounded() -> None:
    """Five megabytes without the end of an entry are an error, not five gigabytes of memory."""
    endless = SDN_XML[: SDN_XML.index(b"</sdnEntry>")] + b"<remarks>" + b"x" * 5_000_000
    assert "does not end within" in refusal(us_ofac_sdn, endless)
    assert "a line of more than" in refusal(us_ofac_sdn, SDN_CSV[:-1] + b'1,"' + b"x" * 5_000_000)
    assert "cut or garbled" in refusal(us_csl, b'{"results": [{"a": "' + b"x" * 5_000_000 + b'"}]}')


def test_a_quote_that_never_closes_is_an_error() -> None:
    """A lost quotation mark swallows rows: the row where it began is named."""
    body = SDN_CSV.replace(b'"MAR AZUL"', b'"MAR AZUL', 1)
    assert "line 2" in refusal(us_ofac_sdn, body)


def test_two_files_in_one_are_an_error() -> None:
    """Where rows of one key are one entry nothing else would tell, and the second header would be a new company."""
    head = "Name\tStreet_Address\tCity\tState\tCountry\tPostal_Code\tEffective_Date\tExpiration_Date\t"
    head += "Standard_Order\tLast_Update\tAction\tFR_Citation\n"
    whole = f"{head}A\tA ST\tRENO\tNV\tUS\t1\t06/19/2003\t06/19/2033\tY\t2003-06-24\tADDED\t68.F.R. 38290\n"
    assert "line 3 is the header once more" in refusal(us_bis_dpl, f"{whole}{whole}".encode())


def test_a_row_of_another_width_is_an_error() -> None:
    """A column too few or too many means that cells stand under the wrong heading."""
    assert "line 1 has 13 of 12 columns" in refusal(us_ofac_sdn, SDN_CSV.replace(b"\r\n", b',"x"\r\n', 1))
    assert "line 3 has 30 of 29 columns" in refusal(us_csl, CSL_CSV.replace(b"1L47xrV,\n0a03", b"1L47xrV,,\n0a03"))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (CSL_JSON.rstrip()[:-1], "'' where"),
        (CSL_JSON + b"{}", "text after the end"),
        (CSL_JSON.replace(b'{"results"', b'{"hits"'), "JSON without `results`"),
        (b'{"results": ["a"]}', "not objects"),
        (b'{"results": [{},]}', "after a comma"),
        (b'{"total": 14000, "results": [{}]}', "a page of 1 of 14000"),
        (b'{"results": {}}', "'{' where '['"),
    ],
)
def test_garbled_json_is_an_error(body: bytes, words: str) -> None:
    """Half a document, a page of it, or another document is told from the list."""
    assert words in refusal(us_csl, body)


def test_a_csl_without_a_column_that_matters_is_an_error() -> None:
    """Without a name column there is no list; without a lesser one there is a signal."""
    assert "['name']" in refusal(us_csl, CSL_CSV.replace(b",name,", b",nom,", 1))
    reading, _ = read(us_csl, CSL_CSV.replace(b",remarks,", b",hints,", 1))
    assert "column 'remarks' is gone" in reading.signals
    assert "unread column 'hints'" in reading.signals


# ── The wrong file of the same family ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'306,220,"aka","NATIONAL BANK OF CUBA",-0- \r\n', "ALT.CSV"),
        (b'36,25,-0- ,"Havana","Cuba",-0- \r\n', "ADD.CSV"),
        (b'12300,"Z S.A.S.; Linked To: RED MUNDIAL."\r\n', "SDN_COMMENTS.CSV"),
        (CSL_CSV, "us_csl"),
    ],
)
@pytest.mark.parametrize("source", [us_ofac_sdn, us_ofac_cons], ids=lambda source: source.card.id)
def test_a_companion_file_is_named_with_the_file_to_give(source: ListSource, body: bytes, words: str) -> None:
    """OFAC's addresses, aliases and overflow come in files of their own that look much like the list."""
    said = refusal(source, body)
    assert words in said
    assert ("CONS_PRIM.CSV" if source is us_ofac_cons else "SDN.CSV") in said


def test_the_other_list_of_ofac_is_told_by_its_programmes() -> None:
    """Both lists have the same format; nobody shall read 15,000 listings into the wrong one."""
    assert "us_ofac_cons" in refusal(us_ofac_sdn, CONS_CSV)
    many = b"".join(SDN_CSV.splitlines(keepends=True)[0].replace(b"306", b"%d" % n) for n in range(1, 30))
    assert "us_ofac_sdn" in refusal(us_ofac_cons, many)
    entry = SDN_XML[SDN_XML.index(b"  <sdnEntry>") : SDN_XML.index(b"</sdnEntry>") + 12]
    assert "us_ofac_sdn" in refusal(us_ofac_cons, SDN_XML.replace(entry, entry * 25, 1))


def test_files_near_the_csl_are_named() -> None:
    """An OFAC file, or one inner list as ITA imports it, is not the whole."""
    assert "OFAC" in refusal(us_csl, SDN_CSV)
    assert "one inner list" in refusal(us_csl, b"Source List,Entity Number,SDN Type,Programs,Name\nEL,,,,Fazal\n")
    assert "one inner list" in refusal(us_csl, b"COUNTRY,NAME,ADDRESS\nChina,X,Y\n")


# ── Letters ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_bytes_of_another_encoding_are_an_error() -> None:
    """A file in Windows-1252 is not read as something else, wherever the first odd byte stands."""
    assert "not utf-8 text (byte a7)" in refusal(us_csl, CSL_CSV.decode().encode("cp1252"))
    assert "not utf-8" in refusal(us_ofac_sdn, SDN_XML.replace(b"QINGDAO", b"QINGDA\xd6"))
    assert "not utf-8" in refusal(us_ofac_sdn, SDN_CSV + b"\xc3")


def test_many_lost_letters_are_an_error_and_a_few_a_signal() -> None:
    """U+FFFD says that letters were lost on the way; so does `Ã¼` for `ü`. The real CSL has a few."""
    lost = SDN_XML.replace(b"Mandalay", "M\ufffdnd\ufffdl\ufffdy".encode())
    reading, _ = read(us_ofac_sdn, lost)
    assert "3 lost letters (U+FFFD)" in reading.signals
    assert "letters beyond ASCII in a list that was pure ASCII" in reading.signals
    assert "lost letters" in refusal(us_ofac_sdn, SDN_XML.replace(b"Mandalay", "\ufffd\ufffd\ufffd\ufffd".encode()))
    twice = "Muenchen München §§ 1, 2, 3 Göteborg".encode().decode("cp1252").encode()
    assert "encoded twice" in refusal(us_ofac_sdn, SDN_XML.replace(b"Mandalay", twice))


# ── The same list in other clothes ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("source", "body"), EVERY)
@pytest.mark.parametrize(
    "dress",
    [
        lambda body: b"\xef\xbb\xbf" + body,
        lambda body: gzip.compress(body, mtime=0),
        lambda body: gzip.compress(body[:100], mtime=0) + gzip.compress(body[100:], mtime=0),
        lambda body: body.replace(b"\r\n", b"\n"),
        lambda body: body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    ],
    ids=["byte order mark", "gzip", "two gzip members", "LF", "CR LF"],
)
def test_the_same_list_in_other_clothes_is_the_same(
    source: ListSource, body: bytes, dress: Callable[[bytes], bytes]
) -> None:
    """Byte order marks, compression and line ends make no entry new: keys, marks and contents are equal."""
    assert read(source, dress(body))[1] == read(source, body)[1]


@pytest.mark.parametrize("chunk", [7, 1 << 18])
def test_a_line_end_behind_the_mark_of_the_end(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    """Editors and line tools end every line, that of OFAC's Ctrl-Z too; behind it nothing else may come."""
    monkeypatch.setattr("adapters.formats.CHUNK", chunk)
    for end in (b"\x1a\n", b"\x1a\r\n", b"\x1a\n\n", b"\n\x1a\n"):
        reading, entries = read(us_ofac_sdn, SDN_CSV.rstrip(b"\x1a") + end)
        assert entries == read(us_ofac_sdn, SDN_CSV)[1]
        assert not reading.open_ended
    assert "1 of 12 columns" in refusal(us_ofac_sdn, SDN_CSV.rstrip(b"\x1a") + b"\x1a\n" + SDN_CSV)


@pytest.mark.parametrize(("source", "body"), EVERY)
def test_a_spooled_file_is_read_like_one_in_memory(source: ListSource, body: bytes, tmp_path: Path) -> None:
    """The fetcher spools large bodies to disk; nothing else changes."""
    (tmp_path / "spooled").write_bytes(body)
    document = Document(url="x:", body=tmp_path / "spooled", sha256="", fetched_at=NOW, size=len(body))
    records = list(source.read(document).records)
    assert [(one.key, one.mark) for one in records] == [(key, mark) for key, mark, _ in read(source, body)[1]]


@pytest.mark.parametrize(("source", "body"), EVERY)
def test_broken_compression_is_an_error(source: ListSource, body: bytes) -> None:
    """A gzip file that is cut or spoiled is told, however much of it can be unpacked."""
    packed = gzip.compress(body, mtime=0)
    assert "gzip data cut" in refusal(source, packed[:-20])
    assert "gzip" in refusal(source, packed[:40] + b"\x00\xff" * 10 + packed[60:])


def test_entries_are_cut_out_right_across_the_borders_of_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever byte a chunk ends on, also between CR and LF or inside a letter, the reading is the same."""
    bodies = [(us_ofac_sdn, SDN_CSV), (us_csl, CSL_JSON), (us_csl, CSL_CSV.replace(b"\n", b"\r\n"))]
    whole = [read(source, body)[1] for source, body in bodies]
    for size in (1100, 1101, 1103, 1109, 1117):
        monkeypatch.setattr("adapters.formats.CHUNK", size)
        assert [read(source, body)[1] for source, body in bodies] == whole


def test_comments_and_bare_angles_do_not_disturb() -> None:
    """Well-formed XML that OFAC does not write today is still read."""
    plain = [(key, listing) for key, _, listing in read(us_ofac_sdn, SDN_XML)[1]]
    odd = SDN_XML.replace(b"  <sdnEntry>\n    <uid>4243", b"  <!-- > a <comment> -->\n  <sdnEntry>\n    <uid>4243")
    odd = odd.replace(b"    <sdnType>Vessel", b"    <!-- <x --><sdnType>Vessel")
    assert [(key, listing) for key, _, listing in read(us_ofac_sdn, odd)[1]] == plain


def test_duplicate_keys_are_left_for_the_believer_to_count() -> None:
    """A reader does not hide that a number occurs twice."""
    entry = SDN_XML[SDN_XML.index(b"  <sdnEntry>") : SDN_XML.index(b"</sdnEntry>") + 12]
    _, entries = read(us_ofac_sdn, SDN_XML.replace(entry, entry * 2, 1))
    assert [key for key, _, _ in entries].count("306") == 2


def test_the_declared_count_is_passed_on_as_it_is() -> None:
    """A file that says it has 7 entries and has 6 is for the believer to judge."""
    reading, entries = read(us_ofac_sdn, SDN_XML.replace(b"<Record_Count>6", b"<Record_Count>7"))
    assert (reading.declared, len(entries)) == (7, 6)
    bare, _ = read(
        us_ofac_sdn, SDN_XML.replace(b"Publish_Date", b"Publish_Day").replace(b"<Record_Count>6", b"<Record_Count>")
    )
    assert (bare.declared, bare.published) == (None, None)
    assert "no Publish_Date or Record_Count" in bare.signals
