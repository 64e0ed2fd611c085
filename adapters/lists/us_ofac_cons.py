"""OFAC's consolidated list of everybody who is sanctioned without being an SDN.

Among them the companies of the Chinese military-industrial complex (programme CMIC-EO13959), whose securities US
persons may not trade, with the day they were listed.

Formats: CONSOLIDATED.XML and CONS_PRIM.CSV, see adapters/ofac.py. Key: OFAC's uid, the same number in both.
"""

from __future__ import annotations

from datetime import timedelta

from adapters import ofac
from bot.model import Document, Reading
from bot.sources import list_source


@list_source(
    title="Consolidated (non-SDN) Sanctions List (NS-CMIC, SSI and others)",
    publisher="US Treasury, Office of Foreign Assets Control",
    url="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/CONSOLIDATED.XML",
    page="https://sanctionslist.ofac.treas.gov/Home/ConsolidatedList",
    every=timedelta(hours=6),
    rows=range(1, 5_000),
    fill=(("programmes", 0.9), ("kind", 0.9), ("identifiers", 0.3), ("remarks", 0.3)),
    usual=150,  # 462 in March 2022, 443 in April 2025
    licence="Work of the US government, public domain in the US",
    language="en",
    note="An entry may move to or from the SDN list: one decision in two files, told as a move.",
    carrier=True,
    programmes=(
        *("561-Related", "BURMA-EO14014", "CAATSA - RUSSIA", "CMIC-EO13959", "FSE-IR", "FSE-SY"),
        *("ILLICIT-DRUGS-EO14059", "IRAN-CON-ARMS-EO", "NS-PLC", "RUSSIA-EO14024", "SDGT", "SYRIA"),
        *("UKRAINE-EO13662", "VENEZUELA-EO13850"),
    ),
)
def us_ofac_cons(document: Document) -> Reading:
    """CONSOLIDATED.XML or CONS_PRIM.CSV, recognised by content."""
    return ofac.read(document, ofac.CONSOLIDATED)
