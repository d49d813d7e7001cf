"""The paper's collective program against brute force; an interval that stays honest."""

import numpy as np
import pytest

from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.paper_milp.collective import count_all, count_at
from labelcert.engines.solvers import milp_solver
from labelcert.engines.work.clock import Clock
from oracles.paper_milp_cases import hand_made, make_case


def counts(case, budget):
    """Most predictions broken for sure, and most broken or within tolerance, at a budget."""
    low = [(margin < -case.tolerance).sum() for _, cost, margin in case.table if cost <= budget]
    high = [(margin <= case.tolerance).sum() for _, cost, margin in case.table if cost <= budget]
    return max(low), max(high)


def check(case):
    ledger = Ledger(case.problem.m, Ladder.every(case.problem.max_budget))
    count_all(case.problem, case.sign, ledger, Clock())
    for r in range(case.problem.max_budget + 1):
        low, high = counts(case, r)
        assert low <= ledger.broken_lower[r] <= high
        # With a shift of the diagonal the program's upper end proves nothing.
        most = high if case.problem.gram.shift == 0 else case.problem.m
        assert low <= ledger.broken_upper[r] <= most
        flips = ledger.count_witness[r]
        assert case.problem.space.contains(flips, r)
        margins = next(m for f, _, m in case.table if np.array_equal(f, flips))
        assert (margins <= case.tolerance).sum() >= ledger.broken_lower[r]


@pytest.mark.parametrize("seed", range(21))
def test_every_budget_against_brute_force(seed):
    check(make_case(seed, max_n=5, m=4))


@pytest.mark.parametrize("seed", range(200, 210))
def test_restricted_attackers_against_brute_force(seed):
    check(make_case(seed, max_n=5, m=4, restrict=True))


def test_a_tie_counts_as_broken():
    cross = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.5, 0.0]])
    problem, sign = hand_made(np.eye(4), cross, [1, 1, 1, -1], 10.0, 1)
    ledger = Ledger(3, Ladder.every(1))
    count_all(problem, sign, ledger, Clock())
    # Flipping label 1 ties the first two; the third keeps a margin of 0.5.
    assert ledger.broken_lower.tolist() == [0, 2]
    assert ledger.broken_upper.tolist() == [0, 2]
    assert ledger.count_witness[1].tolist() == [1]


@pytest.mark.parametrize("seed", range(4))
def test_the_upper_end_comes_from_the_bound_and_the_lower_from_retraining(seed):
    case = make_case(seed, m=4)
    n, m = case.problem.n, case.problem.m
    _, high = counts(case, 1)
    one_flip = next(margin for flips, _, margin in case.table if flips.tolist() == [0])

    def liar(model, watch):
        solution = np.ones(len(model.objective))  # claims that flipping label 0 breaks everything
        solution[1:n] = 0.0
        watch.see_solution(solution)
        return watch.answer("stopped", -(high + 0.6), solution, "Time limit reached")

    ledger = Ledger(m, Ladder.every(n))
    count_at(case.problem, case.sign, ledger, 1, Clock(), liar)
    assert ledger.broken_lower[1] == (one_flip <= 0).sum()
    believed = case.problem.gram.shift == 0  # else the program's upper end proves nothing
    assert ledger.broken_upper[1] == (min(high, m) if believed else m)


def test_no_time_leaves_the_widest_interval():
    case = make_case(0)
    ledger = Ledger(case.problem.m, Ladder.every(case.problem.max_budget))
    count_all(case.problem, case.sign, ledger, Clock(0.0))
    assert ledger.broken_upper[1:].tolist() == [case.problem.m] * case.problem.max_budget
    assert ledger.broken_lower.tolist() == [0] * (case.problem.max_budget + 1)


def test_a_failed_solver_bounds_nothing():
    case = make_case(0)

    def fails(model, watch):
        return watch.answer("failed", -0.5, None, "Infeasible")

    ledger = Ledger(case.problem.m, Ladder.every(case.problem.max_budget))
    count_at(case.problem, case.sign, ledger, 1, Clock(), fails)
    assert ledger.broken_upper[1] == case.problem.m


def test_more_threads_give_the_same_counts():
    case = make_case(3, m=4)
    ledgers = []
    for threads in (1, 2):
        ledger = Ledger(case.problem.m, Ladder.every(2))
        for budget in (1, 2):
            count_at(
                case.problem, case.sign, ledger, budget, Clock(), milp_solver("highs"), threads
            )
        ledgers.append(ledger)
    assert ledgers[0].broken_upper.tolist() == ledgers[1].broken_upper.tolist()
    assert ledgers[0].broken_lower.tolist() == ledgers[1].broken_lower.tolist()
