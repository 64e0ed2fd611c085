"""How well names are matched, and how fast, beside the matchers that others use, in the same run.

    python benchmarks/match_quality.py [--pairs F] [--queries F] [--entities F] [--json F] [--no-peers] [--million]

Pairs: F1 at our fixed threshold, recall where precision is at least .90 and .97, over the pairs that string methods
can decide (`tier` is not "knowledge"); per kind the share that is right, per script F1. Queries: recall at one and
five over all queries that have an answer, and F1 of "is it on the list?" (the first hit has the verdict same). Peers
run where they are installed: rapidfuzz WRatio always, rigour and nomenklatura logic-v2 with `pip install nomenklatura`.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import os
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a clone is enough, nothing has to be installed

from rapidfuzz import fuzz, process, utils

from adapters.lists.eu_fsf import eu_fsf
from adapters.lists.un_sc import un_sc
from adapters.lists.us_ofac_sdn import us_ofac_sdn
from bot.book import EXACTLY, CompanyBook
from bot.diff import diff, survey
from bot.matching.compare import SAME, compare
from bot.matching.fold import fold
from bot.matching.index import NameIndex
from bot.matching.scripts import script_of, scripts
from bot.matching.words import japanese
from bot.model import Document, ListChange, Listing, Mark, Name, Place, Subscription
from bot.watched import Watched

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "matching"
LISTS = DATA.parent / "lists"
#: Real lists of one month, the largest first: 20,000 entries are all of two and the beginning of the third.
REAL = (
    (us_ofac_sdn, LISTS / "us_ofac_sdn" / "2024-05-07_sdn.xml.gz"),
    (eu_fsf, LISTS / "eu_fsf" / "2024-05-13_xmlFullSanctionsList_1_1.xml.gz"),
    (un_sc, LISTS / "un_sc" / "2024-05-15_consolidated.xml.gz"),
)
#: Editions of one real list, days and years apart.
EDITIONS = tuple(
    LISTS / "us_ofac_sdn" / f"{day}_sdn.csv.gz"
    for day in ("2021-08-18", "2022-03-21", "2022-03-24", "2024-05-02", "2024-05-03")
)
Line = dict[str, Any]
Scored = list[tuple[float, bool]]


def lines(path: Path) -> list[Line]:
    """The JSON objects of a file, one a line, plain or gzipped."""
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in body.decode().split("\n") if line.strip()]


# ── Pairs ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def f1(scored: Iterable[tuple[float, bool]], threshold: float) -> float:
    taken = wanted = right = 0
    for score, same in scored:
        taken += score >= threshold
        wanted += same
        right += same and score >= threshold
    return 2 * right / (taken + wanted) if taken + wanted else 0.0


def recall_at(scored: Scored, precision: float) -> float:
    """The largest share of the true pairs that can be had with at least this precision."""
    wanted = sum(same for _, same in scored)
    best, right = 0.0, 0
    ranked = sorted(scored, key=lambda one: -one[0])
    for taken, (score, same) in enumerate(ranked, 1):
        right += same
        tied = taken < len(ranked) and ranked[taken][0] == score
        if not tied and right / taken >= precision:
            best = right / wanted
    return best


def script_of_pair(line: Line) -> str:
    """The script other than Latin that a pair has, or latin."""
    texts = (line["query"], line["candidate"])
    found = set().union(*(scripts(text) for text in texts)) - {"latin"}
    if not found:
        return "latin"
    if "han" in found or "kana" in found:
        return "kana" if "kana" in found else "kanji" if any(map(japanese, texts)) else "han"
    return found.pop() if len(found) == 1 and found <= {"cyrillic", "arabic"} else "other"


def judge_pairs(pairs: Sequence[Line], score: Callable[[str, str], float], threshold: float) -> Line:
    """Everything that is measured on pairs."""
    headline = [line for line in pairs if line.get("tier") != "knowledge"]
    scored = [(score(line["query"], line["candidate"]), bool(line["same"])) for line in headline]
    by_kind: dict[str, list[bool]] = defaultdict(list)
    by_script: dict[str, Scored] = defaultdict(list)
    for line, (value, same) in zip(headline, scored, strict=True):
        by_kind[f"{line['kind']} {'same' if same else 'different'}"].append((value >= threshold) == same)
        by_script[script_of_pair(line)].append((value, same))
    return {
        "f1": f1(scored, threshold),
        "recall_at_p90": recall_at(scored, 0.90),
        "recall_at_p97": recall_at(scored, 0.97),
        "nk_f1": f1([one for line, one in zip(headline, scored, strict=True) if line["kind"] == "nk_cases"], threshold),
        "by_kind": {
            kind: {"pairs": len(found), "right": sum(found) / len(found)} for kind, found in sorted(by_kind.items())
        },
        "by_script": {
            script: {"pairs": len(found), "f1": f1(found, threshold)} for script, found in sorted(by_script.items())
        },
    }


# ── Queries ───────────────────────────────────────────────────────────────────────────────────────────────────────

Search = Callable[[str], list[tuple[str, float]]]


def judge_queries(queries: Sequence[Line], search: Search, threshold: float) -> Line:
    """Everything that is measured on queries: `search` gives owners and scores, best first."""
    hits, times = [], []
    for line in queries:
        begun = time.perf_counter()
        hits.append(search(line["query"])[:5])
        times.append(time.perf_counter() - begun)
    answerable = [(line, found) for line, found in zip(queries, hits, strict=True) if line["id"] is not None]
    first = [bool(found) and found[0][0] in line["accept"] for line, found in answerable]
    five = [any(owner in line["accept"] for owner, _ in found) for line, found in answerable]
    reachable = [at for at, (line, _) in enumerate(answerable) if line["kind"] != "knowledge"]
    taken = sum(bool(found) and found[0][1] >= threshold for found in hits)
    right = sum(good and found[0][1] >= threshold for good, (_, found) in zip(first, answerable, strict=True))
    times.sort()
    return {
        "recall_at_1": sum(first) / len(first),
        "recall_at_5": sum(five) / len(five),
        "recall_at_1_reachable": sum(first[at] for at in reachable) / max(1, len(reachable)),
        "recall_at_5_reachable": sum(five[at] for at in reachable) / max(1, len(reachable)),
        "screen_f1": 2 * right / max(1, taken + len(answerable)),
        "queries_per_s": len(times) / sum(times),
        "p99_ms": times[int(len(times) * 0.99)] * 1e3,
    }


def our_search(entities: Sequence[Line]) -> tuple[NameIndex, Search]:
    index = NameIndex()
    index.fill((line["id"], [Name(text) for text in line["names"]]) for line in entities)
    return index, lambda text: [(hit.owner, hit.match.score) for hit in index.search(text, limit=5)]


# ── Peers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def peers() -> Iterator[tuple[str, Callable[[str, str], float], float, Any]]:
    """Name, score of a pair, its usual threshold, and the scorer by which it picks its candidates."""
    yield "rapidfuzz WRatio", lambda a, b: fuzz.WRatio(a, b, processor=utils.default_process), 90.0, fuzz.WRatio
    if importlib.util.find_spec("nomenklatura") is None:
        print("rigour and nomenklatura are not installed: left out (pip install nomenklatura)")
        return
    import rigour.names  # type: ignore[import-not-found, unused-ignore]
    from followthemoney import EntityProxy  # type: ignore[import-not-found, unused-ignore]
    from nomenklatura.matching import LogicV2  # type: ignore[import-not-found, unused-ignore]
    from nomenklatura.matching.types import ScoringConfig  # type: ignore[import-not-found, unused-ignore]

    def bare(text: str) -> str:
        return str(rigour.names.remove_org_types(text.casefold())) or text

    def token_set(one: str, other: str) -> float:
        return fuzz.token_set_ratio(bare(one), bare(other), processor=utils.default_process)

    def entity(text: str) -> Any:
        return EntityProxy.from_dict({"id": text, "schema": "Organization", "properties": {"name": [text]}})

    config = ScoringConfig.defaults()
    yield "rigour + token_set", token_set, 90.0, fuzz.token_set_ratio
    yield (
        "nomenklatura logic-v2",
        lambda a, b: float(LogicV2.compare(entity(a), entity(b), config).score),
        0.7,
        fuzz.token_set_ratio,
    )


def peer_search(entities: Sequence[Line], score: Callable[[str, str], float], scorer: Any) -> Search:
    """The fifty names that the peer's own family of scorer puts first, scored by the peer."""
    owners = [line["id"] for line in entities for _ in line["names"]]
    names = [text for line in entities for text in line["names"]]
    ready = [utils.default_process(text) for text in names]

    def search(text: str) -> list[tuple[str, float]]:
        found = process.extract(utils.default_process(text), ready, scorer=scorer, processor=None, limit=50)
        best: dict[str, float] = {}
        for _, _, at in found:
            best[owners[at]] = max(best.get(owners[at], 0.0), score(text, names[at]))
        return sorted(best.items(), key=lambda one: -one[1])

    return search


