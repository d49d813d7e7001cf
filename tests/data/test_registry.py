import re

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
            assert file.url.startswith("https://")
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
