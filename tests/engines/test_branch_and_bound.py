"""Branch and bound against brute force and the enumeration; perturbed solvers change no verdict."""

import numpy as np
import pytest
from hypothesis import given, settings
from labelcert.engines.enumeration import enumerate_flips
from labelcert.engines.relaxation.shared import SharedHulls
from labelcert.engines.search_points import search_points
from labelcert.engines.solvers.highs_lp import HighsLp, LpAnswer

from labelcert.engines import branch_and_bound
from labelcert.engines.attacker import FlipSpace
from labelcert.engines.knowledge.evidence import CleanFit
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machine import Problem
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.brute_force import brute_force
from oracles.problems import problems


def search_all(problem, sign, clock=None, jobs=1):
    ledger = Ledger(problem.m, Ladder.every(problem.max_budget))
    for t in range(problem.m):
        ledger.prove(t, 0, "training", CleanFit())
    search_points(problem, sign, ledger, SharedHulls(problem, jobs=jobs), clock or Clock(), jobs)
    return ledger


def enumerate_all(problem, sign):
    ledger = Ledger(problem.m, Ladder.every(problem.max_budget))
    enumerate_flips(problem, sign, ledger, problem.max_budget, Clock())
    return ledger


def make(seed, n=9, m=5, space=None, C=None, budget=None):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 4)), rng.standard_normal((m, 4))
    y = rng.choice([-1.0, 1.0], n)
    space = space or FlipSpace.unrestricted(n)
    C = C or float(10.0 ** rng.uniform(-2, 1))
    budget = n if budget is None else budget
    return Problem(check_gram(points @ points.T), tests @ points.T, y, C, space, budget)


@settings(max_examples=25)
@given(problems(max_n=5))
def test_no_wrong_verdict(problem):
    p = problem
    clean, worst, _ = brute_force(p.gram, p.cross, p.y.astype(float), p.C, p.budget)
    tolerance = 1e-6 * max(p.C * float(np.abs(p.cross).sum(axis=1).max()), 1e-12)
    keep = np.flatnonzero(np.abs(clean) > tolerance)
    if len(keep) == 0:
        return
    task = Problem(
        check_gram(p.gram), np.asarray(p.cross, float)[keep], p.y.astype(float), p.C,
        FlipSpace.unrestricted(len(p.y)), p.budget,
    )  # fmt: skip
    ledger = search_all(task, np.sign(clean[keep]))
    for row, t in enumerate(keep):
        for r in range(p.budget + 1):
            if r <= ledger.robust[row]:
                assert worst[t, r] > -tolerance
            if r >= ledger.broken[row]:
                assert worst[t, r] < tolerance


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("leaf", [1, 50])
def test_equal_to_the_enumeration(seed, leaf, monkeypatch):
    monkeypatch.setattr(branch_and_bound, "LEAF", leaf)
    problem = make(seed, n=6, m=3)
    sign = clean_fit(problem).sign
    assert search_all(problem, sign).robust.tolist() == enumerate_all(problem, sign).robust.tolist()


@pytest.mark.parametrize("seed", range(6))
def test_every_restriction(seed, monkeypatch):
    monkeypatch.setattr(branch_and_bound, "LEAF", 10)
    rng = np.random.default_rng(seed)
    n = 8
    space = FlipSpace(
        rng.random(n) < 0.8, rng.integers(1, 4, n), rng.integers(0, 2, n), np.array([3, 4])
    )
    problem = make(seed, n=n, m=4, space=space, budget=6)
    sign = clean_fit(problem).sign
    found, truth = search_all(problem, sign), enumerate_all(problem, sign)
    assert found.robust.tolist() == truth.robust.tolist()
    for t in range(4):
        if found.witness[t] is not None:
            assert space.contains(found.witness[t], int(found.broken[t]))


@pytest.mark.parametrize("noise", ["small", "large", "nonsense", "zero"])
def test_perturbed_solver_answers_change_no_verdict(noise, monkeypatch):
    rng = np.random.default_rng(7)
    honest = HighsLp.solve

    def disturbed(self, time_limit=float("inf")):
        answer = honest(self, time_limit)
        shake = rng.standard_normal(len(answer.multipliers))
        if noise == "small":
            multipliers = answer.multipliers * (1 + 1e-3 * shake)
        elif noise == "large":
            multipliers = answer.multipliers + 10.0 * shake
        elif noise == "zero":
            multipliers = 0.0 * answer.multipliers
        else:
            multipliers = np.where(shake > 1, np.nan, 1e6 * shake)
        columns = answer.columns * (1 + 0.1 * rng.standard_normal(len(answer.columns)))
        return LpAnswer(True, answer.value + 100.0, columns, multipliers)

    monkeypatch.setattr(HighsLp, "solve", disturbed)
    monkeypatch.setattr(branch_and_bound, "LEAF", 6)
    for seed in range(6):
        problem = make(seed, n=6, m=3)
        sign = clean_fit(problem).sign
        found, truth = search_all(problem, sign, Clock(20.0)), enumerate_all(problem, sign)
        assert (found.robust <= truth.robust).all()
        assert (found.broken >= truth.broken).all()


def test_processes_give_the_same_answer():
    problem = make(3, n=9, m=6)
    sign = clean_fit(problem).sign
    one, two = search_all(problem, sign, jobs=1), search_all(problem, sign, jobs=2)
    assert one.robust.tolist() == two.robust.tolist()
    assert [None if w is None else w.tolist() for w in one.witness] == [
        None if w is None else w.tolist() for w in two.witness
    ]


def test_a_time_limit_leaves_honest_intervals():
    problem = make(1, n=30, m=4, C=1.0, budget=12)
    sign = clean_fit(problem).sign
    ledger = search_all(problem, sign, Clock(1.0))
    assert (ledger.robust < ledger.broken).all()
