"""Collect the rows of a linear program block by block.

Source: our own note.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

Term = tuple[np.ndarray, np.ndarray | float]
"""Columns (k,) or (k, entries) and their coefficients, broadcast to the same shape."""


class Rows:
    """Rows lower ≤ Σ coefficient · column ≤ upper, added k at a time."""

    def __init__(self) -> None:
        self._at: list[np.ndarray] = []
        self._columns: list[np.ndarray] = []
        self._values: list[np.ndarray] = []
        self._lower: list[np.ndarray] = []
        self._upper: list[np.ndarray] = []
        self.count = 0

    def add(self, terms: list[Term], lower: np.ndarray | float, upper: np.ndarray | float) -> None:
        """Add k rows; row i takes the i-th entry (or row of entries) of every term.

        lower, upper: (k,) or one value for all rows, infinite where a side is free.
        """
        k = len(terms[0][0])
        for columns, coefficients in terms:
            block = columns.reshape(k, -1)
            values = np.broadcast_to(np.asarray(coefficients, dtype=float), columns.shape)
            self._at.append(np.repeat(np.arange(self.count, self.count + k), block.shape[1]))
            self._columns.append(block.ravel())
            self._values.append(values.reshape(-1))
        self._lower.append(np.broadcast_to(np.asarray(lower, dtype=float), (k,)))
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=float), (k,)))
        self.count += k

    def at_most(self, terms: list[Term], upper: np.ndarray | float) -> None:
        """Add k rows with an upper side only."""
        self.add(terms, -np.inf, upper)

    def build(self, columns: int) -> tuple[sparse.csr_array, np.ndarray, np.ndarray]:
        """The matrix (count, columns) and the sides (count,) of all rows added so far."""
        at, place = np.concatenate(self._at), np.concatenate(self._columns)
        matrix = sparse.csr_array(
            sparse.coo_array((np.concatenate(self._values), (at, place)), (self.count, columns))
        )
        matrix.eliminate_zeros()
        return matrix, np.concatenate(self._lower), np.concatenate(self._upper)
