"""The real files of the lists that Tocsin reads, and the few lines of csv and lxml that read them without Tocsin.

These peers are the other side of a comparison, so they share nothing with adapters/: keep them short and plain.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

SDN_EDITIONS = (
    "us_ofac_sdn/2019-01_sdn.csv",
    "us_ofac_sdn/2021-08-18_sdn.csv.gz",
    "us_ofac_sdn/2022-03-21_sdn.csv.gz",
    "us_ofac_sdn/2022-03-24_sdn.csv.gz",
    "us_ofac_sdn/2024-05-02_sdn.csv.gz",
    "us_ofac_sdn/2024-05-03_sdn.csv.gz",
    "us_ofac_sdn/2024-05-07_sdn.xml.gz",
)
CONS_EDITIONS = (
    "us_ofac_cons/2022-03-24_consolidated.xml",
    "us_ofac_cons/2024-05-06_consolidated.xml",
    "us_ofac_cons/2025-03-26_cons_prim.csv",
    "us_ofac_cons/2025-04-21_cons_prim.csv",
)
CSL = "us_csl/2022-05-16_consolidated.csv.gz"
MILITARY_TABLE = "us_dod_cmc/2021-2026_sanctions.opensanctions.csv"
MILITARY_PDF = "us_dod_cmc/2025-01-07_1260H.pdf"
MILITARY_DAYS = ("2021-06-03", "2022-10-05", "2024-01-31", "2025-01-07", "2026-02-17", "2026-06-08")
INSPECTIONS = (
    "us_federal_register/2020-08-10_public_inspection_available_on.json",
    "us_federal_register/2020-08-11_public_inspection_current.json",
)
REGISTER = (
    *INSPECTIONS,
    "us_federal_register/2020-08_document_full.json",
    "us_federal_register/2020-08_documents_two.json",
    "us_federal_register/2020-08_pi_document.json",
    "us_federal_register/2026-03-18_fr_notices_isn.csv",
)


def body_of(path: Path) -> bytes:
    """A file as its publisher served it; the large ones are kept gzipped."""
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


# ── OFAC ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def ofac_rows(body: bytes) -> dict[str, list[str]]:
    """The rows of SDN.CSV or CONS_PRIM.CSV by OFAC's number, `-0-` as nothing."""
    table = csv.reader(io.StringIO(body.decode("ascii"), newline=""))
    return {row[0]: [cell.strip().removeprefix("-0-") for cell in row] for row in table if len(row) == 12}


def ofac_entries(body: bytes) -> dict[str, frozenset[tuple[str, object]]]:
    """All that SDN.XML or CONSOLIDATED.XML says of each entry, as a set: no order, no numbers of parts, no Gender."""
    entries: dict[str, frozenset[tuple[str, object]]] = {}
    for entry in etree.fromstring(body).iter("{*}sdnEntry"):
        said: set[tuple[str, object]] = set()
        for child in entry:
            name = etree.QName(child).localname
            if not len(child):
                said.add((name, (child.text or "").strip()))
            for part in child:
                leaves = {etree.QName(leaf).localname: (leaf.text or "").strip() for leaf in part}
                leaves = leaves or {"": (part.text or "").strip()}
                if leaves.get("idType") != "Gender":
                    said.add((name, tuple(sorted((k, v) for k, v in leaves.items() if k not in ("uid", "mainEntry")))))
        entries[str(entry.findtext("{*}uid"))] = frozenset(said)
    return entries


def ofac_essence(body: bytes) -> dict[str, tuple[str, frozenset[str]]]:
    """Name and programmes by number, from either format: what both of them carry alike."""
    if not body.lstrip().startswith(b"<"):
        return {key: (row[1], frozenset(row[3].split("] ["))) for key, row in ofac_rows(body).items()}
    found = {}
    for entry in etree.fromstring(body).iter("{*}sdnEntry"):
        parts = (entry.findtext("{*}lastName"), entry.findtext("{*}firstName"))
        programmes = frozenset(str(one.text) for one in entry.iter("{*}program"))
        found[str(entry.findtext("{*}uid"))] = (", ".join(filter(None, parts)).replace('"', "'"), programmes)
    return found


# ── Consolidated Screening List ───────────────────────────────────────────────────────────────────────────────────