# ── A million names ───────────────────────────────────────────────────────────────────────────────────────────────


def made_names(entities: Sequence[Line], size: int, seed: int = 1) -> list[str]:
    """As many names as wanted, made by exchanging a word of real ones for another of its script."""
    draw = random.Random(seed)
    names = [text for line in entities for text in line["names"]]
    words: dict[str, list[str]] = defaultdict(list)
    for word in sorted({word for text in names for word in text.split() if len(word) > 3}):
        words[script_of(word[0])].append(word)
    made: list[str] = []
    while len(made) < size:
        parts = draw.choice(names).split()
        at = draw.randrange(len(parts))
        others = words[script_of(parts[at][0])] or parts
        other = draw.choice(others)
        parts[at] = other[:6] + draw.choice(others)[-4:] if draw.random() < 0.3 else other
        made.append(" ".join(parts))
    return made


def million(entities: Sequence[Line], queries: Sequence[Line], size: int = 1_000_000) -> None:
    """Build, search and change an index of a million names."""
    made = made_names(entities, size)
    index = NameIndex()
    begun, worked = time.perf_counter(), time.process_time()
    index.fill((str(at), (Name(text),)) for at, text in enumerate(made))
    built, worked = time.perf_counter() - begun, time.process_time() - worked
    times = [clocked(lambda line=line: index.search(line["query"], limit=5)) for line in queries]  # type: ignore[misc]
    times.sort()
    begun = time.perf_counter()
    for at in range(1000):
        index.add(f"new {at}", (Name(f"Newly Added {made[at]} {at}"),))
    added = (time.perf_counter() - begun) / 1000
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{size:,} names: built in {built:.0f} s ({worked:.0f} s of the processor), {memory:.2f} GB in all, "
        f"p50 {times[len(times) // 2] * 1e3:.1f} ms, p99 {times[int(len(times) * 0.99)] * 1e3:.1f} ms, "
        f"adding one {added * 1e3:.3f} ms"
    )


