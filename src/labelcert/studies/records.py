"""What is kept of a finished unit: everything that reports need, as plain data.

::

    {
      "version": 1,
      "software": {"labelcert": …, "python": …, "numpy": …, "scipy": …, "numba": …},
      "dataset":  {"name": …, "nodes": …, "edges": …, "features": …, "classes": [...],
                   "class_names": {...} or null},
      "num_labeled": n, "num_test": m, "max_flips": R, "unit": "flips",
      "labeled":  {"nodes": [n], "ids": [n] or null, "labels": [n]},
      "test":     {"nodes": [m], "ids": [m] or null, "true_labels": [m], "predictions": [m]},
      "accuracy": clean, a share of m,
      "certified_ratio":    {"lower": [R + 1], "upper": [R + 1]},
      "certified_accuracy": {"lower": [R + 1], "upper": [R + 1]},
      "collective": null or {"broken_lower": [R + 1], "broken_upper": [R + 1],
                             "witnesses": [R + 1]},
      "radius": [m], "radius_upper": [m], "relaxed_radius": [m] or null,
      "witnesses": [m], each null or {"indices": [...], "labels": [...]},
      "exact_share": share of radii known exactly, "complete": …, "stopped": "" or "time limit",
      "relaxed": whether only independent worst cases of the classes were asked for
    }

Entry r of a list of R + 1 belongs to budget r. "lower" is proven; "upper" is what no known witness
breaks. Indices of witnesses are positions in "labeled". "ids" are what the user's
table calls nodes. Of new rows whose label nobody knows "true_labels" holds null, and "accuracy" and
"certified_accuracy" are null; no unit of a study has such rows.
"complete" says that a longer time limit would change nothing. What a run
measures (seconds, memory) is kept apart, so that the record of a unit is the same whenever it is
computed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from labelcert._errors import InputError
from labelcert._software import software
from labelcert.certificates import Certificate, CollectiveCertificate, Witness
from labelcert.data import Graph, Split
from labelcert.data.no_label import is_labeled

VERSION = 1


class Points(NamedTuple):
    """Labeled or test nodes: their numbers, and what the user's table calls them, if it does."""

    nodes: np.ndarray
    ids: list[str] | None


def record_of(graph: Graph, split: Split, certificate: Certificate) -> dict[str, Any]:
    """The record of a certificate for the test nodes of a split."""
    return record_of_points(
        certificate,
        _dataset(graph),
        Points(split.labeled, _ids(graph, split.labeled)),
        Points(split.test, _ids(graph, split.test)),
        graph.labels[split.test],
    )


def record_of_points(
    certificate: Certificate, dataset: dict[str, Any], labeled: Points, test: Points, truth: Any
) -> dict[str, Any]:
    """The record of a certificate for points of any data.

    dataset: as in the record. truth: (m,) labels as of a graph, or None where nobody knows any.
    Where some are not known, "true_labels" holds null and both accuracies are null: of the others
    alone they would be told as if they were of all. Raises InputError: budgets too fine.
    """
    c = certificate
    if c.levels is not None or (c.collective is not None and c.collective.levels is not None):
        remedy = "a smaller budget" if c.unit == "flips" else "costs in coarser units"
        raise InputError(
            f"budget={c.max_flips} is too large for a study, which keeps an entry for each: pass "
            f"{remedy}, so that budgets stay below 4096."
        )
    known = np.zeros(c.num_test, dtype=bool) if truth is None else is_labeled(truth)
    names = [None] * c.num_test if truth is None else truth.tolist()
    budgets = np.arange(c.max_flips + 1)
    right = c.prediction == truth if bool(known.all()) and truth is not None else None
    return {
        "version": VERSION,
        "software": software(),
        "dataset": dataset,
        "num_labeled": c.num_labeled,
        "num_test": c.num_test,
        "max_flips": c.max_flips,
        "unit": c.unit,
        "labeled": {
            "nodes": labeled.nodes.tolist(),
            "ids": labeled.ids,
            "labels": c.labels.tolist(),
        },
        "test": {
            "nodes": test.nodes.tolist(),
            "ids": test.ids,
            "true_labels": [v if k else None for v, k in zip(names, known.tolist(), strict=True)],
            "predictions": c.prediction.tolist(),
        },
        "accuracy": None if right is None else float(right.mean()),
        "certified_ratio": _shares(c, budgets, np.ones(c.num_test, dtype=bool)),
        "certified_accuracy": None if right is None else _shares(c, budgets, right),
        "collective": None if c.collective is None else _collective(c.collective),
        "radius": c.radius.tolist(),
        "radius_upper": c.radius_upper.tolist(),
        "relaxed_radius": None if c.relaxed_radius is None else c.relaxed_radius.tolist(),
        "witnesses": [_witness(w) for w in c.witnesses],
        "exact_share": float(c.exact.mean()),
        "complete": c.complete,
        "stopped": c.stopped,
        "relaxed": c.relaxed,
    }


def _ids(graph: Graph, nodes: np.ndarray) -> list[str] | None:
    return None if graph.node_ids is None else graph.node_ids[nodes].tolist()


def _shares(c: Certificate, budgets: np.ndarray, counted: np.ndarray) -> dict[str, list[float]]:
    """Share of the test points that are counted and survive each budget."""
    return {
        name: [float((counted & (radius >= r)).mean()) for r in budgets]
        for name, radius in (("lower", c.radius), ("upper", c.radius_upper))
    }


def _dataset(graph: Graph) -> dict[str, Any]:
    names = graph.class_names
    return {
        "name": graph.name,
        "nodes": graph.num_nodes,
        "edges": graph.num_edges,
        "features": graph.num_features,
        "classes": graph.classes.tolist(),
        "class_names": None if names is None else {str(k): v for k, v in names.items()},
    }


def _collective(c: CollectiveCertificate) -> dict[str, Any]:
    return {
        "broken_lower": c.broken_lower.tolist(),
        "broken_upper": c.broken_upper.tolist(),
        "witnesses": [_witness(w) for w in c.witnesses],
    }


def _witness(witness: Witness | None) -> dict[str, Any] | None:
    if witness is None:
        return None
    return {"indices": witness.indices.tolist(), "labels": witness.labels.tolist()}
