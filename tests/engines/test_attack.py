"""Attacks find real witnesses, settle ties, and stop when told."""

import numpy as np
import pytest
from labelcert.engines.enumeration import enumerate_flips

from labelcert.engines.attack import attack_count, attack_each
from labelcert.engines.attacker import FlipSpace
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machine import Problem
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual


def make(seed, n=14, m=8, space=None, C=0.5):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 6)), rng.standard_normal((m, 6))
    y = rng.choice([-1.0, 1.0], n)
    space = space or FlipSpace.unrestricted(n)
    return Problem(check_gram(points @ points.T), tests @ points.T, y, C, space, n)


@pytest.mark.parametrize("seed", range(6))
def test_witnesses_are_real_and_near_the_optimum(seed):
    problem = make(seed)
    fit = clean_fit(problem)
    attacked, exact = (
        Ledger(problem.m, Ladder.every(problem.n)),
        Ledger(problem.m, Ladder.every(problem.n)),
    )
    attack_each(problem, fit.sign, attacked, Clock(), jobs=2)
    enumerate_flips(problem, fit.sign, exact, problem.n, Clock())
    assert (attacked.broken >= exact.broken).all()
    assert (attacked.broken <= exact.broken + 1).all(), "the local search lost its strength"
    assert (attacked.broken == exact.broken).mean() > 0.6
    for t in range(problem.m):
        flipped = problem.y.copy()
        flipped[attacked.witness[t]] *= -1
        beta = solve_dual(problem.gram.matrix, flipped, problem.C)
        assert fit.sign[t] * (problem.cross[t] @ beta) < 1e-7


@pytest.mark.parametrize("seed", range(4))
def test_collective_attack_is_a_lower_end(seed):
    problem = make(seed)
    fit = clean_fit(problem)
    attacked, exact = (
        Ledger(problem.m, Ladder.every(problem.n)),
        Ledger(problem.m, Ladder.every(problem.n)),
    )
    attack_count(problem, fit.sign, attacked, Clock())
    enumerate_flips(problem, fit.sign, exact, problem.n, Clock())
    assert (attacked.broken_lower <= exact.broken_lower).all()
    assert attacked.broken_lower[-1] == exact.broken_lower[-1]
    assert attacked.broken_lower.sum() >= 0.8 * exact.broken_lower.sum()


def test_restricted_attacks_stay_inside_their_space():
    rng = np.random.default_rng(3)
    space = FlipSpace(
        rng.random(14) < 0.7, rng.integers(1, 3, 14), rng.integers(0, 2, 14), np.array([3, 4])
    )
    problem = make(3, space=space)
    fit = clean_fit(problem)
    ledger = Ledger(problem.m, Ladder.every(problem.max_budget))
    attack_each(problem, fit.sign, ledger, Clock())
    for t in range(problem.m):
        if ledger.witness[t] is not None:
            assert space.contains(ledger.witness[t], int(ledger.broken[t]))


def test_an_expired_clock_stops_the_attack():
    problem = make(0)
    fit = clean_fit(problem)
    ledger = Ledger(problem.m, Ladder.every(problem.n))
    attack_each(problem, fit.sign, ledger, Clock(time_limit=0.0))
    assert all(w is None for w in ledger.witness)
