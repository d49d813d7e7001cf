import os
import subprocess
import sys

import numpy as np
import pytest

from labelcert._errors import InputError
from labelcert.data import datasets
from labelcert.data.registry import DATASETS
from shared_files import DATA, GOLDENS, needs_data, needs_goldens

CASES = {
    "karate_GCN": "karate",
    "karate_GraphSAGE": "karate",
    "coraml_GCN": "cora_ml",
    "citeseer_SGC": "citeseer",
}


@pytest.fixture(autouse=True)
def shared_folder(monkeypatch):
    monkeypatch.setenv("LABELCERT_DATA_DIR", str(DATA))


@needs_data
@needs_goldens
@pytest.mark.parametrize("case", list(CASES))
def test_binary_graphs_agree_with_the_goldens(case):
    graph = datasets.load(CASES[case], binary=True)
    with np.load(GOLDENS / f"{case}.npz", allow_pickle=False) as golden:
        np.testing.assert_array_equal(graph.labels[golden["index_labeled"]], golden["labels"])
        np.testing.assert_array_equal(graph.labels[golden["index_test"]], golden["test_labels"])
    assert graph.name == CASES[case] + "b"
    assert (np.diff(graph.adjacency.indptr) > 0).all()
    counts = np.bincount(graph.labels)
    assert counts.size == 2


@needs_data
@pytest.mark.parametrize("name", ["cora_ml", "citeseer", "cora", "polblogs", "karate"])
def test_sizes_are_those_described(name):
    graph, info = datasets.load(name), DATASETS[name]
    assert graph.num_nodes == info.nodes
    assert graph.num_edges == info.edges
    assert graph.num_features == info.features
    assert graph.classes.size == info.classes
    assert set(np.unique(graph.adjacency.data)) == {1.0}
    values = graph.features if isinstance(graph.features, np.ndarray) else graph.features.data
    assert set(np.unique(values)) <= {0.0, 1.0}


@needs_data
def test_sizes_of_prepared_graphs():
    assert datasets.load("cora_ml", largest_component=True).num_nodes == 2810
    assert datasets.load("cora", largest_component=True).num_nodes == 2485
    assert datasets.load("citeseer", largest_component=True).num_nodes == 2110
    binary = datasets.load("cora_ml", binary=True)
    component = datasets.load("cora_ml", binary=True, largest_component=True)
    assert component.num_nodes < binary.num_nodes
    assert component.class_names == binary.class_names


def test_karate_calls_mr_hi_one():
    graph = datasets.load("karate", binary=True)
    assert graph.class_names == {0: "Officer", 1: "Mr. Hi"}
    assert graph.labels[0] == 1
    assert np.bincount(graph.labels).tolist() == [17, 17]


@needs_data
def test_the_folder_can_be_passed(monkeypatch, tmp_path):
    monkeypatch.setenv("LABELCERT_DATA_DIR", str(tmp_path))
    assert datasets.load("cora", data_dir=DATA).num_nodes == 2708
    assert list(tmp_path.iterdir()) == []


def test_unknown_name():
    with pytest.raises(InputError, match="no data set"):
        datasets.load("imagenet")


def test_importing_the_room_imports_nothing_heavy():
    heavy = ["pandas", "networkx", "pooch", "sklearn", "pyarrow", "torch", "scipy.sparse.csgraph"]
    program = f"import sys, labelcert.data; print([m for m in {heavy} if m in sys.modules])"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.strip() == "[]"
