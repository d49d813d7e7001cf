"""Contextual stochastic block model, in time and memory linear in nodes, edges and features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labelcert.data.graph import Graph
from labelcert.data.synthetic import (
    DEGREE_BETWEEN,
    DEGREE_WITHIN,
    balanced_labels,
    gaussian_features,
    symmetric_adjacency,
)
from labelcert.intake.numbers import real, whole


def csbm(
    n: int = 1000,
    *,
    degree_within: float = DEGREE_WITHIN,
    degree_between: float = DEGREE_BETWEEN,
    distance: float = 1.5,
    width: float = 1.0,
    num_features: int | None = None,
    seed: int = 0,
) -> Graph:
    """Draw a graph of the contextual stochastic block model.

    Labels are 0 and 1, half of the nodes each, in random order. Features are normal with mean
    (2y − 1) μ and covariance width² I, where every entry of μ is distance · width / (2 √d). Two
    nodes are joined with probability p = degree_within / (n/2) within a class and
    q = degree_between / (n/2) between the classes.

    Args:
        n: number of nodes, at least 4.
        degree_within: average number of neighbours in the node's own class, in [0, n/2].
        degree_between: average number of neighbours in the other class, in [0, n/2].
        distance: distance of the two class means in units of ``width`` (K of the paper), ≥ 0.
        width: standard deviation of the features (σ), > 0.
        num_features: d; None takes round(n / ln² n) as in the paper up to n = 10,000, and its
            value there (118) above.
        seed: seed of ``np.random.default_rng``, at least 0.

    Raises:
        InputError: a parameter out of range.
    """
    n, seed = whole(n, "n", 4), whole(seed, "seed", 0)
    within = real(degree_within, "degree_within", 0.0, n / 2) / (n / 2)
    between = real(degree_between, "degree_between", 0.0, n / 2) / (n / 2)
    generator = np.random.default_rng(seed)
    labels = balanced_labels(n, generator)
    features = gaussian_features(labels, distance, width, num_features, generator)
    zeros, ones = np.flatnonzero(labels == 0), np.flatnonzero(labels == 1)
    blocks = [
        _pairs_within(zeros, within, generator),
        _pairs_within(ones, within, generator),
        _pairs_between(zeros, ones, between, generator),
    ]
    source = np.concatenate([block[0] for block in blocks])
    target = np.concatenate([block[1] for block in blocks])
    return Graph(features, symmetric_adjacency(source, target, n), labels, "csbm")


def _pairs_within(
    nodes: NDArray[np.int64], probability: float, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each unordered pair with the same probability: a binomial number of distinct pairs."""
    code = _distinct(nodes.size * (nodes.size - 1) // 2, probability, generator)
    # Pair (i, j), i > j, has the code i (i − 1) / 2 + j; mend the rounding of the square root.
    i = ((1.0 + np.sqrt(1.0 + 8.0 * code)) / 2.0).astype(np.int64)
    i -= i * (i - 1) // 2 > code
    i += i * (i + 1) // 2 <= code
    return nodes[i], nodes[code - i * (i - 1) // 2]


def _pairs_between(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    probability: float,
    generator: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    code = _distinct(first.size * second.size, probability, generator)
    return first[code // second.size], second[code % second.size]


def _distinct(
    population: int, probability: float, generator: np.random.Generator
) -> NDArray[np.int64]:
    count = int(generator.binomial(population, probability))
    return generator.choice(population, size=count, replace=False, shuffle=False)
