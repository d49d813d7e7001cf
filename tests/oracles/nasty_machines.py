"""Nasty kernels under every kind of attacker, for any number of classes; tasks made of them.

Duplicates with contradictory labels, singular and badly scaled kernels, rows of zeros, one class
only; costs, groups with purses, barred directions and trusted labels; budgets from 0 to all.
"""

from __future__ import annotations

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.machines.machines import Machines
from labelcert.engines.task import Task, Wishes
from labelcert.learners.gram import check_gram
from oracles.problems import KINDS, make_problem
from oracles.relabelings import KINDS as ATTACKERS
from oracles.relabelings import random_space


def nasty_machines(seed, classes=2, largest=6, m=3):
    """Machines of a problem that is different in kind from that of the next seed."""
    rng = np.random.default_rng(seed)
    n, kind = int(rng.integers(2, largest + 1)), KINDS[seed % len(KINDS)]
    p = make_problem(kind, n, m, int(rng.integers(-3, 3)), n, seed)
    space = random_space(rng, n, classes, ATTACKERS[seed % len(ATTACKERS)])
    if seed % 11 == 0:  # trusted labels
        allowed = space.allowed.copy()
        allowed[0] = np.arange(classes) == space.labels[0]
        space = RelabelSpace(space.labels, allowed, space.cost, space.group, space.group_budget)
    budget = int(rng.integers(0, int(space.cost.sum()) + 1))
    cross = np.asarray(p.cross, dtype=float)
    return Machines(check_gram(p.gram), cross, p.C, space, budget)


def smooth_machines(seed, n=9, m=5, classes=2, C=None, budget=None, space=None):
    """Machines of classes that lie apart, so that radii are not all 0."""
    rng = np.random.default_rng(seed)
    centres = 2.0 * rng.standard_normal((classes, 4))
    labels = np.arange(n) % classes
    points = centres[labels] + rng.standard_normal((n, 4))
    tests = centres[np.arange(m) % classes] + rng.standard_normal((m, 4))
    scale = 1.0 / np.abs(points @ points.T).max()
    space = space or RelabelSpace.unrestricted(labels, classes)
    C = C or float(10.0 ** rng.uniform(-1, 1))
    return Machines(
        check_gram(scale * (points @ points.T + 1)), scale * (tests @ points.T + 1), C, space,
        n if budget is None else budget,
    )  # fmt: skip


def task_of(machines, truth, **wishes):
    """The task of the test points that are no ties, by brute force, and their numbers."""
    rows = truth.clear()
    wishes = Wishes(**{"jobs": 1, **wishes})
    return Task.of_machines(machines.of_test_points(rows), truth.predicted[rows], wishes), rows
