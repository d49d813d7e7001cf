"""Tangent kernel of finite random networks, averaged over seeds: slow, and obviously right.

A network is drawn, run forward, and differentiated layer by layer; the product of the Jacobians of
all trained weights is its tangent kernel. For growing width it converges to the closed form, with
error about 1/sqrt(width x seeds). Nothing here knows arc-cosine functions or the package.

Forward pass for nodes x features X (standard normal weights, ReLU scaled by sqrt(2))::

    input     A₀ = X, or with a skip connection H = σ_s(X W₀), W₀ random and never trained
    hidden    Z_l = P_l (A_{l−1} W_l / sqrt(fan-in of hidden units) + b_l) + R H V_l / sqrt(width)
    output    Z_{L+1}, one column

The skip connection of later layers has weights V_l of its own; with `shared_skip` it goes through
W_l, that is Z_l = (P_l A_{l−1} + R H) W_l / sqrt(width).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from threadpoolctl import threadpool_limits


@dataclass(frozen=True)
class FiniteNetwork:
    """A network over n nodes: dense (n, n) propagations P₁ … P_{L+1}, L ≥ 1 hidden layers."""

    propagations: tuple[np.ndarray, ...]
    activation: str = "relu"
    bias: bool = False
    residual: np.ndarray | None = None
    skip_activation: str = "linear"
    shared_skip: bool = False


def _activate(values: np.ndarray, activation: str) -> np.ndarray:
    return np.sqrt(2.0) * np.maximum(values, 0.0) if activation == "relu" else values


def _slope(values: np.ndarray, activation: str) -> np.ndarray:
    return np.sqrt(2.0) * (values > 0) if activation == "relu" else np.ones_like(values)


@cache
def _normal(seed: int, kind: str, layer: int, shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal numbers, the same for the same arguments: drawing is what costs time."""
    rng = np.random.default_rng([seed, layer, *kind.encode()])
    numbers = rng.standard_normal(shape, dtype=np.float32)
    numbers.flags.writeable = False
    return numbers


def draw(network: FiniteNetwork, inputs: int, width: int, seed: int) -> dict[str, list]:
    """Random weights, a list of arrays for each kind; index l − 1 holds layer l."""
    depth = len(network.propagations) - 1
    first = inputs if network.residual is None else width
    pairs = list(pairwise([first] + [width] * depth + [1]))
    skipped = network.residual is not None
    own = skipped and not network.shared_skip
    return {
        "W": [_normal(seed, "W", k, pair) for k, pair in enumerate(pairs)],
        "b": [_normal(seed, "b", k, (pair[1],)) for k, pair in enumerate(pairs)]
        if network.bias
        else [np.zeros(pair[1], np.float32) for pair in pairs],
        # The first layer has no skip connection, so its entry stays empty.
        "V": [_normal(seed, "V", k, (width * (k > 0), pair[1])) for k, pair in enumerate(pairs)]
        if own
        else [],
        "frozen": [_normal(seed, "frozen", 0, (inputs, width))] if skipped else [],
    }


def forward(network: FiniteNetwork, features: np.ndarray, weights: dict[str, list], width: int):
    """Output (n,), and for the backward pass: what each W_l multiplies, H, and every Z_l."""
    root = np.sqrt(width)
    skip = None
    units = features
    if network.residual is not None:
        skip = units = _activate(features @ weights["frozen"][0], network.skip_activation)
    inputs, states = [], []
    for layer, matrix in enumerate(network.propagations):
        mixed = matrix @ units
        if layer > 0 and network.shared_skip:
            mixed = mixed + network.residual @ skip
        if layer > 0 or skip is not None:
            mixed = mixed / root
        state = mixed @ weights["W"][layer] + np.outer(matrix.sum(1), weights["b"][layer])
        if layer > 0 and skip is not None and not network.shared_skip:
            state = state + (network.residual @ skip) @ weights["V"][layer] / root
        inputs.append(mixed)
        states.append(state)
        units = _activate(state, network.activation)
    return states[-1][:, 0], inputs, skip, states


def tangent_kernel(network: FiniteNetwork, features, weights, width: int) -> np.ndarray:
    """(n, n) products of the Jacobians of the outputs with respect to all trained weights."""
    _, inputs, skip, states = forward(network, features, weights, width)
    root = np.sqrt(width)
    count = len(features)
    kernel = np.zeros((count, count))
    # back[i, a, u] = d output_i / d Z_l[a, u]
    back = np.eye(count, dtype=features.dtype)[:, :, None]
    for layer in range(len(network.propagations) - 1, -1, -1):
        matrix = network.propagations[layer]
        flat = back.reshape(count * count, -1)
        products = (flat @ flat.T).reshape(count, count, count, count)  # i, a, j, b
        gradients = inputs[layer] @ inputs[layer].T  # what W_l multiplies, between nodes a and b
        if network.bias:
            gradients = gradients + np.outer(matrix.sum(1), matrix.sum(1))
        if layer > 0 and weights["V"]:
            gradients = gradients + (network.residual @ skip) @ (network.residual @ skip).T / width
        kernel += np.einsum("iajb,ab->ij", products, gradients)
        if layer > 0:
            spread = np.einsum("ab,iau->ibu", matrix, back)
            back = spread @ (weights["W"][layer].T / root)
            back = back * _slope(states[layer - 1], network.activation)
    return kernel


def average_kernel(
    network: FiniteNetwork, features: np.ndarray, width: int = 1024, seeds: int = 12
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard error, both (n, n), of the tangent kernel over random networks."""
    features = features.astype(np.float32)
    network = FiniteNetwork(
        tuple(p.astype(np.float32) for p in network.propagations),
        network.activation,
        network.bias,
        None if network.residual is None else network.residual.astype(np.float32),
        network.skip_activation,
        network.shared_skip,
    )
    kernels = []
    with threadpool_limits(1):  # products this small only wait for a second thread
        for seed in range(seeds):
            weights = draw(network, features.shape[1], width, seed)
            kernels.append(tangent_kernel(network, features, weights, width))
    return np.mean(kernels, axis=0), np.std(kernels, axis=0, ddof=1) / np.sqrt(seeds)