def csl_table(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


def csl_body(rows: list[dict[str, str]]) -> bytes:
    """Rows as a file again."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def csl_key(row: dict[str, str]) -> str:
    """The key that adapters/lists/us_csl.py promises: OFAC's number, else folded name and first address."""
    found = re.search(r"\((?:NS-)?([A-Z]+)(?: List)?\)", row["source"])
    code = {"CAPTA": "CAP"}.get(found[1], found[1]) if found else ""
    if row["entity_number"]:
        return f"{code}-{row['entity_number']}"
    name, address = (
        " ".join(re.findall(r"\w+", text.casefold())) for text in (row["name"], row["addresses"].split(";")[0])
    )
    return f"{code}: {name} | {address}" if address else f"{code}: {name}"


# ── Chinese military companies ────────────────────────────────────────────────────────────────────────────────────


def military_table(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


def military_body(rows: list[dict[str, str]], day: str) -> bytes:
    """The table as a person would have kept it up to that day."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        if row["Start date"] <= day:
            writer.writerow({**row, "End date": row["End date"] if row["End date"] <= day else ""})
    return out.getvalue().encode()


#: Companies that changed their name between two editions without the later one saying so, and one that the edition of
#: 2025 keeps in a footnote only. From the Department's documents, read 2026-11.
SILENT_RENAMES = {
    "Shenzhen DJI Technology Co., Ltd.": "Shenzhen DJI Innovation Technology Co., Ltd.",
    "Hesai Group": "Hesai Technology Co., Ltd.",
    "Chen Du Westone Information Industry Co., Ltd.": "Cheng Du Westone Information Industry Co., Ltd.",
}
#: The editions that replaced all before them; those between them added to the list.
WHOLE_EDITIONS = ("2021-06-03", "2025-01-07", "2026-06-08")


@dataclass(frozen=True)
class MilitaryCompany:
    """One company of one edition: its name, every name that leads to it, and what is published of it."""

    name: str
    names: frozenset[str]
    said: tuple[object, ...]


def military_companies(rows: list[dict[str, str]], day: str) -> list[MilitaryCompany]:
    """Who was on the list that day: the last whole edition and what came after, less those whose period ended."""
    since = max(edition for edition in WHOLE_EDITIONS if edition <= day)
    on = [
        row
        for row in rows
        if (since <= row["Start date"] <= day or (since == "2025-01-07" and "remains a Chinese" in row["Note"]))
        and not (row["End date"] and row["End date"] <= day)
    ]
    return [_company(row) for row in on]


def _company(row: dict[str, str]) -> MilitaryCompany:
    row = {column: cell.replace("’", "'") for column, cell in row.items()}
    name = row["Clean Name"].removesuffix(f" ({row['Alias']})") if row["Alias"] else row["Clean Name"]
    name = re.sub(r" \((?:CH UAV|Inner Mongolia|MGI|Sugon)\)$", "", name)  # the transcription left four short names in
    former = [one.strip() for one in row["Previous Name"].split(";") if one.strip()]
    former += re.findall(r"\(formerly ([^()]+)", row["Name"])
    former += [SILENT_RENAMES[one] for one in (name, *former) if one in SILENT_RENAMES]
    said = (row["Name"], row["Alias"], row["Previous Name"], row["Parent Name"], row["Note"], row["Source Url"])
    return MilitaryCompany(name, frozenset(map(folded, (name, *former))), said)


def partners(before: list[MilitaryCompany], after: list[MilitaryCompany]) -> list[tuple[int, int]]:
    """Which company of one edition is which of the next: by its name, else by a name that it had."""
    by_name = {folded(one.name): at for at, one in enumerate(before)}
    found = {at: by_name[folded(one.name)] for at, one in enumerate(after) if folded(one.name) in by_name}
    for at, one in enumerate(after):
        if at not in found:
            old = [by_name[name] for name in one.names if name in by_name and by_name[name] not in found.values()]
            if old:
                found[at] = old[0]
    return [(earlier, at) for at, earlier in found.items()]


def folded(name: str) -> str:
    """A company's name without case, punctuation and legal form, to find it again in the next edition."""
    words = re.findall(r"\w+", re.sub(r"['’]", "", name.casefold()))
    return " ".join(
        word for word in words if word not in {"co", "ltd", "limited", "company", "inc", "corp", "corporation"}
    )


# ── Federal Register ──────────────────────────────────────────────────────────────────────────────────────────────


def register_numbers(body: bytes) -> set[str]:
    """Document numbers, without the zeros in which public inspection and the printed issue differ."""
    rows = json.loads(body)["results"] if body.lstrip().startswith(b"{") else csv.DictReader(io.StringIO(body.decode()))
    return {re.sub(r"-0+", "-", row["document_number"]) for row in rows}
