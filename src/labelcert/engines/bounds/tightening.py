"""Sharpen a hull with the conic relaxation: one end of one range at a time, each used at once.

Each end is the proven value of a functional, so the hull stays valid whatever the solver does; all
test points and rivals of a budget share it (``math.md`` 4.4). The first round looks only at ends
that the hull depends on most: how far a label's margin ỹ_i f_i may rise while β_i can still be at
C, and how far it may fall where 1 lies inside the range.
Cost: up to 4n small convex programs a round, about 7 ms each at n = 70. Later rounds gain less; of
many labels only some ends are worth their program (`tighten_ends`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from labelcert.engines.attacker import FlipSpace
from labelcert.engines.bounds.conic import Aim, ConicRelaxation
from labelcert.engines.bounds.functional import Functional, best_over
from labelcert.engines.bounds.hull import FLIPPED, KEPT, Hull
from labelcert.engines.work.clock import Clock

TOLERANCE = 5e-3
"""How far from the best bound on f_i a program may stop; labels are worth 1."""

STALL = 0.97
"""Another round is worth it while the ranges shrink below this share of what they were."""


class End(NamedTuple):
    """One end of the range of ỹf at point i, for its label kept or flipped: rising, or falling."""

    i: int
    state: int
    rising: bool


def tighten_ends(
    gram: np.ndarray, hull: Hull, space: FlipSpace, budget: int, nominal: np.ndarray,
    ends: Iterable[tuple[End, np.ndarray]], clock: Clock,
) -> tuple[Hull, list[np.ndarray]]:  # fmt: skip
    """A hull narrowed at some ends, one after the other, each with the points to begin with; and
    those that each one needed. nominal (n,): see `ConicRelaxation`.

    Once the clock expires the other ends are left out.
    """
    work, needed = _Tightening(gram, hull, space, budget, nominal[None]), []
    for end, points in ends:
        if clock.expired:
            break
        needed.append(work.bound(end, points))
    return work.hull, needed


def tighten(
    gram: np.ndarray, hull: Hull, space: FlipSpace, budget: int, clock: Clock, rounds: int
) -> Hull:
    """A narrower hull valid for the same budget; gram (n, n) scaled.

    Ends early when the clock expires, with what is bounded by then.
    """
    work = _Tightening(gram, hull, space, budget)
    for number in range(rounds):
        before = work.width
        for i in range(len(gram)):
            if clock.expired:
                return work.hull
            work.narrow(i, all_ends=number > 0)
        if number > 0 and work.width > STALL * before:
            break
    return work.hull


class _Tightening:
    """The hull so far, and the relaxation over it."""

    def __init__(
        self, gram: np.ndarray, hull: Hull, space: FlipSpace, budget: int,
        nominal: np.ndarray | None = None,
    ):  # fmt: skip
        n = len(gram)
        self.gram, self.space, self.budget = gram, space, budget
        self.hull = hull
        side = np.repeat(np.array([[[KEPT], [FLIPPED]]]), n, axis=0)
        cost = np.stack([np.zeros(n), space.cost], axis=1)
        self._relaxation = ConicRelaxation(gram, [hull], side, cost, budget, nominal)

    @property
    def width(self) -> float:
        """Sum of the ranges' widths."""
        ranges = np.maximum(self.hull.high - self.hull.low, 0.0)
        return float(ranges[:, KEPT].sum() + ranges[self.hull.may_flip, FLIPPED].sum())

    def narrow(self, i: int, all_ends: bool) -> None:
        """Bound f_i under its label kept and flipped, from all sides or those that matter most."""
        for state in (KEPT, FLIPPED):
            label = self.hull.y[i] * (1 - 2 * state)
            for rising in (True, False):
                if state == FLIPPED and not self._relaxation.corners[0].may_flip[i]:
                    break
                fall, rise = self._margins(i, state, label)
                if not all_ends and (fall >= 1.0 or (not rising and rise <= 1.0)):
                    break
                self.bound(End(i, state, rising))

    def _margins(self, i: int, state: int, label: float) -> tuple[float, float]:
        """The range of the label's margin ỹ_i f_i."""
        ends = (label * self.hull.low[i, state], label * self.hull.high[i, state])
        return min(ends), max(ends)

    def bound(self, end: End, begin: np.ndarray | None = None) -> np.ndarray:
        """Tighten one end, from the points of another bound; returns those that it needed."""
        if begin is not None:
            self._relaxation.needed = begin
        i, state, rising = end
        label = self.hull.y[i] * (1 - 2 * state)
        sign = -label if rising else label  # sign · f_i is bounded from below
        n = len(self.gram)
        allowed = np.stack([np.ones(n, dtype=bool), self._relaxation.corners[0].may_flip], axis=1)
        allowed[i] = (state == KEPT, state == FLIPPED)
        objective = sign * self.gram[i]
        fixed = np.zeros(n, dtype=bool)
        fixed[i] = True
        flipped = np.array([i] if state == FLIPPED else [], dtype=np.int64)

        def bound(found: list[Functional]) -> float:
            return best_over(found[0], self.budget, self.space.cost, flipped, fixed)

        aim = Aim(bound)
        value = bound(self._relaxation.functionals(objective[None], allowed, TOLERANCE, aim))
        low, high = self.hull.low.copy(), self.hull.high.copy()
        if sign > 0:
            low[i, state] = max(low[i, state], value)
        else:
            high[i, state] = min(high[i, state], -value)
        self.hull = self.hull.narrowed(low, high)
        needed = self._relaxation.needed
        self._relaxation.replace_hull(0, self.hull)
        return needed
