"""Ids of nodes: read from tables, kept through every cut, and what files call nodes by."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import labelcert as lc
from labelcert._errors import InputError
from labelcert.data.cuts import kept_nodes
from labelcert.data.node_ids import numbers_of
from labelcert.data.node_values import read_node_list, values_of_file, whole_number

NODES = pd.DataFrame(
    {
        "id": ["n7", "007", "x", "y", "z"],
        "label": ["a", "b", "a", "b", "c"],
        "size": [1.0, 2.0, 3.0, 4.0, 5.0],
    }
)
EDGES = pd.DataFrame({"source": ["n7", "x", "y"], "target": ["007", "007", "z"]})


def graph() -> lc.datasets.Graph:
    return lc.datasets.from_edge_list(EDGES, NODES)


def test_ids_of_tables():
    assert graph().node_ids.tolist() == ["n7", "007", "x", "y", "z"]
    table = lc.datasets.from_table(NODES, id="id")
    assert table.node_ids.tolist() == ["n7", "007", "x", "y", "z"]
    assert table.num_features == 1
    assert lc.datasets.from_table(NODES, drop=["id"]).node_ids is None
    numbers = NODES.assign(id=[10.0, 20.0, 30.0, 40.0, 50.0])
    assert lc.datasets.from_table(numbers, id="id").node_ids.tolist()[0] == "10"
    assert lc.datasets.load("karate").node_ids is None


def test_ids_stay_with_their_nodes(tmp_path):
    whole = graph()
    assert whole.subgraph([3, 0]).node_ids.tolist() == ["y", "n7"]
    cut = whole.two_largest_classes().largest_component()
    left = kept_nodes(whole, binary=True, largest_component=True)
    assert cut.node_ids.tolist() == whole.node_ids[left].tolist() == ["n7", "007", "x"]
    path = lc.datasets.save_npz(whole, tmp_path / "g.npz")
    assert lc.datasets.from_npz(path).node_ids.tolist() == whole.node_ids.tolist()


@pytest.mark.parametrize(
    ("ids", "words"),
    [(["a", "b"], "node_ids has 2 entries for 5 nodes"), (["a"] * 5, "names two nodes alike")],
)
def test_bad_ids(ids, words):
    with pytest.raises(InputError, match=words):
        lc.datasets.Graph(np.eye(5), None, [0, 1, 0, 1, 0], node_ids=ids)


def test_a_table_that_repeats_or_lacks_ids():
    with pytest.raises(InputError, match="lists the node 'a' of column 'id' again in row 2"):
        lc.datasets.from_table(NODES.assign(id="a"), id="id")
    for make in (lc.datasets.from_table, lambda t, **o: lc.datasets.from_edge_list(EDGES, t, **o)):
        with pytest.raises(InputError, match="id names the label column 'label'"):
            make(NODES, id="label")
    with pytest.raises(InputError, match="empty cell in column 'id'"):
        lc.datasets.from_table(NODES.assign(id=["a", None, "c", "d", "e"]), id="id")
    with pytest.raises(InputError, match="no column 'key'"):
        lc.datasets.from_table(NODES, id="key")


def test_files_call_nodes_by_id_or_else_by_number(tmp_path):
    assert numbers_of(graph(), ["y", "007"], "f") == {"y": 3, "007": 1}
    karate = lc.datasets.load("karate")
    assert numbers_of(karate, ["3", "007"], "f") == {"3": 3, "007": 7}
    for entries, words in (
        (["3"], "f names the node '3', which the node table does not have: use its ids"),
        (["x", "x"], "f lists node x twice"),
    ):
        with pytest.raises(InputError, match=words):
            numbers_of(graph(), entries, "f")
    with pytest.raises(InputError, match="f lists node 03 twice"):
        numbers_of(karate, ["3", "03"], "f")
    path = tmp_path / "trusted.txt"
    path.write_text("007 # checked\n\ny\n007\n")
    assert read_node_list(path, "trusted") == ["007", "y"]
    costs = tmp_path / "costs.csv"
    costs.write_text("node,cost\n007,5\ny,2\n")
    values = values_of_file(costs, "cost", "costs", as_text=False)
    assert values.of([0, 1, 3], graph(), None) == [None, 5, 2]
    with pytest.raises(InputError, match="names the node 'y': write node numbers"):
        values.of([0], karate, None)


def test_files_may_name_nodes_that_were_cut(tmp_path):
    cut = graph().two_largest_classes().largest_component()
    assert cut.cut_ids == {"y", "z"}
    assert graph().cut_ids == frozenset()
    assert numbers_of(cut, ["z", "x"], "f") == {"x": 2}
    with pytest.raises(InputError, match="'w', which the node table does not have"):
        numbers_of(cut, ["w"], "f")
    costs = tmp_path / "costs.csv"
    costs.write_text("node,cost\nz,9\nn7,4\n")
    values = values_of_file(costs, "cost", "costs", as_text=False)
    assert values.of([0, 1, 2], cut, None) == [4, None, None]


def test_ids_are_text_that_can_be_told_apart():
    def ids_of(ids):
        return lc.datasets.Graph(np.eye(3), None, [0, 1, 0], node_ids=ids).node_ids.tolist()

    assert ids_of([b"a", "b", 3.0]) == ["a", "b", "3"]
    assert ids_of(np.array([0.0, 1.0, 2.5])) == ["0", "1", "2.5"]
    for bad in (
        ["a", None, "b"],
        [np.nan, 1, 2],
        np.ma.masked_array([1, 2, 3], [1, 0, 0]),
        ["a", "a ", "b"],
        ["", "a", "b"],
        [b"\xff", "a", "b"],
        {1, 2, 3},
        "abc",
    ):
        with pytest.raises(InputError, match="node_ids"):
            ids_of(bad)


@pytest.mark.parametrize("entry", ["1_0", "+1", "١", "1.0", "", "9" * 5000])
def test_only_digits_number_a_node(entry):
    graph = lc.datasets.Graph(np.eye(12), None, [0, 1] * 6)
    with pytest.raises(InputError, match="write node numbers") as caught:
        numbers_of(graph, [entry], "the file")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("text", ["0\n1\n1\n0\n", "0\n0\n", "1\n1\n"])
def test_a_file_of_zeros_and_ones_names_no_nodes(tmp_path, text):
    path = tmp_path / "trusted.txt"
    path.write_text(text)
    with pytest.raises(InputError, match="of 0 and 1, as a mask does"):
        read_node_list(path, "trusted")
    path.write_text("1\n0\n")
    assert read_node_list(path, "trusted") == ["1", "0"]


def test_ids_of_bytes_and_large_floats_keep_their_identity():
    nodes = pd.DataFrame({"id": [b"a", b"b"], "label": ["x", "y"]})
    edges = pd.DataFrame({"source": ["a"], "target": ["b"]})
    assert lc.datasets.from_edge_list(edges, nodes).num_edges == 1
    large = pd.DataFrame({"id": [1e20, 2e20], "label": ["x", "y"]})
    assert len(set(lc.datasets.from_edge_list(edges.iloc[:0], large).node_ids.tolist())) == 2


@pytest.mark.parametrize("cost", [True, "1_0", "١", "1e400", "x", None, 1.5])
def test_what_is_no_cost_is_none(cost):
    assert whole_number(cost) is None
