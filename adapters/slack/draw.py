"""A card as Slack's blocks. Pure: the same card is always the same message.

Nothing that others wrote can ping, link or format. The body is `rich_text`, which Slack shows letter by letter: its
mark-up is in typed elements, and we emit only text, bold headings, quotations and the card's own links. Titles,
footers and buttons are `plain_text`; only `text`, which notifications and screen readers get, is ever parsed, and there
`& < >` are escaped. What does not fit is cut at a visible marker, and a button brings the rest.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from adapters.slack.words import say
from bot.model import Button, Card, Link, Section, Severity

T = TypeVar("T")
Block = dict[str, Any]

# Slack's limits, in characters. https://docs.slack.dev/reference/block-kit/blocks/ (header, actions, context) and
# https://docs.slack.dev/reference/block-kit/block-elements/button-element (read 2026-11).
HEADER = 150
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
ACTION_ID = 255
BUTTONS = 25  #: in one actions block
BLOCKS = 50  #: in one message
CONTEXT = 2000  #: of one text object in a context block; a text object alone may have 3000
CONTEXT_PARTS = 10
URL = 3000
# 4,000 is where Slack begins to cut `text`: https://docs.slack.dev/reference/methods/chat.postMessage (read 2026-11).
TEXT = 3000
#: Of `text` where it is all that is sent: more than 4,000 chat.update refuses (msg_too_long; read 2026-11).
WORDS = 3900
#: Of all blocks together as JSON. Undocumented: `msg_blocks_too_long` was met at about 13,200 characters
#: (github.com/slackapi/bolt-js issue 2509, read 2026-11). Header, marker and last line fit into what is left.
ROOM = 12_000
#: Of that, what the links and what a card's own buttons may take.
FRAME = 4000
#: Characters in one piece of a section: a section block would take 3000.
PIECE = 2800
#: Characters of a section that stands on one line, its heading in front: what a channel shows in one.
LINE = 90
#: Sections on one page, well under BLOCKS with the frame.
SECTIONS = 40

#: The bar beside the last line. The title says the same in a word: colour is never alone. Chosen to hold apart in both
#: of Slack's themes and for people who do not see red and green apart.
COLOUR = {Severity.HIGH: "#C2185B", Severity.MEDIUM: "#E8A33D", Severity.LOW: "#1D7FBF"}

#: No preview below what links to somewhere: a list's page would hide the words above it. In every message and answer,
#: https://docs.slack.dev/messaging/unfurling-links-in-messages (read 2026-11).
UNFURLED = {"unfurl_links": False, "unfurl_media": False}
#: What is said with every new message: nothing in it is mark-up, and nothing becomes a link.
PLAIN: dict[str, Any] = {**UNFURLED, "mrkdwn": False, "parse": "none"}

#: A press is a command of this name, or one of ours below.
PRESS = "tocsin:"
SHARE = "tocsin.share"
REST = "tocsin.rest"

_ADDRESS = re.compile(r"https?://[^\s<>|\"\x00-\x1f]+")
#: What Slack would take for a ping, a channel or a link wherever it parses text.
_PARSED = re.compile(r"<(?=[!@#]|[A-Za-z][A-Za-z0-9+.-]*:)")


#: A time as our own words give it, or a quotation, in which nothing is touched.
_TIMES = re.compile(r"“[^”]*”|«[^»]*»|(?P<time>\b\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC\b)")
#: Each reader's own time and, for the last days, "today". https://docs.slack.dev/messaging/formatting-message-text
#: (date formatting, read 2026-11); the same tokens hold for the `date` element of rich_text.
_LOCAL = "{date_short_pretty} {time}"


@dataclass(frozen=True, slots=True)
class Drawing:
    """One message, ready to be sent."""

    text: str
    blocks: tuple[Block, ...]
    attachments: tuple[Block, ...] = ()

    def payload(self) -> dict[str, Any]:
        """The fields that chat.postMessage, chat.update and a response_url share. Both lists are always there: an

        update that leaves one out keeps the old one, or with `text` alone removes the blocks.
        """
        return {"text": self.text, "blocks": list(self.blocks), "attachments": list(self.attachments)}


@dataclass(frozen=True, slots=True)
class Press:
    """A button of Slack's own frame: what it is for and what it carries."""

    text: str
    action_id: str
    value: str


