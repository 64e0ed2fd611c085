"""JSON Feed 1 and 1.1 (https://www.jsonfeed.org/version/1.1/, read 2026-11) and GDELT's list of articles
(https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/, read 2026-11: `mode=artlist&format=json`).
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from adapters.news.dates import moment
from adapters.news.item import MOST, Channel, Item, Unreadable
from adapters.news.plain import clean, text_of, title_of

# GDELT writes languages out in English.
_GDELT_LANGUAGES = {
    "afrikaans": "af", "albanian": "sq", "arabic": "ar", "armenian": "hy", "azerbaijani": "az", "bengali": "bn",
    "bosnian": "bs", "bulgarian": "bg", "burmese": "my", "catalan": "ca", "chinese": "zh", "croatian": "hr",
    "czech": "cs", "danish": "da", "dutch": "nl", "english": "en", "estonian": "et", "finnish": "fi", "french": "fr",
    "galician": "gl", "georgian": "ka", "german": "de", "greek": "el", "gujarati": "gu", "hebrew": "he", "hindi": "hi",
    "hungarian": "hu", "icelandic": "is", "indonesian": "id", "italian": "it", "japanese": "ja", "kannada": "kn",
    "kazakh": "kk", "khmer": "km", "korean": "ko", "latvian": "lv", "lithuanian": "lt", "macedonian": "mk",
    "malay": "ms", "malayalam": "ml", "marathi": "mr", "mongolian": "mn", "nepali": "ne", "norwegian": "no",
    "norwegiannynorsk": "nn", "persian": "fa", "polish": "pl", "portuguese": "pt", "punjabi": "pa", "romanian": "ro",
    "russian": "ru", "serbian": "sr", "sinhalese": "si", "slovak": "sk", "slovenian": "sl", "somali": "so",
    "spanish": "es", "swahili": "sw", "swedish": "sv", "tamil": "ta", "telugu": "te", "thai": "th", "tibetan": "bo",
    "turkish": "tr", "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi",
}  # fmt: skip
_SEEN = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")
_SPACED = re.compile(r" +(?=[,.;:!?](?:\s|$))")  # GDELT puts a space before every mark


def read_json(text: str) -> Channel:
    """What the feed says. Raises Unreadable when it is other JSON, or none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"JSON that cannot be read ({str(error)[:80]})") from error
    if isinstance(found, dict) and isinstance(found.get("items"), list):
        return _json_feed(found)
    if isinstance(found, dict) and isinstance(found.get("articles"), list):
        return _gdelt(found["articles"])
    if found == {}:  # GDELT's way of saying that nothing matched
        return Channel(layout="gdelt")
    raise Unreadable(f"JSON without items or articles: {_outline(found)}")


def _outline(found: object) -> str:
    if isinstance(found, dict):
        return "it has " + ", ".join(repr(str(key)[:30]) for key in list(found)[:5])
    return f"it is a {type(found).__name__}"


def _json_feed(feed: dict[str, Any]) -> Channel:
    items, signals = _objects(feed["items"])
    link = _word(feed, "home_page_url")
    return Channel(
        layout="json feed",
        title=title_of(_word(feed, "title"), literal=True),
        link=link,
        language=_word(feed, "language"),
        items=[_item(item) for item in items],
        signals=signals,
    )


def _objects(found: list[Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """The items that are objects, and what was left out."""
    objects = [one for one in found if isinstance(one, dict)]
    signals = [f"{len(found) - len(objects)} items that are no objects"] if len(objects) < len(found) else []
    if len(objects) > MOST:
        signals.append(f"{len(objects)} items; only the first {MOST} were read")
    return objects[:MOST], signals


def _item(item: dict[str, Any]) -> Item:
    markup, plain = _word(item, "content_html"), _word(item, "content_text")
    text = text_of(markup) or text_of(plain, literal=True) or text_of(_word(item, "summary"))
    published, updated = moment(_word(item, "date_published")), moment(_word(item, "date_modified"))
    return Item(
        guid=_word(item, "id"),
        link=_word(item, "url") or _word(item, "external_url"),
        title=title_of(_word(item, "title"), literal=True),
        text=text,
        language=_word(item, "language"),
        published=published or updated,
        updated=updated,
    )


def _gdelt(articles: list[Any]) -> Channel:
    items, signals = _objects(articles)
    return Channel(layout="gdelt", items=[_article(one) for one in items], signals=signals)


def _article(article: dict[str, Any]) -> Item:
    """`seendate` is when GDELT first met it, the only time it gives."""
    return Item(
        link=_word(article, "url"),
        title=_SPACED.sub("", title_of(_word(article, "title"))),
        language=_GDELT_LANGUAGES.get(_word(article, "language").lower().replace(" ", ""), ""),
        published=_seen(_word(article, "seendate")),
        publisher=_word(article, "domain"),
    )


def _seen(text: str) -> datetime | None:
    return moment(_SEEN.sub(r"\1-\2-\3T\4:\5:\6Z", text))


def _word(fields: dict[str, Any], name: str) -> str:
    """A field as text. Ids are numbers in some feeds, which the standard asks readers to take as text."""
    value = fields.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return clean(value).strip() if isinstance(value, str) else ""
