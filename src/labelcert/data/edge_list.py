"""Graphs from an edge table and a node table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from labelcert._errors import InputError
from labelcert.data.graph import Graph
from labelcert.data.matrices import adjacency_from_edges, identity_features, undirected
from labelcert.data.tables import (
    labels_and_features,
    read_table,
    require_column,
    require_different,
    require_filled,
    table_name,
    text_ids,
)

if TYPE_CHECKING:
    import pandas as pd


def from_edge_list(
    edges: str | os.PathLike[str] | pd.DataFrame,
    nodes: str | os.PathLike[str] | pd.DataFrame,
    *,
    label: str = "label",
    id: str = "id",
    source: str = "source",
    target: str = "target",
    weight: str = "weight",
    drop: Sequence[str] = (),
    symmetrize: bool = True,
    name: str | None = None,
) -> Graph:
    """Build a graph from an edge table and a node table (CSV, TSV, Parquet or pandas frames).

    Nodes keep the order of the node table. Identifiers, integers or text, are compared as text, and
    become the graph's ``node_ids``.

    Args:
        edges: columns ``source`` and ``target``, and optionally ``weight``; others are ignored.
        nodes: columns ``id`` and ``label``; all others are features and must be numeric. Without
            any, the features are the identity matrix.
        label: column of the class labels in ``nodes``.
        id: column of the node identifiers in ``nodes``.
        source, target, weight: columns in ``edges``; without the last every weight is 1.
        drop: columns of ``nodes`` to leave out.
        symmetrize: make directed edges undirected, max(A, Aᵀ); else list both directions.
        name: name of the graph; None takes the file name of ``nodes``.

    Raises:
        InputError: an unreadable file, a missing column, an unknown or repeated node, a repeated
            edge, or a feature or weight that is no usable number.
    """
    frame, where = read_table(nodes, "nodes", text_columns=(id,))
    require_column(frame, id, where)
    if id == label:
        raise InputError(f"id names the label column {label!r}: name another column")
    labels, features = labels_and_features(frame, label, [id, *_listed(drop)], where)
    identifiers = text_ids(frame, id, where)
    require_different(identifiers.tolist(), id, where)
    position = {identifier: row for row, identifier in enumerate(identifiers.tolist())}
    adjacency = _adjacency(edges, position, source, target, weight)
    if symmetrize:
        adjacency = undirected(adjacency)
    if features is None:
        features = identity_features(len(position))
    return Graph(features, adjacency, labels, name or table_name(nodes), node_ids=identifiers)


def _adjacency(
    edges: str | os.PathLike[str] | pd.DataFrame,
    position: dict[str, int],
    source: str,
    target: str,
    weight: str,
) -> csr_array:
    """Directed adjacency (n, n) of the edge table, given the row of every node."""
    frame, where = read_table(edges, "edges", text_columns=(source, target))
    ends = []
    for column in (source, target):
        require_column(frame, column, where)
        ends.append(_positions(text_ids(frame, column, where).tolist(), position, column, where))
    num_nodes = len(position)
    _require_distinct_edges(ends[0] * num_nodes + ends[1], where)
    return adjacency_from_edges(ends[0], ends[1], _weights(frame, weight, where), num_nodes)


def _listed(drop: Sequence[str]) -> list[str]:
    return [drop] if isinstance(drop, str) else list(drop)


def _positions(
    identifiers: list[str], position: dict[str, int], column: str, where: str
) -> NDArray[np.int64]:
    found = np.array([position.get(identifier, -1) for identifier in identifiers], dtype=np.int64)
    unknown = np.flatnonzero(found < 0)
    if unknown.size:
        row = int(unknown[0])
        raise InputError(
            f"{where} names the node {identifiers[row]!r} in column {column!r}, row {row + 1}, "
            "which the node table does not have: add the node or remove the edge"
        )
    return found


def _require_distinct_edges(code: NDArray[np.int64], where: str) -> None:
    _, first = np.unique(code, return_index=True)
    if first.size < code.size:
        repeated = np.setdiff1d(np.arange(code.size), first)
        raise InputError(
            f"{where} lists an edge again in row {int(repeated[0]) + 1}: remove the repeated rows "
            "or add up their weights"
        )


def _weights(frame: pd.DataFrame, column: str, where: str) -> NDArray[np.float64] | None:
    if column not in frame.columns:
        return None
    require_filled(frame, column, where)
    try:
        return frame[column].to_numpy(dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise InputError(
            f"{where} has weights that are not numbers in {column!r}: mend them"
        ) from (error)
