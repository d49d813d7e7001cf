"""Compare the one-vs-all logits of a multi-class kernel SVM, exactly where floating point cannot.

Class k has its own SVM with ỹ_i = +1 where label i is k; its decision value is the logit p_k, the
prediction the class of the largest one.
Cost: one fit a class, O(n³); exact arithmetic only where a difference is inside its error bar.
Source: ``math.md`` 6; error bars ``math.md`` 2.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from labelcert.engines.knowledge.lead import lead_bar
from labelcert.engines.knowledge.settle import REFIT_SIZE
from labelcert.engines.machines.judge import SIZE_LIMIT
from labelcert.engines.work.clock import Clock
from labelcert.learners.error_bars import cross_bars
from labelcert.learners.exact import exact_dual, gap_of_shift, never, to_fractions
from labelcert.learners.gram import CheckedGram
from labelcert.learners.svm import decision_values, fit_dual

MOST_FITS = 64
"""Fits kept, by labels; nearby comparisons ask for the same ones again."""


class Fit(NamedTuple):
    """β (n,) of one class's SVM and a bound on its duality gap."""

    beta: np.ndarray
    gap: float


class Comparison(Protocol):
    """Logits after training on some labels, and which of two is larger, for sure."""

    def logits(self, labels: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
        """Logits (m, classes) and their error bars."""
        ...

    def sign(self, labels: np.ndarray, t: int, a: int, b: int) -> int | None:
        """The sign of p_a − p_b at test point t, None where it is out of reach."""
        ...


class OneVsAll:
    """SVMs of single classes for a Gram matrix (n, n), cross-kernel rows (m, n) and C > 0.

    Exact arithmetic is given up once the clock expires.
    """

    def __init__(self, gram: CheckedGram, cross: np.ndarray, C: float, clock: Clock | None = None):
        self.gram = gram
        self.cross = np.asarray(cross, dtype=np.float64)
        self.C = C
        self._expired = never if clock is None else lambda: clock.expired
        self._fitted: dict[bytes, Fit] = {}
        self._exactly: dict[bytes, list[Fraction]] = {}

    def sign(self, labels: np.ndarray, t: int, a: int, b: int) -> int | None:
        """The sign −1, 0 or +1 of p_a − p_b at test point t after training on labels (n,).

        None where exact arithmetic would be needed and is out of reach, or where the kernel had to
        be shifted and the difference is no further from 0 than that may move it.
        """
        if len(labels) > REFIT_SIZE:
            return None
        first, second = self._fit(labels, a), self._fit(labels, b)
        row = self.cross[t : t + 1]
        (value_a,), (bar_a,) = decision_values(self.gram, row, first, self.C)
        (value_b,), (bar_b,) = decision_values(self.gram, row, second, self.C)
        difference = value_a - value_b
        bar = lead_bar(bar_a, bar_b, value_a, value_b)
        if abs(difference) > bar:
            return 1 if difference > 0 else -1
        return self._exact_sign(labels, t, (a, first), (b, second))

    def logits(self, labels: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
        """Logits (m, classes) after training on labels (n,), and their error bars."""
        found = [
            decision_values(self.gram, self.cross, self._fit(labels, k), self.C)
            for k in range(classes)
        ]
        return np.stack([v for v, _ in found], axis=1), np.stack([b for _, b in found], axis=1)

    def largest(self, labels: np.ndarray, classes: int, t: int) -> int:
        """The predicted class of test point t: largest logit, the lowest number where tied."""
        best = 0
        for k in range(1, classes):
            if (self.sign(labels, t, k, best) or 0) > 0:
                best = k
        return best

    def _fit(self, labels: np.ndarray, k: int) -> Fit:
        member = labels == k
        key = member.tobytes()
        if key not in self._fitted:
            if len(self._fitted) >= MOST_FITS:
                self._fitted.clear()
                self._exactly.clear()
            found = fit_dual(self.gram, np.where(member, 1.0, -1.0), self.C)
            self._fitted[key] = Fit(found.beta, found.gap)
        return self._fitted[key]

    @cached_property
    def _fractions(self) -> list[list[Fraction]]:
        return to_fractions(self.gram.matrix / self.gram.scale)

    def _exact_sign(
        self,
        labels: np.ndarray,
        t: int,
        first: tuple[int, Fit],
        second: tuple[int, Fit],
    ) -> int | None:
        if len(labels) > SIZE_LIMIT:
            return None
        scale = self.gram.scale
        C = Fraction(float(self.C)) * Fraction(scale)
        betas = []
        for k, fit in (first, second):
            beta = self._exact_beta(labels == k, fit, C)
            if beta is None:
                return None
            betas.append(beta)
        row = self.cross[t] / scale
        pairs = zip(row, *betas, strict=True)
        value = sum((Fraction(float(q)) * (a - b) for q, a, b in pairs), Fraction(0))
        if self.gram.shift > 0:
            bars = cross_bars(self.gram, row[None], self.C * scale)
            gaps = [gap_of_shift(beta, C, self.gram.added / scale) for beta in betas]
            width = sum(math.sqrt(2 * gap) for gap in gaps)
            if abs(value) <= Fraction(width * float(bars.slope[0]) + 2 * float(bars.floor[0])):
                return None
        return (value > 0) - (value < 0)

    def _exact_beta(self, member: np.ndarray, fit: Fit, C: Fraction) -> list[Fraction] | None:
        """The exact β (n,) of one class's SVM; the same for all test points."""
        key = member.tobytes()
        if key not in self._exactly:
            y = np.where(member, 1, -1).tolist()
            beta = exact_dual(self._fractions, y, C, np.abs(fit.beta), self._expired)
            if beta is None:
                return None
            self._exactly[key] = beta
        return self._exactly[key]
