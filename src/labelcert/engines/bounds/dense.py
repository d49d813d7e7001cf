"""Small dense symmetric systems inside compiled loops: factor once, solve for many right sides.

Few rows take plain loops, each a sum in a fixed order; four rows at a time, which reads and writes
each result a quarter as often. Many take a library's products of matrices, block by block.
Cost: n³/6 multiplications to factor, n² to solve.
Source: textbook Cholesky factorization, by rows of the upper triangle.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import inner

LARGE = 1e150
"""Stands for the root of a pivot that is not positive: its unknown becomes 0."""


BLOCKED, BLOCK, STRIP = 96, 64, 16
"""From so many rows on products of matrices go to the linear algebra library, in blocks; the rows
of a block follow each other in strips."""


@inner
def factor(matrix):
    """Replace the upper triangle of a symmetric matrix (n, n) by U with UᵀU = matrix."""
    n = matrix.shape[0]
    if n < BLOCKED:
        factor_rows(matrix, 0, n)
        return
    for first in range(0, n, BLOCK):
        end = min(first + BLOCK, n)
        for strip in range(first, end, STRIP):
            below = min(strip + STRIP, end)
            factor_rows(matrix, strip, below)
            _subtract(matrix, strip, below, below, end)
        for block in range(end, n, BLOCK):
            _subtract(matrix, first, end, block, min(block + BLOCK, n))


@inner
def _subtract(matrix, first, end, begin, stop):
    """Subtract from rows begin … stop, from their diagonal on, their part in rows first … end."""
    if begin == stop:
        return
    rows = matrix[first:end, begin:].copy()
    product = np.dot(rows[:, : stop - begin].copy().T, rows)
    for i in range(begin, stop):
        row, part = matrix[i], product[i - begin]
        for j in range(i, matrix.shape[0]):
            row[j] -= part[j - begin]


@inner
def factor_rows(matrix, begin, stop):
    """`factor` for some rows, from which those before are subtracted; later rows stay as they are.

    The number of rows is a multiple of 4, or they are the last ones.
    """
    n = matrix.shape[0]
    for first in range(begin, stop, 4):
        end = min(first + 4, stop)
        for k in range(first, end):
            top = matrix[k]
            for above in range(first, k):
                share = matrix[above, k]
                for j in range(k, n):
                    top[j] -= share * matrix[above, j]
            root = np.sqrt(top[k]) if top[k] > 0.0 else LARGE
            inverse = 1.0 / root
            for j in range(k, n):
                top[j] *= inverse
            top[k] = root
        for i in range(end, stop):
            _less_four(matrix, matrix[i], i, first)


@inner
def _less_four(matrix, row, i, first):
    """Subtract from row i, from the diagonal on, its part in the four rows from `first` on."""
    a, b, c, d = matrix[first], matrix[first + 1], matrix[first + 2], matrix[first + 3]
    of_a, of_b, of_c, of_d = a[i], b[i], c[i], d[i]
    for j in range(i, row.shape[0]):
        row[j] -= of_a * a[j] + of_b * b[j] + of_c * c[j] + of_d * d[j]


@inner
def add_rows(matrix, shares, out, i):
    """Add Σ_k shares_k · matrix[k] to out (n,), from place i on."""
    n = matrix.shape[0]
    for k in range(0, n - n % 4, 4):
        a, b, c, d = matrix[k], matrix[k + 1], matrix[k + 2], matrix[k + 3]
        of_a, of_b, of_c, of_d = shares[k], shares[k + 1], shares[k + 2], shares[k + 3]
        for j in range(i, n):
            out[j] += of_a * a[j] + of_b * b[j] + of_c * c[j] + of_d * d[j]
    for k in range(n - n % 4, n):
        row, share = matrix[k], shares[k]
        for j in range(i, n):
            out[j] += share * row[j]


@inner
def solve(upper, x):
    """Solve UᵀU z = x (n,) in place, for the U of `factor`."""
    n = upper.shape[0]
    for i in range(n):
        row = upper[i]
        x[i] /= row[i]
        value = x[i]
        for j in range(i + 1, n):
            x[j] -= row[j] * value
    for i in range(n - 1, -1, -1):
        x[i] = (x[i] - _product(upper[i], x, i + 1)) / upper[i, i]


@inner
def _product(row, x, first):
    """Σ row_j x_j from j = first on, in four sums that do not wait for each other."""
    n = x.shape[0]
    a = b = c = d = 0.0
    whole = first + (n - first) // 4 * 4
    for j in range(first, whole, 4):
        a += row[j] * x[j]
        b += row[j + 1] * x[j + 1]
        c += row[j + 2] * x[j + 2]
        d += row[j + 3] * x[j + 3]
    for j in range(whole, n):
        a += row[j] * x[j]
    return (a + b) + (c + d)


@inner
def times(matrix, x, out):
    """Write the product of a symmetric matrix (n, n) and x (n,) to out (n,)."""
    for j in range(out.shape[0]):
        out[j] = 0.0
    add_rows(matrix, x, out, 0)
