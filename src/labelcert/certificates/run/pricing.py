"""Clean accuracy on validation labels: the price of another learner.

Test labels are never looked at. A prediction here is that of floating point, as scikit-learn has
it, without an error bar: accuracy is an estimate, and a tie in it proves nothing.
Cost: a fit of the SVM a learner, and a factorization in float32 with one step of refinement in
float64 for each λ of ridge regression. Source: our own note.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from labelcert.certificates.array_types import FloatArray, IntArray
from labelcert.certificates.run.validation import Validation
from labelcert.engines.machines.linear_model import signs_of
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.memory import threads_that_fit
from labelcert.engines.work.threads import run_in_threads
from labelcert.learners.gram import CheckedGram
from labelcert.learners.gram_rows import GramRows
from labelcert.learners.svm import fit_dual

SHARE, LEAST, UNLIMITED = 0.05, 0.25, 5.0
"""Of a time limit what prices may take, though so many seconds in any case, and without a limit."""

FIT, FACTOR = 2e-8, 2e-11
"""Seconds of a fit over the labels squared, of a factorization over the labels cubed: careful
guesses, from which follows what is tried, so that it does not depend on the day."""

POWERS = (0, -1, 1, -2, 2)
"""λ is tried at these powers of ten of the mean diagonal entry, in this order."""


class RidgePrice(NamedTuple):
    """The best λ of those tried on the validation labels, the largest of equals."""

    ridge: float
    right: int
    tried: int


class _Problem(NamedTuple):
    gram: CheckedGram  # of the k labels trained on
    rows: FloatArray  # (v, k) kernel of the validation points with them
    numbers: IntArray  # (k,) their classes


@dataclass(frozen=True, eq=False)
class Prices:
    """What learners are worth on the validation labels of a problem.

    gram: of all n labels; numbers (n,): their classes, of so many. time_limit: of the whole call.
    """

    gram: CheckedGram
    numbers: IntArray
    classes: int
    validation: Validation
    time_limit: float | None

    @property
    def trained(self) -> int:
        """Number of labels that are trained on."""
        held = self.validation.held
        return len(self.numbers) - (0 if held is None else len(held))

    @property
    def allowed(self) -> float:
        """Seconds that all prices together may take."""
        return UNLIMITED if self.time_limit is None else max(LEAST, SHARE * self.time_limit)

    @property
    def forecast(self) -> float:
        """Seconds that they will take, by a careful guess; no more than allowed."""
        return min(self.allowed, self._fits + len(POWERS) * FACTOR * self.trained**3)

    @property
    def _fits(self) -> float:
        machines = 1 if self.classes == 2 else self.classes
        return 2 * machines * FIT * self.trained**2

    def of_svm(self, C: float) -> int | None:
        """How many validation labels the SVM predicts right; None where it takes too long."""
        if not self._has_room:
            return None
        gram, rows, numbers = self._problem
        stop = np.zeros(1, dtype=np.uint8)

        def fit() -> FloatArray:
            signs = signs_of(numbers, self.classes)
            found = [fit_dual(gram, y, C, stop=stop).beta for y in np.ascontiguousarray(signs.T)]
            return np.stack(found, axis=1)

        (beta,) = run_in_threads(fit, Clock(2 * self.allowed), 1, stop)
        return None if stop[0] else self._right(rows / gram.scale @ beta)

    def of_ridge(self) -> RidgePrice | None:
        """The best λ that there is time to try; None where there is none."""
        each = FACTOR * self.trained**3
        number = min(len(POWERS), int((self.allowed - self._fits) / each))
        if number <= 0 or not self._has_room:
            return None
        gram, rows, numbers = self._problem
        size = float(gram.diagonal.mean())
        middle = round(math.log10(size)) if size > 0 else 0
        found: list[tuple[int, float]] = []
        for power in POWERS[:number]:
            ridge = float(f"1e{middle + power}")
            values = _ridge_values(gram, rows, signs_of(numbers, self.classes), ridge)
            if values is not None:
                found.append((self._right(values), ridge))
        if not found:
            return None
        right, ridge = max(found)
        return RidgePrice(ridge, right, len(found))

    @cached_property
    def _problem(self) -> _Problem:
        held, rows = self.validation.held, self.validation.rows
        if held is None:
            assert rows is not None
            return _Problem(self.gram, rows, self.numbers)
        kept = np.setdiff1d(np.arange(len(self.numbers)), held)
        source, shift = self.gram.source, self.gram.shift
        part = CheckedGram(GramRows(source.part(kept, kept)), shift)
        return _Problem(part, source.part(held, kept), self.numbers[kept])

    @property
    def _has_room(self) -> bool:
        """Whether the matrix, its scaled copy and a factor in float32 fit into memory."""
        return threads_that_fit(1, 20.0 * self.trained**2) > 0

    def _right(self, values: FloatArray) -> int:
        """How many of the validation points have their class under values (v, machines)."""
        one = values.shape[1] == 1
        predicted = (values[:, 0] > 0).astype(np.int64) if one else values.argmax(axis=1)
        return int((predicted == self.validation.truth).sum())


def _ridge_values(
    gram: CheckedGram, rows: FloatArray, targets: FloatArray, ridge: float
) -> FloatArray | None:
    """(v, machines) values of ridge regression; None where λ is lost in rounding."""
    import scipy.linalg  # pyright: ignore[reportMissingTypeStubs]

    linalg: Any = scipy.linalg
    matrix, shift = gram.scaled, ridge / gram.scale
    system = np.array(matrix.T, dtype=np.float32, order="F")
    system[np.diag_indices(len(system))] += np.float32(shift)
    try:
        factor: Any = linalg.cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
    except np.linalg.LinAlgError:
        return None

    def solve(right: FloatArray) -> FloatArray:
        found: Any = linalg.cho_solve(factor, right.astype(np.float32), check_finite=False)
        return np.asarray(found, dtype=np.float64)

    found = solve(targets)
    found += solve(targets - (matrix @ found + shift * found))
    return rows / gram.scale @ found
