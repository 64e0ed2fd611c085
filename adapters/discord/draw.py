"""Card -> embeds and components, inside every limit of Discord.

The body of a card is the description of one embed, or of two: headings in bold, quotations as block quotes, in the
card's own order. (Fields would cap every section at 1024 characters and put what has no heading first.) What does not
fit is cut with a visible marker that says how much is missing, and the whole text goes along as a file.

All words are taken for somebody else's: they are escaped, so that they can neither format, nor link, nor name anybody,
and lose the characters that hide or reorder text. Only times that the cards write themselves ("2026-11-23 12:00 UTC")
become Discord's own, which each reader sees in local time; what is quoted stays as its author wrote it.

The footer ends with the delivery's key. People give it to /why; and after Discord has forgotten the nonce, it is how a
message that may have been sent is recognised (`ref_of`).
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import discord

from bot.model import Attachment, Button, Card, Link, Section, Severity

# https://discord.com/developers/docs/resources/message#embed-object-embed-limits (read 2026-11). Discord counts
# characters; we count UTF-16 units, which are never fewer.
TITLE = 256
DESCRIPTION = 4096
FOOTER = 2048
EMBEDS = 10
ALL_EMBEDS = 6000
# https://discord.com/developers/docs/resources/message#create-message (read 2026-11)
CONTENT = 2000
# https://discord.com/developers/docs/components/reference#button (read 2026-11)
CUSTOM_ID = 100
LABEL = 80
BUTTON_URL = 512
# Five rows of five: https://discord.com/developers/docs/components/reference#action-row (read 2026-11)
BUTTONS = 25
# https://discord.com/developers/docs/resources/channel#start-thread-from-message (read 2026-11)
THREAD_NAME = 100

#: What a notification shows at a glance; the embed has the rest.
NOTIFICATION = 300
#: Of the 25 buttons at most so many are links; commands go first.
LINKS = 5
#: Bytes of the file that carries what was cut; Discord takes 10 MiB
#: (https://discord.com/developers/docs/reference#uploading-files, read 2026-11).
FILE = 8_000_000
FILE_NAME = "tocsin.txt"
#: Files of one message, and characters of the words that stand for a picture
#: (https://discord.com/developers/docs/resources/message#attachment-object, read 2026-11).
FILES = 10
ALT = 1024

COLOUR = {Severity.HIGH: 0xC4291C, Severity.MEDIUM: 0xD98E04, Severity.LOW: 0x3B6FB6}

PREFIX = "tocsin:"
#: The id of the button that shows a private answer to everybody.
SHARE = "tocsin-share"

#: A time as the cards write it, or a stretch in quotation marks, in which nothing is ours.
_STAMP = re.compile(r"[“«][^”»]*(?:[”»]|$)|\b(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d) UTC")
#: Stands for a time until the text around it is escaped. No text has these characters: `_visible` removes them.
_HELD = re.compile("\ue000(\\d+)\ue001")
#: Where a line begins, these make headings, lists, quotes and small print.
_LINE_START = re.compile(r"(#|-|\+|>|\d+[.)])")
_INLINE = frozenset("\\*_~|`[]<>")
_EVERYBODY = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_REF = re.compile(r"(?:^|· |\n)ref (\w{1,25})$")


@dataclass(frozen=True, slots=True)
class Embed:
    title: str
    description: str
    colour: int
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """A button: either it opens an address, or a press of it is the command that its id spells out."""

    label: str
    custom_id: str = ""
    url: str = ""
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is sent. `file` is the whole card as plain text when the embeds had to leave something out."""

    content: str
    embeds: tuple[Embed, ...]
    presses: tuple[Press, ...] = ()
    file: bytes = b""
    silent: bool = False

    def without_file(self) -> Drawn:
        """For a channel in which we may not attach files."""
        return replace(self, file=b"")


def draw(card: Card, *, ref: str = "", share: str = "", more: tuple[str, str] = ("", "")) -> Drawn:
    """The card as Discord shows it. `ref` is the delivery's key, for messages that may have to be found again;

    `share` the label of a button under an answer that only one person sees; `more` label and id of one that goes on
    asking. A title that has to be cut stands whole before the sections.
    """
    presses, spelled = _presses(card, share, more)
    title = cut(card.title, TITLE)
    if not title.strip() and not any(one.heading.strip() or one.text.strip() for one in card.sections):
        title = "…"  # Discord takes no embed without a word
    foot = footer(card.footer, f"ref {ref}" if ref else "")
    room = ALL_EMBEDS - size(title) - size(foot)
    if sum(map(size, _pieces(card.title))) > TITLE:
        card = replace(card, sections=(Section("", card.title), *card.sections))
    pages, whole = paginate(list(_body(card, spelled)), room)
    embeds = [Embed(title if number == 0 else "", page, COLOUR[card.severity]) for number, page in enumerate(pages)]
    embeds[-1] = replace(embeds[-1], footer=foot)
    return Drawn(
        content=cut(card.summary, NOTIFICATION),
        embeds=tuple(embeds),
        presses=presses,
        file=b"" if whole else as_text(card).encode()[:FILE],
        silent=card.severity is Severity.LOW,
    )


