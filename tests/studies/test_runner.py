"""Running studies: what is computed, what is kept, what fails, what is computed again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import labelcert as lc
from labelcert._errors import InputError
from labelcert.studies import Settings, Store, run_study
from shared_files import needs_data

PATH = Path("s.db")
ALONE = Settings(jobs=1)


class Told:
    """An observer that remembers."""

    def __init__(self):
        self.begun: tuple[int, int] | None = None
        self.units: list[str] = []

    def begin(self, total, stored):
        self.begun = (total, stored)

    def done(self, unit, outcome):
        self.units.append(unit.told)


def rows(path=PATH):
    with Store.reading(path) as store:
        return list(store.rows())


def test_a_record_says_what_certify_says(study_of):
    finished = run_study(study_of(), PATH, ALONE)
    assert (finished.total, finished.computed, finished.failures, finished.open) == (6, 6, [], 0)
    row = rows()[3]
    assert (row.dataset, row.model, row.content["split"]["seed"]) == ("karate", "GCN, depth 2", 1)
    graph = lc.datasets.load("karate")
    split = lc.datasets.split(graph.labels, 3, 1, test=8)
    kernel = lc.kernels.GCN(depth=2)
    cert = lc.certify(
        kernel(graph, split.labeled), kernel(graph, split.test, split.labeled),
        graph.labels[split.labeled], C=0.1, max_flips=3, collective=True,
    )  # fmt: skip
    record, truth = row.record, graph.labels[split.test]
    assert record["radius"] == cert.radius.tolist()
    assert record["radius_upper"] == cert.radius_upper.tolist()
    assert record["test"]["nodes"] == split.test.tolist()
    assert record["test"]["true_labels"] == truth.tolist()
    assert record["test"]["predictions"] == cert.prediction.tolist()
    assert record["labeled"]["nodes"] == split.labeled.tolist()
    assert record["labeled"]["labels"] == graph.labels[split.labeled].tolist()
    assert record["accuracy"] == np.mean(cert.prediction == truth)
    assert (record["num_labeled"], record["num_test"], record["max_flips"]) == (12, 8, 3)
    for r in range(4):
        bounds = (record["certified_ratio"]["lower"][r], record["certified_ratio"]["upper"][r])
        assert bounds == cert.certified_ratio_bounds(r)
        assert record["certified_accuracy"]["lower"][r] == cert.certified_accuracy(r, truth)
    assert record["collective"]["broken_lower"] == cert.collective.broken_lower.tolist()
    assert record["collective"]["broken_upper"] == cert.collective.broken_upper.tolist()
    assert record["exact_share"] == 1.0
    assert record["complete"] is True
    assert record["software"]["labelcert"] == lc.__version__
    assert set(row.measured["seconds"]) == {"load", "kernel", "certify"}
    assert row.measured["peak_memory_mb"] > 10


def test_witnesses_of_a_record_break_their_predictions(study_of):
    run_study(study_of(("seeds: [0, 1, 2]", "seeds: [0]")), PATH, ALONE)
    record = rows()[0].record
    graph = lc.datasets.load("karate")
    kernel = lc.kernels.GCN(depth=1)
    labeled, test = record["labeled"]["nodes"], record["test"]["nodes"]
    gram, cross = kernel(graph, labeled), kernel(graph, test, labeled)
    classes, broken = record["dataset"]["classes"], 0
    for t, witness in enumerate(record["witnesses"]):
        if witness is None:
            assert record["radius"][t] == 3
            continue
        labels = np.array(record["labeled"]["labels"])
        labels[witness["indices"]] = witness["labels"]
        assert len(witness["indices"]) == record["radius"][t] + 1
        again = lc.certify(gram, cross[[t]], labels, C=0.1, max_flips=0, classes=classes)
        assert again.prediction[0] != record["test"]["predictions"][t] or again.radius[0] < 0
        broken += 1
    assert broken > 0


def test_nothing_is_computed_twice(study_of):
    first, second = Told(), Told()
    run_study(study_of(), PATH, ALONE, first)
    before = PATH.read_bytes()
    finished = run_study(study_of(), PATH, ALONE, second)
    assert first.begun == (6, 0)
    assert len(first.units) == 6
    assert second.begun == (6, 6)
    assert second.units == []
    assert finished.computed == 0
    with Store.reading(PATH) as store:
        assert len(store.known()) == 6
    assert len(PATH.read_bytes()) == len(before)


def test_identical_units_of_one_study_or_two_are_computed_once(study_of):
    twins = study_of(
        ("grid: {depth: [1, 2]}, C: 0.1}", "C: 0.1}\n  - {name: gcn, title: Twin, C: [0.1]}")
    )
    told = Told()
    run_study(twins, PATH, ALONE, told)
    assert len(told.units) == 3
    assert [row.model for row in rows()] == ["GCN", "Twin"] * 3
    assert rows()[0].record == rows()[1].record
    other = study_of(("name: small", "name: other"), ("title: GCN", "title: Network"))
    again = Told()
    finished = run_study(other, PATH, ALONE, again)
    assert again.begun == (6, 3)
    assert finished.computed == 3
    assert {row.study for row in rows()} == {"small", "other"}


def test_the_number_of_processes_changes_no_row(study_of, rows_of):
    run_study(study_of(), Path("one.db"), Settings(jobs=1))
    run_study(study_of(), Path("two.db"), Settings(jobs=2))
    assert rows_of(Path("one.db")) == rows_of(Path("two.db"))


def test_budgets_end_at_the_number_of_labels(study_of):
    study = study_of(("max_flips: 3", "max_flips: 500"), ("[0, 1, 2]", "[0]"))
    run_study(study, PATH, ALONE)
    assert rows()[0].record["max_flips"] == 12


def test_directions_reach_the_attacker(study_of):
    directions = "threat: {directions: [[Officer, Mr. Hi]]}"
    some = study_of(("title: A small study", directions), ("[0, 1, 2]", "[0]"))
    run_study(some, PATH, ALONE)
    for row in rows():
        labels = row.record["labeled"]["labels"]
        for witness in row.record["witnesses"]:
            assert witness is None or {labels[i] for i in witness["indices"]} <= {"Officer"}


def test_what_a_time_limit_ended_is_computed_again_under_a_longer_one(study_of):
    study = study_of(("per_class: 3", "per_class: 5"), ("max_flips: 3", "max_flips: 50%"))
    short = run_study(study, PATH, Settings(jobs=1, time_limit=0.0))
    assert short.computed == 6
    assert short.open == 6
    assert {row.record["stopped"] for row in rows()} == {"time limit"}
    assert run_study(study, PATH, Settings(jobs=1, time_limit=0.0)).computed == 0
    long = run_study(study, PATH, Settings(jobs=1, time_limit=60.0))
    assert (long.computed, long.open) == (6, 0)
    assert {row.record["stopped"] for row in rows()} == {""}
    # A complete unit is as good under any limit.
    assert run_study(study, PATH, Settings(jobs=1, time_limit=float("inf"))).computed == 0
    assert run_study(study, PATH, Settings(jobs=1, time_limit=0.0)).computed == 0


def test_an_interrupt_keeps_what_is_finished(study_of):
    class Impatient(Told):
        def done(self, unit, outcome):
            super().done(unit, outcome)
            if len(self.units) == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(study_of(), PATH, ALONE, Impatient())
    told = Told()
    run_study(study_of(), PATH, ALONE, told)
    assert told.begun == (6, 2)
    assert len(told.units) == 4


def test_an_interrupted_certificate_is_not_stored(study_of):
    def interrupted(task):
        return {"key": task["key"], "state": "interrupted", "measured": {}}

    with pytest.raises(KeyboardInterrupt):
        run_study(study_of(), PATH, ALONE, work=interrupted)
    with Store.reading(PATH) as store:
        assert store.known() == {}


@needs_data
def test_many_classes(study_of):
    study = study_of(
        ("[karate]", "[cora_ml]"), ("[0, 1, 2]", "[0]"), ("max_flips: 3", "max_flips: 1"),
        ("C: 0.1", "ridge: 0.1"), ("depth: [1, 2]", "depth: [1]"),
    )  # fmt: skip
    assert run_study(study, PATH, ALONE).failures == []
    record = rows()[0].record
    assert record["dataset"]["classes"] == [0, 1, 2, 3, 4, 5, 6]
    assert record["num_labeled"] == 42
    assert len(record["radius"]) == 8
    assert record["collective"]["broken_lower"][0] == 0


def test_a_store_in_use_is_refused_before_anything_is_computed(study_of):
    with (
        Store.writing(PATH),
        pytest.raises(InputError, match="is being written by another"),
    ):
        run_study(study_of(), PATH, ALONE, work=lambda task: pytest.fail("computed"))
