"""Discord without Discord: how cards are drawn, commands are built, names taken apart, and errors sorted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord import draw
from adapters.discord.app import Shards, _last
from adapters.discord.tree import build, shorten
from adapters.discord.wire import Guard, sort_error
from bot.commands import Command, commands
from bot.commands.languages import about, argument_about, group_about, word
from bot.commands.several import several
from bot.commands.spelled import discord_paths, on_discord
from bot.data import table
from bot.errors import BadSettings, ChatBusy, ChatDoubtful, ChatRefused
from bot.model import Button, Card, Link, Section, Severity
from tests.worlds.discord import live, read
from tests.worlds.discord_rules import Refused, check_message

TEXT = st.text(max_size=300) | st.text(alphabet="*_~|`[]()<>@#&:/\\-+1. \n\u202e\u200bhtps小", max_size=300)
CARDS = st.builds(
    Card,
    summary=TEXT,
    title=TEXT,
    severity=st.sampled_from(list(Severity)),
    sections=st.lists(st.builds(Section, TEXT, TEXT, st.booleans()), max_size=12).map(tuple),
    links=st.lists(st.builds(Link, TEXT, TEXT.map("https://a.example/".__add__)), max_size=8).map(tuple),
    buttons=st.lists(st.builds(Button, TEXT, st.sampled_from(["why", "watch add"]), st.just(())), max_size=8).map(
        tuple
    ),
    footer=TEXT,
)


async def payload(card: Card, ref: str = "") -> dict[str, Any]:
    """What would be sent for a card."""
    drawn = draw.draw(card, ref=ref)
    parts = draw.parts_of(drawn)
    view = parts.get("view")
    return {
        "content": drawn.content,
        "embeds": [embed.to_dict() for embed in parts["embeds"]],
        "components": view.to_components() if view else [],
        "allowed_mentions": parts["allowed_mentions"].to_dict(),
    }


@given(card=CARDS)
@settings(max_examples=150, deadline=None)
async def test_any_card_is_within_the_limits_and_tame(card: Card) -> None:
    """Whatever is in it, Discord takes it, nothing in it is live, and its key is read back."""
    sent = await payload(card, ref="a2b3")
    check_message(sent)
    assert live(sent) == []
    assert draw.ref_of(sent["embeds"][-1]["footer"]["text"]) == "a2b3"


@given(text=TEXT)
def test_escaped_text_reads_as_it_was(text: str) -> None:
    """Escaping hides nothing but what is invisible, and the at sign of @everyone."""
    plain, found = read(draw.escape(text))
    assert found == []
    assert plain == draw._EVERYBODY.sub("＠", draw._visible(text))


def test_times_become_the_readers_own() -> None:
    """Ours are turned into Discord's; what only looks like one stays."""
    assert draw.escape("Seen 2026-11-23 12:00 UTC.", times=True) == "Seen <t:1795435200:f>."
    assert draw.escape("2026-13-99 12:00 UTC", times=True) == "2026-13-99 12:00 UTC"


@pytest.mark.parametrize(
    "quoted", ["“until 2026-11-23 12:00 UTC”", "« 2026-11-23 12:00 UTC »", "“a\n2026-11-23 12:00 UTC"]
)
def test_times_that_others_wrote_stay(quoted: str) -> None:
    """A quotation is shown to the letter; so are titles, and text that only contains what stands for a time."""
    assert "<t:" not in draw.escape(f"It says {quoted}", times=True)
    stamp = "2026-11-23 12:00 UTC"
    quote = draw.draw(Card(summary=stamp, title=stamp, sections=(Section(stamp, stamp, quote=True),)))
    assert "<t:" not in f"{quote.content}{quote.embeds}"
    assert draw.escape("\ue0001795435200\ue001", times=True) == "1795435200"


def test_a_long_card_goes_over_two_embeds() -> None:
    """Up to 6000 characters, broken at the end of a line, then a marker with how much is missing, and a file."""
    card = Card(summary="s", title="t", sections=tuple(Section("", f"line {n} " + "x" * 90) for n in range(58)))
    drawn = draw.draw(card)
    assert [one.title for one in drawn.embeds] == ["t", ""]
    assert drawn.embeds[0].description.endswith("x\n")
    assert not drawn.file
    longer = draw.draw(Card(summary="s", title="t", sections=(Section("", "words " * 2000),)))
    total = sum(draw.size(one.title + one.description + one.footer) for one in longer.embeds)
    assert 5900 < total <= 6000
    shown = "".join(one.description for one in longer.embeds).split(" … (+")
    assert len(shown[0]) + int(shown[1].rstrip(")").replace(",", "")) == len("words ") * 2000
    assert longer.file.decode().count("words") == 2000
    assert longer.without_file().file == b""


