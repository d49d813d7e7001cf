"""Train on any labels and compare the classes, exactly where floating point cannot.

Cost: a warm start a changed label, O(n²) each; exact arithmetic only where a lead is inside its
error bar. Source: ``math.md`` 2 and 6.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np

from labelcert.engines.knowledge.lead import bars_of, sum_bar
from labelcert.engines.knowledge.settle import REFIT_SIZE
from labelcert.engines.machines.machines import Machines
from labelcert.engines.machines.retraining import (
    Core,
    Stack,
    flip_at,
    measure,
    new_stack,
    solve_level,
    start,
)
from labelcert.engines.machines.trainer import ExactTrainer
from labelcert.engines.work.clock import Clock
from labelcert.learners.exact import exact_dual, gap_of_shift, never, to_fractions

SIZE_LIMIT = 150
"""Exact elimination costs about n⁴ to n⁵ bit operations; beyond this n it is not tried."""

MOST_FITS = 64
"""Fits kept, by labels; nearby comparisons ask for the same ones again."""


class Fit(NamedTuple):
    """One machine trained on some labels: β (n,), values (m,) and their error bars (m,)."""

    beta: np.ndarray
    value: np.ndarray
    bar: np.ndarray


class SvmTrainer(ExactTrainer):
    """The machines of a problem, trained on whatever labels are asked for; not for two threads.

    Exact arithmetic is given up once the clock expires.
    """

    def __init__(self, machines: Machines, clock: Clock | None = None):
        self.machines = machines
        self._expired = never if clock is None else lambda: clock.expired
        self._fitted: dict[tuple[int, bytes], Fit] = {}
        self._exactly: dict[bytes, list[Fraction]] = {}
        self._at: dict[int, tuple[Core, Stack]] = {}

    def values(self, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values (m, machines) after training on labels (n,), and their error bars."""
        fits = [self._fit(labels, k) for k in range(self.machines.count)]
        return np.stack([f.value for f in fits], axis=1), np.stack([f.bar for f in fits], axis=1)

    def sign(self, labels: np.ndarray, t: int, a: int, b: int) -> int | None:
        """The sign −1, 0 or +1 of the lead of a over b at test point t after training on labels.

        None where exact arithmetic would be needed and is out of reach (n too large, no optimal
        partition found, the clock expired before), or where the kernel had to be shifted and the
        lead is no further from 0 than that may move it.
        """
        if len(labels) > REFIT_SIZE:
            return None
        parts = self.machines.lead(a, b)
        fits = [self._fit(labels, part.machine) for part in parts]
        lead = sum(part.sign * float(fit.value[t]) for part, fit in zip(parts, fits, strict=True))
        bar = sum_bar([float(f.bar[t]) for f in fits], [float(f.value[t]) for f in fits])
        if abs(lead) > bar:
            return 1 if lead > 0 else -1
        return self._exact_sign(labels, t, a, b)

    def _fit(self, labels: np.ndarray, k: int) -> Fit:
        y = self.machines.labels_of(k, labels)
        key = (k, y.tobytes())
        if key not in self._fitted:
            if len(self._fitted) >= MOST_FITS:
                self._fitted.clear()
                self._exactly.clear()
            core, stack = self._state(k)
            start(core, stack)
            for i in np.flatnonzero(y != core.labels):
                flip_at(core, stack, 0, int(i))
            gap = float(solve_level(core, stack, 0))
            measure(core, stack)
            bar = bars_of(core, gap)
            self._fitted[key] = Fit(stack.beta.copy(), stack.margin.copy(), bar)
        return self._fitted[key]

    def _state(self, k: int) -> tuple[Core, Stack]:
        if k not in self._at:
            p = self.machines
            groups = len(p.space.group_budget)
            self._at[k] = p.each[k].core(), new_stack(1, p.n, p.m, groups)
        return self._at[k]

    @cached_property
    def _gram(self) -> list[list[Fraction]]:
        return to_fractions(self.machines.gram.scaled)

    def _exact_sign(self, labels: np.ndarray, t: int, a: int, b: int) -> int | None:
        p = self.machines
        if p.n > SIZE_LIMIT:
            return None
        scale = p.gram.scale
        C = Fraction(float(p.C * scale))
        betas, value = [], Fraction(0)
        row = p.cross[t] / scale
        for part in p.lead(a, b):
            beta = self._exact_beta(labels, part.machine, C)
            if beta is None:
                return None
            betas.append(beta)
            pairs = zip(row, beta, strict=True)
            value += int(part.sign) * sum((Fraction(float(q)) * x for q, x in pairs if x), start=0)
        if p.gram.shift > 0:
            bars = p.each[0].bars
            gaps = [gap_of_shift(beta, C, p.gram.added / scale) for beta in betas]
            width = sum(math.sqrt(2 * gap) for gap in gaps)
            reach = width * float(bars.slope[t]) + len(betas) * float(bars.floor[t])
            if abs(value) <= Fraction(reach):
                return None
        return (value > 0) - (value < 0)

    def _exact_beta(self, labels: np.ndarray, k: int, C: Fraction) -> list[Fraction] | None:
        """The exact β (n,) of one machine; the same for all test points."""
        y = self.machines.labels_of(k, labels)
        key = y.tobytes()
        if key not in self._exactly:
            guess = np.abs(self._fit(labels, k).beta)
            found = exact_dual(self._gram, y.astype(int).tolist(), C, guess, self._expired)
            if found is None:
                return None
            self._exactly[key] = found
        return self._exactly[key]
