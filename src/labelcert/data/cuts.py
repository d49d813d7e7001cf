"""A graph cut down to some classes or to one component, and which of its nodes are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from labelcert.data.graph import Graph


class Cuts(TypedDict):
    """How a graph is cut down: the arguments of `cut_graph`."""

    binary: bool
    largest_component: bool
    drop_classes: Sequence[str]


def cut_graph(
    graph: Graph, *, binary: bool, largest_component: bool, drop_classes: Sequence[str] = ()
) -> Graph:
    """Leave out classes, keep the two most frequent ones of the rest, then the largest component.

    Each where wanted. Raises InputError for a class that there is not, and where nothing is left
    to keep, see `Graph`.
    """
    if drop_classes:
        graph = graph.without_classes(drop_classes)
    if binary:
        graph = graph.two_largest_classes()
    return graph.largest_component() if largest_component else graph


def kept_nodes(
    graph: Graph, *, binary: bool, largest_component: bool, drop_classes: Sequence[str] = ()
) -> NDArray[np.int64]:
    """(k,) numbers in the whole graph of the nodes that `cut_graph` leaves, in their order."""
    nodes = np.arange(graph.num_nodes)
    # A graph whose only feature is the node's number, cut in the same way, tells which are left.
    numbered = replace(graph, features=nodes[:, None].astype(np.float64))
    left = cut_graph(
        numbered, binary=binary, largest_component=largest_component, drop_classes=drop_classes
    )
    return np.asarray(left.features)[:, 0].astype(np.int64)
