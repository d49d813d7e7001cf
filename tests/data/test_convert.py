from types import SimpleNamespace

import networkx
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from labelcert._errors import InputError
from labelcert.data.convert import from_pyg, from_scipy
from labelcert.data.networks import from_networkx

RING = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])


class Tensor:
    """What of a torch tensor is used: detach, cpu, numpy; plain ``np.asarray`` is refused."""

    def __init__(self, values, *, fails=False):
        self._values, self._fails, self._ready = np.array(values), fails, 0

    def detach(self):
        self._ready += 1
        return self

    def cpu(self):
        self._ready += 1
        return self

    def numpy(self):
        if self._fails or self._ready < 2:
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self._values

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("requires grad")


def test_scipy_matrices():
    graph = from_scipy(csr_matrix(np.triu(RING)), np.eye(3), ["a", "b", "a"], name="ring")
    np.testing.assert_array_equal(graph.adjacency.toarray(), RING)
    assert graph.name == "ring"
    for options in ({}, {"symmetrize": False}):
        bare = from_scipy(RING.tolist(), None, [0, 1, 2], **options)
        np.testing.assert_array_equal(bare.features.toarray(), np.eye(3))
    assert from_scipy(None, np.eye(3), [0, 1, 2]).num_edges == 0


def test_bad_matrices_are_named():
    with pytest.raises(InputError, match="not symmetric"):
        from_scipy(np.triu(RING), np.eye(3), [0, 1, 2], symmetrize=False)
    with pytest.raises(InputError, match="pass one of the two"):
        from_scipy(None, None, [0, 1])


def network(kind=networkx.Graph):
    graph = kind(name="net")
    for node, label in (("x", "red"), ("y", "blue"), ("z", "red")):
        graph.add_node(node, label=label, features=[ord(node), 1.0])
    graph.add_edge("x", "y", weight=5.0)
    graph.add_edge("z", "y")
    return graph


@pytest.mark.parametrize(
    "kind", [networkx.Graph, networkx.DiGraph, networkx.MultiGraph, networkx.MultiDiGraph]
)
def test_networkx_of_every_kind(kind):
    graph = from_networkx(network(kind))
    assert graph.adjacency.toarray().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    assert graph.features.tolist() == [[120, 1], [121, 1], [122, 1]]
    assert graph.labels.tolist() == ["red", "blue", "red"]
    assert graph.name == "net"


def test_networkx_options():
    graph = from_networkx(network(), weight="weight", features=None, name="n")
    assert graph.adjacency.toarray()[1].tolist() == [5, 0, 1]
    np.testing.assert_array_equal(graph.features.toarray(), np.eye(3))
    scalars = network()
    networkx.set_node_attributes(scalars, 2.5, "size")
    assert from_networkx(scalars, features="size").features.tolist() == [[2.5]] * 3
    parallel = network(networkx.MultiGraph)
    parallel.add_edge("x", "y", weight=7.0)
    assert from_networkx(parallel, weight="weight").adjacency.toarray()[0, 1] == 7


def without(key):
    graph = network()
    del graph.nodes["y"][key]
    return graph


def with_features(value):
    graph = network()
    graph.nodes["y"]["features"] = value
    return graph


@pytest.mark.parametrize(
    ("graph", "options", "message"),
    [
        (RING, {}, "pass a networkx graph"),
        (networkx.Graph(), {}, "no nodes"),
        (network(), {"label": "lable"}, "label names the node attribute 'lable'.*mean 'label'"),
        (network(), {"features": "feature"}, "features names .* 'feature'.*mean 'features'"),
        (network(), {"weight": "wieght"}, "edge attribute 'wieght', which no.*mean 'weight'"),
        (without("features"), {}, "no attribute 'features' at node 'y'"),
        (with_features([1.0]), {}, "different lengths"),
        (with_features(["a", "b"]), {}, "features"),
    ],
)
def test_bad_networks_are_named(graph, options, message):
    with pytest.raises(InputError, match=message):
        from_networkx(graph, **options)


def test_a_weight_that_is_no_number_is_named():
    graph = network()
    graph.edges["x", "y"]["weight"] = "heavy"
    with pytest.raises(InputError, match="'weight' holds text: pass real numbers"):
        from_networkx(graph, weight="weight")


