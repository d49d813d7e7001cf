"""The kernel SVM in exact rational arithmetic: margins too small for floating point.

Decides the sign of a decision value, a tie included, where its error bar (``math.md`` 2) cannot.
Every float is a rational number, so the numbers handed in define the problem exactly. The float
solution tells which points are free, at 0 and at C; the free ones follow from one linear system
over the integers (fraction-free elimination, Bareiss 1968); the KKT conditions of ``math.md`` 1 are
then checked, not trusted, and points that violate them change sides until none does.

Cost: O(n³) products of integers of up to about 100 n bits: milliseconds at n = 20. For the few
label vectors that need it, never for many.
Source: our own note; KKT conditions as in ``math.md`` 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

ATTEMPTS = 40
"""How often points may change sides before the partition is given up."""


def never() -> bool:
    """No end: the default of `expired`."""
    return False


def to_fractions(matrix: np.ndarray) -> list[list[Fraction]]:
    """The entries of a 2-d float array as exact rationals."""
    return [[Fraction(float(value)) for value in row] for row in matrix]


def _integer_rows(rows: Sequence[Sequence[Fraction]]) -> list[list[int]]:
    """Multiply each row by its common denominator."""
    scales = [math.lcm(*(value.denominator for value in row)) for row in rows]
    return [[int(v * scale) for v in row] for row, scale in zip(rows, scales, strict=True)]


def solve(
    matrix: Sequence[Sequence[Fraction]],
    rhs: Sequence[Fraction],
    expired: Callable[[], bool] = never,
) -> list[Fraction] | None:
    """One exact solution of a square system, or None if there is none, or once `expired`.

    Unknowns that a singular matrix leaves open are 0.
    """
    n = len(rhs)
    rows = _integer_rows([[*row, value] for row, value in zip(matrix, rhs, strict=True)])
    previous, rank, columns = 1, 0, []
    for column in range(n):
        if expired():
            return None
        pivot = next((i for i in range(rank, n) if rows[i][column] != 0), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        top = rows[rank]
        head = top[column]
        for i in range(rank + 1, n):
            row = rows[i]
            factor = row[column]
            rows[i] = [
                (head * row[j] - factor * top[j]) // previous if j > column else 0
                for j in range(n + 1)
            ]
        previous = head
        columns.append(column)
        rank += 1
    if any(rows[i][n] != 0 for i in range(rank, n)):
        return None
    solution = [Fraction(0)] * n
    for k in range(rank - 1, -1, -1):
        row, column = rows[k], columns[k]
        known = sum((row[j] * solution[j] for j in columns[k + 1 :]), Fraction(0))
        solution[column] = (row[n] - known) / row[column]
    return solution


def is_positive_semidefinite(matrix: np.ndarray) -> bool:
    """Whether a symmetric float matrix is positive semidefinite, in exact arithmetic.

    Symmetric elimination: every pivot must be ≥ 0, and a zero pivot needs a zero row.
    """
    rows = to_fractions(matrix)
    scale = math.lcm(*(value.denominator for row in rows for value in row))
    work = [[int(value * scale) for value in row] for row in rows]
    n = len(work)
    previous = 1
    open_rows = list(range(n))
    while open_rows:
        k = max(open_rows, key=lambda i: work[i][i])
        head = work[k][k]
        if head <= 0:
            return head == 0 and all(work[i][j] == 0 for i in open_rows for j in open_rows)
        open_rows.remove(k)
        for i in open_rows:
            factor = work[i][k]
            work[i] = [(head * work[i][j] - factor * work[k][j]) // previous for j in range(n)]
        previous = head
    return True


def exact_dual(
    gram: Sequence[Sequence[Fraction]],
    y: Sequence[int],
    C: Fraction,
    alpha: np.ndarray,
    expired: Callable[[], bool] = never,
) -> list[Fraction] | None:
    """The exact β (n,) of the kernel SVM with labels y, from a float solution `alpha` (n,).

    Returns None if no partition that satisfies the KKT conditions is found in a few attempts, or
    once `expired`.
    """
    limit = float(C)
    side = [0 if a <= 1e-9 * limit else 2 if a >= (1 - 1e-9) * limit else 1 for a in alpha]
    for _ in range(ATTEMPTS):
        beta = _solve_partition(gram, y, C, side, expired)
        if beta is None:
            return None
        if expired():
            return None
        moved = _move_violators(gram, y, C, beta, side)
        if not moved:
            return beta
    return None


def gap_of_shift(beta: Sequence[Fraction], C: Fraction, shift: float) -> float:
    """Upper bound on the duality gap that an exact β (n,) has for the kernel without its shift."""
    total = sum((abs(b) * (C - abs(b)) for b in beta), Fraction(0)) * Fraction(shift)
    return math.nextafter(float(total), math.inf)


def _solve_partition(
    gram: Sequence[Sequence[Fraction]],
    y: Sequence[int],
    C: Fraction,
    side: list[int],
    expired: Callable[[], bool],
) -> list[Fraction] | None:
    free = [i for i, s in enumerate(side) if s == 1]
    bound = [i for i, s in enumerate(side) if s == 2]
    beta = [Fraction(0)] * len(y)
    for i in bound:
        beta[i] = y[i] * C
    if free:
        rhs = [y[i] - sum((gram[i][j] * beta[j] for j in bound), Fraction(0)) for i in free]
        solution = solve([[gram[i][j] for j in free] for i in free], rhs, expired)
        if solution is None:
            return None
        for i, value in zip(free, solution, strict=True):
            beta[i] = value
    return beta


def _move_violators(
    gram: Sequence[Sequence[Fraction]],
    y: Sequence[int],
    C: Fraction,
    beta: list[Fraction],
    side: list[int],
) -> bool:
    """Move every point that violates its KKT condition to another side; False if none did."""
    moved = False
    support = [j for j, value in enumerate(beta) if value != 0]
    for i, label in enumerate(y):
        alpha = label * beta[i]
        if side[i] == 1:
            if alpha < 0:
                side[i], moved = 0, True
            elif alpha > C:
                side[i], moved = 2, True
            continue
        over = label * sum((gram[i][j] * beta[j] for j in support), Fraction(0)) - 1
        if (side[i] == 0 and over < 0) or (side[i] == 2 and over > 0):
            side[i], moved = 1, True
    return moved
