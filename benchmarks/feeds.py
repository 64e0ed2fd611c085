"""Real feeds: how fast they are read, and whether anything is lost against feedparser alone.

    python benchmarks/feeds.py [FOLDER] [--rounds N] [--all]

FOLDER holds feed files (default: the shared data beside the project). Prints feeds a second for Tocsin, for
feedparser alone and for fastfeedparser where it is installed, the ratio, the peak memory of one pass each, and every
title, link and date that feedparser finds and Tocsin does not. By default only what its index calls real feeds is
timed (`--all`: every file); losses are always looked for in all.
"""

from __future__ import annotations

import argparse
import calendar
import html
import importlib
import io
import json
import re
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a clone is enough, nothing has to be installed

import feedparser

from adapters.news.decode import decode
from adapters.news.feed import read_feed
from adapters.news.links import address
from adapters.news.plain import TITLE
from bot.errors import FeedDamaged
from bot.model import Document, Story

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "feeds"
URL_HOST = "https://publisher.example/"
URL = URL_HOST + "feed.xml"
AT = datetime(2026, 11, 23, tzinfo=UTC)
Read = Callable[[Document], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=SHARED)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--all", action="store_true", help="time every file, not only the real feeds")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore", DeprecationWarning)

    documents = _documents(chosen.folder)
    real = _real(chosen.folder)
    timed = [one for name, one in documents.items() if chosen.all or not real or name in real]
    _speed(timed, chosen.rounds)
    _losses(documents)


def _documents(folder: Path) -> dict[str, Document]:
    paths = [
        path for path in sorted(folder.iterdir()) if path.is_file() and path.name not in ("README.md", "index.json")
    ]
    return {path.name: Document.of(path.read_bytes(), url=URL, at=AT) for path in paths}


def _real(folder: Path) -> set[str]:
    """The files that are a real site's feed. JSON Feed is left out: feedparser does not read it."""
    index = folder / "index.json"
    rows = json.loads(index.read_text("utf-8")) if index.exists() else []
    return {row["file"] for row in rows if row["category"] in ("real", "real-enc")}


# ── Speed and memory ──────────────────────────────────────────────────────────────────────────────────────────────


def _speed(documents: list[Document], rounds: int) -> None:
    readers: dict[str, Read] = {"tocsin": _ours, "feedparser": _theirs}
    try:
        fast = importlib.import_module("fastfeedparser")
        readers["fastfeedparser"] = lambda document: fast.parse(document.whole())
    except ImportError:
        print("fastfeedparser is not installed; left out")

    size = sum(one.size for one in documents)
    print(
        f"{len(documents)} feeds, {size / 1e6:.1f} MB, CPU time, each feed's best of {rounds} rounds, readers in turn"
    )
    failed = dict.fromkeys(readers, 0)
    took = dict.fromkeys(readers, 0.0)
    for document in documents:
        best = dict.fromkeys(readers, float("inf"))
        for _ in range(rounds):
            for name, read in readers.items():
                best[name] = min(best[name], _timed(document, read))
        for name, seconds in best.items():
            failed[name] += seconds == float("inf")
            took[name] += seconds if seconds < float("inf") else 0.0
    for name, read in readers.items():
        print(
            f"{name:>15}: {len(documents) / took[name]:8.0f} feeds/s {size / 1e6 / took[name]:7.1f} MB/s"
            f"   {failed[name]} refused   peak {_peak(documents, read) / 1e6:.1f} MB"
        )
    print(f"          ratio: {took['feedparser'] / took['tocsin']:.1f} times feedparser alone")


def _ours(document: Document) -> object:
    return read_feed(document, source="bench")


def _theirs(document: Document) -> object:
    return feedparser.parse(io.BytesIO(document.whole()), response_headers={"content-location": URL})


def _timed(document: Document, read: Read) -> float:
    """Seconds of CPU for one feed; infinite when it is refused."""
    start = time.process_time()
    try:
        read(document)
    except Exception:
        return float("inf")
    return time.process_time() - start


def _peak(documents: Iterable[Document], read: Read) -> int:
    """Bytes that Python held at most in one pass (libxml2's own memory, freed with each tree, is not seen)."""
    tracemalloc.start()
    for document in documents:
        _timed(document, read)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


# ── Losses ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _losses(documents: dict[str, Document]) -> None:
    print(f"\nLosses against feedparser, in {len(documents)} files:")
    totals = {"titles": 0, "links": 0, "dates": 0, "files that raise another error": 0}
    entries = stories = 0
    for name, document in documents.items():
        theirs = _their_entries(document)
        try:
            ours = read_feed(document, source="bench").stories
        except FeedDamaged as why:
            ours = []
            print(f"  {name}: refused ({why}); feedparser finds {len(theirs)} items")
        except Exception as error:
            totals["files that raise another error"] += 1
            print(f"  {name}: {error!r}")
            continue
        entries, stories = entries + len(theirs), stories + (len(ours) if theirs else 0)
        if len(ours) != len(theirs) and theirs:
            print(f"  {name}: {len(theirs)} items, read as {len(ours)} stories")
        for what, lost in _lost(theirs, ours).items():
            totals[what] += len(lost)
            for one in lost:
                print(f"  {name}: {what[:-1]} lost: {one[:150]}")
    print(f"  items: feedparser {entries}, tocsin {stories} (repeats inside one document are one story)")
    print("  " + ", ".join(f"{what}: {count}" for what, count in totals.items()))


def _their_entries(document: Document) -> list[Any]:
    """What feedparser finds. Where nobody declared the encoding it would read Chinese as accents; we tell it ours,

    so that what is compared is the reading and not the guess.
    """
    headers = {"content-location": URL}
    if "taken for " in (doubt := decode(document.whole())[1]):
        headers["content-type"] = "application/xml; charset=" + doubt.partition("taken for ")[2]
    return list(feedparser.parse(io.BytesIO(document.whole()), response_headers=headers).entries)


def _lost(theirs: list[Any], ours: list[Story]) -> dict[str, list[str]]:
    titles = {_letters(story.title) for story in ours}
    links = {_page(story.url) for story in ours}
    # A relative link has a base of its own: we take the site that the feed names, feedparser the address we made up.
    links |= {_page(URL_HOST + story.url.partition("://")[2].partition("/")[2]) for story in ours}
    dates = {story.published for story in ours} | {story.updated for story in ours}
    return {
        "titles": [
            title
            for title in (dict.get(entry, "title") or "" for entry in theirs)
            if _letters(title) and _letters(title) not in titles
        ],
        "links": [
            entry.link
            for entry in theirs
            if _page(dict.get(entry, "link") or "") and links.isdisjoint({_page(link) for link in _their_links(entry)})
        ],
        "dates": [str(when) for entry in theirs if (when := _their_date(entry)) and when not in dates],
    }


def _letters(title: str) -> str:
    """A title without mark-up, entities, spaces and marks, made without Tocsin's own code."""
    bare = re.sub(r"</?[A-Za-z!][^<>]*>", "", html.unescape(html.unescape(title)))
    return re.sub(r"\W+", "", bare)[: TITLE // 2]


def _their_links(entry: Any) -> list[str]:
    """Its link, and where it says the link leads past FeedBurner."""
    return [entry.link, dict.get(entry, "feedburner_origlink") or ""]


def _page(link: str) -> str:
    """A link as both sides can be compared: without tracking and fragment."""
    return address(link, URL)


def _their_date(entry: Any) -> datetime | None:
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        if parts := dict.get(entry, name):
            return datetime.fromtimestamp(calendar.timegm(parts), UTC)
    return None


if __name__ == "__main__":
    main()
