"""The most harmful flip set of every budget where flips have costs and groups have purses.

A 0/1 knapsack a group, then the groups combined; exact, for any kind of numbers (floats, or
fractions where a margin must be settled exactly). O(n · budget) a test point.
Source: textbook dynamic programming; our own note.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labelcert.engines.flips import FlipSpace

Table = list[tuple[Any, tuple[int, ...]]]
"""For each budget 0, 1, …: the largest total gain, and the points that reach it."""


def best_sets(gain: Sequence[Any], space: FlipSpace, budget: int) -> Table:
    """Largest gain and its flips for every budget up to `budget`; only positive gains are taken."""
    total: Table = [(0, ())] * (budget + 1)
    for number, purse in enumerate(space.group_budget):
        points = [
            int(i)
            for i in space.candidates
            if space.group[i] == number and gain[i] > 0 and space.cost[i] <= budget
        ]
        if points:
            total = _combine(total, _one_group(gain, space, points, min(budget, int(purse))))
    return total


def _one_group(gain: Sequence[Any], space: FlipSpace, points: list[int], budget: int) -> Table:
    table: Table = [(0, ())] * (budget + 1)
    for i in points:
        cost = int(space.cost[i])
        for b in range(budget, cost - 1, -1):
            value, chosen = table[b - cost]
            if value + gain[i] > table[b][0]:
                table[b] = (value + gain[i], (*chosen, i))
    return table


def _combine(first: Table, second: Table) -> Table:
    result = list(first)
    for b in range(len(first)):
        for spent in range(1, min(b, len(second) - 1) + 1):
            value = first[b - spent][0] + second[spent][0]
            if value > result[b][0]:
                result[b] = (value, first[b - spent][1] + second[spent][1])
    return result
