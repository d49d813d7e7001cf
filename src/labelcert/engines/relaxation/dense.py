"""Small dense symmetric systems inside compiled loops: factor once, solve for many right sides.

Plain loops, each a sum in a fixed order, so results depend neither on a library nor on threads.
Cost: n³/6 multiplications to factor, n² to solve.
Source: textbook Cholesky factorization, by rows of the upper triangle.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import inner

LARGE = 1e150
"""Stands for the root of a pivot that is not positive: its unknown becomes 0."""


@inner
def factor(matrix):
    """Replace the upper triangle of a symmetric matrix (n, n) by U with UᵀU = matrix."""
    n = matrix.shape[0]
    for k in range(n):
        top = matrix[k]
        root = np.sqrt(top[k]) if top[k] > 0.0 else LARGE
        inverse = 1.0 / root
        for j in range(k, n):
            top[j] *= inverse
        top[k] = root
        for i in range(k + 1, n):
            share = top[i]
            row = matrix[i]
            for j in range(i, n):
                row[j] -= share * top[j]


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
        row = upper[i]
        total = x[i]
        for j in range(i + 1, n):
            total -= row[j] * x[j]
        x[i] = total / row[i]


@inner
def times(matrix, x, out):
    """Write the product of a symmetric matrix (n, n) and x (n,) to out (n,)."""
    n = matrix.shape[0]
    for j in range(n):
        out[j] = 0.0
    for i in range(n):
        value = x[i]
        row = matrix[i]
        for j in range(n):
            out[j] += value * row[j]
