"""`labelcert certify` on rows: features, parts and votes."""

import json
import re

import numpy as np
import pytest

import labelcert as lc
from shared_files import needs_data


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(320, 3)).round(3)
    names = np.where(X[:, 0] + 0.3 * rng.normal(size=320) > 0, "up", "down")
    path = tmp_path / "table.csv"
    lines = [
        "a,b,c,class",
        *(f"{a},{b},{c},{name}" for (a, b, c), name in zip(X, names, strict=True)),
    ]
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def refused(done, words):
    assert done.exit_code == 2
    told = " ".join(done.stderr.split())
    assert re.search(words, told), told
    assert "Traceback" not in told


def test_parts_of_a_table(invoke, table, tmp_path):
    out = tmp_path / "run.json"
    done = invoke(
        "certify", table, "--label", "class", "--parts", "5", "--per-class", "20", "--ridge", "0.5",
        "--max-flips", "9", "-o", str(out), "--report", str(tmp_path / "page.html"),
    )  # fmt: skip
    assert "pixels (parts 5, votes white_box), kernel regression with ridge = 0.5" in done.stdout
    assert "How radii are distributed" in done.stdout
    assert "median radius" in done.stdout
    run = json.loads(out.read_text())
    cert = lc.Certificate.from_json(json.dumps(run["certificate"]))
    assert cert.learner == {"ridge": 0.5, "parts": 5.0}
    graph = lc.datasets.from_table(table, label="class")
    labeled, test = run["labeled"]["nodes"], run["test"]["nodes"]
    ensemble = lc.PartitionEnsemble(parts=5, ridge=0.5)
    again = ensemble.fit(graph.features[labeled], graph.labels[labeled])
    assert (again.certify(graph.features[test], 9).radius == cert.radius).all()
    page = (tmp_path / "page.html").read_text()
    assert '"bins":[[0,0,' in page.replace(" ", "")


def test_features_without_parts_are_one_model(invoke, table, tmp_path):
    out = tmp_path / "run.json"
    invoke(
        "certify", table, "--label", "class", "--features", "random_relu", "--test", "20",
        "--learner", "ridge", "-o", str(out),
    )  # fmt: skip
    run = json.loads(out.read_text())
    assert run["model"] == {"name": "random_relu", "parameters": {"width": 2000, "seed": 0}}
    assert run["certificate"]["learner"] == {"ridge": 1.0}


def test_features_may_be_attacked_together(invoke, table, tmp_path):
    out = tmp_path / "run.json"
    done = invoke(
        "certify", table, "--label", "class", "--features", "pixels", "--test", "8",
        "--ridge", "1", "--max-flips", "6", "--collective", "-o", str(out),
    )  # fmt: skip
    assert "collective" in done.stdout
    run = json.loads(out.read_text())
    counts = run["certificate"]["collective"]
    assert len(counts["broken_lower"]) == len(counts["broken_upper"]) == 7
    assert counts["broken_upper"][0] == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--features", "pixel"], "did you mean|pixels"),
        (["--votes", "white_box"], "--parts"),
        (["--parts", "0"], "parts"),
        (["--parts", "3", "--votes", "grey"], "white_box or black_box"),
        (["--parts", "3", "--model", "mlp"], "--model"),
        (["--parts", "3", "--depth", "2"], "--depth"),
        (["--parts", "3", "--direction", "up:down"], "--direction"),
        (["--parts", "3", "--collective"], "--collective does not go with --parts"),
        (["--parts", "3", "-C", "1", "--ridge", "1"], "pass one of them"),
        (["--learner", "tree"], "'svm' or 'ridge'"),
        (["--learner", "svm", "--ridge", "1"], "--ridge"),
        (["--features", "patches"], "square images"),
    ],
)
def test_what_does_not_go_together_is_refused(invoke, table, wrong, words):
    refused(invoke("certify", table, "--label", "class", *wrong), words)


def test_graphs_are_refused(invoke):
    refused(invoke("certify", "karate", "--parts", "3"), "has edges")


@needs_data
def test_images_train_on_the_publishers_split(invoke, tmp_path):
    out = tmp_path / "run.json"
    done = invoke(
        "certify", "mnist", "--learner", "ridge", "--ridge", "1e6", "--drop-class", "0",
        "--test", "12", "--max-flips", "40", "-o", str(out), "--time-limit", "inf",
    )  # fmt: skip
    assert "all for training, as published" in done.stdout
    run = json.loads(out.read_text())
    assert run["split"] == {"seed": 0, "standard": True}
    assert len(run["labeled"]["nodes"]) == 60_000 - 5_923
    assert len(run["test"]["nodes"]) == 12
    assert 0 not in run["labeled"]["labels"]
