"""How many flips the vote of an ensemble survives, from what it costs to change each base's vote.

cost (m, k, K) int: the least flips within part j after which its base may vote for class c, for
test point t; 0 at every class that it may vote for with no flip at all. One class has cost 0 where
the vote is a proven fact, several where it is not known, and then the attacker picks.

A class c takes the place of the winner w if it gets as many votes (one more if w < c, for ties go
to the smaller class). Each part adds +1, 0 or −1 to the votes of w less those of c; to push it down
costs flips of this part only, and so the least total is the knapsack of `knapsack`. That c outvotes
w is necessary for c to win, not sufficient: the least cost over all c, less 1, is a lower end.
Cost: O(k log k) a test point and rival. Source: ``math.md`` 12; Levine and Feizi 2021 (black box),
arXiv 2604.11416 (white box).
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled, inner
from labelcert.engines.partition.knapsack_of_parts import NEVER, cheapest


def vote_counts(votes: np.ndarray, classes: int) -> np.ndarray:
    """(m, K) how many of the votes (m, k) each class has."""
    m = len(votes)
    flat = votes.astype(np.int64) + classes * np.arange(m)[:, None]
    return np.bincount(flat.ravel(), minlength=m * classes).reshape(m, classes)


def winners(counts: np.ndarray) -> np.ndarray:
    """(m,) the class with the most votes, ties to the first."""
    return counts.argmax(axis=1)


@compiled
def least_costs(cost, winner, least):
    """Write the least total cost (m, K) at which each class catches up with the winner (m,).

    0 where no flip may be needed, `NEVER` at the winner itself and where no flips are enough.
    """
    m, k, classes = cost.shape
    one, two = np.empty(k, dtype=np.int64), np.empty(k, dtype=np.int64)
    pick = np.empty(k, dtype=np.int8)
    for t in range(m):
        for c in range(classes):
            least[t, c] = NEVER
            if c != winner[t]:
                need = options(cost[t], winner[t], c, one, two)
                least[t, c] = 0 if need <= 0 else cheapest(one, two, need, pick)


@compiled
def options(cost, w, c, one, two):
    """Write what gains of 1 and 2 of each part cost, for rival c of winner w, cost (k, K).

    one, two (k,) are written; returns the gain that c needs.
    """
    need = 1 if c > w else 0
    for j in range(cost.shape[0]):
        leave = NEVER
        for other in range(cost.shape[1]):
            if other != w:
                leave = min(leave, _of(cost[j, other]))
        take = _of(cost[j, c])
        one[j], two[j] = NEVER, NEVER
        if take == 0:
            need -= 1
        elif leave == 0:
            one[j] = take
        else:
            need += 1
            one[j], two[j] = leave, take
    return need


@inner
def _of(cost):
    return NEVER if cost >= FOREVER else np.int64(cost)


FOREVER = 2**30
"""In a table of costs: no number of flips is enough. A table has 32 bits an entry."""


def black_box_costs(free: np.ndarray) -> np.ndarray:
    """What is known of a base that nobody looks into: (m, k, K) 0 where `free`, else one flip."""
    return np.where(free, 0, 1).astype(np.int32)


def radii(least: np.ndarray, most: int) -> np.ndarray:
    """(m,) flips that surely change no vote, at most `most`; −1 where not even 0 flips."""
    return np.minimum(least.min(axis=1) - 1, most)
