"""The relaxed collective count is never below the truth, and better than counting radii."""

import numpy as np
import pytest

from conformance import EngineConformance
from labelcert.engines import by_branching, by_root, by_shares
from labelcert.engines.bounds import conic
from labelcert.engines.by_shares import CountBound
from labelcert.engines.engine import Role
from labelcert.engines.knowledge.evidence import Bounded
from labelcert.engines.work.clock import Clock
from oracles.nasty_machines import nasty_machines, smooth_machines, task_of
from oracles.relabelings import truth_of


class TestConformance(EngineConformance):
    engine = CountBound()
    exact = False
    counts = "interval"
    largest = 5


def bounded(machines, clock=None):
    """The task with the radii of brute force in its ledger, and counts bounded; the truth."""
    truth = truth_of(machines)
    task, rows = task_of(machines, truth, collective=True)
    for row, t in enumerate(rows):
        safe = [r for r in range(machines.max_budget + 1) if truth.worst(r)[t] > truth.tolerance]
        if safe:
            task.ledger.prove_all(row, max(safe), "brute force", Bounded(1.0))
    CountBound().run(task, machines.max_budget, clock or Clock())
    return task, truth, rows


def check(task, truth, rows):
    for row, level in enumerate(task.ledger.ladder.levels):
        sure, _ = truth.most_broken(int(level), rows)
        assert task.ledger.broken_upper[row] >= sure


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("C", [0.05, 0.3, 3.0])
def test_never_below_the_truth(seed, C):
    check(*bounded(smooth_machines(seed, 7, 12, C=C, budget=3)))


@pytest.mark.parametrize("seed", range(21))
def test_never_below_the_truth_on_nasty_kernels(seed):
    check(*bounded(nasty_machines(seed, largest=6, m=6)))


@pytest.fixture
def many_labels(monkeypatch):
    """Every problem counts as one of too many labels for bound tightening."""
    monkeypatch.setattr(by_branching, "RELAXATION_SIZE", 0)
    monkeypatch.setattr(by_root, "SMALLEST", 0)
    monkeypatch.setattr(by_shares, "hulls_of", None)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("C", [0.05, 0.3, 3.0])
@pytest.mark.usefixtures("many_labels")
def test_never_below_the_truth_over_ranges_of_the_root_bound(seed, C):
    machines = smooth_machines(seed, 7, 12, C=C, budget=3)
    check(*bounded(machines))
    task, _ = task_of(machines, truth_of(machines), collective=True)
    assert CountBound().accepts(task)
    assert 0 < CountBound().seconds(task, 3) < np.inf


@pytest.mark.parametrize("seed", range(14))
@pytest.mark.usefixtures("many_labels")
def test_never_below_the_truth_over_ranges_on_nasty_kernels(seed):
    check(*bounded(nasty_machines(seed, largest=6, m=6)))


@pytest.mark.usefixtures("many_labels")
def test_better_than_counting_radii_over_ranges_of_the_root_bound():
    assert better_than_radii() >= 1


def test_better_than_counting_radii():
    assert better_than_radii() >= 1


def better_than_radii():
    """For how many of six problems a count lies below that of the radii."""
    better = 0
    for seed in range(6):
        task, truth, rows = bounded(smooth_machines(seed, 8, 30, C=3.0, budget=3))
        check(task, truth, rows)
        by_radii = [(task.ledger.robust < r).sum() for r in range(4)]
        better += int((task.ledger.broken_upper < by_radii).any())
    return better


def test_whatever_the_solver_says(monkeypatch):
    honest = conic.minimise
    rng = np.random.default_rng(0)

    def garbled(program, iterate, *rest):
        number = honest(program, iterate, *rest)
        iterate.mu[...] = np.where(rng.random(iterate.mu.shape) < 0.2, np.nan, 1e3)
        return number

    monkeypatch.setattr(conic, "minimise", garbled)
    for seed in range(7):
        check(*bounded(nasty_machines(seed, largest=5, m=6)))


def test_no_time_leaves_what_was_known():
    task, truth, rows = bounded(smooth_machines(1, 7, 8, budget=3), Clock(0.0))
    check(task, truth, rows)
    assert (task.ledger.broken_upper == task.m).all()


def test_it_is_for_two_classes_and_counts():
    engine = CountBound()
    assert (engine.name, engine.role) == ("collective bound", Role.BOUND)
    for classes, collective in ((2, True), (2, False), (3, True)):
        machines = smooth_machines(0, 5, 2, classes, budget=1)
        task, _ = task_of(machines, truth_of(machines), collective=collective)
        assert engine.accepts(task) == (classes == 2 and collective)
        assert engine.seconds(task, 1) > 0
