"""Every architecture against the average tangent kernel of finite random networks."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.small_graphs import dense_pair, dense_row_matrix, dense_skip_alpha, small_graph
from labelcert.kernels import APPNP, GCN, GIN, MLP, PPNP, SGC, GraphSAGE, Kernel
from oracles.finite_network import FiniteNetwork, average_kernel, draw, forward, tangent_kernel

GRAPH = small_graph()
X = np.asarray(GRAPH.features)
A = GRAPH.adjacency.toarray()
EYE = np.eye(len(X))
ROW = dense_row_matrix(GRAPH.adjacency)
ROOT = 1 / np.sqrt((A + EYE).sum(1))
SYMMETRIC = ROOT[:, None] * (A + EYE) * ROOT
# Mean aggregation, by hand: the isolated node has no mean.
MEAN = EYE + np.array([row / row.sum() if row.sum() > 0 else 0 * row for row in A])
ALPHA = 0.3

TOLERANCE = 0.05
"""Relative distance in Frobenius norm; the standard error of the average is 1 to 4 %."""


def relative(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def cases() -> list:
    found: list[tuple[Kernel, FiniteNetwork]] = []
    for depth in (1, 2, 3):
        all_row = (ROW,) * (depth + 1)
        found += [(SGC(depth), FiniteNetwork(all_row, "linear"))]
        for act in ("relu", "linear"):
            one_hot = (EYE,) * depth
            found += [
                (GCN(depth, act), FiniteNetwork(all_row, act)),
                (
                    GCN(depth, act, normalization="symmetric"),
                    FiniteNetwork((SYMMETRIC,) * (depth + 1), act),
                ),
                (GraphSAGE(depth, act), FiniteNetwork((MEAN,) * (depth + 1), act)),
                (MLP(depth, act), FiniteNetwork((*one_hot, EYE), act, bias=True)),
                (
                    GIN(depth, act, edge_weight=0.5),
                    FiniteNetwork((0.5 * A + EYE,) * depth + (EYE,), act),
                ),
            ]
            for skip in ("relu", "linear"):
                pc = GCN(depth, act, skip="pc", skip_activation=skip)
                by_alpha = GCN(depth, act, skip="alpha", skip_alpha=ALPHA, skip_activation=skip)
                first = (1 - ALPHA) * ROW + ALPHA * EYE
                later = ((1 - ALPHA) * ROW,) * depth
                found += [
                    (pc, FiniteNetwork(all_row, act, residual=ROW, skip_activation=skip)),
                    (
                        by_alpha,
                        FiniteNetwork(
                            (first, *later), act, residual=ALPHA * EYE, skip_activation=skip
                        ),
                    ),
                ]
    for act in ("relu", "linear"):
        steps = EYE
        for _ in range(10):
            steps = 0.9 * SYMMETRIC @ steps + 0.1 * EYE
        limit = 0.2 * np.linalg.inv(EYE - 0.8 * SYMMETRIC)
        found += [
            (APPNP(activation=act), FiniteNetwork((EYE, steps), act, bias=True)),
            (PPNP(0.2, act), FiniteNetwork((EYE, limit), act, bias=True)),
            (PPNP(0.2, act, depth=2), FiniteNetwork((EYE, EYE, limit), act, bias=True)),
        ]
    return [pytest.param(kernel, network, id=repr(kernel)) for kernel, network in found]


@pytest.mark.parametrize(("kernel", "network"), cases())
def test_kernel_is_the_limit_of_finite_networks(kernel: Kernel, network: FiniteNetwork) -> None:
    mean, error = average_kernel(network, X)
    exact = kernel(GRAPH)
    assert relative(mean, exact) < TOLERANCE
    # Entrywise, in the scale of the entry: a lost term in a few entries would hide in the norm.
    scale = np.sqrt(np.outer(np.diagonal(exact), np.diagonal(exact)))
    assert np.all(np.abs(mean - exact) < 5 * error + 0.03 * scale)


@pytest.mark.parametrize("depth", [1, 2])
def test_oracle_decides_for_the_squared_factor_of_skip_alpha(depth: int) -> None:
    """The variant without (1−α)² in the backward term fails the test the kernel passes."""
    later = ((1 - ALPHA) * ROW,) * depth
    network = FiniteNetwork(((1 - ALPHA) * ROW + ALPHA * EYE, *later), residual=ALPHA * EYE)
    mean, _ = average_kernel(network, X)
    with_factor = dense_skip_alpha(GRAPH, depth, ALPHA, (1 - ALPHA) ** 2)
    without = dense_skip_alpha(GRAPH, depth, ALPHA, 1.0)
    kernel = GCN(depth, skip="alpha", skip_alpha=ALPHA)(GRAPH)
    np.testing.assert_allclose(kernel, with_factor, rtol=1e-7, atol=1e-7)
    assert relative(mean, with_factor) < TOLERANCE
    assert relative(mean, without) > 5 * TOLERANCE


def test_oracle_notices_a_lost_term_and_the_clip_of_the_published_code() -> None:
    """Mutations of MLP, which is cheap enough for an average within half a percent."""
    mean, _ = average_kernel(FiniteNetwork((EYE, EYE), bias=True), X, width=4096, seeds=48)
    sigma = X @ X.T + 1
    variance = np.diagonal(sigma)
    covariance, derivative = dense_pair(sigma)
    clipped = np.minimum(sigma, np.minimum.outer(variance, variance))
    covariance_clipped, derivative_clipped = dense_pair(clipped)
    exact = MLP()(GRAPH)
    np.testing.assert_allclose(exact, covariance + 1 + sigma * derivative, rtol=1e-7)
    assert relative(mean, exact) < 0.01
    mutants = {
        "no bias in the read-out": covariance + sigma * derivative,
        "no derivative": covariance + 1 + sigma,
        "no backward term": covariance + 1,
        "clip at the smaller variance": covariance_clipped + 1 + clipped * derivative_clipped,
    }
    for name, mutant in mutants.items():
        assert relative(mean, mutant) > 0.02, name


def test_shared_skip_weights_differ_only_for_relu_under_relu() -> None:
    """What the docstring of `gcn` says of networks that share the weights of the skip."""
    for act, skip, near in (("relu", "linear", True), ("relu", "relu", False)):
        network = FiniteNetwork(
            (ROW, ROW), act, residual=ROW, skip_activation=skip, shared_skip=True
        )
        mean, _ = average_kernel(network, X)
        distance = relative(mean, GCN(1, act, skip="pc", skip_activation=skip)(GRAPH))
        assert (distance < TOLERANCE) if near else (distance > 0.2)


@pytest.mark.parametrize("shared", [False, True])
def test_oracle_backpropagation_agrees_with_finite_differences(shared: bool) -> None:
    network = FiniteNetwork(
        (ROW, SYMMETRIC, MEAN),
        bias=True,
        residual=SYMMETRIC,
        skip_activation="relu",
        shared_skip=shared,
    )
    weights = {
        kind: [array.astype(float) for array in arrays]
        for kind, arrays in draw(network, X.shape[1], 4, seed=0).items()
    }
    columns = []
    for kind in ("W", "b", "V"):
        for array in weights[kind]:
            for index in np.ndindex(array.shape):
                kept = array[index]
                outputs = []
                for shift in (1e-6, -1e-6):
                    array[index] = kept + shift
                    outputs.append(forward(network, X, weights, 4)[0])
                array[index] = kept
                columns.append((outputs[0] - outputs[1]) / 2e-6)
    jacobian = np.array(columns).T
    expected = jacobian @ jacobian.T
    np.testing.assert_allclose(
        tangent_kernel(network, X, weights, 4), expected, rtol=1e-5, atol=1e-5
    )
