"""Witnesses against an ensemble: flips of a few parts after which another class surely wins.

The rival is the class that the least total cost belongs to. For each part flips are found after
which its retrained base surely votes for the rival, or, cheaper, for the class that it is driven to
at the least cost; what they really cost goes through the same knapsack
(`labelcert.engines.partition.offers`). Bases whose vote is not known count for the winner. So the
upper end of a radius rests on retrained bases and counted votes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
