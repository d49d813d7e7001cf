"""The most harmful flip set of every budget where flips have costs and groups have purses.

A 0/1 knapsack a group, then the groups combined; exact, for any kind of numbers (floats, or
fractions where a margin must be settled exactly). What is kept is what helps: the totals at which
the largest gain rises, so that time and memory follow the different totals that costs reach, not
the size of the budget.
Source: textbook dynamic programming over undominated states (Nemhauser and Ullmann 1969).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from labelcert.engines.attacker import FlipSpace
from labelcert.engines.work.clock import Clock


class Best(NamedTuple):
    """The largest total gain from this cost on, and the points that reach it."""

    cost: int
    gain: Any
    points: tuple[int, ...]


Front = list[Best]
"""By ascending cost, each with a larger gain than all before; the first costs nothing."""


def best_sets(gain: Sequence[Any], space: FlipSpace, budget: int, clock: Clock) -> Front | None:
    """Largest gains and their flips for costs up to a budget; only positive gains are taken.

    None once the clock expires: a part of a front says nothing of its whole.
    """
    total: Front = [Best(0, 0, ())]
    for number in sorted(set(space.group[space.candidates].tolist())):
        purse = min(budget, int(space.group_budget[number]))
        points = [
            int(i)
            for i in space.candidates
            if space.group[i] == number and gain[i] > 0 and space.cost[i] <= purse
        ]
        if not points:
            continue
        one = _one_group(gain, space, points, purse, clock)
        both = None if one is None else _sums(total, one, budget, clock)
        if both is None:
            return None
        total = both
    return total


def at_budget(front: Front, budget: int) -> Best:
    """The best that a budget can pay for."""
    affordable = [best for best in front if best.cost <= budget]
    return affordable[-1]


def _one_group(
    gain: Sequence[Any], space: FlipSpace, points: list[int], purse: int, clock: Clock
) -> Front | None:
    front: Front = [Best(0, 0, ())]
    for i in points:
        if clock.expired:
            return None
        cost = int(space.cost[i])
        more = [
            Best(best.cost + cost, best.gain + gain[i], (*best.points, i))
            for best in front
            if best.cost + cost <= purse
        ]
        front = _undominated(front, more)
    return front


def _undominated(first: Front, second: Front) -> Front:
    """Merge two fronts; of equal costs and gains the first's stays."""
    found: Front = []
    i = j = 0
    while i < len(first) or j < len(second):
        if j >= len(second) or (i < len(first) and first[i].cost <= second[j].cost):
            best, i = first[i], i + 1
        else:
            best, j = second[j], j + 1
        if not found or best.gain > found[-1].gain:
            if found and found[-1].cost == best.cost:
                found.pop()
            found.append(best)
    return found


def _sums(first: Front, second: Front, budget: int, clock: Clock) -> Front | None:
    if len(first) == 1:
        return second
    total = first
    for one in second[1:]:
        if clock.expired:
            return None
        more = [
            Best(best.cost + one.cost, best.gain + one.gain, best.points + one.points)
            for best in first
            if best.cost + one.cost <= budget
        ]
        total = _undominated(total, more)
    return total
