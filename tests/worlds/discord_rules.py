"""What Discord refuses: the limits of messages, commands and answers, as its documentation gives them (read 2026-11).

https://discord.com/developers/docs/resources/message, /components/reference, /interactions/application-commands.
A stand-in that took everything would prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

EMPTY, INVALID = 50006, 50035
LOCALES = {
    *("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR"),
    *("ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"),
}
MESSAGE = {
    *("content", "nonce", "tts", "embeds", "allowed_mentions", "message_reference", "components", "sticker_ids"),
    *("attachments", "flags", "enforce_nonce", "poll"),
}
EMBED = {
    *("title", "type", "description", "url", "timestamp", "color", "footer", "image", "thumbnail", "author", "fields"),
    "flags",  # discord.py sends it
}
SUPPRESS_EMBEDS, EPHEMERAL, SILENT = 4, 64, 4096


class Refused(Exception):
    """An answer of Discord's that is no success."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def body(self) -> Json:
        return {"message": self.message, "code": self.code}


def wrong(where: str, why: str) -> Refused:
    return Refused(400, INVALID, f"Invalid Form Body: {where}: {why}")


def check_message(payload: Json, *, files: int = 0, flags: int = SUPPRESS_EMBEDS | SILENT) -> None:
    """A message that somebody wants to create or to change."""
    if unknown := payload.keys() - MESSAGE:
        raise wrong("message", f"unknown keys {sorted(unknown)}")
    content, embeds = payload.get("content") or "", payload.get("embeds") or []
    _length("content", content, 0, 2000)
    if len(embeds) > 10:
        raise wrong("embeds", "Must be 10 or fewer in length")
    total = sum(check_embed(one) for one in embeds)
    if total > 6000:
        raise wrong("embeds", f"Embed size exceeds maximum size of 6000: {total}")
    check_components(payload.get("components") or [])
    check_mentions(payload.get("allowed_mentions"))
    if len(payload.get("attachments") or []) != files:
        raise wrong("attachments", f"{files} files came")
    if (payload.get("flags") or 0) & ~flags:
        raise wrong("flags", f"{payload['flags']} cannot be set here")
    if (nonce := payload.get("nonce")) is not None and (not isinstance(nonce, int | str) or len(str(nonce)) > 25):
        raise wrong("nonce", "Must be 25 or fewer in length")
    if not (content.strip() or embeds or files or payload.get("components")):
        raise Refused(400, EMPTY, "Cannot send an empty message")


def check_embed(embed: Json) -> int:
    """Raises what is wrong with it; else how many characters count towards 6000."""
    if unknown := embed.keys() - EMBED:
        raise wrong("embed", f"unknown keys {sorted(unknown)}")
    total = 0
    for name, most in (("title", 256), ("description", 4096)):
        if embed.get(name) is not None:
            total += _length(f"embed.{name}", embed[name], 0, most)
    if (footer := embed.get("footer")) is not None:
        total += _length("embed.footer.text", footer.get("text"), 1, 2048)
    if (author := embed.get("author")) is not None:
        total += _length("embed.author.name", author.get("name"), 1, 256)
    fields = embed.get("fields") or []
    if len(fields) > 25:
        raise wrong("embed.fields", "Must be 25 or fewer in length")
    for field in fields:
        total += _length("field.name", field.get("name"), 1, 256) + _length("field.value", field.get("value"), 1, 1024)
    if embed.get("url"):
        _web("embed.url", embed["url"])
    if not any(str(embed.get(name) or "").strip() for name in ("title", "description", "footer", "fields", "author")):
        raise Refused(400, EMPTY, "Cannot send an empty message")
    if not 0 <= (embed.get("color") or 0) <= 0xFFFFFF:
        raise wrong("embed.color", "int value should be between 0 and 16777215")
    return total


def check_components(rows: list[Json]) -> None:
    if len(rows) > 5:
        raise wrong("components", "Must be between 1 and 5 in length")
    ids: list[str] = []
    for row in rows:
        if row.get("type") != 1 or not 1 <= len(row.get("components") or []) <= 5:
            raise wrong("components", "an action row holds one to five buttons")
        ids += [id for button in row["components"] if (id := check_button(button))]
    if len(set(ids)) != len(ids):
        raise wrong("components", "Component custom id cannot be duplicated")


def check_button(button: Json) -> str:
    if button.get("type") != 2 or button.get("style") not in range(1, 6):
        raise wrong("component", f"type {button.get('type')}, style {button.get('style')}")
    if not button.get("emoji"):
        _length("component.label", button.get("label"), 1, 80)
    if button["style"] == 5:
        if button.get("custom_id"):
            raise wrong("component", "A custom id and url cannot both be specified")
        _length("component.url", button.get("url"), 1, 512)
        _web("component.url", button["url"])
        return ""
    if button.get("url"):
        raise wrong("component", "url only for link buttons")
    _length("component.custom_id", button.get("custom_id"), 1, 100)
    return str(button["custom_id"])