def edition(entities: Sequence[Line], rows: int) -> None:
    """New editions of lists against 100,000 companies, as the watcher screens them.

    Editions of a real list that follow each other, of which only what changed is screened; lists whose every row is
    new; then one row more. A watchlist made of the names of other companies is what a list meets. One made of the very
    names of the rows is the worst case: each row is nearly what several watch.
    """
    now = datetime(2026, 11, 1, tzinfo=UTC)
    shuffled = random.Random(5).sample(entities, len(entities))
    rows = min(rows, len(entities) - 5_000)
    new, others = [listed(line) for line in shuffled[:rows]], shuffled[rows:]
    whole = []
    for source, path in REAL:
        if path.is_file():
            document = Document.of(gzip.decompress(path.read_bytes()), at=now, url=path.name)
            whole += [record.parse() for record in source.read(document).records]
    for whose, watched in (("other companies", others), ("the rows themselves, the worst case", entities)):
        companies = watchlist(watched, now)
        print(f"against {len(companies.companies()):,} companies of names made from {whose}:")
        followed(companies, now)
        screened("organisations", new, companies, now)
        if whole:
            what = "entries of real lists (OFAC SDN, EU, UN), persons and ships among them"
            screened(what, whole[:rows], companies, now)
        more = replace(new[0], key="more", name="Zhejiang Dahua Technology Co., Ltd.")
        one = clocked(lambda more=more, companies=companies: list(companies.matches(added(more, now))))  # type: ignore[misc]
        print(f"  one row more: {one * 1e3:.1f} ms")


