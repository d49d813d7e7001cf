"""What every engine must stand: one class of tests, inherited for each engine.

An engine is held against brute force over all relabelings (`oracles.relabelings`), for two classes
and more, under every kind of attacker, with ties, limits, and nothing to do.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.engine import Role
from labelcert.engines.knowledge.ledger import NEVER
from labelcert.engines.machines import ridge
from labelcert.engines.machines.clean import clean_fit, clean_linear
from labelcert.engines.machines.machines import Machines
from labelcert.engines.task import Question, Task, Wishes
from labelcert.engines.work.clock import Clock
from labelcert.learners.gram import check_gram
from oracles.relabelings import check_ledger, random_problem, ridge_values, truth_of

EVERYTHING = Wishes(collective=True)


class Case:
    """A random problem, its truth, and the part of it with clear predictions."""

    def __init__(self, problem, learner="svm"):
        self.problem = problem
        values = ridge_values(problem, 0.3) if learner == "ridge" else None
        self.truth = truth_of(problem, values)
        self.rows = self.truth.clear()
        self.model = None
        space = problem.space
        if learner == "ridge":
            most = problem.max_budget
            self.model = ridge.linear_model(problem.gram, problem.cross[self.rows], 0.3, most)
            clean = clean_linear(self.model, space.labels, space.classes)
            self.predicted = clean.predicted
            assert (clean.predicted == self.truth.predicted[self.rows]).all()
        else:
            clean = clean_fit(problem)
            assert (clean.predicted[self.rows] == self.truth.predicted[self.rows]).all()
            assert not clean.tied[self.rows].any()
            self.predicted = clean.predicted[self.rows]
        self.part = problem.of_test_points(self.rows)

    def task(self, wishes=EVERYTHING, saturated=True):
        if self.model is not None:
            return Task.of_linear(self.model, self.problem.space, self.predicted, wishes)
        return Task.of_machines(self.part, self.predicted, wishes, Clock() if saturated else None)

    def check(self, ledger, **how):
        check_ledger(ledger, self.problem, self.truth, self.rows, **how)


def with_C(problem, C):
    return Machines(problem.gram, problem.cross, C, problem.space, problem.max_budget)


def saturated(problem):
    """The problem with a C at which every label vector is saturated."""
    reach = float(np.abs(problem.gram.matrix).sum(axis=1).max())
    return with_C(problem, 0.9 / max(reach, 1e-9))


def plain(labels, classes, budget, m=4, C=1.0, seed=0):
    """An unrestricted problem of given labels."""
    rng = np.random.default_rng(seed)
    n = len(labels)
    points, tests = rng.standard_normal((n, 3)), rng.standard_normal((m, 3))
    space = RelabelSpace.unrestricted(np.asarray(labels), classes)
    return Machines(check_gram(points @ points.T), tests @ points.T, C, space, budget)


def same(first, second):
    assert first.robust.tolist() == second.robust.tolist()
    assert first.broken.tolist() == second.broken.tolist()
    assert first.broken_lower.tolist() == second.broken_lower.tolist()
    assert first.broken_upper.tolist() == second.broken_upper.tolist()
    for one, other in zip(first.witness, second.witness, strict=True):
        assert (one is None) == (other is None)
        assert one is None or one.tolist() == other.tolist()


class EngineConformance:
    """Inherit, and set `engine`, `learner` and how much it has to decide."""

    engine = None
    learner = "svm"
    wishes = EVERYTHING
    exact = True
    """Whether every radius must be exact."""
    counts = None
    """"exact" or "interval" where it counts broken predictions."""
    largest = 6
    """Labels of the largest problem."""
    longest = 60.0
    """Seconds for one problem."""

    def cases(self, seed):
        problem = random_problem(seed, self.largest)
        return Case(saturated(problem) if self.learner == "saturated" else problem, self.learner)

    def run(self, case, budget=None, clock=None, jobs=1):
        task = case.task(replace(self.wishes, jobs=jobs))
        budget = case.problem.max_budget if budget is None else budget
        done = None
        if task.m and self.engine.accepts(task):
            done = self.engine.run(task, budget, clock or Clock(self.longest))
        return task, done

    @pytest.mark.parametrize("seed", range(40))
    def test_any_attacker_against_brute_force(self, seed):
        case = self.cases(seed)
        task, done = self.run(case, jobs=1 + seed % 2)
        accepted = done is not None
        case.check(task.ledger, exact=self.exact and accepted, counts=accepted and self.counts)
        assert done in (None, True)
        task.ledger.combine()

    @pytest.mark.parametrize("seed", range(8))
    def test_smaller_budgets_decide_up_to_there(self, seed):
        case = self.cases(seed + 100)
        budget = case.problem.max_budget // 2
        task, done = self.run(case, budget=budget)
        case.check(task.ledger, exact=False, counts="interval")
        if self.exact and done:
            assert (task.ledger.robust >= np.minimum(task.ledger.broken - 1, budget)).all()

    @pytest.mark.parametrize("seed", range(6))
    def test_the_number_of_jobs_changes_nothing(self, seed):
        case = self.cases(seed + 200)
        first, _ = self.run(case, jobs=1)
        second, _ = self.run(case, jobs=2)
        same(first.ledger, second.ledger)

    @pytest.mark.parametrize("seed", range(6))
    def test_no_time_leaves_valid_intervals(self, seed):
        case = self.cases(seed + 300)
        clock = Clock()
        clock.interrupt()
        task, _ = self.run(case, clock=clock)
        case.check(task.ledger, exact=False, counts="interval")

    @pytest.mark.parametrize("seed", range(10))
    def test_verdicts_come_with_evidence_and_witnesses_are_the_attackers(self, seed):
        case = self.cases(seed + 400)
        task, _ = self.run(case)
        ledger, space = task.ledger, case.problem.space
        for t in range(ledger.m):
            assert ledger.proof[t] is not None
            assert (ledger.refutation[t] is not None) == (ledger.witness[t] is not None)
            assert bool(ledger.broken_by[t]) == (ledger.broken[t] < NEVER)
            for b in ledger.rivals(t):
                beyond = ledger.proven[t, b] > ledger.ladder.last_of(0)
                assert ((t, b) in ledger.proofs) == beyond
        for row, changes in enumerate(ledger.count_witness):
            if ledger.broken_lower[row]:
                assert space.contains(changes, int(ledger.ladder.levels[row]))

    @pytest.mark.parametrize(
        ("labels", "classes"),
        [([0], 2), ([1], 2), ([1, 1, 1, 1], 2), ([0, 1, 0, 1], 2), ([2], 3), ([0, 0, 0], 3)],
    )
    @pytest.mark.parametrize("budget", [0, 1, 99])
    def test_one_label_one_class_and_budgets_beyond_all_labels(self, labels, classes, budget):
        problem = plain(labels, classes, min(budget, len(labels)))
        case = Case(saturated(problem) if self.learner == "saturated" else problem, self.learner)
        task, done = self.run(case)
        case.check(task.ledger, exact=self.exact and done is not None, counts="interval")

    @pytest.mark.parametrize("classes", [2, 3])
    def test_no_test_point(self, classes):
        problem = plain([0, 1, 1, 0], classes, 2, m=2)
        case = Case(saturated(problem) if self.learner == "saturated" else problem, self.learner)
        task = case.task(self.wishes)
        assert self.engine.accepts(task) in (True, False)
        whole, _ = self.run(case)
        assert whole.m == len(case.rows)

    @pytest.mark.parametrize("classes", [2, 3])
    def test_near_duplicates_with_contradictory_labels(self, classes):
        rng = np.random.default_rng(classes)
        points = np.repeat(rng.standard_normal((3, 2)), 2, axis=0)
        points += 1e-3 * rng.standard_normal(points.shape)
        tests = rng.standard_normal((4, 2))
        labels = np.array([0, 1, 1, 0, classes - 1, 0])
        for C in (1e-3, 1.0, 30.0):
            space = RelabelSpace.unrestricted(labels, classes)
            gram = check_gram(points @ points.T)
            problem = Machines(gram, tests @ points.T, C, space, 3)
            if self.learner == "saturated":
                problem = saturated(problem)
            case = Case(problem, self.learner)
            task, _ = self.run(case)
            case.check(task.ledger, exact=False, counts="interval")

    def test_what_it_says_of_itself(self):
        engine = self.engine
        assert engine.name
        assert engine.decides <= frozenset(Question)
        assert isinstance(engine.role, Role)
        task = self.cases(7).task(self.wishes)
        times = [engine.seconds(task, r) for r in range(case_budget(task) + 1)]
        if engine.accepts(task):
            assert all(a <= b for a, b in pairwise(times))
            assert min(times) >= 0


def case_budget(task):
    return task.ledger.max_budget
