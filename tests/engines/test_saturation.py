"""Saturation is claimed only where it holds, and its sort equals the enumeration."""

from itertools import combinations

import numpy as np
import pytest

from labelcert.engines import by_sort as linear
from labelcert.engines.enumeration import enumerate_flips
from labelcert.engines.flips import FlipSpace
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.linear_enumeration import enumerate_linear
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machine import Problem
from labelcert.engines.machines.saturation import linear_model, saturated_budget
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual


def saturated_by_hand(gram, y, C, allowed, budget):
    for size in range(budget + 1):
        for flips in combinations(np.flatnonzero(allowed), size):
            flipped = y.copy()
            flipped[list(flips)] *= -1
            if (flipped * (gram @ flipped) > 1 / C + 1e-12).any():
                return False
    return True


@pytest.mark.parametrize("seed", range(30))
def test_the_claimed_budget_is_right_and_as_large_as_can_be(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 8))
    points = rng.standard_normal((n, 4))
    gram, y = points @ points.T, rng.choice([-1.0, 1.0], n)
    allowed = rng.random(n) < 0.8
    space = FlipSpace(allowed, np.ones(n, int), np.zeros(n, int), np.full(1, 2**40))
    C = float(rng.uniform(0.3, 1.2)) / np.abs(gram).sum(axis=1).max()
    budget = saturated_budget(gram, y, C, space)
    most = int(allowed.sum())
    if budget >= 0:
        assert saturated_by_hand(gram, y, C, allowed, min(budget, most))
    if budget < most:
        assert not saturated_by_hand(gram, y, C, allowed, budget + 1)


@pytest.mark.parametrize("seed", range(10))
def test_sort_equals_enumeration(seed):
    rng = np.random.default_rng(seed)
    n, m = 10, 6
    points, tests = rng.standard_normal((n, 4)), rng.standard_normal((m, 4))
    gram, y = points @ points.T, rng.choice([-1.0, 1.0], n)
    C = 0.9 / np.abs(gram).sum(axis=1).max()
    for group_budget in (np.full(2, 2**40), np.array([1, 2])):
        space = FlipSpace(rng.random(n) < 0.9, np.ones(n, int), rng.integers(0, 2, n), group_budget)
        problem = Problem(check_gram(gram), tests @ points.T, y, C, space, n)
        fit = clean_fit(problem)
        by_sort, by_all = Ledger(m, Ladder.every(n)), Ledger(m, Ladder.every(n))
        assert saturated_budget(gram, y, C, space) >= n
        linear.decide(linear_model(problem, n), y, fit.sign, space, by_sort)
        enumerate_flips(problem, fit.sign, by_all, n, Clock())
        assert by_sort.robust.tolist() == by_all.robust.tolist()
        assert by_sort.broken.tolist() == by_all.broken.tolist()
        np.testing.assert_allclose(by_sort.worst_margin, by_all.worst_margin, atol=1e-9)


def test_the_witness_of_a_sort_breaks_when_retrained():
    rng = np.random.default_rng(5)
    points, tests = rng.standard_normal((30, 6)), rng.standard_normal((8, 6))
    gram, y = points @ points.T, rng.choice([-1.0, 1.0], 30)
    C = 0.5 / np.abs(gram).sum(axis=1).max()
    problem = Problem(check_gram(gram), tests @ points.T, y, C, FlipSpace.unrestricted(30), 30)
    fit = clean_fit(problem)
    ledger = Ledger(8, Ladder.every(30))
    linear.decide(linear_model(problem, 30), y, fit.sign, problem.space, ledger)
    for t in range(8):
        flipped = y.copy()
        flipped[ledger.witness[t]] *= -1
        assert fit.sign[t] * (problem.cross[t] @ solve_dual(gram, flipped, C)) < 0


@pytest.mark.parametrize("seed", range(10))
def test_costs_and_groups_make_a_knapsack(seed):
    rng = np.random.default_rng(seed)
    n, m = 9, 6
    points, tests = rng.standard_normal((n, 4)), rng.standard_normal((m, 4))
    gram, y = points @ points.T, rng.choice([-1.0, 1.0], n)
    C = 0.9 / np.abs(gram).sum(axis=1).max()
    space = FlipSpace(
        rng.random(n) < 0.9, rng.integers(1, 4, n), rng.integers(0, 2, n), np.array([3, 5])
    )
    problem = Problem(check_gram(gram), tests @ points.T, y, C, space, 8)
    fit = clean_fit(problem)
    by_table, by_all = Ledger(m, Ladder.every(8)), Ledger(m, Ladder.every(8))
    model = linear_model(problem, 8)
    linear.decide(model, y, fit.sign, space, by_table)
    enumerate_flips(problem, fit.sign, by_all, 8, Clock())
    assert by_table.robust.tolist() == by_all.robust.tolist()
    np.testing.assert_allclose(by_table.worst_margin, by_all.worst_margin, atol=1e-9)
    enumerate_linear(model, y, fit.sign, space, by_table, 8, Clock())
    assert by_table.broken_lower.tolist() == by_all.broken_lower.tolist()
    assert by_table.broken_upper.tolist() == by_all.broken_upper.tolist()
