"""What a kernel accepts: a graph or a feature matrix, and node numbers; checked here.

Kernels see `features` and `adjacency` and nothing else; labels never come into this room.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from labelcert._errors import InputError
from labelcert.kernels.arrays import FeatureMatrix, IndexArray, shape_of


@runtime_checkable
class SupportsGraph(Protocol):
    """Anything with node features (n, d) and an adjacency (n, n), dense or sparse."""

    @property
    def features(self) -> Any:
        """(n, d) numbers, dense or sparse."""
        ...

    @property
    def adjacency(self) -> Any:
        """(n, n) edge weights ≥ 0, dense or sparse, without self-loops."""
        ...


GraphLike = SupportsGraph | ArrayLike | sparse.sparray | sparse.spmatrix
"""A graph, or a feature matrix alone, which stands for a graph without edges."""


def read_graph(graph: GraphLike) -> tuple[FeatureMatrix, sparse.csr_array]:
    """Features (n, d) as float64, dense or CSR, and adjacency (n, n) as float64 CSR.

    Raises:
        InputError: features that are not a finite numeric matrix, or an adjacency that does not
            fit them or has an entry that is negative or not finite.
    """
    if not isinstance(graph, SupportsGraph):
        features = _read_matrix(graph, "graph")
        count = shape_of(features)[0]
        return features, sparse.csr_array((count, count), dtype=np.float64)
    features = _read_matrix(graph.features, "graph.features")
    adjacency = sparse.csr_array(_read_matrix(graph.adjacency, "graph.adjacency"))
    count = shape_of(features)[0]
    if shape_of(adjacency) != (count, count):
        raise InputError(
            f"graph.adjacency has shape {adjacency.shape}, but graph.features has {count} rows: "
            f"pass an adjacency of shape ({count}, {count})."
        )
    if adjacency.nnz and adjacency.data.min() < 0:
        raise InputError("graph.adjacency has a negative entry: pass edge weights of at least 0.")
    return features, adjacency


def read_indices(indices: ArrayLike | None, argument: str, count: int) -> IndexArray:
    """Node numbers in 0..count−1 as int64 (k,); None stands for all nodes.

    Raises:
        InputError: not one-dimensional, not integers, or out of range.
    """
    if indices is None:
        return np.arange(count)
    array = np.asarray(indices)
    if array.ndim != 1:
        raise InputError(
            f"{argument} must be a one-dimensional array of node numbers, not of shape "
            f"{array.shape}."
        )
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if array.dtype.kind not in "iu":
        raise InputError(
            f"{argument} must hold integer node numbers, not {array.dtype}; "
            "turn a mask into numbers with numpy.flatnonzero."
        )
    if array.min() < 0 or array.max() >= count:
        wrong = array[(array < 0) | (array >= count)][0]
        raise InputError(
            f"{argument} holds node {wrong}, but the nodes are numbered 0 to {count - 1}: "
            "pass numbers in that range."
        )
    return array.astype(np.int64)


def _read_matrix(values: Any, argument: str) -> FeatureMatrix:
    """A finite real matrix as float64, CSR if it was sparse."""
    if sparse.issparse(values):
        if values.dtype.kind not in "biuf":
            raise InputError(f"{argument} must hold real numbers, not {values.dtype}.")
        matrix = sparse.csr_array(values, dtype=np.float64)
        finite = bool(np.isfinite(matrix.data).all())
    else:
        try:
            matrix = np.asarray(values)
        except ValueError as error:
            raise InputError(f"{argument} must be a matrix with rows of equal length.") from error
        if matrix.dtype.kind not in "biuf":
            raise InputError(f"{argument} must be a matrix of real numbers, not {matrix.dtype}.")
        matrix = matrix.astype(np.float64, copy=False)
        finite = bool(np.isfinite(matrix).all())
    if matrix.ndim != 2 or shape_of(matrix)[0] == 0:
        raise InputError(
            f"{argument} must be a matrix with one row a node and at least one row, not of shape "
            f"{matrix.shape}."
        )
    if not finite:
        raise InputError(
            f"{argument} has an entry that is not finite: remove or replace NaN and infinity."
        )
    return matrix
