import numpy as np
import pytest

from labelcert._errors import InputError
from labelcert.data import Graph
from labelcert.data.npz import save_npz
from labelcert.data.open_path import open_path


@pytest.fixture
def folder(tmp_path):
    save_npz(Graph(np.ones((2, 3)), [[0, 1], [1, 0]], [0, 1]), tmp_path / "g.npz")
    np.savez(tmp_path / "y.npz", y=[0, 1], features=np.ones((2, 3)))
    (tmp_path / "t.csv").write_text("id,a,note,label,kind\n1,0.5,n,0,5\n2,1.5,n,1,6\n")
    (tmp_path / "e.csv").write_text("source,target\n1,2\n")
    return tmp_path


def test_by_suffix(folder):
    assert open_path(folder / "g.npz").num_edges == 1
    assert open_path(folder / "y.npz", label="y").num_features == 3
    table = open_path(str(folder / "t.csv"), drop=["note"])
    assert (table.num_edges, table.num_features) == (0, 2)
    nodes = open_path(folder / "t.csv", edges=folder / "e.csv", label="kind", drop=["note"])
    assert (nodes.num_edges, nodes.num_features) == (1, 2)
    assert nodes.labels.tolist() == ["5", "6"]
    assert table.node_ids.tolist() == nodes.node_ids.tolist() == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("t.xlsx", {}, r"suffix '.xlsx': pass a file with one of .npz, .csv"),
        ("t", {}, "suffix ''"),
        ("g.npz", {"edges": "e.csv"}, "tables only"),
        ("g.npz", {"drop": ["a"]}, "tables only"),
        ("missing.npz", {}, "is no file"),
        ("missing.csv", {}, "is no file"),
    ],
)
def test_what_does_not_go_together_is_named(folder, name, options, message):
    with pytest.raises(InputError, match=message):
        open_path(folder / name, **options)