def in_words(card: Card, *, ref: str = "") -> Drawn:
    """The same facts without an embed or a button, for a Discord that refuses how they are drawn.

    What a message cannot hold goes along as a file; the key ends it, as it ends a footer.
    """
    last = f"\nref {ref[:TITLE]}" if ref else ""
    links = (piece for link in card.links for piece in ("\n", *_pieces(f"{link.text}: "), _address(link)))
    body = ("\n", *_body(replace(card, links=()), ())) if card.sections else ()
    foot = ("\n", *_pieces(card.footer)) if card.footer else ()
    [content], whole = paginate([*_pieces(card.title), *links, *body, *foot], CONTENT - size(last), pages=1)
    file = b"" if whole else as_text(card).encode()[:FILE]
    return Drawn(content=(content + last).strip() or "…", embeds=(), file=file, silent=card.severity is Severity.LOW)


def _address(link: Link) -> str:
    """A link's address, without a preview; shown as letters where it is none of the web."""
    return f"<{link.url}>" if _is_web(link.url) else escape(link.url)


def thread_name(card: Card) -> str:
    """What the thread or forum post of a card is called; names are not formatted, so nothing is escaped."""
    return plain(card.title if _visible(card.title).strip() else "Tocsin", THREAD_NAME)


def ref_of(footer: str) -> str:
    """The delivery's key in the footer of a message of ours, or at the end of one in plain words; or nothing."""
    found = _REF.search(footer)
    return found[1] if found else ""


def key_of(content: str, footers: Iterable[str]) -> str:
    """The delivery's key of a message of ours, from wherever it stands; or nothing."""
    return next((key for text in (*footers, content) if (key := ref_of(text))), "")


