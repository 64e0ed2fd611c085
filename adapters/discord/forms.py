"""Form -> modal, and what somebody put into its boxes -> arguments and files.

Nothing is kept for an open modal: its id spells the command out, and the id of each box says its kind and the argument
it becomes. So what is sent after a restart, or reaches another process, is understood all the same.

A modal holds five boxes. A form with more is asked in parts, one modal each. What is sent of one part is the whole form
all the same, with what was sent of the parts before it and what is set now for the rest, and the answer to it has a
button that opens the next part. Only for this, and for a command too long for an id, is a form kept in memory.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import discord

from adapters.discord import draw
from bot.commands import commands
from bot.commands.several import several
from bot.model import Field, FieldKind, Form

# https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-modal,
# /components/reference#label, #text-input, #string-select, #file-upload (read 2026-11)
TITLE = 45
LABEL = 45
DESCRIPTION = 100
TEXT = 4000
PLACEHOLDER = 100
BOXES = 5
OPTIONS = 25
OPTION = 100
FILES = 10

#: Bytes of one file that somebody sends along. 10,000 names are less than one million.
FILE_CAP = 5_000_000

PREFIX = "tocsin-form:"
MORE = "tocsin-more:"

#: Kinds of components: https://discord.com/developers/docs/components/reference#component-object-component-types
#: (read 2026-11)
_SELECT, _TEXT, _FILES = 3, 4, 19

Arguments = tuple[tuple[str, str | tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody sent along, before it is fetched."""

    name: str
    size: int
    url: str
    type: str

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Upload:
        """From Discord's own description of an attachment. What it does not call by its type is guessed by its name."""
        name = str(raw.get("filename") or "file")
        said = str(raw.get("content_type") or "").partition(";")[0].strip()
        guessed = said or mimetypes.guess_type(name)[0] or "application/octet-stream"
        return cls(name=name, size=int(raw.get("size") or 0), url=str(raw.get("url") or ""), type=guessed)


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back from a modal."""

    call: str  #: the command, spelled out as in `draw.spell`, or "#" and the name under which its form is kept
    answers: Arguments
    uploads: tuple[Upload, ...]
    following: int  #: the part of the form to ask next; 0 when this was the last


def modal(form: Form, *, part: int = 0, call: str = "") -> discord.ui.Modal:
    """One part of a form as a modal. `call` is the name under which the form is kept, where it has to be."""
    fields = form.fields[part * BOXES : (part + 1) * BOXES]
    following = part + 1 if len(form.fields) > (part + 1) * BOXES else 0
    title = form.title if len(form.fields) <= BOXES else f"{form.title} ({part + 1}/{parts(form)})"
    made = discord.ui.Modal(
        title=draw.plain(title, TITLE), custom_id=f"{PREFIX}{following}:{call or spelled(form)}", timeout=None
    )
    for field in fields:
        made.add_item(_box(field))
    made.stop()  # nothing waits for it: its id is known again
    return made


def parts(form: Form) -> int:
    """In how many modals a form is asked."""
    return max(1, -(-len(form.fields) // BOXES))


def spelled(form: Form) -> str:
    """The command that a form becomes, without its answers."""
    return draw.spell(form.command, form.arguments)


def must_be_kept(form: Form) -> bool:
    """Whether it comes in parts, or its command's spelling does not fit into an id."""
    return parts(form) > 1 or draw.size(f"{PREFIX}0:{spelled(form)}") > draw.CUSTOM_ID


def with_answers(form: Form, answers: Arguments) -> Form:
    """The form as it is set after some of it was answered."""
    known = dict(answers)
    return replace(
        form,
        fields=tuple(replace(one, value=_many(known[one.name])) if one.name in known else one for one in form.fields),
    )


def _many(answer: str | tuple[str, ...]) -> tuple[str, ...]:
    return ((answer,) if answer else ()) if isinstance(answer, str) else answer


def whole(form: Form, answers: Arguments) -> Arguments:
    """What goes along unasked, what was answered, and for what was not asked in this part what is set now."""
    known = dict(answers)
    rest = [
        (one.name, _set_now(form.command, one))
        for one in form.fields
        if one.name not in known and one.kind is not FieldKind.FILE
    ]
    return (*form.arguments, *answers, *rest)


def _set_now(command: str, field: Field) -> str | tuple[str, ...]:
    if field.kind is FieldKind.CHOICES or takes_many(command, field.name):
        return field.value
    return "".join(field.value[:1]) if field.kind is FieldKind.CHOICE else _typed(field)


def _typed(field: Field) -> str:
    """Its values as somebody would type them into one box."""
    return ("\n" if field.kind is FieldKind.LONG_TEXT else ", ").join(field.value)


