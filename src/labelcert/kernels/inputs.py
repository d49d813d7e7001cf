"""What a kernel accepts: a graph or a feature matrix, and node numbers; checked here.

Kernels see `features` and `adjacency` and nothing else; labels never come into this room.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from labelcert._errors import InputError
from labelcert.intake.arrays import real_array, sparse_matrix
from labelcert.intake.frames import refuse_shuffled_mask
from labelcert.intake.positions import as_positions
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
    refuse_other_graphs(graph)
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


def node_count(graph: GraphLike) -> int:
    """How many nodes a graph or feature matrix has, by its shape alone.

    Raises InputError for what is no matrix.
    """
    refuse_other_graphs(graph)
    features: Any = graph.features if isinstance(graph, SupportsGraph) else graph
    shape = features.shape if sparse.issparse(features) else np.shape(features)
    if len(shape) != 2:
        raise InputError(f"graph has features of shape {tuple(shape)}: pass a row for each node.")
    return int(shape[0])


def refuse_other_graphs(graph: Any) -> None:
    """Raise InputError for a graph of another library, which tells how it is converted."""
    if isinstance(graph, SupportsGraph):
        return
    reader = ""
    if hasattr(graph, "edge_index"):
        reader = "from_pyg(data)"
    elif hasattr(graph, "nodes") and hasattr(graph, "edges"):
        reader = "from_networkx(graph, label=…)"
    if reader:
        kind = f"{type(graph).__module__.partition('.')[0]}.{type(graph).__name__}"
        raise InputError(
            f"graph is a {kind}, which kernels do not read: convert it first, with "
            f"labelcert.datasets.{reader}."
        )


def read_indices(indices: ArrayLike | None, argument: str, count: int) -> IndexArray:
    """Node numbers in 0..count−1 as int64 (k,); None means all nodes, a mask the true ones.

    Raises:
        InputError: not one-dimensional, not integers, out of range, or a mask of another length.
    """
    if indices is None:
        return np.arange(count)
    refuse_shuffled_mask(indices, argument)
    return as_positions(indices, argument, count, "node")


def _read_matrix(values: Any, argument: str) -> FeatureMatrix:
    """A finite real matrix as float64, CSR if it was sparse."""
    sparse_given = sparse.issparse(values)
    matrix = sparse_matrix(values, argument) if sparse_given else real_array(values, argument)
    if matrix.ndim != 2 or shape_of(matrix)[0] == 0:
        raise InputError(
            f"{argument} must be a matrix with one row a node and at least one row, not of shape "
            f"{matrix.shape}."
        )
    return matrix
