"""Graphs from objects of other libraries: SciPy, networkx, PyTorch Geometric."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.data.graph import Graph
from labelcert.data.labels import as_labels
from labelcert.data.matrices import (
    adjacency_from_edges,
    as_features,
    identity_features,
    shape,
    square_weights,
    undirected,
)

if TYPE_CHECKING:
    import networkx


def from_scipy(
    adjacency: Any,
    features: Any,
    labels: Any,
    *,
    symmetrize: bool = True,
    name: str = "graph",
) -> Graph:
    """Build a graph from matrices.

    Args:
        adjacency: (n, n) SciPy sparse or dense, non-negative; None for no graph.
        features: (n, d) sparse or dense; None takes the identity matrix.
        labels: (n,) integers or strings.
        symmetrize: make directed edges undirected, max(A, Aᵀ); else they are an error.
        name: name of the graph.

    Raises:
        InputError: no usable matrix, or neither adjacency nor features.
    """
    if adjacency is not None:
        adjacency = undirected(adjacency) if symmetrize else square_weights(adjacency)
    if features is None:
        if adjacency is None:
            raise InputError("features is None and there is no adjacency: pass one of the two")
        features = identity_features(shape(adjacency)[0])
    graph: Any = adjacency  # None is welcome
    return Graph(features, graph, labels, name)


def from_networkx(
    graph: networkx.Graph,
    *,
    label: str = "label",
    features: str | None = "features",
    weight: str | None = None,
    name: str | None = None,
) -> Graph:
    """Build a graph from a networkx graph; nodes keep its order.

    Directed edges become undirected. Of parallel edges and of the two directions the largest weight
    counts.

    Args:
        graph: any networkx graph.
        label: node attribute with the class.
        features: node attribute with a vector of numbers (or one number); None, or an attribute
            that no node has, takes the identity matrix.
        weight: edge attribute with the weight, 1 where an edge lacks it; None ignores weights.
        name: name of the graph; None takes the name of ``graph``.

    Raises:
        InputError: no networkx graph, a node without a label or (among others with) without
            features, or a weight that is no usable number.
    """
    if not (hasattr(graph, "nodes") and hasattr(graph, "edges")):
        raise InputError(f"graph is of type {type(graph).__name__}: pass a networkx graph")
    nodes = list(graph.nodes)
    position = {node: row for row, node in enumerate(nodes)}
    labels: Any = [_attribute(graph, node, label) for node in nodes]
    ends = np.array([(position[u], position[v]) for u, v in graph.edges()], dtype=np.int64)
    ends = ends.reshape(-1, 2)
    weights = None
    if weight is not None:
        values = [1 if value is None else value for _, _, value in graph.edges(data=weight)]
        weights = _numbers(values, f"edge attribute {weight!r}")
    adjacency = adjacency_from_edges(ends[:, 0], ends[:, 1], weights, len(nodes))
    title = name or str(getattr(graph, "name", "")) or "graph"
    return Graph(_node_features(graph, nodes, features), undirected(adjacency), labels, title)


def _attribute(graph: networkx.Graph, node: Any, label: str) -> Any:
    try:
        return graph.nodes[node][label]
    except KeyError as error:
        raise InputError(
            f"graph has no attribute {label!r} at node {node!r}: set it, or pass label=..."
        ) from error


def _node_features(graph: networkx.Graph, nodes: list[Any], key: str | None) -> Any:
    if not nodes:
        raise InputError("graph has no nodes: pass at least one")
    values = [graph.nodes[node].get(key) for node in nodes] if key is not None else [None]
    if all(value is None for value in values):
        return identity_features(len(nodes))
    for node, value in zip(nodes, values, strict=True):
        if value is None:
            raise InputError(
                f"graph has no attribute {key!r} at node {node!r}, but others have it: set it "
                "everywhere, or pass features=None"
            )
    rows = [np.asarray(value).ravel() for value in values]
    if len({row.size for row in rows}) > 1:
        raise InputError(f"graph has {key!r} vectors of different lengths: make them equally long")
    return as_features(np.stack(rows))


def from_pyg(data: Any, *, symmetrize: bool = True, name: str = "graph") -> Graph:
    """Build a graph from a PyTorch Geometric ``Data`` object, or anything with its attributes.

    PyTorch itself is never imported. Of repeated edges the largest weight counts.

    Args:
        data: attributes ``edge_index`` (2, E), ``y`` (n,) or (n, 1), and optionally ``x`` (n, d)
            (None takes the identity matrix) and ``edge_weight`` (E,); tensors or arrays.
        symmetrize: make directed edges undirected, max(A, Aᵀ); else they are an error.
        name: name of the graph.

    Raises:
        InputError: an attribute is missing or of the wrong shape.
    """
    index, target = getattr(data, "edge_index", None), getattr(data, "y", None)
    for attribute, value in (("edge_index", index), ("y", target)):
        if value is None:
            raise InputError(
                f"data has no {attribute}: pass a torch_geometric Data with edge_index and y"
            )
    labels = _to_numpy(target, "data.y")
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    labels = as_labels(labels)
    ends = _to_numpy(index, "data.edge_index")
    num_nodes = labels.size
    if ends.ndim != 2 or ends.shape[0] != 2 or ends.dtype.kind not in "iu":
        raise InputError(f"data.edge_index has shape {ends.shape}: pass integers of shape (2, E)")
    if ends.size and (int(ends.min()) < 0 or int(ends.max()) >= num_nodes):
        raise InputError(f"data.edge_index must lie in [0, {num_nodes}): pass one y per node")
    raw_weight, raw_features = getattr(data, "edge_weight", None), getattr(data, "x", None)
    weights = None
    if raw_weight is not None:
        weights = _numbers(_to_numpy(raw_weight, "data.edge_weight"), "data.edge_weight").ravel()
        if weights.size != ends.shape[1]:
            raise InputError("data.edge_weight must have one number per column of data.edge_index")
    features = None if raw_features is None else _to_numpy(raw_features, "data.x")
    source, sink = ends.astype(np.int64)
    adjacency = adjacency_from_edges(source, sink, weights, num_nodes)
    return from_scipy(adjacency, features, labels, symmetrize=symmetrize, name=name)


def _to_numpy(value: Any, argument: str) -> NDArray[Any]:
    """Array of a tensor on any device, or of anything NumPy understands."""
    try:
        if hasattr(value, "detach"):
            value = value.detach().cpu()
            if getattr(value, "is_sparse", False):
                value = value.to_dense()
            return np.asarray(value.numpy())
        return np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{argument} cannot be read as an array: pass a plain tensor, e.g. {argument}.float()"
        ) from error


def _numbers(values: Any, argument: str) -> NDArray[np.float64]:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{argument} is not numeric everywhere: pass numbers") from error
