"""Threat models: what cannot be flipped is not, and everything else is searched."""

from itertools import combinations

import numpy as np
import pytest

import labelcert as lc
from oracles.brute_force import solve_dual


def make(seed, n=6, m=3):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 3)), rng.standard_normal((m, 3))
    y = rng.choice([-1, 1], n)
    y[:2] = [-1, 1]
    return points @ points.T, tests @ points.T, y


def by_brute_force(gram, cross, y, C, allowed_sets):
    clean = cross @ solve_dual(gram, y.astype(float), C)
    worst = np.abs(clean)
    for flips in allowed_sets:
        flipped = y.astype(float)
        flipped[list(flips)] *= -1
        worst = np.minimum(worst, np.sign(clean) * (cross @ solve_dual(gram, flipped, C)))
    return worst


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("C", [0.01, 1.0])
def test_each_restriction(seed, C):
    gram, cross, y = make(seed)
    n = len(y)
    costs = [1, 2, 1, 3, 1, 2]
    groups = ["a", "b", "a", "b", "a", "c"]
    everything = [f for k in range(n + 1) for f in combinations(range(n), k)]
    cases = [
        (lc.ThreatModel(2, trusted=[0, 3]), lambda f: len(f) <= 2 and not {0, 3} & set(f)),
        (lc.ThreatModel(3, costs=costs), lambda f: sum(costs[i] for i in f) <= 3),
        (
            lc.ThreatModel(2, directions=[(1, -1)]),
            lambda f: len(f) <= 2 and all(y[i] > 0 for i in f),
        ),
        (
            lc.ThreatModel(3, groups=groups, group_budgets={"a": 1}),
            lambda f: len(f) <= 3 and sum(groups[i] == "a" for i in f) <= 1,
        ),
        (
            lc.ThreatModel(4, costs=costs, groups=groups, group_budgets=2),
            lambda f: (
                sum(costs[i] for i in f) <= 4
                and all(sum(costs[i] for i in f if groups[i] == g) <= 2 for g in "abc")
            ),
        ),
    ]
    for threat, permits in cases:
        cert = lc.certify(gram, cross, y, C=C, threat=threat, collective=True)
        worst = by_brute_force(gram, cross, y, C, [f for f in everything if permits(f)])
        assert cert.exact.all()
        robust = cert.radius >= threat.budget
        assert (robust == (worst > 0)).all(), (threat, cert.radius, worst)
        for i in range(len(cross)):
            witness = cert.witness(i)
            if witness is not None:
                assert permits(tuple(witness.indices.tolist()))


def test_trusting_every_label_makes_everything_robust():
    gram, cross, y = make(0)
    cert = lc.certify(gram, cross, y, C=1.0, threat=lc.ThreatModel(6, trusted=range(6)))
    assert (cert.radius == 6).all()


@pytest.mark.parametrize("seed", range(12))
def test_ridge_with_costs_is_searched_too(seed):
    gram, cross, y = make(seed)
    costs = [1, 2, 1, 3, 1, 2]
    cert = lc.certify(gram, cross, y, ridge=0.5, threat=lc.ThreatModel(3, costs=costs))
    weights = np.linalg.solve(gram + 0.5 * np.eye(6), cross.T).T
    clean = weights @ y
    for t in range(len(cross)):
        worst = min(
            np.sign(clean[t]) * (weights[t] @ np.where(np.isin(range(6), f), -y, y))
            for k in range(7)
            for f in combinations(range(6), k)
            if sum(costs[i] for i in f) <= 3
        )
        assert cert.exact[t]
        assert (cert.radius[t] >= 3) == (worst > 0)