def check_mentions(allowed: Json | None) -> None:
    if allowed is None:
        return
    parse = allowed.get("parse", [])
    if not set(parse) <= {"roles", "users", "everyone"}:
        raise wrong("allowed_mentions.parse", str(parse))
    for kind in ("users", "roles"):
        if kind in parse and allowed.get(kind):
            raise wrong("allowed_mentions", f"parse:[{kind!r}] and {kind} are mutually exclusive")


def pings(payload: Json) -> list[str]:
    """Whom a message rings: only its content can, and only as far as it allows."""
    content, allowed = payload.get("content") or "", payload.get("allowed_mentions")
    parse = {"everyone", "users", "roles"} if allowed is None else set(allowed.get("parse", []))
    found = re.findall(r"@everyone|@here", content) if "everyone" in parse else []
    found += re.findall(r"<@!?\d+>", content) if "users" in parse or (allowed or {}).get("users") else []
    return found + (re.findall(r"<@&\d+>", content) if "roles" in parse or (allowed or {}).get("roles") else [])


# ── Modals ────────────────────────────────────────────────────────────────────────────────────────────────────────


def check_modal(data: Json) -> None:
    """https://discord.com/developers/docs/interactions/receiving-and-responding, /components/reference#label."""
    if unknown := data.keys() - {"custom_id", "title", "components"}:
        raise wrong("modal", f"unknown keys {sorted(unknown)}")
    _length("title", data.get("title"), 1, 45)
    _length("custom_id", data.get("custom_id"), 1, 100)
    labels = data.get("components") or []
    if not 1 <= len(labels) <= 5:
        raise wrong("components", "Must be between 1 and 5 in length")
    for label in labels:
        if label.get("type") != 18 or not isinstance(label.get("component"), dict):
            raise wrong("components", "a modal holds labels, and each holds one component")
        _length("label", label.get("label"), 1, 45)
        if label.get("description") is not None:
            _length("description", label["description"], 1, 100)
        _check_box(label["component"])
    ids = [label["component"]["custom_id"] for label in labels]
    if len(set(ids)) != len(ids):
        raise wrong("components", "Component custom id cannot be duplicated")


def _check_box(box: Json) -> None:
    _length("custom_id", box.get("custom_id"), 1, 100)
    match box.get("type"):
        case 4:
            _check_text_input(box)
        case 3:
            _check_select(box)
        case 19:
            _between("min_values", box.get("min_values", 1), 0, 10)
            _between("max_values", box.get("max_values", 1), 1, 10)
        case kind:
            raise wrong("component.type", f"{kind} cannot stand in a label")


def _check_text_input(box: Json) -> None:
    if box.get("style") not in (1, 2):
        raise wrong("style", str(box.get("style")))
    if box.get("label"):
        raise wrong("label", "not in a label")
    _between("max_length", box.get("max_length") or 4000, 1, 4000)
    if box.get("value") is not None:
        _length("value", box["value"], 0, box.get("max_length") or 4000)
    if box.get("placeholder") is not None:
        _length("placeholder", box["placeholder"], 0, 100)


def _check_select(box: Json) -> None:
    options = box.get("options") or []
    if not 1 <= len(options) <= 25:
        raise wrong("options", "Must be between 1 and 25 in length")
    for option in options:
        _length("option.label", option.get("label"), 1, 100)
        _length("option.value", option.get("value"), 1, 100)
    values = [option["value"] for option in options]
    if len(set(values)) != len(values):
        raise wrong("options", "The specified option value is already used")
    least, most = box.get("min_values", 1), box.get("max_values", 1)
    _between("min_values", least, 0, len(options))
    _between("max_values", most, max(1, least), len(options))
    if sum(1 for option in options if option.get("default")) > most:
        raise wrong("options", "more defaults than max_values")
    if box.get("required", True) and least == 0:
        raise wrong("min_values", "a required select takes at least one")


def _between(where: str, number: Any, least: int, most: int) -> None:
    if not isinstance(number, int) or not least <= number <= most:
        raise wrong(where, f"int value should be between {least} and {most}, is {number}")


# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────

_NAME = re.compile(r"^[-_'\w]{1,32}$")
COMMAND = {
    *("name", "name_localizations", "description", "description_localizations", "options", "type", "nsfw"),
    *("default_member_permissions", "dm_permission", "integration_types", "contexts", "handler"),
}
OPTION = {
    *("type", "name", "name_localizations", "description", "description_localizations", "required", "choices"),
    *("options", "channel_types", "min_value", "max_value", "min_length", "max_length", "autocomplete"),
}


