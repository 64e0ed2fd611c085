"""How well stories are understood, per language, beside the tools one would otherwise use.

    python benchmarks/story_quality.py [--stories FILE] [--near-duplicates FILE] [--json] [--faults]

The companies watched are those of the labelled universe (README.md beside the stories, "Universe: ..."), as the company
book knows them. Rows marked borderline are left out where the label is a matter of taste (listing or not, list, stage,
reason). Peers in the same run: casefolded keyword search, rapidfuzz partial_ratio at its best threshold, and spaCy's
multilingual entity recogniser where it is installed (it finds organisations, the names are then compared).
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from rapidfuzz import fuzz

from bot.book import shipped
from bot.matching.fold import fold
from bot.matching.mentions import MentionFinder
from bot.model import Analysis, Company, Role, Story, Verdict
from bot.stories import Told, analyse, blocks, find_event, same_event

STORIES = ROOT.parent / "shared" / "data" / "stories"

#: The labels' names of lists, as the ids Tocsin tells them by. The FCC's prohibition of 2019 became its Covered List.
SOURCE_OF = {
    "US BIS Entity List": "us_bis_entity",
    "US BIS Unverified List": "us_bis_uvl",
    "US BIS Denied Persons List": "us_bis_dpl",
    "US BIS MEU List": "us_bis_meu",
    "US OFAC NS-CMIC List": "us_ofac_cons",
    "US OFAC SSI List": "us_ofac_cons",
    "US OFAC SSI": "us_ofac_cons",
    "US OFAC SDN": "us_ofac_sdn",
    "US OFAC SDN List": "us_ofac_sdn",
    "US DoD Chinese military companies list (1237/1260H)": "us_dod_cmc",
    "US FCC USF prohibition (2019)": "us_fcc_covered",
    "US FCC Covered List": "us_fcc_covered",
    "US EO 13942/13943 (TikTok, WeChat)": "us_eo_13942",
    "US EO 13873": "us_eo_13873",
    "US EO 13959": "us_eo_13959",
    "US NDAA s.889/s.1634 statutory procurement ban": "us_ndaa",
    "US DHS UFLPA Entity List": "us_dhs_uflpa",
    "CN MOFCOM Unreliable Entity List": "cn_mofcom_uel",
    "UA International Sponsors of War": "ua_war_sponsors",
}
#: Words of a label, for labels that the table above does not know.
_HINTS = {
    "us_ofac_sdn": ("sdn",),
    "us_ofac_cons": ("cmic", "ssi", "sectoral"),
    "us_dod_cmc": ("1260h", "1237"),
    "us_bis_entity": ("bis entity",),
    "us_dhs_uflpa": ("uflpa",),
    "us_fcc_covered": ("fcc",),
    "us_ndaa": ("ndaa", "889"),
    "us_eo_13942": ("1394",),
    "us_eo_13873": ("13873",),
    "us_eo_13959": ("13959",),
    "ua_war_sponsors": ("sponsors",),
    "cn_mofcom_uel": ("unreliable",),
    "eu_fsf": ("eu ",),
    "uk_sanctions": ("uk ",),
    "un_sc": ("un ",),
    "ca_sema": ("ca ",),
    "au_dfat": ("au ",),
    "jp_mof": ("jp ",),
    "ch_seco": ("ch ",),
}


def source_of(label: str) -> str:
    known = SOURCE_OF.get(label)
    lowered = f"{label.casefold()} "
    return known or next((source for source, hints in _HINTS.items() if any(hint in lowered for hint in hints)), label)


# ── What is watched ───────────────────────────────────────────────────────────────────────────────────────────────


def universe(folder: Path, rows: Iterable[dict[str, Any]]) -> list[str]:
    """The labelled universe, and every name that these rows label besides."""
    names: dict[str, None] = {}
    readme = folder / "README.md"
    if readme.is_file():
        listed = re.search(r"^Universe: (.+?)\.$", readme.read_text(encoding="utf-8"), re.MULTILINE)
        names = dict.fromkeys(name.strip() for name in listed.group(1).split(",")) if listed else {}
    return list(names) + sorted({one["name"] for row in rows for one in row["companies"]} - names.keys())


def watched(names: Iterable[str]) -> dict[str, Company]:
    """Each name as a person would type it into `watch add`; "Facebook / Meta" is one company with two names."""
    companies = {}
    for name in names:
        plain = re.sub(r"\s*\([^)]*\)", "", name)
        found = [shipped().find(part) for part in (name, plain, *plain.split(" / "))]
        companies[name] = next((one for one in found if one.from_book), found[1])
    return companies


# ── Measuring ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Tally:
    """Right, wrong and missed, for precision, recall and F1."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        both = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / both if both else 1.0

    def take(self, expected: bool, found: bool) -> None:
        self.right += expected and found
        self.wrong += found and not expected
        self.missed += expected and not found