def test_a_title_that_has_to_be_cut() -> None:
    """It stands whole in the description, so that no word of a long refusal is lost."""
    title = "You may not do this here, " + "because " * 40 + "of the last word."
    drawn = draw.draw(Card(summary=title, title=title, sections=(Section("", "more"),)))
    assert "… (+" in drawn.embeds[0].title
    assert drawn.embeds[0].description == f"{title}\nmore"


def test_emoji_count_twice() -> None:
    """Limits hold for whoever counts UTF-16 units."""
    drawn = draw.draw(Card(summary="😀" * 3000, title="😀" * 3000, sections=(Section("", "😀" * 6000),)))
    assert draw.size(drawn.embeds[0].title) <= draw.TITLE
    assert all(draw.size(one.description) <= draw.DESCRIPTION for one in drawn.embeds)
    assert draw.size(draw.thread_name(Card(summary="", title="😀" * 90))) <= draw.THREAD_NAME


def test_buttons_that_do_not_fit() -> None:
    """A command too long for an id is spelled out instead; the same button is shown once; addresses without a host,

    too long, or beyond the fifth stand in the text."""
    stop = Button("Stop", "watch remove", (("names", "Xiaomi"),))
    card = Card(
        summary="s",
        title="t",
        buttons=(stop, stop, Button("Long", "lookup", (("name", "n" * 100),))),
        links=(
            Link("local", "http://intranet/x"),
            Link("long", f"https://a.example/{'x' * 600}"),
            *(Link(f"L{n}", f"https://a.example/{n}") for n in range(5)),
        ),
    )
    drawn = draw.draw(card)
    assert [one.label for one in drawn.presses] == ["Stop", "L0", "L1", "L2"]
    text = drawn.embeds[0].description
    assert "Long: /lookup name: nnn" in text
    assert "local: http\\://intranet/x" in text
    assert "<https://a.example/xxx" in text
    assert "L4: <https://a.example/4>" in text


@given(
    command=st.sampled_from(["why", "watch remove"]),
    arguments=st.lists(st.tuples(st.sampled_from(["name", "key"]), st.text(max_size=80)), max_size=3).map(tuple),
)
def test_what_a_button_says_is_read_back(command: str, arguments: tuple[tuple[str, str], ...]) -> None:
    """Any argument survives its journey through the id."""
    packed = draw.pack(Button("x", command, arguments))
    if not any("\ud800" <= c <= "\udfff" for _, value in arguments for c in value):
        assert draw.unpack(packed) == (command, arguments)


def test_a_footer_of_somebody_elses() -> None:
    """Only a key at the end counts."""
    assert draw.ref_of("Entity List · ref abc234") == "abc234"
    assert draw.ref_of("ref abc234 and more") == draw.ref_of("href abc") == draw.ref_of("") == ""


@pytest.mark.parametrize(
    "card", [Card(summary="", title=""), Card(summary=" ", title="\u200b", sections=(Section("", " "),))]
)
async def test_a_card_without_a_word(card: Card) -> None:
    """It is taken all the same."""
    check_message(await payload(card))


@pytest.mark.parametrize(
    ("embed", "why"),
    [
        ({"title": "x", "color": -1}, "color"),
        ({"color": 1}, "empty message"),
        ({"title": "x" * 257}, "256"),
        ({"title": "x", "fields": [{"name": "", "value": "x"}]}, "between 1 and 256"),
        ({"title": "x", "url": "nowhere"}, "well formed"),
    ],
)
def test_the_stand_in_refuses(embed: dict[str, Any], why: str) -> None:
    """A Discord that took everything would prove nothing."""
    with pytest.raises(Refused, match=why):
        check_message({"embeds": [embed]})


# ── Names in one line ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Xiaomi, Huawei", ("Xiaomi", "Huawei")),
        ("Hikvision Digital Technology Co., Ltd., Xiaomi", ("Hikvision Digital Technology Co., Ltd.", "Xiaomi")),
        ("小米，华为、中兴", ("小米", "华为", "中兴")),
        ('"A, B", C', ("A, B", "C")),
        ("Foo Inc; Bar, Inc.\nBaz", ("Foo Inc", "Bar, Inc.", "Baz")),
        ("Xiaomi, Xiaomi", ("Xiaomi",)),
        ("Ltd", ("Ltd",)),
        (" , ;", ()),
    ],
)
def test_several_names_in_one_line(text: str, names: tuple[str, ...]) -> None:
    """Commas separate names, not a name from its legal form."""
    assert several(text) == names


