import re

import numpy as np
import pytest

from labelcert._errors import InputError
from labelcert.data import datasets
from labelcert.data.registry import DATASETS, find
from shared_files import DATA, needs_data


@pytest.mark.parametrize("name", ["cora_ml", "Cora-ML", " CORA_ML "])
def test_spelling_is_forgiven(name):
    assert find(name).name == "cora_ml"


def test_an_unknown_name_gets_the_list_and_the_closest():
    with pytest.raises(InputError, match="did you mean 'citeseer'") as caught:
        find("citeser")
    assert all(name in str(caught.value) for name in DATASETS)
    with pytest.raises(InputError, match=r"'zzzz' is no data set: choose one of karate, cora_ml"):
        find("zzzz")
    with pytest.raises(InputError, match="name is of type int"):
        find(3)


def test_names_and_descriptions():
    assert datasets.names() == tuple(DATASETS)
    assert [info.name for info in datasets.describe() if not info.needs_download] == ["karate"]
    for info in datasets.describe():
        for file in info.files:
            assert file.url is None or file.url.startswith("https://")
            assert file.url or file.sha256  # what nobody publishes is known by its digest
            assert file.sha256 is None or re.fullmatch("[0-9a-f]{64}", file.sha256)


@needs_data
def test_digests_are_those_published():
    lines = (DATA / "SHA256SUMS").read_text().split("\n")
    published = {name: digest for digest, name in (line.split() for line in lines if line)}
    files = [file for info in DATASETS.values() for file in info.files]
    known = {f.filename: f.sha256 for f in files if f.sha256 is not None}
    both = known.keys() & published.keys()
    assert {"cora_ml.npz", "citeseer.npz", "cora.npz", "polblogs.npz"} <= both
    assert {name: known[name] for name in both} == {name: published[name] for name in both}


@needs_data
def test_spam_is_the_table_of_mails():
    graph = datasets.load("spam", data_dir=DATA)
    assert (graph.num_nodes, graph.num_edges, graph.num_features) == (6046, 0, 384)
    assert (np.sum(graph.labels == "ham"), np.sum(graph.labels == "spam")) == (4150, 1896)
    np.testing.assert_allclose(np.linalg.norm(graph.features, axis=1), 1.0, atol=1e-6)
    assert graph.node_ids[0] == "easy-ham-1/00001"


def test_a_file_that_nobody_publishes_is_asked_for_and_checked(tmp_path):
    with pytest.raises(InputError, match="published nowhere as one file: put it into") as caught:
        datasets.load("spam", data_dir=tmp_path)
    assert str(tmp_path) in str(caught.value)
    (tmp_path / "spam_assassin_minilm.parquet").write_bytes(b"PAR1 something else")
    with pytest.raises(InputError, match="SHA-256 differs"):
        datasets.load("spam", data_dir=tmp_path)
