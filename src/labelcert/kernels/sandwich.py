"""Products P M Pᵀ in which M is computed piece by piece and never held whole.

Memory is bounded by `CHUNK_ENTRIES` entries of M at a time, whatever the size of M. Our own note.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from labelcert.kernels.arrays import FeatureMatrix, FloatArray, IndexArray, shape_of

CHUNK_ENTRIES = 1 << 22
"""Entries of M computed at once: 32 MB an array."""

_DENSE_SHARE = 0.2

Blocks = Callable[[IndexArray, IndexArray], tuple[FloatArray, ...]]
"""From row and column numbers to the blocks M[rows, cols] of one or more matrices M."""


def localize(matrix: sparse.csr_array) -> tuple[FeatureMatrix, IndexArray]:
    """Drop the empty columns of a sparse (p, n) matrix.

    Returns:
        The (p, s) matrix of the s columns in use, as a dense array where it is full enough for
        that to pay, and their numbers (s,), sorted.
    """
    used = np.unique(matrix.indices).astype(np.int64)
    local = sparse.csr_array(
        (matrix.data, np.searchsorted(used, matrix.indices), matrix.indptr),
        shape=(shape_of(matrix)[0], len(used)),
    )
    local.sort_indices()
    if local.nnz > _DENSE_SHARE * np.prod(shape_of(local)):
        return local.toarray(), used
    return local, used


def sandwich(
    matrix: FeatureMatrix, rows: IndexArray, cols: IndexArray, blocks: Blocks
) -> tuple[FloatArray, ...]:
    """P[rows] M P[cols]ᵀ for every matrix M that `blocks` returns.

    Args:
        matrix: P, (p, s).
        rows: (a,) row numbers of P, at least one.
        cols: (b,) row numbers of P, at least one.
        blocks: called with sorted distinct column numbers of P.

    Returns:
        One (a, b) array for each M.
    """
    left, left_used = _restrict(matrix, rows)
    right, right_used = _restrict(matrix, cols)
    step = max(1, CHUNK_ENTRIES // max(1, len(right_used)))
    totals: list[FloatArray] = []
    for start in range(0, max(1, len(left_used)), step):  # once even if P is all zero
        part = slice(start, start + step)
        for k, block in enumerate(blocks(left_used[part], right_used)):
            term = np.asarray(left[:, part] @ (block @ right.T))
            if start == 0:
                totals.append(term)
            else:
                totals[k] += term
    return tuple(totals)


def sandwich_diagonal(matrix: FeatureMatrix, inner: FloatArray, blocks: Blocks) -> FloatArray:
    """The diagonal of P M Pᵀ, (p,), for the first matrix M that `blocks` returns.

    Args:
        matrix: P, (p, s).
        inner: (s,) diagonal of M; it alone answers when every row of P has one entry.
        blocks: as in `sandwich`.

    The cheaper of two ways: the square M[N(i), N(i)] of each row's own columns N(i), or all of M.
    """
    rows = sparse.csr_array(matrix)
    counts = np.diff(rows.indptr).astype(np.int64)
    if np.all(counts == 1):
        return rows.data**2 * inner[rows.indices]
    if float(np.sum(counts**2)) > float(shape_of(rows)[1]) ** 2:
        return _diagonal_of_whole(rows, blocks)
    result = np.empty(shape_of(rows)[0])
    for i, (start, end) in enumerate(zip(rows.indptr[:-1], rows.indptr[1:], strict=True)):
        used = rows.indices[start:end].astype(np.int64)
        weights = rows.data[start:end]
        result[i] = weights @ blocks(used, used)[0] @ weights
    return result


def _diagonal_of_whole(matrix: sparse.csr_array, blocks: Blocks) -> FloatArray:
    height, width = shape_of(matrix)
    everything = np.arange(width)
    result = np.zeros(height)
    step = max(1, CHUNK_ENTRIES // max(height, width))
    for start in range(0, width, step):
        part = slice(start, start + step)
        product = matrix @ blocks(everything, everything[part])[0]
        result += np.asarray(matrix[:, part].multiply(product).sum(axis=1)).ravel()
    return result


def _restrict(matrix: FeatureMatrix, rows: IndexArray) -> tuple[FeatureMatrix, IndexArray]:
    """Rows of P without the columns that they do not use, and the numbers of those they do."""
    if isinstance(matrix, np.ndarray):
        chosen = matrix[rows]
        used = np.flatnonzero(chosen.any(axis=0))
        return chosen[:, used], used
    sub = sparse.csr_array(matrix[rows])
    used = np.unique(sub.indices).astype(np.int64)
    columns = np.searchsorted(used, sub.indices)
    return sparse.csr_array((sub.data, columns, sub.indptr), shape=(len(rows), len(used))), used