def size(text: str) -> int:
    """Characters as the strictest counter has them: UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


# ── Words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def escape(text: str, *, times: bool = False) -> str:
    """The text so that it shows as it is: no formatting, no links, no mentions, nothing invisible.

    With `times`, those that we wrote are shown as the reader's own.
    """
    return "".join(_pieces(text, times=times))


def cut(text: str, room: int) -> str:
    """The text escaped, in at most that many characters; what is left out is counted in a visible marker."""
    [page], _ = paginate(list(_pieces(text)), room, pages=1)
    return page


def paginate(pieces: Sequence[str], room: int, *, pages: int = EMBEDS) -> tuple[list[str], bool]:
    """Pieces that may not be broken, joined into descriptions with at most `room` characters in all.

    Says also whether everything is there.
    """
    whole = sum(map(size, pieces)) <= (room if pages > 1 else min(room, DESCRIPTION))
    if not whole:
        pieces = _shortened(pieces, room if pages > 1 else min(room, DESCRIPTION))
    shown: list[str] = []
    rest = list(pieces)
    while rest:
        fits = _how_many(rest, DESCRIPTION)
        if fits < len(rest):
            fits = _at_line_end(rest, fits)
        shown.append("".join(rest[:fits]))
        rest = rest[fits:]
    return shown or [""], whole


def _shortened(pieces: Sequence[str], room: int) -> list[str]:
    """As many as fit together with a marker that counts the rest."""
    longest = size(_marker(sum(map(len, pieces))))
    fits = _how_many(pieces, room - longest)
    return [*pieces[:fits], _marker(sum(map(len, pieces[fits:])))]


def _marker(missing: int) -> str:
    return f" … (+{missing:,})"


def _how_many(pieces: Iterable[str], room: int) -> int:
    count = 0
    for piece in pieces:
        room -= size(piece)
        if room < 0:
            break
        count += 1
    return count


def _at_line_end(pieces: Sequence[str], fits: int) -> int:
    """A little earlier where that is the end of a line: a page that ends inside a word reads badly."""
    for back in range(fits, max(fits - 1000, 1), -1):
        if pieces[back - 1].endswith("\n"):
            return back
    return max(fits, 1)


def _pieces(text: str, *, times: bool = False) -> Iterator[str]:
    """The text, escaped, in pieces that must stay whole."""
    text = _EVERYBODY.sub("＠", _visible(text))  # a full-width at sign: reads the same, rings nobody
    text = _STAMP.sub(_held, text) if times else text
    for number, line in enumerate(text.split("\n")):
        if number:
            yield "\n"
        yield from _line(line)


def _line(line: str) -> Iterator[str]:
    start = _LINE_START.match(line.lstrip())
    if start:
        indent = len(line) - len(line.lstrip())
        yield from line[:indent]
        yield f"{start[1][:-1]}\\{start[1][-1]}"  # "1\." or "\#"
        line = line[indent + start.end() :]
    at = 0
    for stamp in _HELD.finditer(line):
        yield from map(_escaped, _links(line[at : stamp.start()]))
        # https://discord.com/developers/docs/reference#message-formatting-timestamp-styles (read 2026-11)
        yield f"<t:{stamp[1]}:f>"
        at = stamp.end()
    yield from map(_escaped, _links(line[at:]))


def _links(text: str) -> Iterator[str]:
    """Character by character, "://" kept together."""
    before, *rest = text.split("://")
    yield from before
    for part in rest:
        yield "://"
        yield from part


def _escaped(piece: str) -> str:
    if piece == "://":
        return "\\://"  # shown as it is, and no longer an address that Discord makes a link of
    return f"\\{piece}" if piece in _INLINE else piece


def _held(stamp: re.Match[str]) -> str:
    if stamp[1] is None:
        return stamp[0]  # quoted
    try:
        moment = datetime(*map(int, stamp.groups()), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return stamp[0]
    return f"\ue000{int(moment.timestamp())}\ue001"


def _visible(text: str) -> str:
    """Without controls, bidi overrides, zero-width characters, lone surrogates and private use."""
    return "".join(
        character for character in text if character == "\n" or unicodedata.category(character) not in _INVISIBLE
    )


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def _head(text: str, room: int) -> str:
    return "".join(text[: _how_many(text, room)])


def footer(words: str, last: str) -> str:
    """A footer that ends with `last`. Footers are not formatted, so nothing in them is escaped."""
    words, last = (" ".join(_EVERYBODY.sub("＠", _visible(text)).split()) for text in (words, last[:TITLE]))
    room = FOOTER - size(last) - 3
    words = words if size(words) <= room else _head(words, room - 1) + "…"
    return " · ".join(part for part in (words, last) if part)


# ── The body ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _body(card: Card, spelled: Sequence[str]) -> Iterator[str]:
    """The description in pieces: sections, then addresses and commands that no button can hold."""
    for number, section in enumerate(card.sections):
        if number:
            yield "\n"
        yield from _section(section)
    for link in _unpressable(card.links):
        yield "\n"
        yield from _pieces(f"{link.text}: ")
        yield _address(link)
    for line in spelled:
        yield "\n"
        yield from _pieces(line)


def _section(section: Section) -> Iterator[str]:
    if section.heading:
        yield f"**{cut(section.heading.replace(chr(10), ' '), TITLE)}**\n"
    if not section.quote:
        yield from _pieces(section.text, times=True)
        return
    for number, line in enumerate(section.text.split("\n")):
        yield "\n> " if number else "> "
        yield from _pieces(line)


def as_text(card: Card) -> str:
    """The whole card as plain text, for the file that goes along when it was cut."""
    lines = [card.title, ""]
    for section in card.sections:
        text = "\n".join(f"> {line}" for line in section.text.split("\n")) if section.quote else section.text
        lines += [section.heading, text, ""] if section.heading else [text, ""]
    lines += [f"{link.text}: {link.url}" for link in card.links]
    lines += [card.footer] if card.footer else []
    return "\n".join(_visible(line) for line in lines) + "\n"


# ── Buttons ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _presses(card: Card, share: str, more: tuple[str, str]) -> tuple[tuple[Press, ...], list[str]]:
    """The buttons, and in words those commands whose arguments no button can carry."""
    presses: list[Press] = []
    spelled: list[str] = []
    taken: set[str] = set()
    for button in card.buttons:
        custom_id = pack(button)
        if size(custom_id) > CUSTOM_ID or custom_id in taken or len(presses) >= BUTTONS - LINKS - 2:
            if custom_id not in taken:
                spelled.append(f"{button.text}: {typed(button)}")
            continue
        taken.add(custom_id)
        presses.append(Press(_label(button.text), custom_id=custom_id, danger=button.danger))
    label, id = more
    presses = [Press(_label(label), custom_id=id), *presses] if id else presses
    presses += [Press(_label(share), custom_id=SHARE)] if share else []
    presses += [Press(_label(link.text), url=link.url) for link in card.links[:LINKS] if _fits_button(link)]
    return tuple(presses), spelled


def _unpressable(links: Sequence[Link]) -> list[Link]:
    return [link for number, link in enumerate(links) if number >= LINKS or not _fits_button(link)]


def _fits_button(link: Link) -> bool:
    return size(link.url) <= BUTTON_URL and _is_web(link.url)


def _is_web(url: str) -> bool:
    """An address that Discord takes: http or https, a host with a dot, and nothing that would end it early."""
    if re.search(r"[\s<>\"\\^`{|}\x00-\x20\x7f]", url) or _visible(url) != url:
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and ("." in host.strip(".") or ":" in host)


def _label(text: str) -> str:
    return plain(text, LABEL)


def plain(text: str, room: int) -> str:
    """For places where Discord formats nothing: labels, titles of modals, names of threads."""
    words = " ".join(_visible(text).split()) or "…"
    return words if size(words) <= room else _head(words, room - 1) + "…"


def pack(button: Button) -> str:
    """The button's command as its id: "tocsin:watch remove|names=Xiaomi". It says all that a press needs,

    so that buttons on old messages go on working after a restart and in later versions.
    """
    return PREFIX + spell(button.command, button.arguments)


def unpack(custom_id: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What `pack` wrote: the command and its arguments."""
    return unspell(custom_id.removeprefix(PREFIX))


