"""All one-vs-all SVMs of a problem, held at one relabeling and changed one label at a time.

One stack holds the solver states of every class: class k uses the levels k·DEPTH and up, the clean
fit lowest. A change of a label flips one point in two of the SVMs, the one it leaves and the one it
joins; all others stay as they are.
Cost: two warm starts a change, O(nm) a class for its logits.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled
from labelcert.engines.knowledge.lead import bars_of
from labelcert.engines.machines.machines import MulticlassProblem
from labelcert.engines.machines.retraining import (
    Core,
    copy_level,
    flip_at,
    measure,
    new_stack,
    solve_leaf,
    solve_level,
    start,
)
from labelcert.engines.multiclass.relabels import RelabelSpace

DEPTH = 3
"""Levels a class: the clean fit, the relabeling looked at, and room for a look one flip ahead."""


@compiled
def start_class(core, stack, clean):
    """Fit the clean labels of one class (core.labels) at the level `clean`."""
    start(core, stack)
    first = np.int64(0)
    if clean != first:
        copy_level(stack, first, clean)
        for row in range(stack.tableau.shape[1]):
            for column in range(stack.tableau.shape[2]):
                stack.tableau[clean, row, column] = stack.tableau[first, row, column]
        stack.owner[clean] = clean


@compiled
def reset_level(stack, clean):
    """Return the level above `clean` to the clean labels."""
    copy_level(stack, clean, clean + 1)


@compiled
def look_at_flips(core, stack, level, points, values, gaps):
    """Logits values (c, m), and gaps (c,), after the flip of each of points (c,) at a level."""
    for row in range(points.shape[0]):
        if core.stop[0] != 0:
            break
        gaps[row] = solve_leaf(core, stack, level, points[row])
        measure(core, stack)
        for t in range(values.shape[1]):
            values[row, t] = stack.margin[t]


@compiled
def look_at_one(core, stack, level, points, t, values):
    """Logits values (c,) of test point t after the flip of each of points (c,) at a level."""
    for row in range(points.shape[0]):
        if core.stop[0] != 0:
            break
        solve_leaf(core, stack, level, points[row])
        total = 0.0
        for i in range(core.cross.shape[0]):
            total += core.cross[i, t] * stack.beta[i]
        values[row] = total


@compiled
def logits_at(core, stack, level, values):
    """Write the logits (m,) of a level; returns the gap."""
    gap = solve_level(core, stack, level)
    measure(core, stack)
    for t in range(values.shape[0]):
        values[t] = stack.margin[t]
    return gap


class Retrainer:
    """The K SVMs at a current relabeling; starts at the clean labels.

    stop (1,) uint8: once it is set to 1, solutions and what is measured on them may be anything;
    error bars say so.
    """

    def __init__(self, problem: MulticlassProblem, stop: np.ndarray | None = None):
        self.problem = problem
        stop = np.zeros(1, dtype=np.uint8) if stop is None else stop
        ones = np.ones(problem.m)
        self.cores: list[Core] = [p.core(ones)._replace(stop=stop) for p in problem.class_problems]
        groups = len(problem.space.group_budget)
        self._stack = new_stack(problem.classes * DEPTH, problem.n, problem.m, groups)
        # `start` works at level 0, so class 0 comes last.
        for k in reversed(range(problem.classes)):
            start_class(self.cores[k], self._stack, self._clean(k))
        self.labels = problem.labels.copy()
        for k in range(problem.classes):
            reset_level(self._stack, self._clean(k))

    @property
    def space(self) -> RelabelSpace:
        """What the attacker may do."""
        return self.problem.space

    def _clean(self, k: int) -> np.int64:
        return np.int64(k * DEPTH)

    def reset(self) -> None:
        """Return to the clean labels."""
        for k in np.unique(np.concatenate([self.labels[self.changed], self._left()])):
            reset_level(self._stack, self._clean(int(k)))
        self.labels = self.problem.labels.copy()

    @property
    def changed(self) -> np.ndarray:
        """Points whose label differs from the clean one, ascending."""
        return np.flatnonzero(self.labels != self.problem.labels)

    @property
    def changes(self) -> np.ndarray:
        """The changes made, as numbers (see `labelcert.engines.multiclass.relabels`)."""
        return self.problem.space.changes_to(self.labels)

    def _left(self) -> np.ndarray:
        return self.problem.labels[self.changed]

    def relabel(self, i: int, label: int) -> None:
        """Give point i a label."""
        before = int(self.labels[i])
        if before == label:
            return
        for k in (before, label):
            flip_at(self.cores[k], self._stack, self._clean(k) + 1, np.int64(i))
        self.labels[i] = label

    def go_to(self, changes: np.ndarray) -> None:
        """Move to a relabeling given by its changes."""
        labels = self.problem.space.apply(changes)
        for i in np.flatnonzero(labels != self.labels):
            self.relabel(int(i), int(labels[i]))

    def logits(self) -> tuple[np.ndarray, np.ndarray]:
        """Logits (m, K) of the current relabeling and their error bars (m, K)."""
        m, classes = self.problem.m, self.problem.classes
        values, bars = np.empty((classes, m)), np.empty((classes, m))
        for k in range(classes):
            gap = logits_at(self.cores[k], self._stack, self._clean(k) + 1, values[k])
            bars[k] = self.bar(k, gap)
        return values.T, bars.T

    def bar(self, k: int, gap: float) -> np.ndarray:
        """Error bars (m,) of the logits of class k for a duality gap."""
        return bars_of(self.cores[k], gap)

    def after_flips(self, k: int, points: np.ndarray) -> np.ndarray:
        """Logits (c, m) of class k if one of points (c,) joined or left it."""
        values = np.empty((len(points), self.problem.m))
        gaps = np.empty(len(points))
        points = points.astype(np.int64)
        look_at_flips(self.cores[k], self._stack, self._clean(k) + 1, points, values, gaps)
        return values

    def after_flips_of_one(self, k: int, points: np.ndarray, t: int) -> np.ndarray:
        """Logits (c,) of class k at test point t if one of points (c,) joined or left it."""
        values = np.empty(len(points))
        points = points.astype(np.int64)
        at = self._clean(k) + 1
        look_at_one(self.cores[k], self._stack, at, points, np.int64(t), values)
        return values

    def logit(self, k: int, t: int) -> float:
        """Logit of class k at test point t for the current labels."""
        values = np.empty(self.problem.m)
        logits_at(self.cores[k], self._stack, self._clean(k) + 1, values)
        return float(values[t])
