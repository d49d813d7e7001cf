"""How far a decision value can be from the truth.

From ``math.md`` 2: with a feasible β̂ of duality gap ≤ gap, ½‖ŵ − w*‖² ≤ gap, so
|f_t(ŵ) − f_t(w*)| ≤ sqrt(2 gap) ‖φ_t‖. Only the part of φ_t in the span of the labeled points
counts, so Q_tt is not needed (our own note): for any v,

    f_t(ŵ) − f_t(w*) = Δβ·q_t = Δβ·Qv + Δβ·(q_t − Qv)
    |…| ≤ sqrt(2 gap) sqrt(vᵀQv) + C ‖q_t − Qv‖₁,

because both β lie in the same box of side C. Any v is valid; a good one comes from a truncated
eigendecomposition. Rounding of the products is added.
"""

from __future__ import annotations

import numpy as np

from labelcert.learners.gram import CheckedGram

CUTOFFS = (1e-13, 1e-10, 1e-7, 1e-4)
"""Relative eigenvalues below which a direction is left to the residual; the best one is taken."""

TYPICAL_GAP = 1e-13


def cross_bars(
    gram: CheckedGram, scale: float, cross: np.ndarray, C: float
) -> tuple[np.ndarray, np.ndarray]:
    """Slope and floor (m,), (m,) of the error bars sqrt(2 gap) · slope + floor.

    cross (m, n) and C belong to the kernel gram.matrix / scale. The floor includes the rounding of
    the product q_t·β for any feasible β.
    """
    n = cross.shape[1]
    unit = np.finfo(float).eps
    matrix = gram.matrix / scale
    values = gram.eigenvalues / scale
    projected = cross @ gram.eigenvectors
    size = np.abs(cross).sum(axis=1)
    best_slope = np.full(len(cross), np.inf)
    best_floor = np.full(len(cross), np.inf)
    reference = np.sqrt(2 * TYPICAL_GAP * n * C)
    for cutoff in CUTOFFS:
        kept = values > cutoff * values[-1]
        v = (projected[:, kept] / values[kept]) @ gram.eigenvectors[:, kept].T
        product = v @ matrix
        weight = np.abs(v) @ np.abs(matrix)
        length = np.einsum("ti,ti->t", v, product) + 2 * n * unit * (np.abs(v) * weight).sum(axis=1)
        rest = np.abs(cross - product).sum(axis=1) + n * unit * weight.sum(axis=1)
        slope = np.sqrt(np.maximum(length, 0.0)) * (1 + n * unit)
        floor = C * (rest + n * unit * size)
        better = reference * slope + floor < reference * best_slope + best_floor
        best_slope[better] = slope[better]
        best_floor[better] = floor[better]
    zero = size == 0
    best_slope[zero] = best_floor[zero] = 0.0
    return best_slope, best_floor
