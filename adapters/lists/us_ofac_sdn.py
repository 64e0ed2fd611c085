"""OFAC's list of Specially Designated Nationals and Blocked Persons.

Formats: SDN.XML and SDN.CSV, see adapters/ofac.py. Key: OFAC's uid, the same number in both.
"""

from __future__ import annotations

from datetime import timedelta

from adapters import ofac
from bot.model import Document, Reading
from bot.sources import list_source


@list_source(
    title="Specially Designated Nationals and Blocked Persons List (SDN)",
    publisher="US Treasury, Office of Foreign Assets Control",
    url="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/SDN.XML",
    page="https://sanctionslist.ofac.treas.gov/Home/SdnList",
    every=timedelta(hours=2),
    rows=range(1, 60_000),
    fill=(("programmes", 0.9), ("kind", 0.9), ("identifiers", 0.3), ("remarks", 0.2)),
    usual=5_000,  # 7,379 in January 2019, 14,966 in May 2024
    licence="Work of the US government, public domain in the US",
    language="en",
    note="Changes several times a week, without warning. The address answers with a redirect.",
    programmes=(
        *("BALKANS", "BALKANS-EO14033", "BELARUS", "BELARUS-EO14038", "BPI-RUSSIA-EO14024", "BURMA-EO14014"),
        *("CAATSA - IRAN", "CAATSA - RUSSIA", "CAR", "CUBA", "CYBER2", "DARFUR"),
        *("DPRK", "DPRK-NKSPEA", "DPRK2", "DPRK3", "DPRK4", "DRCONGO"),
        *("ELECTION-EO13848", "ETHIOPIA-EO14046", "FTO", "GLOMAG", "HIFPAA", "HK-EO13936"),
        *("HOSTAGES-EO14078", "HRIT-IR", "HRIT-SY", "IFCA", "IFSR", "ILLICIT-DRUGS-EO14059"),
        *("IRAN", "IRAN-CON-ARMS-EO", "IRAN-EO13846", "IRAN-EO13871", "IRAN-EO13876", "IRAN-EO13902"),
        *("IRAN-HR", "IRAN-TRA", "IRAQ2", "IRAQ3", "IRGC", "ISA"),
        *("LEBANON", "LIBYA2", "LIBYA3", "MAGNIT", "MALI-EO13882", "NICARAGUA"),
        *("NICARAGUA-NHRAA", "NPWMD", "NS-PLC", "PEESA-EO14039", "RUSSIA-EO14024", "RUSSIA-EO14065"),
        *("SDGT", "SDNT", "SDNTK", "SOMALIA", "SOUTH SUDAN", "SSIDES"),
        *("SUDAN-EO14098", "SYRIA", "SYRIA-CAESAR", "SYRIA-EO13894", "TCO", "UHRPA"),
        *("UKRAINE-EO13660", "UKRAINE-EO13661", "UKRAINE-EO13662", "UKRAINE-EO13685", "VENEZUELA", "VENEZUELA-EO13850"),
        *("VENEZUELA-EO13884", "WEST-BANK-EO14115", "YEMEN"),
    ),
)
def us_ofac_sdn(document: Document) -> Reading:
    """SDN.XML or SDN.CSV, recognised by content."""
    return ofac.read(document, ofac.SDN)
