"""Tens of thousands of budgets on a page and in a chart: the same certificate, asked for less."""

import numpy as np
import pytest

import labelcert as lc
from labelcert.report.curves import MOST_BUDGETS
from labelcert.report.shown_budgets import within_sight


def certified(n=5000, ridge=50.0, **more):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 6))
    y = np.where(X[:, 0] + 0.5 * rng.normal(size=n) > 0, "up", "down")
    return lc.certify_linear(X, rng.normal(size=(230, 6)), y, ridge=ridge, **more)


@pytest.fixture(scope="module")
def whole():
    return certified(max_flips=5000, collective=True)


def test_what_is_shown_is_the_certificate_of_a_smaller_budget(whole):
    shown = within_sight(whole)
    last = shown.max_flips
    assert last < MOST_BUDGETS <= whole.max_flips
    assert (shown.radius == np.minimum(whole.radius, last)).all()
    assert (shown.radius_upper == np.minimum(whole.radius_upper, last)).all()
    assert len(shown.collective.broken_lower) == len(shown.budgets) == last + 1
    for r in (0, 1, 7, last // 2, last):
        assert shown.certified_ratio_bounds(r) == whole.certified_ratio_bounds(r)
        assert shown.collective.certified_ratio(r) == whole.collective.certified_ratio(r)
    for t in range(5):
        assert (shown.witness(t) is None) == (whole.radius_upper[t] >= last)
    few = certified(max_flips=9)
    assert within_sight(few) is few


def test_pages_and_charts_of_thousands_of_budgets(whole, tmp_path):
    whole.report(tmp_path / "page.html")
    assert "Budgets shown" in (tmp_path / "page.html").read_text()
    chart = whole.plot(tmp_path / "curve.png").to_dict()
    assert [sum(v["count"] for v in chart["vconcat"][1]["data"]["values"])] == [230]


def test_ensembles_of_thousands_of_labels_have_a_page(tmp_path):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(4500, 3)), rng.integers(2, size=4500)
    ensemble = lc.PartitionEnsemble(parts=9, votes="black_box").fit(X, y)
    cert = ensemble.certify(rng.normal(size=(5, 3)))
    assert cert.levels is not None
    cert.report(tmp_path / "page.html")
    assert "Budgets shown" in (tmp_path / "page.html").read_text()
