"""Attacks find real witnesses, most of those there are, settle ties, and stop when told."""

from dataclasses import replace

import numpy as np
import pytest

from conformance import EVERYTHING, Case, EngineConformance, plain, same
from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.by_attack import Attack
from labelcert.engines.by_count_attack import CountAttack
from labelcert.engines.by_enumeration import Enumeration
from labelcert.engines.by_linear_attack import LinearAttack
from labelcert.engines.knowledge.evidence import Retrained
from labelcert.engines.knowledge.ledger import NEVER
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual
from oracles.relabelings import KINDS, random_problem, random_space


class TestAttack(EngineConformance):
    engine = Attack()
    exact = False


class TestCountAttack(EngineConformance):
    engine = CountAttack()
    exact = False
    counts = "interval"


class TestLinearAttackOfRidge(EngineConformance):
    engine = LinearAttack()
    learner = "ridge"
    exact = False
    counts = "interval"


class TestLinearAttackOfSaturated(EngineConformance):
    engine = LinearAttack()
    learner = "saturated"
    exact = False
    counts = "interval"


def make(seed, classes=2, n=14, m=8, space=None, budget=None, C=0.5):
    """A task of clear predictions; budget: of every label by default."""
    rng = np.random.default_rng(seed)
    points, tests = rng.standard_normal((n, 6)), rng.standard_normal((m, 6))
    labels = rng.integers(0, classes, n)
    space = space or RelabelSpace.unrestricted(labels, classes)
    budget = int(space.cost.sum()) if budget is None else budget
    machines = Machines(check_gram(points @ points.T), tests @ points.T, C, space, budget)
    clean = clean_fit(machines)
    return machines.of_test_points(clean.decided), clean.predicted[clean.decided]


def run(engine, problem, wishes=EVERYTHING, clock=None):
    machines, predicted = problem
    task = Task.of_machines(machines, predicted, wishes)
    engine.run(task, machines.max_budget, clock or Clock())
    return task.ledger


def retrained_leads(machines, changes, predicted):
    """(m,) smallest leads after training on some changes, by the general solver."""
    labels = machines.space.apply(changes)
    values = np.stack(
        [
            machines.cross
            @ solve_dual(machines.gram.matrix, np.where(labels == k, 1.0, -1.0), machines.C)
            for k in range(machines.classes)
        ],
        axis=1,
    )
    at = np.arange(machines.m), predicted
    own = values[at]
    values[at] = -np.inf
    return own - values.max(axis=1)


def check_witnesses(ledger, machines, predicted):
    """All witnesses are the attacker's and break what they say; returns how many there are."""
    found = 0
    for t in range(machines.m):
        changes = ledger.witness[t]
        assert (changes is None) == (ledger.broken[t] == NEVER)
        if changes is not None:
            found += 1
            assert machines.space.contains(changes, int(ledger.broken[t]))
            assert retrained_leads(machines, changes, predicted)[t] < 1e-6
            assert isinstance(ledger.refutation[t], Retrained)
    for row, changes in enumerate(ledger.count_witness):
        if ledger.broken_lower[row]:
            assert machines.space.contains(changes, int(ledger.ladder.levels[row]))
            lost = (retrained_leads(machines, changes, predicted) < 1e-6).sum()
            assert lost >= ledger.broken_lower[row]
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("seed", range(2))
def test_witnesses_of_any_attacker_hold_when_retrained(seed, classes, kind):
    rng = np.random.default_rng([seed, classes])
    space = random_space(rng, 16, classes, kind)
    space = replace(space, group_budget=np.minimum(space.group_budget * 3, 2**40))
    machines, predicted = problem = make(seed, classes, 16, 8, space)
    for engine in (Attack(), CountAttack()):
        ledger = run(engine, problem)
        found = check_witnesses(ledger, machines, predicted)
        assert found or kind != "plain"


