"""Which language a text is in, and how its sentences are cut."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.data import shelf, table
from bot.matching.frequency import homely, simplify, zipf
from bot.matching.language import language_of
from bot.stories.phrases import compiled, phrases, plain
from bot.stories.sentences import sentences


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The company said on Tuesday that it would appeal.", "en"),
        ("L'entreprise a annoncé mardi qu'elle ferait appel.", "fr"),
        ("Das Unternehmen kündigte am Dienstag Widerspruch an.", "de"),
        ("華為週二表示將提出上訴。", "zh"),
        ("SK海力士与DRAM厂商Micron竞争", "zh"),
        ("ファーウェイは火曜日に発表した。", "ja"),
        ("화웨이는 화요일 발표했다.", "ko"),
        ("أعلنت الشركة يوم الثلاثاء أنها ستستأنف الحكم.", "ar"),
        ("Компания заявила во вторник, что подаст апелляцию.", "ru"),
        ("Компанія заявила у вівторок, що оскаржить це рішення.", "uk"),
        ("Şirket salı günü temyize gideceğini açıkladı.", "tr"),
    ],
)
def test_language_of_a_sentence(text: str, language: str) -> None:
    """Script where it proves something, words where it does not."""
    assert language_of("", text) == language


def test_too_little_to_tell_keeps_what_the_feed_declares() -> None:
    """Three letters are no evidence."""
    assert language_of("ZTE", "", "nl-NL") == "nl"
    assert language_of("", "") == ""
    assert language_of("12345", "678") == ""


def test_languages_of_the_labelled_stories(shared: Path) -> None:
    """At least 98 in 100 real stories."""
    rows = [json.loads(line) for line in (shared / "stories" / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    right = sum(language_of(row["title"] or "", row["text"]) == row["lang"] for row in rows)
    assert right >= 0.98 * len(rows)


def test_word_of_the_language_is_told_from_a_famous_name() -> None:
    """Smic is a French word and Google is none, however often it is written."""
    assert homely("smic", "fr") > 0.8
    assert homely("google", "fr") < 0.3
    assert homely("target", "en") > 1 > homely("target", "fr")
    assert zipf("the", "en") > 7
    assert zipf("the", "xx") == zipf("qqqqq", "en") == homely("a", "zh") == 0
    assert simplify("華為") == "华为"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("The U.S. Commerce Department acts. It adds Vektor Co. Ltd. to it.", 2),
        ("par Donald Trump.Dans un contexte tendu, il a agi.", 2),
        ("他說。「好。」她笑了！", ["他說。", "「好。」", "她笑了！"]),
        ("первое предложение. Второе предложение.", 2),
        ("no end at all", ["no end at all"]),
        ("line one\n\n  line two  ", ["line one", "line two"]),
        ("", []),
    ],
)
def test_sentences_are_cut_where_they_end(text: str, pieces: list[str] | int) -> None:
    """Every piece stands in the text where it says, and abbreviations do not end one."""
    found = sentences("", text, "en")
    for one in found:
        assert text[one.start : one.end] == one.text
    assert ([one.text for one in found] if isinstance(pieces, list) else len(found)) == pieces


def test_text_that_repeats_its_title_does_not_count_it_twice() -> None:
    """Feeds often begin the text with the headline."""
    found = sentences("Xiaomi listed", "# Xiaomi listed\nThe rest.", "en")
    assert [one.text for one in found] == ["Xiaomi listed", "The rest."]
    assert found[0].title


def test_phrase_with_endings_and_gaps() -> None:
    """`*` is any ending, `~` a gap of ten words; case, accents and mark-up do not matter."""
    pattern = compiled(["plac* ~ on ~ list"], "en")
    assert pattern is not None
    assert pattern.search(plain("The US **placed** Xiaomi on its trade LIST.", "en"))
    far = "A place in the sun, a boat on the sea, bread, cheese and wine for every guest, and at last a list."
    assert not pattern.search(plain(far, "en"))
    assert not pattern.search(plain("Placed on listing", "en"))
    assert compiled([], "en") is None
    compound = compiled(["auf ~ *liste"], "de")
    assert compound is not None
    assert compound.search(plain("auf seine Exportkontrollliste gesetzt", "de"))


def test_phrases_of_a_language_without_a_file_are_english() -> None:
    """A Danish story may still quote the Entity List."""
    assert phrases("da").language == "en"


@pytest.mark.parametrize("language", sorted(set(shelf("phrases")) - {"lists"}))
def test_phrase_file_is_whole(language: str) -> None:
    """Every file has the tables and names that are asked for, and no name nobody asks for."""
    asked = {kind: set(names) for kind, names in table("phrases/en").items()}
    found = {kind: set(names) for kind, names in table(f"phrases/{language}").items()}
    assert set(found) == set(asked)
    assert found["topic"] == asked["topic"]
    assert found["stage"] == asked["stage"]
    assert found["why"] == asked["why"]
    known = asked["lists"] | set(table("phrases/lists")["lists"]) | {"jp_mof", "un_sc"}
    assert found["lists"] <= known
    assert found["authority"] <= asked["authority"]
    assert found["field"] <= asked["field"]
    assert found["origin"] <= {"patterns", "never"}
    assert phrases(language).language == language


@pytest.mark.parametrize("language", sorted(set(shelf("phrases")) - {"lists"}))
def test_the_door_lets_in_whatever_holds_one_of_its_phrases(language: str) -> None:
    """Left out of it is only what a shorter phrase stands for."""
    asked = phrases(language)
    for kind, name in (("topic", "listed"), ("topic", "removed"), ("topic", "measure"), ("why", "strong")):
        for phrase in table(f"phrases/{language}")[kind][name]:
            between = "" if language in {"zh", "ja"} else " "
            said = plain(between.join(phrase.replace("*", "").split(" ~ ")), language)
            assert asked.has(said, kind, name), phrase
            assert asked.door.search(said), phrase
