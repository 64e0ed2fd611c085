"""Chinese names against their names in English: translated, spelled as in Hong Kong or Taiwan, shortened, numbered."""

from __future__ import annotations

import pytest

from bot.data import table
from bot.matching import dictionary
from bot.matching.chinese import (
    HEARD,
    begins_alike,
    by_ear,
    likely_spellings,
    one_syllable,
    spelled,
    spelled_bones,
    spells_other,
    syllable_bones,
)
from bot.matching.chinese_words import (
    group_of,
    groups_said,
    half_heard,
    in_dictionary,
    in_one_word,
    is_group,
    looked_up,
    said,
    sino,
)
from bot.matching.compare import SAME, compare
from bot.matching.dictionary import cut, kin, translations
from bot.matching.fold import fold
from bot.matching.index import NameIndex
from bot.matching.japanese import loan_bones
from bot.matching.words import unit
from bot.model import Name, Verdict


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("永隆銀行有限公司", "Wing Lung Bank Limited"),
        ("周大福珠寶集團", "Chow Tai Fook Jewellery Group"),
        ("李錦記有限公司", "Lee Kum Kee Company Limited"),
        ("恒生銀行", "Hang Seng Bank"),
        ("元大證券股份有限公司", "Yuanta Securities Co., Ltd."),
        ("東和鋼鐵企業股份有限公司", "Tung Ho Steel Enterprise Corporation"),
        ("彰化商業銀行", "Chang Hwa Commercial Bank"),
    ],
)
def test_a_name_spelled_as_in_hong_kong_or_taiwan(chinese: str, english: str) -> None:
    """Cantonese and Wade-Giles are read as well as pinyin."""
    assert compare(chinese, english).verdict is Verdict.SAME


def test_a_spelling_that_is_pinyin_of_other_characters_is_less_sure() -> None:
    """ "Kuo Hua" may be 国华 to Wade and Giles and is pinyin as it stands; "Tung Ho" is no pinyin at all."""
    assert 0 < spelled("国华", "kuohua") < spelled("东和", "tungho")
    assert spelled("永隆", "yongan") == 0
    assert spelled("华", "wah") == 0, "one syllable is any number of names"


def test_the_reason_says_that_it_is_a_spelling() -> None:
    """Who reads the answer is not told that Chong Hing is pinyin."""
    rules = [reason.rule for reason in compare("創興銀行", "Chong Hing Bank").reasons]
    assert "spelling of Hong Kong or Taiwan" in rules


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("金鷹商貿集團", "Golden Eagle Retail Group"),
        ("金鷹商貿集團", "Jinying Retail Group"),
        ("藍狐系統公司", "Blue Fox Systems"),
        ("蓝狐系统公司", "Bluefox Systems Inc."),
        ("鳳凰衛視", "Phoenix Television"),
        ("远景基金会", "Prospect Foundation"),
        ("世界银行", "World Bank"),
        ("马德里水务公司", "Madrid Water Company"),
        ("弗吉尼亚电力公司", "Virginia Electric Power Company"),
        ("武钢股份", "Wuhan Iron and Steel Company"),
        ("中钢集团", "Sinosteel Corporation"),
        ("中国中煤能源", "China Coal Energy"),
        ("俄泰贸易公司", "Russia-Thailand Trading Co."),
        ("国家开发银行", "China Development Bank"),
    ],
)
def test_a_name_that_is_translated(chinese: str, english: str) -> None:
    """A word of a name may be said in English or spelled; short names and places are known for what they say."""
    assert compare(chinese, english).verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("中国国际航空", "China Airlines"),
        ("上海银行", "Shanghai Commercial Bank"),
        ("亞洲銀行", "Bank of East Asia"),
        ("太平洋保险", "China Taiping Insurance"),
        ("上海医药", "Shanghai Fosun Pharmaceutical"),
        ("珠江船務", "Pearl River Tyre"),
        ("中国东方航空", "China Oriental Group"),
        ("美国银行", "Bank of China"),
    ],
)
def test_names_of_everyday_words_that_say_something_else(chinese: str, english: str) -> None:
    """Where no word is a name, each word that one side has and the other lacks makes another company."""
    assert compare(chinese, english).score < SAME


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("美国国际共和研究所", "International Republican Institute"),
        ("人权在中国组织", "Human Rights in China"),
        ("中国建筑股份有限公司", "China State Construction"),
    ],
)
def test_words_that_go_without_saying(chinese: str, english: str) -> None:
    """The country before a foreign name, 组织 behind it, and "State" in the English of a Chinese group say no more."""
    assert compare(chinese, english).verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("chinese", "same", "other"),
    [
        (
            "中国电子科技集团第十三研究所",
            "China Electronics Technology Group 13th Research Institute",
            "China Electronics Technology Group 38th Research Institute",
        ),
        ("第七〇四研究所", "704 Research Institute", "703 Research Institute"),
        (
            "航天科技集团第五研究院",
            "Fifth Academy of Aerospace Science and Technology",
            "Sixth Academy of Aerospace Science and Technology",
        ),
        ("三二五厂", "Plant 325", "Plant 322"),
    ],
)
def test_the_number_of_an_institute(chinese: str, same: str, other: str) -> None:
    """Chinese numerals are numbers, and another number is another institute."""
    assert compare(chinese, same).verdict is Verdict.SAME
    assert compare(chinese, other).verdict is not Verdict.SAME


