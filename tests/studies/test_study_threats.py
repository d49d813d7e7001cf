"""Attackers in study files: the same as in Python, known by content, and every mistake told."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import labelcert as lc
from labelcert._errors import InputError
from labelcert.report.nodes.graph_source import load_again
from labelcert.report.page.attackers import attacker_told
from labelcert.report.study_results import read_store
from labelcert.studies import Settings, Store, expand, run_study
from labelcert.studies.graphs import forget
from labelcert.studies.work import run_task
from mails_studies import STORE, STUDY, study_with

ALL = """\
threat:
  costs: price
  groups: who
  group_budgets: {"007": 1, default: 3}
  directions: [[spam, ham]]
  trusted: [0, 7, 20, 29]
"""


def keys(study) -> list[str]:
    return [unit.key for unit in expand(study)]


def run(study) -> list[dict]:
    STORE.unlink(missing_ok=True)
    finished = run_study(study, STORE, Settings(jobs=1))
    assert finished.failures == []
    with Store.reading(STORE) as store:
        return [row.record for row in store.rows()]


def test_the_same_as_in_python(mails):
    records = run(study_with(ALL))
    graph = lc.datasets.from_table(mails.drop(columns=["who", "price"]), label="class")
    kernel = lc.kernels.MLP()
    weaker = False
    for seed, record in enumerate(records):
        split = lc.datasets.split(graph.labels, 3, seed, test=12)
        at = split.labeled
        who = mails["who"][at].tolist()
        threat = lc.ThreatModel(
            4,
            trusted=[i for i, node in enumerate(at) if node in (0, 7, 20, 29)],
            costs=mails["price"][at].tolist(),
            groups=who,
            group_budgets={name: 1 if name == "007" else 3 for name in who},
            directions=[("spam", "ham")],
        )
        blocks = kernel(graph, at), kernel(graph, split.test, at), graph.labels[at]
        cert = lc.certify(*blocks, C=0.1, threat=threat, collective=True)
        assert record["radius"] == cert.radius.tolist()
        assert record["collective"]["broken_upper"] == cert.collective.broken_upper.tolist()
        assert (record["unit"], record["dataset"]["features"]) == ("cost", 2)
        free = lc.certify(*blocks, C=0.1, max_flips=4)
        weaker |= record["radius"] != free.radius.tolist()
    assert weaker


def test_bad_groups_as_in_python_and_on_the_page(mails):
    told = "threat: {groups: who, bad_groups: 1}\n"
    study = study_with(told, STUDY.replace("[collective]", "[sample_wise]"))
    record = run(study)[0]
    assert record["dataset"]["features"] == 3  # the price is one here
    graph = lc.datasets.from_table(mails.drop(columns=["who"]), label="class")
    split = lc.datasets.split(graph.labels, 3, 0, test=12)
    kernel = lc.kernels.MLP()
    blocks = (
        kernel(graph, split.labeled),
        kernel(graph, split.test, split.labeled),
        graph.labels[split.labeled],
    )
    threat = lc.ThreatModel(4, groups=mails["who"][split.labeled].tolist(), bad_groups=1)
    cert = lc.certify(*blocks, C=0.1, threat=threat)
    assert record["radius"] == cert.radius.tolist()
    assert record["radius"] != lc.certify(*blocks, C=0.1, max_flips=4).radius.tolist()
    result = read_store(STORE).results[0]
    words = "flips up to 4 labels, groups by the column who, besides all labels of any one group"
    assert attacker_told(result.content["threat"]) == words
    without = study_with("threat: {groups: who, group_budgets: 4}\n")
    assert all("bad_groups" not in unit.content["threat"] for unit in expand(without))


def test_percentages_of_groups_are_counts_of_each_of_them(mails):
    told = "threat: {groups: who, group_budgets: {'007': '0%', default: 50%}}\n"
    (share,) = run(study_with(told))[:1]
    graph = lc.datasets.from_table(mails.drop(columns=["who", "price"]), label="class")
    split = lc.datasets.split(graph.labels, 3, 0, test=12)
    who = mails["who"][split.labeled].tolist()
    budgets = {name: 0 if name == "007" else who.count(name) // 2 for name in who}
    kernel = lc.kernels.MLP()
    cert = lc.certify(
        kernel(graph, split.labeled),
        kernel(graph, split.test, split.labeled),
        graph.labels[split.labeled],
        C=0.1,
        threat=lc.ThreatModel(share["max_flips"], groups=who, group_budgets=budgets),
    )
    assert share["radius"] == cert.radius.tolist()


def test_files_give_the_same_as_columns(mails):
    pd.DataFrame({"node": range(40), "group": mails["who"]}).to_csv("who.csv", index=False)
    pd.DataFrame({"node": range(40), "cost": mails["price"]}).to_csv("price.csv", index=False)
    Path("safe.txt").write_text("0 # checked\n7\n29\n\n20\n")
    columns = run(study_with(ALL))
    mails.drop(columns=["who", "price"]).to_csv("mails.csv", index=False)
    threat = ALL.replace("who", "who.csv").replace("costs: price", "costs: price.csv")
    study = study_with(threat.replace("[0, 7, 20, 29]", "safe.txt"))
    assert set(expand(study)[0].files) == {"path", "costs", "groups"}
    files = run(study)
    assert [r["radius"] for r in files] == [r["radius"] for r in columns]
    assert [r["collective"] for r in files] == [r["collective"] for r in columns]
    before = keys(study)
    Path("price.csv").write_text(Path("price.csv").read_text().replace("\n7,", "\n7,1"))
    assert not set(before) & set(keys(study))


def test_a_data_set_may_have_an_attacker_of_its_own(mails):
    own = "threat: {directions: [[ham, spam]]}}\n  - {path: mails.csv, label: class, title: other}"
    text = STUDY.replace("class}", f"class, {own}")
    units = expand(study_with("threat: {directions: [[spam, ham]], trusted: [3]}\n", text))
    found = {u.dataset: u.content["threat"] for u in units}
    assert found == {
        "mails.csv": {"max_flips": 4, "directions": [["ham", "spam"]], "trusted": ["3"]},
        "other": {"max_flips": 4, "directions": [["spam", "ham"]], "trusted": ["3"]},
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("costs: price", "costs: links"),
        ("groups: who", "groups: price"),
        ("default: 3", "default: 2"),
        ('{"007": 1, default: 3}', "2"),
        ("20, 29]", "20]"),
        ("spam, ham", "ham, spam"),
    ],
)
def test_keys_depend_on_the_attacker(mails, old, new):
    before = keys(study_with(ALL))
    assert not set(before) & set(keys(study_with(ALL.replace(old, new))))
    assert keys(study_with(ALL.replace("[0, 7, 20, 29]", "[29, 7, 20, 0, 0]"))) == before
    assert keys(study_with(ALL.replace("[[spam, ham]]", "[[spam, ham], [spam, ham]]"))) == before
    assert keys(study_with("threat: {trusted: []}\n")) == keys(study_with(""))


def test_rows_stay_with_their_nodes_where_the_graph_is_cut_down():
    """Nodes of a third class and of another component go; each cost still meets its node."""
    rng = np.random.default_rng(0)
    kinds = ["c", "a", "b"] * 14
    rows = [f"n{i},{kind},{i + 1},{rng.normal():.3f}" for i, kind in enumerate(kinds)]
    Path("nodes.csv").write_text("id,label,price,x\n" + "\n".join(rows))
    kept = [i for i, kind in enumerate(kinds) if kind != "c"]
    chain = [f"n{i},n{j}" for i, j in pairwise(kept[2:])]
    Path("edges.csv").write_text(
        "\n".join(["source,target", f"n{kept[0]},n{kept[1]}", *chain]) + "\n"
    )
    study = study_with(
        "threat: {costs: price}\n",
        STUDY.replace(
            "{path: mails.csv, label: class}",
            "{path: nodes.csv, edges: edges.csv, binary: true, largest_component: true}",
        )
        .replace("mlp", "gcn")
        .replace("max_flips: 4", "max_flips: 40"),
    )
    records = run(study)
    some = 0
    for record in records:
        prices = [kept[2 + node] + 1 for node in record["labeled"]["nodes"]]
        for radius, witness in zip(record["radius_upper"], record["witnesses"], strict=True):
            if witness is not None:
                some += 1
                assert sum(prices[i] for i in witness["indices"]) > radius
                assert sum(prices[i] for i in witness["indices"]) <= 40
    assert some > 0
    # The store knows where the user's files lie: a report can draw the graph.
    graph = load_again(read_store(STORE).results[0])
    assert graph.num_nodes == len(kept) - 2
    Path("edges.csv").unlink()
    forget()
    with pytest.raises(InputError, match=r"edges\.csv' cannot be read"):
        load_again(read_store(STORE).results[0])


def test_a_column_that_changes_while_the_study_runs_is_a_failure(mails):
    study = study_with(ALL)
    units = expand(study)
    mails["price"] = 1
    mails.to_csv("mails.csv", index=False)
    unit = units[0]
    task = {"key": unit.key, "content": unit.content, "files": unit.files, "time_limit": 1.0,
            "jobs": 1, "parent": None, "run": "", "version": lc.__version__}  # fmt: skip
    assert "has changed since the study began" in run_task(task)["message"]
