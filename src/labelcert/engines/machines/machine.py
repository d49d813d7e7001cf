"""One binary kernel SVM as the engines see it: numbers only, checked once, scaled, oriented.

Scaling divides Q by a power of two near its largest diagonal entry and multiplies C by it; both
are exact in floating point and leave every decision value as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from labelcert.engines.attacker import FlipSpace
from labelcert.engines.ladder import Ladder
from labelcert.engines.machines.retraining import Core
from labelcert.learners.error_bars import Bars, cross_bars, widest_bars
from labelcert.learners.fitting import SolverState, fit_state
from labelcert.learners.gram import CheckedGram
from labelcert.learners.path import OUT

RELATIVE_GAP_TARGET = 1e-12


@dataclass(frozen=True, eq=False)
class SharedBars:
    """Error bars of test points, computed once for all machines of one kernel and C."""

    gram: CheckedGram
    cross: np.ndarray
    C: float

    @cached_property
    def value(self) -> Bars:
        """`cross_bars` of the scaled kernel."""
        scale = self.gram.scale
        return cross_bars(self.gram, self.cross / scale, self.C * scale)

    def of_test_points(self, rows: np.ndarray) -> SharedBars:
        """Those of some test points; what is computed already is kept."""
        part = SharedBars(self.gram, self.cross[rows], self.C)
        if "value" in self.__dict__:
            part.__dict__["value"] = Bars(*(values[rows] for values in self.value))
        return part


@dataclass(frozen=True, eq=False)
class Machine:
    """Kernel SVM with labels y ∈ {−1, +1}ⁿ under label flips.

    gram: checked (n, n); cross (m, n); y (n,) float64; C > 0; max_budget ≥ 0 bounds the budgets
    0, 1, …, max_budget that are asked for. shared: bars that other machines have as well. sign
    (m,) ±1 or None for +1: the side of each test point whose value counts as positive; values that
    the hot loops measure are sign · f.
    """

    gram: CheckedGram
    cross: np.ndarray
    y: np.ndarray
    C: float
    space: FlipSpace
    max_budget: int
    shared: SharedBars | None = None
    sign: np.ndarray | None = None

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

    @cached_property
    def stop_fit(self) -> np.ndarray:
        """(1,) uint8: set to 1 to end the clean fit early."""
        return np.zeros(1, dtype=np.uint8)

    @cached_property
    def clean(self) -> SolverState:
        """The fit of the clean labels, for the scaled kernel; computed once."""
        return fit_state(self.gram.scaled, self.y, self.C * self.scale, self.stop_fit)

    @cached_property
    def bars(self) -> Bars:
        """What the error bars of the test points are made of."""
        if not self.fitted:
            return widest_bars(self.cross / self.scale, self.C * self.scale)
        return (self.shared or SharedBars(self.gram, self.cross, self.C)).value

    @property
    def fitted(self) -> bool:
        """Whether the clean fit came to its end."""
        return not bool((self.clean.state == OUT).any())

    def of_test_points(self, rows: np.ndarray) -> Machine:
        """The same machine with some of the test points; what is computed already is kept."""
        shared = None if self.shared is None else self.shared.of_test_points(rows)
        sign = None if self.sign is None else self.sign[rows]
        part = replace(self, cross=self.cross[rows], shared=shared, sign=sign)
        self._hand_on(part, rows)
        return part

    def oriented(self, sign: np.ndarray) -> Machine:
        """The same machine with values counted as positive on the side `sign` (m,) ±1."""
        part = replace(self, sign=np.asarray(sign, dtype=np.float64))
        self._hand_on(part, slice(None))
        return part

    def under(self, space: FlipSpace, max_budget: int) -> Machine:
        """The same machine against another attacker; what is fitted already is kept."""
        part = replace(self, space=space, max_budget=max_budget)
        for name in ("clean", "stop_fit", "bars"):
            if name in self.__dict__:
                part.__dict__[name] = self.__dict__[name]
        return part

    def _hand_on(self, part: Machine, rows: np.ndarray | slice) -> None:
        for name in ("ladder", "clean", "stop_fit"):
            if name in self.__dict__:
                part.__dict__[name] = self.__dict__[name]
        if "bars" in self.__dict__:
            part.__dict__["bars"] = Bars(*(values[rows] for values in self.bars))

    def core(self, stop: np.ndarray | None = None) -> Core:
        """The arrays of the hot loops; stop (1,) uint8 ends them, one of its own by default."""
        cross = self.cross / self.scale
        if self.sign is not None:
            cross = cross * self.sign[:, None]
        C = self.C * self.scale
        clean = self.clean
        if stop is None:
            stop = np.zeros(1, dtype=np.uint8)
        if not self.fitted:
            stop[0] = 1  # nothing is built upon a fit that was ended early
        return Core(
            gram=self.gram.scaled,
            cross=np.ascontiguousarray(cross.T),
            labels=self.y.astype(np.float64),
            C=C,
            size=self.gram.size,
            gap_target=RELATIVE_GAP_TARGET * self.n * C * max(1.0, C),
            bar_slope=self.bars.slope,
            bar_floor=self.bars.floor,
            shift=self.gram.added / self.scale,
            doubt=self.bars.doubt,
            cost=self.space.cost.astype(np.int64),
            group=self.space.group.astype(np.int64),
            group_budget=self.space.group_budget.astype(np.int64),
            stop=stop,
            clean_tableau=clean.tableau,
            clean_slack=clean.slack,
            clean_low=clean.low,
            clean_high=clean.high,
            clean_state=clean.state,
        )
