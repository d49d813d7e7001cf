"""An advice whose labels gain nothing says so first, and what it names is what is measured."""

from __future__ import annotations

import re

import numpy as np

import labelcert as lc


def make(n, seed=0, m=12):
    """Two clouds, and test points between and within them: ridge regression, many labels."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(["ham", "spam"], n // 2)
    features = rng.normal(np.where(labels == "spam", 1.0, -1.0)[:, None], 1.0, (n, 2))
    return features, rng.normal(0, 1.5, (m, 2)), labels


def test_no_gain_is_said_first_with_a_budget_that_gains():
    features, tests, labels = make(200)
    asked = {"ridge": 1.0, "max_flips": 60, "k": 2}
    for budget in range(5, 61, 5):
        advice = lc.advise_linear(features, tests, labels, budget=budget, **asked)
        gained = advice.steps[-1].ratio_after > advice.steps[0].ratio_before
        assert (advice.told == "") == gained
        assert repr(advice).startswith("Advice(no gain at") == (not gained)
        if gained:
            continue
        survivors = int((advice.before.radius >= budget).sum())
        assert advice.told.startswith("None of these 2 labels certifies a prediction more")
        assert f"({survivors} of 12 survive it)" in advice.told
        assert "more labels (k), or a larger ridge" in advice.told
        found = re.search(r"such as (\d+), at which they raise it from (\d+) to (\d+)", advice.told)
        missing = re.search(r"such as (\d+), which (\d+) of 12 miss by one", advice.told)
        if found is not None:
            at, low, high = map(int, found.groups())
            assert at < budget
            assert int((advice.before.radius >= at).sum()) == low < high
            assert int((advice.after.radius >= at).sum()) == high
        elif missing is not None:
            at, count = map(int, missing.groups())
            assert int((advice.after.radius == at - 1).sum()) == count > 0
        assert (found or missing) is not None
    far = lc.advise_linear(features, tests, labels, budget=60, **asked)
    assert far.told in repr(far)
    assert far.told


def test_where_all_survive_a_larger_budget_is_named():
    features, tests, labels = make(40)
    advice = lc.advise_linear(features, tests, labels, ridge=1.0, max_flips=12, budget=0, k=1)
    assert advice.told.startswith("This label certifies no prediction more at budget 0 (12 of 12")
    assert advice.told.endswith("ask for a larger budget.")


def test_an_svm_is_told_of_a_smaller_c():
    features, tests, labels = make(8, m=4)
    gram, cross = features @ features.T, tests @ features.T
    advice = lc.advise(gram, cross, labels, C=1.0, max_flips=6, budget=6, k=1)
    assert "a smaller C" in advice.told
