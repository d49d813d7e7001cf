"""The tree of all relabelings: how large it is, and how it is cut into pieces of work.

A child makes one more change, at a point of a higher number, so every relabeling is met once. With
two classes f(−ỹ) = −f(ỹ): where every label may be flipped at cost 1, half of the label vectors
tell of the others, and a mirrored tree holds just those with the first label kept.
"""

from __future__ import annotations

import heapq
from functools import cached_property
from math import comb

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.walk.path import Moves

LARGEST_TASK = 20_000
"""Label vectors in one piece of work: a fraction of a second."""

MOST_TASKS = 50_000
"""About as many pieces of work are made at the most."""

MANY = 10**18
"""Counts of label vectors end here: nobody retrains on more, and floats still hold them."""

Task = tuple[tuple[int, ...], int]
"""Numbers of the changes made already, and the first number of a change that may be added."""


class RelabelTree:
    """All relabelings of a space up to a budget.

    moves: the possible changes in order, cheapest: what the cheapest costs; size: most changes of
    one relabeling; mirrored: the tree holds one of each two opposite label vectors, whatever they
    cost.
    """

    def __init__(self, space: RelabelSpace, budget: int, mirrored: bool = False):
        self.space, self.mirrored = space, mirrored
        self.budget = space.n if mirrored else budget
        alternatives = space.alternatives.copy()
        if mirrored:
            alternatives[0] = False
        self._choices = alternatives.sum(axis=1)
        points, targets = np.nonzero(alternatives)
        self.moves = Moves.of(space, points.astype(np.int64), targets.astype(np.int64))
        self._points = np.flatnonzero(self._choices)
        self._first = np.searchsorted(points, self._points)
        most = len(self._points) if mirrored else space.points.most_flips(budget)
        self.size = min(most, len(self._points))
        self.cheapest = np.int64(self.moves.cost.min(initial=np.iinfo(np.int64).max // 4))

    @cached_property
    def count(self) -> int:
        """How many relabelings there are (an upper bound with costs); `MANY` at the most."""
        return self._below(0, self.size)

    @cached_property
    def _deepest(self) -> int:
        """So many changes make `MANY` relabelings, if there are as many points at all."""
        total = 0
        for k in range(self.size + 1):
            total += comb(len(self._points), k)
            if total >= MANY:
                return k
        return self.size

    @cached_property
    def _ways(self) -> np.ndarray:
        """(c + 1, deepest + 1): ways to change at most k of the points from each one on."""
        choices = self._choices[self._points].astype(float)
        exactly = np.zeros((len(choices) + 1, self._deepest + 1))
        exactly[-1, 0] = 1.0
        for p in range(len(choices) - 1, -1, -1):
            exactly[p] = exactly[p + 1]
            exactly[p, 1:] += choices[p] * exactly[p + 1, :-1]
            np.minimum(exactly[p], MANY, out=exactly[p])
        return np.minimum(np.cumsum(exactly, axis=1), MANY)

    def _below(self, p: int, changes: int) -> int:
        """Relabelings of at most so many changes at the points from number p on."""
        if changes < 0:
            return 0
        return int(self._ways[p, min(changes, self._deepest)])

    def tasks(self) -> list[Task]:
        """Cut the tree into pieces, no larger than `LARGEST_TASK` unless they become many."""
        number = len(self._points)
        heap: list[tuple[int, tuple[int, ...], int]] = [(-self.count, (), 0)]
        limit = max(LARGEST_TASK, self.count // MOST_TASKS)
        while -heap[0][0] > limit and len(heap) < 2 * MOST_TASKS:
            _, prefix, p = heapq.heappop(heap)
            left = self.size - len(prefix)
            heapq.heappush(heap, (-self._below(p + 1, left), prefix, p + 1))
            for choice in range(int(self._choices[self._points[p]])):
                grown = (*prefix, int(self._first[p]) + choice)
                heapq.heappush(heap, (-self._below(p + 1, left - 1), grown, p + 1))
        ends = np.append(self._first, len(self.moves.point))
        return [(prefix, int(ends[min(p, number)])) for _, prefix, p in sorted(heap)]

    def affordable(self, prefix: tuple[int, ...]) -> bool:
        """Whether the attacker can pay for the changes of a prefix."""
        return self.space.points.contains(self.moves.point[list(prefix)], self.budget)


def count_relabelings(space: RelabelSpace, budget: int) -> int:
    """How many relabelings an enumeration retrains on (an upper bound with costs)."""
    tree = RelabelTree(space, budget)
    return min(tree.count, 2 ** (space.n - 1)) if mirrors(space) else tree.count


def mirrors(space: RelabelSpace) -> bool:
    """Whether the opposite of each label vector is one of the attacker's too."""
    return space.classes == 2 and space.n > 0 and space.points.is_unrestricted


def tree_of(space: RelabelSpace, budget: int) -> RelabelTree:
    """The smaller of the tree and, where there is one, the mirrored tree."""
    plain = RelabelTree(space, budget)
    if mirrors(space) and 2 ** (space.n - 1) <= plain.count:
        return RelabelTree(space, budget, mirrored=True)
    return plain
