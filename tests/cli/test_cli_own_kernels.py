"""A user's own kernel, or a matrix, in certify, tune and studies: the package is left as it is."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import numpy as np
import pytest

import labelcert as lc
from labelcert.studies import Store

FAST = ("--max-flips", "2", "--test", "6", "--quiet")
SOURCE = """
class Own:
    name = "linear"

    def __init__(self, constant=0.0):
        self.constant = constant

    def settings(self):
        return {"constant": self.constant}

    def __call__(self, graph, rows=None, cols=None):
        X = graph.features
        block = X[rows] @ X[cols].T
        return (block.toarray() if hasattr(block, "toarray") else block) + self.constant
"""
STUDY = (
    "name: s\ndatasets: [karate]\nseeds: [0]\nsplit: {test: 6}\nbudgets: {max_flips: 2}\nmodels:\n"
)


@pytest.fixture(autouse=True)
def own(monkeypatch, tmp_path):
    name = f"mine_{abs(hash(tmp_path))}"
    Path(f"{name}.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield f"{name}:Own"
    sys.modules.pop(name, None)


def result(path="run.json") -> dict:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def radii(path="run.json") -> list:
    return result(path)["certificate"]["radius"]


def test_it_certifies_as_the_same_kernel_of_the_package_does(invoke, own):
    options = ("--constant", "2", "-o", "own.json")
    done = invoke("certify", "karate", *FAST, "--model", own, *options)
    assert done.exit_code == 0, done.stderr
    assert result("own.json")["model"] == {"name": own, "parameters": {"constant": 2}}
    invoke("certify", "karate", *FAST, "--model", "linear", "--constant", "2", "-o", "run.json")
    assert radii("own.json") == radii("run.json")
    told = invoke("certify", f"--model={own}", "--help").stdout
    assert own.partition(":")[0][:8] in told


def test_mistakes_are_one_line(invoke, own):
    for options, sentence in (
        (("--model", own + "x"), "did you mean 'Own'"),
        (("--model", "nowhere.at_all:X"), "cannot be imported"),
        (("--model", own, "--alpha", "1"), "alpha is not an option of"),
        (("--model", "precomputed"), "matrix is missing"),
        (("--model", "gcn", "--matrix", "k.npy"), "matrix is not an option of the gcn kernel"),
        (("--matrix", "k.npy"), "use one of --depth, --activation, "),
        (("--matrix", "k.npy"), "It is one of precomputed: pass --model precomputed for it."),
        (("--model", own, "--gamma", "1"), f"{own} has --"),
    ):
        done = invoke("certify", "karate", *FAST, *options)
        assert done.exit_code == 2
        assert sentence in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_matrix_certifies_as_the_kernel_it_was_made_of(invoke):
    np.save("k.npy", lc.kernels.GCN()(lc.datasets.load("karate")))
    done = invoke(
        "certify", "karate", *FAST, "--model", "precomputed", "--matrix", "k.npy", "-o", "a.json"
    )
    assert done.exit_code == 0, done.stderr
    assert invoke("certify", "karate", *FAST, "-o", "b.json").exit_code == 0
    assert radii("a.json") == radii("b.json")
    np.save("k.npy", np.eye(5))
    refused = invoke("certify", "karate", *FAST, "--model", "precomputed", "--matrix", "k.npy")
    assert refused.exit_code == 2
    assert "graph has 34 nodes and the precomputed kernel 5" in refused.stderr


def test_it_is_tuned_and_its_command_certifies(invoke, own):
    np.save("k.npy", lc.kernels.GCN()(lc.datasets.load("karate")))
    for options in (
        ("--try", f"model={own}", "--try", "constant=0,1"),
        ("--model", "precomputed", "--matrix", "k.npy"),
    ):
        done = invoke("tune", "karate", *options, "--try", "C=1", "--folds", "2")
        assert done.exit_code == 0, done.stderr
        line = next(line for line in done.stdout.splitlines() if "labelcert certify" in line)
        words = shlex.split(line.partition("best")[2])[1:]
        assert invoke(*words, *FAST, "-o", "run.json").exit_code == 0


def test_a_study_knows_a_changed_kernel(invoke, process, own):
    np.save("k.npy", lc.kernels.GCN()(lc.datasets.load("karate")))
    models = (
        f"  - {{name: '{own}', title: own, fixed: {{constant: 2}}, C: 1}}\n"
        "  - {name: linear, fixed: {constant: 2}, C: 1}\n"
        "  - {name: precomputed, title: matrix, fixed: {matrix: k.npy}, C: 1}\n"
        "  - {name: gcn, C: 1}\n"
    )
    Path("sub").mkdir()
    Path("k.npy").rename("sub/k.npy")
    Path("sub/s.yaml").write_text(STUDY + models)
    done = invoke("study", "run", "sub/s.yaml", "--store", "s.db", "--jobs", "2")
    assert done.exit_code == 0, done.stderr
    with Store.reading(Path("s.db")) as store:
        rows = {row.model: row for row in store.rows()}
    assert rows["own"].record["radius"] == rows["linear"].record["radius"]
    assert rows["matrix"].record["radius"] == rows["gcn"].record["radius"]
    assert len({row.key for row in rows.values()}) == 4
    again = invoke("study", "run", "sub/s.yaml", "--store", "s.db", "--jobs", "1")
    assert "(0 computed now" in again.stdout
    source = Path(f"{own.partition(':')[0]}.py")
    source.write_text(source.read_text() + "\n# another kernel, as far as anybody can tell\n")
    run = ("study", "run", "sub/s.yaml", "--store", "s.db", "--jobs", "1")
    stale = invoke(*run)
    assert stale.exit_code == 2
    assert "has changed since it was imported" in stale.stderr
    assert "(1 computed now" in process(*run).stdout


def test_study_files_tell_the_line_of_a_kernel_that_is_none(invoke, own):
    Path("s.yaml").write_text(STUDY + f"  - {{name: '{own}x', C: 1}}\n")
    told = invoke("study", "show", "s.yaml")
    assert told.exit_code == 2
    assert "s.yaml line 7: models.0.name is wrong" in told.stderr
    Path("s.yaml").write_text(STUDY + "  - {name: precomputed, fixed: {matrix: gone.npy}, C: 1}\n")
    told = invoke("study", "show", "s.yaml")
    assert "models.0.fixed.matrix" in told.stderr
