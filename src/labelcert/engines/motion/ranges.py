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
from labelcert.engines.motion.clean_motion import FEW, CleanMotion, clean_motion

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

    def hull(self, budget: int) -> Hull:
        """The widest hull of a budget, narrowed to where its flips can move each point."""
        hull = widest(self.machine, budget)
        flips = self.machine.space.most_flips(budget)
        low, high = self._limits(flips)
        return hull.narrowed(low, high)

    def _limits(self, flips: int) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper ends (n, 2) of all values after at most so many flips."""
        motion = self._motion
        n = len(motion.value)
        energy = motion.energy(max(flips, 1))
        candidates = self.machine.space.candidates
        total = motion.gap + float(np.sort(energy[candidates])[::-1][:flips].sum())
        radius = max(math.sqrt(total), SMALLEST)
        around = motion.slope * (motion.gap / (2 * radius) + radius / 2) + motion.floor
        wide = motion.slope[:, None] * (energy / (2 * radius))
        wide += rounding(FEW, wide) + motion.doubt
        may = np.zeros(n, dtype=bool)
        may[candidates] = True
        ends = []
        for sign in (1.0, -1.0):
            fall = np.where(may, wide - sign * motion.drift, 0.0)
            own = fall.diagonal().copy()
            np.fill_diagonal(fall, 0.0)
            np.maximum(fall, 0.0, out=fall)
            falls = np.stack(
                [_largest(fall, flips), own + _largest(fall, max(flips - 1, 0))], axis=1
            )
            size = np.abs(motion.value) + around + falls[:, KEPT] + np.abs(own)
            taken = around + rounding(n + FEW, size)
            ends.append(sign * motion.value[:, None] - taken[:, None] - falls)
        low, high = ends[0], -ends[1]
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
