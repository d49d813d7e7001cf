"""Results of studies made by hand: every figure follows from radii and collective counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from labelcert.report.results import Result, told_apart

NETWORK = {"depth": 1, "activation": "relu"}
_SECOND: dict[str, Any] = {
    "source": {"synthetic": "csbm", "parameters": {}, "seed": 0}, "dataset": "second",
}  # fmt: skip


def made(
    radius: Sequence[int],
    *,
    radius_upper: Sequence[int] | None = None,
    broken: Sequence[int] | None = None,
    broken_upper: Sequence[int] | None = None,
    wrong: Sequence[int] = (),
    dataset: str = "karate",
    model: str = "gcn",
    seed: int = 0,
    max_flips: int = 3,
    network: str = "gcn",
    parameters: dict[str, Any] | None = None,
    learner: dict[str, float] | None = None,
    source: dict[str, Any] | None = None,
    names: Sequence[str] = ("a", "b"),
) -> Result:
    """A result of len(radius) test nodes 10, 11, … and four labeled nodes 0 … 3.

    broken: collective counts at budgets 0 … max_flips; wrong: positions of wrong predictions.
    A test node of radius r below max_flips has the witness 0 … r.
    """
    upper = list(radius if radius_upper is None else radius_upper)
    m, first, second = len(radius), *names
    truth = [first if t % 2 else second for t in range(m)]
    other = {first: second, second: first}
    labels = [first, second, first, second]
    right = np.array([t not in wrong for t in range(m)])
    collective = None
    if broken is not None:
        collective = {
            "broken_lower": list(broken),
            "broken_upper": list(broken if broken_upper is None else broken_upper),
            "witnesses": [
                {"indices": list(range(min(r, 4))), "labels": [other[v] for v in labels[:r]]}
                for r in range(max_flips + 1)
            ],
        }
    record = {
        "version": 1,
        "dataset": {
            "name": dataset, "nodes": 34, "edges": 78, "features": 34,
            "classes": list(names), "class_names": None,
        },
        "num_labeled": 4, "num_test": m, "max_flips": max_flips, "unit": "flips",
        "labeled": {"nodes": [0, 1, 2, 3], "labels": labels},
        "test": {
            "nodes": [10 + t for t in range(m)],
            "true_labels": truth,
            "predictions": [other[v] if t in wrong else v for t, v in enumerate(truth)],
        },
        "accuracy": float(right.mean()),
        "certified_ratio": _shares(radius, upper, np.ones(m, dtype=bool), max_flips),
        "certified_accuracy": _shares(radius, upper, right, max_flips),
        "collective": collective,
        "radius": list(radius), "radius_upper": upper, "relaxed_radius": None,
        "witnesses": [_witness(r, labels, other) if r < max_flips else None for r in radius],
        "exact_share": 1.0, "complete": True, "stopped": "", "relaxed": False,
    }  # fmt: skip
    content = {
        "version": 1,
        "dataset": source or {"name": "karate", "binary": False, "largest_component": False},
        "split": {"per_class": 1, "validation": 1, "test": None, "seed": seed},
        "model": {"name": network, "parameters": NETWORK if parameters is None else parameters},
        "learner": learner or {"C": 1.0},
        "threat": {"max_flips": max_flips, "directions": None},
        "collective": broken is not None,
        "exactness": "exact",
    }
    return Result(dataset, model, content, record)


def study(
    name: str = "gcn", dataset: str = "karate", classes: Sequence[str] = ("a", "b")
) -> tuple[Result, ...]:
    """Two models on two seeds of a data set with eight test nodes, and one on a second data set."""
    results: list[Result] = []
    for seed in (0, 1):
        common: dict[str, Any] = {
            "seed": seed,
            "dataset": dataset,
            "names": classes,
            "max_flips": 4,
        }
        results += [
            made([0, 1, 2, 4, 0, 1, 2, 1 + seed], model=name, broken=[0, 2, 4, 4, 4], **common),
            made([2, 2, 0, 1, 1, 0, 0, seed], radius_upper=[2, 3, 0, 1, 1, 0, 0, seed], wrong=[0],
                 model="mlp", network="mlp", parameters={"depth": 1}, broken=[0, 1, 2, 3, 4],
                 broken_upper=[0, 1, 3, 3, 4], **common),
        ]  # fmt: skip
    results.append(made([1, -1, 1], model=name, names=classes, broken=[1, 2, 2, 2], **_SECOND))
    return told_apart(results)


def _shares(
    radius: Sequence[int], upper: Sequence[int], counted: np.ndarray, max_flips: int
) -> dict[str, list[float]]:
    return {
        name: [float((counted & (np.asarray(r) >= b)).mean()) for b in range(max_flips + 1)]
        for name, r in (("lower", radius), ("upper", upper))
    }


def _witness(radius: int, labels: Sequence[str], other: dict[str, str]) -> dict[str, Any]:
    flipped = list(range(min(radius + 1, len(labels))))
    return {"indices": flipped, "labels": [other[labels[i]] for i in flipped]}
