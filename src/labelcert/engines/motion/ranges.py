"""How far the values of labeled points can move: ranges for the hulls of a budget, from one fit.

A labeled point is a test point whose row is its own, so the ball of `clean_motion` bounds its value
too: from both sides, for its label kept and for it flipped. Costs and purses of groups are left
out but for how many flips a budget pays for.
Cost: O(n²) a budget after O(n³) once. Source: ``math.md`` 10.1 and 10.3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from labelcert.engines.bounds.hull import FLIPPED, KEPT, Hull
from labelcert.engines.bounds.hulls import widest
from labelcert.engines.knowledge.lead import rounding
from labelcert.engines.machines.machine import Machine
from labelcert.engines.motion.clean_motion import CleanMotion, clean_motion
from labelcert.engines.motion.push_back import FEW
from labelcert.engines.motion.reach import Reach
from labelcert.engines.work.clock import Clock

SMALLEST = float(np.finfo(float).tiny)
"""A radius of 0."""


@dataclass(frozen=True, eq=False)
class Ranges:
    """The ranges of one machine whose clean fit came to its end."""

    machine: Machine

    @cached_property
    def _motion(self) -> CleanMotion:
        """The motion of the labeled points."""
        own = replace(self.machine, cross=self.machine.gram.matrix, shared=None, sign=None)
        for name in ("clean", "stop_fit"):
            if name in self.machine.__dict__:
                own.__dict__[name] = self.machine.__dict__[name]
        return clean_motion(own)

    @property
    def solution(self) -> np.ndarray:
        """(n,) β of the clean fit."""
        return self._motion.core.labels * self._motion.alpha

    def hull(self, budget: int, clock: Clock) -> Hull:
        """The widest hull of a budget, narrowed to where its flips can move each point.

        Where the clock expires it stays wider.
        """
        hull = widest(self.machine, budget)
        flips = self.machine.space.most_flips(budget)
        if flips == 0:
            return hull
        for reach in (self._motion.plain(flips, clock), self._motion.pushed(flips, clock)):
            if reach is not None:
                hull = hull.narrowed(*self._ends(reach, flips))
        return hull

    def _ends(self, reach: Reach, flips: int) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper ends (n, 2) of all values after at most so many flips."""
        motion, candidates = self._motion, self.machine.space.candidates
        n = len(motion.value)
        total = motion.gap + float(np.sort(reach.energy[candidates])[::-1][:flips].sum())
        radius = max(math.sqrt(total), SMALLEST)
        around = motion.slope * (motion.gap / (2 * radius) + radius / 2) + motion.floor
        may = np.zeros(n, dtype=bool)
        may[candidates] = True
        drifts = [reach.drift(t) for t in range(n)]
        drift = np.stack([one for one, _ in drifts])
        wide = np.stack([error for _, error in drifts])
        wide += motion.slope[:, None] * (reach.energy / (2 * radius))
        wide += rounding(FEW, wide + np.abs(drift))
        low, high = np.full((n, 2), -np.inf), np.full((n, 2), np.inf)
        for side, sign in ((low, 1.0), (high, -1.0)):
            fall = np.where(may, wide - sign * drift, 0.0)
            own = fall.diagonal().copy()
            np.fill_diagonal(fall, 0.0)
            np.maximum(fall, 0.0, out=fall)
            for state, others in ((KEPT, flips), (FLIPPED, flips - 1)):
                falls = _largest(fall, others) + (own if state == FLIPPED else 0.0)
                size = np.abs(motion.value) + around + np.abs(falls) + np.abs(own)
                taken = falls + around + rounding(n + FEW, size)
                side[:, state] = sign * (sign * motion.value - taken)
        # A label that cannot be flipped has no range for it.
        low[~may, FLIPPED], high[~may, FLIPPED] = -np.inf, np.inf
        return low, high


def _largest(rows: np.ndarray, number: int) -> np.ndarray:
    """(n,) sum of the largest entries ≥ 0 of each row, so many at the most."""
    if number <= 0:
        return np.zeros(len(rows))
    if number >= rows.shape[1]:
        return rows.sum(axis=1)
    at = rows.shape[1] - number
    return np.partition(rows, at, axis=1)[:, at:].sum(axis=1)
