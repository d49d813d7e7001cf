"""From a rough solution of the SVM's dual to an exact one: guess who is free, solve, correct.

What it does: puts the labels that seem free on their margins by one linear system, sends those that
leave the square [0, C] to its ends, frees those at an end whose condition fails, and repeats. Free
labels that depend linearly on the others move along the direction that changes no decision value
until one of them meets an end, as in the simplex method.
Cost: a factorization of the free block and O(n |F|) a round, a handful of rounds from a start as
good as that of `labelcert.learners.working_pairs`. It may cycle where optima are degenerate: then
the start is made better, and at last the path of `labelcert.learners.path` decides.
Source: primal-dual active sets, Hintermüller, Ito and Kunisch (SIAM J. Optim. 2002).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from labelcert.learners.duality import UNIT_ROUNDOFF
from labelcert.learners.factors import Independent, independent, solve_with
from labelcert.learners.working_pairs import add_rows, descend_in_pairs

GAP_TARGET = 1e-12
"""A gap of n C max(1, C) times this is small enough."""

ROUNDS = 30

STARTS = ((1e-2, 20), (1e-4, 80), (1e-6, 400))
"""How good the starts are, one after the other: violation, and most steps a label."""

SMALLEST_ENTRY = 1e-9
"""An entry of a dependence below this is rounding."""


class Dual(NamedTuple):
    """A feasible point: matrix (n, n), y (n,) ±1, alpha (n,) in [0, C], slack (n,) y_i f_i − 1."""

    matrix: np.ndarray
    y: np.ndarray
    C: float
    alpha: np.ndarray
    slack: np.ndarray
    stop: np.ndarray

    def move(self, rows: np.ndarray, alpha: np.ndarray) -> None:
        """Give the labels at `rows` new values."""
        change = np.zeros(len(self.y))
        change[rows] = alpha - self.alpha[rows]
        self.alpha[rows] = alpha
        add_rows(self.matrix, self.y, change, self.slack)

    @property
    def gap(self) -> float:
        """The duality gap, but for the rounding of slacks."""
        over = np.maximum(self.slack, 0.0)
        return float(self.alpha @ over + (self.C - self.alpha) @ (over - self.slack))

    @property
    def tolerance(self) -> float:
        """Violations up to here leave the gap at its target, or are rounding."""
        rounding = 8 * UNIT_ROUNDOFF * float(self.matrix.diagonal().max() * self.alpha.sum())
        return max(2.5e-13 * max(1.0, self.C), rounding)


class Free(NamedTuple):
    """The free labels (k,), with independent rows, and the factor (k, k) of their block."""

    labels: np.ndarray
    factor: np.ndarray


def solve_exactly(dual: Dual) -> Free | None:
    """Move to the optimum, in place; None if that failed, or stop[0] was set."""
    for tolerance, steps in STARTS:
        descend_in_pairs(
            dual.matrix, dual.y, dual.C, dual.alpha, dual.slack, tolerance,
            steps * len(dual.y) + 1000, dual.stop,
        )  # fmt: skip
        start = dual.alpha.copy(), dual.slack.copy()
        found = _settle(dual)
        if found is not None or dual.stop[0] != 0:
            return found if dual.stop[0] == 0 else None
        dual.alpha[:], dual.slack[:] = start
    return None


def _settle(dual: Dual) -> Free | None:
    free = (dual.alpha > 0) & (dual.alpha < dual.C)
    rounds = iter(range(ROUNDS))
    target, gap = GAP_TARGET * len(free) * dual.C * max(1.0, dual.C), np.inf
    while True:
        found = _to_margins(dual, free, rounds)
        if found is None:
            return None
        tolerance = dual.tolerance
        wrong = (dual.alpha < dual.C) & (dual.slack < -tolerance)
        wrong |= (dual.alpha > 0) & (dual.slack > tolerance)
        before, gap = gap, dual.gap
        # Dependent labels keep a little of a violation, whatever is done: see PIVOT_TOLERANCE.
        stalled = gap <= target and gap > 0.5 * before
        if not wrong.any() or stalled or gap <= 0.25 * target:
            return found
        free |= wrong


def _to_margins(dual: Dual, free: np.ndarray, rounds: Iterator[int]) -> Free | None:
    """Put the free labels (n,) bool on their margins; those that leave [0, C] are freed no more."""
    for _ in rounds:
        labels = np.flatnonzero(free)
        split = independent(dual.matrix[np.ix_(labels, labels)], dual.stop)
        if split is None:
            return None
        if len(split.rest):
            free[_exchange(dual, labels, split)] = False
            continue
        step = dual.y[labels] * solve_with(split.factor, -(dual.y * dual.slack)[labels])
        wanted = dual.alpha[labels] + step
        outside = (wanted < 0) | (wanted > dual.C)
        dual.move(labels, np.clip(wanted, 0, dual.C))
        free[labels[outside]] = False
        if not outside.any():
            return Free(labels, split.factor)
    return None


def _exchange(dual: Dual, labels: np.ndarray, split: Independent) -> np.ndarray:
    """Move dependent labels, no decision value changing, until one a label is at an end; those."""
    kept, rest = labels[split.kept], labels[split.rest]
    combination = split.combination.copy()
    alpha = dual.alpha.copy()
    ended = []
    for k, label in enumerate(rest):
        column = combination[:, k]
        moving = np.append(kept, label)
        direction = dual.y[moving] * np.append(-column, 1.0)
        direction[np.abs(direction) < SMALLEST_ENTRY] = 0.0
        if dual.slack[moving] @ direction > 0:
            direction = -direction
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(direction > 0, dual.C - alpha[moving], -alpha[moving]) / direction
        room[direction == 0] = np.inf
        first = int(room.argmin())
        alpha[moving] = np.clip(alpha[moving] + max(room[first], 0.0) * direction, 0, dual.C)
        alpha[moving[first]] = dual.C if direction[first] > 0 else 0.0
        ended.append(moving[first])
        if first < len(kept):  # the dependent label takes its place
            kept[first] = label
            others = combination[first] / column[first]
            combination -= np.outer(column, others)
            combination[first] = others
    dual.move(labels, alpha[labels])
    return np.array(ended)
