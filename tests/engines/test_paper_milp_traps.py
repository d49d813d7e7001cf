"""Traps seen in published code: verdicts from incumbents, from tolerances, from time limits."""

import threading
import time

import numpy as np
import pytest
from labelcert.engines.knowledge.recording import NEVER

from labelcert.engines.attacker import FlipSpace
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.paper_milp import sample_wise as paper_milp
from labelcert.engines.paper_milp.program import Program, add_flips, add_svm
from labelcert.engines.paper_milp.sample_wise import decide, decide_all
from labelcert.engines.solvers import milp_solver
from labelcert.engines.solvers.milp import MilpAnswer
from labelcert.engines.work.clock import Clock
from oracles.paper_milp_cases import hand_made, make_case, without_ties
from shared_files import GOLDENS, needs_goldens

HIGHS = milp_solver("highs")


def with_flips(model, n, flips):
    """A solution that claims some flip set; its other columns are made up."""
    solution = np.zeros(len(model.objective))
    solution[:n][list(flips)] = 1.0
    return solution


@pytest.mark.parametrize("seed", range(6))
def test_an_incumbent_alone_never_proves_robustness(seed):
    case = make_case(seed)
    n = case.problem.n

    def only_an_incumbent(model, watch):
        watch.see_solution(with_flips(model, n, []))
        return watch.answer("stopped", -0.9, with_flips(model, n, []), "Time limit reached")

    for t in range(case.problem.m):
        found = decide(case.problem, case.sign, t, n, Clock(), only_an_incumbent)
        assert found.verdict == "undecided"
        assert found.margin > 0  # the incumbent looks robust
        assert found.bound < 0


@needs_goldens
def test_a_short_time_limit_on_twenty_labels():
    with np.load(GOLDENS / "coraml_GCN.npz", allow_pickle=False) as case:
        gram, cross, worst = case["gram"], case["cross_gram"], case["worst_margin"]
        y, C = 2 * case["labels"].astype(int) - 1, float(case["C"])
    problem, sign = without_ties(gram, cross, y, C, FlipSpace.unrestricted(20), 20)
    decided = 0
    for seconds in (1e-4, 0.05, 0.4):
        for t in range(4):
            r = int((worst[t] > 0).sum())
            clock = Clock(seconds)
            found = decide(problem, sign, t, r, clock, HIGHS)
            assert found.verdict != "robust"
            assert found.bound <= worst[t, r]
            assert clock.elapsed < seconds + 3
            decided += found.verdict == "broken"
    assert decided < 12, "the time limit was meant to bite"


def test_an_interrupt_ends_the_search_soon():
    rng = np.random.default_rng(1)
    points, tests = rng.standard_normal((24, 6)), rng.standard_normal((1, 6))
    y = rng.choice([-1, 1], 24)
    problem, sign = hand_made(points @ points.T, tests @ points.T, y, 1.0, 12)
    clock = Clock()
    timer = threading.Timer(0.5, clock.interrupt)
    timer.start()
    before = time.monotonic()
    found = decide(problem, sign, 0, 3, clock, HIGHS, exact_margin=True)
    assert time.monotonic() - before < 20
    assert found.status != "Optimal"
    timer.join()


def test_a_tie_is_broken_and_a_tiny_margin_is_not():
    # Orthogonal points and large C: each label stays on its own margin, β_i = ỹ_i.
    cross = np.array([[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 2.0**-45, 0.0]])
    problem, sign = hand_made(np.eye(4), cross, [1, 1, 1, -1], 10.0, 1)
    ledger = Ledger(2, Ladder.every(1))
    decide_all(problem, sign, ledger, Clock())
    assert ledger.broken.tolist() == [1, NEVER]
    assert ledger.robust[0] == 0
    assert ledger.witness[0].tolist() in ([0], [1])


@pytest.mark.parametrize("seed", range(8))
def test_a_wrong_witness_is_replayed_and_rejected(seed):
    case = make_case(seed, log_c=1)
    n = case.problem.n
    wrong = 0
    for t in range(case.problem.m):
        harmless = [
            flips for flips, _, margin in case.table if margin[t] > case.tolerance[t] and len(flips)
        ]
        for flips in harmless[:3]:

            def liar(model, watch, flips=flips):
                solution = with_flips(model, n, flips)
                assert not watch.see_solution(solution)
                return MilpAnswer("optimal", -0.5, solution, "Optimal")

            found = decide(case.problem, case.sign, t, n, Clock(), liar)
            assert found.verdict == "undecided"
            wrong += 1
    assert wrong > 0


def test_a_witness_that_the_attacker_may_not_use_is_rejected():
    case = make_case(100, restrict=True)
    n = case.problem.n

    def cheat(model, watch):
        return watch.answer("optimal", -1.0, with_flips(model, n, range(n)), "Optimal")

    assert not case.problem.space.contains(np.arange(n), 1)
    for t in range(case.problem.m):
        found = decide(case.problem, case.sign, t, 1, Clock(), cheat)
        assert found.verdict == "undecided"
        assert found.flips is None


def test_a_failed_solver_proves_nothing():
    case = make_case(0)

    def fails(model, watch):
        watch.see_bound(0.99)
        return watch.answer("failed", 0.99, None, "Infeasible")

    found = decide(case.problem, case.sign, 0, 1, Clock(), fails)
    assert found.verdict == "undecided"
    assert found.bound == -np.inf


def test_a_bound_inside_the_safety_proves_nothing():
    case = make_case(0)
    for bound, verdict in ((paper_milp.SAFETY / 2, "undecided"), (1e-3, "robust")):

        def solver(model, watch, bound=bound):
            return watch.answer("optimal", bound, None, "Optimal")

        assert decide(case.problem, case.sign, 0, 1, Clock(), solver).verdict == verdict


def test_twenty_labels_fit_the_small_licence():
    program = Program()
    labels = add_flips(program, np.ones(20), FlipSpace.unrestricted(20), 3)
    add_svm(program, np.eye(20), 1.0, labels)
    assert program.columns == 20**2 + 7 * 20
    assert program.rows.count == 4 * 20**2 + 9 * 20 + 1


def test_time_out_keeps_what_was_proven():
    case = make_case(7, m=3)
    ledger = Ledger(case.problem.m, Ladder.every(case.problem.max_budget))
    clock = Clock(0.0)
    decide_all(case.problem, case.sign, ledger, clock)
    assert (ledger.robust <= 0).all()
    assert (ledger.broken == NEVER).all()
