"""`Certificate.warnings`: said where it is so, and nowhere else."""

from __future__ import annotations

import json

import numpy as np
import pytest

import labelcert as lc


def problem(n=20, m=8, rare=10, seed=0):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 5)), rng.standard_normal((m, 5))
    labels = np.array(["ham"] * (n - rare) + ["spam"] * rare)
    points[:, 0] += 3 * (labels == "spam")
    tests[:, 0] += 3 * (np.arange(m) % 2)
    return points @ points.T, tests @ points.T, labels


def words(gram, cross, labels, **learner):
    learner = learner or {"C": 1.0}
    return lc.certify(gram, cross, labels, max_flips=1, **learner).warnings


@pytest.mark.parametrize("learner", [{"C": 1.0}, {"ridge": 1.0}])
def test_nothing_is_said_where_all_is_well(learner):
    assert words(*problem(), **learner) == ()


def test_predictions_of_one_class():
    gram, cross, labels = problem()
    same = np.repeat(cross[:1], 8, axis=0)
    (told,) = words(gram, same, labels)
    assert told.startswith("All 8 predictions are spam: ")
    assert words(gram, same[:4], labels) == ()  # four alike are nothing


@pytest.mark.parametrize(("rare", "said"), [(1, True), (2, False)])
def test_classes_out_of_balance(rare, said):
    told = [w for w in words(*problem(22 if rare > 1 else 20, rare=rare)) if "has" in w]
    assert bool(told) == (said or 10 * rare <= 20)


def test_a_class_without_labels():
    gram, cross, labels = problem()
    cert = lc.certify(gram, cross, labels, C=1.0, max_flips=1, classes=["ham", "spam", "scam"])
    assert any("Class scam has 0 of 20" in w for w in cert.warnings)


def test_a_nearly_constant_kernel():
    gram, cross, labels = problem()
    assert any("nearly constant" in w for w in words(gram + 1e4, cross + 1e4, labels))
    assert not any("nearly constant" in w for w in words(gram + 10, cross + 10, labels))


@pytest.mark.parametrize("classes", [2, 3])
def test_saturation_whatever_the_labels_are(classes):
    gram, cross, labels = problem(m=4)
    labels = np.arange(20) % classes
    limit = 1 / np.abs(gram).sum(axis=1).max()
    assert any("so small" in w for w in words(gram, cross, labels, C=0.99 * limit))
    assert not any("so small" in w for w in words(gram, cross, labels, C=1.01 * limit))
    small, smaller = (
        lc.learners.KernelSVM(C=c * limit).fit(gram, labels) for c in (0.99, 0.0099)
    )  # it is true that a smaller C changes nothing but the scale
    np.testing.assert_allclose(
        small.decision_function(cross), 100 * smaller.decision_function(cross), rtol=1e-9
    )


def test_json_keeps_them_and_older_files_have_none():
    gram, cross, labels = problem(rare=1)
    cert = lc.certify(gram, cross, labels, C=1.0, max_flips=1)
    assert cert.warnings
    assert lc.Certificate.from_json(cert.to_json()).warnings == cert.warnings
    older = json.loads(cert.to_json())
    del older["warnings"], older["bad_groups"]
    assert lc.Certificate.from_json(json.dumps(older)).warnings == ()
    for wrong in ("text", [1], None):
        with pytest.raises(lc.InputError, match="damaged"):
            lc.Certificate.from_json(json.dumps({**older, "warnings": wrong}))
