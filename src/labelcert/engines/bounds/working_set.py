"""Which points a program of the relaxation is made of, where there are many.

Few flips leave most points where they were: at 0 or at C, known before anything is solved. Of a
point whose β is known nothing is left to decide, its energy β_i f_i is linear and cancels on both
sides of Σ p ≥ βᵀQβ, and its share of the other points' f is a constant. So programs are made of
the points that may move, and the multipliers of the others, μ_i = γ_i = N β_i, follow; the bound is
then proven over all points, and those that would have something to add join the next program.
Cost: a few programs of 100 to 300 points in place of one of n, and O(n²) for each bound. Nothing
here is part of a proof: a poor choice costs a good bound.
Source: our own note; rigid labels are those of ``math.md`` 10.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from labelcert.engines.bounds.functional import Corners, Evaluation
from labelcert.engines.bounds.hull import KEPT, Hull
from labelcert.engines.bounds.interior_point import Iterate

ROUNDS = 6
"""The most programs of one bound."""

FIRST = 50
"""So many points begin because their flips alone would lower the objective most."""

ON_THE_SIDE = 1e-9
"""A share of C: closer to 0 or C than this a β counts as there."""


class Care(NamedTuple):
    """slack: how far f may leave its range before a point joins, labels are worth 1; keep: shares,
    and prices as a share of N C, below which a point does not begin the next bound."""

    slack: float
    keep: float


CAREFUL, ROUGH = Care(0.03, 1e-3), Care(0.1, 1e-2)
"""Rough programs have two thirds of the points, and are solved once less often."""


class WorkingSet:
    """The points of one program after the other.

    gram (n, n); side (n, S, k); C; nominal (k, n): β to count on.
    """

    def __init__(self, gram: np.ndarray, side: np.ndarray, C: float, nominal: np.ndarray):
        self.gram, self.side, self.C, self.nominal = gram, side, C, nominal
        self._image = nominal @ gram
        self._home = (side == 0).all(axis=2)
        size = np.abs(nominal) / C
        self._free = ((size > ON_THE_SIDE) & (size < 1 - ON_THE_SIDE)).any(axis=0)
        self._kept = np.zeros(0, dtype=np.int64)
        self._rounds = 0

    def begin(self, objective: np.ndarray, allowed: np.ndarray) -> np.ndarray:
        """The points of the first program: those near their margin, those that are known to have
        left home, those whose flips go the right way, and those that the last bound needed."""
        self._rounds = 0
        chosen = self._free | ~(allowed & self._home).any(axis=1)
        chosen[self._kept] = True
        # A flip moves β to the other side of 0, by C or by 2C.
        change = np.where(self.nominal >= 0, -self.C, self.C) - self.nominal
        gain = -(self.side * (objective * change).T[:, None, :]).sum(axis=2)
        gain = np.where(allowed, gain, 0.0).max(axis=1)
        chosen[np.argsort(-gain, kind="stable")[:FIRST]] = True
        return np.flatnonzero(chosen)

    @property
    def kept(self) -> np.ndarray:
        """The points that the last bound needed, which the next one begins with."""
        return self._kept

    @kept.setter
    def kept(self, points: np.ndarray) -> None:
        self._kept = points

    def rest(self, points: np.ndarray) -> np.ndarray:
        """(k, n) what all other points add to f."""
        return self._image - self.nominal[:, points] @ self.gram[points]

    def extend(
        self,
        points: np.ndarray,
        it: Iterate,
        parts: Sequence[Evaluation],
        corners: Sequence[Corners],
        cost: np.ndarray,
        allowed: np.ndarray,
        hulls: Sequence[Hull],
        tolerance: float,
        care: Care,
    ) -> np.ndarray | None:
        """The points of the next program; None where none is worth it."""
        self._rounds += 1
        if self._rounds == ROUNDS:
            return None
        outside = np.ones(len(self.gram), dtype=bool)
        outside[points] = False
        number = max(60, len(points) // 2)
        loss = np.where(outside, self._loss(parts, corners, cost, allowed, it.price[-1]), 0.0)
        dear = np.argsort(-loss, kind="stable")[:number]
        tail = loss.sum() - loss[dear].cumsum() + loss[dear]
        dear = dear[(loss[dear] > 0) & (tail > tolerance)]
        beyond = np.where(outside, self._beyond(points, it, hulls), 0.0)
        far = np.argsort(-beyond, kind="stable")[: max(40, len(points) // 3)]
        far = far[beyond[far] > care.slack]
        new = np.union1d(dear, far)
        return None if len(new) == 0 else np.union1d(points, new)

    def end(self, points: np.ndarray, it: Iterate, care: Care) -> None:
        """Remember which points of the last program had something to say."""
        home = (it.share * self._home[points]).sum(axis=1)
        priced = np.zeros(len(points), dtype=bool)
        for c in range(len(self.nominal)):
            own = it.mu[c] - it.price[c] * self.nominal[c, points] / self.C
            priced |= np.abs(own) > care.keep * it.price[c]
        self._kept = points[(home < 1 - care.keep) | priced]

    def _loss(
        self,
        parts: Sequence[Evaluation],
        corners: Sequence[Corners],
        cost: np.ndarray,
        allowed: np.ndarray,
        price: float,
    ) -> np.ndarray:
        """(n,) how much lower the value of a point is than it would be at its nominal β."""
        lost = np.zeros(len(self.gram))
        steps = price * cost
        for c, part in enumerate(parts):
            nominal = part.multipliers.pull * self.nominal[c]
            lost += np.maximum(nominal - part.value[:, KEPT], 0.0)
            flipped = np.where(corners[c].may_flip, part.value[:, 1] - nominal, np.inf)
            steps = steps + np.where(self.side[:, :, c] == 1, flipped[:, None], 0.0)
        steps = np.where(allowed & ~self._home, steps, 0.0)
        return np.maximum(lost, -steps.min(axis=1))

    def _beyond(self, points: np.ndarray, it: Iterate, hulls: Sequence[Hull]) -> np.ndarray:
        """(n,) how far the values of points lie outside of where their β may be nominal."""
        most = np.zeros(len(self.gram))
        for c, hull in enumerate(hulls):
            moved = self.C * it.beta[c] - self.nominal[c, points]
            margin = hull.y * (self._image[c] + moved @ self.gram[points])
            low = np.where(hull.y > 0, hull.low[:, KEPT], -hull.high[:, KEPT])
            high = np.where(hull.y > 0, hull.high[:, KEPT], -hull.low[:, KEPT])
            full = np.abs(self.nominal[c]) > 0.5 * self.C
            low, high = (
                np.where(full, low, np.maximum(low, 1.0)),
                np.where(full, np.minimum(high, 1.0), high),
            )
            most = np.maximum(most, np.maximum(low - margin, margin - high))
        return most
