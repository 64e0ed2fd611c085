"""A company's history as a picture: its listings, changes and delistings over how much was written about it.

Drawn on a panel of its own, so that it reads alike on dark and light screens: every word on it has a contrast of at
least 7 to 1, and what happened is told by shape as well as by colour. Drawing takes a fraction of a second of one
core: call it in a thread. The library is read at the first picture only.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from anyascii import anyascii

from bot.history import Chart, Lane, What

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

PANEL, INK, QUIET, GRID = "#f6f5f1", "#1c1f24", "#454b54", "#d3d0c8"
STORIES = "#5b6675"
#: Colours that people who see no red or no green still tell apart (Okabe and Ito 2008), and a shape each.
LOOKS: Mapping[What, tuple[str, str]] = {
    What.BEGAN: ("#b3400a", "<"),
    What.LISTED: ("#b3400a", "^"),
    What.CAME: ("#6a3d9a", "P"),
    What.CHANGED: ("#8a6500", "D"),
    What.WENT: ("#6a3d9a", "X"),
    What.DELISTED: ("#005a8c", "v"),
}
#: Lanes that fit; of more lists the first ones are drawn and the rest counted.
LANES = 8
#: Characters of a list's name beside its lane.
LABEL = 34
#: Inches at 150 dots each: 1,350 pixels wide, which both platforms show without scaling up.
WIDTH, DOTS = 9.0, 150
#: The drawing library keeps fonts for all its users and is not safe in several threads.
_ONE_AT_A_TIME = threading.Lock()


def draw(chart: Chart, title: str, words: Mapping[str, str], list_title: Callable[[str], str]) -> bytes:
    """The picture as PNG. `words` are those of the table's [picture], `list_title` what a list is called."""
    with _ONE_AT_A_TIME:
        return _draw(chart, title, words, list_title)


def _draw(chart: Chart, title: str, words: Mapping[str, str], list_title: Callable[[str], str]) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    lanes = chart.lanes[:LANES]
    figure = Figure(figsize=(WIDTH, 2.6 + 0.42 * max(1, len(lanes))), dpi=DOTS, facecolor=PANEL)
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [max(1.0, 0.55 * len(lanes)), 1.0], "hspace": 0.1}
    )
    for number, lane in enumerate(lanes):
        _lane(upper, number, lane)
    _name_lanes(upper, [list_title(lane.source) for lane in lanes])
    _stories(lower, chart, words)
    _time(lower, chart)
    _legend(upper, lanes, words)
    rest = len(chart.lanes) - len(lanes)
    more = f" (+{rest})" if rest else ""
    _plain(figure.text(0.02, 0.97, _drawable(title + more), color=INK, fontsize=12, weight="bold", va="top"))
    figure.subplots_adjust(left=0.3, right=0.97, top=0.86, bottom=0.1)
    out = io.BytesIO()
    figure.savefig(out, format="png", facecolor=PANEL, metadata={"Software": "Tocsin"})
    return out.getvalue()


def _lane(axes: Axes, number: int, lane: Lane) -> None:
    for since, until in lane.listed:
        axes.plot([_x(since), _x(until)], [number, number], color=LOOKS[What.LISTED][0], linewidth=5, alpha=0.35)
    for mark in lane.marks:
        colour, shape = LOOKS[mark.what]
        hollow = mark.what is What.BEGAN
        axes.plot(
            [_x(mark.at)],
            [number],
            marker=shape,
            markersize=9,
            color=colour,
            markerfacecolor=PANEL if hollow else colour,
            markeredgewidth=1.6,
            linestyle="none",
            zorder=3,
        )


def _name_lanes(axes: Axes, titles: list[str]) -> None:
    axes.set_yticks(range(len(titles)))
    for label in axes.set_yticklabels([_shorter(_drawable(one)) for one in titles], color=INK, fontsize=8):
        _plain(label)
    axes.set_ylim(max(1, len(titles)) - 0.4, -0.6)
    _frame(axes)


def _stories(axes: Axes, chart: Chart, words: Mapping[str, str]) -> None:
    from matplotlib.ticker import MaxNLocator

    width = {"day": 0.8, "week": 5.6, "month": 24.0}[chart.volume.unit]
    moments = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day, _ in chart.volume.bars]
    axes.bar(
        [_x(moment) for moment in moments],
        [count for _, count in chart.volume.bars],
        width=width,
        align="edge",
        color=STORIES,
    )
    axes.set_ylim(0, max([1, *(count for _, count in chart.volume.bars)]) * 1.15)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    label = words["stories"].format(unit=words[chart.volume.unit])
    axes.set_ylabel(_drawable(label), color=QUIET, fontsize=8)
    axes.tick_params(axis="y", labelsize=8, labelcolor=QUIET)
    _frame(axes)


def _time(axes: Axes, chart: Chart) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    first = [mark.at for lane in chart.lanes for mark in lane.marks]
    first += [datetime(day.year, day.month, day.day, tzinfo=UTC) for day, _ in chart.volume.bars]
    since = min([*first, chart.until - timedelta(days=30)])
    room = max((chart.until - since) * 0.02, timedelta(days=1))
    axes.set_xlim(_x(since - room), _x(chart.until + room))
    locator = AutoDateLocator(minticks=3, maxticks=9)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.tick_params(axis="x", labelsize=8, labelcolor=QUIET)


def _legend(axes: Axes, lanes: tuple[Lane, ...], words: Mapping[str, str]) -> None:
    from matplotlib.lines import Line2D

    met = [what for what in LOOKS if any(mark.what is what for lane in lanes for mark in lane.marks)]
    handles = [
        Line2D(
            [],
            [],
            marker=LOOKS[what][1],
            color=LOOKS[what][0],
            markerfacecolor=PANEL if what is What.BEGAN else LOOKS[what][0],
            linestyle="none",
            label=_drawable(words[what]),
        )
        for what in met
    ]
    if handles:
        axes.legend(
            handles=handles,
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            ncols=len(handles),
            fontsize=8,
            frameon=False,
            labelcolor=INK,
            handletextpad=0.2,
            columnspacing=1.2,
        )


def _frame(axes: Axes) -> None:
    axes.set_facecolor(PANEL)
    axes.grid(visible=True, color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_color(GRID)


def _x(moment: datetime) -> float:
    """Days since 1970, which is what the library's dates are."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(days=1)


def _plain(text: Text) -> None:
    """Somebody else's words are words: a dollar sign in them begins no formula."""
    text.set_parse_math(False)


def _drawable(text: str) -> str:
    """Text that the font of the library can draw: Latin, Greek and Cyrillic as they are, others spelled."""
    shown = (one for one in text if one.isprintable())
    return "".join(one if ord(one) < 0x0530 or one in "–—“”‘’…·" else anyascii(one) for one in shown)


def _shorter(text: str) -> str:
    return text if len(text) <= LABEL else text[: LABEL - 1].rstrip() + "…"
