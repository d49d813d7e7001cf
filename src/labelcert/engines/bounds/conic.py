"""The energy-cut relaxation of one SVM, or of two that share their labels, as a convex program.

Every labeled point is in one of S states; a state says for each SVM whether its label is flipped,
and what it costs. The corners of a label, kept or flipped, weigh together what the states with that
label do, and the states' shares sum to 1.
Cost and source: `labelcert.engines.bounds.interior_point`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelcert.engines.bounds.functional import (
    Corners,
    Functional,
    corners_of,
    lower_bound,
)
from labelcert.engines.bounds.hull import Hull
from labelcert.engines.bounds.interior_point import Program, allocate, minimise

STEPS = 40
"""The most steps of one solve; most end after half as many."""


class ConicRelaxation:
    """The relaxation over the hulls of k SVMs with one kernel.

    gram (n, n) scaled; side (n, S, k) int: 0 where a state keeps the label of an SVM, 1 where it
    flips it; cost (n, S) of the states, bounded in total by the budget.
    """

    def __init__(
        self,
        gram: np.ndarray,
        hulls: Sequence[Hull],
        side: np.ndarray,
        cost: np.ndarray,
        budget: float,
    ):
        self.gram, self.hulls, self.budget = gram, list(hulls), budget
        self.side, self.cost = side.astype(np.int64), cost.astype(np.float64)
        self.absolute = np.abs(gram)
        self.C = hulls[0].C
        self.corners: list[Corners] = [corners_of(hull) for hull in hulls]
        n, states, svms = side.shape
        self._svms = svms
        self._scaled = np.ascontiguousarray(self.C * gram)
        self._beta, self._f = np.zeros((svms, n, 8)), np.zeros((svms, n, 8))
        for c in range(svms):
            self._take_corners(c)
        self._iterate, self._work = allocate(svms, n, states)

    def _take_corners(self, c: int) -> None:
        corners = self.corners[c]
        self._beta[c] = corners.beta.reshape(-1, 8) / self.C
        self._f[c] = corners.f.reshape(-1, 8)

    def replace_hull(self, c: int, hull: Hull) -> None:
        """Go on with another hull of SVM c."""
        self.hulls[c], self.corners[c] = hull, corners_of(hull)
        self._take_corners(c)

    def functionals(
        self, objective: np.ndarray, allowed: np.ndarray, tolerance: float
    ) -> list[Functional]:
        """What good multipliers for min Σ_c objective_c · β_c prove of each objective_c · β_c.

        objective (k, n); allowed (n, S) bool: states that points may be in, one at least;
        tolerance: how far from the best bound to stop.
        """
        self._minimise(objective, allowed, tolerance)
        it = self._iterate
        with np.errstate(over="ignore", invalid="ignore"):
            gamma, weight = it.price[: self._svms, None] * it.beta, it.price / self.C
        return [
            lower_bound(
                self.gram, self.absolute, objective[c], self.corners[c], it.mu[c], gamma[c],
                float(weight[c]),
            )
            for c in range(self._svms)
        ]  # fmt: skip

    def _minimise(self, objective: np.ndarray, allowed: np.ndarray, tolerance: float) -> None:
        used = np.zeros((self._svms, len(allowed), 2), dtype=bool)
        for c in range(self._svms):
            for e in (0, 1):
                used[c, :, e] = (allowed & (self.side[:, :, c] == e)).any(axis=1)
        program = Program(
            self._scaled, self._beta, self._f, self.side, self.cost, allowed, used,
            np.ascontiguousarray(self.C * objective), float(self.budget),
        )  # fmt: skip
        corner, share = self._start(allowed)
        minimise(program, self._iterate, self._work, corner, share, STEPS, tolerance)

    def _start(self, allowed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Weights (k, n, 8) and shares (n, S) > 0: mostly the cheapest state, corners alike."""
        dear = allowed & (self.cost > 0)
        total = max(float((self.cost * dear).sum()), 1.0)
        share = np.where(dear, min(0.15, 0.5 * max(self.budget, 0.5) / total), 1.0)
        share = np.where(allowed, share, 0.0)
        share /= share.sum(axis=1, keepdims=True)
        corner = np.zeros(self._beta.shape)
        for c in range(self._svms):
            for e in (0, 1):
                weight = (share * (self.side[:, :, c] == e)).sum(axis=1)
                corner[c, :, 4 * e : 4 * e + 4] = weight[:, None] / 4
        return corner, share