@dataclass
class Share:
    """How many of how many."""

    right: int = 0
    all: int = 0

    def take(self, right: bool) -> None:
        self.right += right
        self.all += 1

    @property
    def value(self) -> float:
        return self.right / self.all if self.all else 1.0


@dataclass
class Figures:
    """All that is measured for one language, or for all."""

    stories: int = 0
    mentions: Tally = field(default_factory=Tally)
    role: Share = field(default_factory=Share)
    silence: Share = field(default_factory=Share)
    listing: Tally = field(default_factory=Tally)
    list: Share = field(default_factory=Share)
    stage: Share = field(default_factory=Share)
    reason_found: Share = field(default_factory=Share)
    reason_silent: Share = field(default_factory=Share)  #: of all stories without a reason
    listing_silent: Share = field(default_factory=Share)  #: of the listing stories among them, which is harder
    clusters: Tally = field(default_factory=Tally)
    language: Share = field(default_factory=Share)

    def as_json(self) -> dict[str, float]:
        return {
            "stories": self.stories,
            "mention_precision": self.mentions.precision,
            "mention_recall": self.mentions.recall,
            "role": self.role.value,
            "homograph_silence": self.silence.value,
            "listing_f1": self.listing.f1,
            "list_accuracy": self.list.value,
            "stage": self.stage.value,
            "reason_found": self.reason_found.value,
            "reason_silent": self.reason_silent.value,
            "cluster_precision": self.clusters.precision,
            "cluster_recall": self.clusters.recall,
        }


@dataclass(frozen=True)
class Read:
    """A labelled row with what was read out of it."""

    row: dict[str, Any]
    story: Story
    analysis: Analysis
    found: dict[str, Role]  #: company id -> role


def story_of(row: dict[str, Any]) -> Story:
    return Story(
        source="benchmark",
        id=row["id"],
        url=row["url"] or "",
        title=row["title"] or "",
        text=row["text"] or "",
        published=moment(row["published"]),
    )


def moment(text: str | None) -> datetime | None:
    """A date of the labels: a day, or only a month ("2021-12"), of which the middle is taken."""
    found = re.match(r"(\d{4})-(\d\d)(?:-(\d\d))?", text or "")
    return datetime(int(found[1]), int(found[2]), int(found[3] or 15), tzinfo=UTC) if found else None


def read_all(rows: Sequence[dict[str, Any]], companies: dict[str, Company]) -> list[Read]:
    finder = MentionFinder({one.id: one for one in companies.values()}.values())
    out = []
    for row in rows:
        story = story_of(row)
        mentions = finder.find(story.title, story.text)
        analysis = analyse(story, mentions)
        out.append(Read(row, story, analysis, {one.company: one.role for one in analysis.mentions}))
    return out


def measure(reads: Sequence[Read], companies: dict[str, Company], fault: Callable[..., None]) -> dict[str, Figures]:
    figures: dict[str, Figures] = defaultdict(Figures)
    for read in reads:
        for key in ("all", read.row["lang"]):
            score(read, companies, figures[key], fault if key == "all" else lambda *_: None)
    return figures


