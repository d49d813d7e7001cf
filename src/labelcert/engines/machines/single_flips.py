"""One machine retrained on many single flips at once: for numbers of labels where n² is long.

Each flip walks from the clean fit to its own optimum without touching the tableau
(`labelcert.learners.leaf`); then the decision values, the duality gaps that prove them and the
margins of all flips come out of two matrix products over the labels whose β has moved, where a flip
by itself would read the whole Gram matrix.
Cost: O(n · pivots²) a flip, and O(n · moved labels) at the speed of BLAS.
Source: ``math.md`` 2 and 4.1; our own note.
"""

from __future__ import annotations

import numpy as np

from labelcert._jit import compiled
from labelcert.engines.knowledge.lead import bars_of, rounding
from labelcert.engines.machines.machine import Machine
from labelcert.engines.machines.retraining import Core, copy_vector
from labelcert.learners.duality import multiply
from labelcert.learners.leaf import flip_aside, most_pivots
from labelcert.learners.path import BOUND, FREE, flip_in_place

FEW = 16
"""More roundings than any single term here is made of."""


@compiled
def walk_each(core, points, beta, moved, done, work, state, rows, order):
    """Write by how much each flip of `points` (b,) moves β into moved (b, n), and if it was found.

    work (7, n), state (n,), rows (p, n) and order (p,) are room to work in.
    """
    n = core.labels.shape[0]
    slack, low, high, y = work[0], work[1], work[2], work[3]
    rate, row, diagonal = work[4], work[5], work[6]
    C = core.C
    for r in range(points.shape[0]):
        done[r] = False
        if core.stop[0] != 0:
            continue
        i, found = points[r], False
        for attempt in range(2):
            copy_vector(core.clean_slack, slack)
            copy_vector(core.clean_low, low)
            copy_vector(core.clean_high, high)
            copy_vector(core.clean_state, state)
            copy_vector(core.labels, y)
            if attempt == 0:
                found = flip_in_place(core.clean_tableau, slack, low, high, state, y, C, i, rate)
            else:
                found = flip_aside(
                    core.clean_tableau, slack, low, high, state, y, C, i, rate, row, diagonal,
                    rows, order,
                )  # fmt: skip
            if found:
                break
        done[r] = found
        for j in range(n):
            alpha = 0.0
            if state[j] == FREE:
                alpha = min(max(slack[j], 0.0), C)
            elif state[j] == BOUND:
                alpha = C
            moved[r, j] = y[j] * alpha - beta[j] if found else 0.0


class SingleFlips:
    """A machine whose clean fit came to its end; one object for all threads, `walker` for each.

    beta, f (n,), value, bar (m,): of the clean fit.
    """

    def __init__(self, machine: Machine, stop: np.ndarray):
        self.core: Core = machine.core(stop)
        core, n, m = self.core, machine.n, machine.m
        self.beta = core.labels * np.clip(_alpha(core), 0.0, core.C)
        self.f, self.value = np.zeros(n), np.zeros(m)
        multiply(core.gram, self.beta, self.f)
        multiply(core.cross, self.beta, self.value)
        self.reach = np.abs(core.cross).max(axis=0, initial=0.0)  # (m,)
        still = np.zeros((1, n))
        self.bar = bars_of(core, float(self.gaps(core.labels[None, :], still)[0]))

    def gaps(self, y: np.ndarray, moved: np.ndarray) -> np.ndarray:
        """(b,) upper bounds on the duality gaps of β̂ + moved (b, n) for labels y (b, n)."""
        core, n, C = self.core, len(self.beta), self.core.C
        columns = np.flatnonzero((moved != 0).any(axis=0))
        some = np.ascontiguousarray(moved[:, columns])
        f = some @ core.gram[columns]
        f += self.f
        length, total = np.abs(some).sum(axis=1), float(np.abs(self.beta).sum())
        error = rounding(len(columns) + FEW, core.size * length)
        error += rounding(FEW, core.size * (total + length) + 1.0)
        alpha = np.clip(y * (self.beta + moved), 0.0, C)
        over = y * f - 1.0
        gap = (alpha * np.maximum(over + error[:, None], 0.0)).sum(axis=1)
        gap += ((C - alpha) * np.maximum(error[:, None] - over, 0.0)).sum(axis=1)
        if core.shift > 0.0:
            gap += core.shift * (alpha * (C - alpha)).sum(axis=1)
        bound: np.ndarray = gap * (1.0 + rounding(2 * n + FEW, 1.0))
        return bound

    def margins(self, moved: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Margins (b, m) of β̂ + moved (b, n), and how far rounding may put them off."""
        columns = np.flatnonzero((moved != 0).any(axis=0))
        some = np.ascontiguousarray(moved[:, columns])
        margin = self.value + some @ self.core.cross[columns]
        length = np.abs(some).sum(axis=1)
        off = rounding(len(columns) + FEW, length)[:, None] * self.reach
        return margin, off + rounding(FEW, np.abs(margin) + np.abs(self.value))

    def walker(self) -> Walker:
        """What retrains on flips, in one thread."""
        return Walker(self)


class Walker:
    """The room that a thread works in."""

    def __init__(self, flips: SingleFlips):
        n = len(flips.beta)
        self.flips = flips
        self._work, self._state = np.zeros((7, n)), np.zeros(n, dtype=np.int8)
        self._rows = np.zeros((most_pivots(n), n))
        self._order = np.zeros(most_pivots(n), dtype=np.int64)

    def retrain(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Margins (b, m) after the flip of each of some points (b,), and their error bars.

        Both NaN for a flip whose walk came to no end.
        """
        flips, core = self.flips, self.flips.core
        moved = np.zeros((len(points), len(flips.beta)))
        done = np.zeros(len(points), dtype=np.bool_)
        walk_each(
            core, points.astype(np.int64), flips.beta, moved, done, self._work, self._state,
            self._rows, self._order,
        )  # fmt: skip
        y = np.repeat(core.labels[None, :], len(points), axis=0)
        y[np.arange(len(points)), points] *= -1.0
        margin, off = flips.margins(moved)
        bar = np.stack([bars_of(core, gap) for gap in flips.gaps(y, moved).tolist()]) + off
        margin[~done], bar[~done] = np.nan, np.nan
        return margin, bar


def _alpha(core: Core) -> np.ndarray:
    """(n,) the dual variables of the clean fit."""
    at_bound = np.where(core.clean_state == BOUND, core.C, 0.0)
    return np.where(core.clean_state == FREE, core.clean_slack, at_bound)
