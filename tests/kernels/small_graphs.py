"""Small random graphs, every kernel worth testing on them, and a dense reference recursion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from labelcert import kernels as k


@dataclass(frozen=True)
class SmallGraph:
    features: object
    adjacency: object


def small_graph(seed: int = 3, count: int = 9, dimension: int = 5) -> SmallGraph:
    """Weighted; the last node is isolated, node 3 is twice node 1 and 5 a copy of 2."""
    rng = np.random.default_rng(seed)
    upper = np.triu((rng.random((count, count)) < 0.35) * rng.uniform(0.3, 2.0, (count, count)), 1)
    upper[:, -1] = 0
    features = rng.standard_normal((count, dimension))
    features[3] = 2 * features[1]
    features[5] = features[2]
    return SmallGraph(features, sparse.csr_array(upper + upper.T))


KERNELS = [
    k.MLP(),
    k.MLP(depth=3),
    k.MLP(activation="linear"),
    k.GCN(),
    k.GCN(depth=3, normalization="symmetric", edge_weight=0.4),
    k.GCN(depth=2, normalization=None),
    k.GCN(depth=2, activation="linear"),
    k.GCN(depth=2, skip="pc"),
    k.GCN(depth=2, skip="pc", skip_activation="relu"),
    k.GCN(depth=1, skip="alpha", skip_activation="relu"),
    k.GCN(depth=3, skip="alpha", skip_alpha=0.4),
    k.GCN(depth=2, skip="alpha", skip_alpha=1.0),
    k.SGC(depth=2),
    k.GraphSAGE(),
    k.GraphSAGE(depth=2, normalization=None, edge_weight=0.5),
    k.APPNP(),
    k.APPNP(alpha=0.0, steps=3, normalization="row", depth=2),
    k.PPNP(alpha=0.3),
    k.PPNP(alpha=1.0, activation="linear"),
    k.GIN(),
    k.GIN(depth=3, edge_weight=0.3),
    k.Linear(),
    k.Linear(constant=0.5),
    k.RandomFeatures(width=30, seed=2, constant=1.0),
]


def dense_pair(sigma: np.ndarray, activation: str = "relu") -> tuple[np.ndarray, np.ndarray]:
    """E and Ė over whole matrices, straight from the formulas."""
    if activation == "linear":
        return sigma, np.ones_like(sigma)
    scale = np.sqrt(np.outer(np.diagonal(sigma), np.diagonal(sigma)))
    u = np.clip(sigma / scale, -1.0, 1.0)
    np.fill_diagonal(u, 1.0)
    angle = np.pi - np.arccos(u)
    return scale * (u * angle + np.sqrt(1 - u**2)) / np.pi, angle / np.pi


def dense_row_matrix(adjacency: sparse.csr_array) -> np.ndarray:
    """D⁻¹ (A + I)."""
    looped = sparse.csr_array(adjacency).toarray() + np.eye(adjacency.shape[0])
    return looped / looped.sum(axis=1, keepdims=True)


def dense_skip_alpha(
    graph: SmallGraph, depth: int, alpha: float, backward_factor: float
) -> np.ndarray:
    """Skip-α with a linear skip and ReLU, and any factor on the backward term."""
    s = dense_row_matrix(graph.adjacency)
    t = (1 - alpha) * s + alpha * np.eye(len(s))
    g = np.asarray(graph.features) @ np.asarray(graph.features).T
    sigma = theta = t @ g @ t.T
    for _ in range(depth):
        covariance, derivative = dense_pair(sigma)
        sigma = (1 - alpha) ** 2 * s @ covariance @ s.T + alpha**2 * g
        theta = sigma + backward_factor * s @ (theta * derivative) @ s.T
    return theta
