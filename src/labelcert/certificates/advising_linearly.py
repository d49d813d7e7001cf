"""`advise_linear`: which labels to verify, of linear learners on features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from labelcert.certificates.attacker.threat_model import ThreatModel
from labelcert.certificates.results.advice import Advice
from labelcert.certificates.run.again import FeatureProblem
from labelcert.certificates.run.feature_input import check_feature_input
from labelcert.certificates.run.option_checks import (
    DEFAULT_TIME_LIMIT,
    check_jobs,
    check_time_limit,
)
from labelcert.certificates.weighing import advice_of, check_budget, check_k, refuse_bad_groups
from labelcert.engines.work.clock import Clock


def advise_linear(
    features: Any,
    test_features: Any,
    labels: Any,
    *,
    k: int = 5,
    budget: int | str | None = None,
    ridge: float | None = None,
    C: float | None = None,
    max_flips: int | str | None = None,
    threat: ThreatModel | None = None,
    classes: Sequence[Any] | None = None,
    time_limit: float | None = DEFAULT_TIME_LIMIT,
    n_jobs: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Advice:
    """`advise` for what `certify_linear` certifies: no kernel matrix, thousands of labels.

    Args:
        features, test_features, labels, ridge, C, max_flips, threat, classes, n_jobs: as in
            `certify_linear`.
        k, budget, time_limit, progress: as in `advise`.

    Returns the labels in order, with the certified ratios and certificates before and after, and
    what the other labels say of each label. Raises InputError.
    """
    clock = Clock(check_time_limit(time_limit), progress)
    k = check_k(k)
    refuse_bad_groups(threat)
    given = check_feature_input(
        features, test_features, labels, C, ridge, max_flips, threat, classes
    )
    asked = check_budget(budget, max_flips, threat, len(given.labels))
    problem = FeatureProblem(given, check_jobs(n_jobs))
    return advice_of(problem, threat, asked, k, clock)
