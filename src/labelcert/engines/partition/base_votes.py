"""Votes of a base that is linear in the labels, and what it costs to change them.

What it decides: for every test point the class that the base of one part votes for, as a proven
fact where it can be had, and for every other class a lower end of the flips within the part after
which the base may vote for it: one more than the radius of the pair (``math.md`` 12). The vote
goes to the largest of Σ s_i over the labels of a class, ties to the first class. Two classes
without labels tie for sure, and so do two that every set of equal rows has equally often, because
equal rows have equal weights: such ties are facts. What else lies within its error bar is settled
in exact arithmetic, and where that is out of reach every class that may be the largest costs
nothing: the attacker picks.
Cost: O(n) a test point, and a walk down the largest gains a rival.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.knowledge.lead import rounding, sides_bar
from labelcert.engines.partition.votes import FOREVER
from labelcert.engines.sorting.pair_radii import pair_radii
from labelcert.engines.work.clock import Clock

ExactWeights = Callable[[int], list[Fraction] | None]
"""Exact weights (n,) of a test point, or None where they are out of reach."""


class LinearPart(NamedTuple):
    """One part of an ensemble: weights (m, n) of its labels (n,), numbers below `classes`.

    error (m,): bounds on the length of the error of a row of weights. equal (n,): numbers, the same
    for rows that are the same.
    """

    weights: np.ndarray
    error: np.ndarray
    labels: np.ndarray
    equal: np.ndarray
    classes: int
    exact_weights: ExactWeights


def part_votes(part: LinearPart) -> tuple[np.ndarray, np.ndarray]:
    """Votes (m,), and `free` (m, K): what may win with no flip, the vote alone if proven."""
    sums, first = class_sums(part), first_equals(part)
    votes = first[sums.argmax(axis=1)]
    lead = sums[np.arange(len(votes)), votes][:, None] - sums
    free = ~(lead > sum_bar(part)[:, None]) & (first[None, :] != votes[:, None])
    # Of classes that tie for sure, the first alone may win.
    free &= first == np.arange(part.classes)
    free[np.arange(len(votes)), votes] = True
    for t in np.flatnonzero(free.sum(axis=1) > 1).tolist():
        exact = part.exact_weights(t)
        if exact is not None:
            votes[t] = _exact_vote(exact, part)
            free[t] = False
            free[t, votes[t]] = True
    return votes, free


def class_sums(part: LinearPart) -> np.ndarray:
    """(m, K) Σ s_i over the labels of each class."""
    return part.weights @ np.eye(part.classes)[part.labels]


def first_equals(part: LinearPart) -> np.ndarray:
    """(K,) the first class whose sum is surely the same as that of each class."""
    count = np.zeros((part.classes, int(part.equal.max(initial=-1)) + 1), dtype=np.int64)
    np.add.at(count, (part.labels, part.equal), 1)
    _, first, which = np.unique(count, axis=0, return_index=True, return_inverse=True)
    return first[which.reshape(-1)]


def sum_bar(part: LinearPart) -> np.ndarray:
    """(m,) how far the difference of two class sums can be off, whatever the labels are."""
    n = len(part.labels)
    size = np.abs(part.weights).sum(axis=1)
    return sides_bar(part.error, n) + rounding(2 * (n + 8), size)


def pair_costs(part: LinearPart, votes: np.ndarray, free: np.ndarray, clock: Clock) -> np.ndarray:
    """(m, K) int32 least flips after which the base may vote for each class; 0 where `free`.

    A test point that the clock leaves no time for costs one flip.
    """
    n = len(part.labels)
    if n == 0:
        return np.where(free, 0, FOREVER).astype(np.int32)
    space = RelabelSpace.unrestricted(part.labels, part.classes)
    radius = pair_radii(
        np.ascontiguousarray(part.weights), part.error, space, n, leader=votes, clock=clock
    ).radius
    cost = np.where(radius >= n, FOREVER, np.maximum(radius + 1, 1))
    cost[free] = 0
    return cost.astype(np.int32)


def _exact_vote(weights: list[Fraction], part: LinearPart) -> int:
    sums = [Fraction(0)] * part.classes
    for weight, label in zip(weights, part.labels.tolist(), strict=True):
        sums[label] += weight
    return max(range(part.classes), key=lambda k: (sums[k], -k))