def test_a_word_that_is_no_number() -> None:
    """三一 and 九三 are names, 第一 and 第二 words."""
    assert compare("三一重工", "Sany Heavy Industry").verdict is Verdict.SAME
    assert compare("第一拖拉机", "First Tractor").verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("复星国际", "复星医药"),
        ("中国人民财产保险", "中国人民健康保险"),
        ("凯盛新能", "凯盛新材"),
        ("深南电路", "深南电"),
    ],
)
def test_two_chinese_names_are_never_one_by_sound_or_letters(one: str, other: str) -> None:
    """In one language a word that differs is another word."""
    assert compare(one, other).verdict is not Verdict.SAME


def test_one_foreign_name_taken_down_twice() -> None:
    """Characters of one sound that write a foreign name are that name; in a Chinese name they are another."""
    assert compare("伊庇鲁斯公司", "伊比鲁斯公司").verdict is Verdict.SAME
    assert compare("华茂股份", "花帽股份").verdict is not Verdict.SAME


def test_what_characters_say() -> None:
    """Word by word, character by character, as a short name, as two countries, and written together."""
    assert ("golden", "eagle") in said("金鹰")
    assert ("wuhan", "steel") in said("武钢")
    assert any("russia" in row and "thailand" in row for row in said("俄泰"))
    assert said("鑫") == ()
    assert in_one_word("火风暴", "firestorm")
    assert not in_one_word("火风暴", "firearms")
    assert sino("中化", "sinochem")
    assert not sino("中化", "sinotrans")
    assert not sino("化工", "sinochem")


def test_chinese_words_are_found_by_their_english() -> None:
    """The index finds a translated or Cantonese name among others, not only the comparison."""
    index = NameIndex()
    for name in ("Golden Eagle Retail", "Wing Lung Bank", "Blue Fox Systems", "Silver Fox Bank", "Wing On Stores"):
        index.add(name, [Name(name)])
    found = {query: [hit.owner for hit in index.search(query)][:1] for query in ("金鹰商贸", "永隆银行", "蓝狐系统")}
    assert found == {
        "金鹰商贸": ["Golden Eagle Retail"],
        "永隆银行": ["Wing Lung Bank"],
        "蓝狐系统": ["Blue Fox Systems"],
    }
    assert spelled_bones("永") == ()


def test_the_tables_are_written_as_they_are_read() -> None:
    """Each Chinese word stands there once; every syllable of Cantonese can be taken apart."""
    for part in ("names", "characters", "short_places", "short_trades", "countries"):
        listed = [fold(entry.split(":")[0]) for entry in table("chinese_words")[part].split()]
        assert sorted(han for han in set(listed) if listed.count(han) > 1) == []
    cantonese = table("cantonese")
    initials, rhymes = (
        {entry.split(":")[0].strip("-") for entry in cantonese[part].split()} for part in ("initials", "rhymes")
    )
    syllables = [
        entry.split(":")[0]
        for line in (*cantonese["readings"], *cantonese["second_readings"])
        for entry in line.split()
    ]
    assert [
        one for one in syllables if not any(one[:size] in initials and one[size:] in rhymes for size in (0, 1, 2))
    ] == []


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("深圳市羅約科技有限公司", "Shenzhen Royo Technology Co., Ltd."),
        ("宁波贝宁机床有限公司", "Ningbo Blin Machine Tool Co., Ltd."),
    ],
)
def test_one_word_is_heard_generously_where_town_and_trade_agree(chinese: str, english: str) -> None:
    """The same two words by themselves, or in pinyin of other characters, are not taken for one."""
    assert compare(chinese, english).verdict is Verdict.SAME
    assert compare("羅約", "Royo").score < SAME
    assert compare("深圳市羅約科技有限公司", "Shenzhen Lianyu Technology Co., Ltd.").score < SAME


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("佛山市南海区明越金属制品有限公司", "Foshan Nanhai Mingyue Metal Products Co., Ltd."),
        ("佛山市南海区明越金属制品有限公司", "Foshan Mingyue Metal Products Co., Ltd."),
        ("明越医疗器械有限公司", "Mingyue Medical Instruments Co., Ltd."),
        ("香港明越贸易有限公司", "HK Mingyue Trading Limited"),
        ("明越导弹与火控公司", "Mingyue Missiles and Fire Control"),
    ],
)
def test_how_towns_districts_and_trades_are_put(chinese: str, english: str) -> None:
    """A district is a place, 器械 an instrument or a device, HK Hong Kong, and 与 joins two words."""
    assert compare(chinese, english).verdict is Verdict.SAME


