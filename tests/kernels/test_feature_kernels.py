"""Kernels of a finite number of features: blocks, features, and what they tend to."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import labelcert as lc
from kernels.small_graphs import small_graph
from labelcert._errors import InputError
from labelcert.kernels import Linear, Precomputed, RandomFeatures, registry

GRAPH = small_graph()
X = np.asarray(GRAPH.features)


@pytest.mark.parametrize(
    "kernel", [Linear(), Linear(constant=2.0), RandomFeatures(width=50, seed=1, constant=0.3)]
)
def test_blocks_are_inner_products_of_the_features(kernel):
    rows, cols = [0, 5, 2], [1, 3]
    left = kernel.features(GRAPH, rows).astype(float)
    right = kernel.features(GRAPH, cols).astype(float)
    np.testing.assert_allclose(kernel(GRAPH, rows, cols), left @ right.T, rtol=1e-12)
    np.testing.assert_allclose(kernel(sparse.csr_array(X), rows), left @ left.T, rtol=1e-12)
    block = kernel(X, rows)
    assert np.array_equal(block, block.T)
    assert isinstance(kernel, lc.kernels.Kernel)


def test_linear_is_a_product_and_a_constant():
    np.testing.assert_allclose(Linear(constant=0.7)(X), X @ X.T + 0.7, rtol=1e-12)
    assert Linear().features(X).shape == X.shape
    assert registry.create("linear", constant=0.7) == Linear(constant=0.7)


def relu_covariance(x):
    """E over Gaussian weights of 2 ReLU(w·x) ReLU(w·x'), by numerical integration of the angle."""
    gram = x @ x.T
    size = np.sqrt(np.outer(gram.diagonal(), gram.diagonal()))
    angle = np.arccos(np.clip(gram / size, -1, 1))
    return size * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi


@pytest.mark.parametrize("bias", [True, False])
def test_wide_random_features_tend_to_the_covariance_of_activations(bias):
    width = 200_000
    inputs = np.hstack([X, np.ones((len(X), 1))]) if bias else X
    found = RandomFeatures(width=width, seed=3, bias=bias, constant=0.5)(X)
    expected = relu_covariance(inputs) + 0.5
    scale = np.sqrt(np.outer(expected.diagonal(), expected.diagonal()))
    assert (np.abs(found - expected) < 12 / np.sqrt(width) * scale).all()


def test_a_seed_is_a_network():
    one, same, other = (RandomFeatures(width=20, seed=seed) for seed in (4, 4, 5))
    assert np.array_equal(one(X), same(X))
    assert not np.allclose(one(X), other(X))
    assert one.features(X).dtype == np.float32
    whole = one.features(X)
    assert np.array_equal(one.features(X, [3, 1]), whole[[3, 1]])


def test_features_certify_what_the_gram_matrix_does():
    rng = np.random.default_rng(0)
    data = rng.standard_normal((90, 4))
    labels = (data[:60, 0] + 0.3 * rng.standard_normal(60) > 0).astype(int)
    kernel, train, test = RandomFeatures(width=40, seed=1), np.arange(60), np.arange(60, 90)
    by_gram = lc.certify(
        kernel(data, train), kernel(data, test, train), labels, ridge=0.5, max_flips=20
    )
    by_features = lc.certify_linear(
        kernel.features(data, train), kernel.features(data, test), labels, ridge=0.5, max_flips=20
    )
    assert by_gram.radius.tolist() == by_features.radius.tolist()


def test_a_precomputed_kernel_is_the_matrix():
    matrix = X @ X.T
    kernel = Precomputed(matrix)
    np.testing.assert_allclose(kernel(GRAPH, [1, 2], [0, 3]), matrix[np.ix_([1, 2], [0, 3])])
    assert kernel.settings() == Precomputed(matrix.copy()).settings()
    assert kernel.settings() != Precomputed(matrix + np.eye(len(X))).settings()
    assert isinstance(kernel, lc.kernels.Kernel)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Linear(constant=-1), "constant must be a finite number of at least 0"),
        (lambda: RandomFeatures(width=0), "width must be an integer of at least 1"),
        (lambda: RandomFeatures(bias=1), "bias must be True or False"),
        (lambda: Linear()(np.full((2, 2), 1e200)), "overflows"),
        (lambda: RandomFeatures(width=3)(np.full((2, 2), 1e300)), "overflows"),
        (lambda: Precomputed(np.eye(3)[:2]), "matrix has shape"),
        (lambda: Precomputed([[1.0, 2.0], [0.0, 1.0]]), "not symmetric"),
        (lambda: Precomputed(np.eye(3))(np.eye(2)), "graph has 2 nodes"),
    ],
)
def test_what_is_wrong_is_said(call, words):
    with pytest.raises(InputError, match=words):
        call()
