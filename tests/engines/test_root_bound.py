"""The root bound proves nothing that is not so, and something where enumeration ends."""

import numpy as np
import pytest

from conformance import EngineConformance
from labelcert.engines import by_root
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.bounds import conic, working_set
from labelcert.engines.bounds.demand import Demand
from labelcert.engines.bounds.functional import corners_of, lower_bound, row_sizes
from labelcert.engines.bounds.tightening import (
    End,
    Look,
    narrow_again,
    sign_of,
    tighten_ends,
)
from labelcert.engines.by_attack import Attack
from labelcert.engines.by_root import RootBound
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.motion.ranges import Ranges
from labelcert.engines.rooting import lazy_ranges
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
            [Look(end, rng.permutation(n)[: rng.integers(n + 1)], bool(rng.integers(2)))
             for end in ends], clock,
        )  # fmt: skip
        ranges.take(most, ends, [(found[0], dict(zip(ends, found[1], strict=True)))], clock)
        for budget in range(most + 1):
            assert_holds_all_retrained(ranges.hull(budget, clock), problem, k, budget)


def assert_holds_all_retrained(hull, problem, k, budget):
    """The values after every relabeling of a budget lie in the ranges of a hull of machine k."""
    machine = problem.each[k]
    for labels in every_labeling(problem.space, budget)[0]:
        y = problem.labels_of(k, labels)
        f = problem.gram.matrix @ solve_dual(problem.gram.matrix, y, problem.C)
        state, at = (y != machine.y).astype(int), np.arange(len(y))
        slack = 1e-5 * (1 + np.abs(f).max())
        assert (hull.low[at, state] - slack <= f).all()
        assert (f <= hull.high[at, state] + slack).all()


@pytest.mark.parametrize("seed", range(30))
def test_multipliers_of_other_budgets_and_nonsense_prove_nothing_false(seed):
    """What narrows ranges again are numbers that hold whatever hull and budget they came from."""
    problem, clock = random_problem(seed, 5), Clock()
    rng = np.random.default_rng(seed)
    machine, most, n = problem.each[0], problem.max_budget, problem.n
    ends = [End(i, s, up) for i in range(n) for s in (0, 1) for up in (False, True)]
    known = []
    for budget in range(most + 1):
        _, looked = tighten_ends(
            machine.gram.scaled, Ranges(machine).hull(budget, clock), machine.space, budget,
            Ranges(machine).solution, [Look(end, np.arange(n)) for end in ends], clock,
        )  # fmt: skip
        known += [(end, one.multipliers) for end, one in zip(ends, looked, strict=True)
                  if one.multipliers is not None]  # fmt: skip
    gram, hull = machine.gram.scaled, Ranges(machine).hull(most, clock)
    for end in ends:
        mu, gamma = rng.standard_normal((2, n)) * 10.0 ** rng.integers(-3, 3)
        weight = float(np.exp(rng.standard_normal()))
        row = sign_of(hull, end) * gram[end.i]
        _, parts = lower_bound(gram, row_sizes(gram), row, corners_of(hull), mu, gamma, weight)
        if parts is not None:
            known.append((end, parts.multipliers))
    for budget in range(most + 1):
        hull = narrow_again(
            Ranges(machine).hull(budget, clock), machine.space, budget, known, clock
        )
        assert_holds_all_retrained(hull, problem, 0, budget)


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


def test_multipliers_narrow_what_has_become_narrower_elsewhere():
    """They gain again without a program, of the budget they are of and of smaller ones."""
    machine, clock, budget = digits(160, 0.05).each[0], Clock(), 3
    ranges = LazyRanges(machine)
    ends = [End(i, 1, True) for i in range(60)]
    hull = ranges.hull(budget, clock)
    _, looked = tighten_ends(
        machine.gram.scaled, hull, machine.space, budget, ranges.solution,
        [Look(end, np.zeros(0, dtype=int), rough=True) for end in ends], clock,
    )  # fmt: skip
    known = [(end, one.multipliers) for end, one in zip(ends, looked, strict=True)]
    once = narrow_again(hull, machine.space, budget, known, clock)
    twice = narrow_again(once, machine.space, budget, known, clock)
    assert width(once) < width(hull)
    assert width(twice) < width(once)
    wide = ranges.hull(2, clock)
    assert width(narrow_again(wide, machine.space, 2, known, clock)) < width(wide)


def width(hull):
    return float((hull.high - hull.low).sum())


def test_old_multipliers_are_forgotten_where_there_is_no_room(monkeypatch):
    machine, clock = digits(160, 0.05).each[0], Clock()
    monkeypatch.setattr(lazy_ranges, "KEEP_BYTES", 16 * 160 * 5)
    ranges = LazyRanges(machine)
    ends = [End(i, 1, True) for i in range(8)]
    hull, looked = tighten_ends(
        machine.gram.scaled, ranges.hull(3, clock), machine.space, 3, ranges.solution,
        [ranges.look(3, end) for end in ends], clock,
    )  # fmt: skip
    ranges.take(3, ends, [(hull, dict(zip(ends, looked, strict=True)))], clock)
    assert list(ranges._known) == ends[-5:]
