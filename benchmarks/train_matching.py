"""Train the weights of the name matcher, and say how well they do on companies they were not trained on.

    python benchmarks/train_matching.py [--pairs dev.jsonl] [--write]

Takes under a minute. The model is a logistic regression over the features of `bot/matching/evidence.py`, with a small
ridge penalty, fitted by Newton's method in plain Python; a pair with several readings is trained on the one that the
model itself likes best. Pairs of one entity never stand on both sides of a fold. With `--write`,
`bot/data/match_weights.toml` is written anew from all pairs.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a clone is enough, nothing has to be installed

from bot.matching.evidence import FEATURES, Objection, evidence, objections
from bot.matching.fold import core
from bot.matching.words import readings

ROOT = Path(__file__).resolve().parents[1]
PAIRS = ROOT.parent / "shared" / "data" / "matching" / "dev.jsonl"
WEIGHTS = ROOT / "bot" / "data" / "match_weights.toml"
RIDGE = 0.3
FOLDS = 5

HEAD = """\
# How much each feature of a pair of names counts: the score is the logistic of the bias and the weighted features.
# Features are explained in bot/matching/evidence.py; written by benchmarks/train_matching.py --write, do not edit.
"""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled pair: its readings as features, what objects to each, and the entity it belongs to."""

    rows: tuple[tuple[float, ...], ...]
    objections: tuple[tuple[Objection, ...], ...]
    same: bool
    entity: str


def load(path: Path) -> list[Example]:
    """The pairs that string methods can decide."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    lines = [line for line in lines if line.get("tier") != "knowledge"]
    entity = entities(lines)
    found = []
    for line in lines:
        pairs = [(a, b) for a in readings(line["query"]) for b in readings(line["candidate"])]
        seen = [evidence(a, b) for a, b in pairs]
        found.append((line, [row for row, _ in seen], tuple(tuple(objections(alignment)) for _, alignment in seen)))
    return [
        Example(tuple(rows), against, bool(line["same"]), entity[core(line["query"])]) for line, rows, against in found
    ]


def entities(lines: Sequence[dict[str, object]]) -> dict[str, str]:
    """Which names belong together: names that a pair calls the same have one root."""
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root.setdefault(name, name) != name:
            name = root[name]
        return name

    for line in lines:
        query, candidate = core(str(line["query"])), core(str(line["candidate"]))
        if line["same"]:
            root[find(query)] = find(candidate)
        find(query)
    return {name: find(name) for name in list(root)}


def total(weights: Sequence[float], row: Sequence[float], against: Iterable[Objection] = ()) -> float:
    """The model's sum for a row, with objections taken off; the bias is the last weight."""
    found = weights[-1] + sum(map(float.__mul__, weights, row))
    for objection in against:
        found = objection.applied(found)
    return found


def logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, value))))


def train(examples: Sequence[Example]) -> list[float]:
    """Weights, the bias last."""
    chosen = [0] * len(examples)
    weights: list[float] = []
    for _ in range(3):
        used = [(one.rows[at], one.same) for one, at in zip(examples, chosen, strict=True) if not one.objections[at]]
        weights = newton(used)
        chosen = [best(weights, one)[1] for one in examples]
    return weights


def best(weights: Sequence[float], one: Example) -> tuple[float, int]:
    """The sum of the reading that fits best, and which it is."""
    sums = [total(weights, row, against) for row, against in zip(one.rows, one.objections, strict=True)]
    return max((value, at) for at, value in enumerate(sums))


def newton(rows: Sequence[tuple[Sequence[float], bool]]) -> list[float]:
    """Fit by Newton's method; the ridge leaves the bias alone."""
    size = len(rows[0][0]) + 1
    weights = [0.0] * size
    for _ in range(12):
        gradient = [-RIDGE * weight for weight in weights[:-1]] + [0.0]
        hessian = [[RIDGE if i == j and i < size - 1 else 0.0 for j in range(size)] for i in range(size)]
        for row, same in rows:
            full = (*row, 1.0)
            likely = logistic(total(weights, row))
            slope = likely * (1 - likely)
            live = [(at, value) for at, value in enumerate(full) if value]
            for i, left in live:
                gradient[i] += (same - likely) * left
                line = hessian[i]
                part = slope * left
                for j, right in live:
                    line[j] += part * right
        step = solve(hessian, gradient)
        weights = [weight + move for weight, move in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-6:
            break
    return weights


def solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """A system of equations by Gaussian elimination with pivoting."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for at in range(size):
        pivot = max(range(at, size), key=lambda i: abs(rows[i][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        for below in range(at + 1, size):
            factor = rows[below][at] / rows[at][at]
            if factor:
                rows[below] = [left - factor * up for left, up in zip(rows[below], rows[at], strict=True)]
    found = [0.0] * size
    for at in reversed(range(size)):
        rest = sum(rows[at][j] * found[j] for j in range(at + 1, size))
        found[at] = (rows[at][size] - rest) / rows[at][at]
    return found


def across_folds(examples: Sequence[Example]) -> list[tuple[float, bool]]:
    """A score for each pair from a model that never saw its entity."""
    names = sorted({one.entity for one in examples})
    random.Random(7).shuffle(names)
    fold = {name: at % FOLDS for at, name in enumerate(names)}
    found: list[tuple[float, bool]] = []
    for at in range(FOLDS):
        weights = train([one for one in examples if fold[one.entity] != at])
        found += [(logistic(best(weights, one)[0]), one.same) for one in examples if fold[one.entity] == at]
    return found


def f1(scored: Sequence[tuple[float, bool]], threshold: float) -> float:
    right = sum(same for score, same in scored if score >= threshold)
    taken = sum(score >= threshold for score, _ in scored)
    return 2 * right / (taken + sum(same for _, same in scored))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, default=PAIRS)
    parser.add_argument("--write", action="store_true", help="write bot/data/match_weights.toml")
    chosen = parser.parse_args()
    examples = load(chosen.pairs)
    scored = across_folds(examples)
    print(f"{len(examples)} pairs, {len(FEATURES)} features; F1 on entities not trained on:")
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7):
        print(f"  at {threshold:.1f}: {f1(scored, threshold):.3f}")
    if chosen.write:
        *weights, bias = train(examples)
        lines = [f"{name} = {weight:.3f}" for name, weight in zip(FEATURES, weights, strict=True)]
        WEIGHTS.write_text(HEAD + f"bias = {bias:.3f}\n\n[weights]\n" + "\n".join(lines) + "\n", encoding="utf-8")
        print(f"wrote {WEIGHTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
