"""`labelcert tune` from the shell."""

import json
import shlex

import numpy as np
import pandas as pd
import pytest

from mails_table import mails_table


def test_table_command_and_file(invoke, tmp_path):
    out = tmp_path / "tuning.csv"
    result = invoke(
        "tune", "karate", "--try", "C=0.01,10", "--try", "depth=1,2", "--budget", "1",
        "--weight", "0.5", "-o", str(out),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "certified at 1" in result.output
    assert "score: 0.5 of accuracy and 0.5 of certified accuracy at 1 (--weight 0.5)" in " ".join(
        result.output.split()
    )
    frame = pd.read_csv(out)
    assert len(frame) == 4
    assert frame["score"].is_monotonic_decreasing
    line = next(line for line in result.output.splitlines() if "labelcert certify karate" in line)
    command = line.split("labelcert ", 1)[1].split()
    again = invoke(*command, "--test", "3")
    assert again.exit_code == 0, again.output


def test_the_command_certifies_the_same_data_and_split(invoke, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mails_table().rename(columns={"class": "Final label (v2)"}).to_csv("my mails.csv", index=False)
    result = invoke(
        "tune", "my mails.csv", "--label", "Final label (v2)", "--drop", "who", "--drop", "price",
        "--per-class", "6", "--validation", "2", "--seed", "3", "--try", "C=1", "--folds", "2",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    line = next(line for line in result.output.splitlines() if "labelcert certify" in line)
    command = shlex.split(line.partition("best")[2])[1:]
    again = invoke(*command, "--max-flips", "1", "-o", "run.json")
    assert again.exit_code == 0, again.output
    run = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert run["split"] == {"per_class": 6, "validation": 2, "seed": 3, "how": None}
    assert run["dataset"]["features"] == 2
    assert run["model"]["name"] == "mlp"


def test_options_of_one_model_do_not_multiply_the_others(invoke, tmp_path):
    out = tmp_path / "tuning.csv"
    result = invoke(
        "tune", "karate", "--try", "model=gcn,appnp", "--try", "alpha=0.1,0.2",
        "--try", "C=1", "-o", str(out), "-q",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert sorted(pd.read_csv(out)["model"]) == ["appnp", "appnp", "gcn"]


def test_what_a_model_cannot_do_without_may_be_tried(invoke, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    points = np.random.default_rng(0).normal(size=(34, 3))
    np.save("a.npy", points @ points.T)
    np.savez("b.npz", K=np.exp(points @ points.T / 9))
    ways = (
        ("--model", "precomputed", "--try", "matrix=a.npy,b.npz"),
        ("--try", "model=precomputed", "--try", "matrix=a.npy,b.npz"),
        ("--try", "model=precomputed,sgc", "--matrix", "b.npz"),
    )
    for way in ways:
        result = invoke("tune", "karate", *way, "--try", "C=0.25", "--folds", "2")
        assert result.exit_code == 0, result.output
        table = [line.split() for line in result.stdout.splitlines() if "0.25" in line]
        shown = ("a.npy", "b.npz") if "--matrix" not in way else ("precomputed", "sgc")
        assert sorted(row[0] for row in table[:2]) == list(shown)


def test_a_table_of_many_columns_is_whole_where_there_is_no_terminal(invoke):
    result = invoke(
        "tune", "karate", "--try", "model=gcn,appnp,ppnp", "--try", "alpha=0.125,0.25",
        "--try", "depth=1,2", "--try", "normalization=row,symmetric", "--try", "edge-weight=0.5,1",
        "--try", "skip=none,pc", "--try", "ridge=0.0625", "--folds", "2",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "…" not in result.stdout
    head = next(line for line in result.stdout.splitlines() if "normalization" in line)
    assert head.split()[:2] == ["model", "depth"]
    assert "activation" not in head, "what no candidate has otherwise is not shown"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--try", "deph=1"], "depth"),
        (["--try", "C"], "NAME=V1,V2"),
        (["--try", "C=x"], "numbers"),
        (["--try", "C=1", "--try", "C=2"], "twice"),
        (["--try", "model=nix"], "nix"),
        (["--weight", "0.5"], "budget"),
        (["--folds", "99"], "folds"),
        (["-o", "a.txt"], "a.txt"),
    ],
)
def test_bad_input_is_one_sentence(invoke, options, words):
    result = invoke("tune", "karate", *options)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("tried", "budget", "told"),
    [("ridge=0.1,1,10", "0", "median certified flips"), ("C=0.1,1", "1", "certified accuracy")],
)
def test_a_chart_of_the_trade(invoke, tmp_path, tried, budget, told):
    file = tmp_path / "trade.svg"
    result = invoke("tune", "karate", "--try", tried, "--budget", budget, "--chart", str(file))
    assert result.exit_code == 0
    drawn = file.read_text(encoding="utf-8")
    assert told in drawn
    assert "accuracy of left-out folds" in drawn


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--chart", "trade.bmp"], "bmp"),
        (["--chart", "trade.png"], "--chart shows certified accuracy at --budget"),
    ],
)
def test_a_chart_that_cannot_be_drawn_is_refused_at_once(invoke, options, told):
    result = invoke("tune", "karate", "--try", "C=0.1,1", *options)
    assert result.exit_code == 2
    assert told in result.stderr


def test_features_of_a_table(invoke, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(90, 3)).round(3)
    kinds = np.where(rows[:, 0] + 0.3 * rng.normal(size=90) > 0, "a", "b")
    frame = pd.DataFrame(rows, columns=["x", "y", "z"]).assign(kind=kinds)
    frame.to_csv("t.csv", index=False)
    result = invoke(
        "tune", "t.csv", "--label", "kind", "--try", "features=pixels,random_relu",
        "--try", "ridge=0.1,10", "--chart", "c.svg",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "random_relu" in (tmp_path / "c.svg").read_text(encoding="utf-8")
    line = next(line for line in result.output.splitlines() if "labelcert certify t.csv" in line)
    again = invoke(*shlex.split(line.split("labelcert ", 1)[1]), "--max-flips", "3")
    assert again.exit_code == 0, again.output
    for options, told in (
        (["--features", "pixels"], "values of ridge"),
        (["--features", "pixels", "--try", "C=1"], "values of ridge"),
        (["--parts", "3"], "--parts and --votes"),
    ):
        refused = invoke("tune", "t.csv", "--label", "kind", *options)
        assert refused.exit_code == 2
        assert told in refused.output


@pytest.mark.parametrize(
    ("options", "told"),
    [((), "accuracy alone (--weight 0)"), (("--weight", "1", "--budget", "1"), "at 1 alone")],
)
def test_what_the_score_is_is_told(invoke, options, told):
    result = invoke("tune", "karate", "--try", "C=1", "--folds", "2", *options)
    assert result.exit_code == 0, result.output
    assert told in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("option", "told"),
    [("lambda", "use one of C, ridge, model, constant"), ("rigde", "did you mean 'ridge'")],
)
def test_what_can_be_tried_is_told(invoke, option, told):
    result = invoke("tune", "karate", "--model", "linear", "--try", f"{option}=1,10")
    assert result.exit_code == 2
    assert f"--try {option!r} is nothing that can be tried here" in result.stderr
    assert told in result.stderr
