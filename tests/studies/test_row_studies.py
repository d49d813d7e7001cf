"""Studies of models on features of rows: one linear model, or an ensemble of parts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import labelcert as lc
from labelcert._errors import InputError
from labelcert.report import read_store, write_page
from labelcert.studies import Settings, Store, load_study, run_study
from labelcert.studies.row_models import row_model
from labelcert.studies.units import expand
from shared_files import needs_data

PATH = Path("s.db")
ALONE = Settings(jobs=1)

STUDY = """\
name: rows
datasets:
  - {path: table.csv, label: kind}
split: {per_class: 25, validation: 5, test: 10}
seeds: [0, 1]
models:
  - {features: pixels, title: One model, ridge: [0.5, 20]}
  - {features: random_relu, title: ReLU, fixed: {width: 50}, ridge: 1}
  - features: pixels
    title: Ensemble
    votes: [white_box, black_box]
    zipped: {parts: [3, 8], ridge: [1, 0.3]}
budgets: {max_flips: 12}
"""


@pytest.fixture(autouse=True)
def table(tmp_path):
    rng = np.random.default_rng(0)
    labels = np.repeat(["a", "b", "c"], 45)
    X = rng.normal(size=(135, 3)).round(2) + 1.2 * (labels[:, None] == ["a", "b", "c"])
    lines = [",".join(map(str, [*row.round(2), kind])) for row, kind in zip(X, labels, strict=True)]
    Path("table.csv").write_text("x,y,z,kind\n" + "\n".join(lines) + "\n", encoding="utf-8")


def done(path=PATH):
    with Store.reading(path) as store:
        return list(store.rows())


def test_records_say_what_the_certificates_say(study_of):
    finished = run_study(study_of(text=STUDY), PATH, ALONE)
    assert (finished.total, finished.computed, finished.failures) == (14, 14, [])
    graph = lc.datasets.open_path("table.csv", label="kind")
    for row in done():
        seed = row.content["split"]["seed"]
        split = lc.datasets.split(graph.labels, 25, seed, validation=5, test=10)
        X, new = graph.features[split.labeled], graph.features[split.test]
        y, ridge = graph.labels[split.labeled], row.content["learner"]["ridge"]
        parameters = row.content["model"]["parameters"]
        if row.model.startswith("Ensemble"):
            cert = lc.PartitionEnsemble(
                parts=parameters["parts"], ridge=ridge, votes=parameters["votes"], seed=seed
            ).fit(X, y)  # fmt: skip
            cert = cert.certify(new, 12)
        else:
            if row.model == "ReLU":
                fitted = lc.features.RandomReLU(50, seed).fit(X)
                X, new = fitted(X), fitted(new)
            cert = lc.certify_linear(X, new, y, ridge=ridge, max_flips=12)
        assert row.record["radius"] == cert.radius.tolist()
        assert row.record["radius_upper"] == cert.radius_upper.tolist()
        assert row.record["test"]["predictions"] == cert.prediction.tolist()
        assert set(row.measured["seconds"]) == {"load", "features", "certify"}
    assert {row.model for row in done()} == {
        "One model", "ReLU", "Ensemble, parts 3, ridge 1, votes white_box",
        "Ensemble, parts 3, ridge 1, votes black_box",
        "Ensemble, parts 8, ridge 0.3, votes white_box",
        "Ensemble, parts 8, ridge 0.3, votes black_box",
    }  # fmt: skip


def test_what_is_stored_is_not_computed_again_and_processes_change_nothing(study_of, rows_of):
    study = study_of(text=STUDY)
    run_study(study, PATH, ALONE)
    assert run_study(study, PATH, ALONE).computed == 0
    run_study(study, Path("two.db"), Settings(jobs=2))
    one, two = rows_of(PATH), rows_of(Path("two.db"))
    assert one == two


def test_every_setting_is_part_of_the_key_and_no_seed_of_its_own(study_of):
    units = expand(study_of(text=STUDY))
    assert len({unit.key for unit in units}) == len(units) == 14
    for unit in units:
        model = unit.content["model"]
        assert model["kind"] == "features"
        assert "seed" not in json.dumps(model)
    wider = expand(study_of(("width: 50", "width: 51"), text=STUDY))
    same = {u.key for u in units} & {u.key for u in wider}
    assert len(same) == 12


def test_spectral_settings_survive_the_way_through_a_unit():
    model = row_model("spectral", {"vectors": 30, "time": 4})
    content = model.content()
    assert content["parameters"]["vectors"] == 30
    assert "seed" not in str(content)
    from labelcert.studies.row_models import model_of

    again = model_of(content)
    assert again.map(5).settings() == model.map(5).settings()
    assert again.content() == content
    assert replace(again, values=dict(model.values)) == model


def test_the_report_shows_them(study_of, tmp_path):
    run_study(study_of(text=STUDY), PATH, ALONE)
    write_page(read_store(PATH), Path("page.html"))
    page = Path("page.html").read_text(encoding="utf-8")
    assert "Ensemble, parts 8, ridge 0.3, votes white_box" in page
    assert "One model" in page


WRONG = [
    ("features: random_relu", "features: random_rely", "features is wrong: features 'random_rely'"),
    ("width: 50", "widht: 50", "fixed.widht is not an option of random_relu features; did you"),
    ("width: 50", "width: 0", "fixed.width is 0: pass a whole number"),
    ("votes: [white_box, black_box]", "votes: grey_box", "votes"),
    ("parts: [3, 8]", "parts: [3, 0]", "zipped.parts.1 is 0: pass a whole number"),
    ("zipped: {parts: [3, 8], ridge: [1, 0.3]}", "ridge: 1", "votes goes with parts"),
    ("title: ReLU,", "title: ReLU, name: gcn,", "features goes without a network's name"),
    ("  - {features: random_relu,", "  - {parts: 3, name: gcn,", "parts goes with features only"),
    ("seeds:", "certificates: [collective]\nseeds:", "features have no collective certificates"),
    ("seeds:", "exactness: relaxed\nseeds:", "features are certified exactly"),
    ("seeds:", "threat: {trusted: [0]}\nseeds:", "has parts, which are proven against any"),
    ("per_class: 25, validation: 5,", "standard: true,", "split is standard, and data set"),
]


@pytest.mark.parametrize(("old", "new", "told"), WRONG)
def test_what_does_not_go_together_is_one_sentence(study_of, old, new, told):
    with pytest.raises(InputError, match=r"study\.yaml line") as caught:
        study_of((old, new), text=STUDY)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_graph_with_edges_is_a_failure_of_its_units(study_of):
    text = STUDY.replace("  - {path: table.csv, label: kind}", "  - karate").replace("25", "3")
    finished = run_study(study_of(text=text), PATH, ALONE)
    assert len(finished.failures) == 14
    assert all("has edges" in row.message for row in done())


@needs_data
def test_the_publishers_split_of_images():
    Path("m.yaml").write_text(
        "name: m\ndatasets: [{name: mnist, drop_classes: [2, 3, 4, 5, 6, 7, 8, 9]}]\n"
        "split: {standard: true, test: 4}\nseeds: [3]\nmodels: [{features: pixels, parts: 5000, "
        "votes: black_box, ridge: 1}]\nbudgets: {max_flips: 5}\n", encoding="utf-8",
    )  # fmt: skip
    finished = run_study(load_study("m.yaml"), PATH, ALONE)
    assert finished.failures == []
    row = done()[0]
    assert row.content["split"] == {"standard": True, "test": 4, "seed": 3}
    graph = lc.datasets.load("mnist")
    zeros_and_ones = np.flatnonzero(graph.labels < 2)
    count = int((zeros_and_ones < 60_000).sum())
    assert (row.record["num_labeled"], row.record["num_test"]) == (count, 4)
    assert min(row.record["test"]["nodes"]) >= count
    assert row.record["test"]["true_labels"] == [
        int(graph.labels[zeros_and_ones[t]]) for t in row.record["test"]["nodes"]
    ]
