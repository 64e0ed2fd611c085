"""Draws docs/slack-light.png and docs/slack-dark.png: alerts of the demo as Slack shows them.

The demo is played through the real program into a chat that draws with adapters/slack/draw.py; the blocks that would be
sent are set as a web page and photographed by a headless Chromium, whose path is CHROMIUM, or found on PATH. Pillow,
which comes with matplotlib, makes the pictures small, and writes into each which page it shows, so that a test can tell
a picture that is out of date.

Run it from the top folder after the words of cards or their drawing changed: python docs/slack_alerts.py
With a folder, every kind of alert is drawn there, to be looked at: python docs/slack_alerts.py /tmp/gallery
"""

from __future__ import annotations

import asyncio
import html
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from alert import played, titled
from PIL import Image, PngImagePlugin

from adapters.slack.draw import Drawing, draw
from bot.cards import Reader
from bot.messages import message_card
from bot.model import (
    Alert,
    AlertKind,
    Analysis,
    Badge,
    Card,
    Company,
    Delivery,
    EntityKind,
    Evidence,
    FieldChange,
    ListChange,
    Listing,
    Match,
    Mention,
    Message,
    Name,
    Notice,
    Place,
    Reason,
    Role,
    Severity,
    Standing,
    Story,
    Update,
    UpdateKind,
    Updates,
    Verdict,
)
from bot.wiring import official

HERE = Path(__file__).resolve().parent
#: What the README shows: the story that asks why Xiaomi was listed, held against the list.
SHOWN = ("Xiaomi in a story about a listing",)
WIDTH = 760
#: Of a picture: letters on one ground need no more.
COLOURS = 48
#: What a picture says of itself: the page it shows.
PAGE = "page sha256"
#: When the demo's story is posted, as Slack writes it beside the name.
POSTED = "10:00 AM"
NOW = datetime(2021, 1, 14, 23, 55, tzinfo=UTC)


# ── Every kind, for whoever works on the drawing ──────────────────────────────────────────────────────────────────

XIAOMI = Company(id="xiaomi", name="Xiaomi", names=(Name("Xiaomi Corporation"), Name("Redmi")), from_book=True)
ENTRY = Listing(
    source="us_dod_cmc",
    key="xiaomi",
    name="Xiaomi Corporation",
    kind=EntityKind.COMPANY,
    aliases=(Name("Xiaomi Inc."),),
    programmes=("CCMC-1237",),
    listed_on=date(2021, 1, 14),
    reason="Determined to be a company that operates in the United States and is linked to the military.",
    citations=("86 FR 1234",),
    url="https://www.federalregister.gov/example",
)
MATCH = Match(Verdict.SAME, 0.97, (Reason("legal form ignored", 0.97, "Xiaomi", "Xiaomi Corporation"),))
TOLD = Story(
    source="news_english",
    id="1",
    url="https://news.example/xiaomi",
    title="Pentagon adds Xiaomi to its list as <!channel> watches *closely*",
    text="The Pentagon put Xiaomi on its list on Thursday because of ties to the military, it said.",
    language="en",
    published=NOW,
    publisher="Trade Desk",
)


def _change(before: Listing | None, after: Listing | None, *fields: FieldChange) -> ListChange:
    return ListChange(
        source="us_dod_cmc",
        key="xiaomi",
        before=before,
        after=after,
        seen=NOW,
        edition="14 January 2021",
        fields=fields,
    )


