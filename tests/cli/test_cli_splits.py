"""What is trained on and what certified: --split, --train, empty labels, and the default."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import labelcert as lc
from labelcert.data.hold_out import hold_out

RUN = ("--ridge", "1", "--max-flips", "2", "-o", "run.json")


def table(**columns):
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((40, 3))
    frame = pd.DataFrame(rows, columns=["a", "b", "c"])
    frame["label"] = np.where(rows[:, 0] > 0, "spam", "ham")
    frame = frame.assign(**columns)
    frame.to_csv("t.csv", index=False)
    return frame


def certified(invoke, *options):
    result = invoke("certify", "t.csv", *RUN, *options)
    assert result.exit_code == 0, result.stderr
    return json.loads(Path("run.json").read_text(encoding="utf-8")), " ".join(result.stdout.split())


def agrees(run, frame, labeled, test):
    """The document against the estimator, fitted on just these rows."""
    assert run["labeled"]["nodes"] == labeled
    assert run["test"]["nodes"] == test
    columns = ["a", "b", "c"]
    fitted = lc.LabelCertifier(ridge=1.0).fit(frame[columns].iloc[labeled], frame.label[labeled])
    cert = fitted.certify(frame[columns].iloc[test], max_flips=2)
    assert run["certificate"]["radius"] == cert.radius.tolist()
    assert run["test"]["predictions"] == cert.prediction.tolist()


def test_a_table_is_trained_on_but_for_a_hold_out(invoke):
    frame = table()
    run, text = certified(invoke)
    split = hold_out(frame.label)
    agrees(run, frame, split.train.tolist(), split.test.tolist())
    assert "32 labeled rows (all but a stratified hold-out of 8 rows, seed 0)" in text
    assert "broken by relabeling rows" in text
    run, _ = certified(invoke, "--test", "3", "--seed", "4")
    assert run["test"]["nodes"] == hold_out(frame.label, 4, test=3).test.tolist()
    assert run["split"]["seed"] == 4


def test_rows_are_drawn_where_that_is_asked_for(invoke):
    frame = table()
    run, text = certified(invoke, "--per-class", "4")
    split = lc.datasets.split(frame.label, 4)
    agrees(run, frame, split.labeled.tolist(), split.test.tolist())
    assert "16 labeled rows (4 + 4 a class, seed 0)" in text


def test_empty_labels_are_certified(invoke):
    frame = table()
    frame.loc[[3, 17, 20], "label"] = None
    frame.to_csv("t.csv", index=False)
    run, text = certified(invoke)
    agrees(run, frame, [i for i in range(40) if i not in (3, 17, 20)], [3, 17, 20])
    assert "all rows with a label; 3 rows without one are certified" in text
    assert "3 of 40 nodes have no label" in text
    assert "neither labeled nor tested" not in text
    assert run["test"]["true_labels"] == [None] * 3


def test_a_column_of_the_table(invoke):
    parts = ["train"] * 20 + ["Val", "valid", "validation", ""] + ["TEST"] * 10 + ["training"] * 6
    frame = table(part=parts)
    frame.loc[[2, 25], "label"] = None
    frame.to_csv("t.csv", index=False)
    run, text = certified(invoke, "--split", "part", "--report", "p.html")
    labeled = [i for i in [*range(23), *range(34, 40)] if i != 2]
    agrees(run, frame, labeled, list(range(24, 34)))
    assert run["dataset"]["features"] == 3
    assert "by the column part; 10 of test are certified" in text
    assert "1 rows of train or validation without a label left out" in text
    assert "1 rows without an entry in 'part'" in text
    assert run["test"]["true_labels"][1] is None
    run, _ = certified(invoke, "--split", "part", "--test", "4")
    assert len(run["test"]["nodes"]) == 4
    assert set(run["test"]["nodes"]) <= set(range(24, 34))


def test_a_list_of_nodes(invoke):
    frame = table()
    Path("train.txt").write_text("\n".join(map(str, range(5, 40))), encoding="utf-8")
    run, text = certified(invoke, "--train", "train.txt")
    agrees(run, frame, list(range(5, 40)), list(range(5)))
    assert "those of train.txt; 5 others are certified" in text
    result = invoke("certify", "karate", "--train", "train.txt", "--max-flips", "1")
    assert result.exit_code == 2  # karate has 34 nodes
    Path("train.txt").write_text("\n".join(map(str, range(20))), encoding="utf-8")
    result = invoke("certify", "karate", "--train", "train.txt", "--max-flips", "1", "-o", "k.json")
    assert result.exit_code == 0, result.stderr
    run = json.loads(Path("k.json").read_text(encoding="utf-8"))
    assert run["labeled"]["nodes"] == list(range(20))
    assert run["test"]["nodes"] == list(range(20, 34))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--split", "parts"), "did you mean 'part'"),
        (("--split", "label"), "names the label column"),
        (("--split", "a"), "write train, validation or test"),
        (("--split", "all"), "nothing to certify"),
        (("--split", "none"), "train is empty"),
        (("--split", "part", "--per-class", "3"), "--per-class draws rows"),
        (("--split", "part", "--train", "train.txt"), "--split and --train each say"),
        (("--split", "part", "--new", "t.csv"), "--new and --split each say"),
        (("--train", "nowhere.txt"), "nowhere.txt"),
        (("--train", "train.txt"), "77"),
        (("--train", "t.csv"), "also read"),
        (("--test", "39"), "cannot be held out"),
    ],
)
def test_what_cannot_be_is_refused(invoke, options, told):
    table(part=["train", "test"] * 20, all="train", none="test")
    Path("train.txt").write_text("77\n", encoding="utf-8")
    drops = [w for name in ("part", "all", "none") if name not in options for w in ("--drop", name)]
    output = "t.csv" if told == "also read" else "x.json"
    result = invoke("certify", "t.csv", "--ridge", "1", *drops, *options, "-o", output)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())


def test_a_split_is_one_of_a_table(invoke):
    result = invoke("certify", "karate", "--split", "part")
    assert result.exit_code == 2
    assert "--split names a column of a table" in " ".join(result.stderr.split())
