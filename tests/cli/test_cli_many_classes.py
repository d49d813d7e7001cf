"""More than two classes, and the options that came with them, in the shell."""

from __future__ import annotations

import json

import numpy as np
import pytest

import labelcert as lc
from shared_files import needs_data


@pytest.fixture
def table(tmp_path):
    """Three kinds of fruit in a table without a graph."""
    rng = np.random.default_rng(0)
    centres = {"apple": (2, 0), "fig": (-2, 1), "kiwi": (0, -2)}
    rows = [
        (*(rng.normal(centre, 1.2).round(3)), name) for name, centre in centres.items()
        for _ in range(12)
    ]  # fmt: skip
    text = "x,y,kind\n" + "".join(f"{x},{y},{kind}\n" for x, y, kind in rows)
    (tmp_path / "fruit.csv").write_text(text, encoding="utf-8")
    return "fruit.csv"


def document(path="run.json"):
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


FRUIT = ("--label", "kind", "--per-class", "2", "--max-flips", "2")


def test_a_table_of_three_classes(invoke, table):
    result = invoke(
        "certify", table, *FRUIT, "--collective", "-o", "run.json", "-o", "run.csv",
        "--plot", "run.svg",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "apple, fig, kiwi" in result.stdout
    assert "up to 2 flips of 12 labels" in result.stdout
    run = document()
    cert = lc.Certificate.from_json(json.dumps(run["certificate"]))
    assert cert.decision.shape == (24, 3)
    assert set(run["test"]["predictions"]) <= {"apple", "fig", "kiwi"}
    new = {(cert.labels[i], k) for w in cert.witnesses if w for i, k in zip(*w, strict=True)}
    assert len(new) > 1
    for r in (1, 2):
        row = next(line for line in result.stdout.splitlines() if line.split()[:1] == [str(r)])
        assert f"{int((cert.radius >= r).sum())} of 24" in row
        attack = cert.collective.relabeling(r)
        assert (attack.labels != cert.labels[attack.indices]).all()


def test_directions_are_pairs_of_classes(invoke, table):
    pairs = ("--direction", "apple:fig", "--direction", "fig:kiwi")
    result = invoke("certify", table, *FRUIT, *pairs, "-o", "run.json")
    assert "only apple to fig and fig to kiwi" in " ".join(result.stdout.split())
    cert = lc.Certificate.from_json(json.dumps(document()["certificate"]))
    moves = {(cert.labels[i], k) for w in cert.witnesses if w for i, k in zip(*w, strict=True)}
    assert moves
    assert moves <= {("apple", "fig"), ("fig", "kiwi")}


def test_the_difference_between_relaxed_and_exact_is_told(invoke, table):
    result = invoke("certify", table, *FRUIT, "--ridge", "0.5", "-o", "run.json")
    gap = lc.Certificate.from_json(json.dumps(document()["certificate"])).relaxation_gap
    assert gap.compared == 24
    assert f"relaxation  taking each class alone {gap.told}\n" in result.stdout


@pytest.mark.parametrize("learner", [("-C", "1"), ("--ridge", "0.5")])
def test_relaxed(invoke, table, learner):
    invoke("certify", table, *FRUIT, *learner, "-o", "exact.json")
    result = invoke("certify", table, *FRUIT, *learner, "--relaxed", "-o", "run.json")
    assert result.exit_code == 0, result.stderr
    exact, relaxed = (document(path)["certificate"] for path in ("exact.json", "run.json"))
    assert (exact["relaxed"], relaxed["relaxed"]) == (False, True)
    low, high = np.array(relaxed["radius"]), np.array(relaxed["radius_upper"])
    assert (low <= exact["radius"]).all()
    assert (high >= exact["radius"]).all()
    if (low < high).any():
        assert "Leave it out to close" in " ".join(result.stdout.split())


@pytest.mark.parametrize("more", [(), ("--exactness", "relaxed", "--point-time-limit", "5")])
def test_advice(invoke, table, more):
    given = ("--k", "2", "--budget", "1", "-o", "advice.json", *more)
    result = invoke("advise", table, *FRUIT, *given)
    assert result.exit_code == 0, result.stderr
    advice = document("advice.json")
    trusted = [step["index"] for step in advice["advice"]["steps"]]
    assert trusted
    assert [advice["labeled"]["nodes"][i] for i in trusted] == advice["chosen"]
    assert len(advice["advice"]["after"]["decision"][0]) == 3


def test_worst_margins_of_two_classes(invoke):
    fast = ("karate", "--per-class", "2", "--max-flips", "2", "-o", "run.json")
    invoke("certify", *fast, "--worst-margins", "--point-time-limit", "30")
    cert = lc.Certificate.from_json(json.dumps(document()["certificate"]))
    assert np.isfinite(cert.worst_margin).all()
    assert (cert.worst_margin_bound > cert.worst_margin - 1e-5).all()
    assert (np.diff(cert.worst_margin, axis=1) <= 1e-9).all()
    assert ((cert.worst_margin > 0).sum(axis=1) - 1 == cert.radius).all()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--exactness", "sloppy"], "--relaxed"),
        (["--worst-margins"], "--worst-margins is not available for 3 classes"),
        (["--worst-margins", "--engine", "paper_milp"], "--engine 'paper_milp'"),
        (["--point-time-limit", "-1"], "--point-time-limit -1.0"),
        (["--direction", "apple:pear"], "--direction names the label 'pear'"),
    ],
)
def test_bad_options(invoke, table, args, words):
    result = invoke("certify", table, "--label", "kind", "--per-class", "2", *args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert words in result.stderr


@needs_data
@pytest.mark.parametrize(
    ("name", "C", "classes"), [("cora_ml", "0.004", 7), ("citeseer", "0.0001", 6)]
)
def test_citation_graphs_with_all_their_classes(invoke, name, C, classes):
    result = invoke(
        "certify", name, "-C", C, "--per-class", "2", "--test", "12", "--max-flips", "2",
        "-o", "run.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    run = document()
    cert = lc.Certificate.from_json(json.dumps(run["certificate"]))
    assert cert.decision.shape == (12, classes)
    assert len(run["labeled"]["nodes"]) == 4 * classes
    assert cert.exact.all()
    assert "Still open" not in result.stdout
