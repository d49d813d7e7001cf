"""The paper's collective program against brute force; an interval that stays honest."""

import numpy as np
import pytest

from labelcert.engines.by_paper_milp import PaperMilp
from labelcert.engines.paper_milp.collective import count_at
from labelcert.engines.solvers import milp_solver
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock
from oracles.paper_milp_cases import claiming, hand_made, make_case

COUNTS = {"sample_wise": False, "collective": True}


def count_all(task, clock=None):
    PaperMilp().run(task, task.ledger.max_budget, clock or Clock())
    return task.ledger


def counts(case, budget):
    """Most predictions broken for sure, and most broken or within tolerance, at a budget."""
    rows = [row for row in case.table if row.cost <= budget]
    low = max((row.margin < -case.tolerance).sum() for row in rows)
    return low, max((row.margin <= case.tolerance).sum() for row in rows)


def check(case):
    ledger = count_all(case.task(**COUNTS))
    for r in range(case.budget + 1):
        low, high = counts(case, r)
        row = ledger.ladder.row(r)
        assert low <= ledger.broken_lower[row] <= high
        # With a shift of the diagonal the program's upper end proves nothing.
        most = high if case.machines.gram.shift == 0 else case.m
        assert low <= ledger.broken_upper[row] <= most
        changes = ledger.count_witness[row]
        assert case.machines.space.contains(changes, r)
        margin = next(x.margin for x in case.table if np.array_equal(x.changes, changes))
        assert (margin <= case.tolerance).sum() >= ledger.broken_lower[row]


@pytest.mark.parametrize("seed", range(21))
def test_every_budget_against_brute_force(seed):
    check(make_case(seed, max_n=5, m=4))


@pytest.mark.parametrize("seed", range(200, 210))
def test_restricted_attackers_against_brute_force(seed):
    check(make_case(seed, max_n=5, m=4, restrict=True))


def test_a_tie_counts_as_broken():
    cross = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.5, 0.0]])
    machines, predicted = hand_made(np.eye(4), cross, [1, 1, 1, 0], 10.0, 1)
    ledger = count_all(Task.of_machines(machines, predicted, Wishes(**COUNTS)))
    # Flipping label 1 ties the first two; the third keeps a margin of 0.5.
    assert ledger.broken_lower.tolist() == [0, 2]
    assert ledger.broken_upper.tolist() == [0, 2]
    assert ledger.count_witness[1].tolist() == machines.space.flips(np.array([1])).tolist()


@pytest.mark.parametrize("seed", range(4))
def test_the_upper_end_comes_from_the_bound_and_the_lower_from_retraining(seed):
    case = make_case(seed, m=4)
    _, high = counts(case, 1)
    flip = case.machines.space.flips(np.array([0]))
    one_flip = next(row.margin for row in case.table if np.array_equal(row.changes, flip))

    def liar(model, watch):
        # Claims that flipping label 0 breaks everything.
        solution = np.ones(len(model.objective))
        n = case.machines.n
        solution[:n] = claiming(model, case.machines, flip)[:n]
        watch.see_solution(solution)
        return watch.answer("stopped", -(high + 0.6), solution, "Time limit reached")

    task = case.task()
    count_at(task, 1, Clock(), liar)
    assert task.ledger.broken_lower[1] == (one_flip <= 0).sum()
    believed = case.machines.gram.shift == 0  # else the program's upper end proves nothing
    assert task.ledger.broken_upper[1] == (min(high, case.m) if believed else case.m)


def test_no_time_leaves_the_widest_interval():
    case = make_case(0)
    ledger = count_all(case.task(**COUNTS), Clock(0.0))
    assert ledger.broken_upper[1:].tolist() == [case.m] * case.budget
    assert ledger.broken_lower.tolist() == [0] * (case.budget + 1)


def test_a_failed_solver_bounds_nothing():
    case = make_case(0)

    def fails(model, watch):
        return watch.answer("failed", -0.5, None, "Infeasible")

    task = case.task()
    count_at(task, 1, Clock(), fails)
    assert task.ledger.broken_upper[1] == case.m


def test_many_classes_have_no_collective_program_and_no_count_is_claimed():
    case = make_case(2, max_n=4, m=2, classes=3)
    ledger = count_all(case.task(**COUNTS))
    assert ledger.broken_upper.tolist() == [case.m] * (case.budget + 1)
    assert ledger.broken_lower.tolist() == [0] * (case.budget + 1)


def test_more_threads_give_the_same_counts():
    case = make_case(3, m=4)
    ledgers = []
    for threads in (1, 2):
        task = case.task()
        for budget in (1, 2):
            count_at(task, budget, Clock(), milp_solver("highs"), threads)
        ledgers.append(task.ledger)
    assert ledgers[0].broken_upper.tolist() == ledgers[1].broken_upper.tolist()
    assert ledgers[0].broken_lower.tolist() == ledgers[1].broken_lower.tolist()
