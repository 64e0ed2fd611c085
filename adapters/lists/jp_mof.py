"""Japan's asset freezes under the Foreign Exchange and Foreign Trade Act, published by the Ministry of Finance.

A spreadsheet (.xls seen of May 2022; .xlsx too) with a sheet for each regime, 38 of them and a table of contents.
Headers are Japanese and differ from sheet to sheet; blanks inside them are layout. Key: the regime as its sheet is
called, and the number of the entry in the ministry's notice (告示番号), which stays when others are struck off: their
rows remain, with nothing but "削除" (deleted). Names are in Japanese and in Latin letters; the Latin one comes first
here. The first date is the notice that listed the party, later ones revise it (改訂).

The numbers of persons and of organisations are counted apart in regimes that have a sheet for each, so that the sheet's
own name is in the key. 不明 means "unknown" and is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache, partial

from adapters.formats import Body, is_spreadsheet, mark_of_cells, once, sheets, tidy
from bot.model import Document, EntityKind, Listing, Name, NameKind, Reading, Record
from bot.sources import list_source

VERSION = 3

_DATE, _NUMBER, _JAPANESE, _LATIN = "告示日付", "告示番号", "日本語表記", "英語表記"
_PERSONS, _ORGANISATIONS = "個人", ("団体", "銀行")
#: What a header says of the names under it; the first that is part of the header counts.
_NAME_COLUMNS = (
    ("確定に十分でない", NameKind.WEAK),
    ("過去", NameKind.FORMER),
    ("以前", NameKind.FORMER),
    ("別称・旧称", NameKind.ALIAS),
    ("旧称", NameKind.FORMER),
    ("別名", NameKind.ALIAS),
    ("別称", NameKind.ALIAS),
)
_NOTHING = frozenset({"", "不明", "なし", "不詳", "-", "－", "該当なし"})


@list_source(
    title="Asset freezes under Japan's Foreign Exchange and Foreign Trade Act",
    publisher="Ministry of Finance Japan",
    url="https://www.mof.go.jp/policy/international_policy/gaitame_kawase/gaitame/economic_sanctions/shisantouketsu.xlsx",
    page="https://www.mof.go.jp/policy/international_policy/gaitame_kawase/gaitame/economic_sanctions/list.html",
    every=timedelta(hours=12),
    composed=True,
    rows=range(1, 30_000),
    fill=(("programmes", 0.9), ("listed_on", 0.9), ("aliases", 0.5)),
    usual=600,  # 1,982 in May 2022
    licence="Government of Japan Standard Terms of Use (compatible with CC BY 4.0)",
    language="ja",
    note="the file's name changes at times: take it from the page, and set TOCSIN_MIRROR or poll a file",
    programmes=(
        *("ミロシェビッチ前ユーゴ大統領関係者", "タリバーン関係者等", "テロリスト等", "イラク前政権関係者等"),
        *("コンゴ民主共和国", "スーダン", "北朝鮮", "イラン", "ソマリア", "リビア", "シリア", "クリミア等"),
        *("ロシア連邦", "ベラルーシ", "中央アフリカ共和国", "イエメン共和国", "南スーダン", "マリ共和国"),
    ),
)
def jp_mof(document: Document) -> Reading:
    """The spreadsheet, .xls or .xlsx, recognised by the header of its sheets."""
    body = Body(document, "jp_mof")
    if not is_spreadsheet(body.head):
        raise body.unlike("shisantouketsu.xlsx of the Ministry of Finance")
    reading = Reading(layout=f"shisantouketsu.xls/{VERSION}", records=())
    reading.records = list(_records(body, reading.signals))
    return reading


Row = dict[str, str]


def _records(body: Body, signals: list[str]) -> Iterator[Record]:
    found = False
    for name, rows in sheets(body).items():
        header, at = _header(rows)
        if not header:
            if len(rows) > 12 and "一覧" not in name:
                once(signals, f"a sheet {name!r} of {len(rows)} rows without a header left unread")
            continue
        found = True
        sheet = _plain(name)
        for key, row in _entries(sheet, header, rows[at:], signals):
            yield Record(key, mark_of_cells(row, row.values()), partial(_listing, key, sheet, row))
    if not found:
        raise body.damaged(f"a spreadsheet without a sheet headed {_DATE}, {_NUMBER}; give shisantouketsu.xlsx")


def _squeezed(text: str) -> str:
    """Without any blank, full-width letters and brackets as half-width ones."""
    return "".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).split())


def _plain(sheet: str) -> str:
    """A sheet's name without its number, which moves when a regime is added."""
    return re.sub(r"^\d+\.", "", _squeezed(sheet))