def draw(
    card: Card,
    *,
    language: str = "en",
    page: int = 0,
    rest: Press | None = None,
    also: Sequence[Press] = (),
    room: int = ROOM,
) -> Drawing:
    """One page of a card. `rest` is the button that brings the pages after this one, where there are any.

    A title too long for its block is cut there, and stands whole before the sections.
    """
    links = [_rich([_linked(links)])] if (links := _fitting(filter(_may_link, card.links))) else []
    buttons = _fitting(_pressed(card.buttons))
    sections = card.sections if len(visible(card.title)) <= HEADER else (Section("", card.title), *card.sections)
    parts = pages(sections, room=room - _size(links) - _size(buttons))
    page = min(page, len(parts) - 1)
    cut_here = page < len(parts) - 1
    blocks = [_header(card.title), *_body(parts[page])]
    if cut_here:
        blocks.append(_rich([_words(_marker(page, len(parts), language, rest))]))
    presses = [*([rest] if rest and cut_here else []), *also]
    blocks += [*links, *_actions([*buttons, *(_press(one) for one in presses)])]
    return Drawing(escaped(cut(card.summary, TEXT, size=_escaped_size)), tuple(blocks), _bar(card))


def in_words(card: Card) -> Drawing:
    """The same facts without a block, for a Slack that refuses how they are drawn.

    Links stand right under the title, so that none is cut off. Nothing in it is mark-up: it is sent with PLAIN.
    """
    links = [f"{link.text}: {link.url}" for link in card.links if _may_link(link)]
    parts = [card.title, "\n".join(links), *(_plainly(one) for one in card.sections if _says(one)), card.footer]
    text = "\n\n".join(part.strip() for part in parts if part.strip())
    return Drawing(escaped(cut(text, WORDS, size=_escaped_size)) or " ", ())


def _plainly(section: Section) -> str:
    text = "\n".join(f"> {line}" for line in section.text.split("\n")) if section.quote else section.text
    return "\n".join(part for part in (section.heading, text) if part.strip())


def body_of(card: Card, language: str, *, room: int = ROOM) -> list[Block]:
    """A card in a box or on the app's own page, which have no attachments and no way to turn it over."""
    drawing = draw(card, language=language, room=room)
    return [*drawing.blocks, *(block for bar in drawing.attachments for block in bar["blocks"])]


def _marker(page: int, count: int, language: str, rest: Press | None) -> str:
    key = "part_post" if rest else "part"
    return say(language, key, number=page + 1, count=count, rest=rest.text if rest else "")


def merged(cards: Sequence[Card]) -> Card:
    """Several cards as one message: the first one's title, the others as sections under theirs."""
    first, *others = cards
    if not others:
        return first
    sections = [
        section for card in others for section in (Section(card.title, card.footer), *card.sections) if _says(section)
    ]
    return replace(
        first,
        sections=(*first.sections, *sections),
        links=tuple(dict.fromkeys(link for card in cards for link in card.links)),
        buttons=tuple(button for card in cards for button in card.buttons),
    )


# ── Pages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def pages(sections: Iterable[Section], *, room: int = ROOM) -> list[list[Section]]:
    """The sections in as many messages as they need; one, perhaps empty, at least."""
    found: list[list[Section]] = [[]]
    left = room
    for piece in (piece for section in sections if _says(section) for piece in _pieces(section)):
        cost = _size(_body([piece]))
        if found[-1] and (cost > left or len(found[-1]) >= SECTIONS):
            found.append([])
            left = room
        found[-1].append(piece)
        left -= cost
    return found


def _size(what: object) -> int:
    return len(json.dumps(what, ensure_ascii=False))


def _fitting(parts: Iterable[T]) -> list[T]:
    """The first of these that together stay within FRAME."""
    found: list[T] = []
    for part in parts:
        if _size([*map(_shown, found), _shown(part)]) > FRAME:
            break
        found.append(part)
    return found


def _shown(part: object) -> object:
    return _linked([part]) if isinstance(part, Link) else part


def _says(section: Section) -> bool:
    return bool(section.heading.strip() or section.text.strip())


