"""What is read from a store: every unit once, whatever studies share it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from labelcert.report.findings import find
from labelcert.report.findings.effects import find_effects
from labelcert.report.nodes.graph_source import load_again
from labelcert.report.page.page_data import page_data
from labelcert.report.results import counted_once, told_apart
from labelcert.report.study_results import read_store
from labelcert.studies import Settings, load_study, run_study
from labelcert.studies.tasks import failure
from report.hand_made_results import made

STUDY = """\
name: NAME
datasets: [karate]
split: {per_class: 3, test: 8}
seeds: [0, 1]
models:
  - {name: gcn, title: "TITLE", C: 0.1}
  - {name: gcn, fixed: {depth: 2}, title: "TITLE deep", C: 0.1}
MORE
budgets: {max_flips: 2}
certificates: [CERTIFICATES]
"""
MLP = '  - {name: mlp, title: "MLP", C: 0.1}'


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(name: str, title: str, certificates: str, more: str = "", **options: Callable) -> None:
    words = {"NAME": name, "TITLE": title, "CERTIFICATES": certificates, "MORE": more}
    text = STUDY
    for word, told in words.items():
        text = text.replace(word, told)
    Path("s.yaml").write_text(text)
    run_study(load_study("s.yaml"), Path("s.db"), Settings(jobs=1), **options)


def test_units_of_two_studies_are_there_once_with_their_collective_counts():
    run("a", "GCN", "sample_wise", MLP)
    alone = read_store(Path("s.db"))
    run("b", "Other name", "sample_wise, collective")
    both = read_store(Path("s.db"))
    assert len(alone.results) == len(both.results) == 6
    # "GCN" comes first, and no name of these units stands for more results than the other
    assert [(r.model, r.seed) for r in both.results] == [(r.model, r.seed) for r in alone.results]
    counted = {r.model: r.record["collective"] is not None for r in both.results}
    assert counted == {"GCN": True, "GCN deep": True, "MLP": False}
    deeper = [e for e in find_effects(both.results) if e.choice == "depth"]
    assert {(e.pairs, e.difference.number) for e in deeper} == {(2, 2)}
    data = page_data(both.results, find(both.results), load_again)
    assert [len(scene["verdicts"]) for scene in data["scenes"]] == [3, 3]
    assert len(read_store(Path("s.db"), "b").results) == 4


def test_what_two_studies_miss_is_missing_once():
    def work(task):
        from labelcert.studies.work import run_task

        deep = task["content"]["model"]["parameters"]["depth"] == 2
        return failure(task["key"], "no luck.") if deep else run_task(task)

    for name in "ab":
        run(name, name, "sample_wise", work=work)
    evaluation = read_store(Path("s.db"))
    assert (len(evaluation.results), len(evaluation.missing)) == (2, 2)
    assert {(m.study, m.model) for m in evaluation.missing} == {("a", "a deep")}


def test_the_name_that_most_results_have_is_kept():
    # Study one knows depth 2 on one data set as "deep", study two on both as "GCN 2".
    deep = {"depth": 2}
    one = [made([1], model="deep", parameters=deep, seed=s) for s in (0, 1)]
    two = [
        made([1], model="GCN 2", parameters=deep, seed=s, dataset=name)
        for name in ("karate", "b")
        for s in (0, 1)
    ]
    found = counted_once(told_apart([*one, *two]))
    assert [(r.dataset, r.model, r.seed) for r in found] == [
        ("karate", "GCN 2", 0), ("karate", "GCN 2", 1), ("b", "GCN 2", 0), ("b", "GCN 2", 1),
    ]  # fmt: skip


def test_another_budget_or_title_of_a_data_set_is_another_result():
    results = [made([1]), made([1], max_flips=2), made([1], dataset="same, other title")]
    assert len(counted_once(told_apart(results))) == 3
