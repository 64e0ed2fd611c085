"""Slack's parts that wait for nothing: drawing, the manifest, what refusals mean, and that the stand-in refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from adapters.slack import words as table_words
from adapters.slack.draw import (
    BUTTON_VALUE,
    HEADER,
    TEXT,
    Press,
    cut,
    draw,
    escaped,
    merged,
    pages,
    pressed,
)
from adapters.slack.line import Line
from adapters.slack.manifest import DESCRIPTION, SCOPES, SHORTCUT_DESCRIPTION, SHORTCUT_NAME, manifest, slashes
from adapters.slack.trouble import retry_after, sorted_out
from bot.commands import commands
from bot.data import table
from bot.errors import ChatBusy, ChatDoubtful, ChatRefused
from bot.model import Button, Card, Link, Section, Severity
from tests.worlds.slack_rules import complaints, options_complaints, pings, too_long, view_complaints, words

REST = Press("Show the rest", "tocsin.rest", "{}")


def card(*sections: Section, **more: Any) -> Card:
    return Card(**{"summary": "s", "title": "t", "sections": sections, **more})


ODD = {
    "nothing": Card(summary="", title=""),
    "blank parts": card(Section("", ""), Section("h", ""), Section("", " ", quote=True)),
    "long": card(Section("h" * 900, "w " * 20_000), summary="s" * 9000, title="t" * 900, footer="f" * 9000),
    "marks": card(Section("<" * 200, '"' * 3000), summary="&" * 4000, title="<" * 150, footer="&" * 2500),
    "many sections": card(*(Section(f"h{n}", f"line {n}", quote=n % 2 == 0) for n in range(300))),
    "chinese": card(*(Section("", "小米" * 400) for _ in range(60))),
    "long links": card(links=tuple(Link(f"l{n}", f"https://example.com/{'a' * 900}") for n in range(9))),
    "an endless link": card(links=(Link("l", f"https://example.com/{'a' * 4000}"),)),
    "many buttons": card(buttons=tuple(Button(f"b{n}", "why", (("key", "k" * n * 90),)) for n in range(40))),
    "no text at all": card(Section("", "\ud800\u202e\u200b"), title="\x00", footer="\u2066"),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("page", [0, 1, 99])
def test_every_page_of_every_card_is_within_the_limits(odd: Card, page: int) -> None:
    """However long, empty or odd."""
    payload = draw(odd, page=page, rest=REST, also=[Press("Share", "tocsin.share", "{}")]).payload()
    assert complaints(payload) == []
    assert not too_long(payload)
    assert len(payload["text"]) <= TEXT


@pytest.mark.parametrize("odd", [card(Section("", "a word " * 6000)), ODD["many sections"], ODD["chinese"]])
def test_what_is_cut_is_on_the_next_page(odd: Card) -> None:
    """Every letter is on one page, the marker on all but the last."""
    parts = pages(odd.sections)
    drawn = [draw(odd, page=number) for number in range(len(parts))]
    shown = "".join(words(list(one.blocks[1:])) for one in drawn).replace("\n", "").replace(" ", "")
    assert len(parts) > 1
    shown = re.sub(r"…cuthere:part\d+of\d+\.", "", shown)
    assert all(section.text.replace(" ", "") in shown for section in odd.sections[:5])
    assert ["cut here" in words(list(one.blocks)) for one in drawn] == [True] * (len(parts) - 1) + [False]


def test_outside_text_is_letters_and_nothing_else() -> None:
    """No ping, no link, no format, no emoji; a reader sees what was written."""
    hostile = "<!channel> <@U7> <https://evil.example|click> *b* _i_ ~s~ `c` :tada: AT&T"
    payload = draw(
        card(Section(hostile, hostile, quote=True), title=hostile, summary=hostile, footer=hostile)
    ).payload()
    kinds = [
        one["type"] for block in payload["blocks"] for part in block.get("elements", ()) for one in part["elements"]
    ]
    assert set(kinds) == {"text"}
    assert not pings(payload)
    assert "<!" not in str(payload)
    assert "*b* _i_ ~s~ `c` :tada: AT&T" in words(payload["blocks"][1:])
    assert payload["text"].startswith("&lt;!channel&gt;")
    assert payload["blocks"][0]["text"]["emoji"] is False


def test_only_the_cards_own_links_are_links() -> None:
    """And only web addresses."""
    links = (
        Link("a", "https://a.example/?x=1&y=2"),
        Link("b", "javascript:alert(1)"),
        Link("c", "https://a b|<!here>"),
    )
    (block,) = draw(card(links=links)).blocks[1:]
    assert [one["url"] for one in block["elements"][0]["elements"] if one["type"] == "link"] == [links[0].url]


@pytest.mark.parametrize("severity", Severity)
def test_severity_has_its_colour(severity: Severity) -> None:
    """Beside the last line; the word is in the title, so colour is never alone."""
    (bar,) = draw(card(title="IMPORTANT · x", footer="DoD", severity=severity)).attachments
    assert len({bar["color"], *(draw(card(footer="f", severity=one)).attachments[0]["color"] for one in Severity)}) == 3
    assert draw(card()).payload()["attachments"] == []


def test_a_button_carries_its_command_and_back() -> None:
    """Twice the same command in one card too; what Slack could not carry is left out whole."""
    buttons = (
        Button("1 day", "mute", (("days", "1"),)),
        Button("小米", "mute", (("company", "小米"), ("days", "7")), danger=True),
        Button("too much", "mute", (("note", "x" * BUTTON_VALUE),)),
    )
    (actions,) = draw(card(buttons=buttons)).blocks[1:]
    first, second = actions["elements"]
    assert pressed(first["action_id"], first["value"]) == ("mute", {"days": "1"})
    assert pressed(second["action_id"], second["value"]) == ("mute", {"company": "小米", "days": "7"})
    assert (second["style"], "style" in first) == ("danger", False)
    with pytest.raises(ValueError, match="no arguments"):
        pressed("tocsin:mute", "[1]")


def test_several_cards_are_one_message() -> None:
    """The others stand under their titles, with their links and buttons."""
    other = card(Section("", "b"), title="Second", footer="f", links=(Link("l", "https://l.example"),))
    whole = merged([card(Section("", "a")), other])
    assert whole.sections == (Section("", "a"), Section("Second", "f"), Section("", "b"))
    assert whole.links == other.links


def test_a_cut_text_says_so() -> None:
    """Also when entities make it longer than it looks."""
    assert cut("short", 10) == "short"
    assert cut("x" * 200, HEADER) == "x" * 149 + "…"
    sized = cut("&" * 200, HEADER, size=lambda text: len(escaped(text)))
    assert len(escaped(sized)) <= HEADER
    assert sized.endswith("…")


# ── Times ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_time_is_each_readers_own() -> None:
    """In our words and in the footer Slack turns it into local time; the words for who cannot are ours."""
    section = Section("What happened", "We saw it 2021-01-14 22:00 UTC, first 2021-01-13 08:30 UTC.")
    drawing = draw(Card(summary="s", title="t", sections=(section,), footer="Seen 2021-01-14 22:00 UTC · DoD"))
    (rich,) = [one for block in drawing.blocks if block["type"] == "rich_text" for one in block["elements"]]
    dates = [one for one in rich["elements"] if one["type"] == "date"]
    assert [(one["timestamp"], one["fallback"]) for one in dates] == [
        (1610661600, "2021-01-14 22:00 UTC"),
        (1610526600, "2021-01-13 08:30 UTC"),
    ]
    assert "We saw it \n2021-01-14 22:00 UTC" in words(rich["elements"])
    footer = drawing.attachments[0]["blocks"][0]["elements"]
    clock = "<!date^1610661600^{date_short_pretty} {time}|2021-01-14 22:00 UTC>"
    assert [one["text"] for one in footer] == ["Seen", clock, "· DoD"]
    assert not complaints(drawing.payload())
    assert not pings(drawing.payload())


@pytest.mark.parametrize(
    "section",
    [
        Section("Why", "from 2021-01-14 22:00 UTC on", quote=True),
        Section("", "Not this company, said Dana: “not before 2021-01-14 22:00 UTC”"),
        Section("", "« le 2021-01-14 22:00 UTC »"),
        Section("", "2021-02-30 22:00 UTC"),
    ],
    ids=["a quotation", "words of somebody else", "in French", "no day"],
)
def test_a_time_in_a_quotation_stays_as_it_was_written(section: Section) -> None:
    """What others wrote is shown letter by letter."""
    drawn = draw(Card(summary="s", title="t", sections=(section,)))
    assert "date" not in [one["type"] for one in _elements(drawn.blocks)]
    assert section.text in words(list(drawn.blocks))


def _elements(block: Any) -> list[dict[str, Any]]:
    inner = block.get("elements", ()) if isinstance(block, dict) else block
    return [found for one in inner for found in (one, *_elements(one))]


def test_a_footer_of_nothing_but_times() -> None:
    """More parts than Slack takes in one line stay letters."""
    footer = " ".join(["at 2021-01-14 22:00 UTC"] * 12)
    (bar,) = draw(Card(summary="s", title="t", footer=footer)).attachments
    assert [one["text"] for one in bar["blocks"][0]["elements"]] == [footer]


# ── The manifest ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_manifest_has_every_command_behind_a_slash() -> None:
    """`/tocsin` takes every command that has no slash of its own, and hints name them."""
    made = manifest()
    hints = {one["command"]: one["usage_hint"] for one in made["features"]["slash_commands"]}
    assert set(hints) == set(slashes())
    for name in commands():
        own = f"/{name.split()[0]}"
        rest = name.partition(" ")[2] if own in hints else name
        assert rest in hints[own if own in hints else "/tocsin"]
    assert made["settings"]["socket_mode_enabled"]
    assert made["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    assert all(len(hint) <= 1000 for hint in hints.values())


def test_the_manifest_for_http_leads_to_one_address() -> None:
    """Commands and buttons come to the same path."""
    made = manifest("https://tocsin.example/")
    address = "https://tocsin.example/slack/events"
    assert {one["url"] for one in made["features"]["slash_commands"]} == {address}
    interactivity = made["settings"]["interactivity"]
    assert {interactivity["request_url"], interactivity["message_menu_options_url"]} == {address}
    assert made["oauth_config"]["redirect_urls"] == ["https://tocsin.example/slack/oauth_redirect"]
    assert not made["settings"]["socket_mode_enabled"]
    assert "redirect_urls" not in manifest()["oauth_config"]


def test_the_manifest_stays_within_its_limits() -> None:
    """https://docs.slack.dev/reference/app-manifest (read 2026-11): a longer one is refused when it is pasted."""
    made = manifest()
    assert len(made["display_information"]["description"]) <= DESCRIPTION
    for shortcut in made["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= SHORTCUT_NAME
        assert len(shortcut["description"]) <= SHORTCUT_DESCRIPTION
        assert shortcut["callback_id"] == "tocsin.read"
    assert {"app_home_opened", "app_uninstalled", "tokens_revoked"} == set(
        made["settings"]["event_subscriptions"]["bot_events"]
    )


# ── Troubles ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Said:
    """An answer as the library hangs it on its error."""

    def __init__(self, error: str, status: int = 200, **headers: str) -> None:
        self.data = {"ok": False, "error": error, "needed": "chat:write"}
        self.status_code = status
        self.headers = headers


def refused(error: str, status: int = 200, **headers: str) -> SlackApiError:
    return SlackApiError("", Said(error, status, **headers))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("error", "meant"),
    [
        (refused("ratelimited", 429), ChatBusy),
        (refused("service_unavailable"), ChatBusy),
        (refused("internal_error"), ChatDoubtful),
        (refused("fatal_error"), ChatDoubtful),
        (refused("", 502), ChatDoubtful),
        (refused("", 200), ChatDoubtful),
        (refused("channel_not_found"), ChatRefused),
        (refused("a_word_of_tomorrow"), ChatRefused),
        (TimeoutError(), ChatDoubtful),
        (ConnectionResetError(), ChatDoubtful),
        (AttributeError("'str' object has no attribute 'get'"), ChatDoubtful),
    ],
)
def test_troubles_mean_later_never_or_look(error: Exception, meant: type[Exception]) -> None:
    """Doubt wherever the message may be there."""
    trouble = sorted_out(error, "slack:T0/C024")
    assert type(trouble) is meant
    assert str(trouble).startswith("slack:T0/C024: ")


