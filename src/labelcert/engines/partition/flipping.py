"""Flips within one part after which its base surely votes for a class: the upper end of a cost.

Greedy: as long as another class may still lead, the change that takes most from the lead of the
largest such class is made. Labels change once. The result is checked by its own sums: the class
asked for leads every other by more than the error bar of the retrained base, which is linear in the
labels. Cost: a sort of the part, then O(K) a flip.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.partition.base_votes import LinearPart, sum_bar
from labelcert.engines.partition.votes import FOREVER


class Flips(NamedTuple):
    """For each of m test points: flips start[t] to start[t + 1] of points and their new labels.

    reached (m,) bool: whether the class asked for surely wins after them; else there are none.
    """

    start: np.ndarray
    points: np.ndarray
    labels: np.ndarray
    reached: np.ndarray

    @property
    def cost(self) -> np.ndarray:
        """(m,) int64 number of flips, `FOREVER` where the class was not reached."""
        return np.where(self.reached, np.diff(self.start), FOREVER)

    def of(self, t: int) -> tuple[np.ndarray, np.ndarray]:
        """Points within the part and new labels for test point t."""
        one = slice(self.start[t], self.start[t + 1])
        return self.points[one], self.labels[one]


def flips_to(part: LinearPart, wanted: np.ndarray) -> Flips:
    """Flips that make the base vote for class wanted[t] (m,); −1 asks for nothing."""
    m, n = part.weights.shape
    bar = 2 * sum_bar(part)  # sums are kept up to date, which rounds them a little more
    points, labels = np.empty(m * n, dtype=np.int32), np.empty(m * n, dtype=np.int16)
    start, reached = np.zeros(m + 1, dtype=np.int64), np.zeros(m, dtype=np.bool_)
    weights = np.ascontiguousarray(part.weights)
    _walk(weights, part.labels, part.classes, bar, wanted, points, labels, start, reached)
    used = int(start[m])
    return Flips(start, points[:used].copy(), labels[:used].copy(), reached)


@compiled
def _walk(weights, given, classes, bar, wanted, points, labels, start, reached):
    m, n = weights.shape
    head = np.empty((classes, 2), dtype=np.int64)
    following = np.empty(n, dtype=np.int64)
    sums = np.empty(classes)
    for t in range(m):
        start[t + 1] = start[t]
        c = wanted[t]
        if c < 0:
            continue
        _lists(weights[t], given, head, following, sums)
        at = start[t]
        while True:
            u = _largest_rival(sums, c)
            if sums[c] - sums[u] > bar[t]:
                reached[t] = True
                start[t + 1] = at
                break
            k, negative = _best_head(weights[t], head, c, u)
            if k < 0:
                break
            i = head[k, negative]
            head[k, negative] = following[i]
            new = u if negative else c
            sums[k] -= weights[t, i]
            sums[new] += weights[t, i]
            points[at], labels[at] = i, new
            at += 1


@inner
def _lists(weights, given, head, following, sums):
    """Labels of each class and sign, the largest |s_i| first; sums of each class."""
    head[:] = -1
    sums[:] = 0.0
    order = np.argsort(np.abs(weights), kind="mergesort")
    for i in order:
        s = weights[i]
        sums[given[i]] += s
        if s != 0.0:
            side = 1 if s < 0.0 else 0
            following[i] = head[given[i], side]
            head[given[i], side] = i


@inner
def _largest_rival(sums, c):
    u = -1
    for k in range(sums.shape[0]):
        if k != c and (u < 0 or sums[k] > sums[u]):
            u = k
    return u


@inner
def _best_head(weights, head, c, u):
    """The class and sign whose largest label takes most from the lead of u over c; −1: none."""
    best, found, sign = 0.0, -1, 0
    for k in range(head.shape[0]):
        for negative in range(2):
            i = head[k, negative]
            if i < 0 or (k == c and not negative) or (k == u and negative):
                continue
            gain = abs(weights[i])
            if (k == u and not negative) or (k == c and negative):
                gain *= 2.0
            if gain > best:
                best, found, sign = gain, k, negative
    return found, sign
