"""Kernel ridge regression as a linear map of the labels, with its error.

f_t(y) = k_tᵀ(K + λI)⁻¹ y (``math.md`` 7), with the kernel as given: λ stands for any shift of its
diagonal. The computed weights ĥ_t differ from the true ones by at most ‖k_t − (K + λI) ĥ_t‖₂ / μ in
length, where μ = λ − s bounds the smallest eigenvalue, because K + sI is positive semidefinite.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from labelcert._errors import InputError
from labelcert.learners.exact import never, solve
from labelcert.learners.gram import CheckedGram, factor_of
from labelcert.learners.gram_rows import GramRows

EXACT_SIZE = 150

TERMS = 512
"""Terms of a product that are added up together."""

UNIT = float(np.finfo(float).eps)


def ridge_weights(
    gram: CheckedGram,
    cross: np.ndarray,
    ridge: float,
    solver: Callable[[np.ndarray], np.ndarray] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Weights h (m, n) and bounds (m,) on ‖ĥ_t − h_t‖₂, rounding of the residual included.

    One factorization, in one more matrix of the size of the kernel; refined once where the residual
    is more than rounding. solver: what nearly solves (K + λI) w = row for each row, where it is at
    hand; it need not be trusted.
    """
    n, matrix = len(gram), gram.source
    smallest = ridge - gram.added
    solve = (solver or _solver(matrix, ridge)) if smallest > 0 else None
    if solve is None:
        raise InputError(
            f"ridge={ridge:g} is too small for this kernel's rounding: use a larger ridge."
        )
    size = _Size.of(gram, ridge)
    weights = solve(cross)
    residual = cross - (_product(weights, matrix) + ridge * weights)
    rounding = size.rounding(weights, cross)
    if bool((np.linalg.norm(residual, axis=1) > 0.1 * rounding).any()):
        weights += solve(residual)
        residual = cross - (_product(weights, matrix) + ridge * weights)
        rounding = size.rounding(weights, cross)
    error = (np.linalg.norm(residual, axis=1) + rounding) / smallest
    return weights, error * (1 + (n + 8) * UNIT)


def _solver(matrix: GramRows, ridge: float) -> Callable[[np.ndarray], np.ndarray] | None:
    """What nearly solves (matrix + λI) w = row for each row; None where it has no factor."""
    from scipy.linalg import cho_solve

    factor = factor_of(matrix, ridge)
    if factor is None:
        return None
    return lambda rows: np.ascontiguousarray(
        cho_solve((factor, True), rows.T, check_finite=False).T
    )


def _product(weights: np.ndarray, matrix: GramRows) -> np.ndarray:
    """weights (m, n) times the matrix, in sums of `TERMS` terms: a bound on rounding grows with
    their number and not with n."""
    found = np.zeros_like(weights)
    for at, rows in matrix.blocks(TERMS):
        found += weights[:, at] @ rows
    return found


class _Size(NamedTuple):
    """How large a product of |K + λI| and |w| can be, without a matrix of absolute values.

    root (n,): |K_ij| ≤ root_i root_j, since K is positive semidefinite; row: the largest sum of a
    row of |K + λI|.
    """

    root: np.ndarray
    row: float

    @classmethod
    def of(cls, gram: CheckedGram, ridge: float) -> _Size:
        """Of a kernel that was checked."""
        n = len(gram)
        row = gram.source.largest_row() + ridge
        root = np.sqrt(np.maximum(gram.diagonal, 0.0) + gram.added + ridge)
        return cls(root * (1 + 4 * UNIT), row * (1 + (n + 4) * UNIT))

    def rounding(self, weights: np.ndarray, cross: np.ndarray) -> np.ndarray:
        """(m,) bounds on how far the residuals of weights (m, n) are off, as lengths."""
        n = len(self.root)
        terms = min(n, TERMS) + n // TERMS + 8
        reach = np.linalg.norm(self.root) * (np.abs(weights) @ self.root)
        product = np.minimum(reach, self.row * np.linalg.norm(weights, axis=1))
        return terms * UNIT * (1 + n * UNIT) * product + 8 * UNIT * np.linalg.norm(cross, axis=1)


def exact_ridge_weights(
    gram: CheckedGram, row: np.ndarray, ridge: float, expired: Callable[[], bool] = never
) -> list[Fraction] | None:
    """h_t (n,) in exact arithmetic; None if n is too large for it, or once `expired`."""
    n = len(gram)
    if n > EXACT_SIZE:
        return None
    system = [[Fraction(float(v)) for v in values] for values in gram.given]
    for i in range(n):
        system[i][i] += Fraction(float(ridge))
    return solve(system, [Fraction(float(v)) for v in row], expired)
