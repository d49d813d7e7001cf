import numpy as np
import pandas as pd
import pytest

from labelcert._errors import InputError
from labelcert.data import Graph, split
from labelcert.data.cuts import cut_graph, kept_nodes
from labelcert.data.no_label import is_labeled, with_placeholders
from labelcert.data.npz import from_npz, save_npz
from labelcert.intake.labels import as_labels as strict


@pytest.mark.parametrize(
    "given",
    [
        [3, 1, 3],
        np.array([3, 1, 3], dtype=np.int8),
        np.array([3, 1, 3], dtype=np.uint64),
        np.array([3.0, 1.0, 3.0], dtype=np.float32),
        np.array([3, 1, 3], dtype=object),
        pd.Series([3, 1, 3], dtype="Int64"),
    ],
)
def test_whole_numbers_become_int64(given):
    labels = with_placeholders(given)
    assert labels.dtype == np.int64
    assert labels.tolist() == [3, 1, 3]


def test_booleans_become_zero_and_one():
    assert with_placeholders([True, False]).tolist() == [1, 0]
    assert with_placeholders(np.array([True, False], dtype=object)).dtype == np.int64


@pytest.mark.parametrize(
    "given",
    [
        ["a", "bü"],
        np.array(["a", "bü"], dtype=object),
        np.array([b"a", "bü".encode()]),
        pd.Series(["a", "bü"]),
        pd.Series(["a", "bü"], dtype="category"),
    ],
)
def test_text_becomes_numpy_unicode(given):
    labels = with_placeholders(given)
    assert labels.dtype.kind == "U"
    assert labels.tolist() == ["a", "bü"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([0.5, 1.0], "fraction"),
        ([np.nan, np.nan], "no label at all"),
        (["", None], "no label at all"),
        ([np.inf, 1.0], "infinite"),
        ([1e30, 1.0], "stands for several integers"),
        ([[0], [1]], "nested"),
        (0, "single value"),
        ([], "no label at all"),
        (np.array(["a", 1], dtype=object), "mixes types"),
        (np.array([2**80, 1], dtype=object), "beyond 64 bits"),
        ([2**63, None], "renumber the classes"),
        ([1j, 2j], "complex"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "datetime64"),
        ([[1, 2], [3]], "nested"),
        (np.array([b"\xff"]), "UTF-8"),
    ],
)
def test_what_is_no_label_is_named(given, message):
    with pytest.raises(InputError, match=message) as caught:
        with_placeholders(given)
    assert "labels" in str(caught.value)


def test_length_is_checked():
    with pytest.raises(InputError, match="2 entries for 3 nodes"):
        with_placeholders([0, 1], 3)


@pytest.mark.parametrize("gone", [None, float("nan"), np.nan, pd.NA, pd.NaT, np.ma.masked])
def test_what_is_missing_is_no_class(gone):
    for labels, classes in (([1, gone, 0], [1, 0]), (["a", gone, "b"], ["a", "b"])):
        read = with_placeholders(labels)
        assert is_labeled(read).tolist() == [True, False, True]
        assert read[[0, 2]].tolist() == classes
        assert with_placeholders(read).tolist() == read.tolist()
        with pytest.raises(InputError, match=r"missing value|holds the text ''"):
            strict(read)


def test_masked_and_blank_labels_are_no_class():
    masked = np.ma.masked_array([3, 4, 5], [False, True, False])
    assert is_labeled(with_placeholders(masked)).tolist() == [True, False, True]
    assert is_labeled(with_placeholders(["a", "", "  "])).tolist() == [True, False, False]


def partly(labels=("a", None, "b", "a", None, "b", "c")) -> Graph:
    n = len(labels)
    ring = np.eye(n, k=1) + np.eye(n, k=-1)
    return Graph(np.arange(2.0 * n).reshape(n, 2), ring, list(labels), notes=("read so",))


def test_nodes_without_a_label_stay_in_the_graph():
    graph = partly()
    assert (graph.num_nodes, graph.num_edges) == (7, 6)
    assert graph.classes.tolist() == ["a", "b", "c"]
    assert graph.is_labeled.tolist() == [True, False, True, True, False, True, True]
    assert graph.labels.dtype.kind == "U"
    assert partly([5, None, 7]).labels.dtype == np.int64
    assert repr(graph).endswith("3 classes, 2 without a label)")


