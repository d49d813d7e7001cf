"""Train all one-vs-all SVMs on the labels as they are: logits, error bars, and the clean class."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from labelcert.engines.knowledge.lead import lead_bar
from labelcert.engines.machines.clean import QUICK, clean_fit
from labelcert.engines.machines.comparison import OneVsAll
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.multiclass.linear_logits import LinearLogits
from labelcert.engines.work.clock import Clock

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


def clean_classes(problem: MulticlassProblem, clock: Clock | None = None) -> CleanClasses:
    """Fit the K SVMs; classes closer than their error bars are compared exactly."""
    clock = clock or Clock()
    fits = [clean_fit(p, clock) for p in problem.class_problems]
    logits = np.stack([fit.decision for fit in fits], axis=1)
    bar = np.stack([fit.error_bar for fit in fits], axis=1)
    late = None if problem.n <= QUICK else clock
    exact = OneVsAll(problem.gram, problem.cross, problem.C, late)

    def order(t: int, a: int, b: int) -> int | None:
        if problem.n > QUICK and clock.expired:
            return None
        return exact.sign(problem.labels, t, a, b)

    return _ranked(logits, bar, order)


def clean_linear(logits: LinearLogits) -> CleanClasses:
    """The same for logits that are linear in the labels."""
    values, bar = logits.logits()

    def order(t: int, a: int, b: int) -> int | None:
        return logits.sign(logits.space.labels, t, a, b)

    return _ranked(values, bar, order)


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
    reach = lead_bar(bar, bar[best], logits, logits[best])
    near = ~(logits[best] - logits > reach) & (np.arange(len(logits)) != best)
    return np.flatnonzero(near).tolist()