def spell(command: str, arguments: Iterable[tuple[str, str]]) -> str:
    """A command in one short line that an id can hold. Ids of this form are on messages everywhere: it may be added

    to, and never changed.
    """
    parts = [command, *(f"{name}={value}" for name, value in arguments)]
    return "|".join(quote(part, safe=_PLAIN, errors="replace") if _must_quote(part) else part for part in parts)


def unspell(line: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What `spell` wrote."""
    command, *rest = [_unquoted(part) for part in line.split("|")]
    pairs = [part.partition("=") for part in rest]
    return command, tuple((name, value) for name, _, value in pairs)


_PLAIN = " =:/,.;!?()@&'+-_~#*"


def _must_quote(part: str) -> bool:
    return "|" in part or "%" in part or _visible(part) != part or "\n" in part


def _unquoted(part: str) -> str:
    return unquote(part, errors="replace") if "%" in part else part


def typed(button: Button) -> str:
    """The command as a person would type it."""
    return " ".join([f"/{button.command}", *(f"{name}: {value}" for name, value in button.arguments)])


# ── Drawn -> discord.py ───────────────────────────────────────────────────────────────────────────────────────────


def parts_of(drawn: Drawn, more: Sequence[Attachment] = ()) -> dict[str, Any]:
    """What a new message is made of, but for its content; with files that go along."""
    parts: dict[str, Any] = {"embeds": embeds_of(drawn), "allowed_mentions": discord.AllowedMentions.none()}
    if view := view_of(drawn):
        parts["view"] = view
    if files := files_of(drawn, more):
        parts["files"] = files
    return parts


def embeds_of(drawn: Drawn) -> list[discord.Embed]:
    embeds = []
    for one in drawn.embeds:
        embed = discord.Embed(title=one.title or None, description=one.description or None, colour=one.colour)
        if one.footer:
            embed.set_footer(text=one.footer)
        embeds.append(embed)
    return embeds


def view_of(drawn: Drawn) -> discord.ui.View | None:
    """The buttons. The view is stopped at once: presses are known by their ids, and nothing is kept for the message."""
    if not drawn.presses:
        return None
    view = discord.ui.View(timeout=None)
    for press in drawn.presses:
        if press.url:
            view.add_item(discord.ui.Button(label=press.label, url=press.url))
        else:
            style = discord.ButtonStyle.danger if press.danger else discord.ButtonStyle.secondary
            view.add_item(discord.ui.Button(label=press.label, custom_id=press.custom_id, style=style))
    view.stop()
    return view


def files_of(drawn: Drawn, more: Sequence[Attachment] = ()) -> list[discord.File]:
    """What was cut, and files that go along. Made anew for each attempt: a file is read once."""
    files = [discord.File(io.BytesIO(drawn.file), filename=FILE_NAME)] if drawn.file else []
    return files + [
        discord.File(io.BytesIO(one.body), filename=plain(one.name, LABEL), description=_alt(one))
        for one in more[: FILES - len(files)]
    ]


def _alt(file: Attachment) -> str | None:
    return plain(file.alt, ALT) if file.alt else None
