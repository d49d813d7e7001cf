"""Contextual Barabási–Albert model: preferential attachment with two classes, in O(edges)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from labelcert._errors import InputError
from labelcert.data.graph import Graph
from labelcert.data.synthetic import (
    DEGREE_BETWEEN,
    DEGREE_WITHIN,
    balanced_labels,
    gaussian_features,
    symmetric_adjacency,
)
from labelcert.intake.numbers import real, whole


def cba(
    n: int = 1000,
    *,
    degree_within: float = DEGREE_WITHIN,
    degree_between: float = DEGREE_BETWEEN,
    distance: float = 1.5,
    width: float = 1.0,
    num_features: int | None = None,
    seed: int = 0,
) -> Graph:
    """Draw a graph of the contextual Barabási–Albert model.

    Labels and features as in :func:`csbm`. Nodes arrive one by one; each is joined to
    m = (degree_within + degree_between) / 2 distinct earlier nodes (rounded at random, so that the
    average is m; fewer among the first), drawn with probability proportional to (1 + degree) ·
    affinity. The affinity is degree_within for a node of the same class and degree_between for one
    of the other class, so about that share of the edges lies within and between the classes.

    Args:
        n: number of nodes, at least 4.
        degree_within: wanted average number of neighbours in the own class, ≥ 0.
        degree_between: wanted average number of neighbours in the other class, ≥ 0; the two
            degrees together lie in (0, n/2].
        distance: as in :func:`csbm`.
        width: as in :func:`csbm`.
        num_features: as in :func:`csbm`.
        seed: seed of ``np.random.default_rng``, at least 0.

    Raises:
        InputError: a parameter out of range.
    """
    n, seed = whole(n, "n", 4), whole(seed, "seed", 0)
    within = real(degree_within, "degree_within", 0.0, n / 2)
    between = real(degree_between, "degree_between", 0.0, n / 2)
    if not 0.0 < within + between <= n / 2:
        raise InputError(
            f"degree_within + degree_between is {within + between:g}: pass a sum in (0, {n / 2:g}]"
        )
    generator = np.random.default_rng(seed)
    labels = balanced_labels(n, generator)
    features = gaussian_features(labels, distance, width, num_features, generator)
    growth = _Growth(labels, within, between, generator)
    source, target = growth.run((within + between) / 2)
    return Graph(features, symmetric_adjacency(source, target, n), labels, "cba")


class _Growth:
    """Preferential attachment in O(edges): a node stands in its class's urn 1 + degree times.

    A class is drawn by affinity times urn size, a node uniformly from that urn, and a node already
    chosen is drawn again: that is sequential sampling without replacement with the wanted
    probabilities. Where redrawing could take long (few nodes yet, or a class used up) the same law
    is sampled from the full list of weights.
    """

    def __init__(
        self,
        labels: NDArray[np.int64],
        within: float,
        between: float,
        generator: np.random.Generator,
    ) -> None:
        self._labels: list[int] = labels.tolist()
        self._within, self._between = within, between
        self._generator = generator
        self._urns: tuple[list[int], list[int]] = ([], [])
        self._degree = np.zeros(labels.size, dtype=np.int64)

    def run(self, edges_per_node: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Attach all nodes; return the (E,) ends of the edges."""
        n = len(self._labels)
        least = math.floor(edges_per_node)
        extra = self._generator.random(n) < edges_per_node - least
        source: list[int] = []
        target: list[int] = []
        for node in range(n):
            wanted = min(least + int(extra[node]), node)
            chosen = self._neighbours(node, wanted)
            for neighbour in chosen:
                self._urns[self._labels[neighbour]].append(neighbour)
            self._degree[chosen] += 1
            self._degree[node] = len(chosen)
            self._urns[self._labels[node]].extend([node] * (1 + len(chosen)))
            source.extend([node] * len(chosen))
            target.extend(chosen)
        return np.array(source, dtype=np.int64), np.array(target, dtype=np.int64)

    def _neighbours(self, node: int, wanted: int) -> list[int]:
        """Draw at most ``wanted`` distinct earlier nodes (fewer if fewer have positive weight)."""
        if node <= 4 * wanted:
            return self._from_weights(node, wanted, set())
        label = self._labels[node]
        same, other = self._urns[label], self._urns[1 - label]
        weight_same = self._within * len(same)
        share = weight_same / (weight_same + self._between * len(other) or 1.0)
        chosen: dict[int, None] = {}  # keeps the order of drawing
        draws = self._generator.random((3 * wanted + 8, 2)).tolist()
        for which, where in draws:
            if len(chosen) == wanted:
                break
            urn = same if which < share else other
            if urn:
                chosen[urn[int(where * len(urn))]] = None
        if len(chosen) < wanted:
            rest = self._from_weights(node, wanted - len(chosen), set(chosen))
            chosen.update(dict.fromkeys(rest))
        return list(chosen)

    def _from_weights(self, node: int, wanted: int, taken: set[int]) -> list[int]:
        """Draw from the explicit weights of all earlier nodes, O(node)."""
        earlier = np.array(self._labels[:node], dtype=np.int64)
        affinity = np.where(earlier == self._labels[node], self._within, self._between)
        weights = (1.0 + self._degree[:node]) * affinity
        weights[list(taken)] = 0.0
        wanted = min(wanted, int(np.count_nonzero(weights)))
        if wanted == 0:
            return []
        return self._generator.choice(
            node, size=wanted, replace=False, p=weights / weights.sum()
        ).tolist()
