"""The relaxed collective count is never below the truth, and better than counting radii."""

import numpy as np
import pytest
from labelcert.engines.collective_bound import bound_counts
from labelcert.engines.enumeration import enumerate_flips
from labelcert.engines.relaxation.shared import SharedHulls

import labelcert as lc
from labelcert.engines.attacker import FlipSpace
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machine import Problem
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram


def make(seed, n=9, m=12, C=0.3, budget=3):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 5)), rng.standard_normal((m, 5))
    y = np.where(points[:, 0] > 0, 1.0, -1.0)
    space = FlipSpace.unrestricted(n)
    return Problem(check_gram(points @ points.T), tests @ points.T, y, C, space, budget)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("C", [0.05, 0.3, 3.0])
def test_never_below_the_truth(seed, C):
    problem = make(seed, C=C)
    sign = clean_fit(problem).sign
    truth, bound = Ledger(problem.m, Ladder.every(3)), Ledger(problem.m, Ladder.every(3))
    enumerate_flips(problem, sign, truth, 3, Clock())
    bound.robust = truth.robust.copy()
    bound_counts(problem, sign, bound, SharedHulls(problem, rounds=2), Clock())
    assert (bound.broken_upper >= truth.broken_lower).all()


def test_better_than_counting_radii():
    better = 0
    for seed in range(6):
        problem = make(seed, m=30, C=0.3)
        sign = clean_fit(problem).sign
        truth, bound = Ledger(problem.m, Ladder.every(3)), Ledger(problem.m, Ladder.every(3))
        enumerate_flips(problem, sign, truth, 3, Clock())
        bound.robust = truth.robust.copy()
        bound_counts(problem, sign, bound, SharedHulls(problem, rounds=2), Clock())
        by_radii = [(truth.robust < r).sum() for r in range(4)]
        better += int((bound.broken_upper < by_radii).any())
    assert better >= 1


def test_a_solver_of_more_threads_before_changes_nothing():
    # HiGHS keeps one scheduler a thread and refuses to run with another number of threads.
    def most_broken(seed):
        problem = make(seed, m=30, C=0.3)
        sign = clean_fit(problem).sign
        bound = Ledger(problem.m, Ladder.every(1))
        bound_counts(problem, sign, bound, SharedHulls(problem, rounds=1), Clock())
        return bound.broken_upper.tolist()

    alone = most_broken(0)
    points = np.eye(3)
    lc.certify(points, points, [0, 1, 2], C=0.1, max_flips=1, engine="paper_milp", n_jobs=2)
    assert most_broken(0) == alone
