"""A kernel called with two feature matrices."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import labelcert as lc


@pytest.fixture
def tables():
    rng = np.random.default_rng(0)
    return rng.standard_normal((5, 3)), rng.standard_normal((7, 3))


@pytest.mark.parametrize(
    "kernel",
    [
        lc.kernels.MLP(depth=2),
        lc.kernels.GCN(),
        lc.kernels.SGC(),
        lc.kernels.Linear(constant=0.5),
        lc.kernels.RandomFeatures(width=20),
    ],
    ids=lambda kernel: kernel.name,
)
def test_equals_the_block_of_both_in_one_matrix(kernel, tables):
    new, train = tables
    block = kernel(new, train)
    both = kernel(np.concatenate([new, train]))
    assert block.shape == (5, 7)
    np.testing.assert_allclose(block, both[:5, 5:], rtol=1e-12)
    np.testing.assert_allclose(kernel(train, train), kernel(train), rtol=1e-12, atol=1e-12)


def test_frames_and_sparse_matrices_are_matrices(tables):
    pd = pytest.importorskip("pandas")
    new, train = tables
    expected = lc.kernels.MLP()(new, train)
    for a, b in (
        (new.tolist(), train),
        (pd.DataFrame(new), pd.DataFrame(train)),
        (sparse.csr_array(new), train),
        (new, sparse.csr_matrix(train)),
    ):
        np.testing.assert_allclose(lc.kernels.MLP()(a, b), expected, rtol=1e-12)


def test_what_does_not_fit_is_refused(tables):
    new, train = tables
    with pytest.raises(lc.InputError, match="3 columns and the second 2"):
        lc.kernels.MLP()(new, train[:, :2])
    with pytest.raises(lc.InputError, match="cols"):
        lc.kernels.MLP()(new, train, [0])
    with pytest.raises(lc.InputError, match="edges"):
        lc.kernels.MLP()(lc.datasets.load("karate"), train)
    with pytest.raises(lc.InputError, match="non-finite"):
        lc.kernels.MLP()(new, np.full((2, 3), np.nan))
