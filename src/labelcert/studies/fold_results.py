"""What cross-validation learns from one fold: candidates trained on the others, judged on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from labelcert.certificates import Certificate, ThreatModel, certify
from labelcert.certificates.run.checked_input import check_input
from labelcert.certificates.run.feature_input import check_feature_input
from labelcert.certificates.run.feature_running import certificates_of, certificates_of_gram
from labelcert.certificates.run.option_checks import check_jobs
from labelcert.engines.work.clock import Clock
from labelcert.intake.budgets import as_count
from labelcert.learners.gram import check_magnitudes

JUDGED = 1000
"""Rows of a fold that ridge regression on features is judged on, at the most."""


class FoldResult(NamedTuple):
    """What one fold says of a candidate: accuracy, certified accuracy, share decided exactly,
    seconds, and median flips."""

    accuracy: float
    certified: float
    exact: float
    seconds: float
    flips: float


def of_fold(
    gram: np.ndarray,
    labels: np.ndarray,
    train: np.ndarray,
    held: np.ndarray,
    learners: list[dict[str, float]],
    budget: int | str,
    clock: Clock,
    n_jobs: int | None,
) -> Iterator[FoldResult]:
    """Results of a fold, one a learner, as far as time allows.

    Of ridge regression one factorization serves every λ, and sorts decide every budget at once; an
    SVM is certified at the budget asked for.
    """
    square, cross = gram[np.ix_(train, train)], gram[np.ix_(held, train)]
    at, truth = as_count(budget, len(train), "budget"), labels[held]
    if "ridge" in learners[0]:
        given = check_input(
            square, cross, labels[train], None, 1.0, max(at, len(train)), None, None
        )
        values = [learner["ridge"] for learner in learners]
        for value in values:
            check_magnitudes(given.gram, given.cross, None, value)
        yield from _timed(
            certificates_of_gram(given, values, check_jobs(n_jobs), clock), at, truth, clock
        )
        return
    for learner in learners:
        if clock.expired:
            return
        found = certify(
            square, cross, labels[train], C=learner["C"], threat=ThreatModel(budget),
            time_limit=None if np.isinf(clock.remaining) else max(clock.remaining, 0.0),
            n_jobs=n_jobs,
        )  # fmt: skip
        if found.stopped == "interrupted":
            clock.interrupt()
        yield _result(found, at, truth, found.seconds)


def _result(found: Certificate, at: int, truth: np.ndarray, seconds: float) -> FoldResult:
    right = found.prediction == truth
    flips = float(np.median(np.where(right, found.radius, -1)))
    proven, exact = found.certified_accuracy(at, truth), float(found.exact.mean())
    return FoldResult(float(right.mean()), proven, exact, seconds, flips)


def of_feature_fold(
    features: Any,
    labels: np.ndarray,
    train: np.ndarray,
    held: np.ndarray,
    ridges: list[float],
    budget: int | str,
    clock: Clock,
    n_jobs: int | None,
) -> Iterator[FoldResult]:
    """The same of ridge regression on features (n, d), judged on `JUDGED` rows at the most."""
    step = -(-len(held) // JUDGED)
    held, at = held[::step], as_count(budget, len(train), "budget")
    given = check_feature_input(
        features[train], features[held], labels[train], None, 1.0, max(at, len(train)), None, None
    )
    found = certificates_of(given, ridges, check_jobs(n_jobs), clock)
    yield from _timed(found, at, labels[held], clock)


def _timed(
    certificates: Iterator[Certificate], at: int, truth: np.ndarray, clock: Clock
) -> Iterator[FoldResult]:
    """Results of certificates, up to the first that time did not suffice for."""
    begin = clock.elapsed
    for found in certificates:
        if found.stopped:
            return
        yield _result(found, at, truth, clock.elapsed - begin)
        begin = clock.elapsed


def split_evenly(
    labels: np.ndarray, folds: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Folds with their share of each class: training and left-out positions."""
    from sklearn.model_selection import StratifiedKFold

    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    yield from splitter.split(np.zeros((len(labels), 1)), labels)
