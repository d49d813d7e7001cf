import time
import tracemalloc

import numpy as np
import pytest

from labelcert._errors import InputError
from labelcert.data.csbm import csbm


def degrees(graph):
    edges = graph.adjacency.tocoo()
    same = graph.labels[edges.row] == graph.labels[edges.col]
    return same.sum() / graph.num_nodes, (~same).sum() / graph.num_nodes


def test_default_is_the_graph_of_the_paper():
    graph = csbm()
    assert (graph.num_nodes, graph.num_features, graph.name) == (1000, 21, "csbm")
    assert np.bincount(graph.labels).tolist() == [500, 500]
    within = np.mean([degrees(csbm(seed=seed))[0] for seed in range(8)])
    between = np.mean([degrees(csbm(seed=seed))[1] for seed in range(8)])
    # Standard errors: sqrt(2 · 15.8 / 8000) = 0.063 and sqrt(2 · 3.7 / 8000) = 0.030.
    assert within == pytest.approx(0.0317 * 499, abs=0.3)
    assert between == pytest.approx(0.0074 * 500, abs=0.15)


def test_features_have_the_means_and_the_width():
    graph = csbm(4000, distance=3.0, width=2.0, num_features=4, seed=1)
    mean = 3.0 * 2.0 / (2 * np.sqrt(4))
    for label, sign in ((0, -1), (1, 1)):
        rows = graph.features[graph.labels == label]
        np.testing.assert_allclose(rows.mean(axis=0), sign * mean, atol=0.25)
        np.testing.assert_allclose(rows.std(axis=0), 2.0, atol=0.15)


def test_every_pair_is_equally_likely():
    counts = np.zeros((6, 6))
    for seed in range(600):
        graph = csbm(6, degree_within=1.5, degree_between=0.75, seed=seed, num_features=1)
        order = np.argsort(graph.labels, kind="stable")
        counts += graph.adjacency.toarray()[np.ix_(order, order)]
    same = np.kron(np.eye(2), np.ones((3, 3))) - np.eye(6)
    # p = 0.5 and q = 0.25; five standard deviations of 600 draws are 61 and 53.
    np.testing.assert_allclose(counts[same == 1], 300, atol=62)
    np.testing.assert_allclose(counts[np.kron(1 - np.eye(2), np.ones((3, 3))) == 1], 150, atol=54)


def test_full_and_empty_graphs():
    full = csbm(9, degree_within=4.5, degree_between=4.5, seed=2)
    np.testing.assert_array_equal(full.adjacency.toarray(), 1 - np.eye(9))
    assert not csbm(9, degree_within=0, degree_between=0).has_edges


def test_a_seed_gives_the_same_graph():
    first, again, other = csbm(200, seed=5), csbm(200, seed=5), csbm(200, seed=6)
    np.testing.assert_array_equal(first.features, again.features)
    np.testing.assert_array_equal(first.adjacency.toarray(), again.adjacency.toarray())
    assert (first.labels == again.labels).all()
    assert (first.features != other.features).any()


def test_two_hundred_thousand_nodes_are_sparse_work():
    tracemalloc.start()
    start = time.perf_counter()
    graph = csbm(200_000)
    elapsed = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert graph.num_nodes == 200_000
    assert degrees(graph) == pytest.approx((15.85, 3.7), rel=0.02)
    assert elapsed < 30
    assert peak < 1e9  # the features alone are 0.19e9


def test_default_features_stop_growing():
    assert csbm(10_000).num_features == 118
    assert csbm(20_000).num_features == 118


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 3}, "n is 3"),
        ({"n": 10.0}, "n is 10.0"),
        ({"n": 100, "degree_within": 51}, "degree_within is 51"),
        ({"degree_between": -1}, "degree_between is -1"),
        ({"degree_between": "x"}, "degree_between is 'x'"),
        ({"degree_between": float("nan")}, "degree_between is nan"),
        ({"width": 0}, "width is 0"),
        ({"distance": float("inf")}, "distance is inf"),
        ({"num_features": 0}, "num_features is 0"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_parameters_are_named(options, message):
    with pytest.raises(InputError, match=message):
        csbm(**options)
