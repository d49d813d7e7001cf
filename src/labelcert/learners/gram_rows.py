"""A symmetric matrix of float32 or float64, read a few rows at a time as float64.

Float64 holds every number of float32, so rows that are converted when they are read are exactly
those of a matrix that was converted as a whole, and what is proven from them is the same. Read so,
a kernel of float32 takes no memory beside its own 4 n² bytes. A matrix that misses symmetry by
rounding, as products on a graphics processor do, is read as the mean of itself and its transpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

ROWS = 256
"""Rows that are read together."""


@dataclass(frozen=True, eq=False)
class GramRows:
    """kept (n, n): C-ordered, float32 or float64; mean: whether that of it and its transpose is
    meant, entry by entry in float64."""

    kept: np.ndarray
    mean: bool = False

    def __len__(self) -> int:
        return len(self.kept)

    def __getitem__(self, at: slice) -> np.ndarray:
        """(b, n) float64 rows of a slice; may be a view, so not to be written to."""
        rows = self.kept[at].astype(np.float64, copy=self.mean)
        if self.mean:
            rows += self.kept[:, at].T
            rows /= 2
        return rows

    def blocks(self, size: int = ROWS) -> Iterator[tuple[slice, np.ndarray]]:
        """All rows, some at a time, and which they are."""
        for at in range(0, len(self.kept), size):
            rows = slice(at, min(at + size, len(self.kept)))
            yield rows, self[rows]

    def diagonal(self) -> np.ndarray:
        """(n,) float64."""
        return self.kept.diagonal().astype(np.float64)

    def part(self, rows: Any, columns: Any) -> np.ndarray:
        """(a, b) float64 copy of the entries at some rows (a,) and columns (b,)."""
        found = self.kept[np.ix_(rows, columns)].astype(np.float64)
        if self.mean:
            found = (found + self.kept[np.ix_(columns, rows)].T) / 2
        return np.ascontiguousarray(found)

    def whole(self) -> np.ndarray:
        """(n, n) float64: the array itself where it is that, else a copy."""
        if self.kept.dtype == np.float64 and not self.mean:
            return self.kept
        return self.copy()

    def copy(self, divisor: float = 1.0, added: float = 0.0) -> np.ndarray:
        """(n, n) new float64 array: the matrix, `added` on its diagonal, over a power of two."""
        found = np.empty(self.kept.shape)
        for rows, block in self.blocks():
            np.divide(block, divisor, out=found[rows])
        if added != 0.0:
            found[np.diag_indices(len(found))] = (self.diagonal() + added) / divisor
        return found

    def largest(self) -> float:
        """The largest |entry| of the array that is kept."""
        return max(float(self.kept.max()), -float(self.kept.min()))

    def skewness(self) -> float:
        """The largest |entry| of the array less its transpose, without another one in memory."""
        steps = [slice(at, at + ROWS) for at in range(0, len(self.kept), ROWS)]
        return max(
            float(np.abs(_wide(self.kept[a, b]) - _wide(self.kept[b, a]).T).max())
            for k, a in enumerate(steps)
            for b in steps[: k + 1]
        )

    def row_sums(self) -> np.ndarray:
        """(n,) sums of the rows."""
        return np.concatenate([block.sum(axis=1) for _, block in self.blocks()])

    def largest_row(self) -> float:
        """The largest sum of |entries| of a row."""
        return max(float(np.abs(block).sum(axis=1).max()) for _, block in self.blocks())


def _wide(block: np.ndarray) -> np.ndarray:
    return block.astype(np.float64, copy=False)
