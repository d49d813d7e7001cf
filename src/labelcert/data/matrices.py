"""Checks and conversions of the two matrices of a graph: features and adjacency.

Everything that looks like a matrix is accepted (lists, ``np.ndarray``, ``np.matrix``, any SciPy
sparse format, pandas frames); what comes out is always float64, dense or ``csr_array``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array, eye_array, issparse

from labelcert._errors import InputError
from labelcert.intake.arrays import real_array, sparse_matrix
from labelcert.intake.frames import square_frame
from labelcert.intake.numbers import flag

# Asymmetry up to this share of the largest weight is rounding; it is averaged away.
_SYMMETRY_TOLERANCE = 1e-12


def as_features(features: Any) -> NDArray[np.float64] | csr_array:
    """Return the features as a finite float64 matrix of shape (n, d), n and d at least 1.

    Dense input stays dense (no copy where it is float64 already), sparse input becomes a
    ``csr_array`` with sorted indices and without stored zeros (always a copy).

    Raises:
        InputError: not numeric, not 2-d, empty, or with an entry that is NaN or infinite.
    """
    sparse = issparse(features)
    matrix = _sparse(features, "features") if sparse else real_array(features, "features")
    if matrix.ndim != 2:
        raise InputError(
            f"features has {matrix.ndim} dimension(s) but must be a matrix of shape (n, d): "
            "pass features.reshape(-1, 1) where there is one number per node"
        )
    rows, columns = shape(matrix)
    if rows == 0 or columns == 0:
        raise InputError(
            f"features has shape ({rows}, {columns}): pass at least one node and one column "
            "(scipy.sparse.eye_array(n) where the nodes have no features)"
        )
    return matrix


def as_adjacency(adjacency: Any, num_nodes: int) -> csr_array:
    """Return the adjacency as a symmetric ``csr_array`` (n, n), float64, with an empty diagonal.

    ``None`` stands for "no graph" and gives an empty matrix. The diagonal is dropped: the
    propagation matrices of the kernels add the self-loops they want.

    Raises:
        InputError: not numeric, not of shape (n, n), not symmetric (beyond rounding), or with a
            weight that is negative, NaN or infinite.
    """
    if adjacency is None:
        return csr_array((num_nodes, num_nodes), dtype=np.float64)
    matrix = square_weights(adjacency)
    if shape(matrix)[0] != num_nodes:
        raise InputError(
            f"adjacency has shape {matrix.shape} but features has {num_nodes} rows: "
            "pass one row and one column per node, in the order of the features"
        )
    transposed = csr_array(matrix.T)
    difference = abs(matrix - transposed)
    if difference.nnz == 0:
        return matrix
    largest = float(difference.max())
    if largest > _SYMMETRY_TOLERANCE * float(matrix.max()):
        raise InputError(
            "adjacency is not symmetric: pass adjacency + adjacency.T, "
            "or use datasets.undirected(adjacency)"
        )
    return _tidy(csr_array((matrix + transposed) * 0.5)) if largest > 0.0 else matrix


def undirected(adjacency: Any, *, unweighted: bool = False) -> csr_array:
    """Make the edges of a directed graph undirected: A becomes max(A, Aᵀ), entry by entry.

    Args:
        adjacency: square matrix (n, n), dense or sparse, non-negative finite weights.
        unweighted: give every edge weight 1.

    Returns:
        Symmetric ``csr_array`` (n, n), float64, without self-loops.

    Raises:
        InputError: not numeric, not square, or with a negative, NaN or infinite weight.
    """
    unweighted = flag(unweighted, "unweighted")
    matrix = square_weights(adjacency)
    result = _tidy(csr_array(matrix.maximum(csr_array(matrix.T))))
    if unweighted:
        result.data[:] = 1.0
    return result


def adjacency_from_edges(
    source: NDArray[np.int64],
    target: NDArray[np.int64],
    weight: NDArray[np.float64] | None,
    num_nodes: int,
) -> csr_array:
    """Return the directed adjacency (n, n) of an edge list; repeated edges keep the largest weight.

    Args:
        source: (E,) indices in [0, n).
        target: (E,) indices in [0, n).
        weight: (E,) weights, or None for weight 1.
        num_nodes: n.
    """
    weights = np.ones(source.size) if weight is None else np.asarray(weight, dtype=np.float64)
    order = np.lexsort((-weights, target, source))
    source, target, weights = source[order], target[order], weights[order]
    first = np.ones(source.size, dtype=bool)
    first[1:] = (source[1:] != source[:-1]) | (target[1:] != target[:-1])
    entries = (weights[first], (source[first], target[first]))
    return csr_array(coo_array(entries, shape=(num_nodes, num_nodes)))


def shape(matrix: Any) -> tuple[int, int]:
    """Return (rows, columns) of a dense or sparse matrix as plain integers."""
    rows, columns = matrix.shape
    return int(rows), int(columns)


def identity_features(num_nodes: int) -> csr_array:
    """Return the sparse identity (n, n): the features of a graph whose nodes have none."""
    return csr_array(eye_array(num_nodes, format="csr", dtype=np.float64))


def square_weights(adjacency: Any) -> csr_array:
    """Return an adjacency (n, n) as a fresh ``csr_array`` without diagonal, symmetric or not.

    Raises:
        InputError: not numeric, not square, or with a negative, NaN or infinite weight.
    """
    if issparse(adjacency):
        matrix = _sparse(adjacency, "adjacency")
    else:
        named, _ = square_frame(adjacency, "adjacency")
        dense = real_array(named, "adjacency")
        if dense.ndim != 2:
            raise InputError(
                f"adjacency has {dense.ndim} dimension(s): pass a square matrix of shape (n, n), "
                "or build one from an edge list with datasets.from_edge_list"
            )
        matrix = csr_array(dense)
    if matrix.ndim != 2 or len(set(shape(matrix))) > 1:
        raise InputError(
            f"adjacency has shape {matrix.shape}: pass a square matrix with one row and one "
            "column per node"
        )
    if matrix.nnz and float(matrix.data.min()) < 0.0:
        raise InputError("adjacency has negative weights: pass weights of at least 0")
    diagonal = matrix.diagonal()
    return _tidy(csr_array(matrix - diags_array(diagonal))) if diagonal.any() else matrix


def _sparse(matrix: Any, argument: str) -> csr_array:
    """Copy of any SciPy sparse matrix as a canonical float64 csr_array."""
    checked = sparse_matrix(matrix, argument)
    return _tidy(checked.copy()) if checked.ndim == 2 else checked


def _tidy(matrix: csr_array) -> csr_array:
    """Sum duplicates, drop stored zeros and sort the indices, in place."""
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    matrix.sort_indices()
    return matrix