@pytest.mark.parametrize("form", ["股份有限公司", "有限公司", "公司"])
def test_no_legal_form_is_held_against_a_chinese_name_abroad(form: str) -> None:
    """股份有限公司 is Co., Ltd. to most companies; in one script another form still speaks against one company."""
    bare = compare("明越通信", "Mingyue Communications").score
    assert compare(f"明越通信{form}", "Mingyue Communications Co., Ltd.").score == bare
    assert compare("明越通信股份有限公司", "明越通信有限公司").score < compare("明越通信有限公司", "明越通信").score


def test_pinyin_of_other_characters_is_another_name_however_alike_it_sounds() -> None:
    """永和 is Yonghe; Yongye sounds much like it to who knows no Chinese."""
    assert compare("永和股份", "Yonghe Ship Ltd").score > compare("永和股份", "Yongye Ship Ltd").score
    assert compare("永和股份", "Yongye Ship Ltd").verdict is Verdict.NO


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("奇美實業", "Chi Mei Corporation"),
        ("味全食品工業", "Wei Chuan Foods Corporation"),
        ("謝瑞麟珠寶", "Tse Sui Luen Jewellery"),
        ("楊協成", "Yeo Hiap Seng"),
        ("豐隆集團", "Hong Leong Group"),
    ],
)
def test_a_name_that_is_spelled_syllable_by_syllable(chinese: str, english: str) -> None:
    """Cantonese, Hokkien and the ways of Taiwan; 實業 and 工業 behind such a name may be left out."""
    assert compare(chinese, english).verdict is Verdict.SAME


@pytest.mark.parametrize(("chinese", "english"), [("中鴻鋼鐵", "Tung Ho Steel"), ("春源鋼鐵", "Chung Hung Steel")])
def test_a_name_whose_syllables_are_those_of_another(chinese: str, english: str) -> None:
    """Words of one syllable each spell one character each."""
    assert compare(chinese, english).score < SAME
    assert begins_alike("鸿海", ["hon", "hai"])
    assert not begins_alike("中鸿", ["tung", "ho"])
    assert by_ear("春源", "chung") == 0, "one syllable is no two characters"
    assert by_ear("力芯", "lihexing") < HEARD, "three syllables of pinyin are three characters"


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("微软", "Microsoft"),
        ("北京超图软件", "Beijing SuperMap Software"),
        ("環球晶圓", "GlobalWafers"),
        ("爱德万测试", "Advantest"),
        ("空中客车", "Airbus"),
        ("厦门法拉电子", "Xiamen Faratronic"),
    ],
)
def test_two_words_written_as_one(chinese: str, english: str) -> None:
    """Characters or words translated and written together, or the first of them heard."""
    assert compare(chinese, english).verdict is Verdict.SAME


@pytest.mark.parametrize(("chinese", "english"), [("環球電池", "GlobalWafers"), ("爱德万软件", "Advantest")])
def test_two_words_of_which_only_one_is_said(chinese: str, english: str) -> None:
    """Both halves have to be there."""
    assert compare(chinese, english).score < SAME


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("武汉高德红外股份有限公司", "Wuhan Guide Infrared Co., Ltd."),
        ("三维通信股份有限公司", "Sunwave Communications Co., Ltd."),
        ("瑞萨电子", "Renesas Electronics"),
        ("大全新能源", "Daqo New Energy"),
        ("百事可乐", "Pepsi-Cola"),
        ("标致雪铁龙", "Peugeot Citroen"),
    ],
)
def test_a_name_is_heard_where_the_rest_agrees_or_it_is_long(chinese: str, english: str) -> None:
    """An English word is no pinyin; a trade that agrees makes surer, and so do four sounds in a row."""
    assert compare(chinese, english).verdict is Verdict.SAME


