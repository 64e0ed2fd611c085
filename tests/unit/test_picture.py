"""The picture of a history: it can be opened, can be read on any background, and takes every name."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from PIL import Image

from bot import picture
from bot.history import Chart, Lane, Mark, Volume, What
from bot.picture import INK, LANES, LOOKS, PANEL, QUIET, draw

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WORDS = {
    "began": "there at first",
    "listed": "listed",
    "changed": "changed",
    "delisted": "taken off",
    "came": "moved here",
    "went": "moved away",
    "stories": "stories a {unit}",
    "day": "day",
    "week": "week",
    "month": "month",
}


def lane(source: str = "us_csl", *whats: What) -> Lane:
    start = datetime(2019, 5, 21, tzinfo=UTC)
    marks = tuple(Mark(start + timedelta(days=300 * n), what, 1) for n, what in enumerate(whats))
    return Lane(source, marks, ((start, NOW),) if marks else ())


def chart(*lanes: Lane, bars: tuple[tuple[date, int], ...] = (), unit: str = "month") -> Chart:
    return Chart(lanes=lanes, volume=Volume(unit=unit, bars=bars), until=NOW)


def drawn(what: Chart, title: str = "Huawei", name: str = "Consolidated Screening List") -> Image.Image:
    image = Image.open(io.BytesIO(draw(what, title, WORDS, lambda source: name)))
    image.load()
    return image


def colours(image: Image.Image) -> set[tuple[int, ...]]:
    found = image.convert("RGB").getcolors(1_000_000)
    assert found
    return {colour for _, colour in found if isinstance(colour, tuple)}


def rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance (read 2026-11)."""
    parts = [part / 255 for part in rgb(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_kind_of_event_is_drawn_in_its_colour() -> None:
    """Listings, changes, delistings, and how much was written."""
    image = drawn(chart(lane("us_csl", *What), bars=((date(2019, 5, 1), 3), (date(2020, 5, 1), 9))))
    assert image.size[0] == 1350
    assert {rgb(colour) for colour, _ in LOOKS.values()} | {rgb(picture.STORIES)} <= colours(image)


def test_it_has_a_ground_of_its_own() -> None:
    """Nothing of a dark or light screen shines through, so what is readable on one is on the other."""
    image = drawn(chart(lane("us_csl", What.LISTED))).convert("RGBA")
    assert image.getchannel("A").getextrema() == (255, 255)
    corners = [image.getpixel(at) for at in ((0, 0), (image.width - 1, 0), (0, image.height - 1))]
    assert {corner[:3] for corner in corners if isinstance(corner, tuple)} == {rgb(PANEL)}


@pytest.mark.parametrize("colour", [INK, QUIET])
def test_words_stand_out_from_the_ground(colour: str) -> None:
    """WCAG's highest demand on text."""
    assert contrast(colour, PANEL) >= 7


@pytest.mark.parametrize("what", What)
def test_marks_stand_out_and_differ_by_shape(what: What) -> None:
    """Who sees no colours still tells them apart: WCAG asks 3 to 1 of graphics, and no two shapes are the same."""
    assert contrast(LOOKS[what][0], PANEL) >= 3
    assert len({shape for _, shape in LOOKS.values()}) == len(What)


@pytest.mark.parametrize(
    "name", ["华为技术有限公司", "شركة", "$x^2_ and $unfinished", "Хуавэй", "\u202eevil\x00", "🚨", ""]
)
def test_any_name_can_be_drawn(name: str) -> None:
    """Scripts that the font lacks are spelled in Latin letters; signs of formulas are only signs. Nothing warns."""
    assert drawn(chart(lane("us_csl", What.LISTED)), title=name, name=name).size[0] == 1350


@pytest.mark.parametrize("unit", ["day", "week", "month"])
def test_stories_alone_make_a_picture(unit: str) -> None:
    """A company that is on no list may still be written about."""
    assert rgb(picture.STORIES) in colours(drawn(chart(bars=((date(2026, 11, 2), 4),), unit=unit)))


def test_more_lists_than_fit_are_counted() -> None:
    """A picture stays a picture."""
    few = drawn(chart(*(lane(f"list_{n}", What.LISTED) for n in range(LANES))))
    many = drawn(chart(*(lane(f"list_{n}", What.LISTED) for n in range(LANES + 5))))
    assert many.size == few.size