def watchlist(entities: Sequence[Line], now: datetime, size: int = 100_000) -> Watched:
    """So many watched companies that no book knows, each by a name made from names of these."""
    companies, place = Watched(CompanyBook(())), Place("console", "bench")
    made = made_names(entities, size * 5 // 4)  # some come out alike
    typed = {key: text for text in made if (key := fold(text.removeprefix(EXACTLY)))}
    companies.update(
        Subscription(place=place, target=text, made_by="bench", made_at=now) for text in islice(typed.values(), size)
    )
    return companies


def listed(line: Line) -> Listing:
    first, *others = line["names"]
    return Listing(source="bench", key=line["id"], name=first, aliases=tuple(map(Name, others)))


def followed(companies: Watched, now: datetime) -> None:
    """Read real editions one after the other and screen what changed since the one before."""
    marks: dict[str, Mark] = {}
    known: dict[str, Listing] = {}
    for path in filter(Path.is_file, EDITIONS):
        document = Document.of(gzip.decompress(path.read_bytes()), at=now, url=path.name.removesuffix(".gz"))
        begun, first = time.perf_counter(), not known
        seen = survey(us_ofac_sdn.read(document), marks, same_layout=not first)
        difference = diff(seen, marks, known, first=first, same_layout=not first, seen=now)
        found = len(companies.matches_of_all(difference.changes))
        spent = time.perf_counter() - begun
        for listing, mark in difference.listings:
            known[listing.key], marks[listing.key] = listing, mark
        for key in seen.gone:
            del known[key], marks[key]
        if not first:
            print(
                f"  {path.name}: read, compared and screened in {spent:.1f} s, {seen.rows:,} rows, "
                f"{len(difference.changes):,} changed, {found:,} matches"
            )


def screened(what: str, new: Sequence[Listing], companies: Watched, now: datetime) -> None:
    """Screen a list whose every row is new."""
    begun, worked = time.perf_counter(), processor_time()
    found = len(companies.matches_of_all([added(listing, now) for listing in new]))
    spent, worked = time.perf_counter() - begun, processor_time() - worked
    names = sum(len(listing.names()) for listing in new)
    print(
        f"  {len(new):,} {what} ({names:,} names), all new: {spent:.1f} s ({worked:.1f} s of both cores), "
        f"{found:,} matches"
    )


def processor_time() -> float:
    """Seconds of the processor that this process and those it started and waited for have taken."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def added(listing: Listing, now: datetime) -> ListChange:
    return ListChange(source=listing.source, key=listing.key, before=None, after=listing, seen=now)


def clocked(work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, default=DATA / "dev.jsonl")
    parser.add_argument("--queries", type=Path, default=DATA / "retrieval_dev.jsonl")
    parser.add_argument("--entities", type=Path, default=DATA / "entities.jsonl.gz")
    parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="the figures as JSON, here or to FILE")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--peer-queries", type=int, default=60, help="how many queries the slow peers are asked")
    parser.add_argument("--million", action="store_true", help="also build and search a million names")
    parser.add_argument(
        "--edition", type=int, metavar="ROWS", help="also screen so many rows against 100,000 companies"
    )
    chosen = parser.parse_args()
    with redirect_stdout(sys.stderr if chosen.json == "-" else sys.stdout):  # JSON alone on standard output
        measure(chosen)


def measure(chosen: argparse.Namespace) -> None:
    pairs, queries, entities = lines(chosen.pairs), lines(chosen.queries), lines(chosen.entities)

    ours = judge_pairs(pairs, lambda a, b: compare(a, b).score, SAME)
    index, search = our_search(entities)
    ours |= judge_queries(queries, search, SAME)
    print(f"{len(pairs)} pairs, {len(queries)} queries in {len(index)} names of {len(entities)} organisations")
    report("tocsin", ours)
    for kind, figures in ours["by_kind"].items():
        print(f"  {kind:28} {figures['pairs']:4}  {figures['right']:.2f} right")
    for script, figures in ours["by_script"].items():
        print(f"  script {script:21} {figures['pairs']:4}  F1 {figures['f1']:.2f}")
    if not chosen.no_peers:
        sample = random.Random(3).sample(queries, min(chosen.peer_queries, len(queries)))
        for name, score, threshold, scorer in peers():
            theirs = judge_pairs(pairs, score, threshold)
            theirs |= judge_queries(sample, peer_search(entities, score, scorer), threshold)
            report(name, theirs)
            print(f"  we answer {ours['queries_per_s'] / theirs['queries_per_s']:.0f} times as many queries a second")
    if chosen.edition:
        edition(entities, chosen.edition)
    if chosen.million:
        million(entities, queries)
    if chosen.json:
        keys = (
            "f1",
            "recall_at_p90",
            "recall_at_p97",
            "recall_at_1",
            "recall_at_5",
            "screen_f1",
            "queries_per_s",
            "by_kind",
            "by_script",
        )
        text = json.dumps({key: ours[key] for key in keys}, indent=1) + "\n"
        if chosen.json == "-":
            print(text, end="", file=sys.__stdout__)
        else:
            Path(chosen.json).write_text(text, encoding="utf-8")


def report(name: str, found: Line) -> None:
    print(
        f"{name}: F1 {found['f1']:.3f}, recall at precision .90 {found['recall_at_p90']:.3f}, "
        f"at .97 {found['recall_at_p97']:.3f}, nomenklatura's cases F1 {found['nk_f1']:.2f}; "
        f"recall@1 {found['recall_at_1']:.3f}, @5 {found['recall_at_5']:.3f} "
        f"(reachable {found['recall_at_1_reachable']:.3f}, {found['recall_at_5_reachable']:.3f}), "
        f"on the list? F1 {found['screen_f1']:.3f}, "
        f"{found['queries_per_s']:.0f} queries/s, p99 {found['p99_ms']:.1f} ms"
    )


if __name__ == "__main__":
    main()
