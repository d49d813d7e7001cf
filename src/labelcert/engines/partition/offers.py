"""Flips of many parts side by side, and which of them together make another class win.

What was found in each part for each test point (`flipping`) is laid end to end, so that what a
witness takes from thousands of parts is one compiled loop and one knapsack, and no Python call a
part. Cost: O(k K) a test point for k parts, and the knapsack.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.partition.flipping import Flips
from labelcert.engines.partition.knapsack_of_parts import NEVER, cheapest


class Offers(NamedTuple):
    """Flips of k parts for m test points: those of part j for test point t are cost[t, j] rows and
    new class numbers from start[t, j] on; cost `NEVER` where there are none."""

    cost: np.ndarray
    start: np.ndarray
    rows: np.ndarray
    labels: np.ndarray


def offers_of(found: Sequence[Flips | None], first: Sequence[int], count: int) -> Offers:
    """Of what each part found for `count` test points; first (k,): the number of its first row."""
    shape = count, len(found)
    cost, start = np.full(shape, NEVER), np.zeros(shape, dtype=np.int64)
    rows: list[np.ndarray] = [np.zeros(0, dtype=np.int64)]
    labels: list[np.ndarray] = [np.zeros(0, dtype=np.int16)]
    used = 0
    for j, flips in enumerate(found):
        if flips is None:
            continue
        cost[:, j] = np.where(flips.reached, np.diff(flips.start), NEVER)
        start[:, j] = used + flips.start[:-1]
        rows.append(flips.points.astype(np.int64) + first[j])
        labels.append(flips.labels)
        used += len(flips.points)
    return Offers(cost, start, np.concatenate(rows), np.concatenate(labels))


def taken(
    t: int, free: np.ndarray, votes: np.ndarray, sides: tuple[int, int], both: tuple[Offers, Offers]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Rows and new class numbers after which another class surely wins test point t, or None.

    free (k, K), votes (k,): as known of the parts. sides: the winner and its rival. both: flips
    after which a part votes for the rival, and flips after which a voter of the winner leaves it.
    """
    k = len(votes)
    one, two = np.empty(k, dtype=np.int64), np.empty(k, dtype=np.int64)
    pick, (to, off) = np.zeros(k, dtype=np.int8), both
    if not _choose(free, votes, *sides, to.cost[t], off.cost[t], one, two, pick):
        return None
    total, whole = _sizes(pick, to.cost[t], off.cost[t], one)
    rows, labels = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int16)
    at = _copy(whole == 1, to.cost[t], to.start[t], to.rows, to.labels, 0, rows, labels)
    _copy(whole == 0, off.cost[t], off.start[t], off.rows, off.labels, at, rows, labels)
    return rows, labels


@compiled
def _choose(free, votes, winner, rival, take, leave, one, two, pick):
    """Write the gain of each part into pick (k,); whether the rival can be made to win.

    A part whose vote is not known counts for the winner, or else for nobody, and is left alone.
    """
    need = 1 if rival > winner else 0
    for j in range(votes.shape[0]):
        known = 0
        for c in range(free.shape[1]):
            known += np.int64(free[j, c])
        vote = votes[j]
        if known != 1:
            vote = winner if free[j, winner] else -1
        need += np.int64(vote == winner) - np.int64(vote == rival)
        one[j], two[j] = take[j], NEVER
        if vote == winner:
            one[j], two[j] = min(take[j], leave[j]), take[j]
    return need > 0 and cheapest(one, two, need, pick) < NEVER


@compiled
def _sizes(pick, take, leave, one):
    """How many flips are taken, and of each part whether to the rival (1), off (0) or none (−1)."""
    total, whole = 0, np.full(pick.shape[0], -1, dtype=np.int8)
    for j in range(pick.shape[0]):
        if pick[j] > 0:
            whole[j] = 1 if pick[j] == 2 or take[j] <= one[j] else 0
            total += take[j] if whole[j] == 1 else leave[j]
    return total, whole


@inner
def _part(cost, start, rows, labels, at, all_rows, all_labels):
    for i in range(cost):
        all_rows[at + i], all_labels[at + i] = rows[start + i], labels[start + i]
    return at + cost


@compiled
def _copy(wanted, cost, start, rows, labels, at, all_rows, all_labels):
    for j in range(wanted.shape[0]):
        if wanted[j]:
            at = _part(cost[j], start[j], rows, labels, at, all_rows, all_labels)
    return at
