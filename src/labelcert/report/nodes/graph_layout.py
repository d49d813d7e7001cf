"""Where the nodes of a graph are drawn: the same graph has the same picture every time.

Small components are laid out by Kamada and Kawai's springs, larger ones by Fruchterman and
Reingold's, both of networkx; components stand side by side in rows, so that nodes without edges do
not push the rest into a corner.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from labelcert.data.matrices import shape

_KAMADA_KAWAI = 40
"""Nodes up to which the better but slower layout is used."""

_SEED = 0
_ASPECT = 1.5
"""Width of the picture over its height, if there are many components."""


def layout(adjacency: csr_array) -> NDArray[np.float64]:
    """(n, 2) positions of n nodes, in units of about the distance of neighbours.

    adjacency: (n, n), symmetric; n a few hundred at most, for the time is O(n²) a step.
    """
    from scipy.sparse.csgraph import connected_components

    n = shape(adjacency)[0]
    positions = np.zeros((n, 2))
    if n == 0:
        return positions
    _, component = connected_components(adjacency, directed=False)
    sizes = np.bincount(component)
    order = np.argsort(-sizes, kind="stable")
    members = [np.flatnonzero(component == c) for c in order]
    parts = [_of_component(adjacency[nodes][:, nodes]) for nodes in members]
    for nodes, part, corner in zip(members, parts, _corners(parts), strict=True):
        positions[nodes] = part + corner
    return positions


def _of_component(adjacency: csr_array) -> NDArray[np.float64]:
    """(k, 2) positions from 0 on, the long side horizontal."""
    import networkx as nx

    k = shape(adjacency)[0]
    if k == 1:
        return np.zeros((1, 2))
    graph = nx.from_scipy_sparse_array(adjacency, edge_attribute="")
    if k <= _KAMADA_KAWAI:
        found = nx.kamada_kawai_layout(graph, weight=None)
    else:
        found = nx.spring_layout(graph, seed=_SEED, weight=None, iterations=80)
    places = np.array([found[i] for i in range(k)], dtype=np.float64)
    places -= places.mean(axis=0)
    _, _, axes = np.linalg.svd(places, full_matrices=False)
    axes *= np.where(axes[np.arange(2), np.abs(axes).argmax(axis=1)] < 0, -1.0, 1.0)[:, None]
    places = places @ axes.T
    places -= places.min(axis=0)
    extent = float(places.max()) or 1.0
    return places * (1.3 * math.sqrt(k) / extent)


def _corners(parts: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Where each part begins: in rows from left to right, each row as high as its highest part."""
    gap = 1.2
    boxes = [part.max(axis=0) + gap for part in parts]
    area = sum(float(width * height) for width, height in boxes)
    limit = max(float(boxes[0][0]), math.sqrt(area * _ASPECT))
    corners: list[NDArray[np.float64]] = []
    x = y = row = 0.0
    for width, height in boxes:
        if x > 0 and x + width > limit + 1e-9:
            x, y, row = 0.0, y + row, 0.0
        corners.append(np.array([x, y]))
        x, row = x + float(width), max(row, float(height))
    return corners
