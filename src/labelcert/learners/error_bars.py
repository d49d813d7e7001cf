"""How far a decision value can be from the truth.

The lead of one class over another is `labelcert.engines.knowledge.lead`.

From ``math.md`` 2: with a feasible β̂ of duality gap ≤ gap, ½‖ŵ − w*‖² ≤ gap, so
|f_t(ŵ) − f_t(w*)| ≤ sqrt(2 gap) ‖φ_t‖. Only the part of φ_t in the span of the labeled points
counts, so Q_tt is not needed (our own note): for any v,

    f_t(ŵ) − f_t(w*) = Δβ·q_t = Δβ·Qv + Δβ·(q_t − Qv)
    |…| ≤ sqrt(2 gap) sqrt(vᵀQv) + C ‖q_t − Qv‖₁,

because both β lie in the same box of side C. Any v is valid; a good one nearly solves Qv = q_t on
the large part of Q. Rounding of the products is added.

Where the diagonal was shifted by s, an optimum of the shifted kernel has a duality gap of at most
s Σ α(C − α) ≤ s n C²/4 for the given one: points at 0 and at C keep their conditions, a free one
misses its margin by s α. Gaps are taken with that added, so a verdict beyond its bar is one of both
kernels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from labelcert.learners.gram import EIGEN_SIZE, CheckedGram, factor_of
from labelcert.learners.gram_rows import GramRows

CUTOFFS = (1e-13, 1e-10, 1e-7, 1e-4)
"""Relative eigenvalues below which a direction is left to the residual; the best one is taken."""

DAMPING = 1e-9
"""Beyond `EIGEN_SIZE` labels: share of the mean diagonal entry that is added before solving."""

TYPICAL_GAP = 1e-13


class Bars(NamedTuple):
    """Error bars sqrt(2 gap) · slope + floor of decision values, for the kernel over its scale.

    slope, floor (m,); a floor includes the rounding of q_t·β for any feasible β. doubt (m,): how
    far the decision values of the shifted and of the given kernel may lie apart, whatever the
    labels; 0 without a shift.
    """

    slope: np.ndarray
    floor: np.ndarray
    doubt: np.ndarray


def widest_bars(cross: np.ndarray, C: float) -> Bars:
    """Bars that hold for any two β of the same box: for fits that were ended early."""
    n = cross.shape[1]
    floor = C * np.abs(cross).sum(axis=1) * (1 + 4 * n * np.finfo(float).eps)
    return Bars(np.zeros(len(cross)), floor, floor)


def cross_bars(gram: CheckedGram, cross: np.ndarray, C: float) -> Bars:
    """The bars of cross-kernel rows; cross (m, n) and C belong to gram.matrix / gram.scale."""
    n = cross.shape[1]
    unit = np.finfo(float).eps
    matrix = gram.scaled
    shift = gram.added / gram.scale
    size = np.abs(cross).sum(axis=1)
    best_slope = np.full(len(cross), np.inf)
    best_floor = np.full(len(cross), np.inf)
    shift_width = C * np.sqrt(shift * n / 2)
    reference = np.sqrt(2 * TYPICAL_GAP * n * C) + shift_width
    for v in _nearly_solved(gram, matrix, cross):
        product = v @ matrix
        weight = _sizes(np.abs(v), matrix)
        length = np.einsum("ti,ti->t", v, product) + 2 * n * unit * (np.abs(v) * weight).sum(axis=1)
        rest = np.abs(cross - product).sum(axis=1) + n * unit * weight.sum(axis=1)
        rest += shift * np.abs(v).sum(axis=1)
        slope = np.sqrt(np.maximum(length, 0.0)) * (1 + n * unit)
        floor = C * (rest + n * unit * size)
        better = reference * slope + floor < reference * best_slope + best_floor
        best_slope[better] = slope[better]
        best_floor[better] = floor[better]
    zero = size == 0
    best_slope[zero] = best_floor[zero] = 0.0
    doubt = (shift_width * best_slope + best_floor) * (1 + 8 * unit) if shift > 0 else 0 * size
    return Bars(best_slope, best_floor, doubt)


def _sizes(v: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """v |matrix| (m, n), a few rows of the matrix at a time."""
    found = np.zeros_like(v)
    for at, rows in GramRows(matrix).blocks():
        found += v[:, at] @ np.abs(rows)
    return found


def _nearly_solved(
    gram: CheckedGram, matrix: np.ndarray, cross: np.ndarray
) -> Iterator[np.ndarray]:
    """Candidates v (m, n) for Qv ≈ q_t."""
    if len(matrix) <= EIGEN_SIZE:
        eigenvalues, vectors = gram.spectrum
        values = eigenvalues / gram.scale
        projected = cross @ vectors
        for cutoff in CUTOFFS:
            kept = values > cutoff * values[-1]
            yield (projected[:, kept] / values[kept]) @ vectors[:, kept].T
        return
    from scipy.linalg import cho_solve

    factor = factor_of(GramRows(matrix), DAMPING * float(matrix.trace()) / len(matrix))
    if factor is None:
        yield np.zeros_like(cross)
        return
    yield cho_solve((factor, True), cross.T, check_finite=False).T
