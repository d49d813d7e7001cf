"""Worst margins on request: equal to brute force and enumeration, honest when cut off."""

import numpy as np
import pytest
from hypothesis import given, settings

import labelcert as lc
from labelcert.engines import branch_and_bound
from oracles.brute_force import brute_force
from oracles.problems import problems


def kernels(seed, n=9, m=4):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 4)), rng.standard_normal((m, 4))
    if seed % 3 == 0:
        points, tests = np.round(points), np.round(tests)
    labels = rng.choice([0, 1], n)
    labels[:2] = [0, 1]
    return points @ points.T, tests @ points.T, labels, float(10.0 ** rng.uniform(-1, 1))


@settings(max_examples=25)
@given(problems(max_n=5))
def test_bounds_enclose_the_truth(problem):
    p = problem
    clean, worst, _ = brute_force(p.gram, p.cross, p.y.astype(float), p.C, p.budget)
    tolerance = 1e-6 * max(p.C * float(np.abs(p.cross).sum(axis=1).max()), 1e-12)
    cert = lc.certify(
        p.gram, p.cross, p.y, C=p.C, max_flips=p.budget, classes=[-1, 1], n_jobs=1,
        engine="branch_and_bound", worst_margins=True,
    )  # fmt: skip
    for t in np.flatnonzero(np.abs(clean) > tolerance):
        assert (cert.worst_margin_bound[t] <= worst[t] + tolerance).all()
        np.testing.assert_allclose(cert.worst_margin[t], worst[t], atol=tolerance)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("leaf", [2, 100])
def test_equal_to_the_enumeration_at_every_budget(seed, leaf, monkeypatch):
    monkeypatch.setattr(branch_and_bound, "LEAF", leaf)
    gram, cross, labels, C = kernels(seed, n=7)
    costs = np.random.default_rng(seed).integers(1, 3, len(labels)).tolist()
    threat = lc.ThreatModel(4, costs=costs, trusted=[3])
    by_all, by_search = (
        lc.certify(gram, cross, labels, C=C, threat=threat, engine=engine, worst_margins=True)
        for engine in ("enumeration", "branch_and_bound")
    )
    np.testing.assert_allclose(by_search.worst_margin, by_all.worst_margin, atol=1e-9)
    assert by_search.radius.tolist() == by_all.radius.tolist()
    for cert in (by_all, by_search):
        gap = cert.worst_margin - cert.worst_margin_bound
        assert gap.min() >= 0
        assert gap.max() <= 1e-5 * C * np.abs(cross).sum(axis=1).max()


def test_every_budget_is_known_only_on_request():
    gram, cross, labels, C = kernels(1, n=12)
    asked = lc.certify(gram, cross, labels, C=C, max_flips=12, worst_margins=True)
    assert np.isfinite(asked.worst_margin).all()
    assert np.isfinite(asked.worst_margin_bound).all()
    assert (np.diff(asked.worst_margin, axis=1) <= 0).all()
    again = lc.Certificate.from_json(asked.to_json())
    np.testing.assert_array_equal(again.worst_margin_bound, asked.worst_margin_bound)


def test_ridge_gives_margins_and_bounds():
    gram, cross, labels, _ = kernels(2)
    cert = lc.certify(gram, cross, labels, ridge=0.5, max_flips=5, worst_margins=True)
    assert np.abs(cert.worst_margin - cert.worst_margin_bound).max() < 1e-9


def test_a_limit_a_point_leaves_honest_intervals():
    rng = np.random.default_rng(5)
    points, tests = rng.standard_normal((30, 6)), rng.standard_normal((3, 6))
    labels = (points[:, 0] > 0).astype(int)
    given = (points @ points.T, tests @ points.T, labels)
    cert = lc.certify(
        *given, C=1.0, max_flips=6, engine="branch_and_bound", point_time_limit=0.05,
        worst_margins=True,
    )  # fmt: skip
    truth = lc.certify(*given, C=1.0, max_flips=4, engine="enumeration", worst_margins=True)
    assert (cert.radius <= cert.radius_upper).all()
    known = ~np.isnan(cert.worst_margin[:, :5])
    assert (cert.worst_margin_bound[:, :5] <= truth.worst_margin + 1e-9).all()
    assert (cert.worst_margin[:, :5][known] >= truth.worst_margin[known] - 1e-9).all()


@pytest.mark.parametrize(
    ("options", "name"),
    [({"point_time_limit": -1.0}, "point_time_limit"), ({"engine": "paper_milp"}, "worst_margins")],
)
def test_bad_input_is_named(options, name):
    gram, cross, labels, C = kernels(1)
    with pytest.raises(lc.InputError, match=name):
        lc.certify(gram, cross, labels, C=C, max_flips=1, worst_margins=True, **options)


def test_a_full_heap_ends_the_search_with_what_is_proven(monkeypatch):
    monkeypatch.setattr(branch_and_bound, "LEAF", 2)
    monkeypatch.setattr(branch_and_bound, "MOST_NODES", 1)
    gram, cross, labels, C = kernels(4, n=10)
    cut, whole = (
        lc.certify(gram, cross, labels, C=C, max_flips=4, engine=engine, n_jobs=1)
        for engine in ("branch_and_bound", "enumeration")
    )
    assert (cut.radius <= whole.radius).all()
    assert (cut.radius_upper >= whole.radius).all()
