"""Worst margins on request: equal to brute force at every budget, honest when cut off."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import labelcert as lc
from conformance import EngineConformance
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.branching import leaves, region_tree
from labelcert.engines.by_margins import WorstMargins
from labelcert.engines.engine import Role
from labelcert.engines.machines.machines import Machines
from labelcert.engines.task import Wishes
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.nasty_machines import nasty_machines, smooth_machines, task_of
from oracles.problems import problems
from oracles.relabelings import check_ledger, truth_of


class TestConformance(EngineConformance):
    engine = WorstMargins()
    wishes = Wishes(margins=True)
    exact = False
    largest = 5


def closed(machines, clock=None, **wishes):
    truth = truth_of(machines)
    task, rows = task_of(machines, truth, margins=True, **wishes)
    WorstMargins().run(task, machines.max_budget, clock or Clock())
    return task.ledger, truth, rows


def check(machines, ledger, truth, rows, complete=True):
    """Two classes: the truth's leads are those of mirrored machines, twice as large."""
    check_ledger(ledger, machines, truth, rows, exact=False)
    for row, t in enumerate(rows):
        for number, level in enumerate(ledger.ladder.levels):
            worst = truth.worst(int(level))[t] / 2
            low, high = ledger.margin_bound[row, number], ledger.worst_margin[row, number]
            assert low <= worst + truth.tolerance
            assert not high < worst - truth.tolerance
            if complete:
                assert abs(high - worst) <= truth.tolerance
                assert high - truth.tolerance <= low <= high


@settings(max_examples=25)
@given(problems(max_n=5))
def test_bounds_enclose_the_truth(problem):
    p = problem
    space = RelabelSpace.unrestricted((p.y > 0).astype(int), 2)
    machines = Machines(check_gram(p.gram), np.asarray(p.cross, float), p.C, space, p.budget)
    check(machines, *closed(machines), complete=False)


@settings(max_examples=25)
@given(st.integers(0, 2**31), st.sampled_from([1, 4, 4000]))
def test_any_nasty_kernel_under_any_attacker(seed, leaf):
    machines = nasty_machines(seed, largest=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leaves, "LEAF", leaf)
        check(machines, *closed(machines), complete=False)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("leaf", [2, 100])
def test_exact_at_every_budget(seed, leaf, monkeypatch):
    monkeypatch.setattr(leaves, "LEAF", leaf)
    costs = np.random.default_rng(seed).integers(1, 3, 7)
    allowed = np.ones((7, 2), dtype=bool)
    labels = np.arange(7) % 2
    allowed[3, 1 - labels[3]] = False
    space = RelabelSpace(labels, allowed, costs, np.zeros(7, int), np.array([2**62]))
    machines = smooth_machines(seed, 7, 4, space=space, budget=4)
    ledger, truth, rows = closed(machines)
    check(machines, ledger, truth, rows)
    gap = ledger.worst_margin - ledger.margin_bound
    assert gap.min() >= 0
    # A margin whose sign is beyond its bar decides the radius.
    assert not ledger.open.any()
    assert (np.diff(ledger.worst_margin, axis=1) <= 0).all()


def test_processes_give_the_same_answer():
    machines = smooth_machines(2, 8, 5, budget=3)
    one, two = (closed(machines, jobs=jobs)[0] for jobs in (1, 2))
    np.testing.assert_array_equal(one.worst_margin, two.worst_margin)
    np.testing.assert_array_equal(one.margin_bound, two.margin_bound)


def test_a_limit_a_point_leaves_honest_intervals():
    machines = smooth_machines(5, 9, 3, C=1.0, budget=4)
    for seconds in (0.0, 0.02):
        check(machines, *closed(machines, seconds_a_point=seconds), complete=False)
        check(machines, *closed(machines, Clock(seconds)), complete=False)


def test_a_full_heap_ends_the_search_with_what_is_proven(monkeypatch):
    monkeypatch.setattr(leaves, "LEAF", 2)
    monkeypatch.setattr(region_tree, "MOST_NODES", 1)
    machines = smooth_machines(4, 8, 4, budget=4)
    check(machines, *closed(machines), complete=False)


def test_it_is_for_two_classes_on_request():
    engine = WorstMargins()
    assert (engine.name, engine.role) == ("worst margins", Role.BOUND)
    for classes, margins in ((2, True), (2, False), (3, True)):
        machines = smooth_machines(0, 5, 2, classes, budget=1)
        task, _ = task_of(machines, truth_of(machines), margins=margins)
        assert engine.accepts(task) == (classes == 2 and margins)
        assert engine.seconds(task, 1) > 0


def kernels(seed, n=9, m=4):
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 4)), rng.standard_normal((m, 4))
    labels = rng.choice([0, 1], n)
    labels[:2] = [0, 1]
    return points @ points.T, tests @ points.T, labels, float(10.0 ** rng.uniform(-1, 1))


def test_every_budget_is_known_only_on_request():
    gram, cross, labels, C = kernels(1, n=12)
    asked = lc.certify(gram, cross, labels, C=C, max_flips=12, worst_margins=True)
    assert np.isfinite(asked.worst_margin).all()
    assert np.isfinite(asked.worst_margin_bound).all()
    assert (np.diff(asked.worst_margin, axis=1) <= 0).all()
    again = lc.Certificate.from_json(asked.to_json())
    np.testing.assert_array_equal(again.worst_margin_bound, asked.worst_margin_bound)


def test_ridge_gives_margins_and_bounds():
    gram, cross, labels, _ = kernels(2)
    cert = lc.certify(gram, cross, labels, ridge=0.5, max_flips=5, worst_margins=True)
    assert np.abs(cert.worst_margin - cert.worst_margin_bound).max() < 1e-9


@pytest.mark.parametrize(
    ("options", "name"),
    [({"point_time_limit": -1.0}, "point_time_limit"), ({"engine": "paper_milp"}, "worst_margins")],
)
def test_bad_input_is_named(options, name):
    gram, cross, labels, C = kernels(1)
    with pytest.raises(lc.InputError, match=name):
        lc.certify(gram, cross, labels, C=C, max_flips=1, worst_margins=True, **options)