@pytest.mark.parametrize("names", [("x", "y"), (0, 1), (-1, 1)])
def test_no_split_labels_or_tests_a_node_without_a_label(names):
    labels = [None, *names, None] * 6
    graph = Graph(np.ones((24, 1)), None, labels)
    for given in (graph.labels, labels):
        parts = split(given, per_class=2, seed=1)
        assert graph.is_labeled[parts.labeled].all()
        assert graph.is_labeled[parts.test].all()
        assert parts.labeled.size + parts.test.size == 12
    assert set(graph.labels[parts.labeled].tolist()) == set(names)
    with pytest.raises(InputError, match="class 0, which has 6"):
        split(Graph(np.ones((24, 1)), None, [None, 0, 1, None] * 6).labels, per_class=4)


def test_cuts_keep_nodes_without_a_label():
    graph = partly()
    two = graph.two_largest_classes()
    assert two.class_names == {0: "b", 1: "a"}
    assert two.num_nodes == 6
    assert two.is_labeled.tolist() == [True, False, True, True, False, True]
    assert two.labels[two.is_labeled].tolist() == [1, 0, 1, 0]
    assert two.notes == ("read so",)
    part = graph.subgraph([1, 0])
    assert part.is_labeled.tolist() == [False, True]
    assert graph.largest_component().num_nodes == 7
    cut = {"binary": False, "largest_component": True, "drop_classes": ("b",)}
    assert kept_nodes(graph, **cut).tolist() == [0, 1]
    assert cut_graph(graph, **cut).classes.tolist() == ["a"]


def test_a_class_can_be_left_out():
    graph = partly()
    assert graph.without_classes(["c"]).classes.tolist() == ["a", "b"]
    assert graph.without_classes("c").num_nodes == 6
    assert graph.without_classes(["c"]).is_labeled.sum() == 4
    numbers = Graph(np.ones((3, 1)), None, [0, 7, 10])
    assert numbers.without_classes(["7", 10]).classes.tolist() == [0]
    with pytest.raises(InputError, match=r"class 'C' cannot be left out.*did you mean 'c'"):
        graph.without_classes(["C"])
    with pytest.raises(InputError, match="all classes"):
        graph.without_classes(["a", "b", "c"])


@pytest.mark.parametrize("labels", [["a", None, "b"], [0, None, 1], [-1, 0, 1], [-1, None, 4]])
def test_a_saved_graph_keeps_which_nodes_have_a_label(tmp_path, labels):
    graph = Graph(np.ones((3, 1)), None, labels)
    again = from_npz(save_npz(graph, tmp_path / "g.npz"))
    assert again.labels.tolist() == graph.labels.tolist()
    assert again.is_labeled.tolist() == [label is not None for label in labels]


def test_minus_one_in_a_file_is_no_label_beside_two_other_classes(tmp_path):
    def read(**arrays):
        np.savez(tmp_path / "g.npz", features=np.ones((4, 1)), **arrays)
        return from_npz(tmp_path / "g.npz")

    graph = read(labels=[0, -1, 1, -1])
    assert graph.classes.tolist() == [0, 1]
    assert any("2 of 4 nodes have no label (−1)" in note for note in graph.notes)
    assert read(labels=[1, -1, 1, -1]).classes.tolist() == [-1, 1]
    assert read(labels=[1, -1, -2, -1]).classes.tolist() == [-2, -1, 1]
    assert read(labels=[0, -1, 1, -1], labeled=[True] * 4).classes.tolist() == [-1, 0, 1]
    assert read(labels=[0, -1, 1, -1], labeled=[True, True, False, True]).classes.size == 2
    with pytest.raises(InputError, match="'labeled' has shape"):
        read(labels=[0, 1, 0, 1], labeled=[True, False])
    for floats in ([0.0, np.nan, 1.0, np.nan], [0.0, -1.0, 1.0, -1.0]):
        assert read(labels=floats).classes.tolist() == [0, 1]
