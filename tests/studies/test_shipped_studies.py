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
    "karate-tour", "multiclass", "published-citeseer", "published-cora-ml", "published-csbm",
    "seed-figure", "skips",
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
    # Of many classes, as in the paper, and of 40 labels sample-wise only.
    alone = name in ("multiclass", "published-csbm", "homophily", "graph-density")
    assert ("collective" in study.spec.certificates) != alone
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


PUBLISHED = {
    "published-cora-ml": {
        "GCN": 0.075, "SGC": 0.075, "GCN symmetric": 0.075, "SGC symmetric": 0.05, "MLP": 0.025,
        "APPNP": 0.5, "GIN": 0.025, "GraphSAGE": 0.0075, "GCN skip-α": 0.1, "GCN skip-PC": 0.075,
        "GCN depth 2": 0.05, "GCN depth 4": 0.1,
    },
    "published-citeseer": {
        "GCN": 0.75, "SGC": 2.5, "GCN symmetric": 0.1, "SGC symmetric": 1, "MLP": 0.025,
        "APPNP": 0.5, "GIN": 0.005, "GraphSAGE": 0.025, "GCN skip-α": 0.25, "GCN skip-PC": 0.075,
    },
}  # fmt: skip
ALPHA = {"published-cora-ml": (0.0, 0.1), "published-citeseer": (0.2, 0.3)}


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_published_settings_are_those_of_the_published_files(name):
    units = [unit for unit in expand(load_study(name)) if unit.seed == 0]
    assert {unit.model: unit.content["learner"]["C"] for unit in units} == PUBLISHED[name]
    parameters = {unit.model: unit.content["model"]["parameters"] for unit in units}
    assert (parameters["APPNP"]["alpha"], parameters["GCN skip-α"]["skip_alpha"]) == ALPHA[name]
    assert parameters["APPNP"]["steps"] == 10
    assert parameters["APPNP"]["normalization"] == "symmetric"
    assert parameters["GCN"]["normalization"] == parameters["SGC"]["normalization"] == "row"
    architectures = {
        (unit.dataset, unit.model): unit.content["learner"]["C"]
        for unit in expand(load_study("architectures"))
    }
    for model in ("MLP", "GCN", "SGC", "GraphSAGE", "GIN", "GCN skip-PC"):
        assert architectures[units[0].dataset, model] == PUBLISHED[name][model]


@pytest.mark.parametrize("name", ["homophily", "graph-density"])
def test_studies_of_csbm_contain_the_published_graph_and_settings(name):
    units = expand(load_study(name))
    published = {
        unit.model: unit.content["learner"]["C"] for unit in expand(load_study("published-csbm"))
    }
    graphs = {
        (p["n"], p["degree_within"], p["degree_between"])
        for unit in units
        for p in [unit.content["dataset"]["parameters"]]
    }
    assert (200, 3.16, 0.74) in graphs
    assert {n for n, *_ in graphs} == {200}
    for unit in units:
        assert unit.content["learner"]["C"] == published[unit.model] == 0.001
        assert unit.content["split"]["per_class"] == unit.content["split"]["validation"] == 10
    (alpha,) = {u.content["model"]["parameters"]["alpha"] for u in units if u.model == "APPNP"}
    assert alpha == 0.3
    if name == "homophily":  # the same density for all
        assert {round(within + between, 9) for _, within, between in graphs} == {3.9}
    else:  # the same homophily for all
        assert {round(within / between, 6) for _, within, between in graphs} == {
            round(3.16 / 0.74, 6)
        }


def test_many_classes_have_the_published_settings():
    units = expand(load_study("multiclass"))
    assert {unit.seed for unit in units} == {0, 1, 2}
    C = {(unit.dataset, unit.model): unit.content["learner"]["C"] for unit in units}
    assert {C["Citeseer", model] for model in ("GCN", "SGC", "GCN skip-PC", "MLP")} == {0.0001}
    assert {C["Cora-ML", model] for model in ("GCN", "SGC", "MLP")} == {0.004}
    assert C["Cora-ML", "GCN skip-PC"] == 0.003


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