@pytest.mark.parametrize(
    ("typed", "before", "word"),
    [("xi", "", "xi"), ("A, xi", "A, ", "xi"), ("A,", "A, ", ""), ('"A, B", x', '"A, B", ', "x"), ("", "", "")],
)
def test_the_last_name_is_the_one_half_typed(typed: str, before: str, word: str) -> None:
    """What stands before it is kept."""
    assert _last(typed) == (before, word)


# ── The tree ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def nobody(*_: Any) -> Any:
    """Serves nothing."""


def test_every_command_of_the_registry_is_there() -> None:
    """One registry gives Discord's tree; no command is lost on the way."""
    tops = build(nobody, nobody, nobody)
    found = set()
    for top in tops:
        inner = top.walk_commands() if isinstance(top, discord.app_commands.Group) else [top]
        found |= {f"/{one.qualified_name}" for one in inner if isinstance(one, discord.app_commands.Command)}
    spelled = [without_options(one) for name in commands() for one in on_discord(name)]
    assert sorted(found) == sorted(spelled)
    assert len(set(spelled)) == len(spelled) >= len(commands())


def without_options(typed: str) -> str:
    return " ".join(word for word in typed.split() if word[-1] != ":")


def test_words_of_the_manual_are_those_of_the_tree() -> None:
    """docs/commands.md says how a French reader sees each command and its options; so does what Discord is sent."""
    for name in commands():
        for typed in on_discord(name, "fr"):
            assert all(len(part.strip("/:")) <= 32 for part in typed.split())
    assert on_discord("watch add", "fr")[0].startswith("/surveiller ajouter nom:")
    assert on_discord("watch list") == ("/watch list", "/watching")


def test_commands_of_three_words_and_of_one_that_is_a_group() -> None:
    """A group inside a group; a bare word beside a group becomes its list, unless there is one."""
    one = commands()["help"]
    registry: dict[str, Command] = {"a": one, "a b c": one, "z": one, "z list": one}
    assert set(discord_paths(registry)) == {("a", "list"), ("a", "b", "c"), ("z",), ("z", "list")}


def test_a_group_in_a_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three words are a group in a group, as deep as Discord goes."""
    one = commands()["help"]
    registry = {"a b c": one, "a b d": one, "a x": one}
    monkeypatch.setattr("adapters.discord.tree.commands", lambda: registry)
    [top] = build(nobody, nobody, nobody)
    assert isinstance(top, discord.app_commands.Group)
    assert {inner.qualified_name for inner in top.walk_commands()} == {"a b", "a b c", "a b d", "a x"}


def test_words_of_other_languages() -> None:
    """What the table says, and nothing where it says nothing; every name is one that Discord takes."""
    assert word("watch", "fr") == "surveiller"
    assert word("watch", "de") is about("help", "de") is word("no such word", "fr") is None
    assert argument_about("watch add", "names", "fr")
    assert argument_about("feed add", "url", "fr")
    assert group_about("watch", "en") != group_about("watch", "fr")
    assert group_about("unheard", "fr") == "Unheard"
    names = table("command_words/fr")["word"].values()
    assert all(name == name.lower() and name.isalpha() and len(name) <= 32 for name in names)
    assert len(shorten("x" * 200)) == 100
    assert set(table("command_words/fr")["about"]) <= set(commands())


# ── Settings and errors ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "ids", "count"), [("0,1/4", (0, 1), 4), ("0-3/8", (0, 1, 2, 3), 8), (" 2 / 3 ", (2,), 3), ("", (), 0)]
)
def test_shards(text: str, ids: tuple[int, ...], count: int) -> None:
    """Ids and how many there are."""
    assert (Shards.parse(text).ids, Shards.parse(text).count) == (ids, count)
    assert Shards.parse("auto").auto


@pytest.mark.parametrize("text", ["4/4", "x", "1", "1/", "-/4", "/4"])
def test_shards_that_cannot_be(text: str) -> None:
    """It is said with an example."""
    with pytest.raises(BadSettings, match="for example 0,1/4"):
        Shards.parse(text)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (discord.RateLimited(45.0), ChatBusy),
        (aiohttp.ServerDisconnectedError(), ChatDoubtful),
        (TimeoutError(), ChatDoubtful),
        (ConnectionResetError(), ChatDoubtful),
        (discord.LoginFailure("x"), ChatRefused),
        (ChatBusy("x"), ChatBusy),
        (AttributeError("a bug"), AttributeError),
    ],
)
def test_errors_are_sorted(error: Exception, kind: type[Exception]) -> None:
    """By what the courier must do; a bug stays one."""
    found = sort_error(error, "posting")
    assert type(found) is kind


async def test_the_window_passes() -> None:
    """After ten minutes refusals are forgotten."""
    guard = Guard(allowed=1, window=timedelta(seconds=-1))
    guard._times.append(0.0)
    guard.check()
