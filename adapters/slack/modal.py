"""A form as Slack's box (modal), and what was filled in as a command's arguments. Pure.

What a box has to remember until it is sent travels in its `private_metadata`: the command, what goes along unasked, the
place, and the address under which the answer is given. So a box may be answered by another process than opened it.
https://docs.slack.dev/surfaces/modals and https://docs.slack.dev/reference/views/modal-views (read 2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.slack.draw import Block, body_of, cut, plain
from adapters.slack.words import say
from bot.model import Card, Field, FieldKind, Form, Option

View = dict[str, Any]

# https://docs.slack.dev/reference/views/modal-views (read 2026-11)
TITLE = 24
METADATA = 3000
VIEW_BLOCKS = 100
# https://docs.slack.dev/reference/block-kit/block-elements (read 2026-11)
OPTIONS = 100  #: in one select
OPTION_TEXT = 75
OPTION_VALUE = 150
INPUT = 3000  #: characters in one text field
PLACEHOLDER = 150
LABEL = 2000
#: Files that a field takes: tables and plain lists of names.
FILES = ("csv", "tsv", "txt", "xlsx", "xls", "ods")
MOST_FILES = 1  #: a command reads one

FORM = "tocsin.form"
ANSWER = "tocsin.answer"
FIELD = "tocsin.field"
#: An external select; the rest of its action_id says which command's argument it fills.
PICK = "tocsin.pick"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a box is for: kept in it while it is open."""

    command: str
    channel: str  #: where it was asked; empty for the app's own page
    arguments: tuple[tuple[str, str], ...] = ()
    response_url: str = ""
    form: str = ""  #: under which the form's options are at hand

    def kept(self) -> str:
        """As `private_metadata`."""
        data = {"c": self.command, "p": self.channel, "a": dict(self.arguments), "u": self.response_url, "f": self.form}
        return json.dumps({name: value for name, value in data.items() if value}, ensure_ascii=False)

    @classmethod
    def read(cls, kept: str) -> Errand:
        """Raises ValueError for what is not ours."""
        data = json.loads(kept or "{}")
        if not isinstance(data, dict) or not data.get("c"):
            raise ValueError("a box without its errand")
        return cls(
            command=str(data["c"]),
            channel=str(data.get("p", "")),
            arguments=tuple((str(name), str(value)) for name, value in dict(data.get("a", {})).items()),
            response_url=str(data.get("u", "")),
            form=str(data.get("f", "")),
        )


def opened(form: Form, errand: Errand, language: str) -> View:
    """The box. Raises ValueError when what it has to remember does not fit."""
    kept = errand.kept()
    if len(kept) > METADATA:
        raise ValueError(f"{form.command}: {len(kept)} characters to remember, {METADATA} at most")
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain(form.title, TITLE),
        "submit": plain(say(language, "send"), TITLE),
        "close": plain(say(language, "cancel"), TITLE),
        "private_metadata": kept,
        "blocks": [_input(form.command, field) for field in form.fields][:VIEW_BLOCKS],
    }


def waiting(language: str) -> View:
    """A box to look at while the answer is made."""
    return answered(Card(summary="", title=say(language, "moment")), language)


def answered(card: Card, language: str) -> View:
    """A box that says something and asks nothing."""
    blocks = body_of(card, language)[:VIEW_BLOCKS]
    title, close = plain(say(language, "name"), TITLE), plain(say(language, "close"), TITLE)
    return {"type": "modal", "callback_id": ANSWER, "title": title, "close": close, "blocks": blocks}


def _input(command: str, field: Field) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field.name,
        "label": plain(field.text, LABEL),
        "element": _element(command, field),
        "optional": not field.required,
    }
    return block | ({"hint": plain(field.hint, LABEL)} if field.hint else {})


