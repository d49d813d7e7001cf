"""Margins that are linear in the labels: exact at every budget by one sort per test point.

What it decides: radius, worst margin and witness at every budget, for any number of labeled
points, where f_t(ỹ) = Σ h_ti ỹ_i: kernel ridge regression always (``math.md`` 7), the kernel SVM
where every dual variable stays at its bound (saturation, ``math.md`` 4.2).
Cost: O(n log n) a test point; O(n · budget) where flips have different costs. When to prefer it:
whenever it applies.
Source: [EC] arXiv 2604.11416 for ridge regression and for the polynomial case of the SVM.

Flipping i lowers the margin by gain_ti = 2 sign_t y_i h_ti, so the worst flip set of a budget holds
the largest positive gains. With unit costs the groups and the total budget form a laminar matroid,
on which taking the best affordable gain first is optimal; with other costs it is a knapsack.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from labelcert.engines.flips import FlipSpace
from labelcert.engines.knapsack import best_sets
from labelcert.engines.ledger import Ledger

ExactWeights = Callable[[int], list[Fraction] | None]
"""Exact h_t (n,) of one test point, or None where that is out of reach."""


class LinearModel(NamedTuple):
    """f_t(ỹ) = Σ_i weights[t, i] ỹ_i up to error[t], for budgets up to max_budget."""

    weights: np.ndarray  # (m, n)
    error: np.ndarray  # (m,) bounds |computed − true f_t(ỹ)| for every label vector
    exact_weights: ExactWeights
    max_budget: int
    name: str


def decide(
    model: LinearModel, y: np.ndarray, sign: np.ndarray, space: FlipSpace, ledger: Ledger
) -> None:
    """Write the exact radius, worst margins and witness of every test point into the ledger."""
    budget = min(model.max_budget, ledger.max_budget)
    for t in range(len(sign)):
        gain = 2 * sign[t] * y * model.weights[t]
        fall, flips = worst_flips(gain, space, budget)
        margins = sign[t] * float(model.weights[t] @ y) - fall
        ledger.bound_margin(t, margins - model.error[t], margins)
        _decide_one(model, y, int(sign[t]), space, ledger, t, margins, flips)


def worst_flips(
    gain: np.ndarray, space: FlipSpace, budget: int
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Largest fall of the margin (budget + 1,) and the flips that cause it, for every budget."""
    if space.unit_cost:
        order = _greedy_order(gain, space, budget)
        fall = np.zeros(budget + 1)
        fall[1 : len(order) + 1] = np.cumsum(gain[order])
        fall[len(order) + 1 :] = fall[len(order)]
        return fall, [order[:r] for r in range(budget + 1)]
    table = best_sets(gain.tolist(), space, budget)
    fall = np.array([float(value) for value, _ in table])
    return fall, [np.array(chosen, dtype=np.int64) for _, chosen in table]


def _greedy_order(gain: np.ndarray, space: FlipSpace, budget: int) -> np.ndarray:
    """Points by harm: the first r entries are the worst affordable flip set of r points."""
    order = np.argsort(-gain, kind="stable")
    order = order[(gain[order] > 0) & space.allowed[order]]
    if not space.groups_bind:
        return order[:budget]
    left = space.group_budget.copy()
    taken: list[int] = []
    for i in order:
        if len(taken) == budget:
            break
        if left[space.group[i]] > 0:
            left[space.group[i]] -= 1
            taken.append(int(i))
    return np.array(taken, dtype=np.int64)


def _decide_one(
    model: LinearModel,
    y: np.ndarray,
    sign: int,
    space: FlipSpace,
    ledger: Ledger,
    t: int,
    margins: np.ndarray,
    flips: list[np.ndarray],
) -> None:
    exact: list[tuple[int, np.ndarray]] | None = None
    for r, margin in enumerate(margins):
        verdict, chosen = int(np.sign(margin)), flips[r]
        if abs(margin) <= model.error[t]:
            if exact is None:
                exact = exact_verdicts(model.exact_weights(t), y, sign, space, len(margins) - 1)
            if exact is None:
                return
            verdict, chosen = exact[r]
        if verdict <= 0:
            ledger.break_(t, r, chosen, model.name)
            return
        ledger.prove(t, r, model.name)


def exact_verdicts(
    weights: list[Fraction] | None, y: np.ndarray, sign: int, space: FlipSpace, budget: int
) -> list[tuple[int, np.ndarray]] | None:
    """For every budget the sign of the exact worst margin, and flips that reach it.

    None where the exact weights are out of reach.
    """
    if weights is None:
        return None
    signed = [sign * int(label) * h for label, h in zip(y, weights, strict=True)]
    clean = sum(signed, Fraction(0))
    table = best_sets([2 * value for value in signed], space, budget)
    verdicts = []
    for fall, chosen in table:
        value = clean - fall
        verdicts.append(((value > 0) - (value < 0), np.array(chosen, dtype=np.int64)))
    return verdicts