def _box(field: Field) -> discord.ui.Label[Any]:
    return discord.ui.Label(
        text=draw.plain(field.text, LABEL),
        description=draw.plain(_hint(field), DESCRIPTION) if _hint(field) else None,
        component=_component(field),
    )


def _hint(field: Field) -> str:
    """What stands under the question: its hint, and where the answers are too many to be shown, which there are."""
    if field.kind in {FieldKind.CHOICE, FieldKind.CHOICES} and not _selectable(field):
        return f"{field.hint} {', '.join(one.value for one in field.options)}".strip()
    return field.hint


def _component(field: Field) -> discord.ui.Item[Any]:
    id = f"{field.kind}:{field.name}"
    if field.kind is FieldKind.FILE:
        least = 1 if field.required else 0
        return discord.ui.FileUpload(custom_id=id, required=field.required, min_values=least, max_values=1)
    if _selectable(field):
        return _select(field, id)
    long = field.kind is FieldKind.LONG_TEXT
    return discord.ui.TextInput(
        custom_id=id,
        style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
        required=field.required,
        max_length=TEXT,
        default=_head(_typed(field)) or None,
        placeholder="2026-12-31" if field.kind is FieldKind.DATE else None,
    )


def _selectable(field: Field) -> bool:
    """Whether its answers can be shown to choose from."""
    asks = field.kind in {FieldKind.CHOICE, FieldKind.CHOICES}
    short = all(0 < draw.size(one.value) <= OPTION for one in field.options)
    return asks and short and 0 < len(field.options) <= OPTIONS


def _select(field: Field, id: str) -> discord.ui.Select[Any]:
    known = {one.value: one for one in field.options}
    set_now = [value for value in field.value if value in known]
    set_now = set_now if field.kind is FieldKind.CHOICES else set_now[:1]
    options = [
        discord.SelectOption(label=draw.plain(one.text, OPTION), value=value, default=value in set_now)
        for value, one in known.items()
    ]
    many = len(options) if field.kind is FieldKind.CHOICES else 1
    return discord.ui.Select(
        custom_id=id,
        options=options,
        required=field.required,
        min_values=1 if field.required else 0,
        max_values=many,
    )


def _head(text: str) -> str:
    while draw.size(text) > TEXT:
        text = text[: TEXT - (draw.size(text) - len(text)) - 1]
    return text


# ── What came back ────────────────────────────────────────────────────────────────────────────────────────────────


def is_ours(data: Mapping[str, Any]) -> bool:
    """Whether a modal that was sent is one of these."""
    return str(data.get("custom_id") or "").startswith(PREFIX)


def call_of(data: Mapping[str, Any]) -> str:
    """What the modal's id stands for, see `Sent.call`."""
    return str(data["custom_id"]).removeprefix(PREFIX).partition(":")[2]


def sent(data: Mapping[str, Any], command: str) -> Sent:
    """What somebody put into a modal that this command opened."""
    following, _, call = str(data["custom_id"]).removeprefix(PREFIX).partition(":")
    known = (data.get("resolved") or {}).get("attachments") or {}
    arguments: list[tuple[str, str | tuple[str, ...]]] = []
    uploads: list[Upload] = []
    for box in _boxes(data.get("components") or ()):
        kind, _, name = str(box.get("custom_id") or "").partition(":")
        if box.get("type") == _FILES:
            files = [Upload.of(known[id]) for id in box.get("values") or () if id in known]
            uploads += files
            arguments.append((name, ", ".join(one.name for one in files)))
        else:
            arguments.append((name, _answer(kind, box, command, name)))
    return Sent(call, tuple(arguments), tuple(uploads[:FILES]), int(following) if following.isdecimal() else 0)


def _boxes(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The boxes themselves, whatever they stand in: a label, or an action row."""
    for one in components:
        inner = one.get("components") or ([one["component"]] if one.get("component") else [])
        if inner:
            yield from _boxes(inner)
        elif one.get("custom_id"):
            yield one


def _answer(kind: str, box: Mapping[str, Any], command: str, name: str) -> str | tuple[str, ...]:
    """Several values where several were asked for; a typed text is taken apart where its argument takes many."""
    if box.get("type") == _SELECT:
        values = tuple(map(str, box.get("values") or ()))
        return values if kind == FieldKind.CHOICES else "".join(values[:1])
    text = str(box.get("value") or "").strip()
    return several(text) if kind == FieldKind.CHOICES or takes_many(command, name) else text


def takes_many(command: str, argument: str) -> bool:
    """Whether an argument of a command is a list."""
    found = commands().get(command)
    return found is not None and any(one.many for one in found.arguments if one.name == argument)