def test_trusted_labels_are_left_alone():
    for classes in (2, 3):
        labels = np.random.default_rng(classes).integers(0, classes, 14)
        space = RelabelSpace.unrestricted(labels, classes)
        space.allowed[:9] = False
        space.allowed[np.arange(14), labels] = True
        ledger = run(Attack(), make(5, classes, space=space))
        assert any(changes is not None for changes in ledger.witness)
        for changes in ledger.witness:
            assert changes is None or (changes // classes >= 9).all()


@pytest.mark.parametrize("seed", range(6))
def test_two_classes_are_near_the_optimum(seed):
    problem = make(seed)
    attacked = run(Attack(), problem, Wishes(jobs=2))
    exact = run(Enumeration(), problem)
    assert (attacked.broken >= exact.broken).all()
    assert (attacked.broken <= exact.broken + 1).all(), "the local search lost its strength"
    assert (attacked.broken == exact.broken).mean() > 0.6


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_counts_are_lower_ends_near_the_optimum(seed, classes):
    problem = make(seed, classes, n=14 if classes == 2 else 7)
    attacked, exact = run(CountAttack(), problem), run(Enumeration(), problem)
    assert (attacked.broken_lower <= exact.broken_lower).all()
    assert attacked.broken_lower[-1] == exact.broken_lower[-1]
    assert attacked.broken_lower.sum() >= 0.8 * exact.broken_lower.sum()


@pytest.mark.parametrize("learner", ["svm", "ridge"])
def test_counts_of_many_problems_are_found_mostly(learner):
    found = possible = 0
    for seed in range(40):
        case = Case(random_problem(seed), learner)
        engine = LinearAttack() if learner == "ridge" else CountAttack()
        task = case.task()
        if len(case.rows) == 0:
            continue
        engine.run(task, case.problem.max_budget, Clock())
        for r in range(case.problem.max_budget + 1):
            possible += case.truth.most_broken(r, case.rows)[0]
            found += task.ledger.broken_lower[task.ledger.ladder.row(r)]
    assert found >= 0.95 * possible > 100


def test_most_that_can_be_broken_is_found():
    found = possible = 0
    for seed in range(40):
        case = Case(random_problem(seed))
        if len(case.rows) == 0:
            continue
        ledger = run(Attack(), (case.part, case.predicted))
        for row, t in enumerate(case.rows):
            worst = np.array([case.truth.worst(r)[t] for r in range(case.problem.max_budget + 1)])
            reached = np.flatnonzero(worst < -case.truth.tolerance)
            possible += len(reached) > 0
            found += bool(len(reached)) and ledger.broken[row] <= reached[0]
    assert found >= 0.9 * possible > 10


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("engine", [Attack(), CountAttack()])
def test_the_number_of_threads_changes_nothing(engine, classes):
    problem = make(classes, classes, n=25, m=20, budget=6)
    first = run(engine, problem, Wishes(collective=True, jobs=1))
    same(first, run(engine, problem, Wishes(collective=True, jobs=3)))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("engine", [Attack(), CountAttack()])
def test_an_expired_clock_stops_the_attack(engine, classes):
    ledger = run(engine, make(0, classes), clock=Clock(time_limit=0.0))
    assert all(witness is None for witness in ledger.witness)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("engine", [Attack(), CountAttack()])
def test_nothing_open_nothing_to_pay_and_nobody_to_attack(engine, classes):
    machines, predicted = make(1, classes, n=8, budget=8)
    task = Task.of_machines(machines, predicted, EVERYTHING)
    Enumeration().run(task, 8, Clock())
    before = [None if w is None else w.tolist() for w in task.ledger.witness]
    assert engine.run(task, 8, Clock())
    assert before == [None if w is None else w.tolist() for w in task.ledger.witness]
    assert engine.run(Task.of_machines(machines, predicted, EVERYTHING), 0, Clock())
    none = machines.of_test_points(np.zeros(0, dtype=np.int64))
    empty = Task.of_machines(none, predicted[:0], EVERYTHING)
    assert engine.run(empty, 8, Clock())


@pytest.mark.parametrize("classes", [2, 3])
def test_an_exact_tie_breaks(classes):
    """Two labels mirror each other around a test point: its lead is 0 after one change."""
    points = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    cross = np.array([[1.0, 0.0]]) @ points.T
    space = RelabelSpace.unrestricted(np.array([0, 0, 1]), classes)
    machines = Machines(check_gram(points @ points.T), cross, 0.25, space, 1)
    ledger = run(Attack(), (machines, np.array([0])))
    assert ledger.broken[0] == 1
    assert ledger.refutation[0] == Retrained(exactly=True)


@pytest.mark.parametrize("classes", [2, 3])
def test_a_change_is_paid_for_once_whatever_machines_it_concerns(classes):
    problem = plain(np.arange(12) % classes, classes, 3, m=12)
    group = np.zeros(12, dtype=np.int64)
    purse = np.full(1, 2, dtype=np.int64)
    space = replace(problem.space, group=group, group_budget=purse)
    machines = Machines(problem.gram, problem.cross, problem.C, space, 3)
    clean = clean_fit(machines)
    part = machines.of_test_points(clean.decided), clean.predicted[clean.decided]
    attacked, exact = run(Attack(), part), run(Enumeration(), part)
    two = exact.broken == 2
    assert two.any()
    assert (attacked.broken[two] == 2).all()