def kinds() -> dict[str, tuple[Message, Updates | None]]:
    """One message of each kind, and what became of the first since."""
    at = replace(ENTRY, programmes=("CCMC-1260H",))
    on_record = Evidence(badge=Badge.CONFIRMED, source="us_dod_cmc", listing=ENTRY, at=NOW, lists=5)
    absent = Evidence(badge=Badge.NOT_FOUND, at=NOW, lists=5)
    said = Analysis(
        language="en",
        listing_story=True,
        source="us_dod_cmc",
        stage="announced",
        reason="The Pentagon put Xiaomi on its list on Thursday because of ties to the military, it said.",
        mentions=(Mention(company="xiaomi", surface="Xiaomi", where="title", start=14, role=Role.SUBJECT),),
    )

    def alert(kind: AlertKind, **more: Any) -> Alert:
        frame = {"company": XIAOMI, "source": "us_dod_cmc", "at": NOW, "severity": Severity.HIGH, "match": MATCH}
        return Alert(id=kind, kind=kind, **{**frame, "fresh": NOW, **more})

    def story(kind: AlertKind, *evidence: Evidence, **more: Any) -> Alert:
        return alert(kind, source="news_english", story=TOLD, analysis=said, evidence=evidence, **more)

    since = [
        Update.of_delivery("k", UpdateKind.ACKNOWLEDGED, at=NOW, by="Dana (U7)"),
        Update.of_delivery("k", UpdateKind.REPORTED, at=NOW, by="Le Fil techno", url="https://fil.example/1"),
        Update.of_delivery("k", UpdateKind.REPORTED, at=NOW, by="Trade Desk", url="https://trade.example/1"),
    ]
    return {
        "listed": (alert(AlertKind.LISTED, changes=(_change(None, ENTRY),)), Updates(tuple(since))),
        "changed": (
            alert(
                AlertKind.CHANGED,
                severity=Severity.MEDIUM,
                changes=(_change(ENTRY, at, FieldChange("programmes", "Section 1237", "Section 1260H")),),
            ),
            None,
        ),
        "delisted": (alert(AlertKind.DELISTED, changes=(_change(ENTRY, None),)), None),
        "notice": (story(AlertKind.NOTICE, severity=Severity.MEDIUM), None),
        "listing_story": (story(AlertKind.LISTING_STORY, on_record, severity=Severity.MEDIUM), None),
        "subject": (story(AlertKind.SUBJECT, absent, severity=Severity.LOW), None),
        "mention": (story(AlertKind.MENTION, severity=Severity.LOW), None),
        "standing": (Standing(id="s", at=NOW, found=(), read=(("us_dod_cmc", NOW),)), None),
        "trouble": (
            Notice(id="n", source="us_csl", title="us_csl: a reading", text="It was not believed.", at=NOW),
            None,
        ),
    }


def gallery() -> dict[str, Card]:
    reader = Reader(now=NOW, cards={id: source.card for id, source in official().items()}, language="en")
    place = Place("slack", "T0/C024")
    return {
        name: message_card(Delivery.of(message, place, because="watching Xiaomi here", due=NOW), reader, updates)
        for name, (message, updates) in kinds().items()
    }


# ── Blocks as a page ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Theme:
    """Slack's own colours, as its desktop client of 2026 has them."""

    name: str
    back: str
    ink: str
    faint: str
    link: str
    line: str
    icon: str = "#1f2937"
    danger: str = "#e01e5a"
    shades: dict[str, str] = field(default_factory=dict)


LIGHT = Theme("light", "#ffffff", "#1d1c1d", "#616061", "#1264a3", "#dddddd")
DARK = Theme("dark", "#1a1d21", "#d1d2d3", "#9a9b9e", "#1d9bd1", "#3c3f44", icon="#e5e7eb", danger="#e66b8f")


def page(drawings: list[Drawing], theme: Theme) -> str:
    """The messages one below the other, as Slack sets them."""
    messages = "".join(_message(one, theme) for one in drawings)
    return f"""<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 14px 20px; width: {WIDTH - 40}px; background: {theme.back}; color: {theme.ink};
  font: 15px/1.47 Lato, "Liberation Sans", Arial, sans-serif; }}
.message {{ display: grid; grid-template-columns: 44px 1fr; padding: 6px 0 12px; }}
.icon {{ width: 36px; height: 36px; border-radius: 8px; background: {theme.icon}; }}
.who b {{ font-weight: 900; }} .who span {{ color: {theme.faint}; font-size: 12px; margin-left: 6px; }}
.app {{ background: {theme.line}; border-radius: 2px; padding: 1px 3px; font-size: 10px !important; }}
h1 {{ font-size: 18px; line-height: 1.33; margin: 4px 0 6px; }}
p, blockquote {{ margin: 0 0 4px; white-space: pre-wrap; overflow-wrap: anywhere; }}
.block {{ margin-bottom: 8px; }}
blockquote {{ border-left: 4px solid {theme.line}; padding-left: 12px; }}
a {{ color: {theme.link}; text-decoration: none; }}
.actions {{ display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0; }}
.actions span {{ border: 1px solid {theme.line}; border-radius: 8px; padding: 3px 12px;
  font-weight: 700; font-size: 13px; }}
.actions .danger {{ color: {theme.danger}; border-color: {theme.danger}; }}
.bar {{ border-left: 4px solid; border-radius: 2px; padding: 2px 0 2px 12px; color: {theme.faint}; font-size: 13px; }}
</style>{messages}"""


