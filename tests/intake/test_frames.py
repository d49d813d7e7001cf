"""pandas objects with the same names are put in one order; with other names they are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import labelcert as lc
from labelcert._errors import InputError
from labelcert.intake.frames import aligned_nodes, in_order_of, square_frame

NAMES = list("hcbf")
GRAM = np.arange(16.0).reshape(4, 4) + np.arange(16.0).reshape(4, 4).T


def frame(names=NAMES):
    return pd.DataFrame(GRAM, NAMES, NAMES).loc[names, names]


def test_columns_follow_the_rows():
    mixed = frame()[sorted(NAMES)]
    square, names = square_frame(mixed, "gram")
    assert square.to_numpy().tolist() == GRAM.tolist()
    assert names.index.tolist() == NAMES
    with pytest.raises(InputError, match="gram's columns has no entry named 'h', which gram has"):
        square_frame(pd.DataFrame(GRAM, NAMES, list("xyzw")), "gram")


def test_names_of_one_axis_are_those_of_both():
    for given in (pd.DataFrame(GRAM, columns=NAMES), pd.DataFrame(GRAM, index=NAMES)):
        square, names = square_frame(given, "gram")
        assert square.to_numpy().tolist() == GRAM.tolist()
        assert names.index.tolist() == NAMES


def test_entries_follow_the_names_that_are_known():
    _, known = square_frame(frame(), "gram")
    labels = pd.Series([0, 1, 2, 3], NAMES)
    ordered, _ = in_order_of(labels.sort_index(), "labels", known)
    assert ordered.tolist() == [0, 1, 2, 3]
    cross = pd.DataFrame(GRAM[:2], list("vw"), NAMES)
    ordered, _ = in_order_of(cross[sorted(NAMES)], "cross", known, axis=1)
    assert ordered.to_numpy().tolist() == GRAM[:2].tolist()
    integers = pd.Series([0, 1, 2], [30, 10, 20])
    _, known = in_order_of(integers, "labels", None)
    assert in_order_of(integers.sort_index(), "costs", known)[0].tolist() == [0, 1, 2]


def test_what_has_no_names_is_left_as_it_is():
    _, known = square_frame(frame(), "gram")
    for values in ([3, 2, 1, 0], np.arange(4), pd.Series([3, 2, 1, 0])):
        assert in_order_of(values, "labels", known)[0] is values
    _, none = square_frame(pd.DataFrame(GRAM), "gram")
    assert none.numbered
    cut = pd.Series([0, 1, 2, 3], [5, 2, 9, 7])  # the index of a larger table that was cut
    assert in_order_of(cut, "labels", none)[0] is cut


def test_numbers_in_another_order_against_no_names_are_refused():
    _, none = square_frame(pd.DataFrame(GRAM), "gram")
    shuffled = pd.Series([0, 1, 2, 3], [2, 0, 1, 3])
    with pytest.raises(InputError, match=r"labels numbers its entries 2, 0, … and gram 0, 1, …"):
        in_order_of(shuffled, "labels", none)
    _, known = in_order_of(shuffled, "labels", None)
    with pytest.raises(InputError, match="their order is not known"):
        in_order_of(pd.Series([1, 1, 2, 1]), "costs", known)


def test_other_names_and_names_that_come_twice_are_refused():
    _, known = square_frame(frame(), "gram")
    with pytest.raises(InputError, match="labels has no entry named 'f'"):
        in_order_of(pd.Series([0, 1, 2, 3], list("hcbx")), "labels", known)
    with pytest.raises(InputError, match="has no entry named 'h'"):
        in_order_of(pd.Series([0, 1, 2, 3], [1, 2, 3, 4]), "labels", known)
    with pytest.raises(InputError, match="labels has a name twice"):
        in_order_of(pd.Series([0, 1, 2, 3], list("hhcb")), "labels", known)
    twice = pd.Series([0, 1, 2, 3], list("hhcb"))
    _, known = in_order_of(twice, "labels", None)
    assert in_order_of(twice, "costs", known)[0] is twice


def test_another_order_is_refused_where_nothing_tells_which_is_meant():
    cross = pd.DataFrame(GRAM, columns=NAMES)
    _, known = in_order_of(cross, "cross's columns", None, axis=1)
    labels = pd.Series([0, 1, 2, 3], sorted(NAMES))
    with pytest.raises(InputError, match="labels has the names of cross's columns in another"):
        in_order_of(labels, "labels", known, reorder=False)


def test_the_parts_of_a_graph_follow_its_features():
    features = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]}, NAMES)
    adjacency = frame(sorted(NAMES))
    labels = pd.Series([0, 1, 0, 1], NAMES).sort_index()
    edges, rows, classes = aligned_nodes(adjacency, features, labels)
    assert edges.to_numpy().tolist() == GRAM.tolist()
    assert rows is features
    assert classes.tolist() == [0, 1, 0, 1]
    columns_only = pd.DataFrame(adjacency.to_numpy(), columns=adjacency.columns)
    edges, _, _ = aligned_nodes(columns_only, features, labels)
    assert edges.to_numpy().tolist() == GRAM.tolist()
    with pytest.raises(InputError, match="in another order"):
        aligned_nodes(adjacency, features.to_numpy(), labels.loc[NAMES])
    with pytest.raises(InputError, match="labels has no entry named 'h'"):
        aligned_nodes(None, features, pd.Series([0, 1, 0, 1], list("abcd")))


@pytest.mark.parametrize("kind", [int, float, str, object])
def test_numbers_in_another_order_are_told_whatever_they_are_written_as(kind):
    index = pd.Index([2, 0, 3, 1], dtype="int64").astype(kind)
    labels = pd.Series([0, 1, 0, 1], index)
    _, numbered = square_frame(pd.DataFrame(GRAM), "gram")
    with pytest.raises(InputError, match=r"labels numbers its entries 2(.0)?, 0(.0)?, … and gram"):
        in_order_of(labels, "labels", numbered)


@pytest.mark.parametrize(
    "names", [[0.0, 1.0, 2.0, 3.0], ["0", "1", "2", "3"], ["00", "1", "3", "2"]]
)
def test_numbers_in_their_own_order_and_other_names_are_taken(names):
    labels = pd.Series([0, 1, 0, 1], names)
    _, numbered = square_frame(pd.DataFrame(GRAM), "gram")
    assert in_order_of(labels, "labels", numbered)[0] is labels


@pytest.mark.parametrize("dtype", [bool, "boolean", object])
def test_a_mask_numbered_in_another_order_means_no_known_nodes(dtype):
    mask = pd.Series([True, False, False], [2, 0, 1], dtype=dtype)
    graph = lc.datasets.Graph(np.eye(3), None, [0, 1, 0])
    for use in (graph.subgraph, lambda m: lc.kernels.MLP()(graph, m)):
        with pytest.raises(InputError, match="numbers its entries 2, 0, …, so which points are"):
            use(mask)
    assert graph.subgraph(mask.sort_index()).features.tolist() == [[0, 0, 1]]
    assert graph.subgraph(mask.to_numpy()).features.tolist() == [[1, 0, 0]]


def test_ids_of_nodes_follow_the_names_of_the_features():
    features = pd.DataFrame(np.eye(3), ["a", "b", "c"])
    ids = pd.Series(["C", "A", "B"], ["c", "a", "b"])
    assert lc.datasets.Graph(features, None, [0, 1, 0], node_ids=ids).node_ids.tolist() == [*"ABC"]
