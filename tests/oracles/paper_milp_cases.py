"""Problems and brute-force truths for the tests of the paper's program, two classes and more."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.machines.clean import clean_fit
from labelcert.engines.machines.machines import Machines
from labelcert.engines.task import Task, Wishes
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual
from oracles.problems import KINDS, make_problem


class Row(NamedTuple):
    changes: np.ndarray  # a relabeling that the attacker may use
    cost: int
    margin: np.ndarray  # (m,) smallest lead of the predicted class over another


class Case(NamedTuple):
    machines: Machines
    predicted: np.ndarray  # (m,) class numbers
    worst: np.ndarray  # (m, budgets) smallest margins by brute force
    table: list[Row]
    tolerance: np.ndarray  # (m,) margins this close to 0 are decided by nobody here

    @property
    def m(self):
        return self.machines.m

    @property
    def budget(self):
        return self.machines.max_budget

    def task(self, **wishes):
        """A task of the case about which nothing is known."""
        return Task.of_machines(self.machines, self.predicted, Wishes(**wishes))


def restricted(labels, classes, seed):
    """An attacker with a trusted label, costs, group budgets, and directions with many classes."""
    rng, n = np.random.default_rng(seed), len(labels)
    trusted = rng.integers(n)
    group = rng.integers(0, 2, n)
    cost, purse = rng.integers(1, 4, n), rng.integers(1, 5, 2)
    allowed = np.ones((n, classes), dtype=bool)
    if classes > 2:
        allowed = rng.random((n, classes)) < 0.8
    allowed[trusted] = False
    allowed[np.arange(n), labels] = True
    return RelabelSpace(labels, allowed, cost, group, purse)


def largest_cost(space):
    """What the dearest allowed relabeling costs."""
    return int(space.points.ladder(int(space.cost.sum())).levels[-1])


def without_ties(gram, cross, C, space, budget):
    """The machines of the test points with a definite clean class, and those classes."""
    machines = Machines(check_gram(gram), np.asarray(cross, float), C, space, budget)
    clean = clean_fit(machines)
    return machines.of_test_points(clean.decided), clean.predicted[clean.decided]


def drawn(seed, classes, max_n, m, log_c, kind):
    """gram, cross, labels and C of a random problem."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, max_n + 1))
    exponent = int(rng.integers(-2, 3)) if log_c is None else log_c
    p = make_problem(kind or KINDS[seed % len(KINDS)], n, m, exponent, n, seed)
    if classes == 2:
        return p.gram, p.cross, (p.y > 0).astype(np.int64), p.C
    if seed % 2 == 1:
        return p.gram, p.cross, rng.integers(0, classes, n), p.C
    # A tight cluster around the test points: their predictions survive a relabel or two, where
    # all labels are the same.
    n = max_n
    centre = rng.standard_normal(3)
    points = centre + 0.3 * rng.standard_normal((n, 3))
    tests = centre + 0.3 * rng.standard_normal((m, 3))
    labels = np.where(np.arange(n) == 0, seed // 2 % 2, 0)
    return points @ points.T, tests @ points.T, labels, float(10.0 ** rng.integers(-2, 2))


def make_case(seed, max_n=6, m=3, restrict=False, log_c=None, kind=None, classes=2):
    """A random problem with every budget that makes a difference, solved by brute force."""
    gram, cross, labels, C = drawn(seed, classes, max_n, m, log_c, kind)
    unrestricted = RelabelSpace.unrestricted(labels, classes)
    space = restricted(labels, classes, seed) if restrict else unrestricted
    budget = largest_cost(space)
    return solved(*without_ties(gram, cross, C, space, budget))


def solved(machines, predicted):
    """A case of given machines: every relabeling, each trained on by a general QP solver."""
    space, known = machines.space, {}

    def value(y):
        if y.tobytes() not in known:
            known[y.tobytes()] = machines.cross @ solve_dual(machines.gram.matrix, y, machines.C)
        return known[y.tobytes()]

    def margin(labels):
        if space.classes == 2:
            return np.where(predicted == 1, 1, -1) * value(np.where(labels == 1, 1.0, -1.0))
        logits = np.array([value(np.where(labels == k, 1.0, -1.0)) for k in range(space.classes)])
        at = predicted, np.arange(machines.m)
        own = logits[at].copy()
        logits[at] = -np.inf
        return own - logits.max(axis=0)

    table = []
    for new in product(range(space.classes), repeat=machines.n):
        changes = space.changes_to(np.array(new))
        if space.contains(changes, machines.max_budget):
            table.append(Row(changes, space.cost_of(changes), margin(np.array(new))))
    table.sort(key=lambda row: (len(row.changes), (row.changes // space.classes).tolist()))
    worst = np.full((machines.m, machines.max_budget + 1), np.inf)
    for row in table:
        worst[:, row.cost] = np.minimum(worst[:, row.cost], row.margin)
    tolerance = 1e-5 * machines.C * np.abs(machines.cross).sum(axis=1)
    return Case(machines, predicted, np.minimum.accumulate(worst, axis=1), table, tolerance)


def hand_made(gram, cross, labels, C, budget, classes=2):
    """An unrestricted problem given by its numbers, and its clean classes."""
    space = RelabelSpace.unrestricted(np.asarray(labels), classes)
    return without_ties(gram, cross, C, space, budget)


def claiming(model, machines, changes):
    """A solution of a program that claims some relabeling; its other columns are made up."""
    solution = np.zeros(len(model.objective))
    n, classes = machines.n, machines.classes
    if classes == 2:
        solution[:n][np.asarray(changes, dtype=int) // 2] = 1.0
    else:
        labels = machines.space.apply(np.asarray(changes, dtype=int))
        solution[: n * classes] = (labels[:, None] == np.arange(classes)).ravel()
    return solution
