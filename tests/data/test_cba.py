import time

import numpy as np
import pytest

from labelcert._errors import InputError
from labelcert.data.cba import _Growth, cba


def degrees(graph):
    edges = graph.adjacency.tocoo()
    same = graph.labels[edges.row] == graph.labels[edges.col]
    return same.sum() / graph.num_nodes, (~same).sum() / graph.num_nodes


def test_degrees_are_about_those_wanted():
    found = np.mean([degrees(cba(2000, seed=seed, num_features=1)) for seed in range(4)], axis=0)
    np.testing.assert_allclose(found, (15.85, 3.7), rtol=0.06)


def test_degrees_have_the_heavy_tail_of_preferential_attachment():
    graph = cba(5000, num_features=1)
    degree = np.diff(graph.adjacency.indptr)
    assert degree.max() > 8 * degree.mean()  # a CSBM of this size stays below 3
    early, late = degree[:500].mean(), degree[-500:].mean()
    assert early > 3 * late


def test_attachment_follows_degree_and_affinity():
    labels = np.array([0, 0, 1, 1, 0])
    counts = np.zeros(4)
    rounds = 4000
    for seed in range(rounds):
        growth = _Growth(labels, 3.0, 1.0, np.random.default_rng(seed))
        growth._degree[:4] = [0, 2, 1, 4]
        growth._urns = ([0, 1, 1, 1], [2, 2, 3, 3, 3, 3, 3])
        growth._labels = labels.tolist()
        # One of four nodes is wanted: `node <= 4 * wanted` takes the list of weights ...
        exact = growth._neighbours(4, 1)
        counts[exact] += 1
    expected = np.array([1, 3, 2, 5]) * np.array([3, 3, 1, 1])
    np.testing.assert_allclose(counts / rounds, expected / expected.sum(), atol=0.04)


def test_urns_sample_the_same_law_as_the_weights():
    # ... and a node that comes later than four times the wanted number takes the urns.
    labels = np.array([0, 0, 1, 1, 0, 1, 0, 1, 0, 0])
    degree = np.array([5, 1, 0, 3, 2, 2, 0, 1, 4])
    counts = np.zeros((2, 9))
    rounds = 4000
    for seed in range(rounds):
        growth = _Growth(labels, 3.0, 1.0, np.random.default_rng(seed))
        growth._degree[:9] = degree
        for node in range(9):
            growth._urns[int(labels[node])].extend([node] * int(1 + degree[node]))
        counts[0, growth._neighbours(9, 2)] += 1
        counts[1, growth._from_weights(9, 2, set())] += 1
    assert counts.sum(axis=1).tolist() == [2 * rounds, 2 * rounds]
    np.testing.assert_allclose(counts[0] / rounds, counts[1] / rounds, atol=0.05)


def test_one_sided_affinity():
    graph = cba(300, degree_within=6, degree_between=0, num_features=1)
    assert degrees(graph)[1] == 0
    bipartite = cba(300, degree_within=0, degree_between=6, num_features=1)
    assert degrees(bipartite)[0] == 0
    assert degrees(bipartite)[1] == pytest.approx(6, rel=0.1)


def test_small_and_dense():
    graph = cba(4, degree_within=1, degree_between=1)
    assert graph.num_edges >= 3
    assert cba(10, degree_within=5, degree_between=0, num_features=2).num_nodes == 10


def test_a_seed_gives_the_same_graph():
    first, again, other = cba(200, seed=5), cba(200, seed=5), cba(200, seed=6)
    np.testing.assert_array_equal(first.features, again.features)
    np.testing.assert_array_equal(first.adjacency.toarray(), again.adjacency.toarray())
    assert (first.adjacency != other.adjacency).nnz > 0


def test_time_is_linear_in_the_edges():
    start = time.perf_counter()
    assert cba(30_000, num_features=1).num_nodes == 30_000
    assert time.perf_counter() - start < 15  # 0.7 s on one core; O(n²) would take minutes


@pytest.mark.slow
def test_two_hundred_thousand_nodes():
    assert degrees(cba(200_000, num_features=1)) == pytest.approx((15.85, 3.7), rel=0.05)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 2}, "n is 2"),
        ({"degree_within": 0, "degree_between": 0}, "degree_within .* is 0"),
        ({"n": 20, "degree_within": 9, "degree_between": 9}, "is 18"),
        ({"degree_within": -1}, "degree_within is -1"),
        ({"width": -1}, "width is -1"),
    ],
)
def test_bad_parameters_are_named(options, message):
    with pytest.raises(InputError, match=message):
        cba(**options)
