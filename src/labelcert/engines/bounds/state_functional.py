"""A proven lower bound on a lead for every relabeling, as a sum over the points' states.

The functionals of the lead's machines (`labelcert.engines.bounds.functional`) bound each part by a
base and one term a flip; together they give each state of a point its term, so the worst relabeling
of a budget is the best choice of states (`labelcert.engines.bounds.state_loop`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from labelcert.engines.bounds.functional import Functional
from labelcert.engines.bounds.state_loop import choose_states, least_value, rule_out
from labelcert.engines.bounds.states import States


class StateFunctional(NamedTuple):
    """lead ≥ base + Σ_i step[i, state of i]; step (n, S) is +inf for impossible states.

    parts: the functionals of the machines that it is made of.
    """

    base: float
    step: np.ndarray
    parts: tuple[Functional, ...]


def sum_of_parts(parts: Sequence[Functional], states: States) -> StateFunctional:
    """Put the functionals of a lead's parts together."""
    step = np.where(states.allowed, 0.0, np.inf)
    with np.errstate(over="ignore", invalid="ignore"):
        for c, part in enumerate(parts):
            step += np.where(states.side[:, :, c] == 1, part.step[:, None], 0.0)
        base = float(sum(part.base for part in parts))
    step[np.isnan(step)] = -np.inf  # +inf −inf: nothing is known
    return StateFunctional(base if np.isfinite(base) else -np.inf, step, tuple(parts))


def best_states(
    functional: StateFunctional, states: States, allowed: np.ndarray, budget: float
) -> float:
    """Smallest value over all choices of allowed (n, S) states, a lower bound with all rounding.

    The costs' sum is bounded by the budget, and by each group's, up to fractions of points.
    """
    space = states.space
    return float(
        least_value(
            float(functional.base), functional.step, allowed, states.home, space.cost, space.group,
            space.group_budget, float(budget),
        )
    )  # fmt: skip


def surviving_states(
    functional: StateFunctional,
    states: States,
    allowed: np.ndarray,
    budget: float,
    limit: float = 0.0,
) -> np.ndarray:
    """The allowed states (n, S) that some relabeling with a value ≤ limit may still use."""
    left = allowed.copy()
    space = states.space
    rule_out(
        float(functional.base), functional.step, left, states.home, space.cost, space.group,
        space.group_budget, float(budget), float(limit),
    )  # fmt: skip
    return left


def most_feared(
    functional: StateFunctional, states: States, allowed: np.ndarray, budget: int
) -> np.ndarray:
    """States (n,) of the worst relabeling by the functional that the attacker can really afford.

    Points that are left with states away from home only take their worst one.
    """
    space = states.space
    step = np.where(allowed, functional.step, np.inf)
    chosen = np.zeros(len(allowed), dtype=np.int64)
    choose_states(
        step, allowed, states.home, space.cost, space.group, space.group_budget, int(budget),
        chosen,
    )  # fmt: skip
    return chosen
