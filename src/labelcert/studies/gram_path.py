"""`gram_path`: accuracy against certified flips of kernel ridge regression, for many λ at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from labelcert.certificates import ThreatModel
from labelcert.certificates.run.checked_input import check_input
from labelcert.certificates.run.feature_running import certificates_of_gram
from labelcert.certificates.run.option_checks import check_jobs, check_time_limit
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_magnitudes
from labelcert.studies.ridge_path import RIDGE_GRID, RidgePath, path_of, ridges, truth_of


def gram_path(
    gram: Any,
    cross: Any,
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
    """Certify kernel ridge regression for many λ, from one eigendecomposition.

    `ridge_path` for a Gram matrix, up to some thousands of labels; the same advice on choosing λ.

    Args:
        gram, cross, labels, max_flips, threat: as in `labelcert.certify`.
        y_true: (m,) true labels of the test points.
        ridge: values of λ to try, > 0; by default seven decades around the mean diagonal entry.
        budget: flips that certified accuracy is taken at, a count or a percentage of the labels.
        time_limit, n_jobs, progress: as in `labelcert.certify`; no limit by default.

    Returns:
        A point a λ, ascending.

    Raises:
        InputError: one sentence that names the argument and the remedy.
    """
    clock = Clock(check_time_limit(time_limit), progress)
    with clock.minding_interrupts():
        given = check_input(gram, cross, labels, None, 1.0, max_flips, threat, None)
        truth, at = truth_of(y_true, given, len(given.cross), budget)
        size = float(np.mean(given.gram.source.diagonal())) or 1.0
        values = [f * float(f"{size:.1g}") for f in RIDGE_GRID] if ridge is None else ridges(ridge)
        for value in values:
            check_magnitudes(given.gram, given.cross, None, value)
        found = certificates_of_gram(given, values, check_jobs(n_jobs), clock)
        return path_of(found, truth, at, len(values), clock)