def test_a_name_heard_beside_what_everybody_does_is_no_surer() -> None:
    """科技 stands in half of all names; air conditioning does not."""
    told = [compare("特灵空调", "Trane Air Conditioning"), compare("特灵科技", "Trane Technologies")]
    beside_trade, beside_technology = (
        next(reason.score for reason in match.reasons if reason.rule == "by ear") for match in told
    )
    assert beside_trade > beside_technology
    assert compare("新思科技", "Hundsun Technologies").score < SAME
    assert compare("瑞萨", "Renesas").score < SAME


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("哈尔滨工程大学", "Harbin University of Science and Technology"),
        ("合肥工业大学", "Hefei University"),
        ("浙江工业大学", "Zhejiang University of Science and Technology"),
        ("上海海事大学", "Shanghai Ocean University"),
        ("中国科学技术大学", "Chinese Academy of Sciences"),
    ],
)
def test_universities_are_told_by_what_they_teach(chinese: str, english: str) -> None:
    """In names of everyday words engineering is not science, and technology not nothing."""
    assert compare(chinese, english).verdict is not Verdict.SAME


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("合肥工业大学", "Hefei University of Technology"),
        ("中国矿业大学", "China University of Mining and Technology"),
        ("中国科学技术大学", "University of Science and Technology of China"),
        ("武汉理工大学", "Wuhan University of Technology"),
        ("中国科学院计算技术研究所", "Institute of Computing Technology, Chinese Academy of Sciences"),
        ("西安航天动力研究所", "Xi'an Aerospace Propulsion Institute"),
        ("潮州三环(集团)股份有限公司", "Chaozhou Three-Circle (Group) Co., Ltd."),
        ("宁波明越厨具有限公司", "Ningbo Mingyue Kitchen Ware Co., Ltd."),
        ("國泰人壽", "Cathay Life Insurance"),
        ("玖龍紙業", "Nine Dragons Paper"),
        ("明越高分子材料有限公司", "Mingyue Polymer Materials Co., Ltd."),
        ("宁波明越发电厂", "Ningbo Mingyue Power Plant"),
        ("深圳市明越电路板有限公司", "Shenzhen Mingyue Circuit Boards Co., Ltd."),
        ("臺灣土地銀行", "Land Bank of Taiwan"),
        ("贵州航天电器股份有限公司", "Guizhou Space Appliance Co., Ltd."),
        ("科德数控", "Kede Numerical Control Co., Ltd."),
        ("华侨银行", "Oversea-Chinese Banking Corporation"),
    ],
)
def test_what_schools_towns_and_trades_are_called(chinese: str, english: str) -> None:
    """An industrial university is one of technology; 动力 drives as well as powers."""
    assert compare(chinese, english).verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("中国船舶", "China Shipping Group"),
        ("中国中铁", "China Railway Construction Corporation"),
        ("中国交通建设", "China Railway Construction Corporation"),
        ("中華電信", "Chunghwa Post"),
        ("通富微电子股份有限公司", "Tongwei Co., Ltd."),
        ("惠通电子", "慧通电子"),
        ("通用动力公司", "General Electric"),
        ("中国航天科工集团第三研究院", "China Aerospace Science and Technology Corporation Third Academy"),
    ],
)
def test_near_words_and_short_ones_make_no_name(chinese: str, english: str) -> None:
    """Besides the place something has to be the very word, and pinyin is not shortened by its syllables."""
    assert compare(chinese, english).verdict is not Verdict.SAME


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("天津全华时代航天科技有限公司", "Tianjin Quanhua Time Aerospace Technology Co., Ltd."),
        ("东营港青东石化物流", "Dongying Port Qingdong Petrochemical Logistics"),
        ("中国电子科技集团公司第十四研究所", "CETC 14th Research Institute"),
        ("中国船舶重工集团公司第七〇五研究所", "No. 705 Research Institute of CSIC"),
        ("中国航发南方工业有限公司", "AECC South Industry Co., Ltd."),
        ("中国科学院西安光学精密机械研究所", "Xi'an Institute of Optics and Precision Mechanics"),
        ("中国长城工业总公司", "China Great Wall Industry Corporation"),
        ("阿克苏诺贝尔", "AkzoNobel"),
        ("和田浩林发饰品有限公司", "Hetian Haolin Hair Accessories Co., Ltd."),
        ("沈阳机床股份有限公司", "Shenyang Machine Tool Co., Ltd."),
        ("西北工业大学", "Northwestern Polytechnical University"),
        ("新光金融控股", "Shin Kong Financial Holding"),
        ("石河子天富热电厂", "Shihezi Tianfu Thermal Power Plant"),
    ],
)
def test_names_as_lists_of_restricted_parties_print_them(chinese: str, english: str) -> None:
    """Half read and half translated, under the initials of a state group, without the academy above an institute."""
    assert compare(chinese, english).verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("中国电子科技集团公司第十四研究所", "CETC 54th Research Institute"),
        ("中国船舶重工集团公司第七〇五研究所", "CETC 705 Research Institute"),
        ("中国科学院西安光学精密机械研究所", "Xi'an Institute of Applied Optics"),
        ("中复神鹰碳纤维股份有限公司", "Zhongjian Carbon Fiber Co., Ltd."),
        ("丹东富地贸易有限公司", "Dandong Fortune Trading Co., Ltd."),
        ("順泰實業有限公司", "Shun Tak Industrial Limited"),
        ("延边银星网络科技有限公司", "Yanbian Jinxing Network Technology Co., Ltd."),
        ("长光辰芯", "Zhenhua Science & Technology"),
        ("成都明越集成电路有限公司", "Chengdu Mingyue Microelectronics Technology"),
    ],
)
def test_neighbours_on_lists_of_restricted_parties(chinese: str, english: str) -> None:
    """Another number, group or trade, fewer syllables, an everyday word, a final that the character has not."""
    assert compare(chinese, english).verdict is not Verdict.SAME


