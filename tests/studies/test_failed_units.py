"""Units that fail: their rows, their sentences, and computing them again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import labelcert as lc
from labelcert._errors import InputError
from labelcert.studies import Settings, Store, run_study
from labelcert.studies.graphs import forget
from labelcert.studies.tasks import failure
from labelcert.studies.work import run_task
from signals import needs_signals

PATH = Path("s.db")
ALONE = Settings(jobs=1)


def rows(path=PATH):
    with Store.reading(path) as store:
        return list(store.rows())


def no_data(task):
    return failure(task["key"], "no data")


def test_failures_are_rows_and_do_not_stop_the_rest(study_of):
    study = study_of(("seeds: [0, 1, 2]", "seeds: [0]"), ("[karate]", "[karate, cora_ml]"))

    def without_network(task):
        if task["content"]["dataset"]["name"] == "cora_ml":
            return no_data(task)
        return run_task(task)

    finished = run_study(study, PATH, ALONE, work=without_network)
    assert finished.computed == 4
    assert [(unit.dataset, message) for unit, message in finished.failures] == [
        ("cora_ml", "no data"), ("cora_ml", "no data"),
    ]  # fmt: skip
    assert [row.state for row in rows()] == ["done", "done", "failed", "failed"]
    assert rows()[2].message == "no data"

    finished = run_study(study, PATH, ALONE, work=without_network)
    assert finished.computed == 0
    assert len(finished.failures) == 2


def test_what_failed_is_computed_again_on_request(study_of):
    calls: list[str] = []

    def luckless(task):
        calls.append(task["key"])
        return no_data(task)

    run_study(study_of(), PATH, ALONE, work=luckless)
    run_study(study_of(), PATH, ALONE, work=luckless)
    assert len(calls) == 6
    retry = Settings(jobs=1, retry_failed=True)
    finished = run_study(study_of(), PATH, retry)
    assert finished.computed == 6
    assert finished.failures == []
    assert run_study(study_of(), PATH, retry).computed == 0


def test_a_failure_keeps_the_result_of_before(study_of, rows_of):
    def short(task):
        outcome = run_task(task)
        outcome["record"]["complete"] = False
        return outcome

    run_study(study_of(), PATH, Settings(jobs=1, time_limit=1.0), work=short)
    before = rows_of(PATH)
    longer = Settings(jobs=1, time_limit=2.0)
    finished = run_study(study_of(), PATH, longer, work=no_data)
    assert finished.computed == 6
    assert {m for _, m in finished.failures} == {"no data (the result of before was kept)"}
    assert rows_of(PATH) == before
    assert run_study(study_of(), PATH, longer).failures == []


def test_what_stood_in_the_way_of_a_graph_is_looked_at_again_by_the_next_run(study_of):
    """A process that serves several runs, as workers do, does not remember a failed download."""
    study = study_of(("seeds: [0, 1, 2]", "seeds: [0]"), ("[karate]", "[cora_ml]"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("labelcert.data.datasets.fetch", no_network)
        ((_, message), _) = run_study(study, PATH, ALONE).failures
    assert message == "no network"
    patient, karate = Settings(jobs=1, retry_failed=True), lc.datasets.load("karate")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("labelcert.data.datasets.fetch", lambda *_, **__: None)
        patch.setattr("labelcert.data.sources.read", lambda *_: karate)
        assert run_study(study, PATH, patient).failures == []


def no_network(*_, **__):
    raise InputError("no network")


@needs_signals
def test_the_only_unit_left_does_not_take_the_command_with_it(study_of):
    def deadly(task):
        os.kill(os.getpid(), 9)

    study = study_of(("seeds: [0, 1, 2]", "seeds: [0]"), ("depth: [1, 2]", "depth: [1]"))
    finished = run_study(study, PATH, Settings(jobs=2), work=deadly)
    assert "its worker process died" in finished.failures[0][1]


def test_every_error_of_a_unit_is_a_failure(study_of, monkeypatch):
    study = study_of(("seeds: [0, 1, 2]", "seeds: [0]"), ("depth: [1, 2]", "depth: [1]"))
    for error, words in (
        (InputError("wrong input."), "wrong input."),
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero"),
        (MemoryError(), "not enough memory"),
    ):

        def broken(*_, error=error, **__):
            raise error

        monkeypatch.setattr("labelcert.studies.work.certify", broken)
        finished = run_study(study, PATH, Settings(jobs=1, retry_failed=True))
        ((_, message),) = finished.failures
        assert message.startswith(words)
    assert "MemoryError" in rows()[0].traceback


def test_a_graph_without_edges_needs_the_mlp(study_of):
    Path("a.csv").write_text("x,label\n" + "".join(f"{i},{i % 2}\n" for i in range(30)))
    models = "  - {name: gcn, title: GCN, C: 0.1}\n  - {name: mlp, C: 0.1}\n"
    study = study_of(
        ("[karate]", "[a.csv]"),
        ("  - {name: gcn, title: GCN, grid: {depth: [1, 2]}, C: 0.1}\n", models),
        ("[0, 1, 2]", "[0]"),
    )
    finished = run_study(study, PATH, ALONE)
    ((unit, message),) = finished.failures
    assert unit.model == "GCN"
    assert "needs edges" in message
    assert rows()[1].record["dataset"]["features"] == 1


def test_too_few_nodes_are_a_failure_with_the_remedy(study_of):
    finished = run_study(study_of(("per_class: 3", "per_class: 17")), PATH, ALONE)
    assert len(finished.failures) == 6
    assert finished.failures[0][1].startswith("per_class=17 and validation=17 ask for 34 nodes")
    finished = run_study(
        study_of(("per_class: 3", "per_class: 17, validation: 0"), ("name: small", "name: all")),
        PATH, ALONE,
    )  # fmt: skip
    assert "leave no test nodes: lower them" in finished.failures[0][1]


def test_a_direction_between_labels_that_do_not_exist_is_a_failure(study_of):
    some = study_of(("title: A small study", "threat: {directions: [[0, 1]]}"))
    finished = run_study(some, PATH, ALONE)
    assert len(finished.failures) == 6
    assert "directions names the label '0'" in finished.failures[0][1]


def test_a_file_that_changes_meanwhile_is_a_failure(study_of):
    table = "x,y,label\n" + "".join(f"{i % 7},{i % 5},{i % 2}\n" for i in range(40))
    Path("a.csv").write_text(table)
    study = study_of(("[karate]", "[a.csv]"), ("name: gcn", "name: mlp"))

    def late(task):
        Path("a.csv").write_text(table + "1,1,1\n")
        forget()  # as a worker, which has not read it yet
        return run_task(task)

    finished = run_study(study, PATH, ALONE, work=late)
    assert len(finished.failures) == 6
    assert "has changed since the study began" in finished.failures[0][1]
    assert run_study(study, PATH, ALONE).failures == []
