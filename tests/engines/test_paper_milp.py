"""The paper's program against brute force: every budget, restrictions, worst margins, a golden."""

import numpy as np
import pytest

from labelcert.engines.attacker import FlipSpace
from labelcert.engines.knowledge.evidence import CleanFit, Retrained
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.paper_milp.sample_wise import decide, decide_all
from labelcert.engines.solvers import milp_solver
from labelcert.engines.work.clock import Clock
from oracles.paper_milp_cases import make_case, without_ties
from shared_files import GOLDENS, needs_goldens

HIGHS = milp_solver("highs")


def run(problem, sign, jobs=1):
    ledger = Ledger(problem.m, Ladder.every(problem.max_budget))
    decide_all(problem, sign, ledger, Clock(), "highs", jobs)
    return ledger


def check_ledger(ledger, case):
    for t in range(case.problem.m):
        for r in range(case.problem.max_budget + 1):
            if case.worst[t, r] > case.tolerance[t]:
                assert ledger.robust[t] >= r, f"not proven: point {t}, budget {r}"
            elif case.worst[t, r] < -case.tolerance[t]:
                assert ledger.broken[t] <= r, f"not broken: point {t}, budget {r}"


@pytest.mark.parametrize("seed", range(35))
def test_every_budget_against_brute_force(seed):
    case = make_case(seed)
    check_ledger(run(case.problem, case.sign), case)


@pytest.mark.parametrize("seed", range(100, 121))
def test_restricted_attackers_against_brute_force(seed):
    case = make_case(seed, restrict=True)
    ledger = run(case.problem, case.sign)
    check_ledger(ledger, case)
    for t, flips in enumerate(ledger.witness):
        if flips is not None:
            assert case.problem.space.contains(flips, int(ledger.broken[t]))


@pytest.mark.parametrize("seed", [0, 3, 7, 10, 14, 17])
def test_worst_margin_lies_between_bound_and_replayed_margin(seed):
    case = make_case(seed, max_n=5, log_c=0)
    for t in range(case.problem.m):
        for r in range(case.problem.max_budget + 1):
            found = decide(case.problem, case.sign, t, r, Clock(), HIGHS, exact_margin=True)
            assert found.status == "Optimal"
            assert found.bound <= case.worst[t, r] + 1e-9
            assert found.margin >= case.worst[t, r] - 1e-9
            assert found.margin - found.bound <= case.tolerance[t]


def test_points_are_decided_side_by_side_as_one_by_one():
    case = make_case(6, max_n=6, m=6)
    alone, together = run(case.problem, case.sign, 1), run(case.problem, case.sign, 3)
    assert alone.robust.tolist() == together.robust.tolist()
    assert alone.broken.tolist() == together.broken.tolist()


def test_known_budgets_are_not_solved_again():
    case = make_case(0)
    ledger = Ledger(case.problem.m, Ladder.every(case.problem.max_budget))
    for t in range(case.problem.m):
        r = int((case.worst[t] > 0).sum()) - 1
        ledger.prove(t, r, "enumeration", CleanFit())
        if r < case.problem.max_budget:
            ledger.break_(t, r + 1, np.array([0]), "enumeration", Retrained(exactly=False))
    decide_all(case.problem, case.sign, ledger, Clock())
    assert set(ledger.proven_by) == {"enumeration"}


@needs_goldens
def test_golden_karate_case_at_every_budget():
    with np.load(GOLDENS / "karate_GCN.npz", allow_pickle=False) as case:
        gram, cross, worst = case["gram"], case["cross_gram"], case["worst_margin"]
        y, C = 2 * case["labels"].astype(int) - 1, float(case["C"])
    n = len(y)
    problem, sign = without_ties(gram, cross, y, C, FlipSpace.unrestricted(n), n)
    ledger = run(problem, sign, jobs=2)
    assert ledger.robust.tolist() == ((worst > 0).sum(axis=1) - 1).tolist()
    assert np.minimum(ledger.broken - 1, n).tolist() == ledger.robust.tolist()
    tolerance = 1e-5 * C * np.abs(cross).sum(axis=1)
    for r in range(n + 1):
        t = (5 * r) % problem.m
        found = decide(problem, sign, t, r, Clock(), HIGHS, exact_margin=True)
        assert found.bound <= worst[t, r] + 1e-9
        assert found.margin == pytest.approx(worst[t, r], abs=1e-7)
        assert found.margin - found.bound <= tolerance[t]
