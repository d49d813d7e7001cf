"""Kernel ridge regression for many λ from one eigendecomposition of the Gram matrix.

The weights of a test point, (K + λI)⁻¹k, and their error bars are those of `ridge_weights`, whose
residuals need no trust in the decomposition. Cost: about ten factorizations once, then O(n²) a λ
and test point. When to prefer it: more than a handful of λ. Source: ``math.md`` 7; our own note.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert.learners.exact import never
from labelcert.learners.gram import CheckedGram
from labelcert.learners.ridge_weights import exact_ridge_weights, ridge_weights

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GramRidge:
    """The weights of test points for one λ, from their rows (m, n) of the kernel."""

    gram: CheckedGram
    ridge: float

    def coefficients(self, tests: NDArray[Any]) -> tuple[FloatArray, FloatArray]:
        """Weights (m, n) themselves, and bounds (m,) on the length of their error."""
        return ridge_weights(self.gram, np.asarray(tests), self.ridge, solver=self._solve)

    def weights(self, coefficients: FloatArray) -> FloatArray:
        """(m, n) the same."""
        return coefficients

    def weights_of(self, coefficients: FloatArray, points: NDArray[np.int64]) -> FloatArray:
        """(m, k) those of some labels."""
        return np.ascontiguousarray(coefficients[:, points])

    def _solve(self, rows: FloatArray) -> FloatArray:
        values, vectors = self.gram.spectrum
        return np.ascontiguousarray((rows @ vectors / (values + self.ridge)) @ vectors.T)


@dataclass(frozen=True, eq=False)
class ExactGram:
    """Exact weights of test points, from their rows (n,) of the kernel."""

    gram: CheckedGram
    ridge: float

    def weights(
        self, row: NDArray[Any], expired: Callable[[], bool] = never
    ) -> list[Fraction] | None:
        """s (n,); None where that is out of reach, or once `expired`."""
        return exact_ridge_weights(self.gram, row, self.ridge, expired)
