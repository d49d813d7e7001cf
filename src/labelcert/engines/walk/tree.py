"""The tree of all relabelings: how large it is, and how it is cut into pieces of work.

A child makes one more change, at a point of a higher number, so every relabeling is met once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np

from labelcert.engines.enumeration import MANY
from labelcert.engines.multiclass.recording import Record
from labelcert.engines.multiclass.relabels import RelabelSpace
from labelcert.engines.work.clock import Clock
from labelcert.engines.work.threads import work_off

LARGEST_TASK = 20_000
"""Relabelings in one piece of work: a fraction of a second."""

Task = tuple[np.ndarray, int]
"""Numbers of the changes made already, and the most changes of a relabeling in this piece."""


class RelabelTree:
    """All relabelings of a space up to a budget.

    points, targets (c,): the possible changes in order; first_of (c,): where the changes of the
    next point begin; size: most changes of one relabeling.
    """

    def __init__(self, space: RelabelSpace, budget: int):
        self.space, self.budget = space, budget
        points, targets = np.nonzero(space.alternatives)
        self.points, self.targets = points.astype(np.int64), targets.astype(np.int64)
        self.first_of = np.searchsorted(points, points, side="right").astype(np.int64)
        self.size = self._most_changes()

    def _most_changes(self) -> int:
        candidates = self.space.points.candidates
        if len(candidates) == 0:
            return 0
        return min(len(candidates), self.budget // int(self.space.cost[candidates].min()))

    @property
    def count(self) -> int:
        """How many relabelings there are (an upper bound with costs); `MANY` at the most."""
        # Elementary symmetric sums: the ways to change exactly k of the points.
        ways = np.zeros(self.size + 1)
        ways[0] = 1.0
        for choices in self.space.alternatives.sum(axis=1).tolist():
            ways[1:] = np.minimum(ways[1:] + ways[:-1] * choices, MANY)
        return int(min(ways.sum(), MANY))

    def tasks(self) -> list[Task]:
        """Cut the tree into the subtrees of short prefixes."""
        everything = np.zeros(0, dtype=np.int64)
        if self.size == 0 or self.count <= LARGEST_TASK:
            return [(everything, self.size)]
        singles = [np.array([c]) for c in range(len(self.points))]
        # A walk takes its prefix as it is: it must be one that the attacker can pay for.
        singles = [single for single in singles if self._affordable(single)]
        found: list[Task] = [(everything, 0)]
        if self.size < 3 or self.count <= LARGEST_TASK * len(self.points):
            return found + [(single, self.size) for single in singles]
        for single in singles:
            found.append((single, 1))
            for d in range(int(self.first_of[single[0]]), len(self.points)):
                pair = np.array([single[0], d])
                if self._affordable(pair):
                    found.append((pair, self.size))
        return found

    def _affordable(self, prefix: np.ndarray) -> bool:
        return self.space.points.contains(self.points[prefix], self.budget)

    def walk(
        self, worker: Callable[[], Worker], clock: Clock, jobs: int, stop: np.ndarray, stage: str
    ) -> tuple[list[Record], bool]:
        """Let threads with a worker each do all tasks; their records, and whether all were done."""

        def begin() -> tuple[Callable[[Task], None], Record]:
            mine = worker()
            return lambda task: mine.do(*task), mine.record

        return work_off(self.tasks(), begin, clock, jobs, stop, partial(clock.report, stage))


class Worker(Protocol):
    """What one thread needs; `do` visits the subtree of a prefix and writes to `record`."""

    record: Record

    def do(self, prefix: np.ndarray, size: int) -> None:
        """Visit the relabeling of `prefix` and its extensions of at most `size` changes."""
        ...
