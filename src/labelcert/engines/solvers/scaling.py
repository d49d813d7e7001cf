"""Rows of size 1, by powers of two, so that nothing is rounded.

HiGHS rejects coefficients from 1e15 on, and drops those below 1e-9: it was made for numbers near 1.
Source: textbook row scaling.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse


def power_of_two_above(size: np.ndarray | float) -> np.ndarray:
    """The power of two p with p/2 ≤ size < p for each size; 1 where it is 0 or not finite."""
    size = np.asarray(size, dtype=float)
    _, exponent = np.frexp(np.where(np.isfinite(size), size, 0.0))
    # Its inverse has to be a number as well, at both ends of the range.
    return np.where(size > 0.0, np.ldexp(1.0, np.clip(exponent, -1000, 1000)), 1.0)


def largest_of_rows(matrix: sparse.csr_array) -> np.ndarray:
    """The size of each row's largest coefficient, 0 for an empty row."""
    return np.asarray(abs(matrix).max(axis=1).todense(), dtype=float).ravel()


def divided_rows(matrix: sparse.csr_array, unit: np.ndarray) -> sparse.csr_array:
    """The matrix with row i divided by unit[i], a power of two."""
    return sparse.csr_array(sparse.diags_array(1.0 / unit) @ matrix)
