"""What holds for every kernel: blocks, symmetry, order of nodes, form of the input, memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from kernels.small_graphs import KERNELS, SmallGraph, small_graph
from labelcert.kernels import GCN, MLP, Kernel, recursion, sandwich

GRAPH = small_graph()
COUNT = 9
every_kernel = pytest.mark.parametrize("kernel", KERNELS, ids=repr)
nodes = st.lists(st.integers(0, COUNT - 1), min_size=1, max_size=12)
FULL = {repr(kernel): kernel(GRAPH) for kernel in KERNELS}


def close(a: np.ndarray, b: np.ndarray) -> None:
    # κ₀ amplifies the rounding of u near 1: 1e-15 becomes a few 1e-8 for nearly parallel nodes.
    np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9 * float(np.abs(b).max()))


@every_kernel
@settings(max_examples=15, deadline=None)
@given(rows=nodes, cols=nodes)
def test_block_is_a_slice_of_the_full_kernel(
    kernel: Kernel, rows: list[int], cols: list[int]
) -> None:
    close(kernel(GRAPH, rows, cols), FULL[repr(kernel)][np.ix_(rows, cols)])
    square = kernel(GRAPH, rows)
    close(square, FULL[repr(kernel)][np.ix_(rows, rows)])
    assert np.array_equal(square, square.T)


@every_kernel
def test_gram_is_symmetric_positive_semidefinite_and_float64(kernel: Kernel) -> None:
    full = FULL[repr(kernel)]
    assert full.dtype == np.float64
    assert full.shape == (COUNT, COUNT)
    assert np.array_equal(full, full.T)
    assert np.linalg.eigvalsh(full)[0] > -1e-12 * np.trace(full)
    assert np.all(np.diagonal(full) > 0)


@every_kernel
def test_rectangles_chunks_and_squares_agree(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recursion, "SQUARE_NODES", 0)
    rectangles = kernel(GRAPH)
    monkeypatch.setattr(sandwich, "CHUNK_ENTRIES", 7)
    chunked = kernel(GRAPH)
    close(rectangles, FULL[repr(kernel)])
    close(chunked, FULL[repr(kernel)])


@every_kernel
def test_permuted_graph_gives_the_permuted_kernel(kernel: Kernel) -> None:
    order = np.random.default_rng(1).permutation(COUNT)
    adjacency = GRAPH.adjacency.toarray()[np.ix_(order, order)]
    permuted = SmallGraph(np.asarray(GRAPH.features)[order], adjacency)
    close(kernel(permuted), FULL[repr(kernel)][np.ix_(order, order)])


@every_kernel
def test_sparse_features_equal_dense_ones(kernel: Kernel) -> None:
    rng = np.random.default_rng(5)
    features = (rng.random((COUNT, 60)) < 0.05).astype(float)  # a node may well be empty
    features[4] = 0
    dense = kernel(SmallGraph(features, GRAPH.adjacency))
    close(kernel(SmallGraph(sparse.csr_array(features), GRAPH.adjacency)), dense)
    close(kernel(SmallGraph(sparse.coo_matrix(features), GRAPH.adjacency)), dense)
    assert np.linalg.eigvalsh(dense)[0] > -1e-12 * np.trace(dense)


@every_kernel
def test_single_precision_features_are_computed_in_double(kernel: Kernel) -> None:
    features = np.asarray(GRAPH.features).astype(np.float32)
    single = kernel(SmallGraph(features, GRAPH.adjacency.astype(np.float32)))
    double = kernel(
        SmallGraph(features.astype(float), GRAPH.adjacency.astype(np.float32).astype(float))
    )
    assert single.dtype == np.float64
    close(single, double)


@every_kernel
def test_a_feature_matrix_is_a_graph_without_edges(kernel: Kernel) -> None:
    features = np.asarray(GRAPH.features)
    empty = SmallGraph(features, np.zeros((COUNT, COUNT)))
    assert np.array_equal(kernel(features), kernel(empty))
    close(kernel(sparse.csr_array(features)), kernel(features))
    close(kernel(features.tolist()), kernel(features))


@every_kernel
def test_nodes_with_the_same_features_and_neighbours_have_the_same_kernel(kernel: Kernel) -> None:
    """Nodes 0 and 1 are twins: both linked to node 2, with equal features."""
    adjacency = np.zeros((4, 4))
    adjacency[:2, 2] = adjacency[2, :2] = 1.0
    features = np.random.default_rng(0).standard_normal((4, 30))
    features[1] = features[0]
    full = kernel(SmallGraph(features, adjacency))
    np.testing.assert_allclose(full[0, 2:], full[1, 2:], rtol=1e-12)
    if not isinstance(kernel, GCN | MLP):
        return
    if isinstance(kernel, MLP) or (kernel.normalization == "row" and kernel.skip is None):
        # Row normalization weighs the twin like a neighbour, which it is not: only without edges
        # is a twin indistinguishable from the node itself.
        alone = kernel(features)
        np.testing.assert_allclose(alone[0, 0], alone[0, 1], rtol=1e-14)


@every_kernel
def test_nodes_without_features_stay_finite(kernel: Kernel) -> None:
    features = np.asarray(GRAPH.features).copy()
    features[[0, COUNT - 1]] = 0  # a connected node and the isolated one
    full = kernel(SmallGraph(features, GRAPH.adjacency))
    assert np.isfinite(full).all()
    assert np.linalg.eigvalsh(full)[0] > -1e-12 * np.trace(full)
    if isinstance(kernel, GCN):
        assert np.all(full[-1] == 0)
    zero = kernel(SmallGraph(0 * features, GRAPH.adjacency))
    assert np.isfinite(zero).all()


def test_covariance_above_the_smaller_variance_is_kept() -> None:
    """x₂ = 2 x₁: for parallel inputs the ReLU kernel is the linear one."""
    x = np.array([[1.0, 2.0], [2.0, 4.0]])
    np.testing.assert_allclose(GCN()(x), 2 * x @ x.T, rtol=1e-12)
    np.testing.assert_allclose(GCN(activation="linear")(x), 2 * x @ x.T, rtol=1e-12)


def test_empty_selections_give_empty_blocks() -> None:
    assert GCN()(GRAPH, [], [1, 2]).shape == (0, 2)
    assert GCN()(GRAPH, [1, 2], []).shape == (2, 0)
    assert GCN()(GRAPH, []).shape == (0, 0)


def test_only_the_neighbourhood_is_computed() -> None:
    """A block of a large sparse graph needs a small part of its n² covariances."""
    rng = np.random.default_rng(0)
    count = 20_000
    ends = rng.integers(0, count, (2, 3 * count))
    ends = ends[:, ends[0] != ends[1]]
    adjacency = sparse.coo_array((np.ones(ends.shape[1]), (ends[0], ends[1])), (count, count))
    graph = SmallGraph(rng.standard_normal((count, 8)), sparse.csr_array(adjacency + adjacency.T))
    tracemalloc.start()
    block = GCN()(graph, np.arange(200), np.arange(200, 220))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert block.shape == (200, 20)
    assert peak < 60e6  # a full covariance would take 3.2 GB
    two = GCN(depth=2)(graph, [5, 9], [7])
    close(two, GCN(depth=2)(graph, [9, 7, 5])[np.ix_([2, 0], [1])])
