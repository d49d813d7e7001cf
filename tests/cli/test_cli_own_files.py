"""Files as users have them, in every command: what was read is told, and no node is bent."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import labelcert as lc

FAST = ("--per-class", "3", "--max-flips", "2", "--jobs", "1")


@pytest.fixture
def table(tmp_path):
    """24 rows of two classes; more columns than features."""
    rng = np.random.default_rng(0)
    kind = np.array(["02", "2"] * 12)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=24).round(3) + (kind == "2"),
            "z": rng.normal(size=24).round(3),
            "verified": kind == "2",
            "label": kind,
        }
    )
    frame.to_csv(tmp_path / "t.csv")
    return frame


def document(path="run.json"):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def facts(result) -> str:
    """Standard output with its lines joined again."""
    return " ".join(result.stdout.split())


READ = (
    "read labels from column 'label', 2 features ('x', 'z'); left out: 'Unnamed: 0' (no name), "
    "'verified' (true or false), unless named in keep (--keep)"
)


@pytest.mark.parametrize(
    "command",
    [
        ("certify", "t.csv", *FAST),
        ("advise", "t.csv", *FAST, "--k", "1"),
        ("tune", "t.csv", "--per-class", "3", "--try", "C=1", "--folds", "2", "--jobs", "1"),
    ],
)
def test_every_command_tells_what_was_read(invoke, table, command):
    result = invoke(*command)
    assert result.exit_code == 0, result.stderr
    assert READ in facts(result)
    assert invoke(*command, "--quiet").stdout == ""


def test_a_study_tells_what_was_read(invoke, table):
    Path("st.yaml").write_text(
        "name: s\ndatasets: [{path: t.csv, split: {per_class: 3}}]\nseeds: [0]\n"
        "models: [{name: mlp, C: 1}]\nbudgets: {max_flips: 1}\n"
    )
    result = invoke("study", "run", "st.yaml", "--jobs", "1")
    assert result.exit_code == 0, result.stderr
    assert READ.replace("read ", "t.csv: ") in facts(result)
    assert invoke("study", "run", "st.yaml", "--quiet").stdout == ""


def test_the_document_and_the_page_tell_what_was_read(invoke, table):
    result = invoke("certify", "t.csv", *FAST, "-o", "run.json", "--report", "run.html")
    assert result.exit_code == 0, result.stderr
    assert "labels from column 'label'" in document()["dataset"]["notes"][0]
    assert "true or false" in Path("run.html").read_text(encoding="utf-8")


def test_named_graphs_have_nothing_to_tell(invoke):
    assert "read " not in invoke("certify", "karate", "--max-flips", "1").stdout


def test_a_column_is_kept_where_it_is_asked_for(invoke, table):
    assert "24 rows, 2 features" in invoke("certify", "t.csv", *FAST).stdout
    kept = invoke("certify", "t.csv", *FAST, "--keep", "verified")
    assert "24 rows, 3 features" in kept.stdout
    assert "accuracy 100.0%" in facts(kept)
    assert "--keep goes with a file" in invoke("certify", "karate", "--keep", "x").stderr


def test_classes_are_named_as_the_file_writes_them(invoke, table):
    result = invoke("certify", "t.csv", *FAST, "--direction", "02:2", "-o", "run.json")
    assert result.exit_code == 0, result.stderr
    assert document()["dataset"]["classes"] == ["02", "2"]
    assert document()["threat"]["directions"] == [["02", "2"]]
    assert set(document()["certificate"]["labels"]) == {"02", "2"}


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".npz"])
@pytest.mark.parametrize("binary", [(), ("--binary",)])
def test_nodes_without_a_label_are_neither_labeled_nor_tested(invoke, tmp_path, suffix, binary):
    rng = np.random.default_rng(1)
    known = np.arange(40) % 5 < 2
    names = np.where(np.arange(40) % 2, "good", "bad").astype(object)
    x = rng.normal(size=(40, 2))
    ring = np.stack([np.arange(40), (np.arange(40) + 1) % 40], axis=1)
    if suffix == ".npz":
        numbers = np.where(known, np.arange(40) % 2, -1)
        np.savez(tmp_path / "n.npz", labels=numbers, features=x, edges=ring)
        options: tuple[str, ...] = ()
    else:
        frame = pd.DataFrame({"id": [f"n{i}" for i in range(40)], "label": names})
        frame["label"] = frame["label"].where(known, None)
        frame = frame.assign(x=x[:, 0], z=x[:, 1])
        ends = pd.DataFrame(ring, columns=["source", "target"]).map(lambda i: f"n{i}")
        if suffix == ".csv":
            frame.to_csv(tmp_path / "n.csv", index=False)
            ends.to_csv(tmp_path / "e.csv", index=False)
        else:
            frame.to_parquet(tmp_path / "n.parquet")
            ends.to_parquet(tmp_path / "e.parquet")
        options = ("--edges", f"e{suffix}")
    result = invoke(
        "certify", f"n{suffix}", *options, *binary, *FAST, "-o", "run.json", "--report", "run.html"
    )
    assert result.exit_code == 0, result.stderr
    assert "24 of 40 nodes have no label" in facts(result)
    run = document()
    assert run["dataset"]["nodes"] == 40
    assert run["dataset"]["edges"] == 40
    assert run["dataset"]["unlabeled"] == 24
    assert len(run["dataset"]["classes"]) == 2
    nodes = [*run["labeled"]["nodes"], *run["test"]["nodes"]]
    assert sorted(nodes) == np.flatnonzero(known).tolist()
    page = Path("run.html").read_text(encoding="utf-8")
    assert "-9223372036854775808" not in page


def test_an_mlp_without_unlabeled_rows_proves_the_same(invoke, tmp_path, table):
    frame = table.drop(columns="verified")
    frame.to_csv("all.csv", index=False)
    gone = pd.DataFrame({"x": [9.0, 8.0], "z": [1.0, 2.0], "label": [None, None]})
    pd.concat([frame, gone]).to_csv("more.csv", index=False)
    for name in ("all", "more"):
        assert invoke("certify", f"{name}.csv", *FAST, "-o", f"{name}.json").exit_code == 0
    assert document("all.json")["test"] == document("more.json")["test"]
    assert (
        document("all.json")["certificate"]["radius"]
        == (document("more.json")["certificate"]["radius"])
    )


@pytest.fixture
def rare(tmp_path, table):
    frame = table.drop(columns="verified")
    frame.loc[len(frame)] = {"x": 0.5, "z": 0.5, "label": "rare bird"}
    frame.to_csv(tmp_path / "rare.csv", index=False)
    return frame


COMMANDS = (
    ("certify", "rare.csv", *FAST),
    ("advise", "rare.csv", *FAST, "--k", "1"),
    ("tune", "rare.csv", "--per-class", "3", "--try", "C=1", "--folds", "2", "--jobs", "1"),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_class_with_one_member_can_be_left_out(invoke, rare, command):
    refused = invoke(*command)
    assert refused.exit_code == 2
    assert "--drop-class 'rare bird'" in refused.stderr
    result = invoke(*command, "--drop-class", "rare bird")
    assert result.exit_code == 0, result.stderr
    assert "rare" not in result.stdout.replace("rare.csv", "").replace("rare: 24 rows", "").replace(
        "'rare bird'", ""
    )
    unknown = invoke(*command, "--drop-class", "rare brid")
    assert unknown.exit_code == 2
    assert "did you mean 'rare bird'" in unknown.stderr


def test_tune_names_the_command_with_the_class_left_out(invoke, rare):
    result = invoke(*COMMANDS[2], "--drop-class", "rare bird")
    assert "--drop-class 'rare bird'" in result.stdout.splitlines()[-1]


def test_classes_of_named_graphs_can_be_left_out(invoke):
    result = invoke("certify", "karate", "--drop-class", "Officer")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_rows_stay_with_their_nodes_where_a_class_is_left_out(invoke, rare):
    """The price of each label is that of its own row, also after the rows of a class are gone."""
    frame = pd.concat([rare.iloc[-1:], rare.iloc[:-1]]).assign(price=range(1, len(rare) + 1))
    frame.to_csv("priced.csv", index=False)
    result = invoke(
        "certify", "priced.csv", *FAST, "--drop-class", "rare bird", "--costs", "price",
        "-o", "run.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    run = document()
    # Node 0 of the graph is row 1 of the table, whose price is 2.
    assert run["threat"]["costs"] == [node + 2 for node in run["labeled"]["nodes"]]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_lists_and_tables_of_nodes_may_be_saved_by_windows(invoke, table, codec):
    frame = table.assign(id=[f"ö{i}" for i in range(24)])
    frame.to_csv("t.csv", index=False, encoding=codec)
    run = ("certify", "t.csv", *FAST, "--id", "id")
    assert invoke(*run, "-o", "run.json").exit_code == 0
    name = document()["labeled"]["ids"][0]
    Path("trusted.txt").write_bytes(f"{name} # checked\r\n".encode(codec))
    Path("costs.csv").write_bytes(f"node,cost\r\n{name},3\r\n".encode(codec))
    result = invoke(*run, "--trusted", "trusted.txt", "--costs", "costs.csv", "-o", "run.json")
    assert result.exit_code == 0, result.stderr
    assert document()["threat"]["trusted"] == document()["labeled"]["nodes"][:1]
    assert document()["threat"]["costs"][:2] == [3, 1]


def test_groups_that_look_the_same_are_refused_and_blanks_around_all_are_told(invoke, table):
    options = ("--groups", "who", "--group-budget", "bob=0")
    frame = table.assign(who=["bob", "ann", "bob ", "ann"] * 6)
    frame.to_csv("t.csv", index=False)
    result = invoke("certify", "t.csv", *FAST, *options)
    assert result.exit_code == 2
    assert "'bob' and 'bob '" in result.stderr
    frame.assign(who=[" bob", " ann"] * 12).to_csv("t.csv", index=False)
    result = invoke("certify", "t.csv", *FAST, *options)
    assert result.exit_code == 0, result.stderr
    assert "blanks around the cells of column 'who' were removed" in facts(result)


def test_a_study_leaves_out_classes_and_keeps_columns(invoke, rare):
    rare.assign(ok=True).to_csv("rare.csv", index=False)
    text = (
        "name: s\ndatasets: [{path: rare.csv, drop_classes: [rare bird], keep: [ok], "
        "split: {per_class: 3}}]\nseeds: [0]\nmodels: [{name: mlp, C: 1}]\n"
        "budgets: {max_flips: 1}\n"
    )
    Path("st.yaml").write_text(text)
    result = invoke("study", "run", "st.yaml", "--jobs", "1")
    assert result.exit_code == 0, result.stderr
    assert "3 features ('x', 'z', 'ok')" in facts(result)
    Path("st.yaml").write_text(text.replace("drop_classes: [rare bird], ", ""))
    result = invoke("study", "run", "st.yaml", "--jobs", "1")
    assert result.exit_code == 2
    assert "--drop-class 'rare bird'" in result.stderr


def test_python_and_the_shell_read_the_same(invoke, table):
    assert invoke("certify", "t.csv", *FAST, "-o", "run.json").exit_code == 0
    graph = lc.datasets.from_table("t.csv")
    assert document()["dataset"]["notes"] == list(graph.notes)


@pytest.mark.parametrize("option", [("--groups", "--group-budget", "1"), ("--costs",)])
def test_a_column_of_groups_or_costs_that_is_nowhere_names_the_near_one(invoke, table, option):
    table.assign(annotator="bob").to_csv("t.csv", index=False)
    result = invoke("certify", "t.csv", *FAST, option[0], "anotator", *option[1:])
    assert result.exit_code == 2
    assert "did you mean 'annotator'" in result.stderr
    Path("st.yaml").write_text(
        "name: s\ndatasets: [t.csv]\nseeds: [0]\nmodels: [{name: mlp, C: 1}]\n"
        "budgets: {max_flips: 1}\nthreat: {costs: anotator}\n"
    )
    result = invoke("study", "run", "st.yaml")
    assert result.exit_code == 2
    assert "did you mean 'annotator'" in result.stderr


@pytest.mark.parametrize(
    "command", [("advise", "--k", "1"), ("tune", "--try", "C=1", "--folds", "2")]
)
def test_advise_and_tune_pass_over_rows_without_a_label(invoke, table, command):
    table.drop(columns="verified").to_csv("all.csv", index=False)
    gone = pd.DataFrame({"x": [9.0, 8.0], "z": [1.0, 2.0], "label": [None, None]})
    pd.concat([table.drop(columns="verified"), gone]).to_csv("more.csv", index=False)
    options = ("--per-class", "3", "--jobs", "1", *command[1:], "-o", "result.csv")
    found = []
    for name in ("all.csv", "more.csv"):
        result = invoke(command[0], name, *options)
        assert result.exit_code == 0, result.stderr
        assert ("2 of 26 nodes have no label" in facts(result)) == (name == "more.csv")
        found.append(pd.read_csv("result.csv").drop(columns="seconds", errors="ignore"))
    pd.testing.assert_frame_equal(*found)
