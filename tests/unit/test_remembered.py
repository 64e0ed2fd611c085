"""What a function said of a word is remembered, of so many words."""

from __future__ import annotations

from bot.matching.remembered import remembered


def test_a_word_is_worked_out_once() -> None:
    """Who asks again gets the very thing that was found the first time."""
    worked_out: list[str] = []

    @remembered(10)
    def letters(word: str) -> list[str]:
        worked_out.append(word)
        return list(word)

    assert letters("smic") == ["s", "m", "i", "c"]
    assert letters("smic") is letters("smic")
    assert worked_out == ["smic"]


def test_words_that_nobody_asks_for_are_forgotten_and_the_others_kept() -> None:
    """However many words come by, one that is asked for between them is worked out once, and the first ones again."""
    worked_out: list[str] = []

    @remembered(10)
    def shouted(word: str) -> str:
        worked_out.append(word)
        return word.upper()

    for number in range(100):
        assert shouted(f"word {number}") == f"WORD {number}"
        assert shouted("bank") == "BANK"
    assert worked_out.count("bank") == 1
    shouted("word 99")
    assert worked_out.count("word 99") == 1
    shouted("word 0")
    assert worked_out.count("word 0") == 2
