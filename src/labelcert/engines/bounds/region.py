"""The joint relaxation of two SVMs: bounds for p_a − p_b, and hulls narrowed for one pair.

Only relabelings with p_a − p_b ≤ 0 matter, and for those f_i ≥ f_i + (p_a − p_b): so bounds on the
sum narrow the hulls beyond what holds for all relabelings, often enough to rule them out. What is
proven over such hulls is proven of the relabelings that would break the prediction, and of no
others; that is all a search needs.
Cost: a convex program of two SVMs each, about 10 ms at n = 70.
Source: our own note, ``math.md`` 4.4 and 6 (tightening under the assumption that t is broken).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from labelcert.engines.bounds.conic import ConicRelaxation
from labelcert.engines.bounds.hull import FLIPPED, KEPT, Hull
from labelcert.engines.bounds.state_functional import (
    PairFunctional,
    best_states,
    pair_functional,
)
from labelcert.engines.bounds.states import PairStates
from labelcert.engines.work.clock import Clock

PRECISION = 0.01
"""How far from the best bound to stop, as a share of what one flip can do at most."""

RANGE_PRECISION = 5e-3
"""The same for bounds on f_i, where labels are worth 1."""


@dataclass(frozen=True, eq=False)
class Region:
    """Some relabelings: the states (n, 3) that points may be in, and hulls of the SVMs of a, b
    that hold for those of them with p_a − p_b ≤ 0."""

    allowed: np.ndarray
    hulls: tuple[Hull, Hull]


class PairRelaxation:
    """The relaxation for one test point and pair of classes.

    gram (n, n) and q (n,), the test point's row, are scaled alike; hulls: where to start from.
    doubt ≥ 0: what a shift of the diagonal may be worth to one logit; leads up to twice that are
    taken for ties.
    """

    def __init__(
        self,
        gram: np.ndarray,
        q: np.ndarray,
        states: PairStates,
        hulls: tuple[Hull, Hull],
        budget: int,
        doubt: float = 0.0,
    ):
        self.gram, self.q, self.states, self.budget = gram, q, states, budget
        self._conic = ConicRelaxation(gram, hulls, states.side, states.cost, budget)
        self._lead = np.stack([q, -q])
        self._doubt = doubt
        self._precision = PRECISION * 2 * float(np.abs(q).max(initial=0.0)) * self._conic.C

    def bound(self, region: Region) -> tuple[float, PairFunctional]:
        """A lower bound on p_a − p_b in a region, and its functional."""
        self._use(region)
        functional = self._functional(self._lead, region.allowed, self._precision)
        return best_states(functional, self.states, region.allowed, self.budget), functional

    def _use(self, region: Region) -> None:
        for c, hull in enumerate(region.hulls):
            if self._conic.hulls[c] is not hull:
                self._conic.replace_hull(c, hull)

    def _functional(
        self, objective: np.ndarray, allowed: np.ndarray, tolerance: float
    ) -> PairFunctional:
        parts = self._conic.functionals(objective, allowed, max(tolerance, 1e-12))
        first, second = (part._replace(base=part.base - self._doubt) for part in parts)
        return pair_functional(first, second, self.states)

    def narrow(self, region: Region, clock: Clock) -> Region:
        """The region with hulls narrowed once around, from the sides that matter."""
        for i in range(len(self.gram)):
            for c in (0, 1):
                for label_state in (KEPT, FLIPPED):
                    if clock.expired:
                        return region
                    region = self._narrow_label(region, c, i, label_state)
                    if not region.allowed[i].any():
                        return region  # nothing in it can break
        return region

    def _narrow_label(self, region: Region, c: int, i: int, label_state: int) -> Region:
        """Bound f_i in the SVM c under one label, where it can be on both sides of its margin."""
        own = region.allowed[i] & (self.states.side[i, :, c] == label_state)
        if not own.any():
            return region
        for rising in (True, False):
            hull = region.hulls[c]
            label = hull.y[i] * (1 - 2 * label_state)
            ends = (label * hull.low[i, label_state], label * hull.high[i, label_state])
            if not min(ends) < 1.0 < max(ends):
                return region
            allowed = region.allowed.copy()
            allowed[i] = own
            sign = -label if rising else label
            value = self._sum_bound(replace(region, allowed=allowed), c, sign * self.gram[i])
            low, high = hull.low.copy(), hull.high.copy()
            if sign > 0:
                low[i, label_state] = max(low[i, label_state], value)
            else:
                high[i, label_state] = min(high[i, label_state], -value)
            hulls = list(region.hulls)
            hulls[c] = hull.narrowed(low, high)
            possible = region.allowed.copy()
            if low[i, label_state] > high[i, label_state]:
                possible[i] &= ~own
            region = Region(possible, (hulls[0], hulls[1]))
            if not possible[i].any():
                return region
        return region

    def _sum_bound(self, region: Region, c: int, direction: np.ndarray) -> float:
        """A lower bound on direction · β_c wherever p_a − p_b ≤ 0 in a region."""
        self._use(region)
        objective = self._lead.copy()
        objective[c] += direction
        functional = self._functional(objective, region.allowed, RANGE_PRECISION)
        return best_states(functional, self.states, region.allowed, self.budget)
