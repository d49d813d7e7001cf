"""Accuracy against certified flips of ridge regression on features, for many λ at once.

A larger λ spreads each prediction over more labels: it survives more flips, and is right less
often. `ridge_path` shows that trade, so that λ can be chosen on it. Cost: one matrix FᵀF and one
eigendecomposition for all λ, then a product and a sort a λ and test point.
Source: our own; the certificates are those of `labelcert.certify_linear`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert._errors import InputError
from labelcert.certificates import Certificate, ThreatModel
from labelcert.certificates.run.checked_input import CheckedInput
from labelcert.certificates.run.feature_input import FeatureInput, check_feature_input
from labelcert.certificates.run.feature_running import certificates_of
from labelcert.certificates.run.option_checks import check_jobs, check_time_limit
from labelcert.engines.work.clock import Clock
from labelcert.intake.budgets import as_count
from labelcert.intake.items import items_of
from labelcert.intake.label_lookup import refuse_other_type
from labelcert.intake.labels import as_labels
from labelcert.intake.numbers import positive, real_or_none, told

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

RIDGE_GRID = tuple(10.0**k for k in range(-2, 5))
"""Values of λ tried unless others are given, times the mean squared length of a row of features."""


@dataclass(frozen=True)
class PathPoint:
    """One λ: what it costs in accuracy, and what it buys.

    accuracy: share of the test points predicted right; median_flips: median over all test points of
    the flips that a prediction provably survives, a wrong one counting −1; certified_accuracy:
    share that is right and proven to stay so at the budget asked for; exact: share of radii that
    are known exactly.
    """

    ridge: float
    accuracy: float
    median_flips: float
    certified_accuracy: float
    exact: float
    certificate: Certificate


@dataclass(frozen=True, eq=False)
class RidgePath:
    """The outcome of `ridge_path`: a point a λ, ascending, and the budget of certified accuracy.

    stopped: "", or "time limit" or "interrupted", with only the points that were reached by then.
    """

    points: tuple[PathPoint, ...]
    budget: int
    stopped: str = ""

    def best(self, least_accuracy: float = 0.0) -> PathPoint:
        """The λ with the largest median of certified flips of those with enough accuracy; of equal
        ones the one that is right more often.

        Raises InputError where no λ is as accurate.
        """
        least = real_or_none(least_accuracy)
        if least is None or not 0 <= least <= 1:
            raise InputError(
                f"least_accuracy={told(least_accuracy)} is not allowed: pass a share from 0 to 1."
            )
        enough = [point for point in self.points if point.accuracy >= least]
        if not enough:
            raise InputError(
                f"no ridge reaches an accuracy of {least:g}: try smaller ones, or ask for less."
            )
        return max(enough, key=lambda point: (point.median_flips, point.accuracy))

    def to_frame(self) -> pd.DataFrame:
        """One row a λ."""
        import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

        names = ("ridge", "accuracy", "median_flips", "certified_accuracy", "exact")
        return pd.DataFrame({n: [getattr(point, n) for point in self.points] for n in names})


def ridge_path(
    features: Any,
    test_features: Any,
    labels: Any,
    y_true: Any,
    *,
    ridge: Sequence[float] | None = None,
    max_flips: int | str | None = None,
    threat: ThreatModel | None = None,
    budget: int | str = 1,
    time_limit: float | None = None,
    n_jobs: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> RidgePath:
    """Certify ridge regression on features for many λ, from one factorization.

    The λ that is chosen on test points is a choice on their labels: choose on others than those
    that are reported, and do not choose on labels under attack.

    Args:
        features, test_features, labels, max_flips, threat: as in `labelcert.certify_linear`.
        y_true: (m,) true labels of the test points.
        ridge: values of λ to try, > 0; by default seven decades around the mean squared length of
            a row of features (`RIDGE_GRID`).
        budget: flips that certified accuracy is taken at, a count or a percentage of the labels.
        time_limit, n_jobs, progress: as in `labelcert.certify`; no limit by default.

    Returns:
        A point a λ, ascending.

    Raises:
        InputError: one sentence that names the argument and the remedy.
    """
    clock = Clock(check_time_limit(time_limit), progress)
    with clock.minding_interrupts():
        given = check_feature_input(
            features, test_features, labels, None, 1.0, max_flips, threat, None
        )
        truth, at = truth_of(y_true, given, len(given.tests), budget)
        values = _around(given.features) if ridge is None else ridges(ridge)
        found = certificates_of(given, values, check_jobs(n_jobs), clock)
        return path_of(found, truth, at, len(values), clock)


def truth_of(
    y_true: Any, given: FeatureInput | CheckedInput, count: int, budget: int | str
) -> tuple[np.ndarray, int]:
    """True labels (count,) and the budget of certified accuracy; raises InputError."""
    truth = as_labels(y_true, "y_true", count=count, each="test point")
    refuse_other_type(truth, given.classes, "y_true", "classes")
    at = as_count(budget, len(given.labels), "budget")
    if at > given.asked:
        raise InputError(f"budget={at} is more than the attacker's {given.asked}: raise max_flips.")
    return truth, at


def path_of(
    certificates: Iterable[Certificate], truth: np.ndarray, budget: int, count: int, clock: Clock
) -> RidgePath:
    """The path of certificates of `count` λ, as far as time allows."""
    points: list[PathPoint] = []
    for certificate in certificates:
        points.append(_point(certificate, truth, budget))
        clock.report("ridge", len(points) / count)
    stopped = ""
    if len(points) < count or any(p.certificate.stopped for p in points):
        stopped = "interrupted" if clock.interrupted else "time limit"
    return RidgePath(tuple(points), budget, stopped)


def _point(certificate: Certificate, truth: np.ndarray, budget: int) -> PathPoint:
    right = certificate.prediction == truth
    flips = np.where(right, certificate.radius, -1)
    nobody = len(truth) == 0
    return PathPoint(
        ridge=certificate.learner["ridge"],
        accuracy=float("nan") if nobody else float(right.mean()),
        median_flips=float("nan") if nobody else float(np.median(flips)),
        certified_accuracy=certificate.certified_accuracy(budget, truth),
        exact=float("nan") if nobody else float(certificate.exact.mean()),
        certificate=certificate,
    )


def _around(features: np.ndarray) -> list[float]:
    """λ around the mean squared length of a row."""
    rows = features[:: max(1, len(features) // 1024)].astype(np.float64)
    size = float((rows**2).sum() / len(rows)) or 1.0
    return [factor * float(f"{size:.1g}") for factor in RIDGE_GRID]


def ridges(given: Sequence[float]) -> list[float]:
    """The λ to try, ascending, each once; raises InputError."""
    found = {positive(v, "ridge") for v in items_of(given, "ridge", "the values to try")}
    if not found:
        raise InputError("ridge is empty: pass the values to try.")
    return sorted(found)
