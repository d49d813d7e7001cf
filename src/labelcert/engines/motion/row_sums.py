"""Sums of the largest entries of each row of a symmetric matrix, for growing numbers of them."""

from __future__ import annotations

import numpy as np

ROWS = 256
"""Rows that are looked at together, so that no second matrix lies in memory."""

FIRST = 8
"""So many entries of a row are sorted at first; twice as many whenever more are asked for."""


class RowSums:
    """Row i of M = diag(d) Q diag(d): M_ii and its largest other entries, among some columns.

    gram: Q (n, n); weight: d (n,); columns: those that count. Cost: O(n²) whenever the number of
    entries asked for has doubled.
    """

    def __init__(self, gram: np.ndarray, weight: np.ndarray, columns: np.ndarray):
        self._gram, self._weight, self._columns = gram, weight, columns
        self._diagonal = gram.diagonal() * weight * weight
        self._sums = np.zeros((len(gram), 1))

    def with_others(self, number: int) -> np.ndarray:
        """(n,) M_ii plus the largest others, at most `number` of them, as far as they are > 0."""
        number = min(max(number, 0), len(self._columns))
        if number >= self._sums.shape[1]:
            self._sort(min(max(FIRST, 2 * number), len(self._columns)))
        result: np.ndarray = self._diagonal + self._sums[:, number]
        return result

    def _sort(self, size: int) -> None:
        """Sums of up to `size` of the largest others, in `_sums` (n, size + 1)."""
        n = len(self._gram)
        self._sums = np.zeros((n, size + 1))
        for at in range(0, n, ROWS):
            rows = np.arange(at, min(at + ROWS, n))
            part = self._gram[rows] * self._weight[rows, None] * self._weight[None, :]
            part[np.arange(len(rows)), rows] = 0.0
            part = np.maximum(part[:, self._columns], 0.0)
            part.partition(part.shape[1] - size, axis=1)
            largest = np.sort(part[:, part.shape[1] - size :], axis=1)[:, ::-1]
            self._sums[rows, 1:] = np.cumsum(largest, axis=1)