def test_initials_of_a_state_group_stand_for_its_words() -> None:
    """With the word for a group or without, and of as many words as the Chinese name has at its beginning."""
    words = ["china", "electronics", "technology", "group", "institute"]
    assert groups_said(words) == ["cetc"]
    assert [group_of("cetc", words[:size]) for size in (2, 3, 4)] == [False, True, True]
    assert [is_group(word) for word in ("avic", "acme")] == [True, False]


def test_spellings_of_hong_kong_and_taiwan_are_listed_syllable_by_syllable() -> None:
    """Those of two and three characters; by their consonants an index finds what else is spelled so."""
    assert ("kwong", "fat") in likely_spellings("广发")
    assert loan_bones("kwong", True) + loan_bones("fat", True) in syllable_bones("广发")
    assert not likely_spellings("永")
    assert not syllable_bones("永")
    assert [one_syllable(word) for word in ("kwong", "kolora")] == [True, False]


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("菠蘿圖書有限公司", "Pineapple Books Limited"),
        ("全球直觉公司", "Global Intuition LLC"),
        ("青岛琥珀山丘仪器有限公司", "Qingdao Amber Hill Instruments Co., Ltd."),
        ("先进声学理念有限责任公司", "Advanced Acoustics Concept"),
        ("税收政策评估中心", "Center for Taxation Policy Evaluation"),
        ("愛麗絲閥門有限公司", "Alice Valves Co., Ltd."),
        ("宁波明越硬质合金有限公司", "Ningbo Mingyue Cemented Carbide Co., Ltd."),
        ("内蒙古明越天然气有限公司", "Inner Mongolia Mingyue Natural Gas Co., Ltd."),
        ("柏林之音", "Voice of Berlin"),
        ("欧盟理事会教育与文化委员会", "Education and Culture Committee of the Council of the European Union"),
        ("霍尔果斯明越商贸有限公司", "Khorgos Mingyue Trading Co., Ltd."),
        ("雷神雷达公司", "Raytheon Radar"),
        ("莫斯特家具有限公司", "Most Furniture Limited"),
        ("深圳市亿明越科技有限公司", "Yimingyue Electronics Limited"),
    ],
)
def test_words_that_only_a_dictionary_knows(chinese: str, english: str) -> None:
    """Ordinary words are translated, in any number or ending, and a long run of characters is cut into them."""
    assert compare(chinese, english).verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("菠蘿圖書有限公司", "Mango Books Limited"),
        ("可靠机械有限公司", "Reliable Marine Solutions"),
        ("星辰科技", "Star Group, L.P."),
        ("琥珀机械有限公司", "Amber Shipping"),
        ("复旦电缆", "Fudan University"),
        ("海南矿业", "Mining Industries"),
        ("税收政策评估中心", "Center for Trade Policy"),
        ("内蒙古明越能源有限公司", "Inner Mongolia Zhonghe Energy Co., Ltd."),
        ("深圳市亿明越物流有限公司", "Yimingyue Electronics Limited"),
        ("深圳市明越科技有限公司", "Mingyue Electronics Limited"),
        ("霍尔果斯金桥贸易有限公司", "Khorgos Golden Road Trading Co., Ltd."),
    ],
)
def test_a_word_of_the_dictionary_alone_makes_no_name(chinese: str, english: str) -> None:
    """Many are "star" or "reliable" in English; another trade or another word beside them is another company."""
    assert compare(chinese, english).verdict is not Verdict.SAME


def test_the_dictionary_gives_short_translations_without_its_remarks() -> None:
    """Alternatives one by one, "to" and brackets left out, proper names bare; surnames and remarks are none."""
    assert translations("菠萝") == (("pineapple",),)
    assert ("assess",) in translations("评估")
    assert ("moodys",) in translations("穆迪")
    assert {("sara",), ("sarah",)} <= set(translations("莎拉"))
    assert all("surname" not in words for words in translations("欧阳"))
    assert translations("菠") == translations("没有这样的词语啊") == ()


