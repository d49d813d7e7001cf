"""The picture of a graph: which nodes and edges are drawn, and where, as plain data.

Small graphs are drawn whole. Of large ones the labeled nodes, the test nodes, and as many of their
neighbours as there is room for: one of each first, then a second of each, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, triu

from labelcert.data import Graph
from labelcert.data.matrices import shape
from labelcert.report.nodes.graph_layout import layout

MOST_NODES = 240
MOST_EDGES = 1500


class Picture(TypedDict):
    """A drawn part of a graph.

    nodes: numbers of the drawn nodes, ascending; x, y: their places, whole numbers from 0 to 1000
    on the longer side; label: of each, as text, empty where there is none. edges: flat list of
    pairs of positions in `nodes`. all_nodes, all_edges: how many the graph has.
    """

    nodes: list[int]
    x: list[int]
    y: list[int]
    label: list[str]
    edges: list[int]
    all_nodes: int
    all_edges: int


class Drawing:
    """Draws graphs, and one that is shown whole only once, whatever is important in it."""

    def __init__(self) -> None:
        self._whole: list[tuple[Graph, Picture]] = []

    def of(self, graph: Graph, important: Sequence[int]) -> Picture:
        """See `draw`."""
        for known, picture in self._whole:
            if known is graph:
                return picture
        picture = draw(graph, important)
        if (
            len(picture["nodes"]) == graph.num_nodes
            and len(picture["edges"]) == 2 * graph.num_edges
        ):
            self._whole.append((graph, picture))
        return picture


def draw(graph: Graph, important: Sequence[int]) -> Picture:
    """Draw a graph; important: the labeled and test nodes, drawn first where room is scarce."""
    nodes = _chosen(graph.adjacency, np.unique(np.asarray(important, dtype=np.int64)))
    part: csr_array = graph.adjacency[nodes][:, nodes]
    places = layout(part)
    span = float(places.max()) or 1.0
    places = np.rint(1000 * places / span).astype(np.int64)
    return Picture(
        nodes=nodes.tolist(),
        x=places[:, 0].tolist(),
        y=places[:, 1].tolist(),
        label=[
            str(label) if real else ""
            for label, real in zip(
                graph.labels[nodes].tolist(), graph.is_labeled[nodes].tolist(), strict=True
            )
        ],
        edges=_edges(part, np.isin(nodes, important)),
        all_nodes=graph.num_nodes,
        all_edges=graph.num_edges,
    )


def _chosen(adjacency: csr_array, important: NDArray[np.int64]) -> NDArray[np.int64]:
    n = shape(adjacency)[0]
    if n <= MOST_NODES:
        return np.arange(n)
    kept = important[:MOST_NODES]
    links = np.bincount(adjacency[kept].indices, minlength=n)
    turn = np.full(n, n)  # in which round a node is taken
    for node in kept:
        row = adjacency.indices[adjacency.indptr[node] : adjacency.indptr[node + 1]]
        by_links = row[np.lexsort((row, -links[row]))]
        turn[by_links] = np.minimum(turn[by_links], np.arange(len(row)))
    turn[kept] = n
    order = np.lexsort((-links, turn))[: MOST_NODES - len(kept)]
    return np.union1d(kept, order[turn[order] < n])


def _edges(part: csr_array, important: NDArray[np.bool_]) -> list[int]:
    """Edges as flat pairs; those at important nodes first, and no more than there is room for."""
    upper = triu(part, k=1).tocoo()
    ends = np.stack([upper.row, upper.col], axis=1).astype(np.int64)
    at_important = important[ends].any(axis=1)
    order = np.argsort(~at_important, kind="stable")[:MOST_EDGES]
    return ends[np.sort(order)].ravel().tolist()
