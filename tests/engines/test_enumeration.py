"""The enumeration visits each flip set once, under every restriction, and can be stopped."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelcert.engines.enumeration import count_flip_sets, enumerate_flips, split_tasks
from labelcert.engines.flips import FlipSpace
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machine import Problem
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 40))
def test_tasks_cover_each_flip_set_once(candidates, flips, largest):
    flips = min(flips, candidates)
    seen = []
    for base, first in split_tasks(candidates, flips, largest):
        left = range(first, candidates)
        for size in range(flips - len(base) + 1):
            seen += [(*base, *extra) for extra in combinations(left, size)]
    assert len(seen) == len(set(seen)) == count_flip_sets(candidates, flips)


def random_problem(n, m, seed, space, C=0.5):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, n)), rng.standard_normal((m, n))
    y = rng.choice([-1.0, 1.0], n)
    return Problem(check_gram(points @ points.T), tests @ points.T, y, C, space, n)


def spaces(n, rng):
    unlimited = np.full(1, 2**40)
    yield FlipSpace.unrestricted(n)
    yield FlipSpace(rng.random(n) < 0.6, np.ones(n, int), np.zeros(n, int), unlimited)
    yield FlipSpace(np.ones(n, bool), rng.integers(1, 4, n), np.zeros(n, int), unlimited)
    yield FlipSpace(np.ones(n, bool), np.ones(n, int), rng.integers(0, 2, n), np.array([1, 2]))
    yield FlipSpace(
        rng.random(n) < 0.8, rng.integers(1, 3, n), rng.integers(0, 2, n), np.array([2, 3])
    )


@pytest.mark.parametrize("seed", range(8))
def test_every_restriction_against_brute_force(seed):
    rng = np.random.default_rng(100 + seed)
    n, m = int(rng.integers(2, 7)), 3
    for space in spaces(n, rng):
        problem = random_problem(n, m, seed, space)
        budget = int(rng.integers(0, n + 2))
        fit = clean_fit(problem)
        ledger = Ledger(m, Ladder.every(budget))
        assert enumerate_flips(problem, fit.sign, ledger, budget, Clock(), jobs=2)
        worst, most = np.full((m, budget + 1), np.inf), np.zeros(budget + 1, int)
        for size in range(n + 1):
            for flips in combinations(range(n), size):
                chosen = np.array(flips, dtype=int)
                if not space.contains(chosen, budget):
                    continue
                flipped = problem.y.copy()
                flipped[chosen] *= -1
                beta = solve_dual(problem.gram.matrix, flipped, problem.C)
                margin = fit.sign * (problem.cross @ beta)
                cost = space.cost_of(chosen)
                worst[:, cost] = np.minimum(worst[:, cost], margin)
                most[cost] = max(most[cost], (margin <= 0).sum())
        worst = np.minimum.accumulate(worst, axis=1)
        np.testing.assert_allclose(ledger.worst_margin, worst, atol=1e-6)
        assert ledger.robust.tolist() == ((worst > 0).sum(axis=1) - 1).tolist()
        assert ledger.broken_lower.tolist() == np.maximum.accumulate(most).tolist()
        for t in range(m):
            if ledger.witness[t] is not None:
                assert space.contains(ledger.witness[t], int(ledger.broken[t]))


def test_more_than_sixty_four_points():
    problem = random_problem(70, 4, 1, FlipSpace.unrestricted(70), C=0.01)
    fit = clean_fit(problem)
    ledger = Ledger(4, Ladder.every(2))
    assert enumerate_flips(problem, fit.sign, ledger, 2, Clock(), jobs=2)
    flipped = problem.y.copy()
    pairs = [fit.sign * (problem.cross @ solve_dual(problem.gram.matrix, flipped, problem.C))]
    for flips in ([69], [3, 66], [64, 65], [0, 63]):
        flipped = problem.y.copy()
        flipped[flips] *= -1
        pairs.append(fit.sign * (problem.cross @ solve_dual(problem.gram.matrix, flipped, 0.01)))
    assert (ledger.worst_margin[:, 2] <= np.min(pairs, axis=0) + 1e-7).all()


def test_a_stopped_enumeration_claims_no_proof():
    problem = random_problem(18, 5, 2, FlipSpace.unrestricted(18))
    fit = clean_fit(problem)
    ledger = Ledger(5, Ladder.every(18))
    clock = Clock(time_limit=None)
    clock.interrupt()
    assert not enumerate_flips(problem, fit.sign, ledger, 18, clock)
    assert (ledger.robust == -1).all()


def test_progress_reaches_the_end():
    problem = random_problem(12, 2, 3, FlipSpace.unrestricted(12))
    shares = []
    clock = Clock(progress=lambda stage, share: shares.append(share))
    fit = clean_fit(problem)
    enumerate_flips(problem, fit.sign, Ledger(2, Ladder.every(12)), 12, clock)
    assert max(shares) == 1.0
