"""Saturation: where every dual variable sits at C whatever the attacker does, a sort is exact.

What it decides: that β = Cỹ solves the SVM for every flip set of a budget, so that f is linear in
the labels and `labelcert.engines.by_sort` answers exactly.
Condition (``math.md`` 4.2): for each i the largest ỹ_i (Qỹ)_i over the attacker's label vectors, a
sum plus its best flips, is at most 1/C. Cost: O(n² log n). When to prefer it: always first; small
C (strong regularization) passes it at any n.
Source: ``math.md`` 4.2; the polynomial case of [EC] arXiv 2604.11416.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from labelcert.engines.attacker import UNLIMITED, FlipSpace
from labelcert.engines.knowledge.lead import rounding
from labelcert.engines.machines.linear_model import LinearModel
from labelcert.engines.machines.machines import Machines
from labelcert.engines.work.clock import Clock

NAME = "saturation"

ROWS = 256
"""Rows that are looked at together, so that no second matrix lies in memory."""


def saturated_budget(machines: Machines, clock: Clock | None = None) -> int:
    """Largest budget up to which every machine is saturated under every allowed relabeling."""
    return min(
        budget_of(machines.gram.scaled, p.y, machines.C * p.scale, p.space, clock)
        for p in machines.each
    )


def budget_of(
    gram: np.ndarray, y: np.ndarray, C: float, space: FlipSpace, clock: Clock | None = None
) -> int:
    """Largest budget up to which β = Cỹ is optimal for every allowed flip set; −1 if never.

    The bound used relaxes groups and costs (each flip at the cheapest cost), which is safe. −1 also
    where the clock expires before every point was looked at.
    """
    n = len(y)
    candidates = space.candidates
    cheapest = int(space.cost[candidates].min()) if len(candidates) else 1
    limit = 1 / C - rounding(4, 1 / C)
    budget = len(candidates)
    for at in range(0, n, ROWS):
        part = slice(at, at + ROWS)
        if not bool(((y[part, None] * gram[part] * y).sum(axis=1) <= limit).all()):
            return -1
    for i in range(n):
        if i % 64 == 63 and clock is not None and clock.expired:
            return -1
        # Flipping i itself turns the sign of every term but the diagonal one.
        row = y[i] * gram[i] * y
        own = row[i]
        error = rounding(n + 2, float(np.abs(row).sum()))
        row[i] = 0.0
        others = candidates[candidates != i]
        for kept, signed in ((True, row), (False, -row)):
            if not kept and not space.allowed[i]:
                continue
            gains = np.sort(np.maximum(-2 * signed[others], 0.0))[::-1]
            reach = own + signed.sum() + np.concatenate([[0.0], np.cumsum(gains)]) + error
            fits = int((reach <= limit).sum()) - 1  # flips of others that surely fit
            if fits < 0 and kept:
                return -1
            if fits < len(gains):
                budget = min(budget, fits + (0 if kept else 1))
            if fits < 0:
                budget = min(budget, 0)
    return budget * cheapest + (cheapest - 1) if budget < len(candidates) else UNLIMITED


def saturating_C(machines: Machines, budget: int) -> float:
    """A C at and below which every machine is saturated at all budgets up to this one; O(n²).

    As `budget_of` has it, rounding included; inf for a kernel of zeros.
    """
    reach = max(
        _reach(machines.gram.scaled, machine.y, machine.space, machine.space.most_flips(budget))
        for machine in machines.each
    )
    return 1 / reach / machines.gram.scale if reach > 0 else float("inf")


def _reach(gram: np.ndarray, y: np.ndarray, space: FlipSpace, flips: int) -> float:
    """The largest ỹ_i (Qỹ)_i over points and flip sets of at most so many candidates."""
    may = np.zeros(len(y), dtype=bool)
    may[space.candidates] = True
    largest = 0.0
    for at in range(0, len(y), ROWS):
        rows = np.arange(at, min(at + ROWS, len(y)))
        row = y[rows, None] * gram[rows] * y[None, :]
        own = row[np.arange(len(rows)), rows].copy()
        error = rounding(len(y) + 2, np.abs(row).sum(axis=1))
        row[np.arange(len(rows)), rows] = 0.0
        for sign, others in ((1.0, flips), (-1.0, flips - 1)):
            if others < 0:
                continue
            gains = np.where(may, np.maximum(-2 * sign * row, 0.0), 0.0)
            most = own + sign * row.sum(axis=1) + _largest_sum(gains, others) + error
            largest = max(largest, float(most[may[rows] | (sign > 0)].max(initial=0.0)))
    return largest


def _largest_sum(values: np.ndarray, number: int) -> np.ndarray:
    """(rows,) sums of the largest entries ≥ 0 of each row, as many as asked for."""
    number = min(max(number, 0), values.shape[1])
    if number == 0:
        return np.zeros(len(values))
    at = values.shape[1] - number
    return np.partition(values, at, axis=1)[:, at:].sum(axis=1) if at else values.sum(axis=1)


def linear_model(machines: Machines, max_budget: int) -> LinearModel:
    """The linear model f_t(ỹ) = C q_t·ỹ of saturated machines."""
    cross, C = machines.cross, Fraction(float(machines.C))
    weights = machines.C * cross
    size = np.abs(cross).sum(axis=1) * machines.C

    def exact_weights(t: int) -> list[Fraction]:
        return [C * Fraction(float(q)) for q in cross[t]]

    error = rounding(2 * (machines.n + 4), size)
    return LinearModel(weights, error, exact_weights, max_budget, NAME)
