"""One binary certification problem as the engines see it: numbers only, checked once, scaled.

Scaling divides Q by a power of two near its largest diagonal entry and multiplies C by it; both
are exact in floating point and leave every decision value as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from labelcert.engines.flips import FlipSpace
from labelcert.engines.ladder import Ladder
from labelcert.engines.retraining import Core
from labelcert.learners.error_bars import cross_bars
from labelcert.learners.gram import CheckedGram

RELATIVE_GAP_TARGET = 1e-12


@dataclass(frozen=True, eq=False)
class Problem:
    """Kernel SVM with labels y ∈ {−1, +1}ⁿ under label flips.

    gram: checked (n, n); cross (m, n); y (n,) float64; C > 0; max_budget ≥ 0 bounds the budgets
    0, 1, …, max_budget that are asked for.
    """

    gram: CheckedGram
    cross: np.ndarray
    y: np.ndarray
    C: float
    space: FlipSpace
    max_budget: int

    @property
    def n(self) -> int:
        """Number of labeled points."""
        return len(self.y)

    @property
    def m(self) -> int:
        """Number of test points."""
        return len(self.cross)

    @cached_property
    def scale(self) -> float:
        """The power of two that the kernel is divided by."""
        return self.gram.scale

    @cached_property
    def ladder(self) -> Ladder:
        """What flip sets up to the largest budget can cost."""
        return self.space.ladder(self.max_budget)

    def core(self, sign: np.ndarray) -> Core:
        """The arrays of the hot loops; sign (m,) ±1 orients the margins."""
        gram = self.gram.matrix / self.scale
        cross = self.cross / self.scale
        C = self.C * self.scale
        bars = cross_bars(self.gram, cross, C)
        return Core(
            gram=gram,
            cross=np.ascontiguousarray((cross * sign[:, None]).T),
            labels=self.y.astype(np.float64),
            C=C,
            size=float(np.abs(gram).max()),
            gap_target=RELATIVE_GAP_TARGET * self.n * C * max(1.0, C),
            bar_slope=bars.slope,
            bar_floor=bars.floor,
            shift=self.gram.shift / self.scale,
            doubt=bars.doubt,
            cost=self.space.cost.astype(np.int64),
            group=self.space.group.astype(np.int64),
            group_budget=self.space.group_budget.astype(np.int64),
            stop=np.zeros(1, dtype=np.uint8),
        )
