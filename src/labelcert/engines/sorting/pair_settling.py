"""What an error bar leaves open of a pair's radius, in exact arithmetic.

Cost: fractions of every label, and a sort of them, a test point and rival; for the few test points
with a lead inside its bar at some budget. Source: our own note.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from labelcert.engines.attacker import RelabelSpace
from labelcert.engines.machines.linear_model import side_of
from labelcert.engines.sorting.best_changes import best_changes_exactly
from labelcert.engines.sorting.worst_flips import worst_flips_exactly
from labelcert.engines.work.clock import Clock


class Settled(NamedTuple):
    """One test point in exact arithmetic: the class that leads, of several the first; whether
    another is level with it; and the budget up to which each rival stays behind (K,), −1 if it is
    level at once, the budget asked for in the leader's own column."""

    leader: int
    tied: bool
    radius: np.ndarray


def settle_point(
    weights: list[Fraction], space: RelabelSpace, budget: int, clock: Clock
) -> Settled | None:
    """The radii of a test point from its exact weights (n,); None once the clock expires."""
    sums = [Fraction(0)] * space.classes
    for label, weight in zip(space.labels.tolist(), weights, strict=True):
        sums[label] += weight
    leader = max(range(space.classes), key=lambda k: (sums[k], -k))
    radius = np.full(space.classes, budget, dtype=np.int64)
    for b in range(space.classes):
        if b == leader:
            continue
        found = settle_pair(weights, space, leader, b, budget, clock)
        if found is None:
            return None
        radius[b] = found
    tied = any(b != leader and sums[b] == sums[leader] for b in range(space.classes))
    return Settled(leader, tied, radius)


def settle_pair(
    weights: list[Fraction], space: RelabelSpace, a: int, b: int, budget: int, clock: Clock
) -> int | None:
    """The largest budget at which a stays ahead of b, −1 if it never is."""
    gain, _ = best_changes_exactly(weights, space, a, b)
    side = side_of(space.labels, a, b)
    lead = sum((int(s) * w for s, w in zip(side, weights, strict=True)), Fraction(0))
    ladder = space.points.ladder(budget)
    worst = worst_flips_exactly(gain, space.points, ladder, clock)
    if worst is None or clock.expired:
        return None
    ahead = [lead > fall for fall in worst[0]]
    return budget if all(ahead) else ladder.last_of(ahead.index(False) - 1) if ahead[0] else -1
