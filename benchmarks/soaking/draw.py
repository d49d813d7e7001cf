"""Random problems, each given by one number alone: its seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from soaking.kernels import KERNELS
from soaking.setting import Setting

TASKS = {
    "svm": 0.4, "classes": 0.18, "ridge": 0.08, "ridge classes": 0.04, "features ridge": 0.08,
    "features ridge classes": 0.04, "relations": 0.18,
}  # fmt: skip
"""What is drawn, and how often; all but "relations" are small enough for the oracle."""

THREATS: dict[str, tuple[str, ...]] = {
    "max_flips": (),
    "plain": (),
    "trusted": ("trusted",),
    "costs": ("costs",),
    "large costs": ("large costs",),
    "directions": ("directions",),
    "groups": ("groups", "group_budgets"),
    "all at once": ("trusted", "costs", "directions", "groups", "group_budgets"),
    "bad groups": ("groups", "bad_groups"),
    "bad groups and all": (
        "trusted", "costs", "directions", "groups", "group_budgets", "bad_groups",
    ),
}  # fmt: skip
NAMES = ("cat", "dog", "ant", "=x", "Z", "7")


@dataclass(frozen=True, eq=False)
class Problem:
    """options: of `certify`, beyond those of the setting. odd: engines search and attack even
    where they would enumerate."""

    seed: int
    task: str
    kernel: str
    threat: str
    setting: Setting
    options: dict[str, Any]
    odd: bool

    @property
    def engine(self) -> str:
        return self.options["engine"]

    @property
    def tags(self) -> tuple[str, str, str, str]:
        """The kinds it counts for."""
        limit = "time limit near 0" if self.options["time_limit"] < 1 else "no short time limit"
        return self.task, f"kernel: {self.kernel}", f"threat: {self.threat}", limit


def draw(seed: int) -> Problem:
    """The problem of a seed."""
    rng = np.random.default_rng([0x50A4, seed])
    task = str(rng.choice(list(TASKS), p=list(TASKS.values())))
    kernel, threat = str(rng.choice(list(KERNELS))), str(rng.choice(list(THREATS)))
    classes, n, m = _sizes(rng, task)
    options = _options(rng, task, classes, n)
    if options["engine"] in ("branch_and_bound", "paper_milp"):
        n, m = min(n, 7), min(m, 6)
    if options["engine"] == "paper_milp":
        n, m = min(n, 3), min(m, 2)
    gram, cross = KERNELS[kernel](rng, n, m)
    rows = None
    if "features" in task:
        rows = _rows(rng, n, m)
        gram, cross = (part.astype(np.float64) @ rows[0].astype(np.float64).T for part in rows)
        kernel = "from features"
        if "bad_groups" in THREATS[threat]:
            options["collective"] = False
    numbers = _labels(rng, kernel, n, classes)
    learner = _learner(rng, task, kernel, gram)
    parts, budget = _threat(rng, THREATS[threat], n, classes)
    if "bad_groups" in parts:
        options["worst_margins"] = False
    setting = Setting(
        gram,
        cross,
        numbers,
        _names(rng, classes),
        learner,
        budget,
        parts,
        threat == "max_flips",
        rows,
    )
    return Problem(seed, task, kernel, threat, setting, options, bool(rng.random() < 0.2))


def _rows(rng: np.random.Generator, n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Features whose inner products floats hold exactly: few bits each, often alike or 0."""
    d, unit = int(rng.integers(1, 8)), 2.0 ** int(rng.integers(-12, 8))
    drawn = [rng.integers(-40, 41, (count, d)) * unit for count in (n, m)]
    if rng.random() < 0.3:
        drawn = [np.sign(part) * unit for part in drawn]
    if rng.random() < 0.3 and n > 1:
        drawn[0][n // 2 :] = drawn[0][: n - n // 2]
    if rng.random() < 0.2:
        drawn[1][0] = 0.0
    if rng.random() < 0.2:
        drawn[1][-1] = drawn[0][0]
    kind = rng.choice([np.float64, np.float32])
    return drawn[0].astype(kind), drawn[1].astype(kind)


def _sizes(rng: np.random.Generator, task: str) -> tuple[int, int, int]:
    """Classes, labels and test points."""
    if task == "relations":
        classes = 2 if rng.random() < 0.75 else 3
        return classes, int(rng.integers(5, 15 if classes == 2 else 9)), int(rng.integers(1, 9))
    if "classes" not in task:
        n = int(rng.integers(1, 9) if rng.random() < 0.9 else rng.integers(9, 13))
        return 2, n, int(rng.integers(20, 41))
    classes = int(rng.integers(3, 6))
    return classes, int(rng.integers(1, {3: 7, 4: 6, 5: 5}[classes])), int(rng.integers(10, 31))


def _options(rng: np.random.Generator, task: str, classes: int, n: int) -> dict[str, Any]:
    options: dict[str, Any] = {
        "engine": "auto",
        "time_limit": 3.0 if task == "relations" else 10.0,
        "n_jobs": 1,
    }
    options["collective"] = bool(rng.random() < 0.6)
    if task in ("svm", "classes"):
        shares = [0.73, 0.17, 0.08, 0.02] if classes == 2 else [0.9, 0.05, 0.05, 0.0]
        names = ["auto", "enumeration", "branch_and_bound", "paper_milp"]
        options["engine"] = str(rng.choice(names, p=shares))
    if classes == 2 and options["engine"] != "paper_milp":
        options["worst_margins"] = bool(rng.random() < 0.3)
    if classes > 2 and options["engine"] == "auto" and rng.random() < 0.15:
        options["relaxed"] = True
    if rng.random() < 0.08:
        options["time_limit"] = float(rng.choice([0.0, 1e-9, 1e-4, 1e-3, 1e-2]))
    if options["engine"] == "paper_milp":
        options["time_limit"] = 2.0
    return options


def _labels(rng: np.random.Generator, kernel: str, n: int, classes: int) -> np.ndarray:
    numbers = rng.integers(0, classes, n)
    if kernel == "near duplicates" and classes == 2:
        half = (n + 1) // 2
        numbers[half:] = 1 - numbers[: n - half]  # twins say the opposite
    if rng.random() < 0.1:  # a class without labels, or all labels of one class
        numbers = np.full(n, rng.integers(0, classes))
        numbers[0] = rng.integers(0, classes)
    return numbers


def _learner(
    rng: np.random.Generator, task: str, kernel: str, gram: np.ndarray
) -> dict[str, float]:
    size = float(np.abs(gram).max()) or 1.0
    if "ridge" in task or (task == "relations" and rng.random() < 0.2):
        wide = 10.0 ** rng.uniform(-4, 4) * size
        return {"ridge": float(2.0 ** rng.integers(-6, 7)) if rng.random() < 0.4 else float(wide)}
    which = rng.random()
    if kernel == "near duplicates" and which < 0.7:  # twins pull hard, and solving gets hard
        return {"C": float(10.0 ** rng.uniform(1, 5))}
    if which < 0.35:
        return {"C": float(10.0 ** rng.uniform(-9, 9))}
    if which < 0.65:
        return {"C": float(2.0 ** rng.integers(-8, 6))}
    return {"C": float(10.0 ** rng.uniform(-1.5, 2.5) / size)}


def _threat(
    rng: np.random.Generator, parts: tuple[str, ...], n: int, classes: int
) -> tuple[dict[str, Any], int]:
    """Parts of a threat model, and a budget of 0, up to all that can be spent, or beyond."""
    given: dict[str, Any] = {}
    if "trusted" in parts:
        given["trusted"] = np.flatnonzero(rng.random(n) < 0.3).tolist()
    if "costs" in parts:
        given["costs"] = rng.integers(1, 5, n).tolist()
    if "large costs" in parts:
        given["costs"] = np.where(rng.random(n) < 0.3, 10**6, rng.integers(5, 90, n)).tolist()
    if "directions" in parts:
        pairs = [(a, b) for a in range(classes) for b in range(classes) if a != b]
        kept = [pair for pair in pairs if rng.random() < 0.6]
        given["directions"] = kept or pairs[:1]
    spendable = sum(given.get("costs", [1] * n))
    if "groups" in parts:
        given["groups"] = [str(g) for g in rng.choice(list("abc"), n)]
        most = max(given.get("costs", [1])) * 3
        names = sorted(set(given["groups"]))
        purses = {g: int(rng.integers(0, most + 1)) for g in names if rng.random() < 0.8}
        if "group_budgets" in parts:
            given["group_budgets"] = (
                purses if rng.random() < 0.8 else int(rng.integers(0, most + 1))
            )
    if "bad_groups" in parts:
        given["bad_groups"] = int(rng.integers(1, 3))
    which, most = rng.random(), spendable if rng.random() < 0.2 else min(spendable, 200)
    if which < 0.05:
        return given, 0
    if which < 0.1:
        return given, most + int(rng.integers(1, 30))
    return given, most if which < 0.5 else int(rng.integers(1, most + 1))


def _names(rng: np.random.Generator, classes: int) -> list[Any]:
    which = rng.random()
    if which < 0.5:
        return list(range(classes))
    if which < 0.7:
        return [int(v) for v in rng.choice(np.arange(-9, 10), classes, replace=False)]
    return [str(v) for v in rng.choice(NAMES, classes, replace=False)]