def _message(drawing: Drawing, theme: Theme) -> str:
    body = "".join(_block(one) for one in drawing.blocks)
    bars = "".join(
        f'<div class="bar" style="border-color:{one["color"]}">{"".join(map(_block, one["blocks"]))}</div>'
        for one in drawing.attachments
    )
    bell = (
        f'<svg viewBox="0 0 36 36" class="icon"><path fill="{theme.back}" d="M18 7c-5 0-7 4-7 9v5l-3 4h20l-3-4v-5'
        'c0-5-2-9-7-9zm-3 19a3 3 0 0 0 6 0z"/></svg>'
    )
    who = f'<div class="who"><b>tocsin</b><span class="app">APP</span><span>{POSTED}</span></div>'
    return f'<div class="message">{bell}<div>{who}{body}{bars}</div></div>'


def _block(block: dict[str, Any]) -> str:
    match block["type"]:
        case "header":
            return f"<h1>{_plain(block['text'])}</h1>"
        case "rich_text":
            return f'<div class="block">{"".join(_rich(one) for one in block["elements"])}</div>'
        case "actions":
            return f'<div class="actions">{"".join(_button(one) for one in block["elements"])}</div>'
        case "context":
            return " ".join(_plain(one) for one in block["elements"])
        case kind:
            raise SystemExit(f"no picture for a block of type {kind}")


def _plain(text: dict[str, Any]) -> str:
    """What Slack shows of a text object: it decodes the three entities, and a date token is its fallback here."""
    said = text["text"]
    if text["type"] == "mrkdwn":
        said = said.rpartition("|")[2].removesuffix(">")
    return html.escape(html.unescape(said))


def _rich(element: dict[str, Any]) -> str:
    tag = "blockquote" if element["type"] == "rich_text_quote" else "p"
    return f"<{tag}>{''.join(_inline(one) for one in element['elements'])}</{tag}>"


def _inline(one: dict[str, Any]) -> str:
    text = html.escape(one.get("text") or one.get("fallback") or one.get("url", ""))
    if one["type"] == "date":
        at = datetime.fromtimestamp(one["timestamp"], UTC)
        text = f"{at:%b} {at.day}, {at.year} at {at.hour % 12 or 12}:{at:%M %p}"
    if one["type"] == "link":
        return f"<a>{text}</a>"
    return f"<b>{text}</b>" if one.get("style", {}).get("bold") else text


def _button(one: dict[str, Any]) -> str:
    return f'<span class="{one.get("style", "")}">{_plain(one["text"])}</span>'


# ── The photograph ────────────────────────────────────────────────────────────────────────────────────────────────


def photograph(text: str, to: Path) -> None:
    """A picture of a page, exactly as tall as it is. Raises SystemExit without a Chromium."""
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        raise SystemExit("no Chromium found; set CHROMIUM to the path of one")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(text, encoding="utf-8")
        quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
        frame = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-sync", f"--user-data-dir={folder}/profile"]
        asked = [browser, *frame, *quiet, "--hide-scrollbars", "--disable-lcd-text"]
        height = _height(asked, source)
        size = [f"--window-size={WIDTH},{height}", f"--screenshot={to}"]
        subprocess.run([*asked, *size, source.as_uri()], check=True, capture_output=True)  # noqa: S603 - our own page
    about = PngImagePlugin.PngInfo()
    about.add_text(PAGE, fingerprint(text))
    small = Image.open(to).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
    small.save(to, optimize=True, pnginfo=about)


def fingerprint(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _height(asked: list[str], source: Path) -> int:
    """How tall the page is, told by the page itself in its title."""
    measure = "<script>document.title = document.documentElement.scrollHeight + ' high'</script>"
    measured = source.with_name("measured.html")
    measured.write_text(source.read_text(encoding="utf-8") + measure, encoding="utf-8")
    size = f"--window-size={WIDTH},100"
    said = subprocess.run(  # noqa: S603 - our own page
        [*asked, size, "--dump-dom", measured.as_uri()], check=True, capture_output=True, text=True
    )
    return int(said.stdout.partition("<title>")[2].partition(" high")[0])


def main() -> None:
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        folder.mkdir(parents=True, exist_ok=True)
        for name, card in gallery().items():
            for theme in (LIGHT, DARK):
                photograph(page([draw(card)], theme), folder / f"{name}-{theme.name}.png")
        return
    for theme, text in pages(asyncio.run(played())).items():
        photograph(text, HERE / f"slack-{theme}.png")


def pages(cards: list[Card]) -> dict[str, str]:
    """What the README shows, by theme."""
    shown = [draw(titled(cards, title)) for title in SHOWN]
    return {theme.name: page(shown, theme) for theme in (LIGHT, DARK)}


if __name__ == "__main__":
    main()
