"""Whether a story is about a listing, which list it means and how far it has got, in every language of the phrases.

All stories here are made up from facts or from nothing; none stands in the labelled data.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from bot.data import shelf
from bot.model import Story
from bot.stories import analyse


class Case(NamedTuple):
    language: str
    title: str
    text: str
    source: str = ""
    stage: str = ""


LISTINGS = [
    Case("en", "US adds 28 Chinese organisations to trade blacklist", "The Commerce Department on Monday added 28 Chinese public security bureaus and companies, among them Hikvision and Dahua, to its Entity List. It said the entities had been implicated in human rights violations against Uighurs in Xinjiang.", "us_bis_entity", "in_force"),
    Case("en", "Commerce blacklists spyware makers NSO Group and Candiru", "The United States has placed the Israeli firm NSO Group on its Entity List, saying it sold tools that were used to target journalists. Exports to it of American hardware and software are now restricted.", "us_bis_entity", "in_force"),
    Case("en", "Huawei gets another 90 days", "The US government has extended a temporary general licence that lets American firms keep selling to Huawei despite its place on the Entity List, the Commerce Department said on Monday.", "us_bis_entity", "relief"),
    Case("en", "Judge halts Pentagon's blacklisting of Xiaomi", "A federal judge on Friday blocked the Defense Department from restricting US investment in Xiaomi, which had been put on a list of alleged Chinese military companies. The court called the listing deeply flawed.", "us_dod_cmc", "suspended_by_court"),
    Case("en", "Lawmakers urge White House to blacklist drone maker", "A bipartisan group of senators called on the Commerce Department to add Autel Robotics to the Entity List. They say the company has ties to the Chinese military.", "us_bis_entity", "proposed"),
    Case("en", "Treasury sanctions Russia's biggest banks", "The US Treasury on Thursday added Sberbank and Alfa-Bank to its list of Specially Designated Nationals and froze their assets in the United States over the war in Ukraine.", "us_ofac_sdn", "in_force"),
    Case("en", "Pentagon to drop chipmaker from list", "The Pentagon has removed the lidar maker Hesai from a list of Chinese military companies, a filing shows. The company had sued.", "us_dod_cmc", "removed"),
    Case("fr", "Les Etats-Unis placent Hikvision sur leur liste noire", "Le département américain du Commerce a inscrit lundi huit entreprises chinoises, dont Hikvision, sur la liste des entités, les accusant de participer à la répression des Ouïghours au Xinjiang.", "us_bis_entity", "in_force"),
    Case("fr", "Huawei obtient un nouveau sursis", "Washington a prolongé de 90 jours la licence temporaire qui permet aux entreprises américaines de continuer à vendre à Huawei, inscrit sur une liste noire depuis mai.", "us_bis_entity", "relief"),
    Case("fr", "Washington envisage de placer YMTC sur liste noire", "Le département du Commerce américain envisage d'ajouter le fabricant de puces YMTC à sa liste des entités, selon des sources.", "us_bis_entity", "proposed"),
    Case("fr", "Bruxelles sanctionne la Banque de Moscou", "L'Union européenne a adopté un nouveau train de sanctions contre la Russie et gelé les avoirs de plusieurs banques, dont VTB, placées sur sa liste de sanctions.", "eu_fsf", "in_force"),
    Case("de", "USA setzen SMIC auf schwarze Liste", "Das US-Handelsministerium hat den Chiphersteller SMIC auf die sogenannte Entity List gesetzt. Lieferungen an das Unternehmen brauchen damit eine Lizenz. Washington begründet dies mit Verbindungen zum Militär.", "us_bis_entity", "in_force"),
    Case("de", "Xiaomi: US-Richter stoppt Aufnahme in Liste", "Ein US-Bundesrichter hat per einstweiliger Verfügung das Investitionsverbot gegen Xiaomi gestoppt. Das Pentagon hatte den Konzern auf eine Liste chinesischer Militärunternehmen gesetzt.", "us_dod_cmc", "suspended_by_court"),
    Case("de", "US-Regierung erwägt Sanktionen gegen Kaspersky", "Das amerikanische Handelsministerium prüft, ob Kaspersky auf eine schwarze Liste gesetzt werden soll. Eine Entscheidung könnte bald fallen.", "us_bis_entity", "proposed"),
    Case("es", "Estados Unidos incluye a SMIC en su lista negra", "El Departamento de Comercio de Estados Unidos añadió este viernes a SMIC a su lista de entidades, lo que restringe las exportaciones de tecnología, por sus vínculos con el ejército chino.", "us_bis_entity", "in_force"),
    Case("es", "EE.UU. da otra prórroga a Huawei", "El Gobierno de Estados Unidos concedió una nueva prórroga de 90 días a la licencia temporal que permite a empresas estadounidenses vender a Huawei, incluida en la lista negra comercial.", "us_bis_entity", "relief"),
    Case("it", "Gli Stati Uniti inseriscono SMIC nella lista nera", "Il Dipartimento del Commercio americano ha inserito il produttore di chip SMIC nella Entity List a causa dei suoi legami con l'esercito cinese.", "us_bis_entity", "in_force"),
    Case("it", "Xiaomi rimossa dalla lista nera del Pentagono", "Il Dipartimento della Difesa degli Stati Uniti ha rimosso Xiaomi dalla lista delle aziende militari cinesi, dopo la causa intentata dall'azienda.", "us_dod_cmc", "removed"),
    Case("it", "Washington valuta sanzioni contro la rivale di TSMC", "L'amministrazione americana sta valutando se aggiungere CXMT alla lista nera commerciale, il che potrebbe bloccare le forniture di tecnologia.", "us_bis_entity", "proposed"),
    Case("pt", "EUA colocam SMIC na lista negra", "O Departamento de Comércio dos Estados Unidos incluiu a fabricante de chips SMIC em sua lista de entidades, por suas ligações com o setor militar chinês.", "us_bis_entity", "in_force"),
    Case("pt", "Pentágono retira Xiaomi da lista de empresas militares chinesas", "O Departamento de Defesa dos EUA concordou em retirar a Xiaomi da lista de empresas militares chinesas.", "us_dod_cmc", "removed"),
    Case("nl", "VS zetten SMIC op zwarte lijst", "Het Amerikaanse ministerie van Handel heeft chipmaker SMIC op de Entity List gezet wegens banden met het Chinese leger. Leveranciers hebben voortaan een licentie nodig.", "us_bis_entity", "in_force"),
    Case("nl", "Huawei krijgt opnieuw uitstel", "De Amerikaanse regering heeft de tijdelijke licentie waarmee bedrijven aan Huawei mogen leveren met 90 dagen verlengd. Het concern staat op een zwarte lijst.", "us_bis_entity", "relief"),
    Case("nl", "EU bevriest tegoeden van Russische banken", "De Europese Unie heeft een nieuw sanctiepakket aangenomen. VTB en andere banken zijn op de sanctielijst van de EU geplaatst.", "eu_fsf", "in_force"),
    Case("pl", "USA wpisały SMIC na czarną listę", "Departament Handlu USA dodał producenta chipów SMIC do listy podmiotów (Entity List) ze względu na powiązania z chińskim wojskiem.", "us_bis_entity", "in_force"),
    Case("pl", "Xiaomi znika z czarnej listy Pentagonu", "Departament Obrony USA zgodził się, by Xiaomi zostało usunięte z listy chińskich firm wojskowych.", "us_dod_cmc", "removed"),
    Case("pl", "Waszyngton rozważa sankcje na DJI", "Amerykański Departament Handlu rozważa wpisanie producenta dronów DJI na czarną listę.", "us_bis_entity", "proposed"),
    Case("ru", "США внесли SMIC в черный список", "Министерство торговли США внесло китайского производителя чипов SMIC в Entity List из-за связей с военными. Поставщикам теперь нужны лицензии.", "us_bis_entity", "in_force"),
    Case("ru", "Минфин США ввел санкции против Сбербанка", "Управление OFAC Минфина США включило Сбербанк и Альфа-банк в санкционный список SDN. Активы банков на территории США будут заморожены.", "us_ofac_sdn", "in_force"),
    Case("ru", "Пентагон исключил Xiaomi из списка", "Министерство обороны США исключило Xiaomi из списка китайских военных компаний, следует из судебных документов.", "us_dod_cmc", "removed"),
    Case("ru", "ЕС обсуждает новый пакет санкций", "Евросоюз может ввести санкции против Газпромбанка и еще нескольких банков, сообщает Bloomberg. Предложение обсуждают послы.", "eu_fsf", "proposed"),
    Case("uk", "НАЗК внесло китайську компанію до списку спонсорів війни", "Україна внесла компанію Xiaomi до переліку міжнародних спонсорів війни, бо вона продовжує працювати в Росії.", "ua_war_sponsors", "in_force"),
    Case("tr", "ABD, SMIC'i kara listeye aldı", "ABD Ticaret Bakanlığı, Çinli çip üreticisi SMIC'i orduyla bağlantılı olduğu gerekçesiyle kara listeye aldı. Şirkete ihracat için lisans gerekecek.", "us_bis_entity", "in_force"),
    Case("tr", "Huawei'ye 90 gün daha", "ABD Ticaret Bakanlığı, kara listedeki Huawei için verilen geçici lisansı 90 gün daha uzattı.", "us_bis_entity", "relief"),
    Case("ar", "واشنطن تدرج شركة SMIC على القائمة السوداء", "أدرجت وزارة التجارة الأمريكية شركة صناعة الرقائق الصينية SMIC على قائمة الكيانات بسبب صلاتها بالجيش الصيني.", "us_bis_entity", "in_force"),
    Case("ar", "قاض أمريكي يعلق إدراج شاومي", "علقت محكمة أمريكية قرار وزارة الدفاع إدراج شاومي على قائمة الشركات العسكرية الصينية. وقال القاضي إن القرار تعسفي.", "us_dod_cmc", "suspended_by_court"),
    Case("zh", "美国将中芯国际列入实体清单", "美国商务部周五宣布，将中芯国际列入实体清单，理由是该公司与中国军方有联系。供应商须申请许可证。", "us_bis_entity", "in_force"),
    Case("zh", "美国防部将小米移出名单", "美国国防部已将小米移出中国军事公司名单，双方达成和解。", "us_dod_cmc", "removed"),
    Case("zh", "美議員促將大疆列入黑名單", "多名美國參議員周二致函商務部，敦促把無人機製造商大疆列入實體清單，指其威脅國家安全。", "us_bis_entity", "proposed"),
    Case("zh", "美国再延长华为临时许可证90天", "美国商务部周一宣布，将华为的临时通用许可证再延长90天，允许美国公司继续与被列入实体清单的华为做生意。", "us_bis_entity", "relief"),
    Case("ja", "米、SMICを禁輸リストに追加", "米商務省は18日、中国の半導体大手、中芯国際集成電路製造（SMIC）をエンティティー・リストに追加したと発表した。軍との関係が理由としている。", "us_bis_entity", "in_force"),
    Case("ja", "米国防総省、シャオミを軍事企業リストから除外", "米国防総省は中国軍事企業のリストからシャオミを除外した。", "us_dod_cmc", "removed"),
    Case("ja", "米政権、YMTCの制裁を検討", "米商務省が中国の長江存儲科技（YMTC）を禁輸リストに加えることを検討していることが分かった。", "us_bis_entity", "proposed"),
    Case("ko", "미국, SMIC 거래제한 명단에 올렸다", "미국 상무부는 중국 반도체 기업 SMIC를 거래제한 명단에 추가했다고 발표했다. 중국군과 연계됐다는 이유로 수출에는 허가가 필요하다.", "us_bis_entity", "in_force"),
    Case("ko", "미 국방부, 샤오미 블랙리스트에서 제외", "미국 국방부가 샤오미를 중국 군사기업 명단에서 제외했다.", "us_dod_cmc", "removed"),
    Case("ko", "美, DJI 제재 검토", "미국 상무부가 드론 업체 DJI를 블랙리스트에 올리는 방안을 검토하고 있다고 관계자가 전했다.", "us_bis_entity", "proposed"),
]  # fmt: skip

OTHERS = [
    Case("en", "Xiaomi beats estimates as phone sales rise", "Xiaomi said quarterly revenue rose 20 percent, helped by demand in Europe. Shares gained 3 percent in Hong Kong."),
    Case("en", "Alibaba plans second listing in Hong Kong", "The company has filed for a public listing that could raise 10 billion dollars, people familiar with the matter said."),
    Case("en", "The Blacklist is renewed for a new season", "NBC has ordered another season of the TV show The Blacklist, starring James Spader."),
    Case("en", "EU fines Google over ads", "The European Commission fined Google 1.5 billion euros for abusing its dominance in online advertising."),
    Case("en", "Five banned players miss the final", "The league's disciplinary committee sanctioned five players after the brawl; they are banned from the final."),
    Case("en", "US imposes new sanctions on Iran", "The United States imposed new sanctions on Iran's leaders on Monday, the president said, as tensions in the Gulf rose."),
    Case("fr", "Xiaomi lance son nouveau smartphone", "Le fabricant chinois a présenté mardi un téléphone à moins de 300 euros, disponible en France dès mars."),
    Case("fr", "Ces compagnies aériennes sont sur la liste noire de Bruxelles", "La Commission européenne a mis à jour la liste noire des compagnies aériennes interdites de vol dans l'Union."),
    Case("fr", "Foot: le PSG sanctionné par l'UEFA", "L'instance a infligé une amende au club, qui a fait appel de la sanction."),
    Case("de", "Xiaomi bringt neues Handy nach Deutschland", "Das Smartphone kostet 299 Euro und hat eine große Batterie. Der Verkauf beginnt im März."),
    Case("de", "Sanktionen gegen Russland: Was sie bewirken", "Die Sanktionen gegen Russland treffen vor allem den Energiesektor, sagen Ökonomen."),
    Case("es", "Huawei presenta su nuevo móvil plegable", "La compañía china mostró en Barcelona un teléfono con pantalla flexible que costará 2.299 euros."),
    Case("es", "La CNMV advierte sobre chiringuitos financieros", "El supervisor añadió doce entidades a su lista de advertencias por ofrecer servicios de inversión sin autorización."),
    Case("it", "Netflix, la nuova stagione arriva a marzo", "La serie torna con otto episodi. Nel cast anche due attori italiani."),
    Case("it", "Huawei apre un centro ricerche a Milano", "Il gruppo cinese investirà 50 milioni di euro e assumerà cento ingegneri."),
    Case("pt", "Huawei inaugura loja em São Paulo", "A fabricante chinesa abriu sua primeira loja na cidade e promete vender celulares mais baratos."),
    Case("pt", "Irã critica sanções dos EUA", "O presidente do Irã disse que as sanções dos EUA prejudicam a população do país."),
    Case("nl", "Xiaomi opent winkel in Rotterdam", "De Chinese fabrikant verkoopt er telefoons, steps en stofzuigers."),
    Case("nl", "Luchtvaartmaatschappijen op zwarte lijst", "Brussel heeft de zwarte lijst van onveilige luchtvaartmaatschappijen bijgewerkt."),
    Case("pl", "Huawei pokazał nowy zegarek", "Chiński producent zaprezentował smartwatch, który działa na baterii dwa tygodnie."),
    Case("ru", "Xiaomi показала новый смартфон", "Китайская компания представила телефон с камерой на 108 мегапикселей. Продажи начнутся в марте."),
    Case("ru", "Черногория продлила санкции против России", "Правительство Черногории присоединилось к решению Евросоюза продлить санкции против России еще на полгода."),
    Case("tr", "Huawei yeni telefonunu tanıttı", "Çinli teknoloji devi, katlanabilir ekranlı modelini Barselona'da tanıttı."),
    Case("ar", "هواوي تكشف عن هاتف جديد", "كشفت الشركة الصينية عن هاتف بشاشة قابلة للطي في برشلونة."),
    Case("zh", "小米发布新手机", "小米周二发布了新款旗舰手机，售价2999元起，下周开卖。"),
    Case("zh", "多名老赖被列入失信被执行人名单", "当地法院公布了新一批失信被执行人名单，限制其乘坐飞机高铁。"),
    Case("ja", "シャオミ、新型スマホを発売", "中国のシャオミは日本で新型スマートフォンを発売すると発表した。価格は3万9800円。"),
    Case("ja", "ドラマ「ブラックリスト」新シーズン配信", "人気ドラマの新シーズンの配信が始まる。"),
    Case("ko", "삼성전자, 새 스마트폰 공개", "삼성전자가 새 스마트폰을 공개했다. 가격은 100만원부터다."),
    Case("ko", "문화계 블랙리스트 재판 시작", "문화계 블랙리스트 사건의 재판이 서울중앙지법에서 열렸다."),
]  # fmt: skip


def read(case: Case):  # type: ignore[no-untyped-def]
    return analyse(Story(source="test", id="1", url="", title=case.title, text=case.text), ())


@pytest.mark.parametrize("case", LISTINGS, ids=lambda case: f"{case.language}: {case.title}")
def test_story_about_a_listing(case: Case) -> None:
    """It is recognised as one, with the list it means and how far it has got."""
    analysis = read(case)
    assert analysis.language == case.language
    assert (analysis.listing_story, analysis.source, analysis.stage) == (True, case.source, case.stage)


@pytest.mark.parametrize("case", OTHERS, ids=lambda case: f"{case.language}: {case.title}")
def test_story_about_something_else(case: Case) -> None:
    """Phones, football, films, shares, states under sanctions: none of them is a listing."""
    analysis = read(case)
    assert not analysis.listing_story
    assert (analysis.source, analysis.stage, analysis.reason) == ("", "", "")


def test_every_language_of_the_phrases_has_stories_here() -> None:
    """A new phrase file comes with stories that show it works."""
    shown = {case.language for case in LISTINGS}
    assert shown == set(shelf("phrases")) - {"lists"}
