"""Kernel ridge regression from features, K = F Fᵀ: a linear map of the labels, with its error.

The weights of a test point with features g are s = (K + λI)⁻¹ F g (n,), from an n × n system where
n ≤ d, else s = F a with a = (FᵀF + λI)⁻¹ g, a d × d one. Error bars need residuals only
(``math.md`` 11): K is positive semidefinite, so ‖ŝ − s‖ ≤ ‖F g − (K + λI) ŝ‖ / λ; and
‖F â − s‖ ≤ ‖g − (FᵀF + λI) â‖ · ‖F (FᵀF + λI)⁻¹‖, whose last factor is at most 1 / (2 √λ) and
‖F‖/λ, for no σ / (σ² + λ) is larger. What rounding does to a residual is bounded by norms, for sums in any
order: |fl(K) − K|_ij ≤ γ_d ‖f_i‖ ‖f_j‖.
Cost: O(n d min(n, d)) once, O(n d) a test point. Source: ``math.md`` 11; our own note.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from labelcert.learners.exact import never, solve

EXACT_SIZE = 40
"""Up to so many unknowns a system is solved in exact arithmetic, where a sign depends on it."""

TINY = 1e-290
"""More than what sums of products lose where they underflow."""


def feature_weights(
    features: np.ndarray, rows: np.ndarray, ridge: float
) -> tuple[np.ndarray, np.ndarray]:
    """Weights ŝ (m, n) and bounds (m,) on ‖ŝ − s‖₂, rounding included.

    features (n, d) and rows (m, d): floats of any kind, taken as they are; ridge λ > 0. A bound is
    infinite or NaN where numbers overflow, and then nothing is known.
    """
    f = np.ascontiguousarray(features, dtype=np.float64)
    g = np.ascontiguousarray(rows, dtype=np.float64)
    with np.errstate(all="ignore"):
        return _dual(f, g, ridge) if f.shape[0] <= f.shape[1] else _primal(f, g, ridge)


def _dual(f: np.ndarray, g: np.ndarray, ridge: float) -> tuple[np.ndarray, np.ndarray]:
    """Through the n × n system."""
    gram, cross = f @ f.T, g @ f.T
    weights, residual = _solved(gram, cross, ridge)
    length, all_rows = np.linalg.norm(f, axis=1), np.linalg.norm(f)
    size = np.linalg.norm(g, axis=1) + np.abs(weights) @ length
    error = np.linalg.norm(residual, axis=1)
    error += _share(f) * (2 * all_rows * size + ridge * np.linalg.norm(weights, axis=1)) + TINY
    return weights, error / ridge * (1 + _share(f))


def _primal(f: np.ndarray, g: np.ndarray, ridge: float) -> tuple[np.ndarray, np.ndarray]:
    """Through the d × d system."""
    inner, residual = _solved(f.T @ f, g, ridge)
    length, all_rows = np.linalg.norm(f, axis=0), np.linalg.norm(f)
    own = np.linalg.norm(inner, axis=1)
    error = np.linalg.norm(residual, axis=1)
    size = all_rows * (np.abs(inner) @ length) + ridge * own + np.linalg.norm(g, axis=1)
    error = (error + _share(f) * size + TINY) * min(0.5 / np.sqrt(ridge), all_rows / ridge)
    error += _share(f) * all_rows * own + TINY
    return inner @ f.T, error * (1 + _share(f))


def _share(f: np.ndarray) -> float:
    """More than twice what a sum over all columns and rows may lose, as a share of its terms."""
    return 4 * (f.shape[0] + f.shape[1] + 8) * float(np.finfo(float).eps)


def _solved(matrix: np.ndarray, rhs: np.ndarray, ridge: float) -> tuple[np.ndarray, np.ndarray]:
    """x (m, p) with (matrix + λI) x = rhs row by row, refined once, and its residuals."""
    solve_rows = _solver(matrix, ridge)
    found = solve_rows(rhs)
    found += solve_rows(rhs - found @ matrix - ridge * found)
    return found, rhs - found @ matrix - ridge * found


def _solver(matrix: np.ndarray, ridge: float) -> Callable[[np.ndarray], np.ndarray]:
    """By a Cholesky factor, or by eigenvalues where rounding spoils one."""
    from scipy.linalg import cho_solve

    system = matrix.copy()
    system[np.diag_indices(len(system))] += ridge
    try:
        factor = np.linalg.cholesky(system)
    except np.linalg.LinAlgError:
        if not np.isfinite(system).all():
            return lambda rows: np.full_like(rows, np.nan)
        values, vectors = np.linalg.eigh(matrix)
        return lambda rows: ((rows @ vectors) / (np.maximum(values, 0.0) + ridge)) @ vectors.T
    return lambda rows: cho_solve((factor, True), rows.T, check_finite=False).T


def exact_feature_weights(
    features: np.ndarray,
    row: np.ndarray,
    ridge: float,
    expired: Callable[[], bool] = never,
) -> list[Fraction] | None:
    """s (n,) of one test point in exact arithmetic; None where that is out of reach, or `expired`.

    features (n, d), row (d,): the numbers as they are, of any kind of float.
    """
    n, d = features.shape
    if not ((features != 0) & (row != 0)).any():
        return [Fraction(0)] * n  # nothing in common with any row: every product is 0
    if min(n, d) > EXACT_SIZE:
        return None
    used = (features != 0).any(axis=0)
    f, g = _rationals(features[:, used]), _rationals(row[None, used])[0]
    dual = n <= len(g)
    left = f if dual else list(map(list, zip(*f, strict=True)))
    right = [_dot(one, g) for one in f] if dual else g
    system = [[_dot(one, two) for two in left] for one in left]
    for i in range(len(system)):
        system[i][i] += Fraction(float(ridge))
    found = solve(system, right, expired)
    if found is None or dual:
        return found
    return [_dot(one, found) for one in f]


def _rationals(matrix: np.ndarray) -> list[list[Fraction]]:
    return [[Fraction(float(value)) for value in row] for row in matrix]


def _dot(one: list[Fraction], two: list[Fraction]) -> Fraction:
    """A sum of products over one denominator: much faster than adding fractions."""
    shared_one = math.lcm(*(value.denominator for value in one)) if one else 1
    shared_two = math.lcm(*(value.denominator for value in two)) if two else 1
    total = sum(
        a.numerator * (shared_one // a.denominator) * (b.numerator * (shared_two // b.denominator))
        for a, b in zip(one, two, strict=True)
        if a and b
    )
    return Fraction(total, shared_one * shared_two)