def test_a_run_of_characters_is_cut_into_words_and_a_name() -> None:
    """No character is left by itself, a word of the dictionary is not cut, nor what has no ordinary word in it."""
    assert cut("预算评估") == ("预算", "评估")
    assert cut("码可菠萝") == ("码可", "菠萝")
    assert cut("海岸间") == ("海岸间",)
    assert cut("亨廷顿英格尔斯") == ("亨廷顿英格尔斯",)
    assert cut("中天鸿运") == ("中天鸿运",)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("dimension", "dimensions", True),
        ("autonomy", "autonomous", True),
        ("budget", "budgetary", True),
        ("police", "policy", False),
        ("general", "generation", False),
        ("marine", "marina", False),
    ],
)
def test_english_words_of_one_stem(one: str, other: str, same: bool) -> None:
    """Endings are forgiven where enough of the stem is left."""
    assert kin(one, other) is same


def test_what_the_dictionary_says_of_a_trade_is_only_near() -> None:
    """Our tables know trades apart that a dictionary gives one word for, and say which English names a firm."""
    assert in_dictionary("船舶", unit("shipping"))
    assert not in_dictionary("雷神", unit("raytheon"))
    assert looked_up("菠萝", [unit("pineapple")])
    assert not looked_up("金鹰", [unit("golden"), unit("eagle")])


def test_a_name_is_found_by_what_its_words_say() -> None:
    """Both ways: who watches the Chinese name meets the English one, and who watches the English one the Chinese."""
    names = {"a": "全球直觉公司", "b": "Amber Acoustics"}
    index = NameIndex()
    index.fill((owner, [Name(text)]) for owner, text in names.items())
    assert [hit.owner for hit in index.search("Global Intuitions LLC")][:1] == ["a"]
    assert set(index.owners("Global Intuition LLC")) == {"a"}
    assert [hit.owner for hit in index.search("琥珀声学公司")][:1] == ["b"]
    index.remove("a")
    assert not index.owners("Global Intuition LLC")


def test_latin_names_never_open_the_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading it takes half a second, which who watches no Chinese name never waits for."""

    def opened() -> None:
        raise AssertionError("the dictionary was opened")

    monkeypatch.setattr(dictionary, "_kept", opened)
    assert compare("Vermilion Kestrel Shipping", "Vermillion Kestrel Shipping Ltd").verdict is Verdict.SAME
    index = NameIndex()
    index.add("a", [Name("Vermilion Kestrel Shipping")])
    assert set(index.owners("Vermilion Kestrel Shipping")) == {"a"}


@pytest.mark.parametrize(
    ("chinese", "english", "same"),
    [
        ("动能电缆有限公司", "Kinetic Cable Limited", True),
        ("明越网络安全有限公司", "Mingyue Cyber Security Ltd", True),
        ("新月湾家具有限公司", "Crescent Bay Furniture Limited", True),
        ("橄榄枝家具有限公司", "Olive Furniture Limited", False),
        ("香港远见阀门有限公司", "Hong Kong Insight Valves Limited", False),
    ],
)
def test_half_of_a_translation(chinese: str, english: str, same: bool) -> None:
    """What a dictionary adds to be clear goes unsaid; an ordinary word is not heard for another one of English."""
    assert (compare(chinese, english).verdict is Verdict.SAME) is same


@pytest.mark.parametrize(
    ("chinese", "english", "same"),
    [
        ("永进机械工业股份有限公司", "Yeong Chin Machinery Industries Co., Ltd.", True),
        ("永进机械工业股份有限公司", "Yeong Guan Machinery Industries Co., Ltd.", False),
        ("万海航运股份有限公司", "Wan Hai Lines Ltd.", True),
        ("万海航运股份有限公司", "Wan Hwa Lines Ltd.", False),
        ("鸿海精密工业股份有限公司", "Hon Hai Precision Industry Co., Ltd.", True),
        ("正大明越药业集团股份有限公司", "Chia Tai Mingyue Pharmaceutical Group Co., Ltd.", True),
        ("广州亿越智能技术有限公司", "Guangzhou EYue Intelligent Technology Co., Ltd.", True),
        ("大毅科技股份有限公司", "Tai Technology Co., Ltd.", False),
    ],
)
def test_each_syllable_spells_its_character(chinese: str, english: str, same: bool) -> None:
    """A syllable that spells other characters is another name; two ways of spelling may follow one another."""
    assert (compare(chinese, english).verdict is Verdict.SAME) is same


@pytest.mark.parametrize(
    ("chinese", "latin", "same"),
    [
        ("斯凯孚", "skf", True),
        ("帝斯曼", "dsm", True),
        ("斯凯孚", "skp", False),
        ("明越达", "myd", False),
        ("帝斯", "ds", False),
    ],
)
def test_initials_of_a_foreign_name_are_said_letter_by_letter(chinese: str, latin: str, same: bool) -> None:
    """One character for each letter, and only characters that write foreign sounds."""
    assert (by_ear(chinese, latin) > 0) is same


@pytest.mark.parametrize(
    ("chinese", "english", "same"),
    [
        ("杭州金鸿达科技有限公司", "Hangzhou JHD Technology Co., Ltd.", True),
        ("杭州金鸿达科技有限公司", "Hangzhou JHT Technology Co., Ltd.", False),
        ("金鸿达科技有限公司", "JHD Technology Co., Ltd.", False),
        ("杭州鸿达科技有限公司", "Hangzhou HD Technology Co., Ltd.", False),
    ],
)
def test_initials_of_pinyin_where_town_or_trade_agrees(chinese: str, english: str, same: bool) -> None:
    """Three letters in the same town are the name; without the town, or two of them, they may be anybody's."""
    assert (compare(chinese, english).verdict is Verdict.SAME) is same


