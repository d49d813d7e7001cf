"""The bias-free kernel SVM: fit from nothing or from a solution nearby, with the duality gap.

Source: ``math.md`` 1; solved by `labelcert.learners.fitting`, and along the path of
`labelcert.learners.path` after flips. Decision values are unique even where β is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from labelcert.learners.duality import EXTENDED_SIZE, descend, multiply
from labelcert.learners.error_bars import cross_bars
from labelcert.learners.fitting import Fit, SolverState, copy_state, fit
from labelcert.learners.gram import CheckedGram
from labelcert.learners.path import flip, read_solution, refine


@dataclass(frozen=True, eq=False)
class DualSolution:
    """beta (n,) for the kernel gram / scale; gap bounds its duality gap, rounding included."""

    beta: np.ndarray
    gap: float
    scale: float
    matrix: np.ndarray
    fit: Fit

    @cached_property
    def state(self) -> SolverState:
        """What a warm start needs; built when it is asked for."""
        return self.fit.finished(self.matrix, np.zeros(1, dtype=np.uint8))


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
    matrix, C, n = gram.scaled, C * gram.scale, len(y)
    found = _walked(warm, y, C, stop)
    if found is None:
        found = fit(matrix, y, C, stop)
    beta, gap = _read(matrix, found, y, C, stop)
    shift = gram.added / gram.scale
    alpha = np.abs(beta)
    gap += shift * float((alpha * (C - alpha)).sum()) * (1 + 4 * n * np.finfo(float).eps)
    return DualSolution(beta, gap, gram.scale, matrix, found)


def _walked(warm: SolverState | None, y: np.ndarray, C: float, stop: np.ndarray) -> Fit | None:
    """The path from an earlier solution to labels y; None if there is none, or it got lost."""
    if warm is None or warm.C != C:
        return None
    state, rate = copy_state(warm), np.zeros(len(y))
    for i in np.flatnonzero(state.y != y):
        if not flip(*state, i, rate, stop):
            return None
    return Fit(state, None)


def _read(
    matrix: np.ndarray, found: Fit, y: np.ndarray, C: float, stop: np.ndarray
) -> tuple[np.ndarray, float]:
    n, state = len(y), found.state
    beta, f = np.zeros(n), np.zeros(n)
    size = max(float(matrix.max()), -float(matrix.min()))
    target = 1e-12 * n * C * max(1.0, C)
    gap = read_solution(matrix, state.slack, state.state, state.y, C, size, beta, f)
    if gap > target and found.free is None:
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
