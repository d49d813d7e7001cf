"""Find good multipliers: the energy-cut linear program over a hull, warm and with purged cuts.

Variables are the weights λ of the hull's corners and β; rows say Σλ = 1 a point, that λ reproduces
β and f = Qβ, and that the flips stay within the budget and the purses of the groups. Energy cuts
are added at the solution until nothing is gained; idle cuts are dropped (``math.md`` 4.4).
One program serves all objectives of a budget: test points, and ±f_i for tightening.
Cost: milliseconds (n = 20) to tenths of a second (n = 80) an objective.
"""

from __future__ import annotations

import time

import numpy as np
import scipy.sparse as sp

from labelcert.engines.bounds.functional import (
    Corners,
    Functional,
    best_over,
    corners_of,
    lower_bound,
    nothing_known,
)
from labelcert.engines.bounds.hull import FLIPPED, Hull
from labelcert.engines.flips import FlipSpace
from labelcert.engines.solvers.highs_lp import HighsLp, LpAnswer

MOST_CUTS = 60
"""Idle cuts are dropped from here on."""


class Relaxation:
    """The relaxation of one hull and budget.

    gram (n, n) scaled; budget bounds the cost of flips. Methods return proven functionals.
    """

    def __init__(self, gram: np.ndarray, hull: Hull, space: FlipSpace, budget: int):
        self.gram, self.hull, self.space, self.budget = gram, hull, space, budget
        self.absolute = np.abs(gram)
        self.corners: Corners = corners_of(hull)
        n = len(gram)
        self._rows = 3 * n + 1 + len(space.group_budget)
        self._flip_columns = np.arange(8 * n).reshape(n, 2, 4)[:, FLIPPED, :]
        self._keep_columns = np.arange(8 * n).reshape(n, 2, 4)[:, 1 - FLIPPED, :]
        self._lp = self._build()
        self._points: list[np.ndarray] = []
        self._product = np.concatenate([self.corners.product.ravel(), np.zeros(n)])
        self._states = np.zeros(n, dtype=np.int8)

    def _build(self) -> HighsLp:
        n, C = len(self.gram), self.hull.C
        owner = np.repeat(np.arange(n), 8)
        column = np.arange(8 * n)
        group = self.space.group

        def rows(values: np.ndarray) -> sp.csr_array:
            return sp.csr_array((values, (owner, column)), shape=(n, 8 * n))

        flipped = np.zeros((n, 2, 4))
        flipped[:, FLIPPED] = self.space.cost[:, None]
        purse = np.zeros((len(self.space.group_budget), 8 * n))
        purse[group[owner], column] = flipped.ravel()
        zero = sp.csr_array((n, n))
        none = sp.csr_array((1, n))
        # β is measured in units of C, which keeps the matrix well scaled.
        matrix = sp.block_array(
            [
                [rows(np.ones(8 * n)), zero],
                [rows(self.corners.beta.ravel() / C), sp.csr_array(-np.eye(n))],
                [rows(self.corners.f.ravel()), sp.csr_array(-C * self.gram)],
                [sp.csr_array(flipped.reshape(1, -1)), none],
                [sp.csr_array(purse), sp.csr_array((len(purse), n))],
            ]
        ).tocsc()
        upper = np.ones((n, 2, 4))
        upper[~self.corners.may_flip, FLIPPED] = 0.0
        return HighsLp(
            sp.csc_array(matrix),
            np.concatenate([np.zeros(8 * n), -np.ones(n)]),
            np.concatenate([upper.ravel(), np.ones(n)]),
            np.concatenate([np.ones(n), np.zeros(2 * n), np.full(1 + len(purse), -np.inf)]),
            np.concatenate(
                [np.ones(n), np.zeros(2 * n), [self.budget], np.minimum(
                    self.space.group_budget, 1e9)]
            ).astype(float),
        )  # fmt: skip

    def fix(self, states: np.ndarray) -> None:
        """Fix labels: states (n,) int8 holds 0 for open, +1 kept, −1 flipped."""
        for i in np.flatnonzero(states != self._states):
            may = bool(self.corners.may_flip[i])
            flip = 1.0 if states[i] <= 0 and may else 0.0
            keep = 1.0 if states[i] >= 0 else 0.0
            zeros, ones = np.zeros(4), np.ones(4)
            self._lp.set_bounds(self._flip_columns[i], zeros, ones * flip)
            self._lp.set_bounds(self._keep_columns[i], zeros, ones * keep)
        self._states = states.copy()

    def add_cut(self, beta: np.ndarray) -> bool:
        """Add the energy cut at β (n,): Σ p_i − 2 (Qβ̂)·β ≥ −β̂ᵀQβ̂; False if it was refused."""
        with np.errstate(over="ignore", invalid="ignore"):
            slope = self.gram @ beta
            values = self._product.copy()
            values[-len(beta) :] = -2.0 * self.hull.C * slope
            lower = -float(beta @ slope)
        if not self._lp.add_row(lower, values):
            return False
        self._points.append(beta)
        return True

    def bound(
        self,
        q: np.ndarray,
        rounds: int = 12,
        gain: float = 1e-3,
        enough: float = np.inf,
        time_limit: float = np.inf,
    ) -> tuple[float, Functional, np.ndarray]:
        """Minimise q·β; return the proven bound, its functional, and flip weights (n,) in [0, 1].

        Stops after `rounds` of cuts, when a round gains less than `gain` of the bound's size, or
        once the bound exceeds `enough`, or after `time_limit` seconds. What the solver refuses, or
        answers with something that is no number, costs the bound: it is −inf then.
        """
        n = len(q)
        flipped = self._states < 0
        fixed = self._states != 0
        self._lp.set_cost(np.concatenate([np.zeros(8 * n), self.hull.C * q]))
        best, functional, weights = -np.inf, nothing_known(self.corners), np.zeros(n)
        size = min(self.hull.C * float(np.abs(q).sum()), 1.0)
        deadline = time.monotonic() + time_limit
        for _ in range(rounds):
            answer = self._lp.solve(deadline - time.monotonic())
            if len(answer.columns) != 9 * n or len(answer.multipliers) != self._lp.rows:
                break
            candidate = self._functional(q, answer.multipliers)
            value = best_over(candidate, self.budget, self.space.cost, flipped, fixed)
            improved = value - best if np.isfinite(value) and np.isfinite(best) else np.inf
            if value > best:
                best, functional = value, candidate
                lam = answer.columns[: 8 * n].reshape(n, 2, 4)
                weights = lam[:, FLIPPED].sum(axis=1)
            if not answer.optimal or best > enough or not np.isfinite(answer.columns).all():
                break
            if np.isfinite(improved) and improved < gain * max(abs(best), 0.01 * size):
                break
            if not self._cut_off(answer) or time.monotonic() > deadline:
                break
        return best, functional, weights

    def _cut_off(self, answer: LpAnswer) -> bool:
        """Cut the solution off, dropping idle cuts; False where it cannot be cut off."""
        n = len(self.gram)
        beta = answer.columns[8 * n :] * self.hull.C
        energy = float(beta @ (self.gram @ beta))
        sum_of_products = float(self._product[: 8 * n] @ answer.columns[: 8 * n])
        if not energy - sum_of_products > 1e-9 * min(max(energy, abs(sum_of_products)), 1.0):
            return False
        self._purge(answer.multipliers)
        return self.add_cut(beta)

    def _functional(self, q: np.ndarray, multipliers: np.ndarray) -> Functional:
        n = len(q)
        mu = -multipliers[2 * n : 3 * n]
        cuts = np.maximum(multipliers[self._rows :], 0.0)
        with np.errstate(over="ignore"):
            weight = float(cuts.sum())
        gamma = np.zeros(n)
        with np.errstate(over="ignore", invalid="ignore"):
            for nu, point in zip(cuts, self._points, strict=True):
                if nu > 0.0:
                    gamma += nu * point
        return lower_bound(self.gram, self.absolute, q, self.corners, mu, gamma, weight)

    def _purge(self, multipliers: np.ndarray) -> None:
        if len(self._points) < MOST_CUTS:
            return
        idle = np.flatnonzero(multipliers[self._rows :] <= 1e-12)
        idle = idle[: max(len(self._points) - MOST_CUTS // 2, 0)]
        if len(idle):
            self._lp.drop_rows(idle + self._rows)
            gone = set(idle.tolist())
            self._points = [p for k, p in enumerate(self._points) if k not in gone]

    @property
    def cut_points(self) -> list[np.ndarray]:
        """The points β̂ of the cuts in use, to start another relaxation of the same kernel with."""
        return list(self._points)
