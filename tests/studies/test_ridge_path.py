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
