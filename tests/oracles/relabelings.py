"""Brute force over all relabelings of many classes: slow and obviously right.

Every subset of points that a class can hold gets one fit by a general QP solver; every labeling of
all points is then looked at, its logits read from the fits.
"""

from dataclasses import dataclass

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.machines.machines import Machines
from labelcert.learners.gram import check_gram
from oracles.brute_force import solve_dual


@dataclass(frozen=True)
class Truth:
    """clean logits (m, K), predicted (m,), lead (N, m) of the predicted class over its best rival
    for each of N allowed labelings, their costs (N,), and what a float may be wrong by."""

    clean: np.ndarray
    predicted: np.ndarray
    lead: np.ndarray
    cost: np.ndarray
    tolerance: float

    def worst(self, budget):
        """(m,) the smallest lead at a budget."""
        return self.lead[self.cost <= budget].min(axis=0)

    def most_broken(self, budget, rows):
        """Most of the test points `rows` broken at once: surely, and at the most."""
        lead = self.lead[self.cost <= budget][:, rows]
        sure = (lead < -self.tolerance).sum(axis=1).max(initial=0)
        return sure, (lead <= self.tolerance).sum(axis=1).max(initial=0)

    def clear(self):
        """Test points whose clean prediction is no tie."""
        top = np.sort(self.clean, axis=1)
        return np.flatnonzero(top[:, -1] - top[:, -2] > self.tolerance)


def svm_values(problem):
    """A function from a ±1 vector to the decision values (m,) of the kernel SVM."""
    gram, cross = np.asarray(problem.gram.matrix, float), np.asarray(problem.cross, float)
    return lambda y: cross @ solve_dual(gram, y, problem.C)


def ridge_values(problem, ridge):
    """The same for kernel ridge regression."""
    inverse = np.linalg.inv(problem.gram.matrix + ridge * np.eye(problem.n))
    return lambda y: problem.cross @ (inverse @ y)


def every_labeling(space, budget):
    """(N, n) all labelings that the attacker may use, the clean one among them, and costs (N,)."""
    n, classes = space.n, space.classes
    numbers = np.arange(classes**n)
    labels = (numbers[:, None] // classes ** np.arange(n)) % classes
    changed = labels != space.labels
    allowed = space.allowed.copy()
    allowed[np.arange(n), space.labels] = True
    may = allowed[np.arange(n), labels].all(axis=1)
    cost = (changed * space.cost).sum(axis=1)
    for group, purse in enumerate(space.group_budget):
        may &= (changed * space.cost * (space.group == group)).sum(axis=1) <= purse
    keep = may & (cost <= budget)
    return labels[keep], cost[keep]


def truth_of(problem, values=None):
    """The `Truth` of some machines; values: `svm_values` unless given."""
    n, classes, m = problem.n, problem.classes, problem.m
    values = values or svm_values(problem)
    labels, cost = every_labeling(problem.space, problem.max_budget)
    powers = 2 ** np.arange(n)
    sets = np.stack([((labels == k) * powers).sum(axis=1) for k in range(classes)], axis=1)
    fits = np.full((2**n, m), np.nan)
    for number in np.unique(sets):
        fits[number] = values(np.where((number & powers) > 0, 1.0, -1.0))
    logits = fits[sets]  # (N, K, m)
    clean = logits[np.flatnonzero(cost == 0)[0]].T.copy()
    predicted = clean.argmax(axis=1)
    own = logits[:, predicted, np.arange(m)]
    logits[:, predicted, np.arange(m)] = -np.inf
    # Logits of size 0 but for rounding are told apart by what they are made of.
    reach = problem.C * float(np.abs(problem.cross).sum(axis=1).max())
    size = max(float(np.nanmax(np.abs(fits))), 1e-3 * reach)
    return Truth(clean, predicted, own - logits.max(axis=1), cost, 1e-6 * size)


KINDS = ("plain", "directions", "costs", "groups", "everything")


def random_space(rng, n, classes, kind):
    labels = rng.integers(0, classes, n)
    if rng.random() < 0.2:
        labels = np.minimum(labels, rng.integers(0, 2, n))  # unbalanced, some class empty
    allowed = np.ones((n, classes), dtype=bool)
    cost, group, purse = np.ones(n, int), np.zeros(n, int), np.full(1, 2**40)
    if kind in ("directions", "everything"):
        allowed = rng.random((n, classes)) < 0.7
    if kind in ("costs", "everything"):
        cost = rng.integers(1, 4, n)
    if kind in ("groups", "everything"):
        group, purse = rng.integers(0, 2, n), rng.integers(0, 4, 2)
    allowed[np.arange(n), labels] = True
    whole = [np.asarray(x, dtype=np.int64) for x in (labels, cost, group, purse)]
    return RelabelSpace(whole[0], allowed, *whole[1:])


def random_problem(seed, largest=6):
    """Rounded and duplicate points, unbalanced and empty classes, any attacker."""
    rng = np.random.default_rng(seed)
    n, classes = int(rng.integers(1, largest + 1)), int(rng.integers(2, 5))
    dimension = int(rng.integers(1, 5))
    points, tests = rng.standard_normal((n, dimension)), rng.standard_normal((3, dimension))
    if seed % 3 == 0:
        points, tests = np.round(points), np.round(tests)
    if seed % 4 == 0 and n > 1:
        points[-1] = points[0]
    if seed % 5 == 0:
        points = points.astype(np.float32)
    gram = np.asarray(points, float) @ np.asarray(points, float).T
    space = random_space(rng, n, classes, KINDS[seed % len(KINDS)])
    budget = int(rng.integers(0, int(space.cost.sum()) + 1))
    C = float(10.0 ** rng.uniform(-3, 2))
    cross = np.asarray(tests, float) @ np.asarray(points, float).T
    return Machines(check_gram(gram), cross, C, space, budget)


def check_ledger(ledger, problem, truth, rows, exact=True, counts=None):
    """Hold a ledger of the test points `rows` against the truth; counts: "exact", "interval"."""
    for row, t in enumerate(rows):
        for r in range(problem.max_budget + 1):
            worst = truth.worst(r)[t]
            assert r > ledger.robust[row] or worst > -truth.tolerance, "a wrong robust"
            assert r < ledger.broken[row] or worst < truth.tolerance, "a wrong broken"
        if ledger.witness[row] is not None:
            assert problem.space.contains(ledger.witness[row], int(ledger.broken[row]))
        if exact:
            assert ledger.robust[row] == min(ledger.broken[row] - 1, problem.max_budget)
    for r in range(problem.max_budget + 1) if counts else ():
        sure, most = truth.most_broken(r, rows)
        level = ledger.ladder.row(r)
        assert ledger.broken_lower[level] <= most
        assert ledger.broken_upper[level] >= sure
        if counts == "exact":
            assert ledger.broken_lower[level] == ledger.broken_upper[level]