def check_commands(commands: Any) -> None:
    """One bad option refuses all of them."""
    if not isinstance(commands, list) or len(commands) > 100:
        raise Refused(400, 30032, "Maximum number of application commands reached (100)")
    names = [one.get("name") for one in commands]
    if len(set(names)) != len(names):
        raise wrong("commands", "Application command names must be unique")
    for command in commands:
        _check_command(command)


def _check_command(command: Json) -> None:
    if unknown := command.keys() - COMMAND:
        raise wrong("command", f"unknown keys {sorted(unknown)}")
    if command.get("type", 1) not in (1, 2, 3):
        raise wrong("command.type", str(command["type"]))
    permissions = command.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdigit():
        raise wrong("default_member_permissions", str(permissions))
    if not set(command.get("contexts") or []) <= {0, 1, 2} or not set(command.get("integration_types") or []) <= {0, 1}:
        raise wrong("command", "contexts or integration_types")
    if sum(map(len, _texts(command))) > 8000:
        raise wrong("command", "more than 8000 characters in all")
    if command.get("type", 1) == 1:
        _check_named(command, depth=0)
    else:
        _check_menu(command)


def _check_menu(command: Json) -> None:
    """An entry of the menu of a message or a person: a name that may have spaces, and no words beside it."""
    for text in (command.get("name"), *(command.get("name_localizations") or {}).values()):
        _length("name", text, 1, 32)
    if command.get("description") or command.get("options"):
        raise wrong(command["name"], "a menu's entry has neither description nor options")


def _check_named(one: Json, *, depth: int) -> None:
    name = one.get("name") or ""
    for text in (name, *(one.get("name_localizations") or {}).values()):
        if not _NAME.match(text) or text != text.lower():
            raise wrong("name", f"{text!r} is no name")
    _length(f"{name}.description", one.get("description"), 1, 100)
    for text in (one.get("description_localizations") or {}).values():
        _length(f"{name}.description_localizations", text, 1, 100)
    locales = {*(one.get("name_localizations") or {}), *(one.get("description_localizations") or {})}
    if not locales <= LOCALES:
        raise wrong(name, f"unknown locale in {sorted(locales)}")
    options = one.get("options") or []
    if len(options) > 25 or len({option.get("name") for option in options}) != len(options):
        raise wrong(f"{name}.options", "25 at most, each once")
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        raise wrong(f"{name}.options", "Required options must be placed before non-required options")
    for locale in LOCALES:
        shown = [(option.get("name_localizations") or {}).get(locale, option.get("name")) for option in options]
        if len(set(shown)) != len(shown):
            raise wrong(f"{name}.options", f"localised names collide in {locale}")
    kinds = {option.get("type") in (1, 2) for option in options}
    if len(kinds) > 1:
        raise wrong(
            f"{name}.options", "Sub-command and sub-command group option types are mutually exclusive to others"
        )
    for option in options:
        _check_option(option, depth=depth + 1)


def _check_option(option: Json, *, depth: int) -> None:
    if unknown := option.keys() - OPTION:
        raise wrong("option", f"unknown keys {sorted(unknown)}")
    kind = option.get("type")
    if kind not in range(1, 12) or (kind == 2 and depth > 1) or (kind == 1 and depth > 2):
        raise wrong("option.type", f"{kind} at depth {depth}")
    if option.get("autocomplete") and (kind not in (3, 4, 10) or option.get("choices")):
        raise wrong("option.autocomplete", "only for text and numbers without choices")
    if not 0 <= option.get("min_length", 0) <= option.get("max_length", 6000) <= 6000:
        raise wrong("option", "min_length, max_length")
    _check_named(option, depth=depth)


def _texts(one: Json) -> Iterator[str]:
    yield from (one.get("name") or "", one.get("description") or "")
    for option in one.get("options") or []:
        yield from _texts(option)


def check_choices(choices: list[Json]) -> None:
    """Suggestions for a half-typed option."""
    if len(choices) > 25:
        raise wrong("choices", "25 at most")
    for choice in choices:
        _length("choice.name", choice.get("name"), 1, 100)
        _length("choice.value", choice.get("value"), 1, 100)


def _length(where: str, text: Any, least: int, most: int) -> int:
    if not isinstance(text, str) or not least <= len(text) <= most:
        size = len(text) if isinstance(text, str) else text
        raise wrong(where, f"Must be between {least} and {most} in length, is {size}")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise wrong(where, "lone surrogate")
    return len(text)


def _web(where: str, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", url):
        raise wrong(where, f"Not a well formed URL: {url[:80]}")
