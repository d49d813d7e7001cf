"""One certificate from rows and a feature map: of one linear model, or of an ensemble of parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import Certificate, ThreatModel
from labelcert.certificates.certifying_linearly import certify_linear
from labelcert.data import Graph, Split
from labelcert.features import FeatureMap


class Rows(NamedTuple):
    """Training rows (n, d) with their labels (n,), and test rows (m, d)."""

    train: np.ndarray
    labels: np.ndarray
    test: np.ndarray


class Learner(NamedTuple):
    """One of ridge and C; parts and votes of an ensemble, None for one model; seed of the parts."""

    ridge: float | None
    C: float | None
    parts: int | None
    votes: str | None
    seed: int


def rows_of(graph: Graph, split: Split) -> Rows:
    """Rows of a split; InputError where there are edges, at which features do not look."""
    if graph.has_edges:
        raise InputError(
            f"features look at rows alone and {graph.name!r} has edges: leave features and parts "
            "out."
        )
    given = graph.features
    rows: Any = given if isinstance(given, np.ndarray) else given.toarray()
    return Rows(
        _compact(rows[split.labeled]), graph.labels[split.labeled], _compact(rows[split.test])
    )


def certify_rows(
    rows: Rows,
    features: FeatureMap,
    learner: Learner,
    threat: ThreatModel,
    *,
    collective: bool = False,
    time_limit: float | None,
    jobs: int | None,
    report: Callable[[str, float], None] | None = None,
) -> Certificate:
    """Fit the features to the training rows, without labels, and certify the test rows.

    threat: of an ensemble only its budget counts. collective: also how many predictions one
    attacker breaks at once, of one model. Raises InputError.
    """
    if report is not None:
        report("features", 0.0)
    if learner.parts is None:
        fitted = features.fit(rows.train)
        return certify_linear(
            fitted(rows.train), fitted(rows.test), rows.labels, ridge=learner.ridge, C=learner.C,
            threat=threat, collective=collective, time_limit=time_limit, n_jobs=jobs,
            progress=report,
        )  # fmt: skip
    # Only ensembles need scikit-learn, which takes a second to import.
    from labelcert.ensembles.partition_ensemble import PartitionEnsemble

    ensemble = PartitionEnsemble(
        features, parts=learner.parts, ridge=learner.ridge, C=learner.C,
        votes=learner.votes or "white_box", seed=learner.seed, n_jobs=jobs,
    )  # fmt: skip
    ensemble.fit(rows.train, rows.labels)
    return ensemble.certify(rows.test, threat.budget, time_limit=time_limit, progress=report)


def _compact(rows: np.ndarray) -> np.ndarray:
    """Bytes where these hold the numbers exactly, as of pixels: an eighth of the memory."""
    if rows.size and rows.min() >= 0 and rows.max() <= 255 and (rows == np.floor(rows)).all():
        return rows.astype(np.uint8)
    return np.ascontiguousarray(rows)
