from __future__ import annotations

from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

import labelcert as lc
from kernels.small_graphs import SmallGraph
from labelcert._errors import InputError
from labelcert.kernels import GCN, MLP, Linear

X = np.arange(12.0).reshape(4, 3)
A = np.ones((4, 4)) - np.eye(4)


def spoiled(value: float, form=np.asarray) -> object:
    features = X.copy()
    features[2, 1] = value
    return form(features)


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (spoiled(np.nan), ["graph", "non-finite"]),
        (spoiled(np.inf, sparse.csr_array), ["graph", "non-finite"]),
        (SmallGraph(spoiled(-np.inf), A), ["graph.features", "non-finite"]),
        (SmallGraph(X, A * np.nan), ["graph.adjacency", "non-finite"]),
        (SmallGraph(X, -A), ["graph.adjacency", "negative"]),
        (SmallGraph(X, A[:3, :3]), ["graph.adjacency", "(4, 4)"]),
        (SmallGraph(X, A[:, :3]), ["graph.adjacency", "(4, 4)"]),
        (SmallGraph(None, A), ["graph.features", "matrix"]),
        (np.arange(3.0), ["graph", "(3,)"]),
        (np.zeros((0, 3)), ["graph", "at least one row"]),
        (X + 1j, ["graph", "real"]),
        (sparse.csr_array(X + 1j), ["graph", "real"]),
        ("cora_ml", ["graph", "matrix"]),
        ([[1.0, 2.0], [3.0]], ["graph", "equal length"]),
        (SimpleNamespace(features=X), ["graph", "matrix"]),
        (X * 1e200, ["graph", "scale"]),
    ],
)
def test_graphs_that_cannot_be_used_are_refused(graph, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        GCN()(graph)
    assert str(caught.value).startswith(words[0] + " ")
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("graph", "reader"),
    [
        (SimpleNamespace(x=X, edge_index=np.array([[0, 1], [1, 2]])), "from_pyg"),
        (nx.path_graph(4), "from_networkx"),
    ],
)
def test_graphs_of_other_libraries_are_refused_with_their_reader(graph, reader: str) -> None:
    for call in (lambda: GCN()(graph, [0]), lambda: Linear()(graph), lambda: certify(graph)):
        with pytest.raises(
            InputError, match=rf"convert it first, with labelcert.datasets.{reader}"
        ):
            call()


def certify(graph):
    return lc.certify_graph(graph, SimpleNamespace(labeled=[0, 1], test=[2]), MLP(), C=1.0)


@pytest.mark.parametrize(
    ("indices", "word"),
    [
        ([0, 4], "contains 4"),
        ([-1], "contains -1"),
        ([0.0, 1.0], "integer"),
        ([True, False, True], "mask with 3 entries"),
        ([[0, 1]], "nested"),
        (2, "single value"),
        (["a"], "integer"),
    ],
)
@pytest.mark.parametrize("argument", ["rows", "cols"])
def test_node_numbers_that_cannot_be_used_are_refused(argument: str, indices, word: str) -> None:
    with pytest.raises(InputError, match=word) as caught:
        MLP()(X, **{argument: indices})
    assert str(caught.value).startswith(argument)


def test_unsigned_tuples_and_lists_of_node_numbers_are_accepted() -> None:
    expected = MLP()(X)[np.ix_([1, 3], [0])]
    np.testing.assert_allclose(MLP()(X, np.array([1, 3], dtype=np.uint8), (0,)), expected)


def test_a_mask_stands_for_the_positions_of_its_true_entries() -> None:
    mask = np.array([False, True, False, True])
    expected = MLP()(X)[np.ix_([1, 3], [1, 3])]
    np.testing.assert_array_equal(MLP()(X, mask), expected)
    np.testing.assert_array_equal(MLP()(X, mask.tolist(), mask), expected)


def test_input_is_not_changed_and_may_be_read_only() -> None:
    features, adjacency = X.copy(), sparse.csr_array(A)
    features.flags.writeable = False
    GCN(depth=2, skip="alpha")(SmallGraph(features, adjacency))
    MLP()(SmallGraph(features, adjacency))
    assert np.array_equal(features, X)
    assert np.array_equal(adjacency.toarray(), A)


def test_integer_features_count_as_numbers() -> None:
    np.testing.assert_allclose(GCN()(X.astype(int)), GCN()(X))
    np.testing.assert_allclose(GCN()(X > 3), GCN()((X > 3).astype(float)))
