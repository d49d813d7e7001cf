"""A graph cut down to two classes or to one component, and which of its nodes are left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labelcert.data.graph import Graph


def cut_graph(graph: Graph, *, binary: bool, largest_component: bool) -> Graph:
    """Keep the two most frequent classes, then the largest component, each where wanted.

    Raises InputError where nothing is left to keep, see `Graph`.
    """
    if binary:
        graph = graph.two_largest_classes()
    return graph.largest_component() if largest_component else graph


def kept_nodes(graph: Graph, *, binary: bool, largest_component: bool) -> NDArray[np.int64]:
    """(k,) numbers in the whole graph of the nodes that `cut_graph` leaves, in their order."""
    nodes = np.arange(graph.num_nodes)
    # A graph whose only feature is the node's number, cut in the same way, tells which are left.
    numbered = Graph(nodes[:, None].astype(np.float64), graph.adjacency, graph.labels, graph.name)
    left = cut_graph(numbered, binary=binary, largest_component=largest_component)
    return np.asarray(left.features)[:, 0].astype(np.int64)
