"""Graphs from matrices, and from objects of PyTorch Geometric."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.data.graph import Graph
from labelcert.data.matrices import (
    adjacency_from_edges,
    identity_features,
    shape,
    square_weights,
    undirected,
)
from labelcert.data.no_label import (
    minus_one_is_none,
    told_unlabeled,
    unlabeled_at,
    with_placeholders,
)
from labelcert.intake.arrays import real_array
from labelcert.intake.frames import aligned_nodes
from labelcert.intake.names import told_names


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
        labels: (n,) integers or strings; None or NaN where a node has no label.
        symmetrize: make directed edges undirected, max(A, Aᵀ); else they are an error.
        name: name of the graph.

    Raises:
        InputError: no usable matrix, or neither adjacency nor features.
    """
    # Before anything is converted: names tell which node is which, and arrays have none.
    adjacency, features, labels = aligned_nodes(adjacency, features, labels)
    if adjacency is not None:
        adjacency = undirected(adjacency) if symmetrize else square_weights(adjacency)
    if features is None:
        if adjacency is None:
            raise InputError("features is None and there is no adjacency: pass one of the two")
        features = identity_features(shape(adjacency)[0])
    graph: Any = adjacency  # None is welcome
    return Graph(features, graph, labels, name)


def from_pyg(data: Any, *, symmetrize: bool = True, name: str = "graph") -> Graph:
    """Build a graph from a PyTorch Geometric ``Data`` object, or anything with its attributes.

    PyTorch itself is never imported. Of repeated edges the largest weight counts. Other attributes
    (masks among them, see `labelcert.datasets.mask_split`) are left out, and named in the graph's
    ``notes``.

    Args:
        data: attributes ``edge_index`` (2, E), ``y`` (n,) or (n, 1), and optionally ``x`` (n, d)
            (None takes the identity matrix) and ``edge_weight`` (E,), or in its place an
            ``edge_attr`` of one number an edge; tensors or arrays. NaN in ``y`` is no label, and
            so is −1 beside two or more other classes, all of them 0 or more.
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
    labels, unlabeled = _pyg_labels(_to_numpy(target, "data.y"))
    ends = _to_numpy(index, "data.edge_index")
    num_nodes = labels.size
    if ends.ndim != 2 or ends.shape[0] != 2 or ends.dtype.kind not in "iu":
        raise InputError(f"data.edge_index has shape {ends.shape}: pass integers of shape (2, E)")
    if np.ma.is_masked(ends):
        raise InputError("data.edge_index has masked entries: leave those edges out")
    if ends.size and (int(ends.min()) < 0 or int(ends.max()) >= num_nodes):
        raise InputError(f"data.edge_index must lie in [0, {num_nodes}): pass one y per node")
    weights, weight_from = _pyg_weights(data, ends.shape[1])
    raw_features = getattr(data, "x", None)
    features = None if raw_features is None else _to_numpy(raw_features, "data.x")
    source, sink = ends.astype(np.int64)
    adjacency = adjacency_from_edges(source, sink, weights, num_nodes)
    if symmetrize:
        adjacency = undirected(adjacency)
    read = ["y", "edge_index", *([] if features is None else ["x"]), *weight_from]
    told = [f"read {', '.join(read)}" + ("" if features is not None else f"; {NO_FEATURES}")]
    left_out = [key for key in _keys(data) if key not in (*read, "x", "edge_weight")]
    if left_out:
        told.append(f"left out: {told_names(left_out)}")
    if features is None:
        features = identity_features(num_nodes)
    return Graph(features, adjacency, labels, name, notes=(*told, *unlabeled))


NO_FEATURES = "nodes have no features: the identity matrix stands for them"


def _pyg_labels(raw: NDArray[Any]) -> tuple[NDArray[Any], list[str]]:
    """(n,) labels, and what to tell of nodes without one."""
    labels = with_placeholders(raw[:, 0] if raw.ndim == 2 and raw.shape[1] == 1 else raw)
    if minus_one_is_none(labels):
        labels = unlabeled_at(labels, labels == -1)
        return labels, told_unlabeled(labels, " (−1)")
    return labels, told_unlabeled(labels)


def _pyg_weights(data: Any, num_edges: int) -> tuple[NDArray[np.float64] | None, list[str]]:
    """(E,) weights, or None, and the attribute that they are from."""
    for attribute in ("edge_weight", "edge_attr"):
        value = getattr(data, attribute, None)
        if value is None:
            continue
        array = _to_numpy(value, f"data.{attribute}")
        if attribute == "edge_attr" and array.ndim == 2 and array.shape[1] != 1:
            continue  # features of edges, for which no kernel has a use
        if array.shape not in ((num_edges,), (num_edges, 1)):
            raise InputError(
                f"data.{attribute} has shape {array.shape}: pass one number for each column of "
                f"data.edge_index, {num_edges}"
            )
        return real_array(array, f"data.{attribute}", "real numbers").ravel(), [attribute]
    return None, []


def _keys(data: Any) -> list[str]:
    """What an object holds, by name, as far as it tells."""
    keys: Any = getattr(data, "keys", None)
    if keys is None:
        return [key for key in getattr(data, "__dict__", {}) if not key.startswith("_")]
    listed: Any = keys() if callable(keys) else keys
    return [str(key) for key in listed]


def _to_numpy(value: Any, argument: str) -> NDArray[Any]:
    """Array of a tensor on any device, or of anything NumPy understands; a mask is kept."""
    try:
        if hasattr(value, "detach"):
            value = value.detach().cpu()
            if getattr(value, "is_sparse", False):
                value = value.to_dense()
            return np.asanyarray(value.numpy())
        return value if isinstance(value, np.ma.MaskedArray) else np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{argument} cannot be read as an array: pass a plain tensor, e.g. {argument}.float()"
        ) from error
