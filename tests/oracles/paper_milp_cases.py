"""Problems and brute-force truths for the tests of the paper's program."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from labelcert.engines.flips import FlipSpace

from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machine import Problem
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual
from oracles.problems import KINDS, make_problem


class Case(NamedTuple):
    problem: Problem
    sign: np.ndarray  # (m,) ±1
    worst: np.ndarray  # (m, budgets) smallest margins by brute force
    table: list[tuple[np.ndarray, int, np.ndarray]]  # allowed flip sets, costs, margins (m,)
    tolerance: np.ndarray  # (m,) margins this close to 0 are decided by nobody here


def restricted(n, seed):
    """A flip space with a trusted label, costs and group budgets, drawn at random."""
    rng = np.random.default_rng(seed)
    allowed = np.ones(n, dtype=bool)
    allowed[rng.integers(n)] = False
    group = rng.integers(0, 2, n)
    return FlipSpace(allowed, rng.integers(1, 4, n), group, rng.integers(1, 5, 2))


def without_ties(gram, cross, y, C, space, budget):
    """The problem of the test points with a definite clean sign, and those signs."""
    checked = check_gram(gram)
    problem = Problem(checked, np.asarray(cross, float), y.astype(float), C, space, budget)
    sign = clean_fit(problem).sign
    keep = np.flatnonzero(sign)
    return Problem(checked, problem.cross[keep], problem.y, C, space, budget), sign[keep]


def make_case(seed, max_n=6, m=3, restrict=False, log_c=None, kind=None):
    """A random problem with every budget that makes a difference, solved by brute force."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, max_n + 1))
    exponent = int(rng.integers(-2, 3)) if log_c is None else log_c
    p = make_problem(kind or KINDS[seed % len(KINDS)], n, m, exponent, n, seed)
    space = restricted(n, seed) if restrict else FlipSpace.unrestricted(n)
    budget = space.largest_cost() if restrict else n
    problem, sign = without_ties(p.gram, p.cross, p.y, p.C, space, budget)
    table = []
    for size in range(n + 1):
        for flips in combinations(range(n), size):
            chosen = np.array(flips, dtype=np.int64)
            if space.contains(chosen, budget):
                y = problem.y.copy()
                y[chosen] *= -1
                beta = solve_dual(problem.gram.matrix, y, p.C)
                table.append((chosen, space.cost_of(chosen), sign * (problem.cross @ beta)))
    worst = np.full((problem.m, budget + 1), np.inf)
    for _, cost, margin in table:
        worst[:, cost] = np.minimum(worst[:, cost], margin)
    tolerance = 1e-5 * p.C * np.abs(problem.cross).sum(axis=1)
    return Case(problem, sign, np.minimum.accumulate(worst, axis=1), table, tolerance)


def hand_made(gram, cross, y, C, budget):
    """An unrestricted problem given by its numbers, and its clean signs."""
    y = np.asarray(y)
    return without_ties(gram, cross, y, C, FlipSpace.unrestricted(len(y)), budget)
