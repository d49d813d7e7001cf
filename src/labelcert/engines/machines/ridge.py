"""Kernel ridge regression: linear in the labels, so the sort of `engines.linear` is exact.

Cost: O(n³) once, then O(n log n) a test point, every budget, any n.
Source: [EC] arXiv 2604.11416; ``math.md`` 7.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from labelcert.engines.knowledge.lead import rounding
from labelcert.engines.machines.linear_model import LinearModel
from labelcert.engines.work.clock import Clock
from labelcert.learners.exact import never
from labelcert.learners.gram import CheckedGram
from labelcert.learners.ridge_weights import exact_ridge_weights, ridge_weights

NAME = "ridge"


def linear_model(
    gram: CheckedGram,
    cross: np.ndarray,
    ridge: float,
    max_budget: int,
    clock: Clock | None = None,
) -> LinearModel:
    """The linear model f_t(ỹ) = k_tᵀ(K + λI)⁻¹ ỹ; exact weights only until the clock expires."""
    n = len(gram)
    weights, error = ridge_weights(gram, cross, ridge)
    error = np.sqrt(n) * error + rounding(2 * (n + 4), np.abs(weights).sum(axis=1))

    expired = never if clock is None else lambda: clock.expired

    def exact_weights(t: int) -> list[Fraction] | None:
        return exact_ridge_weights(gram, cross[t], ridge, expired)

    return LinearModel(weights, error, exact_weights, max_budget, NAME)
