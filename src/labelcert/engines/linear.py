"""Margins that are linear in the labels: exact at every budget by one sort per test point.

What it decides: radius, worst margin and witness at every budget, for any number of labeled points,
where f_t(ỹ) = Σ h_ti ỹ_i: kernel ridge regression always (``math.md`` 7), the kernel SVM where every
dual variable stays at its bound (saturation, ``math.md`` 4.2).
Cost: O(n log n) a test point. When to prefer it: whenever it applies.
Source: [EC] arXiv 2604.11416 for ridge regression and for the polynomial case of the SVM.

Flipping i lowers the margin by gain_ti = 2 sign_t y_i h_ti, so the worst flip set of a budget holds
the largest positive gains. With unit costs the groups and the total budget form a laminar matroid,
on which taking the best affordable gain first is optimal. Unequal costs make it a knapsack
problem, which this engine leaves to others.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from labelcert.engines.flips import FlipSpace
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


def accepts(space: FlipSpace) -> bool:
    """Whether this engine can handle the attacker's flip sets."""
    return space.unit_cost


def order_of_flips(gain: np.ndarray, space: FlipSpace, budget: int) -> np.ndarray:
    """Indices of the worst flips, most harmful first: its first r entries are worst at budget r."""
    order = np.argsort(-gain, kind="stable")
    order = order[(gain[order] > 0) & space.allowed[order]]
    if not space.groups_bind:
        return order[:budget]
    left = space.group_budget.copy()
    taken = []
    for i in order:
        if len(taken) == budget:
            break
        if left[space.group[i]] > 0:
            left[space.group[i]] -= 1
            taken.append(i)
    return np.array(taken, dtype=np.int64)


def decide(
    model: LinearModel, y: np.ndarray, sign: np.ndarray, space: FlipSpace, ledger: Ledger
) -> None:
    """Write the exact radius, worst margins and witness of every test point into the ledger."""
    budget = min(model.max_budget, ledger.max_budget)
    for t in range(len(sign)):
        gain = 2 * sign[t] * y * model.weights[t]
        order = order_of_flips(gain, space, budget)
        margins = np.full(budget + 1, sign[t] * float(model.weights[t] @ y))
        margins[1 : len(order) + 1] -= np.cumsum(gain[order])
        margins[len(order) + 1 :] = margins[len(order)]
        ledger.worst_margin[t, : budget + 1] = margins
        _decide_one(model, y, sign, space, ledger, t, margins, order)


def _decide_one(
    model: LinearModel,
    y: np.ndarray,
    sign: np.ndarray,
    space: FlipSpace,
    ledger: Ledger,
    t: int,
    margins: np.ndarray,
    order: np.ndarray,
) -> None:
    exact: list[Fraction] | None = None
    asked = False
    for r, margin in enumerate(margins):
        if r > len(order):
            verdict = 1  # no more harmful flips: as at the budget before
        elif abs(margin) > model.error[t]:
            verdict = 1 if margin > 0 else -1
        else:
            if not asked:
                exact, asked = model.exact_weights(t), True
            if exact is None:
                return
            verdict, order_r = exact_verdict(exact, y, int(sign[t]), space, r)
            if verdict <= 0:
                ledger.break_(t, r, order_r, model.name)
                return
        if verdict <= 0:
            ledger.break_(t, r, order[:r], model.name)
            return
        ledger.prove(t, r, model.name)


def exact_verdict(
    weights: list[Fraction], y: np.ndarray, sign: int, space: FlipSpace, budget: int
) -> tuple[int, np.ndarray]:
    """Sign of the exact worst margin at a budget, and the flips that reach it."""
    signed = [sign * int(label) * h for label, h in zip(y, weights, strict=True)]
    rank = sorted(range(len(signed)), key=lambda i: (-signed[i], i))
    gain = np.zeros(len(signed))
    for place, i in enumerate(rank):
        gain[i] = len(rank) - place if signed[i] > 0 else 0
    flips = order_of_flips(gain, space, budget)
    value = sum(signed, Fraction(0)) - 2 * sum((signed[i] for i in flips), Fraction(0))
    return (value > 0) - (value < 0), flips