@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30), ("0.5", 0.5), ("99999", 3600), ("soon", None), ("nan", None)]
)
def test_how_long_slack_asks_us_to_wait(header: str, seconds: float | None) -> None:
    """Odd values are no reason to wait for ever, or to fail."""
    span = retry_after(refused("ratelimited", 429, **{"Retry-After": header}))
    assert (span.total_seconds() if span else None) == seconds


async def test_a_proxy_is_not_asked_for_our_own_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library would; nor where NO_PROXY says so. Elsewhere the proxy is used, for answers too."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "slack.inside.example")
    assert Line("xoxb-1", "http://127.0.0.1:1/api/").client.proxy is None
    assert Line("xoxb-1", "https://slack.inside.example/api/").client.proxy is None
    outside = Line("xoxb-1", "https://slack.com/api/")
    assert outside.client.proxy == "http://proxy.example:3128"
    assert outside.response("https://hooks.slack.com/x").proxy == "http://proxy.example:3128"


def test_words_of_the_frame() -> None:
    """In the reader's language; one that we do not speak reads English."""
    assert table_words.say("fr", "share") == table("words/fr")["slack"]["share"]
    assert table_words.say("de", "share") == "Share in channel"


# ── The stand-in itself ───────────────────────────────────────────────────────────────────────────────────────────

