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
        (EDGES, NODES.assign(x="red"), "column 'x' is not numeric"),
        (EDGES, NODES.assign(id=["p", "q", "p"]), "node 'p' of column 'id' again in row 3"),
        (EDGES, NODES.assign(id=["p", None, "r"]), "empty cell in column 'id', row 2"),
        (EDGES, NODES.iloc[:2], "node 'r' in column 'source', row 2, which the node table"),
        (EDGES, NODES.iloc[:0], "has no rows"),
        (pd.concat([EDGES, EDGES]), NODES, "an edge again in row 3"),
        (EDGES.assign(weight="heavy"), NODES, "column 'weight', row 1: 'heavy' is no number"),
        (EDGES.assign(weight=[1.0, None]), NODES, "empty cell in column 'weight', row 2"),
        (EDGES.assign(weight=[1.0, -1.0]), NODES, "negative"),
        (EDGES.assign(weight=[1.0, np.inf]), NODES, "row 2: inf is no finite number"),
        ("missing.csv", NODES, "edges 'missing.csv' is no file"),
        (EDGES, "missing.csv", "nodes 'missing.csv' is no file"),
    ],
)
def test_bad_tables_are_named(edges, nodes, message):
    with pytest.raises(InputError, match=message):
        from_edge_list(edges, nodes)


@pytest.mark.parametrize("name", ["weight", "Weight", "weights", "WEIGHTS", "edge_weight"])
def test_weights_under_usual_names_are_read_and_told(name):
    graph = from_edge_list(EDGES.assign(**{name: [0.5, 2.0]}), NODES)
    assert graph.adjacency.max() == 2
    assert f"edge weights from column {name!r}" in graph.notes


def test_a_named_column_that_is_nowhere_is_an_error():
    edges = EDGES.assign(weight=[0.5, 2.0])
    for options, words in (
        ({"weight": "wieght"}, "no column 'wieght'.*did you mean 'weight'"),
        ({"source": "src"}, "edges has no column 'src'"),
        ({"label": "Label"}, "did you mean 'label'. Pass label='label'"),
        ({"id": "key"}, "no column 'key'"),
        ({"keep": ["z"]}, "no column 'z'"),
    ):
        with pytest.raises(InputError, match=words):
            from_edge_list(edges, NODES, **options)


def test_columns_of_the_edge_table_that_are_not_used_are_told():
    graph = from_edge_list(EDGES.assign(wieght=2.0, since=[1, 2]), NODES)
    assert graph.adjacency.max() == 1
    assert "left out of the edge table: 'wieght', 'since'" in graph.notes
    assert not any("edge" in note for note in from_edge_list(EDGES, NODES).notes)


def test_ends_may_be_spelt_in_capitals(tmp_path):
    (tmp_path / "n.csv").write_text("id,label\n07,a\n7,b\n")
    (tmp_path / "e.csv").write_text("Source;Target;Weight\n07;7;0,5\n")
    graph = from_edge_list(tmp_path / "e.csv", tmp_path / "n.csv")
    assert graph.adjacency.toarray().tolist() == [[0, 0.5], [0.5, 0]]
    assert "edges: cells are separated by semicolons" in "; ".join(graph.notes)


def test_an_edge_table_with_a_column_twice_is_refused(tmp_path):
    (tmp_path / "e.csv").write_text("source,target,weight,weight\np,q,1,50\n")
    with pytest.raises(InputError, match="two columns named 'weight'"):
        from_edge_list(tmp_path / "e.csv", NODES)


def test_nodes_without_a_label_keep_their_edges(tmp_path):
    (tmp_path / "n.csv").write_text("id,label,x\np,a,1\nq,,2\nr,b,3\n")
    graph = from_edge_list(EDGES, tmp_path / "n.csv")
    assert graph.num_edges == 2
    assert graph.is_labeled.tolist() == [True, False, True]
    assert "1 of 3 nodes have no label: they are neither labeled nor tested" in graph.notes


def test_an_index_column_is_no_feature_and_no_features_are_told(tmp_path):
    pd.DataFrame({"id": ["p", "q", "r"], "label": [0, 1, 0]}).to_csv(tmp_path / "n.csv")
    graph = from_edge_list(EDGES, tmp_path / "n.csv")
    np.testing.assert_array_equal(graph.features.toarray(), np.eye(3))
    told = "; ".join(graph.notes)
    assert "left out: 'Unnamed: 0' (no name)" in told
    assert "no features: the identity matrix" in told


def test_levels_of_an_index_name_nodes_and_ends(tmp_path):
    NODES.set_index("id").to_parquet(tmp_path / "n.parquet")
    EDGES.set_index("source").to_parquet(tmp_path / "e.parquet")
    graph = from_edge_list(tmp_path / "e.parquet", tmp_path / "n.parquet")
    assert graph.node_ids.tolist() == ["p", "q", "r"]
    assert graph.num_edges == 2
    assert (
        from_edge_list(EDGES.set_index(["source", "target"]), NODES.set_index("id")).num_edges == 2
    )


def test_blanks_around_cells_name_the_same_nodes(tmp_path):
    (tmp_path / "e.csv").write_text("source, target\np, q\nr, q\n")
    graph = from_edge_list(tmp_path / "e.csv", NODES)
    assert graph.num_edges == 2
    assert "edges: blanks around the cells of column 'target' were removed" in graph.notes
