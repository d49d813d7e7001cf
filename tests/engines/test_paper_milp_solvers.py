"""The solver adapters: the same answers from each, statuses told apart, errors in one sentence."""

import sys

import numpy as np
import pytest
from scipy import sparse

from labelcert._errors import InputError
from labelcert.engines.by_paper_milp import PaperMilp
from labelcert.engines.solvers import milp_solver
from labelcert.engines.solvers.milp import MilpModel, Watch
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock
from optional import needs_gurobi
from oracles.paper_milp_cases import hand_made, make_case

backends = pytest.mark.parametrize("backend", ["highs", pytest.param("gurobi", marks=needs_gurobi)])


def knapsack(maximise, limit=5.0):
    """Weights 2, 3, 4 and values 3, 4, 6: the best within weight 5 is 7."""
    rows = sparse.csr_array(np.array([[2.0, 3.0, 4.0]]))
    values = np.array([3.0, 4.0, 6.0]) * (1.0 if maximise else -1.0)
    return MilpModel(
        values, maximise, rows, np.array([-np.inf]), np.array([limit]),
        np.zeros(3), np.ones(3), np.ones(3, dtype=bool),
    )  # fmt: skip


@backends
@pytest.mark.parametrize(("maximise", "best"), [(True, 7.0), (False, -7.0)])
def test_bound_and_solution_in_both_senses(backend, maximise, best):
    answer = milp_solver(backend)(knapsack(maximise), Watch(maximise))
    assert answer.status == "optimal"
    assert answer.bound == pytest.approx(best, abs=1e-8)
    assert np.round(answer.solution).tolist() == [1, 1, 0]


@backends
def test_an_infeasible_model_bounds_nothing(backend):
    for maximise, nothing in ((False, -np.inf), (True, np.inf)):
        answer = milp_solver(backend)(knapsack(maximise, limit=-1.0), Watch(maximise))
        assert (answer.status, answer.bound, answer.solution) == ("failed", nothing, None)


@backends
def test_what_a_question_raises_comes_out(backend):
    def wrong(solution):
        raise KeyError("replay")

    with pytest.raises(KeyError, match="replay"):
        milp_solver(backend)(knapsack(True), Watch(True, solution_suffices=wrong))


@backends
def test_an_expired_watch_stops_the_search(backend):
    rng = np.random.default_rng(0)
    rows = sparse.csr_array(np.round(rng.random((30, 60)) * 1000))
    model = MilpModel(
        np.ones(60), True, rows, np.full(30, -np.inf), rows.sum(axis=1) / 2,
        np.zeros(60), np.ones(60), np.ones(60, dtype=bool),
    )  # fmt: skip
    answer = milp_solver(backend)(model, Watch(True, expired=lambda: True))
    assert answer.status == "stopped"
    assert answer.bound > 1


@needs_gurobi
@pytest.mark.parametrize(
    ("classes", "seed"), [(2, seed) for seed in range(7)] + [(3, seed) for seed in range(4)]
)
def test_gurobi_and_highs_agree(classes, seed):
    max_n = 5 if classes == 2 else 4
    case = make_case(seed, max_n=max_n, restrict=seed % 2 == 1, classes=classes)
    found = []
    for backend in ("highs", "gurobi"):
        task = case.task(solver=backend, collective=True)
        PaperMilp().run(task, case.budget, Clock())
        found.append(task.ledger)
    clear = (np.abs(case.worst) > case.tolerance[:, None]).all(axis=1)
    assert found[0].robust[clear].tolist() == found[1].robust[clear].tolist()
    assert found[0].broken[clear].tolist() == found[1].broken[clear].tolist()
    if clear.all():
        assert found[0].broken_lower.tolist() == found[1].broken_lower.tolist()
        assert found[0].broken_upper.tolist() == found[1].broken_upper.tolist()


@needs_gurobi
def test_a_model_too_large_for_the_licence_says_so():
    rng = np.random.default_rng(0)
    points, tests = rng.standard_normal((30, 5)), rng.standard_normal((1, 5))
    labels = rng.integers(0, 2, 30)
    machines, predicted = hand_made(points @ points.T, tests @ points.T, labels, 1.0, 1)
    task = Task.of_machines(machines, predicted, Wishes(solver="gurobi"))
    error = None
    try:
        PaperMilp().run(task, 1, Clock(20.0))
    except InputError as raised:
        error = str(raised)
    if error is None:  # the size limit is one of the licence that comes with pip, not of others
        pytest.skip("a full Gurobi licence is installed")
    assert "2000 constraints" in error
    assert 'backend "highs"' in error


def test_missing_gurobi_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "gurobipy", None)
    with pytest.raises(InputError, match=r"pip install 'labelcert\[gurobi\]'"):
        milp_solver("gurobi")


@pytest.mark.parametrize("wishes", [{}, {"sample_wise": False, "collective": True}])
def test_an_unknown_backend_is_named(wishes):
    with pytest.raises(InputError, match="backend 'cplex' is unknown"):
        milp_solver("cplex")
    with pytest.raises(InputError, match="backend 'cplex' is unknown"):
        PaperMilp().run(make_case(0).task(solver="cplex", **wishes), 1, Clock())
