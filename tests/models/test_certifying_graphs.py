"""`certify_graph` against the three calls that it stands for."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics.pairwise import rbf_kernel

import labelcert as lc


@pytest.fixture(scope="module")
def karate():
    graph = lc.datasets.load("karate")
    return graph, lc.datasets.split(graph.labels, per_class=3, seed=0)


@pytest.mark.parametrize("learner", [{"C": 0.5}, {"ridge": 1.0}])
def test_equals_slicing_by_hand(karate, learner):
    graph, split = karate
    kernel = lc.kernels.GCN(depth=1)
    found = lc.certify_graph(graph, split, kernel, max_flips=2, collective=True, **learner)
    expected = lc.certify(
        kernel(graph, split.labeled), kernel(graph, split.test, split.labeled),
        graph.labels[split.labeled], max_flips=2, collective=True, **learner,
    )  # fmt: skip
    assert found.radius.tolist() == expected.radius.tolist()
    assert found.prediction.tolist() == expected.prediction.tolist()
    assert found.collective.broken_lower.tolist() == expected.collective.broken_lower.tolist()


def test_functions_of_two_matrices_are_kernels_here_too(karate):
    graph, split = karate
    features = np.random.default_rng(0).normal(size=(graph.num_nodes, 4))
    graph = replace(graph, features=features)
    found = lc.certify_graph(graph, split, rbf_kernel, C=1.0, max_flips=1)
    gram = rbf_kernel(features)
    expected = lc.certify_graph(
        graph, split, lc.kernels.Precomputed((gram + gram.T) / 2), C=1.0, max_flips=1
    )
    np.testing.assert_allclose(found.decision, expected.decision, rtol=1e-9)
    assert found.radius.tolist() == expected.radius.tolist()

    def blocks(graph, rows, cols):
        return gram[np.ix_(rows, cols)]

    again = lc.certify_graph(graph, split, blocks, C=1.0, max_flips=1)
    assert again.radius.tolist() == expected.radius.tolist()


def test_masks_and_a_threat_model_on_positions_among_the_labeled(karate):
    graph, split = karate
    masks = SimpleNamespace(**{
        name: np.isin(np.arange(graph.num_nodes), getattr(split, name))
        for name in ("labeled", "test")
    })  # fmt: skip
    everything = lc.ThreatModel(budget=2, trusted=list(range(len(split.labeled))))
    cert = lc.certify_graph(graph, masks, lc.kernels.GCN(), C=1.0, threat=everything)
    assert (cert.radius == cert.max_flips).all()


def test_what_is_missing_is_named(karate):
    graph, split = karate
    kernel = lc.kernels.GCN()
    arguments = {"C": 1.0, "max_flips": 1}
    with pytest.raises(lc.InputError, match="graph has no adjacency"):
        lc.certify_graph(SimpleNamespace(features=graph.features), split, kernel, **arguments)
    with pytest.raises(lc.InputError, match="split has no test"):
        lc.certify_graph(graph, SimpleNamespace(labeled=[0]), kernel, **arguments)
    twice = SimpleNamespace(labeled=split.labeled, test=split.labeled)
    with pytest.raises(lc.InputError, match="both labeled and test"):
        lc.certify_graph(graph, twice, kernel, **arguments)
    with pytest.raises(lc.InputError, match="no kernel"):
        lc.certify_graph(graph, split, "gcn", **arguments)
    labels = [None if i == split.labeled[1] else str(v) for i, v in enumerate(graph.labels)]
    with pytest.raises(lc.InputError, match=f"node {split.labeled[1]}, which has no label"):
        lc.certify_graph(
            replace(graph, labels=np.array(labels, dtype=object)), split, kernel, **arguments
        )


def test_validation_nodes_of_the_split_price_what_would_close_radii():
    graph = lc.datasets.load("karate")
    split = lc.datasets.split(graph.labels, per_class=5, seed=0)
    kernel = lc.kernels.GCN(depth=1)
    options = {"C": 1.0, "max_flips": 4, "time_limit": 0.0}
    found = lc.certify_graph(graph, split, kernel, **options)
    held = np.flatnonzero(np.isin(split.labeled, split.validation))
    blocks = kernel(graph, split.labeled), kernel(graph, split.test, split.labeled)
    same = lc.certify(*blocks, graph.labels[split.labeled], **options, validation=held)
    assert found.alternatives == same.alternatives
    assert [way.validated for way in found.alternatives] == [10] * len(found.alternatives)
    assert found.alternatives
    nothing = lc.certify_graph(graph, split, kernel, **options, validation=None)
    assert [way.validated for way in nothing.alternatives] == [0] * len(found.alternatives)
    alone = lc.datasets.split(graph.labels, per_class=10, seed=0, validation=0)
    plain = lc.certify_graph(graph, alone, kernel, **options)
    assert plain.alternatives
    assert not any(way.validated for way in plain.alternatives)
