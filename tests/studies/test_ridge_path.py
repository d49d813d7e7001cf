"""Many λ from one factorization are the certificates of each λ, and the trade is read off right."""

from __future__ import annotations

import numpy as np
import pytest

import labelcert as lc
from labelcert.report.charts.path_chart import path_rows


def problem(classes=3, n=200, m=40):
    rng = np.random.default_rng(classes)
    features, tests = rng.standard_normal((n, 6)), rng.standard_normal((m, 6))
    directions = rng.standard_normal((6, classes))
    labels = (features @ directions + rng.standard_normal((n, classes))).argmax(axis=1)
    return features, tests, labels, (tests @ directions).argmax(axis=1)


@pytest.mark.parametrize("classes", [2, 3])
def test_each_point_is_the_certificate_of_its_ridge(classes):
    features, tests, labels, truth = problem(classes)
    path = lc.ridge_path(
        features, tests, labels, truth, ridge=[100.0, 0.1, 5.0], max_flips=100, budget=4
    )
    assert [point.ridge for point in path.points] == [0.1, 5.0, 100.0]
    for point in path.points:
        alone = lc.certify_linear(features, tests, labels, ridge=point.ridge, max_flips=100)
        right = alone.prediction == truth
        assert point.certificate.radius.tolist() == alone.radius.tolist()
        assert point.accuracy == right.mean()
        assert point.median_flips == np.median(np.where(right, alone.radius, -1))
        assert point.certified_accuracy == (right & (alone.radius >= 4)).mean()
        assert point.exact == 1.0


def test_the_best_has_enough_accuracy_and_then_the_most_flips():
    features, tests, labels, truth = problem()
    path = lc.ridge_path(features, tests, labels, truth, max_flips=100)
    assert len(path.points) == 7
    frame = path.to_frame()
    for least in (0.0, float(frame["accuracy"].median())):
        best = path.best(least)
        assert best.accuracy >= least
        assert best.median_flips == frame[frame["accuracy"] >= least]["median_flips"].max()
    with pytest.raises(lc.InputError, match="no ridge reaches"):
        path.best(1.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ridge": []}, "ridge is empty"),
        ({"ridge": [0.0]}, "ridge=0.0 is not allowed"),
        ({"budget": 101}, "budget=101 is more than"),
        ({"max_flips": None}, "max_flips is missing"),
    ],
)
def test_what_is_wrong_is_said(change, words):
    with pytest.raises(lc.InputError, match=words):
        lc.ridge_path(*problem(), **{"max_flips": 100, **change})


def test_the_chart_holds_a_point_a_ridge(tmp_path):
    features, tests, labels, truth = problem()
    path = lc.ridge_path(features, tests, labels, truth, ridge=[0.1, 10], max_flips=100, budget=2)
    chart = lc.plot_path(path, tmp_path / "path.svg", measure="certified_accuracy")
    assert [row["text"] for row in path_rows(path)] == ["0.1", "10"]
    assert [row["value"] for row in path_rows(path)] == [p.median_flips for p in path.points]
    assert "certified accuracy at 2 flips" in str(chart.to_dict())
    assert (tmp_path / "path.svg").read_text(encoding="utf-8").startswith("<svg")
    with pytest.raises(lc.InputError, match="measure='radius' is unknown"):
        lc.plot_path(path, measure="radius")


@pytest.mark.parametrize("classes", [2, 3])
def test_a_gram_matrix_has_the_path_of_its_features(classes):
    features, tests, labels, truth = problem(classes)
    ridge = [0.1, 5.0, 100.0]
    one = lc.ridge_path(features, tests, labels, truth, ridge=ridge, max_flips=100, budget=4)
    two = lc.gram_path(
        features @ features.T, tests @ features.T, labels, truth, ridge=ridge[::-1], max_flips=100,
        budget=4,
    )  # fmt: skip
    assert one.to_frame().equals(two.to_frame())
    for a, b in zip(one.points, two.points, strict=True):
        assert a.certificate.radius.tolist() == b.certificate.radius.tolist()
        assert (
            b.certificate.witness(0).indices.tolist() == a.certificate.witness(0).indices.tolist()
        )


@pytest.mark.parametrize("seed", range(12))
def test_a_path_of_a_gram_matrix_is_certify_at_each_ridge(seed):
    """Singular matrices, twins with other labels, ties, float32, one class, tiny and huge λ."""
    rng = np.random.default_rng(seed)
    n, m, classes = int(rng.integers(1, 9)), 5, 2 + seed % 2
    features, tests = rng.integers(-2, 3, (n, 2)) * 1.0, rng.integers(-2, 3, (m, 2)) * 1.0
    if seed % 3 == 0:
        features[n // 2 :] = features[: n - n // 2]
    labels = np.zeros(n, int) if seed == 4 else rng.integers(0, classes, n)
    gram, cross = features @ features.T, tests @ features.T
    if seed == 5:
        gram, cross = gram.astype(np.float32), cross.astype(np.float32)
    if len(np.unique(labels)) < 2:
        return
    path = lc.gram_path(gram, cross, labels, labels[np.zeros(m, int)], ridge=[1e-6, 1.0, 1e6],
                        max_flips=n)  # fmt: skip
    for point in path.points:
        alone = lc.certify(gram, cross, labels, ridge=point.ridge, max_flips=n)
        assert point.certificate.radius.tolist() == alone.radius.tolist()
        assert point.certificate.radius_upper.tolist() == alone.radius_upper.tolist()
        assert point.certificate.exact.all()


def test_a_gram_path_says_what_is_wrong():
    with pytest.raises(lc.InputError, match="ridge is empty"):
        lc.gram_path(np.eye(3), np.eye(3), [0, 1, 1], [0, 1, 1], ridge=[], max_flips=1)
    with pytest.raises(lc.InputError, match="gram has shape"):
        lc.gram_path(np.zeros((3, 2)), np.eye(3), [0, 1, 1], [0, 1, 1], ridge=[1.0], max_flips=1)
