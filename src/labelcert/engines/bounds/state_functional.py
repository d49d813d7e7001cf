"""A proven lower bound on p_a − p_b for every relabeling, as a sum over the points' states.

The functionals of the two SVMs (`labelcert.engines.bounds.functional`) bound p_a and −p_b by a
base and one term a flip; together they give each state of a point its term, so the worst relabeling
of a budget is the best choice of states, a sort.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert.engines.bounds.functional import UNIT, Functional
from labelcert.engines.bounds.states import PairStates


class PairFunctional(NamedTuple):
    """p_a − p_b ≥ base + Σ_i step[i, state of i]; step (n, 3) is +inf for impossible states.

    first, second: the functionals of p_a and of −p_b that it is made of.
    """

    base: float
    step: np.ndarray
    first: Functional
    second: Functional


def pair_functional(first: Functional, second: Functional, states: PairStates) -> PairFunctional:
    """Put the functionals of p_a and −p_b together."""
    step = np.where(states.allowed, 0.0, np.inf)
    with np.errstate(over="ignore", invalid="ignore"):
        for c, part in enumerate((first, second)):
            step += np.where(states.side[:, :, c] == 1, part.step[:, None], 0.0)
        base = first.base + second.base
    step[np.isnan(step)] = -np.inf  # +inf −inf: nothing is known
    return PairFunctional(base if np.isfinite(base) else -np.inf, step, first, second)


def best_states(
    functional: PairFunctional, states: PairStates, allowed: np.ndarray, budget: float
) -> float:
    """Smallest value over all choices of allowed (n, 3) states, a lower bound with all rounding.

    The costs' sum is bounded by the budget, and by each group's, up to fractions of points.
    """
    space = states.space
    step = np.where(allowed, functional.step, np.inf)
    cost = np.where(allowed, states.cost, 0)
    at_home = allowed[np.arange(len(allowed)), states.home]
    least = step.min(axis=1)
    if not np.isfinite(functional.base) or np.isneginf(least).any():
        return -np.inf
    if np.isposinf(least).any():
        return np.inf
    must = ~at_home
    value = functional.base + float(least[must].sum())
    size = abs(functional.base) + float(np.abs(least[must]).sum())
    own = cost.max(axis=1)
    left = budget - float(own[must].sum())
    purse = space.group_budget - np.bincount(
        space.group[must], weights=own[must], minlength=len(space.group_budget)
    )
    if left < 0 or (purse < 0).any():
        return np.inf
    gain = np.where(at_home, least, 0.0)
    taking = np.flatnonzero(gain < 0.0)
    for i in taking[np.argsort(gain[taking] / own[taking], kind="stable")]:
        group = space.group[i]
        part = max(min(float(own[i]), left, float(purse[group])), 0.0)
        left -= part
        purse[group] -= part
        value += gain[i] * (part / own[i])
        size += abs(gain[i])
        if left <= 0.0:
            break
    bound = float(value - 4 * len(step) * UNIT * size)
    return bound if np.isfinite(bound) else -np.inf


def surviving_states(
    functional: PairFunctional, states: PairStates, allowed: np.ndarray, budget: float
) -> np.ndarray:
    """The allowed states (n, 3) that some relabeling with a value ≤ 0 may still use."""
    left = allowed.copy()
    for i in np.flatnonzero(allowed.sum(axis=1) > 1):
        for s in np.flatnonzero(allowed[i]):
            trial = left.copy()
            trial[i] = np.arange(3) == s
            if best_states(functional, states, trial, budget) > 0.0:
                left[i, s] = False
        if not left[i].any():
            return left
    return left


def most_feared(
    functional: PairFunctional, states: PairStates, allowed: np.ndarray, budget: int
) -> np.ndarray:
    """States (n,) of the worst relabeling by the functional that the attacker can really afford.

    Points that are left with states away from home only take their worst one.
    """
    space = states.space
    n = len(allowed)
    step = np.where(allowed, functional.step, np.inf)
    at_home = allowed[np.arange(n), states.home]
    chosen = np.where(at_home, states.home, step.argmin(axis=1))
    worst = step.argmin(axis=1)
    gain = step.min(axis=1)
    spent = np.where(at_home, 0, space.cost)
    used = np.bincount(space.group, weights=spent, minlength=len(space.group_budget))
    left = budget - int(spent.sum())
    order = np.flatnonzero(at_home & (gain < 0.0))
    for i in order[np.argsort(gain[order] / space.cost[order], kind="stable")]:
        group, cost = space.group[i], int(space.cost[i])
        if cost <= left and used[group] + cost <= space.group_budget[group]:
            chosen[i] = worst[i]
            left -= cost
            used[group] += cost
    return chosen
