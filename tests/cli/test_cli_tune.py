"""`labelcert tune` from the shell."""

import json
import shlex

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
