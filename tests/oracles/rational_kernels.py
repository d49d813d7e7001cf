"""Gram matrices of floats as integers: inverses, ranks and signs without any rounding.

Every float is an integer over a power of two, so a kernel of floats is an integer matrix times a
power of two. Nothing here is shared with labelcert.
"""

from __future__ import annotations

from operator import mul

import numpy as np

Rows = list[list[int]]


def to_integers(matrix) -> tuple[Rows, int]:
    """The entries of a 2-d array of floats as integers, all over the same power 2**e; and e."""
    pairs = [[float(v).as_integer_ratio() for v in row] for row in np.asarray(matrix, float)]
    e = max((d.bit_length() - 1 for row in pairs for _, d in row), default=0)
    return [[p << (e - d.bit_length() + 1) for p, d in row] for row in pairs], e


def dot(a, b) -> int:
    return sum(map(mul, a, b))


def inverse(matrix: Rows) -> tuple[int, Rows] | None:
    """(det, adjugate) with matrix · adjugate = det · 1, or None if the matrix is singular.

    Gauss and Jordan over the integers (Bareiss); the product is checked at the end.
    """
    n, last = len(matrix), 1
    work = [[*row, *(int(i == j) for j in range(n))] for i, row in enumerate(matrix)]
    for k in range(n):
        pivot = next((i for i in range(k, n) if work[i][k]), None)
        if pivot is None:
            return None
        work[k], work[pivot] = work[pivot], work[k]
        top = work[k]
        head = top[k]
        for i in range(n):
            if i != k:
                factor = work[i][k]
                work[i] = [
                    (head * a - factor * b) // last for a, b in zip(work[i], top, strict=True)
                ]
        last = head
    adjugate = [row[n:] for row in work]
    columns = list(zip(*adjugate, strict=True))
    for i, row in enumerate(matrix):
        assert [dot(row, column) for column in columns] == [last * (i == j) for j in range(n)]
    return last, adjugate


def is_psd(matrix: Rows) -> bool:
    """Whether a symmetric integer matrix is positive semidefinite: every pivot ≥ 0, none of 0
    with anything but zeros beside it."""
    work, last = [list(row) for row in matrix], 1
    while work:
        k = max(range(len(work)), key=lambda i: work[i][i])
        head = work[k][k]
        if head <= 0:
            return head == 0 and not any(any(row) for row in work)
        top = work.pop(k)
        factors = [row.pop(k) for row in work]
        del top[k]
        work = [
            [(head * a - factor * b) // last for a, b in zip(row, top, strict=True)]
            for row, factor in zip(work, factors, strict=True)
        ]
        last = head
    return True


def independent(matrix: Rows) -> list[int]:
    """A largest set of rows of a positive semidefinite matrix that are linearly independent."""
    chosen: list[int] = []
    for i in range(len(matrix)):
        trial = [*chosen, i]
        if inverse([[matrix[a][b] for b in trial] for a in trial]) is not None:
            chosen = trial
    return chosen


def in_span(matrix: Rows, rows: Rows) -> list[bool]:
    """Whether each of some rows is a combination of those of a positive semidefinite matrix.

    Where it is not, kernel and cross kernel are no kernel together, and the decision value of the
    row is not unique.
    """
    basis = independent(matrix)
    found = inverse([[matrix[a][b] for b in basis] for a in basis])
    assert found is not None
    det, adjugate = found
    answers = []
    for row in rows:
        weights = [dot(line, [row[b] for b in basis]) for line in adjugate]
        made = [dot(weights, [matrix[b][j] for b in basis]) for j in range(len(matrix))]
        answers.append(made == [det * value for value in row])
    return answers
