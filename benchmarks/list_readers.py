"""Every reader of a list against a bare parse of the same bytes by somebody else's parser, in one run.

Ours is a first reading: every record found, its key and mark made, and every listing parsed. "Marks" is what any later
reading costs, in which next to nothing is new: the same without the listings. The peer parses the same bytes, keeps
nothing and builds no listing, and is the same for each format: lxml's iterparse for XML, lxml's parser for HTML,
calamine (written in Rust) for .xls and lxml for the XML within .ods, pypdf for a PDF, json for JSON, and for tables,
which lxml does not read, csv.DictReader: Python's reader in C, with each row made a dict by column, as a parser of XML
makes each row elements by name. The reader in C alone takes two thirds of that and knows no column. Seconds are of the
processor, best of so many runs. Each measurement runs in a process of its own, so that its peak memory is its own.

    python benchmarks/list_readers.py
"""

from __future__ import annotations

import csv
import gzip
import importlib
import io
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import lxml.html
from lxml import etree
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bot.model import Document
from bot.sources import ListSource

REAL = ROOT.parent / "shared" / "data" / "lists"
RUNS = 7
PROMISED, PEAK = 4.0, 150
#: The largest file of each format, and whose reader reads it.
FILES = (
    ("us_ofac_sdn", "us_ofac_sdn/2024-05-07_sdn.xml.gz"),
    ("us_ofac_sdn", "us_ofac_sdn/2024-05-02_sdn.csv.gz"),
    ("us_ofac_cons", "us_ofac_cons/2024-05-06_consolidated.xml"),
    ("us_csl", "us_csl/2022-05-16_consolidated.csv.gz"),
    ("us_bis_dpl", "us_bis_dpl/2022-09-07_dpl.txt"),
    ("us_dhs_uflpa", "us_dhs_uflpa/2026-07-09_uflpa-entity-list.html"),
    ("us_dod_cmc", "us_dod_cmc/2021-2026_sanctions.opensanctions.csv"),
    ("us_dod_cmc", "us_dod_cmc/2025-01-07_1260H.pdf"),
    ("eu_fsf", "eu_fsf/2024-05-13_xmlFullSanctionsList_1_1.xml.gz"),
    ("un_sc", "un_sc/2024-05-15_consolidated.xml.gz"),
    ("uk_sanctions", "uk_ofsi_conlist/2018-04-13_ConList.csv.gz"),
    ("uk_sanctions", "uk_sanctions/2025-08-11_FCDO_SL.ods"),
    ("ca_sema", "ca_sema/2025-05-25_sema-lmes.xml"),
    ("au_dfat", "au_dfat/2022-05-05_regulation8_consolidated.xls.gz"),
    ("jp_mof", "jp_mof/2022-05-12_shisantouketsu.xls.gz"),
    ("opensanctions", "opensanctions/2026-03-13_ua_war_sanctions_targets.simple.csv.gz"),
    ("opensanctions", "opensanctions/2024-03-14_sa_wiki_peps_entities.ftm.json"),
)


def main() -> None:
    if not REAL.is_dir():
        print("no real lists beside the project; nothing measured")
        return
    columns = f"{'ours':>9} {'MB/s':>7} {'peer':>9} {'ratio':>6} {'marks':>6} {'peak MB':>8}"
    print(f"{'file':52} {'MB':>6} {'entries':>8} {columns}")
    slow, large = [], []
    with tempfile.TemporaryDirectory() as folder:
        for source, name in FILES:
            path = Path(folder) / Path(name).name.removesuffix(".gz")
            with (gzip.open if name.endswith(".gz") else open)(REAL / name, "rb") as packed, path.open("wb") as file:
                shutil.copyfileobj(packed, file)  # a child's peak counts what its parent held when it was started
            size, one, other = path.stat().st_size / 1e6, in_a_process(source, path), in_a_process("peer", path)
            marks = in_a_process(f"{source}:marks", path)["seconds"] / other["seconds"]
            ratio = one["seconds"] / other["seconds"]
            slow += [name] if ratio > PROMISED else []
            large += [name] if one["peak"] > PEAK else []
            print(
                f"{name:52} {size:6.2f} {one['found']:8} {one['seconds']:7.3f} s {size / one['seconds']:7.1f} "
                f"{other['seconds']:7.3f} s {ratio:6.1f} {marks:6.1f} {one['peak']:8.0f}"
            )
    print(f"promised: ratio {PROMISED:.0f} or less ({', '.join(slow) or 'all are'})")
    print(f"promised: peak under {PEAK} MB ({', '.join(large) or 'all are'})")


def ours(what: str, path: Path) -> int:
    source, _, marks_only = what.partition(":")
    reader = getattr(importlib.import_module(f"adapters.lists.{source}"), source)
    assert isinstance(reader, ListSource)
    at = datetime.now(UTC)
    document = Document(url=path.name, body=path, sha256="", fetched_at=at, size=path.stat().st_size)
    return sum(bool(marks_only or record.parse().key) for record in reader.read(document).records)


def peer(path: Path) -> int:
    """The same bytes, only parsed."""
    match path.suffix:
        case ".xml":
            count = 0
            for _, element in etree.iterparse(str(path), resolve_entities=False, no_network=True):
                count += 1
                element.clear()
            return count
        case ".html":
            return len(list(lxml.html.document_fromstring(path.read_bytes()).iter("tr")))
        case ".pdf":
            return sum(len(page.extract_text()) for page in PdfReader(path).pages)
        case ".ods":
            with zipfile.ZipFile(path) as archive:
                return len(list(etree.fromstring(archive.read("content.xml")).iter()))
        case ".xls":
            book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
            return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)
        case ".json":
            return sum(len(json.loads(line)) for line in path.read_bytes().splitlines())
        case _:
            text = path.read_bytes().decode("utf-8", "replace")
            return sum(1 for _ in csv.DictReader(io.StringIO(text, newline="")))


def in_a_process(what: str, path: Path) -> dict[str, float]:
    command = [sys.executable, __file__, what, str(path)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    return found


def measure(what: str, path: Path) -> None:
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        found = peer(path) if what == "peer" else ours(what, path)
        seconds.append(time.process_time() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    print(json.dumps({"found": found, "seconds": min(seconds), "peak": peak}))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