def _header(rows: list[list[str]]) -> tuple[list[str], int]:
    for at, row in enumerate(rows[:8]):
        header = [_squeezed(cell) for cell in row]
        if _DATE in header and _NUMBER in header:
            return header, at + 1
    return [], 0


def _entries(sheet: str, header: list[str], rows: list[list[str]], signals: list[str]) -> Iterator[tuple[str, Row]]:
    for row in rows:
        cells = {column: cell for column, cell in zip(header, row, strict=False) if cell and column}
        number = _DIGITS.search(_squeezed(cells.get(_NUMBER, "")))
        named = cells.get(_LATIN) or cells.get(_JAPANESE)
        if number and named:
            yield f"{sheet} {number[0]}", cells
        elif named:
            once(signals, f"an entry without a number in {sheet!r} left unread: {named[:40]!r}")


_DIGITS = re.compile(r"\d+")


def _listing(key: str, sheet: str, row: Row) -> Listing:
    row = dict(row)
    dates = row.pop(_DATE, "")
    row.pop(_NUMBER, None)
    latin, scripts = _without_script(row.pop(_LATIN, ""))
    japanese = tidy(row.pop(_JAPANESE, ""))
    name = (latin or japanese).strip(", ")
    aliases = [Name(japanese, NameKind.ALIAS, "ja"), *(Name(script) for script in scripts)]
    for column in [column for column in row if _name_kind(column)]:
        kind = _name_kind(column) or NameKind.ALIAS
        aliases += _names(row.pop(column), kind)
    countries = row.pop("国籍", "")
    addresses = [row.pop(column) for column in list(row) if _is_address(column)]
    reason = row.pop("指定の根拠", "")
    return Listing(
        source="jp_mof",
        key=key,
        name=name,
        kind=_kind(sheet, row),
        aliases=tuple(dict.fromkeys(one for one in aliases if one.text not in _NOTHING and one.text != name)),
        programmes=(sheet.partition("(")[0],),
        listed_on=_first_day(dates),
        reason=tidy(reason),
        countries=tuple(_lettered(countries)),
        addresses=tuple(part for address in addresses for part in _lettered(address)),
        details=(
            *([("revised", day) for day in _REVISED.findall(dates)] if "改訂" in dates else ()),
            *[(column, text) for column, cell in row.items() if (text := tidy(cell)) not in _NOTHING],
        ),
    )


_REVISED = re.compile(r"(\d{4}\.\d{1,2}\.\d{1,2})\s*改訂")


# Asked of every cell, and forty sheets have some hundred columns.
@lru_cache(maxsize=512)
def _is_address(column: str) -> bool:
    return "住所" in column or "所在地" in column


@lru_cache(maxsize=512)
def _name_kind(column: str) -> NameKind | None:
    return next((kind for words, kind in _NAME_COLUMNS if words in column), None)


def _kind(sheet: str, row: Row) -> EntityKind:
    if _PERSONS in sheet:
        return EntityKind.PERSON
    if any(word in sheet for word in _ORGANISATIONS):
        return EntityKind.COMPANY
    born = next((row[column] for column in row if "生年月日" in column), "")
    return EntityKind.PERSON if born.strip() not in _NOTHING else EntityKind.UNKNOWN


