"""Two editions of the largest real list compared: raw records hashed, only changed ones parsed.

The peer parses both editions whole with lxml's iterparse and builds every listing with the same code as we do. The
second edition is made from the first by renaming an entry in every thousand, taking one out and adding one. Then a
list of 100 MB made from the same records is read, to see that memory does not grow with the file.

Each measurement runs in a process of its own, so that its peak memory is its own.

    python benchmarks/list_editions.py
"""

from __future__ import annotations

import gzip
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from adapters.lists.us_ofac_sdn import us_ofac_sdn
from adapters.ofac import listing_of
from bot.model import Document, Listing

REAL = ROOT.parent / "shared" / "data" / "lists" / "us_ofac_sdn" / "2024-05-07_sdn.xml.gz"
RUNS = 3


def main() -> None:
    if not REAL.is_file():
        print(f"no real list here: {REAL.name} is not beside the project; nothing measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        old, new, large = (Path(folder) / name for name in ("old.xml", "new.xml", "large.xml"))
        # Not here: a child's peak counts what its parent held when it was started.
        in_a_process("prepare", old, new)
        in_a_process("prepare large", old, large)

        megabytes = (old.stat().st_size + new.stat().st_size) / 1e6
        ours, peer = in_a_process("ours", old, new), in_a_process("peer", old, new)
        assert ours["found"] == peer["found"], f"not the same changes: {ours['found']} and {peer['found']}"
        print(f"two editions of {REAL.name}, {megabytes:.1f} MB; changed/added/removed: {ours['found']}")
        for name, one in (("marks, parse what changed", ours), ("lxml iterparse of both", peer)):
            print(
                f"  {name:28} {one['seconds']:6.3f} s {megabytes / one['seconds']:7.1f} MB/s {one['peak']:6.0f} MB peak"
            )
        print(f"  ratio {peer['seconds'] / ours['seconds']:.1f} (promised: 8 or more); peak under 150 MB")

        for what in ("marks of", "listings of"):
            one = in_a_process(what, large, large)
            size = large.stat().st_size / 1e6
            print(
                f"{what} a list of {size:.0f} MB ({one['found']} entries): {one['seconds']:.2f} s, "
                f"{size / one['seconds']:.1f} MB/s, {one['peak']:.0f} MB peak"
            )


def another_edition(xml: bytes) -> bytes:
    """The same list some days later."""
    entries = re.findall(rb"  <sdnEntry>.*?</sdnEntry>\n", xml, re.DOTALL)
    changed = [
        entry.replace(b"<lastName>", b"<lastName>NEW ", 1) if number % 1000 == 0 else entry
        for number, entry in enumerate(entries)
    ]
    added = re.sub(rb"<uid>\d+</uid>", b"<uid>999999</uid>", entries[500], count=1)
    return xml[: xml.index(entries[0])] + b"".join([*changed[:-1], added]) + b"</sdnList>"


def repeat(xml: bytes, path: Path, size: int) -> None:
    """A list of that many bytes, with new numbers for repeated entries."""
    entries = re.findall(rb"  <sdnEntry>.*?</sdnEntry>\n", xml, re.DOTALL)
    with path.open("wb") as file:
        file.write(xml[: xml.index(entries[0])])
        number = 0
        while file.tell() < size:
            number += 1
            entry = entries[number % len(entries)]
            file.write(re.sub(rb"<uid>\d+</uid>", b"<uid>%d</uid>" % number, entry, count=1))
        file.write(b"</sdnList>")


def document(path: Path) -> Document:
    return Document(url=path.name, body=path, sha256="", fetched_at=datetime.now(UTC), size=path.stat().st_size)


def ours(old: Path, new: Path) -> object:
    marks = {record.key: record.mark for record in us_ofac_sdn.read(document(old)).records}
    changed = added = 0
    left = set(marks)
    for record in us_ofac_sdn.read(document(new)).records:
        left.discard(record.key)
        if record.key not in marks:
            added += bool(record.parse().name)
        elif marks[record.key] != record.mark:
            changed += bool(record.parse().name)
    return [changed, added, len(left)]


def peer(old: Path, new: Path) -> object:
    before, after = whole(old), whole(new)
    changed = sum(before[key] != after[key] for key in before.keys() & after.keys())
    return [changed, len(after.keys() - before.keys()), len(before.keys() - after.keys())]


def whole(path: Path) -> dict[str, Listing]:
    listings: dict[str, Listing] = {}
    for _, entry in etree.iterparse(str(path), tag="{*}sdnEntry", resolve_entities=False, no_network=True):
        listing = listing_of(entry, "us_ofac_sdn", [])
        listings[listing.key] = listing
        entry.clear()
        while entry.getprevious() is not None:
            del entry.getparent()[0]
    return listings


def marks_of(path: Path, _: Path) -> object:
    return sum(1 for record in us_ofac_sdn.read(document(path)).records)


def listings_of(path: Path, _: Path) -> object:
    return sum(bool(record.parse().key) for record in us_ofac_sdn.read(document(path)).records)


def prepare(old: Path, new: Path) -> object:
    old.write_bytes(gzip.decompress(REAL.read_bytes()))
    return new.write_bytes(another_edition(old.read_bytes()))


def prepare_large(old: Path, large: Path) -> object:
    repeat(old.read_bytes(), large, 100_000_000)
    return None


MEASURED: dict[str, tuple[Callable[[Path, Path], object], int]] = {
    "prepare": (prepare, 1),
    "prepare large": (prepare_large, 1),
    "ours": (ours, RUNS),
    "peer": (peer, RUNS),
    "marks of": (marks_of, 1),
    "listings of": (listings_of, 1),
}


def in_a_process(what: str, old: Path, new: Path) -> dict[str, float]:
    command = [sys.executable, __file__, what, str(old), str(new)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    return found


def measure(what: str, old: Path, new: Path) -> None:
    function, runs = MEASURED[what]
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        found = function(old, new)
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    print(json.dumps({"found": found, "seconds": min(seconds), "peak": peak}))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        measure(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