def score(read: Read, companies: dict[str, Company], into: Figures, fault: Callable[..., None]) -> None:
    row, analysis = read.row, read.analysis
    into.stories += 1
    into.language.take(analysis.language == row["lang"])
    expected = {companies[one["name"]].id: Role(one["role"]) for one in row["companies"]}
    for company in expected.keys() | read.found.keys():
        into.mentions.take(company in expected, company in read.found)
        if company not in read.found:
            fault(row, "missed company", company)
        elif company not in expected:
            fault(row, "wrong company", company, [one.surface for one in analysis.mentions if one.company == company])
        else:
            into.role.take(expected[company] is read.found[company])
            if expected[company] is not read.found[company]:
                fault(row, "role", company, f"should be {expected[company]}")
    if not expected:
        into.silence.take(not read.found)
    if row["borderline"]:
        return
    into.listing.take(row["listing_story"], analysis.listing_story)
    if row["listing_story"] != analysis.listing_story:
        fault(row, "listing", analysis.listing_story, [one.rule for one in analysis.because])
    if row["listing_story"]:
        score_listing(read, into, fault)
    else:
        into.reason_silent.take(not analysis.reason)


def score_listing(read: Read, into: Figures, fault: Callable[..., None]) -> None:
    row, analysis = read.row, read.analysis
    if row["lists"]:
        meant = [source_of(label) for label in row["lists"]]
        into.list.take(analysis.source in meant)
        if analysis.source not in meant:
            fault(row, "list", analysis.source, meant)
    if row["stage"]:
        stages = {row["stage"], "removed"} if row["action"] == "removed" else {row["stage"]}
        into.stage.take(analysis.stage in stages)
        if analysis.stage not in stages:
            fault(row, "stage", analysis.stage, stages)
    if row["reason_sentence"]:
        right = same_sentence(analysis.reason, row["reason_sentence"])
        into.reason_found.take(right)
        if not right:
            fault(row, "reason", analysis.reason, row["reason_sentence"])
    else:
        into.reason_silent.take(not analysis.reason)
        into.listing_silent.take(not analysis.reason)
        if analysis.reason:
            fault(row, "reason not silent", analysis.reason)


def same_sentence(ours: str, label: str) -> bool:
    """The same sentence, or one inside the other with most of its words: where sentences end is a matter of taste."""
    a, b = fold(ours).replace(" ", ""), fold(label).replace(" ", "")
    if not a or not b:
        return False
    shorter, longer = sorted((a, b), key=len)
    return shorter in longer and len(shorter) >= 0.5 * len(longer)


# ── Same event ────────────────────────────────────────────────────────────────────────────────────────────────────


def clusters(reads: Sequence[Read], figures: dict[str, Figures], fault: Callable[..., None]) -> Tally:
    """Stories joined to events as they come, oldest first, as the watcher does it; then every pair is judged.

    Pairs of one language go into the figures; those across languages are returned.
    """
    events = joined(reads)
    across = Tally()
    for one, other in combinations(reads, 2):
        same = bool(one.row["cluster"]) and one.row["cluster"] == other.row["cluster"]
        alike = events[one.row["id"]] == events[other.row["id"]]
        if one.row["lang"] != other.row["lang"]:
            across.take(same, alike)
        else:
            figures["all"].clusters.take(same, alike)
            figures[one.row["lang"]].clusters.take(same, alike)
        if same != alike:
            match = same_event(Told.of(one.story, one.analysis), Told.of(other.story, other.analysis))
            why = [(reason.rule, round(reason.score, 2)) for reason in match.reasons]
            fault(one.row, "split" if same else "joined", other.row["id"], round(match.score, 2), why)
    return across


def joined(reads: Sequence[Read]) -> dict[str, str]:
    """Which event each story tells: the id of a story that stands for it. A story of two events makes them one."""
    told = [Told.of(read.story, read.analysis) for read in reads]
    far = datetime(9999, 1, 1, tzinfo=UTC)
    told.sort(key=lambda one: one.published or far)
    events: dict[str, str] = {}
    by_block: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        keys = blocks(one)
        near = {other.id: other for key in keys for other in by_block[key]}
        alike = [other for other in near.values() if find_event(one, [other])]
        old = {events[other.id] for other in alike}
        events[one.id] = one.id
        events = {id: one.id if event in old else event for id, event in events.items()}
        for key in keys:
            by_block[key].append(one)
    return events


