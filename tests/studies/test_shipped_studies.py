"""The studies that come with the package: they read, they expand, and the tour runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labelcert.studies import Settings, Store, expand, load_study, run_study, shipped
from labelcert.studies.shipped import FOLDER
from labelcert.studies.units import count_units

PAPER = {"Cora-MLb", "Citeseerb", "CSBM", "CBA", "Karate", "Polblogs", "Corab"}
EXPECTED = {
    "activations", "appnp-alpha", "architectures", "depth", "graph-density", "homophily",
    "karate-tour", "multiclass", "seed-figure", "skips",
}  # fmt: skip


def test_all_are_there():
    assert set(shipped()) == EXPECTED
    assert all(path.parent == FOLDER for path in shipped().values())


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_reads_and_says_where_its_c_comes_from(name):
    study = load_study(name)
    units = expand(study)
    assert study.spec.name == name
    assert study.spec.title
    assert study.spec.description.strip()
    # Of many classes, as in the paper, sample-wise only.
    assert ("collective" in study.spec.certificates) == (name != "multiclass")
    assert len(units) == count_units(study) > 0
    assert len({unit.key for unit in units}) == len(units)
    assert re.search(r"^# C: ", study.text, re.MULTILINE)
    assert max(map(len, study.text.splitlines())) <= 100


def test_the_evaluation_of_the_paper():
    units = expand(load_study("architectures"))
    assert {unit.dataset for unit in units} == {*PAPER, "WikiCSb", "Chameleonb"}
    assert len({unit.model for unit in units}) == 10
    assert {unit.seed for unit in units} == {0, 1, 2, 3, 4}
    assert len(units) == 9 * 10 * 5
    (gcn,) = [
        unit for unit in units
        if (unit.dataset, unit.model, unit.seed) == ("Cora-MLb", "GCN", 0)
    ]  # fmt: skip
    assert gcn.content["learner"] == {"C": 0.075}
    # The others share its units, where they ask for the same.
    shared = {unit.key for unit in units} & {unit.key for unit in expand(load_study("depth"))}
    assert gcn.key in shared


def test_the_tour_runs(study_of):
    """With fewer labels and one seed, so that a test has the time."""
    text = shipped()["karate-tour"].read_text(encoding="utf-8")
    changes = [("validation: 5", "validation: 1"), ("[0, 1, 2]", "[0]")]
    study = study_of(*changes, text=text, name="tour.yaml")
    finished = run_study(study, Path("tour.db"), Settings(jobs=1))
    assert (finished.total, finished.failures, finished.open) == (6, [], 0)
    with Store.reading(Path("tour.db")) as store:
        for row in store.rows():
            assert row.record["exact_share"] == 1.0
            assert row.record["accuracy"] > 0.5
