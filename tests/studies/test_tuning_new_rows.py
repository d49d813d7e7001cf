"""`tune` with new rows and standardized features: as the shell, and as features scaled by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import labelcert as lc


def make():
    rng = np.random.default_rng(0)
    labels = np.repeat(["ham", "spam"], 12)
    rows = rng.normal(np.where(labels == "spam", 1.0, -1.0)[:, None], 1.0, (24, 2))
    return rows * [1.0, 1000.0], labels, rng.standard_normal((5, 2)) * [1.0, 1000.0]


def same(one, other):
    assert [t.learner for t in one.trials] == [t.learner for t in other.trials]
    for a, b in zip(one.trials, other.trials, strict=True):
        np.testing.assert_allclose(a.accuracy, b.accuracy)
        np.testing.assert_allclose(a.certified, b.certified)


def test_new_rows_stay_in_and_features_are_scaled_by_the_labeled_ones(tmp_path):
    rows, labels, new = make()
    both = np.concatenate([rows, new])
    given = [*labels.tolist(), *[None] * 5]
    asked = {"ridge": [0.1, 1.0, 10.0], "budget": 1, "weight": 0.5}
    kernels = [lc.kernels.MLP()]
    by_hand = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    expected = lc.tune(by_hand, np.arange(24), kernels, labels=labels, **asked)
    same(lc.tune(both, None, kernels, labels=given, standardize=True, **asked), expected)
    pd.DataFrame(rows, columns=["a", "b"]).assign(label=labels).to_csv(
        tmp_path / "t.csv", index=False
    )
    pd.DataFrame(new, columns=["a", "b"]).to_csv(tmp_path / "new.csv", index=False)
    graph, split = lc.datasets.with_new_rows(tmp_path / "t.csv", tmp_path / "new.csv")
    assert split.test.tolist() == list(range(24, 29))
    tuning = lc.tune(graph, split.labeled, kernels, standardize=True, **asked)
    same(tuning, expected)
    scaled = lc.datasets.standardized(graph, split.labeled)
    best = tuning.best
    cert = lc.certify_graph(scaled, split, best.kernel, max_flips=3, **best.learner)
    fitted = lc.LabelCertifier(best.kernel, **best.learner).fit(by_hand, labels)
    moved = (new - rows.mean(axis=0)) / rows.std(axis=0)
    assert cert.radius.tolist() == fitted.certify(moved, max_flips=3).radius.tolist()


def test_standardize_is_a_yes_or_no():
    rows, labels, _ = make()
    with pytest.raises(lc.InputError, match="standardize"):
        lc.tune(rows, None, [lc.kernels.MLP()], labels=labels, standardize="yes")
