"""Hold each label of a checked problem against a model trained on the others."""

from __future__ import annotations

import numpy as np

from labelcert.certificates.array_types import FloatArray, IntArray, LabelArray
from labelcert.certificates.results.suspicion import Suspicion
from labelcert.certificates.run.outcome import reason_of
from labelcert.engines.work.clock import Clock
from labelcert.learners.feature_system import FeatureRidge
from labelcert.learners.gram import CheckedGram
from labelcert.learners.leave_one_out import (
    LeftOut,
    features_left_out,
    ridge_left_out,
    svm_left_out,
    svm_without,
)

STAGE = "suspicious labels"


def suspicion_of_ridge(
    gram: CheckedGram, labels: LabelArray, classes: LabelArray, ridge: float
) -> Suspicion:
    """Of kernel ridge regression: exact, to its error bar."""
    found = ridge_left_out(gram, signs_of(labels, classes), ridge)
    return _told(labels, classes, found, ["closed form"] * len(labels), "")


def suspicion_of_features(
    learner: FeatureRidge, labels: LabelArray, classes: LabelArray
) -> Suspicion:
    """Of ridge regression from features: exact, to its error bar."""
    found = features_left_out(learner, signs_of(labels, classes))
    return _told(labels, classes, found, ["closed form"] * len(labels), "")


def suspicion_of_svm(
    gram: CheckedGram, labels: LabelArray, classes: LabelArray, C: float, clock: Clock
) -> Suspicion:
    """Of an SVM: bounds from one fit a machine, then retrained without one label after the other
    as long as there is time, first those of which the bounds do not tell whether they disagree."""
    targets = signs_of(labels, classes)
    low, high = np.zeros(targets.shape), np.zeros(targets.shape)
    how = ["bound"] * len(labels)
    try:
        for k in range(targets.shape[1]):
            clock.report(STAGE, 0.0)
            part = svm_left_out(gram, targets[:, k], C)
            low[:, [k]], high[:, [k]] = part.low, part.high
        width = high - low
        # Bounds as near as the fits themselves are: the label has no weight in any machine.
        free = np.all(width <= 1e-6 * np.maximum(np.abs(low), 1), axis=1)
        how = ["clean fit" if free[i] else "bound" for i in range(len(labels))]
        _refit(gram, targets, C, LeftOut(low, high), how, clock)
    except KeyboardInterrupt:
        clock.interrupt()
    stopped = reason_of(clock) if "bound" in how else ""
    return _told(labels, classes, LeftOut(low, high), how, stopped)


def _refit(
    gram: CheckedGram, targets: FloatArray, C: float, found: LeftOut, how: list[str], clock: Clock
) -> None:
    """Retrain without each label that has a bound only, and put what that gives into `found`."""
    low, high = _disagreement(targets, found)[:2]
    unclear = (low <= 0) & (high >= 0)
    rest = [i for i in np.lexsort((-high, ~unclear)).tolist() if how[i] == "bound"]
    for done, i in enumerate(rest):
        if clock.expired:
            return
        clock.report(STAGE, done / len(rest))
        for k in range(targets.shape[1]):
            if found.high[i, k] > found.low[i, k]:
                below, above = svm_without(gram, targets[:, k], C, i)
                # Both hold, and rounding alone could make them miss each other.
                found.low[i, k] = max(found.low[i, k], min(below, found.high[i, k]))
                found.high[i, k] = min(found.high[i, k], max(above, found.low[i, k]))
        how[i] = "refit"


def signs_of(labels: LabelArray, classes: LabelArray) -> FloatArray:
    """Targets ±1 of the machines: (n, 1) with two classes, positive for the second, else (n, K)."""
    members = classes[1:] if len(classes) == 2 else classes
    return np.where(labels[:, None] == members, 1.0, -1.0)


def _disagreement(targets: FloatArray, found: LeftOut) -> tuple[FloatArray, FloatArray, IntArray]:
    """Bounds (n,) on how far the best other class leads the label, and that class (n,): with two
    classes always the other one, as 0 or 1."""
    low, high = found
    if targets.shape[1] == 1:
        y = targets[:, 0]
        against = np.stack([-y * low[:, 0], -y * high[:, 0]])
        return against.min(axis=0), against.max(axis=0), (y < 0).astype(np.int64)
    n = np.arange(len(targets))
    given = targets.argmax(axis=1)
    rivals_low, rivals_high = low.copy(), high.copy()
    rivals_low[n, given] = rivals_high[n, given] = -np.inf
    best = rivals_low.argmax(axis=1)
    below = rivals_low.max(axis=1) - high[n, given]
    above = rivals_high.max(axis=1) - low[n, given]
    return below, above, best


def _told(
    labels: LabelArray, classes: LabelArray, found: LeftOut, how: list[str], stopped: str
) -> Suspicion:
    low, high, rival = _disagreement(signs_of(labels, classes), found)
    with np.errstate(invalid="ignore"):
        leads = low + high > 0
    return Suspicion(
        labels=labels,
        prediction=np.where(leads, classes[rival], labels),
        disagreement=low,
        disagreement_upper=high,
        how=tuple(how),
        stopped=stopped,
    )
