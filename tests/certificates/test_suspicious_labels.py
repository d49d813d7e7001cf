"""Suspicious labels are held against models that were trained without each of them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import labelcert as lc
from labelcert.learners.exact import solve
from labelcert.learners.gram import check_gram
from labelcert.learners.leave_one_out import svm_left_out, svm_without
from oracles.brute_force import solve_dual


def points(seed, n=8, d=3, classes=2, kind="plain"):
    """Rows and labels; near duplicates with other labels, zero rows, float32, singular."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, d))
    labels = rng.integers(0, classes, n)
    labels[:classes] = np.arange(classes)
    if kind == "twins":
        rows[n // 2 :] = rows[: n - n // 2]
        labels[n // 2 :] = (labels[: n - n // 2] + 1) % classes
    if kind == "zeros":
        rows[::3] = 0.0
    if kind == "float32":
        rows = rows.astype(np.float32).astype(np.float64)
    return rows, labels


def without(gram, target, i, ridge):
    """The value of point i by ridge regression on all others, in rational arithmetic."""
    kept = [j for j in range(len(gram)) if j != i]
    system = [[Fraction(float(gram[a, b])) for b in kept] for a in kept]
    for at in range(len(kept)):
        system[at][at] += Fraction(float(ridge))
    row = [Fraction(float(gram[i, b])) for b in kept]
    weights = solve(system, row, lambda: False)
    return sum(w * int(target[j]) for w, j in zip(weights, kept, strict=True))


@pytest.mark.parametrize("kind", ["plain", "twins", "zeros", "float32"])
@pytest.mark.parametrize("ridge", [1e-6, 0.5, 1e6])
@pytest.mark.parametrize("classes", [2, 3])
def test_ridge_is_what_a_refit_without_the_label_says(kind, ridge, classes):
    for seed in range(2):
        rows, labels = points(seed, classes=classes, kind=kind)
        gram = rows @ rows.T
        members = [1] if classes == 2 else range(classes)
        true = np.array(
            [[without(gram, np.where(labels == k, 1, -1), i, ridge) for k in members]
             for i in range(len(labels))]
        )  # fmt: skip
        if classes == 2:
            lead = [-v if y else v for (v,), y in zip(true, labels, strict=True)]
        else:
            lead = [max(v for k, v in enumerate(row) if k != y) - row[y]
                    for row, y in zip(true, labels, strict=True)]  # fmt: skip
        found = lc.suspicious_labels(gram, labels, ridge=ridge)
        for i, value in enumerate(lead):
            # The matrix product of the kernel itself is not the features': see below for those.
            assert Fraction(found.disagreement[i]) <= value <= Fraction(found.disagreement_upper[i])
            if found.status[i] != "open":
                assert (found.status[i] == "disagrees") == (value > 0)
                assert (found.prediction[i] != labels[i]) == (value > 0)
        assert set(found.how) == {"closed form"}
        assert np.isfinite(found.disagreement).all()
        direct = lc.suspicious_labels(labels=labels, features=rows, ridge=ridge)
        assert (direct.disagreement <= found.disagreement_upper + 1e-7).all()
        assert (direct.disagreement_upper >= found.disagreement - 1e-7).all()


@pytest.mark.parametrize("shape", [(12, 3), (6, 9)])
def test_features_give_the_same_in_rational_arithmetic(shape):
    rng = np.random.default_rng(5)
    rows = rng.integers(-3, 4, shape).astype(float)  # products of these are exact
    labels = np.arange(shape[0]) % 2
    for ridge in (1e-3, 2.0):
        found = lc.suspicious_labels(labels=labels, features=rows, ridge=ridge)
        for i, y in enumerate(labels):
            value = without(rows @ rows.T, np.where(labels == 1, 1, -1), i, ridge)
            value = -value if y else value
            assert Fraction(found.disagreement[i]) <= value <= Fraction(found.disagreement_upper[i])
            assert found.disagreement_upper[i] - found.disagreement[i] < 1e-3


@pytest.mark.parametrize("kind", ["plain", "twins", "zeros", "float32"])
@pytest.mark.parametrize("C", [1e-3, 0.3, 100.0])
def test_svm_bounds_hold_for_every_refit(kind, C):
    for seed in range(3):
        rows, labels = points(seed, kind=kind)
        gram = rows @ rows.T
        y = np.where(labels == 1, 1.0, -1.0)
        checked = check_gram(gram)
        bounds = svm_left_out(checked, y, C)
        for i in range(len(y)):
            kept = np.delete(np.arange(len(y)), i)
            beta = solve_dual(gram[np.ix_(kept, kept)], y[kept], C)
            value = float(gram[i, kept] @ beta)
            slack = 1e-5 * max(1.0, abs(value))  # of the oracle's solver
            assert bounds.low[i, 0] - slack <= value <= bounds.high[i, 0] + slack
            below, above = svm_without(checked, y, C, i)
            assert below - slack <= value <= above + slack
            assert above - below < 1e-3 * max(1.0, abs(value))
        found = lc.suspicious_labels(gram, labels, C=C)
        assert "bound" not in found.how
        assert found.stopped == ""
        assert (found.disagreement <= found.disagreement_upper).all()


def test_svm_of_many_classes_and_without_time():
    rows, labels = points(3, n=15, classes=3)
    gram, names = rows @ rows.T, np.array(["x", "y", "z"])[labels]
    found = lc.suspicious_labels(gram, names, C=0.7)
    hurried = lc.suspicious_labels(gram, names, C=0.7, time_limit=0)
    assert hurried.stopped == "time limit"
    assert "bound" in hurried.how
    assert (hurried.disagreement <= found.disagreement + 1e-9).all()
    assert (hurried.disagreement_upper >= found.disagreement_upper - 1e-9).all()
    for i in range(15):
        kept = np.delete(np.arange(15), i)
        cert = lc.certify(
            gram[np.ix_(kept, kept)], gram[[i]][:, kept], names[kept], C=0.7, max_flips=0,
            classes=["x", "y", "z"],
        )  # fmt: skip
        logits = dict(zip(cert.classes.tolist(), cert.decision[0].tolist(), strict=True))
        own = logits.pop(names[i])
        assert max(logits.values()) - own == pytest.approx(found.disagreement[i], abs=1e-5)
    frame = found.to_frame()
    assert list(frame.columns) == [
        "index", "label", "prediction", "status", "disagreement", "disagreement_upper", "how",
    ]  # fmt: skip
    ranks = ["disagrees", "open", "agrees"]
    assert frame["status"].map(ranks.index).is_monotonic_increasing


def test_a_planted_mistake_is_the_most_suspicious():
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(-2, 0.3, (20, 2)), rng.normal(2, 0.3, (20, 2))])
    labels = np.repeat(["ham", "spam"], 20)
    labels[7] = "spam"
    for learner in ({"ridge": 1.0}, {"C": 1.0}):
        found = lc.suspicious_labels(rows @ rows.T, labels, **learner)
        assert found.order[0] == 7
        assert found.status.count("disagrees") == 1
        assert found.prediction[7] == "ham"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"gram": np.eye(3), "labels": [0, 1]}, "gram is 3×3"),
        ({"gram": np.eye(2), "labels": [0, 1], "features": np.eye(2)}, "either gram"),
        ({"labels": [0, 1]}, "either gram"),
        ({"gram": np.eye(2)}, "labels are missing"),
        ({"features": np.eye(2), "labels": [0, 1], "ridge": None, "C": 1.0}, "pass ridge"),
        ({"gram": np.eye(2), "labels": [0, 1], "C": 1.0}, "not both"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(given, told):
    with pytest.raises(lc.InputError, match=told):
        lc.suspicious_labels(**({"ridge": 1.0} | given))


def test_one_class_and_one_label():
    one = lc.suspicious_labels(np.eye(1), ["a"], ridge=1.0, classes=["a", "b"])
    assert one.status == ("open",)  # nothing else says anything
    assert lc.suspicious_labels(np.eye(1), ["a"], C=1.0, classes=["a", "b"]).status == ("open",)
    same = lc.suspicious_labels(np.eye(3) + 1, [1, 1, 1], C=1.0, classes=[0, 1])
    assert set(same.status) == {"agrees"}
