"""A kernel that is added to the registry brings its options along, and no file of the shell."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from labelcert.kernels import registry
from toy_kernel import Powers

FAST = ("--max-flips", "1", "--test", "3")


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    monkeypatch.setattr(registry, "_CLASSES", (*registry.names().values(), Powers))


def run(path: str = "run.json") -> dict:
    return json.loads(Path(path).read_text(encoding="utf-8"))["model"]


@pytest.mark.parametrize("command", ["certify", "advise", "tune"])
def test_the_help_has_its_options(invoke, command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    told = " ".join(invoke(command, "--help").stdout.split())
    assert "--degree N Power, at least 0 (powers)." in told
    assert "--scale X Factor, above 0, or none (powers)." in told
    assert "--keep-shift true|false Add the shift (powers)." in told
    assert "--form NAME Form: plain or [b] (powers)." in told
    assert "--model-seed N Seed of the random weights (random_features, powers)." in told
    assert "--seed N Seed of the split." in told
    assert (
        "--depth N Number of hidden layers, at least 1 (all but linear, random_features, powers)."
        in told
    )


def test_they_reach_the_kernel(invoke):
    result = invoke(
        "certify", "karate", *FAST, "--model", "powers", "--degree", "2", "--keep-shift", "true",
        "--shift", "3", "--form", "[b]", "--model-seed", "7", "--seed", "1", "-o", "run.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "[b]" in result.stdout
    assert run() == {
        "name": "powers",
        "parameters": {
            "degree": 2,
            "scale": None,
            "keep_shift": True,
            "shift": 3.0,
            "form": "[b]",
            "seed": 7,
        },
    }
    assert json.loads(Path("run.json").read_text())["split"]["seed"] == 1


@pytest.mark.parametrize("command", ["certify", "advise", "tune"])
@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("--degree", "2"), "degree is not an option of the gcn kernel"),
        (("--model", "powers", "--depth", "2"), "depth is not an option of the powers kernel"),
        (("--model", "powers", "--degree", "x"), "degree must be an integer of at least 0"),
        (("--model", "powers", "--shift", "2"), "shift is read only with --keep-shift true: add"),
    ],
)
def test_wrong_uses_are_refused(invoke, command, args, sentence):
    result = invoke(command, "karate", *args)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_it_is_listed_tuned_and_studied(invoke):
    listed = " ".join(invoke("models").stdout.split())
    assert (
        "powers a polynomial of inner products --degree 1 power, at least 0 --scale none" in listed
    )
    result = invoke(
        "tune", "karate", "--try", "model=powers,mlp", "--try", "degree=2,3", "--try", "C=1",
        "--try", "scale=none,0.5", "--folds", "2", "-o", "tuning.csv", "--try", "keep-shift=true",
        "--try", "seed=5",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert len(Path("tuning.csv").read_text().splitlines()) == 1 + 4 + 1
    line = next(line for line in result.stdout.splitlines() if "labelcert certify" in line)
    words = shlex.split(line.partition("best")[2])[1:]
    assert invoke(*words, *FAST, "-o", "run.json").exit_code == 0
    if run()["name"] == "powers":
        assert run()["parameters"]["seed"] == 5
    study = (
        "name: s\ndatasets: [karate]\nseeds: [0]\nsplit: {test: 3}\nbudgets: {max_flips: 1}\n"
        "models:\n  - {name: powers, grid: {degree: [1, 2]}, fixed: {keep_shift: true}, C: 1}\n"
    )
    Path("s.yaml").write_text(study)
    assert invoke("study", "show", "s.yaml").exit_code == 0
    Path("s.yaml").write_text(study.replace("[1, 2]", "[1, x]"))
    refused = invoke("study", "show", "s.yaml").stderr
    assert "line 7: models.0.grid.degree.1 must be an integer of at least 0, not 'x'." in refused


def test_it_needs_no_edges_and_a_graph_network_does(invoke):
    rows = "".join(f"{x},{'ab'[x % 2]}\n" for x in range(30))
    Path("a.csv").write_text("x,label\n" + rows)
    assert invoke("certify", "a.csv", *FAST, "--model", "powers").exit_code == 0
    assert "model gin needs edges" in invoke("certify", "a.csv", *FAST, "--model", "gin").stderr


def test_a_best_kernel_with_a_none_that_is_no_default_is_told_as_it_is(invoke):
    result = invoke("tune", "karate", "--try", "C=1", "--try", "normalization=none", "--folds", "2")
    assert "--normalization none" in result.stdout
    assert "--skip" not in result.stdout
