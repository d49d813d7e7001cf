"""Flips within one part that change its base's vote, found by retraining it.

What it finds: for a test point and a class, labels to change after which the retrained base surely
votes for the class; not always the fewest. Whatever it returns was retrained on. When to prefer it:
bases that are not linear in the labels (SVMs, classifiers of others); `flips_to` needs no
retraining. Cost: at most `MOST_RETRAININGS` retrainings a part, each of which serves all test
points.
How: first relabelings that are known to do something (witnesses of a base's own certificate). Then,
for each class that is asked for, labels of the rows most like the test points that ask for it: all
of them, half, a quarter and so on. Then, for each test point, labels of the rows most like it, as
few as a search by doubling and bisection finds.
Source: our own note.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelcert.engines.partition.flipping import Flips
from labelcert.engines.partition.votes import FOREVER
from labelcert.engines.work.clock import Clock
from labelcert.ensembles.base import IntArray, Known, Part

MOST_RETRAININGS = 256
"""Of one part for one block of test points; a number, not a time, so that results repeat."""

Retrain = Callable[[IntArray], IntArray]
"""Votes (m,) after training on class numbers (n,), −1 where a vote is not known for sure."""


class _Tried(NamedTuple):
    points: IntArray
    labels: IntArray


def flips_by_retraining(
    retrain: Retrain,
    part: Part,
    near: NDArray[np.float64],
    wanted: Sequence[IntArray],
    known: Known,
    clock: Clock,
) -> list[Flips]:
    """For each wanted (m,) flips after which the base votes for it, −1 asking for nothing.

    near (m, n): how much alike test points and rows are, larger is more. known: what was found out
    about the part before.
    """
    search = _Search(retrain, part, len(near), known, clock)
    goals = [
        (t, int(goal[t]))
        for goal in wanted
        for t in np.flatnonzero(goal >= 0).tolist()
        if known.cost[t, goal[t]] <= known.most
    ]
    asking = {t for t, _ in goals}
    for t, hint in enumerate(known.hints):
        if hint is not None and t in asking:
            search.attempt(*hint)
    for c in sorted({c for _, c in goals}):
        theirs = [t for t, other in goals if other == c]
        search.halve(near[theirs].mean(axis=0), c)
    for t, c in goals:
        search.walk(near[t], t, c)
    return [search.found(goal) for goal in wanted]


class _Search:
    """What was retrained on, and the fewest flips known for every test point and class."""

    def __init__(self, retrain: Retrain, part: Part, m: int, known: Known, clock: Clock):
        self._retrain, self._given, self._known, self._clock = retrain, part.labels, known, clock
        self._cost = np.full((m, part.classes), FOREVER, dtype=np.int64)
        self._by = np.full((m, part.classes), -1, dtype=np.int64)
        self._tried: list[_Tried] = []
        self._seen: set[bytes] = set()

    def attempt(self, points: IntArray, labels: IntArray) -> None:
        """Retrain with other labels (k,) of some points (k,), and note all votes."""
        changed = self._given.copy()
        changed[points] = labels
        key = changed.tobytes()
        full = len(self._seen) >= MOST_RETRAININGS or self._clock.expired
        if full or key in self._seen or not 0 < len(points) <= self._known.most:
            return
        self._seen.add(key)
        votes = self._retrain(changed)
        rows = np.flatnonzero(votes >= 0)
        rows = rows[len(points) < self._cost[rows, votes[rows]]]
        self._cost[rows, votes[rows]] = len(points)
        self._by[rows, votes[rows]] = len(self._tried)
        self._tried.append(_Tried(points.copy(), np.asarray(labels, dtype=np.int64)))

    def halve(self, near: NDArray[np.float64], c: int) -> None:
        """Give class c to the rows that are most alike (n,): to all, to half, to a quarter, …"""
        order = self._order(near, c)
        size = len(order)
        while size > 0:
            self._to(order[:size], c)
            size //= 2

    def walk(self, near: NDArray[np.float64], t: int, c: int) -> None:
        """Give class c to the rows most like test point t (n,), to as few as it takes."""
        order = self._order(near, c)
        low = max(int(self._known.cost[t, c]), 1) - 1
        size = low + 1
        while size <= len(order) and size < self._cost[t, c]:
            self._to(order[:size], c)
            if self._cost[t, c] > size:
                low = size
            size *= 2
        high = min(int(self._cost[t, c]), len(order) + 1)
        while high - low > 1:
            middle = (low + high) // 2
            self._to(order[:middle], c)
            if self._cost[t, c] <= middle:
                high = middle
            else:
                low = middle

    def _order(self, near: NDArray[np.float64], c: int) -> IntArray:
        order = np.argsort(-near, kind="stable")
        return order[self._given[order] != c]

    def _to(self, points: IntArray, c: int) -> None:
        self.attempt(points, np.full(len(points), c))

    def found(self, wanted: IntArray) -> Flips:
        """The fewest flips known for each test point's class (m,)."""
        rows = np.arange(len(wanted))
        by = np.where(wanted >= 0, self._by[rows, wanted], -1)
        none = _Tried(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
        each = [none if k < 0 else self._tried[k] for k in by.tolist()]
        start = np.concatenate([[0], np.cumsum([len(one.points) for one in each])])
        return Flips(
            start.astype(np.int64),
            np.concatenate([none.points, *(one.points for one in each)]).astype(np.int32),
            np.concatenate([none.labels, *(one.labels for one in each)]).astype(np.int16),
            by >= 0,
        )