def near_duplicates(path: Path, fault: Callable[..., None]) -> Tally:
    tally = Tally()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        pair = json.loads(line)
        sides = []
        for side in ("a", "b"):
            item = pair[side]
            story = Story(
                source="pairs",
                id=f"{number}{side}",
                url=item.get("url") or "",
                title=item["title"] or "",
                text=item["text"] or "",
                published=moment(item.get("published")),
            )
            sides.append(Told.of(story, analyse(story, ())))
        alike = same_event(*sides).verdict is Verdict.SAME
        tally.take(pair["same_event"], alike)
        if alike != pair["same_event"]:
            fault(
                {"id": pair["id"]},
                "pair",
                f"same={pair['same_event']}",
                pair["a"]["title"],
                pair["b"]["title"],
                same_event(*sides).score,
                same_event(*sides).reasons,
            )
    return tally


# ── Peers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def keyword_search(rows: Sequence[dict[str, Any]], companies: dict[str, Company]) -> Tally:
    """A casefolded name anywhere in the text."""
    return peer(rows, companies, lambda name, text: name in text)


def partial_ratio(rows: Sequence[dict[str, Any]], companies: dict[str, Company]) -> tuple[int, Tally]:
    """rapidfuzz partial_ratio of each name with the text, at the threshold that is best for it on these very rows."""
    scores: dict[tuple[str, str], float] = {}
    ids = {one.id: [name.text.casefold() for name in one.all_names()] for one in companies.values()}
    for row in rows:
        text = f"{row['title'] or ''} {row['text'] or ''}".casefold()
        for id, names in ids.items():
            scores[row["id"], id] = max(
                fuzz.partial_ratio(name, text) if len(name) <= len(text) else 0 for name in names
            )
    tallies = {}
    for threshold in range(80, 101, 2):
        tallies[threshold] = tally = Tally()
        for row in rows:
            expected = {companies[one["name"]].id for one in row["companies"]}
            for id in ids:
                tally.take(id in expected, scores[row["id"], id] >= threshold)
    return max(tallies.items(), key=lambda one: one[1].f1)


def peer(rows: Sequence[dict[str, Any]], companies: dict[str, Company], meets: Callable[[str, str], bool]) -> Tally:
    tally = Tally()
    for row in rows:
        text = f"{row['title'] or ''} {row['text'] or ''}".casefold()
        expected = {companies[one["name"]].id for one in row["companies"]}
        for company in {one.id: one for one in companies.values()}.values():
            tally.take(company.id in expected, any(meets(name.text.casefold(), text) for name in company.all_names()))
    return tally


def spacy_ner(rows: Sequence[dict[str, Any]], companies: dict[str, Company]) -> Tally | str:
    """Organisations that spaCy's multilingual model sees, compared with the names; or why there are none."""
    try:
        model = importlib.import_module("spacy").load("xx_ent_wiki_sm")
    except ImportError:
        return "not measured: pip install spacy, and its model xx_ent_wiki_sm from github.com/explosion/spacy-models"
    except OSError:  # looked for 2026-11: PyPI has spaCy and third-party copies of English models, not this one
        return "not measured: xx_ent_wiki_sm is on no package registry, only at github.com/explosion/spacy-models"
    tally = Tally()
    for row in rows:
        seen = {
            fold(entity.text)
            for entity in model(f"{row['title'] or ''}. {row['text'] or ''}").ents
            if entity.label_ in ("ORG", "MISC")
        }
        expected = {companies[one["name"]].id for one in row["companies"]}
        for company in {one.id: one for one in companies.values()}.values():
            tally.take(company.id in expected, any(fold(name.text) in seen for name in company.all_names()))
    return tally


# ── Printing ──────────────────────────────────────────────────────────────────────────────────────────────────────

