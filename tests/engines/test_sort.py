"""Sorts are exact wherever the model is linear in the labels: saturated machines, and ridge."""

from itertools import combinations

import numpy as np
import pytest

from conformance import Case, EngineConformance, saturated
from labelcert.engines.attacker import FlipSpace, RelabelSpace
from labelcert.engines.by_counting import Counting
from labelcert.engines.by_enumeration import Enumeration
from labelcert.engines.by_sort import Sort
from labelcert.engines.machines import ridge
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.saturation import budget_of, saturated_budget
from labelcert.engines.task import Task, Wishes
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual
from oracles.relabelings import random_problem


class TestRidge(EngineConformance):
    engine = Sort()
    learner = "ridge"


class TestSaturated(EngineConformance):
    engine = Sort()
    learner = "saturated"


class TestCountingOfRidge(EngineConformance):
    engine = Counting()
    learner = "ridge"
    counts = "exact"

    def test_radii_follow_from_all_label_vectors(self):
        case = self.cases(3)
        task, _ = self.run(case)
        case.check(task.ledger)


class TestCountingOfSaturated(TestCountingOfRidge):
    learner = "saturated"


def saturated_by_hand(gram, y, C, allowed, budget):
    for size in range(budget + 1):
        for flips in combinations(np.flatnonzero(allowed), size):
            flipped = y.copy()
            flipped[list(flips)] *= -1
            if (flipped * (gram @ flipped) > 1 / C + 1e-12).any():
                return False
    return True


@pytest.mark.parametrize("seed", range(30))
def test_the_claimed_budget_is_right_and_as_large_as_can_be(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 8))
    points = rng.standard_normal((n, 4))
    gram, y = points @ points.T, rng.choice([-1.0, 1.0], n)
    allowed = rng.random(n) < 0.8
    space = FlipSpace(allowed, np.ones(n, int), np.zeros(n, int), np.full(1, 2**40))
    C = float(rng.uniform(0.3, 1.2)) / np.abs(gram).sum(axis=1).max()
    budget = budget_of(gram, y, C, space)
    most = int(allowed.sum())
    if budget >= 0:
        assert saturated_by_hand(gram, y, C, allowed, min(budget, most))
    if budget < most:
        assert not saturated_by_hand(gram, y, C, allowed, budget + 1)


@pytest.mark.parametrize("seed", range(30))
def test_sort_equals_enumeration(seed):
    """Radii, counts and worst margins, under every kind of attacker, two classes and more."""
    problem = saturated(random_problem(seed, 7))
    clean = clean_fit(problem)
    part, predicted = problem.of_test_points(clean.decided), clean.predicted[clean.decided]
    by_sort = Task.of_machines(part, predicted, Wishes(), Clock())
    by_all = Task.of_machines(part, predicted, Wishes())
    assert saturated_budget(problem) >= problem.max_budget
    if by_sort.m == 0:
        return
    Sort().run(by_sort, problem.max_budget, Clock())
    Counting().run(by_sort, problem.max_budget, Clock())
    Enumeration().run(by_all, problem.max_budget, Clock())
    first, second = by_sort.ledger, by_all.ledger
    assert first.robust.tolist() == second.robust.tolist()
    assert first.broken.tolist() == second.broken.tolist()
    assert first.broken_lower.tolist() == second.broken_lower.tolist()
    assert first.broken_upper.tolist() == second.broken_upper.tolist()
    np.testing.assert_allclose(first.worst_margin, second.worst_margin, atol=1e-9)


@pytest.mark.parametrize("classes", [2, 3])
def test_the_witness_of_a_sort_breaks_when_retrained(classes):
    rng = np.random.default_rng(5)
    points, tests = rng.standard_normal((30, 6)), rng.standard_normal((8, 6))
    gram, labels = points @ points.T, rng.integers(0, classes, 30)
    C = 0.5 / np.abs(gram).sum(axis=1).max()
    space = RelabelSpace.unrestricted(labels, classes)
    machines = Machines(check_gram(gram), tests @ points.T, C, space, 30)
    clean = clean_fit(machines)
    task = Task.of_machines(machines, clean.predicted, Wishes(), Clock())
    Sort().run(task, 30, Clock())
    for t in range(8):
        new = space.apply(task.ledger.witness[t])
        logits = [
            machines.cross[t] @ solve_dual(gram, np.where(new == k, 1.0, -1.0), C)
            for k in range(classes)
        ]
        own = logits.pop(int(clean.predicted[t]))
        assert own < max(logits)


def test_exact_ties_count_as_broken():
    points = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])
    cross = np.array([[1.0, 0.5]]) @ points.T
    space = RelabelSpace.unrestricted(np.array([0, 1, 2]), 3)
    gram = check_gram(points @ points.T)
    tied = Machines(gram, np.array([[1.0, 1.0]]) @ points.T, 1e-3, space, 1)
    assert clean_fit(tied).tied.tolist() == [True]
    assert clean_fit(Machines(gram, cross, 1e-3, space, 1)).tied.tolist() == [False]
    # Weights 1, 0.5 and 0.5: moving point 0 away from class 0 leaves p_0 − p_1 = −2·0.5.
    model = ridge.linear_model(gram, cross, 1.0, 1)
    model = model._replace(weights=np.array([[1.0, 0.5, 0.5]]))
    task = Task.of_linear(model, space, np.array([0]), Wishes())
    Sort().run(task, 1, Clock())
    assert task.ledger.robust[0] == 0
    assert task.ledger.broken[0] == 1


@pytest.mark.parametrize("seed", range(40))
def test_relaxed_radii_are_sound(seed):
    case = Case(random_problem(seed), "ridge")
    task = case.task()
    if task.m and not task.two_classes:
        Sort().run(task, case.problem.max_budget, Clock())
        assert (task.ledger.relaxed <= task.ledger.robust).all()
        assert (task.ledger.relaxed >= 0).all()
