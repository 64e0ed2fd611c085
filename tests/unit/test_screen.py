"""Whom a name on a list leads to: nobody is left out whom comparing in full would find, and few others are led to."""

from __future__ import annotations

import pytest

from bot.matching.index import NameIndex
from bot.model import Name


def led(watched: str, *listed: str) -> bool:
    """Whether names of one entry lead to somebody watched by this name."""
    index = NameIndex()
    index.add("watched", [Name(watched)])
    index.add("another", [Name("Somebody Else Entirely")])
    return "watched" in index.owners(*listed)


@pytest.mark.parametrize(
    ("watched", "listed"),
    [
        ("Kolora", "KOLORA TRADING LLC"),
        ("Bank Mellat", "بانک ملت"),
        ("Mobarakeh Steel Company", "فولاد مبارکه"),
        ("Hyundai", "현대"),
        ("Doosan Enerbility", "두산에너빌리티"),
        ("Samsung SDS", "삼성에스디에스"),
        ("Harel Insurance", "הראל ביטוח"),
        ("אלביט", "Elbit"),
        ("Elbit", "אלביט"),
        ("Bangkok Bank", "ธนาคารกรุงเทพ"),
        ("Krungthai Bank", "ธนาคารกรุงไทย"),
        ("Thai Oil", "ไทยออยล์"),
        ("SCG Packaging", "เอสซีจี แพคเกจจิ้ง"),
        ("Mahindra", "महिंद्रा"),
        ("Bharat Electronics", "भारत इलेक्ट्रॉनिक्स लिमिटेड"),
        ("Promelektronika", "Promelectronica JSC"),
        ("Rosoboronexport", "Rosoboronexprot"),
        ("Kalaelectric", "Kala Electric Company"),
        ("Fine Widgets (Kolora)", "KOLORRA"),
        ("Kolora Marine Supply", "KOLORRA MARINE SUPPLY"),
        ("Foreign Trade Bank", "BANK FOR FOREIGN TRADE"),
        ("Severstal", "АО Северсталь Лизинг"),
        ("ミトウォーター", "MITOWATER Co.,Ltd."),
        ("洛克希德", "Lockheed Systems"),
        ("豊島電機株式会社", "TOYOSHIMA ELECTRIC"),
        ("Kwong Fat Electronics", "廣發電子有限公司"),
        ("廣發電子有限公司", "Kwong Fat Electronics"),
        ("Kuang-Chi Group", "光启集团"),
        ("光启集团", "Kuang-Chi Group"),
        ("Chang Guang Satellite", "长光卫星"),
        ("CETC Kolora Institute", "中国电子科技集团公司Kolora研究所"),
        ("China Academy of Launch Vehicle Technology", "中国运载火箭技术研究院"),
        ("China National Chemical Engineering Group", "中国化学工程集团"),
        ("上海航天技术研究院", "Shanghai Academy of Spaceflight Technology"),
        ("出水ゴルフクラブ", "IZUMI GOLF CLUB CO.LTD"),
        ("瑞萨电子", "Renesas Electronics"),
        ("Т-Банк", "T-Bank JSC"),
        ("Сеть-1", "Network-1 LLC"),
        ("菲林格尔", "Freering"),
        ("恒合股份", "Heng He Casino"),
    ],
)
def test_led_to(watched: str, listed: str) -> None:
    """By the very word, a long word misspelt, words joined, everyday words, another alphabet, and by ear."""
    assert led(watched, listed)


@pytest.mark.parametrize(
    ("watched", "listed"),
    [
        ("Kolora", "KOLONA LLC"),
        ("Αλ Κάιντα", "La Quinta Investments"),
        ("Zim", "צים"),
        ("Hanwha Vision", "한화비전스틸"),
        ("Bangkok Bank", "ธนาคารกรุงไทย"),
        ("Foreign Trade Bank", "FOREIGN TRADE HOUSE"),
        ("Foreign Trade Bank", "BANK OF FOREIGN LOANS"),
        ("カルサ", "Kaleysa, Inc."),
        ("莱尔科技", "ROOL"),
        ("ケイヒン", "Cohen Steers Duration Preferred Income Fund"),
        ("诺邦股份", "拓邦股份"),
        ("Kwong Fat Electronics", "永發電子有限公司"),
        ("中国运载火箭技术研究院", "China Academy of Space Technology"),
        ("Banking LLC", "KOLORA COMMERCIAL BANK"),
        ("Hokuriku Connectors Co., Ltd.", "北陆药业"),
        ("野村證券株式会社", "Nomura Real Estate Sports"),
        ("シャヌワール株式会社", "EATON VANCE SENIOR INCOME TRUST"),
        ("Elektro", "ELECTRIC TRAINS OF KOLORA"),
        ("Trading House", "KOLORA TRADE AND HOUSES"),
        ("Research Institute “Kolotech”", "KOLLTECH CORPORATION"),
        ("Institute of Safety Research [Kolora]", "KOLORA ZENTRAFIL FISHERIES"),
        ("Т-Банк", "SALTERN AIR TRANSPORT (SAT-T)"),
        ("Сеть-1", "KOLORA ACQUISITION CORP. I"),
        ("Pakistan Freering Foundation", "菲林格尔"),
    ],
)
def test_not_led_to(watched: str, listed: str) -> None:
    """A short word that is only near, everyday words of which one is missing, and what is near by ear alone."""
    assert not led(watched, listed)


def test_a_name_behind_another_is_asked_for_in_its_own_script() -> None:
    """Of an entry that has a name in Latin letters as well, the Arabic of another leads to none by its sound."""
    assert led("Zeria Industries", "أنصار الشريعة (Ansar al Charia)")  # all that there is to go by
    assert not led("Zeria Industries", "أنصار الشريعة (Ansar al Charia)", "Ansar al Charia")
    assert led("أنصار الشريعة", "أنصار الشريعة (Ansar al Charia)", "Ansar al Charia")
    assert led("小米集团", "小米集团 (Xiaomi)", "Xiaomi")


def test_every_word_in_latin_letters_is_asked_of_an_entry_that_has_both_scripts() -> None:
    assert led("Kolora Sharia", "شريعة Kolora")
    assert not led("Kolora Zentra Fisheries", "شريعة Kolora Zentra")