def _pieces(section: Section) -> Iterator[Section]:
    """A section that is too long, in several: each under its heading, broken where a line or a word ends."""
    heading, text = cut(section.heading, HEADER), section.text
    while len(text) > PIECE:
        at = max(text.rfind("\n", 0, PIECE), text.rfind(" ", 0, PIECE))
        at = at if at > PIECE // 2 else PIECE
        yield Section(heading, text[:at].rstrip(), section.quote)
        text = text[at:].lstrip()
    yield Section(heading, text, section.quote)


# ── Blocks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _header(title: str) -> Block:
    return {"type": "header", "text": plain(title, HEADER)}


def _body(sections: Iterable[Section]) -> list[Block]:
    """Long sections and quotations in a block of their own under their heading; short ones a line each, together."""
    blocks: list[Block] = []
    lines: list[Block] = []
    for section in sections:
        if not section.quote and _is_line(section):
            lines += [*([_text("\n")] if lines else []), *_line(section)]
            continue
        blocks += _lines(lines)
        lines = []
        blocks.append(_rich(_section(section)))
    return blocks + _lines(lines)


def _is_line(section: Section) -> bool:
    return not section.heading.strip() or ("\n" not in section.text and len(section.heading + section.text) <= LINE)


def _line(section: Section) -> Iterator[Block]:
    """A short section on one line, its heading in front."""
    if section.heading.strip():
        yield _text(section.heading, bold=True)
        if section.text.strip():
            yield _text(" · ")
    if section.text.strip():
        yield from _timed(section.text)


def _lines(elements: list[Block]) -> list[Block]:
    return [_rich([{"type": "rich_text_section", "elements": elements}])] if elements else []


def _section(section: Section) -> list[Block]:
    heading = [_words(section.heading, bold=True)] if section.heading.strip() else []
    if not section.text.strip():
        return heading
    if section.quote:
        return [*heading, _quote(section.text)]
    heading[0]["elements"] += _timed(f"\n{section.text}")
    return heading


def _rich(elements: Sequence[Block]) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _words(text: str, *, bold: bool = False) -> Block:
    return {"type": "rich_text_section", "elements": [_text(text, bold=True)] if bold else list(_timed(text))}


def _timed(text: str) -> Iterator[Block]:
    """Our own words, in which a time is each reader's own; quotations stay letter by letter."""
    for part, at in times(text):
        if at is None:
            yield _text(part)
        else:
            yield {"type": "date", "timestamp": int(at.timestamp()), "format": _LOCAL, "fallback": part}


def times(text: str) -> Iterator[tuple[str, datetime | None]]:
    """The text in parts, of which those that are a time come with it; one part, perhaps empty, at least."""
    start = 0
    for found in _TIMES.finditer(text):
        at = _moment(found.group("time"))
        if at is not None:
            if text[start : found.start()]:
                yield text[start : found.start()], None
            yield found.group(), at
            start = found.end()
    if text[start:] or start == 0:
        yield text[start:], None


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M UTC").replace(tzinfo=UTC) if text else None
    except ValueError:
        return None  # 2021-02-30 is letters


def _quote(text: str) -> Block:
    return {"type": "rich_text_quote", "elements": [_text(text)]}


def _text(text: str, *, bold: bool = False) -> Block:
    """Letters, and nothing but letters. Slack refuses an element without any."""
    element: Block = {"type": "text", "text": defanged(text) or " "}
    return element | ({"style": {"bold": True}} if bold else {})


def _linked(links: Sequence[Link]) -> Block:
    elements: list[Block] = []
    for link in links:
        elements += [_text(" · ")] if elements else []
        elements.append({"type": "link", "url": link.url, "text": defanged(cut(link.text, HEADER)) or link.url})
    return {"type": "rich_text_section", "elements": elements}


def _may_link(link: Link) -> bool:
    """Only web addresses, whole ones: an address cannot be cut."""
    return bool(_ADDRESS.fullmatch(link.url)) and len(link.url) <= URL


def plain(text: str, room: int) -> Block:
    """A text object that Slack does not parse; it decodes the three entities, and `emoji` off leaves :names: alone."""
    return {"type": "plain_text", "text": escaped(cut(text, room, size=_escaped_size)) or " ", "emoji": False}


