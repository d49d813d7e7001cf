"""Branch and bound as an engine against brute force: two classes and many, every restriction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import EngineConformance
from labelcert.engines import by_branching
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.branching import leaves
from labelcert.engines.by_branching import BranchAndBound
from labelcert.engines.engine import Role
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.svm_trainer import SvmTrainer
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.nasty_machines import nasty_machines, smooth_machines, task_of
from oracles.problems import problems
from oracles.relabelings import check_ledger, truth_of


class TestConformance(EngineConformance):
    engine = BranchAndBound()
    largest = 5


def searched(task, clock=None):
    BranchAndBound().run(task, task.svms.max_budget, clock or Clock())
    return task.ledger


def unknown(machines, **wishes):
    """The task of the predictions that are no ties, by the clean fit."""
    clean = clean_fit(machines)
    rows = clean.decided
    wishes = Wishes(**{"jobs": 1, **wishes})
    return Task.of_machines(machines.of_test_points(rows), clean.predicted[rows], wishes)


@settings(max_examples=25)
@given(problems(max_n=5))
def test_no_wrong_verdict(problem):
    p = problem
    space = RelabelSpace.unrestricted((p.y > 0).astype(int), 2)
    machines = Machines(check_gram(p.gram), np.asarray(p.cross, float), p.C, space, p.budget)
    truth = truth_of(machines)
    task, rows = task_of(machines, truth)
    check_ledger(searched(task), machines, truth, rows)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("leaf", [1, 50])
@pytest.mark.parametrize("classes", [2, 3])
def test_exact_like_brute_force(seed, leaf, classes, monkeypatch):
    monkeypatch.setattr(leaves, "LEAF", leaf)
    machines = smooth_machines(seed, 6 if classes == 2 else 5, 3, classes)
    truth = truth_of(machines)
    task, rows = task_of(machines, truth)
    check_ledger(searched(task), machines, truth, rows)


@settings(max_examples=20)
@given(st.integers(0, 2**31), st.sampled_from([1, 10]), st.sampled_from([2, 2, 3, 4]))
def test_every_kernel_under_every_attacker(seed, leaf, classes):
    machines = nasty_machines(seed, classes, largest=6 if classes == 2 else 4)
    truth = truth_of(machines)
    task, rows = task_of(machines, truth)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leaves, "LEAF", leaf)
        ledger = searched(task)
    check_ledger(ledger, machines, truth, rows)
    for t in np.flatnonzero(ledger.broken <= machines.max_budget):
        assert machines.space.cost_of(ledger.witness[t]) == ledger.broken[t]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("classes", [2, 3])
def test_every_restriction(seed, classes, monkeypatch):
    monkeypatch.setattr(leaves, "LEAF", 10)
    rng = np.random.default_rng(seed)
    n = 8 if classes == 2 else 6
    labels = rng.integers(0, classes, n)
    allowed = rng.random((n, classes)) < 0.8
    allowed[np.arange(n), labels] = True
    space = RelabelSpace(
        labels, allowed, rng.integers(1, 4, n), rng.integers(0, 2, n), np.array([3, 4])
    )
    machines = smooth_machines(seed, n, 4, classes, space=space, budget=6)
    truth = truth_of(machines)
    task, rows = task_of(machines, truth)
    check_ledger(searched(task), machines, truth, rows)


@pytest.mark.parametrize("budget", [0, 5])
@pytest.mark.parametrize("labels", [[0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [0, 1, 1, 1, 1]])
def test_one_class_only_and_the_ends_of_the_budget(budget, labels):
    space = RelabelSpace.unrestricted(np.array(labels), 2)
    machines = smooth_machines(3, 5, 4, space=space, budget=budget)
    truth = truth_of(machines)
    task, rows = task_of(machines, truth)
    assert len(rows)
    check_ledger(searched(task), machines, truth, rows)


def test_duplicates_with_contradictory_labels():
    points = np.array([[1.0, 0], [1, 0], [1, 0], [0, 1], [0, 1]])
    space = RelabelSpace.unrestricted(np.array([0, 1, 0, 1, 1]), 2)
    cross = np.array([[1.0, 0], [0, 1], [1, 1]]) @ points.T
    for C in (0.1, 1.0, 10.0):
        machines = Machines(check_gram(points @ points.T), cross, C, space, 5)
        truth = truth_of(machines)
        task, rows = task_of(machines, truth)
        assert len(rows)
        check_ledger(searched(task), machines, truth, rows)


@pytest.mark.parametrize("classes", [2, 3])
def test_a_smaller_budget_is_decided_alone(classes):
    machines = smooth_machines(5, 6 if classes == 2 else 5, 4, classes, budget=4)
    truth = truth_of(machines)
    task, rows = task_of(machines, truth)
    BranchAndBound().run(task, 2, Clock())
    ledger = task.ledger
    check_ledger(ledger, machines, truth, rows, exact=False)
    assert ((ledger.robust >= 2) | (ledger.broken <= ledger.robust + 1)).all()


@pytest.mark.parametrize("classes", [2, 3])
def test_processes_give_the_same_answer(classes):
    machines = smooth_machines(3, 9, 6, classes, budget=9 if classes == 2 else 4)
    one, two = (searched(unknown(machines, jobs=jobs)) for jobs in (1, 2))
    assert one.robust.tolist() == two.robust.tolist()
    assert one.proven.tolist() == two.proven.tolist()
    assert [None if w is None else w.tolist() for w in one.witness] == [
        None if w is None else w.tolist() for w in two.witness
    ]


@pytest.mark.parametrize("classes", [2, 3])
def test_witnesses_break_what_they_are_said_to_break(classes):
    machines = smooth_machines(2, 12, 8, classes, C=3.0, budget=4)
    task = unknown(machines)
    ledger = searched(task)
    comparison = SvmTrainer(task.svms)
    assert (ledger.broken <= 4).any()
    for t in np.flatnonzero(ledger.broken <= 4):
        changes = ledger.witness[t]
        assert machines.space.contains(changes, int(ledger.broken[t]))
        labels, a = machines.space.apply(changes), int(ledger.predicted[t])
        signs = [comparison.sign(labels, int(t), a, b) for b in ledger.rivals(int(t))]
        assert min(signs) <= 0


@pytest.mark.parametrize(("classes", "n", "budget"), [(2, 30, 12), (3, 20, 5)])
def test_time_limits_leave_honest_intervals(classes, n, budget):
    machines = smooth_machines(4, n, 3, classes, C=1.0, budget=budget)
    full = searched(unknown(machines), Clock(40.0))
    for seconds in (0.0, 0.05, 0.5):
        whole = searched(unknown(machines), Clock(seconds))
        point = searched(unknown(machines, seconds_a_point=seconds), Clock(3.0))
        for part in (whole, point):
            assert (part.robust < full.broken).all()
            assert (part.broken > full.robust).all()


@pytest.mark.parametrize(("classes", "n", "budget"), [(2, 40, 8), (3, 30, 6)])
def test_beyond_the_enumeration(classes, n, budget):
    """30 points of 3 classes and 6 changes are 10¹⁰ relabelings; each interval still closes."""
    machines = smooth_machines(8, n, 3, classes, C=0.5, budget=budget)
    ledger = searched(unknown(machines), Clock(100.0))
    assert not ledger.open.any()
    assert ledger.robust.max() >= 4


@pytest.mark.parametrize("classes", [2, 3])
def test_it_ends_where_too_little_is_decided(classes, monkeypatch):
    monkeypatch.setattr(by_branching, "BATCH", 2)
    machines = smooth_machines(1, 9, 8, classes, budget=3)
    decide = by_branching.search_one
    seen = []

    def nothing(piece):
        seen.append(piece.t)
        return by_branching.Found((), None, False)

    monkeypatch.setattr(by_branching, "search_one", nothing)
    searched(unknown(machines, enough=0.5))
    assert len(seen) == 2
    monkeypatch.setattr(by_branching, "search_one", decide)
    assert not searched(unknown(machines, enough=0.5)).open.any()


def test_what_it_accepts():
    machines = smooth_machines(0, 6)
    task, engine = unknown(machines), BranchAndBound()
    assert (engine.name, engine.role) == ("branch and bound", Role.SEARCH)
    assert engine.accepts(task)
    assert engine.seconds(task, 6) > 0
    large = RelabelSpace.unrestricted(np.arange(300) % 2, 2)
    big = Machines(check_gram(np.eye(300)), np.ones((1, 300)), 1.0, large, 1)
    none = np.zeros(1, dtype=np.int64)
    assert not engine.accepts(Task.of_machines(big, none, Wishes()))
    assert engine.accepts(Task.of_machines(big, none, Wishes(engine="branch_and_bound")))


@pytest.mark.parametrize("classes", [2, 3])
def test_a_full_heap_ends_the_search_with_what_is_proven(classes, monkeypatch):
    from labelcert.engines.branching import region_tree

    monkeypatch.setattr(leaves, "LEAF", 2)
    monkeypatch.setattr(region_tree, "MOST_NODES", 1)
    machines = smooth_machines(4, 7 if classes == 2 else 5, 4, classes, budget=4)
    truth = truth_of(machines)
    task, rows = task_of(machines, truth)
    check_ledger(searched(task), machines, truth, rows, exact=False)
