import json
from dataclasses import replace

import numpy as np
import pytest

from labelcert._errors import InputError
from labelcert.data import Graph, datasets, registry
from labelcert.data.npz import save_npz
from labelcert.data.sources import read_geom_gcn, read_karate, read_npz, read_wikics

WIKICS = {
    "features": [[0.5, -0.5], [1.0, 2.0], [-1.0, 0.0], [0.0, 0.1]],
    "labels": [3, 1, 3, 1],
    "links": [[1, 1, 0], [0, 2], [], []],
    "train_masks": [[True, False, False, False]],
}
EDGES = "node_id\tnode_id\n0\t1\n1\t0\n2\t1\n1\t1\n"
NODES = "node_id\tfeature\tlabel\n2\t0,0,1\t4\n0\t1,0,2\t3\n1\t0,1,0\t4\n"


def test_karate_is_the_unweighted_club():
    graph = read_karate("karate")
    assert (graph.num_nodes, graph.num_edges) == (34, 78)
    assert graph.adjacency.max() == 1
    assert graph.classes.tolist() == ["Mr. Hi", "Officer"]
    np.testing.assert_array_equal(graph.features.toarray(), np.eye(34))


def test_npz_is_binarised_and_undirected(tmp_path):
    raw = Graph([[0.0, 3.0], [-2.0, 1.0]], [[1, 4.0], [4.0, 0]], [0, 1])
    graph = read_npz("g", save_npz(raw, tmp_path / "g.npz"))
    assert graph.features.tolist() == [[0, 1], [0, 1]]
    assert graph.adjacency.toarray().tolist() == [[0, 1], [1, 0]]


def test_wikics(tmp_path):
    path = tmp_path / "wikics.json"
    path.write_text(json.dumps(WIKICS))
    graph = read_wikics("wikics", path)
    expected = [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert graph.adjacency.toarray().tolist() == expected
    assert graph.features.tolist() == WIKICS["features"]
    assert graph.labels.tolist() == WIKICS["labels"]


def test_geom_gcn_sorts_the_nodes(tmp_path):
    (tmp_path / "e.txt").write_text(EDGES)
    (tmp_path / "n.txt").write_text(NODES)
    graph = read_geom_gcn("chameleon", tmp_path / "e.txt", tmp_path / "n.txt")
    assert graph.labels.tolist() == [3, 4, 4]
    assert graph.features.toarray().tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 1]]
    assert graph.adjacency.toarray().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1, 2]",
        "{}",
        json.dumps(WIKICS)[:-9],
        json.dumps(WIKICS | {"links": [[9], [], [], []]}),
        json.dumps(WIKICS | {"links": [[-1], [], [], []]}),
        json.dumps(WIKICS | {"links": [[0]]}),
        json.dumps(WIKICS | {"links": 5}),
        json.dumps(WIKICS | {"labels": ["a"]}),
        json.dumps(WIKICS | {"features": [[1.0], [1.0, 2.0], [], []]}),
    ],
)
def test_damaged_wikics_is_named(tmp_path, text):
    path = tmp_path / "wikics.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"wikics.json' is damaged .* delete it"):
        read_wikics("wikics", path)


@pytest.mark.parametrize(
    ("edges", "nodes"),
    [
        ("", ""),
        (EDGES, NODES.splitlines()[0]),
        (EDGES, NODES.replace("2\t0", "5\t0")),
        (EDGES, NODES.replace("0,0,1", "0,0")),
        (EDGES, NODES.replace("0,0,1", "0,x,1")),
        (EDGES, NODES.replace("\t4", "")),
        (EDGES + "9\t0\n", NODES),
        (EDGES + "1\n", NODES),
        (EDGES + "one\ttwo\n", NODES),
    ],
)
def test_damaged_geom_gcn_is_named(tmp_path, edges, nodes):
    (tmp_path / "e.txt").write_text(edges)
    (tmp_path / "n.txt").write_text(nodes)
    with pytest.raises(InputError, match=r"txt' is damaged .* delete it"):
        read_geom_gcn("chameleon", tmp_path / "e.txt", tmp_path / "n.txt")


def test_a_file_without_digest_must_have_the_right_size(tmp_path, monkeypatch):
    (tmp_path / "wikics.json").write_text(json.dumps(WIKICS))
    with pytest.raises(InputError, match="has 4 nodes instead of 11701"):
        datasets.load("wikics", data_dir=tmp_path)
    small = replace(registry.DATASETS["wikics"], nodes=4)
    monkeypatch.setitem(registry.DATASETS, "wikics", small)
    graph = datasets.load("WikiCS", data_dir=tmp_path, binary=True)
    assert graph.class_names == {0: 3, 1: 1}
    assert graph.labels.tolist() == [0, 1, 0]
