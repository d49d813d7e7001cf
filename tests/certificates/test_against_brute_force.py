"""No wrong verdict in either direction, on random and nasty problems, against a QP solver."""

import numpy as np
import pytest
from hypothesis import given, settings

import labelcert as lc
from oracles.brute_force import broken_interval, brute_force
from oracles.problems import RandomProblem, problems

RELATIVE = 1e-6
"""The oracle's own accuracy; closer to zero a margin is a tie for it."""


def tolerance(p: RandomProblem) -> float:
    return RELATIVE * max(p.C * float(np.abs(p.cross).sum(axis=1).max()), 1e-12)


def check_verdicts(cert, worst, clean, tol, budget):
    for t in range(len(clean)):
        if abs(clean[t]) <= tol:
            continue
        for r in range(budget + 1):
            if r <= cert.radius[t]:
                assert worst[t, r] > -tol, f"wrong robust: point {t}, budget {r}"
            if r > cert.radius_upper[t]:
                assert worst[t, r] < tol, f"wrong broken: point {t}, budget {r}"


@settings(max_examples=150)
@given(problems())
def test_no_wrong_verdict(problem):
    p = problem
    clean, worst, table = brute_force(p.gram, p.cross, p.y.astype(float), p.C, p.budget)
    cert = lc.certify(
        p.gram, p.cross, p.y, C=p.C, max_flips=p.budget, classes=[-1, 1], collective=True
    )
    tol = tolerance(p)
    check_verdicts(cert, worst, clean, tol, p.budget)
    known = ~np.isnan(cert.worst_margin) & (np.abs(clean) > tol)[:, None]
    np.testing.assert_allclose(cert.worst_margin[known], worst[known], atol=tol)
    if (np.abs(clean) > tol).all():
        low, high = broken_interval(table, p.budget, tol)
        assert (cert.collective.broken_lower <= high).all()
        assert (cert.collective.broken_upper >= low).all()
        assert (cert.collective.broken_lower <= cert.collective.broken_upper).all()


@settings(max_examples=60)
@given(problems())
def test_witnesses_break_when_retrained(problem):
    from oracles.brute_force import solve_dual

    p = problem
    cert = lc.certify(p.gram, p.cross, p.y, C=p.C, max_flips=p.budget, classes=[-1, 1])
    clean = np.asarray(p.cross, float) @ solve_dual(p.gram, p.y.astype(float), p.C)
    for t in range(len(clean)):
        witness = cert.witness(t)
        if witness is None:
            continue
        assert len(witness.indices) == cert.radius_upper[t] + 1
        assert (witness.labels == -p.y[witness.indices]).all()
        flipped = p.y.astype(float)
        flipped[witness.indices] *= -1
        after = np.asarray(p.cross, float)[t] @ solve_dual(p.gram, flipped, p.C)
        assert np.sign(clean[t]) * after <= tolerance(p)


@settings(max_examples=60)
@given(problems())
def test_small_problems_are_decided_exactly(problem):
    p = problem
    cert = lc.certify(p.gram, p.cross, p.y, C=p.C, max_flips=p.budget, classes=[-1, 1])
    assert cert.exact.all()
    assert cert.stopped == ""


@settings(max_examples=40)
@given(problems(max_n=7))
def test_attack_and_partial_enumeration_stay_honest(problem):
    """With the enumeration cut off, intervals must still hold the truth."""
    from labelcert.engines.attacker import RelabelSpace
    from labelcert.engines.by_attack import Attack
    from labelcert.engines.by_count_attack import CountAttack
    from labelcert.engines.by_enumeration import Enumeration
    from labelcert.engines.machines.clean import clean_fit
    from labelcert.engines.machines.machines import Machines
    from labelcert.engines.task import Task, Wishes
    from labelcert.engines.work.clock import Clock
    from labelcert.learners.gram import check_gram

    p = problem
    tol = tolerance(p)
    clean, worst, table = brute_force(p.gram, p.cross, p.y.astype(float), p.C, p.budget)
    space = RelabelSpace.unrestricted((p.y > 0).astype(int), 2)
    machines = Machines(check_gram(p.gram), np.asarray(p.cross, float), p.C, space, p.budget)
    fit = clean_fit(machines)
    keep = fit.decided
    if len(keep) == 0:
        return
    part = machines.of_test_points(keep)
    task = Task.of_machines(part, fit.predicted[keep], Wishes(collective=True))
    ledger = task.ledger
    for engine in (Attack(), CountAttack(), Enumeration()):
        engine.run(task, min(1, p.budget) if isinstance(engine, Enumeration) else p.budget, Clock())
    ledger.combine()
    low, high = broken_interval([(k, m[keep]) for k, m in table], p.budget, tol)
    for row, t in enumerate(keep):
        if abs(clean[t]) <= tol:
            continue
        for r in range(p.budget + 1):
            if r <= ledger.robust[row]:
                assert worst[t, r] > -tol
            if r >= ledger.broken[row]:
                assert worst[t, r] < tol
    assert (ledger.broken_lower <= high).all()
    if (np.abs(clean[keep]) > tol).all():
        assert (ledger.broken_upper >= low).all()


@pytest.mark.parametrize("seed", range(12))
def test_ridge_against_enumeration(seed):
    from itertools import combinations

    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 8)), 4
    points, tests = rng.standard_normal((n, 3)), rng.standard_normal((m, 3))
    if seed % 3 == 0:
        points, tests = np.round(points), np.round(tests)
    gram, cross, y = points @ points.T, tests @ points.T, rng.choice([-1, 1], n)
    ridge = 10.0 ** rng.integers(-2, 2)
    cert = lc.certify(gram, cross, y, ridge=ridge, max_flips=n, classes=[-1, 1], collective=True)
    weights = np.linalg.solve(gram + ridge * np.eye(n), cross.T).T
    clean = weights @ y
    worst, counts = np.full((m, n + 1), np.inf), np.zeros(n + 1, int)
    for k in range(n + 1):
        for flips in combinations(range(n), k):
            flipped = y.copy()
            flipped[list(flips)] *= -1
            margin = np.sign(clean) * (weights @ flipped)
            worst[:, k] = np.minimum(worst[:, k], margin)
            counts[k] = max(counts[k], (margin <= 1e-12).sum())
    worst = np.minimum.accumulate(worst, axis=1)
    clear = np.abs(clean) > 1e-9
    np.testing.assert_allclose(cert.worst_margin[clear], worst[clear], atol=1e-9)
    radius = (worst > 1e-9).sum(axis=1) - 1
    assert (cert.radius[clear] == radius[clear]).all()
    assert cert.exact.all()
    if clear.all() and (np.abs(worst) > 1e-9).all():
        assert cert.collective.broken_lower.tolist() == np.maximum.accumulate(counts).tolist()
        assert cert.collective.exact
