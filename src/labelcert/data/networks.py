"""Graphs from networkx."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from labelcert._errors import InputError
from labelcert.data.convert import NO_FEATURES
from labelcert.data.graph import Graph
from labelcert.data.matrices import adjacency_from_edges, as_features, identity_features, undirected
from labelcert.data.no_label import told_unlabeled, with_placeholders
from labelcert.intake.arrays import FloatArray, real_array
from labelcert.intake.frames import in_order_of
from labelcert.intake.items import as_plain_array
from labelcert.intake.names import suggestion, told_names

if TYPE_CHECKING:
    import networkx

_FEATURES = "features"


def from_networkx(
    graph: networkx.Graph,
    *,
    label: str = "label",
    features: str | None = _FEATURES,
    weight: str | None = None,
    name: str | None = None,
) -> Graph:
    """Build a graph from a networkx graph; nodes keep its order.

    Directed edges become undirected. Of parallel edges and of the two directions the largest weight
    counts. What was read and which attributes were left out is told in the graph's ``notes``.

    Args:
        graph: any networkx graph.
        label: node attribute with the class. A node where it is None, NaN or not there has no
            label: it stays in the graph, and is neither labeled nor tested.
        features: node attribute with a vector of numbers (or one number). None takes the identity
            matrix, and so does "features" where no node has it.
        weight: edge attribute with the weight, 1 where an edge lacks it; None ignores weights.
        name: name of the graph; None takes the name of ``graph``.

    Raises:
        InputError: no networkx graph, an attribute that nothing has, a node without features among
            others with, or a weight that is no usable number.
    """
    if not (hasattr(graph, "nodes") and hasattr(graph, "edges")):
        raise InputError(f"graph is of type {type(graph).__name__}: pass a networkx graph")
    nodes = list(graph.nodes)
    if not nodes:
        raise InputError("graph has no nodes: pass at least one")
    at_nodes = _attributes(graph.nodes[node] for node in nodes)
    at_edges = _attributes(values for _, _, values in graph.edges(data=True))
    _require(label, at_nodes, "node", "label")
    if features is not None and features not in at_nodes:
        if features != _FEATURES:
            _require(features, at_nodes, "node", "features")
        features = None
    given: Any = [graph.nodes[node].get(label) for node in nodes]
    labels = with_placeholders(given)
    position = {node: row for row, node in enumerate(nodes)}
    ends = np.array([(position[u], position[v]) for u, v in graph.edges()], dtype=np.int64)
    ends = ends.reshape(-1, 2)
    weights = None
    if weight is not None and len(ends):
        _require(weight, at_edges, "edge", "weight")
        values = [1 if value is None else value for _, _, value in graph.edges(data=weight)]
        weights = real_array(values, f"edge attribute {weight!r}", "real numbers")
        if weights.ndim != 1:
            raise InputError(f"edge attribute {weight!r} is nested: set one number an edge")
    adjacency = adjacency_from_edges(ends[:, 0], ends[:, 1], weights, len(nodes))
    title = name or str(getattr(graph, "name", "")) or "graph"
    used = f"features from {features!r}" if features is not None else NO_FEATURES
    notes = [f"labels from node attribute {label!r}; {used}"]
    if weight is not None:
        notes.append(f"edge weights from {weight!r}")
    for what, names in (("node", at_nodes), ("edge", at_edges)):
        rest = [name for name in names if name not in (label, features, weight)]
        if rest:
            notes.append(f"left out: {what} attributes {told_names(rest)}")
    notes += told_unlabeled(labels)
    matrix = _node_features(graph, nodes, features)
    return Graph(matrix, undirected(adjacency), labels, title, notes=tuple(notes))


def _attributes(members: Iterable[Mapping[Any, Any]]) -> list[Any]:
    """Names of the attributes of nodes or edges, each once."""
    return list(dict.fromkeys(name for member in members for name in member))


def _require(name: str, names: list[Any], what: str, option: str) -> None:
    """Raise InputError for an attribute that no node or edge has."""
    if name not in names:
        known = [str(other) for other in names]
        told = suggestion(str(name), known) if known else f"no {what} has any"
        raise InputError(
            f"{option} names the {what} attribute {name!r}, which no {what} of the graph has: "
            f"{told}"
        )


def _node_features(graph: networkx.Graph, nodes: list[Any], key: str | None) -> Any:
    if key is None:
        return identity_features(len(nodes))
    values = [graph.nodes[node].get(key) for node in nodes]
    for node, value in zip(nodes, values, strict=True):
        if value is None:
            raise InputError(
                f"graph has no attribute {key!r} at node {node!r}, but others have it: set it "
                "everywhere, or pass features=None"
            )
    rows, known = [], None
    for node, value in zip(nodes, values, strict=True):
        argument = f"attribute {key!r} of node {node!r}"
        ordered, known = in_order_of(value, argument, known)
        rows.append(_vector(ordered, argument))
    if len({row.size for row in rows}) > 1:
        raise InputError(f"graph has {key!r} vectors of different lengths: make them equally long")
    return as_features(np.stack(rows))


def _vector(value: Any, argument: str) -> FloatArray:
    """(d,) the numbers of one node, of which there may be one alone; raises InputError."""
    masked = isinstance(value, np.ma.MaskedArray)
    array: Any = value if masked else as_plain_array(value, argument)
    return real_array(array.reshape(-1), argument, "real numbers")
