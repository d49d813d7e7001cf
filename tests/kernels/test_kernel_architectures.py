"""Each architecture against its formula written out over whole matrices."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.small_graphs import dense_pair, dense_row_matrix, small_graph
from labelcert._errors import InputError
from labelcert.kernels import APPNP, GCN, GIN, MLP, PPNP, SGC, GraphSAGE

GRAPH = small_graph(seed=8, count=30, dimension=40)
X = np.asarray(GRAPH.features)
A = GRAPH.adjacency.toarray()
EYE = np.eye(len(X))
G = X @ X.T
S = dense_row_matrix(GRAPH.adjacency)


def close(a: np.ndarray, b: np.ndarray) -> None:
    np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-7 * float(np.abs(b).max()))


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_gcn_is_the_sum_over_layers(depth: int, activation: str) -> None:
    """The layer sum of [AN], not the recursion: each term with its own later factors."""
    sigmas = [S @ G @ S.T]
    for _ in range(depth):
        sigmas.append(S @ dense_pair(sigmas[-1], activation)[0] @ S.T)
    total = sigmas[-1].copy()
    for layer in range(depth):
        term = sigmas[layer]
        for later in range(layer, depth):
            term = S @ (term * dense_pair(sigmas[later], activation)[1]) @ S.T
        total += term
    close(GCN(depth, activation)(GRAPH), total)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_sgc_is_depth_plus_one_times_the_propagated_gram(depth: int) -> None:
    power = np.linalg.matrix_power(S, depth + 1)
    close(SGC(depth)(GRAPH), (depth + 1) * power @ G @ power.T)
    close(SGC(depth)(GRAPH), GCN(depth, "linear")(GRAPH))


@pytest.mark.parametrize("skip_activation", ["linear", "relu"])
def test_skip_pc_adds_the_first_covariance_to_each_layer(skip_activation: str) -> None:
    base = G if skip_activation == "linear" else dense_pair(G)[0]
    first = S @ base @ S.T
    e1, d1 = dense_pair(first)
    second = S @ e1 @ S.T + first
    e2, d2 = dense_pair(second)
    third = S @ e2 @ S.T + first
    theta = third + S @ ((second + S @ (first * d1) @ S.T) * d2) @ S.T
    close(GCN(2, skip="pc", skip_activation=skip_activation)(GRAPH), theta)


def test_skip_alpha_with_a_relu_skip() -> None:
    alpha, base = 0.2, dense_pair(G)[0]
    t = (1 - alpha) * S + alpha * EYE
    first = t @ base @ t.T
    e, d = dense_pair(first)
    theta = (1 - alpha) ** 2 * S @ (e + first * d) @ S.T + alpha**2 * base
    close(GCN(skip="alpha", skip_activation="relu")(GRAPH), theta)


def test_mlp_ignores_edges_and_has_a_bias_in_every_layer() -> None:
    first = G + 1
    e1, d1 = dense_pair(first)
    close(MLP()(GRAPH), first * d1 + e1 + 1)
    assert np.array_equal(MLP()(GRAPH), MLP()(X))
    second = e1 + 1
    e2, d2 = dense_pair(second)
    close(MLP(2)(GRAPH), (first * d1 + second) * d2 + e2 + 1)


def test_gin_reads_out_without_aggregation() -> None:
    loops = A + EYE
    first = loops @ G @ loops.T
    e1, d1 = dense_pair(first)
    close(GIN()(GRAPH), first * d1 + e1)
    second = loops @ e1 @ loops.T
    e2, d2 = dense_pair(second)
    close(GIN(2)(GRAPH), (second + loops @ (first * d1) @ loops.T) * d2 + e2)


def test_appnp_and_ppnp_spread_the_perceptron() -> None:
    root = 1 / np.sqrt((A + EYE).sum(1))
    symmetric = root[:, None] * (A + EYE) * root
    steps = EYE
    for _ in range(10):
        steps = 0.9 * symmetric @ steps + 0.1 * EYE
    limit = 0.25 * np.linalg.inv(EYE - 0.75 * symmetric)
    perceptron = MLP()(GRAPH)
    close(APPNP()(GRAPH), steps @ perceptron @ steps.T)
    close(PPNP(0.25)(GRAPH), limit @ perceptron @ limit.T)
    close(APPNP(0.25, steps=200)(GRAPH), PPNP(0.25)(GRAPH))
    close(APPNP(1.0)(GRAPH), perceptron)
    close(PPNP(1.0)(GRAPH), perceptron)


def test_ppnp_with_row_normalization_uses_rows_not_columns() -> None:
    limit = 0.25 * np.linalg.inv(EYE - 0.75 * S)
    close(PPNP(0.25, normalization="row")(GRAPH), limit @ MLP()(GRAPH) @ limit.T)


def test_graphsage_aggregates_means_or_sums() -> None:
    mean = EYE + np.array([row / row.sum() if row.sum() > 0 else 0 * row for row in A])
    for matrix, kernel in ((mean, GraphSAGE()), (A + EYE, GraphSAGE(normalization=None))):
        first = matrix @ G @ matrix.T
        e, d = dense_pair(first)
        close(kernel(GRAPH), matrix @ (e + first * d) @ matrix.T)
    close(GraphSAGE(edge_weight=3.0)(GRAPH), GraphSAGE()(GRAPH))


def test_repr_names_what_differs_from_the_default() -> None:
    assert repr(GCN()) == "GCN()"
    assert repr(GCN(depth=2, skip="pc")) == "GCN(depth=2, skip='pc')"
    assert GCN(depth=2) == GCN(2)
    assert hash(GCN(depth=2)) == hash(GCN(2))


@pytest.mark.parametrize(
    ("make", "argument", "remedy"),
    [
        (lambda: GCN(depth=0), "depth", "at least 1"),
        (lambda: GCN(depth=True), "depth", "integer"),
        (lambda: MLP(depth=1.5), "depth", "integer"),
        (lambda: GIN(activation="tanh"), "activation", "'relu', 'linear'"),
        (lambda: SGC(normalization="col"), "normalization", "'row', 'symmetric', None"),
        (lambda: PPNP(normalization=None), "normalization", "'row', 'symmetric'"),
        (lambda: GraphSAGE(normalization="symmetric"), "normalization", "'row', None"),
        (lambda: GCN(skip="res"), "skip", "None, 'pc', 'alpha'"),
        (lambda: GCN(skip_alpha=1.2), "skip_alpha", "[0, 1]"),
        (lambda: GCN(skip_activation="abs"), "skip_activation", "'relu', 'linear'"),
        (lambda: GCN(edge_weight=0), "edge_weight", "above 0"),
        (lambda: GIN(edge_weight=float("inf")), "edge_weight", "finite"),
        (lambda: GIN(edge_weight="1"), "edge_weight", "number"),
        (lambda: APPNP(alpha=-0.1), "alpha", "[0, 1]"),
        (lambda: APPNP(alpha=float("nan")), "alpha", "[0, 1]"),
        (lambda: APPNP(steps=0), "steps", "at least 1"),
        (lambda: PPNP(alpha=0), "alpha", "(0, 1]"),
    ],
)
def test_options_outside_their_range_are_refused(make, argument: str, remedy: str) -> None:
    with pytest.raises(InputError) as caught:
        make()
    assert str(caught.value).startswith(argument + " ")
    assert remedy in str(caught.value)