@pytest.mark.parametrize(
    ("chinese", "english", "same"),
    [
        ("上海瑞禾食品有限公司", "Shanghai Ruihe Foods Co., Ltd.", True),
        ("上海瑞禾食品有限公司", "Shanghai Ruihe Trading Co., Ltd.", False),
        ("上海瑞禾投资有限公司", "Shanghai Ruihe Construction Co., Ltd.", False),
        ("上海瑞禾集团有限公司", "Shanghai Ruihe Auto Parts Co., Ltd.", False),
        ("瑞禾股份", "Shanghai Ruihe Auto Parts Co., Ltd.", True),
        ("瑞禾控股有限公司", "Ruihe Investment Holdings Limited", True),
        ("上海瑞禾融资租赁有限公司", "Shanghai Ruihe Finance Leasing Co., Ltd.", True),
        ("金辉航运有限公司", "Jinhui Shipping and Transportation Limited", True),
        ("深圳市亿明越科技有限公司", "Yimingyue Electronics Limited", True),
    ],
)
def test_a_trade_that_the_full_name_does_not_say(chinese: str, english: str, same: bool) -> None:
    """One pinyin is many companies' name, and the trade tells them apart; a short name leaves it out."""
    assert (compare(chinese, english).verdict is Verdict.SAME) is same


@pytest.mark.parametrize(
    ("chinese", "english", "same"),
    [
        ("江苏科技大学", "Jiangsu University of Science and Technology", True),
        ("江苏科技大学", "Jiangsu University of Technology", False),
        ("合肥工业大学", "Hefei University of Technology", True),
        ("桂林电子科技大学", "Guilin University of Electronic Technology", True),
        ("台北科技大学", "National Taipei University of Technology", True),
        ("台湾大学", "National Taiwan Normal University", False),
        ("沈阳航空航天大学", "Shenyang Aerospace University", True),
        ("沈阳大学", "Shenyang Aerospace University", False),
    ],
)
def test_what_universities_teach(chinese: str, english: str, same: bool) -> None:
    """Science is said beside technology, Taiwan's are national, and aviation and aerospace are aerospace."""
    assert (compare(chinese, english).verdict is Verdict.SAME) is same


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("鹏程电源有限公司", "Pengcheng Power Supply Limited"),
        ("中国外运", "Sinotrans"),
        ("上海空间电源研究所", "Shanghai Institute of Space Power Sources"),
        ("明越航业股份有限公司", "Ming Yueh Navigation Co., Ltd."),
        ("中美矽晶制品股份有限公司", "Sino-American Silicon Products Inc."),
        ("国轩高科股份有限公司", "Gotion High-tech Co., Ltd."),
        ("上海瑞禾消防有限公司", "Shanghai Ruihe Fire Fighting Co., Ltd."),
        ("上海瑞禾旅游有限公司", "Shanghai Ruihe Travel Co., Ltd."),
        ("上海瑞禾汽车零部件有限公司", "Shanghai Ruihe Automotive Components Co., Ltd."),
        ("明越精机股份有限公司", "Mingyue Machine Tool Co., Ltd."),
        ("士兰微", "Silan Microelectronics"),
        ("深圳市大漠大智控技术有限公司", "Shenzhen Damoda Intelligent Control Technology Co., Ltd."),
    ],
)
def test_trades_as_companies_translate_them(chinese: str, english: str) -> None:
    """A trade has several names in English, in one word or two, and may be one word with the name before it."""
    assert compare(chinese, english).verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("chinese", "latin", "same"),
    [
        ("贵航", "giaero", True),
        ("芯达", "chipda", True),
        ("达芯", "dachip", True),
        ("芯明达", "chipmingda", True),
        ("贵航", "loaero", False),
        ("贵航", "aero", False),
        ("贵航明达", "guiaeromingda", False),
    ],
)
def test_one_half_in_english_and_the_other_as_it_sounds(chinese: str, latin: str, same: bool) -> None:
    """The half that is translated is the very word, on whichever side it stands."""
    assert half_heard(chinese, latin) is same


