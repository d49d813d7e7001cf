"""Images as rows of a table, certified with the convolutional kernel from the shell."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

import labelcert as lc


def test_the_cnn_certifies_a_table_of_images_as_python_does(invoke, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X, y = load_digits(n_class=2, return_X_y=True)
    X, y = X[:40] / 16, np.array(["zero", "one"])[y[:40]]
    table = pd.DataFrame(X, columns=[f"p{k}" for k in range(64)])
    table.assign(digit=y).to_csv("digits.csv", index=False)
    found = invoke(
        "certify", "digits.csv", "--label", "digit", "--per-class", "4", "--model", "cnn",
        "--filter", "5", "--pooling", "average", "-C", "2", "--max-flips", "2", "-o", "run.json",
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    run = json.loads((tmp_path / "run.json").read_text())
    assert run["model"]["name"] == "cnn"
    assert run["model"]["parameters"]["pooling"] == "average"
    kernel = lc.kernels.CNN(filter=5, pooling="average")
    labeled, test = np.array(run["labeled"]["nodes"]), np.array(run["test"]["nodes"])
    expected = lc.certify(
        kernel(X, labeled), kernel(X, test, labeled), y[labeled], C=2.0, max_flips=2
    )
    assert run["certificate"]["radius"] == expected.radius.tolist()


def test_rows_that_are_no_images_are_refused(invoke, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = np.random.default_rng(0).random((20, 5))
    pd.DataFrame(rows).assign(c=list("ab") * 10).to_csv("t.csv", index=False)
    found = invoke("certify", "t.csv", "--label", "c", "--per-class", "2", "--model", "cnn")
    assert found.exit_code == 2
    assert "no square image" in " ".join(found.stderr.split())
    found = invoke("certify", "karate", "--model", "cnn", "--filter", "4")
    assert found.exit_code == 2
    assert "filter must be an odd number" in " ".join(found.stderr.split())