_COLUMNS = (
    "stories",
    "mention_precision",
    "mention_recall",
    "role",
    "homograph_silence",
    "listing_f1",
    "list_accuracy",
    "stage",
    "reason_found",
    "reason_silent",
    "cluster_precision",
    "cluster_recall",
)


def lines(figures: dict[str, Figures]) -> Iterator[str]:
    yield "language " + " ".join(
        f"{name.replace('mention_', 'm.').replace('cluster_', 'c.')[:11]:>11}" for name in _COLUMNS
    )
    order = sorted(figures, key=lambda key: (key != "all", -figures[key].stories))
    for key in order:
        values = figures[key].as_json()
        yield f"{key:8} " + " ".join(
            f"{values[name]:>11.0f}" if name == "stories" else f"{values[name]:>11.3f}" for name in _COLUMNS
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=Path, default=STORIES / "dev.jsonl")
    parser.add_argument("--near-duplicates", type=Path, default=STORIES / "near_duplicate_pairs.jsonl")
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="the figures as JSON alone, here or to FILE"
    )
    parser.add_argument("--faults", action="store_true", help="print every row that came out wrong")
    parser.add_argument("--no-peers", action="store_true", help="leave the peers out (quicker)")
    asked = parser.parse_args()
    rows = [json.loads(line) for line in asked.stories.read_text(encoding="utf-8").splitlines() if line.strip()]
    companies = watched(
        universe(asked.stories.parent if (asked.stories.parent / "README.md").is_file() else STORIES, rows)
    )

    def fault(row: dict[str, Any], *what: object) -> None:
        if asked.faults:
            print(row["id"], *what, sep=" | ", file=sys.stderr)

    started = time.perf_counter()
    reads = read_all(rows, companies)
    seconds = time.perf_counter() - started
    figures = measure(reads, companies, fault)
    across = clusters(reads, figures, fault)
    pairs = near_duplicates(asked.near_duplicates, fault) if asked.near_duplicates.is_file() else Tally()
    result = figures["all"].as_json() | {
        "cross_language_recall": across.recall,
        "near_duplicate_f1": pairs.f1,
        "by_language": {key: one.as_json() for key, one in figures.items() if key != "all"},
    }
    if asked.json:
        text = json.dumps(result, indent=1) + "\n"
        if asked.json == "-":
            sys.stdout.write(text)
        else:
            Path(asked.json).write_text(text, encoding="utf-8")
        return
    print("\n".join(lines(figures)))
    pairs_across = across.right + across.missed
    print(f"across languages: recall {across.recall:.3f} precision {across.precision:.3f} ({pairs_across} pairs)")
    print(f"near duplicates: F1 {pairs.f1:.3f} precision {pairs.precision:.3f} recall {pairs.recall:.3f}")
    print(f"language right {figures['all'].language.value:.3f}; {len(rows) / seconds:.0f} stories a second, all told")
    silent = figures["all"].listing_silent
    print(f"no reason given for {silent.right} of the {silent.all} listing stories that have none")
    made_up = [name for name, company in companies.items() if not company.from_book]
    print(f"watched {len(companies)} names; not in the book: {', '.join(made_up) or 'none'}")
    if not asked.no_peers:
        print_peers(rows, companies, figures["all"].mentions)


def print_peers(rows: Sequence[dict[str, Any]], companies: dict[str, Company], ours: Tally) -> None:
    print("mentions: who               precision  recall     F1")
    threshold, fuzzy = partial_ratio(rows, companies)
    ner = spacy_ner(rows, companies)
    table = [
        ("Tocsin", ours),
        ("keyword search", keyword_search(rows, companies)),
        (f"partial_ratio >= {threshold}", fuzzy),
    ]
    if isinstance(ner, Tally):
        table.append(("spaCy xx_ent_wiki_sm", ner))
    for name, tally in table:
        print(f"  {name:26}{tally.precision:9.3f}{tally.recall:8.3f}{tally.f1:7.3f}")
    if isinstance(ner, str):
        print(f"  spaCy: {ner}")


if __name__ == "__main__":
    main()
