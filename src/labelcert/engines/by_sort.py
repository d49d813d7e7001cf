"""Margins that are linear in the labels: exact at every budget by one sort per test point.

What it decides: radius, worst margin and witness at every budget, for any number of labeled
points, where f_t(ỹ) = Σ h_ti ỹ_i: kernel ridge regression always (``math.md`` 7), the kernel SVM
where every dual variable stays at its bound (saturation, ``math.md`` 4.2).
Cost: O(n log n) a test point; O(n · levels) where flips have different costs. When to prefer it:
whenever it applies.
Source: [EC] arXiv 2604.11416 for ridge regression and for the polynomial case of the SVM.

Flipping i lowers the margin by gain_ti = 2 sign_t y_i h_ti, so the worst flip set of a budget holds
the largest positive gains. With unit costs the groups and the total budget form a laminar matroid,
on which taking the best affordable gain first is optimal; with other costs it is a knapsack.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from labelcert.engines.flips import FlipSpace
from labelcert.engines.knapsack import Front, best_sets
from labelcert.engines.knowledge.evidence import Sorted
from labelcert.engines.knowledge.ledger import Ledger
from labelcert.engines.ladder import Ladder
from labelcert.engines.work.clock import Clock

SORTS = 64
"""So many sorts are done between two looks at the clock: milliseconds, even if it has expired."""

ExactWeights = Callable[[int], list[Fraction] | None]
"""Exact h_t (n,) of one test point, or None where that is out of reach."""


class LinearModel(NamedTuple):
    """f_t(ỹ) = Σ_i weights[t, i] ỹ_i up to error[t], for budgets up to max_budget."""

    weights: np.ndarray  # (m, n)
    error: np.ndarray  # (m,) bounds |computed − true f_t(ỹ)| for every label vector
    exact_weights: ExactWeights
    max_budget: int
    name: str

    def of_test_points(self, rows: np.ndarray) -> LinearModel:
        """The same model with some of the test points."""

        def exact_weights(t: int) -> list[Fraction] | None:
            return self.exact_weights(int(rows[t]))

        return self._replace(
            weights=self.weights[rows], error=self.error[rows], exact_weights=exact_weights
        )


def decide(
    model: LinearModel,
    y: np.ndarray,
    sign: np.ndarray,
    space: FlipSpace,
    ledger: Ledger,
    clock: Clock | None = None,
) -> None:
    """Write the exact radius, worst margins and witness of every test point into the ledger.

    Test points that are not reached before the clock expires stay open.
    """
    clock = clock or Clock()
    ladder = ledger.ladder.cut(model.max_budget)
    for t in range(len(sign)):
        gain = 2 * sign[t] * y * model.weights[t]
        late = t % SORTS == SORTS - 1 and clock.expired
        found = None if late else worst_flips(gain, space, ladder, clock)
        if found is None:
            return
        fall, flips = found
        margins = sign[t] * float(model.weights[t] @ y) - fall
        ledger.bound_margin(t, margins - model.error[t], margins)
        _decide_one(model, y, int(sign[t]), space, ledger, t, margins, flips, clock)


def worst_flips(
    gain: np.ndarray, space: FlipSpace, ladder: Ladder, clock: Clock
) -> tuple[np.ndarray, list[np.ndarray]] | None:
    """Largest fall of the margin (rows,) and the flips that cause it, for every level.

    None once the clock expires.
    """
    if space.unit_cost:
        order = np.argsort(-gain, kind="stable")
        order = _affordable(order[gain[order] > 0], space, ladder.budget)
        fall = np.zeros(ladder.rows)
        fall[1 : len(order) + 1] = np.cumsum(gain[order])
        fall[len(order) + 1 :] = fall[len(order)]
        return fall, [order[:r] for r in range(ladder.rows)]
    front = best_sets(gain.tolist(), space, ladder.budget, clock)
    if front is None:
        return None
    fall, sets = _by_level(front, ladder)
    return np.array([float(value) for value in fall]), sets


def worst_flips_exactly(
    gain: list[Fraction], space: FlipSpace, ladder: Ladder, clock: Clock
) -> tuple[list[Fraction], list[np.ndarray]] | None:
    """`worst_flips` in exact arithmetic."""
    if not space.unit_cost:
        front = best_sets(gain, space, ladder.budget, clock)
        return None if front is None else _by_level(front, ladder)
    positive = [i for i in range(len(gain)) if gain[i] > 0]
    positive.sort(key=lambda i: -gain[i])
    order = _affordable(np.array(positive, dtype=np.int64), space, ladder.budget)
    fall = [Fraction(0)]
    for i in order:
        fall.append(fall[-1] + gain[i])
    fall += [fall[-1]] * (ladder.rows - len(fall))
    return fall, [order[:r] for r in range(ladder.rows)]


def _by_level(front: Front, ladder: Ladder) -> tuple[list[Any], list[np.ndarray]]:
    """Gains and sets of a front at every level; its costs are levels."""
    fall: list[Any] = []
    sets: list[np.ndarray] = []
    for best, following in zip(front, [*front[1:], None], strict=True):
        end = ladder.rows if following is None else ladder.row(following.cost)
        number = end - len(fall)
        fall += [best.gain] * number
        sets += [np.array(best.points, dtype=np.int64)] * number
    return fall, sets


def _affordable(order: np.ndarray, space: FlipSpace, budget: int) -> np.ndarray:
    """The first points of an order that the attacker can flip together, at unit costs.

    The first r of them are the worst affordable flip set of r points.
    """
    order = order[space.allowed[order]]
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
    clock: Clock,
) -> None:
    exact: list[tuple[int, np.ndarray]] | None = None
    levels = ledger.ladder.levels.tolist()
    for row, margin in enumerate(margins):
        verdict, chosen = int(margin > 0) - int(margin < 0), flips[row]
        found = Sorted(float(margin), float(model.error[t]), exactly=False)
        if not abs(margin) > model.error[t]:
            if exact is None:
                ladder = ledger.ladder.cut(levels[len(margins) - 1])
                exact = exact_verdicts(model.exact_weights(t), y, sign, space, ladder, clock)
            if exact is None:
                return
            verdict, chosen = exact[row]
            found = Sorted(float(margin), float(model.error[t]), exactly=True)
        if verdict <= 0:
            ledger.break_(t, levels[row], chosen, model.name, found)
            return
        ledger.prove(t, levels[row], model.name, found)


def exact_verdicts(
    weights: list[Fraction] | None,
    y: np.ndarray,
    sign: int,
    space: FlipSpace,
    ladder: Ladder,
    clock: Clock,
) -> list[tuple[int, np.ndarray]] | None:
    """For every level the sign of the exact worst margin, and flips that reach it.

    None where the exact weights are out of reach, or once the clock expires.
    """
    if weights is None:
        return None
    signed = [sign * int(label) * h for label, h in zip(y, weights, strict=True)]
    clean = sum(signed, Fraction(0))
    found = worst_flips_exactly([2 * value for value in signed], space, ladder, clock)
    if found is None:
        return None
    return [((clean > fall) - (clean < fall), flips) for fall, flips in zip(*found, strict=True)]
