"""`labelcert certify table.csv --new today.csv`, and --standardize."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import labelcert as lc


def tables(seed=0, labels=True):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((50, 3)) * [1.0, 1.0, 1000.0]
    frame = pd.DataFrame(rows, columns=["a", "b", "c"])
    frame["kind"] = np.where(rows[:, 0] > 0, "spam", "ham")
    old, new = frame[:40].copy(), frame[40:].copy()
    old.loc[3, "kind"] = None  # not trained on
    if not labels:
        new = new.drop(columns="kind")
    old.to_csv("old.csv", index=False)
    new[new.columns[::-1]].to_csv("new.csv", index=False)  # columns in another order
    return old, new


def document():
    return json.loads(Path("run.json").read_text(encoding="utf-8"))


ASKED = ("certify", "old.csv", "--label", "kind", "--new", "new.csv", "--max-flips", "2")


@pytest.mark.parametrize("labels", [True, False])
def test_all_labeled_rows_train_and_all_new_ones_are_certified(invoke, labels):
    old, new = tables(labels=labels)
    result = invoke(*ASKED, "--ridge", "1", "-o", "run.json", "-o", "run.csv")
    assert result.exit_code == 0, result.stderr
    text = " ".join(result.stdout.split())
    assert "39 labeled rows (all rows with a label; 10 new rows are certified)" in text
    assert "1 of 40 nodes have no label" in text
    there = old.dropna()
    fitted = lc.LabelCertifier(ridge=1.0).fit(there[["a", "b", "c"]], there["kind"])
    cert = fitted.certify(new[["a", "b", "c"]], max_flips=2)
    run = document()
    assert run["certificate"]["radius"] == cert.radius.tolist()
    assert run["test"]["predictions"] == cert.prediction.tolist()
    frame = pd.read_csv("run.csv")
    if labels:
        right = int((cert.prediction == new["kind"].to_numpy()).sum())
        assert f"of 10 test rows ({right} right)" in text
        assert run["test"]["true_labels"] == new["kind"].tolist()
    else:
        assert "unknown: none of 10 new rows has a label" in text
        assert run["test"]["true_labels"] == [None] * 10
        assert frame["true_label"].isna().all()


def test_accuracy_is_told_where_the_truth_is_known(invoke):
    _, new = tables()
    new.loc[new.index[2:], "kind"] = None
    new.to_csv("new.csv", index=False)
    result = invoke(*ASKED, "--ridge", "1", "-o", "run.json")
    assert result.exit_code == 0, result.stderr
    assert "of 2 new rows with a label" in " ".join(result.stdout.split())
    assert document()["test"]["true_labels"][:3] == [*new["kind"][:2], None]


@pytest.mark.parametrize("known", [0, 2])
def test_a_page_where_nobody_knows_all_labels(invoke, known):
    _, new = tables()
    new.loc[new.index[known:], "kind"] = None
    new.to_csv("new.csv", index=False)
    result = invoke(*ASKED, "--ridge", "1", "-q", "--report", "p.html", "-o", "run.json")
    assert result.exit_code == 0, result.stderr
    html = Path("p.html").read_text(encoding="utf-8")
    data = json.loads(html.split('id="report-data">')[1].split("</script>")[0])
    scene = data["scenes"][0]
    assert scene["truth"] == [*new["kind"][:known], *[None] * (10 - known)]
    assert scene["word"] == "row"
    assert data["clean"] == []  # an accuracy of two rows would be read as one of ten
    assert [panel["key"] for panel in data["panels"]] == ["sample-wise"]
    told = f"of {known} test rows that have a label" if known else "unknown: none of 10 test rows"
    assert told in html
    assert invoke("report", "run.json", "-o", "again.html", "-q").exit_code == 0
    again = Path("again.html").read_text(encoding="utf-8")
    assert json.loads(again.split('id="report-data">')[1].split("</script>")[0]) == data


def test_a_page_of_new_rows(invoke):
    tables()
    result = invoke(*ASKED, "--ridge", "1", "-q", "--report", "p.html")
    assert result.exit_code == 0, result.stderr
    assert "10 new rows are certified" in Path("p.html").read_text(encoding="utf-8")


def test_trusted_and_groups_are_columns_of_the_first_table(invoke):
    old, _ = tables()
    old["verified"] = ["yes", "no"] * 20
    old["who"] = ["ann", "bob", "eve", "joe"] * 10
    old.to_csv("old.csv", index=False)
    result = invoke(
        *ASKED, "--ridge", "1", "--trusted", "verified", "--groups", "who", "--bad-groups", "1",
        "-o", "run.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    threat = document()["threat"]
    labeled = [i for i in range(40) if i != 3]
    assert threat["trusted"] == [i for i in labeled if i % 2 == 0]
    assert threat["groups"] == [["ann", "bob", "eve", "joe"][i % 4] for i in labeled]


def test_standardize_by_the_rows_that_are_trained_on(invoke):
    old, new = tables()
    told = " ".join(invoke(*ASKED, "--ridge", "1").stdout.split())
    assert "-fold, so that the largest decide: --standardize puts them on one" in told
    result = invoke(*ASKED, "--ridge", "1", "--standardize", "-o", "run.json")
    assert result.exit_code == 0, result.stderr
    text = " ".join(result.stdout.split())
    assert "features standardized by the 39 rows that are trained on" in text
    assert "-fold" not in text
    there = old.dropna()
    X = there[["a", "b", "c"]].to_numpy()
    mean, scale = X.mean(axis=0), X.std(axis=0)
    fitted = lc.LabelCertifier(ridge=1.0).fit((X - mean) / scale, there["kind"])
    cert = fitted.certify((new[["a", "b", "c"]].to_numpy() - mean) / scale, max_flips=2)
    assert document()["certificate"]["radius"] == cert.radius.tolist()
    np.testing.assert_allclose(document()["certificate"]["decision"], cert.decision, rtol=1e-7)


def test_standardize_a_column_that_is_constant_and_one_of_a_graph(invoke):
    old, _ = tables()
    old.assign(d=7.0).to_csv("old.csv", index=False)
    shared = ("certify", "old.csv", "--label", "kind", "--max-flips", "1", "--standardize")
    result = invoke(*shared)
    assert result.exit_code == 0, result.stderr
    assert "(1 of 4 columns are constant there)" in " ".join(result.stdout.split())
    result = invoke("certify", "karate", "--max-flips", "1", "--standardize")
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("karate", "--new", "new.csv"), "new goes with a table"),
        (("old.csv", "--label", "kind", "--new", "none.csv"), "none.csv"),
        (("old.csv", "--label", "kind", "--new", "thin.csv"), "lacks 'b'"),
        (("old.csv", "--label", "kind", "--new", "new.csv", "--binary"), "--binary does not go"),
        (("old.csv", "--label", "kind", "--new", "new.csv", "--test", "3"), "--test does not go"),
        (("old.csv", "--label", "a", "--new", "new.csv", "-o", "new.csv"), "also read"),
        (("empty.csv", "--label", "kind", "--new", "new.csv"), "label"),
    ],
)
def test_what_cannot_be_is_refused(invoke, options, told):
    old, new = tables()
    new.drop(columns="b").to_csv("thin.csv", index=False)
    old.assign(kind=None).to_csv("empty.csv", index=False)
    result = invoke("certify", *options)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())
