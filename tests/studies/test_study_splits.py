"""Own splits in study files: masks, a column, a list; against the estimator fitted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import labelcert as lc
from labelcert.studies import Settings, Store, load_study, run_study
from labelcert.studies.units import expand

STUDY = """\
name: own
datasets:
  - {DATA}
split: {SPLIT}
seeds: [0, 1]
models:
  - {name: mlp, ridge: 1}
budgets: {max_flips: 2}
"""
PARTS = np.array(["train"] * 12 + ["val"] * 4 + ["test"] * 9 + [""] * 5)


@pytest.fixture
def frame():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.standard_normal((30, 2)), columns=["a", "b"])
    frame["kind"] = np.array(["x", "y", "x"])[rng.permutation(30) % 3]
    frame.insert(0, "id", [f"n{i}" for i in range(30)])
    frame.assign(part=PARTS).to_csv("t.csv", index=False)
    masks = {f"{k}_mask": v == PARTS for k, v in (("train", "train"), ("val", "val"))}
    np.savez(
        "m.npz", features=frame[["a", "b"]].to_numpy(), labels=frame.kind.to_numpy(str),
        test_mask=PARTS == "test", **masks,
    )  # fmt: skip
    Path("train.txt").write_text("\n".join(f"n{i}" for i in range(12)), encoding="utf-8")
    return frame


def load(data, split):
    text = STUDY.replace("{DATA}", data).replace("{SPLIT}", split)
    Path("s.yaml").write_text(text, encoding="utf-8")
    return load_study("s.yaml")


def records(data, split):
    run_study(load(data, split), Path("s.db"), Settings(jobs=1))
    with Store.reading(Path("s.db")) as store:
        rows = list(store.rows())
    assert all(row.record is not None for row in rows), [row.error for row in rows]
    return [row.record for row in rows]


def by_hand(frame, labeled, test):
    fitted = lc.LabelCertifier(ridge=1.0).fit(frame[["a", "b"]].iloc[labeled], frame.kind[labeled])
    cert = fitted.certify(frame[["a", "b"]].iloc[test], max_flips=2)
    return [float((cert.radius >= r).mean()) for r in range(3)]


@pytest.mark.parametrize(
    ("data", "split", "labeled", "test"),
    [
        ("{path: t.csv, label: kind}", "{column: part}", range(16), range(16, 25)),
        ("{path: m.npz}", "{masks: true}", range(16), range(16, 25)),
        (
            "{path: t.csv, label: kind, drop: [part]}", "{train: train.txt}", range(12),
            range(12, 30),
        ),
    ],
)  # fmt: skip
def test_units_are_those_of_the_split(frame, data, split, labeled, test):
    expected = by_hand(frame, list(labeled), list(test))
    for record in records(data, split):
        assert record["num_labeled"] == len(labeled)
        assert record["num_test"] == len(test)
        assert record["certified_ratio"]["lower"] == pytest.approx(expected)


def test_of_test_some_are_drawn_and_classes_may_be_left_out(frame):
    for record in records("{path: t.csv, label: kind}", "{column: part, test: 4}"):
        assert record["num_test"] == 4
    frame.loc[[2, 17], "kind"] = "rest"
    frame.assign(part=PARTS).to_csv("t.csv", index=False)
    labeled, test = ([i for i in of if i not in (2, 17)] for of in (range(16), range(16, 25)))
    data = "{path: t.csv, label: kind, drop_classes: [rest]}"
    Path("s.db").unlink()
    for record in records(data, "{column: part}"):
        assert record["certified_ratio"]["lower"] == pytest.approx(by_hand(frame, labeled, test))


def test_masks_may_have_a_column_for_each_seed(frame):
    with np.load("m.npz") as kept:
        arrays = {name: kept[name] for name in kept.files}
    other = np.roll(np.arange(30), 7)
    for name in ("train_mask", "val_mask", "test_mask"):
        arrays[name] = np.stack([arrays[name], arrays[name][other]], axis=1)
    np.savez("m.npz", **arrays)
    for seed, record in enumerate(records("{path: m.npz}", "{masks: true}")):
        labeled = np.flatnonzero((arrays["train_mask"] | arrays["val_mask"])[:, seed])
        test = np.flatnonzero(arrays["test_mask"][:, seed])
        assert record["certified_ratio"]["lower"] == pytest.approx(by_hand(frame, labeled, test))


def test_a_split_of_ones_own_replaces_that_of_the_study(frame):
    data = "{path: t.csv, label: kind, split: {column: part}}\n  - karate"
    contents = [unit.content for unit in expand(load(data, "{per_class: 3, test: 5}"))]
    assert contents[0]["split"] == {"column": "part", "test": 5, "seed": 0}
    assert contents[0]["dataset"]["drop"] == ["part"]
    assert contents[-1]["split"]["per_class"] == 3


def test_drawn_splits_keep_their_keys():
    (unit, _) = expand(load("karate", "{per_class: 3, test: 5}"))
    drawn = {"per_class": 3, "validation": 3, "test": 5, "seed": 0}
    assert unit.content["split"] == drawn


@pytest.mark.parametrize(
    ("data", "split", "told"),
    [
        ("{path: t.csv, label: kind}", "{column: parts}", "did you mean 'part'"),
        ("{path: t.csv, label: kind}", "{column: kind}", "names the label column"),
        (
            "{path: t.csv, label: kind, drop: [part]}",
            "{column: a}",
            "write train, validation or test",
        ),
        ("{path: t.csv, label: kind}", "{masks: true}", "come with an .npz file"),
        ("{path: m.npz}", "{column: part}", "is one of a table"),
        ("karate", "{column: part}", "is one of a table"),
        ("{path: m.npz}", "{masks: true, per_class: 2}", "draws nodes and masks names them"),
        ("{path: m.npz}", "{masks: true, train: train.txt}", "has masks and train"),
        ("{path: t.csv, label: kind}", "{train: nowhere.txt}", "nowhere.txt"),
        ("{path: m.npz}", "{train: train.txt}", "n0"),
        ("{path: n.npz}", "{masks: true}", "has no train_mask"),
    ],
)
def test_splits_that_do_not_fit_are_refused_with_their_line(frame, data, split, told):
    with np.load("m.npz") as kept:
        np.savez("n.npz", features=kept["features"], labels=kept["labels"])
    with pytest.raises(lc.InputError, match=r"line \d+") as caught:
        run_study(load(data, split), Path("s.db"), Settings(jobs=1))
    assert told in str(caught.value)