@lru_cache(maxsize=1_024)  # a notice lists many
def _first_day(text: str) -> date | None:
    """The first date of "2001.9.22", "2008.6.25改訂" in one cell, or of a cell that the spreadsheet took for a date."""
    found = _DAY.search(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


_DAY = re.compile(r"(\d{4})[.-](\d{1,2})[.-](\d{1,2})")


_SCRIPT = re.compile(r"[（(]\s*original script\s*[：:]\s*([^()（）]+)[）)]", re.IGNORECASE)


def _without_script(text: str) -> tuple[str, list[str]]:
    """A name in Latin letters, and what stands behind it in its own script."""
    if "original" not in text.lower():
        return tidy(text), []
    return tidy(_SCRIPT.sub(" ", text)), [tidy(script) for script in _SCRIPT.findall(text)]


_LETTER = re.compile(r"[（(][a-z]{1,2}[）)]|^[a-z][)）]", re.IGNORECASE)


def _lettered(text: str) -> list[str]:
    """The parts of a cell lettered "(a)..., (b)...", or the cell."""
    if not text:
        return []
    parts = [tidy(part).strip("、,;。 ") for part in _LETTER.split(unicodedata.normalize("NFKC", text))]
    return [part for part in dict.fromkeys(parts) if part not in _NOTHING]


_NEXT = re.compile(r"[\n;]|、(?=\S+\()")
_INSIDE = r"\(((?:[^()]|\([^()]*\))*)\)?"
_BOTH = re.compile(rf"((?:\([^()]*\))?[^()]+?)\s*((?:{_INSIDE}\s*)+)")
#: Words of the notice around names: what follows is an other or a former name. They stand in brackets that hold all of
#: the names, before each of them, or both.
_SAID = re.compile(
    r"\(?\s*(?<!\w)(?:(a|f|n)\.?k\.?a\.?\s*:|(a|f|n)\.k\.a\.?|(別称|別名|旧称)\d*[、:)])"
    r"(?:,? the following \w+ aliases:)?",
    re.IGNORECASE,
)
#: What is left of an enumeration ("-X; and -Y").
_ITEM = re.compile(r"^\s*(?:and\s*$|(?:and\s*)?-\s*)")
#: Behind a name: where and when somebody was born, and in which language the notice has it besides.
_ASIDE = re.compile(r"\(?【[^】]*】\)?|[、,]\s*(?:born\b|\d{4}年).*|\(\d{4}年[^()]*\)?", re.IGNORECASE | re.DOTALL)


def _names(text: str, kind: NameKind) -> Iterator[Name]:
    """Other names: lettered or a line each, in Japanese with the Latin spelling in brackets or on a line behind.

    A cell without letters has them between commas, as many in Latin as in Japanese; in any other cell a comma is part
    of a name ("Al-Masri, Abu Mohamed").
    """
    text = unicodedata.normalize("NFKC", text)
    yield from (Name(tidy(script), kind) for script in _SCRIPT.findall(text))
    text = _SCRIPT.sub(" ", text)
    lettered = bool(_LETTER.search(text))
    said = _SAID.split(_LETTER.sub("\n", text))  # what precedes, then three groups and what follows them, over and over
    japanese = 0
    for at in range(0, len(said), 4):
        label = "".join(one or "" for one in said[at - 3 : at]).lower() if at else ""
        for part in _NEXT.split(said[at]):
            names = [part] if lettered else _between_commas(part, japanese)
            japanese = max(japanese, len(names))
            for name in names:
                before = _LISTED_AS.search(name)
                scripts = [tidy(before[1])] if before and before[1] else []
                for one in (*_spellings(_bare(_LISTED_AS.sub("", name))), *scripts):
                    # The Latin of a 旧称 is on a line of its own.
                    former = before or label == "f" or (label == "旧称" and not one.isascii())
                    yield Name(one, NameKind.FORMER if former else kind)


def _between_commas(text: str, count: int) -> list[str]:
    """Names between Japanese commas, or as many between plain ones as there were in Japanese."""
    names = [one for one in text.split("、") if one.strip()]
    plain = [one for one in text.split(",") if one.strip()]
    return plain if len(names) == 1 < count == len(plain) else names


_KNOWN_AS = re.compile(r"^\s*\(?also known as\s", re.IGNORECASE)


def _bare(text: str) -> str:
    """A name without asides, and without brackets that are open or closed only."""
    name = tidy(_ITEM.sub("", _ASIDE.sub("", _KNOWN_AS.sub("", text)))).strip("、,。 ")
    if name.startswith("(") and name.endswith(")") and "(" not in name[1:]:
        name = name[1:-1]
    while name.count(")") > name.count("(") and name.endswith(")"):
        name = name[:-1]
    while name.count("(") > name.count(")") and name.startswith("("):
        name = name[1:]
    return name.strip("\"' ")


def _spellings(name: str) -> tuple[str, ...]:
    """A name and what it is in Latin letters, in brackets behind it, at times with its initials in further ones."""
    found = _BOTH.fullmatch(name) if "(" in name else None
    latin = [tidy(one) for one in re.findall(_INSIDE, found[2]) if _LATIN_LETTER.search(one)] if found else []
    if found and latin:
        return (tidy(found[1]), *latin)
    return (name,) if any(map(str.isalnum, name)) else ()


#: Said behind a name under which the list had somebody before, and in which script that was.
_LISTED_AS = re.compile(
    r"\s*\(?\s*(?:(?:previously|formerly) listed as[.,]?\s*(?:in Arabic:([^()]*))?"
    r"|(?:アラビア語による)?以前(?:掲載の氏名|のリスト記載ぶり)(?:【[^】]*】)?)\s*\)?",
    re.IGNORECASE,
)
_LATIN_LETTER = re.compile(r"[A-Za-z]")