TEXT_OBJECT = {"type": "plain_text", "text": "t"}
BUTTON = {"type": "button", "text": TEXT_OBJECT, "action_id": "a"}


@pytest.mark.parametrize(
    ("blocks", "says"),
    [
        ([{"type": "heading"}], "unsupported type: heading"),
        ([{"type": "header"}], "missing required field: text"),
        ([{"type": "header", "text": TEXT_OBJECT, "colour": "red"}], "invalid additional property: colour"),
        ([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "less than 151"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "must be a plain_text object"),
        ([{"type": "section"}], "missing required field: text"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}], "less than 3001"),
        ([{"type": "section", "fields": [TEXT_OBJECT] * 11}], "no more than 10"),
        ([{"type": "context", "elements": []}], "1 to 10"),
        ([{"type": "actions", "elements": [BUTTON] * 2}], "must be unique"),
        ([{"type": "actions", "elements": [{**BUTTON, "value": "x" * 2001}]}], "less than 2001"),
        ([{"type": "actions", "elements": [{**BUTTON, "style": "red"}]}], "primary or danger"),
        ([{"type": "actions", "elements": [{"type": "knob"}]}], "unsupported type: knob"),
        ([{"type": "divider", "block_id": "b"}] * 2, "block_id must be unique"),
        ([{"type": "divider"}] * 51, "no more than 50"),
        ([{"type": "rich_text", "elements": [{"type": "rich_text_song", "elements": []}]}], "rich_text_song"),
        (
            [
                {
                    "type": "rich_text",
                    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}],
                }
            ],
            "more",
        ),
        (
            [
                {
                    "type": "rich_text",
                    "elements": [{"type": "rich_text_section", "elements": [{"type": "link", "url": "x"}]}],
                }
            ],
            "no address",
        ),
        ("blocks", "must be an array"),
    ],
)
def test_the_stand_in_refuses_what_slack_refuses(blocks: Any, says: str) -> None:
    """A stand-in that takes everything proves nothing."""
    assert any(says in one for one in complaints({"blocks": blocks}))


