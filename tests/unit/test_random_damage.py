"""Every real file of every list, damaged by dice: cut anywhere, bytes flipped, rows lost. Nobody is delisted by it.

The same for the lists read over HTTP, way by way, is in tests/scenarios/test_damage.py; here it is the reader and the
believing alone, so that every file has its turn. What is damaged is new each time: a row lost from the midst cannot be
told from a true edition, and waits for a second reading, which shows it again.
"""

from __future__ import annotations

import gzip
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters import lists as package
from bot.diff import Difference, believe, cut_off, diff, survey
from bot.errors import ListDamaged
from bot.model import Document, Listing, Mark, Memory, Quarantine
from bot.sources import ListSource, shelf

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SOURCES = {source.card.id: source for source in shelf(package) if isinstance(source, ListSource)}
READ_BY = {"uk_ofsi_conlist": "uk_sanctions"}
#: Files of so many bytes are damaged once in each way, smaller ones twice.
LARGE = 1_000_000
FILES = (
    *("au_dfat/2022-05-05_regulation8_consolidated.xls.gz", "ca_sema/2022-05-11_sema-lmes.xml"),
    *("ca_sema/2025-05-25_sema-lmes.xml", "eu_fsf/2023-12_csv_1_0.SHORT.csv"),
    *("eu_fsf/2024-05-13_xmlFullSanctionsList_1_1.xml.gz", "jp_mof/2022-05-05_shisantouketsu.xls.gz"),
    *("jp_mof/2022-05-12_shisantouketsu.xls.gz", "opensanctions/2024-03-14_sa_wiki_peps_entities.ftm.json"),
    "opensanctions/2026-03-13_ua_war_sanctions_targets.simple.csv.gz",
    *("uk_ofsi_conlist/2016-03-23_ConList.csv.gz", "uk_ofsi_conlist/2018-04-13_ConList.csv.gz"),
    *("uk_sanctions/2025-08-11_FCDO_SL.ods", "un_sc/2018-06-07_consolidated.xml", "un_sc/2018-06-21_consolidated.xml"),
    *("un_sc/2020-12-01_consolidated.xml", "un_sc/2024-05-15_consolidated.xml.gz"),
    *("un_sc/2025-11-15_consolidated.xml.gz", "un_sc/2025-11-20_consolidated.xml.gz"),
    *("us_bis_dpl/2019-06-29_dpl.txt", "us_bis_dpl/2022-09-07_dpl.txt", "us_csl/2022-05-16_consolidated.csv.gz"),
    *("us_dhs_uflpa/2026-07-09_uflpa-entity-list.html", "us_dod_cmc/2021-2026_sanctions.opensanctions.csv"),
    *("us_dod_cmc/2025-01-07_1260H.pdf", "us_fcc_covered/2026-05-21_table.csv", "us_fcc_covered/2026-06-23_table.csv"),
    *("us_fcc_covered/2026-07-20_table.csv", "us_ndaa/section_154.csv", "us_ndaa/section_5949.csv"),
    *("us_ndaa/section_889.csv", "us_ofac_cons/2022-03-24_consolidated.xml"),
    *("us_ofac_cons/2024-05-06_consolidated.xml", "us_ofac_cons/2025-03-26_cons_prim.csv"),
    *("us_ofac_cons/2025-04-21_cons_prim.csv", "us_ofac_sdn/2019-01_sdn.csv", "us_ofac_sdn/2021-08-18_sdn.csv.gz"),
    *("us_ofac_sdn/2022-03-21_sdn.csv.gz", "us_ofac_sdn/2022-03-24_sdn.csv.gz", "us_ofac_sdn/2024-05-02_sdn.csv.gz"),
    *("us_ofac_sdn/2024-05-03_sdn.csv.gz", "us_ofac_sdn/2024-05-07_sdn.xml.gz"),
)


@dataclass
class Shelf:
    """A list that was read whole once, and what a second document would make of it."""

    source: ListSource
    body: bytes
    marks: dict[str, Mark] = field(default_factory=dict)
    known: dict[str, Listing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        seen = survey(self.source.read(self._document(self.body)), {}, same_layout=False)
        self.known = {listing.key: listing for listing, _ in seen.fresh}
        self.marks = {listing.key: mark for listing, mark in seen.fresh}
        self.memory = Memory(
            source=self.source.card.id,
            read_at=NOW,
            layout=seen.layout,
            rows=seen.rows,
            published=seen.published,
            history=seen.history,
            tail=seen.tail,
        )

    def _document(self, body: bytes) -> Document:
        return Document.of(body, url="https://lists.example/file", at=NOW)

    def shown(self, body: bytes, *, doubted: Quarantine | None = None) -> Difference | Quarantine | ListDamaged:
        """What becomes of a document, seen some hours later."""
        memory = replace(self.memory, quarantine=doubted)
        try:
            reading = self.source.read(self._document(body))
            same = reading.layout == memory.layout
            seen = survey(reading, self.marks, same_layout=same)
        except ListDamaged as refused:
            return refused
        later = NOW + timedelta(hours=6)
        if doubt := believe(self.source.card, memory, seen, self.known, sha256=str(hash(body)), now=later):
            return doubt
        return diff(
            seen,
            self.marks,
            self.known,
            first=False,
            same_layout=same,
            doubted=cut_off(memory, seen),
            composed=self.source.card.composed,
            seen=later,
        )


def cut(body: bytes, dice: random.Random) -> bytes:
    """What came of it before the connection broke: at least one word is missing."""
    return body[: dice.randrange(len(body.rstrip(b"\x1a\r\n\t ]}>")) - 1)]


def flipped(body: bytes, dice: random.Random) -> bytes:
    """Some bytes are others."""
    damaged = bytearray(body)
    for _ in range(dice.choice((1, 8, 64))):
        damaged[dice.randrange(len(body))] = dice.randrange(256)
    return bytes(damaged)


def thinned(body: bytes, dice: random.Random) -> bytes:
    """Some lines, or pieces where there are none, are gone."""
    parts = body.splitlines(keepends=True) if body.count(b"\n") > 5 else [body[at : at + 512] for at in _steps(body)]
    lost = set(dice.sample(range(len(parts)), max(1, dice.choice((1, len(parts) // 50, len(parts) // 3)))))
    return b"".join(part for at, part in enumerate(parts) if at not in lost)


def _steps(body: bytes) -> range:
    return range(0, len(body), 512)


@pytest.mark.parametrize("file", FILES)
def test_nobody_is_delisted_by_chance(shared: Path, file: str) -> None:
    """Refused, doubted, or believed with whoever is missing waiting; and a file that was cut is never believed."""
    folder = file.split("/")[0]
    path = shared / "lists" / file
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    known = Shelf(SOURCES[READ_BY.get(folder, folder)], body)
    dice = random.Random(file)
    often = 2 if len(body) < LARGE else 1
    for way in (cut, flipped, thinned) * often:
        damaged = way(body, dice)
        found = known.shown(damaged)
        if isinstance(found, Difference):
            assert found.removed == () or known.source.card.composed, (way.__name__, found.removed[:5])
            assert all(change.after for change in found.changes), way.__name__
            assert way is not cut or damaged.endswith(b"\n"), len(damaged)
        elif isinstance(found, Quarantine):
            assert not isinstance(known.shown(damaged, doubted=found), Difference), way.__name__