def _element(command: str, field: Field) -> Block:
    match field.kind:
        case FieldKind.TEXT | FieldKind.LONG_TEXT:
            long = field.kind is FieldKind.LONG_TEXT
            joined = ("\n" if long else ", ").join(field.value)
            set_now = {"initial_value": cut(joined, INPUT)} if joined else {}
            return {"type": "plain_text_input", "action_id": FIELD, "multiline": long, "max_length": INPUT, **set_now}
        case FieldKind.DATE:
            day = {"initial_date": field.value[0]} if any(field.value) else {}
            return {"type": "datepicker", "action_id": FIELD, **day}
        case FieldKind.FILE:
            return {"type": "file_input", "action_id": FIELD, "filetypes": list(FILES), "max_files": MOST_FILES}
        case FieldKind.CHOICE | FieldKind.CHOICES:
            return _select(command, field)


def _select(command: str, field: Field) -> Block:
    """A select: its options in it, or asked for while somebody types where there are too many or none."""
    many = "multi_" if field.kind is FieldKind.CHOICES else ""
    known = {one.value: one for one in field.options}
    chosen = options(known.get(value, Option(value, value)) for value in field.value if value)
    set_now = {} if not chosen else {"initial_options": chosen} if many else {"initial_option": chosen[0]}
    own = options(field.options)
    if own and len(field.options) <= OPTIONS:
        fitting = [one for one in chosen if one in own]
        if not fitting:
            set_now = {}
        elif many:
            set_now = {"initial_options": fitting}
        return {"type": f"{many}static_select", "action_id": FIELD, "options": own, **set_now}
    return {"type": f"{many}external_select", "action_id": picks(command, field.name), "min_query_length": 0, **set_now}


def picks(command: str, argument: str) -> str:
    """The action_id of an external select that fills this argument."""
    return f"{PICK}:{command}:{argument}"


def picked(action_id: str) -> tuple[str, str]:
    """The command and the argument of an external select. Raises ValueError for what we did not draw."""
    _, command, argument = action_id.split(":", 2)
    return command, argument


def options(found: Iterable[Option]) -> list[Block]:
    """Options as Slack takes them, each value once. One whose value does not fit is left out, never cut."""
    fitting = {one.value: one for one in found if 0 < len(one.value) <= OPTION_VALUE}
    return [{"text": plain(one.text or value, OPTION_TEXT), "value": value} for value, one in fitting.items()]


def suggested(found: Sequence[Option], typed: str) -> list[Block]:
    """Of many options those that hold what was typed, as many as Slack shows."""
    start = typed.strip().casefold()
    return options(one for one in found if start in one.text.casefold())[:OPTIONS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What somebody sent."""

    errand: Errand
    arguments: tuple[tuple[str, str | tuple[str, ...]], ...]
    files: tuple[tuple[str, str], ...]  #: field and the file's id
    fields: tuple[str, ...]  #: in their order, so that a refusal can be shown at one


def filled(view: Mapping[str, Any]) -> Filled:
    """What was filled in. A field left empty is there, empty: it was asked. Raises ValueError for what is not ours."""
    errand = Errand.read(str(view.get("private_metadata") or ""))
    values: dict[str, str | tuple[str, ...]] = dict(errand.arguments)
    files: list[tuple[str, str]] = []
    state = (view.get("state") or {}).get("values") or {}
    for name, actions in state.items():
        for element in actions.values():
            if element.get("type") == "file_input":
                files += [(name, str(one["id"])) for one in element.get("files") or ()]
            else:
                values[name] = _value(element)
    order = [str(block["block_id"]) for block in view.get("blocks") or () if block.get("type") == "input"]
    return Filled(
        errand=errand, arguments=tuple(values.items()), files=tuple(files), fields=tuple(order or list(state))
    )


def _value(element: Mapping[str, Any]) -> str | tuple[str, ...]:
    match str(element.get("type")):
        case "plain_text_input":
            return str(element.get("value") or "")
        case "datepicker":
            return str(element.get("selected_date") or "")
        case kind if kind.startswith("multi_"):
            return tuple(str(one["value"]) for one in element.get("selected_options") or ())
        case _:
            return str((element.get("selected_option") or {}).get("value") or "")
