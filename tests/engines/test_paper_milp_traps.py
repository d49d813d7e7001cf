"""Traps seen in published code: verdicts from incumbents, from tolerances, from time limits."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.by_paper_milp import PaperMilp
from labelcert.engines.knowledge.ledger import NEVER
from labelcert.engines.machines.machines import Machines
from labelcert.engines.paper_milp.choice import add_choice
from labelcert.engines.paper_milp.kkt import Program, add_svm
from labelcert.engines.paper_milp.lead_model import SAFETY, lead_model, safety
from labelcert.engines.paper_milp.sample_wise import decide
from labelcert.engines.solvers import milp_solver
from labelcert.engines.solvers.milp import MilpAnswer
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.paper_milp_cases import claiming, hand_made, make_case, without_ties
from shared_files import GOLDENS, needs_goldens

HIGHS = milp_solver("highs")

both = pytest.mark.parametrize("classes", [2, 3])


def case_of(seed, classes, **how):
    """A case that is small enough for its number of classes."""
    return make_case(seed, classes=classes, max_n=6 if classes == 2 else 4, **how)


def ask(case, t, budget, solver, clock=None):
    return decide(case.machines, case.predicted, t, budget, clock or Clock(), solver)


@both
@pytest.mark.parametrize("seed", range(6))
def test_an_incumbent_alone_never_proves_robustness(seed, classes):
    case = case_of(seed, classes)

    def only_an_incumbent(model, watch):
        solution = claiming(model, case.machines, [])
        watch.see_solution(solution)
        return watch.answer("stopped", -0.9, solution, "Time limit reached")

    for t in range(case.m):
        found = ask(case, t, case.budget, only_an_incumbent)
        assert found.verdict == "undecided"
        assert found.margin > 0  # the incumbent looks robust
        assert found.bound < 0


@needs_goldens
def test_a_short_time_limit_on_twenty_labels():
    with np.load(GOLDENS / "coraml_GCN.npz", allow_pickle=False) as case:
        gram, cross, worst = case["gram"], case["cross_gram"], case["worst_margin"]
        labels, C = case["labels"].astype(int), float(case["C"])
    space = RelabelSpace.unrestricted(labels, 2)
    machines, predicted = without_ties(gram, cross, C, space, 20)
    decided = 0
    for seconds in (1e-4, 0.05, 0.4):
        for t in range(4):
            r = int((worst[t] > 0).sum())
            clock = Clock(seconds)
            found = decide(machines, predicted, t, r, clock, HIGHS)
            assert found.verdict != "robust"
            assert found.bound <= worst[t, r]
            assert clock.elapsed < seconds + 3
            decided += found.verdict == "broken"
    assert decided < 12, "the time limit was meant to bite"


@both
def test_an_interrupt_ends_the_search_soon(classes):
    rng = np.random.default_rng(1)
    points, tests = rng.standard_normal((24, 6)), rng.standard_normal((1, 6))
    labels = rng.integers(0, classes, 24)
    machines, predicted = hand_made(points @ points.T, tests @ points.T, labels, 1.0, 12, classes)
    clock = Clock()
    timer = threading.Timer(0.5, clock.interrupt)
    timer.start()
    before = time.monotonic()
    found = decide(machines, predicted, 0, 3, clock, HIGHS, exact_margin=True)
    assert time.monotonic() - before < 20
    assert found.status != "Optimal"
    timer.join()


def test_a_tie_is_broken_and_a_tiny_margin_is_not():
    # Orthogonal points and large C: each label stays on its own margin, β_i = ỹ_i.
    cross = np.array([[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 2.0**-45, 0.0]])
    machines, predicted = hand_made(np.eye(4), cross, [1, 1, 1, 0], 10.0, 1)
    task = Task.of_machines(machines, predicted, Wishes())
    PaperMilp().run(task, 1, Clock())
    assert task.ledger.broken.tolist() == [1, NEVER]
    assert task.ledger.robust[0] == 0
    possible = [machines.space.flips(np.array([i])).tolist() for i in (0, 1)]
    assert task.ledger.witness[0].tolist() in possible


def test_a_tie_of_three_classes_is_broken_and_a_tiny_lead_is_not():
    # The lead of class 0 over 1 is twice what points 0, 1 and 2 say: β_i = ỹ_i in each machine.
    cross = np.array([[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 2.0**-45, 0.0]])
    machines, predicted = hand_made(np.eye(4), cross, [0, 0, 0, 1], 10.0, 1, classes=3)
    task = Task.of_machines(machines, predicted, Wishes())
    PaperMilp().run(task, 1, Clock())
    assert task.ledger.broken.tolist() == [1, NEVER]
    assert task.ledger.robust[0] == 0


@both
@pytest.mark.parametrize("seed", range(8))
def test_a_wrong_witness_is_replayed_and_rejected(seed, classes):
    case = case_of(seed, classes, log_c=1)
    tried = 0
    for t in range(case.m):
        harmless = [
            row.changes
            for row in case.table
            if row.margin[t] > case.tolerance[t] and len(row.changes)
        ]
        for changes in harmless[:3]:

            def liar(model, watch, changes=changes):
                solution = claiming(model, case.machines, changes)
                assert not watch.see_solution(solution)
                return MilpAnswer("optimal", -0.5, solution, "Optimal")

            assert ask(case, t, case.budget, liar).verdict == "undecided"
            tried += 1
    assert tried > 0


@both
def test_a_witness_that_the_attacker_may_not_use_is_rejected(classes):
    case = case_of(100, classes, restrict=True)
    space = case.machines.space
    everything = space.changes_to((space.labels + 1) % classes)

    def cheat(model, watch):
        solution = claiming(model, case.machines, everything)
        return watch.answer("optimal", -1.0, solution, "Optimal")

    assert not space.contains(everything, 1)
    assert case.m > 0
    for t in range(case.m):
        found = ask(case, t, 1, cheat)
        assert found.verdict == "undecided"
        assert found.changes is None


@both
def test_a_failed_solver_proves_nothing(classes):
    case = case_of(0, classes)

    def fails(model, watch):
        watch.see_bound(0.99)
        return watch.answer("failed", 0.99, None, "Infeasible")

    found = ask(case, 0, 1, fails)
    assert found.verdict == "undecided"
    assert found.bound == -np.inf


@both
def test_a_bound_inside_the_safety_proves_nothing(classes):
    case = case_of(2, classes)
    assert case.machines.gram.shift == 0
    for bound, verdict in ((SAFETY / 2, "undecided"), (1e-3, "robust")):

        def solver(model, watch, bound=bound):
            return watch.answer("optimal", bound, None, "Optimal")

        assert ask(case, 0, 1, solver).verdict == verdict


def test_larger_programs_need_more_safety():
    assert safety(400) == SAFETY
    assert safety(10**6) == pytest.approx(2e-3)


def test_a_bound_against_one_rival_of_two_proves_nothing():
    case = case_of(2, 3)
    bounds = iter([0.5, -0.5])

    def solver(model, watch):
        return watch.answer("stopped", next(bounds), None, "Time limit reached")

    found = ask(case, 0, 1, solver)
    assert found.verdict == "undecided"
    assert found.bound < 0


@both
def test_a_bound_within_the_doubt_of_a_shift_proves_nothing(classes):
    """A kernel that had to be shifted is another one: its leads may differ by the doubt."""
    case = case_of(3, classes)
    assert case.machines.gram.shift > 0
    t = 0
    a = int(case.predicted[t])
    b = (a + 1) % classes
    lead = lead_model(case.machines, t, a, b, 1)
    parts = case.machines.lead(a, b)
    assert lead.doubt == len(parts) * case.machines.each[0].bars.doubt[t] > 0
    inside = lead.slack + 0.9 * lead.doubt / lead.unit
    beyond = lead.slack + 1.1 * lead.doubt / lead.unit
    assert not lead.proves(inside)
    assert lead.bound(inside) < 0
    assert lead.proves(beyond)
    assert lead.bound(beyond) > 0


def test_twenty_labels_fit_the_small_licence():
    space = RelabelSpace.unrestricted(np.ones(20, dtype=np.int64), 2)
    machines = Machines(check_gram(np.eye(20)), np.eye(20), 1.0, space, 3)
    program = Program()
    choice = add_choice(program, machines, 3)
    add_svm(program, np.eye(20), 1.0, choice.seen_by(0))
    assert program.columns == 20**2 + 7 * 20
    assert program.rows.count == 4 * 20**2 + 9 * 20 + 1


@both
def test_groups_that_cost_nothing_are_not_passed_over(classes):
    """The program has no words for them: it would prove what they break."""
    case = case_of(2, classes)
    space = replace(case.machines.space, free_groups=1)
    machines = replace(case.machines, space=space)
    with pytest.raises(AssertionError, match="choice among attackers"):
        Task.of_machines(machines, case.predicted, Wishes())
    with pytest.raises(AssertionError, match="free groups"):
        decide(machines, case.predicted, 0, 1, Clock(), HIGHS)


@both
def test_time_out_keeps_what_was_proven(classes):
    case = case_of(7, classes)
    task = case.task()
    PaperMilp().run(task, case.budget, Clock(0.0))
    assert (task.ledger.robust <= 0).all()
    assert (task.ledger.broken == NEVER).all()
    assert decide(case.machines, case.predicted, 0, 1, Clock(0.0), HIGHS).verdict == "undecided"


@both
def test_no_time_for_a_point_leaves_it_open(classes):
    case = case_of(7, classes)
    task = case.task(seconds_a_point=0.0)
    PaperMilp().run(task, case.budget, Clock())
    assert (task.ledger.robust <= 0).all()
    assert (task.ledger.broken == NEVER).all()
