"""Graphs from an edge table and a node table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from labelcert._errors import InputError
from labelcert.data.graph import Graph
from labelcert.data.matrices import adjacency_from_edges, identity_features, undirected
from labelcert.data.table_cells import numeric_column, text_ids
from labelcert.data.table_columns import listed, require_column
from labelcert.data.table_files import Table, read_table, table_name
from labelcert.data.tables import identifiers, labels_and_features
from labelcert.intake.names import told_names

if TYPE_CHECKING:
    import pandas as pd

WEIGHT_NAMES = ("weight", "weights", "edge_weight", "edge_weights")
"""What a column or key of edge weights is called; in tables, capitals do not count."""


def from_edge_list(
    edges: str | os.PathLike[str] | pd.DataFrame,
    nodes: str | os.PathLike[str] | pd.DataFrame | Table,
    *,
    label: str = "label",
    id: str = "id",
    source: str = "source",
    target: str = "target",
    weight: str | None = None,
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
    symmetrize: bool = True,
    name: str | None = None,
) -> Graph:
    """Build a graph from an edge table and a node table (CSV, TSV, Parquet or pandas frames).

    Nodes keep the order of the node table. Identifiers, integers or text, are compared as text, and
    become the graph's ``node_ids``. What was read and what was left out is told in its ``notes``.

    Args:
        edges: columns ``source`` and ``target``, and optionally weights; others are left out.
        nodes: columns ``id`` and ``label``, and features, see :func:`from_table`. Without any, the
            features are the identity matrix. A node with an empty cell for its label has none:
            it stays in the graph, and is neither labeled nor tested.
        label: column of the class labels in ``nodes``.
        id: column of the node identifiers in ``nodes``.
        source, target: columns in ``edges``; capitals do not count where none is spelt so.
        weight: column in ``edges``; None takes a column called weight, weights, edge_weight or
            edge_weights, and where there is none every weight is 1.
        drop: columns of ``nodes`` to leave out.
        keep: columns of ``nodes`` to use as features though they would be left out, see
            :func:`from_table`.
        symmetrize: make directed edges undirected, max(A, Aᵀ); else list both directions.
        name: name of the graph; None takes the file name of ``nodes``.

    Raises:
        InputError: an unreadable file, a missing column, an unknown or repeated node, a repeated
            edge, or a feature or weight that is no usable number.
    """
    drop, keep = listed(drop, "drop"), listed(keep, "keep")
    table = read_table(nodes, "nodes", text_columns=(id, label))
    id, label = require_column(table, id, "id"), require_column(table, label, "label")
    ids = identifiers(table, id, label)
    labels, matrix, _ = labels_and_features(table, [label, id], drop, keep)
    position = {identifier: row for row, identifier in enumerate(ids.tolist())}
    links, told = _adjacency(edges, position, source, target, weight)
    if symmetrize:
        links = undirected(links)
    if matrix is None:
        matrix = identity_features(len(position))
        told = ["nodes have no features: the identity matrix stands for them", *told]
    return Graph(
        matrix,
        links,
        labels,
        name or table_name(nodes),
        node_ids=ids,
        notes=(*table.told, *told),
    )


def _adjacency(
    edges: str | os.PathLike[str] | pd.DataFrame,
    position: dict[str, int],
    source: str,
    target: str,
    weight: str | None,
) -> tuple[csr_array, list[str]]:
    """Directed adjacency (n, n) of the edge table, and what to tell; position: row of each node."""
    texts = [spelt for name in (source, target) for spelt in (name, name.capitalize())]
    table = read_table(edges, "edges", text_columns=texts)
    ends = []
    used: list[Any] = []
    for wanted in (source, target):
        name = "source" if wanted == source else "target"
        column = require_column(table, _spelt(table, [wanted]) or wanted, name)
        used.append(column)
        ends.append(_positions(text_ids(table, column).tolist(), position, column, table.where))
    num_nodes = len(position)
    _require_distinct_edges(ends[0] * num_nodes + ends[1], table.where)
    column = (
        _spelt(table, WEIGHT_NAMES) if weight is None else require_column(table, weight, "weight")
    )
    weights = None
    if column is not None:
        used.append(column)
        weights = numeric_column(table, column)
        table.told.append(f"edge weights from column {column!r}")
    rest = [name for name in table.frame.columns if name not in used]
    if rest:
        table.told.append(f"left out of the edge table: {told_names(rest)}")
    told = [f"edges: {sentence}" if "edge" not in sentence else sentence for sentence in table.told]
    return adjacency_from_edges(ends[0], ends[1], weights, num_nodes), told


def _spelt(table: Table, names: Sequence[str]) -> Any:
    """The first column called so, else the first that differs in capitals only; None for none."""
    columns = [name for name in table.frame.columns if isinstance(name, str)]
    for name in names:
        if name in columns:
            return name
    return next((name for name in columns if name.lower() in names), None)


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
