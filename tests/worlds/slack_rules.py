"""What Slack refuses: blocks of unknown types, missing and unknown fields, texts that are too long or empty.

After https://docs.slack.dev/reference/block-kit/ and https://docs.slack.dev/reference/methods/chat.postMessage (read
2026-11). Each complaint names the place by a JSON pointer, as Slack's own do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

Block = dict[str, Any]
Complaints = Iterator[str]

MESSAGE_BLOCKS = 50
#: https://docs.slack.dev/reference/views (read 2026-11)
VIEW_BLOCKS = 100
TITLE = 24
METADATA = 3000
#: Of all blocks as JSON, where `msg_blocks_too_long` was met.
TOTAL = 13_200


def complaints(payload: Block) -> list[str]:
    """Everything that is wrong with a message."""
    found = list(_blocks(payload.get("blocks") or [], "/blocks"))
    for number, attachment in enumerate(payload.get("attachments") or []):
        where = f"/attachments/{number}"
        if not isinstance(attachment, dict):
            found.append(f"must be an object [json-pointer:{where}]")
            continue
        if not re.fullmatch(r"#[0-9A-Fa-f]{6}|good|warning|danger|", attachment.get("color", "")):
            found.append(f"is no colour [json-pointer:{where}/color]")
        found += _blocks(attachment.get("blocks") or [], f"{where}/blocks")
    return found


def view_complaints(view: Any) -> list[str]:
    """Everything that is wrong with a box or an app's own page."""
    if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
        return ["must be a modal or a home view [json-pointer:/view/type]"]
    return list(_view(view))


def _view(view: Block) -> Complaints:
    modal = view["type"] == "modal"
    allowed = {"blocks", "private_metadata", "callback_id", "external_id"}
    frame = {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
    yield from _fields(
        view, "/view", {"blocks", "title"} if modal else {"blocks"}, allowed | (frame if modal else set())
    )
    for name in ("title", "submit", "close"):
        if name in view:
            yield from _text(view[name], TITLE, f"/view/{name}", plain=True)
    for name, most in {"private_metadata": METADATA, "callback_id": 255}.items():
        if name in view:
            yield from _long(view[name], most, f"/view/{name}", least=0)
    blocks = view.get("blocks") or []
    yield from _blocks(blocks, "/view/blocks", most=VIEW_BLOCKS, view=True)
    if any(one.get("type") == "input" for one in blocks) and "submit" not in view and modal:
        yield "missing required field: submit [json-pointer:/view]"


def too_long(payload: Block) -> bool:
    return len(json.dumps(payload.get("blocks") or [], ensure_ascii=False)) > TOTAL


def _blocks(blocks: Any, where: str, *, most: int = MESSAGE_BLOCKS, view: bool = False) -> Complaints:
    if not isinstance(blocks, list):
        yield f"must be an array [json-pointer:{where}]"
        return
    if len(blocks) > most:
        yield f"no more than {most} items allowed [json-pointer:{where}]"
    ids = [block.get("block_id") for block in blocks if isinstance(block, dict) and block.get("block_id")]
    if len(ids) != len(set(ids)):
        yield f"block_id must be unique [json-pointer:{where}]"
    for number, block in enumerate(blocks):
        yield from _block(block, f"{where}/{number}")
        if isinstance(block, dict) and block.get("type") == "input" and not view:
            yield f"unsupported type: input [json-pointer:{where}/{number}/type]"


def _block(block: Any, where: str) -> Complaints:
    kind = block.get("type") if isinstance(block, dict) else None
    rule = BLOCKS.get(str(kind))
    if rule is None:
        yield f"unsupported type: {kind} [json-pointer:{where}/type]"
        return
    if len(block.get("block_id") or "") > 255:
        yield f"must be less than 256 characters [json-pointer:{where}/block_id]"
    yield from rule(block, where)


def _fields(block: Block, where: str, needed: set[str], allowed: set[str] = frozenset()) -> Complaints:  # type: ignore[assignment]
    for name in sorted(needed - block.keys()):
        yield f"missing required field: {name} [json-pointer:{where}]"
    for name in sorted(block.keys() - needed - allowed - {"type", "block_id"}):
        yield f"invalid additional property: {name} [json-pointer:{where}]"


def _long(text: Any, most: int, where: str, least: int = 1) -> Complaints:
    if not isinstance(text, str):
        yield f"must be a string [json-pointer:{where}]"
    elif len(text) < least:
        yield f"must be more than {least - 1} characters [json-pointer:{where}]"
    elif len(text) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{where}]"


def _text(text: Any, most: int, where: str, *, plain: bool = False) -> Complaints:
    if not isinstance(text, dict) or text.get("type") not in ({"plain_text"} if plain else {"plain_text", "mrkdwn"}):
        yield f"must be a {'plain_text' if plain else 'text'} object [json-pointer:{where}]"
        return
    extra = {"emoji"} if text["type"] == "plain_text" else {"verbatim"}
    yield from _fields(text, where, {"text"}, extra)
    yield from _long(text.get("text"), most, f"{where}/text")


