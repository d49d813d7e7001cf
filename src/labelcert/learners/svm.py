"""The bias-free kernel SVM: fit from nothing or from a solution nearby, with the duality gap.

Source: ``math.md`` 1; few labels are solved by the path following of `labelcert.learners.path`,
many by `labelcert.learners.active_set`. Decision values are unique even where β is not.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from labelcert.learners.active_set import Dual, Free, solve_exactly
from labelcert.learners.duality import EXTENDED_SIZE, descend, multiply
from labelcert.learners.error_bars import cross_bars
from labelcert.learners.factors import solve_with, tableau_of
from labelcert.learners.gram import CheckedGram
from labelcert.learners.path import (
    BOUND,
    FREE,
    OUT,
    ZERO,
    fit_from_nothing,
    flip,
    read_solution,
    refine,
)

PATH_SIZE = 200
"""Up to this n a fit from nothing follows the path, which is exact in every corner."""


class SolverState(NamedTuple):
    """Where the path stands: tableau (n, n), slacks and ranges (n,), sides (n,), labels ±1 (n,)."""

    tableau: np.ndarray
    slack: np.ndarray
    low: np.ndarray
    high: np.ndarray
    state: np.ndarray
    y: np.ndarray
    C: float


class DualSolution(NamedTuple):
    """beta (n,) for the kernel gram / scale; gap bounds its duality gap, rounding included."""

    beta: np.ndarray
    gap: float
    scale: float
    state: SolverState


def fit_state(matrix: np.ndarray, y: np.ndarray, C: float, stop: np.ndarray) -> SolverState:
    """Where the path ends for labels y (n,) ±1; matrix (n, n) and C scaled alike.

    Once stop (1,) uint8 is set to 1 it ends early; the state then is feasible, but not optimal.
    """
    y = np.array(y, dtype=np.float64)
    if len(y) > PATH_SIZE:
        state = fit_at_once(matrix, y, C, stop)
        if state is not None:
            return state
    state = _empty_state(len(y), y, C)
    fit_from_nothing(matrix, *state, np.zeros(len(y)), stop)
    return state


def fit_at_once(matrix: np.ndarray, y: np.ndarray, C: float, stop: np.ndarray) -> SolverState | None:
    """The same by an active set; None where it comes to no end, for the path to decide.

    Once stop is set every label is OUT.
    """
    n = len(y)
    dual = Dual(matrix, y, C, np.zeros(n), np.full(n, -1.0), stop)
    free = solve_exactly(dual)
    tableau = None if free is None else tableau_of(matrix, *free, stop)
    if stop[0] != 0:
        state = _empty_state(n, y, C)
        state.state[:] = OUT
        return state
    if free is None or tableau is None:
        return None
    return _on_its_sides(dual, free, tableau)


def _on_its_sides(dual: Dual, free: Free, tableau: np.ndarray) -> SolverState:
    """The state of an optimum, from a fresh f = Qβ."""
    y, alpha, C, n = dual.y, dual.alpha, dual.C, len(dual.y)
    f = np.zeros(n)
    multiply(dual.matrix, y * alpha, f)
    slack = y * f - 1.0
    rows = free.labels
    correction = y[rows] * solve_with(free.factor, -(y * slack)[rows])
    side = np.where(alpha > 0, BOUND, ZERO).astype(np.int8)
    side[rows] = FREE
    slack = np.where(side == ZERO, np.maximum(slack, 0.0), np.minimum(slack, 0.0))
    slack[rows] = np.clip(alpha[rows] + correction, 0.0, C)
    low = np.where(side == BOUND, -np.inf, 0.0)
    high = np.choose(side, [np.inf, C, 0.0])
    return SolverState(tableau, slack, low, high, side, y, C)


def fit_dual(
    gram: CheckedGram,
    y: np.ndarray,
    C: float,
    warm: SolverState | None = None,
    stop: np.ndarray | None = None,
) -> DualSolution:
    """Solve max Σα − ½ αᵀ(yyᵀ∘Q)α, 0 ≤ α ≤ C, for labels y (n,) ±1.

    warm: the state of an earlier solution for the same Gram matrix and C; only the labels that
    differ are walked. The state is copied, never changed. stop as in `fit_state`: the gap then is
    as large as it is.
    """
    stop = np.zeros(1, dtype=np.uint8) if stop is None else stop
    scale = gram.scale
    matrix = np.ascontiguousarray(gram.matrix / scale)
    C = C * scale
    n = len(y)
    rate = np.zeros(n)
    done = True
    if warm is not None and warm.C == C:
        state = _copy_state(warm)
        for i in np.flatnonzero(state.y != y):
            done = done and flip(*state, i, rate, stop)
    else:
        state = fit_state(matrix, y, C, stop)
    beta, gap = _read(matrix, state, y, C, stop)
    if not done:
        state = fit_state(matrix, y, C, stop)
        beta, gap = _read(matrix, state, y, C, stop)
    shift = gram.added / scale
    alpha = np.abs(beta)
    gap += shift * float((alpha * (C - alpha)).sum()) * (1 + 4 * n * np.finfo(float).eps)
    return DualSolution(beta, gap, scale, state)


def _empty_state(n: int, y: np.ndarray, C: float) -> SolverState:
    return SolverState(
        tableau=np.zeros((n, n)),
        slack=np.zeros(n),
        low=np.zeros(n),
        high=np.zeros(n),
        state=np.zeros(n, dtype=np.int8),
        y=np.array(y, dtype=np.float64),
        C=C,
    )


def _copy_state(state: SolverState) -> SolverState:
    return SolverState(
        state.tableau.copy(), state.slack.copy(), state.low.copy(), state.high.copy(),
        state.state.copy(), state.y.copy(), state.C,
    )  # fmt: skip


def _read(
    matrix: np.ndarray, state: SolverState, y: np.ndarray, C: float, stop: np.ndarray
) -> tuple[np.ndarray, float]:
    n = len(y)
    beta, f = np.zeros(n), np.zeros(n)
    size = float(np.abs(matrix).max())
    target = 1e-12 * n * C * max(1.0, C)
    gap = read_solution(matrix, state.slack, state.state, state.y, C, size, beta, f)
    if gap > target:
        refine(state.tableau, state.slack, state.state, state.y, f)
        gap = read_solution(matrix, state.slack, state.state, state.y, C, size, beta, f)
    if gap > target:
        multiply(matrix, beta, f)
        gap = descend(matrix, state.y, C, beta, f, size, target, 5000, stop)
    if n <= EXTENDED_SIZE:
        gap = min(gap, _extended_gap(matrix, state.y, C, beta))
    return beta, float(gap)


def _extended_gap(matrix: np.ndarray, y: np.ndarray, C: float, beta: np.ndarray) -> float:
    """The gap's bound with f = Qβ in extended precision, where the platform has it.

    Rounding of f dominates the bound; 80-bit floats make the error bar some 40 times narrower.
    """
    n = len(y)
    unit = float(np.finfo(np.longdouble).eps)
    f = matrix.astype(np.longdouble) @ beta.astype(np.longdouble)
    bound = (n + 3) * unit * float(np.abs(matrix).max()) * float(np.abs(beta).sum())
    over = y * f - 1
    alpha = y * beta
    terms = alpha * np.maximum(over + bound, 0) + (C - alpha) * np.maximum(bound - over, 0)
    return float(terms.sum()) * (1 + 4 * n * np.finfo(float).eps)


class Fitted(Protocol):
    """A solution for the scaled kernel: β (n,) and a bound on its duality gap."""

    @property
    def beta(self) -> np.ndarray:
        """(n,) y_i α_i."""
        ...

    @property
    def gap(self) -> float:
        """Upper bound on the duality gap."""
        ...


def decision_values(
    gram: CheckedGram, cross: np.ndarray, solution: Fitted, C: float
) -> tuple[np.ndarray, np.ndarray]:
    """Decision values (m,) and their error bars (m,) for cross-kernel rows (m, n)."""
    scaled = cross / gram.scale
    bars = cross_bars(gram, scaled, C * gram.scale)
    return scaled @ solution.beta, np.sqrt(2 * solution.gap) * bars.slope + bars.floor
