"""The joint relaxation of the machines of a lead: bounds on it, and hulls narrowed for its sake.

Only relabelings with a lead ≤ limit matter to a search, and for those f_i ≥ f_i + lead − limit: so
bounds on the sum narrow the hulls beyond what holds for all relabelings, often enough to rule them
out. What is proven over such hulls is proven of the relabelings that a search looks for, and of no
others; that is all it needs.
Cost: a convex program each (`labelcert.engines.bounds.interior_point`).
Source: our own note, ``math.md`` 4.4 and 6 (tightening under the assumption that t is broken).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from labelcert.engines.bounds.bound import Lead, Region
from labelcert.engines.bounds.conic import Aim, ConicRelaxation
from labelcert.engines.bounds.demand import Demand
from labelcert.engines.bounds.functional import Functional
from labelcert.engines.bounds.hull import FLIPPED, KEPT, Hull
from labelcert.engines.bounds.state_functional import (
    StateFunctional,
    best_states,
    sum_of_parts,
)
from labelcert.engines.bounds.states import States
from labelcert.engines.knowledge.lead import rounding
from labelcert.engines.work.clock import Clock

PRECISION = 0.01
"""How far from the best bound to stop, as a share of what one flip can do at most."""

RANGE_PRECISION = 5e-3
"""The same for bounds on f_i, where labels are worth 1."""


class LeadRelaxation:
    """A `Bound` for the leads of one class over another at a budget, of any test point.

    gram (n, n) scaled; hulls: those of the first region; nominal: as for `ConicRelaxation`.
    """

    def __init__(
        self,
        gram: np.ndarray,
        states: States,
        hulls: tuple[Hull, ...],
        budget: int,
        nominal: np.ndarray | None = None,
    ):
        self.gram, self.states, self.budget = gram, states, budget
        self._conic = ConicRelaxation(gram, hulls, states.side, states.cost, budget, nominal)

    def lower(
        self, region: Region, lead: Lead, goal: float = np.inf
    ) -> tuple[float, StateFunctional]:
        """A value that no relabeling of a region falls below, and the functional that proves it.

        A value above the goal is good enough.
        """
        largest = [float(np.abs(row).max(initial=0.0)) for row in lead.rows]
        return self._lower(region, lead, PRECISION * sum(largest) * self._conic.C, goal)

    @property
    def needed(self) -> np.ndarray:
        """The points that the last bound needed; set, those that the next begins with."""
        return self._conic.needed

    @needed.setter
    def needed(self, points: np.ndarray) -> None:
        self._conic.needed = points

    def demands(self) -> list[Demand]:
        """What would have made the last bound better, by part of the lead."""
        return self._conic.demands()

    def _lower(
        self, region: Region, lead: Lead, tolerance: float, goal: float
    ) -> tuple[float, StateFunctional]:
        for c, hull in enumerate(region.hulls):
            if self._conic.hulls[c] is not hull:
                self._conic.replace_hull(c, hull)

        def together(parts: list[Functional]) -> StateFunctional:
            doubted = [part._replace(base=part.base - lead.doubt) for part in parts]
            return sum_of_parts(doubted, self.states)

        def value(parts: list[Functional]) -> float:
            return best_states(together(parts), self.states, region.allowed, self.budget)

        parts = self._conic.functionals(
            lead.rows, region.allowed, max(tolerance, 1e-12), Aim(value, goal)
        )
        return value(parts), together(parts)

    def narrow(self, region: Region, lead: Lead, limit: float, clock: Clock) -> Region:
        """The region with hulls narrowed once around, from the sides that matter.

        They hold for relabelings with a lead ≤ limit.
        """
        for i in range(len(self.gram)):
            for c in range(len(region.hulls)):
                for label_state in (KEPT, FLIPPED):
                    if clock.expired:
                        return region
                    region = self._narrow_label(region, lead, limit, c, i, label_state)
                    if not region.allowed[i].any():
                        return region  # nothing in it matters
        return region

    def _narrow_label(
        self, region: Region, lead: Lead, limit: float, c: int, i: int, label_state: int
    ) -> Region:
        """Bound f_i in the machine of part c under one label, where 1 lies inside its margins."""
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
            value = self._value_bound(
                replace(region, allowed=allowed), lead, limit, c, sign * self.gram[i]
            )
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
            region = Region(possible, tuple(hulls))
            if not possible[i].any():
                return region
        return region

    def _value_bound(
        self, region: Region, lead: Lead, limit: float, c: int, direction: np.ndarray
    ) -> float:
        """A lower bound on direction · β_c wherever the lead is ≤ limit in a region."""
        rows = lead.rows.copy()
        rows[c] += direction
        value, _ = self._lower(region, lead._replace(rows=rows), RANGE_PRECISION, np.inf)
        if not np.isfinite(value):
            return value
        return value - limit - rounding(2, abs(value) + abs(limit))
