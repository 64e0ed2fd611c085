"""What people type becomes one request, whichever chat they type it in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.commands import Argument, commands
from bot.commands.typed import Values, request, values
from bot.model import Place, Request
from tests.worlds.facts import THEN


def asked(text: str) -> Request:
    return request(text, place=Place("console"), person="ana", language="en", at=THEN)


@pytest.mark.parametrize(
    ("text", "command", "arguments"),
    [
        ("lookup 小米", "lookup", (("name", "小米"),)),
        ("/lookup Hangzhou Hikvision", "lookup", (("name", "Hangzhou Hikvision"),)),
        ('lookup "Hangzhou Hikvision"', "lookup", (("name", "Hangzhou Hikvision"),)),
        ("LOOKUP L'Oréal d'Armor", "lookup", (("name", "L'Oréal d'Armor"),)),
        ('/watch add Xiaomi "Hangzhou Hikvision"', "watch add", (("names", ("Xiaomi", "Hangzhou Hikvision")),)),
        ("watch add “Hangzhou Hikvision” Xiaomi", "watch add", (("names", ("Hangzhou Hikvision", "Xiaomi")),)),
        ("watch add « Huawei Marine » Xiaomi", "watch add", (("names", ("Huawei Marine", "Xiaomi")),)),
        ("watch add Xiaomi, Huawei; Hikvision", "watch add", (("names", ("Xiaomi", "Huawei", "Hikvision")),)),
        (
            "watch add\nHuawei Technologies Co., Ltd.\n小米集团\n",
            "watch add",
            (("names", ("Huawei Technologies Co., Ltd.", "小米集团")),),
        ),
        ('watch add "Xiaomi', "watch add", (("names", ('"Xiaomi',)),)),
        ("watch", "watch list", ()),
        ("watch list", "watch list", ()),
        ("", "help", ()),
        ("/tocsin", "help", ()),
        ("/tocsin lookup Xiaomi", "lookup", (("name", "Xiaomi"),)),
        ("tocsin watch", "watch list", ()),
        ("alert", "help", (("command", "alert"),)),
        ("lookup tocsin", "lookup", (("name", "tocsin"),)),
        ("/", "help", ()),
        ("sources", "sources", ()),
        ("sources why us_csl", "sources why", (("source", "us_csl"),)),
        ("feed add https://x.example", "feed add", (("url", "https://x.example"),)),
        ("lookup Xiaomi as_of:2021-03-01", "lookup", (("as_of", "2021-03-01"), ("name", "Xiaomi"))),
        (
            'lookup AS_OF: "2021-03-01" Hangzhou Hikvision',
            "lookup",
            (("as_of", "2021-03-01"), ("name", "Hangzhou Hikvision")),
        ),
        (
            "lookup Hangzhou as_of=2021-03-01 Hikvision",
            "lookup",
            (("as_of", "2021-03-01"), ("name", "Hangzhou Hikvision")),
        ),
        ("lookup as_of:2021-03-01", "lookup", (("as_of", "2021-03-01"),)),
        ("why", "why", ()),
        ("why abc", "why", (("key", "abc"),)),
        ("watch ad Xiaomi", "watch ad", ()),
        ("lokup Xiaomi", "lokup", ()),
    ],
)
def test_what_is_typed(text: str, command: str, arguments: Values) -> None:
    """With or without the slash; quotes group words, apostrophes do not; a group's name alone is its list."""
    found = asked(text)
    assert (found.command, found.arguments) == (command, arguments)


def test_each_argument_takes_a_word_and_the_last_one_the_rest() -> None:
    """Quotes hold an argument of several words together; what is missing is left for the desk to name."""
    pair = (Argument(name="record", about="r"), Argument(name="why", about="w"))
    mute = replace(commands()["why"], name="mute", arguments=pair)
    assert values(mute, '"E 1" not our company') == (("record", "E 1"), ("why", "not our company"))
    assert values(mute, "E-1") == (("record", "E-1"),)


def test_who_where_and_when_are_written_down() -> None:
    """Whoever typed it, where, and at which moment."""
    found = asked("help")
    assert (found.person, found.place, found.at, found.language) == ("ana", Place("console"), THEN, "en")
