import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array, eye_array

from labelcert._errors import InputError
from labelcert.data import Graph, undirected


def path_graph(labels, edges, **options) -> Graph:
    n = len(labels)
    adjacency = np.zeros((n, n))
    for i, j in edges:
        adjacency[i, j] = 1
    return Graph(np.arange(2.0 * n).reshape(n, 2), undirected(adjacency), labels, **options)


def test_sizes_classes_and_repr():
    graph = path_graph(["b", "a", "b"], [(0, 1), (1, 2)], name="tiny")
    assert (graph.num_nodes, graph.num_features, graph.num_edges) == (3, 2, 2)
    assert graph.has_edges
    assert graph.classes.tolist() == ["a", "b"]
    assert repr(graph) == "Graph('tiny': 3 nodes, 2 edges, 2 features, 2 classes)"


def test_a_table_has_an_empty_graph():
    graph = Graph(np.ones((3, 2)), None, [0, 1, 0])
    assert graph.adjacency.shape == (3, 3)
    assert not graph.has_edges


def test_a_graph_cannot_be_changed_but_the_input_can():
    features, labels = np.ones((2, 2)), np.array([0, 1])
    graph = Graph(features, None, labels)
    with pytest.raises(ValueError, match="read-only"):
        graph.features[0, 0] = np.nan
    with pytest.raises(ValueError, match="read-only"):
        graph.labels[0] = 1
    with pytest.raises(AttributeError):
        graph.name = "other"
    features[0, 0] = 3.0
    labels[0] = 1


@pytest.mark.parametrize(
    ("features", "adjacency", "labels", "name", "message"),
    [
        ([[1.0]], None, [0, 1], "g", "labels has 2 entries for 1 nodes"),
        ([[1.0], [2.0]], np.eye(3), [0, 1], "g", "adjacency has shape"),
        ([[1.0], [np.nan]], None, [0, 1], "g", "features has non-finite entries"),
        ([[1.0], [2.0]], [[0, 1], [0, 0]], [0, 1], "g", "not symmetric"),
        ([[1.0], [2.0]], None, [0.5, 1], "g", "fraction"),
        ([[1.0], [2.0]], None, [0, 1], 7, "name is of type int"),
    ],
)
def test_bad_input_is_named(features, adjacency, labels, name, message):
    with pytest.raises(InputError, match=message):
        Graph(features, adjacency, labels, name)


@pytest.mark.parametrize("sparse", [False, True])
def test_subgraph_keeps_the_order_given(sparse):
    graph = path_graph([0, 1, 2, 3], [(0, 1), (1, 2), (2, 3)])
    if sparse:
        graph = Graph(csr_array(graph.features), graph.adjacency, graph.labels)
    part = graph.subgraph([2, 1])
    assert part.labels.tolist() == [2, 1]
    assert part.adjacency.toarray().tolist() == [[0, 1], [1, 0]]
    features = part.features.toarray() if sparse else part.features
    assert features.tolist() == [[4, 5], [2, 3]]
    assert graph.subgraph(np.array([True, False, False, True])).labels.tolist() == [0, 3]


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ([], "selects no node"),
        (np.zeros(3, dtype=bool), "selects no node"),
        ([True, False], "mask with 2 entries"),
        ([0, 3], "positions from 0 to 2"),
        ([-1], "positions from 0 to 2"),
        ([1, 1], "repeats"),
        ([0.0], "integers"),
        ([[0, 1]], "nested"),
    ],
)
def test_bad_index_is_named(index, message):
    with pytest.raises(InputError, match=message):
        path_graph([0, 1, 2], [(0, 1)]).subgraph(index)


def test_largest_component_takes_the_first_of_equal_size():
    graph = path_graph(list(range(6)), [(1, 5), (2, 4)])
    assert graph.largest_component().labels.tolist() == [1, 5]
    grown = path_graph(list(range(6)), [(1, 5), (2, 4), (4, 3)])
    assert grown.largest_component().labels.tolist() == [2, 3, 4]


def test_without_isolated():
    assert path_graph([7, 8, 9], [(0, 2)]).without_isolated().labels.tolist() == [7, 9]


@pytest.mark.parametrize("method", ["without_isolated", "largest_component"])
def test_a_table_has_no_components(method):
    with pytest.raises(InputError, match="has no edges"):
        getattr(Graph(np.ones((2, 1)), None, [0, 1]), method)()


def test_two_largest_classes():
    graph = path_graph(["c", "a", "b", "c", "b", "c", "b", "b"], [(0, 2), (3, 4), (5, 1), (6, 2)])
    binary = graph.two_largest_classes()
    assert binary.labels.tolist() == [0, 1, 0, 1, 1]  # nodes 0, 2, 3, 4, 6
    assert binary.features[:, 0].tolist() == [0, 4, 6, 8, 12]
    assert binary.class_names == {0: "c", 1: "b"}
    assert binary.name == "graphb"
    assert binary.num_edges == 3


def test_classes_of_equal_size_count_in_sorted_order():
    graph = Graph(eye_array(4), None, [5, 3, 5, 3])
    binary = graph.two_largest_classes()
    assert binary.class_names == {0: 5, 1: 3}
    assert binary.labels.tolist() == [0, 1, 0, 1]
    again = binary.subgraph([0, 1, 2]).two_largest_classes()
    assert again.class_names == {0: 3, 1: 5}


def test_two_largest_classes_of_a_table_keeps_all_nodes():
    graph = Graph(np.ones((5, 1)), None, ["x", "y", "x", "z", "y"])
    assert graph.two_largest_classes().num_nodes == 4


@pytest.mark.parametrize(
    ("labels", "edges", "message"),
    [
        ([1, 1, 1], [(0, 1)], "one class only"),
        ([0, 0, 1, 1, 2], [(0, 4)], "no edges for one"),
        ([0, 0, 1, 1, 2], [(0, 1)], "no edges for one"),
    ],
)
def test_no_binary_problem_is_named(labels, edges, message):
    with pytest.raises(InputError, match=message):
        path_graph(labels, edges).two_largest_classes()


def test_a_graph_travels_to_another_process():
    graph = path_graph(["b", "a"], [(0, 1)]).two_largest_classes()
    again = pickle.loads(pickle.dumps(graph))
    assert repr(again) == repr(graph)
    assert again.class_names == graph.class_names


@pytest.mark.parametrize("one", [1, "1", b"1", 1.0, np.int8(1), np.array(1), [1], {1}, iter([1])])
def test_a_class_to_leave_out_may_stand_alone_and_in_any_type(one):
    assert path_graph([0, 1, 0], []).without_classes(one).labels.tolist() == [0, 0]


@pytest.mark.parametrize("none", [None, [None], [float("nan")], True, [True], [[1]]])
def test_what_is_no_class_leaves_nothing_out(none):
    with pytest.raises(InputError, match="class"):
        path_graph(["None", "nan2", "a"], []).without_classes(none)
