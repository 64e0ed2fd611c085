"""How fast companies are found in stories, beside the bare automaton on the same names and texts.

    python benchmarks/mentions_speed.py [--companies 100000] [--stories 2000] [--processes 2]

Companies are made up (three names each: one long, one short with a legal form, one of two words in common use), stories
are put together from the labelled ones to 3,000 characters each and named companies are strewn in. Prints stories a
second through `find` (language given, as the watcher does), through the whole analysis, and ahocorasick_rs alone on the
folded bytes of the same texts; then how long a watch added at run time takes to be found, and the memory.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from bot.matching.language import language_of
from bot.matching.mentions import MentionFinder
from bot.matching.scan import folded
from bot.model import Company, Name, Story
from bot.stories import analyse

STORIES = ROOT.parent / "shared" / "data" / "stories" / "dev.jsonl"
_SYLLABLES = [
    "an",
    "be",
    "co",
    "da",
    "el",
    "fi",
    "gra",
    "hu",
    "in",
    "jo",
    "ka",
    "lo",
    "mi",
    "nor",
    "o",
    "pe",
    "qui",
    "ra",
    "su",
    "ta",
    "ul",
    "vo",
    "wex",
    "ya",
    "zin",
    "tron",
    "lux",
    "mar",
    "dex",
    "san",
]
_TRADES = ("Metals", "Logistics", "Semiconductor", "Shipping", "Robotics", "Trading", "Energy", "Optics")
_FORMS = ("Co., Ltd.", "GmbH", "S.A.", "Inc.", "PJSC", "LLC")
_HAN = "华中远东方大新海天科金龙宝盛泰通达信联合创益恒德源"

#: What a worker process works on; filled before the fork, so that nothing is copied.
_work: dict[str, object] = {}


def companies(count: int) -> Iterator[Company]:
    chance = random.Random(7)
    for number in range(count):
        stem = "".join(chance.choices(_SYLLABLES, k=chance.randint(3, 5))).capitalize()
        trade = chance.choice(_TRADES)
        native = "".join(chance.choices(_HAN, k=4)) if number % 3 == 0 else f"{stem} {chance.choice(_TRADES)} Group"
        names = (Name(f"{stem}{number % 97} {chance.choice(_FORMS)}"), Name(native))
        yield Company(id=f"c{number}", name=f"{stem} {trade} {chance.choice(_FORMS)}", names=names)


def stories(count: int, known: list[Company]) -> list[tuple[str, str, str]]:
    chance = random.Random(11)
    rows = [json.loads(line) for line in STORIES.read_text(encoding="utf-8").splitlines()]
    by_language: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_language.setdefault(row["lang"], []).append(row)
    out = []
    for _ in range(count):
        row = chance.choice(rows)
        pieces = [row["text"]]
        while sum(map(len, pieces)) < 3000:
            pieces.append(chance.choice(by_language[row["lang"]])["text"])
            pieces.append(f" {chance.choice(known).name} ")
        title = row["title"] or ""
        text = "\n".join(pieces)[:3000]
        out.append((title, text, language_of(title, text)))
    return out


def through(what: str) -> tuple[float, float]:
    """Seconds for the share of this process: by the clock, and of its own work when others use the machine too."""
    finder, part = _work["finder"], _work["stories"]
    assert isinstance(finder, MentionFinder)
    assert isinstance(part, list)
    started, worked = time.perf_counter(), time.process_time()
    for title, text, language in part:
        mentions = finder.find(title, text, language)
        if what == "analysis":
            analyse(Story(source="s", id="1", url="", title=title, text=text), mentions)
    return time.perf_counter() - started, time.process_time() - worked


def bare(known: list[Company], texts: list[tuple[str, str, str]]) -> float:
    """Stories a second through the automaton alone, on bytes that are already folded."""
    patterns = sorted({f" {folded(name.text).text.strip()} ".encode() for one in known for name in one.all_names()})
    machine = BytesAhoCorasick(patterns, matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA)
    raw = [f" {folded(title).text} {folded(text).text} ".encode() for title, text, _ in texts]
    started = time.perf_counter()
    for one in raw:
        machine.find_matches_as_indexes(one, overlapping=True)
    return len(raw) / (time.perf_counter() - started)


def measured(what: str, processes: int, count: int) -> tuple[float, float]:
    """Stories a second: by the clock, and if each process had a core to itself."""
    through(what)  # languages, phrases and letters are learned once
    with ProcessPoolExecutor(processes) as pool:
        seconds = list(pool.map(through, [what] * processes))
    return processes * count / max(clock for clock, _ in seconds), processes * count / max(own for _, own in seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--companies", type=int, default=100_000)
    parser.add_argument("--stories", type=int, default=1_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--no-bare", action="store_true", help="without the bare automaton, to see our own memory")
    asked = parser.parse_args()
    known = list(companies(asked.companies))
    texts = stories(asked.stories, known)
    started = time.perf_counter()
    finder = MentionFinder(known)
    print(
        f"{asked.companies:,} companies, {3 * asked.companies:,} names: built in {time.perf_counter() - started:.1f} s"
    )
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    _work.update(finder=finder, stories=texts)
    print(
        f"stories of 3,000 characters a second, {asked.processes} processes: by the clock (each with a core to itself)"
    )
    mentions, alone_mentions = measured("mentions", asked.processes, len(texts))
    print(f"mentions: {mentions:,.0f} ({alone_mentions:,.0f})")
    whole, alone_whole = measured("analysis", asked.processes, len(texts))
    print(f"whole analysis: {whole:,.0f} ({alone_whole:,.0f})")
    if not asked.no_bare:
        alone = bare(known, texts)
        print(
            f"ahocorasick_rs alone: {alone:,.0f} a second on one; ratio {alone_mentions / asked.processes / alone:.2f}"
        )
    added = Company(id="new", name="Brandnewname Dynamics")
    started = time.perf_counter()
    finder.add(added)
    found = finder.find("", "Brandnewname Dynamics opened a plant.", "en")
    print(f"watch added and found in the next story: {bool(found)}, {1000 * (time.perf_counter() - started):.2f} ms")


if __name__ == "__main__":
    main()