DATA = {"edge_index": [[0, 1, 0], [1, 0, 2]], "y": [0, 1, 0], "x": [[1.0], [2.0], [3.0]]}


@pytest.mark.parametrize("make", [Tensor, np.array])
def test_pyg(make):
    data = SimpleNamespace(**{key: make(value) for key, value in DATA.items()})
    graph = from_pyg(data, name="pyg")
    assert graph.adjacency.toarray().tolist() == [[0, 1, 1], [1, 0, 0], [1, 0, 0]]
    assert graph.features.tolist() == [[1], [2], [3]]
    assert graph.labels.tolist() == [0, 1, 0]
    assert graph.name == "pyg"


def test_pyg_column_labels_weights_and_no_features():
    changes = {"y": Tensor([[0], [1], [0]]), "edge_weight": Tensor([1, 2, 3]), "x": None}
    graph = from_pyg(SimpleNamespace(**(DATA | changes)))
    assert graph.adjacency.toarray()[0].tolist() == [0, 2, 3]
    np.testing.assert_array_equal(graph.features.toarray(), np.eye(3))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"edge_index": None}, "no edge_index"),
        ({"y": None}, "no y"),
        ({"edge_index": np.zeros((3, 2), int)}, r"data.edge_index has shape \(3, 2\)"),
        ({"edge_index": np.zeros((2, 2))}, "data.edge_index has shape"),
        ({"edge_index": [[0], [3]]}, r"\[0, 3\)"),
        ({"edge_weight": [1.0]}, "one number for each column"),
        ({"edge_weight": ["a", "b", "c"]}, "data.edge_weight holds text: pass real numbers"),
        ({"y": [[0, 1, 0]]}, "labels has shape"),
        ({"x": Tensor([[1.0]], fails=True)}, r"data.x cannot be read .* data.x.float\(\)"),
        ({"x": [[1.0]]}, "labels has 3 entries for 1"),
    ],
)
def test_bad_pyg_is_named(change, message):
    with pytest.raises(InputError, match=message):
        from_pyg(SimpleNamespace(**(DATA | change)))


def test_networkx_says_what_it_read_and_left_out():
    graph = network()
    graph.nodes["z"]["size"] = 3
    assert from_networkx(graph).notes == (
        "labels from node attribute 'label'; features from 'features'",
        "left out: node attributes 'size'",
        "left out: edge attributes 'weight'",
    )
    assert "edge weights from 'weight'" in from_networkx(graph, weight="weight").notes
    for node in graph:
        del graph.nodes[node]["features"]
    assert "the identity matrix" in from_networkx(graph).notes[0]


@pytest.mark.parametrize("missing", [None, float("nan"), ""])
def test_networkx_nodes_without_a_label_stay(missing):
    graph = without("label")
    for part in (graph, network()):
        part.nodes["y"].setdefault("label", missing)
        part.nodes["y"]["label"] = missing
        read = from_networkx(part)
        assert read.is_labeled.tolist() == [True, False, True]
        assert read.num_edges == 2
    assert from_networkx(without("label")).is_labeled.tolist() == [True, False, True]


@pytest.mark.parametrize("weights", [[0.5, 2.0, 1.0], [[0.5], [2.0], [1.0]]])
def test_pyg_edge_attr_of_one_number_is_the_weight(weights):
    graph = from_pyg(SimpleNamespace(**DATA, edge_attr=Tensor(weights)))
    assert graph.adjacency.toarray()[0].tolist() == [0, 2, 1]
    assert graph.notes == ("read y, edge_index, x, edge_attr",)


def test_pyg_says_what_it_left_out():
    more = {"edge_attr": np.ones((3, 4)), "train_mask": np.ones(3, dtype=bool)}
    graph = from_pyg(SimpleNamespace(**DATA, **more))
    assert graph.adjacency.max() == 1
    assert "left out: 'edge_attr', 'train_mask'" in graph.notes

    class Data(SimpleNamespace):
        def keys(self):
            return list(self.__dict__)

    assert from_pyg(Data(**DATA, pos=[1])).notes[-1] == "left out: 'pos'"


