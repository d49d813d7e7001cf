"""The root bound proves nothing that is not so, and something where enumeration ends."""

import numpy as np
import pytest

from conformance import EngineConformance
from labelcert.engines import by_root
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.bounds import conic, working_set
from labelcert.engines.bounds.demand import Demand
from labelcert.engines.bounds.tightening import End, tighten_ends
from labelcert.engines.by_attack import Attack
from labelcert.engines.by_root import RootBound
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.motion.ranges import Ranges
from labelcert.engines.rooting.lazy_ranges import LazyRanges
from labelcert.engines.rooting.steps import Steps
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual
from oracles.relabelings import every_labeling, random_problem


class TestConformance(EngineConformance):
    engine = RootBound()
    exact = False
    largest = 5

    @pytest.fixture(autouse=True)
    def _of_any_size(self, monkeypatch):
        monkeypatch.setattr(by_root, "SMALLEST", 0)
        monkeypatch.setattr(by_root, "MANY", 0)


class TestConformanceOfWorkingSets(TestConformance):
    """The same with programs of some points only, as there are with many."""

    @pytest.fixture(autouse=True)
    def _of_some_points(self, monkeypatch):
        monkeypatch.setattr(conic, "WHOLE", 0)
        monkeypatch.setattr(working_set, "FIRST", 1)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("whole", [0, 150])
def test_tightened_ranges_hold_every_retrained_value(seed, whole, monkeypatch):
    """Of a budget and of all smaller ones, whichever ends were tightened, wherever from."""
    monkeypatch.setattr(conic, "WHOLE", whole)
    problem, clock = random_problem(seed, 5), Clock()
    rng = np.random.default_rng(seed)
    for k, machine in enumerate(problem.each):
        ranges, most = LazyRanges(machine), problem.max_budget
        n = problem.n
        ends = [End(i, s, up) for i in range(n) for s in (0, 1) for up in (False, True)]
        found = tighten_ends(
            machine.gram.scaled, ranges.hull(most, clock), machine.space, most, ranges.solution,
            [(end, rng.permutation(n)[: rng.integers(n + 1)]) for end in ends], clock,
        )  # fmt: skip
        ranges.take(most, ends, [(found[0], {})], clock)
        for budget in range(most + 1):
            hull = ranges.hull(budget, clock)
            for labels in every_labeling(problem.space, budget)[0]:
                y = problem.labels_of(k, labels)
                f = problem.gram.matrix @ solve_dual(problem.gram.matrix, y, problem.C)
                state, at = (y != machine.y).astype(int), np.arange(n)
                slack = 1e-5 * (1 + np.abs(f).max())
                assert (hull.low[at, state] - slack <= f).all()
                assert (f <= hull.high[at, state] + slack).all()


def test_what_bounds_ask_for_comes_first_and_not_at_once_again():
    machines, clock = digits(160, 0.05), Clock()
    ranges = LazyRanges(machines.each[0])
    points = np.arange(5)
    demand = Demand(points, np.array([0.5, 0.1, 0.0, 0.3, 0.2]), np.zeros((5, 2)))
    first = ranges.ends(3, [(1.0, demand)], 2, False, clock)
    assert {end.i for end in first} <= {0, 1, 3, 4}
    assert all(end.state == 1 and end.rising for end in first)
    hull = ranges.hull(3, clock)
    ranges.take(3, first, [(hull, {})], clock)  # nothing was gained
    assert not {end.i for end in first} & {e.i for e in ranges.ends(3, [(1.0, demand)], 2, False,
                                                                    clock)}  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_ranges_hold_every_retrained_value(seed):
    """Each value after each allowed flip set lies in its range, label kept or flipped."""
    problem = random_problem(seed, 5)
    for k, machine in enumerate(problem.each):
        for budget in range(problem.max_budget + 1):
            hull = Ranges(machine).hull(budget, Clock())
            for labels in every_labeling(problem.space, budget)[0]:
                y = problem.labels_of(k, labels)
                beta = solve_dual(problem.gram.matrix, y, problem.C)
                f = problem.gram.matrix @ beta
                state = (y != machine.y).astype(int)
                at = np.arange(problem.n)
                slack = 1e-5 * (1 + np.abs(f).max())
                assert (hull.low[at, state] - slack <= f).all()
                assert (f <= hull.high[at, state] + slack).all()


def digits(n, C, m=6, budget=8):
    from sklearn.datasets import load_digits

    points, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(points))[: n + m]
    points = points[order] / np.linalg.norm(points[order], axis=1, keepdims=True)
    kernel = (1 + points @ points.T) ** 2
    space = RelabelSpace.unrestricted(labels[order][:n] % 2, 2)
    return Machines(check_gram(kernel[:n, :n]), kernel[n:, :n], C, space, budget)


def test_it_proves_what_no_attack_breaks_beyond_enumeration():
    machines = digits(170, 0.02)
    clean = clean_fit(machines)
    task = Task.of_machines(machines, clean.predicted, Wishes())
    RootBound().run(task, 8, Clock(20.0))
    assert (task.ledger.robust >= 2).mean() >= 0.5
    attacked = Task.of_machines(machines, clean.predicted, Wishes())
    Attack().run(attacked, 8, Clock(20.0))
    assert (task.ledger.robust < attacked.ledger.broken).all()


@pytest.mark.parametrize("radius", range(12))
def test_steps_find_the_last_row_that_is_proven(radius):
    steps, tried = Steps(0, 11), 0
    while not steps.done:
        steps.take(steps.row <= radius)
        tried += 1
    assert steps.low == min(radius, 10)
    assert tried <= 8
