"""What all test points share at one budget: the tightened hull, and cuts to start from.

Hulls are cached by budget; the hull of a smaller budget starts from that of the next larger one,
which is valid for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from labelcert.engines.bounds.hull import Hull
from labelcert.engines.machines.machine import Problem
from labelcert.engines.relaxation.program import Relaxation
from labelcert.engines.relaxation.tightening import tighten
from labelcert.engines.work.clock import Clock
from labelcert.learners.svm import fit_dual


@dataclass(eq=False)
class SharedHulls:
    """Hulls of a problem, made when first asked for.

    rounds of bound tightening, on `jobs` processes. The gram and C are those of `Problem.core`.
    """

    problem: Problem
    rounds: int = 3
    jobs: int = 1
    _hulls: dict[int, tuple[Hull, list[np.ndarray]]] = field(default_factory=dict)

    def hull(self, budget: int, clock: Clock) -> tuple[Hull, list[np.ndarray]]:
        """The hull valid for all flip sets of cost ≤ budget, and the points of useful cuts."""
        if budget in self._hulls:
            return self._hulls[budget]
        p = self.problem
        gram, C = p.gram.matrix / p.scale, p.C * p.scale
        candidates = p.space.candidates
        may = np.zeros(p.n, dtype=bool)
        may[candidates[p.space.cost[candidates] <= budget]] = True
        cheapest = int(p.space.cost[candidates].min()) if len(candidates) else 1
        hull = Hull.widest(gram, p.y, C, may, min(budget // cheapest, len(candidates)))
        points = [fit_dual(p.gram, p.y, p.C).beta]
        larger = [b for b in self._hulls if b > budget]
        if larger:
            known, cuts = self._hulls[min(larger)]
            hull, points = hull.narrowed(known.low, known.high), cuts
        hull, points = tighten(gram, hull, p.space, budget, clock, points, self.rounds, self.jobs)
        self._hulls[budget] = (hull, points)
        return hull, points

    def relaxation(self, budget: int, clock: Clock) -> Relaxation:
        """A fresh relaxation over the hull of a budget, for one thread."""
        hull, points = self.hull(budget, clock)
        p = self.problem
        relaxation = Relaxation(p.gram.matrix / p.scale, hull, p.space, budget)
        for point in points:
            relaxation.add_cut(point)
        return relaxation
