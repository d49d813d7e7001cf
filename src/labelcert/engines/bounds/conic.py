"""The energy-cut relaxation of one SVM, or of two that share their labels, as a convex program.

Every labeled point is in one of S states; a state says for each SVM whether its label is flipped,
and what it costs. The corners of a label, kept or flipped, weigh together what the states with that
label do, and the states' shares sum to 1.
Cost and source: `labelcert.engines.bounds.interior_point`; with many points, those of a working set
(`labelcert.engines.bounds.working_set`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from labelcert.engines.bounds.demand import Demand, demand_of
from labelcert.engines.bounds.functional import (
    Corners,
    Evaluation,
    Functional,
    Multipliers,
    corners_of,
    lower_bound,
    row_sizes,
)
from labelcert.engines.bounds.hull import Hull
from labelcert.engines.bounds.interior_point import Iterate, Program, allocate, minimise
from labelcert.engines.bounds.working_set import CAREFUL, Care, WorkingSet

STEPS = 40
"""The most steps of one solve; most end after half as many."""

HOPE = 4.0
"""A bound that is further from its goal than this many times what the last program raised it by is
given up."""

WHOLE = 150
"""Up to so many points are solved for at once."""


class Aim(NamedTuple):
    """value: what functionals prove together; a solve may end once that is above the goal."""

    value: Callable[[list[Functional]], float]
    goal: float = np.inf


BASES = Aim(lambda found: sum(one.base for one in found))
"""What is proven of no flips at all."""


_Proven = tuple[Functional, Evaluation | None]


class ConicRelaxation:
    """The relaxation over the hulls of k SVMs with one kernel.

    gram (n, n) scaled; side (n, S, k) int: 0 where a state keeps the label of an SVM, 1 where it
    flips it; cost (n, S) of the states, bounded in total by the budget. nominal (k, n): a solution
    that others of the budget differ little from, such as that of the clean labels; what it says is
    no part of any proof.
    """

    def __init__(
        self,
        gram: np.ndarray,
        hulls: Sequence[Hull],
        side: np.ndarray,
        cost: np.ndarray,
        budget: float,
        nominal: np.ndarray | None = None,
    ):
        self.gram, self.hulls, self.budget = gram, list(hulls), budget
        self.side, self.cost = side.astype(np.int64), cost.astype(np.float64)
        self.C = hulls[0].C
        self.corners: list[Corners] = [corners_of(hull) for hull in hulls]
        self._sizes = row_sizes(gram)
        self.multipliers: list[Multipliers | None] = [None] * len(hulls)
        self._working: WorkingSet | None = None
        if nominal is not None and len(gram) > WHOLE:
            self._working = WorkingSet(gram, self.side, self.C, nominal)
        else:
            self._all = np.arange(len(gram))
            self._space = allocate(*self._size(self._all))

    def replace_hull(self, c: int, hull: Hull) -> None:
        """Go on with another hull of SVM c."""
        self.hulls[c], self.corners[c] = hull, corners_of(hull)

    def functionals(
        self,
        objective: np.ndarray,
        allowed: np.ndarray,
        tolerance: float,
        aim: Aim = BASES,
        care: Care = CAREFUL,
    ) -> list[Functional]:
        """What good multipliers for min Σ_c objective_c · β_c prove of each objective_c · β_c.

        objective (k, n); allowed (n, S) bool: states that points may be in, one at least;
        tolerance: how far from the best bound to stop. The multipliers stay in `multipliers`, None
        where they prove nothing.
        """
        if self._working is None:
            iterate = self._minimise(self._all, objective, allowed, tolerance, None)
            proven = self._proven(objective, self._all, iterate, None)
        else:
            proven = self._by_working_set(self._working, objective, allowed, tolerance, aim, care)
        self.multipliers = [part and part.multipliers for _, part in proven]
        return [found for found, _ in proven]

    @property
    def needed(self) -> np.ndarray:
        """The points that the last functionals needed; set, those that the next begin with."""
        return np.zeros(0, dtype=np.int64) if self._working is None else self._working.kept

    @needed.setter
    def needed(self, points: np.ndarray) -> None:
        if self._working is not None:
            self._working.kept = points

    def demands(self) -> list[Demand]:
        """What would have made the last functionals better, by SVM."""
        points, it = self._last
        return [
            demand_of(
                c, points, it, self.side[points, :, c], self.hulls[c],
                corners.beta[points].reshape(-1, 8) / self.C,
            )
            for c, corners in enumerate(self.corners)
        ]  # fmt: skip

    def _by_working_set(
        self,
        working: WorkingSet,
        objective: np.ndarray,
        allowed: np.ndarray,
        tolerance: float,
        aim: Aim,
        care: Care,
    ) -> list[_Proven]:
        """Programs of some points, more each time, until the others have nothing to add."""
        points = working.begin(objective, allowed)
        best: tuple[float, list[_Proven]] | None = None
        before = -np.inf
        while True:
            iterate = self._minimise(points, objective, allowed, tolerance, working.rest(points))
            proven = self._proven(objective, points, iterate, working.nominal)
            value = aim.value([found for found, _ in proven])
            if best is None or value > best[0]:
                best = value, proven
            parts = [part for _, part in proven if part is not None]
            hopeless = value + HOPE * (value - before) < aim.goal < np.inf
            if value > aim.goal or hopeless or len(parts) < len(proven):
                break
            before = value
            larger = working.extend(points, iterate, parts, self.corners, self.cost, allowed,
                                    self.hulls, tolerance, care)  # fmt: skip
            if larger is None:
                break
            points = larger
        working.end(points, iterate, care)
        return best[1]

    def _proven(
        self, objective: np.ndarray, points: np.ndarray, it: Iterate, nominal: np.ndarray | None
    ) -> list[_Proven]:
        """What the multipliers of a program of some points prove of all; elsewhere they are such
        that the nominal solution is worth the same wherever its value lies."""
        found = []
        for c, corners in enumerate(self.corners):
            with np.errstate(over="ignore", invalid="ignore"):
                weight = float(it.price[c] / self.C)
                if nominal is None:
                    mu, gamma = it.mu[c], it.price[c] * it.beta[c]
                else:
                    mu = weight * nominal[c]
                    gamma = mu.copy()
                    mu[points], gamma[points] = it.mu[c], it.price[c] * it.beta[c]
            found.append(
                lower_bound(self.gram, self._sizes, objective[c], corners, mu, gamma, weight)
            )
        return found

    def _minimise(
        self,
        points: np.ndarray,
        objective: np.ndarray,
        allowed: np.ndarray,
        tolerance: float,
        rest: np.ndarray | None,
    ) -> Iterate:
        """Solve for some points; rest (k, n): what the others add to f, None for nothing."""
        k, n, states = self._size(points)
        whole = rest is None
        gram = self.gram if whole else self.gram[np.ix_(points, points)]
        beta, f = np.empty((k, n, 8)), np.empty((k, n, 8))
        for c, corners in enumerate(self.corners):
            beta[c] = corners.beta[points].reshape(-1, 8) / self.C
            f[c] = corners.f[points].reshape(-1, 8)
            if rest is not None:
                f[c] -= rest[c][points, None]
        side, cost = np.ascontiguousarray(self.side[points]), self.cost[points]
        allowed = np.ascontiguousarray(allowed[points])
        used = np.zeros((k, n, 2), dtype=bool)
        for c in range(k):
            for e in (0, 1):
                used[c, :, e] = (allowed & (side[:, :, c] == e)).any(axis=1)
        program = Program(
            np.ascontiguousarray(self.C * gram), beta, f, side, cost, allowed, used,
            np.ascontiguousarray(self.C * objective[:, points]), float(self.budget),
        )  # fmt: skip
        iterate, work = self._space if whole else allocate(k, n, states)
        corner, share = _start(program)
        minimise(program, iterate, work, corner, share, STEPS, tolerance)
        self._last = points, iterate
        return iterate

    def _size(self, points: np.ndarray) -> tuple[int, int, int]:
        return len(self.hulls), len(points), self.side.shape[1]


def _start(program: Program) -> tuple[np.ndarray, np.ndarray]:
    """Weights (k, n, 8) and shares (n, S) > 0: mostly the cheapest state, corners alike."""
    dear = program.allowed & (program.cost > 0)
    total = max(float((program.cost * dear).sum()), 1.0)
    share = np.where(dear, min(0.15, 0.5 * max(program.budget, 0.5) / total), 1.0)
    share = np.where(program.allowed, share, 0.0)
    share /= share.sum(axis=1, keepdims=True)
    corner = np.zeros(program.beta.shape)
    for c in range(len(corner)):
        for e in (0, 1):
            weight = (share * (program.side[:, :, c] == e)).sum(axis=1)
            corner[c, :, 4 * e : 4 * e + 4] = weight[:, None] / 4
    return corner, share
