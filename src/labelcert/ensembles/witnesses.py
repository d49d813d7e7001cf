"""Witnesses against an ensemble: flips of a few parts after which another class surely wins.

The rival is the class that the least total cost belongs to. For each part flips are found after
which its retrained base surely votes for the rival, or, cheaper, for the class that it is driven to
at the least cost; what they really cost goes through the same knapsack. Bases whose vote is not
known count for the winner. So the upper end of a radius rests on retrained bases and counted votes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelcert.engines.partition.flipping import Flips
from labelcert.engines.partition.knapsack import NEVER, cheapest
from labelcert.engines.partition.votes import FOREVER
from labelcert.ensembles.polling import Poll

IntArray = NDArray[np.int64]


class Targets(NamedTuple):
    """rival (m,); takes and leaves (m, k): classes that bases are to be driven to, −1 for none."""

    rival: IntArray
    takes: IntArray
    leaves: IntArray


def targets(answers: Poll, winner: IntArray, least: IntArray) -> Targets:
    """What to look for: the cheapest rival, and for voters of the winner the cheapest way out."""
    m = len(answers.votes)
    rival = least.argmin(axis=1)
    known = answers.free.sum(axis=2) == 1
    takes = np.where(known & (answers.votes != rival[:, None]), rival[:, None], -1)
    price = answers.cost.copy()
    price[np.arange(m), :, winner] = FOREVER
    out = price.argmin(axis=2)
    theirs = known & (answers.votes == winner[:, None]) & (out != rival[:, None])
    return Targets(rival, takes, np.where(theirs, out, -1))


def witness(
    t: int,
    answers: Poll,
    winner: int,
    wanted: Targets,
    takes: list[Flips | None],
    leaves: list[Flips | None],
) -> list[tuple[int, NDArray[Any], NDArray[Any]]] | None:
    """Flips that break test point t: part, points within it, new class numbers; or None."""
    k = answers.votes.shape[1]
    rival = int(wanted.rival[t])
    one, two = np.full(k, NEVER), np.full(k, NEVER)
    need = 1 if rival > winner else 0
    for j in range(k):
        free = answers.free[t, j]
        vote = int(answers.votes[t, j]) if free.sum() == 1 else (winner if free[winner] else -1)
        need += (vote == winner) - (vote == rival)
        take = _cost(takes[j], t) if wanted.takes[t, j] >= 0 else NEVER
        leave = _cost(leaves[j], t) if wanted.leaves[t, j] >= 0 else NEVER
        if vote == winner:
            one[j], two[j] = min(take, leave), take
        else:
            one[j] = take
    pick = np.zeros(k, dtype=np.int8)
    if need <= 0 or cheapest(one, two, need, pick) >= NEVER:
        return None
    chosen: list[tuple[int, NDArray[Any], NDArray[Any]]] = []
    for j in np.flatnonzero(pick).tolist():
        whole = pick[j] == 2 or _cost(takes[j], t) <= one[j]
        flips = takes[j] if whole else leaves[j]
        assert flips is not None
        chosen.append((j, *flips.of(t)))
    return chosen


def _cost(flips: Flips | None, t: int) -> int:
    if flips is None or not flips.reached[t]:
        return NEVER
    return int(flips.start[t + 1] - flips.start[t])