def _header(block: Block, where: str) -> Complaints:
    yield from _fields(block, where, {"text"}, {"level"})
    yield from _text(block.get("text"), 150, f"{where}/text", plain=True)


def _section(block: Block, where: str) -> Complaints:
    yield from _fields(block, where, set(), {"text", "fields", "accessory", "expand"})
    if "text" not in block and "fields" not in block:
        yield f"missing required field: text [json-pointer:{where}]"
    if "text" in block:
        yield from _text(block["text"], 3000, f"{where}/text")
    fields = block.get("fields") or []
    if len(fields) > 10:
        yield f"no more than 10 items allowed [json-pointer:{where}/fields]"
    for number, field in enumerate(fields):
        yield from _text(field, 2000, f"{where}/fields/{number}")
    if "accessory" in block:
        yield from _element(block["accessory"], f"{where}/accessory")


def _context(block: Block, where: str) -> Complaints:
    yield from _fields(block, where, {"elements"})
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 10:
        yield f"must have 1 to 10 items [json-pointer:{where}/elements]"
    for number, element in enumerate(elements):
        yield from _text(element, 3000, f"{where}/elements/{number}")


def _actions(block: Block, where: str) -> Complaints:
    yield from _fields(block, where, {"elements"})
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 25:
        yield f"must have 1 to 25 items [json-pointer:{where}/elements]"
    ids = [element.get("action_id") for element in elements if isinstance(element, dict)]
    if len(ids) != len(set(ids)):
        yield f"action_id must be unique in its block [json-pointer:{where}/elements]"
    for number, element in enumerate(elements):
        yield from _element(element, f"{where}/elements/{number}")


def _element(element: Any, where: str, *, asked: bool = False) -> Complaints:
    """An element that can be pressed, or with `asked` one of an input block."""
    kind = element.get("type") if isinstance(element, dict) else None
    rule = (INPUTS if asked else PRESSED).get(str(kind))
    if rule is None:
        yield f"unsupported type: {kind} [json-pointer:{where}/type]"
        return
    yield from _long(element.get("action_id", "a"), 255, f"{where}/action_id")
    if "placeholder" in element:
        yield from _text(element["placeholder"], 150, f"{where}/placeholder", plain=True)
    yield from rule(element, where)


def _input(block: Block, where: str) -> Complaints:
    yield from _fields(block, where, {"label", "element"}, {"hint", "optional", "dispatch_action"})
    for name in ("label", "hint"):
        if name in block:
            yield from _text(block[name], 2000, f"{where}/{name}", plain=True)
    yield from _element(block.get("element"), f"{where}/element", asked=True)


def _plain_text_input(element: Block, where: str) -> Complaints:
    extra = {"action_id", "initial_value", "multiline", "min_length", "max_length", "placeholder", "focus_on_load"}
    yield from _fields(element, where, set(), extra)
    most = element.get("max_length", 3000)
    if not 1 <= most <= 3000:
        yield f"must be between 1 and 3000 [json-pointer:{where}/max_length]"
    yield from _long(element.get("initial_value", ""), most, f"{where}/initial_value", least=0)


def _datepicker(element: Block, where: str) -> Complaints:
    yield from _fields(element, where, set(), {"action_id", "initial_date", "placeholder", "confirm", "focus_on_load"})
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", element.get("initial_date", "2021-01-14")):
        yield f"must be a date [json-pointer:{where}/initial_date]"


def _file_input(element: Block, where: str) -> Complaints:
    yield from _fields(element, where, set(), {"action_id", "filetypes", "max_files"})
    if not 1 <= element.get("max_files", 10) <= 10:
        yield f"must be between 1 and 10 [json-pointer:{where}/max_files]"
    if not all(re.fullmatch(r"[a-z0-9]+", str(one)) for one in element.get("filetypes") or ["csv"]):
        yield f"is no file extension [json-pointer:{where}/filetypes]"


def _select(element: Block, where: str) -> Complaints:
    many, static = element["type"].startswith("multi_"), element["type"].endswith("static_select")
    first = "initial_options" if many else "initial_option"
    extra = {"action_id", "placeholder", "confirm", "focus_on_load", first} | (
        {"max_selected_items"} if many else set()
    )
    yield from _fields(
        element, where, {"options"} if static else set(), extra | (set() if static else {"min_query_length"})
    )
    options = element.get("options") or []
    if static and not 1 <= len(options) <= 100:
        yield f"must have 1 to 100 items [json-pointer:{where}/options]"
    chosen = element.get(first, [])
    chosen = chosen if many else [chosen] if chosen else []
    if first in element and not chosen:
        yield f"must have at least one item [json-pointer:{where}/{first}]"
    for number, option in enumerate([*options, *chosen]):
        yield from _option(option, f"{where}/options/{number}")
    if static and any(one not in options for one in chosen):
        yield f"must be one of the options [json-pointer:{where}/{first}]"


def _option(option: Any, where: str) -> Complaints:
    yield from _fields(option, where, {"text", "value"}, {"description", "url"})
    yield from _text(option.get("text"), 75, f"{where}/text", plain=True)
    yield from _long(option.get("value"), 150, f"{where}/value")


