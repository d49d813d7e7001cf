"""Train all one-vs-all SVMs on the labels as they are: logits, error bars, and the clean class."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from labelcert.engines.clean import clean_fit
from labelcert.engines.linear import LinearModel
from labelcert.engines.multiclass.problem import MulticlassProblem
from labelcert.engines.multiclass.one_vs_all import OneVsAll

Order = Callable[[int, int, int], int | None]
"""The sign of p_a − p_b at test point t, None where it is out of reach."""


class CleanClasses(NamedTuple):
    """What the clean model says of m test points.

    logits (m, K) and error_bar (m, K); predicted (m,): the class of the largest logit; tied (m,)
    bool: another class is surely level with it; doubtful (m,) bool: floating point cannot tell, and
    exact arithmetic is out of reach.
    """

    logits: np.ndarray
    error_bar: np.ndarray
    predicted: np.ndarray
    tied: np.ndarray
    doubtful: np.ndarray


def clean_classes(problem: MulticlassProblem) -> CleanClasses:
    """Fit the K SVMs; classes closer than their error bars are compared exactly."""
    fits = [clean_fit(p) for p in problem.class_problems]
    logits = np.stack([fit.decision for fit in fits], axis=1)
    bar = np.stack([fit.error_bar for fit in fits], axis=1)
    exact = OneVsAll(problem.gram, problem.cross, problem.C)

    def order(t: int, a: int, b: int) -> int | None:
        return exact.sign(problem.labels, t, a, b)

    return _ranked(logits, bar, order)


def clean_linear(model: LinearModel, labels: np.ndarray, classes: int) -> CleanClasses:
    """The same for a model that is linear in the labels, p_k = Σ_i weights_ti (±1)."""
    signs = np.where(labels[:, None] == np.arange(classes), 1.0, -1.0)
    logits = model.weights @ signs
    bar = np.repeat(model.error[:, None], classes, axis=1)

    def order(t: int, a: int, b: int) -> int | None:
        weights = model.exact_weights(t)
        if weights is None:
            return None
        side = (labels == a).astype(int) - (labels == b).astype(int)
        value = sum(int(s) * h for s, h in zip(side, weights, strict=True))
        return (value > 0) - (value < 0)

    return _ranked(logits, bar, order)


def _ranked(logits: np.ndarray, bar: np.ndarray, order: Order) -> CleanClasses:
    m = len(logits)
    predicted = logits.argmax(axis=1)
    tied, doubtful = np.zeros(m, dtype=bool), np.zeros(m, dtype=bool)
    for t in range(m):
        best = int(predicted[t])
        near = _near(logits[t], bar[t], best)
        for k in near:
            sign = order(t, k, best)
            if sign is None:
                doubtful[t] = True
            elif sign > 0:
                best, tied[t] = k, False
            elif sign == 0:
                tied[t] = True
                best = min(best, k)
        predicted[t] = best
    return CleanClasses(logits, bar, predicted, tied & ~doubtful, doubtful)


def _near(logits: np.ndarray, bar: np.ndarray, best: int) -> list[int]:
    """Classes whose logit may be as large as the best one's."""
    reach = bar + bar[best] + 4 * np.finfo(float).eps * (np.abs(logits) + abs(logits[best]))
    near = (logits[best] - logits <= reach) & (np.arange(len(logits)) != best)
    return np.flatnonzero(near).tolist()
