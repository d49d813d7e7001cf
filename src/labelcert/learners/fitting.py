"""Fit the SVM of one label vector from nothing, to the state that flips start from.

Few labels follow the path (`labelcert.learners.path`), many go to the optimum at once
(`labelcert.learners.active_set`), with the path for what has no end there. The tableau is what
flips pivot on; a fit that nothing is built upon can do without.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from labelcert.learners.active_set import Dual, Free, solve_exactly
from labelcert.learners.duality import multiply
from labelcert.learners.factors import solve_with, tableau_of
from labelcert.learners.path import BOUND, FREE, OUT, ZERO, fit_from_nothing

PATH_SIZE = 200
"""Up to this n a fit follows the path, which is exact in every corner and takes milliseconds."""


class SolverState(NamedTuple):
    """Where the path stands: tableau (n, n), slacks and ranges (n,), sides (n,), labels ±1 (n,)."""

    tableau: np.ndarray
    slack: np.ndarray
    low: np.ndarray
    high: np.ndarray
    state: np.ndarray
    y: np.ndarray
    C: float


class Fit(NamedTuple):
    """A state; where `free` is there, its tableau is still to be built."""

    state: SolverState
    free: Free | None

    def finished(self, matrix: np.ndarray, stop: np.ndarray) -> SolverState:
        """The state with its tableau; every label is OUT if stop[0] is set meanwhile."""
        if self.free is None:
            return self.state
        tableau = tableau_of(matrix, *self.free, stop)
        if stop[0] != 0:
            return stopped(self.state.y, self.state.C)
        return self.state._replace(tableau=tableau)


def fit_state(matrix: np.ndarray, y: np.ndarray, C: float, stop: np.ndarray) -> SolverState:
    """Where the path ends for labels y (n,) ±1; matrix (n, n) and C scaled alike.

    Once stop (1,) uint8 is set to 1 it ends early; the state then is feasible, but not optimal.
    """
    return fit(matrix, y, C, stop).finished(matrix, stop)


def fit(matrix: np.ndarray, y: np.ndarray, C: float, stop: np.ndarray) -> Fit:
    """`fit_state`, with the tableau left for later where that saves work."""
    found = fit_at_once(matrix, y, C, stop) if len(y) > PATH_SIZE else None
    if found is not None:
        return found
    state = empty_state(y, C)
    fit_from_nothing(matrix, *state, np.zeros(len(y)), stop)
    return Fit(state, None)


def fit_at_once(matrix: np.ndarray, y: np.ndarray, C: float, stop: np.ndarray) -> Fit | None:
    """`fit` by an active set; None where that comes to no end, for the path to decide."""
    n, y = len(y), np.array(y, dtype=np.float64)
    dual = Dual(matrix, y, C, np.zeros(n), np.full(n, -1.0), stop)
    free = solve_exactly(dual)
    if stop[0] != 0:
        return Fit(stopped(y, C), None)
    return None if free is None else Fit(_on_its_sides(dual, free), free)


def _on_its_sides(dual: Dual, free: Free) -> SolverState:
    """The state of an optimum, from a fresh f = Qβ and without a tableau."""
    y, alpha, C, n = dual.y, dual.alpha, dual.C, len(dual.y)
    f = np.zeros(n)
    multiply(dual.matrix, y * alpha, f)
    slack, rows = y * f - 1.0, free.labels
    correction = y[rows] * solve_with(free.factor, -(y * slack)[rows])
    side = np.where(alpha > 0, BOUND, ZERO).astype(np.int8)
    side[rows] = FREE
    # What breaks a condition here is rounding, and walks count on every condition.
    slack = np.where(side == ZERO, np.maximum(slack, 0.0), np.minimum(slack, 0.0))
    slack[rows] = np.clip(alpha[rows] + correction, 0.0, C)
    low = np.where(side == BOUND, -np.inf, 0.0)
    high = np.choose(side, [np.inf, C, 0.0])
    return SolverState(np.zeros((0, 0)), slack, low, high, side, y, C)


def empty_state(y: np.ndarray, C: float) -> SolverState:
    """Room for a state with labels y (n,)."""
    n = len(y)
    return SolverState(
        tableau=np.zeros((n, n)),
        slack=np.zeros(n),
        low=np.zeros(n),
        high=np.zeros(n),
        state=np.zeros(n, dtype=np.int8),
        y=np.array(y, dtype=np.float64),
        C=C,
    )


def stopped(y: np.ndarray, C: float) -> SolverState:
    """The state of a fit that was ended early: β = 0, and every label OUT."""
    state = empty_state(y, C)
    state.state[:] = OUT
    return state


def copy_state(state: SolverState) -> SolverState:
    """A copy of every array."""
    return SolverState(
        state.tableau.copy(), state.slack.copy(), state.low.copy(), state.high.copy(),
        state.state.copy(), state.y.copy(), state.C,
    )  # fmt: skip