def a_box(*blocks: dict[str, Any], **over: Any) -> dict[str, Any]:
    return {"type": "modal", "title": TEXT_OBJECT, "submit": TEXT_OBJECT, "blocks": list(blocks), **over}


def a_field(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": TEXT_OBJECT, "element": {"type": kind, "action_id": "a", **more}}


OPTION = {"text": TEXT_OBJECT, "value": "v"}


@pytest.mark.parametrize(
    ("view", "says"),
    [
        ("no view", "must be a modal"),
        ({"type": "modal", "blocks": []}, "missing required field: title"),
        (a_box(title={"type": "plain_text", "text": "x" * 25}), "less than 25"),
        (a_box(private_metadata="x" * 3001), "less than 3001"),
        (a_box(*[{"type": "divider"}] * 101), "no more than 100"),
        ({"type": "home", "blocks": [], "title": TEXT_OBJECT}, "invalid additional property: title"),
        ({"type": "modal", "title": TEXT_OBJECT, "blocks": [a_field("datepicker")]}, "missing required field: submit"),
        (a_box(a_field("button")), "unsupported type: button"),
        (a_box({"type": "input", "label": TEXT_OBJECT}), "missing required field: element"),
        (a_box(a_field("plain_text_input", max_length=3001)), "between 1 and 3000"),
        (a_box(a_field("plain_text_input", initial_value="x" * 3001)), "less than 3001"),
        (a_box(a_field("datepicker", initial_date="14/01/2021")), "must be a date"),
        (a_box(a_field("file_input", max_files=11)), "between 1 and 10"),
        (a_box(a_field("file_input", filetypes=[".csv"])), "no file extension"),
        (a_box(a_field("static_select", options=[])), "1 to 100"),
        (a_box(a_field("static_select", options=[OPTION] * 101)), "1 to 100"),
        (a_box(a_field("static_select", options=[{**OPTION, "value": "x" * 151}])), "less than 151"),
        (a_box(a_field("static_select", options=[OPTION], initial_option={**OPTION, "value": "w"})), "one of the"),
        (a_box(a_field("multi_static_select", options=[OPTION], initial_options=[])), "at least one"),
        (a_box(a_field("external_select", options=[OPTION])), "invalid additional property: options"),
        (a_box(a_field("external_select", placeholder={"type": "plain_text", "text": "x" * 151})), "less than 151"),
        (a_box({"type": "actions", "elements": [{"type": "multi_static_select"}]}), "unsupported type"),
    ],
)
def test_the_stand_in_refuses_boxes_that_slack_refuses(view: Any, says: str) -> None:
    """And a good one is taken."""
    assert any(says in one for one in view_complaints(view)), view_complaints(view)
    assert not view_complaints(a_box(a_field("static_select", options=[OPTION], initial_option=OPTION)))


def test_the_stand_in_takes_no_fields_in_messages() -> None:
    """Nor options that are too long."""
    assert complaints({"blocks": [a_field("datepicker")]})
    assert options_complaints([{**OPTION, "value": ""}])
    assert options_complaints("options")


@pytest.mark.parametrize(
    "payload",
    [
        {"text": "<!channel> hi"},
        {"text": "hi <@U7>"},
        {"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here>"}}]},
        {"text": "x", "blocks": [{"type": "rich_text", "elements": [{"type": "broadcast", "range": "here"}]}]},
        {"text": "x", "attachments": [{"fallback": "<!everyone>"}]},
    ],
)
def test_the_stand_in_knows_what_rings(payload: dict[str, Any]) -> None:
    """Wherever Slack would parse it."""
    assert pings(payload)
