"""What a function said of a word is remembered, of so many words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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


class Overtaken(str):
    """A word that somebody else asks for while it is looked up for the given time."""

    def __new__(cls, word: str, *, at: int, meanwhile: Callable[[str], object]) -> Overtaken:
        self = super().__new__(cls, word)
        self.left, self.meanwhile = at, meanwhile
        return self

    left: int
    meanwhile: Callable[[str], object]

    def __hash__(self) -> int:
        self.left -= 1
        if self.left == 0:
            self.meanwhile(str(self))
        return super().__hash__()


@pytest.mark.parametrize("at", [1, 2, 3])
def test_two_threads_ask_for_a_word_of_the_generation_before(at: int) -> None:
    """Both are told; whoever comes second works it out anew."""
    length = remembered(4)(len)
    for word in ("a", "bb", "ccc"):
        length(word)
    assert length(Overtaken("bb", at=at, meanwhile=length)) == 2
