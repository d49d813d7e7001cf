import numpy as np
import pandas as pd
import pytest

from labelcert._errors import InputError
from labelcert.data.edge_list import from_edge_list

NODES = pd.DataFrame({"id": ["p", "q", "r"], "label": [0, 1, 0], "x": [1, 2, 3]})
EDGES = pd.DataFrame({"source": ["p", "r"], "target": ["q", "q"]})


def test_frames():
    graph = from_edge_list(EDGES, NODES)
    assert graph.adjacency.toarray().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    assert graph.features.tolist() == [[1], [2], [3]]
    assert graph.labels.tolist() == [0, 1, 0]


def test_csv_files_with_leading_zeros(tmp_path):
    (tmp_path / "n.csv").write_text("id,label\n007,a\n7,b\n")
    (tmp_path / "e.csv").write_text("source,target,weight\n007,7,0.5\n")
    graph = from_edge_list(tmp_path / "e.csv", tmp_path / "n.csv")
    assert graph.adjacency.toarray().tolist() == [[0, 0.5], [0.5, 0]]
    np.testing.assert_array_equal(graph.features.toarray(), np.eye(2))
    assert graph.name == "n"


def test_numbers_and_text_name_the_same_nodes(tmp_path):
    nodes = pd.DataFrame({"id": [10, 20], "label": [0, 1]})
    nodes.to_parquet(tmp_path / "n.parquet")
    for ends in (["10", "20"], [10.0, 20.0]):
        edges = pd.DataFrame({"source": ends[:1], "target": ends[1:]})
        assert from_edge_list(edges, tmp_path / "n.parquet").num_edges == 1


def test_directions():
    both = pd.DataFrame({"source": ["p", "q"], "target": ["q", "p"], "weight": [1.0, 3.0]})
    assert from_edge_list(both, NODES).adjacency.toarray()[0, 1] == 3
    with pytest.raises(InputError, match="not symmetric"):
        from_edge_list(both, NODES, symmetrize=False)
    both["weight"] = 2.0
    assert from_edge_list(both, NODES, symmetrize=False).num_edges == 1


def test_other_column_names_and_no_edges():
    nodes = NODES.rename(columns={"id": "who", "label": "side"}).assign(note="text")
    edges = EDGES.rename(columns={"source": "a", "target": "b"}).assign(when="today")
    graph = from_edge_list(
        edges, nodes, id="who", label="side", source="a", target="b", drop=["note"]
    )
    assert (graph.num_edges, graph.num_features) == (2, 1)
    assert from_edge_list(EDGES.iloc[:0], NODES).num_edges == 0


@pytest.mark.parametrize(
    ("edges", "nodes", "message"),
    [
        (EDGES.drop(columns="target"), NODES, "edges has no column 'target'"),
        (EDGES, NODES.drop(columns="id"), "nodes has no column 'id'"),
        (EDGES, NODES.drop(columns="label"), "nodes has no column 'label'"),
        (EDGES, NODES.assign(x="red"), "'x', which is not numeric"),
        (EDGES, NODES.assign(id=["p", "q", "p"]), "node 'p' of column 'id' again in row 3"),
        (EDGES, NODES.assign(id=["p", None, "r"]), "empty cell in column 'id', row 2"),
        (EDGES, NODES.iloc[:2], "node 'r' in column 'source', row 2, which the node table"),
        (EDGES, NODES.iloc[:0], "has no rows"),
        (pd.concat([EDGES, EDGES]), NODES, "an edge again in row 3"),
        (EDGES.assign(weight="heavy"), NODES, "weights that are not numbers"),
        (EDGES.assign(weight=[1.0, None]), NODES, "empty cell in column 'weight', row 2"),
        (EDGES.assign(weight=[1.0, -1.0]), NODES, "negative"),
        (EDGES.assign(weight=[1.0, np.inf]), NODES, "infinite"),
        ("missing.csv", NODES, "edges 'missing.csv' is no file"),
        (EDGES, "missing.csv", "nodes 'missing.csv' is no file"),
    ],
)
def test_bad_tables_are_named(edges, nodes, message):
    with pytest.raises(InputError, match=message):
        from_edge_list(edges, nodes)
