"""The worst affordable set of points at every level, where each has a gain of its own.

Cost: a sort with unit costs, else a knapsack (`labelcert.engines.sorting.knapsack`).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from labelcert.engines.attacker import FlipSpace
from labelcert.engines.ladder import Ladder
from labelcert.engines.sorting.knapsack import Front, best_sets
from labelcert.engines.work.clock import Clock


class Prefixes(Sequence[np.ndarray]):
    """The first 0, 1, … points of an order, all of them beyond its length; `rows` sets in all."""

    def __init__(self, order: np.ndarray, rows: int):
        self._order, self._rows = order, rows

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(self._rows))]
        return self._order[: range(self._rows)[index]]


def worst_flips(
    gain: np.ndarray, space: FlipSpace, ladder: Ladder, clock: Clock
) -> tuple[np.ndarray, Sequence[np.ndarray]] | None:
    """Largest fall of the margin (rows,) and the points that cause it, for every level.

    None once the clock expires.
    """
    if space.unit_cost:
        order = affordable(_largest_first(gain, space, ladder.budget), space, ladder.budget)
        fall = np.zeros(ladder.rows)
        fall[1 : len(order) + 1] = np.cumsum(gain[order])
        fall[len(order) + 1 :] = fall[len(order)]
        return fall, Prefixes(order, ladder.rows)
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
    order = affordable(np.array(positive, dtype=np.int64), space, ladder.budget)
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


def _largest_first(gain: np.ndarray, space: FlipSpace, budget: int) -> np.ndarray:
    """Points with positive gains, largest first and of equals the first; where no group binds, no
    more than a budget needs."""
    may = np.flatnonzero((gain > 0) & space.allowed)
    if 4 * budget < len(may) and not space.groups_bind:
        values = gain[may]
        last = -np.partition(-values, budget)[budget]
        above, level = may[values > last], may[values == last]
        may = np.sort(np.concatenate([above, level[: max(budget - len(above), 0)]]))
    return may[np.argsort(-gain[may], kind="stable")]


def affordable(order: np.ndarray, space: FlipSpace, budget: int) -> np.ndarray:
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