@pytest.mark.parametrize(
    ("y", "labeled"),
    [
        ([0, -1, 1], [True, False, True]),
        ([0.0, np.nan, 1.0], [True, False, True]),
        ([1, -1, 1], [True, True, True]),
    ],
)
def test_pyg_minus_one_and_nan_are_no_label(y, labeled):
    graph = from_pyg(SimpleNamespace(**(DATA | {"y": np.array(y)})))
    assert graph.is_labeled.tolist() == labeled
    assert any("no label" in note for note in graph.notes) != all(labeled)


def test_frames_are_put_in_the_order_of_the_features():
    names = ["a", "b", "c"]
    adjacency = pd.DataFrame([[0, 1, 0], [1, 0, 0], [0, 0, 0]], index=names, columns=names)
    features = pd.DataFrame({"x": [3.0, 2.0, 1.0]}, index=["c", "b", "a"])
    labels = pd.Series([0, 1, 2], index=names)
    graph = from_scipy(adjacency, features, labels)
    assert graph.features.tolist() == [[3], [2], [1]]
    assert graph.labels.tolist() == [2, 1, 0]
    assert graph.adjacency.toarray().tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]


def pyg(**changes):
    given = {"edge_index": [[0, 1], [1, 2]], "y": [0, 1, 0], "x": np.eye(3)}
    return SimpleNamespace(**{**given, **changes})


def test_a_masked_label_of_pyg_is_none_and_other_masks_are_told():
    graph = from_pyg(pyg(y=np.ma.masked_array([0, 1, 0], [True, False, False])))
    assert graph.is_labeled.tolist() == [False, True, True]
    hidden = np.ma.masked_array([[0, 1], [1, 2]], [[False, True], [False, False]])
    for change in (
        {"x": np.ma.masked_less(np.eye(3), 1)},
        {"edge_index": hidden},
        {"edge_weight": hidden[0]},
    ):
        with pytest.raises(InputError, match="masked"):
            from_pyg(pyg(**change))


@pytest.mark.parametrize(
    "weights",
    [
        [1 + 1j, 2], ["1", "2"], [b"1", b"2"], [None, 1], [np.nan, 1],
        np.array([1, 2], "M8[D]"), [[1, 2]], [[1, 2], [3, 4]], 3.0,
    ],
)  # fmt: skip
def test_what_is_no_weight_is_never_bent_into_one(weights):
    with pytest.raises(InputError, match=r"data\.edge_weight"):
        from_pyg(pyg(edge_weight=weights))


@pytest.mark.parametrize("weight", ["3", b"3", 3 + 1j, [3], np.datetime64("2000-01-01"), np.nan])
def test_what_is_no_weight_of_networkx_is_named(weight):
    graph = networkx.path_graph(3)
    networkx.set_node_attributes(graph, dict(enumerate("aba")), "label")
    networkx.set_edge_attributes(graph, weight, "w")
    with pytest.raises(InputError, match="edge attribute 'w'"):
        from_networkx(graph, weight="w")


@pytest.mark.parametrize(
    "value",
    [
        ["1", "2"],
        [1j, 0],
        [np.nan, 0],
        np.ma.masked_array([1, 2], [True, False]),
        [None, 1],
        [2**60 + 1, 0],
    ],
)
def test_what_is_no_vector_of_a_node_is_named_with_the_node(value):
    graph = networkx.path_graph(3)
    networkx.set_node_attributes(graph, dict(enumerate("aba")), "label")
    networkx.set_node_attributes(graph, {0: [1, 2], 1: value, 2: [1, 2]}, "features")
    with pytest.raises(InputError, match="attribute 'features' of node 1"):
        from_networkx(graph)


def test_vectors_of_nodes_are_aligned_by_their_names():
    graph = networkx.path_graph(2)
    networkx.set_node_attributes(graph, {0: "a", 1: "b"}, "label")
    vectors = {0: pd.Series([1, 2], ["x", "y"]), 1: pd.Series([4, 3], ["y", "x"])}
    networkx.set_node_attributes(graph, vectors, "features")
    assert from_networkx(graph).features.tolist() == [[1, 2], [3, 4]]
