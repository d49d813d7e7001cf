"""Groups and costs from the shell: the same attacker as in Python, and every bad input told."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import labelcert as lc

FAST = ("--per-class", "3", "--max-flips", "3")


def document(path="run.json"):
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def in_python(frame, threat):
    graph = lc.datasets.from_table(frame.drop(columns=["who", "price"]), label="class")
    split = lc.datasets.split(graph.labels, per_class=3, seed=0)
    kernel = lc.kernels.MLP()
    gram, cross = kernel(graph, split.labeled), kernel(graph, split.test, split.labeled)
    return lc.certify(gram, cross, graph.labels[split.labeled], C=1.0, threat=threat(split.labeled))


def the_same(run, cert):
    told = lc.Certificate.from_json(json.dumps(run["certificate"]))
    assert np.array_equal(told.decision, cert.decision)
    assert np.array_equal(told.radius, cert.radius)
    assert told.exact.all()


def test_a_groups_percentage_is_one_of_what_its_labels_cost(invoke, mails):
    result = invoke(
        "certify", "mails.csv", "--label", "class", *FAST, "--costs", "price", "--groups", "who",
        "--group-budget", "50%", "--group-budget", "007=0%", "-o", "run.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    run = document()
    labeled = run["labeled"]["nodes"]
    totals = mails["price"][labeled].groupby(mails["who"][labeled]).sum()
    expected = {name: 0 if name == "007" else total // 2 for name, total in totals.items()}
    assert run["threat"]["group_budgets"] == expected


def test_directions_name_labels_as_they_are_printed(invoke, mails):
    numbers = mails.assign(**{"class": (mails["class"] == "spam").astype(int) + 7})
    numbers.drop(columns=["who", "price"]).to_csv("numbers.csv", index=False)
    given = ("certify", "numbers.csv", "--label", "class", *FAST)
    assert invoke(*given, "--direction", "7:8", "-o", "run.json").exit_code == 0
    assert invoke(*given, "--direction", "07:8").stderr == (
        "error: --direction names the label '07': did you mean '7'? The labels are 7, 8.\n"
    )


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_groups_and_costs_of_the_table(invoke, mails, suffix):
    result = invoke(
        "certify", f"mails.{suffix}", "--label", "class", *FAST, "--costs", "price", "--groups",
        "who", "--group-budget", "2", "--group-budget", "007=0", "--direction", "spam:ham",
        "-o", "run.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr

    def threat(labeled):
        return lc.ThreatModel(
            3, costs=mails["price"][labeled].tolist(), directions=[("spam", "ham")],
            groups=mails["who"][labeled].tolist(), group_budgets={"007": 0, "ann": 2, "bob": 2},
        )  # fmt: skip

    run = document()
    the_same(run, in_python(mails, threat))
    labeled = run["labeled"]["nodes"]
    assert run["threat"]["costs"] == mails["price"][labeled].tolist()
    assert run["threat"]["groups"] == mails["who"][labeled].tolist()
    assert run["threat"]["group_budgets"] == {"007": 0, "ann": 2, "bob": 2}
    assert run["dataset"]["features"] == 2
    text = " ".join(result.stdout.split())
    assert "attacker flips that cost up to 3, of 12 labels at 1 to 3, only spam to ham" in text
    assert "3 groups (" in text
    assert "007 at most 0" in text
    assert "survive any flips that cost so much" in text


def test_the_attacker_of_the_options_is_weaker_than_without(invoke, mails):
    invoke("certify", "mails.csv", "--label", "class", "--drop", "who", "--drop", "price", *FAST,
           "-o", "run.json")  # fmt: skip
    free = document()["certificate"]["radius"]
    invoke("certify", "mails.csv", "--label", "class", "--drop", "price", *FAST, "--groups", "who",
           "--group-budget", "0", "-o", "run.json")  # fmt: skip
    bound = document()["certificate"]["radius"]
    assert set(bound) == {3}
    assert min(free) < 3


def test_files_give_the_same_as_columns(invoke, mails, tmp_path):
    pd.DataFrame({"node": range(40), "group": mails["who"]}).to_csv("who.csv", index=False)
    pd.DataFrame({"node": range(40), "cost": mails["price"]}).to_csv("price.csv", index=False)
    shared = ("--label", "class", *FAST, "--group-budget", "1", "-o", "run.json")
    invoke("certify", "mails.csv", *shared, "--groups", "who", "--costs", "price")
    columns = document()
    mails.drop(columns=["who", "price"]).to_csv("mails.csv", index=False)
    result = invoke("certify", "mails.csv", *shared, "--groups", "who.csv", "--costs", "price.csv")
    assert result.exit_code == 0, result.stderr
    assert "3 groups with at most 1 each" in " ".join(result.stdout.split())
    assert document()["threat"] == columns["threat"]
    assert document()["certificate"]["radius"] == columns["certificate"]["radius"]


def test_a_named_data_set_with_files(invoke, tmp_path):
    groups = "".join(f"{node},{'club' if node % 2 else 'other'}\n" for node in range(34))
    (tmp_path / "who.csv").write_text("node,group\n" + groups, encoding="utf-8")
    (tmp_path / "cost.csv").write_text("node,cost\n0,2\n33,2\n", encoding="utf-8")
    result = invoke(
        "certify", "karate", *FAST, "--groups", "who.csv", "--group-budget", "club=1", "--costs",
        "cost.csv", "-o", "run.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "2 groups (club at most 1, no limit for the others)" in " ".join(result.stdout.split())
    run = document()
    assert run["threat"]["costs"] == [2 if v in (0, 33) else 1 for v in run["labeled"]["nodes"]]
    assert run["threat"]["group_budgets"] == {"club": 1}
    for witness in run["certificate"]["witnesses"]:
        if witness is not None:
            flipped = [run["labeled"]["nodes"][i] for i in witness["indices"]]
            assert sum(node % 2 for node in flipped) <= 1


def test_tables_and_charts_count_costs_only_where_labels_have_them(invoke, tmp_path):
    shared = ("certify", "karate", *FAST, "--costs", "cost.csv", "--plot", "run.svg")
    (tmp_path / "cost.csv").write_text("node,cost\n0,2\n33,2\n", encoding="utf-8")
    text = invoke(*shared).stdout
    assert "survive any flips that cost so much\ncost        sample-wise" in text
    assert "strongest predictions (radius: cost of the flips that each survives)" in text
    assert "cost of the flipped labels" in (tmp_path / "run.svg").read_text(encoding="utf-8")
    (tmp_path / "cost.csv").write_text("node,cost\n0,1\n33,1\n", encoding="utf-8")
    text = invoke(*shared).stdout
    assert "survive any flips of so many labels\nflips   of labels        sample-wise" in text
    assert "radius: cost" not in text
    assert "share of the 12 labels" in (tmp_path / "run.svg").read_text(encoding="utf-8")


def test_rows_stay_with_their_nodes_where_the_graph_is_cut_down(invoke, tmp_path):
    """Nodes of a third class and of another component go; each group still meets its node."""
    rng = np.random.default_rng(0)
    kinds = ["c", "a", "b"] * 14
    rows = [f"n{i},{kind},w{i},{rng.normal():.3f}" for i, kind in enumerate(kinds)]
    (tmp_path / "nodes.csv").write_text("id,label,who,x\n" + "\n".join(rows), encoding="utf-8")
    kept = [i for i, kind in enumerate(kinds) if kind != "c"]
    chain = [f"n{i},n{j}" for i, j in pairwise(kept[2:])]
    edges = "\n".join([f"n{kept[0]},n{kept[1]}", *chain])
    (tmp_path / "edges.csv").write_text(f"source,target\n{edges}\n", encoding="utf-8")
    # "c" comes first but the classes of equal size count in sorted order: a and b are kept.
    result = invoke(
        "certify", "nodes.csv", "--edges", "edges.csv", "--binary", "--largest-component",
        "--per-class", "2", "--max-flips", "1", "--groups", "who", "--group-budget", "1",
        "-o", "run.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    run = document()
    assert run["dataset"]["features"] == 1
    assert run["dataset"]["nodes"] == len(kept) - 2
    assert run["threat"]["groups"] == [f"w{kept[2 + node]}" for node in run["labeled"]["nodes"]]


def test_a_budget_above_all_costs_is_cut_and_told(invoke, mails):
    result = invoke("certify", "mails.csv", "--label", "class", "--drop", "who", "--costs", "price",
                    "--per-class", "1", "--max-flips", "99", "-o", "run.json")  # fmt: skip
    run = document()
    total = sum(run["threat"]["costs"])
    assert run["threat"]["max_flips"] == total
    assert "(not 99: all labels cost no more)" in " ".join(result.stdout.split())


def test_a_group_without_labeled_nodes_may_have_a_budget(invoke, mails):
    labeled = lc.datasets.split(mails["class"].to_numpy(), per_class=1, seed=0).labeled
    free = int(np.setdiff1d(np.arange(40), labeled)[0])
    mails.loc[free, "who"] = "zoe"
    mails.to_csv("mails.csv", index=False)
    result = invoke("certify", "mails.csv", "--label", "class", "--drop", "price", "--per-class",
                    "1", "--groups", "who", "--group-budget", "zoe=1",
                    "-o", "run.json")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert free not in document()["labeled"]["nodes"]
    assert document()["threat"]["group_budgets"] == {}
    assert "none of them with a budget" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--groups", "who"], "groups without a budget"),
        (["--group-budget", "1"], "--group-budget needs --groups"),
        (["--groups", "how", "--group-budget", "1"], "neither a column of the table nor a file"),
        (["--groups", "class", "--group-budget", "1"], "names the label column"),
        (["--groups", "who", "--group-budget", "eve=1"], "'eve', which is no group"),
        (["--groups", "who", "--group-budget", "ann=x"], "--group-budget 'x'"),
        (["--groups", "who", "--group-budget", "-1"], "--group-budget -1 is negative"),
        (["--groups", "who", "--group-budget", "110%"], "out of range"),
        (["--groups", "who", "--group-budget", "ann="], "--group-budget ''"),
        (["--max-flips", ""], "--max-flips '' is not a budget"),
        (["--label", ""], "has no column ''"),
        (["--groups", "who", "--group-budget", "1", "--group-budget", "2"], "twice"),
        (["--groups", "who", "--group-budget", "ann=1", "--group-budget", "ann=2"], "twice"),
        (["--groups", "gap.csv", "--group-budget", "1"], "has no group for labeled node"),
        (["--groups", "far.csv", "--group-budget", "1"], "names node 99"),
        (["--groups", "odd.csv", "--group-budget", "1"], "names the node 'x'"),
        (["--groups", "two.csv", "--group-budget", "1"], "lists node 3 twice"),
        (["--groups", "mails.csv", "--group-budget", "1"], "no column 'node'"),
        (["--costs", "links"], "integers of 1 or more"),
        (["--costs", "who"], "integers of 1 or more"),
        (["--costs", "free.csv"], "holds 0 for node"),
        (["--costs", "none.csv"], "neither a column"),
        (["--costs", "free.csv", "-o", "./free.csv"], "also read"),
    ],
)
def test_bad_input(invoke, mails, tmp_path, args, words):
    files = {
        "gap.csv": "node,group\n0,a\n1,b\n",
        "far.csv": "node,group\n99,a\n",
        "odd.csv": "node,group\nx,a\n",
        "two.csv": "node,group\n3,a\n3,b\n",
        "free.csv": "node,cost\n" + "".join(f"{i},0\n" for i in range(40)),
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    before = sorted(p.name for p in tmp_path.iterdir())
    drops = [x for c in ("who", "price") if c not in args for x in ("--drop", c)]
    result = invoke("certify", "mails.csv", "--label", "class", *FAST, *drops, *args)
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    assert words in lines[0]
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_a_data_set_without_a_table_has_no_columns(invoke):
    result = invoke("certify", "karate", *FAST, "--groups", "who", "--group-budget", "1")
    assert result.exit_code == 2
    assert "there is no table" in result.stderr


def test_engines_by_name_agree_and_unknown_ones_are_one_sentence(tmp_path):
    import json

    from typer.testing import CliRunner

    from labelcert.cli.main import app

    radii = []
    for engine in ("auto", "enumeration", "branch_and_bound", "paper_milp"):
        path = tmp_path / f"{engine}.json"
        arguments = ["certify", "karate", "--per-class", "2", "-C", "0.01", "--max-flips", "2"]
        done = CliRunner().invoke(app, [*arguments, "--engine", engine, "-o", str(path), "-q"])
        assert done.exit_code == 0, done.output
        radii.append(json.loads(path.read_text())["certificate"]["radius"])
    assert all(r == radii[0] for r in radii)
