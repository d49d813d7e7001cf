"""The paper's program where solvers refuse it, answer nonsense, or cannot tell numbers apart."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import sparse

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.by_paper_milp import PaperMilp
from labelcert.engines.paper_milp.collective import count_at
from labelcert.engines.paper_milp.sample_wise import decide
from labelcert.engines.solvers import highs, milp_solver
from labelcert.engines.solvers.milp import NEGLIGIBLE, MilpAnswer, MilpModel, Watch
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock
from optional import needs_gurobi
from oracles.paper_milp_cases import hand_made, make_case, without_ties
from oracles.rational_machines import SvmMachine
from oracles.rational_truth import UNLIMITED, Attacker, Truth

backends = pytest.mark.parametrize("backend", ["highs", pytest.param("gurobi", marks=needs_gurobi)])


def knapsack(rows, limit, integer=True):
    rows = np.atleast_2d(np.asarray(rows, dtype=float))
    n = rows.shape[1]
    return MilpModel(
        np.arange(1.0, n + 1), True, sparse.csr_array(rows), np.full(len(rows), -np.inf),
        np.atleast_1d(np.asarray(limit, dtype=float)), -np.ones(n), np.ones(n),
        np.full(n, integer),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
def test_no_solution_is_lost_where_coefficients_are_out_of_reach(seed):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((4, 5)) * 10.0 ** rng.integers(-18, 18, (4, 5))
    model = knapsack(rows, rng.standard_normal(4))
    usable = model.in_reach()
    kept = np.abs(usable.rows.data)
    assert kept.max(initial=0.5) < 1.0
    assert kept.min(initial=0.5) >= NEGLIGIBLE
    for x in product((-1.0, 0.0, 1.0), repeat=5):
        if (rows @ x <= model.row_upper).all():
            assert (usable.rows @ np.array(x) <= usable.row_upper + 1e-12).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@backends
def test_a_model_of_no_numbers_proves_nothing(backend, bad):
    for model in (knapsack([bad, 1.0], 1.0), knapsack([1.0, 1.0], np.nan)):
        answer = milp_solver(backend)(model, Watch(True))
        assert (answer.status, answer.bound, answer.solution) == ("failed", np.inf, None)


def test_without_whole_numbers_there_is_no_bound_of_a_tree():
    assert milp_solver("highs")(knapsack([1.0, 1.0], 1.0, integer=False), Watch(True)).bound > 9


@backends
def test_coefficients_that_solvers_reject_are_brought_into_reach(backend):
    for size in (1e-25, 1.0, 1e17):
        answer = milp_solver(backend)(knapsack([size, size], 1.5 * size), Watch(True))
        assert answer.bound == pytest.approx(2.0)


@pytest.mark.parametrize("name", ["passModel", "run", "setOptionValue"])
def test_a_refused_call_proves_nothing(name, monkeypatch):
    honest = highs.accepted
    monkeypatch.setattr(
        highs, "accepted",
        lambda call, *rest: getattr(call, "__name__", "") != name and honest(call, *rest),
    )  # fmt: skip
    answer = milp_solver("highs")(knapsack([1.0, 1.0], 1.0), Watch(True))
    assert (answer.status, answer.bound) == ("failed", np.inf)
    case = make_case(0)
    found = decide(case.machines, case.predicted, 0, 1, Clock(), milp_solver("highs"))
    assert found.verdict != "robust"


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("bound", [np.nan, np.inf, -np.inf])
def test_bounds_that_are_no_numbers_prove_nothing(bound, classes):
    case = make_case(0, classes=classes, max_n=4)

    def solver(model, watch):
        watch.see_bound(bound)
        return MilpAnswer("optimal", bound, None, "Optimal")

    found = decide(case.machines, case.predicted, 0, 1, Clock(), solver)
    assert (found.verdict, found.bound) == ("undecided", -np.inf)
    with pytest.MonkeyPatch.context() as patch:
        for module in ("radii", "collective"):
            patch.setattr(f"labelcert.engines.paper_milp.{module}.milp_solver", lambda _: solver)
        task = case.task(collective=True)
        PaperMilp().run(task, case.budget, Clock())
    assert (task.ledger.robust <= 0).all()
    assert (task.ledger.broken_upper[1:] == case.m).all()


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("bound", [-np.inf, 0.0, 1.0, np.inf, np.nan])
def test_a_row_of_zeros_is_no_proof(bound, classes):
    """Its unit is 0, and 0 times an unknown bound is no number: it once came out robust."""
    machines = make_case(4, classes=classes, max_n=4).machines
    machines = replace(machines, cross=np.zeros_like(machines.cross))
    assert machines.m > 0

    def stopped(model, watch):
        return watch.answer("stopped", bound, None, "Time limit reached")

    found = decide(machines, np.zeros(machines.m, int), 0, 1, Clock(), stopped)
    assert found.verdict == "undecided"


def test_a_count_below_what_was_seen_refutes_the_solver():
    machines, predicted = hand_made(np.eye(3), np.eye(3), [1, 0, 1], 1.0, 2)
    task = Task.of_machines(machines, predicted, Wishes())
    task.ledger.count_broken(1, 1, np.array([0]))

    def liar(model, watch):
        return MilpAnswer("optimal", 0.0, None, "Optimal")

    count_at(task, 1, Clock(), liar)
    assert task.ledger.broken_upper[1] == 3


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("C", [1e-12, 1e-3, 1.0, 1e4, 1e9])
@backends
def test_no_wrong_verdict_at_any_C(C, backend, classes):
    rng = np.random.default_rng(2)
    points, tests = rng.integers(-9, 10, (4, 3)) / 8, rng.integers(-9, 10, (4, 3)) / 8
    gram, cross, labels = points @ points.T, tests @ points.T, np.array([0, 1, 0, classes - 1])
    allowed = np.ones((4, classes), dtype=bool)
    attacker = Attacker(labels, allowed, [1] * 4, [0] * 4, [UNLIMITED], 2)
    truth = Truth(SvmMachine(gram, cross, C), attacker)
    clear = np.flatnonzero(~truth.tie)
    assert len(clear) > 1
    space = RelabelSpace.unrestricted(labels, classes)
    machines, predicted = without_ties(gram, cross, C, space, 2)
    assert predicted.tolist() == truth.predicted[clear].tolist()
    task = Task.of_machines(machines, predicted, Wishes(solver=backend))
    PaperMilp().run(task, 2, Clock(30.0))
    found = task.ledger
    assert (found.robust <= truth.radius[clear]).all()
    assert (np.minimum(found.broken - 1, 2) >= truth.radius[clear]).all()
    if C <= 1.0:
        assert found.robust.tolist() == truth.radius[clear].tolist()
