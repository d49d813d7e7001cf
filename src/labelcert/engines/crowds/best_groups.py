"""The largest gains of an attacker that has up to k groups for nothing and a budget for the rest.

What it decides: for every total cost, the largest sum of gains where each point has one of its own,
and the points that reach it. Exact, for floats and for fractions.
Cost: n · k · levels steps where all points cost 1, else a front a group and k merges of it.
A choice of the k groups with the largest sums is wrong as soon as there is a budget: a group whose
gain sits in a few points is better bought. So groups are gone through one by one, and each is left
alone, bought from, or taken whole.
Source: our own note; a multiple-choice knapsack by dynamic programming.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from labelcert.engines.attacker import FlipSpace, RelabelSpace
from labelcert.engines.ladder import Ladder
from labelcert.engines.sorting.knapsack import Best, Front, best_sets
from labelcert.engines.work.clock import Clock

TAKEN = -1
"""In a table of choices: the group is taken whole."""


Gains = Sequence[Any] | np.ndarray
"""Numbers of any kind, one a point or a level; floats in an array."""


class Choices(NamedTuple):
    """Largest gains (rows,) at the levels of a ladder, and the points that reach each of them."""

    gain: Gains
    points: list[np.ndarray]


def largest_gains(gain: Gains, space: RelabelSpace, ladder: Ladder, clock: Clock) -> Choices | None:
    """The largest gains at every level; gain (n,) ≥ 0, of the best change of each point.

    None once the clock expires: some of the groups say nothing of all.
    """
    floats = isinstance(gain, np.ndarray)
    helps = np.array([bool(g > 0) for g in gain])
    paid = helps & (space.cost <= np.minimum(space.group_budget[space.group], ladder.budget))
    counted = int(ladder.levels[-1]) == ladder.rows - 1  # a level is a number of points
    if floats and counted and bool((space.cost[paid] == 1).all()):
        return _by_table(np.asarray(gain), space, helps, paid, ladder, clock)
    return _by_fronts(gain, space, helps, paid, ladder, clock)


def _groups(space: RelabelSpace, helps: np.ndarray) -> list[int]:
    return np.unique(space.group[helps]).tolist()


def _by_table(
    gain: np.ndarray, space: RelabelSpace, helps: np.ndarray, paid: np.ndarray, ladder: Ladder,
    clock: Clock,
) -> Choices | None:  # fmt: skip
    """Where points cost 1: best[j, r] is the largest gain with j groups taken, r points bought."""
    free, most = space.free_groups, ladder.rows - 1
    best = np.full((free + 1, most + 1), -np.inf)
    best[0, 0] = 0.0
    groups = _groups(space, helps)
    orders, choices = [], []
    for number, g in enumerate(groups):
        if number % 16 == 15 and clock.expired:
            return None
        whole = np.flatnonzero(helps & (space.group == g))
        bought = whole[paid[whole]]
        bought = bought[np.argsort(-gain[bought], kind="stable")]
        bought = bought[: min(int(space.group_budget[g]), most)]
        following, choice = best.copy(), np.zeros(best.shape, dtype=np.int32)
        for i, sum_of_it in enumerate(np.cumsum(gain[bought]).tolist(), start=1):
            _better(following[:, i:], choice[:, i:], best[:, : most + 1 - i] + sum_of_it, i)
        if free:
            _better(following[1:], choice[1:], best[:-1] + float(gain[whole].sum()), TAKEN)
        best = following
        orders.append((whole, bought))
        choices.append(choice)
    rows = [_at_most(best, row) for row in range(most + 1)]
    sets = [_points_of(orders, choices, *place) for place in rows]
    return Choices(np.array([best[place] for place in rows]), sets)


def _better(best: np.ndarray, choice: np.ndarray, other: np.ndarray, made: int) -> None:
    """Write other gains where they are larger, and how they were made."""
    larger = other > best
    best[larger] = other[larger]
    choice[larger] = made


def _at_most(best: np.ndarray, row: int) -> tuple[int, int]:
    """Where the largest gain lies among all that cost no more than a row."""
    taken, bought = np.unravel_index(int(best[:, : row + 1].argmax()), (len(best), row + 1))
    return int(taken), int(bought)


def _points_of(
    orders: list[tuple[np.ndarray, np.ndarray]], choices: list[np.ndarray], taken: int, bought: int
) -> np.ndarray:
    """Go back through the groups, from what was taken and bought in all."""
    points: list[np.ndarray] = []
    for (whole, order), choice in zip(reversed(orders), reversed(choices), strict=True):
        made = int(choice[taken, bought])
        if made == TAKEN:
            points.append(whole)
            taken -= 1
        elif made:
            points.append(order[:made])
            bought -= made
    return np.sort(np.concatenate(points)) if points else np.zeros(0, dtype=np.int64)


def _by_fronts(
    gain: Gains, space: RelabelSpace, helps: np.ndarray, paid: np.ndarray, ladder: Ladder,
    clock: Clock,
) -> Choices | None:  # fmt: skip
    """Any costs and numbers: fronts[j] holds the best of every cost with up to j groups taken."""
    fronts: list[Front] = [[Best(0, 0, ())] for _ in range(space.free_groups + 1)]
    for g in _groups(space, helps):
        inside = paid & (space.group == g)
        bought = FlipSpace(inside, space.cost, space.group, space.group_budget)
        one = best_sets(list(gain), bought, ladder.budget, clock)
        if one is None or clock.expired:
            return None
        whole = tuple(np.flatnonzero(helps & (space.group == g)).tolist())
        all_of_it = sum(gain[i] for i in whole)
        following: list[Front] = []
        for j, front in enumerate(fronts):
            entries = [
                Best(a.cost + b.cost, a.gain + b.gain, (*a.points, *b.points))
                for a in front
                for b in one
                if a.cost + b.cost <= ladder.budget
            ]
            if j:
                entries += [
                    Best(a.cost, a.gain + all_of_it, (*a.points, *whole)) for a in fronts[j - 1]
                ]
            following.append(_undominated(entries))
        fronts = following
    return _by_level(fronts[-1], ladder)


def _undominated(entries: list[Best]) -> Front:
    """Entries by ascending cost, each with a larger gain than all before."""
    entries.sort(key=lambda best: (best.cost, -best.gain))
    found: Front = []
    for best in entries:
        if not found or best.gain > found[-1].gain:
            found.append(best)
    return found


def _by_level(front: Front, ladder: Ladder) -> Choices:
    gains: list[Any] = []
    sets: list[np.ndarray] = []
    at = 0
    for level in ladder.levels.tolist():
        while at + 1 < len(front) and front[at + 1].cost <= level:
            at += 1
        gains.append(front[at].gain)
        sets.append(np.array(sorted(front[at].points), dtype=np.int64))
    return Choices(gains, sets)