def options_complaints(found: Any) -> list[str]:
    """Everything that is wrong with the answer to a block_suggestion."""
    if not isinstance(found, list) or len(found) > 100:
        return ["must be an array of at most 100 options"]
    return [one for number, option in enumerate(found) for one in _option(option, f"/options/{number}")]


def _button(element: Block, where: str) -> Complaints:
    extra = {"action_id", "value", "url", "style", "confirm", "accessibility_label"}
    yield from _fields(element, where, {"text"}, extra)
    yield from _text(element.get("text"), 75, f"{where}/text", plain=True)
    for name, most in {"action_id": 255, "value": 2000, "url": 3000, "accessibility_label": 75}.items():
        if name in element:
            yield from _long(element[name], most, f"{where}/{name}")
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield f"must be primary or danger [json-pointer:{where}/style]"


def _divider(block: Block, where: str) -> Complaints:
    yield from _fields(block, where, set())


def _rich_text(block: Block, where: str) -> Complaints:
    yield from _fields(block, where, {"elements"})
    for number, element in enumerate(block.get("elements") or []):
        place = f"{where}/elements/{number}"
        extra = RICH.get(element.get("type"))
        if extra is None:
            yield f"unsupported type: {element.get('type')} [json-pointer:{place}/type]"
            continue
        yield from _fields(element, place, {"elements"}, extra)
        for inner, one in enumerate(element.get("elements") or []):
            yield from _inline(one, f"{place}/elements/{inner}")


def _inline(element: Block, where: str) -> Complaints:
    kind = element.get("type")
    if kind not in INLINE:
        yield f"unsupported type: {kind} [json-pointer:{where}/type]"
        return
    needed, extra = INLINE[kind]
    yield from _fields(element, where, needed, extra | {"style"})
    for name in ("text", "url"):
        if name in element:
            yield from _long(element[name], 12_000, f"{where}/{name}")
    if "url" in element and not re.match(r"(https?|mailto|slack)://?\S+$", str(element["url"])):
        yield f"is no address [json-pointer:{where}/url]"
    if unknown := set(element.get("style") or {}) - {"bold", "italic", "strike", "code", "underline"}:
        yield f"invalid additional property: {unknown.pop()} [json-pointer:{where}/style]"


BLOCKS: dict[str, Callable[[Block, str], Complaints]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "rich_text": _rich_text,
    "input": _input,
}
SELECTS = dict.fromkeys(("static_select", "multi_static_select", "external_select", "multi_external_select"), _select)
#: A multi-select stands in no actions block.
PRESSED: dict[str, Callable[[Block, str], Complaints]] = {
    "button": _button,
    "datepicker": _datepicker,
    "static_select": _select,
    "external_select": _select,
}
INPUTS: dict[str, Callable[[Block, str], Complaints]] = {
    "plain_text_input": _plain_text_input,
    "datepicker": _datepicker,
    "file_input": _file_input,
    **SELECTS,
}
RICH = {
    "rich_text_section": set[str](),
    "rich_text_quote": {"border"},
    "rich_text_preformatted": {"border"},
    "rich_text_list": {"style", "indent", "offset", "border"},
}
INLINE: dict[Any, tuple[set[str], set[str]]] = {
    "text": ({"text"}, set()),
    "link": ({"url"}, {"text", "unsafe"}),
    "user": ({"user_id"}, set()),
    "channel": ({"channel_id"}, set()),
    "usergroup": ({"usergroup_id"}, set()),
    "broadcast": ({"range"}, set()),
    "emoji": ({"name"}, {"unicode", "skin_tone"}),
    "date": ({"timestamp", "format"}, {"url", "fallback"}),
}

_RINGS = re.compile(r"<!(?:channel|here|everyone|subteam)|<@[UW]|<#C")


def pings(payload: Any) -> list[str]:
    """Whom a message would ring: in fields that Slack parses, and in rich_text's own elements."""
    if isinstance(payload, list):
        return [ping for one in payload for ping in pings(one)]
    if not isinstance(payload, dict):
        return []
    if payload.get("type") in {"user", "usergroup", "broadcast", "channel"}:
        return [str(payload)]
    parsed = payload.get("type") in {None, "mrkdwn"}
    own = [payload["text"]] if parsed and isinstance(payload.get("text"), str) else []
    own += [payload["fallback"]] if isinstance(payload.get("fallback"), str) else []
    return [text for text in own if _RINGS.search(text)] + [
        ping for value in payload.values() if isinstance(value, dict | list) for ping in pings(value)
    ]


def words(payload: Any) -> str:
    """All letters of a message's blocks, in reading order: what a person sees."""
    if isinstance(payload, list):
        return "\n".join(filter(None, (words(one) for one in payload)))
    if not isinstance(payload, dict):
        return ""
    own = payload.get("fallback") if payload.get("type") == "date" else payload.get("text")
    parts = ("title", "label", "hint", "element", "elements", "blocks", "attachments", "submit")
    inner = [words(payload[name]) for name in parts if name in payload]
    said = own if isinstance(own, str) and "blocks" not in payload else words(own)
    return "\n".join(filter(None, [said, *inner]))
