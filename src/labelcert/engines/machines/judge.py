"""Settle in exact arithmetic what floating point leaves open, one label vector at a time."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

import numpy as np

from labelcert.engines.knowledge.lead import bars_of
from labelcert.engines.machines.machine import Problem
from labelcert.engines.machines.retraining import flip_at, measure, new_stack, solve_level, start
from labelcert.engines.work.clock import Clock
from labelcert.learners.exact import exact_dual, gap_of_shift, never, to_fractions

SIZE_LIMIT = 150
"""Exact elimination costs about n⁴ to n⁵ bit operations; beyond this n it is not tried."""


class ExactJudge:
    """Signs of decision values in rational arithmetic (`labelcert.learners.exact`)."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self._core = problem.core(np.ones(problem.m))
        self._stack = new_stack(1, problem.n, problem.m, len(problem.space.group_budget))
        self._C = Fraction(float(self._core.C))

    @cached_property
    def _gram(self) -> list[list[Fraction]]:
        return to_fractions(self._core.gram)

    def margins(self, flips: np.ndarray, sign: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Margins (m,) after `flips` and their error bars (m,), in floating point."""
        gap = self._retrain(flips)
        measure(self._core, self._stack)
        return self._stack.margin * sign, bars_of(self._core, gap)

    def _retrain(self, flips: np.ndarray) -> float:
        start(self._core, self._stack)
        for i in flips:
            flip_at(self._core, self._stack, 0, int(i))
        return float(solve_level(self._core, self._stack, 0))

    def signs(
        self, flips: np.ndarray, test_points: np.ndarray, clock: Clock | None = None
    ) -> list[int | None]:
        """Signs −1, 0, +1 of the decision values of some test points after `flips`.

        None where exact arithmetic is out of reach (n too large, no optimal partition found, the
        clock expired before), or where the kernel had to be shifted and the value is no further
        from 0 than that may move it.
        """
        nothing: list[int | None] = [None] * len(test_points)
        if self.problem.n > SIZE_LIMIT or len(test_points) == 0:
            return nothing
        self._retrain(flips)
        y = self._stack.y[0].astype(int)
        expired = never if clock is None else lambda: clock.expired
        beta = exact_dual(self._gram, y.tolist(), self._C, np.abs(self._stack.beta), expired)
        if beta is None:
            return nothing
        return [self._sign(beta, int(t)) for t in test_points]

    def _sign(self, beta: list[Fraction], t: int) -> int | None:
        core = self._core
        pairs = zip(core.cross[:, t], beta, strict=True)
        value = sum((Fraction(float(q)) * b for q, b in pairs if b), Fraction(0))
        if core.shift > 0:
            gap = gap_of_shift(beta, self._C, core.shift)
            if abs(value) <= Fraction(float(bars_of(core, gap)[t])):
                return None
        return (value > 0) - (value < 0)
