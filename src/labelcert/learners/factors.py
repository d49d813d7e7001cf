"""Factors of the block of free labels, and the tableau built from one instead of by n pivots.

What it does: finds labels whose rows of Q are independent (a Cholesky factorization, with pivoting
where it must be), and from them the tableau of `labelcert.learners.path`: with F the free labels,
R the others and W = (Q_FF)⁻¹ Q_FR, its blocks are (Q_FF)⁻¹, −W, Wᵀ and Q_RR − Q_RF W.
Cost: O(n² |F|), nearly all of it matrix products; pieces of at most about a tenth of a second.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert.learners.path import PIVOT_TOLERANCE

PIECE = 5e8
"""Multiplications between two looks at the stop flag."""

WIDEST = 512
"""Most rows of a piece; wider ones gain nothing."""


class Independent(NamedTuple):
    """Labels kept (k,) and rest (d,) of a block, as positions in it; factor (k, k) lower.

    The rows of the rest are combinations of those kept: rest = combinationᵀ kept, (k, d).
    """

    kept: np.ndarray
    rest: np.ndarray
    factor: np.ndarray
    combination: np.ndarray


def independent(block: np.ndarray, stop: np.ndarray) -> Independent | None:
    """Split a block (k, k) of Q; None once stop[0] is set."""
    from scipy.linalg import get_lapack_funcs, solve_triangular

    factor = lower_factor(block, stop)
    if stop[0] != 0:
        return None
    size = len(block)
    if factor is not None:
        return Independent(np.arange(size), np.arange(0), factor, np.zeros((size, 0)))
    (pivoted,) = get_lapack_funcs(("pstrf",), (block,))
    packed, order, rank, _ = pivoted(block, tol=PIVOT_TOLERANCE, lower=1)
    kept, rest = order[:rank] - 1, order[rank:] - 1
    factor = np.tril(packed[:rank, :rank])
    half = packed[rank:, :rank].T
    combination = solve_triangular(factor, half, lower=True, trans=1, check_finite=False)
    return Independent(kept, rest, factor, combination)


def lower_factor(block: np.ndarray, stop: np.ndarray) -> np.ndarray | None:
    """The Cholesky factor of a block (k, k), None where a pivot is 0 or stop[0] is set."""
    from scipy.linalg import LinAlgError, cholesky, solve_triangular

    size = len(block)
    factor = np.tril(block)
    width = size if size <= 2 * WIDEST else WIDEST
    for first in range(0, size, max(width, 1)):
        if stop[0] != 0:
            return None
        end = min(first + width, size)
        done = factor[first:, :first]
        factor[first:, first:end] -= done @ done[: end - first].T
        try:
            corner = cholesky(factor[first:end, first:end], lower=True, check_finite=False)
        except LinAlgError:
            return None
        if not float(corner.diagonal().min()) ** 2 > PIVOT_TOLERANCE:
            return None
        factor[first:end, first:end] = corner
        below = factor[end:, first:end]
        factor[end:, first:end] = solve_triangular(
            corner, below.T, lower=True, check_finite=False
        ).T
    return factor


def solve_with(factor: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(factor factorᵀ)⁻¹ right, right (k,)."""
    from scipy.linalg import cho_solve

    return cho_solve((factor, True), right, check_finite=False)


def tableau_of(
    matrix: np.ndarray, kept: np.ndarray, factor: np.ndarray, stop: np.ndarray
) -> np.ndarray:
    """The tableau (n, n) where the labels `kept` (k,) are free; unfinished once stop[0] is set."""
    n, count = len(matrix), len(kept)
    tableau = matrix.copy()
    if count == 0:
        return tableau
    width = int(min(max(PIECE / (n * count), 16), WIDEST))
    rows = matrix[kept]
    rows[:, kept] = np.eye(count)
    _substitute(factor, rows, width, stop)
    for first in range(0, n, width):
        if stop[0] != 0:
            return tableau
        end = min(first + width, n)
        tableau[first:end, first:] -= rows[:, first:end].T @ rows[:, first:]
        tableau[end:, first:end] = tableau[first:end, end:].T
    _substitute_back(factor, rows, width, stop)
    tableau[kept] = -rows
    tableau[:, kept] = rows.T
    return tableau


def _substitute(factor: np.ndarray, rows: np.ndarray, width: int, stop: np.ndarray) -> None:
    """rows ← factor⁻¹ rows, in place."""
    from scipy.linalg import solve_triangular

    for first in range(0, len(rows), width):
        if stop[0] != 0:
            return
        piece = slice(first, first + width)
        rows[piece] -= factor[piece, :first] @ rows[:first]
        rows[piece] = solve_triangular(
            factor[piece, piece], rows[piece], lower=True, check_finite=False
        )


def _substitute_back(factor: np.ndarray, rows: np.ndarray, width: int, stop: np.ndarray) -> None:
    """rows ← factor⁻ᵀ rows, in place."""
    from scipy.linalg import solve_triangular

    for first in reversed(range(0, len(rows), width)):
        if stop[0] != 0:
            return
        end = min(first + width, len(rows))
        piece = slice(first, end)
        rows[piece] -= factor[end:, piece].T @ rows[end:]
        rows[piece] = solve_triangular(
            factor[piece, piece], rows[piece], lower=True, trans=1, check_finite=False
        )