def _bar(card: Card) -> tuple[Block, ...]:
    """The last line with the colour of the severity. Only an attachment has a colour; what must be read stands above,

    because Slack folds long attachments away.
    """
    if not card.footer.strip():
        return ()
    context = {"type": "context", "elements": _footer(card.footer)}
    return ({"color": COLOUR[card.severity], "fallback": escaped(cut(card.footer, TEXT)), "blocks": [context]},)


def _footer(text: str) -> list[Block]:
    """The last line in parts: a time is the one thing in it that Slack parses, and it is all ours."""
    parts = list(times(cut(text, CONTEXT, size=_escaped_size)))
    if len(parts) > CONTEXT_PARTS:
        return [plain(text, CONTEXT)]
    return [_clock(part, at) if at else plain(part.strip(), CONTEXT) for part, at in parts if part.strip()]


def _clock(text: str, at: datetime) -> Block:
    return {"type": "mrkdwn", "text": f"<!date^{int(at.timestamp())}^{_LOCAL}|{text}>", "verbatim": True}


# ── Buttons ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _pressed(buttons: Iterable[Button]) -> Iterator[Block]:
    """Each button as a command. One whose arguments do not fit into Slack's value is left out, never cut."""
    for button in buttons:
        value = json.dumps(dict(button.arguments), ensure_ascii=False, separators=(",", ":"))
        action_id = f"{PRESS}{button.command}"
        if len(value) <= BUTTON_VALUE and len(action_id) <= ACTION_ID - 4:
            block = _press(Press(button.text, action_id, value))
            yield block | ({"style": "danger"} if button.danger else {})


def _press(press: Press) -> Block:
    text = plain(press.text, BUTTON_TEXT)
    return {"type": "button", "text": text, "action_id": press.action_id, "value": press.value}


def _actions(buttons: Sequence[Block]) -> list[Block]:
    """Rows of buttons. An action_id may stand once in a block, so the second of one command is numbered."""
    rows = [buttons[start : start + BUTTONS] for start in range(0, min(len(buttons), 2 * BUTTONS), BUTTONS)]
    return [{"type": "actions", "elements": _numbered(row)} for row in rows]


def _numbered(row: Sequence[Block]) -> list[Block]:
    seen: dict[str, int] = {}
    elements = []
    for block in row:
        action_id = block["action_id"]
        seen[action_id] = seen.get(action_id, 0) + 1
        number = f"#{seen[action_id]}" if seen[action_id] > 1 else ""
        elements.append(block | {"action_id": f"{action_id}{number}"})
    return elements


def pressed(action_id: str, value: str) -> tuple[str, dict[str, str]]:
    """The command and the arguments behind a press. Raises ValueError for what we did not draw."""
    command = action_id.removeprefix(PRESS).partition("#")[0]
    arguments = json.loads(value or "{}")
    if not isinstance(arguments, Mapping):
        raise ValueError(f"{action_id}: {value[:80]!r} are no arguments")
    return command, {str(name): str(one) for name, one in arguments.items()}


# ── Letters ───────────────────────────────────────────────────────────────────────────────────────────────────────


def escaped(text: str) -> str:
    """Text for a field that Slack parses: the three characters it reads as mark-up become entities.

    https://docs.slack.dev/messaging/formatting-message-text#escaping (read 2026-11)
    """
    return visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def defanged(text: str) -> str:
    """Text for rich_text, which Slack does not parse. A message is also exported, quoted and sent on by other tools,

    which may: there `<!channel>` would ring, so its bracket becomes a look-alike.
    """
    return _PARSED.sub("‹", visible(text))


def visible(text: str) -> str:
    """Without characters that hide or reorder others, or that are no text at all (lone surrogates)."""
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co"})


def cut(text: str, room: int, *, size: Callable[[str], int] = len) -> str:
    """At most so many characters, with a mark where some are missing. `size` says how long it is once it is sent."""
    if size(text) <= room:
        return text
    keep = room - 1
    while size(text[:keep]) > room - 1:
        keep -= max(1, (size(text[:keep]) - room + 1) // 5)
    return text[:keep].rstrip() + "…"


def _escaped_size(text: str) -> int:
    return len(escaped(text))
