"""Random certification problems, nasty ones among them, each given by (seed, number) alone.

2 to 14 labels, 1 to 4 test points, C from 10^-2.5 to 10^1.5, a budget from 1 to n, a linear kernel
of one of `FEATURES`, and an attacker of one of `THREATS`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import labelcert as lc

FEATURES = (
    "gaussian",
    "rounded",
    "duplicates",
    "low rank",
    "float32",
    "near singular",
    "one-sided",
)
THREATS: dict[str, tuple[str, ...]] = {
    "plain budget": (),
    "trusted": ("trusted",),
    "costs": ("costs",),
    "one direction": ("directions",),
    "groups": ("groups", "group_budgets"),
    "costs and groups": ("costs", "groups", "group_budgets"),
    "all at once": ("trusted", "costs", "directions", "groups", "group_budgets"),
}
"""Kinds of attackers, and the arguments of `ThreatModel` that make them."""


class RandomProblem(NamedTuple):
    features: str
    kind: str  # of the threat model
    n: int
    m: int
    budget: int
    arguments: dict[str, Any]  # of `certify`


def draw(seed: int, number: int, largest: int = 14) -> RandomProblem:
    """Problem `number` of a seed, with at most `largest` labels."""
    rng = np.random.default_rng([seed, number])
    features, kind = str(rng.choice(FEATURES)), str(rng.choice(list(THREATS)))
    n, m = int(rng.integers(2, largest + 1)), int(rng.integers(1, 5))
    C = float(10 ** rng.uniform(-2.5, 1.5))
    if features in ("rounded", "duplicates") and rng.random() < 0.5:
        C = float(2.0 ** rng.integers(-8, 5))  # exact ties and kinks
    gram, cross = draw_kernels(features, rng, n, m)
    labels = rng.integers(0, 2, n)
    if features == "one-sided":  # no label of one class, or a single one
        labels = (rng.permutation(n) < rng.integers(0, 2)).astype(np.int64) ^ rng.integers(0, 2)
    threat = draw_threat(kind, rng, n)
    arguments = {
        "gram": gram,
        "cross": cross,
        "labels": labels,
        "classes": [0, 1],
        "C": C,
        "threat": threat,
    }
    return RandomProblem(features, kind, n, m, int(threat.budget), arguments)


def draw_kernels(
    features: str, rng: np.random.Generator, n: int, m: int
) -> tuple[np.ndarray, np.ndarray]:
    """Gram matrix (n, n) and cross-Gram (m, n) of random features."""
    d = int(rng.integers(2, 9))
    if features == "low rank":
        d = int(rng.integers(1, max(2, n // 2)))
    points, tests = rng.standard_normal((n, d)), rng.standard_normal((m, d))
    if features in ("rounded", "duplicates"):
        points, tests = np.round(points), np.round(tests)
    if features == "duplicates":
        points, tests[0] = points[rng.integers(0, n, n)], points[0]
    if features == "near singular":
        noise = 10 ** rng.uniform(-9, -3) * rng.standard_normal((n, d))
        points = points[rng.integers(0, (n + 1) // 2, n)] + noise
    gram, cross = points @ points.T, tests @ points.T
    if features == "float32":
        return gram.astype(np.float32), cross.astype(np.float32)
    return gram, cross


def draw_threat(kind: str, rng: np.random.Generator, n: int) -> lc.ThreatModel:
    """An attacker of a kind on n labels, with a budget from 1 to n."""
    groups = rng.integers(0, 3, n).tolist()
    parts: dict[str, Any] = {
        "trusted": np.flatnonzero(rng.random(n) < 0.3).tolist(),
        "costs": rng.integers(1, 4, n).tolist(),
        "directions": [(1, 0)] if rng.random() < 0.5 else [(0, 1)],
        "groups": groups,
        "group_budgets": {group: int(rng.integers(0, 5)) for group in sorted(set(groups))},
    }
    given = {part: parts[part] for part in THREATS[kind]}
    return lc.ThreatModel(int(rng.integers(1, n + 1)), **given)