def test_four_characters_of_a_foreign_name_leave_nothing_to_guess() -> None:
    """Where town and trade agree a short name is heard generously, and a long one as strictly as anywhere."""
    assert compare("罗克韦尔自动化(中国)有限公司", "Rockwell Automation (China) Co., Ltd.").verdict is Verdict.SAME
    assert compare("罗克韦尔自动化(中国)有限公司", "Rotork Automation (China) Co., Ltd.").verdict is not Verdict.SAME


@pytest.mark.parametrize(
    ("chinese", "english", "same"),
    [
        ("佳美莎风电(天津)有限公司", "Gamesa Wind (Tianjin) Co., Ltd.", True),  # ga, me and sa are no Chinese names
        ("佳美莎风电(天津)有限公司", "Jiameisha Wind (Tianjin) Co., Ltd.", True),
        ("新泉电子有限公司", "Xin Chuan Electronics Co., Limited", False),  # who writes x writes no Wade-Giles
        ("兴利控股有限公司", "Heng Li Holdings Limited", False),  # pinyin of 恒力, and Hokkien by chance
    ],
)
def test_what_is_pinyin_of_another_name(chinese: str, english: str, same: bool) -> None:
    """A word is another name in pinyin only when names are spelled with its syllables."""
    assert (compare(chinese, english).verdict is Verdict.SAME) is same


def test_syllables_of_which_no_name_is_made() -> None:
    """Half of the syllables make it a foreign word; a word that is no pinyin at all is none either."""
    assert all(map(spells_other, ("sunwoda", "leda"), (3, 2)))
    assert not any(map(spells_other, ("gamesa", "arete"), (3, 3)))
    assert not spells_other("kohler", 2)


@pytest.mark.parametrize(
    ("chinese", "english", "same"),
    [
        ("莱茵轴承公司", "Rheinlager AG", False),
        ("莱茵金属公司", "Rheinmetall AG", True),
        ("英特磊公司", "Intelligent Epitaxy, Inc.", True),
        ("英特磊公司", "Intelligent Display, Inc.", False),
        ("歌明股份有限公司", "Gemingtek Inc.", True),
        ("歌明股份有限公司", "Geminsoft Inc.", False),
    ],
)
def test_half_of_a_name_heard_and_half_translated(chinese: str, english: str, same: bool) -> None:
    """A word may be heard and said in one, or its beginning heard; an ending that says a trade may stand behind it."""
    assert (compare(chinese, english).verdict is Verdict.SAME) is same


@pytest.mark.parametrize(
    ("chinese", "english", "same"),
    [
        ("安达维尔", "Inteller LLC", False),
        ("伊庇鲁斯公司", "Epirus, Inc.", True),
        ("塞拉技术服务公司", "Sierra Technical Services, Inc.", True),  # two words agree
        ("埃科达因公司", "Echodyne", False),  # not sure enough of one word
    ],
)
def test_a_foreign_name_beside_which_little_agrees(chinese: str, english: str, same: bool) -> None:
    """Characters chosen for their sounds have every sound; beside words that agree they may be heard."""
    assert (compare(chinese, english).verdict is Verdict.SAME) is same


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("苏州天准科技股份有限公司", "Suzhou TZTEK Technology Co., Ltd."),
        ("欧科亿刀具股份有限公司", "OKE Cutting Tools Co., Ltd."),
        ("瑞禾投资控股股份有限公司", "Ruihe Holdings Co., Ltd."),
        ("瑞禾商业银行股份有限公司", "Ruihe Bank Co., Ltd."),
        ("明岳飞行试验研究院", "Mingyue Flight Test Establishment"),
        ("桂林卫星测控中心", "Guilin Satellite Control Center"),
        ("雪松诊所有限公司", "Cedar Clinic Limited"),
        ("瑞禾甲醇有限公司", "Ruihe Methanol Co., Ltd."),
    ],
)
def test_words_and_initials_as_companies_write_them(chinese: str, english: str) -> None:
    """Initials with a trade behind them, vowels said as letters, and trades in their usual English."""
    assert compare(chinese, english).verdict is Verdict.SAME
