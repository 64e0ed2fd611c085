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


def too_long(payload: Block) -> bool:
    return len(json.dumps(payload.get("blocks") or [], ensure_ascii=False)) > TOTAL


def _blocks(blocks: Any, where: str) -> Complaints:
    if not isinstance(blocks, list):
        yield f"must be an array [json-pointer:{where}]"
        return
    if len(blocks) > MESSAGE_BLOCKS:
        yield f"no more than {MESSAGE_BLOCKS} items allowed [json-pointer:{where}]"
    ids = [block.get("block_id") for block in blocks if isinstance(block, dict) and block.get("block_id")]
    if len(ids) != len(set(ids)):
        yield f"block_id must be unique [json-pointer:{where}]"
    for number, block in enumerate(blocks):
        yield from _block(block, f"{where}/{number}")


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


def _element(element: Any, where: str) -> Complaints:
    if not isinstance(element, dict) or element.get("type") != "button":
        kind = element.get("type") if isinstance(element, dict) else None
        yield f"unsupported type: {kind} [json-pointer:{where}/type]"
        return
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
    own = payload.get("text")
    inner = [words(payload[name]) for name in ("elements", "blocks", "attachments") if name in payload]
    said = own if isinstance(own, str) and "blocks" not in payload else words(own)
    return "\n".join(filter(None, [said, *inner]))
